//! The standing of an assessment by the entries of another framework: for each entry the controls that relate to it and how their
//! requirements stand. It counts nothing together, because relating is not fulfilling.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::{Format, NotRendered, View, escape, record};
use crate::model::assessment::{Assessment, Basis, LevelMode, Standing, Verdict};
use crate::model::id::Level;
use crate::model::mapping::{CAUTION, Crosswalk, Entry};
use crate::model::ruling::Outcome;

/// What is said beside the caution.
const NO_CLAIM: &str = "This is no claim that the other framework is complied with, and takes the place of no audit.";

/// How the requirements of the controls that relate to an entry stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Related {
    AllMet,
    SomeMet,
    NoneMet,
    NotAssessed,
    Unrelated,
}

impl Related {
    fn words(self) -> &'static str {
        match self {
            Self::AllMet => "all met",
            Self::SomeMet => "some met",
            Self::NoneMet => "none met",
            Self::NotAssessed => "not assessed",
            Self::Unrelated => "no Baseline control relates",
        }
    }
}

/// Renders the standing by a framework's entries, of the requirements that count at a level.
///
/// # Errors
/// A format that shows no crosswalks.
pub fn render(
    assessment: &Assessment,
    crosswalk: &Crosswalk,
    level: Level,
    format: Format,
    view: &View,
) -> Result<String, NotRendered> {
    let shown = Shown { assessment, crosswalk, level };
    match format {
        Format::Text => Ok(shown.text(view)),
        Format::Markdown => Ok(shown.markdown()),
        Format::Json => Ok(record::text(&shown.json())),
        _ => {
            Err(NotRendered { format: format.name(), why: "a crosswalk is shown as text, markdown or json".to_owned() })
        }
    }
}

struct Shown<'a> {
    assessment: &'a Assessment,
    crosswalk: &'a Crosswalk,
    level: Level,
}

impl<'a> Shown<'a> {
    /// The requirements of a control that count.
    fn of(&self, control: &str) -> impl Iterator<Item = &'a Verdict> {
        let (mode, level) = (self.assessment.levels.mode, self.level);
        let verdicts = self.assessment.requirements.iter();
        verdicts.filter(move |verdict| verdict.id.control() == control && mode.counts(&verdict.levels, level))
    }

    fn related(&self, entry: &Entry) -> Related {
        if entry.controls.is_empty() {
            return Related::Unrelated;
        }
        let verdicts: Vec<&Verdict> = entry.controls.iter().flat_map(|control| self.of(control)).collect();
        let any = |standing: Standing| verdicts.iter().any(|verdict| verdict.standing == standing);
        match (any(Standing::Met), any(Standing::Unmet) || any(Standing::Waived)) {
            (true, _) if verdicts.iter().all(|verdict| verdict.standing == Standing::Met) => Related::AllMet,
            (true, _) => Related::SomeMet,
            (false, true) => Related::NoneMet,
            // Where nothing is decided, nothing is said of the entry either.
            (false, false) => Related::NotAssessed,
        }
    }

    fn title<'b>(&'b self, control: &'b str) -> &'b str {
        let known = self.assessment.catalog.controls.iter().find(|known| known.id == control);
        known.map_or("not in this version of the standard", |known| &known.title)
    }

    fn framework(&self) -> String {
        let framework = &self.crosswalk.framework;
        let version = framework.version.as_ref().map(|version| format!(", {version}")).unwrap_or_default();
        format!("{} ({}{version})", framework.title, framework.id)
    }

    fn references(&self) -> String {
        let draft = if self.crosswalk.draft { ", a draft" } else { "" };
        format!("References of the OSPS Baseline as of {}{draft}, {}.", self.crosswalk.version, self.crosswalk.digest)
    }

    fn counting(&self) -> String {
        let version = &self.assessment.catalog.version;
        match self.assessment.levels.mode {
            LevelMode::Cumulative => format!("Requirements of OSPS Baseline {version} up to level {}.", self.level),
            LevelMode::Exact => {
                format!("Requirements that OSPS Baseline {version} lists at level {} (exact).", self.level)
            }
        }
    }

    fn text(&self, view: &View) -> String {
        let style = &view.style;
        let mut out = String::new();
        let subject = style.plain(&record::subject(self.assessment));
        let _ = writeln!(out, "{}", style.bold(&format!("{}: standing of {subject}", self.framework())));
        for line in [self.counting(), self.references(), format!("{CAUTION} {NO_CLAIM}")] {
            let _ = writeln!(out, "{}", style.wrap(&line, 0));
        }
        for entry in &self.crosswalk.entries {
            let _ = writeln!(out, "\n{}  {}", style.bold(&entry.id), self.related(entry).words());
            for control in &entry.controls {
                let line = format!("{control} {}: {}", self.title(control), self.listed(control));
                let _ = writeln!(out, "{}", style.wrap(&line, 4));
            }
        }
        out
    }

    fn markdown(&self) -> String {
        let subject = record::subject(self.assessment);
        let mut out = format!("# {}\n\n", escape::markdown(&format!("{}: standing of {subject}", self.framework())));
        for line in [self.counting(), self.references(), format!("{CAUTION} {NO_CLAIM}")] {
            let _ = writeln!(out, "{}\n", escape::markdown(&line));
        }
        out.push_str("| Entry | Related requirements | Control | Standing |\n|---|---|---|---|\n");
        for entry in &self.crosswalk.entries {
            let head = format!("| {} | {} |", escape::markdown(&entry.id), self.related(entry).words());
            for control in &entry.controls {
                let of = self.listed(control);
                let title = escape::markdown(&format!("{control} {}", self.title(control)));
                let _ = writeln!(out, "{head} {title} | {of} |");
            }
            if entry.controls.is_empty() {
                let _ = writeln!(out, "{head} | |");
            }
        }
        out
    }

    /// The requirements of a control that count, each with its standing.
    fn listed(&self, control: &str) -> String {
        let of: Vec<String> = self.of(control).map(standing).collect();
        if of.is_empty() { "nothing at this level".to_owned() } else { of.join(", ") }
    }

    fn json(&self) -> Value {
        let Assessment { subject, catalog, levels, facts, .. } = self.assessment;
        let crosswalk = self.crosswalk;
        let control = |control: &String| {
            let requirement = |verdict: &Verdict| {
                json!({
                    "id": verdict.id,
                    "outcome": verdict.outcome,
                    "standing": verdict.standing,
                    "basis": verdict.basis,
                })
            };
            let requirements: Vec<Value> = self.of(control).map(requirement).collect();
            json!({"id": control, "title": self.title(control), "requirements": requirements})
        };
        let entry = |entry: &Entry| {
            json!({
                "id": entry.id,
                "related": self.related(entry).words().replace(' ', "_").to_lowercase(),
                "controls": entry.controls.iter().map(control).collect::<Vec<_>>(),
            })
        };
        json!({
            "format": 1,
            "caution": format!("{CAUTION} {NO_CLAIM}"),
            "framework": crosswalk.framework,
            "mapping": {"version": crosswalk.version, "draft": crosswalk.draft, "digest": crosswalk.digest},
            "subject": subject,
            "catalog": {"id": catalog.id, "version": catalog.version, "digest": catalog.digest},
            "facts": {"digest": facts.digest, "collected_at": facts.collected_at},
            "level": self.level,
            "levels_read": levels.mode,
            "entries": crosswalk.entries.iter().map(entry).collect::<Vec<_>>(),
        })
    }
}

/// A requirement with its standing, and what that rests on where it is not plain.
fn standing(verdict: &Verdict) -> String {
    let words = match (verdict.standing, verdict.outcome) {
        (Standing::Met, _) if verdict.basis == Some(Basis::Attested) => "met (attested)",
        (Standing::Met, Outcome::NotApplicable) => "met (does not apply)",
        (Standing::Met, _) => "met",
        (Standing::Unmet, _) => "not met",
        (Standing::Waived, _) => "waived",
        (Standing::Open, Outcome::NeedsReview) => "to review",
        (Standing::Open, Outcome::NotRun) => "not run",
        (Standing::Open, _) => "unknown",
    };
    let short = verdict.id.as_str().get(verdict.id.control().len()..).unwrap_or_default();
    format!("{short} {words}")
}

#[cfg(test)]
mod tests {
    use super::super::findings::Also;
    use super::super::style::Style;
    use super::super::{Detail, samples};
    use super::*;
    use crate::model::mapping::Framework;
    use rstest::rstest;

    fn crosswalk(entries: &[(&str, &[&str])]) -> Crosswalk {
        let entry = |(id, controls): &(&str, &[&str])| Entry {
            id: (*id).to_owned(),
            controls: controls.iter().map(|control| (*control).to_owned()).collect(),
        };
        Crosswalk {
            framework: Framework {
                id: "ACME".to_owned(),
                title: "Acme Act".to_owned(),
                version: Some("3".to_owned()),
                url: "https://acme.example/act".to_owned(),
                entries: Vec::new(),
            },
            version: "2026-07-07".to_owned(),
            draft: true,
            digest: "sha256:00".to_owned(),
            entries: entries.iter().map(entry).collect(),
        }
    }

    fn view() -> View {
        View { style: Style { color: false, unicode: true, width: 100 }, detail: Detail::Short, also: Also::default() }
    }

    fn text(assessment: &Assessment, crosswalk: &Crosswalk, level: u8, format: Format) -> String {
        render(assessment, crosswalk, Level::try_from(level).expect("a level"), format, &view()).expect("rendered")
    }

    #[rstest]
    #[case::all(&["OSPS-LE-02", "OSPS-LE-03"], Outcome::Passed, "all met")]
    #[case::none(&["OSPS-LE-02"], Outcome::Failed, "none met")]
    #[case::nothing_known(&["OSPS-LE-02"], Outcome::Unknown, "not assessed")]
    #[case::to_review(&["OSPS-LE-02"], Outcome::NeedsReview, "not assessed")]
    #[case::not_run(&["OSPS-LE-02"], Outcome::NotRun, "not assessed")]
    #[case::no_control(&[], Outcome::Passed, "no Baseline control relates")]
    #[case::of_another_version(&["OSPS-ZZ-01"], Outcome::Passed, "not assessed")]
    fn entries(#[case] controls: &[&str], #[case] outcome: Outcome, #[case] expected: &str) {
        let (assessment, crosswalk) = (samples::all_of(outcome), crosswalk(&[("1", controls)]));
        let text = text(&assessment, &crosswalk, 3, Format::Text);
        assert!(text.lines().any(|line| line == format!("1  {expected}")), "{text}");
    }

    #[test]
    fn the_mixed_sample_as_text() {
        let entries: &[(&str, &[&str])] = &[
            ("1.1", &["OSPS-AC-01", "OSPS-QA-05"]),
            ("1.2", &["OSPS-AC-02", "OSPS-AC-04"]),
            ("1.3", &["OSPS-BR-01", "OSPS-QA-02", "OSPS-SA-03"]),
            ("1.4", &["OSPS-GV-04"]),
            ("1.5", &[]),
        ];
        insta::assert_snapshot!("crosswalk_text", text(&samples::mixed(), &crosswalk(entries), 3, Format::Text));
        let markdown = text(&samples::mixed(), &crosswalk(entries), 3, Format::Markdown);
        insta::assert_snapshot!("crosswalk_markdown", markdown);
        let lowest: Value =
            serde_json::from_str(&text(&samples::mixed(), &crosswalk(entries), 1, Format::Json)).expect("JSON");
        insta::assert_json_snapshot!("crosswalk_json", samples::steady(lowest));
    }

    #[test]
    fn nothing_adds_up_to_a_share_and_the_caution_stands_in_every_form() {
        let crosswalk = crosswalk(&[("1", &["OSPS-LE-02"])]);
        for (_, assessment) in samples::all() {
            for format in [Format::Text, Format::Markdown, Format::Json] {
                let text = text(&assessment, &crosswalk, 3, format).replace('\n', " ");
                assert!(text.contains(CAUTION) && text.contains("2026-07-07"), "{text}");
                assert!(!text.contains("100%") && !text.contains(" %"));
            }
        }
    }

    #[test]
    fn hostile_names_stay_on_their_line() {
        let mut assessment = samples::hostile();
        assessment.subject.host = None;
        assessment.subject.name = "a\n\u{1b}[31mb".to_owned();
        let text = text(&assessment, &crosswalk(&[]), 3, Format::Text);
        assert!(!text.contains('\u{1b}') && text.lines().next().is_some_and(|line| line.contains('b')), "{text}");
    }

    #[test]
    fn other_formats_say_what_shows_it() {
        let level = Level::ALL[0];
        let error = render(&samples::mixed(), &crosswalk(&[]), level, Format::Svr, &view()).expect_err("refused");
        assert_eq!(error.to_string(), "as svr: a crosswalk is shown as text, markdown or json");
    }
}
