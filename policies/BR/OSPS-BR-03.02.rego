# METADATA
# title: Distribution channels are authenticated
# custom:
#   requirement: OSPS-BR-03.02
#   limits: >-
#     Judged are the channels and install commands that documents name. Nothing is downloaded, and mirrors and
#     channels that stand only on sites outside of the tree are not seen.
package osps.requirements["OSPS-BR-03.02"]

import rego.v1
import data.osps.verdict

needs := [
	input.links.distribution,
	input.releases.has_release,
	input.releases.registry,
	input.releases.latest.assets,
]

plain := {"http", "ftp", "git", "svn", "rsync"}

secure := {"https", "ssh", "oci", "pkg", "docker", "sftp", "ftps", "rsync+ssh"}

channels := input.links.distribution.known

# Until 2025-10-10 the catalog asked for encryption: a signature did not make up for a plain transport.
signature_counts if data.osps.run.catalog != "2025-10-10"

bad contains c if {
	some c in channels
	c.insecure_flag != null
}

bad contains c if {
	some c in channels
	c.scheme in plain
	not c.signature_checked
}

bad contains c if {
	some c in channels
	c.scheme in plain
	not signature_counts
}

# A signed repository of packages whose key is shown is authenticated whatever carries it; a file with a signature
# beside it only for those who check it. A script from elsewhere is run as it comes.
doubtful contains c if {
	some c in channels
	c.scheme in plain
	c.kind != "package_repo"
}

doubtful contains c if {
	some c in channels
	c.piped_to_shell
	not c.own
}

doubtful contains c if {
	some c in channels
	not c.kind in {"registry", "image"}
	not c.scheme in plain
	not c.scheme in secure
	not named_repository(c)
}

# A repository that is named by a short form of the package manager instead of an address.
named_repository(c) if {
	c.kind == "package_repo"
	c.scheme == ""
}

why(c) := sprintf("with `%s`", [c.insecure_flag]) if {
	c.insecure_flag != null
} else := sprintf("over plain %s", [c.scheme]) if {
	c.scheme in plain
} else := "piped into a shell from a third party" if {
	c.piped_to_shell
} else := "without a scheme that authenticates it"

places(found) := array.slice(
	[verdict.at("links.distribution", c.where, c.line, sprintf("%s (%s)", [c.target, c.kind])) |
		some c in sort(found)
	],
	0, 10,
)

packages := array.slice(
	[verdict.at("releases.registry", p.path, null, sprintf("%s package %s", [p.ecosystem, p.name])) |
		some p in input.releases.registry.known
	],
	0, 5,
)

first(found) := sort(found)[0]

whole if not input.links.distribution.complete == false

ruling := verdict.failed(
	sprintf("%s in %s is fetched %s (%d such places): offer https, or a signature that is checked.", [
		first(bad).target, first(bad).where, why(first(bad)), count(bad),
	]),
	places(bad),
) if {
	count(bad) > 0
} else := verdict.not_applicable("The project made no release and names no channel of distribution.", [
	input.releases.has_release, input.links.distribution,
]) if {
	input.releases.has_release.known == false
	channels == []
	whole
} else := verdict.needs_review(
	sprintf("%s in %s is fetched %s (%d such places); whether that is authenticated has to be looked at.", [
		first(doubtful).target, first(doubtful).where, why(first(doubtful)), count(doubtful),
	]),
	places(doubtful),
) if {
	count(doubtful) > 0
} else := verdict.needs_review(
	"Not every document could be read; the channels of distribution have to be looked at.",
	needs,
) if {
	not whole
	is_array(channels)
} else := verdict.passed(
	sprintf("All %d channels of distribution are authenticated.", [count(channels)]),
	places({c | some c in channels}),
) if {
	count(channels) > 0
} else := verdict.medium(verdict.passed(
	"Packages are published to registries, which are authenticated, and no other channel is named.",
	packages,
)) if {
	channels == []
	published
} else := verdict.passed(
	"The only channel is the releases of the forge, which are fetched over https.",
	[input.releases.latest.assets, input.links.distribution],
) if {
	channels == []
	is_array(input.releases.latest.assets.known)
	input.releases.has_release.known
} else := verdict.needs_review("No channel of distribution was recognized.", needs) if {
	channels == []
	is_boolean(input.releases.has_release.known)
	is_array(input.releases.registry.known)
	is_array(input.releases.latest.assets.known)
}

# Not only a manifest that could be published, but a step that does it.
published if {
	some p in input.releases.registry.known
	p.published_by != null
}
