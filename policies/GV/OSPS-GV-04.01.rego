# METADATA
# title: People are reviewed before they are granted more rights
# custom:
#   requirement: OSPS-GV-04.01
#   limits: >-
#     A written rule on reviewing people before they get more rights is looked for. Whether past grants followed it is
#     not seen.
package osps.requirements["OSPS-GV-04.01"]

import rego.v1
import data.osps.active
import data.osps.prose

needs := [
	input.docs.topics.vetting,
	input.docs.closed.vetting,
	input.docs.doors.vetting,
]

ruling := active.dormant if {
	true
} else := active.settled(prose.ruling(
	"vetting",
	"that people are reviewed before they are granted more rights",
	input.docs.topics.vetting,
	input.docs.closed.vetting,
	input.docs.doors.vetting,
))
