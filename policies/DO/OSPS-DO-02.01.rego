# METADATA
# title: A guide for reporting defects exists
# custom:
#   requirement: OSPS-DO-02.01
#   limits: >-
#     Seen is that a way to report defects is written down or asked for by a form. Whether reports are answered is not
#     looked at.
package osps.requirements["OSPS-DO-02.01"]

import rego.v1
import data.osps.prose
import data.osps.released
import data.osps.verdict

needs := [
	input.docs.topics.defect_guide,
	input.docs.closed.defect_guide,
	input.docs.doors.defect_guide,
	input.docs.issue_templates,
	input.repo.issues_enabled,
	input.releases.has_release,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := released.settled(_judged, input.releases.has_release)

_name := "defect_guide"

_subject := "how and where to report a defect"

_judged := verdict.needs_review(
	sprintf("%s sends defects to the issue tracker of the forge, which is switched off.", [_place]),
	array.concat(prose.places(_name, input.docs.topics.defect_guide, {"stated"}), [input.repo.issues_enabled]),
) if {
	input.docs.topics.defect_guide.known.class == "stated"
	input.repo.issues_enabled.known == false
	not _elsewhere
	count(_other_destinations) == 0
} else := prose.stated(_name, _subject, input.docs.topics.defect_guide) if {
	true
} else := verdict.needs_review(
	sprintf("%s asks for defects, and the issue tracker of the forge is switched off.", [_forms[0].path]),
	[verdict.at("docs.issue_templates", form.path, 1, "asks for defects") | some form in array.slice(_forms, 0, 5)],
) if {
	count(_forms) > 0
	input.repo.issues_enabled.known == false
} else := verdict.passed(
	sprintf("%s asks whoever reports a defect what has to be known.", [_forms[0].path]),
	[verdict.at("docs.issue_templates", form.path, 1, "asks for defects") | some form in array.slice(_forms, 0, 5)],
) if {
	count(_forms) > 0
} else := prose.unsettled(_name, _subject, input.docs.topics.defect_guide) if {
	true
} else := verdict.needs_review(
	"The issue tracker is open, and nothing says how to report a defect there.",
	[input.repo.issues_enabled],
) if {
	prose.absent(input.docs.topics.defect_guide)
	input.repo.issues_enabled.known == true
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.defect_guide,
	input.docs.closed.defect_guide,
	input.docs.doors.defect_guide,
) if {
	input.repo.issues_enabled.known == false
	input.docs.issue_templates.known
}

_place := input.docs.topics.defect_guide.known.findings[0].path

# Forms and templates with questions that are about defects, not about security.
_forms := [form |
	some form in input.docs.issue_templates.known
	form.kind in {"form", "template"}
	form.defect == true
	not _about_security(form)
	_asks(form)
]

_about_security(form) if {
	form.security == true
	form.defect == false
}

_asks(form) if form.questions >= 2

_asks(form) if form.words >= 25

# A stated destination that is not the tracker of the forge: an address elsewhere, a mailbox or a named other system.
_elsewhere if {
	some destination in _destinations
	contains(destination, "@")
}

_elsewhere if {
	some destination in _destinations
	some system in ["bugzilla", "debbugs", "forum", "jira", "launchpad", "list", "mantis", "redmine", "savannah", "trac"]
	contains(destination, system)
}

_elsewhere if {
	some destination in _destinations
	contains(destination, "://")
	not contains(destination, "github.com/")
	not contains(destination, "gitlab.com/")
	not contains(destination, "codeberg.org/")
}

_other_destinations := [destination |
	some destination in _destinations
	not contains(destination, "issue")
	not contains(destination, "github")
	not contains(destination, "gitlab")
	not contains(destination, "ticket")
	not contains(destination, "://")
]

_destinations := [lower(finding.slots.destination) |
	some finding in input.docs.topics.defect_guide.known.findings
	finding.class == "stated"
]
