//! The claims of one file, field by field. What only the project's part holds is unknown while that part lies in a
//! parent file outside this tree.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::place::Places;
use super::{
    Contact, Format, Insights, InsightsAssessment, InsightsAttestation, InsightsFile, InsightsLink, InsightsTool,
    InsightsUrl,
};
use crate::collect::docs::has_placeholder;
use crate::collect::{Context, limits};
use crate::model::fact::{Fact, Reason, SourceId};
use crate::yaml::{Node, Value};

/// A file that nobody reviewed for longer than this says nothing about today.
const FRESH_DAYS: i64 = 365;
/// Unknown keys that are listed.
const MAX_KEYS: usize = 50;
/// Words that deny the claim they stand before.
const DENIALS: &[&str] = &["no", "not", "without", "never", "lacks", "missing"];

/// The file that a file inherits its project's part from.
pub(super) enum Parent {
    None,
    Read(Node),
    /// Read on the forge.
    Fetched(Node),
    Unread(String),
}

/// One file.
pub(super) struct Claims<'a> {
    pub(super) cx: &'a Context<'a>,
    pub(super) format: &'a Format,
    pub(super) path: String,
    pub(super) document: Node,
    pub(super) parent: Parent,
    pub(super) places: Places<'a>,
}

/// A node and whether it stands in the file itself, so that its line can be named.
#[derive(Clone, Copy)]
struct Found<'a> {
    node: &'a Node,
    own: bool,
}

impl<'a> Found<'a> {
    fn line(self) -> Option<u64> {
        self.own.then_some(self.node.line)
    }

    /// A text that says something, and does not wait to be filled in.
    fn filled(self) -> Option<String> {
        self.text().filter(|text| !has_placeholder(text))
    }

    fn get(self, key: &str) -> Option<Self> {
        Some(Self { node: self.node.get(key)?, own: self.own })
    }

    fn text(self) -> Option<String> {
        self.node.as_str().map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    /// The items of a list, or the one thing itself.
    fn each(self) -> Vec<Self> {
        match &self.node.value {
            Value::Sequence(items) => items.iter().map(|node| Self { node, own: self.own }).collect(),
            _ if self.node.is_null() => Vec::new(),
            _ => vec![self],
        }
    }

    fn flag(self) -> Option<bool> {
        let text = self.node.as_str()?.trim().to_lowercase();
        match text.as_str() {
            "true" | "yes" => Some(true),
            "false" | "no" => Some(false),
            _ => None,
        }
    }
}

impl Claims<'_> {
    pub(super) fn insights(&self) -> Insights {
        let age_days = self.age_days();
        Insights {
            present: Fact::known(Some(self.file()), self.cx.src),
            stale: Fact::known(self.is_stale(age_days), self.cx.src),
            age_days: Fact::known(age_days, self.cx.src),
            status: Fact::known(self.status(), self.cx.src),
            links: self.mixed(self.links()),
            contacts: self.mixed(self.contacts()),
            core_team: Fact::known(self.core_team(), self.cx.src),
            administrators: self.inherited(self.people("project.administrators")),
            repositories: self.inherited(self.repositories()),
            tools: Fact::known(self.tools(), self.cx.src),
            assessments: Fact::known(self.assessments(), self.cx.src),
            attestations: Fact::known(self.attestations(), self.cx.src),
            reports_accepted: self.inherited(self.first_flag(&[
                "project.vulnerability-reporting.reports-accepted",
                "vulnerability-reporting.accepts-vulnerability-reports",
            ])),
            accepts_changes: Fact::known(
                self.first_flag(&["repository.accepts-change-request", "contribution-policy.accepts-pull-requests"]),
                self.cx.src,
            ),
            no_third_party: Fact::known(self.no_third_party(), self.cx.src),
            license: Fact::known(self.at("repository.license.expression").and_then(Found::text), self.cx.src),
            urls: self.urls(),
        }
    }

    /// The address of a parent file whose project's part is missing here.
    fn missing_part(&self) -> Option<&str> {
        match &self.parent {
            Parent::Unread(address) if self.document.get("project").is_none() => Some(address),
            _ => None,
        }
    }

    fn inherited<T>(&self, value: T) -> Fact<T> {
        match self.missing_part() {
            Some(address) => Fact::unknown(Reason::NotRequested, format!("the parent file {address}"), self.cx.src),
            None => Fact::known(value, self.src()),
        }
    }

    /// What the facts rest on.
    fn src(&self) -> &'static [SourceId] {
        match (&self.parent, self.cx.src) {
            (Parent::Fetched(_), ["worktree"]) => &["worktree", "insights_parent"],
            (Parent::Fetched(_), _) => &["git", "insights_parent"],
            _ => self.cx.src,
        }
    }

    /// For what both parts may hold.
    fn mixed<T>(&self, value: T) -> Fact<T> {
        Fact::seen(value, self.missing_part().is_none(), self.src())
    }

    /// The node at a dotted path; the project's part may come from the parent file.
    fn at(&self, path: &str) -> Option<Found<'_>> {
        let part = path.split('.').next().unwrap_or_default();
        match &self.parent {
            Parent::Read(parent) | Parent::Fetched(parent)
                if part == "project" && self.document.get("project").is_none() =>
            {
                Some(Found { node: parent.at(path)?, own: false })
            }
            _ => Some(Found { node: self.document.at(path)?, own: true }),
        }
    }

    fn each(&self, path: &str) -> Vec<Found<'_>> {
        self.at(path).map(Found::each).unwrap_or_default()
    }

    fn first_flag(&self, paths: &[&str]) -> Option<bool> {
        paths.iter().find_map(|path| self.at(path)?.flag())
    }

    fn file(&self) -> InsightsFile {
        let mut unknown_keys = Vec::new();
        unknown(&self.document, "", &Keys::of(self.format), &mut unknown_keys);
        unknown_keys.sort();
        unknown_keys.dedup();
        unknown_keys.truncate(MAX_KEYS);
        InsightsFile {
            path: self.path.clone(),
            schema: self.at("header.schema-version").and_then(Found::text),
            unknown_keys,
            parent: match &self.parent {
                Parent::None => None,
                Parent::Read(_) | Parent::Fetched(_) => self.at("header.project-si-source").and_then(Found::text),
                Parent::Unread(address) => Some(address.clone()),
            },
        }
    }

    fn date(&self, path: &str) -> Option<i64> {
        days_since(self.cx, &self.at(path)?.text()?)
    }

    fn age_days(&self) -> Option<i64> {
        self.date("header.last-reviewed").or_else(|| self.date("header.last-updated"))
    }

    fn is_stale(&self, age: Option<i64>) -> bool {
        let expired = self.date("header.expiration-date").is_some_and(|days| days > 0);
        expired || age.is_some_and(|days| days > FRESH_DAYS)
    }

    fn status(&self) -> Option<String> {
        let paths = ["repository.status", "project-lifecycle.status", "project-lifecycle.stage"];
        paths.iter().find_map(|path| self.at(path)?.text()).map(|status| status.to_lowercase())
    }

    fn links(&self) -> BTreeMap<String, Option<InsightsLink>> {
        let link = |paths: &Vec<String>| paths.iter().find_map(|path| self.link(self.at(path)?));
        self.format.links.iter().map(|(field, paths)| (field.clone(), link(paths))).collect()
    }

    /// A link, unless the text is prose.
    fn link(&self, found: Found<'_>) -> Option<InsightsLink> {
        let address = found.text().filter(|text| !text.contains(char::is_whitespace))?;
        Some(self.places.link(&address, found.line()))
    }

    fn contacts(&self) -> Vec<Contact> {
        let mut contacts = Vec::new();
        let mut people = self.each("project.vulnerability-reporting.contact");
        people.extend(self.each("repository.security.champions"));
        for person in people {
            let email = person.get("email").and_then(|node| contact("email", node));
            let social = person.get("social").and_then(|node| contact("url", node));
            let name = || contact("name", person.get("name")?);
            let before = contacts.len();
            contacts.extend(email.into_iter().chain(social));
            if contacts.len() == before {
                contacts.extend(name());
            }
        }
        for entry in self.each("security-contacts") {
            let kind = entry.get("type").and_then(Found::text).unwrap_or_default().to_lowercase();
            let kind = if kind == "email" { "email" } else { "url" };
            contacts.extend(entry.get("value").and_then(|value| contact(kind, value)));
        }
        contacts.extend(self.at("vulnerability-reporting.email-contact").and_then(|value| contact("email", value)));
        let mut seen: Vec<(String, String)> = Vec::new();
        contacts.retain(|contact| {
            let key = (contact.kind.clone(), contact.value.clone());
            let fresh = !seen.contains(&key);
            seen.push(key);
            fresh
        });
        contacts.truncate(limits::FINDINGS);
        contacts
    }

    fn people(&self, path: &str) -> Vec<String> {
        let name = |found: Found<'_>| {
            found
                .filled()
                .or_else(|| ["name", "email", "social", "contact"].iter().find_map(|key| found.get(key)?.filled()))
        };
        self.each(path).into_iter().filter_map(name).take(limits::FINDINGS).collect()
    }

    fn core_team(&self) -> Vec<String> {
        let paths = ["repository.core-team", "project-lifecycle.core-team", "project-lifecycle.core-maintainers"];
        paths.iter().map(|path| self.people(path)).find(|people| !people.is_empty()).unwrap_or_default()
    }

    fn repositories(&self) -> Vec<String> {
        let address = |found: Found<'_>| {
            found.get("url").and_then(Found::filled).or_else(|| found.get("name")?.filled()).or_else(|| found.filled())
        };
        self.each("project.repositories").into_iter().filter_map(address).take(limits::FINDINGS).collect()
    }

    fn tools(&self) -> Vec<InsightsTool> {
        let tool = |found: Found<'_>, name: &str, kind: &str, release: &str| {
            let integration = found.get("integration");
            let runs = |key: &str| integration.and_then(|found| found.get(key)?.flag()) == Some(true);
            Some(InsightsTool {
                name: found.get(name)?.filled()?,
                tool_type: tool_type(&found.get(kind).and_then(Found::text).unwrap_or_default()),
                in_ci: runs("ci"),
                in_release: runs(release),
            })
        };
        let second = self.each("repository.security.tools");
        let first = self.each("security-testing");
        let second = second.into_iter().filter_map(|found| tool(found, "name", "type", "release"));
        let first = first.into_iter().filter_map(|found| tool(found, "tool-name", "tool-type", "before-release"));
        second.chain(first).take(limits::FINDINGS).collect()
    }

    fn assessments(&self) -> Vec<InsightsAssessment> {
        let mut found = Vec::new();
        for (kind, path) in [("self", "self"), ("third_party", "third-party")] {
            let all = self.each(&format!("repository.security.assessments.{path}"));
            let says = |entry: &Found<'_>| {
                let mut fields = entry.node.entries().iter();
                entry.node.entries().is_empty()
                    || fields.any(|(_, value)| Found { node: value, own: true }.filled().is_some())
            };
            found.extend(all.into_iter().filter(says).map(|entry| self.assessment(kind, entry)));
        }
        for (path, created) in
            [("self-assessment", "self-assessment-created"), ("threat-model", "threat-model-created")]
        {
            let Some(entry) = self.at(&format!("security-artifacts.{path}")) else { continue };
            if entry.get(created).and_then(Found::flag) == Some(true) {
                let evidence = entry.get("evidence-url").map(Found::each).unwrap_or_default();
                found.push(InsightsAssessment {
                    kind: "self".to_owned(),
                    comment: entry.get("comment").and_then(Found::text).map(|text| quoted(&text)),
                    evidence: evidence.into_iter().find_map(|link| self.link(link)),
                    date: None,
                    age_days: None,
                    threat_model: path == "threat-model",
                });
            }
        }
        for entry in self.each("security-assessments") {
            let date = entry.get("report-year").and_then(Found::text);
            found.push(InsightsAssessment {
                kind: "third_party".to_owned(),
                comment: entry.get("comment").and_then(Found::text).map(|text| quoted(&text)),
                evidence: entry.get("auditor-report").and_then(|link| self.link(link)),
                age_days: date.as_deref().and_then(|date| days_since(self.cx, &format!("{date}-12-31"))),
                date,
                threat_model: false,
            });
        }
        found.truncate(limits::FINDINGS);
        found
    }

    fn assessment(&self, kind: &str, entry: Found<'_>) -> InsightsAssessment {
        let text = |key: &str| entry.get(key).and_then(Found::text);
        let words = ["name", "comment", "evidence"].iter().filter_map(|key| text(key)).collect::<Vec<_>>().join(". ");
        let date = text("date");
        InsightsAssessment {
            kind: kind.to_owned(),
            comment: text("comment").map(|text| quoted(&text)),
            evidence: entry.get("evidence").and_then(|link| self.link(link)),
            age_days: date.as_deref().and_then(|date| days_since(self.cx, date)),
            date,
            threat_model: names_threat_model(&words),
        }
    }

    fn attestations(&self) -> Vec<InsightsAttestation> {
        let second = self.each("repository.release.attestations").into_iter().filter_map(|found| {
            Some(InsightsAttestation {
                name: found.get("name")?.text()?,
                location: found.get("location").and_then(Found::text),
                predicate: found.get("predicate-uri").and_then(Found::text),
            })
        });
        let first = self.each("dependencies.sbom").into_iter().filter_map(|found| {
            let location = ["sbom-file", "sbom-url"].iter().find_map(|key| found.get(key)?.text())?;
            let predicate = found.get("sbom-format").and_then(Found::text).map(|format| format.to_lowercase());
            Some(InsightsAttestation { name: "sbom".to_owned(), location: Some(location), predicate })
        });
        second.chain(first).take(limits::FINDINGS).collect()
    }

    fn no_third_party(&self) -> Option<bool> {
        let stated = self.first_flag(&["repository.no-third-party-packages"]);
        stated.or_else(|| self.first_flag(&["dependencies.third-party-packages"]).map(|uses| !uses))
    }

    fn urls(&self) -> Fact<Vec<InsightsUrl>> {
        let mut urls = Vec::new();
        addresses(&self.document, "", &mut urls);
        let complete = urls.len() <= limits::FINDINGS;
        urls.truncate(limits::FINDINGS);
        Fact::seen(urls, complete && self.missing_part().is_none(), self.cx.src)
    }
}

/// The keys of the format.
struct Keys<'a> {
    /// Every key with everything above it.
    known: BTreeSet<&'a str>,
    /// Keys below which everything is known.
    open: BTreeSet<&'a str>,
}

impl<'a> Keys<'a> {
    fn of(format: &'a Format) -> Self {
        let (mut known, mut open) = (BTreeSet::new(), BTreeSet::new());
        for key in &format.keys {
            let stem = key.strip_suffix(".*").unwrap_or(key);
            if stem.len() < key.len() {
                open.insert(stem);
            }
            known.extend(stem.match_indices('.').filter_map(|(at, _)| stem.get(..at)));
            known.insert(stem);
        }
        Self { known, open }
    }
}

fn unknown(node: &Node, path: &str, keys: &Keys<'_>, out: &mut Vec<String>) {
    for item in node.items() {
        unknown(item, path, keys, out);
    }
    for (key, value) in node.entries() {
        let Some(key) = key.as_str() else { continue };
        let below = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        if keys.open.contains(below.as_str()) {
            continue;
        }
        if keys.known.contains(below.as_str()) {
            unknown(value, &below, keys, out);
        } else if out.len() <= MAX_KEYS {
            out.push(below);
        }
    }
}

fn contact(kind: &str, value: Found<'_>) -> Option<Contact> {
    let text = value.filled()?;
    let line = value.line();
    let kind = if kind == "url" && !text.contains("://") { "name" } else { kind };
    Some(Contact { kind: kind.to_owned(), value: text, line })
}

fn tool_type(stated: &str) -> String {
    let stated = stated.to_lowercase();
    let known = ["sca", "sast", "secret", "fuzzing", "container"];
    let first = stated.split(['-', '_', ' ']).next().unwrap_or_default();
    let first = if first == "secrets" { "secret" } else { first };
    known.iter().find(|kind| **kind == first).map_or("other", |kind| *kind).to_owned()
}

/// Whether a text names a threat model without denying one in the same sentence.
fn names_threat_model(text: &str) -> bool {
    let lower = text.to_lowercase().replace(['-', '_'], " ").replace("threatmodel", "threat model");
    lower.split(['.', ';', '\n']).any(|sentence| {
        let Some((before, _)) = sentence.split_once("threat model") else { return false };
        let mut words = before.split(|c: char| !c.is_alphanumeric());
        !words.any(|word| DENIALS.contains(&word))
    })
}

fn quoted(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(limits::QUOTE_CHARS).collect()
}

/// Days between a date such as `2026-01-31` (a time may follow) and the time of collection.
fn days_since(cx: &Context<'_>, text: &str) -> Option<i64> {
    let date: Date = text.get(..10)?.parse().ok()?;
    let then = date.to_zoned(TimeZone::UTC).ok()?.timestamp();
    Some((cx.now.as_second() - then.as_second()).div_euclid(86_400))
}

fn addresses(node: &Node, path: &str, out: &mut Vec<InsightsUrl>) {
    if out.len() > limits::FINDINGS {
        return;
    }
    if let Some(text) = node.as_str().map(str::trim)
        && text.contains("://")
        && !text.contains(char::is_whitespace)
    {
        out.push(InsightsUrl { field: path.to_owned(), url: text.to_owned(), line: Some(node.line) });
    }
    for item in node.items() {
        addresses(item, path, out);
    }
    for (key, value) in node.entries() {
        let Some(key) = key.as_str() else { continue };
        let below = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        addresses(value, &below, out);
    }
}
