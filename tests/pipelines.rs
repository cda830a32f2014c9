//! Pipelines that other tools judge wrongly: small repositories of one workflow each, from the tree to the verdict, with
//! what a forge would add laid over the facts where a case needs it.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use osps::model::ruling::Outcome::{self, Failed, NeedsReview, NotApplicable, Passed, Unknown};
use rstest::rstest;
use serde_json::{Value as Json, json};
use support::{Repository, lay_over, outcome_of};

/// The outcome for a repository with these files, with facts of the forge laid over.
fn judge(files: &[(&str, &str)], forge: &Json, id: &str) -> Outcome {
    let repository = Repository::with(files);
    let mut facts = support::facts(repository.path());
    lay_over(&mut facts, forge);
    outcome_of(&facts, id).0
}

/// The outcome for a repository with one workflow.
fn of_workflow(text: &str, forge: &Json, id: &str) -> Outcome {
    judge(&[(".github/workflows/w.yml", text), ("README.md", "# A\n")], forge, id)
}

/// A workflow with one job of these steps.
fn job(on: &str, before_steps: &str, steps: &str) -> String {
    format!(
        "on: {on}\npermissions:\n  contents: write\njobs:\n  a:\n    runs-on: ubuntu-latest\n{before_steps}    steps:\n{steps}"
    )
}

/// Nothing but the tree.
fn tree_only() -> Json {
    json!({})
}

#[rstest]
#[case::unterminated_behind("issues", "      - run: echo \"${{ github.event.issue.title }}\"; echo '${{'\n", Failed)]
#[case::unterminated_before("issues", "      - run: echo '${{'; echo \"${{ github.event.issue.title }}\"\n", Failed)]
#[case::inline_script(
    "issue_comment",
    "      - uses: actions/github-script@v7\n        with:\n          script: console.log(\"${{ github.event.comment.body }}\")\n",
    Failed
)]
#[case::letter_case("pull_request", "      - run: echo ${{ GitHub.Head_Ref }}\n", Failed)]
#[case::index("issues", "      - run: echo ${{ github.event['issue']['title'] }}\n", Failed)]
#[case::discussion("discussion", "      - run: echo ${{ github.event.discussion.body }}\n", Failed)]
#[case::followed_run("workflow_run", "      - run: echo ${{ github.event.workflow_run.head_branch }}\n", Failed)]
#[case::whole_event("pull_request", "      - run: echo '${{ toJSON(github.event) }}'\n", Failed)]
#[case::number_of_the_reference("pull_request", "      - run: echo ${{ github.ref }}\n", Passed)]
#[case::reduced_to_two_words(
    "pull_request",
    "      - run: echo ${{ contains(github.event.pull_request.title, 'x') && 'a' || 'b' }}\n",
    Passed
)]
fn text_of_outsiders(#[case] on: &str, #[case] steps: &str, #[case] expected: Outcome) {
    assert_eq!(of_workflow(&job(on, "", steps), &tree_only(), "OSPS-BR-01.01"), expected);
}

#[rstest]
#[case("      - run: echo ${{ env.TITLE }}\n", Failed)]
#[case("      - run: echo \"$TITLE\"\n", Passed)]
fn text_through_the_environment(#[case] steps: &str, #[case] expected: Outcome) {
    let env = "    env:\n      TITLE: ${{ github.event.issue.title }}\n";
    assert_eq!(of_workflow(&job("issues", env, steps), &tree_only(), "OSPS-BR-01.01"), expected);
}

/// cmd pastes what stands between percent signs, and nothing else.
#[rstest]
#[case::pasted("cmd", "echo %TITLE%", Failed)]
#[case::in_quotes("cmd", "echo \"%TITLE%\"", Failed)]
#[case::in_other_letters("cmd", "echo %title%", Failed)]
#[case::a_part_of_it("cmd", "echo %TITLE:~0,5%", Failed)]
#[case::expanded_late("cmd", "echo !TITLE!", Passed)]
#[case::another_variable("cmd", "echo %PATH% 100%", Passed)]
#[case::another_shell("bash", "echo %TITLE%", Passed)]
#[case::power_shell("pwsh", "echo $env:TITLE", Passed)]
fn text_in_shells_of_windows(#[case] shell: &str, #[case] script: &str, #[case] expected: Outcome) {
    let env = "    env:\n      TITLE: ${{ github.event.issue.title }}\n";
    let steps = format!("      - shell: {shell}\n        run: |\n          {script}\n");
    assert_eq!(of_workflow(&job("issues", env, &steps), &tree_only(), "OSPS-BR-01.01"), expected);
}

#[rstest]
#[case::a_word_of_two("should_skip", Passed)]
#[case::names_of_files("changed_files", Failed)]
fn outputs_of_a_known_action(#[case] output: &str, #[case] expected: Outcome) {
    let steps = format!(
        "      - uses: fkirc/skip-duplicate-actions@v5\n        id: s\n      - run: echo ${{{{ steps.s.outputs.{output} }}}}\n"
    );
    assert_eq!(of_workflow(&job("pull_request", "", &steps), &tree_only(), "OSPS-BR-01.01"), expected);
}

#[rstest]
#[case("OSPS-BR-01.01")]
#[case("OSPS-BR-01.03")]
fn a_directory_of_workflows_that_holds_none(#[case] id: &str) {
    let files = &[(".github/workflows/README.md", "# Nothing here\n")];
    let no_pipeline = json!({"workflows": {"present": false}});
    assert_eq!(judge(files, &no_pipeline, id), NotApplicable);
    assert_eq!(judge(files, &tree_only(), id), Unknown);
}

#[rstest]
#[case("OSPS-BR-01.01")]
#[case("OSPS-BR-01.03")]
#[case("OSPS-BR-01.04")]
#[case("OSPS-AC-04.01")]
#[case("OSPS-AC-04.02")]
fn a_workflow_that_cannot_be_parsed_passes_nothing(#[case] id: &str) {
    let fine = "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps: [{run: echo}]\n";
    let files = &[(".github/workflows/a.yml", fine), (".github/workflows/b.yml", "on: push\njobs: {a: [}\n")];
    let outcome = judge(files, &tree_only(), id);
    assert!(matches!(outcome, Unknown | NeedsReview), "{outcome:?}");
}

const HEAD: &str =
    "      - uses: actions/checkout@v4\n        with: {ref: '${{ github.event.pull_request.head.sha }}'}\n";

#[rstest]
#[case::discussion("discussion_comment", "", "      - run: gh pr checkout 5\n      - run: make\n", Failed)]
#[case::own_branches(
    "pull_request_target",
    "    if: github.event.pull_request.head.repo.full_name == github.repository\n",
    &format!("{HEAD}      - run: make\n"),
    Passed
)]
#[case::everybodys("pull_request_target", "", &format!("{HEAD}      - run: make\n"), Failed)]
#[case::only_talk("discussion_comment", "", "      - run: echo \"use gh pr checkout 5\"\n      - run: make\n", Passed)]
#[case::labels("pull_request_target", "", "      - uses: actions/labeler@v5\n", Passed)]
#[case::labelled_beside_an_open_push(
    "[push, pull_request_target]",
    "    if: github.event_name == 'push' || contains(github.event.pull_request.labels.*.name, 'ok')\n",
    &format!("{HEAD}      - run: make\n"),
    NeedsReview
)]
#[case::own_branches_beside_a_comment(
    "[pull_request_target, issue_comment]",
    "",
    "      - uses: actions/checkout@v4\n        if: >-\n          github.event_name == 'issue_comment' ||\n          \
     github.event.pull_request.head.repo.full_name == github.repository\n        \
     with: {ref: '${{ github.event.pull_request.head.sha || format(''refs/pull/{0}/head'', github.event.issue.number) }}'}\n      - run: make\n",
    Failed
)]
#[case::a_script_asks_for_the_association(
    "issue_comment",
    "",
    "      - uses: actions/github-script@v7\n        with:\n          script: |\n            \
     if (!['MEMBER', 'OWNER'].includes(context.payload.comment.author_association)) {\n              \
     core.setFailed('no');\n            }\n      - run: gh pr checkout 5\n      - run: make\n",
    NeedsReview
)]
#[case::a_script_prints_the_association(
    "issue_comment",
    "",
    "      - uses: actions/github-script@v7\n        with:\n          script: console.log(context.payload.comment.author_association)\n      \
     - run: gh pr checkout 5\n      - run: make\n",
    Failed
)]
#[case::held_runs_are_released(
    "issue_comment",
    "",
    "      - run: gh api -X POST \"repos/$GITHUB_REPOSITORY/actions/runs/$ID/approve\"\n",
    NeedsReview
)]
#[case::an_action_releases_held_runs("issue_comment", "", "      - uses: acme/ci/approve_workflows@v1\n", NeedsReview)]
fn code_of_outsiders(#[case] on: &str, #[case] guard: &str, #[case] steps: &str, #[case] expected: Outcome) {
    assert_eq!(of_workflow(&job(on, guard, steps), &tree_only(), "OSPS-BR-01.03"), expected);
}

#[test]
fn a_head_that_a_local_action_checks_out() {
    let action = format!(
        "name: x\nruns:\n  using: composite\n  steps:\n{}    - run: make\n      shell: bash\n",
        HEAD.replace("      - ", "    - ").replace("        with", "      with")
    );
    let workflow =
        job("pull_request_target", "", "      - uses: actions/checkout@v4\n      - uses: ./.github/actions/x\n");
    let files = &[(".github/workflows/w.yml", workflow.as_str()), (".github/actions/x/action.yml", action.as_str())];
    assert_eq!(judge(files, &tree_only(), "OSPS-BR-01.03"), Failed);
}

/// The one that calls decides on which events a workflow runs.
#[rstest]
#[case("    if: github.event_name == 'pull_request'\n", Passed)]
#[case("", Failed)]
fn a_head_that_a_called_workflow_checks_out(#[case] guard: &str, #[case] expected: Outcome) {
    let caller = format!(
        "on: [pull_request, pull_request_target]\npermissions: {{contents: write}}\njobs:\n  a:\n{guard}    uses: ./.github/workflows/b.yml\n"
    );
    let called = job("workflow_call", "", &format!("{HEAD}      - run: make\n"));
    let files = &[(".github/workflows/a.yml", caller.as_str()), (".github/workflows/b.yml", called.as_str())];
    assert_eq!(judge(files, &tree_only(), "OSPS-BR-01.03"), expected);
}

#[rstest]
#[case("${{ inputs['target'] }}", Failed)]
#[case("${{ github.event.inputs.target }}", Failed)]
#[case("\"$TARGET\"", Passed)]
fn input_of_collaborators(#[case] word: &str, #[case] expected: Outcome) {
    let on = "{workflow_dispatch: {inputs: {target: {type: string}}}}";
    let env = "    env: {TARGET: '${{ inputs.target }}'}\n";
    let text = job(on, env, &format!("      - run: |\n          deploy {word}\n"));
    assert_eq!(of_workflow(&text, &tree_only(), "OSPS-BR-01.04"), expected);
}

const SILENT: &str =
    "on: push\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n";

#[rstest]
#[case::default_is_read("read", Passed)]
#[case::default_is_write("write", Failed)]
fn silence_about_permissions(#[case] default: &str, #[case] expected: Outcome) {
    let forge = json!({"ci": {"default_token": default, "enabled": true}});
    assert_eq!(of_workflow(SILENT, &forge, "OSPS-AC-04.01"), expected);
}

#[rstest]
#[case::only_reads("{contents: read}", tree_only(), Passed)]
#[case::nearly_everything(
    "{actions: write, attestations: write, checks: write, contents: write, deployments: write, discussions: write, \
     id-token: write, issues: write, models: read, packages: write, pages: write, pull-requests: write, \
     security-events: write, statuses: write}",
    tree_only(),
    Failed
)]
#[case::everything("write-all", tree_only(), Failed)]
fn size_of_permissions(#[case] permissions: &str, #[case] forge: Json, #[case] expected: Outcome) {
    let text = SILENT.replace("jobs:", &format!("permissions: {permissions}\njobs:"));
    assert_eq!(of_workflow(&text, &forge, "OSPS-AC-04.02"), expected);
}

const STALE: &str = "      - uses: actions/stale@v9\n";

#[rstest]
#[case::labels_need_no_contents("contents: write", "      - uses: actions/labeler@v5\n", Failed)]
#[case::labels("pull-requests: write", "      - uses: actions/labeler@v5\n", Passed)]
#[case::nothing_is_deleted("contents: write", STALE, Failed)]
#[case::branches_are_deleted("contents: write", &format!("{STALE}        with: {{delete-branch: true}}\n"), Passed)]
#[case::reading_comments(
    "issues: write",
    "      - uses: actions/github-script@v7\n        with: {script: 'await github.rest.issues.listComments(c)'}\n",
    Failed
)]
#[case::writing_comments(
    "issues: write",
    "      - uses: actions/github-script@v7\n        with: {script: 'await github.rest.issues.createComment(c)'}\n",
    Passed
)]
#[case::merging(
    "contents: write",
    "      - uses: actions/github-script@v7\n        with: {script: 'await github.rest.pulls.merge(c)'}\n",
    Passed
)]
#[case::calls_by_a_name_that_is_not_seen(
    "issues: write",
    "      - uses: actions/github-script@v7\n        with: {script: 'await github.rest[section][call](c)'}\n",
    NeedsReview
)]
#[case::a_token_of_its_own(
    "contents: write",
    "      - uses: peter-evans/create-pull-request@v7\n        with: {token: '${{ secrets.BOT_PAT }}'}\n",
    NeedsReview
)]
#[case::its_own_token_or_the_issued_one(
    "contents: write",
    "      - uses: peter-evans/create-pull-request@v7\n        with: {token: '${{ secrets.BOT_PAT || github.token }}'}\n",
    Passed
)]
#[case::pushes_where_it_signed_in(
    "packages: write",
    "      - run: docker login ghcr.io -u x -p \"$T\"\n        env: {T: '${{ github.token }}'}\n      - run: ./publish.sh\n",
    NeedsReview
)]
#[case::signs_in_elsewhere(
    "packages: write",
    "      - run: docker login quay.io -u x -p y\n      - run: cargo test\n",
    Failed
)]
#[case::an_image_that_stays_here("packages: write", "      - run: docker build -t ghcr.io/a/b .\n", Failed)]
#[case::an_image_that_is_pushed(
    "packages: write",
    "      - run: docker buildx build --push -t ghcr.io/a/b .\n",
    Passed
)]
#[case::an_image_pushed_afterwards("packages: write", "      - run: docker build -t x . && docker push x\n", Passed)]
fn needs_of_steps(#[case] permissions: &str, #[case] steps: &str, #[case] expected: Outcome) {
    let text = format!(
        "on: schedule\npermissions: {{{permissions}}}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n{steps}"
    );
    assert_eq!(of_workflow(&text, &tree_only(), "OSPS-AC-04.02"), expected);
}

#[rstest]
#[case::default_is_write(json!({"ci": {"default_token": "write"}}), Failed)]
#[case::default_is_read(json!({"ci": {"default_token": "read"}}), Passed)]
#[case::default_is_unread(json!({}), Unknown)]
fn size_of_what_silence_grants(#[case] forge: Json, #[case] expected: Outcome) {
    assert_eq!(of_workflow(SILENT, &forge, "OSPS-AC-04.02"), expected);
}

/// A rule that needs a change request, whatever number of approvals it asks for and whoever merges two such rules.
#[rstest]
#[case::no_approval(json!({"required_approvals": 0, "bypass": [], "admins_bound": true}), Passed)]
#[case::one_approval(json!({"required_approvals": 1, "bypass": [], "admins_bound": true}), Passed)]
#[case::a_role_passes_by(
    json!({"bypass": [{"actor_kind": "role", "mode": "always", "source": "ruleset"}], "admins_bound": true}),
    NeedsReview
)]
#[case::administrators_pass_by(json!({"bypass": [], "admins_bound": false}), NeedsReview)]
fn rules_for_change_requests(#[case] branch: Json, #[case] expected: Outcome) {
    let mut forge = json!({"branch": {
        "pr_required": true, "rules_readable": true, "classic_readable": true, "direct_commits": [],
    }});
    for (name, value) in branch.as_object().expect("a map") {
        forge["branch"][name] = value.clone();
    }
    assert_eq!(of_workflow(SILENT, &forge, "OSPS-AC-03.01"), expected);
}

/// A hardened forge that requires one check.
fn requires(context: &str) -> Json {
    let text = std::fs::read_to_string("tests/facts/hardened.overlay.json").expect("readable");
    let mut forge: Json = serde_json::from_str(&text).expect("JSON");
    forge["branch"]["required_checks"] = json!([{"context": context, "app": "15368", "source": "ruleset"}]);
    forge["ci"]["platform_scanners"] = json!([]);
    forge
}

#[test]
fn a_scan_of_dependencies_by_a_reusable_workflow() {
    let workflow = "on: pull_request\npermissions: {contents: read}\njobs:\n  scan:\n    \
                    uses: google/osv-scanner-action/.github/workflows/osv-scanner-reusable-pr.yml@v2\n";
    let repository = Repository::with(&[(".github/workflows/w.yml", workflow)]);
    let facts = support::facts(repository.path());
    let found = &facts["ci"]["capabilities"]["known"][0];
    assert_eq!((&found["kind"], &found["triggers"]), (&json!("sca"), &json!(["change_request"])));
    assert!(found["covers"].as_array().is_some_and(|list| list.contains(&json!("vulnerabilities"))), "{found}");
    assert!(found["check_name"].as_str().is_some_and(|name| name.starts_with("scan")), "{found}");
}

/// The one that scans has no written policy behind it.
#[rstest]
#[case::only_uploads("github/codeql-action/upload-sarif@v3", Failed)]
#[case::a_name_that_sounds_like_it("acme/bearer-token@v1", Failed)]
#[case::scans("github/codeql-action/analyze@v3", NeedsReview)]
fn analysis_of_code(#[case] uses: &str, #[case] expected: Outcome) {
    let workflow = format!(
        "on: pull_request\npermissions: {{security-events: write}}\njobs:\n  scan:\n    runs-on: ubuntu-latest\n    steps:\n      \
         - uses: actions/checkout@v4\n      - uses: {uses}\n"
    );
    let files = &[(".github/workflows/w.yml", workflow.as_str()), ("src/main.rs", "fn main() {}\n")];
    assert_eq!(judge(files, &requires("scan"), "OSPS-VM-06.02"), expected);
}

/// The platform's own analysis needs no workflow.
#[test]
fn analysis_that_the_platform_runs_by_itself() {
    let mut forge = requires("CodeQL");
    forge["ci"]["platform_scanners"] =
        json!([{"kind": "sast", "product": "codeql", "state": "configured", "languages": ["rust"]}]);
    let files = &[(".github/workflows/w.yml", SILENT), ("src/main.rs", "fn main() {}\n")];
    let outcome = judge(files, &forge, "OSPS-VM-06.02");
    assert!(matches!(outcome, Passed | NeedsReview), "{outcome:?}");
}
