//! Markdown, with the extensions that forges render: tables, tasks, footnotes, alerts and front matter.

use std::ops::Range;

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::html::{self, Piece, Pieces};
use super::inline::Inline;
use super::model::{Block, BlockKind};
use super::outline::{Lines, Outline, Parsed, cut};
use crate::collect::limits;

/// Reads a Markdown text. Comments become blocks only where they are the prompts of a template.
pub(super) fn parse(text: &str, keep_comments: bool) -> Parsed {
    let mut outline = Outline::new(keep_comments);
    read(text, 1, &mut outline);
    imports(text, &mut outline);
    outline.finish()
}

/// Notes the files that a page shows: snippets of MkDocs and mdBook, raw imports of MDX.
fn imports(text: &str, outline: &mut Outline) {
    for (line, number) in text.lines().zip(1..) {
        let line = cut(line.trim(), 1_000);
        let target = if let Some(rest) = line.strip_prefix("--8<--") {
            rest.trim().trim_matches(['"', '\''])
        } else if let Some((_, rest)) =
            line.split_once("{{#include ").or_else(|| line.split_once("{{#rustdoc_include "))
        {
            rest.split(['}', ':']).next().unwrap_or_default().trim()
        } else if line.starts_with("import ") && (line.contains("raw-loader!") || line.contains("?raw")) {
            let quoted = line.rsplit(['"', '\'']).nth(1).unwrap_or_default();
            quoted.rsplit('!').next().unwrap_or_default().trim_end_matches("?raw")
        } else {
            continue;
        };
        if !target.is_empty() {
            outline.import(target, number);
        }
    }
}

/// Reads a Markdown text that begins at `first_line` of its file into the outline.
pub(super) fn read(text: &str, first_line: u64, outline: &mut Outline) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_GFM
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS
        | Options::ENABLE_PLUSES_DELIMITED_METADATA_BLOCKS;
    let mut reader = Reader::new(outline, Lines::of(text), first_line);
    for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
        reader.event(event, range);
    }
    reader.flush();
}

struct Reader<'o> {
    outline: &'o mut Outline,
    lines: Lines,
    first_line: u64,
    inline: Option<Inline>,
    heading: Option<usize>,
    /// The open quotes; `true` for one that is an alert and so the document's own words.
    quotes: Vec<bool>,
    lists: Vec<List>,
    table: Option<Table>,
    code: Option<Block>,
    /// A run of HTML, with the line it begins at.
    html: Option<(String, u64)>,
    metadata: Option<(String, u64)>,
    picture: usize,
}

#[derive(Default)]
struct List {
    /// What leads to the list, with the items it hangs under.
    lead_in: String,
    /// The text of the open item.
    item: String,
    /// Whether the open item has had its first block.
    begun: bool,
}

#[derive(Default)]
struct Table {
    header: String,
    cells: Vec<String>,
    links: Vec<super::model::Link>,
    line: u64,
}

impl<'o> Reader<'o> {
    fn new(outline: &'o mut Outline, lines: Lines, first_line: u64) -> Self {
        Self {
            outline,
            lines,
            first_line,
            inline: None,
            heading: None,
            quotes: Vec::new(),
            lists: Vec::new(),
            table: None,
            code: None,
            html: None,
            metadata: None,
            picture: 0,
        }
    }

    fn line(&self, offset: usize) -> u64 {
        self.lines.at(offset) + self.first_line - 1
    }

    fn inline(&mut self, offset: usize) -> &mut Inline {
        let line = self.line(offset);
        self.inline.get_or_insert_with(|| Inline::at(line))
    }

    fn event(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) => self.start(tag, range.start),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.text(&text, range.start),
            Event::Code(text) if self.picture == 0 => self.inline(range.start).text.push_str(&text),
            Event::SoftBreak | Event::HardBreak => self.inline(range.start).text.push(' '),
            Event::Html(text) => {
                if let Some((html, _)) = &mut self.html {
                    html.push_str(&text);
                }
            }
            Event::InlineHtml(text) => self.inline_html(&text, range.start),
            Event::TaskListMarker(ticked) => self.inline(range.start).ticked = Some(ticked),
            Event::Rule => self.flush(),
            _ => {}
        }
    }

    fn text(&mut self, text: &str, offset: usize) {
        if let Some((metadata, _)) = &mut self.metadata {
            metadata.push_str(text);
        } else if let Some(code) = &mut self.code {
            code.text.push_str(text);
        } else if self.picture > 0 {
            self.inline(offset).picture(text);
        } else {
            self.inline(offset).text.push_str(text);
        }
    }

    fn start(&mut self, tag: Tag<'_>, offset: usize) {
        match tag {
            Tag::Paragraph => self.flush(),
            Tag::Heading { level, .. } => {
                self.flush();
                let line = self.line(offset);
                self.inline = Some(Inline::at(line));
                let free = self.quotes.iter().all(|alert| *alert) && self.lists.is_empty();
                self.heading = free.then(|| level_of(level));
            }
            Tag::BlockQuote(kind) => {
                self.flush();
                self.quotes.push(is_alert(kind));
            }
            Tag::CodeBlock(kind) => {
                self.flush();
                let language = match kind {
                    CodeBlockKind::Fenced(info) => {
                        info.split([' ', ',', '{']).next().unwrap_or_default().to_lowercase()
                    }
                    CodeBlockKind::Indented => String::new(),
                };
                self.code =
                    Some(Block { kind: BlockKind::Code(language), line: self.line(offset), ..Block::default() });
            }
            Tag::HtmlBlock => {
                self.flush();
                self.html = Some((String::new(), self.line(offset)));
            }
            Tag::List(_) => {
                let lead_in = self.list_lead_in();
                self.lists.push(List { lead_in, ..List::default() });
            }
            Tag::Item => {
                self.flush();
                if let Some(list) = self.lists.last_mut() {
                    list.item.clear();
                    list.begun = false;
                }
            }
            Tag::Table(_) => {
                self.flush();
                self.table = Some(Table::default());
            }
            Tag::TableHead | Tag::TableRow => {
                let line = self.line(offset);
                if let Some(table) = &mut self.table {
                    table.line = line;
                }
            }
            Tag::TableCell => self.inline = Some(Inline::at(self.line(offset))),
            Tag::Link { link_type, dest_url, .. } => {
                let line = self.line(offset);
                let target =
                    if link_type == LinkType::Email { format!("mailto:{dest_url}") } else { dest_url.into_string() };
                self.inline(offset).open_link(&target, line);
            }
            Tag::Image { .. } => self.picture += 1,
            Tag::MetadataBlock(_) => {
                self.flush();
                self.metadata = Some((String::new(), self.line(offset)));
            }
            Tag::FootnoteDefinition(_) => self.flush(),
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Item | TagEnd::FootnoteDefinition => self.flush(),
            TagEnd::Heading(_) => self.end_heading(),
            TagEnd::BlockQuote(_) => {
                self.flush();
                self.quotes.pop();
            }
            TagEnd::CodeBlock => {
                if let Some(code) = self.code.take() {
                    self.outline.push(code);
                }
            }
            TagEnd::HtmlBlock => {
                if let Some((text, line)) = self.html.take() {
                    html::read(&text, line, self.outline);
                }
            }
            TagEnd::List(_) => {
                self.flush();
                self.lists.pop();
            }
            TagEnd::TableCell => self.end_cell(),
            TagEnd::TableHead => self.end_row(true),
            TagEnd::TableRow => self.end_row(false),
            TagEnd::Table => self.table = None,
            TagEnd::Link => {
                if let Some(inline) = &mut self.inline {
                    inline.close_link();
                }
            }
            TagEnd::Image => self.picture = self.picture.saturating_sub(1),
            TagEnd::MetadataBlock(_) => self.end_metadata(),
            _ => {}
        }
    }

    fn end_heading(&mut self) {
        let Some(level) = self.heading.take() else {
            self.flush();
            return;
        };
        let Some(inline) = self.inline.take() else { return };
        let line = inline.line;
        let mut block = inline.block(BlockKind::Paragraph, String::new());
        if block.kind == BlockKind::Image {
            self.outline.push(block);
            return;
        }
        self.outline.heading(level, &block.text, line);
        block.text.clear();
        self.outline.push(block);
    }

    fn end_cell(&mut self) {
        let Some(inline) = self.inline.take() else { return };
        let Some(table) = &mut self.table else { return };
        let block = inline.block(BlockKind::TableRow, String::new());
        let text = if block.kind == BlockKind::Image { "" } else { block.text.trim() };
        table.cells.push(text.to_owned());
        table.links.extend(block.links);
    }

    fn end_row(&mut self, is_header: bool) {
        let Some(table) = &mut self.table else { return };
        let cells = std::mem::take(&mut table.cells);
        let text = cells.join(" | ");
        let lead_in = if is_header { String::new() } else { table.header.clone() };
        if is_header {
            table.header = cut(&text, limits::HEADING_BYTES).to_owned();
        }
        let text = if cells.iter().all(String::is_empty) { String::new() } else { text };
        let links = std::mem::take(&mut table.links);
        let kind = if self.quotes.iter().all(|alert| *alert) { BlockKind::TableRow } else { BlockKind::Quote };
        self.outline.push(Block { kind, line: table.line, text, lead_in, cells, ticked: None, links });
    }

    /// The title of a page that is given in its front matter stands above all its headings.
    fn end_metadata(&mut self) {
        let Some((text, line)) = self.metadata.take() else { return };
        let title = text.lines().zip(1..).find_map(|(text, at)| {
            let rest = text.strip_prefix("title")?.trim_start();
            let value = rest.strip_prefix([':', '='])?.trim();
            Some((value.trim_matches(['"', '\'']).to_owned(), at))
        });
        if let Some((title, at)) = title {
            self.outline.heading(1, &title, line + at);
        }
    }

    fn inline_html(&mut self, text: &str, offset: usize) {
        let line = self.line(offset);
        for piece in Pieces::of(text) {
            match piece {
                Piece::Open(tag) => match tag.name.as_str() {
                    "a" => {
                        if let Some(target) = tag.attribute("href") {
                            self.inline(offset).open_link(&target, line);
                        }
                    }
                    "img" => self.inline(offset).picture(&tag.attribute("alt").unwrap_or_default()),
                    "br" => self.inline(offset).text.push(' '),
                    _ => {}
                },
                Piece::Close(name) if name == "a" => {
                    if let Some(inline) = &mut self.inline {
                        inline.close_link();
                    }
                }
                Piece::Comment(body) => {
                    let block = Block { kind: BlockKind::Comment, line, text: body.to_owned(), ..Block::default() };
                    self.outline.push(block);
                }
                _ => {}
            }
        }
    }

    fn list_lead_in(&mut self) -> String {
        self.flush();
        match self.lists.last() {
            None => self.outline.lead_in(),
            Some(list) => {
                let item = super::outline::collapsed(&list.item);
                let joined = if list.lead_in.is_empty() { item } else { format!("{} {item}", list.lead_in) };
                cut(&joined, limits::HEADING_BYTES).to_owned()
            }
        }
    }

    /// Ends the open run of text.
    fn flush(&mut self) {
        let Some(inline) = self.inline.take() else { return };
        if inline.text.trim().is_empty() && self.table.is_some() {
            return;
        }
        let quoted = self.quotes.iter().any(|alert| !*alert);
        let (kind, lead_in) = match self.lists.last_mut() {
            None => (BlockKind::Paragraph, String::new()),
            Some(list) if list.begun => {
                (BlockKind::Paragraph, super::outline::collapsed(&format!("{} {}", list.lead_in, list.item)))
            }
            Some(list) => {
                list.begun = true;
                list.item = cut(inline.text.trim(), limits::HEADING_BYTES).to_owned();
                (BlockKind::Bullet, list.lead_in.clone())
            }
        };
        let kind = if quoted { BlockKind::Quote } else { kind };
        self.outline.push(inline.block(kind, lead_in));
    }
}

fn level_of(level: HeadingLevel) -> usize {
    level as usize
}

fn is_alert(kind: Option<BlockQuoteKind>) -> bool {
    kind.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn shown(text: &str, keep_comments: bool) -> Vec<String> {
        let mut out = Vec::new();
        for section in parse(text, keep_comments).sections {
            if !section.headings.is_empty() {
                out.push(format!("{}# {}", section.line, section.headings.join("/")));
            }
            for block in section.blocks {
                let links: Vec<_> =
                    block.links.iter().map(|link| format!("[{}]({})@{}", link.label, link.target, link.line)).collect();
                let ticked = block.ticked.map_or("", |ticked| if ticked { "[x] " } else { "[ ] " });
                let line = format!(
                    "{}{:?} {ticked}{} < {} {}",
                    block.line,
                    block.kind,
                    block.text,
                    block.lead_in,
                    links.join("")
                );
                out.push(line.trim_end().trim_end_matches(" <").to_owned());
            }
        }
        out
    }

    #[rstest]
    #[case::atx_and_setext("# A\n\ntext\n\nB\n---\nmore\n", &["1# A", "3Paragraph text", "5# A/B", "7Paragraph more"])]
    #[case::carriage_returns("# A\r\n\r\nx\r\ny\r\n", &["1# A", "3Paragraph x y"])]
    #[case::no_last_newline("a\n\nb", &["1Paragraph a", "3Paragraph b"])]
    #[case::bullets("We check:\n\n- style\n  - lint\n\n  more\n- tests\n", &["1Paragraph We check:", "3Bullet style < We check:", "4Bullet lint < We check: style", "6Paragraph more < We check: style", "7Bullet tests < We check:"])]
    #[case::tasks("- [x] a\n- [ ] b\n", &["1Bullet [x] a", "2Bullet [ ] b"])]
    #[case::table("|V|S|\n|-|-|\n|1|[yes](u)|\n", &["1TableRow V | S", "3TableRow 1 | yes < V | S [yes](u)@3"])]
    #[case::code("Run:\n\n```sh title=x\nmake\n```\n", &["1Paragraph Run:", "3Code(\"sh\") make"])]
    #[case::open_fence("a\n\n```\nmake\n# no\n", &["1Paragraph a", "3Code(\"\") make\n# no"])]
    #[case::quote("> # q\n> said\n\nme\n", &["1Quote q", "2Quote said", "4Paragraph me"])]
    #[case::alert("> [!NOTE]\n> mind\n", &["2Paragraph mind"])]
    #[case::links("See [a][r] and <x@y.org> and `c`.\n\n[r]: t.md\n", &["1Paragraph See a and x@y.org and c. < [a](t.md)@1[x@y.org](mailto:x@y.org)@1"])]
    #[case::badges("[![CI](i)](l) ![x](y)\n", &["1Image CI x <  [CI](l)@1"])]
    #[case::html("<h2>T</h2>\n\n<a href=\"u\">l</a> and <br/> more\n", &["1# T", "3Paragraph l and more <  [l](u)@3"])]
    #[case::comments("<!-- no -->\na <!-- no --> b\n", &["2Paragraph a b"])]
    #[case::front_matter("---\ntitle: \"T\"\nx: y\n---\ntext\n", &["2# T", "5Paragraph text"])]
    #[case::deep_heading("## A [l](u)\ntext\n", &["1# A l", "1Paragraph  <  [l](u)@1", "2Paragraph text"])]
    fn reads(#[case] text: &str, #[case] expected: &[&str]) {
        let shown: Vec<_> = shown(text, false).iter().map(|line| line.trim_end().replace(" <  [", " < [")).collect();
        let expected: Vec<_> = expected.iter().map(|line| line.trim_end().replace(" <  [", " < [")).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn comments_are_the_prompts_of_templates() {
        assert_eq!(shown("<!-- What\nhappened? -->\n", true), ["1Comment What happened?"]);
    }

    #[rstest]
    #[case("[", 1 << 20)]
    #[case("![", 1 << 19)]
    #[case("- ", 1 << 19)]
    #[case("> ", 1 << 19)]
    #[case("* a\n", 1 << 18)]
    #[case("<a href=x>", 100_000)]
    #[case("<!--", 1 << 18)]
    #[case("[a](b", 200_000)]
    #[case("*a_", 300_000)]
    #[case("`", 1 << 20)]
    #[case("|a", 1 << 19)]
    #[case("# ", 1 << 19)]
    #[case("\u{0}", 1 << 20)]
    #[case("&amp;", 200_000)]
    #[case("[x]: y\n", 150_000)]
    #[case("[^a]: b\n", 130_000)]
    #[case("a\n- b\n  1. c\n", 80_000)]
    fn hostile_input_is_read_in_bounded_time(#[case] piece: &str, #[case] times: usize) {
        let started = std::time::Instant::now();
        let parsed = parse(&piece.repeat(times), true);
        let blocks: usize = parsed.sections.iter().map(|section| section.blocks.len()).sum();
        assert!(blocks <= limits::DOCUMENT_BLOCKS);
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }
}
