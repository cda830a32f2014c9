# METADATA
# title: Jobs get only the permissions that they need
# custom:
#   requirement: OSPS-AC-04.02
#   limits: >-
#     Whether a step needs a permission is told from a table of known actions and commands; a step that is not in it
#     is left to a person. Rights of credentials other than the token of the job are not seen.
package osps.requirements["OSPS-AC-04.02"]

import rego.v1
import data.osps.privileges
import data.osps.verdict

needs := [
	input.workflows.present,
	input.workflows.jobs,
	input.workflows.excess,
	input.workflows.remote,
	input.workflows.complete,
	input.ci.systems,
	input.ci.default_token,
	input.ci.enabled,
]

ruling := verdict.not_applicable("The project has no pipeline.", [input.workflows.present]) if {
	input.workflows.present.known == false
} else := verdict.not_applicable("Pipelines are switched off, and no other system runs any.", [
	input.ci.enabled,
	input.ci.systems,
]) if {
	privileges.switched_off(input.ci.enabled, input.ci.systems)
} else := verdict.not_applicable(
	"No system that runs this project's pipelines hands its tasks a token of the repository, or another credential.",
	[input.ci.systems],
) if {
	privileges.none_issues(input.ci.systems)
	_others_clean
} else := verdict.noting(
	verdict.failed(sprintf("%s in %s may write everything (`write-all`).", [_all[0].job, _all[0].path]), _places(_all)),
	_remarks,
) if {
	count(_all) > 0
} else := verdict.noting(
	verdict.medium(verdict.failed(
		sprintf("`%s: write` is granted to %s in %s, and no step needs it.", [_idle[0].scope, _idle[0].job, _idle[0].path]),
		_places(_idle),
	)),
	_remarks,
) if {
	count(_idle) > 0
} else := verdict.medium(verdict.failed(
	sprintf("The token may write by default, and these jobs state no permissions: %s.", [privileges.names(_unspecified)]),
	array.concat(privileges.places(_unspecified), [input.ci.default_token]),
)) if {
	input.ci.default_token.known == "write"
	count(_unspecified) > 0
} else := verdict.noting(
	verdict.needs_review(
		sprintf("%s in %s: %s.", [_doubtful[0].job, _doubtful[0].path, _doubt(_doubtful[0])]),
		_places(_doubtful),
	),
	_remarks,
) if {
	count(_doubtful) > 0
} else := verdict.passed(
	sprintf("No job may write anything (%d jobs).", [count(_jobs)]),
	privileges.places(_jobs),
) if {
	_settled
	count(_writers) == 0
} else := verdict.medium(verdict.passed(
	sprintf("Every permission to write is one that a step needs (%d of %d jobs may write).", [
		count(_writers),
		count(_jobs),
	]),
	privileges.places(_writers),
)) if {
	_settled
	count(_writers) > 0
} else := verdict.needs_review(
	"What every job may do was read, but not everything that runs here could be followed.",
	[input.workflows.jobs, input.ci.systems],
) if {
	is_string(input.ci.default_token.known)
	input.workflows.complete.known == true
	is_array(input.workflows.jobs.known)
}

_jobs := input.workflows.jobs.known

_unspecified := privileges.unspecified(input.workflows.jobs)

_all := [entry |
	some entry in input.workflows.excess.known
	entry.granted == "write_all"
]

_idle := [entry |
	some entry in input.workflows.excess.known
	entry.granted == "write"
	entry.basis == "table"
]

_doubtful := [entry |
	some entry in input.workflows.excess.known
	not entry in _all
	not entry in _idle
]

_doubt(entry) := "`read-all` is more than most jobs need" if {
	entry.granted == "read_all"
} else := sprintf("the need for `%s: write` is switched off by an input", [entry.scope]) if {
	entry.basis == "switched_off"
} else := sprintf("whether a step needs `%s: write` is not known", [entry.scope])

_places(entries) := array.slice([place |
	some entry in entries
	place := {
		"fact": "workflows.excess", "path": entry.path, "line": entry.line,
		"detail": sprintf("%s: %s (job %s)", [entry.scope, entry.granted, entry.job]),
	}
], 0, 10)

# Everything that gets a token was read, every grant is stated or known to be small, and nothing is handed to a
# workflow of another repository that osps cannot see into.
_settled if {
	privileges.read(input.ci.systems, input.workflows.jobs)
	count(_jobs) > 0
	is_array(input.workflows.excess.known)
	not input.workflows.excess.complete == false
	_stated
	_others_clean
	is_array(input.workflows.remote.known)
	count(_inheriting) == 0
}

_stated if {
	count(_unspecified) == 0
	every job in _jobs { job.permission_source in {"job", "workflow", "caller"} }
}

_stated if {
	input.ci.default_token.known == "read"
	every job in _jobs { job.permission_source in {"job", "workflow", "caller", "default"} }
}

_others_clean if {
	every system in input.ci.systems.known { _clean(system) }
}

_clean(system) if system.issues_token

_clean(system) if {
	system.parsed == "ok"
	system.analysed != "detected"
	count(system.credentials) == 0
}

_inheriting := [remote |
	some remote in input.workflows.remote.known
	remote.kind == "workflow"
	remote.secrets == "inherit"
	not remote.known
]

_writers := [job |
	some job in _jobs
	some level in job.permissions
	level == "write"
]

# What also holds beside the decisive finding.
_remarks := array.concat(
	[sprintf("These jobs state no permissions: %s.", [privileges.names(_unspecified)]) | count(_unspecified) > 0],
	[sprintf("Whether `%s: write` is needed by %s in %s is not known.", [entry.scope, entry.job, entry.path]) |
		some entry in array.slice(_doubtful, 0, 3)
		entry.granted == "write"
	],
)
