# METADATA
# title: Untrusted text is cleaned before a pipeline uses it
# custom:
#   requirement: OSPS-BR-01.01
#   limits: >-
#     Text is followed through the pipelines of the primary branch, not into programs, scripts in other languages, and
#     actions of other repositories. Other branches and systems that are configured outside of the repository are not
#     read.
package osps.requirements["OSPS-BR-01.01"]

import rego.v1
import data.osps.verdict
import data.osps.workflows

needs := [
	input.workflows.flows,
	input.workflows.remote,
	input.workflows.complete,
	input.workflows.present,
]

ruling := workflows.absent(input.workflows.present) if {
	true
} else := verdict.failed(
	sprintf("Text that outsiders control becomes code at %s: %s.", [_where(_open[0]), _open[0].expr]),
	workflows.places("workflows.flows", _open),
) if {
	count(_open) > 0
} else := verdict.needs_review(
	sprintf("Text that people other than the maintainers may control becomes code at %s: %s.", [
		_where(_weak[0]),
		_weak[0].expr,
	]),
	workflows.places("workflows.flows", _weak),
) if {
	count(_weak) > 0
} else := verdict.needs_review(
	sprintf("Text that outsiders control is handed on at %s to a place that osps does not see: %s.", [
		_where(_passed_on[0]),
		_passed_on[0].expr,
	]),
	workflows.places("workflows.flows", _passed_on),
) if {
	count(_passed_on) > 0
} else := verdict.medium(verdict.passed(
	"No text that outsiders control becomes code in a pipeline; workflows of other repositories get trusted values only.",
	[input.workflows.flows, input.workflows.complete, input.workflows.remote],
)) if {
	_clean
	count(_called) > 0
} else := verdict.passed("No text that outsiders control becomes code in a pipeline.", [
	input.workflows.flows,
	input.workflows.complete,
]) if {
	_clean
}

_clean if {
	input.workflows.present.known == true
	input.workflows.complete.known == true
	workflows.whole(input.workflows.flows)
	workflows.whole(input.workflows.remote)
}

_spliced := workflows.spliced(input.workflows.flows)

_outside(flow) if flow.source_class == "untrusted"

# Until 2025-10-10 the text spoke of every input that a pipeline accepts.
_outside(flow) if {
	flow.source_class == "collaborator"
	data.osps.run.catalog in {"2025-02-25", "2025-10-10"}
}

_open := [flow |
	some flow in _spliced
	_outside(flow)
	not workflows.by_author(flow)
]

_weak := array.concat(
	[flow | some flow in _spliced; _outside(flow); workflows.by_author(flow)],
	[flow | some flow in _spliced; flow.source_class in {"writer", "unclear"}],
)

_passed_on := [flow |
	some flow in workflows.handed_on(input.workflows.flows)
	_doubtful(flow)
]

_doubtful(flow) if _outside(flow)

_doubtful(flow) if flow.source_class == "unclear"

# In another shell, a name that those who may push choose is code as much as it is where it is pasted.
_doubtful(flow) if {
	flow.source_class == "writer"
	flow.sink == "nested_shell"
}

_called := [call |
	some call in input.workflows.remote.known
	call.kind == "workflow"
]

_where(flow) := sprintf("%s:%d", [flow.path, flow.line])
