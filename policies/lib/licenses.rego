# METADATA
# title: What licence files and statements come to
# description: >-
#   One reading of licence files for the head and for a release. `standing` tells what they come to together:
#   `denied` a licence that withholds a freedom covers the code, `mixed` such a licence stands beside an approved one,
#   `unmatched` a text or a condition that no list knows, `conflict` text and manifest differ, `approved`,
#   `equivalent`, `stated` a name and no text in a usual place, `silent` a licence file that says nothing known,
#   `none` nothing at all.
package osps.licenses

import rego.v1

standing(files, statements) := "denied" if {
	count(denied(files)) > 0
	count(_riders(files)) > 0
} else := "denied" if {
	count(denied(files)) > 0
	count(approved(files)) == 0
	count(_agreeing(statements)) == 0
} else := "mixed" if {
	count(denied(files)) + count(_denied_elsewhere(files)) > 0
} else := "denied" if {
	count(approved(files)) == 0
	count(unmatched(files)) == 0
	count(_refusing(statements)) > 0
	count(_agreeing(statements)) == 0
} else := "unmatched" if {
	count(unmatched(files)) > 0
} else := "conflict" if {
	count(approved(files)) > 0
	count(contrary(statements)) > 0
} else := "equivalent" if {
	some place in approved(files)
	place.part.approval == "equivalent"
} else := "approved" if {
	count(approved(files)) > 0
} else := "stated" if {
	count(statements) + count(_aside(files)) > 0
} else := "silent" if {
	some file in files
	_is_own(file)
	file.state in {"ok", "pointer", "lfs_pointer", "unreadable"}
} else := "none"

# Texts over the code that withhold a freedom.
denied(files) := [place | some place in _code(files); place.part.approval == "not_approved"]

# Texts over the code that are on a list, or equal one that is, with nothing added.
approved(files) := [place |
	some place in _code(files)
	place.part.approval in {"approved", "equivalent"}
	place.part.added_conditions == null
]

# Texts over the code that no list knows, or with conditions added.
unmatched(files) := [place |
	some place in _code(files)
	not place.file.name_kind in {"notice", "copyright"}
	_is_unmatched(place.part)
]

_is_unmatched(part) if part.approval == "unknown"

_is_unmatched(part) if {
	part.approval in {"approved", "equivalent"}
	part.added_conditions != null
}

# Statements that an approved text does not bear out.
contrary(statements) := [statement |
	some statement in statements
	_is_contrary(statement)
]

_is_contrary(statement) if {
	statement.approval == "not_approved"
	_speaks_for_all(statement)
}

# A licence of the project's own naming that applies beside the known one.
_is_contrary(statement) if {
	statement.approval == "unknown"
	statement.kind in {"manifest", "insights"}
	_speaks_for_all(statement)
}

_refusing(statements) := [statement |
	some statement in statements
	statement.approval == "not_approved"
	statement.kind in {"manifest", "readme", "notice"}
	_speaks_for_all(statement)
]

_agreeing(statements) := [statement |
	some statement in statements
	statement.approval == "approved"
	statement.kind in {"manifest", "reuse"}
	_speaks_for_all(statement)
]

# A manifest at the root speaks for the project, one below it for a part; headers and REUSE data name their files.
_speaks_for_all(statement) if statement.kind in {"header", "reuse", "readme", "notice", "insights"}

_speaks_for_all(statement) if not contains(statement.path, "/")

# A licence that applies to the whole: in the root, in a licence directory, or in the README.
_is_own(file) if file.place in {"root", "license_dir", "readme"}

_code(files) := [{"file": file, "part": part} |
	some file in files
	_is_own(file)
	some part in file.parts
	part.scope == "code"
]

_riders(files) := [place |
	some place in denied(files)
	place.part.spdx != null
	place.part.added_conditions != null
]

# Such a licence over a part of the tree, or over code taken from elsewhere.
_denied_elsewhere(files) := [place |
	some file in files
	some part in file.parts
	part.approval == "not_approved"
	_covers_some_code(file, part)
	place := {"file": file, "part": part}
]

_covers_some_code(file, part) if {
	file.place == "elsewhere"
	part.scope == "code"
}

_covers_some_code(file, part) if {
	_is_own(file)
	part.scope == "vendored"
}

# Texts that lie where only a part of the tree, or the documentation, is licensed.
_aside(files) := [file |
	some file in files
	file.place in {"docs", "elsewhere"}
	count(file.parts) > 0
]

# The texts as evidence.
places(fact, files) := array.slice([place |
	some file in files
	file.place != "vendored"
	some part in file.parts
	place := {"fact": fact, "path": file.path, "line": part.line, "detail": describe(part)}
], 0, 6)

# The statements as evidence, the ones that matter most first.
stated_places(fact, statements) := array.slice(
	array.concat(
		[_statement(fact, statement) | some statement in statements; statement.approval != "approved"],
		[_statement(fact, statement) | some statement in statements; statement.approval == "approved"],
	),
	0,
	4,
)

_statement(fact, statement) := {
	"fact": fact,
	"path": statement.path,
	"line": statement.line,
	"detail": sprintf("%s: %s", [statement.kind, statement.expression]),
} if {
	statement.line != null
} else := {
	"fact": fact,
	"path": statement.path,
	"detail": sprintf("%s: %s", [statement.kind, statement.expression]),
}

# One text in words.
describe(part) := sprintf("%s with %s", [_name(part), part.added_conditions]) if {
	part.added_conditions != null
} else := sprintf("%s, %d %% of its words", [part.spdx, part.score]) if {
	part.spdx != null
	part.score < 90
} else := _name(part)

_name(part) := part.spdx if {
	part.spdx != null
} else := "a text on no list"

# The names of texts, for a message.
names(places) := concat(", ", sort({describe(place.part) | some place in places}))

# Files that hold a licence in a usual place: `LICENSE` or `COPYING`, or a directory of licences.
usual(files) := [file |
	some file in files
	_is_text(file)
	_is_usual(file)
]

# The same under another spelling.
spelled_otherwise(files) := [file |
	some file in files
	_is_text(file)
	file.place == "root"
	file.name_kind in {"licence", "unlicense"}
]

# Whatever else bears such a name, or a text elsewhere.
unusual(files) := [file |
	some file in files
	file.place != "vendored"
	not file.state in {"empty", "broken_link"}
]

_is_usual(file) if {
	file.place == "root"
	file.name_kind in {"license", "copying"}
}

_is_usual(file) if file.place == "license_dir"

_is_text(file) if {
	file.state in {"ok", "pointer"}
	some part in file.parts
	part.spdx != null
}

_is_text(file) if {
	file.state in {"ok", "pointer"}
	file.wording == true
}

# No more than the first lines of a licence.
is_title(file) if {
	count(file.parts) == 0
	file.words < 20
}

# Files as evidence.
file_places(fact, files) := array.slice([place |
	some file in files
	place := {"fact": fact, "path": file.path, "detail": _file(file)}
], 0, 6)

_file(file) := concat(", ", sort({describe(part) | some part in file.parts})) if {
	count(file.parts) > 0
} else := sprintf("%s, %d words", [replace(file.state, "_", " "), file.words])
