//! Declarations as people make them: at a terminal, by options, by hand; and what an assessment makes of them on which day.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use rstest::rstest;
use serde_json::Value as Json;
use support::{Repository, expect};

fn small() -> Repository {
    Repository::with(&[
        ("README.md", "# Sample\n\nA small program that adds numbers.\n"),
        ("LICENSE", "nothing yet\n"),
        ("src/main.rs", "fn main() {}\n"),
    ])
}

/// osps in a directory, in an environment without anything that could change its output.
fn command(directory: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(support::binary());
    command.current_dir(directory).env_clear().env("LANG", "C.UTF-8").env("TERM", "xterm").args(args);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command
}

fn run(directory: &Path, args: &[&str]) -> Output {
    command(directory, args).output().expect("osps runs")
}

fn refused(directory: &Path, args: &[&str]) -> String {
    let output = run(directory, args);
    assert_eq!(output.status.code(), Some(2), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn json(directory: &Path, args: &[&str]) -> Json {
    let args = [args, &["-o", "json"]].concat();
    serde_json::from_str(&expect(0, &run(directory, &args))).expect("JSON")
}

fn verdict<'a>(assessment: &'a Json, id: &str) -> &'a Json {
    let verdicts = assessment["requirements"].as_array().expect("a list");
    verdicts.iter().find(|verdict| verdict["id"] == id).unwrap_or_else(|| panic!("no {id}"))
}

/// Facts in a file, collected on 2026-06-01, so that nothing here depends on the day of the test.
fn facts(repository: &Repository) -> PathBuf {
    let path = repository.path().join(".git/facts.json");
    std::fs::write(&path, support::facts(repository.path()).to_string()).expect("written");
    path
}

const ATTESTED: &str = "version: 1\ndeclarations:\n  - requirement: OSPS-AC-01.01\n    kind: attestation\n    statement: Everybody signs in with a key.\n    evidence: https://sample.dev/access\n    by: ada\n    on: 2026-01-01\n    expires: 2026-09-01\n";

/// Acceptance: from nothing, at a terminal, every requirement comes to a decided standing.
#[cfg(unix)]
#[test]
fn at_a_terminal_everything_open_is_answered() {
    let repository = small();
    let root = repository.path();
    let told = expect(0, &run(root, &["init", "--level", "3"]));
    assert!(told.contains("wrote baseline.yaml"), "{told}");
    let written = std::fs::read_to_string(root.join("baseline.yaml")).expect("written");

    let before = json(root, &["assess", "--offline"]);
    let open = |assessment: &Json| -> Vec<String> {
        let verdicts = assessment["requirements"].as_array().expect("a list").iter();
        let open = verdicts.filter(|verdict| verdict["standing"] == "open");
        open.filter_map(|verdict| verdict["id"].as_str().map(str::to_owned)).collect()
    };
    let ids = open(&before);
    assert!(ids.len() > 5, "{ids:?}");

    let mut terminal =
        rexpect::session::spawn_command(command(root, &["attest", "--all-open"]), Some(60_000)).expect("a terminal");
    terminal.exp_string(&format!("{} requirements of level 3 are open", ids.len())).expect("the number");
    for (index, id) in ids.iter().enumerate() {
        terminal.exp_string(id).expect("the requirement");
        terminal.exp_string("seen:").expect("what the machine saw");
        terminal.exp_string(&format!("{} of {}", index + 1, ids.len())).expect("the question");
        let waived = index == 1;
        terminal.send_line(if waived { "w" } else { "a" }).expect("sent");
        terminal.exp_string(if waived { "Reason" } else { "Statement" }).expect("a question");
        terminal.send_line(&format!("Answered: \"{id}\" # by hand")).expect("sent");
        if !waived {
            terminal.exp_string("Evidence").expect("a question");
            terminal.send_line("README.md https://sample.dev/answers").expect("sent");
        }
        if index == 0 {
            terminal.exp_string("By").expect("a question");
            terminal.send_line("ada@sample.dev").expect("sent");
        }
        terminal.exp_string("Counts until").expect("a question");
        terminal.send_line("").expect("sent");
        terminal.exp_string(&format!("for {id}, until")).expect("the file is written");
    }
    terminal.exp_string("0 left open").expect("the end");
    terminal.exp_eof().expect("the end");

    let after = json(root, &["assess", "--offline"]);
    assert_eq!(open(&after), Vec::<String>::new(), "all 64 are decided");
    assert_eq!(after["requirements"].as_array().map(Vec::len), Some(64));
    for id in &ids {
        let (one, other) = (verdict(&before, id), verdict(&after, id));
        assert_eq!(one["outcome"], other["outcome"], "what was seen stays what was seen");
        assert_eq!(other["declaration"]["said"]["statement"], format!("Answered: \"{id}\" # by hand"));
    }
    assert_eq!(verdict(&after, &ids[1])["standing"], "waived");
    assert_eq!(verdict(&after, &ids[0])["basis"], "attested");
    // What was written first is still there, line for line.
    let text = std::fs::read_to_string(root.join("baseline.yaml")).expect("written");
    let mut lines = text.lines();
    assert!(written.lines().all(|old| lines.any(|line| line == old)), "{text}");

    let report = expect(0, &run(root, &["assess", "--offline", "-v"]));
    for word in ["observed", "attested", "1 waived", "Standing:"] {
        assert!(report.contains(word), "{word} is missing in:\n{report}");
    }
}

#[test]
fn without_a_terminal_nothing_is_asked() {
    let repository = small();
    let root = repository.path();
    assert!(refused(root, &["attest", "AC-01.01"]).contains("`--statement` is missing"));
    assert!(refused(root, &["attest", "--all-open"]).contains("there is no terminal"));
    let waive = ["waive", "QA-05.02", "--reason", "Fonts.", "--by", "ada"];
    assert!(refused(root, &waive).contains("`--expires` is missing"));
    assert!(
        refused(root, &["attest", "OSPS-AC-99.01", "--statement", "So.", "--by", "a"])
            .contains("is not in the catalog")
    );
    assert!(refused(root, &["attest", "BR-01.02", "--statement", "So.", "--by", "a"]).contains("is retired"));
    let link = ["attest", "AC-01.01", "--statement", "So.", "--by", "a", "--evidence", "http://sample.dev"];
    assert!(refused(root, &link).contains("neither an https address nor a path"));
    assert!(!root.join("baseline.yaml").exists(), "nothing was written");
}

#[test]
fn options_write_what_prompts_would_and_comments_stay() {
    let repository = small();
    let root = repository.path();
    let head = "# Ours.\nversion: 1 # one\n\n# What we state.\ndeclarations:\n  # first\n  - requirement: OSPS-GV-01.01\n    kind: attestation # here\n    statement: So.\n    by: ada\n    on: 2026-01-01\n    catalog: 2026-08-28\n\n# The end.\ntarget-level: 2\n";
    repository.write("baseline.yaml", head.as_bytes());
    let attest = [
        "attest",
        "AC-01.01",
        "--statement",
        "Keys: for all.",
        "--by",
        "ada",
        "--on",
        "2026-02-01",
        "--evidence",
        "README.md",
    ];
    expect(0, &run(root, &attest));
    let waive = [
        "waive",
        "qa-05.02",
        "--reason",
        "Fonts.",
        "--by",
        "ada",
        "--on",
        "2026-02-01",
        "--days",
        "30",
        "--path",
        "fonts/**",
    ];
    expect(0, &run(root, &waive));
    let text = std::fs::read_to_string(root.join("baseline.yaml")).expect("readable");
    insta::assert_snapshot!(without_digests(&text));
    assert!(refused(root, &attest).contains("baseline.yaml:13 already holds a declaration for OSPS-AC-01.01"));
    let shown =
        expect(0, &run(root, &["waive", "AC-02.01", "--reason", "R.", "--by", "a", "--days", "9", "--dry-run"]));
    assert!(shown.starts_with("# Ours.\n") && shown.contains("OSPS-AC-02.01"), "{shown}");
    assert_eq!(
        std::fs::read_to_string(root.join("baseline.yaml")).expect("readable"),
        text,
        "a dry run writes nothing"
    );

    let list = expect(0, &run(root, &["attest", "list", "--as-of", "2026-03-01"]));
    assert!(
        list.contains("OSPS-AC-01.01  attestation  in force  until 2027-02-01  by ada  (baseline.yaml:13)"),
        "{list}"
    );
    expect(0, &run(root, &["attest", "check", "--as-of", "2026-03-01"]));
    expect(0, &run(root, &["waive", "check", "--as-of", "2026-03-03"]));
    let gone = expect(1, &run(root, &["waive", "check", "--as-of", "2026-03-04"]));
    assert!(gone.contains("EXPIRED") && gone.contains("1 declared, 1 not in force"), "{gone}");
    expect(0, &run(root, &["attest", "check", "--as-of", "2026-03-04"]));
    expect(0, &run(root, &["waive", "renew", "QA-05.02", "--on", "2026-03-05"]));
    expect(0, &run(root, &["waive", "check", "--as-of", "2026-03-06"]));
}

/// Digests of official texts are not worth reading in a snapshot.
fn without_digests(text: &str) -> String {
    let shorten = |line: &str| match line.split_once("text-sha256: ") {
        Some((head, _)) => format!("{head}text-sha256: …"),
        None => line.to_owned(),
    };
    text.lines().map(shorten).collect::<Vec<_>>().join("\n")
}

/// Acceptance: the same facts on four days.
#[rstest]
#[case::long_before("2026-07-01", "met", "settles", None)]
#[case::thirty_days_before("2026-08-02", "met", "settles", Some("It expires in 30 days, on 2026-09-01."))]
#[case::the_day_before("2026-08-31", "met", "settles", Some("It expires tomorrow."))]
#[case::the_last_day("2026-09-01", "met", "settles", Some("It expires today."))]
#[case::after("2026-09-02", "open", "expired", Some("Its last day was 2026-09-01."))]
fn time_travel(#[case] day: &str, #[case] standing: &str, #[case] effect: &str, #[case] remark: Option<&str>) {
    let repository = small();
    let facts = facts(&repository);
    repository.write("baseline.yaml", ATTESTED.as_bytes());
    let args = ["evaluate", &facts.display().to_string(), "--config", "baseline.yaml", "--as-of", day];
    let assessment = json(repository.path(), &args);
    let verdict = verdict(&assessment, "OSPS-AC-01.01");
    assert_eq!((verdict["standing"].as_str(), verdict["outcome"].as_str()), (Some(standing), Some("unknown")));
    assert_eq!(verdict["declaration"]["effect"], effect);
    assert_eq!(verdict["declaration"]["remarks"][0].as_str(), remark);
    assert_eq!(assessment["declarations"]["as_of"], day);
    assert_eq!(assessment, json(repository.path(), &args), "two runs give the same bytes");
    let human = expect(0, &run(repository.path(), &args));
    assert_eq!(human.contains("Declarations on"), remark.is_some(), "{human}");
}

/// Acceptance: another version of the standard makes exactly the declarations stale whose texts changed.
#[test]
fn a_changed_text_makes_exactly_its_declarations_stale() {
    let repository = small();
    let facts = facts(&repository);
    let catalogs = support::catalogs();
    let (old, new) = (catalogs.get("2026-02-19").expect("known"), catalogs.get("2026-08-28").expect("known"));
    let mut text = "version: 1\ndeclarations:\n".to_owned();
    let mut changed = BTreeSet::new();
    for requirement in old.active() {
        let id = &requirement.id;
        text.push_str(&format!(
            "  - {{requirement: {id}, kind: attestation, statement: So., by: ada, on: 2026-05-01, catalog: 2026-02-19}}\n"
        ));
        if new.requirement(id).is_some_and(|other| other.text_sha256 != requirement.text_sha256) {
            changed.insert(id.to_string());
        }
    }
    assert!(!changed.is_empty() && changed.len() < 64, "{changed:?}");
    repository.write("baseline.yaml", text.as_bytes());
    let stale = |catalog: &str| -> BTreeSet<String> {
        let path = facts.display().to_string();
        let assessment =
            json(repository.path(), &["evaluate", &path, "--config", "baseline.yaml", "--catalog", catalog]);
        let verdicts = assessment["requirements"].as_array().expect("a list").iter();
        let stale = verdicts.filter(|verdict| verdict["declaration"]["effect"] == "stale");
        stale.filter_map(|verdict| verdict["id"].as_str().map(str::to_owned)).collect()
    };
    assert_eq!(stale("2026-02-19"), BTreeSet::new());
    assert_eq!(stale("2026-08-28"), changed);
}

#[test]
fn the_configuration_decides_unless_an_option_does() {
    let repository = small();
    let root = repository.path();
    repository.write("baseline.yaml", b"version: 1\ncatalog: 2026-02-19\ntarget-level: 2\n");
    assert_eq!(json(root, &["assess", "--offline"])["catalog"]["version"], "2026-02-19");
    assert_eq!(json(root, &["assess", "--offline"])["levels"]["target"], 2);
    assert_eq!(json(root, &["assess", "--offline", "--catalog", "2026-08-28"])["catalog"]["version"], "2026-08-28");
    assert_eq!(json(root, &["assess", "--offline", "--no-config"])["catalog"]["version"], "2026-08-28");
    repository.write(".github/baseline.yaml", b"version: 1\n");
    assert!(refused(root, &["assess", "--offline"]).contains("two configurations"));
    std::fs::remove_file(root.join(".github/baseline.yaml")).expect("removed");
    repository.write("baseline.yaml", b"version: 1\ntarget-levle: 2\n");
    let error = refused(root, &["assess", "--offline"]);
    assert!(
        error.contains("baseline.yaml:2:1: there is no key `target-levle` here: did you mean `target-level`?"),
        "{error}"
    );
    repository.write("baseline.yaml", b"version: 1\ncatalog: 1999-01-01\n");
    assert!(refused(root, &["assess", "--offline"]).contains("baseline.yaml:2: `catalog`"));
}

#[test]
fn a_commit_has_its_own_configuration() {
    let repository = small();
    let root = repository.path();
    repository.write("baseline.yaml", ATTESTED.as_bytes());
    let lying = json(root, &["assess", "--offline", "--as-of", "2026-06-01"]);
    assert_eq!(verdict(&lying, "OSPS-AC-01.01")["standing"], "met", "what was just written counts");
    let committed = json(root, &["assess", "--offline", "--as-of", "2026-06-01", "--rev", "HEAD"]);
    assert_eq!(verdict(&committed, "OSPS-AC-01.01")["standing"], "open", "the commit does not have it");
    // A link out of the repository is not followed.
    std::fs::remove_file(root.join("baseline.yaml")).expect("removed");
    #[cfg(unix)]
    {
        let outside = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(outside.path(), "not: ours\n").expect("written");
        std::os::unix::fs::symlink(outside.path(), root.join("baseline.yaml")).expect("a link");
        json(root, &["assess", "--offline"]);
    }
}

#[test]
fn a_foundation_caps_and_forbids() {
    let repository = small();
    let facts = facts(&repository).display().to_string();
    repository.write("baseline.yaml", ATTESTED.as_bytes());
    let root = repository.path();
    let under = |limits: &str, day: &str| {
        repository.write("foundation.yaml", format!("version: 1\n{limits}").as_bytes());
        let args = ["evaluate", &facts, "--config", "baseline.yaml", "--foundation", "foundation.yaml", "--as-of", day];
        let assessment = json(root, &args);
        let verdict = verdict(&assessment, "OSPS-AC-01.01");
        (verdict["standing"].as_str().map(str::to_owned), verdict["declaration"]["effect"].as_str().map(str::to_owned))
    };
    let pair = |standing: &str, effect: &str| (Some(standing.to_owned()), Some(effect.to_owned()));
    assert_eq!(under("", "2026-06-01"), pair("met", "settles"));
    assert_eq!(under("limits: {attestation: {allowed: false}}\n", "2026-06-01"), pair("open", "forbidden"));
    assert_eq!(
        under("limits: {attestation: {forbidden-for: [OSPS-AC-01.01]}}\n", "2026-06-01"),
        pair("open", "forbidden")
    );
    assert_eq!(under("limits: {attestation: {max-days: 60}}\n", "2026-06-01"), pair("open", "expired"));
    assert_eq!(under("limits: {attestation: {max-days: 60}}\n", "2026-02-01"), pair("met", "settles"));
    let own = "declarations:\n  - {requirement: OSPS-AC-02.01, kind: attestation, statement: All get read., by: board, on: 2026-05-01}\n";
    under(own, "2026-06-01");
    let args = ["evaluate", &facts, "--foundation", "foundation.yaml", "--as-of", "2026-06-01"];
    let assessment = json(root, &args);
    assert_eq!(verdict(&assessment, "OSPS-AC-02.01")["declaration"]["said"]["origin"]["foundation"], true);
    assert_eq!(verdict(&assessment, "OSPS-AC-02.01")["standing"], "met");
}

#[test]
fn dead_evidence_and_unknown_requirements_are_told() {
    let repository = small();
    let text = ATTESTED.replace("https://sample.dev/access", "docs/gone.md")
        + "  - requirement: OSPS-AC-99.01\n    kind: attestation\n    statement: So.\n    by: ada\n    on: 2026-01-01\n";
    repository.write("baseline.yaml", text.as_bytes());
    let args = ["assess", "--offline", "--as-of", "2026-06-01"];
    let assessment = json(repository.path(), &args);
    assert_eq!(verdict(&assessment, "OSPS-AC-01.01")["declaration"]["effect"], "unsupported");
    assert_eq!(assessment["declarations"]["unmatched"][0]["said"]["requirement"], "OSPS-AC-99.01");
    let human = expect(0, &run(repository.path(), &args));
    assert!(
        human.contains("unmatched  OSPS-AC-99.01") && human.contains("docs/gone.md is not in the repository"),
        "{human}"
    );
    repository.write("docs/gone.md", b"# Access\n");
    assert_eq!(verdict(&json(repository.path(), &args), "OSPS-AC-01.01")["standing"], "met");
}

#[test]
fn the_project_says_which_repositories_it_has() {
    let repository = small();
    let root = repository.path();
    repository.write("baseline.yaml", b"version: 1\nproject: {single-repository: true}\n");
    let alone = json(root, &["assess", "--offline"]);
    assert_eq!(verdict(&alone, "OSPS-QA-04.01")["outcome"], "not_applicable");
    assert_eq!(verdict(&alone, "OSPS-QA-04.01")["basis"], "claimed");
    let list = "version: 1\nproject:\n  repositories:\n    - {url: 'https://sample.dev/o/r', role: primary}\n    - {url: 'https://sample.dev/o/s', released-with-primary: false}\n";
    repository.write("baseline.yaml", list.as_bytes());
    repository.git(["tag", "v1.0.0"]);
    repository.git(["remote", "add", "origin", "https://sample.dev/o/r.git"]);
    let several = json(root, &["assess", "--offline"]);
    assert_eq!(verdict(&several, "OSPS-QA-04.01")["outcome"], "passed");
    assert_eq!(verdict(&several, "OSPS-QA-04.02")["outcome"], "not_applicable");
}

#[test]
fn a_project_may_state_that_nothing_runs_elsewhere() {
    let repository = small();
    let root = repository.path();
    assert_eq!(verdict(&json(root, &["assess", "--offline"]), "OSPS-BR-01.01")["outcome"], "unknown");
    repository.write("baseline.yaml", b"version: 1\nproject: {no-external-ci: true}\n");
    let stated = json(root, &["assess", "--offline"]);
    let verdict = verdict(&stated, "OSPS-BR-01.01");
    assert_eq!(verdict["outcome"], "not_applicable");
    assert_eq!((verdict["basis"].as_str(), verdict["confidence"].as_str()), (Some("claimed"), Some("medium")));
}

#[test]
fn unknown_keys_of_security_insights_are_told() {
    let repository = small();
    repository.write("security-insights.yml", b"header: {schema-version: 2.0.0}\ncolour: blue\n");
    repository.commit("Tell");
    let human = expect(0, &run(repository.path(), &["assess", "--offline"]));
    assert!(
        human.contains("not used  security-insights.yml: `colour` is in no version of Security Insights"),
        "{human}"
    );
}

#[test]
fn policies_of_the_repository_are_laid_over_ours() {
    let repository = small();
    let policy = "# METADATA\n# title: Ours\n# custom:\n#   requirement: OSPS-AC-01.01\npackage osps.requirements[\"OSPS-AC-01.01\"]\n\nimport rego.v1\nimport data.osps.verdict\n\nneeds := [input.repo.has_code]\n\nruling := verdict.failed(\"Ours says no.\", needs)\n";
    repository.write("rules/AC/OSPS-AC-01.01.rego", policy.as_bytes());
    repository.write("baseline.yaml", b"version: 1\npolicies: [rules]\n");
    let ours = json(repository.path(), &["assess", "--offline"]);
    assert_eq!(verdict(&ours, "OSPS-AC-01.01")["message"], "Ours says no.");
    assert_ne!(verdict(&ours, "OSPS-QA-01.02")["outcome"], Json::Null);
    // Whoever judges by own rules says so.
    assert_eq!(ours["policies"]["changed"], serde_json::json!(["AC/OSPS-AC-01.01.rego"]));
    let human = expect(0, &run(repository.path(), &["assess", "--offline"]));
    assert!(human.contains("Judged with policies that are not those of osps: AC/OSPS-AC-01.01.rego."), "{human}");
    repository.write("baseline.yaml", b"version: 1\npolicies: [nowhere]\n");
    assert!(
        refused(repository.path(), &["assess", "--offline"]).contains("baseline.yaml:2: `nowhere` holds no policies")
    );
}

#[test]
fn claims_of_others_stand_beside_and_never_count() {
    let repository = small();
    let log = "metadata: {author: {name: Tool, version: '2'}}\nevaluations:\n- control: {entry-id: OSPS-AC-01}\n  assessment-logs:\n  - {requirement: {entry-id: OSPS-AC-01.01}, result: Passed, message: Seen.}\n  - {requirement: {entry-id: OSPS-AC-02.01}, result: Not Run}\n  - {requirement: {entry-id: OSPS-QA-05.01}, result: Failed}\n  - {requirement: {entry-id: OSPS-BR-01.02}, result: Passed}\n  - {requirement: {entry-id: OTHER}, result: Passed}\n";
    repository.write("log.yaml", log.as_bytes());
    repository.write(".bestpractices.json", br#"{"osps_ac_01_01_status": "Unmet", "floss_license_status": "Met"}"#);
    repository.write("baseline.yaml", b"version: 1\nclaims: [log.yaml]\n");
    let with = json(repository.path(), &["assess", "--offline"]);
    let claims = verdict(&with, "OSPS-AC-01.01")["claims"].as_array().expect("claims").clone();
    assert_eq!(claims.len(), 2, "{claims:?}");
    assert_eq!(verdict(&with, "OSPS-AC-01.01")["standing"], "open");
    assert_eq!(verdict(&with, "OSPS-AC-02.01")["claims"][0]["outcome"], "not_run");
    assert_eq!(verdict(&with, "OSPS-QA-05.01")["claims"][0]["conflict"], true);
    assert_eq!(with["declarations"]["unmatched_claims"][0]["requirement"], "OSPS-BR-01.02");
    let human = expect(0, &run(repository.path(), &["assess", "--offline", "-v"]));
    for told in [
        "claimed by Tool 2: met: Seen.",
        "claimed by OpenSSF Best Practices Badge: not met",
        "conflict  OSPS-QA-05.01  Tool 2 says not met, and what was seen says met",
        "unmatched  OSPS-BR-01.02",
        "not used  log.yaml: line 9: a result for OTHER",
        "not used  .bestpractices.json: 1 answers to criteria outside",
    ] {
        assert!(human.contains(told), "`{told}` is missing in:\n{human}");
    }
    std::fs::remove_file(repository.path().join(".bestpractices.json")).expect("removed");
    repository.write("baseline.yaml", b"version: 1\n");
    let without = json(repository.path(), &["assess", "--offline"]);
    assert_eq!(with["levels"], without["levels"], "claims change no standing");
}

#[test]
fn init_writes_what_is_accepted_and_nothing_twice() {
    let repository = small();
    let root = repository.path();
    let shown = expect(0, &run(root, &["init", "--dry-run", "--ci", "github"]));
    assert!(shown.contains("--- baseline.yaml") && shown.contains("--- .github/workflows/osps.yml"), "{shown}");
    assert!(!root.join("baseline.yaml").exists());
    expect(0, &run(root, &["init", "--ci", "github"]));
    assert!(refused(root, &["init"]).contains("baseline.yaml is there already"));
    assert!(refused(root, &["init", "--ci", "github"]).contains("osps.yml is there already"));
    expect(0, &run(root, &["init", "--ci", "gitlab"]));
    repository.commit("Assess");
    let assessment = json(root, &["assess", "--offline"]);
    for id in ["OSPS-AC-04.02", "OSPS-BR-01.01", "OSPS-BR-01.03", "OSPS-BR-01.04"] {
        assert_ne!(verdict(&assessment, id)["outcome"], "failed", "{}", verdict(&assessment, id)["message"]);
    }
    let settings = expect(0, &run(root, &["config", "show", "--origin"]));
    assert!(settings.contains("target-level: 1    # baseline.yaml:"), "{settings}");
    assert!(settings.contains("limits.waiver.max-days: 366    # default"), "{settings}");
}

#[test]
fn badges_come_from_a_run_or_from_a_file() {
    let repository = small();
    let root = repository.path();
    let svg = expect(0, &run(root, &["badge", "--offline"]));
    assert!(svg.contains("<title>OSPS Baseline: "), "{svg}");
    expect(0, &run(root, &["assess", "--offline", "-o", "json=a.json"]));
    expect(0, &run(root, &["badge", "--from", "a.json", "--svg", "b.svg", "--shields", "s.json"]));
    assert_eq!(std::fs::read_to_string(root.join("b.svg")).expect("written"), svg);
    let shields: BTreeMap<String, Json> =
        serde_json::from_slice(&std::fs::read(root.join("s.json")).expect("written")).expect("JSON");
    assert_eq!(shields["schemaVersion"], 1);
    let links =
        expect(0, &run(root, &["badge", "--from", "a.json", "--bestpractices", "https://github.com/acme/widget"]));
    assert!(links.starts_with("https://www.bestpractices.dev/projects?as=edit&section=baseline-1"), "{links}");
    assert!(refused(root, &["badge", "--from", "a.json", "--bestpractices", "nonsense"]).contains("no https address"));
}

/// A waiver keeps the failure in sight and lifts no level.
#[test]
fn a_waiver_lifts_no_level() {
    let repository = small();
    let root = repository.path();
    repository.write("binary.so", b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00");
    repository.commit("Add");
    let waive = ["waive", "QA-05.01", "--reason", "Test data.", "--by", "ada", "--days", "30", "--path", "*.so"];
    expect(0, &run(root, &waive));
    let with = json(root, &["assess", "--offline"]);
    let verdict = verdict(&with, "OSPS-QA-05.01");
    assert_eq!((verdict["outcome"].as_str(), verdict["standing"].as_str()), (Some("failed"), Some("waived")));
    let without = json(root, &["assess", "--offline", "--no-config"]);
    for (one, other) in with["levels"]["standings"]
        .as_array()
        .into_iter()
        .flatten()
        .zip(without["levels"]["standings"].as_array().into_iter().flatten())
    {
        assert_eq!(one["met"], other["met"]);
        assert_eq!(one["reached"], other["reached"]);
    }
    // An attestation does not beat the same observation.
    repository.write(
        "baseline.yaml",
        ATTESTED.replace("AC-01.01", "QA-05.01").replace("by: ada", "by: ada\n    catalog: 2026-08-28").as_bytes(),
    );
    let attested = json(root, &["assess", "--offline", "--as-of", "2026-06-01"]);
    assert_eq!(self::verdict(&attested, "OSPS-QA-05.01")["standing"], "unmet");
    assert_eq!(self::verdict(&attested, "OSPS-QA-05.01")["declaration"]["effect"], "overruled");
}
