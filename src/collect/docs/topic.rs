//! Topics of prose: what a document has to say about one subject, as data in `policies/topics/<name>.yaml`.
//!
//! A topic file has these keys; all but `topic`, `title`, `roles` and `slots` may be left out:
//!
//! | key | meaning |
//! |---|---|
//! | `topic` | the name of the file |
//! | `title` | for people |
//! | `roles` | documents of these roles are wholly about the topic: their whole text is its own |
//! | `also` | in documents of these roles, own-topic headings and blocks count |
//! | `health` | health files that may hold it in the owner's fallback repository, own one first |
//! | `fallback` | whether the owner's fallback repository may hold it |
//! | `headings` | phrases; a heading that contains one is the topic's own, with everything below it |
//! | `head` | unambiguous phrases: alone they make a `mention`, with a slot in the same block a `partial` |
//! | `deny` | phrases whose negation denies the topic |
//! | `refuse` | phrases that deny the topic as they stand, without any negation: "findings are informational only" |
//! | `exclude` | phrases that show another subject: a heading that contains one takes its section out, a block that contains one is taken out alone |
//! | `exclude_headings` | the same for headings alone: what stands in the text excludes nothing, and neither does a heading that contains a phrase of `head` |
//! | `links` | a link whose label, sentence or target contains one is given for the topic |
//! | `scope` | where all slots must meet: `section` (with its subsections; a whole document of `roles`), `block` (with its lead-in), `document` (all own text of one document), `linked` (two linked documents) |
//! | `code` | whether code blocks count as text for phrases |
//! | `own` | whether `stated` needs an own-topic heading or document; `false`: any section of a fitting document |
//! | `min_words` | words that the section or document needs for `stated` |
//! | `slots` | what has to be said |
//! | `need` | how many slots make `stated`; default: all that are not optional |
//! | `required` | slots that must be among them |
//! | `tests` | texts in Markdown and the class they have: `text`, `class` (`absent` also stands for `deferred` and `placeholder`), and if needed `role` (default: the first of `roles`), `path`, `slots` (exactly those filled), `missing` |
//!
//! A slot has a `name` and is filled by any of its phrases (`any`) or recognisers (`kinds`), in an affirmative sentence that is neither a
//! question, nor an announcement, nor filled with placeholders. Further keys:
//!
//! | key | meaning |
//! |---|---|
//! | `optional` | not needed for `stated` |
//! | `within` | all slots with this key must be filled inside one run of that many sentences of one section; a lead-in or table header belongs to the sentence of each of its bullets or rows |
//! | `polarity` | `affirmative` (default), `asked` (questions too: "Found a bug?"), `negative` (only a negated phrase fills it), `any`; for subjects and conditions, whose sentence may be negative as a whole, use `any` |
//! | `not` | phrases that void the slot when they stand in the same sentence |
//! | `with` | the name of another slot that must be filled in the same sentence |
//! | `least` | how many times it must be filled, counted by different blocks (bullets, rows, paragraphs) or by different words, whichever is more; a diagram or list is enough alone; default 1 |
//! | `alone` | whether this slot alone makes a `partial`; `false` for subjects that stand in many texts; default true |
//! | `heading` | whether a heading that contains one of its phrases fills it too; a unit whose slots are all filled by headings is never `stated` |
//! | `code` | whether code blocks count for this slot's phrases, whatever the topic says; recognisers of commands and diagrams always see code |
//!
//! Phrases: see [`super::phrase`]. A negator written in a phrase (`not supported`) belongs to the phrase and does not negate it.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Arc;

use serde::Deserialize;

use super::phrase::Phrase;
use super::recognise::Kind;
use crate::bundle::Bundle;

/// One topic, ready for matching.
#[derive(Debug, Clone)]
pub(crate) struct Topic {
    pub(crate) name: String,
    pub(crate) roles: BTreeSet<String>,
    pub(crate) also: BTreeSet<String>,
    pub(crate) health: Vec<String>,
    pub(crate) fallback: bool,
    pub(crate) headings: Vec<Phrase>,
    pub(crate) head: Vec<Phrase>,
    pub(crate) deny: Vec<Phrase>,
    pub(crate) refuse: Vec<Phrase>,
    pub(crate) exclude: Vec<Phrase>,
    pub(crate) exclude_headings: Vec<Phrase>,
    pub(crate) links: Vec<Phrase>,
    pub(crate) scope: Scope,
    pub(crate) code: bool,
    pub(crate) own: bool,
    pub(crate) min_words: u64,
    pub(crate) slots: Vec<Slot>,
    /// How many slots make `stated`; all that are not optional where it is not given.
    pub(crate) need: Option<usize>,
    /// Slots that must be among them.
    pub(crate) required: BTreeSet<String>,
    pub(crate) tests: Vec<Sample>,
}

/// Where all slots must meet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    #[default]
    Section,
    Block,
    Document,
    Linked,
}

/// Which sentences may fill a slot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wanted {
    #[default]
    Affirmative,
    /// Affirmative sentences and questions.
    Asked,
    Negative,
    Any,
}

/// One thing to be said.
#[derive(Debug, Clone)]
pub(crate) struct Slot {
    pub(crate) name: String,
    pub(crate) any: Vec<Phrase>,
    pub(crate) kinds: Vec<Kind>,
    pub(crate) optional: bool,
    pub(crate) within: Option<usize>,
    pub(crate) polarity: Wanted,
    pub(crate) not: Vec<Phrase>,
    pub(crate) with: Option<String>,
    pub(crate) least: usize,
    pub(crate) heading: bool,
    pub(crate) code: bool,
    pub(crate) alone: bool,
}

/// A text and the class it must have.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    pub(crate) text: String,
    pub(crate) class: String,
    pub(crate) role: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) slots: Option<BTreeSet<String>>,
    pub(crate) missing: Option<BTreeSet<String>>,
}

/// What is wrong with a topic file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {why}")]
pub(crate) struct TopicError {
    pub(crate) path: String,
    pub(crate) why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TopicFile {
    topic: String,
    title: String,
    roles: BTreeSet<String>,
    #[serde(default)]
    also: BTreeSet<String>,
    #[serde(default)]
    health: Vec<String>,
    #[serde(default)]
    fallback: bool,
    #[serde(default)]
    headings: Vec<String>,
    #[serde(default)]
    head: Vec<String>,
    #[serde(default)]
    deny: Vec<String>,
    #[serde(default)]
    refuse: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
    #[serde(default)]
    exclude_headings: Vec<String>,
    #[serde(default)]
    links: Vec<String>,
    #[serde(default)]
    scope: Scope,
    #[serde(default)]
    code: bool,
    #[serde(default = "yes")]
    own: bool,
    #[serde(default)]
    min_words: u64,
    slots: Vec<SlotFile>,
    need: Option<usize>,
    #[serde(default)]
    required: BTreeSet<String>,
    #[serde(default)]
    tests: Vec<Sample>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SlotFile {
    name: String,
    #[serde(default)]
    any: Vec<String>,
    #[serde(default)]
    kinds: Vec<Kind>,
    #[serde(default)]
    optional: bool,
    within: Option<usize>,
    #[serde(default)]
    polarity: Wanted,
    #[serde(default)]
    not: Vec<String>,
    with: Option<String>,
    #[serde(default = "one")]
    least: usize,
    #[serde(default)]
    heading: bool,
    #[serde(default)]
    code: bool,
    #[serde(default = "yes")]
    alone: bool,
}

fn yes() -> bool {
    true
}

fn one() -> usize {
    1
}

/// Roles that documents have, see [`super::model::Document::roles`].
pub(crate) const ROLES: &[&str] = &[
    "readme",
    "security",
    "contributing",
    "support",
    "governance",
    "maintainers",
    "codeowners",
    "changelog",
    "license",
    "code_of_conduct",
    "architecture",
    "threat_model",
    "assessment",
    "release",
    "release_text",
    "roadmap",
    "dependencies",
    "testing",
    "build",
    "install",
    "usage",
    "api_reference",
    "cli",
    "file_format",
    "adr",
    "advisories",
    "subprojects",
    "authors",
    "agreement",
    "issue_template",
    "issue_chooser",
    "change_template",
    "docs",
];

/// The topics of a bundle.
#[derive(Debug)]
pub(crate) struct Topics {
    /// Those that are well formed.
    pub(crate) by_name: BTreeMap<String, Topic>,
    /// What is wrong with the others.
    pub(crate) errors: Vec<TopicError>,
}

/// All topics of the policies.
pub(crate) fn load(policies: &Bundle) -> Arc<Topics> {
    let Ok(topics) = policies.prepared(|policies| Ok::<_, Infallible>(from_bundle(policies)));
    topics
}

fn from_bundle(policies: &Bundle) -> Topics {
    let mut topics = BTreeMap::new();
    let mut errors = Vec::new();
    for (path, text) in policies.under("topics").filter(|(path, _)| path.ends_with(".yaml") || path.ends_with(".yml")) {
        match parse(path, text) {
            Ok(topic) => {
                topics.insert(topic.name.clone(), topic);
            }
            Err(why) => errors.push(TopicError { path: path.to_owned(), why }),
        }
    }
    Topics { by_name: topics, errors }
}

/// The names of all topic files.
pub(crate) fn names(policies: &Bundle) -> impl Iterator<Item = String> {
    policies.under("topics").map(|(path, _)| name_of(path).to_owned())
}

/// The name of a topic by the path of its file.
pub(crate) fn name_of(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// One topic file.
pub(crate) fn parse(path: &str, text: &str) -> Result<Topic, String> {
    let file: TopicFile = crate::yaml::from_str(text).map_err(|error| error.to_string())?;
    if file.topic != name_of(path) {
        return Err(format!("`topic: {}` is not the name of the file", file.topic));
    }
    if file.title.trim().is_empty() {
        return Err("the title is empty".to_owned());
    }
    for role in file
        .roles
        .iter()
        .chain(&file.also)
        .chain(&file.health)
        .chain(file.tests.iter().filter_map(|test| test.role.as_ref()))
    {
        if !ROLES.contains(&role.as_str()) {
            return Err(format!("no document has the role `{role}`"));
        }
    }
    if file.roles.is_empty() && file.also.is_empty() {
        return Err("it has neither `roles` nor `also`".to_owned());
    }
    for sample in &file.tests {
        if !CLASSES.contains(&sample.class.as_str()) {
            return Err(format!("a test has the class `{}`, which does not exist", sample.class));
        }
    }
    let slots: Vec<Slot> = file.slots.into_iter().map(slot).collect::<Result<_, _>>()?;
    check_slots(&slots, &file.required, file.need)?;
    Ok(Topic {
        name: file.topic,
        roles: file.roles,
        also: file.also,
        health: file.health,
        fallback: file.fallback,
        headings: phrases(&file.headings)?,
        head: phrases(&file.head)?,
        deny: phrases(&file.deny)?,
        refuse: phrases(&file.refuse)?,
        exclude: phrases(&file.exclude)?,
        exclude_headings: phrases(&file.exclude_headings)?,
        links: phrases(&file.links)?,
        scope: file.scope,
        code: file.code,
        own: file.own,
        min_words: file.min_words,
        slots,
        need: file.need,
        required: file.required,
        tests: file.tests,
    })
}

/// The classes of [`super::TopicFinding`], best first.
pub(crate) const CLASSES: &[&str] =
    &["stated", "contradicted", "denied", "partial", "mention", "foreign", "placeholder", "deferred", "absent"];

fn slot(file: SlotFile) -> Result<Slot, String> {
    if file.any.is_empty() && file.kinds.is_empty() {
        return Err(format!("nothing fills the slot `{}`", file.name));
    }
    if file.within == Some(0) || file.least == 0 {
        return Err(format!("`within` and `least` of the slot `{}` start at 1", file.name));
    }
    Ok(Slot {
        any: phrases(&file.any)?,
        not: phrases(&file.not)?,
        name: file.name,
        kinds: file.kinds,
        optional: file.optional,
        within: file.within,
        polarity: file.polarity,
        with: file.with,
        least: file.least,
        heading: file.heading,
        code: file.code,
        alone: file.alone,
    })
}

fn check_slots(slots: &[Slot], required: &BTreeSet<String>, need: Option<usize>) -> Result<(), String> {
    let names: BTreeSet<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
    if slots.is_empty() {
        return Err("it has no slots".to_owned());
    }
    if names.len() < slots.len() {
        return Err("two slots have one name".to_owned());
    }
    if let Some(unknown) = required
        .iter()
        .chain(slots.iter().filter_map(|slot| slot.with.as_ref()))
        .find(|name| !names.contains(name.as_str()))
    {
        return Err(format!("there is no slot `{unknown}`"));
    }
    match need {
        Some(need) if need == 0 || need > slots.len() => {
            Err(format!("`need: {need}` does not fit {} slots", slots.len()))
        }
        _ => Ok(()),
    }
}

fn phrases(texts: &[String]) -> Result<Vec<Phrase>, String> {
    texts.iter().map(|text| Phrase::parse(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn every_topic_file_is_well_formed() {
        let topics = load(&Bundle::policies());
        let errors = &topics.errors;
        let told: Vec<String> = errors.iter().map(ToString::to_string).collect();
        assert!(told.is_empty(), "{}", told.join("\n"));
    }

    #[rstest]
    #[case::name("topic: b\ntitle: T\nroles: [readme]\nslots: [{name: s, any: [x]}]\n", "not the name")]
    #[case::key("topic: a\ntitle: T\nroles: [readme]\nheadngs: []\nslots: [{name: s, any: [x]}]\n", "unknown field")]
    #[case::role("topic: a\ntitle: T\nroles: [rdme]\nslots: [{name: s, any: [x]}]\n", "no document has the role")]
    #[case::kind("topic: a\ntitle: T\nroles: [readme]\nslots: [{name: s, kinds: [mailbox]}]\n", "unknown variant")]
    #[case::empty_slot("topic: a\ntitle: T\nroles: [readme]\nslots: [{name: s}]\n", "nothing fills")]
    #[case::no_slots("topic: a\ntitle: T\nroles: [readme]\nslots: []\n", "no slots")]
    #[case::need("topic: a\ntitle: T\nroles: [readme]\nslots: [{name: s, any: [x]}]\nneed: 2\n", "does not fit")]
    #[case::required(
        "topic: a\ntitle: T\nroles: [readme]\nslots: [{name: s, any: [x]}]\nrequired: [t]\n",
        "no slot `t`"
    )]
    #[case::phrase("topic: a\ntitle: T\nroles: [readme]\nslots: [{name: s, any: [\"(x\"]}]\n", "not closed")]
    #[case::class(
        "topic: a\ntitle: T\nroles: [readme]\nslots: [{name: s, any: [x]}]\ntests: [{text: x, class: said}]\n",
        "does not exist"
    )]
    fn refuses(#[case] text: &str, #[case] why: &str) {
        let error = parse("topics/a.yaml", text).expect_err("refused");
        assert!(error.contains(why), "{error}");
    }

    #[test]
    fn defaults() {
        let topic = parse(
            "topics/a.yaml",
            "topic: a\ntitle: T\nroles: [readme]\nslots: [{name: s, any: [x]}, {name: t, any: [y], optional: true}]\n",
        )
        .expect("a topic");
        assert!(topic.own && !topic.code && !topic.fallback);
        assert_eq!((topic.need, topic.scope), (None, Scope::Section));
    }
}
