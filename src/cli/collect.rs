//! `osps collect`: facts only.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::configuration::{Configuring, Loaded};
use super::connect::Asking;
use super::exit::{self, Bug, Exit, Usage};
use super::fetch::{self, Fetched, Remote, fetch};
use super::progress::Progress;
use super::shared::{self, Terminal};
use crate::audit::FactsDocument;
use crate::bundle::Bundle;
use crate::collect;
use crate::collect::forge::Connection;
use crate::collect::settings::Files;
use crate::model::project::ProjectStatements;

/// What to read, as options.
#[derive(Debug, ClapArgs)]
pub(super) struct Target {
    /// A directory inside a git clone, or a repository on a forge: OWNER/NAME or its address
    #[arg(default_value = ".", value_name = "TARGET")]
    target: PathBuf,
    /// The commit to read (default: HEAD)
    #[arg(long, value_name = "REV", conflicts_with = "worktree", help_heading = "Collecting")]
    rev: Option<String>,
    /// Read the files as they lie, also in a directory that is no clone
    #[arg(long, help_heading = "Collecting")]
    worktree: bool,
    #[command(flatten)]
    asking: Asking,
}

/// The options of `osps collect`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    configuring: Configuring,
    /// The file to write (default: standard output)
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Topics and tables from this directory instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let progress = terminal.progress();
    let collected = args.target.collect(&args.configuring, args.policies.as_deref(), &progress)?;
    drop(progress);
    shared::write(&collected.facts.to_json(), args.output.as_deref())?;
    Ok(exit::DONE)
}

/// The facts of a target, with what else its judging needs.
pub(super) struct Collected {
    pub(super) facts: FactsDocument,
    /// How the forge was asked; none where it was not.
    pub(super) connection: Option<Connection>,
    /// The configuration of the repository.
    pub(super) loaded: Loaded,
    /// The policies, topics and tables of the run.
    pub(super) bundle: Bundle,
    /// The files that the facts are about; none where the facts come from a document.
    pub(super) read: Option<Read>,
}

/// The files that facts are about.
pub(super) struct Read {
    pub(super) files: Files,
    /// Where they lie, if they were fetched; they go away with it.
    _fetched: Option<Fetched>,
}

/// The facts of two commits of one clone.
pub(super) struct Beside {
    pub(super) before: FactsDocument,
    pub(super) after: FactsDocument,
    /// The files that differ; none where nobody can tell.
    pub(super) touched: Option<BTreeSet<String>>,
}

impl Target {
    /// A directory, and nobody is asked over a network.
    pub(super) fn offline(directory: PathBuf) -> Self {
        Self { target: directory, rev: None, worktree: false, asking: Asking::nobody() }
    }

    /// The directory, where the target is one.
    pub(super) fn directory(&self) -> Option<&Path> {
        (self.target.exists() || !names_a_remote(&self.target)).then_some(self.target.as_path())
    }

    /// The facts of two commits of one clone, of which nobody but the clone is asked: the state at `base`, and the target.
    pub(super) fn collect_beside(
        &self,
        path: &Path,
        base: (&str, &ProjectStatements),
        project: &ProjectStatements,
        bundle: &Bundle,
    ) -> anyhow::Result<Beside> {
        let now = jiff::Timestamp::now();
        let options = |rev: Option<String>, worktree: bool, project| collect::Options {
            path: path.to_path_buf(),
            rev,
            worktree,
            now,
            policies: bundle,
            forge: None,
            project,
        };
        let both = collect::collect_both(
            &options(Some(base.0.to_owned()), false, base.1),
            &options(self.rev.clone(), self.worktree, project),
        );
        let document = |facts: Result<collect::Facts, collect::OpenError>| -> anyhow::Result<FactsDocument> {
            FactsDocument::collected(&facts?).map_err(|error| Bug(error.to_string()).into())
        };
        Ok(Beside { before: document(both.one)?, after: document(both.other)?, touched: both.touched })
    }

    /// The files that say how the target wants to be assessed.
    pub(super) fn files(&self, path: &Path) -> anyhow::Result<Files> {
        Ok(Files::open(path, self.rev.as_deref(), self.worktree)?)
    }

    /// The files that are judged: of the commit, or as they lie.
    pub(super) fn judged_files(&self, path: &Path) -> anyhow::Result<Files> {
        let rev = (!self.worktree).then(|| self.rev.as_deref().unwrap_or("HEAD"));
        Ok(Files::open(path, rev, self.worktree)?)
    }

    /// The revision that is read; none for `HEAD`.
    pub(super) fn rev(&self) -> Option<&str> {
        self.rev.as_deref()
    }

    /// Collects the facts of the target, under its own configuration. The policies that a repository names are used where
    /// it lies on this machine; one that was fetched does not judge itself.
    pub(super) fn collect(
        &self,
        configuring: &Configuring,
        policies: Option<&Path>,
        progress: &Progress,
    ) -> anyhow::Result<Collected> {
        let ours = shared::bundle(policies)?;
        let mut fetched = None;
        let connection = if !self.target.exists() && names_a_remote(&self.target) {
            let target = self.target.to_string_lossy();
            let remote = Remote::read(&target).ok_or_else(|| {
                Usage(format!(
                    "`{}` is no directory and names no repository: expected OWNER/NAME or its https address",
                    fetch::shown(&target)
                ))
            })?;
            let connection = self.asking.connection_to_remote(progress)?;
            progress.step("fetching the repository");
            fetched = Some(fetch(&remote, self.rev.as_deref(), &connection, &ours, self.asking.bounds(), None)?);
            Some(connection)
        } else {
            self.asking.connection(progress)?
        };
        let path = fetched.as_ref().map_or(self.target.as_path(), Fetched::path);
        let place = Place {
            path,
            rev: self.rev(),
            worktree: self.worktree,
            own_policies: fetched.is_none() && policies.is_none(),
        };
        let collected = place.collect(configuring, &ours, connection.as_ref(), jiff::Timestamp::now(), progress)?;
        let read = collected.read.map(|read| Read { _fetched: fetched, ..read });
        Ok(Collected { connection, read, ..collected })
    }

    /// The working directory that may be changed: that of a clone on this machine, of which the newest commit or the files
    /// themselves are read.
    pub(super) fn writable(&self) -> anyhow::Result<PathBuf> {
        if self.rev.is_some() {
            return Err(Usage("files are changed as they are now, not as `--rev` has them".to_owned()).into());
        }
        if !self.target.exists() {
            return Err(Usage(
                "only files on this machine are changed; print the changes without `--apply`".to_owned(),
            )
            .into());
        }
        let files = Files::open(&self.target, None, self.worktree)?;
        let directory = files.directory().map(Path::to_path_buf);
        directory.ok_or_else(|| Usage("there is no working directory here to write into".to_owned()).into())
    }
}

/// A clone or a directory on this machine.
pub(super) struct Place<'a> {
    pub(super) path: &'a Path,
    pub(super) rev: Option<&'a str>,
    pub(super) worktree: bool,
    /// Whether the policies that the repository names are used.
    pub(super) own_policies: bool,
}

impl Place<'_> {
    /// Collects what is there, and what a forge says of it where one is asked.
    pub(super) fn collect(
        &self,
        configuring: &Configuring,
        ours: &Bundle,
        connection: Option<&Connection>,
        now: jiff::Timestamp,
        progress: &Progress,
    ) -> anyhow::Result<Collected> {
        let files = Files::open(self.path, self.rev, self.worktree)?;
        let loaded = configuring.load(Some(&files))?;
        let bundle = loaded.bundle(ours, self.own_policies.then_some(&files))?;
        progress.step("collecting facts");
        let facts = collect::collect(&collect::Options {
            path: self.path.to_path_buf(),
            rev: self.rev.map(str::to_owned),
            worktree: self.worktree,
            now,
            policies: &bundle,
            forge: connection,
            project: &loaded.configuration.project,
        })?;
        let facts = FactsDocument::collected(&facts).map_err(|error| Bug(error.to_string()))?;
        let files = Files::assessed(self.path, self.rev, self.worktree)?;
        let read = Some(Read { files, _fetched: None });
        Ok(Collected { facts, connection: None, loaded, bundle, read })
    }
}

fn names_a_remote(target: &Path) -> bool {
    let text = target.to_string_lossy();
    text.contains("://") || text.starts_with("git@") || (text.split('/').count() == 2 && !text.starts_with('.'))
}
