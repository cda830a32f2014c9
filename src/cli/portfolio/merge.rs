//! `osps portfolio merge`: puts what parts of a run left in stores of their own into one store, as if one machine had done all
//! of it. Runs are taken in the order of their instants, so that changes are told from the run before.

use std::collections::BTreeMap;

use clap::Args as ClapArgs;

use super::{Kept, runtime};
use crate::cli::exit::{self, Exit};
use crate::cli::history;
use crate::cli::shared;
use crate::model::portfolio::{Done, RepositoryResult, Run};
use crate::store::Store;

/// The options of `osps portfolio merge`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The stores of the parts: sqlite:PATH or postgres://HOST/DATABASE
    #[arg(value_name = "PART", required = true)]
    parts: Vec<String>,
    #[command(flatten)]
    kept: Kept,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Exit> {
    let out = runtime()?.block_on(merge(args))?;
    shared::write(&out, None)?;
    Ok(exit::DONE)
}

async fn merge(args: &Args) -> anyhow::Result<String> {
    let mut parts = Vec::new();
    for address in &args.parts {
        parts.push(history::open(address).await?);
    }
    let whole = Store::open(&args.kept.store).await?;
    let mut by_instant: BTreeMap<(String, String), Vec<(&Store, Run)>> = BTreeMap::new();
    for part in &parts {
        for run in part.runs().await? {
            by_instant.entry((run.started_at.clone(), run.id.clone())).or_default().push((part, run));
        }
    }
    let mut out = String::new();
    for ((_, id), runs) in by_instant {
        let mut joined = None;
        let mut number = 0;
        for (part, run) in runs {
            let run = whole.join(Run { finished_at: None, ..run }).await?;
            number += copy(part, &whole, &run).await?;
            joined = Some(run);
        }
        let Some(run) = joined else { continue };
        let left: usize = run.inventory.projects.iter().map(|project| project.repositories.len()).sum();
        let run = whole.finish_if_done(run).await?;
        let state = match run.finished_at {
            Some(_) => "finished".to_owned(),
            None => format!("{} of {left} repositories are done", whole.done(&id).await?.len()),
        };
        out.push_str(&format!("{id}  {number} records taken, {state}\n"));
    }
    Ok(out)
}

/// Copies the records of a run with their assessments, one after the other. Gives their number.
async fn copy(part: &Store, whole: &Store, run: &Run) -> anyhow::Result<usize> {
    let records = part.timed_records(&run.id).await?;
    let number = records.len();
    for (record, at) in records {
        let document = match &record.result {
            RepositoryResult::Assessed { assessment, .. } => part.document(assessment).await?,
            RepositoryResult::NotAssessed { .. } => None,
        };
        whole.record(run, &[Done { record, document }], &at).await?;
    }
    Ok(number)
}
