package osps.codebases_test

import rego.v1
import data.osps.codebases
import data.osps.sample

own := {"url": "https://github.com/o/r", "role": "primary", "released_with_primary": null, "where": "insights"}

module := {"url": "https://github.com/o/m", "role": "subproject", "released_with_primary": null, "where": "submodule"}

repo(name) := {"name": name, "fork": false, "archived": false}

fresh := sample.known(false)

test_claim if {
	codebases.claimed(sample.known(true)).kind == "declared"
	not codebases.claimed(sample.known(false))
	not codebases.claimed(sample.hidden)
}

test_listing if {
	one := sample.known([repo("r"), repo(".github"), object.union(repo("f"), {"fork": true})])
	codebases.listing(one, sample.known([])).outcome == "not_applicable"
	not codebases.listing(one, sample.known([module]))
	not codebases.listing(object.union(one, {"complete": false}), sample.known([]))
	not codebases.listing(sample.known([repo("r"), repo("s")]), sample.known([]))
	not codebases.listing(one, sample.hidden)
}

test_declared_alone if {
	codebases.declared_alone(sample.known([own]), fresh).outcome == "not_applicable"
	not codebases.declared_alone(sample.known([own]), sample.known(true))
	not codebases.declared_alone(sample.known([own, module]), fresh)
	not codebases.declared_alone(sample.known([module]), fresh)
	not codebases.declared_alone(sample.known([]), fresh)
}
