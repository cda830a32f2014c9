//! The summary of a step in GitHub's Markdown, which GitLab shows beside a merge request as well: where the project stands, what is
//! not met and where, what would settle the rest. It stays below what GitHub takes of one step, and names nobody and no issue.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::escape::{markdown, markdown_prose, short};
use super::{links, words};
use crate::model::assessment::{Assessment, LevelStanding, Standing, Verdict};
use crate::model::evidence::Evidence;
use crate::model::ruling::Outcome;

/// Bytes of a summary at most. GitHub takes 1 MiB of a step, which may write more than this one.
pub const ROOM: usize = 900 * 1024;
/// Places of evidence in a row.
const PLACES: usize = 3;
/// Characters of a cell.
const CELL: usize = 500;

/// Where a project stands.
pub(super) fn render(assessment: &Assessment) -> String {
    let mut out = String::new();
    head(&mut out, assessment);
    let of = |wanted: Standing| {
        let mut verdicts: Vec<&Verdict> =
            assessment.requirements.iter().filter(|verdict| verdict.standing == wanted).collect();
        verdicts.sort_by_key(|verdict| (verdict.levels.iter().min().copied(), verdict.id.clone()));
        verdicts
    };
    let (unmet, open, waived) = (of(Standing::Unmet), of(Standing::Open), of(Standing::Waived));
    if !unmet.is_empty() {
        let _ = writeln!(out, "\n### Not met: {}\n", unmet.len());
        table(&mut out, &unmet, assessment);
    }
    let (review, unknown): (Vec<&Verdict>, Vec<&Verdict>) = open
        .into_iter()
        .filter(|verdict| verdict.outcome != Outcome::NotRun)
        .partition(|verdict| verdict.outcome == Outcome::NeedsReview);
    if !review.is_empty() {
        let _ = writeln!(out, "\n<details><summary>To be reviewed: {}</summary>\n", review.len());
        table(&mut out, &review, assessment);
        out.push_str("\n</details>\n");
    }
    if !unknown.is_empty() {
        let _ = writeln!(out, "\n<details><summary>Not decided: {}</summary>\n", unknown.len());
        settlers(&mut out, &unknown);
        out.push_str("\n</details>\n");
    }
    if !waived.is_empty() {
        let _ = writeln!(out, "\n### Waived: {}\n", waived.len());
        for verdict in &waived {
            waiver(&mut out, verdict);
        }
    }
    foot(&mut out, assessment);
    fit(&out, ROOM)
}

fn head(out: &mut String, assessment: &Assessment) {
    let levels = &assessment.levels;
    let reached = levels
        .reached
        .map_or_else(|| "no level is reached yet".to_owned(), |level| format!("level {level} is reached"));
    let _ = writeln!(out, "## OSPS Baseline {}: {reached}\n", markdown(&assessment.catalog.version));
    let commit = assessment.subject.commit.as_deref().and_then(|commit| commit.get(..9));
    let at = commit.map(|commit| format!(" at `{commit}`")).unwrap_or_default();
    let target = levels.target.map(|level| format!("; the project aims at level {level}")).unwrap_or_default();
    let _ = writeln!(out, "{}{at}{target}\n", markdown(&words::subject(assessment)));
    out.push_str("| Level | | Met | To fix | Open | Waived |\n|---|---|---|---|---|---|\n");
    for LevelStanding { level, reached, total, met, unmet, open, waived } in &levels.standings {
        let word = if *reached { "reached" } else { "not reached" };
        let _ = writeln!(out, "| {level} | {word} | {met} of {total} | {unmet} | {open} | {waived} |");
    }
}

fn table(out: &mut String, verdicts: &[&Verdict], assessment: &Assessment) {
    out.push_str("| Requirement | Level | What was seen | Where |\n|---|---|---|---|\n");
    for verdict in verdicts {
        let level = verdict.levels.iter().min().map(ToString::to_string).unwrap_or_default();
        let mut places: Vec<String> =
            verdict.evidence.iter().filter_map(|seen| link(seen, assessment)).take(PLACES + 1).collect();
        if places.len() > PLACES {
            places.truncate(PLACES);
            let all = verdict.evidence.iter().filter(|seen| seen.path.is_some()).count();
            places.push(format!("and {} more", all - PLACES));
        }
        let seen = markdown(&short(&verdict.message, CELL));
        let _ = writeln!(out, "| {} | {level} | {seen} | {} |", requirement(verdict), places.join("<br>"));
    }
}

fn requirement(verdict: &Verdict) -> String {
    // The address of a catalog of one's own may be anything.
    match links::web(&verdict.url).filter(|url| !url.contains(['(', ')'])) {
        Some(url) => format!("[{}]({url})", verdict.id),
        None => verdict.id.to_string(),
    }
}

/// A place in the tree, with the address of that line at that commit where the forge is known.
fn link(seen: &Evidence, assessment: &Assessment) -> Option<String> {
    let path = seen.path.as_deref()?;
    let line = seen.line.map(|line| format!(":{line}")).unwrap_or_default();
    let name = format!("{}{line}", markdown(&short(path, CELL)));
    Some(match links::permalink(assessment, seen).filter(|url| !url.contains(['(', ')'])) {
        Some(url) => format!("[{name}]({url})"),
        None => name,
    })
}

/// What would settle what is not decided, and how much each settles.
fn settlers(out: &mut String, verdicts: &[&Verdict]) {
    let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for verdict in verdicts {
        let mut needs: Vec<&str> = verdict.needs.iter().filter_map(|need| need.needs.as_deref()).collect();
        needs.sort_unstable();
        needs.dedup();
        let settled = match needs.as_slice() {
            _ if verdict.defect.is_some() => "the policy is defective".to_owned(),
            [] => verdict.message.clone(),
            needs => format!("it takes {}", needs.join(", or ")),
        };
        groups.entry(settled).or_default().push(verdict.id.as_str());
    }
    for (settled, ids) in groups {
        let _ = writeln!(out, "- {} ({}): {}", markdown_prose(&short(&settled, CELL)), ids.len(), ids.join(", "));
    }
}

fn waiver(out: &mut String, verdict: &Verdict) {
    let Some(laid) = &verdict.declaration else { return };
    let (by, why) = (markdown(&short(&laid.said.by, CELL)), markdown(&short(&laid.said.statement, CELL)));
    let _ = writeln!(out, "- {}: waived by {by} until {}: {why}", requirement(verdict), laid.last_day);
}

fn foot(out: &mut String, assessment: &Assessment) {
    let counts: Vec<String> = Outcome::ALL
        .into_iter()
        .filter_map(|outcome| {
            let count = assessment.outcomes.get(&outcome).copied().unwrap_or_default();
            let word = match outcome {
                Outcome::NeedsReview => "to review".to_owned(),
                outcome => words::outcome(outcome).replace('_', " "),
            };
            (count > 0).then(|| format!("{count} {word}"))
        })
        .collect();
    let _ = writeln!(out, "\n{} of {} requirements.", counts.join(", "), assessment.requirements.len());
    if !assessment.policies.changed.is_empty() {
        out.push_str("Judged with policies that are not those of osps.\n");
    }
    out.push_str("`osps explain ID` tells what a requirement asks and how it is decided.\n");
}

/// A summary within so many bytes: cut after a line, with a word on how much is missing.
pub fn fit(summary: &str, room: usize) -> String {
    if summary.len() <= room {
        return summary.to_owned();
    }
    let (mut kept, mut used, mut lines) = (0, 0, 0);
    // The closing tags and the word itself need a little.
    for line in summary.split_inclusive('\n') {
        lines += 1;
        if used + line.len() + 300 <= room && kept + 1 == lines {
            used += line.len();
            kept += 1;
        }
    }
    let mut out = summary.get(..used).unwrap_or_default().to_owned();
    for _ in out.matches("</details>").count()..out.matches("<details>").count() {
        out.push_str("\n</details>\n");
    }
    let _ = writeln!(out, "\n**Cut here: {} more lines do not fit.** `osps report` shows everything.", lines - kept);
    if out.len() > room { String::new() } else { out }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::samples;
    use super::*;

    #[rstest]
    #[case("a\nb\n", 100, "a\nb\n")]
    #[case("a\nb\n", 3, "")]
    fn what_fits(#[case] summary: &str, #[case] room: usize, #[case] expected: &str) {
        assert_eq!(fit(summary, room), expected);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let summary = format!("<details>\n{}", "a line of text\n".repeat(1_000));
        let cut = fit(&summary, 1_000);
        assert!(cut.len() <= 1_000 && cut.contains("more lines do not fit"), "{cut}");
        assert!(cut.contains("</details>"));
    }

    #[test]
    fn every_sample_fits() {
        for (name, assessment) in samples::all() {
            let summary = render(&assessment);
            assert!(summary.len() <= ROOM, "{name}");
            assert!(!summary.contains("<img") && !summary.contains("<script"), "{name}");
        }
    }

    #[test]
    fn the_mixed_sample() {
        insta::assert_snapshot!(render(&samples::mixed()));
    }
}
