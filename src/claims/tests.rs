use super::*;
use crate::model::ruling::Outcome;
use rstest::rstest;

/// Gemara's evaluation log.
const LOG: &str = "\
metadata: {id: X, type: EvaluationLog, author: {id: t, name: Tool, version: '1.2', type: Software}, date: 2026-01-01T00:00:00Z}
result: Failed
evaluations:
- name: a
  result: Passed
  control: {reference-id: OSPS-B, entry-id: OSPS-AC-01}
  assessment-logs:
  - {requirement: {entry-id: OSPS-AC-01.01}, result: Passed, message: Seen., start: 2026-02-01T00:00:00Z}
- name: b
  control: {entry-id: OSPS-AC-04}
  assessment-logs:
  - {requirement: {entry-id: OSPS-AC-04.01}, result: Not Run, message: '\"\"'}
  - {requirement: {entry-id: OTHER-1}, result: Passed}
  - {requirement: {entry-id: OSPS-AC-04.02}, result: Splendid}
";

/// The wrapper with suites.
const SUITE: &str = "\
evaluation-suites:
- name: osps
  catalog-id: osps-baseline-2026-02
  control-evaluations:
    evaluations:
    - control: {entry-id: OSPS-QA-01}
      assessment-logs:
      - {requirement: {entry-id: OSPS-QA-01.01}, result: Needs Review, message: Look.}
";

/// An older form.
const OLD: &str = "\
Evaluation_Suites:
- Catalog_Id: osps-baseline
  Control_Evaluations:
  - Control_Id: OSPS-QA-01
    Assessments:
    - {Requirement_Id: OSPS-QA-01.01, Result: Not Applicable, Message: None.}
    - {Requirement_Id: OSPS-QA-01.02, Result: Unknown}
";

fn short(read: &Read) -> Vec<(String, Outcome, String)> {
    read.claims.iter().map(|claim| (claim.requirement.to_string(), claim.outcome, claim.claimant.clone())).collect()
}

#[test]
fn an_evaluation_log_loses_nothing_silently() {
    let read = read("log.yaml", LOG).expect("claims");
    let tool = "Tool 1.2".to_owned();
    let expected = [
        ("OSPS-AC-01.01".to_owned(), Outcome::Passed, tool.clone()),
        ("OSPS-AC-04.01".to_owned(), Outcome::NotRun, tool),
    ];
    assert_eq!(short(&read), expected);
    assert_eq!(read.claims[0].on.as_deref(), Some("2026-02-01T00:00:00Z"));
    assert_eq!(read.claims[0].catalog.as_deref(), Some("OSPS-B"));
    assert_eq!(read.claims[1].statement, None, "an empty message says nothing");
    let remarks = [
        "line 13: a result for OTHER-1, which is no requirement of the Baseline",
        "line 14: the result `Splendid` of OSPS-AC-04.02 is not known",
    ];
    assert_eq!(read.remarks, remarks);
}

#[rstest]
#[case::suite(SUITE, &[("OSPS-QA-01.01", Outcome::NeedsReview)], Some("osps-baseline-2026-02"))]
#[case::older(OLD, &[("OSPS-QA-01.01", Outcome::NotApplicable), ("OSPS-QA-01.02", Outcome::Unknown)], Some("osps-baseline"))]
fn wrappers(#[case] text: &str, #[case] expected: &[(&str, Outcome)], #[case] catalog: Option<&str>) {
    let read = read("log.yaml", text).expect("claims");
    let found: Vec<(&str, Outcome)> =
        read.claims.iter().map(|claim| (claim.requirement.as_str(), claim.outcome)).collect();
    assert_eq!(found, expected);
    assert!(read.claims.iter().all(|claim| claim.catalog.as_deref() == catalog));
    assert_eq!(read.remarks, Vec::<String>::new());
}

#[test]
fn answers_of_the_badge() {
    let text = r#"{
        "id": 17, "name": "Sample", "updated_at": "2026-03-01",
        "osps_ac_01_01_status": "Met", "osps_ac_01_01_justification": "All have keys: https://sample.dev",
        "OSPS-BR-01.01_status": "Unmet", "OSPS-BR-01.01_justification": "",
        "osps_vm_04_01_status": "N/A", "osps_gv_01_01_status": "?",
        "OSPS-BR-01.02_status": 0, "osps_zz_status": "Met",
        "osps_do_01_01_justification": "A guide.",
        "floss_license_status": "Met", "floss_license_justification": "MIT", "tiered_percentage": 100
    }"#;
    let read = read(".bestpractices.json", text).expect("claims");
    let badge = "OpenSSF Best Practices Badge, project 17".to_owned();
    let expected = [
        ("OSPS-AC-01.01".to_owned(), Outcome::Passed, badge.clone()),
        ("OSPS-BR-01.01".to_owned(), Outcome::Failed, badge.clone()),
        ("OSPS-VM-04.01".to_owned(), Outcome::NotApplicable, badge.clone()),
        ("OSPS-GV-01.01".to_owned(), Outcome::Unknown, badge),
    ];
    assert_eq!(short(&read), expected);
    assert_eq!(read.claims[0].statement.as_deref(), Some("All have keys: https://sample.dev"));
    let remarks = [
        "`OSPS-BR-01.02_status` has no answer that is known: 0",
        "`osps_zz_status` names no requirement",
        "`osps_do_01_01_justification` stands without its status",
        "1 answers to criteria outside the OSPS Baseline",
    ];
    assert_eq!(read.remarks, remarks);
}

#[rstest]
#[case::text("hello", "neither an evaluation log")]
#[case::empty("", "neither an evaluation log")]
#[case::catalog("title: x\ncontrols: []\n", "neither an evaluation log")]
#[case::broken("{", "neither YAML nor JSON")]
fn other_files_are_refused(#[case] text: &str, #[case] message: &str) {
    let error = read("x", text).expect_err("refused");
    assert!(error.to_string().contains(message), "{error}");
}
