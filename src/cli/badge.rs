//! `osps badge`: the standing as a picture, as a document for shields, and as proposals for the Best Practices Badge.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::collect::Target;
use super::configuration::Configuring;
use super::exit::{self, Exit, Usage};
use super::shared::{self, Judging, Terminal};
use crate::report::badge;

/// The options of `osps badge`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    /// A saved assessment (`osps assess -o json=PATH`) instead of a new one
    #[arg(long, value_name = "PATH", help_heading = "Judging")]
    from: Option<PathBuf>,
    #[command(flatten)]
    configuring: Configuring,
    #[command(flatten)]
    judging: Judging,
    /// Write the picture here (default: standard output)
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    svg: Option<PathBuf>,
    /// Write the document for shields' endpoint badge here
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    shields: Option<PathBuf>,
    /// Print links that propose answers to the OpenSSF Best Practices Badge for the project at this address
    #[arg(long, value_name = "URL", help_heading = "Output", conflicts_with_all = ["svg", "shields"])]
    bestpractices: Option<String>,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let assessment = match &args.from {
        Some(path) => shared::saved(path)?,
        None => {
            let collected =
                args.target.collect(&args.configuring, args.judging.policies.as_deref(), &terminal.progress())?;
            args.judging.judge(&collected)?
        }
    };
    if let Some(url) = &args.bestpractices {
        if !url.starts_with("https://") {
            return Err(Usage(format!("`{url}` is no https address of a project")).into());
        }
        let links = badge::proposals(&assessment, url);
        if links.is_empty() {
            return Err(Usage("no verdict is sure enough to be proposed".to_owned()).into());
        }
        shared::write(&format!("{}\n", links.join("\n\n")), None)?;
        return Ok(exit::DONE);
    }
    if let Some(path) = &args.shields {
        shared::write(&badge::shields(&assessment), Some(path))?;
    }
    if args.svg.is_some() || args.shields.is_none() {
        shared::write(&badge::svg(&assessment), args.svg.as_deref())?;
    }
    Ok(exit::DONE)
}
