# METADATA
# title: The primary branch takes no direct commits
# custom:
#   requirement: OSPS-AC-03.01
#   limits: >-
#     Rules and recent commits are read as they are now, on the primary branch only; a rule that was off for an hour
#     leaves no trace here. A flow in which maintainers apply patches by mail or pull from elsewhere is not recognised
#     as such.
package osps.requirements["OSPS-AC-03.01"]

import rego.v1
import data.osps.branch
import data.osps.verdict

needs := [
	input.branch.pr_required,
	input.branch.push_restricted,
	input.branch.locked,
	input.branch.bypass,
	input.branch.admins_bound,
	input.branch.rules_readable,
	input.branch.classic_readable,
	input.branch.direct_commits,
	input.branch.gittuf,
	input.repo.archived,
]

ruling := verdict.passed("The repository is archived: nobody can commit to it.", [input.repo.archived]) if {
	input.repo.archived.known == true
} else := verdict.failed(
	"Neither a ruleset nor classic protection keeps direct commits from the primary branch.",
	[
		input.branch.rules_readable,
		input.branch.classic_readable,
		input.branch.pr_required,
		input.branch.push_restricted,
		input.branch.locked,
	],
) if {
	branch.read(input.branch.rules_readable, input.branch.classic_readable)
	input.branch.pr_required.known == false
	input.branch.push_restricted.known == null
	input.branch.locked.known == false
} else := verdict.needs_review(
	sprintf("%s, but some may always pass by the rule: %s.", [_rules[0].says, concat(", ", _broad)]),
	[_rules[0].fact, input.branch.bypass, input.branch.admins_bound],
) if {
	count(_rules) > 0
	count(_broad) > 0
} else := verdict.needs_review(
	sprintf("%s, and yet %d recent commits by people came without one, such as %s.", [
		_rules[0].says,
		count(_pushed),
		_pushed[0],
	]),
	[_rules[0].fact, input.branch.direct_commits],
) if {
	count(_rules) > 0
	count(_pushed) > 0
} else := verdict.noting(
	verdict.passed(sprintf("%s.", [_rules[0].says]), [_rules[0].fact, input.branch.bypass]),
	branch.remarks(input.branch.bypass),
) if {
	count(_rules) > 0
	branch.shown(input.branch.bypass)
	input.branch.admins_bound.known == true
} else := verdict.medium(verdict.noting(
	verdict.passed(sprintf("%s; who may pass by the rule could not be read in full.", [_rules[0].says]), [
		_rules[0].fact,
		input.branch.bypass,
	]),
	branch.remarks(input.branch.bypass),
)) if {
	count(_rules) > 0
} else := verdict.needs_review(
	"Pushes are restricted to a list of people or teams, who may still commit directly.",
	[input.branch.push_restricted],
) if {
	input.branch.push_restricted.known == "people"
} else := verdict.needs_review(
	"A gittuf policy guards references of this repository; whether a server enforces it is not visible.",
	[input.branch.gittuf],
) if {
	input.branch.gittuf.known == true
}

# The rules that keep direct commits out, the plainest first.
_rules := array.concat(
	array.concat(
		[{"says": "Every change needs a change request", "fact": input.branch.pr_required} |
			input.branch.pr_required.known == true
		],
		[{"says": "The branch is locked", "fact": input.branch.locked} |
			input.branch.locked.known == true
		],
	),
	[{"says": sprintf("Pushes are restricted to %s", [input.branch.push_restricted.known]), "fact": fact} |
		fact := input.branch.push_restricted
		fact.known in {"nobody", "automation"}
	],
)

_broad := branch.broad(input.branch.bypass, input.branch.admins_bound)

_pushed := branch.pushed(input.branch.direct_commits)
