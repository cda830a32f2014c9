# METADATA
# title: A policy says how the project manages its secrets and credentials
# custom:
#   requirement: OSPS-BR-07.02
#   limits: >-
#     Documents are read for a policy on the project's own secrets; whether people follow it, and secrets that are
#     kept elsewhere, are not seen.
package osps.requirements["OSPS-BR-07.02"]

import rego.v1
import data.osps.prose
import data.osps.verdict

needs := [
	input.docs.topics.secrets_policy,
	input.docs.closed.secrets_policy,
	input.docs.doors.secrets_policy,
]

_name := "secrets_policy"

_subject := "how the project stores, accesses and rotates its own secrets"

ruling := verdict.noting(
	prose.stated(_name, _subject, input.docs.topics.secrets_policy),
	[note |
		some slot in input.docs.topics.secrets_policy.known.missing
		note := sprintf("It says nothing on this part: %s.", [slot])
	],
) if {
	input.docs.topics.secrets_policy.known.class == "stated"
} else := prose.ruling(
	_name,
	_subject,
	prose.on_subject(input.docs.topics.secrets_policy, "subject"),
	input.docs.closed.secrets_policy,
	input.docs.doors.secrets_policy,
)
