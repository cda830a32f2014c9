package osps.requirements["OSPS-VM-04.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-VM-04.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

vuln(id, suppressed) := {"id": id, "package": "p", "fixed_in": null, "suppressed_by": suppressed}

statement(status, justification) := {
	"vuln": "CVE-2026-1", "products": ["pkg:cargo/p"], "status": status, "justification": justification,
}

vex(statements) := sample.known([{
	"path": "app.openvex.json", "format": "openvex", "parse": "parsed", "statements": statements,
}])

ignore(reason, not_affected) := sample.known([{
	"path": "osv-scanner.toml", "line": 2, "tool": "osv-scanner", "vuln": "CVE-2026-1",
	"reason": reason, "not_affected": not_affected,
}])

component := {
	"ecosystem": "cargo", "manifests": [{"path": "Cargo.toml", "state": "parsed", "direct": 3, "inherits": false}],
	"third_party_imports": [], "searched": [], "vendored": [], "imports_read": true,
}

alone := object.union(component, {"manifests": [{
	"path": "Cargo.toml", "state": "parsed", "direct": 0, "inherits": false,
}]})

no_scan := {"security.known_vulns": sample.hidden}

about(product) := {"vex.documents": vex([object.union(
	statement("fixed", null),
	{"products": [product]},
)])}

base := {
	"security.known_vulns": sample.known([vuln("CVE-2026-1", "osv-scanner.toml")]),
	"vex.documents": vex([statement("not_affected", "vulnerable_code_not_in_execute_path")]),
	"vex.ignores": sample.known([]),
	"deps.ecosystems": sample.known([component]),
	"deps.adhoc": sample.known([]),
	"repo.archived": sample.known(false),
}

test_a_declared_finding_passes if {
	outcome({}) == "passed"
	outcome({"vex.documents": vex([statement("fixed", null)])}) == "passed"
}

test_silenced_and_undeclared_fails if {
	facts := {"vex.documents": sample.known([]), "vex.ignores": ignore("not reachable from our code", true)}
	outcome(facts) == "failed"
	outcome(object.union(facts, {"security.known_vulns": sample.hidden})) == "failed"
}

test_weak_statements_are_reviewed if {
	outcome({"vex.documents": vex([statement("not_affected", null)])}) == "needs_review"
	outcome({"vex.documents": vex([statement("under_investigation", null)])}) == "needs_review"
	outcome({"security.known_vulns": sample.hidden}) == "needs_review"
	outcome({"vex.documents": sample.known([]), "vex.ignores": ignore(null, false)}) == "needs_review"
}

test_an_unjudged_finding_is_reviewed if {
	found := sample.known([vuln("CVE-2026-1", null)])
	outcome({"vex.documents": sample.known([]), "security.known_vulns": found}) == "needs_review"
}

test_nothing_found_is_not_applicable if outcome({"security.known_vulns": sample.known([])}) == "not_applicable"

test_no_components_is_not_applicable if {
	silent := object.union(no_scan, {"vex.documents": sample.known([])})
	outcome(object.union(silent, {"deps.ecosystems": sample.known([])})) == "not_applicable"
	outcome(object.union(silent, {"deps.ecosystems": sample.known([alone])})) == "not_applicable"
	outcome(object.union(no_scan, {"deps.ecosystems": sample.known([])})) == "needs_review"
}

test_anything_from_elsewhere_is_a_component if {
	every change in [
		{"third_party_imports": [{"name": "x"}]}, {"searched": [{"name": "x"}]}, {"vendored": ["third_party/x"]},
		{"imports_read": false}, {"manifests": [{"state": "unparsable", "direct": 0, "inherits": false}]},
	] {
		facts := {
			"deps.ecosystems": sample.known([object.union(alone, change)]),
			"vex.documents": sample.known([]),
		}
		not outcome(object.union(no_scan, facts))
	}
	library := {"what": "library"}
	apart := {
		"deps.ecosystems": sample.known([]),
		"deps.adhoc": sample.known([library]),
		"vex.documents": sample.known([]),
	}
	not outcome(object.union(no_scan, apart))
}

test_statements_have_to_be_about_the_component if {
	outcome(about("pkg:cargo/p@1.0")) == "passed"
	outcome(about("pkg:oci/app")) == "passed"
	outcome(about("The Project")) == "passed"
	outcome(about("pkg:npm/other")) == "needs_review"
}

test_documents_without_statements_count_for_nothing if {
	empty := sample.known([{"path": "vex.json", "format": "openvex", "parse": "empty", "statements": []}])
	facts := {"vex.documents": empty, "vex.ignores": ignore("not reachable", true)}
	outcome(facts) == "failed"
	not outcome(object.union(no_scan, {"vex.documents": empty}))
}

test_unread_statements_prevent_a_failure if {
	facts := {"vex.documents": sample.hidden, "vex.ignores": ignore("not reachable", true)}
	not outcome(object.union(no_scan, facts))
}

test_no_scan_and_no_statement_decides_nothing if {
	not outcome({"security.known_vulns": sample.hidden, "vex.documents": sample.known([])})
}
