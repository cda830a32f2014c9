use super::*;
use rstest::rstest;

fn main_file(text: &str) -> Layer {
    Layer { file: "baseline.yaml".to_owned(), text: text.to_owned(), role: Role::Main }
}

fn foundation(text: &str) -> Layer {
    Layer { file: "foundation.yaml".to_owned(), text: text.to_owned(), role: Role::Foundation }
}

const FULL: &str = r#"# Everything that may stand here.
version: 1
catalog: 2026-02-19
target-level: 2
project:
  repositories:
    - url: https://sample.dev/o/r
      role: primary
    - url: https://sample.dev/o/s
      released-with-primary: true
  no-vulnerabilities: true
  security-assessed: false
  threat-modeled: true
  no-external-ci: true
declarations:
  - requirement: OSPS-GV-04.01
    kind: attestation
    statement: |
      Maintainers vote on every grant.
    evidence: https://sample.dev/governance
    by: ada
    on: 2026-11-01
  - requirement: OSPS-QA-05.02
    kind: waiver
    statement: Fonts are kept with their sources.
    evidence: [fonts/README.md, https://sample.dev/fonts]
    by: ada
    on: 2026-11-01
    expires: 2027-01-31
    catalog: "2026-08-28"
    text-sha256: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
    paths: ["fonts/**"]
    findings: [font]
  - requirement: OSPS-VM-04.01
    kind: not_applicable
    statement: 2026
    by: 17
    on: 2026-11-01
gate:
  require: 1
  against: ref:main
  level: 2
  except: [BR, OSPS-QA-05.02]
  fail-on: [weakened, new-waiver]
  ignore: [stale]
policies: [policies]
claims: [results.yaml]
limits:
  waiver:
    max-days: 90
    default-days: 30
    forbidden-for: [OSPS-AC-01.01]
  not_applicable:
    allowed: true
    evidence-required: false
"#;

#[test]
fn everything_that_may_stand_there_is_read() {
    let read = read(&[main_file(FULL)]).expect("a configuration");
    assert_eq!(read.catalog.as_ref().map(|set| (set.value.as_str(), set.origin.line)), Some(("2026-02-19", 3)));
    assert_eq!(read.target_level.as_ref().map(|set| set.value.number()), Some(2));
    assert_eq!(read.project.repositories.len(), 2);
    assert_eq!(read.project.single_repository, Some(false), "a list of several says so");
    assert_eq!(read.project.security_assessed, Some(false));
    let ends: Vec<String> = read.declarations.iter().map(|declaration| declaration.expires.to_string()).collect();
    assert_eq!(ends, ["2027-11-01", "2027-01-31", "2027-11-01"]);
    let [first, waiver, last] = read.declarations.as_slice() else { panic!("three declarations") };
    assert_eq!((first.statement.as_str(), first.origin.line), ("Maintainers vote on every grant.", 16));
    assert_eq!((waiver.evidence.len(), waiver.is_scoped()), (2, true));
    assert_eq!(
        (last.statement.as_str(), last.by.as_str()),
        ("2026", "17"),
        "a number is a text too, where one is asked for"
    );
    assert_eq!((read.limits.waiver.max_days, read.default_days(Kind::Waiver)), (90, 30));
    assert_eq!(read.default_days(Kind::Attestation), 365);
}

#[test]
fn the_schema_knows_every_key_that_is_read() {
    let node = yaml::parse(FULL).expect("YAML").expect("a node");
    let mut errors = Vec::new();
    let json = strict::check("baseline.yaml", &node, &schema(), &mut errors);
    assert_eq!(errors, []);
    let validator = jsonschema::validator_for(&schema()).expect("a schema");
    assert!(validator.is_valid(&json), "{:?}", validator.iter_errors(&json).map(|e| e.to_string()).collect::<Vec<_>>());
}

#[rstest]
#[case::nothing("")]
#[case::comments("# version: 1\n")]
#[case::empty_lists("version: 1\ndeclarations:\npolicies: []\nproject:\n")]
fn little_is_enough(#[case] text: &str) {
    let read = read(&[main_file(text)]).expect("a configuration");
    assert!(read.declarations.is_empty());
}

#[test]
fn a_foundation_is_layered_under() {
    let below = "version: 1\ncatalog: 2025-10-10\ntarget-level: 3\nlimits: {waiver: {max-days: 30}, attestation: {allowed: false}}\ndeclarations:\n  - {requirement: OSPS-GV-04.01, kind: attestation, statement: All do., by: board, on: 2026-01-01}\n";
    let read = read(&[foundation(below), main_file(FULL)]).expect("a configuration");
    assert_eq!(read.catalog.map(|set| set.value).as_deref(), Some("2026-02-19"), "the repository goes first");
    assert_eq!(read.limits.waiver.max_days, 30, "limits are the strictest");
    assert!(!read.limits.attestation.allowed);
    let by: Vec<(&str, bool)> = read
        .declarations
        .iter()
        .filter(|declaration| declaration.requirement.as_str() == "OSPS-GV-04.01")
        .map(|declaration| (declaration.by.as_str(), declaration.origin.foundation))
        .collect();
    assert_eq!(by, [("ada", false), ("board", true)], "one each is no contradiction");
}

#[test]
fn declarations_may_lie_in_files_of_their_own() {
    let apart = |file: &str, id: &str| Layer {
        file: file.to_owned(),
        text: format!(
            "version: 1\ndeclarations:\n- {{requirement: {id}, kind: attestation, statement: So., by: ada, on: 2026-01-01}}\n"
        ),
        role: Role::Declarations,
    };
    let read_two =
        read(&[main_file(FULL), apart(".osps/a.yaml", "OSPS-GV-01.01"), apart(".osps/b.yaml", "OSPS-GV-01.02")]);
    assert_eq!(read_two.expect("a configuration").declarations.len(), 5);
    let twice = read(&[main_file(FULL), apart(".osps/a.yaml", "OSPS-GV-04.01")]).expect_err("twice");
    let expected = ".osps/a.yaml:3:3: a second declaration for OSPS-GV-04.01: the first stands in baseline.yaml:16";
    assert_eq!(twice.to_string(), expected);
    let more = Layer { text: "version: 1\npolicies: [x]\n".to_owned(), ..apart(".osps/a.yaml", "OSPS-GV-01.01") };
    let wrong = read(&[more]).expect_err("only declarations");
    assert!(wrong.to_string().contains("there is no key `policies` here"), "{wrong}");
}

#[test]
fn every_setting_has_its_origin() {
    let read = read(&[main_file(FULL)]).expect("a configuration");
    let lines: Vec<String> = read
        .settings()
        .into_iter()
        .map(|setting| {
            let origin =
                setting.origin.map_or("default".to_owned(), |origin| format!("{}:{}", origin.file, origin.line));
            format!("{} = {} ({origin})", setting.key, setting.value)
        })
        .collect();
    for expected in [
        "catalog = 2026-02-19 (baseline.yaml:3)",
        "declarations.OSPS-QA-05.02 = waiver until 2027-01-31 (baseline.yaml:23)",
        "gate.except = BR, OSPS-QA-05.02 (baseline.yaml:43)",
        "gate.fail-on = weakened, new-waiver (baseline.yaml:44)",
        "limits.attestation.max-days = 366 (default)",
        "limits.waiver.max-days = 90 (baseline.yaml:50)",
        "policies = policies (baseline.yaml:46)",
        "project.repositories = https://sample.dev/o/s (subproject) (baseline.yaml:9)",
    ] {
        assert!(lines.iter().any(|line| line == expected), "{expected}: {lines:#?}");
    }
}

#[test]
fn what_a_gate_weighs() {
    let own = main_file("version: 1\ngate:\n  ignore: [new-waiver, stale]\n  fail-on: [weakened]\n  require: 1\n");
    let text = "version: 1\ngate:\n  fail-on: [new-waiver]\n  warn-on: [weakened]\n  require: 2\n".to_owned();
    let foundation = Layer { file: "foundation.yaml".to_owned(), text, role: Role::Foundation };
    let gate = read(&[own, foundation]).expect("a configuration").gate;
    let weight = |class: Class| gate.weights.get(&class).copied();
    assert_eq!(weight(Class::NewWaiver), Some(Severity::Error), "what a foundation fails on, fails");
    assert_eq!(weight(Class::Weakened), Some(Severity::Error), "the repository may be stricter");
    assert_eq!(weight(Class::Stale), Some(Severity::Silent));
    assert_eq!(gate.require.map(Level::number), Some(2), "of two levels the higher one");
    let twice = main_file("version: 1\ngate:\n  fail-on: [stale]\n  ignore: [stale]\n  only: [br]\n  against: main\n");
    let wrong = read(&[twice]).expect_err("an error").to_string();
    for expected in ["`br`", "expected ref:REV, or file:PATH"] {
        assert!(wrong.contains(expected), "{wrong}");
    }
    let twice = main_file("version: 1\ngate:\n  fail-on: [stale]\n  ignore: [stale]\n");
    let wrong = read(&[twice]).expect_err("an error").to_string();
    assert_eq!(wrong, "baseline.yaml:4:12: `stale` stands in `fail-on` too: keep one");
}
