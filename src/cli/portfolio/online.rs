//! A portfolio on a forge: which repositories an owner has, and how each is fetched and asked about within the budgets of all
//! credentials together. What a limit or the network kept from being read is tried again later, and never judged as if it
//! were not there.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum};
use jiff::Timestamp;

use crate::bundle::Bundle;
use crate::cli::connect::Asking;
use crate::cli::exit::Usage;
use crate::cli::fetch::{FetchError, Fetched, Remote, fetch};
use crate::cli::progress::Progress;
use crate::collect::forge::many::{Left, NotNow, Speed};
use crate::collect::forge::{self, Connection, Many, Spent, Trouble};
use crate::config::inventory;
use crate::model::portfolio::{Inventory, RepositoryName};

/// Tries of one fetch.
const FETCHES: u32 = 3;
/// Before a fetch is tried again; the second time it takes twice as long.
const PAUSE: Duration = Duration::from_secs(1);
/// Collections of one repository where something was broken on the way.
const COLLECTIONS: u32 = 3;

/// Repositories that are left out where nobody asks for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// Nobody may change them any more.
    Archived,
    /// They are made from repositories of others.
    Forks,
}

/// Whose repositories are listed, as options.
#[derive(Debug, ClapArgs)]
pub(super) struct Owners {
    /// All repositories of this organization or person, each a project of its own; can be given several times
    #[arg(long, value_name = "OWNER", conflicts_with_all = ["from", "offline_dir"])]
    org: Vec<String>,
    /// Also the repositories of an owner that are archived, or forks of others
    #[arg(long, value_name = "KINDS", value_enum, value_delimiter = ',', requires = "org")]
    include: Vec<Kind>,
    /// Requests that one credential may send in a second. Several credentials stand in OSPS_TOKENS or, one per line, in
    /// `--token-file`, each as TOKEN or OWNER=TOKEN; who has most left is asked with
    #[arg(long, value_name = "N", default_value_t = 10, help_heading = "Asking the forge", value_parser = clap::value_parser!(u32).range(1..=1_000))]
    requests_per_second: u32,
    /// Keep clones in this directory from run to run, so that only what changed is fetched again. It holds what is not public
    /// where a credential shows that; it may be deleted at any time
    #[arg(long, value_name = "DIR", conflicts_with = "offline_dir", help_heading = "Asking the forge")]
    keep_clones: Option<PathBuf>,
}

/// What an owner has, and how much of it was left out.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) inventory: Inventory,
    archived: usize,
    forks: usize,
}

impl Listing {
    /// What was left out, in a line; nothing where nothing was.
    pub(super) fn left_out(&self) -> Option<String> {
        let parts = [(self.archived, "archived"), (self.forks, "forks")].into_iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = parts.map(|(count, word)| format!("{count} {word}")).collect();
        (!parts.is_empty()).then(|| format!("Left out: {} (`--include archived,forks`)", parts.join(", ")))
    }
}

impl Owners {
    pub(super) fn is_some(&self) -> bool {
        !self.org.is_empty()
    }

    /// Lists the repositories of all owners.
    pub(super) fn list(&self, forge: &Forge, now: Timestamp) -> anyhow::Result<Listing> {
        let mut listing = Listing::default();
        let mut names: Vec<RepositoryName> = Vec::new();
        for owner in &self.org {
            let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            if owner.is_empty() || owner.starts_with(['-', '.']) || !owner.chars().all(fine) {
                return Err(Usage("`--org` takes the name of an organization or a person".to_owned()).into());
            }
            let connection = forge.many.way_to(owner)?;
            let (found, complete) = forge::repositories_of(connection, owner, now)
                .map_err(|why| FetchError::Failed(format!("the repositories of {owner} cannot be listed: {why}")))?;
            if !complete {
                let why = format!("the list of the repositories of {owner} does not come to its end");
                return Err(FetchError::Failed(why).into());
            }
            let web = connection.endpoint.web();
            let host = web.split_once("://").map_or(web, |(_, host)| host);
            for one in found {
                let left_out = |kind: Kind| !self.include.contains(&kind);
                if one.archived && left_out(Kind::Archived) {
                    listing.archived += 1;
                } else if one.fork && left_out(Kind::Forks) {
                    listing.forks += 1;
                } else if let Ok(name) = format!("https://{host}/{}", one.full_name).parse() {
                    names.push(name);
                }
            }
        }
        if names.is_empty() {
            return Err(Usage(format!("{} has no repository to assess", self.org.join(", "))).into());
        }
        listing.inventory = inventory::of_repositories(Some(self.org.join(", ")), names);
        Ok(listing)
    }
}

/// What kept a repository from being read, and passes.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Hindered(&'static str);

/// Whether trying again may help, as far as this module knows the error.
pub(super) fn is_passing(error: &anyhow::Error) -> bool {
    let fetching = error.downcast_ref::<FetchError>().is_some_and(FetchError::is_passing);
    let spent = matches!(error.downcast_ref::<NotNow>(), Some(NotNow::Spent(_)));
    fetching || spent || error.downcast_ref::<Hindered>().is_some()
}

/// A forge that is asked about many repositories.
pub(super) struct Forge {
    many: Many,
    clones: Option<PathBuf>,
    fetched: AtomicUsize,
    unchanged: AtomicUsize,
}

impl Forge {
    /// Looks for credentials, and asks what each has left. One that is not accepted ends the run before it begins.
    pub(super) fn reach(asking: &Asking, owners: &Owners, progress: &Progress, now: Timestamp) -> anyhow::Result<Self> {
        let speed = Speed { requests: owners.requests_per_second, ..Speed::default() };
        let many = Many::new(asking.ways(progress)?, speed, now);
        let refused = many.look_at_budgets();
        if !refused.is_empty() {
            return Err(Usage(format!("the forge does not accept the token from {}", refused.join(", "))).into());
        }
        let clones = owners.keep_clones.clone();
        Ok(Self { many, clones, fetched: AtomicUsize::new(0), unchanged: AtomicUsize::new(0) })
    }

    /// The order in which repositories will be wanted.
    pub(super) fn line_up<'a>(&self, names: impl IntoIterator<Item = &'a RepositoryName>) {
        self.many.line_up(names.into_iter().cloned());
    }

    /// Fetches one repository and reads it, again where something was broken on the way.
    pub(super) fn read<T>(
        &self,
        name: &RepositoryName,
        asking: &Asking,
        bundle: &Bundle,
        collect: impl Fn(&Fetched, &Connection) -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let connection = self.many.connection(name)?;
        let fetched = fetched(name, &connection, asking, bundle, self.clones.as_deref())?;
        let count = if fetched.unchanged { &self.unchanged } else { &self.fetched };
        count.fetch_add(1, Ordering::Relaxed);
        let mut tried = 0;
        loop {
            tried += 1;
            let collected = collect(&fetched, &connection)?;
            match connection.errand.as_ref().map_or(Trouble::None, |errand| errand.trouble()) {
                Trouble::Limited => return Err(Hindered("the forge asked to come back later").into()),
                Trouble::Refused => return Err(Hindered("the forge did not accept the token").into()),
                // What is complete is kept, so that only what was broken is asked for in full.
                Trouble::Broken if tried < COLLECTIONS => {}
                // It is as it would be for this repository alone: what cannot be read is unknown.
                Trouble::Broken | Trouble::None => return Ok(collected),
            }
        }
    }

    pub(super) fn budgets(&self) -> Vec<Left> {
        self.many.budgets()
    }

    pub(super) fn spent(&self) -> Spent {
        self.many.spent()
    }

    /// How many repositories were fetched, and of how many the kept clone was still what the server has; none where no
    /// clones are kept.
    pub(super) fn clones(&self) -> Option<(usize, usize)> {
        self.clones.is_some().then(|| (self.fetched.load(Ordering::Relaxed), self.unchanged.load(Ordering::Relaxed)))
    }

    /// Seconds that the budgets make the rest of a run last at least, when it goes on as it did.
    pub(super) fn seconds_of_budget(&self, done: usize, left: usize) -> u64 {
        let spent = self.spent();
        let need = |of: u64| of.saturating_mul(left as u64) / (done.max(1) as u64);
        let budgets = self.budgets();
        let of = |resource: &str, need: u64| {
            let of = || budgets.iter().filter(|budget| budget.resource == resource);
            let (has, an_hour) =
                (of().map(|budget| budget.left).sum::<u64>(), of().map(|budget| budget.limit).sum::<u64>());
            match need.checked_sub(has) {
                Some(lacking) if lacking > 0 && an_hour > 0 => {
                    of().map(|budget| budget.full_in).min().unwrap_or(0) + (lacking - 1) / an_hour * 3_600
                }
                _ => 0,
            }
        };
        of("core", need(spent.requests - spent.unchanged)).max(of("graphql", need(spent.points)))
    }
}

fn fetched(
    name: &RepositoryName,
    connection: &Connection,
    asking: &Asking,
    bundle: &Bundle,
    clones: Option<&Path>,
) -> anyhow::Result<Fetched> {
    let remote = Remote { host: Some(name.host.clone()), owner: name.owner.clone(), name: name.name.clone() };
    let mut tried = 0;
    loop {
        tried += 1;
        let error = match fetch(&remote, None, connection, bundle, asking.bounds(), clones) {
            Ok(fetched) => return Ok(fetched),
            Err(error) => error,
        };
        if tried >= FETCHES || !is_passing(&error) {
            return Err(error);
        }
        std::thread::sleep(PAUSE * tried);
    }
}
