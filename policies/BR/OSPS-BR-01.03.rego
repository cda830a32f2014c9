# METADATA
# title: Code of outsiders never runs beside privileged credentials
# custom:
#   requirement: OSPS-BR-01.03
#   limits: >-
#     Seen are jobs and their triggers on the primary branch. What actions and workflows of other repositories fetch
#     and run, shared caches, and settings of other systems for changes from forks are not read.
package osps.requirements["OSPS-BR-01.03"]

import rego.v1
import data.osps.verdict
import data.osps.workflows

needs := [
	input.workflows.checkouts,
	input.workflows.jobs,
	input.workflows.remote,
	input.workflows.complete,
	input.workflows.present,
	input.workflows.fork_credentials,
	input.ci.systems,
]

ruling := workflows.absent(input.workflows.present) if {
	true
} else := verdict.failed(
	sprintf("The job %s of %s runs code of a change request, with %s in reach.", [
		_open[0].job,
		_open[0].path,
		concat(", ", [_word(credential) | some credential in _open[0].credentials]),
	]),
	workflows.places("workflows.checkouts", _open),
) if {
	count(_stated) > 0
} else := verdict.medium(verdict.failed(
	sprintf("The job %s of %s runs code of a change request with a token whose permissions are not stated.", [
		_open[0].job,
		_open[0].path,
	]),
	workflows.places("workflows.checkouts", _open),
)) if {
	count(_open) > 0
} else := verdict.needs_review(
	sprintf("The job %s of %s obtains code of a change request (%s); look at what happens to it there.", [
		_doubtful[0].job,
		_doubtful[0].path,
		_doubtful[0].via,
	]),
	workflows.places("workflows.checkouts", _doubtful),
) if {
	count(_doubtful) > 0
} else := verdict.needs_review(
	sprintf("Change requests run on runners of the project: %s.", [workflows.names(_own_runners)]),
	workflows.places("workflows.jobs", _own_runners),
) if {
	count(_own_runners) > 0
} else := verdict.medium(verdict.passed(
	concat(" ", [
		"Code of change requests is obtained with credentials in reach only where it comes from this repository itself",
		"or from accounts that may write to it.",
	]),
	array.concat([input.workflows.jobs], workflows.places("workflows.checkouts", _same_repository)),
)) if {
	_clean
	count(_same_repository) > 0
} else := verdict.medium(verdict.passed(
	sprintf("No job here obtains code of a change request; what %s does with it was not read.", [
		_called[0].uses,
	]),
	[input.workflows.checkouts, input.workflows.jobs, input.workflows.remote],
)) if {
	_clean
	count(_called) > 0
} else := verdict.passed("No job with credentials in reach obtains code of a change request.", [
	input.workflows.checkouts,
	input.workflows.jobs,
]) if {
	_clean
}

_clean if {
	input.workflows.present.known == true
	input.workflows.complete.known == true
	workflows.whole(input.workflows.checkouts)
	workflows.whole(input.workflows.jobs)
	workflows.whole(input.workflows.remote)
	_no_fork_credentials
}

# A local action that is not in the tree changes nothing where no event gives outsiders more than their own.
_clean if {
	input.workflows.present.known == true
	workflows.whole(input.workflows.checkouts)
	workflows.whole(input.workflows.jobs)
	workflows.whole(input.ci.systems)
	_no_fork_credentials
	every system in input.ci.systems.known { _read(system) }
	every job in input.workflows.jobs.known { count({event | some event in job.triggers} & _privileged_events) == 0 }
}

# No other system has anything to give to builds of forks, whatever its settings.
_no_fork_credentials if count(input.workflows.fork_credentials.known) == 0

_read(system) if {
	system.analysed != "detected"
	system.parsed == "ok"
}

# What another system takes in from elsewhere may hold any job; here it is an action, and the jobs were all seen.
_read(system) if {
	system.system in workflows.actions
	system.parsed == "unresolved"
}

_privileged_events := {
	"pull_request_target", "workflow_run", "issue_comment", "issues", "discussion", "discussion_comment", "workflow_call",
}

# Code of an outsider in a job that a privileged event starts.
_foreign := [checkout |
	some checkout in input.workflows.checkouts.known
	checkout.ref_class != "base"
	not _guarded(checkout, {"same_repo", "never", "writer"})
]

_same_repository := [checkout |
	some checkout in input.workflows.checkouts.known
	checkout.ref_class != "base"
	_guarded(checkout, {"same_repo", "never", "writer"})
]

_guarded(checkout, kinds) if {
	some guard in checkout.guards
	guard.kind in kinds
}

# It is executed, nobody is asked before, and there is something to steal.
_open := [checkout |
	some checkout in _foreign
	checkout.executed_after == true
	_foreign_code(checkout)
	not checkout.via in {"opaque", "run_approval", "fork_pipeline"}
	not _guarded(checkout, {"label", "environment", "association", "author", "permission_check"})
	_privileged(checkout)
]

# The code is surely that of an outsider. Of an artifact that is so when a file of it is itself started.
_foreign_code(checkout) if not checkout.ref_class in {"artifact", "unclear"}

_foreign_code(checkout) if {
	checkout.ref_class == "artifact"
	checkout.runs_file == true
}

_stated := [checkout |
	some checkout in _open
	some credential in checkout.credentials
	credential in {"write_token", "secrets", "self_hosted"}
]

_privileged(checkout) if {
	some credential in checkout.credentials
	credential != "none"
}

_doubtful := [checkout |
	some checkout in _foreign
	not checkout in _open
]

# Workflows of other repositories that outsiders can start with privileges.
_called := [call |
	some call in input.workflows.remote.known
	call.kind == "workflow"
	some job in input.workflows.jobs.known
	job.path == call.path
	job.job == call.job
	count({event | some event in job.triggers} & _privileged_events) > 0
]

_own_runners := [job |
	some job in input.workflows.jobs.known
	job.runner == "self_hosted"
	"pull_request" in job.triggers
]

_word("write_token") := "a write token"

_word("secrets") := "secrets"

_word("self_hosted") := "a runner of the project"

_word("default_token") := "a token of unstated permissions"

_word("none") := "nothing"
