package osps.requirements["OSPS-AC-03.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-AC-03.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

strict(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-AC-03.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as {"catalog": "2026-08-28", "platform_evidence": "strict"}
}

# Everything was read, and there is no rule.
base := {
	"branch.deletion_blocked": sample.known(false),
	"branch.rules_readable": sample.known(true),
	"branch.classic_readable": sample.known(true),
	"branch.bypass": sample.known([]),
	"repo.default_branch": sample.known("main"),
	"repo.host": sample.known("github.com"),
	"repo.archived": sample.known(false),
}

blocked := {"branch.deletion_blocked": sample.known(true)}

own_server := {"repo.host": sample.known("git.sample.dev")}

everybody := {"branch.bypass": sample.known([{"actor_kind": "team", "mode": "always", "source": "ruleset"}])}

offline := {name: sample.hidden | some name, _ in base}

test_a_rule_passes if {
	ruling(blocked).confidence == "high"
	ruling(blocked).kind == "observed"
	strict(blocked) == "passed"
}

test_archived_passes if outcome(object.union(offline, {"repo.archived": sample.known(true)})) == "passed"

test_no_rule_passes_only_by_structure if {
	ruling({}).outcome == "passed"
	ruling({}).kind == "platform_structural"
	ruling({}).confidence == "medium"
	strict({}) == "needs_review"
}

test_structure_needs_an_observed_default_branch if {
	not outcome({"repo.default_branch": sample.hidden})
	not outcome(object.union(offline, {"repo.host": sample.known("github.com")}))
}

test_own_server_without_rule_fails if {
	outcome(own_server) == "failed"
	not outcome(object.union(own_server, {"branch.classic_readable": sample.hidden}))
	not outcome(object.union(own_server, {"branch.deletion_blocked": sample.hidden}))
	not outcome({"repo.host": sample.hidden})
}

test_broad_bypass_on_an_own_server_needs_review if {
	outcome(object.union(object.union(blocked, own_server), everybody)) == "needs_review"
	outcome(object.union(blocked, everybody)) == "passed"
}

test_offline_decides_nothing if not outcome(offline)
