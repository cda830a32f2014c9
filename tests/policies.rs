//! Properties of all policies together: their contract, their tests, and what ignorance may do to a verdict.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::collections::BTreeMap;

use osps::audit;
use osps::bundle::Bundle;
use osps::model::assessment::Assessment;
use osps::model::ruling::Outcome;
use osps::policy::{self, Engine, FactsSchema, Policies, Run, TestOutcome};
use serde_json::Value as Json;
use support::{catalogs, judge, lay_over, policies};

fn outcomes(assessment: &Assessment) -> BTreeMap<String, Outcome> {
    assessment.requirements.iter().map(|verdict| (verdict.id.to_string(), verdict.outcome)).collect()
}

/// The facts that policies are tried on: a well-kept repository read offline, the same with every fact of its forge
/// known and good, and the same with every fact of its forge bad.
fn documents() -> Vec<(String, Json)> {
    let read =
        |path: &str| -> Json { serde_json::from_str(&std::fs::read_to_string(path).expect("readable")).expect("JSON") };
    let offline = read("tests/facts/sample.json");
    let forge = |name: &str| {
        let mut document = offline.clone();
        lay_over(&mut document, &read(&format!("tests/facts/{name}.overlay.json")));
        (name.to_owned(), document)
    };
    vec![("offline".to_owned(), offline.clone()), forge("hardened"), forge("neglected")]
}

fn is_fact(value: &Json) -> bool {
    value.get("src").is_some() && (value.get("known").is_some() || value.get("unknown").is_some())
}

/// JSON pointers of all facts in a document.
fn fact_pointers(value: &Json, at: &str, found: &mut Vec<String>) {
    if is_fact(value) {
        found.push(at.to_owned());
        return;
    }
    if let Some(map) = value.as_object() {
        for (key, value) in map {
            fact_pointers(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found);
        }
    }
}

fn hidden() -> Json {
    serde_json::json!({"unknown": {"reason": "forbidden", "needs": "more access"}, "src": []})
}

#[test]
fn every_active_requirement_of_every_version_has_a_policy() {
    let policies = policies();
    for catalog in catalogs().all() {
        for requirement in catalog.active().filter(|requirement| !requirement.levels.is_empty()) {
            let name = requirement.policy.as_deref().unwrap_or(requirement.id.as_str());
            assert!(policies.get(name).is_some(), "{} {name}", catalog.version);
        }
    }
}

#[test]
fn policies_keep_their_contract() {
    let findings = policy::lint(policies(), &FactsSchema::new(audit::facts_schema()));
    let lines: Vec<String> =
        findings.iter().map(|finding| format!("{}:{}: {}", finding.path, finding.line, finding.message)).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

/// A policy that comes with osps says what it cannot see; one of somebody else may leave that out.
#[test]
fn policies_of_ours_say_what_they_cannot_see() {
    let mut bundle = Bundle::policies();
    let path = "LE/OSPS-LE-02.01.rego";
    let text = bundle.get(path).expect("a policy").replace("#   limits: >-\n", "#   other: >-\n");
    bundle.insert(path.to_owned(), text.clone());
    bundle.insert("LE/OSPS-LE-99.01.rego".to_owned(), text.replace("OSPS-LE-02.01", "OSPS-LE-99.01"));
    let loaded = Policies::load(&bundle).expect("policies");
    let findings = policy::lint(&loaded, &FactsSchema::new(audit::facts_schema()));
    let said = findings.iter().filter(|finding| finding.message.contains("cannot see"));
    assert_eq!(said.map(|finding| finding.path.as_str()).collect::<Vec<_>>(), [path]);
}

#[test]
fn the_tests_beside_the_policies_pass() {
    let policies = policies();
    let run = Run { catalog: "2026-08-28".to_owned(), strict_platform: false };
    let results = policy::test(policies, &run, &[]).expect("the tests run");
    let bad: Vec<String> = results
        .iter()
        .filter(|result| result.outcome != TestOutcome::Passed)
        .map(|result| format!("{} {} {:?}", result.path, result.name, result.outcome))
        .collect();
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    for policy in policies.iter() {
        let path = policy.path.replace(".rego", "_test.rego");
        let tests = results.iter().filter(|result| result.path == path).count();
        assert!(tests >= 3, "{path} has {tests} tests: passed, failed and undecided are the least");
    }
}

#[test]
fn with_everything_unknown_nothing_is_decided() {
    for (name, mut document) in documents() {
        let mut pointers = Vec::new();
        fact_pointers(&document, "", &mut pointers);
        for pointer in pointers {
            *document.pointer_mut(&pointer).expect("there") = hidden();
        }
        for (id, outcome) in outcomes(&judge(&document, false)) {
            assert_eq!(outcome, Outcome::Unknown, "{id} on {name}");
        }
    }
}

/// Ignorance may only lose verdicts. The one exception: a review that rests on evidence against an earlier pass may
/// become that pass again when the evidence is hidden.
#[test]
fn hiding_one_fact_never_makes_a_different_decision() {
    for (name, document) in documents() {
        let each = known_pointers(&document).into_iter().map(|pointer| vec![pointer]).collect();
        assert_nothing_turns(&name, &document, each);
    }
}

/// The same for many facts at once: what a policy concludes from one unread fact is not hidden by another.
#[test]
fn hiding_many_facts_never_makes_a_different_decision() {
    const SETS: usize = 120;
    for (name, document) in documents() {
        let pointers = known_pointers(&document);
        // Of each set another share is hidden, by numbers that are the same in every run.
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut below = |limit: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % limit
        };
        let sets = (0..SETS).map(|set| {
            let share = 1 + set as u64 % 9;
            pointers.iter().filter(|_| below(10) < share).cloned().collect()
        });
        assert_nothing_turns(&name, &document, sets.collect());
    }
}

fn known_pointers(document: &Json) -> Vec<String> {
    let mut pointers = Vec::new();
    fact_pointers(document, "", &mut pointers);
    pointers.retain(|pointer| document.pointer(pointer).is_some_and(|fact| fact.get("known").is_some()));
    pointers
}

/// Hides each of these sets of facts, in two threads with an engine each.
fn assert_nothing_turns(name: &str, document: &Json, sets: Vec<Vec<String>>) {
    let before = outcomes(&judge(document, false));
    let (policies, before) = (policies(), &before);
    let wrong: Vec<String> = std::thread::scope(|scope| {
        let parts: Vec<_> = sets
            .chunks(sets.len().div_ceil(2))
            .map(|part| {
                scope.spawn(move || {
                    // One engine for all: what is asked is only the policies, not the documents around them.
                    let run = Run { catalog: "2026-08-28".to_owned(), strict_platform: false };
                    let mut engine = Engine::new(policies, &run).expect("an engine");
                    part.iter().flat_map(|set| hide(&mut engine, document, before, set)).collect::<Vec<_>>()
                })
            })
            .collect();
        parts.into_iter().flat_map(|part| part.join().expect("ended")).collect()
    });
    assert!(wrong.is_empty(), "{name}:\n{}", wrong.join("\n"));
}

fn hide(engine: &mut Engine, document: &Json, before: &BTreeMap<String, Outcome>, set: &[String]) -> Vec<String> {
    let mut document = document.clone();
    for pointer in set {
        *document.pointer_mut(pointer).expect("there") = hidden();
    }
    let rulings = engine.evaluate(&document.to_string()).expect("rulings");
    rulings
        .iter()
        .filter_map(|ruling| Some((ruling, *before.get(ruling.id.as_str())?)))
        .filter(|(ruling, then)| {
            let restored = *then == Outcome::NeedsReview && ruling.outcome == Outcome::Passed;
            ruling.outcome.is_decided() && ruling.outcome != *then && !restored
        })
        .map(|(ruling, then)| {
            let needed = policies().get(ruling.id.as_str()).map(|policy| policy.needs.clone()).unwrap_or_default();
            let hidden: Vec<String> = set
                .iter()
                .map(|pointer| pointer.trim_start_matches('/').replace('/', "."))
                .filter(|name| needed.contains(name))
                .collect();
            format!("{}: {then:?} becomes {:?} when {} is hidden", ruling.id, ruling.outcome, hidden.join(", "))
        })
        .collect()
}

#[test]
fn verdicts_carry_evidence_and_no_policy_is_defective() {
    for (name, document) in documents() {
        for verdict in judge(&document, false).requirements {
            assert_eq!(verdict.defect, None, "{} on {name}", verdict.id);
            if verdict.outcome.is_decided() {
                assert!(!verdict.evidence.is_empty(), "{} on {name}", verdict.id);
            } else if verdict.outcome == Outcome::Unknown {
                assert!(!verdict.needs.is_empty(), "{} on {name} does not say what would settle it", verdict.id);
            }
        }
    }
}

#[test]
fn strict_platform_evidence_never_passes() {
    use osps::model::evidence::EvidenceKind::{PlatformPolicy, PlatformStructural};
    for (name, document) in documents() {
        for verdict in judge(&document, true).requirements {
            let platform = matches!(verdict.evidence_kind, Some(PlatformPolicy | PlatformStructural));
            assert!(!(platform && verdict.outcome == Outcome::Passed), "{} on {name}", verdict.id);
        }
    }
}

#[test]
fn removing_the_security_insights_file_changes_no_verdict_of_other_evidence() {
    for (name, document) in documents() {
        let before = judge(&document, false);
        let mut without = document.clone();
        let empty = [
            ("present", Json::Null),
            ("age_days", Json::Null),
            ("stale", Json::Bool(false)),
            ("status", Json::Null),
            ("reports_accepted", Json::Null),
            ("accepts_changes", Json::Null),
            ("no_third_party", Json::Null),
            ("license", Json::Null),
        ];
        let insights = without["insights"].as_object_mut().expect("a section");
        let names: Vec<String> = insights.keys().cloned().collect();
        for key in names {
            let value = match (empty.iter().find(|(name, _)| *name == key), key.as_str()) {
                (Some((_, value)), _) => value.clone(),
                (None, "links") => {
                    let fields = insights["links"]["known"].as_object().cloned().unwrap_or_default();
                    fields.into_iter().map(|(field, _)| (field, Json::Null)).collect::<serde_json::Map<_, _>>().into()
                }
                (None, _) => Json::Array(Vec::new()),
            };
            insights[&key] = serde_json::json!({"known": value, "src": ["git"]});
        }
        let after = outcomes(&judge(&without, false));
        for verdict in before.requirements {
            let declared = verdict.evidence_kind == Some(osps::model::evidence::EvidenceKind::Declared)
                || verdict
                    .evidence
                    .iter()
                    .any(|evidence| evidence.fact.as_deref().is_some_and(|fact| fact.starts_with("insights")));
            if verdict.outcome.is_decided() && !declared {
                assert_eq!(after[verdict.id.as_str()], verdict.outcome, "{} on {name}", verdict.id);
            }
        }
    }
}
