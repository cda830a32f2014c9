//! `osps config`: which settings hold, and where each comes from.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::configuration::Configuring;
use super::exit::{self, Exit};
use super::shared;
use crate::collect::settings::Files;

/// The options of `osps config`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every setting that holds, those that nobody set too.
    Show {
        /// A directory inside a repository
        #[arg(default_value = ".", value_name = "DIR")]
        directory: PathBuf,
        /// Say where each comes from
        #[arg(long)]
        origin: bool,
        #[command(flatten)]
        configuring: Configuring,
    },
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let Command::Show { directory, origin, configuring } = args.command;
    let files = Files::open(&directory, None, true)?;
    let loaded = configuring.load(Some(&files))?;
    let mut out = String::new();
    for setting in loaded.configuration.settings() {
        out.push_str(&format!("{}: {}", setting.key, setting.value));
        if origin {
            match &setting.origin {
                Some(place) => out.push_str(&format!("    # {}:{}", place.file, place.line)),
                None => out.push_str("    # default"),
            }
        }
        out.push('\n');
    }
    shared::write(&out, None)?;
    Ok(exit::DONE)
}
