package osps.requirements["OSPS-QA-06.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-06.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

# Read offline, with one workflow that does nothing of interest.
base := {
	"ci.capabilities": sample.known([]),
	"workflows.present": sample.known(true),
	"workflows.complete": sample.known(true),
	"ci.external_checks": sample.hidden,
	"checks.observed": sample.hidden,
	"changes.merged_sample": sample.hidden,
}

step := {
	"kind": "test", "tool": "cargo test", "covers": [], "system": "github_actions", "path": ".github/workflows/ci.yml",
	"job": "test", "line": 7, "triggers": ["change_request", "push_primary"], "path_filtered": "no", "condition": null,
	"resolved": "direct", "blocking": true, "disabled": false, "check_name": "test (*)", "needs": [],
}

steps(changes) := {"ci.capabilities": sample.known([object.union(step, changes)])}

merged(checks) := {"changes.merged_sample": sample.known([{
	"number": 1, "author_kind": "human", "human_approvals": 1, "bot_approvals": 0, "failed_required_checks": [],
	"checks": checks,
}])}

check(name) := {
	"name": name, "app": null, "kind": "status", "on": "change_request", "conclusion": "success", "changes": 3,
}

external(names) := {
	"ci.external_checks": sample.known(names),
	"checks.observed": sample.known([check(name) | some name in names]),
}

test_a_test_step_on_every_change_passes if {
	ruling(steps({})).outcome == "passed"
	ruling(steps({})).confidence == "medium"
	ruling(steps({})).evidence[0].line == 7
	ruling(object.union(steps({}), merged(["test (linux)"]))).confidence == "high"
	ruling(object.union(steps({}), merged(["lint"]))).confidence == "medium"
	outcome(steps({"triggers": ["merge_queue"]})) == "passed"
	outcome(object.union(steps({}), {"workflows.complete": sample.hidden})) == "passed"
}

test_a_filter_for_documentation_is_a_note if {
	outcome(steps({"path_filtered": "non_code"})) == "passed"
	count(ruling(steps({"path_filtered": "non_code"})).notes) == 1
}

test_tests_at_other_times_need_review if {
	outcome(steps({"triggers": ["push_primary"]})) == "needs_review"
	outcome(steps({"triggers": ["schedule"]})) == "needs_review"
	outcome(steps({"triggers": []})) == "needs_review"
	outcome(steps({"path_filtered": "code"})) == "needs_review"
	outcome(steps({"blocking": false})) == "needs_review"
	outcome(steps({"disabled": true})) == "needs_review"
	outcome(steps({"condition": "contains(labels, 'x')"})) == "needs_review"
	outcome(steps({"resolved": "opaque"})) == "needs_review"
}

test_other_steps_are_no_tests if {
	outcome(steps({"kind": "lint"})) == "needs_review"
	outcome(steps({"kind": "sast"})) == "needs_review"
	outcome({}) == "needs_review"
}

test_tests_outside_of_the_repository_count if {
	outcome(external(["ci/prow test"])) == "passed"
	outcome(external(["DCO"])) == "failed"
	outcome(object.union(external(["DCO"]), {"workflows.complete": sample.hidden})) == "needs_review"
}

test_nothing_at_all_fails_where_everything_was_read if {
	everything := {"workflows.present": sample.known(false), "ci.external_checks": sample.known([])}
	outcome(everything) == "failed"
	ruling(everything).confidence == "medium"
	not outcome({"workflows.present": sample.hidden})
	not outcome({"ci.capabilities": sample.hidden})
}
