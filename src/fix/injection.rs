//! Expressions that are pasted into scripts: the value goes through a variable of the step, which the script reads as data.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value as Json;

use super::Draft;
use super::edit::{self, Piece};
use super::scripts::{self, Shell};
use crate::model::id::RequirementId;
use crate::yaml::Node;

const OUTSIDERS: &str = "OSPS-BR-01.01";
const COLLABORATORS: &str = "OSPS-BR-01.04";
/// Variables that programs know.
const TAKEN: &[&str] =
    &["PATH", "HOME", "USER", "SHELL", "PWD", "CI", "LANG", "TERM", "TMPDIR", "IFS", "ENV", "BASH_ENV"];

/// A value on its way, as the facts have it.
#[derive(Debug, Clone, Deserialize)]
struct Flow {
    path: String,
    line: u64,
    system: String,
    expr: String,
    source: String,
    source_class: String,
    sink: String,
    via: String,
    sanitiser: String,
    fix: Option<String>,
}

/// One expression in one script.
#[derive(Debug, Clone)]
struct Target {
    requirements: BTreeSet<RequirementId>,
    line: u64,
    expression: String,
    one_word: bool,
    advice: Option<String>,
}

/// Where a step lies in its file.
struct Place {
    pointer: String,
    /// The mapping of the job, and the one that is the whole file.
    around: Vec<String>,
    line: u64,
}

pub(super) fn propose(draft: &mut Draft<'_>) {
    let wanted = draft.wanted_of(&[OUTSIDERS, COLLABORATORS]);
    let flows: Vec<Flow> = draft.facts("workflows.flows");
    let mut files: BTreeMap<String, Vec<Target>> = BTreeMap::new();
    for flow in flows.into_iter().filter(|flow| flow.sanitiser == "none") {
        let id = if flow.source_class == "collaborator" { COLLABORATORS } else { OUTSIDERS };
        let Some(id) = wanted.iter().find(|wanted| wanted.as_str() == id).cloned() else { continue };
        let expression = expression(&flow.expr);
        let pasted = flow.sink == "shell" && flow.via != "variable" && flow.system == "github_actions";
        let Some(expression) = expression.filter(|_| pasted) else {
            if draft.wanted(id.as_str()).is_some_and(|verdict| {
                let mut places = verdict.evidence.iter();
                places.any(|seen| seen.path.as_deref() == Some(flow.path.as_str()) && seen.line == Some(flow.line))
            }) {
                let why = flow.fix.unwrap_or_else(|| format!("{} becomes code there.", flow.expr));
                draft.leave(&[id], Some(&flow.path), Some(flow.line), why);
            }
            continue;
        };
        let targets = files.entry(flow.path.clone()).or_default();
        let one_word = is_one_word(&expression, &flow.source);
        match targets.iter_mut().find(|known| known.line == flow.line && known.expression == expression) {
            Some(known) => {
                known.requirements.insert(id);
                known.one_word &= one_word;
            }
            None => targets.push(Target {
                requirements: BTreeSet::from([id]),
                line: flow.line,
                expression,
                one_word,
                advice: flow.fix,
            }),
        }
    }
    for (path, targets) in files {
        file(draft, &path, &targets);
    }
}

/// The expression as it stands in the script.
fn expression(expr: &str) -> Option<String> {
    let written = expr.split(" from ").next()?;
    let first = scripts::fragments(written).into_iter().next()?;
    (first.range == (0..written.len())).then(|| written.to_owned())
}

/// Whether a value is always one word where its name alone says so: what the platform sets, not what somebody types in or a
/// script composes of several.
fn is_one_word(expression: &str, source: &str) -> bool {
    let open = |text: &str| {
        ["inputs", "client_payload", "matrix", "vars.", "fromjson", "join(", "steps.", "needs."]
            .iter()
            .any(|word| text.to_lowercase().contains(word))
    };
    let platform = source.starts_with("github.") && !open(source);
    let composed = expression.contains(".outputs.") || expression.contains("env.");
    let inner = expression.trim_start_matches("${{").trim_end_matches("}}").trim();
    platform && (inner.starts_with("github.") && !open(inner) || composed && is_name_of_a_ref(source))
}

/// References and commits hold no spaces, and what is cut out of one holds none either.
fn is_name_of_a_ref(source: &str) -> bool {
    let last = source.rsplit('.').next().unwrap_or_default();
    matches!(
        last,
        "ref" | "ref_name" | "head_ref" | "base_ref" | "tag_name" | "head_branch" | "target_commitish" | "sha"
    )
}

fn file(draft: &mut Draft<'_>, path: &str, targets: &[Target]) {
    let mut text = match draft.text(path) {
        Ok(Some(text)) => text,
        Ok(None) => return,
        Err(why) => {
            let ids: BTreeSet<RequirementId> = targets.iter().flat_map(|target| target.requirements.clone()).collect();
            let ids: Vec<RequirementId> = ids.into_iter().collect();
            return draft.leave(&ids, Some(path), None, format!("It cannot be edited: {why}."));
        }
    };
    let Some(root) = edit::only(&text) else { return };
    let places = places(&root);
    // Every step is found by the lines of the file as it was assessed, and edited from its pointer.
    let mut steps: BTreeMap<usize, Vec<&Target>> = BTreeMap::new();
    for target in targets {
        match places.iter().rposition(|place| place.line <= target.line) {
            Some(index) => steps.entry(index).or_default().push(target),
            None => leave(draft, path, target, "no step is found there"),
        }
    }
    for (index, targets) in steps {
        let Some(place) = places.get(index) else { continue };
        match step(&text, place, &targets) {
            Ok(done) => {
                for (target, why) in &done.refused {
                    leave(draft, path, target, why);
                }
                if let Some(edited) = done.text {
                    text = edited;
                    draft.write(path, text.clone());
                    let ids: BTreeSet<RequirementId> =
                        done.taken.iter().flat_map(|(target, _)| target.requirements.clone()).collect();
                    let said: Vec<String> = done
                        .taken
                        .iter()
                        .map(|(target, name)| {
                            format!("`{}` in line {} is read as `{name}`", target.expression, target.line)
                        })
                        .collect();
                    draft.propose(ids.into_iter().collect(), path, said.join("; "), 0);
                }
            }
            Err(why) => targets.iter().for_each(|target| leave(draft, path, target, why)),
        }
    }
}

fn leave(draft: &mut Draft<'_>, path: &str, target: &Target, why: &str) {
    let ids: Vec<RequirementId> = target.requirements.iter().cloned().collect();
    let advice = target.advice.as_deref().map(|advice| format!(" {advice}")).unwrap_or_default();
    let why = format!("`{}` is left where it is: {why}.{advice}", target.expression);
    draft.leave(&ids, Some(path), Some(target.line), why);
}

/// The steps of a workflow or an action that run a script, in the order of the file.
fn places(root: &Node) -> Vec<Place> {
    let mut places = Vec::new();
    let mut add = |steps: Option<&Node>, base: &str, around: &[String]| {
        for (index, step) in steps.map(Node::items).unwrap_or_default().iter().enumerate() {
            // A block begins on the line behind its sign; the key stands before both.
            if let Some((run, _)) = step.entries().iter().find(|(key, _)| key.as_str() == Some("run")) {
                places.push(Place {
                    pointer: format!("{base}/steps/{index}"),
                    around: around.to_vec(),
                    line: run.line,
                });
            }
        }
    };
    for (name, job) in root.get("jobs").map(Node::entries).unwrap_or_default() {
        let name = name.as_str().unwrap_or_default().replace('~', "~0").replace('/', "~1");
        let base = format!("/jobs/{name}");
        add(job.get("steps"), &base, &[base.clone(), String::new()]);
    }
    add(root.at("runs.steps"), "/runs", &[]);
    places.sort_by_key(|place| place.line);
    places
}

/// A node by its pointer.
fn at<'n>(root: &'n Node, pointer: &str) -> Option<&'n Node> {
    pointer.split('/').skip(1).try_fold(root, |node, part| {
        let part = part.replace("~1", "/").replace("~0", "~");
        node.get(&part).or_else(|| node.items().get(part.parse::<usize>().ok()?))
    })
}

/// What became of the expressions of a step.
struct Done<'t> {
    text: Option<String>,
    taken: Vec<(&'t Target, String)>,
    refused: Vec<(&'t Target, &'static str)>,
}

fn step<'t>(text: &str, place: &Place, targets: &[&'t Target]) -> Result<Done<'t>, &'static str> {
    const BY_HAND: &str = "the step is written in a way in which only a person can change it";
    let root = edit::only(text).ok_or(BY_HAND)?;
    let step = at(&root, &place.pointer).ok_or(BY_HAND)?;
    let (key, run) = step.entries().iter().find(|(key, _)| key.as_str() == Some("run")).ok_or(BY_HAND)?;
    let script = run.as_str().ok_or(BY_HAND)?;
    let shell = shell(&root, step, place)?;
    let fragments = scripts::fragments(script);
    let start = edit::offset(text, run).ok_or(BY_HAND)?;
    let source = text.get(start..).ok_or(BY_HAND)?;
    let raw = scripts::fragments(source);
    let block = is_block(text, key, start);

    let mut done = Done { text: None, taken: Vec::new(), refused: Vec::new() };
    let mut pieces = Vec::new();
    let mut variables = Variables::new(&root, step, place, script);
    let mut changed: Vec<(usize, String)> = Vec::new();
    for target in targets {
        let mut puts = Vec::new();
        let mut refused = None;
        let name = variables.name(&target.expression);
        for (index, fragment) in fragments.iter().enumerate() {
            if script.get(fragment.range.clone()) != Some(target.expression.as_str()) {
                continue;
            }
            match scripts::written(shell, script, &fragments, index, &name, target.one_word) {
                Ok(put) => puts.push((index, put)),
                Err(why) => refused = Some(why),
            }
        }
        if let Some(why) = refused {
            done.refused.push((target, why));
            continue;
        }
        if puts.is_empty() {
            done.refused.push((target, "it is not found as it is written"));
            continue;
        }
        variables.take(&target.expression, &name);
        // Two lines may hold the same expression; it is replaced once.
        changed.extend(
            puts.into_iter().filter(|(index, _)| !changed.iter().any(|(known, _)| known == index)).collect::<Vec<_>>(),
        );
        done.taken.push((target, name));
    }
    if changed.is_empty() {
        return Ok(done);
    }
    changed.sort_unstable();
    let mut new_script = String::new();
    let mut at_script = 0;
    for (index, put) in &changed {
        let (Some(there), Some(here)) = (fragments.get(*index), raw.get(*index)) else { return Err(BY_HAND) };
        if script.get(there.range.clone()) != source.get(here.range.clone()) {
            return Err(BY_HAND);
        }
        new_script.push_str(script.get(at_script..there.range.start).unwrap_or_default());
        new_script.push_str(put);
        at_script = there.range.end;
        let put = match source.chars().next() {
            Some('"') if !block => put.replace('\\', "\\\\").replace('"', "\\\""),
            Some('\'') if !block => put.replace('\'', "''"),
            _ => put.clone(),
        };
        pieces.push(Piece { from: start + here.range.start, to: start + here.range.end, text: put });
    }
    new_script.push_str(script.get(at_script..).unwrap_or_default());

    let mut expected = edit::plain(&root);
    let object = expected.pointer_mut(&place.pointer).and_then(Json::as_object_mut).ok_or(BY_HAND)?;
    object.insert("run".to_owned(), Json::from(new_script));
    if !variables.added.is_empty() {
        pieces.push(
            variables
                .piece(text, step, key)
                .ok_or("its `env:` is written in a way in which only a person can add to it")?,
        );
        let env = object.entry("env").or_insert_with(|| Json::Object(serde_json::Map::new()));
        let env = env.as_object_mut().ok_or(BY_HAND)?;
        env.extend(variables.added.iter().map(|(name, value)| (name.clone(), Json::from(value.as_str()))));
    }
    done.text = Some(edit::verified(text, pieces, &expected).ok_or(BY_HAND)?);
    Ok(done)
}

/// Whether the script is written as a block, `|` or `>`: what stands between its key and the first letter says so.
fn is_block(text: &str, key: &Node, start: usize) -> bool {
    let sign = edit::offset(text, key).and_then(|from| text.get(from..start)).unwrap_or_default();
    let sign = sign.split_once(':').map_or("", |(_, sign)| sign);
    let sign = sign.split_whitespace().find(|word| !word.starts_with(['&', '!']));
    sign.is_some_and(|sign| sign.starts_with(['|', '>']))
}

/// The shell of a step.
fn shell(root: &Node, step: &Node, place: &Place) -> Result<Shell, &'static str> {
    let stated = step.get("shell").or_else(|| {
        let mut around = place.around.iter().filter_map(|pointer| at(root, pointer));
        around.find_map(|owner| owner.at("defaults.run.shell"))
    });
    if let Some(stated) = stated {
        let stated = stated.as_str().unwrap_or_default();
        let program = stated.split_whitespace().next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
        return match program {
            "bash" | "sh" | "zsh" | "dash" => Ok(Shell::Posix),
            "pwsh" | "powershell" => Ok(Shell::Power),
            _ => Err("its shell is neither a POSIX shell nor PowerShell"),
        };
    }
    let job = place.around.first().and_then(|pointer| at(root, pointer));
    let labels = job.and_then(|job| Some((job, job.get("runs-on")?))).map(|(job, runner)| labels(job, runner));
    let Some(labels) = labels.filter(|labels| !labels.is_empty()) else { return Err("its shell is not known") };
    let system = |label: &String| {
        let label = label.to_lowercase();
        let is = |names: &[&str]| names.iter().any(|name| label.starts_with(name));
        if is(&["ubuntu", "macos", "linux"]) {
            Some(Shell::Posix)
        } else if is(&["windows"]) {
            Some(Shell::Power)
        } else {
            None
        }
    };
    let plain: Vec<&String> = labels.iter().filter(|label| !is_no_system(label)).collect();
    let found: BTreeSet<bool> = plain.iter().filter_map(|label| Some(system(label)? == Shell::Posix)).collect();
    let all_known = plain.iter().all(|label| system(label).is_some());
    match (found.iter().next(), found.len(), all_known) {
        (Some(true), 1, true) => Ok(Shell::Posix),
        (Some(false), 1, true) => Ok(Shell::Power),
        (_, 2, _) => Err("its shell differs between the systems that it runs on: say `shell: bash`"),
        _ => Err("its shell is not known, as it runs on machines of the project's own: say `shell:`"),
    }
}

/// Labels that say nothing about the system.
fn is_no_system(label: &str) -> bool {
    matches!(label.to_lowercase().as_str(), "self-hosted" | "x64" | "arm64" | "arm" | "x86" | "gpu")
}

/// The labels of the machines that a job runs on, with those that its matrix gives.
fn labels(job: &Node, runner: &Node) -> Vec<String> {
    let mut found = Vec::new();
    let listed = runner.get("labels").unwrap_or(runner);
    for label in listed.strings() {
        let inner = label.strip_prefix("${{").and_then(|label| label.strip_suffix("}}")).map(str::trim);
        let Some(name) = inner.and_then(|inner| inner.strip_prefix("matrix.")) else {
            found.push(label.to_owned());
            continue;
        };
        let matrix = job.at("strategy.matrix");
        let values = matrix.and_then(|matrix| matrix.at(name)).map(Node::strings).unwrap_or_default();
        let included = matrix.and_then(|matrix| matrix.get("include")).map(Node::items).unwrap_or_default();
        let mut all: Vec<&str> = values;
        all.extend(included.iter().filter_map(|entry| entry.at(name)?.as_str()));
        // `os: [{name: x}]` with `matrix.os.name`.
        if let Some((axis, rest)) = name.split_once('.') {
            let axis = matrix.and_then(|matrix| matrix.get(axis)).map(Node::items).unwrap_or_default();
            all.extend(axis.iter().filter_map(|entry| entry.at(rest)?.as_str()));
        }
        if all.is_empty() {
            all.push("?");
        }
        found.extend(all.into_iter().map(str::to_owned));
    }
    found
}

/// The variables of a step, and those that are added to it.
struct Variables {
    /// Of the step, its job and its workflow, by name.
    known: BTreeMap<String, String>,
    /// Those of the step itself.
    own: BTreeSet<String>,
    script: String,
    added: Vec<(String, String)>,
}

impl Variables {
    fn new(root: &Node, step: &Node, place: &Place, script: &str) -> Self {
        let mut known = BTreeMap::new();
        let around = place.around.iter().rev().filter_map(|pointer| at(root, pointer));
        for owner in around.chain(std::iter::once(step)) {
            for (name, value) in owner.get("env").map(Node::entries).unwrap_or_default() {
                if let Some(name) = name.as_str() {
                    known.insert(name.to_owned(), value.as_str().unwrap_or_default().to_owned());
                }
            }
        }
        let own = step.get("env").map(Node::entries).unwrap_or_default();
        let own = own.iter().filter_map(|(name, _)| name.as_str().map(str::to_owned)).collect();
        Self { known, own, script: script.to_owned(), added: Vec::new() }
    }

    /// The name under which the script reads an expression.
    fn name(&self, expression: &str) -> String {
        if let Some((name, _)) = self.added.iter().find(|(_, value)| value == expression) {
            return name.clone();
        }
        if let Some(name) = environment(expression) {
            let written = self.known.keys().find(|known| known.eq_ignore_ascii_case(&name));
            return written.cloned().unwrap_or(name);
        }
        let same = self.known.iter().find(|(name, value)| self.own.contains(*name) && value.trim() == expression);
        if let Some((name, _)) = same {
            return name.clone();
        }
        let base = variable(expression);
        let names = std::iter::once(base.clone()).chain((2..).map(|number| format!("{base}_{number}")));
        names.take(50).find(|name| self.is_free(name)).unwrap_or(base)
    }

    fn is_free(&self, name: &str) -> bool {
        !TAKEN.contains(&name)
            && !self.known.keys().any(|known| known.eq_ignore_ascii_case(name))
            && !self.added.iter().any(|(known, _)| known == name)
            && !has_word(&self.script, name)
    }

    /// Notes that the script reads an expression under a name.
    fn take(&mut self, expression: &str, name: &str) {
        let there = self.added.iter().any(|(known, _)| known == name)
            || environment(expression).is_some()
            || self.own.contains(name);
        if !there {
            self.added.push((name.to_owned(), expression.to_owned()));
        }
    }

    /// The added variables, in the `env:` of the step or in a new one before `run:`.
    fn piece(&self, text: &str, step: &Node, run: &Node) -> Option<Piece> {
        let env = step.entries().iter().find(|(key, _)| key.as_str() == Some("env"));
        let (at, indent, opening) = match env {
            Some((key, value)) => {
                let (first, _) = value.entries().first()?;
                if first.line == key.line {
                    return None;
                }
                (edit::offset(text, first)?, usize::try_from(first.column).ok()?.checked_sub(1)?, None)
            }
            None => {
                let indent = usize::try_from(run.column).ok()?.checked_sub(1)?;
                (edit::offset(text, run)?, indent, Some(indent + 2))
            }
        };
        let ending = edit::ending(text, at);
        let pad = |columns: usize| " ".repeat(columns);
        let mut put = String::new();
        if let Some(inner) = opening {
            put.push_str(&format!("env:{ending}{}", pad(inner)));
        }
        for (index, (name, value)) in self.added.iter().enumerate() {
            let last = index + 1 == self.added.len();
            let next = if last { indent } else { opening.unwrap_or(indent) };
            put.push_str(&format!("{name}: {}{ending}{}", scalar(value), pad(next)));
        }
        Some(Piece::insert(at, put))
    }
}

/// An expression as a scalar of one line.
fn scalar(expression: &str) -> String {
    if expression.contains(": ") || expression.contains(" #") {
        format!("'{}'", expression.replace('\'', "''"))
    } else {
        expression.to_owned()
    }
}

fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text.get(..at).unwrap_or_default().ends_with(part)
            && !text.get(at + word.len()..).unwrap_or_default().starts_with(part)
    })
}

/// The name of the variable behind `${{ env.X }}`.
fn environment(expression: &str) -> Option<String> {
    let name = expression.strip_prefix("${{")?.strip_suffix("}}")?.trim().strip_prefix("env.")?;
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    plain.then(|| name.to_owned())
}

/// A name for the variable: what the value is, such as `ISSUE_TITLE`.
fn variable(expression: &str) -> String {
    let inner = expression.trim_start_matches("${{").trim_end_matches("}}");
    let words: Vec<String> = inner
        .split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'))
        .filter(|word| !word.is_empty() && !matches!(word.to_lowercase().as_str(), "github" | "event" | "outputs"))
        .map(|word| word.replace('-', "_").to_uppercase())
        .map(|word| if word == "INPUTS" { "INPUT".to_owned() } else { word })
        .collect();
    let last = words.get(words.len().saturating_sub(2)..).unwrap_or_default().join("_");
    match last.chars().next() {
        Some(first) if first.is_ascii_alphabetic() || first == '_' => last,
        Some(_) => format!("VALUE_{last}"),
        None => "VALUE".to_owned(),
    }
}
