//! Interfaces that others use: which kinds the tree shows the project to have, and what describes each.

use super::Interface;
use super::model::{Document, Library, State};
use crate::collect::Context;
use crate::collect::deps::Deps;
use crate::collect::limits;
use crate::collect::tree::{Reader, Tree};
use crate::yaml::{self, Node};

/// Roles of documents that describe an interface, by its kind.
const DESCRIBES: &[(&str, &[&str])] = &[
    ("library", &["api_reference"]),
    ("command_line", &["cli", "man"]),
    ("network_api", &["api_reference"]),
    ("file_format", &["api_reference"]),
];
/// Words of a document's title or name that make it such a description, by kind.
const TITLES: &[(&str, &[&str])] = &[
    ("library", &["api", "reference", "library"]),
    ("command_line", &["cli", "command line", "commands", "command-line", "man page", "usage reference"]),
    ("network_api", &["api", "endpoints", "rest"]),
    ("file_format", &["file format", "configuration reference", "config reference", "schema"]),
];
/// Ecosystems whose packages are libraries unless they say otherwise, with the hosts of generated references.
const REFERENCES: &[(&str, &[&str])] = &[
    ("cargo", &["docs.rs"]),
    ("go", &["pkg.go.dev", "godoc.org"]),
    ("hex", &["hexdocs.pm"]),
    ("maven", &["javadoc.io"]),
    ("ruby", &["rubydoc.info"]),
    ("haskell", &["hackage.haskell.org"]),
    ("perl", &["metacpan.org"]),
];

/// All interfaces that can be told, sorted.
pub(super) fn collect(cx: &Context<'_>, library: &Library, deps: &Deps) -> Vec<Interface> {
    let reader = cx.tree.reader();
    let mut found: Vec<Interface> = Vec::new();
    for (kind, detected_by) in detected(cx.tree, &reader) {
        let (described_by, state) = description(kind, library, deps);
        found.push(Interface { kind: kind.to_owned(), detected_by, described_by, state });
    }
    found.extend(specifications(cx.tree, &reader));
    found.sort_by(|a, b| (&a.kind, &a.detected_by).cmp(&(&b.kind, &b.detected_by)));
    found.truncate(limits::FINDINGS);
    found
}

/// Kinds of interfaces that manifests at the root show, each once, with the manifest.
fn detected(tree: &Tree, reader: &Reader<'_>) -> Vec<(&'static str, String)> {
    let mut kinds: Vec<(&'static str, String)> = Vec::new();
    let text = |path: &str| tree.find(path).filter(|entry| entry.mode.is_file()).and_then(|entry| reader.text(entry));
    let has = |path: &str| tree.find(path).is_some();
    let mut add = |kind: &'static str, path: &str| {
        if !kinds.iter().any(|(known, _)| *known == kind) {
            kinds.push((kind, path.to_owned()));
        }
    };
    if let Some(manifest) = text("Cargo.toml").and_then(|text| toml::from_str::<toml::Table>(&text).ok()) {
        if manifest.contains_key("lib") || has("src/lib.rs") {
            add("library", "Cargo.toml");
        }
        if manifest.contains_key("bin") || has("src/main.rs") || tree.has_directory("src/bin") {
            add("command_line", "Cargo.toml");
        }
    }
    if let Some(manifest) = text("package.json").and_then(|text| serde_json::from_str::<serde_json::Value>(&text).ok())
    {
        if ["main", "exports", "module", "types"].iter().any(|key| manifest.get(key).is_some()) {
            add("library", "package.json");
        }
        if manifest.get("bin").is_some() {
            add("command_line", "package.json");
        }
    }
    if let Some(manifest) = text("pyproject.toml").and_then(|text| toml::from_str::<toml::Table>(&text).ok()) {
        let project = manifest.get("project").or_else(|| manifest.get("tool").and_then(|tool| tool.get("poetry")));
        if project.is_some() {
            add("library", "pyproject.toml");
        }
        if project.is_some_and(|project| project.get("scripts").is_some() || project.get("gui-scripts").is_some()) {
            add("command_line", "pyproject.toml");
        }
    }
    for (path, kind) in [
        ("setup.py", "library"),
        ("setup.cfg", "library"),
        ("composer.json", "library"),
        ("mix.exs", "library"),
        ("pom.xml", "library"),
        ("build.gradle", "library"),
        ("build.gradle.kts", "library"),
        ("Package.swift", "library"),
        ("pubspec.yaml", "library"),
    ] {
        if has(path) {
            add(kind, path);
        }
    }
    if let Some(gemspec) =
        tree.entries().iter().find(|entry| entry.path.depth() == 0 && entry.path.name_lower().ends_with(".gemspec"))
    {
        add("library", &gemspec.path.text());
    }
    if has("go.mod") {
        let main_package = has("main.go") || tree.has_directory("cmd");
        let packages = tree.entries().iter().any(|entry| {
            let path = entry.path.lower();
            path.ends_with(".go")
                && !path.contains("internal/")
                && !path.starts_with("cmd/")
                && path != "main.go"
                && !entry.path.is_test()
        });
        if main_package {
            add("command_line", "go.mod");
        }
        if packages && !main_package {
            add("library", "go.mod");
        }
    }
    kinds
}

/// What describes a kind of interface: a document, else a generated reference site.
fn description(kind: &str, library: &Library, deps: &Deps) -> (Option<String>, Option<String>) {
    let roles = DESCRIBES.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, roles)| roles);
    let titles = TITLES.iter().find(|(known, _)| *known == kind).map_or(&[][..], |(_, titles)| titles);
    let document = library.documents.iter().find(|document| describes(document, roles, titles));
    if let Some(document) = document {
        return (Some(document.path.clone()), Some("document".to_owned()));
    }
    if kind == "library" {
        let ecosystems: Vec<&str> =
            deps.ecosystems.value().into_iter().flatten().map(|ecosystem| ecosystem.ecosystem.as_str()).collect();
        let site = library.sites.iter().find(|site| {
            site.kind == "api"
                && (REFERENCES.iter().any(|(ecosystem, hosts)| {
                    ecosystems.contains(ecosystem) && hosts.iter().any(|host| site.url.contains(host))
                }) || site.label.to_lowercase().contains("api"))
        });
        if let Some(site) = site {
            return (Some(site.url.clone()), Some("reference_site".to_owned()));
        }
    }
    (None, None)
}

fn describes(document: &Document, roles: &[&str], titles: &[&str]) -> bool {
    if document.state != State::Ok || document.has_role("readme") {
        return false;
    }
    let title = document.title.as_deref().unwrap_or_default().to_lowercase();
    let name = document.path.rsplit('/').next().unwrap_or_default().to_lowercase().replace(['-', '_'], " ");
    let padded = format!(" {} {} ", title.replace(['-', '_', ':', '.'], " "), name.replace('.', " "));
    let documentation = document.has_role("docs") || document.has_role("other");
    roles.iter().any(|role| document.has_role(role))
        || documentation && titles.iter().any(|words| padded.contains(&format!(" {words} ")))
}

/// Machine-readable descriptions of network interfaces.
fn specifications(tree: &Tree, reader: &Reader<'_>) -> Vec<Interface> {
    tree.entries()
        .iter()
        .filter(|entry| entry.mode.is_file() && entry.path.depth() <= 4 && !entry.path.is_test())
        .filter_map(|entry| {
            let name = entry.path.name_lower();
            let state = match name.rsplit_once('.') {
                Some((stem, "yaml" | "yml" | "json"))
                    if ["openapi", "swagger", "asyncapi"].iter().any(|word| stem.contains(word)) =>
                {
                    openapi(&reader.text(entry)?)
                }
                Some((_, "graphql" | "graphqls")) => commented(&reader.text(entry)?, &["\"\"\"", "#"]),
                Some((_, "proto")) => commented(&reader.text(entry)?, &["//", "/*"]),
                Some((_, "wit")) => commented(&reader.text(entry)?, &["///", "//"]),
                _ => return None,
            };
            let path = entry.path.text();
            Some(Interface {
                kind: "network_api".to_owned(),
                detected_by: path.clone(),
                described_by: Some(path),
                state: Some(state.to_owned()),
            })
        })
        .take(limits::FINDINGS)
        .collect()
}

fn openapi(text: &str) -> &'static str {
    let Ok(Some(node)) = yaml::parse(text) else { return "unparsable" };
    let named = ["openapi", "swagger", "asyncapi"].iter().any(|key| node.get(key).is_some());
    let operations = node.get("paths").or_else(|| node.get("channels")).map(Node::entries).unwrap_or_default();
    if !named || operations.is_empty() {
        return "unparsable";
    }
    let described = |node: &Node| {
        ["description", "summary"]
            .iter()
            .any(|key| node.get(key).and_then(Node::as_str).is_some_and(|text| text.len() > 3))
    };
    let any = operations
        .iter()
        .any(|(_, path)| described(path) || path.entries().iter().any(|(_, operation)| described(operation)));
    if any { "parsed" } else { "bare" }
}

fn commented(text: &str, marks: &[&str]) -> &'static str {
    if text.trim().is_empty() {
        return "unparsable";
    }
    // The first lines are as often a licence as a description.
    let body = text.lines().skip_while(|line| !line.contains('{'));
    let described = body
        .map(str::trim_start)
        .any(|line| marks.iter().any(|mark| line.starts_with(mark) && line.len() > mark.len() + 8));
    if described { "parsed" } else { "bare" }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("openapi: 3.1.0\npaths:\n  /a:\n    get:\n      summary: Lists everything\n", "parsed")]
    #[case("openapi: 3.1.0\npaths:\n  /a:\n    get: {}\n", "bare")]
    #[case("", "unparsable")]
    #[case("name: x\n", "unparsable")]
    fn descriptions_in_openapi(#[case] text: &str, #[case] state: &str) {
        assert_eq!(openapi(text), state);
    }

    #[rstest]
    #[case(&[("Cargo.toml", "[package]\n"), ("src/lib.rs", ""), ("src/main.rs", "")], &["library", "command_line"])]
    #[case(&[("package.json", "{\"bin\": \"x\"}")], &["command_line"])]
    #[case(&[("go.mod", "module x"), ("cmd/x/main.go", "")], &["command_line"])]
    #[case(&[("README.md", "# x")], &[])]
    fn kinds_of_interfaces(#[case] files: &[(&str, &str)], #[case] expected: &[&str]) {
        let tree = Tree::of(files);
        let found: Vec<&str> = detected(&tree, &tree.reader()).into_iter().map(|(kind, _)| kind).collect();
        assert_eq!(found, expected);
    }
}
