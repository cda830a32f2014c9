//! Runs the `test_*` rules of the `_test.rego` files with the engine that judges.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::engine::{Run, add, prepared, query_value};
use super::source::{Policies, PolicyError};

/// Stack of the thread that evaluates.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// How one test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestOutcome {
    /// Its rule is true.
    Passed,
    /// Its rule is false or undefined.
    Failed,
    /// Its rule, or something it needs, errs.
    Error(String),
}

/// One test.
#[derive(Debug, Clone)]
pub struct TestResult {
    /// The file in the bundle.
    pub path: String,
    /// The rule.
    pub name: String,
    /// How it ended.
    pub outcome: TestOutcome,
}

/// Runs all tests whose path contains one of `only`, or all when it is empty.
pub fn test(policies: &Policies, run: &Run, only: &[String]) -> Result<Vec<TestResult>, PolicyError> {
    let work = || tests(policies, run, only);
    let fail = |why: String| PolicyError { path: "tests".to_owned(), why };
    std::thread::scope(|scope| {
        std::thread::Builder::new()
            .stack_size(STACK_BYTES)
            .spawn_scoped(scope, work)
            .map_err(|error| fail(error.to_string()))?
            .join()
            .map_err(|_| fail("the policy engine gave up".to_owned()))?
    })
}

fn tests(policies: &Policies, run: &Run, only: &[String]) -> Result<Vec<TestResult>, PolicyError> {
    let mut base = prepared(policies, run)?;
    for policy in policies.iter() {
        add(&mut base, &policy.path, &policy.text)?;
    }
    let mut results = Vec::new();
    for (path, text) in &policies.tests {
        if !only.is_empty() && !only.iter().any(|part| path.contains(part.as_str())) {
            continue;
        }
        let package = text.lines().find_map(|line| line.strip_prefix("package ")).unwrap_or_default().trim().to_owned();
        let mut engine = base.clone();
        add(&mut engine, path, text)?;
        let all = query_value(&mut engine, &format!("data.{package}"));
        for name in names(text) {
            let value = match &all {
                Ok(Some(Json::Object(rules))) => Ok(rules.get(&name).cloned()),
                Ok(_) => Ok(None),
                Err(_) => query_value(&mut engine, &format!("data.{package}.{name}")),
            };
            let outcome = match value {
                Ok(Some(Json::Bool(true))) => TestOutcome::Passed,
                Ok(_) => TestOutcome::Failed,
                Err(error) => TestOutcome::Error(error),
            };
            results.push(TestResult { path: path.clone(), name, outcome });
        }
    }
    Ok(results)
}

/// The names of the rules that start with `test_`, in the order of the file.
fn names(text: &str) -> Vec<String> {
    let mut seen = BTreeSet::new();
    text.lines()
        .filter(|line| line.starts_with("test_"))
        .map(|line| line.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>())
        .filter(|name| seen.insert(name.clone()))
        .collect()
}
