package osps.requirements["OSPS-QA-07.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-07.01"].ruling with input as sample.document(base, changes)
}

outcome(changes) := ruling(changes).outcome

change(human, bot) := {
	"number": 7, "author_kind": "human", "human_approvals": human, "bot_approvals": bot,
	"failed_required_checks": [], "checks": [],
}

actor(kind, mode) := {"actor_kind": kind, "mode": mode, "source": "ruleset"}

base := {
	"branch.required_approvals": sample.known(1),
	"branch.rules_readable": sample.known(true),
	"branch.classic_readable": sample.known(true),
	"branch.bypass": sample.known([]),
	"branch.admins_bound": sample.known(true),
	"branch.last_push_approval": sample.known(true),
	"changes.merged_sample": sample.known([change(1, 0)]),
	"repo.host": sample.known("github.com"),
}

test_a_rule_that_is_kept_passes if ruling({}).confidence == "high"

test_what_could_not_be_read_lowers_confidence if {
	ruling({"branch.bypass": sample.hidden}).confidence == "medium"
	ruling({"changes.merged_sample": sample.hidden}).confidence == "medium"
	ruling({"branch.classic_readable": sample.known(false)}).outcome == "passed"
}

test_no_rule_fails_where_both_sources_were_read if {
	none := {"branch.required_approvals": sample.known(0)}
	outcome(none) == "failed"
	not outcome(object.union(none, {"branch.classic_readable": sample.hidden}))
	not outcome({"branch.required_approvals": sample.hidden})
}

test_ways_around_are_reviewed if {
	outcome({"branch.bypass": sample.known([actor("role", "always")])}) == "needs_review"
	outcome({"branch.admins_bound": sample.known(false)}) == "needs_review"
	outcome({"changes.merged_sample": sample.known([change(0, 0)])}) == "needs_review"
	outcome({"changes.merged_sample": sample.known([change(0, 2)])}) == "needs_review"
}

test_apps_and_pull_requests_are_tolerated if {
	outcome({"branch.bypass": sample.known([actor("app", "always"), actor("team", "pull_request")])}) == "passed"
}

test_a_host_that_may_allow_own_approvals_is_reviewed if {
	outcome({"repo.host": sample.known("git.sample.dev")}) == "needs_review"
}

test_a_push_after_the_approval_is_a_note if {
	answer := ruling({"branch.last_push_approval": sample.known(false)})
	answer.outcome == "passed"
	count(answer.notes) == 1
}
