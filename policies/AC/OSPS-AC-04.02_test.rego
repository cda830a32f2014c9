package osps.requirements["OSPS-AC-04.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-AC-04.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"workflows.present": sample.known(true),
	"workflows.jobs": sample.known([job]),
	"workflows.excess": sample.known([]),
	"workflows.remote": sample.known([]),
	"workflows.complete": sample.known(true),
	"ci.systems": sample.known([system]),
	"ci.default_token": sample.hidden,
	"ci.enabled": sample.hidden,
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

excess(changes) := {"workflows.excess": sample.known([object.union(
	{
		"path": ".github/workflows/ci.yml", "job": "build", "line": 6, "scope": "issues", "granted": "write",
		"basis": "table",
	},
	changes,
)])}

unspecified := {"permission_source": "default"}

writer := {"permissions": {"contents": "write"}}

test_reading_only_passes if {
	ruling({}).outcome == "passed"
	ruling({}).confidence == "high"
	outcome(object.union(jobs([unspecified]), {"ci.default_token": sample.known("read")})) == "passed"
}

test_needed_writes_pass if {
	ruling(jobs([writer])).outcome == "passed"
	ruling(jobs([writer])).confidence == "medium"
}

test_more_than_needed_fails if {
	ruling(excess({"granted": "write_all", "scope": "*"})).confidence == "high"
	outcome(excess({"granted": "write_all", "scope": "*"})) == "failed"
	outcome(excess({})) == "failed"
	ruling(excess({})).confidence == "medium"
	outcome(object.union(jobs([unspecified]), {"ci.default_token": sample.known("write")})) == "failed"
}

test_what_nobody_knows_needs_review if {
	outcome(excess({"basis": "unknown_step"})) == "needs_review"
	outcome(excess({"basis": "switched_off"})) == "needs_review"
	outcome(excess({"granted": "read_all", "scope": "*"})) == "needs_review"
	both := object.union(excess({"basis": "unknown_step"}), jobs([unspecified]))
	outcome(both) == "needs_review"
	count(ruling(both).notes) == 2
}

test_an_unread_default_decides_nothing if {
	not outcome(jobs([unspecified]))
	not outcome(jobs([{"permission_source": "outside"}]))
	not outcome(systems([{}, {"parsed": "parse_error"}]))
	not outcome({"workflows.excess": sample.hidden})
	not outcome({"workflows.remote": sample.known([{
		"path": "a", "line": 1, "job": "x", "uses": "o/r/.github/workflows/x.yml", "ref": "v1", "kind": "workflow",
		"pinned": false, "known": false, "secrets": "inherit",
	}])})
}

test_other_systems_matter_only_with_credentials if {
	circle := {"system": "circleci", "issues_token": false, "analysed": "minimal"}
	outcome(systems([{}, circle])) == "passed"
	not outcome(systems([{}, object.union(circle, {"credentials": ["deploy"]})]))
	not outcome(systems([{}, object.union(circle, {"analysed": "detected"})]))
}

test_without_pipelines_it_does_not_apply if {
	outcome({"workflows.present": sample.known(false), "ci.systems": sample.known([])}) == "not_applicable"
	outcome(systems([{"system": "circleci", "issues_token": false, "analysed": "minimal"}])) == "not_applicable"
}
