//! A run over a portfolio, for a board and for those who have to act: one page that needs nothing else, a page of evidence for
//! every repository, tables for other programs, and Markdown for an issue. No score and no ranking: counts, with what is not
//! known told apart from what fails.

mod data;
mod page;
mod slug;
mod standing;
mod table;

use base64::Engine as _;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::template::{self, TemplateError};
use super::{evidence, html, links};
use crate::model::assessment::Assessment;
use crate::model::catalog::Catalog;
use crate::model::id::Level;
use crate::model::portfolio::{RepositoryName, RepositoryResult, Survey};
use page::{Making, Page};
pub use slug::Slugs;
use standing::{Columns, ProjectStanding};
pub use table::{Row, changes_csv, not_assessed_csv, results_csv, results_jsonl, results_parquet, rows};

/// The style of the pages.
const STYLE: &str = "portfolio.style.j2";
/// What makes the table one that can be searched, sorted and filtered.
const SCRIPT: &str = "portfolio.script.j2";
/// The table library, as its authors publish it.
const LIBRARY: &str = "vendor/datatables/dataTables.js";
/// Characters that GitHub takes in the text of an issue, less some that are counted otherwise.
const ISSUE: usize = 65_000;

/// A run over a portfolio, counted at one level.
#[derive(Debug)]
pub struct Portfolio<'a> {
    survey: &'a Survey,
    catalog: &'a Catalog,
    level: Level,
    columns: Columns,
    standings: Vec<ProjectStanding<'a>>,
}

#[derive(Serialize)]
struct Index<'a> {
    page: Page<'a>,
    style: String,
    style_digest: String,
    library: String,
    library_digest: String,
    script: &'static str,
    script_digest: String,
    data: String,
}

#[derive(Serialize)]
struct Markdown<'a> {
    page: Page<'a>,
    /// How many rows of projects are shown.
    shown: usize,
}

#[derive(Serialize)]
struct OfProject<'a> {
    title: String,
    portfolio: String,
    owners: Vec<String>,
    catalog: &'a str,
    time: &'a str,
    tool: &'a str,
    reached: String,
    target: Option<u8>,
    level: u8,
    repositories: Vec<OfRepository<'a>>,
    style: String,
    style_digest: String,
}

#[derive(Serialize)]
struct OfRepository<'a> {
    name: String,
    url: Option<String>,
    link: Option<&'a str>,
    level: Option<String>,
    why: Option<String>,
    tally: Option<standing::Tally>,
    applicable: usize,
}

impl<'a> Portfolio<'a> {
    /// Counts the results of a run at a level.
    pub fn of(survey: &'a Survey, catalog: &'a Catalog, level: Level) -> Self {
        let columns = Columns::of(&survey.now.run, catalog, survey.mode);
        let standings = standing::projects(survey, catalog, level);
        Self { survey, catalog, level, columns, standings }
    }

    fn making(&'a self, slugs: Option<&'a Slugs>) -> Making<'a> {
        let Self { survey, catalog, level, columns, standings } = self;
        Making { survey, catalog, level: *level, columns, standings, slugs }
    }

    /// The page. It leads to the pages of the projects where there are any.
    ///
    /// # Errors
    /// A defect of a template.
    pub fn index(&'a self, slugs: Option<&'a Slugs>) -> Result<String, TemplateError> {
        let making = self.making(slugs);
        let (style, style_digest) = style()?;
        let library = lean(template::source(LIBRARY)?);
        let library_digest = digest(&library);
        let (script, script_digest) = part(SCRIPT)?;
        let data = data::packed(&making);
        let page = making.page();
        let index = Index { page, style, style_digest, library, library_digest, script, script_digest, data };
        template::page("portfolio.html.j2", index)
    }

    /// The same for an issue: as many projects as there is room for.
    ///
    /// # Errors
    /// A defect of the template.
    pub fn markdown(&self) -> Result<String, TemplateError> {
        let mut shown = self.standings.len();
        loop {
            let text = template::page("portfolio.md.j2", Markdown { page: self.making(None).page(), shown })?;
            if text.len() <= ISSUE {
                return Ok(text);
            }
            if shown == 1 {
                // Long texts of others before the projects.
                return Ok(super::github_summary::fit(&text, ISSUE));
            }
            shown = (shown * ISSUE / text.len()).min(shown - 1).max(1);
        }
    }

    /// The page of a project with several repositories: where each stands, and where its evidence is.
    ///
    /// # Errors
    /// A defect of the template; or there is no such project.
    pub fn project<'b>(&self, at: usize, slugs: &'b Slugs) -> Result<String, TemplateError> {
        let run = &self.survey.now.run;
        let (Some(standing), Some(names)) = (self.standings.get(at), slugs.repositories.get(at)) else {
            return Ok(String::new());
        };
        let results = standing::results(&self.survey.now);
        let project = standing.project;
        let repository = |(name, link): (&RepositoryName, &'b String)| {
            let mut one = OfRepository {
                name: name.to_string(),
                url: links::web(&format!("https://{name}")).map(str::to_owned),
                link: None,
                level: None,
                why: None,
                tally: None,
                applicable: 0,
            };
            match results.get(name) {
                Some(RepositoryResult::Assessed { level, marks, .. }) => {
                    let tally = self.columns.tally(marks, self.level, None);
                    one.link = Some(link);
                    one.level = Some(level.map_or_else(|| "none".to_owned(), |level| level.to_string()));
                    one.applicable = tally.applicable();
                    one.tally = Some(tally);
                }
                Some(RepositoryResult::NotAssessed { why, .. }) => one.why = Some(super::escape::short(why, 300)),
                None => one.why = Some("the run has not reached it".to_owned()),
            }
            one
        };
        let (style, style_digest) = style()?;
        template::page(
            "portfolio-project.html.j2",
            OfProject {
                title: super::escape::short(&project.title, 200),
                portfolio: self.making(None).title(),
                owners: project.owners.iter().map(|owner| super::escape::short(owner, 200)).collect(),
                catalog: &run.catalog,
                time: &run.started_at,
                tool: &run.tool,
                reached: standing.reached.words(),
                target: project.target_level.map(Level::number),
                level: self.level.number(),
                repositories: project.repositories.iter().zip(names).map(repository).collect(),
                style,
                style_digest,
            },
        )
    }
}

/// The page of evidence of one repository, with a way back to the page of the portfolio.
///
/// # Errors
/// A defect of the template.
pub fn evidence(assessment: &Assessment) -> Result<String, TemplateError> {
    evidence::page_within(assessment, "../index.html")
}

/// The style of the pages: that of evidence, and what they have beyond it.
fn style() -> Result<(String, String), TemplateError> {
    let text = template::source(html::STYLE)?.to_owned() + template::source(STYLE)?;
    let digest = digest(&text);
    Ok((text, digest))
}

/// A part of a page, with the digest by which the policy of the page lets it take effect.
fn part(name: &str) -> Result<(&'static str, String), TemplateError> {
    let text = template::source(name)?;
    Ok((text, digest(text)))
}

/// A script without comments on lines of their own and without indentation, which are half of it. It takes lines as they are, so
/// that no text of the script may go over several.
fn lean(script: &str) -> String {
    let mut out = String::with_capacity(script.len() / 2);
    let mut in_comment = false;
    for line in script.lines().map(str::trim) {
        // A notice of copyright stays.
        let begins = line.starts_with("/*") && !line.starts_with("/*!");
        if in_comment || begins {
            in_comment = !line.ends_with("*/");
        } else if !line.is_empty() && !line.starts_with("//") {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn digest(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests;
