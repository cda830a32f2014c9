package osps.requirements["OSPS-DO-06.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-DO-06.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.dependencies": sample.silent,
	"docs.closed.dependencies": sample.known(true),
	"docs.doors.dependencies": sample.known([]),
	"deps.update_config": sample.known(null),
	"deps.ecosystems": sample.known([]),
	"insights.links": sample.links(["dependency_policy"]),
	"insights.stale": sample.known(false),
	"insights.no_third_party": sample.known(null),
	"releases.has_release": sample.known(true),
}

speaks(class) := {"docs.topics.dependencies": sample.said(class, {}, [])}

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
	ajar := {"docs.closed.dependencies": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.dependencies": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.dependencies": sample.hidden, "docs.doors.dependencies": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.dependencies": sample.hidden})

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
	outcome(links("dependency_policy", "https")) == "passed"
	outcome(links("dependency_policy", "dead")) == "failed"
	outcome(links("dependency_policy", "other")) == "needs_review"
	stale := {"insights.stale": sample.known(true)}
	outcome(object.union(links("dependency_policy", "https"), stale)) == "needs_review"
}

test_unread_claims_prevent_a_failure if not outcome({"insights.links": sample.hidden})

updates(covers) := {"deps.update_config": sample.known({
	"tool": "dependabot", "path": ".github/dependabot.yml", "ecosystems": ["cargo"], "covers_product": covers,
})}

test_updates_of_the_product_track_its_dependencies if {
	two := {"docs.topics.dependencies": sample.said("partial", {"select": "a", "obtain": "b"}, ["track"])}
	outcome(object.union(two, updates(true))) == "passed"
	outcome(object.union(two, updates(false))) == "needs_review"
	outcome(two) == "needs_review"
}

test_a_configuration_is_no_description if {
	outcome(updates(true)) == "needs_review"
	outcome(updates(false)) == "failed"
}

manifest(direct) := {"deps.ecosystems": sample.known([{
	"ecosystem": "cargo", "manifests": [{"path": "Cargo.toml", "state": "parsed", "direct": direct, "toolchain": null}],
	"third_party_imports": [],
}])}

free := {"insights.no_third_party": sample.known(true)}

test_no_dependencies_have_to_be_declared_and_seen if {
	outcome(object.union(free, manifest(0))) == "passed"
	outcome(object.union(free, manifest(2))) == "failed"
	outcome(manifest(0)) == "failed"
	not outcome(object.union(free, {"deps.ecosystems": sample.hidden}))
}

test_a_list_of_dependencies_needs_review if {
	list := object.union(sample.silent.known, {"document": "ok", "document_path": "DEPENDENCIES.md"})
	outcome({"docs.topics.dependencies": sample.known(list)}) == "needs_review"
}

test_an_unread_configuration_prevents_a_failure if not outcome({"deps.update_config": sample.hidden})
