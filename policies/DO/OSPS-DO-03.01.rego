# METADATA
# title: Instructions to verify the integrity and authenticity of releases
# custom:
#   requirement: OSPS-DO-03.01
#   limits: >-
#     A verifying command for the project's own release is looked for; it is not run, and whether it would succeed
#     with the newest release is not checked.
package osps.requirements["OSPS-DO-03.01"]

import rego.v1
import data.osps.prose
import data.osps.released
import data.osps.verdict

needs := [
	input.docs.topics.verification,
	input.docs.closed.verification,
	input.docs.doors.verification,
	input.insights.links,
	input.insights.stale,
	input.releases.latest.body,
	input.releases.has_release,
]

ruling := released.none(input.releases.has_release) if {
	true
} else := released.settled(_judged, input.releases.has_release)

_name := "verification"

_subject := "how to verify the integrity and authenticity of its releases"

_judged := prose.stated(_name, _subject, input.docs.topics.verification) if {
	true
} else := prose.contrary(_name, _subject, input.docs.topics.verification) if {
	true
} else := prose.typed_link(
	_name,
	_subject,
	input.docs.topics.verification,
	"signature_verification",
	input.insights.links,
	input.insights.stale,
) if {
	true
} else := prose.unsettled(_name, _subject, input.docs.topics.verification) if {
	true
} else := verdict.needs_review(
	"The text of the newest release shows a command that verifies something; no document does.",
	[input.releases.latest.body],
) if {
	_body_verifies
} else := prose.missing(
	_name,
	_subject,
	input.docs.topics.verification,
	input.docs.closed.verification,
	input.docs.doors.verification,
) if {
	prose.unlinked(input.docs.topics.verification, "signature_verification", input.insights.links)
	not _body_verifies
}

_body_verifies if {
	is_string(input.releases.latest.body.known)
	some command in [
		"cosign verify", "gh attestation verify", "slsa-verifier verify", "gpg --verify", "gpgv ", "minisign -V",
		"signify -V", "notation verify", "rekor-cli verify", "ssh-keygen -Y verify",
	]
	contains(input.releases.latest.body.known, command)
}
