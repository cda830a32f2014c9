//! Where an address of the file leads: into this tree, out of it, or nowhere.

use super::{Format, InsightsLink};
use crate::collect::Context;
use crate::collect::path::RepoPath;
use crate::collect::remote;

/// What a link to a directory opens.
const INDEXES: &[&str] = &["readme.md", "readme.rst", "readme.adoc", "readme.txt", "readme", "index.md", "index.rst"];

/// Tells where the addresses of one file lead.
pub(super) struct Places<'a> {
    cx: &'a Context<'a>,
    format: &'a Format,
    file: RepoPath,
}

impl<'a> Places<'a> {
    pub(super) fn new(cx: &'a Context<'a>, format: &'a Format, file: RepoPath) -> Self {
        Self { cx, format, file }
    }

    pub(super) fn link(&self, address: &str, line: Option<u64>) -> InsightsLink {
        let target = self.target(address);
        let kind = match &target {
            Some(_) => "tree",
            None => self.elsewhere(address),
        };
        InsightsLink { url: address.to_owned(), line, kind: kind.to_owned(), target }
    }

    /// The file of this tree that an address shows.
    pub(super) fn target(&self, address: &str) -> Option<String> {
        if let Some(path) = remote::own_path(self.cx.subject, address) {
            return self.file_at(&RepoPath::new(""), path);
        }
        if has_scheme(address) {
            return None;
        }
        let path = address.split(['?', '#']).next().filter(|path| !path.is_empty())?;
        self.file_at(&self.file, path).or_else(|| self.file_at(&RepoPath::new(""), path))
    }

    fn file_at(&self, from: &RepoPath, path: &str) -> Option<String> {
        let path = from.join(path.replace("%20", " ").as_bytes())?;
        if let Some(entry) = self.cx.tree.get(path.as_bytes()) {
            let reader = self.cx.tree.reader();
            return self.cx.tree.resolve(&reader, entry).map(|_| path.text());
        }
        let directory = path.text();
        let prefix = if directory.is_empty() { String::new() } else { format!("{directory}/") };
        INDEXES.iter().find_map(|index| self.cx.tree.find(&format!("{prefix}{index}"))).map(|entry| entry.path.text())
    }

    fn elsewhere(&self, address: &str) -> &'static str {
        if self.is_placeholder(address) {
            return "placeholder";
        }
        if remote::own_path(self.cx.subject, address).is_some() {
            return "dead";
        }
        match address.split_once(':') {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") && rest.starts_with("//") => "https",
            Some(_) if has_scheme(address) => "other",
            _ => "dead",
        }
    }

    fn is_placeholder(&self, address: &str) -> bool {
        let known = &self.format.placeholders;
        let rest = address.split_once("://").map_or(address, |(_, rest)| rest);
        let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default().to_lowercase();
        let below =
            |of: &String| host == *of || host.strip_suffix(of.as_str()).is_some_and(|above| above.ends_with('.'));
        known.hosts.iter().any(below) || known.words.iter().any(|word| address.contains(word.as_str()))
    }
}

/// Whether an address begins with the name of a scheme.
fn has_scheme(address: &str) -> bool {
    address.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-'))
    })
}
