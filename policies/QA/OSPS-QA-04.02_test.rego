package osps.requirements["OSPS-QA-04.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-04.02"].ruling with input as sample.document(base, changes)
}

outcome(changes) := ruling(changes).outcome

repository(url, role, released) := {"url": url, "role": role, "released_with_primary": released, "where": "config"}

base := {
	"releases.has_release": sample.known(true),
	"project.repositories": sample.known([repository("a", "primary", null), repository("b", "subproject", true)]),
	"project.results": sample.known({
		"a": {"OSPS-QA-05.01": "passed", "OSPS-BR-07.01": "failed"},
		"b": {"OSPS-QA-05.01": "passed", "OSPS-BR-07.01": "failed"},
	}),
	"project.claims.single_repository": sample.hidden,
}

with_result(outcome) := {"project.results": sample.known({
	"a": {"OSPS-QA-05.01": "passed"},
	"b": {"OSPS-QA-05.01": outcome},
})}

test_equally_strict_passes if {
	outcome({}) == "passed"
	outcome(with_result("not_applicable")) == "passed"
}

test_a_laxer_subproject_fails if {
	answer := ruling(with_result("failed"))
	answer.outcome == "failed"
	contains(answer.message, "OSPS-QA-05.01 in b")
}

test_doubt_is_reviewed if {
	outcome(with_result("needs_review")) == "needs_review"
	outcome({"project.results": sample.known({"a": {"OSPS-QA-05.01": "passed"}})}) == "needs_review"
}

test_one_repository_is_not_applicable if {
	outcome({
		"project.claims.single_repository": sample.known(true),
		"project.repositories": sample.known([]),
	}) == "not_applicable"
	outcome({"project.repositories": sample.known([
		repository("a", "primary", null),
		repository("b", "subproject", false),
	])}) == "not_applicable"
	outcome({"releases.has_release": sample.known(false)}) == "not_applicable"
}

test_without_results_nothing_is_decided if {
	not outcome({"project.results": sample.hidden})
	not outcome({"project.repositories": sample.hidden, "project.results": sample.hidden})
}
