//! baseline.yaml as people write it: what is wrong with it is said with its place, and what would be right.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::path::PathBuf;

use osps::collect::settings::Files;
use osps::config::{Layer, Role, read};
use rstest::rstest;
use support::Repository;

/// Every wrong file has its exact message.
#[rstest]
fn wrong_files_say_what_is_wrong(#[files("tests/fixtures/wrong-configuration/*.yaml")] path: PathBuf) {
    let text = std::fs::read_to_string(&path).expect("readable");
    let layer = Layer { file: "baseline.yaml".to_owned(), text, role: Role::Main };
    let errors = read(&[layer]).err().unwrap_or_else(|| panic!("{} is accepted", path.display()));
    let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
    insta::with_settings!({snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!(format!("wrong-configuration-{name}"), errors.to_string());
    });
}

/// The files of settings say the same from a commit and as they lie.
#[test]
fn a_commit_is_read_as_a_directory_is() {
    let repository = Repository::with(&[
        ("baseline.yaml", "version: 1\n"),
        ("docs/EMPTY.md", "# Nothing\n"),
        ("rules/a.rego", "package a\n"),
        ("rules/deep/er/b.yaml", "b: 1\n"),
        ("rules/deep/notes.txt", "no data\n"),
    ]);
    let lying = Files::open(repository.path(), None, false).expect("files");
    let committed = Files::open(repository.path(), Some("HEAD"), false).expect("files");
    assert!(lying.directory().is_some() && committed.directory().is_none());
    for files in [&lying, &committed] {
        assert_eq!(files.text("baseline.yaml").expect("readable").as_deref(), Some("version: 1\n"));
        assert_eq!(files.text("rules").expect("no file"), None);
        assert_eq!(files.text("absent/at/all").expect("no file"), None);
        assert_eq!(files.list("rules", &[".rego"]), ["rules/a.rego"]);
        let below = files.below("rules/").expect("readable");
        let expected = [("a.rego", "package a\n"), ("deep/er/b.yaml", "b: 1\n")];
        assert_eq!(below, expected.map(|(path, text)| (path.to_owned(), text.to_owned())));
        assert!(files.exists("./rules/deep/#anchor") && files.exists("docs/EMPTY.md") && !files.exists("rules/x"));
        assert!(files.is_gone("docs/EMPTY.md") && files.is_gone("docs/gone.md") && !files.is_gone("rules"));
    }
}
