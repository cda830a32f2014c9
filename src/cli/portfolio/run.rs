//! `osps portfolio run`: assesses the repositories of an inventory or of an owner side by side. One that fails is a record of its own; what is
//! finished is kept at once, so that a run can be gone on with whatever ended it.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread::ScopedJoinHandle;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use clap::Args as ClapArgs;
use jiff::Timestamp;
use serde_json::json;

use super::online::{self, Forge, Owners};
use super::share::Share;
use super::{Kept, runtime};
use crate::audit::{Judge, Settings};
use crate::bundle::Bundle;
use crate::catalog::Catalogs;
use crate::cli::collect::Place;
use crate::cli::configuration::{Configuring, Loaded};
use crate::cli::connect::Asking;
use crate::cli::exit::{self, Bug, Exit, Usage};
use crate::cli::progress::Progress;
use crate::cli::shared::{self, Judging, Terminal};
use crate::collect::OpenError;
use crate::collect::forge::Connection;
use crate::config::inventory;
use crate::model::id::Level;
use crate::model::portfolio::{
    Conditions, Done, Inventory, Project, Record, RepositoryName, RepositoryResult, Run, Tally,
};
use crate::policy::{Policies, PolicyError};
use crate::portfolio::{self, Collected, NotCollected, Shard};
use crate::store::Store;
use crate::store::queue::Queue;

/// Bytes of an inventory.
const MAX_INVENTORY: u64 = 16 * 1024 * 1024;
/// How instants are kept: to the second, so that they sort as text.
const INSTANT: &str = "%Y-%m-%dT%H:%M:%SZ";
/// Repositories that were not assessed, as far as they are named at the terminal.
const SHOWN: usize = 20;

/// The options of `osps portfolio run`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The inventory: a file of ours, a landscape, or one repository per line; `-` for standard input
    #[arg(long, value_name = "FILE", required_unless_present_any = ["org", "resume"], conflicts_with = "resume")]
    from: Option<PathBuf>,
    #[command(flatten)]
    owners: Owners,
    #[command(flatten)]
    kept: Kept,
    /// Read clones in this directory instead of fetching, and ask nobody: DIR/OWNER/NAME, DIR/HOST/OWNER/NAME or DIR/OWNER+NAME
    #[arg(long, value_name = "DIR")]
    offline_dir: Option<PathBuf>,
    /// Projects that are assessed at once (default: the number of processors, twice as many where a forge is asked)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
    /// Only one part of several of equal size, such as 2/4; each part can run on another machine
    #[arg(long, value_name = "I/N")]
    shard: Option<ShardArg>,
    /// Share the work with every other `osps portfolio run --queue` on the same store, which has to be PostgreSQL: each
    /// project is leased to one of them, and goes to another when its holder goes away. All of them name the run by
    /// `--at`, or go on with it by `--resume`
    #[arg(long, conflicts_with = "shard")]
    queue: bool,
    /// Seconds after which the projects of a worker that says nothing go to others
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(3..=3600), requires = "queue")]
    lease: u64,
    /// Go on with the newest run that was not finished, or in which repositories can be tried again, under the same options
    #[arg(long, conflicts_with = "at")]
    resume: bool,
    /// The instant that names the run and at which declarations are judged (default: now); parts of one run on several
    /// machines name the same one, and join it
    #[arg(long, value_name = "INSTANT")]
    at: Option<Timestamp>,
    #[command(flatten)]
    asking: Asking,
    #[command(flatten)]
    judging: Judging,
    /// The configuration of the foundation, layered under each repository's: it may forbid and cap declarations
    #[arg(long, value_name = "PATH", env = "OSPS_FOUNDATION", help_heading = "Configuration")]
    foundation: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy)]
struct ShardArg(Shard);

impl FromStr for ShardArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once('/').and_then(|(number, of)| Some((number.parse().ok()?, of.parse().ok()?)));
        match parts {
            Some((number, of)) if (1..=of).contains(&number) => Ok(Self(Shard { number, of })),
            _ => Err("expected I/N with I from 1 to N, such as 2/4".to_owned()),
        }
    }
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    if args.queue {
        Queue::is_possible_in(&args.kept.store)?;
        if args.at.is_none() && !args.resume {
            let message = "machines that share a run name the same one: add `--at INSTANT`, or `--resume`";
            return Err(Usage(message.to_owned()).into());
        }
    }
    let progress = terminal.progress();
    let forge = match args.offline_dir {
        Some(_) => None,
        None => Some(Forge::reach(&args.asking, &args.owners, &progress, Timestamp::now())?),
    };
    let mut left_out = None;
    let inventory = match (&args.from, &forge) {
        _ if args.resume => None,
        (_, Some(forge)) if args.owners.is_some() => {
            progress.step("listing repositories");
            let listing = args.owners.list(forge, Timestamp::now())?;
            left_out = listing.left_out();
            Some(listing.inventory)
        }
        (Some(path), _) => Some(read_inventory(path)?),
        (None, _) => return Err(Usage("there is nothing to list repositories from".to_owned()).into()),
    };
    let runtime = runtime()?;
    let store = runtime.block_on(Store::open(&args.kept.store))?;
    let catalogs = shared::catalogs()?;
    let bundle = shared::bundle(args.judging.policies.as_deref())?;
    let policies = Policies::load(&bundle)?;
    let catalog = args.judging.catalog(&catalogs, &Loaded::default())?;
    let settings = args.judging.of(&catalogs, catalog, &policies)?;
    let configuring = Configuring::of_foundation(args.foundation.clone());
    let conditions = Conditions {
        levels: settings.mode,
        level: settings.selection.level,
        families: settings.selection.families.iter().cloned().collect(),
        requirements: settings.selection.requirements.iter().cloned().collect(),
        strict_platform: settings.strict_platform,
        foundation: configuring.load(None)?.files.into_iter().find_map(|file| file.digest),
    };
    let run = |id, started_at, inventory| Run {
        id,
        started_at,
        finished_at: None,
        catalog: settings.catalog.version.clone(),
        requirements: settings.catalog.active().map(|requirement| requirement.id.clone()).collect(),
        policies: policies.digest().to_owned(),
        tool: crate::collect::TOOL.to_owned(),
        conditions: conditions.clone(),
        inventory,
    };
    let run = match inventory {
        // It is gone on with under what it was begun with, or not at all.
        None => {
            let open = runtime.block_on(unfinished(&store, &args.kept.store))?;
            runtime.block_on(store.join(run(open.id, open.started_at, open.inventory)))?
        }
        Some(inventory) => {
            let now = args.at.unwrap_or_else(Timestamp::now);
            let (id, instant) = (now.strftime("%Y%m%dT%H%M%SZ").to_string(), now.strftime(INSTANT).to_string());
            let run = run(id, instant, inventory);
            runtime
                .block_on(async { if args.at.is_some() { store.join(run).await } else { store.begin(run).await } })?
        }
    };
    let done = runtime.block_on(store.done(&run.id))?;
    let is_open = |project: &&Project| project.repositories.iter().any(|name| !done.contains(name));
    let of_shard = |project: &&Project| args.shard.is_none_or(|ShardArg(shard)| shard.holds(project));
    let work: Vec<&Project> = run.inventory.projects.iter().filter(of_shard).filter(is_open).collect();
    let reading = Reading {
        configuring,
        offline_dir: args.offline_dir.as_deref(),
        forge: forge.as_ref(),
        asking: &args.asking,
        ours: &bundle,
        catalogs: &catalogs,
        now: run.started_at.parse()?,
    };
    // Where work is shared nobody knows what comes next: to ask ahead would be to ask for others, who ask as well.
    if let Some(forge) = forge.as_ref().filter(|_| !args.queue) {
        forge.line_up(work.iter().flat_map(|project| &project.repositories));
    }
    let processors = || std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = args.jobs.map_or_else(|| if forge.is_some() { processors() * 2 } else { processors() }, usize::from);
    let mut telling = Telling::begin(&progress, &run, forge.as_ref(), &work);
    let judges = Judges { settings: &settings, reading: &reading, number: jobs };
    match args.queue {
        true => {
            let queue = runtime.block_on(Queue::open(&args.kept.store, &run.id))?;
            let share = Share { store: &store, queue: &queue, run: &run, lease: Duration::from_secs(args.lease) };
            share.work(&judges, &work, &runtime, &mut telling)?;
        }
        false => judges.all(&work, |done| {
            runtime.block_on(store.record(&run, done, &instant()))?;
            telling.done(done);
            Ok(())
        })?,
    }
    let records = runtime.block_on(store.records(&run.id))?;
    let named: BTreeSet<&RepositoryName> =
        run.inventory.projects.iter().flat_map(|project| &project.repositories).collect();
    let named = named.len();
    let run = runtime.block_on(store.finish_if_done(run.clone()))?;
    let passing = records.iter().filter(|record| is_to_be_tried_again(record)).count();
    telling.end(&records, passing);
    drop(progress);
    let mut out = String::new();
    summary(&mut out, &run, &records, named);
    if let Some(left_out) = left_out {
        out.push_str(&format!("{left_out}\n"));
    }
    if let Some(forge) = &forge {
        let spent = forge.spent();
        out.push_str(&format!(
            "Asked: {} requests ({} answered as unchanged), {} points of queries\n",
            spent.requests, spent.unchanged, spent.points
        ));
        if let Some((fetched, unchanged)) = forge.clones() {
            out.push_str(&format!("Fetched: {fetched} repositories ({unchanged} more were unchanged)\n"));
        }
    }
    shared::write(&out, None)?;
    Ok(if passing > 0 { exit::INCOMPLETE } else { exit::DONE })
}

/// Whether a repository was not assessed for a cause that passes.
fn is_to_be_tried_again(record: &Record) -> bool {
    matches!(record.result, RepositoryResult::NotAssessed { passing: true, .. })
}

fn read_inventory(path: &Path) -> anyhow::Result<Inventory> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX_INVENTORY).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_INVENTORY).read_to_string(&mut text))
    };
    read.with_context(|| format!("cannot read {}", path.display()))?;
    let read = inventory::read(&path.display().to_string(), &text)?;
    for remark in &read.remarks {
        let _ = writeln!(std::io::stderr().lock(), "osps: {}: left out: {remark}", path.display());
    }
    Ok(read.inventory)
}

/// The newest run that was not finished, or else the newest of all, where repositories of it can be tried again.
async fn unfinished(store: &Store, address: &str) -> anyhow::Result<Run> {
    let mut runs = store.runs().await?;
    let mut open = runs.iter().rposition(|run| run.finished_at.is_none());
    if open.is_none()
        && let Some(newest) = runs.last()
        && store.records(&newest.id).await?.iter().any(is_to_be_tried_again)
    {
        open = Some(runs.len() - 1);
    }
    open.map(|at| runs.swap_remove(at)).ok_or_else(|| {
        Usage(format!("there is no unfinished run in {}", address.rsplit('@').next().unwrap_or_default())).into()
    })
}

/// Repositories that must be done before anybody can say how long the others will take.
const ENOUGH_TO_GO_BY: usize = 25;
/// Repositories after which the budgets are told.
const TOLD_AFTER: usize = 50;

/// The instant at which something is kept.
pub(super) fn instant() -> String {
    Timestamp::now().strftime(INSTANT).to_string()
}

/// Threads that read and judge projects, each with an engine of its own.
pub(super) struct Judges<'a> {
    settings: &'a Settings<'a>,
    reading: &'a Reading<'a>,
    /// How many projects are assessed at once.
    pub(super) number: usize,
}

impl Judges<'_> {
    /// Assesses all of these; `keep` gets what came of each, in the order in which they are done, and its error ends it.
    fn all(&self, work: &[&Project], mut keep: impl FnMut(&[Done]) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::sync_channel::<Vec<Done>>(self.number * 2);
            let threads: Vec<_> = (0..self.number.min(work.len().max(1)))
                .map(|_| {
                    let (sender, next, stop) = (sender.clone(), &next, &stop);
                    let take = move || {
                        let project = *work.get(next.fetch_add(1, Ordering::Relaxed))?;
                        let sender = sender.clone();
                        Some((project, move |done| !stop.load(Ordering::Relaxed) && sender.send(done).is_ok()))
                    };
                    scope.spawn(move || self.one_after_the_other(take))
                })
                .collect();
            drop(sender);
            for done in receiver {
                if let Err(error) = keep(&done) {
                    stop.store(true, Ordering::Relaxed);
                    return Err(error);
                }
            }
            ended(threads)
        })
    }

    /// On one thread: assesses what `take` hands out, and gives back what came of it, until there is nothing more or nobody
    /// wants it any longer.
    pub(super) fn one_after_the_other<'p, G: FnOnce(Vec<Done>) -> bool>(
        &self,
        mut take: impl FnMut() -> Option<(&'p Project, G)>,
    ) -> Result<(), PolicyError> {
        let mut judge = Judge::new(self.settings)?;
        while let Some((project, give)) = take() {
            let done = portfolio::project(&mut judge, project, |name| self.reading.collect(name));
            if !give(done) {
                break;
            }
        }
        Ok(())
    }
}

/// Waits for threads, and tells the first error of theirs.
pub(super) fn ended(threads: Vec<ScopedJoinHandle<'_, Result<(), PolicyError>>>) -> anyhow::Result<()> {
    for thread in threads {
        match thread.join() {
            Ok(result) => result?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
    Ok(())
}

/// How repositories are read.
pub(super) struct Reading<'a> {
    configuring: Configuring,
    offline_dir: Option<&'a Path>,
    forge: Option<&'a Forge>,
    asking: &'a Asking,
    /// The policies, topics and tables that repositories are read with.
    ours: &'a Bundle,
    catalogs: &'a Catalogs,
    now: Timestamp,
}

impl Reading<'_> {
    /// Reads one repository; whatever goes wrong with it is its own matter.
    fn collect(&self, name: &RepositoryName) -> Result<Collected, NotCollected> {
        // A bug that one repository lays open must not end the run of all others.
        let read = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.read(name)));
        let read = read.unwrap_or_else(|_| Err(Bug("reading it came to an unexpected end".to_owned()).into()));
        read.map_err(|error| NotCollected { why: format!("{error:#}"), passing: is_passing(&error) })
    }

    fn read(&self, name: &RepositoryName) -> anyhow::Result<Collected> {
        let collect = |path: &Path, connection: Option<&Connection>| {
            // A foundation's audit is not judged by policies that a repository brings along.
            let place = Place { path, rev: None, worktree: false, own_policies: false };
            let silent = Progress::silent();
            let collected = place.collect(&self.configuring, self.ours, connection, self.now, &silent)?;
            Ok(Collected { statements: collected.loaded.statements(self.catalogs), facts: collected.facts })
        };
        match (self.offline_dir, self.forge) {
            (Some(directory), _) => collect(&clone_of(name, directory)?, None),
            (None, Some(forge)) => forge
                .read(name, self.asking, self.ours, |fetched, connection| collect(fetched.path(), Some(connection))),
            (None, None) => Err(Usage("there is no way to read repositories".to_owned()).into()),
        }
    }
}

/// Where a clone of a repository lies below a directory.
fn clone_of(name: &RepositoryName, directory: &Path) -> anyhow::Result<PathBuf> {
    let RepositoryName { host, owner, name: short } = name;
    let places = [format!("{host}/{owner}/{short}"), format!("{owner}/{short}"), format!("{owner}+{short}")];
    let places = places.iter().flat_map(|place| [place.clone(), format!("{place}.git")]);
    places
        .map(|place| directory.join(place))
        .find(|path| path.is_dir())
        .ok_or_else(|| Usage(format!("there is no clone of {owner}/{short} in {}", directory.display())).into())
}

/// Whether trying again may help.
fn is_passing(error: &anyhow::Error) -> bool {
    online::is_passing(error) || matches!(error.downcast_ref::<OpenError>(), Some(OpenError::Unreadable { .. }))
}

/// What came of a run, in a few lines.
fn summary(out: &mut String, run: &Run, records: &[Record], named: usize) {
    use std::fmt::Write as _;

    let missed = |record: &&Record| matches!(record.result, RepositoryResult::NotAssessed { .. });
    let failed: Vec<&Record> = records.iter().filter(missed).collect();
    let _ = writeln!(out, "Run {}, OSPS Baseline {}\n{}", run.id, run.catalog, Tally::of(records));
    for record in failed.iter().take(SHOWN) {
        if let RepositoryResult::NotAssessed { why, .. } = &record.result {
            let why: String = why.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
            let _ = writeln!(out, "  not assessed  {}  {why}", record.repository);
        }
    }
    if failed.len() > SHOWN {
        let _ = writeln!(out, "  and {} more", failed.len() - SHOWN);
    }
    let again = failed.iter().filter(|record| is_to_be_tried_again(record)).count();
    if again > 0 {
        let _ = writeln!(out, "{again} of them can be tried again: `--resume`.");
    }
    if records.len() < named {
        let _ = writeln!(out, "Not finished: {} are left; `--resume` goes on.", named - records.len());
    }
}

/// What is told while a run goes on: a line that moves for people, an object per event for programs.
pub(super) struct Telling<'a> {
    progress: &'a Progress,
    forge: Option<&'a Forge>,
    began: Instant,
    projects: usize,
    repositories: usize,
    projects_done: usize,
    repositories_done: usize,
}

impl<'a> Telling<'a> {
    fn begin(progress: &'a Progress, run: &Run, forge: Option<&'a Forge>, work: &[&Project]) -> Self {
        let repositories = work.iter().map(|project| project.repositories.len()).sum();
        progress.tell(
            "info",
            json!({"event": "run", "run": run.id, "catalog": run.catalog, "projects": work.len(), "repositories": repositories}),
        );
        let telling = Self {
            progress,
            forge,
            began: Instant::now(),
            projects: work.len(),
            repositories,
            projects_done: 0,
            repositories_done: 0,
        };
        telling.budgets();
        telling
    }

    pub(super) fn done(&mut self, done: &[Done]) {
        let before = self.repositories_done / TOLD_AFTER;
        self.projects_done += 1;
        self.repositories_done += done.len();
        let seconds = self.seconds_left();
        for Done { record, .. } in done {
            let mut event = json!({"event": "repository", "repository": record.repository, "done": self.repositories_done,
                "of": self.repositories, "seconds_left": seconds});
            let level = match &record.result {
                RepositoryResult::Assessed { level, .. } => {
                    event["level_reached"] = json!(level.map_or(0, Level::number));
                    "info"
                }
                RepositoryResult::NotAssessed { why, passing } => {
                    event["not_assessed"] = json!(why);
                    event["passing"] = json!(passing);
                    "warn"
                }
            };
            self.progress.tell(level, event);
        }
        if self.repositories_done / TOLD_AFTER > before {
            self.budgets();
        }
        let budgets = self.forge.map(Forge::budgets).unwrap_or_default();
        let left: u64 = budgets.iter().filter(|budget| budget.resource == "core").map(|budget| budget.left).sum();
        let budget = if budgets.is_empty() { String::new() } else { format!(", {left} requests left in this hour") };
        let time = seconds.map_or_else(String::new, |seconds| format!(", about {} min left", seconds.div_ceil(60)));
        let step = format!("{} of {} projects{time}{budget}", self.projects_done, self.projects);
        self.progress.step(&step);
    }

    /// By how long the repositories so far took, and by what the budgets allow; nothing before there is enough to go by.
    fn seconds_left(&self) -> Option<u64> {
        let left = self.repositories - self.repositories_done;
        let enough = self.repositories_done >= ENOUGH_TO_GO_BY || left == 0;
        let pace = self.began.elapsed().as_secs_f64() * left as f64 / self.repositories_done.max(1) as f64;
        let of_budget = self.forge.map_or(0, |forge| forge.seconds_of_budget(self.repositories_done, left));
        enough.then(|| (pace.ceil() as u64).max(of_budget))
    }

    fn budgets(&self) {
        for budget in self.forge.map(Forge::budgets).unwrap_or_default() {
            self.progress.tell(
                "info",
                json!({"event": "budget", "credential": budget.origin, "resource": budget.resource, "left": budget.left,
                    "full_in_seconds": budget.full_in}),
            );
        }
    }

    fn end(&self, records: &[Record], passing: usize) {
        self.budgets();
        let failed =
            records.iter().filter(|record| matches!(record.result, RepositoryResult::NotAssessed { .. })).count();
        let mut event = json!({"event": "end", "assessed": records.len() - failed, "not_assessed": failed,
            "to_be_tried_again": passing, "seconds": self.began.elapsed().as_secs()});
        if let Some(spent) = self.forge.map(Forge::spent) {
            event["requests"] = json!(spent.requests);
            event["unchanged"] = json!(spent.unchanged);
            event["points"] = json!(spent.points);
        }
        if let Some((fetched, unchanged)) = self.forge.and_then(Forge::clones) {
            event["clones"] = json!({"fetched": fetched, "unchanged": unchanged});
        }
        self.progress.tell("info", event);
    }
}
