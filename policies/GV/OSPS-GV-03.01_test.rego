package osps.requirements["OSPS-GV-03.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-GV-03.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.contribution": sample.silent,
	"docs.closed.contribution": sample.known(true),
	"docs.doors.contribution": sample.known([]),
	"docs.documents": sample.known([]),
	"insights.links": sample.links(["contributing"]),
	"insights.stale": sample.known(false),
	"insights.accepts_changes": sample.known(null),
	"repo.archived": sample.known(false),
}

speaks(class) := {"docs.topics.contribution": sample.said(class, {}, [])}

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
	ajar := {"docs.closed.contribution": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.contribution": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_needs_review if {
	outcome({"docs.closed.contribution": sample.hidden, "docs.doors.contribution": sample.hidden}) == "needs_review"
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.contribution": sample.hidden})

older(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-GV-03.01"].ruling with input as sample.document(base, changes)
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
	outcome(links("contributing", "https")) == "passed"
	outcome(links("contributing", "dead")) == "failed"
	outcome(links("contributing", "other")) == "needs_review"
	stale := {"insights.stale": sample.known(true)}
	outcome(object.union(links("contributing", "https"), stale)) == "needs_review"
}

test_unread_claims_prevent_a_failure if not outcome({"insights.links": sample.hidden})

says(class, slots) := {"docs.topics.contribution": sample.said(class, slots, [])}

confidence(changes) := ruling(changes).confidence

test_both_slots_are_certain if {
	confidence(says("stated", {"submit": "open a pull request", "handle": "review"})) == "high"
	confidence(says("stated", {"submit": "open a pull request"})) == "medium"
}

test_a_clear_refusal_passes if {
	refusal := says("partial", {"refusal": "accept contributions"})
	outcome(refusal) == "passed"
	older(refusal) == "needs_review"
}

test_a_refusal_beside_a_process_needs_review if {
	outcome(says("stated", {"submit": "open a pull request", "refusal": "accept contributions"})) == "needs_review"
}

test_a_declared_refusal_needs_review if {
	outcome({"insights.accepts_changes": sample.known(false)}) == "needs_review"
}

test_an_unread_declaration_prevents_a_failure if not outcome({"insights.accepts_changes": sample.hidden})
