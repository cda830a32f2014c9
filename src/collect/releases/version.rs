//! Versions in the names of tags: what looks like one, which package it is for, and which of two is the higher.

use std::sync::LazyLock;

use regex::{Captures, Regex};
use serde::Deserialize;

use crate::bundle::Bundle;
use crate::collect::tables;

/// Names of tags longer than this name no version.
const MAX_NAME: usize = 200;

/// Words in the names of tags (`policies/tables/versions.yaml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    prerelease: Vec<String>,
    numbered: Vec<String>,
    later: Vec<String>,
    root: Vec<String>,
    /// Read by policies.
    #[expect(dead_code, reason = "the table is shared with policies")]
    moving: Vec<String>,
}

/// A tag that looks like a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Version {
    /// What stands before the version, without the words that name no package.
    pub(super) package: Option<String>,
    /// Without prefix; `_` between digits is a dot.
    pub(super) text: String,
    pub(super) prerelease: bool,
    pub(super) rank: Rank,
}

/// Orders versions: by numbers, then before, at or after the plain release, then by what follows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Rank {
    numbers: Vec<u64>,
    stage: Stage,
    rest: Vec<Token>,
    /// `1.2.0` stands for a release more precisely than `1.2`.
    precision: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Before,
    Release,
    After,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Number(u64),
    Word(String),
}

/// The forms that look like a version. A part before the version is a package or a word such as `release`.
const FORMS: [&str; 3] = [
    concat!(
        r"(?i)^(?<path>(?:@?[\w.-]+/)*)(?<prefix>[\w.-]*?[A-Z]\d*[-@_])??(?:version|release|rel|ver|v|r)?",
        r"(?<version>\d+(?:[._]\d+)+(?:[-+._]?[0-9A-Z]+(?:[.+_-][0-9A-Z]+)*)?)$"
    ),
    concat!(
        r"(?i)^(?:rel(?:ease)?[-/_]?|v(?:er(?:sion)?[-_]?)?)?",
        r"(?<version>\d+(?:[-+.]?(?:alpha|beta|rc|pre|dev|post)[\w.]*)?)$"
    ),
    r"(?i)^(?<version>\d{4}[.-]\d{1,2}(?:[.-]\w+)?)$",
];

/// A wildcard component names a line of releases, not a release.
const LINE: &str = r"(?i)\d[._-]x(?:$|[._-])";

static PATTERNS: LazyLock<Vec<Regex>> =
    LazyLock::new(|| FORMS.iter().filter_map(|form| Regex::new(form).ok()).collect());
static LINES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(LINE).ok());

impl Words {
    pub(super) fn load(policies: &Bundle) -> Result<Self, String> {
        tables::load(policies, "versions")
    }

    /// What the name of a tag says, if it looks like a version.
    pub(super) fn read(&self, name: &str) -> Option<Version> {
        if name.len() > MAX_NAME || LINES.as_ref().is_none_or(|line| line.is_match(name)) {
            return None;
        }
        let found = PATTERNS.iter().find_map(|pattern| pattern.captures(name))?;
        let text = dotted(found.name("version")?.as_str());
        let (package, early) = self.package(&found);
        let (rank, before) = self.rank(&text);
        Some(Version { package, text, prerelease: early || before, rank })
    }

    /// The package before the version, and whether a word there says that it is no release yet.
    fn package(&self, found: &Captures<'_>) -> (Option<String>, bool) {
        let whole = |name: &str| found.name(name).map_or("", |part| part.as_str());
        let part = |name: &str| whole(name).trim_end_matches(['/', '-', '@', '_']);
        let (path, prefix) = (part("path"), part("prefix"));
        // What stands before `@` is the name of a package, whatever it means otherwise.
        if whole("prefix").ends_with('@') {
            return (
                Some([path, prefix].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("/")),
                false,
            );
        }
        let early = [path, prefix].iter().any(|part| has(&self.prerelease, &part.to_lowercase()));
        let names_one = |part: &&str| {
            let lower = part.to_lowercase();
            !part.is_empty() && !has(&self.root, &lower) && !has(&self.prerelease, &lower)
        };
        let package: Vec<&str> = [path, prefix].into_iter().filter(names_one).collect();
        ((!package.is_empty()).then(|| package.join("/")), early)
    }

    fn rank(&self, text: &str) -> (Rank, bool) {
        let (mut numbers, rest) = leading_numbers(text);
        let precision = numbers.len();
        while numbers.len() > 1 && numbers.last() == Some(&0) {
            numbers.pop();
        }
        let rest = tokens(rest.split('+').next().unwrap_or_default());
        let stage = self.stage(&rest);
        (Rank { numbers, stage, rest, precision }, stage == Stage::Before)
    }

    fn stage(&self, rest: &[Token]) -> Stage {
        let mut stage = if matches!(rest, [Token::Number(_), ..]) { Stage::After } else { Stage::Release };
        for (index, token) in rest.iter().enumerate() {
            let Token::Word(word) = token else { continue };
            let numbered = matches!(rest.get(index + 1), Some(Token::Number(_)));
            if has(&self.prerelease, word) || numbered && has(&self.numbered, word) {
                return Stage::Before;
            }
            if has(&self.later, word) || index == 0 && word.len() == 1 {
                stage = Stage::After;
            }
        }
        stage
    }
}

fn has(words: &[String], word: &str) -> bool {
    words.iter().any(|known| known == word)
}

/// `_` between digits stands for a dot.
fn dotted(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(char::is_ascii_digit);
    chars
        .iter()
        .enumerate()
        .map(|(at, c)| if *c == '_' && digit(at.checked_sub(1)) && digit(Some(at + 1)) { '.' } else { *c })
        .collect()
}

/// The numbers at the beginning, and what follows them. A dash between numbers belongs to a date only.
fn leading_numbers(text: &str) -> (Vec<u64>, &str) {
    let mut numbers = Vec::new();
    let mut rest = text;
    loop {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let Some((number, after)) = rest.split_at_checked(digits).filter(|_| digits > 0) else { break };
        numbers.push(number.parse().unwrap_or(u64::MAX));
        rest = after;
        let is_date = numbers.first().is_some_and(|year| (1000..10_000).contains(year)) && numbers.len() < 3;
        let next = after.strip_prefix('.').or_else(|| after.strip_prefix('-').filter(|_| is_date));
        match next.filter(|next| next.starts_with(|c: char| c.is_ascii_digit())) {
            Some(next) => rest = next,
            None => break,
        }
    }
    (numbers, rest)
}

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    for part in text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()) {
        let mut rest = part;
        while !rest.is_empty() {
            let numeric = rest.starts_with(|c: char| c.is_ascii_digit());
            let end = rest.find(|c: char| c.is_ascii_digit() != numeric).unwrap_or(rest.len());
            let (token, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            out.push(match numeric {
                true => Token::Number(token.parse().unwrap_or(u64::MAX)),
                false => Token::Word(token.to_lowercase()),
            });
            rest = after;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn words() -> Words {
        Words::load(&Bundle::policies()).expect("the table")
    }

    #[test]
    fn every_form_compiles() {
        assert_eq!(PATTERNS.len(), FORMS.len());
        assert!(LINES.is_some());
    }

    #[rstest]
    #[case("v1.2.3", None, "1.2.3", false)]
    #[case("1.2", None, "1.2", false)]
    #[case("V1.2.3", None, "1.2.3", false)]
    #[case("v2", None, "2", false)]
    #[case("20240131", None, "20240131", false)]
    #[case("2024-01", None, "2024-01", false)]
    #[case("2024.01.31", None, "2024.01.31", false)]
    #[case("2024-01-31", None, "2024-01-31", false)]
    #[case("release-1.2.3", None, "1.2.3", false)]
    #[case("release/1.2.3", None, "1.2.3", false)]
    #[case("releases/v1.2.3", None, "1.2.3", false)]
    #[case("version-1.2.3", None, "1.2.3", false)]
    #[case("rel_1_2_3", None, "1.2.3", false)]
    #[case("REL_16_1", None, "16.1", false)]
    #[case("v1.2.3-rc.1", None, "1.2.3-rc.1", true)]
    #[case("1.0a1", None, "1.0a1", true)]
    #[case("1.0.0b2", None, "1.0.0b2", true)]
    #[case("1.0.2u", None, "1.0.2u", false)]
    #[case("1.1.1b", None, "1.1.1b", false)]
    #[case("5.0.0.M1", None, "5.0.0.M1", true)]
    #[case("5.0.0.Final", None, "5.0.0.Final", false)]
    #[case("5.0.0.RELEASE", None, "5.0.0.RELEASE", false)]
    #[case("33.0.0-jre", None, "33.0.0-jre", false)]
    #[case("1.2.3-dev.2024", None, "1.2.3-dev.2024", true)]
    #[case("v1.2.3-beta-4.5", None, "1.2.3-beta-4.5", true)]
    #[case("v1.2.3+build.5", None, "1.2.3+build.5", false)]
    #[case("9.8p1", None, "9.8p1", false)]
    #[case("nightly-2024.10.01", None, "2024.10.01", true)]
    #[case("beta/1.2.3", None, "1.2.3", true)]
    #[case("pkg@1.2.0", Some("pkg"), "1.2.0", false)]
    #[case("@scope/pkg@1.2.0", Some("@scope/pkg"), "1.2.0", false)]
    #[case("module/v1.2.0", Some("module"), "1.2.0", false)]
    #[case("a/b/v1.2.0", Some("a/b"), "1.2.0", false)]
    #[case("pkg-v1.2.0", Some("pkg"), "1.2.0", false)]
    #[case("tool-1.8.2", Some("tool"), "1.8.2", false)]
    #[case("curl-8_5_0", Some("curl"), "8.5.0", false)]
    #[case("OpenSSL_1_1_1w", Some("OpenSSL"), "1.1.1w", false)]
    #[case("app/release-1.2", Some("app"), "1.2", false)]
    #[case("app-1.2.3-beta-2.1", Some("app"), "1.2.3-beta-2.1", true)]
    #[case("log4j-2.17.0", Some("log4j"), "2.17.0", false)]
    #[case("grep-pcre2-0.1.10", Some("grep-pcre2"), "0.1.10", false)]
    #[case("r4.13.2", None, "4.13.2", false)]
    #[case("REL9_6_1", None, "9.6.1", false)]
    #[case("@changesets/pre@3.0.0", Some("@changesets/pre"), "3.0.0", false)]
    #[case("llvmorg-17.0.6", Some("llvmorg"), "17.0.6", false)]
    fn versions(#[case] tag: &str, #[case] package: Option<&str>, #[case] text: &str, #[case] prerelease: bool) {
        let found = words().read(tag);
        let found = found.unwrap_or_else(|| panic!("{tag} looks like a version"));
        assert_eq!((found.package.as_deref(), found.text.as_str(), found.prerelease), (package, text, prerelease));
    }

    #[rstest]
    #[case("latest")]
    #[case("REL_16_BETA1")]
    #[case("nightly")]
    #[case("nightly-2024-10-01")]
    #[case("feature-1")]
    #[case("1.5.x")]
    #[case("v1.X")]
    #[case("release-1.5.x")]
    #[case("spring-edition")]
    #[case("")]
    #[case("v")]
    #[case("nightly-2024-10-01")]
    #[case("r12345")]
    #[case("1.2.3 final")]
    #[case("..")]
    fn no_versions(#[case] tag: &str) {
        assert_eq!(words().read(tag), None, "{tag}");
    }

    #[test]
    fn hostile_names_are_refused_quickly() {
        assert_eq!(words().read(&"1.".repeat(100_000)), None);
        assert!(words().read("99999999999999999999999999.1").is_some());
    }

    #[rstest]
    #[case("v1.10.0", "v1.9.9")]
    #[case("v1.2.3", "v1.2.3-rc.1")]
    #[case("v1.2.3-rc.10", "v1.2.3-rc.2")]
    #[case("v1.2.3-beta.1", "v1.2.3-alpha.7")]
    #[case("9.8p1", "9.8")]
    #[case("1.1.1b", "1.1.1")]
    #[case("1.2.3-1", "1.2.3")]
    #[case("1.2.0", "1.2")]
    #[case("v4.2.1", "v4")]
    #[case("2024-02-01", "2024-01-31")]
    #[case("1.0.0.post1", "1.0.0")]
    fn order(#[case] higher: &str, #[case] lower: &str) {
        let (higher, lower) = (words().read(higher).expect("a version"), words().read(lower).expect("a version"));
        assert!(higher.rank > lower.rank);
    }
}
