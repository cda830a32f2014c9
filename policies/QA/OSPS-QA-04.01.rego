# METADATA
# title: The codebases of the project are listed
# custom:
#   requirement: OSPS-QA-04.01
#   limits: >-
#     Known are repositories that the project, its owner's public listing or its submodules name. A codebase elsewhere
#     that nothing names is not missed.
package osps.requirements["OSPS-QA-04.01"]

import rego.v1
import data.osps.active
import data.osps.codebases
import data.osps.prose
import data.osps.verdict

needs := [
	input.project.repositories,
	input.project.claims.single_repository,
	input.insights.repositories,
	input.insights.stale,
	input.org.public_repos,
	input.repo.owner_kind,
	input.docs.topics.codebases,
	input.docs.closed.codebases,
	input.docs.doors.codebases,
]

ruling := active.dormant if {
	data.osps.run.catalog == "2025-10-10"
} else := active.settled(_judged) if {
	data.osps.run.catalog == "2025-10-10"
} else := _judged

_name := "codebases"

_subject := "which repositories form the project"

_judged := verdict.needs_review(
	sprintf("The project states that it is one repository, and %s lists several: a person has to say which holds.", [
		input.docs.topics.codebases.known.findings[0].path,
	]),
	array.concat([input.project.claims.single_repository], prose.places(_name, input.docs.topics.codebases, {"stated"})),
) if {
	input.project.claims.single_repository.known == true
	input.docs.topics.codebases.known.class == "stated"
} else := codebases.claimed(input.project.claims.single_repository) if {
	_lists_none
} else := codebases.listing(input.org.public_repos, input.project.repositories) if {
	_lists_none
	input.repo.owner_kind.known in {"org", "group"}
} else := codebases.declared_alone(input.project.repositories, input.insights.stale) if {
	_lists_none
} else := verdict.needs_review(
	sprintf("The Security Insights file lists repositories of the project, but not %s.", [_omitted[0].url]),
	[input.insights.repositories, input.project.repositories],
) if {
	_declared
	count(_omitted) > 0
} else := verdict.needs_review(
	sprintf("The project's own list of repositories lacks %s, which is embedded here.", [_omitted[0].url]),
	[input.project.repositories],
) if {
	count(_configured) > 1
	count(_omitted) > 0
} else := prose.stated(_name, _subject, input.docs.topics.codebases) if {
	true
} else := verdict.declared(verdict.passed(
	sprintf("The Security Insights file lists %d repositories of the project.", [
		count(input.insights.repositories.known),
	]),
	[input.insights.repositories],
)) if {
	_declared
	input.insights.stale.known == false
} else := verdict.declared(verdict.passed(
	sprintf("The project's configuration lists %d repositories as its own.", [count(_configured)]),
	[input.project.repositories],
)) if {
	count(_configured) > 1
} else := verdict.needs_review(
	"The Security Insights file lists repositories of the project, and the file itself is out of date.",
	[input.insights.repositories, input.insights.stale],
) if {
	_declared
	input.insights.stale.known == true
} else := prose.unsettled(_name, _subject, input.docs.topics.codebases) if {
	true
} else := verdict.absent(
	sprintf("%s belongs to the same owner and is embedded here, and no document lists the project's repositories.", [
		_embedded[0].url,
	]),
	[input.project.repositories, input.docs.topics.codebases, input.docs.closed.codebases],
) if {
	count(_embedded) > 0
	_no_list
} else := verdict.absent(
	"The project states that it has several repositories, and no document lists them.",
	[input.project.claims.single_repository, input.docs.topics.codebases, input.docs.closed.codebases],
) if {
	input.project.claims.single_repository.known == false
	_no_list
} else := verdict.needs_review(
	sprintf("%s belongs to the same owner and is embedded here; whether a list names it was not seen.", [
		_embedded[0].url,
	]),
	[input.project.repositories],
) if {
	count(_embedded) > 0
} else := verdict.needs_review(
	"The organization has several repositories; a person has to say which of them belong to this project.",
	[input.org.public_repos],
) if {
	input.repo.owner_kind.known in {"org", "group"}
	codebases.several(input.org.public_repos)
} else := verdict.needs_review(
	sprintf("The Security Insights file lists one repository, %s, which is not this one.", [
		input.insights.repositories.known[0],
	]),
	[input.insights.repositories],
) if {
	count(input.insights.repositories.known) == 1
	not _lists_itself
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.codebases,
	input.docs.closed.codebases,
	input.docs.doors.codebases,
) if {
	input.docs.closed.codebases.known == false
	input.project.claims.single_repository.known == false
}

# Repositories of the project that are known and not in its declared list.
_omitted := _embedded

_embedded := codebases.embedded(input.project.repositories)

# The documents were read, and none of them lists several repositories.
_lists_none if input.docs.topics.codebases.known.class != "stated"

_declared if count(input.insights.repositories.known) > 1

# What baseline.yaml lists.
_configured := [repository |
	some repository in input.project.repositories.known
	repository["where"] == "config"
]

_lists_itself if {
	some repository in input.project.repositories.known
	repository.role == "primary"
}

_no_list if {
	prose.absent(input.docs.topics.codebases)
	input.docs.closed.codebases.known == true
	count(input.insights.repositories.known) < 2
}
