package osps.requirements["OSPS-AC-04.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-AC-04.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"workflows.present": sample.known(true),
	"workflows.jobs": sample.known([]),
	"workflows.complete": sample.known(true),
	"ci.systems": sample.known([system]),
	"ci.default_token": sample.hidden,
	"ci.enabled": sample.hidden,
	"ci.project_token_scope": sample.hidden,
	"org.default_workflow_token": sample.hidden,
}

system := {
	"system": "github_actions", "path": ".github/workflows/ci.yml", "analysed": "full", "parsed": "ok", "error": null,
	"issues_token": true, "credentials": [], "active": null,
}

systems(changes) := {"ci.systems": sample.known([object.union(system, change) | some change in changes])}

job := {
	"system": "github_actions", "path": ".github/workflows/ci.yml", "job": "build", "line": 4, "triggers": ["push"],
	"permissions": {"contents": "read"}, "permission_source": "job", "permission_all": null, "secrets_used": [],
	"environment": null, "runner": "hosted", "calls": null, "unknown_steps": [], "guards": [],
}

jobs(changes) := {"workflows.jobs": sample.known([object.union(job, change) | some change in changes])}

unspecified := {"permission_source": "default", "permissions": {}}

token(level) := {"ci.default_token": sample.known(level)}

test_stated_permissions_pass if {
	outcome(jobs([{}])) == "passed"
	ruling(jobs([{}])).confidence == "medium"
	broad := {"permission_source": "workflow", "permissions": {"contents": "write", "packages": "write"}}
	outcome(jobs([broad])) == "passed"
	outcome(jobs([{"permission_source": "caller"}])) == "passed"
	count(ruling(object.union(jobs([{}]), token("write"))).notes) == 1
}

test_a_default_to_read_passes if {
	ruling(object.union(jobs([unspecified]), token("read"))).confidence == "high"
	outcome(object.union(jobs([unspecified]), {"org.default_workflow_token": sample.known("read")})) == "passed"
}

test_a_default_to_write_fails_where_something_relies_on_it if {
	ruling(object.union(jobs([{}, unspecified]), token("write"))).outcome == "failed"
	outcome(object.union(jobs([{"permission_source": "outside"}]), token("write"))) == "needs_review"
}

test_write_all_for_a_workflow_fails if {
	outcome(jobs([{"permission_source": "workflow", "permission_all": "write_all"}])) == "failed"
	outcome(jobs([{"permission_source": "job", "permission_all": "write_all"}])) == "passed"
}

test_an_unread_setting_decides_nothing_for_unspecified_jobs if {
	not outcome(jobs([{}, unspecified]))
	not outcome(jobs([{"permission_source": "outside"}]))
	not outcome(object.union(jobs([{}]), systems([{}, {"parsed": "parse_error"}])))
	travis := {"system": "travis", "issues_token": false, "analysed": "detected"}
	outcome(object.union(jobs([{}]), systems([{}, travis]))) == "passed"
}

test_gitlab_needs_review if {
	gitlab := systems([{"system": "gitlab_ci"}])
	not outcome(object.union(jobs([{}]), gitlab))
	outcome(object.union(gitlab, {"ci.project_token_scope": sample.known("enabled")})) == "needs_review"
}

test_without_pipelines_it_does_not_apply if {
	outcome({"workflows.present": sample.known(false), "ci.systems": sample.known([])}) == "not_applicable"
	outcome({"ci.enabled": sample.known(false)}) == "not_applicable"
	outcome(systems([{"system": "circleci", "issues_token": false, "analysed": "minimal"}])) == "not_applicable"
	not outcome({"workflows.present": sample.hidden, "ci.systems": sample.known([])})
}
