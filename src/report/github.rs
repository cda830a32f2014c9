//! Annotations: commands that GitHub Actions reads on standard output. It shows ten errors and ten warnings of a step, so the most
//! important come first and the last one says how many more there are. What is about no file stands in the step's summary.

use std::fmt::Write as _;

use super::escape;
use super::findings::{self, Also, Finding, Weight};
use crate::model::assessment::{Assessment, Standing};

/// Annotations of one severity that are shown of a step.
const SHOWN: usize = 10;
/// The title where no requirement gives one.
const TITLE: &str = "OSPS Baseline";

/// How an annotation looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Red.
    Error,
    /// Yellow.
    Warning,
    /// Grey.
    Notice,
}

/// One annotation to be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation {
    /// How it looks.
    pub severity: Severity,
    /// The file in the tree; none for what is about no file, which is only counted.
    pub path: Option<String>,
    /// The line, counted from 1.
    pub line: Option<u64>,
    /// What stands above it.
    pub title: String,
    /// What it says.
    pub message: String,
}

impl From<&Finding<'_>> for Annotation {
    fn from(finding: &Finding<'_>) -> Self {
        let level = finding.level().map(|level| format!(" (level {level})")).unwrap_or_default();
        Self {
            severity: match finding.weight {
                Weight::Failure => Severity::Error,
                Weight::Open => Severity::Warning,
                Weight::Waived => Severity::Notice,
            },
            path: (!finding.stands_in).then(|| finding.path.clone()),
            line: finding.line,
            title: format!("{}{level}", finding.verdict.id),
            message: finding.message.clone(),
        }
    }
}

/// The findings of an assessment.
pub(super) fn render(assessment: &Assessment, also: Also) -> String {
    let found = findings::of(assessment, also);
    let list: Vec<Annotation> = found.told.iter().map(Annotation::from).collect();
    let text = annotations(&list);
    if !text.is_empty() {
        return text;
    }
    let open = assessment.requirements.iter().filter(|verdict| verdict.standing == Standing::Open).count();
    let rest = if open == 0 { String::new() } else { format!("; {open} are not decided") };
    remark(Severity::Notice, &format!("No requirement fails{rest}."))
}

/// These annotations, most important first, as many as are shown; nothing where there is none.
pub fn annotations(list: &[Annotation]) -> String {
    let mut out = String::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Notice] {
        let mine: Vec<&Annotation> = list.iter().filter(|one| one.severity == severity).collect();
        let placed: Vec<&Annotation> = mine.iter().copied().filter(|one| one.path.is_some()).collect();
        let shown = if mine.len() == placed.len() && placed.len() <= SHOWN { SHOWN } else { SHOWN - 1 };
        for one in placed.iter().take(shown) {
            out.push_str(&command(severity, one.path.as_deref(), one.line, &one.title, &one.message));
        }
        let (more, nowhere) = (mine.len() - placed.len().min(shown), mine.len() - placed.len());
        if more > 0 {
            out.push_str(&remark(severity, &rest(more, nowhere)));
        }
    }
    out
}

fn rest(more: usize, nowhere: usize) -> String {
    let about = match nowhere {
        0 => String::new(),
        nowhere if nowhere == more => ", about no single file".to_owned(),
        nowhere => format!(", {nowhere} of them about no single file"),
    };
    format!("And {more} more{about}: see the summary.")
}

/// A remark about no file and no requirement.
pub(super) fn remark(severity: Severity, text: &str) -> String {
    command(severity, None, None, TITLE, text)
}

/// One command in one line.
fn command(severity: Severity, path: Option<&str>, line: Option<u64>, title: &str, message: &str) -> String {
    let name = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "notice",
    };
    let mut properties = String::new();
    if let Some(path) = path {
        // Only where it begins: an end past the end of the file makes the annotation vanish.
        let _ = write!(properties, "file={},line={},", property(path), line.unwrap_or(1).max(1));
    }
    let _ = write!(properties, "title={}", property(&escape::one_line(title)));
    format!("::{name} {properties}::{}\n", data(&escape::one_line(message)))
}

/// A text as the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A text as the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::super::samples;
    use super::*;
    use crate::model::ruling::Outcome;

    const ALL: Also = Also { open: true, waived: true };

    #[rstest]
    #[case("100 %", "100 %25", "100 %25")]
    #[case("a\r\n::error::b", "a%0D%0A::error::b", "a%0D%0A%3A%3Aerror%3A%3Ab")]
    #[case("%0A::set-env", "%250A::set-env", "%250A%3A%3Aset-env")]
    #[case("x,line=1", "x,line=1", "x%2Cline=1")]
    fn escaping(#[case] text: &str, #[case] as_data: &str, #[case] as_property: &str) {
        assert_eq!((data(text).as_str(), property(text).as_str()), (as_data, as_property));
    }

    fn count(text: &str, name: &str) -> usize {
        text.lines().filter(|line| line.starts_with(&format!("::{name} "))).count()
    }

    #[test]
    fn every_line_is_one_command_of_ours() {
        for (name, assessment) in samples::all() {
            let text = render(&assessment, ALL);
            for line in text.lines() {
                let known = ["::error ", "::warning ", "::notice "].iter().any(|start| line.starts_with(start));
                assert!(known && !line.contains(char::is_control), "{name}: {line}");
            }
            for severity in ["error", "warning", "notice"] {
                assert!(count(&text, severity) <= SHOWN, "{name}");
            }
        }
    }

    fn annotation(path: Option<&str>) -> Annotation {
        Annotation {
            severity: Severity::Error,
            path: path.map(str::to_owned),
            line: Some(3),
            title: "t".to_owned(),
            message: "m".to_owned(),
        }
    }

    #[rstest]
    #[case::none(0, 0, 0, None)]
    #[case::all_fit(10, 0, 10, None)]
    #[case::one_too_many(11, 0, 10, Some("And 2 more: see the summary."))]
    #[case::settings_only(0, 3, 1, Some("And 3 more, about no single file: see the summary."))]
    #[case::both(2, 3, 3, Some("And 3 more, about no single file: see the summary."))]
    #[case::many(12, 3, 10, Some("And 6 more, 3 of them about no single file: see the summary."))]
    fn the_last_one_says_how_many_more(
        #[case] placed: usize,
        #[case] nowhere: usize,
        #[case] lines: usize,
        #[case] last: Option<&str>,
    ) {
        let mut list = vec![annotation(Some("a.rs")); placed];
        list.extend(vec![annotation(None); nowhere]);
        let text = annotations(&list);
        assert_eq!(text.lines().count(), lines, "{text}");
        if let Some(last) = last {
            assert!(text.trim_end().ends_with(last), "{text}");
        }
    }

    #[test]
    fn nothing_to_tell_is_said() {
        let said = |outcome| render(&samples::all_of(outcome), Also::default());
        assert_eq!(said(Outcome::Passed), "::notice title=OSPS Baseline::No requirement fails.\n");
        assert!(said(Outcome::Unknown).contains("64 are not decided"));
    }

    #[test]
    fn the_mixed_sample() {
        insta::assert_snapshot!(render(&samples::mixed(), Also::default()));
    }
}
