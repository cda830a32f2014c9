//! Unsigned in-toto statements about the assessed commit, for whoever signs them: all results in the draft of a predicate for the
//! Baseline, and the passing properties in a Simple Verification Result.
//!
//! Both say only what osps found. What people declare is theirs to state and to sign, so no result here rests on it; a level that
//! is reached only with declarations says so in its name. The draft knows three results: what could not be seen is `needs
//! review`, and what does not apply or was not run has no place in it and is left out.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Format, NotRendered, links, record};
use crate::model::assessment::{Assessment, Basis, LevelMode, Verdict};
use crate::model::evidence::Evidence;
use crate::model::id::{Level, RequirementId};
use crate::model::ruling::Outcome;

const STATEMENT: &str = "https://in-toto.io/Statement/v1";
const BASELINE: &str = "https://baseline.openssf.org/attestation/0.1";
const VERIFICATION: &str = "https://in-toto.io/attestation/svr/v0.1";

/// All results.
pub(super) fn baseline(assessment: &Assessment) -> Result<String, NotRendered> {
    let controls: Vec<Value> =
        assessment.requirements.iter().filter_map(|verdict| control(assessment, verdict)).collect();
    let predicate = json!({
        "author": {
            "name": "osps",
            "uri": identity(assessment),
        },
        "framework": assessment.catalog.url,
        "assessedAt": record::moment(assessment, Format::InToto)?,
        "controls": controls,
        // More than the draft knows; whoever does not know it either may leave it aside.
        "policies": policies(assessment),
        "facts": {"digest": digest(&assessment.facts.digest)},
    });
    statement(assessment, Format::InToto, BASELINE, &predicate)
}

/// What passed, and the levels that are reached.
pub(super) fn verification(assessment: &Assessment) -> Result<String, NotRendered> {
    let predicate = json!({
        "verifier": {
            "id": identity(assessment),
            "policy": policies(assessment),
        },
        "timeCreated": record::moment(assessment, Format::Svr)?,
        "properties": properties(assessment),
    });
    statement(assessment, Format::Svr, VERIFICATION, &predicate)
}

fn statement(assessment: &Assessment, format: Format, kind: &str, predicate: &Value) -> Result<String, NotRendered> {
    let subject = &assessment.subject;
    let commit = subject.commit.as_deref().filter(|commit| links::is_commit(commit)).ok_or_else(|| NotRendered {
        format: format.name(),
        why: "a statement is about a commit, and these files were assessed as they lay there".to_owned(),
    })?;
    let mut about = json!({"name": subject.name, "digest": {"gitCommit": commit}});
    if let Some(repository) = links::repository(subject) {
        about["uri"] = format!("git+{repository}").into();
    }
    Ok(record::text(&json!({
        "_type": STATEMENT,
        "subject": [about],
        "predicateType": kind,
        "predicate": predicate,
    })))
}

/// Who found it: this version of osps. With policies that are not its own it is somebody else, whom nobody trusts by accident.
fn identity(assessment: &Assessment) -> String {
    let version = assessment.tool.strip_prefix("osps ").unwrap_or(&assessment.tool);
    let policies = if assessment.policies.changed.is_empty() { "" } else { "?policies=changed" };
    format!("pkg:cargo/osps@{}{policies}", links::encoded(version))
}

fn policies(assessment: &Assessment) -> Value {
    let mut policies = json!({"name": "osps policies", "digest": digest(&assessment.policies.digest)});
    if !assessment.policies.changed.is_empty() {
        policies["annotations"] = json!({"changed": assessment.policies.changed});
    }
    policies
}

/// `sha256:` and the digits, as a set of digests.
fn digest(text: &str) -> Value {
    let (algorithm, digits) = text.split_once(':').unwrap_or(("sha256", text));
    json!({algorithm: digits})
}

fn result(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Passed => Some("passed"),
        Outcome::Failed => Some("failed"),
        Outcome::NeedsReview | Outcome::Unknown => Some("needs review"),
        Outcome::NotApplicable | Outcome::NotRun => None,
    }
}

fn control(assessment: &Assessment, verdict: &Verdict) -> Option<Value> {
    let result = result(verdict.outcome)?;
    // The judgement itself comes first: it bounds the result, and places alone have none.
    let mut judged = json!({"name": format!("osps: {}", verdict.id), "result": result, "description": verdict.summary});
    if result != "passed" {
        judged["message"] = verdict.message.clone().into();
    }
    let mut names = BTreeSet::from([format!("osps: {}", verdict.id)]);
    let mut evidence = vec![judged];
    for seen in &verdict.evidence {
        let mut value = json!({"name": once(place(assessment, seen), &mut names)});
        if let Some(detail) = &seen.detail {
            value["description"] = detail.clone().into();
        }
        evidence.push(value);
    }
    Some(json!({"control": verdict.id, "result": result, "evidence": evidence}))
}

/// A name that does not stand among the others yet.
fn once(name: String, names: &mut BTreeSet<String>) -> String {
    let mut own = name.clone();
    let mut again = 2;
    while !names.insert(own.clone()) {
        own = format!("{name} ({again})");
        again += 1;
    }
    own
}

fn place(assessment: &Assessment, evidence: &Evidence) -> String {
    if let Some(link) = links::permalink(assessment, evidence) {
        return link;
    }
    match (&evidence.path, evidence.line, &evidence.fact) {
        (Some(path), Some(line), _) => format!("{path}:{line}"),
        (Some(path), None, _) => path.clone(),
        (None, _, Some(fact)) => format!("fact {fact}"),
        (None, _, None) => "what was seen".to_owned(),
    }
}

/// `OSPS_BASELINE_2026_08_28_LEVEL_1` for a level that is reached, `…_EXACT_LEVEL_1` where levels were read as the catalog lists
/// them, `…_WITH_DECLARATIONS` behind either where it took statements of people; `OSPS_BASELINE_2026_08_28_AC_01_01` for a
/// requirement that was seen to be met. The version is part of every name: both levels and texts differ between versions.
fn properties(assessment: &Assessment) -> Vec<String> {
    let version = assessment.catalog.version.replace(['-', '.'], "_");
    let reached = assessment.levels.standings.iter().filter(|standing| {
        assessment.levels.reached.is_some_and(|highest| standing.reached && standing.level <= highest)
    });
    let mode = match assessment.levels.mode {
        LevelMode::Cumulative => "LEVEL",
        LevelMode::Exact => "EXACT_LEVEL",
    };
    let levels = reached.map(|standing| {
        let declared = if is_declared(assessment, standing.level) { "_WITH_DECLARATIONS" } else { "" };
        format!("OSPS_BASELINE_{version}_{mode}_{}{declared}", standing.level)
    });
    let passed = assessment.requirements.iter().filter(|verdict| verdict.outcome == Outcome::Passed);
    let passed = passed.map(|verdict| format!("OSPS_BASELINE_{version}_{}", short(&verdict.id)));
    levels.chain(passed).collect()
}

/// Whether the standing at a level rests on what people declared.
fn is_declared(assessment: &Assessment, level: Level) -> bool {
    let mode = assessment.levels.mode;
    let mut counting = assessment.requirements.iter().filter(|verdict| mode.counts(&verdict.levels, level));
    counting.any(|verdict| matches!(verdict.basis, Some(Basis::Attested | Basis::Waived)))
}

fn short(id: &RequirementId) -> String {
    id.as_str().trim_start_matches("OSPS-").replace(['-', '.'], "_")
}

#[cfg(test)]
mod tests {
    use super::super::samples;
    use super::*;
    use crate::model::assessment::Standing;
    use rstest::rstest;

    /// What both statements have to be.
    fn statement_schema(kind: &str, predicate: &Value) -> Value {
        json!({
            "type": "object",
            "required": ["_type", "subject", "predicateType", "predicate"],
            "additionalProperties": false,
            "properties": {
                "_type": {"const": STATEMENT},
                "predicateType": {"const": kind},
                "subject": {"type": "array", "minItems": 1, "items": {
                    "type": "object",
                    "required": ["digest"],
                    "additionalProperties": false,
                    "properties": {
                        "name": {"type": "string"},
                        "uri": {"type": "string", "pattern": r"^git\+https://[A-Za-z0-9._~:/%-]+$"},
                        "digest": {"type": "object", "required": ["gitCommit"], "additionalProperties": false, "properties": {
                            "gitCommit": {"type": "string", "pattern": "^([0-9a-f]{40}|[0-9a-f]{64})$"},
                        }},
                    },
                }},
                "predicate": predicate,
            },
        })
    }

    const MOMENT: &str = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$";
    const URI: &str = r"^[a-z][a-z0-9+.-]*:[!-~]+$";

    fn baseline_schema() -> Value {
        let result = json!({"enum": ["passed", "needs review", "failed"]});
        statement_schema(
            BASELINE,
            &json!({
                "type": "object",
                "required": ["author", "framework", "controls"],
                "properties": {
                    "author": {"type": "object", "required": ["uri"], "properties": {"uri": {"type": "string", "pattern": URI}}},
                    "framework": {"type": "string", "pattern": r"^https://baseline\.openssf\.org/versions/\d{4}-\d{2}-\d{2}$"},
                    "assessedAt": {"type": "string", "pattern": MOMENT},
                    "controls": {"type": "array", "items": {
                        "type": "object",
                        "required": ["control", "result"],
                        "additionalProperties": false,
                        "properties": {
                            "control": {"type": "string", "pattern": r"^OSPS-[A-Z]{2}-\d{2}\.\d{2}$"},
                            "result": result,
                            "evidence": {"type": "array", "items": {
                                "type": "object",
                                "required": ["name"],
                                "additionalProperties": false,
                                "properties": {
                                    "name": {"type": "string", "minLength": 1},
                                    "result": result,
                                    "description": {"type": "string"},
                                    "message": {"type": "string"},
                                },
                                // A message explains why it did not pass.
                                "if": {"required": ["message"]},
                                "then": {"required": ["result"], "properties": {"result": {"not": {"const": "passed"}}}},
                            }},
                        },
                    }},
                },
            }),
        )
    }

    fn verification_schema() -> Value {
        statement_schema(
            VERIFICATION,
            &json!({
                "type": "object",
                "required": ["verifier", "timeCreated", "properties"],
                "properties": {
                    "verifier": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string", "pattern": URI}}},
                    "timeCreated": {"type": "string", "pattern": MOMENT},
                    "properties": {"type": "array", "uniqueItems": true, "items": {"type": "string", "pattern": "^OSPS_BASELINE_[A-Z0-9_]+$"}},
                },
            }),
        )
    }

    fn parsed(text: &str) -> Value {
        serde_json::from_str(text).expect("JSON")
    }

    #[test]
    fn every_sample_follows_the_schemas() {
        let schemas = [baseline_schema(), verification_schema()]
            .map(|schema| jsonschema::validator_for(&schema).expect("a schema"));
        for (name, assessment) in samples::all() {
            let texts = [baseline(&assessment), verification(&assessment)].map(|text| text.expect("rendered"));
            for (schema, text) in schemas.iter().zip(&texts) {
                let errors: Vec<String> = schema.iter_errors(&parsed(text)).map(|error| error.to_string()).collect();
                assert_eq!(errors, Vec::<String>::new(), "{name}");
            }
        }
    }

    #[test]
    fn the_mixed_sample() {
        let statement = parsed(&baseline(&samples::mixed()).expect("rendered"));
        let controls = statement["predicate"]["controls"].as_array().expect("controls").clone();
        let of = |id: &str| controls.iter().find(|control| control["control"] == id).cloned();
        let mut head = statement.clone();
        head["predicate"]["controls"] = json!(["…"]);
        insta::assert_json_snapshot!("intoto_head", samples::steady(head));
        insta::assert_json_snapshot!("intoto_attested", samples::steady(of("OSPS-AC-01.01")));
        insta::assert_json_snapshot!("intoto_failed", samples::steady(of("OSPS-BR-01.01")));
        insta::assert_json_snapshot!("intoto_passed", samples::steady(of("OSPS-LE-02.01")));
        assert_eq!(of("OSPS-QA-02.01"), None, "what does not apply has no place in the draft");
        assert_eq!(controls.len(), 59, "of 64, 5 do not apply");
        insta::assert_json_snapshot!(
            "svr",
            samples::steady(parsed(&verification(&samples::mixed()).expect("rendered")))
        );
    }

    #[test]
    fn results_are_no_stronger_than_their_evidence_and_names_stand_once() {
        for (name, assessment) in samples::all() {
            let statement = parsed(&baseline(&assessment).expect("rendered"));
            for control in statement["predicate"]["controls"].as_array().expect("controls") {
                let evidence = control["evidence"].as_array().expect("evidence");
                assert!(evidence.iter().all(|one| one.get("result").is_none_or(|result| *result == control["result"])));
                let mut names: Vec<&str> = evidence.iter().filter_map(|one| one["name"].as_str()).collect();
                names.sort_unstable();
                assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{name} {}", control["control"]);
            }
        }
    }

    #[test]
    fn files_without_a_commit_have_no_statement() {
        let mut assessment = samples::mixed();
        assessment.subject.commit = None;
        for text in [baseline(&assessment), verification(&assessment)] {
            let error = text.expect_err("no subject").to_string();
            assert!(error.contains("a statement is about a commit"), "{error}");
        }
    }

    #[test]
    fn a_commit_without_a_forge_is_a_subject_without_an_address() {
        let mut assessment = samples::mixed();
        assessment.subject.host = None;
        let statement = parsed(&verification(&assessment).expect("rendered"));
        let subject = json!({"name": "widget", "digest": {"gitCommit": "2f806e04e9ef26161b89b47ad7380241c7a225ff"}});
        assert_eq!(statement["subject"], json!([subject]));
    }

    #[test]
    fn other_policies_make_another_verifier() {
        let mut assessment = samples::all_of(Outcome::Passed);
        assessment.policies.changed = vec!["AC/OSPS-AC-01.01.rego".to_owned()];
        let statement = parsed(&verification(&assessment).expect("rendered"));
        assert_eq!(statement["predicate"]["verifier"]["id"], "pkg:cargo/osps@0.1.0?policies=changed");
    }

    fn levels(assessment: &Assessment) -> Vec<String> {
        properties(assessment).into_iter().filter(|name| name.contains("LEVEL")).collect()
    }

    #[rstest]
    #[case::all_passed(Outcome::Passed, LevelMode::Cumulative, &["LEVEL_1", "LEVEL_2", "LEVEL_3"])]
    #[case::exact(Outcome::Passed, LevelMode::Exact, &["EXACT_LEVEL_1", "EXACT_LEVEL_2", "EXACT_LEVEL_3"])]
    #[case::unknown(Outcome::Unknown, LevelMode::Cumulative, &[])]
    #[case::failed(Outcome::Failed, LevelMode::Cumulative, &[])]
    fn level_properties(#[case] outcome: Outcome, #[case] mode: LevelMode, #[case] expected: &[&str]) {
        let mut assessment = samples::all_of(outcome);
        assessment.levels.mode = mode;
        samples::count(&mut assessment);
        let expected: Vec<String> = expected.iter().map(|name| format!("OSPS_BASELINE_2026_08_28_{name}")).collect();
        assert_eq!(levels(&assessment), expected);
    }

    #[test]
    fn a_level_that_takes_a_declaration_says_so_and_the_declared_requirement_is_no_property() {
        let mut assessment = samples::all_of(Outcome::Passed);
        let verdict =
            assessment.requirements.iter_mut().find(|verdict| verdict.id.as_str() == "OSPS-AC-04.01").expect("it");
        (verdict.outcome, verdict.standing, verdict.basis) = (Outcome::Unknown, Standing::Met, Some(Basis::Attested));
        samples::count(&mut assessment);
        let levels = levels(&assessment);
        let expected = ["LEVEL_1", "LEVEL_2_WITH_DECLARATIONS", "LEVEL_3_WITH_DECLARATIONS"];
        assert_eq!(levels, expected.map(|name| format!("OSPS_BASELINE_2026_08_28_{name}")));
        assert!(!properties(&assessment).contains(&"OSPS_BASELINE_2026_08_28_AC_04_01".to_owned()));
    }
}
