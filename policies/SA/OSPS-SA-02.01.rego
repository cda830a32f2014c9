# METADATA
# title: External interfaces of the released software are described
# custom:
#   requirement: OSPS-SA-02.01
#   limits: >-
#     Interfaces are found through manifests, specifications and documents. One that only the code shows is not
#     missed, and whether a description is right and complete is not checked.
package osps.requirements["OSPS-SA-02.01"]

import rego.v1
import data.osps.prose
import data.osps.released
import data.osps.verdict

needs := [
	input.docs.interfaces,
	input.docs.topics.interfaces,
	input.docs.closed.interfaces,
	input.docs.doors.interfaces,
	input.docs.sites,
	input.releases.has_release,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := released.settled(_judged, input.releases.has_release)

_name := "interfaces"

_subject := "the interfaces of the released software"

_judged := verdict.medium(verdict.passed(
	sprintf("Every interface that was found is described: %s.", [concat(", ", _kinds(_described))]),
	_places(_described),
)) if {
	count(_described) > 0
	count(_undescribed) == 0
	not input.docs.interfaces.complete == false
} else := verdict.needs_review(
	sprintf("Not every interface is described; missing: %s.", [concat(", ", _kinds(_undescribed))]),
	_places(array.concat(_undescribed, _described)),
) if {
	count(_described) > 0
	count(_undescribed) > 0
} else := verdict.needs_review(
	sprintf("%s exists without a usable description in it.", [_bare[0].detected_by]),
	_places(_bare),
) if {
	count(_bare) > 0
} else := prose.stated(_name, _subject, input.docs.topics.interfaces) if {
	_dedicated
	count(input.docs.interfaces.known) == 0
} else := prose.contrary(_name, _subject, input.docs.topics.interfaces) if {
	true
} else := verdict.needs_review(
	sprintf("%s describes an interface; whether it covers what is released was not seen.", [
		input.docs.topics.interfaces.known.findings[0].path,
	]),
	prose.places(_name, input.docs.topics.interfaces, {"stated"}),
) if {
	input.docs.topics.interfaces.known.class == "stated"
} else := verdict.needs_review(
	sprintf("%s leads to a reference at %s.", [_references[0].where, _references[0].url]),
	[verdict.link("docs.sites", site.url, site.label) | some site in array.slice(_references, 0, 5)],
) if {
	count(_references) > 0
} else := prose.unsettled(_name, _subject, input.docs.topics.interfaces) if {
	true
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.interfaces,
	input.docs.closed.interfaces,
	input.docs.doors.interfaces,
) if {
	input.docs.interfaces.known
	input.docs.sites.known
}

# A description counts when it was read and says something, or when it is the reference site of the ecosystem.
_is_described(interface) if interface.state in {"parsed", "document", "reference_site"}

_described := [interface |
	some interface in input.docs.interfaces.known
	_is_described(interface)
]

# Kinds of which no instance is described.
_undescribed := [interface |
	some interface in input.docs.interfaces.known
	not _is_described(interface)
	every other in _described {
		other.kind != interface.kind
	}
]

_bare := [interface |
	some interface in input.docs.interfaces.known
	interface.state in {"bare", "unparsable"}
]

_kinds(list) := sort([kind | some kind in {interface.kind | some interface in list}])

_places(list) := array.slice([place |
	some interface in list
	place := _place(interface)
], 0, 8)

_place(interface) := {"fact": "docs.interfaces", "detail": _detail(interface)}

_detail(interface) := sprintf("%s: %s", [interface.kind, interface.described_by]) if {
	interface.described_by != null
} else := sprintf("%s of %s: not described", [interface.kind, interface.detected_by])

# A reference of its own, not a passage of the README.
_dedicated if {
	some finding in input.docs.topics.interfaces.known.findings
	finding.class == "stated"
	finding.role != "readme"
}

_references := [site |
	some site in input.docs.sites.known
	site.kind == "api"
]
