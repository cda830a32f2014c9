//! `osps portfolio report`: a run over a portfolio as pages, tables and Markdown. What is written is replaced file by file; what
//! others put into the directory stays.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args as ClapArgs;

use super::{Kept, runtime};
use crate::cli::exit::{self, Exit};
use crate::cli::history;
use crate::cli::replacing::Replacing;
use crate::cli::shared::{self, Terminal};
use crate::model::assessment::LevelMode;
use crate::model::id::Level;
use crate::model::portfolio::{Audit, Expiring, RepositoryResult, Run, Survey};
use crate::portfolio::unpacked;
use crate::report::portfolio::{self, Portfolio, Slugs};
use crate::store::Store;

/// Runs that a trend goes over, with the one that is shown.
const RUNS: usize = 12;

/// The options of `osps portfolio report`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The directory to write; files of ours in it are replaced, others stay
    #[arg(short, long, value_name = "DIR")]
    output: PathBuf,
    /// The run (default: the newest finished one)
    #[arg(long, value_name = "ID")]
    run: Option<String>,
    /// The level at which requirements are counted; the page can count at the others too
    #[arg(long, value_name = "LEVEL", default_value = "1")]
    level: Level,
    /// Leave out the pages of the projects, so that the one page stands for itself
    #[arg(long)]
    single_file: bool,
    /// Tell of declarations that end within this many days of the run, such as 30d
    #[arg(long, value_name = "DAYS", default_value = "30d", value_parser = history::days)]
    within: u16,
    #[command(flatten)]
    kept: Kept,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    runtime()?.block_on(write(&args, terminal))
}

async fn write(args: &Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let store = history::open(&args.kept.store).await?;
    let mut runs = store.runs().await?;
    let now = history::chosen(&mut runs, args.run.as_deref())?;
    let catalogs = shared::catalogs()?;
    let catalog = catalogs.get(&now.catalog)?;
    let mut survey = Survey {
        transitions: store.transitions(&now.id).await?,
        past: past(&store, runs, &now).await?,
        now: Audit { records: store.records(&now.id).await?, run: now },
        expiring: Vec::new(),
        within: args.within,
        mode: LevelMode::default(),
    };
    let slugs = (!args.single_file).then(|| Slugs::of(&survey.now.run.inventory));
    documents(&store, &mut survey, slugs.as_ref(), args, terminal).await?;

    let data = args.output.join("data");
    replace(&data.join("results.csv"), |out| Ok(portfolio::results_csv(&survey, catalog, out)?))?;
    replace(&data.join("results.parquet"), |out| Ok(portfolio::results_parquet(&survey, catalog, out)?))?;
    replace(&data.join("results.jsonl"), |out| Ok(portfolio::results_jsonl(&survey, out)?))?;
    replace(&data.join("changes.csv"), |out| Ok(portfolio::changes_csv(&survey, out)?))?;
    replace(&data.join("not-assessed.csv"), |out| Ok(portfolio::not_assessed_csv(&survey, out)?))?;
    let portfolio = Portfolio::of(&survey, catalog, args.level);
    for (at, project) in survey.now.run.inventory.projects.iter().enumerate() {
        if let Some(slugs) = slugs.as_ref().filter(|_| project.repositories.len() > 1)
            && let Some(slug) = slugs.projects.get(at)
        {
            put(&place(&args.output, slug), &portfolio.project(at, slugs)?)?;
        }
    }
    put(&args.output.join("portfolio.md"), &portfolio.markdown()?)?;
    // The page comes last: what it leads to is there.
    let index = args.output.join("index.html");
    put(&index, &portfolio.index(slugs.as_ref())?)?;
    shared::write(&format!("{}\n", index.display()), None)?;
    Ok(exit::DONE)
}

/// The finished runs before one, as far as a trend goes, oldest first.
async fn past(store: &Store, runs: Vec<Run>, now: &Run) -> anyhow::Result<Vec<Audit>> {
    let before = |run: &Run| run.finished_at.is_some() && (&run.started_at, &run.id) < (&now.started_at, &now.id);
    let earlier: Vec<Run> = runs.into_iter().filter(before).collect();
    let skipped = earlier.len().saturating_sub(RUNS - 1);
    let mut past = Vec::new();
    for run in earlier.into_iter().skip(skipped) {
        past.push(Audit { records: store.records(&run.id).await?, run });
    }
    Ok(past)
}

/// Goes through the assessments one by one, so that there is never more than one of them in memory: each becomes a page, and
/// what it declares is remembered.
async fn documents(
    store: &Store,
    survey: &mut Survey,
    slugs: Option<&Slugs>,
    args: &Args,
    terminal: &Terminal,
) -> anyhow::Result<()> {
    let progress = terminal.progress();
    let run = &survey.now.run;
    let last = run.day_after(args.within);
    let by_name: std::collections::BTreeMap<_, _> =
        survey.now.records.iter().map(|record| (&record.repository, &record.result)).collect();
    let mut mode = None;
    for (at, project) in run.inventory.projects.iter().enumerate() {
        progress.step(&format!("{} of {} projects", at + 1, run.inventory.projects.len()));
        for (number, name) in project.repositories.iter().enumerate() {
            let Some(RepositoryResult::Assessed { assessment, .. }) = by_name.get(name) else { continue };
            let Some(document) = store.document(assessment).await? else { continue };
            let assessment = unpacked(&document, run).with_context(|| {
                format!("the assessment of {name} in the run {} was kept by another version", run.id)
            })?;
            mode.get_or_insert(assessment.levels.mode);
            survey.expiring.extend(Expiring::of(&assessment, name, last));
            if let Some(slug) = slugs.and_then(|slugs| slugs.repositories.get(at)?.get(number)) {
                put(&place(&args.output, slug), &portfolio::evidence(&assessment)?)?;
            }
        }
    }
    survey.mode = mode.unwrap_or_default();
    survey.expiring.sort();
    Ok(())
}

fn place(output: &Path, slug: &str) -> PathBuf {
    output.join("projects").join(format!("{slug}.html"))
}

fn put(path: &Path, text: &str) -> anyhow::Result<()> {
    replace(path, |out| Ok(out.write_all(text.as_bytes())?))
}

/// Writes a file, and then puts it in its place.
fn replace(
    path: &Path,
    fill: impl FnOnce(&mut (dyn std::io::Write + Send)) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut file = Replacing::new(path)?;
    fill(&mut file).with_context(|| format!("cannot write {}", path.display()))?;
    file.end()
}
