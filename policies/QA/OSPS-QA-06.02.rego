# METADATA
# title: When and how tests are run is documented
# custom:
#   requirement: OSPS-QA-06.02
package osps.requirements["OSPS-QA-06.02"]

import rego.v1
import data.osps.active
import data.osps.prose

needs := [
	input.docs.topics.testing,
	input.docs.closed.testing,
	input.docs.doors.testing,
]

ruling := active.dormant if {
	true
} else := active.settled(prose.ruling(
	"testing",
	"when and how tests are run",
	input.docs.topics.testing,
	input.docs.closed.testing,
	input.docs.doors.testing,
))
