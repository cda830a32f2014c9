//! Where jobs that outsiders can start with privileges obtain code of a change request, and whether they run it.

use std::collections::BTreeMap;

use super::actions::Actions;
use super::commands::{Bare, Steps};
use super::condition;
use super::gates;
use super::pipelines::{self, Run};
use super::privilege;
use super::scope::{Scope, Yield};
use super::shell::{self, Dialect};
use super::trace::{self, Before, Origin, join};
use super::values::Control;
use super::workflow::{Job, Step, Text, Trigger, Workflow};
use super::{Checkout, Guard};
use crate::collect::path::RepoPath;

/// Events that run with the repository's own privileges although outsiders bring them about.
const PRIVILEGED: &[&str] =
    &["pull_request_target", "workflow_run", "issue_comment", "issues", "discussion", "discussion_comment"];

/// Events on which code of a change request is built without privileges.
const CHANGES: &[&str] =
    &["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "merge_group"];

/// The place of a step.
pub(super) struct Place<'b> {
    pub(super) path: &'b str,
    pub(super) job: &'b str,
    pub(super) line: u64,
    pub(super) guards: &'b [Guard],
}

/// What one job has obtained so far.
#[derive(Debug)]
pub(super) struct Desk {
    /// The privileged events that lead to the job; none, and nothing is noted.
    triggers: Vec<String>,
    credentials: Vec<String>,
    obtained: Vec<Obtained>,
    /// A check of who asked, that stands before everything that follows.
    checks: Vec<Guard>,
    /// What guards the job, and then the step, on the privileged events; other events may well be unguarded.
    guards: Vec<Guard>,
}

#[derive(Debug)]
struct Obtained {
    checkout: Checkout,
    /// The directory it lies in; empty for the workspace itself.
    directory: String,
    /// Whether it stands in the workspace, not only in the object store.
    present: bool,
    /// Directories that an archive may have been unpacked into.
    unpacked: Vec<String>,
}

impl Desk {
    pub(super) fn new(triggers: &[&Trigger], workflows: &[Workflow], credentials: Vec<String>) -> Self {
        let mut privileged: Vec<String> = triggers
            .iter()
            .filter(|trigger| PRIVILEGED.contains(&trigger.event.as_str()))
            .filter(|trigger| trigger.event != "workflow_run" || follows_outsiders(trigger, workflows))
            .map(|trigger| trigger.event.clone())
            .collect();
        privileged.sort_unstable();
        privileged.dedup();
        Self { triggers: privileged, credentials, obtained: Vec::new(), checks: Vec::new(), guards: Vec::new() }
    }

    /// Notes what guards the job.
    pub(super) fn guarded(&mut self, run: &Run<'_>) {
        self.guards = privilege::guards_on(run, |event| self.triggers.iter().any(|known| known == event));
    }

    /// Notes what guards a step; gives back what `leave` needs behind it.
    pub(super) fn enter(&mut self, condition: Option<&Text>) -> usize {
        let before = self.guards.len();
        self.guards.extend(condition::guards_on_all(condition, self.triggers.iter().map(String::as_str)));
        before
    }

    /// Forgets what guards a step that ends.
    pub(super) fn leave(&mut self, before: usize) {
        self.guards.truncate(before);
    }

    /// Whether files of the workspace may come from outsiders.
    pub(super) fn has_foreign_files(&self) -> bool {
        self.obtained.iter().any(|obtained| obtained.present)
    }

    /// Everything that was obtained.
    pub(super) fn finish(self) -> Vec<Checkout> {
        self.obtained.into_iter().map(|obtained| obtained.checkout).collect()
    }

    /// Notes checks of permission in the jobs that this one waits for.
    pub(super) fn checked_before(&mut self, actions: &Actions, workflow: &Workflow, job: &Job, triggers: &[&Trigger]) {
        self.checks.extend(gates::before(actions, workflow, job, triggers));
    }

    /// Whether a local path lies in what was obtained.
    pub(super) fn covers(&self, uses: &str) -> bool {
        let path = pipelines::local_path(uses).unwrap_or_default();
        self.obtained.iter().any(|obtained| obtained.present && within(&path, &obtained.directory))
    }

    fn obtain(&mut self, place: &Place<'_>, line: u64, class: &str, way: &str, directory: &str, present: bool) {
        if self.triggers.is_empty() || self.obtained.len() >= 50 {
            return;
        }
        let mut guards: Vec<Guard> = place.guards.to_vec();
        for guard in self.guards.iter().chain(&self.checks) {
            if !guards.contains(guard) {
                guards.push(guard.clone());
            }
        }
        self.obtained.push(Obtained {
            checkout: Checkout {
                path: place.path.to_owned(),
                job: place.job.to_owned(),
                line,
                triggers: self.triggers.clone(),
                ref_class: class.to_owned(),
                via: way.to_owned(),
                executed_after: false,
                executed_line: None,
                runs_file: false,
                credentials: self.credentials.clone(),
                guards,
            },
            directory: normal(directory),
            present,
            unpacked: Vec::new(),
        });
    }

    /// Notes that something of a directory runs; an empty one is the workspace.
    fn execute(&mut self, line: u64, mentions: impl Fn(&str) -> bool) {
        for obtained in &mut self.obtained {
            if obtained.present && !obtained.checkout.executed_after && mentions(&obtained.directory) {
                obtained.checkout.executed_after = true;
                obtained.checkout.executed_line = Some(line);
            }
        }
    }

    /// Code of a change request named to something that osps does not see into.
    pub(super) fn hand_over(&mut self, place: &Place<'_>, passed: &[Origin]) {
        if let Some(class) = class_of(passed) {
            self.obtain(place, place.line, class, "opaque", "", false);
        }
    }

    /// An action of the workspace: if the workspace is foreign, so is the action.
    pub(super) fn local_action(&mut self, place: &Place<'_>, uses: &str) {
        let path = pipelines::local_path(uses).unwrap_or_default();
        self.execute(place.line, |directory| within(&path, directory));
    }

    /// An action of another repository.
    pub(super) fn action(
        &mut self,
        actions: &Actions,
        place: &Place<'_>,
        step: &Step,
        address: &str,
        scope: &Scope<'_>,
        passed: &[Origin],
    ) {
        if self.triggers.is_empty() {
            return;
        }
        self.asked(actions, step);
        match address.to_lowercase().as_str() {
            "actions/checkout" => self.checkout(place, step, scope),
            "actions/github-script" => self.inline_script(place, step),
            "actions/download-artifact" => {
                // Without the id of another run it takes what this run has stored.
                if step.input("run-id").is_some() {
                    self.artifact(place, step.input("path"));
                }
            }
            _ => match actions.get(address) {
                Some(action) if action.obtains.as_deref() == Some("artifact") => {
                    self.artifact(place, step.input("path"))
                }
                Some(action) if action.executes => self.execute(place.line, str::is_empty),
                Some(_) => {}
                None if releases_runs(address) => self.obtain(place, place.line, "unclear", "run_approval", "", false),
                None => self.hand_over(place, passed),
            },
        }
    }

    fn artifact(&mut self, place: &Place<'_>, path: Option<&Text>) {
        let directory = path.map(|path| path.text.clone()).filter(|path| !path.contains("${{")).unwrap_or_default();
        self.obtain(place, place.line, "artifact", "artifact", &directory, true);
    }

    fn checkout(&mut self, place: &Place<'_>, step: &Step, scope: &Scope<'_>) {
        let reference = step.input("ref").map(|text| reference_class(text, scope)).unwrap_or("base");
        let repository = step.input("repository").map(|text| reference_class(text, scope)).unwrap_or("base");
        let class = match (reference, repository) {
            ("base", other) => other,
            (known, _) => known,
        };
        if class != "base" {
            let directory = step.input("path").map(|text| text.text.clone()).unwrap_or_default();
            self.obtain(place, step.line, class, "checkout", &directory, true);
        }
    }

    fn inline_script(&mut self, place: &Place<'_>, step: &Step) {
        let Some(script) = step.input("script") else { return };
        let lower = script.text.to_lowercase();
        if lower.contains("downloadartifact") {
            self.artifact(place, None);
        } else if lower.contains("approveworkflowrun") || lower.contains("/approve") && lower.contains("actions/runs") {
            self.obtain(place, script.line, "unclear", "run_approval", "", false);
        } else if lower.contains("exec")
            && lower.contains("git")
            && ["checkout", "fetch", "clone", "pull"].iter().any(|word| lower.contains(word))
        {
            self.obtain(place, script.line, "unclear", "opaque", "", true);
        }
    }

    /// Notes a step that asks who it was.
    pub(super) fn asked(&mut self, actions: &Actions, step: &Step) {
        self.checks.extend(gates::check(actions, step, step.line));
    }

    /// The commands of a script.
    #[expect(clippy::too_many_arguments, reason = "the state of one walk")]
    pub(super) fn script(
        &mut self,
        steps: &Steps,
        place: &Place<'_>,
        run: &Text,
        dialect: Dialect,
        directory: &str,
        before: &Before,
        yields: &[Yield],
    ) {
        if self.triggers.is_empty() {
            return;
        }
        let script = shell::split(&run.text, dialect);
        if !script.complete {
            self.obtain(place, run.line, "unclear", "opaque", "", true);
        }
        let traced = trace::trace(&run.text, dialect, before);
        let mut codes: BTreeMap<usize, Vec<Origin>> = BTreeMap::new();
        for used in &traced.uses {
            join(codes.entry(used.offset).or_default(), used.origins.iter().cloned());
        }
        let mut here = normal(directory);
        let commands = &script.commands;
        let (mut line, mut counted) = (run.line, 0);
        for (index, command) in commands.iter().enumerate() {
            let end = commands.get(index + 1).map_or(run.text.len(), |next| next.offset);
            let mut origins = codes.get(&command.offset).cloned().unwrap_or_default();
            for part in yields.iter().filter(|part| part.start >= command.offset && part.start < end) {
                join(&mut origins, part.origins.iter().cloned());
            }
            let text = run.text.get(command.offset..end).unwrap_or_default();
            if matches!(command.word(0), "cd" | "pushd") {
                here = normal(&format!("{here}/{}", command.word(1)));
            }
            let passed = run.text.as_bytes().get(counted..command.offset).unwrap_or_default();
            line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
            counted = counted.max(command.offset);
            for inner in shell::flatten(std::slice::from_ref(command)) {
                for bare in steps.unwrap(inner) {
                    self.command(steps, place, &bare, &origins, (line, text, &here), &run.text);
                }
            }
        }
    }

    fn command(
        &mut self,
        steps: &Steps,
        place: &Place<'_>,
        bare: &Bare,
        origins: &[Origin],
        (line, text, here): (u64, &str, &str),
        script: &str,
    ) {
        let words: Vec<&str> = bare.words().collect();
        let class = class_of(origins);
        let names_change = text.contains("pull/") && (text.contains("/head") || text.contains("/merge"))
            || text.contains("merge-requests/");
        match (bare.program.as_str(), words.as_slice()) {
            ("gh", ["pr", "checkout" | "co", ..]) | ("hub" | "glab", ["pr" | "mr", "checkout", ..]) => {
                self.obtain(place, line, "head", "gh_pr_checkout", here, true);
            }
            ("gh", ["run", "download", ..]) => self.obtain(place, line, "artifact", "artifact", here, true),
            ("gh" | "curl" | "wget", _) if text.contains("artifact") => {
                self.obtain(place, line, "artifact", "artifact", here, true)
            }
            ("gh" | "curl" | "wget", _) if text.contains("actions/runs") && text.contains("/approve") => {
                self.obtain(place, line, "unclear", "run_approval", "", false);
            }
            ("gh" | "curl" | "wget", _)
                if ["tarball", "zipball", "archive/", "codeload"].iter().any(|part| text.contains(part))
                    && (class.is_some() || names_change) =>
            {
                self.obtain(place, line, class.unwrap_or("head"), "archive", here, true);
            }
            ("git", ["apply" | "am", ..]) | ("patch", _)
                if script.contains("pr diff") || script.contains(".patch") || script.contains(".diff") =>
            {
                self.obtain(place, line, class.unwrap_or("head"), "git", here, true);
            }
            ("git", [verb, ..]) => self.git(place, verb, class, names_change, (line, here)),
            _ => {}
        }
        self.archive(bare, here, line);
        if executes(steps, bare) {
            let canonical = text.replace("/./", "/");
            self.execute(line, |directory| {
                directory.is_empty() || within(here, directory) || canonical.contains(directory)
            });
        }
    }

    /// Notes where an archive is unpacked, and programs that are started out of an artifact.
    fn archive(&mut self, bare: &Bare, here: &str, line: u64) {
        let target = match bare.program.as_str() {
            "unzip" | "7z" => behind(bare, "-d"),
            "tar" | "bsdtar" => behind(bare, "-C"),
            _ => None,
        };
        let artifacts = self.obtained.iter_mut().filter(|obtained| obtained.checkout.ref_class == "artifact");
        if let Some(target) = target {
            let target = normal(&format!("{here}/{target}"));
            artifacts.for_each(|obtained| obtained.unpacked.push(target.clone()));
            return;
        }
        let interpreted = matches!(
            bare.program.as_str(),
            "bash" | "sh" | "python" | "python3" | "node" | "source" | "." | "ruby" | "perl"
        );
        let program = if interpreted { bare.words().next().unwrap_or_default() } else { bare.path.as_str() };
        if !program.contains('/') || program.starts_with(['/', '~', '$']) {
            return;
        }
        let program = normal(&format!("{here}/{program}"));
        for obtained in artifacts {
            let mut places = obtained.unpacked.iter().chain(std::iter::once(&obtained.directory));
            if places.any(|place| !place.is_empty() && within(&program, place)) {
                obtained.checkout.runs_file = true;
                obtained.checkout.executed_after = true;
                obtained.checkout.executed_line.get_or_insert(line);
            }
        }
    }

    fn git(
        &mut self,
        place: &Place<'_>,
        verb: &str,
        class: Option<&'static str>,
        names_change: bool,
        (line, here): (u64, &str),
    ) {
        match verb {
            "fetch" | "remote" if names_change || class.is_some() => {
                self.obtain(place, line, class.unwrap_or("head"), "git", here, false);
            }
            "pull" | "clone" if names_change || class.is_some() => {
                self.obtain(place, line, class.unwrap_or("head"), "git", here, true);
            }
            "checkout" | "switch" | "reset" | "merge" | "cherry-pick" | "rebase" | "worktree" => {
                // What was fetched before comes into the workspace now.
                let waiting =
                    self.obtained.iter_mut().filter(|obtained| !obtained.present && obtained.checkout.via == "git");
                let mut woken = false;
                for obtained in waiting {
                    obtained.present = true;
                    woken = true;
                }
                if !woken && let Some(class) = class {
                    self.obtain(place, line, class, "git", here, true);
                }
            }
            _ => {}
        }
    }
}

/// Whether the name of an action says that it lets runs go which wait for an approval.
fn releases_runs(address: &str) -> bool {
    let lower = address.to_lowercase();
    lower.contains("approv") && (lower.contains("workflow") || lower.contains("run"))
}

/// What an expression in a reference or repository name points at.
fn reference_class(text: &Text, scope: &Scope<'_>) -> &'static str {
    let yields = scope.yields(text);
    let mut origins = Vec::new();
    for part in &yields {
        join(&mut origins, part.origins.iter().cloned());
    }
    let by_number = class_of(&origins) == Some("dynamic");
    if text.text.contains("pull/") && (by_number || !yields.is_empty()) {
        return if text.text.contains("/merge") { "merge" } else { "head" };
    }
    if let Some(class) = class_of(&origins) {
        return class;
    }
    // The output of a step that may have asked the forge for anything.
    let lower = text.text.to_lowercase();
    let outputs =
        ["steps.", "needs.", "jobs."].iter().any(|context| lower.contains(context)) && lower.contains(".outputs.");
    if outputs && ["head", "pr_", "pr-", "pull"].iter().any(|part| lower.contains(part)) {
        return "head";
    }
    if outputs || origins.iter().any(|origin| matches!(origin.control, Control::Unclear | Control::Untrusted)) {
        "unclear"
    } else {
        "base"
    }
}

/// `head`, `merge` or `dynamic` when some value names code of a change request.
fn class_of(origins: &[Origin]) -> Option<&'static str> {
    let has = |code: &str| origins.iter().any(|origin| origin.code.as_deref() == Some(code));
    if has("head") {
        Some("head")
    } else if has("merge") {
        Some("merge")
    } else if has("number") {
        Some("dynamic")
    } else {
        None
    }
}

/// Whether a run that this event follows can be one of an outsider's change.
fn follows_outsiders(trigger: &Trigger, workflows: &[Workflow]) -> bool {
    let named: Vec<&Workflow> = trigger
        .workflows
        .iter()
        .filter_map(|name| {
            workflows.iter().find(|workflow| workflow.name.as_deref() == Some(name) || workflow.path == *name)
        })
        .collect();
    if named.is_empty() || named.len() < trigger.workflows.len() {
        return true;
    }
    named.iter().any(|workflow| {
        workflow
            .triggers
            .iter()
            .any(|trigger| CHANGES.contains(&trigger.event.as_str()) || PRIVILEGED.contains(&trigger.event.as_str()))
    })
}

/// Whether a command runs code of the workspace.
fn executes(steps: &Steps, bare: &Bare) -> bool {
    let words: Vec<&str> = bare.words().collect();
    let first = words.first().copied().unwrap_or_default();
    let has = |option: &str| bare.arguments.iter().any(|argument| argument.text == option);
    match bare.program.as_str() {
        "npm" | "pnpm" | "yarn" | "bun" => {
            let global = has("-g") || has("--global");
            let ignoring = has("--ignore-scripts");
            !global
                && !ignoring
                && (first.is_empty()
                    || matches!(
                        first,
                        "ci" | "install"
                            | "i"
                            | "run"
                            | "test"
                            | "t"
                            | "start"
                            | "build"
                            | "exec"
                            | "run-script"
                            | "clean-install"
                            | "add"
                    ) && words.len() < 3
                    || !matches!(
                        first,
                        "ci" | "install"
                            | "i"
                            | "config"
                            | "cache"
                            | "view"
                            | "set"
                            | "global"
                            | "add"
                            | "version"
                            | "info"
                            | "login"
                            | "whoami"
                    ))
        }
        "pip" | "pip3" | "uv" | "pipx" => {
            first == "install"
                && (has("-r")
                    || has("-e")
                    || words.iter().any(|word| {
                        *word == "." || word.starts_with("./") || word.starts_with(".[") || word.ends_with(".txt")
                    }))
                || first == "sync"
                || first == "run"
        }
        "python" | "python3" | "node" | "ruby" | "perl" | "php" | "bash" | "sh" | "source" | "." | "pwsh" | "tsx"
        | "ts-node" | "deno" | "lua" => {
            has("-m") && !words.contains(&"pip")
                || words.first().is_some_and(|word| word.contains('/') || word.contains('.'))
                || has("-m") && words.contains(&"pip") && (has("-r") || has("-e") || words.contains(&"."))
        }
        "bundle" | "composer" | "poetry" | "pdm" | "mix" | "cargo" | "go" | "mvn" | "mvnw" | "gradle" | "gradlew"
        | "sbt" | "cmake" | "make" | "ninja" | "meson" | "bazel" | "dotnet" | "swift" | "rake" | "tox" | "nox"
        | "just" | "task" | "pre-commit" | "jekyll" | "hugo" | "mkdocs" | "terraform" | "nix" | "nix-build"
        | "nix-shell" | "stack" | "cabal" | "docker-compose" | "earthly" | "lerna" | "nx" | "turbo" | "gulp"
        | "grunt" => {
            !matches!(first, "version" | "config" | "env" | "login" | "fmt")
                && !has("--version")
                && (bare.program != "cargo" || !matches!(first, "install" | "fmt"))
        }
        "docker" | "podman" => matches!(first, "build" | "buildx" | "compose"),
        "git" | "gh" | "curl" | "echo" | "cat" | "ls" | "cd" => false,
        _ => {
            bare.path.starts_with("./")
                || bare.path.starts_with("../")
                || bare.path.contains('/') && !bare.path.starts_with(['/', '~', '$'])
                || steps.recognise(bare).iter().any(|known| matches!(known.kind.as_str(), "test" | "build"))
        }
    }
}

/// The word behind an option.
fn behind<'a>(bare: &'a Bare, option: &str) -> Option<&'a str> {
    let at = bare.arguments.iter().position(|argument| argument.text == option)?;
    bare.arguments.get(at + 1).map(|argument| argument.text.as_str())
}

/// A directory as a path of the workspace; empty for the workspace itself.
fn normal(directory: &str) -> String {
    let directory = directory
        .trim()
        .trim_start_matches("${{ github.workspace }}")
        .trim_start_matches("$GITHUB_WORKSPACE")
        .trim_start_matches('/');
    RepoPath::new("x")
        .join(directory.as_bytes())
        .map(|path| String::from_utf8_lossy(path.as_bytes()).into_owned())
        .unwrap_or_default()
}

fn within(path: &str, directory: &str) -> bool {
    directory.is_empty() || path == directory || path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'))
}
