//! What changed, as annotations where it is seen now, or else where it was seen. Improvements and what did not change need nobody's eyes on a line.

use super::headline;
use crate::model::comparison::{Answer, Change, Comparison, Severity};
use crate::report::{escape, findings, github};

pub(super) fn render(comparison: &Comparison) -> String {
    let list: Vec<github::Annotation> = comparison.changes.iter().flat_map(of_change).collect();
    let text = github::annotations(&list);
    let answer = comparison.gate.as_ref().map(|gate| gate.answer);
    let severity = match answer {
        Some(Answer::Fails) => github::Severity::Error,
        Some(Answer::Incomplete) => github::Severity::Warning,
        Some(Answer::Holds) | None => github::Severity::Notice,
    };
    // A pipeline that is red says so on its page, whatever the changes are.
    if text.is_empty() || (severity == github::Severity::Error && !list.iter().any(|one| one.severity == severity)) {
        return format!("{}{text}", github::remark(severity, &headline(comparison)));
    }
    text
}

fn of_change(change: &Change) -> Vec<github::Annotation> {
    let severity = match change.severity {
        Severity::Error => github::Severity::Error,
        Severity::Warning | Severity::Incomplete => github::Severity::Warning,
        Severity::Notice | Severity::Silent => return Vec::new(),
    };
    let title = format!("{} ({})", change.id, change.class.name().replace('-', " "));
    let at = |path: Option<&str>, line: Option<u64>, message: String| github::Annotation {
        severity,
        path: path.map(str::to_owned),
        line,
        title: title.clone(),
        message,
    };
    let mut placed: Vec<github::Annotation> = Vec::new();
    for seen in &change.places {
        if let Some(path) = seen.path.as_deref().and_then(findings::in_tree) {
            let detail = seen.detail.as_deref().map(|detail| format!(" Seen here: {}", escape::short(detail, 700)));
            let message = format!("{}{}", escape::short(&change.message, 700), detail.unwrap_or_default());
            placed.push(at(Some(path), seen.line, message));
        }
    }
    // Lines of a file as it was lead astray in what it is now.
    let was = || change.was.iter().find_map(|seen| Some((findings::in_tree(seen.path.as_deref()?)?, seen.line)));
    match was().filter(|_| placed.is_empty()) {
        Some((path, line)) => {
            let line = line.map(|line| format!(", line {line}")).unwrap_or_default();
            let before = format!(" Before, it was seen in {}{line}.", escape::short(path, 700));
            placed.push(at(Some(path), None, format!("{}{before}", escape::short(&change.message, 700))));
        }
        None if placed.is_empty() => placed.push(at(None, None, String::new())),
        None => {}
    }
    placed
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value as Json, json};

    use super::*;

    fn change(class: &str, severity: &str, places: Json) -> Json {
        json!({
            "id": "OSPS-BR-01.01", "levels": [1], "summary": "s", "url": "https://example.org", "class": class,
            "cause": "project", "severity": severity, "before": null, "after": null,
            "message": "Text becomes code.\r\n::error::forged", "places": places,
        })
    }

    fn rendered(answer: Option<&str>, changes: &[Json]) -> String {
        let side = json!({
            "name": "x", "catalog": "2026-08-28", "catalog_digest": "", "policies": "", "reached": null,
        });
        let mut comparison = json!({
            "format": 1, "tool": "osps", "before": side, "after": side, "changes": changes, "counts": {},
        });
        if let Some(answer) = answer {
            comparison["gate"] = json!({"answer": answer});
        }
        render(&serde_json::from_value(comparison).expect("a comparison"))
    }

    #[test]
    fn what_got_worse_stands_where_it_is_seen() {
        let places = json!([
            {"path": ".github/workflows/a,b.yml", "line": 7, "detail": "100 %"},
            {"path": "../outside.yml", "line": 1},
        ]);
        let changes = [
            change("regression", "error", places),
            change("improvement", "notice", json!([{"path": "a", "line": 1}])),
            change("weakened", "warning", json!([])),
        ];
        assert_eq!(
            rendered(Some("fails"), &changes),
            "::error file=.github/workflows/a%2Cb.yml,line=7,title=OSPS-BR-01.01 (regression)::Text becomes code. \
             ::error::forged Seen here: 100 %25\n\
             ::warning title=OSPS Baseline::And 1 more, about no single file: see the summary.\n"
        );
    }

    #[test]
    fn what_is_gone_stands_at_the_file_it_was_seen_in() {
        let mut lost = change("evidence_lost", "error", json!([]));
        lost["was"] = json!([{"path": "../x"}, {"path": "SECURITY.md", "line": 5}, {"path": "README.md", "line": 2}]);
        assert_eq!(
            rendered(Some("fails"), &[lost]),
            "::error file=SECURITY.md,line=1,title=OSPS-BR-01.01 (evidence lost)::Text becomes code. ::error::forged Before, it \
             was seen in SECURITY.md, line 5.\n"
        );
    }

    #[rstest]
    #[case::holds(Some("holds"), "::notice ")]
    #[case::no_gate(None, "::notice ")]
    #[case::level_not_reached(Some("fails"), "::error ")]
    #[case::incomplete(Some("incomplete"), "::warning ")]
    fn the_answer_is_said_where_no_change_says_it(#[case] answer: Option<&str>, #[case] expected: &str) {
        let text = rendered(answer, &[]);
        assert!(text.starts_with(expected) && text.lines().count() == 1, "{text}");
    }
}
