# METADATA
# title: When and how tests are run is documented
# custom:
#   requirement: OSPS-QA-06.02
#   limits: >-
#     Instructions are recognised by their wording and commands; they are not run, and whether they fit the pipelines
#     is not compared.
package osps.requirements["OSPS-QA-06.02"]

import rego.v1
import data.osps.active
import data.osps.prose
import data.osps.verdict

needs := [
	input.docs.topics.testing,
	input.docs.closed.testing,
	input.docs.doors.testing,
]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_name := "testing"

_subject := "when and how tests are run"

_judged := prose.stated(_name, _subject, input.docs.topics.testing) if {
	true
} else := prose.unsettled(_name, _subject, input.docs.topics.testing) if {
	true
} else := verdict.needs_review(
	"A command that runs tests stands in the documents, and no section says when and how tests are run.",
	[input.docs.topics.testing],
) if {
	"how" in input.docs.topics.testing.known.slots_anywhere
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.testing,
	input.docs.closed.testing,
	input.docs.doors.testing,
)
