//! Tests of the matcher: the samples in every topic file, and a table of its own for polarity, places and links.

use std::collections::{BTreeMap, BTreeSet};

use super::matcher::Matcher;
use super::model::{Document, Library, Section, Target};
use super::roles::Roles;
use super::{TopicFinding, content, markdown, topic};
use crate::bundle::Bundle;
use crate::collect::path::RepoPath;

pub(super) fn document(path: &str, roles: &[&str], text: &str, policies: &Bundle) -> Document {
    let parsed = markdown::parse(text, roles.iter().any(|role| role.ends_with("template")));
    let mut document = Document {
        path: path.to_owned(),
        roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        title: parsed.title,
        sections: parsed.sections,
        ..Document::default()
    };
    resolve(&mut document.sections);
    content::weigh(&mut document, &Roles::load(policies).expect("the roles"));
    document
}

fn resolve(sections: &mut [Section]) {
    for link in sections.iter_mut().flat_map(|section| &mut section.blocks).flat_map(|block| &mut block.links) {
        link.to = match link.target.as_str() {
            target if target.starts_with("mailto:") => Target::Mail,
            target if target.contains("://") => Target::Outside,
            target if target.starts_with('#') => Target::Anchor,
            target => Target::Tree(RepoPath::new(target.as_bytes().to_vec())),
        };
    }
}

pub(super) fn library(documents: Vec<Document>) -> Library {
    let mut documents = documents;
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    Library { documents, complete: true, ..Library::default() }
}

fn path_of(role: &str) -> String {
    match role {
        "docs" => "docs/page.md".to_owned(),
        role => format!("{}.md", role.to_uppercase()),
    }
}

fn shown(finding: &TopicFinding) -> String {
    format!(
        "{} slots {:?} missing {:?} at {:?}",
        finding.class,
        finding.slots,
        finding.missing,
        finding.findings.first()
    )
}

/// `absent` in a sample stands for everything that counts as not found.
fn fits(wanted: &str, class: &str) -> bool {
    wanted == class || wanted == "absent" && matches!(class, "deferred" | "placeholder")
}

#[test]
fn every_topic_reads_its_samples() {
    let policies = Bundle::policies();
    let (matcher, errors) = Matcher::load(&policies).expect("the tables");
    assert!(errors.is_empty(), "{errors:?}");
    let (topics, _) = topic::load(&policies);
    let mut wrong = Vec::new();
    for (name, topic) in &topics {
        for (number, sample) in topic.tests.iter().enumerate() {
            let role =
                sample.role.as_deref().or_else(|| topic.roles.iter().next().map(String::as_str)).unwrap_or("readme");
            let path = sample.path.clone().unwrap_or_else(|| path_of(role));
            let found = matcher.read(&library(vec![document(&path, &[role], &sample.text, &policies)]));
            let Some(finding) = found.get(name) else { continue };
            let slots: BTreeSet<String> = finding.slots.iter().cloned().collect();
            let missing: BTreeSet<String> = finding.missing.iter().cloned().collect();
            if !fits(&sample.class, &finding.class)
                || sample.slots.as_ref().is_some_and(|wanted| *wanted != slots)
                || sample.missing.as_ref().is_some_and(|wanted| *wanted != missing)
            {
                wrong.push(format!(
                    "{name}[{number}] wants {} is {}\n    {:?}",
                    sample.class,
                    shown(finding),
                    sample.text
                ));
            }
        }
    }
    let total: usize = topics.values().map(|topic| topic.tests.len()).sum();
    assert!(wrong.is_empty(), "{} of {total} samples:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_topic_tests_its_forms() {
    let (topics, _) = topic::load(&Bundle::policies());
    let lacking: BTreeMap<&str, usize> = topics
        .iter()
        .filter(|(_, topic)| topic.tests.len() < 4)
        .map(|(name, topic)| (name.as_str(), topic.tests.len()))
        .collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}
