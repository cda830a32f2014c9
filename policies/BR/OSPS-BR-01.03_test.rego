package osps.requirements["OSPS-BR-01.03_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-BR-01.03"].ruling with input as sample.document(base, changes)
}

outcome(changes) := ruling(changes).outcome

checkout(changes) := {"workflows.checkouts": sample.known([object.union({
	"path": ".github/workflows/ci.yml", "job": "build", "line": 12, "triggers": ["pull_request_target"],
	"ref_class": "head", "via": "checkout", "executed_after": true, "executed_line": 15,
	"credentials": ["write_token"], "guards": [],
}, changes)])}

guard(kind) := [{"kind": kind, "condition": "a condition", "line": 8}]

job(runner) := {
	"path": "x", "job": "build", "line": 3, "runner": runner, "triggers": ["pull_request"], "permission_source": "job",
}

base := {
	"workflows.checkouts": sample.known([]),
	"workflows.jobs": sample.known([job("hosted")]),
	"workflows.remote": sample.known([]),
	"workflows.complete": sample.known(true),
	"workflows.present": sample.known(true),
	"workflows.fork_credentials": sample.known([]),
	"ci.systems": sample.known([{"system": "github_actions", "path": "x", "analysed": "full", "parsed": "ok"}]),
}

# The workflow names a local action that is not in the tree.
unresolved := {
	"workflows.complete": sample.hidden,
	"ci.systems": sample.known([{"system": "github_actions", "path": "x", "analysed": "full", "parsed": "unresolved"}]),
}


test_nothing_foreign_passes if {
	ruling({}).confidence == "high"
	outcome(checkout({"ref_class": "base"})) == "passed"
}

test_workflows_elsewhere_lower_the_confidence if {
	asked := object.union(job("hosted"), {"triggers": ["pull_request_target"]})
	started := {"workflows.jobs": sample.known([asked])}
	elsewhere := {"path": "x", "job": "build", "kind": "workflow", "uses": "acme/ci/.github/workflows/x.yml"}
	call := {"workflows.remote": sample.known([elsewhere])}
	ruling(object.union(started, call)).confidence == "medium"
	ruling(call).confidence == "high"
}

test_the_same_repository_passes_with_less_confidence if {
	ruling(checkout({"guards": guard("same_repo")})).confidence == "medium"
	ruling(checkout({"guards": guard("writer")})).confidence == "medium"
}

test_executed_with_credentials_fails if {
	ruling(checkout({})).confidence == "high"
	ruling(checkout({"credentials": ["default_token"]})).confidence == "medium"
	outcome(checkout({"ref_class": "dynamic", "via": "gh_pr_checkout"})) == "failed"
	outcome(object.union(checkout({}), {"workflows.complete": sample.hidden})) == "failed"
	outcome(checkout({"ref_class": "artifact", "runs_file": true})) == "failed"
	outcome(checkout({"ref_class": "artifact", "runs_file": false})) == "needs_review"
}

test_doubt_is_reviewed if {
	outcome(checkout({"executed_after": false})) == "needs_review"
	outcome(checkout({"credentials": ["none"]})) == "needs_review"
	outcome(checkout({"guards": guard("label")})) == "needs_review"
	outcome(checkout({"guards": guard("environment")})) == "needs_review"
	outcome(checkout({"ref_class": "artifact", "via": "artifact"})) == "needs_review"
	outcome(checkout({"ref_class": "unclear"})) == "needs_review"
	outcome(checkout({"ref_class": "unclear", "via": "run_approval"})) == "needs_review"
	outcome({"workflows.jobs": sample.known([job("self_hosted")])}) == "needs_review"
}

test_a_missing_action_matters_only_beside_privileges if {
	outcome(unresolved) == "passed"
	privileged := object.union(job("hosted"), {"triggers": ["pull_request_target"]})
	not outcome(object.union(unresolved, {"workflows.jobs": sample.known([privileged])}))
	called := object.union(job("hosted"), {"triggers": ["workflow_call"]})
	not outcome(object.union(unresolved, {"workflows.jobs": sample.known([called])}))
}

test_what_another_system_takes_in_from_elsewhere_is_not_clean if {
	gitlab := {"system": "gitlab_ci", "path": ".gitlab-ci.yml", "analysed": "full", "parsed": "unresolved"}
	not outcome(object.union(unresolved, {"ci.systems": sample.known([gitlab])}))
}

test_unread_pipelines_decide_nothing if {
	broken := {"system": "github_actions", "path": "y", "analysed": "full", "parsed": "parse_error"}
	not outcome({"workflows.complete": sample.hidden, "ci.systems": sample.known([broken])})
	not outcome({"workflows.checkouts": sample.hidden})
	not outcome({"workflows.jobs": sample.hidden})
}

test_no_pipelines_is_not_applicable if outcome({"workflows.present": sample.known(false)}) == "not_applicable"

test_credentials_that_another_system_may_give_to_forks_decide_nothing if {
	not outcome({"workflows.fork_credentials": sample.hidden})
	outcome(object.union(checkout({}), {"workflows.fork_credentials": sample.hidden})) == "failed"
}

test_pipelines_that_members_start_for_forks_are_reviewed if {
	outcome(checkout({"via": "fork_pipeline", "credentials": ["secrets"]})) == "needs_review"
}
