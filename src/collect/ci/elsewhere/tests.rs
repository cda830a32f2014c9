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
    assert_eq!(found[0].parsed, parsed);
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
#[case(".travis.yml", "script: echo\n")]
#[case("azure-pipelines.yml", "steps: [{script: echo}]\n")]
#[case("Jenkinsfile", "sh 'echo'\n")]
#[case(".gitlab-ci.yml", "include: [{project: acme/ci, file: a.yml}]\n")]
#[case(".circleci/config.yml", "setup: true\njobs: {t: {steps: [{run: echo}]}}\n")]
fn nothing_passes_by_silence(#[case] path: &str, #[case] text: &str) {
    let (_, workflows) = collect(&[(path, text)]);
    assert!(workflows.complete.value().is_none());
}

/// Every flow as `source_class sink sanitiser @line expression`.
fn flows(path: &str, text: &str) -> Vec<String> {
    let (_, workflows) = collect(&[(path, text)]);
    assert_eq!(workflows.complete.value(), Some(&true), "{:?}", workflows.complete);
    let flows = workflows.flows.value().cloned().unwrap_or_default();
    let kind = |flow: &crate::collect::ci::Flow| {
        let way = if flow.via == "variable" { " (variable)" } else { "" };
        format!("{} {}{way} {} @{} {}", flow.source_class, flow.sink, flow.sanitiser, flow.line, flow.expr)
    };
    flows.iter().map(kind).collect()
}

const MR: &str = "  rules: [{if: $CI_PIPELINE_SOURCE == \"merge_request_event\"}]\n";

#[rstest]
#[case::quoted("t:\n  script:\n    - echo \"$CI_COMMIT_MESSAGE\"\n", &["untrusted shell (variable) env_quoted @3 $CI_COMMIT_MESSAGE"])]
#[case::unquoted("t:\n  script:\n    - echo $CI_COMMIT_TITLE\n", &["untrusted shell (variable) none @3 $CI_COMMIT_TITLE"])]
#[case::eval("t:\n  script:\n    - eval \"echo $CI_MERGE_REQUEST_TITLE\"\n", &["untrusted nested_shell (variable) none @3 $CI_MERGE_REQUEST_TITLE"])]
#[case::nested("t:\n  script:\n    - bash -c \"make $CI_COMMIT_REF_NAME\"\n", &["writer nested_shell (variable) none @3 $CI_COMMIT_REF_NAME"])]
#[case::through_a_variable("t:\n  variables: {T: \"x $CI_COMMIT_DESCRIPTION\"}\n  script:\n    - ssh host \"run $T\"\n", &["untrusted nested_shell (variable) none @4 $T from CI_COMMIT_DESCRIPTION"])]
#[case::number("t:\n  script:\n    - echo $CI_MERGE_REQUEST_IID $CI_COMMIT_SHA\n", &[])]
#[case::asked_for("variables: {NAME: {description: x}}\nt:\n  script:\n    - eval $NAME\n", &["collaborator nested_shell (variable) none @4 $NAME"])]
#[case::chosen("variables: {NAME: {description: x, options: [a, b]}}\nt:\n  script:\n    - eval $NAME\n", &["collaborator nested_shell (variable) typed @4 $NAME"])]
#[case::input("spec:\n  inputs:\n    to: {type: string}\n---\nt:\n  script:\n    - deploy $[[ inputs.to ]]\n", &["collaborator shell none @7 $[[ inputs.to ]] from inputs.to"])]
#[case::chosen_input("spec:\n  inputs:\n    to: {options: [a, b]}\n---\nt:\n  script:\n    - deploy $[[ inputs.to ]]\n", &["collaborator shell typed @7 $[[ inputs.to ]] from inputs.to"])]
fn gitlab_values(#[case] text: &str, #[case] expected: &[&str]) {
    let found: Vec<String> = flows(".gitlab-ci.yml", text);
    let expected: Vec<String> = expected.iter().map(|line| line.replace(" from inputs.to", "")).collect();
    assert_eq!(found, expected);
}

#[test]
fn the_branch_of_a_merge_request_is_chosen_by_outsiders() {
    let text = format!("t:\n  script:\n    - bash -c \"make $CI_COMMIT_REF_NAME\"\n{MR}");
    let expected = ["untrusted nested_shell (variable) none @3 $CI_COMMIT_REF_NAME"];
    assert_eq!(flows(".gitlab-ci.yml", &text), expected);
}

#[rstest]
#[case::named("t:\n  script: [deploy --token \"$DEPLOY_TOKEN\"]\n", true, true)]
#[case::only_pushes("t:\n  script: [deploy --token \"$DEPLOY_TOKEN\"]\n", false, false)]
#[case::none("t:\n  script: [make test]\n", true, false)]
#[case::vault("t:\n  script: [make]\n  secrets: {X: {vault: a/b/c}}\n", true, true)]
#[case::deploys("t:\n  script: [git push origin HEAD]\n", true, true)]
fn gitlab_pipelines_of_forks(#[case] text: &str, #[case] changes: bool, #[case] expected: bool) {
    let text = if changes { format!("{text}{MR}") } else { text.to_owned() };
    let (_, workflows) = collect(&[(".gitlab-ci.yml", text.as_str())]);
    let found = workflows.checkouts.value().cloned().unwrap_or_default();
    assert_eq!(found.iter().any(|checkout| checkout.via == "fork_pipeline"), expected);
}

const PIPELINE: &str = "version: 2.1\nparameters:\n  to: {type: string}\n  fast: {type: boolean}\njobs:\n  t:\n    parameters: {where: {type: string}}\n    steps:\n      - run: deploy << parameters.where >>\n      - run: ";

#[rstest]
#[case::branch("echo << pipeline.git.branch >>", "prod", &["writer shell none @10 << pipeline.git.branch >>"])]
#[case::event("echo << pipeline.event.github.pull_request.title >>", "prod", &["untrusted shell none @10 << pipeline.event.github.pull_request.title >>"])]
#[case::number("echo << pipeline.number >> << pipeline.git.revision >>", "prod", &[])]
#[case::typed("echo << pipeline.parameters.fast >>", "prod", &["collaborator shell typed @10 << pipeline.parameters.fast >>"])]
#[case::handed_on("echo", "<< pipeline.parameters.to >>", &["collaborator shell none @9 << pipeline.parameters.to >>"])]
#[case::variable("eval \"$CIRCLE_BRANCH\"", "prod", &["writer nested_shell (variable) none @10 $CIRCLE_BRANCH"])]
fn circleci_values(#[case] command: &str, #[case] given: &str, #[case] expected: &[&str]) {
    let text = format!("{PIPELINE}'{command}'\nworkflows:\n  w:\n    jobs:\n      - t: {{where: '{given}'}}\n");
    assert_eq!(flows(".circleci/config.yml", &text), expected);
}

/// What an orb does with what it is given stands in another repository.
#[rstest]
#[case::step("  t:\n    steps:\n      - slack/notify:\n          message: << pipeline.parameters.to >>\n", "t", &["collaborator opaque_input none @7 << pipeline.parameters.to >>"])]
#[case::constant("  t:\n    steps:\n      - slack/notify:\n          message: done << pipeline.number >>\n", "t", &[])]
#[case::job("  x: {steps: []}\n", "gcp/deploy: {image: << pipeline.git.branch >>}", &["writer opaque_input none @5 << pipeline.git.branch >>"])]
fn what_orbs_are_given(#[case] jobs: &str, #[case] used: &str, #[case] expected: &[&str]) {
    let text = format!("parameters:\n  to: {{type: string}}\njobs:\n{jobs}workflows: {{w: {{jobs: [{used}]}}}}\n");
    assert_eq!(flows(".circleci/config.yml", &text), expected);
}

#[rstest]
#[case::cmd("build_script:\n  - echo %APPVEYOR_REPO_COMMIT_MESSAGE%\n", &["untrusted shell none @2 %APPVEYOR_REPO_COMMIT_MESSAGE%"])]
#[case::powershell("build_script:\n  - ps: echo $env:APPVEYOR_REPO_COMMIT_MESSAGE\n", &["untrusted shell (variable) env_quoted @2 $APPVEYOR_REPO_COMMIT_MESSAGE"])]
#[case::invoked("build_script:\n  - ps: iex \"x $env:APPVEYOR_PULL_REQUEST_TITLE\"\n", &["untrusted nested_shell (variable) none @2 $APPVEYOR_PULL_REQUEST_TITLE"])]
#[case::posix("build_script:\n  - sh: echo $APPVEYOR_REPO_COMMIT_AUTHOR\n", &["untrusted shell (variable) none @2 $APPVEYOR_REPO_COMMIT_AUTHOR"])]
#[case::tag("after_build:\n  - echo %APPVEYOR_REPO_TAG_NAME%\n", &["writer shell none @2 %APPVEYOR_REPO_TAG_NAME%"])]
#[case::own("environment: {A: b}\nbuild_script:\n  - echo %A% %CD%\n", &[])]
fn appveyor_values(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(flows("appveyor.yml", text), expected);
}

#[rstest]
#[case::shell("steps:\n- name: bash\n  args:\n  - -c\n  - git checkout ${_TAG}\n", &["collaborator shell none @5 ${_TAG}"])]
#[case::folded("steps:\n- name: bash\n  args:\n  - -c\n  - >\n    docker build\n    -t ${_TAG}\n", &["collaborator shell none @7 ${_TAG}"])]
#[case::argument("steps:\n- name: gcr.io/cloud-builders/docker\n  args: [build, -t, 'x:${_TAG}', .]\n", &[])]
#[case::escaped("steps:\n- name: bash\n  args: [-c, 'echo $$_TAG']\n", &[])]
#[case::environment("steps:\n- name: bash\n  env: ['T=${_TAG}']\n  script: echo \"$T\"\n", &[])]
#[case::tag("steps:\n- name: x\n  entrypoint: /bin/sh\n  args: [-ec, 'echo $TAG_NAME $COMMIT_SHA']\n", &["writer shell none @4 $TAG_NAME"])]
#[case::branch("steps:\n- name: bash\n  args: [-c, 'echo $_HEAD_BRANCH']\n", &["untrusted shell none @3 $_HEAD_BRANCH"])]
fn cloud_build_values(#[case] text: &str, #[case] expected: &[&str]) {
    assert_eq!(flows("cloudbuild.yaml", text), expected);
}

/// What changes of outsiders reach, and what then is not known.
#[rstest]
#[case::circle_test(".circleci/config.yml", "jobs: {t: {steps: [{run: make test}]}}\n", true)]
#[case::circle_token(".circleci/config.yml", "jobs: {t: {steps: [{run: 'upload $NPM_TOKEN'}]}}\n", false)]
#[case::circle_handed_on(".circleci/config.yml", "jobs: {t: {steps: [{run: 'NPM_TOKEN=$NPM_TOKEN make'}]}}\n", false)]
#[case::circle_key_in_a_command(
    ".circleci/config.yml",
    "commands: {c: {steps: [add_ssh_keys]}}\njobs: {t: {steps: [{when: {condition: x, steps: [c]}}]}}\n",
    false
)]
#[case::circle_orb_in_a_command(
    ".circleci/config.yml",
    "commands: {c: {steps: [gcp/deploy]}}\njobs: {t: {steps: [c]}}\n",
    false
)]
#[case::circle_context(
    ".circleci/config.yml",
    "jobs: {t: {steps: [{run: x}]}}\nworkflows: {w: {jobs: [{t: {context: prod}}]}}\n",
    false
)]
#[case::circle_main(
    ".circleci/config.yml",
    "jobs: {t: {steps: [{run: git push}]}}\nworkflows: {w: {jobs: [{t: {context: prod, filters: {branches: {only: main}}}}]}}\n",
    true
)]
#[case::circle_push(".circleci/config.yml", "jobs: {t: {steps: [{run: git push origin}]}}\n", false)]
#[case::appveyor_test("appveyor.yml", "test_script: [make]\n", true)]
#[case::appveyor_secret("appveyor.yml", "environment: {K: {secure: abc}}\ntest_script: [make]\n", false)]
#[case::appveyor_deploy("appveyor.yml", "test_script: [make]\ndeploy: [{provider: NuGet}]\n", false)]
#[case::appveyor_tags("appveyor.yml", "deploy: [{provider: NuGet, on: {APPVEYOR_REPO_TAG: true}}]\n", true)]
#[case::cloud_test("cloudbuild.yaml", "steps: [{name: golang, args: [go, test]}]\n", true)]
#[case::cloud_images("cloudbuild.yaml", "steps: [{name: x}]\nimages: [a]\n", false)]
#[case::cloud_secret("cloudbuild.yaml", "steps: [{name: x, secretEnv: [K]}]\n", false)]
#[case::cloud_version(
    "cloudbuild.yaml",
    "steps: [{name: bash, args: [-c, 'git checkout ${_TAG}']}, {name: x, secretEnv: [K]}]\n",
    true
)]
fn credentials_in_reach_of_forks(#[case] path: &str, #[case] text: &str, #[case] none: bool) {
    let (_, workflows) = collect(&[(path, text)]);
    assert_eq!(workflows.fork_credentials.value().is_some(), none, "{:?}", workflows.fork_credentials);
}

#[test]
fn inputs_of_other_systems_are_listed() {
    let text = format!("{PIPELINE}echo\n");
    let (_, workflows) =
        collect(&[(".circleci/config.yml", text.as_str()), ("cloudbuild.yaml", "steps: []\nsubstitutions: {_A: x}\n")]);
    let inputs = workflows.inputs.value().cloned().unwrap_or_default();
    let found: Vec<String> =
        inputs.iter().map(|input| format!("{} {} {}", input.trigger, input.name, input.input_type)).collect();
    assert_eq!(
        found,
        [
            "pipeline_parameter pipeline.parameters.fast boolean",
            "pipeline_parameter pipeline.parameters.to string",
            "substitution _A string"
        ]
    );
}

/// What lies behind the bounds of a reader is not taken for harmless.
#[rstest]
#[case::values(".gitlab-ci.yml", format!("t:\n  script:\n    - |\n{}", "      echo $A\n".repeat(6_000)))]
#[case::jobs(".gitlab-ci.yml", (0..2_100).map(|at| format!("j{at}: {{script: [make]}}\n")).collect())]
#[case::circle_jobs(
    ".circleci/config.yml",
    format!("jobs:\n{}", (0..2_100).map(|at| format!("  j{at}: {{steps: [{{run: make}}]}}\n")).collect::<String>())
)]
#[case::circle_steps(".circleci/config.yml", format!("jobs: {{t: {{steps: [{}]}}}}\n", "{run: make}, ".repeat(600)))]
#[case::inputs(
    "cloudbuild.yaml",
    format!("steps: []\nsubstitutions:\n{}", (0..600).map(|at| format!("  _A{at}: x\n")).collect::<String>())
)]
#[case::commands(".github/workflows/a.yml", format!("on: push\njobs: {{t: {{runs-on: x, steps: [{{run: \"{}\"}}]}}}}\n", "a;".repeat(21_000)))]
fn what_is_not_looked_at_is_not_complete(#[case] path: &str, #[case] text: String) {
    let (_, workflows) = collect(&[(path, text.as_str())]);
    assert_eq!(workflows.complete.value(), None, "{:?}", workflows.complete);
}
