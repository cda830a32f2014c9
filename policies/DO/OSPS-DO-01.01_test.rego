package osps.requirements["OSPS-DO-01.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-DO-01.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.user_guide": sample.silent,
	"docs.closed.user_guide": sample.known(true),
	"docs.doors.user_guide": sample.known([]),
	"docs.documents": sample.known([]),
	"docs.sites": sample.known([]),
	"insights.links": sample.links(["detailed_guide", "quickstart"]),
	"insights.stale": sample.known(false),
	"releases.has_release": sample.known(true),
}

speaks(class) := {"docs.topics.user_guide": sample.said(class, {}, [])}

test_stated_passes if outcome(speaks("stated")) == "passed"

test_unclear_text_needs_review if {
	every class in ["partial", "mention", "foreign", "contradicted"] {
		outcome(speaks(class)) == "needs_review"
	}
}

test_denial_fails if outcome(speaks("denied")) == "failed"

test_absence_fails_in_a_closed_space if {
	outcome({}) == "failed"
	outcome(speaks("placeholder")) == "failed"
	outcome(speaks("deferred")) == "failed"
}

test_absence_beside_an_outside_site_needs_review if {
	ajar := {"docs.closed.user_guide": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.user_guide": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.user_guide": sample.hidden, "docs.doors.user_guide": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.user_guide": sample.hidden})

test_without_release_it_does_not_apply if {
	none := {"releases.has_release": sample.known(false)}
	outcome(none) == "not_applicable"
	outcome(object.union(speaks("stated"), none)) == "not_applicable"
}

test_only_a_failure_needs_a_known_release if {
	unread := {"releases.has_release": sample.hidden}
	not outcome(unread)
	outcome(object.union(speaks("stated"), unread)) == "passed"
}

links(field, kind) := {"insights.links": sample.known(object.union(
	base["insights.links"].known,
	sample.link(field, kind).known,
))}

test_typed_links if {
	outcome(links("detailed_guide", "https")) == "passed"
	outcome(links("detailed_guide", "dead")) == "failed"
	outcome(links("detailed_guide", "other")) == "needs_review"
	stale := {"insights.stale": sample.known(true)}
	outcome(object.union(links("detailed_guide", "https"), stale)) == "needs_review"
}

test_unread_claims_prevent_a_failure if not outcome({"insights.links": sample.hidden})

test_the_quick_start_counts_too if outcome(links("quickstart", "https")) == "passed"

pages(paths) := {"docs.documents": sample.known([sample.page(path, "docs") | some path in paths])}

test_three_documents_for_users_pass if {
	outcome(pages(["docs/install.md", "docs/first-steps.md", "docs/options.md"])) == "passed"
}

test_one_document_for_users_needs_review if outcome(pages(["docs/options.md"])) == "needs_review"

test_documents_for_developers_do_not_count if {
	outcome(pages(["docs/dev/a.md", "docs/design.md", "docs/adr/1.md", "docs/release-process.md"])) == "failed"
}

test_empty_documents_do_not_count if {
	empty := [object.union(sample.page(path, "docs"), {"state": "short"}) | some path in ["docs/a.md", "docs/b.md"]]
	outcome({"docs.documents": sample.known(empty)}) == "failed"
}

site(kind, url) := {"docs.sites": sample.known([{
	"url": url, "label": "Documentation", "kind": kind, "where": "README.md", "line": 3, "source_in_tree": false,
}])}

test_a_site_of_documentation_passes if outcome(site("docs", "https://docs.sample.dev")) == "passed"

test_a_reference_alone_needs_review if outcome(site("api", "https://api.sample.dev")) == "needs_review"

test_a_homepage_is_no_guide if outcome(site("homepage", "https://sample.dev")) == "failed"

test_unread_sites_prevent_a_failure if not outcome({"docs.sites": sample.hidden})
