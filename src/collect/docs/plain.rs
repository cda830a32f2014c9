//! Plain text and Org: headings are underlined, starred, or the first line; everything else is paragraphs and bullets.

use super::model::{Block, BlockKind};
use super::outline::{Outline, Parsed, last_sentence};

/// Reads a plain text.
pub(super) fn parse(text: &str, org: bool) -> Parsed {
    let mut outline = Outline::new(false);
    let lines: Vec<&str> = text.lines().collect();
    let mut reader = Reader {
        outline: &mut outline,
        paragraph: String::new(),
        line: 1,
        kind: BlockKind::Paragraph,
        lead_in: String::new(),
        code: None,
    };
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let number = at as u64 + 1;
        let next = lines.get(at + 1).copied().unwrap_or_default();
        if org && reader.org_line(line, number) {
            at += 1;
        } else if reader.paragraph.is_empty() && is_title(line) && underline(next).is_some() {
            reader.outline.heading(underline(next).unwrap_or(1), line, number);
            at += 2;
        } else {
            let alone = at == 0 && next.trim().is_empty() && lines.len() > 1;
            reader.line(line, number, alone);
            at += 1;
        }
    }
    reader.flush();
    outline.finish()
}

struct Reader<'o> {
    outline: &'o mut Outline,
    paragraph: String,
    line: u64,
    kind: BlockKind,
    lead_in: String,
    /// The code block of an Org file.
    code: Option<Block>,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, number: u64, alone: bool) {
        let text = line.trim();
        if text.is_empty() || text.chars().all(|c| matches!(c, '=' | '-' | '*' | '~' | '#' | '_' | '+')) {
            self.flush();
            return;
        }
        if alone && is_title(line) {
            self.outline.heading(1, text, number);
            return;
        }
        if let Some((level, heading)) = hashed(line) {
            self.flush();
            self.outline.heading(level, heading, number);
            return;
        }
        if let Some(item) = item(text) {
            let before = if self.kind == BlockKind::Bullet {
                self.lead_in.clone()
            } else {
                last_sentence(&self.paragraph).to_owned()
            };
            self.flush();
            self.lead_in = if before.is_empty() { self.outline.lead_in() } else { before };
            self.kind = BlockKind::Bullet;
            self.paragraph.push_str(item);
            self.line = number;
            return;
        }
        if self.paragraph.is_empty() {
            self.line = number;
        } else {
            self.paragraph.push(' ');
        }
        self.paragraph.push_str(text);
    }

    /// Whether the line means something in Org only.
    fn org_line(&mut self, line: &str, number: u64) -> bool {
        let text = line.trim();
        if let Some(code) = &mut self.code {
            if text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("#+end")) {
                if let Some(code) = self.code.take() {
                    self.outline.push(code);
                }
            } else {
                code.text.push_str(line);
                code.text.push('\n');
            }
            return true;
        }
        let stars = line.bytes().take_while(|byte| *byte == b'*').count();
        if stars > 0 && line.as_bytes().get(stars) == Some(&b' ') {
            self.flush();
            self.outline.heading(stars, line.get(stars..).unwrap_or_default(), number);
            return true;
        }
        if let Some(rest) = text.strip_prefix("#+") {
            self.flush();
            let lower = rest.to_lowercase();
            if lower.starts_with("begin_src") || lower.starts_with("begin_example") {
                let language = lower.split_whitespace().nth(1).unwrap_or_default().to_owned();
                self.code = Some(Block { kind: BlockKind::Code(language), line: number, ..Block::default() });
            } else if let Some(title) = lower.strip_prefix("title:").and(rest.get("title:".len()..)) {
                self.outline.heading(1, title, number);
            }
            return true;
        }
        text.starts_with("# ") || text == "#"
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.paragraph);
        let lead_in = if self.kind == BlockKind::Bullet { self.lead_in.clone() } else { String::new() };
        let kind = std::mem::take(&mut self.kind);
        if !text.trim().is_empty() {
            self.outline.push(Block { kind, line: self.line, text, lead_in, ..Block::default() });
        }
    }
}

/// A line that can be a heading: short, with letters, not a sentence.
fn is_title(line: &str) -> bool {
    let text = line.trim();
    text.len() <= 100
        && text.chars().any(char::is_alphabetic)
        && !text.ends_with(['.', ',', ';', ':'])
        && !line.starts_with([' ', '\t'])
        || text.len() <= 100
            && text.chars().any(char::is_alphabetic)
            && text.split_whitespace().count() <= 10
            && !text.ends_with(['.', ','])
}

/// The level of the heading that a line of underlining makes of the line above it.
fn underline(line: &str) -> Option<usize> {
    let line = line.trim_end();
    let first = line.chars().next()?;
    let level = match first {
        '=' | '#' | '*' => 1,
        '-' | '~' | '^' => 2,
        _ => return None,
    };
    (line.len() >= 3 && line.chars().all(|c| c == first)).then_some(level)
}

/// A heading in the style of Markdown, which people also write in plain text.
fn hashed(line: &str) -> Option<(usize, &str)> {
    let level = line.bytes().take_while(|byte| *byte == b'#').count();
    let rest = line.get(level..)?;
    (1..=6).contains(&level).then_some(())?;
    (rest.starts_with(' ') && level > 1).then(|| (level, rest.trim()))
}

/// The text of a bullet.
pub(super) fn item(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix(['-', '*', '+', '•']) {
        return rest.starts_with([' ', '\t']).then(|| rest.trim());
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(digits..)?;
    (1..=3).contains(&digits).then_some(())?;
    let rest = rest.strip_prefix(['.', ')'])?;
    rest.starts_with([' ', '\t']).then(|| rest.trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn shown(text: &str, org: bool) -> Vec<String> {
        let mut out = Vec::new();
        for section in parse(text, org).sections {
            if !section.headings.is_empty() {
                out.push(format!("{}# {}", section.line, section.headings.join("/")));
            }
            out.extend(section.blocks.iter().map(|block| {
                format!("{}{:?} {} < {}", block.line, block.kind, block.text, block.lead_in)
                    .trim_end_matches([' ', '<'])
                    .to_owned()
            }));
        }
        out
    }

    #[rstest]
    #[case::first_line("Changes\n\nOne\ntwo.\n", false, &["1# Changes", "3Paragraph One two."])]
    #[case::underlined("Title\n=====\r\ntext\r\n\r\nSub\n---\nmore", false, &["1# Title", "3Paragraph text", "5# Title/Sub", "7Paragraph more"])]
    #[case::bullets("We want:\n - a\n   b\n - c\n", false, &["1Paragraph We want:", "2Bullet a b < We want:", "4Bullet c < We want:"])]
    #[case::sentence("A sentence only.\n\nmore", false, &["1Paragraph A sentence only.", "3Paragraph more"])]
    #[case::one_line("Jane <j@x.org>", false, &["1Paragraph Jane <j@x.org>"])]
    #[case::org("#+TITLE: T\n* A\ntext\n** B\n#+BEGIN_SRC sh\nmake\n#+END_SRC\n", true, &["1# T", "2# A", "3Paragraph text", "4# A/B", "5Code(\"sh\") make"])]
    fn reads(#[case] text: &str, #[case] org: bool, #[case] expected: &[&str]) {
        let shown: Vec<_> = shown(text, org).iter().map(|line| line.trim_end().to_owned()).collect();
        assert_eq!(shown, expected);
    }
}
