package osps.requirements["OSPS-VM-01.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-VM-01.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.cvd": sample.silent,
	"docs.closed.cvd": sample.known(true),
	"docs.doors.cvd": sample.known([]),
	"security.txt": sample.known(null),
	"insights.links": sample.links(["vulnerability_policy", "security_policy"]),
	"repo.archived": sample.known(false),
}

speaks(class) := {"docs.topics.cvd": sample.said(class, {}, [])}

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
	ajar := {"docs.closed.cvd": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.cvd": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.cvd": sample.hidden, "docs.doors.cvd": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.cvd": sample.hidden})

older(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-VM-01.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.older
}

test_older_catalogs_leave_archived_projects_out if {
	older({"repo.archived": sample.known(true)}) == "not_applicable"
	older({"repo.archived": sample.known(false)}) == "failed"
	older({"repo.archived": sample.hidden}) == "needs_review"
	outcome({"repo.archived": sample.known(true)}) == "failed"
}

test_a_policy_for_a_service_needs_review if {
	outcome({"docs.topics.cvd": sample.said("stated", {"timeframe": "a", "hosted": "b"}, [])}) == "needs_review"
}

links(field, kind) := {"insights.links": sample.known(object.union(
	base["insights.links"].known,
	sample.link(field, kind).known,
))}

test_a_page_that_nobody_read_shows_no_time if {
	outcome(links("vulnerability_policy", "https")) == "needs_review"
	outcome(links("security_policy", "https")) == "needs_review"
	outcome(links("vulnerability_policy", "dead")) == "failed"
	outcome(object.union(links("vulnerability_policy", "https"), speaks("stated"))) == "passed"
	not outcome({"insights.links": sample.hidden})
}

txt(policy) := {"security.txt": sample.known({
	"path": ".well-known/security.txt", "contacts": ["mailto:security@sample.dev"], "policy": policy, "expired": false,
})}

test_the_policy_of_security_txt_is_not_read if {
	outcome(txt("https://sample.dev/policy")) == "needs_review"
	outcome(txt(null)) == "failed"
	not outcome({"security.txt": sample.hidden})
}
