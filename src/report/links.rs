//! Addresses: of the repository, and of what was seen in it. What comes from a repository is encoded or refused, never pasted.

use std::fmt::Write as _;

use crate::model::assessment::Assessment;
use crate::model::evidence::Evidence;
use crate::model::subject::Subject;

/// The address of the repository, for browsers and git alike; none where no forge is known.
pub(super) fn repository(subject: &Subject) -> Option<String> {
    let (host, owner) = (host(subject)?, subject.owner.as_ref()?);
    Some(format!("https://{host}/{}/{}", encoded_path(owner)?, encoded_path(&subject.name)?))
}

fn host(subject: &Subject) -> Option<&str> {
    let host = subject.host.as_deref()?;
    let (name, port) = host.split_once(':').map_or((host, None), |(name, port)| (name, Some(port)));
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
    let is_port = |port: &str| (1..=5).contains(&port.len()) && port.bytes().all(|b| b.is_ascii_digit());
    (!name.is_empty() && name.chars().all(is_name) && port.is_none_or(is_port)).then_some(host)
}

/// The page of the assessed commit.
pub(super) fn commit(subject: &Subject) -> Option<String> {
    let repository = repository(subject)?;
    let commit = subject.commit.as_deref().filter(|commit| is_commit(commit))?;
    Some(match subject.forge.as_deref()? {
        "github" | "gitea" | "forgejo" | "gogs" => format!("{repository}/commit/{commit}"),
        "gitlab" => format!("{repository}/-/commit/{commit}"),
        "bitbucket" => format!("{repository}/commits/{commit}"),
        _ => return None,
    })
}

/// A file, or a line of it, at the assessed commit: it shows the same for ever. None for forges of which it is not known where
/// they show one.
pub(super) fn file(subject: &Subject, path: &str, line: Option<u64>) -> Option<String> {
    let repository = repository(subject)?;
    let commit = subject.commit.as_deref().filter(|commit| is_commit(commit))?;
    let path = encoded_path(path)?;
    let (place, anchor) = match subject.forge.as_deref()? {
        "github" => (format!("blob/{commit}"), "L"),
        "gitlab" => (format!("-/blob/{commit}"), "L"),
        "gitea" | "forgejo" => (format!("src/commit/{commit}"), "L"),
        "gogs" => (format!("src/{commit}"), "L"),
        "bitbucket" => (format!("src/{commit}"), "lines-"),
        _ => return None,
    };
    let line = line.map(|line| format!("#{anchor}{line}")).unwrap_or_default();
    Some(format!("{repository}/{place}/{path}{line}"))
}

/// Where a piece of evidence stays to be seen: an address, or a place in the assessed commit.
pub(super) fn permalink(assessment: &Assessment, evidence: &Evidence) -> Option<String> {
    of_evidence(&assessment.subject, evidence)
}

/// The same, where only the subject is at hand.
pub(super) fn of_evidence(subject: &Subject, evidence: &Evidence) -> Option<String> {
    let url = evidence.url.as_deref().and_then(web).map(str::to_owned);
    url.or_else(|| file(subject, evidence.path.as_deref()?, evidence.line))
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

/// A path as a part of an address; none for one that would lead elsewhere.
fn encoded_path(path: &str) -> Option<String> {
    let parts: Vec<&str> = path.split('/').collect();
    if parts.iter().any(|part| part.is_empty() || matches!(*part, "." | "..")) {
        return None;
    }
    Some(parts.into_iter().map(encoded).collect::<Vec<_>>().join("/"))
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
    #[case::credentials(Some("acme@evil.example"), "acme", "widget", None)]
    #[case::no_port(Some("evil.example:x"), "acme", "widget", None)]
    #[case::elsewhere(Some("github.com"), "..", "widget", None)]
    fn repositories(
        #[case] host: Option<&str>,
        #[case] owner: &str,
        #[case] name: &str,
        #[case] expected: Option<&str>,
    ) {
        assert_eq!(repository(&subject(host, owner, name)).as_deref(), expected);
    }

    #[rstest]
    #[case("github", "src/a b.rs", Some(3), Some("/acme/widget/blob/C/src/a%20b.rs#L3"))]
    #[case("github", "README.md", None, Some("/acme/widget/blob/C/README.md"))]
    #[case("gitlab", "a#b", Some(1), Some("/acme/widget/-/blob/C/a%23b#L1"))]
    #[case("forgejo", "a", None, Some("/acme/widget/src/commit/C/a"))]
    #[case("gogs", "a", Some(2), Some("/acme/widget/src/C/a#L2"))]
    #[case("bitbucket", "a", Some(7), Some("/acme/widget/src/C/a#lines-7"))]
    #[case("sourcehut", "a", None, None)]
    #[case("github", "../../../evil", None, None)]
    #[case("github", "a//b", None, None)]
    #[case("github", "\"><svg>", None, Some("/acme/widget/blob/C/%22%3E%3Csvg%3E"))]
    fn files_at_a_commit(
        #[case] forge: &str,
        #[case] path: &str,
        #[case] line: Option<u64>,
        #[case] expected: Option<&str>,
    ) {
        let id = "a1".repeat(20);
        let mut subject = subject(Some("forge.example"), "acme", "widget");
        subject.forge = Some(forge.to_owned());
        assert_eq!(file(&subject, path, line), None, "without a commit there is no place that stays");
        subject.commit = Some(id.clone());
        let expected = expected.map(|rest| format!("https://forge.example{}", rest.replace("/C/", &format!("/{id}/"))));
        assert_eq!(file(&subject, path, line), expected);
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
