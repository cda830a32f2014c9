# METADATA
# title: Which pipelines get a token of the repository, and whether their definitions were read
package osps.privileges

import rego.v1

# Definitions of systems that hand every task a token.
issuing(systems) := [system |
	some system in systems.known
	system.issues_token
]

# No pipeline gets a token: all systems are seen, and none of them issues one.
none_issues(systems) if {
	count(systems.known) > 0
	not systems.complete == false
	count(issuing(systems)) == 0
}

# Pipelines are switched off, and nothing but the forge's own pipelines exists.
switched_off(enabled, systems) if {
	enabled.known == false
	is_array(systems.known)
	not systems.complete == false
	every system in systems.known { system.system in {"github_actions", "forgejo_actions", "gitea_actions"} }
}

# Every definition of a system that issues tokens was read. A local action that is missing changes no permission.
read(systems, jobs) if {
	not systems.complete == false
	not jobs.complete == false
	is_array(jobs.known)
	every system in issuing(systems) {
		system.parsed in {"ok", "unresolved"}
		system.system != "gitlab_ci"
	}
}

# The default permission of the token: the repository's setting, else the organization's.
default_token(repository, organization) := repository.known if {
	is_string(repository.known)
} else := organization.known

# Jobs for which nothing is stated.
unspecified(jobs) := [job |
	some job in jobs.known
	job.permission_source == "default"
]

# Jobs as evidence.
places(jobs) := array.slice([place |
	some job in jobs
	place := {"fact": "workflows.jobs", "path": job.path, "line": job.line, "detail": sprintf("job %s", [job.job])}
], 0, 10)

# Names of jobs, for a message.
names(jobs) := concat(", ", array.slice([sprintf("%s (%s)", [job.job, job.path]) | some job in jobs], 0, 5))
