//! How versions of the standard are spelled. The wild has `2026-02-19`, `2026.02.19`, `v2026.02.19`, `2026-02` and
//! `osps-baseline-2026-02`; we print the first form only.

/// A spelling that names no version, or more than one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{spelling}` is not a version of the catalog: known are {}", known.join(", "))]
pub struct UnknownVersion {
    /// What was given.
    pub spelling: String,
    /// The versions there are, oldest first.
    pub known: Vec<String>,
}

/// The one version that a spelling names.
pub fn resolve<'a>(spelling: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    only(&date(spelling)?, known)
}

/// Whether a text is a spelling of some version, known or not.
pub fn is_date(spelling: &str) -> bool {
    date(spelling).is_some()
}

/// The date, or the year and month, that a spelling stands for.
fn date(spelling: &str) -> Option<String> {
    let text = spelling.trim().to_ascii_lowercase();
    let text = text.strip_prefix("osps-baseline-").unwrap_or(&text);
    dashed(text.strip_prefix('v').unwrap_or(text))
}

/// The version whose date stands somewhere in a name, such as that of a directory or an archive. A name with a date
/// that is no known version names none.
pub fn within<'a>(name: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> Option<&'a str> {
    name.split(|c: char| !(c.is_ascii_digit() || matches!(c, '-' | '.' | '_')))
        .filter_map(|run| dashed(run.trim_matches(|c: char| !c.is_ascii_digit())))
        .find_map(|date| only(&date, known.clone()))
}

/// The known version with this date, or the only one of this month.
fn only<'a>(date: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let names = |version: &str| match version.strip_prefix(date) {
        Some("") => true,
        Some(day) => date.len() == "2026-02".len() && day.starts_with('-'),
        None => false,
    };
    let mut matching = known.into_iter().filter(|version| names(version));
    let first = matching.next()?;
    matching.next().is_none().then_some(first)
}

/// `2026.02.19` and `2026_02` with dashes; none for anything that is not a year and month, or a date.
fn dashed(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['-', '.', '_']).collect();
    let widths: &[usize] = match parts.len() {
        2 => &[4, 2],
        3 => &[4, 2, 2],
        _ => return None,
    };
    let shaped = parts
        .iter()
        .zip(widths)
        .all(|(part, width)| part.len() == *width && part.bytes().all(|byte| byte.is_ascii_digit()));
    shaped.then(|| parts.join("-"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const KNOWN: [&str; 4] = ["2025-02-25", "2025-10-10", "2026-02-19", "2026-08-28"];

    #[rstest]
    #[case("2026-02-19", Some("2026-02-19"))]
    #[case("2026.02.19", Some("2026-02-19"))]
    #[case("v2026.02.19", Some("2026-02-19"))]
    #[case("V2026-02-19", Some("2026-02-19"))]
    #[case(" 2026-02 ", Some("2026-02-19"))]
    #[case("2026.02", Some("2026-02-19"))]
    #[case("2026_02", Some("2026-02-19"))]
    #[case("osps-baseline-2025-10", Some("2025-10-10"))]
    #[case("2026-02-20", None)]
    #[case("2026-02-1", None)]
    #[case("2026", None)]
    #[case("2026-07", None)]
    #[case("", None)]
    #[case("２０２６-02", None)]
    fn spellings(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(resolve(text, KNOWN), expected);
    }

    #[test]
    fn a_month_with_two_versions_names_none() {
        assert_eq!(resolve("2026-02", ["2026-02-19", "2026-02-25"]), None);
    }

    #[rstest]
    #[case("2025-02-25", Some("2025-02-25"))]
    #[case("security-baseline-2026.02.19", Some("2026-02-19"))]
    #[case("OSPS_Baseline_2025_10.yaml", Some("2025-10-10"))]
    #[case("main-2026-07-07", None)]
    #[case("baseline", None)]
    #[case("2026-08-28-checklist.md", Some("2026-08-28"))]
    #[case("12026-08-28", None)]
    fn names(#[case] name: &str, #[case] expected: Option<&str>) {
        assert_eq!(within(name, KNOWN), expected);
    }
}
