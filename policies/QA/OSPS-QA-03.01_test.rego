package osps.requirements["OSPS-QA-03.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-03.01"].ruling with input as sample.document(base, changes)
}

outcome(changes) := ruling(changes).outcome

check(name) := {
	"name": name, "app": null, "kind": "check", "on": "change_request", "conclusion": "success", "changes": 20,
}

required(name) := {"context": name, "app": "15368", "source": "ruleset"}

change(failed) := {
	"number": 7, "author_kind": "human", "human_approvals": 1, "bot_approvals": 0,
	"failed_required_checks": failed, "checks": ["test"],
}

base := {
	"branch.required_checks": sample.known([required("test")]),
	"branch.rules_readable": sample.known(true),
	"branch.classic_readable": sample.known(true),
	"branch.bypass": sample.known([]),
	"branch.admins_bound": sample.known(true),
	"checks.observed": sample.known([check("test"), check("coverage")]),
	"changes.merged_sample": sample.known([change([])]),
	"workflows.present": sample.known(true),
}

test_required_and_observed_passes if ruling({}).confidence == "high"

test_an_unread_sample_lowers_confidence if {
	ruling({"changes.merged_sample": sample.hidden}).confidence == "medium"
	ruling({"checks.observed": sample.hidden}).confidence == "medium"
}

test_nothing_required_fails_where_both_sources_were_read if {
	none := {"branch.required_checks": sample.known([])}
	outcome(none) == "failed"
	not outcome(object.union(none, {"branch.classic_readable": sample.hidden}))
}

test_stale_names_and_ways_around_are_reviewed if {
	outcome({"branch.required_checks": sample.known([required("gone")])}) == "needs_review"
	outcome({"changes.merged_sample": sample.known([change(["test"])])}) == "needs_review"
	outcome({"branch.admins_bound": sample.known(false)}) == "needs_review"
	outcome({"branch.required_checks": sample.known([required("coverage")])}) == "needs_review"
}

test_an_optional_check_does_not_matter if {
	outcome({"checks.observed": sample.known([check("test"), check("codecov/patch")])}) == "passed"
}

test_commit_statuses_count if {
	status := object.union(check("ci/prow"), {"kind": "status"})
	outcome({
		"branch.required_checks": sample.known([required("ci/prow")]),
		"checks.observed": sample.known([status]),
	}) == "passed"
}

test_no_checks_at_all_is_not_applicable if {
	none := {"workflows.present": sample.known(false), "checks.observed": sample.known([])}
	outcome(object.union(none, {"branch.required_checks": sample.known([])})) == "not_applicable"
	not outcome({
		"workflows.present": sample.known(false), "checks.observed": sample.hidden,
		"branch.required_checks": sample.known([]),
	})
}
