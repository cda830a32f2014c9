package osps.requirements["OSPS-QA-04.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-QA-04.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

under(catalog, changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-QA-04.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as {"catalog": catalog, "platform_evidence": "default"}
}

# As offline, with documents that were all read and say nothing.
base := {
	"project.repositories": sample.known([]),
	"project.claims.single_repository": sample.hidden,
	"insights.repositories": sample.known([]),
	"insights.stale": sample.known(false),
	"org.public_repos": sample.hidden,
	"repo.owner_kind": sample.known("org"),
	"repo.archived": sample.known(true),
	"docs.topics.codebases": sample.silent,
	"docs.closed.codebases": sample.known(true),
	"docs.doors.codebases": sample.known([]),
}

module := {
	"url": "https://github.com/o/m", "role": "subproject", "released_with_primary": null, "where": "submodule",
}

own := {"url": "https://github.com/o/r", "role": "primary", "released_with_primary": null, "where": "insights"}

other := {"url": "https://github.com/o/s", "role": "other", "released_with_primary": null, "where": "insights"}

embeds := {"project.repositories": sample.known([module])}

declares(all) := {
	"insights.repositories": sample.known([repository.url | some repository in all]),
	"project.repositories": sample.known(all),
}

speaks(class) := {"docs.topics.codebases": sample.said(class, {}, [])}

repos(names) := {"org.public_repos": sample.known([{"name": name, "fork": false, "archived": false} |
	some name in names
])}

test_a_documented_list_passes if ruling(speaks("stated")).confidence == "medium"

test_a_declared_list_passes if {
	ruling(declares([own, other])).kind == "declared"
	outcome(object.union(declares([own, other]), {"insights.stale": sample.known(true)})) == "needs_review"
}

configures(all) := {
	"project.claims.single_repository": sample.known(false),
	"project.repositories": sample.known([object.union(repository, {"where": "config"}) | some repository in all]),
}

test_a_configured_list_passes if {
	ruling(configures([own, other])).kind == "declared"
	with_module := array.concat(configures([own, other])["project.repositories"].known, [module])
	outcome(object.union(configures([own, other]), {"project.repositories": sample.known(with_module)})) == "needs_review"
	outcome(object.union(configures([own, other]), {"insights.stale": sample.hidden})) == "passed"
}

test_absence_may_be_settled_by_a_link if {
	ruling(embeds).by_absence == true
	not ruling(speaks("denied")).by_absence
}

test_a_claim_hides_no_list if {
	one := {"project.claims.single_repository": sample.known(true)}
	outcome(object.union(one, speaks("stated"))) == "needs_review"
	outcome(object.union(one, speaks("absent"))) == "not_applicable"
	not outcome(object.union(one, {"docs.topics.codebases": sample.hidden}))
	outcome(object.union(repos(["r"]), speaks("stated"))) == "passed"
}

test_one_repository_does_not_apply if {
	outcome({"project.claims.single_repository": sample.known(true)}) == "not_applicable"
	outcome(repos(["r", ".github"])) == "not_applicable"
	outcome(declares([own])) == "not_applicable"
	not outcome(object.union(repos(["r"]), {"repo.owner_kind": sample.known("user")}))
}

test_silence_alone_is_unknown if {
	not outcome({})
	not outcome(object.union(repos(["a", "b", "c"]), {"repo.owner_kind": sample.known("user")}))
}

test_embedded_repositories_without_a_list_fail if {
	outcome(embeds) == "failed"
	ruling(embeds).confidence == "medium"
	outcome(object.union(embeds, {"docs.closed.codebases": sample.hidden})) == "needs_review"
	outcome(object.union(embeds, {"insights.repositories": sample.hidden})) == "needs_review"
	outcome(object.union(embeds, speaks("stated"))) == "passed"
}

test_a_claim_of_several_without_a_list_fails if {
	several := {"project.claims.single_repository": sample.known(false)}
	outcome(several) == "failed"
	not outcome(object.union(several, {"docs.closed.codebases": sample.hidden}))
	ajar := {"docs.closed.codebases": sample.known(false), "docs.doors.codebases": sample.known([sample.door])}
	outcome(object.union(several, ajar)) == "needs_review"
}

test_an_incomplete_list_needs_review if outcome(declares([own, other, module])) == "needs_review"

test_an_organization_with_several_needs_review if outcome(repos(["a", "b"])) == "needs_review"

test_a_list_of_another_repository_needs_review if outcome(declares([other])) == "needs_review"

test_weak_text_needs_review if {
	every class in ["partial", "mention", "foreign"] {
		outcome(speaks(class)) == "needs_review"
	}
}

test_only_one_catalog_asks_active_projects if {
	under("2025-10-10", embeds) == "not_applicable"
	under("2026-02-19", embeds) == "failed"
	under("2026-08-28", embeds) == "failed"
}
