package osps.requirements["OSPS-LE-03.02_test"]

import rego.v1
import data.osps.sample

part := {
	"spdx": "MIT", "score": 100, "line": 1, "scope": "code", "approval": "approved", "added_conditions": null,
}

file(path, place, kind) := {
	"path": path, "place": place, "name_kind": kind, "state": "ok", "target": null, "words": 200, "wording": true,
	"parts": [part],
}

at(files) := sample.known({"tag": "v1.0.0", "files": files, "manifest": []})

asset(name, kind, size) := {"name": name, "kind": kind, "size": size}

facts := {
	"releases.has_release": sample.known(true),
	"license.at_release": at([file("LICENSE", "root", "license")]),
	"releases.latest.assets": sample.hidden,
}

ruling(changes) := result if {
	result := data.osps.requirements["OSPS-LE-03.02"].ruling with input as sample.document(facts, changes)
		with data.osps.run as sample.current
}

assets(list) := {"license.at_release": at([]), "releases.latest.assets": sample.known(list)}

test_the_released_source_holds_it if ruling({}).outcome == "passed"

test_an_asset_is_it if ruling(assets([asset("LICENSE", "license", 9)])).outcome == "passed"

test_nothing_fails if {
	ruling(assets([])).outcome == "failed"
	ruling(assets([asset("LICENSE", "license", 0)])).outcome == "failed"
}

test_what_a_person_has_to_judge if {
	ruling(assets([asset("tool.tar.gz", "archive", 9)])).outcome == "needs_review"
	ruling({"license.at_release": at([file("docs/LICENSE", "docs", "license")])}).outcome == "needs_review"
}

test_what_was_not_read_is_unknown if {
	not ruling({"license.at_release": sample.hidden})
	not ruling({"license.at_release": at([])})
	not ruling(object.union(assets([]), {"releases.has_release": sample.hidden}))
}

test_without_a_release_it_does_not_apply if {
	ruling({"releases.has_release": sample.known(false)}).outcome == "not_applicable"
}

test_older_catalogs_ask_active_projects_only if {
	result := data.osps.requirements["OSPS-LE-03.02"].ruling
		with input as sample.document(facts, {"repo.archived": sample.known(true)})
		with data.osps.run as sample.older
	result.outcome == "not_applicable"
}
