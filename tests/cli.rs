//! The commands as their users run them: the real binary, its output and its exit codes.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::ffi::OsStr;

use rstest::rstest;
use serde_json::{Value as Json, json};
use support::{Repository, expect, osps};

fn small() -> Repository {
    Repository::with(&[
        ("README.md", "# Sample\n\nA small program that adds numbers.\n"),
        ("LICENSE", "nothing yet\n"),
        ("src/main.rs", "fn main() {}\n"),
    ])
}

fn run(args: &[&OsStr]) -> std::process::Output {
    osps(args)
}

#[test]
fn assess_prints_a_standing_and_ends_well() {
    let repository = small();
    let text = expect(0, &run(&["assess".as_ref(), repository.path().as_os_str()]));
    assert!(text.contains("OSPS Baseline 2026-08-28"), "{text}");
    assert!(text.contains("Level 1"), "{text}");
    assert!(text.contains("of 64 requirements"), "{text}");
    assert!(!text.contains('\u{1b}'), "no escape sequences without a terminal");
}

#[test]
fn assess_works_from_a_directory_inside_the_clone() {
    let repository = small();
    let inside = repository.path().join("src");
    let whole = support::assess(repository.path());
    let part = support::assess(&inside);
    assert_eq!(whole["subject"]["commit"], part["subject"]["commit"]);
    assert_eq!(whole["facts"]["digest"], part["facts"]["digest"]);
}

#[test]
fn the_json_adds_up_and_follows_its_schema() {
    let repository = small();
    let assessment = support::assess(repository.path());
    let sum: u64 = assessment["outcomes"].as_object().expect("a map").values().filter_map(Json::as_u64).sum();
    assert_eq!(sum, 64);
    assert_eq!(assessment["outcomes"].as_object().map(serde_json::Map::len), Some(6));
    let ids: Vec<&str> = assessment["requirements"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|verdict| verdict["id"].as_str())
        .collect();
    assert!(ids.is_sorted());
    for top in ["format", "subject", "catalog", "policies", "facts", "levels", "requirements"] {
        assert!(assessment.get(top).is_some(), "{top}");
    }
    let schema: Json = serde_json::from_str(&expect(0, &osps(["schema", "assessment"]))).expect("JSON");
    let errors: Vec<String> =
        jsonschema::validator_for(&schema).expect("a schema").iter_errors(&assessment).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
}

#[test]
fn collect_and_evaluate_are_the_two_halves_of_assess() {
    let repository = small();
    let facts = repository.path().join("../facts.json");
    let facts = facts.as_os_str();
    let output = run(&["collect".as_ref(), repository.path().as_os_str(), "-o".as_ref(), facts]);
    expect(0, &output);
    let schema: Json = serde_json::from_str(&expect(0, &osps(["schema", "facts"]))).expect("JSON");
    let document: Json = serde_json::from_slice(&std::fs::read(facts).expect("readable")).expect("JSON");
    let errors: Vec<String> =
        jsonschema::validator_for(&schema).expect("a schema").iter_errors(&document).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());

    let halves = expect(0, &run(&["evaluate".as_ref(), facts, "-o".as_ref(), "json".as_ref()]));
    let again = expect(0, &run(&["evaluate".as_ref(), facts, "-o".as_ref(), "json".as_ref()]));
    assert_eq!(halves, again, "the same facts give the same bytes");
    let halves: Json = serde_json::from_str(&halves).expect("JSON");
    let whole = support::assess(repository.path());
    assert_eq!(halves["requirements"], whole["requirements"]);
    assert_eq!(halves["facts"]["digest"], whole["facts"]["digest"]);
    std::fs::remove_file(facts).expect("removed");
}

#[test]
fn evaluate_refuses_what_is_no_facts_document() {
    let repository = small();
    let path = repository.path().join("wrong.json");
    std::fs::write(&path, "{\"format\": 1}").expect("written");
    let output = run(&["evaluate".as_ref(), path.as_os_str()]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(error.contains("does not follow the schema of facts"), "{error}");
}

#[rstest]
#[case::nothing_there(&["assess", "/nonexistent/place"], 3, "cannot be read")]
#[case::unknown_format(&["assess", "-o", "pdf"], 2, "there is no format `pdf`: expected one of text, json, html")]
#[case::unknown_family(&["assess", "--family", "ZZ"], 2, "there is no family `ZZ`")]
#[case::unknown_requirement(&["assess", "--requirement", "OSPS-AC-99.01"], 2, "there is no OSPS-AC-99.01")]
#[case::no_id(&["explain", "nonsense"], 2, "is not a requirement id")]
#[case::retired(&["assess", "--requirement", "OSPS-BR-01.02"], 2, "is retired")]
#[case::unknown_catalog(&["assess", "--catalog", "1999-01-01"], 2, "1999-01-01")]
#[case::remote_target(&["assess", "acme/thing", "--offline"], 2, "cannot be read `--offline`")]
#[case::remote_target_of_another_form(&["assess", "https://github.com/acme"], 2, "expected OWNER/NAME")]
#[case::level(&["assess", "--level", "4"], 2, "expected 1, 2 or 3")]
#[case::framework(&["report", "x.json", "--crosswalk", "acme"], 2, "expected one of CRA, SSDF, CSF")]
#[case::usage(&["frobnicate"], 2, "unrecognized subcommand")]
fn wrong_use_says_what_was_expected(#[case] args: &[&str], #[case] code: i32, #[case] message: &str) {
    let repository = small();
    let mut command = std::process::Command::new(support::binary());
    let output = command.current_dir(repository.path()).args(args).output().expect("osps runs");
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{error}");
    assert!(error.contains(message), "{error}");
}

#[test]
fn a_directory_without_a_repository_is_nothing_to_assess() {
    let directory = tempfile::TempDir::new().expect("a directory");
    std::fs::write(directory.path().join("README.md"), "# Files\n").expect("written");
    let output = run(&["assess".as_ref(), directory.path().as_os_str()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--worktree"));
    let text = expect(0, &run(&["assess".as_ref(), directory.path().as_os_str(), "--worktree".as_ref()]));
    assert!(text.contains("files as they lie"), "{text}");
}

#[test]
fn an_empty_repository_is_nothing_to_assess() {
    let output = run(&["assess".as_ref(), Repository::empty().path().as_os_str()]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no commit yet"));
}

#[test]
fn a_revision_is_read_and_a_wrong_one_named() {
    let repository = small();
    let first = repository.git(["rev-parse", "HEAD"]);
    repository.write("SECURITY.md", b"# Security\n");
    repository.commit("Second");
    let path = repository.path().as_os_str();
    let json = expect(
        0,
        &run(&["assess".as_ref(), path, "--rev".as_ref(), "HEAD~1".as_ref(), "-o".as_ref(), "json".as_ref()]),
    );
    let assessment: Json = serde_json::from_str(&json).expect("JSON");
    assert_eq!(assessment["subject"]["commit"], first.as_str());
    let output = run(&["assess".as_ref(), path, "--rev".as_ref(), "no-such-branch".as_ref()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("`no-such-branch` does not name a commit"));
}

#[test]
fn uncommitted_files_count_only_with_worktree() {
    let repository = small();
    repository.write("binary.so", b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00");
    let committed = support::assess(repository.path());
    assert_ne!(support::outcome(&committed, "OSPS-QA-05.01"), "failed");
    let path = repository.path().as_os_str();
    let json = expect(0, &run(&["assess".as_ref(), path, "--worktree".as_ref(), "-o".as_ref(), "json".as_ref()]));
    let lying: Json = serde_json::from_str(&json).expect("JSON");
    assert_eq!(support::outcome(&lying, "OSPS-QA-05.01"), "failed");
}

#[test]
fn bare_and_shallow_clones_are_read() {
    let repository = small();
    repository.git(["tag", "-a", "v1.0.0", "-m", "v1.0.0"]);
    repository.write("CHANGELOG.md", b"# Changes\n");
    repository.commit("Second");
    let copies = tempfile::TempDir::new().expect("a directory");
    let url = format!("file://{}", repository.path().display());
    let (bare, shallow) = (copies.path().join("bare.git"), copies.path().join("shallow"));
    for (options, target) in [(vec!["--bare"], &bare), (vec!["--depth", "1", "--no-tags"], &shallow)] {
        let mut clone = repository.git_command();
        clone.arg("clone").arg("-q").args(options).arg(&url).arg(target);
        assert!(clone.status().expect("git runs").success());
    }
    assert_eq!(support::assess(&bare)["requirements"].as_array().map(Vec::len), Some(64));
    let shallow = support::assess(&shallow);
    assert_eq!(shallow["requirements"].as_array().map(Vec::len), Some(64));
    // A shallow clone without tags proves nothing about releases: never «not applicable».
    assert_ne!(support::outcome(&shallow, "OSPS-BR-02.01"), "not_applicable");
}

#[test]
fn require_asks_for_a_level() {
    let repository = small();
    let output = run(&["assess".as_ref(), repository.path().as_os_str(), "--require".as_ref(), "1".as_ref()]);
    assert!(matches!(output.status.code(), Some(1 | 4)), "{:?}", output.status);
}

#[test]
fn several_outputs_in_one_run() {
    let repository = small();
    let file = repository.path().join("out.json");
    let json = format!("json={}", file.display());
    let args = [
        "assess".as_ref(),
        repository.path().as_os_str(),
        "-o".as_ref(),
        "text".as_ref(),
        "-o".as_ref(),
        json.as_ref(),
    ];
    let text = expect(0, &run(&args));
    assert!(text.contains("Level 1"));
    let assessment: Json = serde_json::from_slice(&std::fs::read(file).expect("written")).expect("JSON");
    assert_eq!(assessment["format"], 1);
}

/// Programs of one step share the file of its summary.
#[test]
fn the_summary_of_a_step_is_added_to() {
    let repository = small();
    let file = repository.path().join("summary.md");
    std::fs::write(&file, "Others were here.\n").expect("written");
    for _ in 0..2 {
        let mut command = std::process::Command::new(support::binary());
        command.env("GITHUB_STEP_SUMMARY", &file).arg("assess").arg(repository.path());
        command.arg("-o").arg(format!("github-summary={}", file.display())).arg("-o").arg("github");
        let annotations = expect(0, &command.output().expect("osps runs"));
        assert!(annotations.lines().all(|line| line.starts_with("::")), "{annotations}");
    }
    let summary = std::fs::read_to_string(&file).expect("readable");
    assert!(summary.starts_with("Others were here.\n## OSPS Baseline"), "{summary}");
    assert_eq!(summary.matches("## OSPS Baseline").count(), 2);
}

#[test]
fn findings_are_failures_unless_more_is_asked_for() {
    let repository = small();
    let results = |also: &[&str]| -> usize {
        let args = [&["assess", repository.path().to_str().expect("a text"), "-o", "sarif"], also].concat();
        let log: Json = serde_json::from_str(&expect(0, &osps(args))).expect("JSON");
        log["runs"][0]["results"].as_array().expect("a list").len()
    };
    assert!(results(&[]) < results(&["--also", "open"]));
}

#[test]
fn ascii_output_is_ascii() {
    let repository = small();
    let args = ["assess".as_ref(), repository.path().as_os_str(), "-vv".as_ref(), "--ascii".as_ref()];
    assert!(expect(0, &run(&args)).is_ascii());
}

#[test]
fn every_requirement_is_explained() {
    let repository = small();
    for verdict in support::assess(repository.path())["requirements"].as_array().expect("a list") {
        let id = verdict["id"].as_str().expect("an id");
        let text = expect(0, &osps(["explain", id]));
        assert!(text.contains(id) && text.contains("How it is decided") && text.contains("How to meet it"), "{text}");
        assert!(text.contains("What the check cannot see"), "{text}");
    }
}

#[test]
fn help_completions_and_manual_exist() {
    for args in
        [vec!["--help"], vec!["--version"], vec!["man"], vec!["completions", "bash"], vec!["completions", "zsh"]]
    {
        assert!(!expect(0, &osps(&args)).is_empty(), "{args:?}");
    }
}

/// Standard error holds one object per line; results stay on standard output.
#[test]
fn events_as_lines_of_json() {
    let repository = Repository::with(&[("README.md", "# Sample\n")]);
    let path = repository.path().to_str().expect("a text");
    let output = osps(["assess", path, "--log-format", "json", "-o", "json"]);
    let result: serde_json::Value = serde_json::from_str(&expect(0, &output)).expect("JSON");
    assert!(result["requirements"].is_array());
    let events: Vec<serde_json::Value> = String::from_utf8_lossy(&output.stderr)
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect();
    let steps: Vec<&str> = events.iter().filter_map(|event| event["step"].as_str()).collect();
    assert_eq!(steps, ["collecting facts", "judging"]);
    assert!(events.iter().all(|event| event["time"].is_string() && event["level"] == "info"));

    let output = osps(["assess", "/nowhere/at/all", "--log-format", "json"]);
    let printed = String::from_utf8_lossy(&output.stderr).into_owned();
    let error: serde_json::Value = serde_json::from_str(printed.lines().last().expect("a line")).expect("JSON");
    assert_eq!((&error["level"], &error["event"]), (&serde_json::json!("error"), &serde_json::json!("error")));
}

/// Nothing moves where nobody looks.
#[test]
fn progress_is_for_terminals() {
    let repository = Repository::with(&[("README.md", "# Sample\n")]);
    let output = osps(["assess", repository.path().to_str().expect("a text")]);
    expect(0, &output);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

const MIXED: &str = "tests/assessments/mixed.json";

#[test]
fn an_evaluation_log_of_ours_read_as_claims_says_the_same() {
    let saved: Json = serde_json::from_slice(&std::fs::read(MIXED).expect("readable")).expect("JSON");
    let log = expect(0, &osps(["report", MIXED, "-o", "gemara"]));
    let read = osps::claims::read("osps.json", &log).expect("claims");
    assert_eq!(read.remarks, Vec::<String>::new());
    let said: Vec<Json> = read.claims.iter().map(|claim| json!([claim.requirement, claim.outcome])).collect();
    let verdicts = saved["requirements"].as_array().expect("a list");
    assert_eq!(said, verdicts.iter().map(|one| json!([one["id"], one["outcome"]])).collect::<Vec<_>>());
    assert!(read.claims.iter().all(|claim| claim.claimant.starts_with("osps ")));
}

#[test]
fn files_without_a_commit_are_no_subject_of_a_statement() {
    let mut saved: Json = serde_json::from_slice(&std::fs::read(MIXED).expect("readable")).expect("JSON");
    saved["subject"]["commit"] = Json::Null;
    let directory = small();
    let path = directory.path().join("../saved.json");
    std::fs::write(&path, saved.to_string()).expect("written");
    let output = run(&["report".as_ref(), path.as_os_str(), "-o".as_ref(), "svr".as_ref()]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("as svr: a statement is about a commit"), "{error}");
}

#[test]
fn a_level_is_a_profile_of_the_catalog() {
    let counts = ["1", "2", "3"].map(|level| {
        let profile = expect(0, &osps(["catalog", "profile", "--level", level]));
        let profile: Json = serde_json::from_str(&profile).expect("JSON");
        profile["profile"]["imports"][0]["include-controls"][0]["with-ids"].as_array().map(Vec::len)
    });
    assert_eq!(counts, [Some(24), Some(43), Some(64)]);
}

#[test]
fn the_standing_by_another_framework() {
    let text = expect(0, &osps(["report", MIXED, "--crosswalk", "cra"]));
    for expected in
        ["Cyber Resilience Act", "neither fulfils nor proves", "1.2d  some met", "1.2m  no Baseline control relates"]
    {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    for framework in [
        "SSDF",
        "csf",
        "800-161",
        "bpb",
        "scorecard",
        "slsa",
        "bsi-tr-03185-2",
        "iso-18974",
        "opencre",
        "pcidss",
        "samm",
    ] {
        let json: Json = serde_json::from_str(&expect(
            0,
            &osps(["report", MIXED, "--crosswalk", framework, "--level", "1", "-o", "json"]),
        ))
        .expect("JSON");
        assert!(json["entries"].as_array().is_some_and(|entries| !entries.is_empty()), "{framework}");
    }
}

#[test]
fn reports_are_pages_and_texts_of_ones_own() {
    let sample = std::path::Path::new("tests/assessments/mixed.json");
    let directory = tempfile::TempDir::new().expect("a directory");
    let page = directory.path().join("report.html");
    let output = format!("html={}", page.display());
    expect(
        0,
        &run(&[
            "report".as_ref(),
            sample.as_os_str(),
            "-o".as_ref(),
            output.as_ref(),
            "-o".as_ref(),
            "markdown".as_ref(),
        ]),
    );
    let text = std::fs::read_to_string(&page).expect("written");
    assert!(text.starts_with("<!DOCTYPE html>") && text.ends_with("</html>\n"), "{text}");

    let template = directory.path().join("list.md.j2");
    let render = |text: &str, to: &str| {
        std::fs::write(&template, text).expect("written");
        let given = format!("{}{to}", template.display());
        run(&["report".as_ref(), sample.as_os_str(), "--template".as_ref(), given.as_ref()])
    };
    let text = expect(0, &render("{{ assessment.subject.name }}: {{ claim }}\n", ""));
    assert!(text.starts_with("widget: As of 2026-11-22, this project does not yet reach level 1"), "{text}");
    let to = directory.path().join("list.md");
    assert_eq!(expect(0, &render("{{ families | length }}", &format!("={}", to.display()))), "");
    assert_eq!(std::fs::read_to_string(&to).expect("written"), "8");
    let wrong = render("\n{{ nothing }}", "");
    assert_eq!(wrong.status.code(), Some(2));
    let message = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(message.contains("list.md.j2:2: undefined value"), "{message}");
    // A text that doubles itself ends this program and nothing else.
    let doubling = "{% set ns = namespace(x='0123456789') %}{% for _ in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x | length }}";
    assert_ne!(render(doubling, "").status.code(), Some(0));
}

const UNGUARDED: &str = "# Builds.\r\non: pull_request\r\njobs:\r\n  build:\r\n    runs-on: ubuntu-latest # x\r\n    steps:\r\n\
      \x20     - uses: actions/checkout@v4\r\n      - run: |\r\n          cargo test\r\n          echo \"${{ github.head_ref }}\"\r\n";

/// A repository in which a tool finds something to do: pipelines without permissions, a pasted expression, no documents.
fn to_mend() -> Repository {
    let repository = Repository::with(&[
        ("README.md", "# Widget\n\nA small program that adds numbers.\n"),
        ("LICENSE", include_str!("../LICENSE")),
        ("Cargo.toml", "[package]\nname = \"widget\"\nversion = \"1.0.0\"\n\n[dependencies]\nserde = \"1\"\n"),
        ("src/main.rs", "fn main() {}\n"),
        (".github/workflows/ci.yml", UNGUARDED),
        (
            ".github/workflows/it's \"ä\".yaml",
            "on: push\njobs:\n  r:\n    runs-on: ubuntu-latest\n    steps: [{run: echo hello}]",
        ),
    ]);
    repository.git(["tag", "-a", "v1.0.0", "-m", "v1.0.0"]);
    repository.git(["remote", "add", "origin", "https://github.com/acme/widget.git"]);
    repository
}

/// Applies a patch as `git apply` does from standard input.
fn apply(repository: &Repository, patch: &str) {
    use std::io::Write as _;
    for options in [&["apply", "--check", "-"][..], &["apply", "-"]] {
        let mut command = repository.git_command();
        let mut git = command.args(options).stdin(std::process::Stdio::piped()).spawn().expect("git runs");
        git.stdin.take().expect("standard input").write_all(patch.as_bytes()).expect("written");
        assert!(git.wait().expect("git ends").success(), "{patch}");
    }
}

#[test]
fn fixes_are_a_patch_that_git_applies_and_that_meets_what_it_says() {
    let repository = to_mend();
    let path = repository.path().as_os_str();
    let before = support::assess(repository.path());
    let json = expect(0, &run(&["fix".as_ref(), path, "-o".as_ref(), "json".as_ref()]));
    let fixes: Json = serde_json::from_str(&json).expect("JSON");
    let schema: Json = serde_json::from_str(&expect(0, &osps(["schema", "fixes"]))).expect("JSON");
    let errors: Vec<String> =
        jsonschema::validator_for(&schema).expect("a schema").iter_errors(&fixes).map(|e| e.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());

    let output = run(&["fix".as_ref(), path]);
    apply(&repository, &expect(0, &output));
    assert!(String::from_utf8_lossy(&output.stderr).contains("is read as `HEAD_REF`"));
    let mended = std::fs::read_to_string(repository.path().join(".github/workflows/ci.yml")).expect("readable");
    let expected = UNGUARDED
        .replace("jobs:", "permissions:\r\n  contents: read\r\njobs:")
        .replace("      - run: |", "      - env:\r\n          HEAD_REF: ${{ github.head_ref }}\r\n        run: |")
        .replace("echo \"${{ github.head_ref }}\"", "echo \"${HEAD_REF}\"");
    assert_eq!(mended, expected, "everything else stays byte for byte");
    repository.commit("Mend\n\nSigned-off-by: Ada <ada@example.net>");

    let after = support::assess(repository.path());
    for id in ["OSPS-AC-04.01", "OSPS-AC-04.02", "OSPS-BR-01.01", "OSPS-DO-02.01"] {
        assert_ne!(support::outcome(&before, id), "passed", "{id}");
        assert_eq!(support::outcome(&after, id), "passed", "{id}");
    }
    let proposals = fixes["proposals"].as_array().expect("a list");
    let meant: Vec<&str> = proposals
        .iter()
        .flat_map(|one| one["requirements"].as_array().expect("ids"))
        .filter_map(Json::as_str)
        .collect();
    let whole: Vec<&str> = proposals
        .iter()
        .filter(|one| one["blanks"] == 0)
        .flat_map(|one| one["requirements"].as_array().expect("ids"))
        .filter_map(Json::as_str)
        .collect();
    for verdict in after["requirements"].as_array().expect("a list") {
        let id = verdict["id"].as_str().expect("a text");
        let (was, is) = (support::outcome(&before, id), support::outcome(&after, id));
        assert!(was == is || meant.contains(&id), "{id} was {was} and is {is}");
        // A draft stands in the place of what the owner may say elsewhere, and states nothing itself.
        let draft = is == "needs_review" || (was == "unknown" && is == "failed");
        assert!(was == is || draft || whole.contains(&id), "{id}: a draft with blanks turns {was} into {is}");
    }

    let again = run(&["fix".as_ref(), path]);
    assert_eq!(expect(0, &again), "", "nothing is proposed twice");
    assert!(String::from_utf8_lossy(&again.stderr).contains("blanks wait to be filled in"));
}

#[test]
fn fixes_are_written_only_where_the_files_are_what_was_assessed() {
    let (printed, written) = (to_mend(), to_mend());
    apply(&printed, &expect(0, &run(&["fix".as_ref(), printed.path().as_os_str()])));
    let path = written.path().as_os_str();
    assert_eq!(expect(0, &run(&["fix".as_ref(), path, "--apply".as_ref()])), "");
    for repository in [&printed, &written] {
        repository.commit("Mend");
    }
    assert_eq!(printed.git(["rev-parse", "HEAD^{tree}"]), written.git(["rev-parse", "HEAD^{tree}"]));

    let only = ["--requirement", "OSPS-AC-04.01", "--apply"];
    let refused = |change: &dyn Fn(&Repository)| {
        let repository = to_mend();
        change(&repository);
        let mut args = vec!["fix".as_ref(), repository.path().as_os_str()];
        args.extend(only.iter().map(OsStr::new));
        let output = run(&args);
        let error = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{error}");
        let untouched = std::fs::read_to_string(repository.path().join(".github/workflows/it's \"ä\".yaml"));
        assert!(!untouched.expect("readable").contains("permissions"), "all or nothing");
        error
    };
    let edited = refused(&|repository| repository.write(".github/workflows/ci.yml", b"on: push\n"));
    assert!(edited.contains("not as it was assessed"), "{edited}");
    #[cfg(unix)]
    {
        let linked = refused(&|repository| {
            let github = repository.path().join(".github");
            std::fs::rename(&github, repository.path().join("elsewhere")).expect("moved");
            std::os::unix::fs::symlink("elsewhere", github).expect("linked");
        });
        assert!(linked.contains("a link lies on the way"), "{linked}");
    }
}

#[test]
fn a_remote_with_a_hostile_name_gives_no_command() {
    let repository = to_mend();
    repository.git(["remote", "set-url", "origin", "https://github.com/acme/x$(id);y.git"]);
    let script = expect(0, &run(&["fix".as_ref(), repository.path().as_os_str(), "--commands".as_ref()]));
    assert!(!script.contains("$(id)"), "{script}");
    repository.git(["remote", "set-url", "origin", "https://github.com/acme/widget.git"]);
    let script = expect(0, &run(&["fix".as_ref(), repository.path().as_os_str(), "--commands".as_ref()]));
    assert!(script.contains("gh api -X PUT /repos/acme/widget/private-vulnerability-reporting\n"), "{script}");
}

/// The well-kept repository on its main branch, and each change on a branch of its own.
struct Changes {
    repository: Repository,
}

impl Changes {
    fn new() -> Self {
        let repository = support::well_kept();
        repository.git(["branch", "-M", "main"]);
        Self { repository }
    }

    /// A branch with one commit that leaves the main branch as it is.
    fn branch(&self, name: &str, change: impl FnOnce(&Repository)) {
        self.repository.git(["checkout", "-q", "-b", name, "main"]);
        change(&self.repository);
        self.repository.commit(name);
    }

    fn gate(&self, args: &[&str]) -> std::process::Output {
        let mut all = vec!["gate", self.repository.path().to_str().expect("a text")];
        all.extend(args);
        osps(all)
    }

    /// The comparison of what is checked out with the main branch.
    fn compared(&self, code: i32) -> Json {
        serde_json::from_str(&expect(code, &self.gate(&["--against", "ref:main", "-o", "json"]))).expect("JSON")
    }
}

/// Class, requirement and first place of every change that weighs something: what is new, or what was there.
fn told(comparison: &Json) -> Vec<(String, String, String)> {
    let changes = comparison["changes"].as_array().expect("a list").iter();
    let shown = changes.filter(|change| !matches!(change["severity"].as_str(), Some("silent" | "notice")));
    shown
        .map(|change| {
            let place = [&change["places"][0], &change["was"][0]].into_iter().find(|place| place["path"].is_string());
            let place = place.map_or_else(String::new, |place| {
                format!("{}:{}", place["path"].as_str().unwrap_or_default(), place["line"].as_u64().unwrap_or_default())
            });
            let text = |key: &str| change[key].as_str().unwrap_or_default().to_owned();
            (text("class"), text("id"), place)
        })
        .collect()
}

const INJECTION: &str = "name: Titles\non: pull_request_target\npermissions: {}\njobs:\n  title:\n    runs-on: ubuntu-latest\n    \
                         permissions: {}\n    steps:\n      - run: echo \"${{ github.event.pull_request.title }}\"\n";

const BARE: &str = "name: New\non: push\njobs:\n  new:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n";

/// Hands over what outsiders write to something that nobody sees into.
const CALLS: &str = "name: Calls\non: pull_request_target\npermissions: {}\njobs:\n  title:\n    runs-on: ubuntu-latest\n    \
                     permissions: {}\n    steps:\n      - uses: acme/other@0123456789abcdef0123456789abcdef01234567\n        \
                     with:\n          title: ${{ github.event.pull_request.title }}\n";

/// What a reviewer must not miss, each at its file and line.
#[rstest]
#[case::injection(&|tree: &Repository| tree.write(".github/workflows/titles.yml", INJECTION.as_bytes()),
    ("regression", "OSPS-BR-01.01", ".github/workflows/titles.yml:9"))]
#[case::licence(&|tree: &Repository| { tree.git(["rm", "-q", "LICENSE"]); }, ("evidence_lost", "OSPS-LE-03.01", "LICENSE:"))]
#[case::permissions(&|tree: &Repository| without_permissions(tree), ("evidence_lost", "OSPS-AC-04.02", ".github/workflows/ci.yml:"))]
#[case::workflow_without_permissions(&|tree: &Repository| tree.write(".github/workflows/new.yml", BARE.as_bytes()),
    ("evidence_lost", "OSPS-AC-04.01", ".github/workflows/new.yml:"))]
#[case::emptied(&|tree: &Repository| tree.write("SECURITY.md", b"# Security\n"), ("evidence_lost", "OSPS-VM-02.01", "SECURITY.md:5"))]
#[case::binary(&|tree: &Repository| tree.write("tool", b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x3e\x00"),
    ("regression", "OSPS-QA-05.01", "tool:0"))]
fn a_gate_finds_what_was_planted(#[case] plant: &dyn Fn(&Repository), #[case] expected: (&str, &str, &str)) {
    let changes = Changes::new();
    changes.branch("planted", plant);
    let told = told(&changes.compared(1));
    let found = |(class, id, place): &(String, String, String)| {
        (class.as_str(), id.as_str()) == (expected.0, expected.1) && place.starts_with(expected.2)
    };
    assert!(told.iter().any(found), "{told:#?}");
}

/// What is not decided for another reason hides nothing: what the change brings is its doing all the same.
#[rstest]
#[case::injection(".github/workflows/calls.yml", CALLS, &|tree: &Repository| tree.write(".github/workflows/titles.yml", INJECTION.as_bytes()),
    ("OSPS-BR-01.01", ".github/workflows/titles.yml:9"))]
#[case::injection_into_what_is_to_be_reviewed(".github/workflows/calls.yml", CALLS, &|tree: &Repository| tree.write(".github/workflows/calls.yml",
    format!("{CALLS}      - run: echo \"${{{{ github.event.pull_request.title }}}}\"\n").as_bytes()),
    ("OSPS-BR-01.01", ".github/workflows/calls.yml:12"))]
fn what_is_to_be_reviewed_hides_nothing(
    #[case] path: &str,
    #[case] text: &str,
    #[case] plant: &dyn Fn(&Repository),
    #[case] expected: (&str, &str),
) {
    let changes = Changes::new();
    changes.repository.write(path, text.as_bytes());
    changes.repository.commit("For review");
    changes.branch("planted", plant);
    let comparison = changes.compared(1);
    let change = comparison["changes"].as_array().expect("a list").iter().find(|change| change["id"] == expected.0);
    assert_eq!(change.map(|change| &change["before"]["outcome"]), Some(&Json::from("needs_review")), "{comparison:#}");
    let told = told(&comparison);
    assert!(told.contains(&("regression".to_owned(), expected.0.to_owned(), expected.1.to_owned())), "{told:#?}");
}

fn without_permissions(tree: &Repository) {
    let path = tree.path().join(".github/workflows/ci.yml");
    let text = std::fs::read_to_string(&path).expect("readable");
    let kept: Vec<&str> =
        text.lines().filter(|line| !line.contains("permissions:") && !line.contains("contents: read")).collect();
    std::fs::write(path, kept.join("\n")).expect("written");
}

#[test]
fn a_gate_holds_where_nothing_got_worse() {
    let changes = Changes::new();
    changes.branch("code", |tree| tree.write("src/more.rs", b"pub fn more() {}\n"));
    let text = expect(0, &changes.gate(&["--against", "ref:main"]));
    assert!(text.contains("The gate holds: nothing got worse."), "{text}");
    let text = expect(0, &changes.gate(&["--against", "ref:HEAD"]));
    assert!(text.contains("The gate holds"), "{text}");
}

/// Two branches, each fine alone: what they make together is found in the merge commit, and nobody is blamed before.
#[test]
fn leapfrogs_are_found_in_the_merge() {
    let changes = Changes::new();
    let tree = &changes.repository;
    let workflow = "name: Notes\non: pull_request_target\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    \
                    permissions: {}\n    steps:\n      - uses: ./.github/actions/say\n        with:\n          text: hello\n";
    let action = "name: Say\ninputs:\n  text: {description: What}\nruns:\n  using: composite\n  steps:\n    - shell: bash\n      \
                  env: {TEXT: \"${{ inputs.text }}\"}\n      run: echo \"$TEXT\"\n";
    tree.write(".github/workflows/notes.yml", workflow.as_bytes());
    tree.write(".github/actions/say/action.yml", action.as_bytes());
    tree.commit("Say hello");
    // One hands over what outsiders write, to an action that is careful; the other one makes the action careless, with what is
    // harmless.
    let handed = workflow.replace("text: hello", "text: ${{ github.event.pull_request.title }}");
    let careless = action
        .replace("      env: {TEXT: \"${{ inputs.text }}\"}\n", "")
        .replace("\"$TEXT\"", "\"${{ inputs.text }}\"");
    changes.branch("handed", |tree| tree.write(".github/workflows/notes.yml", handed.as_bytes()));
    expect(0, &changes.gate(&["--against", "ref:main"]));
    changes.branch("careless", |tree| tree.write(".github/actions/say/action.yml", careless.as_bytes()));
    expect(0, &changes.gate(&["--against", "ref:main"]));
    // The first lands; the second is not up to date, and still not to blame for what the first did.
    tree.git(["checkout", "-q", "main"]);
    tree.git(["merge", "-q", "--no-ff", "-m", "Land", "handed"]);
    tree.git(["checkout", "-q", "careless"]);
    let text = expect(0, &changes.gate(&["--against", "ref:main"]));
    assert!(text.contains("where both parted"), "{text}");
    // What a change request is tested as: the merge of both.
    tree.git(["checkout", "-q", "-b", "merged", "main"]);
    tree.git(["merge", "-q", "--no-ff", "-m", "Merge", "careless"]);
    let told = told(&changes.compared(1));
    assert!(told.iter().any(|(class, id, _)| class == "regression" && id == "OSPS-BR-01.01"), "{told:#?}");
    // The same in a clone that ends right there, as pipelines make it.
    let copies = tempfile::TempDir::new().expect("a directory");
    let shallow = copies.path().join("shallow");
    let url = format!("file://{}", tree.path().display());
    let mut clone = tree.git_command();
    clone.args(["clone", "-q", "--depth", "2", "--branch", "merged"]).arg(&url).arg(&shallow);
    assert!(clone.status().expect("git runs").success());
    let shallow = shallow.to_str().expect("a text");
    expect(1, &osps(["gate", shallow, "--against", "ref:HEAD^1"]));
    // What it does not hold cannot be told from what is not there: how to fetch it is said.
    for rev in ["nowhere", &tree.git(["rev-parse", "handed^1^1"])] {
        let output = osps(["gate", shallow, "--against", &format!("ref:{}", rev.trim())]);
        assert_eq!(output.status.code(), Some(4));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("the clone is shallow") && said.contains("fetch-depth: 0"), "{said}");
    }
}

/// A change request is judged by the settings that hold before it.
#[test]
fn nobody_loosens_the_gate_that_judges_him() {
    let changes = Changes::new();
    let loose = "version: 1\ngate:\n  ignore: [regression, evidence-lost, weakened, level-drop]\n";
    changes.branch("loose", |tree| {
        tree.write("baseline.yaml", loose.as_bytes());
        tree.write(".github/workflows/titles.yml", INJECTION.as_bytes());
    });
    let text = expect(1, &changes.gate(&["--against", "ref:main"]));
    assert!(text.contains("the settings of the gate: those of main hold here"), "{text}");
    // A waiver counts, and is shown; whoever wants to fail on it says so before.
    let waiver = "version: 1\ndeclarations:\n  - requirement: OSPS-BR-01.01\n    kind: waiver\n    statement: Known.\n    by: ada\n    \
                  on: 2026-04-30\n    expires: 2026-06-30\n";
    changes.branch("waived", |tree| {
        tree.write("baseline.yaml", waiver.as_bytes());
        tree.write(".github/workflows/titles.yml", INJECTION.as_bytes());
    });
    let on = ["--against", "ref:main", "--as-of", "2026-05-02"];
    let text = expect(0, &changes.gate(&on));
    assert!(text.contains("new waiver") && text.contains("Waived by ada until 2026-06-30: Known."), "{text}");
    expect(1, &changes.gate(&[&on[..], &["--fail-on", "new-waiver"]].concat()));
    // After its last day it counts no longer.
    expect(1, &changes.gate(&["--against", "ref:main", "--as-of", "2026-07-01"]));
}

#[test]
fn a_snapshot_is_made_kept_and_merged() {
    let changes = Changes::new();
    let tree = &changes.repository;
    let path = tree.path().join(".osps/snapshot.json");
    let read = || std::fs::read_to_string(&path).expect("a snapshot");
    let output = changes.gate(&["--offline"]);
    assert_eq!(output.status.code(), Some(2), "there is nothing to compare with yet");
    std::fs::remove_file(tree.path().join("GOVERNANCE.md")).expect("removed");
    std::fs::remove_file(tree.path().join("CONTRIBUTING.md")).expect("removed");
    tree.commit("Begin with less");
    expect(0, &changes.gate(&["--offline", "--init"]));
    let first = read();
    assert_eq!(changes.gate(&["--offline", "--init"]).status.code(), Some(2), "it is there already");
    expect(0, &changes.gate(&["--offline", "--update"]));
    assert_eq!(read(), first, "nothing changed");
    let schema: Json = serde_json::from_str(&expect(0, &osps(["schema", "snapshot"]))).expect("JSON");
    let document: Json = serde_json::from_str(&first).expect("JSON");
    assert!(jsonschema::is_valid(&schema, &document));
    tree.commit("Keep what is reached");
    // Two branches make different things better, and each writes it down.
    for (name, file) in [("one", "GOVERNANCE.md"), ("other", "CONTRIBUTING.md")] {
        changes.branch(name, |tree| {
            tree.git(["checkout", "-q", "HEAD~2", "--", file]);
            tree.commit("Better");
            expect(0, &changes.gate(&["--offline", "--update"]));
            assert_ne!(read(), first, "{name} is better");
        });
    }
    tree.git(["checkout", "-q", "main"]);
    tree.git(["merge", "-q", "-m", "Merge one", "one"]);
    tree.git(["merge", "-q", "-m", "Merge other", "other"]);
    let merged = read();
    expect(0, &changes.gate(&["--offline", "--update"]));
    let both: Json = serde_json::from_str(&merged).expect("JSON after a merge");
    let written: Json = serde_json::from_str(&read()).expect("JSON");
    let states = |snapshot: &Json| -> Vec<(String, Json)> {
        let lines = snapshot["requirements"].as_object().expect("a map").iter();
        lines.map(|(id, line)| (id.clone(), line["standing"].clone())).collect()
    };
    assert_eq!(states(&both), states(&written), "the merge knows what both reached");
    // What got worse is not written down.
    tree.write(".github/workflows/titles.yml", INJECTION.as_bytes());
    tree.commit("Worse");
    let before = read();
    expect(1, &changes.gate(&["--offline", "--update"]));
    assert_eq!(read(), before);
}

#[test]
fn what_expired_fails_a_gate_on_its_day() {
    let changes = Changes::new();
    let tree = &changes.repository;
    let stated = "version: 1\ndeclarations:\n  - requirement: OSPS-AC-01.01\n    kind: attestation\n    statement: The \
                  organization asks for it.\n    evidence: https://example.org/mfa\n    by: ada\n    on: 2026-04-30\n    expires: 2026-08-31\n";
    tree.write("baseline.yaml", stated.as_bytes());
    tree.commit("State");
    let on = |day: &str, more: &[&str]| changes.gate(&[&["--offline", "--as-of", day][..], more].concat());
    expect(0, &on("2026-05-02", &["--init"]));
    expect(0, &on("2026-05-02", &[]));
    let soon = expect(0, &on("2026-08-15", &[]));
    assert!(soon.contains("The statement of ada ends on 2026-08-31."), "{soon}");
    let ended = expect(1, &on("2026-09-01", &[]));
    assert!(ended.contains("expired") && ended.contains("The statement of ada ended on 2026-08-31."), "{ended}");
}

#[test]
fn two_assessments_side_by_side() {
    let changes = Changes::new();
    let scratch = tempfile::TempDir::new().expect("a directory");
    let file = |name: &str| scratch.path().join(name).display().to_string();
    let path = changes.repository.path().to_str().expect("a text");
    let save = |name: &str| expect(0, &osps(["assess", path, "--offline", "-o", &format!("json={}", file(name))]));
    save("before.json");
    changes.branch("planted", |tree| tree.write(".github/workflows/titles.yml", INJECTION.as_bytes()));
    save("after.json");
    let text = expect(0, &osps(["diff", &file("before.json"), &file("after.json")]));
    assert!(text.contains("regression") && text.contains("titles.yml:9"), "{text}");
    let json = expect(0, &osps(["diff", &file("before.json"), &file("after.json"), "-o", "json"]));
    let comparison: Json = serde_json::from_str(&json).expect("JSON");
    let schema: Json = serde_json::from_str(&expect(0, &osps(["schema", "comparison"]))).expect("JSON");
    let errors: Vec<String> = jsonschema::validator_for(&schema)
        .expect("a schema")
        .iter_errors(&comparison)
        .map(|error| error.to_string())
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let markdown = expect(0, &osps(["diff", &file("before.json"), &file("after.json"), "-o", "markdown"]));
    assert!(markdown.starts_with("## "), "{markdown}");
    // The same as a gate, with its answer.
    expect(1, &changes.gate(&["--offline", "--against", &file("before.json")]));
}
