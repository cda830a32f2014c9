# METADATA
# title: No generated executables in version control
# custom:
#   requirement: OSPS-QA-05.01
#   limits: >-
#     Every file of the newest tree is judged by its content, archives one level deep. What lies in the history,
#     behind pointers to large files and in submodules is not read, and how a file came to be cannot be seen.
package osps.requirements["OSPS-QA-05.01"]

import rego.v1
import data.osps.active
import data.osps.binaries
import data.osps.verdict

needs := [input.binaries.findings, input.binaries.examined]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_judged := verdict.failed(
	sprintf("Generated executables are under version control: %s.", [binaries.paths(_programs)]),
	binaries.places(_programs),
) if {
	count(_programs) > 0
} else := verdict.needs_review(
	sprintf("A person has to say whether these are generated executables: %s.", [binaries.paths(_doubts)]),
	binaries.places(_doubts),
) if {
	count(_doubts) > 0
} else := verdict.passed("No file of the tree is an executable, by its content.", needs) if {
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

_doubts := [finding |
	some finding in _findings
	_doubtful(finding)
]

# Programs in test paths may be foreign input and not generated; a published wrapper can be compared with its source.
_doubtful(finding) if binaries.is_program(finding)

# What could not be looked into.
_doubtful(finding) if {
	finding.class == "archive"
	finding.archive != "opened"
}

_doubtful(finding) if finding.class in {"minified_script", "lfs_pointer"}
