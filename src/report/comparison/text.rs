//! A comparison for people at a terminal.

use std::fmt::Write as _;

use super::{all_counted, as_before, dropped, headline, level, place, side, step};
use crate::model::comparison::{Answer, Change, Class, Comparison, Severity};
use crate::model::evidence::Evidence;
use crate::model::ruling::Outcome;
use crate::report::style::Style;
use crate::report::{Detail, View};

/// Places shown under a change in the short view.
const PLACES: usize = 3;

pub(super) fn render(comparison: &Comparison, view: &View) -> String {
    let View { style, detail, .. } = view;
    let mut out = String::new();
    let named = |one| match side(one) {
        (name, Some(commit)) => format!("{} ({commit})", style.plain(&name)),
        (name, None) => style.plain(&name),
    };
    let (arrow, dot) = (arrow(style), style.dot());
    let (before, after) = (named(&comparison.before), named(&comparison.after));
    let _ = writeln!(out, "{before} {arrow} {after} {dot} OSPS Baseline {}\n", comparison.after.catalog);
    let outcome = match comparison.gate.as_ref().map(|gate| gate.answer) {
        Some(Answer::Holds) => Some(Outcome::Passed),
        Some(Answer::Fails) => Some(Outcome::Failed),
        Some(Answer::Incomplete) => Some(Outcome::Unknown),
        None => None,
    };
    let line = headline(comparison);
    let _ = writeln!(out, "{}", outcome.map_or_else(|| style.bold(&line), |outcome| style.outcome(outcome, &line)));
    if let Some(change) = &comparison.level {
        let (before, after) = (level(change.before), level(change.after));
        let line = format!("Level {before} {arrow} {after}");
        let told = if dropped(change) { style.outcome(Outcome::Failed, &line) } else { line };
        let _ = writeln!(out, "{told}");
    }
    for why in comparison.gate.iter().flat_map(|gate| &gate.because) {
        let _ = writeln!(out, "{}", style.wrap(why, 0));
    }
    for change in comparison.changes.iter().filter(|change| change.severity >= Severity::Warning) {
        item(&mut out, change, style, *detail);
    }
    let least = if *detail == Detail::Short { Severity::Notice } else { Severity::Silent };
    let light = |change: &&Change| change.severity < Severity::Warning && change.severity >= least;
    for (at, change) in comparison.changes.iter().filter(light).enumerate() {
        let gap = if at == 0 { "\n" } else { "" };
        let _ = writeln!(out, "{gap}  {}", title(change, style));
    }
    footer(&mut out, comparison, style);
    out
}

fn arrow(style: &Style) -> &'static str {
    if style.unicode { "→" } else { "->" }
}

/// A sign, never colour alone.
fn sign(change: &Change, style: &Style) -> String {
    let (outcome, sign) = match (change.severity, change.class) {
        (Severity::Error, _) => (Outcome::Failed, style.symbol(Outcome::Failed)),
        (Severity::Incomplete, _) => (Outcome::Unknown, style.symbol(Outcome::Unknown)),
        (Severity::Warning, _) => (Outcome::NeedsReview, "!"),
        (_, Class::Improvement) => (Outcome::Passed, style.symbol(Outcome::Passed)),
        _ => (Outcome::NotApplicable, style.dot()),
    };
    style.outcome(outcome, sign)
}

fn title(change: &Change, style: &Style) -> String {
    let id = style.bold(change.id.as_str());
    let what = change.class.name().replace('-', " ");
    format!("{} {id}  {what}  {}", sign(change, style), step(change, arrow(style)))
}

fn item(out: &mut String, change: &Change, style: &Style, detail: Detail) {
    let levels: Vec<String> = change.levels.iter().map(ToString::to_string).collect();
    let about = style.faint(&format!("level {}", levels.join(" ")));
    let _ = writeln!(out, "\n  {}  {about}", title(change, style));
    let _ = writeln!(out, "{}", style.wrap(&change.message, 6));
    let most = if detail == Detail::Evidence { usize::MAX } else { PLACES };
    places(out, "new:", &change.places, style, most);
    places(out, "was:", &change.was, style, most);
    if change.severity >= Severity::Incomplete
        && let Some(fix) = &change.remediation
    {
        let _ = writeln!(out, "{}", style.wrap(&format!("fix: {}", fix.text), 6));
    }
}

fn places(out: &mut String, label: &str, list: &[Evidence], style: &Style, most: usize) {
    for evidence in list.iter().take(most) {
        let Some(place) = place(evidence) else { continue };
        let what = evidence.detail.as_deref().map(|detail| format!("  {detail}")).unwrap_or_default();
        let _ = writeln!(out, "{}", style.faint(&style.wrap(&format!("{label} {place}{what}"), 6)));
    }
    if list.len() > most {
        let _ = writeln!(out, "      {}", style.faint(&format!("{label} and {} more", list.len() - most)));
    }
}

fn footer(out: &mut String, comparison: &Comparison, style: &Style) {
    let mut counts = all_counted(comparison);
    counts.push(as_before(comparison));
    let _ = writeln!(out, "\n{}", style.wrap(&format!("{}.", counts.join(&format!(" {} ", style.dot()))), 0));
    for remark in &comparison.remarks {
        let _ = writeln!(out, "{}", style.faint(&style.wrap(remark, 0)));
    }
}
