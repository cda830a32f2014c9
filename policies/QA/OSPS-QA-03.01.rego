# METADATA
# title: Status checks pass or are knowingly passed by
# custom:
#   requirement: OSPS-QA-03.01
#   limits: >-
#     Rules and a sample of merged changes are read. Whether a required check really tests something, and why somebody
#     passed by it, is not seen.
package osps.requirements["OSPS-QA-03.01"]

import rego.v1
import data.osps.branch
import data.osps.verdict

needs := [
	input.branch.required_checks,
	input.branch.rules_readable,
	input.branch.classic_readable,
	input.branch.bypass,
	input.branch.admins_bound,
	input.checks.observed,
	input.changes.merged_sample,
	input.workflows.present,
]

ruling := verdict.not_applicable(
	"No automated checks exist: there is no pipeline, and none was seen on any change.",
	[input.workflows.present, input.checks.observed],
) if {
	input.workflows.present.known == false
	input.checks.observed.known == []
	not input.checks.observed.complete == false
} else := verdict.failed(
	"Checks run on changes, but none of them has to pass before a change is merged.",
	[input.branch.required_checks, input.branch.rules_readable, input.branch.classic_readable],
) if {
	_checks_exist
	branch.read(input.branch.rules_readable, input.branch.classic_readable)
	input.branch.required_checks.known == []
} else := verdict.needs_review(
	sprintf("Checks have to pass, but some may always pass by the rule: %s.", [concat(", ", _broad)]),
	[input.branch.required_checks, input.branch.bypass, input.branch.admins_bound],
) if {
	count(_required) > 0
	count(_broad) > 0
} else := verdict.needs_review(
	sprintf("These required checks never ran on the sampled changes: %s.", [concat(", ", _never)]),
	[input.branch.required_checks, input.checks.observed],
) if {
	count(_required) > 0
	count(_never) > 0
} else := verdict.needs_review(
	sprintf("Changes were merged although a required check had failed: %s.", [concat(", ", _failed)]),
	[input.branch.required_checks, input.changes.merged_sample],
) if {
	count(_required) > 0
	count(_failed) > 0
} else := verdict.needs_review(
	sprintf("None of the checks that run tests has to pass: %s.", [concat(", ", _tests)]),
	[input.branch.required_checks, input.checks.observed],
) if {
	count(_required) > 0
	count(_tests) > 0
	every name in _tests { not name in _required }
} else := verdict.passed(
	sprintf("These checks have to pass before a change is merged, and did: %s.", [concat(", ", _required)]),
	[input.branch.required_checks, input.checks.observed, input.changes.merged_sample],
) if {
	count(_required) > 0
	is_array(input.checks.observed.known)
	is_array(input.changes.merged_sample.known)
} else := verdict.medium(verdict.passed(
	sprintf("These checks have to pass before a change is merged: %s.", [concat(", ", _required)]),
	[input.branch.required_checks],
)) if {
	count(_required) > 0
}

_required := sort({check.context | some check in input.branch.required_checks.known})

_observed := {check.name | some check in input.checks.observed.known}

# What a sample of changes did not show, although the whole sample was read.
_never := sort([name |
	is_array(input.checks.observed.known)
	not input.checks.observed.complete == false
	some name in _required
	not name in _observed
])

_failed := [sprintf("#%d", [change.number]) |
	some change in input.changes.merged_sample.known
	count(change.failed_required_checks) > 0
]

_tests := sort([name |
	some name in _observed
	some word in regex.split(`[^a-z0-9]+`, lower(name))
	word in {"test", "tests", "e2e", "integration", "unit"}
])

_broad := branch.broad(input.branch.bypass, input.branch.admins_bound)

_checks_exist if input.workflows.present.known == true

_checks_exist if count(input.checks.observed.known) > 0
