package osps.requirements["OSPS-SA-03.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-SA-03.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"docs.topics.threat_model": sample.silent,
	"docs.doors.threat_model": sample.known([]),
	"insights.assessments": sample.known([]),
	"insights.stale": sample.known(false),
	"project.claims.threat_modeled": sample.hidden,
	"releases.has_release": sample.known(true),
}

speaks(class) := {"docs.topics.threat_model": sample.said(class, {}, [])}

test_stated_passes if outcome(speaks("stated")) == "passed"

test_a_denial_fails if {
	outcome(speaks("denied")) == "failed"
	not outcome(object.union(speaks("denied"), {"releases.has_release": sample.hidden}))
}

test_absence_proves_nothing if {
	every class in ["absent", "placeholder", "deferred"] {
		not outcome(speaks(class))
	}
}

test_unclear_text_needs_review if {
	every class in ["partial", "mention", "foreign", "contradicted"] {
		outcome(speaks(class)) == "needs_review"
	}
}

test_without_release_it_does_not_apply if {
	outcome(object.union(speaks("stated"), {"releases.has_release": sample.known(false)})) == "not_applicable"
}

test_a_report_that_was_not_read_needs_review if {
	outcome({"docs.doors.threat_model": sample.known([{
		"kind": "link", "where": "https://sample.dev/report.pdf", "path": "SECURITY.md", "line": 3,
	}])}) == "needs_review"
	not outcome({"docs.doors.threat_model": sample.known([sample.door])})
}

test_what_the_project_states if {
	outcome({"project.claims.threat_modeled": sample.known(false)}) == "failed"
	outcome({"project.claims.threat_modeled": sample.known(true)}) == "needs_review"
	not outcome({"project.claims.threat_modeled": sample.known(false), "docs.topics.threat_model": sample.hidden})
}

declares(evidence, date, age_days) := {"insights.assessments": sample.known([{
	"kind": "self", "comment": "Done.", "evidence": evidence, "date": date, "age_days": age_days, "threat_model": true,
}])}

report := {"url": "https://sample.dev/report.pdf", "line": 3, "kind": "https", "target": null}

test_declared_ones if {
	outcome(declares(report, "2026-01-01", 100)) == "passed"
	outcome(declares(null, null, null)) == "needs_review"
	outcome(object.union(declares(report, "2026-01-01", 100), {"insights.stale": sample.known(true)})) == "needs_review"
	outcome(object.union(declares(report, "2026-01-01", 100), speaks("denied"))) == "failed"
}
