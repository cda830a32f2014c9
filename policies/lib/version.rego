# METADATA
# title: Versions of releases
# description: Comparing versions that are written in different ways.
package osps.version

import rego.v1

# A version without case, a leading `v` and closing zeros: `V1.2.0` and `1.2` are the same.
normal(version) := regex.replace(trim_prefix(lower(trim_space(version)), "v"), `(\.0)+$`, "")

# The numbers of a version, without what follows a dash or a plus sign.
base(version) := normal(split(split(version, "-")[0], "+")[0])

# Two spellings of one version. What a tag adds to the numbers, such as `-jre`, need not stand in a heading.
same(heading, tag) if normal(heading) == normal(tag.version)

same(heading, tag) if {
	not tag.prerelease
	normal(heading) == base(tag.version)
	base(tag.version) != normal(tag.version)
}

# A name that moves from one commit to the next.
moving(name) if lower(name) in data.osps.tables.versions.moving

# The id of a commit.
commit(name) if regex.match(`^[0-9a-f]{12,64}$`, lower(name))
