//! The view for people: the level reached, the shortest list to the next one with evidence and a fix, counts of the rest.

use std::fmt::Write as _;

use super::style::Style;
use super::{Detail, View, declarations, settling};
use crate::model::assessment::{Assessment, LevelMode, LevelStanding, Standing, Verdict};
use crate::model::evidence::{Confidence, Evidence, EvidenceKind};
use crate::model::id::Level;
use crate::model::ruling::Outcome;

/// Cells of a level's bar.
const BAR: u32 = 24;
/// Places of evidence shown under a requirement in the short view.
const SHORT_EVIDENCE: usize = 3;

pub(super) fn render(assessment: &Assessment, view: &View) -> String {
    let View { style, detail, .. } = view;
    let detail = *detail;
    let mut out = String::new();
    header(&mut out, assessment, style);
    levels(&mut out, assessment, style);
    if detail == Detail::Short {
        way(&mut out, assessment, style);
    } else {
        every(&mut out, assessment, style, detail);
    }
    declarations::attention(&mut out, assessment, style);
    footer(&mut out, assessment, style, detail);
    out
}

/// What was assessed against which version, as a heading.
pub(super) fn title(assessment: &Assessment, style: &Style) -> String {
    let subject = &assessment.subject;
    let name = match (&subject.host, &subject.owner) {
        (Some(host), Some(owner)) => format!("{host}/{owner}/{}", subject.name),
        _ => subject.name.clone(),
    };
    let commit = subject
        .commit
        .as_deref()
        .map_or_else(|| "files as they lie".to_owned(), |commit| format!("@ {}", commit.get(..9).unwrap_or(commit)));
    let line = format!("OSPS Baseline {} {} {} {commit}", assessment.catalog.version, style.dot(), style.plain(&name));
    style.bold(&line)
}

fn header(out: &mut String, assessment: &Assessment, style: &Style) {
    let _ = writeln!(out, "{}", title(assessment, style));
    if assessment.levels.mode == LevelMode::Exact {
        let ids: Vec<&str> = assessment.levels.mode_matters_for.iter().map(|id| id.as_str()).collect();
        let _ = writeln!(out, "Levels as the catalog lists them (exact); this matters for {}.", ids.join(", "));
    }
    if let [first, others @ ..] = assessment.policies.changed.as_slice() {
        let more = if others.is_empty() { String::new() } else { format!(" and {} more", others.len()) };
        let line = format!("Judged with policies that are not those of osps: {}{more}.", style.plain(first));
        let _ = writeln!(out, "{line}");
    }
    out.push('\n');
}

fn levels(out: &mut String, assessment: &Assessment, style: &Style) {
    for standing in &assessment.levels.standings {
        let bar = style.bar(standing.met, standing.total, BAR);
        let reached = if standing.reached { style.outcome(Outcome::Passed, "reached") } else { distance(standing) };
        let (level, met, total) = (standing.level, standing.met, standing.total);
        let _ = writeln!(out, "  Level {level}  {bar}  {met:>2} of {total:>2} met   {reached}");
    }
    out.push('\n');
    let sentence = match assessment.levels.reached {
        Some(level) => format!("Level {level} is reached."),
        None => "No level is reached yet.".to_owned(),
    };
    let _ = writeln!(out, "{}", style.bold(&sentence));
    if let Some(target) = assessment.levels.target {
        let met = assessment.levels.reached.is_some_and(|reached| reached >= target);
        let state = if met { "reached" } else { "not reached" };
        let _ = writeln!(out, "The project wants to reach level {target}: {state}.");
    }
}

fn distance(standing: &LevelStanding) -> String {
    let parts: Vec<String> = [(standing.unmet, "to fix"), (standing.open, "to answer"), (standing.waived, "waived")]
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if parts.is_empty() {
        return "not reached: nothing counts at it".to_owned();
    }
    format!("not reached: {}", parts.join(", "))
}

/// The level that comes next; none when all are reached.
fn next_level(assessment: &Assessment) -> Option<Level> {
    assessment.levels.standings.iter().find(|standing| !standing.reached).map(|standing| standing.level)
}

fn way(out: &mut String, assessment: &Assessment, style: &Style) {
    let Some(level) = next_level(assessment) else { return };
    // Who has what they want is not sent further.
    if assessment.levels.target.is_some_and(|target| target < level) {
        return;
    }
    let counting: Vec<&Verdict> = assessment
        .requirements
        .iter()
        .filter(|verdict| assessment.levels.mode.counts(&verdict.levels, level))
        .filter(|verdict| verdict.standing != Standing::Met)
        .collect();
    let _ = writeln!(out, "\n{}", style.bold(&format!("To reach level {level}")));
    let open = counting.iter().filter(|verdict| verdict.standing != Standing::Waived);
    for outcome in [Outcome::Failed, Outcome::NeedsReview] {
        for verdict in open.clone().filter(|verdict| verdict.outcome == outcome) {
            item(out, verdict, style, SHORT_EVIDENCE);
        }
    }
    for verdict in counting.iter().filter(|verdict| verdict.standing == Standing::Waived) {
        item(out, verdict, style, SHORT_EVIDENCE);
    }
    let counting: Vec<&Verdict> = open.copied().collect();
    unknowns(out, &counting, style);
}

/// Unknown requirements, grouped by the least that may settle them.
fn unknowns(out: &mut String, counting: &[&Verdict], style: &Style) {
    let undecided = counting.iter().filter(|verdict| verdict.outcome == Outcome::Unknown);
    for group in settling::groups(undecided.copied()) {
        let symbol = style.outcome(Outcome::Unknown, style.symbol(Outcome::Unknown));
        let _ = writeln!(out, "  {symbol} {}", style.wrap(&group.sentence(), 4).trim_start());
        for (verdict, more) in &group.members {
            let line = format!("{}  {}{}", verdict.id, verdict.summary, settling::otherwise(more));
            let _ = writeln!(out, "{}", style.wrap(&line, 6));
        }
    }
}

fn every(out: &mut String, assessment: &Assessment, style: &Style, detail: Detail) {
    let limit = if detail == Detail::Evidence { usize::MAX } else { SHORT_EVIDENCE };
    let mut family = "";
    // What was not asked for is counted below, and said nothing about.
    for verdict in assessment.requirements.iter().filter(|verdict| verdict.outcome != Outcome::NotRun) {
        if verdict.family != family {
            family = &verdict.family;
            let _ = writeln!(out, "\n{}", style.bold(family));
        }
        let quiet = detail == Detail::Every && !matches!(verdict.outcome, Outcome::Failed | Outcome::NeedsReview);
        item(out, verdict, style, if quiet { 1 } else { limit });
    }
}

fn item(out: &mut String, verdict: &Verdict, style: &Style, evidence: usize) {
    let symbol = style.outcome(verdict.outcome, style.symbol(verdict.outcome));
    let symbol = format!("{symbol}{}", declarations::mark(verdict, style));
    let levels: Vec<String> = verdict.levels.iter().map(ToString::to_string).collect();
    let remark: Vec<&str> =
        [verdict.confidence.map(confidence), verdict.evidence_kind.and_then(kind)].into_iter().flatten().collect();
    let remark = if remark.is_empty() { String::new() } else { format!("  ({})", remark.join(", ")) };
    let id = style.bold(verdict.id.as_str());
    let about = style.faint(&format!("level {}{remark}", levels.join(" ")));
    let _ = writeln!(out, "  {symbol} {id}  {about}");
    let _ = writeln!(out, "{}", style.wrap(&verdict.message, 6));
    for evidence in verdict.evidence.iter().take(evidence) {
        if let Some(line) = place(evidence) {
            let _ = writeln!(out, "{}", style.faint(&style.wrap(&line, 8)));
        }
    }
    if verdict.evidence.len() > evidence {
        let _ = writeln!(out, "        {}", style.faint(&format!("and {} more", verdict.evidence.len() - evidence)));
    }
    declarations::under(out, verdict, style);
    for note in &verdict.notes {
        let _ = writeln!(out, "{}", style.wrap(&format!("note: {note}"), 6));
    }
    if matches!(verdict.standing, Standing::Unmet | Standing::Open)
        && let Some(fix) = &verdict.remediation
    {
        let _ = writeln!(out, "{}", style.wrap(&format!("fix: {} (about {})", fix.text, effort(fix.minutes)), 6));
    }
}

/// Where something was seen, as `path:line  what`.
pub(super) fn place(evidence: &Evidence) -> Option<String> {
    let at = match (&evidence.path, evidence.line, &evidence.url) {
        (Some(path), Some(line), _) => format!("{path}:{line}"),
        (Some(path), None, _) => path.clone(),
        (None, _, Some(url)) => url.clone(),
        (None, _, None) => evidence.fact.clone()?,
    };
    Some(match &evidence.detail {
        Some(detail) => format!("{at}  {detail}"),
        None => at,
    })
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Low => "low confidence",
        Confidence::Medium => "medium confidence",
        Confidence::High => "high confidence",
    }
}

/// Kinds worth naming: observation is the usual one.
fn kind(kind: EvidenceKind) -> Option<&'static str> {
    match kind {
        EvidenceKind::Observed => None,
        EvidenceKind::Inferred => Some("inferred"),
        EvidenceKind::PlatformStructural => Some("by the nature of the host"),
        EvidenceKind::PlatformPolicy => Some("by a rule of the host"),
        EvidenceKind::Declared => Some("declared"),
        EvidenceKind::Attested => Some("attested"),
    }
}

/// A text with a capital at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().map_or_else(String::new, |first| first.to_uppercase().chain(rest).collect())
}

pub(super) fn effort(minutes: u32) -> String {
    match minutes {
        0..=89 => format!("{minutes} min"),
        90..=479 => format!("{} h", (minutes + 30) / 60),
        480..=719 => "1 day".to_owned(),
        _ => format!("{} days", (minutes + 240) / 480),
    }
}

fn footer(out: &mut String, assessment: &Assessment, style: &Style, detail: Detail) {
    let counts: Vec<String> = Outcome::ALL
        .into_iter()
        .filter_map(|outcome| {
            let count = assessment.outcomes.get(&outcome).copied().unwrap_or_default();
            (count > 0).then(|| style.outcome(outcome, &format!("{count} {}", word(outcome))))
        })
        .collect();
    let separator = format!(" {} ", style.dot());
    let _ = writeln!(out, "\n{}   (of {} requirements)", counts.join(&separator), assessment.requirements.len());
    declarations::summary(out, assessment, style);
    if detail == Detail::Short {
        let hint = "`-v` lists every requirement; `osps explain ID` tells what one asks and how it is decided.";
        let _ = writeln!(out, "{}", style.faint(hint));
    }
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::NeedsReview => "to review",
        Outcome::NotApplicable => "not applicable",
        Outcome::Unknown => "unknown",
        Outcome::NotRun => "not run",
    }
}
