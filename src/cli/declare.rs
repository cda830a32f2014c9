//! `osps attest` and `osps waive`: declarations are written into the configuration, which keeps its comments and its order;
//! listed, checked and renewed.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args as ClapArgs, Subcommand};
use jiff::ToSpan as _;
use jiff::civil::Date;

use super::ask;
use super::collect::{Collected, Target};
use super::configuration::{Configuring, Loaded, PLACES};
use super::exit::{self, Exit, Usage};
use super::progress::Progress;
use super::shared::{self, Judging, Terminal};
use crate::assess::outlook;
use crate::catalog::Catalogs;
use crate::collect::settings::Files;
use crate::config::{self, edit};
use crate::model::assessment::{Assessment, Standing, Verdict};
use crate::model::catalog::{Catalog, Requirement};
use crate::model::declaration::{Declaration, Effect, Kind, Laid, Origin};
use crate::model::id::{Level, RequirementId};
use crate::report::style::Style;

/// The options of `osps attest`.
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct AttestArgs {
    #[command(subcommand)]
    action: Option<Action>,
    /// The requirement, such as OSPS-GV-04.01
    #[arg(required_unless_present = "all_open")]
    id: Option<RequirementId>,
    /// Go through every open requirement of the level that the project wants to reach, and ask
    #[arg(long, conflicts_with = "id")]
    all_open: bool,
    /// With --all-open: up to this level (default: target-level of the configuration, else 1)
    #[arg(long, value_name = "LEVEL", requires = "all_open")]
    level: Option<Level>,
    /// State that the requirement does not apply
    #[arg(long, conflicts_with = "all_open")]
    not_applicable: bool,
    #[command(flatten)]
    saying: Saying,
    #[command(flatten)]
    place: Place,
}

/// The options of `osps waive`.
#[derive(Debug, ClapArgs)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct WaiveArgs {
    #[command(subcommand)]
    action: Option<Action>,
    /// The requirement, such as OSPS-QA-05.02
    #[arg(required = true)]
    id: Option<RequirementId>,
    /// Cover only what was found in files that this pattern matches; may be given several times
    #[arg(long = "path", value_name = "PATTERN")]
    paths: Vec<String>,
    /// Cover only findings that name this text; may be given several times
    #[arg(long = "finding", value_name = "TEXT")]
    findings: Vec<String>,
    #[command(flatten)]
    saying: Saying,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Every declaration with its state.
    List(Listing),
    /// Exit with 1 if one expired, is stale, or matches nothing.
    Check(Listing),
    /// Make declarations again, from today, for the requirement's present text.
    Renew(Renewing),
}

/// The options of `list` and `check`.
#[derive(Debug, ClapArgs)]
struct Listing {
    #[command(flatten)]
    place: Place,
    /// As on this day (default: today)
    #[arg(long, value_name = "DATE")]
    as_of: Option<Date>,
}

/// The options of `renew`.
#[derive(Debug, ClapArgs)]
struct Renewing {
    /// The requirements
    #[arg(value_name = "ID", required_unless_present = "ending")]
    ids: Vec<RequirementId>,
    /// All that expired, or will within so many days
    #[arg(long, value_name = "DAYS", conflicts_with = "ids")]
    ending: Option<u16>,
    /// The last day on which they count (default: as the configuration says)
    #[arg(long, value_name = "DATE")]
    expires: Option<Date>,
    /// The day they are made (default: today)
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,
    #[command(flatten)]
    place: Place,
}

/// What is said, as options; what is missing is asked at a terminal.
#[derive(Debug, ClapArgs)]
struct Saying {
    /// What is stated; for a waiver and for what does not apply, the reason
    #[arg(long, visible_alias = "reason", value_name = "TEXT")]
    statement: Option<String>,
    /// Where it can be checked: an https address or a path in the repository; may be given several times
    #[arg(long, value_name = "LINK")]
    evidence: Vec<String>,
    /// Who says so (default: OSPS_BY, else the user of git)
    #[arg(long, value_name = "WHO", env = "OSPS_BY")]
    by: Option<String>,
    /// The day it is made (default: today)
    #[arg(long, value_name = "DATE")]
    on: Option<Date>,
    /// The last day on which it counts
    #[arg(long, value_name = "DATE", conflicts_with = "days")]
    expires: Option<Date>,
    /// For how many days it counts
    #[arg(long, value_name = "DAYS")]
    days: Option<u16>,
}

/// Where it is written, as options.
#[derive(Debug, ClapArgs)]
struct Place {
    /// A directory inside the repository
    #[arg(long = "in", value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    /// The file to change (default: where the declaration stands, else baseline.yaml)
    #[arg(long, value_name = "PATH")]
    file: Option<PathBuf>,
    /// The version of the standard (default: that of the configuration, else the newest)
    #[arg(long, value_name = "VERSION")]
    catalog: Option<String>,
    /// Print the changed file and write nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn attest(args: AttestArgs, terminal: &Terminal) -> anyhow::Result<Exit> {
    if let Some(action) = args.action {
        return act(action, &[Kind::Attestation, Kind::NotApplicable]);
    }
    let mut desk = Desk::open(&args.place)?;
    let Some(id) = args.id else { return all_open(&mut desk, args.level, &args.saying, terminal) };
    let kind = if args.not_applicable { Kind::NotApplicable } else { Kind::Attestation };
    desk.one(kind, &id, &args.saying, (Vec::new(), Vec::new()), terminal)
}

pub(super) fn waive(args: WaiveArgs, terminal: &Terminal) -> anyhow::Result<Exit> {
    if let Some(action) = args.action {
        return act(action, &[Kind::Waiver]);
    }
    let Some(id) = args.id else { return Ok(exit::USAGE) };
    let mut desk = Desk::open(&args.place)?;
    desk.one(Kind::Waiver, &id, &args.saying, (args.paths, args.findings), terminal)
}

/// A repository, its configuration and the standard, ready to be written about.
struct Desk<'a> {
    place: &'a Place,
    root: PathBuf,
    loaded: Loaded,
    catalogs: Catalogs,
    today: Date,
}

impl<'a> Desk<'a> {
    fn open(place: &'a Place) -> anyhow::Result<Self> {
        let files = Files::open(&place.directory, None, true)?;
        let root = files.directory().map(Path::to_path_buf);
        let root = root.ok_or_else(|| Usage("there is no working directory here to write into".to_owned()))?;
        let loaded = Configuring::default().load(Some(&files))?;
        let today = jiff::Zoned::now().date();
        Ok(Self { place, root, loaded, catalogs: shared::catalogs()?, today })
    }

    fn catalog(&self) -> anyhow::Result<&Catalog> {
        let judging = Judging::of_catalog(self.place.catalog.clone());
        judging.catalog(&self.catalogs, &self.loaded)
    }

    fn requirement(&self, id: &RequirementId) -> anyhow::Result<&Requirement> {
        let catalog = self.catalog()?;
        let wrong = |what: &str| Usage(format!("{id} {what} the catalog {}", catalog.version));
        match catalog.requirement(id) {
            Some(requirement) if requirement.is_active() => Ok(requirement),
            Some(_) => Err(wrong("is retired in").into()),
            None => Err(wrong("is not in").into()),
        }
    }

    /// Writes one declaration; what is not said by options is asked.
    fn one(
        &mut self,
        kind: Kind,
        id: &RequirementId,
        saying: &Saying,
        scope: (Vec<String>, Vec<String>),
        terminal: &Terminal,
    ) -> anyhow::Result<Exit> {
        self.requirement(id)?;
        self.refuse_second(id)?;
        let asks = saying.statement.is_none() && ask::somebody();
        if asks {
            let assessment = self.assess()?;
            if let Some(verdict) = assessment.requirements.iter().find(|verdict| verdict.id == *id) {
                say(&self.shown(verdict, &terminal.style(false))?);
            }
        }
        let declaration = self.compose(kind, id, saying, scope, asks)?;
        self.write(&declaration)?;
        Ok(exit::DONE)
    }

    fn refuse_second(&self, id: &RequirementId) -> anyhow::Result<()> {
        let declarations = &self.loaded.configuration.declarations;
        let own = declarations.iter().filter(|declaration| !declaration.origin.foundation);
        match own.into_iter().find(|declaration| declaration.requirement == *id) {
            Some(other) => {
                let (origin, kind) = (&other.origin, other.kind.name());
                let message = format!(
                    "{}:{} already holds a declaration for {id} of kind `{kind}`: change it there, or renew it with `osps attest renew {id}`",
                    origin.file, origin.line
                );
                Err(Usage(message).into())
            }
            None => Ok(()),
        }
    }

    /// What is stated, from options and answers.
    fn compose(
        &self,
        kind: Kind,
        id: &RequirementId,
        saying: &Saying,
        (paths, findings): (Vec<String>, Vec<String>),
        asks: bool,
    ) -> anyhow::Result<Declaration> {
        let catalog = self.catalog()?;
        let requirement = self.requirement(id)?;
        let missing = |option: &str| Usage(format!("`--{option}` is missing, and there is no terminal to ask at"));
        let statement = match &saying.statement {
            Some(statement) => statement.clone(),
            None if asks => ask::text(if kind == Kind::Attestation { "Statement" } else { "Reason" }, None)?,
            None => return Err(missing("statement").into()),
        };
        let evidence = match saying.evidence.is_empty() && asks && kind != Kind::Waiver {
            true => ask::links("Evidence (an https address or a path here; may be empty)")?,
            false => saying.evidence.clone(),
        };
        if let Some(wrong) = evidence.iter().find(|link| !config::is_evidence(link)) {
            return Err(Usage(format!("`{wrong}` is neither an https address nor a path in the repository")).into());
        }
        let usual = saying.by.clone().or_else(|| user_of_git(&self.root));
        let by = match (&saying.by, asks) {
            (Some(by), _) => by.clone(),
            (None, true) => ask::text("By", usual.as_deref())?,
            (None, false) => usual.ok_or_else(|| missing("by"))?,
        };
        let on = saying.on.unwrap_or(self.today);
        let days = saying.days.map_or(self.loaded.configuration.default_days(kind), u32::from);
        let default = on.checked_add(i64::from(days).days()).unwrap_or(Date::MAX);
        let expires = match saying.expires {
            Some(day) => day,
            None if asks => ask::day("Counts until", default, on)?,
            None if kind == Kind::Waiver && saying.days.is_none() => return Err(missing("expires").into()),
            None => default,
        };
        Ok(Declaration {
            requirement: id.clone(),
            kind,
            statement,
            evidence,
            by,
            on,
            expires,
            catalog: Some(catalog.version.clone()),
            text_sha256: Some(requirement.text_sha256.clone()),
            paths,
            findings,
            origin: Origin { file: String::new(), line: 1, foundation: false },
        })
    }

    /// The file that a new declaration goes into.
    fn file(&self) -> PathBuf {
        if let Some(file) = &self.place.file {
            return file.clone();
        }
        let place = PLACES.into_iter().map(|place| self.root.join(place)).find(|path| path.is_file());
        place.unwrap_or_else(|| self.root.join(PLACES[0]))
    }

    fn write(&mut self, declaration: &Declaration) -> anyhow::Result<()> {
        let path = self.file();
        let text = if path.exists() { super::configuration::read(&path)? } else { String::new() };
        let edited = edit::append(&text, declaration).with_context(|| path.display().to_string())?;
        let (id, kind) = (&declaration.requirement, declaration.kind.name());
        self.put(&path, &edited, &format!("{kind} for {id}, until {}", declaration.expires))
    }

    /// Writes a changed file, once it is known to be one that is accepted.
    fn put(&mut self, path: &Path, text: &str, what: &str) -> anyhow::Result<()> {
        let layer = config::Layer { file: path.display().to_string(), text: text.to_owned(), role: config::Role::Main };
        config::read(&[layer]).context("the changed file would not be accepted, so nothing was written")?;
        if self.place.dry_run {
            return shared::write(text, None);
        }
        shared::write(text, Some(path))?;
        let shown = path.strip_prefix(&self.root).unwrap_or(path);
        say(&format!("{}: {what}\n", shown.display()));
        let files = Files::open(&self.place.directory, None, true)?;
        self.loaded = Configuring::default().load(Some(&files))?;
        Ok(())
    }

    /// What a run without network sees.
    fn assess(&self) -> anyhow::Result<Assessment> {
        let collected: Collected = Target::offline(self.place.directory.clone()).collect(
            &Configuring::default(),
            None,
            &Progress::silent(),
        )?;
        Judging::of_catalog(self.place.catalog.clone()).judge(&collected)
    }

    /// A requirement and what was seen of it.
    fn shown(&self, verdict: &Verdict, style: &Style) -> anyhow::Result<String> {
        let requirement = self.requirement(&verdict.id)?;
        let levels: Vec<String> = verdict.levels.iter().map(ToString::to_string).collect();
        let mut text = format!("\n{}  level {}\n", style.bold(verdict.id.as_str()), levels.join(" "));
        text.push_str(&format!("{}\n", style.wrap(&requirement.summary, 2)));
        text.push_str(&format!("{}\n", style.faint(&style.wrap(&requirement.url, 2))));
        text.push_str(&format!("{}\n", style.wrap(&format!("seen: {}", verdict.message), 2)));
        if let Some(fix) = &requirement.remediation {
            text.push_str(&format!("{}\n", style.wrap(&format!("fix: {}", fix.text), 2)));
        }
        Ok(text)
    }
}

/// Goes through the open requirements of a level, and asks.
fn all_open(desk: &mut Desk<'_>, level: Option<Level>, saying: &Saying, terminal: &Terminal) -> anyhow::Result<Exit> {
    if !ask::somebody() {
        let message = "`--all-open` asks, and there is no terminal: use `osps attest ID --statement TEXT`";
        return Err(Usage(message.to_owned()).into());
    }
    let assessment = desk.assess()?;
    let level = level.or(assessment.levels.target).map_or_else(|| Level::try_from(1), Ok).map_err(Usage)?;
    let mode = assessment.levels.mode;
    let counting = assessment.requirements.iter().filter(|verdict| mode.counts(&verdict.levels, level));
    let open: Vec<&Verdict> = counting.clone().filter(|verdict| verdict.standing == Standing::Open).collect();
    let style = terminal.style(false);
    say(&format!("{} requirements of level {level} are open.\n", open.len()));
    let mut by: Option<String> = saying.by.clone();
    let mut left = open.len();
    for (index, verdict) in open.iter().enumerate() {
        say(&desk.shown(verdict, &style)?);
        let question = format!("{} of {}", index + 1, open.len());
        let kind = match ask::one_of(&question, &["attest", "not applicable", "waive", "skip", "quit"])? {
            "attest" => Kind::Attestation,
            "not applicable" => Kind::NotApplicable,
            "waive" => Kind::Waiver,
            "skip" => continue,
            _ => break,
        };
        // Who answered once answers on.
        let saying = Saying { by: by.clone(), statement: None, evidence: Vec::new(), ..*saying };
        let declaration = desk.compose(kind, &verdict.id, &saying, (Vec::new(), Vec::new()), true)?;
        by = Some(declaration.by.clone());
        if let Err(error) = desk.refuse_second(&verdict.id) {
            say(&format!("{error}\n"));
            continue;
        }
        desk.write(&declaration)?;
        left -= 1;
    }
    let failed = counting.filter(|verdict| verdict.standing == Standing::Unmet).count();
    say(&format!("\n{left} left open, {failed} not met: `osps assess` says what comes next.\n"));
    Ok(exit::DONE)
}

fn act(action: Action, kinds: &[Kind]) -> anyhow::Result<Exit> {
    match action {
        Action::List(listing) => list(&listing, kinds, false),
        Action::Check(listing) => list(&listing, kinds, true),
        Action::Renew(renewing) => renew(&renewing, kinds),
    }
}

/// The declarations of some kinds with their states on a day.
fn states(desk: &Desk<'_>, as_of: Option<Date>, kinds: &[Kind]) -> anyhow::Result<Vec<Laid>> {
    let catalog = desk.catalog()?;
    let mut statements = desk.loaded.statements(&desk.catalogs);
    statements.as_of = as_of.unwrap_or(desk.today);
    let of_kinds = statements.declarations.iter().filter(|declaration| kinds.contains(&declaration.kind));
    Ok(of_kinds.map(|declaration| outlook(declaration, catalog, &statements)).collect())
}

fn list(listing: &Listing, kinds: &[Kind], check: bool) -> anyhow::Result<Exit> {
    let desk = Desk::open(&listing.place)?;
    let states = states(&desk, listing.as_of, kinds)?;
    let broken = |laid: &&Laid| !laid.effect.counts();
    let shown: Vec<&Laid> = states.iter().filter(|laid| !check || broken(laid) || !laid.remarks.is_empty()).collect();
    let mut out = String::new();
    for laid in &shown {
        let (said, origin) = (&laid.said, &laid.said.origin);
        let state = state(laid.effect);
        out.push_str(&format!(
            "{}  {}  {state}  until {}  by {}",
            said.requirement,
            said.kind.name(),
            laid.last_day,
            said.by
        ));
        out.push_str(&format!("  ({}:{})\n", origin.file, origin.line));
        for remark in &laid.remarks {
            out.push_str(&format!("    {remark}\n"));
        }
        if !check {
            out.push_str(&format!("    {}\n", said.statement.lines().next().unwrap_or_default()));
        }
    }
    let wrong = states.iter().filter(broken).count();
    if check {
        out.push_str(&format!("{} declared, {wrong} not in force\n", states.len()));
    } else if states.is_empty() {
        out.push_str("No declarations.\n");
    }
    shared::write(&out, None)?;
    Ok(if check && wrong > 0 { exit::NOT_MET } else { exit::DONE })
}

fn state(effect: Effect) -> &'static str {
    match effect {
        Effect::Settles | Effect::Waives | Effect::Redundant => "in force",
        Effect::Expired => "EXPIRED",
        Effect::NotYet => "NOT YET",
        Effect::Stale => "STALE",
        Effect::Forbidden => "FORBIDDEN",
        Effect::Unsupported => "UNSUPPORTED",
        Effect::Overruled => "OVERRULED",
        Effect::Partial | Effect::Unmatched => "UNMATCHED",
    }
}

fn renew(renewing: &Renewing, kinds: &[Kind]) -> anyhow::Result<Exit> {
    let mut desk = Desk::open(&renewing.place)?;
    let on = renewing.on.unwrap_or(desk.today);
    let states = states(&desk, Some(on), kinds)?;
    let chosen: Vec<Laid> = match renewing.ending {
        Some(days) => {
            let until = on.checked_add(i64::from(days).days()).unwrap_or(Date::MAX);
            states.into_iter().filter(|laid| laid.last_day <= until && !laid.said.origin.foundation).collect()
        }
        None => {
            let find = |id: &RequirementId| {
                let own = states.iter().filter(|laid| !laid.said.origin.foundation);
                let found = own.into_iter().find(|laid| laid.said.requirement == *id);
                found.cloned().ok_or_else(|| Usage(format!("there is no declaration for {id} to renew")))
            };
            renewing.ids.iter().map(find).collect::<Result<_, _>>()?
        }
    };
    for laid in &chosen {
        let id = &laid.said.requirement;
        let (version, text) = (desk.catalog()?.version.clone(), desk.requirement(id)?.clone());
        if laid.effect == Effect::Stale {
            say(&format!("{id} says something else than before: {}\n    {}\n", text.summary, text.url));
        }
        let days = desk.loaded.configuration.default_days(laid.said.kind);
        let default = on.checked_add(i64::from(days).days()).unwrap_or(Date::MAX);
        let renewed = Declaration {
            on,
            expires: renewing.expires.unwrap_or(default),
            catalog: Some(version),
            text_sha256: Some(text.text_sha256),
            ..laid.said.clone()
        };
        let path = renewing.place.file.clone().unwrap_or_else(|| desk.root.join(&laid.said.origin.file));
        let old = super::configuration::read(&path)?;
        let edited = edit::renew(&old, &renewed).with_context(|| path.display().to_string())?;
        desk.put(&path, &edited, &format!("{} for {id} renewed, until {}", renewed.kind.name(), renewed.expires))?;
    }
    if chosen.is_empty() {
        say("Nothing to renew.\n");
    }
    Ok(exit::DONE)
}

/// Says something to the person at the terminal; results go elsewhere.
fn say(text: &str) {
    use std::io::Write as _;
    let _ = anstream::stderr().lock().write_all(text.as_bytes());
}

/// The address that git signs commits with.
fn user_of_git(root: &Path) -> Option<String> {
    let mut command = std::process::Command::new("git");
    command.arg("-C").arg(root).args(["config", "--get", "user.email"]).stdin(std::process::Stdio::null());
    let output = command.output().ok().filter(|output| output.status.success())?;
    let address = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    (!address.is_empty()).then_some(address)
}
