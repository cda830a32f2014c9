//! Section `docs`: documents of the project and what they say, topic by topic.

mod asciidoc;
mod changelog;
mod content;
mod discover;
mod form;
mod html;
pub(crate) mod index;
mod inline;
mod interfaces;
mod issues;
mod keys;
mod markdown;
pub(crate) mod matcher;
pub(crate) mod model;
mod outline;
pub(crate) mod phrase;
mod plain;
pub(crate) mod polarity;
pub(crate) mod reading;
pub(crate) mod recognise;
mod resolve;
mod restructured;
mod restructured_inline;
mod roles;
pub mod samples;
mod site_roots;
mod sites;
mod space;
#[cfg(test)]
mod table;
pub(crate) mod template;
pub(crate) mod topic;
mod unit;
pub(crate) mod words;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use self::matcher::Matcher;
use self::model::{Document, Library};
use self::roles::Roles;
pub(crate) use self::template::has_placeholder;
use super::Context;
use super::deps::Deps;
use super::insights::Insights;
use super::releases::{Tagged, newest_text};
use super::tree::Tree;
use crate::model::fact::{Fact, Reason};

/// What is known about the documents.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Docs {
    /// Every document that was read, without its text.
    pub documents: Fact<Vec<DocumentFact>>,
    /// The change log, at the head and in the tree of the newest release's tag.
    pub changelog: Fact<Vec<ChangelogSection>>,
    /// Change-log files that exist, whatever they hold.
    pub changelog_files: Fact<Vec<ChangelogFile>>,
    /// Documentation sites, wikis and other places outside the tree.
    pub sites: Fact<Vec<Site>>,
    /// What the documents say, by the name of the topic (policies/topics/).
    pub topics: BTreeMap<String, Fact<TopicFinding>>,
    /// Whether everything that could speak about a topic was read: known `true` means that not finding it is absence; known `false` that
    /// a place outside has to be looked at by a person; unknown that more access would read it.
    pub closed: BTreeMap<String, Fact<bool>>,
    /// The places that were not read, by topic.
    pub doors: BTreeMap<String, Fact<Vec<Door>>>,
    /// Files and sections about data that other requirements read: specifications of interfaces.
    pub interfaces: Fact<Vec<Interface>>,
    /// Forms and templates for issues.
    pub issue_templates: Fact<Vec<IssueTemplate>>,
    /// Keys named for verifying releases: files and fingerprints.
    pub key_files: Fact<Vec<String>>,
}

/// One document, without its text.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DocumentFact {
    /// Its path.
    pub path: String,
    /// Its roles, such as `security`, `contributing`, `readme`.
    pub roles: Vec<String>,
    /// How it was found: `root`, `dir`, `site_root`, `link`.
    pub via: String,
    /// Words of body text, without markup, badges and licence headers.
    pub words: u64,
    /// `ok`, `empty`, `short`, `pointer`, `lfs_pointer`, `broken_link`, `truncated`, `unreadable`.
    pub state: String,
    /// For a pointer: where it points.
    pub target: Option<String>,
    /// Whether its language is not English.
    pub foreign: bool,
}

/// One section of a change log.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChangelogSection {
    /// The file.
    pub path: String,
    /// `head` or `release`.
    pub at: String,
    /// The line of the heading.
    pub line: u64,
    /// The version it names.
    pub version: String,
    /// Its entries that say something: bullets or sentences.
    pub entries: u64,
    /// Words in it.
    pub words: u64,
    /// Whether it holds nothing but a generic phrase or a compare link.
    pub generic: bool,
}

/// A change-log file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ChangelogFile {
    /// The file.
    pub path: String,
    /// `head` or `release`.
    pub at: String,
    /// `ok`, `empty`, `pointer`.
    pub state: String,
    /// For a pointer: where it points.
    pub target: Option<String>,
}

/// A place outside the tree.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Site {
    /// Its address.
    pub url: String,
    /// The label or field that gives it.
    pub label: String,
    /// `docs`, `api`, `wiki`, `homepage`, `policy`, `download`.
    pub kind: String,
    /// The file that gives it.
    #[serde(rename = "where")]
    pub place: String,
    /// The line in that file.
    pub line: Option<u64>,
    /// Whether its sources lie in this tree.
    pub source_in_tree: bool,
}

/// A place that may speak about a topic and was not read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Door {
    /// `fallback` (the owner's health files), `site`, `link`, `release_body`, `unread` (a document of the tree that could not be read),
    /// `draft` (one with blanks that wait to be filled in).
    pub kind: String,
    /// Its address, or what has to be read.
    #[serde(rename = "where")]
    pub place: String,
    /// The file that leads there.
    pub path: Option<String>,
    /// The line in that file.
    pub line: Option<u64>,
}

/// What all documents together say about one topic.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TopicFinding {
    /// The best class found: `stated`, `partial`, `mention`, `contradicted` (stated in one place and denied in another), `denied`, `foreign`
    /// (a document of the right role in another language), `placeholder`, `deferred`, `absent`.
    pub class: String,
    /// The slots filled at the best place.
    pub slots: Vec<String>,
    /// The slots missing there.
    pub missing: Vec<String>,
    /// Slots filled anywhere in documents of a fitting role.
    pub slots_anywhere: Vec<String>,
    /// The places, best first.
    pub findings: Vec<TopicPlace>,
    /// Links for this topic that lead out of the tree.
    pub links: Vec<TopicLink>,
    /// Whether a document of the topic's role exists in the tree, and its state: `ok`, `empty`, `short`, `placeholder`, `pointer`, `none`.
    pub document: String,
    /// Its path.
    pub document_path: Option<String>,
    /// Words of the document or section at the best place.
    pub words: u64,
}

/// One place that speaks about a topic.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TopicPlace {
    /// The class of this place.
    pub class: String,
    /// The file.
    pub path: String,
    /// The role it has for this topic.
    pub role: String,
    /// The heading path, outermost first, joined by ` › `.
    pub heading: String,
    /// The line.
    pub line: u64,
    /// The slots filled here, and with which words.
    pub slots: BTreeMap<String, String>,
    /// A short quotation.
    pub quote: String,
}

/// A link out of the tree that is given for a topic.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct TopicLink {
    /// Its address.
    pub url: String,
    /// Its label.
    pub label: String,
    /// The file.
    pub path: String,
    /// The line.
    pub line: u64,
    /// Whether it stands in an affirmative sentence that sends the reader there.
    pub affirmative: bool,
}

/// The description of an interface.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Interface {
    /// `library`, `command_line`, `network_api`, `file_format`.
    pub kind: String,
    /// What shows that the project has such an interface: a manifest, a specification.
    pub detected_by: String,
    /// The document or specification that describes it; `null` when none was found.
    pub described_by: Option<String>,
    /// `parsed` (with descriptions), `bare` (without any), `unparsable`, `document`, `reference_site`; `null` when nothing describes it.
    pub state: Option<String>,
}

/// A form or template for issues.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct IssueTemplate {
    /// The file.
    pub path: String,
    /// `form`, `template` or `chooser`.
    pub kind: String,
    /// Questions or headings it has.
    pub questions: u64,
    /// Words of prompt.
    pub words: u64,
    /// Whether it is about defects (by its name, title, labels or text).
    pub defect: bool,
    /// Whether it is about security.
    pub security: bool,
}

/// Finds and reads the documents of the tree.
pub(crate) fn library(cx: &Context<'_>, insights: &Insights, tagged: &Tagged) -> Library {
    let read = Roles::load(cx.policies).and_then(|roles| {
        let mut library = discover::library(cx, &roles);
        owners_documents(cx, &roles, &mut library);
        library.sites = sites::collect(cx, &library.documents, insights)?;
        release_text(cx, &roles, tagged, &mut library);
        Ok(library)
    });
    read.unwrap_or_else(|defect| Library { defect: Some(defect), ..Library::default() })
}

/// Adds what the newest release says of itself on the forge.
fn release_text(cx: &Context<'_>, roles: &Roles, tagged: &Tagged, library: &mut Library) {
    let Ok(newest) = newest_text(cx, tagged) else { return };
    library.release_read = true;
    let Some((tag, text)) = newest else { return };
    let tree = Tree::of_texts([("README.md", text)]);
    let read = discover::library(&Context { tree: &tree, clone: None, ..*cx }, roles);
    library.release_read = read.complete;
    library.release = read.documents.into_iter().next().map(|document| Document {
        path: format!("release {tag}"),
        roles: std::iter::once("release_text".to_owned()).collect(),
        ..document
    });
}

/// Adds the owner's health files. They hold only where the repository has none of its own for the same purpose.
fn owners_documents(cx: &Context<'_>, roles: &Roles, library: &mut Library) {
    let Some(asked) = cx.forge else { return };
    let (Ok(fallback), Some(owner)) = (&asked.seen.fallback, &cx.subject.owner) else { return };
    let tree = Tree::of_texts(fallback.texts.iter().map(|file| (file.path.as_str(), file.text.as_str())));
    let theirs = discover::library(&Context { tree: &tree, clone: None, ..*cx }, roles);
    for mut document in theirs.documents {
        let health = |role: &&String| ["security", "contributing", "support", "governance"].contains(&role.as_str());
        let held = |role: &String| library.documents.iter().any(|own| own.has_role(role));
        let mut lends = document.roles.iter().filter(health);
        if lends.next().is_some() && !document.roles.iter().filter(health).any(held) {
            document.path = format!("{owner}/.github:{}", document.path);
            library.documents.push(document);
        }
    }
    library.documents.sort_by(|a, b| a.path.cmp(&b.path));
}

/// The documents as facts.
fn documents(cx: &Context<'_>, library: &Library) -> Fact<Vec<DocumentFact>> {
    if let Some(defect) = &library.defect {
        return Fact::broken(Reason::ParseError, defect.as_str(), cx.src);
    }
    let documents = library.documents.iter().map(|document| DocumentFact {
        path: document.path.clone(),
        roles: document.roles.iter().cloned().collect(),
        via: document.via.name().to_owned(),
        words: document.words,
        state: document.state.name().to_owned(),
        target: document.target.as_ref().map(|target| target.target.clone()),
        foreign: document.foreign,
    });
    Fact::seen(documents.collect(), library.complete, cx.src)
}

/// What the documents say, by topic. A table or topic of ours that does not parse is a defect of every topic that needs it.
fn topics(cx: &Context<'_>, library: &Library, known: &topic::Topics) -> BTreeMap<String, Fact<TopicFinding>> {
    let names = || topic::names(cx.policies);
    let broken = |why: &str| Fact::broken(Reason::ParseError, why, cx.src);
    if let Some(defect) = &library.defect {
        return names().map(|name| (name, broken(defect))).collect();
    }
    let matcher = match Matcher::load(cx.policies) {
        Ok(matcher) => matcher,
        Err(why) => return names().map(|name| (name, broken(&why))).collect(),
    };
    let read = matcher.read(library);
    let mut topics: BTreeMap<String, Fact<TopicFinding>> =
        read.into_iter().map(|(name, finding)| (name, Fact::seen(finding, library.complete, cx.src))).collect();
    topics
        .extend(known.errors.iter().map(|error| (topic::name_of(&error.path).to_owned(), broken(&error.to_string()))));
    topics
}

/// What the documents say, topic by topic.
pub(crate) fn collect(cx: &Context<'_>, library: &Library, _insights: &Insights, deps: &Deps, tagged: &Tagged) -> Docs {
    let roles = Roles::load(cx.policies);
    let (changelog, changelog_files) = match &roles {
        Ok(roles) => changelog::collect(cx, roles, tagged),
        Err(why) => (Fact::broken(Reason::ParseError, why, cx.src), Fact::broken(Reason::ParseError, why, cx.src)),
    };
    let issue_templates = match &roles {
        Ok(roles) => Fact::seen(issues::collect(cx.tree, roles), cx.tree.complete(), cx.src),
        Err(why) => Fact::broken(Reason::ParseError, why, cx.src),
    };
    let known = topic::load(cx.policies);
    let mut docs = Docs {
        documents: documents(cx, library),
        changelog,
        changelog_files,
        sites: sites_fact(cx, library),
        topics: topics(cx, library, &known),
        closed: BTreeMap::new(),
        doors: BTreeMap::new(),
        interfaces: Fact::seen(interfaces::collect(cx, library, deps), library.complete, cx.src),
        issue_templates,
        key_files: Fact::seen(keys::collect(cx.tree), cx.tree.complete(), cx.src),
    };
    let templates = template::Templates::load(cx.policies).unwrap_or_default();
    let drafts = library.documents.iter().filter(|document| templates.is_draft(document));
    let drafts: Vec<_> = drafts.map(|document| (document.path.as_str(), &document.roles)).collect();
    // What is said about each topic, and the space in which it was looked for.
    for topic in known.by_name.values() {
        let finding = docs.topics.get(&topic.name).and_then(Fact::value);
        let (closed, doors) = match &roles {
            Ok(roles) => space::Space { cx, library, roles, tagged, drafts: &drafts }.of(topic, finding),
            Err(why) => (Fact::broken(Reason::ParseError, why.as_str(), cx.src), Vec::new()),
        };
        docs.closed.insert(topic.name.clone(), closed);
        docs.doors.insert(topic.name.clone(), Fact::known(doors, cx.src));
    }
    docs
}

fn sites_fact(cx: &Context<'_>, library: &Library) -> Fact<Vec<Site>> {
    match &library.defect {
        Some(defect) => Fact::broken(Reason::ParseError, defect.as_str(), cx.src),
        None => Fact::seen(library.sites.clone(), library.complete, cx.src),
    }
}
