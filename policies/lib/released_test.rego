package osps.released_test

import rego.v1
import data.osps.released
import data.osps.verdict

yes := {"known": true, "src": ["git"]}

no := {"known": false, "src": ["git"]}

unread := {"unknown": {"reason": "offline"}, "src": []}

failure := verdict.failed("No document says it.", [yes])

test_without_release_it_does_not_apply if {
	released.none(no).outcome == "not_applicable"
	not released.none(yes)
	not released.none(unread)
}

test_failures_need_a_release if {
	released.settled(failure, yes).outcome == "failed"
	not released.settled(failure, unread)
}

test_other_rulings_do_not if {
	released.settled(verdict.passed("It says so.", [yes]), unread).outcome == "passed"
	released.settled(verdict.needs_review("Look.", [yes]), unread).outcome == "needs_review"
}
