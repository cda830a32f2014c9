# METADATA
# title: Threats and the attack surface are modeled
# custom:
#   requirement: OSPS-SA-03.02
#   limits: >-
#     Threats, mitigations and the attack surface are recognised by their wording or in parsed models. Whether the
#     model is complete and fits the current code is not seen.
package osps.requirements["OSPS-SA-03.02"]

import rego.v1
import data.osps.prose
import data.osps.released
import data.osps.verdict

needs := [
	input.docs.topics.threat_model,
	input.docs.doors.threat_model,
	input.insights.assessments,
	input.insights.stale,
	input.project.claims.threat_modeled,
	input.releases.has_release,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := released.settled(_judged, input.releases.has_release)

_name := "threat_model"

_subject := "threats, the answers to them and the attack surface"

_topic := input.docs.topics.threat_model

_claim := input.project.claims.threat_modeled

# A missing document proves nothing: a model may lie elsewhere. Only a denial fails.
_judged := prose.stated(_name, _subject, _topic) if {
	true
} else := prose.contrary(_name, _subject, _topic) if {
	true
} else := verdict.declared(verdict.passed(
	sprintf("The Security Insights file names a threat model: %s.", [_proven[0].evidence.url]),
	[input.insights.assessments],
)) if {
	_topic.known
	count(_proven) > 0
	input.insights.stale.known == false
} else := prose.unsettled(_name, _subject, _topic) if {
	true
} else := verdict.needs_review(
	"The Security Insights file declares an assessment: a person has to say whether it models threats.",
	[input.insights.assessments],
) if {
	count(input.insights.assessments.known) > 0
} else := verdict.needs_review(
	sprintf("What may be a threat model was not read: %s.", [_unread[0].where]),
	array.concat(prose.door_places(_name, input.docs.doors.threat_model), [_topic]),
) if {
	prose.absent(_topic)
	count(_unread) > 0
} else := verdict.medium(verdict.failed("The project states that there is no threat model.", [_claim])) if {
	_claim.known == false
	_nothing_found
} else := verdict.needs_review(
	"The project states that there is a threat model, and nothing shows it.",
	[_claim],
) if {
	_claim.known == true
	_nothing_found
}

# Reports that may lie behind a link or in a file that could not be read.
_unread := [door |
	some door in input.docs.doors.threat_model.known
	door.kind in {"link", "unread"}
]

_nothing_found if {
	prose.absent(_topic)
	count(_unread) == 0
	count(input.insights.assessments.known) == 0
}

# Named as a threat model, with a document that exists.
_proven := [assessment |
	some assessment in input.insights.assessments.known
	assessment.threat_model
	assessment.evidence.kind in {"https", "tree"}
]
