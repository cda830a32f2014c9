//! Builds the sections of a document while a parser walks over it, within bounds.

use super::model::{Block, BlockKind, Link, Section, Target};
use crate::collect::limits;

/// What a parser made of a text.
#[derive(Debug, Default)]
pub(super) struct Parsed {
    pub(super) sections: Vec<Section>,
    pub(super) title: Option<String>,
    /// Whether a bound was reached before the end.
    pub(super) truncated: bool,
    /// Files of the tree that the text shows in place of code.
    pub(super) imports: Vec<Import>,
}

/// A file that a document shows as it is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Import {
    /// As written.
    pub(super) target: String,
    pub(super) line: u64,
}

/// Sections under construction.
#[derive(Debug, Default)]
pub(super) struct Outline {
    sections: Vec<Section>,
    /// The open headings with their levels.
    path: Vec<(usize, String)>,
    title: Option<String>,
    blocks: usize,
    links: usize,
    truncated: bool,
    keep_comments: bool,
    imports: Vec<Import>,
}

impl Outline {
    pub(super) fn new(keep_comments: bool) -> Self {
        Self { keep_comments, ..Self::default() }
    }

    /// Begins a section. Levels count from 1; any number of levels is fine, but only so many are kept.
    pub(super) fn heading(&mut self, level: usize, text: &str, line: u64) {
        let text = cut(&collapsed(cut(text, 4 * limits::HEADING_BYTES)), limits::HEADING_BYTES).to_owned();
        if text.is_empty() || self.is_full() {
            return;
        }
        self.path.retain(|(above, _)| *above < level);
        if self.path.len() >= 8 {
            self.path.truncate(7);
        }
        self.path.push((level, text.clone()));
        self.title.get_or_insert(text);
        let headings = self.path.iter().map(|(_, heading)| heading.clone()).collect();
        self.sections.push(Section { headings, line, blocks: Vec::new() });
        self.blocks += 1;
    }

    /// Adds a block; one that holds neither text nor a link is dropped.
    pub(super) fn push(&mut self, mut block: Block) {
        if block.kind == BlockKind::Comment && !self.keep_comments {
            return;
        }
        if !matches!(block.kind, BlockKind::Code(_)) {
            block.text = collapsed_with(&block.text, &mut block.links);
        }
        if (block.text.trim().is_empty() && block.links.is_empty()) || self.is_full() {
            return;
        }
        block.lead_in = cut(&block.lead_in, limits::HEADING_BYTES).to_owned();
        let left = limits::DOCUMENT_LINKS.saturating_sub(self.links);
        if block.links.len() > left {
            block.links.truncate(left);
            self.truncated = true;
        }
        self.links += block.links.len();
        self.blocks += 1;
        if self.sections.is_empty() {
            self.sections.push(Section { headings: Vec::new(), line: block.line, blocks: Vec::new() });
        }
        if let Some(section) = self.sections.last_mut() {
            section.blocks.push(block);
        }
    }

    /// The sentence that leads to what follows, if a paragraph stands right before it.
    pub(super) fn lead_in(&self) -> String {
        let last = self.sections.last().and_then(|section| section.blocks.last());
        match last {
            Some(block) if matches!(block.kind, BlockKind::Paragraph) => last_sentence(&block.text).to_owned(),
            _ => String::new(),
        }
    }

    /// Notes that a file of the tree is shown here.
    pub(super) fn import(&mut self, target: &str, line: u64) {
        if self.imports.len() < limits::DOCUMENT_IMPORTS {
            self.imports.push(Import { target: cut(target.trim(), 1024).to_owned(), line });
        }
    }

    fn is_full(&mut self) -> bool {
        let full = self.blocks >= limits::DOCUMENT_BLOCKS;
        self.truncated |= full;
        full
    }

    pub(super) fn finish(self) -> Parsed {
        Parsed { sections: self.sections, title: self.title, truncated: self.truncated, imports: self.imports }
    }
}

impl Link {
    /// A link as written, before it is known where it leads.
    pub(super) fn written(label: &str, target: &str, line: u64) -> Self {
        let label = cut(&collapsed(cut(label, 4 * limits::HEADING_BYTES)), limits::HEADING_BYTES).to_owned();
        Self { label, target: cut(target.trim(), 2048).to_owned(), line, start: 0, to: Target::Outside }
    }
}

/// With one blank for every run of white space, and none at the ends.
pub(super) fn collapsed(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// As [`collapsed`], for a text with links: the places of their labels move with it.
fn collapsed_with(text: &str, links: &mut [Link]) -> String {
    if links.is_empty() {
        return collapsed(text);
    }
    let mut out = String::with_capacity(text.len());
    // The end of each word in the text before, and what to take off for its place in the text after.
    let mut words: Vec<(usize, usize)> = Vec::new();
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        let from = word.as_ptr().addr() - text.as_ptr().addr();
        words.push((from + word.len(), from - out.len()));
        out.push_str(word);
    }
    for link in links {
        let word = words.partition_point(|(end, _)| *end <= link.start);
        link.start = words.get(word).map_or(out.len(), |(_, off)| link.start.saturating_sub(*off));
    }
    out
}

/// At most `bytes` bytes of a text, cut between characters.
pub(super) fn cut(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// What stands after the last end of a sentence that is followed by more text.
pub(super) fn last_sentence(text: &str) -> &str {
    let text = text.trim();
    let mut start = 0;
    let mut previous = ' ';
    for (at, c) in text.char_indices() {
        if c == ' ' && matches!(previous, '.' | '!' | '?') && starts_sentence(text.get(at + 1..).unwrap_or_default()) {
            start = at + 1;
        }
        previous = c;
    }
    text.get(start..).unwrap_or_default()
}

fn starts_sentence(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_uppercase() || c.is_numeric() || !c.is_ascii())
}

/// The lines of a text with the offsets they begin at, to name the line of an offset.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        let mut starts = vec![0];
        starts.extend(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at + 1));
        Self(starts)
    }

    /// Counted from 1.
    pub(super) fn at(&self, offset: usize) -> u64 {
        self.0.partition_point(|start| *start <= offset) as u64
    }
}

/// One line per heading and block, for the tests of the parsers.
#[cfg(test)]
pub(super) fn shown(parsed: Parsed) -> Vec<String> {
    let mut out = Vec::new();
    for section in parsed.sections {
        if !section.headings.is_empty() {
            out.push(format!("{}# {}", section.line, section.headings.join("/")));
        }
        for block in section.blocks {
            let ticked = block.ticked.map_or("", |ticked| if ticked { "[x] " } else { "[ ] " });
            let mut line = format!("{}{:?} {ticked}{}", block.line, block.kind, block.text.trim());
            if !block.lead_in.is_empty() {
                line.push_str(&format!(" < {}", block.lead_in));
            }
            for link in &block.links {
                line.push_str(&format!(" [{}]({})", link.label, link.target));
            }
            out.push(line);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("One. Two:", "Two:")]
    #[case("Use e.g. the tool:", "Use e.g. the tool:")]
    #[case("", "")]
    fn sentences(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(last_sentence(text), expected);
    }

    #[test]
    fn a_deeper_heading_keeps_those_above() {
        let mut outline = Outline::new(false);
        outline.heading(1, "A", 1);
        outline.heading(3, "B", 2);
        outline.heading(2, "C", 3);
        let paths: Vec<_> = outline.finish().sections.iter().map(|section| section.headings.join("/")).collect();
        assert_eq!(paths, ["A", "A/B", "A/C"]);
    }

    #[test]
    fn cuts_between_characters() {
        assert_eq!(cut("aé", 2), "a");
    }
}
