# METADATA
# title: The history publicly shows each change with its author and date
# custom:
#   requirement: OSPS-QA-01.02
package osps.requirements["OSPS-QA-01.02"]

import rego.v1
import data.osps.verdict

needs := [
	input.repo.anonymous_readable,
	input.repo.empty,
	input.commits.sample,
	input.commits.count,
	input.commits.shallow,
	input.branch.force_push_blocked,
]

ruling := verdict.failed(
	"The repository is not public, so nobody outside can see its history.",
	[input.repo.anonymous_readable],
) if {
	input.repo.anonymous_readable.known == false
} else := verdict.needs_review("The repository has no commit yet.", [input.repo.empty]) if {
	input.repo.empty.known == true
} else := verdict.needs_review(
	sprintf("%d%% of the newest commits are exports by one account: the real authors are not in the history.", [
		_sample.top_author_percent,
	]),
	[input.commits.sample],
) if {
	_sample.top_author_is_export
	_sample.top_author_percent >= 80
} else := verdict.needs_review(
	sprintf("%d of the newest commits name no author.", [_sample.without_author]),
	[input.commits.sample],
) if {
	_sample.without_author > 0
} else := verdict.needs_review(
	sprintf("%d of the newest commits name a parent that is not in the repository.", [_sample.without_parents]),
	[input.commits.sample],
) if {
	_sample.without_parents > 0
} else := verdict.noting(
	verdict.passed(
		sprintf("The history is public, and each of the newest %d commits has an author, a date and its parents.", [
			_sample.commits,
		]),
		[input.repo.anonymous_readable, input.commits.sample],
	),
	_remarks,
) if {
	input.repo.anonymous_readable.known == true
	input.commits.count.known >= 1
	_sample.commits >= 1
}

_sample := input.commits.sample.known

_remarks := ["The primary branch cannot be rewritten."] if {
	input.branch.force_push_blocked.known == true
} else := []
