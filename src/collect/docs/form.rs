//! Documents written as data: forms for issues, the chooser before them, and prose in the data files of a site.

use super::markdown;
use super::model::{Block, Link};
use super::outline::{Outline, Parsed};
use crate::yaml::{self, Node, Value};

/// Words below which a text in a data file is a value and not prose.
const PROSE_WORDS: u64 = 25;

/// Reads a form: its name and purpose, then one section per field. A file that does not parse has no content.
pub(super) fn issue_form(text: &str) -> Parsed {
    let mut outline = Outline::new(true);
    if let Ok(Some(node)) = yaml::parse(text) {
        let name = node.get("name").or_else(|| node.get("title"));
        if let Some((name, text)) = name.and_then(|name| Some((name, name.as_str()?))) {
            outline.heading(1, text, name.line);
        }
        for key in ["description", "about"] {
            paragraph(node.get(key), &mut outline);
        }
        for field in node.get("body").map(Node::items).unwrap_or_default() {
            form_field(field, &mut outline);
        }
    }
    outline.finish()
}

fn form_field(field: &Node, outline: &mut Outline) {
    let Some(attributes) = field.get("attributes") else { return };
    if let Some(label) = attributes.get("label")
        && let Some(text) = label.as_str()
    {
        outline.heading(2, text, label.line);
    }
    for key in ["description", "value", "placeholder"] {
        paragraph(attributes.get(key), outline);
    }
    for option in attributes.get("options").map(Node::items).unwrap_or_default() {
        paragraph(option.get("label").or(Some(option)), outline);
    }
}

fn paragraph(node: Option<&Node>, outline: &mut Outline) {
    if let Some(node) = node
        && let Some(text) = node.as_str()
    {
        markdown::read(text, node.line, outline);
    }
}

/// Reads the chooser: one block per contact link.
pub(super) fn issue_chooser(text: &str) -> Parsed {
    let mut outline = Outline::new(false);
    if let Ok(Some(node)) = yaml::parse(text) {
        for contact in node.get("contact_links").map(Node::items).unwrap_or_default() {
            let text = |key: &str| contact.get(key).and_then(Node::as_str).unwrap_or_default();
            let line = contact.get("name").map_or(contact.line, |name| name.line);
            outline.heading(1, text("name"), line);
            let links = match text("url") {
                "" => Vec::new(),
                url => vec![Link::written(text("name"), url, contact.get("url").map_or(line, |url| url.line))],
            };
            let shown = match text("about") {
                "" => text("name").to_owned(),
                about => format!("{}: {about}", text("name")),
            };
            outline.push(Block { line, text: shown, links, ..Block::default() });
        }
    }
    outline.finish()
}

/// Reads the prose in a data file of a site, each text below the keys that lead to it. JSON is read as the YAML it nearly is.
pub(super) fn data(text: &str) -> Parsed {
    let mut outline = Outline::new(false);
    for document in yaml::parse_all(text).unwrap_or_default() {
        prose(&document, 1, &mut outline);
    }
    outline.finish()
}

fn prose(node: &Node, depth: usize, outline: &mut Outline) {
    match &node.value {
        Value::Scalar { text, .. } => {
            if super::content::words(text) >= PROSE_WORDS {
                markdown::read(text, node.line, outline);
            }
        }
        Value::Sequence(items) => items.iter().for_each(|item| prose(item, depth, outline)),
        Value::Mapping(entries) => {
            let title = ["title", "heading", "name", "label"].iter().find_map(|key| node.get(key));
            if let Some((title, text)) = title.and_then(|title| Some((title, title.as_str()?))) {
                outline.heading(depth, text, title.line);
            }
            for (key, value) in entries {
                if holds_prose(value, 0) {
                    outline.heading(depth + 1, key.as_str().unwrap_or_default(), key.line);
                    prose(value, depth + 2, outline);
                }
            }
        }
    }
}

/// Whether there is prose in a value, a few levels down; deeper down it is not looked for.
fn holds_prose(node: &Node, depth: usize) -> bool {
    match &node.value {
        Value::Scalar { text, .. } => super::content::words(text) >= PROSE_WORDS,
        Value::Sequence(items) => depth < 8 && items.iter().any(|item| holds_prose(item, depth + 1)),
        Value::Mapping(entries) => depth < 8 && entries.iter().any(|(_, value)| holds_prose(value, depth + 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::outline::shown;
    use super::*;

    #[test]
    fn a_form_has_a_section_per_field() {
        let text = "name: Bug\ndescription: Tell us\nbody:\n  - type: markdown\n    attributes:\n      value: |\n        Thanks!\n  - type: input\n    attributes:\n      label: Version\n      description: Which one?\n";
        assert_eq!(
            shown(issue_form(text)),
            ["1# Bug", "2Paragraph Tell us", "7Paragraph Thanks!", "10# Bug/Version", "11Paragraph Which one?"]
        );
    }

    #[test]
    fn a_chooser_has_a_block_per_link() {
        let text = "blank_issues_enabled: false\ncontact_links:\n  - name: Security\n    url: https://x.org/s\n    about: Report privately\n";
        assert_eq!(
            shown(issue_chooser(text)),
            ["3# Security", "3Paragraph Security: Report privately [Security](https://x.org/s)"]
        );
    }

    #[test]
    fn only_prose_is_read_from_data() {
        let long = "word ".repeat(30);
        let text = format!(
            "title: Guide\nid: 5\nsteps:\n  - name: First\n    text: {long}\n  - name: Second\n    text: short\n"
        );
        let shown = shown(data(&text));
        assert!(shown.iter().any(|line| line.starts_with("4# Guide/steps/First")), "{shown:?}");
        assert!(!shown.iter().any(|line| line.contains("short")), "{shown:?}");
    }

    #[test]
    fn what_does_not_parse_is_empty() {
        assert!(issue_form("a: [").sections.is_empty());
        assert!(issue_chooser("\t\u{0}").sections.is_empty());
        assert!(data("{\"a\": ").sections.is_empty());
    }
}
