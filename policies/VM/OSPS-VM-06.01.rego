# METADATA
# title: A policy sets the threshold for remediating findings of static analysis
# custom:
#   requirement: OSPS-VM-06.01
#   limits: >-
#     The policy is recognised by its wording. Whether findings are remediated as it says is not seen.
package osps.requirements["OSPS-VM-06.01"]

import rego.v1
import data.osps.active
import data.osps.prose

needs := [
	input.docs.topics.sast_policy,
	input.docs.closed.sast_policy,
	input.docs.doors.sast_policy,
]

ruling := active.dormant if {
	true
} else := active.settled(prose.ruling(
	"sast_policy",
	"from which threshold findings of static analysis are remediated",
	prose.on_subject(input.docs.topics.sast_policy, "subject"),
	input.docs.closed.sast_policy,
	input.docs.doors.sast_policy,
))
