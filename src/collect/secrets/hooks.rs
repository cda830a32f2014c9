//! Hooks that look for credentials before a commit is made.

use serde::Deserialize;

use super::SecretHook;
use crate::collect::tree::Entry;
use crate::collect::{Context, tables};
use crate::model::fact::{Fact, Reason};
use crate::yaml;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    scanners: Vec<Scanner>,
    files: Vec<String>,
    directories: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scanner {
    tool: String,
    hooks: Vec<String>,
    commands: Vec<String>,
}

/// All hooks that the tree configures. A configuration that does not parse makes the fact unknown.
pub(super) fn collect(cx: &Context<'_>) -> Fact<Vec<SecretHook>> {
    let table: Table = match tables::load(cx.policies, "secret_scanners") {
        Ok(table) => table,
        Err(error) => return Fact::broken(Reason::ParseError, error, cx.src),
    };
    let reader = cx.tree.reader();
    let mut hooks = Vec::new();
    for name in [".pre-commit-config.yaml", ".pre-commit-config.yml"] {
        let Some(entry) = cx.tree.find(name).filter(|entry| entry.mode.is_file()) else { continue };
        let Some(text) = reader.text(entry) else {
            return Fact::broken(Reason::Error, format!("{name} was not read"), cx.src);
        };
        match yaml::parse(&text) {
            Ok(document) => hooks.extend(document.iter().flat_map(|document| of_pre_commit(&table, name, document))),
            Err(error) => return Fact::broken(Reason::ParseError, format!("{name}: {error}"), cx.src),
        }
    }
    for entry in cx.tree.entries().iter().filter(|entry| entry.mode.is_file() && runs_hooks(&table, entry)) {
        if let Some(text) = reader.text(entry) {
            hooks.extend(of_commands(&table, &entry.path.text(), &text));
        }
    }
    hooks.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    Fact::seen(hooks, cx.tree.complete(), cx.src)
}

fn runs_hooks(table: &Table, entry: &Entry) -> bool {
    let lower = entry.path.lower();
    match lower.rsplit_once('/') {
        Some((above, _)) => table.directories.iter().any(|directory| directory == above),
        None => table.files.iter().any(|known| known == lower),
    }
}

fn of_pre_commit(table: &Table, path: &str, document: &yaml::Node) -> Vec<SecretHook> {
    let repositories = document.get("repos").map_or(&[][..], yaml::Node::items);
    let hooks = repositories.iter().flat_map(|repository| repository.get("hooks").map_or(&[][..], yaml::Node::items));
    hooks
        .filter_map(|hook| hook.get("id"))
        .filter_map(|id| {
            let scanner = table
                .scanners
                .iter()
                .find(|scanner| scanner.hooks.iter().any(|known| Some(known.as_str()) == id.as_str()))?;
            Some(SecretHook { path: path.to_owned(), line: id.line, tool: scanner.tool.clone() })
        })
        .collect()
}

fn of_commands(table: &Table, path: &str, text: &str) -> Vec<SecretHook> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with('#'));
    lines
        .filter_map(|(number, line)| {
            let scanner =
                table.scanners.iter().find(|scanner| scanner.commands.iter().any(|command| runs(line, command)))?;
            Some(SecretHook { path: path.to_owned(), line: number as u64 + 1, tool: scanner.tool.clone() })
        })
        .collect()
}

/// Whether a line holds a command as words of their own.
fn runs(line: &str, command: &str) -> bool {
    line.match_indices(command).any(|(at, _)| {
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'));
        !inside(line[..at].chars().next_back()) && !inside(line[at + command.len()..].chars().next())
    })
}
