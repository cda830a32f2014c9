//! `osps init`: a commented baseline.yaml from what was found, and a pipeline. It states nothing in anybody's name.

use std::path::{Path, PathBuf};

use clap::{Args as ClapArgs, ValueEnum};
use jiff::ToSpan as _;
use serde_json::{Value, json};

use super::collect::{Collected, Target};
use super::configuration::{Configuring, PLACES};
use super::exit::{self, Bug, Exit, Usage};
use super::progress::Progress;
use super::shared::{self, Judging};
use crate::collect::settings::Files;
use crate::config::{self, Layer, Role};
use crate::model::assessment::{Assessment, Standing};
use crate::model::id::Level;
use crate::report::style::Style;
use crate::report::template;

/// The options of `osps init`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// A directory inside the repository
    #[arg(default_value = ".", value_name = "DIR")]
    directory: PathBuf,
    /// The level to reach
    #[arg(long, value_name = "LEVEL", default_value = "1")]
    level: Level,
    /// Write a pipeline for this system too
    #[arg(long, value_enum, value_name = "SYSTEM")]
    ci: Option<System>,
    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// The systems there is a pipeline for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum System {
    Github,
    Gitlab,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let files = Files::open(&args.directory, None, true)?;
    let root = files.directory().map(Path::to_path_buf);
    let root = root.ok_or_else(|| Usage("there is no working directory here to write into".to_owned()))?;
    let configured = PLACES.into_iter().find(|place| root.join(place).exists());
    if let (Some(place), None) = (configured, args.ci) {
        return Err(Usage(format!("{place} is there already: `osps attest ID` adds to it")).into());
    }
    let collected =
        Target::offline(args.directory.clone()).collect(&Configuring::default(), None, &Progress::silent())?;
    let assessment = Judging::default().judge(&collected)?;
    let mut written: Vec<(String, String)> = Vec::new();
    if configured.is_none() {
        let text = baseline(&collected, &assessment, args.level)?;
        let layer = Layer { file: PLACES[0].to_owned(), text: text.clone(), role: Role::Main };
        config::read(&[layer]).map_err(|errors| Bug(errors.to_string()))?;
        written.push((PLACES[0].to_owned(), text));
    }
    if let Some(system) = args.ci {
        written.push(pipeline(system, &assessment, &root)?);
    }
    for (path, text) in &written {
        if args.dry_run {
            shared::write(&format!("--- {path}\n{text}"), None)?;
            continue;
        }
        let place = root.join(path);
        if let Some(directory) = place.parent() {
            std::fs::create_dir_all(directory)?;
        }
        shared::write(text, Some(&place))?;
        shared::write(&format!("wrote {path}\n"), None)?;
    }
    if !args.dry_run {
        let open = open(&assessment, args.level).count();
        let next = if open > 0 { "osps attest --all-open" } else { "osps assess" };
        let outside = args.ci == Some(System::Gitlab) && written.iter().any(|(path, _)| path.starts_with(".gitlab/"));
        if outside {
            shared::write("include it in .gitlab-ci.yml:  include: [{local: .gitlab/osps.yml}]\n", None)?;
        }
        shared::write(&format!("{open} requirements of level {} are open; next: {next}\n", args.level), None)?;
    }
    Ok(exit::DONE)
}

/// The requirements up to a level that nobody can settle but a person, or a token.
fn open(assessment: &Assessment, level: Level) -> impl Iterator<Item = &crate::model::assessment::Verdict> {
    let mode = assessment.levels.mode;
    let counting = assessment.requirements.iter().filter(move |verdict| mode.counts(&verdict.levels, level));
    counting.filter(|verdict| verdict.standing == Standing::Open)
}

fn baseline(collected: &Collected, assessment: &Assessment, level: Level) -> anyhow::Result<String> {
    let day = collected.facts.day();
    let standings: Vec<String> = assessment
        .levels
        .standings
        .iter()
        .map(|one| {
            let (met, total, unmet, open) = (one.met, one.total, one.unmet, one.open);
            format!("level {}: {met} of {total} met, {unmet} to fix, {open} to answer", one.level)
        })
        .collect();
    let found = collected.facts.json().pointer("/project/repositories/known").and_then(|list| list.as_array());
    let repositories: Vec<Value> = found
        .into_iter()
        .flatten()
        .filter_map(|one| Some((one["url"].as_str()?, one["role"].as_str()?)))
        .filter(|(url, _)| url.starts_with("https://") && !url.contains(char::is_whitespace))
        .map(|(url, role)| json!({"url": url, "role": role}))
        .collect();
    let open: Vec<Value> =
        open(assessment, level).map(|verdict| json!({"id": verdict.id, "summary": verdict.summary})).collect();
    render(
        "baseline.yaml.j2",
        json!({
            "catalog": assessment.catalog.version, "day": day, "standings": standings, "target": level.number(),
            "repositories": repositories, "open": open, "next_year": day.checked_add(1.year()).unwrap_or(day),
        }),
    )
}

/// The path and the text of a pipeline. One that is there already is left alone.
fn pipeline(system: System, assessment: &Assessment, root: &Path) -> anyhow::Result<(String, String)> {
    let (path, template) = match system {
        System::Github => (".github/workflows/osps.yml", "pipeline.github.yml.j2"),
        System::Gitlab if root.join(".gitlab-ci.yml").exists() => (".gitlab/osps.yml", "pipeline.gitlab.yml.j2"),
        System::Gitlab => (".gitlab-ci.yml", "pipeline.gitlab.yml.j2"),
    };
    if root.join(path).exists() {
        return Err(Usage(format!("{path} is there already")).into());
    }
    let branch = assessment.subject.default_branch.as_deref().filter(|name| {
        name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/' | '.')) && !name.is_empty()
    });
    let text = render(
        template,
        json!({
            "branch": branch.unwrap_or("main"), "version": env!("CARGO_PKG_VERSION"),
            "rust": env!("CARGO_PKG_RUST_VERSION"), "token": "${{ github.token }}",
        }),
    )?;
    Ok((path.to_owned(), text))
}

fn render(name: &str, values: Value) -> anyhow::Result<String> {
    let style = Style { color: false, unicode: true, width: 120 };
    let text = template::text(name, style, values).map_err(|error| Bug(error.to_string()))?;
    Ok(format!("{}\n", text.trim_end()))
}
