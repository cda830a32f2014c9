package osps.requirements["OSPS-QA-06.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-06.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.testing": sample.silent,
	"docs.closed.testing": sample.known(true),
	"docs.doors.testing": sample.known([]),
	"repo.archived": sample.known(false),
}

speaks(class) := {"docs.topics.testing": sample.said(class, {}, [])}

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

test_a_bare_command_needs_review if {
	outcome({"docs.topics.testing": sample.said("absent", {"how": "make check"}, ["when"])}) == "needs_review"
}

test_absence_beside_an_outside_site_needs_review if {
	ajar := {"docs.closed.testing": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.testing": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.testing": sample.hidden, "docs.doors.testing": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.testing": sample.hidden})

older(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-QA-06.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.older
}

test_older_catalogs_leave_archived_projects_out if {
	older({"repo.archived": sample.known(true)}) == "not_applicable"
	older({"repo.archived": sample.known(false)}) == "failed"
	older({"repo.archived": sample.hidden}) == "needs_review"
	outcome({"repo.archived": sample.known(true)}) == "failed"
}
