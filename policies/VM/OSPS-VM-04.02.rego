# METADATA
# title: Component vulnerabilities that do not affect the project are declared in VEX
# custom:
#   requirement: OSPS-VM-04.02
package osps.requirements["OSPS-VM-04.02"]

import rego.v1
import data.osps.active
import data.osps.verdict

needs := [
	input.security.known_vulns,
	input.vex.documents,
	input.vex.ignores,
	input.deps.ecosystems,
]

ruling := active.dormant if {
	true
} else := active.settled(_ruling)

_ruling := verdict.not_applicable(
	"The supplied scan found no vulnerability in a component, and none is silenced.",
	[input.security.known_vulns, input.vex.ignores],
) if {
	input.security.known_vulns.known == []
	not input.security.known_vulns.complete == false
	_nothing_silenced
} else := verdict.not_applicable(
	"The project has no third-party components, and no document speaks about any.",
	[input.deps.ecosystems, input.vex.documents],
) if {
	_no_components
	_nothing_silenced
	input.vex.documents.known == []
} else := verdict.medium(verdict.failed(
	sprintf("%s is silenced as not affecting the project, and no VEX statement says so.", [_undeclared[0].vuln]),
	[verdict.at("vex.ignores", entry.path, entry.line, entry.reason) | some entry in array.slice(_undeclared, 0, 10)],
)) if {
	count(_undeclared) > 0
	is_array(input.vex.documents.known)
	not input.vex.documents.complete == false
} else := verdict.needs_review(
	sprintf("These are silenced without saying why: %s.", [concat(", ", _unexplained)]),
	[input.vex.ignores],
) if {
	count(_unexplained) > 0
} else := verdict.passed(
	"Every finding that is judged not to affect the project has a VEX statement.",
	[input.security.known_vulns, input.vex.documents],
) if {
	count(_judged) > 0
	count(_undeclared) == 0
	every vuln in _judged { _declared(vuln) }
} else := verdict.needs_review(
	sprintf("VEX statements exist (%s); whether they cover every finding takes a scan of the components.", [
		_documents[0].path,
	]),
	[verdict.at("vex.documents", document.path, null, document.format) | some document in _documents],
) if {
	count(_documents) > 0
} else := verdict.needs_review(
	sprintf("These findings are neither fixed nor judged: %s.", [concat(", ", _open)]),
	[input.security.known_vulns],
) if {
	count(_open) > 0
	is_array(input.vex.documents.known)
}

_nothing_silenced if {
	input.vex.ignores.known == []
	not input.vex.ignores.complete == false
}

_no_components if {
	is_array(input.deps.ecosystems.known)
	not input.deps.ecosystems.complete == false
	every ecosystem in input.deps.ecosystems.known {
		count(ecosystem.third_party_imports) == 0
		count(ecosystem.vendored) == 0
		every manifest in ecosystem.manifests {
			manifest.state == "parsed"
			manifest.direct == 0
		}
	}
}

_documents := [document |
	some document in input.vex.documents.known
	document.parse == "parsed"
	count(document.statements) > 0
]

# A statement that settles a finding: fixed, or not affected with the reason why.
_declared(vuln) if {
	some document in _documents
	some statement in document.statements
	statement.vuln == vuln
	statement.status == "fixed"
}

_declared(vuln) if {
	some document in _documents
	some statement in document.statements
	statement.vuln == vuln
	statement.status == "not_affected"
	is_string(statement.justification)
}

_undeclared := [entry |
	some entry in input.vex.ignores.known
	entry.not_affected
	not _declared(entry.vuln)
]

_unexplained := sort([entry.vuln |
	some entry in input.vex.ignores.known
	entry.reason == null
	not _declared(entry.vuln)
])

# What somebody has judged: silenced findings of the scan, and those that a statement names.
_judged := {vuln.id |
	some vuln in input.security.known_vulns.known
	is_string(vuln.suppressed_by)
} | {vuln.id |
	some vuln in input.security.known_vulns.known
	some document in _documents
	some statement in document.statements
	statement.vuln == vuln.id
}

_open := sort([vuln.id |
	some vuln in input.security.known_vulns.known
	not _declared(vuln.id)
])
