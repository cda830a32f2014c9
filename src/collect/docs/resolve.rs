//! Where links lead: into the tree, to the same document, or out. Also finds the addresses and file names that stand in a
//! text without being marked up as links.

use linkify::{LinkFinder, LinkKind};

use super::model::{Block, BlockKind, Link, Section, Target};
use crate::collect::limits;
use crate::collect::path::RepoPath;
use crate::collect::tree::Tree;
use crate::model::subject::Subject;

/// Extensions that a page's link may leave out or replace by that of the rendered page.
const PAGES: &[&str] = &["md", "mdx", "rst", "adoc", "markdown", "txt"];
/// What a link to a directory opens.
const INDEXES: &[&str] = &[
    "README.md",
    "readme.md",
    "README.rst",
    "README.adoc",
    "README",
    "README.txt",
    "Readme.md",
    "index.md",
    "index.mdx",
    "_index.md",
    "index.rst",
    "index.adoc",
];
/// Pages of a forge that lie beside the files of a repository.
const FORGE_PAGES: &[&str] = &[
    "issues",
    "wiki",
    "discussions",
    "security",
    "releases",
    "pulls",
    "pull",
    "actions",
    "projects",
    "graphs",
    "tags",
    "commits",
    "compare",
    "-",
];

/// Tells where links lead.
pub(super) struct Resolver<'a> {
    tree: &'a Tree,
    /// The directories of documentation sites, so that addresses from the root of a site are understood.
    site_roots: &'a [String],
    host: String,
    /// `owner/name`, in lower case.
    repository: String,
    branch: Option<String>,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(tree: &'a Tree, subject: &Subject, site_roots: &'a [String]) -> Self {
        let repository =
            subject.owner.as_ref().map(|owner| format!("{owner}/{}", subject.name).to_lowercase()).unwrap_or_default();
        Self {
            tree,
            site_roots,
            host: subject.host.clone().unwrap_or_default().to_lowercase(),
            repository,
            branch: subject.default_branch.clone(),
        }
    }

    /// Fills in where every link of a document leads, and adds the addresses and files that its text names.
    pub(super) fn resolve(&self, path: &RepoPath, sections: &mut [Section]) {
        let mut left = limits::DOCUMENT_LINKS;
        for block in sections.iter_mut().flat_map(|section| &mut section.blocks) {
            for link in &mut block.links {
                link.to = self.target(path, &link.target);
            }
            left = left.saturating_sub(block.links.len());
            if !matches!(block.kind, BlockKind::Code(_)) && left > 0 {
                let found = self.unmarked(path, block, left);
                left = left.saturating_sub(found.len());
                block.links.extend(found);
            }
        }
    }

    /// Where an address written in the file at `from` leads.
    pub(super) fn target(&self, from: &RepoPath, written: &str) -> Target {
        let written = written.trim();
        if written.is_empty() || written.starts_with('#') {
            return Target::Anchor;
        }
        let lower = written.get(..8).unwrap_or(written).to_lowercase();
        if lower.starts_with("mailto:") {
            return Target::Mail;
        }
        if let Some(rest) = own_scheme(written) {
            return self.own_file(rest).unwrap_or(Target::Outside);
        }
        if written.starts_with("//") || has_scheme(written) {
            return Target::Outside;
        }
        self.relative(from, written)
    }

    /// The file that an address of this repository's own pages shows; none for any other address.
    fn own_file(&self, rest: &str) -> Option<Target> {
        let rest = rest.split(['#', '?']).next().unwrap_or_default();
        let (host, path) = rest.split_once('/')?;
        let host = host.to_lowercase();
        let host = host.strip_prefix("www.").unwrap_or(&host);
        let raw = host == "raw.githubusercontent.com" && self.host == "github.com";
        if self.repository.is_empty() || (host != self.host && !raw) {
            return None;
        }
        let length = self.repository.len();
        let own = path.get(..length)?;
        let path = path.get(length..)?.strip_prefix('/')?;
        if own.to_lowercase() != self.repository {
            return None;
        }
        let path = if raw {
            path.strip_prefix("refs/heads/").unwrap_or(path)
        } else {
            let path = path.strip_prefix("-/").unwrap_or(path);
            let (view, path) = path.split_once('/')?;
            if !matches!(view, "blob" | "tree" | "raw" | "src" | "blame" | "edit") {
                return None;
            }
            path.strip_prefix("branch/").or_else(|| path.strip_prefix("refs/heads/")).unwrap_or(path)
        };
        let heads: &[&str] = if self.branch.is_some() { &["HEAD"] } else { &["HEAD", "main", "master"] };
        let file = self.branch.iter().map(String::as_str).chain(heads.iter().copied()).find_map(|head| {
            let rest = path.strip_prefix(head)?;
            if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
        })?;
        Some(self.in_tree(&RepoPath::new(""), &unescaped(file)).unwrap_or(Target::Dead))
    }

    fn relative(&self, from: &RepoPath, written: &str) -> Target {
        let path = written.split(['#', '?']).next().unwrap_or_default();
        if path.is_empty() {
            return Target::Anchor;
        }
        let path = unescaped(path);
        if let Some(target) = self.in_tree(from, &path) {
            return target;
        }
        if let Some(rooted) = path.strip_prefix(b"/") {
            let found = self.site_roots.iter().find_map(|root| {
                let base = RepoPath::new(format!("{root}/x"));
                self.in_tree(&base, rooted).or_else(|| self.in_tree(&base, after_first(rooted)?))
            });
            return found.unwrap_or(Target::Dead);
        }
        // A page of a site is often addressed one level deeper than its source lies.
        let is_page = self.site_roots.iter().any(|root| from.text().starts_with(&format!("{root}/")));
        if is_page && let Some(target) = path.strip_prefix(b"../").and_then(|path| self.in_tree(from, path)) {
            return target;
        }
        let up = path.split(|byte| *byte == b'/').find(|part| !matches!(*part, b"." | b".." | b""));
        let leaves = from.join(&path).is_none();
        let forge_page = up.is_some_and(|part| FORGE_PAGES.iter().any(|page| page.as_bytes() == part));
        if leaves && forge_page { Target::Outside } else { Target::Dead }
    }

    /// The file or directory of the tree that a path names, with the liberties that renderers take.
    fn in_tree(&self, from: &RepoPath, path: &[u8]) -> Option<Target> {
        let joined = from.join(path)?;
        if self.tree.get(joined.as_bytes()).is_some() {
            return Some(Target::Tree(joined));
        }
        let base = joined.as_bytes();
        let with = |base: &[u8], end: &str| {
            let candidate = RepoPath::new([base, end.as_bytes()].concat());
            self.tree.get(candidate.as_bytes()).map(|entry| Target::Tree(entry.path.clone()))
        };
        let slash: &[u8] = if base.is_empty() { b"" } else { b"/" };
        if let Some(found) = INDEXES.iter().find_map(|index| with(&[base, slash].concat(), index)) {
            return Some(found);
        }
        if base.is_empty() {
            return Some(Target::Tree(joined));
        }
        let stem = base.strip_suffix(b".html").or_else(|| base.strip_suffix(b".htm")).unwrap_or(base);
        if let Some(found) = PAGES.iter().find_map(|extension| with(stem, &format!(".{extension}"))) {
            return Some(found);
        }
        let directory = joined.text();
        let prefix = [base, b"/"].concat();
        self.tree
            .below(&directory)
            .any(|entry| entry.path.as_bytes().starts_with(&prefix))
            .then_some(Target::Tree(joined))
    }

    /// Addresses and files that a block names without marking them up.
    fn unmarked(&self, path: &RepoPath, block: &Block, most: usize) -> Vec<Link> {
        let mut found: Vec<Link> = Vec::new();
        let known = |found: &[Link], target: &str| {
            block
                .links
                .iter()
                .chain(found)
                .any(|link| link.target == target || link.target.strip_prefix("mailto:") == Some(target))
        };
        let mut finder = LinkFinder::new();
        finder.kinds(&[LinkKind::Url, LinkKind::Email]);
        let few = most.min(200);
        if block.text.contains("://") || block.text.contains('@') {
            for link in finder.links(&block.text) {
                let text = link.as_str().trim_end_matches(['*', '_', '`']);
                if found.len() >= few || known(&found, text) {
                    continue;
                }
                let target = if *link.kind() == LinkKind::Email { format!("mailto:{text}") } else { text.to_owned() };
                let to = self.target(path, &target);
                found.push(Link { to, ..Link::written(text, &target, block.line) });
            }
        }
        for word in block.text.split_whitespace() {
            let word = word
                .trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '/' | '.' | '_'))
                .trim_end_matches('.');
            if found.len() >= few || !names_file(word) || known(&found, word) {
                continue;
            }
            let to = [path, &RepoPath::new("")].into_iter().find_map(|from| self.in_tree(from, word.as_bytes()));
            if let Some(to @ Target::Tree(_)) = to {
                found.push(Link { to, ..Link::written(word, word, block.line) });
            }
        }
        found
    }
}

/// Whether a word looks like the path of a document.
fn names_file(word: &str) -> bool {
    let Some((stem, extension)) = word.rsplit_once('.') else { return false };
    !stem.is_empty() && word.len() <= 200 && !word.contains(':') && PAGES.contains(&extension.to_lowercase().as_str())
}

/// What stands behind `http://` or `https://`.
fn own_scheme(written: &str) -> Option<&str> {
    let (scheme, rest) = written.split_once("://")?;
    (scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http")).then_some(rest)
}

fn has_scheme(written: &str) -> bool {
    let Some((scheme, _)) = written.split_once(':') else { return false };
    scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn after_first(path: &[u8]) -> Option<&[u8]> {
    let at = path.iter().position(|byte| *byte == b'/')?;
    path.get(at + 1..)
}

/// With `%20` and its like resolved.
fn unescaped(path: &str) -> Vec<u8> {
    let bytes = path.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let hex = (*byte == b'%')
            .then(|| path.get(at + 1..at + 3))
            .flatten()
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match hex {
            Some(value) => {
                out.push(value);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn subject() -> Subject {
        Subject {
            forge: Some("github".to_owned()),
            host: Some("github.com".to_owned()),
            owner: Some("Acme".to_owned()),
            name: "tool".to_owned(),
            default_branch: Some("main".to_owned()),
            commit: None,
        }
    }

    #[rstest]
    #[case("SECURITY.md", "SECURITY.md")]
    #[case("./docs/guide.md#usage", "docs/guide.md")]
    #[case("docs/", "docs/README.md")]
    #[case("docs/guide", "docs/guide.md")]
    #[case("docs/guide.html", "docs/guide.md")]
    #[case("src", "src")]
    #[case("a%20b.md", "a b.md")]
    #[case("https://github.com/acme/tool/blob/main/SECURITY.md", "SECURITY.md")]
    #[case("https://github.com/acme/Tool/tree/HEAD/docs", "docs/README.md")]
    #[case("https://raw.githubusercontent.com/acme/tool/main/docs/guide.md", "docs/guide.md")]
    #[case("https://github.com/acme/tool/blob/main/no.md", "dead")]
    #[case("https://github.com/acme/tool/blob/v1/SECURITY.md", "outside")]
    #[case("https://github.com/acme/toolbox/blob/main/SECURITY.md", "outside")]
    #[case("https://github.com/acme/tool/security", "outside")]
    #[case("../../security/advisories/new", "outside")]
    #[case("../../../etc/passwd", "dead")]
    #[case("no.md", "dead")]
    #[case("#usage", "anchor")]
    #[case("mailto:a@b.c", "mail")]
    #[case("//x.org", "outside")]
    #[case("javascript:alert(1)", "outside")]
    fn targets(#[case] written: &str, #[case] expected: &str) {
        let tree = Tree::of(&[
            ("SECURITY.md", ""),
            ("docs/README.md", ""),
            ("docs/guide.md", ""),
            ("a b.md", ""),
            ("src/main.rs", ""),
        ]);
        let subject = subject();
        let found = match Resolver::new(&tree, &subject, &[]).target(&RepoPath::new("README.md"), written) {
            Target::Tree(path) => path.text(),
            Target::Dead => "dead".to_owned(),
            Target::Anchor => "anchor".to_owned(),
            Target::Mail => "mail".to_owned(),
            Target::Outside => "outside".to_owned(),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn finds_what_is_not_marked_up() {
        let tree = Tree::of(&[("SECURITY.md", ""), ("docs/a.md", "")]);
        let text = "See `SECURITY.md` or docs/a.md, (https://x.org/y), mail sec@x.org; not gone.md.";
        let mut sections = vec![Section {
            blocks: vec![Block { text: text.to_owned(), line: 3, ..Block::default() }],
            ..Section::default()
        }];
        Resolver::new(&tree, &subject(), &[]).resolve(&RepoPath::new("README.md"), &mut sections);
        let targets: Vec<_> = sections[0].blocks[0].links.iter().map(|link| link.target.as_str()).collect();
        assert_eq!(targets, ["https://x.org/y", "mailto:sec@x.org", "SECURITY.md", "docs/a.md"]);
    }
}
