# METADATA
# title: Compiled release assets come with an SBOM
# custom:
#   requirement: OSPS-QA-02.02
package osps.requirements["OSPS-QA-02.02"]

import rego.v1
import data.osps.released
import data.osps.verdict

needs := [
	input.releases.has_release,
	input.releases.latest.assets,
	input.sbom.documents,
	input.releases.attestations,
	input.releases.registry,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := verdict.not_applicable(
	"The newest release has no compiled asset, package or image.",
	[input.releases.latest.assets, input.releases.registry],
) if {
	_assets_read
	count(_compiled) == 0
	count(_archives) == 0
	input.releases.registry.known == []
	not input.releases.registry.complete == false
} else := verdict.failed(
	sprintf("The newest release has compiled assets (%s) and no SBOM that says anything.", [_names(_compiled)]),
	[input.releases.latest.assets, input.sbom.documents, input.releases.attestations],
) if {
	_assets_read
	count(_compiled) > 0
	is_array(input.sbom.documents.known)
	is_array(input.releases.attestations.known)
	count(_filled) == 0
	count(_attested) == 0
} else := verdict.needs_review(
	sprintf("Core elements are missing in the SBOM %s: %s.", [_thin[0].name, concat(", ", _thin[0].missing_core)]),
	[input.sbom.documents],
) if {
	count(_thin) > 0
} else := verdict.needs_review(
	sprintf("No SBOM of the release names or covers %s.", [_names(_uncovered)]),
	[input.releases.latest.assets, input.sbom.documents],
) if {
	count(_filled) > 0
	count(_uncovered) > 0
} else := verdict.medium(verdict.noting(
	verdict.passed("Every compiled asset of the newest release has an SBOM.", [
		input.releases.latest.assets,
		input.sbom.documents,
	]),
	[sprintf("%s lacks %s for some components.", [document.name, concat(", ", document.missing_extra)]) |
		some document in _poor
	],
)) if {
	_assets_read
	count(_compiled) > 0
	count(_filled) > 0
	count(_poor) > 0
} else := verdict.passed("Every compiled asset of the newest release has a complete SBOM.", [
	input.releases.latest.assets,
	input.sbom.documents,
]) if {
	_assets_read
	count(_compiled) > 0
	count(_filled) > 0
} else := verdict.needs_review(
	sprintf("The release carries an SBOM attestation (%s) whose content was not read.", [_attested[0].predicate_type]),
	[input.releases.attestations],
) if {
	count(_attested) > 0
} else := verdict.needs_review(
	sprintf("What the archives of the release hold was not read: %s.", [_names(_archives)]),
	[input.releases.latest.assets],
) if {
	_assets_read
	count(_archives) > 0
	is_array(input.sbom.documents.known)
} else := verdict.needs_review(
	"Packages or images are published to a registry; whether an SBOM comes with them was not read.",
	[input.releases.registry],
) if {
	_assets_read
	count(input.releases.registry.known) > 0
}

_assets_read if {
	is_array(input.releases.latest.assets.known)
	not input.releases.latest.assets.complete == false
}

_compiled := [asset |
	some asset in input.releases.latest.assets.known
	asset.kind in {"compiled", "package"}
]

# An archive may hold programs or sources; its name does not tell.
_archives := [asset |
	some asset in input.releases.latest.assets.known
	asset.kind in {"archive", "other"}
]

_filled := [document |
	some document in input.sbom.documents.known
	document.parse == "parsed"
	document.components > 0
]

_thin := [document |
	some document in _filled
	count(document.missing_core) > 0
]

_poor := [document |
	some document in _filled
	count(document.missing_extra) > 0
]

_attested := [attestation |
	some attestation in input.releases.attestations.known
	some word in ["spdx", "cyclonedx"]
	contains(lower(attestation.predicate_type), word)
]

# A document without a subject describes the whole release.
_covered(asset) if {
	some document in _filled
	document.subject in {null, asset.name}
}

_uncovered := [asset |
	some asset in _compiled
	not _covered(asset)
]

_names(assets) := concat(", ", array.slice(sort([asset.name | some asset in assets]), 0, 5))
