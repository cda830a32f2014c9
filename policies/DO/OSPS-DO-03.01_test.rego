package osps.requirements["OSPS-DO-03.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-DO-03.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.verification": sample.silent,
	"docs.closed.verification": sample.known(true),
	"docs.doors.verification": sample.known([]),
	"insights.links": sample.links(["signature_verification"]),
	"insights.stale": sample.known(false),
	"releases.latest.body": sample.known("Fixes."),
	"releases.has_release": sample.known(true),
}

speaks(class) := {"docs.topics.verification": sample.said(class, {}, [])}

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
	ajar := {"docs.closed.verification": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.verification": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.verification": sample.hidden, "docs.doors.verification": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.verification": sample.hidden})

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

test_typed_links if {
	outcome(links("signature_verification", "https")) == "passed"
	outcome(links("signature_verification", "dead")) == "failed"
	outcome(links("signature_verification", "other")) == "needs_review"
	stale := {"insights.stale": sample.known(true)}
	outcome(object.union(links("signature_verification", "https"), stale)) == "needs_review"
}

test_unread_claims_prevent_a_failure if not outcome({"insights.links": sample.hidden})

body(text) := {"releases.latest.body": sample.known(text)}

test_a_command_in_the_release_text_needs_review if {
	outcome(body("Check it: cosign verify-blob --bundle a.sigstore.json a.tar.gz")) == "needs_review"
}

test_a_release_without_text_has_no_command if outcome(body(null)) == "failed"
