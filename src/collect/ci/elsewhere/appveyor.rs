//! AppVeyor: which shell runs each command, what is secret and what is deployed.

use super::values::Shell;
use super::{Definitions, Piece, Reach, script};
use crate::collect::ci::workflow::texts;
use crate::yaml::Node;

/// Keys that hold commands.
const COMMANDS: &[&str] = &[
    "init",
    "install",
    "before_build",
    "build_script",
    "after_build",
    "before_test",
    "test_script",
    "after_test",
    "before_deploy",
    "deploy_script",
    "after_deploy",
    "on_success",
    "on_failure",
    "on_finish",
    "before_package",
];
/// Places of a definition that are looked through.
const MAX_PLACES: usize = 20_000;

/// Adds to the tasks of a definition what their values and secrets are judged by.
pub(super) fn add(found: &mut Definitions, root: &Node) {
    let mut reach = Reach { changes: true, ..Reach::default() };
    let mut open = vec![root];
    let mut places = 0;
    while let Some(node) = open.pop() {
        places += 1;
        if places > MAX_PLACES {
            found.cut();
            break;
        }
        open.extend(node.items());
        for (key, value) in node.entries() {
            let Some(key) = key.as_str() else { continue };
            if COMMANDS.contains(&key) {
                commands(found, key, value);
                continue;
            }
            if value.get("secure").is_some() {
                reach.credentials.insert(key.to_owned());
            }
            if key == "deploy" && deploys(value) {
                reach.deploys = Some("the section `deploy`".to_owned());
            }
            open.push(value);
        }
    }
    if found.tasks.is_empty() {
        found.tasks.push(super::circleci::empty("", "appveyor", super::When::on(["change_request"])));
    }
    for task in &mut found.tasks {
        task.reach.changes = true;
    }
    if let Some(task) = found.tasks.first_mut() {
        task.reach = reach;
    }
}

fn commands(found: &mut Definitions, key: &str, value: &Node) {
    let items: Vec<&Node> = if value.as_str().is_some() { vec![value] } else { value.items().iter().collect() };
    for item in items {
        let (shell, node) = match item.entries().first() {
            None => (Shell::Cmd, item),
            Some((name, node)) => match name.as_str().unwrap_or_default() {
                "ps" | "pwsh" => (Shell::Pwsh, node),
                "sh" | "bash" => (Shell::Posix, node),
                _ => (Shell::Cmd, node),
            },
        };
        for text in script(&[node]) {
            found.pieces.push(Piece { job: key.to_owned(), shell, text, ..Piece::default() });
        }
    }
}

/// Whether something is deployed that is not only for tags.
fn deploys(node: &Node) -> bool {
    if node.is_null() || matches!(node.as_str(), Some("off" | "false" | "")) || node.as_bool() == Some(false) {
        return false;
    }
    let all: Vec<&Node> = if node.is_mapping() { vec![node] } else { node.items().iter().collect() };
    let only_tags = |item: &&Node| {
        let on = item.get("on").map(texts).unwrap_or_default();
        let names = item.get("on").map(Node::entries).unwrap_or_default();
        let tag = names
            .iter()
            .any(|(name, _)| name.as_str().is_some_and(|name| name.eq_ignore_ascii_case("appveyor_repo_tag")));
        tag && on.contains(&"true")
    };
    !all.iter().all(only_tags)
}
