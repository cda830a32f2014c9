//! The licence files of a tree, read: links and pointers followed, each distinct text compared once.

use std::collections::BTreeMap;

use super::expression;
use super::parts::{self, Content};
use super::places::{self, Candidate};
use super::rules::{Approval, Rules};
use super::{LicenseFile, LicensePart, LicenseStatement};
use crate::collect::limits;
use crate::collect::tree::{Entry, Mode, Reader, Tree};

/// Words of a file that only says where the licence is.
const POINTER_WORDS: u64 = 25;

/// Words of the first lines of a licence.
const TITLE_WORDS: u64 = 10;

/// The licence files of a tree, and what those state that only name a licence.
#[derive(Default)]
pub(super) struct Files {
    pub(super) files: Vec<LicenseFile>,
    pub(super) statements: Vec<LicenseStatement>,
    pub(super) complete: bool,
}

/// Reads the licence files of a tree; those of the root and of a licence directory first.
pub(super) fn of(tree: &Tree, reader: &Reader<'_>, rules: &Rules) -> Files {
    let mut candidates = places::candidates(tree, rules);
    candidates.sort_by_key(|candidate| match candidate.named.place {
        "root" => 0,
        "license_dir" => 1,
        "vendored" => 3,
        _ => 2,
    });
    let complete = candidates.len() <= limits::LICENSE_FILES;
    candidates.truncate(limits::LICENSE_FILES);
    let mut shelf = Shelf { tree, reader, rules, read: BTreeMap::new() };
    let mut found = Files { complete, ..Files::default() };
    for candidate in candidates {
        let (file, text) = shelf.file(&candidate);
        let mut file = file;
        if candidate.named.place == "root" && file.parts.is_empty() {
            let named = named_in(&text, &file.path, 1, "notice", rules);
            // The first lines of a licence: its name, and words that only licences have.
            file.wording |= named.is_some() && file.words >= TITLE_WORDS && parts::speaks_of_terms(&text, rules);
            found.statements.extend(named);
        }
        found.files.push(file);
    }
    for entry in tree.entries().iter().filter(|entry| entry.mode.is_file() && is_readme(entry)) {
        if let Some(text) = reader.text(entry) {
            shelf.readme(entry, &text, &mut found);
        }
    }
    found.files.sort_by(|a, b| a.path.cmp(&b.path).then_with(|| a.place.cmp(&b.place)));
    found
}

fn is_readme(entry: &Entry) -> bool {
    entry.path.depth() == 0 && {
        let name = entry.path.name_lower();
        let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
        stem == "readme" && matches!(extension, "" | "md" | "markdown" | "rst" | "adoc" | "asciidoc" | "txt" | "org")
    }
}

/// Files read so far, by content.
struct Shelf<'a> {
    tree: &'a Tree,
    reader: &'a Reader<'a>,
    rules: &'a Rules,
    read: BTreeMap<String, Content>,
}

impl Shelf<'_> {
    fn content(&mut self, text: &str) -> Content {
        if let Some(content) = self.read.get(text) {
            return content.clone();
        }
        let content = parts::of(text, self.rules);
        self.read.insert(text.to_owned(), content.clone());
        content
    }

    fn file(&mut self, candidate: &Candidate<'_>) -> (LicenseFile, String) {
        let entry = candidate.entry;
        let mut file = LicenseFile {
            path: entry.path.text(),
            place: candidate.named.place.to_owned(),
            name_kind: candidate.named.name_kind.clone(),
            state: "ok".to_owned(),
            target: None,
            words: 0,
            wording: false,
            parts: Vec::new(),
        };
        let target = if entry.mode == Mode::Link { self.tree.resolve(self.reader, entry) } else { Some(entry) };
        let Some(target) = target else {
            "broken_link".clone_into(&mut file.state);
            return (file, String::new());
        };
        if entry.mode == Mode::Link {
            file.target = Some(target.path.text());
        }
        let Ok(blob) = self.reader.read(target, limits::TEXT_BYTES) else {
            "unreadable".clone_into(&mut file.state);
            return (file, String::new());
        };
        let text = blob.text();
        if text.starts_with("version https://git-lfs.github.com/spec/v") {
            "lfs_pointer".clone_into(&mut file.state);
            return (file, String::new());
        }
        if text.trim().is_empty() {
            "empty".clone_into(&mut file.state);
            return (file, text);
        }
        let mut content = self.content(&text);
        if content.parts.is_empty()
            && content.words <= POINTER_WORDS
            && let Some(led) = self.led_to(target, &text)
        {
            "pointer".clone_into(&mut file.state);
            file.target = Some(led.path.text());
            if let Some(text) = self.reader.text(led) {
                content = self.content(&text);
            }
        }
        file.words = content.words;
        file.wording = content.wording;
        file.parts = content.parts;
        if let Some(scope) = candidate.named.scope {
            for part in &mut file.parts {
                scope.clone_into(&mut part.scope);
            }
        }
        (file, text)
    }

    /// The file of the tree that a short text names.
    fn led_to(&self, from: &Entry, text: &str) -> Option<&Entry> {
        text.split(|c: char| {
            c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '<' | '>' | '`' | '"' | '\'' | ',')
        })
        .map(|token| token.trim_end_matches(['.', ':', ';']).trim_start_matches("./"))
        .filter(|token| token.len() > 2 && !token.contains("://"))
        .filter_map(|token| from.path.join(token.as_bytes()))
        .filter_map(|path| self.tree.get(path.as_bytes()))
        .find(|entry| entry.path != from.path && entry.mode.is_file())
    }

    /// The section of a README on the licence.
    fn readme(&mut self, entry: &Entry, text: &str, found: &mut Files) {
        let Some((line, section)) = license_section(text) else { return };
        let path = entry.path.text();
        let content = self.content(&section);
        let parts: Vec<LicensePart> = content
            .parts
            .into_iter()
            .filter(|part| part.spdx.is_some() && part.score >= 90)
            .map(|part| LicensePart { line: part.line + line - 1, ..part })
            .collect();
        found.statements.extend(named_in(&section, &path, line, "readme", self.rules));
        if !parts.is_empty() {
            found.files.push(LicenseFile {
                path,
                place: "readme".to_owned(),
                name_kind: "other".to_owned(),
                state: "ok".to_owned(),
                target: None,
                words: content.words,
                wording: content.wording,
                parts,
            });
        }
    }
}

/// The text under the first heading that speaks of the licence, and the line of the heading.
fn license_section(text: &str) -> Option<(u64, String)> {
    let lines: Vec<&str> = text.lines().collect();
    let is_heading = |at: usize| -> bool {
        let line = lines[at].trim();
        let underline = lines.get(at + 1).map_or("", |next| next.trim());
        line.starts_with('#') && line.trim_start_matches('#').starts_with(' ')
            || line.starts_with("= ")
            || line.starts_with("== ")
            || !line.is_empty()
                && underline.len() >= 3
                && ['=', '-', '~', '^'].iter().any(|mark| underline.chars().all(|c| c == *mark))
    };
    let speaks = |line: &str| {
        let lower = line.to_lowercase();
        (lower.contains("license")
            || lower.contains("licence")
            || lower.contains("copying")
            || lower.contains("licensing"))
            && lower.split_whitespace().count() <= 8
    };
    let start = (0..lines.len()).find(|at| is_heading(*at) && speaks(lines[*at]))?;
    let end = (start + 2..lines.len()).find(|at| is_heading(*at)).unwrap_or(lines.len());
    Some((start as u64 + 1, lines[start..end].join("\n")))
}

/// The licence that a text names without holding it.
fn named_in(text: &str, path: &str, first_line: u64, kind: &str, rules: &Rules) -> Option<LicenseStatement> {
    const SHORTEST_NAME: usize = 3;
    let lower = text.to_lowercase();
    let name =
        rules.names.iter().filter(|name| name.name.len() >= SHORTEST_NAME).find(|name| has_word(&lower, &name.name))?;
    let approval = expression::evaluate(rules, &name.expression).unwrap_or(Approval::Unknown);
    let approval = if approval == Approval::Equivalent { Approval::Approved } else { approval };
    let line = lower.lines().position(|line| has_word(line, &name.name)).unwrap_or(0) as u64;
    Some(LicenseStatement {
        path: path.to_owned(),
        line: Some(first_line + line),
        kind: kind.to_owned(),
        expression: name.expression.clone(),
        approval: approval.name().to_owned(),
        files: 1,
    })
}

/// Whether `word` stands in `text` by itself.
fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric());
        !inside(before) && !inside(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use rstest::rstest;

    fn mit() -> String {
        crate::collect::license::library::original("MIT").replace("<year> <copyright holders>", "2020 Jo Doe")
    }

    fn found(files: &[(&str, &str)]) -> Files {
        let rules = Rules::load(&Bundle::policies()).expect("the table");
        let tree = Tree::of(files);
        of(&tree, &tree.reader(), &rules)
    }

    fn summary(found: &Files) -> Vec<(String, String, Vec<String>)> {
        let parts = |file: &LicenseFile| file.parts.iter().map(|part| part.spdx.clone().unwrap_or_default()).collect();
        found.files.iter().map(|file| (file.path.clone(), file.state.clone(), parts(file))).collect()
    }

    #[rstest]
    #[case::plain(&[("LICENSE", "MIT")], "LICENSE", "ok", &["MIT"])]
    #[case::link(&[("LICENSE@", "legal/LICENSE"), ("legal/LICENSE", "MIT")], "LICENSE", "ok", &["MIT"])]
    #[case::broken(&[("LICENSE@", "../shared/LICENSE")], "LICENSE", "broken_link", &[])]
    #[case::pointer(&[("LICENSE", "See [the licence](legal/MIT.txt)."), ("legal/MIT.txt", "MIT")], "LICENSE", "pointer", &["MIT"])]
    #[case::checked_out_link(&[("COPYING", "legal/MIT.txt"), ("legal/MIT.txt", "MIT")], "COPYING", "pointer", &["MIT"])]
    #[case::empty(&[("LICENSE", " \n")], "LICENSE", "empty", &[])]
    #[case::directory(&[("LICENSES/MIT.txt", "MIT")], "LICENSES/MIT.txt", "ok", &["MIT"])]
    #[case::lfs(&[("LICENSE", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n")], "LICENSE", "lfs_pointer", &[])]
    fn states(#[case] files: &[(&str, &str)], #[case] path: &str, #[case] state: &str, #[case] parts: &[&str]) {
        let text = mit();
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|(path, content)| (*path, if *content == "MIT" { text.as_str() } else { content }))
            .collect();
        let found = found(&files);
        let parts: Vec<String> = parts.iter().map(|part| (*part).to_owned()).collect();
        assert!(summary(&found).contains(&(path.to_owned(), state.to_owned(), parts)), "{:?}", summary(&found));
    }

    #[test]
    fn a_readme_may_hold_the_licence_or_name_it() {
        let text = mit();
        let holding = found(&[("README.md", &format!("# x\n\nHi.\n\n## License\n\n{text}\n\n## More\n"))]);
        assert_eq!(holding.files[0].place, "readme");
        assert_eq!(holding.files[0].parts[0].spdx.as_deref(), Some("MIT"));
        let naming = found(&[("README.md", "# x\n\n## License\n\nReleased under the Apache License, Version 2.0.\n")]);
        assert!(naming.files.is_empty());
        assert_eq!(naming.statements[0].expression, "Apache-2.0");
        assert_eq!(naming.statements[0].line, Some(5));
    }

    #[test]
    fn a_file_that_names_a_licence_states_it() {
        let found = found(&[("LICENSE", "This work is under the GPLv3.\n")]);
        assert_eq!(
            (found.statements[0].kind.as_str(), found.statements[0].expression.as_str()),
            ("notice", "GPL-3.0-only")
        );
    }
}
