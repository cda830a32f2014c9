//! `osps diff`: two saved states side by side, without a verdict.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::comparing::Outputs;
use super::exit::{self, Exit, Usage};
use super::shared::{self, Terminal};
use crate::compare::{self, Past, Rules, Snapshot};

/// The options of `osps diff`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The earlier one: an assessment that `osps assess -o json=PATH` saved, or a snapshot
    #[arg(value_name = "BEFORE")]
    before: PathBuf,
    /// The later one: an assessment
    #[arg(value_name = "AFTER")]
    after: PathBuf,
    #[command(flatten)]
    outputs: Outputs,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let (before, after) = (args.before.display().to_string(), args.after.display().to_string());
    let text = shared::saved_text(&args.before)?;
    let past = match Snapshot::is_meant(&text) {
        true => {
            Past::of_snapshot(&Snapshot::parse(&text).map_err(|error| Usage(format!("{before}:{error}")))?, &before)
        }
        false => Past::of(&shared::read_saved(&args.before, &text)?, &before),
    };
    let assessment = shared::saved(&args.after)?;
    let comparison = compare::compare(&past, &assessment, &after, &Rules::default());
    args.outputs.write(&comparison, Some(&assessment), terminal)?;
    Ok(exit::DONE)
}
