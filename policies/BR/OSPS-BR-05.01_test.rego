package osps.requirements["OSPS-BR-05.01_test"]

import rego.v1

policy := data.osps.requirements["OSPS-BR-05.01"]

install := {"path": ".github/workflows/ci.yml", "line": 7, "command": "npm ci", "system": false}

manifest := {"path": "package.json", "state": "parsed", "direct": 2, "toolchain": null, "inherits": false}

npm := {
	"ecosystem": "npm", "package_manager": "yes", "general": false, "manifests": [manifest], "side_manifests": [],
	"lockfiles": [], "source_files": 3, "helper_files": 0, "third_party_imports": [], "imports_read": true,
	"searched": [], "vendored": [], "installs": [install],
}

bare := object.union(npm, {"manifests": [], "installs": []})

use := {"name": "zlib.h", "path": "a.c", "line": 1}

c := object.union(bare, {"ecosystem": "c", "package_manager": "optional", "third_party_imports": [use]})

download := {
	"path": "Dockerfile", "line": 3, "form": "download", "what": "library", "owner": "third", "pin": "none",
	"use": "product", "plain_http": false, "ecosystem": "npm", "listed": false, "target": "https://x.org/a.js",
}

yes := {"known": true, "src": ["git"]}

no := {"known": false, "src": ["git"]}

unread := {"unknown": {"reason": "offline"}, "src": []}

files(complete, builds) := {"complete": complete, "build_files": {"known": builds, "src": ["git"]}}

facts(ecosystems, adhoc, present) := {
	"deps": {"ecosystems": {"known": ecosystems, "src": ["git"]}, "adhoc": {"known": adhoc, "src": ["git"]}},
	"files": files(yes, []),
	"workflows": {"present": present},
}

outcome(document) := result if {
	result := policy.ruling.outcome with input as document
}

with_download(fields) := outcome(facts([npm], [object.union(download, fields)], yes))

test_manifest_and_package_manager_pass if {
	outcome(facts([npm], [], yes)) == "passed"
	confidence := policy.ruling.confidence with input as facts([npm], [], yes)
	confidence == "high"
}

test_packages_of_the_system_pass_for_c if {
	apt := object.union(install, {"command": "apt-get install libz-dev", "system": true})
	outcome(facts([object.union(c, {"installs": [apt]})], [], yes)) == "passed"
	outcome(facts([c], [], yes)) == "needs_review"
}

test_raw_libraries_beside_a_package_manager_fail if {
	with_download({}) == "failed"
	with_download({"pin": "tag"}) == "failed"
	with_download({"form": "clone"}) == "failed"
	with_download({"ecosystem": "c"}) == "needs_review"
	with_download({"listed": true}) == "needs_review"
}

test_weaker_evidence_is_reviewed if {
	every fields in [
		{"form": "pipe_to_shell", "what": "tool"}, {"what": "tool"}, {"pin": "digest"}, {"pin": "commit"},
		{"what": "source_for_test", "use": "test", "pin": "tag"}, {"what": "unknown", "form": "clone"},
	] {
		with_download(fields) == "needs_review"
	}
}

test_notes_have_no_effect if {
	every fields in [
		{"owner": "own"}, {"what": "tool", "pin": "digest"},
		{"what": "source_for_test", "use": "test", "pin": "commit"},
		{"form": "package_list", "what": "library"},
	] {
		with_download(fields) == "passed"
	}
}

test_package_lists_without_a_manifest_are_reviewed if {
	list := object.union(download, {"form": "package_list"})
	outcome(facts([object.union(bare, {"third_party_imports": [use]})], [list], yes)) == "needs_review"
}

test_vendored_sources_without_a_manifest_are_reviewed if {
	outcome(facts([object.union(c, {"vendored": ["third_party/z"]})], [], yes)) == "needs_review"
}

test_manifests_for_examples_only_do_not_count if {
	side := object.union(bare, {"side_manifests": [manifest], "third_party_imports": [use]})
	outcome(facts([side], [], yes)) == "needs_review"
}

test_nothing_of_third_parties_is_outside if {
	outcome(facts([], [], unread)) == "not_applicable"
	outcome(facts([bare], [], yes)) == "not_applicable"
	outcome(facts([object.union(c, {"installs": []})], [], no)) == "not_applicable"
}

test_without_a_pipeline_nothing_is_known if {
	quiet := object.union(npm, {"installs": []})
	not outcome(facts([quiet], [], unread))
	outcome(facts([quiet], [], yes)) == "passed"
	confidence := policy.ruling.confidence with input as facts([quiet], [], yes)
	confidence == "medium"
}

test_what_was_cut_does_not_pass if {
	whole := facts([npm], [], yes)
	cut := {"known": [], "complete": false, "src": ["git"]}
	outcome({
		"deps": {"ecosystems": whole.deps.ecosystems, "adhoc": cut},
		"files": whole.files, "workflows": whole.workflows,
	}) == "needs_review"
	not outcome({
		"deps": {"ecosystems": whole.deps.ecosystems, "adhoc": unread},
		"files": whole.files, "workflows": whole.workflows,
	})
}
