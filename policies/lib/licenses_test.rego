package osps.licenses_test

import rego.v1
import data.osps.licenses

part(id, approval) := {
	"spdx": id, "score": 100, "line": 1, "scope": "code", "approval": approval, "added_conditions": null,
}

file(path, place, parts) := {
	"path": path, "place": place, "name_kind": "license", "state": "ok", "target": null, "words": 200, "wording": true,
	"parts": parts,
}

root(parts) := file("LICENSE", "root", parts)

mit := part("MIT", "approved")

busl := part("BUSL-1.1", "not_approved")

said(kind, approval) := {
	"path": "package.json", "line": 2, "kind": kind, "expression": "X", "approval": approval, "files": 1,
}

with_field(object_, field, value) := object.union(object_, {field: value})

test_one_approved_text if licenses.standing([root([mit])], []) == "approved"

test_equivalents_are_told_apart if {
	licenses.standing([root([mit, part("bzip2-1.0.6", "equivalent")])], []) == "equivalent"
}

test_withheld_freedoms if {
	licenses.standing([root([busl])], []) == "denied"
	licenses.standing([root([busl])], [said("manifest", "unknown")]) == "denied"
	rider := with_field(part("Apache-2.0", "not_approved"), "added_conditions", "Commons Clause")
	licenses.standing([root([rider])], []) == "denied"
	licenses.standing([root([mit]), file("LICENSE-2", "root", [rider])], []) == "denied"
}

test_what_stands_beside_an_approved_text_is_for_a_person if {
	licenses.standing([root([mit, busl])], []) == "mixed"
	licenses.standing([root([mit]), file("ee/LICENSE", "elsewhere", [busl])], []) == "mixed"
	licenses.standing([root([mit]), file("LICENSES/X.txt", "license_dir", [busl])], []) == "mixed"
	licenses.standing([root([busl])], [said("manifest", "approved")]) == "mixed"
}

test_documentation_and_foreign_code_are_apart if {
	docs := with_field(part("CC-BY-ND-4.0", "not_approved"), "scope", "docs")
	licenses.standing([root([mit, docs])], []) == "approved"
	licenses.standing([root([mit]), file("vendor/x/LICENSE", "vendored", [busl])], []) == "approved"
}

test_unmatched if {
	licenses.standing([root([part(null, "unknown")])], []) == "unmatched"
	licenses.standing([root([with_field(mit, "added_conditions", "you must")])], []) == "unmatched"
	notice := object.union(root([part(null, "unknown")]), {"path": "NOTICE", "name_kind": "notice"})
	licenses.standing([root([mit]), notice], []) == "approved"
}

test_statements if {
	licenses.standing([], [said("manifest", "approved")]) == "stated"
	licenses.standing([], [said("manifest", "not_approved")]) == "denied"
	licenses.standing([root([mit])], [said("manifest", "not_approved")]) == "conflict"
	licenses.standing([root([mit])], [said("manifest", "unknown")]) == "conflict"
	licenses.standing([root([mit])], [said("manifest", "unparsed")]) == "approved"
	licenses.standing([root([mit])], [said("header", "not_approved")]) == "conflict"
	nested := object.union(said("manifest", "not_approved"), {"path": "web/package.json"})
	licenses.standing([root([mit])], [nested]) == "approved"
}

test_nothing if {
	licenses.standing([], []) == "none"
	licenses.standing([object.union(root([]), {"state": "empty", "words": 0})], []) == "none"
	licenses.standing([root([])], []) == "silent"
	licenses.standing([file("docs/LICENSE", "docs", [mit])], []) == "stated"
	licenses.standing([file("vendor/x/LICENSE", "vendored", [mit])], []) == "none"
}
