//! Changing a file that a person wrote: what is added or replaced is text at a place that the parser found, so that comments
//! and order stay. Every change is read again, and refused where anything else changed with it.

use jiff::civil::Date;

use crate::model::declaration::{Declaration, Kind};
use crate::yaml::{self, Node, Value};

/// Why a file was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[from] yaml::Error),
    /// Its declarations are written in a form that only a person can add to.
    #[error("`declarations` in line {line} is written in one line: put each declaration on lines of its own first")]
    FlowStyle {
        /// The line.
        line: u64,
    },
    /// The declaration is not in it.
    #[error("it holds no declaration for {0}")]
    NoSuchDeclaration(String),
    /// The change would have changed something else, too.
    #[error("the change would have touched something else; add it by hand:\n{0}")]
    Unsafe(String),
}

/// A file with a declaration added at the end of its list.
pub fn append(text: &str, declaration: &Declaration) -> Result<String, EditError> {
    let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let before = yaml::parse(text)?;
    let list = before.as_ref().and_then(|node| node.entries().iter().find(|(key, _)| key.as_str() == Some(LIST)));
    let edited = match list {
        None => {
            let mut edited = text.to_owned();
            if before.is_none() {
                // Nothing but comments, or nothing at all.
                ensure_line_end(&mut edited, ending);
                edited.push_str(&format!("version: 1{ending}"));
            }
            ensure_line_end(&mut edited, ending);
            edited.push_str(&format!("{LIST}:{ending}{}", item(declaration, 2, ending)));
            edited
        }
        Some((key, value)) if value.is_null() || is_empty_list(value) => {
            let line = usize::try_from(key.line).unwrap_or_default();
            let opened = replace_line(text, line, ending, |old| {
                // `declarations: []` becomes `declarations:`; what follows in a comment stays.
                let comment = old.find(" #").map(|at| old[at..].trim_end().to_owned()).unwrap_or_default();
                format!("{LIST}:{comment}")
            });
            // An example in comments below the key stays above what is added.
            let comments =
                opened.lines().skip(line).take_while(|line| line.starts_with(' ') && line.trim().starts_with('#'));
            let end = line + comments.count();
            insert_after(&opened, end, ending, &item(declaration, 2, ending))
        }
        Some((_, value)) => {
            let Value::Sequence(items) = &value.value else { return Err(EditError::FlowStyle { line: value.line }) };
            let first = items.first().ok_or(EditError::FlowStyle { line: value.line })?;
            let indent = dash_column(text, first).ok_or(EditError::FlowStyle { line: value.line })?;
            let end = end_of_block(text, items.last().unwrap_or(first), indent);
            insert_after(text, end, ending, &item(declaration, indent, ending))
        }
    };
    verified(&before, edited, declaration)
}

/// A file with one declaration renewed: its days, its version of the standard and its text, and nothing else.
pub fn renew(text: &str, renewed: &Declaration) -> Result<String, EditError> {
    let before = yaml::parse(text)?;
    let id = renewed.requirement.as_str();
    let items = before.as_ref().and_then(|node| node.get(LIST)).map(Node::items).unwrap_or_default();
    let index = items.iter().position(|item| item.get("requirement").and_then(Node::as_str) == Some(id));
    let Some(index) = index else { return Err(EditError::NoSuchDeclaration(id.to_owned())) };
    let Some(item) = items.get(index) else { return Err(EditError::NoSuchDeclaration(id.to_owned())) };
    let ending = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let values = [
        ("on", Some(renewed.on.to_string())),
        ("expires", Some(renewed.expires.to_string())),
        ("catalog", renewed.catalog.as_ref().map(|version| format!("\"{version}\""))),
        ("text-sha256", renewed.text_sha256.clone()),
    ];
    let mut edited = text.to_owned();
    let mut missing = Vec::new();
    for (key, value) in values {
        let Some(value) = value else { continue };
        match item.get(key) {
            Some(old) => {
                edited = replace_scalar(&edited, old, &value).ok_or_else(|| EditError::Unsafe(value.clone()))?
            }
            None => missing.push(format!("{key}: {value}")),
        }
    }
    if !missing.is_empty() {
        let column = usize::try_from(item.column).unwrap_or(1).saturating_sub(1);
        let dash = dash_column(text, item).ok_or(EditError::FlowStyle { line: item.line })?;
        let end = end_of_block(&edited, item, dash);
        let lines: String = missing.iter().map(|line| format!("{}{line}{ending}", " ".repeat(column))).collect();
        edited = insert_after(&edited, end, ending, &lines);
    }
    let after = yaml::parse(&edited)?;
    let unchanged = |node: &Option<Node>| {
        let mut plain = node.as_ref().map(plain).unwrap_or_default();
        if let Some(item) = plain.get_mut(LIST).and_then(|list| list.get_mut(index)).and_then(|i| i.as_object_mut()) {
            for key in ["on", "expires", "catalog", "text-sha256"] {
                item.remove(key);
            }
        }
        plain
    };
    if unchanged(&before) != unchanged(&after) {
        return Err(EditError::Unsafe(format!("{}", renewed.expires)));
    }
    Ok(edited)
}

const LIST: &str = "declarations";

/// A declaration as an item of a list.
pub fn item(declaration: &Declaration, indent: usize, ending: &str) -> String {
    let mut fields = vec![
        ("requirement", declaration.requirement.to_string()),
        ("kind", declaration.kind.name().to_owned()),
        ("statement", scalar(&declaration.statement)),
    ];
    let quoted: Vec<String> = declaration.evidence.iter().map(|link| scalar(link)).collect();
    match quoted.as_slice() {
        [] => {}
        [link] => fields.push(("evidence", link.clone())),
        links => fields.push(("evidence", format!("[{}]", links.join(", ")))),
    }
    fields.push(("by", scalar(&declaration.by)));
    fields.push(("on", day(declaration.on)));
    fields.push(("expires", day(declaration.expires)));
    if let Some(version) = &declaration.catalog {
        fields.push(("catalog", format!("\"{version}\"")));
    }
    if let Some(text) = &declaration.text_sha256 {
        fields.push(("text-sha256", scalar(text)));
    }
    if declaration.kind == Kind::Waiver {
        for (key, texts) in [("paths", &declaration.paths), ("findings", &declaration.findings)] {
            let texts: Vec<String> = texts.iter().map(|text| quoted_text(text)).collect();
            if !texts.is_empty() {
                fields.push((key, format!("[{}]", texts.join(", "))));
            }
        }
    }
    let pad = " ".repeat(indent);
    let lines = fields.iter().enumerate().map(|(index, (key, value))| {
        let mark = if index == 0 { "- " } else { "  " };
        format!("{pad}{mark}{key}: {value}{ending}")
    });
    lines.collect()
}

fn day(day: Date) -> String {
    day.to_string()
}

/// A text as a scalar of one line: plain where that cannot be misread, else in double quotes.
fn scalar(text: &str) -> String {
    let plain = text.chars().next().is_some_and(char::is_alphabetic)
        && !text.ends_with([':', ' '])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(|c| !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{feff}'))
        && !text.contains(['[', ']', '{', '}', ','])
        && !matches!(text.to_lowercase().as_str(), "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n");
    if plain { text.to_owned() } else { quoted_text(text) }
}

/// A text in double quotes: JSON's escapes are YAML's too.
fn quoted_text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn is_empty_list(node: &Node) -> bool {
    matches!(&node.value, Value::Sequence(items) if items.is_empty())
}

/// The column of the dash before an item, counted from 0; none where it has none of its own.
fn dash_column(text: &str, item: &Node) -> Option<usize> {
    let line = text.lines().nth(usize::try_from(item.line).ok()?.checked_sub(1)?)?;
    let dash = line.len() - line.trim_start_matches(' ').len();
    line.get(dash..)?.starts_with("- ").then_some(dash)
}

/// The number of the last line of a block that begins at an item: what is indented deeper than its dash belongs to it, blank
/// lines and comments at the end do not.
fn end_of_block(text: &str, item: &Node, dash: usize) -> usize {
    let first = usize::try_from(item.line).unwrap_or(1);
    let mut end = first;
    for (index, line) in text.lines().enumerate().skip(first) {
        let content = line.trim();
        let indent = line.len() - line.trim_start_matches(' ').len();
        if content.is_empty() {
            continue;
        }
        if indent <= dash {
            break;
        }
        // A comment inside stays inside; one at the end belongs to what comes.
        if !content.starts_with('#') {
            end = index + 1;
        }
    }
    end
}

/// A text with lines put after the line of a number, counted from 1.
fn insert_after(text: &str, line: usize, ending: &str, lines: &str) -> String {
    let mut edited = String::with_capacity(text.len() + lines.len() + 2);
    let mut done = false;
    for (index, old) in text.split_inclusive('\n').enumerate() {
        edited.push_str(old);
        if index + 1 == line {
            ensure_line_end(&mut edited, ending);
            edited.push_str(lines);
            done = true;
        }
    }
    if !done {
        ensure_line_end(&mut edited, ending);
        edited.push_str(lines);
    }
    edited
}

fn replace_line(text: &str, line: usize, ending: &str, new: impl Fn(&str) -> String) -> String {
    let mut edited = String::with_capacity(text.len() + 200);
    for (index, old) in text.split_inclusive('\n').enumerate() {
        if index + 1 == line {
            edited.push_str(&new(old.trim_end_matches(['\r', '\n'])));
            ensure_line_end(&mut edited, ending);
        } else {
            edited.push_str(old);
        }
    }
    edited
}

fn ensure_line_end(text: &mut String, ending: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str(ending);
    }
}

/// A text with a scalar of one line replaced; none where it is written in another way.
fn replace_scalar(text: &str, old: &Node, new: &str) -> Option<String> {
    let Value::Scalar { text: value, plain } = &old.value else { return None };
    let number = usize::try_from(old.line).ok()?.checked_sub(1)?;
    let start: usize = text.split_inclusive('\n').take(number).map(str::len).sum();
    let line = text.get(start..)?.split_inclusive('\n').next()?;
    let column = usize::try_from(old.column).ok()?.checked_sub(1)?;
    let at = line.char_indices().nth(column)?.0;
    let rest = line.get(at..)?;
    let written = if *plain {
        value.clone()
    } else {
        [format!("\"{value}\""), format!("'{value}'")].into_iter().find(|written| rest.starts_with(written.as_str()))?
    };
    let tail = rest.strip_prefix(written.as_str())?;
    let from = start + at;
    Some(format!("{}{new}{tail}{}", text.get(..from)?, text.get(start + line.len()..)?))
}

/// The content without its places.
fn plain(node: &Node) -> serde_json::Value {
    match &node.value {
        Value::Scalar { .. } if node.is_null() => serde_json::Value::Null,
        Value::Scalar { text, .. } => serde_json::Value::from(text.as_str()),
        Value::Sequence(items) => items.iter().map(plain).collect(),
        Value::Mapping(entries) => {
            let entries =
                entries.iter().map(|(key, value)| (key.as_str().unwrap_or_default().to_owned(), plain(value)));
            serde_json::Value::Object(entries.collect())
        }
    }
}

/// The edited text, if it says what the old one said and the new declaration, and nothing else.
fn verified(before: &Option<Node>, edited: String, declaration: &Declaration) -> Result<String, EditError> {
    let by_hand = || EditError::Unsafe(item(declaration, 2, "\n"));
    let after = yaml::parse(&edited).map_err(|_| by_hand())?;
    let added = yaml::parse(&format!("{LIST}:\n{}", item(declaration, 2, "\n"))).map_err(|_| by_hand())?;
    let added = added.as_ref().and_then(|node| node.get(LIST)?.items().first().map(plain)).unwrap_or_default();
    let said = |key: &str| added.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
    if said("statement").as_deref() != Some(declaration.statement.as_str())
        || said("by").as_deref() != Some(&declaration.by)
    {
        return Err(by_hand());
    }
    let mut expected = match before.as_ref().map(plain) {
        Some(serde_json::Value::Object(map)) => map,
        None => serde_json::Map::from_iter([("version".to_owned(), serde_json::Value::from("1"))]),
        Some(_) => return Err(by_hand()),
    };
    let list = expected.entry(LIST).or_insert_with(|| serde_json::Value::Array(Vec::new()));
    if list.is_null() {
        *list = serde_json::Value::Array(Vec::new());
    }
    list.as_array_mut().ok_or_else(by_hand)?.push(added);
    if after.as_ref().map(plain) != Some(serde_json::Value::Object(expected)) {
        return Err(by_hand());
    }
    Ok(edited)
}

#[cfg(test)]
#[path = "edit_tests.rs"]
mod tests;
