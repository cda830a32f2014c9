//! The file that a gate compares with: what a project reached, in a form that people review and git merges. One requirement a
//! line, with an empty line between two, because git takes changes of neighbouring lines for a conflict. Nothing in it
//! changes by itself: no time, no commit, no line number.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::knowledge::Knowledge;
use super::{Past, Was, places, state};
use crate::model::assessment::{Assessment, Basis, LevelMode, Standing, Verdict};
use crate::model::comparison::{Change, Comparison, Severity, Side, State};
use crate::model::evidence::{Confidence, Evidence};
use crate::model::id::RequirementId;
use crate::model::ruling::Outcome;

/// The number of the snapshot's format.
const FORMAT: u32 = 1;
/// Files that a line names as what a requirement rests on.
const FILES: usize = 3;

/// What `osps gate --init` writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The number of this format: 1.
    format: u32,
    /// The version of the standard.
    catalog: Named,
    /// The digest of the policies.
    policies: String,
    /// How levels are read.
    levels: LevelMode,
    /// What could be seen: the sources that answered, and the access they were asked with.
    capabilities: BTreeSet<String>,
    /// The facts that were not shown for want of a right.
    refused: BTreeSet<String>,
    /// The state of every requirement.
    requirements: BTreeMap<RequirementId, Line>,
}

/// A version with its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Named {
    /// Such as `2026-08-28`.
    version: String,
    /// `sha256:` and 64 hexadecimal digits.
    digest: String,
}

/// The state of one requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Line {
    /// What was seen.
    outcome: Outcome,
    /// How it counts.
    standing: Standing,
    /// How sure it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    confidence: Option<Confidence>,
    /// What that rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    basis: Option<Basis>,
    /// The last day of the declaration that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    until: Option<Date>,
    /// The files it rests on, where it is met.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    files: BTreeSet<String>,
    /// Where it fails: file and digest of what was seen there, without its numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    places: Vec<String>,
}

/// Why a text is no snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Not JSON, or not of this form.
    #[error("{line}:{column}: it is no snapshot of this version of osps: {why}")]
    Form {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
        /// What was expected.
        why: String,
    },
    /// Written by a later version.
    #[error("it has the format {0}, which this version of osps does not know")]
    Format(u32),
}

impl Snapshot {
    /// The state that an assessment tells of.
    pub fn of(assessment: &Assessment) -> Self {
        let knowledge = Knowledge::of(&assessment.facts);
        Self {
            format: FORMAT,
            catalog: Named { version: assessment.catalog.version.clone(), digest: assessment.catalog.digest.clone() },
            policies: assessment.policies.digest.clone(),
            levels: assessment.levels.mode,
            capabilities: knowledge.capabilities,
            refused: knowledge.refused,
            requirements: assessment.requirements.iter().map(|verdict| (verdict.id.clone(), line(verdict))).collect(),
        }
    }

    /// Reads a snapshot.
    pub fn parse(text: &str) -> Result<Self, SnapshotError> {
        let snapshot: Self = serde_json::from_str(text).map_err(|error| SnapshotError::Form {
            line: error.line(),
            column: error.column(),
            why: error.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
        })?;
        if snapshot.format != FORMAT {
            return Err(SnapshotError::Format(snapshot.format));
        }
        Ok(snapshot)
    }

    /// Whether a text means to be a snapshot, and not an assessment.
    pub fn is_meant(text: &str) -> bool {
        let Ok(json) = serde_json::from_str::<serde_json::Value>(text) else { return true };
        json.get("requirements").is_none_or(serde_json::Value::is_object)
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut out = String::from("{\n");
        out.push_str(&format!("\"format\": {},\n\n", self.format));
        out.push_str(&format!("\"catalog\": {},\n\n", json(&self.catalog)));
        out.push_str(&format!("\"policies\": {},\n\n", json(&self.policies)));
        out.push_str(&format!("\"levels\": {},\n\n", json(&self.levels)));
        out.push_str(&format!("\"capabilities\": {},\n\n", json(&self.capabilities)));
        out.push_str(&format!("\"refused\": {},\n\n", json(&self.refused)));
        out.push_str("\"requirements\": {\n\n");
        for (at, (id, line)) in self.requirements.iter().enumerate() {
            let comma = if at + 1 < self.requirements.len() { "," } else { "" };
            out.push_str(&format!("{}: {}{comma}\n\n", json(id), json(line)));
        }
        out.push_str("}\n}\n");
        out
    }

    /// The requirements that a catalog asks for and the snapshot does not know.
    pub fn lacks(&self, assessment: &Assessment) -> Vec<RequirementId> {
        if self.catalog.version != assessment.catalog.version {
            return Vec::new();
        }
        let ids = assessment.requirements.iter().map(|verdict| &verdict.id);
        ids.filter(|id| !self.requirements.contains_key(*id)).cloned().collect()
    }

    /// The snapshot with everything taken over that a comparison with it found to be no worse. Lines of what did not change
    /// stay as they are, and so do those of what got worse or could not be compared: a gate does not forget.
    #[must_use]
    pub fn updated(&self, comparison: &Comparison, now: &Assessment) -> Self {
        let fresh = Self::of(now);
        let kept = |change: &&Change| matches!(change.severity, Severity::Error | Severity::Incomplete);
        let mut keeping: BTreeSet<&RequirementId> =
            comparison.changes.iter().filter(kept).map(|change| &change.id).collect();
        // What was not asked in this run is known from before.
        keeping.extend(now.requirements.iter().filter(|one| one.outcome == Outcome::NotRun).map(|one| &one.id));
        let mut requirements = BTreeMap::new();
        for (id, line) in fresh.requirements {
            let line = match self.requirements.get(&id) {
                Some(old) if keeping.contains(&id) => old.clone(),
                Some(old) if old.says_the_same(&line) => old.clone(),
                _ => line,
            };
            requirements.insert(id, line);
        }
        // What was kept rests on what could be seen then.
        let mut capabilities = fresh.capabilities;
        let mut refused = fresh.refused;
        if requirements.iter().any(|(id, _)| keeping.contains(id)) {
            capabilities.extend(self.capabilities.iter().cloned());
            refused = refused.intersection(&self.refused).cloned().collect();
        }
        Self { capabilities, refused, requirements, ..fresh }
    }
}

impl Line {
    /// Whether two lines tell of the same state, wherever it was seen.
    fn says_the_same(&self, other: &Self) -> bool {
        let without = |line: &Self| Self { files: BTreeSet::new(), ..line.clone() };
        without(self) == without(other)
    }
}

fn line(verdict: &Verdict) -> Line {
    let state = state(verdict);
    let met = verdict.standing == Standing::Met;
    let files = verdict.evidence.iter().filter_map(|item| item.path.clone());
    let failed = verdict.outcome == Outcome::Failed;
    Line {
        outcome: state.outcome,
        standing: state.standing,
        confidence: state.confidence,
        basis: state.basis,
        until: state.until,
        files: files.filter(|_| met).take(FILES).collect(),
        places: if failed { places::keys(&verdict.evidence) } else { Vec::new() },
    }
}

impl Past {
    /// The state that a snapshot tells of.
    pub fn of_snapshot(snapshot: &Snapshot, name: &str) -> Self {
        let was = |(id, line): (&RequirementId, &Line)| {
            let place = |path: &String| Evidence { path: Some(path.clone()), ..Evidence::default() };
            let was = Was {
                state: State {
                    outcome: line.outcome,
                    standing: line.standing,
                    basis: line.basis,
                    confidence: line.confidence,
                    until: line.until,
                },
                declared: None,
                keys: line.places.clone(),
                places: line.files.iter().map(place).collect(),
                needs: Vec::new(),
            };
            (id.clone(), was)
        };
        Self {
            side: Side {
                name: name.to_owned(),
                subject: None,
                catalog: snapshot.catalog.version.clone(),
                catalog_digest: snapshot.catalog.digest.clone(),
                policies: snapshot.policies.clone(),
                facts: None,
                reached: None,
            },
            mode: snapshot.levels,
            knowledge: Knowledge {
                capabilities: snapshot.capabilities.clone(),
                refused: snapshot.refused.clone(),
                unknown: None,
            },
            tree: None,
            requirements: snapshot.requirements.iter().map(was).collect(),
        }
    }
}

/// A value as one line of JSON; plain data into memory cannot fail.
fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
