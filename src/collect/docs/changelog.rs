//! The change log: which versions it has a section for, at the head and in the tree of the newest release's tag.

use serde::Deserialize;

use super::model::{Block, BlockKind, Section};
use super::roles::Roles;
use super::{ChangelogFile, ChangelogSection, discover};
use crate::bundle::Bundle;
use crate::collect::Context;
use crate::collect::limits;
use crate::collect::path::RepoPath;
use crate::collect::releases::Tagged;
use crate::collect::tree::{Entry, Tree};
use crate::model::fact::{Fact, Reason};
use crate::yaml;

/// Deepest directory that a change log is looked for in.
const DEEPEST: usize = 3;

/// Phrases that say nothing about a change.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrases {
    /// Whole entries in lower case, without final punctuation.
    generic: Vec<String>,
    /// Beginnings of entries in lower case that only lead elsewhere.
    elsewhere: Vec<String>,
}

type Found = (Fact<Vec<ChangelogSection>>, Fact<Vec<ChangelogFile>>);

/// Reads the change logs.
pub(super) fn collect(cx: &Context<'_>, roles: &Roles, tagged: &Tagged) -> Found {
    let phrases = match phrases(cx.policies) {
        Ok(phrases) => phrases,
        Err(why) => {
            return (
                Fact::broken(Reason::ParseError, why.clone(), cx.src),
                Fact::broken(Reason::ParseError, why, cx.src),
            );
        }
    };
    let mut log = Log { roles, phrases, sections: Vec::new(), files: Vec::new(), complete: cx.tree.complete() };
    log.read("head", cx.tree);
    match &tagged.tree {
        Some(tree) => log.read("release", tree),
        // A release whose tree is not in the clone may have carried another change log.
        None => log.complete &= tagged.latest.is_none(),
    }
    let Log { mut sections, files, mut complete, .. } = log;
    if sections.len() > limits::FINDINGS {
        sections.truncate(limits::FINDINGS);
        complete = false;
    }
    (Fact::seen(sections, complete, cx.src), Fact::seen(files, complete, cx.src))
}

fn phrases(policies: &Bundle) -> Result<Phrases, String> {
    let text = policies.get("tables/changelog.yaml").ok_or("tables/changelog.yaml is missing")?;
    yaml::from_str(text).map_err(|error| format!("tables/changelog.yaml: {error}"))
}

struct Log<'a> {
    roles: &'a Roles,
    phrases: Phrases,
    sections: Vec<ChangelogSection>,
    files: Vec<ChangelogFile>,
    complete: bool,
}

impl Log<'_> {
    fn read(&mut self, at: &str, tree: &Tree) {
        let reader = tree.reader();
        let found: Vec<&Entry> = tree.entries().iter().filter(|entry| self.is_changelog(&entry.path)).collect();
        for entry in found {
            let file = |state: &str, target: Option<String>| ChangelogFile {
                path: entry.path.text(),
                at: at.to_owned(),
                state: state.to_owned(),
                target,
            };
            let Some(text) = tree.resolve(&reader, entry).and_then(|target: &Entry| reader.text(target)) else {
                self.files.push(file("empty", None));
                continue;
            };
            let Some(format) = self.roles.format(&entry.path) else { continue };
            let parsed = discover::parse(&text, format, &entry.path, false);
            let link = pointer(&parsed.sections);
            let state = match (&link, text.trim().is_empty()) {
                (_, true) => "empty",
                (Some(_), _) => "pointer",
                (None, _) => "ok",
            };
            self.files.push(file(state, link));
            self.versions(at, &entry.path.text(), &parsed.sections);
        }
    }

    /// A change log by its name, at the root or in a directory that is searched, or a file of a directory of that name.
    fn is_changelog(&self, path: &RepoPath) -> bool {
        if path.depth() > DEEPEST || self.roles.format(path).is_none() {
            return false;
        }
        let named = |path: &RepoPath| self.roles.by_name(path).contains("changelog");
        let top = path.parts().next().map(|top| top.into_owned()).unwrap_or_default();
        let directory = RepoPath::new(path.parent());
        match path.depth() {
            0 => named(path),
            1 if named(&directory) => true,
            _ => self.roles.searches(&top) && named(path),
        }
    }

    fn versions(&mut self, at: &str, path: &str, sections: &[Section]) {
        let starts: Vec<(usize, String)> = sections
            .iter()
            .enumerate()
            .filter_map(|(index, section)| Some((index, version(section.heading())?)))
            .collect();
        for (position, (start, version)) in starts.iter().enumerate() {
            let end = starts.get(position + 1).map_or(sections.len(), |(next, _)| *next);
            let blocks = || sections.get(*start..end).unwrap_or_default().iter().flat_map(|section| &section.blocks);
            let telling = blocks().filter(|block| self.tells(block)).count();
            self.sections.push(ChangelogSection {
                path: path.to_owned(),
                at: at.to_owned(),
                line: sections.get(*start).map_or(1, |section| section.line),
                version: version.clone(),
                entries: telling as u64,
                words: blocks().map(|block| block.text.split_whitespace().count() as u64).sum(),
                generic: telling == 0,
            });
        }
    }

    /// Whether a block describes a change: more than one word, no generic phrase, no mere link elsewhere.
    fn tells(&self, block: &Block) -> bool {
        if !matches!(block.kind, BlockKind::Paragraph | BlockKind::Bullet | BlockKind::TableRow) {
            return false;
        }
        let text = block.text.to_lowercase();
        let text = text.trim().trim_end_matches(['.', '!', ':', ';']).trim();
        let generic = self.phrases.generic.iter().any(|phrase| phrase == text);
        let elsewhere = self.phrases.elsewhere.iter().any(|phrase| text.starts_with(phrase.as_str()));
        text.split_whitespace().count() > 1 && !generic && !elsewhere
    }
}

/// Where a file leads that holds hardly more than a link.
fn pointer(sections: &[Section]) -> Option<String> {
    let blocks = || sections.iter().flat_map(|section| &section.blocks);
    let words: usize = blocks().map(|block| block.text.split_whitespace().count()).sum();
    if words > 25 || sections.iter().any(|section| version(section.heading()).is_some()) {
        return None;
    }
    blocks().flat_map(|block| &block.links).map(|link| link.target.clone()).next()
}

/// The version that a heading names, without prefix: «Widget v1.2.3 (2026-01-01)» is `1.2.3`.
pub(super) fn version(heading: &str) -> Option<String> {
    let words: Vec<&str> = heading
        .split(|c: char| {
            c.is_whitespace() || matches!(c, '[' | ']' | '(' | ')' | ',' | ':' | ';' | '"' | '`' | '*' | '/')
        })
        .filter(|word| !word.is_empty())
        .collect();
    let dotted = words.iter().find_map(|word| dotted(word));
    dotted.or_else(|| {
        // A bare number counts only where nothing else stands in the heading but what such headings say.
        let others = ["version", "release", "v"];
        let numbers: Vec<&&str> = words.iter().filter(|word| !others.contains(&word.to_lowercase().as_str())).collect();
        match numbers.as_slice() {
            [number] => {
                let number = number.trim_start_matches(['v', 'V']);
                (!number.is_empty() && number.len() <= 4 && number.bytes().all(|b| b.is_ascii_digit()))
                    .then(|| number.to_owned())
            }
            _ => None,
        }
    })
}

/// A word such as `v1.2`, `tool-1.2.3` or `1_2_3` as its dotted version.
fn dotted(word: &str) -> Option<String> {
    let word = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    let start = word.char_indices().find(|(at, c)| {
        c.is_ascii_digit()
            && word[..*at].chars().next_back().is_none_or(|before| !before.is_ascii_digit() && before != '.')
    })?;
    let prefix = &word[..start.0];
    let prefix_is_name = prefix.is_empty()
        || prefix.eq_ignore_ascii_case("v")
        || prefix.ends_with(['-', '_', '@', '/'])
        || prefix.len() > 1 && prefix.ends_with(['v', 'V']) && prefix[..prefix.len() - 1].ends_with(['-', '_', '@']);
    let version = word[start.0..].replace('_', ".");
    let numbers = version.split(['-', '+']).next().unwrap_or_default();
    let parts: Vec<&str> = numbers.split('.').collect();
    let shape = parts.len() >= 2
        && parts.first().is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()))
        && parts.get(1).is_some_and(|part| part.bytes().next().is_some_and(|b| b.is_ascii_digit()));
    (prefix_is_name && shape).then_some(version)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::collect::testing::with_context;

    #[rstest]
    #[case("1.2.3", Some("1.2.3"))]
    #[case("[1.2.3] - 2026-01-01", Some("1.2.3"))]
    #[case("Widget v2.0 (unreleased)", Some("2.0"))]
    #[case("2026-01-01, Version 20.1.0 'Iron'", Some("20.1.0"))]
    #[case("tool-1.8.2", Some("1.8.2"))]
    #[case("Version 5", Some("5"))]
    #[case("v7", Some("7"))]
    #[case("1.0.0-rc.1", Some("1.0.0-rc.1"))]
    #[case("Changes in 2_31", Some("2.31"))]
    #[case("Unreleased", None)]
    #[case("2026-01-01", None)]
    #[case("Fixes for 3 bugs", None)]
    #[case("", None)]
    fn versions_in_headings(#[case] heading: &str, #[case] expected: Option<&str>) {
        assert_eq!(version(heading).as_deref(), expected);
    }

    fn sections(files: &[(&str, &str)]) -> Vec<(String, u64, bool)> {
        let tree = Tree::of(files);
        with_context(&tree, |cx| {
            let roles = Roles::load(cx.policies).expect("the table of documents");
            let (sections, _) = collect(cx, &roles, &Tagged { complete: true, ..Tagged::default() });
            let list = sections.value().expect("known").iter();
            list.map(|section| (section.version.clone(), section.entries, section.generic)).collect()
        })
    }

    #[test]
    fn entries_of_each_version() {
        let text = "# Changelog\n\n## [1.1.0] - 2026-02-02\n\n### Added\n\n- A way to count twice.\n- Another way.\n\n## 1.0.1\n\nBug fixes \
                    and improvements.\n\n## 1.0.0\n\n**Full Changelog**: https://example.net/compare/a...b\n";
        let expected = [("1.1.0", 2, false), ("1.0.1", 0, true), ("1.0.0", 0, true)];
        let found = sections(&[("CHANGELOG.md", text)]);
        let found: Vec<_> =
            found.iter().map(|(version, entries, generic)| (version.as_str(), *entries, *generic)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_guide_to_releasing_has_no_versions() {
        assert!(sections(&[("RELEASE.md", "# How to release\n\n- Bump the version.\n- Push a tag.\n")]).is_empty());
    }
}
