package osps.requirements["OSPS-LE-01.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-LE-01.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

strict(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-LE-01.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as {"catalog": "2026-08-28", "platform_evidence": "strict"}
}

older(changes) := answer.outcome if {
	answer := data.osps.requirements["OSPS-LE-01.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.older
}

# Everything was read on a server of one's own: no rule, no text, no sign-off.
base := {
	"branch.required_checks": sample.known([]),
	"branch.rules_readable": sample.known(true),
	"branch.classic_readable": sample.known(true),
	"repo.web_signoff": sample.known(false),
	"repo.host": sample.known("git.sample.dev"),
	"repo.visibility": sample.known("public"),
	"repo.archived": sample.known(false),
	"commits.signoff": signoff(40, 0, 0),
	"checks.observed": sample.known([]),
	"changes.merged_sample": sample.known([]),
	"license.files": sample.known([licence]),
	"docs.topics.sign_off": sample.silent,
	"docs.closed.sign_off": sample.known(true),
	"docs.doors.sign_off": sample.known([]),
}

licence := {"path": "LICENSE", "spdx": ["MIT"]}

signoff(total, signed, other) := sample.known({
	"total_human": total, "signed": signed, "other_name": other, "missing": (total - signed) - other,
	"missing_squash": 0, "missing_examples": [],
})

practice(total, signed, other) := {"commits.signoff": signoff(total, signed, other)}

obliged := {"docs.topics.sign_off": sample.said("stated", {"assertion": "DCO", "obligation": "must"}, [])}

on_github := {"repo.host": sample.known("github.com")}

# As a clone shows it: nothing of the forge but its address.
offline := object.union(on_github, {
	"branch.required_checks": sample.hidden,
	"branch.rules_readable": sample.hidden,
	"branch.classic_readable": sample.hidden,
	"repo.web_signoff": sample.hidden,
	"repo.visibility": sample.hidden,
	"checks.observed": sample.hidden,
	"changes.merged_sample": sample.hidden,
})

required(name) := {"branch.required_checks": sample.known([{"context": name, "app": null, "source": "ruleset"}])}

test_a_required_check_passes if {
	every name in ["DCO", "dco", "license/cla", "EasyCLA", "cla/linuxfoundation", "Signed-off-by check"] {
		ruling(required(name)).confidence == "high"
	}
	outcome(required("clang build")) == "failed"
}

test_obligation_and_practice_pass if {
	ruling(object.union(obliged, practice(40, 40, 0))).confidence == "medium"
	outcome(object.union(obliged, practice(40, 38, 2))) == "passed"
	outcome(object.union(object.union(offline, obliged), practice(40, 40, 0))) == "passed"
}

test_obligation_without_full_practice_needs_review if {
	outcome(object.union(obliged, practice(40, 39, 0))) == "needs_review"
	outcome(object.union(obliged, practice(40, 37, 3))) == "needs_review"
	outcome(object.union(obliged, practice(9, 9, 0))) == "needs_review"
	outcome(object.union(obliged, {"commits.signoff": sample.hidden})) == "needs_review"
	cut := object.union(signoff(40, 40, 0), {"complete": false})
	outcome(object.union(obliged, {"commits.signoff": cut})) == "needs_review"
}

test_a_check_on_every_change_passes if {
	check := {"name": "DCO", "app": null, "kind": "check", "on": "change_request", "conclusion": "success", "changes": 2}
	two := {"changes.merged_sample": sample.known([{"number": 1}, {"number": 2}])}
	three := {"changes.merged_sample": sample.known([{"number": 1}, {"number": 2}, {"number": 3}])}
	running := {"checks.observed": sample.known([check])}
	outcome(object.union(object.union(obliged, running), two)) == "passed"
	outcome(object.union(object.union(obliged, running), three)) == "needs_review"
	outcome(object.union(running, two)) == "needs_review"
}

test_terms_of_a_host_pass_with_a_licence_and_an_answer if {
	ruling(on_github).outcome == "passed"
	ruling(on_github).kind == "platform_policy"
	ruling(on_github).confidence == "medium"
	strict(on_github) == "needs_review"
}

test_a_host_by_address_alone_needs_review if {
	outcome(offline) == "needs_review"
	not outcome(object.union(offline, {"license.files": sample.known([])}))
}

test_terms_without_a_licence_fail if {
	outcome(object.union(on_github, {"license.files": sample.known([])})) == "failed"
	not outcome(object.union(on_github, {"license.files": sample.hidden}))
}

test_nothing_at_all_fails if {
	outcome({}) == "failed"
	ruling({}).confidence == "medium"
	not outcome({"branch.classic_readable": sample.hidden})
	not outcome({"branch.required_checks": sample.hidden})
	not outcome({"docs.closed.sign_off": sample.hidden})
	not outcome({"commits.signoff": sample.hidden})
	not outcome({"repo.host": sample.hidden})
}

test_weaker_evidence_needs_review if {
	outcome({"repo.web_signoff": sample.known(true)}) == "needs_review"
	outcome(practice(40, 40, 0)) == "needs_review"
	outcome(practice(3, 3, 0)) == "needs_review"
	every class in ["partial", "mention", "foreign", "denied", "contradicted"] {
		outcome({"docs.topics.sign_off": sample.said(class, {}, [])}) == "needs_review"
	}
}

test_a_place_outside_needs_review if {
	ajar := {"docs.closed.sign_off": sample.known(false), "docs.doors.sign_off": sample.known([sample.door])}
	outcome(ajar) == "needs_review"
}

test_older_catalogs_leave_archived_projects_out if {
	older({"repo.archived": sample.known(true)}) == "not_applicable"
	older({}) == "failed"
}
