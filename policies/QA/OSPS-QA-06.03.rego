# METADATA
# title: Major changes add or update tests
# custom:
#   requirement: OSPS-QA-06.03
#   limits: >-
#     A written rule is looked for. Whether changes really bring tests is not compared with the history.
package osps.requirements["OSPS-QA-06.03"]

import rego.v1
import data.osps.active
import data.osps.prose
import data.osps.verdict

needs := [
	input.docs.topics.test_policy,
	input.docs.closed.test_policy,
	input.docs.doors.test_policy,
]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_name := "test_policy"

_subject := "that major changes add or update tests"

_judged := verdict.needs_review(
	sprintf("Only the template for changes (%s) asks for tests; no document says so.", [
		input.docs.topics.test_policy.known.findings[0].path,
	]),
	prose.places(_name, input.docs.topics.test_policy, {"stated"}),
) if {
	input.docs.topics.test_policy.known.class == "stated"
	every finding in input.docs.topics.test_policy.known.findings {
		_is_template(finding)
	}
} else := prose.ruling(
	_name,
	_subject,
	input.docs.topics.test_policy,
	input.docs.closed.test_policy,
	input.docs.doors.test_policy,
)

# What is asked of each change, or does not count here.
_is_template(finding) if finding.role == "change_template"

_is_template(finding) if finding.class != "stated"
