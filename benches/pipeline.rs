//! Ratios that matter, each measured against its yardstick in the same run: assessing 50,000 files against `git grep`,
//! evaluating facts against parsing them, starting up.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a benchmark prints, and ends where it cannot measure")]

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use osps::bundle::Bundle;
use osps::policy::{Engine, Policies, Run};

/// The shortest of several runs, which other work on the machine disturbs least.
fn best(runs: usize, mut work: impl FnMut()) -> Duration {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn line(what: &str, ours: Duration, yardstick: &str, theirs: Duration, aim: f64) {
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    println!("{what}: {ours:.1?}; {yardstick}: {theirs:.1?}; ratio {ratio:.2} (aim: at most {aim})");
}

fn run(program: &Path, args: &[&str], directory: &Path) {
    let status = Command::new(program)
        .args(args)
        .current_dir(directory)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("it starts");
    // `git grep` ends with 1 where a pattern is nowhere.
    assert!(status.code().is_some_and(|code| code <= 1), "{program:?} {args:?}: {status}");
}

/// 50,000 files of usual shapes in one commit.
fn generated(directory: &Path) {
    let git = Path::new("git");
    run(git, &["init", "-q", "-b", "main"], directory);
    for at in 0..50_000_u32 {
        let folder = directory.join(format!("pkg{:03}/src{:02}", at / 500, at / 50 % 10));
        if at % 50 == 0 {
            std::fs::create_dir_all(&folder).expect("created");
        }
        let (name, text) = match at % 10 {
            0 => (format!("f{at}.md"), format!("# Part {at}\n\nThis part explains how number {at} is computed.\n")),
            1 => (format!("f{at}.json"), format!("{{\"name\": \"f{at}\", \"values\": [1, 2, 3, {at}]}}\n")),
            2 => (format!("f{at}.py"), format!("import os\n\ndef f{at}(x):\n    return os.path.join(x, '{at}')\n")),
            _ => (
                format!("f{at}.rs"),
                format!("//! Part {at}.\n\npub fn f{at}(x: u32) -> u32 {{\n    x + {at}\n}}\n").repeat(8),
            ),
        };
        std::fs::write(folder.join(name), text).expect("written");
    }
    std::fs::write(directory.join("README.md"), "# Generated\n\nFifty thousand files.\n").expect("written");
    run(git, &["add", "-A"], directory);
    let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.net"];
    run(git, &[&identity[..], &["commit", "-q", "-m", "Generate"]].concat(), directory);
    run(git, &["gc", "-q"], directory);
}

fn main() {
    // `cargo test --benches` only asks whether this starts.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let osps = Path::new(env!("CARGO_BIN_EXE_osps"));
    let directory = tempfile::TempDir::new().expect("a directory");
    generated(directory.path());
    let assess = best(3, || run(osps, &["assess", "-o", "json"], directory.path()));
    let grep = best(3, || run(Path::new("git"), &["grep", "-I", "-c", "", "HEAD"], directory.path()));
    line("assess 50,000 files", assess, "git grep -I -c '' HEAD", grep, 1.0);

    let facts = sized(200 * 1024);
    let policies = Policies::load(&Bundle::policies()).expect("policies");
    let settings = Run { catalog: "2026-08-28".to_owned(), strict_platform: false };
    let mut engine = Engine::new(&policies, &settings).expect("an engine");
    let evaluate = best(10, || {
        black_box(engine.evaluate(&facts).expect("rulings"));
    });
    let parse = best(10, || {
        black_box(serde_json::from_str::<serde_json::Value>(&facts).expect("JSON"));
    });
    line(&format!("evaluate {} KB of facts", facts.len() / 1024), evaluate, "serde_json", parse, 20.0);

    let explain = best(20, || run(osps, &["explain", "OSPS-AC-01.01"], directory.path()));
    println!("explain OSPS-AC-01.01: {explain:.1?} (aim: under 30 ms)");
}

/// The sample document, with its lists of findings repeated until it has about this many bytes.
fn sized(bytes: usize) -> String {
    let text = include_str!("../tests/facts/sample.json");
    let mut facts: serde_json::Value = serde_json::from_str(text).expect("JSON");
    let lists = ["/docs/documents/known", "/workflows/jobs/known", "/ci/capabilities/known", "/docs/changelog/known"];
    while facts.to_string().len() < bytes {
        let before = facts.to_string().len();
        for pointer in lists {
            if let Some(list) = facts.pointer_mut(pointer).and_then(serde_json::Value::as_array_mut) {
                list.extend(list.clone());
            }
        }
        assert!(facts.to_string().len() > before, "the sample has nothing to repeat");
    }
    facts.to_string()
}
