# METADATA
# title: Pipeline tasks without stated permissions get the least
# custom:
#   requirement: OSPS-AC-04.01
package osps.requirements["OSPS-AC-04.01"]

import rego.v1
import data.osps.verdict
import data.osps.workflows

needs := [
	input.ci.default_token,
	input.org.default_workflow_token,
	input.ci.enabled,
	input.ci.systems,
	input.ci.project_token_scope,
	input.workflows.present,
	input.workflows.jobs,
]

ruling := workflows.none(input.workflows.present, input.ci.enabled, input.ci.systems) if {
	true
} else := verdict.failed(
	sprintf("Tasks get a write token by default, and these jobs state nothing else: %s.", [workflows.names(_unstated)]),
	array.concat(_default_evidence, workflows.places("workflows.jobs", _unstated)),
) if {
	_default == "write"
	count(_unstated) > 0
} else := verdict.medium(verdict.failed(
	sprintf("A workflow gives write access to everything to all jobs that state nothing: %s.", [
		workflows.names(_write_all),
	]),
	workflows.places("workflows.jobs", _write_all),
)) if {
	count(_write_all) > 0
} else := verdict.needs_review(
	"What the tokens of GitLab pipelines may reach has to be compared with what they need.",
	[input.ci.project_token_scope, input.ci.systems],
) if {
	count(_gitlab) > 0
	is_string(input.ci.project_token_scope.known)
} else := verdict.noting(
	verdict.passed("Tasks that state no permissions get a read-only token.", _default_evidence),
	_notes,
) if {
	_default == "read"
	count(_gitlab) == 0
} else := verdict.medium(verdict.noting(
	verdict.passed("Every job of every workflow states its permissions, so none falls back to the default.", [
		input.workflows.jobs,
		input.ci.systems,
	]),
	_notes,
)) if {
	workflows.tokens_understood(input.ci.systems)
	workflows.whole(input.workflows.jobs)
	input.workflows.present.known == true
	count(_unstated) == 0
}

_unstated := [job |
	some job in input.workflows.jobs.known
	job.permission_source == "default"
]

_write_all := [job |
	some job in input.workflows.jobs.known
	job.permission_source == "workflow"
	job.permission_all == "write_all"
]

_gitlab := [system |
	some system in input.ci.systems.known
	system.system == "gitlab_ci"
]

# The setting of the repository, else that of the organization.
_default := input.ci.default_token.known

_default := input.org.default_workflow_token.known if not input.ci.default_token.known

_default_evidence := [input.ci.default_token] if {
	input.ci.default_token.known
} else := [input.org.default_workflow_token]

_notes := ["The default of the repository is write access, although no job falls back to it."] if {
	_default == "write"
} else := []
