# METADATA
# title: Multi-factor authentication is required of collaborators
# custom:
#   requirement: OSPS-AC-01.01
#   limits: >-
#     Read is the rule of the organization, by somebody who may see it; accounts outside of the organization, other
#     services that hold sensitive data, and how strong the second factor is are not seen. What the host asks of
#     contributors in general is never taken for a rule of this project.
package osps.requirements["OSPS-AC-01.01"]

import rego.v1
import data.osps.platform
import data.osps.verdict

needs := [
	input.org.two_factor_required,
	input.org.members_without_2fa,
	input.repo.host,
]

ruling := verdict.failed(
	sprintf("The organization does not require two-factor authentication, and %d accounts have none.", [
		input.org.members_without_2fa.known,
	]),
	[input.org.two_factor_required, input.org.members_without_2fa],
) if {
	input.org.two_factor_required.known == false
	input.org.members_without_2fa.known > 0
} else := verdict.failed(
	"The organization does not require two-factor authentication, and no rule of its host asks for it.",
	[input.org.two_factor_required, input.repo.host],
) if {
	input.org.two_factor_required.known == false
	platform.none(input.repo.host, "OSPS-AC-01.01")
} else := verdict.passed(
	"The organization requires two-factor authentication.",
	[input.org.two_factor_required],
) if {
	input.org.two_factor_required.known == true
} else := verdict.medium(verdict.passed(
	"The organization does not require two-factor authentication, but every account has it.",
	[input.org.two_factor_required, input.org.members_without_2fa, platform.evidence(_mandate)],
)) if {
	input.org.two_factor_required.known == false
	input.org.members_without_2fa.known == 0
	_mandate
} else := platform.review(
	"The organization does not require two-factor authentication; whether every account has it could not be read.",
	[input.org.two_factor_required, platform.evidence(_mandate)],
) if {
	input.org.two_factor_required.known == false
	_mandate
} else := platform.review(
	"A rule of the host asks contributors for two-factor authentication; nothing of this project was observed.",
	[input.repo.host, platform.evidence(_mandate)],
) if {
	_mandate
}

_mandate := platform.entry(input.repo.host, "OSPS-AC-01.01")
