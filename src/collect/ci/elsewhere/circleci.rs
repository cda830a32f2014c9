//! CircleCI: jobs with the commands of the file put in, on the branches and tags that workflows let through.

use std::collections::{BTreeMap, BTreeSet};

use super::{Definitions, Elsewhere, Reach, Task, Variables, When, script, shorten, variables};
use crate::collect::ci::shell::Dialect;
use crate::collect::ci::workflow::{Text, texts};
use crate::yaml::Node;

/// Commands inside commands.
const MAX_DEPTH: usize = 8;
/// Steps of one job, with those of its commands.
const MAX_STEPS: usize = 500;

/// Steps looked at in one file, counting one again for every job that it gets into.
const MAX_VISITS: usize = 50_000;

/// Bytes of one script with its parameters put in.
const MAX_FILLED: usize = 1 << 20;

/// The jobs and commands of one file.
struct Reader<'a> {
    path: &'a str,
    variables: &'a Variables,
    jobs: BTreeMap<&'a str, &'a Node>,
    commands: BTreeMap<&'a str, &'a Node>,
    visits: usize,
    /// Whether there is more than is looked at.
    cut: bool,
}

fn by_name<'a>(root: &'a Node, key: &str) -> BTreeMap<&'a str, &'a Node> {
    let entries = root.get(key).map(Node::entries).unwrap_or_default();
    entries.iter().filter_map(|(name, node)| Some((name.as_str()?, node))).collect()
}

/// A name with what it is given: `name`, or `name: {…}`.
fn called(node: &Node) -> Option<(&str, Option<&Node>)> {
    match (node.as_str(), node.entries().first()) {
        (Some(name), _) => Some((name, None)),
        (None, Some((name, settings))) => Some((name.as_str()?, Some(settings))),
        _ => None,
    }
}

pub(super) fn read(cx: &Elsewhere<'_>, path: &str, root: &Node) -> Definitions {
    let mut found = Definitions::default();
    if root.get("setup").and_then(Node::as_bool) == Some(true) {
        found.unresolved.push("it makes the definition that runs afterwards (`setup: true`)".to_owned());
    }
    for (name, about) in root.get("parameters").map(Node::entries).unwrap_or_default() {
        let kind = match about.get("type").and_then(Node::as_str) {
            Some("boolean") => "boolean",
            Some("integer") => "number",
            Some("enum") => "choice",
            _ => "string",
        };
        if let Some(name) = name.as_str() {
            found.parameter(&format!("pipeline.parameters.{name}"), kind, about.line);
        }
    }
    let mut reader = Reader {
        path,
        variables: cx.variables,
        jobs: by_name(root, "jobs"),
        commands: by_name(root, "commands"),
        visits: MAX_VISITS,
        cut: false,
    };
    let workflows = root.get("workflows").map(Node::entries).unwrap_or_default();
    if workflows.iter().all(|(_, workflow)| !workflow.is_mapping()) {
        let when = When::on(["change_request", "push_primary", "push"]);
        for (name, job) in reader.jobs.clone() {
            if !found.has_room() {
                found.cut();
                break;
            }
            found.push(reader.task(name, job, &BTreeMap::new(), when.clone()));
        }
        return reader.done(found);
    }
    for (_, workflow) in workflows {
        for item in workflow.get("jobs").map(Node::items).unwrap_or_default() {
            let Some((name, settings)) = called(item) else { continue };
            if !found.has_room() {
                found.cut();
                break;
            }
            let when = when(cx, workflow, settings);
            let mut given = BTreeMap::new();
            variables(settings, &mut given);
            let mut task = match reader.jobs.get(name).copied() {
                Some(job) => reader.task(name, job, &given, when),
                None if settings.and_then(|node| node.get("type")).and_then(Node::as_str) == Some("approval") => {
                    continue;
                }
                // A job of an orb.
                None => {
                    let mut task = Task { opaque: Some(name.to_owned()), line: item.line, ..empty(path, name, when) };
                    task.reach.handed = handed(settings, &BTreeMap::new());
                    task
                }
            };
            let contexts = settings.and_then(|node| node.get("context")).map(texts).unwrap_or_default();
            task.reach.credentials.extend(contexts.into_iter().map(|name| format!("context {name}")));
            let requires = settings.and_then(|node| node.get("requires")).map(Node::strings).unwrap_or_default();
            task.needs = requires.into_iter().map(str::to_owned).collect();
            if let Some(shown) = given.get("name") {
                task.job.clone_from(shown);
            }
            found.push(task);
        }
    }
    reader.done(found)
}

pub(super) fn empty(path: &str, job: &str, when: When) -> Task {
    let changes = when.triggers.contains("change_request");
    Task {
        path: path.to_owned(),
        job: job.to_owned(),
        line: 1,
        when,
        blocking: true,
        disabled: false,
        variables: BTreeMap::new(),
        directory: String::new(),
        dialect: Dialect::Posix,
        scripts: Vec::new(),
        known: Vec::new(),
        opaque: None,
        needs: Vec::new(),
        reach: Reach { changes, ..Reach::default() },
    }
}

/// When a workflow runs a job.
fn when(cx: &Elsewhere<'_>, workflow: &Node, settings: Option<&Node>) -> When {
    let triggers = workflow.get("triggers").map(Node::items).unwrap_or_default();
    if !triggers.is_empty() {
        return When::on(["schedule"]);
    }
    let mut when = When::on(["change_request", "push_primary", "push"]);
    let filters = settings.and_then(|node| node.get("filters"));
    let list = |path: &str| filters.and_then(|node| node.at(path)).map(Node::strings);
    if let Some(only) = list("branches.only") {
        let any = only.iter().any(|name| is_any(name));
        if !any {
            when.triggers.remove("change_request");
            if !cx.covers_primary(&only) {
                when.triggers.remove("push_primary");
            }
        }
    }
    if let Some(ignored) = list("branches.ignore") {
        if ignored.iter().any(|name| is_any(name)) {
            when.triggers.clear();
        } else if cx.covers_primary(&ignored) {
            when.triggers.remove("push_primary");
        }
    }
    if filters.is_some_and(|node| node.get("tags").is_some()) {
        when.triggers.insert("tag");
    }
    when.condition = workflow.get("when").or_else(|| workflow.get("unless")).map(condition);
    when
}

fn condition(node: &Node) -> String {
    shorten(&texts(node).join(" "))
}

/// Whether a name is a pattern that any branch fits.
fn is_any(name: &str) -> bool {
    matches!(name, "/.*/" | "/^.*$/" | "/.+/" | "/.*?/" | "*")
}

impl Reader<'_> {
    fn done(&self, mut found: Definitions) -> Definitions {
        if self.cut {
            found.cut();
        }
        found
    }

    fn task(&mut self, name: &str, job: &Node, given: &BTreeMap<String, String>, when: When) -> Task {
        let mut task = empty(self.path, name, when);
        task.line = job.line;
        variables(job.get("environment"), &mut task.variables);
        let named = texts(job).join("\n");
        let named = self.variables.credentials(&named, &task.variables);
        task.reach.credentials.extend(named.into_iter().map(str::to_owned));
        if let Some(directory) = job.get("working_directory").and_then(Node::as_str) {
            // Where it is absolute, it is the checkout.
            if !directory.starts_with(['/', '~']) {
                directory.clone_into(&mut task.directory);
            }
        }
        self.inline(job, &parameters(job, given), 0, &mut task, &mut BTreeSet::new());
        task
    }

    /// The scripts of steps and what they touch, with those of commands that the file defines.
    fn inline(
        &mut self,
        node: &Node,
        values: &BTreeMap<String, String>,
        depth: usize,
        task: &mut Task,
        seen: &mut BTreeSet<String>,
    ) {
        for step in node.get("steps").map(Node::items).unwrap_or_default() {
            if task.scripts.len() >= MAX_STEPS || self.visits == 0 || depth > MAX_DEPTH {
                self.cut = true;
                return;
            }
            self.visits -= 1;
            match called(step) {
                Some(("run", Some(settings))) => run(settings, values, &mut task.scripts),
                Some(("when" | "unless", Some(settings))) => self.inline(settings, values, depth + 1, task, seen),
                Some(("add_ssh_keys", _)) => drop(task.reach.credentials.insert("an SSH key".to_owned())),
                Some(("deploy", _)) => task.reach.deploys = Some("the step `deploy`".to_owned()),
                Some((name, settings)) => {
                    let Some(command) = self.commands.get(name).copied() else {
                        if name.contains('/') {
                            task.reach.handed.extend(handed(settings, values));
                        }
                        if name.contains('/') && self.variables.is_deployment_step(name) {
                            task.reach.deploys = Some(format!("the step `{name}`"));
                        }
                        continue;
                    };
                    if seen.insert(name.to_owned()) {
                        let mut given = BTreeMap::new();
                        variables(settings, &mut given);
                        for value in given.values_mut() {
                            *value = filled(value, values);
                        }
                        self.inline(command, &parameters(command, &given), depth + 1, task, seen);
                        seen.remove(name);
                    }
                }
                None => {}
            }
        }
    }
}

/// What a job or step of an orb is given.
fn handed(settings: Option<&Node>, values: &BTreeMap<String, String>) -> Vec<Text> {
    let given = settings.map(Node::entries).unwrap_or_default().iter();
    let texts = given.filter_map(|(_, value)| Some(Text { line: value.line, text: filled(value.as_str()?, values) }));
    texts.collect()
}

/// The script of a `run` step.
fn run(settings: &Node, values: &BTreeMap<String, String>, out: &mut Vec<Text>) {
    let directory = settings.get("working_directory").and_then(Node::as_str);
    for Text { line, text } in script(&[settings.get("command").unwrap_or(settings)]) {
        let text = filled(&text, values);
        let text = directory.map_or_else(|| text.clone(), |directory| format!("cd {directory}; {text}"));
        out.push(Text { line, text });
    }
}

/// The parameters of a job or command: what is given, else what is the default.
fn parameters(node: &Node, given: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let declared = node.get("parameters").map(Node::entries).unwrap_or_default();
    let default = |(name, about): &(Node, Node)| {
        Some((name.as_str()?.to_owned(), about.get("default").and_then(Node::as_str)?.to_owned()))
    };
    let mut values: BTreeMap<String, String> = declared.iter().filter_map(default).collect();
    values.extend(given.iter().map(|(name, value)| (name.clone(), value.clone())));
    values
}

/// A text with `<< parameters.x >>` put in.
fn filled(text: &str, values: &BTreeMap<String, String>) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("<<") {
        let Some((inside, after)) = behind.split_once(">>") else { break };
        out.push_str(before);
        match inside.trim().strip_prefix("parameters.").and_then(|name| values.get(name)) {
            Some(value) if out.len() < MAX_FILLED => out.push_str(value),
            Some(_) => break,
            None => {
                out.push_str("<<");
                out.push_str(inside);
                out.push_str(">>");
            }
        }
        rest = after;
    }
    out.push_str(rest);
    out
}
