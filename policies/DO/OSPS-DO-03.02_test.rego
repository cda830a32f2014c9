package osps.requirements["OSPS-DO-03.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-DO-03.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.releaser_identity": sample.silent,
	"docs.closed.releaser_identity": sample.known(true),
	"docs.doors.releaser_identity": sample.known([]),
	"docs.topics.verification": sample.silent,
	"docs.key_files": sample.known([]),
	"insights.links": sample.links(["signature_verification"]),
	"insights.stale": sample.known(false),
	"releases.has_release": sample.known(true),
}

speaks(class) := {"docs.topics.releaser_identity": sample.said(class, {}, [])}

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
	ajar := {"docs.closed.releaser_identity": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.releaser_identity": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.releaser_identity": sample.hidden, "docs.doors.releaser_identity": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.releaser_identity": sample.hidden})

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

links(field, kind) := {"insights.links": sample.known(object.union(
	base["insights.links"].known,
	sample.link(field, kind).known,
))}

test_a_verification_without_identity_needs_review if {
	outcome({"docs.topics.verification": sample.said("stated", {"command": "cosign"}, [])}) == "needs_review"
}

test_a_key_that_nobody_mentions_needs_review if {
	outcome({"docs.key_files": sample.known(["KEYS"])}) == "needs_review"
}

test_an_unread_link_needs_review if {
	outcome(links("signature_verification", "https")) == "needs_review"
	outcome(links("signature_verification", "dead")) == "failed"
}

test_unread_claims_prevent_a_failure if not outcome({"insights.links": sample.hidden})
