# METADATA
# title: What hosts do for every repository
# description: >-
#   Entries of the table of platforms. An entry without a public document and the day it was read is not used, and an
#   entry holds for its own host only.
package osps.platform

import rego.v1
import data.osps.verdict

# The entry for a host and a requirement.
entry(host, requirement) := usable(data.osps.tables.platforms.entries, host.known, requirement)[0]

# The host is known and the table says nothing on it.
none(host, requirement) if count(usable(data.osps.tables.platforms.entries, host.known, requirement)) == 0

# The entries of a table that hold for one host and requirement.
usable(entries, host, requirement) := [found |
	some found in entries
	found.host == host
	found.requirement == requirement
	startswith(found.url, "https://")
	count(found.verified) == 10
]

# The entry as evidence.
evidence(found) := verdict.link("repo.host", found.url, sprintf("%s (read on %s)", [found.statement, found.verified]))

# What a rule of the host alone leaves for a person to judge.
review(message, evidence) := object.union(verdict.needs_review(message, evidence), {"kind": "platform_policy"})
