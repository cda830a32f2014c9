package osps.requirements["OSPS-VM-05.03_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-VM-05.03"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

stated := sample.said("stated", {}, [])

base := {
	"ci.capabilities": sample.known([]),
	"workflows.complete": sample.known(true),
	"branch.required_checks": sample.known([]),
	"checks.observed": sample.hidden,
	"docs.topics.sca_policy": stated,
	"deps.ecosystems": sample.hidden,
	"repo.has_code": sample.known(true),
	"docs.documents": sample.known([]),
	"repo.archived": sample.known(false),
}

scan := {
	"kind": "sca", "tool": "osv-scanner", "covers": ["vulnerabilities", "malicious"], "system": "github_actions",
	"path": ".github/workflows/sca.yml", "job": "sca", "line": 5, "triggers": ["change_request"], "path_filtered": "no",
	"condition": null, "resolved": "direct", "blocking": true, "disabled": false, "check_name": "sca (*)", "needs": [],
}

steps(changes) := {"ci.capabilities": sample.known([object.union(scan, changes)])}

required(context) := {"branch.required_checks": sample.known([{
	"context": context, "app": "15368", "source": "ruleset",
}])}

enforced(changes) := object.union(steps(changes), required("sca (ubuntu)"))

test_a_required_scan_with_a_policy_passes if {
	ruling(enforced({})).outcome == "passed"
	ruling(enforced({})).confidence == "medium"
	observed := {"checks.observed": sample.known([{
		"name": "sca (ubuntu)", "app": null, "kind": "check", "on": "change_request", "conclusion": "success", "changes": 2,
	}])}
	ruling(object.union(enforced({}), observed)).confidence == "high"
}

test_half_a_scan_needs_review if {
	outcome(enforced({"covers": ["vulnerabilities"]})) == "needs_review"
	outcome(enforced({"path_filtered": "code"})) == "needs_review"
	outcome(enforced({"condition": "x"})) == "needs_review"
	outcome(object.union(enforced({}), {"docs.topics.sca_policy": sample.silent})) == "needs_review"
	outcome(required("security/snyk")) == "needs_review"
}

test_a_scan_that_blocks_nothing_fails if {
	outcome(steps({})) == "failed"
	outcome(enforced({"blocking": false})) == "failed"
	outcome(enforced({"disabled": true})) == "failed"
	outcome(enforced({"triggers": ["schedule"]})) == "failed"
	outcome(enforced({"covers": ["licenses"]})) == "failed"
	outcome({}) == "failed"
}

test_unread_sources_decide_nothing if {
	not outcome({"branch.required_checks": sample.hidden})
	not outcome(object.union(steps({}), {"branch.required_checks": sample.hidden}))
	not outcome({"workflows.complete": sample.hidden})
	not outcome({"ci.capabilities": sample.hidden})
	not outcome(object.union(enforced({}), {"docs.topics.sca_policy": sample.hidden}))
}

crate(direct) := {"deps.ecosystems": sample.known([{
	"ecosystem": "cargo", "third_party_imports": [], "vendored": [],
	"manifests": [{"path": "Cargo.toml", "state": "parsed", "direct": direct}],
}])}

test_without_dependencies_it_does_not_apply if {
	outcome(crate(0)) == "not_applicable"
	outcome(crate(1)) == "failed"
	outcome({"deps.ecosystems": sample.known([])}) == "failed"
}

notes(code, documents) := {
	"repo.has_code": code,
	"deps.ecosystems": sample.known([]),
	"docs.documents": sample.known(documents),
}

test_a_repository_of_documents_has_nothing_to_block if {
	page := {"path": "README.md", "state": "ok"}
	outcome(notes(sample.known(false), [page])) == "not_applicable"
	outcome(notes(sample.known(false), [])) == "failed"
	outcome(notes(sample.hidden, [page])) == "failed"
	outcome(object.union(notes(sample.known(false), [page]), steps({}))) == "failed"
}

test_a_scan_that_blocks_nothing_is_shown_where_checks_were_not_read if {
	unread := {"branch.required_checks": sample.hidden}
	outcome(object.union(steps({"disabled": true}), unread)) == "needs_review"
	not ruling(object.union(steps({}), unread))
}

test_older_catalogs_leave_archived_projects_out if {
	answer := data.osps.requirements["OSPS-VM-05.03"].ruling
		with input as sample.document(base, {"repo.archived": sample.known(true)})
		with data.osps.run as sample.older
	answer.outcome == "not_applicable"
}
