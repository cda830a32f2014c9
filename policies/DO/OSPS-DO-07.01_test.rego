package osps.requirements["OSPS-DO-07.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-DO-07.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.build": sample.silent,
	"docs.closed.build": sample.known(true),
	"docs.doors.build": sample.known([]),
	"docs.topics.user_guide": sample.silent,
	"deps.ecosystems": sample.known([]),
	"files.build_files": sample.known([]),
	"files.count": sample.known(40),
	"repo.has_code": sample.known(true),
}

speaks(class) := {"docs.topics.build": sample.said(class, {}, [])}

test_stated_passes if outcome(speaks("stated")) == "passed"

test_unclear_text_needs_review if {
	every class in ["partial", "mention", "foreign", "contradicted"] {
		outcome(speaks(class)) == "needs_review"
	}
}

test_denial_fails if outcome(speaks("denied")) == "failed"

test_absence_fails_in_a_closed_space if {
	outcome({}) == "failed"
	outcome(speaks("placeholder")) == "failed"
	outcome(speaks("deferred")) == "failed"
}

test_absence_beside_an_outside_site_needs_review if {
	ajar := {"docs.closed.build": sample.known(false)}
	outcome(object.union(ajar, {"docs.doors.build": sample.known([sample.door])})) == "needs_review"
}

test_absence_in_an_open_space_decides_nothing if {
	not outcome({"docs.closed.build": sample.hidden, "docs.doors.build": sample.hidden})
}

test_unread_documents_decide_nothing if not outcome({"docs.topics.build": sample.hidden})

test_without_code_it_does_not_apply if outcome({"repo.has_code": sample.known(false)}) == "not_applicable"

test_an_almost_empty_tree_needs_review if {
	outcome({"repo.has_code": sample.known(false), "files.count": sample.known(1)}) == "needs_review"
}

test_only_a_failure_needs_known_code if {
	not outcome({"repo.has_code": sample.hidden})
	outcome(object.union(speaks("stated"), {"repo.has_code": sample.hidden})) == "passed"
}

toolchain(version) := {"deps.ecosystems": sample.known([{
	"ecosystem": "cargo", "manifests": [{"path": "Cargo.toml", "state": "parsed", "direct": 1, "toolchain": version}],
}])}

test_a_pinned_toolchain_is_a_prerequisite if {
	command := {"docs.topics.build": sample.said("partial", {"command": "cargo build"}, ["prerequisites"])}
	outcome(object.union(command, toolchain("1.80"))) == "passed"
	outcome(object.union(command, toolchain(null))) == "needs_review"
	outcome(toolchain("1.80")) == "failed"
}

build_file(line) := {"files.build_files": sample.known([{
	"path": "Makefile", "kind": "make", "targets": ["build"], "line": line,
}])}

test_a_makefile_without_text_needs_review if outcome(build_file(4)) == "needs_review"

test_a_makefile_of_comments_is_nothing if outcome(build_file(null)) == "failed"

test_installing_is_not_building if {
	install := sample.said("partial", {"install": "pip install"}, ["use"])
	outcome({"docs.topics.user_guide": install}) == "needs_review"
}

test_unread_build_files_prevent_a_failure if not outcome({"files.build_files": sample.hidden})
