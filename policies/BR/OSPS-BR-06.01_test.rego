package osps.requirements["OSPS-BR-06.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-BR-06.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

# Everything was read: a release without assets and without a signed tag.
base := {
	"releases.has_release": sample.known(true),
	"releases.latest.tag": sample.known(tag(false)),
	"releases.latest.assets": sample.known([]),
	"releases.latest.immutable": sample.known(false),
	"releases.attestations": sample.known([]),
	"releases.registry": sample.known([]),
	"insights.attestations": sample.known([]),
}

tag(signed) := {"name": "v1.0.0", "version": "1.0.0", "signed": signed}

asset(name, changes) := object.union(
	{
		"name": name, "size": 10, "kind": "compiled", "digest": "sha256:1", "covered_by": [], "verified": false,
		"parse": null, "version_in_name": "none",
	},
	changes,
)

assets(all) := {"releases.latest.assets": sample.known(all)}

bare := assets([asset("app", {})])

signed := assets([asset("app", {"covered_by": ["signature"]})])

attestation(digest, predicate) := {
	"subject_digest": digest, "predicate_type": predicate, "signer": null, "verified": false,
}

attested(digest, predicate) := {"releases.attestations": sample.known([attestation(digest, predicate)])}

test_each_cover_passes if {
	every cover in ["signature", "signed_checksums", "attestation", "immutable_release"] {
		ruling(assets([asset("app", {"covered_by": [cover]})])).confidence == "medium"
	}
	ruling(assets([asset("app", {"covered_by": ["signature"], "verified": true})])).confidence == "high"
	outcome(object.union(bare, attested("sha256:1", "https://slsa.dev/provenance/v1"))) == "passed"
	outcome(object.union(bare, {"releases.latest.immutable": sample.known(true)})) == "passed"
}

test_one_uncovered_asset_fails if {
	outcome(bare) == "failed"
	outcome(assets([asset("a", {"covered_by": ["signature"]}), asset("b", {})])) == "failed"
	outcome(assets([asset("app", {"covered_by": ["checksums"]})])) == "failed"
}

test_empty_signatures_cover_nothing if {
	empty := asset("app.sig", {"kind": "signature", "size": 0, "parse": "empty"})
	odd := asset("app.sig", {"kind": "signature", "parse": "unparsable"})
	outcome(assets([asset("app", {}), empty])) == "failed"
	outcome(assets([asset("app", {}), odd])) == "needs_review"
}

test_an_inventory_is_no_signature if {
	outcome(object.union(bare, attested("sha256:1", "https://spdx.dev/Document"))) == "failed"
	outcome(object.union(bare, attested("sha256:2", "https://slsa.dev/provenance/v1"))) == "needs_review"
}

test_declared_attestations_need_review if {
	named := {"name": "x", "location": "https://sample.dev/a", "predicate": "https://slsa.dev/provenance/v1"}
	inventory := object.union(named, {"predicate": "cyclonedx"})
	outcome(object.union(bare, {"insights.attestations": sample.known([named])})) == "needs_review"
	outcome(object.union(bare, {"insights.attestations": sample.known([inventory])})) == "failed"
	outcome({"insights.attestations": sample.known([named])}) == "needs_review"
	outcome(object.union(signed, {"insights.attestations": sample.hidden})) == "passed"
}

test_unread_sources_prevent_a_failure if {
	not outcome(object.union(bare, {"releases.attestations": sample.hidden}))
	not outcome(object.union(bare, {"releases.latest.immutable": sample.hidden}))
	not outcome(object.union(bare, {"insights.attestations": sample.hidden}))
	not outcome(object.union(bare, {"releases.has_release": sample.hidden}))
	not outcome({"releases.latest.assets": sample.hidden})
}

test_no_assets if {
	outcome({}) == "failed"
	ruling({}).confidence == "medium"
	outcome({"releases.latest.tag": sample.known(tag(true))}) == "passed"
	not outcome({"releases.latest.tag": sample.known(tag(true)), "releases.latest.assets": sample.hidden})
	outcome({"releases.latest.tag": sample.known(null)}) == "needs_review"
	published := {"name": "a", "ecosystem": "npm", "version": "1.0.0", "path": "package.json", "published_by": null}
	outcome({"releases.registry": sample.known([published])}) == "needs_review"
}

test_no_release_does_not_apply if outcome({"releases.has_release": sample.known(false)}) == "not_applicable"
