//! Capabilities of whole workflows, from text to facts.

use rstest::rstest;

use super::{Capability, Ci, Workflows};
use crate::bundle::Bundle;
use crate::collect::Context;
use crate::collect::tree::Tree;
use crate::model::subject::Subject;

pub(super) fn collect(files: &[(&str, &str)]) -> (Ci, Workflows) {
    let tree = Tree::of(files);
    let subject = Subject { default_branch: Some("main".to_owned()), ..Subject::default() };
    let policies = Bundle::policies();
    let cx = Context {
        forge: None,
        tree: &tree,
        clone: None,
        subject: &subject,
        now: jiff::Timestamp::UNIX_EPOCH,
        policies: &policies,
        src: &["git"],
    };
    super::collect(&cx)
}

fn capabilities(text: &str) -> Vec<Capability> {
    let (ci, _) = collect(&[(".github/workflows/ci.yml", text)]);
    ci.capabilities.value().cloned().unwrap_or_default()
}

/// A workflow with one job whose steps are given.
fn with_steps(on: &str, job: &str, steps: &str) -> String {
    format!("on: {on}\njobs:\n  t:\n    runs-on: ubuntu-latest\n{job}    steps:\n{steps}")
}

#[rstest]
#[case::every_change("pull_request", "", "change_request", "no", true)]
#[case::types("{pull_request: {types: [labeled]}}", "", "other", "no", true)]
#[case::other_branch("{pull_request: {branches: [dev]}}", "", "other", "no", true)]
#[case::pushes("push", "", "push push_primary tag", "no", true)]
#[case::tags("{push: {tags: ['v*']}}", "", "tag", "no", true)]
#[case::queue("merge_group", "", "merge_queue", "no", true)]
#[case::docs_ignored("{pull_request: {paths-ignore: ['docs/**', '*.md']}}", "", "change_request", "non_code", true)]
#[case::one_directory("{pull_request: {paths: ['src/a/**']}}", "", "change_request", "code", true)]
#[case::tolerated("pull_request", "    continue-on-error: true\n", "change_request", "no", false)]
#[case::only_pushes(
    "[push, pull_request]",
    "    if: github.event_name == 'push'\n",
    "push push_primary tag",
    "no",
    true
)]
fn triggers_and_filters(
    #[case] on: &str,
    #[case] job: &str,
    #[case] triggers: &str,
    #[case] filtered: &str,
    #[case] blocking: bool,
) {
    let found = capabilities(&with_steps(on, job, "      - run: cargo test\n"));
    let test = found.iter().find(|c| c.kind == "test").expect("a test");
    assert_eq!(
        (test.triggers.join(" ").as_str(), test.path_filtered.as_str(), test.blocking),
        (triggers, filtered, blocking)
    );
    assert_eq!(
        (test.line, test.check_name.as_deref(), test.condition.as_deref()),
        (7 - u64::from(job.is_empty()), Some("t"), None)
    );
}

#[rstest]
#[case::job("    if: false\n", "      - run: cargo test\n")]
#[case::step("", "      - if: ${{ false }}\n        run: cargo test\n")]
fn switched_off(#[case] job: &str, #[case] steps: &str) {
    assert!(capabilities(&with_steps("pull_request", job, steps))[0].disabled);
}

#[rstest]
#[case("contains(github.event.pull_request.labels.*.name, 'x')", true)]
#[case("github.repository == 'a/b' && !cancelled()", false)]
fn conditions_are_kept(#[case] condition: &str, #[case] kept: bool) {
    let found =
        capabilities(&with_steps("pull_request", &format!("    if: {condition}\n"), "      - run: cargo test\n"));
    assert_eq!(found[0].condition.is_some(), kept);
}

#[test]
fn names_of_checks_expand_matrices_and_calls() {
    let text = "on: pull_request\njobs:\n  a:\n    name: sca (${{ matrix.os }})\n    strategy: {matrix: {os: [x, y]}}\n    steps: [{run: osv-scanner .}]\n  b:\n    strategy: {matrix: {os: [x, y]}}\n    needs: a\n    steps: [{run: go test}]\n  c:\n    uses: google/osv-scanner-action/.github/workflows/osv-scanner-reusable-pr.yml@v2\n";
    let found = capabilities(text);
    let names: Vec<(&str, &str)> =
        found.iter().map(|c| (c.kind.as_str(), c.check_name.as_deref().unwrap_or_default())).collect();
    assert_eq!(names, [("sca", "sca (*)"), ("test", "b (*)"), ("sca", "c")]);
    assert_eq!(found[1].needs, ["a"]);
    assert_eq!(found[2].covers, ["vulnerabilities", "malicious"]);
}

#[test]
fn local_workflows_and_actions_are_entered() {
    let (ci, workflows) = collect(&[
        (
            ".github/workflows/a.yml",
            "on: pull_request\njobs:\n  x:\n    uses: ./.github/workflows/b.yml\n    with: {cmd: go test ./...}\n",
        ),
        (
            ".github/workflows/b.yml",
            "on:\n  workflow_call: {inputs: {cmd: {type: string}}}\njobs:\n  y:\n    steps:\n      - run: ${{ inputs.cmd }}\n      - uses: ./act\n",
        ),
        ("act/action.yml", "runs:\n  using: composite\n  steps:\n    - run: cargo clippy\n      shell: bash\n"),
    ]);
    let found = ci.capabilities.value().expect("known");
    let list: Vec<(&str, &str, &str)> =
        found.iter().map(|c| (c.kind.as_str(), c.path.as_str(), c.triggers[0].as_str())).collect();
    assert_eq!(
        list,
        [("test", ".github/workflows/b.yml", "change_request"), ("lint", "act/action.yml", "change_request")]
    );
    assert_eq!(found[0].check_name.as_deref(), Some("x / y"));
    assert_eq!(workflows.complete.value(), Some(&true));
}

#[test]
fn changed_files_conditions_are_filters() {
    let text = "on: pull_request\njobs:\n  changes:\n    outputs:\n      src: ${{ steps.f.outputs.src }}\n      a: ${{ steps.f.outputs.a }}\n    steps:\n      - uses: dorny/paths-filter@v3\n        id: f\n        with:\n          filters: |\n            src:\n              - '**'\n              - '!docs/**'\n            a:\n              - 'src/a/**'\n  t:\n    needs: changes\n    if: needs.changes.outputs.src == 'true'\n    steps: [{run: cargo test}]\n  u:\n    needs: changes\n    if: ${{ needs.changes.outputs.a == 'true' }}\n    steps: [{run: go test}]\n";
    let (ci, _) =
        collect(&[(".github/workflows/ci.yml", text), ("src/a/x.rs", ""), ("src/b/x.rs", ""), ("docs/a.md", "")]);
    let found = ci.capabilities.value().expect("known");
    let list: Vec<(&str, &str, bool)> =
        found.iter().map(|c| (c.job.as_str(), c.path_filtered.as_str(), c.condition.is_some())).collect();
    assert_eq!(list, [("t", "non_code", false), ("u", "code", false)]);
}

#[rstest]
#[case::nothing(&[("README.md", "x")], None, Some(true))]
#[case::readme_only(&[(".github/workflows/README.md", "x")], None, Some(true))]
#[case::workflow(&[(".github/workflows/a.yml", "on: push\njobs: {}\n")], Some(true), Some(true))]
#[case::broken(&[(".github/workflows/a.yml", "not a workflow")], Some(true), None)]
#[case::duplicate_keys(&[(".github/workflows/a.yml", "on: push\non: push\njobs: {}\n")], Some(true), None)]
#[case::detected_only(&[(".travis.yml", "script: make\n")], Some(true), None)]
fn presence_and_completeness(
    #[case] files: &[(&str, &str)],
    #[case] present: Option<bool>,
    #[case] complete: Option<bool>,
) {
    let (_, workflows) = collect(files);
    assert_eq!((workflows.present.value().copied(), workflows.complete.value().copied()), (present, complete));
}
