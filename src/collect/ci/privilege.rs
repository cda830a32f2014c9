//! What jobs of the Actions family may do: effective permissions, secrets, runners, and which grants no step needs.

use std::collections::{BTreeMap, BTreeSet};

use super::actions::Actions;
use super::commands::Steps;
use super::condition::{self, Answer, Situation};
use super::expression::{self, Expression, dotted};
use super::pipelines::{self, LocalUse, Pipelines, Run};
use super::shell::{self, Dialect};
use super::systems::Table;
use super::workflow::{Grant, Job, Permissions, Secrets, Step, Text, Workflow};
use super::{Excess, Guard, Input, Job as JobFact, Remote};

/// What the facts are derived from.
pub(super) struct Sources<'a> {
    pub(super) pipelines: &'a Pipelines<'a>,
    pub(super) actions: &'a Actions,
    pub(super) steps: &'a Steps,
    pub(super) table: &'a Table,
}

/// Permissions in force, and where they are stated.
#[derive(Debug, Clone)]
pub(super) struct Effective {
    /// None where nothing is stated on the whole way.
    pub(super) grant: Option<Grant>,
    /// `job`, `workflow`, `caller`, `outside` or `default`.
    pub(super) source: &'static str,
    pub(super) line: u64,
}

/// What the steps of a job need of the token.
#[derive(Debug, Default)]
struct Needs {
    scopes: BTreeSet<String>,
    /// Scopes whose need is switched off by an input.
    off: BTreeSet<String>,
    /// Steps that may use any scope.
    unknown: Vec<String>,
    /// Steps that may use the contents through the credentials of a checkout.
    unknown_git: Vec<String>,
    /// Steps that may ask for an identity token.
    unknown_identity: Vec<String>,
    /// Whether a step signs in to the registry of the forge, so that later ones may push to it.
    registry: bool,
    /// Unknown steps of which not even a change request from a fork, where the token only reads, shows that they do without
    /// writing.
    opaque: Vec<String>,
}

/// Calls of the forge's client, in lower case, and the scopes that they need where they change something.
const CALLS: &[(&str, &[&str])] = &[
    ("issues.", &["issues", "pull-requests"]),
    ("pulls.", &["pull-requests"]),
    ("pulls.merge", &["contents"]),
    ("pulls.updatebranch", &["contents"]),
    ("reactions.", &["issues", "pull-requests"]),
    ("checks.", &["checks"]),
    ("actions.", &["actions"]),
    ("git.", &["contents"]),
    ("repos.createcommitstatus", &["statuses"]),
    ("repos.createdeployment", &["deployments"]),
    ("repos.deletedeployment", &["deployments"]),
    ("repos.createrelease", &["contents"]),
    ("repos.updaterelease", &["contents"]),
    ("repos.deleterelease", &["contents"]),
    ("repos.uploadreleaseasset", &["contents"]),
    ("repos.generatereleasenotes", &["contents"]),
    ("repos.createorupdatefilecontents", &["contents"]),
    ("repos.deletefile", &["contents"]),
    ("repos.createcommitcomment", &["contents"]),
    ("repos.merge", &["contents"]),
    ("repos.createdispatchevent", &["contents"]),
    ("packages.", &["packages"]),
    ("getidtoken", &["id-token"]),
    ("codescanning.", &["security-events"]),
];

/// Whether the name of a call, from its start, is not one of those that only read.
fn changes_something(call: &str) -> bool {
    !["get", "list", "check", "download", "compare"].iter().any(|verb| call.starts_with(verb))
}

/// Whether an action works with another token than the one that the forge issued for the task.
fn is_given_another_token(input: &dyn Fn(&str) -> Option<String>) -> bool {
    ["token", "github-token", "github_token", "repo-token", "repo_token"]
        .iter()
        .find_map(|name| input(name))
        .is_some_and(|given| given.contains("${{") && !is_token(&given) && !given.to_lowercase().contains("inputs."))
}

/// Whether a step signs in to the registry of the forge.
fn signs_in(step: &Step) -> bool {
    let of_forge = |text: &Text| text.text.contains("ghcr.io") || text.text.contains("pkg.github.com");
    let login = |text: &str| text.to_lowercase().contains("login");
    step.uses.as_ref().is_some_and(|uses| login(&uses.text)) && step.input("registry").is_some_and(of_forge)
        || step.run.as_ref().is_some_and(|run| of_forge(run) && login(&run.text))
}

/// The effective permissions of the last job of a run.
pub(super) fn effective(run: &Run<'_>) -> Effective {
    let mut current = Effective { grant: None, source: "default", line: 0 };
    for (index, (workflow, job)) in run.chain.iter().enumerate() {
        let stated = |permissions: &Permissions, source| Effective {
            grant: Some(permissions.grant.clone()),
            source,
            line: permissions.line,
        };
        current = match (&job.permissions, &workflow.permissions) {
            (Some(permissions), _) => stated(permissions, "job"),
            (None, Some(permissions)) => stated(permissions, "workflow"),
            (None, None) if index > 0 => Effective { source: "caller", line: job.line, ..current },
            (None, None) => Effective { grant: None, source: "default", line: job.line },
        };
    }
    let only_called = run.triggers.iter().all(|trigger| trigger.event == "workflow_call");
    if only_called && current.grant.is_none() {
        // Whoever calls it decides; nobody here does.
        current.source = "outside";
    }
    // An inherited grant of nothing stated is the default of the workflow that an event starts.
    if current.source == "caller" && current.grant.is_none() && !only_called {
        current.source = "default";
    }
    current
}

/// All facts about privileges.
pub(super) struct Privileges {
    pub(super) jobs: Vec<JobFact>,
    pub(super) excess: Vec<Excess>,
}

impl Sources<'_> {
    pub(super) fn collect(&self) -> Privileges {
        let (runs, _) = self.pipelines.runs();
        let mut jobs: BTreeMap<(String, u64, String), JobFact> = BTreeMap::new();
        let mut excess: Vec<Excess> = Vec::new();
        for run in &runs {
            let (Some(workflow), Some(job)) = (run.workflow(), run.job()) else { continue };
            let effective = effective(run);
            let fact = self.job(run, workflow, job, &effective);
            let key = (workflow.path.clone(), job.line, job.id.clone());
            match jobs.get_mut(&key) {
                Some(known) => merge(known, fact),
                None => {
                    jobs.insert(key, fact);
                }
            }
            if effective.source != "caller" && effective.source != "outside" {
                excess.extend(self.excess(workflow, job, &effective));
            }
        }
        excess.sort_by(|a, b| (&a.path, a.line, &a.job, &a.scope).cmp(&(&b.path, b.line, &b.job, &b.scope)));
        excess.dedup_by(|a, b| (&a.path, a.line, &a.job, &a.scope) == (&b.path, b.line, &b.job, &b.scope));
        Privileges { jobs: jobs.into_values().collect(), excess }
    }

    fn job(&self, run: &Run<'_>, workflow: &Workflow, job: &Job, effective: &Effective) -> JobFact {
        let (permissions, all) = match &effective.grant {
            Some(Grant::Scopes(scopes)) => {
                (scopes.iter().map(|(scope, (level, _))| (scope.clone(), level.clone())).collect(), None)
            }
            Some(Grant::WriteAll) => (BTreeMap::new(), Some("write_all".to_owned())),
            Some(Grant::ReadAll) => (BTreeMap::new(), Some("read_all".to_owned())),
            None => (BTreeMap::new(), None),
        };
        let mut triggers: Vec<String> = run.triggers.iter().map(|trigger| trigger.event.clone()).collect();
        triggers.sort_unstable();
        triggers.dedup();
        let needs = self.needs_of_steps(workflow, job);
        let mut unknown: Vec<String> =
            needs.unknown.iter().chain(&needs.unknown_git).chain(&needs.unknown_identity).cloned().collect();
        unknown.sort_unstable();
        unknown.dedup();
        let (needed, mut opaque) = self.needed(needs, job, 0);
        opaque.sort_unstable();
        opaque.dedup();
        JobFact {
            system: workflow.system.clone(),
            path: workflow.path.clone(),
            job: job.id.clone(),
            line: job.line,
            triggers,
            permissions,
            permission_source: effective.source.to_owned(),
            permission_all: all,
            secrets_used: self.secrets_of(workflow, job),
            environment: job.environment.clone(),
            runner: self.table.runner(&runner_labels(job)).to_owned(),
            calls: job
                .uses
                .as_ref()
                .map(|uses| if pipelines::is_local(&uses.text) { "local" } else { "remote" }.to_owned()),
            unknown_steps: unknown,
            needed,
            opaque_steps: opaque,
            guards: guards_of(run),
        }
    }

    /// What is in reach of the last job of a run: `write_token`, `default_token`, `secrets`, `self_hosted`, or `none`.
    pub(super) fn credentials(&self, run: &Run<'_>) -> Vec<String> {
        let (Some(workflow), Some(job)) = (run.workflow(), run.job()) else { return Vec::new() };
        let mut found = Vec::new();
        match effective(run).grant {
            None => found.push("default_token"),
            Some(Grant::WriteAll) => found.push("write_token"),
            Some(Grant::Scopes(scopes)) if scopes.values().any(|(level, _)| level == "write") => {
                found.push("write_token")
            }
            Some(_) => {}
        }
        if self.secrets_of(workflow, job).iter().any(|name| name != "GITHUB_TOKEN") {
            found.push("secrets");
        }
        if self.table.runner(&runner_labels(job)) == "self_hosted" {
            found.push("self_hosted");
        }
        if found.is_empty() {
            found.push("none");
        }
        found.into_iter().map(str::to_owned).collect()
    }

    /// Names of the secrets that a job and its workflow mention; `*` for all of them.
    pub(super) fn secrets_of(&self, workflow: &Workflow, job: &Job) -> Vec<String> {
        let mut names = BTreeSet::new();
        let mut texts: Vec<&Text> =
            workflow.env.iter().chain(&job.env).chain(&job.with).map(|binding| &binding.value).collect();
        if let Secrets::Named(secrets) = &job.secrets {
            texts.extend(secrets.iter().map(|binding| &binding.value));
        }
        texts.extend(&job.placement);
        for step in &job.steps {
            texts.extend(step_texts(step));
        }
        for text in texts {
            secret_names(&text.text, &mut names);
        }
        if job.secrets == Secrets::Inherit {
            names.insert("*".to_owned());
        }
        names.into_iter().collect()
    }

    fn excess(&self, workflow: &Workflow, job: &Job, effective: &Effective) -> Vec<Excess> {
        let entry = |line: u64, scope: &str, granted: &str, basis: &str| Excess {
            path: workflow.path.clone(),
            job: job.id.clone(),
            line,
            scope: scope.to_owned(),
            granted: granted.to_owned(),
            basis: basis.to_owned(),
        };
        let scopes = match &effective.grant {
            None => return Vec::new(),
            Some(Grant::WriteAll) => return vec![entry(effective.line, "*", "write_all", "table")],
            Some(Grant::ReadAll) => return vec![entry(effective.line, "*", "read_all", "table")],
            Some(Grant::Scopes(scopes)) => scopes,
        };
        let writes: Vec<(&String, u64)> =
            scopes.iter().filter(|(_, (level, _))| level == "write").map(|(scope, (_, line))| (scope, *line)).collect();
        if writes.is_empty() {
            return Vec::new();
        }
        let needs = self.needs(workflow, job, 0);
        let mut found = Vec::new();
        for (scope, line) in writes {
            if needs.scopes.contains(scope) {
                continue;
            }
            let unknown = !needs.unknown.is_empty()
                || scope == "contents" && !needs.unknown_git.is_empty()
                || scope == "id-token" && !needs.unknown_identity.is_empty()
                || scope == "packages" && needs.registry;
            let basis = if needs.off.contains(scope) {
                "switched_off"
            } else if unknown {
                "unknown_step"
            } else {
                "table"
            };
            found.push(entry(line, scope, "write", basis));
        }
        found
    }

    /// What a job needs; for one that calls a workflow, what that workflow's jobs need.
    fn needs(&self, workflow: &Workflow, job: &Job, depth: usize) -> Needs {
        let mut needs = self.needs_of_steps(workflow, job);
        if let Some(uses) = &job.uses
            && let Some(callee) = self.pipelines.local_workflow(&uses.text)
            && depth < pipelines::MAX_NESTING
        {
            for job in callee.jobs.iter().take(200) {
                needs.join(self.needs(callee, job, depth + 1));
            }
        }
        needs
    }

    /// What a job has to be granted, as far as that is known, and what in it may take more. A called workflow of the
    /// repository that states its own permissions has to be granted all of them, or it does not start.
    fn needed(&self, needs: Needs, job: &Job, depth: usize) -> (BTreeMap<String, String>, Vec<String>) {
        let mut opaque = needs.opaque;
        let mut needed: BTreeMap<String, String> =
            needs.scopes.into_iter().map(|scope| (scope, "write".to_owned())).collect();
        if needs.registry && !needed.contains_key("packages") {
            opaque.push("what uses the registry that it signs in to".to_owned());
        }
        let callee = job.uses.as_ref().and_then(|uses| self.pipelines.local_workflow(&uses.text));
        let Some(callee) = callee.filter(|_| depth < pipelines::MAX_NESTING) else { return (needed, opaque) };
        for inner in callee.jobs.iter().take(200) {
            let stated = inner.permissions.as_ref().or(callee.permissions.as_ref()).map(|stated| &stated.grant);
            let scopes = match stated {
                Some(Grant::Scopes(scopes)) => {
                    scopes.iter().map(|(scope, (level, _))| (scope.clone(), level.clone())).collect()
                }
                Some(Grant::ReadAll | Grant::WriteAll) => {
                    opaque.push(format!("{} in {}", inner.id, callee.path));
                    continue;
                }
                None => {
                    let (scopes, more) = self.needed(self.needs_of_steps(callee, inner), inner, depth + 1);
                    opaque.extend(more);
                    scopes
                }
            };
            for (scope, level) in scopes.into_iter().filter(|(_, level)| level != "none") {
                let entry = needed.entry(scope).or_insert_with(|| level.clone());
                if level == "write" {
                    *entry = level;
                }
            }
        }
        (needed, opaque)
    }

    fn needs_of_steps(&self, workflow: &Workflow, job: &Job) -> Needs {
        let mut needs = Needs::default();
        if let Some(uses) = &job.uses {
            if pipelines::is_local(&uses.text) {
                if self.pipelines.local_workflow(&uses.text).is_none() {
                    needs.unknown.push(uses.text.clone());
                }
            } else {
                let (address, _) = pipelines::remote(&uses.text);
                self.needs_of_action(address, &|_| None, &mut needs);
            }
            needs.opaque = needs.unknown.clone();
        }
        let exported = workflow.env.iter().chain(&job.env).any(|binding| is_token(&binding.value.text));
        let forks = runs_for_forks(workflow, job);
        let mut git = false;
        for step in &job.steps {
            let before = (needs.unknown.len(), needs.unknown_git.len());
            self.needs_of_step(step, exported, &mut git, &mut needs, 0);
            if before == (needs.unknown.len(), needs.unknown_git.len()) {
                continue;
            }
            let handed = exported || step_texts(step).any(|text| is_token(&text.text));
            let local = step.uses.as_ref().is_some_and(|uses| pipelines::is_local(&uses.text));
            if handed || local || !(forks && condition::answer(step.condition.as_ref(), FROM_A_FORK) == Answer::Yes) {
                needs.opaque.push(step.uses.as_ref().map_or_else(|| step.label(), |uses| uses.text.clone()));
            }
        }
        needs
    }

    fn needs_of_step(&self, step: &Step, exported: bool, git: &mut bool, needs: &mut Needs, depth: usize) {
        needs.registry |= signs_in(step);
        let token = exported || step_texts(step).any(|text| is_token(&text.text));
        if let Some(run) = &step.run {
            let shell = step.shell.as_ref().map(|shell| shell.text.as_str()).unwrap_or_default();
            self.needs_of_script(&step.label(), &run.text, shell, (token, *git), needs);
        }
        let Some(uses) = &step.uses else { return };
        if pipelines::is_local(&uses.text) {
            match self.pipelines.local_action(&uses.text) {
                LocalUse::Action(action)
                    if action.composite && depth < pipelines::MAX_NESTING && self.pipelines.enter(&action) =>
                {
                    for inner in &action.steps {
                        self.needs_of_step(inner, token, git, needs, depth + 1);
                    }
                }
                _ => needs.unknown.push(uses.text.clone()),
            }
            return;
        }
        let (address, _) = pipelines::remote(&uses.text);
        match address.to_lowercase().as_str() {
            "actions/checkout" => {
                let kept = step.input("persist-credentials").is_none_or(|value| value.text.trim() != "false");
                *git |= kept;
            }
            "actions/github-script" => self.needs_of_calls(step, needs),
            _ => self.needs_of_action(address, &|name| step.input(name).map(|text| text.text.clone()), needs),
        }
    }

    fn needs_of_action(&self, address: &str, input: &dyn Fn(&str) -> Option<String>, needs: &mut Needs) {
        match self.actions.get(address) {
            Some(action) if action.is_off(input) => needs.off.extend(action.needs.iter().cloned()),
            Some(action) if is_given_another_token(input) => {
                // An identity is asked for without the token.
                let (identity, others) = action.needed(input).cloned().partition(|scope| scope == "id-token");
                let (identity, others): (Vec<String>, Vec<String>) = (identity, others);
                needs.scopes.extend(identity);
                needs.off.extend(others);
            }
            Some(action) => needs.scopes.extend(action.needed(input).cloned()),
            None => needs.unknown.push(address.to_owned()),
        }
    }

    /// Calls of the forge's client in an inline script.
    fn needs_of_calls(&self, step: &Step, needs: &mut Needs) {
        let text = step.input("script").map(|text| text.text.as_str()).unwrap_or_default();
        let lower = text.to_lowercase();
        for (call, scopes) in CALLS {
            if lower
                .match_indices(call)
                .any(|(at, _)| changes_something(lower.get(at + call.len()..).unwrap_or_default()))
            {
                needs.scopes.extend(scopes.iter().map(|scope| (*scope).to_owned()));
            }
        }
        if ["require(", "import(", "graphql", ".request(", "exec.", ".rest["].iter().any(|sign| lower.contains(sign)) {
            needs.unknown.push(step.label());
        }
    }

    /// What a script needs. `token`: it is handed the token; `git`: a checkout left credentials behind.
    fn needs_of_script(&self, label: &str, text: &str, shell: &str, (token, git): (bool, bool), needs: &mut Needs) {
        let other_language = !shell.is_empty()
            && !["bash", "sh", "pwsh", "powershell", "cmd"].iter().any(|name| shell.starts_with(name));
        let dialect =
            if shell.starts_with("p") || shell.starts_with("cmd") { Dialect::Windows } else { Dialect::Posix };
        let script = shell::split(text, dialect);
        let mut unknown = other_language;
        let mut found = false;
        for command in shell::flatten(&script.commands) {
            for bare in self.steps.unwrap(command) {
                match self.steps.scopes(&bare) {
                    Some(scopes) => {
                        found |= !scopes.is_empty();
                        needs.scopes.extend(scopes);
                    }
                    None => unknown |= self.steps.recognise(&bare).is_empty() || bare.program == "make",
                }
            }
        }
        if unknown {
            needs.unknown_identity.push(label.to_owned());
            if git {
                needs.unknown_git.push(label.to_owned());
            }
        }
        // A step that is handed the token and does nothing known with it.
        if token && (unknown || !found) {
            needs.unknown.push(label.to_owned());
        }
    }

    /// Everything of other repositories that the workflows use.
    pub(super) fn remotes(&self) -> Vec<Remote> {
        let mut found = Vec::new();
        for workflow in &self.pipelines.workflows {
            for job in &workflow.jobs {
                if let Some(uses) = job.uses.as_ref().filter(|uses| !pipelines::is_local(&uses.text)) {
                    let secrets = match &job.secrets {
                        Secrets::None => "none",
                        Secrets::Inherit => "inherit",
                        Secrets::Named(_) => "named",
                    };
                    found.push(self.remote(&workflow.path, &job.id, uses, "workflow", secrets));
                }
                for step in &job.steps {
                    let Some(uses) = step.uses.as_ref().filter(|uses| !pipelines::is_local(&uses.text)) else {
                        continue;
                    };
                    let kind = if uses.text.starts_with("docker://") { "image" } else { "action" };
                    let mut names = BTreeSet::new();
                    step_texts(step).for_each(|text| secret_names(&text.text, &mut names));
                    names.remove("GITHUB_TOKEN");
                    found.push(self.remote(
                        &workflow.path,
                        &job.id,
                        uses,
                        kind,
                        if names.is_empty() { "none" } else { "named" },
                    ));
                }
            }
        }
        found.sort_by(|a, b| (&a.path, a.line, &a.uses).cmp(&(&b.path, b.line, &b.uses)));
        found
    }

    fn remote(&self, path: &str, job: &str, uses: &Text, kind: &str, secrets: &str) -> Remote {
        let (address, reference) = pipelines::remote(&uses.text);
        Remote {
            path: path.to_owned(),
            line: uses.line,
            job: job.to_owned(),
            uses: address.to_owned(),
            reference: reference.to_owned(),
            kind: kind.to_owned(),
            pinned: pipelines::is_pinned(reference),
            known: self.actions.get(address).is_some(),
            secrets: secrets.to_owned(),
        }
    }

    /// Every declared input, and payloads that a workflow reads.
    pub(super) fn inputs(&self) -> Vec<Input> {
        let mut found = Vec::new();
        for workflow in &self.pipelines.workflows {
            for input in &workflow.inputs {
                found.push(Input {
                    system: workflow.system.clone(),
                    path: workflow.path.clone(),
                    line: input.line,
                    trigger: input.event.clone(),
                    name: input.name.clone(),
                    input_type: input.kind.clone(),
                });
            }
            for (name, line) in payloads(workflow) {
                found.push(Input {
                    system: workflow.system.clone(),
                    path: workflow.path.clone(),
                    line,
                    trigger: "repository_dispatch".to_owned(),
                    name,
                    input_type: "untyped".to_owned(),
                });
            }
        }
        found
    }
}

impl Needs {
    fn join(&mut self, other: Self) {
        self.scopes.extend(other.scopes);
        self.off.extend(other.off);
        self.unknown.extend(other.unknown);
        self.unknown_git.extend(other.unknown_git);
        self.unknown_identity.extend(other.unknown_identity);
        self.opaque.extend(other.opaque);
    }
}

/// The same job on another way: the wider grant and the weaker statement count.
fn merge(known: &mut JobFact, other: JobFact) {
    known.triggers.extend(other.triggers);
    known.triggers.sort_unstable();
    known.triggers.dedup();
    if other.permission_source == "default" {
        known.permission_source = other.permission_source;
    }
    if other.permission_all.as_deref() == Some("write_all") || known.permission_all.is_none() {
        known.permission_all = other.permission_all.or(known.permission_all.take());
    }
    for (scope, level) in other.permissions {
        let entry = known.permissions.entry(scope).or_insert_with(|| level.clone());
        if level == "write" {
            *entry = level;
        }
    }
    for (scope, level) in other.needed {
        let entry = known.needed.entry(scope).or_insert_with(|| level.clone());
        if level == "write" {
            *entry = level;
        }
    }
    known.guards.retain(|guard| other.guards.contains(guard));
}

/// A change request by a person from a fork. The token that its run gets only reads, whatever the settings say.
const FROM_A_FORK: Situation<'_> = Situation { event: "pull_request", ordinary: true, also_pushes: false };

/// Whether a job runs for change requests from forks, with everything that it waits for.
fn runs_for_forks(workflow: &Workflow, job: &Job) -> bool {
    let runs = |job: &Job| condition::answer(job.condition.as_ref(), FROM_A_FORK) == Answer::Yes;
    let needed = super::capabilities::closure(workflow, job);
    workflow.triggers.iter().any(|trigger| trigger.event == FROM_A_FORK.event)
        && runs(job)
        && workflow.jobs.iter().filter(|other| needed.contains(&other.id)).all(runs)
}

/// Texts of a step in which an expression may stand.
pub(super) fn step_texts(step: &Step) -> impl Iterator<Item = &Text> {
    step.run.iter().chain(step.env.iter().chain(&step.with).map(|binding| &binding.value)).chain(&step.condition)
}

/// Whether a text hands over the token that the forge issued for the task.
fn is_token(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower.contains("github.token") || lower.contains("github_token") || lower.contains("secrets.gh_token")
}

/// Adds the names of secrets that expressions of a text mention.
pub(super) fn secret_names(text: &str, names: &mut BTreeSet<String>) {
    fn gather(expression: &Expression, names: &mut BTreeSet<String>) {
        match expression {
            Expression::Value(steps) => {
                let name = dotted(steps);
                if name == "secrets" {
                    names.insert("*".to_owned());
                } else if let Some(secret) = name.strip_prefix("secrets.") {
                    names.insert(secret.to_uppercase());
                }
            }
            Expression::And(parts) | Expression::Or(parts) | Expression::Call(_, parts) => {
                parts.iter().for_each(|part| gather(part, names))
            }
            Expression::Not(inner) | Expression::Part(inner, _) => gather(inner, names),
            Expression::Compare(_, left, right) => {
                gather(left, names);
                gather(right, names);
            }
            _ => {}
        }
    }
    if text.contains("${{") {
        for fragment in expression::fragments(text).0 {
            gather(&fragment.expression, names);
        }
    }
}

/// Labels of the machines that a job runs on, with the values of its matrix.
fn runner_labels(job: &Job) -> Vec<String> {
    let mut labels = Vec::new();
    for label in &job.runs_on {
        let (fragments, _) = expression::fragments(label);
        match fragments.first().map(|fragment| &fragment.expression) {
            Some(Expression::Value(steps)) => {
                let name = dotted(steps);
                let values = name.strip_prefix("matrix.").and_then(|key| job.matrix.values.get(key));
                labels.extend(values.into_iter().flatten().map(|value| value.text.clone()));
            }
            Some(_) => {}
            None => labels.push(label.clone()),
        }
    }
    labels
}

/// Guards before the last job of a run, on every event that starts it.
pub(super) fn guards_of(run: &Run<'_>) -> Vec<Guard> {
    guards_on(run, |_| true)
}

/// Guards before the last job of a run, on every event of those that are asked about.
pub(super) fn guards_on(run: &Run<'_>, asked: impl Fn(&str) -> bool) -> Vec<Guard> {
    let mut common: Option<Vec<Guard>> = None;
    for trigger in run.triggers.iter().filter(|trigger| asked(&trigger.event)) {
        let mut found: Vec<Guard> = Vec::new();
        for (workflow, job) in &run.chain {
            found.extend(condition::guards(job.condition.as_ref(), &trigger.event));
            if !condition::runs_after_skips(job.condition.as_ref()) {
                let needed = super::capabilities::closure(workflow, job);
                for other in workflow.jobs.iter().filter(|other| needed.contains(&other.id)) {
                    found.extend(condition::guards(other.condition.as_ref(), &trigger.event));
                }
            }
        }
        common = Some(match common {
            None => found,
            Some(known) => known.into_iter().filter(|guard| found.contains(guard)).collect(),
        });
    }
    let mut guards = common.unwrap_or_default();
    guards.dedup();
    guards
}

/// Parts of `github.event.client_payload` that a workflow reads, with their lines.
fn payloads(workflow: &Workflow) -> Vec<(String, u64)> {
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    let mut texts: Vec<&Text> = workflow.env.iter().map(|binding| &binding.value).collect();
    for job in &workflow.jobs {
        texts.extend(job.env.iter().chain(&job.with).chain(&job.outputs).map(|binding| &binding.value));
        texts.extend(job.steps.iter().flat_map(step_texts));
    }
    for text in texts {
        let lower = text.text.to_lowercase();
        let mut from = 0;
        while let Some(at) = lower.get(from..).and_then(|rest| rest.find("client_payload")).map(|at| from + at) {
            from = at + "client_payload".len();
            let rest = lower.get(from..).unwrap_or_default();
            let name: String = rest
                .trim_start_matches(['.', '[', '\''])
                .chars()
                .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
                .collect();
            found.entry(if name.is_empty() { "*".to_owned() } else { name }).or_insert_with(|| text.line_at(at));
        }
    }
    found.into_iter().collect()
}
