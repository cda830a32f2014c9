# METADATA
# title: What pipelines do, and when
# description: >-
#   A step protects a change only if it runs on every change request before it is merged, and if its failure is noticed.
#   Which step that is, and which required check stands for it, is said here once.
package osps.pipelines

import rego.v1

# It runs before a change is merged.
before_merge(step) if "change_request" in step.triggers

before_merge(step) if "merge_queue" in step.triggers

# It runs on every change and its failure is noticed.
guards_changes(step) if {
	before_merge(step)
	step.blocking
	step.disabled == false
	step.condition == null
	step.path_filtered != "code"
}

# Why a step does not guard changes, in words.
weakness(step) := "it is switched off" if {
	step.disabled
} else := sprintf("it runs only on %s", [replace(concat(", ", step.triggers), "_", " ")]) if {
	not before_merge(step)
	count(step.triggers) > 0
} else := "nothing in this repository starts it" if {
	not before_merge(step)
} else := "its failure is ignored" if {
	step.blocking == false
} else := sprintf("the condition `%s` may leave it out", [step.condition]) if {
	step.condition != null
} else := "a path filter leaves out code" if {
	step.path_filtered == "code"
}

# The contexts of required checks that stand for a step.
contexts(step, required) := {check.context |
	some check in required.known
	fits(step.check_name, check.context)
}

# A check's name fits the name of a step's check, in which `*` stands for what differs between runs.
fits(pattern, name) if {
	is_string(pattern)
	pattern == name
}

fits(pattern, name) if {
	is_string(pattern)
	contains(pattern, "*")
	parts := split(pattern, "*")
	startswith(name, parts[0])
	endswith(name, parts[count(parts) - 1])
	every part in parts { contains(name, part) }
	count(name) >= count(pattern) - (count(parts) - 1)
}

# Steps as evidence, with their places.
places(steps) := array.slice([place |
	some step in steps
	place := {"fact": "ci.capabilities", "path": step.path, "line": step.line, "detail": _detail(step)}
], 0, 10)

_detail(step) := sprintf("%s (job %s)", [step.tool, step.job])

# Every system whose pipelines osps read, or could not read.
systems(list) := sort({sprintf("%s: %s", [system.system, _depth(system)]) | some system in list.known})

_depth(system) := "not understood" if {
	system.parsed != "ok"
} else := "seen, not analysed" if {
	system.analysed == "detected"
} else := system.analysed
