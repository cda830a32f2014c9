# METADATA
# title: Tests run before a change is accepted
# custom:
#   requirement: OSPS-QA-06.01
#   limits: >-
#     Test steps are recognised by known commands and targets. Whether the tests test anything, and scripts and
#     actions that are not read, are beyond this check.
package osps.requirements["OSPS-QA-06.01"]

import rego.v1
import data.osps.pipelines
import data.osps.verdict

needs := [
	input.ci.capabilities,
	input.workflows.present,
	input.workflows.complete,
	input.ci.external_checks,
	input.checks.observed,
	input.changes.merged_sample,
]

ruling := verdict.noting(
	verdict.passed(sprintf("%s runs on every change request, and ran on the changes that were merged.", [_tool]), _proof),
	_notes,
) if {
	count(_guards) > 0
	_ran_on_most
} else := verdict.noting(
	verdict.medium(verdict.passed(sprintf("%s runs on every change request.", [_tool]), _proof)),
	_notes,
) if {
	count(_guards) > 0
} else := verdict.medium(verdict.passed(
	sprintf("A system outside of this repository runs tests on changes: %s.", [concat(", ", _external_tests)]),
	[input.ci.external_checks, input.checks.observed],
)) if {
	count(_external_tests) > 0
} else := verdict.medium(verdict.failed(
	"No pipeline runs tests on changes.",
	[input.ci.capabilities, input.ci.external_checks],
)) if {
	input.workflows.complete.known == true
	_list_complete
	count(_tests) == 0
	is_array(input.ci.external_checks.known)
	not input.ci.external_checks.complete == false
	count(_test_names) == 0
} else := verdict.needs_review(
	sprintf("Tests run (%s), but not before every change: %s.", [_weak[0].tool, pipelines.weakness(_weak[0])]),
	pipelines.places(_weak),
) if {
	count(_weak) > 0
} else := verdict.needs_review(
	sprintf("%s may run tests; osps did not read what it does.", [_opaque[0].tool]),
	pipelines.places(_opaque),
) if {
	count(_opaque) > 0
} else := verdict.needs_review(
	"Pipelines exist, but no step in them is known to run tests.",
	[input.workflows.present, input.ci.capabilities],
) if {
	input.workflows.present.known == true
	is_array(input.ci.capabilities.known)
}

_tests := [step |
	some step in input.ci.capabilities.known
	step.kind == "test"
]

_guards := [step |
	some step in _tests
	step.resolved != "opaque"
	pipelines.guards_changes(step)
]

_weak := [step |
	some step in _tests
	step.resolved != "opaque"
	not pipelines.guards_changes(step)
]

_opaque := [step |
	some step in _tests
	step.resolved == "opaque"
]

_tool := sprintf("`%s`", [_guards[0].tool])

_proof := pipelines.places(_guards)

_notes := [sprintf("Changes of documentation alone do not start the tests of %s.", [path]) |
	some path in {step.path | some step in _guards; step.path_filtered == "non_code"}
]

_list_complete if {
	is_array(input.ci.capabilities.known)
	not input.ci.capabilities.complete == false
}

# At least four of five merged changes of the sample show a check of these steps.
_ran_on_most if {
	sample := input.changes.merged_sample.known
	count(sample) > 0
	seen := [change | some change in sample; _shows_tests(change)]
	count(seen) * 5 >= count(sample) * 4
}

_shows_tests(change) if {
	some name in change.checks
	some step in _guards
	pipelines.fits(step.check_name, name)
}

# Checks that were seen and whose name speaks of tests.
_test_names := {check.name |
	some check in input.checks.observed.known
	_speaks_of_tests(check.name)
} | {name |
	some name in input.ci.external_checks.known
	_speaks_of_tests(name)
}

_speaks_of_tests(name) if {
	some word in regex.split(`[^a-z0-9]+`, lower(name))
	word in {"test", "tests", "testing", "e2e", "integration", "unit", "unittest", "unittests", "ci"}
}

_external_tests := sort([name |
	some name in input.ci.external_checks.known
	_speaks_of_tests(name)
	some check in input.checks.observed.known
	check.name == name
	check.on == "change_request"
])
