# METADATA
# title: Pipelines take dependencies in through standard tools
# custom:
#   requirement: OSPS-BR-05.01
#   limits: >-
#     Downloads are recognised in pipelines, container files and build files that are read, by known commands. What a
#     build script fetches by its own code, or an action of another repository brings in, is not seen.
package osps.requirements["OSPS-BR-05.01"]

import rego.v1
import data.osps.verdict

needs := [
	input.deps.ecosystems,
	input.deps.adhoc,
	input.files.complete,
	input.files.build_files,
	input.workflows.present,
]

ecosystems := input.deps.ecosystems.known

product contains e if {
	some e in ecosystems
	e.package_manager != "no"
	e.general == false
	count(e.manifests) + e.source_files > 0
	not minor(e)
}

# A few files beside a product in another language are tools of the developers.
minor(e) if {
	count(e.manifests) == 0
	some other in ecosystems
	e.source_files * 20 < other.source_files
}

managed contains e.ecosystem if {
	some e in ecosystems
	e.package_manager == "yes"
}

lists(e) if {
	some m in e.manifests
	m.state in {"parsed", "dynamic"}
}

uses_nothing(e) if {
	count(e.manifests) == 0
	count(e.vendored) == 0
	count(e.third_party_imports) == 0
	count(e.searched) == 0
	e.imports_read
}

# C and its like: the packages of the system are the package manager.
by_system(e) if {
	e.package_manager == "optional"
	some i in e.installs
	i.system
}

by_manager(e) if {
	lists(e)
	some i in e.installs
	not i.system
}

taken_in(e) if by_manager(e)

taken_in(e) if by_system(e)

third contains d if {
	some d in input.deps.adhoc.known
	d.owner != "own"
}

# A library or source of others, fetched raw for the product, although a package manager could have brought it.
raw contains d if {
	some d in third
	d.what == "library"
	d.use == "product"
	d.form != "package_list"
	not d.pin in {"digest", "commit"}
	not d.listed
	d.ecosystem in managed
}

# What is only a note: tools with a digest, sources for tests that are pinned by digest or commit.
harmless(d) if {
	d.what == "tool"
	d.form != "pipe_to_shell"
	d.pin == "digest"
}

harmless(d) if {
	d.use == "test"
	d.pin in {"digest", "commit"}
}

harmless(d) if {
	d.form == "package_list"
	some e in ecosystems
	e.ecosystem == d.ecosystem
	lists(e)
}

doubtful contains d if {
	some d in third
	not harmless(d)
}

vendored_only contains e if {
	some e in product
	count(e.vendored) > 0
	not lists(e)
}

unlisted contains e if {
	some e in product
	not lists(e)
	not by_system(e)
	not uses_nothing(e)
}

pipelines if input.workflows.present.known == true

pipelines if count(input.files.build_files.known) > 0

pipelines if {
	some e in ecosystems
	count(e.installs) > 0
}

seen_all if {
	input.files.complete.known
	not input.deps.ecosystems.complete == false
	not input.deps.adhoc.complete == false
}

places(found) := array.slice(
	[verdict.at("deps.adhoc", d.path, d.line, sprintf("%s, %s, pin %s: %s", [d.form, d.what, d.pin, d.target])) |
		some d in sort(found)
	],
	0, 10,
)

installs := array.slice(
	[verdict.at("deps.ecosystems", i.path, i.line, i.command) |
		some e in sort(product)
		some i in array.slice(e.installs, 0, 2)
	],
	0, 8,
)

manifests := array.slice(
	[verdict.at("deps.ecosystems", m.path, null, sprintf("%d direct dependencies", [m.direct])) |
		some e in sort(product)
		some m in array.slice(e.manifests, 0, 2)
	],
	0, 10 - count(installs),
)

first(found) := sort(found)[0]

named(found) := concat(", ", sort({e.ecosystem | some e in found}))

ruling := verdict.not_applicable(
	"The repository has no pipeline, container file or build file that could take dependencies in.",
	[input.workflows.present, input.files.build_files],
) if {
	input.workflows.present.known == false
	not pipelines
	input.files.build_files.known == []
	not input.files.build_files.complete == false
} else := verdict.not_applicable(
	"The product uses nothing of third parties: no manifest, no import from elsewhere and no download.",
	[input.deps.ecosystems, input.deps.adhoc],
) if {
	seen_all
	is_array(ecosystems)
	every e in product { uses_nothing(e) }
	input.deps.adhoc.known == []
} else := verdict.medium(verdict.failed(
	sprintf("%s:%d fetches a third-party library by its address (%s), without a digest and beside the package manager.", [
		first(raw).path, first(raw).line, first(raw).target,
	]),
	places(raw),
)) if {
	count(raw) > 0
	is_array(ecosystems)
} else := verdict.needs_review(
	sprintf("%s:%d fetches %s outside of a package manager (%d such places): %s, pinned by %s.", [
		first(doubtful).path, first(doubtful).line, first(doubtful).target, count(doubtful), first(doubtful).what,
		first(doubtful).pin,
	]),
	places(doubtful),
) if {
	count(doubtful) > 0
	is_array(ecosystems)
} else := verdict.needs_review(
	sprintf("Sources of others are kept in %s without a manifest that lists them.", [first(vendored_only).vendored[0]]),
	[input.deps.ecosystems],
) if {
	count(vendored_only) > 0
	is_array(input.deps.adhoc.known)
} else := verdict.needs_review(
	sprintf("How the dependencies of %s get into the build was not recognized: no manifest lists them.", [
		named(unlisted),
	]),
	[input.deps.ecosystems],
) if {
	count(unlisted) > 0
	is_array(input.deps.adhoc.known)
} else := verdict.needs_review(
	"Not every pipeline and build file could be read; how dependencies get into the build has to be looked at.",
	[input.deps.ecosystems, input.deps.adhoc],
) if {
	not seen_all
	is_boolean(input.files.complete.known)
	is_array(ecosystems)
	is_array(input.deps.adhoc.known)
	pipelines
} else := verdict.passed(
	sprintf("Package managers take in what the manifests of %s list; nothing is downloaded besides.", [
		named(product),
	]),
	array.concat(installs, manifests),
) if {
	seen_all
	input.deps.adhoc.known
	every e in product { settled_by_manager(e) }
	count(installs) > 0
} else := verdict.medium(verdict.passed(
	sprintf("Nothing is downloaded outside of package managers; those of the system or of the language serve %s.", [
		named(product),
	]),
	array.concat(installs, manifests),
)) if {
	seen_all
	input.deps.adhoc.known
	every e in product { settled(e) }
	count(installs) + count(manifests) > 0
	pipelines
} else := verdict.needs_review(
	"How dependencies get into the build was not recognized.",
	needs,
) if {
	is_boolean(input.workflows.present.known)
	is_array(input.files.build_files.known)
	is_boolean(input.files.complete.known)
	is_array(ecosystems)
	is_array(input.deps.adhoc.known)
}

settled_by_manager(e) if by_manager(e)

settled_by_manager(e) if uses_nothing(e)

# Nothing comes in any other way, and what is listed can only come through the package manager.
settled(e) if lists(e)

settled(e) if by_system(e)

settled(e) if uses_nothing(e)
