package osps.requirements["OSPS-BR-02.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-BR-02.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

# Everything was read, and the release has no asset.
base := {
	"releases.has_release": sample.known(true),
	"releases.latest.tag": sample.known(tag("v1.2.0", "1.2.0")),
	"releases.latest.assets": sample.known([]),
	"releases.latest.immutable": sample.known(false),
	"releases.attestations": sample.known([]),
	"releases.registry": sample.known([]),
	"sbom.documents": sample.known([]),
}

tag(name, version) := {"name": name, "version": version, "package": null, "prerelease": false}

asset(name, match) := {
	"name": name, "size": 10, "kind": "compiled", "digest": null, "covered_by": [], "verified": false, "parse": null,
	"version_in_name": match,
}

assets(all) := {"releases.latest.assets": sample.known(all)}

plain := asset("install.sh", "none")

moving := {"releases.latest.tag": sample.known(tag("nightly", "nightly"))}

test_versions_in_names_pass if ruling(assets([asset("app_1.2.0.zip", "same")])).confidence == "high"

test_companions_inherit if {
	all := [asset("app_1.2.0.zip", "same"), object.union(asset("sums.txt", "none"), {"kind": "checksums"})]
	outcome(assets(all)) == "passed"
}

test_a_checksum_list_ties if {
	outcome(assets([object.union(plain, {"covered_by": ["signed_checksums"]})])) == "passed"
}

test_an_attestation_ties if {
	digested := object.union(plain, {"digest": "sha256:1"})
	found := {"releases.attestations": sample.known([{"subject_digest": "sha256:1", "predicate_type": "p"}])}
	ruling(object.union(assets([digested]), found)).confidence == "high"
}

test_a_recorded_digest_is_medium if {
	ruling(assets([object.union(plain, {"digest": "sha256:1"})])).confidence == "medium"
	ruling(object.union(assets([plain]), {"releases.latest.immutable": sample.known(true)})).confidence == "medium"
}

test_another_version_fails if outcome(assets([asset("app_1.1.0.zip", "other")])) == "failed"

test_loose_assets if {
	outcome(assets([plain])) == "needs_review"
	outcome(object.union(assets([plain]), moving)) == "failed"
	not outcome(object.union(assets([plain]), {"releases.attestations": sample.hidden}))
}

test_no_assets if {
	entry := {"ecosystem": "cargo", "name": "a", "version": "1.2.0", "path": "Cargo.toml", "published_by": "ci.yml:1"}
	outcome({}) == "not_applicable"
	outcome({"releases.registry": sample.known([entry])}) == "passed"
	outcome({"releases.registry": sample.known([object.union(entry, {"version": "9.0.0"})])}) == "needs_review"
	outcome({"releases.registry": sample.known([object.union(entry, {"published_by": null})])}) == "needs_review"
}

test_no_release_does_not_apply if outcome({"releases.has_release": sample.known(false)}) == "not_applicable"

test_unread_assets_are_unknown if {
	not outcome({"releases.latest.assets": sample.hidden})
	not outcome({"releases.registry": sample.hidden})
	not outcome({"releases.has_release": sample.hidden, "releases.latest.assets": sample.hidden})
}
