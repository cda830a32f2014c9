//! Identifiers of vulnerabilities in a text.

use std::sync::LazyLock;

use regex::Regex;

/// Plain identifiers, and roles of reStructuredText that hold one with or without its prefix.
const FORM: &str = concat!(
    r"(?i)\b(?<plain>CVE-\d{4}-\d{4,9}|GHSA(?:-[0-9a-z]{4}){3}|RUSTSEC-\d{4}-\d{4}|PYSEC-\d{4}-\d+|GO-\d{4}-\d{4,9}",
    r"|OSV-\d{4}-\d+|SNYK-[A-Z]+-[A-Z0-9]+-\d+|MAL-\d{4}-\d+)\b",
    r"|:(?<role>cve|ghsa):`(?:[^`<]*<)?(?:CVE-|GHSA-)?(?<bare>[0-9a-z]+(?:-[0-9a-z]+)+)>?`"
);

static IDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(FORM).ok());

/// Every identifier in a text, in its usual spelling.
pub(super) fn ids(text: &str) -> Vec<String> {
    let Some(pattern) = IDS.as_ref().filter(|_| may_hold(text)) else { return Vec::new() };
    let found = pattern.captures_iter(text).filter_map(|found| {
        if let Some(plain) = found.name("plain") {
            return Some(spelled(plain.as_str()));
        }
        let (role, bare) = (found.name("role")?.as_str(), found.name("bare")?.as_str());
        Some(spelled(&format!("{role}-{bare}")))
    });
    found.collect()
}

/// Upper case, but the body of a GHSA id is in lower case.
fn spelled(id: &str) -> String {
    match id.split_once('-') {
        Some((prefix, body)) if prefix.eq_ignore_ascii_case("ghsa") => format!("GHSA-{}", body.to_lowercase()),
        _ => id.to_uppercase(),
    }
}

/// A cheap test before the pattern: every form has a dash and one of few prefixes.
fn may_hold(text: &str) -> bool {
    text.contains('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn the_form_compiles() {
        assert!(IDS.is_some());
    }

    #[rstest]
    #[case("Fix CVE-2024-12345.", &["CVE-2024-12345"])]
    #[case("[cve-2024-1234](https://x/CVE-2024-1234)", &["CVE-2024-1234", "CVE-2024-1234"])]
    #[case("ghsa-AAAA-bbbb-1234", &["GHSA-aaaa-bbbb-1234"])]
    #[case(":cve:`2024-12345` and :ghsa:`aaaa-bbbb-1234`", &["CVE-2024-12345", "GHSA-aaaa-bbbb-1234"])]
    #[case(":cve:`CVE-2024-12345`", &["CVE-2024-12345"])]
    #[case(":cve:`this one <2024-12345>`", &["CVE-2024-12345"])]
    #[case("RUSTSEC-2021-0139, PYSEC-2021-12, GO-2023-1234", &["RUSTSEC-2021-0139", "PYSEC-2021-12", "GO-2023-1234"])]
    #[case("CVE-2024 and CVE-XXXX-YYYY", &[])]
    #[case("CARGO-2024-1234", &[])]
    fn finds(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(ids(text), expected);
    }
}
