//! baseline.yaml as people write it: what is wrong with it is said with its place, and what would be right.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::path::PathBuf;

use osps::config::{Layer, Role, read};
use rstest::rstest;

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
