//! Packages that manifests name: what a registry would list the project under.

use serde::Deserialize;

use super::RegistryPackage;
use crate::bundle::Bundle;
use crate::collect::ci::Capability;
use crate::collect::path::RepoPath;
use crate::collect::tables;
use crate::collect::tree::{Reader, Tree};
use crate::yaml;

/// Which steps publish for which ecosystem (`policies/tables/registries.yaml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Publishers {
    publishers: Vec<Publisher>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Publisher {
    ecosystem: String,
    words: Vec<String>,
}

impl Publishers {
    pub(super) fn load(policies: &Bundle) -> Result<Self, String> {
        tables::load(policies, "registries")
    }

    /// The ecosystem that a publishing step serves.
    pub(super) fn ecosystem(&self, step: &Capability) -> Option<&str> {
        let tool = step.tool.to_lowercase();
        let serves = |publisher: &&Publisher| {
            step.covers.contains(&publisher.ecosystem)
                || publisher.words.iter().any(|word| tool.contains(word.as_str()))
        };
        self.publishers.iter().find(serves).map(|publisher| publisher.ecosystem.as_str())
    }
}

/// What one manifest says about its package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) ecosystem: &'static str,
    pub(super) name: String,
    pub(super) version: Option<String>,
    /// Whether the manifest itself forbids publishing.
    pub(super) private: bool,
}

impl Named {
    pub(super) fn at(self, path: &str, published_by: Option<String>) -> RegistryPackage {
        RegistryPackage {
            ecosystem: self.ecosystem.to_owned(),
            name: self.name,
            version: self.version,
            path: path.to_owned(),
            published_by,
        }
    }
}

/// The names of the packages at the root.
pub(super) fn root_names(tree: &Tree) -> Vec<String> {
    let reader = tree.reader();
    let root = tree.entries().iter().filter(|entry| entry.path.depth() == 0 && entry.mode.is_file());
    root.filter_map(|entry| read(tree, &reader, &entry.path)).map(|named| named.name).collect()
}

/// The package that the manifest at `path` names; none for other files.
pub(super) fn read(tree: &Tree, reader: &Reader<'_>, path: &RepoPath) -> Option<Named> {
    let name = path.name_lower();
    let parse: fn(&str) -> Option<Named> = match name {
        "cargo.toml" => cargo,
        "package.json" => npm,
        "pyproject.toml" => pyproject,
        "setup.cfg" => setup_cfg,
        "composer.json" => composer,
        "pubspec.yaml" => pubspec,
        "chart.yaml" => chart,
        "pom.xml" => pom,
        "go.mod" => go_mod,
        _ if name.ends_with(".gemspec") => gemspec,
        _ if name.ends_with(".csproj") => csproj,
        _ => return None,
    };
    let text = reader.text(tree.get(path.as_bytes())?)?;
    let mut named = parse(&text)?;
    if named.version.is_none() && named.ecosystem == "cargo" {
        named.version = workspace_version(tree, reader, path);
    }
    (!named.name.is_empty()).then_some(named)
}

fn text_of(value: Option<&toml::Value>) -> Option<String> {
    value?.as_str().map(str::to_owned)
}

fn cargo(text: &str) -> Option<Named> {
    let manifest: toml::Table = toml::from_str(text).ok()?;
    let package = manifest.get("package")?.as_table()?;
    let publish = package.get("publish");
    let private = publish.is_some_and(|publish| {
        publish.as_bool() == Some(false) || publish.as_array().is_some_and(|registries| registries.is_empty())
    });
    Some(Named {
        ecosystem: "cargo",
        name: text_of(package.get("name"))?,
        version: text_of(package.get("version")),
        private,
    })
}

/// The version that a workspace gives to its members: that of the nearest manifest above which states one.
fn workspace_version(tree: &Tree, reader: &Reader<'_>, path: &RepoPath) -> Option<String> {
    let mut directory = path.parent().to_vec();
    loop {
        let at = if directory.is_empty() { b"Cargo.toml".to_vec() } else { [&directory[..], b"/Cargo.toml"].concat() };
        let stated = tree.get(&at).and_then(|entry| reader.text(entry)).and_then(|text| {
            let table: toml::Table = toml::from_str(&text).ok()?;
            text_of(table.get("workspace")?.get("package")?.get("version"))
        });
        if stated.is_some() || directory.is_empty() {
            return stated;
        }
        directory = RepoPath::new(directory).parent().to_vec();
    }
}

fn npm(text: &str) -> Option<Named> {
    json("npm", text)
}

fn composer(text: &str) -> Option<Named> {
    json("composer", text)
}

fn json(ecosystem: &'static str, text: &str) -> Option<Named> {
    let manifest: serde_json::Value = serde_json::from_str(text).ok()?;
    let field = |name: &str| manifest.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
    let private = manifest.get("private").and_then(serde_json::Value::as_bool) == Some(true);
    Some(Named { ecosystem, name: field("name")?, version: field("version"), private })
}

fn pyproject(text: &str) -> Option<Named> {
    let manifest: toml::Table = toml::from_str(text).ok()?;
    let project = manifest.get("project").and_then(toml::Value::as_table);
    let poetry = || manifest.get("tool")?.get("poetry")?.as_table();
    let project = project.or_else(poetry)?;
    let classifiers = project.get("classifiers").and_then(toml::Value::as_array);
    let private = classifiers.is_some_and(|all| {
        all.iter().filter_map(toml::Value::as_str).any(|classifier| classifier.starts_with("Private ::"))
    });
    Some(Named {
        ecosystem: "python",
        name: text_of(project.get("name"))?,
        version: text_of(project.get("version")),
        private,
    })
}

fn setup_cfg(text: &str) -> Option<Named> {
    let mut section = "";
    let (mut name, mut version) = (None, None);
    for line in text.lines() {
        if let Some(header) = line.strip_prefix('[') {
            section = header.split(']').next().unwrap_or_default();
        } else if section == "metadata"
            && let Some((key, value)) = line.split_once('=')
        {
            let value = value.trim();
            let plain = !value.contains(':');
            match key.trim() {
                "name" => name = Some(value.to_owned()),
                "version" if plain => version = Some(value.to_owned()),
                _ => {}
            }
        }
    }
    Some(Named { ecosystem: "python", name: name?, version, private: false })
}

fn pubspec(text: &str) -> Option<Named> {
    let manifest = yaml::parse(text).ok()??;
    let field = |name: &str| manifest.get(name).and_then(yaml::Node::as_str).map(str::to_owned);
    Some(Named {
        ecosystem: "pub",
        name: field("name")?,
        version: field("version"),
        private: field("publish_to").as_deref() == Some("none"),
    })
}

fn chart(text: &str) -> Option<Named> {
    let manifest = yaml::parse(text).ok()??;
    let field = |name: &str| manifest.get(name).and_then(yaml::Node::as_str).map(str::to_owned);
    Some(Named { ecosystem: "helm", name: field("name")?, version: field("version"), private: false })
}

fn pom(text: &str) -> Option<Named> {
    let document = roxmltree::Document::parse(text).ok()?;
    let project = document.root_element();
    let child = |of: roxmltree::Node<'_, '_>, name: &str| {
        let found = of.children().find(|node| node.tag_name().name() == name)?.text()?.trim().to_owned();
        (!found.is_empty() && !found.contains("${")).then_some(found)
    };
    let parent = project.children().find(|node| node.tag_name().name() == "parent");
    let inherited = |name: &str| child(project, name).or_else(|| child(parent?, name));
    let name = match inherited("groupId") {
        Some(group) => format!("{group}:{}", child(project, "artifactId")?),
        None => child(project, "artifactId")?,
    };
    Some(Named { ecosystem: "maven", name, version: inherited("version"), private: false })
}

fn go_mod(text: &str) -> Option<Named> {
    let name = text.lines().find_map(|line| line.trim().strip_prefix("module "))?;
    let name = name.split("//").next().unwrap_or_default().trim().trim_matches('"');
    Some(Named { ecosystem: "go", name: name.to_owned(), version: None, private: false })
}

fn gemspec(text: &str) -> Option<Named> {
    let field = |name: &str| {
        text.lines().find_map(|line| {
            let (left, right) = line.split_once('=')?;
            let right = right.trim().strip_prefix(['"', '\''])?;
            left.trim().ends_with(name).then(|| right.split(['"', '\'']).next().unwrap_or_default().to_owned())
        })
    };
    Some(Named { ecosystem: "rubygems", name: field(".name")?, version: field(".version"), private: false })
}

fn csproj(text: &str) -> Option<Named> {
    let document = roxmltree::Document::parse(text).ok()?;
    let field = |name: &str| {
        let node = document.descendants().find(|node| node.tag_name().name() == name)?;
        Some(node.text()?.trim().to_owned())
    };
    Some(Named { ecosystem: "nuget", name: field("PackageId")?, version: field("Version"), private: false })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn named(ecosystem: &'static str, name: &str, version: Option<&str>, private: bool) -> Option<Named> {
        Some(Named { ecosystem, name: name.to_owned(), version: version.map(str::to_owned), private })
    }

    #[rstest]
    #[case("Cargo.toml", "[package]\nname='a'\nversion='1.0.0'", named("cargo", "a", Some("1.0.0"), false))]
    #[case("Cargo.toml", "[package]\nname='a'\npublish=false", named("cargo", "a", None, true))]
    #[case("Cargo.toml", "[workspace]\nmembers=['x']", None)]
    #[case("package.json", r#"{"name":"@s/a","version":"2.0.0"}"#, named("npm", "@s/a", Some("2.0.0"), false))]
    #[case("package.json", r#"{"name":"a","private":true}"#, named("npm", "a", None, true))]
    #[case("package.json", "not json", None)]
    #[case("pyproject.toml", "[project]\nname='a'\ndynamic=['version']", named("python", "a", None, false))]
    #[case("pyproject.toml", "[tool.poetry]\nname='a'\nversion='1'", named("python", "a", Some("1"), false))]
    #[case("setup.cfg", "[metadata]\nname = a\nversion = attr: a.v\n", named("python", "a", None, false))]
    #[case("go.mod", "module example.org/a // x\n\ngo 1.22\n", named("go", "example.org/a", None, false))]
    #[case("a.gemspec", "  spec.name = \"a\"\n  spec.version = A::V\n", named("rubygems", "a", None, false))]
    #[case(
        "pom.xml",
        "<project><parent><groupId>g</groupId><version>1</version></parent><artifactId>a</artifactId></project>",
        named("maven", "g:a", Some("1"), false)
    )]
    #[case("Chart.yaml", "name: a\nversion: 1.2.3\n", named("helm", "a", Some("1.2.3"), false))]
    #[case("README.md", "name: a", None)]
    fn manifests(#[case] path: &str, #[case] text: &str, #[case] expected: Option<Named>) {
        let tree = Tree::of(&[(path, text)]);
        assert_eq!(read(&tree, &tree.reader(), &RepoPath::new(path)), expected);
    }

    #[test]
    fn members_take_the_version_of_their_workspace() {
        let tree = Tree::of(&[
            ("Cargo.toml", "[workspace]\n[workspace.package]\nversion='3.1.0'"),
            ("crates/a/Cargo.toml", "[package]\nname='a'\nversion.workspace=true"),
        ]);
        let found = read(&tree, &tree.reader(), &RepoPath::new("crates/a/Cargo.toml")).expect("a package");
        assert_eq!(found.version.as_deref(), Some("3.1.0"));
    }

    #[test]
    fn the_table_of_publishers_parses() {
        let table = Publishers::load(&Bundle::policies()).expect("the table");
        assert!(table.publishers.len() > 5);
    }
}
