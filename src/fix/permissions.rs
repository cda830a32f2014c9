//! `permissions:` of workflows: a block at the top where nothing is stated, a block of its own for every job that writes, and
//! `read` in place of `write` where no step needs it.
//!
//! No job that works today may stop to: where nobody can say what a step writes, the workflow stays as it is.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::edit::{self, Piece};
use super::{Draft, Left};
use crate::model::id::RequirementId;
use crate::yaml::Node;

const STATED: &str = "OSPS-AC-04.01";
const LEAST: &str = "OSPS-AC-04.02";
/// Scopes that the token of a workflow without stated permissions never has.
const NEVER_BY_DEFAULT: &[&str] = &["id-token", "models"];
/// Scopes that know no `read`.
const WRITE_OR_NOTHING: &[&str] = &["id-token"];

/// Scope to level.
type Scopes = BTreeMap<String, String>;

/// A job, as the facts have it.
#[derive(Debug, Deserialize)]
struct JobFact {
    system: String,
    path: String,
    job: String,
    triggers: Vec<String>,
    permission_source: String,
    calls: Option<String>,
    unknown_steps: Vec<String>,
    needed: Scopes,
    opaque_steps: Vec<String>,
}

/// A grant that is too much, as the facts have it.
#[derive(Debug, Deserialize)]
struct Excess {
    path: String,
    job: String,
    scope: String,
    granted: String,
    basis: String,
}

/// A workflow in the making.
struct Workflow<'t> {
    text: &'t str,
    root: Node,
    jobs: Vec<(String, &'t JobFact)>,
    pieces: Vec<Piece>,
    expected: Json,
    done: BTreeSet<String>,
}

/// Why a workflow is left alone.
type Refusal = String;

pub(super) fn propose(draft: &mut Draft<'_>) {
    let wanted = draft.wanted_of(&[STATED, LEAST]);
    if wanted.is_empty() {
        return;
    }
    let facts: Vec<JobFact> = draft.facts("workflows.jobs");
    let excess: Vec<Excess> = draft.facts("workflows.excess");
    let paths: BTreeSet<&str> =
        facts.iter().filter(|job| job.system == "github_actions").map(|job| job.path.as_str()).collect();
    for path in paths {
        let jobs: Vec<&JobFact> = facts.iter().filter(|job| job.path == path).collect();
        let excess: Vec<&Excess> = excess.iter().filter(|entry| entry.path == path).collect();
        if let Err(left) = file(draft, &wanted, path, &jobs, &excess) {
            draft.left.insert(left);
        }
    }
}

fn file(
    draft: &mut Draft<'_>,
    wanted: &[RequirementId],
    path: &str,
    jobs: &[&JobFact],
    excess: &[&Excess],
) -> Result<(), Left> {
    let left = |requirements: Vec<RequirementId>, why: String| Left {
        requirements,
        path: Some(path.to_owned()),
        line: None,
        why,
    };
    let asks = |id: &str| wanted.iter().any(|wanted| wanted.as_str() == id);
    let unstated = jobs.iter().any(|job| matches!(job.permission_source.as_str(), "default" | "outside"));
    let too_much = asks(LEAST) && !excess.is_empty() || asks(STATED) && all(excess, "write_all");
    if !unstated && !too_much {
        return Ok(());
    }
    let text = match draft.text(path) {
        Ok(Some(text)) => text,
        Ok(None) => return Ok(()),
        Err(why) => return Err(left(wanted.to_vec(), format!("It cannot be edited: {why}."))),
    };
    let Some(root) = edit::only(&text) else {
        return Err(left(wanted.to_vec(), "It cannot be edited: it does not hold one readable document.".to_owned()));
    };
    let mut workflow = Workflow::new(&text, root, jobs);
    let assume = draft.ground.assume_read;
    let mut both = wanted.to_vec();
    let outcome = if unstated {
        workflow.state_at_the_top(assume)
    } else if all(excess, "write_all") || all(excess, "read_all") {
        if !all(excess, "write_all") || !asks(STATED) {
            both.retain(|id| id.as_str() == LEAST);
        }
        workflow.replace_short_forms(assume)
    } else {
        both.retain(|id| id.as_str() == LEAST);
        workflow.take_away(excess)
    };
    outcome.map_err(|why| left(both.clone(), why))?;
    if workflow.pieces.is_empty() {
        return Ok(());
    }
    let done = workflow.done.iter().cloned().collect::<Vec<_>>().join("; ");
    let Some(edited) = edit::verified(&text, workflow.pieces, &workflow.expected) else {
        let why = "It is written in a way in which only a person can add `permissions:` to it.".to_owned();
        return Err(left(both, why));
    };
    draft.write(path, edited);
    draft.propose(both, path, done, 0);
    Ok(())
}

fn all(excess: &[&Excess], granted: &str) -> bool {
    excess.iter().any(|entry| entry.granted == granted)
}

impl<'t> Workflow<'t> {
    fn new(text: &'t str, root: Node, facts: &[&'t JobFact]) -> Self {
        let names = root.get("jobs").map(Node::entries).unwrap_or_default();
        let jobs = names.iter().filter_map(|(key, _)| {
            let name = key.as_str()?;
            Some((name.to_owned(), *facts.iter().find(|fact| fact.job == name)?))
        });
        let jobs = jobs.collect();
        let expected = edit::plain(&root);
        Self { text, root, jobs, pieces: Vec::new(), expected, done: BTreeSet::new() }
    }

    fn job(&self, name: &str) -> Option<(&Node, &Node)> {
        let (key, node) = self.root.get("jobs")?.entries().iter().find(|(key, _)| key.as_str() == Some(name))?;
        Some((key, node))
    }

    /// The jobs that state nothing themselves.
    fn inheriting(&self) -> Vec<(String, &'t JobFact)> {
        let inherits = |name: &str| self.job(name).is_some_and(|(_, node)| node.get("permissions").is_none());
        self.jobs.iter().filter(|(name, _)| inherits(name)).cloned().collect()
    }

    /// Nothing is stated: reading the code for all, and more for each job that writes.
    fn state_at_the_top(&mut self, assume: bool) -> Result<(), Refusal> {
        if self.root.get("permissions").is_some() {
            return Err("It has a `permissions:` that says nothing: fill it or take it away.".to_owned());
        }
        let jobs = self.inheriting();
        self.refuse_opaque(&jobs, assume)?;
        let mut blocks = Vec::new();
        for (name, fact) in &jobs {
            let mut scopes = fact.needed.clone();
            scopes.retain(|scope, _| !NEVER_BY_DEFAULT.contains(&scope.as_str()));
            blocks.push((name.clone(), scopes));
        }
        let writes = |(_, scopes): &(String, Scopes)| scopes.values().any(|level| level == "write");
        let called = jobs.iter().any(|(_, fact)| fact.triggers.iter().any(|event| event == "workflow_call"));
        if called && blocks.iter().any(writes) {
            return Err("Other workflows call it, and those that grant less than its jobs write would not start any \
                        more: state in each caller what it grants, and then here what each job needs."
                .to_owned());
        }
        self.insert_at_the_top()?;
        self.grant(blocks)
    }

    /// `write-all` and `read-all`, at the top or at a job.
    fn replace_short_forms(&mut self, assume: bool) -> Result<(), Refusal> {
        if let Some(short) = self.root.get("permissions").and_then(short_form) {
            let jobs = self.inheriting();
            self.refuse_unsure(&jobs, short, assume)?;
            self.replace_scalar(None, &least(&Scopes::new()))?;
            let blocks = jobs.iter().map(|(name, fact)| (name.clone(), capped(&fact.needed, short))).collect();
            self.grant(blocks)?;
        }
        for (name, fact) in self.jobs.clone() {
            let own = self.job(&name).and_then(|(_, node)| node.get("permissions"));
            let Some(short) = own.and_then(short_form) else { continue };
            self.refuse_unsure(&[(name.clone(), fact)], short, assume)?;
            self.replace_scalar(Some(&name), &least(&capped(&fact.needed, short)))?;
        }
        Ok(())
    }

    fn refuse_unsure(&self, jobs: &[(String, &JobFact)], short: &str, assume: bool) -> Result<(), Refusal> {
        if short == "write-all" {
            return self.refuse_opaque(jobs, assume);
        }
        // What only reads may read anything.
        let unsure = jobs.iter().find(|(_, fact)| !fact.unknown_steps.is_empty() || fact.calls.is_some());
        match unsure.filter(|_| !assume) {
            Some((name, fact)) => Err(refusal(name, &fact.unknown_steps)),
            None => Ok(()),
        }
    }

    fn refuse_opaque(&self, jobs: &[(String, &JobFact)], assume: bool) -> Result<(), Refusal> {
        match jobs.iter().find(|(_, fact)| !fact.opaque_steps.is_empty()).filter(|_| !assume) {
            Some((name, fact)) => Err(refusal(name, &fact.opaque_steps)),
            None => Ok(()),
        }
    }

    /// Write permissions that no step needs become `read`; those at the top that only some jobs need move to these jobs.
    fn take_away(&mut self, excess: &[&Excess]) -> Result<(), Refusal> {
        let idle: BTreeSet<(&str, &str)> = excess
            .iter()
            .filter(|entry| entry.granted == "write" && entry.basis == "table")
            .map(|entry| (entry.job.as_str(), entry.scope.as_str()))
            .collect();
        for (name, fact) in self.jobs.clone() {
            // What a called workflow states has to be granted, needed or not.
            if fact.calls.is_some() {
                continue;
            }
            let own = self.job(&name).and_then(|(_, node)| node.get("permissions")).map(scopes);
            for (scope, _) in own
                .iter()
                .flatten()
                .filter(|(scope, level)| *level == "write" && idle.contains(&(name.as_str(), scope.as_str())))
            {
                self.lower(Some(&name), scope)?;
            }
        }
        let top = self.root.get("permissions").map(scopes).unwrap_or_default();
        let jobs = self.inheriting();
        let needs =
            |job: &(String, &JobFact), scope: &str| job.1.calls.is_some() || !idle.contains(&(job.0.as_str(), scope));
        let too_much: Vec<&String> = top
            .iter()
            .filter(|(_, level)| *level == "write")
            .map(|(scope, _)| scope)
            .filter(|scope| jobs.iter().any(|job| !needs(job, scope)))
            .collect();
        if too_much.is_empty() {
            return Ok(());
        }
        let mut blocks = Vec::new();
        for job in &jobs {
            if !too_much.iter().any(|scope| needs(job, scope)) {
                continue;
            }
            let mut own = top.clone();
            for scope in too_much.iter().filter(|scope| !needs(job, scope)) {
                own.insert((*scope).clone(), lowered(scope).to_owned());
            }
            own.retain(|_, level| level != "none");
            blocks.push((job.0.clone(), own));
        }
        for scope in &too_much {
            self.lower(None, scope)?;
        }
        self.insert_blocks(blocks)
    }

    /// Puts `contents: read` above the jobs.
    fn insert_at_the_top(&mut self) -> Result<(), Refusal> {
        let (key, first) = self
            .root
            .entries()
            .iter()
            .find(|(key, _)| key.as_str() == Some("jobs"))
            .and_then(|(key, jobs)| Some((key, &jobs.entries().first()?.0)))
            .ok_or_else(by_hand)?;
        let indent = column(key);
        let step = column(first).checked_sub(indent).filter(|step| *step > 0).ok_or_else(by_hand)?;
        let line = edit::line_start(self.text, key.line).ok_or_else(by_hand)?;
        let at = edit::above_comments(self.text, line, indent);
        let ending = edit::ending(self.text, line);
        let gap = if edit::follows_blank(self.text, at) { ending } else { "" };
        let text = format!("{}{gap}", block(&least(&Scopes::new()), indent, step, ending));
        self.pieces.push(Piece::insert(at, text));
        self.expect(None, json!({"contents": "read"}));
        self.done.insert("The token of its jobs may only read the code unless a job says more".to_owned());
        Ok(())
    }

    /// Gives each job that needs more than reading the code a block of its own.
    fn grant(&mut self, blocks: Vec<(String, Scopes)>) -> Result<(), Refusal> {
        let more = |scopes: &Scopes| scopes.iter().any(|(scope, level)| scope != "contents" || level != "read");
        self.insert_blocks(
            blocks
                .into_iter()
                .filter(|(_, scopes)| more(scopes))
                .map(|(name, scopes)| (name, least(&scopes)))
                .collect(),
        )
    }

    fn insert_blocks(&mut self, blocks: Vec<(String, Scopes)>) -> Result<(), Refusal> {
        for (name, scopes) in blocks {
            let (key, node) = self.job(&name).ok_or_else(by_hand)?;
            let first = ["runs-on", "uses"]
                .iter()
                .find_map(|wanted| node.entries().iter().find(|(key, _)| key.as_str() == Some(wanted)))
                .or_else(|| node.entries().first())
                .map(|(key, _)| key)
                .ok_or_else(by_hand)?;
            let indent = column(first);
            let step = indent.checked_sub(column(key)).filter(|step| *step > 0).ok_or_else(by_hand)?;
            let line = edit::line_start(self.text, first.line).ok_or_else(by_hand)?;
            let at = edit::above_comments(self.text, line, indent);
            let ending = edit::ending(self.text, line);
            let text = block(&scopes, indent, step, ending);
            self.pieces.push(Piece::insert(at, text));
            let written: Vec<&str> =
                scopes.iter().filter(|(_, level)| *level == "write").map(|(scope, _)| scope.as_str()).collect();
            let may = if written.is_empty() { "read more".to_owned() } else { format!("write {}", written.join(", ")) };
            self.done.insert(format!("the job `{name}`, whose steps need it, may {may}"));
            self.expect(Some(&name), json!(scopes));
        }
        Ok(())
    }

    /// Puts scopes in place of `write-all` or `read-all`.
    fn replace_scalar(&mut self, job: Option<&str>, scopes: &Scopes) -> Result<(), Refusal> {
        let owner = match job {
            Some(name) => self.job(name).map(|(_, node)| node),
            None => Some(&self.root),
        };
        let (key, value) = owner
            .and_then(|node| node.entries().iter().find(|(key, _)| key.as_str() == Some("permissions")))
            .ok_or_else(by_hand)?;
        let at = edit::offset(self.text, value).filter(|_| key.line == value.line).ok_or_else(by_hand)?;
        let rest = self.text.get(at..).unwrap_or_default();
        let written = ["write-all", "read-all", "\"write-all\"", "'write-all'", "\"read-all\"", "'read-all'"]
            .iter()
            .find(|written| rest.starts_with(**written))
            .ok_or_else(by_hand)?;
        let end = rest.find('\n').map_or(self.text.len(), |end| at + end + 1);
        let tail = self.text.get(at + written.len()..end).unwrap_or_default();
        let ending = edit::ending(self.text, at);
        let colon = self.text.get(..at).unwrap_or_default().trim_end_matches(' ').len();
        let from = if tail.trim().is_empty() { colon } else { at - 1 };
        let lines: String = block(scopes, column(key), 2, ending).split_inclusive('\n').skip(1).collect();
        let lines = if self.text.get(..end).is_some_and(|text| text.ends_with('\n')) {
            lines
        } else {
            format!("{ending}{}", lines.trim_end_matches(['\r', '\n']))
        };
        let what = format!("{} in place of `{}`", listed(scopes), written.trim_matches(['"', '\'']));
        self.done.insert(match job {
            Some(name) => format!("The job `{name}` gets {what}"),
            None => format!("Its jobs get {what}"),
        });
        self.pieces.push(Piece { from, to: at + written.len(), text: String::new() });
        self.pieces.push(Piece::insert(end, lines));
        self.expect(job, json!(scopes));
        Ok(())
    }

    /// Puts `read` in place of `write`.
    fn lower(&mut self, job: Option<&str>, scope: &str) -> Result<(), Refusal> {
        let owner = match job {
            Some(name) => self.job(name).map(|(_, node)| node),
            None => Some(&self.root),
        };
        let permissions = owner.and_then(|node| node.get("permissions")).ok_or_else(by_hand)?;
        let value = permissions.get(scope).ok_or_else(by_hand)?;
        let at = edit::offset(self.text, value).ok_or_else(by_hand)?;
        let rest = self.text.get(at..).unwrap_or_default();
        let at = if rest.starts_with(['"', '\'']) { at + 1 } else { at };
        let level = lowered(scope);
        self.pieces.push(Piece { from: at, to: at + "write".len(), text: level.to_owned() });
        let pointer = place(job);
        if let Some(entry) = self.expected.pointer_mut(&pointer).and_then(|scopes| scopes.get_mut(scope)) {
            *entry = json!(level);
        }
        self.done.insert(match job {
            Some(name) => format!("`{scope}: {level}` for the job `{name}`, of which no step needs to write it"),
            None => format!("`{scope}: {level}` at the top, as not every job needs to write it"),
        });
        Ok(())
    }

    fn expect(&mut self, job: Option<&str>, scopes: Json) {
        let pointer = place(job);
        let owner = pointer.strip_suffix("/permissions").unwrap_or_default();
        if let Some(owner) = self.expected.pointer_mut(owner).and_then(Json::as_object_mut) {
            owner.insert("permissions".to_owned(), scopes);
        }
    }
}

fn by_hand() -> Refusal {
    "It is written in a way in which only a person can add `permissions:` to it.".to_owned()
}

fn refusal(job: &str, steps: &[String]) -> Refusal {
    let listed: Vec<String> = steps.iter().take(3).map(|step| format!("`{step}`")).collect();
    let listed = if listed.is_empty() { "a called workflow".to_owned() } else { listed.join(", ") };
    format!(
        "What {listed} in the job `{job}` needs of the token is not known. State the permissions of that job by hand, or take \
         such steps for ones that only read with `--assume-read`."
    )
}

fn place(job: Option<&str>) -> String {
    match job {
        Some(name) => format!("/jobs/{}/permissions", name.replace('~', "~0").replace('/', "~1")),
        None => "/permissions".to_owned(),
    }
}

fn short_form(node: &Node) -> Option<&'static str> {
    match node.as_str()? {
        "write-all" => Some("write-all"),
        "read-all" => Some("read-all"),
        _ => None,
    }
}

fn scopes(node: &Node) -> Scopes {
    let entries = node.entries().iter();
    entries.filter_map(|(scope, level)| Some((scope.as_str()?.to_owned(), level.as_str()?.to_owned()))).collect()
}

/// What is needed, as far as the short form granted it.
fn capped(needed: &Scopes, short: &str) -> Scopes {
    let level = |level: &String| if short == "read-all" { "read".to_owned() } else { level.clone() };
    let known = needed.iter().filter(|(scope, _)| short == "write-all" || !WRITE_OR_NOTHING.contains(&scope.as_str()));
    known.map(|(scope, granted)| (scope.clone(), level(granted))).collect()
}

/// With the permission to read the code, which every job has today.
fn least(scopes: &Scopes) -> Scopes {
    let mut scopes = scopes.clone();
    scopes.entry("contents".to_owned()).or_insert_with(|| "read".to_owned());
    scopes
}

fn lowered(scope: &str) -> &'static str {
    if WRITE_OR_NOTHING.contains(&scope) { "none" } else { "read" }
}

/// Columns before a node.
fn column(node: &Node) -> usize {
    usize::try_from(node.column).unwrap_or(1).saturating_sub(1)
}

fn listed(scopes: &Scopes) -> String {
    let listed: Vec<String> = scopes.iter().map(|(scope, level)| format!("`{scope}: {level}`")).collect();
    listed.join(", ")
}

/// A block in lines of its own, the code first.
fn block(scopes: &Scopes, indent: usize, step: usize, ending: &str) -> String {
    let pad = " ".repeat(indent);
    let inner = " ".repeat(indent + step);
    let mut lines = format!("{pad}permissions:{ending}");
    let code = scopes.iter().filter(|(scope, _)| *scope == "contents");
    for (scope, level) in code.chain(scopes.iter().filter(|(scope, _)| *scope != "contents")) {
        lines.push_str(&format!("{inner}{scope}: {level}{ending}"));
    }
    lines
}
