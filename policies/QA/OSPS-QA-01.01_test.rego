package osps.requirements["OSPS-QA-01.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-01.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

older(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-QA-01.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.older
}

# As offline.
base := {
	"repo.anonymous_readable": sample.hidden,
	"repo.visibility": sample.hidden,
	"repo.moved_to": sample.hidden,
	"repo.mirror_of": sample.hidden,
	"repo.empty": sample.known(false),
	"repo.archived": sample.hidden,
}

seen(name) := {"repo.visibility": sample.known(name)}

listed(answer) := {"repo.anonymous_readable": sample.known(answer)}

test_public_passes if {
	ruling(seen("public")).confidence == "high"
	outcome(listed(true)) == "passed"
}

test_not_public_fails if {
	outcome(seen("private")) == "failed"
	outcome(seen("internal")) == "failed"
	outcome(object.union(seen("internal"), listed(true))) == "failed"
	outcome(object.union(seen("public"), listed(false))) == "failed"
}

test_offline_and_errors_are_unknown if not outcome({})

test_moved_and_mirrored_need_review if {
	outcome(object.union(seen("public"), {"repo.moved_to": sample.known("https://h/new")})) == "needs_review"
	outcome(object.union(seen("public"), {"repo.mirror_of": sample.known("https://h/own")})) == "needs_review"
	outcome(object.union(seen("public"), {"repo.mirror_of": sample.known(null)})) == "passed"
}

test_empty_and_archived_repositories_pass if {
	count(ruling(object.union(seen("public"), {"repo.empty": sample.known(true)})).notes) == 1
	outcome(object.union(seen("public"), {"repo.archived": sample.known(true)})) == "passed"
	older(object.union(seen("public"), {"repo.archived": sample.known(true)})) == "not_applicable"
}
