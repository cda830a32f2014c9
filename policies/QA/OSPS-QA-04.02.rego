# METADATA
# title: Subprojects keep rules at least as strict
# custom:
#   requirement: OSPS-QA-04.02
package osps.requirements["OSPS-QA-04.02"]

import rego.v1
import data.osps.released
import data.osps.verdict

needs := [
	input.releases.has_release,
	input.project.repositories,
	input.project.results,
	input.project.claims.single_repository,
]

# Requirements that say how strict a repository is.
_strictness := [
	"OSPS-AC-01.01", "OSPS-AC-02.01", "OSPS-AC-03.01", "OSPS-AC-03.02", "OSPS-AC-04.01", "OSPS-AC-04.02",
	"OSPS-BR-01.01", "OSPS-BR-01.03", "OSPS-BR-01.04", "OSPS-BR-03.02", "OSPS-BR-05.01", "OSPS-BR-06.01",
	"OSPS-BR-07.01", "OSPS-QA-03.01", "OSPS-QA-05.01", "OSPS-QA-05.02", "OSPS-QA-06.01", "OSPS-QA-07.01",
	"OSPS-VM-05.03", "OSPS-VM-06.02",
]

ruling := released.none(input.releases.has_release) if {
	true
} else := verdict.declared(verdict.not_applicable(
	"The project consists of this repository alone.",
	[input.project.claims.single_repository],
)) if {
	input.project.claims.single_repository.known == true
	count(_subprojects) == 0
} else := verdict.declared(verdict.not_applicable(
	"No other repository of the project is part of its releases.",
	[input.project.repositories],
)) if {
	count(_others) > 0
	not input.project.repositories.complete == false
	every repository in _others { repository.released_with_primary == false }
} else := verdict.failed(
	sprintf("Subprojects are laxer than the primary repository: %s.", [concat(", ", array.slice(_laxer, 0, 10))]),
	[input.project.repositories, input.project.results],
) if {
	count(_laxer) > 0
} else := verdict.needs_review(
	sprintf("Whether subprojects are as strict has to be looked at: %s.", [concat(", ", array.slice(_doubtful, 0, 10))]),
	[input.project.repositories, input.project.results],
) if {
	count(_doubtful) > 0
} else := verdict.medium(verdict.passed(
	sprintf("All %d subprojects keep every rule that the primary repository keeps.", [count(_subprojects)]),
	[input.project.repositories, input.project.results],
)) if {
	count(_subprojects) > 0
	not input.project.repositories.complete == false
	is_object(_primary)
}

_others := [repository |
	some repository in input.project.repositories.known
	repository.role != "primary"
]

_subprojects := [repository |
	some repository in _others
	repository.role == "subproject"
	repository.released_with_primary != false
]

_primary := input.project.results.known[url] if {
	some repository in input.project.repositories.known
	repository.role == "primary"
	url := repository.url
}

# What the primary repository passes and a subproject does not: the repository, the requirement, its outcome there.
_pairs contains [repository.url, id, outcome] if {
	some repository in _subprojects
	some id in _strictness
	_primary[id] == "passed"
	outcome := object.get(input.project.results.known, [repository.url, id], "missing")
}

_laxer := sort([sprintf("%s in %s", [pair[1], pair[0]]) |
	some pair in _pairs
	pair[2] == "failed"
])

_doubtful := sort([sprintf("%s in %s", [pair[1], pair[0]]) |
	some pair in _pairs
	not pair[2] in {"failed", "passed", "not_applicable"}
])
