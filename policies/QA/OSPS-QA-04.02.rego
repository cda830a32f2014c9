# METADATA
# title: Subprojects are at least as strict as the primary codebase
# custom:
#   requirement: OSPS-QA-04.02
#   limits: >-
#     Compared are results that were supplied for the other repositories, requirement by requirement. Repositories
#     that nothing names, and results of other days, cannot be judged.
package osps.requirements["OSPS-QA-04.02"]

import rego.v1
import data.osps.codebases
import data.osps.released
import data.osps.verdict

needs := [
	input.releases.has_release,
	input.project.repositories,
	input.project.results,
	input.project.claims.single_repository,
	input.org.public_repos,
	input.repo.owner_kind,
	input.insights.stale,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := codebases.claimed(input.project.claims.single_repository) if {
	true
} else := codebases.listing(input.org.public_repos, input.project.repositories) if {
	input.repo.owner_kind.known in {"org", "group"}
} else := codebases.declared_alone(input.project.repositories, input.insights.stale) if {
	true
} else := verdict.declared(verdict.not_applicable(
	"No other repository of the project is part of its releases.",
	[input.project.repositories],
)) if {
	count(_others) > 0
	not input.project.repositories.complete == false
	every repository in _others { repository.released_with_primary == false }
} else := verdict.failed(
	sprintf("%s fails what the primary codebase passes: %s.", [_weaker[0].url, concat(", ", _ids(_weaker))]),
	[input.project.results],
) if {
	count(_weaker) > 0
	input.releases.has_release.known == true
} else := verdict.needs_review(
	sprintf("%s has to be reviewed for what the primary codebase passes: %s.", [
		_doubtful[0].url,
		concat(", ", _ids(_doubtful)),
	]),
	[input.project.results],
) if {
	count(_doubtful) > 0
} else := verdict.medium(verdict.passed(
	sprintf("%d subprojects meet whatever the primary codebase meets.", [count(_subprojects)]),
	[input.project.repositories, input.project.results],
)) if {
	count(_subprojects) > 0
	not input.project.repositories.complete == false
	is_object(_primary)
	every repository in _subprojects { _as_strict(repository) }
}

# What the requirement compares: the controls on access, pipelines, releases, binaries, tests and scans.
_compared := [
	"OSPS-AC-01.01", "OSPS-AC-02.01", "OSPS-AC-03.01", "OSPS-AC-03.02", "OSPS-AC-04.01", "OSPS-AC-04.02",
	"OSPS-BR-01.01", "OSPS-BR-01.03", "OSPS-BR-01.04", "OSPS-BR-03.02", "OSPS-BR-05.01", "OSPS-BR-06.01",
	"OSPS-BR-07.01", "OSPS-QA-03.01", "OSPS-QA-05.01", "OSPS-QA-05.02", "OSPS-QA-06.01", "OSPS-QA-07.01",
	"OSPS-VM-05.03", "OSPS-VM-06.02",
]

_others := [repository |
	some repository in input.project.repositories.known
	repository.role != "primary"
]

_subprojects := [repository |
	some repository in _others
	not repository.released_with_primary == false
]

# The verdicts of the primary repository.
_primary := input.project.results.known[url] if {
	some repository in input.project.repositories.known
	repository.role == "primary"
	url := repository.url
}

_weaker := _pairs("failed")

_doubtful := _pairs("needs_review")

# Subprojects and requirements with this outcome where the primary repository passed.
_pairs(outcome) := [{"url": repository.url, "id": id} |
	some repository in _subprojects
	some id in _compared
	_primary[id] == "passed"
	input.project.results.known[repository.url][id] == outcome
]

_as_strict(repository) if {
	results := input.project.results.known[repository.url]
	every id in _passed { results[id] in {"passed", "not_applicable"} }
}

_passed := [id |
	some id in _compared
	_primary[id] == "passed"
]

_ids(pairs) := array.slice(sort([sprintf("%s in %s", [pair.id, pair.url]) | some pair in pairs]), 0, 5)
