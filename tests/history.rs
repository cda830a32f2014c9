//! What a clone says about releases, its history and its forge: full, shallow, without tags, without a remote.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use osps::bundle::Bundle;
use osps::collect::{self, Options};
use osps::model::project::ProjectStatements;
use rstest::rstest;
use serde_json::Value;
use support::Repository;

const REMOTE: &str = "git@github.com:sample-org/sample-project.git";

/// A repository with a root line, a member's line, a branch-like tag and a signed-off history.
fn tagged() -> Repository {
    let repository = Repository::with(&[("README.md", "# Sample\n"), ("src/main.rs", "fn main() {}\n")]);
    for (tag, sign_off) in [("v1.9.0", true), ("v1.10.0", true), ("member@7.0.0", false), ("v2.0.0-rc.1", true)] {
        repository.write("src/main.rs", format!("fn main() {{ println!(\"{tag}\") }}\n").as_bytes());
        repository.commit(&format!("Prepare {tag}"));
        if sign_off {
            repository.git(["commit", "-q", "--amend", "-s", "--no-edit"]);
        }
        repository.git(["tag", "-a", tag, "-m", tag]);
    }
    repository.git(["tag", "1.10.x"]);
    repository.git(["tag", "nightly"]);
    repository.git(["remote", "add", "origin", REMOTE]);
    repository
}

fn facts(directory: &std::path::Path) -> Value {
    let output = support::osps(["collect", &directory.display().to_string(), "--offline"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("a JSON document")
}

fn known<'a>(facts: &'a Value, path: &str) -> &'a Value {
    let fact = facts.pointer(path).unwrap_or_else(|| panic!("no fact at {path}"));
    fact.get("known").unwrap_or_else(|| panic!("{path} is {fact}"))
}

fn reason(facts: &Value, path: &str) -> String {
    let fact = facts.pointer(path).unwrap_or_else(|| panic!("no fact at {path}"));
    fact.pointer("/unknown/reason").and_then(Value::as_str).unwrap_or_else(|| panic!("{path} is {fact}")).to_owned()
}

#[test]
fn a_full_clone_shows_its_releases() {
    let repository = tagged();
    let facts = facts(repository.path());
    assert_eq!(known(&facts, "/releases/has_release"), true);
    assert_eq!(known(&facts, "/releases/latest/tag")["name"], "v1.10.0");
    let tags = known(&facts, "/releases/tags");
    assert_eq!(tags["versions"].as_array().map(Vec::len), Some(4));
    assert_eq!(tags["others"], serde_json::json!(["1.10.x", "nightly"]));
    assert_eq!(reason(&facts, "/releases/list"), "offline");
    assert_eq!(known(&facts, "/repo/host"), "github.com");
    assert_eq!(facts.pointer("/subject/owner").and_then(Value::as_str), Some("sample-org"));
    assert_eq!(known(&facts, "/commits/count"), 5);
    let signoff = known(&facts, "/commits/signoff");
    assert_eq!(
        (signoff["total_human"].as_u64(), signoff["signed"].as_u64(), signoff["missing"].as_u64()),
        (Some(5), Some(3), Some(2))
    );
    assert!(
        facts
            .pointer("/collection/sources/git/digest")
            .and_then(Value::as_str)
            .is_some_and(|digest| digest.starts_with("git:"))
    );
}

#[test]
fn a_shallow_clone_claims_nothing_about_releases_or_history() {
    let repository = tagged();
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let shallow = directory.path().join("clone");
    let from = format!("file://{}", repository.path().display());
    repository.git(["clone", "-q", "--depth", "1", &from, &shallow.display().to_string()]);
    let facts = facts(&shallow);
    assert_eq!(known(&facts, "/commits/shallow"), true);
    for path in ["/releases/latest/tag", "/commits/sample", "/commits/signoff"] {
        assert_eq!(reason(&facts, path), "truncated", "{path}");
    }
    assert_eq!(facts.pointer("/releases/tags/complete"), Some(&Value::Bool(false)));
    assert_ne!(facts.pointer("/releases/has_release/known"), Some(&Value::Bool(false)));
}

#[test]
fn a_clone_without_tags_does_not_deny_releases() {
    let repository = tagged();
    let directory = tempfile::TempDir::new().expect("a temporary directory");
    let clone = directory.path().join("clone");
    repository.git([
        "clone",
        "-q",
        "--no-tags",
        &repository.path().display().to_string(),
        &clone.display().to_string(),
    ]);
    let facts = facts(&clone);
    assert_eq!(reason(&facts, "/releases/has_release"), "truncated");
    assert_eq!(reason(&facts, "/repo/host"), "unsupported");
}

#[test]
fn a_repository_without_remote_and_tags_has_no_release() {
    let repository = Repository::with(&[("README.md", "# Sample\n\nA sample of nothing.\n")]);
    let facts = facts(repository.path());
    assert_eq!(known(&facts, "/repo/forge"), &Value::Null);
    assert_eq!(known(&facts, "/repo/homepage"), &Value::Null);
    assert_eq!(known(&facts, "/releases/list"), &serde_json::json!([]));
    assert_eq!(known(&facts, "/releases/has_release"), false);
    repository.git(["remote", "add", "origin", REMOTE]);
    let facts = self::facts(repository.path());
    assert_eq!(reason(&facts, "/releases/has_release"), "offline");
    assert_eq!(reason(&facts, "/repo/homepage"), "offline");
}

/// Facts of two states of one repository, collected side by side, are those of each of them alone.
#[rstest]
#[case::nothing(&[])]
#[case::another_text(&[("SECURITY.md", Some("Write to security@example.org.\n"))])]
#[case::a_new_manifest(&[("tools/package.json", Some("{\"name\": \"x\", \"license\": \"MIT\"}\n"))])]
#[case::files_before_all_others(&[("0.bin", Some("\0\u{1}")), ("AAA/LICENSE", Some("x\n"))])]
#[case::gone(&[("LICENSE", None), ("README.md", None), (".github/workflows", None)])]
#[case::moved(&[("LICENSE", None), ("docs/LICENSE.md", Some("MIT\n")), ("mkdocs.yml", Some("docs_dir: docs\n"))])]
#[case::a_directory_in_place_of_a_file(&[("README.md", None), ("README.md/x.md", Some("# X\n"))])]
fn two_states_side_by_side(
    #[case] changes: &[(&str, Option<&str>)],
    #[values(false, true)] as_they_lie: bool,
    #[values(false, true)] other_way_round: bool,
) {
    let repository = support::well_kept();
    for (path, text) in changes {
        let full = repository.path().join(path);
        match text {
            Some(text) => repository.write(path, text.as_bytes()),
            None if full.is_dir() => std::fs::remove_dir_all(full).expect("removed"),
            None => std::fs::remove_file(full).expect("removed"),
        }
    }
    repository.git(["add", "--all"]);
    repository.git(["commit", "-q", "--allow-empty", "-m", "Change"]);
    let (policies, project) = (Bundle::policies(), ProjectStatements::default());
    let now = jiff::Timestamp::UNIX_EPOCH;
    let state = |rev: &str, worktree| {
        let (path, rev) = (repository.path().to_path_buf(), Some(rev.to_owned()));
        Options { path, rev, worktree, now, policies: &policies, forge: None, project: &project }
    };
    let (mut one, mut other) = (state("HEAD^", false), state("HEAD", as_they_lie));
    if other_way_round {
        std::mem::swap(&mut one, &mut other);
    }
    let both = collect::collect_both(&one, &other);
    let json = |facts| serde_json::to_value::<collect::Facts>(facts).expect("JSON");
    assert_eq!(json(both.one.expect("facts")), json(collect::collect(&one).expect("facts")));
    assert_eq!(json(both.other.expect("facts")), json(collect::collect(&other).expect("facts")));
    assert_eq!(both.touched.is_some(), !as_they_lie || other_way_round);
}
