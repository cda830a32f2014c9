//! Text as words: normalised, with the punctuation before each word and the end of each sentence.

use std::borrow::Cow;

/// Bytes of one address.
const MAX_ADDRESS: usize = 2_000;
/// Bytes of one word; a longer run is cut, as it is no word.
const MAX_WORD: usize = 100;

/// One word, number or address of a text, where it stands and what stands before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    /// In the form that phrases are compared with.
    pub(crate) norm: Cow<'a, str>,
    pub(crate) kind: WordKind,
    /// Where it begins in the text.
    pub(crate) start: usize,
    /// Where it ends.
    pub(crate) end: usize,
    /// The strongest punctuation between it and the word before.
    pub(crate) before: Break,
}

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WordKind {
    Plain,
    /// Begins with a digit.
    Number,
    /// A mail address.
    Mail,
    /// An address with a scheme, or one that begins with `www.`.
    Url,
    /// `@name` or `@organization/team`.
    Handle,
    /// A lone `@`, as in `name [@] host`.
    At,
}

/// Punctuation between two words, weakest first.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Break {
    #[default]
    None,
    /// A comma.
    Soft,
    /// The joint between a lead-in and what it leads to.
    Lead,
    /// A colon, semicolon, dash, bracket or border of a table cell.
    Hard,
    /// The end of a sentence.
    Stop,
    /// The end of a question.
    Question,
}

/// The normalised words of a short text, without places: phrases and headings.
pub(crate) fn normal_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    each_word(text, |word| words.push(word.norm.into_owned()));
    words
}

/// Calls back for every word of a text, in order; returns the punctuation after the last one.
pub(crate) fn each_word<'a>(text: &'a str, mut take: impl FnMut(Word<'a>)) -> Break {
    let mut scanner = Scanner { text, at: 0, before: Break::None };
    while let Some(c) = scanner.text[scanner.at..].chars().next() {
        if c.is_alphanumeric() || c == '_' {
            scanner.word_or_address(&mut take);
        } else if c == '@' {
            scanner.handle(&mut take);
        } else {
            scanner.mark(c);
        }
    }
    scanner.before
}

struct Scanner<'a> {
    text: &'a str,
    /// Always on a character boundary.
    at: usize,
    before: Break,
}

impl<'a> Scanner<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn emit(&mut self, take: &mut impl FnMut(Word<'a>), norm: Cow<'a, str>, kind: WordKind, start: usize, end: usize) {
        take(Word { norm, kind, start, end, before: std::mem::take(&mut self.before) });
    }

    fn raise(&mut self, to: Break) {
        self.before = self.before.max(to);
    }

    /// One character that is part of no word.
    fn mark(&mut self, c: char) {
        let before = self.text[..self.at].chars().next_back();
        self.at += c.len_utf8();
        let next = self.rest().chars().next();
        let spaced =
            next.is_none_or(|c| c.is_whitespace() || matches!(c, '"' | '\'' | ')' | '*' | '_' | '”' | '’' | '`'));
        match c {
            ',' | '、' | '，' => self.raise(Break::Soft),
            ';' | '(' | ')' | '[' | ']' | '|' | '—' | '→' | '；' | '：' => self.raise(Break::Hard),
            ':' if spaced => self.raise(Break::Hard),
            '-' | '–' if spaced && before.is_none_or(char::is_whitespace) => self.raise(Break::Hard),
            '-' if next == Some('-') && !is_option(before, self.rest()) => self.raise(Break::Hard),
            '.' if spaced => self.stop(),
            '…' | '。' | '！' => self.raise(Break::Stop),
            '!' if spaced => self.raise(Break::Stop),
            '?' if spaced => self.raise(Break::Question),
            '？' => self.raise(Break::Question),
            '\n' if self.rest().trim_start_matches([' ', '\t', '\r']).starts_with('\n') => self.raise(Break::Stop),
            _ => {}
        }
    }

    /// A full stop ends a sentence unless it belongs to an abbreviation or an initial.
    fn stop(&mut self) {
        let done = &self.text[..self.at - 1];
        let tail = done
            .char_indices()
            .rev()
            .take_while(|(_, c)| c.is_alphabetic() || *c == '.')
            .last()
            .map_or("", |(at, _)| &done[at..]);
        let next = self.rest().chars().find(|c| !c.is_whitespace());
        let lower = tail.to_lowercase();
        let abbreviated = matches!(
            lower.as_str(),
            "e.g" | "i.e" | "vs" | "cf" | "approx" | "dr" | "mr" | "ms" | "mrs" | "prof" | "no" | "fig"
        ) && next.is_some()
            || matches!(lower.as_str(), "etc" | "inc" | "ltd" | "co" | "al" | "corp")
                && next.is_some_and(char::is_lowercase);
        let initial = tail.chars().count() == 1 && tail.chars().all(char::is_uppercase) && next.is_some();
        if !(abbreviated || initial) || lower == "no" && next.is_none_or(char::is_uppercase) {
            self.raise(Break::Stop);
        }
    }

    /// `@name`, or a lone `@`.
    fn handle(&mut self, take: &mut impl FnMut(Word<'a>)) {
        let start = self.at;
        let len = self.rest()[1..]
            .bytes()
            .take(MAX_WORD)
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'/' | b'.'))
            .count();
        let trimmed = self.rest()[1..=len].trim_end_matches(['.', '-', '/', '_']).len();
        self.at += 1 + trimmed;
        let text = &self.text[start..self.at];
        let kind = if trimmed == 0 { WordKind::At } else { WordKind::Handle };
        self.emit(take, lower(text), kind, start, start + text.len());
    }

    fn word_or_address(&mut self, take: &mut impl FnMut(Word<'a>)) {
        let start = self.at;
        if let Some(len) = url(self.rest()) {
            self.at += len;
            return self.emit(take, lower(&self.text[start..self.at]), WordKind::Url, start, start + len);
        }
        if let Some(len) = mail(self.rest()) {
            self.at += len;
            return self.emit(take, lower(&self.text[start..self.at]), WordKind::Mail, start, start + len);
        }
        let raw = word(self.rest());
        self.at += raw.len();
        let kind = if raw.starts_with(|c: char| c.is_numeric()) { WordKind::Number } else { WordKind::Plain };
        let norm = lower(raw);
        if norm == "e" && starts_with_ignoring_case(self.rest(), "-mail") {
            let more = word(&self.rest()[1..]);
            self.at += 1 + more.len();
            let norm = format!("e{}", more.to_lowercase());
            return self.emit(take, Cow::Owned(norm), kind, start, start + raw.len() + 1 + more.len());
        }
        let end = start + raw.len();
        match contraction(&norm) {
            Some((first, second)) => {
                self.emit(take, Cow::Owned(first), kind, start, end);
                if let Some(second) = second {
                    self.emit(take, Cow::Borrowed(second), kind, start, end);
                }
            }
            None => self.emit(take, norm, kind, start, end),
        }
    }
}

/// `--name` after a blank is an option of a command and no dash.
fn is_option(before: Option<char>, rest: &str) -> bool {
    before.is_none_or(|c| c.is_whitespace() || c == '`') && rest.chars().nth(1).is_some_and(char::is_alphanumeric)
}

/// The two words behind a contraction; the possessive loses its ending.
fn contraction(norm: &str) -> Option<(String, Option<&'static str>)> {
    if norm == "cannot" {
        return Some(("can".to_owned(), Some("not")));
    }
    let (stem, tail) = norm.split_once(['\'', '’'])?;
    let pair = |stem: &str, second: &'static str| Some((stem.to_owned(), Some(second)));
    match (stem, tail) {
        ("won", "t") => pair("will", "not"),
        ("can", "t") => pair("can", "not"),
        ("shan", "t") => pair("shall", "not"),
        ("ain", "t") => pair("is", "not"),
        (stem, "t") if stem.ends_with('n') => pair(stem.strip_suffix('n').unwrap_or(stem), "not"),
        (stem, "ll") => pair(stem, "will"),
        (stem, "re") => pair(stem, "are"),
        (stem, "ve") => pair(stem, "have"),
        ("i", "m") => pair("i", "am"),
        ("let", "s") => pair("let", "us"),
        (stem, "s" | "") => Some((stem.to_owned(), None)),
        _ => None,
    }
}

/// The run of characters that makes a word: letters and digits, and inside them `_`, apostrophes, and dots that do not end a sentence.
fn word(text: &str) -> &str {
    let mut end = 0;
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map(|(_, c)| *c);
        let inside = match c {
            '_' => true,
            '\'' | '’' => next.is_some_and(char::is_alphabetic) && end > 0,
            '.' => next.is_some_and(|next| next.is_alphanumeric() && !starts_sentence(&text[..at], &text[at + 1..])),
            '+' => text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '+'),
            c => c.is_alphanumeric(),
        };
        if !inside || end > MAX_WORD {
            break;
        }
        end = at + c.len_utf8();
    }
    &text[..end.max(text.chars().next().map_or(0, char::len_utf8))]
}

/// Whether a dot without a blank after it still ends a sentence: `report.Please`.
fn starts_sentence(before: &str, after: &str) -> bool {
    let last = before.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let mut next = after.chars();
    last.len() > 1
        && last.chars().all(char::is_lowercase)
        && next.next().is_some_and(char::is_uppercase)
        && next.next().is_some_and(char::is_lowercase)
}

/// The length of an address at the start of the text.
fn url(text: &str) -> Option<usize> {
    let scheme =
        text.bytes().take(24).take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-')).count();
    let body = if text.as_bytes().get(scheme..)?.starts_with(b"://") && scheme > 1 {
        scheme + 3
    } else if starts_with_ignoring_case(text, "www.") {
        4
    } else {
        return None;
    };
    let len = text.as_bytes()[body..]
        .iter()
        .take(MAX_ADDRESS)
        .take_while(|b| {
            b.is_ascii_graphic() && !matches!(b, b'<' | b'>' | b'"' | b'`' | b'|' | b'{' | b'}' | b'\\' | b'^')
        })
        .count();
    let mut address = &text[..body + len];
    while let Some(c) = address.chars().next_back() {
        let unmatched = c == ')' && address.matches('(').count() < address.matches(')').count();
        if matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | ']' | '[' | '(') || unmatched {
            address = &address[..address.len() - c.len_utf8()];
        } else {
            break;
        }
    }
    (address.len() > body).then_some(address.len())
}

/// The length of a mail address at the start of the text.
fn mail(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let local = bytes
        .iter()
        .take(65)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'%' | b'+' | b'-'))
        .count();
    if bytes.get(local) != Some(&b'@') {
        return None;
    }
    let host = bytes[local + 1..]
        .iter()
        .take(255)
        .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'))
        .count();
    let address = text[..local + 1 + host].trim_end_matches(['.', '-']);
    let host = address.get(local + 1..)?;
    let top = host.rsplit('.').next()?;
    (host.contains('.') && !host.contains("..") && top.len() > 1 && top.bytes().all(|b| b.is_ascii_alphabetic()))
        .then_some(address.len())
}

fn starts_with_ignoring_case(text: &str, start: &str) -> bool {
    text.as_bytes().get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start.as_bytes()))
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.chars().any(char::is_uppercase) { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::contractions("We don’t, can't and won't", &["we", "do", "not", "can", "not", "and", "will", "not"])]
    #[case::possessive("the project's e-mail", &["the", "project", "email"])]
    #[case::hyphens("long-term sign-off and/or", &["long", "term", "sign", "off", "and", "or"])]
    #[case::files("see SECURITY.md, v1.2.x or 5.1.*", &["see", "security.md", "v1.2.x", "or", "5.1"])]
    #[case::glued("report it.Please wait", &["report", "it", "please", "wait"])]
    #[case::mail("<security@example.org>.", &["security@example.org"])]
    #[case::url("(see https://a.example/x_(y)).", &["see", "https://a.example/x_(y)"])]
    #[case::handle("@alice, @org/team and a @ b", &["@alice", "@org/team", "and", "a", "@", "b"])]
    #[case::unicode("Sicherheitslücke ÄNDERN", &["sicherheitslücke", "ändern"])]
    fn words(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(normal_words(text), expected);
    }

    fn breaks(text: &str) -> Vec<Break> {
        let mut found = Vec::new();
        let last = each_word(text, |word| found.push(word.before));
        found.remove(0);
        found.push(last);
        found
    }

    #[rstest]
    #[case("a, b; c", &[Break::Soft, Break::Hard, Break::None])]
    #[case("one two. Three", &[Break::None, Break::Stop, Break::None])]
    #[case("use e.g. this one", &[Break::None, Break::None, Break::None, Break::None])]
    #[case("found one? mail us!", &[Break::None, Break::Question, Break::None, Break::Stop])]
    #[case("David A. Wheeler", &[Break::None, Break::None, Break::None])]
    #[case("this - that", &[Break::Hard, Break::None])]
    #[case("one\n\ntwo", &[Break::Stop, Break::None])]
    #[case("say no. Then go", &[Break::None, Break::Stop, Break::None, Break::None])]
    fn punctuation(#[case] text: &str, #[case] expected: &[Break]) {
        assert_eq!(breaks(text), expected);
    }

    #[test]
    fn places_are_those_of_the_text() {
        let text = "Mail: sec@a.org, ÄÖ don't";
        let mut parts = Vec::new();
        each_word(text, |word| parts.push(&text[word.start..word.end]));
        assert_eq!(parts, ["Mail", "sec@a.org", "ÄÖ", "don't", "don't"]);
    }

    #[rstest]
    #[case::brackets("(")]
    #[case::ats("@")]
    #[case::local("a.")]
    #[case::urls("http://(")]
    #[case::dots("x.")]
    #[case::letters("a")]
    fn long_runs_take_linear_time(#[case] unit: &str) {
        let text = unit.repeat(400_000);
        let begun = std::time::Instant::now();
        let mut count = 0_usize;
        each_word(&text, |_| count += 1);
        assert!(begun.elapsed().as_secs() < 8, "{count} words in {:?}", begun.elapsed());
    }
}
