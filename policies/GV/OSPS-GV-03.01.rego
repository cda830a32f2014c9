# METADATA
# title: The contribution process is explained
# custom:
#   requirement: OSPS-GV-03.01
#   limits: >-
#     Read is that the process is explained, not whether it is followed or still current. A guide on a site outside of
#     the tree is named and not read.
package osps.requirements["OSPS-GV-03.01"]

import rego.v1
import data.osps.active
import data.osps.prose
import data.osps.verdict

needs := [
	input.docs.topics.contribution,
	input.docs.closed.contribution,
	input.docs.doors.contribution,
	input.docs.documents,
	input.insights.links,
	input.insights.accepts_changes,
	input.insights.stale,
]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_name := "contribution"

_subject := "how to contribute"

_judged := object.union(_stated, {"confidence": "high", "kind": "observed"}) if {
	"handle" in input.docs.topics.contribution.known.slots
	not _refused
} else := _stated if {
	not _refused
} else := verdict.needs_review(
	"One place explains how to contribute, another says that contributions are not accepted.",
	prose.places(_name, input.docs.topics.contribution, {"stated", "partial"}),
) if {
	_stated
} else := verdict.medium(verdict.passed(
	sprintf("%s says that contributions are not accepted.", [_refusals[0].path]),
	[verdict.at("docs.topics.contribution", place.path, place.line, place.quote) | some place in _refusals],
)) if {
	_refused
	_refusal_suffices
} else := verdict.needs_review(
	sprintf("%s says that contributions are not accepted; this version of the catalog asks for the process.", [
		_refusals[0].path,
	]),
	[verdict.at("docs.topics.contribution", place.path, place.line, place.quote) | some place in _refusals],
) if {
	_refused
} else := prose.typed_link(
	_name,
	_subject,
	input.docs.topics.contribution,
	"contributing",
	input.insights.links,
	input.insights.stale,
) if {
	true
} else := prose.unsettled(_name, _subject, input.docs.topics.contribution) if {
	true
} else := verdict.needs_review(
	"The Security Insights file declares that changes are not accepted, and no document says so.",
	[input.insights.accepts_changes],
) if {
	input.insights.accepts_changes.known == false
} else := verdict.needs_review(
	"Nothing in the tree says how to contribute; what the owner says for all repositories was not read.",
	[input.docs.documents],
) if {
	prose.absent(input.docs.topics.contribution)
	input.docs.closed.contribution.unknown.reason == "offline"
	input.docs.documents.known
	prose.unlinked(input.docs.topics.contribution, "contributing", input.insights.links)
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.contribution,
	input.docs.closed.contribution,
	input.docs.doors.contribution,
) if {
	prose.unlinked(input.docs.topics.contribution, "contributing", input.insights.links)
	_changes_not_refused
}

_stated := prose.stated(_name, _subject, input.docs.topics.contribution)

_refused if count(_refusals) > 0

# Places that refuse contributions altogether.
_refusals := [place |
	some place in input.docs.topics.contribution.known.findings
	place.slots.refusal
]

_refusal_suffices if not data.osps.run.catalog in {"2025-02-25", "2025-10-10", "2026-02-19"}

_changes_not_refused if input.insights.accepts_changes.known == null

_changes_not_refused if input.insights.accepts_changes.known == true
