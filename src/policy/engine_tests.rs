use rstest::rstest;

use super::*;
use crate::bundle::Bundle;

const VERDICT: &str = include_str!("../../policies/lib/verdict.rego");

fn policy(body: &str) -> String {
    format!(
        "# METADATA\n# title: A test\n# custom:\n#   requirement: OSPS-AC-01.01\npackage osps.requirements[\"OSPS-AC-01.01\"]\n\n\
         import rego.v1\nimport data.osps.verdict\n\nneeds := [input.org.two_factor_required]\n\n{body}\n"
    )
}

fn judge(texts: &[(&str, String)], facts: &str) -> Vec<Ruling> {
    let mut bundle = Bundle::default();
    bundle.insert("lib/verdict.rego".to_owned(), VERDICT.to_owned());
    for (path, text) in texts {
        bundle.insert((*path).to_owned(), text.clone());
    }
    let policies = Policies::load(&bundle).expect("policies");
    let run = Run { catalog: "2026-08-28".to_owned(), strict_platform: false };
    Engine::new(&policies, &run).expect("an engine").evaluate(facts).expect("rulings")
}

fn one(body: &str, facts: &str) -> Ruling {
    judge(&[("AC/OSPS-AC-01.01.rego", policy(body))], facts).remove(0)
}

const KNOWN: &str = r#"{"org": {"two_factor_required": {"known": true, "src": ["org"]}}}"#;
const UNKNOWN: &str =
    r#"{"org": {"two_factor_required": {"unknown": {"reason": "offline", "needs": "an owner"}, "src": ["org"]}}}"#;
const PASS: &str = "ruling := verdict.passed(\"It is on.\", needs) if input.org.two_factor_required.known == true";

#[test]
fn a_known_fact_decides_and_is_the_evidence() {
    let ruling = one(PASS, KNOWN);
    assert_eq!((ruling.outcome, ruling.defect), (Outcome::Passed, None));
    assert_eq!(ruling.evidence[0].fact.as_deref(), Some("org.two_factor_required"));
    assert_eq!(ruling.evidence[0].src, ["org"]);
}

#[test]
fn an_unknown_fact_leaves_it_open_and_names_what_would_settle_it() {
    let ruling = one(PASS, UNKNOWN);
    assert_eq!((ruling.outcome, ruling.defect), (Outcome::Unknown, None));
    assert_eq!(ruling.needs[0].fact, "org.two_factor_required");
    assert_eq!(ruling.message, "What decides this could not be seen; it takes an owner.");
}

#[rstest]
#[case::hole("ruling := verdict.passed(\"x\", needs) if input.org.two_factor_required.known == false", "a hole")]
#[case::no_evidence("ruling := verdict.passed(\"x\", []) if input.org.two_factor_required.known", "no evidence")]
#[case::empty_message("ruling := verdict.passed(\"\", needs) if input.org.two_factor_required.known", "empty message")]
#[case::conflict("ruling := verdict.passed(\"x\", needs)\n\nruling := verdict.failed(\"y\", needs)", "it errs")]
#[case::wrong_shape("ruling := \"passed\"", "no `outcome`")]
#[case::low_pass(
    "ruling := object.union(verdict.passed(\"x\", needs), {\"confidence\": \"low\"})",
    "has to be `needs_review`"
)]
#[case::foreign_evidence("ruling := verdict.passed(\"x\", [{\"known\": 7, \"src\": []}])", "does not list")]
fn a_defective_policy_decides_nothing(#[case] body: &str, #[case] defect: &str) {
    let ruling = one(body, KNOWN);
    assert_eq!(ruling.outcome, Outcome::Unknown);
    assert!(ruling.defect.as_deref().is_some_and(|text| text.contains(defect)), "{:?}", ruling.defect);
}

#[test]
fn an_erring_policy_does_not_touch_its_siblings() {
    let broken = policy("ruling := verdict.passed(sprintf(\"%s\", [1 + \"x\"]), needs)").replace("01.01", "02.01");
    let rulings = judge(&[("AC/OSPS-AC-01.01.rego", policy(PASS)), ("AC/OSPS-AC-02.01.rego", broken)], KNOWN);
    assert_eq!(rulings[0].outcome, Outcome::Passed);
    assert_eq!(rulings[1].outcome, Outcome::Unknown);
    assert!(rulings[1].defect.is_some());
}

#[test]
fn the_platform_never_passes_anything_in_strict_mode() {
    let mut bundle = Bundle::default();
    bundle.insert("lib/verdict.rego".to_owned(), VERDICT.to_owned());
    let body = "ruling := verdict.structural(verdict.passed(\"x\", needs))";
    bundle.insert("AC/OSPS-AC-01.01.rego".to_owned(), policy(body));
    let policies = Policies::load(&bundle).expect("policies");
    let outcome = |strict_platform| {
        let run = Run { catalog: "2026-08-28".to_owned(), strict_platform };
        Engine::new(&policies, &run).expect("an engine").evaluate(KNOWN).expect("rulings")[0].outcome
    };
    assert_eq!(outcome(false), Outcome::Passed);
    assert_eq!(outcome(true), Outcome::NeedsReview);
}

#[test]
fn the_order_of_policies_does_not_matter() {
    let policies = Policies::load(&Bundle::policies()).expect("the shipped policies");
    let run = Run { catalog: "2026-08-28".to_owned(), strict_platform: false };
    let facts = include_str!("../../tests/facts/sample.json");
    let mut order: Vec<&Policy> = policies.iter().collect();
    let straight = Engine::new(&policies, &run).expect("an engine").evaluate(facts).expect("rulings");
    assert_eq!(straight.len(), order.len());
    for turn in 1..10 {
        // A different order each time: every element moves by a stride that shares no factor with the length.
        let length = order.len();
        order.rotate_left(turn * 7 % length.max(1));
        order.chunks_mut(turn + 1).for_each(<[_]>::reverse);
        let mut engine = Engine::in_order(&policies, &run, order.iter().copied()).expect("an engine");
        assert_eq!(engine.evaluate(facts).expect("rulings"), straight);
    }
}

#[rstest]
#[case::nested(&format!("ruling := {}1{}", "[".repeat(11), "]".repeat(11)), "nested deeper")]
#[case::recursive("f(x) := f(x)\n\nruling := f(1)", "calls itself")]
fn what_could_hang_the_engine_never_reaches_it(#[case] body: &str, #[case] expected: &str) {
    let mut bundle = Bundle::default();
    bundle.insert("AC/OSPS-AC-01.01.rego".to_owned(), policy(body));
    let policies = Policies::load(&bundle).expect("policies");
    let run = Run { catalog: "2026-08-28".to_owned(), strict_platform: false };
    let error = Engine::new(&policies, &run).expect_err("guarded").to_string();
    assert!(error.contains("AC/OSPS-AC-01.01.rego") && error.contains(expected), "{error}");
}
