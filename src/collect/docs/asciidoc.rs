//! AsciiDoc: titles, delimited blocks, lists, tables, links, cross references and attributes.

use std::collections::BTreeMap;

use super::inline::Inline;
use super::model::{Block, BlockKind, Link};
use super::outline::{Outline, Parsed, cut, last_sentence};
use crate::collect::limits;

/// Bytes of the label or the target of a macro.
const MACRO_BYTES: usize = 500;

/// Reads a text.
pub(super) fn parse(text: &str, keep_comments: bool) -> Parsed {
    let mut reader = Reader::new(Outline::new(keep_comments));
    for (line, number) in text.lines().zip(1..) {
        reader.line(line.trim_end(), number);
    }
    reader.flush();
    reader.end_block();
    reader.outline.finish()
}

struct Reader {
    outline: Outline,
    attributes: BTreeMap<String, String>,
    paragraph: String,
    at: u64,
    kind: BlockKind,
    ticked: Option<bool>,
    /// The items that the open list hangs under, by the length of their markers.
    items: Vec<(usize, String)>,
    lead_in: String,
    in_list: bool,
    /// The open delimited block.
    block: Option<Delimited>,
    /// The attribute lines before a block: `[source,sh]`.
    style: String,
    table: Option<Table>,
    quoted: bool,
}

/// A block whose content is not read as running text.
struct Delimited {
    fence: String,
    kind: BlockKind,
    line: u64,
    text: String,
}

#[derive(Default)]
struct Table {
    header: String,
    has_header: bool,
    columns: usize,
    rows: usize,
    cells: Vec<String>,
    line: u64,
}

impl Reader {
    fn new(outline: Outline) -> Self {
        Self {
            outline,
            attributes: BTreeMap::new(),
            paragraph: String::new(),
            at: 1,
            kind: BlockKind::Paragraph,
            ticked: None,
            items: Vec::new(),
            lead_in: String::new(),
            in_list: false,
            block: None,
            style: String::new(),
            table: None,
            quoted: false,
        }
    }

    fn line(&mut self, line: &str, number: u64) {
        if self.in_block(line) {
            return;
        }
        let text = line.trim();
        if self.table.is_some() {
            self.table_line(text, number);
            return;
        }
        if text.is_empty() {
            self.flush();
            return;
        }
        if self.opens_block(text, number) || self.directive(text, number) {
            return;
        }
        if let Some((level, heading)) = title(line) {
            self.flush();
            self.items.clear();
            self.in_list = false;
            let block = self.shown(heading, number, BlockKind::Paragraph, String::new());
            self.outline.heading(level, &block.text, number);
            self.outline.push(Block { text: String::new(), ..block });
            self.style.clear();
            return;
        }
        if let Some((depth, item)) = item(text) {
            self.item(depth, item, number);
            return;
        }
        if text == "+" {
            self.flush();
            return;
        }
        if self.paragraph.is_empty() {
            self.at = number;
        } else {
            self.paragraph.push(' ');
        }
        self.paragraph.push_str(text.strip_suffix(" +").unwrap_or(text));
    }

    /// Whether the line belongs to an open delimited block.
    fn in_block(&mut self, line: &str) -> bool {
        let Some(block) = &mut self.block else { return false };
        if line == block.fence {
            self.end_block();
            return true;
        }
        if let Some(import) = include(line.trim()) {
            self.outline.import(import, block.line);
        }
        block.text.push_str(line);
        block.text.push('\n');
        true
    }

    fn end_block(&mut self) {
        if let Some(Delimited { kind, line, text, .. }) = self.block.take() {
            self.outline.push(Block { kind, line, text, ..Block::default() });
        }
    }

    fn opens_block(&mut self, text: &str, number: u64) -> bool {
        let fence = |c: char, least: usize| text.len() >= least && text.chars().all(|other| other == c);
        let kind = if fence('-', 4) || fence('.', 4) || text.starts_with("```") {
            BlockKind::Code(self.language(text))
        } else if fence('/', 4) || fence('+', 4) {
            BlockKind::Comment
        } else if fence('_', 4) {
            self.flush();
            self.quoted = !self.quoted;
            return true;
        } else if fence('=', 4) || fence('*', 4) || text == "--" {
            self.flush();
            return true;
        } else if matches!(text, "|===" | ",===" | "!===") {
            self.flush();
            let has_header = self.style.contains("header");
            self.table = Some(Table { has_header, line: number, ..Table::default() });
            self.style.clear();
            return true;
        } else {
            return false;
        };
        self.flush();
        let fence = if text.starts_with("```") { "```".to_owned() } else { text.to_owned() };
        self.block = Some(Delimited { fence, kind, line: number, text: String::new() });
        self.style.clear();
        true
    }

    fn language(&self, text: &str) -> String {
        let named = text.strip_prefix("```").unwrap_or_default().trim();
        if !named.is_empty() {
            return named.to_lowercase();
        }
        let mut parts = self.style.split(',').map(str::trim);
        match parts.next() {
            Some("source" | "") => parts.next().unwrap_or_default().to_lowercase(),
            _ => String::new(),
        }
    }

    /// Comments, attributes, block macros and the lines before a block.
    fn directive(&mut self, text: &str, number: u64) -> bool {
        if let Some(comment) = text.strip_prefix("//") {
            self.outline.push(Block {
                kind: BlockKind::Comment,
                line: number,
                text: comment.to_owned(),
                ..Block::default()
            });
            return true;
        }
        if let Some((name, value)) = text.strip_prefix(':').and_then(|rest| rest.split_once(':'))
            && !name.is_empty()
            && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '!'))
        {
            if self.attributes.len() < 500 {
                self.attributes.insert(name.to_lowercase(), cut(value.trim(), 300).to_owned());
            }
            return true;
        }
        if let Some(target) = include(text) {
            self.flush();
            let links = vec![Link::written(target, &self.substituted(target), number)];
            self.outline.push(Block { line: number, links, ..Block::default() });
            return true;
        }
        if let Some((alt, target)) = text.strip_prefix("image::").and_then(macro_parts) {
            self.flush();
            let mut inline = Inline::at(number);
            inline.open_link(attribute_of(alt, "link").unwrap_or_default(), number);
            inline.picture(alt.split(',').next().filter(|alt| !alt.is_empty()).unwrap_or(target));
            self.outline.push(inline.block(BlockKind::Image, String::new()));
            return true;
        }
        if text.starts_with('[') && text.ends_with(']') && !text.starts_with("[[") {
            self.flush();
            self.style = text.trim_matches(['[', ']']).to_owned();
            return true;
        }
        if text.starts_with("[[") && text.ends_with("]]")
            || text.starts_with("toc::")
            || matches!(text, "'''" | "<<<" | "---" | "***")
        {
            return true;
        }
        if let Some(title) = text.strip_prefix('.').filter(|title| title.starts_with(|c: char| c.is_alphabetic())) {
            self.flush();
            let block = self.shown(title, number, BlockKind::Paragraph, String::new());
            self.outline.push(block);
            return true;
        }
        false
    }

    fn item(&mut self, depth: usize, item: &str, number: u64) {
        self.flush();
        self.items.retain(|(above, _)| *above < depth);
        if !self.in_list {
            self.lead_in = self.outline.lead_in();
            self.in_list = true;
        }
        let (ticked, item) = match item.split_at_checked(4) {
            Some(("[ ] ", rest)) => (Some(false), rest),
            Some(("[x] " | "[*] ", rest)) => (Some(true), rest),
            _ => (None, item),
        };
        self.kind = BlockKind::Bullet;
        self.ticked = ticked;
        self.at = number;
        self.paragraph.push_str(item);
        if self.items.len() < limits::DOCUMENT_DEPTH {
            self.items.push((depth, String::new()));
        }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.paragraph);
        let kind = std::mem::take(&mut self.kind);
        if text.trim().is_empty() {
            return;
        }
        let style = std::mem::take(&mut self.style);
        let is_item = kind == BlockKind::Bullet;
        if !is_item {
            self.items.clear();
            self.in_list = false;
        }
        let above = self.items.len().saturating_sub(1);
        let mut lead_in = if is_item { self.lead_in.clone() } else { String::new() };
        for (_, item) in self.items.iter().take(above) {
            lead_in.push(' ');
            lead_in.push_str(item);
        }
        let kind = if self.quoted || style.starts_with("quote") { BlockKind::Quote } else { kind };
        let admonition = ["NOTE: ", "TIP: ", "IMPORTANT: ", "WARNING: ", "CAUTION: "]
            .iter()
            .find_map(|mark| text.strip_prefix(mark));
        let mut block = self.shown(admonition.unwrap_or(&text), self.at, kind, lead_in.trim().to_owned());
        block.ticked = self.ticked.take();
        if let Some((_, item)) = self.items.last_mut().filter(|_| is_item) {
            *item = cut(last_sentence(&block.text), 200).to_owned();
        }
        self.outline.push(block);
    }

    fn table_line(&mut self, text: &str, number: u64) {
        if matches!(text, "|===" | ",===" | "!===") {
            self.end_row(true);
            self.table = None;
            return;
        }
        let Some(table) = &mut self.table else { return };
        if text.is_empty() {
            if table.rows == 0 && !table.cells.is_empty() {
                table.has_header = true;
                table.columns = table.cells.len();
                self.end_row(true);
            }
            return;
        }
        if !text.starts_with('|') {
            match table.cells.last_mut() {
                Some(cell) => {
                    cell.push(' ');
                    cell.push_str(text);
                }
                None => table.cells.extend(text.split(',').map(|cell| cell.trim().to_owned())),
            }
            return;
        }
        if table.rows == 0 && table.columns > 0 && table.cells.len() >= table.columns {
            self.end_row(true);
        }
        let Some(table) = &mut self.table else { return };
        if table.cells.is_empty() {
            table.line = number;
        }
        let found: Vec<String> = text.split('|').skip(1).map(|cell| cell.trim().to_owned()).collect();
        if table.columns == 0 && found.len() > 1 {
            table.columns = found.len();
        }
        if table.cells.len() < limits::FINDINGS {
            table.cells.extend(found);
        }
        // A blank line may still make a header of the first row.
        if table.rows > 0 || table.has_header {
            self.end_row(false);
        }
    }

    /// Ends the open row when it is full.
    fn end_row(&mut self, force: bool) {
        let Some(table) = &mut self.table else { return };
        if table.cells.is_empty() || (!force && (table.columns == 0 || table.cells.len() < table.columns)) {
            return;
        }
        let is_header = table.rows == 0 && table.has_header;
        table.rows += 1;
        let (line, cells, lead_in) = (table.line, std::mem::take(&mut table.cells), table.header.clone());
        let shown: Vec<Block> =
            cells.iter().map(|cell| self.shown(cell, line, BlockKind::TableRow, String::new())).collect();
        let cells: Vec<String> = shown.iter().map(|block| block.text.trim().to_owned()).collect();
        let text = cells.join(" | ");
        if let Some(table) = &mut self.table
            && is_header
        {
            table.header = cut(&text, limits::HEADING_BYTES).to_owned();
        }
        let links = shown.into_iter().flat_map(|block| block.links).collect();
        self.outline.push(Block { kind: BlockKind::TableRow, line, text, lead_in, cells, ticked: None, links });
    }

    fn shown(&self, text: &str, line: u64, kind: BlockKind, lead_in: String) -> Block {
        let mut inline = Inline::at(line);
        spans(&self.substituted(text), &mut inline);
        inline.block(kind, lead_in)
    }

    /// With the document's attributes filled in.
    fn substituted(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            out.push_str(before);
            let value = cut(after, 60)
                .split_once('}')
                .and_then(|(name, _)| Some((self.attributes.get(&name.to_lowercase())?, name.len())));
            match value.and_then(|(value, length)| Some((value, after.get(length + 1..)?))) {
                Some((value, after)) if out.len() < limits::TEXT_BYTES as usize => {
                    out.push_str(value);
                    rest = after;
                }
                _ => {
                    out.push('{');
                    rest = after;
                }
            }
        }
        out.push_str(rest);
        out
    }
}

/// The level and text of a title.
fn title(line: &str) -> Option<(usize, &str)> {
    let mark = line.chars().next().filter(|c| matches!(c, '=' | '#'))?;
    let level = line.chars().take_while(|c| *c == mark).count();
    let rest = line.get(level..)?;
    (level <= 6 && rest.starts_with(' ')).then(|| (level, rest.trim()))
}

/// The depth and text of a list item.
fn item(text: &str) -> Option<(usize, &str)> {
    let first = text.chars().next()?;
    if matches!(first, '*' | '-' | '.') {
        let depth = text.chars().take_while(|c| *c == first).count();
        let rest = text.get(depth..)?;
        return (depth <= 6 && rest.starts_with(' ')).then(|| (depth + if first == '.' { 10 } else { 0 }, rest.trim()));
    }
    if let Some((term, rest)) = text.split_once(":: ").or_else(|| text.strip_suffix("::").map(|term| (term, "")))
        && term.len() <= 80
        && !term.contains("://")
    {
        return Some((20, if rest.is_empty() { term } else { text }));
    }
    super::plain::item(text).map(|rest| (10, rest))
}

fn include(text: &str) -> Option<&str> {
    text.strip_prefix("include::").and_then(macro_parts).map(|(_, target)| target)
}

/// The content between the brackets of a macro, and what stands before them.
fn macro_parts(text: &str) -> Option<(&str, &str)> {
    let (target, rest) = text.split_once('[')?;
    let (content, _) = rest.split_once(']').unwrap_or((rest, ""));
    (!target.contains(' ')).then_some((content, target))
}

fn attribute_of<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    attributes
        .split(',')
        .find_map(|part| Some(part.trim().strip_prefix(name)?.trim_start().strip_prefix('=')?.trim_matches(['"', ' '])))
}

/// Reads the inline markup of a run of text.
fn spans(text: &str, inline: &mut Inline) {
    let mut rest = text;
    while let Some(at) = rest.find(['[', '<', '*', '_', '`', '+']) {
        let (before, special) = rest.split_at(at);
        rest = match special.as_bytes() {
            [b'[', ..] => {
                inline.text.push_str(before);
                bracket(special, inline)
            }
            [b'<', b'<', ..] => {
                inline.text.push_str(before);
                cross_reference(special, inline)
            }
            _ => {
                inline.text.push_str(before);
                let (mark, rest) = special.split_at(1);
                let last = inline.text.chars().next_back();
                let (opens, closes) =
                    (last.is_none_or(char::is_whitespace), rest.chars().next().is_none_or(char::is_whitespace));
                let inside = last.is_some_and(char::is_alphanumeric) && rest.starts_with(char::is_alphanumeric);
                let keeps = match mark {
                    "<" => true,
                    "`" => false,
                    // Between two letters it is part of a name, and beside a blank it is itself.
                    _ => opens && closes || inside,
                };
                if keeps {
                    inline.text.push_str(mark);
                }
                rest
            }
        };
    }
    inline.text.push_str(rest);
}

/// A macro with its label in brackets: `link:x[label]`, `https://x[label]`, `xref:x[label]`, `image:x[alt]`.
fn bracket<'a>(text: &'a str, inline: &mut Inline) -> &'a str {
    let after = text.get(1..).unwrap_or_default();
    let known = ["link:", "xref:", "image:", "mailto:", "https://", "http://", "pass:", "kbd:", "footnote:", "icon:"];
    let tail = last_word(&inline.text);
    let start = known.iter().filter_map(|prefix| tail.find(prefix)).min();
    let content = start.and_then(|_| cut(after, MACRO_BYTES).split_once(']')).map(|(content, _)| content);
    let (Some(start), Some(content)) = (start, content) else {
        inline.text.push('[');
        return after;
    };
    let rest = after.get(content.len() + 1..).unwrap_or_default();
    let target = tail.get(start..).unwrap_or_default().to_owned();
    let target = target.as_str();
    inline.text.truncate(inline.text.len() - target.len());
    let line = inline.line;
    let label = content.split(",").next().unwrap_or_default().trim_matches(['"', '^']);
    let (address, label) = match target.split_once(':') {
        Some(("link", address)) => (address, label),
        Some(("xref", address)) => (address, label),
        Some(("image", source)) => {
            inline.open_link(attribute_of(content, "link").unwrap_or_default(), line);
            inline.picture(if label.is_empty() { source } else { label });
            inline.close_link();
            return rest;
        }
        Some(("pass" | "kbd" | "icon", _)) => {
            inline.text.push_str(content);
            return rest;
        }
        Some(("footnote", _)) => return rest,
        Some(("mailto", address)) => (target, if label.is_empty() { address } else { label }),
        _ => (target, label),
    };
    inline.open_link(address, line);
    inline.text.push_str(if label.is_empty() { address } else { label });
    inline.close_link();
    rest
}

/// What stands behind the last blank or opening bracket, up to the longest macro.
fn last_word(text: &str) -> &str {
    let from =
        text.char_indices().rev().take(MACRO_BYTES).find(|(_, c)| c.is_whitespace() || matches!(c, '(' | '[' | '"'));
    let shortest = text.len().saturating_sub(MACRO_BYTES);
    let from = from.map_or(shortest, |(at, c)| at + c.len_utf8());
    text.get(from..).unwrap_or_default()
}

/// `<<place,label>>`.
fn cross_reference<'a>(text: &'a str, inline: &mut Inline) -> &'a str {
    let body = text.get(2..).unwrap_or_default();
    let Some((content, _)) = cut(body, MACRO_BYTES).split_once(">>") else {
        inline.text.push_str("<<");
        return body;
    };
    let rest = body.get(content.len() + 2..).unwrap_or_default();
    let (target, label) = content.split_once(',').unwrap_or((content, content));
    let target = if target.contains('.') || target.starts_with('#') { target.to_owned() } else { format!("#{target}") };
    let line = inline.line;
    inline.open_link(&target, line);
    inline.text.push_str(label.trim());
    inline.close_link();
    rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::titles("= Doc\n:v: 2\n\nVersion {v}.\n\n== A\n=== B\ntext\n", &["1# Doc", "4Paragraph Version 2.", "6# Doc/A", "7# Doc/A/B", "8Paragraph text"])]
    #[case::lists("We want:\n\n* style\n** nested\nmore\n* [x] tests\n", &["1Paragraph We want:", "3Bullet style < We want:", "4Bullet nested more < We want: style", "6Bullet [x] tests < We want:"])]
    #[case::code("[source,sh]\n----\nmake\n\n== no\n----\nafter\n", &["2Code(\"sh\") make\n\n== no", "7Paragraph after"])]
    #[case::open_code("----\nmake", &["1Code(\"\") make"])]
    #[case::links("See link:SECURITY.adoc[the policy], https://x.org[site^], xref:a.adoc#b[here] and <<use,usage>>.", &["1Paragraph See the policy, site, here and usage. [the policy](SECURITY.adoc) [site](https://x.org) [here](a.adoc#b) [usage](#use)"])]
    #[case::table("|===\n|V |S\n\n|1 |yes\n|2\n|no\n|===\n", &["2TableRow V | S", "4TableRow 1 | yes < V | S", "5TableRow 2 | no < V | S"])]
    #[case::admonition("NOTE: Mind *this* and `that` and a_b_c.", &["1Paragraph Mind this and that and a_b_c."])]
    #[case::comment("// no\ntext\n\n////\nno\n////\n", &["2Paragraph text"])]
    #[case::badge("image:https://x/b.svg[CI,link=https://x.org]", &["1Image CI [CI](https://x.org)"])]
    #[case::quote("____\nsaid\n____\nme\n", &["2Quote said", "4Paragraph me"])]
    #[case::include("include::CONTRIBUTING.adoc[]\n", &["1Paragraph  [CONTRIBUTING.adoc](CONTRIBUTING.adoc)"])]
    fn reads(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(super::super::outline::shown(parse(text, false)), expected);
    }

    #[rstest]
    #[case("[", 1 << 16)]
    #[case("link:a[", 1 << 15)]
    #[case("<<", 1 << 16)]
    #[case("{a", 1 << 16)]
    #[case("* a\n", 1 << 16)]
    #[case("|===\n|a\n", 1 << 15)]
    #[case("----\n", 1 << 15)]
    #[case("a [", 1 << 16)]
    fn hostile_input_is_read_in_bounded_time(#[case] piece: &str, #[case] times: usize) {
        let started = std::time::Instant::now();
        parse(&piece.repeat(times), true);
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
