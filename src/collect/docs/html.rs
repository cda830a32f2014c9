//! HTML inside documents: enough of it to read headings, text, tables, links and comments. No document is rendered.

use super::inline::Inline;
use super::model::{Block, BlockKind};
use super::outline::{Outline, collapsed};
use crate::collect::limits;

/// Bytes of one tag; a longer one is text.
const TAG_BYTES: usize = 2_048;

/// One piece of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    Open(Tag<'a>),
    /// The name in lower case.
    Close(String),
    Comment(&'a str),
    /// A declaration or an instruction.
    Other,
}

/// An opening tag.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// In lower case.
    pub(super) name: String,
    attributes: &'a str,
}

impl Tag<'_> {
    /// The value of an attribute, with its entities resolved.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let mut rest = self.attributes;
        loop {
            rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
            if rest.is_empty() {
                return None;
            }
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | '/')).unwrap_or(rest.len());
            let (key, after) = rest.split_at(end.max(1).min(rest.len()));
            let after = after.trim_start();
            let Some(value) = after.strip_prefix('=') else {
                rest = after;
                continue;
            };
            let value = value.trim_start();
            let (value, after) = match value.chars().next() {
                Some(quote @ ('"' | '\'' | '{')) => {
                    let close = if quote == '{' { '}' } else { quote };
                    let value = value.get(1..).unwrap_or_default();
                    value.split_once(close).unwrap_or((value, ""))
                }
                _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
            };
            if key.eq_ignore_ascii_case(name) {
                return Some(decoded(value));
            }
            rest = after;
        }
    }
}

/// The pieces of a text, in order.
pub(super) struct Pieces<'a>(&'a str);

impl<'a> Pieces<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        Self(text)
    }

    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.0.split_at_checked(bytes).unwrap_or((self.0, ""));
        self.0 = rest;
        taken
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = Piece<'a>;

    fn next(&mut self) -> Option<Piece<'a>> {
        if self.0.is_empty() {
            return None;
        }
        if !self.0.starts_with('<') {
            let end = self.0.find('<').unwrap_or(self.0.len());
            return Some(Piece::Text(self.take(end)));
        }
        if let Some(body) = self.0.strip_prefix("<!--") {
            let length = body.find("-->");
            let comment = self.take(4 + length.map_or(body.len(), |length| length + 3));
            let body = comment.get(4..).unwrap_or_default();
            return Some(Piece::Comment(body.strip_suffix("-->").unwrap_or(body)));
        }
        let Some(length) = tag_length(self.0) else {
            return Some(Piece::Text(self.take(1)));
        };
        let body = self.take(length);
        let body = body.trim_start_matches('<').trim_end_matches('>');
        if body.starts_with(['!', '?']) {
            return Some(Piece::Other);
        }
        let (closing, body) = body.strip_prefix('/').map_or((false, body), |body| (true, body));
        let end = body.find(|c: char| c.is_whitespace() || c == '/').unwrap_or(body.len());
        let (name, attributes) = body.split_at(end);
        let name = name.to_lowercase();
        Some(if closing { Piece::Close(name) } else { Piece::Open(Tag { name, attributes }) })
    }
}

/// The bytes of the tag that `text` begins with; none when it is no tag.
fn tag_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let first = *bytes.get(1)?;
    if !(first.is_ascii_alphabetic() || matches!(first, b'/' | b'!' | b'?')) {
        return None;
    }
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate().take(TAG_BYTES).skip(2) {
        match (quote, byte) {
            (Some(open), byte) if open == *byte => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'>') => return Some(at + 1),
            (None, b'<') => return None,
            (None, _) => {}
        }
    }
    None
}

/// With the frequent entities resolved.
pub(super) fn decoded(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        let (before, entity) = rest.split_at(at);
        out.push_str(before);
        let end = entity.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| Some((entity_of(entity.get(1..end)?)?, entity.get(end + 1..)?))) {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push('&');
                rest = entity.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity_of(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "commat" => '@',
        "period" => '.',
        "ndash" | "mdash" => '–',
        "hellip" => '…',
        name => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)?
        }
    })
}

/// Reads a run of HTML that begins at `line` into the outline.
pub(super) fn read(text: &str, line: u64, outline: &mut Outline) {
    let mut reader = HtmlReader::new(outline, line);
    for piece in Pieces::of(text) {
        reader.piece(&piece);
    }
    reader.flush();
}

struct HtmlReader<'o> {
    outline: &'o mut Outline,
    line: u64,
    inline: Inline,
    heading: Option<usize>,
    item: bool,
    lead_in: String,
    quotes: usize,
    code: usize,
    /// The element whose content is skipped.
    skipped: Option<&'static str>,
    row: Option<Row>,
    header: String,
}

#[derive(Default)]
struct Row {
    cells: Vec<String>,
    headers: usize,
    /// Where the open cell begins in the running text.
    from: usize,
}

impl<'o> HtmlReader<'o> {
    fn new(outline: &'o mut Outline, line: u64) -> Self {
        Self {
            outline,
            line,
            inline: Inline::at(line),
            heading: None,
            item: false,
            lead_in: String::new(),
            quotes: 0,
            code: 0,
            skipped: None,
            row: None,
            header: String::new(),
        }
    }

    fn piece(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Comment(body) => {
                let block =
                    Block { kind: BlockKind::Comment, line: self.line, text: (*body).to_owned(), ..Block::default() };
                self.outline.push(block);
                self.line += newlines(body);
            }
            Piece::Text(text) => {
                if self.skipped.is_none() {
                    if self.inline.text.trim().is_empty() {
                        let blank = text.get(..text.len() - text.trim_start().len()).unwrap_or_default();
                        self.inline.line = self.line + newlines(blank);
                    }
                    self.inline.text.push_str(&decoded(text));
                }
                self.line += newlines(text);
            }
            Piece::Open(tag) => {
                self.line += newlines(tag.attributes);
                if self.skipped.is_none() {
                    self.open(tag);
                }
            }
            Piece::Close(name) if self.skipped.is_none_or(|skipped| skipped == name) => {
                self.skipped = None;
                self.close(name);
            }
            Piece::Close(_) | Piece::Other => {}
        }
    }

    fn open(&mut self, tag: &Tag<'_>) {
        match tag.name.as_str() {
            "a" => {
                if let Some(target) = tag.attribute("href") {
                    self.inline.open_link(&target, self.line);
                }
            }
            "img" => self.inline.picture(&tag.attribute("alt").unwrap_or_default()),
            "br" => self.inline.text.push('\n'),
            "script" => self.skipped = Some("script"),
            "style" => self.skipped = Some("style"),
            "tr" => {
                self.flush();
                self.row = Some(Row::default());
            }
            "td" | "th" => {
                let from = self.inline.text.len();
                if let Some(row) = &mut self.row {
                    row.headers += usize::from(tag.name == "th");
                    row.from = from;
                }
            }
            "ul" | "ol" => {
                self.flush();
                self.lead_in = self.outline.lead_in();
            }
            "li" => {
                self.flush();
                self.item = true;
            }
            "blockquote" => {
                self.flush();
                self.quotes += 1;
            }
            "pre" => {
                self.flush();
                self.code += 1;
            }
            "p" | "div" | "center" | "table" | "details" | "summary" | "dl" | "dt" | "dd" | "section" | "hr"
                if self.row.is_none() =>
            {
                self.flush()
            }
            name => {
                if let Some(level) = heading_level(name) {
                    self.flush();
                    self.heading = Some(level);
                }
            }
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "a" => self.inline.close_link(),
            "td" | "th" => {
                if let Some(row) = &mut self.row {
                    row.cells.push(collapsed(self.inline.text.get(row.from..).unwrap_or_default()));
                    self.inline.text.push_str(" | ");
                    row.from = self.inline.text.len();
                }
            }
            "blockquote" => {
                self.flush();
                self.quotes = self.quotes.saturating_sub(1);
            }
            "pre" => {
                self.flush();
                self.code = self.code.saturating_sub(1);
            }
            "li" => {
                self.flush();
                self.item = false;
            }
            "ul" | "ol" => {
                self.flush();
                self.lead_in.clear();
            }
            "tr" | "table" => {
                self.flush();
                if name == "table" {
                    self.header.clear();
                }
            }
            "p" | "div" | "center" | "details" | "summary" | "dt" | "dd" if self.row.is_none() => self.flush(),
            name if heading_level(name).is_some() => self.flush(),
            _ => {}
        }
    }

    fn flush(&mut self) {
        let inline = std::mem::replace(&mut self.inline, Inline::at(self.line));
        if let Some(level) = self.heading.take() {
            self.outline.heading(level, &inline.text, inline.line);
            // Links of a heading stay findable.
            let mut block = inline.block(BlockKind::Paragraph, String::new());
            block.text.clear();
            self.outline.push(block);
            return;
        }
        if let Some(row) = self.row.take() {
            let is_header = !row.cells.is_empty() && row.headers == row.cells.len();
            let lead_in = if is_header { String::new() } else { self.header.clone() };
            let mut block = inline.block(BlockKind::TableRow, lead_in);
            block.text = row.cells.join(" | ");
            if is_header {
                self.header = super::outline::cut(&block.text, limits::HEADING_BYTES).to_owned();
            }
            block.cells = row.cells;
            self.outline.push(block);
            return;
        }
        let kind = match (self.code > 0, self.quotes > 0, self.item) {
            (true, _, _) => BlockKind::Code(String::new()),
            (_, true, _) => BlockKind::Quote,
            (_, _, true) => BlockKind::Bullet,
            _ => BlockKind::Paragraph,
        };
        let lead_in = if self.item { self.lead_in.clone() } else { String::new() };
        self.outline.push(inline.block(kind, lead_in));
    }
}

fn heading_level(name: &str) -> Option<usize> {
    match name.as_bytes() {
        [b'h', level @ b'1'..=b'6'] => Some(usize::from(level - b'0')),
        _ => None,
    }
}

fn newlines(text: &str) -> u64 {
    text.bytes().filter(|byte| *byte == b'\n').count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn shown(text: &str) -> Vec<String> {
        let mut outline = Outline::new(true);
        read(text, 1, &mut outline);
        let mut out = Vec::new();
        for section in outline.finish().sections {
            if !section.headings.is_empty() {
                out.push(format!("{}# {}", section.line, section.headings.join("/")));
            }
            for block in section.blocks {
                let links: Vec<_> =
                    block.links.iter().map(|link| format!("[{}]({})", link.label, link.target)).collect();
                out.push(format!(
                    "{}{:?} {} < {} {}",
                    block.line,
                    block.kind,
                    block.text,
                    block.lead_in,
                    links.join("")
                ));
            }
        }
        out
    }

    #[rstest]
    #[case("<h1 align=\"center\">\n A <b>B</b></h1>", &["2# A B"])]
    #[case("<p>See <a href='x.md'>it</a> &amp; go</p>", &["1Paragraph See it & go <  [it](x.md)"])]
    #[case("<a href=x><img alt=\"CI\" src=y></a>", &["1Image CI <  [CI](x)"])]
    #[case("<!-- note\n-->\n<p>x", &["1Comment note < ", "3Paragraph x < "])]
    #[case("<!-- never closed", &["1Comment never closed < "])]
    #[case("<p>Do:</p><ul><li>a<li>b</ul>", &["1Paragraph Do: < ", "1Bullet a < Do: ", "1Bullet b < Do: "])]
    #[case("<tr><th>V</th><th>S</th></tr><tr><td>1</td><td>yes</td></tr>", &["1TableRow V | S < ", "1TableRow 1 | yes < V | S "])]
    #[case("a < b <3 <a<b", &["1Paragraph a < b <3 <a<b < "])]
    #[case("<script>var x = '<p>no</p>'</script>yes", &["1Paragraph yes < "])]
    fn reads(#[case] text: &str, #[case] expected: &[&str]) {
        let shown: Vec<_> = shown(text).iter().map(|line| line.trim_end().to_owned()).collect();
        let expected: Vec<_> = expected.iter().map(|line| line.trim_end().to_owned()).collect();
        assert_eq!(shown, expected);
    }

    #[rstest]
    #[case("<a ", 400_000)]
    #[case("<a \"", 300_000)]
    #[case("<!--", 300_000)]
    #[case("<a href=x>", 100_000)]
    #[case("&", 1_000_000)]
    #[case("<td>", 250_000)]
    #[case("<blockquote>", 90_000)]
    fn hostile_input_is_read_in_linear_time(#[case] piece: &str, #[case] times: usize) {
        let mut outline = Outline::new(true);
        read(&piece.repeat(times / 4), 1, &mut outline);
        assert!(outline.finish().sections.len() < 2);
    }
}
