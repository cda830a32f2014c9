# METADATA
# title: The design shows the actors and actions of the system
# custom:
#   requirement: OSPS-SA-01.01
#   limits: >-
#     Actors and actions are recognised in design documents and text diagrams. Whether all of them are shown, and
#     whether the design is current, is not compared with the code; pictures are not read.
package osps.requirements["OSPS-SA-01.01"]

import rego.v1
import data.osps.prose
import data.osps.released
import data.osps.verdict

needs := [
	input.docs.topics.design,
	input.docs.closed.design,
	input.docs.doors.design,
	input.docs.documents,
	input.insights.links,
	input.insights.stale,
	input.releases.has_release,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := released.settled(_judged, input.releases.has_release)

_name := "design"

_subject := "the actors of the system and what they do"

_judged := verdict.noting(
	prose.stated(_name, _subject, input.docs.topics.design),
	["Whether it shows all actors and actions is not checked by the machine."],
) if {
	true
} else := prose.contrary(_name, _subject, input.docs.topics.design) if {
	true
} else := prose.typed_link(
	_name,
	_subject,
	input.docs.topics.design,
	"design",
	input.insights.links,
	input.insights.stale,
) if {
	true
} else := prose.unsettled(_name, _subject, input.docs.topics.design) if {
	true
} else := verdict.needs_review(
	sprintf("%d records of decisions were found, such as %s, and no description of the whole.", [
		count(_records),
		_records[0].path,
	]),
	[verdict.at("docs.documents", document.path, 1, "a decision") | some document in array.slice(_records, 0, 5)],
) if {
	count(_records) > 0
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.design,
	input.docs.closed.design,
	input.docs.doors.design,
) if {
	prose.unlinked(input.docs.topics.design, "design", input.insights.links)
	input.docs.documents.known
}

_records := [document |
	some document in input.docs.documents.known
	"adr" in document.roles
	document.state == "ok"
]
