package osps.requirements["OSPS-QA-01.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-01.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"repo.anonymous_readable": sample.known(true),
	"repo.visibility": sample.known("public"),
	"repo.empty": sample.known(false),
	"commits.sample": history({}),
	"commits.count": sample.known(400),
	"commits.shallow": sample.known(false),
	"branch.force_push_blocked": sample.hidden,
}

history(changes) := sample.known(object.union(
	{
		"commits": 200, "without_author": 0, "without_parents": 0, "bots": 20, "top_author_percent": 40,
		"top_author_is_export": false, "merges": 10, "change_requests": 100,
	},
	changes,
))

read(changes) := {"commits.sample": history(changes)}

offline := {"repo.anonymous_readable": sample.hidden, "repo.visibility": sample.hidden}

test_public_history_passes if {
	ruling({}).confidence == "high"
	outcome({"repo.anonymous_readable": sample.hidden}) == "passed"
	outcome({"repo.visibility": sample.hidden}) == "passed"
}

test_a_rule_against_rewriting_is_a_remark if {
	count(ruling({"branch.force_push_blocked": sample.known(true)}).notes) == 1
}

test_not_public_fails if {
	outcome({"repo.anonymous_readable": sample.known(false)}) == "failed"
	outcome({"repo.anonymous_readable": sample.hidden, "repo.visibility": sample.known("private")}) == "failed"
}

test_offline_is_unknown if not outcome(offline)

test_no_commit_needs_review if {
	outcome({"repo.empty": sample.known(true), "commits.sample": sample.hidden}) == "needs_review"
}

test_an_unread_history_is_unknown if {
	not outcome({"commits.sample": sample.hidden, "commits.shallow": sample.known(true)})
}

test_exports_and_missing_data_need_review if {
	outcome(read({"top_author_is_export": true, "top_author_percent": 90})) == "needs_review"
	outcome(read({"top_author_is_export": true, "top_author_percent": 60})) == "passed"
	outcome(read({"top_author_percent": 95})) == "passed"
	outcome(read({"without_author": 1})) == "needs_review"
	outcome(read({"without_parents": 1})) == "needs_review"
}
