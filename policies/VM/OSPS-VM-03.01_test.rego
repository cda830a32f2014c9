package osps.requirements["OSPS-VM-03.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-VM-03.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.private_route": sample.silent,
	"docs.closed.private_route": sample.known(true),
	"docs.doors.private_route": sample.known([]),
	"security.txt": sample.known(null),
	"security.private_reporting": sample.known(false),
	"insights.contacts": sample.known([]),
	"insights.reports_accepted": sample.known(null),
	"insights.stale": sample.known(false),
	"repo.archived": sample.known(false),
}

speaks(class) := {"docs.topics.private_route": sample.said(class, {}, [])}

setting(value) := {"security.private_reporting": sample.known(value)}

unread := {"security.private_reporting": sample.hidden}

txt(expired) := {"security.txt": sample.known({
	"path": ".well-known/security.txt", "contacts": ["mailto:security@sample.dev"], "policy": null, "expired": expired,
})}

declares := {"insights.contacts": sample.known([{"kind": "email", "value": "security@sample.dev", "line": 3}])}

test_declared_contacts if {
	outcome(declares) == "passed"
	ruling(declares).kind == "declared"
	outcome(object.union(declares, {"insights.stale": sample.known(true)})) == "needs_review"
	outcome(object.union(declares, {"insights.reports_accepted": sample.known(false)})) == "failed"
	outcome(object.union(declares, speaks("denied"))) == "failed"
}

test_security_txt if {
	outcome(txt(false)) == "passed"
	outcome(txt(true)) == "needs_review"
}

test_unclear_text_needs_review if {
	every class in ["partial", "mention", "foreign", "contradicted"] {
		outcome(speaks(class)) == "needs_review"
	}
}

test_a_refusal_fails if {
	outcome(speaks("denied")) == "failed"
	outcome(object.union(speaks("denied"), unread)) == "failed"
}

test_absence_fails_in_a_closed_space if {
	every class in ["absent", "placeholder", "deferred"] {
		outcome(speaks(class)) == "failed"
	}
}

test_absence_beside_an_outside_site_needs_review if {
	ajar := {"docs.closed.private_route": sample.known(false), "docs.doors.private_route": sample.known([sample.door])}
	outcome(ajar) == "needs_review"
	outcome(object.union(ajar, unread)) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.private_route": sample.hidden, "docs.doors.private_route": sample.hidden})
}

test_unread_documents_decide_nothing if {
	not outcome({"docs.topics.private_route": sample.hidden})
	not outcome({"insights.contacts": sample.hidden}) == "failed"
	not outcome({"security.txt": sample.hidden}) == "failed"
}

older(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-VM-03.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.older
}

test_older_catalogs_leave_archived_projects_out if {
	older({"repo.archived": sample.known(true)}) == "not_applicable"
	older({"repo.archived": sample.known(false)}) == "failed"
	older({"repo.archived": sample.hidden}) == "needs_review"
	outcome({"repo.archived": sample.known(true)}) == "failed"
}

routes(slots) := {"docs.topics.private_route": sample.said("stated", slots, [])}

mail := routes({"subject": "security", "route": "a@sample.dev", "direct": "a@sample.dev"})

form := routes({"subject": "security", "route": "https://host.dev/o/r/security/advisories/new"})

test_documented_routes if {
	ruling(object.union(mail, setting(true))).confidence == "high"
	ruling(mail).confidence == "medium"
	outcome(mail) == "passed"
	outcome(object.union(form, unread)) == "passed"
}

test_a_dead_route_needs_review if outcome(form) == "needs_review"

test_the_setting_alone_passes if {
	outcome(setting(true)) == "passed"
	ruling(setting(true)).confidence == "medium"
	not outcome(object.union(setting(true), {"docs.topics.private_route": sample.hidden}))
}

public := {"docs.topics.private_route": sample.said(
	"partial",
	{"subject": "security", "public": "open an issue"},
	["route"],
)}

test_public_issues_fail if {
	outcome(public) == "failed"
	outcome(object.union(public, unread)) == "failed"
	outcome(object.union(public, setting(true))) == "failed"
	outcome(object.union(public, txt(false))) == "needs_review"
	outcome(object.union(public, {"insights.contacts": sample.hidden})) == "needs_review"
}

test_a_file_without_a_route_needs_review_while_the_setting_is_unread if {
	empty := {"docs.topics.private_route": sample.known(object.union(
		sample.silent.known,
		{"document": "short", "document_path": "SECURITY.md"},
	))}
	outcome(object.union(empty, unread)) == "needs_review"
	outcome(empty) == "failed"
	not outcome(unread)
}

test_accepting_reports_without_a_way_needs_review if {
	outcome({"insights.reports_accepted": sample.known(true)}) == "needs_review"
}

test_a_link_to_the_form_of_the_host if {
	linked := {"docs.topics.private_route": sample.known(object.union(sample.silent.known, {"links": [{
		"url": "https://github.com/o/r/security/advisories/new", "label": "Report a vulnerability",
		"path": ".github/ISSUE_TEMPLATE/config.yml", "line": 3, "affirmative": true,
	}]}))}
	outcome(object.union(linked, unread)) == "passed"
	outcome(linked) == "needs_review"
}
