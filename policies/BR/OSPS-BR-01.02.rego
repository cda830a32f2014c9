# METADATA
# title: Names of branches are cleaned before a pipeline uses them
# custom:
#   requirement: OSPS-BR-01.02
#   limits: >-
#     Names of branches are followed through the pipelines of the primary branch, not into programs and actions of
#     other repositories that receive them.
package osps.requirements["OSPS-BR-01.02"]

import rego.v1
import data.osps.verdict
import data.osps.workflows

needs := [
	input.workflows.flows,
	input.workflows.complete,
	input.workflows.present,
]

ruling := workflows.absent(input.workflows.present) if {
	true
} else := verdict.failed(
	sprintf("The name of a branch becomes code at %s:%d: %s.", [_open[0].path, _open[0].line, _open[0].expr]),
	workflows.places("workflows.flows", _open),
) if {
	count(_open) > 0
} else := verdict.needs_review(
	sprintf("The name of a branch is handed on at %s:%d to a place that osps does not see: %s.", [
		_passed_on[0].path,
		_passed_on[0].line,
		_passed_on[0].expr,
	]),
	workflows.places("workflows.flows", _passed_on),
) if {
	count(_passed_on) > 0
} else := verdict.passed("No name of a branch becomes code in a pipeline.", [
	input.workflows.flows,
	input.workflows.complete,
]) if {
	input.workflows.present.known == true
	input.workflows.complete.known == true
	workflows.whole(input.workflows.flows)
}

_open := [flow |
	some flow in workflows.spliced(input.workflows.flows)
	_names_a_branch(flow)
]

_passed_on := [flow |
	some flow in workflows.handed_on(input.workflows.flows)
	_names_a_branch(flow)
]

_names_a_branch(flow) if {
	flow.source_class in {"untrusted", "writer"}
	some name in ["head_ref", "ref_name", "head.ref", "head_branch", "github.ref", "head['ref']"]
	contains(lower(flow.expr), name)
}
