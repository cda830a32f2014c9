package osps.requirements["OSPS-AC-03.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-AC-03.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

# Everything was read, and there is no rule.
base := {
	"branch.pr_required": sample.known(false),
	"branch.push_restricted": sample.known(null),
	"branch.locked": sample.known(false),
	"branch.bypass": sample.known([]),
	"branch.admins_bound": sample.known(true),
	"branch.rules_readable": sample.known(true),
	"branch.classic_readable": sample.known(true),
	"branch.direct_commits": sample.known([]),
	"branch.gittuf": sample.known(false),
	"repo.archived": sample.known(false),
}

rule := {"branch.pr_required": sample.known(true)}

with_bypass(actors) := object.union(rule, {"branch.bypass": sample.known(actors)})

actor(kind, mode) := {"actor_kind": kind, "mode": mode, "source": "ruleset"}

offline := {name: sample.hidden | some name, _ in base}

test_no_rule_fails_where_both_sources_were_read if {
	outcome({}) == "failed"
	not outcome({"branch.classic_readable": sample.known(false)})
	not outcome({"branch.classic_readable": sample.hidden})
	not outcome({"branch.rules_readable": sample.hidden})
}

test_a_hidden_property_prevents_a_failure if {
	not outcome({"branch.pr_required": sample.hidden})
	not outcome({"branch.push_restricted": sample.hidden})
	not outcome({"branch.locked": sample.hidden})
}

test_each_rule_passes if {
	ruling(rule).confidence == "high"
	outcome({"branch.locked": sample.known(true)}) == "passed"
	outcome({"branch.push_restricted": sample.known("nobody")}) == "passed"
	outcome({"branch.push_restricted": sample.known("automation")}) == "passed"
}

test_one_source_suffices_for_a_pass if {
	outcome(object.union(rule, {"branch.classic_readable": sample.hidden})) == "passed"
}

test_archived_passes if {
	outcome({"repo.archived": sample.known(true)}) == "passed"
	outcome(object.union(offline, {"repo.archived": sample.known(true)})) == "passed"
}

test_tolerated_bypass_passes_and_is_named if {
	tolerated := with_bypass([actor("app", "always"), actor("deploy_key", "always"), actor("role", "pull_request")])
	ruling(tolerated).outcome == "passed"
	ruling(tolerated).confidence == "high"
	count(ruling(tolerated).notes) == 3
}

test_broad_bypass_needs_review if {
	every kind in ["role", "team", "user", "admin"] {
		outcome(with_bypass([actor(kind, "always")])) == "needs_review"
	}
	outcome(object.union(rule, {"branch.admins_bound": sample.known(false)})) == "needs_review"
}

test_hidden_bypass_list_is_medium if {
	ruling(object.union(rule, {"branch.bypass": sample.hidden})).confidence == "medium"
	ruling(object.union(rule, {"branch.bypass": {"known": [], "complete": false, "src": []}})).confidence == "medium"
	ruling(object.union(rule, {"branch.admins_bound": sample.hidden})).confidence == "medium"
}

test_direct_commits_by_people_need_review if {
	human := {"branch.direct_commits": sample.known([{"oid": "abc", "bot": false}])}
	machine := {"branch.direct_commits": sample.known([{"oid": "abc", "bot": true}])}
	outcome(object.union(rule, human)) == "needs_review"
	outcome(object.union(rule, machine)) == "passed"
	outcome(human) == "failed"
}

test_pushes_restricted_to_people_need_review if {
	outcome({"branch.push_restricted": sample.known("people")}) == "needs_review"
}

test_gittuf_alone_needs_review if {
	outcome(object.union(offline, {"branch.gittuf": sample.known(true)})) == "needs_review"
}

test_offline_decides_nothing if not outcome(object.union(offline, {"branch.gittuf": sample.known(false)}))
