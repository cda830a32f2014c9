# METADATA
# title: Which repositories form the project
# description: >-
#   A claim of the project, the listing of its organization, or a Security Insights file that lists this repository
#   alone. Submodules of the same owner speak against a project of one repository.
package osps.codebases

import rego.v1
import data.osps.verdict

# The project says so.
claimed(claim) := verdict.declared(verdict.not_applicable(
	"The project states that it consists of this repository alone.",
	[claim],
)) if {
	claim.known == true
}

# Its organization has one repository in use, and nothing of the same owner is embedded.
listing(public_repos, repositories) := verdict.not_applicable(
	sprintf("The organization has no other repository in use than %s.", [_active(public_repos)[0].name]),
	[public_repos, repositories],
) if {
	not public_repos.complete == false
	count(_active(public_repos)) == 1
	is_array(repositories.known)
	not repositories.complete == false
	count(embedded(repositories)) == 0
}

# The Security Insights file lists this repository and no other, and nothing of the same owner is embedded.
declared_alone(repositories, stale) := verdict.declared(verdict.not_applicable(
	"The Security Insights file lists this repository alone as the project's.",
	[repositories],
)) if {
	stale.known == false
	not repositories.complete == false
	count(repositories.known) == 1
	repositories.known[0].role == "primary"
}

# Repositories of the same owner that are embedded in this one.
embedded(repositories) := [repository |
	some repository in repositories.known
	repository["where"] == "submodule"
]

# Forks, archives and repositories about the organization itself are no codebases of the project.
_active(public_repos) := [repository |
	some repository in public_repos.known
	repository.fork == false
	repository.archived == false
	not repository.name in {".github", ".github-private", ".gitlab-profile", ".profile"}
]

# Several repositories of the organization in use.
several(public_repos) if count(_active(public_repos)) > 1
