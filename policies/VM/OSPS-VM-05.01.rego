# METADATA
# title: A policy sets the threshold for remediating findings about dependencies
# custom:
#   requirement: OSPS-VM-05.01
#   limits: >-
#     The policy is recognised by its wording. Whether findings are remediated as it says is not seen.
package osps.requirements["OSPS-VM-05.01"]

import rego.v1
import data.osps.active
import data.osps.prose

needs := [
	input.docs.topics.sca_policy,
	input.docs.closed.sca_policy,
	input.docs.doors.sca_policy,
]

ruling := active.dormant if {
	true
} else := active.settled(prose.ruling(
	"sca_policy",
	"from which threshold findings on dependencies, for vulnerabilities and licences, are remediated",
	prose.on_subject(input.docs.topics.sca_policy, "subject"),
	input.docs.closed.sca_policy,
	input.docs.doors.sca_policy,
))
