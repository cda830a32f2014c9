//! The words of machine formats for what an assessment holds, as its own document spells them, and the names of places.

use super::escape;
use crate::model::assessment::{Assessment, Basis, Standing};
use crate::model::evidence::{Confidence, Evidence, EvidenceKind};
use crate::model::ruling::Outcome;

/// An outcome.
pub(super) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::NeedsReview => "needs_review",
        Outcome::NotApplicable => "not_applicable",
        Outcome::Unknown => "unknown",
        Outcome::NotRun => "not_run",
    }
}

/// How sure a verdict is.
pub(super) fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

/// How a requirement counts.
pub(super) fn standing(standing: Standing) -> &'static str {
    match standing {
        Standing::Met => "met",
        Standing::Unmet => "unmet",
        Standing::Open => "open",
        Standing::Waived => "waived",
    }
}

/// What that rests on.
pub(super) fn basis(basis: Basis) -> &'static str {
    match basis {
        Basis::Observed => "observed",
        Basis::Claimed => "claimed",
        Basis::Attested => "attested",
        Basis::Waived => "waived",
    }
}

/// How an observation came about.
pub(super) fn kind(kind: EvidenceKind) -> &'static str {
    match kind {
        EvidenceKind::Observed => "observed",
        EvidenceKind::Inferred => "inferred",
        EvidenceKind::PlatformStructural => "platform_structural",
        EvidenceKind::PlatformPolicy => "platform_policy",
        EvidenceKind::Declared => "declared",
        EvidenceKind::Attested => "attested",
    }
}

/// What was assessed, as `host/owner/name`.
pub(super) fn subject(assessment: &Assessment) -> String {
    let subject = &assessment.subject;
    let parts = [subject.host.as_deref(), subject.owner.as_deref(), Some(subject.name.as_str())];
    escape::one_line(&parts.into_iter().flatten().collect::<Vec<_>>().join("/"))
}

/// Where something was seen, as `path:line  what`.
pub(super) fn place(seen: &Evidence) -> Option<String> {
    let at = match (&seen.path, seen.line, &seen.url) {
        (Some(path), Some(line), _) => format!("{}:{line}", escape::one_line(path)),
        (Some(path), None, _) => escape::one_line(path),
        (None, _, Some(url)) => escape::one_line(url),
        (None, _, None) => escape::one_line(seen.fact.as_deref()?),
    };
    Some(match &seen.detail {
        Some(detail) => format!("{at}  {}", escape::one_line(detail)),
        None => at,
    })
}
