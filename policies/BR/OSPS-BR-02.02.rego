# METADATA
# title: Assets are tied to their release or to a unique id
# custom:
#   requirement: OSPS-BR-02.02
#   limits: >-
#     Names and recorded digests of assets are compared with their release; the assets are not opened to see which
#     version they hold, and registries are not asked.
package osps.requirements["OSPS-BR-02.02"]

import rego.v1
import data.osps.released
import data.osps.verdict
import data.osps.version

needs := [
	input.releases.has_release,
	input.releases.latest.tag,
	input.releases.latest.assets,
	input.releases.latest.immutable,
	input.releases.attestations,
	input.releases.registry,
	input.sbom.documents,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := verdict.not_applicable(
	"The newest release has no assets, and nothing in the tree is a package of a registry.",
	[input.releases.latest.assets, input.releases.registry],
) if {
	count(_assets) == 0
	_all_assets
	input.releases.registry.known == []
	not input.releases.registry.complete == false
} else := verdict.medium(verdict.failed(
	sprintf("These assets carry another version than their release: %s.", [_names(_foreign)]),
	[input.releases.latest.assets],
)) if {
	count(_foreign) > 0
} else := verdict.failed(
	sprintf("The release hangs on a moving tag, and nothing ties these assets to it: %s.", [_names(_loose)]),
	[input.releases.latest.tag, input.releases.latest.assets, input.releases.attestations],
) if {
	count(_loose) > 0
	_moving
	_every_listing_read
} else := verdict.passed(
	"Every asset names the version of its release, or stands with its digest in a list of that release.",
	[input.releases.latest.assets],
) if {
	count(_assets) > 0
	_all_assets
	every asset in _assets { _tied(asset) }
} else := verdict.medium(verdict.passed(
	"Every asset is tied to the tag of its release by the digest that the host recorded.",
	[input.releases.latest.tag, input.releases.latest.assets],
)) if {
	count(_assets) > 0
	_all_assets
	is_string(input.releases.latest.tag.known.name)
	not _moving
	every asset in _assets { _recorded(asset) }
} else := verdict.needs_review(
	sprintf("Nothing ties these assets to their release: %s.", [_names(_loose)]),
	[input.releases.latest.assets, input.releases.attestations, input.sbom.documents],
) if {
	count(_loose) > 0
	_every_listing_read
} else := verdict.medium(verdict.passed(
	sprintf("A pipeline publishes %s at the version of the release.", [_same_version[0].name]),
	[verdict.at("releases.registry", entry.path, null, entry.published_by) | some entry in _same_version],
)) if {
	count(_assets) == 0
	_all_assets
	count(_same_version) > 0
} else := verdict.needs_review(
	sprintf("The release has no assets; whether %s is published at its version was not read.", [
		input.releases.registry.known[0].name,
	]),
	[input.releases.latest.assets, input.releases.registry],
) if {
	count(_assets) == 0
	_all_assets
	count(input.releases.registry.known) > 0
}

# Companions of other assets inherit what ties those.
_assets := [asset |
	some asset in input.releases.latest.assets.known
	not asset.kind in {"signature", "checksums", "provenance"}
]

_all_assets if {
	is_array(input.releases.latest.assets.known)
	not input.releases.latest.assets.complete == false
}

# Everything that may list an asset with its digest was read.
_every_listing_read if {
	is_array(input.releases.attestations.known)
	is_array(input.sbom.documents.known)
	is_boolean(input.releases.latest.immutable.known)
}

_tied(asset) if asset.version_in_name == "same"

_tied(asset) if {
	some cover in asset.covered_by
	cover in {"signed_checksums", "checksums", "attestation"}
}

_tied(asset) if {
	some attestation in input.releases.attestations.known
	attestation.subject_digest == asset.digest
}

_tied(asset) if {
	some document in input.sbom.documents.known
	document.subject == asset.name
}

_recorded(asset) if _tied(asset)

_recorded(asset) if is_string(asset.digest)

_recorded(asset) if input.releases.latest.immutable.known == true

_foreign := [asset |
	some asset in _assets
	asset.version_in_name == "other"
]

_loose := [asset |
	some asset in _assets
	not _tied(asset)
	not _held(asset)
]

# Under a moving tag a recorded digest still names one thing; an immutable release cannot move.
_held(asset) if _recorded(asset)

_moving if version.moving(input.releases.latest.tag.known.name)

_same_version := [entry |
	some entry in input.releases.registry.known
	is_string(entry.published_by)
	is_string(entry.version)
	version.same(entry.version, input.releases.latest.tag.known)
]

_names(assets) := concat(", ", array.slice(sort([asset.name | some asset in assets]), 0, 5))
