package osps.requirements["OSPS-VM-06.02_test"]

import rego.v1
import data.osps.sample

ruling(changes) := answer if {
	answer := data.osps.requirements["OSPS-VM-06.02"].ruling with input as sample.document(base, changes)
		with data.osps.run as sample.current
}

outcome(changes) := ruling(changes).outcome

base := {
	"repo.has_code": sample.known(true),
	"docs.documents": sample.known([]),
	"ci.capabilities": sample.known([]),
	"ci.platform_scanners": sample.known([]),
	"workflows.complete": sample.known(true),
	"branch.required_checks": sample.known([]),
	"checks.observed": sample.hidden,
	"docs.topics.sast_policy": sample.said("stated", {}, []),
	"repo.archived": sample.known(false),
}

scan := {
	"kind": "sast", "tool": "codeql", "covers": [], "system": "github_actions", "path": ".github/workflows/codeql.yml",
	"job": "analyze", "line": 9, "triggers": ["change_request"], "path_filtered": "no", "condition": null,
	"resolved": "direct", "blocking": true, "disabled": false, "check_name": "analyze", "needs": [],
}

steps(changes) := {"ci.capabilities": sample.known([object.union(scan, changes)])}

required(context) := {"branch.required_checks": sample.known([{"context": context, "app": null, "source": "ruleset"}])}

enforced(changes) := object.union(steps(changes), required("analyze"))

default_setup := {"ci.platform_scanners": sample.known([{
	"kind": "sast", "product": "codeql", "state": "configured", "languages": ["go"],
}])}

test_a_required_analysis_with_a_policy_passes if {
	outcome(enforced({})) == "passed"
	ruling(enforced({})).confidence == "medium"
	outcome(object.union(default_setup, required("CodeQL"))) == "passed"
}

test_less_needs_review if {
	outcome(object.union(enforced({}), {"docs.topics.sast_policy": sample.silent})) == "needs_review"
	outcome(enforced({"path_filtered": "code"})) == "needs_review"
	outcome(enforced({"covers": ["workflows"]})) == "needs_review"
	outcome(required("SonarCloud Code Analysis")) == "needs_review"
	outcome(enforced({"kind": "lint", "tool": "golangci-lint run"})) == "needs_review"
}

test_what_blocks_nothing_fails if {
	outcome({}) == "failed"
	outcome(steps({})) == "failed"
	outcome(default_setup) == "failed"
	outcome(enforced({"blocking": false})) == "failed"
	outcome(enforced({"triggers": ["push_primary"]})) == "failed"
}

test_unread_sources_decide_nothing if {
	not outcome({"ci.platform_scanners": sample.hidden})
	not outcome({"branch.required_checks": sample.hidden})
	not outcome({"workflows.complete": sample.hidden})
	not outcome({"ci.capabilities": sample.hidden})
	not outcome({"repo.has_code": sample.hidden})
}

test_documents_alone_are_outside if {
	readme := sample.known([sample.page("README.md", "readme")])
	outcome({"repo.has_code": sample.known(false), "docs.documents": readme}) == "not_applicable"
	outcome({"repo.has_code": sample.known(false)}) == "failed"
}
