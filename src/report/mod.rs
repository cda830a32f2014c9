//! Floor 1: an assessment as text; one file per format. Nothing here prints or judges.

pub mod badge;
pub mod checklist;
pub mod comparison;
pub mod crosswalk;
mod csv;
mod declarations;
mod escape;
mod evidence;
pub mod findings;
mod gemara;
pub mod github;
pub mod github_summary;
pub mod gitlab;
mod html;
mod intoto;
mod junit;
mod links;
pub mod oscal;
pub mod parquet;
pub mod portfolio;
mod record;
pub mod sarif;
mod settling;
pub mod style;
pub mod template;
mod text;
mod words;

use crate::model::assessment::Assessment;
use findings::Also;
use style::Style;

/// The formats of an assessment. A format is added by a file here, a variant, and a line in each of the three tables below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// The assessment document.
    Json,
    /// Gemara's evaluation log, as JSON, which is YAML.
    Gemara,
    /// OSCAL assessment-results.
    Oscal,
    /// An unsigned in-toto statement with all results, in the draft of the Baseline's predicate.
    InToto,
    /// An unsigned in-toto statement of what passed: a Simple Verification Result.
    Svr,
    /// The evidence report as one page that needs nothing else.
    Html,
    /// The evidence report as Markdown.
    Markdown,
    /// Failures, for code scanning.
    Sarif,
    /// Test results, for CI systems.
    Junit,
    /// Failures, for GitLab's code quality reports.
    Gitlab,
    /// A table, for spreadsheets.
    Csv,
    /// Annotations, for GitHub Actions.
    Github,
    /// The summary of a step of GitHub Actions, and of a merge request.
    GithubSummary,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 14] = [
        Self::Text,
        Self::Json,
        Self::Html,
        Self::Markdown,
        Self::Sarif,
        Self::Junit,
        Self::Gitlab,
        Self::Csv,
        Self::Github,
        Self::GithubSummary,
        Self::Gemara,
        Self::Oscal,
        Self::InToto,
        Self::Svr,
    ];

    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Gemara => "gemara",
            Self::Oscal => "oscal",
            Self::InToto => "intoto",
            Self::Svr => "svr",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Gitlab => "gitlab",
            Self::Csv => "csv",
            Self::Github => "github",
            Self::GithubSummary => "github-summary",
        }
    }

    /// What files of it end in, after the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Text | Self::Github => "txt",
            Self::Json | Self::Gemara | Self::Oscal | Self::InToto | Self::Svr | Self::Gitlab => "json",
            Self::Sarif => "sarif",
            Self::Junit => "xml",
            Self::Csv => "csv",
            Self::Markdown | Self::GithubSummary => "md",
        }
    }
}

/// How much the view at a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// The way to the next level, and counts of the rest.
    Short,
    /// Every requirement.
    Every,
    /// Every requirement with all its evidence.
    Evidence,
}

/// What is shown, and how.
#[derive(Debug, Clone, Copy)]
pub struct View {
    /// What the place of output can show.
    pub style: Style,
    /// How much is shown.
    pub detail: Detail,
    /// What is told beside failures, by formats that tell only these.
    pub also: Also,
}

/// Why an assessment cannot be shown in a format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("as {format}: {why}")]
pub struct NotRendered {
    /// The name of the format.
    pub format: &'static str,
    /// What the format demands and the assessment does not have.
    pub why: String,
}

/// Renders an assessment. The same assessment gives the same bytes in every format.
///
/// # Errors
/// An assessment that lacks what the format cannot do without.
pub fn render(assessment: &Assessment, format: Format, view: &View) -> Result<String, NotRendered> {
    Ok(match format {
        Format::Text => text::render(assessment, view),
        Format::Json => json(assessment),
        Format::Gemara => gemara::render(assessment)?,
        Format::Oscal => oscal::render(assessment)?,
        Format::InToto => intoto::baseline(assessment)?,
        Format::Svr => intoto::verification(assessment)?,
        Format::Html => evidence::html(assessment).map_err(|error| defective(format, &error))?,
        Format::Markdown => evidence::markdown(assessment).map_err(|error| defective(format, &error))?,
        Format::Sarif => sarif::render(assessment, view.also),
        Format::Junit => junit::render(assessment),
        Format::Gitlab => gitlab::render(assessment, view.also),
        Format::Csv => csv::render(assessment),
        Format::Github => github::render(assessment, view.also),
        Format::GithubSummary => github_summary::render(assessment),
    })
}

fn defective(format: Format, error: &template::TemplateError) -> NotRendered {
    NotRendered { format: format.name(), why: error.to_string() }
}

fn json(assessment: &Assessment) -> String {
    // Through a value, so that keys are sorted; serialising plain data into memory cannot fail.
    let mut text =
        serde_json::to_value(assessment).and_then(|value| serde_json::to_string_pretty(&value)).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;
