# METADATA
# title: Changes need the approval of a person other than their author
# custom:
#   requirement: OSPS-QA-07.01
#   limits: >-
#     Rules and a sample of merged changes are read. Whether an approval came from a real review, and whether two
#     accounts belong to one person, cannot be seen.
package osps.requirements["OSPS-QA-07.01"]

import rego.v1
import data.osps.branch
import data.osps.platform
import data.osps.verdict

needs := [
	input.branch.required_approvals,
	input.branch.last_push_approval,
	input.branch.codeowner_review,
	input.branch.bypass,
	input.branch.admins_bound,
	input.branch.rules_readable,
	input.branch.classic_readable,
	input.branch.direct_commits,
	input.changes.merged_sample,
	input.repo.host,
]

ruling := verdict.failed(
	"No approval is required before a change is merged.",
	[input.branch.required_approvals, input.branch.rules_readable, input.branch.classic_readable],
) if {
	branch.read(input.branch.rules_readable, input.branch.classic_readable)
	input.branch.required_approvals.known == 0
} else := verdict.needs_review(
	sprintf("%d approvals are required, but some may always pass by the rule: %s.", [
		input.branch.required_approvals.known,
		concat(", ", _broad),
	]),
	[input.branch.required_approvals, input.branch.bypass, input.branch.admins_bound],
) if {
	_required
	count(_broad) > 0
} else := verdict.needs_review(
	sprintf("Approval is required, and yet change %d was merged %s.", [_unapproved[0].number, _how(_unapproved[0])]),
	[input.branch.required_approvals, input.changes.merged_sample],
) if {
	_required
	count(_unapproved) > 0
} else := verdict.needs_review(
	sprintf("Approval is required, and yet people pushed %d recent commits without a change request.", [
		count(_pushed),
	]),
	[input.branch.required_approvals, input.branch.direct_commits],
) if {
	_required
	count(_pushed) > 0
} else := verdict.needs_review(
	"Approval is required; on this host authors may be able to approve their own changes.",
	[input.branch.required_approvals, input.repo.host],
) if {
	_required
	platform.none(input.repo.host, "OSPS-QA-07.01")
} else := verdict.noting(
	verdict.passed(
		sprintf("%d approvals are required, and every sampled change has one by another person.", [
			input.branch.required_approvals.known,
		]),
		[input.branch.required_approvals, input.branch.bypass, input.changes.merged_sample],
	),
	_remarks,
) if {
	_required
	branch.shown(input.branch.bypass)
	count(input.changes.merged_sample.known) > 0
	_own
} else := verdict.structural(verdict.noting(
	verdict.passed(
		sprintf("%d approvals are required, and nobody can approve a change of their own on this host.", [
			input.branch.required_approvals.known,
		]),
		[input.branch.required_approvals, platform.evidence(_own)],
	),
	_remarks,
)) if {
	_required
	_own
}

_required if input.branch.required_approvals.known > 0

_broad := branch.broad(input.branch.bypass, input.branch.admins_bound)

_pushed := branch.pushed(input.branch.direct_commits)

# Changes by people that nobody else approved.
_unapproved := [change |
	some change in input.changes.merged_sample.known
	change.author_kind == "human"
	change.human_approvals == 0
]

_how(change) := "with the approval of apps only" if {
	change.bot_approvals > 0
} else := "without any approval"

_own := platform.entry(input.repo.host, "OSPS-QA-07.01")

_remarks := array.concat(
	branch.remarks(input.branch.bypass),
	["The last push to a change needs no approval of its own." | input.branch.last_push_approval.known == false],
)
