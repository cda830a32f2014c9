//! reStructuredText: adorned titles, directives, lists, the three kinds of tables, literal blocks, roles and references.

use std::collections::BTreeMap;

use super::html;
use super::inline::Inline;
use super::model::{Block, BlockKind, Link};
use super::outline::{Outline, Parsed, cut, last_sentence};
use super::restructured_inline::{References, spans};
use crate::collect::limits;

/// Reads a text.
pub(super) fn parse(text: &str, keep_comments: bool) -> Parsed {
    let lines: Vec<Line<'_>> = text.lines().zip(1..).map(|(text, number)| Line::of(number, text.trim_end())).collect();
    let references = References::of(text);
    let mut outline = Outline::new(keep_comments);
    let mut reader = Reader { outline: &mut outline, references: &references, styles: Vec::new() };
    reader.body(&lines, &Place::default());
    outline.finish()
}

#[derive(Debug, Clone, Copy)]
struct Line<'a> {
    number: u64,
    text: &'a str,
    /// Bytes of white space it begins with.
    indent: usize,
}

impl<'a> Line<'a> {
    fn of(number: u64, text: &'a str) -> Self {
        Self { number, text, indent: text.len() - text.trim_start_matches([' ', '\t']).len() }
    }
}

/// Where a run of lines stands.
#[derive(Debug, Clone, Default)]
struct Place {
    depth: usize,
    /// The lead-in of the open list; none outside lists.
    lead_in: Option<String>,
    /// Whether the next paragraph is the item itself.
    item: bool,
}

struct Reader<'o> {
    outline: &'o mut Outline,
    references: &'o References,
    /// The adornments of titles in the order they appear: character, and whether there is a line above.
    styles: Vec<(char, bool)>,
}

impl Reader<'_> {
    fn body(&mut self, lines: &[Line<'_>], place: &Place) {
        if place.depth > limits::DOCUMENT_DEPTH {
            return;
        }
        let mut place = place.clone();
        let mut at = 0;
        while let Some(line) = lines.get(at) {
            let rest = lines.get(at..).unwrap_or_default();
            let used = if line.text.is_empty() { 1 } else { self.one(rest, &mut place) };
            at += used.max(1);
        }
    }

    /// Reads what begins at the first line and tells how many lines it took.
    fn one(&mut self, lines: &[Line<'_>], place: &mut Place) -> usize {
        let Some(first) = lines.first().copied() else { return 0 };
        if place.depth == 0
            && let Some(used) = self.title(lines)
        {
            return used;
        }
        if first.text.starts_with(' ') || first.text.starts_with('\t') {
            let (inner, used) = indented(lines);
            let place = Place { depth: place.depth + 1, ..place.clone() };
            self.body(&inner, &place);
            return used;
        }
        if first.text == ".." || first.text.starts_with(".. ") {
            return self.explicit(lines, place);
        }
        if let Some(used) = self.table(lines) {
            return used;
        }
        if first.text.starts_with(">>>") {
            return self.doctest(lines);
        }
        if let Some(width) = marker(first.text) {
            return self.list(lines, width, place);
        }
        if adornment(first.text).is_some() && first.text.len() >= 4 {
            return 1;
        }
        self.paragraph(lines, place)
    }

    fn title(&mut self, lines: &[Line<'_>]) -> Option<usize> {
        let text = |at: usize| lines.get(at).map_or("", |line| line.text);
        let (style, heading, used) = match (adornment(text(0)), adornment(text(1)), adornment(text(2))) {
            (Some(above), None, Some(below)) if above == below && !text(1).is_empty() => ((above, true), 1, 3),
            (None, Some(below), _) if !text(0).starts_with(' ') && fits(text(0), text(1)) => ((below, false), 0, 2),
            _ => return None,
        };
        let level = self.styles.iter().position(|known| *known == style).unwrap_or_else(|| {
            self.styles.push(style);
            self.styles.len() - 1
        });
        let line = lines.get(heading)?;
        let mut inline = Inline::at(line.number);
        spans(line.text, self.references, &mut inline);
        let mut block = inline.block(BlockKind::Paragraph, String::new());
        self.outline.heading(level + 1, &block.text, line.number);
        block.text.clear();
        self.outline.push(block);
        Some(used)
    }

    fn paragraph(&mut self, lines: &[Line<'_>], place: &mut Place) -> usize {
        let used = lines.iter().take_while(|line| !line.text.is_empty()).count().max(1);
        // A definition: a term with its text indented below it.
        let used = match lines.get(1) {
            Some(second) if used > 1 && second.text.starts_with(' ') => 1,
            _ => used,
        };
        let mut text = String::new();
        for line in lines.iter().take(used) {
            text.push_str(line.text.trim());
            text.push(' ');
        }
        let number = lines.first().map_or(1, |line| line.number);
        let literal = text.trim_end().ends_with("::");
        let shown = text.trim_end();
        let shown = if literal { cut(shown, shown.len() - 1) } else { shown };
        if shown.trim() != ":" {
            self.text(shown, number, place);
        }
        if !literal {
            return used;
        }
        let rest = lines.get(used..).unwrap_or_default();
        let blank = rest.iter().take_while(|line| line.text.is_empty()).count();
        let (inner, taken) = indented(rest.get(blank..).unwrap_or_default());
        if inner.is_empty() {
            return used;
        }
        self.code(&inner, "");
        used + blank + taken
    }

    fn text(&mut self, text: &str, number: u64, place: &mut Place) {
        let mut inline = Inline::at(number);
        let field = field(text);
        spans(field.unwrap_or(text), self.references, &mut inline);
        let (kind, lead_in) = match &place.lead_in {
            Some(lead_in) if place.item => (BlockKind::Bullet, lead_in.clone()),
            Some(lead_in) => (BlockKind::Paragraph, lead_in.clone()),
            None => (BlockKind::Paragraph, String::new()),
        };
        let mut block = inline.block(kind, lead_in);
        if place.item {
            if let Some((mark, rest)) = block.text.split_at_checked(4)
                && matches!(mark, "[ ] " | "[x] " | "[X] ")
            {
                block.ticked = Some(mark != "[ ] ");
                block.text = rest.to_owned();
            }
            place.item = false;
            if let Some(lead_in) = &mut place.lead_in {
                *lead_in =
                    cut(format!("{lead_in} {}", last_sentence(&block.text)).trim(), limits::HEADING_BYTES).to_owned();
            }
        }
        self.outline.push(block);
    }

    /// A list: all items that follow each other with the same kind of marker.
    fn list(&mut self, lines: &[Line<'_>], width: usize, place: &Place) -> usize {
        let lead_in = match &place.lead_in {
            Some(lead_in) => lead_in.clone(),
            None => self.outline.lead_in(),
        };
        let mut at = 0;
        let mut width = width;
        while let Some(first) = lines.get(at) {
            let mut inner = vec![Line::of(first.number, first.text.get(width..).unwrap_or_default().trim_start())];
            let (more, used) = indented(lines.get(at + 1..).unwrap_or_default());
            inner.extend(more);
            let place = Place { depth: place.depth + 1, lead_in: Some(lead_in.clone()), item: true };
            self.body(&inner, &place);
            at += used + 1;
            let blank = lines.get(at..).unwrap_or_default().iter().take_while(|line| line.text.is_empty()).count();
            match lines.get(at + blank).and_then(|line| marker(line.text)) {
                Some(next) => {
                    at += blank;
                    width = next;
                }
                None => break,
            }
        }
        at
    }

    fn code(&mut self, lines: &[Line<'_>], language: &str) {
        let text: String = lines.iter().flat_map(|line| [line.text, "\n"]).collect();
        let line = lines.first().map_or(1, |line| line.number);
        self.outline.push(Block { kind: BlockKind::Code(language.to_lowercase()), line, text, ..Block::default() });
    }

    fn doctest(&mut self, lines: &[Line<'_>]) -> usize {
        let used = lines.iter().take_while(|line| !line.text.is_empty()).count();
        self.code(lines.get(..used).unwrap_or_default(), "python");
        used
    }

    /// A directive, a target, a footnote or a comment.
    fn explicit(&mut self, lines: &[Line<'_>], place: &mut Place) -> usize {
        let Some(first) = lines.first().copied() else { return 1 };
        let (inner, used) = indented(lines.get(1..).unwrap_or_default());
        let used = used + 1;
        let head = first.text.get(2..).unwrap_or_default().trim();
        if head.starts_with('_') {
            return if inner.is_empty() { 1 } else { used };
        }
        if let Some((_, rest)) = head.strip_prefix('[').and_then(|head| head.split_once(']')) {
            let mut text = rest.trim().to_owned();
            inner.iter().for_each(|line| text.extend([" ", line.text]));
            self.text(&text, first.number, place);
            return used;
        }
        let (substitution, head) = match head.strip_prefix('|').and_then(|head| head.split_once('|')) {
            Some((_, head)) => (true, head.trim()),
            None => (false, head),
        };
        let Some((name, argument)) = head.split_once("::").filter(|(name, _)| is_name(name)) else {
            let mut text = head.to_owned();
            inner.iter().for_each(|line| text.extend([" ", line.text]));
            self.outline.push(Block { kind: BlockKind::Comment, line: first.number, text, ..Block::default() });
            return used;
        };
        if !substitution {
            let directive = Directive::of(name, argument.trim(), first.number, &inner);
            self.directive(&directive, place);
        }
        used
    }

    fn directive(&mut self, directive: &Directive<'_, '_>, place: &Place) {
        let line = directive.line;
        match directive.name.as_str() {
            "code-block" | "code" | "sourcecode" | "parsed-literal" | "prompt" | "console" | "highlight"
            | "literalinclude" | "graphviz" | "mermaid" | "uml" | "plantuml" | "math" | "testcode" | "ipython"
            | "tabs-code" => {
                if directive.name == "literalinclude" {
                    self.outline.import(directive.argument, line);
                }
                let language = if directive.argument.is_empty() { directive.name.as_str() } else { directive.argument };
                self.code(directive.content, language);
            }
            "image" | "figure" => {
                let mut inline = Inline::at(line);
                let target = directive.options.get("target").copied();
                inline.open_link(target.unwrap_or_default(), line);
                inline.picture(directive.options.get("alt").copied().unwrap_or(directive.argument));
                self.outline.push(inline.block(BlockKind::Image, String::new()));
                self.inner(directive, place);
            }
            "include" | "mdinclude" => {
                let links = vec![Link::written(directive.argument, directive.argument, line)];
                self.outline.push(Block { line, links, ..Block::default() });
            }
            "toctree" => {
                let links = directive.content.iter().filter(|line| !line.text.trim().is_empty()).map(|line| {
                    let (label, target) = titled(line.text);
                    Link::written(label, target, line.number)
                });
                self.outline.push(Block { line, links: links.collect(), ..Block::default() });
            }
            "raw" => {
                if directive.argument.eq_ignore_ascii_case("html") {
                    let text: String = directive.content.iter().flat_map(|line| [line.text, "\n"]).collect();
                    html::read(&text, line, self.outline);
                }
            }
            "list-table" => self.list_table(directive),
            "csv-table" => self.csv_table(directive),
            "contents" | "meta" | "default-role" | "role" | "only" | "index" | "currentmodule" | "sectnum"
            | "highlightlang" => {
                if directive.name == "only" {
                    self.inner(directive, place);
                }
            }
            _ => {
                let is_text = directive.argument.contains(' ') && !directive.name.starts_with("auto");
                if is_text {
                    self.text(directive.argument, line, &mut Place { item: false, ..place.clone() });
                }
                self.inner(directive, place);
            }
        }
    }

    fn inner(&mut self, directive: &Directive<'_, '_>, place: &Place) {
        let place = Place { depth: place.depth + 1, item: false, ..place.clone() };
        self.body(directive.content, &place);
    }

    fn row(&mut self, cells: Vec<String>, header: &str, line: u64) -> String {
        let mut links = Vec::new();
        let mut shown = Vec::with_capacity(cells.len());
        for cell in cells {
            let mut inline = Inline::at(line);
            spans(&cell, self.references, &mut inline);
            let block = inline.block(BlockKind::TableRow, String::new());
            shown.push(block.text.trim().to_owned());
            links.extend(block.links);
        }
        let text = shown.join(" | ");
        let empty = shown.iter().all(String::is_empty);
        self.outline.push(Block {
            kind: BlockKind::TableRow,
            line,
            text: if empty { String::new() } else { text.clone() },
            lead_in: header.to_owned(),
            cells: shown,
            ticked: None,
            links,
        });
        cut(&text, limits::HEADING_BYTES).to_owned()
    }

    /// A table drawn with `+---+` or with `=== ===`.
    fn table(&mut self, lines: &[Line<'_>]) -> Option<usize> {
        let first = lines.first()?.text;
        if is_grid_rule(first) {
            return Some(self.grid(lines));
        }
        let columns = simple_columns(first)?;
        Some(self.simple_table(lines, &columns))
    }

    fn grid(&mut self, lines: &[Line<'_>]) -> usize {
        let used = lines.iter().take_while(|line| line.text.starts_with(['+', '|'])).count().max(1);
        let has_header = lines.iter().take(used).any(|line| is_grid_rule(line.text) && line.text.contains('='));
        let mut header = String::new();
        let mut cells: Vec<String> = Vec::new();
        let mut line = 0;
        for row in lines.iter().take(used) {
            if row.text.starts_with('|') && !row.text.contains("+--") {
                let parts = row.text.trim_matches('|').split('|');
                if cells.is_empty() {
                    line = row.number;
                }
                for (at, part) in parts.enumerate() {
                    if cells.len() <= at {
                        cells.push(String::new());
                    }
                    if let Some(cell) = cells.get_mut(at) {
                        cell.push_str(part.trim());
                        cell.push(' ');
                    }
                }
            } else if !cells.is_empty() {
                let text = self.row(std::mem::take(&mut cells), &header, line);
                if has_header && header.is_empty() {
                    header = text;
                }
            }
        }
        used
    }

    fn simple_table(&mut self, lines: &[Line<'_>], columns: &[(usize, usize)]) -> usize {
        // The last rule is the one that nothing follows; a rule before it ends the header.
        let used = lines.iter().take_while(|line| !line.text.is_empty()).count();
        let mut rules = lines
            .iter()
            .enumerate()
            .take(used)
            .skip(1)
            .filter(|(_, line)| simple_columns(line.text).is_some())
            .map(|(at, _)| at);
        let (header_end, end) = match (rules.next(), rules.next_back()) {
            (Some(header), Some(end)) => (header, end),
            (Some(end), None) => (0, end),
            (None, _) => return used.max(1),
        };
        let mut header = String::new();
        let mut row: Option<(u64, Vec<String>)> = None;
        for (at, line) in lines.iter().enumerate().take(end + 1).skip(1) {
            let is_rule = simple_columns(line.text).is_some() || at == end;
            let cells: Vec<String> = columns
                .iter()
                .enumerate()
                .map(|(n, (from, to))| {
                    let to = if n + 1 == columns.len() { usize::MAX } else { *to };
                    line.text.chars().skip(*from).take(to.saturating_sub(*from)).collect::<String>().trim().to_owned()
                })
                .collect();
            let begins = !is_rule && cells.first().is_some_and(|cell| !cell.is_empty());
            if is_rule || begins {
                if let Some((number, cells)) = row.take() {
                    let text = self.row(cells, &header, number);
                    if header_end > 0 && at <= header_end {
                        header = text;
                    }
                }
                if begins {
                    row = Some((line.number, cells));
                }
            } else if let Some((_, open)) = &mut row {
                for (cell, more) in open.iter_mut().zip(cells) {
                    cell.push(' ');
                    cell.push_str(&more);
                }
            }
        }
        used
    }

    fn list_table(&mut self, directive: &Directive<'_, '_>) {
        let headers: usize =
            directive.options.get("header-rows").and_then(|count| count.trim().parse().ok()).unwrap_or(0);
        let mut rows: Vec<(u64, Vec<String>)> = Vec::new();
        for line in directive.content {
            let text = line.text.trim_start();
            if let Some(rest) =
                text.strip_prefix("* -").or_else(|| text.strip_prefix("- *")).or_else(|| text.strip_prefix("- -"))
            {
                rows.push((line.number, vec![rest.trim().to_owned()]));
            } else if let Some((_, cells)) = rows.last_mut() {
                match text.strip_prefix(['-', '*']) {
                    Some(rest) if rest.is_empty() || rest.starts_with(' ') => cells.push(rest.trim().to_owned()),
                    _ => {
                        if let Some(cell) = cells.last_mut() {
                            cell.push(' ');
                            cell.push_str(text);
                        }
                    }
                }
            }
        }
        let mut header = String::new();
        for (at, (line, cells)) in rows.into_iter().enumerate() {
            let text = self.row(cells, &header, line);
            if at < headers {
                header = text;
            }
        }
    }

    fn csv_table(&mut self, directive: &Directive<'_, '_>) {
        let mut header = String::new();
        if let Some(given) = directive.options.get("header") {
            header = self.row(comma_separated(given), "", directive.line);
        }
        for line in directive.content.iter().filter(|line| !line.text.trim().is_empty()) {
            self.row(comma_separated(line.text), &header, line.number);
        }
    }
}

struct Directive<'c, 'a> {
    name: String,
    argument: &'c str,
    line: u64,
    options: BTreeMap<&'a str, &'a str>,
    content: &'c [Line<'a>],
}

impl<'c, 'a> Directive<'c, 'a> {
    fn of(name: &str, argument: &'c str, line: u64, inner: &'c [Line<'a>]) -> Self {
        let mut options = BTreeMap::new();
        let mut at = 0;
        while let Some(line) = inner.get(at) {
            let Some((key, value)) = line.text.strip_prefix(':').and_then(|rest| rest.split_once(':')) else { break };
            options.insert(key, value.trim());
            at += 1;
        }
        at += inner.get(at..).unwrap_or_default().iter().take_while(|line| line.text.is_empty()).count();
        Self { name: name.trim().to_lowercase(), argument, line, options, content: inner.get(at..).unwrap_or_default() }
    }
}

/// The lines below that are indented, without their common indentation, and how many lines they take with the blank ones between.
fn indented<'a>(lines: &[Line<'a>]) -> (Vec<Line<'a>>, usize) {
    let mut used = 0;
    let mut common = usize::MAX;
    for (at, line) in lines.iter().enumerate() {
        if line.text.is_empty() {
            continue;
        }
        if line.indent == 0 {
            break;
        }
        common = common.min(line.indent);
        used = at + 1;
    }
    let inner = lines.iter().take(used).map(|line| Line {
        number: line.number,
        text: line.text.get(common..).unwrap_or_default(),
        indent: line.indent.saturating_sub(common),
    });
    (inner.collect(), used)
}

/// The character of a line of adornment.
fn adornment(line: &str) -> Option<char> {
    let first = line.chars().next()?;
    (line.len() >= 2 && first.is_ascii_punctuation() && line.chars().all(|c| c == first)).then_some(first)
}

/// Whether a line of adornment is long enough to make a title of the line above it.
fn fits(title: &str, line: &str) -> bool {
    let length = title.chars().count();
    !title.is_empty() && (line.len() >= length || line.len() >= 4 && line.len() * 2 >= length)
}

/// The bytes of a list marker with its blank.
fn marker(text: &str) -> Option<usize> {
    let rest = text.strip_prefix(['-', '*', '+', '•']);
    if let Some(rest) = rest {
        return (rest.starts_with(' ') || rest.is_empty()).then(|| (text.len() - rest.len() + 1).min(text.len()));
    }
    let open = text.strip_prefix('(').unwrap_or(text);
    let digits = open.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'#').count();
    let rest = open.get(digits..)?.strip_prefix(['.', ')'])?;
    ((1..=3).contains(&digits) && rest.starts_with(' ')).then(|| text.len() - rest.len() + 1)
}

/// The text of a field, such as `:Author: Jane`.
fn field(text: &str) -> Option<&str> {
    let rest = text.strip_prefix(':')?;
    let (name, value) = rest.split_once(": ")?;
    (!name.is_empty() && name.len() < 40 && !name.contains('`')).then_some(value)
}

fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 60
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ':' | '.' | '+'))
}

fn is_grid_rule(line: &str) -> bool {
    line.len() >= 3
        && line.starts_with('+')
        && line.ends_with('+')
        && line.chars().all(|c| matches!(c, '+' | '-' | '='))
}

/// The columns of a simple table, as character positions.
fn simple_columns(line: &str) -> Option<Vec<(usize, usize)>> {
    if !line.starts_with('=') || !line.contains(' ') || !line.chars().all(|c| c == '=' || c == ' ') {
        return None;
    }
    let mut columns = Vec::new();
    let mut start = None;
    for (at, c) in line.char_indices().chain([(line.len(), ' ')]) {
        match (c, start) {
            ('=', None) => start = Some(at),
            (' ', Some(from)) => {
                columns.push((from, at));
                start = None;
            }
            _ => {}
        }
    }
    (columns.len() > 1).then_some(columns)
}

/// The label and target of `label <target>`.
pub(super) fn titled(text: &str) -> (&str, &str) {
    let text = text.trim();
    match text.strip_suffix('>').and_then(|text| text.rsplit_once('<')) {
        Some((label, target)) if !label.trim().is_empty() => (label.trim(), target.trim()),
        Some((_, target)) => (target.trim(), target.trim()),
        None => (text, text),
    }
}

fn comma_separated(line: &str) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for c in line.trim().chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => cells.push(String::new()),
            c => {
                if let Some(cell) = cells.last_mut() {
                    cell.push(c);
                }
            }
        }
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn shown(text: &str) -> Vec<String> {
        super::super::outline::shown(parse(text, true))
    }

    #[rstest]
    #[case::titles("=====\nDoc\n=====\n\nA1\n--\n\nB\n----\ntext\n\nC\n~~~~\nx\n", &["2# Doc", "5# Doc/A1", "8# Doc/B", "10Paragraph text", "12# Doc/B/C", "14Paragraph x"])]
    #[case::lists("We want:\n\n- style\n  more\n\n  * nested\n\n- tests\n", &["1Paragraph We want:", "3Bullet style more < We want:", "6Bullet nested < We want: style more", "8Bullet tests < We want:"])]
    #[case::literal("Run::\n\n    make\n    make test\n\nafter\n", &["1Paragraph Run:", "3Code(\"\") make\nmake test", "6Paragraph after"])]
    #[case::code(".. code-block:: sh\n   :linenos:\n\n   make\n\nafter", &["4Code(\"sh\") make", "6Paragraph after"])]
    #[case::admonition(".. note::\n\n   Mind **this**.\n", &["3Paragraph Mind this."])]
    #[case::comment(".. a comment\n   goes on\n\ntext", &["1Comment a comment goes on", "4Paragraph text"])]
    #[case::links("See `the policy <SECURITY.md>`_, `Home`_ and :doc:`guide </a/b>`, ``x_``.\n\n.. _Home: https://x.org\n", &["1Paragraph See the policy, Home and guide, x_. [the policy](SECURITY.md) [Home](https://x.org) [guide](/a/b)"])]
    #[case::advisories("Fixed :cve:`2024-1234` and :ghsa:`aaaa-bbbb-cccc`.", &["1Paragraph Fixed CVE-2024-1234 and GHSA-aaaa-bbbb-cccc."])]
    #[case::simple("===== =====\nV     S\n===== =====\n1     yes\n2     no\n===== =====\n\nx", &["2TableRow V | S", "4TableRow 1 | yes < V | S", "5TableRow 2 | no < V | S", "8Paragraph x"])]
    #[case::grid("+---+---+\n| V | S |\n+===+===+\n| 1 | y |\n+---+---+\n", &["2TableRow V | S", "4TableRow 1 | y < V | S"])]
    #[case::list_table(".. list-table:: T\n   :header-rows: 1\n\n   * - V\n     - S\n   * - 1\n     - y\n", &["4TableRow V | S", "6TableRow 1 | y < V | S"])]
    #[case::badge(".. image:: https://x.org/b.svg\n   :target: https://x.org\n   :alt: CI\n", &["1Image CI [CI](https://x.org)"])]
    #[case::toctree(".. toctree::\n   :maxdepth: 2\n\n   a\n   Guide <b/c>\n", &["1Paragraph  [a](a) [Guide](b/c)"])]
    #[case::definition("term\n   What it is.\n", &["1Paragraph term", "2Paragraph What it is."])]
    #[case::crlf("A\r\n===\r\n\r\ntext", &["1# A", "4Paragraph text"])]
    fn reads(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(shown(text), expected);
    }

    #[rstest]
    #[case("- ", 1 << 16)]
    #[case("`", 1 << 16)]
    #[case(".. a::\n ", 1 << 15)]
    #[case("+-+\n", 1 << 16)]
    #[case("== ==\n", 1 << 15)]
    #[case("a\n-\n", 1 << 16)]
    #[case("- a\n", 1 << 16)]
    #[case("a_ ", 1 << 16)]
    #[case(".. _a: b\n", 1 << 16)]
    #[case("| ", 1 << 16)]
    #[case("a::\n\n b\n\n", 1 << 15)]
    fn hostile_input_is_read_in_bounded_time(#[case] piece: &str, #[case] times: usize) {
        let started = std::time::Instant::now();
        parse(&piece.repeat(times), true);
        assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
    }

    #[test]
    fn deep_nesting_ends() {
        let text: String = (0..2_000).map(|depth| format!("{}- a\n\n", " ".repeat(depth * 2))).collect();
        assert!(!parse(&text, false).sections.is_empty());
    }
}
