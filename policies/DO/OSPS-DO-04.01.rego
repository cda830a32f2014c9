# METADATA
# title: The scope and duration of support are stated
# custom:
#   requirement: OSPS-DO-04.01
#   limits: >-
#     Statements on scope and duration of support are recognised by their wording. Whether dates are current and the
#     support is given is not seen.
package osps.requirements["OSPS-DO-04.01"]

import rego.v1
import data.osps.prose
import data.osps.released

needs := [
	input.docs.topics.support,
	input.docs.closed.support,
	input.docs.doors.support,
	input.insights.links,
	input.insights.stale,
	input.releases.has_release,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := released.settled(_judged, input.releases.has_release)

_judged := prose.ruling_or_link(
	"support",
	"what is supported and for how long",
	input.docs.topics.support,
	input.docs.closed.support,
	input.docs.doors.support,
	"support_policy",
	input.insights.links,
	input.insights.stale,
)
