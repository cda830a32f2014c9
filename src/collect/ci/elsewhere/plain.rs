//! Systems whose definitions are YAML with shell commands under known keys: the table names the keys, the events and the
//! sections, and this walks.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Definitions, Elsewhere, MAX_INCLUDES, Reach, Task, When, owned, path_from, script, shorten, variables};
use crate::collect::ci::shell::Dialect;
use crate::collect::ci::systems::Reading;
use crate::collect::ci::workflow::{Text, texts};
use crate::yaml::{self, Node};

/// Mappings inside mappings.
const MAX_DEPTH: usize = 40;

/// What holds at a place of the document.
#[derive(Debug, Clone)]
struct Place {
    path: String,
    name: String,
    when: When,
    blocking: bool,
    disabled: bool,
    variables: Rc<BTreeMap<String, String>>,
    directory: String,
    dialect: Dialect,
}

struct Walk<'a> {
    cx: &'a Elsewhere<'a>,
    reading: &'a Reading,
    seen: BTreeSet<String>,
    found: Definitions,
}

pub(super) fn read(cx: &Elsewhere<'_>, system: &str, path: &str, documents: &[Node]) -> Definitions {
    let Some(reading) = cx.table.reading(system) else { return Definitions::default() };
    let mut walk = Walk { cx, reading, seen: BTreeSet::from([path.to_owned()]), found: Definitions::default() };
    for root in documents {
        let mut place = Place {
            path: path.to_owned(),
            name: system.to_owned(),
            when: When::on(events(&reading.events)),
            blocking: true,
            disabled: false,
            variables: Rc::default(),
            directory: String::new(),
            dialect: if reading.windows { Dialect::Windows } else { Dialect::Posix },
        };
        walk.triggers(root, &mut place);
        walk.unsaid(root, &place);
        walk.node(root, &place, 0);
    }
    walk.found.included = walk.seen;
    walk.found
}

/// Our words for events, as far as we have them.
fn events(names: &[String]) -> Vec<&'static str> {
    const WORDS: [&str; 8] =
        ["change_request", "merge_queue", "push_primary", "push", "tag", "release", "schedule", "manual"];
    names.iter().map(|name| WORDS.into_iter().find(|word| word == name).unwrap_or("other")).collect()
}

impl Walk<'_> {
    /// What Azure Pipelines say on the first level about pushes and change requests.
    fn triggers(&self, root: &Node, place: &mut Place) {
        for (key, covered) in [("pr", &["change_request"][..]), ("trigger", &["push_primary", "push", "tag"][..])] {
            if !self.reading.triggers.iter().any(|known| known == key) {
                continue;
            }
            let Some(node) = root.get(key) else { continue };
            if node.as_str() == Some("none") || node.is_null() {
                place.when.triggers.retain(|name| !covered.contains(name));
                continue;
            }
            let list = |path: &str| node.at(path).map(Node::strings);
            let included = list("branches.include").or_else(|| (!node.items().is_empty()).then(|| node.strings()));
            let wanted = included.is_none_or(|list| self.cx.covers_primary(&list));
            let unwanted = list("branches.exclude").is_some_and(|list| self.cx.covers_primary(&list));
            if !wanted || unwanted {
                place.when.triggers.retain(|name| *name != covered.first().copied().unwrap_or_default());
            }
            if key == "pr" {
                place.when.filtered = match (list("paths.include"), list("paths.exclude")) {
                    (Some(paths), _) => self.cx.left_out(below(owned(&paths)), false),
                    (None, Some(paths)) => self.cx.left_out(below(owned(&paths)), true),
                    (None, None) => "no",
                };
            }
        }
        if root.get("schedules").is_some() {
            place.when.triggers.insert("schedule");
        }
    }

    /// What a system runs for a language when the file does not say it.
    fn unsaid(&mut self, root: &Node, place: &Place) {
        let says = self.reading.unless.iter().any(|key| root.get(key).is_some());
        let language = root.get("language").and_then(Node::as_str);
        let default = language.and_then(|language| self.reading.defaults.get(&language.to_lowercase()));
        if let (false, Some(command)) = (says, default) {
            let line = root.get("language").map_or(1, |node| node.line);
            self.task(place, line, vec![Text { line, text: command.clone() }], None);
        }
    }

    fn node(&mut self, node: &Node, place: &Place, depth: usize) {
        if depth > MAX_DEPTH || !self.found.has_room() {
            self.found.cut();
            return;
        }
        for item in node.items() {
            self.node(item, place, depth + 1);
        }
        if !node.is_mapping() {
            return;
        }
        let place = self.here(node, place);
        let mut commands: Vec<&Node> = Vec::new();
        for (key, value) in node.entries() {
            let Some(key) = key.as_str() else { continue };
            if key == "template" && self.reading.templates {
                self.template(node, value, &place, depth);
            } else if key == "task" && !self.reading.tasks.is_empty() {
                self.packaged(node, value, &place);
            } else if self.is_command(key) {
                commands.push(value);
            } else {
                let mut inner = place.clone();
                if let Some(section) = self.reading.sections.get(key) {
                    inner.when.triggers = events(section).into_iter().collect();
                }
                if key.starts_with("${{") {
                    inner.when.condition.get_or_insert_with(|| shorten(key));
                }
                if value.is_mapping() {
                    inner.name = shorten(key);
                }
                self.node(value, &inner, depth + 1);
            }
        }
        if !commands.is_empty() {
            let line = commands.first().map_or(node.line, |node| node.line);
            self.task(&place, line, script(&commands), None);
        }
    }

    fn is_command(&self, key: &str) -> bool {
        self.reading.commands.iter().any(|known| match known.strip_prefix('*') {
            Some(end) => key.ends_with(end),
            None => key == known,
        })
    }

    /// A place with what a mapping says about itself.
    fn here(&self, node: &Node, place: &Place) -> Place {
        let mut place = place.clone();
        let text = |key: &str| node.get(key).and_then(Node::as_str);
        if let Some(name) = ["displayName", "name", "label", "job", "stage"].iter().find_map(|key| text(key)) {
            place.name = shorten(name);
        }
        for key in ["workingDirectory", "working_directory", "directory"] {
            if let Some(directory) = text(key).filter(|text| !text.contains('$') && !text.starts_with(['/', '~'])) {
                directory.clone_into(&mut place.directory);
            }
        }
        for key in ["env", "environment", "variables"] {
            if node.get(key).is_some() {
                variables(node.get(key), Rc::make_mut(&mut place.variables));
            }
        }
        for key in ["continueOnError", "soft_fail", "allow_failures", "allow_failure"] {
            if node.get(key).and_then(Node::as_bool) == Some(true) {
                place.blocking = false;
            }
        }
        if text("failure") == Some("ignore") {
            place.blocking = false;
        }
        if node.get("enabled").and_then(Node::as_bool) == Some(false) {
            place.disabled = true;
        }
        for key in ["if", "only_if", "condition", "skip", "skip_commits", "only_commits"] {
            if let Some(node) = node.get(key) {
                self.condition(key, node, &mut place);
            }
        }
        for key in ["when", "trigger", "branches"] {
            if let Some(node) = node.get(key).filter(|_| !self.reading.triggers.iter().any(|known| known == key)) {
                narrow(self.cx, key, node, &mut place.when);
            }
        }
        place
    }

    fn condition(&self, key: &str, node: &Node, place: &mut Place) {
        let shown = shorten(&texts(node).join(" "));
        let lower = shown.to_lowercase();
        let harmless = ["succeeded()", "always()", "succeededorfailed()", "not(canceled())", "true", ""];
        if harmless.contains(&lower.as_str()) || key == "skip" && matches!(lower.as_str(), "false" | "no") {
            return;
        }
        let pushes_only = [
            "ne(variables['build.reason'], 'pullrequest')",
            "type = push",
            "type != pull_request",
            "build.sourcebranch'], 'refs/heads/",
            "$cirrus_pr == ''",
            "build.pull_request.id == null",
        ];
        if pushes_only.iter().any(|part| lower.contains(part)) && !lower.contains(" or ") && !lower.contains("||") {
            place.when.triggers.remove("change_request");
        } else if lower.contains("type = cron") {
            place.when.triggers = BTreeSet::from(["schedule"]);
        } else {
            place.when.condition.get_or_insert(shown);
        }
    }

    /// A file of the tree that stands in for a part of this one.
    fn template(&mut self, node: &Node, value: &Node, place: &Place, depth: usize) {
        let Some(name) = value.as_str() else { return };
        let target = if name.contains('@') && !name.ends_with("@self") {
            None
        } else {
            path_from(&place.path, name.trim_end_matches("@self"))
        };
        let text = target.as_ref().and_then(|path| self.cx.file(path));
        let (Some(path), Some(text)) = (target, text) else {
            self.found.unresolved.push(format!("the template `{name}` is not in the tree (line {})", value.line));
            self.task(place, node.line, Vec::new(), Some(name.to_owned()));
            return;
        };
        if self.seen.len() >= MAX_INCLUDES || !self.seen.insert(path.clone()) {
            return;
        }
        match yaml::parse(&text) {
            Ok(Some(root)) => self.node(&root, &Place { path, ..place.clone() }, depth + 1),
            Ok(None) => {}
            Err(error) => self.found.unresolved.push(format!("{path}: {error}")),
        }
    }

    /// A step that is a program of its own, such as `Maven@4`.
    fn packaged(&mut self, node: &Node, value: &Node, place: &Place) {
        let name = value.as_str().unwrap_or_default().split('@').next().unwrap_or_default();
        let Some(command) = self.reading.tasks.get(name) else { return };
        let input = |name: &str| node.get("inputs").and_then(|inputs| inputs.get(name)).and_then(Node::as_str);
        let mut text = String::new();
        let mut rest = command.as_str();
        while let Some((before, (name, behind))) =
            rest.split_once('{').and_then(|(before, inner)| Some((before, inner.split_once('}')?)))
        {
            text.push_str(before);
            text.push_str(input(name).unwrap_or_default());
            rest = behind;
        }
        text.push_str(rest);
        self.task(place, value.line, vec![Text { line: value.line, text }], None);
    }

    fn task(&mut self, place: &Place, line: u64, scripts: Vec<Text>, opaque: Option<String>) {
        self.found.push(Task {
            path: place.path.clone(),
            job: place.name.clone(),
            line,
            when: place.when.clone(),
            blocking: place.blocking,
            disabled: place.disabled,
            variables: BTreeMap::clone(&place.variables),
            directory: place.directory.clone(),
            dialect: place.dialect,
            scripts,
            known: Vec::new(),
            opaque,
            needs: Vec::new(),
            reach: Reach::default(),
        });
    }
}

/// Patterns for directories, which cover what lies below.
fn below(paths: Vec<String>) -> Vec<String> {
    let ends = |path: String| {
        if path.contains('*') || path.contains('.') { path } else { format!("{}/**", path.trim_end_matches('/')) }
    };
    paths.into_iter().map(|path| ends(path.trim_start_matches('/').to_owned())).collect()
}

/// Events and branches of a mapping such as `when: {event: [push]}`.
fn narrow(cx: &Elsewhere<'_>, key: &str, node: &Node, when: &mut When) {
    let choices: Vec<&Node> =
        if node.items().iter().any(Node::is_mapping) { node.items().iter().collect() } else { vec![node] };
    let before = when.triggers.clone();
    let mut admitted: BTreeSet<&'static str> = BTreeSet::new();
    for choice in choices {
        let mut left = before.clone();
        let part =
            |name: &str| choice.get(name).map(|node| node.get("include").or_else(|| node.get("only")).unwrap_or(node));
        if let Some(events) = part("event") {
            let words: BTreeSet<&str> = events.strings().into_iter().flat_map(words_of).copied().collect();
            left.retain(|name| words.contains(name));
            left.extend(
                words
                    .iter()
                    .copied()
                    .filter(|word| matches!(*word, "schedule" | "manual" | "release"))
                    .filter_map(known),
            );
        }
        let branches = if key == "branches" && choice.get("only").is_none() && choice.get("except").is_none() {
            (!choice.strings().is_empty()).then_some(choice)
        } else {
            part("branch").or_else(|| choice.get("only"))
        };
        if let Some(branches) = branches
            && !cx.covers_primary(&branches.strings())
        {
            left.retain(|name| !matches!(*name, "change_request" | "push_primary"));
        }
        if let Some(refs) = part("ref") {
            let refs = refs.strings();
            if !refs.iter().any(|name| name.contains("pull") || name.contains("heads/**") || *name == "**") {
                left.remove("change_request");
            }
        }
        admitted.extend(left);
    }
    when.triggers = admitted;
}

fn words_of(event: &str) -> &'static [&'static str] {
    match event {
        "pull_request" | "pull-request" | "pull_requests" => &["change_request"],
        "push" => &["push_primary", "push"],
        "tag" => &["tag"],
        "cron" => &["schedule"],
        "promote" | "rollback" | "custom" | "manual" | "deployment" => &["manual"],
        "release" => &["release"],
        _ => &[],
    }
}

fn known(word: &str) -> Option<&'static str> {
    ["schedule", "manual", "release"].into_iter().find(|known| *known == word)
}
