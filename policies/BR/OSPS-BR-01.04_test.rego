package osps.requirements["OSPS-BR-01.04_test"]

import rego.v1
import data.osps.sample

outcome(changes) := answer if {
	answer := data.osps.requirements["OSPS-BR-01.04"].ruling.outcome with input as sample.document(base, changes)
}

flow(changes) := {"workflows.flows": sample.known([object.union({
	"path": ".github/workflows/ci.yml", "line": 12, "job": "build", "expr": "inputs.target",
	"source_class": "collaborator", "input_type": "string", "sink": "shell", "via": "direct", "sanitiser": "none",
	"guards": [],
	"fix": null,
}, changes)])}

base := {
	"workflows.inputs": sample.known([{
		"path": "x", "line": 4, "trigger": "workflow_dispatch", "name": "target", "type": "string",
	}]),
	"workflows.flows": sample.known([]),
	"workflows.complete": sample.known(true),
	"workflows.present": sample.known(true),
}

test_unused_typed_and_quoted_inputs_pass if {
	outcome({}) == "passed"
	outcome(flow({"sanitiser": "env_quoted"})) == "passed"
	outcome(flow({"input_type": "choice", "sanitiser": "typed"})) == "passed"
	outcome(flow({"input_type": "boolean"})) == "passed"
}

test_spliced_inputs_fail if {
	outcome(flow({})) == "failed"
	outcome(flow({"input_type": null, "expr": "github.event.client_payload.x"})) == "failed"
	outcome(flow({"input_type": "environment"})) == "failed"
	outcome(object.union(flow({}), {"workflows.complete": sample.hidden})) == "failed"
}

test_numbers_and_opaque_uses_are_reviewed if {
	outcome(flow({"input_type": "number"})) == "needs_review"
	outcome(flow({"sink": "opaque_input"})) == "needs_review"
}

test_no_inputs_is_not_applicable if {
	outcome({"workflows.inputs": sample.known([])}) == "not_applicable"
	outcome({"workflows.present": sample.known(false)}) == "not_applicable"
}

test_text_of_outsiders_is_another_matter if outcome(flow({"source_class": "untrusted"})) == "passed"

test_unread_pipelines_decide_nothing if {
	not outcome({"workflows.complete": sample.hidden})
	not outcome({"workflows.flows": sample.hidden})
	not outcome({"workflows.inputs": sample.hidden})
}
