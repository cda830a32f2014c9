//! `osps portfolio` and `osps history` as a foundation uses them, on clones: what ends a run in the middle, parts on several
//! machines, and that each verdict is that of an assessment of the repository alone.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use parquet::file::reader::{FileReader as _, SerializedFileReader};
use serde_json::Value as Json;
use support::{Repository, binary};
use tempfile::TempDir;

/// The instant of every run here.
const AT: &str = "2026-11-01T00:00:00Z";

/// Clones in one directory, and the inventory that names them.
struct Portfolio {
    directory: TempDir,
}

impl Portfolio {
    /// Repositories that differ in what they hold; one that is named and not there, and a project of two.
    fn new(number: usize) -> Self {
        let directory = TempDir::new().expect("a directory");
        let mut inventory = "version: 1\ntitle: Acme\nprojects:\n".to_owned();
        for at in 0..number {
            let files: &[(&str, &str)] = &[
                ("README.md", "# Widget\n\nReport bugs in the issue tracker.\n"),
                ("LICENSE", "no licence that anybody knows\n"),
                ("CONTRIBUTING.md", "# Contributing\n\nOpen a pull request; run the tests before.\n"),
                ("SECURITY.md", "# Security\n\nWrite to security@example.org.\n"),
            ];
            let repository = Repository::with(files.get(..=at % files.len()).expect("some files"));
            let place = directory.path().join(format!("clones/acme/r{at}"));
            std::fs::create_dir_all(place.parent().expect("a parent")).expect("made");
            std::fs::rename(repository.path(), &place).expect("moved");
            inventory.push_str(&match at {
                0 => "  - id: both\n    repositories: [acme/r0, acme/r1]\n".to_owned(),
                1 => String::new(),
                _ => format!("  - id: p{at}\n    repositories: [acme/r{at}]\n"),
            });
        }
        inventory.push_str("  - id: gone\n    repositories: [acme/gone]\n");
        std::fs::write(directory.path().join("inventory.yaml"), inventory).expect("written");
        Self { directory }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn run(&self, store: &str, more: &[&str]) -> Command {
        let mut command = self.nameless(store);
        command.args(["--at", AT]).args(more);
        command
    }

    /// A run that is not said to be a part of another one.
    fn nameless(&self, store: &str) -> Command {
        let mut command = osps();
        let options = ["--from", "inventory.yaml", "--offline-dir", "clones", "--store", store];
        command.current_dir(self.path()).args(["portfolio", "run"]).args(options);
        command
    }

    /// Everything that is asked of a store: what is the same has the same history.
    fn history(&self, store: &str) -> String {
        let asked: [&[&str]; 4] = [&["export", "csv"], &["show"], &["regressed"], &["trend", "acme/r2"]];
        asked
            .map(|asked| text(osps().current_dir(self.path()).arg("history").args(asked).args(["--store", store])))
            .concat()
    }
}

fn osps() -> Command {
    let mut command = Command::new(binary());
    command.env_clear().env("LANG", "C.UTF-8").envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    command
}

fn text(command: &mut Command) -> String {
    let output = command.output().expect("osps runs");
    assert!(output.status.success(), "{}", complaint(&output));
    String::from_utf8(output.stdout).expect("text")
}

/// Says that the run was begun with another version of the standard, and does nothing.
fn refused(command: &mut Command) {
    let output = command.output().expect("osps runs");
    assert_eq!(output.status.code(), Some(2), "{}", complaint(&output));
    assert!(complaint(&output).contains("another version of the standard"), "{}", complaint(&output));
}

fn complaint(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn every_verdict_is_that_of_the_repository_alone() {
    let portfolio = Portfolio::new(5);
    let said = text(&mut portfolio.run("sqlite:all.db", &[]));
    assert!(said.contains("\n6 repositories: ") && said.contains(", 1 not assessed"), "{said}");
    let exported =
        text(osps().current_dir(portfolio.path()).args(["history", "export", "jsonl", "--store", "sqlite:all.db"]));
    let table = portfolio.path().join("all.parquet");
    let mut export = osps();
    export.current_dir(portfolio.path()).args(["history", "export", "parquet", "--store", "sqlite:all.db", "--output"]);
    text(export.arg(&table));
    let table = SerializedFileReader::new(std::fs::File::open(table).expect("a file")).expect("Parquet");
    let rows: Vec<String> =
        table.get_row_iter(None).expect("rows").map(|row| row.expect("a row").to_string()).collect();
    assert_eq!(rows.len(), exported.lines().count());
    assert!(rows[0].contains(r#"requirement: "OSPS-AC-01.01""#), "{}", rows[0]);
    for name in ["r2", "r3", "r4"] {
        let place = format!("clones/acme/{name}");
        let alone = osps().current_dir(portfolio.path()).args(["assess", &place, "--offline", "-o", "json"]).output();
        let alone: Json = serde_json::from_slice(&alone.expect("osps runs").stdout).expect("JSON");
        for verdict in alone["requirements"].as_array().expect("verdicts") {
            let id = verdict["id"].as_str().expect("an id");
            let row = exported
                .lines()
                .map(|line| serde_json::from_str::<Json>(line).expect("JSON"))
                .find(|row| row["repository"] == format!("github.com/acme/{name}") && row["requirement"] == id)
                .expect("a row");
            let mark = row["mark"].as_str().expect("a mark").replace(' ', "_");
            assert_eq!(mark, verdict["outcome"], "{name} {id}");
        }
    }
}

/// Three machines share one run, and one of them goes away in the middle: what it had is done by the others, and nothing twice.
#[test]
fn workers_share_a_run_and_one_is_killed() {
    let Ok(server) = std::env::var("OSPS_TEST_POSTGRES") else { return };
    let server = database(&server);
    let portfolio = Portfolio::new(12);
    text(&mut portfolio.run("sqlite:whole.db", &[]));
    let worker = || {
        let mut command = portfolio.run(&server, &["--queue", "--lease", "3", "--jobs", "1", "--log-format", "json"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("osps starts")
    };
    let mut killed = worker();
    let told = BufReader::new(killed.stderr.take().expect("its log"));
    // It has finished one project and taken another.
    let first = told.lines().map_while(Result::ok).find(|line| line.contains(r#""event":"repository""#));
    first.expect("a project is done");
    killed.kill().expect("killed");
    killed.wait().expect("ended");
    let others: Vec<_> = [worker(), worker()].into_iter().map(|child| child.wait_with_output()).collect();
    for output in others {
        let output = output.expect("osps ends");
        assert!(output.status.success(), "{}", complaint(&output));
    }
    assert_eq!(portfolio.history(&server), portfolio.history("sqlite:whole.db"));
}

/// A database of its own beside the one of this address.
fn database(server: &str) -> String {
    let name = format!("workers_{}", std::process::id());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        use sqlx::Connection as _;
        let mut connection = sqlx::PgConnection::connect(server).await.expect("connected");
        let make = sqlx::AssertSqlSafe(format!("CREATE DATABASE {name}"));
        sqlx::query(make).execute(&mut connection).await.expect("made");
    });
    format!("{}/{name}", server.rsplit_once('/').expect("the name of a database").0)
}

/// Work can only be shared where several machines reach the store.
#[test]
fn a_queue_needs_a_store_that_several_machines_reach() {
    let portfolio = Portfolio::new(2);
    let output = portfolio.run("sqlite:all.db", &["--queue"]).output().expect("osps runs");
    assert_eq!(output.status.code(), Some(2), "{}", complaint(&output));
    assert!(complaint(&output).contains("expected `--store postgres://HOST/DATABASE`"), "{}", complaint(&output));
    // Each would begin a run of its own.
    let mut nameless = portfolio.nameless("postgres://127.0.0.1:1/none");
    let output = nameless.arg("--queue").output().expect("osps runs");
    assert_eq!(output.status.code(), Some(2), "{}", complaint(&output));
    assert!(complaint(&output).contains("add `--at INSTANT`, or `--resume`"), "{}", complaint(&output));
}

/// However often a run is killed, and wherever it stood: going on ends where a run ends that nobody disturbed.
#[test]
fn a_killed_run_goes_on_to_the_same_end() {
    let kills: u32 = std::env::var("OSPS_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(4);
    let portfolio = Portfolio::new(6);
    let began = Instant::now();
    text(&mut portfolio.run("sqlite:whole.db", &[]));
    let whole = began.elapsed();
    for number in 0..kills {
        let mut child = portfolio.run("sqlite:killed.db", &[]).stdout(Stdio::null()).spawn().expect("osps starts");
        // Instants all over a run, in an order that is not that of time.
        std::thread::sleep(whole * ((number * 7 + 3) % kills) / kills);
        child.kill().expect("killed");
        child.wait().expect("ended");
    }
    text(&mut portfolio.run("sqlite:killed.db", &[]));
    assert_eq!(portfolio.history("sqlite:killed.db"), portfolio.history("sqlite:whole.db"));
}

#[test]
fn parts_put_together_are_the_whole() {
    let portfolio = Portfolio::new(6);
    text(&mut portfolio.run("sqlite:whole.db", &[]));
    for number in 1..=2 {
        let (store, part) = (format!("sqlite:part{number}.db"), format!("{number}/2"));
        let said = text(&mut portfolio.run(&store, &["--shard", &part]));
        assert!(said.contains("Not finished"), "{said}");
    }
    let merge = ["portfolio", "merge", "sqlite:part1.db", "sqlite:part2.db", "--store", "sqlite:merged.db"];
    for _ in 0..2 {
        let said = text(osps().current_dir(portfolio.path()).args(merge));
        assert!(said.contains("finished"), "{said}");
    }
    assert_eq!(portfolio.history("sqlite:merged.db"), portfolio.history("sqlite:whole.db"));
    // Parts of other conditions are no parts of it.
    refused(&mut portfolio.run("sqlite:merged.db", &["--catalog", "2025-02-25"]));
    // A part is gone on with under its own conditions, to the end of the whole.
    let resume = ["portfolio", "run", "--resume", "--offline-dir", "clones", "--store", "sqlite:part1.db"];
    refused(osps().current_dir(portfolio.path()).args(resume).args(["--catalog", "2025-02-25"]));
    text(osps().current_dir(portfolio.path()).args(resume));
    assert_eq!(portfolio.history("sqlite:part1.db"), portfolio.history("sqlite:whole.db"));
}

/// A disk without room ends the run with a reason, and takes nothing along that was kept.
#[test]
#[cfg(unix)]
fn a_full_disk_ends_a_run_that_goes_on_when_there_is_room() {
    let portfolio = Portfolio::new(4);
    text(&mut portfolio.run("sqlite:whole.db", &[]));
    let whole = portfolio.run("sqlite:full.db", &[]);
    // No file may grow beyond this many blocks: enough for the tables, too little for the assessments.
    let mut limited = Command::new("sh");
    limited.current_dir(portfolio.path()).env_clear().envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 160; exec \"$0\" \"$@\""])
        .arg(whole.get_program())
        .args(whole.get_args());
    let output = limited.output().expect("osps runs");
    assert_eq!(output.status.code(), Some(4), "{}", complaint(&output));
    assert!(complaint(&output).contains("the store gave up"), "{}", complaint(&output));
    text(&mut portfolio.run("sqlite:full.db", &[]));
    assert_eq!(portfolio.history("sqlite:full.db"), portfolio.history("sqlite:whole.db"));
}

/// Parts of one run are judged alike.
#[test]
fn a_run_is_gone_on_with_under_its_own_options() {
    let portfolio = Portfolio::new(2);
    text(&mut portfolio.run("sqlite:all.db", &["--level", "1"]));
    let output = portfolio.run("sqlite:all.db", &["--level", "2"]).output().expect("osps runs");
    assert_eq!(output.status.code(), Some(2), "{}", complaint(&output));
    assert!(complaint(&output).contains("another choice of what is judged and how"), "{}", complaint(&output));
    text(&mut portfolio.run("sqlite:all.db", &["--level", "1"]));
    let mut show = osps();
    show.current_dir(portfolio.path()).args(["history", "show", "--store", "sqlite:all.db"]);
    assert!(text(&mut show).contains("\nlevel 1 only\n"));
}
