# METADATA
# title: Instructions to build the software
# custom:
#   requirement: OSPS-DO-07.01
#   limits: >-
#     The instructions are read, not followed: whether the build succeeds with them, and whether all that it takes is
#     named, is not tried.
package osps.requirements["OSPS-DO-07.01"]

import rego.v1
import data.osps.prose
import data.osps.verdict

needs := [
	input.docs.topics.build,
	input.docs.closed.build,
	input.docs.doors.build,
	input.docs.topics.user_guide,
	input.deps.ecosystems,
	input.files.build_files,
	input.files.count,
	input.repo.has_code,
]

ruling := verdict.not_applicable(
	"There is no software to build: the tree holds no source code.",
	[input.repo.has_code],
) if {
	input.repo.has_code.known == false
	input.files.count.known >= _some_files
} else := _judged if {
	_judged.outcome != "failed"
} else := _judged if {
	input.repo.has_code.known == true
} else := verdict.needs_review(
	"The tree is almost empty: it holds neither source code nor a word on how to build the software to come.",
	[input.files.count, input.repo.has_code],
) if {
	input.repo.has_code.known == false
	input.files.count.known < _some_files
}

# A tree with fewer files shows a beginning, not a project without software.
_some_files := 3

_name := "build"

_subject := "how to build the software and what that takes"

_judged := prose.stated(_name, _subject, input.docs.topics.build) if {
	true
} else := verdict.medium(verdict.passed(
	sprintf("%s says how to build the software, and %s fixes the version of the toolchain.", [
		input.docs.topics.build.known.findings[0].path,
		_pinned[0].path,
	]),
	array.concat(
		prose.places(_name, input.docs.topics.build, {"partial"}),
		[verdict.at("deps.ecosystems", manifest.path, 1, manifest.toolchain) | some manifest in array.slice(_pinned, 0, 2)],
	),
)) if {
	input.docs.topics.build.known.class == "partial"
	input.docs.topics.build.known.missing == ["prerequisites"]
	count(_pinned) > 0
} else := prose.unsettled(_name, _subject, input.docs.topics.build) if {
	true
} else := verdict.needs_review(
	sprintf("%s builds the software, and no document says how to use it and what it takes.", [_build_files[0].path]),
	[verdict.at("files.build_files", file.path, file.line, file.kind) | some file in array.slice(_build_files, 0, 5)],
) if {
	count(_build_files) > 0
} else := verdict.needs_review(
	"The documents say how to install a ready-made package, not how to build the software.",
	prose.places("user_guide", input.docs.topics.user_guide, {"stated", "partial", "mention"}),
) if {
	"install" in input.docs.topics.user_guide.known.slots_anywhere
	count(prose.places("user_guide", input.docs.topics.user_guide, {"stated", "partial", "mention"})) > 0
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.build,
	input.docs.closed.build,
	input.docs.doors.build,
) if {
	input.files.build_files.known
	input.docs.topics.user_guide.known
}

_pinned := [manifest |
	some ecosystem in input.deps.ecosystems.known
	some manifest in ecosystem.manifests
	manifest.toolchain != null
]

_build_files := [file |
	some file in input.files.build_files.known
	file.line != null
]
