//! `osps collect`: facts only.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::connect::Asking;
use super::exit::{self, Bug, Exit, Usage};
use super::fetch::{self, Remote, fetch};
use super::progress::Progress;
use super::shared::{self, Terminal};
use crate::audit::FactsDocument;
use crate::bundle::Bundle;
use crate::collect;
use crate::collect::forge::Connection;

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
    /// The file to write (default: standard output)
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
    /// Topics and tables from this directory instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let bundle = shared::bundle(args.policies.as_deref())?;
    let progress = terminal.progress();
    let facts = args.target.collect(&bundle, &progress)?;
    drop(progress);
    shared::write(&facts.to_json(), args.output.as_deref())?;
    Ok(exit::DONE)
}

impl Target {
    /// Collects the facts of the target.
    pub(super) fn collect(&self, bundle: &Bundle, progress: &Progress) -> anyhow::Result<FactsDocument> {
        Ok(self.collect_with(bundle, progress)?.0)
    }

    /// Collects the facts of the target, and tells how the forge was asked.
    pub(super) fn collect_with(
        &self,
        bundle: &Bundle,
        progress: &Progress,
    ) -> anyhow::Result<(FactsDocument, Option<Connection>)> {
        let fetched;
        let (path, connection) = if !self.target.exists() && names_a_remote(&self.target) {
            let target = self.target.to_string_lossy();
            let remote = Remote::read(&target).ok_or_else(|| {
                Usage(format!(
                    "`{}` is no directory and names no repository: expected OWNER/NAME or its https address",
                    fetch::shown(&target)
                ))
            })?;
            let connection = self.asking.connection_to_remote(progress)?;
            progress.step("fetching the repository");
            fetched = fetch(&remote, self.rev.as_deref(), &connection, bundle, self.asking.bounds())?;
            (fetched.path(), Some(connection))
        } else {
            (self.target.as_path(), self.asking.connection(progress)?)
        };
        progress.step("collecting facts");
        let facts = collect::collect(&collect::Options {
            path: path.to_path_buf(),
            rev: self.rev.clone(),
            worktree: self.worktree,
            now: jiff::Timestamp::now(),
            policies: bundle,
            forge: connection.as_ref(),
        })?;
        let document = FactsDocument::collected(&facts).map_err(|error| Bug(error.to_string()))?;
        Ok((document, connection))
    }
}

fn names_a_remote(target: &Path) -> bool {
    let text = target.to_string_lossy();
    text.contains("://") || text.starts_with("git@") || (text.split('/').count() == 2 && !text.starts_with('.'))
}
