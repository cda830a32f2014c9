# METADATA
# title: Somebody other than the author approves each change
# custom:
#   requirement: OSPS-QA-07.01
package osps.requirements["OSPS-QA-07.01"]

import rego.v1
import data.osps.branch
import data.osps.platform
import data.osps.verdict

needs := [
	input.branch.required_approvals,
	input.branch.rules_readable,
	input.branch.classic_readable,
	input.branch.bypass,
	input.branch.admins_bound,
	input.branch.last_push_approval,
	input.changes.merged_sample,
	input.repo.host,
]

ruling := verdict.failed(
	"No rule asks for an approval before a change is merged into the primary branch.",
	[input.branch.required_approvals, input.branch.rules_readable, input.branch.classic_readable],
) if {
	branch.read(input.branch.rules_readable, input.branch.classic_readable)
	_approvals == 0
} else := verdict.needs_review(
	sprintf("%d approvals are required, but some may always pass by the rule: %s.", [_approvals, concat(", ", _broad)]),
	[input.branch.required_approvals, input.branch.bypass, input.branch.admins_bound],
) if {
	_approvals > 0
	count(_broad) > 0
} else := verdict.needs_review(
	sprintf("%d approvals are required, and yet these changes by people were merged without any by another person: %s.", [
		_approvals,
		concat(", ", array.slice(_unapproved, 0, 10)),
	]),
	[input.branch.required_approvals, input.changes.merged_sample],
) if {
	_approvals > 0
	count(_unapproved) > 0
} else := verdict.needs_review(
	sprintf("%d approvals are required; whether authors may approve their own changes on this host is not known.", [
		_approvals,
	]),
	[input.branch.required_approvals, input.repo.host],
) if {
	_approvals > 0
	not platform.entry(input.repo.host, "OSPS-QA-07.01")
	_host_known
} else := verdict.noting(verdict.passed(_says, [
	input.branch.required_approvals,
	input.branch.bypass,
	input.changes.merged_sample,
]), _notes) if {
	_approvals > 0
	branch.shown(input.branch.bypass)
	input.branch.admins_bound.known == true
	is_array(input.changes.merged_sample.known)
	platform.entry(input.repo.host, "OSPS-QA-07.01")
} else := verdict.medium(verdict.noting(verdict.passed(_says, [input.branch.required_approvals]), _notes)) if {
	_approvals > 0
	platform.entry(input.repo.host, "OSPS-QA-07.01")
}

_approvals := input.branch.required_approvals.known

_host_known if is_string(input.repo.host.known)

_host_known if input.repo.host.known == null

_broad := branch.broad(input.branch.bypass, input.branch.admins_bound)

_unapproved := [sprintf("#%d", [change.number]) |
	some change in input.changes.merged_sample.known
	change.author_kind == "human"
	change.human_approvals == 0
]

_says := sprintf("%d approvals by somebody else are required before a change is merged.", [_approvals])

_notes := array.concat(branch.remarks(input.branch.bypass), _last_push) if {
	is_array(input.branch.bypass.known)
} else := _last_push

_last_push := ["A push after the approval needs no new one."] if {
	input.branch.last_push_approval.known == false
} else := []
