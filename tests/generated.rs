//! Files that are made from the code and committed: the schemas of all documents, and the sample of facts that tests and
//! benchmarks read. `BLESS=1 cargo test --test generated` writes them again.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::path::Path;

use osps::audit;
use serde_json::Value as Json;

fn check(path: &str, value: &Json) {
    let text = format!("{value:#}\n");
    if std::env::var_os("BLESS").is_some() {
        std::fs::create_dir_all(Path::new(path).parent().expect("a directory")).expect("created");
        std::fs::write(path, &text).expect("written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    // Not `assert_eq`: nobody reads two documents of thousands of lines.
    assert!(committed == text, "{path} is not what the code makes: run `BLESS=1 cargo test --test generated`");
}

#[test]
fn schemas() {
    check("schemas/facts.json", &audit::facts_schema());
    check("schemas/assessment.json", &audit::assessment_schema());
    check("schemas/comparison.json", &osps::compare::schema());
    check("schemas/snapshot.json", &osps::compare::snapshot_schema());
    check("schemas/catalog.json", &audit::catalog_schema());
    check("schemas/baseline.json", &osps::config::schema());
    check("schemas/fixes.json", &osps::fix::schema());
    check("schemas/checklist.json", &osps::report::checklist::schema());
}

#[test]
fn sample_of_facts() {
    let repository = support::well_kept();
    let mut facts = support::facts(repository.path());
    // The version of osps would change the file with every release.
    facts["collection"]["tool"] = Json::from("osps");
    check("tests/facts/sample.json", &facts);
}
