# METADATA
# title: Every language of the product has a list of its direct dependencies
# custom:
#   requirement: OSPS-QA-02.01
#   limits: >-
#     Manifests are recognised and counted for known languages and package managers. Whether every dependency that the
#     code uses stands in them is only compared with a part of the imports.
package osps.requirements["OSPS-QA-02.01"]

import rego.v1
import data.osps.verdict

needs := [input.deps.ecosystems, input.files.complete]

# Languages without any package manager cannot have a list; managers for any language are no language of the product.
product contains e if {
	some e in input.deps.ecosystems.known
	e.package_manager != "no"
	e.general == false
	count(e.manifests) + e.source_files > 0
	not minor(e)
}

# A few files beside a product in another language are tools of the developers.
minor(e) if {
	count(e.manifests) == 0
	some other in input.deps.ecosystems.known
	e.source_files * 20 < other.source_files
}

lists(e) if {
	some m in e.manifests
	m.state == "parsed"
	m.direct > 0
}

# A manifest that states an empty set, where nothing from elsewhere is imported.
states_none(e) if {
	some m in e.manifests
	m.state == "parsed"
	count(e.third_party_imports) == 0
	count(e.searched) == 0
}

# A child of a parent manifest may list nothing of its own.
states_none(e) if {
	some m in e.manifests
	m.inherits
}

uses_nothing(e) if {
	count(e.manifests) == 0
	count(e.lockfiles) == 0
	count(e.vendored) == 0
	count(e.third_party_imports) == 0
	count(e.searched) == 0
	e.imports_read
}

settled(e) if lists(e)

settled(e) if states_none(e)

settled(e) if uses_nothing(e)

any_general_list if {
	some e in input.deps.ecosystems.known
	e.general
	lists(e)
}

other_manifest(e) if {
	some m in array.concat(e.manifests, e.side_manifests)
	m.state != "empty"
}

# Imports from elsewhere, a package manager for them, and no list anywhere.
unlisted contains e if {
	some e in product
	e.package_manager == "yes"
	count(e.third_party_imports) > 0
	not other_manifest(e)
	count(e.lockfiles) == 0
	count(e.vendored) == 0
	not any_general_list
}

listed contains m if {
	some e in product
	some m in e.manifests
	m.state == "parsed"
}

open_cases contains sprintf("%s: %s", [e.ecosystem, why(e)]) if {
	some e in product
	not settled(e)
}

why(e) := sprintf("%s is computed by a program", [path_in(e, "dynamic")]) if {
	path_in(e, "dynamic")
} else := sprintf("%s does not parse", [path_in(e, "unparsable")]) if {
	path_in(e, "unparsable")
} else := sprintf("%s is too large to be read", [path_in(e, "unread")]) if {
	path_in(e, "unread")
} else := sprintf("%s lists nothing, but %s is imported in %s", [e.manifests[0].path, use.name, use.path]) if {
	count(e.manifests) > 0
	use := e.third_party_imports[0]
} else := sprintf("only a lock file (%s), no manifest", [e.lockfiles[0]]) if {
	count(e.lockfiles) > 0
} else := sprintf("sources of others in %s, no manifest", [e.vendored[0]]) if {
	count(e.vendored) > 0
} else := sprintf("no manifest; used are %s", [concat(", ", names_used(e))]) if {
	e.package_manager == "optional"
	count(names_used(e)) > 0
} else := sprintf("only %s, which is not about the product", [e.side_manifests[0].path]) if {
	count(e.side_manifests) > 0
} else := sprintf("no manifest; used are %s", [concat(", ", names_used(e))]) if {
	count(names_used(e)) > 0
} else := "no manifest, and what its files import is not read"

path_in(e, state) := sort([m.path | some m in e.manifests; m.state == state])[0]

names_used(e) := sort({u.name | some u in array.concat(e.third_party_imports, e.searched)})

places(found) := array.slice(
	[verdict.at("deps.ecosystems", m.path, null, sprintf("%d direct dependencies", [m.direct])) |
		some m in sort(found)
	],
	0, 10,
)

use_places(found) := array.slice(
	[verdict.at("deps.ecosystems", u.path, u.line, sprintf("uses %s", [u.name])) |
		some e in sort(found)
		some u in array.concat(e.third_party_imports, e.searched)
	],
	0, 10,
)

seen_all if {
	input.files.complete.known
	not input.deps.ecosystems.complete == false
}

ruling := verdict.not_applicable(
	"No file of the product uses anything from a package manager: there is nothing to list.",
	needs,
) if {
	is_array(input.deps.ecosystems.known)
	seen_all
	every e in product { uses_nothing(e) }
} else := verdict.medium(verdict.failed(
	sprintf(
		"The %s code imports modules from elsewhere (%s), but no manifest lists them.",
		[sort(unlisted)[0].ecosystem, concat(", ", names_used(sort(unlisted)[0]))],
	),
	use_places(unlisted),
)) if {
	seen_all
	count(unlisted) > 0
} else := verdict.passed(
	sprintf("Direct dependencies are listed in %s.", [concat(", ", names(listed))]),
	places(listed),
) if {
	seen_all
	count(open_cases) == 0
	count(listed) > 0
} else := verdict.needs_review(
	sprintf("Whether all direct dependencies are listed has to be looked at: %s.", [concat("; ", sort(open_cases))]),
	array.concat(places(listed), array.slice(use_places(product), 0, 10 - count(places(listed)))),
) if {
	is_boolean(input.files.complete.known)
	count(open_cases) > 0
} else := verdict.needs_review(
	"The tree is too large to be read in full; whether every language has a list of dependencies has to be looked at.",
	needs,
) if {
	is_boolean(input.files.complete.known)
	is_array(input.deps.ecosystems.known)
}

names(found) := array.slice(sort([m.path | some m in found]), 0, 5)
