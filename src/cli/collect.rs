//! `osps collect`: facts only.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;

use super::exit::{self, Bug, Exit, Usage};
use super::shared;
use crate::audit::FactsDocument;
use crate::bundle::Bundle;
use crate::collect;

/// What to read, as options.
#[derive(Debug, ClapArgs)]
pub(super) struct Target {
    /// A directory inside a git clone
    #[arg(default_value = ".", value_name = "PATH")]
    target: PathBuf,
    /// The commit to read (default: HEAD)
    #[arg(long, value_name = "REV", conflicts_with = "worktree", help_heading = "Collecting")]
    rev: Option<String>,
    /// Read the files as they lie, also in a directory that is no clone
    #[arg(long, help_heading = "Collecting")]
    worktree: bool,
    /// Ask nobody over a network. Every run of this version does so; settings of the forge stay unknown
    #[arg(long, help_heading = "Collecting")]
    offline: bool,
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

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let bundle = shared::bundle(args.policies.as_deref())?;
    let facts = args.target.collect(&bundle)?;
    shared::write(&facts.to_json(), args.output.as_deref())?;
    Ok(exit::DONE)
}

impl Target {
    /// Collects the facts of the target.
    pub(super) fn collect(&self, bundle: &Bundle) -> anyhow::Result<FactsDocument> {
        if !self.target.exists() && names_a_remote(&self.target) {
            let target = self.target.display();
            return Err(Usage(format!(
                "`{target}` looks like a repository on a forge; this version assesses local clones: clone it and name the directory"
            ))
            .into());
        }
        let facts = collect::collect(&collect::Options {
            path: self.target.clone(),
            rev: self.rev.clone(),
            worktree: self.worktree,
            now: jiff::Timestamp::now(),
            policies: bundle,
        })?;
        FactsDocument::collected(&facts).map_err(|error| Bug(error.to_string()).into())
    }
}

fn names_a_remote(target: &Path) -> bool {
    let text = target.to_string_lossy();
    text.contains("://") || text.starts_with("git@") || (text.split('/').count() == 2 && !text.starts_with('.'))
}
