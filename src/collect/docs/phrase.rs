//! Phrase patterns of topics: their syntax and their form ready for matching. Matching itself walks tokens once and never backtracks.
//!
//! ```text
//! report* ... (vulnerab*|security (issue|bug)*)
//! ```
//!
//! Words are compared after the same normalisation as text: lower case, straight quotes, `don't` as `do not`, a hyphen or a slash as a
//! blank, `e-mail` as `email`. `word*` matches any word that begins so. `(a|b c)` offers alternatives of one or more words; an empty
//! alternative makes the group optional. `...` is a gap of up to [`GAP`] words inside the same clause. `#` matches any number.

use super::words::normal_words;

/// Words that a gap may skip.
pub(crate) const GAP: usize = 6;
/// Words and groups of one phrase.
const MAX_ELEMENTS: usize = 24;
/// Alternatives after groups inside groups are written out.
const MAX_ALTERNATIVES: usize = 200;

/// A phrase as written, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Phrase {
    pub(crate) elements: Vec<Element>,
}

/// One place of a phrase.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Element {
    /// Whether a gap may stand before it.
    pub(crate) gap: bool,
    /// Each a run of words; an empty run makes the element optional.
    pub(crate) alternatives: Vec<Vec<Term>>,
}

/// One word of a phrase.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Term {
    Exact(String),
    Prefix(String),
    Number,
}

impl Phrase {
    /// Takes a phrase apart; the error says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut reader = Reader { rest: text };
        let mut elements = Vec::new();
        let mut gap = false;
        while let Some(piece) = reader.piece()? {
            if piece == Piece::Gap {
                gap = !elements.is_empty();
                continue;
            }
            let alternatives = match piece {
                Piece::Group(alternatives) => alternatives,
                Piece::Word(word) => vec![terms(&word)?],
                Piece::Gap => Vec::new(),
            };
            for (at, element) in split(alternatives).into_iter().enumerate() {
                elements.push(Element { gap: gap && at == 0, alternatives: element });
            }
            gap = false;
        }
        if gap {
            return Err(format!("the phrase `{text}` ends with a gap"));
        }
        if elements.is_empty() || elements.iter().all(Element::optional) {
            return Err(format!("the phrase `{text}` matches nothing or everything"));
        }
        if elements.len() > MAX_ELEMENTS {
            return Err(format!("the phrase `{text}` has more than {MAX_ELEMENTS} parts"));
        }
        Ok(Self { elements })
    }
}

impl Element {
    pub(crate) fn optional(&self) -> bool {
        self.alternatives.iter().any(Vec::is_empty)
    }
}

/// A single word that normalisation takes apart (`sign-off`) stands for several elements.
fn split(alternatives: Vec<Vec<Term>>) -> Vec<Vec<Vec<Term>>> {
    match <[Vec<Term>; 1]>::try_from(alternatives) {
        Ok([run]) => run.into_iter().map(|term| vec![vec![term]]).collect(),
        Err(alternatives) => vec![alternatives],
    }
}

/// The terms of one written word.
fn terms(word: &str) -> Result<Vec<Term>, String> {
    if word == "#" {
        return Ok(vec![Term::Number]);
    }
    let (stem, prefix) = word.strip_suffix('*').map_or((word, false), |stem| (stem, true));
    if stem.contains(['*', '#']) {
        return Err(format!("`*` stands at the end of a word and `#` alone, not as in `{word}`"));
    }
    let mut terms: Vec<Term> = normal_words(stem).into_iter().map(Term::Exact).collect();
    if prefix && let Some(Term::Exact(last)) = terms.pop() {
        terms.push(Term::Prefix(last));
    }
    if terms.is_empty() { Err(format!("`{word}` holds no word")) } else { Ok(terms) }
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Word(String),
    Group(Vec<Vec<Term>>),
    Gap,
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn piece(&mut self) -> Result<Option<Piece>, String> {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() {
            return Ok(None);
        }
        if let Some(rest) = self.rest.strip_prefix("...").or_else(|| self.rest.strip_prefix('…')) {
            self.rest = rest;
            return Ok(Some(Piece::Gap));
        }
        if let Some(rest) = self.rest.strip_prefix('(') {
            self.rest = rest;
            let group = self.group(0)?;
            let star = self.rest.strip_prefix('*');
            if let Some(rest) = star {
                self.rest = rest;
            }
            return Ok(Some(Piece::Group(if star.is_some() { starred(group) } else { group })));
        }
        Ok(Some(Piece::Word(self.word()?)))
    }

    fn word(&mut self) -> Result<String, String> {
        let end =
            self.rest.find(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '|')).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        if word.is_empty() {
            return Err(format!("a bracket or bar out of place before `{}`", self.rest));
        }
        self.rest = rest;
        Ok(word.to_owned())
    }

    /// What stands after an opening bracket, up to and with the closing one, written out as plain alternatives.
    fn group(&mut self, depth: usize) -> Result<Vec<Vec<Term>>, String> {
        if depth > 3 {
            return Err("groups are nested too deeply".to_owned());
        }
        let mut done = Vec::new();
        let mut open: Vec<Vec<Term>> = vec![Vec::new()];
        loop {
            self.rest = self.rest.trim_start();
            let inner = if let Some(rest) = self.rest.strip_prefix(')') {
                self.rest = rest;
                done.append(&mut open);
                return Ok(done);
            } else if let Some(rest) = self.rest.strip_prefix('|') {
                self.rest = rest;
                done.append(&mut open);
                open = vec![Vec::new()];
                continue;
            } else if let Some(rest) = self.rest.strip_prefix('(') {
                self.rest = rest;
                let group = self.group(depth + 1)?;
                match self.rest.strip_prefix('*') {
                    Some(rest) => {
                        self.rest = rest;
                        starred(group)
                    }
                    None => group,
                }
            } else if self.rest.starts_with("...") || self.rest.is_empty() {
                return Err("a group is not closed, or holds a gap".to_owned());
            } else {
                vec![terms(&self.word()?)?]
            };
            open = open.iter().flat_map(|run| inner.iter().map(move |more| [run.as_slice(), more].concat())).collect();
            if open.len() + done.len() > MAX_ALTERNATIVES {
                return Err(format!("a group stands for more than {MAX_ALTERNATIVES} alternatives"));
            }
        }
    }
}

/// `(issue|bug)*`: every alternative as a prefix.
fn starred(group: Vec<Vec<Term>>) -> Vec<Vec<Term>> {
    group
        .into_iter()
        .map(|mut run| {
            if let Some(Term::Exact(last)) = run.last() {
                let last = Term::Prefix(last.clone());
                run.pop();
                run.push(last);
            }
            run
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::plain("contact us", 2)]
    #[case::gap("report* ... vulnerab*", 2)]
    #[case::group("(email|mail|contact) us", 2)]
    #[case::phrases("(pull request|patch)* ... review", 2)]
    #[case::hyphen("sign-off", 2)]
    #[case::nested("(security (issue|bug)*|vulnerab*) report", 2)]
    #[case::optional("the (next|) release", 3)]
    #[case::number("within # days", 3)]
    fn accepts(#[case] text: &str, #[case] elements: usize) {
        assert_eq!(Phrase::parse(text).map(|phrase| phrase.elements.len()), Ok(elements));
    }

    #[rstest]
    #[case("")]
    #[case("...")]
    #[case("report ...")]
    #[case("(a|b")]
    #[case("a|b")]
    #[case("a)")]
    #[case("a*b")]
    #[case("(a ... b)")]
    #[case("(|a)")]
    #[case("((((((a))))))")]
    fn refuses(#[case] text: &str) {
        assert!(Phrase::parse(text).is_err(), "{text}");
    }

    #[test]
    fn writes_groups_out() {
        let phrase = Phrase::parse("(security (issue|bug)*|x)").expect("a phrase");
        let written: Vec<usize> = phrase.elements[0].alternatives.iter().map(Vec::len).collect();
        assert_eq!(written, [2, 2, 1]);
        assert_eq!(phrase.elements[0].alternatives[1], [Term::Exact("security".into()), Term::Prefix("bug".into())]);
    }
}
