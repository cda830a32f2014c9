//! The samples in topic files: texts with the class that each must have, read by the matcher as documents of their own.

use std::collections::BTreeSet;
use std::fmt;

use super::matcher::Matcher;
use super::model::{Document, Library, Section, Target};
use super::roles::Roles;
use super::{TopicFinding, content, markdown, topic};
use crate::bundle::Bundle;
use crate::collect::path::RepoPath;

/// A sample that reads otherwise than its topic file says.
#[derive(Debug, Clone)]
pub struct WrongSample {
    /// The topic.
    pub topic: String,
    /// Its place under `tests`, from 0.
    pub number: usize,
    /// The class that the file names.
    pub wanted: String,
    /// What the matcher found: class, slots filled, slots missing.
    pub found: String,
    /// The text.
    pub text: String,
}

impl fmt::Display for WrongSample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}] wants {}, is {}\n    {:?}", self.topic, self.number, self.wanted, self.found, self.text)
    }
}

/// Reads the samples of all topics: their number, and those that are not read as they should be.
///
/// # Errors
/// A topic file or table that is malformed, with its path.
pub fn check(policies: &Bundle) -> Result<(usize, Vec<WrongSample>), String> {
    let matcher = Matcher::load(policies)?;
    let topics = topic::load(policies);
    if let Some(error) = topics.errors.first() {
        return Err(error.to_string());
    }
    let roles = Roles::load(policies)?;
    let mut wrong = Vec::new();
    for (name, topic) in &topics.by_name {
        for (number, sample) in topic.tests.iter().enumerate() {
            let role =
                sample.role.as_deref().or_else(|| topic.roles.iter().next().map(String::as_str)).unwrap_or("readme");
            let path = sample.path.clone().unwrap_or_else(|| path_of(role));
            let mut found = matcher.read(&library(vec![document(&path, &[role], &sample.text, &roles)]));
            let Some(finding) = found.remove(name) else { continue };
            let same = |wanted: &Option<BTreeSet<String>>, found: &[String]| {
                wanted.as_ref().is_none_or(|wanted| wanted.iter().eq(found.iter().collect::<BTreeSet<_>>()))
            };
            if !fits(&sample.class, &finding.class)
                || !same(&sample.slots, &finding.slots)
                || !same(&sample.missing, &finding.missing)
            {
                wrong.push(WrongSample {
                    topic: name.clone(),
                    number,
                    wanted: sample.class.clone(),
                    found: shown(&finding),
                    text: sample.text.clone(),
                });
            }
        }
    }
    Ok((topics.by_name.values().map(|topic| topic.tests.len()).sum(), wrong))
}

/// `absent` in a sample stands for everything that counts as not found.
pub(super) fn fits(wanted: &str, class: &str) -> bool {
    wanted == class || wanted == "absent" && matches!(class, "deferred" | "placeholder")
}

fn shown(finding: &TopicFinding) -> String {
    format!("{} with {:?}, without {:?}", finding.class, finding.slots, finding.missing)
}

/// A text in Markdown as a document with some roles.
pub(super) fn document(path: &str, names: &[&str], text: &str, roles: &Roles) -> Document {
    let parsed = markdown::parse(text, names.iter().any(|role| role.ends_with("template")));
    let mut document = Document {
        path: path.to_owned(),
        roles: names.iter().map(|role| (*role).to_owned()).collect(),
        title: parsed.title,
        sections: parsed.sections,
        ..Document::default()
    };
    resolve(&mut document.sections);
    content::weigh(&mut document, roles);
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

pub(super) fn library(mut documents: Vec<Document>) -> Library {
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    Library { documents, complete: true, ..Library::default() }
}

/// Where a document of a role usually lies.
pub(super) fn path_of(role: &str) -> String {
    match role {
        "docs" => "docs/page.md".to_owned(),
        role => format!("{}.md", role.to_uppercase()),
    }
}
