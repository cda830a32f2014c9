package osps.branch_test

import rego.v1
import data.osps.branch
import data.osps.sample

actor(kind, mode) := {"actor_kind": kind, "mode": mode, "source": "ruleset"}

bound := sample.known(true)

test_who_may_always_pass if {
	branch.broad(sample.known([actor("team", "always"), actor("app", "always")]), bound) == ["team"]
	branch.broad(sample.known([actor("team", "pull_request"), actor("deploy_key", "always")]), bound) == []
	branch.broad(sample.known([]), sample.known(false)) == ["admin"]
	branch.broad(sample.hidden, sample.hidden) == []
}

test_a_cut_list_is_not_shown if {
	branch.shown(sample.known([]))
	not branch.shown(sample.hidden)
	not branch.shown({"known": [], "complete": false, "src": []})
}

test_people_who_pushed if {
	branch.pushed(sample.known([{"oid": "a", "bot": true}, {"oid": "b", "bot": false}])) == ["b"]
	branch.pushed(sample.hidden) == []
}

test_remarks_are_sorted_and_unique if {
	all := [actor("deploy_key", "always"), actor("app", "always"), actor("app", "always")]
	count(branch.remarks(sample.known(all))) == 2
	startswith(branch.remarks(sample.known(all))[0], "May pass by the rule, tolerated: app")
}
