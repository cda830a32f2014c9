# METADATA
# title: Rules on the primary branch, and who may pass by them
# description: >-
#   Single apps, deploy keys and a bypass that still needs a change request are tolerated and named. A role, a team, a
#   person or administrators who may always pass make the rule one that a person has to judge.
package osps.branch

import rego.v1

# Both places where rules can stand were read, so that the absence of a rule is known.
read(rules, classic) if {
	rules.known == true
	classic.known == true
}

# Who may always pass.
broad(bypass, admins_bound) := sort({who |
	some actor in bypass.known
	actor.mode == "always"
	actor.actor_kind in {"role", "team", "user", "admin"}
	who := actor.actor_kind
} | {"admin" | admins_bound.known == false})

# The list of those who may pass was read in full.
shown(bypass) if {
	is_array(bypass.known)
	not bypass.complete == false
}

# Passes that are tolerated, as remarks.
remarks(bypass) := [sprintf("May pass by the rule, tolerated: %s (%s).", [kind, mode]) |
	some pair in {[actor.actor_kind, actor.mode] | some actor in bypass.known}
	kind := pair[0]
	mode := pair[1]
]

# Recent commits that people pushed without a change request.
pushed(commits) := [commit.oid |
	some commit in commits.known
	commit.bot == false
]
