//! Configuration of tools that keep dependencies current, and whether it covers the product.

use std::collections::BTreeSet;

use serde_json::Value;

use super::downloads::Table;
use super::manifests::data;
use super::{Ecosystem, UpdateConfig};
use crate::collect::Context;

/// The first tool that covers the product, else the first there is.
pub(super) fn find(cx: &Context<'_>, table: &Table, ecosystems: &[Ecosystem]) -> Option<UpdateConfig> {
    let reader = cx.tree.reader();
    let product: BTreeSet<&str> = ecosystems
        .iter()
        .filter(|ecosystem| !ecosystem.manifests.is_empty())
        .map(|ecosystem| ecosystem.ecosystem.as_str())
        .collect();
    let mut found: Vec<UpdateConfig> = Vec::new();
    for files in &table.update_configs {
        for path in &files.paths {
            let Some(entry) = cx.tree.find(path).and_then(|entry| cx.tree.resolve(&reader, entry)) else { continue };
            let Some(text) = reader.text(entry).filter(|text| !text.trim().is_empty()) else { continue };
            let config = |ecosystems: Vec<String>| {
                let covered = |name: &String| {
                    name == "*"
                        || !table.update_names.get(name).map_or(name.as_str(), String::as_str).is_empty() && {
                            let ours = table.update_names.get(name).map_or(name.as_str(), String::as_str);
                            product.contains(ours)
                        }
                };
                let covers_product = !product.is_empty() && ecosystems.iter().any(covered);
                UpdateConfig { tool: files.tool.clone(), path: entry.path.text(), ecosystems, covers_product }
            };
            match files.tool.as_str() {
                "dependabot" => found.extend(dependabot(&text).map(config)),
                "renovate" => found.extend(renovate(&text).map(config)),
                "scala-steward" => found.push(config(vec!["sbt".to_owned()])),
                "pyup" => found.push(config(vec!["pip".to_owned()])),
                _ => found.push(config(vec!["*".to_owned()])),
            }
        }
    }
    // A manifest may hold the configuration as one of its fields.
    if let Some(text) =
        cx.tree.get(b"package.json").filter(|entry| entry.mode.is_file()).and_then(|entry| reader.text(entry))
        && data::json(&text).is_some_and(|value| value.get("renovate").is_some_and(Value::is_object))
    {
        found.push(UpdateConfig {
            tool: "renovate".to_owned(),
            path: "package.json".to_owned(),
            ecosystems: vec!["*".to_owned()],
            covers_product: !product.is_empty(),
        });
    }
    let best = found.iter().position(|config| config.covers_product).unwrap_or(0);
    (best < found.len()).then(|| found.swap_remove(best))
}

/// The ecosystems of a Dependabot file; none when it does not parse or says nothing. Entries that are limited to security
/// updates (`open-pull-requests-limit: 0`) still count: they keep dependencies from known defects.
fn dependabot(text: &str) -> Option<Vec<String>> {
    let value = data::yaml(text)?;
    let updates = value.get("updates").or_else(|| value.get("update_configs"))?.as_array()?;
    let name = |entry: &Value| {
        let name = entry.get("package-ecosystem").or_else(|| entry.get("package_manager"))?;
        name.as_str().map(str::to_lowercase)
    };
    let names: BTreeSet<String> = updates.iter().filter_map(name).collect();
    Some(names.into_iter().collect())
}

/// The managers of a Renovate file: all, unless it switches itself off or names the ones it uses.
fn renovate(text: &str) -> Option<Vec<String>> {
    let value = data::lenient_json(text)?;
    let entries = value.as_object()?;
    if entries.get("enabled") == Some(&Value::Bool(false)) {
        return Some(Vec::new());
    }
    let managers = entries.get("enabledManagers").and_then(Value::as_array);
    Some(managers.map_or_else(
        || vec!["*".to_owned()],
        |list| list.iter().filter_map(Value::as_str).map(str::to_lowercase).collect(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(
        "version: 2\nupdates:\n- package-ecosystem: \"Cargo\"\n  directory: /\n- package-ecosystem: github-actions\n",
        Some("cargo github-actions")
    )]
    #[case("version: 2\nupdates: []\n", Some(""))]
    #[case("version: 2\n", None)]
    #[case("{", None)]
    fn reads_dependabot(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(dependabot(text).map(|names| names.join(" ")).as_deref(), expected);
    }

    #[rstest]
    #[case("{\"extends\": [\"config:recommended\"]}", Some("*"))]
    #[case("{ // all\n\textends: ['config:base'], enabledManagers: ['npm',],}", Some("npm"))]
    #[case("{\"enabled\": false}", Some(""))]
    #[case("nonsense", None)]
    fn reads_renovate(#[case] text: &str, #[case] expected: Option<&str>) {
        assert_eq!(renovate(text).map(|names| names.join(" ")).as_deref(), expected);
    }
}
