package osps.requirements["OSPS-BR-01.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-BR-01.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

flow(changes) := object.union({
	"path": ".github/workflows/ci.yml", "line": 12, "job": "build", "expr": "github.event.issue.title",
	"source_class": "untrusted", "sink": "shell", "via": "direct", "sanitiser": "none",
	"guards": [], "fix": null,
}, changes)

flows(changes) := {"workflows.flows": sample.known([flow(changes)])}

base := {
	"workflows.flows": sample.known([]),
	"workflows.remote": sample.known([]),
	"workflows.complete": sample.known(true),
	"workflows.present": sample.known(true),
}

test_no_flow_passes if ruling({}).confidence == "high"

test_sanitised_flows_pass if {
	outcome(flows({"sanitiser": "env_quoted"})) == "passed"
	outcome(flows({"sanitiser": "boolean"})) == "passed"
	outcome(flows({"sink": "opaque_input", "sanitiser": "data_input"})) == "passed"
}

test_a_spliced_text_fails if {
	outcome(flows({})) == "failed"
	outcome(flows({"sink": "script"})) == "failed"
	outcome(object.union(flows({}), {"workflows.complete": sample.hidden})) == "failed"
	outcome(flows({"guards": ["actor"]})) == "failed"
}

test_guards_and_pushers_are_reviewed if {
	outcome(flows({"guards": ["association"]})) == "needs_review"
	outcome(flows({"source_class": "writer"})) == "needs_review"
	outcome(flows({"sink": "opaque_input"})) == "needs_review"
	outcome(flows({"sink": "env_file"})) == "needs_review"
	outcome(flows({"guards": ["same_repo"]})) == "needs_review"
	outcome(flows({"source_class": "unclear"})) == "needs_review"
	outcome(flows({"source_class": "unclear", "sink": "opaque_input"})) == "needs_review"
	outcome(flows({"via": "variable"})) == "needs_review"
	outcome(flows({"sink": "nested_shell", "via": "variable"})) == "needs_review"
}

test_inputs_of_collaborators_are_another_matter_today if {
	outcome(flows({"source_class": "collaborator"})) == "passed"
	facts := sample.document(base, flows({"source_class": "collaborator"}))
	data.osps.requirements["OSPS-BR-01.01"].ruling.outcome == "failed" with input as facts
		with data.osps.run as {"catalog": "2025-10-10", "platform_evidence": "default"}
}

test_workflows_of_others_lower_confidence if {
	call := {"path": "x", "line": 3, "job": "j", "uses": "a/b", "kind": "workflow", "secrets": "none"}
	ruling({"workflows.remote": sample.known([call])}).confidence == "medium"
}

test_unread_pipelines_decide_nothing if {
	not outcome({"workflows.complete": sample.hidden})
	not outcome({"workflows.flows": sample.hidden})
}

test_no_pipelines_is_not_applicable if {
	outcome({"workflows.present": sample.known(false)}) == "not_applicable"
}

test_a_finding_names_place_value_people_target_and_rewriting if {
	found := ruling(flows({"column": 9, "expr": "${{ env.T }}", "source": "github.event.issue.title", "fix": "Do so."}))
	found.evidence[0].path == ".github/workflows/ci.yml"
	found.evidence[0].line == 12
	found.evidence[0].detail == concat("", [
		"column 9: ${{ env.T }}: text that anybody may write (github.event.issue.title) reaches the code of a shell script",
		". Do so.",
	])
}

test_a_pushed_name_inside_another_shell_is_reviewed if {
	outcome(flows({"source_class": "writer", "sink": "nested_shell", "via": "variable"})) == "needs_review"
	outcome(flows({"source_class": "writer", "sink": "opaque_input"})) == "passed"
}
