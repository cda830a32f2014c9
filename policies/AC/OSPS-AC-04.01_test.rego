package osps.requirements["OSPS-AC-04.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-AC-04.01"].ruling with input as sample.document(base, changes)
}

outcome(changes) := ruling(changes).outcome

job(source, all) := {
	"path": ".github/workflows/ci.yml", "job": "test", "line": 9, "permission_source": source, "permission_all": all,
}

system(name, token, parsed) := {
	"system": name, "path": "x", "analysed": "full", "parsed": parsed, "issues_token": token, "credentials": [],
}

base := {
	"ci.default_token": sample.known("read"),
	"org.default_workflow_token": sample.known("read"),
	"ci.enabled": sample.known(true),
	"ci.systems": sample.known([system("github_actions", true, "ok")]),
	"ci.project_token_scope": sample.hidden,
	"workflows.present": sample.known(true),
	"workflows.jobs": sample.known([job("job", null)]),
}

unread := {"ci.default_token": sample.hidden, "org.default_workflow_token": sample.hidden, "ci.enabled": sample.hidden}

offline(changes) := outcome(object.union(unread, changes))

test_a_read_default_passes if {
	ruling({"workflows.jobs": sample.known([job("default", null)])}).confidence == "high"
	outcome({"ci.default_token": sample.hidden}) == "passed"
}

test_stated_everywhere_passes_without_the_setting if {
	offline({}) == "passed"
	offline({"workflows.jobs": sample.known([job("workflow", null), job("caller", null)])}) == "passed"
	outcome({"ci.default_token": sample.known("write")}) == "passed"
}

test_a_write_default_fails_where_a_job_falls_back_to_it if {
	outcome({
		"ci.default_token": sample.known("write"),
		"workflows.jobs": sample.known([job("job", null), job("default", null)]),
	}) == "failed"
}

test_an_inherited_write_all_fails if {
	offline({"workflows.jobs": sample.known([job("workflow", "write_all")])}) == "failed"
	offline({"workflows.jobs": sample.known([job("job", "write_all")])}) == "passed"
}

test_unstated_and_unread_decides_nothing if {
	not offline({"workflows.jobs": sample.known([job("default", null)])})
	not offline({"ci.systems": sample.known([system("github_actions", true, "parse_error")])})
	not offline({"workflows.jobs": sample.hidden})
}

test_systems_without_tokens_do_not_matter if {
	offline({"ci.systems": sample.known([
		system("github_actions", true, "ok"),
		system("jenkins", false, "ok"),
	])}) == "passed"
}

test_gitlab_is_reviewed_or_open if {
	gitlab := {"ci.systems": sample.known([system("gitlab_ci", true, "ok")]), "workflows.jobs": sample.known([])}
	not offline(gitlab)
	offline(object.union(gitlab, {"ci.project_token_scope": sample.known("all")})) == "needs_review"
}

test_no_pipelines_is_not_applicable if {
	outcome({"workflows.present": sample.known(false), "ci.systems": sample.known([])}) == "not_applicable"
	outcome({"ci.enabled": sample.known(false)}) == "not_applicable"
}
