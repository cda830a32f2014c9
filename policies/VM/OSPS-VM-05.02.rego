# METADATA
# title: A policy requires that findings about dependencies are addressed before a release
# custom:
#   requirement: OSPS-VM-05.02
#   limits: >-
#     A written rule is looked for. Whether past releases kept it is not seen.
package osps.requirements["OSPS-VM-05.02"]

import rego.v1
import data.osps.active
import data.osps.prose

needs := [
	input.docs.topics.sca_release,
	input.docs.closed.sca_release,
	input.docs.doors.sca_release,
]

ruling := active.dormant if {
	true
} else := active.settled(prose.ruling(
	"sca_release",
	"that findings on dependencies are addressed before a release",
	prose.on_subject(input.docs.topics.sca_release, "subject"),
	input.docs.closed.sca_release,
	input.docs.doors.sca_release,
))
