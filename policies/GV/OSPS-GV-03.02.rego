# METADATA
# title: Requirements for acceptable contributions are documented
# custom:
#   requirement: OSPS-GV-03.02
#   limits: >-
#     Requirements for contributions are recognised by words of obligation with something they demand. Whether they
#     are complete, sensible or enforced is not seen.
package osps.requirements["OSPS-GV-03.02"]

import rego.v1
import data.osps.active
import data.osps.prose
import data.osps.verdict

needs := [
	input.docs.topics.criteria,
	input.docs.closed.criteria,
	input.docs.doors.criteria,
	input.docs.documents,
	input.insights.links,
	input.insights.stale,
]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_name := "criteria"

_subject := "what a contribution has to meet"

_judged := prose.stated(_name, _subject, input.docs.topics.criteria) if {
	true
} else := prose.contrary(_name, _subject, input.docs.topics.criteria) if {
	true
} else := prose.typed_link(
	_name,
	_subject,
	input.docs.topics.criteria,
	"review_policy",
	input.insights.links,
	input.insights.stale,
) if {
	true
} else := _only_one if {
	true
} else := prose.unsettled(_name, _subject, input.docs.topics.criteria) if {
	true
} else := verdict.needs_review(
	sprintf("The Security Insights file names %s as contribution guide; whether it holds requirements was not read.", [
		_guide.url,
	]),
	[verdict.link("insights.links", _guide.url, "contributing")],
) if {
	_guide.kind in {"https", "other"}
} else := verdict.needs_review(
	sprintf("%s asks contributors to tick a list, and no document says what is required.", [_templates[0].path]),
	[verdict.at("docs.documents", document.path, 1, "asked of each change") | some document in _templates],
) if {
	count(_templates) > 0
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.criteria,
	input.docs.closed.criteria,
	input.docs.doors.criteria,
) if {
	prose.unlinked(input.docs.topics.criteria, "review_policy", input.insights.links)
	_no_guide
	input.docs.documents.known
}

# All slots are optional, so the default message would name every kind of criterion as missing.
_only_one := verdict.needs_review(
	sprintf("%s states one requirement for contributions only (%s).", [
		input.docs.topics.criteria.known.findings[0].path,
		concat(", ", input.docs.topics.criteria.known.slots),
	]),
	prose.places(_name, input.docs.topics.criteria, {"partial"}),
) if {
	input.docs.topics.criteria.known.class == "partial"
	count(input.docs.topics.criteria.known.slots) > 0
}

_templates := [document |
	some document in input.docs.documents.known
	"change_template" in document.roles
	document.state == "ok"
]

_guide := input.insights.links.known.contributing

_no_guide if input.insights.links.known.contributing == null

_no_guide if _guide.kind in {"dead", "tree"}
