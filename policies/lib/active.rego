# METADATA
# title: Older catalogs ask only of active projects
# description: >-
#   Until 2026-02-19 many requirements began with "while active". Under such a catalog an archived project, or one that
#   calls itself given up and has stood still for a year, is outside of them. The current catalog has no such
#   condition: there both rules change nothing. These facts are not listed among the needs of a policy, because the
#   current catalog does not need them.
package osps.active

import rego.v1
import data.osps.verdict

# The requirement does not apply, because the project is known not to be active.
dormant := verdict.not_applicable("The repository is archived; this catalog asks active projects only.", [{
	"fact": "repo.archived",
	"detail": "true",
}]) if {
	_conditional
	input.repo.archived.known == true
} else := verdict.medium(verdict.not_applicable(
	sprintf("The project calls itself %s and has stood still for a year; this catalog asks active projects only.", [
		status,
	]),
	[{"fact": "insights.status", "detail": status}],
)) if {
	_conditional
	status := input.insights.status.known
	status in {"abandoned", "inactive", "moved", "suspended", "unsupported"}
	input.repo.last_commit_age_days.known > 365
}

# A failure stands only where the project is known to be active; everything else stands as it is.
settled(ruling) := ruling if {
	not _conditional
} else := ruling if {
	ruling.outcome != "failed"
} else := ruling if {
	input.repo.archived.known == false
} else := verdict.needs_review(
	sprintf("%s It counts only while the project is active, and whether it is archived was not read.", [ruling.message]),
	ruling.evidence,
)

_conditional if data.osps.run.catalog in {"2025-02-25", "2025-10-10", "2026-02-19"}
