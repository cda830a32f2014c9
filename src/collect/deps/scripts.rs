//! The commands of a repository's machinery: what pipelines run, what container files run, recipes of Makefiles, and the
//! shell scripts that these call.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use crate::collect::ci::shell::{self, Command, Dialect};
use crate::collect::ci::{Ci, CiSystem};
use crate::collect::path::RepoPath;
use crate::collect::tree::{Entry, Reader};
use crate::collect::{Context, limits};
use crate::yaml::{self, Node, Value};

use super::ecosystems::{Part, Table as Ecosystems};

/// Levels of keys below the root of a definition whose names say what a command is for.
const DEPTH: usize = 24;

/// A text of commands.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) path: String,
    /// The line of its first character.
    pub(super) line: u64,
    pub(super) text: String,
    /// Names of the file, job, step or target, in lower case.
    pub(super) context: String,
    /// The text as commands, once somebody asked for them.
    split: OnceCell<shell::Script>,
}

impl Script {
    pub(super) fn new(path: String, line: u64, text: String, context: String) -> Self {
        Self { path, line, text, context, split: OnceCell::new() }
    }

    /// All commands, with those of substitutions behind the command that holds them.
    pub(super) fn commands(&self) -> Vec<&Command> {
        shell::flatten(&self.split.get_or_init(|| shell::split(&self.text, Dialect::Posix)).commands)
    }
}

/// An action that a pipeline uses.
#[derive(Debug, Clone)]
pub(super) struct Use {
    pub(super) path: String,
    pub(super) line: u64,
    pub(super) name: String,
}

/// All that is run.
#[derive(Debug, Default)]
pub(super) struct Machinery {
    pub(super) scripts: Vec<Script>,
    pub(super) uses: Vec<Use>,
    /// Addresses that container files add.
    pub(super) added: Vec<Script>,
    pub(super) complete: bool,
}

/// Reads everything that is run.
pub(super) fn gather(cx: &Context<'_>, ecosystems: &Ecosystems, ci: &Ci, keys: &BTreeSet<String>) -> Machinery {
    let reader = cx.tree.reader();
    let mut machinery = Machinery { complete: cx.tree.complete() && ci.systems.is_complete(), ..Machinery::default() };
    let systems = ci.systems.value().into_iter().flatten();
    machinery.complete &= systems.clone().all(|system| system.parsed != "unread" && system.parsed != "parse_error");
    let definitions: BTreeSet<&str> = systems.map(|system: &CiSystem| system.path.as_str()).collect();
    for entry in cx.tree.entries().iter().filter(|entry| entry.mode.is_file()) {
        let name = entry.path.name_lower();
        let action = matches!(name, "action.yml" | "action.yaml");
        let defined = !definitions.is_empty() && definitions.contains(entry.path.text().as_str());
        let recipe = matches!(name, "makefile" | "gnumakefile" | "justfile" | ".justfile");
        let container = is_container_file(name);
        if !(action || defined || recipe || container || is_build_script(&entry.path, name)) {
            continue;
        }
        let part = ecosystems.part(&entry.path);
        if defined || (action && part != Part::Vendored && !entry.path.is_test()) {
            pipeline(&mut machinery, &reader, entry, keys);
        } else if matches!(part, Part::Vendored | Part::Generated) || machinery.scripts.len() > limits::SCRIPTS {
            continue;
        } else if container {
            container_file(&mut machinery, &reader, entry);
        } else if recipe {
            recipes(&mut machinery, &reader, entry);
        } else if is_build_script(&entry.path, name) {
            whole(&mut machinery, &reader, entry);
        }
    }
    called_scripts(cx, &mut machinery, &reader);
    machinery.complete &= machinery.scripts.len() <= limits::SCRIPTS;
    machinery
}

fn is_container_file(name: &str) -> bool {
    ["dockerfile", "containerfile"].iter().any(|stem| {
        let rest = name.strip_prefix(stem).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        rest || name.strip_suffix(stem).is_some_and(|before| before.ends_with('.'))
    })
}

fn is_build_script(path: &RepoPath, name: &str) -> bool {
    path.depth() <= 2
        && matches!(
            name,
            "build.sh"
                | "bootstrap.sh"
                | "autogen.sh"
                | "compile.sh"
                | "setup.sh"
                | "build.ps1"
                | "make.sh"
                | "release.sh"
                | "package.sh"
                | "deps.sh"
                | "fetch-deps.sh"
        )
}

fn context_of(path: &str) -> String {
    path.to_lowercase()
}

fn pipeline(machinery: &mut Machinery, reader: &Reader<'_>, entry: &Entry, keys: &BTreeSet<String>) {
    let path = entry.path.text();
    let Some(text) = reader.text(entry) else { return };
    let name = entry.path.name_lower();
    let data = [".yml", ".yaml", ".json"].iter().any(|end| name.ends_with(end));
    let documents = if data { yaml::parse_all(&text).ok() } else { None };
    let Some(documents) = documents else {
        // A definition in another language: its strings are read as commands, line by line.
        let context = context_of(&path);
        machinery.scripts.push(Script::new(path, 1, quoted_commands(&text), context));
        return;
    };
    // The place of a definition says nothing about its purpose, its own name does.
    for node in &documents {
        walk(machinery, &path, node, name, keys, 0);
    }
}

/// The text with quotation marks around whole commands taken off, so that `sh 'make'` reads as two words after all.
fn quoted_commands(text: &str) -> String {
    text.lines()
        .map(|line| {
            let trimmed = line.trim_start();
            let inside = ["sh '", "sh \"", "bat '", "bat \"", "sh(\"", "sh('", "run \"", "run '"]
                .iter()
                .find_map(|open| trimmed.strip_prefix(open));
            inside.map_or(line, |inside| inside.trim_end_matches(['\'', '"', ')', ',']))
        })
        .collect::<Vec<_>>()
        .join("\n")
}

fn walk(machinery: &mut Machinery, path: &str, node: &Node, context: &str, keys: &BTreeSet<String>, depth: usize) {
    if depth > DEPTH || machinery.scripts.len() > limits::SCRIPTS {
        return;
    }
    let name = node.get("name").and_then(Node::as_str).unwrap_or_default().to_lowercase();
    let context = if name.is_empty() { context.to_owned() } else { format!("{context} {name}") };
    for (key, value) in node.entries() {
        let key = key.as_str().unwrap_or_default();
        if key == "uses" || key == "orb" {
            if let Some(used) = value.as_str() {
                machinery.uses.push(Use { path: path.to_owned(), line: value.line, name: used.to_lowercase() });
            }
            continue;
        }
        let lower = key.to_lowercase();
        if keys.contains(&lower) || lower.ends_with("_script") {
            scalars(machinery, path, value, &context);
        } else if lower == "args" {
            let long = value.items().iter().filter(|item| item.as_str().is_some_and(|text| text.contains(' ')));
            long.for_each(|item| scalars(machinery, path, item, &context));
        }
        let inner = format!("{context} {lower}");
        let inner = if inner.len() > 1_000 { context.clone() } else { inner };
        walk(machinery, path, value, &inner, keys, depth + 1);
    }
    for item in node.items() {
        walk(machinery, path, item, &context, keys, depth + 1);
    }
}

/// The texts of a scalar or of a list of scalars.
fn scalars(machinery: &mut Machinery, path: &str, node: &Node, context: &str) {
    let nodes: Vec<&Node> = if let Value::Sequence(items) = &node.value { items.iter().collect() } else { vec![node] };
    for node in nodes {
        if let Some(text) = node.as_str() {
            machinery.scripts.push(Script::new(path.to_owned(), node.line, text.to_owned(), context.to_owned()));
        }
    }
}

fn container_file(machinery: &mut Machinery, reader: &Reader<'_>, entry: &Entry) {
    let path = entry.path.text();
    let Some(text) = reader.text(entry) else { return };
    let mut lines = text.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let trimmed = line.trim_start();
        let word = trimmed.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        if word != "RUN" && word != "ADD" {
            continue;
        }
        let mut body = trimmed.get(word.len()..).unwrap_or_default().to_owned();
        let heredoc = body.split("<<").nth(1).map(|rest| {
            rest.trim_start_matches(['-', '"', '\''])
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect::<String>()
        });
        if let Some(end) = heredoc.filter(|end| !end.is_empty()) {
            body.clear();
            for (_, line) in lines.by_ref() {
                if line.trim() == end {
                    break;
                }
                body.push('\n');
                body.push_str(line);
            }
        } else {
            while body.trim_end().ends_with('\\') && lines.peek().is_some() {
                let Some((_, next)) = lines.next() else { break };
                // A comment between the lines of one command is left out, its line stays.
                let next = if next.trim_start().starts_with('#') { "\\" } else { next };
                body.push('\n');
                body.push_str(next);
            }
        }
        let script = Script::new(path.clone(), number as u64 + 1, exec_form(&body), context_of(&path));
        if word == "RUN" { machinery.scripts.push(script) } else { machinery.added.push(script) }
    }
}

/// `["sh", "-c", "…"]` as one line.
fn exec_form(body: &str) -> String {
    let words: Option<Vec<String>> =
        body.trim().starts_with('[').then(|| serde_json::from_str(body.trim()).ok()).flatten();
    words.map_or_else(
        || body.to_owned(),
        |words| {
            words
                .into_iter()
                .filter(|word| {
                    word != "-c" && word != "sh" && word != "/bin/sh" && word != "bash" && word != "/bin/bash"
                })
                .collect::<Vec<_>>()
                .join(" ")
        },
    )
}

/// The recipes of a Makefile, one script per target.
fn recipes(machinery: &mut Machinery, reader: &Reader<'_>, entry: &Entry) {
    let path = entry.path.text();
    let Some(text) = reader.text(entry) else { return };
    let mut open: Option<Script> = None;
    let mut target = String::new();
    for (number, line) in text.lines().enumerate() {
        if let Some(recipe) = line.strip_prefix('\t').or_else(|| line.strip_prefix("    ")) {
            let recipe = recipe.trim_start_matches(['@', '-', '+', ' ', '\t']).replace("$$", "$");
            let recipe = program_variable(&recipe);
            let script = open.get_or_insert_with(|| {
                let context = format!("{} {target}", context_of(&path));
                Script::new(path.clone(), number as u64 + 1, String::new(), context)
            });
            // Lines between recipes keep their place.
            let behind = (number as u64 + 1).saturating_sub(script.line + script.text.matches('\n').count() as u64);
            if !script.text.is_empty() {
                script.text.push_str(&"\n".repeat(usize::try_from(behind.min(50)).unwrap_or(1)));
            }
            script.text.push_str(&recipe);
            if script.text.len() > limits::SCRIPT_BYTES {
                machinery.scripts.extend(open.take());
            }
        } else if !line.trim().is_empty() && !line.starts_with('#') {
            machinery.scripts.extend(open.take());
            target = line.split([':', '=']).next().unwrap_or_default().to_lowercase();
        }
    }
    machinery.scripts.extend(open);
}

/// A recipe whose program is a variable, with the program that the variable names by custom: `$(CARGO) build`.
fn program_variable(recipe: &str) -> String {
    let inside =
        recipe.strip_prefix("$(").or_else(|| recipe.strip_prefix("${")).and_then(|rest| rest.split_once([')', '}']));
    match inside {
        Some((name, rest)) if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') => {
            format!("{}{rest}", name.to_lowercase())
        }
        _ => recipe.to_owned(),
    }
}

fn whole(machinery: &mut Machinery, reader: &Reader<'_>, entry: &Entry) {
    let path = entry.path.text();
    if let Some(text) = reader.text(entry) {
        let context = context_of(&path);
        machinery.scripts.push(Script::new(path, 1, text, context));
    }
}

/// Scripts of the tree that the commands call, and those that these call.
fn called_scripts(cx: &Context<'_>, machinery: &mut Machinery, reader: &Reader<'_>) {
    let mut seen: BTreeSet<String> = machinery.scripts.iter().map(|script| script.path.clone()).collect();
    let mut from = 0;
    for _ in 0..2 {
        let mut called: BTreeMap<String, String> = BTreeMap::new();
        for script in machinery.scripts.iter().skip(from) {
            for command in script.commands() {
                for word in command.words.iter().take(3) {
                    let plain = word
                        .text
                        .trim_start_matches("${{ github.workspace }}/")
                        .trim_start_matches("$GITHUB_WORKSPACE/")
                        .trim_start_matches("./");
                    if [".sh", ".bash", ".ps1"].iter().any(|end| plain.ends_with(end)) || word.text.starts_with("./") {
                        let own = script.context.split(' ').next().unwrap_or_default();
                        let purpose = script.context.strip_prefix(own).unwrap_or_default();
                        called.entry(plain.to_owned()).or_insert_with(|| purpose.to_owned());
                    }
                }
            }
        }
        from = machinery.scripts.len();
        for (path, purpose) in called {
            let Some(entry) = cx.tree.get(path.as_bytes()).filter(|entry| entry.mode.is_file()) else { continue };
            if machinery.scripts.len() > limits::SCRIPTS || !seen.insert(path.clone()) {
                continue;
            }
            if let Some(text) = reader.text(entry).filter(|text| text.len() <= limits::SCRIPT_BYTES) {
                let context = format!("{} {purpose}", context_of(&path));
                machinery.scripts.push(Script::new(path, 1, text, context));
            }
        }
    }
}
