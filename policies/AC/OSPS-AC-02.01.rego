# METADATA
# title: New collaborators start with the lowest permission
# custom:
#   requirement: OSPS-AC-02.01
#   limits: >-
#     Read is the base permission that members of the organization get. Whether single people, teams or apps were
#     granted too much afterwards, and who approves a grant, is not seen.
package osps.requirements["OSPS-AC-02.01"]

import rego.v1
import data.osps.platform
import data.osps.verdict

needs := [
	input.org.default_permission,
	input.repo.owner_kind,
	input.repo.host,
]

ruling := verdict.failed(
	sprintf("Every member of the organization gets %s access to every repository.", [
		input.org.default_permission.known,
	]),
	[input.org.default_permission],
) if {
	input.org.default_permission.known in {"write", "admin"}
} else := verdict.passed(
	sprintf("The base permission of members is %s.", [input.org.default_permission.known]),
	[input.org.default_permission],
) if {
	input.org.default_permission.known in {"none", "read"}
} else := verdict.structural(verdict.passed(
	"The repository belongs to a person, and the host makes every grant an invitation of one collaborator.",
	[input.repo.owner_kind, platform.evidence(_grant)],
)) if {
	_grant.class == "structural"
	input.repo.owner_kind.known == _grant.owner
} else := platform.review(
	"Only a rule of the host says how access is granted.",
	[input.repo.owner_kind, platform.evidence(_grant)],
) if {
	_grant.class == "policy"
	input.repo.owner_kind.known == _grant.owner
} else := verdict.needs_review(
	sprintf("The base permission of members is %v, which osps does not know.", [input.org.default_permission.known]),
	[input.org.default_permission],
) if {
	is_string(input.org.default_permission.known)
}

_grant := platform.entry(input.repo.host, "OSPS-AC-02.01")
