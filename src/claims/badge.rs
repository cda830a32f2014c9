//! Answers of the OpenSSF Best Practices Badge: `.bestpractices.json` of a repository, or an entry saved from its site.

use std::collections::BTreeMap;

use super::{Read, requirement, statement};
use crate::model::declaration::Claim;
use crate::model::ruling::Outcome;
use crate::yaml::Node;

const CLAIMANT: &str = "OpenSSF Best Practices Badge";
const STATUS: &str = "_status";
const JUSTIFICATION: &str = "_justification";

/// Whether a document is one: a mapping in which answers stand.
pub(super) fn is_one(node: &Node) -> bool {
    node.entries().iter().any(|(key, _)| key.as_str().is_some_and(|key| key.ends_with(STATUS)))
}

pub(super) fn read(file: &str, node: &Node) -> Read {
    let mut read = Read::default();
    // The file may hold as many keys as it likes: they are looked up, not searched for.
    let values: BTreeMap<&str, &Node> =
        node.entries().iter().filter_map(|(key, value)| Some((key.as_str()?, value))).collect();
    let of = |key: &str| values.get(key).and_then(|value| value.as_str());
    let project = of("id").filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()));
    let claimant = project.map_or_else(|| CLAIMANT.to_owned(), |id| format!("{CLAIMANT}, project {id}"));
    let (mut others, mut orphans) = (0_usize, Vec::new());
    for (key, value) in node.entries() {
        let Some(key) = key.as_str() else { continue };
        if let Some(name) = key.strip_suffix(JUSTIFICATION) {
            if requirement(name).is_some() && !values.contains_key(format!("{name}{STATUS}").as_str()) {
                orphans.push(key.to_owned());
            }
            continue;
        }
        let Some(name) = key.strip_suffix(STATUS) else { continue };
        let Some(id) = requirement(name) else {
            if name.to_lowercase().starts_with("osps") {
                read.remarks.push(format!("`{key}` names no requirement"));
            } else {
                others += 1;
            }
            continue;
        };
        let Some(outcome) = value.as_str().and_then(outcome) else {
            read.remarks.push(format!("`{key}` has no answer that is known: {}", value.as_str().unwrap_or("none")));
            continue;
        };
        read.claims.push(Claim {
            requirement: id,
            outcome,
            claimant: claimant.clone(),
            statement: statement(of(&format!("{name}{JUSTIFICATION}")).map(str::trim).filter(|text| !text.is_empty())),
            on: of("updated_at").map(str::to_owned),
            catalog: None,
            file: file.to_owned(),
            conflict: false,
        });
    }
    for key in orphans {
        read.remarks.push(format!("`{key}` stands without its status"));
    }
    if others > 0 {
        read.remarks.push(format!("{others} answers to criteria outside the OSPS Baseline"));
    }
    if read.claims.is_empty() {
        read.remarks.push("no answer to any criterion of the OSPS Baseline".to_owned());
    }
    read
}

fn outcome(answer: &str) -> Option<Outcome> {
    Some(match answer.trim().to_lowercase().as_str() {
        "met" => Outcome::Passed,
        "unmet" => Outcome::Failed,
        "n/a" => Outcome::NotApplicable,
        "?" | "unknown" => Outcome::Unknown,
        _ => return None,
    })
}
