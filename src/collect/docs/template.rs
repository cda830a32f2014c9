//! Text that waits to be filled in: placeholders, and the stock texts that hosts offer for a new file.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use super::model::Document;
use super::words::normal_words;
use crate::bundle::Bundle;

/// Where the stock texts and the marks stand.
const TABLE: &str = "tables/templates.yaml";

/// Words that a pair of brackets may hold and still be a placeholder.
const MAX_WORDS: usize = 8;
/// Bytes between the brackets of a placeholder.
const MAX_BYTES: usize = 120;

/// The stock texts known from `tables/templates.yaml`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Templates {
    /// Sentences that begin with one of these are a host's.
    sentences: Vec<String>,
    /// First cells of rows of a stock table; a table that holds no other is a host's.
    rows: BTreeSet<String>,
    /// Marks of blanks, wherever they stand; code is full of other brackets that only look like something to fill in.
    blanks: Vec<String>,
    /// Those of them that make a draft of the whole document.
    drafts: Vec<String>,
}

impl Templates {
    /// Whether a sentence is a host's.
    pub(crate) fn owns_sentence(&self, text: &str) -> bool {
        let start: String = text.trim_start().chars().take(80).flat_map(char::to_lowercase).collect();
        let words: Vec<&str> = start.split_whitespace().collect();
        let start = words.join(" ");
        self.sentences.iter().any(|known| start.starts_with(known.as_str()))
    }

    /// Reads the table; the error says what is wrong with it.
    pub(crate) fn load(policies: &Bundle) -> Result<Arc<Self>, String> {
        policies.prepared(Self::from_bundle)
    }

    fn from_bundle(policies: &Bundle) -> Result<Self, String> {
        let text = policies.get(TABLE).ok_or_else(|| format!("{TABLE}: is missing"))?;
        crate::yaml::from_str(text).map_err(|error| format!("{TABLE}: {error}"))
    }

    /// Whether a text holds a marked blank.
    pub(crate) fn has_blank(&self, text: &str) -> bool {
        holds(text, &self.blanks)
    }

    /// Whether a document is a draft: it states nothing yet, and a person has to look at it.
    pub(crate) fn is_draft(&self, document: &Document) -> bool {
        document.sections.iter().flat_map(|section| &section.blocks).any(|block| holds(&block.text, &self.drafts))
    }

    /// Whether the rows of a table are a host's: all its first cells, and more than one.
    pub(crate) fn owns_table<'a>(&self, first_cells: impl Iterator<Item = &'a str>) -> bool {
        let cells: Vec<String> =
            first_cells.map(|cell| cell.trim().to_lowercase()).filter(|cell| !cell.is_empty()).collect();
        cells.len() > 1 && cells.iter().all(|cell| self.rows.contains(cell))
    }
}

/// Whether a text holds one of these marks, which are in lower case.
fn holds(text: &str, marks: &[String]) -> bool {
    // Most texts have no bracket at all.
    text.contains('[') && {
        let lower = text.to_ascii_lowercase();
        marks.iter().any(|mark| lower.contains(mark.as_str()))
    }
}

/// Whether a text holds something still to be filled in.
pub(crate) fn has_placeholder(text: &str) -> bool {
    bracketed(text, '[', ']') || bracketed(text, '<', '>') || moustache(text) || underscores(text) || by_word(text)
}

/// `[INSERT …]`, `[your name]`, `<your-email>`; not a link, a footnote or a tag.
fn bracketed(text: &str, open: char, close: char) -> bool {
    text.match_indices(open).any(|(at, _)| {
        let inside = text.get(at + open.len_utf8()..).unwrap_or_default();
        let Some(end) =
            inside.char_indices().take_while(|(at, _)| *at <= MAX_BYTES).find(|(_, c)| *c == close).map(|(at, _)| at)
        else {
            return false;
        };
        let (inside, after) = inside.split_at(end);
        !after.get(1..).is_some_and(|after| after.starts_with('(') || after.starts_with(':'))
            && is_blank_to_fill(inside)
    })
}

fn is_blank_to_fill(inside: &str) -> bool {
    if inside.contains(['@', '/', '=']) {
        return false;
    }
    let words = normal_words(&inside.replace('_', " "));
    let first = words.first().map_or("", String::as_str);
    let last = words.last().map_or("", String::as_str);
    words.len() <= MAX_WORDS
        && (matches!(first, "insert" | "your" | "todo" | "tbd" | "fill" | "replace" | "enter")
            || words.len() > 1
                && matches!(
                    first,
                    "project"
                        | "company"
                        | "organization"
                        | "organisation"
                        | "maintainer"
                        | "security"
                        | "contact"
                        | "link"
                        | "email"
                        | "number"
                )
                && matches!(
                    last,
                    "name" | "email" | "address" | "contact" | "here" | "link" | "url" | "days" | "method" | "team"
                )
            || words.len() == 1
                && matches!(
                    first,
                    "name" | "email" | "project" | "company" | "date" | "url" | "link" | "number" | "n" | "contact"
                ))
}

/// `{{ name }}`; not an expression of a workflow (`${{ … }}`).
fn moustache(text: &str) -> bool {
    text.match_indices("{{").any(|(at, _)| {
        let before = text.get(..at).and_then(|text| text.chars().next_back());
        before != Some('$')
            && text.get(at..).is_some_and(|rest| {
                rest.char_indices()
                    .take(MAX_BYTES)
                    .any(|(at, _)| rest.get(at..).is_some_and(|rest| rest.starts_with("}}")))
            })
    })
}

/// A line to write on: `____`.
fn underscores(text: &str) -> bool {
    text.split_whitespace().any(|word| word.len() > 3 && word.bytes().all(|b| b == b'_'))
}

fn by_word(text: &str) -> bool {
    if text.contains("PROJECT_NAME") {
        return true;
    }
    let lower = text.to_lowercase();
    lower.contains("lorem ipsum")
        || lower.match_indices("your").any(|(at, _)| {
            let whole = !lower.get(..at).unwrap_or_default().ends_with(char::is_alphanumeric);
            let rest = lower.get(at + 4..).unwrap_or_default();
            let rest = rest.strip_prefix(['-', '_']).unwrap_or(rest);
            let glued = rest.starts_with(|c: char| c.is_alphabetic());
            let end = ["organization", "organisation", "org", "name", "email", "project", "company", "domain", "repo"]
                .iter()
                .find_map(|word| rest.strip_prefix(word));
            whole && glued && end.is_some_and(|end| !end.starts_with(|c: char| c.is_alphanumeric()))
        })
}

/// Whether a mail address or the host of an address is nobody's: the name or the host is a filler.
pub(crate) fn is_nobodys(address: &str) -> bool {
    let lower = address.to_lowercase();
    let lower = lower.strip_prefix("mailto:").unwrap_or(&lower);
    let Some((local, host)) = lower.split_once('@') else { return host_is_filler(lower) };
    let filler = matches!(
        local,
        "user"
            | "username"
            | "you"
            | "your"
            | "me"
            | "name"
            | "someone"
            | "somebody"
            | "email"
            | "foo"
            | "bar"
            | "xxx"
            | "xyz"
            | "test"
            | "john.doe"
            | "jane.doe"
            | "johndoe"
            | "first.last"
            | "firstname.lastname"
            | "author"
            | "noreply"
            | "no-reply"
            | "git"
    ) || local.starts_with("your")
        || local.starts_with("insert");
    filler || host_is_filler(host)
}

fn host_is_filler(address: &str) -> bool {
    let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let reserved = ["example.com", "example.org", "example.net"]
        .iter()
        .any(|known| host == *known || host == format!("www.{known}"));
    let bare = reserved && !address.contains('@') && path.is_empty() && address.contains("://");
    bare || matches!(host, "domain.com" | "domain.tld" | "yourdomain.com" | "email.com" | "company.com" | "host.tld")
        || host.starts_with("your")
        || host.contains("your-")
        || path.starts_with("your-")
        || path.starts_with("owner/repo")
        || path.starts_with("org/repo")
        || path.starts_with("user/repo")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("Write to [INSERT CONTACT METHOD].")]
    #[case("Contact [your email] for help")]
    #[case("Mail <your-email> now")]
    #[case("{{ project }} is great")]
    #[case("Lorem ipsum dolor sit amet")]
    #[case("Report to security@your-org.com")]
    #[case("Clone YOUR_PROJECT first")]
    #[case("PROJECT_NAME takes security seriously")]
    #[case("We answer within ____ days")]
    #[case("Send it to [SECURITY EMAIL]")]
    fn is_a_placeholder(#[case] text: &str) {
        assert!(has_placeholder(text), "{text}");
    }

    #[rstest]
    #[case("See [1] and [your guide](x)")]
    #[case("Put your name on the list of your project")]
    #[case("It runs ${{ github.event }} as input")]
    #[case("Mail Jane <jane@sample.dev>")]
    #[case("a <br> b [x] done")]
    #[case("yourself and yours")]
    fn is_no_placeholder(#[case] text: &str) {
        assert!(!has_placeholder(text), "{text}");
    }

    #[rstest]
    #[case("user@example.com", true)]
    #[case("you@sample.dev", true)]
    #[case("security@your-domain.com", true)]
    #[case("https://example.com", true)]
    #[case("security@sample.dev", false)]
    #[case("https://sample.dev/security", false)]
    fn fillers(#[case] address: &str, #[case] expected: bool) {
        assert_eq!(is_nobodys(address), expected);
    }

    #[test]
    fn stock_texts_are_known() {
        let templates = Templates::load(&Bundle::policies()).expect("the table");
        assert!(templates.drafts.iter().all(|mark| templates.blanks.contains(mark)));
        assert!(templates.has_blank("gpg --recv-keys [insert key]") && templates.has_blank("[FILL IN: key]"));
        assert!(
            !templates.has_blank("if [ -f x ]; then a[inserted]=1; fi")
                && !templates.has_blank("Fill in [the form](x).")
        );
        assert!(templates.owns_sentence("Use this section to  tell people how to do it."));
        assert!(!templates.owns_sentence("Use this section of the form."));
        assert!(templates.owns_table(["5.1.x", "5.0.x", "4.0.x", "< 4.0"].into_iter()));
        assert!(!templates.owns_table(["5.1.x", "6.0.x"].into_iter()));
        assert!(!templates.owns_table(["5.1.x"].into_iter()));
    }

    #[test]
    fn brackets_take_linear_time() {
        let begun = std::time::Instant::now();
        assert!(!has_placeholder(&"[<{{".repeat(20_000)));
        assert!(begun.elapsed().as_secs() < 5);
    }
}
