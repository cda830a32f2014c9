# METADATA
# title: A policy for vulnerability disclosure says how soon reports are answered
# custom:
#   requirement: OSPS-VM-01.01
#   limits: >-
#     The policy is recognised by its wording and a time bound to an answer. Whether reports are answered in that time
#     is not seen.
package osps.requirements["OSPS-VM-01.01"]

import rego.v1
import data.osps.active
import data.osps.prose
import data.osps.verdict

needs := [
	input.docs.topics.cvd,
	input.docs.closed.cvd,
	input.docs.doors.cvd,
	input.security.txt,
	input.insights.links,
]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_name := "cvd"

_subject := "how vulnerabilities are reported, handled and answered in time"

# A policy for a service says nothing on the project beside it.
_judged := verdict.needs_review(
	sprintf("%s gives a time for answers in a policy for a hosted service: a person has to say whether it holds here.", [
		input.docs.topics.cvd.known.findings[0].path,
	]),
	prose.places(_name, input.docs.topics.cvd, {"stated"}),
) if {
	input.docs.topics.cvd.known.class == "stated"
	"hosted" in input.docs.topics.cvd.known.slots
} else := prose.stated(_name, _subject, input.docs.topics.cvd) if {
	true
} else := prose.contrary(_name, _subject, input.docs.topics.cvd) if {
	true
} else := prose.unsettled(_name, _subject, input.docs.topics.cvd) if {
	true
} else := verdict.needs_review(
	sprintf("The Security Insights file names %s as the policy, and the time for answers stands only there.", [
		_links[0].url,
	]),
	[verdict.link("insights.links", link.url, link.field) | some link in _links],
) if {
	count(_links) > 0
} else := verdict.needs_review(
	sprintf("%s names %s as the policy, and the time for answers stands only there.", [
		input.security.txt.known.path,
		input.security.txt.known.policy,
	]),
	[verdict.link("security.txt", input.security.txt.known.policy, "Policy")],
) if {
	_policy_address
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.cvd,
	input.docs.closed.cvd,
	input.docs.doors.cvd,
) if {
	input.insights.links.known
	_no_policy_address
}

# Links that lead to a page which nobody read. A file of this tree was read with the other documents.
_links := [{"field": field, "url": link.url} |
	some field in ["vulnerability_policy", "security_policy"]
	link := input.insights.links.known[field]
	link.kind in {"https", "other"}
]

_policy_address if {
	is_string(input.security.txt.known.policy)
	startswith(input.security.txt.known.policy, "https://")
}

_no_policy_address if input.security.txt.known == null

_no_policy_address if {
	input.security.txt.known.path
	not _policy_address
}
