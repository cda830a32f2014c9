# METADATA
# title: The end of security updates is stated
# custom:
#   requirement: OSPS-DO-05.01
#   limits: >-
#     Statements on the end of security updates are recognised by their wording and in tables. Whether every version
#     that is still in use is covered is not checked.
package osps.requirements["OSPS-DO-05.01"]

import rego.v1
import data.osps.prose
import data.osps.released
import data.osps.verdict

needs := [
	input.docs.topics.security_end,
	input.docs.closed.security_end,
	input.docs.doors.security_end,
	input.docs.topics.support,
	input.insights.links,
	input.releases.has_release,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := released.settled(_judged, input.releases.has_release)

_name := "security_end"

_subject := "when versions stop receiving security updates"

_judged := prose.stated(_name, _subject, input.docs.topics.security_end) if {
	true
} else := prose.unsettled(_name, _subject, input.docs.topics.security_end) if {
	true
} else := verdict.needs_review(
	"The documents say what is supported and for how long, and do not say that this holds for security updates.",
	prose.places("support", input.docs.topics.support, {"stated"}),
) if {
	input.docs.topics.support.known.class == "stated"
} else := verdict.needs_review(
	sprintf("The Security Insights file names %s as support policy; whether it ends security updates was not read.", [
		_link.url,
	]),
	[verdict.link("insights.links", _link.url, "support_policy")],
) if {
	_link.kind in {"https", "other"}
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.security_end,
	input.docs.closed.security_end,
	input.docs.doors.security_end,
) if {
	prose.absent(input.docs.topics.security_end)
	input.docs.topics.support.known
	_no_link
}

_link := input.insights.links.known.support_policy

_no_link if input.insights.links.known.support_policy == null

_no_link if _link.kind in {"dead", "tree"}
