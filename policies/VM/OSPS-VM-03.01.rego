# METADATA
# title: Vulnerabilities can be reported privately
# custom:
#   requirement: OSPS-VM-03.01
#   limits: >-
#     Settings and documents are read. No message is sent, so whether the private way works, and stays private, is not
#     seen.
package osps.requirements["OSPS-VM-03.01"]

import rego.v1
import data.osps.active
import data.osps.prose
import data.osps.verdict

needs := [
	input.docs.topics.private_route,
	input.docs.closed.private_route,
	input.docs.doors.private_route,
	input.security.private_reporting,
	input.security.txt,
	input.insights.contacts,
	input.insights.reports_accepted,
	input.insights.stale,
]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_name := "private_route"

_subject := "a private way to report vulnerabilities"

_topic := input.docs.topics.private_route

_setting := input.security.private_reporting

_judged := verdict.medium(verdict.failed(
	sprintf("%s (line %d) sends reports of vulnerabilities to public issues and names no private way.", [
		_public[0].path,
		_public[0].line,
	]),
	[verdict.at("docs.topics.private_route", place.path, place.line, place.quote) | some place in _public],
)) if {
	count(_public) > 0
	_no_other_way
} else := verdict.needs_review(
	sprintf("%s leads to the host's form for private reports, which is switched off.", [_topic.known.findings[0].path]),
	array.concat(prose.places(_name, _topic, {"stated"}), [_setting]),
) if {
	_topic.known.class == "stated"
	_setting.known == false
	_only_host
} else := verdict.passed(
	sprintf("The host takes private reports, and %s says how.", [_topic.known.findings[0].path]),
	array.concat(prose.places(_name, _topic, {"stated"}), [_setting]),
) if {
	_topic.known.class == "stated"
	_setting.known == true
} else := prose.stated(_name, _subject, _topic) if {
	true
} else := prose.contrary(_name, _subject, _topic) if {
	true
} else := verdict.needs_review(
	sprintf("%s leads to the host's form for private reports, which is switched off.", [_forms[0].path]),
	[verdict.at("docs.topics.private_route", form.path, form.line, form.url) | some form in _forms],
) if {
	count(_forms) > 0
	count(_public) == 0
	_setting.known == false
	_nobody_declared
	_no_file
} else := verdict.medium(verdict.passed(
	sprintf("%s leads those who report a vulnerability to the private form %s.", [_forms[0].path, _forms[0].url]),
	[verdict.at("docs.topics.private_route", form.path, form.line, form.url) | some form in _forms],
)) if {
	count(_forms) > 0
	count(_public) == 0
} else := verdict.medium(verdict.passed(
	"The host takes private reports on the security page of this repository; no document says so.",
	[_setting],
)) if {
	_topic.known
	count(_public) == 0
	_setting.known == true
} else := verdict.medium(verdict.passed(
	sprintf("%s names %s for reports of vulnerabilities.", [
		input.security.txt.known.path,
		input.security.txt.known.contacts[0],
	]),
	[input.security.txt],
)) if {
	_topic.known
	count(_public) == 0
	input.security.txt.known.expired == false
	count(input.security.txt.known.contacts) > 0
} else := verdict.declared(verdict.passed(
	sprintf("The Security Insights file names %s for reports of vulnerabilities.", [_declared[0].value]),
	[input.insights.contacts],
)) if {
	_topic.known
	count(_public) == 0
	count(_declared) > 0
	input.insights.reports_accepted.known != false
	input.insights.stale.known == false
} else := verdict.needs_review(
	sprintf("The Security Insights file names %s for reports, and the file itself is out of date.", [_declared[0].value]),
	[input.insights.contacts],
) if {
	count(_declared) > 0
	input.insights.reports_accepted.known != false
	input.insights.stale.known == true
} else := prose.unsettled(_name, _subject, _topic) if {
	true
} else := verdict.needs_review(
	sprintf("%s has expired or holds no contact.", [input.security.txt.known.path]),
	[input.security.txt],
) if {
	input.security.txt.known.path
} else := verdict.needs_review(
	"The Security Insights file says that reports are accepted, and nothing names a way to send them.",
	[input.insights.reports_accepted],
) if {
	input.insights.reports_accepted.known == true
} else := prose.missing(
	_name,
	_subject,
	_topic,
	input.docs.closed.private_route,
	input.docs.doors.private_route,
) if {
	_setting.known == false
	input.security.txt.known == null
	input.insights.contacts.known
	input.insights.reports_accepted.known != true
} else := prose.missing(
	_name,
	_subject,
	_topic,
	input.docs.closed.private_route,
	input.docs.doors.private_route,
) if {
	input.docs.closed.private_route.known == false
} else := verdict.needs_review(
	sprintf("%s names no private way to report vulnerabilities; whether the host takes private reports was not read.", [
		_topic.known.document_path,
	]),
	[_topic, input.docs.closed.private_route],
) if {
	prose.absent(_topic)
	_topic.known.document != "none"
	input.docs.closed.private_route.known == true
}

# Places that send reports of vulnerabilities to public issues.
_public := array.slice([place |
	some place in _topic.known.findings
	place.class == "partial"
	"public" in object.keys(place.slots)
	"subject" in object.keys(place.slots)
], 0, 8)

# No private way anywhere, and no page outside of the tree that may name one.
_no_other_way if {
	not "route" in _topic.known.slots_anywhere
	count(_outside) == 0
	_no_file
	_nobody_declared
}

_outside := [link |
	some link in _topic.known.links
	link.affirmative
	startswith(link.url, "https://")
	not _tracker(link.url)
]

_no_file if input.security.txt.known == null

_no_file if count(input.security.txt.known.contacts) == 0

_nobody_declared if {
	input.insights.contacts.known
	count(_declared) == 0
}

# Links to the host's own form for private reports.
_forms := array.slice([link |
	some link in _topic.known.links
	link.affirmative
	startswith(link.url, "https://")
	endswith(trim_suffix(link.url, "/"), "/security/advisories/new")
], 0, 8)

_tracker(url) if {
	some end in data.osps.tables.report_routes.public_paths
	endswith(trim_suffix(url, "/"), end)
}

# No mail, no confidential issue: nothing but the host's own form.
_only_host if {
	not "direct" in _topic.known.slots_anywhere
	every place in _stated {
		_on_host(lower(place.slots.route))
	}
}

_stated := [place |
	some place in _topic.known.findings
	place.class == "stated"
]

_on_host(words) if contains(words, "advisor")

_on_host(words) if contains(words, "private vulnerability report")

_on_host(words) if contains(words, "report a vulnerability")

_on_host(words) if contains(words, "security tab")

_on_host(words) if endswith(words, "/security")

_declared := [contact |
	some contact in input.insights.contacts.known
	_reachable(contact)
]

_reachable(contact) if contact.kind == "email"

_reachable(contact) if startswith(contact.value, "https://")
