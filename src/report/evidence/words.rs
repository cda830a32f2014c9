//! The words of the evidence report.

use jiff::Timestamp;

use crate::model::assessment::{Assessment, Basis, LevelMode, Standing};
use crate::model::catalog::Scope;
use crate::model::declaration::{Effect, Kind};
use crate::model::evidence::{Confidence, EvidenceKind};
use crate::model::ruling::Outcome;
use crate::model::source::Access;

/// What the standard says about itself, in our words: shown wherever a level is.
pub(in crate::report) const DISCLAIMER: &str = "This is a status at one point in time, for one version of the standard. It is no score and no grade, is \
     not made for comparing projects, and does not replace an audit. Unknown means that it could not be seen, not that it is missing.";

/// What may be claimed, in the form that the standard asks for: a day, a version and a level; or what stands in the way.
pub(in crate::report) fn claim(assessment: &Assessment) -> String {
    let (day, version) = (day(assessment), &assessment.catalog.version);
    let exact = match assessment.levels.mode {
        LevelMode::Cumulative => "",
        LevelMode::Exact => ", counting only what the catalog lists at each level",
    };
    if let Some(level) = assessment.levels.reached {
        return format!("As of {day}, this project complies with OSPS Baseline {version} level {level}{exact}.");
    }
    let mut text = format!("As of {day}, this project does not yet reach level 1 of OSPS Baseline {version}{exact}");
    if let Some(one) = assessment.levels.standings.first() {
        let parts = [(one.unmet, "not met"), (one.open, "open"), (one.waived, "waived")];
        let parts: Vec<String> =
            parts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
        if !parts.is_empty() {
            text.push_str(&format!(": of {} requirements, {}", one.total, listed(&parts)));
        }
    }
    text.push('.');
    text
}

/// The day of the facts.
pub(in crate::report) fn day(assessment: &Assessment) -> String {
    let at = assessment.facts.collected_at.parse::<Timestamp>();
    at.map_or_else(|_| assessment.declarations.as_of.to_string(), |at| at.strftime("%Y-%m-%d").to_string())
}

/// A time to the second; as it is where it is none.
pub(super) fn time(text: &str) -> String {
    text.parse::<Timestamp>().map_or_else(|_| text.to_owned(), |at| at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string())
}

/// Items with commas and a last `and`.
pub(super) fn listed(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [head @ .., last] => format!("{} and {last}", head.join(", ")),
    }
}

pub(super) fn mode(mode: LevelMode) -> &'static str {
    match mode {
        LevelMode::Cumulative => {
            "Cumulative: a requirement counts from the lowest level that lists it upwards, so that a level asks for everything below it too."
        }
        LevelMode::Exact => "Exact: a level asks for what the catalog lists at it, and for nothing else.",
    }
}

pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::NeedsReview => "needs review",
        Outcome::NotApplicable => "not applicable",
        Outcome::Unknown => "unknown",
        Outcome::NotRun => "not run",
    }
}

pub(super) fn outcome_means(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "The evidence shows that the requirement is met.",
        Outcome::Failed => "The evidence shows that it is not met.",
        Outcome::NeedsReview => "There is evidence that a person has to judge.",
        Outcome::NotApplicable => "A condition that the requirement names was seen not to hold.",
        Outcome::Unknown => "What decides it could not be seen; neither passed nor failed.",
        Outcome::NotRun => "It was not asked for in this run.",
    }
}

/// The sign of an outcome; never colour alone.
pub(super) fn sign(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "✓",
        Outcome::Failed => "✗",
        Outcome::NeedsReview => "◐",
        Outcome::NotApplicable => "–",
        Outcome::Unknown => "?",
        Outcome::NotRun => "○",
    }
}

pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Met => "met",
        Standing::Unmet => "not met",
        Standing::Open => "open",
        Standing::Waived => "waived",
    }
}

pub(super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Observed => "what was seen in the repository or told by its forge",
        Basis::Claimed => "what a file of the project claims",
        Basis::Attested => "the dated statement of a person",
        Basis::Waived => "a dated waiver, which never counts as met",
    }
}

pub(super) fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    }
}

pub(super) fn evidence_kind(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Observed => "observed: the property itself was seen",
        EvidenceKind::Inferred => "inferred from something close to it",
        EvidenceKind::PlatformStructural => "certain by the nature of the host",
        EvidenceKind::PlatformPolicy => "expected by a rule of the host",
        EvidenceKind::Declared => "declared in a file of the project",
        EvidenceKind::Attested => "attested by a person",
    }
}

pub(super) fn scope(scope: Scope) -> &'static str {
    match scope {
        Scope::Tree => "files and history of the repository",
        Scope::Platform => "settings of the repository",
        Scope::Org => "settings of the organization",
        Scope::Release => "releases",
        Scope::Claim => "statements of the project",
        Scope::Project => "all repositories of the project",
    }
}

/// Why a fact is not known.
pub(super) fn reason(reason: &str) -> &str {
    match reason {
        "offline" => "the forge was not asked",
        "unauthenticated" => "asked without a credential",
        "forbidden" => "the credential may not see it",
        "not_requested" => "it was not asked for",
        "unsupported" => "the source has no such thing, or osps cannot read it",
        "rate_limited" => "the forge asked to come back later",
        "truncated" => "cut at a limit of osps",
        "parse_error" => "it does not parse",
        "error" => "reading it went wrong",
        other => other,
    }
}

pub(super) fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Attestation => "attestation",
        Kind::Waiver => "waiver",
        Kind::NotApplicable => "statement that it does not apply",
    }
}

pub(super) fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::Settles => "settles the requirement: met",
        Effect::Waives => "waives the requirement: not met, and known to be",
        Effect::Redundant => "not needed: the same was seen without it",
        Effect::Overruled => "does not count: what was seen speaks against it",
        Effect::Expired => "does not count: its last day has passed",
        Effect::NotYet => "does not count yet: it is dated later",
        Effect::Stale => "does not count: it was made for another text of the requirement",
        Effect::Forbidden => "does not count: a configuration forbids it",
        Effect::Unsupported => "does not count: its evidence is missing",
        Effect::Partial => "does not count: it covers only a part of what was found",
        Effect::Unmatched => "does not count: nothing matches it",
    }
}

pub(super) fn access(access: &Access) -> String {
    if access.credential == "none" {
        return "none: what anybody can read".to_owned();
    }
    let permission = access.permission.as_deref().unwrap_or("not known");
    let owner = match access.org_owner {
        Some(true) => "an owner of the organization",
        Some(false) => "no owner of the organization",
        None => "whether of an owner of the organization is not known",
    };
    format!("{}, permission: {permission}; {owner}", access.credential)
}

pub(super) fn effort(minutes: u32) -> String {
    match minutes {
        0..=89 => format!("{minutes} minutes"),
        90..=479 => format!("{} hours", (minutes + 30) / 60),
        480..=719 => "1 day".to_owned(),
        _ => format!("{} days", (minutes + 240) / 480),
    }
}
