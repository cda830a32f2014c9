//! Floor 1: what other tools and questionnaires say about requirements, read from their files as claims. A claim is shown
//! beside the verdict and never counts; what of a file is not used is said, so that nothing is lost silently.

mod badge;
mod gemara;

use crate::model::declaration::Claim;
use crate::model::id::RequirementId;
use crate::yaml::{self, Node, Value};

/// Characters of a statement that are kept.
const STATEMENT: usize = 1_000;

/// A file of claims, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// The claims, in the order of the file.
    pub claims: Vec<Claim>,
    /// What the file holds beside them, one remark each.
    pub remarks: Vec<String>,
}

/// Why a file is not one of claims.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoClaims {
    /// Neither YAML nor JSON.
    #[error("it is neither YAML nor JSON: {0}")]
    Unreadable(#[from] yaml::Error),
    /// Something else.
    #[error(
        "it is neither an evaluation log (Gemara, or its wrapper as pvtr writes it) nor a file of answers of the OpenSSF Best Practices Badge"
    )]
    Other,
}

/// Reads the claims of a file: a Gemara evaluation log in any of its forms, or answers of the Best Practices Badge.
pub fn read(file: &str, text: &str) -> Result<Read, NoClaims> {
    let node = yaml::parse(text)?.ok_or(NoClaims::Other)?;
    if badge::is_one(&node) {
        return Ok(badge::read(file, &node));
    }
    gemara::read(file, &node).ok_or(NoClaims::Other)
}

/// The value under a key, however the key is spelled: older writers use `_` and capitals where newer ones use `-`.
fn get<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    let spelled = |name: &str| name.to_lowercase().replace('_', "-");
    node.entries()
        .iter()
        .find(|(name, _)| name.as_str().is_some_and(|name| spelled(name) == key))
        .map(|(_, value)| value)
}

fn text<'a>(node: &'a Node, key: &str) -> Option<&'a str> {
    get(node, key).and_then(Node::as_str).map(str::trim).filter(|text| !text.is_empty() && *text != "\"\"")
}

fn statement(text: Option<&str>) -> Option<String> {
    text.map(|text| text.chars().take(STATEMENT).collect())
}

/// A requirement id as others write it: in capitals with hyphens, or as a name with underscores.
fn requirement(text: &str) -> Option<RequirementId> {
    if let Ok(id) = text.parse() {
        return Some(id);
    }
    let parts: Vec<&str> = text.split('_').collect();
    match parts.as_slice() {
        ["osps", family, control, number] => format!("OSPS-{family}-{control}.{number}").parse().ok(),
        _ => None,
    }
}

fn is_list(node: &Node) -> bool {
    matches!(node.value, Value::Sequence(_))
}

#[cfg(test)]
mod tests;
