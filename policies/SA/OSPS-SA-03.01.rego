# METADATA
# title: A security assessment was performed
# custom:
#   requirement: OSPS-SA-03.01
#   limits: >-
#     Reports in the tree and declared ones are looked at for scope, risks and a date. Whether the assessment was
#     thorough, or was performed and never written down, cannot be seen.
package osps.requirements["OSPS-SA-03.01"]

import rego.v1
import data.osps.prose
import data.osps.released
import data.osps.verdict

needs := [
	input.docs.topics.assessment,
	input.docs.doors.assessment,
	input.insights.assessments,
	input.insights.stale,
	input.project.claims.security_assessed,
	input.releases.has_release,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := released.settled(_judged, input.releases.has_release)

_name := "assessment"

_subject := "the scope, the likely and impactful problems and the date of a security assessment"

_topic := input.docs.topics.assessment

_claim := input.project.claims.security_assessed

# A missing document proves nothing: an assessment may lie elsewhere. Only a denial fails.
_judged := prose.stated(_name, _subject, _topic) if {
	true
} else := prose.contrary(_name, _subject, _topic) if {
	true
} else := verdict.declared(verdict.passed(
	sprintf("The Security Insights file names an assessment of %s: %s.", [_proven[0].date, _proven[0].evidence.url]),
	[input.insights.assessments],
)) if {
	_topic.known
	count(_proven) > 0
	input.insights.stale.known == false
} else := prose.unsettled(_name, _subject, _topic) if {
	true
} else := verdict.needs_review(
	"The Security Insights file declares an assessment without a date and a report of the last two years.",
	[input.insights.assessments],
) if {
	count(input.insights.assessments.known) > 0
} else := verdict.needs_review(
	sprintf("What may be a report was not read: %s.", [_unread[0].where]),
	array.concat(prose.door_places(_name, input.docs.doors.assessment), [_topic]),
) if {
	prose.absent(_topic)
	count(_unread) > 0
} else := verdict.medium(verdict.failed(
	"The project states that no security assessment has been performed.",
	[_claim],
)) if {
	_claim.known == false
	_nothing_found
} else := verdict.needs_review(
	"The project states that a security assessment was performed, and nothing shows it.",
	[_claim],
) if {
	_claim.known == true
	_nothing_found
}

# Reports that may lie behind a link or in a file that could not be read.
_unread := [door |
	some door in input.docs.doors.assessment.known
	door.kind in {"link", "unread"}
]

_nothing_found if {
	prose.absent(_topic)
	count(_unread) == 0
	count(input.insights.assessments.known) == 0
}

# Dated, with a report that exists, and not older than two years.
_proven := [assessment |
	some assessment in input.insights.assessments.known
	assessment.evidence.kind in {"https", "tree"}
	is_string(assessment.date)
	is_number(assessment.age_days)
	assessment.age_days <= 730
]
