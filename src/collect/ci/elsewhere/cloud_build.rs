//! Google Cloud Build: steps are programs with arguments; the system pastes substitutions into all of them, so in a step
//! that runs a shell they are code. What starts a build is settled on the server: it may be a change request.

use std::collections::BTreeMap;

use super::values::{Parameter, Shell};
use super::{Definitions, Elsewhere, Piece, Reach, Task, When};
use crate::collect::ci::shell::Dialect;
use crate::collect::ci::workflow::{Text, texts};
use crate::yaml::Node;

/// Steps of one definition.
const MAX_STEPS: usize = 500;

pub(super) fn read(cx: &Elsewhere<'_>, path: &str, root: &Node) -> Definitions {
    let mut found = Definitions::default();
    let steps = root.get("steps").map(Node::items).unwrap_or_default();
    if steps.len() > MAX_STEPS {
        found.cut();
    }
    // A build of a version that it fetches by its name has nothing to do with change requests.
    let changes = !steps.iter().any(fetches_a_version);
    let secrets = texts_below(root, &["availableSecrets", "secrets"]);
    for (index, step) in steps.iter().enumerate().take(MAX_STEPS) {
        let text = |key: &str| step.get(key).and_then(Node::as_str);
        let job = text("id").map_or_else(|| format!("step {}", index + 1), str::to_owned);
        let mut reach = Reach { changes, ..Reach::default() };
        reach
            .credentials
            .extend(step.get("secretEnv").map(Node::strings).unwrap_or_default().iter().map(|s| (*s).into()));
        let shell = shell_text(step);
        let script = shell.clone().unwrap_or_else(|| command_line(step));
        if let Some(shell) = shell.filter(|_| text("script").is_none()) {
            for name in cx.variables.entered("cloud_build", &shell.text) {
                found.parameter(name, "string", shell.line);
            }
            found.pieces.push(Piece { job: job.clone(), shell: Shell::Posix, text: shell, ..Piece::default() });
        }
        found.push(Task {
            path: path.to_owned(),
            job,
            line: step.line,
            when: When::on(["other"]),
            blocking: step.get("allowFailure").and_then(Node::as_bool) != Some(true),
            disabled: false,
            variables: BTreeMap::new(),
            directory: String::new(),
            dialect: Dialect::Posix,
            scripts: vec![script],
            known: Vec::new(),
            opaque: None,
            needs: Vec::new(),
            reach,
        });
    }
    // What is named here is used all over the file, also as arguments.
    for (name, _) in root.get("substitutions").map(Node::entries).unwrap_or_default() {
        if let Some(name) = name.as_str().filter(|name| name.starts_with('_')) {
            found.parameter(name, "string", name_line(root, name));
        }
    }
    let used = texts(root).join("\n");
    for name in cx.variables.entered("cloud_build", &used) {
        found.parameter(name, "string", root.line);
    }
    if changes && let Some(task) = found.tasks.last_mut() {
        task.reach.credentials.extend(secrets);
        if ["images", "artifacts"].iter().any(|key| root.get(key).is_some()) {
            task.reach.deploys = Some("what it builds is stored under `images` or `artifacts`".to_owned());
        }
    }
    found
}

fn name_line(root: &Node, name: &str) -> u64 {
    let entries = root.get("substitutions").map(Node::entries).unwrap_or_default();
    entries.iter().find(|(key, _)| key.as_str() == Some(name)).map_or(1, |(key, _)| key.line)
}

/// Names of variables below keys that hold secrets.
fn texts_below(root: &Node, keys: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    let mut open: Vec<&Node> = keys.iter().filter_map(|key| root.get(key)).collect();
    while let Some(node) = open.pop() {
        open.extend(node.items());
        open.extend(node.entries().iter().map(|(_, value)| value));
        found.extend(node.get("env").and_then(Node::as_str).map(str::to_owned));
        let named = node.get("secretEnv").map(Node::entries).unwrap_or_default();
        found.extend(named.iter().filter_map(|(name, _)| name.as_str()).map(str::to_owned));
    }
    found
}

/// The text that a shell runs: `script`, or what stands behind `-c`.
fn shell_text(step: &Node) -> Option<Text> {
    if let Some(script) = step.get("script")
        && let Some(text) = script.as_str()
    {
        return Some(Text { line: script.line, text: text.to_owned() });
    }
    let image = step.get("name").and_then(Node::as_str).unwrap_or_default();
    let arguments = step.get("args").map(list).unwrap_or_default();
    let program = step.get("entrypoint").and_then(Node::as_str).unwrap_or(image);
    let program = program.split(['@', ':']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let shells = ["bash", "sh", "dash", "ash", "zsh"];
    // The program may also be the first argument, such as `env bash -c`.
    let inner = arguments.iter().filter_map(|node| node.as_str()).any(|text| shells.contains(&text));
    if !shells.contains(&program) && !inner {
        return None;
    }
    let at = arguments.iter().position(|node| {
        node.as_str().is_some_and(|text| text.starts_with('-') && !text.starts_with("--") && text.ends_with('c'))
    })?;
    let code = arguments.get(at + 1)?;
    Some(Text { line: code.line, text: code.as_str()?.to_owned() })
}

/// A list, or one text as a list.
fn list(node: &Node) -> Vec<&Node> {
    if node.as_str().is_some() { vec![node] } else { node.items().iter().collect() }
}

/// A step that runs a program, as a shell would be told to.
fn command_line(step: &Node) -> Text {
    let image = step.get("name").and_then(Node::as_str).unwrap_or_default();
    let program = step.get("entrypoint").and_then(Node::as_str).unwrap_or(image);
    let program = program.split(['@', ':']).next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    let arguments = step.get("args").map(list).unwrap_or_default();
    let words = arguments.iter().filter_map(|node| node.as_str()).map(|word| {
        if word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./=:@".contains(c)) {
            word.to_owned()
        } else {
            format!("'{}'", word.replace('\'', ""))
        }
    });
    let text: Vec<String> = std::iter::once(program.to_owned()).chain(words).collect();
    Text { line: step.line, text: text.join(" ") }
}

/// Whether a step fetches a version of the project by its name.
fn fetches_a_version(step: &Node) -> bool {
    let all = texts(step).join(" ");
    let named = all.contains("$_") || all.contains("${_") || all.contains("TAG_NAME") || all.contains("BRANCH_NAME");
    let change = all.contains("_HEAD_BRANCH") || all.contains("_PR_NUMBER") || all.contains("pull/");
    let fetched = all.contains("git checkout")
        || all.contains("clone") && ["--branch", " -b "].iter().any(|option| all.contains(option));
    all.contains("git") && fetched && named && !change
}

impl Definitions {
    /// Notes an input that whoever starts the pipeline fills, the first time it is seen.
    pub(super) fn parameter(&mut self, name: &str, kind: &'static str, line: u64) {
        if self.inputs.len() < super::MAX_VARIABLES {
            self.inputs.entry(name.to_owned()).or_insert(Parameter { kind, line });
        } else if !self.inputs.contains_key(name) {
            self.cut();
        }
    }
}
