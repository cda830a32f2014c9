# METADATA
# title: The documentation names a contact for vulnerabilities
# custom:
#   requirement: OSPS-VM-02.01
#   limits: >-
#     The contact is read, not tried: whether a message to it reaches anybody is not seen.
package osps.requirements["OSPS-VM-02.01"]

import rego.v1
import data.osps.active
import data.osps.prose
import data.osps.verdict

needs := [
	input.docs.topics.contact,
	input.docs.closed.contact,
	input.docs.doors.contact,
	input.security.txt,
	input.security.private_reporting,
	input.insights.contacts,
	input.insights.reports_accepted,
	input.insights.stale,
]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_name := "contact"

_subject := "whom to contact about a vulnerability"

_topic := input.docs.topics.contact

# The contact itself was read, which is all that is asked.
_judged := verdict.passed(
	sprintf("%s names a contact for vulnerabilities.", [_topic.known.findings[0].path]),
	prose.places(_name, _topic, {"stated"}),
) if {
	_topic.known.class == "stated"
} else := verdict.passed(
	sprintf("%s names the contact %s.", [input.security.txt.known.path, input.security.txt.known.contacts[0]]),
	[input.security.txt],
) if {
	input.security.txt.known.expired == false
	count(input.security.txt.known.contacts) > 0
} else := prose.contrary(_name, _subject, _topic) if {
	true
} else := verdict.medium(verdict.passed(
	sprintf("%s sends those who report a vulnerability to %s.", [_pages[0].path, _pages[0].url]),
	[verdict.at("docs.topics.contact", page.path, page.line, page.url) | some page in _pages],
)) if {
	count(_pages) > 0
} else := verdict.needs_review(
	sprintf("The Security Insights file names the contact %s, and the file itself is out of date.", [_declared[0].value]),
	[input.insights.contacts],
) if {
	count(_declared) > 0
	_accepting
	input.insights.stale.known == true
} else := verdict.declared(verdict.passed(
	sprintf("The Security Insights file names the contact %s.", [_declared[0].value]),
	[input.insights.contacts],
)) if {
	_topic.known
	count(_declared) > 0
	_accepting
	input.insights.stale.known == false
} else := prose.unsettled(_name, _subject, _topic) if {
	true
} else := verdict.needs_review(
	sprintf("%s has expired or holds no contact: a person has to say whether it still leads to somebody.", [
		input.security.txt.known.path,
	]),
	[input.security.txt],
) if {
	input.security.txt.known.path
} else := verdict.needs_review(
	"The host takes private reports for this repository, and no document says so.",
	[input.security.private_reporting, _topic],
) if {
	input.security.private_reporting.known == true
} else := prose.missing(_name, _subject, _topic, input.docs.closed.contact, input.docs.doors.contact) if {
	input.security.private_reporting.known == false
	input.security.txt.known == null
	_nobody_declared
} else := prose.missing(_name, _subject, _topic, input.docs.closed.contact, input.docs.doors.contact) if {
	input.docs.closed.contact.known == false
} else := verdict.needs_review(
	"No document says whom to contact about a vulnerability; whether the host takes private reports was not read.",
	[_topic, input.docs.closed.contact],
) if {
	prose.absent(_topic)
	input.docs.closed.contact.known == true
}

# Pages outside of the tree to which a sentence sends those who report.
_pages := array.slice([link |
	some link in _topic.known.links
	link.affirmative
	startswith(link.url, "https://")
	not _general(link.url)
], 0, 8)

# Pages that explain something in general are no place of this project.
_general(url) if {
	some host in data.osps.tables.report_routes.general_hosts
	startswith(url, sprintf("https://%s/", [host]))
}

_declared := [contact |
	some contact in input.insights.contacts.known
	_reachable(contact)
]

_reachable(contact) if contact.kind == "email"

_reachable(contact) if startswith(contact.value, "https://")

_accepting if input.insights.reports_accepted.known == true

_accepting if input.insights.reports_accepted.known == null

_nobody_declared if {
	input.insights.contacts.known
	count(_declared) == 0
}

_nobody_declared if input.insights.reports_accepted.known == false
