//! `osps assess`: collect, judge, print.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::collect::Target;
use super::configuration::Configuring;
use super::exit::Exit;
use super::shared::{self, Judging, Results, Terminal};

/// The options of `osps assess`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    configuring: Configuring,
    #[command(flatten)]
    judging: Judging,
    #[command(flatten)]
    results: Results,
    /// Save the facts document here, for `osps evaluate`
    #[arg(long, value_name = "PATH", help_heading = "Output")]
    save: Option<PathBuf>,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let progress = terminal.progress();
    let collected = args.target.collect(&args.configuring, args.judging.policies.as_deref(), &progress)?;
    if let Some(path) = &args.save {
        shared::write(&collected.facts.to_json(), Some(path))?;
    }
    progress.step("judging");
    let assessment = args.judging.judge(&collected)?;
    drop(progress);
    args.results.write(&assessment, terminal)?;
    Ok(args.judging.exit(&assessment))
}
