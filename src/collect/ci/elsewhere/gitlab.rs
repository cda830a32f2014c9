//! GitLab CI: jobs with what they inherit, files that are included from the tree, and templates of the product.

use std::collections::{BTreeMap, BTreeSet};

use super::rules::{Admission, Answer, Judge, SITUATIONS, Situation};
use super::{Definitions, Elsewhere, MAX_INCLUDES, Reach, Task, When, path_from, script, variables};
use crate::collect::ci::shell::Dialect;
use crate::yaml::{self, Node};

/// Jobs that a job inherits from, one through the other.
const MAX_PARENTS: usize = 20;

/// Keys of the first level that are no jobs.
const KEYWORDS: &[&str] = &[
    "stages",
    "variables",
    "include",
    "default",
    "workflow",
    "image",
    "services",
    "cache",
    "before_script",
    "after_script",
    "spec",
    "types",
];

/// What switches the jobs of a template off.
const SWITCHES: &[(&str, &str)] = &[
    ("SAST_DISABLED", "sast"),
    ("SECRET_DETECTION_DISABLED", "secret_scan"),
    ("DEPENDENCY_SCANNING_DISABLED", "sca"),
    ("CONTAINER_SCANNING_DISABLED", "sca"),
];

/// All files of one pipeline, those that include after those that they include.
#[derive(Default)]
struct Files {
    list: Vec<(String, Node)>,
    templates: Vec<(String, u64, String)>,
    unresolved: Vec<String>,
    seen: BTreeSet<String>,
}

/// Where a job of that name stands.
type Jobs<'a> = BTreeMap<&'a str, Vec<(&'a str, &'a Node)>>;

pub(super) fn read(cx: &Elsewhere<'_>, path: &str, documents: Vec<Node>) -> Definitions {
    let (header, root) = parts(documents);
    let Some(root) = root else { return Definitions::default() };
    let mut files = Files::default();
    files.seen.insert(path.to_owned());
    files.add(cx, path, root, 0);
    let mut jobs: Jobs<'_> = BTreeMap::new();
    for (path, root) in &files.list {
        for (name, job) in root.entries() {
            if let Some(name) = name.as_str() {
                jobs.entry(name).or_default().push((path, job));
            }
        }
    }
    let mut globals = BTreeMap::new();
    for (_, root) in &files.list {
        variables(root.get("variables"), &mut globals);
    }
    let judge = Judge { cx, variables: &globals };
    let admission = judge.admission(files.list.iter().rev().find_map(|(_, root)| root.at("workflow.rules")));
    let mut found = Definitions { unresolved: files.unresolved.clone(), ..Definitions::default() };
    parameters(header.as_ref(), &files, &mut found);
    for name in jobs.keys().filter(|name| !KEYWORDS.contains(name) && !name.starts_with('.')) {
        if !found.has_room() {
            found.cut();
            break;
        }
        if let Some(task) = job(&judge, &jobs, name, &admission, &globals) {
            found.push(task);
        }
    }
    for (template, line, path) in &files.templates {
        if let Some(task) = from_template(cx, template, (path, *line), &admission, &globals) {
            found.push(task);
        }
    }
    found
}

/// The header (`spec`) of a file, and what it says.
fn parts(documents: Vec<Node>) -> (Option<Node>, Option<Node>) {
    let mut documents = documents.into_iter();
    let first = documents.next();
    match documents.next() {
        Some(second) if first.as_ref().is_some_and(|node| node.get("spec").is_some()) => (first, Some(second)),
        _ => (None, first),
    }
}

/// Inputs of the pipeline, and variables that are asked for when somebody starts one.
fn parameters(header: Option<&Node>, files: &Files, found: &mut Definitions) {
    let inputs = header.and_then(|node| node.at("spec.inputs")).map(Node::entries).unwrap_or_default();
    for (name, about) in inputs {
        let kind = match about.get("type").and_then(Node::as_str) {
            // The system refuses what does not fit.
            _ if about.get("options").is_some() || about.get("regex").is_some() => "choice",
            Some("boolean") => "boolean",
            Some("number") => "number",
            _ => "string",
        };
        if let Some(name) = name.as_str() {
            found.parameter(&format!("inputs.{name}"), kind, about.line);
        }
    }
    for (_, root) in &files.list {
        for (name, about) in root.get("variables").map(Node::entries).unwrap_or_default() {
            if let (Some(name), Some(_)) = (name.as_str(), about.get("description")) {
                let kind = if about.get("options").is_some() { "choice" } else { "string" };
                found.parameter(name, kind, about.line);
            }
        }
    }
}

impl Files {
    fn add(&mut self, cx: &Elsewhere<'_>, path: &str, root: Node, depth: usize) {
        let includes: Vec<Node> = match root.get("include") {
            Some(node) if node.is_mapping() || node.as_str().is_some() => vec![node.clone()],
            Some(node) => node.items().to_vec(),
            None => Vec::new(),
        };
        for include in &includes {
            self.include(cx, path, include, depth);
        }
        self.list.push((path.to_owned(), root));
    }

    fn include(&mut self, cx: &Elsewhere<'_>, path: &str, include: &Node, depth: usize) {
        let get = |key: &str| include.get(key).and_then(Node::as_str);
        if let Some(template) = get("template") {
            self.templates.push((template.to_owned(), include.line, path.to_owned()));
        } else if let Some(component) = get("component") {
            let name = component.split('@').next().unwrap_or(component);
            self.templates.push((name.to_owned(), include.line, path.to_owned()));
            if cx.recogniser.steps.template(name).is_empty() {
                self.unresolved.push(format!("the component `{component}` (line {})", include.line));
            }
        } else if let Some(local) = get("local").or_else(|| include.as_str().filter(|text| !text.contains("://"))) {
            self.local(cx, local, include.line, depth);
        } else {
            let what = get("remote").or_else(|| get("project")).or_else(|| include.as_str()).unwrap_or("an include");
            self.unresolved.push(format!("`{what}` is not in the tree (line {})", include.line));
        }
    }

    fn local(&mut self, cx: &Elsewhere<'_>, local: &str, line: u64, depth: usize) {
        let paths: Vec<String> = if local.contains('*') {
            let glob = globset::GlobBuilder::new(local.trim_start_matches('/')).literal_separator(true).build();
            let matcher = glob.ok().map(|glob| glob.compile_matcher());
            let entries = cx.tree.entries().iter().map(|entry| entry.path.text());
            entries
                .filter(|path| matcher.as_ref().is_some_and(|matcher| matcher.is_match(path)))
                .take(MAX_INCLUDES)
                .collect()
        } else {
            path_from("x", local).into_iter().collect()
        };
        if paths.is_empty() {
            self.unresolved.push(format!("`{local}` is not in the tree (line {line})"));
        }
        for path in paths {
            if depth > 20 || self.seen.len() >= MAX_INCLUDES || !self.seen.insert(path.clone()) {
                continue;
            }
            match cx.file(&path).map(|text| yaml::parse_all(&text)) {
                Some(Ok(documents)) => {
                    if let (_, Some(root)) = parts(documents) {
                        self.add(cx, &path, root, depth + 1);
                    }
                }
                Some(Err(error)) => self.unresolved.push(format!("{path}: {error}")),
                None => self.unresolved.push(format!("`{local}` is not in the tree (line {line})")),
            }
        }
    }
}

/// A job and its parents, the nearest first.
fn family<'a>(jobs: &Jobs<'a>, name: &str) -> Vec<(&'a str, &'a Node)> {
    let mut found: Vec<(&'a str, &'a Node)> = Vec::new();
    let mut open = vec![name.to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop() {
        if found.len() >= MAX_PARENTS || !seen.insert(name.clone()) {
            continue;
        }
        let Some(definitions) = jobs.get(name.as_str()) else { continue };
        for (path, node) in definitions.iter().rev() {
            found.push((path, node));
            // Of several parents the last one goes before the others.
            open.extend(node.get("extends").map(Node::strings).unwrap_or_default().into_iter().map(str::to_owned));
        }
    }
    found
}

fn job(
    judge: &Judge<'_>,
    jobs: &Jobs<'_>,
    name: &str,
    admission: &Admission,
    globals: &BTreeMap<String, String>,
) -> Option<Task> {
    let family = family(jobs, name);
    let (path, first) = *family.first()?;
    if !first.is_mapping() {
        return None;
    }
    let own = |key: &str| family.iter().find_map(|(path, node)| Some((*path, node.get(key)?)));
    let global = |key: &str| {
        let default = jobs.get("default").and_then(|list| list.iter().rev().find_map(|(_, node)| node.get(key)));
        default.or_else(|| jobs.get(key).and_then(|list| list.last()).map(|(_, node)| *node))
    };
    let (when, tolerated) = judge.when(&|key| own(key).map(|(_, node)| resolve(jobs, node)), admission);
    let mut values = globals.clone();
    for (_, node) in family.iter().rev() {
        variables(node.get("variables"), &mut values);
    }
    let mut parts: Vec<Node> = Vec::new();
    for key in ["before_script", "script"] {
        let node = own(key).map(|(_, node)| node).or_else(|| if key == "script" { None } else { global(key) });
        parts.extend(node.map(|node| resolve(jobs, node)));
    }
    let path = own("script").map_or(path, |(path, _)| path);
    let tolerates = match own("allow_failure").map(|(_, node)| node) {
        Some(node) if node.is_mapping() => true,
        Some(node) => node.as_bool() == Some(true),
        None => false,
    };
    let never = own("when").and_then(|(_, node)| node.as_str()) == Some("never");
    let opaque = own("trigger").is_some().then(|| format!("the pipeline that {name} starts"));
    let needs = own("needs").map(|(_, node)| node);
    let mut reach = Reach { changes: when.changes, ..Reach::default() };
    for key in ["secrets", "id_tokens"] {
        let named = own(key).map(|(_, node)| node.entries()).unwrap_or_default();
        reach.credentials.extend(named.iter().filter_map(|(name, _)| name.as_str()).map(str::to_owned));
    }
    let needs = needs.map(Node::items).unwrap_or_default().iter();
    Some(Task {
        path: path.to_owned(),
        job: name.to_owned(),
        line: first.line,
        when,
        blocking: !tolerates && !tolerated,
        disabled: never,
        variables: values,
        directory: String::new(),
        dialect: Dialect::Posix,
        scripts: script(&parts.iter().collect::<Vec<_>>()),
        known: Vec::new(),
        opaque,
        needs: needs
            .filter_map(|need| need.as_str().or_else(|| need.get("job").and_then(Node::as_str)))
            .map(str::to_owned)
            .collect(),
        reach,
    })
}

/// A value with what `!reference [job, key]` names put in.
fn resolve(jobs: &Jobs<'_>, node: &Node) -> Node {
    let named = |node: &Node| -> Option<Node> {
        let [job, rest @ ..] = node.items() else { return None };
        let name = job.as_str()?;
        let (key, deeper) = rest.split_first()?;
        // A list of commands looks the same, unless its first word is a job.
        let mut found = family(jobs, name).into_iter().find_map(|(_, node)| node.get(key.as_str()?))?;
        for key in deeper {
            found = found.get(key.as_str()?)?;
        }
        Some(found.clone())
    };
    if let Some(found) = named(node) {
        return found;
    }
    match &node.value {
        yaml::Value::Sequence(items) => {
            let items = items.iter().map(|item| named(item).unwrap_or_else(|| item.clone())).collect();
            Node { value: yaml::Value::Sequence(items), ..node.clone() }
        }
        _ => node.clone(),
    }
}

/// Jobs of a template. They never stop a pipeline by themselves.
fn from_template(
    cx: &Elsewhere<'_>,
    template: &str,
    (path, line): (&str, u64),
    admission: &Admission,
    globals: &BTreeMap<String, String>,
) -> Option<Task> {
    let known = cx.recogniser.steps.template(template);
    let first = known.first()?.clone();
    let off = |kind: &str| {
        SWITCHES.iter().any(|(variable, switched)| {
            *switched == kind && globals.get(*variable).is_some_and(|value| matches!(value.as_str(), "true" | "1"))
        })
    };
    let newest = template.contains(".latest.");
    let mut when = When::on([]);
    for (index, (situation, names)) in SITUATIONS.into_iter().enumerate() {
        let runs =
            matches!(situation, Situation::Branch | Situation::Primary | Situation::Schedule | Situation::Manual)
                || situation == Situation::MergeRequest && newest;
        let decision = admission.as_ref().and_then(|decisions| decisions.get(index));
        let admits = decision.is_none_or(|decision| decision.runs != Answer::No);
        if runs && admits {
            when.triggers.extend(names.iter().copied());
        }
    }
    Some(Task {
        path: path.to_owned(),
        job: first.tool.clone(),
        line,
        when,
        blocking: false,
        disabled: off(&first.kind),
        variables: BTreeMap::new(),
        directory: String::new(),
        dialect: Dialect::Posix,
        scripts: Vec::new(),
        known: known.into_iter().map(|known| (known, line)).collect(),
        opaque: None,
        needs: Vec::new(),
        reach: Reach::default(),
    })
}
