package osps.requirements["OSPS-BR-01.02_test"]

import rego.v1
import data.osps.sample

outcome(changes) := answer if {
	answer := data.osps.requirements["OSPS-BR-01.02"].ruling.outcome with input as sample.document(base, changes)
}

flow(changes) := sample.known([object.union({
	"path": ".github/workflows/ci.yml", "line": 12, "job": "build", "expr": "github.head_ref",
	"source_class": "untrusted", "sink": "shell", "via": "direct", "sanitiser": "none",
	"guards": [], "fix": null,
}, changes)])

base := {
	"workflows.flows": sample.known([]),
	"workflows.complete": sample.known(true),
	"workflows.present": sample.known(true),
}

test_no_branch_name_passes if {
	outcome({}) == "passed"
	outcome({"workflows.flows": flow({"sanitiser": "env_quoted"})}) == "passed"
	outcome({"workflows.flows": flow({"expr": "github.event.issue.title"})}) == "passed"
}

test_a_spliced_name_fails if {
	outcome({"workflows.flows": flow({})}) == "failed"
	outcome({"workflows.flows": flow({"expr": "GitHub.Ref_Name", "source_class": "writer"})}) == "failed"
}

test_a_name_handed_on_is_reviewed if outcome({"workflows.flows": flow({"sink": "opaque_input"})}) == "needs_review"

test_unread_pipelines_decide_nothing if {
	not outcome({"workflows.complete": sample.hidden})
	not outcome({"workflows.flows": sample.hidden})
}

test_no_pipelines_is_not_applicable if outcome({"workflows.present": sample.known(false)}) == "not_applicable"
