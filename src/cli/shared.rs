//! What several commands share: the terminal, where output goes, how facts are judged.

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};

use super::collect::Collected;
use super::configuration::Loaded;
use super::exit::{Bug, Usage};
use super::progress::{LogFormat, Progress, log};
use crate::assess::{Selection, Statements};
use crate::audit::{self, Settings};
use crate::bundle::Bundle;
use crate::catalog::Catalogs;
use crate::model::assessment::{Assessment, LevelMode};
use crate::model::catalog::Catalog;
use crate::model::id::{Level, RequirementId};
use crate::policy::Policies;
use crate::report::findings;
use crate::report::style::Style;
use crate::report::{self, Detail, Format, View};

/// When colours are written.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Color {
    /// On a terminal that has them.
    #[default]
    Auto,
    Always,
    Never,
}

/// How output looks.
#[derive(Debug, Args)]
pub(super) struct Terminal {
    /// When to write colours (NO_COLOR, CLICOLOR and CLICOLOR_FORCE are honoured)
    #[arg(long, global = true, value_enum, default_value_t, hide_possible_values = false, help_heading = "Output")]
    color: Color,
    /// Write ASCII only
    #[arg(long, global = true, help_heading = "Output")]
    ascii: bool,
    /// Show no progress
    #[arg(short, long, global = true, help_heading = "Output")]
    quiet: bool,
    /// How to tell on standard error what happens: `json` writes one object per step, request and error
    #[arg(long, global = true, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Output")]
    log_format: LogFormat,
}

impl Terminal {
    /// What is told while something goes on.
    pub(super) fn progress(&self) -> Progress {
        Progress::new(self.log_format, self.quiet)
    }

    /// Says what went wrong, with every cause.
    pub(super) fn complain(&self, error: &anyhow::Error) {
        match self.log_format {
            LogFormat::Text => {
                let _ = writeln!(std::io::stderr().lock(), "osps: {error:#}");
            }
            LogFormat::Json => log("error", serde_json::json!({"event": "error", "message": format!("{error:#}")})),
        }
    }

    /// What standard output can show; a file gets neither colour nor a narrow width.
    pub(super) fn style(&self, to_file: bool) -> Style {
        let stdout = std::io::stdout();
        let color = match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => !to_file && anstream::AutoStream::choice(&stdout) != anstream::ColorChoice::Never,
        };
        let width = match terminal_size::terminal_size() {
            Some((width, _)) if !to_file && stdout.is_terminal() => usize::from(width.0).clamp(40, 120),
            _ => 100,
        };
        Style { color, unicode: !self.ascii && locale_is_utf8(), width }
    }
}

/// Whether the locale says UTF-8. Where it says nothing at all, it is taken for granted, as on Windows and in containers.
fn locale_is_utf8() -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().filter_map(std::env::var_os).find(|value| !value.is_empty());
    set.is_none_or(|value| {
        let value = value.to_string_lossy().to_lowercase();
        value.contains("utf-8") || value.contains("utf8")
    })
}

/// How facts are judged, as options.
#[derive(Debug, Default, Args)]
pub(super) struct Judging {
    /// The version of the standard, such as 2026-02-19 (default: the newest)
    #[arg(long, value_name = "VERSION", help_heading = "Judging")]
    catalog: Option<String>,
    /// How levels are read: everything from the lowest level upwards, or exactly what the catalog lists
    #[arg(long, value_enum, default_value_t, help_heading = "Judging")]
    levels: Mode,
    /// Judge only what counts at this level
    #[arg(long, value_name = "LEVEL", help_heading = "Judging")]
    pub(super) level: Option<Level>,
    /// Judge only these families, such as AC or AC,BR
    #[arg(long, value_name = "FAMILY", value_delimiter = ',', help_heading = "Judging")]
    family: Vec<String>,
    /// Judge only these requirements, such as OSPS-AC-01.01
    #[arg(long, value_name = "ID", value_delimiter = ',', help_heading = "Judging")]
    requirement: Vec<RequirementId>,
    /// Exit with 1 unless this level is reached, with 4 where only missing evidence stands in the way
    #[arg(long, value_name = "LEVEL", help_heading = "Judging")]
    require: Option<Level>,
    /// Whether what the host guarantees may pass a requirement: `default`, or `strict` (never)
    #[arg(long, value_enum, default_value_t, help_heading = "Judging")]
    platform_evidence: Platform,
    /// Policies from this directory instead of the built-in ones
    #[arg(long, value_name = "DIR", help_heading = "Judging")]
    pub(super) policies: Option<PathBuf>,
}

/// How levels are read, as an option.
#[derive(Debug, Clone, Copy, Default, ValueEnum)]
pub(super) enum Mode {
    #[default]
    Cumulative,
    Exact,
}

impl From<Mode> for LevelMode {
    fn from(mode: Mode) -> Self {
        match mode {
            Mode::Cumulative => Self::Cumulative,
            Mode::Exact => Self::Exact,
        }
    }
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Platform {
    #[default]
    Default,
    Strict,
}

/// Where results go, as options.
#[derive(Debug, Args)]
pub(super) struct Results {
    /// A format, and where it goes (default: standard output); may be given several times: text,
    /// json, html, markdown, sarif, junit, gitlab, csv, github, github-summary, gemara, oscal,
    /// intoto, svr
    #[arg(short, long, value_name = "FORMAT[=PATH]", help_heading = "Output")]
    output: Vec<String>,
    /// What formats that tell only failures (sarif, gitlab, github) tell beside them: `open`,
    /// what is not decided, as notes; `waived`, as suppressed, which GitHub takes no notice of
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT", help_heading = "Output")]
    also: Vec<Also>,
    /// Show every requirement; twice: with all evidence
    #[arg(short, long, action = clap::ArgAction::Count, help_heading = "Output")]
    verbose: u8,
}

/// What is told beside failures, as an option.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Also {
    Open,
    Waived,
}

/// Bytes of a saved assessment.
const MAX_ASSESSMENT: u64 = 64 * 1024 * 1024;

/// One format, and the file it goes to; none for standard output.
pub(super) struct Output {
    pub(super) format: Format,
    pub(super) path: Option<PathBuf>,
}

/// The policies of a run.
pub(super) fn bundle(directory: Option<&Path>) -> anyhow::Result<Bundle> {
    match directory {
        Some(directory) => {
            Bundle::from_directory(directory).with_context(|| format!("the policies in {}", directory.display()))
        }
        None => Ok(Bundle::policies()),
    }
}

/// The catalogs built into this binary.
pub(super) fn catalogs() -> anyhow::Result<Catalogs> {
    Catalogs::from_bundle(&Bundle::controls()).map_err(|error| Bug(error.to_string()).into())
}

/// The version of the standard a user names, or the current one.
pub(super) fn catalog<'a>(catalogs: &'a Catalogs, version: Option<&str>) -> anyhow::Result<&'a Catalog> {
    match version {
        Some(version) => Ok(catalogs.get(version)?),
        None => Ok(catalogs.latest()),
    }
}

impl Judging {
    /// The usual judging, against a version of the standard.
    pub(super) fn of_catalog(catalog: Option<String>) -> Self {
        Self { catalog, ..Self::default() }
    }

    /// The version of the standard that is asked for: by an option, else by the configuration, else the newest.
    pub(super) fn catalog<'a>(&self, catalogs: &'a Catalogs, loaded: &Loaded) -> anyhow::Result<&'a Catalog> {
        match (&self.catalog, &loaded.configuration.catalog) {
            (None, Some(set)) => Ok(catalogs
                .get(&set.value)
                .with_context(|| format!("{}:{}: `catalog`", set.origin.file, set.origin.line))?),
            (version, _) => catalog(catalogs, version.as_deref()),
        }
    }

    /// Judges a facts document under its configuration.
    pub(super) fn judge(&self, collected: &Collected) -> anyhow::Result<Assessment> {
        let catalogs = catalogs()?;
        let policies = Policies::load(&collected.bundle)?;
        let settings = self.settings(&catalogs, &policies, &collected.loaded, &collected.loaded)?;
        Ok(audit::evaluate(&collected.facts, &settings)?)
    }

    /// How facts are judged: what is stated comes from one configuration, the version of the standard from another one.
    pub(super) fn settings<'a>(
        &self,
        catalogs: &'a Catalogs,
        policies: &'a Policies,
        stated: &Loaded,
        ruling: &Loaded,
    ) -> anyhow::Result<Settings<'a>> {
        let catalog = self.catalog(catalogs, ruling)?;
        Ok(Settings { statements: stated.statements(catalogs), ..self.of(catalogs, catalog, policies)? })
    }

    /// How facts are judged against a version of the standard, with nothing stated about their subject.
    pub(super) fn of<'a>(
        &self,
        catalogs: &Catalogs,
        catalog: &'a Catalog,
        policies: &'a Policies,
    ) -> anyhow::Result<Settings<'a>> {
        Ok(Settings {
            catalog,
            catalog_ref: catalogs.reference(catalog),
            policies,
            mode: self.levels.into(),
            selection: self.selection(catalog)?,
            strict_platform: self.platform_evidence == Platform::Strict,
            statements: Statements::default(),
        })
    }

    /// The level that has to be reached, if one is asked for.
    pub(super) fn required(&self) -> Option<Level> {
        self.require
    }

    fn selection(&self, catalog: &Catalog) -> anyhow::Result<Selection> {
        let version = &catalog.version;
        let families: BTreeSet<String> = self.family.iter().map(|family| family.to_uppercase()).collect();
        for family in &families {
            if !catalog.families.iter().any(|known| known.id == *family) {
                return Err(Usage(format!("there is no family `{family}` in the catalog {version}")).into());
            }
        }
        for id in &self.requirement {
            match catalog.requirement(id) {
                Some(requirement) if requirement.is_active() => {}
                Some(_) => {
                    return Err(Usage(format!("{id} is retired in the catalog {version} and never assessed")).into());
                }
                None => return Err(Usage(format!("there is no {id} in the catalog {version}")).into()),
            }
        }
        Ok(Selection { level: self.level, families, requirements: self.requirement.iter().cloned().collect() })
    }

    /// The exit code that `--require` asks for.
    pub(super) fn exit(&self, assessment: &Assessment) -> super::exit::Exit {
        let Some(level) = self.require else { return super::exit::DONE };
        match is_reached(assessment, level) {
            Some(true) => super::exit::DONE,
            Some(false) => super::exit::NOT_MET,
            None => super::exit::INCOMPLETE,
        }
    }
}

/// Whether a level is reached; none where only missing evidence stands in the way.
pub(super) fn is_reached(assessment: &Assessment, level: Level) -> Option<bool> {
    if assessment.levels.reached.is_some_and(|reached| reached >= level) {
        return Some(true);
    }
    let below = assessment.levels.standings.iter().filter(|standing| standing.level <= level);
    let to_fix: u32 = below.map(|standing| standing.unmet + standing.waived).sum();
    let to_review = assessment.requirements.iter().any(|verdict| {
        verdict.outcome == crate::model::ruling::Outcome::NeedsReview
            && assessment.levels.mode.counts(&verdict.levels, level)
    });
    (to_fix > 0 || to_review).then_some(false)
}

impl Results {
    /// Writes an assessment everywhere it was asked for.
    pub(super) fn write(&self, assessment: &Assessment, terminal: &Terminal) -> anyhow::Result<()> {
        for output in self.outputs()? {
            let text = report::render(assessment, output.format, &self.view(terminal, output.path.is_some()))?;
            write(&text, output.path.as_deref())?;
        }
        Ok(())
    }

    /// Whether formats were asked for by their names.
    pub(super) fn names_formats(&self) -> bool {
        !self.output.is_empty()
    }

    /// What was asked for; the view for people where nothing was.
    pub(super) fn outputs(&self) -> anyhow::Result<Vec<Output>> {
        if self.output.is_empty() {
            return Ok(vec![Output { format: Format::Text, path: None }]);
        }
        let read = |output: &String| {
            let (name, path) =
                output.split_once('=').map_or((output.as_str(), None), |(name, path)| (name, Some(path)));
            let format = Format::named(name).ok_or_else(|| {
                let known: Vec<&str> = Format::ALL.into_iter().map(Format::name).collect();
                Usage(format!("there is no format `{name}`: expected one of {}", known.join(", ")))
            })?;
            Ok(Output { format, path: path.map(PathBuf::from) })
        };
        self.output.iter().map(read).collect()
    }

    /// How people see what goes to a file, or to standard output.
    pub(super) fn view(&self, terminal: &Terminal, to_file: bool) -> View {
        let detail = match self.verbose {
            0 => Detail::Short,
            1 => Detail::Every,
            _ => Detail::Evidence,
        };
        let also = findings::Also { open: self.also.contains(&Also::Open), waived: self.also.contains(&Also::Waived) };
        View { style: terminal.style(to_file), detail, also }
    }
}

/// A saved assessment.
///
/// # Errors
/// A file that cannot be read, or is no assessment of this version of osps.
pub(super) fn saved(path: &Path) -> anyhow::Result<Assessment> {
    read_saved(path, &saved_text(path)?)
}

/// The text of a saved document.
pub(super) fn saved_text(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX_ASSESSMENT).read_to_string(&mut text)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_ASSESSMENT).read_to_string(&mut text))
    };
    read.with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text)
}

/// The assessment in a text that was read from a file.
pub(super) fn read_saved(path: &Path, text: &str) -> anyhow::Result<Assessment> {
    serde_json::from_str(text).map_err(|error| {
        let message = format!(
            "{}:{}:{}: this is no assessment of this version of osps (`osps assess -o json=PATH` writes one): {error}",
            path.display(),
            error.line(),
            error.column()
        );
        Usage(message).into()
    })
}

/// Writes a text to a file, or to standard output. The summary of a step is added to, any other file written anew.
pub(super) fn write(text: &str, path: Option<&Path>) -> anyhow::Result<()> {
    match path {
        Some(path) if is_step_summary(path) => {
            add(text, path).with_context(|| format!("cannot write {}", path.display()))
        }
        Some(path) => std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display())),
        None => {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(text.as_bytes())?;
            Ok(stdout.flush()?)
        }
    }
}

/// Whether this is the file in which GitHub Actions collects what the programs of one step have to say.
fn is_step_summary(path: &Path) -> bool {
    std::env::var_os("GITHUB_STEP_SUMMARY").is_some_and(|summary| !summary.is_empty() && Path::new(&summary) == path)
}

/// Adds a text to what others wrote there, as far as GitHub takes it: over its limit it shows nothing at all.
fn add(text: &str, path: &Path) -> std::io::Result<()> {
    let taken = std::fs::metadata(path).map_or(0, |file| usize::try_from(file.len()).unwrap_or(usize::MAX));
    let text = report::github_summary::fit(text, report::github_summary::ROOM.saturating_sub(taken));
    std::fs::OpenOptions::new().create(true).append(true).open(path)?.write_all(text.as_bytes())
}
