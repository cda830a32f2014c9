//! Repositories made to harm: nothing they name is executed, nothing panics, and what cannot be read is named.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::io::Write as _;
use std::process::Stdio;

use support::{Repository, assess, outcome};

/// Every way a clone's own configuration can name a program, each of which would leave a mark.
#[test]
fn nothing_in_the_configuration_of_a_clone_is_executed() {
    let repository = Repository::with(&[
        ("README.md", "# Sample\n"),
        (".gitattributes", "*.md filter=evil diff=evil\n"),
        ("src/lib.rs", "pub fn f() {}\n"),
    ]);
    let mark = repository.path().join("executed");
    let script = repository.path().join("evil.sh");
    std::fs::write(&script, format!("#!/bin/sh\ntouch '{}'\ncat\n", mark.display())).expect("written");
    let program = script.display().to_string();
    repository.git(["update-index", "--chmod=+x", "README.md"]);
    for (key, value) in [
        ("core.fsmonitor", program.clone()),
        ("core.sshCommand", program.clone()),
        ("core.pager", program.clone()),
        ("core.hooksPath", repository.path().display().to_string()),
        ("filter.evil.clean", program.clone()),
        ("filter.evil.smudge", program.clone()),
        ("filter.evil.process", program.clone()),
        ("diff.evil.textconv", program.clone()),
        ("gpg.program", program.clone()),
        ("credential.helper", format!("!{program}")),
        ("protocol.ext.allow", "always".to_owned()),
        ("remote.origin.url", format!("ext::sh -c {program}")),
        ("remote.origin.promisor", "true".to_owned()),
        ("extensions.partialClone", "origin".to_owned()),
    ] {
        repository.git(["config", key, &value]);
    }
    let mut permissions = std::fs::metadata(&script).expect("there").permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o755);
    std::fs::set_permissions(&script, permissions).expect("executable");
    // A missing blob tempts a reader to ask the promisor remote for it.
    let blob = repository.git(["rev-parse", "HEAD:src/lib.rs"]);
    let object = repository.path().join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    std::fs::remove_file(object).expect("removed");
    let assessment = assess(repository.path());
    let output = support::osps(["assess".as_ref(), repository.path().as_os_str(), "--worktree".as_ref()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!mark.exists(), "something of the clone's configuration was executed");
    // What could not be read is no reason to pass.
    assert_ne!(outcome(&assessment, "OSPS-QA-05.01"), "passed");
}

/// A tree with names that no file system would take, made with git's plumbing.
fn tree(repository: &Repository, entries: &[(&str, &str, &[u8])]) -> String {
    let mut listing = Vec::new();
    for (mode, object, name) in entries {
        let kind = match *mode {
            "40000" | "040000" => "tree",
            "160000" => "commit",
            _ => "blob",
        };
        listing.extend_from_slice(format!("{mode} {kind} {object}\t").as_bytes());
        listing.extend_from_slice(name);
        listing.push(0);
    }
    feed(repository, &["mktree", "-z", "--missing"], &listing)
}

fn blob(repository: &Repository, content: &[u8]) -> String {
    feed(repository, &["hash-object", "-w", "--stdin"], content)
}

fn feed(repository: &Repository, args: &[&str], input: &[u8]) -> String {
    let mut child =
        repository.git_command().args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("git runs");
    child.stdin.take().expect("a pipe").write_all(input).expect("written");
    let output = child.wait_with_output().expect("ended");
    assert!(output.status.success());
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn commit_tree(repository: &Repository, tree: &str) {
    let commit = repository.git(["commit-tree", tree, "-m", "Begin"]);
    repository.git(["update-ref", "refs/heads/main", &commit]);
}

#[test]
fn names_are_opaque_bytes() {
    let repository = Repository::empty();
    let text = blob(&repository, b"plain text\n");
    let link = blob(&repository, b"/etc/passwd");
    let out = blob(&repository, b"../../../../etc/passwd");
    let to_itself = blob(&repository, b"loop");
    let inner = tree(&repository, &[("100644", &text, b"config")]);
    let root = tree(
        &repository,
        &[
            ("100644", &text, b"\xff\xfe name"),
            ("100644", &text, b"line\nbreak"),
            ("100644", &text, b"\x1b[31mred"),
            ("120000", &link, b"LICENSE"),
            ("120000", &out, b"README.md"),
            ("120000", &to_itself, b"loop"),
            ("160000", "1111111111111111111111111111111111111111", b"module"),
            ("040000", &inner, b"sub"),
        ],
    );
    // `..` and `.git` are refused by mktree on some versions, so they are written as a raw object.
    let mut raw = Vec::new();
    for (mode, name, id) in [("100644", "..", &text), ("40000", ".git", &inner), ("40000", "zzz", &root)] {
        raw.extend_from_slice(format!("{mode} {name}\0").as_bytes());
        raw.extend((0..40).step_by(2).map(|at| u8::from_str_radix(&id[at..at + 2], 16).expect("hex")));
    }
    let hostile = feed(&repository, &["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], &raw);
    for tree in [root, hostile] {
        commit_tree(&repository, &tree);
        let assessment = assess(repository.path());
        assert_ne!(outcome(&assessment, "OSPS-LE-03.01"), "passed", "a link out of the tree is no licence");
        let text =
            support::expect(0, &support::osps(["assess".as_ref(), repository.path().as_os_str(), "-vv".as_ref()]));
        assert!(!text.contains('\u{1b}') && !text.contains("root:"), "{text}");
    }
}

#[test]
fn a_missing_tree_makes_the_listing_incomplete() {
    let repository = Repository::with(&[("README.md", "# Sample\n"), ("src/deep/a.rs", "fn a() {}\n")]);
    let subtree = repository.git(["rev-parse", "HEAD:src/deep"]);
    std::fs::remove_file(repository.path().join(".git/objects").join(&subtree[..2]).join(&subtree[2..]))
        .expect("removed");
    let assessment = assess(repository.path());
    for id in ["OSPS-QA-05.01", "OSPS-QA-05.02", "OSPS-LE-03.01", "OSPS-LE-02.01", "OSPS-QA-02.01"] {
        let outcome = outcome(&assessment, id);
        assert!(matches!(outcome, "unknown" | "needs_review"), "{id} is {outcome} although a directory is unread");
    }
}

#[test]
fn an_unreadable_commit_is_incomplete_evidence() {
    let repository = Repository::with(&[("README.md", "# Sample\n")]);
    let tree = repository.git(["rev-parse", "HEAD^{tree}"]);
    std::fs::remove_file(repository.path().join(".git/objects").join(&tree[..2]).join(&tree[2..])).expect("removed");
    let output = support::osps(["assess".as_ref(), repository.path().as_os_str()]);
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot be read"));
}

#[test]
fn a_file_of_200_mb_is_recorded_and_not_read() {
    let repository = Repository::with(&[("README.md", "# Sample\n")]);
    let file = std::fs::File::create(repository.path().join("huge.dat")).expect("created");
    file.set_len(200 * 1024 * 1024).expect("sized");
    repository.commit("A huge file");
    let assessment = assess(repository.path());
    assert_ne!(outcome(&assessment, "OSPS-QA-05.02"), "passed");
}

#[test]
fn broken_and_malicious_yaml_is_named_and_hides_nothing() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..14 {
        let item = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [item.as_str(); 9].join(", ")));
    }
    let deep = "[".repeat(100_000);
    let repository = Repository::with(&[
        ("README.md", "# Sample\n"),
        (".github/workflows/bomb.yml", &bomb),
        (".github/workflows/deep.yml", &deep),
        (".github/workflows/twice.yml", "on: push\non: pull_request\njobs: {}\n"),
        (".github/workflows/not.yml", "this is: not: yaml\n\t- at all"),
        (".github/workflows/README.md", "# No workflow\n"),
        ("security-insights.yml", "header: [unclosed\n"),
        ("package.json", "{\"dependencies\": "),
        ("Cargo.toml", "[dependencies\n"),
        (".gitmodules", "[submodule \"x\"\n path"),
    ]);
    let assessment = assess(repository.path());
    assert_eq!(assessment["requirements"].as_array().map(Vec::len), Some(64));
    for id in ["OSPS-BR-01.01", "OSPS-BR-01.03", "OSPS-BR-01.04", "OSPS-AC-04.01", "OSPS-AC-04.02", "OSPS-QA-06.01"] {
        let outcome = outcome(&assessment, id);
        assert!(matches!(outcome, "unknown" | "needs_review"), "{id} is {outcome} although no workflow could be read");
    }
}
