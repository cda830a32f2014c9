//! What a document is for, by its name, its directory, the label of a link to it or its own title. The names are data:
//! `policies/tables/documents.yaml`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use crate::bundle::Bundle;
use crate::collect::path::RepoPath;

/// Where the table lies.
const TABLE: &str = "tables/documents.yaml";

/// The table as it is written.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    formats: BTreeMap<Format, Vec<String>>,
    directories: Vec<String>,
    documentation_directories: Vec<String>,
    generators: Vec<Generator>,
    sample_directories: BTreeSet<String>,
    skipped_directories: BTreeSet<String>,
    skipped_names: Vec<String>,
    health_places: Vec<String>,
    words: Limits,
    roles: Vec<Role>,
    templates: BTreeMap<String, Template>,
    translations: Vec<String>,
    languages: BTreeMap<String, BTreeSet<String>>,
    boilerplate: Vec<String>,
}

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Format {
    Markdown,
    Restructured,
    Asciidoc,
    Plain,
    Form,
}

/// Numbers of words that decide whether a document has content.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limits {
    pub(super) minimum: u64,
    pub(super) contact_minimum: u64,
    pub(super) pointer: u64,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Role {
    role: String,
    #[serde(default)]
    contact: bool,
    #[serde(default)]
    follow: bool,
    #[serde(default)]
    names: BTreeSet<String>,
    #[serde(default)]
    contains: Vec<String>,
    #[serde(default)]
    directories: BTreeSet<String>,
    #[serde(default)]
    titles: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Template {
    directories: Vec<String>,
    names: BTreeSet<String>,
}

/// How a generator of sites names its sources.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Generator {
    pub(super) files: Vec<String>,
    pub(super) key: Option<String>,
    pub(super) sources: Vec<String>,
    pub(super) holds: Vec<String>,
}

/// The table, ready for use.
#[derive(Debug, Default)]
pub(super) struct Roles {
    written: Written,
    by_extension: BTreeMap<String, Format>,
    skipped: GlobSet,
}

impl Roles {
    /// Reads the table. A table that does not parse is a defect of the data files, told in words.
    pub(super) fn load(policies: &Bundle) -> Result<Arc<Self>, String> {
        policies.prepared(Self::from_bundle)
    }

    fn from_bundle(policies: &Bundle) -> Result<Self, String> {
        let text = policies.get(TABLE).ok_or_else(|| format!("{TABLE} is missing"))?;
        let mut written: Written = crate::yaml::from_str(text).map_err(|error| format!("{TABLE}: {error}"))?;
        for place in written.templates.values_mut().flat_map(|template| &mut template.directories) {
            *place = dashed(place);
        }
        let mut by_extension = BTreeMap::new();
        for (format, extensions) in &written.formats {
            for extension in extensions {
                by_extension.insert(extension.clone(), *format);
            }
        }
        let mut skipped = GlobSetBuilder::new();
        for name in &written.skipped_names {
            skipped.add(Glob::new(name).map_err(|error| format!("{TABLE}: {error}"))?);
        }
        let skipped = skipped.build().map_err(|error| format!("{TABLE}: {error}"))?;
        Ok(Self { written, by_extension, skipped })
    }

    pub(super) fn limits(&self) -> Limits {
        self.written.words
    }

    pub(super) fn languages(&self) -> &BTreeMap<String, BTreeSet<String>> {
        &self.written.languages
    }

    pub(super) fn boilerplate(&self) -> &[String] {
        &self.written.boilerplate
    }

    pub(super) fn generators(&self) -> &[Generator] {
        &self.written.generators
    }

    /// Whether what lies below a directory of this name only shows how something is done.
    pub(super) fn is_sample(&self, name: &str) -> bool {
        self.written.sample_directories.contains(&name.to_lowercase())
    }

    /// Whether a directory of this name at the root is searched.
    pub(super) fn searches(&self, top: &str) -> bool {
        self.written.directories.contains(&dashed_top(top))
    }

    /// Whether a directory of this name at the root holds documentation proper.
    pub(super) fn is_documentation(&self, top: &str) -> bool {
        self.written.documentation_directories.contains(&top.to_lowercase())
    }

    /// Whether what lies below a directory of this name is never a document.
    pub(super) fn skips_directory(&self, name: &str) -> bool {
        self.written.skipped_directories.contains(&name.to_lowercase())
    }

    /// How a file is written, by its extension; none for a file that is no document.
    pub(super) fn format(&self, path: &RepoPath) -> Option<Format> {
        let name = path.name_lower();
        if self.skipped.is_match(name) {
            return None;
        }
        let (stem, extension) = match name.rsplit_once('.') {
            Some((stem, extension)) if !stem.is_empty() => (stem, extension),
            Some(_) => return None,
            None => (name, ""),
        };
        match self.by_extension.get(extension) {
            Some(Format::Form) => None,
            Some(format) if extension.is_empty() => self.names_of(stem).next().map(|_| *format),
            found => found.copied(),
        }
    }

    /// The roles that the name of a file gives.
    pub(super) fn by_name(&self, path: &RepoPath) -> BTreeSet<String> {
        let name = path.name_lower();
        let stem = match name.rsplit_once('.') {
            Some((stem, extension)) if self.by_extension.contains_key(extension) => stem,
            _ => name,
        };
        let roles: BTreeSet<String> = self.names_of(stem).map(str::to_owned).collect();
        if path.depth() > 0 && roles.contains("readme") { BTreeSet::new() } else { roles }
    }

    fn names_of(&self, stem: &str) -> impl Iterator<Item = &str> {
        let stem = dashed(stem);
        let plain = self.untranslated(&stem).to_owned();
        self.written.roles.iter().filter(move |role| role.named(&plain)).map(|role| role.role.as_str())
    }

    /// Without the suffix of a translation: a language's code, or its name in another script.
    fn untranslated<'a>(&self, stem: &'a str) -> &'a str {
        let named =
            stem.rsplit_once('-').filter(|(_, suffix)| !suffix.is_empty() && !suffix.contains(|c: char| c.is_ascii()));
        let coded = self
            .written
            .translations
            .iter()
            .filter_map(|language| stem.strip_suffix(language.as_str())?.strip_suffix('-'));
        let shortest = coded.chain(named.map(|(rest, _)| rest)).min_by_key(|rest| rest.len());
        shortest.filter(|rest| !rest.is_empty()).unwrap_or(stem)
    }

    /// The roles that a directory gives to what lies below it.
    pub(super) fn directory_roles(&self, name: &str) -> impl Iterator<Item = &str> {
        let name = dashed(name);
        self.written.roles.iter().filter(move |role| role.directories.contains(&name)).map(|role| role.role.as_str())
    }

    /// The roles that a link's label or a title gives.
    pub(super) fn by_title(&self, title: &str) -> BTreeSet<String> {
        let title = spaced(title);
        if title.len() > 200 {
            return BTreeSet::new();
        }
        self.written.roles.iter().filter(|role| role.titled(&title)).map(|role| role.role.clone()).collect()
    }

    /// The role of a template, by its place.
    pub(super) fn template(&self, path: &RepoPath) -> Option<&str> {
        let parent = path.parent_lower();
        let name = path.name_lower();
        let in_a_health_place = self.written.health_places.iter().any(|place| place == parent);
        self.written.templates.iter().find_map(|(role, template)| {
            let by_directory = template.directories.iter().any(|place| {
                let mut directory = dashes(parent);
                place.chars().all(|c| directory.next() == Some(c)) && matches!(directory.next(), None | Some('/'))
            });
            let by_name = || template.names.contains(&dashed(name.split('.').next().unwrap_or_default()));
            (by_directory || in_a_health_place && by_name()).then_some(role.as_str())
        })
    }

    /// Whether a file is the health file of a role: the plain name in one of the places that forges look in.
    pub(super) fn is_health_file(&self, path: &RepoPath, role: &str) -> bool {
        let parent = String::from_utf8_lossy(path.parent()).to_lowercase();
        let name = path.name_lower();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        self.written.health_places.contains(&parent)
            && self.by_extension.contains_key(extension)
            && dashed(stem) == dashed(role)
    }

    /// Whether the lower word limit holds for a document with these roles.
    pub(super) fn is_contact(&self, roles: &BTreeSet<String>) -> bool {
        self.written.roles.iter().any(|role| role.contact && roles.contains(&role.role))
    }

    /// Whether links in a document with these roles are followed.
    pub(super) fn follows(&self, roles: &BTreeSet<String>) -> bool {
        roles.contains("issue_chooser")
            || self.written.roles.iter().any(|role| role.follow && roles.contains(&role.role))
    }
}

impl Role {
    fn named(&self, stem: &str) -> bool {
        self.names.contains(stem) || self.contains.iter().any(|run| has_run(stem, run, '-'))
    }

    fn titled(&self, title: &str) -> bool {
        self.titles.iter().any(|phrase| title == phrase || phrase.contains(' ') && has_run(title, phrase, ' '))
    }
}

/// The name of a directory at the root: `_` and `-` are the same, a leading dot counts.
fn dashed_top(name: &str) -> String {
    name.to_lowercase().replace('_', "-")
}

/// Whether `run` stands in `text` between separators or the ends.
fn has_run(text: &str, run: &str, separator: char) -> bool {
    text.match_indices(run).any(|(at, found)| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + found.len()..).unwrap_or_default();
        let ends = after.strip_prefix('s').unwrap_or(after);
        (before.is_empty() || before.ends_with(separator))
            && (after.is_empty() || ends.is_empty() || after.starts_with(separator) || ends.starts_with(separator))
    })
}

/// In lower case, with `-` for every run of separators inside one path component.
fn dashed(name: &str) -> String {
    dashes(name).collect()
}

fn dashes(name: &str) -> impl Iterator<Item = char> {
    // A separator at the beginning of a component, or at the end of all, says nothing.
    let (mut last, mut separated) = ('/', false);
    name.chars().flat_map(char::to_lowercase).flat_map(move |c| {
        let given = match c {
            '-' | '_' | '.' | ' ' => {
                separated = last != '/';
                [None, None]
            }
            '\'' | '’' => [None, None],
            c => {
                last = c;
                [std::mem::take(&mut separated).then_some('-'), Some(c)]
            }
        };
        given.into_iter().flatten()
    })
}

/// A label in lower case: words separated by one blank, without punctuation at the ends of words.
fn spaced(title: &str) -> String {
    let mut out = String::with_capacity(title.len());
    let words = title.split(|c: char| c.is_whitespace() || matches!(c, '-' | '_' | '/' | '|' | '.'));
    for word in words {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        if word.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    for article in ["the ", "our ", "a "] {
        if let Some(rest) = out.strip_prefix(article) {
            out = rest.to_owned();
            break;
        }
    }
    for extension in [" md", " rst", " adoc", " txt"] {
        if let Some(rest) = out.strip_suffix(extension) {
            out = rest.to_owned();
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn roles() -> Arc<Roles> {
        Roles::load(&Bundle::policies()).expect("the table parses")
    }

    #[rstest]
    #[case("README.md", "readme")]
    #[case("README.zh-CN.md", "readme")]
    #[case("README_ja.md", "readme")]
    #[case("README.中文.md", "readme")]
    #[case("docs/README.md", "")]
    #[case("SECURITY", "security")]
    #[case("docs/security-policy.md", "security")]
    #[case("CODE_OF_CONDUCT.md", "code_of_conduct")]
    #[case("Release Notes.txt", "changelog")]
    #[case("LICENSE-MIT", "license")]
    #[case("docs/maintainer-guide.md", "governance")]
    #[case("THREAT-MODEL.adoc", "threat_model")]
    #[case("DCO", "agreement contributing")]
    #[case("docs/image.md", "")]
    #[case("HACKING.rst", "build contributing")]
    fn names(#[case] path: &str, #[case] expected: &str) {
        let found = roles().by_name(&RepoPath::new(path));
        assert_eq!(found.into_iter().collect::<Vec<_>>().join(" "), expected);
    }

    #[rstest]
    #[case("README.md", Some(Format::Markdown))]
    #[case("README", Some(Format::Plain))]
    #[case("Makefile", None)]
    #[case("requirements-dev.txt", None)]
    #[case("docs/a.rst", Some(Format::Restructured))]
    #[case(".md", None)]
    #[case("a.yaml", None)]
    fn formats(#[case] path: &str, #[case] expected: Option<Format>) {
        assert_eq!(roles().format(&RepoPath::new(path)), expected);
    }

    #[rstest]
    #[case("Security Policy", "security")]
    #[case("our security policy", "security")]
    #[case("Read the contribution guidelines first", "contributing")]
    #[case("CONTRIBUTING.md", "contributing")]
    #[case("Spring Security tutorial", "")]
    #[case("here", "")]
    fn titles(#[case] label: &str, #[case] expected: &str) {
        assert_eq!(roles().by_title(label).into_iter().collect::<Vec<_>>().join(" "), expected);
    }

    #[rstest]
    #[case(".github/ISSUE_TEMPLATE/bug.yml", Some("issue_template"))]
    #[case(".github/ISSUE_TEMPLATE.md", Some("issue_template"))]
    #[case("PULL_REQUEST_TEMPLATE.md", Some("change_template"))]
    #[case(".gitlab/merge_request_templates/Default.md", Some("change_template"))]
    #[case("src/ISSUE_TEMPLATE.md", None)]
    fn templates(#[case] path: &str, #[case] expected: Option<&str>) {
        assert_eq!(roles().template(&RepoPath::new(path)), expected);
    }

    #[rstest]
    #[case(".github/SECURITY.md", "security", true)]
    #[case("code-of-conduct.md", "code_of_conduct", true)]
    #[case("docs/a/SECURITY.md", "security", false)]
    #[case("SECURITY_CONTACTS", "security", false)]
    fn health_files(#[case] path: &str, #[case] role: &str, #[case] expected: bool) {
        assert_eq!(roles().is_health_file(&RepoPath::new(path), role), expected);
    }
}
