//! The table of what makes an address a channel (`policies/tables/links.yaml`) and of options that switch verification off.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use globset::{Glob, GlobMatcher};
use serde::Deserialize;

use crate::bundle::Bundle;
use crate::collect::tables;

/// Bytes of a label that can name a channel; longer ones are sentences.
const LABEL_BYTES: usize = 200;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    roles: BTreeMap<String, Vec<String>>,
    plain_words: BTreeSet<String>,
    install_headings: Vec<String>,
    development_headings: Vec<String>,
    ignored_hosts: BTreeSet<String>,
    pub(super) ignored_parts: Vec<String>,
    shared_hosts: BTreeSet<String>,
    pub(super) registry_pages: Vec<RegistryPage>,
    files: Vec<String>,
    pub(super) installers: Vec<Installer>,
    manifests: Vec<ManifestFields>,
    pub(super) verification: Vec<String>,
    pub(super) signed_repository: Vec<String>,
    #[serde(skip)]
    pub(super) flags: Vec<Flag>,
    #[serde(skip)]
    globs: Vec<GlobMatcher>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegistryPage {
    pub(super) prefix: String,
    pub(super) ecosystem: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Installer {
    pub(super) words: String,
    pub(super) ecosystem: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ManifestFields {
    name: String,
    pub(super) format: String,
    #[serde(default)]
    pub(super) paths: Vec<String>,
    #[serde(default)]
    pub(super) keys: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Flags {
    flags: Vec<Flag>,
}

/// An option that switches verification off.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Flag {
    pub(super) flag: String,
    pub(super) programs: Vec<String>,
    /// Whether it is the transport that is not verified.
    pub(super) tls: bool,
    /// Whether it may be joined with other options of one letter.
    #[serde(default)]
    pub(super) short: bool,
    /// Longer words that contain it and mean something else.
    #[serde(default)]
    pub(super) unless: Option<String>,
}

impl Table {
    pub(super) fn load(policies: &Bundle) -> Result<Arc<Self>, String> {
        policies.prepared(Self::from_bundle)
    }

    fn from_bundle(policies: &Bundle) -> Result<Self, String> {
        let mut table: Self = tables::load(policies, "links")?;
        let flags: Flags = tables::load(policies, "insecure_flags")?;
        table.flags = flags.flags;
        for fields in &table.manifests {
            let glob =
                Glob::new(&fields.name).map_err(|error| format!("tables/links.yaml: {}: {error}", fields.name))?;
            table.globs.push(glob.compile_matcher());
        }
        Ok(table)
    }

    pub(super) fn ignored_hosts(&self) -> &BTreeSet<String> {
        &self.ignored_hosts
    }

    pub(super) fn shared_hosts(&self) -> &BTreeSet<String> {
        &self.shared_hosts
    }

    /// The role that a label or heading names, when nothing in it points at somebody else: besides the phrase only plain
    /// words and the project's own name.
    pub(super) fn role(&self, label: &str, own_names: &[String]) -> Option<&str> {
        if label.len() > LABEL_BYTES {
            return None;
        }
        let lower = label.to_lowercase();
        let mut best: Option<(&str, &str)> = None;
        for (role, phrases) in &self.roles {
            for phrase in phrases {
                if contains_words(&lower, phrase) && best.is_none_or(|(_, longest)| phrase.len() > longest.len()) {
                    best = Some((role, phrase));
                }
            }
        }
        let (role, phrase) = best?;
        let rest = lower.replacen(phrase, " ", 1);
        let words = rest
            .split(|c: char| !(c.is_alphanumeric() || c == '\'' || c == '-' || c == '_'))
            .filter(|word| !word.is_empty());
        let plain = |word: &str| {
            self.plain_words.contains(word)
                || own_names.iter().any(|name| name == word)
                || self.roles.values().flatten().any(|phrase| phrase == word)
        };
        words.into_iter().all(plain).then_some(role)
    }

    /// The role words of one role, for pages named in install sections.
    pub(super) fn names_guide(&self, label: &str) -> bool {
        let lower = label.to_lowercase();
        ["guide", "documentation", "docs", "instructions", "manual", "tutorial", "wiki", "howto", "how-to", "handbook"]
            .iter()
            .any(|word| contains_words(&lower, word))
    }

    /// Whether one of the headings is about installing, and none about working on the product.
    pub(super) fn is_install(&self, headings: &[String]) -> bool {
        headings.iter().any(|heading| self.heading_in(heading, &self.install_headings))
            && !self.is_development(headings)
    }

    /// Whether one of the headings is about working on the product.
    pub(super) fn is_development(&self, headings: &[String]) -> bool {
        headings.iter().any(|heading| self.heading_in(heading, &self.development_headings))
    }

    fn heading_in(&self, heading: &str, words: &[String]) -> bool {
        let lower = heading.to_lowercase();
        words.iter().any(|word| contains_words(&lower, word))
    }

    /// Whether a path in lower case is a file to install or unpack.
    pub(super) fn is_file(&self, path: &str) -> bool {
        self.files.iter().any(|end| path.ends_with(end.as_str()))
    }

    /// The fields of a manifest by its name in lower case.
    pub(super) fn manifest(&self, name: &str) -> Option<&ManifestFields> {
        self.globs.iter().position(|glob| glob.is_match(name)).and_then(|index| self.manifests.get(index))
    }
}

/// Whether `text` has `phrase` as whole words; both in lower case.
pub(super) fn contains_words(text: &str, phrase: &str) -> bool {
    text.match_indices(phrase).any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        let after = text.get(at + phrase.len()..).and_then(|text| text.chars().next());
        let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !letter(before) && !letter(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Documentation", Some("docs"))]
    #[case("full documentation", Some("docs"))]
    #[case("Acme docs", Some("docs"))]
    #[case("MySQL documentation", None)]
    #[case("Home page", Some("website"))]
    #[case("mailing list", Some("list"))]
    #[case("Join us on Slack", Some("chat"))]
    #[case("Project website", Some("website"))]
    #[case("here", None)]
    fn roles(#[case] label: &str, #[case] expected: Option<&str>) {
        let table = Table::load(&Bundle::policies()).expect("the tables");
        assert_eq!(table.role(label, &["acme".to_owned()]), expected);
    }

    #[test]
    fn install_sections() {
        let table = Table::load(&Bundle::policies()).expect("the tables");
        let install =
            |headings: &[&str]| table.is_install(&headings.iter().map(|h| (*h).to_owned()).collect::<Vec<_>>());
        assert!(install(&["Acme", "Installation"]) && install(&["How to install Acme on Debian"]));
        assert!(!install(&["Development", "Setup"]) && !install(&["Uninstalling"]));
    }
}
