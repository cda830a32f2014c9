# METADATA
# title: Every release has a unique version identifier
# custom:
#   requirement: OSPS-BR-02.01
#   limits: >-
#     Judged are names of tags and releases. Versions in package registries are not asked for, and a tag that was
#     moved shows only where an earlier look recorded it.
package osps.requirements["OSPS-BR-02.01"]

import rego.v1
import data.osps.released
import data.osps.verdict
import data.osps.version

needs := [
	input.releases.has_release,
	input.releases.list,
	input.releases.tags,
	input.releases.latest.tag,
	input.releases.tag_moved,
	input.releases.registry,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := verdict.needs_review(
	sprintf("These release tags were seen on another commit before: %s.", [
		concat(", ", array.slice(sort(input.releases.tag_moved.known), 0, 5)),
	]),
	[input.releases.tag_moved],
) if {
	count(input.releases.tag_moved.known) > 0
} else := verdict.medium(verdict.failed(
	sprintf("Every release hangs on a name that moves, such as %s.", [_published[0].tag]),
	[input.releases.list, input.releases.tags],
)) if {
	_all_seen
	count(_published) > 0
	every release in _published { version.moving(release.tag) }
	count(_versions) == 0
} else := verdict.needs_review(
	sprintf("Tags of different commits stand for the same version: %s.", [concat(", ", _twins)]),
	[input.releases.tags],
) if {
	count(_twins) > 1
} else := verdict.passed(
	sprintf("The newest release is tagged %s, which no other release is.", [input.releases.latest.tag.known.name]),
	[input.releases.latest.tag, input.releases.list],
) if {
	is_array(input.releases.list.known)
	_is_release(input.releases.latest.tag.known.name)
} else := verdict.passed(
	sprintf("The newest release is tagged %s, the id of a commit.", [_published[0].tag]),
	[input.releases.list],
) if {
	version.commit(_published[0].tag)
} else := verdict.medium(verdict.passed(
	sprintf("Tags are versions, such as %s.", [_example]),
	[input.releases.tags],
)) if {
	count(_versions) > 0
} else := verdict.medium(verdict.passed(
	sprintf("A pipeline publishes %s under a version of its own.", [_numbered[0].name]),
	[verdict.at("releases.registry", entry.path, null, entry.published_by) | some entry in _numbered],
)) if {
	count(_numbered) > 0
	not count(_published) > 0
} else := verdict.needs_review(
	sprintf("Releases have unique names that are no versions, such as %s.", [_published[0].tag]),
	[input.releases.list],
) if {
	_all_seen
	count(_published) > 0
} else := verdict.needs_review(
	"A release is known, and neither a tag nor a package shows its version.",
	[input.releases.list, input.releases.tags],
) if {
	_all_seen
	input.releases.has_release.known == true
	is_array(input.releases.registry.known)
}

_versions := input.releases.tags.known.versions

_example := input.releases.latest.tag.known.name if {
	true
} else := _versions[0].name

# Releases of the forge that are published.
_published := [release |
	some release in input.releases.list.known
	release.draft == false
]

_is_release(tag) if {
	some release in _published
	release.tag == tag
}

_all_seen if {
	is_array(input.releases.list.known)
	not input.releases.list.complete == false
	is_array(_versions)
	not input.releases.tags.complete == false
}

# Tags of other commits that stand for the version of the newest release, beside it.
_twins := sort([tag.name |
	some tag in _versions
	tag["package"] == _latest["package"]
	version.normal(tag.version) == version.normal(_latest.version)
	_twin_exists
])

_twin_exists if {
	is_string(_latest.commit)
	some other in _versions
	other["package"] == _latest["package"]
	other.commit != _latest.commit
	version.normal(other.version) == version.normal(_latest.version)
}

_latest := input.releases.latest.tag.known

# Published packages with a version; first by their place.
_numbered := array.slice([entry |
	some entry in input.releases.registry.known
	is_string(entry.version)
	is_string(entry.published_by)
], 0, 10)
