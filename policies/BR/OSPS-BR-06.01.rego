# METADATA
# title: Releases are signed, or stand in a signed manifest
# custom:
#   requirement: OSPS-BR-06.01
#   limits: >-
#     Signatures are matched to assets by name and digest, and most are not verified cryptographically. Whether the
#     signer is who it should be, and how registries sign packages, is not seen.
package osps.requirements["OSPS-BR-06.01"]

import rego.v1
import data.osps.released
import data.osps.verdict

needs := [
	input.releases.has_release,
	input.releases.latest.tag,
	input.releases.latest.assets,
	input.releases.latest.immutable,
	input.releases.attestations,
	input.releases.registry,
	input.insights.attestations,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := verdict.passed(
	"Every asset of the newest release is covered by a signature that was verified.",
	[input.releases.latest.assets],
) if {
	_all_covered
	every asset in _assets { _verified(asset) }
} else := verdict.medium(verdict.passed(
	"Every asset of the newest release is covered by a signature, which was not verified here.",
	[input.releases.latest.assets, input.releases.attestations, input.releases.latest.immutable],
)) if {
	_all_covered
} else := verdict.needs_review(
	sprintf("A signature beside these assets is of a form that osps cannot read: %s.", [_names(_bare)]),
	[input.releases.latest.assets],
) if {
	count(_bare) > 0
	count(_unread_signatures) > 0
} else := verdict.needs_review(
	sprintf("Nothing signed covers %s; attestations are declared at %s, which was not read.", [
		_names(_bare),
		_declared[0].location,
	]),
	[input.releases.latest.assets, input.insights.attestations],
) if {
	count(_bare) > 0
	count(_declared) > 0
} else := verdict.needs_review(
	sprintf("Attestations exist, and none of them is about %s.", [_names(_bare)]),
	[input.releases.latest.assets, input.releases.attestations],
) if {
	count(_bare) > 0
	count(_provenances) > 0
} else := verdict.failed(
	sprintf("Nothing signed covers these assets of the newest release: %s.", [_names(_bare)]),
	[input.releases.latest.assets, input.releases.attestations, input.releases.latest.immutable],
) if {
	count(_bare) > 0
	_all_assets
	is_array(input.releases.attestations.known)
	not input.releases.attestations.complete == false
	input.releases.latest.immutable.known == false
	is_array(input.insights.attestations.known)
	input.releases.has_release.known == true
} else := verdict.medium(verdict.passed(
	sprintf("The newest release has no assets, and its tag %s is signed.", [input.releases.latest.tag.known.name]),
	[input.releases.latest.assets, input.releases.latest.tag],
)) if {
	_no_assets
	input.releases.latest.tag.known.signed == true
} else := verdict.medium(verdict.passed(
	"The newest release has no assets, and the host keeps a signed record of it.",
	[input.releases.latest.assets, input.releases.latest.immutable],
)) if {
	_no_assets
	input.releases.latest.immutable.known == true
} else := verdict.needs_review(
	sprintf("The newest release has no assets; whether %s is signed in its registry was not read.", [
		input.releases.registry.known[0].name,
	]),
	[input.releases.latest.assets, input.releases.registry],
) if {
	_no_assets
	count(input.releases.registry.known) > 0
} else := verdict.needs_review(
	sprintf("The newest release has no assets and no signed tag; attestations are declared at %s.", [
		_declared[0].location,
	]),
	[input.releases.latest.tag, input.insights.attestations],
) if {
	_no_assets
	count(_declared) > 0
} else := verdict.medium(verdict.failed(
	"The newest release has no assets, its tag is not signed, and no package is published.",
	[input.releases.latest.assets, input.releases.latest.tag, input.releases.registry],
)) if {
	_no_assets
	input.releases.latest.tag.known.signed == false
	input.releases.latest.immutable.known == false
	input.releases.registry.known == []
	not input.releases.registry.complete == false
	is_array(input.insights.attestations.known)
	input.releases.has_release.known == true
} else := verdict.needs_review(
	"The newest release has no assets, and no tag that could be signed.",
	[input.releases.latest.assets, input.releases.latest.tag],
) if {
	_no_assets
	input.releases.latest.tag.known == null
}

# Signatures, checksums and provenance cover the others and need no cover themselves.
_assets := [asset |
	some asset in input.releases.latest.assets.known
	not asset.kind in {"signature", "checksums", "provenance"}
]

_all_assets if {
	is_array(input.releases.latest.assets.known)
	not input.releases.latest.assets.complete == false
}

_no_assets if {
	_all_assets
	count(_assets) == 0
}

_all_covered if {
	_all_assets
	count(_assets) > 0
	every asset in _assets { _covered(asset) }
}

_covered(asset) if {
	some cover in asset.covered_by
	cover in {"signature", "signed_checksums", "attestation", "immutable_release"}
}

_covered(_) if input.releases.latest.immutable.known == true

_covered(asset) if {
	some attestation in _provenances
	attestation.subject_digest == asset.digest
}

_verified(asset) if asset.verified == true

_verified(asset) if {
	some attestation in _provenances
	attestation.subject_digest == asset.digest
	attestation.verified == true
}

_bare := [asset |
	some asset in _assets
	not _covered(asset)
]

# Statements on where an artefact comes from; inventories and statements on vulnerabilities are none.
_provenances := [attestation |
	some attestation in input.releases.attestations.known
	_is_provenance(attestation.predicate_type)
]

_is_provenance(predicate) if {
	not contains(lower(predicate), "spdx")
	not contains(lower(predicate), "cyclonedx")
	not contains(lower(predicate), "vex")
}

# Signatures that hold something and could not be read; an empty one is none.
_unread_signatures := [asset |
	some asset in input.releases.latest.assets.known
	asset.kind == "signature"
	asset.parse == "unparsable"
	asset.size > 0
]

_declared := [attestation |
	some attestation in input.insights.attestations.known
	is_string(attestation.location)
	not _is_inventory(attestation)
]

_is_inventory(attestation) if {
	is_string(attestation.predicate)
	not _is_provenance(attestation.predicate)
}

_names(assets) := concat(", ", array.slice(sort([asset.name | some asset in assets]), 0, 5))
