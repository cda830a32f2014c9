package osps.requirements["OSPS-QA-01.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-01.02"].ruling with input as sample.document(base, changes)
}

outcome(changes) := ruling(changes).outcome

commits := {
	"commits": 200, "without_author": 0, "without_parents": 0, "bots": 3, "top_author_percent": 40,
	"top_author_is_export": false, "merges": 10, "change_requests": 150,
}

base := {
	"repo.anonymous_readable": sample.known(true),
	"repo.empty": sample.known(false),
	"commits.sample": sample.known(commits),
	"commits.count": sample.known(900),
	"commits.shallow": sample.known(false),
	"branch.force_push_blocked": sample.known(true),
}

with_commits(changes) := {"commits.sample": sample.known(object.union(commits, changes))}

test_a_public_history_passes if {
	outcome({}) == "passed"
	count(ruling({}).notes) == 1
	outcome({"branch.force_push_blocked": sample.hidden}) == "passed"
}

test_a_private_one_fails if outcome({"repo.anonymous_readable": sample.known(false)}) == "failed"

test_dumps_and_missing_authors_are_reviewed if {
	outcome(with_commits({"top_author_is_export": true, "top_author_percent": 95})) == "needs_review"
	outcome(with_commits({"without_author": 2})) == "needs_review"
	outcome(with_commits({"without_parents": 1})) == "needs_review"
	outcome({"repo.empty": sample.known(true)}) == "needs_review"
}

test_one_busy_person_is_no_export if outcome(with_commits({"top_author_percent": 100})) == "passed"

test_unread_history_decides_nothing if {
	not outcome({"commits.sample": sample.hidden})
	not outcome({"commits.count": sample.hidden, "commits.shallow": sample.known(true)})
	not outcome({"repo.anonymous_readable": sample.hidden})
}
