//! Edits of a YAML file that a person wrote: pieces of text are put in at places that the parser found, and nothing else
//! moves. Every edit is read again, and refused where the file then says anything but what was meant.

use serde_json::Value as Json;

use crate::yaml::{self, Node, Value};

/// A piece of text in place of another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The first byte that goes away.
    pub(super) from: usize,
    /// The first byte that stays.
    pub(super) to: usize,
    /// What is put there.
    pub(super) text: String,
}

impl Piece {
    pub(super) fn insert(at: usize, text: String) -> Self {
        Self { from: at, to: at, text }
    }
}

/// The text with all pieces in place; none where they overlap or do not fit.
pub(super) fn apply(text: &str, mut pieces: Vec<Piece>) -> Option<String> {
    pieces.sort_by_key(|piece| (piece.from, piece.to));
    let mut edited = String::with_capacity(text.len() + 200);
    let mut at = 0;
    for piece in &pieces {
        edited.push_str(text.get(at..piece.from)?);
        edited.push_str(&piece.text);
        at = piece.to;
    }
    edited.push_str(text.get(at..)?);
    Some(edited)
}

/// The text with all pieces in place, if it then says what is expected.
pub(super) fn verified(text: &str, pieces: Vec<Piece>, expected: &Json) -> Option<String> {
    let edited = apply(text, pieces)?;
    let after = only(&edited)?;
    (plain(&after) == *expected).then_some(edited)
}

/// The one document of a file; none where it cannot be read, is empty or holds several.
pub(super) fn only(text: &str) -> Option<Node> {
    let mut documents = yaml::parse_all(text).ok()?;
    if documents.len() == 1 { documents.pop() } else { None }
}

/// Where a line begins, counted from 1.
pub(super) fn line_start(text: &str, line: u64) -> Option<usize> {
    let above = usize::try_from(line).ok()?.checked_sub(1)?;
    if above == 0 {
        return Some(if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 });
    }
    text.match_indices('\n').nth(above - 1).map(|(at, _)| at + 1)
}

/// Where a node begins.
pub(super) fn offset(text: &str, node: &Node) -> Option<usize> {
    let start = line_start(text, node.line)?;
    let line = text.get(start..)?.split('\n').next()?;
    let column = usize::try_from(node.column).ok()?.checked_sub(1)?;
    let within = line.char_indices().map(|(at, _)| at).chain(std::iter::once(line.len())).nth(column)?;
    Some(start + within)
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// How the line at a place ends; the last one as the first one does.
pub(super) fn ending(text: &str, at: usize) -> &'static str {
    let of = |rest: &str| rest.find('\n').map(|end| rest.get(..end).is_some_and(|line| line.ends_with('\r')));
    let here = text.get(at..).and_then(of).or_else(|| of(text));
    if here == Some(true) { "\r\n" } else { "\n" }
}

/// The beginning of the comment lines that stand directly above a line, with its own indentation; the line itself where
/// there are none.
pub(super) fn above_comments(text: &str, line_start: usize, indent: usize) -> usize {
    let mut at = line_start;
    while let Some(before) = text.get(..at).and_then(|text| text.strip_suffix('\n')) {
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let line = before.get(start..).unwrap_or_default();
        let spaces = line.len() - line.trim_start_matches(' ').len();
        if spaces != indent || !line.trim_start_matches(' ').starts_with('#') {
            break;
        }
        at = start;
    }
    at
}

/// Whether the line before a place is blank, or there is none.
pub(super) fn follows_blank(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    let line = before.strip_suffix('\n').map(|before| before.rsplit('\n').next().unwrap_or_default());
    line.is_none_or(|line| line.trim().is_empty())
}

/// The content without its places.
pub(super) fn plain(node: &Node) -> Json {
    match &node.value {
        Value::Scalar { .. } if node.is_null() => Json::Null,
        Value::Scalar { text, .. } => Json::from(text.as_str()),
        Value::Sequence(items) => items.iter().map(plain).collect(),
        Value::Mapping(entries) => {
            let entries =
                entries.iter().map(|(key, value)| (key.as_str().unwrap_or_default().to_owned(), plain(value)));
            Json::Object(entries.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::first("a: 1\nb: 2\n", 1, 0)]
    #[case::marked("\u{feff}a: 1\nb: 2\n", 1, 3)]
    #[case::second("a: 1\r\nb: 2\r\n", 2, 6)]
    fn lines(#[case] text: &str, #[case] line: u64, #[case] expected: usize) {
        assert_eq!(line_start(text, line), Some(expected));
    }

    #[rstest]
    #[case("a\r\nb", 3, "\r\n")]
    #[case("a\nb\r\n", 0, "\n")]
    #[case("a", 0, "\n")]
    fn endings(#[case] text: &str, #[case] at: usize, #[case] expected: &str) {
        assert_eq!(ending(text, at), expected);
    }

    #[test]
    fn nodes_are_found_behind_letters_of_several_bytes() {
        let text = "ä: {ö: 1}\n";
        let root = only(text).expect("a node");
        let value = root.at("ä.ö").expect("a value");
        assert_eq!(offset(text, value).and_then(|at| text.get(at..)), Some("1}\n"));
    }

    #[test]
    fn comments_belong_to_what_follows() {
        let text = "a: 1\n\n# one\n# two\njobs:\n";
        let jobs = text.find("jobs").expect("there");
        assert_eq!(above_comments(text, jobs, 0), text.find("# one").expect("there"));
    }

    #[test]
    fn pieces_that_overlap_are_refused() {
        let pieces = vec![Piece { from: 0, to: 3, text: String::new() }, Piece::insert(1, "x".to_owned())];
        assert_eq!(apply("abcd", pieces), None);
    }
}
