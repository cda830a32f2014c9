//! What is declared and claimed, for people: beside each requirement, and what asks for attention in one list. It keeps apart
//! what was observed, what a file claims, what a person attests, and what is waived.

use std::fmt::Write as _;

use super::style::Style;
use crate::model::assessment::{Assessment, Basis, Standing, Verdict};
use crate::model::declaration::{Claim, Effect, Kind, Laid};
use crate::model::ruling::Outcome;

/// What follows the sign of an outcome where something else than the outcome decides.
pub(super) fn mark(verdict: &Verdict, style: &Style) -> String {
    let word = match verdict.basis {
        Some(Basis::Attested) => "attested",
        Some(Basis::Waived) => "waived",
        _ => return String::new(),
    };
    let arrow = if style.unicode { "→" } else { "->" };
    format!(" {arrow} {}", style.bold(word))
}

/// The declaration and the claims under a requirement.
pub(super) fn under(out: &mut String, verdict: &Verdict, style: &Style) {
    if let Some(laid) = &verdict.declaration {
        let _ = writeln!(out, "{}", style.wrap(&sentence(laid), 6));
        for link in &laid.said.evidence {
            let _ = writeln!(out, "{}", style.faint(&style.wrap(link, 8)));
        }
        for remark in &laid.remarks {
            let _ = writeln!(out, "{}", style.wrap(&format!("note: {remark}"), 6));
        }
    }
    for claim in &verdict.claims {
        let _ = writeln!(out, "{}", style.wrap(&claimed(claim), 6));
    }
}

pub(super) fn sentence(laid: &Laid) -> String {
    let said = &laid.said;
    let what = match said.kind {
        Kind::Attestation => "attested",
        Kind::Waiver => "waived",
        Kind::NotApplicable => "said not to apply",
    };
    let doubt = if laid.effect.counts() { "" } else { ", which does not count" };
    let foundation = if said.origin.foundation { " for the foundation" } else { "" };
    format!("{what} by {}{foundation} on {}, until {}{doubt}: {}", said.by, said.on, laid.last_day, said.statement)
}

pub(super) fn claimed(claim: &Claim) -> String {
    let mut text = format!("claimed by {}: {}", claim.claimant, word(claim.outcome));
    if claim.conflict {
        text.push_str(" (otherwise than what was seen)");
    }
    if let Some(statement) = &claim.statement {
        let _ = write!(text, ": {}", statement.chars().take(200).collect::<String>());
    }
    text
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "met",
        Outcome::Failed => "not met",
        Outcome::NeedsReview => "to be reviewed",
        Outcome::NotApplicable => "not applicable",
        Outcome::Unknown => "not known",
        Outcome::NotRun => "not assessed",
    }
}

/// Declarations that do not do what they are for, or will soon stop, and claims that what was seen contradicts.
pub(super) fn attention(out: &mut String, assessment: &Assessment, style: &Style) {
    let laid = assessment.requirements.iter().filter_map(|verdict| verdict.declaration.as_ref());
    let mut lines: Vec<String> = laid.chain(&assessment.declarations.unmatched).filter_map(line).collect();
    for verdict in &assessment.requirements {
        for claim in verdict.claims.iter().filter(|claim| claim.conflict) {
            let (id, claimant) = (&verdict.id, &claim.claimant);
            let seen = word(verdict.outcome);
            lines.push(format!(
                "conflict  {id}  {claimant} says {}, and what was seen says {seen}.",
                word(claim.outcome)
            ));
        }
    }
    for claim in &assessment.declarations.unmatched_claims {
        lines.push(format!(
            "unmatched  {}  a claim of {} about no requirement of this version",
            claim.requirement, claim.claimant
        ));
    }
    for file in &assessment.declarations.files {
        lines.extend(file.remarks.iter().map(|remark| format!("not used  {}: {remark}", file.file)));
    }
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{}", style.bold(&format!("Declarations on {}", assessment.declarations.as_of)));
    for line in lines {
        let _ = writeln!(out, "{}", style.wrap(&line, 2));
    }
}

/// A declaration in one line, if there is something to say about it.
fn line(laid: &Laid) -> Option<String> {
    let state = match laid.effect {
        Effect::Settles | Effect::Waives if laid.remarks.is_empty() => return None,
        Effect::Settles | Effect::Waives => "ending",
        Effect::Redundant => "not needed",
        Effect::Overruled => "overruled",
        Effect::Expired => "expired",
        Effect::NotYet => "not yet",
        Effect::Stale => "stale",
        Effect::Forbidden => "forbidden",
        Effect::Unsupported => "unsupported",
        Effect::Partial => "partial",
        Effect::Unmatched => "unmatched",
    };
    let (said, origin) = (&laid.said, &laid.said.origin);
    let remarks = laid.remarks.join(" ");
    Some(format!("{state}  {}  {remarks} ({}:{}, by {})", said.requirement, origin.file, origin.line, said.by))
}

/// What the standing rests on, in one line; nothing where everything rests on observation.
pub(super) fn summary(out: &mut String, assessment: &Assessment, style: &Style) {
    let of = |basis: Basis| assessment.requirements.iter().filter(|verdict| verdict.basis == Some(basis)).count();
    let open = assessment.requirements.iter().filter(|verdict| verdict.standing == Standing::Open).count();
    let (claimed, attested, waived) = (of(Basis::Claimed), of(Basis::Attested), of(Basis::Waived));
    if attested + waived == 0 {
        return;
    }
    let parts = [
        (of(Basis::Observed), "observed"),
        (claimed, "claimed by the project's files"),
        (attested, "attested"),
        (waived, "waived"),
        (open, "open"),
    ];
    let parts: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let _ = writeln!(out, "Standing: {}", parts.join(&format!(" {} ", style.dot())));
}
