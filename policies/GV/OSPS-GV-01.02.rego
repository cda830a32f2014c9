# METADATA
# title: Roles and responsibilities are described
# custom:
#   requirement: OSPS-GV-01.02
#   limits: >-
#     Roles with their duties are recognised by their wording. Whether they are complete, and whether people act by
#     them, is not seen.
package osps.requirements["OSPS-GV-01.02"]

import rego.v1
import data.osps.active
import data.osps.prose
import data.osps.verdict

needs := [
	input.docs.topics.roles,
	input.docs.closed.roles,
	input.docs.doors.roles,
	input.docs.topics.members,
	input.docs.documents,
	input.insights.links,
	input.insights.stale,
]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_name := "roles"

_subject := "which roles there are and what they are responsible for"

_judged := prose.stated(_name, _subject, input.docs.topics.roles) if {
	true
} else := prose.contrary(_name, _subject, input.docs.topics.roles) if {
	true
} else := prose.typed_link(
	_name,
	_subject,
	input.docs.topics.roles,
	"governance",
	input.insights.links,
	input.insights.stale,
) if {
	true
} else := prose.unsettled(_name, _subject, input.docs.topics.roles) if {
	true
} else := verdict.needs_review(
	"The documents name members, and do not say what their roles are responsible for.",
	prose.places("members", input.docs.topics.members, {"stated"}),
) if {
	input.docs.topics.members.known.class == "stated"
} else := verdict.needs_review(
	sprintf("%s names owners of code, and no document says what they are responsible for.", [_codeowners[0].path]),
	[verdict.at("docs.documents", document.path, 1, "owners of code") | some document in _codeowners],
) if {
	count(_codeowners) > 0
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.roles,
	input.docs.closed.roles,
	input.docs.doors.roles,
) if {
	prose.unlinked(input.docs.topics.roles, "governance", input.insights.links)
	input.docs.documents.known
	input.docs.topics.members.known
}

_codeowners := [document |
	some document in input.docs.documents.known
	"codeowners" in document.roles
	document.state in {"ok", "short"}
]
