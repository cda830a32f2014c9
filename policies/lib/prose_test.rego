package osps.prose_test

import rego.v1
import data.osps.prose
import data.osps.sample

finding(class) := {
	"class": class, "path": "SECURITY.md", "role": "security", "heading": "Security", "line": 3,
	"slots": {}, "quote": "text",
}

topic(class) := {"known": {
	"class": class, "slots": [], "missing": ["timeframe"], "slots_anywhere": [], "findings": [finding(class)],
	"links": [], "document": "ok", "document_path": "SECURITY.md", "words": 40,
}, "src": ["git"]}

bare := {"known": {
	"class": "absent", "slots": [], "missing": ["timeframe"], "slots_anywhere": [], "findings": [], "links": [],
	"document": "none", "document_path": null, "words": 0,
}, "src": ["git"]}

shut := {"known": true, "src": ["git"]}

ajar := {"known": false, "src": ["git"]}

hidden := {"unknown": {"reason": "offline", "needs": "the owner's health files"}, "src": []}

no_doors := {"known": [], "src": ["git"]}

site := {"known": [{"kind": "site", "where": "https://sample.dev", "path": "README.md", "line": 2}], "src": ["git"]}

outcome(class, closed, doors) := prose.ruling("cvd", "a policy", topic(class), closed, doors).outcome

test_classes_map if {
	outcome("stated", hidden, hidden) == "passed"
	outcome("contradicted", hidden, hidden) == "needs_review"
	outcome("denied", hidden, hidden) == "failed"
	outcome("partial", hidden, hidden) == "needs_review"
	outcome("mention", hidden, hidden) == "needs_review"
	outcome("foreign", hidden, hidden) == "needs_review"
}

test_absence_fails_only_when_closed if {
	every class in ["placeholder", "deferred", "absent"] {
		outcome(class, shut, no_doors) == "failed"
		outcome(class, ajar, site) == "needs_review"
		not outcome(class, hidden, hidden)
	}
	prose.ruling("cvd", "a policy", bare, shut, no_doors).outcome == "failed"
}

test_failures_are_medium if {
	prose.ruling("cvd", "a policy", bare, shut, no_doors).confidence == "medium"
	prose.ruling("cvd", "a policy", topic("denied"), shut, no_doors).confidence == "medium"
}

test_doors_are_named if {
	ruling := prose.ruling("cvd", "a policy", bare, ajar, site)
	contains(ruling.message, "https://sample.dev")
}

# A draft is no failure, and no statement either: a person looks at it.
test_a_draft_is_a_door if {
	draft := {"known": [{"kind": "draft", "where": "SECURITY.md", "path": "SECURITY.md", "line": null}], "src": ["git"]}
	ruling := prose.ruling("cvd", "a policy", bare, ajar, draft)
	ruling.outcome == "needs_review"
	contains(ruling.message, "SECURITY.md")
}

test_unknown_topic_decides_nothing if {
	not prose.ruling("cvd", "a policy", hidden, shut, no_doors)
}

links(kind, target) := {"known": {"design": {
	"url": "https://sample.dev/design", "line": 4, "kind": kind, "target": target,
}}, "src": ["git"]}

fresh := {"known": false, "src": ["git"]}

old := {"known": true, "src": ["git"]}

linked(class, kind, target, stale) := prose.ruling_or_link(
	"cvd", "a policy", topic(class), shut, no_doors, "design", links(kind, target), stale,
).outcome

test_typed_links if {
	linked("absent", "https", null, fresh) == "passed"
	linked("absent", "https", null, old) == "needs_review"
	linked("absent", "dead", null, fresh) == "failed"
	linked("absent", "other", null, fresh) == "needs_review"
	linked("partial", "tree", "SECURITY.md", fresh) == "passed"
	linked("absent", "tree", "SECURITY.md", fresh) == "failed"
	linked("denied", "https", null, fresh) == "failed"
	linked("stated", "https", null, old) == "passed"
}

test_no_link_changes_nothing if {
	none := {"known": {"design": null}, "src": ["git"]}
	prose.ruling_or_link("cvd", "a policy", bare, shut, no_doors, "design", none, fresh).outcome == "failed"
	not prose.ruling_or_link("cvd", "a policy", bare, shut, no_doors, "design", hidden, hidden)
	not linked("absent", "https", null, hidden)
}

# Evidence is compared with the facts that were read: it has to be the fact as it was.
test_parts_without_their_subject_are_absent_and_the_evidence_stays_the_fact if {
	topic := sample.said("partial", {"threshold": "high"}, [])
	found := prose.missing("sca_policy", "it", prose.on_subject(topic, "subject"), sample.known(true), sample.known([]))
	found.outcome == "failed"
	topic in found.evidence
}
