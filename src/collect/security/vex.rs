//! Statements on exploitability: OpenVEX, CSAF and CycloneDX documents, recognised by their content wherever they lie.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{VexDocument, VexStatement};
use crate::collect::tree::Entry;
use crate::collect::{Context, limits};
use crate::model::fact::Fact;

/// JSON files whose beginning is looked at although their names say nothing.
const MAX_PEEKS: usize = 2_000;
/// Bytes that are looked at.
const PEEK_BYTES: u64 = 4_096;
/// Statements of one document.
const MAX_STATEMENTS: usize = 1_000;

pub(super) fn documents(cx: &Context<'_>) -> Fact<Vec<VexDocument>> {
    let reader = cx.tree.reader();
    let mut found = Vec::new();
    let mut complete = cx.tree.complete();
    let mut peeks = 0;
    let files = cx.tree.entries().iter().filter(|entry| entry.mode.is_file() && !entry.path.is_test());
    for entry in files.filter(|entry| entry.path.name_lower().ends_with(".json")) {
        if found.len() >= limits::FINDINGS {
            complete = false;
            break;
        }
        if !is_named(entry) {
            peeks += 1;
            if peeks > MAX_PEEKS {
                complete = false;
                continue;
            }
            let Ok(start) = reader.read(entry, PEEK_BYTES) else { continue };
            if !announces(&start.text()) {
                continue;
            }
        }
        let Ok(blob) = reader.read(entry, limits::TEXT_BYTES) else {
            complete = false;
            continue;
        };
        if blob.truncated {
            complete = false;
            continue;
        }
        found.extend(document(&entry.path.text(), &blob.text(), names_vex(entry)));
    }
    Fact::seen(found, complete, cx.src)
}

/// Whether the path says that it may be such a document.
fn is_named(entry: &Entry) -> bool {
    let lower = entry.path.lower();
    ["vex", "csaf", "cdx", "cyclonedx", "bom"].iter().any(|word| lower.contains(word))
}

/// Whether the file's own name says that it is a VEX document, whatever it holds.
fn names_vex(entry: &Entry) -> bool {
    let name = entry.path.name_lower();
    name == "vex.json" || name.ends_with(".vex.json") || name.ends_with(".openvex.json")
}

fn announces(start: &str) -> bool {
    ["openvex.dev", "\"csaf_version\"", "\"CycloneDX\""].iter().any(|mark| start.contains(mark))
}

/// The document; none for a file of another kind.
pub(crate) fn document(path: &str, text: &str, named: bool) -> Option<VexDocument> {
    let of = |format: &str, parse: &str, statements: Vec<VexStatement>| VexDocument {
        path: path.to_owned(),
        format: format.to_owned(),
        parse: parse.to_owned(),
        statements,
    };
    if text.trim().is_empty() {
        return named.then(|| of("openvex", "empty", Vec::new()));
    }
    let Ok(json) = serde_json::from_str::<Value>(text) else {
        return named.then(|| of("openvex", "unparsable", Vec::new()));
    };
    let (format, mut statements) = match format(&json) {
        Some("openvex") => ("openvex", openvex(&json)),
        Some("csaf") => ("csaf", csaf(&json)),
        Some(_) => ("cyclonedx", cyclonedx(&json)),
        None => ("openvex", Vec::new()),
    };
    let is_other = self::format(&json).is_none_or(|format| format == "cyclonedx") && statements.is_empty();
    if is_other && !(named && json.as_object().is_some_and(serde_json::Map::is_empty)) {
        return None;
    }
    statements.truncate(MAX_STATEMENTS);
    let parse = if statements.is_empty() { "empty" } else { "parsed" };
    Some(of(format, parse, statements))
}

fn format(json: &Value) -> Option<&'static str> {
    let context = json.get("@context").map(Value::to_string).unwrap_or_default();
    if context.contains("openvex") {
        Some("openvex")
    } else if json.get("document").is_some_and(|document| document.get("csaf_version").is_some()) {
        Some("csaf")
    } else if json.get("bomFormat").and_then(Value::as_str) == Some("CycloneDX") {
        Some("cyclonedx")
    } else {
        None
    }
}

fn items<'a>(json: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    json.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn text(json: &Value, key: &str) -> Option<String> {
    json.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn openvex(json: &Value) -> Vec<VexStatement> {
    let mut out = Vec::new();
    for statement in items(json, "statements") {
        let status = text(statement, "status").unwrap_or_default();
        let justification = text(statement, "justification").or_else(|| text(statement, "impact_statement"));
        let mut products: Vec<String> = Vec::new();
        for product in items(statement, "products") {
            products.extend(product_name(product));
            products.extend(items(product, "subcomponents").filter_map(product_name));
        }
        let vulnerability = statement.get("vulnerability");
        let mut names: Vec<String> = vulnerability
            .and_then(|found| {
                found.as_str().map(str::to_owned).or_else(|| text(found, "name")).or_else(|| text(found, "@id"))
            })
            .into_iter()
            .collect();
        names.extend(
            vulnerability
                .into_iter()
                .flat_map(|found| items(found, "aliases"))
                .filter_map(Value::as_str)
                .map(str::to_owned),
        );
        for vuln in names {
            let (products, status, justification) = (products.clone(), status.clone(), justification.clone());
            out.push(VexStatement { vuln, products, status, justification });
        }
    }
    out
}

fn product_name(product: &Value) -> Option<String> {
    let named = product.as_str().map(str::to_owned).or_else(|| text(product, "@id"));
    named.or_else(|| text(product.get("identifiers")?, "purl"))
}

fn csaf(json: &Value) -> Vec<VexStatement> {
    const STATUSES: &[(&str, &str)] = &[
        ("known_not_affected", "not_affected"),
        ("known_affected", "affected"),
        ("fixed", "fixed"),
        ("first_fixed", "fixed"),
        ("under_investigation", "under_investigation"),
    ];
    let mut names = BTreeMap::new();
    if let Some(tree) = json.get("product_tree") {
        product_names(tree, &mut names, 0);
    }
    let mut out = Vec::new();
    for vulnerability in items(json, "vulnerabilities") {
        let first_id = || items(vulnerability, "ids").find_map(|id| text(id, "text"));
        let Some(vuln) = text(vulnerability, "cve").or_else(first_id) else { continue };
        for (key, status) in STATUSES {
            let Some(ids) =
                vulnerability.get("product_status").and_then(|found| found.get(key)).and_then(Value::as_array)
            else {
                continue;
            };
            let ids: Vec<&str> = ids.iter().filter_map(Value::as_str).collect();
            let about =
                |entry: &&Value| items(entry, "product_ids").filter_map(Value::as_str).any(|id| ids.contains(&id));
            let flag = items(vulnerability, "flags").find(about).and_then(|flag| text(flag, "label"));
            let impact = || {
                let threats = items(vulnerability, "threats")
                    .filter(|threat| text(threat, "category").as_deref() == Some("impact"));
                threats
                    .filter(|threat| threat.get("product_ids").is_none() || about(threat))
                    .find_map(|threat| text(threat, "details"))
            };
            let products = ids.iter().map(|id| names.get(*id).cloned().unwrap_or_else(|| (*id).to_owned())).collect();
            let justification = if *status == "not_affected" { flag.or_else(impact) } else { None };
            out.push(VexStatement { vuln: vuln.clone(), products, status: (*status).to_owned(), justification });
        }
    }
    out
}

fn product_names(node: &Value, names: &mut BTreeMap<String, String>, depth: usize) {
    if depth > 20 || names.len() > MAX_STATEMENTS {
        return;
    }
    for product in items(node, "full_product_names").chain(node.get("product")) {
        if let (Some(id), Some(name)) = (text(product, "product_id"), text(product, "name")) {
            names.insert(id, name);
        }
    }
    for branch in items(node, "branches") {
        product_names(branch, names, depth + 1);
    }
}

fn cyclonedx(json: &Value) -> Vec<VexStatement> {
    let judged = items(json, "vulnerabilities").filter_map(|vulnerability| {
        let analysis = vulnerability.get("analysis")?;
        let status = match text(analysis, "state")?.as_str() {
            "not_affected" | "false_positive" => "not_affected",
            "exploitable" => "affected",
            "resolved" | "resolved_with_pedigree" => "fixed",
            _ => "under_investigation",
        };
        Some(VexStatement {
            vuln: text(vulnerability, "id")?,
            products: items(vulnerability, "affects").filter_map(|product| text(product, "ref")).collect(),
            status: status.to_owned(),
            justification: text(analysis, "justification").or_else(|| text(analysis, "detail")),
        })
    });
    judged.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::testing::with_context;
    use crate::collect::tree::Tree;
    use rstest::rstest;

    const OPENVEX: &str = r#"{"@context": "https://openvex.dev/ns/v0.2.0", "statements": [
        {"vulnerability": {"name": "CVE-2024-1", "aliases": ["GHSA-x"]}, "products": [{"@id": "pkg:a", "subcomponents": [{"@id": "pkg:b"}]}],
         "status": "not_affected", "justification": "vulnerable_code_not_present"},
        {"vulnerability": "CVE-2024-2", "products": ["pkg:a"], "status": "under_investigation"}]}"#;
    const CSAF: &str = r#"{"document": {"csaf_version": "2.0"},
        "product_tree": {"branches": [{"product": {"product_id": "P1", "name": "thing 1"}}]},
        "vulnerabilities": [{"cve": "CVE-2024-3", "product_status": {"known_not_affected": ["P1"]},
          "flags": [{"label": "component_not_present", "product_ids": ["P1"]}]}]}"#;
    const CYCLONEDX: &str = r#"{"bomFormat": "CycloneDX", "vulnerabilities": [
        {"id": "CVE-2024-4", "affects": [{"ref": "r"}], "analysis": {"state": "not_affected", "justification": "code_not_reachable"}},
        {"id": "CVE-2024-5"}]}"#;

    fn found(path: &str, text: &str) -> Option<(String, String, usize)> {
        let fact = with_context(&Tree::of(&[(path, text)]), documents);
        let all = fact.value().expect("known");
        all.first().map(|document| (document.format.clone(), document.parse.clone(), document.statements.len()))
    }

    #[rstest]
    #[case::standard_name("security/product.vex.json", OPENVEX, Some(("openvex", "parsed", 3)))]
    #[case::no_name("a/b/c/d/e/statement.json", OPENVEX, Some(("openvex", "parsed", 3)))]
    #[case::csaf("csaf/x.json", CSAF, Some(("csaf", "parsed", 1)))]
    #[case::cyclonedx("bom.json", CYCLONEDX, Some(("cyclonedx", "parsed", 1)))]
    #[case::inventory("bom.json", r#"{"bomFormat": "CycloneDX", "components": []}"#, None)]
    #[case::braces("vex.json", "{}", Some(("openvex", "empty", 0)))]
    #[case::empty("vex.json", "", Some(("openvex", "empty", 0)))]
    #[case::broken("x.vex.json", "{", Some(("openvex", "unparsable", 0)))]
    #[case::no_statements("vex.json", r#"{"@context": "https://openvex.dev/ns", "statements": []}"#, Some(("openvex", "empty", 0)))]
    #[case::other_json("vex.json", r#"{"vexing": 1}"#, None)]
    #[case::configuration("vex/config.yaml", "a: 1", None)]
    #[case::test_data("testdata/a.vex.json", OPENVEX, None)]
    #[case::package("package.json", r#"{"name": "x"}"#, None)]
    fn recognises(#[case] path: &str, #[case] text: &str, #[case] expected: Option<(&str, &str, usize)>) {
        let expected = expected.map(|(format, parse, count)| (format.to_owned(), parse.to_owned(), count));
        assert_eq!(found(path, text), expected);
    }

    #[test]
    fn statements() {
        let json: Value = serde_json::from_str(OPENVEX).expect("json");
        let all = openvex(&json);
        assert_eq!(all[0].products, ["pkg:a", "pkg:b"]);
        assert_eq!((all[1].vuln.as_str(), all[2].status.as_str()), ("GHSA-x", "under_investigation"));
        let json: Value = serde_json::from_str(CSAF).expect("json");
        let all = csaf(&json);
        assert_eq!(
            (all[0].products.as_slice(), all[0].justification.as_deref()),
            (&["thing 1".to_owned()][..], Some("component_not_present"))
        );
    }
}
