# METADATA
# title: The licence of released assets is open source
# custom:
#   requirement: OSPS-LE-02.02
#   limits: >-
#     Judged is the tree of the newest release's tag and the names of its assets. Assets are not opened, metadata in
#     registries is not asked for, and older releases are not read.
package osps.requirements["OSPS-LE-02.02"]

import rego.v1
import data.osps.active
import data.osps.licenses
import data.osps.released
import data.osps.verdict

needs := [input.releases.has_release, input.license.at_release, input.releases.latest.assets]

ruling := active.dormant if {
	true
} else := released.none(input.releases.has_release) if {
	true
} else := active.settled(released.settled(_judged, input.releases.has_release))

_judged := verdict.failed(
	sprintf("The licence at the release %s is not open source.", [_release.tag]),
	_evidence,
) if {
	_standing == "denied"
} else := verdict.failed(
	sprintf("The package metadata at the release %s states a licence that is not open source.", [_release.tag]),
	_evidence,
) if {
	some statement in licenses.contrary(_release.manifest)
	statement.kind == "manifest"
	statement.approval == "not_approved"
} else := verdict.medium(verdict.failed(
	sprintf("There is no licence at the release %s, nor among its assets.", [_release.tag]),
	[input.license.at_release, input.releases.latest.assets],
)) if {
	_standing == "none"
	input.releases.latest.assets.known
	count(_own_texts) == 0
	not input.license.at_release.complete == false
	not input.releases.latest.assets.complete == false
} else := verdict.needs_review(
	sprintf("A person has to read the licences of assets: %s.", [concat(", ", sort(_own_texts))]),
	[input.license.at_release, input.releases.latest.assets],
) if {
	count(_own_texts) > 0
} else := verdict.needs_review(
	sprintf("A person has to judge the licence at the release %s.", [_release.tag]),
	array.concat(_evidence, [input.license.at_release]),
) if {
	_standing in {"mixed", "unmatched", "conflict", "stated", "silent"}
} else := verdict.passed(
	sprintf("The release %s holds nothing but its source, licensed under %s.", [_release.tag, _names]),
	array.concat(_evidence, [input.releases.latest.assets]),
) if {
	_standing == "approved"
	input.releases.latest.assets.known
	count(_built) == 0
	not input.releases.latest.assets.complete == false
} else := verdict.medium(verdict.passed(
	sprintf("The release %s is licensed under %s, and no asset says otherwise.", [_release.tag, _names]),
	array.concat(_evidence, [input.releases.latest.assets]),
)) if {
	_standing in {"approved", "equivalent"}
	input.releases.latest.assets.known
	not input.releases.latest.assets.complete == false
}

_release := input.license.at_release.known

_standing := licenses.standing(_release.files, _release.manifest)

_names := licenses.names(licenses.approved(_release.files))

_built := [asset |
	some asset in input.releases.latest.assets.known
	asset.kind in {"compiled", "archive", "package"}
]

# Assets that say under which terms they may be used; their content was not read.
_own_texts := {asset.name |
	some asset in input.releases.latest.assets.known
	_is_license(asset)
}

_is_license(asset) if asset.kind == "license"

_is_license(asset) if contains(lower(asset.name), "eula")

_evidence := array.concat(
	licenses.places("license.at_release", _release.files),
	licenses.stated_places("license.at_release", _release.manifest),
)
