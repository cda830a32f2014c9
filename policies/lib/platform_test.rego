package osps.platform_test

import rego.v1
import data.osps.platform
import data.osps.sample

complete := {
	"id": "x", "host": "h", "requirement": "R", "class": "policy", "statement": "s", "url": "https://h/x",
	"verified": "2026-01-31",
}

test_entries_without_document_or_day_are_not_used if {
	count(platform.usable([complete], "h", "R")) == 1
	platform.usable([object.union(complete, {"url": ""})], "h", "R") == []
	platform.usable([object.remove(complete, ["url"])], "h", "R") == []
	platform.usable([object.remove(complete, ["verified"])], "h", "R") == []
	platform.usable([complete], "other", "R") == []
}

test_every_entry_of_the_table_is_usable if {
	every found in data.osps.tables.platforms.entries {
		platform.usable([found], found.host, found.requirement) == [found]
		found.class in {"structural", "policy"}
		count(found.statement) > 20
		count(split(found.verified, "-")) == 3
	}
}

test_entries_hold_for_their_host_only if {
	platform.entry(sample.known("github.com"), "OSPS-AC-03.02").class == "structural"
	not platform.entry(sample.known("github.example.org"), "OSPS-AC-03.02")
	platform.none(sample.known("github.example.org"), "OSPS-AC-03.02")
	not platform.none(sample.hidden, "OSPS-AC-03.02")
	not platform.entry(sample.hidden, "OSPS-AC-03.02")
}
