package osps.requirements["OSPS-QA-06.03_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-06.03"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.test_policy": sample.silent,
	"docs.closed.test_policy": sample.known(true),
	"docs.doors.test_policy": sample.known([]),
	"repo.archived": sample.known(false),
}

speaks(class) := {"docs.topics.test_policy": sample.said(class, {}, [])}

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
	ajar := {"docs.closed.test_policy": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.test_policy": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.test_policy": sample.hidden, "docs.doors.test_policy": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.test_policy": sample.hidden})

older(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-QA-06.03"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.older
}

test_older_catalogs_leave_archived_projects_out if {
	older({"repo.archived": sample.known(true)}) == "not_applicable"
	older({"repo.archived": sample.known(false)}) == "failed"
	older({"repo.archived": sample.hidden}) == "needs_review"
	outcome({"repo.archived": sample.known(true)}) == "failed"
}

test_a_template_alone_needs_review if {
	said := sample.said("stated", {}, []).known
	template := object.union(said.findings[0], {"role": "change_template"})
	outcome({"docs.topics.test_policy": sample.known(object.union(said, {"findings": [template]}))}) == "needs_review"
	both := [template, said.findings[0]]
	outcome({"docs.topics.test_policy": sample.known(object.union(said, {"findings": both}))}) == "passed"
}
