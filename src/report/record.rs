//! What documents for other people's machines share: their time, their ids, their text, and how results of parts add up.

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{Format, NotRendered, links};
use crate::model::assessment::{Assessment, LevelMode, Standing, Verdict};
use crate::model::declaration::{Kind, Laid};
use crate::model::ruling::Outcome;

/// The moment whose state a document tells of, in whole seconds: when the facts were collected. Documents are not dated
/// by the clock, so that the same assessment gives the same bytes.
pub(super) fn moment(assessment: &Assessment, format: Format) -> Result<String, NotRendered> {
    let at = &assessment.facts.collected_at;
    let whole = at.parse::<Timestamp>().and_then(|at| Timestamp::from_second(at.as_second()));
    whole.map(|at| at.to_string()).map_err(|error| NotRendered {
        format: format.name(),
        why: format!("the assessment does not say when its facts were collected: {error}"),
    })
}

/// A document as text, keys sorted. Characters that a reader of YAML refuses or that turn the direction of a text stand
/// escaped, so that the text is YAML as well as JSON and looks like what it is.
pub(super) fn text(document: &Value) -> String {
    let mut plain = serde_json::to_string_pretty(document).unwrap_or_default();
    plain.push('\n');
    if plain.is_ascii() && !plain.contains('\u{7f}') {
        return plain;
    }
    let mut out = String::with_capacity(plain.len() + 64);
    for c in plain.chars() {
        match c {
            '\u{7f}'..='\u{9f}'
            | '\u{ad}'
            | '\u{61c}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => out.push(c),
        }
    }
    out
}

/// Derives ids: the same for the same name in the same assessment.
pub(super) struct Ids {
    seed: Vec<u8>,
}

impl Ids {
    /// Ids that no other assessment has.
    pub(super) fn of(assessment: &Assessment) -> Self {
        Self::from(&serde_json::to_string(assessment).unwrap_or_default())
    }

    /// Ids that are the same wherever this text is the same.
    pub(super) fn from(text: &str) -> Self {
        Self { seed: Sha256::digest(text.as_bytes()).to_vec() }
    }

    /// The id of a thing by its name.
    pub(super) fn id(&self, name: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(&self.seed);
        hash.update(name.as_bytes());
        let digest = hash.finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        // Marked as made from a name, which is what readers accept beside random ones.
        bytes[6] = bytes[6] & 0x0f | 0x50;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let hex = crate::bundle::hex(&bytes);
        [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
    }
}

/// Whether the outcome of a whole is worse, or tells more, with this part in it: failed, unknown, to be reviewed, passed, not
/// applicable; what was not run says nothing about the whole.
fn weight(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Failed => 5,
        Outcome::Unknown => 4,
        Outcome::NeedsReview => 3,
        Outcome::Passed => 2,
        Outcome::NotApplicable => 1,
        Outcome::NotRun => 0,
    }
}

/// The outcome of a whole from those of its parts.
pub(super) fn whole(parts: impl IntoIterator<Item = Outcome>) -> Outcome {
    parts.into_iter().max_by_key(|outcome| weight(*outcome)).unwrap_or(Outcome::NotRun)
}

/// The name of the outcome in Gemara's words.
pub(super) fn gemara_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Passed => "Passed",
        Outcome::Failed => "Failed",
        Outcome::NeedsReview => "Needs Review",
        Outcome::NotApplicable => "Not Applicable",
        Outcome::Unknown => "Unknown",
        Outcome::NotRun => "Not Run",
    }
}

/// The subject in words: where it is, and at which commit.
pub(super) fn subject(assessment: &Assessment) -> String {
    let subject = &assessment.subject;
    let name = links::repository(subject).unwrap_or_else(|| subject.name.clone());
    match &subject.commit {
        Some(commit) => format!("{name} at commit {commit}"),
        None => format!("{name} as its files lay there"),
    }
}

/// What the assessment says in the end, in the words that the standard asks for.
pub(super) fn standing(assessment: &Assessment, moment: &str) -> String {
    let day = moment.get(..10).unwrap_or(moment);
    let (version, levels) = (&assessment.catalog.version, &assessment.levels);
    let mode = match levels.mode {
        LevelMode::Cumulative => "each level asks for everything of the levels below it too",
        LevelMode::Exact => "each level asks for exactly what the catalog lists at it",
    };
    match levels.reached {
        Some(level) => {
            format!("As of {day}, this project complies with OSPS Baseline {version} level {level} ({mode}).")
        }
        None => format!("As of {day}, this project reaches no level of OSPS Baseline {version} ({mode})."),
    }
}

/// The levels of a verdict, as the standard names them.
pub(super) fn levels(verdict: &Verdict) -> Vec<String> {
    verdict.levels.iter().map(|level| format!("maturity-{level}")).collect()
}

/// The name of a value in our documents, such as `needs_review`.
pub(super) fn name(value: impl serde::Serialize) -> String {
    json!(value).as_str().unwrap_or("none").to_owned()
}

/// What kind of evidence a declaration is: only one that counts goes by its plain name.
pub(super) fn declared_as(laid: &Laid) -> &'static str {
    match (laid.said.kind, laid.effect.counts()) {
        (Kind::Waiver, true) => "waiver",
        (Kind::Waiver, false) => "waiver without effect",
        (_, true) => "attestation",
        (_, false) => "attestation without effect",
    }
}

/// How a requirement is checked, step by step; never empty.
pub(super) fn steps(assessment: &Assessment, verdict: &Verdict) -> Vec<String> {
    let mut steps = Vec::new();
    match &verdict.check {
        Some(check) => {
            steps.push(format!("Read the facts {}.", check.facts.join(", ")));
            steps.push(format!("Judge them by {} of the policies {}.", check.policy, assessment.policies.digest));
        }
        None => steps.push("Look for a policy that decides it; there is none.".to_owned()),
    }
    if let Some(laid) = &verdict.declaration {
        let (kind, origin) = (name(laid.said.kind).replace('_', " "), &laid.said.origin);
        steps.push(format!("Lay the declaration ({kind}) at {}:{} beside the result.", origin.file, origin.line));
    }
    steps
}

/// Whether a person has something to do about it.
pub(super) fn is_due(verdict: &Verdict) -> bool {
    verdict.standing != Standing::Met
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use Outcome::{Failed, NeedsReview, NotApplicable, NotRun, Passed, Unknown};
    use rstest::rstest;

    #[rstest]
    #[case::failed_first(&[Passed, Unknown, Failed, NeedsReview], Failed)]
    #[case::unknown_before_review(&[NeedsReview, Unknown, Passed], Unknown)]
    #[case::review_before_passed(&[Passed, NeedsReview, NotApplicable], NeedsReview)]
    #[case::passed_before_not_applicable(&[NotApplicable, Passed], Passed)]
    #[case::not_run_says_nothing(&[NotRun, NotApplicable, NotRun], NotApplicable)]
    #[case::nothing_run(&[NotRun, NotRun], NotRun)]
    #[case::nothing(&[], NotRun)]
    fn parts_add_up(#[case] parts: &[Outcome], #[case] expected: Outcome) {
        assert_eq!(whole(parts.iter().copied()), expected);
        assert_eq!(whole(parts.iter().rev().copied()), expected);
    }

    #[test]
    fn ids_are_derived_and_well_formed() {
        let ids = Ids::of(&samples::mixed());
        let id = ids.id("a");
        assert_eq!(id, Ids::of(&samples::mixed()).id("a"));
        assert!(id != ids.id("b") && id != Ids::of(&samples::hostile()).id("a"));
        assert_eq!(id.split('-').map(str::len).collect::<Vec<_>>(), [8, 4, 4, 4, 12]);
        assert!(id[14..].starts_with('5') && "89ab".contains(&id[19..20]), "{id}");
    }

    #[test]
    fn moments_are_whole_seconds_or_an_error() {
        let mut assessment = samples::mixed();
        assert_eq!(moment(&assessment, Format::Gemara).as_deref(), Ok("2026-11-22T13:20:47Z"));
        assessment.facts.collected_at = "yesterday".to_owned();
        let error = moment(&assessment, Format::Gemara).expect_err("no moment").to_string();
        assert!(error.starts_with("as gemara: the assessment does not say when"), "{error}");
    }

    #[test]
    fn texts_are_json_that_readers_of_yaml_accept() {
        let document = json!({"a": "bell\u{7} delete\u{7f} turn\u{202e} end\u{fffe} ä 𝄞 \u{85}"});
        let text = text(&document);
        assert_eq!(text, "{\n  \"a\": \"bell\\u0007 delete\\u007f turn\\u202e end\\ufffe ä 𝄞 \\u0085\"\n}\n");
        assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), document);
    }
}
