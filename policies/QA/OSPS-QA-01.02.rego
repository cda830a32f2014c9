# METADATA
# title: Changes, their authors and dates are on public record
# custom:
#   requirement: OSPS-QA-01.02
#   limits: >-
#     The newest commits are read as they stand. History that was rewritten before, dates that were made up, and work
#     that never became a commit do not show.
package osps.requirements["OSPS-QA-01.02"]

import rego.v1
import data.osps.verdict

needs := [
	input.repo.anonymous_readable,
	input.repo.visibility,
	input.repo.empty,
	input.commits.sample,
	input.commits.count,
	input.commits.shallow,
	input.branch.force_push_blocked,
]

ruling := verdict.failed("The repository is not public.", _public_facts) if {
	_hidden
} else := verdict.needs_review("The repository has no commit yet.", [input.repo.empty]) if {
	input.repo.empty.known == true
} else := verdict.needs_review(
	sprintf("%d of the newest %d commits name no author.", [_sample.without_author, _sample.commits]),
	[input.commits.sample],
) if {
	_sample.without_author > 0
} else := verdict.needs_review(
	sprintf("%d of the newest %d commits name a parent that does not exist.", [
		_sample.without_parents,
		_sample.commits,
	]),
	[input.commits.sample],
) if {
	_sample.without_parents > 0
} else := verdict.needs_review(
	sprintf("%d %% of the newest %d commits come from one account that exports them from elsewhere.", [
		_sample.top_author_percent,
		_sample.commits,
	]),
	[input.commits.sample],
) if {
	_sample.top_author_is_export
	_sample.top_author_percent >= 80
} else := verdict.noting(
	verdict.passed(
		sprintf("The history is public; the newest %d commits name author, date and parents.", [_sample.commits]),
		array.concat(_public_facts, [input.commits.sample]),
	),
	_remarks,
) if {
	_public
	_sample.commits > 0
}

_sample := input.commits.sample.known

_public if input.repo.anonymous_readable.known == true

_public if input.repo.visibility.known == "public"

_hidden if input.repo.visibility.known in {"private", "internal"}

_hidden if input.repo.anonymous_readable.known == false

_public_facts := [fact |
	some fact in [input.repo.anonymous_readable, input.repo.visibility]
	fact.known != null
]

_remarks := ["A rule keeps the history from being rewritten."] if {
	input.branch.force_push_blocked.known == true
} else := []
