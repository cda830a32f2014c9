# METADATA
# title: Compiled assets are delivered with an inventory of their components
# custom:
#   requirement: OSPS-QA-02.02
#   limits: >-
#     Inventories among the assets of the newest release are parsed and matched by name or digest. Whether they name
#     all components is not compared with the assets, which are not opened, and registries are not asked.
package osps.requirements["OSPS-QA-02.02"]

import rego.v1
import data.osps.released
import data.osps.verdict

needs := [
	input.releases.has_release,
	input.releases.latest.assets,
	input.releases.attestations,
	input.releases.registry,
	input.sbom.documents,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := verdict.not_applicable(
	"The newest release delivers nothing that is compiled.",
	[input.releases.latest.assets, input.releases.registry],
) if {
	_all_assets
	count(_compiled) == 0
	count(_unclear) == 0
	is_array(input.releases.registry.known)
	not input.releases.registry.complete == false
	count(_compiled_packages) == 0
} else := verdict.needs_review(
	sprintf("The release has no compiled asset; %s of the %s registry may be delivered without an inventory.", [
		_compiled_packages[0].name,
		_compiled_packages[0].ecosystem,
	]),
	[input.releases.latest.assets, input.releases.registry],
) if {
	_all_assets
	count(_compiled) == 0
	count(_compiled_packages) > 0
} else := verdict.needs_review(
	sprintf("Whether these assets hold compiled files was not read: %s.", [_names(_unclear)]),
	[input.releases.latest.assets],
) if {
	_all_assets
	count(_compiled) == 0
	count(_unclear) > 0
	count(_usable) == 0
} else := verdict.needs_review(
	sprintf("The inventory %s lacks %s.", [_incomplete[0].name, concat(", ", sort(_incomplete[0].missing_core))]),
	[input.sbom.documents],
) if {
	count(_compiled) + count(_unclear) > 0
	count(_incomplete) > 0
} else := verdict.passed(
	"Every compiled asset of the newest release is covered by an inventory.",
	[input.releases.latest.assets, input.sbom.documents],
) if {
	_all_covered
	count(_sparse) == 0
} else := verdict.medium(verdict.passed(
	sprintf("Every compiled asset is covered by an inventory; in %s some components lack %s.", [
		_sparse[0].name,
		concat(", ", sort(_sparse[0].missing_extra)),
	]),
	[input.releases.latest.assets, input.sbom.documents],
)) if {
	_all_covered
} else := verdict.needs_review(
	sprintf("The inventories of the release do not say that they are about these assets: %s.", [_names(_bare)]),
	[input.releases.latest.assets, input.sbom.documents],
) if {
	count(_bare) > 0
	count(_usable) > 0
} else := verdict.needs_review(
	"An attestation of the release is an inventory, and it was not read.",
	[input.releases.attestations],
) if {
	count(_bare) > 0
	count(_attested) > 0
} else := verdict.failed(
	sprintf("%s holds no component.", [input.sbom.documents.known[0].name]),
	[input.releases.latest.assets, input.sbom.documents],
) if {
	_nothing_covers
	count(input.sbom.documents.known) > 0
} else := verdict.failed(
	sprintf("These compiled assets are delivered without an inventory: %s.", [_names(_bare)]),
	[input.releases.latest.assets, input.sbom.documents, input.releases.attestations],
) if {
	_nothing_covers
}

_all_assets if {
	is_array(input.releases.latest.assets.known)
	not input.releases.latest.assets.complete == false
}

_compiled := [asset |
	some asset in input.releases.latest.assets.known
	asset.kind in {"compiled", "package"}
]

# Archives and files of no known kind may hold compiled files.
_unclear := [asset |
	some asset in input.releases.latest.assets.known
	asset.kind in {"archive", "other"}
]

# Registries of these ecosystems deliver compiled files.
_compiled_packages := [entry |
	some entry in input.releases.registry.known
	entry.ecosystem in {"container", "maven", "nuget", "python"}
]

# Inventories that parse and list something.
_usable := [document |
	some document in input.sbom.documents.known
	document.parse == "parsed"
	document.components > 0
]

_incomplete := [document |
	some document in _usable
	count(document.missing_core) > 0
]

_sparse := [document |
	some document in _usable
	count(document.missing_extra) > 0
]

_all_covered if {
	_all_assets
	count(_compiled) + count(_unclear) > 0
	count(_usable) > 0
	count(_bare) == 0
}

_bare := [asset |
	some asset in array.concat(_compiled, _unclear)
	not _covered(asset)
]

_covered(asset) if {
	some document in _usable
	document.subject == asset.name
}

# A document for the release as a whole.
_covered(_) if {
	some document in _usable
	document.subject == null
}

_covered(asset) if {
	some document in _usable
	startswith(document.name, sprintf("%s.", [asset.name]))
}

_attested := [attestation |
	some attestation in input.releases.attestations.known
	some word in ["spdx", "cyclonedx"]
	contains(lower(attestation.predicate_type), word)
]

_nothing_covers if {
	_all_assets
	count(_bare) > 0
	is_array(input.sbom.documents.known)
	not input.sbom.documents.complete == false
	is_array(input.releases.attestations.known)
	input.releases.has_release.known == true
}

_names(assets) := concat(", ", array.slice(sort([asset.name | some asset in assets]), 0, 5))
