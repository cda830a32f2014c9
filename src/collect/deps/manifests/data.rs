//! Manifests in data formats: TOML, JSON, YAML and XML.

use serde_json::Value;

use super::{Listing, State};
use crate::yaml;

/// A TOML text as a value.
pub(crate) fn toml(text: &str) -> Option<Value> {
    toml::from_str(text).ok()
}

/// A JSON text as a value.
pub(crate) fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

/// A YAML text as a value; an empty text is an empty value.
pub(crate) fn yaml(text: &str) -> Option<Value> {
    Some(yaml::parse(text).ok()?.map_or(Value::Null, |node| of_node(&node)))
}

/// JSON with comments, trailing commas, bare keys and single quotation marks.
pub(crate) fn lenient_json(text: &str) -> Option<Value> {
    json(text).or_else(|| yaml(&without_comments(text)))
}

fn of_node(node: &yaml::Node) -> Value {
    match &node.value {
        yaml::Value::Sequence(items) => Value::Array(items.iter().map(of_node).collect()),
        yaml::Value::Mapping(entries) => Value::Object(
            entries.iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), of_node(value)))).collect(),
        ),
        yaml::Value::Scalar { .. } if node.is_null() => Value::Null,
        yaml::Value::Scalar { text, .. } => node.as_bool().map_or_else(|| Value::String(text.clone()), Value::Bool),
    }
}

/// The text without `//` and `/* */` comments outside quotation marks; tabs become spaces.
fn without_comments(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut quote = None;
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => {
                out.push(c);
                out.extend(chars.next());
            }
            (Some(open), c) => {
                if c == open {
                    quote = None;
                }
                out.push(c);
            }
            (None, '"' | '\'') => {
                quote = Some(c);
                out.push(c);
            }
            (None, '/') if chars.peek() == Some(&'/') => while chars.next_if(|c| *c != '\n').is_some() {},
            (None, '/') if chars.peek() == Some(&'*') => {
                chars.next();
                let mut last = ' ';
                for c in chars.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    if c == '\n' {
                        out.push('\n');
                    }
                    last = c;
                }
            }
            (None, '\t') => out.push(' '),
            (None, c) => out.push(c),
        }
    }
    out
}

fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, key| value.get(key))
}

fn text_at(value: &Value, path: &str) -> Option<String> {
    at(value, path)?.as_str().map(str::to_owned)
}

/// The keys of an object, or the names in a list of strings or of objects with a `name`.
fn names(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Object(entries)) => entries.keys().cloned().collect(),
        Some(Value::Array(items)) => items.iter().filter_map(name_of).collect(),
        _ => Vec::new(),
    }
}

fn name_of(item: &Value) -> Option<String> {
    match item {
        Value::String(text) => Some(requirement_name(text)),
        Value::Object(entries) => {
            match entries.get("name").or_else(|| entries.get("repository")).and_then(Value::as_str) {
                Some(name) => Some(name.to_owned()),
                None => entries.keys().next().cloned(),
            }
        }
        _ => None,
    }
    .filter(|name| !name.is_empty())
}

/// The name at the beginning of a requirement such as `requests[socks]>=2; python_version > "3"`.
pub(super) fn requirement_name(text: &str) -> String {
    let text = text.trim();
    let end = text.find(|c: char| c.is_whitespace() || "<>=!~;[(@,^".contains(c)).unwrap_or(text.len());
    // A scoped name begins with the sign that elsewhere ends a name.
    if end == 0 {
        text.split_whitespace().next().unwrap_or_default().to_owned()
    } else {
        text.get(..end).unwrap_or(text).to_owned()
    }
}

fn with(listing: &mut Listing, value: &Value, paths: &[&str]) {
    for path in paths {
        listing.add_all(names(at(value, path)));
    }
}

fn parsed(value: Option<Value>, read: impl FnOnce(&Value, &mut Listing)) -> Option<Listing> {
    let Some(value) = value else { return Some(Listing::of(State::Unparsable)) };
    if value.is_null() || value.as_object().is_some_and(serde_json::Map::is_empty) {
        return Some(Listing::of(State::Empty));
    }
    if !value.is_object() {
        return Some(Listing::of(State::Unparsable));
    }
    let mut listing = Listing::of(State::Parsed);
    read(&value, &mut listing);
    Some(listing)
}

/// Only a manifest when one of these keys is there.
fn only_with(value: Option<Value>, keys: &[&str]) -> Option<Option<Value>> {
    match &value {
        Some(Value::Object(entries)) if !entries.is_empty() && !keys.iter().any(|key| at_top(entries, key)) => None,
        _ => Some(value),
    }
}

fn at_top(entries: &serde_json::Map<String, Value>, path: &str) -> bool {
    path.split_once('.').map_or_else(
        || entries.contains_key(path),
        |(key, rest)| entries.get(key).is_some_and(|value| at(value, rest).is_some()),
    )
}

pub(super) fn cargo(text: &str) -> Option<Listing> {
    const KINDS: &[&str] =
        &["dependencies", "dev-dependencies", "build-dependencies", "dev_dependencies", "build_dependencies"];
    parsed(toml(text), |value, listing| {
        listing.package =
            text_at(value, "lib.name").or_else(|| text_at(value, "package.name")).map(|name| name.replace('-', "_"));
        with(listing, value, KINDS);
        with(listing, value, &["workspace.dependencies"]);
        for target in value.get("target").and_then(Value::as_object).into_iter().flat_map(serde_json::Map::values) {
            with(listing, target, KINDS);
        }
        listing.toolchain = text_at(value, "package.rust-version")
            .or_else(|| text_at(value, "workspace.package.rust-version"))
            .map(|version| format!("rust-version {version}"));
    })
}

pub(super) fn npm(text: &str) -> Option<Listing> {
    parsed(json(text), |value, listing| {
        listing.package = text_at(value, "name");
        with(listing, value, &["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"]);
        listing.toolchain = ["engines.node", "packageManager", "volta.node", "devEngines.runtime.version"]
            .iter()
            .find_map(|path| text_at(value, path).map(|version| format!("{path} {version}")));
    })
}

pub(super) fn deno(text: &str) -> Option<Listing> {
    let value = only_with(
        lenient_json(text),
        &["imports", "tasks", "name", "exports", "workspace", "compilerOptions", "nodeModulesDir"],
    )?;
    parsed(value, |value, listing| {
        let imports = value.get("imports").and_then(Value::as_object);
        let outside = |target: &Value| target.as_str().is_some_and(|target| target.contains(':'));
        listing.add_all(
            imports
                .into_iter()
                .flatten()
                .filter(|(_, to)| outside(to))
                .map(|(name, _)| name.trim_end_matches('/').to_owned()),
        );
    })
}

pub(super) fn pyproject(text: &str) -> Option<Listing> {
    const KEYS: &[&str] =
        &["project", "dependency-groups", "tool.poetry", "tool.pdm", "tool.uv", "tool.flit.metadata", "tool.pixi"];
    let value = only_with(toml(text), KEYS)?;
    parsed(value, |value, listing| {
        let poetry = |name: &String| name != "python";
        with(
            listing,
            value,
            &[
                "project.dependencies",
                "tool.flit.metadata.requires",
                "tool.uv.dev-dependencies",
                "tool.pixi.dependencies",
            ],
        );
        for path in ["tool.poetry.dependencies", "tool.poetry.dev-dependencies"] {
            listing.add_all(names(at(value, path)).into_iter().filter(poetry));
        }
        let groups = ["project.optional-dependencies", "dependency-groups", "tool.pdm.dev-dependencies"];
        for group in groups.iter().filter_map(|path| at(value, path)?.as_object()).flat_map(serde_json::Map::values) {
            let includes = |name: &String| name != "include-group";
            listing.add_all(names(Some(group)).into_iter().filter(includes));
        }
        for group in
            at(value, "tool.poetry.group").and_then(Value::as_object).into_iter().flat_map(serde_json::Map::values)
        {
            listing.add_all(names(group.get("dependencies")).into_iter().filter(poetry));
        }
        let dynamic = at(value, "project.dynamic").and_then(Value::as_array);
        if dynamic.is_some_and(|fields| fields.iter().any(|field| field == "dependencies")) {
            listing.state = State::Dynamic;
        }
        listing.toolchain = text_at(value, "project.requires-python")
            .or_else(|| text_at(value, "tool.poetry.dependencies.python"))
            .map(|version| format!("requires-python {version}"));
    })
}

pub(super) fn pipfile(text: &str) -> Option<Listing> {
    parsed(toml(text), |value, listing| {
        with(listing, value, &["packages", "dev-packages"]);
        listing.toolchain =
            text_at(value, "requires.python_version").map(|version| format!("python_version {version}"));
    })
}

pub(super) fn pixi(text: &str) -> Option<Listing> {
    parsed(toml(text), |value, listing| {
        with(listing, value, &["dependencies", "pypi-dependencies", "host-dependencies", "build-dependencies"]);
        for feature in value.get("feature").and_then(Value::as_object).into_iter().flat_map(serde_json::Map::values) {
            with(listing, feature, &["dependencies", "pypi-dependencies"]);
        }
    })
}

pub(super) fn conda(text: &str) -> Option<Listing> {
    let value = only_with(yaml(text), &["dependencies"])?;
    parsed(value, |value, listing| {
        for item in value.get("dependencies").and_then(Value::as_array).into_iter().flatten() {
            match item {
                Value::String(text) if requirement_name(text) == "python" => listing.toolchain = Some(text.clone()),
                Value::String(text) => listing.add(requirement_name(text)),
                Value::Object(entries) => entries.values().for_each(|list| listing.add_all(names(Some(list)))),
                _ => {}
            }
        }
    })
}

pub(super) fn glide(text: &str) -> Option<Listing> {
    parsed(yaml(text), |value, listing| {
        let lists = ["import", "testImport"].iter().filter_map(|key| value.get(key)?.as_array());
        listing.add_all(lists.flatten().filter_map(|item| text_at(item, "package")));
    })
}

pub(super) fn gopkg(text: &str) -> Option<Listing> {
    parsed(toml(text), |value, listing| with(listing, value, &["constraint", "override", "required"]))
}

pub(super) fn version_catalog(text: &str) -> Option<Listing> {
    parsed(toml(text), |value, listing| with(listing, value, &["libraries"]))
}

pub(super) fn composer(text: &str) -> Option<Listing> {
    parsed(json(text), |value, listing| {
        let platform = |name: &String| name == "php" || !name.contains('/');
        for key in ["require", "require-dev"] {
            listing.add_all(names(value.get(key)).into_iter().filter(|name| !platform(name)));
        }
        listing.toolchain = text_at(value, "require.php").map(|version| format!("php {version}"));
    })
}

pub(super) fn nuget_json(text: &str) -> Option<Listing> {
    let value = only_with(lenient_json(text), &["frameworks"])?;
    parsed(value, |value, listing| with(listing, value, &["dependencies"]))
}

pub(super) fn gleam(text: &str) -> Option<Listing> {
    parsed(toml(text), |value, listing| with(listing, value, &["dependencies", "dev-dependencies", "dev_dependencies"]))
}

pub(super) fn pubspec(text: &str) -> Option<Listing> {
    parsed(yaml(text), |value, listing| {
        listing.package = text_at(value, "name");
        with(listing, value, &["dependencies", "dev_dependencies"]);
        listing.toolchain = text_at(value, "environment.sdk").map(|version| format!("sdk {version}"));
    })
}

pub(super) fn vcpkg(text: &str) -> Option<Listing> {
    parsed(json(text), |value, listing| {
        with(listing, value, &["dependencies"]);
        let features = value.get("features").and_then(Value::as_object);
        features
            .into_iter()
            .flat_map(serde_json::Map::values)
            .for_each(|feature| with(listing, feature, &["dependencies"]));
    })
}

pub(super) fn keyed_json(text: &str, needs: &[&str], paths: &[&str]) -> Option<Listing> {
    let value = only_with(lenient_json(text), needs)?;
    parsed(value, |value, listing| with(listing, value, paths))
}

pub(super) fn keyed_yaml(text: &str, needs: &[&str], paths: &[&str]) -> Option<Listing> {
    let value = only_with(yaml(text), needs)?;
    parsed(value, |value, listing| with(listing, value, paths))
}

pub(super) fn keyed_toml(text: &str, needs: &[&str], paths: &[&str]) -> Option<Listing> {
    let value = only_with(toml(text), needs)?;
    parsed(value, |value, listing| with(listing, value, paths))
}

pub(super) fn hpack(text: &str) -> Option<Listing> {
    let value = only_with(yaml(text), &["name", "dependencies", "library", "executables", "executable"])?;
    parsed(value, |value, listing| {
        let mut open = vec![value];
        while let Some(value) = open.pop() {
            let Some(entries) = value.as_object() else { continue };
            listing.add_all(names(entries.get("dependencies")));
            open.extend(entries.values());
        }
    })
}

pub(super) fn perl_meta(text: &str) -> Option<Listing> {
    let value = only_with(json(text), &["prereqs", "requires", "depends"])?;
    parsed(value, |value, listing| {
        with(listing, value, &["requires", "depends"]);
        for phase in value.get("prereqs").and_then(Value::as_object).into_iter().flat_map(serde_json::Map::values) {
            phase
                .as_object()
                .into_iter()
                .flat_map(serde_json::Map::values)
                .for_each(|kind| listing.add_all(names(Some(kind))));
        }
    })
}

pub(super) fn elm(text: &str) -> Option<Listing> {
    parsed(json(text), |value, listing| {
        let nested = at(value, "dependencies.direct").is_some();
        with(listing, value, &["dependencies.direct", "test-dependencies.direct"]);
        if !nested {
            with(listing, value, &["dependencies", "test-dependencies"]);
        }
        listing.toolchain = text_at(value, "elm-version").map(|version| format!("elm {version}"));
    })
}

fn xml(text: &str, read: impl FnOnce(roxmltree::Node<'_, '_>, &mut Listing) -> bool) -> Option<Listing> {
    if text.trim().is_empty() {
        return Some(Listing::of(State::Empty));
    }
    let options = roxmltree::ParsingOptions { nodes_limit: super::XML_NODES, ..roxmltree::ParsingOptions::default() };
    let text = text.trim_start_matches('\u{feff}');
    let Ok(document) = roxmltree::Document::parse_with_options(text, options) else {
        return Some(Listing::of(State::Unparsable));
    };
    let mut listing = Listing::of(State::Parsed);
    read(document.root_element(), &mut listing).then_some(listing)
}

fn child<'a, 'i>(node: roxmltree::Node<'a, 'i>, name: &str) -> Option<roxmltree::Node<'a, 'i>> {
    node.children().find(|child| child.tag_name().name() == name)
}

fn child_text(node: roxmltree::Node<'_, '_>, name: &str) -> Option<String> {
    child(node, name)?.text().map(|text| text.trim().to_owned())
}

pub(super) fn pom(text: &str) -> Option<Listing> {
    xml(text, |root, listing| {
        let mut open = vec![root];
        while let Some(node) = open.pop() {
            if node.tag_name().name() == "dependency"
                && let Some(artifact) = child_text(node, "artifactId")
            {
                listing.add(format!("{}:{artifact}", child_text(node, "groupId").unwrap_or_default()));
            }
            // Dependencies of plugins are tools of the build.
            open.extend(node.children().filter(|child| child.tag_name().name() != "plugin"));
        }
        if child(root, "parent").is_some() {
            listing.inherits = true;
        }
        let properties = child(root, "properties");
        let pins = ["maven.compiler.release", "maven.compiler.source", "java.version", "maven.compiler.target"];
        listing.toolchain = properties
            .and_then(|node| pins.iter().find_map(|name| Some(format!("{name} {}", child_text(node, name)?))));
        root.tag_name().name() == "project"
    })
}

pub(super) fn ivy(text: &str) -> Option<Listing> {
    xml(text, |root, listing| {
        let found = root.descendants().filter(|node| node.tag_name().name() == "dependency");
        listing.add_all(found.filter_map(|node| node.attribute("name").map(str::to_owned)));
        true
    })
}

pub(super) fn msbuild(text: &str, project: bool) -> Option<Listing> {
    xml(text, |root, listing| {
        for node in root.descendants() {
            match node.tag_name().name() {
                "PackageReference" | "PackageVersion" | "GlobalPackageReference" => {
                    listing.add_all(node.attribute("Include").or_else(|| node.attribute("Update")).map(str::to_owned));
                }
                "TargetFramework" | "TargetFrameworks" | "TargetFrameworkVersion" => {
                    listing.toolchain = node.text().map(|text| format!("target {}", text.trim()));
                }
                _ => {}
            }
        }
        // A file of shared properties is a manifest only if it lists something.
        project || listing.direct() > 0
    })
}

pub(super) fn packages_config(text: &str) -> Option<Listing> {
    xml(text, |root, listing| {
        let found = root.descendants().filter(|node| node.tag_name().name() == "package");
        listing.add_all(found.filter_map(|node| node.attribute("id").map(str::to_owned)));
        true
    })
}

pub(super) fn nuspec(text: &str) -> Option<Listing> {
    xml(text, |root, listing| {
        let found = root.descendants().filter(|node| node.tag_name().name() == "dependency");
        listing.add_all(found.filter_map(|node| node.attribute("id").map(str::to_owned)));
        true
    })
}
