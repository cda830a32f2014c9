//! OSCAL: an assessment as assessment-results, one observation and one finding per requirement, and a profile of the catalog
//! per level.
//!
//! OSCAL's findings know `satisfied` and `not-satisfied` only. What is not met is not satisfied, also where nothing is known;
//! properties beside it carry the outcome, the standing and what that rests on. What was not run is left out of the reviewed
//! controls. Declarations are attestations with their party; a waiver is an accepted risk with its deadline. Prose is Markdown
//! in OSCAL, so what comes from elsewhere is escaped.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::record::{self, Ids};
use super::{Format, NotRendered, declarations, links};
use crate::model::assessment::{Assessment, LevelMode, Standing, Verdict};
use crate::model::catalog::Catalog;
use crate::model::declaration::{Effect, Laid};
use crate::model::evidence::Evidence;
use crate::model::id::Level;
use crate::model::ruling::Outcome;

/// The version of OSCAL that the documents are of.
const VERSION: &str = "1.1.3";
/// Whose words the properties are.
const NAMESPACE: &str = "pkg:cargo/osps";
/// What a property has where there is nothing.
const NONE: &str = "none";

pub(super) fn render(assessment: &Assessment) -> Result<String, NotRendered> {
    let results = Results {
        assessment,
        moment: record::moment(assessment, Format::Oscal)?,
        ids: Ids::of(assessment),
        // The same repository and the same person are the same in every assessment.
        lasting: Ids::from("osps"),
    };
    // Moved in: the macro would copy all of it.
    let mut document = json!({});
    document["assessment-results"] = results.document();
    Ok(record::text(&document))
}

struct Results<'a> {
    assessment: &'a Assessment,
    moment: String,
    ids: Ids,
    lasting: Ids,
}

impl Results<'_> {
    fn document(&self) -> Value {
        let plan = self.ids.id("plan");
        let mut document = json!({
            "uuid": self.ids.id("assessment results"),
            "metadata": self.metadata(),
            "import-ap": {"href": format!("#{plan}"), "remarks": "No plan was written down: every requirement of the catalog is assessed by its policy."},
            "back-matter": {"resources": [{
                "uuid": plan,
                "title": "No formal assessment plan",
                "description": format!("The policies {} say how each requirement is assessed.", prose(&self.assessment.policies.digest)),
            }]},
        });
        document["results"] = vec![self.result()].into();
        document
    }

    fn metadata(&self) -> Value {
        let assessment = self.assessment;
        let mut metadata = json!({
            "title": format!("OSPS Baseline {} of {}", prose(&assessment.catalog.version), prose(&record::subject(assessment))),
            "last-modified": self.moment,
            "version": self.moment,
            "oscal-version": VERSION,
            "props": [
                property("tool", &assessment.tool),
                property("catalog", &assessment.catalog.version),
                property("catalog-digest", &assessment.catalog.digest),
                property("policies-digest", &assessment.policies.digest),
                property("facts-digest", &assessment.facts.digest),
            ],
        });
        let parties: Vec<Value> = self.declarers().iter().map(|name| self.party(name)).collect();
        if !parties.is_empty() {
            metadata["roles"] = json!([{"id": "declarer", "title": "Who declares something about a requirement"}]);
            metadata["parties"] = parties.into();
        }
        metadata
    }

    fn declared(&self) -> impl Iterator<Item = (&Verdict, &Laid)> {
        self.assessment.requirements.iter().filter_map(|verdict| Some((verdict, verdict.declaration.as_ref()?)))
    }

    fn declarers(&self) -> BTreeSet<&str> {
        self.declared().map(|(_, laid)| laid.said.by.as_str()).collect()
    }

    fn party(&self, name: &str) -> Value {
        json!({"uuid": self.party_id(name), "type": "person", "name": line(name)})
    }

    fn party_id(&self, name: &str) -> String {
        self.lasting.id(&format!("party {name}"))
    }

    fn subject_id(&self) -> String {
        let subject = &self.assessment.subject;
        let place = links::repository(subject).unwrap_or_else(|| subject.name.clone());
        self.lasting.id(&format!("subject {place}"))
    }

    fn tool_id(&self) -> String {
        self.lasting.id(&format!("tool {}", self.assessment.tool))
    }

    fn result(&self) -> Value {
        let assessment = self.assessment;
        let run = || assessment.requirements.iter().filter(|verdict| verdict.outcome != Outcome::NotRun);
        let mut result = json!({
            "uuid": self.ids.id("result"),
            "title": format!("OSPS Baseline {}", prose(&assessment.catalog.version)),
            "description": self.description(),
            "start": self.moment,
            "end": self.moment,
            "props": self.levels(),
            "local-definitions": {
                "components": [self.component()],
                "assessment-assets": {
                    "components": [self.tool()],
                    "assessment-platforms": [{
                        "uuid": self.ids.id("platform"),
                        "title": "Where osps ran",
                        "uses-components": [{"component-uuid": self.tool_id()}],
                    }],
                },
            },
            "reviewed-controls": {"control-selections": [self.reviewed()]},
        });
        let observations: Vec<Value> = run().flat_map(|verdict| self.observations(verdict)).collect();
        let findings: Vec<Value> = run().map(|verdict| self.finding(verdict)).collect();
        let waived = self.declared().filter(|(_, laid)| laid.effect == Effect::Waives);
        let risks: Vec<Value> = waived.map(|(verdict, laid)| self.risk(verdict, laid)).collect();
        let settled = self.declared().filter(|(_, laid)| laid.effect == Effect::Settles);
        let attestations: Vec<Value> = settled.map(|(verdict, laid)| self.attestation(verdict, laid)).collect();
        for (key, list) in
            [("observations", observations), ("findings", findings), ("risks", risks), ("attestations", attestations)]
        {
            // No list of OSCAL may be empty.
            if !list.is_empty() {
                result[key] = list.into();
            }
        }
        result
    }

    fn description(&self) -> String {
        let access = &self.assessment.facts.access;
        let permission = access.permission.as_deref().unwrap_or(NONE);
        let changed = match self.assessment.policies.changed.as_slice() {
            [] => String::new(),
            changed => format!(" It was judged with policies that are not those of osps: {}.", changed.join(", ")),
        };
        let said = record::standing(self.assessment, &self.moment);
        prose(&format!(
            "{said} Facts were read with the credential {} (permission: {permission}).{changed}",
            access.credential
        ))
    }

    fn levels(&self) -> Vec<Value> {
        let levels = &self.assessment.levels;
        let reached = levels.reached.map_or_else(|| NONE.to_owned(), |level| level.to_string());
        vec![property("levels-read", &record::name(levels.mode)), property("level-reached", &reached)]
    }

    fn component(&self) -> Value {
        let mut component = json!({
            "uuid": self.subject_id(),
            "type": "software",
            "title": prose(&self.assessment.subject.name),
            "description": prose(&record::subject(self.assessment)),
            "status": {"state": "operational"},
        });
        if let Some(commit) = &self.assessment.subject.commit {
            component["props"] = json!([property("commit", commit)]);
        }
        if let Some(href) = links::repository(&self.assessment.subject) {
            component["links"] = json!([{"href": href, "rel": "reference"}]);
        }
        component
    }

    fn tool(&self) -> Value {
        json!({
            "uuid": self.tool_id(),
            "type": "software",
            "title": prose(&self.assessment.tool),
            "description": "The policy engine that collected the facts and judged them.",
            "status": {"state": "operational"},
        })
    }

    fn reviewed(&self) -> Value {
        let (left_out, reviewed): (Vec<&Verdict>, Vec<&Verdict>) =
            self.assessment.requirements.iter().partition(|verdict| verdict.outcome == Outcome::NotRun);
        let ids: Vec<Value> = reviewed.iter().map(|verdict| json!({"control-id": verdict.id})).collect();
        let said = format!(
            "Requirements of OSPS Baseline {} ({}), each of which is a control of its own in the catalog.",
            self.assessment.catalog.version, self.assessment.catalog.url
        );
        let mut selection = json!({"description": prose(&said)});
        if !ids.is_empty() {
            selection["include-controls"] = ids.into();
        }
        if !left_out.is_empty() {
            let ids: Vec<Value> = left_out.iter().map(|verdict| json!({"control-id": verdict.id})).collect();
            selection["exclude-controls"] = ids.into();
            selection["remarks"] = "What is excluded was not assessed in this run.".into();
        }
        selection
    }

    fn observations(&self, verdict: &Verdict) -> Vec<Value> {
        let mut seen = json!({
            "uuid": self.seen_id(verdict),
            "title": format!("What was seen of {}", verdict.id),
            "description": said(verdict),
            "methods": ["EXAMINE"],
            "origins": [{"actors": [{"type": "tool", "actor-uuid": self.tool_id()}]}],
            "subjects": [{"subject-uuid": self.subject_id(), "type": "component"}],
            "collected": self.moment,
        });
        seen["props"] = seen_as(verdict).into();
        let evidence: Vec<Value> = verdict.evidence.iter().map(|evidence| self.evidence(evidence)).collect();
        if !evidence.is_empty() {
            seen["relevant-evidence"] = evidence.into();
        }
        let remarks: Vec<String> = record::steps(self.assessment, verdict).iter().map(|step| prose(step)).collect();
        let limits = verdict.check.as_ref().and_then(|check| check.limits.as_deref()).map(prose);
        seen["remarks"] = remarks.into_iter().chain(limits).collect::<Vec<_>>().join("\n\n").into();
        let mut observations = vec![seen];
        observations.extend(verdict.declaration.as_ref().map(|laid| self.declaration(verdict, laid)));
        observations
    }

    fn seen_id(&self, verdict: &Verdict) -> String {
        self.ids.id(&format!("seen {}", verdict.id))
    }

    fn said_id(&self, verdict: &Verdict) -> String {
        self.ids.id(&format!("said {}", verdict.id))
    }

    fn risk_id(&self, verdict: &Verdict) -> String {
        self.ids.id(&format!("waived {}", verdict.id))
    }

    fn evidence(&self, evidence: &Evidence) -> Value {
        let at = match (&evidence.path, evidence.line, &evidence.url) {
            (Some(path), Some(line), _) => format!("{path}:{line}"),
            (Some(path), None, _) => path.clone(),
            (None, _, Some(url)) => url.clone(),
            (None, _, None) => evidence.fact.clone().unwrap_or_default(),
        };
        let detail = evidence.detail.as_deref().unwrap_or_default();
        let said = [at.as_str(), detail].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(": ");
        let mut value = json!({"description": filled(prose(&said))});
        let mut props: Vec<Value> = evidence.fact.iter().map(|fact| property("fact", fact)).collect();
        for name in &evidence.src {
            let source = self.assessment.facts.sources.get(name);
            let digest = source.and_then(|source| source.digest.as_deref()).unwrap_or(NONE);
            props.push(property("source", source.map_or(name.as_str(), |source| &source.reference)));
            props.push(property("source-digest", digest));
        }
        if !props.is_empty() {
            value["props"] = props.into();
        }
        if let Some(href) = links::permalink(self.assessment, evidence) {
            value["href"] = href.into();
        }
        value
    }

    /// What a person says, as an observation of its own.
    fn declaration(&self, verdict: &Verdict, laid: &Laid) -> Value {
        let said = &laid.said;
        let mut observation = json!({
            "uuid": self.said_id(verdict),
            "title": format!("What is declared about {}", verdict.id),
            "description": prose(&declarations::sentence(laid)),
            "methods": ["INTERVIEW"],
            "origins": [{"actors": [{"type": "party", "actor-uuid": self.party_id(&said.by), "role-id": "declarer"}]}],
            "subjects": [{"subject-uuid": self.subject_id(), "type": "component"}],
            "collected": format!("{}T00:00:00Z", said.on),
            "expires": format!("{}T23:59:59Z", laid.last_day),
            "props": [
                property("declaration", record::declared_as(laid)),
                property("kind", said.kind.name()),
                property("effect", &record::name(laid.effect)),
                property("place", &format!("{}:{}", said.origin.file, said.origin.line)),
            ],
        });
        let evidence: Vec<Value> = said.evidence.iter().map(|place| referred(place)).collect();
        if !evidence.is_empty() {
            observation["relevant-evidence"] = evidence.into();
        }
        observation
    }

    fn finding(&self, verdict: &Verdict) -> Value {
        let state = if verdict.standing == Standing::Met { "satisfied" } else { "not-satisfied" };
        let reason = match verdict.outcome {
            Outcome::Passed if verdict.standing == Standing::Met => "pass",
            Outcome::Failed if verdict.standing != Standing::Met => "fail",
            _ => "other",
        };
        let mut related = vec![json!({"observation-uuid": self.seen_id(verdict)})];
        related.extend(verdict.declaration.iter().map(|_| json!({"observation-uuid": self.said_id(verdict)})));
        let mut finding = json!({
            "uuid": self.ids.id(&format!("finding {}", verdict.id)),
            "title": prose(&format!("{}: {}", verdict.id, verdict.summary)),
            "description": said(verdict),
            "target": {
                "type": "objective-id",
                "target-id": format!("{}_obj", verdict.id),
                "status": {"state": state, "reason": reason, "remarks": why(verdict)},
            },
            "related-observations": related,
        });
        finding["props"] = counts_as(verdict).into();
        if verdict.declaration.as_ref().is_some_and(|laid| laid.effect == Effect::Waives) {
            finding["related-risks"] = json!([{"risk-uuid": self.risk_id(verdict)}]);
        }
        if let Some(remediation) = verdict.remediation.as_ref().filter(|_| record::is_due(verdict)) {
            finding["remarks"] = prose(&format!("To meet it: {}", remediation.text)).into();
        }
        finding
    }

    fn risk(&self, verdict: &Verdict, laid: &Laid) -> Value {
        json!({
            "uuid": self.risk_id(verdict),
            "title": format!("{} is waived", verdict.id),
            "description": said(verdict),
            "statement": prose(&declarations::sentence(laid)),
            "status": "deviation-approved",
            "deadline": format!("{}T23:59:59Z", laid.last_day),
            "origins": [{"actors": [{"type": "party", "actor-uuid": self.party_id(&laid.said.by), "role-id": "declarer"}]}],
        })
    }

    fn attestation(&self, verdict: &Verdict, laid: &Laid) -> Value {
        let said = &laid.said;
        let mut part = json!({
            "name": "statement",
            "title": format!("{} ({})", verdict.id, said.kind.name().replace('_', " ")),
            "prose": prose(&format!("{} (made on {}, counts until {})", said.statement, said.on, laid.last_day)),
            "props": [property("requirement", verdict.id.as_str()), property("made-on", &said.on.to_string()), property("counts-until", &laid.last_day.to_string())],
        });
        let links: Vec<Value> = said
            .evidence
            .iter()
            .filter_map(|place| Some(json!({"href": links::web(place)?, "rel": "reference"})))
            .collect();
        if !links.is_empty() {
            part["links"] = links.into();
        }
        json!({
            "responsible-parties": [{"role-id": "declarer", "party-uuids": [self.party_id(&said.by)]}],
            "parts": [part],
        })
    }
}

/// A place that a declaration names.
fn referred(place: &str) -> Value {
    let mut value = json!({"description": filled(prose(place))});
    if let Some(href) = links::web(place) {
        value["href"] = href.into();
    }
    value
}

/// How sure an observation is.
fn seen_as(verdict: &Verdict) -> Vec<Value> {
    let mut properties = vec![property("outcome", &record::name(verdict.outcome))];
    properties.extend(verdict.confidence.map(|confidence| property("confidence", &record::name(confidence))));
    properties.extend(verdict.evidence_kind.map(|kind| property("evidence-kind", &record::name(kind))));
    properties
}

/// How a requirement came out and counts.
fn counts_as(verdict: &Verdict) -> Vec<Value> {
    let mut properties = vec![
        property("outcome", &record::name(verdict.outcome)),
        property("standing", &record::name(verdict.standing)),
        property("basis", &verdict.basis.map_or_else(|| NONE.to_owned(), record::name)),
        property("text-sha256", &verdict.text_sha256),
    ];
    properties.extend(record::levels(verdict).iter().map(|level| property("level", level)));
    properties
}

/// What is said about a requirement.
fn said(verdict: &Verdict) -> String {
    let parts = std::iter::once(&verdict.message).chain(&verdict.notes);
    filled(parts.map(|part| prose(part)).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n"))
}

/// Why a state is what it is, where the outcome is none of OSCAL's two.
fn why(verdict: &Verdict) -> &'static str {
    match (verdict.outcome, verdict.standing) {
        (_, Standing::Waived) => "Not met, and waived until a day.",
        (Outcome::Passed, Standing::Met) => "Met, and seen to be.",
        (Outcome::NotApplicable, Standing::Met) => "It does not apply, which counts as met.",
        (_, Standing::Met) => {
            "Not seen to be met; a person states that it is, or that it does not apply, which counts as met."
        }
        (Outcome::Failed, _) => "Not met.",
        (Outcome::NeedsReview, _) => "Not decided: a person has to look at the evidence.",
        (Outcome::Unknown, _) => "Not decided: what decides it could not be seen.",
        (_, _) => "Not decided.",
    }
}

fn property(name: &str, value: &str) -> Value {
    let entries = [("name", name.to_owned()), ("ns", NAMESPACE.to_owned()), ("value", line(value))];
    entries.into_iter().map(|(key, text)| (key.to_owned(), Value::String(text))).collect()
}

/// A text in one line, as values of properties have to be.
fn line(text: &str) -> String {
    let words = text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty());
    filled(words.collect::<Vec<_>>().join(" "))
}

fn filled(text: String) -> String {
    if text.is_empty() { NONE.to_owned() } else { text }
}

/// A text as prose that says just that: no mark-up, no address to click, no parameter to insert.
fn prose(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for word in text.split(|c: char| c.is_control() || c.is_whitespace()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        for c in word.chars() {
            if matches!(
                c,
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '{' | '}' | '#' | '~' | '^' | '|' | '!'
            ) {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}

/// A profile of the catalog: the requirements that count at a level. `href` is where the catalog lies; without one, the profile
/// points to a resource that names the official page of the version.
pub fn profile(catalog: &Catalog, level: Level, mode: LevelMode, href: Option<&str>) -> String {
    let counting: Vec<&str> = catalog
        .active()
        .filter(|requirement| mode.counts(&requirement.levels, level))
        .map(|requirement| requirement.id.as_str())
        .collect();
    let ids = Ids::from(&format!("{} {} {level} {}", catalog.id, catalog.version, record::name(mode)));
    let resource = ids.id("catalog");
    let read = match mode {
        LevelMode::Cumulative => "everything that counts at it or below it",
        LevelMode::Exact => "exactly what the catalog lists at it",
    };
    let mut profile = json!({
        "uuid": ids.id("profile"),
        "metadata": {
            "title": format!("OSPS Baseline {} level {level}: {read}", catalog.version),
            // A catalog is dated by its version; nothing newer is in the profile.
            "last-modified": format!("{}T00:00:00Z", catalog.version),
            "version": catalog.version,
            "oscal-version": VERSION,
            "props": [property("level", &level.to_string()), property("levels-read", &record::name(mode))],
        },
        "imports": [{
            "href": href.map_or_else(|| format!("#{resource}"), str::to_owned),
            "include-controls": [{"with-ids": counting}],
        }],
        "merge": {"as-is": true},
    });
    if href.is_none() {
        profile["back-matter"] = json!({"resources": [{
            "uuid": resource,
            "title": format!("OSPS Baseline {}", catalog.version),
            "description": "The catalog in OSCAL, in which every requirement is a control under its own id.",
            "rlinks": [{"href": catalog.url, "media-type": "text/html"}],
        }]});
    }
    record::text(&json!({"profile": profile}))
}

#[cfg(test)]
#[path = "oscal_tests.rs"]
mod tests;
