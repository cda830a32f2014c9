# METADATA
# title: A public place to discuss changes and problems exists
# custom:
#   requirement: OSPS-GV-02.01
#   limits: >-
#     Seen is that a public place exists, by the switches of the forge or by a document. Whether changes and obstacles
#     are really discussed there is not looked at.
package osps.requirements["OSPS-GV-02.01"]

import rego.v1
import data.osps.active
import data.osps.prose
import data.osps.verdict

needs := [
	input.repo.issues_enabled,
	input.repo.discussions_enabled,
	input.repo.visibility,
	input.repo.archived,
	input.links.project,
	input.docs.topics.discussion,
	input.docs.closed.discussion,
	input.docs.doors.discussion,
]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_name := "discussion"

_subject := "where to discuss changes and problems in public"

_judged := verdict.passed(
	sprintf("The %s of the public repository are switched on.", [_switched_on[0].says]),
	[_switched_on[0].fact, input.repo.visibility],
) if {
	count(_switched_on) > 0
	input.repo.visibility.known == "public"
	input.repo.archived.known == false
} else := verdict.needs_review(
	"The repository is archived: whether the places it names are still alive has to be looked at.",
	[input.repo.archived],
) if {
	input.repo.archived.known == true
} else := prose.stated(_name, _subject, input.docs.topics.discussion) if {
	_may_be_public
} else := verdict.medium(verdict.passed(
	sprintf("%s names a public place for discussion: %s.", [_channels[0]["where"], _channels[0].url]),
	[verdict.at("links.project", link["where"], link.line, link.url) | some link in array.slice(_channels, 0, 5)],
)) if {
	count(_channels) > 0
} else := verdict.needs_review(
	"The repository is not public, and the places that its documents name may not be either.",
	prose.places(_name, input.docs.topics.discussion, {"stated"}),
) if {
	input.docs.topics.discussion.known.class == "stated"
} else := prose.unsettled(_name, _subject, input.docs.topics.discussion) if {
	input.docs.topics.discussion.known.class != "denied"
} else := prose.contrary(_name, _subject, input.docs.topics.discussion) if {
	_nothing_on_the_host
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.discussion,
	input.docs.closed.discussion,
	input.docs.doors.discussion,
) if {
	_nothing_on_the_host
	is_array(input.links.project.known)
	not input.links.project.complete == false
} else := verdict.needs_review(
	"Issues or discussions are switched on, but it was not seen that the repository is public and not archived.",
	[_switched_on[0].fact],
) if {
	count(_switched_on) > 0
} else := verdict.needs_review(
	sprintf("The documents may name a public place at %s.", [input.docs.doors.discussion.known[0]["where"]]),
	prose.door_places(_name, input.docs.doors.discussion),
) if {
	input.docs.closed.discussion.known == false
	prose.absent(input.docs.topics.discussion)
}

_switched_on := array.concat(
	[{"says": "issues", "fact": input.repo.issues_enabled} | input.repo.issues_enabled.known == true],
	[{"says": "discussions", "fact": input.repo.discussions_enabled} | input.repo.discussions_enabled.known == true],
)

# Neither issues nor discussions are public.
_nothing_on_the_host if {
	input.repo.issues_enabled.known == false
	input.repo.discussions_enabled.known == false
}

_nothing_on_the_host if input.repo.visibility.known in {"private", "internal"}

# What documents say counts unless they can only mean a tracker that nobody outside sees.
_may_be_public if not input.repo.visibility.known in {"private", "internal"}

_may_be_public if {
	some role in ["list", "chat", "forum"]
	some link in input.links.project.known
	link.role == role
}

# Lists, chats and forums; a tracker unless the repository is known not to be public.
_channels := [link |
	some role in ["forum", "list", "chat", "tracker"]
	some link in input.links.project.known
	link.role == role
	_is_open(role)
]

_is_open(role) if role != "tracker"

_is_open(_) if not input.repo.visibility.known in {"private", "internal"}
