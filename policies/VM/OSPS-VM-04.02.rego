# METADATA
# title: Component vulnerabilities that do not affect the project are declared in VEX
# custom:
#   requirement: OSPS-VM-04.02
#   limits: >-
#     Statements are compared with a scan only where one is supplied; components are not scanned here. Whether a
#     justification is true is not checked.
package osps.requirements["OSPS-VM-04.02"]

import rego.v1
import data.osps.active
import data.osps.verdict

needs := [
	input.security.known_vulns,
	input.vex.documents,
	input.vex.ignores,
	input.deps.ecosystems,
	input.deps.adhoc,
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
	[input.deps.ecosystems, input.deps.adhoc, input.vex.documents],
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
	is_array(input.security.known_vulns.known)
	not input.security.known_vulns.complete == false
	is_array(input.vex.ignores.known)
	not input.vex.ignores.complete == false
	count(_judged) > 0
	every vuln in _judged { _declared(vuln) }
	count(_mismatched) == 0
} else := verdict.needs_review(
	sprintf("The VEX statement on %s is about other products.", [_mismatched[0]]),
	[input.security.known_vulns, input.vex.documents],
) if {
	count(_mismatched) > 0
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

# Nothing from elsewhere: no list names anything, nothing is imported, looked for, vendored or downloaded.
_no_components if {
	is_array(input.deps.ecosystems.known)
	not input.deps.ecosystems.complete == false
	every ecosystem in input.deps.ecosystems.known { _self_contained(ecosystem) }
	is_array(input.deps.adhoc.known)
	not input.deps.adhoc.complete == false
	every download in input.deps.adhoc.known { download.what == "tool" }
}

_self_contained(ecosystem) if {
	ecosystem.imports_read
	count(ecosystem.third_party_imports) == 0
	count(ecosystem.searched) == 0
	count(ecosystem.vendored) == 0
	every manifest in ecosystem.manifests {
		manifest.state == "parsed"
		manifest.direct == 0
		not manifest.inherits
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

# What somebody has judged not to affect the project: silenced findings, and those that a statement names.
_judged := {vuln.id |
	some vuln in input.security.known_vulns.known
	is_string(vuln.suppressed_by)
} | {vuln.id |
	some vuln in input.security.known_vulns.known
	some document in _documents
	some statement in document.statements
	statement.vuln == vuln.id
} | {entry.vuln |
	some entry in input.vex.ignores.known
	entry.not_affected
}

# Findings whose only statements name products, none of which has to do with the vulnerable package.
_mismatched := sort([vuln.id |
	some vuln in input.security.known_vulns.known
	_declared(vuln.id)
	not _matches(vuln)
])

_matches(vuln) if {
	some document in _documents
	some statement in document.statements
	statement.vuln == vuln.id
	_is_about(statement, vuln["package"])
}

# A statement may name the package, or the project itself, which this rule cannot tell from any other product.
_is_about(statement, name) if {
	some product in statement.products
	endswith(split(lower(product), "@")[0], sprintf("/%s", [lower(name)]))
}

_is_about(statement, _) if {
	some product in statement.products
	some form in ["pkg:oci/", "pkg:github/", "pkg:generic/", "https://"]
	startswith(product, form)
}

_is_about(statement, _) if {
	some product in statement.products
	not startswith(product, "pkg:")
}

_open := sort([vuln.id |
	some vuln in input.security.known_vulns.known
	not _declared(vuln.id)
])
