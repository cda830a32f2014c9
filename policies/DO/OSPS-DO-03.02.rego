# METADATA
# title: Instructions name the identity expected of the releaser
# custom:
#   requirement: OSPS-DO-03.02
#   limits: >-
#     Looked for is a stated identity or key. Whether it is the one that really signs the releases is not compared.
package osps.requirements["OSPS-DO-03.02"]

import rego.v1
import data.osps.prose
import data.osps.released
import data.osps.verdict

needs := [
	input.docs.topics.releaser_identity,
	input.docs.closed.releaser_identity,
	input.docs.doors.releaser_identity,
	input.docs.topics.verification,
	input.docs.key_files,
	input.insights.links,
	input.releases.has_release,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := released.settled(_judged, input.releases.has_release)

_name := "releaser_identity"

_subject := "which person or process must have made a release"

_judged := prose.stated(_name, _subject, input.docs.topics.releaser_identity) if {
	true
} else := prose.unsettled(_name, _subject, input.docs.topics.releaser_identity) if {
	true
} else := verdict.needs_review(
	"The documents say how to verify a release, and not who must have signed it.",
	prose.places("verification", input.docs.topics.verification, {"stated", "partial"}),
) if {
	input.docs.topics.verification.known.class in {"stated", "partial"}
} else := verdict.needs_review(
	sprintf("A key lies in the tree (%s), and no document says that releases are signed with it.", [
		input.docs.key_files.known[0],
	]),
	[input.docs.key_files],
) if {
	count(input.docs.key_files.known) > 0
} else := verdict.needs_review(
	sprintf("The Security Insights file names %s to verify signatures; whether it gives an identity was not read.", [
		_link.url,
	]),
	[verdict.link("insights.links", _link.url, "signature_verification")],
) if {
	_link.kind in {"https", "other"}
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.releaser_identity,
	input.docs.closed.releaser_identity,
	input.docs.doors.releaser_identity,
) if {
	prose.absent(input.docs.topics.releaser_identity)
	input.docs.topics.verification.known
	input.docs.key_files.known == []
	_no_link
}

_link := input.insights.links.known.signature_verification

_no_link if input.insights.links.known.signature_verification == null

_no_link if _link.kind in {"dead", "tree"}
