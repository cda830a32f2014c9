//! Policies as text: their metadata, the facts they name, and where each came from.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::guard;
use crate::bundle::Bundle;
use crate::yaml;

/// All policies of one bundle, with the data they read.
#[derive(Debug, Clone)]
pub struct Policies {
    pub(super) policies: BTreeMap<String, Policy>,
    pub(super) libraries: BTreeMap<String, String>,
    pub(super) tests: BTreeMap<String, String>,
    /// `{"osps": {"tables": {…}, "run": {…}}}` without `run`.
    pub(super) tables: serde_json::Value,
    digest: String,
    changed: Vec<String>,
}

/// One policy.
#[derive(Debug, Clone)]
pub struct Policy {
    /// The name of its package below `osps.requirements`, which is the requirement's id.
    pub id: String,
    /// Its path in the bundle.
    pub path: String,
    /// The title in its metadata.
    pub title: String,
    /// Its text.
    pub text: String,
    /// What the check cannot see, in one or two sentences.
    pub limits: Option<String>,
    /// The facts that `needs` lists, in order, as dotted paths.
    pub needs: Vec<String>,
}

/// Why a bundle of policies is not accepted.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{path}: {why}")]
pub struct PolicyError {
    /// The file.
    pub path: String,
    /// What is wrong.
    pub why: String,
}

#[derive(Deserialize)]
struct Metadata {
    title: Option<String>,
    custom: Option<Custom>,
}

#[derive(Deserialize)]
struct Custom {
    requirement: Option<String>,
    limits: Option<String>,
}

impl Policies {
    /// Reads all policies of a bundle: `<FAMILY>/<ID>.rego` with `<ID>_test.rego`, `lib/*.rego` and `tables/*.yaml`.
    pub fn load(bundle: &Bundle) -> Result<Self, PolicyError> {
        let mut policies = BTreeMap::new();
        let mut libraries = BTreeMap::new();
        let mut tests = BTreeMap::new();
        let mut tables = serde_json::Map::new();
        for (path, text) in bundle.files() {
            let fail = |why: String| PolicyError { path: path.to_owned(), why };
            if let Some(name) = path.strip_prefix("tables/").and_then(|rest| rest.strip_suffix(".yaml")) {
                let table: serde_json::Value = yaml::from_str(text).map_err(|error| fail(error.to_string()))?;
                tables.insert(name.to_owned(), table);
                continue;
            }
            let Some(stem) = path.strip_suffix(".rego") else { continue };
            if path.ends_with("_test.rego") {
                tests.insert(path.to_owned(), text.to_owned());
            } else if stem.starts_with("lib/") {
                libraries.insert(path.to_owned(), text.to_owned());
            } else {
                let policy = Policy::read(path, text)?;
                if let Some(other) = policies.insert(policy.id.clone(), policy) {
                    return Err(fail(format!("the package of {} stands in {} too", other.id, other.path)));
                }
            }
        }
        let tables = serde_json::json!({"osps": {"tables": tables}});
        Ok(Self { policies, libraries, tests, tables, digest: bundle.digest(), changed: bundle.changed() })
    }

    /// The policy whose package is named after this id.
    pub fn get(&self, id: &str) -> Option<&Policy> {
        self.policies.get(id)
    }

    /// All policies, sorted by id.
    pub fn iter(&self) -> impl Iterator<Item = &Policy> {
        self.policies.values()
    }

    /// A table of the bundle, by the name of its file.
    pub fn table(&self, name: &str) -> Option<&serde_json::Value> {
        self.tables.get("osps")?.get("tables")?.get(name)
    }

    /// The files that are not the built-in ones: laid over them by a repository, or from a directory that is named.
    pub fn changed(&self) -> &[String] {
        &self.changed
    }

    /// `sha256:` and the digest over all files but the tests.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

impl Policy {
    /// The policy of a bundle whose file is named after this id; nothing else of the bundle is looked at.
    ///
    /// # Errors
    /// A policy that does not keep its contract, with the path of its file.
    pub fn find(bundle: &Bundle, id: &str) -> Result<Option<Self>, PolicyError> {
        let name = format!("{id}.rego");
        let file = bundle.files().find(|(path, _)| path.rsplit('/').next() == Some(name.as_str()));
        file.map(|(path, text)| Self::read(path, text)).transpose()
    }

    fn read(path: &str, text: &str) -> Result<Self, PolicyError> {
        let fail = |why: String| PolicyError { path: path.to_owned(), why };
        let id = package_id(text)
            .ok_or_else(|| fail("expected `package osps.requirements[\"OSPS-XX-NN.NN\"]`".to_owned()))?;
        let metadata = metadata(text).map_err(|why| fail(format!("its `# METADATA` block: {why}")))?;
        let title = metadata.title.ok_or_else(|| fail("its `# METADATA` block has no title".to_owned()))?;
        let (requirement, limits) = metadata.custom.map_or((None, None), |custom| (custom.requirement, custom.limits));
        if requirement.as_deref() != Some(id.as_str()) {
            return Err(fail(format!("its `# METADATA` block must name `custom: requirement: {id}`")));
        }
        let needs = needs(text).ok_or_else(|| fail("expected a rule `needs := [input.…]`".to_owned()))?;
        Ok(Self { id, path: path.to_owned(), title, text: text.to_owned(), limits, needs })
    }
}

fn package_id(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with("package "))?;
    let id = line.strip_prefix("package osps.requirements[\"")?.strip_suffix("\"]")?;
    Some(id.to_owned())
}

/// The first `# METADATA` block. The engine ignores these comments, so the host reads them.
fn metadata(text: &str) -> Result<Metadata, String> {
    let block: String = text
        .lines()
        .skip_while(|line| line.trim() != "# METADATA")
        .skip(1)
        .map_while(|line| line.strip_prefix('#'))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect();
    yaml::from_str(&block).map_err(|error| error.to_string())
}

/// The dotted paths in the literal list `needs := […]`.
fn needs(text: &str) -> Option<Vec<String>> {
    let code = blank_comments(text);
    let start = code.find("\nneeds := [")? + "\nneeds := [".len();
    let rest = &code[start..];
    let mut depth = 1_usize;
    let end = rest.char_indices().find_map(|(at, c)| {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at)
    })?;
    rest[..end].split(',').map(str::trim).filter(|item| !item.is_empty()).map(|item| reference_at(item, 0)).collect()
}

/// Every `input.…` in the text with its line, as dotted paths up to the first part that is not literal.
pub(super) fn references(text: &str) -> BTreeSet<(u64, String)> {
    let code = blank_comments(text);
    let mut found = BTreeSet::new();
    for (number, line) in code.lines().enumerate() {
        for (at, _) in line.match_indices("input") {
            let before = line[..at].chars().next_back();
            if before.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '"')) {
                continue;
            }
            if let Some(path) = reference_at(line, at) {
                found.insert((number as u64 + 1, path));
            }
        }
    }
    found
}

/// The dotted path of the reference that starts at byte `at`; none for a bare `input`.
fn reference_at(line: &str, at: usize) -> Option<String> {
    let mut rest = line.get(at..)?.strip_prefix("input")?;
    let mut parts = Vec::new();
    loop {
        if let Some(after) = rest.strip_prefix('.') {
            let name: String = after.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            if name.is_empty() {
                break;
            }
            rest = &after[name.len()..];
            parts.push(name);
        } else if let Some(after) = rest.strip_prefix("[\"") {
            let Some((name, after)) = after.split_once("\"]") else { break };
            rest = after;
            parts.push(name.to_owned());
        } else {
            break;
        }
    }
    (!parts.is_empty()).then(|| parts.join("."))
}

/// The text with whole-line and trailing comments blanked; strings stay, since keys of references are strings.
fn blank_comments(text: &str) -> String {
    let blanked = guard::code_only(text);
    let mut out = String::with_capacity(text.len() + 1);
    out.push('\n');
    for (line, blank) in text.lines().zip(blanked.lines()) {
        // A comment starts where the blanked line ends in blanks and the original goes on with `#`.
        let kept = blank.trim_end().len();
        let comment = line.get(kept..).and_then(|rest| rest.find('#').map(|at| kept + at));
        out.push_str(comment.and_then(|at| line.get(..at)).unwrap_or(line));
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"# METADATA
# title: Something
# custom:
#   requirement: OSPS-AC-01.01
package osps.requirements["OSPS-AC-01.01"]

import rego.v1

needs := [
	input.org.two_factor_required, # input.not.this
	input.docs.topics["a-b"],
]

ruling := 1 if {
	input.org.two_factor_required.known == true
	x := input.files[name]
}
"#;

    #[test]
    fn reads_a_policy() {
        let policy = Policy::read("AC/OSPS-AC-01.01.rego", TEXT).expect("a policy");
        assert_eq!(policy.id, "OSPS-AC-01.01");
        assert_eq!(policy.needs, ["org.two_factor_required", "docs.topics.a-b"]);
        let references: Vec<_> = references(&policy.text).iter().map(|(line, path)| format!("{line} {path}")).collect();
        assert!(
            references.iter().any(|reference| reference.ends_with("org.two_factor_required.known")),
            "{references:?}"
        );
        assert!(references.iter().any(|reference| reference.ends_with(" files")), "{references:?}");
        assert!(!references.iter().any(|reference| reference.contains("not.this")), "{references:?}");
    }
}
