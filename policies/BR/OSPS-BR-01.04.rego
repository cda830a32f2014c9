# METADATA
# title: Input of collaborators is cleaned before a pipeline uses it
# custom:
#   requirement: OSPS-BR-01.04
#   limits: >-
#     Inputs are followed to the place where they become code, not into programs that receive them as arguments.
#     Whether a value that is passed on safely also makes sense there is not checked.
package osps.requirements["OSPS-BR-01.04"]

import rego.v1
import data.osps.verdict
import data.osps.workflows

needs := [
	input.workflows.inputs,
	input.workflows.flows,
	input.workflows.complete,
	input.workflows.present,
]

ruling := workflows.absent(input.workflows.present) if {
	true
} else := verdict.not_applicable("No pipeline declares or reads an input.", [
	input.workflows.inputs,
	input.workflows.flows,
	input.workflows.complete,
]) if {
	_clean
	count(input.workflows.inputs.known) == 0
	count(_flows) == 0
} else := verdict.failed(
	sprintf("An input becomes code at %s:%d: %s.", [_open[0].path, _open[0].line, _open[0].expr]),
	workflows.places("workflows.flows", _open),
) if {
	count(_open) > 0
} else := verdict.needs_review(
	sprintf("An input is used at %s:%d where osps cannot tell whether it becomes code: %s.", [
		_doubtful[0].path,
		_doubtful[0].line,
		_doubtful[0].expr,
	]),
	workflows.places("workflows.flows", _doubtful),
) if {
	count(_doubtful) > 0
} else := verdict.passed("No input of a pipeline becomes code: each is typed, unused or used as a quoted variable.", [
	input.workflows.inputs,
	input.workflows.flows,
	input.workflows.complete,
]) if {
	_clean
}

_clean if {
	input.workflows.present.known == true
	input.workflows.complete.known == true
	workflows.whole(input.workflows.inputs)
	workflows.whole(input.workflows.flows)
}

_flows := [flow |
	some flow in input.workflows.flows.known
	flow.source_class == "collaborator"
]

_free(flow) if not flow.input_type in {"boolean", "choice", "number"}

_open := [flow |
	some flow in workflows.spliced(input.workflows.flows)
	flow.source_class == "collaborator"
	_free(flow)
]

# The host does not always enforce that a number is one.
_doubtful := array.concat(
	[flow |
		some flow in workflows.spliced(input.workflows.flows)
		flow.source_class == "collaborator"
		flow.input_type == "number"
	],
	[flow |
		some flow in workflows.handed_on(input.workflows.flows)
		flow.source_class == "collaborator"
		_free(flow)
	],
)
