# METADATA
# title: Which pipelines there are, and how much of them was understood
# description: >-
#   Systems that hand every task a token of the repository (the Actions family, GitLab) decide what tokens may do. The
#   others matter only where they name credentials or were not read.
package osps.workflows

import rego.v1
import data.osps.verdict

# Systems of the Actions family.
actions := {"github_actions", "forgejo_actions", "gitea_actions"}

# No pipeline exists, or none runs: there is nothing that could be too powerful or take anything in.
none(present, enabled, systems) := verdict.not_applicable("The project has no pipelines.", [present]) if {
	present.known == false
} else := verdict.not_applicable("The forge runs no pipelines for this repository.", [enabled, systems]) if {
	enabled.known == false
	not systems.complete == false
	every system in systems.known { system.system in actions }
}

absent(present) := verdict.not_applicable("The project has no pipelines.", [present]) if present.known == false

# Every definition of a system that issues tokens was read, and all of them belong to the Actions family.
tokens_understood(systems) if {
	is_array(systems.known)
	not systems.complete == false
	every system in systems.known { _understood(system) }
}

_understood(system) if system.issues_token == false

_understood(system) if {
	system.system in actions
	system.parsed == "ok"
}

# No other system holds credentials that osps did not look at.
others_clean(systems) if {
	is_array(systems.known)
	not systems.complete == false
	every system in systems.known { _clean(system) }
}

_clean(system) if system.system in actions

_clean(system) if {
	system.parsed == "ok"
	system.analysed != "detected"
	count(system.credentials) == 0
}

# A whole list was read.
whole(fact) if {
	is_array(fact.known)
	not fact.complete == false
}

# Jobs by file and name, for a message.
names(jobs) := concat(", ", array.slice(sort({sprintf("%s in %s", [job.job, job.path]) | some job in jobs}), 0, 5))

# Places as evidence, the first ten by file and line.
places(fact, found) := [verdict.at(fact, place[0], place[1], place[2]) |
	some place in array.slice(sort({[item.path, item.line, _detail(item)] | some item in found}), 0, 10)
]

_detail(item) := sprintf("%s%s: %s%s reaches %s%s", [
	_column(item),
	item.expr,
	object.get(_people, item.source_class, "a value"),
	_source(item),
	object.get(_places, item.sink, item.sink),
	_rewrite(item),
]) if {
	item.sink
}

_column(item) := sprintf("column %d: ", [item.column]) if {
	is_number(item.column)
} else := ""

# The expression often is the name of its value.
_source(item) := "" if {
	contains(lower(item.expr), item.source)
} else := sprintf(" (%s)", [item.source]) if {
	is_string(item.source)
} else := ""

_people := {
	"untrusted": "text that anybody may write",
	"writer": "a name that those who may push choose",
	"collaborator": "what is entered by those who may start the pipeline",
	"unclear": "text of an unknown origin",
}

_places := {
	"shell": "the code of a shell script",
	"script": "the code of an inline script",
	"action_code": "an input that is run as code",
	"env_file": "the environment of later steps",
	"nested_shell": "the code of another program",
	"opaque_input": "an input of something that osps does not see into",
}

_executed(item) := sprintf(", code of it is executed at line %d", [item.executed_line]) if {
	is_number(item.executed_line)
} else := ""

# What to do about it.
_rewrite(item) := sprintf(". %s", [item.fix]) if {
	is_string(item.fix)
} else := ""

_detail(item) := sprintf("%s: %s", [item.granted, item.scope]) if item.granted

_detail(item) := sprintf("%s obtained by %s%s", [item.ref_class, item.via, _executed(item)]) if item.ref_class

_detail(item) := sprintf("job %s", [item.job]) if item.permission_source

_detail(item) := sprintf("input %s", [item.name]) if item.trigger

# Sinks in which a text becomes code.
_code := {"shell", "script", "action_code"}

# Values that become code as they are. A variable that a shell expands by itself is no code, only without quotes.
spliced(flows) := [flow |
	some flow in flows.known
	flow.sink in _code
	flow.via != "variable"
	flow.sanitiser == "none"
]

# Values that go somewhere osps does not see, into the surroundings of later steps, or into a command without quotes.
handed_on(flows) := [flow |
	some flow in flows.known
	flow.sanitiser == "none"
	_leaves(flow)
]

_leaves(flow) if flow.sink in {"opaque_input", "env_file", "nested_shell"}

_leaves(flow) if {
	flow.sink in _code
	flow.via == "variable"
}

# A condition on the author of that very text, or on the repository that it comes from.
by_author(flow) if {
	some guard in flow.guards
	guard in {"author", "association", "same_repo"}
}
