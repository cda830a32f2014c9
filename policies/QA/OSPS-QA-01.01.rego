# METADATA
# title: The source is publicly readable at a static address
# custom:
#   requirement: OSPS-QA-01.01
package osps.requirements["OSPS-QA-01.01"]

import rego.v1
import data.osps.active
import data.osps.verdict

needs := [
	input.repo.anonymous_readable,
	input.repo.visibility,
	input.repo.moved_to,
	input.repo.mirror_of,
]

ruling := active.dormant if {
	true
} else := active.settled(_ruling)

_ruling := verdict.failed(
	sprintf("The repository is %s: only some can read the source.", [input.repo.visibility.known]),
	[input.repo.visibility],
) if {
	input.repo.visibility.known in {"private", "internal"}
} else := verdict.failed(
	"Without a credential the repository refuses to list its references.",
	[input.repo.anonymous_readable],
) if {
	input.repo.anonymous_readable.known == false
} else := verdict.needs_review(
	sprintf("The address leads on to %s: say which address is the permanent one.", [input.repo.moved_to.known]),
	[input.repo.moved_to],
) if {
	is_string(input.repo.moved_to.known)
} else := verdict.needs_review(
	sprintf("This repository mirrors %s: say which of the two is the primary one.", [input.repo.mirror_of.known]),
	[input.repo.mirror_of],
) if {
	is_string(input.repo.mirror_of.known)
} else := verdict.passed(
	"Anybody can list the references of the repository without a credential.",
	[input.repo.anonymous_readable],
) if {
	input.repo.anonymous_readable.known == true
} else := verdict.passed("The forge shows the repository to everybody.", [input.repo.visibility]) if {
	input.repo.visibility.known == "public"
}
