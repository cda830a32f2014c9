package osps.requirements["OSPS-LE-02.02_test"]

import rego.v1
import data.osps.sample

part(id, approval) := {
	"spdx": id, "score": 100, "line": 1, "scope": "code", "approval": approval, "added_conditions": null,
}

license(id, approval) := {
	"path": "LICENSE", "place": "root", "name_kind": "license", "state": "ok", "target": null, "words": 200,
	"wording": true, "parts": [part(id, approval)],
}

at(files, manifest) := sample.known({"tag": "v1.0.0", "files": files, "manifest": manifest})

said(approval) := {
	"path": "package.json", "line": 2, "kind": "manifest", "expression": "X", "approval": approval, "files": 1,
}

asset(name, kind) := {"name": name, "kind": kind, "size": 10}

facts := {
	"releases.has_release": sample.known(true),
	"license.at_release": at([license("MIT", "approved")], []),
	"releases.latest.assets": sample.known([]),
}

ruling(changes) := result if {
	result := data.osps.requirements["OSPS-LE-02.02"].ruling with input as sample.document(facts, changes)
		with data.osps.run as sample.current
}

test_source_alone_passes if {
	ruling({}).outcome == "passed"
	ruling({}).confidence == "high"
}

test_built_assets_pass_with_less_confidence if {
	built := ruling({"releases.latest.assets": sample.known([asset("tool-linux", "compiled")])})
	built.outcome == "passed"
	built.confidence == "medium"
}

test_the_release_decides if {
	ruling({"license.at_release": at([license("BUSL-1.1", "not_approved")], [])}).outcome == "failed"
	ruling({"license.at_release": at([license("MIT", "approved")], [said("not_approved")])}).outcome == "failed"
	none := ruling({"license.at_release": at([], [])})
	none.outcome == "failed"
	none.confidence == "medium"
}

test_what_a_person_has_to_judge if {
	ruling({"releases.latest.assets": sample.known([asset("EULA.txt", "text")])}).outcome == "needs_review"
	ruling({"releases.latest.assets": sample.known([asset("LICENSE", "license")])}).outcome == "needs_review"
	ruling({"license.at_release": at([license(null, "unknown")], [])}).outcome == "needs_review"
	ruling({"license.at_release": at([], [said("approved")])}).outcome == "needs_review"
}

test_what_was_not_read_is_unknown if {
	not ruling({"license.at_release": sample.hidden})
	not ruling({"releases.latest.assets": sample.hidden})
	not ruling({"license.at_release": at([], []), "releases.latest.assets": sample.hidden})
	not ruling({"license.at_release": at([], []), "releases.has_release": sample.hidden})
}

test_without_a_release_it_does_not_apply if {
	ruling({"releases.has_release": sample.known(false), "license.at_release": sample.hidden}).outcome == "not_applicable"
}

test_older_catalogs_ask_active_projects_only if {
	result := data.osps.requirements["OSPS-LE-02.02"].ruling
		with input as sample.document(facts, {"repo.archived": sample.known(true)})
		with data.osps.run as sample.older
	result.outcome == "not_applicable"
}
