//! Floor 1: an assessment as text; one file per format. Nothing here prints or judges.

pub mod badge;
mod declarations;
mod human;
pub mod style;

use crate::model::assessment::Assessment;
use style::Style;

/// The formats of an assessment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Human,
    /// The assessment document.
    Json,
}

impl Format {
    /// All formats by name.
    pub const ALL: [(&'static str, Self); 2] = [("human", Self::Human), ("json", Self::Json)];

    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, format)| format)
    }
}

/// How much the human view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The way to the next level, and counts of the rest.
    Short,
    /// Every requirement.
    Every,
    /// Every requirement with all its evidence.
    Evidence,
}

/// Renders an assessment.
pub fn render(assessment: &Assessment, format: Format, style: &Style, detail: Detail) -> String {
    match format {
        Format::Human => human::render(assessment, style, detail),
        Format::Json => json(assessment),
    }
}

fn json(assessment: &Assessment) -> String {
    // Through a value, so that keys are sorted; serialising plain data into memory cannot fail.
    let mut text = serde_json::to_value(assessment).map(|value| format!("{value:#}")).unwrap_or_default();
    text.push('\n');
    text
}
