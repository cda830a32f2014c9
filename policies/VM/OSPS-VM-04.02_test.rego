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
	"vuln": "CVE-2026-1", "products": ["pkg:cargo/app"], "status": status, "justification": justification,
}

vex(statements) := sample.known([{
	"path": "app.openvex.json", "format": "openvex", "parse": "parsed", "statements": statements,
}])

ignore(reason, not_affected) := sample.known([{
	"path": "osv-scanner.toml", "line": 2, "tool": "osv-scanner", "vuln": "CVE-2026-1",
	"reason": reason, "not_affected": not_affected,
}])

component := {"ecosystem": "cargo", "manifests": [{"path": "Cargo.toml", "state": "parsed", "direct": 3}],
	"third_party_imports": [], "vendored": []}

base := {
	"security.known_vulns": sample.known([vuln("CVE-2026-1", "osv-scanner.toml")]),
	"vex.documents": vex([statement("not_affected", "vulnerable_code_not_in_execute_path")]),
	"vex.ignores": sample.known([]),
	"deps.ecosystems": sample.known([component]),
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
	none := {"deps.ecosystems": sample.known([]), "security.known_vulns": sample.hidden}
	outcome(object.union(none, {"vex.documents": sample.known([])})) == "not_applicable"
	outcome(none) == "needs_review"
}

test_no_scan_and_no_statement_decides_nothing if {
	not outcome({"security.known_vulns": sample.hidden, "vex.documents": sample.known([])})
}
