//! Floor 1: two states of a project -> what changed, of which kind, and why. Pure: no clock, no file. States are compared,
//! never lines of a difference: two changes that are fine alone and bad together are found in what comes of them.

mod classify;
mod knowledge;
mod levels;
mod places;
mod snapshot;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

pub use self::snapshot::{Snapshot, SnapshotError};
use crate::model::assessment::{Assessment, LevelMode, Standing, Verdict};
use crate::model::comparison::{Answer, Cause, Change, Class, Comparison, FORMAT, Gate, Severity, Side, State};
use crate::model::declaration::{Effect, Kind};
use crate::model::evidence::Evidence;
use crate::model::id::{Level, RequirementId};
use crate::model::ruling::Need;
use classify::Judged;
use knowledge::Knowledge;

/// Places that a change names as what a requirement rested on.
const WAS_SHOWN: usize = 5;

/// The JSON Schema of a comparison.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Comparison).to_value()
}

/// The JSON Schema of a snapshot.
pub fn snapshot_schema() -> serde_json::Value {
    schemars::schema_for!(Snapshot).to_value()
}

/// The state that another one is compared with.
#[derive(Debug, Clone)]
pub struct Past {
    side: Side,
    mode: LevelMode,
    knowledge: Knowledge,
    /// The digest of the tree; none where nobody wrote it down.
    tree: Option<String>,
    requirements: BTreeMap<RequirementId, Was>,
}

/// One requirement in the state before.
#[derive(Debug, Clone)]
pub(crate) struct Was {
    state: State,
    /// The declaration that is laid over it, and what comes of it; none where nobody wrote that down.
    declared: Option<(Kind, Effect)>,
    /// Where a failure was seen.
    keys: Vec<String>,
    /// Where it was seen, for people.
    places: Vec<Evidence>,
    needs: Vec<Need>,
}

/// What is looked at, and what it weighs.
#[derive(Debug, Clone, Default)]
pub struct Rules {
    /// Only requirements that count at this level.
    pub level: Option<Level>,
    /// Only these families and requirements; all where empty.
    pub only: BTreeSet<String>,
    /// Not these families and requirements.
    pub except: BTreeSet<String>,
    /// What classes weigh, where that is not the usual.
    pub weights: BTreeMap<Class, Severity>,
    /// Files that differ between both states, where they are two trees of one repository.
    pub touched: Option<BTreeSet<String>>,
    /// Files that a requirement rested on and that are gone, or hold nothing any longer.
    pub gone: BTreeSet<String>,
    /// Whether only what the change itself does is told, and not what stands in the project anyway.
    pub change_only: bool,
}

impl Past {
    /// The state that an assessment tells of, under the name that a person gives it.
    pub fn of(assessment: &Assessment, name: &str) -> Self {
        let was = |verdict: &Verdict| {
            let was = Was {
                state: state(verdict),
                declared: verdict.declaration.as_ref().map(|laid| (laid.said.kind, laid.effect)),
                keys: places::keys(&verdict.evidence),
                places: places::located(&verdict.evidence).cloned().collect(),
                needs: verdict.needs.clone(),
            };
            (verdict.id.clone(), was)
        };
        Self {
            side: side(assessment, name),
            mode: assessment.levels.mode,
            knowledge: Knowledge::of(&assessment.facts),
            tree: tree(assessment),
            requirements: assessment.requirements.iter().map(was).collect(),
        }
    }
}

impl Past {
    /// The files that requirements which were met rested on.
    pub fn files(&self) -> BTreeSet<&str> {
        let met = self.requirements.values().filter(|was| met(was.state.standing));
        met.flat_map(|was| &was.places).filter_map(|place| place.path.as_deref()).collect()
    }
}

fn side(assessment: &Assessment, name: &str) -> Side {
    Side {
        name: name.to_owned(),
        subject: Some(assessment.subject.clone()),
        catalog: assessment.catalog.version.clone(),
        catalog_digest: assessment.catalog.digest.clone(),
        policies: assessment.policies.digest.clone(),
        facts: Some(assessment.facts.digest.clone()),
        reached: assessment.levels.reached,
    }
}

fn tree(assessment: &Assessment) -> Option<String> {
    assessment.facts.sources.get("git")?.digest.clone()
}

fn state(verdict: &Verdict) -> State {
    let counting = verdict.declaration.as_ref().filter(|laid| laid.effect.counts());
    State {
        outcome: verdict.outcome,
        standing: verdict.standing,
        basis: verdict.basis,
        confidence: verdict.confidence,
        until: counting.map(|laid| laid.last_day),
    }
}

/// Compares a state with the one before it.
pub fn compare(before: &Past, after: &Assessment, name: &str, rules: &Rules) -> Comparison {
    let now = Knowledge::of(&after.facts);
    let judged = Judged {
        same_catalog: before.side.catalog == after.catalog.version && before.mode == after.levels.mode,
        same_policies: before.side.policies == after.policies.digest,
        same_tree: before.tree.is_some() && before.tree == tree(after),
        before: &before.knowledge,
        now: &now,
        as_of: after.declarations.as_of,
        touched: rules.touched.as_ref(),
        gone: &rules.gone,
        change_only: rules.change_only,
    };
    let mut changes: Vec<Change> = Vec::new();
    let mut counts: BTreeMap<Class, u32> = BTreeMap::new();
    for verdict in after.requirements.iter().filter(|verdict| rules.looks_at(verdict, after.levels.mode)) {
        for change in judged.changes(before.requirements.get(&verdict.id), verdict) {
            *counts.entry(change.class).or_default() += 1;
            changes.push(Change { severity: rules.weight(change.class), ..change });
        }
    }
    for (id, was) in before.requirements.iter().filter(|(id, _)| rules.names(id)) {
        if !after.requirements.iter().any(|verdict| verdict.id == *id) {
            *counts.entry(Class::Retired).or_default() += 1;
            changes.push(retired(id, was, rules.weight(Class::Retired), &after.catalog.version));
        }
    }
    changes.retain(|change| change.class != Class::Unchanged);
    changes.sort_by(|a, b| (b.severity, a.class, &a.id).cmp(&(a.severity, b.class, &b.id)));
    let level = levels::change(before, after, &changes, rules);
    if level.as_ref().is_some_and(|level| level.severity == Severity::Error) {
        counts.insert(Class::LevelDrop, 1);
    }
    Comparison {
        format: FORMAT,
        tool: after.tool.clone(),
        before: Side { reached: levels::reached_before(before, after), ..before.side.clone() },
        after: side(after, name),
        gate: None,
        level,
        changes,
        counts,
        remarks: remarks(before, after, &judged),
    }
}

/// What keeps both sides from being compared in full.
fn remarks(before: &Past, after: &Assessment, judged: &Judged<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    if before.side.catalog != after.catalog.version {
        remarks.push(format!("The catalog is {} and was {}.", after.catalog.version, before.side.catalog));
    }
    if before.mode != after.levels.mode {
        remarks.push("Levels are read in another way than before.".to_owned());
    }
    if !judged.same_policies {
        remarks
            .push("Other policies judged than before: what they say otherwise is no change of the project.".to_owned());
    }
    remarks
}

fn retired(id: &RequirementId, was: &Was, severity: Severity, version: &str) -> Change {
    Change {
        id: id.clone(),
        levels: Vec::new(),
        summary: String::new(),
        url: String::new(),
        class: Class::Retired,
        cause: Cause::Catalog,
        severity,
        before: Some(was.state.clone()),
        after: None,
        message: format!("The catalog {version} asks for it no longer."),
        places: Vec::new(),
        was: Vec::new(),
        needs: Vec::new(),
        remediation: None,
    }
}

/// What a gate says about a comparison. `reached` is whether the level that it asks for is reached, where it asks for one:
/// none where missing evidence alone stands in the way.
pub fn answer(comparison: &Comparison, rules: &Rules, require: Option<(Level, Option<bool>)>) -> Gate {
    let any = |severity: Severity| comparison.changes.iter().any(|change| change.severity == severity);
    let dropped = comparison.level.as_ref().is_some_and(|level| level.severity == Severity::Error);
    let (mut fails, mut incomplete) = (any(Severity::Error) || dropped, any(Severity::Incomplete));
    let mut because = Vec::new();
    match require {
        Some((level, Some(false))) => {
            fails = true;
            because.push(format!("Level {level} is asked for and not reached."));
        }
        Some((level, None)) => {
            incomplete = true;
            because.push(format!("Whether level {level} is reached, as is asked for, could not be told."));
        }
        _ => {}
    }
    let answer = match (fails, incomplete) {
        (true, _) => Answer::Fails,
        (false, true) => Answer::Incomplete,
        (false, false) => Answer::Holds,
    };
    Gate { answer, because, require: require.map(|(level, _)| level), weights: rules.weights.clone() }
}

impl Rules {
    /// What a class weighs.
    pub fn weight(&self, class: Class) -> Severity {
        self.weights.get(&class).copied().unwrap_or_else(|| class.usual_severity())
    }

    fn looks_at_all(&self) -> bool {
        self.level.is_none() && self.only.is_empty() && self.except.is_empty()
    }

    fn names(&self, id: &RequirementId) -> bool {
        let listed = |list: &BTreeSet<String>| list.contains(id.as_str()) || list.contains(id.family());
        (self.only.is_empty() || listed(&self.only)) && !listed(&self.except)
    }

    fn looks_at(&self, verdict: &Verdict, mode: LevelMode) -> bool {
        self.names(&verdict.id) && self.level.is_none_or(|level| mode.counts(&verdict.levels, level))
    }
}

/// Days from one to the other.
fn days_until(from: Date, to: Date) -> i32 {
    from.until(to).map(|span| span.get_days()).unwrap_or(i32::MAX)
}

/// Whether a standing is met.
fn met(standing: Standing) -> bool {
    standing == Standing::Met
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
