//! What the pipelines of the Actions family do, step by step, and when.

use std::collections::BTreeSet;

use super::Capability;
use super::commands::{ActionRule, Known};
use super::condition::{self, Answer, Situation};
use super::expression::{self, Expression, Step as Part, dotted};
use super::filters::{self, PathFilters};
use super::pipelines::{self, LocalUse, Pipelines, Run};
use super::recognise::{Found, Recogniser, Setting, Statics, hints_test, variants};
use super::shell::Dialect;
use super::workflow::{Binding, Defaults, Flag, Job, Step, Text, Trigger, Workflow};
use crate::yaml;

/// What capabilities are derived from.
pub(super) struct Sources<'a> {
    pub(super) pipelines: &'a Pipelines<'a>,
    pub(super) recogniser: &'a Recogniser<'a>,
    pub(super) filters: &'a PathFilters<'a>,
    pub(super) primary: Option<&'a str>,
}

/// When one run of a job happens.
#[derive(Debug, Clone, Default)]
struct When {
    triggers: BTreeSet<&'static str>,
    filtered: &'static str,
    /// A condition that may leave it out on some change requests.
    condition: Option<String>,
}

/// The steps of one job in one run, on the way down into local actions.
struct Place<'a> {
    run: &'a Run<'a>,
    path: &'a str,
    job: &'a Job,
    when: &'a When,
    statics: Statics,
    defaults: Defaults,
    blocking: bool,
    disabled: bool,
    depth: usize,
}

/// All capabilities of all workflows.
pub(super) fn collect(sources: &Sources<'_>) -> (Vec<Capability>, bool) {
    let (runs, complete) = sources.pipelines.runs();
    let mut out = Vec::new();
    for run in &runs {
        let (Some(workflow), Some(job)) = (run.workflow(), run.job()) else { continue };
        let when = sources.when(run);
        let mut statics = Statics::default();
        sources.statics(run, &mut statics);
        let defaults = Defaults {
            shell: job.defaults.shell.clone().or_else(|| workflow.defaults.shell.clone()),
            directory: job.defaults.directory.clone().or_else(|| workflow.defaults.directory.clone()),
        };
        let blocking = run.chain.iter().all(|(_, job)| is_blocking(&job.continue_on_error, job));
        let disabled = run.chain.iter().any(|(_, job)| condition::is_never(job.condition.as_ref()));
        let place =
            Place { run, path: &workflow.path, job, when: &when, statics, defaults, blocking, disabled, depth: 0 };
        if let Some(uses) = job.uses.as_ref().filter(|uses| !pipelines::is_local(&uses.text)) {
            sources.remote_workflow(&place, uses, &mut out);
        }
        for step in &job.steps {
            sources.step(&place, step, &mut out);
        }
    }
    (out, complete)
}

/// Sorts entries by place and leaves out those that tell the same.
pub(super) fn in_order(list: &mut Vec<Capability>) {
    list.sort_by(|a, b| (&a.path, a.line, &a.kind, &a.job, &a.tool).cmp(&(&b.path, b.line, &b.kind, &b.job, &b.tool)));
    list.dedup_by(|a, b| same(a, b));
}

/// Whether two entries tell the same; then the second one's triggers are already in the first one.
fn same(a: &Capability, b: &Capability) -> bool {
    (&a.kind, &a.tool, &a.path, &a.job, a.line, &a.triggers, &a.check_name)
        == (&b.kind, &b.tool, &b.path, &b.job, b.line, &b.triggers, &b.check_name)
        && (a.blocking, a.disabled, &a.condition) == (b.blocking, b.disabled, &b.condition)
}

impl Sources<'_> {
    fn when(&self, run: &Run<'_>) -> When {
        let also_pushes = run.triggers.iter().any(|trigger| {
            trigger.event == "push"
                && trigger.branches.is_none()
                && trigger.branches_ignore.is_none()
                && trigger.tags.is_none()
        });
        let mut when = When { filtered: "no", ..When::default() };
        for trigger in run.triggers {
            let names = names(trigger, self.primary);
            let situation = Situation { event: &trigger.event, ordinary: true, also_pushes };
            let (answer, condition, changed_files) = self.chain_answer(run, situation);
            if answer == Answer::No {
                continue;
            }
            let before_merge = names.contains(&"change_request") || names.contains(&"merge_queue");
            if before_merge {
                let filtered = self.filters.of_trigger(trigger);
                when.filtered = worse(when.filtered, worse(filtered, changed_files));
                if answer == Answer::Depends {
                    when.condition = when.condition.or(condition);
                }
            }
            when.triggers.extend(names);
        }
        if !when.triggers.contains("change_request") && !when.triggers.contains("merge_queue") {
            let filtered = run.triggers.iter().map(|trigger| self.filters.of_trigger(trigger));
            when.filtered = filtered.fold("no", worse);
        }
        when
    }

    /// Whether every job on the way, and what it waits for, runs on an event; with the condition that it depends on.
    fn chain_answer(&self, run: &Run<'_>, situation: Situation<'_>) -> (Answer, Option<String>, &'static str) {
        let mut answer = Answer::Yes;
        let mut why = None;
        let mut filtered = "no";
        for (workflow, job) in &run.chain {
            let mut conditions: Vec<&Text> = job.condition.iter().collect();
            if !condition::runs_after_skips(job.condition.as_ref()) {
                let needed = closure(workflow, job);
                conditions.extend(
                    workflow
                        .jobs
                        .iter()
                        .filter(|other| needed.contains(&other.id))
                        .filter_map(|other| other.condition.as_ref()),
                );
            }
            for text in conditions {
                match condition::answer(Some(text), situation) {
                    Answer::Yes => {}
                    Answer::No => return (Answer::No, None, "no"),
                    Answer::Depends => match self.changed_files(workflow, job, text, situation) {
                        Some(class) => filtered = worse(filtered, class),
                        None => {
                            answer = Answer::Depends;
                            why.get_or_insert_with(|| shorten(&text.text));
                        }
                    },
                }
            }
        }
        (answer, why, filtered)
    }

    /// The class of a condition that asks nothing but which files changed: `non_code` or `code`.
    fn changed_files(
        &self,
        workflow: &Workflow,
        job: &Job,
        text: &Text,
        situation: Situation<'_>,
    ) -> Option<&'static str> {
        let expression = expression::condition(&text.text)?;
        let mut names = Vec::new();
        output_names(&expression, &mut names);
        let mut class = "no";
        let mut known = Vec::new();
        for name in &names {
            if let Some(found) = self.filter_behind(workflow, job, name) {
                class = worse(class, found);
                known.push(name.clone());
            }
        }
        let rest = condition::answer_assuming(&expression, situation, &known);
        (!known.is_empty() && rest == Answer::Yes).then_some(class)
    }

    /// What an output such as `needs.changes.outputs.src` leaves out, if a step that filters changed files makes it.
    fn filter_behind(&self, workflow: &Workflow, job: &Job, name: &str) -> Option<&'static str> {
        let parts: Vec<&str> = name.split('.').collect();
        let (job, step, output) = match parts.as_slice() {
            ["needs", id, "outputs", output] => {
                let other = workflow.jobs.iter().find(|job| job.id.eq_ignore_ascii_case(id))?;
                let value = &other.outputs.iter().find(|binding| binding.name.eq_ignore_ascii_case(output))?.value;
                let (fragments, _) = expression::fragments(&value.text);
                let [fragment] = fragments.as_slice() else { return None };
                let Expression::Value(steps) = &fragment.expression else { return None };
                let inner = dotted(steps);
                let parts: Vec<String> = inner.split('.').map(str::to_owned).collect();
                match parts.as_slice() {
                    [steps, step, outputs, output] if steps == "steps" && outputs == "outputs" => {
                        (other, step.clone(), output.clone())
                    }
                    _ => return None,
                }
            }
            ["steps", step, "outputs", output] => (job, (*step).to_owned(), (*output).to_owned()),
            _ => return None,
        };
        let step = job.steps.iter().find(|candidate| candidate.id.as_deref() == Some(step.as_str()))?;
        let (address, _) = pipelines::remote(&step.uses.as_ref()?.text);
        match address.to_lowercase().as_str() {
            "dorny/paths-filter" => {
                let root = yaml::parse(&step.input("filters")?.text).ok()??;
                let (_, patterns) = root
                    .entries()
                    .iter()
                    .find(|(name, _)| name.as_str().is_some_and(|name| name.eq_ignore_ascii_case(&output)))?;
                let patterns: Vec<String> = super::workflow::texts(patterns).into_iter().map(str::to_owned).collect();
                Some(self.filters.left_out(&patterns, false))
            }
            "tj-actions/changed-files" if output.starts_with("any_") => {
                let lines = |name: &str| {
                    step.input(name).map(|text| {
                        text.text
                            .lines()
                            .map(|line| line.trim().to_owned())
                            .filter(|line| !line.is_empty())
                            .collect::<Vec<_>>()
                    })
                };
                match (lines("files"), lines("files_ignore")) {
                    (Some(files), _) => Some(self.filters.left_out(&files, false)),
                    (None, Some(ignored)) => Some(self.filters.left_out(&ignored, true)),
                    (None, None) => Some("no"),
                }
            }
            _ => None,
        }
    }

    /// Values of `env` and of inputs that are the same in every run.
    fn statics(&self, run: &Run<'_>, statics: &mut Statics) {
        for (index, (workflow, job)) in run.chain.iter().enumerate() {
            if let Some((_, caller)) = index.checked_sub(1).and_then(|before| run.chain.get(before)) {
                bind(&caller.with, "inputs.", statics);
            }
            statics.values.retain(|name, _| !name.starts_with("env."));
            statics.variables.clear();
            bind_env(&workflow.env, statics);
            bind_env(&job.env, statics);
        }
    }

    fn step(&self, place: &Place<'_>, step: &Step, out: &mut Vec<Capability>) {
        let condition = step.condition.as_ref();
        let never = condition::is_never(condition);
        let blocking = place.blocking && is_blocking(&step.continue_on_error, place.job);
        let (triggers, filtered, dependent) = self.step_when(place, condition);
        let mut statics = place.statics.clone();
        bind_env(&step.env, &mut statics);
        let entry = |found: &Found, line: u64| {
            let mut capability = self.capability(place, &found.known, found.resolved, line);
            capability.blocking = blocking && found.blocking;
            capability.disabled = place.disabled || never;
            capability.triggers = triggers.iter().map(|name| (*name).to_owned()).collect();
            filtered.clone_into(&mut capability.path_filtered);
            capability.condition = place.when.condition.clone().or_else(|| dependent.clone());
            capability
        };
        if let Some(run) = &step.run {
            let shell = step.shell.as_ref().map(|shell| shell.text.clone()).or_else(|| place.defaults.shell.clone());
            for found in self.script(place, &run.text, shell.as_deref(), step.directory.as_ref(), &statics) {
                out.push(entry(&found, run.line_at(found.offset)));
            }
        }
        let Some(uses) = &step.uses else { return };
        if pipelines::is_local(&uses.text) {
            if let LocalUse::Action(action) = self.pipelines.local_action(&uses.text)
                && action.composite
                && place.depth < pipelines::MAX_NESTING
                && action.path != place.path
                && self.pipelines.enter(&action)
            {
                let mut statics = statics.clone();
                statics.values.retain(|name, _| !name.starts_with("inputs."));
                let defaults: Vec<Binding> = action
                    .inputs
                    .iter()
                    .filter_map(|(name, value)| Some(Binding { name: name.clone(), value: value.clone()? }))
                    .collect();
                bind(&defaults, "inputs.", &mut statics);
                bind(&step.with, "inputs.", &mut statics);
                let when = When {
                    triggers: triggers.clone(),
                    filtered,
                    condition: place.when.condition.clone().or_else(|| dependent.clone()),
                };
                let inner = Place {
                    run: place.run,
                    path: &action.path,
                    job: place.job,
                    when: &when,
                    statics,
                    defaults: Defaults::default(),
                    blocking,
                    disabled: place.disabled || never,
                    depth: place.depth + 1,
                };
                for step in &action.steps {
                    self.step(&inner, step, out);
                }
            }
            return;
        }
        let (address, _) = pipelines::remote(&uses.text);
        for found in self.action(place, address, &|name| step.input(name).map(|text| text.text.clone()), &statics) {
            out.push(entry(&found, step.line));
        }
    }

    /// When a step runs, given when its job does.
    fn step_when(
        &self,
        place: &Place<'_>,
        condition: Option<&Text>,
    ) -> (BTreeSet<&'static str>, &'static str, Option<String>) {
        let mut triggers = BTreeSet::new();
        let mut dependent = None;
        let mut filtered = place.when.filtered;
        let Some(text) = condition else { return (place.when.triggers.clone(), filtered, None) };
        let also_pushes = place.when.triggers.contains("push_primary");
        for trigger in place.run.triggers {
            let situation = Situation { event: &trigger.event, ordinary: true, also_pushes };
            let names = names(trigger, self.primary);
            let before_merge = names.contains(&"change_request") || names.contains(&"merge_queue");
            match condition::answer(Some(text), situation) {
                Answer::No => continue,
                Answer::Depends if before_merge => {
                    let workflow = place.run.workflow();
                    match workflow.and_then(|workflow| self.changed_files(workflow, place.job, text, situation)) {
                        Some(class) => filtered = worse(filtered, class),
                        None => dependent = Some(shorten(&text.text)),
                    }
                }
                _ => {}
            }
            triggers.extend(names.into_iter().filter(|name| place.when.triggers.contains(name)));
        }
        (triggers, filtered, dependent)
    }

    fn script(
        &self,
        place: &Place<'_>,
        text: &str,
        shell: Option<&str>,
        directory: Option<&Text>,
        statics: &Statics,
    ) -> Vec<Found> {
        let shell = shell.unwrap_or_default();
        let name = shell.split_whitespace().next().unwrap_or_default();
        if ["python", "node", "perl", "ruby"].iter().any(|other| name.starts_with(other)) {
            return Vec::new();
        }
        let windows = matches!(name, "pwsh" | "powershell" | "cmd");
        let directory =
            directory.map(|text| text.text.as_str()).or(place.defaults.directory.as_deref()).unwrap_or_default();
        let directory = variants(directory, &place.job.matrix, statics).into_iter().next().unwrap_or_default();
        let setting = Setting {
            directory: directory.trim_start_matches("./").trim_end_matches('/').to_owned(),
            dialect: if windows { Dialect::Windows } else { Dialect::Posix },
            // The forge adds it for a shell named `bash`, and not for the default.
            pipefail: name == "bash",
        };
        let mut found: Vec<Found> = Vec::new();
        for (index, text) in variants(text, &place.job.matrix, statics).into_iter().enumerate() {
            for item in self.recogniser.script(&text, &setting, statics) {
                // Places in later variants are those of the first only when nothing was put in.
                let known = found.iter().any(|other| other.known == item.known);
                if index == 0 || !known {
                    found.push(item);
                }
            }
        }
        found
    }

    /// What an action or reusable workflow of another repository does.
    fn action(
        &self,
        place: &Place<'_>,
        address: &str,
        input: &dyn Fn(&str) -> Option<String>,
        statics: &Statics,
    ) -> Vec<Found> {
        let filled = |name: &str| input(name).map(|text| variants(&text, &place.job.matrix, statics).join("\n"));
        let mut found = Vec::new();
        for rule in self.recogniser.steps.action_rules(address).filter(|rule| rule.holds(filled)) {
            for known in rule.known(address) {
                found.push(Found { known, resolved: "direct", blocking: true, offset: 0 });
            }
            found.extend(self.command_inputs(place, rule, &filled, statics));
        }
        // The command-line tools behind actions differ in one respect that matters: they can be told to go on.
        let goes_on = [
            ("fail-on-severity", "none"),
            ("exit-code", "0"),
            ("fail-build", "false"),
            ("fail-on-vuln", "false"),
            ("warn-only", "true"),
        ];
        if goes_on.iter().any(|(name, value)| input(name).is_some_and(|given| given.trim() == *value)) {
            found
                .iter_mut()
                .filter(|item| matches!(item.known.kind.as_str(), "sca" | "sast" | "secret_scan"))
                .for_each(|item| item.blocking = false);
        }
        found
    }

    fn command_inputs(
        &self,
        place: &Place<'_>,
        rule: &ActionRule,
        input: &dyn Fn(&str) -> Option<String>,
        statics: &Statics,
    ) -> Vec<Found> {
        let mut found = Vec::new();
        for name in &rule.command_input {
            let Some(text) = input(name) else { continue };
            let arguments = rule.arguments.as_ref().and_then(|name| input(name)).unwrap_or_default();
            let prefix = rule.prefix.clone().unwrap_or_default();
            let text = format!("{prefix} {text} {arguments}");
            let directory =
                ["working-directory", "build-root-directory", "cwd", "dir"].iter().find_map(|name| input(name));
            let directory = directory.map(|text| Text { line: 0, text });
            found.extend(self.script(place, text.trim(), None, directory.as_ref(), statics));
        }
        found
    }

    fn remote_workflow(&self, place: &Place<'_>, uses: &Text, out: &mut Vec<Capability>) {
        let (address, _) = pipelines::remote(&uses.text);
        let input = |name: &str| {
            place
                .job
                .with
                .iter()
                .find(|binding| binding.name.eq_ignore_ascii_case(name))
                .map(|binding| binding.value.text.clone())
        };
        let mut found = self.action(place, address, &input, &place.statics);
        let known = self.recogniser.steps.action_rules(address).next().is_some();
        if !known && (hints_test(address) || hints_test(&place.job.id)) {
            let known = Known { kind: "test".to_owned(), tool: address.to_owned(), covers: Vec::new() };
            found.push(Found { known, resolved: "opaque", blocking: true, offset: 0 });
        }
        for item in found {
            let mut capability = self.capability(place, &item.known, item.resolved, uses.line);
            capability.blocking = place.blocking && item.blocking;
            out.push(capability);
        }
    }

    fn capability(&self, place: &Place<'_>, known: &Known, resolved: &str, line: u64) -> Capability {
        let workflow = place.run.workflow();
        Capability {
            kind: known.kind.clone(),
            tool: known.tool.clone(),
            covers: known.covers.clone(),
            system: workflow.map(|workflow| workflow.system.clone()).unwrap_or_default(),
            path: place.path.to_owned(),
            job: place.job.id.clone(),
            line,
            triggers: place.when.triggers.iter().map(|name| (*name).to_owned()).collect(),
            path_filtered: place.when.filtered.to_owned(),
            condition: place.when.condition.clone(),
            resolved: resolved.to_owned(),
            blocking: place.blocking,
            disabled: place.disabled,
            check_name: Some(check_name(place.run)),
            needs: workflow.map(|workflow| closure(workflow, place.job).into_iter().collect()).unwrap_or_default(),
        }
    }
}

/// Values with a fixed text under a prefix.
fn bind(bindings: &[Binding], prefix: &str, statics: &mut Statics) {
    for binding in bindings {
        let key = format!("{prefix}{}", binding.name.to_lowercase());
        if binding.value.text.contains("${{") {
            statics.values.remove(&key);
        } else {
            statics.values.insert(key, binding.value.text.clone());
        }
    }
}

fn bind_env(bindings: &[Binding], statics: &mut Statics) {
    bind(bindings, "env.", statics);
    for binding in bindings {
        match statics.values.get(&format!("env.{}", binding.name.to_lowercase())) {
            Some(value) => statics.variables.insert(binding.name.clone(), value.clone()),
            None => statics.variables.remove(&binding.name),
        };
    }
}

fn worse(a: &'static str, b: &'static str) -> &'static str {
    let rank = |class: &str| match class {
        "no" => 0,
        "non_code" => 1,
        _ => 2,
    };
    if rank(a) >= rank(b) { a } else { b }
}

/// The jobs that a job waits for, directly or not.
pub(super) fn closure(workflow: &Workflow, job: &Job) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open: Vec<&str> = job.needs.iter().map(String::as_str).collect();
    while let Some(id) = open.pop() {
        if !found.insert(id.to_owned()) {
            continue;
        }
        if let Some(job) = workflow.jobs.iter().find(|job| job.id == id) {
            open.extend(job.needs.iter().map(String::as_str));
        }
    }
    found
}

/// Our words for a trigger.
fn names(trigger: &Trigger, primary: Option<&str>) -> Vec<&'static str> {
    let primary = filters::covers_primary(trigger, primary);
    match trigger.event.as_str() {
        "pull_request" | "pull_request_target" => {
            let has = |kind: &str| trigger.types.iter().any(|name| name == kind);
            let every = trigger.types.is_empty() || has("opened") && has("synchronize");
            vec![if every && primary { "change_request" } else { "other" }]
        }
        "merge_group" => vec![if primary { "merge_queue" } else { "other" }],
        "push" => {
            let mut names = Vec::new();
            let branches = trigger.branches.is_some() || trigger.branches_ignore.is_some();
            let tags = trigger.tags.is_some() || trigger.tags_ignore.is_some();
            if (branches || !tags) && primary {
                names.push("push_primary");
            }
            if !branches && !tags
                || branches && !primary
                || trigger.branches.as_ref().is_some_and(|branches| branches.len() > 1)
            {
                names.push("push");
            }
            if tags || !branches {
                names.push("tag");
            }
            names
        }
        "release" => vec!["release"],
        "schedule" => vec!["schedule"],
        "workflow_dispatch" => vec!["manual"],
        _ => vec!["other"],
    }
}

/// Whether a job or step that fails stops what follows it.
fn is_blocking(flag: &Flag, job: &Job) -> bool {
    match flag {
        Flag::No => true,
        Flag::Yes => false,
        Flag::Depends(text) => match expression::condition(text) {
            // Some leg of the matrix counts.
            Some(Expression::Value(steps)) => match steps.as_slice() {
                [Part::Name(matrix), Part::Name(key)] if matrix == "matrix" => {
                    let values = job.matrix.values.get(key);
                    !job.matrix.axes.contains(key) && !job.matrix.axes.is_empty()
                        || values.is_some_and(|values| values.iter().any(|value| value.text == "false"))
                }
                _ => false,
            },
            Some(expression) => {
                let situation = Situation { event: "pull_request", ordinary: true, also_pushes: false };
                condition::answer_assuming(&expression, situation, &[]) == Answer::No
            }
            None => false,
        },
    }
}

/// The name of the check that a run makes, as the forge composes it; `*` for what differs between runs.
fn check_name(run: &Run<'_>) -> String {
    let parts: Vec<String> = run
        .chain
        .iter()
        .map(|(_, job)| {
            let name = job.name.clone().unwrap_or_else(|| job.id.clone());
            let (fragments, _) = expression::fragments(&name);
            if fragments.is_empty() {
                let matrix = !job.matrix.values.is_empty() || !job.matrix.dynamic.is_empty();
                return if matrix { format!("{name} (*)") } else { name };
            }
            let mut out = String::new();
            let mut at = 0;
            for fragment in fragments {
                out.push_str(name.get(at..fragment.start).unwrap_or_default());
                out.push('*');
                at = fragment.end;
            }
            out.push_str(name.get(at..).unwrap_or_default());
            out
        })
        .collect();
    parts.join(" / ")
}

/// Names of outputs that an expression asks for.
fn output_names(expression: &Expression, out: &mut Vec<String>) {
    match expression {
        Expression::Value(steps) => {
            let name = dotted(steps);
            if name.contains(".outputs.") {
                out.push(name);
            }
        }
        Expression::And(parts) | Expression::Or(parts) | Expression::Call(_, parts) => {
            parts.iter().for_each(|part| output_names(part, out))
        }
        Expression::Not(inner) | Expression::Part(inner, _) => output_names(inner, out),
        Expression::Compare(_, left, right) => {
            output_names(left, out);
            output_names(right, out);
        }
        _ => {}
    }
}

fn shorten(text: &str) -> String {
    text.trim().chars().take(160).collect()
}
