# METADATA
# title: No unreviewable binaries in version control
# custom:
#   requirement: OSPS-QA-05.02
#   limits: >-
#     Kinds of files are told by their content. Whether anybody reviews pictures, fonts and documents of a reviewable
#     kind, and what macros or hidden data they hold, is not seen.
package osps.requirements["OSPS-QA-05.02"]

import rego.v1
import data.osps.active
import data.osps.binaries
import data.osps.verdict

needs := [input.binaries.findings, input.binaries.examined]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_judged := verdict.failed(
	sprintf("Executables, which nobody can review, are under version control: %s.", [binaries.paths(_programs)]),
	binaries.places(_programs),
) if {
	count(_programs) > 0
} else := verdict.medium(verdict.failed(
	sprintf("Binaries that cannot be reviewed are under version control: %s.", [binaries.paths(_opaque)]),
	binaries.places(_opaque),
)) if {
	count(_opaque) > 0
} else := verdict.needs_review(
	sprintf("A person has to say whether these can be reviewed: %s.", [binaries.paths(_doubts)]),
	binaries.places(_doubts),
) if {
	count(_doubts) > 0
} else := verdict.passed("Every file is text or of a kind that can be reviewed, by its content.", needs) if {
	input.binaries.examined.known == true
	not input.binaries.findings.complete == false
}

_findings := input.binaries.findings.known

_programs := [finding |
	some finding in _findings
	binaries.is_program(finding)
	not finding.test_path
	not binaries.is_wrapper(finding)
]

_opaque := [finding |
	some finding in _findings
	finding.class in binaries.opaque
	not finding.test_path
]

_doubts := [finding |
	some finding in _findings
	finding.class in ((binaries.programs | binaries.opaque) | binaries.doubtful)
]
