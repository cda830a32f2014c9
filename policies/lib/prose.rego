# METADATA
# title: What documents say, turned into rulings
# description: >-
#   The default mapping of the classes of a topic, of absence and of typed links. A policy hands over the facts that it
#   names under `needs`: the topic, whether its search space is closed, and the doors that were not opened. `name` is
#   the topic's name; `subject` completes the sentence "SECURITY.md states …", such as "how secrets are managed".
#
#   Most policies are one line: `ruling := prose.ruling(name, subject, topic, closed, doors)`. A policy with further
#   evidence chains the parts in an `else` chain: `stated`, `typed_link`, its own rules, `unsettled`, `missing`.
package osps.prose

import rego.v1
import data.osps.verdict

# The whole default mapping. Undefined where nothing is found and the search space is not known.
ruling(name, subject, topic, closed, doors) := found if {
	found := stated(name, subject, topic)
} else := found if {
	found := unsettled(name, subject, topic)
} else := found if {
	found := missing(name, subject, topic, closed, doors)
}

# As `ruling`, with a typed link of the Security Insights file beside the documents.
ruling_or_link(name, subject, topic, closed, doors, field, links, stale) := found if {
	found := stated(name, subject, topic)
} else := found if {
	found := contrary(name, subject, topic)
} else := found if {
	found := typed_link(name, subject, topic, field, links, stale)
} else := found if {
	found := unsettled(name, subject, topic)
} else := found if {
	unlinked(topic, field, links)
	found := missing(name, subject, topic, closed, doors)
}

# All that is required is stated in one place.
stated(name, subject, topic) := verdict.medium(verdict.passed(
	sprintf("%s states %s.", [_place(topic), subject]),
	places(name, topic, {"stated"}),
)) if {
	topic.known.class == "stated"
}

# Denied somewhere and stated nowhere, or both at once.
contrary(name, subject, topic) := verdict.medium(verdict.failed(
	sprintf("%s denies %s.", [_place(topic), subject]),
	places(name, topic, {"denied"}),
)) if {
	topic.known.class == "denied"
} else := verdict.needs_review(
	sprintf("One place states %s, another denies it: a person has to say which of them holds.", [subject]),
	places(name, topic, {"stated", "denied", "contradicted"}),
) if {
	topic.known.class == "contradicted"
}

# What a person has to read: parts, passing mentions, other languages; and denials.
unsettled(name, subject, topic) := found if {
	found := contrary(name, subject, topic)
} else := verdict.needs_review(
	sprintf("%s says something on %s; missing: %s.", [_place(topic), subject, concat(", ", topic.known.missing)]),
	places(name, topic, {"partial"}),
) if {
	topic.known.class == "partial"
	count(topic.known.missing) > 0
} else := verdict.needs_review(
	sprintf("%s says something on %s, not all of it in one place or not at length.", [_place(topic), subject]),
	places(name, topic, {"partial"}),
) if {
	topic.known.class == "partial"
} else := verdict.needs_review(
	sprintf("%s touches on it without saying %s.", [_place(topic), subject]),
	places(name, topic, {"mention"}),
) if {
	topic.known.class == "mention"
} else := verdict.needs_review(
	sprintf("%s is not in English: a person has to check that it says %s.", [_place(topic), subject]),
	places(name, topic, {"foreign"}),
) if {
	topic.known.class == "foreign"
}

# Not found: a failure where everything was read, a list of places to look at where something outside was not.
missing(name, subject, topic, closed, doors) := verdict.absent(
	sprintf("%s %s.", [_nothing(topic), subject]),
	array.concat(places(name, topic, {"placeholder", "deferred", "absent"}), [_fact(topic), closed]),
) if {
	absent(topic)
	closed.known == true
} else := verdict.needs_review(
	sprintf("%s %s; still to be looked at: %s.", [_nothing(topic), subject, concat(", ", _door_names(doors))]),
	array.concat(door_places(name, doors), [_fact(topic), closed]),
) if {
	absent(topic)
	closed.known == false
}

# A typed link of the Security Insights file. A missing target is as if there were no link.
typed_link(name, subject, topic, field, links, stale) := verdict.needs_review(
	sprintf("The Security Insights file names %s for %s, and the file itself is out of date.", [link.url, subject]),
	[_claim(field, link)],
) if {
	link := links.known[field]
	_usable(link, topic)
	stale.known == true
} else := verdict.declared(verdict.passed(
	sprintf("The Security Insights file names %s for %s.", [link.url, subject]),
	[_claim(field, link)],
)) if {
	link := links.known[field]
	_usable(link, topic)
	stale.known == false
} else := verdict.needs_review(
	sprintf("The Security Insights file names %s for %s, which is neither https nor a file of the tree.", [
		link.url,
		subject,
	]),
	[_claim(field, link)],
) if {
	link := links.known[field]
	link.kind == "other"
	absent(topic)
}

# The claims were read and no link of that field leads anywhere that counts. Only then is absence a failure.
unlinked(_, field, links) if links.known[field] == null

unlinked(topic, field, links) if {
	link := links.known[field]
	link.kind in {"dead", "tree"}
	not _usable(link, topic)
}

# A topic whose parts were found without its subject says nothing on it: sections on other matters use the same words.
# Evidence is the fact as it was read, so that goes along.
on_subject(topic, slot) := object.union(topic, {
	"known": object.union(topic.known, {"class": "absent", "findings": []}),
	"read": topic,
}) if {
	topic.known.class == "partial"
	not slot in topic.known.slots_anywhere
} else := topic

_fact(topic) := object.get(topic, "read", topic)

# Nothing that counts was found.
absent(topic) if topic.known.class in {"placeholder", "deferred", "absent"}

# The places of some classes, best first.
places(name, topic, classes) := array.slice([place |
	some finding in topic.known.findings
	finding.class in classes
	place := verdict.at(sprintf("docs.topics.%s", [name]), finding.path, finding.line, finding.quote)
], 0, 8)

# The places outside that were not read.
door_places(name, doors) := array.slice([place |
	some door in doors.known
	place := _door(sprintf("docs.doors.%s", [name]), door)
], 0, 8)

_door(fact, door) := verdict.link(fact, door.where, door.kind) if {
	startswith(door.where, "https://")
} else := verdict.at(fact, door.path, door.line, sprintf("%s: %s", [door.kind, door.where])) if {
	door.path != null
	door.line != null
} else := {"fact": fact, "detail": sprintf("%s: %s", [door.kind, door.where])}

_door_names(doors) := array.slice([door.where | some door in doors.known], 0, 3)

# An address that nobody fetched, or a document of the tree that speaks of the topic.
_usable(link, _) if link.kind == "https"

_usable(link, topic) if {
	link.kind == "tree"
	some finding in topic.known.findings
	finding.path == link.target
	finding.class in {"stated", "partial", "mention", "foreign"}
}

_claim(field, link) := verdict.link("insights.links", link.url, field)

_place(topic) := sprintf("%s (line %d)", [finding.path, finding.line]) if {
	finding := topic.known.findings[0]
} else := "The documentation"

_nothing(topic) := sprintf("%s is empty, and no document states", [topic.known.document_path]) if {
	topic.known.document == "empty"
} else := sprintf("%s is too short, and no document states", [topic.known.document_path]) if {
	topic.known.document == "short"
} else := sprintf("%s only announces", [_place(topic)]) if {
	topic.known.class == "deferred"
} else := sprintf("%s holds a template that nobody filled in, and no document states", [_place(topic)]) if {
	topic.known.class == "placeholder"
} else := "No document states"
