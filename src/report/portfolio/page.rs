//! What the page of a portfolio shows, in words and in order; the templates only lay it out.

use std::collections::BTreeMap;

use serde::Serialize;

use super::slug::Slugs;
use super::standing::{self, CLASSES, Columns, ProjectStanding, Reached, Tally};
use crate::model::assessment::LevelMode;
use crate::model::catalog::{Catalog, Family};
use crate::model::id::Level;
use crate::model::portfolio::{Audit, Mark, RepositoryName, RepositoryResult, Survey};
use crate::report::{escape, links};

/// Requirements in the table of those that fail most.
const MOST_FAILED: usize = 15;
/// Lines of a list, beyond which the files beside the page have the rest.
const LISTED: usize = 100;
/// Repositories named for one cause of not being assessed.
const NAMED: usize = 5;
/// Projects up to which the table without scripts shows every family.
const WIDE: usize = 600;
/// Height of a chart.
const HEIGHT: usize = 100;
/// Distance of the columns of a chart.
const STEP: usize = 40;
/// Columns that a chart has room for at least, so that those of two runs are not as broad as a page.
const NARROWEST: usize = 8;
/// Characters of a text that somebody else wrote.
const LONGEST: usize = 200;

/// The whole page.
#[derive(Debug, Serialize)]
pub(super) struct Page<'a> {
    pub(super) title: String,
    day: String,
    time: String,
    run: &'a str,
    finished: bool,
    catalog: &'a str,
    catalog_url: Option<&'a str>,
    policies: &'a str,
    tool: &'a str,
    level: u8,
    exact: bool,
    projects: usize,
    named: usize,
    assessed: usize,
    not_assessed: usize,
    not_reached: usize,
    unknown_share: String,
    levels: Vec<LevelRow>,
    previous: Option<Previous>,
    targets: Option<Targets>,
    failed: Vec<FailedRow<'a>>,
    most: usize,
    families: &'a [Family],
    groups: Vec<GroupRow<'a>>,
    requirements: Vec<RequirementRow<'a>>,
    wide: bool,
    rows: Vec<Row<'a>>,
    trend: Trend,
    regressed: Vec<ChangeRow<'a>>,
    regressed_all: usize,
    regressed_projects: usize,
    improved_all: usize,
    expiring: Vec<ExpiringRow<'a>>,
    expiring_all: usize,
    within: u16,
    causes: Vec<Cause>,
    causes_all: usize,
    linked: bool,
}

#[derive(Debug, Serialize)]
struct LevelRow {
    name: String,
    class: &'static str,
    count: usize,
    share: String,
    from: usize,
    width: usize,
    delta: Option<String>,
}

/// The run before, and why the two may not be alike.
#[derive(Debug, Serialize)]
struct Previous {
    day: String,
    differs: Option<String>,
}

/// How many projects are expected to reach a level, and did.
#[derive(Debug, Serialize)]
struct Targets {
    with: usize,
    reached: usize,
    short: usize,
    open: usize,
}

#[derive(Debug, Serialize)]
struct FailedRow<'a> {
    id: &'a str,
    url: Option<&'a str>,
    summary: &'a str,
    levels: String,
    tally: Tally,
    /// Failed, not known, to review: where each part of the bar begins, and how wide it is, in thousandths of all projects.
    parts: [(usize, usize); 3],
}

#[derive(Debug, Serialize)]
struct GroupRow<'a> {
    title: &'a str,
    projects: usize,
    counts: [usize; CLASSES],
}

#[derive(Debug, Serialize)]
struct RequirementRow<'a> {
    id: &'a str,
    summary: &'a str,
}

/// A project in the table.
#[derive(Debug, Serialize)]
struct Row<'a> {
    title: String,
    link: Option<&'a str>,
    group: &'a str,
    level: String,
    class: &'static str,
    target: Option<u8>,
    tally: Option<Tally>,
    applicable: usize,
    missing: usize,
    regressed: usize,
    cells: Vec<Cell>,
    trend: Option<Spark>,
}

/// The requirements of one family.
#[derive(Debug, Serialize)]
struct Cell {
    class: &'static str,
    tally: Tally,
    applicable: usize,
}

/// A small line.
#[derive(Debug, Serialize)]
struct Spark {
    points: String,
    label: String,
}

#[derive(Debug, Serialize)]
struct Trend {
    width: usize,
    columns: Vec<TrendColumn>,
    met: String,
    unknown: String,
}

/// One run in the charts of all projects.
#[derive(Debug, Serialize)]
struct TrendColumn {
    x: usize,
    middle: usize,
    day: String,
    short: String,
    counts: [usize; CLASSES],
    /// The class, the top and the height of each part.
    parts: Vec<(&'static str, usize, usize)>,
    met: String,
    unknown: String,
    differs: Option<String>,
}

#[derive(Debug, Serialize)]
struct ChangeRow<'a> {
    project: String,
    link: Option<&'a str>,
    repository: String,
    requirement: &'a str,
    from: &'static str,
    to: &'static str,
}

#[derive(Debug, Serialize)]
struct ExpiringRow<'a> {
    last_day: String,
    repository: String,
    requirement: &'a str,
    kind: &'static str,
    by: String,
}

/// Repositories that were not assessed for the same reason.
#[derive(Debug, Serialize)]
struct Cause {
    why: String,
    passing: bool,
    count: usize,
    named: String,
    more: usize,
}

/// A share of a whole in words, with one decimal.
pub(super) fn percent(part: usize, whole: usize) -> String {
    // Rounded, half upwards.
    match (part * 2000 + whole).checked_div(whole * 2) {
        Some(thousandths) => format!("{}.{} %", thousandths / 10, thousandths % 10),
        None => "none".to_owned(),
    }
}

/// A day, if a text begins with one.
fn day(at: &str) -> String {
    at.get(..10).unwrap_or(at).to_owned()
}

fn change(now: usize, before: usize) -> String {
    match now.cmp(&before) {
        std::cmp::Ordering::Equal => "±0".to_owned(),
        std::cmp::Ordering::Greater => format!("+{}", now - before),
        std::cmp::Ordering::Less => format!("−{}", before - now),
    }
}

/// What makes two runs differ apart from the repositories.
fn differs(before: &Audit, now: &Audit) -> Option<String> {
    let (one, other) = (&before.run, &now.run);
    let mut parts = Vec::new();
    if one.catalog != other.catalog {
        parts.push(format!("the standard ({} before)", escape::short(&one.catalog, LONGEST)));
    }
    if one.policies != other.policies {
        parts.push("the policies".to_owned());
    }
    if one.inventory.projects.len() != other.inventory.projects.len() {
        parts.push(format!("the projects ({} before)", one.inventory.projects.len()));
    }
    (!parts.is_empty()).then(|| parts.join(" and "))
}

pub(super) struct Making<'a> {
    pub(super) survey: &'a Survey,
    pub(super) catalog: &'a Catalog,
    pub(super) level: Level,
    pub(super) columns: &'a Columns,
    pub(super) standings: &'a [ProjectStanding<'a>],
    pub(super) slugs: Option<&'a Slugs>,
}

impl<'a> Making<'a> {
    pub(super) fn page(&self) -> Page<'a> {
        let Self { survey, catalog, level, columns, standings, .. } = *self;
        let (run, records) = (&survey.now.run, &survey.now.records);
        let not_assessed = records.iter().filter(|record| standing::marks(&record.result).is_none()).count();
        let named = run.inventory.projects.iter().map(|project| project.repositories.len()).sum();
        let seen = standing::cells(&survey.now, columns, level);
        let regressed: Vec<ChangeRow<'_>> = self.regressed();
        let causes = self.causes();
        let improved = survey.transitions.iter().filter(|change| change.is_progress()).count();
        Page {
            title: self.title(),
            day: day(&run.started_at),
            time: run.started_at.replace('T', " ").replace('Z', " UTC"),
            run: &run.id,
            finished: run.finished_at.is_some(),
            catalog: &run.catalog,
            catalog_url: links::web(&catalog.url),
            policies: &run.policies,
            tool: &run.tool,
            level: level.number(),
            exact: survey.mode == LevelMode::Exact,
            projects: run.inventory.projects.len(),
            named,
            assessed: records.len() - not_assessed,
            not_assessed,
            not_reached: named.saturating_sub(records.len()),
            unknown_share: percent(seen.unknown, seen.applicable()),
            levels: self.levels(),
            previous: survey
                .past
                .last()
                .map(|before| Previous { day: day(&before.run.started_at), differs: differs(before, &survey.now) }),
            targets: self.targets(),
            failed: self.failed(),
            most: MOST_FAILED,
            families: &catalog.families,
            groups: self.groups(),
            requirements: self.requirements(),
            wide: standings.len() <= WIDE,
            rows: standings.iter().enumerate().map(|(at, standing)| self.row(at, standing)).collect(),
            trend: self.trend(),
            regressed_all: regressed.len(),
            regressed_projects: standings.iter().filter(|standing| standing.regressed > 0).count(),
            regressed: regressed.into_iter().take(LISTED).collect(),
            improved_all: improved,
            expiring: survey.expiring.iter().take(LISTED).map(expiring).collect(),
            expiring_all: survey.expiring.len(),
            within: survey.within,
            causes_all: causes.len(),
            causes: causes.into_iter().take(LISTED).collect(),
            linked: self.slugs.is_some(),
        }
    }

    pub(super) fn title(&self) -> String {
        let title = self.survey.now.run.inventory.title.as_deref();
        title.map_or_else(|| "Portfolio".to_owned(), |title| escape::short(title, LONGEST))
    }

    fn levels(&self) -> Vec<LevelRow> {
        let counts = standing::levels(&self.survey.now);
        let before = self.survey.past.last().map(standing::levels);
        let all: usize = counts.iter().sum();
        let mut until = 0_usize;
        let row = |(at, reached): (usize, Reached)| {
            let count = counts.get(at).copied().unwrap_or_default();
            let from = (until * 1000).checked_div(all).unwrap_or_default();
            until += count;
            let end = (until * 1000).checked_div(all).unwrap_or_default();
            let delta = before.and_then(|before| before.get(at).copied()).map(|before| change(count, before));
            let (name, class) = (reached.words(), reached.class());
            LevelRow { name, class, count, share: percent(count, all), from, width: end - from, delta }
        };
        Reached::ALL.into_iter().enumerate().map(row).collect()
    }

    fn targets(&self) -> Option<Targets> {
        let mut targets = Targets { with: 0, reached: 0, short: 0, open: 0 };
        for standing in self.standings {
            let Some(target) = standing.project.target_level else { continue };
            targets.with += 1;
            match standing.reached {
                Reached::Level(level) if level >= target => targets.reached += 1,
                Reached::NotAssessed => targets.open += 1,
                _ => targets.short += 1,
            }
        }
        (targets.with > 0).then_some(targets)
    }

    fn requirements(&self) -> Vec<RequirementRow<'a>> {
        let summary = |id: &crate::model::id::RequirementId| {
            self.catalog.requirement(id).map_or("", |requirement| requirement.summary.as_str())
        };
        let ids = self.survey.now.run.requirements.iter();
        ids.map(|id| RequirementRow { id: id.as_str(), summary: summary(id) }).collect()
    }

    /// The requirements that most projects fail, of those that count at the level.
    fn failed(&self) -> Vec<FailedRow<'a>> {
        let run = &self.survey.now.run;
        let mut tallies = vec![Tally::default(); run.requirements.len()];
        for marks in self.standings.iter().filter_map(|standing| standing.marks.as_deref()) {
            for (tally, mark) in tallies.iter_mut().zip(marks.chars().filter_map(Mark::read)) {
                tally.add(mark);
            }
        }
        let all = self.standings.len().max(1);
        let counted = tallies.into_iter().enumerate().filter(|(at, _)| self.columns.counts(*at, self.level));
        let mut rows: Vec<(usize, Tally)> = counted.filter(|(_, tally)| tally.failed > 0).collect();
        rows.sort_by_key(|(at, tally)| (std::cmp::Reverse(tally.failed), *at));
        let row = |(at, tally): (usize, Tally)| {
            let id = run.requirements.get(at)?;
            let requirement = self.catalog.requirement(id);
            let levels: Vec<String> =
                requirement.map(|one| one.levels.iter().map(ToString::to_string).collect()).unwrap_or_default();
            let mut until = 0;
            let parts = [tally.failed, tally.unknown, tally.review].map(|count| {
                let from = until * 1000 / all;
                until += count;
                (from, until * 1000 / all - from)
            });
            Some(FailedRow {
                id: id.as_str(),
                url: requirement.and_then(|one| links::web(&one.url)),
                summary: requirement.map_or("", |one| one.summary.as_str()),
                levels: levels.join(", "),
                tally,
                parts,
            })
        };
        rows.into_iter().take(MOST_FAILED).filter_map(row).collect()
    }

    fn groups(&self) -> Vec<GroupRow<'a>> {
        let groups = self.survey.now.run.inventory.groups.iter();
        let count = |id: &str| {
            let mut counts = [0; CLASSES];
            let of = |one: &&ProjectStanding<'_>| one.project.group.as_deref() == Some(id);
            for standing in self.standings.iter().filter(of) {
                if let Some(count) = counts.get_mut(standing.reached.place()) {
                    *count += 1;
                }
            }
            counts
        };
        let row = |group: &'a crate::model::portfolio::Group| {
            let counts = count(&group.id);
            GroupRow { title: &group.title, projects: counts.iter().sum(), counts }
        };
        groups.map(row).collect()
    }

    fn row(&self, at: usize, standing: &ProjectStanding<'a>) -> Row<'a> {
        let (project, marks) = (standing.project, standing.marks.as_deref());
        let tally = marks.map(|marks| self.columns.tally(marks, self.level, None));
        let wide = self.standings.len() <= WIDE;
        let families = if wide { self.catalog.families.len() } else { 0 };
        let cell = |family| {
            let tally = marks.map(|marks| self.columns.tally(marks, self.level, Some(family))).unwrap_or_default();
            Cell { class: class(tally), tally, applicable: tally.applicable() }
        };
        Row {
            title: escape::short(&project.title, LONGEST),
            link: self.link(at),
            group: self.group(project.group.as_deref()),
            level: match standing.reached {
                Reached::Level(level) => level.to_string(),
                Reached::None => "none".to_owned(),
                Reached::NotAssessed => "not assessed".to_owned(),
            },
            class: standing.reached.class(),
            target: project.target_level.map(Level::number),
            tally,
            applicable: tally.map_or(0, Tally::applicable),
            missing: standing.missing,
            regressed: standing.regressed,
            cells: (0..families).map(cell).collect(),
            trend: wide.then(|| spark(&standing.trend)).flatten(),
        }
    }

    /// The page of a project, where it has one.
    pub(super) fn link(&self, at: usize) -> Option<&'a str> {
        let standing = self.standings.get(at)?;
        standing.marks.as_ref()?;
        self.slugs?.projects.get(at).map(String::as_str)
    }

    fn group(&self, id: Option<&str>) -> &'a str {
        let groups = &self.survey.now.run.inventory.groups;
        groups.iter().find(|group| Some(group.id.as_str()) == id).map_or("", |group| group.title.as_str())
    }

    /// Where each repository belongs.
    fn places(&self) -> BTreeMap<&'a RepositoryName, usize> {
        let projects = self.survey.now.run.inventory.projects.iter().enumerate();
        projects.flat_map(|(at, project)| project.repositories.iter().map(move |name| (name, at))).collect()
    }

    fn regressed(&self) -> Vec<ChangeRow<'a>> {
        let places = self.places();
        let changes = self.survey.transitions.iter().filter(|change| change.is_regression());
        let row = |change: &'a crate::model::portfolio::Transition| {
            let at = places.get(&change.repository).copied();
            let project = at.and_then(|at| self.standings.get(at)).map(|standing| standing.project.title.as_str());
            ChangeRow {
                project: escape::short(project.unwrap_or_default(), LONGEST),
                link: at.and_then(|at| self.link(at)),
                repository: change.repository.to_string(),
                requirement: &change.requirement,
                from: change.from.word(),
                to: change.to.word(),
            }
        };
        changes.map(row).collect()
    }

    /// The causes, those of most repositories first.
    fn causes(&self) -> Vec<Cause> {
        let mut causes: BTreeMap<(String, bool), Vec<&RepositoryName>> = BTreeMap::new();
        for record in &self.survey.now.records {
            if let RepositoryResult::NotAssessed { why, passing } = &record.result {
                // What names the repository is the same cause for another one.
                let own = format!("{}/{}", record.repository.owner, record.repository.name);
                let why = escape::short(&why.replace(&own, "OWNER/NAME"), LONGEST);
                causes.entry((why, *passing)).or_default().push(&record.repository);
            }
        }
        let mut causes: Vec<Cause> = causes
            .into_iter()
            .map(|((why, passing), names)| {
                let named: Vec<String> = names.iter().take(NAMED).map(ToString::to_string).collect();
                let more = names.len().saturating_sub(NAMED);
                Cause { why, passing, count: names.len(), named: named.join(", "), more }
            })
            .collect();
        causes.sort_by_key(|cause| std::cmp::Reverse(cause.count));
        causes
    }

    fn trend(&self) -> Trend {
        let audits: Vec<&Audit> = self.survey.past.iter().chain([&self.survey.now]).collect();
        let mut columns = Vec::new();
        let (mut met, mut unknown) = (Vec::new(), Vec::new());
        for (at, audit) in audits.iter().enumerate() {
            let counts = standing::levels(audit);
            let of_run = Columns::of(&audit.run, self.catalog, self.survey.mode);
            let tally = standing::cells(audit, &of_run, self.level);
            let all = counts.iter().sum::<usize>();
            let (x, mut below) = (at * STEP + 4, 0);
            // The highest level stands at the bottom, on even ground.
            let parts = Reached::ALL.iter().zip(counts).map(|(reached, count)| {
                let from = (below * HEIGHT).checked_div(all).unwrap_or_default();
                below += count;
                let until = (below * HEIGHT).checked_div(all).unwrap_or_default();
                (reached.class(), HEIGHT - until, until - from)
            });
            let day = day(&audit.run.started_at);
            let middle = at * STEP + STEP / 2;
            for (part, line) in [(tally.met, &mut met), (tally.unknown, &mut unknown)] {
                if let Some(share) = (part * HEIGHT).checked_div(tally.applicable()) {
                    line.push(format!("{middle},{}", HEIGHT - share));
                }
            }
            let before = at.checked_sub(1).and_then(|at| audits.get(at));
            columns.push(TrendColumn {
                x,
                middle,
                short: day.get(5..).unwrap_or_default().to_owned(),
                day,
                counts,
                parts: parts.collect(),
                met: percent(tally.met, tally.applicable()),
                unknown: percent(tally.unknown, tally.applicable()),
                differs: before.and_then(|before| differs(before, audit)),
            });
        }
        Trend { width: audits.len().max(NARROWEST) * STEP, columns, met: met.join(" "), unknown: unknown.join(" ") }
    }
}

/// The colour of a cell: what failed goes before what is open.
pub(super) fn class(tally: Tally) -> &'static str {
    let all = tally.applicable();
    if all == 0 {
        "cell-none"
    } else if tally.met == all {
        "cell-met"
    } else if tally.failed + tally.waived == 0 {
        "cell-open"
    } else if (tally.failed + tally.waived) * 2 < all {
        "cell-some"
    } else {
        "cell-few"
    }
}

/// A line over runs, 3 pixels apart, 20 high.
fn spark(trend: &[Option<usize>]) -> Option<Spark> {
    let known: Vec<(usize, usize)> =
        trend.iter().enumerate().filter_map(|(at, share)| Some((at, (*share)?.min(100)))).collect();
    let ((_, first), (_, last)) = (known.first()?, known.last()?);
    if known.len() < 2 {
        return None;
    }
    let points: Vec<String> =
        known.iter().map(|(at, share)| format!("{},{}", at * 6 + 2, 18 - share * 16 / 100)).collect();
    Some(Spark { points: points.join(" "), label: format!("{first} % to {last} % met") })
}

fn expiring(one: &crate::model::portfolio::Expiring) -> ExpiringRow<'_> {
    ExpiringRow {
        last_day: one.last_day.to_string(),
        repository: one.repository.to_string(),
        requirement: one.requirement.as_str(),
        kind: one.kind.name(),
        by: escape::short(&one.by, LONGEST),
    }
}
