package osps.requirements["OSPS-QA-02.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-02.02"].ruling with input as sample.document(base, changes)
}

outcome(changes) := ruling(changes).outcome

asset(name, kind) := {"name": name, "kind": kind, "size": 9}

sbom(changes) := object.union({
	"name": "app.spdx.json", "format": "spdx", "parse": "parsed", "components": 12, "subject": null,
	"missing_core": [], "missing_extra": [],
}, changes)

base := {
	"releases.has_release": sample.known(true),
	"releases.latest.assets": sample.known([asset("app-1.2.0-linux", "compiled"), asset("app.spdx.json", "sbom")]),
	"sbom.documents": sample.known([sbom({})]),
	"releases.attestations": sample.known([]),
	"releases.registry": sample.known([]),
}

with_sbom(changes) := {"sbom.documents": sample.known([sbom(changes)])}

test_a_complete_sbom_passes if ruling({}).confidence == "high"

test_a_poor_one_passes_with_less_confidence if {
	answer := ruling(with_sbom({"missing_extra": ["supplier"]}))
	answer.outcome == "passed"
	answer.confidence == "medium"
	count(answer.notes) == 1
}

test_missing_and_empty_ones_fail if {
	outcome({"sbom.documents": sample.known([])}) == "failed"
	outcome(with_sbom({"parse": "empty", "components": 0})) == "failed"
	outcome(with_sbom({"parse": "unparsable", "components": 0})) == "failed"
}

test_thin_and_foreign_ones_are_reviewed if {
	outcome(with_sbom({"missing_core": ["identifiers"]})) == "needs_review"
	outcome(with_sbom({"subject": "other"})) == "needs_review"
	attested := [{"subject_digest": "x", "predicate_type": "https://spdx.dev/Document", "verified": false}]
	outcome({"sbom.documents": sample.known([]), "releases.attestations": sample.known(attested)}) == "needs_review"
}

test_provenance_is_no_sbom if {
	attested := [{"subject_digest": "x", "predicate_type": "https://slsa.dev/provenance/v1", "verified": true}]
	outcome({"sbom.documents": sample.known([]), "releases.attestations": sample.known(attested)}) == "failed"
}

test_sources_alone_need_none if {
	outcome({
		"releases.latest.assets": sample.known([asset("app.tar.gz", "source")]),
		"sbom.documents": sample.known([]),
	}) == "not_applicable"
}

test_registry_packages_and_archives_are_reviewed if {
	outcome({
		"releases.latest.assets": sample.known([]), "sbom.documents": sample.known([]),
		"releases.registry": sample.known([{"name": "app"}]),
	}) == "needs_review"
	outcome({
		"releases.latest.assets": sample.known([asset("app.zip", "archive")]),
		"sbom.documents": sample.known([]),
	}) == "needs_review"
}

test_no_release_is_not_applicable if outcome({"releases.has_release": sample.known(false)}) == "not_applicable"

test_unread_assets_decide_nothing if {
	not outcome({"releases.latest.assets": sample.hidden})
	not outcome({"sbom.documents": sample.hidden})
}
