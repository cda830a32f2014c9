package osps.requirements["OSPS-AC-04.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-AC-04.02"].ruling with input as sample.document(base, changes)
}

outcome(changes) := ruling(changes).outcome

job(changes) := object.union({
	"path": ".github/workflows/ci.yml", "job": "test", "line": 9, "permission_source": "job", "permission_all": null,
	"permissions": {"contents": "read"},
}, changes)

excess(basis) := sample.known([{
	"path": ".github/workflows/ci.yml", "job": "test", "line": 5,
	"scope": "contents", "granted": "write", "basis": basis,
}])

call(secrets) := sample.known([{
	"path": "x", "line": 3, "job": "j", "uses": "a/b", "kind": "workflow", "secrets": secrets,
}])

base := {
	"ci.default_token": sample.hidden,
	"ci.enabled": sample.hidden,
	"ci.systems": sample.known([{
		"system": "github_actions", "path": "x", "analysed": "full", "parsed": "ok",
		"issues_token": true, "credentials": [],
	}]),
	"workflows.present": sample.known(true),
	"workflows.jobs": sample.known([job({})]),
	"workflows.excess": sample.known([]),
	"workflows.remote": sample.known([]),
}

with_job(changes) := {"workflows.jobs": sample.known([job(changes)])}

test_read_only_passes if {
	ruling({}).confidence == "high"
	ruling(with_job({"permissions": {}})).confidence == "high"
}

test_a_needed_write_passes_with_less_confidence if {
	ruling(with_job({"permissions": {"packages": "write"}})).confidence == "medium"
}

test_too_much_fails if {
	outcome(with_job({"permission_all": "write_all"})) == "failed"
	outcome({"workflows.excess": excess("table")}) == "failed"
	unstated := with_job({"permission_source": "default", "permissions": {}})
	outcome(object.union(unstated, {"ci.default_token": sample.known("write")})) == "failed"
}

test_doubt_is_reviewed if {
	outcome({"workflows.excess": excess("unknown_step")}) == "needs_review"
	outcome(with_job({"permission_all": "read_all"})) == "needs_review"
}

test_unstated_and_unread_decides_nothing if {
	not outcome(with_job({"permission_source": "default", "permissions": {}}))
	not outcome({"workflows.remote": call("inherit")})
	not outcome({"workflows.excess": sample.hidden})
	outcome({"workflows.remote": call("named")}) == "passed"
}

test_an_unstated_job_beside_a_doubt_is_noted if {
	jobs := sample.known([job({}), job({"permission_source": "default", "job": "other", "permissions": {}})])
	count(ruling({"workflows.jobs": jobs, "workflows.excess": excess("unknown_step")}).notes) == 1
}

test_no_pipelines_is_not_applicable if {
	outcome({"workflows.present": sample.known(false)}) == "not_applicable"
}
