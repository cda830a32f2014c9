//! Colours, symbols and width, as far as the place of output can show them.

use anstyle::{AnsiColor, Style as Ansi};

use crate::model::ruling::Outcome;

/// What the place of output can show.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Whether escape sequences for colour are written.
    pub color: bool,
    /// Whether characters beyond ASCII are written.
    pub unicode: bool,
    /// Columns of a line.
    pub width: usize,
}

impl Style {
    /// The sign of an outcome; never colour alone.
    pub fn symbol(&self, outcome: Outcome) -> &'static str {
        match (outcome, self.unicode) {
            (Outcome::Passed, true) => "✓",
            (Outcome::Failed, true) => "✗",
            (Outcome::NeedsReview, true) => "◐",
            (Outcome::NotApplicable, true) => "·",
            (Outcome::Unknown, true) => "?",
            (Outcome::NotRun, true) => "○",
            (Outcome::Passed, false) => "ok",
            (Outcome::Failed, false) => "FAIL",
            (Outcome::NeedsReview, false) => "REVIEW",
            (Outcome::NotApplicable, false) => "n/a",
            (Outcome::Unknown, false) => "UNKNOWN",
            (Outcome::NotRun, false) => "not-run",
        }
    }

    /// A text in the colour of an outcome.
    pub fn outcome(&self, outcome: Outcome, text: &str) -> String {
        let color = match outcome {
            Outcome::Passed => AnsiColor::Green,
            Outcome::Failed => AnsiColor::Red,
            Outcome::NeedsReview => AnsiColor::Yellow,
            Outcome::Unknown => AnsiColor::Magenta,
            Outcome::NotApplicable | Outcome::NotRun => return self.faint(text),
        };
        self.paint(Ansi::new().fg_color(Some(color.into())), text)
    }

    /// A heading.
    pub fn bold(&self, text: &str) -> String {
        self.paint(Ansi::new().bold(), text)
    }

    /// Something of less weight.
    pub fn faint(&self, text: &str) -> String {
        self.paint(Ansi::new().dimmed(), text)
    }

    fn paint(&self, style: Ansi, text: &str) -> String {
        if self.color { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// What separates items in a line.
    pub fn dot(&self) -> &'static str {
        if self.unicode { "·" } else { "-" }
    }

    /// A bar of `width` cells, `part` of `whole` filled.
    pub fn bar(&self, part: u32, whole: u32, width: u32) -> String {
        let filled = (part * width).checked_div(whole).unwrap_or_default();
        let (full, empty) = if self.unicode { ("█", "░") } else { ("#", ".") };
        format!("{}{}", full.repeat(filled as usize), empty.repeat((width - filled) as usize))
    }

    /// A text as the place of output can show it: without control characters, and ASCII only where nothing else works.
    pub fn plain(&self, text: &str) -> String {
        text.chars()
            .map(|c| match c {
                c if c.is_control() => ' ',
                c if self.unicode || c.is_ascii() => c,
                '…' => '~',
                '“' | '”' => '"',
                '‘' | '’' => '\'',
                '–' | '—' => '-',
                '›' => '>',
                _ => '?',
            })
            .collect()
    }

    /// The text in lines of the style's width, each after `indent` columns.
    pub fn wrap(&self, text: &str, indent: usize) -> String {
        self.fill(text, &" ".repeat(indent), indent)
    }

    /// As `wrap`, with a sign such as `1.` before the first line, and all lines behind it.
    pub fn item(&self, sign: &str, text: &str, indent: usize) -> String {
        let first = format!("{}{sign} ", " ".repeat(indent));
        let width = first.chars().count();
        self.fill(text, &first, width)
    }

    /// The lines of a text as they are, each after `indent` columns: for what is copied into a file.
    pub fn verbatim(&self, text: &str, indent: usize) -> String {
        let pad = " ".repeat(indent);
        let lines: Vec<String> =
            text.lines().map(|line| format!("{pad}{}", self.plain(line)).trim_end().to_owned()).collect();
        lines.join("\n")
    }

    fn fill(&self, text: &str, first: &str, indent: usize) -> String {
        let pad = " ".repeat(indent);
        // Ids have hyphens and addresses slashes, and none of them may be torn apart.
        let options = textwrap::Options::new(self.width.max(40))
            .initial_indent(first)
            .subsequent_indent(&pad)
            .word_separator(textwrap::WordSeparator::AsciiSpace)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .break_words(false);
        textwrap::fill(&self.plain(text), options)
    }
}
