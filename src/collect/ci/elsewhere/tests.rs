//! What definitions of other systems run on which event, from the file to the capabilities.

use rstest::rstest;

use crate::collect::ci::{CiSystem, tests::collect};

/// Every capability as `kind tool @job on:events`, with what weakens it.
fn runs(files: &[(&str, &str)]) -> Vec<String> {
    let (ci, _) = collect(files);
    let describe = |c: &crate::collect::ci::Capability| {
        let weak = [
            (!c.blocking).then(|| "tolerated".to_owned()),
            c.disabled.then(|| "off".to_owned()),
            c.condition.as_ref().map(|condition| format!("if {condition}")),
            (c.path_filtered != "no").then(|| format!("filter {}", c.path_filtered)),
            (c.resolved == "opaque").then(|| "opaque".to_owned()),
        ];
        let weak: Vec<String> = weak.into_iter().flatten().collect();
        format!(
            "{} {} @{} line {} on {}{}",
            c.kind,
            c.tool,
            c.job,
            c.line,
            c.triggers.join(","),
            weak.iter().map(|w| format!(" [{w}]")).collect::<String>()
        )
    };
    ci.capabilities.value().map(|list| list.iter().map(describe).collect()).unwrap_or_default()
}

fn systems(files: &[(&str, &str)]) -> Vec<CiSystem> {
    collect(files).0.systems.value().cloned().unwrap_or_default()
}

#[rstest]
#[case::plain("test:\n  script:\n    - cargo test\n", &["test cargo test @test line 3 on change_request,manual,push,push_primary,schedule,tag"])]
#[case::whole_block("test:\n  script: |\n    cd x\n    pytest -q\n", &["test pytest @test line 4 on change_request,manual,push,push_primary,schedule,tag"])]
#[case::hidden(".test:\n  script: cargo test\n", &[])]
#[case::inherited(".base:\n  script: [cargo test]\nunit:\n  extends: .base\n", &["test cargo test @unit line 2 on change_request,manual,push,push_primary,schedule,tag"])]
#[case::referenced(".base:\n  script: [cargo test]\nunit:\n  script:\n    - !reference [.base, script]\n", &["test cargo test @unit line 2 on change_request,manual,push,push_primary,schedule,tag"])]
#[case::anchored(".base: &b\n  script: [cargo test]\nunit:\n  <<: *b\n", &["test cargo test @unit line 2 on change_request,manual,push,push_primary,schedule,tag"])]
#[case::before("before_script: [cargo test]\nbuild:\n  script: [cargo build]\n", &["test cargo test @build line 1 on change_request,manual,push,push_primary,schedule,tag", "build cargo build @build line 3 on change_request,manual,push,push_primary,schedule,tag"])]
#[case::merge_requests("t:\n  script: [cargo test]\n  rules:\n    - if: $CI_PIPELINE_SOURCE == \"merge_request_event\"\n", &["test cargo test @t line 2 on change_request"])]
#[case::primary("t:\n  script: [cargo test]\n  rules:\n    - if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH'\n", &["test cargo test @t line 2 on manual,push_primary,schedule"])]
#[case::tags("t:\n  script: [cargo test]\n  only: [tags]\n", &["test cargo test @t line 2 on tag"])]
#[case::not_merge_requests("t:\n  script: [cargo test]\n  rules:\n    - if: $CI_MERGE_REQUEST_IID\n      when: never\n    - if: $CI_COMMIT_TAG =~ /^v[0-9]+/\n", &["test cargo test @t line 2 on tag"])]
#[case::by_hand("t:\n  script: [cargo test]\n  when: manual\n", &["test cargo test @t line 2 on manual"])]
#[case::tolerated("t:\n  script: [cargo test]\n  allow_failure: true\n  only: [merge_requests]\n", &["test cargo test @t line 2 on change_request [tolerated]"])]
#[case::somebodys_variable("t:\n  script: [cargo test]\n  rules:\n    - if: $RUN_TESTS\n", &["test cargo test @t line 2 on change_request,manual,push,push_primary,schedule,tag [if $RUN_TESTS]"])]
#[case::whole_pipeline("workflow:\n  rules:\n    - if: $CI_COMMIT_TAG\nt:\n  script: [cargo test]\n", &["test cargo test @t line 5 on tag"])]
#[case::template("include:\n  - template: Jobs/SAST.gitlab-ci.yml\nt:\n  script: [true]\n", &["sast gitlab sast @gitlab sast line 2 on change_request,manual,push,push_primary,schedule [tolerated]"])]
#[case::template_off("include:\n  template: Jobs/Secret-Detection.gitlab-ci.yml\nvariables: {SECRET_DETECTION_DISABLED: 'true'}\n", &["secret_scan gitlab secret detection @gitlab secret detection line 2 on change_request,manual,push,push_primary,schedule [tolerated] [off]"])]
fn gitlab(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(runs(&[(".gitlab-ci.yml", text)]), expected);
}

#[test]
fn gitlab_includes_are_followed_in_the_tree() {
    let root = "include:\n  - local: /ci/*.yml\nt:\n  extends: .base\n";
    let files = &[(".gitlab-ci.yml", root), ("ci/base.yml", ".base:\n  script: [cargo test]\n")];
    assert_eq!(runs(files), ["test cargo test @t line 2 on change_request,manual,push,push_primary,schedule,tag"]);
    assert_eq!(systems(files)[0].parsed, "ok");
}

#[rstest]
#[case("include: 'https://ci.example.net/all.yml'\n", "unresolved")]
#[case("include: {remote: 'https://ci.example.net/all.yml'}\n", "unresolved")]
#[case("include: {local: gone.yml}\n", "unresolved")]
#[case("include: [{project: acme/ci, file: a.yml}]\n", "unresolved")]
#[case("t: {script: [x}\n", "parse_error")]
#[case("t: {script: [x]}\n", "ok")]
fn gitlab_that_is_not_all_there(#[case] text: &str, #[case] parsed: &str) {
    let found = systems(&[(".gitlab-ci.yml", text)]);
    assert_eq!((found[0].parsed.as_str(), found[0].analysed.as_str()), (parsed, "detected"));
}

const CIRCLE: &str = "version: 2.1\ncommands:\n  check:\n    parameters: {tool: {default: pytest}}\n    steps:\n      - run: << parameters.tool >> -q\n\
jobs:\n  t:\n    docker: [{image: x}]\n    steps:\n      - checkout\n      - check\n      - run:\n          name: lint\n          command: |\n            ruff check .\n";

#[rstest]
#[case::without_workflows("", "change_request,push,push_primary")]
#[case::every_branch("workflows:\n  w:\n    jobs: [t]\n", "change_request,push,push_primary")]
#[case::primary("workflows:\n  w:\n    jobs:\n      - t: {filters: {branches: {only: main}}}\n", "push,push_primary")]
#[case::tags(
    "workflows:\n  w:\n    jobs:\n      - t: {filters: {tags: {only: /.*/}, branches: {ignore: /.*/}}}\n",
    "tag"
)]
#[case::nightly("workflows:\n  w:\n    triggers: [{schedule: {cron: '0 0 * * *'}}]\n    jobs: [t]\n", "schedule")]
fn circleci(#[case] workflows: &str, #[case] events: &str) {
    let expected = [format!("test pytest @t line 6 on {events}"), format!("lint ruff @t line 16 on {events}")];
    let found = runs(&[(".circleci/config.yml", &format!("{CIRCLE}{workflows}"))]);
    assert_eq!(found.iter().map(|line| line.replace("ruff check", "ruff")).collect::<Vec<_>>(), expected);
}

#[rstest]
#[case::travis(".travis.yml", "language: python\nscript:\n  - pytest\n", &["test pytest @travis line 3 on change_request,push,push_primary,tag"])]
#[case::travis_default(".travis.yml", "language: go\n", &["test go test @travis line 1 on change_request,push,push_primary,tag"])]
#[case::travis_job(".travis.yml", "language: go\njobs:\n  include:\n    - name: unit\n      script: go test ./...\n      if: type = push\n", &["test go test @unit line 5 on push,push_primary,tag"])]
#[case::azure("azure-pipelines.yml", "trigger: [main]\njobs:\n- job: t\n  steps:\n  - bash: |\n      cargo test\n  - task: DotNetCoreCLI@2\n    inputs: {command: test}\n", &["test cargo test @t line 6 on change_request,push,push_primary,tag", "test dotnet test @t line 7 on change_request,push,push_primary,tag"])]
#[case::azure_without_changes("azure-pipelines.yml", "pr: none\nsteps:\n- script: npx jest\n", &["test jest @azure_pipelines line 3 on push,push_primary,tag"])]
#[case::azure_tolerated("azure-pipelines.yml", "pr:\n  branches: {include: ['*']}\nsteps:\n- script: npx jest\n  displayName: Unit\n  continueOnError: true\n", &["test jest @Unit line 4 on change_request,push,push_primary,tag [tolerated]"])]
#[case::appveyor("appveyor.yml", "test_script:\n  - cmd: dotnet test\n", &["test dotnet test @appveyor line 2 on change_request,push,push_primary,tag"])]
#[case::cirrus(".cirrus.yml", "unit_task:\n  container: {image: x}\n  test_script: cargo test\n  only_if: $CIRRUS_CRON == ''\n", &["test cargo test @unit_task line 3 on change_request,push,push_primary,tag [if $CIRRUS_CRON == '']"])]
#[case::drone(".drone.yml", "kind: pipeline\nsteps:\n- name: unit\n  commands: [go test ./...]\ntrigger: {event: [push]}\n", &["test go test @unit line 4 on push,push_primary"])]
#[case::woodpecker(".woodpecker.yml", "when:\n  - event: pull_request\nsteps:\n  unit:\n    commands: [go test ./...]\n", &["test go test @unit line 5 on change_request"])]
#[case::buildkite(".buildkite/pipeline.yml", "steps:\n  - label: unit\n    command: go test ./...\n", &["test go test @unit line 3 on other"])]
#[case::bitbucket("bitbucket-pipelines.yml", "pipelines:\n  pull-requests:\n    '**':\n      - step: {name: unit, script: [npx jest]}\n  custom:\n    slow:\n      - step: {script: [pytest]}\n", &["test jest @unit line 4 on change_request", "test pytest @step line 7 on manual"])]
#[case::jenkins("Jenkinsfile", "pipeline {\n  stages {\n    stage('Unit') {\n      // sh 'pytest'\n      steps { sh(script: 'cargo test', label: 'x')\n        sh \"\"\"\n          go test ./...\n        \"\"\" }\n} } }\n", &["test cargo test @Unit line 5 on other", "test go test @Unit line 7 on other"])]
#[case::forgejo(".forgejo/workflows/a.yml", "on: pull_request\njobs:\n  t:\n    runs-on: docker\n    steps: [{run: cargo test}]\n", &["test cargo test @t line 5 on change_request"])]
fn other_systems(#[case] path: &str, #[case] text: &str, #[case] expected: &[&str]) {
    let found = runs(&[(path, text), ("src/main.rs", "fn main() {}\n")]);
    assert_eq!(found, expected);
}

#[test]
fn azure_templates_run_where_they_are_taken_in() {
    let files = &[
        (
            "azure-pipelines.yml",
            "pr: none\nsteps:\n- template: .azure-pipelines/test.yml\n- template: all.yml@elsewhere\n",
        ),
        (".azure-pipelines/test.yml", "steps:\n- script: cargo test\n"),
    ];
    let expected = [
        "test cargo test @azure_pipelines line 2 on push,push_primary,tag",
        "test all.yml@elsewhere @azure_pipelines line 4 on push,push_primary,tag [opaque]",
    ];
    assert_eq!(runs(files), expected);
    assert!(systems(files).iter().any(|system| system.parsed == "unresolved"));
}

/// Nobody follows values through these systems, so nothing about them is complete.
#[rstest]
#[case(".gitlab-ci.yml", "t: {script: [echo]}\n")]
#[case(".circleci/config.yml", "jobs: {t: {steps: [{run: echo}]}}\n")]
#[case("Jenkinsfile", "sh 'echo'\n")]
fn nothing_passes_by_silence(#[case] path: &str, #[case] text: &str) {
    let (_, workflows) = collect(&[(path, text)]);
    assert!(workflows.complete.value().is_none());
}
