package osps.requirements["OSPS-GV-01.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-GV-01.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.roles": sample.silent,
	"docs.closed.roles": sample.known(true),
	"docs.doors.roles": sample.known([]),
	"docs.documents": sample.known([]),
	"docs.topics.members": sample.silent,
	"insights.links": sample.links(["governance"]),
	"insights.stale": sample.known(false),
	"repo.archived": sample.known(false),
}

speaks(class) := {"docs.topics.roles": sample.said(class, {}, [])}

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
	ajar := {"docs.closed.roles": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.roles": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.roles": sample.hidden, "docs.doors.roles": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.roles": sample.hidden})

older(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-GV-01.02"].ruling with input as sample.document(base, changes)
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
	outcome(links("governance", "https")) == "passed"
	outcome(links("governance", "dead")) == "failed"
	outcome(links("governance", "other")) == "needs_review"
	stale := {"insights.stale": sample.known(true)}
	outcome(object.union(links("governance", "https"), stale)) == "needs_review"
}

test_unread_claims_prevent_a_failure if not outcome({"insights.links": sample.hidden})

test_a_list_of_members_is_no_description_of_roles if {
	outcome({"docs.topics.members": sample.said("stated", {"person": "@anal"}, [])}) == "needs_review"
}

test_owners_of_code_are_no_description_of_roles if {
	outcome({"docs.documents": sample.known([sample.page("CODEOWNERS", "codeowners")])}) == "needs_review"
}
