//! The standing as a badge: a picture that needs no server, the endpoint document of shields, and proposals for the OpenSSF
//! Best Practices Badge. A level is shown only where nothing that is missing could take it away.

use std::fmt::Write as _;

use super::links::{encoded, permalink};
use crate::model::assessment::Assessment;
use crate::model::evidence::Confidence;
use crate::model::id::Level;
use crate::model::ruling::Outcome;

/// What the badge says on its left.
const LABEL: &str = "OSPS Baseline";
/// Characters of a link to the badge's site; longer ones are cut by servers on the way.
const LINK: usize = 2_000;
/// Characters of a justification.
const JUSTIFICATION: usize = 240;

/// A badge in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Badge {
    /// Such as `level 2` or `3 unknown`.
    pub standing: String,
    /// The version of the standard and the day of the assessment.
    pub about: String,
    /// The colour, as six hexadecimal digits; every one of them is readable under white text.
    pub color: &'static str,
}

/// The badge of an assessment. Below level 1 is certain as soon as something is not met; with nothing but open requirements in
/// the way, their number is all that can be said.
pub fn badge(assessment: &Assessment) -> Badge {
    let day: String = assessment.facts.collected_at.chars().take(10).collect();
    let about = format!("{}, {day}", assessment.catalog.version);
    let first = assessment.levels.standings.first();
    let (standing, color) = match (assessment.levels.reached, first) {
        (Some(level), _) => (format!("level {level}"), "1f6f3a"),
        (None, Some(one)) if one.unmet + one.waived == 0 && one.open > 0 => (format!("{} unknown", one.open), "57606a"),
        (None, _) => ("below level 1".to_owned(), "9a3412"),
    };
    Badge { standing, about, color }
}

/// The badge as a picture, with a title for those who do not see it.
pub fn svg(assessment: &Assessment) -> String {
    let badge = badge(assessment);
    let right = format!("{} ({})", badge.standing, badge.about);
    let (left_width, right_width) = (width(LABEL), width(&right));
    let total = left_width + right_width;
    let title = format!("{LABEL}: {right}");
    let mut out = String::new();
    let _ = write!(
        out,
        r##"<svg xmlns="http://www.w3.org/2000/svg" width="{total}" height="20" viewBox="0 0 {total} 20" role="img" aria-label="{title}">
  <title>{title}</title>
  <clipPath id="r"><rect width="{total}" height="20" rx="3"/></clipPath>
  <g clip-path="url(#r)">
    <rect width="{left_width}" height="20" fill="#2f363d"/>
    <rect x="{left_width}" width="{right_width}" height="20" fill="#{color}"/>
  </g>
  <g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11" aria-hidden="true">
    <text x="{left_middle}" y="14" textLength="{left_text}">{LABEL}</text>
    <text x="{right_middle}" y="14" textLength="{right_text}">{right}</text>
  </g>
</svg>
"##,
        title = escaped(&title),
        right = escaped(&right),
        color = badge.color,
        left_middle = left_width / 2,
        right_middle = left_width + right_width / 2,
        left_text = left_width - 10,
        right_text = right_width - 10,
    );
    out
}

/// The document that shields' endpoint badge reads.
pub fn shields(assessment: &Assessment) -> String {
    let badge = badge(assessment);
    let document = serde_json::json!({
        "schemaVersion": 1, "label": LABEL, "message": format!("{} ({})", badge.standing, badge.about), "color": badge.color,
    });
    format!("{document:#}\n")
}

/// Links that fill in the form of the Best Practices Badge, for a person to check and to save. Only what was observed with
/// high confidence is proposed, and nothing that a person answered there is overwritten.
pub fn proposals(assessment: &Assessment, project: &str) -> Vec<String> {
    let mut links = Vec::new();
    for level in Level::ALL {
        let head =
            format!("https://www.bestpractices.dev/projects?as=edit&section=baseline-{level}&url={}", encoded(project));
        let mut link = head.clone();
        for verdict in &assessment.requirements {
            let status = match verdict.outcome {
                Outcome::Passed => "Met",
                Outcome::Failed => "Unmet",
                Outcome::NotApplicable => "N/A",
                _ => continue,
            };
            if verdict.confidence != Some(Confidence::High) || verdict.levels.iter().min() != Some(&level) {
                continue;
            }
            let name = verdict.id.as_str().to_lowercase().replace(['-', '.'], "_");
            let place = verdict.evidence.iter().find_map(|evidence| permalink(assessment, evidence));
            let justification = justified(&verdict.message, place.as_deref());
            let pair = format!("&{name}_status={}&{name}_justification={}", encoded(status), encoded(&justification));
            if link.len() + pair.len() > LINK && link != head {
                links.push(std::mem::replace(&mut link, head.clone()));
            }
            link.push_str(&pair);
        }
        if link != head {
            links.push(link);
        }
    }
    links
}

/// A message and where it was seen, in no more characters than the form takes.
fn justified(message: &str, place: Option<&str>) -> String {
    let place = place.map(|place| format!(" {place}")).filter(|place| place.chars().count() < JUSTIFICATION / 2);
    let left = JUSTIFICATION - place.as_ref().map_or(0, |place| place.chars().count());
    let message: String = match message.chars().count() > left {
        true => message.chars().take(left.saturating_sub(1)).chain(['…']).collect(),
        false => message.to_owned(),
    };
    message + place.as_deref().unwrap_or_default()
}

/// The width of a text of eleven points, with its margins; measured generously, since fonts differ.
fn width(text: &str) -> usize {
    let narrow =
        text.chars().filter(|c| matches!(c, 'i' | 'l' | 'j' | 't' | 'f' | ' ' | '.' | ',' | '(' | ')')).count();
    let all = text.chars().count();
    (all - narrow) * 7 + narrow * 4 + 10
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
#[path = "badge_tests.rs"]
mod tests;
