# METADATA
# title: The source is publicly readable at a static address
# custom:
#   requirement: OSPS-QA-01.01
#   limits: >-
#     The repository is asked for at the time of collection, at one address. Whether that address stays the same, and
#     whether it holds all the source of what is released, is not seen.
package osps.requirements["OSPS-QA-01.01"]

import rego.v1
import data.osps.active
import data.osps.verdict

needs := [
	input.repo.anonymous_readable,
	input.repo.visibility,
	input.repo.moved_to,
	input.repo.mirror_of,
	input.repo.empty,
]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_judged := verdict.failed(
	sprintf("The repository is %s.", [input.repo.visibility.known]),
	[input.repo.visibility],
) if {
	input.repo.visibility.known in {"private", "internal"}
} else := verdict.failed(
	"A request without credentials was refused.",
	[input.repo.anonymous_readable],
) if {
	input.repo.anonymous_readable.known == false
} else := verdict.needs_review(
	sprintf("The address leads to another one, %s: a person has to say which of them is published.", [
		input.repo.moved_to.known,
	]),
	[input.repo.moved_to],
) if {
	is_string(input.repo.moved_to.known)
} else := verdict.needs_review(
	sprintf("The repository mirrors %s: a person has to say which of them is the primary one.", [
		input.repo.mirror_of.known,
	]),
	[input.repo.mirror_of],
) if {
	is_string(input.repo.mirror_of.known)
} else := verdict.noting(
	verdict.passed("A request without credentials reads the repository.", [input.repo.anonymous_readable]),
	_remarks,
) if {
	input.repo.anonymous_readable.known == true
} else := verdict.noting(
	verdict.passed("The repository is public.", [input.repo.visibility]),
	_remarks,
) if {
	input.repo.visibility.known == "public"
}

_remarks := ["The repository has no commit yet."] if {
	input.repo.empty.known == true
} else := []
