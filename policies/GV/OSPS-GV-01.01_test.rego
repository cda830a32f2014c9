package osps.requirements["OSPS-GV-01.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-GV-01.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.members": sample.silent,
	"docs.closed.members": sample.known(true),
	"docs.doors.members": sample.known([]),
	"docs.documents": sample.known([]),
	"insights.core_team": sample.known([]),
	"insights.administrators": sample.known([]),
	"insights.stale": sample.known(false),
	"collab.accounts": sample.hidden,
	"repo.archived": sample.known(false),
}

speaks(class) := {"docs.topics.members": sample.said(class, {"person": "@anal"}, [])}

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
	ajar := {"docs.closed.members": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.members": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.members": sample.hidden, "docs.doors.members": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.members": sample.hidden})

older(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-GV-01.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.older
}

test_older_catalogs_leave_archived_projects_out if {
	older({"repo.archived": sample.known(true)}) == "not_applicable"
	older({"repo.archived": sample.known(false)}) == "failed"
	older({"repo.archived": sample.hidden}) == "needs_review"
	outcome({"repo.archived": sample.known(true)}) == "failed"
}

confidence(changes) := ruling(changes).confidence

lists(people) := {"docs.topics.members": sample.said("stated", {"person": people}, [])}

accounts(logins) := {"collab.accounts": sample.known([{"login": login, "role": "write", "kind": "user"} |
	some login in logins
])}

test_a_complete_list_is_certain if {
	confidence(object.union(lists("@anal and @bochen"), accounts(["anal", "bochen"]))) == "high"
	confidence(lists("@anal")) == "medium"
}

test_a_missing_account_needs_review if {
	outcome(object.union(lists("@anal"), accounts(["anal", "mallory"]))) == "needs_review"
}

test_bots_are_not_members if {
	bots := {"collab.accounts": sample.known([{"login": "dependabot[bot]", "role": "write", "kind": "bot"}])}
	outcome(object.union(lists("@anal"), bots)) == "passed"
}

test_declared_members_pass if {
	outcome({"insights.core_team": sample.known(["Ana Lopez"])}) == "passed"
	outcome({"insights.administrators": sample.known(["Ana Lopez"])}) == "passed"
	stale := {"insights.core_team": sample.known(["Ana Lopez"]), "insights.stale": sample.known(true)}
	outcome(stale) == "needs_review"
}

test_owners_of_code_are_no_list_of_members if {
	outcome({"docs.documents": sample.known([sample.page("CODEOWNERS", "codeowners")])}) == "needs_review"
}

test_unread_claims_prevent_a_failure if not outcome({"insights.core_team": sample.hidden})
