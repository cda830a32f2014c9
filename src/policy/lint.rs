//! The contract of policies, checked on their text: names, metadata, references, forbidden builtins, length of lines.

use std::collections::BTreeSet;

use super::guard;
use super::schema::{FactsSchema, Place};
use super::source::{Policies, Policy, references};
use crate::bundle::Bundle;

/// Builtins that are not deterministic, reach outside, or differ between engines (`data.osps` stays portable).
const FORBIDDEN: &[&str] = &[
    "http.send",
    "opa.runtime",
    "time.now_ns",
    "rand.intn",
    "uuid.",
    "rego.metadata",
    "rego.parse_module",
    "io.jwt.",
    "crypto.",
    "net.",
    "strings.render_template",
    "graphql.",
    "yaml.",
    "providers.",
    "trace(",
    "print(",
    "array.flatten",
    "walk(",
];
/// Characters of a line.
const MAX_LINE: usize = 120;

/// One breach of the contract.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The file in the bundle.
    pub path: String,
    /// The line, counted from 1; 0 for the file as a whole.
    pub line: u64,
    /// What is wrong, and what was expected.
    pub message: String,
}

/// Checks all policies, libraries and tests.
pub fn lint(policies: &Policies, schema: &FactsSchema) -> Vec<Finding> {
    let mut findings = Vec::new();
    let built_in = Bundle::policies();
    for policy in policies.iter() {
        names(policy, policies, &built_in, &mut findings);
        facts(policy, schema, &mut findings);
        rulings(policy, &mut findings);
        portable(&policy.path, &policy.text, &mut findings);
    }
    for (path, text) in &policies.libraries {
        portable(path, text, &mut findings);
        for (line, reference) in references(text) {
            if let Place::Nowhere(part) = schema.place(&reference) {
                findings.push(Finding {
                    path: path.clone(),
                    line,
                    message: format!("`input.{part}` is not in the facts schema"),
                });
            }
        }
    }
    for (path, text) in &policies.tests {
        portable(path, text, &mut findings);
        let subject = path.trim_end_matches("_test.rego");
        let known = policies.iter().any(|policy| policy.path.trim_end_matches(".rego") == subject)
            || policies.libraries.keys().any(|library| library.trim_end_matches(".rego") == subject);
        if !known {
            findings.push(Finding {
                path: path.clone(),
                line: 0,
                message: "it tests no policy: expected one of the same name".to_owned(),
            });
        }
    }
    findings.sort();
    findings
}

fn names(policy: &Policy, policies: &Policies, built_in: &Bundle, findings: &mut Vec<Finding>) {
    let whole = |message: String| Finding { path: policy.path.clone(), line: 0, message };
    let family = policy.id.get(5..7).unwrap_or_default();
    let expected = format!("{family}/{}.rego", policy.id);
    if policy.path != expected {
        findings.push(whole(format!("its package names {}, so its path has to be {expected}", policy.id)));
    }
    let test = format!("{family}/{}_test.rego", policy.id);
    if !policies.tests.contains_key(&test) {
        findings.push(whole(format!("it has no test: expected {test}")));
    }
    // Who writes policies for themselves knows their limits; those that come with osps have to tell everybody.
    let says = policy.limits.as_deref().is_some_and(|limits| !limits.trim().is_empty());
    if !says && built_in.get(&policy.path).is_some() {
        findings.push(whole(
            "its `# METADATA` block has no `custom: limits:` that say what the check cannot see".to_owned(),
        ));
    }
}

fn facts(policy: &Policy, schema: &FactsSchema, findings: &mut Vec<Finding>) {
    let needs: BTreeSet<&str> = policy.needs.iter().map(String::as_str).collect();
    for (line, reference) in &references(&policy.text) {
        // The reader puts an empty line first, so that a rule on the first line is found like any other.
        let finding = |message: String| Finding { path: policy.path.clone(), line: line.saturating_sub(1), message };
        match schema.place(reference) {
            Place::Nowhere(part) => findings.push(finding(format!("`input.{part}` is not in the facts schema"))),
            Place::Section => findings.push(finding(format!("`input.{reference}` is a section: name the fact"))),
            Place::Fact(fact) if !needs.contains(fact.as_str()) => {
                findings.push(finding(format!("`input.{fact}` is read but not listed in `needs`")));
            }
            Place::Fact(_) => {}
        }
    }
}

fn rulings(policy: &Policy, findings: &mut Vec<Finding>) {
    let code = guard::code_only(&policy.text);
    let by_hand = code.lines().position(|line| line.contains("\"outcome\"") && line.contains(':'));
    if let Some(line) = by_hand {
        findings.push(Finding {
            path: policy.path.clone(),
            line: line as u64 + 1,
            message: "a ruling is built only through data.osps.verdict".to_owned(),
        });
    }
    if !code.lines().any(|line| line.starts_with("ruling := ") || line.starts_with("ruling = ")) {
        findings.push(Finding {
            path: policy.path.clone(),
            line: 0,
            message: "it has no rule `ruling := …`".to_owned(),
        });
    }
}

fn portable(path: &str, text: &str, findings: &mut Vec<Finding>) {
    if let Some(message) = guard::danger(text) {
        findings.push(Finding { path: path.to_owned(), line: 0, message });
    }
    let code = guard::code_only(text);
    for (number, (line, original)) in code.lines().zip(text.lines()).enumerate() {
        let mut finding =
            |message: String| findings.push(Finding { path: path.to_owned(), line: number as u64 + 1, message });
        for name in FORBIDDEN {
            let used = line.match_indices(name).any(|(at, _)| {
                !line[..at].chars().next_back().is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'))
            });
            if used {
                finding(format!("`{}` is not allowed in policies", name.trim_end_matches(['(', '.'])));
            }
        }
        if line.contains("$\"") {
            finding("template strings are not portable: use sprintf".to_owned());
        }
        if original.chars().count() > MAX_LINE {
            finding(format!("longer than {MAX_LINE} characters"));
        }
    }
    if !code.contains("import rego.v1") {
        findings.push(Finding { path: path.to_owned(), line: 0, message: "expected `import rego.v1`".to_owned() });
    }
}
