//! Follows values of outsiders, of those who may push and of collaborators through workflows to the places where a text
//! becomes code. It walks every workflow that an event starts, into local workflows and actions.

use std::collections::{BTreeMap, BTreeSet};

use super::actions::{Action, Actions};
use super::checkouts::{Desk, Place as CheckoutPlace};
use super::commands::Steps;
use super::condition::{self, Answer, Situation};
use super::elsewhere;
use super::findings::Findings;
use super::pipelines::{self, LocalUse, Pipelines, Run};
use super::privilege;
use super::rewrite::{self, Spliced};
use super::scope::{Scope, Yield};
use super::shell::Dialect;
use super::trace::{self, Before, Kind, Origin, Outputs, join, via};
use super::values::{Control, Values};
use super::workflow::{Job, LocalAction, Step, Text, Trigger, Workflow};
use super::{Checkout, Flow, Guard};

/// Jobs walked in all, counting one again for every way that leads to it.
const MAX_JOBS: usize = 4_000;

/// What the walk needs.
pub(super) struct Sources<'a> {
    pub(super) pipelines: &'a Pipelines<'a>,
    pub(super) actions: &'a Actions,
    pub(super) values: &'a Values,
    pub(super) steps: &'a Steps,
    pub(super) privileges: &'a privilege::Sources<'a>,
}

/// What the walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) flows: Findings,
    pub(super) checkouts: Vec<Checkout>,
    /// Local actions and workflows that are not in the tree, by the file that names them.
    pub(super) unresolved: BTreeMap<String, String>,
    /// Whether everything was walked.
    pub(super) complete: bool,
}

/// The job that is being walked.
struct Here<'a> {
    run: Run<'a>,
    /// The file that the steps stand in.
    path: String,
    system: String,
    job: &'a Job,
    guards: Vec<Guard>,
    shell: Option<String>,
    directory: Option<String>,
    depth: usize,
}

impl Here<'_> {
    /// The workflow file, also inside an action.
    fn workflow_path(&self) -> String {
        self.run.workflow().map_or_else(|| self.path.clone(), |workflow| workflow.path.clone())
    }
}

/// Where a value arrives.
struct Arrival<'b> {
    line: u64,
    step: &'b str,
    expression: &'b str,
    sink: &'static str,
    guards: &'b [Guard],
    /// The script it stands in, where the expression itself is pasted into one.
    spliced: Option<Spliced<'b>>,
}

impl<'a> Sources<'a> {
    pub(super) fn collect(&'a self) -> Found {
        let mut found = Found { complete: true, ..Found::default() };
        let called = self.pipelines.called();
        let mut budget = MAX_JOBS;
        for workflow in &self.pipelines.workflows {
            let only_called = workflow.triggers.iter().all(|trigger| trigger.event == "workflow_call");
            if !(only_called && called.contains(workflow.path.as_str())) {
                self.workflow(workflow, &[], &workflow.triggers, &BTreeMap::new(), &mut budget, &mut found);
            }
        }
        found.complete &= budget > 0;
        found.checkouts.sort_by(|a, b| (&a.path, a.line, &a.job, &a.via).cmp(&(&b.path, b.line, &b.job, &b.via)));
        found
    }

    /// Walks a workflow and yields what its caller gets from it.
    fn workflow(
        &'a self,
        workflow: &'a Workflow,
        chain: &[(&'a Workflow, &'a Job)],
        triggers: &'a [Trigger],
        given: &BTreeMap<String, Vec<Origin>>,
        budget: &mut usize,
        found: &mut Found,
    ) -> Outputs {
        let mut base = Scope::new(self.values, triggers.iter().collect());
        base.declare(&workflow.inputs);
        for (name, origins) in given {
            let coerced = workflow.inputs.iter().any(|input| {
                input.name.eq_ignore_ascii_case(name) && matches!(input.kind.as_str(), "boolean" | "number")
            });
            if !coerced {
                join(base.inputs.entry(name.clone()).or_default(), via(origins, "input"));
            }
        }
        base.bind_env(&workflow.env);
        for job in in_order(&workflow.jobs) {
            if *budget == 0 {
                found.complete = false;
                break;
            }
            *budget -= 1;
            let mut links = chain.to_vec();
            links.push((workflow, job));
            let run = Run { chain: links, triggers };
            let outputs = self.job(workflow, job, run, &base, budget, found);
            base.needs.insert(job.id.to_lowercase(), outputs);
        }
        let mut outputs = Outputs::default();
        for binding in &workflow.outputs {
            outputs.named.insert(binding.name.clone(), base.text(&binding.value));
        }
        outputs
    }

    fn job(
        &'a self,
        workflow: &'a Workflow,
        job: &'a Job,
        run: Run<'a>,
        base: &Scope<'a>,
        budget: &mut usize,
        found: &mut Found,
    ) -> Outputs {
        let mut scope = base.clone();
        // Each job on the way, up to the one whose workflow calls, lets only some events through.
        scope.triggers.retain(|trigger| run.chain.iter().all(|(workflow, job)| reaches(workflow, job, &trigger.event)));
        if scope.triggers.is_empty() && !workflow.triggers.is_empty() {
            return Outputs::default();
        }
        scope.pin(job.condition.as_ref());
        scope.bind_matrix(&job.matrix);
        scope.bind_env(&job.env);
        let guards = privilege::guards_of(&run);
        let here = Here {
            path: workflow.path.clone(),
            system: workflow.system.clone(),
            job,
            guards,
            shell: job.defaults.shell.clone().or_else(|| workflow.defaults.shell.clone()),
            directory: job.defaults.directory.clone().or_else(|| workflow.defaults.directory.clone()),
            depth: 0,
            run,
        };
        for text in &job.placement {
            self.hand_over(&here, &scope, text, "container", &here.guards, found);
        }
        if let Some(uses) = &job.uses {
            return self.call(&here, job, uses, &scope, budget, found);
        }
        let credentials = self.privileges.credentials(&here.run);
        let mut desk = Desk::new(&scope.triggers, &self.pipelines.workflows, credentials);
        desk.guarded(&here.run);
        desk.checked_before(self.actions, workflow, job, &scope.triggers);
        for step in &job.steps {
            self.step(&here, step, &mut scope, &mut desk, found);
        }
        found.checkouts.extend(desk.finish());
        let mut outputs = Outputs { opaque: true, ..Outputs::default() };
        for binding in &job.outputs {
            outputs.named.insert(binding.name.to_lowercase(), scope.text(&binding.value));
        }
        outputs
    }

    /// A job that calls a workflow.
    fn call(
        &'a self,
        here: &Here<'a>,
        job: &'a Job,
        uses: &Text,
        scope: &Scope<'a>,
        budget: &mut usize,
        found: &mut Found,
    ) -> Outputs {
        if pipelines::is_local(&uses.text) {
            let Some(callee) = self.pipelines.local_workflow(&uses.text) else {
                found
                    .unresolved
                    .insert(here.workflow_path(), format!("`{}` is not in the tree (line {})", uses.text, uses.line));
                return Outputs { opaque: true, ..Outputs::default() };
            };
            if here.run.chain.len() > pipelines::MAX_NESTING {
                found.complete = false;
                return Outputs::default();
            }
            let given =
                job.with.iter().map(|binding| (binding.name.to_lowercase(), scope.text(&binding.value))).collect();
            return self.workflow(callee, &here.run.chain, here.run.triggers, &given, budget, found);
        }
        let mut passed = Vec::new();
        for binding in &job.with {
            self.hand_over(here, scope, &binding.value, &job.id, &here.guards, found);
            join(&mut passed, scope.text(&binding.value));
        }
        let credentials = self.privileges.credentials(&here.run);
        let mut desk = Desk::new(&scope.triggers, &self.pipelines.workflows, credentials);
        desk.guarded(&here.run);
        if let Some(workflow) = here.run.workflow() {
            desk.checked_before(self.actions, workflow, job, &scope.triggers);
        }
        let place = CheckoutPlace { path: &here.path, job: &job.id, line: uses.line, guards: &here.guards };
        desk.hand_over(&place, &passed);
        found.checkouts.extend(desk.finish());
        Outputs { rest: unclear(&passed), opaque: true, ..Outputs::default() }
    }

    fn step(&'a self, here: &Here<'a>, step: &Step, outer: &mut Scope<'a>, desk: &mut Desk, found: &mut Found) {
        let possible =
            |event: &str| condition::answer(step.condition.as_ref(), Situation::possible(event)) != Answer::No;
        let mut scope = outer.clone();
        scope.triggers.retain(|trigger| possible(&trigger.event));
        if condition::is_never(step.condition.as_ref()) || scope.triggers.is_empty() && !outer.triggers.is_empty() {
            return;
        }
        scope.pin(step.condition.as_ref());
        scope.bind_env(&step.env);
        let mut guards = here.guards.clone();
        let events = scope.triggers.iter().map(|trigger| trigger.event.as_str());
        guards.extend(condition::guards_on_all(step.condition.as_ref(), events));
        let before = desk.enter(step.condition.as_ref());
        let label = step.label();
        let outputs = if let Some(run) = &step.run {
            self.script(here, step, run, &label, &guards, &scope, outer, desk, found)
        } else if let Some(uses) = &step.uses {
            if pipelines::is_local(&uses.text) {
                self.local(here, step, uses, &scope, outer, desk, &guards, found)
            } else {
                self.remote(here, step, uses, &label, &guards, &scope, outer, desk, found)
            }
        } else {
            Outputs::default()
        };
        desk.leave(before);
        if let Some(id) = &step.id {
            outer.steps.insert(id.clone(), outputs);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one walk")]
    fn script(
        &'a self,
        here: &Here<'a>,
        step: &Step,
        run: &Text,
        label: &str,
        guards: &[Guard],
        scope: &Scope<'a>,
        outer: &mut Scope<'a>,
        desk: &mut Desk,
        found: &mut Found,
    ) -> Outputs {
        let shell =
            step.shell.as_ref().map(|shell| shell.text.clone()).or_else(|| here.shell.clone()).unwrap_or_default();
        let yields = scope.yields(run);
        for part in &yields {
            let spliced = Spliced { shell: &shell, text: &run.text, start: part.start };
            self.arrive(here, scope_line(run, part), label, part, ("shell", Some(spliced)), guards, found);
        }
        if let Some(shell) = &step.shell {
            for part in scope.yields(shell) {
                self.arrive(here, shell.line, label, &part, ("shell", None), guards, found);
            }
        }
        let variables = self.variables(here, step, scope);
        let before = Before {
            variables: variables.clone(),
            expressions: yields.iter().map(|part| (part.text.clone(), part.origins.clone())).collect(),
            foreign_files: desk.has_foreign_files(),
        };
        let name = shell.split([' ', '.', '/']).next().unwrap_or_default().to_owned();
        if ["python", "python3", "node", "perl", "ruby"].contains(&name.as_str()) {
            return self.other_language(here, run, label, &before, guards, found);
        }
        if name.eq_ignore_ascii_case("cmd") {
            self.pasted_by_cmd(here, run, label, &before, guards, found);
        }
        let dialect =
            if matches!(name.as_str(), "pwsh" | "powershell" | "cmd") { Dialect::Windows } else { Dialect::Posix };
        let traced = trace::trace(&run.text, dialect, &before);
        found.complete &= !traced.cut;
        self.report_uses(here, run, label, &traced, guards, found);
        for (offset, origins) in &traced.file_writes {
            let text = line_of_text(&run.text, *offset);
            let arrival = Arrival {
                line: run.line_at(*offset),
                step: label,
                expression: text,
                sink: "env_file",
                guards,
                spliced: None,
            };
            self.emit(here, &arrival, origins, found);
        }
        for (name, origins) in traced.environment.named {
            join(outer.env.entry(name).or_default(), origins);
        }
        let directory = step
            .directory
            .as_ref()
            .map(|text| text.text.clone())
            .or_else(|| here.directory.clone())
            .unwrap_or_default();
        let place = CheckoutPlace { path: &here.path, job: &here.job.id, line: run.line, guards };
        desk.asked(self.actions, step);
        desk.script(self.steps, &place, run, dialect, &directory, &before, &yields);
        traced.outputs
    }

    /// Environment variables that a script sees, with values of interest.
    fn variables(&self, here: &Here<'a>, step: &Step, scope: &Scope<'a>) -> BTreeMap<String, Vec<Origin>> {
        // The expression language ignores case, a shell does not: variables are found under the names as written.
        let mut names: BTreeSet<&str> =
            step.env.iter().chain(&here.job.env).map(|binding| binding.name.as_str()).collect();
        if let Some(workflow) = here.run.workflow() {
            names.extend(workflow.env.iter().map(|binding| binding.name.as_str()));
        }
        let mut found: BTreeMap<String, Vec<Origin>> = BTreeMap::new();
        for (name, origins) in &scope.env {
            let written: Vec<&&str> = names.iter().filter(|written| written.eq_ignore_ascii_case(name)).collect();
            if written.is_empty() {
                found.insert(name.to_uppercase(), origins.clone());
                found.insert(name.clone(), origins.clone());
            }
            for written in written {
                found.insert((**written).to_owned(), origins.clone());
            }
        }
        // The forge sets these itself.
        for (variable, expression) in [
            ("GITHUB_HEAD_REF", "github.head_ref"),
            ("GITHUB_REF_NAME", "github.ref_name"),
            ("GITHUB_REF", "github.ref"),
        ] {
            if let Some(expression) = super::expression::parse(expression) {
                found.entry(variable.to_owned()).or_insert_with(|| scope.origins(&expression));
            }
        }
        found
    }

    /// cmd puts the value of `%NAME%` into a command before it reads the command, as an expression is put there.
    fn pasted_by_cmd(
        &self,
        here: &Here<'a>,
        run: &Text,
        label: &str,
        before: &Before,
        guards: &[Guard],
        found: &mut Found,
    ) {
        // Names are the same in any letter case there.
        let mut values: BTreeMap<String, Vec<Origin>> = BTreeMap::new();
        for (name, origins) in &before.variables {
            join(values.entry(name.to_ascii_uppercase()).or_default(), origins.clone());
        }
        found.complete &= !elsewhere::is_beyond(&run.text);
        for place in elsewhere::percent(&run.text) {
            let Some(origins) = values.get(&place.name.to_ascii_uppercase()) else { continue };
            let origins: Vec<Origin> =
                origins.iter().map(|origin| Origin { via: "env_expr", ..origin.clone() }).collect();
            let line = run.line_at(place.offset);
            let arrival =
                Arrival { line, step: label, expression: place.written, sink: "shell", guards, spliced: None };
            self.emit(here, &arrival, &origins, found);
        }
    }

    /// A script that no shell runs: variables cannot be followed, so everything it leaves is unclear.
    fn other_language(
        &self,
        here: &Here<'a>,
        run: &Text,
        label: &str,
        before: &Before,
        guards: &[Guard],
        found: &mut Found,
    ) -> Outputs {
        let lower = run.text.to_lowercase();
        let used: Vec<Origin> = before
            .variables
            .iter()
            .filter(|(name, _)| run.text.contains(name.as_str()))
            .flat_map(|(_, origins)| unclear(origins))
            .collect();
        if ["os.system", "shell=true", "eval(", "exec(", "execsync(", "popen("].iter().any(|call| lower.contains(call))
        {
            let arrival = Arrival {
                line: run.line,
                step: label,
                expression: "a variable handed to another program",
                sink: "nested_shell",
                guards,
                spliced: None,
            };
            self.emit(here, &arrival, &used, found);
        }
        if lower.contains("github_output") || lower.contains("set-output") {
            Outputs { rest: used, ..Outputs::default() }
        } else {
            Outputs::default()
        }
    }

    /// One flow for each variable, by its most dangerous use.
    fn report_uses(
        &self,
        here: &Here<'a>,
        run: &Text,
        label: &str,
        traced: &trace::Trace,
        guards: &[Guard],
        found: &mut Found,
    ) {
        let mut worst: BTreeMap<&str, &trace::Use> = BTreeMap::new();
        for used in &traced.uses {
            let known = worst.entry(used.variable.as_str()).or_insert(used);
            if used.kind > known.kind {
                *known = used;
            }
        }
        for used in worst.into_values() {
            let text = format!("${}", used.variable);
            let sink = if used.kind == Kind::Nested { "nested_shell" } else { "shell" };
            let origins: Vec<Origin> = used
                .origins
                .iter()
                .filter(|origin| {
                    used.kind != Kind::Quoted || matches!(origin.control, Control::Untrusted | Control::Collaborator)
                })
                .filter(|origin| used.kind == Kind::Nested || origin.control != Control::Writer)
                .map(|origin| {
                    let sanitiser = match (origin.sanitiser, used.kind) {
                        ("none", Kind::Quoted) => "env_quoted",
                        (known, _) => known,
                    };
                    Origin { via: "variable", sanitiser, ..origin.clone() }
                })
                .collect();
            let arrival =
                Arrival { line: run.line_at(used.offset), step: label, expression: &text, sink, guards, spliced: None };
            self.emit(here, &arrival, &origins, found);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one walk")]
    fn local(
        &'a self,
        here: &Here<'a>,
        step: &Step,
        uses: &Text,
        scope: &Scope<'a>,
        outer: &mut Scope<'a>,
        desk: &mut Desk,
        guards: &[Guard],
        found: &mut Found,
    ) -> Outputs {
        let place = CheckoutPlace { path: &here.path, job: &here.job.id, line: step.line, guards };
        desk.local_action(&place, &uses.text);
        let action = match self.pipelines.local_action(&uses.text) {
            LocalUse::Action(action) => action,
            LocalUse::Missing => {
                if !desk.covers(&uses.text) {
                    found.unresolved.insert(
                        here.workflow_path(),
                        format!("`{}` is not in the tree (line {})", uses.text, uses.line),
                    );
                }
                for binding in &step.with {
                    self.hand_over(here, scope, &binding.value, &step.label(), guards, found);
                }
                return Outputs { opaque: true, ..Outputs::default() };
            }
        };
        if !action.composite {
            // Code of the repository that is not read: what it is given may go anywhere.
            let mut passed = Vec::new();
            for binding in &step.with {
                self.hand_over(here, scope, &binding.value, &step.label(), guards, found);
                join(&mut passed, scope.text(&binding.value));
            }
            return Outputs { rest: unclear(&passed), opaque: true, ..Outputs::default() };
        }
        if here.depth >= pipelines::MAX_NESTING || action.path == here.path || !self.pipelines.enter(&action) {
            found.complete = false;
            return Outputs::default();
        }
        self.composite(here, step, &action, scope, outer, desk, guards, found)
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one walk")]
    fn composite(
        &'a self,
        here: &Here<'a>,
        step: &Step,
        action: &std::rc::Rc<LocalAction>,
        scope: &Scope<'a>,
        outer: &mut Scope<'a>,
        desk: &mut Desk,
        guards: &[Guard],
        found: &mut Found,
    ) -> Outputs {
        let mut inner = scope.clone();
        inner.steps.clear();
        inner.inputs.clear();
        for (name, default) in &action.inputs {
            let given = step.input(name).or(default.as_ref());
            let origins = given.map(|text| scope.text(text)).unwrap_or_default();
            inner.inputs.insert(name.clone(), via(&origins, "input"));
        }
        // Names that the action does not declare reach it all the same as far as expressions go.
        for binding in &step.with {
            inner
                .inputs
                .entry(binding.name.to_lowercase())
                .or_insert_with(|| via(&scope.text(&binding.value), "input"));
        }
        let place = Here {
            run: here.run.clone(),
            path: action.path.clone(),
            system: here.system.clone(),
            job: here.job,
            guards: guards.to_vec(),
            shell: None,
            directory: None,
            depth: here.depth + 1,
        };
        for step in &action.steps {
            self.step(&place, step, &mut inner, desk, found);
        }
        for (name, origins) in &inner.env {
            if scope.env.get(name) != Some(origins) {
                join(outer.env.entry(name.clone()).or_default(), origins.iter().cloned());
            }
        }
        let mut outputs = Outputs::default();
        for binding in &action.outputs {
            outputs.named.insert(binding.name.clone(), inner.text(&binding.value));
        }
        outputs
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one walk")]
    fn remote(
        &'a self,
        here: &Here<'a>,
        step: &Step,
        uses: &Text,
        label: &str,
        guards: &[Guard],
        scope: &Scope<'a>,
        outer: &mut Scope<'a>,
        desk: &mut Desk,
        found: &mut Found,
    ) -> Outputs {
        let (address, _) = pipelines::remote(&uses.text);
        let known = self.actions.get(address);
        let mut passed: Vec<Origin> = Vec::new();
        for binding in &step.with {
            let code =
                known.is_some_and(|action| action.code.iter().any(|name| name.eq_ignore_ascii_case(&binding.name)));
            let sink = if address.eq_ignore_ascii_case("actions/github-script") { "script" } else { "action_code" };
            if code {
                for part in scope.yields(&binding.value) {
                    let spliced = Spliced { shell: "script", text: &binding.value.text, start: part.start };
                    let sink = (sink, (sink == "script").then_some(spliced));
                    self.arrive(here, scope_line(&binding.value, &part), label, &part, sink, guards, found);
                }
            } else if known.is_none() {
                self.hand_over(here, scope, &binding.value, label, guards, found);
            } else {
                self.data(here, scope, &binding.value, label, guards, found);
            }
            join(&mut passed, scope.text(&binding.value));
        }
        if known.is_none() {
            for binding in &step.env {
                self.hand_over(here, scope, &binding.value, label, guards, found);
                join(&mut passed, scope.text(&binding.value));
            }
        }
        let place = CheckoutPlace { path: &here.path, job: &here.job.id, line: step.line, guards };
        desk.action(self.actions, &place, step, address, scope, &passed);
        if address.eq_ignore_ascii_case("actions/github-script") {
            return self.inline_script(here, step, label, guards, outer, desk, found);
        }
        match known {
            Some(action) => self.known_outputs(action, &passed, desk),
            None => Outputs {
                rest: if desk.has_foreign_files() {
                    vec![Origin::new(address, Control::Unclear)]
                } else {
                    unclear(&passed)
                },
                opaque: true,
                ..Outputs::default()
            },
        }
    }

    fn known_outputs(&self, action: &Action, passed: &[Origin], desk: &Desk) -> Outputs {
        let mut outputs = Outputs::default();
        for (name, who) in action.outputs() {
            let origins: Vec<Origin> = match who {
                "safe" => Vec::new(),
                "inputs" => passed.iter().filter(|origin| origin.control != Control::Safe).cloned().collect(),
                word => vec![Origin::new(format!("outputs.{name}"), Control::of(word))],
            };
            match name.contains('*') {
                true => outputs.patterns.push((name.to_lowercase(), origins)),
                false => drop(outputs.named.insert(name.to_lowercase(), origins)),
            }
        }
        if action.obtains.as_deref() == Some("artifact") && desk.has_foreign_files() {
            outputs.opaque = true;
        }
        outputs
    }

    /// Code for the forge's client: what it reads of the event by itself is not followed.
    #[expect(clippy::too_many_arguments, reason = "the state of one walk")]
    fn inline_script(
        &self,
        here: &Here<'a>,
        step: &Step,
        label: &str,
        guards: &[Guard],
        outer: &mut Scope<'a>,
        desk: &Desk,
        found: &mut Found,
    ) -> Outputs {
        let Some(script) = step.input("script") else { return Outputs::default() };
        let lower = script.text.to_lowercase();
        let reads = [
            ".title",
            ".body",
            ".head.ref",
            ".head_ref",
            ".message",
            "listfiles",
            ".head_branch",
            ".display_title",
            ".filename",
            ".head.label",
            "readfile",
        ];
        let reads_text = reads.iter().any(|part| lower.contains(part))
            && (lower.contains("context")
                || lower.contains("github.rest")
                || lower.contains("process.env")
                || desk.has_foreign_files());
        let origins = if reads_text {
            vec![Origin::new("text of the event in an inline script", Control::Unclear)]
        } else {
            Vec::new()
        };
        if reads_text
            && ["exec(", "execsync(", "exec.exec", "spawn("].iter().any(|call| lower.contains(call))
            && !lower.contains("execfile")
        {
            let arrival = Arrival {
                line: script.line,
                step: label,
                expression: "an inline script that runs programs",
                sink: "nested_shell",
                guards,
                spliced: None,
            };
            self.emit(here, &arrival, &origins, found);
        }
        if lower.contains("exportvariable") && reads_text {
            join(outer.env.entry("*".to_owned()).or_default(), origins.iter().cloned());
        }
        Outputs { rest: origins, ..Outputs::default() }
    }

    /// A text that becomes code.
    #[expect(clippy::too_many_arguments, reason = "the state of one walk")]
    fn arrive(
        &self,
        here: &Here<'a>,
        line: u64,
        label: &str,
        part: &Yield,
        (sink, spliced): (&'static str, Option<Spliced<'_>>),
        guards: &[Guard],
        found: &mut Found,
    ) {
        let arrival = Arrival { line, step: label, expression: &part.text, sink, guards, spliced };
        self.emit(here, &arrival, &part.origins, found);
        let decided: Vec<Origin> = part
            .decided
            .iter()
            .filter(|origin| matches!(origin.control, Control::Untrusted | Control::Collaborator))
            .map(|origin| Origin { sanitiser: "boolean", ..origin.clone() })
            .collect();
        self.emit(here, &arrival, &decided, found);
    }

    /// A value given to something that osps does not see into.
    fn hand_over(
        &self,
        here: &Here<'a>,
        scope: &Scope<'a>,
        text: &Text,
        label: &str,
        guards: &[Guard],
        found: &mut Found,
    ) {
        for part in scope.yields(text) {
            let arrival = Arrival {
                line: scope_line(text, &part),
                step: label,
                expression: &part.text,
                sink: "opaque_input",
                guards,
                spliced: None,
            };
            // Names of branches and tags are data of every second action; only text of others is of interest.
            let origins: Vec<Origin> =
                part.origins.iter().filter(|origin| origin.control != Control::Writer).cloned().collect();
            self.emit(here, &arrival, &origins, found);
        }
    }

    /// A value given to an action that takes it as data.
    fn data(&self, here: &Here<'a>, scope: &Scope<'a>, text: &Text, label: &str, guards: &[Guard], found: &mut Found) {
        for part in scope.yields(text) {
            let arrival = Arrival {
                line: scope_line(text, &part),
                step: label,
                expression: &part.text,
                sink: "opaque_input",
                guards,
                spliced: None,
            };
            let origins: Vec<Origin> = part
                .origins
                .iter()
                .filter(|origin| matches!(origin.control, Control::Untrusted | Control::Collaborator))
                .map(|origin| Origin {
                    sanitiser: if origin.sanitiser == "none" { "data_input" } else { origin.sanitiser },
                    ..origin.clone()
                })
                .collect();
            self.emit(here, &arrival, &origins, found);
        }
    }

    fn emit(&self, here: &Here<'a>, arrival: &Arrival<'_>, origins: &[Origin], found: &mut Found) {
        for origin in origins.iter().filter(|origin| origin.control != Control::Safe) {
            let spliced = arrival.spliced.filter(|_| origin.via != "variable");
            let advice = |spliced| rewrite::advice(spliced, arrival.expression);
            let fix = match origin.sanitiser {
                "none" => spliced.map(advice).or_else(|| rewrite::otherwise(arrival.sink, arrival.expression)),
                _ => None,
            };
            found.flows.add(Flow {
                path: here.path.clone(),
                line: arrival.line,
                column: None,
                system: here.system.clone(),
                job: here.job.id.clone(),
                step: arrival.step.to_owned(),
                expr: described(arrival.expression, &origin.name),
                source: origin.name.clone(),
                source_class: origin.control.name().to_owned(),
                input_type: origin.input_type.clone(),
                sink: arrival.sink.to_owned(),
                via: origin.via.to_owned(),
                sanitiser: origin.sanitiser.to_owned(),
                guards: guard_names(arrival.guards, &origin.name),
                fix,
            });
        }
    }
}

/// The expression, with the value behind it where it does not name it.
fn described(expression: &str, name: &str) -> String {
    let expression = shorten(expression);
    let plain = expression.to_lowercase().replace("['", ".").replace("']", "");
    if plain.contains(name) { expression } else { format!("{expression} from {name}") }
}

fn shorten(text: &str) -> String {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.chars().count() > 160 { format!("{}…", text.chars().take(160).collect::<String>()) } else { text }
}

/// Kinds of guards before a value: one on an author counts only for what that very author wrote.
fn guard_names(guards: &[Guard], origin: &str) -> Vec<String> {
    let object = match origin.strip_prefix("github.event.").and_then(|rest| rest.split('.').next()) {
        Some(object) => object,
        None if origin == "github.head_ref" => "pull_request",
        None => "",
    };
    let own = |guard: &&Guard| match guard.kind.as_str() {
        "author" | "association" => {
            !object.is_empty() && guard.condition.to_lowercase().contains(&format!("event.{object}."))
        }
        "same_repo" => matches!(object, "pull_request" | "workflow_run"),
        _ => true,
    };
    let names: BTreeSet<String> = guards.iter().filter(own).map(|guard| guard.kind.clone()).collect();
    names.into_iter().collect()
}

/// The same values, of which nobody knows what became of them.
fn unclear(origins: &[Origin]) -> Vec<Origin> {
    let of_interest = |origin: &&Origin| {
        matches!(origin.control, Control::Untrusted | Control::Unclear | Control::Collaborator)
            && origin.sanitiser == "none"
    };
    origins
        .iter()
        .filter(of_interest)
        .map(|origin| Origin { control: Control::Unclear, via: "output", ..origin.clone() })
        .collect()
}

fn scope_line(text: &Text, part: &Yield) -> u64 {
    text.line_at(part.start)
}

/// The line of a text around a place.
fn line_of_text(text: &str, offset: usize) -> &str {
    text.get(offset..).and_then(|rest| rest.trim_start().lines().next()).unwrap_or_default()
}

/// Whether an event can lead to a job.
fn reaches(workflow: &Workflow, job: &Job, event: &str) -> bool {
    let possible = |job: &Job| condition::answer(job.condition.as_ref(), Situation::possible(event)) != Answer::No;
    if !possible(job) || condition::is_never(job.condition.as_ref()) {
        return false;
    }
    if condition::runs_after_skips(job.condition.as_ref()) {
        return true;
    }
    let needed = super::capabilities::closure(workflow, job);
    workflow.jobs.iter().filter(|other| needed.contains(&other.id)).all(possible)
}

/// Jobs with those they wait for before them.
fn in_order(jobs: &[Job]) -> Vec<&Job> {
    let mut ordered: Vec<&Job> = Vec::new();
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    let mut rest: Vec<&Job> = jobs.iter().collect();
    while !rest.is_empty() {
        let (ready, waiting): (Vec<&Job>, Vec<&Job>) = rest.into_iter().partition(|job| {
            job.needs.iter().all(|need| placed.contains(need.as_str()) || !jobs.iter().any(|other| other.id == *need))
        });
        if ready.is_empty() {
            ordered.extend(waiting);
            break;
        }
        placed.extend(ready.iter().map(|job| job.id.as_str()));
        ordered.extend(ready);
        rest = waiting;
    }
    ordered
}
