//! Who controls a value that an expression can read, by the table of values.

use std::sync::Arc;

use serde::{Deserialize, Deserializer};

use super::commands::wildcard;
use super::filters;
use super::workflow::Trigger;
use crate::collect::Context;
use crate::collect::tables;

/// Names of lists below `github.event`.
const LISTS: &[&str] = &[
    "commits",
    "pages",
    "labels",
    "pull_requests",
    "branches",
    "assignees",
    "requested_reviewers",
    "requested_teams",
    "added",
    "modified",
    "removed",
];

/// Who controls a value, the most harmless first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Control {
    Safe,
    /// Who may push.
    Writer,
    /// Who may start the pipeline.
    Collaborator,
    /// Nobody here knows.
    Unclear,
    /// Anybody.
    Untrusted,
}

impl Control {
    /// As facts name it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Writer => "writer",
            Self::Collaborator => "collaborator",
            Self::Unclear => "unclear",
            Self::Untrusted => "untrusted",
        }
    }

    /// From a word of the tables.
    pub(super) fn of(word: &str) -> Self {
        match word {
            "safe" => Self::Safe,
            "writer" => Self::Writer,
            "collaborator" => Self::Collaborator,
            "untrusted" => Self::Untrusted,
            _ => Self::Unclear,
        }
    }
}

/// What the table says about a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    Controlled(Control),
    /// The reference of the run: it depends on the event.
    Reference,
    /// An input of a manual start.
    Input,
}

/// What a value says about code: `head`, `merge`, `number` or `base`.
pub(super) type Code = Option<String>;

#[derive(Debug, Deserialize)]
struct Entry {
    #[serde(deserialize_with = "parts")]
    name: Vec<String>,
    control: String,
    #[serde(default)]
    code: Option<String>,
}

/// The table of values.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Values {
    #[serde(default)]
    values: Vec<Entry>,
    #[serde(default)]
    github: Vec<String>,
    #[serde(default)]
    safe_leaves: Vec<String>,
    #[serde(default)]
    untrusted_leaves: Vec<String>,
    #[serde(default)]
    #[serde(deserialize_with = "all_parts")]
    objects: Vec<Vec<String>>,
}

/// A dotted name, taken apart.
fn parts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(String::deserialize(from)?.split('.').map(str::to_owned).collect())
}

fn all_parts<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<String>>, D::Error> {
    let names = Vec::<String>::deserialize(from)?;
    Ok(names.iter().map(|name| name.split('.').map(str::to_owned).collect()).collect())
}

impl Values {
    pub(super) fn load(cx: &Context<'_>) -> Arc<Self> {
        cx.policies.prepared(|policies| tables::load(policies, "ci_values")).unwrap_or_default()
    }

    /// What a dotted name means. Names of contexts that a scope resolves (`env`, `steps`, …) are none of its business.
    pub(super) fn meaning(&self, name: &str) -> (Meaning, Code) {
        let mut parts: Vec<&str> = name.split('.').collect();
        // An index into a list is no filter over different values.
        for index in 1..parts.len() {
            let list = parts.get(index - 1).is_some_and(|name| LISTS.contains(name));
            if let Some(part) = parts.get_mut(index).filter(|part| list && **part == "*") {
                *part = "[]";
            }
        }
        let meaning = |entry: &Entry| match entry.control.as_str() {
            "ref" => Meaning::Reference,
            "input" => Meaning::Input,
            word => Meaning::Controlled(Control::of(word)),
        };
        // A filter (`.*`) reads many values: the worst of them counts.
        let filtered = parts.iter().skip(2).any(|part| *part == "*");
        let fitting = self.values.iter().filter(|entry| fits(&entry.name, &parts, filtered));
        let found = if filtered {
            fitting.max_by_key(|entry| (Control::of(&entry.control), entry.control == "untrusted"))
        } else {
            fitting.into_iter().next()
        };
        if let Some(entry) = found {
            return (meaning(entry), entry.code.clone());
        }
        (Meaning::Controlled(self.by_leaf(&parts)), None)
    }

    fn by_leaf(&self, parts: &[&str]) -> Control {
        let leaf = parts.last().copied().unwrap_or_default();
        let any = |patterns: &[String], text: &str| patterns.iter().any(|pattern| wildcard(pattern, text));
        match parts {
            ["github", "event", rest @ ..] => {
                if any(&self.untrusted_leaves, leaf) || leaf == "*" {
                    return Control::Untrusted;
                }
                if self.objects.iter().any(|object| fits(object, rest, false)) {
                    return Control::Untrusted;
                }
                if any(&self.safe_leaves, leaf) { Control::Safe } else { Control::Unclear }
            }
            ["github", name] if self.github.iter().any(|known| known == name) => Control::Safe,
            _ => Control::Unclear,
        }
    }
}

/// Whether a pattern of names fits; with `filtered`, a `*` of the name fits any part of the pattern too.
fn fits(pattern: &[String], name: &[&str], filtered: bool) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((any, rest)), _) if any == "**" => (0..=name.len()).any(|skip| {
            name.get(skip..).is_some_and(|name| fits(rest, name, filtered) && (skip > 0 || !rest.is_empty()))
        }),
        (Some((part, pattern)), Some((word, name))) => {
            (wildcard(part, word) || filtered && *word == "*") && fits(pattern, name, filtered)
        }
        _ => false,
    }
}

/// What the reference of a run is worth on one event: who controls it, and whether a filter makes it harmless.
pub(super) fn reference_control(trigger: &Trigger) -> (Control, bool) {
    match trigger.event.as_str() {
        "push" => {
            let given = [&trigger.branches, &trigger.tags];
            let strict = given.iter().filter_map(|filter| filter.as_ref()).all(|patterns| filters::is_strict(patterns));
            let filtered = given.iter().any(|filter| filter.is_some())
                && trigger.branches_ignore.is_none()
                && trigger.tags_ignore.is_none();
            (Control::Writer, filtered && strict)
        }
        "create" | "delete" | "release" | "workflow_dispatch" | "deployment" | "deployment_status"
        | "registry_package" | "workflow_call" | "page_build" => (Control::Writer, false),
        _ => (Control::Safe, false),
    }
}

#[cfg(test)]
pub(super) fn table() -> Values {
    tables::load(&crate::bundle::Bundle::policies(), "ci_values").expect("it parses")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("github.event.issue.title", Control::Untrusted, None)]
    #[case("github.event.issue.number", Control::Safe, Some("number"))]
    #[case("github.event.issue.user.login", Control::Safe, None)]
    #[case("github.event.comment.body", Control::Untrusted, None)]
    #[case("github.event.discussion.body", Control::Untrusted, None)]
    #[case("github.event.commits.*.message", Control::Untrusted, None)]
    #[case("github.event.commits.*.author.name", Control::Untrusted, None)]
    #[case("github.event.commits.*.id", Control::Safe, None)]
    #[case("github.event.head_commit.message", Control::Untrusted, None)]
    #[case("github.event.head_commit.committer.email", Control::Untrusted, None)]
    #[case("github.event.pull_request.head.ref", Control::Untrusted, Some("head"))]
    #[case("github.event.pull_request.head.sha", Control::Safe, Some("head"))]
    #[case("github.event.pull_request.head.repo.full_name", Control::Safe, Some("head"))]
    #[case("github.event.pull_request.base.ref", Control::Safe, Some("base"))]
    #[case("github.event.workflow_run.display_title", Control::Untrusted, None)]
    #[case("github.event.workflow_run.head_branch", Control::Untrusted, Some("head"))]
    #[case("github.event.workflow_run.head_repository.description", Control::Untrusted, None)]
    #[case("github.event.workflow_run.id", Control::Safe, None)]
    #[case("github.event.pages.*.page_name", Control::Untrusted, None)]
    #[case("github.event.*.body", Control::Untrusted, None)]
    #[case("github.event.*.*.email", Control::Untrusted, None)]
    #[case("github.event.review.body", Control::Untrusted, None)]
    #[case("github.event.pull_request", Control::Untrusted, None)]
    #[case("github.event.issue", Control::Untrusted, None)]
    #[case("github.event", Control::Untrusted, None)]
    #[case("github", Control::Untrusted, None)]
    #[case("github.head_ref", Control::Untrusted, Some("head"))]
    #[case("github.actor", Control::Safe, None)]
    #[case("github.repository", Control::Safe, None)]
    #[case("github.event.release.tag_name", Control::Writer, None)]
    #[case("github.event.client_payload.x.y", Control::Collaborator, None)]
    #[case("github.event.issue.strange.thing", Control::Unclear, None)]
    #[case("github.new_thing", Control::Unclear, None)]
    #[case("github.event.repository.default_branch", Control::Safe, None)]
    #[case("github.event.pull_request.labels.*.name", Control::Untrusted, None)]
    #[case("github.event.pull_request.user.login", Control::Safe, None)]
    #[case("secrets.token", Control::Safe, None)]
    fn meanings(#[case] name: &str, #[case] control: Control, #[case] code: Option<&str>) {
        assert_eq!(table().meaning(name), (Meaning::Controlled(control), code.map(str::to_owned)));
    }

    #[rstest]
    #[case("github.ref_name", Meaning::Reference)]
    #[case("github.event.inputs.x", Meaning::Input)]
    fn special_meanings(#[case] name: &str, #[case] expected: Meaning) {
        assert_eq!(table().meaning(name).0, expected);
    }

    #[rstest]
    #[case("pull_request", None, (Control::Safe, false))]
    #[case("push", None, (Control::Writer, false))]
    #[case("push", Some("v*"), (Control::Writer, false))]
    #[case("push", Some("[0-9]+.[0-9]+.[0-9]+"), (Control::Writer, true))]
    #[case("workflow_dispatch", None, (Control::Writer, false))]
    fn references(#[case] event: &str, #[case] tag: Option<&str>, #[case] expected: (Control, bool)) {
        let trigger =
            Trigger { event: event.to_owned(), tags: tag.map(|tag| vec![tag.to_owned()]), ..Trigger::default() };
        assert_eq!(reference_control(&trigger), expected);
    }
}
