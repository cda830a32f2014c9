//! The checklist for people at a terminal.

use std::fmt::Write as _;

use super::super::style::Style;
use super::super::text::{place, title};
use super::{About, Checklist, Group, PLACES, Task};

pub(super) fn render(checklist: &Checklist<'_>, style: &Style) -> String {
    let mut out = format!("{}\n\n", title(checklist.assessment, style));
    let _ = writeln!(out, "{}", style.wrap(&checklist.summary(), 0));
    if let Some(caution) = checklist.caution.as_ref().filter(|_| !checklist.is_reached()) {
        let _ = writeln!(out, "{}", style.wrap(caution, 0));
    }
    for group in Group::ALL {
        let mut tasks = checklist.in_group(group).peekable();
        if tasks.peek().is_some() {
            let _ = writeln!(out, "\n{}", style.bold(group.title()));
        }
        for task in tasks {
            out.push('\n');
            one(&mut out, task, style);
        }
    }
    if !checklist.is_reached() {
        let hint = "`-o html=TODO.html` writes a page, `-o markdown=TODO.md` a task list, `-o json=PATH` what fills an issue tracker.";
        let _ = writeln!(out, "\n{}", style.faint(&style.wrap(hint, 0)));
    }
    out
}

fn one(out: &mut String, task: &Task<'_>, style: &Style) {
    heading(out, task, style);
    if !task.why.is_empty() {
        let why = if task.group == Group::Review { "look at" } else { "why" };
        let _ = writeln!(out, "{}", style.wrap(&format!("{why}: {}", task.why), 6));
    }
    for line in task.places.iter().take(PLACES).filter_map(|evidence| place(evidence)) {
        let _ = writeln!(out, "{}", style.faint(&style.wrap(&line, 8)));
    }
    if task.places.len() > PLACES {
        let _ = writeln!(out, "        {}", style.faint(&format!("and {} more", task.places.len() - PLACES)));
    }
    if let About::Several(members) = &task.about {
        for (verdict, more) in members {
            let _ = writeln!(out, "{}", style.wrap(&format!("{}  {}{more}", verdict.id, verdict.summary), 6));
        }
    }
    if let Some(command) = &task.answer {
        let sentence = match task.group {
            Group::Review => "if it is met",
            Group::Waived => "how",
            _ => "or state it",
        };
        let _ = writeln!(out, "      {sentence}: {}", style.plain(command));
    }
    how(out, task, style);
    if let Some(verify) = &task.verify {
        let commit = if verify.commit { "commit, then " } else { "" };
        let _ = writeln!(out, "      verify: {commit}{}", style.plain(&verify.command));
        let _ = writeln!(out, "{}", style.wrap(&format!("says {}", verify.says), 14));
    }
}

fn heading(out: &mut String, task: &Task<'_>, style: &Style) {
    let sign = if style.unicode { "☐" } else { "[ ]" };
    let About::One(verdict) = &task.about else {
        let _ = writeln!(out, "{}", style.item(sign, &task.title, 2));
        return;
    };
    let id = style.bold(verdict.id.as_str());
    let _ = writeln!(out, "  {sign} {id}  {}", style.faint(&task.remarks().join(", ")));
    let _ = writeln!(out, "{}", style.wrap(&task.title, 6));
}

fn how(out: &mut String, task: &Task<'_>, style: &Style) {
    if task.group == Group::Review && !task.steps.is_empty() {
        out.push_str("      if it is not:\n");
    }
    for (number, step) in task.steps.iter().enumerate() {
        let _ = writeln!(out, "{}", style.item(&format!("{}.", number + 1), step, 6));
    }
    if let Some(snippet) = &task.snippet {
        let _ = writeln!(out, "      {}:", style.plain(&snippet.place));
        let _ = writeln!(out, "{}", style.verbatim(&snippet.content, 10));
    }
    for command in &task.commands {
        let _ = writeln!(out, "      $ {}", style.plain(command));
    }
}
