# METADATA
# title: The only way to build a ruling
# description: >-
#   A ruling says what was found, on which evidence and how sure that is. Evidence is a list of facts (as they stand
#   in the document) or of places made by `at` and `link`.
package osps.verdict

import rego.v1

# The required property itself was seen.
passed(message, evidence) := _ruling("passed", message, evidence, "high", "observed")

# Its opposite was seen.
failed(message, evidence) := _ruling("failed", message, evidence, "high", "observed")

# A person has to look.
needs_review(message, evidence) := _ruling("needs_review", message, evidence, "low", "observed")

# A named precondition was seen not to hold.
not_applicable(message, evidence) := _ruling("not_applicable", message, evidence, "high", "observed")

# Concluded from a close, content-checked proxy.
medium(ruling) := object.union(ruling, {"confidence": "medium", "kind": "inferred"})

# Stated in a file of the project.
declared(ruling) := object.union(ruling, {"confidence": "medium", "kind": "declared"})

# Not met because nothing was found in documents that were all read. Of all failures only this one may be settled by a
# person who links what was not found.
absent(message, evidence) := object.union(medium(failed(message, evidence)), {"by_absence": true})

# No configuration on the host can make it untrue. In strict mode a platform never passes anything.
structural(ruling) := _platform(ruling, "platform_structural")

# A rule of the host, with roll-outs and exceptions.
platform_policy(ruling) := _platform(ruling, "platform_policy")

# Conditions of later classes that also hold, and remarks.
noting(ruling, notes) := object.union(ruling, {"notes": array.concat(ruling.notes, notes)})

# A place in a file of the tree.
at(fact, path, line, detail) := {"fact": fact, "path": path, "line": line, "detail": detail}

# An address outside the tree.
link(fact, url, detail) := {"fact": fact, "url": url, "detail": detail}

# A fact that is not known proves nothing and is left out.
_ruling(outcome, message, evidence, confidence, kind) := {
	"outcome": outcome,
	"message": message,
	"evidence": [item | some item in evidence; not item.unknown],
	"confidence": confidence,
	"kind": kind,
	"notes": [],
}

_platform(ruling, kind) := object.union(ruling, {"confidence": "medium", "kind": kind}) if {
	not _strict
} else := object.union(ruling, {"outcome": "needs_review", "confidence": "low", "kind": kind}) if {
	ruling.outcome == "passed"
} else := object.union(ruling, {"confidence": "medium", "kind": kind})

_strict if data.osps.run.platform_evidence == "strict"
