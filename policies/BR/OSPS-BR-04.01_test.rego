package osps.requirements["OSPS-BR-04.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-BR-04.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

# Everything was read, and nothing says what changed.
base := {
	"releases.has_release": sample.known(true),
	"releases.latest.tag": sample.known({"name": "tool-1.8.2", "version": "1.8.2", "prerelease": false}),
	"releases.latest.body": sample.known(null),
	"docs.changelog": sample.known([]),
	"docs.changelog_files": sample.known([]),
	"insights.links": sample.links(["changelog"]),
}

section(version, changes) := object.union(
	{
		"path": "CHANGELOG.md", "at": "head", "line": 7, "version": version, "entries": 2, "words": 20,
		"generic": false,
	},
	changes,
)

log(sections) := {"docs.changelog": sample.known(sections)}

body(text) := {"releases.latest.body": sample.known(text)}

unread := {"releases.latest.body": sample.hidden}

test_a_section_of_the_newest_version_passes if {
	ruling(log([section("1.8.2", {})])).confidence == "high"
	outcome(object.union(unread, log([section("v1.8.2", {})]))) == "passed"
	outcome(object.union(unread, log([section("1.8.2", {"at": "release"})]))) == "passed"
}

test_a_section_of_another_version_does_not if {
	outcome(log([section("1.8.20", {})])) == "failed"
	outcome(log([section("1.8.1", {}), section("Unreleased", {})])) == "failed"
	not outcome(object.union(unread, log([section("1.8.1", {})])))
}

test_a_thin_section_needs_review if {
	outcome(log([section("1.8.2", {"generic": true})])) == "needs_review"
	outcome(log([section("1.8.2", {"entries": 0})])) == "needs_review"
	outcome(log([section("1.8.2", {"words": 1})])) == "needs_review"
	outcome(log([section("1.8.2", {"generic": true}), section("1.8.2", {"at": "release"})])) == "passed"
}

test_texts_of_releases if {
	outcome(body("## Changes\n\n- Reject names that are too long\n- Faster start of the server\n")) == "passed"
	ruling(body("- Reject long names\n- Faster start of the server\n")).confidence == "high"
	generated := "## What's Changed\n* Fix a thing by @a in https://h/1\n* Fix more by @b in https://h/2\n"
	ruling(body(generated)).confidence == "medium"
	long := "This release makes the parser reject names that are longer than the limit and documents every option of it."
	outcome(body(long)) == "passed"
}

test_texts_that_say_too_little if {
	outcome(body("**Full Changelog**: https://h/o/r/compare/v1...v2")) == "needs_review"
	outcome(body("Bug fixes and improvements")) == "needs_review"
	outcome(body("TODO: release notes")) == "failed"
	outcome(body("")) == "failed"
	outcome(body("No changelog for this one.")) == "failed"
}

test_pointers_need_review if {
	file := {"path": "CHANGELOG", "at": "head", "state": "pointer", "target": "https://sample.dev/news"}
	outcome({"docs.changelog_files": sample.known([file])}) == "needs_review"
	outcome(object.union(unread, {"docs.changelog_files": sample.known([file])})) == "needs_review"
	outcome({"insights.links": sample.link("changelog", "https")}) == "needs_review"
	outcome({"insights.links": sample.link("changelog", "dead")}) == "failed"
}

test_a_log_that_was_cut_decides_nothing if {
	not outcome({"docs.changelog": {"known": [], "complete": false, "src": []}})
	not outcome({"docs.changelog": sample.hidden})
	not outcome(unread)
	not outcome({"insights.links": sample.hidden})
}

test_no_release_does_not_apply if outcome({"releases.has_release": sample.known(false)}) == "not_applicable"

test_unknown_releases_do_not_fail if not outcome({"releases.has_release": sample.hidden})

test_suffixes_of_tags_need_not_stand_in_headings if {
	tag := sample.known({"name": "v33.0.0-jre", "version": "33.0.0-jre", "prerelease": false})
	outcome(object.union(log([section("33.0.0", {})]), {"releases.latest.tag": tag})) == "passed"
}
