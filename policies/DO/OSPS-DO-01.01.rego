# METADATA
# title: User guides cover the basic functionality
# custom:
#   requirement: OSPS-DO-01.01
#   limits: >-
#     Read is whether a guide for users exists and has substance, not whether it is right, complete or current. Sites
#     outside of the tree are named, not read.
package osps.requirements["OSPS-DO-01.01"]

import rego.v1
import data.osps.prose
import data.osps.released
import data.osps.verdict

needs := [
	input.docs.topics.user_guide,
	input.docs.closed.user_guide,
	input.docs.doors.user_guide,
	input.docs.documents,
	input.docs.sites,
	input.insights.links,
	input.insights.stale,
	input.releases.has_release,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := released.settled(_judged, input.releases.has_release)

_name := "user_guide"

_subject := "how to install and use the software"

_judged := prose.stated(_name, _subject, input.docs.topics.user_guide) if {
	true
} else := verdict.medium(verdict.passed(
	sprintf("%d documents for users stand in the tree, such as %s.", [count(_user_documents), _user_documents[0].path]),
	[verdict.at("docs.documents", document.path, 1, "for users") | some document in array.slice(_user_documents, 0, 5)],
)) if {
	count(_user_documents) >= 3
} else := verdict.medium(verdict.passed(
	sprintf("%s leads to the documentation at %s.", [_manuals[0].where, _manuals[0].url]),
	[verdict.link("docs.sites", site.url, site.label) | some site in array.slice(_manuals, 0, 5)],
)) if {
	count(_manuals) > 0
} else := _linked("detailed_guide") if {
	true
} else := _linked("quickstart") if {
	true
} else := prose.unsettled(_name, _subject, input.docs.topics.user_guide) if {
	true
} else := verdict.needs_review(
	sprintf("Only a reference of the interface was found (%s): a person has to say whether users get along with it.", [
		_references[0].url,
	]),
	[verdict.link("docs.sites", site.url, site.label) | some site in array.slice(_references, 0, 5)],
) if {
	count(_references) > 0
} else := verdict.needs_review(
	sprintf("The README says little, and beside it there is %s: a person has to say whether users get along with it.", [
		_user_documents[0].path,
	]),
	[verdict.at("docs.documents", document.path, 1, "for users") | some document in _user_documents],
) if {
	count(_user_documents) > 0
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.user_guide,
	input.docs.closed.user_guide,
	input.docs.doors.user_guide,
) if {
	every field in ["detailed_guide", "quickstart"] {
		prose.unlinked(input.docs.topics.user_guide, field, input.insights.links)
	}
	input.docs.documents.known
	input.docs.sites.known
}

_linked(field) := prose.typed_link(
	_name,
	_subject,
	input.docs.topics.user_guide,
	field,
	input.insights.links,
	input.insights.stale,
)

# Documents below a documentation directory or site that speak to users, not to those who develop the software.
_user_documents := [document |
	some document in input.docs.documents.known
	document.state == "ok"
	document.via in {"dir", "site_root"}
	every role in document.roles {
		role in {"docs", "install"}
	}
	not _for_developers(document.path)
]

_for_developers(path) if {
	words := split(replace(replace(replace(lower(path), "_", "/"), "-", "/"), ".", "/"), "/")
	some word in words
	word in {
		"adr", "adrs", "api", "apidoc", "changelog", "changes", "contrib", "contribute", "contributing", "decision",
		"decisions", "design", "designs", "dev", "devel", "develop", "developer", "developers", "development",
		"enhancements", "governance", "hacking", "history", "internal", "internals", "license", "licenses",
		"maintainer", "maintainers", "meeting", "meetings", "minutes", "news", "notes", "proposal", "proposals",
		"reference", "release", "releases", "releasing", "rfc", "rfcs", "roadmap", "security", "spec", "specs",
		"style", "styleguide", "templates",
	}
}

_manuals := [site |
	some site in input.docs.sites.known
	site.kind == "docs"
	startswith(lower(site.url), "https://")
]

_references := [site |
	some site in input.docs.sites.known
	site.kind == "api"
]
