# METADATA
# title: Requirements on projects that made a release
# description: >-
#   Documentation and security assessment are asked of projects that made a release. Without any release the
#   requirement does not apply; while that is not known, nothing fails.
package osps.released

import rego.v1
import data.osps.verdict

# The requirement does not apply: no release was ever made.
none(has_release) := verdict.not_applicable("The project has not made a release so far.", [has_release]) if {
	has_release.known == false
}

# A failure stands only where a release is known; everything else stands as it is.
settled(ruling, has_release) := ruling if {
	ruling.outcome != "failed"
} else := ruling if {
	has_release.known == true
}
