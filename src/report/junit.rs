//! JUnit XML: a suite for each family, a case for each requirement. Not met is a failure, unknown an error, and what nobody has to
//! mend now is skipped with the reason.

use std::fmt::Write as _;

use super::escape;
use super::words::{self, outcome};
use crate::model::assessment::{Assessment, Standing, Verdict};
use crate::model::ruling::Outcome;

/// What a case says of its requirement.
#[derive(Debug, PartialEq, Eq)]
enum Result {
    Passed,
    Failure,
    Error,
    Skipped(&'static str),
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    tests: u32,
    failures: u32,
    errors: u32,
    skipped: u32,
}

/// An assessment as test results.
pub(super) fn render(assessment: &Assessment) -> String {
    let mut suites = String::new();
    let mut all = Counts::default();
    for family in &assessment.catalog.families {
        let of = |verdict: &&Verdict| verdict.family == family.id;
        let verdicts: Vec<&Verdict> = assessment.requirements.iter().filter(of).collect();
        if !verdicts.is_empty() {
            suite(&mut suites, &format!("{} {}", family.id, family.title), &verdicts, assessment, &mut all);
        }
    }
    let known = |verdict: &&Verdict| assessment.catalog.families.iter().any(|family| family.id == verdict.family);
    let others: Vec<&Verdict> = assessment.requirements.iter().filter(|verdict| !known(verdict)).collect();
    if !others.is_empty() {
        suite(&mut suites, "other", &others, assessment, &mut all);
    }
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let name = escaped(&format!("OSPS Baseline {}", assessment.catalog.version));
    let Counts { tests, failures, errors, .. } = all;
    let _ = writeln!(
        out,
        "<testsuites name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" time=\"0\">"
    );
    out.push_str(&suites);
    out.push_str("</testsuites>\n");
    out
}

fn suite(out: &mut String, name: &str, verdicts: &[&Verdict], assessment: &Assessment, all: &mut Counts) {
    let mut mine = Counts::default();
    let mut cases = String::new();
    for verdict in verdicts {
        let result = result(verdict);
        for counts in [&mut mine, all] {
            counts.tests += 1;
            match result {
                Result::Passed => {}
                Result::Failure => counts.failures += 1,
                Result::Error => counts.errors += 1,
                Result::Skipped(_) => counts.skipped += 1,
            }
        }
        case(&mut cases, verdict, &result);
    }
    let Counts { tests, failures, errors, skipped } = mine;
    let name = escaped(name);
    let _ = writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\" \
         time=\"0\">"
    );
    out.push_str("    <properties>\n");
    let commit = assessment.subject.commit.clone().unwrap_or_default();
    let properties = [
        ("subject", words::subject(assessment)),
        ("commit", commit),
        ("catalog", assessment.catalog.version.clone()),
        ("policies", assessment.policies.digest.clone()),
        ("facts", assessment.facts.digest.clone()),
    ];
    for (key, value) in properties {
        let _ = writeln!(out, "      <property name=\"{key}\" value=\"{}\"/>", escaped(&value));
    }
    out.push_str("    </properties>\n");
    out.push_str(&cases);
    out.push_str("  </testsuite>\n");
}

fn result(verdict: &Verdict) -> Result {
    match (verdict.standing, verdict.outcome) {
        (Standing::Met, Outcome::NotApplicable) => Result::Skipped("not applicable"),
        (Standing::Met, _) => Result::Passed,
        (Standing::Unmet, _) => Result::Failure,
        (Standing::Waived, _) => Result::Skipped("waived"),
        (Standing::Open, Outcome::NotRun) => Result::Skipped("not run"),
        (Standing::Open, Outcome::NeedsReview) => Result::Skipped("needs review"),
        (Standing::Open, _) => Result::Error,
    }
}

fn case(out: &mut String, verdict: &Verdict, result: &Result) {
    let (id, family) = (verdict.id.as_str(), escaped(&verdict.family));
    let _ = writeln!(out, "    <testcase classname=\"osps.{family}\" name=\"{id}\" time=\"0\">");
    let message = escaped(&message(verdict, result));
    let kind = outcome(verdict.outcome);
    let _ = match result {
        Result::Passed => Ok(()),
        Result::Failure => writeln!(
            out,
            "      <failure type=\"{kind}\" message=\"{message}\">{}</failure>",
            escaped(&places(verdict).join("\n"))
        ),
        Result::Error => writeln!(
            out,
            "      <error type=\"{kind}\" message=\"{message}\">{}</error>",
            escaped(&needs(verdict).join("\n"))
        ),
        Result::Skipped(_) => writeln!(out, "      <skipped message=\"{message}\"/>"),
    };
    let _ = writeln!(out, "      <system-out>{}</system-out>", escaped(&about(verdict)));
    out.push_str("    </testcase>\n");
}

fn message(verdict: &Verdict, result: &Result) -> String {
    let seen = escape::one_line(&verdict.message);
    match (result, &verdict.declaration) {
        (Result::Skipped(reason @ "waived"), Some(laid)) => {
            let (by, until, why) =
                (escape::one_line(&laid.said.by), laid.last_day, escape::one_line(&laid.said.statement));
            format!("{reason} by {by} until {until} ({why}): {seen}")
        }
        (Result::Skipped(reason), _) => format!("{reason}: {seen}"),
        _ => seen,
    }
}

/// What else is to be known of a requirement, a line each. Properties would say it better, and not every reader allows them here.
fn about(verdict: &Verdict) -> String {
    let levels: Vec<String> = verdict.levels.iter().map(ToString::to_string).collect();
    let mut lines = vec![
        escape::one_line(&verdict.summary),
        format!("levels: {}", levels.join(", ")),
        format!("outcome: {}", outcome(verdict.outcome)),
        format!("confidence: {}", verdict.confidence.map_or("none", words::confidence)),
    ];
    if let Some(laid) = verdict.declaration.as_ref().filter(|laid| laid.effect.counts()) {
        let (kind, by) = (laid.said.kind.name(), escape::one_line(&laid.said.by));
        lines.push(format!("{kind} of {by}, until {}: {}", laid.last_day, escape::one_line(&laid.said.statement)));
    }
    lines.extend(verdict.notes.iter().map(|note| format!("note: {}", escape::one_line(note))));
    if let Some(fix) = verdict.remediation.as_ref().filter(|_| verdict.standing != Standing::Met) {
        lines.push(format!("fix: {}", escape::one_line(&fix.text)));
    }
    lines.push(format!("official text: {}", verdict.url));
    lines.join("\n")
}

fn places(verdict: &Verdict) -> Vec<String> {
    verdict.evidence.iter().filter_map(words::place).collect()
}

fn needs(verdict: &Verdict) -> Vec<String> {
    let mut lines: Vec<String> = verdict
        .needs
        .iter()
        .map(|need| match &need.needs {
            Some(needs) => format!("{}: {}; it takes {}", need.fact, need.reason, escape::one_line(needs)),
            None => format!("{}: {}", need.fact, need.reason),
        })
        .collect();
    lines.extend(verdict.defect.iter().map(|defect| format!("the policy is defective: {}", escape::one_line(defect))));
    lines
}

/// A text as content or value of an attribute. XML has no way to write most control characters at all.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push('\n'),
            '\t' => out.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::samples;
    use super::*;

    #[rstest]
    #[case("a & <b> \"c\" ]]>", "a &amp; &lt;b&gt; &quot;c&quot; ]]&gt;")]
    #[case("nul\u{0}\u{1b}[31m\u{fffe}", "nul  [31m ")]
    #[case("two\nlines\t", "two\nlines&#9;")]
    fn escaping(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(escaped(text), expected);
    }

    #[test]
    fn the_mixed_sample() {
        insta::assert_snapshot!(render(&samples::mixed()));
    }

    /// Read by a parser: the counts are those of the cases, and no text became an element.
    #[test]
    fn counts_are_those_of_the_cases() {
        for (name, assessment) in samples::all() {
            let text = render(&assessment);
            let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
            let count = |node: roxmltree::Node<'_, '_>, tag: &str| {
                node.descendants().filter(|node| node.has_tag_name(tag)).count().to_string()
            };
            let root = document.root_element();
            assert_eq!(count(root, "testcase"), assessment.requirements.len().to_string(), "{name}");
            for node in document.descendants().filter(|node| node.tag_name().name().starts_with("testsuite")) {
                for (attribute, tag) in
                    [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
                {
                    if let Some(said) = node.attribute(attribute) {
                        assert_eq!(said, count(node, tag), "{name}: {attribute}");
                    }
                }
            }
            let known = [
                "testsuites",
                "testsuite",
                "properties",
                "property",
                "testcase",
                "failure",
                "error",
                "skipped",
                "system-out",
            ];
            for node in root.descendants().filter(roxmltree::Node::is_element) {
                assert!(known.contains(&node.tag_name().name()), "{name}: {}", node.tag_name().name());
            }
        }
    }

    #[rstest]
    #[case(Standing::Met, Outcome::Passed, Result::Passed)]
    #[case(Standing::Met, Outcome::Failed, Result::Passed)]
    #[case(Standing::Met, Outcome::Unknown, Result::Passed)]
    #[case(Standing::Met, Outcome::NotApplicable, Result::Skipped("not applicable"))]
    #[case(Standing::Unmet, Outcome::Failed, Result::Failure)]
    #[case(Standing::Waived, Outcome::Failed, Result::Skipped("waived"))]
    #[case(Standing::Open, Outcome::NeedsReview, Result::Skipped("needs review"))]
    #[case(Standing::Open, Outcome::NotRun, Result::Skipped("not run"))]
    #[case(Standing::Open, Outcome::Unknown, Result::Error)]
    fn results(#[case] standing: Standing, #[case] outcome: Outcome, #[case] expected: Result) {
        let mut assessment = samples::all_of(outcome);
        assessment.requirements[0].standing = standing;
        assert_eq!(result(&assessment.requirements[0]), expected);
    }
}
