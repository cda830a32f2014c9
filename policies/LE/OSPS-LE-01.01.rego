# METADATA
# title: Contributors assert their right to contribute
# custom:
#   requirement: OSPS-LE-01.01
#   limits: >-
#     Rules, checks and the newest commits are read. Agreements that are signed elsewhere, older commits, and whether
#     whoever signed off had the right to, are not seen.
package osps.requirements["OSPS-LE-01.01"]

import rego.v1
import data.osps.active
import data.osps.branch
import data.osps.platform
import data.osps.prose
import data.osps.verdict

needs := [
	input.branch.required_checks,
	input.branch.rules_readable,
	input.branch.classic_readable,
	input.repo.web_signoff,
	input.repo.host,
	input.repo.visibility,
	input.commits.signoff,
	input.checks.observed,
	input.changes.merged_sample,
	input.license.files,
	input.docs.topics.sign_off,
	input.docs.closed.sign_off,
	input.docs.doors.sign_off,
]

ruling := active.dormant if {
	true
} else := active.settled(_judged)

_name := "sign_off"

_subject := "that contributors assert their right to contribute"

_judged := verdict.passed(
	sprintf("The check %s must pass before a change is merged.", [_required[0]]),
	[input.branch.required_checks],
) if {
	count(_required) > 0
} else := verdict.medium(verdict.passed(
	sprintf("%s obliges contributors to sign off, and %d of the newest %d commits by people are signed off.", [
		_document,
		_signoff.signed + _signoff.other_name,
		_signoff.total_human,
	]),
	array.concat(_obligations, [input.commits.signoff]),
)) if {
	_obliged
	_practised
} else := verdict.medium(verdict.passed(
	sprintf("%s obliges contributors to sign off, and the check %s passed on every sampled change.", [
		_document,
		_seen[0],
	]),
	array.concat(_obligations, [input.checks.observed]),
)) if {
	_obliged
	count(_seen) > 0
} else := verdict.platform_policy(verdict.passed(
	sprintf("Accepted through the terms of %s; no sign-off and no agreement is enforced.", [input.repo.host.known]),
	[input.repo.visibility, input.license.files, platform.evidence(_terms)],
)) if {
	_terms
	_host_answered
	_licence_notice
} else := verdict.needs_review(
	sprintf("%s obliges contributors to sign off; %s", [_document, _counts]),
	array.concat(_obligations, [input.commits.signoff]),
) if {
	_obliged
	_signoff.total_human >= 0
} else := verdict.needs_review(
	sprintf("%s obliges contributors to sign off; whether they do was not read.", [_document]),
	_obligations,
) if {
	_obliged
} else := verdict.needs_review(
	"A document says that contributors need not assert anything.",
	prose.places(_name, input.docs.topics.sign_off, {"denied"}),
) if {
	input.docs.topics.sign_off.known.class == "denied"
} else := prose.unsettled(_name, _subject, input.docs.topics.sign_off) if {
	true
} else := platform.review(
	sprintf("The terms of %s may suffice; that the repository is there was not confirmed by the host.", [
		input.repo.host.known,
	]),
	[input.repo.host, input.license.files, platform.evidence(_terms)],
) if {
	_terms
	_licence_notice
} else := verdict.needs_review(
	sprintf("The check %s runs on changes; nothing says that it must pass.", [_running[0]]),
	[input.checks.observed],
) if {
	count(_running) > 0
} else := verdict.needs_review(
	"Commits made on the web must be signed off; nothing obliges those made elsewhere.",
	[input.repo.web_signoff],
) if {
	input.repo.web_signoff.known == true
} else := verdict.needs_review(
	sprintf("No document asks for it, and yet: %s", [_counts]),
	[input.commits.signoff],
) if {
	_practised
} else := verdict.medium(verdict.failed(
	sprintf("Nothing obliges contributors to assert their right, and no check asks for it; %s", [_counts]),
	[
		input.docs.topics.sign_off,
		input.docs.closed.sign_off,
		input.commits.signoff,
		input.branch.rules_readable,
		input.branch.classic_readable,
	],
)) if {
	_nothing_obliges
	input.docs.closed.sign_off.known == true
} else := verdict.needs_review(
	sprintf("No document of the tree obliges contributors; still to be looked at: %s.", [
		input.docs.doors.sign_off.known[0]["where"],
	]),
	prose.door_places(_name, input.docs.doors.sign_off),
) if {
	prose.absent(input.docs.topics.sign_off)
	input.docs.closed.sign_off.known == false
} else := verdict.needs_review(
	sprintf("Nothing obliges contributors; too few commits to judge by: %s", [_counts]),
	[input.docs.topics.sign_off, input.commits.signoff],
) if {
	prose.absent(input.docs.topics.sign_off)
	input.docs.closed.sign_off.known == true
	_signoff.missing == 0
}

# Required checks that look at sign-offs or agreements.
_required := sort([check.context |
	some check in input.branch.required_checks.known
	_is_assertion_check(check.context)
])

# Such checks that were seen on changes.
_running := sort({check.name |
	some check in input.checks.observed.known
	_is_assertion_check(check.name)
})

# Those that passed on every sampled change.
_seen := sort({check.name |
	some check in input.checks.observed.known
	_is_assertion_check(check.name)
	check.on == "change_request"
	check.conclusion == "success"
	count(input.changes.merged_sample.known) > 0
	check.changes == count(input.changes.merged_sample.known)
})

_is_assertion_check(name) if {
	some word in split(regex.replace(lower(name), `[^a-z0-9]+`, " "), " ")
	word in {"dco", "dco2", "cla", "icla", "easycla", "signoff"}
}

_is_assertion_check(name) if {
	some phrase in ["sign-off", "signed-off", "sign off", "signed off", "cla-assistant", "developer certificate"]
	contains(lower(name), phrase)
}

_obliged if input.docs.topics.sign_off.known.class == "stated"

_obligations := prose.places(_name, input.docs.topics.sign_off, {"stated"})

_document := input.docs.topics.sign_off.known.findings[0].path

_signoff := input.commits.signoff.known

# Enough commits, all with a sign-off, nearly all by their author.
_practised if {
	not input.commits.signoff.complete == false
	_signoff.total_human >= 10
	_signoff.missing == 0
	_signoff.signed * 100 >= _signoff.total_human * 95
}

_counts := sprintf("of the newest %d commits by people %d are signed off, %d under another name, %d not at all%s.", [
	_signoff.total_human,
	_signoff.signed,
	_signoff.other_name,
	_signoff.missing,
	_squashed,
])

_squashed := sprintf(" (%d of these squashed by the host)", [_signoff.missing_squash]) if {
	_signoff.missing_squash > 0
} else := ""

_terms := platform.entry(input.repo.host, "OSPS-LE-01.01")

# The host itself spoke about the repository; an address alone proves nothing.
_host_answered if is_string(input.repo.visibility.known)

_licence_notice if count(input.license.files.known) > 0

# No rule, no text and no practice, on a host whose terms do not settle it.
_nothing_obliges if {
	branch.read(input.branch.rules_readable, input.branch.classic_readable)
	is_array(input.branch.required_checks.known)
	prose.absent(input.docs.topics.sign_off)
	_signoff.missing > 0
	_terms_do_not_settle
}

_terms_do_not_settle if platform.none(input.repo.host, "OSPS-LE-01.01")

_terms_do_not_settle if {
	input.license.files.known == []
	not input.license.files.complete == false
}
