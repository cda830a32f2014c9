//! What git content alone can decide, on a well-kept repository and its spoiled copies: the table of decidability.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use support::Repository;

/// Requirements that a clone alone can pass or find not applicable on a well-kept repository.
const DECIDED: &[&str] = &[
    "AC-04.01", "AC-04.02", "BR-01.01", "BR-01.03", "BR-01.04", "BR-02.01", "BR-03.02", "BR-04.01", "BR-05.01",
    "BR-07.01", "BR-07.02", "DO-01.01", "DO-02.01", "DO-03.01", "DO-03.02", "DO-04.01", "DO-05.01", "DO-06.01",
    "DO-07.01", "GV-01.01", "GV-01.02", "GV-02.01", "GV-03.01", "GV-03.02", "GV-04.01", "LE-01.01", "LE-02.01",
    "LE-03.01", "LE-03.02", "QA-02.01", "QA-04.01", "QA-05.01", "QA-05.02", "QA-06.01", "QA-06.02", "QA-06.03",
    "SA-01.01", "SA-02.01", "SA-03.01", "SA-03.02", "VM-01.01", "VM-02.01", "VM-03.01", "VM-04.01", "VM-05.01",
    "VM-05.02", "VM-06.01",
];
/// Requirements that a clone can decide only in special cases: only against the project, or only without code or components.
const SPECIAL: &[&str] = &["BR-03.01", "LE-02.02", "VM-04.02", "VM-05.03", "VM-06.02"];
/// Requirements that no clone can decide.
const NEVER: &[&str] = &[
    "AC-01.01", "AC-02.01", "AC-03.01", "AC-03.02", "BR-02.02", "BR-06.01", "QA-01.01", "QA-01.02", "QA-02.02",
    "QA-03.01", "QA-04.02", "QA-07.01",
];

fn outcomes(repository: &Repository) -> BTreeMap<String, String> {
    support::assess(repository.path())["requirements"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|verdict| {
            let id = verdict["id"].as_str().expect("a text").trim_start_matches("OSPS-").to_owned();
            (id, verdict["outcome"].as_str().expect("a text").to_owned())
        })
        .collect()
}

fn is_decided(outcome: &str) -> bool {
    matches!(outcome, "passed" | "failed" | "not_applicable")
}

#[test]
fn the_lists_are_the_catalog() {
    let all: BTreeSet<&str> = DECIDED.iter().chain(SPECIAL).chain(NEVER).copied().collect();
    assert_eq!((DECIDED.len(), SPECIAL.len(), NEVER.len(), all.len()), (47, 5, 12, 64));
}

#[test]
fn a_well_kept_repository_reaches_every_verdict_that_a_clone_allows() {
    let found = outcomes(&support::well_kept());
    let wrong: Vec<String> = found
        .iter()
        .filter(|(id, outcome)| {
            let met = matches!(outcome.as_str(), "passed" | "not_applicable");
            if DECIDED.contains(&id.as_str()) { !met } else { is_decided(outcome) }
        })
        .map(|(id, outcome)| format!("{id} is {outcome}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn special_cases_reach_the_rest() {
    let repository = Repository::with(&[
        (
            "README.md",
            "# Notes\n\nA collection of notes on machines, for everybody who repairs them. Each note names the sounds, the smells and the marks by which a fault is known, and the usual cause. See the [website](http://notes.acme-parts.net).\n",
        ),
        ("notes/pumps.md", "# Pumps\n\nA pump that hums without pumping has lost its prime.\n"),
    ]);
    let found = outcomes(&repository);
    assert_eq!(found["BR-03.01"], "failed");
    for id in ["VM-04.02", "VM-05.03", "VM-06.02"] {
        assert_eq!(found[id], "not_applicable", "{id}");
    }
    let closed = Repository::with(&[
        ("README.md", "# Widget\n"),
        ("Cargo.toml", "[package]\nname = \"widget\"\nversion = \"1.0.0\"\nlicense = \"BUSL-1.1\"\n"),
        ("src/main.rs", "fn main() {}\n"),
    ]);
    closed.git(["tag", "-a", "v1.0.0", "-m", "v1.0.0"]);
    assert_eq!(outcomes(&closed)["LE-02.02"], "failed");
}

#[test]
fn a_clone_never_decides_what_it_cannot_show() {
    let empty = Repository::with(&[("README.md", "# Nothing yet\n")]);
    empty.git(["tag", "v0.1.0"]);
    for repository in [support::well_kept(), empty] {
        let found = outcomes(&repository);
        for id in NEVER {
            assert!(!is_decided(&found[*id]), "{id} is {} in a clone", found[*id]);
        }
    }
}
