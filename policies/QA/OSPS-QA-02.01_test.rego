package osps.requirements["OSPS-QA-02.01_test"]

import rego.v1

empty := {
	"ecosystem": "python", "package_manager": "yes", "general": false, "manifests": [], "side_manifests": [],
	"lockfiles": [], "source_files": 3, "helper_files": 0, "third_party_imports": [], "imports_read": true,
	"searched": [], "vendored": [], "installs": [],
}

manifest(path, state, direct) := {
	"path": path, "state": state, "direct": direct, "toolchain": null, "inherits": false,
}

use(name) := {"name": name, "path": "src/a", "line": 3}

facts(ecosystems) := {
	"deps": {"ecosystems": {"known": ecosystems, "src": ["git"]}},
	"files": {"complete": {"known": true, "src": ["git"]}},
}

outcome(ecosystems) := result if {
	result := data.osps.requirements["OSPS-QA-02.01"].ruling.outcome with input as facts(ecosystems)
}

one(fields) := outcome([object.union(empty, fields)])

test_a_list_passes if {
	list := manifest("svc/a/pyproject.toml", "parsed", 2)
	one({"manifests": [list], "third_party_imports": [use("requests")]}) == "passed"
}

test_an_explicit_empty_set_passes_where_nothing_is_imported if {
	one({"manifests": [manifest("Cargo.toml", "parsed", 0)]}) == "passed"
	one({"manifests": [manifest("p.toml", "parsed", 0)], "third_party_imports": [use("x")]}) == "needs_review"
}

test_a_manifest_alone_passes if {
	one({"source_files": 0, "manifests": [manifest("go.mod", "parsed", 1)]}) == "passed"
}

test_imports_without_a_manifest_fail if {
	one({"third_party_imports": [use("requests")]}) == "failed"
}

test_an_empty_file_is_no_list if {
	nothing := manifest("requirements.txt", "empty", 0)
	one({"manifests": [nothing], "third_party_imports": [use("x")]}) == "failed"
}

test_a_list_of_any_language_leaves_it_open if {
	bazel := object.union(empty, {"ecosystem": "bazel", "general": true, "manifests": [manifest("W", "parsed", 3)]})
	outcome([object.union(empty, {"third_party_imports": [use("x")]}), bazel]) == "needs_review"
}

test_weaker_evidence_is_reviewed if {
	every fields in [
		{"lockfiles": ["poetry.lock"]},
		{"vendored": ["third_party/x"]},
		{"manifests": [manifest("setup.py", "dynamic", 0)]},
		{"manifests": [manifest("setup.py", "unparsable", 0)]},
		{"side_manifests": [manifest("docs/requirements.txt", "parsed", 1)]},
	] {
		one(object.union({"third_party_imports": [use("x")]}, fields)) == "needs_review"
	}
}

test_c_that_looks_for_libraries_is_reviewed if {
	c := {"ecosystem": "c", "package_manager": "optional"}
	one(object.union(c, {"searched": [use("ZLIB")]})) == "needs_review"
	one(object.union(c, {"third_party_imports": [use("zlib.h")]})) == "needs_review"
	one(object.union(c, {"manifests": [manifest("vcpkg.json", "parsed", 1)], "searched": [use("Z")]})) == "passed"
	one(c) == "not_applicable"
}

test_languages_without_a_package_manager_are_outside if {
	one({"ecosystem": "shell", "package_manager": "no"}) == "not_applicable"
	outcome([]) == "not_applicable"
}

test_standard_modules_only_are_outside if one({}) == "not_applicable"

test_unread_imports_are_not_absent_imports if one({"imports_read": false}) == "needs_review"

test_side_tools_decide_neither_way if {
	docs := object.union(empty, {"source_files": 0, "side_manifests": [manifest("docs/requirements.txt", "parsed", 4)]})
	outcome([docs]) == "not_applicable"
	go := object.union(empty, {"ecosystem": "go", "manifests": [manifest("go.mod", "parsed", 1)], "source_files": 90})
	outcome([docs, go]) == "passed"
	scripts := object.union(empty, {"source_files": 1, "third_party_imports": [use("yaml")]})
	outcome([go, scripts]) == "passed"
}

test_one_language_without_a_list_takes_the_pass_away if {
	go := object.union(empty, {"ecosystem": "go", "manifests": [manifest("go.mod", "parsed", 1)], "source_files": 9})
	outcome([go, object.union(empty, {"third_party_imports": [use("yaml")]})]) == "failed"
	outcome([go, object.union(empty, {"imports_read": false, "ecosystem": "swift"})]) == "needs_review"
}

unread := {"unknown": {"reason": "error"}, "src": ["git"]}

policy := data.osps.requirements["OSPS-QA-02.01"]

test_an_incomplete_tree_decides_nothing if {
	cut := {"deps": facts([]).deps, "files": {"complete": {"known": false, "src": ["git"]}}}
	policy.ruling.outcome == "needs_review" with input as cut
}

test_what_was_not_read_is_unknown if {
	not policy.ruling with input as {"deps": {"ecosystems": unread}, "files": facts([]).files}
	not policy.ruling with input as {"deps": facts([empty]).deps, "files": {"complete": unread}}
}
