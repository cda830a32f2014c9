//! The address of a remote: which host, which owner, which repository. The table `forges` says which software a host runs.

use serde::Deserialize;

use super::tables;
use crate::bundle::Bundle;
use crate::model::subject::Subject;

/// Where a clone came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Remote {
    /// Nothing is configured.
    None,
    /// Another directory, or an address that names no host.
    Local,
    /// A repository on a host.
    Address(Address),
}

/// A repository on a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    /// In lower case, without a port.
    pub(crate) host: String,
    /// Groups and subgroups joined by `/`.
    pub(crate) owner: Option<String>,
    pub(crate) name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Forges {
    hosts: Vec<Host>,
    hints: Vec<Hint>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Host {
    host: String,
    forge: String,
    #[serde(default)]
    aliases: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Hint {
    word: String,
    forge: String,
}

impl Forges {
    fn of(policies: &Bundle) -> Self {
        tables::load(policies, "forges").unwrap_or_default()
    }

    fn entry(&self, host: &str) -> Option<&Host> {
        self.hosts.iter().find(|entry| entry.host == host || entry.aliases.iter().any(|alias| alias == host))
    }
}

/// Reads the address of a remote: `https`, `ssh`, `git` and the short form `user@host:path`.
pub(crate) fn read(url: &str) -> Remote {
    let url = url.trim();
    if url.is_empty() || url.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return Remote::Local;
    }
    match host_and_path(url).and_then(|(host, path)| address(host, path)) {
        Some(address) => Remote::Address(address),
        None => Remote::Local,
    }
}

/// The forge software of a host; none when neither the table nor the host's name tells.
pub(crate) fn software_of(host: &str, policies: &Bundle) -> Option<String> {
    let forges = Forges::of(policies);
    if let Some(entry) = forges.entry(host) {
        return Some(entry.forge.clone());
    }
    let has = |word: &str| host.split(['.', '-']).any(|part| part == word);
    forges.hints.iter().find(|hint| has(&hint.word)).map(|hint| hint.forge.clone())
}

/// The name that a host is known by: that of the table for its aliases, else its own.
pub(crate) fn canonical_host(host: &str, policies: &Bundle) -> String {
    let host = host.to_lowercase();
    Forges::of(policies).entry(&host).map_or(host.clone(), |entry| entry.host.clone())
}

/// The path in this repository that one of its own addresses shows on its default branch: a page of a file, the raw file,
/// or a directory. None for every other address; the path is not looked up.
pub(crate) fn own_path<'a>(subject: &Subject, url: &'a str) -> Option<&'a str> {
    let (scheme, rest) = url.trim().split_once("://")?;
    if !scheme.eq_ignore_ascii_case("https") && !scheme.eq_ignore_ascii_case("http") {
        return None;
    }
    let (host, path) = rest.split(['?', '#']).next()?.split_once('/')?;
    let host = host.to_lowercase();
    let own_host = subject.host.as_deref()?;
    let raw = host == "raw.githubusercontent.com" && own_host == "github.com";
    if !raw && host.strip_prefix("www.").unwrap_or(&host) != own_host {
        return None;
    }
    let repository = format!("{}/{}/", subject.owner.as_deref()?, subject.name);
    let own = path.get(..repository.len())?;
    let path = path.get(repository.len()..).filter(|_| own.to_lowercase() == repository.to_lowercase())?;
    let path = match raw {
        true => path,
        false => {
            let (view, path) = path.strip_prefix("-/").unwrap_or(path).split_once('/')?;
            matches!(view, "blob" | "raw" | "tree" | "src" | "blame" | "edit").then_some(path)?
        }
    };
    let path = path.strip_prefix("branch/").or_else(|| path.strip_prefix("refs/heads/")).unwrap_or(path);
    let usual: &[&str] = if subject.default_branch.is_some() { &["HEAD"] } else { &["HEAD", "main", "master"] };
    let branches = subject.default_branch.as_deref().into_iter().chain(usual.iter().copied());
    let mut found = branches.filter_map(|branch| path.strip_prefix(branch)?.strip_prefix('/'));
    found.next().map(|file| file.trim_end_matches('/'))
}

fn host_and_path(url: &str) -> Option<(&str, &str)> {
    if let Some((scheme, rest)) = url.split_once("://") {
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "https" | "http" | "ssh" | "git" | "git+ssh" | "git+https" | "ssh+git") {
            return None;
        }
        let (authority, path) = rest.split_once('/')?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
        return Some((without_port(host), path));
    }
    // The short form has its colon before any slash; one letter before it is a drive, and `::` names a helper.
    let (before, path) = url.split_once(':')?;
    let host = before.rsplit_once('@').map_or(before, |(_, host)| host);
    let is_host = host.len() > 1 && !before.contains('/') && !path.starts_with(':');
    is_host.then_some((host, path))
}

fn without_port(host: &str) -> &str {
    if host.starts_with('[') {
        return host.split_once(']').map_or(host, |(address, _)| address.trim_start_matches('['));
    }
    host.split_once(':').map_or(host, |(host, _)| host)
}

fn address(host: &str, path: &str) -> Option<Address> {
    let host = host.trim_end_matches('.').to_lowercase();
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut parts: Vec<&str> = path.split('/').filter(|part| !matches!(*part, "" | "." | "..")).collect();
    let last = parts.pop()?;
    let name = last.strip_suffix(".git").unwrap_or(last);
    if host.is_empty() || name.is_empty() {
        return None;
    }
    let owner = (!parts.is_empty()).then(|| parts.join("/"));
    Some(Address { host, owner, name: name.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://github.com/o/r.git", "github.com", Some("o"), "r")]
    #[case("https://GitHub.com/o/r/", "github.com", Some("o"), "r")]
    #[case("git@github.com:o/r.git", "github.com", Some("o"), "r")]
    #[case("github.com:o/r", "github.com", Some("o"), "r")]
    #[case("ssh://git@ssh.example.org:2222/o/r.git", "ssh.example.org", Some("o"), "r")]
    #[case("git+ssh://git@h.example/o/r", "h.example", Some("o"), "r")]
    #[case("https://gitlab.com/group/sub/deep/r.git", "gitlab.com", Some("group/sub/deep"), "r")]
    #[case("https://git.kernel.org/linux.git", "git.kernel.org", None, "linux")]
    #[case("ssh://[::1]:22/o/r", "::1", Some("o"), "r")]
    #[case("https://user@host.example:8443/o/r.x.git", "host.example", Some("o"), "r.x")]
    fn addresses(#[case] url: &str, #[case] host: &str, #[case] owner: Option<&str>, #[case] name: &str) {
        let expected = Address { host: host.to_owned(), owner: owner.map(str::to_owned), name: name.to_owned() };
        assert_eq!(read(url), Remote::Address(expected));
    }

    #[rstest]
    #[case("/srv/git/r.git")]
    #[case("../r")]
    #[case("./a:b/r")]
    #[case("file:///srv/git/r.git")]
    #[case("C:/work/r")]
    #[case("ext::sh -c true")]
    #[case("ext::sh")]
    #[case("https://github.com")]
    #[case("https://github.com/")]
    #[case("https://github.com/o/\u{1b}r")]
    fn other_directories(#[case] url: &str) {
        assert_eq!(read(url), Remote::Local);
    }

    #[rstest]
    #[case("github.com", Some("github"))]
    #[case("ssh.github.com", Some("github"))]
    #[case("codeberg.org", Some("forgejo"))]
    #[case("gitlab.example.org", Some("gitlab"))]
    #[case("my-gitea.example.org", Some("gitea"))]
    #[case("notgithub.example.org", None)]
    #[case("git.example.org", None)]
    fn software(#[case] host: &str, #[case] expected: Option<&str>) {
        assert_eq!(software_of(host, &Bundle::policies()).as_deref(), expected);
    }

    #[rstest]
    #[case("https://github.com/O/R/blob/main/docs/a.md", Some("docs/a.md"))]
    #[case("https://github.com/o/r/blob/main/docs/a.md?plain=1#x", Some("docs/a.md"))]
    #[case("https://www.github.com/o/r/tree/HEAD/docs/", Some("docs"))]
    #[case("https://raw.githubusercontent.com/o/r/main/a.md", Some("a.md"))]
    #[case("https://raw.githubusercontent.com/o/r/refs/heads/main/a.md", Some("a.md"))]
    #[case("https://github.com/o/r/blob/v1.0/a.md", None)]
    #[case("https://github.com/o/r/blob/main", None)]
    #[case("https://github.com/o/r/issues", None)]
    #[case("https://github.com/o/other/blob/main/a.md", None)]
    #[case("https://example.org/o/r/blob/main/a.md", None)]
    fn own_paths(#[case] url: &str, #[case] expected: Option<&str>) {
        let subject = Subject {
            host: Some("github.com".to_owned()),
            owner: Some("o".to_owned()),
            name: "r".to_owned(),
            default_branch: Some("main".to_owned()),
            ..Subject::default()
        };
        assert_eq!(own_path(&subject, url), expected);
    }

    #[test]
    fn the_table_parses_and_names_each_host_once() {
        let forges: Forges = tables::load(&Bundle::policies(), "forges").expect("the table");
        let mut names: Vec<&str> = forges
            .hosts
            .iter()
            .flat_map(|entry| entry.aliases.iter().chain([&entry.host]))
            .map(String::as_str)
            .collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
        assert!(forges.entry("github.com").is_some() && !forges.hints.is_empty());
    }
}
