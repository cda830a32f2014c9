package osps.requirements["OSPS-VM-04.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-VM-04.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"security.advisories": sample.known([]),
	"security.advisories_in_tree": sample.known([]),
	"docs.topics.advisories": sample.silent,
	"project.claims.no_vulnerabilities": sample.hidden,
	"repo.archived": sample.known(false),
}

speaks(class) := {"docs.topics.advisories": sample.said(class, {}, [])}

entry(about_dependency) := {"security.advisories_in_tree": sample.known([{
	"id": "CVE-2026-0001", "path": "CHANGELOG.md", "line": 7, "kind": "changelog", "about_dependency": about_dependency,
}])}

published := {"security.advisories": sample.known([{"id": "GHSA-x", "published": null, "severity": null}])}

claims(value) := {"project.claims.no_vulnerabilities": sample.known(value)}

test_published_ones_pass if {
	outcome(published) == "passed"
	outcome(entry(false)) == "passed"
	ruling(entry(false)).confidence == "high"
	outcome(object.union(claims(true), published)) == "passed"
}

test_those_of_dependencies_prove_nothing if not outcome(entry(true))

test_a_documented_channel_passes if {
	outcome(speaks("stated")) == "passed"
	ruling(speaks("stated")).confidence == "medium"
}

test_a_refusal_fails if outcome(speaks("denied")) == "failed"

test_unclear_text_needs_review if {
	every class in ["partial", "mention", "foreign", "contradicted"] {
		outcome(speaks(class)) == "needs_review"
	}
}

test_an_empty_list_never_fails if {
	not outcome({})
	not outcome({"security.advisories": sample.hidden})
}

test_none_discovered if {
	outcome(claims(true)) == "not_applicable"
	not outcome(object.union(claims(true), {"security.advisories": sample.hidden}))
	outcome(object.union(claims(true), speaks("denied"))) == "failed"
	outcome(object.union(claims(true), speaks("stated"))) == "passed"
	outcome(claims(false)) == "needs_review"
	outcome(object.union(claims(true), entry(true))) == "needs_review"
}

test_older_catalogs_leave_archived_projects_out if {
	answer := data.osps.requirements["OSPS-VM-04.01"].ruling
		with input as sample.document(base, {"repo.archived": sample.known(true)})
		with data.osps.run as sample.older
	answer.outcome == "not_applicable"
}
