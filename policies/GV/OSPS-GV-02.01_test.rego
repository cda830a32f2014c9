package osps.requirements["OSPS-GV-02.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-GV-02.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

older(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-GV-02.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.older
}

# A public repository with everything off and nothing documented.
base := {
	"repo.issues_enabled": sample.known(false),
	"repo.discussions_enabled": sample.known(false),
	"repo.visibility": sample.known("public"),
	"repo.archived": sample.known(false),
	"links.project": sample.known([]),
	"docs.topics.discussion": sample.silent,
	"docs.closed.discussion": sample.known(true),
	"docs.doors.discussion": sample.known([]),
}

offline := {
	"repo.issues_enabled": sample.hidden,
	"repo.discussions_enabled": sample.hidden,
	"repo.visibility": sample.hidden,
	"repo.archived": sample.hidden,
}

on := {"repo.issues_enabled": sample.known(true)}

private := {"repo.visibility": sample.known("private")}

speaks(class) := {"docs.topics.discussion": sample.said(class, {}, [])}

links(role, url) := {"links.project": sample.known([{
	"url": url, "scheme": "http", "role": role, "where": "README.md", "line": 4,
}])}

test_issues_or_discussions_pass if {
	ruling(on).confidence == "high"
	outcome({"repo.discussions_enabled": sample.known(true)}) == "passed"
}

test_a_mailing_list_passes_without_issues if {
	ruling(links("list", "https://lists.sample.dev/dev")).confidence == "medium"
	outcome(links("chat", "http://chat.sample.dev")) == "passed"
	outcome(object.union(offline, links("list", "https://lists.sample.dev/dev"))) == "passed"
}

test_documents_pass if {
	ruling(speaks("stated")).confidence == "medium"
	outcome(object.union(offline, speaks("stated"))) == "passed"
}

test_nothing_anywhere_fails if {
	outcome({}) == "failed"
	ruling({}).confidence == "medium"
	outcome(speaks("deferred")) == "failed"
}

test_unread_settings_prevent_a_failure if {
	not outcome(offline)
	not outcome({"repo.issues_enabled": sample.hidden})
	not outcome({"links.project": sample.hidden})
	not outcome({"docs.closed.discussion": sample.hidden})
}

test_private_repositories if {
	outcome(object.union(private, on)) == "failed"
	outcome(object.union(private, links("tracker", "https://github.com/o/r/issues"))) == "failed"
	outcome(object.union(private, links("list", "https://lists.sample.dev/dev"))) == "passed"
	outcome(object.union(private, speaks("stated"))) == "needs_review"
}

test_archived_repositories_need_review if {
	archived := {"repo.archived": sample.known(true)}
	outcome(object.union(on, archived)) == "needs_review"
	older(object.union(on, archived)) == "not_applicable"
}

test_switched_on_and_half_read_needs_review if {
	outcome(object.union(on, {"repo.archived": sample.hidden})) == "needs_review"
}

test_weak_text_needs_review if {
	every class in ["partial", "mention", "foreign", "contradicted"] {
		outcome(speaks(class)) == "needs_review"
	}
}

test_a_denial_fails_where_the_host_has_no_place if {
	outcome(speaks("denied")) == "failed"
	outcome(object.union(on, speaks("denied"))) == "passed"
	not outcome(object.union(offline, speaks("denied")))
}

test_outside_places_need_review if {
	ajar := {"docs.closed.discussion": sample.known(false), "docs.doors.discussion": sample.known([sample.door])}
	outcome(ajar) == "needs_review"
	outcome(object.union(offline, ajar)) == "needs_review"
}
