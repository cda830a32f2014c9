//! Diagrams written as text.

/// Languages of code blocks that are diagrams.
const LANGUAGES: &[&str] =
    &["mermaid", "plantuml", "puml", "dot", "graphviz", "d2", "ditaa", "blockdiag", "structurizr"];
/// Lines looked at.
const MAX_LINES: usize = 2_000;

/// Whether a code block draws at least two nodes with an edge between them.
pub(super) fn is_diagram(language: &str, text: &str) -> bool {
    if LANGUAGES.contains(&language) {
        return text.lines().take(MAX_LINES).any(|line| is_edge(line) || line.contains("->>") || line.contains("--"));
    }
    matches!(language, "" | "text" | "txt" | "ascii" | "plain")
        && (has_boxes_with_arrow(text) || text.contains("@startuml") && text.lines().take(MAX_LINES).any(is_edge))
}

/// A line with an arrow and something on both sides of it.
fn is_edge(line: &str) -> bool {
    ["-->", "->>", "->", "<-", "==>", "-.->", "..>", "--|>", "──▶", "─▶"]
        .iter()
        .any(|arrow| line.split_once(arrow).is_some_and(|(left, right)| has_name(left) && has_name(right)))
}

fn has_name(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// At least two boxes, and an arrow or a line that leads from one.
fn has_boxes_with_arrow(text: &str) -> bool {
    let (mut borders, mut labels, mut arrows) = (0_usize, 0_usize, 0_usize);
    for line in text.lines().take(MAX_LINES) {
        borders += line.matches("+--").count()
            + line.matches('┌').count()
            + line.matches('╭').count()
            + line.matches('╔').count();
        labels += line.split(['|', '│', '║', '[', ']']).skip(1).filter(|part| has_name(part)).count();
        let down = line.trim().chars().all(|c| matches!(c, 'v' | 'V' | '|' | '▼' | '▲' | '^' | '│' | '↓' | '↑' | ' '))
            && line.contains(['v', 'V', '▼', '▲', '^', '↓', '↑']);
        let across =
            ["-->", "->", "<-", "──▶", "─▶", "→", "←", "►", "▶", "◀", "=>"].iter().any(|arrow| line.contains(arrow));
        arrows += usize::from(down) + usize::from(across);
    }
    let bracketed =
        borders == 0 && text.lines().take(MAX_LINES).any(|line| is_edge(line) && line.matches('[').count() > 1);
    arrows > 0 && (borders > 1 && labels > 1 || bracketed)
}
