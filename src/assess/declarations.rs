//! The rules of declarations, in one pure function: what a person states is laid over what was seen, never put in its
//! place. A waiver lifts no level, a statement beats no observation, and none of them outlives its last day or the text
//! it was made for.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::model::assessment::Standing;
use crate::model::declaration::{Condition, Declaration, Effect, Kind, Laid, Limits};
use crate::model::evidence::Evidence;
use crate::model::ruling::Outcome;

/// Days before the last one on which a warning is given.
pub const WARNING_DAYS: i32 = 30;
/// Items of evidence a policy names at most; behind a full list there may be more.
const FULL_LIST: usize = 10;

/// What the machine says about a requirement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    pub(super) outcome: Outcome,
    /// Whether a failure was concluded from absence in documents that were all read.
    pub(super) by_absence: bool,
    pub(super) condition: Condition,
    pub(super) evidence: &'a [Evidence],
    /// The digest of the requirement's text in the version assessed against.
    pub(super) text_sha256: &'a str,
}

/// When and under which limits declarations are judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rules<'a> {
    pub(super) as_of: Date,
    pub(super) limits: &'a Limits,
    /// Evidence links that lead nowhere.
    pub(super) dead_links: &'a BTreeSet<String>,
}

/// How an outcome counts where nothing is declared.
pub(super) fn standing(outcome: Outcome) -> Standing {
    match outcome {
        Outcome::Passed | Outcome::NotApplicable => Standing::Met,
        Outcome::Failed => Standing::Unmet,
        Outcome::NeedsReview | Outcome::Unknown | Outcome::NotRun => Standing::Open,
    }
}

/// Lays one declaration over what was seen: what comes of it, and how the requirement counts then.
pub(super) fn lay(declaration: &Declaration, seen: &Seen<'_>, rules: &Rules<'_>) -> (Laid, Standing) {
    let last_day = last_day(declaration, rules.limits);
    let (effect, mut remarks) = match hindered(declaration, seen, rules, last_day) {
        Some((effect, remark)) => (effect, vec![remark]),
        None => weigh(declaration, seen, rules),
    };
    if effect.counts() {
        remarks.extend(warnings(declaration, rules, last_day));
    }
    let standing = match effect {
        Effect::Settles => Standing::Met,
        Effect::Waives => Standing::Waived,
        _ => standing(seen.outcome),
    };
    (Laid { said: declaration.clone(), effect, last_day, remarks }, standing)
}

/// The last day on which a declaration counts: its own, or the last that the limits allow.
pub(super) fn last_day(declaration: &Declaration, limits: &Limits) -> Date {
    let days = limits.of(declaration.kind).max_days;
    let longest = declaration.on.checked_add(i64::from(days).days()).unwrap_or(Date::MAX);
    declaration.expires.min(longest)
}

/// What keeps a declaration from being weighed at all.
fn hindered(declaration: &Declaration, seen: &Seen<'_>, rules: &Rules<'_>, last_day: Date) -> Option<(Effect, String)> {
    let limits = rules.limits.of(declaration.kind);
    let name = name(declaration.kind);
    if !limits.allowed {
        return Some((Effect::Forbidden, format!("The configuration allows no {name} at all.")));
    }
    if limits.forbidden_for.contains(&declaration.requirement) {
        return Some((Effect::Forbidden, format!("The configuration allows no {name} for this requirement.")));
    }
    if declaration.text_sha256.as_deref().is_some_and(|text| text != seen.text_sha256) {
        let made_for = declaration.catalog.as_deref().unwrap_or("another version");
        let remark =
            format!("It was made for the text of {made_for}, which says otherwise: read it again and renew it.");
        return Some((Effect::Stale, remark));
    }
    if declaration.on > rules.as_of {
        return Some((Effect::NotYet, format!("It is dated {}, after the day of this assessment.", declaration.on)));
    }
    if last_day < rules.as_of {
        return Some((Effect::Expired, format!("Its last day was {last_day}.")));
    }
    None
}

fn weigh(declaration: &Declaration, seen: &Seen<'_>, rules: &Rules<'_>) -> (Effect, Vec<String>) {
    let said = |effect: Effect, remark: &str| (effect, vec![remark.to_owned()]);
    let met = matches!(seen.outcome, Outcome::Passed | Outcome::NotApplicable);
    if met {
        return said(Effect::Redundant, "The same is seen without it: it can go.");
    }
    match declaration.kind {
        Kind::Waiver => waive(declaration, seen),
        Kind::NotApplicable if seen.outcome == Outcome::Failed => {
            said(Effect::Overruled, "What was seen says that the requirement applies and is not met.")
        }
        Kind::NotApplicable => match seen.condition {
            Condition::Always => said(Effect::Overruled, "The requirement applies to every project."),
            Condition::Holds => said(Effect::Overruled, "What makes the requirement apply was seen."),
            Condition::Open => supported(declaration, rules, false),
        },
        Kind::Attestation if seen.outcome == Outcome::Failed && !seen.by_absence => {
            said(Effect::Overruled, "A failure that was observed is mended or waived, not attested away.")
        }
        // That nothing was found is outweighed only by showing where it is.
        Kind::Attestation => supported(declaration, rules, seen.outcome == Outcome::Failed),
    }
}

/// Whether the evidence that a statement needs is there.
fn supported(declaration: &Declaration, rules: &Rules<'_>, needs_evidence: bool) -> (Effect, Vec<String>) {
    let needs_evidence = needs_evidence || rules.limits.of(declaration.kind).evidence_required;
    if needs_evidence && declaration.evidence.is_empty() {
        return (Effect::Unsupported, vec!["It counts only with a link to the evidence.".to_owned()]);
    }
    if let Some(dead) = declaration.evidence.iter().find(|link| rules.dead_links.contains(*link)) {
        return (Effect::Unsupported, vec![format!("Its evidence {dead} is not in the repository.")]);
    }
    (Effect::Settles, Vec::new())
}

fn waive(declaration: &Declaration, seen: &Seen<'_>) -> (Effect, Vec<String>) {
    if !declaration.is_scoped() {
        return (Effect::Waives, Vec::new());
    }
    let covered = |evidence: &&Evidence| declaration.covers(evidence);
    let places: Vec<&Evidence> = seen.evidence.iter().collect();
    let inside = places.iter().copied().filter(covered).count();
    if inside == 0 {
        return (Effect::Unmatched, vec!["Nothing that was found matches its paths and findings.".to_owned()]);
    }
    if inside < places.len() {
        let other = places.iter().find(|evidence| !declaration.covers(evidence));
        let place = other.and_then(|evidence| evidence.path.clone().or_else(|| evidence.fact.clone()));
        let place = place.unwrap_or_else(|| "something else".to_owned());
        return (Effect::Partial, vec![format!("It does not cover everything that was found: {place} is left.")]);
    }
    if places.len() >= FULL_LIST {
        return (Effect::Partial, vec!["More may have been found than is listed, so it may not cover all.".to_owned()]);
    }
    (Effect::Waives, Vec::new())
}

fn warnings(declaration: &Declaration, rules: &Rules<'_>, last_day: Date) -> Vec<String> {
    let mut warnings = Vec::new();
    if last_day < declaration.expires {
        let most = rules.limits.of(declaration.kind).max_days;
        warnings.push(format!("It counts until {last_day}: at most {most} days are allowed."));
    }
    let left = rules.as_of.until(last_day).map(|span| span.get_days()).unwrap_or(i32::MAX);
    match left {
        0 => warnings.push("It expires today.".to_owned()),
        1 => warnings.push("It expires tomorrow.".to_owned()),
        2..=WARNING_DAYS => warnings.push(format!("It expires in {left} days, on {last_day}.")),
        _ => {}
    }
    warnings
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Attestation => "attestation",
        Kind::Waiver => "waiver",
        Kind::NotApplicable => "statement that a requirement does not apply",
    }
}

#[cfg(test)]
#[path = "declarations_tests.rs"]
mod tests;
