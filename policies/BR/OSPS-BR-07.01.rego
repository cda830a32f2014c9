# METADATA
# title: Something keeps secrets from being stored in version control
# custom:
#   requirement: OSPS-BR-07.01
package osps.requirements["OSPS-BR-07.01"]

import rego.v1
import data.osps.pipelines
import data.osps.verdict

needs := [
	input.security.push_protection,
	input.security.secret_scanning,
	input.ci.capabilities,
	input.secrets.candidates,
	input.secrets.hooks,
	input.secrets.ignore_patterns,
	input.insights.tools,
]

ruling := verdict.failed(
	sprintf("Nothing looks for secrets, and one lies in the tree: %s at %s:%d.", [
		_plain[0].rule,
		_plain[0].path,
		_plain[0].line,
	]),
	array.concat([input.security.push_protection, input.security.secret_scanning], _places(_plain)),
) if {
	_unprotected
	count(_plain) > 0
} else := verdict.medium(verdict.failed(
	"Push protection and secret scanning are off, and neither a pipeline nor a hook looks for secrets.",
	[input.security.push_protection, input.security.secret_scanning, input.ci.capabilities, input.secrets.hooks],
)) if {
	_unprotected
} else := verdict.needs_review(
	sprintf("This looks like a secret in the tree: %s at %s:%d.", [_likely[0].rule, _likely[0].path, _likely[0].line]),
	_places(_likely),
) if {
	count(_likely) > 0
} else := verdict.passed("The host refuses pushes that hold secrets.", [input.security.push_protection]) if {
	input.security.push_protection.known == "enabled"
	not input.security.secret_scanning.known == "disabled"
} else := verdict.medium(verdict.passed(
	sprintf("%s looks for secrets on every change request.", [_guards[0].tool]),
	pipelines.places(_guards),
)) if {
	count(_guards) > 0
} else := verdict.needs_review(
	sprintf("%s looks for secrets, but not before every change: %s.", [_scans[0].tool, pipelines.weakness(_scans[0])]),
	pipelines.places(_scans),
) if {
	count(_scans) > 0
	is_string(pipelines.weakness(_scans[0]))
} else := verdict.needs_review(
	"The host scans for secrets after they were pushed, and does not refuse them.",
	[input.security.secret_scanning, input.security.push_protection],
) if {
	input.security.secret_scanning.known == "enabled"
	input.security.push_protection.known == "disabled"
} else := verdict.needs_review(
	sprintf("Only a hook on the machines of contributors looks for secrets: %s.", [_hooks[0].tool]),
	[verdict.at("secrets.hooks", hook.path, hook.line, hook.tool) | some hook in array.slice(_hooks, 0, 10)],
) if {
	count(_hooks) > 0
} else := verdict.needs_review(
	sprintf("A tool that looks for secrets is declared (%s); whether it prevents anything was not seen.", [
		_declared[0].name,
	]),
	[input.insights.tools],
) if {
	count(_declared) > 0
} else := verdict.needs_review(
	"Only the ignore file keeps usual names of secret files out.",
	[input.secrets.ignore_patterns],
) if {
	count(input.secrets.ignore_patterns.known) > 0
}

# Everything that could prevent it was read, and is off or not there.
_unprotected if {
	input.security.push_protection.known == "disabled"
	input.security.secret_scanning.known == "disabled"
	is_array(input.ci.capabilities.known)
	not input.ci.capabilities.complete == false
	count(_scans) == 0
	input.secrets.hooks.known == []
}

_scans := [step |
	some step in input.ci.capabilities.known
	step.kind == "secret_scan"
]

_guards := [step |
	some step in _scans
	pipelines.guards_changes(step)
	step.path_filtered == "no"
]

_hooks := input.secrets.hooks.known

_declared := [tool |
	some tool in input.insights.tools.known
	tool.type == "secret"
]

_likely := [candidate |
	some candidate in input.secrets.candidates.known
	candidate.confidence == "high"
	candidate.state != "placeholder"
	not candidate.test_path
]

_plain := [candidate |
	some candidate in _likely
	candidate.state == "plain"
]

_places(candidates) := [verdict.at("secrets.candidates", candidate.path, candidate.line, candidate.rule) |
	some candidate in array.slice(candidates, 0, 10)
]
