package osps.requirements["OSPS-LE-03.01_test"]

import rego.v1
import data.osps.sample

part := {
	"spdx": "MIT", "score": 100, "line": 1, "scope": "code", "approval": "approved", "added_conditions": null,
}

file(path, place, kind) := {
	"path": path, "place": place, "name_kind": kind, "state": "ok", "target": null, "words": 200, "wording": true,
	"parts": [part],
}

nothing := {"state": "empty", "words": 0, "wording": false, "parts": []}

empty(path) := object.union(file(path, "root", "license"), nothing)

said := {
	"path": "Cargo.toml", "line": 2, "kind": "manifest", "expression": "MIT", "approval": "approved", "files": 1,
}

facts := {"license.files": sample.known([]), "license.manifest": sample.known([])}

ruling(list) := in_catalog(list, sample.current)

title := object.union(file("LICENSE", "root", "license"), {"parts": [], "words": 15})

in_catalog(list, run) := result if {
	document := sample.document(facts, {"license.files": sample.known(list)})
	result := data.osps.requirements["OSPS-LE-03.01"].ruling with input as document
		with data.osps.run as run
}

test_usual_places_pass if {
	every one in [
		file("LICENSE", "root", "license"),
		file("LICENSE-MIT", "root", "license"),
		file("COPYING.LESSER", "root", "copying"),
		file("LICENSE/MIT.txt", "license_dir", "licenses_dir"),
		file("LICENSES/MIT.txt", "license_dir", "licenses_dir"),
		object.union(file("LICENSE", "root", "license"), {"state": "pointer", "target": "legal/MIT.txt"}),
		object.union(file("LICENSE", "root", "license"), {"parts": []}),
	] {
		ruling([one]).outcome == "passed"
		ruling([one]).confidence == "high"
	}
}

test_other_spellings_pass_with_less_confidence if {
	every kind in ["licence", "unlicense"] {
		ruling([file("LICENCE", "root", kind)]).outcome == "passed"
		ruling([file("LICENCE", "root", kind)]).confidence == "medium"
	}
}

test_the_first_lines_pass_with_less_confidence if ruling([title]).confidence == "medium"

test_nothing_fails if {
	ruling([]).outcome == "failed"
	ruling([empty("LICENSE")]).outcome == "failed"
	ruling([object.union(empty("LICENSE"), {"state": "broken_link"})]).outcome == "failed"
	ruling([file("third_party/x/LICENSE", "vendored", "license")]).outcome == "failed"
}

test_other_places_are_for_a_person if {
	every one in [
		file("docs/legal/LICENSE", "docs", "license"),
		file("README.md", "readme", "other"),
		file("MIT-LICENSE.txt", "root", "other"),
		file("COPYRIGHT", "root", "copyright"),
		object.union(file("LICENSE", "root", "license"), {"wording": false, "parts": []}),
	] {
		ruling([one]).outcome == "needs_review"
	}
}

test_a_name_in_a_manifest_is_for_a_person if {
	document := sample.document(facts, {"license.manifest": sample.known([said])})
	result := data.osps.requirements["OSPS-LE-03.01"].ruling with input as document
		with data.osps.run as sample.current
	result.outcome == "needs_review"
}

test_the_directory_licenses_is_new if {
	one := file("LICENSES/MIT.txt", "license_dir", "licenses_dir")
	in_catalog([one], sample.older).outcome == "needs_review"
	in_catalog([file("LICENSE/MIT.txt", "license_dir", "licenses_dir")], sample.older).outcome == "passed"
}

test_what_was_not_read_is_unknown if {
	document := sample.document(facts, {"license.files": sample.hidden})
	not data.osps.requirements["OSPS-LE-03.01"].ruling with input as document with data.osps.run as sample.current
}

test_older_catalogs_ask_active_projects_only if {
	document := sample.document(facts, {"repo.archived": sample.known(true)})
	result := data.osps.requirements["OSPS-LE-03.01"].ruling with input as document
		with data.osps.run as sample.older
	result.outcome == "not_applicable"
}
