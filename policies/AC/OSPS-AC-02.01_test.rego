package osps.requirements["OSPS-AC-02.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-AC-02.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

strict(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-AC-02.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as {"catalog": "2026-08-28", "platform_evidence": "strict"}
}

base := {
	"org.default_permission": sample.hidden,
	"repo.owner_kind": sample.known("org"),
	"repo.host": sample.known("github.com"),
}

permission(name) := {"org.default_permission": sample.known(name)}

person := {"repo.owner_kind": sample.known("user")}

test_low_base_permission_passes if {
	outcome(permission("none")) == "passed"
	outcome(permission("read")) == "passed"
}

test_high_base_permission_fails if {
	outcome(permission("write")) == "failed"
	outcome(permission("admin")) == "failed"
}

test_a_persons_repository_passes_by_structure if {
	ruling(person).outcome == "passed"
	ruling(person).kind == "platform_structural"
	ruling(person).confidence == "medium"
	strict(person) == "needs_review"
}

test_unread_base_permission_of_an_organization_is_unknown if not outcome({})

test_a_person_on_another_server_is_unknown if {
	not outcome(object.union(person, {"repo.host": sample.known("git.sample.dev")}))
}

test_an_unheard_of_permission_needs_review if outcome(permission("guest")) == "needs_review"
