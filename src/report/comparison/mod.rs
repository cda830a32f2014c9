//! Two states side by side, as text; one file per format. The answer comes first, then what got worse, where, and what to do.

mod annotations;
mod markdown;
mod text;

use super::{NotRendered, View};
use crate::model::assessment::Assessment;
use crate::model::comparison::{Answer, Change, Class, Comparison, LevelChange, Severity, Side, State};
use crate::model::evidence::Evidence;
use crate::model::id::Level;
use crate::model::ruling::Outcome;

/// The formats of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// The comparison document.
    Json,
    /// For the summary of a pipeline, or a note beside a change request.
    Markdown,
    /// What got worse, as annotations of GitHub Actions.
    Github,
    /// What is not met in the later state, for code scanning, which compares by itself.
    Sarif,
    /// What is not met in the later state, for GitLab, which compares by itself.
    Gitlab,
    /// The later state as test results.
    Junit,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 7] =
        [Self::Text, Self::Json, Self::Markdown, Self::Github, Self::Sarif, Self::Gitlab, Self::Junit];

    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Markdown => "markdown",
            Self::Github => "github",
            Self::Sarif => "sarif",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
        }
    }
}

/// Renders a comparison. The same comparison gives the same bytes in every format.
///
/// # Errors
/// A comparison that lacks what the format cannot do without.
pub fn render(
    comparison: &Comparison,
    after: Option<&Assessment>,
    format: Format,
    view: &View,
) -> Result<String, NotRendered> {
    let of_state = |state: super::Format| {
        let why = || "it tells of one state, and there is none".to_owned();
        let after = after.ok_or_else(|| NotRendered { format: format.name(), why: why() })?;
        super::render(after, state, view)
    };
    Ok(match format {
        Format::Text => text::render(comparison, view),
        Format::Json => json(comparison),
        Format::Markdown => markdown::render(comparison),
        Format::Github => annotations::render(comparison),
        Format::Sarif => of_state(super::Format::Sarif)?,
        Format::Gitlab => of_state(super::Format::Gitlab)?,
        Format::Junit => of_state(super::Format::Junit)?,
    })
}

fn json(comparison: &Comparison) -> String {
    let mut text = serde_json::to_value(comparison).map(|value| format!("{value:#}")).unwrap_or_default();
    text.push('\n');
    text
}

/// The answer in one line: what a reviewer reads first.
fn headline(comparison: &Comparison) -> String {
    let worse = counted(comparison, Severity::Error);
    let open = counted(comparison, Severity::Incomplete);
    let why = |parts: &[String], otherwise: &str| match parts {
        [] => otherwise.to_owned(),
        parts => parts.join(", "),
    };
    match comparison.gate.as_ref().map(|gate| gate.answer) {
        Some(Answer::Holds) => "The gate holds: nothing got worse.".to_owned(),
        Some(Answer::Fails) => {
            format!("The gate fails: {}.", why(&worse, "the level that is asked for is not reached"))
        }
        Some(Answer::Incomplete) => {
            format!("The gate gives no answer: {}.", why(&open, "what it takes could not be read"))
        }
        None if comparison.changes.iter().all(|change| change.severity == Severity::Silent) => {
            "Nothing changed that counts.".to_owned()
        }
        None => format!("{}.", super::text::capital(&all_counted(comparison).join(", "))),
    }
}

/// The classes of one weight with their numbers, such as `2 regressions`.
fn counted(comparison: &Comparison, severity: Severity) -> Vec<String> {
    Class::ALL
        .into_iter()
        .filter_map(|class| {
            let of_class = |change: &&Change| change.class == class && change.severity == severity;
            let mut number = comparison.changes.iter().filter(of_class).count();
            if class == Class::LevelDrop {
                number = comparison.level.iter().filter(|level| level.severity == severity && dropped(level)).count();
            }
            (number > 0).then(|| words(class, number))
        })
        .collect()
}

/// Everything that is shown, with numbers.
fn all_counted(comparison: &Comparison) -> Vec<String> {
    [Severity::Error, Severity::Incomplete, Severity::Warning, Severity::Notice]
        .into_iter()
        .flat_map(|severity| counted(comparison, severity))
        .collect()
}

fn dropped(level: &LevelChange) -> bool {
    level.after < level.before
}

/// How many requirements stay as they were, met or not.
fn as_before(comparison: &Comparison) -> String {
    let of = |class: Class| comparison.counts.get(&class).copied().unwrap_or_default();
    let (unchanged, known) = (of(Class::Unchanged), of(Class::Known));
    match known {
        0 => format!("{unchanged} as before"),
        known => format!("{} as before, {known} of them not met", unchanged + known),
    }
}

fn words(class: Class, number: usize) -> String {
    let (one, many) = match class {
        Class::LevelDrop => ("a level lost", "levels lost"),
        Class::Regression => ("1 regression", "regressions"),
        Class::MoreFindings => ("1 with more findings", "with more findings"),
        Class::EvidenceLost => ("1 whose evidence is lost", "whose evidence is lost"),
        Class::Expired => ("1 expired declaration", "expired declarations"),
        Class::NotComparable => ("1 that could not be compared", "that could not be compared"),
        Class::Weakened => ("1 weakened", "weakened"),
        Class::ScopeChange => ("1 whose scope changed", "whose scope changed"),
        Class::NewWaiver => ("1 new waiver", "new waivers"),
        Class::NewlySeen => ("1 newly seen to fail", "newly seen to fail"),
        Class::ExpiresSoon => ("1 that expires soon", "that expire soon"),
        Class::Stale => ("1 stale declaration", "stale declarations"),
        Class::Improvement => ("1 improvement", "improvements"),
        Class::PolicyChange => ("1 judged otherwise by other policies", "judged otherwise by other policies"),
        Class::CatalogChange => ("1 judged otherwise by another catalog", "judged otherwise by another catalog"),
        Class::NewRequirement => ("1 new requirement", "new requirements"),
        Class::Retired => ("1 retired requirement", "retired requirements"),
        Class::Known => ("1 not met as before", "not met as before"),
        Class::Unchanged => ("1 unchanged", "unchanged"),
    };
    if number == 1 { one.to_owned() } else { format!("{number} {many}") }
}

/// What happened to a requirement, such as `passed → failed`.
fn step(change: &Change, arrow: &str) -> String {
    let side = |state: &Option<State>| state.as_ref().map_or_else(|| "not asked for".to_owned(), standing);
    let (before, after) = (side(&change.before), side(&change.after));
    if before == after { after } else { format!("{before} {arrow} {after}") }
}

fn standing(state: &State) -> String {
    use crate::model::assessment::{Basis, Standing};
    let seen = match state.outcome {
        Outcome::Passed => "passed",
        Outcome::Failed => "failed",
        Outcome::NeedsReview => "to review",
        Outcome::NotApplicable => "not applicable",
        Outcome::Unknown => "unknown",
        Outcome::NotRun => "not run",
    };
    match (state.standing, state.basis) {
        (Standing::Waived, _) => format!("{seen}, waived"),
        (Standing::Met, Some(Basis::Attested)) => format!("{seen}, attested"),
        _ => seen.to_owned(),
    }
}

/// Where something was seen.
fn place(evidence: &Evidence) -> Option<String> {
    match (&evidence.path, evidence.line, &evidence.url) {
        (Some(path), Some(line), _) => Some(format!("{path}:{line}")),
        (Some(path), None, _) => Some(path.clone()),
        (None, _, url) => url.clone(),
    }
}

/// The name of a state, with its commit.
fn side(side: &Side) -> (String, Option<String>) {
    let commit = side.subject.as_ref().and_then(|subject| subject.commit.as_deref());
    let short = commit.map(|commit| commit.get(..9).unwrap_or(commit).to_owned());
    (side.name.clone(), short.filter(|short| !side.name.starts_with(short.as_str())))
}

fn level(level: Option<Level>) -> String {
    level.map_or_else(|| "none".to_owned(), |level| level.to_string())
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
