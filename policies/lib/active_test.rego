package osps.active_test

import rego.v1
import data.osps.active
import data.osps.verdict

archived := {"repo": {"archived": {"known": true, "src": ["repo"]}}}

alive := {"repo": {"archived": {"known": false, "src": ["repo"]}}}

unread := {"repo": {"archived": {"unknown": {"reason": "offline"}, "src": []}}}

given_up := {
	"repo": {
		"archived": {"unknown": {"reason": "offline"}, "src": []},
		"last_commit_age_days": {"known": 500, "src": ["git"]},
	},
	"insights": {"status": {"known": "abandoned", "src": ["git"]}},
}

older := {"catalog": "2026-02-19"}

current := {"catalog": "2026-08-28"}

failure := verdict.failed("No document says it.", [{"fact": "docs.topics.roles"}])

test_older_catalogs_leave_archived_projects_out if {
	active.dormant.outcome == "not_applicable" with input as archived with data.osps.run as older
	active.dormant.outcome == "not_applicable" with input as given_up with data.osps.run as older
	not active.dormant with input as alive with data.osps.run as older
	not active.dormant with input as unread with data.osps.run as older
}

test_the_current_catalog_asks_everybody if {
	not active.dormant with input as archived with data.osps.run as current
	active.settled(failure).outcome == "failed" with input as archived with data.osps.run as current
	active.settled(failure).outcome == "failed" with input as unread with data.osps.run as current
}

test_a_failure_needs_an_active_project if {
	active.settled(failure).outcome == "needs_review" with input as unread with data.osps.run as older
	active.settled(failure).outcome == "failed" with input as alive with data.osps.run as older
}

test_a_pass_needs_nothing_more if {
	passed := verdict.passed("It says so.", [{"fact": "docs.topics.roles"}])
	active.settled(passed).outcome == "passed" with input as unread with data.osps.run as older
}
