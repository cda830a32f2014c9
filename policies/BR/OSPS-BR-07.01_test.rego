package osps.requirements["OSPS-BR-07.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-BR-07.01"].ruling with input as sample.document(base, changes)
}

outcome(changes) := ruling(changes).outcome

step(changes) := {"ci.capabilities": sample.known([object.union({
	"kind": "secret_scan", "tool": "gitleaks", "path": ".github/workflows/ci.yml", "job": "secrets", "line": 9,
	"triggers": ["change_request"], "path_filtered": "no", "blocking": true, "disabled": false, "condition": null,
	"resolved": "direct", "covers": ["secrets"], "needs": [], "system": "github_actions", "check_name": "secrets",
}, changes)])}

candidate(changes) := {"secrets.candidates": sample.known([object.union({
	"path": "deploy/key.pem", "line": 1, "rule": "private-key", "confidence": "high", "state": "plain", "test_path": false,
}, changes)])}

# Nothing protects, and everything was read.
base := {
	"security.push_protection": sample.known("disabled"),
	"security.secret_scanning": sample.known("disabled"),
	"ci.capabilities": sample.known([]),
	"secrets.candidates": sample.known([]),
	"secrets.hooks": sample.known([]),
	"secrets.ignore_patterns": sample.known([]),
	"insights.tools": sample.known([]),
}

unread := {"security.push_protection": sample.hidden, "security.secret_scanning": sample.hidden}

offline(changes) := outcome(object.union(unread, changes))

test_push_protection_passes if {
	outcome({
		"security.push_protection": sample.known("enabled"),
		"security.secret_scanning": sample.known("enabled"),
	}) == "passed"
}

test_a_scanner_on_every_change_passes if offline(step({})) == "passed"

test_nothing_at_all_fails if {
	ruling({}).confidence == "medium"
	ruling(candidate({})).confidence == "high"
}

test_weak_scanners_are_reviewed if {
	offline(step({"triggers": ["schedule"]})) == "needs_review"
	offline(step({"blocking": false})) == "needs_review"
}

test_hooks_and_ignore_patterns_are_reviewed if {
	hook := {"path": ".pre-commit-config.yaml", "line": 4, "tool": "gitleaks"}
	outcome({"secrets.hooks": sample.known([hook])}) == "needs_review"
	offline({"secrets.ignore_patterns": sample.known(["*.pem"])}) == "needs_review"
}

test_a_candidate_is_reviewed_where_something_protects if {
	offline(object.union(step({}), candidate({}))) == "needs_review"
	offline(object.union(step({}), candidate({"state": "encrypted"}))) == "needs_review"
	offline(object.union(step({}), candidate({"test_path": true}))) == "passed"
	offline(object.union(step({}), candidate({"state": "placeholder"}))) == "passed"
}

test_unread_settings_decide_nothing if not offline({})
