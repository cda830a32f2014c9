//! Ratios that matter, each measured against its yardstick in the same run: assessing 50,000 files against `git grep`,
//! workflows against parsing them as YAML, evaluating facts against parsing them, starting up.

#![allow(clippy::expect_used, clippy::print_stdout, reason = "a benchmark prints, and ends where it cannot measure")]

use std::hint::black_box;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use osps::bundle::Bundle;
use osps::collect::Options;
use osps::model::assessment::Assessment;
use osps::policy::{Engine, Policies, Run};
use osps::report::checklist;
use osps::report::findings::Also;
use osps::report::style::Style;
use osps::report::{Detail, Format, View};

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
    // Nothing may tidy up in the background while this measures.
    run(git, &["config", "gc.auto", "0"], directory);
    run(git, &["config", "maintenance.auto", "false"], directory);
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
    committed(directory, "Generate");
}

/// A change as a pull request makes it: two files.
fn changed(directory: &Path) {
    std::fs::write(directory.join("pkg001/src00/f503.rs"), "fn changed() {}\n").expect("written");
    std::fs::create_dir_all(directory.join(".github/workflows")).expect("created");
    let workflow =
        "on: push\npermissions: {}\njobs:\n  a:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n";
    std::fs::write(directory.join(".github/workflows/ci.yml"), workflow).expect("written");
    committed(directory, "Change");
}

fn committed(directory: &Path, message: &str) {
    let git = Path::new("git");
    run(git, &["add", "-A"], directory);
    let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.net"];
    run(git, &[&identity[..], &["commit", "-q", "-m", message]].concat(), directory);
    run(git, &["gc", "-q"], directory);
}

fn main() {
    // `cargo test --benches` only asks whether this starts.
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    // With RUST_BACKTRACE the policy engine takes a picture of the stack for each of thousands of errors that it uses as
    // answers: that would be measured, and little else.
    if std::env::var("RUST_LIB_BACKTRACE").as_deref() != Ok("0") {
        let own = std::env::current_exe().expect("this program");
        let status = Command::new(own)
            .args(std::env::args_os().skip(1))
            .env("RUST_LIB_BACKTRACE", "0")
            .status()
            .expect("it starts");
        assert!(status.success(), "{status}");
        return;
    }
    let parts: [(&str, fn()); 5] = [
        ("repository", repository),
        ("workflows", workflows),
        ("reports", reports),
        ("evaluate", evaluate),
        ("explain", explain),
    ];
    let wanted: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with('-')).collect();
    for (name, measure) in parts {
        if wanted.is_empty() || wanted.iter().any(|part| part == name) {
            measure();
        }
    }
}

/// The whole program on a large repository, against reading all of it.
fn repository() {
    let osps = Path::new(env!("CARGO_BIN_EXE_osps"));
    let directory = tempfile::TempDir::new().expect("a directory");
    generated(directory.path());
    let assess = best(3, || run(osps, &["assess", "-o", "json"], directory.path()));
    let grep = best(3, || run(Path::new("git"), &["grep", "-I", "-c", "", "HEAD"], directory.path()));
    line("assess 50,000 files", assess, "git grep -I -c '' HEAD", grep, 1.0);
    changed(directory.path());
    let assess = best(5, || run(osps, &["assess", "-o", "json"], directory.path()));
    let gate = best(5, || run(osps, &["gate", "--against", "ref:HEAD~1"], directory.path()));
    line("gate of a change to 50,000 files", gate, "assess", assess, 1.3);
}

/// Judging facts, against parsing them.
fn evaluate() {
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
}

fn explain() {
    let osps = Path::new(env!("CARGO_BIN_EXE_osps"));
    let explain = best(20, || run(osps, &["explain", "OSPS-AC-01.01"], Path::new(".")));
    println!("explain OSPS-AC-01.01: {explain:.1?} (aim: under 30 ms)");
}

/// Workflows as projects have them: a matrix of tests, a release, a scan, a bot, with a little of everything in between.
fn workflow(number: usize) -> String {
    let branch = number % 7;
    let tests = (0..4 + number % 5)
        .map(|step| {
            format!(
                "      - name: Step {step}\n        env:\n          LEVEL: ${{{{ matrix.level }}}}\n          TITLE: ${{{{ github.event.pull_request.title }}}}\n        \
                 run: |\n          set -euo pipefail\n          for part in a b c; do\n            echo \"$TITLE\" | tee -a log-{step}.txt\n            \
                 if [[ \"$LEVEL\" == high ]]; then make check-{step} PART=\"$part\"; else cargo test -p part-{step} -- --quiet; fi\n          done\n          \
                 version=$(git describe --tags | sed 's/^v//')\n          echo \"version=$version\" >> \"$GITHUB_OUTPUT\"\n"
            )
        })
        .collect::<String>();
    format!(
        "name: Workflow {number}\non:\n  pull_request:\n    branches: [main, 'release/{branch}.*']\n    paths-ignore: ['docs/**', '**.md']\n  \
         push:\n    branches: [main]\n    tags: ['v[0-9]+.[0-9]+.[0-9]+']\n  workflow_dispatch:\n    inputs:\n      target:\n        type: choice\n        \
         options: [staging, production]\n\npermissions:\n  contents: read\n\nconcurrency:\n  group: ${{{{ github.workflow }}}}-${{{{ github.ref }}}}\n  \
         cancel-in-progress: true\n\njobs:\n  test:\n    name: Test ${{{{ matrix.os }}}}\n    runs-on: ${{{{ matrix.os }}}}\n    strategy:\n      fail-fast: false\n      \
         matrix:\n        os: [ubuntu-latest, macos-latest, windows-latest]\n        level: [low, high]\n    steps:\n      \
         - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683\n        with:\n          persist-credentials: false\n      \
         - uses: dtolnay/rust-toolchain@stable\n{tests}  release:\n    needs: test\n    if: startsWith(github.ref, 'refs/tags/v') && github.event_name == 'push'\n    \
         runs-on: ubuntu-latest\n    environment: release\n    permissions:\n      contents: write\n      id-token: write\n    steps:\n      \
         - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683\n      - run: cargo publish --locked\n        env:\n          \
         CARGO_REGISTRY_TOKEN: ${{{{ secrets.CARGO_REGISTRY_TOKEN }}}}\n      - run: gh release create \"$GITHUB_REF_NAME\" dist/*\n        env:\n          \
         GH_TOKEN: ${{{{ github.token }}}}\n  report:\n    needs: [test]\n    if: always()\n    runs-on: ubuntu-latest\n    steps:\n      \
         - uses: actions/github-script@v7\n        env:\n          RESULT: ${{{{ needs.test.result }}}}\n        with:\n          script: |\n            \
         core.info(`tests: ${{process.env.RESULT}}`)\n"
    )
}

/// What 200 workflows add to reading a repository, against parsing them.
fn workflows() {
    let texts: Vec<String> = (0..200).map(workflow).collect();
    let policies = Bundle::policies();
    let repository = |with: bool| {
        let directory = tempfile::TempDir::new().expect("a directory");
        let folder = directory.path().join(".github/workflows");
        std::fs::create_dir_all(&folder).expect("created");
        std::fs::write(directory.path().join("README.md"), "# Generated\n").expect("written");
        for (at, text) in texts.iter().enumerate().filter(|_| with) {
            std::fs::write(folder.join(format!("w{at}.yml")), text).expect("written");
        }
        let git = Path::new("git");
        run(git, &["init", "-q", "-b", "main"], directory.path());
        run(git, &["add", "-A"], directory.path());
        let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@example.net"];
        run(git, &[&identity[..], &["commit", "-q", "-m", "Generate"]].concat(), directory.path());
        directory
    };
    let collect = |directory: &Path| {
        let options = Options {
            path: directory.to_path_buf(),
            rev: None,
            worktree: false,
            now: "2026-06-01T00:00:00Z".parse().expect("a time"),
            policies: &policies,
            forge: None,
            project: &osps::model::project::ProjectStatements::default(),
        };
        black_box(osps::collect::collect(&options).expect("facts"));
    };
    let (with, without) = (repository(true), repository(false));
    let full = best(5, || collect(with.path()));
    let empty = best(5, || collect(without.path()));
    let parse = best(5, || texts.iter().for_each(|text| drop(black_box(osps::yaml::parse(text).expect("YAML")))));
    let bytes = texts.iter().map(String::len).sum::<usize>() / 1024;
    line(
        &format!("analyse 200 workflows ({bytes} KB)"),
        full.saturating_sub(empty),
        "parsing them as YAML",
        parse,
        5.0,
    );
}

/// Assessments that are rendered.
const ASSESSMENTS: usize = 1000;

/// Rendering saved assessments in every format, against serialising them as compact JSON.
fn reports() {
    let mut assessment: Assessment =
        serde_json::from_str(include_str!("../tests/assessments/mixed.json")).expect("an assessment");
    let view = View {
        style: Style { color: false, unicode: true, width: 100 },
        detail: Detail::Evidence,
        also: Also::default(),
    };
    // Each is of another project, so that nothing is made once for all.
    let mut all = |runs: usize, render: &dyn Fn(&Assessment) -> String| {
        best(runs, || {
            for at in 0..ASSESSMENTS {
                assessment.subject.name = format!("widget-{at}");
                black_box(render(&assessment));
            }
        })
    };
    let json = all(3, &|assessment| serde_json::to_string(assessment).expect("JSON"));
    for format in Format::ALL {
        let rendered = all(2, &|assessment| osps::report::render(assessment, format, &view).expect("rendered"));
        line(&format!("{ASSESSMENTS} assessments as {}", format.name()), rendered, "serde_json", json, 20.0);
    }
    for format in checklist::Format::ALL {
        let rendered =
            all(2, &|assessment| checklist::render(assessment, None, format, &view.style).expect("rendered"));
        line(&format!("{ASSESSMENTS} checklists as {}", format.name()), rendered, "serde_json", json, 20.0);
    }
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
