# METADATA
# title: Changes are blocked on malicious or vulnerable dependencies
# custom:
#   requirement: OSPS-VM-05.03
#   limits: >-
#     Scans are recognised by known tools, and required checks by their names. What a tool finds in practice, what it
#     ignores by settings outside of the repository, and apps that report no check are not seen.
package osps.requirements["OSPS-VM-05.03"]

import rego.v1
import data.osps.active
import data.osps.pipelines
import data.osps.verdict

needs := [
	input.ci.capabilities,
	input.workflows.complete,
	input.branch.required_checks,
	input.checks.observed,
	input.docs.topics.sca_policy,
	input.deps.ecosystems,
	input.repo.has_code,
	input.docs.documents,
]

ruling := active.dormant if {
	true
} else := active.settled(_ruling)

_ruling := verdict.not_applicable("The project has no third-party dependencies.", [input.deps.ecosystems]) if {
	_no_dependencies
} else := verdict.not_applicable("The repository holds documents and neither code nor dependencies.", [
	input.repo.has_code,
	input.docs.documents,
]) if {
	input.repo.has_code.known == false
	input.deps.ecosystems.known == []
	not input.deps.ecosystems.complete == false
	count(_documents) > 0
	_nobody_looks
} else := verdict.passed(
	sprintf("`%s` has to pass before a change is merged, and the policy for its findings is written down.", [_tool]),
	_proof,
) if {
	_covers_all
	_policy_stated
	_was_observed
} else := verdict.medium(verdict.passed(
	sprintf("`%s` has to pass before a change is merged, and the policy for its findings is written down.", [_tool]),
	_proof,
)) if {
	_covers_all
	_policy_stated
} else := verdict.needs_review(
	sprintf("`%s` blocks changes, but no document says which findings block and when one may be let through.", [_tool]),
	_proof,
) if {
	_covers_all
	is_string(input.docs.topics.sca_policy.known.class)
} else := verdict.needs_review(
	sprintf("`%s` blocks changes, but is known to look for %s only.", [_tool, concat(", ", _covered)]),
	_proof,
) if {
	count(_enforced) > 0
	not _covers_all
} else := verdict.needs_review(
	sprintf("`%s` is a required check, but %s.", [_partial[0].tool, pipelines.weakness(_partial[0])]),
	pipelines.places(_partial),
) if {
	count(_partial) > 0
} else := verdict.needs_review(
	sprintf("The required check `%s` may be a scan of dependencies that osps did not read.", [_foreign[0]]),
	[input.branch.required_checks],
) if {
	count(_foreign) > 0
	count(_enforced) == 0
} else := verdict.medium(verdict.failed(
	sprintf("`%s` does not block changes: %s.", [_scans[0].tool, _reason(_scans[0])]),
	pipelines.places(_scans),
)) if {
	_all_read
	count(_enforced) == 0
	count(_scans) > 0
} else := verdict.medium(verdict.failed(
	"No step looks for malicious or vulnerable dependencies on changes.",
	[input.ci.capabilities, input.branch.required_checks],
)) if {
	_all_read
	count(_enforced) == 0
	count(_scans) == 0
} else := verdict.needs_review(
	sprintf("`%s` does not block changes: %s. Not everything that could block them was read.", [
		_scans[0].tool,
		pipelines.weakness(_scans[0]),
	]),
	pipelines.places(_scans),
) if {
	count(_scans) > 0
	_none_guards
	is_boolean(input.workflows.complete.known)
}

# A look at licences alone finds nothing malicious.
_scans := [step |
	some step in input.ci.capabilities.known
	step.kind == "sca"
	some covered in step.covers
	covered in {"vulnerabilities", "malicious"}
]

_required(step) if count(pipelines.contexts(step, input.branch.required_checks)) > 0

_enforced := [step |
	some step in _scans
	pipelines.guards_changes(step)
	_required(step)
]

# Required, on changes and noticed, but left out for some of them.
_partial := [step |
	some step in _scans
	not pipelines.guards_changes(step)
	_required(step)
	pipelines.before_merge(step)
	step.blocking
	step.disabled == false
]

_covered := sort({covered |
	some step in _enforced
	some covered in step.covers
})

_covers_all if {
	"vulnerabilities" in _covered
	"malicious" in _covered
}

_policy_stated if input.docs.topics.sca_policy.known.class == "stated"

_was_observed if {
	some step in _enforced
	some check in input.checks.observed.known
	pipelines.fits(step.check_name, check.name)
}

_tool := _enforced[0].tool

_proof := array.concat(pipelines.places(_enforced), [input.branch.required_checks])

_reason(step) := pipelines.weakness(step) if {
	not pipelines.guards_changes(step)
} else := "its check is not required"

# Required checks that no step of the tree makes and whose name speaks of dependencies.
_foreign := sort([check.context |
	some check in input.branch.required_checks.known
	not _made_here(check.context)
	some word in regex.split(`[^a-z0-9]+`, lower(check.context))
	word in {
		"snyk", "osv", "socket", "mend", "whitesource", "fossa", "dependency", "dependencies", "sca", "vulnerabilities",
		"vulnerability", "audit", "trivy", "grype", "sonatype", "jfrog", "xray", "phylum", "blackduck", "security",
	}
])

_made_here(context) if {
	some step in input.ci.capabilities.known
	pipelines.fits(step.check_name, context)
}

_all_read if {
	input.workflows.complete.known == true
	is_array(input.ci.capabilities.known)
	not input.ci.capabilities.complete == false
	is_array(input.branch.required_checks.known)
	not input.branch.required_checks.complete == false
}

_no_dependencies if {
	count(input.deps.ecosystems.known) > 0
	not input.deps.ecosystems.complete == false
	every ecosystem in input.deps.ecosystems.known {
		count(ecosystem.third_party_imports) == 0
		count(ecosystem.vendored) == 0
		every manifest in ecosystem.manifests {
			manifest.state == "parsed"
			manifest.direct == 0
		}
	}
}

# Where a pipeline looks at dependencies, there may be some that were not recognised.
_nobody_looks if {
	is_array(input.ci.capabilities.known)
	not input.ci.capabilities.complete == false
	every step in input.ci.capabilities.known {
		step.kind != "sca"
	}
}

_none_guards if {
	every step in _scans {
		not pipelines.guards_changes(step)
	}
}

_documents := [document |
	some document in input.docs.documents.known
	document.state == "ok"
]
