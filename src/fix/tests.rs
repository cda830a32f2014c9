//! Fixes of single files from hand-made facts.

use rstest::rstest;
use serde_json::{Value as Json, json};

use super::*;
use crate::model::assessment::Basis;

const PATH: &str = ".github/workflows/ci.yml";

/// An assessment in which these requirements are not met, and all others are.
fn assessment(ids: &[&str]) -> Assessment {
    let text = include_str!("../../tests/assessments/mixed.json");
    let mut assessment: Assessment = serde_json::from_str(text).expect("an assessment");
    assessment.subject.forge = Some("github".to_owned());
    assessment.subject.host = Some("github.com".to_owned());
    assessment.subject.owner = Some("acme".to_owned());
    assessment.subject.name = "widget".to_owned();
    for verdict in &mut assessment.requirements {
        let open = ids.contains(&verdict.id.as_str());
        verdict.outcome = if open { Outcome::Failed } else { Outcome::Passed };
        verdict.standing = if open { Standing::Unmet } else { Standing::Met };
        verdict.basis = Some(Basis::Observed);
    }
    assessment
}

fn mend(assessment: &Assessment, facts: &Json, files: &[(&str, &str)], assume_read: bool) -> Fixes {
    let read = |path: &str| {
        let found = files.iter().find(|(known, _)| *known == path);
        Ok(found.map(|(_, text)| text.as_bytes().to_vec()))
    };
    let render = |name: &str, values: &Json| Ok(format!("{name} {}", values["name"]));
    fixes(&Ground { assessment, facts, read: &read, render: &render, tables: &Bundle::policies(), assume_read })
}

/// A job with what its facts say beside.
fn job(name: &str, more: Json) -> Json {
    let mut job = json!({
        "system": "github_actions", "path": PATH, "job": name, "line": 1, "triggers": ["push"], "permissions": {},
        "permission_source": "default", "calls": null, "unknown_steps": [], "needed": {}, "opaque_steps": [],
    });
    for (key, value) in more.as_object().into_iter().flatten() {
        job[key] = value.clone();
    }
    job
}

fn permissions(text: &str, jobs: Json, excess: Json, assume_read: bool) -> Fixes {
    let facts = json!({"workflows": {"jobs": {"known": jobs}, "excess": {"known": excess}}});
    mend(&assessment(&["OSPS-AC-04.01", "OSPS-AC-04.02"]), &facts, &[(PATH, text)], assume_read)
}

fn after(fixes: &Fixes) -> Option<&str> {
    fixes.files.iter().find(|file| file.path == PATH).map(|file| file.after.as_str())
}

#[rstest]
#[case::plain(
    "on: push\n\njobs:\n  a:\n    runs-on: x\n",
    "on: push\n\npermissions:\n  contents: read\n\njobs:\n  a:\n    runs-on: x\n"
)]
#[case::tight(
    "on: push\njobs:\n  a:\n    runs-on: x",
    "on: push\npermissions:\n  contents: read\njobs:\n  a:\n    runs-on: x"
)]
#[case::line_ends(
    "on: push\r\n\r\njobs:\r\n  a:\r\n    runs-on: x\r\n",
    "on: push\r\n\r\npermissions:\r\n  contents: read\r\n\r\njobs:\r\n  a:\r\n    runs-on: x\r\n"
)]
#[case::comments(
    "on: push # when\n\n# What runs.\n# More.\njobs:\t# here\n  a:\n    runs-on: x # y\n",
    "on: push # when\n\npermissions:\n  contents: read\n\n# What runs.\n# More.\njobs:\t# here\n  a:\n    runs-on: x # y\n"
)]
#[case::indentation(
    "on: push\njobs:\n     a:\n       runs-on: x\n",
    "on: push\npermissions:\n     contents: read\njobs:\n     a:\n       runs-on: x\n"
)]
#[case::first(
    "jobs:\n  a:\n    runs-on: x\non: push\n",
    "permissions:\n  contents: read\n\njobs:\n  a:\n    runs-on: x\non: push\n"
)]
#[case::marked(
    "\u{feff}jobs:\n  a:\n    runs-on: x\n",
    "\u{feff}permissions:\n  contents: read\n\njobs:\n  a:\n    runs-on: x\n"
)]
#[case::quoted(
    "\"on\": push\n\"jobs\":\n  \"a\": {runs-on: x}\n",
    "\"on\": push\npermissions:\n  contents: read\n\"jobs\":\n  \"a\": {runs-on: x}\n"
)]
#[case::anchors(
    "on: push\njobs:\n  a: &a\n    runs-on: x\n",
    "on: push\npermissions:\n  contents: read\njobs:\n  a: &a\n    runs-on: x\n"
)]
fn nothing_stated(#[case] text: &str, #[case] expected: &str) {
    let fixes = permissions(text, json!([job("a", json!({}))]), json!([]), false);
    assert_eq!(after(&fixes), Some(expected), "{:?}", fixes.left);
    let again = permissions(expected, json!([job("a", json!({"permission_source": "workflow"}))]), json!([]), false);
    assert!(again.files.is_empty());
}

#[rstest]
#[case::block(
    "on: push\njobs:\n  a:\n    name: A\n    # where\n    runs-on: x\n  b:\n    runs-on: x\n",
    "    name: A\n    permissions:\n      contents: write\n      issues: write\n    # where\n    runs-on: x\n  b:\n    runs-on: x\n"
)]
#[case::wide(
    "on: push\njobs:\n    a:\n        runs-on: x\n    b:\n        runs-on: x\n",
    "    a:\n        permissions:\n            contents: write\n            issues: write\n        runs-on: x\n    b:\n        runs-on: x\n"
)]
fn a_job_that_writes_gets_a_block(#[case] text: &str, #[case] end: &str) {
    let jobs = json!([
        job("a", json!({"needed": {"contents": "write", "issues": "write", "id-token": "write"}})),
        job("b", json!({})),
    ]);
    let fixes = permissions(text, jobs, json!([]), false);
    let after = after(&fixes).expect("a change");
    assert!(after.ends_with(end) && after.contains("contents: read\n"), "{after}");
}

#[rstest]
#[case::flow_style("{on: push, jobs: {a: {runs-on: x}}}\n", json!({}), "only a person")]
#[case::merged("x: &x\n  runs-on: x\njobs:\n  a: *x\n  b: *x\n", json!({"needed": {"issues": "write"}}), "only a person")]
#[case::opaque("jobs:\n  a:\n    runs-on: x\n", json!({"opaque_steps": ["acme/thing@v1"]}), "`acme/thing@v1` in the job `a`")]
#[case::called("jobs:\n  a:\n    runs-on: x\n", json!({"triggers": ["workflow_call"], "needed": {"issues": "write"}}), "Other workflows call it")]
#[case::two_documents("jobs:\n  a:\n    runs-on: x\n---\n{}\n", json!({}), "one readable document")]
#[case::empty_block("permissions:\njobs:\n  a:\n    runs-on: x\n", json!({}), "says nothing")]
fn left_to_a_person(#[case] text: &str, #[case] more: Json, #[case] why: &str) {
    let fixes = permissions(text, json!([job("a", more)]), json!([]), false);
    assert_eq!(after(&fixes), None);
    assert!(fixes.left.iter().any(|left| left.why.contains(why)), "{:?}", fixes.left);
}

#[test]
fn what_is_not_known_is_taken_for_reading_where_somebody_says_so() {
    let jobs = json!([job("a", json!({"opaque_steps": ["acme/thing@v1"]}))]);
    assert!(after(&permissions("jobs:\n  a:\n    runs-on: x\n", jobs, json!([]), true)).is_some());
}

fn excess(job: &str, scope: &str, granted: &str) -> Json {
    json!({"path": PATH, "job": job, "line": 1, "scope": scope, "granted": granted, "basis": "table"})
}

#[rstest]
#[case::at_the_top(
    "permissions: write-all\njobs:\n  a:\n    runs-on: x\n",
    "permissions:\n  contents: read\njobs:\n  a:\n    permissions:\n      contents: read\n      issues: write\n    runs-on: x\n"
)]
#[case::with_a_comment(
    "permissions:   'write-all'  # why\njobs:\n  a:\n    runs-on: x\n",
    "permissions:    # why\n  contents: read\njobs:\n  a:\n    permissions:\n      contents: read\n      issues: write\n    runs-on: x\n"
)]
#[case::at_a_job(
    "jobs:\n  a:\n    permissions: write-all\n    runs-on: x\n",
    "jobs:\n  a:\n    permissions:\n      contents: read\n      issues: write\n    runs-on: x\n"
)]
#[case::at_the_end(
    "jobs:\n  a:\n    permissions: write-all",
    "jobs:\n  a:\n    permissions:\n      contents: read\n      issues: write"
)]
fn short_forms(#[case] text: &str, #[case] expected: &str) {
    let jobs = json!([job("a", json!({"permission_source": "workflow", "needed": {"issues": "write"}}))]);
    let fixes = permissions(text, jobs, json!([excess("a", "*", "write_all")]), false);
    assert_eq!(after(&fixes), Some(expected), "{:?}", fixes.left);
}

#[rstest]
#[case::in_place(
    "jobs:\n  a:\n    permissions:\n      contents: read # code\n      checks: write # results\n    runs-on: x\n",
    "jobs:\n  a:\n    permissions:\n      contents: read # code\n      checks: read # results\n    runs-on: x\n"
)]
#[case::in_braces(
    "jobs:\n  a:\n    permissions: { checks: 'write' }\n    runs-on: x\n",
    "jobs:\n  a:\n    permissions: { checks: 'read' }\n    runs-on: x\n"
)]
#[case::nobody_inherits_it_with_need(
    "permissions:\n  checks: write\njobs:\n  a:\n    runs-on: x\n",
    "permissions:\n  checks: read\njobs:\n  a:\n    runs-on: x\n"
)]
#[case::moves_to_those_that_need_it(
    "permissions:\n  contents: read\n  checks: write\njobs:\n  a:\n    runs-on: x\n  b:\n    runs-on: x\n",
    "permissions:\n  contents: read\n  checks: read\njobs:\n  a:\n    runs-on: x\n  b:\n    permissions:\n      contents: read\n      checks: write\n    runs-on: x\n"
)]
fn too_much_is_taken_away(#[case] text: &str, #[case] expected: &str) {
    let stated = json!({"permission_source": "workflow"});
    let jobs = json!([job("a", stated.clone()), job("b", stated)]);
    let fixes = permissions(text, jobs, json!([excess("a", "checks", "write")]), false);
    assert_eq!(after(&fixes), Some(expected), "{:?}", fixes.left);
    assert_eq!(fixes.proposals.first().map(|proposal| names(&proposal.requirements)).as_deref(), Some("OSPS-AC-04.02"));
}

fn flow(line: u64, expr: &str) -> Json {
    json!({
        "path": PATH, "line": line, "column": null, "system": "github_actions", "job": "a", "step": "s", "expr": expr,
        "source": "github.event.issue.title", "source_class": "untrusted", "input_type": null, "sink": "shell", "via": "direct",
        "sanitiser": "none", "guards": [], "fix": null,
    })
}

fn injection(text: &str, flows: &[Json]) -> Fixes {
    let facts = json!({"workflows": {"flows": {"known": flows}}});
    mend(&assessment(&["OSPS-BR-01.01"]), &facts, &[(PATH, text)], false)
}

/// The last line that holds the expression.
fn last_line(text: &str) -> u64 {
    text.lines().enumerate().filter(|(_, line)| line.contains(TITLE)).map(|(at, _)| at as u64 + 1).last().expect("one")
}

const TITLE: &str = "${{ github.event.issue.title }}";
const HEAD: &str = "jobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n";

#[rstest]
#[case::block(
    "      - name: s # n\n        run: |\n          # says\n          echo \"TITLE\"\n",
    "      - name: s # n\n        env:\n          ISSUE_TITLE: TITLE\n        run: |\n          # says\n          echo \"${ISSUE_TITLE}\"\n"
)]
#[case::first_key(
    "      - run: echo \"TITLE\" # why\n        name: s\n",
    "      - env:\n          ISSUE_TITLE: TITLE\n        run: echo \"${ISSUE_TITLE}\" # why\n        name: s\n"
)]
#[case::beside_others(
    "      - env:\n          # a\n          A: b\n        run: echo TITLE\n",
    "      - env:\n          # a\n          ISSUE_TITLE: TITLE\n          A: b\n        run: echo \"${ISSUE_TITLE}\"\n"
)]
#[case::known_already(
    "      - env:\n          T: TITLE\n        run: echo TITLE\n",
    "      - env:\n          T: TITLE\n        run: echo \"${T}\"\n"
)]
#[case::taken_name(
    "      - run: echo \"$ISSUE_TITLE TITLE\"\n",
    "      - env:\n          ISSUE_TITLE_2: TITLE\n        run: echo \"$ISSUE_TITLE ${ISSUE_TITLE_2}\"\n"
)]
#[case::in_double_quotes(
    "      - run: \"echo TITLE\"\n",
    "      - env:\n          ISSUE_TITLE: TITLE\n        run: \"echo \\\"${ISSUE_TITLE}\\\"\"\n"
)]
#[case::in_single_quotes(
    "      - run: 'echo ''TITLE'''\n",
    "      - env:\n          ISSUE_TITLE: TITLE\n        run: 'echo ''''\"${ISSUE_TITLE}\"'''''\n"
)]
#[case::quoted_block(
    "      - run: |\n          \"x\" TITLE\n",
    "      - env:\n          ISSUE_TITLE: TITLE\n        run: |\n          \"x\" \"${ISSUE_TITLE}\"\n"
)]
#[case::folded(
    "      - run: >-\n          echo\n          \"TITLE\"\n",
    "      - env:\n          ISSUE_TITLE: TITLE\n        run: >-\n          echo\n          \"${ISSUE_TITLE}\"\n"
)]
#[case::twice(
    "      - run: |\n          echo \"TITLE\" 'TITLE'\n      - run: echo done",
    "      - env:\n          ISSUE_TITLE: TITLE\n        run: |\n          echo \"${ISSUE_TITLE}\" ''\"${ISSUE_TITLE}\"''\n      - run: echo done"
)]
#[case::windows(
    "      - shell: pwsh\n        run: Write-Host \"TITLE\"\n",
    "      - shell: pwsh\n        env:\n          ISSUE_TITLE: TITLE\n        run: Write-Host \"${env:ISSUE_TITLE}\"\n"
)]
fn values_go_through_variables(#[case] steps: &str, #[case] expected: &str) {
    for ending in ["\n", "\r\n"] {
        let whole =
            |steps: &str| format!("{HEAD}{steps}").replace("TITLE", "\u{1}").replace("ISSUE_\u{1}", "ISSUE_TITLE");
        let whole = |steps: &str| whole(steps).replace('\u{1}', TITLE).replace('\n', ending);
        let (text, expected) = (whole(steps), whole(expected));
        let line = last_line(&text);
        let fixes = injection(&text, &[flow(line, TITLE)]);
        assert_eq!(after(&fixes), Some(expected.as_str()), "{:?}", fixes.left);
        assert!(fixes.left.is_empty(), "{:?}", fixes.left);
    }
}

#[rstest]
#[case::command("      - run: TITLE --help\n", "where a command is expected")]
#[case::flow_style("      - {run: 'echo \"TITLE\"'}\n", "only a person")]
#[case::flow_env("      - env: {A: b}\n        run: echo \"TITLE\"\n", "its `env:` is written")]
#[case::python("      - shell: python\n        run: print(\"TITLE\")\n", "neither a POSIX shell nor PowerShell")]
#[case::here_document("      - run: |\n          cat <<'E'\n          TITLE\n          E\n", "no variable is replaced")]
fn scripts_that_are_left(#[case] steps: &str, #[case] why: &str) {
    let text = format!("{HEAD}{}", steps.replace("TITLE", TITLE));
    let line = last_line(&text);
    let fixes = injection(&text, &[flow(line, TITLE)]);
    assert_eq!(after(&fixes), None);
    assert!(fixes.left.iter().any(|left| left.why.contains(why)), "{:?}", fixes.left);
}

#[rstest]
#[case::mixed("${{ matrix.os }}", "[ubuntu-latest, windows-latest]", "differs between the systems")]
#[case::own("self-hosted", "[]", "machines of the project's own")]
#[case::unknown("${{ fromJSON(inputs.x) }}", "[]", "machines of the project's own")]
fn shells_that_nobody_knows(#[case] runner: &str, #[case] matrix: &str, #[case] why: &str) {
    let text = format!(
        "jobs:\n  a:\n    runs-on: {runner}\n    strategy:\n      matrix:\n        os: {matrix}\n    steps:\n      - run: echo \"{TITLE}\"\n"
    );
    let fixes = injection(&text, &[flow(8, TITLE)]);
    assert!(fixes.left.iter().any(|left| left.why.contains(why)), "{:?}", fixes.left);
}

#[test]
fn settings_are_commands_with_names_that_mean_nothing_else() {
    let ids = ["OSPS-AC-02.01", "OSPS-AC-03.01", "OSPS-VM-03.01", "OSPS-QA-01.01", "OSPS-QA-03.01"];
    let mut assessment = assessment(&ids);
    let check = "a\nRULESET\nrm -rf /";
    let facts = json!({"ci": {"capabilities": {"known": [
        {"kind": "test", "path_filtered": "no", "condition": null, "blocking": true, "disabled": false, "system": "github_actions",
         "triggers": ["change_request"], "check_name": "it's $(id) `x`"},
        {"kind": "test", "path_filtered": "no", "condition": null, "blocking": true, "disabled": false, "system": "github_actions",
         "triggers": ["change_request"], "check_name": check},
    ]}}});
    let script = mend(&assessment, &facts, &[], false).script();
    assert!(script.contains("gh api -X POST /repos/acme/widget/rulesets --input - <<'RULESET'\n"), "{script}");
    assert!(script.contains("\"context\": \"it's $(id) `x`\""), "{script}");
    assert!(script.contains("gh api -X PATCH /orgs/acme -f default_repository_permission=read\n"), "{script}");
    assert!(!script.contains("visibility") && !script.contains("rm -rf"), "{script}");

    assessment.subject.name = "x;$(id)".to_owned();
    assert_eq!(mend(&assessment, &facts, &[], false).script(), "");
    assessment.subject.name = "widget".to_owned();
    assessment.subject.host = Some("git.example.dev".to_owned());
    let script = mend(&assessment, &facts, &[], false).script();
    assert!(script.contains("gh api --hostname git.example.dev -X PUT /repos/acme/widget/"), "{script}");
}

#[test]
fn nothing_is_done_about_what_is_met() {
    let text = "on: push\njobs:\n  a:\n    runs-on: x\n";
    let facts = json!({"workflows": {"jobs": {"known": [job("a", json!({}))]}}});
    let fixes = mend(&assessment(&[]), &facts, &[(PATH, text)], false);
    assert!(fixes.files.is_empty() && fixes.commands.is_empty() && fixes.left.is_empty());
}
