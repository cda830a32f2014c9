# METADATA
# title: Pipeline jobs get only the permissions they need
# custom:
#   requirement: OSPS-AC-04.02
package osps.requirements["OSPS-AC-04.02"]

import rego.v1
import data.osps.verdict
import data.osps.workflows

needs := [
	input.ci.default_token,
	input.ci.enabled,
	input.ci.systems,
	input.workflows.present,
	input.workflows.jobs,
	input.workflows.excess,
	input.workflows.remote,
]

ruling := workflows.none(input.workflows.present, input.ci.enabled, input.ci.systems) if {
	true
} else := verdict.noting(verdict.failed(
	sprintf("These jobs get write access to everything: %s.", [workflows.names(_write_all)]),
	workflows.places("workflows.jobs", _write_all),
), _notes) if {
	count(_write_all) > 0
} else := verdict.medium(verdict.noting(verdict.failed(
	sprintf("These jobs get write access that none of their steps needs: %s.", [_scopes(_needless)]),
	workflows.places("workflows.excess", _needless),
), _notes)) if {
	count(_needless) > 0
} else := verdict.medium(verdict.failed(
	sprintf("Tasks get a write token by default, and these jobs state nothing else: %s.", [workflows.names(_unstated)]),
	array.concat([input.ci.default_token], workflows.places("workflows.jobs", _unstated)),
)) if {
	input.ci.default_token.known == "write"
	count(_unstated) > 0
} else := verdict.noting(verdict.needs_review(
	sprintf("Whether a step needs this access is not known to osps: %s.", [_scopes(_doubtful)]),
	workflows.places("workflows.excess", _doubtful),
), _notes) if {
	count(_doubtful) > 0
} else := verdict.noting(verdict.needs_review(
	sprintf("These jobs may read everything; say what they need: %s.", [workflows.names(_read_all)]),
	workflows.places("workflows.jobs", _read_all),
), _notes) if {
	count(_read_all) > 0
} else := verdict.passed("Every job has read access only, or none.", [
	input.workflows.jobs,
	input.workflows.excess,
]) if {
	_settled
	count(_writers) == 0
} else := verdict.medium(verdict.passed(
	sprintf("Every write permission is one that a step of its job needs: %s.", [workflows.names(_writers)]),
	[input.workflows.jobs, input.workflows.excess],
)) if {
	_settled
}

# Everything that could hold more was read and understood.
_settled if {
	input.workflows.present.known == true
	workflows.tokens_understood(input.ci.systems)
	workflows.others_clean(input.ci.systems)
	workflows.whole(input.workflows.jobs)
	workflows.whole(input.workflows.excess)
	workflows.whole(input.workflows.remote)
	_default_harmless
	count(_inheriting) == 0
}

_default_harmless if count(_unstated) == 0

_default_harmless if input.ci.default_token.known == "read"

_jobs := input.workflows.jobs.known

_unstated := [job |
	some job in _jobs
	job.permission_source == "default"
]

_write_all := [job |
	some job in _jobs
	job.permission_all == "write_all"
]

_read_all := [job |
	some job in _jobs
	job.permission_all == "read_all"
]

_writers := [job |
	some job in _jobs
	some _, level in job.permissions
	level == "write"
]

_excess := [entry |
	some entry in input.workflows.excess.known
	entry.granted == "write"
]

_needless := [entry |
	some entry in _excess
	entry.basis == "table"
]

_doubtful := [entry |
	some entry in _excess
	entry.basis == "unknown_step"
]

# Workflows of other repositories that are given every secret.
_inheriting := [call |
	some call in input.workflows.remote.known
	call.kind == "workflow"
	call.secrets == "inherit"
]

_scopes(entries) := concat(", ", array.slice(
	sort({sprintf("%s of %s in %s", [entry.scope, entry.job, entry.path]) | some entry in entries}),
	0, 5,
))

_notes := [sprintf("These jobs state no permissions: %s.", [workflows.names(_unstated)])] if {
	count(_unstated) > 0
} else := []
