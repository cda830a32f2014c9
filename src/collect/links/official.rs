//! Official addresses: fields of manifests, the Security Insights file, submodules, and what the README labels as website,
//! documentation, chat and so on. Besides them plain addresses on the project's own domain anywhere in its documents.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::ProjectLink;
use super::address::{self, Address};
use super::table::{ManifestFields, Table};
use crate::collect::deps::Deps;
use crate::collect::deps::manifests::data;
use crate::collect::docs::model::{Block, BlockKind, Document, Library, Link, Section, Target};
use crate::collect::files::submodules;
use crate::collect::insights::Insights;
use crate::collect::path::RepoPath;
use crate::collect::{Context, limits};

/// Characters before an address that can say what it is.
const LEAD_CHARS: usize = 80;
/// Bytes of a block in which words before a link are looked for.
const LEAD_TEXT: usize = 20_000;
/// Words beside the link of a block that consists of little else.
const FEW_WORDS: usize = 8;

/// All official addresses, in the order of where they stand.
pub(super) fn find(
    cx: &Context<'_>,
    table: &Table,
    library: &Library,
    insights: &Insights,
    deps: &Deps,
) -> Vec<ProjectLink> {
    let mut found = Vec::new();
    of_manifests(cx, table, deps, &mut found);
    of_insights(insights, &mut found);
    of_submodules(cx, &mut found);
    let names = own_names(cx);
    for document in library.documents.iter().filter(|document| is_front(document)) {
        of_document(table, document, &names, &mut found);
    }
    let mut seen = BTreeSet::new();
    found.retain(|link: &ProjectLink| {
        let useful =
            address::read(&link.url).is_some_and(|address| !address.is_local() && !address.is_reference(table));
        useful && seen.insert((link.place.clone(), link.line, link.url.clone()))
    });
    found
}

/// Names that a label may give the project.
pub(super) fn own_names(cx: &Context<'_>) -> Vec<String> {
    let mut names = vec![cx.subject.name.to_lowercase()];
    names.extend(cx.subject.owner.iter().map(|owner| owner.to_lowercase()));
    names
        .extend(cx.subject.name.to_lowercase().split(['-', '_', '.']).filter(|part| part.len() > 2).map(str::to_owned));
    names
}

/// The documents that speak for the project as a whole.
pub(super) fn is_front(document: &Document) -> bool {
    let depth = document.path.matches('/').count();
    document.has_role("readme") && (depth == 0 || (depth == 1 && document.path.starts_with('.')))
        || document.has_role("support")
        || document.has_role("issue_chooser")
}

fn link(url: &str, role: &str, place: &str, line: Option<u64>) -> ProjectLink {
    let scheme = address::read(url).map(|address| address.scheme).unwrap_or_default();
    ProjectLink { url: url.trim().to_owned(), scheme, role: role.to_owned(), place: place.to_owned(), line }
}

fn of_manifests(cx: &Context<'_>, table: &Table, deps: &Deps, found: &mut Vec<ProjectLink>) {
    let reader = cx.tree.reader();
    let ecosystems = deps.ecosystems.value().into_iter().flatten();
    let paths: BTreeSet<&str> =
        ecosystems.flat_map(|ecosystem| &ecosystem.manifests).map(|manifest| manifest.path.as_str()).collect();
    for path in paths {
        let Some(entry) = cx.tree.get(path.as_bytes()) else { continue };
        let Some(fields) = table.manifest(RepoPath::new(path).name_lower()) else { continue };
        let Some(text) = reader.text(entry) else { continue };
        for (field, url, line) in fields_of(fields, &text) {
            if found.len() < limits::LINKS {
                found.push(link(&url, role_of_field(&field), path, line));
            }
        }
    }
}

fn fields_of(fields: &ManifestFields, text: &str) -> Vec<(String, String, Option<u64>)> {
    let value = match fields.format.as_str() {
        "toml" => data::toml(text),
        "json" => data::json(text),
        "yaml" => data::yaml(text),
        "pom" => return of_pom(text),
        _ => return of_lines(&fields.keys, text),
    };
    let Some(value) = value else { return Vec::new() };
    let mut found = Vec::new();
    for path in &fields.paths {
        for (field, url) in strings_at(&value, path) {
            let line = text.lines().position(|line| line.contains(&url)).map(|index| index as u64 + 1);
            found.push((field, url, line));
        }
    }
    found
}

/// The texts under a dotted path; `*` stands for any key, and lists give their items.
fn strings_at(value: &Value, path: &str) -> Vec<(String, String)> {
    let mut open = vec![(String::new(), value)];
    for part in path.split('.') {
        open = open
            .into_iter()
            .flat_map(|(_, value)| match (part, value) {
                ("*", Value::Object(entries)) => entries.iter().map(|(key, value)| (key.clone(), value)).collect(),
                (key, Value::Object(entries)) => {
                    entries.get(key).map(|value| (key.to_owned(), value)).into_iter().collect()
                }
                _ => Vec::new(),
            })
            .collect();
    }
    open.into_iter()
        .flat_map(|(field, value)| match value {
            Value::String(text) => vec![(field, text.clone())],
            Value::Array(items) => {
                items.iter().filter_map(Value::as_str).map(|text| (field.clone(), text.to_owned())).collect()
            }
            _ => Vec::new(),
        })
        .filter(|(field, text)| {
            (text.contains("://") || text.contains('.'))
                && !text.contains(' ')
                && (!text.contains('@') || text.contains(':'))
                && field != "email"
        })
        .collect()
}

fn of_pom(text: &str) -> Vec<(String, String, Option<u64>)> {
    let Ok(document) = roxmltree::Document::parse(text.trim_start_matches('\u{feff}')) else { return Vec::new() };
    let mut found = Vec::new();
    let child = |node: roxmltree::Node<'_, '_>, name: &str| {
        node.children().filter(|child| child.tag_name().name() == name).map(|child| child.id()).collect::<Vec<_>>()
    };
    let root = document.root_element();
    let mut take = |node: roxmltree::Node<'_, '_>, role: &str| {
        if let Some(url) = node.text().map(str::trim).filter(|url| !url.is_empty()) {
            found.push((
                role.to_owned(),
                url.to_owned(),
                Some(u64::from(document.text_pos_at(node.range().start).row)),
            ));
        }
    };
    for id in child(root, "url") {
        document.get_node(id).into_iter().for_each(|node| take(node, "homepage"));
    }
    for (parent, fields) in [
        ("scm", &["url", "connection", "developerConnection"][..]),
        ("issueManagement", &["url"]),
        ("ciManagement", &[]),
    ] {
        for above in child(root, parent).into_iter().filter_map(|id| document.get_node(id)) {
            for field in fields {
                for node in child(above, field).into_iter().filter_map(|id| document.get_node(id)) {
                    take(node, if parent == "scm" { "repository" } else { "issues" });
                }
            }
        }
    }
    found
}

/// Addresses after one of the keys, on the same line.
fn of_lines(keys: &[String], text: &str) -> Vec<(String, String, Option<u64>)> {
    let mut found = Vec::new();
    for (number, line) in text.lines().enumerate().take(limits::MANIFEST_LINES) {
        if line.len() > limits::LINE_BYTES || line.trim_start().starts_with(['#', '%']) {
            continue;
        }
        for (at, _) in line.match_indices("://").take(8) {
            let before = line.get(..at).unwrap_or_default();
            let start =
                before.rfind(|c: char| !(c.is_ascii_alphanumeric() || "+.:-".contains(c))).map_or(0, |at| at + 1);
            let start = if line.is_char_boundary(start) { start } else { continue };
            let rest = line.get(start..).unwrap_or_default().trim_start_matches(':');
            let end = rest.find(|c: char| c.is_whitespace() || "\"'<>(),;}]".contains(c)).unwrap_or(rest.len());
            let key = line.get(..start).unwrap_or_default().to_lowercase();
            let key = key.trim_end_matches(|c: char| !(c.is_alphanumeric() || c == '_'));
            let named = keys.iter().find(|name| {
                key.strip_suffix(name.as_str())
                    .is_some_and(|rest| !rest.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-'))
            });
            if let Some(name) = named {
                found.push((name.clone(), rest.get(..end).unwrap_or_default().to_owned(), Some(number as u64 + 1)));
            }
        }
    }
    found
}

fn role_of_field(field: &str) -> &'static str {
    let lower = field.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["bug", "issue", "track"]) {
        "tracker"
    } else if has(&["doc", "wiki", "guide", "manual", "changelog"]) {
        "docs"
    } else if has(&["repo", "source", "scm", "git", "location"]) {
        "repo"
    } else if has(&["chat", "irc", "discord", "slack"]) {
        "chat"
    } else if has(&["forum"]) {
        "forum"
    } else if has(&["list"]) {
        "list"
    } else if has(&["download", "distribution", "release"]) {
        "download"
    } else if has(&["policy", "security", "vulnerab", "contribut", "governance", "conduct"]) {
        "policy"
    } else {
        "website"
    }
}

fn of_insights(insights: &Insights, found: &mut Vec<ProjectLink>) {
    let Some(path) = insights.present.value().and_then(|file| file.as_ref()).map(|file| file.path.clone()) else {
        return;
    };
    for entry in insights.urls.value().into_iter().flatten() {
        let field = entry.field.to_lowercase();
        // Licences and people are no channels of the project.
        let other = ["license", "licence", "social", "affiliation", "comment", "predicate", "schema"]
            .iter()
            .any(|word| field.contains(word));
        if !other && found.len() < limits::LINKS && !entry.url.starts_with("mailto:") {
            found.push(link(&entry.url, role_of_field(&field), &path, entry.line));
        }
    }
}

fn of_submodules(cx: &Context<'_>, found: &mut Vec<ProjectLink>) {
    for submodule in submodules::find(cx).into_iter().take(limits::SUBMODULES) {
        if let Some(url) = submodule.url.filter(|url| !url.starts_with('.') && !url.starts_with('/')) {
            found.push(link(&url, "submodule", ".gitmodules", submodule.line));
        }
    }
}

fn of_document(table: &Table, document: &Document, names: &[String], found: &mut Vec<ProjectLink>) {
    for (section, block, target) in document.links() {
        if found.len() >= limits::LINKS
            || matches!(block.kind, BlockKind::Code(_) | BlockKind::Image)
            || !leads_out(target)
        {
            continue;
        }
        if let Some(role) = role_of_link(table, section, block, target, names) {
            found.push(link(&target.target, &role, &document.path, Some(target.line)));
        }
    }
}

fn leads_out(link: &Link) -> bool {
    match link.to {
        Target::Outside => true,
        Target::Tree(_) => link.target.contains("://"),
        // A host without a scheme is read as a path that does not exist.
        Target::Dead => address::read(&link.target).is_some_and(|address| address.scheme.is_empty()),
        _ => false,
    }
}

fn role_of_link(table: &Table, section: &Section, block: &Block, link: &Link, names: &[String]) -> Option<String> {
    let label = link.label.trim();
    let bare = label.is_empty() || label.contains("://") || label == link.target || address::read(label).is_some();
    if !bare && let Some(role) = table.role(label, names) {
        return Some(role.to_owned());
    }
    let says_nothing = bare
        || matches!(
            label.to_lowercase().as_str(),
            "here" | "link" | "this page" | "this link" | "click here" | "page" | "online"
        );
    if says_nothing && let Some(role) = table.role(&lead(block, link), names) {
        return Some(role.to_owned());
    }
    if table.is_install(&section.headings) && table.names_guide(label) && !table.is_file(&link.target.to_lowercase()) {
        let own = table.role(label, names).is_some() || label.split_whitespace().count() <= 4;
        return own.then(|| "docs".to_owned());
    }
    // Under a heading that names a channel, a block that is little more than the link.
    let role = table.role(section.heading(), names)?;
    let others = block.text.split_whitespace().count().saturating_sub(label.split_whitespace().count());
    (says_nothing && others <= FEW_WORDS && role != "repo").then(|| role.to_owned())
}

/// The words right before a link in its clause: `Website: <link>`, `The documentation is at <link>`.
fn lead(block: &Block, link: &Link) -> String {
    if block.text.len() > LEAD_TEXT {
        return String::new();
    }
    let shown = if link.label.is_empty() { &link.target } else { &link.label };
    let before = block.text.find(shown.as_str()).and_then(|at| block.text.get(..at)).unwrap_or_default();
    let mut last: String = before.chars().rev().take(LEAD_CHARS).collect::<Vec<_>>().into_iter().rev().collect();
    for end in [". ", "! ", "? ", "; ", "\n", ", ", " - ", " — "] {
        if let Some((_, rest)) = last.rsplit_once(end) {
            last = rest.to_owned();
        }
    }
    // A row of a table or a list of definitions has its name in a cell of its own.
    if last.trim().is_empty() {
        last = block.cells.first().cloned().unwrap_or_default();
    }
    last
}

/// The realms that are the project's own: of its website, documentation, repository and downloads, and of its security address.
pub(super) fn own_realms(
    cx: &Context<'_>,
    table: &Table,
    links: &[ProjectLink],
    library: &Library,
    insights: &Insights,
) -> BTreeSet<String> {
    let mut realms: BTreeSet<String> = links
        .iter()
        .filter(|link| matches!(link.role.as_str(), "website" | "docs" | "download" | "policy" | "repo"))
        .filter_map(|link| address::read(&link.url)?.realm(table))
        .collect();
    let contacts = insights.contacts.value().into_iter().flatten().map(|contact| contact.value.as_str());
    let mails = library.documents.iter().filter(|document| document.has_role("security")).flat_map(Document::links);
    let mails = mails
        .filter(|(_, _, link)| link.to == Target::Mail)
        .map(|(_, _, link)| link.target.trim_start_matches("mailto:"));
    for domain in contacts.chain(mails).filter_map(|mail| mail.split_once('@')).map(|(_, domain)| domain) {
        let domain = domain.split(['?', '>']).next().unwrap_or_default();
        let address = address::read(&format!("https://{domain}/"));
        realms.extend(
            address
                .filter(|address| !address.is_under(table.shared_hosts()) && !address.is_placeholder())
                .and_then(|address| address.realm(table)),
        );
    }
    if let (Some(host), Some(owner)) = (&cx.subject.host, &cx.subject.owner) {
        realms.insert(format!("{host}/{}", owner.to_lowercase()));
    }
    realms
}

/// Plain addresses on the project's own domain that stand outside any official place.
pub(super) fn own_domain(
    table: &Table,
    library: &Library,
    known: &[ProjectLink],
    realms: &BTreeSet<String>,
) -> Vec<ProjectLink> {
    let official: BTreeSet<&str> = known.iter().map(|link| link.url.trim_end_matches('/')).collect();
    let mut found: BTreeMap<String, ProjectLink> = BTreeMap::new();
    // A change log keeps the addresses of its time.
    for document in library.documents.iter().filter(|document| !document.has_role("changelog")) {
        for (_, block, target) in document.links() {
            let is_code = matches!(block.kind, BlockKind::Code(_));
            if is_code
                || !leads_out(target)
                || official.contains(target.target.trim_end_matches('/'))
                || found.len() >= limits::LINKS
            {
                continue;
            }
            let own = |address: &Address| {
                address.is_plain()
                    && !address.is_local()
                    && !address.is_placeholder()
                    && !address.is_reference(table)
                    && address.realm(table).is_some_and(|realm| realms.contains(&realm))
            };
            if address::read(&target.target).is_some_and(|address| own(&address)) {
                let here = link(&target.target, "own_domain", &document.path, Some(target.line));
                found.entry(target.target.clone()).or_insert(here);
            }
        }
    }
    found.into_values().collect()
}
