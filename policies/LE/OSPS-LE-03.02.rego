# METADATA
# title: The licence is shipped with released assets
# custom:
#   requirement: OSPS-LE-03.02
#   limits: >-
#     Judged is the tree of the newest release's tag and the names of its assets. Packages and archives are not
#     opened, and registries are not asked.
package osps.requirements["OSPS-LE-03.02"]

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

_judged := verdict.passed(
	sprintf("The source code released as %s holds the licence in %s.", [_release.tag, _found[0].path]),
	licenses.file_places("license.at_release", _found),
) if {
	count(_found) > 0
} else := verdict.passed(
	sprintf("The licence is among the assets of the release: %s.", [concat(", ", sort(_assets))]),
	[input.releases.latest.assets],
) if {
	count(_assets) > 0
} else := verdict.needs_review(
	sprintf("The release %s holds a licence only aside, in %s.", [_release.tag, _aside[0].path]),
	licenses.file_places("license.at_release", _aside),
) if {
	count(_aside) > 0
} else := verdict.needs_review(
	"No licence lies beside the released source code, and the listings of the archives among the assets were not read.",
	[input.license.at_release, input.releases.latest.assets],
) if {
	_release.tag
	count(_archives) > 0
} else := verdict.failed(
	sprintf("Neither the source code released as %s nor its assets hold a licence.", [_release.tag]),
	[input.license.at_release, input.releases.latest.assets],
) if {
	count(_archives) == 0
	input.releases.latest.assets.known
	not input.releases.latest.assets.complete == false
	not input.license.at_release.complete == false
}

_release := input.license.at_release.known

_found := array.concat(licenses.usual(_release.files), licenses.spelled_otherwise(_release.files))

_aside := licenses.unusual(_release.files)

_assets := {asset.name |
	some asset in input.releases.latest.assets.known
	asset.kind == "license"
	asset.size > 0
}

_archives := [asset |
	some asset in input.releases.latest.assets.known
	asset.kind in {"archive", "package", "compiled"}
]
