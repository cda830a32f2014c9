//! The results as tables for other programs: tidy rows for spreadsheets and data frames, one object per repository as JSON. They
//! are written piece by piece, since those of thousands of repositories are large.

use std::collections::BTreeMap;
use std::io;

use serde_json::json;

use super::standing;
use crate::model::assessment::Standing;
use crate::model::catalog::Catalog;
use crate::model::portfolio::{Mark, Project, RepositoryName, RepositoryResult, Survey};
use crate::report::parquet::{Column, Parquet};
use crate::report::{csv, words};

/// One requirement of one repository in one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// The run.
    pub run: &'a str,
    /// When it began, RFC 3339.
    pub started_at: &'a str,
    /// The version of the standard.
    pub catalog: &'a str,
    /// The id of the project.
    pub project: &'a str,
    /// The id of the group that it belongs to.
    pub group: Option<&'a str>,
    /// The repository.
    pub repository: &'a str,
    /// The commit.
    pub commit: Option<&'a str>,
    /// The requirement.
    pub requirement: &'a str,
    /// The levels at which the standard lists it, with `; ` between them.
    pub levels: &'a str,
    /// How it stands, in a word.
    pub status: &'static str,
    /// How it counts, in a word.
    pub standing: &'static str,
}

impl Row<'_> {
    /// The names of the columns.
    pub const COLUMNS: [&'static str; 11] = [
        "run",
        "started_at",
        "catalog",
        "project",
        "group",
        "repository",
        "commit",
        "requirement",
        "levels",
        "status",
        "standing",
    ];

    /// The texts of the columns.
    pub fn texts(&self) -> [Option<&str>; 11] {
        [
            Some(self.run),
            Some(self.started_at),
            Some(self.catalog),
            Some(self.project),
            self.group,
            Some(self.repository),
            self.commit,
            Some(self.requirement),
            Some(self.levels),
            Some(self.status),
            Some(self.standing),
        ]
    }
}

/// Every requirement of every assessed repository, project by project.
///
/// # Errors
/// What `each` fails with.
pub fn rows(survey: &Survey, catalog: &Catalog, mut each: impl FnMut(&Row<'_>) -> io::Result<()>) -> io::Result<()> {
    let run = &survey.now.run;
    let levels: BTreeMap<&str, String> = catalog
        .requirements
        .iter()
        .map(|one| {
            let levels: Vec<String> = one.levels.iter().map(ToString::to_string).collect();
            (one.id.as_str(), levels.join("; "))
        })
        .collect();
    for (project, name, result) in in_order(survey) {
        let RepositoryResult::Assessed { commit, marks, .. } = result else { continue };
        let repository = name.to_string();
        for (id, mark) in run.requirements.iter().zip(marks.chars().filter_map(Mark::read)) {
            each(&Row {
                run: &run.id,
                started_at: &run.started_at,
                catalog: &run.catalog,
                project: &project.id,
                group: project.group.as_deref(),
                repository: &repository,
                commit: commit.as_deref(),
                requirement: id.as_str(),
                levels: levels.get(id.as_str()).map_or("", String::as_str),
                status: status(mark),
                standing: words::standing(mark.standing()),
            })?;
        }
    }
    Ok(())
}

/// The repositories that a run is done with, project by project.
fn in_order(survey: &Survey) -> impl Iterator<Item = (&Project, &RepositoryName, &RepositoryResult)> {
    let results = standing::results(&survey.now);
    let projects = survey.now.run.inventory.projects.iter();
    let named = projects.flat_map(|project| project.repositories.iter().map(move |name| (project, name)));
    named.filter_map(move |(project, name)| Some((project, name, results.get(name).copied()?)))
}

/// The word of machine formats for a mark.
fn status(mark: Mark) -> &'static str {
    match (mark.standing(), mark.character()) {
        (Standing::Waived, _) => "waived",
        (_, 'A') => "attested",
        _ => words::outcome(standing::outcome(mark)),
    }
}

/// All results as a table for spreadsheets.
///
/// # Errors
/// What writing fails with.
pub fn results_csv(survey: &Survey, catalog: &Catalog, out: &mut dyn io::Write) -> io::Result<()> {
    write_row(out, Row::COLUMNS.map(str::to_owned).into_iter())?;
    rows(survey, catalog, |row| write_row(out, row.texts().into_iter().map(|text| text.unwrap_or_default().to_owned())))
}

/// All results as a table for data frames.
///
/// # Errors
/// What writing fails with.
pub fn results_parquet(survey: &Survey, catalog: &Catalog, out: &mut (dyn io::Write + Send)) -> io::Result<()> {
    let column = |name| Column { name, optional: matches!(name, "group" | "commit") };
    let mut table = Parquet::new(out, Row::COLUMNS.map(column))?;
    rows(survey, catalog, |row| table.row(row.texts()))?;
    table.end()
}

/// One object per repository and line.
///
/// # Errors
/// What writing fails with.
pub fn results_jsonl(survey: &Survey, out: &mut dyn io::Write) -> io::Result<()> {
    let run = &survey.now.run;
    for (project, name, result) in in_order(survey) {
        let mut row = json!({
            "run": run.id, "started_at": run.started_at, "catalog": run.catalog, "project": project.id,
            "group": project.group, "target_level": project.target_level, "repository": name,
        });
        match result {
            RepositoryResult::Assessed { commit, level, marks, assessment } => {
                let marks = run.requirements.iter().zip(marks.chars().filter_map(Mark::read));
                let marks: BTreeMap<&str, &str> = marks.map(|(id, mark)| (id.as_str(), status(mark))).collect();
                row["commit"] = json!(commit);
                row["level"] = json!(level);
                row["assessment"] = json!(assessment);
                row["requirements"] = json!(marks);
            }
            RepositoryResult::NotAssessed { why, passing } => {
                row["not_assessed"] = json!({"why": why, "passing": passing});
            }
        }
        writeln!(out, "{row}")?;
    }
    Ok(())
}

/// The repositories that were not assessed, with the causes.
///
/// # Errors
/// What writing fails with.
pub fn not_assessed_csv(survey: &Survey, out: &mut dyn io::Write) -> io::Result<()> {
    write_row(out, ["project", "repository", "why", "trying_again_may_help"].map(str::to_owned).into_iter())?;
    let results = standing::results(&survey.now);
    for project in &survey.now.run.inventory.projects {
        for name in &project.repositories {
            let (why, again) = match results.get(name) {
                Some(RepositoryResult::Assessed { .. }) => continue,
                Some(RepositoryResult::NotAssessed { why, passing }) => (why.as_str(), *passing),
                None => ("the run has not reached it", true),
            };
            let again = if again { "yes" } else { "no" };
            write_row(out, [project.id.clone(), name.to_string(), why.to_owned(), again.to_owned()].into_iter())?;
        }
    }
    Ok(())
}

/// What changed since the run before.
///
/// # Errors
/// What writing fails with.
pub fn changes_csv(survey: &Survey, out: &mut dyn io::Write) -> io::Result<()> {
    write_row(out, ["repository", "requirement", "before", "now", "change"].map(str::to_owned).into_iter())?;
    for one in &survey.transitions {
        let change = match (one.is_regression(), one.is_progress()) {
            (true, _) => "worse",
            (_, true) => "better",
            _ => "other",
        };
        let (before, now) = (status(one.from).to_owned(), status(one.to).to_owned());
        let cells = [one.repository.to_string(), one.requirement.clone(), before, now, change.to_owned()];
        write_row(out, cells.into_iter())?;
    }
    Ok(())
}

fn write_row(out: &mut dyn io::Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    let mut line = String::new();
    csv::row(&mut line, cells);
    out.write_all(line.as_bytes())
}
