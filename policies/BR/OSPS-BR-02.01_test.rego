package osps.requirements["OSPS-BR-02.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-BR-02.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

# As offline: tags only.
base := {
	"releases.has_release": sample.known(true),
	"releases.list": sample.hidden,
	"releases.tags": sample.known({"versions": [], "others": []}),
	"releases.latest.tag": sample.hidden,
	"releases.tag_moved": sample.hidden,
	"releases.registry": sample.known([]),
}

tag(name, version, commit) := {
	"name": name, "version": version, "package": null, "commit": commit, "date": "2026-01-01T00:00:00Z",
	"annotated": true, "signed": false, "prerelease": false,
}

tags(all) := {
	"releases.tags": sample.known({"versions": all, "others": []}),
	"releases.latest.tag": sample.known(all[0]),
}

release(name) := {
	"tag": name, "name": "Bugfix", "draft": false, "prerelease": false, "published_at": null, "version_like": true,
}

listed(names) := {"releases.list": sample.known([release(name) | some name in names])}

two := tags([tag("v2.0.0", "2.0.0", "b"), tag("v1.0.0", "1.0.0", "a")])

test_version_tags_pass if {
	ruling(two).outcome == "passed"
	ruling(two).confidence == "medium"
}

test_releases_with_version_tags_pass_whatever_their_titles if {
	all := object.union(two, listed(["v2.0.0", "v1.0.0"]))
	ruling(all).outcome == "passed"
	ruling(all).confidence == "high"
}

test_moving_names_beside_versions_pass if {
	outcome(object.union(two, listed(["nightly", "v2.0.0"]))) == "passed"
}

test_moving_names_alone_fail if {
	outcome(object.union(listed(["latest", "nightly"]), {"releases.latest.tag": sample.known(null)})) == "failed"
	not outcome({"releases.latest.tag": sample.hidden})
}

# Nobody sees it without an earlier look, and the tags alone pass: a later look may weaken that, not turn it round.
test_a_moved_tag_is_reviewed if {
	outcome(object.union(two, {"releases.tag_moved": sample.known(["v1.0.0"])})) == "needs_review"
}

test_two_tags_of_one_version if {
	twins := tags([tag("v1.2", "1.2", "b"), tag("1.2.0", "1.2.0", "a")])
	aliases := tags([tag("v1.2", "1.2", "a"), tag("1.2.0", "1.2.0", "a")])
	outcome(twins) == "needs_review"
	outcome(aliases) == "passed"
}

test_names_that_are_no_versions_need_review if {
	outcome(object.union(listed(["spring-edition"]), {"releases.latest.tag": sample.known(null)})) == "needs_review"
}

test_commit_ids_pass if outcome(listed(["0123456789abcdef0123456789abcdef01234567"])) == "passed"

test_published_packages_pass if {
	entry := {
		"ecosystem": "cargo", "name": "thing", "version": "1.0.0", "path": "Cargo.toml", "published_by": "ci.yml:3",
	}
	outcome({"releases.registry": sample.known([entry])}) == "passed"
	not outcome({"releases.registry": sample.known([object.union(entry, {"published_by": null})])})
}

test_no_release_does_not_apply if outcome({"releases.has_release": sample.known(false)}) == "not_applicable"

test_unread_tags_and_releases_are_unknown if {
	not outcome({"releases.has_release": sample.hidden, "releases.tags": sample.hidden})
	not outcome({"releases.has_release": sample.hidden})
}

test_a_release_without_any_name_needs_review if {
	nothing := object.union(listed([]), {"releases.latest.tag": sample.known(null)})
	outcome(nothing) == "needs_review"
}
