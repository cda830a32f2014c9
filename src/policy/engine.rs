//! Evaluation: one prepared engine, one aggregate query per subject, and a check of everything a policy says.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::time::Duration;

use regorus::utils::limits::ExecutionTimerConfig;
use serde_json::Value as Json;

use super::guard;
use super::source::{Policies, Policy, PolicyError};
use crate::model::evidence::{Confidence, Evidence, EvidenceKind};
use crate::model::id::RequirementId;
use crate::model::ruling::{Need, Outcome, Ruling};

/// Time for one evaluation of all policies.
const EVALUATION_LIMIT: Duration = Duration::from_secs(20);
/// Stack of the thread that evaluates: a long chain of rules overflows the usual one.
const STACK_BYTES: usize = 64 * 1024 * 1024;
/// Items of evidence kept per ruling.
const MAX_EVIDENCE: usize = 20;

const MAIN: &str = "package osps.main

import rego.v1

rulings[id] := ruling if {
\tsome id
\truling := data.osps.requirements[id].ruling
}
";

/// The settings of a run that policies read as `data.osps.run`.
#[derive(Debug, Clone)]
pub struct Run {
    /// The version of the standard, such as `2026-08-28`.
    pub catalog: String,
    /// Whether rules and properties of the host may pass a requirement.
    pub strict_platform: bool,
}

/// Policies ready to be evaluated. One per thread.
#[derive(Debug)]
pub struct Engine {
    engine: regorus::Engine,
    policies: BTreeMap<String, Policy>,
}

impl Engine {
    /// Prepares the policies for one run.
    pub fn new(policies: &Policies, run: &Run) -> Result<Self, PolicyError> {
        Self::in_order(policies, run, policies.iter())
    }

    /// The order in which policies are handed to the engine must not matter; a test shuffles it.
    fn in_order<'a>(
        policies: &Policies,
        run: &Run,
        order: impl Iterator<Item = &'a Policy>,
    ) -> Result<Self, PolicyError> {
        let mut engine = prepared(policies, run)?;
        for policy in order {
            add(&mut engine, &policy.path, &policy.text)?;
        }
        add(&mut engine, "main.rego", MAIN)?;
        Ok(Self { engine, policies: policies.policies.clone() })
    }

    /// Judges one facts document: one ruling per policy, sorted by id. A policy that errs, or says something of the wrong
    /// shape, yields an unknown ruling with its defect; the others are not touched.
    pub fn evaluate(&mut self, facts: &str) -> Result<Vec<Ruling>, PolicyError> {
        let fail = |why: String| PolicyError { path: "facts".to_owned(), why };
        let input =
            regorus::Value::from_json_str(facts).map_err(|error| fail(format!("not a JSON document: {error}")))?;
        let facts: Json = serde_json::from_str(facts).map_err(|error| fail(format!("not a JSON document: {error}")))?;
        let Self { engine, policies } = self;
        let mut judge = || {
            engine.set_input(input.clone());
            match all_rulings(engine) {
                Ok(rulings) => policies
                    .values()
                    .map(|policy| ruling(policy, needed(policy, &facts), rulings.get(&policy.id), None))
                    .collect(),
                // One erring policy spoils the aggregate: ask each on its own.
                Err(_) => policies.values().map(|policy| alone(engine, policy, &facts)).collect(),
            }
        };
        std::thread::scope(|scope| {
            std::thread::Builder::new()
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, &mut judge)
                .map_err(|error| fail(error.to_string()))?
                .join()
                .map_err(|_| fail("the policy engine gave up".to_owned()))
        })
    }
}

/// An engine with the libraries, the tables and the settings of the run.
pub(super) fn prepared(policies: &Policies, run: &Run) -> Result<regorus::Engine, PolicyError> {
    let mut engine = regorus::Engine::new();
    engine.set_strict_builtin_errors(true);
    if let Some(check_interval) = NonZeroU32::new(1_000) {
        engine.set_execution_timer_config(ExecutionTimerConfig { limit: EVALUATION_LIMIT, check_interval });
    }
    for (path, text) in &policies.libraries {
        add(&mut engine, path, text)?;
    }
    let mut data = policies.tables.clone();
    let platform = if run.strict_platform { "strict" } else { "default" };
    data["osps"]["run"] = serde_json::json!({"catalog": run.catalog, "platform_evidence": platform});
    let fail = |why: String| PolicyError { path: "tables".to_owned(), why };
    engine.add_data_json(&data.to_string()).map_err(|error| fail(error.to_string()))?;
    Ok(engine)
}

/// Hands one module to the engine; nothing reaches it unguarded.
pub(super) fn add(engine: &mut regorus::Engine, path: &str, text: &str) -> Result<(), PolicyError> {
    let fail = |why: String| PolicyError { path: path.to_owned(), why };
    if let Some(danger) = guard::danger(text) {
        return Err(fail(danger));
    }
    engine.add_policy(path.to_owned(), text.to_owned()).map(|_| ()).map_err(|error| fail(error.to_string()))
}

/// What all policies say, by their ids.
fn all_rulings(engine: &mut regorus::Engine) -> Result<BTreeMap<String, Json>, String> {
    match query_value(engine, "data.osps.main.rulings")? {
        Some(Json::Object(map)) => Ok(map.into_iter().collect()),
        other => Err(format!("data.osps.main.rulings is {other:?}")),
    }
}

/// The facts that a policy needs; none where the document lacks one of them. The literal list in its text is looked up
/// here: as values of the engine they would be copied once for every policy.
fn needed<'f>(policy: &Policy, facts: &'f Json) -> Option<Vec<&'f Json>> {
    let at = |name: &String| name.split('.').try_fold(facts, |place, part| place.get(part));
    policy.needs.iter().map(at).collect()
}

/// The value of a query; none when it is undefined.
pub(super) fn query_value(engine: &mut regorus::Engine, query: &str) -> Result<Option<Json>, String> {
    let results = engine.eval_query(query.to_owned(), false).map_err(|error| error.to_string())?;
    let Some(expression) = results.result.first().and_then(|result| result.expressions.first()) else {
        return Ok(None);
    };
    if expression.value == regorus::Value::Undefined {
        return Ok(None);
    }
    let text = expression.value.to_json_str().map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map(Some).map_err(|error| error.to_string())
}

fn alone(engine: &mut regorus::Engine, policy: &Policy, facts: &Json) -> Ruling {
    match query_value(engine, &format!("data.osps.requirements[\"{}\"].ruling", policy.id)) {
        Ok(said) => ruling(policy, needed(policy, facts), said.as_ref(), None),
        Err(error) => ruling(policy, needed(policy, facts), None, Some(error)),
    }
}

/// Turns what a policy said into a ruling, or into an unknown one with its defect.
fn ruling(policy: &Policy, needs: Option<Vec<&Json>>, said: Option<&Json>, error: Option<String>) -> Ruling {
    let facts = needs.as_deref().unwrap_or_default();
    let open = open_needs(policy, facts);
    let checked = match (error, needs.as_ref(), said) {
        (Some(error), ..) => Err(format!("it errs: {error}")),
        (None, None, _) => Err("its `needs` is undefined: it names a fact that the document does not have".to_owned()),
        // What was cut may hold what the policy looks for: that it says nothing then is no hole.
        (None, Some(_), None) if open.is_empty() && !cut_needs(policy, facts).is_empty() => {
            Ok(undecided(policy, cut_needs(policy, facts)))
        }
        (None, Some(_), None) if open.is_empty() => {
            Err("it says nothing although every fact it needs is known: a hole in the policy".to_owned())
        }
        (None, Some(_), None) => Ok(undecided(policy, open.clone())),
        (None, Some(_), Some(said)) => said_ruling(policy, facts, &open, said),
    };
    checked.unwrap_or_else(|defect| Ruling {
        message: format!("The policy {} is defective: {defect}.", policy.path),
        defect: Some(defect),
        ..undecided(policy, open)
    })
}

fn undecided(policy: &Policy, needs: Vec<Need>) -> Ruling {
    Ruling {
        id: id_of(policy),
        outcome: Outcome::Unknown,
        confidence: None,
        evidence_kind: None,
        message: undecided_message(&needs),
        notes: Vec::new(),
        evidence: Vec::new(),
        needs,
        by_absence: false,
        defect: None,
    }
}

fn id_of(policy: &Policy) -> RequirementId {
    // The package name was checked when the policy was read; a name that is no id cannot be asked for by any catalog.
    policy.id.parse().unwrap_or_else(|_| RequirementId::unassigned())
}

fn undecided_message(needs: &[Need]) -> String {
    let settle: BTreeSet<&str> = needs.iter().filter_map(|need| need.needs.as_deref()).collect();
    let details: BTreeSet<&str> = needs.iter().filter_map(|need| need.detail.as_deref()).collect();
    let mut message = "What decides this could not be seen".to_owned();
    if !details.is_empty() {
        message.push_str(&format!(" ({})", details.into_iter().collect::<Vec<_>>().join("; ")));
    }
    if !settle.is_empty() {
        message.push_str(&format!("; it takes {}", settle.into_iter().collect::<Vec<_>>().join(", or ")));
    }
    message.push('.');
    message
}

/// The unknown ones among the facts a policy needs.
fn open_needs(policy: &Policy, facts: &[&Json]) -> Vec<Need> {
    let mut open: Vec<Need> = policy
        .needs
        .iter()
        .zip(facts)
        .filter_map(|(name, fact)| {
            let why = fact.get("unknown")?;
            let text = |key: &str| why.get(key).and_then(Json::as_str).map(str::to_owned);
            Some(Need {
                fact: name.clone(),
                reason: text("reason").unwrap_or_default(),
                needs: text("needs"),
                detail: text("detail"),
                src: sources(fact),
            })
        })
        .collect();
    open.sort();
    open
}

/// The facts a policy needs of which only a part was seen.
fn cut_needs(policy: &Policy, facts: &[&Json]) -> Vec<Need> {
    let cut = policy.needs.iter().zip(facts).filter(|(_, fact)| fact.get("complete") == Some(&Json::Bool(false)));
    let mut needs: Vec<Need> = cut
        .map(|(name, fact)| Need {
            fact: name.clone(),
            reason: "truncated".to_owned(),
            needs: Some("all of what was seen in part".to_owned()),
            detail: None,
            src: sources(fact),
        })
        .collect();
    needs.sort();
    needs
}

fn said_ruling(policy: &Policy, facts: &[&Json], open: &[Need], said: &Json) -> Result<Ruling, String> {
    let text = |key: &str| said.get(key).and_then(Json::as_str).ok_or_else(|| format!("its ruling has no `{key}`"));
    let outcome: Outcome = parse(said, "outcome")?;
    if matches!(outcome, Outcome::Unknown | Outcome::NotRun) {
        return Err("its ruling says `unknown` or `not_run`, which only the host may".to_owned());
    }
    let message = text("message")?.trim().to_owned();
    if message.is_empty() {
        return Err("its ruling has an empty message".to_owned());
    }
    let confidence: Confidence = parse(said, "confidence")?;
    let kind: EvidenceKind = parse(said, "kind")?;
    let notes = said
        .get("notes")
        .and_then(Json::as_array)
        .map(|notes| notes.iter().filter_map(Json::as_str).map(str::to_owned).collect());
    let items = said.get("evidence").and_then(Json::as_array).ok_or("its ruling has no list `evidence`")?;
    let mut used = vec![false; facts.len()];
    let evidence = items
        .iter()
        .take(MAX_EVIDENCE)
        .map(|item| evidence(policy, facts, &mut used, item))
        .collect::<Result<Vec<_>, _>>()?;
    if evidence.is_empty() && outcome.is_decided() {
        return Err("its verdict has no evidence".to_owned());
    }
    if confidence == Confidence::Low && outcome != Outcome::NeedsReview {
        return Err("a verdict of low confidence has to be `needs_review`".to_owned());
    }
    let by_absence = said.get("by_absence") == Some(&Json::Bool(true));
    if by_absence && (outcome != Outcome::Failed || confidence != Confidence::Medium) {
        return Err("only a failure of medium confidence is one by absence".to_owned());
    }
    // What the project's own configuration states is never observed, whatever the policy makes of it.
    let configured = evidence.iter().any(|item| item.src.iter().any(|source| source == "config"));
    let (confidence, kind) = match configured {
        true => (confidence.min(Confidence::Medium), kind.max(EvidenceKind::Declared)),
        false => (confidence, kind),
    };
    Ok(Ruling {
        id: id_of(policy),
        outcome,
        confidence: Some(confidence),
        evidence_kind: Some(kind),
        message,
        notes: notes.unwrap_or_default(),
        evidence,
        needs: if outcome == Outcome::NeedsReview { open.to_vec() } else { Vec::new() },
        by_absence,
        defect: None,
    })
}

fn parse<T: serde::de::DeserializeOwned>(said: &Json, key: &str) -> Result<T, String> {
    let value = said.get(key).ok_or_else(|| format!("its ruling has no `{key}`"))?;
    serde_json::from_value(value.clone()).map_err(|_| format!("its ruling has the unexpected `{key}` {value}"))
}

/// An item of evidence: a place made by the policy, or a fact of `needs`, named by its position there.
fn evidence(policy: &Policy, facts: &[&Json], used: &mut [bool], item: &Json) -> Result<Evidence, String> {
    if item.get("unknown").is_some() {
        return Err("its ruling offers an unknown fact as evidence".to_owned());
    }
    let Some(known) = item.get("known") else {
        let mut evidence: Evidence = serde_json::from_value(item.clone())
            .map_err(|error| format!("its ruling has unexpected evidence {item}: {error}"))?;
        let fact = evidence.fact.clone().unwrap_or_default();
        let position = policy.needs.iter().position(|name| fact == *name || fact.starts_with(&format!("{name}.")));
        if let Some(fact) = position.and_then(|at| facts.get(at)) {
            evidence.src = sources(fact);
        }
        return Ok(evidence);
    };
    let position = (0..facts.len())
        .find(|at| !used[*at] && facts[*at] == item)
        .or_else(|| facts.iter().position(|fact| *fact == item));
    let at = position.ok_or("its ruling offers a fact as evidence that `needs` does not list")?;
    if let Some(flag) = used.get_mut(at) {
        *flag = true;
    }
    Ok(Evidence {
        fact: policy.needs.get(at).cloned(),
        src: sources(item),
        detail: short(known),
        ..Evidence::default()
    })
}

fn sources(fact: &Json) -> Vec<String> {
    let list = fact.get("src").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Json::as_str).map(str::to_owned).collect()
}

/// A value for people: scalars as they are, lists by their length.
fn short(value: &Json) -> Option<String> {
    match value {
        Json::Null => Some("none".to_owned()),
        Json::Bool(value) => Some(value.to_string()),
        Json::Number(value) => Some(value.to_string()),
        Json::String(value) => Some(value.chars().take(200).collect()),
        Json::Array(items) if items.is_empty() => Some("none".to_owned()),
        Json::Array(items) => Some(format!("{} listed", items.len())),
        Json::Object(_) => None,
    }
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
