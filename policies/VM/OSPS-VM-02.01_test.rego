package osps.requirements["OSPS-VM-02.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-VM-02.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.contact": sample.silent,
	"docs.closed.contact": sample.known(true),
	"docs.doors.contact": sample.known([]),
	"security.txt": sample.known(null),
	"security.private_reporting": sample.known(false),
	"insights.contacts": sample.known([]),
	"insights.reports_accepted": sample.known(null),
	"insights.stale": sample.known(false),
	"repo.archived": sample.known(false),
}

speaks(class) := {"docs.topics.contact": sample.said(class, {}, [])}

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
	ajar := {"docs.closed.contact": sample.known(false), "docs.doors.contact": sample.known([sample.door])}
	outcome(ajar) == "needs_review"
	outcome(object.union(ajar, unread)) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.contact": sample.hidden, "docs.doors.contact": sample.hidden})
}

test_unread_documents_decide_nothing if {
	not outcome({"docs.topics.contact": sample.hidden})
	not outcome({"insights.contacts": sample.hidden}) == "failed"
	not outcome({"security.txt": sample.hidden}) == "failed"
}

older(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-VM-02.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.older
}

test_older_catalogs_leave_archived_projects_out if {
	older({"repo.archived": sample.known(true)}) == "not_applicable"
	older({"repo.archived": sample.known(false)}) == "failed"
	older({"repo.archived": sample.hidden}) == "needs_review"
	outcome({"repo.archived": sample.known(true)}) == "failed"
}

test_a_contact_that_was_read_passes if {
	outcome(speaks("stated")) == "passed"
	ruling(speaks("stated")).confidence == "high"
}

sends(url, affirmative) := {"docs.topics.contact": sample.known(object.union(sample.silent.known, {"links": [{
	"url": url, "label": "Report it", "path": "SECURITY.md", "line": 3, "affirmative": affirmative,
}]}))}

routes := {"general_hosts": ["docs.github.com"]}

test_pages_outside_the_tree if {
	outcome(sends("https://sample.dev/report", true)) == "passed" with data.osps.tables.report_routes as routes
	ruling(sends("https://sample.dev/report", true)).confidence == "medium" with data.osps.tables.report_routes as routes
	outcome(sends("https://sample.dev/report", false)) == "failed" with data.osps.tables.report_routes as routes
	outcome(sends("http://sample.dev/report", true)) == "failed" with data.osps.tables.report_routes as routes
	outcome(sends("https://docs.github.com/x", true)) == "failed" with data.osps.tables.report_routes as routes
}

test_a_refusal_with_a_link_fails if {
	refusal := {"docs.topics.contact": sample.known(object.union(
		sample.said("denied", {}, []).known,
		{"links": sends("https://sample.dev/report", true)["docs.topics.contact"].known.links},
	))}
	outcome(refusal) == "failed"
}

test_the_setting_alone_documents_nothing if {
	outcome(setting(true)) == "needs_review"
	outcome(unread) == "needs_review"
}
