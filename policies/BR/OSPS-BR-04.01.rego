# METADATA
# title: Every release carries a descriptive change log
# custom:
#   requirement: OSPS-BR-04.01
#   limits: >-
#     Seen is that the newest release has a section or a text with some substance. Whether it names every change, and
#     every fixed vulnerability, is not checked; older releases are not read.
package osps.requirements["OSPS-BR-04.01"]

import rego.v1
import data.osps.released
import data.osps.verdict
import data.osps.version

needs := [
	input.releases.has_release,
	input.releases.latest.tag,
	input.releases.latest.body,
	input.docs.changelog,
	input.docs.changelog_files,
	input.insights.links,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := verdict.passed(
	sprintf("%s says what changed in %s.", [_sections[0].path, input.releases.latest.tag.known.version]),
	_places(_sections),
) if {
	count(_sections) > 0
} else := verdict.medium(verdict.passed(
	sprintf("The text of release %s is the list of merged changes.", [_release]),
	[input.releases.latest.body],
)) if {
	_described
	_generated
} else := verdict.passed(
	sprintf("The text of release %s says what changed.", [_release]),
	[input.releases.latest.body],
) if {
	_described
} else := verdict.needs_review(
	sprintf("%s names %s, but says too little about what changed.", [_thin[0].path, _thin[0].version]),
	_places(_thin),
) if {
	count(_thin) > 0
} else := verdict.needs_review(
	sprintf("The text of release %s says too little about what changed.", [_release]),
	[input.releases.latest.body],
) if {
	_says_little
	not _denied
} else := verdict.needs_review(
	sprintf("The changes of release %s may be described at %s, which was not read.", [_release, _elsewhere[0].target]),
	[place.evidence | some place in array.slice(_elsewhere, 0, 5)],
) if {
	count(_elsewhere) > 0
} else := verdict.failed(
	sprintf("Release %s has no text that says what changed, and no change log has a section for it.", [_release]),
	[input.releases.latest.body, input.docs.changelog],
) if {
	_body_says_nothing
	is_array(input.docs.changelog.known)
	not input.docs.changelog.complete == false
	is_array(input.docs.changelog_files.known)
	is_object(input.insights.links.known)
	input.releases.has_release.known == true
}

_release := input.releases.latest.tag.known.name if {
	true
} else := "of the newest date"

# Sections for the newest release, those of the head first.
_matching := [section |
	some place in ["head", "release"]
	some section in input.docs.changelog.known
	section.at == place
	section.version in _spellings
]

# How the change logs write the newest release's version. Each spelling is compared once, however many sections have it.
_spellings := {spelling |
	some spelling in {section.version | some section in input.docs.changelog.known}
	version.same(spelling, input.releases.latest.tag.known)
}

_sections := [section |
	some section in _matching
	not _is_thin(section)
]

_thin := [section |
	some section in _matching
	_is_thin(section)
]

_is_thin(section) if section.generic

_is_thin(section) if section.entries < 1

_is_thin(section) if section.words < 2

_places(sections) := [verdict.at("docs.changelog", section.path, section.line, section.version) |
	some section in array.slice(sections, 0, 5)
]

# Change logs that lie elsewhere: files that only point there, and a typed link.
_elsewhere := array.concat(
	[{"target": file.target, "evidence": verdict.at("docs.changelog_files", file.path, 1, file.target)} |
		some file in input.docs.changelog_files.known
		file.state == "pointer"
		is_string(file.target)
	],
	[{"target": link.url, "evidence": verdict.link("insights.links", link.url, "changelog")} |
		link := input.insights.links.known.changelog
		link.kind in {"https", "other"}
	],
)

# The text of the release, where it has one.
_text := input.releases.latest.body.known if is_string(input.releases.latest.body.known)

_lines := [trim_space(line) |
	some line in split(_text, "\n")
]

# Lines of the release's text that can describe a change: no headings, no compare links, no announcements of a text.
_telling := [line |
	some line in _lines
	line != ""
	not startswith(line, "#")
	not startswith(line, "<!--")
	not contains(lower(line), "/compare/")
	not _announces(lower(line))
]

_announces(line) if {
	some mark in ["todo", "tbd", "coming soon", "to be written", "lorem ipsum", "[insert"]
	contains(line, mark)
}

_bullets := [line |
	some line in _telling
	some mark in ["* ", "- ", "+ ", "• "]
	startswith(line, mark)
	count(split(line, " ")) > 2
]

_words := [word |
	some line in _telling
	some word in split(line, " ")
	count(word) > 1
	not startswith(word, "http")
]

_says_little if count(_words) > 0

_says_little if _compares

# A link that compares two versions is all there is to read.
_compares if {
	some line in _lines
	contains(lower(line), "/compare/")
}

_described if {
	not _denied
	count(_bullets) > 1
}

_described if {
	not _denied
	count(_words) > 14
	not _generic
}

# Generated from the merged change requests: every bullet names its author and its request.
_generated if {
	count(_bullets) > 0
	every line in _bullets {
		contains(line, " by @")
		contains(line, "http")
	}
}

_generic if {
	some phrase in ["bug fixes and improvements", "minor fixes and improvements", "various fixes"]
	contains(lower(_text), phrase)
	count(_words) < 25
}

_denied if {
	some phrase in [
		"no changelog", "no change log", "no release notes", "no changes documented", "not documented here",
		"without a changelog", "without release notes",
	]
	contains(lower(_text), phrase)
	count(_bullets) < 2
}

_body_says_nothing if input.releases.latest.body.known == null

_body_says_nothing if {
	_text != null
	count(_words) == 0
	not _compares
}

_body_says_nothing if _denied
