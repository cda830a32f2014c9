//! Which CI systems have definitions in the tree, and reading those files.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::OnceLock;

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use super::CiSystem;
use crate::collect::path::RepoPath;
use crate::collect::tables;
use crate::collect::tree::{Entry, Mode, Reader, Tree};
use crate::collect::twins::ByName;
use crate::collect::{Context, limits};

/// The table of systems, runners and files without code.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Table {
    systems: Vec<System>,
    #[serde(default)]
    hosted_runners: Vec<String>,
    /// The same, ready to be asked.
    #[serde(skip)]
    hosted: OnceLock<GlobSet>,
    /// The files of all systems, ready to be asked.
    #[serde(skip)]
    definitions: OnceLock<Patterns>,
    #[serde(default)]
    non_code: NonCode,
}

/// One system of the table.
#[derive(Debug, Deserialize)]
struct System {
    system: String,
    files: Vec<String>,
    analysed: String,
    #[serde(default)]
    dialect: Option<String>,
    #[serde(default)]
    token: bool,
    #[serde(flatten)]
    reading: Reading,
}

/// How a definition is read that is YAML with commands under known keys.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Reading {
    /// Keys whose value is shell commands; `*_script` is any key with that end.
    #[serde(default)]
    pub(super) commands: Vec<String>,
    /// What a definition runs on that does not say it.
    #[serde(default)]
    pub(super) events: Vec<String>,
    /// Keys below which other events hold.
    #[serde(default)]
    pub(super) sections: BTreeMap<String, Vec<String>>,
    /// Keys of the first level that name branches: `pr`, `trigger`.
    #[serde(default)]
    pub(super) triggers: Vec<String>,
    /// Commands by language, for files without any of the keys in `unless`.
    #[serde(default)]
    pub(super) defaults: BTreeMap<String, String>,
    #[serde(default)]
    pub(super) unless: Vec<String>,
    /// Packaged steps and the command that each one runs, with `{name}` for its inputs.
    #[serde(default)]
    pub(super) tasks: BTreeMap<String, String>,
    /// Whether `template` names a file of the tree.
    #[serde(default)]
    pub(super) templates: bool,
    /// Whether commands are those of PowerShell and cmd.
    #[serde(default)]
    pub(super) windows: bool,
}

/// What a file without code looks like.
#[derive(Debug, Default, Deserialize)]
struct NonCode {
    #[serde(default)]
    directories: Vec<String>,
    #[serde(default)]
    extensions: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
}

/// A definition in the tree.
#[derive(Debug)]
pub(super) struct Definition {
    pub(super) system: CiSystem,
    /// Which reader understands it: `actions`, `gitlab`, …; none for one that is only detected.
    pub(super) dialect: Option<String>,
    pub(super) source: String,
}

/// All definitions of the tree.
#[derive(Debug)]
pub(super) struct Definitions {
    pub(super) list: Vec<Definition>,
    /// Whether there were more than are read.
    pub(super) truncated: bool,
}

impl Table {
    pub(super) fn load(cx: &Context<'_>) -> Arc<Self> {
        cx.policies.prepared(|policies| tables::load(policies, "ci_systems")).unwrap_or_default()
    }

    /// How definitions of a system are read.
    pub(super) fn reading(&self, system: &str) -> Option<&Reading> {
        self.systems.iter().find(|known| known.system == system).map(|known| &known.reading)
    }

    /// Whether a runner's labels mean a machine of the host, of the project, or nothing we know.
    pub(super) fn runner(&self, labels: &[String]) -> &'static str {
        if labels.iter().any(|label| label.eq_ignore_ascii_case("self-hosted")) {
            return "self_hosted";
        }
        let hosted = self.hosted.get_or_init(|| set(&self.hosted_runners));
        let known = |label: &String| hosted.is_match(label.to_lowercase());
        if !labels.is_empty() && labels.iter().any(known) { "hosted" } else { "unknown" }
    }

    /// Tells files without code.
    pub(super) fn non_code(&self) -> NonCodeFiles {
        let other_systems =
            self.systems.iter().filter(|system| system.system != "github_actions").flat_map(|system| &system.files);
        NonCodeFiles {
            directories: self
                .non_code
                .directories
                .iter()
                .map(|directory| format!("{}/", directory.to_lowercase()))
                .collect(),
            extensions: self.non_code.extensions.clone(),
            names: set(&self.non_code.names.iter().filter(|name| name.contains('.')).cloned().collect::<Vec<_>>()),
            bare_names: set(&self
                .non_code
                .names
                .iter()
                .filter(|name| !name.contains('.'))
                .cloned()
                .collect::<Vec<_>>()),
            other_systems: set(&other_systems.cloned().collect::<Vec<_>>()),
        }
    }
}

/// Tells files without code: documentation, images, licences, definitions of other CI systems.
#[derive(Debug)]
pub(super) struct NonCodeFiles {
    directories: Vec<String>,
    extensions: Vec<String>,
    names: GlobSet,
    bare_names: GlobSet,
    other_systems: GlobSet,
}

impl NonCodeFiles {
    /// Whether the path, in lower case, holds no code.
    pub(super) fn contains(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        self.extensions.iter().any(|known| known == extension)
            || self.directories.iter().any(|directory| path.starts_with(directory.as_str()))
            || self.names.is_match(name)
            || !name.contains('.') && self.bare_names.is_match(name)
            || self.other_systems.is_match(path)
    }
}

fn set(patterns: &[String]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        if let Ok(glob) = glob(pattern) {
            builder.add(glob);
        }
    }
    builder.build().unwrap_or_default()
}

fn glob(pattern: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(pattern).literal_separator(true).case_insensitive(true).build()
}

/// Finds and reads all definitions.
pub(super) fn find(tree: &Tree, reader: &Reader<'_>, table: &Table) -> Definitions {
    let mut definitions = Definitions { list: Vec::new(), truncated: !tree.complete() };
    for (entry, Named(system)) in tree.by_name(table) {
        let Some(system) = table.systems.get(system) else { continue };
        if definitions.list.len() >= limits::CI_FILES {
            definitions.truncated = true;
            break;
        }
        definitions.list.extend(read(tree, reader, entry, system));
    }
    definitions
}

/// A file that defines pipelines of a system, by the system's place in the table.
#[derive(Debug, Clone)]
struct Named(usize);

impl ByName for Named {
    type Table = Table;

    fn of(path: &RepoPath, _: Mode, table: &Table) -> Option<Self> {
        let patterns = table.definitions.get_or_init(|| Patterns::of(&table.systems));
        let text = String::from_utf8_lossy(path.as_bytes());
        let fitting = patterns.set.matches(&*text);
        if fitting.is_empty() {
            return None;
        }
        let foreign = path.is_test() || is_third_party(&text);
        let mut fitting = fitting.into_iter().filter_map(|at| patterns.owners.get(at));
        fitting.find(|(_, anywhere)| !foreign || !anywhere).map(|(system, _)| Self(*system))
    }
}

/// The names of all definitions at once, for nearly every file of a tree fits none.
#[derive(Debug)]
struct Patterns {
    set: GlobSet,
    /// For each pattern the place of its system, and whether it fits in any directory.
    owners: Vec<(usize, bool)>,
}

impl Patterns {
    fn of(systems: &[System]) -> Self {
        let mut builder = GlobSetBuilder::new();
        let mut owners = Vec::new();
        for (place, system) in systems.iter().enumerate() {
            for file in &system.files {
                if let Ok(glob) = glob(file) {
                    builder.add(glob);
                    owners.push((place, file.starts_with("**/")));
                }
            }
        }
        Self { set: builder.build().unwrap_or_default(), owners }
    }
}

fn is_third_party(path: &str) -> bool {
    path.split('/').any(|part| {
        matches!(
            part.to_ascii_lowercase().as_str(),
            "vendor" | "node_modules" | "third_party" | "third-party" | "external"
        )
    })
}

/// None for what is no definition: a submodule, a link that leads to no file of the tree (no system follows it out of
/// there), or a file that holds nothing but comments.
fn read(tree: &Tree, reader: &Reader<'_>, entry: &Entry, system: &System) -> Option<Definition> {
    let mut definition = Definition {
        system: CiSystem {
            system: system.system.clone(),
            path: entry.path.text(),
            analysed: system.analysed.clone(),
            parsed: "ok".to_owned(),
            error: None,
            issues_token: system.token,
            credentials: Vec::new(),
            active: None,
        },
        dialect: system.dialect.clone(),
        source: String::new(),
    };
    let target = tree.resolve(reader, entry)?;
    match reader.read(target, limits::TEXT_BYTES) {
        Ok(blob) if blob.truncated => definition.unread(format!("larger than {} bytes", limits::TEXT_BYTES)),
        Ok(blob) => definition.source = blob.text(),
        Err(error) => definition.unread(format!("cannot be read: {error:?}")),
    }
    let blank = definition.system.parsed == "ok"
        && definition.source.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    if blank { None } else { Some(definition) }
}

impl Definition {
    fn unread(&mut self, why: String) {
        self.system.parsed = "unread".to_owned();
        self.system.error = Some(why);
    }

    /// Notes that something in it could not be understood, unless something worse is noted already.
    pub(super) fn problem(&mut self, state: &str, why: String) {
        if self.system.parsed == "ok" {
            self.system.parsed = state.to_owned();
            self.system.error = Some(why);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use crate::yaml;
    use rstest::rstest;

    fn table() -> Table {
        yaml::from_str(Bundle::policies().get("tables/ci_systems.yaml").expect("the table")).expect("it parses")
    }

    #[rstest]
    #[case(".github/workflows/ci.yml", Some("github_actions"))]
    #[case(".github/workflows/README.md", None)]
    #[case(".github/workflows/sub/ci.yml", None)]
    #[case("examples/.github/workflows/ci.yml", None)]
    #[case(".forgejo/workflows/a.yaml", Some("forgejo_actions"))]
    #[case("deploy/cloudbuild.yaml", Some("cloud_build"))]
    #[case("tests/fixtures/cloudbuild.yaml", None)]
    #[case("vendor/x/Jenkinsfile", None)]
    #[case("ci/Jenkinsfile", Some("jenkins"))]
    #[case(".travis.yml", Some("travis"))]
    fn finds_definitions(#[case] path: &str, #[case] system: Option<&str>) {
        let tree = Tree::of(&[(path, "a: b\n")]);
        let found = find(&tree, &tree.reader(), &table());
        assert_eq!(found.list.first().map(|definition| definition.system.system.as_str()), system);
    }

    #[test]
    fn comments_and_links_that_lead_nowhere_define_nothing() {
        let tree = Tree::of(&[(".github/workflows/a.yml", "# off\n\n"), (".github/workflows/b.yml@", "../../../x")]);
        assert!(find(&tree, &tree.reader(), &table()).list.is_empty());
    }

    #[rstest]
    #[case(&["ubuntu-latest"], "hosted")]
    #[case(&["self-hosted", "ubuntu-20.04"], "self_hosted")]
    #[case(&["my-machine"], "unknown")]
    #[case(&[], "unknown")]
    fn runners(#[case] labels: &[&str], #[case] kind: &str) {
        let labels: Vec<String> = labels.iter().map(|label| (*label).to_owned()).collect();
        assert_eq!(table().runner(&labels), kind);
    }

    #[rstest]
    #[case("readme.md", true)]
    #[case("docs/conf.py", true)]
    #[case("license-mit", true)]
    #[case("src/main.rs", false)]
    #[case("src/docs/a.rs", false)]
    #[case(".travis.yml", true)]
    #[case("cmakelists.txt", false)]
    #[case("src/license.rs", false)]
    fn files_without_code(#[case] path: &str, #[case] expected: bool) {
        assert_eq!(table().non_code().contains(path), expected);
    }
}
