//! What is filled into templates. Everything comes from a repository, so a text is only taken where it is of a form that
//! means nothing in the file it goes to; else a blank takes its place.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{BLANK, Draft};
use crate::model::assessment::Standing;

/// The configuration of updates that is drafted.
pub(super) const UPDATES: &str = ".github/dependabot.yml";
/// Directories of one ecosystem that are watched for updates.
const MAX_DIRECTORIES: usize = 20;
/// Manifests and commands that a document lists.
const MAX_LISTED: usize = 5;

/// `policies/tables/fixes.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct World {
    updates: Vec<UpdateRule>,
    scans: Vec<Scan>,
    pins: BTreeMap<String, Pin>,
    commands: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UpdateRule {
    manifests: Vec<String>,
    ecosystem: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scan {
    ecosystem: String,
    language: String,
    build: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pin {
    uses: String,
    commit: String,
    version: String,
}

impl Pin {
    fn written(&self) -> String {
        format!("{}@{} # {}", self.uses, self.commit, self.version)
    }
}

/// One entry of Dependabot's configuration.
#[derive(Debug, Serialize)]
struct Update {
    ecosystem: String,
    directories: Vec<String>,
}

/// An ecosystem, as the facts have it.
#[derive(Debug, Deserialize)]
struct Ecosystem {
    ecosystem: String,
    source_files: u64,
    manifests: Vec<Manifest>,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    path: String,
}

/// A step of a pipeline, as the facts have it.
#[derive(Debug, Deserialize)]
struct Step {
    kind: String,
    tool: String,
    triggers: Vec<String>,
    resolved: String,
}

/// What templates are filled with.
#[derive(Debug, Serialize)]
pub(super) struct Values {
    github: bool,
    name: String,
    address: String,
    branch: String,
    /// The branch as a text of YAML.
    quoted_branch: String,
    day: String,
    private_reporting: bool,
    license: String,
    license_file: String,
    manifests: Vec<String>,
    updates: Option<String>,
    updates_for: Vec<Update>,
    scans: Vec<Scan>,
    tests: Vec<String>,
    /// Whether something is still to be said, by id: what was met, or does not apply, needs no section.
    open: BTreeMap<String, bool>,
    /// Actions as `uses:` has them, by short names.
    pins: BTreeMap<String, String>,
    /// Expressions of the platform, by the names of their values.
    expressions: BTreeMap<&'static str, String>,
}

/// Values that drafted workflows read.
const EXPRESSIONS: &[(&str, &str)] = &[("language", "matrix.language"), ("build_mode", "matrix.build-mode")];

impl Values {
    pub(super) fn of(draft: &Draft<'_>) -> Self {
        let world: World = draft.table("tables/fixes.yaml").unwrap_or_default();
        let subject = &draft.ground.assessment.subject;
        let github = subject.forge.as_deref() == Some("github");
        let plain = |text: &Option<String>| text.clone().filter(|text| is_plain(text));
        let address = match (plain(&subject.host), plain(&subject.owner), is_plain(&subject.name)) {
            (Some(host), Some(owner), true) => Some(format!("https://{host}/{owner}/{}", subject.name)),
            _ => None,
        };
        let branch = subject.default_branch.clone().filter(|branch| is_path(branch));
        let ecosystems: Vec<Ecosystem> = draft.facts("deps.ecosystems");
        let manifests: Vec<&String> = ecosystems
            .iter()
            .flat_map(|ecosystem| ecosystem.manifests.iter().map(|manifest| &manifest.path))
            .filter(|path| is_path(path))
            .collect();
        let (license_file, license) = license(draft);
        Self {
            github,
            name: if is_plain(&subject.name) { subject.name.clone() } else { blank("name of the project") },
            address: address.unwrap_or_default(),
            quoted_branch: Json::from(branch.as_deref().unwrap_or("main")).to_string(),
            branch: branch.unwrap_or_else(|| "main".to_owned()),
            day: draft
                .ground
                .assessment
                .facts
                .collected_at
                .chars()
                .take(10)
                .filter(|c| c.is_ascii_digit() || *c == '-')
                .collect(),
            private_reporting: draft.fact("security.private_reporting") == Some(&Json::Bool(true)),
            license,
            license_file,
            updates_for: updates(&world, &manifests, draft),
            updates: updates_file(draft),
            manifests: manifests.into_iter().take(MAX_LISTED).cloned().collect(),
            scans: scans(&world, &ecosystems, draft),
            tests: tests(&world, draft),
            open: draft
                .ground
                .assessment
                .requirements
                .iter()
                .map(|verdict| (verdict.id.to_string(), verdict.standing != Standing::Met))
                .collect(),
            pins: world.pins.iter().map(|(name, pin)| (name.clone(), pin.written())).collect(),
            expressions: EXPRESSIONS.iter().map(|(name, value)| (*name, format!("${{{{ {value} }}}}"))).collect(),
        }
    }

    pub(super) fn on_github(&self) -> bool {
        self.github
    }

    pub(super) fn has_address(&self) -> bool {
        !self.address.is_empty()
    }

    pub(super) fn has_updates(&self) -> bool {
        !self.updates_for.is_empty()
    }

    pub(super) fn has_scans(&self) -> bool {
        !self.scans.is_empty()
    }

    /// Whether one of these requirements is still to be met.
    pub(super) fn is_open(&self, ids: &[&str]) -> bool {
        ids.iter().any(|id| self.open.get(*id) == Some(&true))
    }

    /// A template of `templates/fix/`, filled in, with its title at this depth.
    pub(super) fn render(&self, draft: &Draft<'_>, template: &str, depth: usize) -> Result<String, String> {
        let mut values = serde_json::to_value(self).map_err(|error| error.to_string())?;
        if let Some(values) = values.as_object_mut() {
            values.insert("depth".to_owned(), Json::from(depth));
            if draft.files.contains_key(UPDATES) {
                values.insert("updates".to_owned(), Json::from(UPDATES));
            }
        }
        let text = (draft.ground.render)(&format!("fix/{template}"), &values)?;
        Ok(format!("{}\n", text.trim_end()))
    }
}

fn blank(what: &str) -> String {
    format!("{BLANK}: {what}]")
}

/// A name that means nothing but itself anywhere.
pub(super) fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with(['-', '.'])
        && text.len() <= 200
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

/// A path of such names.
fn is_path(text: &str) -> bool {
    text.len() <= 300
        && text.split('/').all(|part| is_plain(part.strip_prefix('.').unwrap_or(part)) && part != ".." && part != ".")
}

/// The file of the licence and its expression.
fn license(draft: &Draft<'_>) -> (String, String) {
    let files = draft.fact("license.files").and_then(Json::as_array).into_iter().flatten();
    let mut found = files.filter_map(|file| {
        let (path, part) = (file.get("path")?.as_str()?, file.get("parts")?.get(0)?.get("spdx")?.as_str()?);
        (is_path(path) && is_plain(part)).then(|| (path.to_owned(), part.to_owned()))
    });
    found.next().unwrap_or_else(|| ("LICENSE".to_owned(), format!("\"{}\"", blank("SPDX expression"))))
}

/// What is watched for updates: manifests by ecosystem and directory, and the pipelines themselves.
fn updates(world: &World, manifests: &[&String], draft: &Draft<'_>) -> Vec<Update> {
    let mut found: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for path in manifests {
        let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
        let name = name.to_lowercase();
        let known = world.updates.iter().find(|rule| rule.manifests.iter().any(|pattern| fits(pattern, &name)));
        if let Some(rule) = known {
            found.entry(&rule.ecosystem).or_default().insert(format!("/{directory}"));
        }
    }
    if draft.fact("workflows.present") == Some(&Json::Bool(true)) && draft.exists(".github/workflows") {
        found.entry("github-actions").or_default().insert("/".to_owned());
    }
    let update = |(ecosystem, directories): (&str, BTreeSet<String>)| Update {
        ecosystem: ecosystem.to_owned(),
        directories: directories.into_iter().take(MAX_DIRECTORIES).collect(),
    };
    found.into_iter().map(update).collect()
}

/// Whether a name fits a pattern with at most one `*`.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == name,
        Some((start, end)) => name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
    }
}

/// The configuration of a tool that proposes updates, if there is one or one is drafted.
fn updates_file(draft: &Draft<'_>) -> Option<String> {
    let path = draft.fact("deps.update_config").and_then(|config| config.get("path")?.as_str());
    path.filter(|path| is_path(path)).map(str::to_owned)
}

/// The languages that are analysed.
fn scans(world: &World, ecosystems: &[Ecosystem], draft: &Draft<'_>) -> Vec<Scan> {
    let there =
        |scan: &&Scan| ecosystems.iter().any(|known| known.ecosystem == scan.ecosystem && known.source_files > 0);
    let mut found: Vec<Scan> = world.scans.iter().filter(there).cloned().collect();
    if !found.is_empty() && draft.fact("workflows.present") == Some(&Json::Bool(true)) {
        let (language, build) = ("actions".to_owned(), "none".to_owned());
        found.push(Scan { ecosystem: "github-actions".to_owned(), language, build });
    }
    found
}

/// The commands with which the pipelines test every change.
fn tests(world: &World, draft: &Draft<'_>) -> Vec<String> {
    let steps: Vec<Step> = draft.facts("ci.capabilities");
    let simple = |text: &str| {
        text.split(' ')
            .all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./:=".contains(c)))
    };
    let known = |step: &Step| {
        step.kind == "test"
            && step.resolved == "direct"
            && step.triggers.iter().any(|trigger| trigger == "change_request")
            && simple(&step.tool)
            && step.tool.split(' ').next().is_some_and(|first| world.commands.iter().any(|command| command == first))
    };
    let found: BTreeSet<String> = steps.into_iter().filter(known).map(|step| step.tool).collect();
    found.into_iter().take(MAX_LISTED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use rstest::rstest;

    #[test]
    fn the_table_is_read_and_pins_are_whole_commits() {
        let bundle = Bundle::policies();
        let table: World =
            crate::yaml::from_str(bundle.get("tables/fixes.yaml").expect("the table")).expect("well formed");
        assert!(!table.updates.is_empty() && !table.scans.is_empty() && !table.commands.is_empty());
        for pin in table.pins.values() {
            assert!(pin.commit.len() == 40 && pin.commit.bytes().all(|b| b.is_ascii_hexdigit()), "{pin:?}");
            assert!(pin.version.starts_with('v'), "{pin:?}");
        }
    }

    #[rstest]
    #[case("*.gemspec", "puma.gemspec", true)]
    #[case("requirements*.txt", "requirements-dev.txt", true)]
    #[case("requirements*.txt", "requirements.tx", false)]
    #[case("cargo.toml", "cargo.toml", true)]
    fn manifests(#[case] pattern: &str, #[case] name: &str, #[case] expected: bool) {
        assert_eq!(fits(pattern, name), expected);
    }

    #[rstest]
    #[case("docs/a.md", true)]
    #[case(".github/x.yml", true)]
    #[case("../x", false)]
    #[case("a b", false)]
    #[case("x\ny", false)]
    #[case("", false)]
    fn paths(#[case] path: &str, #[case] expected: bool) {
        assert_eq!(is_path(path), expected);
    }
}
