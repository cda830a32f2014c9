package osps.requirements["OSPS-QA-07.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-07.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

strict(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-QA-07.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as {"catalog": "2026-08-28", "platform_evidence": "strict"}
}

# One approval is required, and the sample shows it.
base := {
	"branch.required_approvals": sample.known(1),
	"branch.last_push_approval": sample.known(true),
	"branch.codeowner_review": sample.known(false),
	"branch.bypass": sample.known([]),
	"branch.admins_bound": sample.known(true),
	"branch.rules_readable": sample.known(true),
	"branch.classic_readable": sample.known(true),
	"branch.direct_commits": sample.known([]),
	"changes.merged_sample": sample.known([change("human", 1, 0)]),
	"repo.host": sample.known("github.com"),
}

change(author, human, bot) := {
	"number": 7, "author_kind": author, "human_approvals": human, "bot_approvals": bot, "failed_required_checks": [],
	"checks": [],
}

role := {"actor_kind": "role", "mode": "always", "source": "ruleset"}

merged(all) := {"changes.merged_sample": sample.known(all)}

none := {"branch.required_approvals": sample.known(0)}

offline := {name: sample.hidden | some name, _ in base}

test_required_and_practised_passes if {
	ruling({}).confidence == "high"
	strict({}) == "passed"
	outcome({"branch.classic_readable": sample.hidden}) == "passed"
}

test_a_hidden_bypass_list_or_sample_is_medium if {
	ruling({"branch.bypass": sample.hidden}).confidence == "medium"
	ruling({"changes.merged_sample": sample.hidden}).kind == "platform_structural"
	strict({"changes.merged_sample": sample.hidden}) == "needs_review"
}

test_no_required_approval_fails if {
	outcome(none) == "failed"
	not outcome(object.union(none, {"branch.classic_readable": sample.hidden}))
	not outcome(object.union(none, {"branch.rules_readable": sample.known(false)}))
}

test_broad_bypass_needs_review if {
	outcome({"branch.bypass": sample.known([role])}) == "needs_review"
	outcome({"branch.admins_bound": sample.known(false)}) == "needs_review"
}

test_unapproved_changes_need_review if {
	outcome(merged([change("human", 1, 0), change("human", 0, 0)])) == "needs_review"
	contains(ruling(merged([change("human", 0, 2)])).message, "apps only")
	outcome(merged([change("human", 1, 0), change("bot", 0, 0)])) == "passed"
}

test_direct_commits_need_review if {
	outcome({"branch.direct_commits": sample.known([{"oid": "a", "bot": false}])}) == "needs_review"
}

test_hosts_with_own_approvals_need_review if {
	outcome({"repo.host": sample.known("gitlab.com")}) == "needs_review"
	not outcome({"repo.host": sample.hidden})
}

test_the_last_push_is_a_remark if count(ruling({"branch.last_push_approval": sample.known(false)}).notes) == 1

test_offline_decides_nothing if {
	not outcome(offline)
	not outcome(object.union(offline, {"repo.host": sample.known("github.com")}))
}
