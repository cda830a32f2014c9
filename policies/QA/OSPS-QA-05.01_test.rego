package osps.requirements["OSPS-QA-05.01_test"]

import rego.v1

finding(class) := {
	"path": "a/b/c/tool", "magic": "elf", "class": class, "mode": "100644", "size": 7, "sha256": "00", "test_path": false,
	"known_wrapper": null, "archive": null, "inner": [],
}

with_fields(class, fields) := object.union(finding(class), fields)

tree(findings) := {"binaries": {
	"findings": {"known": findings, "src": ["git"]},
	"examined": {"known": true, "src": ["git"]},
}}

outcome(document) := result if {
	result := data.osps.requirements["OSPS-QA-05.01"].ruling.outcome with input as document
		with data.osps.run as {"catalog": "2026-08-28", "platform_evidence": "default"}
}

test_no_finding_passes if outcome(tree([])) == "passed"

test_programs_fail_wherever_they_lie if {
	every class in ["executable", "library", "object", "bytecode", "wasm", "package"] {
		outcome(tree([finding(class)])) == "failed"
	}
	message := data.osps.requirements["OSPS-QA-05.01"].ruling.message with input as tree([finding("wasm")])
	contains(message, "a/b/c/tool")
}

test_a_program_inside_an_archive_fails if {
	held := with_fields("archive", {"archive": "opened", "inner": [{"name": "x.class", "class": "bytecode"}]})
	outcome(tree([held])) == "failed"
}

test_programs_in_test_paths_are_reviewed if {
	outcome(tree([with_fields("executable", {"test_path": true})])) == "needs_review"
}

test_a_published_wrapper_is_reviewed if {
	outcome(tree([with_fields("package", {"known_wrapper": "Gradle 8"})])) == "needs_review"
	outcome(tree([finding("package")])) == "failed"
}

test_a_pointer_is_reviewed if outcome(tree([finding("lfs_pointer")])) == "needs_review"

test_what_was_not_examined_is_unknown if {
	unread := {"unknown": {"reason": "truncated"}, "src": ["git"]}
	not outcome({"binaries": {"findings": tree([]).binaries.findings, "examined": unread}})
	not outcome({"binaries": {"findings": unread, "examined": unread}})
	outcome({"binaries": {"findings": tree([finding("wasm")]).binaries.findings, "examined": unread}}) == "failed"
}

test_older_catalogs_ask_active_projects_only if {
	archived := object.union(tree([finding("wasm")]), {"repo": {"archived": {"known": true, "src": ["rest"]}}})
	ruling := data.osps.requirements["OSPS-QA-05.01"].ruling with input as archived
		with data.osps.run as {"catalog": "2025-10-10", "platform_evidence": "default"}
	ruling.outcome == "not_applicable"
	outcome(archived) == "failed"
}

test_archives_of_text_are_not_its_business if {
	outcome(tree([with_fields("archive", {"archive": "opened"})])) == "passed"
	outcome(tree([finding("serialized"), finding("unknown_binary"), finding("media_mismatch")])) == "passed"
}

test_archives_that_were_not_opened_are_reviewed if {
	every state in ["encrypted", "nested", "too_large", "unreadable"] {
		outcome(tree([with_fields("archive", {"archive": state})])) == "needs_review"
	}
}

test_minified_scripts_are_reviewed if outcome(tree([finding("minified_script")])) == "needs_review"
