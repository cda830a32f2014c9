package osps.requirements["OSPS-QA-01.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-01.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"repo.anonymous_readable": sample.known(true),
	"repo.visibility": sample.known("public"),
	"repo.moved_to": sample.known(null),
	"repo.mirror_of": sample.known(null),
	"repo.archived": sample.known(false),
}

offline := {name: sample.hidden | some name, _ in base}

test_public_passes if {
	outcome({}) == "passed"
	outcome({"repo.visibility": sample.hidden}) == "passed"
	outcome({"repo.anonymous_readable": sample.hidden}) == "passed"
}

test_not_public_fails if {
	outcome({"repo.visibility": sample.known("private"), "repo.anonymous_readable": sample.known(false)}) == "failed"
	outcome({"repo.visibility": sample.known("internal")}) == "failed"
	outcome({"repo.visibility": sample.hidden, "repo.anonymous_readable": sample.known(false)}) == "failed"
}

test_moved_and_mirrored_are_reviewed if {
	outcome({"repo.moved_to": sample.known("https://sample.dev/a/b")}) == "needs_review"
	outcome({"repo.mirror_of": sample.known("https://sample.dev/a/b")}) == "needs_review"
}

test_offline_decides_nothing if not outcome(offline)

test_an_archived_repository_is_still_readable if outcome({"repo.archived": sample.known(true)}) == "passed"

test_older_catalogs_leave_archived_projects_out if {
	facts := sample.document(base, {"repo.archived": sample.known(true)})
	data.osps.requirements["OSPS-QA-01.01"].ruling.outcome == "not_applicable" with input as facts
		with data.osps.run as sample.older
}
