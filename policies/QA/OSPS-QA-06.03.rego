# METADATA
# title: Major changes add or update tests
# custom:
#   requirement: OSPS-QA-06.03
package osps.requirements["OSPS-QA-06.03"]

import rego.v1
import data.osps.active
import data.osps.prose

needs := [
	input.docs.topics.test_policy,
	input.docs.closed.test_policy,
	input.docs.doors.test_policy,
]

ruling := active.dormant if {
	true
} else := active.settled(prose.ruling(
	"test_policy",
	"that major changes add or update tests",
	input.docs.topics.test_policy,
	input.docs.closed.test_policy,
	input.docs.doors.test_policy,
))
