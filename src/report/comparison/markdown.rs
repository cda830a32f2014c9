//! A comparison in Markdown: for the summary of a step, and as a note beside a change request, of which GitHub takes 65,536
//! characters. What strangers wrote is escaped.

use std::fmt::Write as _;

use super::{all_counted, as_before, headline, level, place, side, step};
use crate::model::comparison::{Answer, Change, Class, Comparison, Severity};

/// Characters of a note that forges take.
const MOST: usize = 60_000;
/// Places shown under a change.
const PLACES: usize = 5;

pub(super) fn render(comparison: &Comparison) -> String {
    let mut out = String::new();
    let sign = match comparison.gate.as_ref().map(|gate| gate.answer) {
        Some(Answer::Holds) => "✅ ",
        Some(Answer::Fails) => "❌ ",
        Some(Answer::Incomplete) => "❔ ",
        None => "",
    };
    let _ = writeln!(out, "## {sign}{}\n", text(&headline(comparison)));
    let named = |one| match side(one) {
        (name, Some(commit)) => format!("{} ({})", code(&name), code(&commit)),
        (name, None) => code(&name),
    };
    let (before, after) = (named(&comparison.before), named(&comparison.after));
    let _ = write!(out, "{before} → {after}, OSPS Baseline {}.", text(&comparison.after.catalog));
    if let Some(change) = &comparison.level {
        let _ = write!(out, " **Level {} → {}.**", level(change.before), level(change.after));
    }
    for why in comparison.gate.iter().flat_map(|gate| &gate.because) {
        let _ = write!(out, " {}", text(why));
    }
    out.push('\n');
    for (at, change) in shown(comparison).iter().enumerate() {
        if at == 0 {
            out.push('\n');
        }
        let before = out.len();
        item(&mut out, change);
        if out.len() > MOST {
            out.truncate(before);
            let _ = writeln!(out, "- and {} more", shown(comparison).len() - at);
            break;
        }
    }
    let light: Vec<&Change> = comparison.changes.iter().filter(|change| change.severity == Severity::Notice).collect();
    if !light.is_empty() {
        let _ = writeln!(out, "\n<details><summary>{}</summary>\n", plural(light.len()));
        for change in light {
            let _ = writeln!(out, "- {} {}: {}", requirement(change), class(change.class), text(&step(change, "→")));
        }
        out.push_str("\n</details>\n");
    }
    let mut counts = all_counted(comparison);
    counts.push(as_before(comparison));
    let _ = writeln!(out, "\n{}.", text(&counts.join(" · ")));
    for remark in &comparison.remarks {
        let _ = writeln!(out, "\n<sub>{}</sub>", text(remark));
    }
    out
}

fn plural(number: usize) -> String {
    if number == 1 { "1 more change".to_owned() } else { format!("{number} more changes") }
}

fn shown(comparison: &Comparison) -> Vec<&Change> {
    comparison.changes.iter().filter(|change| change.severity >= Severity::Warning).collect()
}

fn class(class: Class) -> String {
    class.name().replace('-', " ")
}

fn requirement(change: &Change) -> String {
    let id = change.id.as_str();
    match change.url.starts_with("https://") && change.url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b')') {
        true => format!("[{id}]({})", change.url),
        false => id.to_owned(),
    }
}

fn item(out: &mut String, change: &Change) {
    let sign = match change.severity {
        Severity::Error => "❌",
        Severity::Incomplete => "❔",
        _ => "⚠️",
    };
    let (id, what, step) = (requirement(change), class(change.class), text(&step(change, "→")));
    let _ = writeln!(out, "- {sign} **{id}** {what}, {step}: {}", text(&change.message));
    for (label, list) in [("new at", &change.places), ("was at", &change.was)] {
        for evidence in list.iter().take(PLACES) {
            let Some(place) = place(evidence) else { continue };
            let detail = evidence.detail.as_deref().map(|detail| format!(": {}", text(detail))).unwrap_or_default();
            let _ = writeln!(out, "  - {label} {}{detail}", code(&place));
        }
        if list.len() > PLACES {
            let _ = writeln!(out, "  - and {} more places", list.len() - PLACES);
        }
    }
    if change.severity >= Severity::Incomplete
        && let Some(fix) = &change.remediation
    {
        let _ = writeln!(out, "  - Fix: {}", text(&fix.text));
    }
}

/// A text of strangers as one line that means nothing in Markdown or HTML, and calls nobody.
fn text(text: &str) -> String {
    let mut out = String::new();
    for c in one_line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '@' => out.push_str("@<!-- -->"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '|' | '!' | '~' | '$' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    // An address that nobody marked as one becomes a link all the same.
    out.replace("://", ":<!-- -->//")
}

/// A text of strangers as code.
fn code(text: &str) -> String {
    format!("`{}`", one_line(text).replace('`', "'"))
}

fn one_line(text: &str) -> String {
    let hidden = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let visible = text.chars().filter(|c| !hidden(*c)).map(|c| if c.is_control() { ' ' } else { c });
    visible.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}
