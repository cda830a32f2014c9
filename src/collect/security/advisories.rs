//! Advisories that the project keeps in its tree: directories of them, pages that list them, and entries of change logs that
//! name a vulnerability. Whether an entry is about a dependency is told from its own words and the heading above it.

use std::sync::LazyLock;

use regex::Regex;
use serde::Deserialize;

use super::AdvisoryInTree;
use super::ids::ids;
use crate::collect::docs::model::Library;
use crate::collect::path::RepoPath;
use crate::collect::tree::Entry;
use crate::collect::{Context, limits, tables};
use crate::model::fact::{Fact, Reason};

/// Words that an advisory has at least.
const MIN_WORDS: usize = 10;
/// Bullets inside bullets whose words are kept for the ones below.
const MAX_NESTING: usize = 8;
/// Characters of an entry that are looked at for what it is about.
const ENTRY_CHARS: usize = 2_000;

/// Where advisories are kept, and words of entries about other things (`policies/tables/advisories.yaml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    directories: Vec<String>,
    foreign: Vec<String>,
    extensions: Vec<String>,
    not_advisories: Vec<String>,
    dependency: Vec<String>,
    detection: Vec<String>,
    advice: Vec<String>,
}

/// A change of the version of something: the verb, then what, then the version.
const UPDATE: &str =
    r"(?i)\b(?:bump|upgrade|update)(?:s|d)?\b(?<what>(?:[^.\n]|\.\S){1,120}?)\b(?:to|from)\s+(?:version\s+)?`?v?\d";

/// One named thing that is updated because of a vulnerability, or from one version to another.
const REPLACED: &str = concat!(
    r"(?i)\b(?:bump|upgrade|update)(?:s|d)?\s+(?:(?:the|gem|package|module|library|crate|image)\s+)?[\w./@-]+",
    r"(?:(?:\s+and|,)\s+[\w./@-]+)*\s*(?:\(|\[|->|=>|due to|because of|to fix|to address|to resolve|for\s+(?:cve|ghsa))",
    r"|\d+(?:\.\d+)+\s*(?:->|=>|→)\s*v?\d"
);

static REPLACEMENTS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(REPLACED).ok());
static UPDATES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(UPDATE).ok());

/// A name such as `FOO-SA-2024-01`, `XSA-123` or `2024-01-title`.
const OWN_ID: &str =
    r"^(?:[A-Za-z][A-Za-z0-9]{1,15}(?:[-_][A-Za-z]{1,15})*[-_]\d{1,4}(?:[-_.]\d{1,6})*|\d{4}[-_]\d{1,3}(?:[-_].*)?)$";

static OWN_IDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(OWN_ID).ok());

pub(super) fn in_tree(cx: &Context<'_>, library: &Library) -> Fact<Vec<AdvisoryInTree>> {
    let words: Words = match tables::load(cx.policies, "advisories") {
        Ok(words) => words,
        Err(error) => return Fact::broken(Reason::Error, error, cx.src),
    };
    let mut found = Found { all: Vec::new(), complete: cx.tree.complete() && library.complete };
    directories(cx, &words, &mut found);
    for document in &library.documents {
        let kind = match () {
            () if document.has_role("changelog") => "changelog",
            () if document.has_role("advisories") => "advisory_page",
            () => continue,
        };
        let Some(entry) = cx.tree.get(document.path.as_bytes()) else { continue };
        if !in_directory(&words, entry) && !is_foreign(&words, &entry.path) {
            listed(cx, &words, entry, kind, &mut found);
        }
    }
    found.all.sort_by(|a, b| (&a.path, a.line, &a.id).cmp(&(&b.path, b.line, &b.id)));
    // One entry per id and file: the first that is about the project, else the first.
    found.all.sort_by_key(|advisory| advisory.about_dependency);
    let mut seen = std::collections::BTreeSet::new();
    found.all.retain(|advisory| seen.insert((advisory.id.clone(), advisory.path.clone())));
    found.all.sort_by(|a, b| (&a.path, a.line, &a.id).cmp(&(&b.path, b.line, &b.id)));
    let complete = found.complete && found.all.len() <= limits::FINDINGS;
    found.all.truncate(limits::FINDINGS);
    Fact::seen(found.all, complete, cx.src)
}

struct Found {
    all: Vec<AdvisoryInTree>,
    complete: bool,
}

fn is_foreign(words: &Words, path: &RepoPath) -> bool {
    path.is_test() || path.parts().any(|part| words.foreign.iter().any(|known| part.eq_ignore_ascii_case(known)))
}

/// Whether a file lies in a directory of advisories.
fn in_directory(words: &Words, entry: &Entry) -> bool {
    let parent = String::from_utf8_lossy(entry.path.parent()).to_lowercase();
    parent.split('/').any(|part| words.directories.iter().any(|known| known == part))
}

fn directories(cx: &Context<'_>, words: &Words, found: &mut Found) {
    let reader = cx.tree.reader();
    for entry in cx.tree.entries() {
        let name = entry.path.name_lower();
        let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
        let is_advisory = entry.mode.is_file()
            && in_directory(words, entry)
            && !is_foreign(words, &entry.path)
            && words.extensions.iter().any(|known| known == extension)
            && !words.not_advisories.iter().any(|known| stem == known || stem.ends_with(&format!("-{known}")));
        if !is_advisory {
            continue;
        }
        if found.all.len() > limits::FINDINGS {
            found.complete = false;
            return;
        }
        let Some(text) = reader.text(entry) else {
            found.complete = false;
            continue;
        };
        if text.split_whitespace().count() < MIN_WORDS {
            continue;
        }
        let named = ids(name).into_iter().next().map(|id| (id, 1));
        let inside = || text.lines().zip(1..).find_map(|(line, number)| Some((ids(line).into_iter().next()?, number)));
        let own = || OWN_IDS.as_ref().is_some_and(|form| form.is_match(stem)).then(|| (stem.to_owned(), 1));
        if let Some((id, line)) = named.or_else(inside).or_else(own) {
            found.all.push(AdvisoryInTree {
                id,
                path: entry.path.text(),
                line,
                kind: "advisory_dir".to_owned(),
                about_dependency: false,
            });
        }
    }
}

/// The entries of a change log or a page that name a vulnerability.
fn listed(cx: &Context<'_>, words: &Words, entry: &Entry, kind: &str, found: &mut Found) {
    let reader = cx.tree.reader();
    let Some(blob) = cx.tree.resolve(&reader, entry).and_then(|file| reader.read(file, limits::TEXT_BYTES).ok()) else {
        found.complete = false;
        return;
    };
    found.complete &= !blob.truncated;
    let path = entry.path.text();
    for item in entries(&blob.text()) {
        if found.all.len() > 4 * limits::FINDINGS {
            found.complete = false;
            return;
        }
        for (id, line) in item.ids {
            found.all.push(AdvisoryInTree {
                id,
                path: path.clone(),
                line,
                kind: kind.to_owned(),
                about_dependency: is_about_something_else(words, &item.text, &item.above),
            });
        }
    }
}

/// One bullet or paragraph that names a vulnerability.
#[derive(Debug, PartialEq, Eq)]
struct Item {
    ids: Vec<(String, u64)>,
    text: String,
    /// The heading, and the bullets it hangs under.
    above: String,
}

/// The bullets and paragraphs of a text that name a vulnerability.
fn entries(text: &str) -> Vec<Item> {
    let mut reading = Reading::default();
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let next = lines.get(at + 1).copied().unwrap_or_default();
        reading.line(line, next, at as u64 + 1);
    }
    reading.finish();
    reading.items
}

#[derive(Default)]
struct Reading {
    items: Vec<Item>,
    heading: String,
    bullets: Vec<(usize, String)>,
    current: String,
    ids: Vec<(String, u64)>,
}

impl Reading {
    fn line(&mut self, line: &str, next: &str, number: u64) {
        let trimmed = line.trim();
        let indent = line.len() - line.trim_start().len();
        if trimmed.is_empty() || is_rule(trimmed) {
            self.finish();
            return;
        }
        let is_heading = trimmed.starts_with('#') || trimmed.starts_with("= ") || trimmed.starts_with("== ");
        if is_heading || is_rule(next.trim()) && next.trim().len() + 2 >= trimmed.len() {
            self.finish();
            self.heading = trimmed.to_lowercase();
            self.bullets.clear();
        } else if is_bullet(trimmed) {
            self.finish();
            while self.bullets.last().is_some_and(|(above, _)| *above >= indent) {
                self.bullets.pop();
            }
            if self.bullets.len() < MAX_NESTING {
                self.bullets.push((indent, trimmed.chars().take(200).collect::<String>().to_lowercase()));
            }
        } else if indent == 0 && self.current.is_empty() {
            self.bullets.clear();
        }
        if self.current.len() < ENTRY_CHARS {
            self.current.push_str(trimmed);
            self.current.push(' ');
        }
        self.ids.extend(ids(trimmed).into_iter().map(|id| (id, number)));
    }

    fn finish(&mut self) {
        let text = std::mem::take(&mut self.current);
        let ids = std::mem::take(&mut self.ids);
        if ids.is_empty() {
            return;
        }
        let above: Vec<&str> = self.bullets.iter().map(|(_, text)| text.as_str()).collect();
        self.items.push(Item {
            ids,
            text: text.to_lowercase(),
            above: format!("{} {}", self.heading, above.join(" ")),
        });
    }
}

/// A line of one punctuation character: the underline of a heading, or a rule.
fn is_rule(line: &str) -> bool {
    let mut chars = line.chars();
    let Some(first) = chars.next() else { return false };
    line.len() >= 3 && first.is_ascii_punctuation() && chars.all(|c| c == first)
}

fn is_bullet(line: &str) -> bool {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let numbered = rest.len() < line.len() && (rest.starts_with(". ") || rest.starts_with(") "));
    numbered
        || line.starts_with("- ")
        || line.starts_with("* ")
        || line.starts_with("+ ")
        || line.starts_with("#. ")
        || line.starts_with("• ")
}

fn is_about_something_else(words: &Words, text: &str, above: &str) -> bool {
    words.dependency.iter().any(|word| has_word(text, word) || has_word(above, word))
        || words.detection.iter().any(|word| has_word(text, word))
        || REPLACEMENTS.as_ref().is_some_and(|form| form.is_match(text))
        || UPDATES.as_ref().is_some_and(|form| {
            form.captures_iter(text).any(|found| {
                let Some(whole) = found.get(0) else { return false };
                let before = text.get(..whole.start()).unwrap_or_default();
                let what = found.name("what").map_or("", |what| what.as_str());
                let advice = |part: &str| words.advice.iter().any(|word| has_word(part, word));
                let near: String = before.chars().rev().take(60).collect::<Vec<_>>().into_iter().rev().collect();
                !what.trim().is_empty() && !advice(&near) && !advice(what)
            })
        })
}

/// Whether a text holds a word or phrase at word boundaries. Both are in lower case.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|part| part.chars().next_back());
        let after = text.get(at + word.len()..).and_then(|part| part.chars().next());
        let is_inner = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        !is_inner(before) && !is_inner(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::docs::model::Document;
    use crate::collect::testing::with_context;
    use crate::collect::tree::Tree;
    use rstest::rstest;

    fn words() -> Words {
        tables::load(&crate::bundle::Bundle::policies(), "advisories").expect("the table")
    }

    #[rstest]
    #[case::fix("## 1.2.3\n- Fix a buffer overflow (CVE-2024-12345)\n", false)]
    #[case::bare("CVE-2024-12345\n", false)]
    #[case::advice("All users should upgrade to 1.2.3, which fixes CVE-2024-12345.\n", false)]
    #[case::role("Bugs fixed\n----------\n\n* Escape input :cve:`2024-12345`\n", false)]
    #[case::own_update("- Update the parser so that it rejects long names (CVE-2024-12345)\n", false)]
    #[case::bump("- Bump openssl to 3.0.2 (CVE-2024-12345)\n", true)]
    #[case::update("- Update golang.org/x/net to v0.17.0 (CVE-2024-12345)\n", true)]
    #[case::updated_from("- Updated jackson from 2.1 to 2.2 because of CVE-2024-12345\n", true)]
    #[case::unversioned("* [BUGFIX] Security: Update go/x/crypto and go/x/net (CVE-2022-27191) #2488\n", true)]
    #[case::arrow("- Update gem nokogiri 1.6.6.2 -> 1.6.6.4 due to CVE-2015-1819\n", true)]
    #[case::to_fix("- Update spawndamnit to fix [cross-spawn CVE-2024-21538](https://x)\n", true)]
    #[case::merge("- Merge pull request from GHSA-f74f-cvh7-c6q6 (Ben)\n", false)]
    #[case::heading("### Dependencies\n\n- jackson 2.2: CVE-2024-12345\n", true)]
    #[case::parent("- Dependencies:\n  - jackson 2.2, CVE-2024-12345\n- Fix\n", true)]
    #[case::bundled("- Patch the bundled zlib for CVE-2024-12345\n", true)]
    #[case::continued("- Fixes in several places, with\n  a bump of zlib: CVE-2024-12345\n", true)]
    #[case::detects("- Detect CVE-2024-12345 in archives\n", true)]
    fn about(#[case] text: &str, #[case] expected: bool) {
        let found = entries(text);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(is_about_something_else(&words(), &found[0].text, &found[0].above), expected);
    }

    #[test]
    fn a_bullet_after_the_nested_ones_is_its_own() {
        let found = entries("- Dependencies:\n  - zlib, CVE-2024-10001\n- Reject long names, CVE-2024-10002\n");
        let about: Vec<bool> =
            found.iter().map(|item| is_about_something_else(&words(), &item.text, &item.above)).collect();
        assert_eq!(about, [true, false]);
        assert_eq!(found[1].ids, [("CVE-2024-10002".to_owned(), 3)]);
    }

    fn found(files: &[(&str, &str)], roles: &[(&str, &str)]) -> Vec<(String, String, u64)> {
        let documents = roles.iter().map(|(path, role)| Document {
            path: (*path).to_owned(),
            roles: [(*role).to_owned()].into(),
            ..Document::default()
        });
        let library = Library { documents: documents.collect(), complete: true, ..Library::default() };
        let fact = with_context(&Tree::of(files), |cx| in_tree(cx, &library));
        let all = fact.value().expect("known").clone();
        all.into_iter().map(|advisory| (advisory.kind, advisory.id, advisory.line)).collect()
    }

    const LONG: &str = "A sentence with quite a few words, so that it counts as an advisory at all.\n";

    #[rstest]
    #[case("advisories/CVE-2024-1234.md", LONG, Some("CVE-2024-1234"))]
    #[case("docs/security/advisories/ABC-SA-2024-01.md", LONG, Some("abc-sa-2024-01"))]
    #[case("advisories/2024-03.txt", LONG, Some("2024-03"))]
    #[case("advisories/README.md", LONG, None)]
    #[case("advisories/cve-template.md", LONG, None)]
    #[case("advisories/CVE-2024-1234.md", "", None)]
    #[case("advisories/overview.md", LONG, None)]
    #[case("tests/advisories/CVE-2024-1234.md", LONG, None)]
    #[case("vendor/x/advisories/CVE-2024-1234.md", LONG, None)]
    #[case("advisories/CVE-2024-1234.png", LONG, None)]
    fn advisory_directories(#[case] path: &str, #[case] text: &str, #[case] expected: Option<&str>) {
        let found = found(&[(path, text)], &[]);
        assert_eq!(found.first().map(|(_, id, _)| id.as_str()), expected);
    }

    #[test]
    fn change_logs_and_pages() {
        let files = [
            ("CHANGES.md", "## 1\n\n- Fix CVE-2024-1234\n\n## 0\n\n- Also CVE-2024-1234\n"),
            ("docs/sec.md", "CVE-2020-1111\n"),
        ];
        let found = found(&files, &[("CHANGES.md", "changelog"), ("docs/sec.md", "advisories")]);
        let expected = [("changelog", "CVE-2024-1234", 3), ("advisory_page", "CVE-2020-1111", 1)];
        assert_eq!(found, expected.map(|(kind, id, line)| (kind.to_owned(), id.to_owned(), line)));
    }

    #[test]
    fn forms_compile() {
        assert!(UPDATES.is_some() && OWN_IDS.is_some() && REPLACEMENTS.is_some());
    }
}
