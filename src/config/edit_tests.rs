use super::*;
use crate::config::{Layer, Role, read};
use crate::model::declaration::Origin;
use rstest::rstest;

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn declaration(statement: &str) -> Declaration {
    Declaration {
        requirement: "OSPS-GV-04.01".parse().expect("an id"),
        kind: Kind::Attestation,
        statement: statement.to_owned(),
        evidence: vec!["https://sample.dev/governance#grants".to_owned()],
        by: "ada@sample.dev".to_owned(),
        on: day("2026-11-01"),
        expires: day("2027-11-01"),
        catalog: Some("2026-08-28".to_owned()),
        text_sha256: Some("a".repeat(64)),
        paths: Vec::new(),
        findings: Vec::new(),
        origin: Origin { file: String::new(), line: 1, foundation: false },
    }
}

fn read_back(text: &str) -> Vec<Declaration> {
    let layer = Layer { file: "baseline.yaml".to_owned(), text: text.to_owned(), role: Role::Main };
    read(&[layer]).unwrap_or_else(|errors| panic!("{errors}\n{text}")).declarations
}

const ONE: &str = "- requirement: OSPS-AC-01.01\n    kind: attestation # here\n    statement: |\n      Everybody has a key.\n\n      # this is text\n    by: ada\n    on: 2026-01-01";

#[rstest]
#[case::nothing("")]
#[case::comments("# What we state.\n")]
#[case::no_list("# head\nversion: 1 # one\n\n# tail\n")]
#[case::empty_list("version: 1\ndeclarations: [] # none so far\ntarget-level: 2\n")]
#[case::nothing_in_it("version: 1\ndeclarations:\n  # An example.\n\n# Later.\ntarget-level: 2\n")]
#[case::at_the_end(&format!("version: 1\ndeclarations:\n  # first\n  {ONE}\n"))]
#[case::no_line_end(&format!("version: 1\ndeclarations:\n  {ONE}"))]
#[case::in_the_middle(&format!("version: 1\ndeclarations:\n  {ONE}\n\n# What follows.\ntarget-level: 2 # two\n"))]
#[case::not_indented(
    "version: 1\ndeclarations:\n- requirement: OSPS-AC-01.01\n  kind: attestation\n  statement: So.\n  by: ada\n  on: 2026-01-01\n# end\ntarget-level: 2\n"
)]
#[case::two_lists(
    "version: 1\npolicies:\n  - a\ndeclarations:\n  - {requirement: OSPS-AC-01.01, kind: attestation, statement: So., by: ada, on: 2026-01-01}\n"
)]
#[case::windows(
    "version: 1\r\ndeclarations:\r\n  - requirement: OSPS-AC-01.01\r\n    kind: attestation\r\n    statement: So.\r\n    by: ada\r\n    on: 2026-01-01\r\n"
)]
fn what_is_added_leaves_every_line_where_it_was(#[case] text: &str) {
    let edited = append(text, &declaration("Maintainers vote: every grant, #1 to #n.")).expect("edited");
    let last = read_back(&edited).pop().expect("a declaration");
    assert_eq!(last.statement, "Maintainers vote: every grant, #1 to #n.");
    assert_eq!((last.catalog.as_deref(), last.expires), (Some("2026-08-28"), day("2027-11-01")));
    // Every old line is still there, in its order; only an empty list is opened.
    let mut lines = edited.lines();
    for old in text.lines() {
        let old = old.replace("declarations: []", "declarations:");
        assert!(lines.any(|line| line == old), "`{old}` is lost in:\n{edited}");
    }
    assert_eq!(edited.contains("\r\n"), text.contains("\r\n"));
    let again =
        append(&edited, &Declaration { requirement: "OSPS-GV-01.01".parse().expect("an id"), ..declaration("Two.") });
    assert_eq!(read_back(&again.expect("edited")).len(), read_back(&edited).len() + 1);
}

#[rstest]
#[case("plain words")]
#[case("with: a colon")]
#[case("ends with a colon:")]
#[case("a # comment")]
#[case("- a dash")]
#[case("'quoted' and \"double\"")]
#[case("two\nlines\n\nand more")]
#[case("ünïcödé → ✓")]
#[case("true")]
#[case("2026")]
#[case("  ")]
#[case("*alias &anchor !tag %x @y `z`")]
#[case("[a, b] {c: d}")]
#[case("tab\there, null\u{0}")]
#[case("back\\slash")]
#[case("...")]
#[case("next\u{85}line\u{2028}")]
fn any_text_survives(#[case] statement: &str) {
    let edited = append("version: 1\n", &declaration(statement)).expect("edited");
    let node = yaml::parse(&edited).expect("YAML").expect("a node");
    let written = node.get("declarations").and_then(|list| list.items().first()?.get("statement")?.as_str());
    assert_eq!(written, Some(statement));
}

#[test]
fn what_is_written_in_one_line_is_left_to_people() {
    let text = "version: 1\ndeclarations: [{requirement: OSPS-AC-01.01, kind: attestation, statement: So., by: a, on: 2026-01-01}]\n";
    assert_eq!(append(text, &declaration("So.")), Err(EditError::FlowStyle { line: 2 }));
}

#[test]
fn renewing_changes_the_days_and_the_text_it_is_bound_to() {
    let text = "# head\nversion: 1\ndeclarations:\n  # first\n  - requirement: OSPS-AC-01.01\n    kind: attestation\n    statement: So.\n    by: ada\n    on: 2025-01-01\n  # second\n  - requirement: OSPS-GV-04.01 # grants\n    kind: attestation\n    statement: We vote. # truly\n    by: ada\n    on: 2025-11-01 # made\n    expires: \"2026-11-01\"\n    catalog: '2026-02-19'\n\ntarget-level: 1\n";
    let edited = renew(text, &declaration("ignored")).expect("edited");
    let expected = format!(
        "# head\nversion: 1\ndeclarations:\n  # first\n  - requirement: OSPS-AC-01.01\n    kind: attestation\n    statement: So.\n    by: ada\n    on: 2025-01-01\n  # second\n  - requirement: OSPS-GV-04.01 # grants\n    kind: attestation\n    statement: We vote. # truly\n    by: ada\n    on: 2026-11-01 # made\n    expires: 2027-11-01\n    catalog: \"2026-08-28\"\n    text-sha256: {}\n\ntarget-level: 1\n",
        "a".repeat(64)
    );
    assert_eq!(edited, expected);
    let other = Declaration { requirement: "OSPS-GV-01.01".parse().expect("an id"), ..declaration("So.") };
    assert_eq!(renew(text, &other), Err(EditError::NoSuchDeclaration("OSPS-GV-01.01".to_owned())));
}
