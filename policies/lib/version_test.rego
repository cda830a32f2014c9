package osps.version_test

import rego.v1
import data.osps.version

tag(text) := {"version": text, "prerelease": false}

test_spellings_of_one_version if {
	version.same("v1.2.0", tag("1.2"))
	version.same("1.2.3", tag("1.2.3"))
	version.same("33.0.0", tag("33.0.0-jre"))
	not version.same("1.8.20", tag("1.8.2"))
	not version.same("1.2", tag("1.2.1"))
	not version.same("2.0.0", {"version": "2.0.0-rc.1", "prerelease": true})
	version.same("2.0.0-rc.1", {"version": "2.0.0-RC.1", "prerelease": true})
}

test_names_that_move if {
	version.moving("Latest")
	version.moving("nightly")
	not version.moving("v1.2.3")
}

test_ids_of_commits if {
	version.commit("0123456789abcdef0123456789abcdef01234567")
	not version.commit("20240131")
	not version.commit("v1.0.0")
}
