//! GitLab's code quality report: a list of findings. GitLab compares those of two branches by their fingerprints, and shows nothing
//! beside a merge request where the severity is missing.

use serde::Serialize;

use super::findings::{self, Also, Finding, Findings, Weight};
use crate::model::assessment::Assessment;

#[derive(Serialize)]
struct Item<'a> {
    description: &'a str,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

/// The findings of an assessment. What is waived has no place in this format.
pub(super) fn render(assessment: &Assessment, also: Also) -> String {
    of(&findings::of(assessment, Also { waived: false, ..also }))
}

/// These findings.
pub fn of(findings: &Findings<'_>) -> String {
    let items: Vec<Item<'_>> = findings.told.iter().map(item).collect();
    let mut text = serde_json::to_string_pretty(&items).unwrap_or_else(|_| "[]".to_owned());
    text.push('\n');
    text
}

fn item<'a>(finding: &'a Finding<'_>) -> Item<'a> {
    Item {
        description: &finding.message,
        check_name: finding.verdict.id.as_str(),
        fingerprint: format!("{}-{}", finding.fingerprint, finding.repeat),
        severity: severity(finding),
        location: Location { path: &finding.path, lines: Lines { begin: finding.line.unwrap_or(1).max(1) } },
    }
}

fn severity(finding: &Finding<'_>) -> &'static str {
    match (finding.weight, finding.level().map(|level| level.number())) {
        (Weight::Failure, Some(1)) => "critical",
        (Weight::Failure, Some(2)) => "major",
        (Weight::Failure, _) => "minor",
        (Weight::Open | Weight::Waived, _) => "info",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value as Json;

    use super::super::samples;
    use super::*;

    fn read(assessment: &Assessment, also: Also) -> Vec<Json> {
        serde_json::from_str(&render(assessment, also)).expect("a list")
    }

    #[test]
    fn the_mixed_sample() {
        insta::assert_snapshot!(render(&samples::mixed(), Also::default()));
    }

    #[test]
    fn fingerprints_are_unique_and_know_no_lines() {
        for (name, assessment) in samples::all() {
            let items = read(&assessment, Also { open: true, waived: true });
            let names: BTreeSet<&str> = items.iter().filter_map(|item| item["fingerprint"].as_str()).collect();
            assert_eq!(names.len(), items.len(), "{name}");
            let mut shifted = assessment.clone();
            for seen in shifted.requirements.iter_mut().flat_map(|verdict| &mut verdict.evidence) {
                seen.line = seen.line.map(|line| line + 1);
            }
            let after = read(&shifted, Also { open: true, waived: true });
            let after: BTreeSet<&str> = after.iter().filter_map(|item| item["fingerprint"].as_str()).collect();
            assert_eq!(names, after, "{name}");
        }
    }

    #[test]
    fn severities_follow_levels() {
        let assessment = samples::mixed();
        let of = |also| {
            read(&assessment, also).iter().map(|item| item["severity"].as_str().unwrap_or("").to_owned()).collect()
        };
        let failures: BTreeSet<String> = of(Also::default());
        assert_eq!(failures, BTreeSet::from(["critical".to_owned(), "minor".to_owned()]));
        let all: BTreeSet<String> = of(Also { open: true, waived: false });
        assert!(all.contains("info"));
    }

    #[test]
    fn nothing_met_is_told() {
        assert_eq!(render(&samples::all_of(crate::model::ruling::Outcome::Passed), Also::default()), "[]\n");
    }
}
