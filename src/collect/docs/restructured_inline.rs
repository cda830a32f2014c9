//! The inline markup of reStructuredText: literals, references, roles and emphasis.

use std::collections::BTreeMap;

use super::inline::Inline;
use super::restructured::titled;

/// Named targets of a text: `.. _name: address`.
#[derive(Debug, Default)]
pub(super) struct References(BTreeMap<String, String>);

impl References {
    pub(super) fn of(text: &str) -> Self {
        let mut found = BTreeMap::new();
        for line in text.lines().map(str::trim) {
            let Some(rest) = line.strip_prefix(".. _") else { continue };
            let (name, target) = match rest.strip_prefix('`') {
                Some(rest) => rest.split_once("`:").unwrap_or_default(),
                None => rest.split_once(": ").unwrap_or_default(),
            };
            if !name.is_empty() && !target.trim().is_empty() {
                found.entry(key(name)).or_insert_with(|| target.trim().trim_end_matches('_').to_owned());
            }
        }
        Self(found)
    }

    fn get(&self, name: &str) -> Option<&str> {
        (name.len() <= 400).then(|| self.0.get(&key(name)))?.map(String::as_str)
    }
}

fn key(name: &str) -> String {
    super::outline::collapsed(name).to_lowercase()
}

/// Reads a run of text.
pub(super) fn spans(text: &str, references: &References, inline: &mut Inline) {
    let mut rest = text;
    while let Some(at) = rest.find(['`', '*', '|', '_', '\\']) {
        let (before, after) = rest.split_at(at);
        inline.text.push_str(before);
        rest = special(after, before, references, inline);
    }
    inline.text.push_str(rest);
}

/// Reads what begins with a special character and gives back what follows it.
fn special<'a>(text: &'a str, before: &str, references: &References, inline: &mut Inline) -> &'a str {
    if let Some(rest) = text.strip_prefix("``")
        && let Some((literal, rest)) = rest.split_once("``")
    {
        inline.text.push_str(literal);
        return rest;
    }
    if let Some(rest) = text.strip_prefix('`')
        && let Some((content, rest)) = rest.split_once('`')
    {
        return interpreted(content, rest, references, inline);
    }
    if text.starts_with('_') {
        return underscore(text, before, references, inline);
    }
    if let Some(rest) = text.strip_prefix("**").or_else(|| text.strip_prefix('*')) {
        let spaced = before.ends_with(' ') && rest.starts_with(' ');
        if spaced {
            inline.text.push('*');
        }
        return rest;
    }
    if let Some((name, rest)) = text.strip_prefix('|').and_then(|rest| rest.split_once('|'))
        && !name.is_empty()
        && name.len() < 60
        && !name.starts_with(' ')
        && !name.ends_with(' ')
    {
        inline.text.push_str(name);
        return rest.strip_prefix('_').unwrap_or(rest);
    }
    let length = text.chars().next().map_or(1, char::len_utf8);
    let (special, rest) = text.split_at(length.min(text.len()));
    if special == "\\" {
        let next = rest.chars().next().map_or(0, char::len_utf8);
        let (escaped, rest) = rest.split_at(next);
        inline.text.push_str(escaped);
        return rest;
    }
    if special != "`" {
        inline.text.push_str(special);
    }
    rest
}

/// The content between two back quotes: a reference or a role.
fn interpreted<'a>(content: &str, rest: &'a str, references: &References, inline: &mut Inline) -> &'a str {
    let line = inline.line;
    let role = take_role(inline);
    let (label, target) = titled(content);
    if let Some(after) = rest.strip_prefix("__").or_else(|| rest.strip_prefix('_')) {
        let target = if label == target { references.get(label).unwrap_or_default() } else { target };
        let target = target.strip_suffix('_').and_then(|name| references.get(name)).unwrap_or(target);
        inline.open_link(target, line);
        inline.text.push_str(label);
        inline.close_link();
        return after;
    }
    match role.as_deref() {
        Some("doc" | "download" | "repo" | "file" | "src" | "any") => {
            inline.open_link(target, line);
            inline.text.push_str(label);
            inline.close_link();
        }
        Some(prefix @ ("cve" | "ghsa" | "pep" | "rfc")) => {
            let prefix = prefix.to_uppercase();
            if !content.to_uppercase().starts_with(&prefix) {
                inline.text.push_str(&prefix);
                inline.text.push('-');
            }
            inline.text.push_str(label);
        }
        _ => inline.text.push_str(label),
    }
    rest
}

/// Takes the name of a role off the end of the text: `:doc:`.
fn take_role(inline: &mut Inline) -> Option<String> {
    let head = inline.text.strip_suffix(':')?;
    let tail: String =
        head.chars().rev().take(40).take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':')).collect();
    let name: String = tail.chars().rev().collect();
    let name = name.get(name.find(':')?..)?;
    let role = name.trim_start_matches(':').rsplit(':').next().unwrap_or_default().to_lowercase();
    let length = head.len() - name.len();
    if role.is_empty() {
        return None;
    }
    inline.text.truncate(length);
    Some(role)
}

/// A simple reference, such as `Home_`; any other underscore is text.
fn underscore<'a>(text: &'a str, before: &str, references: &References, inline: &mut Inline) -> &'a str {
    let after = text.trim_start_matches('_');
    let ends_word = after.chars().next().is_none_or(|c| !c.is_alphanumeric());
    let name = before.rsplit(|c: char| c.is_whitespace() || matches!(c, '(' | '[' | '"')).next().unwrap_or_default();
    if ends_word && let Some(target) = references.get(name) {
        let from = inline.text.len().saturating_sub(name.len());
        if inline.text.is_char_boundary(from) {
            inline.text.truncate(from);
            let line = inline.line;
            inline.open_link(target, line);
            inline.text.push_str(name);
            inline.close_link();
            return after;
        }
    }
    inline.text.push_str(text.get(..text.len() - after.len()).unwrap_or_default());
    after
}
