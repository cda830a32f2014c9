//! A table for spreadsheets (RFC 4180): one row for each requirement, one table for many repositories. No cell becomes a formula.

use super::{escape, words};
use crate::model::assessment::{Assessment, Verdict};

/// The columns. Several values in a cell are set apart by `; `.
const COLUMNS: [&str; 18] = [
    // What was assessed: `host/owner/name`, and the commit.
    "subject",
    "commit",
    // The version of the standard, and the requirement in it.
    "catalog",
    "id",
    "family",
    "levels",
    "summary",
    // What was seen, how it counts, and what that rests on.
    "outcome",
    "standing",
    "basis",
    "confidence",
    "evidence_kind",
    "message",
    "evidence",
    // What would settle it, who states what, and how to meet it.
    "needs",
    "declaration",
    "remediation",
    "url",
];

/// Characters of a cell at most: spreadsheets cut at 32,767, some without a word.
const CELL: usize = 30_000;

/// One row for each requirement, under a row of names.
pub(super) fn render(assessment: &Assessment) -> String {
    let mut out = String::new();
    row(&mut out, COLUMNS.iter().map(|name| (*name).to_owned()));
    for verdict in &assessment.requirements {
        row(&mut out, cells(assessment, verdict).into_iter());
    }
    out
}

pub(super) fn row(out: &mut String, cells: impl Iterator<Item = String>) {
    for (at, text) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        out.push('"');
        out.push_str(&harmless(&text).replace('"', "\"\""));
        out.push('"');
    }
    out.push_str("\r\n");
}

fn cells(assessment: &Assessment, verdict: &Verdict) -> [String; COLUMNS.len()] {
    let levels: Vec<String> = verdict.levels.iter().map(ToString::to_string).collect();
    let evidence: Vec<String> = verdict.evidence.iter().filter_map(words::place).collect();
    let mut needs: Vec<&str> = verdict.needs.iter().filter_map(|need| need.needs.as_deref()).collect();
    needs.sort_unstable();
    needs.dedup();
    let declaration = verdict.declaration.as_ref().map(|laid| {
        let doubt = if laid.effect.counts() { "" } else { ", does not count" };
        let said = &laid.said;
        format!("{} of {} until {}{doubt}: {}", said.kind.name(), said.by, laid.last_day, said.statement)
    });
    [
        words::subject(assessment),
        assessment.subject.commit.clone().unwrap_or_default(),
        assessment.catalog.version.clone(),
        verdict.id.to_string(),
        verdict.family.clone(),
        levels.join("; "),
        verdict.summary.clone(),
        words::outcome(verdict.outcome).to_owned(),
        words::standing(verdict.standing).to_owned(),
        verdict.basis.map(words::basis).unwrap_or_default().to_owned(),
        verdict.confidence.map(words::confidence).unwrap_or_default().to_owned(),
        verdict.evidence_kind.map(words::kind).unwrap_or_default().to_owned(),
        verdict.message.clone(),
        evidence.join("; "),
        needs.join("; "),
        declaration.unwrap_or_default(),
        verdict.remediation.as_ref().map(|fix| fix.text.clone()).unwrap_or_default(),
        verdict.url.clone(),
    ]
}

/// A text that no spreadsheet computes: an apostrophe goes before what would begin a formula, at the start and after each `;`,
/// where spreadsheets of some countries begin a new cell.
fn harmless(text: &str) -> String {
    let text = escape::short(text, CELL);
    let mut out = String::with_capacity(text.len() + 1);
    let mut at_start = true;
    for c in text.chars() {
        if at_start && matches!(c, '=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠') {
            out.push('\'');
        }
        at_start = c == ';' || at_start && (c.is_whitespace() || matches!(c, '"' | '\''));
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::samples;
    use super::*;

    #[rstest]
    #[case("plain", "plain")]
    #[case("=HYPERLINK(\"http://evil.example\")", "'=HYPERLINK(\"http://evil.example\")")]
    #[case("+1", "'+1")]
    #[case("-1", "'-1")]
    #[case("@SUM(A1)", "'@SUM(A1)")]
    #[case("  =1", "'=1")]
    #[case("\t=1", "'=1")]
    #[case("\r\n=1", "'=1")]
    #[case("\"=1", "\"'=1")]
    #[case("a;=1; @b", "a;'=1; '@b")]
    #[case("＝1", "'＝1")]
    #[case("a=b-c", "a=b-c")]
    #[case("", "")]
    fn cells_are_no_formulas(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(harmless(text), expected);
    }

    /// A reader that knows quotes, commas and line ends, and nothing else.
    fn read(text: &str) -> Vec<Vec<String>> {
        let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match (c, quoted) {
                ('"', true) if chars.peek() == Some(&'"') => cell.extend(chars.next()),
                ('"', _) => quoted = !quoted,
                (',', false) => row.push(std::mem::take(&mut cell)),
                ('\n', false) => {
                    row.push(std::mem::take(&mut cell));
                    rows.push(std::mem::take(&mut row));
                }
                ('\r', false) => {}
                (c, _) => cell.push(c),
            }
        }
        rows
    }

    #[test]
    fn a_row_for_each_requirement() {
        for (name, assessment) in samples::all() {
            let text = render(&assessment);
            assert_eq!(
                text.matches("\r\n").count(),
                text.matches('\n').count(),
                "{name}: lines end as the format says"
            );
            let rows = read(&text);
            assert_eq!(rows.len(), assessment.requirements.len() + 1, "{name}");
            assert!(rows.iter().all(|row| row.len() == COLUMNS.len()), "{name}");
            for cell in rows.iter().flatten() {
                assert!(!cell.starts_with(['=', '+', '-', '@']) && !cell.contains(char::is_control), "{name}: {cell}");
            }
        }
    }

    #[test]
    fn the_mixed_sample() {
        insta::assert_snapshot!(render(&samples::mixed()).replace("\r\n", "\n"));
    }
}
