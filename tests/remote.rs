//! Repositories that are not here: what is fetched, what it may take, and that nothing is left behind.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rstest::rstest;
use support::github::{Fault, GitHub, World, strict_rules};
use support::{bare, binary, expect, osps};
use tempfile::TempDir;

/// The same repository here and on a server.
struct Away {
    scratch: TempDir,
    git: PathBuf,
    temporary: PathBuf,
}

impl Away {
    fn new() -> Self {
        let scratch = TempDir::new().expect("a directory");
        let repository = support::well_kept();
        let noise: Vec<u8> =
            (0..3_000_000_u64).map(|n| (n.wrapping_mul(n ^ 0x9E37_79B9_7F4A_7C15) >> 17) as u8).collect();
        repository.write("big.bin", &noise);
        repository.commit("Add something large\n\nSigned-off-by: Ada <ada@example.net>");
        let git = bare(&repository, scratch.path());
        let temporary = scratch.path().join("tmp");
        std::fs::create_dir(&temporary).expect("a directory");
        Self { git, temporary, scratch }
    }

    fn world(&self) -> World {
        World {
            rules: strict_rules(),
            git: Some(self.git.clone()),
            sight: support::github::Sight::Nobody,
            ..World::default()
        }
    }

    fn command(&self, github: &GitHub, more: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.env_clear().env("PATH", std::env::var_os("PATH").expect("a path")).env("TMPDIR", &self.temporary);
        command.args(["collect", "acme/widget", "--api-url", &github.url, "--no-cache", "--anonymous"]).args(more);
        command
    }

    fn left_behind(&self) -> usize {
        std::fs::read_dir(&self.temporary).expect("a directory").count()
    }
}

#[test]
fn what_is_fetched_is_what_a_clone_holds() {
    let away = Away::new();
    let github = GitHub::serve(away.world());
    let output = away.command(&github, &[]).output().expect("osps runs");
    let remote: serde_json::Value = serde_json::from_str(&expect(0, &output)).expect("JSON");
    let clone = away.scratch.path().join("clone");
    let git = Command::new("git").args(["clone", "-q"]).args([&away.git, &clone]).status().expect("git runs");
    assert!(git.success());
    let set = Command::new("git")
        .arg("-C")
        .arg(&clone)
        .args(["remote", "set-url", "origin", "https://github.com/acme/widget.git"])
        .status();
    assert!(set.expect("git runs").success());
    let args = ["collect", clone.to_str().expect("a text"), "--api-url", &github.url, "--no-cache", "--anonymous"];
    let here: serde_json::Value = serde_json::from_str(&expect(0, &osps(args))).expect("JSON");
    for section in ["files", "binaries", "license", "deps", "commits", "workflows", "branch", "secrets"] {
        assert_eq!(remote[section], here[section], "{section}");
    }
    assert_eq!(remote["releases"]["latest"]["tag"], here["releases"]["latest"]["tag"]);
    assert_eq!(away.left_behind(), 0);
}

#[test]
fn what_cannot_be_fetched() {
    let github = GitHub::serve(World::default());
    for (target, code) in [("acme/absent", 4), ("https://elsewhere.example/acme/widget", 2), ("acme/-widget", 2)] {
        let output = osps(["collect", target, "--api-url", &github.url, "--anonymous", "--no-cache"]);
        expect(code, &output);
    }
    expect(2, &osps(["collect", "acme/widget", "--offline"]));
}

/// A server that never answers, and one that has more than is wanted.
#[rstest]
#[case::time(&["--fetch-time", "1"], true, "within 1 s")]
#[case::space(&["--fetch-size", "1"], false, "more than 1 MiB")]
fn a_fetch_ends_where_its_bounds_are(#[case] bounds: &[&str], #[case] stalls: bool, #[case] says: &str) {
    let away = Away::new();
    let faults = if stalls { vec![("GET /acme/widget.git".to_owned(), Fault::Stalled)] } else { Vec::new() };
    let github = GitHub::with_faults(away.world(), faults);
    let started = Instant::now();
    let output = away.command(&github, bounds).output().expect("osps runs");
    expect(4, &output);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(complaint.contains(says), "{complaint}");
    assert!(started.elapsed() < Duration::from_secs(20));
    assert_eq!(away.left_behind(), 0);
}

/// Processes that work in a directory, by their command lines and working directories.
fn at_work_in(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
        let place = std::fs::read_link(entry.path().join("cwd")).unwrap_or_default();
        if place.starts_with(directory) {
            let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            found.push(String::from_utf8_lossy(&line).replace('\0', " "));
        }
    }
    found
}

fn wait_until(what: &str, so: impl Fn() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < Duration::from_secs(30), "not within 30 s: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().expect("kill runs");
    assert!(sent.success());
}

#[cfg(target_os = "linux")]
#[rstest]
#[case::interrupted("INT")]
#[case::terminated("TERM")]
fn a_signal_during_a_fetch_leaves_nothing_behind(#[case] name: &str) {
    let away = Away::new();
    let github = GitHub::with_faults(away.world(), vec![("GET /acme/widget.git".to_owned(), Fault::Stalled)]);
    let mut child = away.command(&github, &[]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("osps runs");
    wait_until("git is at work", || !at_work_in(&away.temporary).is_empty());
    signal(&child, name);
    let status = child.wait().expect("it ends");
    assert_eq!(status.code(), Some(130));
    assert_eq!(away.left_behind(), 0);
    wait_until("git has ended", || at_work_in(&away.temporary).is_empty());
    assert_eq!(away.left_behind(), 0, "nothing comes back");
}
