//! Which files of the tree are documents, what they are for, and reading them within bounds. Links are followed once, from
//! health files, the README and the issue chooser; they never leave the tree.

use std::collections::{BTreeMap, BTreeSet};

use super::content::weigh;
use super::model::{Block, BlockKind, Document, Library, Link, Section, State, Target, Via};
use super::outline::{Import, Parsed};
use super::resolve::Resolver;
use super::roles::{Format, Roles};
use super::{asciidoc, form, markdown, plain, restructured, site_roots};
use crate::collect::Context;
use crate::collect::limits;
use crate::collect::path::RepoPath;
use crate::collect::tree::{Entry, Mode, Reader, Unreadable};
use crate::collect::twins::ByName;

/// A file to be read.
#[derive(Debug)]
struct Candidate<'t> {
    entry: &'t Entry,
    format: Format,
    roles: BTreeSet<String>,
    via: Via,
}

/// Finds and reads the documents.
pub(super) fn library(cx: &Context<'_>, roles: &Roles) -> Library {
    let site_roots = site_roots::find(cx.tree, roles);
    let resolver = Resolver::new(cx.tree, cx.subject, &site_roots);
    let mut shelf = Shelf {
        cx,
        roles,
        resolver,
        reader: cx.tree.reader(),
        documents: BTreeMap::new(),
        complete: cx.tree.complete(),
        bytes: 0,
        blocks: 0,
    };
    let mut found: Vec<Candidate<'_>> =
        cx.tree.by_name(roles).filter_map(|(entry, named)| candidate(entry, named, roles, &site_roots)).collect();
    found.sort_by_key(|candidate| rank(candidate));
    for candidate in found {
        shelf.read(candidate);
    }
    shelf.follow_links();
    let Shelf { documents, complete, .. } = shelf;
    let mut documents: Vec<Document> = documents.into_values().collect();
    documents.sort_by(|a, b| a.path.cmp(&b.path));
    Library { documents, complete, ..Library::default() }
}

/// What is read first when not everything can be read: the root, the forge's own directories, then the shallow.
fn rank(candidate: &Candidate<'_>) -> (usize, usize, RepoPath) {
    let path = &candidate.entry.path;
    let special = candidate.roles.iter().any(|role| role != "docs" && role != "other");
    (usize::from(!special), path.depth(), path.clone())
}

/// A name that a document may have.
#[derive(Debug, Clone)]
struct Named {
    /// The role of a template, by its place.
    template: Option<String>,
    /// None for data, which may hold prose below the root of a site.
    format: Option<Format>,
}

impl ByName for Named {
    type Table = Roles;

    fn of(path: &RepoPath, mode: Mode, roles: &Roles) -> Option<Self> {
        if mode == Mode::Gitlink {
            return None;
        }
        let named = Self { template: roles.template(path).map(str::to_owned), format: roles.format(path) };
        (named.template.is_some() || named.format.is_some() || is_data(path)).then_some(named)
    }
}

/// Whether an entry is a document by its place, and what its name says it is for.
fn candidate<'t>(entry: &'t Entry, named: Named, roles: &Roles, site_roots: &[String]) -> Option<Candidate<'t>> {
    let path = &entry.path;
    if let Some(role) = &named.template {
        return template(entry, role, roles);
    }
    let format = named.format;
    if path.depth() == 0 {
        let mut found = roles.by_name(path);
        let format = format?;
        if found.is_empty() {
            // A document at the root is one of the project's, whatever it is called.
            found.extend(["docs".to_owned(), "other".to_owned()]);
        }
        return Some(Candidate { entry, format, roles: found, via: Via::Root });
    }
    let top = path.parts().next()?.into_owned();
    let root = site_roots::of(path, site_roots);
    if (root.is_none() && !roles.searches(&top)) || parents(path).any(|part| roles.skips_directory(&part)) {
        return None;
    }
    if let Some(root) = root {
        let format = format.or_else(|| is_site_data(path, root).then_some(Format::Form))?;
        return Some(Candidate {
            entry,
            format,
            roles: roles_on_site(path, root, roles),
            via: if roles.searches(&top) { Via::Directory } else { Via::SiteRoot },
        });
    }
    let format = format?;
    Some(Candidate { entry, format, roles: roles_below(path, &top, roles), via: Via::Directory })
}

/// Whether a file below a site root is data that may hold prose: not the configuration of a tool, which has its own name.
fn is_site_data(path: &RepoPath, root: &str) -> bool {
    let name = path.name_lower();
    let below_root = path.as_bytes().get(root.len() + 1..).unwrap_or_default().contains(&b'/');
    let tool = name.starts_with(['.', '_'])
        || name.contains("package")
        || name.contains("lock")
        || name.contains("config")
        || name.contains("schema");
    is_data(path) && below_root && !tool
}

fn is_data(path: &RepoPath) -> bool {
    [".yml", ".yaml", ".json"].iter().any(|extension| path.name_lower().ends_with(extension))
}

/// The roles of a page of a site: from its name, and from the directory right below the site's root.
fn roles_on_site(path: &RepoPath, root: &str, roles: &Roles) -> BTreeSet<String> {
    let mut found = roles.by_name(path);
    let depth = root.matches('/').count() + 1;
    for part in parents(path).skip(depth).take(2) {
        found.extend(roles.directory_roles(&part).map(str::to_owned));
    }
    found.insert("docs".to_owned());
    found
}

fn template<'t>(entry: &'t Entry, role: &str, roles: &Roles) -> Option<Candidate<'t>> {
    let name = entry.path.name_lower();
    let is_yaml = name.ends_with(".yml") || name.ends_with(".yaml");
    let role =
        if role == "issue_template" && matches!(name, "config.yml" | "config.yaml") { "issue_chooser" } else { role };
    let format = if is_yaml { Format::Form } else { roles.format(&entry.path)? };
    Some(Candidate { entry, format, roles: BTreeSet::from([role.to_owned()]), via: Via::Directory })
}

fn parents(path: &RepoPath) -> impl Iterator<Item = String> {
    let depth = path.depth();
    path.parts().take(depth).map(std::borrow::Cow::into_owned)
}

/// The roles of a document below a searched directory: from its name, and from the directory at the root or one level below it.
fn roles_below(path: &RepoPath, top: &str, roles: &Roles) -> BTreeSet<String> {
    let mut found = roles.by_name(path);
    for part in parents(path).take(2) {
        found.extend(roles.directory_roles(&part).map(str::to_owned));
    }
    if roles.is_documentation(top) && !found.contains("license") {
        found.insert("docs".to_owned());
    }
    if found.is_empty() {
        found.insert("other".to_owned());
    }
    found
}

/// The documents read so far.
struct Shelf<'a, 't> {
    cx: &'a Context<'t>,
    roles: &'a Roles,
    resolver: Resolver<'a>,
    reader: Reader<'a>,
    documents: BTreeMap<RepoPath, Document>,
    complete: bool,
    bytes: u64,
    blocks: usize,
}

impl<'a> Shelf<'a, '_> {
    fn read(&mut self, candidate: Candidate<'a>) {
        let Candidate { entry, format, roles, via } = candidate;
        let path = &entry.path;
        if self.documents.contains_key(path) {
            return;
        }
        if self.documents.len() >= limits::DOCUMENTS
            || self.bytes >= limits::DOCUMENT_BYTES
            || self.blocks >= limits::LIBRARY_BLOCKS
        {
            self.complete = false;
            return;
        }
        let mut document = Document { path: path.text(), roles, via, ..Document::default() };
        if entry.mode == Mode::Link {
            self.read_link(entry, &mut document);
        } else {
            self.read_file(entry, format, &mut document);
            if !is_only_license(&document) {
                weigh(&mut document, self.roles);
            }
        }
        self.documents.insert(path.clone(), document);
    }

    /// A symbolic link points to the document that it leads to.
    fn read_link(&mut self, entry: &'a Entry, document: &mut Document) {
        match self.cx.tree.resolve(&self.reader, entry) {
            Some(file) => {
                let target = file.path.text();
                let to = Target::Tree(file.path.clone());
                document.target = Some(Link { to, ..Link::written(&target, &target, 1) });
                document.state = State::Pointer;
            }
            None => document.state = State::BrokenLink,
        }
    }

    fn read_file(&mut self, entry: &Entry, format: Format, document: &mut Document) {
        let blob = match self.reader.read(entry, limits::TEXT_BYTES) {
            Ok(blob) => blob,
            Err(why) => {
                document.state = State::Unreadable;
                let too_large = matches!(why, Unreadable::TooLarge(_));
                self.complete &= too_large && !is_searched(document);
                return;
            }
        };
        self.bytes += blob.bytes.len() as u64;
        if blob.bytes.starts_with(b"version https://git-lfs.github.com/spec/") {
            document.state = State::LfsPointer;
            return;
        }
        if blob.bytes.starts_with(b"#!") {
            // A script that is called like a document: `build`, `install`.
            document.roles.clear();
            document.state = State::Unreadable;
            return;
        }
        let text = blob.text();
        if text.contains('\0') {
            document.state = State::Unreadable;
            return;
        }
        if is_only_license(document) {
            document.words = super::content::words(&text);
            document.state = if document.words == 0 { State::Empty } else { State::Ok };
            return;
        }
        let is_template = document.roles.iter().any(|role| role.ends_with("_template"));
        let parsed = match format {
            Format::Form if document.has_role("issue_chooser") => form::issue_chooser(&text),
            Format::Form if is_template => form::issue_form(&text),
            Format::Form => form::data(&text),
            format => parse(&text, format, &entry.path, is_template),
        };
        document.title = parsed.title;
        document.sections = parsed.sections;
        let truncated = blob.truncated || parsed.truncated;
        if truncated {
            document.state = State::Truncated;
            self.complete &= !is_searched(document);
        }
        self.blocks += document.sections.iter().map(|section| section.blocks.len() + 1).sum::<usize>();
        for import in &parsed.imports {
            self.read_import(&entry.path, import, &mut document.sections);
        }
        self.resolver.resolve(&entry.path, &mut document.sections);
        if document.roles.iter().all(|role| role == "docs" || role == "other")
            && let Some(title) = &document.title
        {
            document.roles.extend(self.roles.by_title(title));
        }
    }

    /// A file that a page shows: a document is linked, anything else becomes a code block of the section it stands in.
    fn read_import(&mut self, path: &RepoPath, import: &Import, sections: &mut [Section]) {
        let from = [path.clone(), RepoPath::new("")];
        let target = import.target.trim_start_matches("@site/").as_bytes();
        let Some(entry) = from.iter().find_map(|from| self.cx.tree.get(from.join(target)?.as_bytes())) else { return };
        let Some(section) = sections.iter_mut().rev().find(|section| section.line <= import.line) else { return };
        let block = if self.roles.format(&entry.path).is_some() {
            let links = vec![Link::written(&import.target, &import.target, import.line)];
            Block { line: import.line, links, ..Block::default() }
        } else {
            let Ok(blob) = self.reader.read(entry, limits::IMPORT_BYTES) else { return };
            if blob.bytes.contains(&0) {
                return;
            }
            self.bytes += blob.bytes.len() as u64;
            Block { kind: BlockKind::Code(String::new()), line: import.line, text: blob.text(), ..Block::default() }
        };
        section.blocks.push(block);
    }

    /// Reads what health files, the README and the issue chooser link to, and gives it the role that the link names. Links of what is
    /// read this way are not followed.
    fn follow_links(&mut self) {
        let mut wanted: BTreeMap<RepoPath, BTreeSet<String>> = BTreeMap::new();
        for document in self.documents.values() {
            if let Some(Link { to: Target::Tree(path), .. }) = &document.target {
                // A short README with a link is still the README, unless what it points to is one.
                let is_readme = path.name_lower().starts_with("readme");
                let roles = document.roles.iter().filter(|role| is_readme || *role != "readme").cloned();
                wanted.entry(path.clone()).or_default().extend(roles);
            }
            if !self.roles.follows(&document.roles) {
                continue;
            }
            for (_, _, link) in document.links() {
                if let Target::Tree(path) = &link.to {
                    let roles = wanted.entry(path.clone()).or_default();
                    if !link.target.contains('#') {
                        roles.extend(self.roles.by_title(&link.label));
                    }
                }
            }
        }
        for (path, given) in wanted {
            match self.documents.get_mut(&path) {
                Some(document) => give_roles(document, given),
                None => self.read_linked(&path, given),
            }
        }
    }

    fn read_linked(&mut self, path: &RepoPath, given: BTreeSet<String>) {
        let Some(entry) = self.cx.tree.get(path.as_bytes()) else { return };
        let by_name = self.roles.by_name(path);
        let Some(format) = self.roles.format(path) else { return };
        let mut roles: BTreeSet<String> = given.into_iter().chain(by_name).collect();
        if roles.is_empty() {
            roles.insert("docs".to_owned());
        }
        self.read(Candidate { entry, format, roles, via: Via::Link });
    }
}

/// A document whose name says what it is for keeps that; any other takes the role that the link gives.
fn give_roles(document: &mut Document, given: BTreeSet<String>) {
    if !given.is_empty() && document.roles.iter().all(|role| role == "docs" || role == "other") {
        document.roles.remove("other");
        document.roles.extend(given);
    }
}

/// Whether prose is looked for in a document, so that not reading it leaves a gap.
fn is_searched(document: &Document) -> bool {
    document.roles.iter().any(|role| role != "license" && role != "changelog" && role != "docs" && role != "authors")
        || document.roles.len() == 1 && document.has_role("docs")
}

fn is_only_license(document: &Document) -> bool {
    document.roles.iter().all(|role| role == "license")
}

pub(super) fn parse(text: &str, format: Format, path: &RepoPath, is_template: bool) -> Parsed {
    match format {
        Format::Markdown => markdown::parse(text, is_template),
        Format::Asciidoc => asciidoc::parse(text, is_template),
        Format::Restructured => restructured::parse(text, is_template),
        _ => plain::parse(text, path.name_lower().ends_with(".org")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::testing::with_context;
    use crate::collect::tree::Tree;
    use rstest::rstest;

    const LONG: &str = "This text has more than enough words to count as the content of a document, because it goes on for a while and says what it says in many words.\n";

    fn shown(files: &[(&str, &str)]) -> Vec<String> {
        let tree = Tree::of(files);
        with_context(&tree, |cx| {
            let roles = Roles::load(cx.policies).expect("the table of documents");
            let library = library(cx, &roles);
            let one = |document: &Document| {
                let roles: Vec<_> = document.roles.iter().map(String::as_str).collect();
                format!("{} {} {} {}", document.path, roles.join("+"), document.via.name(), document.state.name())
            };
            library.documents.iter().map(one).collect()
        })
    }

    #[rstest]
    #[case::root(&[("README.md", LONG), ("src/a.md", LONG)], &["README.md readme root ok"])]
    #[case::directory(&[("CONTRIBUTING/first.md", LONG)], &["CONTRIBUTING/first.md contributing+docs dir ok"])]
    #[case::empty(&[("SECURITY.md", "\n \n")], &["SECURITY.md security root empty"])]
    #[case::heading_only(&[("SECURITY.md", "# Security\n")], &["SECURITY.md security root empty"])]
    #[case::short(&[("CONTRIBUTING.md", "Just send a patch.\n")], &["CONTRIBUTING.md contributing root short"])]
    #[case::contact(&[("SECURITY.md", "Please write to the team at security@acme.test and wait for an answer.\n")], &["SECURITY.md security root ok"])]
    #[case::pointer(&[("SECURITY.md", "See [here](pkg/sec.md).\n"), ("pkg/sec.md", LONG)], &["SECURITY.md security root pointer", "pkg/sec.md security link ok"])]
    #[case::link(&[("SECURITY.md@", "pkg/sec.md"), ("pkg/sec.md", LONG)], &["SECURITY.md security root pointer", "pkg/sec.md security link ok"])]
    #[case::broken_link(&[("SECURITY.md@", "gone.md")], &["SECURITY.md security root broken_link"])]
    #[case::large_file(&[("SECURITY.md", "version https://git-lfs.github.com/spec/v1\noid sha256:0\n")], &["SECURITY.md security root lfs_pointer"])]
    #[case::one_hop(&[("README.md", "Read the [security policy](a/p.md).\n"), ("a/p.md", "[more](q.md)\n"), ("a/q.md", LONG)], &["README.md readme root pointer", "a/p.md security link pointer"])]
    #[case::site_root(&[("guide/book.toml", "[book]\n"), ("guide/src/a.md", LONG), ("guide/src/security.md", LONG)], &["guide/src/a.md docs site_root ok", "guide/src/security.md docs+security site_root ok"])]
    #[case::chooser(&[(".github/ISSUE_TEMPLATE/config.yml", "contact_links:\n- name: Security\n  url: https://x.test\n  about: Report\n")], &[".github/ISSUE_TEMPLATE/config.yml issue_chooser dir short"])]
    #[case::license(&[("LICENSE", LONG)], &["LICENSE license root ok"])]
    fn documents(#[case] files: &[(&str, &str)], #[case] expected: &[&str]) {
        assert_eq!(shown(files), expected);
    }

    #[test]
    fn a_page_shows_a_file() {
        let files = [("docs/a.rst", "T\n==\n\ntext\n\n.. literalinclude:: ../x.sh\n"), ("x.sh", "cosign verify x\n")];
        let tree = Tree::of(&files);
        with_context(&tree, |cx| {
            let roles = Roles::load(cx.policies).expect("the table of documents");
            let library = library(cx, &roles);
            let blocks = &library.documents[0].sections[0].blocks;
            assert!(blocks.iter().any(|block| block.text.contains("cosign verify x")), "{blocks:?}");
        });
    }
}
