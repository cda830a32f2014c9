//! `osps portfolio run`: assesses the repositories of an inventory side by side. One that fails is a record of its own; what is
//! finished is kept at once, so that a run can be gone on with whatever ended it.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use anyhow::Context as _;
use clap::Args as ClapArgs;
use jiff::Timestamp;

use super::{Kept, runtime};
use crate::audit::Judge;
use crate::catalog::Catalogs;
use crate::cli::collect::Place;
use crate::cli::configuration::{Configuring, Loaded};
use crate::cli::connect::Asking;
use crate::cli::exit::{self, Bug, Exit, Usage};
use crate::cli::fetch::{FetchError, Remote, fetch};
use crate::cli::history;
use crate::cli::progress::Progress;
use crate::cli::shared::{self, Judging, Terminal};
use crate::collect::OpenError;
use crate::collect::forge::Connection;
use crate::config::inventory;
use crate::model::portfolio::{Done, Inventory, Project, Record, RepositoryName, RepositoryResult, Run};
use crate::policy::Policies;
use crate::portfolio::{self, Collected, NotCollected, Shard};
use crate::store::Store;

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
    #[arg(long, value_name = "FILE", required_unless_present = "resume", conflicts_with = "resume")]
    from: Option<PathBuf>,
    #[command(flatten)]
    kept: Kept,
    /// Read clones in this directory instead of fetching, and ask nobody: DIR/OWNER/NAME, DIR/HOST/OWNER/NAME or DIR/OWNER+NAME
    #[arg(long, value_name = "DIR")]
    offline_dir: Option<PathBuf>,
    /// Projects that are assessed at once (default: the number of processors)
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    jobs: Option<u16>,
    /// Only one part of several of equal size, such as 2/4; each part can run on another machine
    #[arg(long, value_name = "I/N")]
    shard: Option<ShardArg>,
    /// Go on with the newest run that was not finished
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
    let runtime = runtime()?;
    let store = runtime.block_on(Store::open(&args.kept.store))?;
    let catalogs = shared::catalogs()?;
    let bundle = shared::bundle(args.judging.policies.as_deref())?;
    let policies = Policies::load(&bundle)?;
    let catalog = args.judging.catalog(&catalogs, &Loaded::default())?;
    let settings = args.judging.of(&catalogs, catalog, &policies)?;
    let run = |id, started_at, inventory| Run {
        id,
        started_at,
        finished_at: None,
        catalog: settings.catalog.version.clone(),
        requirements: settings.catalog.active().map(|requirement| requirement.id.clone()).collect(),
        policies: policies.digest().to_owned(),
        tool: crate::collect::TOOL.to_owned(),
        inventory,
    };
    let run = match &args.from {
        // It is gone on with under what it was begun with, or not at all.
        None => {
            let open = unfinished(runtime.block_on(store.runs())?, &args.kept.store)?;
            runtime.block_on(store.join(run(open.id, open.started_at, open.inventory)))?
        }
        Some(from) => {
            let now = args.at.unwrap_or_else(Timestamp::now);
            let (id, instant) = (now.strftime("%Y%m%dT%H%M%SZ").to_string(), now.strftime(INSTANT).to_string());
            let run = run(id, instant, read_inventory(from)?);
            runtime
                .block_on(async { if args.at.is_some() { store.join(run).await } else { store.begin(run).await } })?
        }
    };
    let progress = terminal.progress();
    let connection = match args.offline_dir {
        Some(_) => None,
        None => Some(args.asking.connection_to_remote(&progress)?),
    };
    let done = runtime.block_on(store.done(&run.id))?;
    let is_open = |project: &&Project| project.repositories.iter().any(|name| !done.contains(name));
    let of_shard = |project: &&Project| args.shard.is_none_or(|ShardArg(shard)| shard.holds(project));
    let work: Vec<&Project> = run.inventory.projects.iter().filter(of_shard).filter(is_open).collect();
    let reading = Reading {
        configuring: Configuring::of_foundation(args.foundation.clone()),
        offline_dir: args.offline_dir.as_deref(),
        connection: connection.as_ref(),
        asking: &args.asking,
        policies: args.judging.policies.as_deref(),
        catalogs: &catalogs,
        now: run.started_at.parse()?,
    };
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let failure: Mutex<Option<anyhow::Error>> = Mutex::new(None);
    let jobs = args.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from);
    let total = work.len();
    let (sender, receiver) = mpsc::sync_channel::<Vec<Done>>(jobs * 2);
    std::thread::scope(|scope| -> anyhow::Result<()> {
        for _ in 0..jobs.min(total.max(1)) {
            let sender = sender.clone();
            let (work, next, stop, reading, settings, failure) = (&work, &next, &stop, &reading, &settings, &failure);
            scope.spawn(move || {
                let mut judge = match Judge::new(settings) {
                    Ok(judge) => judge,
                    Err(error) => {
                        if let Ok(mut failure) = failure.lock() {
                            *failure = Some(error.into());
                        }
                        return;
                    }
                };
                while let Some(project) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let done = portfolio::project(&mut judge, project, |name| reading.collect(name));
                    if stop.load(Ordering::Relaxed) || sender.send(done).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        for (number, done) in (1..).zip(receiver) {
            progress.step(&format!("{number} of {total} projects"));
            let at = Timestamp::now().strftime(INSTANT).to_string();
            let kept = runtime.block_on(store.record(&run, &done, &at));
            if let Err(error) = kept {
                stop.store(true, Ordering::Relaxed);
                return Err(error.into());
            }
        }
        Ok(())
    })?;
    drop(progress);
    if let Some(error) = failure.into_inner().ok().flatten() {
        return Err(error);
    }
    let records = runtime.block_on(store.records(&run.id))?;
    let named: BTreeSet<&RepositoryName> =
        run.inventory.projects.iter().flat_map(|project| &project.repositories).collect();
    let named = named.len();
    let run = runtime.block_on(store.finish_if_done(run.clone()))?;
    let mut out = String::new();
    summary(&mut out, &run, &records, named);
    shared::write(&out, None)?;
    Ok(exit::DONE)
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

/// The newest run that was not finished.
fn unfinished(runs: Vec<Run>, store: &str) -> anyhow::Result<Run> {
    let open = runs.into_iter().rfind(|run| run.finished_at.is_none());
    open.ok_or_else(|| {
        Usage(format!("there is no unfinished run in {}", store.rsplit('@').next().unwrap_or_default())).into()
    })
}

/// How repositories are read.
struct Reading<'a> {
    configuring: Configuring,
    offline_dir: Option<&'a Path>,
    connection: Option<&'a Connection>,
    asking: &'a Asking,
    policies: Option<&'a Path>,
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
        let fetched;
        let path = match (self.offline_dir, self.connection) {
            (Some(directory), _) => clone_of(name, directory)?,
            (None, Some(connection)) => {
                let remote =
                    Remote { host: Some(name.host.clone()), owner: name.owner.clone(), name: name.name.clone() };
                let ours = shared::bundle(self.policies)?;
                fetched = fetch(&remote, None, connection, &ours, self.asking.bounds())?;
                fetched.path().to_path_buf()
            }
            (None, None) => return Err(Usage("there is no way to read repositories".to_owned()).into()),
        };
        // A foundation's audit is not judged by policies that a repository brings along.
        let place = Place { path: &path, rev: None, worktree: false, own_policies: false };
        let silent = Progress::silent();
        let collected = place.collect(&self.configuring, self.policies, self.connection, self.now, &silent)?;
        Ok(Collected { statements: collected.loaded.statements(self.catalogs), facts: collected.facts })
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
    let fetching = error.downcast_ref::<FetchError>().is_some_and(|error| matches!(error, FetchError::Failed(_)));
    fetching || matches!(error.downcast_ref::<OpenError>(), Some(OpenError::Unreadable { .. }))
}

/// What came of a run, in a few lines.
fn summary(out: &mut String, run: &Run, records: &[Record], named: usize) {
    use std::fmt::Write as _;

    let missed = |record: &&Record| matches!(record.result, RepositoryResult::NotAssessed { .. });
    let failed: Vec<&Record> = records.iter().filter(missed).collect();
    let _ = writeln!(out, "Run {}, OSPS Baseline {}\n{}", run.id, run.catalog, history::levels(records));
    for record in failed.iter().take(SHOWN) {
        if let RepositoryResult::NotAssessed { why, .. } = &record.result {
            let why: String = why.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
            let _ = writeln!(out, "  not assessed  {}  {why}", record.repository);
        }
    }
    if failed.len() > SHOWN {
        let _ = writeln!(out, "  and {} more", failed.len() - SHOWN);
    }
    if records.len() < named {
        let _ = writeln!(out, "Not finished: {} are left; `--resume` goes on.", named - records.len());
    }
}
