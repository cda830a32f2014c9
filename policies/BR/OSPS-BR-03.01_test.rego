package osps.requirements["OSPS-BR-03.01_test"]

import rego.v1

policy := data.osps.requirements["OSPS-BR-03.01"]

link(url, scheme, role) := {"url": url, "scheme": scheme, "role": role, "where": "README.md", "line": 3}

facts(links, homepage) := {
	"links": {"project": {"known": links, "src": ["git"]}},
	"repo": {"homepage": {"known": homepage, "src": ["repository"]}},
}

unread := {"unknown": {"reason": "offline", "needs": "a read token"}, "src": []}

offline(links) := {"links": facts(links, null).links, "repo": {"homepage": unread}}

good := link("https://a.org", "https", "website")

outcome(document) := result if {
	result := policy.ruling.outcome with input as document
}

test_encrypted_addresses_pass if {
	outcome(facts([good, link("git@github.com:a/b", "ssh", "submodule")], "https://a.org")) == "passed"
	outcome(facts([good], "HTTPS://a.org")) == "passed"
	outcome(facts([good], null)) == "passed"
}

test_no_links_rest_on_the_repository_address if outcome(facts([], null)) == "passed"

test_offline_nothing_passes_before_the_homepage_is_read if {
	not outcome(offline([good]))
	not outcome(offline([]))
}

test_plain_addresses_fail_even_offline if {
	every scheme in ["http", "git", "ftp", "svn", "irc", "ws"] {
		outcome(offline([good, link("x", scheme, "docs")])) == "failed"
	}
	outcome(facts([good], "http://a.org")) == "failed"
	outcome(facts([good], "git://host/x")) == "failed"
	message := policy.ruling.message with input as offline([link("git://host/x", "git", "website")])
	contains(message, "git://host/x")
}

test_a_host_without_scheme_is_reviewed if {
	outcome(offline([link("example.org", "", "website")])) == "needs_review"
	outcome(facts([good], "example.org")) == "needs_review"
}

test_plain_addresses_on_the_own_domain_elsewhere_are_reviewed if {
	outcome(facts([good, link("http://b.a.org", "http", "own_domain")], null)) == "needs_review"
}

test_what_was_cut_does_not_pass if {
	cut := {
		"links": {"project": {"known": [good], "complete": false, "src": ["git"]}},
		"repo": facts([], null).repo,
	}
	outcome(cut) == "needs_review"
	not outcome({"links": {"project": unread}, "repo": facts([], null).repo})
}
