//! Workflows and composite actions of the Actions family as they are written: triggers, jobs, steps, with lines.
//!
//! Reading is lenient: what the forge would refuse is noted as a problem, and everything else is still read, so that a
//! mistake in one place hides nothing in another.

use std::collections::BTreeMap;

use crate::yaml::{self, Node};

/// A scalar with its place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Text {
    pub(super) line: u64,
    pub(super) text: String,
}

impl Text {
    /// The line of a place in the text.
    pub(super) fn line_at(&self, offset: usize) -> u64 {
        self.line + self.text.bytes().take(offset).filter(|b| *b == b'\n').count() as u64
    }
}

/// A name with its value: an environment variable, an input, an output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binding {
    pub(super) name: String,
    pub(super) value: Text,
}

/// A workflow file.
#[derive(Debug, Default)]
pub(super) struct Workflow {
    pub(super) system: String,
    pub(super) path: String,
    pub(super) name: Option<String>,
    pub(super) triggers: Vec<Trigger>,
    pub(super) permissions: Option<Permissions>,
    pub(super) env: Vec<Binding>,
    pub(super) defaults: Defaults,
    pub(super) inputs: Vec<DeclaredInput>,
    /// Outputs that a caller gets.
    pub(super) outputs: Vec<Binding>,
    pub(super) jobs: Vec<Job>,
    /// What the forge would refuse.
    pub(super) problems: Vec<String>,
}

/// Settings for all `run` steps.
#[derive(Debug, Clone, Default)]
pub(super) struct Defaults {
    pub(super) shell: Option<String>,
    pub(super) directory: Option<String>,
}

/// One event that starts a workflow.
#[derive(Debug, Clone, Default)]
pub(super) struct Trigger {
    pub(super) event: String,
    pub(super) types: Vec<String>,
    pub(super) branches: Option<Vec<String>>,
    pub(super) branches_ignore: Option<Vec<String>>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) tags_ignore: Option<Vec<String>>,
    pub(super) paths: Option<Vec<String>>,
    pub(super) paths_ignore: Option<Vec<String>>,
    /// For `workflow_run`: names of the workflows.
    pub(super) workflows: Vec<String>,
}

/// An input that somebody may fill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DeclaredInput {
    /// The event: `workflow_dispatch` or `workflow_call`.
    pub(super) event: String,
    pub(super) name: String,
    /// `string`, `boolean`, `choice`, `number`, `environment` or `untyped`.
    pub(super) kind: String,
    pub(super) line: u64,
}

/// Permissions as stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Permissions {
    pub(super) line: u64,
    pub(super) grant: Grant,
}

/// What is granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Grant {
    ReadAll,
    WriteAll,
    /// Scope to level and line.
    Scopes(BTreeMap<String, (String, u64)>),
}

/// A job.
#[derive(Debug, Clone, Default)]
pub(super) struct Job {
    pub(super) id: String,
    pub(super) line: u64,
    pub(super) name: Option<String>,
    pub(super) condition: Option<Text>,
    pub(super) needs: Vec<String>,
    pub(super) permissions: Option<Permissions>,
    pub(super) env: Vec<Binding>,
    pub(super) defaults: Defaults,
    pub(super) matrix: Matrix,
    pub(super) runs_on: Vec<String>,
    pub(super) environment: Option<String>,
    pub(super) continue_on_error: Flag,
    pub(super) steps: Vec<Step>,
    /// The reusable workflow it calls.
    pub(super) uses: Option<Text>,
    pub(super) with: Vec<Binding>,
    pub(super) secrets: Secrets,
    pub(super) outputs: Vec<Binding>,
    /// Images and options of its containers.
    pub(super) placement: Vec<Text>,
}

/// Values of a matrix.
#[derive(Debug, Clone, Default)]
pub(super) struct Matrix {
    /// Values by name in lower case, with those of `include`.
    pub(super) values: BTreeMap<String, Vec<Text>>,
    /// Names that the axes have (not only `include`).
    pub(super) axes: Vec<String>,
    /// The whole matrix, or its `include`, as an expression.
    pub(super) dynamic: Vec<Text>,
}

/// A switch that may be an expression.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Flag {
    #[default]
    No,
    Yes,
    Depends(String),
}

/// Secrets that a called workflow is given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Secrets {
    #[default]
    None,
    Inherit,
    Named(Vec<Binding>),
}

/// A step.
#[derive(Debug, Clone, Default)]
pub(super) struct Step {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    /// Counted from 1.
    pub(super) number: usize,
    pub(super) line: u64,
    pub(super) condition: Option<Text>,
    pub(super) run: Option<Text>,
    pub(super) uses: Option<Text>,
    pub(super) with: Vec<Binding>,
    pub(super) env: Vec<Binding>,
    pub(super) shell: Option<Text>,
    pub(super) directory: Option<Text>,
    pub(super) continue_on_error: Flag,
}

impl Step {
    /// Its name, or what it uses, or its number.
    pub(super) fn label(&self) -> String {
        self.name.clone().or_else(|| self.id.clone()).unwrap_or_else(|| format!("#{}", self.number))
    }

    /// The value of an input, by its name in any case.
    pub(super) fn input(&self, name: &str) -> Option<&Text> {
        self.with.iter().find(|binding| binding.name.eq_ignore_ascii_case(name)).map(|binding| &binding.value)
    }
}

/// An action of the repository itself.
#[derive(Debug, Default)]
pub(super) struct LocalAction {
    pub(super) path: String,
    /// Whether it is composite; others run code that is not read.
    pub(super) composite: bool,
    pub(super) steps: Vec<Step>,
    /// Inputs with their defaults.
    pub(super) inputs: Vec<(String, Option<Text>)>,
    pub(super) outputs: Vec<Binding>,
    pub(super) problems: Vec<String>,
}

/// Reads nodes of one file.
struct Reader<'a> {
    lines: Vec<&'a str>,
    problems: Vec<String>,
}

/// Reads a workflow. None for a file without any node: it defines nothing.
pub(super) fn read(system: &str, path: &str, source: &str) -> Result<Option<Workflow>, yaml::Error> {
    let Some(root) = yaml::parse(source)? else { return Ok(None) };
    if root.is_null() {
        return Ok(None);
    }
    let mut reader = Reader { lines: source.lines().collect(), problems: Vec::new() };
    let mut workflow = reader.workflow(&root);
    workflow.system = system.to_owned();
    workflow.path = path.to_owned();
    workflow.problems = reader.problems;
    Ok(Some(workflow))
}

/// Reads the definition of an action.
pub(super) fn read_action(path: &str, source: &str) -> Result<LocalAction, yaml::Error> {
    let mut reader = Reader { lines: source.lines().collect(), problems: Vec::new() };
    let mut action = LocalAction { path: path.to_owned(), ..LocalAction::default() };
    let Some(root) = yaml::parse(source)? else {
        action.problems.push("it is empty".to_owned());
        return Ok(action);
    };
    action.composite = root.at("runs.using").and_then(Node::as_str) == Some("composite");
    if let Some(steps) = root.at("runs.steps") {
        action.steps = reader.steps(steps, "the action");
    }
    for (name, input) in root.get("inputs").map(Node::entries).unwrap_or_default() {
        let default = input.get("default").and_then(|node| reader.text(node));
        action.inputs.push((name.as_str().unwrap_or_default().to_lowercase(), default));
    }
    for (name, output) in root.get("outputs").map(Node::entries).unwrap_or_default() {
        if let Some(value) = output.get("value").and_then(|node| reader.text(node)) {
            action.outputs.push(Binding { name: name.as_str().unwrap_or_default().to_lowercase(), value });
        }
    }
    action.problems = reader.problems;
    Ok(action)
}

impl Reader<'_> {
    fn problem(&mut self, node: &Node, what: &str) {
        self.problems.push(format!("{what} (line {})", node.line));
    }

    /// A scalar as a text with the line of its first character.
    fn text(&self, node: &Node) -> Option<Text> {
        let text = match &node.value {
            yaml::Value::Scalar { text, .. } => text.clone(),
            _ => return None,
        };
        // An anchored block starts on the line behind its anchor.
        let column = usize::try_from(node.column).unwrap_or(1).saturating_sub(1);
        let line = usize::try_from(node.line).unwrap_or(1).saturating_sub(1);
        let rest = self.lines.get(line).and_then(|line| line.get(column..)).unwrap_or_default();
        let anchored =
            rest.starts_with('&') && rest.split_whitespace().nth(1).is_some_and(|sign| sign.starts_with(['|', '>']));
        Some(Text { line: node.line + u64::from(anchored), text })
    }

    fn bindings(&mut self, node: Option<&Node>) -> Vec<Binding> {
        let mut bindings = Vec::new();
        for (name, value) in node.map(Node::entries).unwrap_or_default() {
            let Some(name) = scalar(name) else { continue };
            match self.text(value) {
                Some(value) => bindings.push(Binding { name, value }),
                // A list or mapping where a text belongs: keep its texts, so that nothing hides in it.
                None => {
                    let text = texts(value).join("\n");
                    bindings.push(Binding { name, value: Text { line: value.line, text } });
                }
            }
        }
        // `env: ${{ fromJSON(…) }}`: every name may have it.
        if let Some(node) = node
            && let Some(value) = self.text(node).filter(|text| text.text.contains("${{"))
        {
            bindings.push(Binding { name: "*".to_owned(), value });
        }
        bindings
    }

    fn workflow(&mut self, root: &Node) -> Workflow {
        let mut workflow = Workflow::default();
        if !root.is_mapping() {
            self.problem(root, "it is not a mapping");
            return workflow;
        }
        workflow.name = root.get("name").and_then(scalar);
        match root.get("on") {
            Some(on) => {
                workflow.triggers = self.triggers(on);
                workflow.inputs = self.inputs(on);
                for (name, output) in on.at("workflow_call.outputs").map(Node::entries).unwrap_or_default() {
                    if let (Some(name), Some(value)) =
                        (scalar(name), output.get("value").and_then(|node| self.text(node)))
                    {
                        workflow.outputs.push(Binding { name: name.to_lowercase(), value });
                    }
                }
            }
            None => self.problem(root, "no event starts it: `on` is missing"),
        }
        workflow.permissions = root.get("permissions").and_then(|node| self.permissions(node));
        workflow.env = self.bindings(root.get("env"));
        workflow.defaults = defaults(root);
        match root.get("jobs") {
            Some(jobs) if jobs.is_mapping() => {
                for (id, job) in jobs.entries() {
                    let id_text = scalar(id).unwrap_or_default();
                    let job = self.job(id_text, id.line, job);
                    workflow.jobs.push(job);
                }
            }
            Some(jobs) => self.problem(jobs, "`jobs` is not a mapping"),
            None => self.problem(root, "it has no `jobs`"),
        }
        workflow
    }

    fn triggers(&mut self, on: &Node) -> Vec<Trigger> {
        let mut triggers = Vec::new();
        for event in on.strings() {
            triggers.push(Trigger { event: event.to_lowercase(), ..Trigger::default() });
        }
        for (event, filter) in on.entries() {
            let Some(event) = scalar(event) else { continue };
            let list = |key: &str| {
                filter.get(key).map(|node| node.strings().into_iter().map(str::to_owned).collect::<Vec<_>>())
            };
            triggers.push(Trigger {
                event: event.to_lowercase(),
                types: list("types").unwrap_or_default(),
                branches: list("branches"),
                branches_ignore: list("branches-ignore"),
                tags: list("tags"),
                tags_ignore: list("tags-ignore"),
                paths: list("paths"),
                paths_ignore: list("paths-ignore"),
                workflows: list("workflows").unwrap_or_default(),
            });
        }
        if triggers.is_empty() {
            self.problem(on, "no event starts it");
        }
        triggers
    }

    fn inputs(&mut self, on: &Node) -> Vec<DeclaredInput> {
        let mut inputs = Vec::new();
        for event in ["workflow_dispatch", "workflow_call"] {
            for (name, input) in
                on.get(event).and_then(|event| event.get("inputs")).map(Node::entries).unwrap_or_default()
            {
                let kind = input.get("type").and_then(scalar).unwrap_or_else(|| "untyped".to_owned());
                inputs.push(DeclaredInput {
                    event: event.to_owned(),
                    name: scalar(name).unwrap_or_default(),
                    kind: kind.to_lowercase(),
                    line: name.line,
                });
            }
        }
        inputs
    }

    fn permissions(&mut self, node: &Node) -> Option<Permissions> {
        let grant = match node.as_str() {
            Some("read-all") => Grant::ReadAll,
            Some("write-all") => Grant::WriteAll,
            Some(_) => {
                self.problem(node, "`permissions` is neither `read-all`, `write-all` nor a mapping");
                return None;
            }
            None if node.is_null() => return None,
            None => Grant::Scopes(
                node.entries()
                    .iter()
                    .filter_map(|(scope, level)| {
                        Some((scalar(scope)?.to_lowercase(), (scalar(level)?.to_lowercase(), scope.line)))
                    })
                    .collect(),
            ),
        };
        Some(Permissions { line: node.line, grant })
    }

    fn job(&mut self, id: String, line: u64, node: &Node) -> Job {
        if !node.is_mapping() {
            self.problem(node, &format!("the job `{id}` is not a mapping"));
            return Job { id, line, ..Job::default() };
        }
        let mut placement: Vec<Text> = Vec::new();
        // A runner is chosen by its labels; they are no code.
        for key in ["container", "services"] {
            if let Some(node) = node.get(key) {
                self.all_texts(node, &mut placement);
            }
        }
        let environment = node.get("environment");
        let steps = node.get("steps");
        let mut steps = steps.map(|steps| self.steps(steps, &format!("the job `{id}`"))).unwrap_or_default();
        find_own_actions(&mut steps);
        Job {
            line,
            name: node.get("name").and_then(scalar),
            condition: node.get("if").and_then(|node| self.text(node)),
            needs: node
                .get("needs")
                .map(|node| node.strings().into_iter().map(str::to_owned).collect())
                .unwrap_or_default(),
            permissions: node.get("permissions").and_then(|node| self.permissions(node)),
            env: self.bindings(node.get("env")),
            defaults: defaults(node),
            matrix: self.matrix(node.at("strategy.matrix")),
            runs_on: runners(node.get("runs-on")),
            environment: environment
                .and_then(scalar)
                .or_else(|| environment.and_then(|node| node.get("name")).and_then(scalar)),
            continue_on_error: flag(node.get("continue-on-error")),
            steps,
            uses: node.get("uses").and_then(|node| self.text(node)),
            with: self.bindings(node.get("with")),
            secrets: match node.get("secrets") {
                Some(secrets) if secrets.as_str() == Some("inherit") => Secrets::Inherit,
                Some(secrets) if !secrets.entries().is_empty() => Secrets::Named(self.bindings(Some(secrets))),
                _ => Secrets::None,
            },
            outputs: self.bindings(node.get("outputs")),
            placement,
            id,
        }
    }

    fn all_texts(&self, node: &Node, out: &mut Vec<Text>) {
        if let Some(text) = self.text(node) {
            out.push(text);
        }
        node.items().iter().for_each(|item| self.all_texts(item, out));
        node.entries().iter().for_each(|(_, value)| self.all_texts(value, out));
    }

    fn matrix(&mut self, node: Option<&Node>) -> Matrix {
        let mut matrix = Matrix::default();
        let Some(node) = node else { return matrix };
        if let Some(text) = self.text(node) {
            matrix.dynamic.push(text);
        }
        for (name, values) in node.entries() {
            let Some(name) = scalar(name).map(|name| name.to_lowercase()) else { continue };
            if name == "exclude" {
                continue;
            }
            if name == "include" {
                matrix.dynamic.extend(self.text(values));
                for entry in values.items() {
                    for (name, value) in entry.entries() {
                        let name = scalar(name).unwrap_or_default().to_lowercase();
                        self.all_texts(value, matrix.values.entry(name).or_default());
                    }
                }
                continue;
            }
            self.all_texts(values, matrix.values.entry(name.clone()).or_default());
            matrix.axes.push(name);
        }
        matrix
    }

    fn steps(&mut self, node: &Node, owner: &str) -> Vec<Step> {
        if node.items().is_empty() && !node.is_null() && !matches!(node.value, yaml::Value::Sequence(_)) {
            self.problem(node, &format!("the steps of {owner} are not a list"));
        }
        let mut steps = Vec::new();
        for (index, item) in node.items().iter().enumerate() {
            if !item.is_mapping() {
                self.problem(item, &format!("a step of {owner} is not a mapping"));
                continue;
            }
            let text = |key: &str| item.get(key).and_then(|node| self.text(node));
            let (condition, run, uses) = (text("if"), text("run"), text("uses"));
            let (shell, directory) = (text("shell"), text("working-directory"));
            steps.push(Step {
                id: item.get("id").and_then(scalar).map(|id| id.to_lowercase()),
                name: item.get("name").and_then(scalar),
                number: index + 1,
                line: item.line,
                condition,
                run,
                uses,
                with: self.bindings(item.get("with")),
                env: self.bindings(item.get("env")),
                shell,
                directory,
                continue_on_error: flag(item.get("continue-on-error")),
            });
        }
        steps
    }
}

fn defaults(node: &Node) -> Defaults {
    Defaults {
        shell: node.at("defaults.run.shell").and_then(scalar),
        directory: node.at("defaults.run.working-directory").and_then(scalar),
    }
}

fn runners(node: Option<&Node>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    let mut runners: Vec<String> = node.strings().into_iter().map(str::to_owned).collect();
    for key in ["labels", "group"] {
        runners.extend(node.get(key).map(Node::strings).unwrap_or_default().into_iter().map(str::to_owned));
    }
    runners
}

fn flag(node: Option<&Node>) -> Flag {
    match node {
        None => Flag::No,
        Some(node) => match (node.as_bool(), node.as_str()) {
            (Some(true), _) | (None, Some("true")) => Flag::Yes,
            (Some(false), _) | (None, Some("false") | None) => Flag::No,
            (None, Some(text)) => Flag::Depends(text.to_owned()),
        },
    }
}

/// A scalar as its text, also where it looks like null.
fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        yaml::Value::Scalar { text, .. } => Some(text.clone()),
        _ => None,
    }
}

/// Names of actions in checkouts below the workspace: those of the repository itself stand in the tree, those of another
/// one are actions of that repository.
fn find_own_actions(steps: &mut [Step]) {
    let mut checkouts: Vec<(String, String)> = Vec::new();
    for step in steps {
        let Some(uses) = &mut step.uses else { continue };
        if uses.text.to_lowercase().starts_with("actions/checkout@") {
            let input = |name: &str| step.with.iter().find(|binding| binding.name == name).map(|with| &with.value.text);
            let reference = input("ref");
            let own = input("repository").is_none_or(|name| name.contains("github.repository }}"));
            let Some(path) = input("path").map(|path| path.trim().trim_start_matches("./").trim_end_matches('/'))
            else {
                continue;
            };
            let open = |text: Option<&String>| text.is_some_and(|text| text.contains("${{"));
            if path.is_empty() || path.contains("${{") || path == "." || open(reference) {
                continue;
            }
            let address = match input("repository").filter(|_| !own) {
                None => String::new(),
                Some(repository) if repository.contains("${{") => continue,
                Some(repository) => {
                    format!("{repository}@{}", reference.map_or("HEAD", |reference| reference.as_str()))
                }
            };
            checkouts.push((format!("./{path}"), address));
            continue;
        }
        let inside = checkouts.iter().rev().find_map(|(directory, address)| {
            let rest = uses.text.strip_prefix(directory.as_str())?;
            (rest.is_empty() || rest.starts_with('/')).then_some((rest.trim_matches('/'), address))
        });
        let Some((rest, address)) = inside else { continue };
        uses.text = match address.split_once('@') {
            None => format!("./{rest}"),
            Some((repository, reference)) if rest.is_empty() => format!("{repository}@{reference}"),
            Some((repository, reference)) => format!("{repository}/{rest}@{reference}"),
        };
    }
}

/// All texts below a node.
pub(super) fn texts(node: &Node) -> Vec<&str> {
    let mut out = Vec::new();
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        out.extend(node.as_str());
        open.extend(node.items().iter().rev());
        open.extend(node.entries().iter().rev().map(|(_, value)| value));
    }
    out
}
