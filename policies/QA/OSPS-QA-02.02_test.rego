package osps.requirements["OSPS-QA-02.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-02.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

# Everything was read: one compiled asset, no inventory.
base := {
	"releases.has_release": sample.known(true),
	"releases.latest.assets": sample.known([asset("app", "compiled")]),
	"releases.attestations": sample.known([]),
	"releases.registry": sample.known([]),
	"sbom.documents": sample.known([]),
}

asset(name, kind) := {"name": name, "kind": kind, "size": 10}

document(changes) := object.union(
	{
		"name": "bom.json", "format": "cyclonedx", "parse": "parsed", "components": 9, "subject": null,
		"missing_core": [], "missing_extra": [],
	},
	changes,
)

inventory(changes) := {"sbom.documents": sample.known([document(changes)])}

package_of(ecosystem) := {"releases.registry": sample.known([{
	"ecosystem": ecosystem, "name": "thing", "version": "1", "path": "x", "published_by": null,
}])}

test_an_inventory_passes if {
	ruling(inventory({})).confidence == "high"
	outcome(inventory({"subject": "app"})) == "passed"
	outcome(inventory({"name": "app.cdx.json", "subject": "other"})) == "passed"
	ruling(inventory({"missing_extra": ["supplier"]})).confidence == "medium"
}

test_none_or_an_empty_one_fails if {
	outcome({}) == "failed"
	outcome(inventory({"parse": "empty", "components": 0})) == "failed"
	outcome(inventory({"components": 0})) == "failed"
	outcome(inventory({"parse": "unparsable"})) == "failed"
}

test_doubtful_inventories_need_review if {
	outcome(inventory({"missing_core": ["author"]})) == "needs_review"
	outcome(inventory({"subject": "another"})) == "needs_review"
	attested := {"subject_digest": "sha256:1", "predicate_type": "https://spdx.dev/Document"}
	outcome({"releases.attestations": sample.known([attested])}) == "needs_review"
}

test_nothing_compiled_does_not_apply if {
	sources := {"releases.latest.assets": sample.known([asset("app.tar.gz", "source")])}
	outcome(sources) == "not_applicable"
	outcome(object.union(sources, package_of("cargo"))) == "not_applicable"
	outcome(object.union(sources, package_of("container"))) == "needs_review"
	not outcome(object.union(sources, {"releases.registry": sample.hidden}))
}

test_no_release_does_not_apply if outcome({"releases.has_release": sample.known(false)}) == "not_applicable"

test_unread_sources_are_unknown if {
	not outcome({"releases.latest.assets": sample.hidden})
	not outcome({"sbom.documents": sample.hidden})
	not outcome({"releases.attestations": sample.hidden})
	not outcome({"releases.has_release": sample.hidden})
}

test_archives_may_hold_anything if {
	archive := {"releases.latest.assets": sample.known([asset("app.zip", "archive")])}
	outcome(archive) == "needs_review"
	outcome(object.union(archive, inventory({}))) == "passed"
	outcome(object.union(archive, inventory({"subject": "another"}))) == "needs_review"
}
