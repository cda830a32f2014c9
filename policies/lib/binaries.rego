# METADATA
# title: Findings among files that are not text
# description: >-
#   Both requirements on binaries judge the same list of findings; what counts for which stands here once.
package osps.binaries

import rego.v1

# Generated programs, and parts of them.
programs := {"executable", "library", "object", "bytecode", "wasm", "package"}

# What cannot be reviewed beside programs.
opaque := {"archive", "serialized", "database", "firmware", "unknown_binary"}

# What a person has to look at.
doubtful := {"keystore", "translation", "macro_document", "lfs_pointer", "media_mismatch"}

# The finding is a program, or an archive in which one lies.
is_program(finding) if finding.class in programs

is_program(finding) if {
	some inner in finding.inner
	inner.class in programs
}

# The wrapper of a build tool, as its makers published it.
is_wrapper(finding) if finding.known_wrapper != null

# Findings as evidence, with their full paths.
places(findings) := array.slice([place |
	some finding in findings
	place := {"fact": "binaries.findings", "path": finding.path, "detail": _detail(finding)}
], 0, 10)

# The first paths, for a message.
paths(findings) := sprintf("%s and %d more", [concat(", ", array.slice(_all(findings), 0, 3)), more]) if {
	count(findings) > 3
	more := count(findings) - 3
} else := concat(", ", _all(findings))

_all(findings) := [finding.path | some finding in findings]

_detail(finding) := sprintf("%s holds %s (%s), sha256 %s", [
	finding.magic,
	concat(", ", [inner.name | some inner in finding.inner]),
	concat(", ", sort({inner.class | some inner in finding.inner})),
	_digest(finding),
]) if {
	count(finding.inner) > 0
} else := sprintf("the published wrapper of %s, sha256 %s", [finding.known_wrapper, _digest(finding)]) if {
	is_wrapper(finding)
} else := sprintf("%s (%s), mode %s, %d bytes, sha256 %s", [
	replace(finding.class, "_", " "),
	finding.magic,
	finding.mode,
	finding.size,
	_digest(finding),
])

_digest(finding) := finding.sha256 if {
	finding.sha256 != null
} else := "unread"
