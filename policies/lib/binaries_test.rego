package osps.binaries_test

import rego.v1
import data.osps.binaries

finding(class) := {
	"path": "a/tool", "magic": "elf", "class": class, "mode": "100755", "size": 7, "sha256": "00", "test_path": false,
	"known_wrapper": null, "archive": null, "inner": [],
}

test_a_program_may_lie_in_an_archive if {
	held := object.union(finding("archive"), {"inner": [{"name": "bin/x", "class": "library"}]})
	binaries.is_program(held)
	not binaries.is_program(finding("archive"))
	contains(binaries.places([held])[0].detail, "bin/x")
}

test_paths_are_cut if {
	binaries.paths([finding("library"), finding("object")]) == "a/tool, a/tool"
	five := [object.union(finding("wasm"), {"path": path}) | some path in ["1", "2", "3", "4", "5"]]
	binaries.paths(five) == "1, 2, 3 and 2 more"
}
