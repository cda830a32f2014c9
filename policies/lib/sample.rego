# METADATA
# title: Facts for the tests of policies
# description: >-
#   Tests write a document of facts as a flat object from dotted names to facts, and a case as the few facts that
#   differ. A fact is replaced as a whole, so that a known one can become unknown.
package osps.sample

import rego.v1

# The document that policies read.
document(facts, changes) := object.union_n([_nested(split(name, "."), _fact(name, facts, changes)) |
	some name in object.keys(facts) | object.keys(changes)
])

# A fact that was read.
known(value) := {"known": value, "src": ["git"]}

# A fact that could not be read.
hidden := {"unknown": {"reason": "offline", "needs": "a network"}, "src": []}

# The current catalog.
current := {"catalog": "2026-08-28", "platform_evidence": "default"}

# A catalog whose requirements ask of active projects only.
older := {"catalog": "2026-02-19", "platform_evidence": "default"}

# What the documents say on a topic: its class at one place, the slots filled there with their words, and those missing.
said(class, slots, missing) := known({
	"class": class, "slots": [slot | some slot, _ in slots], "missing": missing,
	"slots_anywhere": [slot | some slot, _ in slots], "findings": [place(class, slots)], "links": [],
	"document": "ok", "document_path": "docs/page.md", "words": 200,
})

# One place that speaks about a topic.
place(class, slots) := {
	"class": class, "path": "docs/page.md", "role": "docs", "heading": "A heading", "line": 3, "slots": slots,
	"quote": "a line of text",
}

# No document says a word.
silent := known({
	"class": "absent", "slots": [], "missing": [], "slots_anywhere": [], "findings": [], "links": [],
	"document": "none", "document_path": null, "words": 0,
})

# A place outside the tree.
door := {"kind": "site", "where": "https://sample.dev", "path": "README.md", "line": 2}

# A document as the list of documents shows it.
page(path, role) := {
	"path": path, "roles": [role], "via": "dir", "words": 200, "state": "ok", "target": null, "foreign": false,
}

# Typed links of a Security Insights file that has none, and with one.
links(fields) := known({field: null | some field in fields})

link(field, kind) := known({field: {"url": "https://sample.dev/page", "line": 4, "kind": kind, "target": null}})

_fact(name, facts, changes) := object.get(changes, name, object.get(facts, name, null))

_nested(parts, fact) := {parts[0]: {parts[1]: fact}} if count(parts) == 2

_nested(parts, fact) := {parts[0]: {parts[1]: {parts[2]: fact}}} if count(parts) == 3
