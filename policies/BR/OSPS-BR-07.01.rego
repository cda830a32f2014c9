# METADATA
# title: Storing secrets in version control is prevented
# custom:
#   requirement: OSPS-BR-07.01
#   limits: >-
#     Seen are settings, scanners in pipelines, hooks and what looks like a credential in the newest tree. The history
#     is not searched, and a credential without a known form is not recognised.
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
	sprintf("%s holds what looks like a credential, and nothing keeps credentials out.", [_stored[0].path]),
	_places(_stored),
) if {
	_nothing_prevents
	count(_stored) > 0
} else := verdict.medium(verdict.failed(
	"Push protection and secret scanning are off, and no pipeline and no hook looks for credentials.",
	[input.security.push_protection, input.security.secret_scanning, input.ci.capabilities, input.secrets.hooks],
)) if {
	_nothing_prevents
} else := verdict.needs_review(
	sprintf("%s holds what looks like a credential: a person has to judge it, and to revoke it if it is one.", [_first]),
	_places(_stored),
) if {
	count(_stored) > 0
} else := verdict.passed("The host refuses pushes that hold a credential.", [
	input.security.push_protection,
	input.security.secret_scanning,
	input.secrets.candidates,
]) if {
	_protected
	input.secrets.candidates.known
} else := verdict.needs_review(
	sprintf("%s may hold a credential: a person has to look.", [_doubtful[0].path]),
	_places(_doubtful),
) if {
	count(_doubtful) > 0
} else := verdict.medium(verdict.passed(
	sprintf("%s looks for credentials in every change request and stops it.", [_blocking[0].tool]),
	pipelines.places(_blocking),
)) if {
	count(_blocking) > 0
	input.secrets.candidates.known
} else := verdict.needs_review(
	sprintf("%s looks for credentials, but does not stop every change that holds one: %s.", [_scans[0].tool, _why]),
	pipelines.places(_scans),
) if {
	count(_scans) > 0
} else := verdict.needs_review(
	sprintf("The hook of %s looks for credentials only where a contributor has installed it.", [_hooks[0].tool]),
	[verdict.at("secrets.hooks", hook.path, hook.line, hook.tool) | some hook in array.slice(_hooks, 0, 5)],
) if {
	count(_hooks) > 0
} else := verdict.needs_review(
	"Secret scanning finds credentials after they were pushed; push protection is not on.",
	[input.security.secret_scanning, input.security.push_protection],
) if {
	input.security.secret_scanning.known == "enabled"
	input.security.push_protection.known == "disabled"
} else := verdict.needs_review(
	sprintf("The Security Insights file names %s for secrets; that was not seen at work.", [_declared[0]]),
	[input.insights.tools],
) if {
	count(_declared) > 0
} else := verdict.needs_review(
	sprintf("Only the ignore file keeps credentials out, by %s.", [concat(", ", input.secrets.ignore_patterns.known)]),
	[input.secrets.ignore_patterns],
) if {
	count(input.secrets.ignore_patterns.known) > 0
} else := verdict.needs_review(
	"Neither the host nor a pipeline or hook was seen to keep credentials out, and not everything could be read.",
	needs,
) if {
	every fact in needs {
		_is_read(fact)
	}
}

_is_read(fact) if "known" in object.keys(fact)

_protected if {
	input.security.push_protection.known == "enabled"
	input.security.secret_scanning.known == "enabled"
}

# All that could keep credentials out was read to its end, and nothing was found.
_nothing_prevents if {
	input.security.push_protection.known == "disabled"
	input.security.secret_scanning.known == "disabled"
	input.ci.capabilities.known
	not input.ci.capabilities.complete == false
	input.secrets.hooks.known == []
	not input.secrets.hooks.complete == false
	input.secrets.candidates.known
	not input.secrets.candidates.complete == false
	count(_scans) == 0
}

# Certain, not encrypted, and outside of tests and examples.
_stored := [candidate |
	some candidate in input.secrets.candidates.known
	candidate.confidence == "high"
	candidate.state == "plain"
	not candidate.test_path
]

_first := _stored[0].path

_doubtful := [candidate |
	some candidate in input.secrets.candidates.known
	not candidate in _stored
]

_scans := [scan |
	some scan in input.ci.capabilities.known
	scan.kind == "secret_scan"
	not scan.disabled
]

_blocking := [scan |
	some scan in _scans
	pipelines.guards_changes(scan)
	scan.path_filtered == "no"
	scan.resolved != "opaque"
]

_why := pipelines.weakness(_scans[0]) if {
	true
} else := "it leaves out files, or its script was not read"

_hooks := input.secrets.hooks.known

_declared := [tool.name |
	some tool in input.insights.tools.known
	tool.type == "secret"
]

_places(candidates) := [place |
	some candidate in array.slice(candidates, 0, 10)
	detail := sprintf("%s, %s, value not shown", [candidate.rule, candidate.state])
	place := verdict.at("secrets.candidates", candidate.path, candidate.line, detail)
]
