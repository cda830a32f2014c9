# METADATA
# title: Members with access to sensitive resources are listed
# custom:
#   requirement: OSPS-GV-01.01
#   limits: >-
#     Listed names are compared with accounts that have write access only where those could be read. Access to
#     registries, domains, mailing lists and other places outside of the forge is not seen.
package osps.requirements["OSPS-GV-01.01"]

import rego.v1
import data.osps.active
import data.osps.prose
import data.osps.verdict

needs := [
	input.docs.topics.members,
	input.docs.closed.members,
	input.docs.doors.members,
	input.docs.documents,
	input.insights.core_team,
	input.insights.administrators,
	input.insights.stale,
	input.collab.accounts,
]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_name := "members"

_subject := "who has access to sensitive resources"

_judged := verdict.needs_review(
	sprintf("%s lists members, and these accounts with write access do not stand there: %s.", [
		input.docs.topics.members.known.findings[0].path,
		concat(", ", array.slice(_unlisted, 0, 5)),
	]),
	array.concat(prose.places(_name, input.docs.topics.members, {"stated"}), [input.collab.accounts]),
) if {
	input.docs.topics.members.known.class == "stated"
	count(_unlisted) > 0
} else := verdict.passed(
	sprintf("%s lists everybody who has write access.", [input.docs.topics.members.known.findings[0].path]),
	array.concat(prose.places(_name, input.docs.topics.members, {"stated"}), [input.collab.accounts]),
) if {
	input.docs.topics.members.known.class == "stated"
	count(_humans) > 0
	not input.collab.accounts.complete == false
	_names_were_quoted
} else := prose.stated(_name, _subject, input.docs.topics.members) if {
	true
} else := verdict.needs_review(
	"The Security Insights file lists members, and the file itself is out of date.",
	_declared,
) if {
	count(_declared) > 0
	input.insights.stale.known == true
} else := verdict.declared(verdict.passed(
	"The Security Insights file lists the members of the core team or the administrators.",
	_declared,
)) if {
	count(_declared) > 0
	input.insights.stale.known == false
} else := prose.unsettled(_name, _subject, input.docs.topics.members) if {
	true
} else := verdict.needs_review(
	sprintf("%s names owners of code, which is not a list of who has access.", [_codeowners[0].path]),
	[verdict.at("docs.documents", document.path, 1, "owners of code") | some document in _codeowners],
) if {
	count(_codeowners) > 0
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.members,
	input.docs.closed.members,
	input.docs.doors.members,
) if {
	input.insights.core_team.known == []
	input.insights.administrators.known == []
	input.docs.documents.known
}

_declared := array.concat(
	[fact | some fact in [input.insights.core_team]; count(fact.known) > 0],
	[fact | some fact in [input.insights.administrators]; count(fact.known) > 0],
)

_codeowners := [document |
	some document in input.docs.documents.known
	"codeowners" in document.roles
	document.state in {"ok", "short"}
]

_humans := [account.login |
	some account in input.collab.accounts.known
	account.kind == "user"
]

# Accounts that no listed place names. Quotations are short, so this is said only where a place names some account.
_unlisted := [login |
	some login in _humans
	not _listed(login)
	_names_were_quoted
]

_listed(login) if {
	some finding in input.docs.topics.members.known.findings
	contains(lower(finding.quote), lower(login))
}

_listed(login) if {
	some finding in input.docs.topics.members.known.findings
	contains(lower(finding.slots.person), lower(login))
}

_names_were_quoted if {
	some login in _humans
	_listed(login)
}
