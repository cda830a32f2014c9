# METADATA
# title: Changes are blocked on weaknesses that static analysis finds
# custom:
#   requirement: OSPS-VM-06.02
#   limits: >-
#     Analyses are recognised by known tools and their languages, and required checks by their names. Which rules are
#     switched on, how well they find weaknesses, and what is dismissed on the platform are not seen.
package osps.requirements["OSPS-VM-06.02"]

import rego.v1
import data.osps.active
import data.osps.pipelines
import data.osps.verdict

needs := [
	input.repo.has_code,
	input.docs.documents,
	input.ci.capabilities,
	input.ci.platform_scanners,
	input.workflows.complete,
	input.branch.required_checks,
	input.checks.observed,
	input.docs.topics.sast_policy,
]

ruling := active.dormant if {
	true
} else := active.settled(_ruling)

_ruling := verdict.not_applicable("The repository holds documents and no code.", [
	input.repo.has_code,
	input.docs.documents,
]) if {
	input.repo.has_code.known == false
	count(_documents) > 0
} else := verdict.passed(
	sprintf("%s has to pass before a change is merged, and the policy for its findings is written down.", [_tool]),
	_proof,
) if {
	_is_enforced
	_policy_stated
	_was_observed
} else := verdict.medium(verdict.passed(
	sprintf("%s has to pass before a change is merged, and the policy for its findings is written down.", [_tool]),
	_proof,
)) if {
	_is_enforced
	_policy_stated
} else := verdict.needs_review(
	sprintf("%s blocks changes, but no document says which findings block and how they are dealt with.", [_tool]),
	_proof,
) if {
	_is_enforced
	is_string(input.docs.topics.sast_policy.known.class)
} else := verdict.needs_review(
	sprintf("`%s` is a required check, but %s.", [_partial[0].tool, _limit(_partial[0])]),
	pipelines.places(_partial),
) if {
	count(_partial) > 0
	not _is_enforced
} else := verdict.needs_review(
	sprintf("The required check `%s` may be a static analysis that osps did not read.", [_foreign[0]]),
	[input.branch.required_checks],
) if {
	count(_foreign) > 0
	not _is_enforced
} else := verdict.needs_review(
	sprintf("`%s` has to pass; whether it looks for weaknesses depends on its rules.", [_linters[0].tool]),
	pipelines.places(_linters),
) if {
	_all_read
	count(_linters) > 0
	not _is_enforced
} else := verdict.medium(verdict.failed(
	sprintf("`%s` does not block changes: %s.", [_scans[0].tool, _reason(_scans[0])]),
	pipelines.places(_scans),
)) if {
	_all_read
	count(_scans) > 0
	not _is_enforced
} else := verdict.medium(verdict.failed(
	"No static analysis for weaknesses runs on changes.",
	[input.ci.capabilities, input.ci.platform_scanners, input.branch.required_checks],
)) if {
	_all_read
	count(_scans) == 0
	not _is_enforced
}

# Documents with something to read; a repository with nothing in it says nothing about its purpose.
_documents := [document |
	some document in input.docs.documents.known
	document.state == "ok"
]

_scans := [step |
	some step in input.ci.capabilities.known
	step.kind == "sast"
]

# It analyses the product, not only its pipelines or its infrastructure.
_of_code(step) if step.covers == []

_of_code(step) if {
	some covered in step.covers
	not covered in {"workflows", "infrastructure"}
}

_required(step) if count(pipelines.contexts(step, input.branch.required_checks)) > 0

_enforced := [step |
	some step in _scans
	_of_code(step)
	pipelines.guards_changes(step)
	_required(step)
]

# The platform's own analysis reports under a name of its own.
_platform := sort({check.context |
	some scanner in input.ci.platform_scanners.known
	scanner.kind == "sast"
	scanner.state == "configured"
	some check in input.branch.required_checks.known
	some word in ["codeql", "code scanning"]
	contains(lower(check.context), word)
})

_is_enforced if count(_enforced) > 0

_is_enforced if count(_platform) > 0

_partial := [step |
	some step in _scans
	_required(step)
	pipelines.before_merge(step)
	step.blocking
	step.disabled == false
	not step in _enforced
]

_limit(step) := pipelines.weakness(step) if {
	not pipelines.guards_changes(step)
} else := sprintf("it looks at %s only", [concat(", ", step.covers)])

_policy_stated if input.docs.topics.sast_policy.known.class == "stated"

_was_observed if {
	some step in _enforced
	some check in input.checks.observed.known
	pipelines.fits(step.check_name, check.name)
}

_was_observed if {
	some check in input.checks.observed.known
	check.name in _platform
}

_tool := sprintf("`%s`", [_enforced[0].tool]) if {
	count(_enforced) > 0
} else := sprintf("The platform's analysis (`%s`)", [_platform[0]])

_proof := array.concat(pipelines.places(_enforced), [input.branch.required_checks])

_reason(step) := pipelines.weakness(step) if {
	not pipelines.guards_changes(step)
} else := "its check is not required"

_foreign := sort([check.context |
	some check in input.branch.required_checks.known
	not _made_here(check.context)
	some word in regex.split(`[^a-z0-9]+`, lower(check.context))
	word in {
		"codeql", "sast", "semgrep", "sonar", "sonarcloud", "sonarqube", "snyk", "checkmarx", "veracode",
		"coverity", "bandit", "gosec", "brakeman", "deepsource", "codacy", "codescan",
		"security", "scanning", "lgtm", "fortify", "qodana",
	}
])

_made_here(context) if {
	some step in input.ci.capabilities.known
	pipelines.fits(step.check_name, context)
}

# Linters that have rules on security, if somebody switches them on.
_linters := [step |
	some step in input.ci.capabilities.known
	step.kind == "lint"
	pipelines.guards_changes(step)
	_required(step)
	some name in [
		"golangci", "ruff", "eslint", "pylint", "phpstan", "psalm", "rubocop", "detekt", "clang-tidy", "cppcheck",
	]
	contains(lower(step.tool), name)
]

_all_read if {
	input.workflows.complete.known == true
	is_array(input.ci.capabilities.known)
	not input.ci.capabilities.complete == false
	is_array(input.branch.required_checks.known)
	not input.branch.required_checks.complete == false
	is_array(input.ci.platform_scanners.known)
	input.repo.has_code.known == true
}

_all_read if {
	input.workflows.complete.known == true
	is_array(input.ci.capabilities.known)
	not input.ci.capabilities.complete == false
	is_array(input.branch.required_checks.known)
	not input.branch.required_checks.complete == false
	is_array(input.ci.platform_scanners.known)
	input.repo.has_code.known == false
	count(_documents) == 0
}
