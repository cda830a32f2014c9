//! `osps portfolio`: assess all repositories of a foundation, resumable, with history.

mod merge;
mod online;
mod report;
mod run;
mod share;

use clap::{Args as ClapArgs, Subcommand};

use super::exit::Exit;
use super::shared::Terminal;

/// Where history is kept where nobody says.
pub(super) const STORE: &str = "sqlite:osps-history.db";

/// The options of `osps portfolio`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Assess every repository of a portfolio, and keep what comes of it
    Run(Box<run::Args>),
    /// Put together what parts of a run left in stores of their own
    Merge(merge::Args),
    /// Write a run as one page for a board, a page of evidence per project, tables and Markdown
    Report(Box<report::Args>),
}

/// Where history is kept, as an option.
#[derive(Debug, ClapArgs)]
pub(super) struct Kept {
    /// Where history is kept: sqlite:PATH or postgres://HOST/DATABASE
    #[arg(long, value_name = "URL", env = "OSPS_STORE", default_value = STORE, hide_env_values = true)]
    pub(super) store: String,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    match args.command {
        Command::Run(args) => run::run(*args, terminal),
        Command::Merge(args) => merge::run(&args),
        Command::Report(args) => report::run(*args, terminal),
    }
}

/// A runtime for what waits for a database.
pub(super) fn runtime() -> anyhow::Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
