//! `osps history`: what runs over a portfolio left behind.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{BufWriter, IsTerminal as _, Write};
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand, ValueEnum};
use jiff::civil::Date;

use super::exit::{self, Exit, Usage};
use super::portfolio::{Kept, runtime};
use super::replacing::Replacing;
use super::shared::{self, Terminal};
use crate::model::assessment::Standing;
use crate::model::portfolio::{Conditions, Expiring, Mark, RepositoryName, RepositoryResult, Run, Tally};
use crate::portfolio::unpacked;
use crate::report::parquet::{Column, Parquet};
use crate::report::style::Style;
use crate::store::Store;

/// The options of `osps history`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// The runs
    List {
        #[command(flatten)]
        kept: Kept,
    },
    /// What came of every project in a run
    Show {
        /// The run (default: the newest finished one)
        run: Option<String>,
        #[command(flatten)]
        kept: Kept,
    },
    /// What changed between two runs
    Diff {
        /// The earlier run
        before: String,
        /// The later run
        after: String,
        #[command(flatten)]
        kept: Kept,
    },
    /// Requirements that were met and are not met since
    Regressed {
        /// Since this day (default: in the newest finished run)
        #[arg(long, value_name = "DATE")]
        since: Option<Date>,
        #[command(flatten)]
        kept: Kept,
    },
    /// How a repository stood in every run
    Trend {
        /// The repository, as OWNER/NAME or its https address
        repository: RepositoryName,
        #[command(flatten)]
        kept: Kept,
    },
    /// Declarations that end soon
    Expiring {
        /// Within this many days of the newest finished run, such as 30d
        #[arg(long, value_name = "DAYS", default_value = "30d", value_parser = days)]
        within: u16,
        #[command(flatten)]
        kept: Kept,
    },
    /// One row per run, repository and requirement
    Export {
        /// The form
        #[arg(value_enum)]
        form: Form,
        /// Only this run
        #[arg(long, value_name = "RUN")]
        run: Option<String>,
        /// The file to write (default: standard output)
        #[arg(short, long, value_name = "PATH")]
        output: Option<PathBuf>,
        #[command(flatten)]
        kept: Kept,
    },
    /// Remove runs that began before a day; the newest finished one stays
    Prune {
        /// The day
        #[arg(long, value_name = "DATE")]
        before: Date,
        #[command(flatten)]
        kept: Kept,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    /// Comma-separated values.
    Csv,
    /// One JSON object per line.
    Jsonl,
    /// Apache Parquet.
    Parquet,
}

pub(super) fn days(text: &str) -> Result<u16, String> {
    text.strip_suffix('d')
        .unwrap_or(text)
        .parse::<u16>()
        .map_err(|_| "expected a number of days, such as 30d".to_owned())
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let style = terminal.style(false);
    let runtime = runtime()?;
    runtime.block_on(async {
        match args.command {
            Command::List { kept } => list(&open(&kept.store).await?, &style).await,
            Command::Show { run, kept } => show(&open(&kept.store).await?, run.as_deref(), &style).await,
            Command::Diff { before, after, kept } => diff(&open(&kept.store).await?, &before, &after, &style).await,
            Command::Regressed { since, kept } => regressed(&open(&kept.store).await?, since, &style).await,
            Command::Trend { repository, kept } => trend(&open(&kept.store).await?, &repository, &style).await,
            Command::Expiring { within, kept } => expiring(&open(&kept.store).await?, within, &style).await,
            Command::Export { form, run, output, kept } => {
                let stdout = std::io::stdout();
                if matches!(form, Form::Parquet) && output.is_none() && stdout.is_terminal() {
                    return Err(Usage("Parquet is no text: name a file with `--output`".to_owned()).into());
                }
                let store = open(&kept.store).await?;
                match &output {
                    Some(path) => {
                        let mut file = Replacing::new(path)?;
                        export(&store, Table::new(form, &mut file)?, run.as_deref()).await?;
                        file.end()?;
                    }
                    None => {
                        let mut out = BufWriter::new(stdout);
                        export(&store, Table::new(form, &mut out)?, run.as_deref()).await?;
                        out.flush()?;
                    }
                }
                return Ok(exit::DONE);
            }
            Command::Prune { before, kept } => {
                let gone = open(&kept.store).await?.prune(&before.to_string()).await?;
                Ok(format!("{gone} runs removed\n"))
            }
        }
        .and_then(|text| shared::write(&text, None).map(|()| exit::DONE))
    })
}

/// A store that is there; looking at history makes none.
pub(super) async fn open(address: &str) -> anyhow::Result<Store> {
    if let Some(path) = address.strip_prefix("sqlite:")
        && !std::path::Path::new(path.trim_start_matches("//")).exists()
    {
        let message = format!("there is no history in {path}: `osps portfolio run` makes one, `--store` names another");
        return Err(Usage(message).into());
    }
    Ok(Store::open(address).await?)
}

async fn one(store: &Store, id: Option<&str>) -> anyhow::Result<Run> {
    chosen(&mut store.runs().await?, id)
}

/// Takes a run out of several: the one of this name, or the newest finished one.
pub(super) fn chosen(runs: &mut Vec<Run>, id: Option<&str>) -> anyhow::Result<Run> {
    let found = match id {
        Some(id) => runs.iter().position(|run| run.id == id),
        None => runs.iter().rposition(|run| run.finished_at.is_some()),
    };
    let missing = || match id {
        Some(id) => format!("there is no run `{id}`: `osps history list` names them"),
        None => "no run was finished yet".to_owned(),
    };
    found.map(|at| runs.remove(at)).ok_or_else(|| Usage(missing()).into())
}

async fn list(store: &Store, style: &Style) -> anyhow::Result<String> {
    let mut out = String::new();
    let tallies = store.tallies().await?;
    for run in store.runs().await? {
        let tally = tallies.get(&run.id).cloned().unwrap_or_default();
        let state = if run.finished_at.is_some() { "finished" } else { "not finished" };
        let _ = writeln!(out, "{}  {}  {state}  {tally}", style.bold(&run.id), run.catalog);
    }
    Ok(out)
}

async fn show(store: &Store, id: Option<&str>, style: &Style) -> anyhow::Result<String> {
    let run = one(store, id).await?;
    let records = store.records(&run.id).await?;
    let by_name: BTreeMap<&RepositoryName, &RepositoryResult> =
        records.iter().map(|record| (&record.repository, &record.result)).collect();
    let mut out = format!("{}\n", style.bold(&format!("{}  OSPS Baseline {}", run.id, run.catalog)));
    if run.conditions != Conditions::default() {
        let _ = writeln!(out, "{}", run.conditions);
    }
    let _ = writeln!(out, "{}", Tally::of(&records));
    for project in &run.inventory.projects {
        let _ = writeln!(out, "\n{}", style.bold(&style.plain(&project.title)));
        for name in &project.repositories {
            let line = match by_name.get(name) {
                Some(RepositoryResult::Assessed { level, marks, .. }) => {
                    let level = level.map_or_else(|| "no level".to_owned(), |level| format!("level {level}"));
                    format!("{level}  {}", counts(marks))
                }
                Some(RepositoryResult::NotAssessed { why, .. }) => format!("not assessed: {}", style.plain(why)),
                None => "not reached in this run".to_owned(),
            };
            let _ = writeln!(out, "  {name}  {line}");
        }
    }
    Ok(out)
}

/// The marks of a repository by how they count.
fn counts(marks: &str) -> String {
    let of = |wanted: Standing| marks.chars().filter_map(Mark::read).filter(|mark| mark.standing() == wanted).count();
    let named = [
        (Standing::Met, "met"),
        (Standing::Unmet, "to fix"),
        (Standing::Open, "to answer"),
        (Standing::Waived, "waived"),
    ];
    let parts: Vec<String> = named
        .iter()
        .map(|(standing, word)| (of(*standing), word))
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    parts.join(", ")
}

async fn diff(store: &Store, before: &str, after: &str, style: &Style) -> anyhow::Result<String> {
    let (before, after) = (one(store, Some(before)).await?, one(store, Some(after)).await?);
    let mut out = String::new();
    let conditions = (before.conditions.to_string(), after.conditions.to_string());
    for (what, one, other) in [
        ("the standard", &before.catalog, &after.catalog),
        ("the policies", &before.policies, &after.policies),
        ("osps", &before.tool, &after.tool),
        ("what was judged and how", &conditions.0, &conditions.1),
    ] {
        if one != other {
            let _ = writeln!(out, "{what}: {one} before, {other} after; a change may come from that alone");
        }
    }
    let marks = async |run: &Run| -> anyhow::Result<BTreeMap<RepositoryName, Option<BTreeMap<String, Mark>>>> {
        let records = store.records(&run.id).await?;
        Ok(records.into_iter().map(|record| (record.repository, of_run(run, &record.result))).collect())
    };
    let (earlier, later) = (marks(&before).await?, marks(&after).await?);
    let mut changed = 0;
    for (name, now) in &later {
        match (earlier.get(name), now) {
            (None, _) => {
                let _ = writeln!(out, "{name}  new");
            }
            (Some(Some(_)), None) => {
                let _ = writeln!(out, "{name}  not assessed any more");
            }
            (Some(None), Some(_)) => {
                let _ = writeln!(out, "{name}  assessed again");
            }
            (Some(Some(was)), Some(now)) => {
                for (id, mark) in now {
                    if let Some(was) = was.get(id).filter(|was| *was != mark) {
                        changed += 1;
                        let _ = writeln!(out, "{name}  {id}  {} {} {}", was.word(), arrow(style), mark.word());
                    }
                }
            }
            (Some(None), None) => {}
        }
    }
    for name in earlier.keys().filter(|name| !later.contains_key(*name)) {
        let _ = writeln!(out, "{name}  gone");
    }
    let _ = writeln!(out, "{changed} changes in {} repositories", later.len());
    Ok(out)
}

fn arrow(style: &Style) -> &'static str {
    if style.unicode { "→" } else { "->" }
}

fn of_run(run: &Run, result: &RepositoryResult) -> Option<BTreeMap<String, Mark>> {
    let RepositoryResult::Assessed { marks, .. } = result else { return None };
    let marks = run.requirements.iter().zip(marks.chars());
    Some(marks.filter_map(|(id, mark)| Some((id.to_string(), Mark::read(mark)?))).collect())
}

async fn regressed(store: &Store, since: Option<Date>, style: &Style) -> anyhow::Result<String> {
    let runs = match since {
        Some(day) => {
            let day = day.to_string();
            store.runs().await?.into_iter().filter(|run| run.started_at.get(..10) >= Some(day.as_str())).collect()
        }
        None => vec![one(store, None).await?],
    };
    let (mut out, mut number) = (String::new(), 0);
    for run in &runs {
        for change in store.transitions(&run.id).await? {
            if change.is_regression() {
                number += 1;
                let (from, to) = (change.from.word(), change.to.word());
                let day = run.started_at.get(..10).unwrap_or_default();
                let _ =
                    writeln!(out, "{day}  {}  {}  {from} {} {to}", change.repository, change.requirement, arrow(style));
            }
        }
    }
    let _ = writeln!(out, "{number} regressions in {} runs", runs.len());
    Ok(out)
}

async fn trend(store: &Store, name: &RepositoryName, style: &Style) -> anyhow::Result<String> {
    let mut out = String::new();
    for run in store.runs().await? {
        let Some(record) = store.record_of(&run.id, name).await? else { continue };
        let line = match &record.result {
            RepositoryResult::Assessed { level, marks, .. } => {
                let level = level.map_or_else(|| "no level".to_owned(), |level| format!("level {level}"));
                let met = marks.chars().filter_map(Mark::read).filter(|mark| mark.standing() == Standing::Met).count();
                let whole = u32::try_from(marks.len()).unwrap_or(u32::MAX);
                format!("{}  {met:>2} of {whole} met  {level}", style.bar(u32::try_from(met).unwrap_or(0), whole, 24))
            }
            RepositoryResult::NotAssessed { why, .. } => format!("not assessed: {}", style.plain(why)),
        };
        let _ = writeln!(out, "{}  {}  {line}", run.started_at.get(..10).unwrap_or_default(), run.catalog);
    }
    if out.is_empty() {
        return Err(Usage(format!("no run saw {name}")).into());
    }
    Ok(out)
}

async fn expiring(store: &Store, within: u16, style: &Style) -> anyhow::Result<String> {
    let run = one(store, None).await?;
    let last = run.day_after(within);
    let mut lines = Vec::new();
    for record in store.records(&run.id).await? {
        let RepositoryResult::Assessed { assessment, .. } = &record.result else { continue };
        let Some(document) = store.document(assessment).await? else { continue };
        let assessment = unpacked(&document, &run)?;
        lines.extend(Expiring::of(&assessment, &record.repository, last).map(|one| {
            let Expiring { last_day, repository, requirement, kind, by } = one;
            format!("{last_day}  {repository}  {requirement}  {} by {}\n", kind.name(), style.plain(&by))
        }));
    }
    lines.sort();
    lines.push(format!("{} declarations end by {last}\n", lines.len()));
    Ok(lines.concat())
}

/// The columns of a table of marks.
const COLUMNS: [&str; 6] = ["run", "started_at", "catalog", "repository", "requirement", "mark"];

/// A table of marks in the making.
enum Table<'w> {
    Csv(&'w mut (dyn Write + Send)),
    Jsonl(&'w mut (dyn Write + Send)),
    Parquet(Box<Parquet<&'w mut (dyn Write + Send)>>),
}

impl<'w> Table<'w> {
    fn new(form: Form, out: &'w mut (dyn Write + Send)) -> std::io::Result<Self> {
        Ok(match form {
            Form::Csv => {
                write!(out, "{}\r\n", COLUMNS.join(","))?;
                Self::Csv(out)
            }
            Form::Jsonl => Self::Jsonl(out),
            Form::Parquet => {
                let columns = COLUMNS.map(|name| Column { name, optional: false });
                Self::Parquet(Box::new(Parquet::new(out, columns)?))
            }
        })
    }

    fn row(&mut self, cells: [&str; COLUMNS.len()]) -> std::io::Result<()> {
        match self {
            // None of these can hold a comma, a quote or the beginning of a formula.
            Self::Csv(out) => write!(out, "{}\r\n", cells.join(",")),
            Self::Jsonl(out) => {
                let row: BTreeMap<&str, &str> = COLUMNS.into_iter().zip(cells).collect();
                writeln!(out, "{}", serde_json::to_string(&row)?)
            }
            Self::Parquet(table) => table.row(cells.map(Some)),
        }
    }

    fn end(self) -> std::io::Result<()> {
        match self {
            Self::Csv(out) | Self::Jsonl(out) => out.flush(),
            Self::Parquet(table) => table.end(),
        }
    }
}

/// Every mark of every run, or of one, row by row: those of a year do not fit into memory.
async fn export(store: &Store, mut table: Table<'_>, only: Option<&str>) -> anyhow::Result<()> {
    let runs = match only {
        Some(id) => vec![one(store, Some(id)).await?],
        None => store.runs().await?,
    };
    for run in &runs {
        for record in store.records(&run.id).await? {
            let repository = record.repository.to_string();
            for (id, mark) in of_run(run, &record.result).unwrap_or_default() {
                table.row([&run.id, &run.started_at, &run.catalog, &repository, id.as_str(), mark.word()])?;
            }
        }
    }
    Ok(table.end()?)
}
