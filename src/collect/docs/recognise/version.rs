//! Versions, rows of tables of versions, and levels of severity.

use super::{Kind, Mark, Spoke};
use crate::collect::docs::words::{WordKind, normal_words};

pub(super) fn recognise(words: &[Spoke<'_>], marks: &mut Vec<Mark>) {
    let mut levels = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let named =
            at > 0 && matches!(words[at - 1].norm, "version" | "versions" | "release" | "releases" | "v" | "branch");
        if is_version(word.norm) || named && word.kind == WordKind::Number && word.norm.len() < 4 {
            marks.push(Mark { kind: Kind::Version, first: at, last: at });
        }
        if matches!(word.norm, "critical" | "high" | "medium" | "moderate" | "low") {
            levels.push(at);
        }
        if word.norm.starts_with("cvss") {
            let scored = words.iter().skip(at).take(8).any(|word| word.kind == WordKind::Number || is_level(word.norm));
            if scored {
                marks.push(Mark { kind: Kind::Severity, first: at, last: at });
            }
        }
    }
    severity(words, &levels, marks);
}

/// A level counts beside another level, or near a word that says what is high.
fn severity(words: &[Spoke<'_>], levels: &[usize], marks: &mut Vec<Mark>) {
    for (i, at) in levels.iter().enumerate() {
        let beside = [i.wrapping_sub(1), i + 1].iter().filter_map(|other| levels.get(*other)).any(|other| {
            other.abs_diff(*at) <= 4 && words.get(*other).map(|word| word.norm) != words.get(*at).map(|word| word.norm)
        });
        let near = words.iter().skip(at.saturating_sub(5)).take(11).any(|word| is_judged(word.norm));
        if beside || near {
            marks.push(Mark { kind: Kind::Severity, first: *at, last: *at });
        }
    }
}

fn is_level(norm: &str) -> bool {
    matches!(norm, "critical" | "high" | "medium" | "moderate" | "low" | "score")
}

fn is_judged(norm: &str) -> bool {
    norm.starts_with("vulnerab")
        || norm.starts_with("severit")
        || norm.starts_with("finding")
        || norm.starts_with("advisor")
        || matches!(
            norm,
            "cve"
                | "cves"
                | "risk"
                | "risks"
                | "rated"
                | "rating"
                | "cvss"
                | "impact"
                | "likelihood"
                | "alert"
                | "alerts"
                | "weakness"
                | "weaknesses"
                | "violations"
        )
}

/// `1.2`, `v2`, `1.x`, `2.4.0-rc1`; not a bare number.
pub(super) fn is_version(norm: &str) -> bool {
    let rest = norm.strip_prefix('v').unwrap_or(norm);
    let prefixed = rest.len() < norm.len();
    if !rest.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let parts: Vec<&str> = rest.split('.').collect();
    let numeric = |part: &&str| {
        !part.is_empty()
            && (part.bytes().all(|b| b.is_ascii_digit())
                || *part == "x"
                || part.starts_with(|c: char| c.is_ascii_digit()))
    };
    let dated = parts.len() == 3 && parts.last().is_some_and(|year| year.len() == 4);
    (parts.len() > 1 || prefixed)
        && parts.iter().all(numeric)
        && !dated
        && parts.first().is_some_and(|major| major.len() < 6)
}

/// A row of a table of versions: which are supported, which ended. `context` is the heading above.
pub(super) fn in_row(cells: &[String], header: &str, context: &str, kinds: &mut Vec<Kind>) {
    if header.is_empty() {
        return;
    }
    let header = normal_words(header);
    let context = normal_words(context);
    let says =
        |words: &[String], starts: &[&str]| words.iter().any(|word| starts.iter().any(|start| word.starts_with(start)));
    let about_versions = says(&header, &["version", "release", "branch", "series", "line", "tag"])
        || says(&context, &["version", "release"])
            && cells.first().is_some_and(|cell| normal_words(cell).iter().any(|word| is_version(word)));
    if !about_versions || cells.len() < 2 {
        return;
    }
    let ends = says(&header, &["end", "eol", "until", "eos", "expir"]);
    let supports =
        ends || says(&header, &["support", "status", "maintain", "maintenance", "state", "secur", "receiv", "life"]);
    for cell in cells.iter().skip(1) {
        let lower = cell.to_lowercase();
        let words = normal_words(&lower);
        let negated = words.iter().any(|word| {
            matches!(
                word.as_str(),
                "no" | "not"
                    | "none"
                    | "unsupported"
                    | "eol"
                    | "ended"
                    | "obsolete"
                    | "deprecated"
                    | "unmaintained"
                    | "discontinued"
                    | "expired"
            )
        }) || lower.contains("end of life")
            || lower.contains("end-of-life")
            || ["❌", "✗", "✘", ":x:", "✖", "🚫", "⛔", ":no_entry", "❎", ":negative_squared"]
                .iter()
                .any(|mark| lower.contains(mark));
        let dated = ends && words.iter().any(|word| word.len() == 4 && word.starts_with("20") || is_dated(word));
        let affirmed = words.iter().any(|word| {
            matches!(
                word.as_str(),
                "yes" | "supported" | "active" | "maintained" | "current" | "stable" | "lts" | "latest"
            )
        }) || ["✅", "✔", "✓", ":white_check_mark:", ":heavy_check_mark:", ":+1:", "☑", "🟢"]
            .iter()
            .any(|mark| lower.contains(mark));
        if (negated && supports) || dated {
            kinds.push(Kind::TableRowEnded);
        } else if affirmed && supports {
            kinds.push(Kind::SupportedRow);
        }
    }
}

fn is_dated(word: &str) -> bool {
    word.rsplit('.').next().is_some_and(|year| year.len() == 4 && year.starts_with("20") && word.len() > 4)
}
