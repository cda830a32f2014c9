# METADATA
# title: How dependencies are selected, obtained and tracked is described
# custom:
#   requirement: OSPS-DO-06.01
#   limits: >-
#     The three parts of the description are recognised by their wording, and a configuration for updates by what it
#     covers. Whether dependencies are really chosen and tracked in this way is not seen.
package osps.requirements["OSPS-DO-06.01"]

import rego.v1
import data.osps.prose
import data.osps.released
import data.osps.verdict

needs := [
	input.docs.topics.dependencies,
	input.docs.closed.dependencies,
	input.docs.doors.dependencies,
	input.deps.update_config,
	input.deps.ecosystems,
	input.insights.links,
	input.insights.no_third_party,
	input.insights.stale,
	input.releases.has_release,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := released.settled(_judged, input.releases.has_release)

_name := "dependencies"

_subject := "how dependencies are selected, obtained and tracked"

_judged := prose.stated(_name, _subject, input.docs.topics.dependencies) if {
	true
} else := prose.contrary(_name, _subject, input.docs.topics.dependencies) if {
	true
} else := verdict.medium(verdict.passed(
	sprintf("%s says how dependencies are selected and obtained, and %s tracks them with %s.", [
		input.docs.topics.dependencies.known.findings[0].path,
		input.deps.update_config.known.path,
		input.deps.update_config.known.tool,
	]),
	array.concat(
		prose.places(_name, input.docs.topics.dependencies, {"partial"}),
		[verdict.at("deps.update_config", input.deps.update_config.known.path, 1, input.deps.update_config.known.tool)],
	),
)) if {
	input.docs.topics.dependencies.known.class == "partial"
	input.docs.topics.dependencies.known.missing == ["track"]
	input.deps.update_config.known.covers_product == true
} else := prose.typed_link(
	_name,
	_subject,
	input.docs.topics.dependencies,
	"dependency_policy",
	input.insights.links,
	input.insights.stale,
) if {
	true
} else := verdict.declared(verdict.passed(
	"The Security Insights file declares that there are no third-party dependencies, and no manifest lists any.",
	[input.insights.no_third_party, input.deps.ecosystems],
)) if {
	input.insights.no_third_party.known == true
	input.insights.stale.known == false
	input.deps.ecosystems.known
	not input.deps.ecosystems.complete == false
	not _has_dependencies
} else := prose.unsettled(_name, _subject, input.docs.topics.dependencies) if {
	true
} else := verdict.needs_review(
	sprintf("%s keeps dependencies current with %s, and no document says how they are selected and obtained.", [
		input.deps.update_config.known.path,
		input.deps.update_config.known.tool,
	]),
	[verdict.at("deps.update_config", input.deps.update_config.known.path, 1, input.deps.update_config.known.tool)],
) if {
	input.deps.update_config.known.covers_product == true
} else := verdict.needs_review(
	sprintf("%s is about dependencies, and does not say how they are selected, obtained and tracked.", [
		input.docs.topics.dependencies.known.document_path,
	]),
	[verdict.at("docs.topics.dependencies", input.docs.topics.dependencies.known.document_path, 1, "a list")],
) if {
	input.docs.topics.dependencies.known.class == "absent"
	input.docs.topics.dependencies.known.document == "ok"
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.dependencies,
	input.docs.closed.dependencies,
	input.docs.doors.dependencies,
) if {
	prose.unlinked(input.docs.topics.dependencies, "dependency_policy", input.insights.links)
	_update_config_read
	_not_declared_free
}

_has_dependencies if {
	some ecosystem in input.deps.ecosystems.known
	some manifest in ecosystem.manifests
	manifest.direct > 0
}

_has_dependencies if {
	some ecosystem in input.deps.ecosystems.known
	count(ecosystem.third_party_imports) > 0
}

_has_dependencies if {
	some ecosystem in input.deps.ecosystems.known
	some manifest in ecosystem.manifests
	manifest.state != "parsed"
}

_update_config_read if input.deps.update_config.known == null

_update_config_read if input.deps.update_config.known.covers_product == false

# The declaration of having no dependencies is absent, or the manifests are known to contradict it.
_not_declared_free if input.insights.no_third_party.known == null

_not_declared_free if input.insights.no_third_party.known == false

_not_declared_free if {
	input.insights.no_third_party.known == true
	_has_dependencies
}

_not_declared_free if {
	input.insights.no_third_party.known == true
	input.insights.stale.known == true
}

_not_declared_free if {
	input.insights.no_third_party.known == true
	input.deps.ecosystems.known
	input.deps.ecosystems.complete == false
}
