//! The search for credentials in one text. Values are judged here and never leave this file.

use std::sync::Arc;

use aho_corasick::AhoCorasick;
use regex::bytes::Regex;
use serde::Deserialize;

use super::keys;
use crate::bundle::Bundle;
use crate::collect::path::RepoPath;
use crate::collect::tables;

/// What was found at a place, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) line: u64,
    pub(crate) rule: String,
    pub(crate) confidence: &'static str,
    pub(crate) state: &'static str,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    rules: Vec<Row>,
    placeholders: Vec<String>,
    examples: Examples,
    ignored: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    rule: String,
    keywords: Vec<String>,
    pattern: String,
    checksum: Option<String>,
    near: Option<String>,
    confidence: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    directories: Vec<String>,
    names: Vec<String>,
    extensions: Vec<String>,
}

/// The rules, ready to be searched for.
#[derive(Debug, Default)]
pub(crate) struct Search {
    /// All keywords at once; none while there is no table.
    keywords: Option<AhoCorasick>,
    /// The rule of each keyword; none for the start of a key block.
    owners: Vec<Option<usize>>,
    rules: Vec<Rule>,
    placeholders: Vec<String>,
    examples: Examples,
    pub(super) ignored: Vec<String>,
}

#[derive(Debug)]
struct Rule {
    name: String,
    pattern: Regex,
    checksum: bool,
    near: Option<Regex>,
    high: bool,
}

/// Bytes around a keyword in which its pattern is tried.
const WINDOW: usize = 400;
/// Bytes before and after an identifier in which its secret is looked for.
const NEAR: usize = 300;
/// Findings of one file.
const PER_FILE: usize = 20;
/// Keywords of one file that are looked at.
const TRIES: usize = 1_000;

impl Search {
    /// Reads the table.
    pub(crate) fn load(policies: &Bundle) -> Result<Arc<Self>, String> {
        policies.prepared(Self::from_bundle)
    }

    fn from_bundle(policies: &Bundle) -> Result<Self, String> {
        let table: Table = tables::load(policies, "secrets")?;
        let fail = |rule: &str, why: String| format!("tables/secrets.yaml: `{rule}`: {why}");
        let mut words = vec![keys::BEGIN.to_owned()];
        let mut owners = vec![None];
        let mut rules = Vec::new();
        for row in table.rules {
            let compile = |pattern: &str| Regex::new(pattern).map_err(|error| fail(&row.rule, error.to_string()));
            let near = row.near.as_deref().map(compile).transpose()?;
            let rule = Rule {
                pattern: compile(&row.pattern)?,
                checksum: row.checksum.as_deref() == Some("github"),
                near,
                high: row.confidence == "high",
                name: row.rule.clone(),
            };
            owners.extend(row.keywords.iter().map(|_| Some(rules.len())));
            words.extend(row.keywords);
            rules.push(rule);
        }
        let keywords = AhoCorasick::new(&words).map_err(|error| fail("keywords", error.to_string()))?;
        Ok(Self {
            keywords: Some(keywords),
            owners,
            rules,
            placeholders: table.placeholders,
            examples: table.examples,
            ignored: table.ignored,
        })
    }

    /// Whether credentials at this path are examples.
    pub(crate) fn is_example(&self, path: &RepoPath) -> bool {
        let lower = path.lower();
        let (above, name) = lower.rsplit_once('/').unwrap_or(("", lower));
        path.is_test()
            || above.split('/').any(|part| self.examples.directories.iter().any(|known| known == part))
            || self.examples.names.iter().any(|word| name.contains(word.as_str()))
            || name.rsplit_once('.').is_some_and(|(_, end)| self.examples.extensions.iter().any(|known| known == end))
    }

    /// What looks like a credential in a text, and whether the text was searched to its end.
    pub(crate) fn find(&self, text: &[u8]) -> (Vec<Hit>, bool) {
        let Some(keywords) = &self.keywords else { return (Vec::new(), false) };
        let mut hits: Vec<(usize, Hit)> = Vec::new();
        let (mut end, mut tries) = (0, 0);
        for found in keywords.find_iter(text) {
            if found.start() < end {
                continue;
            }
            tries += 1;
            if hits.len() >= PER_FILE || tries > TRIES {
                return (with_lines(text, hits), false);
            }
            let rule = self.owners.get(found.pattern().as_usize()).copied().flatten().and_then(|at| self.rules.get(at));
            let judged = match rule {
                Some(rule) => self.judge(rule, text, found.start()),
                None => keys::judge(&text[found.start()..], &self.placeholders)
                    .map(|(length, state, high)| (length, "private-key".to_owned(), state, high)),
            };
            if let Some((length, rule, state, high)) = judged {
                end = found.start() + length;
                let confidence = if high { "high" } else { "medium" };
                hits.push((found.start(), Hit { line: 0, rule, confidence, state }));
            }
        }
        (with_lines(text, hits), true)
    }

    fn judge(&self, rule: &Rule, text: &[u8], at: usize) -> Option<(usize, String, &'static str, bool)> {
        // The keyword begins the credential: a letter before it makes it a part of a longer word.
        if at.checked_sub(1).and_then(|before| text.get(before)).is_some_and(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let window = &text[at..text.len().min(at + WINDOW)];
        let captures = rule.pattern.captures(window)?;
        let whole = captures.get(0).filter(|whole| whole.start() == 0)?;
        if window.get(whole.end()).is_some_and(|byte| byte.is_ascii_alphanumeric()) && rule.name != "registry-password"
        {
            return None;
        }
        let value = captures.get(1).unwrap_or(whole).as_bytes();
        if is_placeholder(value, &self.placeholders) {
            return None;
        }
        let around = &text[at.saturating_sub(NEAR)..text.len().min(at + whole.end() + NEAR)];
        let confirmed = match (&rule.near, rule.checksum) {
            (Some(near), _) => near.captures_iter(around).any(|found| {
                found.get(1).is_some_and(|value| {
                    is_mixed(value.as_bytes()) && !is_placeholder(value.as_bytes(), &self.placeholders)
                })
            }),
            (None, true) => has_checksum(value),
            (None, false) => true,
        };
        Some((whole.end(), rule.name.clone(), "plain", rule.high && confirmed))
    }
}

/// Lines for offsets that ascend.
fn with_lines(text: &[u8], hits: Vec<(usize, Hit)>) -> Vec<Hit> {
    let (mut line, mut from) = (1u64, 0);
    hits.into_iter()
        .map(|(at, hit)| {
            line += text[from..at].iter().filter(|byte| **byte == b'\n').count() as u64;
            from = at;
            Hit { line, ..hit }
        })
        .collect()
}

/// A value made of few different characters, or of words that say that it is none.
pub(super) fn is_placeholder(value: &[u8], words: &[String]) -> bool {
    let mut seen = [false; 256];
    for byte in value {
        seen[usize::from(*byte)] = true;
    }
    let different = seen.iter().filter(|seen| **seen).count();
    let lower = String::from_utf8_lossy(value).to_lowercase();
    value.len() >= 16 && different < 6 || words.iter().any(|word| lower.contains(word.as_str()))
}

/// Letters of both cases and digits: what a random value of some length has.
fn is_mixed(value: &[u8]) -> bool {
    value.iter().any(u8::is_ascii_lowercase)
        && value.iter().any(u8::is_ascii_uppercase)
        && value.iter().any(u8::is_ascii_digit)
}

/// Whether the last six characters are the CRC-32 of those before them, in base 62.
fn has_checksum(value: &[u8]) -> bool {
    const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    let Some((body, expected)) = value.len().checked_sub(6).map(|at| value.split_at(at)) else { return false };
    let mut hasher = flate2::Crc::new();
    hasher.update(body);
    let mut rest = hasher.sum();
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest % 62) as usize];
        rest /= 62;
    }
    expected == digits
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn search() -> Arc<Search> {
        Search::load(&Bundle::policies()).expect("the table")
    }

    /// A token with a fitting checksum, put together here so that no scanner takes this file for a leak.
    fn token(prefix: &str) -> String {
        let body = "R4nd0mB0dyOfTh1rtyCharactersXy";
        let mut hasher = flate2::Crc::new();
        hasher.update(body.as_bytes());
        let mut rest = hasher.sum();
        let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
        let mut end = [b'0'; 6];
        for digit in end.iter_mut().rev() {
            *digit = digits[(rest % 62) as usize];
            rest /= 62;
        }
        format!("{prefix}{body}{}", String::from_utf8_lossy(&end))
    }

    fn found(text: &str) -> Vec<(u64, String, &'static str)> {
        search().find(text.as_bytes()).0.into_iter().map(|hit| (hit.line, hit.rule, hit.confidence)).collect()
    }

    #[test]
    fn checksums_decide_over_tokens() {
        let text = format!("a\nTOKEN={}\n", token("ghp_"));
        assert_eq!(found(&text), [(2, "github-token".to_owned(), "high")]);
        let wrong = text.replace("R4nd", "R4ne");
        assert_eq!(found(&wrong), [(2, "github-token".to_owned(), "medium")]);
        assert_eq!(found(&token("npm_"))[0].1, "npm-token");
    }

    #[test]
    fn an_identifier_alone_is_no_secret() {
        let id = format!("AKIA{}", "Q2W3E4R5T6Y7U2I3");
        assert_eq!(found(&id), [(1, "aws-access-key".to_owned(), "medium")]);
        let with = format!("id={id}\nsecret={}\n", "aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dF3gH5jK7m");
        assert_eq!(found(&with), [(1, "aws-access-key".to_owned(), "high")]);
    }

    #[rstest]
    #[case::documentation("AKIAIOSFODNN7EXAMPLE")]
    #[case::repeated("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx")]
    #[case::in_a_word("xghp_0123456789abcdefghij0123456789abcdef")]
    #[case::short("ghp_abc")]
    #[case::expression("docker login -u x -p ${{ secrets.TOKEN }}")]
    #[case::variable("docker login -u x -p $TOKEN")]
    #[case::nothing("nothing here")]
    fn placeholders_are_dismissed(#[case] text: &str) {
        assert_eq!(found(text), []);
    }

    #[rstest]
    #[case("deploy/settings.txt", false)]
    #[case("tests/a.txt", true)]
    #[case(".env.example", true)]
    #[case("examples/a/.env", true)]
    #[case("README.md", true)]
    #[case("src/main.rs", false)]
    fn examples(#[case] path: &str, #[case] expected: bool) {
        assert_eq!(search().is_example(&RepoPath::new(path)), expected);
    }
}
