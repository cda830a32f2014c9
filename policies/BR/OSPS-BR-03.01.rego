# METADATA
# title: Official channels are encrypted
# custom:
#   requirement: OSPS-BR-03.01
#   limits: >-
#     Schemes of addresses in the homepage field, in manifests and in documents are judged. Nothing is fetched:
#     whether a site redirects, has a valid certificate or exists is not seen, nor is a channel that no document
#     names.
package osps.requirements["OSPS-BR-03.01"]

import rego.v1
import data.osps.verdict

needs := [input.links.project, input.repo.homepage]

plain := {"http", "git", "ftp", "svn", "rsync", "irc", "telnet", "ws"}

encrypted := {"https", "ssh", "ircs", "sftp", "wss", "ftps", "svn+ssh", "bzr+ssh"}

official contains l if {
	some l in input.links.project.known
	l.role != "own_domain"
}

unencrypted contains l if {
	some l in official
	l.scheme in plain
}

# A host without scheme, a scheme of another kind, or a plain address on the own domain in some document.
doubtful contains l if {
	some l in input.links.project.known
	l.role == "own_domain"
}

doubtful contains l if {
	some l in official
	not l.scheme in plain
	not l.scheme in encrypted
}

homepage_scheme := lower(split(input.repo.homepage.known, "://")[0]) if {
	is_string(input.repo.homepage.known)
	contains(input.repo.homepage.known, "://")
} else := "" if is_string(input.repo.homepage.known)

homepage_plain if homepage_scheme in plain

homepage_doubtful if {
	is_string(homepage_scheme)
	not homepage_scheme in plain
	not homepage_scheme in encrypted
}

homepage_read if is_null(input.repo.homepage.known)

homepage_read if homepage_scheme in encrypted

places(found) := array.slice(
	[verdict.at("links.project", l.where, l.line, sprintf("%s (%s)", [l.url, l.role])) |
		some l in sort(found)
	],
	0, 10,
)

homepage_place := [verdict.link("repo.homepage", input.repo.homepage.known, "homepage field of the repository")]

first(found) := sort(found)[0]

fix := "write https (or ssh) there after checking that it works"

ruling := verdict.failed(
	sprintf("The homepage field of the repository (%s) is not encrypted: %s.", [input.repo.homepage.known, fix]),
	array.concat(homepage_place, array.slice(places(unencrypted), 0, 9)),
) if {
	homepage_plain
} else := verdict.failed(
	sprintf("%s in %s is an official address without encryption (%d such addresses): %s.", [
		first(unencrypted).url, first(unencrypted).where, count(unencrypted), fix,
	]),
	places(unencrypted),
) if {
	count(unencrypted) > 0
} else := verdict.needs_review(
	sprintf("%s in %s does not tell whether it is encrypted (%d such addresses): %s.", [
		first(doubtful).url, first(doubtful).where, count(doubtful), fix,
	]),
	places(doubtful),
) if {
	count(doubtful) > 0
} else := verdict.needs_review(
	sprintf("The homepage field of the repository (%s) does not say https.", [input.repo.homepage.known]),
	homepage_place,
) if {
	homepage_doubtful
} else := verdict.needs_review(
	"Not every document and manifest could be read; the official addresses have to be looked at.",
	needs,
) if {
	homepage_read
	input.links.project.complete == false
} else := verdict.passed(
	sprintf("All %d official addresses of the project are encrypted.", [count(official)]),
	array.concat([input.repo.homepage], array.slice(places(official), 0, 9)),
) if {
	homepage_read
	count(official) > 0
} else := verdict.passed(
	"No other address is presented as official: the repository's own, which is encrypted, is the channel.",
	needs,
) if {
	homepage_read
	is_array(input.links.project.known)
}
