//! Pipelines of systems other than the Actions family: which commands run on which event.
//!
//! Each reader makes tasks of its files; what the commands of a task do is recognised here, as for the Actions family.
//! Through those that the table calls `full` or `minimal`, values and credentials are followed too. The others stay
//! `detected`, so that nothing passes because nobody looked.

mod appveyor;
mod circleci;
mod cloud_build;
mod gitlab;
mod jenkins;
mod plain;
mod rules;
mod values;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::commands::Known;
use super::filters::PathFilters;
use super::recognise::{Found, Recogniser, Setting, Statics, hints_test};
use super::shell::Dialect;
use super::systems::{Definition, Table};
use super::workflow::Text;
use super::{Capability, Checkout, Flow, Input};
use crate::collect::limits;
use crate::collect::path::RepoPath;
use crate::collect::tree::{Reader, Tree};
use crate::yaml::{self, Node};
use values::{Parameter, Shell};
pub(super) use values::{Variables, is_beyond, percent};

/// Why a definition is not understood of which only a part was looked at.
const CUT: &str = "it holds more than is looked at";
/// Files that definitions include, over all of them.
const MAX_INCLUDES: usize = 200;
/// Tasks of one definition.
const MAX_TASKS: usize = 2_000;
/// Bytes of all scripts of one definition, counting one again for every job that inherits it.
const MAX_SCRIPTS: usize = 4 << 20;
/// Variables that are looked at in one place.
const MAX_VARIABLES: usize = 500;
/// Different patterns of branches and variables, over all definitions.
const MAX_PATTERNS: usize = 300;
/// Different filters by path, over all definitions. Each is tried on every file.
const MAX_FILTERS: usize = 30;

/// What the readers need.
pub(super) struct Elsewhere<'a> {
    pub(super) tree: &'a Tree,
    pub(super) reader: &'a Reader<'a>,
    pub(super) table: &'a Table,
    pub(super) recogniser: &'a Recogniser<'a>,
    pub(super) filters: &'a PathFilters<'a>,
    pub(super) primary: Option<&'a str>,
    pub(super) variables: &'a Variables,
    pub(super) memory: Memory,
}

/// What was seen in all definitions.
#[derive(Debug, Default)]
pub(super) struct Seen {
    pub(super) capabilities: Vec<Capability>,
    pub(super) flows: Vec<Flow>,
    pub(super) inputs: Vec<Input>,
    /// Jobs that may run code of a change request beside credentials.
    pub(super) checkouts: Vec<Checkout>,
    /// Definitions through which values were followed.
    pub(super) followed: BTreeSet<String>,
    /// Where builds of change requests may get credentials, as a setting of the system has it.
    pub(super) fork_credentials: Vec<String>,
}

/// What a task may touch.
#[derive(Debug, Clone, Default)]
struct Reach {
    /// Whether changes of outsiders start it.
    changes: bool,
    credentials: BTreeSet<String>,
    /// What it brings to where users get it.
    deploys: Option<String>,
    /// What it hands to packaged jobs and steps of others.
    handed: Vec<Text>,
}

/// A script of which the shell is known.
#[derive(Debug, Clone)]
struct Piece {
    job: String,
    shell: Shell,
    text: Text,
    variables: BTreeMap<String, String>,
}

impl Default for Piece {
    fn default() -> Self {
        Self { job: String::new(), shell: Shell::Posix, text: Text::default(), variables: BTreeMap::new() }
    }
}

/// What was worked out before, so that no definition makes it again for every job.
#[derive(Debug, Default)]
pub(super) struct Memory {
    patterns: RefCell<BTreeMap<String, Option<Regex>>>,
    filters: RefCell<BTreeMap<(bool, Vec<String>), &'static str>>,
}

/// What one job of a definition runs, and when.
#[derive(Debug, Clone)]
struct Task {
    path: String,
    job: String,
    line: u64,
    when: When,
    /// Whether its failure is noticed.
    blocking: bool,
    disabled: bool,
    variables: BTreeMap<String, String>,
    directory: String,
    dialect: Dialect,
    scripts: Vec<Text>,
    /// What templates and packaged steps are known to do.
    known: Vec<(Known, u64)>,
    /// Something it runs that nobody here can read.
    opaque: Option<String>,
    needs: Vec<String>,
    reach: Reach,
}

/// When a task runs.
#[derive(Debug, Clone, Default)]
struct When {
    triggers: BTreeSet<&'static str>,
    filtered: &'static str,
    condition: Option<String>,
    /// Whether pipelines for changes of forks run it.
    changes: bool,
}

impl When {
    fn on(events: impl IntoIterator<Item = &'static str>) -> Self {
        let triggers: BTreeSet<&'static str> = events.into_iter().collect();
        Self { changes: triggers.contains("change_request"), triggers, filtered: "no", condition: None }
    }

    fn before_merge(&self) -> bool {
        self.triggers.contains("change_request") || self.triggers.contains("merge_queue")
    }
}

/// The tasks of one definition, and what it names that is not in the tree.
#[derive(Debug, Default)]
struct Definitions {
    tasks: Vec<Task>,
    unresolved: Vec<String>,
    /// Files of the tree that it takes in.
    included: BTreeSet<String>,
    /// Inputs that whoever starts the pipeline fills, by the name under which they are used.
    inputs: BTreeMap<String, Parameter>,
    /// Scripts whose values are followed in place of those of the tasks.
    pieces: Vec<Piece>,
    bytes: usize,
}

impl Definitions {
    /// Takes a task, as long as there is room.
    fn push(&mut self, task: Task) {
        if self.has_room() {
            self.bytes += task.scripts.iter().map(|script| script.text.len() + 16).sum::<usize>();
            self.tasks.push(task);
        } else {
            self.cut();
        }
    }

    /// Notes that not all of it was looked at, so that nothing passes by what was left out.
    fn cut(&mut self) {
        if !self.unresolved.iter().any(|known| known == CUT) {
            self.unresolved.push(CUT.to_owned());
        }
    }

    fn has_room(&self) -> bool {
        self.tasks.len() < MAX_TASKS && self.bytes < MAX_SCRIPTS
    }
}

impl Elsewhere<'_> {
    /// What all definitions do. What cannot be read is noted at the definition.
    pub(super) fn collect(&self, definitions: &mut [Definition]) -> Seen {
        let mut read: Vec<(usize, Definitions)> = Vec::new();
        for (index, definition) in definitions.iter_mut().enumerate() {
            if definition.system.parsed != "ok" {
                continue;
            }
            match self.read(definition) {
                Some(Ok(found)) => {
                    if let Some(missing) = found.unresolved.first() {
                        definition.problem("unresolved", missing.clone());
                    }
                    read.push((index, found));
                }
                Some(Err(error)) => definition.problem("parse_error", error.to_string()),
                None => {}
            }
        }
        // A file that another one takes in does not run by itself.
        let included: BTreeSet<String> = read
            .iter()
            .flat_map(|(index, found)| {
                let own = definitions.get(*index).map(|definition| definition.system.path.clone());
                found.included.iter().filter(move |other| Some(*other) != own.as_ref())
            })
            .cloned()
            .collect();
        let mut seen = Seen::default();
        for (index, found) in &read {
            let Some(definition) = definitions.get_mut(*index) else { continue };
            if included.contains(&definition.system.path) {
                continue;
            }
            for task in found.tasks.iter().take(MAX_TASKS) {
                self.task(&definition.system.system, task, &mut seen.capabilities);
            }
            if definition.system.analysed != "detected" {
                self.follow(definition, found, &mut seen);
            }
        }
        seen
    }

    /// Follows values and credentials through a definition.
    fn follow(&self, definition: &mut Definition, found: &Definitions, seen: &mut Seen) {
        let system = definition.system.system.clone();
        let path = definition.system.path.clone();
        for task in &found.tasks {
            let mut credentials = task.reach.credentials.clone();
            for script in &task.scripts {
                let named = self.variables.credentials(&script.text, &task.variables);
                credentials.extend(named.into_iter().map(str::to_owned));
            }
            for value in task.variables.values() {
                let named = self.variables.credentials(value, &task.variables);
                credentials.extend(named.into_iter().map(str::to_owned));
            }
            definition.system.credentials.extend(credentials.iter().cloned());
            let Some(danger) = credentials.first().cloned().or_else(|| self.deployment(task)) else { continue };
            if !task.reach.changes || task.disabled {
                continue;
            }
            if system == "gitlab_ci" {
                seen.checkouts.push(pipeline_of_a_fork(task));
            } else {
                seen.fork_credentials.push(format!("{path} ({system}): {}: {danger}", task.job));
            }
        }
        definition.system.credentials.sort_unstable();
        definition.system.credentials.dedup();
        for (name, parameter) in &found.inputs {
            seen.inputs.push(Input {
                system: system.clone(),
                path: path.clone(),
                line: parameter.line,
                trigger: if system == "cloud_build" { "substitution" } else { "pipeline_parameter" }.to_owned(),
                name: name.clone(),
                input_type: parameter.kind.to_owned(),
            });
        }
        let changes = found.tasks.iter().any(|task| task.reach.changes);
        let mut flows = |path: &str,
                         job: &str,
                         changes: bool,
                         shell,
                         text: &Text,
                         variables: &BTreeMap<String, String>| {
            let piece =
                values::Piece { system: &system, path, job, changes, shell, text, variables, inputs: &found.inputs };
            let (found, cut) = self.variables.flows(&piece);
            seen.flows.extend(found);
            if cut {
                definition.problem("unresolved", CUT.to_owned());
            }
        };
        for piece in &found.pieces {
            flows(&path, &piece.job, changes, piece.shell, &piece.text, &piece.variables);
        }
        for task in found.tasks.iter().filter(|_| found.pieces.is_empty() && system != "cloud_build") {
            for script in &task.scripts {
                flows(&task.path, &task.job, task.reach.changes, Shell::Posix, script, &task.variables);
            }
        }
        for task in &found.tasks {
            let (path, job, changes) = (task.path.as_str(), task.job.as_str(), task.reach.changes);
            let (shell, variables, inputs, system) = (Shell::Posix, &task.variables, &found.inputs, system.as_str());
            for text in &task.reach.handed {
                let piece = values::Piece { system, path, job, changes, shell, text, variables, inputs };
                seen.flows.extend(self.variables.handed_on(&piece));
            }
        }
        seen.followed.insert(path);
    }

    /// What a task brings to where users get it.
    fn deployment(&self, task: &Task) -> Option<String> {
        let known = task.known.iter().find(|(known, _)| known.kind == "publish").map(|(known, _)| known.tool.clone());
        let opaque = task.opaque.as_ref().filter(|name| self.variables.is_deployment_step(name)).cloned();
        let packaged = task.reach.deploys.clone().or(known).or(opaque);
        packaged.or_else(|| task.scripts.iter().find_map(|script| self.deploying_command(&script.text, task)))
    }

    fn deploying_command(&self, text: &str, task: &Task) -> Option<String> {
        let statics = Statics { values: BTreeMap::new(), variables: task.variables.clone() };
        let setting = Setting { directory: task.directory.clone(), dialect: task.dialect, pipefail: false };
        let found = self.recogniser.script(text, &setting, &statics);
        if let Some(found) = found.iter().find(|found| found.known.kind == "publish") {
            return Some(found.known.tool.clone());
        }
        let script = super::shell::split(text, task.dialect);
        let commands = super::shell::flatten(&script.commands);
        let bare = commands.into_iter().flat_map(|command| self.recogniser.steps.unwrap(command));
        bare.map(|bare| {
            let arguments = bare.arguments.iter().map(|argument| argument.text.clone());
            std::iter::once(bare.program.clone()).chain(arguments).collect::<Vec<String>>()
        })
        .find(|words| self.variables.is_deployment(words))
        .map(|words| words.into_iter().take(2).collect::<Vec<_>>().join(" "))
    }

    /// None for a definition that nothing here reads.
    fn read(&self, definition: &Definition) -> Option<Result<Definitions, yaml::Error>> {
        let path = &definition.system.path;
        let dialect = definition.dialect.as_deref().filter(|dialect| *dialect != "actions")?;
        if dialect == "jenkins" {
            return Some(Ok(jenkins::read(path, &definition.source)));
        }
        // Some systems also take programs, which make their definitions when they run.
        if ![".yml", ".yaml", ".json"].iter().any(|extension| path.ends_with(extension)) {
            return None;
        }
        let documents = match yaml::parse_all(&definition.source) {
            Ok(documents) => documents,
            Err(error) => return Some(Err(error)),
        };
        Some(Ok(match (dialect, documents.first()) {
            ("gitlab", Some(_)) => gitlab::read(self, path, documents),
            ("circleci", Some(root)) => circleci::read(self, path, root),
            ("cloud_build", Some(root)) => cloud_build::read(self, path, root),
            ("commands", Some(root)) if definition.system.system == "appveyor" => {
                let mut found = plain::read(self, "appveyor", path, &documents);
                appveyor::add(&mut found, root);
                found
            }
            ("commands", _) => plain::read(self, &definition.system.system, path, &documents),
            _ => return None,
        }))
    }

    fn task(&self, system: &str, task: &Task, out: &mut Vec<Capability>) {
        let statics = Statics { values: BTreeMap::new(), variables: task.variables.clone() };
        let setting =
            Setting { directory: task.directory.clone(), dialect: task.dialect, pipefail: system == "circleci" };
        let mut found: Vec<(Found, u64)> = Vec::new();
        for script in &task.scripts {
            for item in self.recogniser.script(&script.text, &setting, &statics) {
                let line = script.line_at(item.offset);
                found.push((item, line));
            }
        }
        let direct =
            |known: &Known, resolved: &'static str| Found { known: known.clone(), resolved, blocking: true, offset: 0 };
        found.extend(task.known.iter().map(|(known, line)| (direct(known, "direct"), *line)));
        if let Some(name) = task.opaque.as_ref().filter(|name| hints_test(name) || hints_test(&task.job)) {
            let known = Known { kind: "test".to_owned(), tool: name.clone(), covers: Vec::new() };
            found.push((direct(&known, "opaque"), task.line));
        }
        for (item, line) in found {
            out.push(Capability {
                kind: item.known.kind,
                tool: item.known.tool,
                covers: item.known.covers,
                system: system.to_owned(),
                path: task.path.clone(),
                job: task.job.clone(),
                line,
                triggers: task.when.triggers.iter().map(|name| (*name).to_owned()).collect(),
                path_filtered: task.when.filtered.to_owned(),
                condition: task.when.condition.clone().filter(|_| task.when.before_merge()),
                resolved: item.resolved.to_owned(),
                blocking: task.blocking && item.blocking,
                disabled: task.disabled,
                check_name: Some(task.job.clone()),
                needs: task.needs.clone(),
            });
        }
    }

    /// The text of a file of the tree, by its path from the root.
    fn file(&self, path: &str) -> Option<String> {
        let entry = self.tree.get(path.as_bytes())?;
        let target = self.tree.resolve(self.reader, entry)?;
        self.reader.read(target, limits::TEXT_BYTES).ok().filter(|blob| !blob.truncated).map(|blob| blob.text())
    }

    /// Whether some pattern for branches, with `*` or between slashes, fits the primary branch.
    fn covers_primary(&self, patterns: &[&str]) -> bool {
        patterns.iter().any(|pattern| {
            let pattern = pattern.trim_start_matches("refs/heads/");
            let expression = match pattern.strip_prefix('/').and_then(|rest| rest.strip_suffix('/')) {
                Some(inner) => inner.to_owned(),
                None if pattern.contains('*') => format!("^{}$", regex::escape(pattern).replace("\\*", ".*")),
                None => return pattern == self.primary(),
            };
            self.regex(&expression).is_some_and(|regex| regex.is_match(self.primary()))
        })
    }

    /// A pattern, made once; none for one that is not understood or comes after too many others.
    fn regex(&self, pattern: &str) -> Option<Regex> {
        let mut known = self.memory.patterns.borrow_mut();
        if let Some(found) = known.get(pattern) {
            return found.clone();
        }
        if known.len() >= MAX_PATTERNS || pattern.len() > 1_000 {
            return None;
        }
        let made = regex::RegexBuilder::new(pattern).size_limit(1 << 18).build().ok();
        known.insert(pattern.to_owned(), made.clone());
        made
    }

    /// What a filter by path leaves out: `no`, `non_code` or `code`.
    fn left_out(&self, patterns: Vec<String>, ignoring: bool) -> &'static str {
        let key = (ignoring, patterns);
        let known = self.memory.filters.borrow().get(&key).copied();
        if let Some(known) = known {
            return known;
        }
        if self.memory.filters.borrow().len() >= MAX_FILTERS {
            return "code";
        }
        let class = self.filters.left_out(&key.1, ignoring);
        self.memory.filters.borrow_mut().insert(key, class);
        class
    }

    /// The name of the branch that changes are merged into.
    fn primary(&self) -> &str {
        self.primary.unwrap_or("main")
    }
}

/// A pipeline that a member starts in the project for the change of a fork: the variables of the project reach it unless
/// they are protected, which is a setting.
fn pipeline_of_a_fork(task: &Task) -> Checkout {
    Checkout {
        path: task.path.clone(),
        job: task.job.clone(),
        line: task.line,
        triggers: vec!["merge_request".to_owned()],
        ref_class: "head".to_owned(),
        via: "fork_pipeline".to_owned(),
        executed_after: true,
        executed_line: None,
        runs_file: false,
        credentials: vec!["secrets".to_owned()],
        guards: Vec::new(),
    }
}

/// A path from the root of the tree: one that starts with `/` as it is, another from the directory of `from`.
fn path_from(from: &str, path: &str) -> Option<String> {
    let base = if path.starts_with('/') { RepoPath::new("x") } else { RepoPath::new(from) };
    let joined = base.join(path.trim_start_matches('/').as_bytes())?;
    String::from_utf8(joined.as_bytes().to_vec()).ok()
}

/// The scalars of a list of commands, also inside lists and mappings in it, as one script that keeps their lines.
fn script(nodes: &[&Node]) -> Vec<Text> {
    let mut scripts: Vec<Text> = Vec::new();
    let mut open: Vec<&Node> = nodes.iter().rev().copied().collect();
    while let Some(node) = open.pop() {
        open.extend(node.items().iter().rev());
        open.extend(node.entries().iter().rev().map(|(_, value)| value));
        let Some(text) = node.as_str() else { continue };
        let next = Text { line: node.line, text: text.trim_end().to_owned() };
        match scripts.last_mut() {
            Some(last) if next.line > last.line_at(last.text.len()) && next.line - last.line < 10_000 => {
                let gap = next.line - last.line_at(last.text.len());
                last.text.extend(std::iter::repeat_n('\n', usize::try_from(gap).unwrap_or(1)));
                last.text.push_str(&next.text);
            }
            _ => scripts.push(next),
        }
    }
    scripts
}

/// Variables with a fixed value.
fn variables(node: Option<&Node>, into: &mut BTreeMap<String, String>) {
    for (name, value) in node.map(Node::entries).unwrap_or_default().iter().take(MAX_VARIABLES) {
        let value = value.as_str().or_else(|| value.get("value").and_then(Node::as_str));
        if let (Some(name), Some(value)) = (name.as_str(), value) {
            into.insert(name.to_owned(), value.to_owned());
        }
    }
}

/// A list as texts of their own.
fn owned(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

/// A condition as it is shown.
fn shorten(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(160).collect()
}

#[cfg(test)]
mod tests;
