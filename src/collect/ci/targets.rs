//! What stands behind the targets of build files in the tree: Makefile, justfile, Taskfile, package scripts, tox, nox, …
//!
//! It yields the text of a recipe and the targets it waits for; what the recipe does is `commands.rs`'s business.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use super::commands::Bare;
use crate::collect::path::RepoPath;
use crate::collect::tree::{Reader, Tree};
use crate::yaml;

/// Build files read for one subject.
const MAX_FILES: usize = 500;
/// Characters of all recipes of one file after variables were put in.
const MAX_EXPANDED: usize = 2 * 1024 * 1024;
/// Characters of one line after its variables were put in.
const MAX_LINE: usize = 4_000;

/// A target of a build file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Target {
    /// The commands, one a line.
    pub(super) script: String,
    /// Targets of the same file that run before it.
    pub(super) needs: Vec<String>,
}

/// The targets of one file, the first of them first.
#[derive(Debug, Default)]
pub(super) struct TargetFile {
    targets: BTreeMap<String, Target>,
    default: Option<String>,
    /// Whether everything was read: no include that leads elsewhere.
    complete: bool,
}

impl TargetFile {
    /// The target of this name, or the default one for an empty name.
    pub(super) fn get(&self, name: &str) -> Option<&Target> {
        let name = if name.is_empty() { self.default.as_deref()? } else { name };
        self.targets.get(name).or_else(|| {
            let pattern = self.targets.iter().find(|(target, _)| {
                target.split_once('%').is_some_and(|(before, after)| {
                    name.len() > before.len() + after.len() && name.starts_with(before) && name.ends_with(after)
                })
            });
            pattern.map(|(_, target)| target)
        })
    }

    /// Whether a target that is not here exists nowhere.
    pub(super) fn is_complete(&self) -> bool {
        self.complete
    }
}

/// Reads build files of a tree, each once.
pub(super) struct Targets<'a> {
    tree: &'a Tree,
    reader: &'a Reader<'a>,
    read: RefCell<BTreeMap<String, Option<Rc<TargetFile>>>>,
}

impl<'a> Targets<'a> {
    pub(super) fn new(tree: &'a Tree, reader: &'a Reader<'a>) -> Self {
        Self { tree, reader, read: RefCell::new(BTreeMap::new()) }
    }

    /// The text of a file, by its path from a directory of the tree.
    pub(super) fn text(&self, directory: &str, path: &str) -> Option<String> {
        let base = RepoPath::new(format!("{directory}/x"));
        let path = base.join(path.as_bytes())?;
        let entry = self.tree.get(path.as_bytes())?;
        self.reader.text(self.tree.resolve(self.reader, entry)?)
    }

    /// The shell script at a path; none when it is missing or no shell script.
    pub(super) fn shell_script(&self, directory: &str, path: &str) -> Option<String> {
        let text = self.text(directory, path)?;
        let first = text.lines().next().unwrap_or_default();
        let shell = if first.starts_with("#!") {
            ["sh", "bash", "zsh", "dash", "ksh"]
                .iter()
                .any(|name| first.trim_end().split(['/', ' ']).any(|part| part == *name))
        } else {
            path.ends_with(".sh") || path.ends_with(".bash")
        };
        shell.then_some(text)
    }

    /// The build file that a reader finds in a directory.
    pub(super) fn file(&self, reader: &str, directory: &str, file: Option<&str>) -> Option<Rc<TargetFile>> {
        let names: Vec<&str> = match (file, reader) {
            (Some(file), _) => vec![file],
            (None, "make") => vec!["GNUmakefile", "makefile", "Makefile"],
            (None, "just") => vec!["justfile", "Justfile", ".justfile", "JUSTFILE"],
            (None, "task") => vec![
                "Taskfile.yml",
                "Taskfile.yaml",
                "taskfile.yml",
                "taskfile.yaml",
                "Taskfile.dist.yml",
                "Taskfile.dist.yaml",
            ],
            (None, "npm") => vec!["package.json"],
            (None, "composer") => vec!["composer.json"],
            (None, "deno") => vec!["deno.json", "deno.jsonc"],
            (None, "tox") => vec!["tox.ini", "setup.cfg", "tox.toml", "pyproject.toml"],
            (None, "nox") => vec!["noxfile.py"],
            (None, "pyproject") => vec!["pyproject.toml"],
            (None, "cargo") => vec![".cargo/config.toml", ".cargo/config"],
            (None, _) => return None,
        };
        names.into_iter().find_map(|name| {
            let key = format!("{reader}\0{directory}\0{name}");
            if let Some(known) = self.read.borrow().get(&key) {
                return known.clone();
            }
            if self.read.borrow().len() >= MAX_FILES {
                return None;
            }
            let file =
                self.text(directory, name).and_then(|text| self.parse(reader, directory, name, &text)).map(Rc::new);
            self.read.borrow_mut().insert(key, file.clone());
            file
        })
    }

    fn parse(&self, reader: &str, directory: &str, name: &str, text: &str) -> Option<TargetFile> {
        match reader {
            "make" => {
                let mut text = text.to_owned();
                let mut complete = true;
                for line in text
                    .clone()
                    .lines()
                    .filter_map(|line| line.strip_prefix("include ").or_else(|| line.strip_prefix("-include ")))
                {
                    for included in line.split_whitespace().take(20) {
                        match self.text(directory, included) {
                            Some(more) => text.push_str(&format!("\n{more}")),
                            None => complete = false,
                        }
                    }
                }
                Some(TargetFile { complete, ..make(&text) })
            }
            "just" => Some(just(text)),
            "task" => task(text),
            "npm" | "composer" | "deno" => json_scripts(reader, text),
            "tox" if name.ends_with(".toml") => tox_in_toml(text),
            "tox" => tox(text),
            "nox" => Some(nox(text)),
            "pyproject" => pyproject(text),
            "cargo" => cargo_aliases(text),
            _ => None,
        }
    }
}

/// The names of the targets that a command asks for; an empty name is the default one.
pub(super) fn names(reader: &str, bare: &Bare) -> Vec<String> {
    let words: Vec<&str> = bare.words().collect();
    let or_default = |names: Vec<String>| if names.is_empty() { vec![String::new()] } else { names };
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    match reader {
        "make" => or_default(words.iter().filter(|word| !word.contains('=')).map(|word| (*word).to_owned()).collect()),
        "just" | "task" => {
            or_default(words.iter().filter(|word| !word.contains('=')).take(3).map(|word| (*word).to_owned()).collect())
        }
        "npm" => npm_names(&bare.program, &words),
        "composer" => match words.as_slice() {
            ["run" | "run-script", name, ..] => vec![(*name).to_owned()],
            [
                "install" | "update" | "require" | "validate" | "dump-autoload" | "config" | "global" | "show"
                | "audit",
                ..,
            ]
            | [] => Vec::new(),
            [name, ..] => vec![(*name).to_owned()],
        },
        "deno" => match words.as_slice() {
            ["task", name, ..] => vec![(*name).to_owned()],
            _ => Vec::new(),
        },
        "cargo" => owned(words.get(..1).unwrap_or_default()),
        "tox" => {
            match bare.arguments.iter().position(|argument| matches!(argument.text.as_str(), "-e" | "run" | "r" | "-m"))
            {
                _ if words.first() == Some(&"config") || words.first() == Some(&"list") => Vec::new(),
                _ => or_default(environments(bare)),
            }
        }
        "nox" => or_default(sessions(bare)),
        "pyproject" => match (bare.program.as_str(), words.as_slice()) {
            ("pdm" | "hatch", ["run", name, ..]) => {
                vec![name.rsplit(':').next().unwrap_or(name).to_owned(), (*name).to_owned()]
            }
            ("hatch", ["test", ..]) => vec!["test".to_owned()],
            ("poe" | "taskipy", [name, ..]) => vec![(*name).to_owned()],
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn npm_names(program: &str, words: &[&str]) -> Vec<String> {
    match words {
        ["run" | "run-script" | "rum" | "urn", rest @ ..] => {
            rest.first().map(|name| (*name).to_owned()).into_iter().collect()
        }
        ["t" | "tst" | "test", ..] => vec!["test".to_owned()],
        ["it" | "install-test" | "cit" | "install-ci-test", ..] => vec!["test".to_owned()],
        ["workspace", _, rest @ ..] => npm_names(program, rest),
        ["workspaces" | "foreach" | "recursive" | "multi", rest @ ..] => npm_names(program, rest),
        [
            "ci" | "i" | "install" | "add" | "audit" | "publish" | "pack" | "config" | "set" | "exec" | "x" | "dlx"
            | "create" | "init" | "cache" | "login" | "version" | "view" | "info" | "link" | "why" | "outdated"
            | "update" | "up" | "dedupe" | "prune" | "rebuild" | "sbom" | "npm" | "node" | "import" | "fetch"
            | "deploy" | "import-x" | "upgrade" | "remove" | "ls" | "list" | "whoami" | "store" | "env",
            ..,
        ]
        | [] => Vec::new(),
        rest if matches!(program, "npm-run-all" | "run-s" | "run-p") => {
            rest.iter().map(|name| (*name).to_owned()).collect()
        }
        [name, ..] if matches!(program, "yarn" | "pnpm" | "bun" | "rushx") => vec![(*name).to_owned()],
        _ => Vec::new(),
    }
}

fn environments(bare: &Bare) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = bare.arguments.iter().map(|argument| argument.text.as_str());
    while let Some(argument) = rest.next() {
        let list = match argument {
            "-e" => rest.next(),
            _ => argument.strip_prefix("-e=").or_else(|| argument.strip_prefix("-e")).filter(|list| !list.is_empty()),
        };
        found.extend(list.into_iter().flat_map(|list| list.split(',')).map(|name| name.trim().to_owned()));
    }
    found
}

fn sessions(bare: &Bare) -> Vec<String> {
    let mut found = Vec::new();
    let mut taking = false;
    for argument in &bare.arguments {
        match argument.text.as_str() {
            "-s" | "--session" | "--sessions" | "-e" | "-t" => taking = true,
            "--" => break,
            text if text.starts_with("-s=") || text.starts_with("--session") => {
                found.extend(text.split_once('=').map(|(_, name)| name.to_owned()));
            }
            _ if argument.option => taking = false,
            text if taking => {
                found.push(text.split('(').next().unwrap_or(text).split("-3").next().unwrap_or(text).to_owned())
            }
            _ => {}
        }
    }
    found
}

fn make(text: &str) -> TargetFile {
    let mut file = TargetFile { complete: true, ..TargetFile::default() };
    let mut variables: BTreeMap<String, String> = BTreeMap::new();
    let text = text.replace("\\\r\n", " ").replace("\\\n", " ");
    for line in text.lines() {
        if let Some((name, value)) = make_assignment(line) {
            variables.entry(name).or_insert(value);
        }
    }
    let mut current: Vec<String> = Vec::new();
    let mut budget = MAX_EXPANDED;
    for line in text.lines() {
        if budget == 0 {
            file.complete = false;
            break;
        }
        if let Some(recipe) = line.strip_prefix('\t') {
            let recipe = expand(recipe, &variables, 4);
            budget = budget.saturating_sub(recipe.len() * current.len().max(1));
            for name in &current {
                if let Some(target) = file.targets.get_mut(name) {
                    target.script.push_str(&make_line(&recipe));
                    target.script.push('\n');
                }
            }
            continue;
        }
        let line = line.split(" #").next().unwrap_or(line).trim_end();
        if line.is_empty() || line.starts_with(['#', ' ']) || make_assignment(line).is_some() {
            continue;
        }
        let Some((names, rest)) = line.split_once(':') else { continue };
        let (needs, recipe) =
            rest.trim_start_matches(':').split_once(';').unwrap_or((rest.trim_start_matches(':'), ""));
        let needs: Vec<String> = expand(needs, &variables, 4)
            .split_whitespace()
            .filter(|word| *word != "|")
            .map(str::to_owned)
            .take(200)
            .collect();
        current = expand(names, &variables, 4).split_whitespace().map(str::to_owned).take(200).collect();
        for name in &current {
            if name.starts_with('.') && !name.contains('/') {
                continue;
            }
            if file.default.is_none() && !name.contains('%') {
                file.default = Some(name.clone());
            }
            let target = file.targets.entry(name.clone()).or_default();
            target.needs.extend(needs.iter().cloned());
            if !recipe.trim().is_empty() {
                target.script.push_str(&make_line(&expand(recipe, &variables, 4)));
                target.script.push('\n');
            }
        }
    }
    if let Some(goal) = variables.get(".DEFAULT_GOAL") {
        file.default = Some(goal.clone());
    }
    file
}

/// A recipe line without its signs; `-` lets it fail.
fn make_line(line: &str) -> String {
    let line = line.trim_start();
    let signs = line.len() - line.trim_start_matches(['@', '+', '-', ' ']).len();
    let (signs, rest) = line.split_at_checked(signs).unwrap_or(("", line));
    if signs.contains('-') && !rest.is_empty() { format!("{rest} || true") } else { rest.to_owned() }
}

fn make_assignment(line: &str) -> Option<(String, String)> {
    let line = line.strip_prefix("export ").unwrap_or(line);
    let at = line.find('=')?;
    let name = line.get(..at)?.trim_end_matches([':', '?', '+', '!', ' ', '\t']).trim_start();
    let plain = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    plain.then(|| (name.to_owned(), line.get(at + 1..).unwrap_or_default().trim().to_owned()))
}

/// Puts variables in; what is not known stays as it is.
fn expand(text: &str, variables: &BTreeMap<String, String>, depth: usize) -> String {
    if depth == 0 || !text.contains('$') {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        let close = match rest.chars().next() {
            Some('(') => ')',
            Some('{') => '}',
            Some('$') => {
                out.push('$');
                rest = rest.get(1..).unwrap_or_default();
                continue;
            }
            _ => {
                out.push('$');
                continue;
            }
        };
        let end = rest.find(close);
        let name = end.and_then(|end| rest.get(1..end)).unwrap_or_default();
        match (variables.get(name), name, end) {
            (Some(value), _, Some(end)) if out.len() < MAX_LINE => {
                out.push_str(&expand(value, variables, depth - 1));
                rest = rest.get(end + 1..).unwrap_or_default();
            }
            (None, "MAKE", Some(end)) => {
                out.push_str("make");
                rest = rest.get(end + 1..).unwrap_or_default();
            }
            _ => out.push('$'),
        }
    }
    out.push_str(rest);
    out
}

fn just(text: &str) -> TargetFile {
    let mut file = TargetFile { complete: true, ..TargetFile::default() };
    let mut current: Option<String> = None;
    let mut aliases = Vec::new();
    for line in text.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some(target) = current.as_ref().and_then(|name| file.targets.get_mut(name)) {
                let line = line.trim_start();
                let ignored = line.starts_with('-') || line.starts_with("@-");
                let line = line.trim_start_matches(['@', '-']);
                target.script.push_str(line);
                target.script.push_str(if ignored { " || true\n" } else { "\n" });
            }
            continue;
        }
        let line = line.split(" #").next().unwrap_or(line).trim_end();
        if let Some((alias, name)) = line.strip_prefix("alias ").and_then(|rest| rest.split_once(":=")) {
            aliases.push((alias.trim().to_owned(), name.trim().to_owned()));
            continue;
        }
        if line.starts_with("import") || line.starts_with("mod ") {
            file.complete = false;
        }
        if line.is_empty() || line.starts_with(['#', '[']) || line.contains(":=") {
            continue;
        }
        let Some((head, needs)) = line.split_once(':') else { continue };
        let Some(name) = head.trim_start_matches('@').split_whitespace().next() else { continue };
        file.default.get_or_insert_with(|| name.to_owned());
        let needs = needs.replace("&&", " ");
        let needs = needs.split_whitespace().map(|word| word.trim_matches(['(', ')']).to_owned()).take(100).collect();
        file.targets.insert(name.to_owned(), Target { script: String::new(), needs });
        current = Some(name.to_owned());
    }
    for (alias, name) in aliases {
        if let Some(target) = file.targets.get(&name).cloned() {
            file.targets.insert(alias, target);
        }
    }
    file
}

fn task(text: &str) -> Option<TargetFile> {
    let root = yaml::parse(text).ok()??;
    let mut file = TargetFile {
        complete: root.get("includes").is_none(),
        default: Some("default".to_owned()),
        ..TargetFile::default()
    };
    for (name, task) in root.get("tasks").map(yaml::Node::entries).unwrap_or_default() {
        let mut target = Target::default();
        let commands = if task.is_mapping() { task.get("cmds").or_else(|| task.get("cmd")) } else { Some(task) };
        let single = commands.filter(|commands| commands.as_str().is_some());
        for command in single.into_iter().chain(commands.map(yaml::Node::items).unwrap_or_default()) {
            if let Some(task) = command.get("task").and_then(yaml::Node::as_str) {
                target.needs.push(task.trim_start_matches(':').to_owned());
            } else if let Some(text) = command.as_str().or_else(|| command.get("cmd").and_then(yaml::Node::as_str)) {
                target.script.push_str(text);
                let ignored = command.get("ignore_error").and_then(yaml::Node::as_bool) == Some(true);
                target.script.push_str(if ignored { " || true\n" } else { "\n" });
            }
        }
        for need in task.get("deps").map(yaml::Node::items).unwrap_or_default() {
            target
                .needs
                .extend(need.as_str().or_else(|| need.get("task").and_then(yaml::Node::as_str)).map(str::to_owned));
        }
        file.targets.insert(name.as_str().unwrap_or_default().to_owned(), target);
    }
    Some(file)
}

/// `scripts` of package.json and composer.json, `tasks` of deno.json.
fn json_scripts(reader: &str, text: &str) -> Option<TargetFile> {
    let root: serde_json::Value = serde_json::from_str(text).ok()?;
    let mut file = TargetFile { complete: true, ..TargetFile::default() };
    let key = if reader == "deno" { "tasks" } else { "scripts" };
    for (name, value) in root.get(key).and_then(serde_json::Value::as_object).into_iter().flatten() {
        let lines: Vec<&str> = match value {
            serde_json::Value::String(text) => vec![text],
            serde_json::Value::Array(items) => items.iter().filter_map(serde_json::Value::as_str).collect(),
            serde_json::Value::Object(task) => {
                task.get("command").and_then(serde_json::Value::as_str).into_iter().collect()
            }
            _ => Vec::new(),
        };
        let (needs, lines): (Vec<&str>, Vec<&str>) = lines
            .into_iter()
            .partition(|line| reader == "composer" && line.starts_with('@') && !line.starts_with("@php"));
        let needs = needs.iter().map(|need| need.trim_start_matches('@').to_owned()).collect();
        let lines: Vec<&str> = lines.into_iter().map(|line| line.trim_start_matches("@php ")).collect();
        file.targets.insert(name.clone(), Target { script: lines.join("\n"), needs });
    }
    // `pretest` and `posttest` run with `test`.
    if reader == "npm" {
        let around: Vec<String> = file.targets.keys().cloned().collect();
        for name in around {
            let more: Vec<String> = ["pre", "post"]
                .iter()
                .map(|prefix| format!("{prefix}{name}"))
                .filter(|key| file.targets.contains_key(key))
                .collect();
            if let Some(target) = file.targets.get_mut(&name) {
                target.needs.extend(more);
            }
        }
    }
    Some(file)
}

fn tox(text: &str) -> Option<TargetFile> {
    let mut file = TargetFile { complete: true, ..TargetFile::default() };
    let mut section = String::new();
    let mut in_commands = false;
    for line in text.lines() {
        let trimmed = line.trim();
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            name.clone_into(&mut section);
            in_commands = false;
        } else if !line.starts_with([' ', '\t']) && trimmed.contains('=') {
            let (key, value) = trimmed.split_once('=').unwrap_or((trimmed, ""));
            in_commands = key.trim() == "commands" && section.starts_with("testenv");
            if in_commands {
                tox_line(&mut file, &section, value);
            }
        } else if in_commands {
            tox_line(&mut file, &section, trimmed);
        }
    }
    finish_tox(file)
}

fn tox_line(file: &mut TargetFile, section: &str, line: &str) {
    let line = line.trim();
    if line.is_empty() || line.starts_with('#') {
        return;
    }
    // A factor may stand in front: `py3: pytest`.
    let line = match line.split_once(": ") {
        Some((factor, rest)) if !factor.contains(' ') => rest,
        _ => line,
    };
    let ignored = line.starts_with("- ");
    let line = line.trim_start_matches("- ").replace("{envpython}", "python").replace("{env_python}", "python");
    let names = section.trim_start_matches("testenv").trim_start_matches(':');
    for name in names.split(',').take(50) {
        let target = file.targets.entry(name.trim().to_owned()).or_default();
        target.script.push_str(&line);
        target.script.push_str(if ignored { " || true\n" } else { "\n" });
    }
}

/// Environments without commands of their own have those of `testenv`; no name means all of them.
fn finish_tox(mut file: TargetFile) -> Option<TargetFile> {
    if file.targets.is_empty() {
        return None;
    }
    let base = file.targets.remove("").unwrap_or_default();
    file.targets.insert("*base*".to_owned(), base.clone());
    file.targets.insert("%".to_owned(), base);
    file.default = Some("*base*".to_owned());
    Some(file)
}

fn tox_in_toml(text: &str) -> Option<TargetFile> {
    let root: toml::Table = text.parse().ok()?;
    let tool = root.get("tool").and_then(|tool| tool.get("tox"));
    if let Some(legacy) = tool.and_then(|tox| tox.get("legacy_tox_ini")).and_then(toml::Value::as_str) {
        return tox(legacy);
    }
    let table = tool.and_then(toml::Value::as_table).or_else(|| root.contains_key("env_run_base").then_some(&root))?;
    let mut file = TargetFile { complete: true, ..TargetFile::default() };
    let mut add = |name: &str, env: &toml::Value| {
        for command in env.get("commands").and_then(toml::Value::as_array).into_iter().flatten() {
            let words: Vec<&str> = command.as_array().into_iter().flatten().filter_map(toml::Value::as_str).collect();
            let target = file.targets.entry(name.to_owned()).or_default();
            target.script.push_str(&words.join(" "));
            target.script.push('\n');
        }
    };
    if let Some(base) = table.get("env_run_base") {
        add("", base);
    }
    for (name, env) in table.get("env").and_then(toml::Value::as_table).into_iter().flatten() {
        add(name, env);
    }
    finish_tox(file)
}

fn nox(text: &str) -> TargetFile {
    let mut file = TargetFile { complete: true, default: Some("*all*".to_owned()), ..TargetFile::default() };
    let mut current: Option<String> = None;
    let mut decorated = false;
    let mut all = String::new();
    let mut call: Option<String> = None;
    for line in text.lines() {
        if line.starts_with('@') {
            decorated = line.contains("session");
        } else if let Some(rest) = line.strip_prefix("def ") {
            let name = rest.split('(').next().unwrap_or_default().to_owned();
            current = decorated.then_some(name);
            decorated = false;
        }
        // Calls may span lines; they are gathered up to the closing parenthesis.
        if let Some(open) = &mut call {
            open.push_str(line);
        } else if let Some(at) = line.find("session.run") {
            call = Some(line.get(at..).unwrap_or_default().to_owned());
        }
        let done = call.as_ref().is_some_and(|call| call.contains(')') || call.len() > 2_000);
        if done && let (Some(name), Some(call)) = (&current, call.take()) {
            let words = python_strings(&call).join(" ");
            let target = file.targets.entry(name.replace('_', "-")).or_default();
            target.script.push_str(&words);
            target.script.push('\n');
            let target = target.clone();
            file.targets.insert(name.clone(), target);
            all.push_str(&words);
            all.push('\n');
        }
    }
    file.targets.insert("*all*".to_owned(), Target { script: all, needs: Vec::new() });
    file
}

fn python_strings(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'']) {
        let quote = rest.get(at..=at).unwrap_or_default();
        let after = rest.get(at + 1..).unwrap_or_default();
        let Some(end) = after.find(quote) else { break };
        out.push(after.get(..end).unwrap_or_default().to_owned());
        rest = after.get(end + 1..).unwrap_or_default();
    }
    out
}

/// Scripts of poe, pdm, taskipy and hatch.
fn pyproject(text: &str) -> Option<TargetFile> {
    let root: toml::Table = text.parse().ok()?;
    let tool = root.get("tool")?;
    let mut file = TargetFile { complete: true, ..TargetFile::default() };
    let mut tables: Vec<&toml::Table> = Vec::new();
    for path in [["poe", "tasks"], ["pdm", "scripts"], ["taskipy", "tasks"]] {
        let [first, second] = path;
        tables.extend(tool.get(first).and_then(|table| table.get(second)).and_then(toml::Value::as_table));
    }
    for (_, env) in
        tool.get("hatch").and_then(|hatch| hatch.get("envs")).and_then(toml::Value::as_table).into_iter().flatten()
    {
        tables.extend(env.get("scripts").and_then(toml::Value::as_table));
    }
    for (name, value) in tables.into_iter().flatten() {
        let mut target = Target::default();
        match value {
            toml::Value::String(text) => target.script.push_str(text),
            toml::Value::Array(items) => {
                for item in items {
                    match item.as_str() {
                        Some(text) if !text.contains(' ') => target.needs.push(text.to_owned()),
                        Some(text) => target.script.push_str(&format!("{text}\n")),
                        None => {}
                    }
                }
            }
            toml::Value::Table(table) => {
                let text =
                    ["cmd", "shell", "script"].iter().find_map(|key| table.get(*key)).and_then(toml::Value::as_str);
                target.script.push_str(text.unwrap_or_default());
                let parts = ["sequence", "composite", "deps"]
                    .iter()
                    .filter_map(|key| table.get(*key))
                    .filter_map(toml::Value::as_array)
                    .flatten();
                target.needs.extend(parts.filter_map(toml::Value::as_str).map(str::to_owned));
            }
            _ => {}
        }
        file.targets.insert(name.clone(), target);
    }
    Some(file)
}

fn cargo_aliases(text: &str) -> Option<TargetFile> {
    let root: toml::Table = text.parse().ok()?;
    let mut file = TargetFile { complete: true, ..TargetFile::default() };
    for (name, value) in root.get("alias").and_then(toml::Value::as_table).into_iter().flatten() {
        let words = match value {
            toml::Value::String(text) => text.clone(),
            toml::Value::Array(items) => items.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(" "),
            _ => continue,
        };
        file.targets.insert(name.clone(), Target { script: format!("cargo {words}"), needs: Vec::new() });
    }
    Some(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const FILES: &[(&str, &str)] = &[
        (
            "Makefile",
            "GO ?= go\n.PHONY: all ci\nall: build test\nbuild:\n\t$(GO) build\nci: lint unit\nunit:\n\t@$(GO) test ./... \\\n\t  -v\nopt:\n\t-$(GO) vet\ntest-%:\n\tpytest $*\nsub:\n\t$(MAKE) -C x test\n",
        ),
        (
            "justfile",
            "set shell := ['bash']\nx := 'y'\n\n# all\ndefault: test lint\n\ntest *args: build\n    @cargo test {{args}}\nbuild:\n  cargo build\nalias t := test\n",
        ),
        (
            "Taskfile.yml",
            "version: 3\ntasks:\n  default: {cmds: [{task: test}]}\n  test:\n    deps: [gen]\n    cmds: [go test ./..., {cmd: 'echo x'}]\n  gen: go generate\n",
        ),
        (
            "package.json",
            r#"{"scripts": {"test": "echo \"Error: no test specified\" && exit 1", "ci": "jest", "prea": "x", "a": "y"}}"#,
        ),
        (
            "tox.ini",
            "[tox]\nenvlist = py\n[testenv]\ndeps = pytest\ncommands =\n    {envpython} -m pytest {posargs}\n[testenv:lint,docs]\ncommands = flake8\n",
        ),
        (
            "noxfile.py",
            "import nox\n@nox.session(python=['3.12'])\ndef tests(session):\n    session.install('pytest')\n    session.run(\n        'pytest', '-q')\n@nox.session\ndef lint(session):\n    session.run(\"ruff\", \"check\")\ndef helper(x):\n    session.run('no')\n",
        ),
        (
            "pyproject.toml",
            "[tool.poe.tasks]\ntest = 'pytest'\nall = ['lint', 'test']\n[tool.hatch.envs.default.scripts]\ncov = 'coverage run -m pytest'\n",
        ),
        (".cargo/config.toml", "[alias]\nxtask = 'run -p xtask --'\nt = ['test', '--all']\n"),
    ];

    #[rstest]
    #[case("make", "", Some(("", "build test")))]
    #[case("make", "unit", Some(("go test ./...  \t  -v", "")))]
    #[case("make", "ci", Some(("", "lint unit")))]
    #[case("make", "opt", Some(("go vet || true", "")))]
    #[case("make", "test-x", Some(("pytest $*", "")))]
    #[case("make", "sub", Some(("make -C x test", "")))]
    #[case("make", "gone", None)]
    #[case("just", "", Some(("", "test lint")))]
    #[case("just", "t", Some(("cargo test {{args}}", "build")))]
    #[case("task", "", Some(("", "test")))]
    #[case("task", "test", Some(("go test ./...\necho x", "gen")))]
    #[case("npm", "ci", Some(("jest", "")))]
    #[case("npm", "a", Some(("y", "prea")))]
    #[case("tox", "", Some(("python -m pytest {posargs}", "")))]
    #[case("tox", "py312", Some(("python -m pytest {posargs}", "")))]
    #[case("tox", "lint", Some(("flake8", "")))]
    #[case("nox", "tests", Some(("pytest -q", "")))]
    #[case("nox", "", Some(("pytest -q\nruff check", "")))]
    #[case("nox", "helper", None)]
    #[case("pyproject", "all", Some(("", "lint test")))]
    #[case("pyproject", "cov", Some(("coverage run -m pytest", "")))]
    #[case("cargo", "t", Some(("cargo test --all", "")))]
    fn finds(#[case] reader: &str, #[case] name: &str, #[case] expected: Option<(&str, &str)>) {
        let tree = Tree::of(FILES);
        let objects = tree.reader();
        let targets = Targets::new(&tree, &objects);
        let file = targets.file(reader, "", None).expect("the file");
        let found = file.get(name).map(|target| (target.script.trim().to_owned(), target.needs.join(" ")));
        assert_eq!(found, expected.map(|(script, needs)| (script.to_owned(), needs.to_owned())));
    }

    #[test]
    fn variables_that_multiply_stay_small() {
        let mut text = String::from("A0 = x\n");
        for i in 1..30 {
            text.push_str(&format!("A{i} = {}\n", format!("$(A{})", i - 1).repeat(50)));
        }
        text.push_str("all:\n\techo $(A29)\n");
        assert!(make(&text).get("all").expect("a target").script.len() < 1_000_000);
    }
}
