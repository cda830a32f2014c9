//! Places outside the tree where documentation may be: sites, wikis, homepages, reference sites.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::Site;
use super::model::{Document, Target};
use crate::bundle::Bundle;
use crate::collect::Context;
use crate::collect::insights::Insights;
use crate::collect::tree::{Entry, Reader, Tree};
use crate::yaml;

/// Manifests whose package names are read.
const MANIFESTS: usize = 100;

/// What links to such places are called, and which hosts generate references.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    /// Words of a label, in lower case, by the kind of place.
    labels: BTreeMap<String, Vec<String>>,
    /// Words of a label that do not say whose place it is.
    plain: BTreeSet<String>,
    /// Words of a label that say that it leads to something else than documentation for users.
    unrelated: BTreeSet<String>,
    /// Hosts (and their subdomains) that generate a reference from a published package.
    reference_hosts: Vec<String>,
    /// Hosts whose pages are no documentation of a project, whatever the label.
    ignored_hosts: Vec<String>,
    /// Files whose presence shows that a site is built from this tree; with the key that states its address, where it has one.
    generators: BTreeMap<String, Option<String>>,
    /// Fields of a Security Insights file by the kind of place.
    insights: BTreeMap<String, String>,
}

/// All places, sorted by address.
pub(super) fn collect(cx: &Context<'_>, documents: &[Document], insights: &Insights) -> Result<Vec<Site>, String> {
    let table = table(cx.policies)?;
    let reader = cx.tree.reader();
    let mut sites: BTreeMap<(String, String), Site> = BTreeMap::new();
    let mut add = |site: Site| {
        sites.entry((site.url.clone(), site.kind.clone())).or_insert(site);
    };
    for document in documents.iter().filter(|document| document.has_role("readme") || document.has_role("support")) {
        let names = names_of(document, cx);
        for (_, _, link) in document.links().filter(|(_, _, link)| link.to == Target::Outside) {
            if let Some(kind) = table.kind(&link.label, &link.target, cx)
                && table.is_own(&link.label, &link.target, &names)
            {
                add(site(&link.target, &link.label, kind, &document.path, Some(link.line)));
            }
        }
    }
    for (url, label, place) in manifest_fields(cx.tree, &reader) {
        let kind = table.kind(&label, &url, cx).unwrap_or(if label.contains("homepage") { "homepage" } else { "docs" });
        if is_web(&url) && !table.is_ignored(&url, cx) {
            add(site(&url, &label, kind, &place, None));
        }
    }
    for (field, link) in insights.links.value().into_iter().flatten() {
        if let (Some(link), Some(kind)) = (link.as_ref().filter(|link| link.kind == "https"), table.insights.get(field))
        {
            add(site(&link.url, field, kind, "security-insights", link.line));
        }
    }
    let names = own_names(cx, &reader);
    sites.retain(|_, site| !table.is_reference(&site.url) || names_own_package(&site.url, &names));
    let built = built_here(cx, &reader, &table);
    Ok(sites.into_values().map(|site| Site { source_in_tree: built.explains(&site), ..site }).collect())
}

fn table(policies: &Bundle) -> Result<Table, String> {
    let text = policies.get("tables/sites.yaml").ok_or("tables/sites.yaml is missing")?;
    yaml::from_str(text).map_err(|error| format!("tables/sites.yaml: {error}"))
}

fn site(url: &str, label: &str, kind: &str, place: &str, line: Option<u64>) -> Site {
    Site {
        url: url.to_owned(),
        label: label.to_owned(),
        kind: kind.to_owned(),
        place: place.to_owned(),
        line,
        source_in_tree: false,
    }
}

fn is_web(url: &str) -> bool {
    url.starts_with("https://") || url.starts_with("http://")
}

/// The host of an address in lower case.
fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default().split(':').next().unwrap_or_default().to_lowercase()
}

fn is_or_below(host: &str, parent: &str) -> bool {
    host == parent || host.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.'))
}

impl Table {
    /// What kind of place a link leads to, by its label and address; none for a link that is no documentation.
    fn kind(&self, label: &str, url: &str, cx: &Context<'_>) -> Option<&str> {
        if !is_web(url) {
            return None;
        }
        if self.is_reference(url) {
            return Some("api");
        }
        if is_own_wiki(url, cx) {
            return Some("wiki");
        }
        if self.is_ignored(url, cx) {
            return None;
        }
        let label = label.to_lowercase();
        let words: Vec<&str> = label.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        if words.len() > 6 {
            return None;
        }
        let padded = format!(" {} ", words.join(" "));
        let by_label = self
            .labels
            .iter()
            .find(|(_, phrases)| phrases.iter().any(|phrase| padded.contains(&format!(" {phrase} "))));
        let unrelated = words.iter().any(|word| self.unrelated.contains(*word));
        by_label.map(|(kind, _)| kind.as_str()).filter(|kind| !unrelated || *kind == "policy")
    }

    /// Whether a link of a document leads to a place of the project itself: its label says nothing but what the place is, or names the
    /// project; or its address does. `Documentation` and `Widget manual` do, `Go installation guide` does not.
    fn is_own(&self, label: &str, url: &str, names: &BTreeSet<String>) -> bool {
        let label = label.to_lowercase();
        let mut words = label.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let lower = url.to_lowercase();
        let mut parts = lower.split(|c: char| !c.is_alphanumeric());
        words.all(|word| self.plain.contains(word) || names.contains(word))
            || parts.any(|part| part.len() > 3 && names.contains(part))
    }

    /// Whether a host generates the reference of any published package.
    fn is_reference(&self, url: &str) -> bool {
        let host = host(url);
        self.reference_hosts.iter().any(|reference| is_or_below(&host, reference))
    }

    fn is_ignored(&self, url: &str, cx: &Context<'_>) -> bool {
        let host = host(url);
        // The forge itself holds this repository, which is read already; its wiki was told apart before.
        let own_forge = cx.subject.host.as_deref().is_some_and(|forge| forge == host);
        own_forge || self.ignored_hosts.iter().any(|ignored| is_or_below(&host, ignored))
    }
}

/// Words that name the project: those of the document's title and of the repository.
fn names_of(document: &Document, cx: &Context<'_>) -> BTreeSet<String> {
    const COMMON: &[&str] = &["a", "an", "and", "for", "of", "the", "to", "in", "with", "on", "by", "is"];
    let title = document.title.as_deref().unwrap_or_default();
    // A title that is a sentence names nothing.
    let title = if title.split_whitespace().count() > 5 { "" } else { title };
    [title, cx.subject.name.as_str()]
        .into_iter()
        .flat_map(|name| name.split(|c: char| !c.is_alphanumeric()))
        .map(str::to_lowercase)
        .filter(|word| word.len() > 1 && !COMMON.contains(&word.as_str()))
        .collect()
}

/// The wiki of the assessed repository.
fn is_own_wiki(url: &str, cx: &Context<'_>) -> bool {
    let (Some(host), Some(owner)) = (&cx.subject.host, &cx.subject.owner) else { return false };
    let name = &cx.subject.name;
    let lower = url.to_lowercase();
    ["/wiki", "/-/wikis"].iter().any(|end| lower.contains(&format!("{host}/{owner}/{name}{end}").to_lowercase()))
}

/// Addresses in manifests: the address, the field, the file.
fn manifest_fields(tree: &Tree, reader: &Reader<'_>) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let mut add = |url: Option<&str>, label: &str, place: &str| {
        if let Some(url) = url.filter(|url| is_web(url)) {
            found.push((url.to_owned(), label.to_owned(), place.to_owned()));
        }
    };
    let text = |path: &str| tree.find(path).and_then(|entry| reader.text(entry));
    if let Some(manifest) = text("Cargo.toml").and_then(|text| toml::from_str::<toml::Table>(&text).ok()) {
        for field in ["homepage", "documentation"] {
            add(
                manifest.get("package").and_then(|package| package.get(field)).and_then(|url| url.as_str()),
                field,
                "Cargo.toml",
            );
        }
    }
    if let Some(manifest) = text("pyproject.toml").and_then(|text| toml::from_str::<toml::Table>(&text).ok()) {
        let project = manifest.get("project").and_then(|project| project.get("urls"));
        let poetry = manifest.get("tool").and_then(|tool| tool.get("poetry"));
        for (field, url) in project.and_then(|urls| urls.as_table()).into_iter().flatten() {
            add(url.as_str(), &field.to_lowercase(), "pyproject.toml");
        }
        for field in ["homepage", "documentation"] {
            add(poetry.and_then(|poetry| poetry.get(field)).and_then(|url| url.as_str()), field, "pyproject.toml");
        }
    }
    for path in ["package.json", "composer.json"] {
        if let Some(manifest) = text(path).and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok()) {
            add(manifest["homepage"].as_str(), "homepage", path);
            add(manifest["support"]["docs"].as_str(), "documentation", path);
        }
    }
    // Only fields that say what they are: a bare `url` is as often the repository.
    found.retain(|(_, label, _)| {
        ["homepage", "documentation", "docs", "doc", "wiki", "manual"].iter().any(|word| label.contains(word))
    });
    found
}

/// The names that this project's packages go by: of the repository and of the packages in its manifests.
fn own_names(cx: &Context<'_>, reader: &Reader<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::from([normal(&cx.subject.name)]);
    let manifest = |entry: &&Entry| {
        let name = entry.path.name_lower();
        entry.mode.is_file()
            && entry.path.depth() <= 3
            && matches!(name, "cargo.toml" | "pyproject.toml" | "package.json")
    };
    for entry in cx.tree.entries().iter().filter(manifest).take(MANIFESTS) {
        let Some(text) = reader.text(entry) else { continue };
        let name = if entry.path.name_lower() == "package.json" {
            serde_json::from_str::<serde_json::Value>(&text)
                .ok()
                .and_then(|value| value["name"].as_str().map(str::to_owned))
        } else {
            let value = toml::from_str::<toml::Table>(&text).ok();
            value.and_then(|value| {
                let package = value.get("package").or_else(|| value.get("project"))?;
                Some(package.get("name")?.as_str()?.to_owned())
            })
        };
        names.extend(name.map(|name| normal(name.rsplit('/').next().unwrap_or_default())));
    }
    names.remove("");
    names
}

/// Whether a part of an address is the name of one of the project's packages.
fn names_own_package(url: &str, names: &BTreeSet<String>) -> bool {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    path.split(['/', '@', '?', '#', '&', '=']).skip(1).any(|part| names.contains(&normal(part)))
}

fn normal(name: &str) -> String {
    name.to_lowercase().replace(['_', '.'], "-")
}

/// Sites that are built from this tree.
struct Built {
    /// Whether any generator lies in the tree.
    any: bool,
    /// Whether a generator's configuration and that of a host which builds documentation lie in the tree.
    hosted: bool,
    /// Hosts and addresses that a generator's configuration names.
    named: Vec<String>,
    /// The usual addresses of pages of this repository.
    usual: Vec<String>,
}

impl Built {
    fn explains(&self, site: &Site) -> bool {
        let lower = site.url.to_lowercase();
        let host = host(&lower);
        let named = self.named.iter().any(|named| is_or_below(&host, named));
        let usual = self.usual.iter().any(|usual| lower.contains(usual.as_str()));
        // What a manifest calls its documentation is what the host builds from the configuration beside it.
        let field = site.line.is_none() && matches!(site.label.as_str(), "documentation" | "docs");
        named || self.any && usual || self.hosted && field
    }
}

fn built_here(cx: &Context<'_>, reader: &Reader<'_>, table: &Table) -> Built {
    let mut built = Built { any: false, hosted: false, named: Vec::new(), usual: Vec::new() };
    let (mut host_file, mut generator) = (false, false);
    for entry in cx
        .tree
        .entries()
        .iter()
        .filter(|entry| entry.mode.is_file() && entry.path.depth() <= 2 && !entry.path.is_test())
    {
        let name = entry.path.name_lower();
        if name == "cname" {
            built
                .named
                .extend(reader.text(entry).map(|text| text.trim().to_lowercase()).filter(|name| !name.is_empty()));
            continue;
        }
        let Some(key) = table.generators.get(name) else { continue };
        built.any = true;
        let is_host = name.starts_with(".readthedocs") || name == "netlify.toml";
        host_file |= is_host && entry.path.depth() == 0;
        generator |= !is_host;
        let (Some(key), Some(text)) = (key, reader.text(entry)) else { continue };
        // The address stands as `key: "https://…"` or `key = "https://…"` in every format of these files.
        for line in
            text.lines().filter(|line| line.trim_start().trim_start_matches(['"', '\'']).starts_with(key.as_str()))
        {
            if let Some(at) = line.find("http") {
                let url: String =
                    line[at..].chars().take_while(|c| !matches!(c, '"' | '\'' | ' ' | ',' | ';')).collect();
                built.named.push(host(&url));
            }
        }
    }
    built.hosted = host_file && generator;
    if let (Some(forge), Some(owner)) = (&cx.subject.host, &cx.subject.owner) {
        let (owner, name) = (owner.to_lowercase(), cx.subject.name.to_lowercase());
        let pages = match forge.as_str() {
            "github.com" => Some("github.io"),
            "gitlab.com" => Some("gitlab.io"),
            "codeberg.org" => Some("codeberg.page"),
            _ => None,
        };
        built.usual.extend(pages.map(|pages| format!("{owner}.{pages}")));
        built.usual.extend(["readthedocs.io", "readthedocs.org", "rtfd.io"].map(|host| format!("{name}.{host}")));
    }
    built
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::collect::docs::discover;
    use crate::collect::docs::roles::Roles;
    use crate::collect::{insights, testing::with_context};

    fn found(files: &[(&str, &str)]) -> Vec<(String, String, bool)> {
        let tree = Tree::of(files);
        with_context(&tree, |cx| {
            let roles = Roles::load(cx.policies).expect("the table of documents");
            let library = discover::library(cx, &roles);
            let sites = collect(cx, &library.documents, &insights::collect(cx)).expect("the table of sites");
            sites.into_iter().map(|site| (site.url, site.kind, site.source_in_tree)).collect()
        })
    }

    #[rstest]
    #[case("[Documentation](https://widget.acme.net/docs)", Some("docs"))]
    #[case("[Read the manual](https://widget.acme.net)", Some("docs"))]
    #[case("[API reference](https://docs.rs/widget)", Some("api"))]
    #[case("[Wiki](https://wiki.acme.net)", Some("wiki"))]
    #[case("[![build](https://img.shields.io/x.svg)](https://ci.acme.net)", None)]
    #[case("[the paper on which the whole documentation of this program rests](https://arxiv.org/x)", None)]
    #[case("[Docs](docs/index.md)", None)]
    #[case("[Widget documentation](https://docs.acme.net/w)", Some("docs"))]
    #[case("[Go installation guide](https://golang.org/doc/install)", None)]
    #[case("[Sigstore documentation](https://docs.sigstore.dev)", None)]
    #[case("[the guide for new readers](https://widget.acme.net/guide)", Some("docs"))]
    #[case("[docs.rs](https://docs.rs/serde)", None)]
    #[case("[Contributing guide](https://widget.acme.net/contribute)", None)]
    fn links_of_a_readme(#[case] markdown: &str, #[case] kind: Option<&str>) {
        let text = format!("# Widget\n\nCounts parts of machines. {markdown}\n");
        let found = found(&[
            ("README.md", &text),
            ("docs/index.md", "# Docs\n"),
            ("Cargo.toml", "[package]\nname = \"widget\"\n"),
        ]);
        assert_eq!(found.first().map(|(_, kind, _)| kind.as_str()), kind, "{found:?}");
    }

    #[rstest]
    #[case("https://docs.rs/widget-core/latest/widget_core", true)]
    #[case("https://docs.rs/regex/latest/regex", false)]
    fn references_are_of_the_projects_own_packages(#[case] url: &str, #[case] expected: bool) {
        let readme = format!("# Widget\n\nSee the [API reference]({url}).\n");
        let files = [("README.md", readme.as_str()), ("core/Cargo.toml", "[package]\nname = \"widget-core\"\n")];
        assert_eq!(!found(&files).is_empty(), expected);
    }

    #[test]
    fn a_host_that_builds_documentation_explains_the_manifests_address() {
        let manifest = "[project]\nname = \"widget\"\n[project.urls]\nDocumentation = \"https://widget.acme.net/\"\n";
        let files = [
            ("pyproject.toml", manifest),
            ("docs/conf.py", "extensions = []\n"),
            (".readthedocs.yaml", "version: 2\n"),
        ];
        assert_eq!(found(&files), [("https://widget.acme.net/".to_owned(), "docs".to_owned(), true)]);
        assert_eq!(found(&files[..2]), [("https://widget.acme.net/".to_owned(), "docs".to_owned(), false)]);
    }

    #[test]
    fn a_site_built_from_the_tree_is_not_outside() {
        let readme = "# Widget\n\n[Documentation](https://widget.acme.net/)\n";
        let files = [("README.md", readme), ("mkdocs.yml", "site_name: Widget\nsite_url: https://widget.acme.net/\n")];
        assert_eq!(found(&files), [("https://widget.acme.net/".to_owned(), "docs".to_owned(), true)]);
    }
}
