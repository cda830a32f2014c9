# METADATA
# title: Pipelines without stated permissions get the lowest ones
# custom:
#   requirement: OSPS-AC-04.01
#   limits: >-
#     Only systems that hand each task a token of the repository are judged. What other credentials of a pipeline may
#     do, and what happens inside actions and workflows of other repositories, is not seen.
package osps.requirements["OSPS-AC-04.01"]

import rego.v1
import data.osps.privileges
import data.osps.verdict

needs := [
	input.workflows.present,
	input.workflows.jobs,
	input.workflows.complete,
	input.ci.systems,
	input.ci.default_token,
	input.ci.enabled,
	input.ci.project_token_scope,
	input.org.default_workflow_token,
]

ruling := verdict.not_applicable("The project has no pipeline.", [input.workflows.present]) if {
	input.workflows.present.known == false
} else := verdict.not_applicable("Pipelines are switched off, and no other system runs any.", [
	input.ci.enabled,
	input.ci.systems,
]) if {
	privileges.switched_off(input.ci.enabled, input.ci.systems)
} else := verdict.not_applicable(
	"No system that runs this project's pipelines hands its tasks a token of the repository.",
	[input.ci.systems],
) if {
	privileges.none_issues(input.ci.systems)
} else := verdict.failed(
	sprintf("The token may write by default, and these jobs state no permissions: %s.", [privileges.names(_unspecified)]),
	array.concat(privileges.places(_unspecified), [input.ci.default_token]),
) if {
	_default_token == "write"
	count(_unspecified) > 0
} else := verdict.medium(verdict.failed(
	sprintf("A whole workflow is granted `write-all`, which these jobs inherit: %s.", [privileges.names(_write_all)]),
	privileges.places(_write_all),
)) if {
	count(_write_all) > 0
} else := verdict.needs_review(
	"What the job tokens of GitLab may reach is a setting that a person has to judge.",
	[input.ci.project_token_scope],
) if {
	_gitlab
	is_string(input.ci.project_token_scope.known)
} else := verdict.passed("The token of a job without stated permissions may only read.", [_setting]) if {
	_default_token == "read"
	not _gitlab
} else := verdict.noting(
	verdict.medium(verdict.passed(
		sprintf("Every job states its permissions (%d jobs), so none runs with a default.", [count(_jobs)]),
		privileges.places(_jobs),
	)),
	_notes,
) if {
	privileges.read(input.ci.systems, input.workflows.jobs)
	count(_jobs) > 0
	every job in _jobs { job.permission_source in {"job", "workflow", "caller"} }
} else := verdict.needs_review(
	"The token may write by default; whether a job runs without stated permissions was not settled.",
	[input.ci.default_token, input.workflows.jobs],
) if {
	_default_token == "write"
	is_array(input.workflows.jobs.known)
}

_jobs := input.workflows.jobs.known

_unspecified := privileges.unspecified(input.workflows.jobs)

_write_all := [job |
	some job in input.workflows.jobs.known
	job.permission_all == "write_all"
	job.permission_source == "workflow"
]

_default_token := privileges.default_token(input.ci.default_token, input.org.default_workflow_token)

_setting := input.ci.default_token if {
	is_string(input.ci.default_token.known)
} else := input.org.default_workflow_token

_gitlab if {
	some system in input.ci.systems.known
	system.system == "gitlab_ci"
}

_notes := ["The default of the repository is still to write; it matters for the next workflow."] if {
	_default_token == "write"
} else := []
