use super::super::samples;
use super::*;
use rstest::rstest;

fn results(assessment: &Assessment) -> Value {
    let document: Value = serde_json::from_str(&render(assessment).expect("rendered")).expect("JSON");
    document["assessment-results"].clone()
}

fn finding(results: &Value, id: &str) -> Value {
    let findings = results["results"][0]["findings"].as_array().expect("findings");
    let target = format!("{id}_obj");
    findings.iter().find(|finding| finding["target"]["target-id"] == target.as_str()).expect("a finding").clone()
}

/// All observations that a finding names.
fn observed(results: &Value, id: &str) -> Vec<Value> {
    let related = finding(results, id)["related-observations"].clone();
    let all = results["results"][0]["observations"].as_array().expect("observations");
    let named =
        |one: &&Value| related.as_array().is_some_and(|list| list.iter().any(|r| r["observation-uuid"] == one["uuid"]));
    all.iter().filter(named).cloned().collect()
}

#[test]
fn the_mixed_sample() {
    let results = results(&samples::mixed());
    let one = &results["results"][0];
    let mut head = results.clone();
    for key in ["observations", "findings"] {
        head["results"][0][key] = json!(["…"]);
    }
    head["results"][0]["reviewed-controls"]["control-selections"][0]["include-controls"] = json!(["…"]);
    insta::assert_json_snapshot!("oscal_head", samples::steady(head));
    insta::assert_json_snapshot!(
        "oscal_attested",
        samples::steady(json!([finding(&results, "OSPS-AC-01.01"), observed(&results, "OSPS-AC-01.01")]))
    );
    insta::assert_json_snapshot!(
        "oscal_waived",
        samples::steady(json!([finding(&results, "OSPS-QA-05.01"), one["risks"]]))
    );
    insta::assert_json_snapshot!(
        "oscal_failed",
        samples::steady(json!([finding(&results, "OSPS-BR-01.01"), observed(&results, "OSPS-BR-01.01")]))
    );
}

#[rstest]
#[case::passed("OSPS-LE-02.01", "satisfied", "pass", "passed")]
#[case::failed("OSPS-BR-01.01", "not-satisfied", "fail", "failed")]
#[case::unknown("OSPS-AC-02.01", "not-satisfied", "other", "unknown")]
#[case::to_review("OSPS-DO-01.01", "not-satisfied", "other", "needs_review")]
#[case::does_not_apply("OSPS-QA-02.01", "satisfied", "other", "not_applicable")]
#[case::attested("OSPS-AC-01.01", "satisfied", "other", "needs_review")]
#[case::stale("OSPS-GV-01.01", "not-satisfied", "other", "unknown")]
#[case::waived("OSPS-QA-05.01", "not-satisfied", "fail", "failed")]
fn states(#[case] id: &str, #[case] state: &str, #[case] reason: &str, #[case] outcome: &str) {
    let finding = finding(&results(&samples::mixed()), id);
    let status = &finding["target"]["status"];
    assert_eq!((status["state"].as_str(), status["reason"].as_str()), (Some(state), Some(reason)));
    assert!(
        finding["props"]
            .as_array()
            .expect("properties")
            .iter()
            .any(|one| one["name"] == "outcome" && one["value"] == outcome)
    );
}

#[test]
fn ids_stand_once_and_every_reference_is_met() {
    for (name, assessment) in samples::all() {
        let results = results(&assessment);
        let mut defined = Vec::new();
        let mut used = Vec::new();
        collect(&results, &mut defined, &mut used);
        let distinct: BTreeSet<&String> = defined.iter().collect();
        assert_eq!(distinct.len(), defined.len(), "{name}");
        for used in used {
            assert!(distinct.contains(&used), "{name}: {used}");
        }
    }
}

fn collect(value: &Value, defined: &mut Vec<String>, used: &mut Vec<String>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, defined, used)),
        Value::Object(entries) => {
            for (key, value) in entries {
                match (key.as_str(), value) {
                    ("uuid", Value::String(id)) => defined.push(id.clone()),
                    ("party-uuids", Value::Array(ids)) => {
                        used.extend(ids.iter().filter_map(Value::as_str).map(str::to_owned))
                    }
                    (key, Value::String(id)) if key.ends_with("-uuid") => used.push(id.clone()),
                    _ => collect(value, defined, used),
                }
            }
        }
        _ => {}
    }
}

#[test]
fn what_was_not_run_is_no_finding() {
    let mut assessment = samples::mixed();
    for verdict in &mut assessment.requirements {
        if verdict.family != "AC" {
            (verdict.outcome, verdict.standing, verdict.declaration) = (Outcome::NotRun, Standing::Open, None);
        }
    }
    let results = results(&assessment);
    let one = &results["results"][0];
    assert_eq!(one["findings"].as_array().map(Vec::len), Some(6));
    let selection = &one["reviewed-controls"]["control-selections"][0];
    assert_eq!(selection["include-controls"].as_array().map(Vec::len), Some(6));
    assert_eq!(selection["exclude-controls"].as_array().map(Vec::len), Some(58));
    assert!(one.get("risks").is_none(), "no list is empty");
}

#[rstest]
#[case::element("<img src=x onerror=alert(1)>", r"\<img src=x onerror=alert(1)\>")]
#[case::heading("a\r\n# forged", r"a \# forged")]
#[case::link("[click](javascript:alert(1)) ![x](y)", r"\[click\](javascript:alert(1)) \!\[x\](y)")]
#[case::parameter("{{ insert: param, x }}", r"\{\{ insert: param, x \}\}")]
#[case::control("nul\u{0} end", "nul end")]
fn prose_says_just_that(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(prose(text), expected);
}

#[rstest]
#[case("  a \n b\t", "a b")]
#[case("\u{0}", "none")]
fn values_of_properties_are_one_line(#[case] text: &str, #[case] expected: &str) {
    assert_eq!(line(text), expected);
}

/// A catalog with one requirement at all levels, one at the first alone, one retired.
fn catalog() -> Catalog {
    let requirement = |id: &str, levels: Value, state: &str| {
        json!({
            "id": id, "levels": levels, "state": state, "summary": "It is so.", "scopes": [], "text-sha256": "0",
            "url": "https://baseline.openssf.org/versions/2026-08-28",
        })
    };
    serde_json::from_value(json!({
        "id": "osps-baseline",
        "version": "2026-08-28",
        "url": "https://baseline.openssf.org/versions/2026-08-28",
        "families": [],
        "controls": [],
        "requirements": [
            requirement("OSPS-AC-01.01", json!([1, 2, 3]), "active"),
            requirement("OSPS-BR-01.02", json!([1, 2, 3]), "retired"),
            requirement("OSPS-BR-07.01", json!([1]), "active"),
            requirement("OSPS-GV-04.01", json!([3]), "active"),
        ],
    }))
    .expect("a catalog")
}

#[rstest]
#[case::lowest(1, LevelMode::Cumulative, &["OSPS-AC-01.01", "OSPS-BR-07.01"])]
#[case::cumulative(3, LevelMode::Cumulative, &["OSPS-AC-01.01", "OSPS-BR-07.01", "OSPS-GV-04.01"])]
#[case::exact(3, LevelMode::Exact, &["OSPS-AC-01.01", "OSPS-GV-04.01"])]
fn profiles(#[case] level: u8, #[case] mode: LevelMode, #[case] expected: &[&str]) {
    let level = Level::try_from(level).expect("a level");
    let profile: Value = serde_json::from_str(&profile(&catalog(), level, mode, None)).expect("JSON");
    let profile = &profile["profile"];
    assert_eq!(profile["imports"][0]["include-controls"][0]["with-ids"], json!(expected));
    let resource = profile["back-matter"]["resources"][0]["uuid"].as_str().expect("a resource");
    assert_eq!(profile["imports"][0]["href"], format!("#{resource}"));
}

#[test]
fn a_profile_of_a_catalog_elsewhere_needs_no_resource() {
    let level = Level::ALL[0];
    let profile = profile(&catalog(), level, LevelMode::Cumulative, Some("../catalog.json"));
    let profile: Value = serde_json::from_str(&profile).expect("JSON");
    assert_eq!(profile["profile"]["imports"][0]["href"], "../catalog.json");
    assert!(profile["profile"].get("back-matter").is_none());
}
