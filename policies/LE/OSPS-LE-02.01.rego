# METADATA
# title: The licence of the source code is open source
# custom:
#   requirement: OSPS-LE-02.01
#   limits: >-
#     Licence texts are compared with lists of approved ones. Headers of single files, licences of embedded
#     third-party code, and whether the holders of rights agreed are not checked.
package osps.requirements["OSPS-LE-02.01"]

import rego.v1
import data.osps.active
import data.osps.licenses
import data.osps.verdict

needs := [input.license.files, input.license.manifest]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_judged := verdict.failed(
	sprintf("The licence of the source code is not open source: %s.", [licenses.names(licenses.denied(_files))]),
	_evidence,
) if {
	_standing == "denied"
	count(licenses.denied(_files)) > 0
} else := verdict.failed("What the project states as its licence is not open source.", _evidence) if {
	_standing == "denied"
} else := verdict.failed("There is no licence: no licence file, no manifest and no header states one.", needs) if {
	_standing == "none"
} else := verdict.needs_review(
	"A licence that is not open source stands beside an open source one: a person has to say what it covers.",
	_evidence,
) if {
	_standing == "mixed"
} else := verdict.needs_review(
	sprintf("A person has to read the licence: %s.", [licenses.names(licenses.unmatched(_files))]),
	_evidence,
) if {
	_standing == "unmatched"
} else := verdict.needs_review(
	sprintf("The licence text and what is stated elsewhere differ: %s.", [_expressions]),
	_evidence,
) if {
	_standing == "conflict"
} else := verdict.medium(verdict.passed(
	sprintf("The licence grants what an open source licence grants: %s.", [licenses.names(licenses.approved(_files))]),
	_evidence,
)) if {
	_standing == "equivalent"
} else := verdict.passed(
	sprintf("The source code is licensed under %s.", [licenses.names(licenses.approved(_files))]),
	_evidence,
) if {
	_standing == "approved"
} else := verdict.needs_review(
	"A licence is named or lies aside, and no licence text in a usual place covers the source code.",
	_evidence,
) if {
	_standing == "stated"
} else := verdict.needs_review("The licence file holds no text that a list of licences knows.", needs) if {
	_standing == "silent"
}

_files := input.license.files.known

_statements := input.license.manifest.known

_standing := licenses.standing(_files, _statements)

_evidence := array.concat(
	licenses.places("license.files", _files),
	licenses.stated_places("license.manifest", _statements),
)

_expressions := concat(", ", sort({statement.expression | some statement in licenses.contrary(_statements)}))
