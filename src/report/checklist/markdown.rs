//! The checklist as a task list for an issue, and each thing to do as the text of an issue of its own.

use std::fmt::Write as _;

use super::super::escape::{code, markdown as escaped, markdown_prose as prose, one_line};
use super::{About, Checklist, Group, PLACES, Task};
use crate::model::evidence::Evidence;

/// Characters of an issue's title.
const TITLE_MAX: usize = 200;
/// Characters of one piece of evidence.
const DETAIL_MAX: usize = 300;

pub(super) fn render(checklist: &Checklist<'_>) -> String {
    let assessment = checklist.assessment;
    let subject = &assessment.subject;
    let name = match &subject.owner {
        Some(owner) => format!("{owner}/{}", subject.name),
        None => subject.name.clone(),
    };
    let mut out = format!("# To level {} of the OSPS Baseline: {}\n\n", checklist.level, escaped(&name));
    let commit = subject.commit.as_deref().map(|commit| format!(" at {}", code(commit))).unwrap_or_default();
    let _ = writeln!(
        out,
        "{} OSPS Baseline {}{commit}.",
        escaped(&checklist.summary()),
        escaped(&assessment.catalog.version)
    );
    if let Some(caution) = checklist.caution.as_ref().filter(|_| !checklist.is_reached()) {
        let _ = writeln!(out, "\n> {}", prose(caution));
    }
    for group in Group::ALL {
        let mut tasks = checklist.in_group(group).peekable();
        if tasks.peek().is_none() {
            continue;
        }
        let _ = writeln!(out, "\n## {}", group.title());
        for task in tasks {
            let _ = write!(out, "\n- [ ] {}\n", headline(task));
            indent(&mut out, &content(task));
        }
    }
    out
}

/// What there is to do in a line.
fn headline(task: &Task<'_>) -> String {
    match &task.about {
        About::One(verdict) => format!("**{}** {} ({})", verdict.id, prose(&task.title), task.remarks().join(", ")),
        About::Several(_) => prose(&task.title),
    }
}

/// The title of an issue, which forges show as it is.
pub(super) fn issue_title(task: &Task<'_>) -> String {
    let title = match &task.about {
        About::One(verdict) => format!("{}: {}", verdict.id, one_line(&task.title)),
        About::Several(_) => format!("OSPS Baseline: {}", one_line(&task.title)),
    };
    title.chars().take(TITLE_MAX).collect()
}

/// The text of an issue.
pub(super) fn body(task: &Task<'_>, caution: Option<&str>) -> String {
    let mut out = content(task).trim_start().to_owned();
    if let Some(caution) = caution {
        let _ = write!(out, "\n> {}\n", prose(caution));
    }
    out
}

fn content(task: &Task<'_>) -> String {
    let mut out = String::new();
    if !task.why.is_empty() {
        let why = if task.group == Group::Review { "Look at" } else { "Why" };
        let _ = writeln!(out, "\n{why}: {}", prose(&task.why));
    }
    places(&mut out, &task.places);
    if let About::Several(members) = &task.about {
        out.push('\n');
        for (verdict, more) in members {
            let _ = writeln!(out, "- {} {}", verdict.id, prose(&format!("{}{more}", verdict.summary)));
        }
    }
    answer(&mut out, task);
    how(&mut out, task);
    if let Some(verify) = &task.verify {
        let commit = if verify.commit { "commit, then " } else { "" };
        let _ = writeln!(out, "\nVerify: {commit}{} says {}.", code(&verify.command), prose(&verify.says));
    }
    out
}

fn places(out: &mut String, places: &[&Evidence]) {
    let mut shown = places.iter().filter_map(|evidence| place(evidence)).peekable();
    if shown.peek().is_some() {
        out.push('\n');
    }
    for line in shown.take(PLACES) {
        let _ = writeln!(out, "- {line}");
    }
    if places.len() > PLACES {
        let _ = writeln!(out, "- and {} more", places.len() - PLACES);
    }
}

fn place(evidence: &Evidence) -> Option<String> {
    let at = match (&evidence.path, evidence.line, &evidence.url) {
        (Some(path), Some(line), _) => code(&format!("{path}:{line}")),
        (Some(path), None, _) => code(path),
        (None, _, Some(url)) => code(url),
        (None, _, None) => code(evidence.fact.as_deref()?),
    };
    Some(match &evidence.detail {
        Some(detail) => format!("{at} {}", escaped(&detail.chars().take(DETAIL_MAX).collect::<String>())),
        None => at,
    })
}

fn answer(out: &mut String, task: &Task<'_>) {
    let Some(command) = &task.answer else { return };
    let sentence = match task.group {
        Group::Review => "If it is met, record that",
        Group::Waived => "How to meet it",
        _ => "A person can state it instead",
    };
    let _ = writeln!(out, "\n{sentence}: {}", code(command));
}

fn how(out: &mut String, task: &Task<'_>) {
    if task.group == Group::Review && !task.steps.is_empty() {
        out.push_str("\nIf it is not:\n");
    }
    if !task.steps.is_empty() {
        out.push('\n');
    }
    for (number, step) in task.steps.iter().enumerate() {
        let _ = writeln!(out, "{}. {}", number + 1, prose(step));
    }
    if let Some(snippet) = &task.snippet {
        // A file, or a place in words.
        let place = if snippet.place.contains(' ') { prose(&snippet.place) } else { code(&snippet.place) };
        let _ = write!(out, "\n{place}:\n\n{}", fenced(&snippet.content, ""));
    }
    if !task.commands.is_empty() {
        let _ = write!(out, "\n{}", fenced(&task.commands.join("\n"), "sh"));
    }
}

/// A text in a fence that is longer than any in it.
fn fenced(text: &str, language: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}{language}\n{}\n{fence}\n", super::super::escape::visible(text.trim_end_matches('\n')))
}

/// The lines of a text below an item of a list.
fn indent(out: &mut String, text: &str) {
    for line in text.lines() {
        let _ = if line.is_empty() { writeln!(out) } else { writeln!(out, "  {line}") };
    }
}
