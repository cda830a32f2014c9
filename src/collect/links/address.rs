//! Addresses: scheme, host and path of what was written, whose they are, and which are never a channel of the project.

use std::collections::BTreeSet;

use super::table::Table;
use crate::model::subject::Subject;

/// An address taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// In lower case; empty for a host without one; `ssh` for the short form of git.
    pub(super) scheme: String,
    /// In lower case, without user, port and `www.`.
    pub(super) host: String,
    /// In lower case, with its leading `/`, without query and fragment.
    pub(super) path: String,
}

/// Takes an address apart; none for what is no address of a host.
pub(super) fn read(written: &str) -> Option<Address> {
    let written = written.trim();
    if written.is_empty() || written.chars().any(|c| c.is_whitespace() || c.is_control() || "<>{}$`|\\".contains(c)) {
        return None;
    }
    // Maven and pip put the system before the address.
    let written = ["scm:git:", "scm:svn:", "scm:hg:", "scm:"]
        .iter()
        .find_map(|prefix| written.strip_prefix(prefix))
        .unwrap_or(written);
    if let Some((scheme, rest)) = written.split_once("://") {
        let scheme = scheme.to_ascii_lowercase();
        if scheme.is_empty() || !scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+.-".contains(c)) {
            return None;
        }
        let scheme = ["git+", "hg+", "svn+", "bzr+"]
            .iter()
            .find_map(|prefix| scheme.strip_prefix(prefix))
            .unwrap_or(&scheme)
            .to_owned();
        return address(scheme, rest);
    }
    if let Some(rest) = written.strip_prefix("//") {
        return address(String::new(), rest);
    }
    if let Some((before, path)) = written.split_once(':')
        && let Some((_, host)) = before.rsplit_once('@')
        && !before.contains('/')
    {
        return address("ssh".to_owned(), &format!("{host}/{path}"));
    }
    let first = written.split(['/', '?', '#']).next().unwrap_or_default();
    is_host(first).then(|| address(String::new(), written)).flatten()
}

fn address(scheme: String, rest: &str) -> Option<Address> {
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (authority, path) = rest.split_once('/').map_or((rest, ""), |(authority, path)| (authority, path));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = if host.starts_with('[') { host } else { host.split(':').next().unwrap_or_default() };
    let host = host.trim_end_matches('.').to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host).to_owned();
    (!host.is_empty()).then(|| Address { scheme, host, path: format!("/{}", path.to_lowercase()) })
}

/// Whether a word without scheme looks like a host and not like a file: it begins with `www.` or ends in a usual domain.
fn is_host(word: &str) -> bool {
    const ENDS: &[&str] = &[
        "com", "org", "net", "io", "dev", "info", "eu", "de", "fr", "uk", "nl", "ch", "app", "cloud", "edu", "gov",
        "us", "tech", "me",
    ];
    let plain = word.chars().all(|c| c.is_ascii_alphanumeric() || ".-:".contains(c)) && word.contains('.');
    let end = word.rsplit('.').next().unwrap_or_default().split(':').next().unwrap_or_default().to_ascii_lowercase();
    plain && !word.starts_with('.') && (word.to_ascii_lowercase().starts_with("www.") || ENDS.contains(&end.as_str()))
}

impl Address {
    /// Whether it names the reader's own machine or network, or a hidden service: no channel that could be encrypted better.
    pub(super) fn is_local(&self) -> bool {
        let host = self.host.as_str();
        let private = host.split_once('.').is_some_and(|(first, rest)| match first {
            "10" | "127" | "0" => rest.chars().all(|c| c.is_ascii_digit() || c == '.'),
            "192" => rest.starts_with("168."),
            "169" => rest.starts_with("254."),
            "172" => rest
                .split('.')
                .next()
                .and_then(|part| part.parse::<u8>().ok())
                .is_some_and(|part| (16..32).contains(&part)),
            _ => false,
        });
        private
            || host.starts_with('[')
            || host == "localhost"
            || [".localhost", ".local", ".lan", ".internal", ".onion", ".i2p", ".test", ".invalid", ".home.arpa"]
                .iter()
                .any(|end| host.ends_with(end))
            || matches!(
                self.scheme.as_str(),
                "file"
                    | "chrome"
                    | "about"
                    | "data"
                    | "javascript"
                    | "vscode"
                    | "mailto"
                    | "tel"
                    | "urn"
                    | "jar"
                    | "unix"
                    | "doi"
            )
    }

    /// Whether it is a reserved name that stands for some host.
    pub(super) fn is_placeholder(&self) -> bool {
        [
            "example.com",
            "example.org",
            "example.net",
            "example.edu",
            "domain.com",
            "yourdomain.com",
            "your-domain.com",
            "mydomain.com",
        ]
        .iter()
        .any(|name| self.host == *name || self.host.strip_suffix(name).is_some_and(|rest| rest.ends_with('.')))
            || self.host.ends_with(".example")
            || self.host.contains("your-")
            || self.host.contains("yourhost")
    }

    /// Whether what lies there is a standard, a licence or a badge, by the table.
    pub(super) fn is_reference(&self, table: &Table) -> bool {
        let whole = format!("{}{}", self.host, self.path);
        self.is_under(table.ignored_hosts()) || table.ignored_parts.iter().any(|part| whole.contains(part.as_str()))
    }

    /// Whether the host is one of these or a sub-domain of one.
    pub(super) fn is_under(&self, hosts: &BTreeSet<String>) -> bool {
        let mut rest = self.host.as_str();
        loop {
            if hosts.contains(rest) {
                return true;
            }
            match rest.split_once('.') {
                Some((_, above)) => rest = above,
                None => return false,
            }
        }
    }

    /// Whether the scheme carries everything in clear.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.scheme.as_str(), "http" | "git" | "ftp" | "svn" | "rsync" | "irc" | "telnet" | "ws")
    }

    /// Whether it is a repository of the subject, its pages or its raw files.
    pub(super) fn is_repository_of(&self, subject: &Subject) -> bool {
        let (Some(host), Some(owner)) = (&subject.host, &subject.owner) else { return false };
        let forge = self.host == *host
            || (host == "github.com"
                && matches!(
                    self.host.as_str(),
                    "raw.githubusercontent.com"
                        | "codeload.github.com"
                        | "objects.githubusercontent.com"
                        | "gist.githubusercontent.com"
                        | "api.github.com"
                ));
        let path = self.path.strip_prefix("/repos").filter(|_| self.host == "api.github.com").unwrap_or(&self.path);
        forge
            && path
                .strip_prefix(&format!("/{}", owner.to_lowercase()))
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The part that an owner controls: the registrable domain, or on shared hosts the own sub-domain or the first part of the path.
    pub(super) fn realm(&self, table: &Table) -> Option<String> {
        if self.is_under(table.shared_hosts()) {
            if !table.shared_hosts().contains(&self.host)
                && !matches!(self.host.as_str(), "docs.google.com" | "drive.google.com" | "forum.xda-developers.com")
            {
                return Some(self.host.clone());
            }
            let first = self.path.trim_start_matches('/').split('/').next().filter(|part| !part.is_empty())?;
            return Some(format!("{}/{first}", self.host));
        }
        psl::domain_str(&self.host).map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use rstest::rstest;

    #[rstest]
    #[case("HTTPS://X.org/A?b#c", Some(("https", "x.org", "/a")))]
    #[case("git://host/x", Some(("git", "host", "/x")))]
    #[case("git@github.com:a/b.git", Some(("ssh", "github.com", "/a/b.git")))]
    #[case("git+https://github.com/a/b", Some(("https", "github.com", "/a/b")))]
    #[case("scm:git:http://h.org/x", Some(("http", "h.org", "/x")))]
    #[case("//www.x.org", Some(("", "x.org", "/")))]
    #[case("example.org", Some(("", "example.org", "/")))]
    #[case("docs/index.html", None)]
    #[case("README.md", None)]
    #[case("http://${HOST}/x", None)]
    #[case("user/repo", None)]
    fn reads(#[case] written: &str, #[case] expected: Option<(&str, &str, &str)>) {
        let found = read(written);
        assert_eq!(found.as_ref().map(|a| (a.scheme.as_str(), a.host.as_str(), a.path.as_str())), expected);
    }

    #[rstest]
    #[case("http://localhost:8080/x", true)]
    #[case("http://127.0.0.1/", true)]
    #[case("http://[::1]/", true)]
    #[case("http://abc.onion", true)]
    #[case("http://192.168.1.1", true)]
    #[case("http://10gen.com", false)]
    fn local(#[case] written: &str, #[case] expected: bool) {
        assert_eq!(read(written).map(|address| address.is_local()), Some(expected));
    }

    #[rstest]
    #[case("https://docs.acme.co.uk/x", Some("acme.co.uk"))]
    #[case("https://acme.github.io/x", Some("acme.github.io"))]
    #[case("https://acme.readthedocs.io", Some("acme.readthedocs.io"))]
    #[case("https://github.com/Acme/x", Some("github.com/acme"))]
    #[case("https://github.com", None)]
    #[case("https://kubernetes.slack.com/x", Some("kubernetes.slack.com"))]
    #[case("https://sqlite.org/x", Some("sqlite.org"))]
    fn realms(#[case] written: &str, #[case] expected: Option<&str>) {
        let table = Table::load(&Bundle::policies()).expect("the table");
        assert_eq!(read(written).and_then(|address| address.realm(&table)).as_deref(), expected);
    }
}
