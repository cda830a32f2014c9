# METADATA
# title: Discovered vulnerabilities are published
# custom:
#   requirement: OSPS-VM-04.01
#   limits: >-
#     Published advisories and entries are read. A vulnerability that was discovered and never published leaves
#     nothing to see, and neither does one that is fixed in silence.
package osps.requirements["OSPS-VM-04.01"]

import rego.v1
import data.osps.active
import data.osps.prose
import data.osps.verdict

needs := [
	input.security.advisories,
	input.security.advisories_in_tree,
	input.docs.topics.advisories,
	input.project.claims.no_vulnerabilities,
]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_name := "advisories"

_subject := "where discovered vulnerabilities are published"

_topic := input.docs.topics.advisories

# An empty list of advisories never fails: there may have been nothing to publish.
_judged := verdict.not_applicable(
	"The project states that no vulnerability has been discovered so far, and no advisory or entry names one.",
	[input.project.claims.no_vulnerabilities, input.security.advisories, input.security.advisories_in_tree],
) if {
	input.project.claims.no_vulnerabilities.known == true
	count(input.security.advisories.known) == 0
	not input.security.advisories.complete == false
	count(input.security.advisories_in_tree.known) == 0
	not input.security.advisories_in_tree.complete == false
	_topic.known
	not _topic.known.class in {"stated", "contradicted", "denied"}
} else := prose.contrary(_name, _subject, _topic) if {
	true
} else := verdict.passed(
	sprintf("%s publishes %s.", [_own[0].path, _own[0].id]),
	[verdict.at("security.advisories_in_tree", entry.path, entry.line, entry.id) | some entry in _own],
) if {
	count(_own) > 0
} else := verdict.passed(
	sprintf("The host publishes %d advisories of this project, among them %s.", [
		count(input.security.advisories.known),
		input.security.advisories.known[0].id,
	]),
	[input.security.advisories],
) if {
	count(input.security.advisories.known) > 0
} else := prose.stated(_name, _subject, _topic) if {
	true
} else := prose.unsettled(_name, _subject, _topic) if {
	true
} else := verdict.needs_review(
	"Vulnerabilities are said to have been discovered, and no advisory names one.",
	[input.project.claims.no_vulnerabilities],
) if {
	input.project.claims.no_vulnerabilities.known == false
	_nothing_found
} else := verdict.needs_review(
	"The project states that no vulnerability has been discovered so far, and entries name some of dependencies.",
	[input.project.claims.no_vulnerabilities],
) if {
	input.project.claims.no_vulnerabilities.known == true
	_nothing_found
}

_nothing_found if {
	input.security.advisories.known
	input.security.advisories_in_tree.known
	prose.absent(_topic)
}

# Entries on the project itself; those on its dependencies prove nothing.
_own := array.slice([entry |
	some entry in input.security.advisories_in_tree.known
	entry.about_dependency == false
], 0, 8)
