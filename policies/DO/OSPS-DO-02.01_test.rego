package osps.requirements["OSPS-DO-02.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-DO-02.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.defect_guide": sample.silent,
	"docs.closed.defect_guide": sample.known(true),
	"docs.doors.defect_guide": sample.known([]),
	"docs.issue_templates": sample.known([]),
	"repo.issues_enabled": sample.known(false),
	"releases.has_release": sample.known(true),
}

speaks(class) := {"docs.topics.defect_guide": sample.said(class, {"destination": "https://jira.sample.dev"}, [])}

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
	ajar := {"docs.closed.defect_guide": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.defect_guide": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.defect_guide": sample.hidden, "docs.doors.defect_guide": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.defect_guide": sample.hidden})

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

sends_to(destination, enabled) := {
	"docs.topics.defect_guide": sample.said("stated", {"act": "report bugs", "destination": destination}, []),
	"repo.issues_enabled": enabled,
}

test_the_destination_has_to_be_open if {
	outcome(sends_to("https://bugs.sample.dev", sample.known(false))) == "passed"
	outcome(sends_to("bugs@sample.dev", sample.known(false))) == "passed"
	outcome(sends_to("mailing list", sample.known(false))) == "passed"
	outcome(sends_to("https://github.com/o/r/issues", sample.known(false))) == "needs_review"
	outcome(sends_to("open an issue", sample.known(false))) == "needs_review"
	outcome(sends_to("open an issue", sample.known(true))) == "passed"
	outcome(sends_to("open an issue", sample.hidden)) == "passed"
}

form(kind, defect, security, questions, words) := {"docs.issue_templates": sample.known([{
	"path": ".github/ISSUE_TEMPLATE/a.yml", "kind": kind, "questions": questions, "words": words,
	"defect": defect, "security": security,
}])}

open := {"repo.issues_enabled": sample.known(true)}

test_forms_that_ask_pass if {
	outcome(object.union(form("form", true, false, 3, 10), open)) == "passed"
	outcome(object.union(form("template", true, false, 0, 40), open)) == "passed"
	outcome(object.union(form("form", true, false, 3, 10), {"repo.issues_enabled": sample.hidden})) == "passed"
}

test_forms_of_a_closed_tracker_need_review if outcome(form("form", true, false, 3, 10)) == "needs_review"

test_other_forms_are_no_guide if {
	outcome(form("form", false, false, 3, 10)) == "failed"
	outcome(form("form", false, true, 3, 10)) == "failed"
	outcome(form("chooser", true, false, 3, 40)) == "failed"
	outcome(form("template", true, false, 1, 5)) == "failed"
}

test_an_open_tracker_without_a_word_needs_review if outcome(open) == "needs_review"

test_an_unread_tracker_prevents_a_failure if not outcome({"repo.issues_enabled": sample.hidden})
