//! `osps gate`: whether a project got worse. Compares two trees of one clone, or what is seen now with what was written down.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args as ClapArgs;

use super::collect::{Collected, Target};
use super::comparing::{Comparing, Outputs};
use super::configuration::{Configuring, Loaded};
use super::exit::{self, Exit, Usage};
use super::shared::{self, Judging, Terminal};
use crate::audit::Judge;
use crate::bundle::Bundle;
use crate::collect::base::{self, Relation};
use crate::collect::settings::Files;
use crate::compare::{self, Past, Rules, Snapshot};
use crate::config::{Configuration, GateSettings};
use crate::model::assessment::Assessment;
use crate::model::comparison::{Answer, Comparison};
use crate::model::id::Level;
use crate::policy::Policies;

/// Where a snapshot lies where nobody says otherwise.
const SNAPSHOT: &str = ".osps/snapshot.json";

/// The options of `osps gate`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    /// What to compare with: `ref:REV`, a commit of the same clone, files and history only; `file:PATH` or PATH, a snapshot or
    /// a saved assessment (default: `gate.against` of baseline.yaml, else .osps/snapshot.json)
    #[arg(long, value_name = "REF|FILE", help_heading = "Comparing")]
    against: Option<String>,
    /// Write the snapshot for the first time, and compare nothing
    #[arg(long, help_heading = "Comparing", conflicts_with = "update")]
    init: bool,
    /// Write into the snapshot whatever got no worse; what got worse, or could not be looked at, stays as it was
    #[arg(long, help_heading = "Comparing")]
    update: bool,
    #[command(flatten)]
    comparing: Comparing,
    #[command(flatten)]
    configuring: Configuring,
    #[command(flatten)]
    judging: Judging,
    #[command(flatten)]
    outputs: Outputs,
}

/// What is compared with.
enum Against {
    /// A commit of the clone.
    Commit(String),
    /// A snapshot or a saved assessment.
    File(PathBuf),
}

/// A comparison, ready for its answer.
struct Compared {
    comparison: Comparison,
    rules: Rules,
    /// The level that is asked for, and whether it is reached.
    required: Option<(Level, Option<bool>)>,
    after: Assessment,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let mut compared = match args.against()? {
        Against::Commit(_) if args.init || args.update => {
            let message = "a snapshot is a file: `--init` and `--update` go with `--against file:PATH`";
            return Err(Usage(message.to_owned()).into());
        }
        Against::Commit(rev) => args.with_commit(&rev, terminal)?,
        Against::File(path) if args.init => return args.init(&path, terminal),
        Against::File(path) => args.with_file(&path, terminal)?,
    };
    let gate = compare::answer(&compared.comparison, &compared.rules, compared.required);
    let answer = gate.answer;
    compared.comparison.gate = Some(gate);
    args.outputs.write(&compared.comparison, Some(&compared.after), terminal)?;
    Ok(match answer {
        Answer::Holds => exit::DONE,
        Answer::Fails => exit::NOT_MET,
        Answer::Incomplete => exit::INCOMPLETE,
    })
}

impl Args {
    /// What is asked for by an option, by the configuration, or lies where it usually lies. Paths of options are those of
    /// the person, paths of the configuration those of the repository.
    fn against(&self) -> anyhow::Result<Against> {
        if let Some(text) = &self.against {
            return Ok(match (text.strip_prefix("ref:"), text.strip_prefix("file:")) {
                (Some(rev), _) => Against::Commit(rev.to_owned()),
                (None, path) => Against::File(PathBuf::from(path.unwrap_or(text))),
            });
        }
        let message = "nothing to compare with: name it with `--against ref:REV` or `--against file:PATH`";
        let Some(directory) = self.target.directory() else { return Err(Usage(message.to_owned()).into()) };
        let files = self.target.files(directory)?;
        let loaded = self.configuring.load(Some(&files))?;
        let root = files.directory().unwrap_or(directory).to_path_buf();
        if let Some(set) = &loaded.configuration.gate.against {
            return Ok(match (set.value.strip_prefix("ref:"), set.value.strip_prefix("file:")) {
                (Some(rev), _) => Against::Commit(rev.to_owned()),
                (None, path) => Against::File(root.join(path.unwrap_or(&set.value))),
            });
        }
        let usual = root.join(SNAPSHOT);
        if self.init || usual.is_file() {
            return Ok(Against::File(usual));
        }
        let message = format!("{message}; `osps gate --init` writes a snapshot to {SNAPSHOT}");
        Err(Usage(message).into())
    }

    /// Two trees of one clone, judged by the policies and under the settings of the one that is compared with.
    fn with_commit(&self, rev: &str, terminal: &Terminal) -> anyhow::Result<Compared> {
        let progress = terminal.progress();
        let path = self.target.directory().ok_or_else(|| {
            Usage("`ref:` compares two commits of a clone, and the target is no directory here".to_owned())
        })?;
        progress.step("finding what to compare with");
        let base = base::base(path, self.target.rev(), rev)?;
        let mut remarks = vec![scope_remark().to_owned()];
        remarks.extend(relation_remark(base.relation, rev, &base.commit));
        let (mine, theirs) = (self.target.files(path)?, Files::open(path, Some(&base.commit), false)?);
        let mut loaded = self.configuring.load(Some(&mine))?;
        // Whoever repairs a broken configuration must be able to.
        let ruling = self.configuring.load(Some(&theirs)).or_else(|why| {
            let why = format!("{why:#}").lines().next().unwrap_or_default().to_owned();
            remarks.push(format!("The configuration at {rev} does not parse ({why}): nothing of it counts."));
            self.configuring.load(None)
        })?;
        let named = self.judging.policies.as_deref();
        let bundle = ruling.bundle(&shared::bundle(named)?, named.is_none().then_some(&theirs))?;
        if named.is_none() {
            remarks.extend(settings_remarks(&ruling, &loaded, bundle_of(&loaded, &mine).as_ref(), &bundle, rev));
        }
        // A change may not allow itself what was not allowed before it.
        loaded.configuration.limits = ruling.configuration.limits.clone();
        progress.step("collecting facts of both");
        let base_side = (base.commit.as_str(), &ruling.configuration.project);
        let facts = self.target.collect_beside(path, base_side, &loaded.configuration.project, &bundle)?;
        progress.step("judging both");
        let catalogs = shared::catalogs()?;
        let policies = Policies::load(&bundle)?;
        let of_base = self.judging.settings(&catalogs, &policies, &ruling, &ruling)?;
        let of_head = loaded.statements(&catalogs);
        // One engine for both: making one takes longer than it takes to judge.
        let mut judge = Judge::new(&of_base)?;
        let before = judge.judge(&facts.before, &of_base.statements)?;
        let after = judge.judge(&facts.after, &of_head)?;
        let settings = &ruling.configuration.gate;
        let past = Past::of(&before, rev);
        let (touched, gone) = (facts.touched, self.gone(&past)?);
        let rules = Rules { touched, gone, change_only: true, ..self.comparing.rules(settings) };
        let mut comparison = compare::compare(&past, &after, self.target.rev().unwrap_or("HEAD"), &rules);
        comparison.remarks.extend(remarks);
        // What files alone do not show is not asked for here, unless somebody insists.
        let required = self.required(None, &after);
        Ok(Compared { comparison, rules, required, after })
    }

    /// What is seen now, by whatever credential there is, and what was written down.
    fn with_file(&self, path: &Path, terminal: &Terminal) -> anyhow::Result<Compared> {
        let text = shared::saved_text(path).with_context(|| {
            format!("nothing to compare with; `osps gate --init --against file:{}` writes it", path.display())
        })?;
        let name = path.display().to_string();
        let snapshot = match Snapshot::is_meant(&text) {
            true => Some(Snapshot::parse(&text).map_err(|error| Usage(format!("{name}:{error}")))?),
            false => None,
        };
        let past = match &snapshot {
            Some(snapshot) => Past::of_snapshot(snapshot, &name),
            None => Past::of(&shared::read_saved(path, &text)?, &name),
        };
        let (collected, after) = self.assess(terminal)?;
        if let Some([first, ..]) = snapshot.as_ref().map(|snapshot| snapshot.lacks(&after)).as_deref() {
            return Err(Usage(format!("{name} lacks {first}: write it anew with `osps gate --init`")).into());
        }
        let settings = &collected.loaded.configuration.gate;
        let rules = Rules { gone: self.gone(&past)?, ..self.comparing.rules(settings) };
        let comparison = compare::compare(&past, &after, "now", &rules);
        if self.update {
            let snapshot = snapshot.ok_or_else(|| Usage(format!("{name} is an assessment, not a snapshot")))?;
            let updated = snapshot.updated(&comparison, &after).text();
            if updated != text {
                shared::write(&updated, Some(path))?;
            }
        }
        let required = self.required(settings.require, &after);
        Ok(Compared { comparison, rules, required, after })
    }

    /// The files that requirements rested on before, and that say nothing any longer.
    fn gone(&self, past: &Past) -> anyhow::Result<BTreeSet<String>> {
        let Some(path) = self.target.directory() else { return Ok(BTreeSet::new()) };
        let files = self.target.judged_files(path)?;
        Ok(past.files().into_iter().filter(|path| files.is_gone(path)).map(str::to_owned).collect())
    }

    fn init(&self, path: &Path, terminal: &Terminal) -> anyhow::Result<Exit> {
        if path.exists() {
            let message = format!("{} is there already: `--update` writes into it what got no worse", path.display());
            return Err(Usage(message).into());
        }
        let (_, assessment) = self.assess(terminal)?;
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
        }
        shared::write(&Snapshot::of(&assessment).text(), Some(path))?;
        Ok(exit::DONE)
    }

    fn assess(&self, terminal: &Terminal) -> anyhow::Result<(Collected, Assessment)> {
        let progress = terminal.progress();
        let collected = self.target.collect(&self.configuring, self.judging.policies.as_deref(), &progress)?;
        progress.step("judging");
        let assessment = self.judging.judge(&collected)?;
        Ok((collected, assessment))
    }

    fn required(&self, configured: Option<Level>, after: &Assessment) -> Option<(Level, Option<bool>)> {
        let level = self.judging.required().or(configured)?;
        Some((level, shared::is_reached(after, level)))
    }
}

/// What every comparison of two commits leaves out.
fn scope_remark() -> &'static str {
    "Files and history were compared; settings of the forge were not asked for, on either side."
}

fn relation_remark(relation: Relation, rev: &str, commit: &str) -> Option<String> {
    let short = commit.get(..9).unwrap_or(commit);
    match relation {
        Relation::Held => None,
        Relation::Parted => Some(format!(
            "{rev} has gone on since: compared with {short}, where both parted. What they make together shows in the merge \
             commit."
        )),
        Relation::Unrelated => Some(format!("The commit has no history in common with {rev}.")),
    }
}

/// The policies under which a configuration wants to be judged; none where they cannot be read.
fn bundle_of(loaded: &Loaded, files: &Files) -> Option<Bundle> {
    loaded.bundle(&Bundle::policies(), Some(files)).ok()
}

/// What a change does to the settings that it is itself judged by: nothing, until it is merged.
fn settings_remarks(
    ruling: &Loaded,
    mine: &Loaded,
    my_bundle: Option<&Bundle>,
    bundle: &Bundle,
    rev: &str,
) -> Vec<String> {
    let (theirs, mine) = (&ruling.configuration, &mine.configuration);
    let plain = |gate: &GateSettings| GateSettings { against: None, ..gate.clone() };
    let version = |configuration: &Configuration| configuration.catalog.as_ref().map(|set| set.value.clone());
    let differs = [
        ("the settings of the gate", plain(&theirs.gate) != plain(&mine.gate)),
        ("what declarations are allowed", theirs.limits != mine.limits),
        ("the version of the standard", version(theirs) != version(mine)),
        ("the policies", my_bundle != Some(bundle)),
    ];
    let names: Vec<&str> = differs.into_iter().filter(|(_, differs)| *differs).map(|(name, _)| name).collect();
    match names.as_slice() {
        [] => Vec::new(),
        names => vec![format!("The configuration differs in {}: those of {rev} hold here.", names.join(" and "))],
    }
}
