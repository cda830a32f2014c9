//! How the projects of a portfolio stand: over all repositories of each, requirement by requirement, and in earlier runs. Counts
//! only: nothing is summed up into a number that would rank them.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::model::assessment::Standing;
use crate::model::catalog::Catalog;
use crate::model::id::Level;
use crate::model::portfolio::{Audit, Mark, Project, RepositoryName, RepositoryResult, Run, Survey};
use crate::model::ruling::Outcome;

/// How many classes of levels there are.
pub(super) const CLASSES: usize = 5;

/// What is known of the level of a project, which is the lowest of its repositories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reached {
    /// All of its repositories are at this level or above.
    Level(Level),
    /// One of its repositories does not reach level 1.
    None,
    /// One of its repositories was not assessed, and the others do not decide it.
    NotAssessed,
}

impl Reached {
    /// All of them, in the order in which they are shown.
    pub(super) const ALL: [Self; CLASSES] = [
        Self::Level(Level::ALL[2]),
        Self::Level(Level::ALL[1]),
        Self::Level(Level::ALL[0]),
        Self::None,
        Self::NotAssessed,
    ];

    /// Its place in that order.
    pub(super) fn place(self) -> usize {
        match self {
            Self::Level(level) => usize::from(3 - level.number().min(3)),
            Self::None => 3,
            Self::NotAssessed => 4,
        }
    }

    pub(super) fn words(self) -> String {
        match self {
            Self::Level(level) => format!("level {level}"),
            Self::None => "no level".to_owned(),
            Self::NotAssessed => "not assessed".to_owned(),
        }
    }

    /// The class of its colour.
    pub(super) fn class(self) -> &'static str {
        ["level-3", "level-2", "level-1", "level-0", "level-none"][self.place()]
    }

    fn of<'a>(results: impl Iterator<Item = Option<&'a RepositoryResult>>) -> Self {
        let mut lowest = None;
        let mut all = true;
        for result in results {
            match result {
                Some(RepositoryResult::Assessed { level: Some(level), .. }) => {
                    lowest = Some(lowest.map_or(*level, |known: Level| known.min(*level)));
                }
                Some(RepositoryResult::Assessed { level: None, .. }) => return Self::None,
                Some(RepositoryResult::NotAssessed { .. }) | None => all = false,
            }
        }
        lowest.filter(|_| all).map_or(Self::NotAssessed, Self::Level)
    }
}

/// How many requirements stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Tally {
    /// Passed, or attested.
    pub(super) met: usize,
    /// Failed.
    pub(super) failed: usize,
    /// Waived.
    pub(super) waived: usize,
    /// For people to look at.
    pub(super) review: usize,
    /// Not known.
    pub(super) unknown: usize,
}

impl Tally {
    pub(super) fn add(&mut self, mark: Mark) {
        match (mark.standing(), mark.character()) {
            // What does not apply is no part of what is asked for.
            (_, 'N') => {}
            (Standing::Met, _) => self.met += 1,
            (Standing::Unmet, _) => self.failed += 1,
            (Standing::Waived, _) => self.waived += 1,
            (Standing::Open, 'R') => self.review += 1,
            (Standing::Open, _) => self.unknown += 1,
        }
    }

    pub(super) fn plus(mut self, other: Self) -> Self {
        self.met += other.met;
        self.failed += other.failed;
        self.waived += other.waived;
        self.review += other.review;
        self.unknown += other.unknown;
        self
    }

    /// Those that apply.
    pub(super) fn applicable(self) -> usize {
        self.met + self.failed + self.waived + self.review + self.unknown
    }
}

/// What the marks of a run stand for: the family of each, and the levels at which it counts.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) families: Vec<Option<usize>>,
    levels: Vec<[bool; 3]>,
}

impl Columns {
    pub(super) fn of(run: &Run, catalog: &Catalog, mode: crate::model::assessment::LevelMode) -> Self {
        let known: BTreeMap<&str, &[Level]> = catalog
            .requirements
            .iter()
            .map(|requirement| (requirement.id.as_str(), requirement.levels.as_slice()))
            .collect();
        let family = |id: &str| catalog.families.iter().position(|family| id.get(5..7) == Some(family.id.as_str()));
        let levels = |id: &str| {
            let levels = known.get(id).copied().unwrap_or_default();
            Level::ALL.map(|level| mode.counts(levels, level))
        };
        Self {
            families: run.requirements.iter().map(|id| family(id.as_str())).collect(),
            levels: run.requirements.iter().map(|id| levels(id.as_str())).collect(),
        }
    }

    /// Whether a requirement counts at a level.
    pub(super) fn counts(&self, at: usize, level: Level) -> bool {
        let levels = self.levels.get(at).copied().unwrap_or_default();
        levels.get(usize::from(level.number()) - 1).copied().unwrap_or_default()
    }

    /// How the marks stand at a level: all of them, or those of a family.
    pub(super) fn tally(&self, marks: &str, level: Level, family: Option<usize>) -> Tally {
        let mut tally = Tally::default();
        for (at, mark) in marks.chars().enumerate() {
            let is_asked = family.is_none() || self.families.get(at).copied().flatten() == family;
            if let Some(mark) = Mark::read(mark).filter(|_| is_asked && self.counts(at, level)) {
                tally.add(mark);
            }
        }
        tally
    }
}

/// What came of the repositories of a run, by their names.
pub(super) type Results<'a> = BTreeMap<&'a RepositoryName, &'a RepositoryResult>;

pub(super) fn results(audit: &Audit) -> Results<'_> {
    audit.records.iter().map(|record| (&record.repository, &record.result)).collect()
}

/// How one project stands.
#[derive(Debug)]
pub(super) struct ProjectStanding<'a> {
    pub(super) project: &'a Project,
    pub(super) reached: Reached,
    /// One mark per requirement, the one of the repository where it stands worst; none where no repository was assessed. How it
    /// stands in one that was not assessed is unknown.
    pub(super) marks: Option<String>,
    /// The repositories that were not assessed.
    pub(super) missing: usize,
    /// The requirements that got worse since the run before, in all repositories.
    pub(super) regressed: usize,
    /// The share of what applies that was met in each run, in hundredths; none where nothing of it was assessed.
    pub(super) trend: Vec<Option<usize>>,
}

/// The standing of all projects, in the order of the inventory.
pub(super) fn projects<'a>(survey: &'a Survey, catalog: &Catalog, level: Level) -> Vec<ProjectStanding<'a>> {
    let mut regressed: BTreeMap<&RepositoryName, usize> = BTreeMap::new();
    for change in survey.transitions.iter().filter(|change| change.is_regression()) {
        *regressed.entry(&change.repository).or_default() += 1;
    }
    let audits = survey.past.iter().chain([&survey.now]);
    let runs: Vec<(Results<'_>, Columns)> =
        audits.map(|audit| (results(audit), Columns::of(&audit.run, catalog, survey.mode))).collect();
    let now = results(&survey.now);
    let standing = |project: &'a Project| {
        let seen = || project.repositories.iter().map(|name| now.get(name).copied());
        let share = |(results, columns): &(Results<'_>, Columns)| {
            let marks = project.repositories.iter().filter_map(|name| results.get(name).copied().and_then(marks));
            let tally = marks.map(|marks| columns.tally(marks, level, None)).reduce(Tally::plus)?;
            (tally.met * 100).checked_div(tally.applicable())
        };
        let missing = seen().filter(|result| result.and_then(marks).is_none()).count();
        let worst = seen().flatten().filter_map(marks).map(str::to_owned).reduce(|one, other| worse(&one, &other));
        let unseen = |worst: String| if missing > 0 { worse(&worst, &"U".repeat(worst.len())) } else { worst };
        ProjectStanding {
            project,
            reached: Reached::of(seen()),
            marks: worst.map(unseen),
            missing,
            regressed: project.repositories.iter().filter_map(|name| regressed.get(name)).sum(),
            trend: runs.iter().map(share).collect(),
        }
    };
    survey.now.run.inventory.projects.iter().map(standing).collect()
}

pub(super) fn marks(result: &RepositoryResult) -> Option<&str> {
    match result {
        RepositoryResult::Assessed { marks, .. } => Some(marks),
        RepositoryResult::NotAssessed { .. } => None,
    }
}

/// The worse of two marks for each requirement.
fn worse(one: &str, other: &str) -> String {
    const ORDER: &str = "F-URWAPN";
    let place = |mark: char| ORDER.find(mark).unwrap_or(1);
    one.chars().zip(other.chars()).map(|(one, other)| if place(other) < place(one) { other } else { one }).collect()
}

/// How many projects of a run are at each level, in the order of [`Reached::ALL`].
pub(super) fn levels(audit: &Audit) -> [usize; CLASSES] {
    let results = results(audit);
    let mut counts = [0; CLASSES];
    for project in &audit.run.inventory.projects {
        let reached = Reached::of(project.repositories.iter().map(|name| results.get(name).copied()));
        if let Some(count) = counts.get_mut(reached.place()) {
            *count += 1;
        }
    }
    counts
}

/// How the requirements of all repositories of a run stand at a level.
pub(super) fn cells(audit: &Audit, columns: &Columns, level: Level) -> Tally {
    let marks = audit.records.iter().filter_map(|record| marks(&record.result));
    marks.map(|marks| columns.tally(marks, level, None)).fold(Tally::default(), Tally::plus)
}

/// The outcome whose sign and colours stand for a mark.
pub(super) fn outcome(mark: Mark) -> Outcome {
    match mark.character() {
        'A' | 'P' => Outcome::Passed,
        'F' => Outcome::Failed,
        'R' => Outcome::NeedsReview,
        'N' => Outcome::NotApplicable,
        'U' => Outcome::Unknown,
        _ => Outcome::NotRun,
    }
}
