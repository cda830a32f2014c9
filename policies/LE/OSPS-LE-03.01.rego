# METADATA
# title: The licence of the source code lies in a well-known place
# custom:
#   requirement: OSPS-LE-03.01
#   limits: >-
#     Looked at are the usual places of the default tree. Whether the licence covers all that lies beside it is
#     another question, and other repositories of the project are not read.
package osps.requirements["OSPS-LE-03.01"]

import rego.v1
import data.osps.active
import data.osps.licenses
import data.osps.verdict

needs := [input.license.files, input.license.manifest]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_judged := verdict.needs_review(
	"The licence lies in the directory LICENSES, which is a well-known place from the version 2026-08-28 on.",
	licenses.file_places("license.files", _usual),
) if {
	count(_usual) > 0
	data.osps.run.catalog != "2026-08-28"
	every file in _usual {
		startswith(lower(file.path), "licenses/")
	}
	count(licenses.spelled_otherwise(_files)) == 0
} else := verdict.passed(
	sprintf("The licence lies in %s.", [_usual[0].path]),
	licenses.file_places("license.files", _usual),
) if {
	some file in _usual
	not licenses.is_title(file)
} else := verdict.medium(verdict.passed(
	sprintf("%s begins a licence that it does not hold to its end.", [_usual[0].path]),
	licenses.file_places("license.files", _usual),
)) if {
	count(_usual) > 0
} else := verdict.medium(verdict.passed(
	sprintf("The licence lies in %s.", [_otherwise[0].path]),
	licenses.file_places("license.files", _otherwise),
)) if {
	count(_otherwise) > 0
} else := verdict.needs_review(
	sprintf("No LICENSE or COPYING at the root and no directory LICENSE holds a licence; look at %s.", [_aside[0].path]),
	licenses.file_places("license.files", _aside),
) if {
	count(_aside) > 0
} else := verdict.needs_review(
	sprintf("The licence is only stated, in %s: no LICENSE or COPYING holds its text.", [_statements[0].path]),
	licenses.stated_places("license.manifest", _statements),
) if {
	count(_aside) == 0
	count(_statements) > 0
} else := verdict.failed("There is no LICENSE, COPYING or LICENSE/ with a licence in it.", [input.license.files]) if {
	count(_aside) == 0
	count(_statements) == 0
}

_files := input.license.files.known

_statements := input.license.manifest.known

_usual := licenses.usual(_files)

_otherwise := licenses.spelled_otherwise(_files)

_aside := licenses.unusual(_files)
