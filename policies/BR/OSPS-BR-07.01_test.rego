package osps.requirements["OSPS-BR-07.01_test"]

import rego.v1
import data.osps.sample

facts := {
	"security.push_protection": sample.hidden,
	"security.secret_scanning": sample.hidden,
	"ci.capabilities": sample.known([]),
	"secrets.candidates": sample.known([]),
	"secrets.hooks": sample.known([]),
	"secrets.ignore_patterns": sample.known([]),
	"insights.tools": sample.known([]),
}

candidate := {
	"path": "deploy/a.env", "line": 2, "rule": "github-token", "confidence": "high", "state": "plain", "test_path": false,
}

scan := {
	"kind": "secret_scan", "tool": "gitleaks", "path": ".github/workflows/a.yml", "job": "a", "line": 9,
	"disabled": false,
	"triggers": ["change_request"], "blocking": true, "path_filtered": "no", "condition": null, "resolved": "direct",
}

hook := {"path": ".pre-commit-config.yaml", "line": 3, "tool": "gitleaks"}

set_to(value) := {
	"security.push_protection": sample.known(value),
	"security.secret_scanning": sample.known(value),
}

holding(fields) := {"secrets.candidates": sample.known([object.union(candidate, fields)])}

scanned(fields) := {"ci.capabilities": sample.known([object.union(scan, fields)])}

ruling(changes) := result if {
	result := data.osps.requirements["OSPS-BR-07.01"].ruling with input as sample.document(facts, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

test_push_protection_passes if {
	ruling(set_to("enabled")).outcome == "passed"
	ruling(set_to("enabled")).confidence == "high"
	outcome(object.union(set_to("enabled"), holding({"test_path": true}))) == "passed"
}

test_a_blocking_scan_of_every_change_passes if {
	ruling(scanned({})).outcome == "passed"
	ruling(scanned({})).confidence == "medium"
}

test_other_scans_are_reviewed if {
	every fields in [
		{"blocking": false},
		{"triggers": ["schedule"]},
		{"triggers": ["push_primary"]},
		{"path_filtered": "code"},
		{"path_filtered": "non_code"},
		{"condition": "github.actor == 'x'"},
		{"resolved": "opaque"},
	] {
		outcome(scanned(fields)) == "needs_review"
	}
	not outcome(scanned({"disabled": true}))
}

test_nothing_at_all_fails if {
	ruling(set_to("disabled")).outcome == "failed"
	ruling(set_to("disabled")).confidence == "medium"
	stored := ruling(object.union(set_to("disabled"), holding({})))
	stored.outcome == "failed"
	stored.confidence == "high"
	outcome(object.union(set_to("disabled"), {"secrets.ignore_patterns": sample.known([".env"])})) == "failed"
}

test_a_credential_is_reviewed_while_prevention_is_on_or_unread if {
	outcome(holding({})) == "needs_review"
	outcome(object.union(set_to("enabled"), holding({}))) == "needs_review"
	outcome(object.union(scanned({}), holding({}))) == "needs_review"
}

test_doubtful_candidates_are_reviewed if {
	outcome(holding({"test_path": true})) == "needs_review"
	outcome(holding({"confidence": "medium"})) == "needs_review"
	outcome(object.union(scanned({}), holding({"test_path": true}))) == "needs_review"
}

test_an_encrypted_key_never_fails_as_a_credential if {
	outcome(holding({"state": "encrypted"})) == "needs_review"
	encrypted := ruling(object.union(set_to("disabled"), holding({"state": "encrypted"})))
	encrypted.confidence == "medium"
	not contains(encrypted.message, "deploy/a.env")
}

test_weak_signs_are_reviewed if {
	outcome({"secrets.hooks": sample.known([hook])}) == "needs_review"
	outcome({"secrets.ignore_patterns": sample.known([".env"])}) == "needs_review"
	outcome({"insights.tools": sample.known([{"name": "gitleaks", "type": "secret"}])}) == "needs_review"
	scanning := {
		"security.push_protection": sample.known("disabled"),
		"security.secret_scanning": sample.known("enabled"),
	}
	outcome(scanning) == "needs_review"
}

test_unread_settings_alone_are_unknown if {
	not outcome({})
	not outcome({"secrets.candidates": sample.hidden})
	not outcome(object.union(set_to("enabled"), {"secrets.candidates": sample.hidden}))
	not outcome(object.union(set_to("disabled"), {"ci.capabilities": sample.hidden}))
}
