//! Addresses: of the repository, and of what was seen in it. What comes from a repository is encoded or refused, never pasted.

use std::fmt::Write as _;

use crate::model::assessment::Assessment;
use crate::model::evidence::Evidence;
use crate::model::subject::Subject;

/// The address of the repository, for browsers and git alike; none where no forge is known.
pub(super) fn repository(subject: &Subject) -> Option<String> {
    let (host, owner) = (host(subject)?, subject.owner.as_ref()?);
    let owner: Vec<String> = owner.split('/').map(encoded).collect();
    Some(format!("https://{host}/{}/{}", owner.join("/"), encoded(&subject.name)))
}

fn host(subject: &Subject) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':');
    subject.host.as_deref().filter(|host| !host.is_empty() && host.chars().all(plain))
}

/// Where a piece of evidence stays to be seen: an address, or a place in the assessed commit.
pub(super) fn permalink(assessment: &Assessment, evidence: &Evidence) -> Option<String> {
    if let Some(url) = evidence.url.as_deref().and_then(web) {
        return Some(url.to_owned());
    }
    let subject = &assessment.subject;
    let (repository, commit, path) =
        (repository(subject)?, subject.commit.as_deref().filter(|commit| is_commit(commit))?, evidence.path.as_ref()?);
    // Only of this forge is known where it shows a file of a commit.
    if host(subject) != Some("github.com") {
        return None;
    }
    let line = evidence.line.map(|line| format!("#L{line}")).unwrap_or_default();
    let path: Vec<String> = path.split('/').map(encoded).collect();
    Some(format!("{repository}/blob/{commit}/{}{line}", path.join("/")))
}

/// A text, if it is an address of the web that can stand in a document as it is.
pub(super) fn web(text: &str) -> Option<&str> {
    let plain = |c: char| {
        !c.is_whitespace() && !c.is_control() && !matches!(c, '<' | '>' | '"' | '\\' | '^' | '`' | '{' | '|' | '}')
    };
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    (!rest.is_empty() && text.chars().all(|c| c.is_ascii() && plain(c))).then_some(text)
}

/// Whether a text is the full id of a commit.
pub(super) fn is_commit(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// A text as a part of an address.
pub(super) fn encoded(text: &str) -> String {
    text.bytes().fold(String::with_capacity(text.len() * 3), |mut out, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn subject(host: Option<&str>, owner: &str, name: &str) -> Subject {
        Subject {
            host: host.map(str::to_owned),
            owner: Some(owner.to_owned()),
            name: name.to_owned(),
            ..Subject::default()
        }
    }

    #[rstest]
    #[case::usual(Some("github.com"), "acme", "widget", Some("https://github.com/acme/widget"))]
    #[case::nested(Some("gitlab.com"), "acme/tools", "widget", Some("https://gitlab.com/acme/tools/widget"))]
    #[case::port(Some("git.acme.example:8443"), "a", "b", Some("https://git.acme.example:8443/a/b"))]
    #[case::hostile(
        Some("github.com"),
        "=cmd|x",
        "<img src=x>",
        Some("https://github.com/%3Dcmd%7Cx/%3Cimg%20src%3Dx%3E")
    )]
    #[case::no_host(None, "acme", "widget", None)]
    #[case::hostile_host(Some("github.com/x y"), "acme", "widget", None)]
    fn repositories(
        #[case] host: Option<&str>,
        #[case] owner: &str,
        #[case] name: &str,
        #[case] expected: Option<&str>,
    ) {
        assert_eq!(repository(&subject(host, owner, name)).as_deref(), expected);
    }

    #[rstest]
    #[case("https://acme.example/a?b=c#d", true)]
    #[case("http://acme.example", true)]
    #[case("javascript:alert(1)", false)]
    #[case("https://", false)]
    #[case("https://acme.example/a b", false)]
    #[case("https://acme.example/\"><svg", false)]
    #[case("https://acme.example/\u{202e}", false)]
    fn addresses_of_the_web(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(web(text).is_some(), expected);
    }

    #[rstest]
    #[case::sha1(&"a1".repeat(20), true)]
    #[case::sha256(&"a1".repeat(32), true)]
    #[case::short("a1b2c3", false)]
    #[case::capitals(&"A1".repeat(20), false)]
    fn commits(#[case] text: &str, #[case] expected: bool) {
        assert_eq!(is_commit(text), expected);
    }
}
