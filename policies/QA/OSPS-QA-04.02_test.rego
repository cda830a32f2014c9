package osps.requirements["OSPS-QA-04.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-04.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

# Two repositories, the second as strict as the first.
base := {
	"releases.has_release": sample.known(true),
	"project.repositories": sample.known([own, part]),
	"project.results": results({"OSPS-AC-01.01": "passed", "OSPS-QA-05.01": "not_applicable"}),
	"project.claims.single_repository": sample.hidden,
	"org.public_repos": sample.hidden,
	"repo.owner_kind": sample.known("org"),
	"insights.stale": sample.known(false),
}

own := {"url": "r", "role": "primary", "released_with_primary": null, "where": "config"}

part := {"url": "s", "role": "subproject", "released_with_primary": true, "where": "config"}

results(second) := sample.known({
	"r": {"OSPS-AC-01.01": "passed", "OSPS-QA-05.01": "passed", "OSPS-AC-03.01": "failed", "OSPS-DO-01.01": "passed"},
	"s": second,
})

second(verdicts) := {"project.results": results(verdicts)}

test_as_strict_passes if ruling({}).confidence == "medium"

test_a_weaker_subproject_fails if {
	outcome(second({"OSPS-AC-01.01": "failed", "OSPS-QA-05.01": "passed"})) == "failed"
	contains(
		ruling(second({"OSPS-AC-01.01": "failed", "OSPS-QA-05.01": "passed"})).message,
		"OSPS-AC-01.01",
	)
}

test_a_doubtful_subproject_needs_review if {
	outcome(second({"OSPS-AC-01.01": "needs_review", "OSPS-QA-05.01": "passed"})) == "needs_review"
}

test_unread_results_are_unknown if {
	not outcome({"project.results": sample.hidden})
	not outcome(second({"OSPS-AC-01.01": "unknown", "OSPS-QA-05.01": "passed"}))
	not outcome(second({"OSPS-AC-01.01": "passed"}))
	not outcome({"project.results": sample.known({"r": {"OSPS-AC-01.01": "passed"}})})
	not outcome({"project.repositories": sample.known([])})
}

test_other_requirements_are_not_compared if {
	same := {"OSPS-AC-01.01": "passed", "OSPS-QA-05.01": "passed"}
	outcome(second(object.union(same, {"OSPS-DO-01.01": "failed"}))) == "passed"
	outcome(second(object.union(same, {"OSPS-AC-03.01": "failed"}))) == "passed"
}

test_nothing_to_compare_does_not_apply if {
	outcome({"releases.has_release": sample.known(false)}) == "not_applicable"
	outcome({"project.claims.single_repository": sample.known(true)}) == "not_applicable"
	apart := object.union(part, {"released_with_primary": false})
	outcome({"project.repositories": sample.known([own, apart])}) == "not_applicable"
	outcome({"project.repositories": sample.known([own])}) == "not_applicable"
}
