package osps.requirements["OSPS-BR-03.02_test"]

import rego.v1

policy := data.osps.requirements["OSPS-BR-03.02"]

unread := {"unknown": {"reason": "offline", "needs": "a read token"}, "src": []}

base := {
	"target": "https://a.org/a.tgz", "scheme": "https", "kind": "asset", "where": "README.md", "line": 3,
	"insecure_flag": null, "signature_checked": false, "piped_to_shell": false, "own": true,
}

facts(channels, has_release) := {
	"links": {"distribution": {"known": channels, "src": ["git"]}},
	"releases": {"has_release": has_release, "registry": {"known": [], "src": ["git"]}, "latest": {"assets": unread}},
}

outcome_under(catalog, document) := result if {
	result := policy.ruling.outcome with input as document with data.osps.run as {"catalog": catalog}
}

outcome(document) := outcome_under("2026-08-28", document)

one(fields) := outcome(facts([object.union(base, fields)], unread))

test_authenticated_channels_pass if {
	every fields in [
		{}, {"target": "python:demo", "scheme": "", "kind": "registry"}, {"scheme": "oci", "kind": "image"},
		{"scheme": "ssh", "kind": "git"}, {"target": "ghcr.io/a/b", "scheme": "", "kind": "image"},
		{"scheme": "pkg", "kind": "registry"}, {"piped_to_shell": true, "kind": "installer"},
	] {
		one(fields) == "passed"
	}
}

test_plain_downloads_fail if {
	one({"scheme": "http"}) == "failed"
	one({"scheme": "ftp", "kind": "package_repo"}) == "failed"
	one({"scheme": "git", "kind": "git"}) == "failed"
}

test_options_that_disable_verification_fail if {
	one({"insecure_flag": "-k"}) == "failed"
	one({"kind": "registry", "scheme": "", "insecure_flag": "--trusted-host"}) == "failed"
}

test_signatures_make_up_for_the_transport_in_part if {
	one({"scheme": "http", "signature_checked": true}) == "needs_review"
	one({"scheme": "http", "signature_checked": true, "kind": "package_repo"}) == "passed"
	signed := facts([object.union(base, {"scheme": "http", "signature_checked": true})], unread)
	outcome_under("2025-10-10", signed) == "failed"
}

test_scripts_of_third_parties_are_reviewed if {
	one({"kind": "installer", "piped_to_shell": true, "own": false}) == "needs_review"
}

test_nothing_released_and_nothing_named_is_outside if {
	outcome(facts([], {"known": false, "src": ["git"]})) == "not_applicable"
	outcome(facts([base], {"known": false, "src": ["git"]})) == "passed"
}

test_no_channel_is_no_pass if {
	not outcome(facts([], unread))
	not outcome(facts([], {"known": true, "src": ["git"]}))
}

package_of(step) := {"ecosystem": "cargo", "name": "a", "version": null, "path": "Cargo.toml", "published_by": step}

with_package(step) := {
	"links": facts([], unread).links,
	"releases": {
		"has_release": unread, "registry": {"known": [package_of(step)], "src": ["git"]},
		"latest": {"assets": unread},
	},
}

test_a_publishing_step_names_a_channel if {
	outcome(with_package(".github/workflows/r.yml:3 cargo publish")) == "passed"
	not outcome(with_package(null))
}

test_assets_of_the_forge_alone_pass if {
	released := {"has_release": {"known": true, "src": ["git"]}, "latest": {"assets": {"known": [], "src": ["rest"]}}}
	none := {"known": [], "src": ["git"]}
	document := {"links": facts([], unread).links, "releases": object.union(released, {"registry": none})}
	outcome(document) == "passed"
}

test_what_was_cut_does_not_pass if {
	cut := {"distribution": {"known": [base], "complete": false, "src": ["git"]}}
	outcome({"links": cut, "releases": facts([], unread).releases}) == "needs_review"
	not outcome({"links": {"distribution": unread}, "releases": facts([], unread).releases})
}
