//! What manifests state about the licence.

use std::collections::BTreeSet;

use super::LicenseStatement;
use super::expression::{self, Said};
use super::rules::{Manifest, Rules};
use crate::collect::limits;
use crate::collect::path::RepoPath;
use crate::collect::tree::{Mode, Reader, Tree};
use crate::collect::twins::ByName;

/// Values read from one manifest.
const VALUES: usize = 40;

/// What the manifests of a tree state, by path.
pub(super) fn statements(tree: &Tree, reader: &Reader<'_>, rules: &Rules) -> Vec<LicenseStatement> {
    let mut statements = Vec::new();
    let mut read = 0;
    for (entry, Named(place)) in tree.by_name(rules) {
        let Some(manifest) = rules.manifests.get(place) else { continue };
        if read >= limits::LICENSE_MANIFESTS {
            break;
        }
        read += 1;
        if let Some(text) = reader.text(entry) {
            statements.extend(of_text(&entry.path.text(), manifest, &text, rules));
        }
    }
    statements
}

/// A manifest at the root, or not too deep in the product, by the place of its row in the table.
#[derive(Debug, Clone)]
struct Named(usize);

impl ByName for Named {
    type Table = Rules;

    fn of(path: &RepoPath, mode: Mode, rules: &Rules) -> Option<Self> {
        const DEEPEST: usize = 2;
        if !mode.is_file() || path.depth() > DEEPEST || path.is_vendored() || path.is_test() {
            return None;
        }
        let (lower, name) = (path.lower(), path.name_lower());
        let row = rules.manifests.iter().position(|manifest| {
            let file = manifest.file.as_str();
            match file.split_once('*') {
                Some((start, end)) => {
                    name.len() > start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
                }
                None if file.contains('/') => lower == file,
                None => name == file,
            }
        });
        row.map(Self)
    }
}

fn of_text(path: &str, manifest: &Manifest, text: &str, rules: &Rules) -> Vec<LicenseStatement> {
    let values = match manifest.format.as_str() {
        "json" => json(text, &manifest.at),
        "toml" => toml(text, manifest),
        "yaml" => yaml(text, &manifest.at),
        "xml" => xml(text, &manifest.at),
        _ => lines(text, manifest),
    };
    let kind = manifest.kind.as_deref().unwrap_or("manifest");
    let mut seen = BTreeSet::new();
    let mut statements = Vec::new();
    for value in values.into_iter().take(VALUES) {
        let (expression, approval) = match expression::read(rules, &value) {
            Said::Elsewhere => continue,
            Said::Expression { text, approval } => (text, approval.name()),
            Said::Words(words) => (words, "unparsed"),
        };
        if seen.insert(expression.clone()) {
            let approval = if approval == "equivalent" { "approved" } else { approval };
            statements.push(LicenseStatement {
                path: path.to_owned(),
                line: line_of(text, &value),
                kind: kind.to_owned(),
                expression,
                approval: approval.to_owned(),
                files: 1,
            });
        }
    }
    statements
}

/// The line of the first mention of a value beside the word licence, or of the value.
fn line_of(text: &str, value: &str) -> Option<u64> {
    let first = value.split(" OR ").next().unwrap_or(value);
    let mut mention = None;
    for (number, line) in text.lines().enumerate() {
        if line.contains(first) {
            if line.to_lowercase().contains("licen") {
                return Some(number as u64 + 1);
            }
            mention.get_or_insert(number as u64 + 1);
        }
    }
    mention
}

fn json(text: &str, places: &[String]) -> Vec<String> {
    let Ok(document) = serde_json::from_str::<serde_json::Value>(text.trim_start_matches('\u{feff}')) else {
        return Vec::new();
    };
    let mut values = Vec::new();
    for place in places {
        let Some(value) = place.split('.').try_fold(&document, |value, key| value.get(key)) else { continue };
        values.extend(choice(json_strings(value)));
    }
    values
}

fn json_strings(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::String(text) => vec![text.clone()],
        serde_json::Value::Array(items) => items.iter().flat_map(json_strings).collect(),
        serde_json::Value::Object(fields) => {
            ["type", "name"].iter().filter_map(|key| fields.get(*key)).take(1).flat_map(json_strings).collect()
        }
        _ => Vec::new(),
    }
}

/// Several licences of one package are for the user to choose from.
fn choice(values: Vec<String>) -> Option<String> {
    match values.as_slice() {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(
            several
                .iter()
                .map(|value| if value.contains(' ') { format!("({value})") } else { value.clone() })
                .collect::<Vec<_>>()
                .join(" OR "),
        ),
    }
}

fn toml(text: &str, manifest: &Manifest) -> Vec<String> {
    let Ok(document) = toml::from_str::<toml::Table>(text) else { return Vec::new() };
    let document = toml::Value::Table(document);
    let mut values: Vec<String> =
        manifest.at.iter().flat_map(|place| toml_strings(&document, &place.split('.').collect::<Vec<_>>())).collect();
    if values.is_empty() {
        let classifiers = manifest
            .classifiers
            .iter()
            .flat_map(|place| toml_strings(&document, &place.split('.').collect::<Vec<_>>()));
        values.extend(classifiers.filter(|classifier| classifier.starts_with("License ::")));
    }
    values
}

fn toml_strings(value: &toml::Value, place: &[&str]) -> Vec<String> {
    match (value, place) {
        (toml::Value::Array(items), _) => items.iter().flat_map(|item| toml_strings(item, place)).collect(),
        (toml::Value::String(text), []) => vec![text.clone()],
        (toml::Value::Table(table), [key, rest @ ..]) => {
            table.get(*key).map_or(Vec::new(), |value| toml_strings(value, rest))
        }
        _ => Vec::new(),
    }
}

fn yaml(text: &str, places: &[String]) -> Vec<String> {
    let Ok(Some(document)) = crate::yaml::parse(text) else { return Vec::new() };
    places
        .iter()
        .filter_map(|place| document.at(place))
        .filter_map(|node| choice(node.strings().into_iter().map(str::to_owned).collect()))
        .collect()
}

fn xml(text: &str, places: &[String]) -> Vec<String> {
    let Ok(document) = roxmltree::Document::parse(text) else { return Vec::new() };
    let mut values = Vec::new();
    for place in places {
        let mut nodes = vec![document.root()];
        for name in place.split('/') {
            nodes =
                nodes.iter().flat_map(|node| node.children()).filter(|node| node.tag_name().name() == name).collect();
        }
        values.extend(
            nodes
                .iter()
                .filter_map(|node| node.text())
                .map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")),
        );
    }
    values
}

/// Values that follow a key on its line: `license = "MIT"`, `License: MIT`, `s.licenses = ['MIT', 'GPL-2.0']`, `(license MIT)`.
fn lines(text: &str, manifest: &Manifest) -> Vec<String> {
    let mut values = Vec::new();
    for line in text.lines() {
        let line = line.trim();
        if line.starts_with('#') || line.starts_with("//") || line.starts_with("--") {
            continue;
        }
        if line.trim_start_matches(['"', '\'', ',']).starts_with("License ::") {
            values.push(line.trim_matches(['"', '\'', ',', ' ']).to_owned());
            continue;
        }
        for key in &manifest.at {
            if let Some(rest) = value_of(line, key) {
                values.extend(choice(value_strings(rest, &manifest.file)));
            }
        }
    }
    // A classifier adds nothing to an expression.
    if values.iter().any(|value| !value.starts_with("License ::")) {
        values.retain(|value| !value.starts_with("License ::"));
    }
    values
}

/// What follows `key` in any of the ways in which such files assign.
fn value_of<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let at = line.find(key)?;
    let (before, rest) = (&line[..at], &line[at + key.len()..]);
    // The key stands alone, after a receiver (`spec.`), after a bracket, or quoted.
    let alone = before.is_empty() || before.ends_with(['.', '(', '"', '\'', ':', ' ', ',', '{']);
    if !alone || before.contains(['=', '#']) && !before.trim_end().ends_with(['(', ',']) {
        return None;
    }
    let rest = rest.trim_start_matches(['"', '\'']).trim_start();
    let value = rest.strip_prefix("=>").or_else(|| rest.strip_prefix('=')).or_else(|| rest.strip_prefix(':'));
    match value {
        Some(value) => Some(value.trim()),
        // `(license MIT)`
        None => {
            before.trim_start().starts_with('(').then_some(rest.trim_end_matches(')')).filter(|value| !value.is_empty())
        }
    }
}

/// Quoted strings of a value; in files that are no program, the value itself.
fn value_strings(value: &str, file: &str) -> Vec<String> {
    let mut strings = Vec::new();
    let mut rest = value.split(":file").next().unwrap_or_default();
    while let Some(start) = rest.find(['"', '\'']) {
        let quote = if rest[start..].starts_with('"') { '"' } else { '\'' };
        let inside = &rest[start + 1..];
        let Some(end) = inside.find(quote) else { break };
        strings.push(inside[..end].to_owned());
        rest = &inside[end + 1..];
    }
    let program = [".py", ".gemspec", ".exs", ".pl", ".podspec", ".rockspec"]
        .iter()
        .any(|end| file.to_lowercase().ends_with(end));
    if strings.is_empty() && !program && !value.is_empty() {
        strings.push(value.trim_matches([',', ';', ' ', ')']).to_owned());
    }
    strings.retain(|string| !string.trim().is_empty());
    strings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use rstest::rstest;

    #[rstest]
    #[case("package.json", r#"{"name": "x", "license": "MIT"}"#, &[("MIT", "approved")])]
    #[case("package.json", r#"{"licenses": [{"type": "MIT"}, {"type": "GPL-2.0"}]}"#, &[("MIT OR GPL-2.0", "approved")])]
    #[case("package.json", r#"{"license": "SEE LICENSE IN LICENSE"}"#, &[])]
    #[case("package.json", r#"{"license": "UNLICENSED"}"#, &[("UNLICENSED", "not_approved")])]
    #[case("package.json", "not json", &[])]
    #[case("Cargo.toml", "[package]\nlicense = \"MIT OR Apache-2.0\"\n", &[("MIT OR Apache-2.0", "approved")])]
    #[case("Cargo.toml", "[workspace.package]\nlicense = \"BUSL-1.1\"\n", &[("BUSL-1.1", "not_approved")])]
    #[case("pyproject.toml", "[project]\nlicense = {text = \"BSD-3-Clause\"}\n", &[("BSD-3-Clause", "approved")])]
    #[case("pyproject.toml", "[project]\nlicense = {file = \"LICENSE\"}\nclassifiers = [\"License :: OSI Approved :: MIT License\", \"Topic :: X\"]\n", &[("License :: OSI Approved :: MIT License", "approved")])]
    #[case("composer.json", r#"{"license": ["LGPL-2.1-only", "GPL-3.0-or-later"]}"#, &[("LGPL-2.1-only OR GPL-3.0-or-later", "approved")])]
    #[case("composer.json", r#"{"license": "proprietary"}"#, &[("proprietary", "not_approved")])]
    #[case("x.gemspec", "Gem::Specification.new do |s|\n  s.license = 'MIT'\n  s.license_file = 'X'\nend\n", &[("MIT", "approved")])]
    #[case("x.gemspec", "  spec.licenses    = [\"MIT\", 'Ruby']\n", &[("MIT OR Ruby", "approved")])]
    #[case("pom.xml", "<project xmlns=\"http://maven.apache.org/POM/4.0.0\"><licenses><license><name>Apache License, Version 2.0</name></license></licenses></project>", &[("Apache License, Version 2.0", "approved")])]
    #[case("setup.py", "setup(\n    name='x',\n    license='MIT',\n    classifiers=[\n        'License :: OSI Approved :: BSD License',\n    ],\n)", &[("MIT", "approved")])]
    #[case("setup.py", "license = read('LICENSE')\n", &[("LICENSE", "unparsed")])]
    #[case("setup.cfg", "[metadata]\nlicense = Apache-2.0\nlicense_files = LICENSE\n", &[("Apache-2.0", "approved")])]
    #[case("DESCRIPTION", "Package: x\nLicense: MIT + file LICENSE\n", &[("MIT + file LICENSE", "approved")])]
    #[case("x.cabal", "license:             BSD-3-Clause\nlicense-file:        LICENSE\n", &[("BSD-3-Clause", "approved")])]
    #[case("dune-project", "(lang dune 3.0)\n(license ISC)\n", &[("ISC", "approved")])]
    #[case("x.podspec", "  s.license = { :type => \"MIT\", :file => \"LICENSE\" }\n", &[("MIT", "approved")])]
    #[case("REUSE.toml", "[[annotations]]\npath = \"**\"\nSPDX-License-Identifier = \"MIT\"\n[[annotations]]\npath = \"art/**\"\nSPDX-License-Identifier = \"CC-BY-ND-4.0\"\n", &[("MIT", "approved"), ("CC-BY-ND-4.0", "not_approved")])]
    #[case(".reuse/dep5", "Format: x\n\nFiles: *\nLicense: MIT\n\nFiles: a\nLicense: MIT\n", &[("MIT", "approved")])]
    #[case("mix.exs", "      licenses: [\"Apache-2.0\"],\n", &[("Apache-2.0", "approved")])]
    fn manifests(#[case] path: &str, #[case] text: &str, #[case] expected: &[(&str, &str)]) {
        let rules = Rules::load(&Bundle::policies()).expect("the table");
        let tree = Tree::of(&[(path, text)]);
        let found = statements(&tree, &tree.reader(), &rules);
        let found: Vec<_> = found.iter().map(|one| (one.expression.as_str(), one.approval.as_str())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn statements_name_their_line_and_stay_out_of_vendored_sources() {
        let rules = Rules::load(&Bundle::policies()).expect("the table");
        let tree = Tree::of(&[
            ("package.json", "{\n \"license\": \"MIT\"}"),
            ("vendor/x/package.json", "{\"license\": \"GPL-3.0\"}"),
        ]);
        let found = statements(&tree, &tree.reader(), &rules);
        assert_eq!(found.iter().map(|one| one.line).collect::<Vec<_>>(), [Some(2)]);
    }
}
