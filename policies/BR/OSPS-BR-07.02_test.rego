package osps.requirements["OSPS-BR-07.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-BR-07.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.secrets_policy": sample.silent,
	"docs.closed.secrets_policy": sample.known(true),
	"docs.doors.secrets_policy": sample.known([]),
}

speaks(class) := {"docs.topics.secrets_policy": sample.said(class, {"subject": "a word"}, [])}

test_stated_passes if {
	outcome(speaks("stated")) == "passed"
	ruling(speaks("stated")).confidence == "medium"
}

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
	ajar := {"docs.closed.secrets_policy": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.secrets_policy": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.secrets_policy": sample.hidden, "docs.doors.secrets_policy": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.secrets_policy": sample.hidden})

test_parts_that_are_missing_are_noted if {
	some_parts := {"docs.topics.secrets_policy": sample.said("stated", {"subject": "a", "project": "b"}, ["rotate"])}
	count(ruling(some_parts).notes) == 1
}

test_parts_without_the_subject_are_nothing if {
	outcome({"docs.topics.secrets_policy": sample.said("partial", {"another": "a word"}, ["subject"])}) == "failed"
}
