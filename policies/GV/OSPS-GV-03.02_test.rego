package osps.requirements["OSPS-GV-03.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-GV-03.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.criteria": sample.silent,
	"docs.closed.criteria": sample.known(true),
	"docs.doors.criteria": sample.known([]),
	"docs.documents": sample.known([]),
	"insights.links": sample.links(["review_policy", "contributing"]),
	"insights.stale": sample.known(false),
	"repo.archived": sample.known(false),
}

speaks(class) := {"docs.topics.criteria": sample.said(class, {}, [])}

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
	ajar := {"docs.closed.criteria": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.criteria": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.criteria": sample.hidden, "docs.doors.criteria": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.criteria": sample.hidden})

older(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-GV-03.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.older
}

test_older_catalogs_leave_archived_projects_out if {
	older({"repo.archived": sample.known(true)}) == "not_applicable"
	older({"repo.archived": sample.known(false)}) == "failed"
	older({"repo.archived": sample.hidden}) == "needs_review"
	outcome({"repo.archived": sample.known(true)}) == "failed"
}

links(field, kind) := {"insights.links": sample.known(object.union(
	base["insights.links"].known,
	sample.link(field, kind).known,
))}

test_typed_links if {
	outcome(links("review_policy", "https")) == "passed"
	outcome(links("review_policy", "dead")) == "failed"
	outcome(links("review_policy", "other")) == "needs_review"
	stale := {"insights.stale": sample.known(true)}
	outcome(object.union(links("review_policy", "https"), stale)) == "needs_review"
}

test_unread_claims_prevent_a_failure if not outcome({"insights.links": sample.hidden})

test_an_unread_contribution_guide_needs_review if {
	outcome(links("contributing", "https")) == "needs_review"
	outcome(links("contributing", "dead")) == "failed"
}

test_one_requirement_needs_review if {
	outcome({"docs.topics.criteria": sample.said("partial", {"tests": "add tests"}, [])}) == "needs_review"
}

test_a_template_alone_needs_review if {
	template := sample.page(".github/pull_request_template.md", "change_template")
	outcome({"docs.documents": sample.known([template])}) == "needs_review"
}
