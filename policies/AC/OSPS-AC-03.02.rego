# METADATA
# title: Deleting the primary branch needs an explicit confirmation
# custom:
#   requirement: OSPS-AC-03.02
#   limits: >-
#     Seen is whether a rule or the host refuses the deletion of the branch, not whether somebody could lift that rule
#     first, or delete the whole repository.
package osps.requirements["OSPS-AC-03.02"]

import rego.v1
import data.osps.branch
import data.osps.platform
import data.osps.verdict

needs := [
	input.branch.deletion_blocked,
	input.branch.rules_readable,
	input.branch.classic_readable,
	input.branch.bypass,
	input.repo.default_branch,
	input.repo.host,
	input.repo.archived,
]

ruling := verdict.passed("The repository is archived: nothing in it can be deleted.", [input.repo.archived]) if {
	input.repo.archived.known == true
} else := verdict.noting(
	verdict.passed("A rule blocks the deletion of the primary branch.", [input.branch.deletion_blocked]),
	branch.remarks(input.branch.bypass),
) if {
	input.branch.deletion_blocked.known == true
	count(_broad) == 0
} else := verdict.structural(verdict.passed(
	sprintf("No rule that binds everybody was seen; the host refuses the deletion of its default branch, %s.", [
		input.repo.default_branch.known,
	]),
	[input.repo.default_branch, platform.evidence(_refusal)],
)) if {
	is_string(input.repo.default_branch.known)
	_refusal.class == "structural"
} else := verdict.needs_review(
	sprintf("A rule blocks the deletion of the primary branch, but some may always pass by it: %s.", [
		concat(", ", _broad),
	]),
	[input.branch.deletion_blocked, input.branch.bypass],
) if {
	input.branch.deletion_blocked.known == true
} else := verdict.failed(
	"No rule blocks the deletion of the primary branch, and the host is not known to refuse it.",
	[input.branch.rules_readable, input.branch.classic_readable, input.branch.deletion_blocked, input.repo.host],
) if {
	branch.read(input.branch.rules_readable, input.branch.classic_readable)
	input.branch.deletion_blocked.known == false
	platform.none(input.repo.host, "OSPS-AC-03.02")
}

_refusal := platform.entry(input.repo.host, "OSPS-AC-03.02")

_broad := branch.broad(input.branch.bypass, {"known": true})
