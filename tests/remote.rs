//! Repositories that are not here: what is fetched, what it may take, and that nothing is left behind.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use osps::model::portfolio::RepositoryResult;
use osps::store::Store;
use rstest::rstest;
use support::forge::{Forge, Size};
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

/// A forge with many repositories, and everything that osps keeps of it.
struct Foundation {
    forge: Forge,
    scratch: TempDir,
}

impl Foundation {
    fn new(size: Size) -> Self {
        Self { forge: Forge::serve(size), scratch: TempDir::new().expect("a directory") }
    }

    fn osps(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.env_clear().env("PATH", std::env::var_os("PATH").expect("a path")).env("TMPDIR", self.scratch.path());
        command
            .env("LANG", "C.UTF-8")
            .env("OSPS_GITHUB_TOKEN", "github_pat_of_a_test")
            .current_dir(self.scratch.path());
        command
            .env("XDG_CACHE_HOME", self.scratch.path().join("cache"))
            .args(args)
            .args(["--api-url", &self.forge.url]);
        command
    }

    fn run(&self, more: &[&str]) -> Command {
        let owners =
            ["--org", "acme", "--org", "globex", "--org", "ada", "--requests-per-second", "1000", "--jobs", "4"];
        self.osps(&[&["portfolio", "run"], &owners[..], more].concat())
    }

    /// The digests of the facts behind every assessment of the newest run, by owner and name.
    fn assessed(&self) -> BTreeMap<String, String> {
        digests(&self.scratch.path().join("osps-history.db"))
    }

    /// The digest of the facts of one repository that is looked at alone.
    fn alone(&self, name: &str) -> String {
        let output = self.osps(&["collect", name, "--no-cache"]).output().expect("osps runs");
        let mut facts: serde_json::Value = serde_json::from_str(&expect(0, &output)).expect("facts");
        facts["collection"].as_object_mut().expect("a map").remove("collected_at");
        format!("sha256:{}", osps::bundle::hex(&<sha2::Sha256 as sha2::Digest>::digest(facts.to_string())))
    }
}

/// The digests of the facts behind every assessment of the newest run in a store, by owner and name.
fn digests(store: &Path) -> BTreeMap<String, String> {
    let address = format!("sqlite:{}", store.display());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(&address).await.expect("a store");
        let run = store.runs().await.expect("runs").pop().expect("a run");
        let mut found = BTreeMap::new();
        for record in store.records(&run.id).await.expect("records") {
            let RepositoryResult::Assessed { assessment, .. } = record.result else {
                panic!("{} was not assessed", record.repository);
            };
            let document = store.document(&assessment).await.expect("read").expect("a document");
            let assessment = osps::portfolio::unpacked(&document, &run).expect("an assessment");
            let name = format!("{}/{}", record.repository.owner, record.repository.name);
            found.insert(name, assessment.facts.digest);
        }
        found
    })
}

/// The event of this name that a run told last.
fn told(output: &Output, event: &str) -> serde_json::Value {
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut events = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    events.rfind(|told| told["event"] == event).unwrap_or_else(|| panic!("no {event} in {log}"))
}

/// Two credentials ask a forge with delays and faults. What a run finds is what looking at each repository alone finds, and a
/// second run is mostly told that nothing changed.
#[test]
fn a_foundation_is_asked_about_together() {
    let foundation = Foundation::new(Size { repositories: 24, faults: 5, ..Size::default() });
    let run = || {
        let mut command = foundation.run(&["--log-format", "json", "--keep-clones", "clones"]);
        command.env("OSPS_TOKENS", "github_pat_of_a_test,globex=github_pat_of_others").output().expect("osps runs")
    };
    let output = run();
    let summary = expect(0, &output);
    assert!(summary.contains("Left out: "), "{summary}");
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!log.contains("github_pat") && !summary.contains("github_pat"), "{log}");
    let end = told(&output, "end");
    let assessed = foundation.assessed();
    assert_eq!(assessed.keys().cloned().collect::<Vec<_>>(), {
        let mut usual = foundation.forge.usual();
        usual.sort();
        usual
    });
    assert!(end["points"].as_u64().expect("points") <= assessed.len() as u64, "{end}");
    for (name, digest) in &assessed {
        assert_eq!(&foundation.alone(name), digest, "{name}");
    }
    let tokens: BTreeSet<Option<String>> =
        foundation.forge.requests().into_iter().map(|request| request.authorization).collect();
    assert_eq!(tokens.len(), 2);

    let again = told(&run(), "end");
    let (requests, unchanged) = (again["requests"].as_u64(), again["unchanged"].as_u64());
    assert!(unchanged.expect("a number") * 10 >= requests.expect("a number") * 9, "{again}");
    assert_eq!(again["clones"], serde_json::json!({"fetched": 0, "unchanged": assessed.len()}));
    assert_eq!(foundation.assessed(), assessed);
}

/// Where every budget is spent the rest is left for later, and another credential goes on.
#[test]
fn a_run_ends_with_its_budget_and_goes_on_with_another() {
    let foundation = Foundation::new(Size { repositories: 30, limit: 80, ..Size::default() });
    let output = foundation.run(&["--max-wait", "0", "--log-format", "json"]).output().expect("osps runs");
    let summary = expect(4, &output);
    assert!(summary.contains("can be tried again: `--resume`"), "{summary}");
    let left = told(&output, "end")["to_be_tried_again"].as_u64().expect("a number");
    assert!(left > 0 && told(&output, "end")["assessed"].as_u64() > Some(0), "{summary}");
    let mut resumed = foundation.osps(&["portfolio", "run", "--resume", "--max-wait", "0"]);
    resumed.env("OSPS_TOKENS", "github_pat_of_a_test\ngithub_pat_with_budget");
    let summary = expect(0, &resumed.output().expect("osps runs"));
    assert!(summary.contains(", 0 not assessed"), "{summary}");
    assert_eq!(foundation.assessed().len(), foundation.forge.usual().len());
}

#[rstest]
#[case::refused(&["--org", "acme"], "refused_token", "does not accept the token from OSPS_GITHUB_TOKEN", 2)]
#[case::nobody(&["--org", "nobody-here"], "github_pat_of_a_test", "cannot be listed", 4)]
#[case::no_name(&["--org", "../x"], "github_pat_of_a_test", "takes the name of", 2)]
#[case::neither(&[], "github_pat_of_a_test", "--from", 2)]
fn owners_that_cannot_be_listed(#[case] args: &[&str], #[case] token: &str, #[case] says: &str, #[case] code: i32) {
    let foundation = Foundation::new(Size { repositories: 3, ..Size::default() });
    let mut command = foundation.osps(&[&["portfolio", "run"], args].concat());
    let output = command.env("OSPS_GITHUB_TOKEN", token).output().expect("osps runs");
    expect(code, &output);
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(complaint.contains(says) && !complaint.contains("refused_token"), "{complaint}");
}

/// The figures of a large foundation: `cargo test --test remote -- --ignored --nocapture large`, with OSPS_REPOSITORIES for
/// another size.
#[test]
#[ignore = "takes long"]
#[expect(clippy::print_stdout, reason = "the figures are what it is for")]
fn a_large_foundation() {
    let repositories = std::env::var("OSPS_REPOSITORIES").ok().and_then(|text| text.parse().ok()).unwrap_or(3_000);
    let delay = Duration::from_millis(60);
    let foundation = Foundation::new(Size { repositories, faults: 5, delay, limit: 15_000, ..Size::default() });
    for _ in 0..2 {
        let before = (Instant::now(), foundation.forge.points(), foundation.forge.requests().len());
        let mut output =
            foundation.run(&["--log-format", "json", "--keep-clones", "clones"]).output().expect("osps runs");
        println!("{}{}", String::from_utf8_lossy(&output.stdout), told(&output, "end"));
        // Of thousands a few cannot be read however often they are tried at once.
        while output.status.code() == Some(4) {
            output = foundation.osps(&["portfolio", "run", "--resume"]).output().expect("osps runs");
        }
        println!("{}", expect(0, &output));
        let requests = foundation.forge.requests().len() - before.2;
        println!("{:?}, {} points, {requests} requests", before.0.elapsed(), foundation.forge.points() - before.1);
    }
    let assessed = foundation.assessed();
    for (name, digest) in assessed.iter().step_by((assessed.len() / 100).max(1)) {
        assert_eq!(&foundation.alone(name), digest, "{name}");
    }
}

/// What the forge of these tests charges is what GitHub says it would: every list that is walked through, in hundreds.
#[rstest]
#[case::nothing("query { viewer { login } }", 1)]
#[case::of_the_manual(
    "query { viewer { repositories(first: 100) { edges { repository: node { issues(first: 50) { edges { node { labels(first: 60) { nodes { name } } } } } } } } } }",
    51
)]
#[case::fragments(
    "query { a: repository(name: \"a\") { ...Part } b: repository(name: \"b\") { ...Part } } fragment Part on Repository { releases(first: 99) { nodes { releaseAssets(first: 30) { totalCount } } } }",
    2
)]
fn points_are_counted(#[case] query: &str, #[case] points: u64) {
    assert_eq!(support::graphql::Query::read(query).cost(), points);
}

/// A git command in a repository that others clone from.
fn on_the_server(git: &Path, args: &[&str]) {
    let own = ["-c", "user.name=Ada", "-c", "user.email=ada@example.net"];
    let done = Command::new("git").arg("-C").arg(git).args(own).args(args).status().expect("git runs");
    assert!(done.success(), "{args:?}");
}

/// A kept clone is used again where it holds every reference as the server has it, and only there.
#[test]
fn what_did_not_change_is_not_fetched() {
    let away = Away::new();
    on_the_server(&away.git, &["tag", "-f", "-a", "-m", "First", "v1.0.0", "HEAD"]);
    let github = GitHub::serve(away.world());
    let (clones, store) = (away.scratch.path().join("clones"), away.scratch.path().join("history.db"));
    let inventory = away.scratch.path().join("inventory");
    std::fs::write(&inventory, format!("{}/acme/widget\n", github.url)).expect("written");
    let run = |clones: Option<&Path>| {
        let mut command = Command::new(binary());
        command.env_clear().env("PATH", std::env::var_os("PATH").expect("a path")).env("TMPDIR", &away.temporary);
        command.current_dir(away.scratch.path()).args(["portfolio", "run", "--log-format", "json", "--from"]);
        command.arg(&inventory).args(["--api-url", &github.url, "--no-cache", "--anonymous", "--store"]);
        command.arg(format!("sqlite:{}", store.display()));
        command.args(clones.into_iter().flat_map(|clones| [Path::new("--keep-clones"), clones]));
        let _ = std::fs::remove_file(&store);
        let before = github.requests().len();
        let output = command.output().expect("osps runs");
        let summary = expect(0, &output);
        assert!(summary.contains(" 0 not assessed"), "{summary}");
        let asked = github.requests().split_off(before);
        let packs = asked.iter().filter(|request| request.path.ends_with("/git-upload-pack")).count();
        (packs, told(&output, "end")["clones"].clone(), digests(&store))
    };
    let held = || {
        let host = std::fs::read_dir(&clones).expect("a directory").flatten().next().expect("a host").path();
        host.join("acme/widget.git/osps-held")
    };
    let (git, of_another_time) = (&away.git, || {
        let text = std::fs::read_to_string(held()).expect("readable");
        std::fs::write(held(), text.replacen("1 ", "0 ", 1)).expect("written");
    });
    let another_default = || {
        on_the_server(git, &["branch", "next", "HEAD~1"]);
        on_the_server(git, &["symbolic-ref", "HEAD", "refs/heads/next"]);
    };
    let steps: [(&str, &dyn Fn(), bool); 8] = [
        ("first", &|| {}, false),
        ("nothing", &|| {}, true),
        ("another branch", &|| on_the_server(git, &["branch", "topic"]), true),
        ("a tag moved", &|| on_the_server(git, &["tag", "-f", "-a", "-m", "Again", "v1.0.0", "HEAD~1"]), false),
        ("another commit", &|| on_the_server(git, &["update-ref", "refs/heads/main", "HEAD~1"]), false),
        ("a clone of another time", &of_another_time, false),
        ("another default branch", &another_default, false),
        ("nothing again", &|| {}, true),
    ];
    let mut last = None;
    for (what, meanwhile, unchanged) in steps {
        meanwhile();
        let (packs, told, digests) = run(Some(&clones));
        // The list of references is one question.
        assert_eq!(packs == 1, unchanged, "{what}: {packs}");
        let expected = serde_json::json!({"fetched": usize::from(!unchanged), "unchanged": usize::from(unchanged)});
        assert_eq!(told, expected, "{what}");
        last = Some(digests);
    }
    let (_, told, afresh) = run(None);
    assert_eq!((last, told), (Some(afresh), serde_json::Value::Null));
    let left: Vec<_> = std::fs::read_dir(&clones).expect("a directory").flatten().map(|one| one.file_name()).collect();
    assert_eq!((away.left_behind(), left.len()), (0, 1), "{left:?}");
}
