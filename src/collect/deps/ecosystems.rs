//! The table of ecosystems (`policies/tables/ecosystems.yaml`): which file is a source, a manifest or a lock file of which
//! ecosystem, and to which part of a repository a path belongs. It refuses to know any name that the table does not give.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use globset::{Candidate, Glob, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use crate::bundle::Bundle;
use crate::collect::path::RepoPath;
use crate::collect::tree::Mode;
use crate::collect::twins::ByName;

/// Where the table lies in the bundle of policies.
const TABLE: &str = "tables/ecosystems.yaml";

/// To which part of a repository a file belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// What the project makes.
    Product,
    /// Scripts and tools of the developers.
    Helper,
    /// Documentation, tests, examples and CI.
    Side,
    /// What tools made.
    Generated,
    /// Sources of others that are kept here.
    Vendored,
}

impl ByName for Part {
    type Table = Table;

    fn of(path: &RepoPath, _: Mode, table: &Table) -> Option<Self> {
        Some(table.part(path))
    }
}

/// A file that has a meaning for ecosystems by its name.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    lockfiles: Vec<usize>,
    toolchain: Option<String>,
    manifests: Vec<(usize, String)>,
}

impl ByName for Named {
    type Table = Table;

    fn of(path: &RepoPath, mode: Mode, table: &Table) -> Option<Self> {
        if !mode.is_file() {
            return None;
        }
        let mut seen = BTreeSet::new();
        let named = Self {
            lockfiles: table.lockfiles.find(path.lower()).into_iter().copied().collect(),
            toolchain: table.toolchain_files.get(path.name_lower()).cloned(),
            manifests: table
                .manifests
                .find(path.lower())
                .into_iter()
                .filter(|(index, _)| seen.insert(*index))
                .cloned()
                .collect(),
        };
        let says_nothing = named.lockfiles.is_empty() && named.toolchain.is_none() && named.manifests.is_empty();
        (!says_nothing).then_some(named)
    }
}

impl Named {
    /// The ecosystems whose manifest it is, with the format to read it in.
    pub(crate) fn manifests<'t>(&'t self, table: &'t Table) -> impl Iterator<Item = (&'t EcosystemRow, &'t str)> {
        self.manifests.iter().filter_map(|(index, format)| Some((table.ecosystems.get(*index)?, format.as_str())))
    }

    /// The ecosystems whose lock file it is.
    pub(crate) fn lockfile_of<'t>(&'t self, table: &'t Table) -> impl Iterator<Item = &'t EcosystemRow> {
        self.lockfiles.iter().filter_map(|index| table.ecosystems.get(*index))
    }

    /// The ecosystem whose toolchain version it pins.
    pub(crate) fn toolchain_of(&self) -> Option<&str> {
        self.toolchain.as_deref()
    }
}

/// The table, ready for look-ups.
#[derive(Debug, Default)]
pub(crate) struct Table {
    ecosystems: Vec<EcosystemRow>,
    by_language: BTreeMap<String, usize>,
    manifests: Names<(usize, String)>,
    lockfiles: Names<usize>,
    helper_files: Names<()>,
    toolchain_files: BTreeMap<String, String>,
    directories: BTreeMap<String, Part>,
    side_manifests: Names<()>,
    not_searched: BTreeSet<String>,
}

/// One ecosystem of the table.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EcosystemRow {
    pub(crate) name: String,
    pub(crate) package_manager: String,
    #[serde(default)]
    pub(crate) general: bool,
    #[serde(default)]
    languages: Vec<String>,
    #[serde(default)]
    manifests: Vec<ManifestRow>,
    #[serde(default)]
    lockfiles: Vec<String>,
    /// Commands that take dependencies in.
    #[serde(default)]
    pub(crate) install: Vec<String>,
    /// Actions that do.
    #[serde(default)]
    pub(crate) actions: Vec<String>,
    /// Commands of system package managers, where they are how libraries come.
    #[serde(default)]
    pub(crate) system_install: Vec<String>,
    #[serde(default)]
    standard: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ManifestRow {
    name: String,
    format: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    ecosystems: Vec<EcosystemRow>,
    directories: Directories,
    helper_files: Vec<String>,
    toolchain_files: Vec<ToolchainRow>,
    side_manifests: Vec<String>,
    not_searched: BTreeSet<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Directories {
    vendored: Vec<String>,
    generated: Vec<String>,
    side: Vec<String>,
    helper: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ToolchainRow {
    name: String,
    ecosystem: String,
}

/// Names and patterns of files, with what they stand for.
#[derive(Debug)]
struct Names<T> {
    exact: BTreeMap<String, Vec<T>>,
    /// Patterns by the number of components that they speak about, each set with the places of its patterns in `values`.
    sets: Vec<(usize, GlobSet, Vec<usize>)>,
    values: Vec<T>,
}

impl<T> Default for Names<T> {
    fn default() -> Self {
        Self { exact: BTreeMap::new(), sets: Vec::new(), values: Vec::new() }
    }
}

impl<T> Names<T> {
    fn new<'n>(rows: impl IntoIterator<Item = (&'n str, T)>) -> Result<Self, String> {
        let mut names = Self::default();
        let mut patterns: BTreeMap<usize, (GlobSetBuilder, Vec<usize>)> = BTreeMap::new();
        for (name, value) in rows {
            let depth = name.matches('/').count() + 1;
            if depth == 1 && !name.contains(['*', '?', '[', '{']) {
                names.exact.entry(name.to_owned()).or_default().push(value);
                continue;
            }
            let glob = Glob::new(name).map_err(|error| format!("{TABLE}: {name}: {error}"))?;
            let (set, places) = patterns.entry(depth).or_insert_with(|| (GlobSetBuilder::new(), Vec::new()));
            set.add(glob);
            places.push(names.values.len());
            names.values.push(value);
        }
        for (depth, (set, places)) in patterns {
            names.sets.push((depth, set.build().map_err(|error| format!("{TABLE}: {error}"))?, places));
        }
        Ok(names)
    }

    /// What a path in lower case stands for: exact names first, then patterns in the order of the table.
    fn find(&self, path: &str) -> Vec<&T> {
        let name = path.rsplit('/').next().unwrap_or(path);
        let exact = self.exact.get(name).into_iter().flatten();
        let mut places: Vec<usize> = Vec::new();
        for (depth, set, known) in &self.sets {
            let tail = Candidate::new(tail(path, *depth));
            // Most paths are none of them, and that is told much sooner than which.
            if set.is_match_candidate(&tail) {
                places.extend(set.matches_candidate(&tail).into_iter().filter_map(|at| known.get(at)));
            }
        }
        places.sort_unstable();
        exact.chain(places.into_iter().filter_map(|place| self.values.get(place))).collect()
    }
}

/// The last `parts` components of a path.
fn tail(path: &str, parts: usize) -> &str {
    path.rmatch_indices('/').nth(parts.saturating_sub(1)).map_or(path, |(at, _)| path.get(at + 1..).unwrap_or(path))
}

impl Table {
    /// The table of a bundle.
    pub(crate) fn load(policies: &Bundle) -> Result<Arc<Self>, String> {
        policies.prepared(Self::from_bundle)
    }

    fn from_bundle(policies: &Bundle) -> Result<Self, String> {
        Self::parse(policies.get(TABLE).ok_or_else(|| format!("{TABLE} is missing"))?)
    }

    /// The table from its text.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let file: File = crate::yaml::from_str(text).map_err(|error| format!("{TABLE}: {error}"))?;
        let mut table = Self::default();
        let rows = || file.ecosystems.iter().enumerate();
        for (index, row) in rows() {
            for language in &row.languages {
                table.by_language.entry(language.clone()).or_insert(index);
            }
        }
        table.manifests = Names::new(rows().flat_map(|(index, row)| {
            row.manifests.iter().map(move |manifest| (manifest.name.as_str(), (index, manifest.format.clone())))
        }))?;
        table.lockfiles =
            Names::new(rows().flat_map(|(index, row)| row.lockfiles.iter().map(move |name| (name.as_str(), index))))?;
        table.helper_files = Names::new(file.helper_files.iter().map(|name| (name.as_str(), ())))?;
        table.side_manifests = Names::new(file.side_manifests.iter().map(|name| (name.as_str(), ())))?;
        table.not_searched = file.not_searched;
        let lists = [
            (file.directories.vendored, Part::Vendored),
            (file.directories.generated, Part::Generated),
            (file.directories.side, Part::Side),
            (file.directories.helper, Part::Helper),
        ];
        for (names, part) in lists {
            for name in names {
                table.directories.entry(name).or_insert(part);
            }
        }
        table.toolchain_files = file.toolchain_files.into_iter().map(|row| (row.name, row.ecosystem)).collect();
        table.ecosystems = file.ecosystems;
        Ok(table)
    }

    /// All ecosystems, in the order of the table.
    pub(crate) fn ecosystems(&self) -> &[EcosystemRow] {
        &self.ecosystems
    }

    /// The part of the repository that a path belongs to; the outermost telling directory decides, except that vendored
    /// sources are vendored wherever they lie.
    pub(crate) fn part(&self, path: &RepoPath) -> Part {
        let lower = path.lower();
        let above = lower.rsplit_once('/').map_or("", |(above, _)| above);
        let known = above.split('/').filter_map(|name| self.directories.get(name));
        let mut part = known.fold(None, |seen, found| match seen {
            Some(Part::Vendored) => seen,
            None => Some(*found),
            Some(_) if *found == Part::Vendored => Some(*found),
            Some(seen) => Some(seen.max(*found)),
        });
        if matches!(part, None | Some(Part::Helper)) && path.is_test() {
            part = Some(Part::Side);
        }
        if part.is_none() && !self.helper_files.find(lower).is_empty() {
            part = Some(Part::Helper);
        }
        part.unwrap_or(Part::Product)
    }

    /// Whether a directory of this name holds sources of others.
    pub(crate) fn is_vendored_directory(&self, name: &str) -> bool {
        self.directories.get(name) == Some(&Part::Vendored)
    }

    /// The ecosystem of a language.
    pub(crate) fn of_language(&self, language: &str) -> Option<&EcosystemRow> {
        self.by_language.get(language).and_then(|index| self.ecosystems.get(*index))
    }

    /// Whether a manifest is by its name about tests, documentation or checks.
    pub(crate) fn is_side_manifest(&self, path: &RepoPath) -> bool {
        !self.side_manifests.find(path.lower()).is_empty()
    }

    /// Whether a library that a build looks for is somebody else's.
    pub(crate) fn is_searched(&self, name: &str) -> bool {
        !self.not_searched.contains(&name.to_lowercase())
    }
}

impl EcosystemRow {
    /// Whether a module comes with the language.
    pub(crate) fn is_standard(&self, module: &str) -> bool {
        self.standard.iter().any(|name| match name.strip_suffix('*') {
            Some(prefix) => module.starts_with(prefix) || prefix.strip_suffix(['.', '/', ':']) == Some(module),
            None => name == module,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn table() -> Arc<Table> {
        Table::load(&Bundle::policies()).expect("valid")
    }

    #[rstest]
    #[case("src/main.rs", Part::Product)]
    #[case("third_party/zlib/inflate.c", Part::Vendored)]
    #[case("docs/conf.py", Part::Side)]
    #[case("examples/vendor/x.go", Part::Vendored)]
    #[case("scripts/release.py", Part::Helper)]
    #[case("scripts/tests/release.py", Part::Side)]
    #[case("pkg/server_test.go", Part::Side)]
    #[case("noxfile.py", Part::Helper)]
    #[case("web/dist/app.js", Part::Generated)]
    fn parts(#[case] path: &str, #[case] part: Part) {
        assert_eq!(table().part(&RepoPath::new(path)), part);
    }

    #[rstest]
    #[case("go.mod", &["go"])]
    #[case("a/Cargo.toml", &["cargo"])]
    #[case("requirements-dev.txt", &["python"])]
    #[case("requirements/base.txt", &["python"])]
    #[case("src/App/App.csproj", &["nuget"])]
    #[case("MODULE.bazel", &["c", "bazel"])]
    #[case("subprojects/zlib.wrap", &["c", "fortran"])]
    #[case("workflow.yml", &[])]
    fn manifests(#[case] path: &str, #[case] expected: &[&str]) {
        let table = table();
        let named = Named::of(&RepoPath::new(path), Mode::File, &table);
        let found: Vec<&str> =
            named.iter().flat_map(|named| named.manifests(&table)).map(|(row, _)| row.name.as_str()).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn standard_modules_need_no_package() {
        let table = table();
        let row = |name: &str| table.ecosystems().iter().find(|row| row.name == name).expect("a row");
        assert!(row("python").is_standard("json") && !row("python").is_standard("requests"));
        assert!(row("maven").is_standard("java.util") && row("npm").is_standard("node:fs"));
        assert!(row("c").is_standard("sys/types.h") && !row("c").is_standard("zlib.h"));
    }

    #[test]
    fn package_managers_are_spelled_right() {
        for row in table().ecosystems() {
            assert!(matches!(row.package_manager.as_str(), "yes" | "optional" | "no"), "{}", row.name);
        }
    }
}
