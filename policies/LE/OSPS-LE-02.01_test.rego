package osps.requirements["OSPS-LE-02.01_test"]

import rego.v1
import data.osps.sample

part(id, approval, added) := {
	"spdx": id, "score": 100, "line": 1, "scope": "code", "approval": approval, "added_conditions": added,
}

license(parts) := {
	"path": "LICENSE", "place": "root", "name_kind": "license", "state": "ok", "target": null, "words": 200,
	"wording": true, "parts": parts,
}

said(approval) := {
	"path": "package.json", "line": 2, "kind": "manifest", "expression": "X", "approval": approval, "files": 1,
}

mit := part("MIT", "approved", null)

facts := {"license.files": sample.known([license([mit])]), "license.manifest": sample.known([])}

ruling(changes) := result if {
	result := data.osps.requirements["OSPS-LE-02.01"].ruling with input as sample.document(facts, changes)
		with data.osps.run as sample.current
}

files(list) := {"license.files": sample.known(list)}

manifest_only(approval) := object.union(files([]), {"license.manifest": sample.known([said(approval)])})

test_an_approved_text_passes if {
	ruling({}).outcome == "passed"
	ruling({}).confidence == "high"
}

test_an_equivalent_passes_with_less_confidence if {
	said_so := ruling(files([license([part("MIT-CMU", "equivalent", null)])]))
	said_so.outcome == "passed"
	said_so.confidence == "medium"
}

test_withheld_freedoms_fail if {
	ruling(files([license([part("BUSL-1.1", "not_approved", null)])])).outcome == "failed"
	ruling(files([license([part("Apache-2.0", "not_approved", "Commons Clause")])])).outcome == "failed"
	ruling(manifest_only("not_approved")).outcome == "failed"
}

test_nothing_at_all_fails if {
	ruling(files([])).outcome == "failed"
	ruling(files([object.union(license([]), {"state": "empty", "words": 0, "wording": false})])).outcome == "failed"
}

test_what_a_person_has_to_judge if {
	ruling(files([license([part("Apache-2.0", "approved", "you must remove the name")])])).outcome == "needs_review"
	ruling(files([license([part(null, "unknown", null)])])).outcome == "needs_review"
	ruling(files([license([mit, part("BUSL-1.1", "not_approved", null)])])).outcome == "needs_review"
	ruling({"license.manifest": sample.known([said("not_approved")])}).outcome == "needs_review"
	ruling(manifest_only("approved")).outcome == "needs_review"
	ruling(files([object.union(license([]), {"wording": false})])).outcome == "needs_review"
}

test_what_was_not_read_is_unknown if {
	not ruling({"license.files": sample.hidden})
	not ruling({"license.manifest": sample.hidden})
}

test_older_catalogs_ask_active_projects_only if {
	archived := {"repo.archived": sample.known(true)}
	result := data.osps.requirements["OSPS-LE-02.01"].ruling with input as sample.document(facts, archived)
		with data.osps.run as sample.older
	result.outcome == "not_applicable"
}
