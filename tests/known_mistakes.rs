//! Mistakes that tools of this kind are known to make, each with the right answer: an absent file that decides what other
//! evidence settles, a refused answer that reads as an empty one, words beside the point that pass.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]
#![allow(clippy::print_stdout, reason = "a test that fails shows what was found")]

mod support;

use osps::model::ruling::Outcome;
use rstest::rstest;
use serde_json::{Value as Json, json};
use support::github::{
    Fault, Sight, World, check, landed, merged, reader_rule, release, rule, strict_classic, strict_rules,
};
use support::{Repository, facts_beside, facts_beside_with, judge, outcome_of};

use Outcome::{Failed, NeedsReview, NotApplicable, Passed, Unknown};

/// The well-kept repository with other files: a text that stands in place of a file, nothing where it is removed.
fn changed(files: &[(&str, Option<&str>)]) -> Repository {
    let repository = support::well_kept();
    edit(&repository, files);
    repository
}

fn edit(repository: &Repository, files: &[(&str, Option<&str>)]) {
    for (path, text) in files {
        match text {
            Some(text) => repository.write(path, text.as_bytes()),
            None => std::fs::remove_file(repository.path().join(path)).expect("removed"),
        }
    }
    repository.commit("Change\n\nSigned-off-by: Ada <ada@example.net>");
}

/// The well-kept repository without a version tag.
fn untagged() -> Repository {
    let repository = support::well_kept();
    repository.git(["tag", "-d", "v1.0.0", "v1.2.0"]);
    repository
}

/// A repository that shows no release and no way to one.
fn never_released() -> Repository {
    let repository = Repository::with(&[
        ("README.md", "# widget\n\nA list of parts.\n"),
        ("src/lib.rs", "//! Parts.\n"),
        ("Cargo.toml", "[package]\nname = \"widget\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n"),
    ]);
    repository.git(["remote", "add", "origin", "https://github.com/acme/widget.git"]);
    repository
}

fn reader() -> World {
    World { rules: strict_rules(), ..World::default() }
}

fn admin() -> World {
    World { sight: Sight::Admin, ..World::default() }
}

fn found(facts: &Json, id: &str) -> Outcome {
    let (outcome, message) = outcome_of(facts, &format!("OSPS-{id}"));
    println!("{id}: {outcome:?}: {message}");
    outcome
}

/// The outcomes of several requirements, with one judging.
fn all_found(facts: &Json, ids: &[&str]) -> Vec<(String, Outcome)> {
    let verdicts = judge(facts, false).requirements;
    let short = |id: &str| id.trim_start_matches("OSPS-").to_owned();
    let asked = verdicts.into_iter().filter(|verdict| ids.contains(&short(verdict.id.as_str()).as_str()));
    asked
        .map(|verdict| {
            println!("{}: {:?}: {}", verdict.id, verdict.outcome, verdict.message);
            (short(verdict.id.as_str()), verdict.outcome)
        })
        .collect()
}

const BY_DOCUMENTS_AND_FORGE: [&str; 8] =
    ["GV-01.01", "VM-01.01", "VM-03.01", "VM-04.01", "VM-04.02", "VM-05.01", "VM-05.02", "VM-06.01"];

/// Whether a project is alive is read from the forge and never from the absence of a file.
#[test]
fn without_security_insights_everything_is_judged_all_the_same() {
    let advisories =
        vec![json!({"ghsa_id": "GHSA-aaaa-bbbb-cccc", "published_at": "2025-09-01T00:00:00Z", "state": "published"})];
    let facts = facts_beside(support::well_kept().path(), World { advisories, ..reader() });
    for (id, outcome) in all_found(&facts, &BY_DOCUMENTS_AND_FORGE) {
        let settled_elsewhere = id == "VM-04.02";
        assert!(outcome == Passed || settled_elsewhere, "{id} is {outcome:?}");
    }
    assert_eq!(facts["repo"]["archived"]["known"], false);
}

#[rstest]
#[case::work_in_progress(
    "header:\n  schema-version: 2.0.0\n  last-updated: '2026-05-01'\n  last-reviewed: '2026-05-01'\n  url: https://github.com/acme/widget\nrepository:\n  url: https://github.com/acme/widget\n  status: WIP\n  accepts-change-request: true\n  accepts-automated-change-request: true\n  core-team: []\n  license: {url: 'https://github.com/acme/widget/blob/main/LICENSE', expression: MIT}\n  security:\n    assessments: {self: {comment: none}}\n"
)]
#[case::unparsable("header: [\nrepository: {status: active\n")]
fn a_security_insights_file_takes_no_verdict_away(#[case] text: &str) {
    let facts = facts_beside(changed(&[("security-insights.yml", Some(text))]).path(), reader());
    for (id, outcome) in all_found(&facts, &["GV-01.01", "VM-01.01", "VM-03.01", "VM-05.01", "VM-05.02", "VM-06.01"]) {
        assert_eq!(outcome, Passed, "{id}");
    }
}

#[test]
fn a_forge_that_says_come_back_later_leaves_it_unknown() {
    let slow =
        Fault::with_headers(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "4000000000")], "limit");
    let bare = changed(&[("SECURITY.md", None)]);
    let facts = facts_beside_with(bare.path(), reader(), vec![(String::new(), slow)]);
    for (id, outcome) in all_found(&facts, &["VM-03.01", "AC-03.01", "QA-07.01"]) {
        assert_eq!(outcome, Unknown, "{id}");
    }
    assert_eq!(found(&facts, "VM-01.01"), NeedsReview, "other documents say a part of it");
    assert_eq!(facts["security"]["private_reporting"]["unknown"]["reason"], "rate_limited");
}

/// An answer that was refused is not an empty list of releases.
#[rstest]
#[case::refused(Fault::status(403, "Resource not accessible"))]
#[case::broken(Fault::status(500, "oops"))]
fn releases_that_cannot_be_listed_are_not_no_releases(#[case] fault: Fault) {
    let at = vec![("GET /repos/acme/widget/releases".to_owned(), fault)];
    let world = World { releases: vec![release("v1.2.0", "", &[])], ..reader() };
    let facts = facts_beside_with(untagged().path(), world, at);
    assert!(facts["releases"]["has_release"]["unknown"].is_object(), "{}", facts["releases"]["has_release"]);
    for (id, outcome) in all_found(&facts, &["BR-02.01", "BR-04.01", "BR-06.01", "DO-05.01", "LE-02.02", "LE-03.02"]) {
        // What documents and licences of the tree settle is settled; nothing is settled by the refusal.
        assert!(matches!(outcome, Unknown | Passed), "{id} is {outcome:?}");
    }
    for id in ["BR-02.01", "BR-06.01"] {
        assert_eq!(found(&facts, id), Unknown, "{id}");
    }
}

/// A workflow whose text is not there was not read, and is not a workflow without faults.
#[test]
fn workflows_that_cannot_be_read_are_not_no_workflows() {
    let whole = support::well_kept();
    let partial = tempfile::TempDir::new().expect("a directory");
    whole.git(["config", "uploadpack.allowFilter", "true"]);
    let from = format!("file://{}", whole.path().display());
    let into = partial.path().to_str().expect("a text");
    whole.git(["clone", "-q", "--bare", "--filter=blob:none", &from, into]);
    let facts = support::facts(partial.path());
    for (id, outcome) in all_found(&facts, &["BR-01.01", "BR-01.03", "BR-01.04", "AC-04.01", "AC-04.02"]) {
        assert_eq!(outcome, Unknown, "{id}");
    }
}

#[test]
fn a_signed_release_needs_no_security_insights() {
    assert_eq!(found(&facts_beside(never_released().path(), reader()), "BR-06.01"), NotApplicable);
    let signature = "-----BEGIN PGP SIGNATURE-----\n\nabcdef\n-----END PGP SIGNATURE-----\n";
    let assets = [("widget-1.2.0.exe", 2, None), ("widget-1.2.0.exe.asc", signature.len(), None)];
    let files = [("v1.2.0/widget-1.2.0.exe", "MZ"), ("v1.2.0/widget-1.2.0.exe.asc", signature)];
    let files = files.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).into();
    let facts = facts_beside(
        support::well_kept().path(),
        World { releases: vec![release("v1.2.0", "", &assets)], files, ..reader() },
    );
    assert_eq!(found(&facts, "BR-06.01"), Passed);
}

/// A null of the interface says nothing. That the host refuses to delete its default branch is named as such, and does
/// not count where rules of the host do not.
#[test]
fn no_protection_at_all_never_reads_as_protected_from_deletion() {
    let facts = facts_beside(support::well_kept().path(), admin());
    assert_eq!(facts["branch"]["deletion_blocked"]["known"], false);
    let verdict = |strict: bool| {
        let all = judge(&facts, strict).requirements;
        serde_json::to_value(all.into_iter().find(|verdict| verdict.id.as_str() == "OSPS-AC-03.02").expect("there"))
            .expect("JSON")
    };
    let (lenient, strict) = (verdict(false), verdict(true));
    assert_eq!((&lenient["outcome"], &lenient["confidence"]), (&json!("passed"), &json!("medium")), "{lenient:#}");
    assert!(lenient.to_string().contains("platform_structural"), "{lenient:#}");
    assert_eq!(strict["outcome"], "needs_review", "{strict:#}");
}

/// A release is known by its tag, whatever its title.
#[rstest]
#[case::untitled("")]
#[case::same_title("Bugfix")]
fn titles_of_releases_identify_nothing(#[case] title: &str) {
    let titled = |tag: &str| {
        let mut release = release(tag, "", &[]);
        release["name"] = json!(title);
        release
    };
    let facts = facts_beside(
        support::well_kept().path(),
        World { releases: vec![titled("v1.2.0"), titled("v1.0.0")], ..reader() },
    );
    assert_eq!(found(&facts, "BR-02.01"), Passed);
}

fn insights_with_home(address: &str) -> String {
    format!(
        "header:\n  schema-version: 2.0.0\n  last-updated: '2026-05-01'\n  last-reviewed: '2026-05-01'\n  url: https://github.com/acme/widget\nproject:\n  name: widget\n  homepage: {address}\n  administrators: []\n  repositories: []\n"
    )
}

#[rstest]
#[case::plain_protocol("git://widget.acme-parts.net/x", Failed)]
#[case::capitals("HTTPS://widget.acme-parts.net", Passed)]
#[case::encrypted("https://widget.acme-parts.net", Passed)]
fn the_scheme_of_a_claimed_home_page_decides(#[case] address: &str, #[case] expected: Outcome) {
    let repository = changed(&[("security-insights.yml", Some(&insights_with_home(address)))]);
    assert_eq!(found(&facts_beside(repository.path(), reader()), "BR-03.01"), expected);
}

#[rstest]
#[case::no_scheme("widget.acme-parts.net", NeedsReview)]
#[case::capitals("HTTPS://widget.acme-parts.net", Passed)]
#[case::unencrypted("http://widget.acme-parts.net", Failed)]
fn a_home_page_without_a_scheme_is_not_an_unencrypted_one(#[case] homepage: &'static str, #[case] expected: Outcome) {
    let facts = facts_beside(support::well_kept().path(), World { homepage: Some(homepage), ..reader() });
    assert_eq!(found(&facts, "BR-03.01"), expected);
}

#[rstest]
#[case::denied("No changelog for this one.", None)]
#[case::announced("TODO: release notes", None)]
#[case::empty_file("", Some(""))]
#[case::link_only("https://github.com/acme/widget/compare/v1.0.0...v1.2.0", None)]
fn words_about_a_change_log_are_none(#[case] body: &str, #[case] file: Option<&str>) {
    let repository = support::well_kept();
    repository.git(["tag", "-d", "v1.2.0"]);
    edit(&repository, &[("CHANGELOG.md", file)]);
    repository.git(["tag", "-a", "v1.2.0", "-m", "v1.2.0"]);
    let facts = facts_beside(repository.path(), World { releases: vec![release("v1.2.0", body, &[])], ..reader() });
    let outcome = found(&facts, "BR-04.01");
    assert!(matches!(outcome, Failed | NeedsReview), "{outcome:?}");
    assert_eq!(outcome == NeedsReview, body.contains("compare"), "a link may lead to a text, a refusal does not");
}

#[test]
fn pipelines_are_no_lists_of_dependencies() {
    let pipeline = "on: push\npermissions: {contents: read}\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: make\n";
    let repository = Repository::with(&[
        ("main.c", "#include <stdio.h>\n#include <zlib.h>\n#include <curl/curl.h>\nint main(void) { return 0; }\n"),
        ("Makefile", "all:\n\tcc main.c -lz -lcurl -o main\n"),
        (".github/workflows/a.yml", pipeline),
        (".github/workflows/b.yml", pipeline),
        (".github/workflows/c.yml", pipeline),
    ]);
    repository.git(["remote", "add", "origin", "https://github.com/acme/widget.git"]);
    let facts = facts_beside(repository.path(), reader());
    assert_eq!(found(&facts, "QA-02.01"), NeedsReview);
    assert_ne!(found(&facts, "BR-05.01"), Passed);
}

#[test]
fn a_signature_of_an_old_release_covers_nothing_new() {
    let old = release("v1.0.0", "", &[("widget.exe", 2, None), ("widget.exe.asc", 60, None)]);
    let new = release("v1.2.0", "", &[("widget.exe", 2, Some("sha256:00"))]);
    let files: std::collections::BTreeMap<String, Vec<u8>> = [("v1.2.0/widget.exe".to_owned(), b"MZ".to_vec())].into();
    let world = World { releases: vec![new, old], files, ..reader() };
    assert_eq!(found(&facts_beside(support::well_kept().path(), world.clone()), "BR-06.01"), Failed);
    // Nor does the claim that statements lie somewhere.
    let claim = "header:\n  schema-version: 2.0.0\n  last-updated: '2026-05-01'\n  last-reviewed: '2026-05-01'\n  url: https://github.com/acme/widget\nrepository:\n  url: https://github.com/acme/widget\n  status: active\n  accepts-change-request: true\n  accepts-automated-change-request: true\n  core-team: []\n  license: {url: 'https://github.com/acme/widget/blob/main/LICENSE', expression: MIT}\n  release:\n    automated-pipeline: true\n    distribution-points: [{uri: 'https://github.com/acme/widget/releases'}]\n    attestations:\n      - name: provenance\n        location: https://widget.acme-parts.net/provenance\n        predicate-uri: https://slsa.dev/provenance/v1\n  security:\n    assessments: {self: {comment: none}}\n";
    let claiming = changed(&[("security-insights.yml", Some(claim))]);
    let outcome = found(&facts_beside(claiming.path(), world), "BR-06.01");
    assert!(matches!(outcome, NeedsReview | Failed), "{outcome:?}");
}

#[test]
fn documents_are_read_where_no_security_insights_names_them() {
    let facts = facts_beside(support::well_kept().path(), reader());
    for (id, outcome) in all_found(&facts, &["DO-01.01", "DO-03.01", "DO-03.02"]) {
        assert_eq!(outcome, Passed, "{id}");
    }
    let facts = facts_beside(never_released().path(), reader());
    for (id, outcome) in all_found(&facts, &["DO-01.01", "DO-03.01", "DO-03.02"]) {
        assert_eq!(outcome, NotApplicable, "{id}");
    }
}

#[test]
fn a_tracker_elsewhere_is_a_guide_and_a_security_policy_is_none() {
    let readme = std::fs::read_to_string("tests/fixtures/well-kept/README.md").expect("readable");
    let (before, after) = readme.split_once("## Questions and defects").expect("a section");
    let after = after.split_once("## Support").expect("a section").1;
    let elsewhere = format!(
        "{before}## Defects\n\nReport bugs at https://jira.acme-parts.net/projects/WIDGET and say which version you use.\n\n## Support{after}"
    );
    let silent = format!("{before}## Support{after}");
    let template = (".github/ISSUE_TEMPLATE/bug.yml", None);
    let off = World { issues: false, ..reader() };
    let jira = changed(&[("README.md", Some(&elsewhere)), template]);
    assert_eq!(found(&facts_beside(jira.path(), off.clone()), "DO-02.01"), Passed);
    let only_security = changed(&[("README.md", Some(&silent)), template]);
    let outcome = found(&facts_beside(only_security.path(), off), "DO-02.01");
    assert!(matches!(outcome, Failed | NeedsReview), "{outcome:?}");
}

fn unchecked() -> World {
    World { head_checks: Vec::new(), pull_requests: vec![merged(1, "ada", &["grace"], &[])], ..World::default() }
}

#[test]
fn a_repository_without_checks_has_none_to_pass() {
    let bare = changed(&[(".github/workflows/ci.yml", None)]);
    let facts = facts_beside(bare.path(), World { sight: Sight::Admin, ..unchecked() });
    assert_eq!(found(&facts, "QA-03.01"), NotApplicable);
}

/// Systems beside the forge report their results as commit statuses.
#[rstest]
#[case::required(&["ci/prow/unit"], Passed)]
#[case::not_required(&[], Failed)]
fn commit_statuses_are_checks(#[case] required: &[&str], #[case] expected: Outcome) {
    let status = |name: &str| json!({"__typename": "StatusContext", "context": name, "state": "SUCCESS"});
    let change = |number: u64| {
        let mut change = merged(number, "ada", &["grace"], &[]);
        change["commits"]["nodes"][0]["commit"]["statusCheckRollup"]["contexts"] =
            json!({"totalCount": 1, "nodes": [status("ci/prow/unit")]});
        change
    };
    let checks: Vec<Json> = required.iter().map(|context| json!({"context": context})).collect();
    let rules = match checks.is_empty() {
        true => Vec::new(),
        false => vec![rule("required_status_checks", json!({"required_status_checks": checks}))],
    };
    let world = World {
        rules,
        head_checks: vec![status("ci/prow/unit")],
        pull_requests: (1..=3).map(change).collect(),
        ..admin()
    };
    let bare = changed(&[(".github/workflows/ci.yml", None)]);
    let facts = facts_beside(bare.path(), world);
    assert_eq!(facts["checks"]["observed"]["known"][0]["kind"], "status");
    assert_eq!(found(&facts, "QA-03.01"), expected);
}

#[test]
fn a_check_that_nobody_requires_spoils_nothing() {
    let optional = |number| merged(number, "ada", &["grace"], &["test", "codecov/patch"]);
    let world = World {
        pull_requests: (1..=3).map(optional).collect(),
        head_checks: vec![check("test", "github-actions", "SUCCESS"), check("codecov/patch", "codecov", "FAILURE")],
        ..reader()
    };
    assert_eq!(found(&facts_beside(support::well_kept().path(), world), "QA-03.01"), Passed);
}

#[rstest]
#[case::hidden(None, Unknown)]
#[case::shown_to_readers(Some(reader_rule()), Passed)]
fn classic_protection_that_a_reader_cannot_see_is_not_absent(
    #[case] reader_rule: Option<Json>,
    #[case] expected: Outcome,
) {
    let deletion = vec![rule("deletion", Json::Null)];
    let world = World { classic: Some(strict_classic()), reader_rule, rules: deletion.clone(), ..World::default() };
    assert_eq!(found(&facts_beside(support::well_kept().path(), world), "QA-03.01"), expected);
    let world = World { classic: Some(strict_classic()), rules: deletion, ..admin() };
    assert_eq!(found(&facts_beside(support::well_kept().path(), world), "QA-03.01"), Passed, "the union of both");
}

#[test]
fn one_repository_alone_needs_no_list() {
    let text = "header:\n  schema-version: 2.0.0\n  last-updated: '2026-05-01'\n  last-reviewed: '2026-05-01'\n  url: https://github.com/acme/widget\nrepository:\n  url: https://github.com/acme/widget\n  status: active\n  accepts-change-request: true\n  accepts-automated-change-request: true\n  core-team: []\n  license: {url: 'https://github.com/acme/widget/blob/main/LICENSE', expression: MIT}\n  security:\n    assessments: {self: {comment: none}}\n";
    let readme = std::fs::read_to_string("tests/fixtures/well-kept/README.md").expect("readable");
    let (before, after) = readme.split_once("## Repositories of the project").expect("a section");
    let without = format!("{before}## Licence{}", after.split_once("## Licence").expect("a section").1);
    let repository = changed(&[("security-insights.yml", Some(text)), ("README.md", Some(&without))]);
    let mut facts = facts_beside(repository.path(), reader());
    let outcome = found(&facts, "QA-04.01");
    assert!(!matches!(outcome, Failed | Passed), "{outcome:?}");
    support::lay_over(&mut facts, &json!({"project": {"claims": {"single_repository": true}}}));
    assert_eq!(found(&facts, "QA-04.01"), NotApplicable);
}

/// A check that signs or scans is no test, and a push past the checks does not make the tests go away.
#[test]
fn only_tests_are_tests() {
    let bare = changed(&[(".github/workflows/ci.yml", None)]);
    let dco = |number| merged(number, "ada", &["grace"], &["DCO"]);
    let only = World {
        pull_requests: (1..=3).map(dco).collect(),
        head_checks: vec![check("DCO", "dco", "SUCCESS")],
        ..admin()
    };
    let outcome = found(&facts_beside(bare.path(), only), "QA-06.01");
    assert!(matches!(outcome, NeedsReview | Failed), "{outcome:?}");
    let pushed = World { head_checks: Vec::new(), history: vec![landed(1, false)], ..reader() };
    assert_eq!(
        found(&facts_beside(support::well_kept().path(), pushed.clone()), "QA-06.01"),
        Passed,
        "the sample decides"
    );
    let tested_elsewhere = World { pull_requests: Vec::new(), sight: Sight::Nobody, ..pushed };
    let outcome = found(&facts_beside(bare.path(), tested_elsewhere), "QA-06.01");
    assert_eq!(outcome, Unknown, "what runs elsewhere was not read");
}

#[rstest]
#[case::no_reports("# Security\n\nWe do not accept reports. See https://example.com\n", Failed)]
#[case::a_route("# Security\n\nPlease report vulnerabilities to security@widget.acme-parts.net.\n", Passed)]
fn an_address_beside_a_refusal_is_no_contact(#[case] text: &str, #[case] expected: Outcome) {
    let repository = changed(&[("SECURITY.md", Some(text))]);
    let facts = facts_beside(repository.path(), World { private_reporting: false, ..reader() });
    assert_eq!(found(&facts, "VM-02.01"), expected);
}

#[test]
fn a_private_address_is_a_private_channel() {
    let text = "# Security\n\nMail vulnerabilities to security@widget.acme-parts.net.\n";
    let repository = changed(&[("SECURITY.md", Some(text))]);
    let facts = facts_beside(repository.path(), World { private_reporting: false, ..reader() });
    assert_eq!(facts["security"]["private_reporting"]["known"], false);
    assert_eq!(found(&facts, "VM-03.01"), Passed);
}

/// A link in the place of a workflow is told by its mode: it stands for the file it leads to in the tree, and one that leads
/// out of the tree for nothing; neither is a broken workflow.
#[test]
fn a_link_in_place_of_a_workflow_is_what_it_leads_to() {
    let repository = support::well_kept();
    std::os::unix::fs::symlink("ci.yml", repository.path().join(".github/workflows/linked.yml")).expect("a link");
    std::os::unix::fs::symlink("/etc/passwd", repository.path().join(".github/workflows/outside.yml")).expect("a link");
    repository.commit("Link\n\nSigned-off-by: Ada <ada@example.net>");
    let facts = support::facts(repository.path());
    let plain = support::facts(support::well_kept().path());
    assert_eq!(facts["workflows"]["complete"], plain["workflows"]["complete"]);
    let systems = facts["ci"]["systems"]["known"].as_array().expect("a list");
    assert!(systems.iter().all(|system| system["path"] != ".github/workflows/outside.yml"), "{systems:#?}");
    for (id, outcome) in all_found(&facts, &["BR-01.01", "BR-01.03", "AC-04.02", "QA-06.01"]) {
        assert_eq!(outcome, found(&plain, &id), "{id}");
        assert_eq!(outcome, Passed, "{id}");
    }
    assert_ne!(found(&facts, "QA-05.02"), Failed);
}

/// Where the only instructions stand in the text of the newest release, they are read there.
#[rstest]
#[case::with_identity(
    "  --certificate-identity https://github.com/acme/widget/.github/workflows/release.yml@refs/tags/v1.2.0 \\\n  --certificate-oidc-issuer https://token.actions.githubusercontent.com\n",
    Passed
)]
#[case::without("", NeedsReview)]
fn the_text_of_a_release_is_a_document(#[case] identity: &str, #[case] expected: Outcome) {
    let security = std::fs::read_to_string("tests/fixtures/well-kept/SECURITY.md").expect("readable");
    let (security, _) = security.split_once("## Verifying releases").expect("a section");
    let repository = changed(&[("SECURITY.md", Some(security))]);
    let body = format!(
        "Assemblies may be nested.\n\n## Verifying this release\n\nEvery archive of widget is signed. Verify the archive that you downloaded like this:\n\n```sh\ncosign verify-blob widget-1.2.0-linux.tar.gz --bundle widget-1.2.0-linux.tar.gz.sigstore.json{}{identity}```\n",
        if identity.is_empty() { "\n" } else { " \\\n" }
    );
    let speaking = World { releases: vec![release("v1.2.0", &body, &[])], ..reader() };
    let facts = facts_beside(repository.path(), speaking);
    assert_eq!((found(&facts, "DO-03.01"), found(&facts, "DO-03.02")), (Passed, expected));
    // One that was read and says nothing closes the search, one that was not read leaves it open.
    let silent = World { releases: vec![release("v1.2.0", "Assemblies may be nested.", &[])], ..reader() };
    assert_eq!(found(&facts_beside(repository.path(), silent.clone()), "DO-03.01"), Failed);
    let at = vec![("GET /repos/acme/widget/releases".to_owned(), Fault::status(500, ""))];
    assert_eq!(found(&facts_beside_with(repository.path(), silent, at), "DO-03.01"), Unknown);
    assert_eq!(found(&support::facts(repository.path()), "DO-03.01"), Unknown);
}
