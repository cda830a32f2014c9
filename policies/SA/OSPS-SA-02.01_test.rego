package osps.requirements["OSPS-SA-02.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-SA-02.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.interfaces": sample.silent,
	"docs.closed.interfaces": sample.known(true),
	"docs.doors.interfaces": sample.known([]),
	"docs.interfaces": sample.known([]),
	"docs.sites": sample.known([]),
	"releases.has_release": sample.known(true),
}

speaks(class) := {"docs.topics.interfaces": sample.said(class, {}, [])}

test_a_reference_of_its_own_passes if outcome(speaks("stated")) == "passed"

test_a_passage_of_the_readme_needs_review if {
	said := sample.said("stated", {}, []).known
	readme := object.union(said, {"findings": [object.union(said.findings[0], {"role": "readme"})]})
	outcome({"docs.topics.interfaces": sample.known(readme)}) == "needs_review"
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
	ajar := {"docs.closed.interfaces": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.interfaces": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.interfaces": sample.hidden, "docs.doors.interfaces": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.interfaces": sample.hidden})

test_without_release_it_does_not_apply if {
	none := {"releases.has_release": sample.known(false)}
	outcome(none) == "not_applicable"
	outcome(object.union(kinds([["library", "reference_site"]]), none)) == "not_applicable"
}

test_only_a_failure_needs_a_known_release if {
	unread := {"releases.has_release": sample.hidden}
	not outcome(unread)
	outcome(object.union(kinds([["library", "reference_site"]]), unread)) == "passed"
}

kinds(list) := {"docs.interfaces": sample.known([interface |
	some pair in list
	interface := {"kind": pair[0], "detected_by": "Cargo.toml", "described_by": described(pair[1]), "state": pair[1]}
])}

described(state) := null if {
	state == null
} else := "docs/reference.md"

test_every_kind_described_passes if {
	outcome(kinds([["library", "reference_site"], ["command_line", "document"], ["network_api", "parsed"]])) == "passed"
}

test_some_kinds_described_need_review if {
	outcome(kinds([["library", "reference_site"], ["command_line", null]])) == "needs_review"
}

test_a_second_instance_of_a_described_kind_changes_nothing if {
	outcome(kinds([["library", "reference_site"], ["library", null]])) == "passed"
}

test_bare_specifications_need_review if {
	outcome(kinds([["network_api", "bare"]])) == "needs_review"
	outcome(kinds([["network_api", "unparsable"]])) == "needs_review"
}

test_no_description_at_all_fails if outcome(kinds([["library", null], ["command_line", null]])) == "failed"

test_a_reference_elsewhere_needs_review if {
	site := [{
		"url": "https://docs.rs/sample", "label": "API", "kind": "api", "where": "README.md", "line": 3,
		"source_in_tree": false,
	}]
	outcome({"docs.sites": sample.known(site)}) == "needs_review"
}

test_unread_interfaces_prevent_a_failure if not outcome({"docs.interfaces": sample.hidden})
