package osps.requirements["OSPS-AC-01.01_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-AC-01.01"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"org.two_factor_required": sample.hidden,
	"org.members_without_2fa": sample.hidden,
	"repo.host": sample.known("github.com"),
}

off := {"org.two_factor_required": sample.known(false)}

without(count) := object.union(off, {"org.members_without_2fa": sample.known(count)})

elsewhere(host) := {"repo.host": sample.known(host)}

test_required_passes if {
	ruling({"org.two_factor_required": sample.known(true)}).confidence == "high"
	outcome({"org.two_factor_required": sample.known(true), "repo.host": sample.hidden}) == "passed"
}

test_off_with_accounts_without_fails if {
	outcome(without(2)) == "failed"
	outcome(object.union(without(2), {"repo.host": sample.hidden})) == "failed"
}

test_off_without_such_accounts if {
	ruling(without(0)).outcome == "passed"
	ruling(without(0)).confidence == "medium"
	outcome(object.union(without(0), elsewhere("git.sample.dev"))) == "failed"
}

test_off_and_members_unread if {
	outcome(off) == "needs_review"
	outcome(object.union(off, elsewhere("git.sample.dev"))) == "failed"
}

test_a_host_alone_never_passes if {
	ruling({}).outcome == "needs_review"
	ruling({}).kind == "platform_policy"
}

test_other_servers_are_unknown if {
	not outcome(elsewhere("github.sample.dev"))
	not outcome(elsewhere(null))
	not outcome({"repo.host": sample.hidden})
}
