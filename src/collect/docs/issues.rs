//! Forms and templates that people meet when they open an issue.

use super::IssueTemplate;
use super::roles::Roles;
use crate::collect::limits;
use crate::collect::tree::{Reader, Tree};
use crate::yaml::{self, Node};

/// Words that show a template to be about defects.
const DEFECT: &[&str] = &["bug", "defect", "crash", "regression", "problem", "error", "fehler", "incident"];
/// Words that show it to be about security.
const SECURITY: &[&str] = &["security", "vulnerab"];

/// All templates, sorted by path.
pub(super) fn collect(tree: &Tree, roles: &Roles) -> Vec<IssueTemplate> {
    let reader = tree.reader();
    tree.entries()
        .iter()
        .filter(|entry| matches!(roles.template(&entry.path), Some("issue_template" | "issue_chooser")))
        .take(limits::FINDINGS)
        .filter_map(|entry| {
            let text = tree.resolve(&reader, entry).and_then(|entry| Reader::text(&reader, entry))?;
            let name = entry.path.name_lower();
            let path = entry.path.text();
            if name.ends_with(".yml") || name.ends_with(".yaml") {
                yaml::parse(&text).ok().flatten().map(|node| form(path, name, &node))
            } else {
                Some(template(path, name, &text))
            }
        })
        .collect()
}

/// An issue form, or the file that configures the choice between them.
fn form(path: String, name: &str, node: &Node) -> IssueTemplate {
    let text = |node: &Node, key: &str| node.at(key).and_then(Node::as_str).unwrap_or_default().to_owned();
    if name.trim_end_matches(".yaml").trim_end_matches(".yml") == "config" {
        let links = node.get("contact_links").map(Node::items).unwrap_or_default();
        let about: String =
            links.iter().map(|link| format!("{} {} ", text(link, "name"), text(link, "about"))).collect();
        return IssueTemplate {
            path,
            kind: "chooser".to_owned(),
            questions: 0,
            words: words(&about),
            defect: false,
            security: mentions(&about, SECURITY),
        };
    }
    let title = format!("{} {} {}", text(node, "name"), text(node, "title"), text(node, "description"));
    let labels = node.get("labels").map(|labels| labels.strings().join(" ")).unwrap_or_default();
    let fields = node.get("body").map(Node::items).unwrap_or_default();
    let questions = fields.iter().filter(|field| text(field, "type") != "markdown").count();
    let prompts: String = fields
        .iter()
        .flat_map(|field| {
            ["attributes.label", "attributes.description", "attributes.value", "attributes.placeholder"]
                .map(|key| text(field, key) + " ")
        })
        .collect();
    let subject = format!("{name} {title} {labels}");
    IssueTemplate {
        path,
        kind: "form".to_owned(),
        questions: questions as u64,
        words: words(&prompts),
        defect: mentions(&subject, DEFECT),
        security: mentions(&subject, SECURITY),
    }
}

/// A template in a markup: comments are prompts too.
fn template(path: String, name: &str, text: &str) -> IssueTemplate {
    let (head, body) = front_matter(text);
    let questions = body
        .lines()
        .map(str::trim_start)
        .filter(|line| {
            line.starts_with('#') || line.starts_with("**") || line.starts_with("- [ ]") || line.ends_with('?')
        })
        .count();
    let shown: String = body.replace("<!--", " ").replace("-->", " ");
    let subject = format!("{name} {head}");
    let plain = !subject.chars().any(char::is_alphanumeric)
        || name.starts_with("issue_template")
        || name.starts_with("issue-template");
    IssueTemplate {
        path,
        kind: "template".to_owned(),
        questions: questions as u64,
        words: words(&shown),
        // A single template for every issue is about defects when its text asks for them.
        defect: mentions(&subject, DEFECT)
            || plain && (mentions(&shown, DEFECT) || mentions(&shown, &["reproduce", "expected"])),
        security: mentions(&subject, SECURITY),
    }
}

/// The text between the `---` lines at the beginning, and the rest.
fn front_matter(text: &str) -> (&str, &str) {
    let Some(rest) = text.strip_prefix("---") else { return ("", text) };
    rest.split_once("\n---").unwrap_or(("", text))
}

fn words(text: &str) -> u64 {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count() as u64
}

fn mentions(text: &str, stems: &[&str]) -> bool {
    let text = text.to_lowercase();
    text.split(|c: char| !c.is_alphanumeric()).any(|word| stems.iter().any(|stem| word.starts_with(stem)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;

    fn found(files: &[(&str, &str)]) -> Vec<(String, u64, bool, bool)> {
        let roles = Roles::load(&Bundle::policies()).expect("the table of documents");
        let list = collect(&Tree::of(files), &roles);
        list.into_iter()
            .map(|template| (template.kind, template.questions, template.defect, template.security))
            .collect()
    }

    #[test]
    fn forms_templates_and_choosers() {
        let form = "name: Bug report\nlabels: [bug]\nbody:\n  - type: markdown\n    attributes: {value: Thanks}\n  - type: input\n    \
                    attributes: {label: Which version?}\n  - type: textarea\n    attributes: {label: What happened?}\n";
        let chooser = "blank_issues_enabled: false\ncontact_links:\n  - name: Security\n    url: https://x.net\n    about: Report a vulnerability\n";
        let template = "---\nname: Bug\nabout: Something is wrong\n---\n## What happened\n<!-- Please say what you did. -->\n## Version\n";
        let files = [
            (".github/ISSUE_TEMPLATE/bug.yml", form),
            (".github/ISSUE_TEMPLATE/config.yml", chooser),
            (".gitlab/issue_templates/Bug.md", template),
        ];
        let expected = [("form", 2, true, false), ("chooser", 0, false, true), ("template", 2, true, false)];
        let found = found(&files);
        let found: Vec<_> =
            found.iter().map(|(kind, q, defect, security)| (kind.as_str(), *q, *defect, *security)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_feature_template_is_no_defect_guide() {
        let found =
            found(&[(".github/ISSUE_TEMPLATE/feature.md", "---\nname: Feature request\n---\n## What is missing\n")]);
        assert_eq!(found, [("template".to_owned(), 1, false, false)]);
    }
}
