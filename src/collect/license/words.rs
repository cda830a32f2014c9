//! Licence texts as words: what two copies of one licence have in common whatever their markup, line breaks, numbering,
//! quotes and copyright lines.

/// A word and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Word {
    /// A hash of its normal form.
    pub(super) id: u32,
    /// Counted from 1.
    pub(super) line: u32,
    /// Bytes of the text.
    pub(super) start: u32,
    pub(super) end: u32,
}

/// A text in words.
#[derive(Debug, Clone, Default)]
pub(super) struct Words {
    pub(super) words: Vec<Word>,
    /// The line of the first «all rights reserved», which is left out of the words.
    pub(super) all_rights_reserved: Option<u32>,
    /// The line of the first copyright line, which is left out of the words.
    pub(super) copyright: Option<u32>,
}

impl Words {
    /// The ids alone.
    pub(super) fn ids(&self) -> Vec<u32> {
        self.words.iter().map(|word| word.id).collect()
    }
}

/// The spelling that stands for all others of a word.
fn normal(word: &str) -> &str {
    match word {
        "licence" => "license",
        "licences" => "licenses",
        "licenced" => "licensed",
        "licencing" => "licensing",
        "sublicence" => "sublicense",
        "acknowledgement" => "acknowledgment",
        "analogue" => "analog",
        "analyse" => "analyze",
        "artefact" => "artifact",
        "authorisation" => "authorization",
        "authorised" => "authorized",
        "calibre" => "caliber",
        "cancelled" => "canceled",
        "favour" => "favor",
        "favourite" => "favorite",
        "fulfil" => "fulfill",
        "initialise" => "initialize",
        "judgement" => "judgment",
        "labelling" => "labeling",
        "organisation" => "organization",
        "organisations" => "organizations",
        "practise" => "practice",
        "programme" => "program",
        "realise" => "realize",
        "recognise" => "recognize",
        "utilisation" => "utilization",
        "whilst" => "while",
        "wilful" => "willful",
        "percent" => "per",
        "owner" => "holder",
        "owners" => "holders",
        _ => word,
    }
}

/// The hash of a word in its normal form.
pub(super) fn id(word: &str) -> u32 {
    normal(word).bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The ids of a phrase.
pub(super) fn phrase(text: &str) -> Vec<u32> {
    of(text).ids()
}

/// The words of a text.
pub(super) fn of(text: &str) -> Words {
    let mut words = Words::default();
    let mut offset = 0;
    for (number, line) in text.split('\n').enumerate() {
        let line_number = u32::try_from(number + 1).unwrap_or(u32::MAX);
        words.line(line, offset, line_number);
        offset += line.len() + 1;
    }
    words
}

impl Words {
    fn line(&mut self, line: &str, offset: usize, number: u32) {
        if is_copyright_line(line) {
            self.copyright.get_or_insert(number);
            if contains_ignoring_case(line, "all rights reserved") {
                self.all_rights_reserved.get_or_insert(number);
            }
            return;
        }
        let mut first = true;
        let mut word = String::new();
        let mut scan = Tokens { line, at: 0 };
        while let Some((start, end)) = scan.next() {
            let Some(token) = line.get(start..end) else { continue };
            let leading = std::mem::replace(&mut first, false);
            if is_enumerator(line, start, end, leading) {
                first = leading;
                continue;
            }
            word.clear();
            word.extend(token.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase));
            self.words.push(Word {
                id: id(&word),
                line: number,
                start: u32::try_from(offset + start).unwrap_or(u32::MAX),
                end: u32::try_from(offset + end).unwrap_or(u32::MAX),
            });
            if word == "reserved" {
                self.drop_reservation(number);
            }
        }
    }

    /// Takes «all rights reserved» out again: it changes nothing in a text that grants rights.
    fn drop_reservation(&mut self, line: u32) {
        let Some(at) = self.words.len().checked_sub(3) else { return };
        if self.words[at].id == id("all") && self.words[at + 1].id == id("rights") {
            self.words.truncate(at);
            self.all_rights_reserved.get_or_insert(line);
        }
    }
}

/// The words of one line, without tags, addresses and targets of links.
struct Tokens<'a> {
    line: &'a str,
    at: usize,
}

impl Tokens<'_> {
    fn next(&mut self) -> Option<(usize, usize)> {
        let bytes = self.line.as_bytes();
        while self.at < bytes.len() {
            let rest = &self.line[self.at..];
            let Some(c) = rest.chars().next() else { break };
            if c == '<' {
                self.at += rest.char_indices().take(200).find(|(_, c)| *c == '>').map_or(1, |(end, _)| end + 1);
            } else if rest.starts_with("](") {
                self.at += rest.find(')').map_or(2, |end| end + 1);
            } else if rest.starts_with("http://") || rest.starts_with("https://") || rest.starts_with("www.") {
                self.at += rest.find(|c: char| c.is_whitespace() || matches!(c, ')' | '>' | ']')).unwrap_or(rest.len());
            } else if c.is_alphanumeric() {
                let start = self.at;
                let inside = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}');
                self.at += rest.find(|c| !inside(c)).unwrap_or(rest.len());
                return Some((start, self.at));
            } else {
                self.at += c.len_utf8();
            }
        }
        None
    }
}

/// Numbering of paragraphs: `1.`, `2.1`, `a)` at the start of a line, `(a)` anywhere.
fn is_enumerator(line: &str, start: usize, end: usize, leading: bool) -> bool {
    let token = &line[start..end];
    let number = token.len() <= 2 && token.bytes().all(|b| b.is_ascii_digit());
    let letter = token.len() == 1 && token.bytes().all(|b| b.is_ascii_alphabetic());
    let roman = token.len() <= 4 && token.bytes().all(|b| matches!(b.to_ascii_lowercase(), b'i' | b'v' | b'x'));
    if !(number || letter || roman) {
        return false;
    }
    let before = line[..start].bytes().next_back();
    let after = line[end..].bytes().next();
    before == Some(b'(') && after == Some(b')') || leading && matches!(after, Some(b'.' | b')' | b':'))
        // The further numbers of `2.1`.
        || number && leading && line[..start].bytes().any(|b| b.is_ascii_digit())
}

/// A line that names who holds the copyright and since when, and says nothing else.
fn is_copyright_line(line: &str) -> bool {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '©' && c != '(');
    let rest = if let Some(rest) = strip_word(line, "copyright") {
        rest
    } else if let Some(rest) =
        line.strip_prefix('©').or_else(|| line.strip_prefix("(c)")).or_else(|| line.strip_prefix("(C)"))
    {
        rest
    } else if let Some(rest) = strip_word(line, "portions").and_then(|rest| strip_word(rest.trim_start(), "copyright"))
    {
        rest
    } else {
        return false;
    };
    let rest = rest.trim_start_matches([' ', '\t', ':', ',', '*', '_', '-']);
    let marked = rest.starts_with(['©', '<', '[', '{', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '$', '%'])
        || ["yyyy", "year"].iter().any(|mark| rest.get(..4).is_some_and(|start| start.eq_ignore_ascii_case(mark)))
        || rest.get(..3).is_some_and(|mark| mark.eq_ignore_ascii_case("(c)"))
        || rest.get(..3).is_some_and(|mark| mark.eq_ignore_ascii_case("by "));
    let year = rest
        .split(|c: char| !c.is_ascii_digit())
        .any(|digits| digits.len() == 4 && (digits.starts_with("19") || digits.starts_with("20")));
    // Such a line ends with its statement; «Copyright (c) X. Permission is hereby granted» goes on.
    let goes_on = ["permission", "licensed under", "redistribution", "provided", "may be used"]
        .iter()
        .any(|words| contains_ignoring_case(rest, words));
    (marked || year) && !goes_on
}

fn strip_word<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let head = line.get(..word.len())?;
    let rest = &line[word.len()..];
    (head.eq_ignore_ascii_case(word) && !rest.starts_with(|c: char| c.is_alphanumeric())).then_some(rest)
}

/// Whether `line` contains `words` (ASCII lower case) in any case.
pub(super) fn contains_ignoring_case(line: &str, words: &str) -> bool {
    line.as_bytes().windows(words.len()).any(|window| window.eq_ignore_ascii_case(words.as_bytes()))
}

/// Where `needle` begins in `hay`, from `from` on.
pub(super) fn find(hay: &[u32], needle: &[u32], from: usize) -> Option<usize> {
    let first = *needle.first()?;
    let last = hay.len().checked_sub(needle.len())?;
    (from..=last).find(|at| hay[*at] == first && hay[*at..].starts_with(needle))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::markup("**Permission** is _hereby_ granted", "permission is hereby granted")]
    #[case::comments(" * the  \"Software\",\n * to deal", "The 'Software' to\ndeal")]
    #[case::numbering("1. Redistributions of\n(a) this, (ii) that", "a) Redistributions of\nthis, that")]
    #[case::dotted("2.1. Grants", "Grants")]
    #[case::spelling("the licence of the copyright owner", "the License of the copyright holder")]
    #[case::links("see [the site](https://example.org/a(b)) now https://x.y/z", "see the site now")]
    #[case::reservation("A. All rights reserved. B", "A. B")]
    #[case::copyright("Copyright (c) 2020 A B\nGranted", "Copyright [yyyy] [name]\nGranted")]
    #[case::portions("Portions Copyright 1999 X\nGranted", "Granted")]
    fn same_words(#[case] one: &str, #[case] other: &str) {
        let words = |text: &str| of(text).words.iter().map(|word| word.id).collect::<Vec<_>>();
        assert_eq!(words(one), words(other));
    }

    #[rstest]
    #[case("copyright notice, this list of conditions", false)]
    #[case("COPYRIGHT HOLDERS BE LIABLE", false)]
    #[case("Copyright © Foo", true)]
    #[case("(c) 2001 Foo", true)]
    #[case("// Copyright 2019-2020 The Authors. All rights reserved.", true)]
    #[case("Copyright Foo 1998", true)]
    #[case("Copyright yyyy Foo", true)]
    #[case("(c) You must retain, in the Source form", false)]
    #[case("(c) in the year of the release", false)]
    #[case("Copyright (c) 2020 X. Permission is hereby granted, free of charge", false)]
    fn copyright_lines(#[case] line: &str, #[case] expected: bool) {
        assert_eq!(is_copyright_line(line), expected);
    }

    #[test]
    fn words_know_where_they_stand() {
        let text = "É x\nb*c*";
        let words = of(text);
        let last = words.words[3];
        assert_eq!((last.line, &text[last.start as usize..last.end as usize]), (2, "c"));
    }

    #[test]
    fn an_open_bracket_swallows_nothing() {
        assert_eq!(of("a < b and [c](d").words.len(), 5);
    }
}
