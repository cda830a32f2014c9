//! Tokens, planted wherever one could be found: none shows in an output, a saved file, a kept answer, an error, or what
//! other processes can see of the programs that are run.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rstest::rstest;
use serde_json::json;
use support::github::{Fault, GitHub, World, release, strict_rules};
use support::{bare, binary, everything_in, expect, osps};
use tempfile::TempDir;

const TOKEN: &str = "github_pat_11AAAAAAA0planted_0123456789abcdefghijklmnopqrstuvwxyz";

/// One that a test itself puts into arguments, where processes show it.
const ARGUED: &str = "github_pat_11AAAAAAA0argued_0123456789abcdefghijklmnopqrstuvwxyz";

/// Where the token lies.
#[derive(Debug, Clone, Copy)]
enum Place {
    Variable(&'static str),
    File,
    StandardInput,
    /// The file that the program `gh` keeps.
    HostsOfGh,
}

/// A place to run in, with a `git` and a `gh` that write down how they were called.
struct Bench {
    scratch: TempDir,
}

impl Bench {
    fn new() -> Self {
        let scratch = TempDir::new().expect("a directory");
        let bench = Self { scratch };
        for directory in ["bin", "calls", "tmp", "home/.config/gh", "out"] {
            std::fs::create_dir_all(bench.path(directory)).expect("a directory");
        }
        let hosts = format!("github.com:\n    user: ada\n    oauth_token: {TOKEN}\n");
        std::fs::write(bench.path("home/.config/gh/hosts.yml"), hosts).expect("a file");
        std::fs::write(bench.path("token"), TOKEN).expect("a file");
        let calls = bench.path("calls");
        let note = format!(
            "#!/bin/sh\n{{ tr '\\0' ' ' </proc/$$/cmdline; echo; printf '%s ' \"$@\"; echo; }} >>'{0}'/argv\n/usr/bin/env >>'{0}'/env\n",
            calls.display()
        );
        let hosts = bench.path("home/.config/gh/hosts.yml");
        bench.program("git", &format!("{note}PATH=\"${{PATH#*:}}\" exec git \"$@\"\n"));
        bench.program("gh", &format!("{note}sed -n 's/.*oauth_token: //p' '{}'\n", hosts.display()));
        bench
    }

    fn path(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    fn program(&self, name: &str, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = self.path("bin").join(name);
        std::fs::write(&path, text).expect("a file");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("a program");
    }

    fn command(&self, place: Place, args: &[OsString]) -> Command {
        let mut command = Command::new(binary());
        let path = std::env::var_os("PATH").expect("a path");
        let mut paths = vec![self.path("bin")];
        paths.extend(std::env::split_paths(&path));
        command
            .env_clear()
            .env("PATH", std::env::join_paths(paths).expect("a path"))
            .env("HOME", self.path("home"))
            .env("TMPDIR", self.path("tmp"))
            .env("RUST_BACKTRACE", "1")
            .env("RUST_LOG", "trace")
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        match place {
            Place::Variable(name) => command.env(name, TOKEN),
            Place::File => command.arg("--token-file").arg(self.path("token")),
            Place::StandardInput => command.args(["--token-file", "-"]),
            Place::HostsOfGh => command.arg("--use-gh"),
        };
        command
    }

    /// Runs to the end, and gives all that was printed, with the exit code. No process on this machine may show the token.
    fn run(&self, place: Place, args: &[OsString]) -> (String, Option<i32>) {
        let (stop, seen) = watch_processes();
        let mut child = self.command(place, args).spawn().expect("osps runs");
        let mut input = child.stdin.take().expect("an input");
        if matches!(place, Place::StandardInput) {
            input.write_all(TOKEN.as_bytes()).expect("written");
        }
        drop(input);
        let output = child.wait_with_output().expect("it ends");
        stop.store(true, Ordering::Relaxed);
        let shown = seen.join().expect("the watch");
        assert!(shown.is_empty(), "processes show the token: {shown:?}");
        let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (printed, output.status.code())
    }
}

/// How git is shown the token.
fn encoded() -> String {
    STANDARD.encode(format!("x-access-token:{TOKEN}"))
}

fn holds_token(text: &str) -> bool {
    text.contains("planted") || text.contains(&encoded()) || text.contains(&STANDARD.encode(TOKEN))
}

/// Looks at the command lines of all processes again and again, and gives those that show the token.
fn watch_processes() -> (Arc<AtomicBool>, std::thread::JoinHandle<Vec<String>>) {
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let watch = std::thread::spawn(move || {
        let mut shown = Vec::new();
        while !stopped.load(Ordering::Relaxed) {
            for entry in std::fs::read_dir("/proc").into_iter().flatten().flatten() {
                let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
                let line = String::from_utf8_lossy(&line).replace('\0', " ");
                if holds_token(&line) {
                    shown.push(line);
                }
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        shown
    });
    (stop, watch)
}

fn shows_nothing(what: &str, text: &str) {
    let at = text.find("planted").or_else(|| text.find(&encoded())).unwrap_or_default();
    let around: String = text.chars().skip(at.saturating_sub(200)).take(400).collect();
    assert!(!holds_token(text), "{what}: {around}");
}

fn assess(bench: &Bench, target: OsString, github: &GitHub) -> Vec<OsString> {
    let mut args: Vec<OsString> = vec!["assess".into(), target];
    args.extend(["--api-url", &github.url, "--max-wait", "0", "-vv", "-o", "text", "-o"].map(OsString::from));
    args.push(format!("json={}", bench.path("out/assessment.json").display()).into());
    args.extend([
        "--save".into(),
        bench.path("out/facts.json").into(),
        "--cache-dir".into(),
        bench.path("cache").into(),
    ]);
    args
}

/// A server that repeats the token in texts and in refusals.
fn echoing(git: Option<PathBuf>) -> GitHub {
    let text = |text: &str| format!("{text} {TOKEN} and {}", encoded());
    let mut listed = release("v1.2.0", &text("Mends the parser, adds a flag, drops support for files of old."), &[]);
    listed["name"] = json!(text("Named"));
    let headers = vec![("etag", format!("\"{TOKEN}\"")), ("x-accepted-github-permissions", format!("{TOKEN}=read"))];
    let refusal =
        Fault::Answer { status: 403, headers: headers.clone(), body: json!({"message": text("no")}).to_string() };
    let list = Fault::Answer { status: 200, headers, body: json!([listed]).to_string() };
    GitHub::with_faults(
        World { rules: strict_rules(), git, releases: vec![release("v1.2.0", "", &[])], ..World::default() },
        vec![
            ("GET /repos/acme/widget/releases".to_owned(), list),
            ("GET /repos/acme/widget/private".to_owned(), refusal.clone()),
            ("GET /repos/acme/widget/rules".to_owned(), refusal),
        ],
    )
}

#[cfg(target_os = "linux")]
#[rstest]
#[case::own_variable(Place::Variable("OSPS_GITHUB_TOKEN"))]
#[case::variable_of_actions(Place::Variable("GITHUB_TOKEN"))]
#[case::variable_of_gh(Place::Variable("GH_TOKEN"))]
#[case::file(Place::File)]
#[case::standard_input(Place::StandardInput)]
#[case::hosts_of_gh(Place::HostsOfGh)]
fn a_token_is_used_and_shows_nowhere(#[case] place: Place) {
    let bench = Bench::new();
    let repository = support::well_kept();
    let git = bare(&repository, bench.scratch.path());
    let github = echoing(Some(git));
    let (printed, code) = bench.run(place, &assess(&bench, "acme/widget".into(), &github));
    assert_eq!(code, Some(0), "{printed}");
    let asked = github.requests();
    let bearer = format!("Bearer {TOKEN}");
    assert!(asked.iter().any(|request| request.authorization.as_deref() == Some(&bearer)), "the token was used");
    shows_nothing("what was printed", &printed);
    for part in ["out", "cache", "tmp", "calls/argv"] {
        let path = bench.path(part);
        let text = if path.is_dir() { everything_in(&path) } else { std::fs::read_to_string(&path).expect("readable") };
        shows_nothing(part, &text);
    }
    // Git gets it in its environment, which only the same user can read, bound to the one server, and in no other way.
    let env = std::fs::read_to_string(bench.path("calls/env")).expect("readable");
    for line in env.lines().filter(|line| holds_token(line)) {
        assert_eq!(line, format!("GIT_CONFIG_VALUE_0=Authorization: Basic {}", encoded()));
    }
    assert!(env.contains(&format!("GIT_CONFIG_KEY_0=http.{}/.extraHeader", github.url)), "git was shown the token");
}

/// Many people leave a token in the address of a clone.
#[rstest]
#[case::token("x-access-token:")]
#[case::password("ada:")]
#[case::name("")]
fn a_token_in_the_address_of_a_clone_shows_nowhere(#[case] before: &str) {
    let bench = Bench::new();
    let repository = support::well_kept();
    let config = repository.path().join(".git/config");
    let text = std::fs::read_to_string(&config).expect("readable");
    std::fs::write(&config, text.replace("https://", &format!("https://{before}{TOKEN}@"))).expect("written");
    let github = echoing(None);
    let target: OsString = repository.path().into();
    for (number, args) in [
        assess(&bench, target.clone(), &github),
        vec!["assess".into(), target.clone(), "--offline".into(), "-vv".into()],
        vec!["collect".into(), target.clone(), "--offline".into()],
        vec!["doctor".into(), target.clone(), "--api-url".into(), github.url.clone().into(), "--anonymous".into()],
    ]
    .into_iter()
    .enumerate()
    {
        let output = match number {
            0 => bench.run(Place::File, &args),
            _ => {
                let output = osps(args);
                let all = [output.stdout, output.stderr].concat();
                (String::from_utf8_lossy(&all).into_owned(), output.status.code())
            }
        };
        assert_eq!(output.1, Some(0), "{}", output.0);
        shows_nothing("what was printed", &output.0);
    }
    shows_nothing("what was saved", &everything_in(&bench.path("out")));
    shows_nothing("what was kept", &everything_in(&bench.path("cache")));
}

/// Not even in the complaint about an argument that holds one, where it never belongs.
#[rstest]
#[case("https://x-access-token:{}@github.com/acme/widget")]
#[case("https://{}@elsewhere.example/acme/widget")]
#[case("https://{}@github.com/acme/wid get")]
#[case("https://ada:{}@github.com/acme")]
#[case("{}@github.com:acme/widget")]
fn a_complaint_repeats_no_token(#[case] target: &str) {
    let target = target.replace("{}", ARGUED);
    for command in ["assess", "collect", "doctor"] {
        let output = osps([command, &target, "--anonymous", "--no-cache", "--api-url", "http://127.0.0.1:9"]);
        assert!(matches!(output.status.code(), Some(2..=4)), "{:?}", output.status);
        let printed = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(!printed.contains("argued"), "{command}: {printed}");
    }
}

#[test]
fn what_the_server_repeats_of_a_token_shows_nowhere() {
    let echo = Fault::status(403, &format!("the token {TOKEN} is not enough"));
    let page = Fault::text(200, &format!("<html>{TOKEN}</html>"));
    let data = json!({"data": {"repository": {"nameWithOwner": TOKEN, "homepageUrl": TOKEN, "url": TOKEN}}, "errors": [{"type": "FORBIDDEN", "path": ["repository"], "message": TOKEN}]});
    let away = Fault::Answer {
        status: 302,
        headers: vec![("location", format!("http://127.0.0.2:9/{TOKEN}"))],
        body: String::new(),
    };
    let bench = Bench::new();
    let repository = support::well_kept();
    let world = World {
        rules: strict_rules(),
        releases: vec![release("v1.2.0", "", &[("a.exe", 2, Some("sha256:00"))])],
        ..World::default()
    };
    for (at, fault) in [
        ("POST /graphql", echo.clone()),
        ("POST /graphql", Fault::text(200, &data.to_string())),
        ("POST /graphql", page),
        ("GET /repos/acme/widget/releases", echo.clone()),
        ("GET /repos/acme/widget/security", away),
        ("POST /orgs", echo.clone()),
        ("GET /rate_limit", echo),
    ] {
        let github = GitHub::with_faults(world.clone(), vec![(at.to_owned(), fault)]);
        for command in ["collect", "doctor"] {
            let mut args: Vec<OsString> = vec![command.into(), repository.path().into(), "--api-url".into()];
            args.extend([
                github.url.clone().into(),
                "--max-wait".into(),
                "0".into(),
                "--cache-dir".into(),
                bench.path("cache").into(),
            ]);
            let (printed, code) = bench.run(Place::File, &args);
            assert_eq!(code, Some(0), "{printed}");
            shows_nothing(&format!("{command} at {at}"), &printed);
        }
    }
    let kept = everything_in(&bench.path("cache"));
    assert!(kept.contains("GET http"), "answers were kept");
    shows_nothing("what was kept", &kept);
}

/// Everything else that a token file can hold is not repeated either.
#[test]
fn what_is_no_token_is_refused_without_being_shown() {
    let scratch = TempDir::new().expect("a directory");
    let broken = scratch.path().join("broken");
    std::fs::write(&broken, "two planted words").expect("a file");
    let output = osps([OsString::from("assess"), ".".into(), "--token-file".into(), broken.into()]);
    expect(2, &output);
    shows_nothing("the complaint", &String::from_utf8_lossy(&output.stderr));
    let output = osps(["collect", ".", "--anonymous", "--api-url", "https://me:argued@host/api"]);
    expect(2, &output);
    assert!(!String::from_utf8_lossy(&output.stderr).contains("argued"));
}

/// Without a credential nobody is asked about a clone, unless that is wanted.
#[test]
fn nobody_is_asked_without_a_credential() {
    let github = GitHub::serve(World::default());
    let repository = support::well_kept();
    let path: &Path = repository.path();
    let quiet = [OsString::from("collect"), path.into(), "--api-url".into(), github.url.clone().into()];
    let facts: serde_json::Value = serde_json::from_str(&expect(0, &osps(quiet))).expect("JSON");
    assert_eq!(facts["repo"]["visibility"]["unknown"]["reason"], "offline");
    assert_eq!(github.requests().len(), 0);
}

/// A key of an app, made for one test.
fn key(at: &Path) {
    let made = Command::new("openssl").args(["genrsa", "-traditional", "-out"]).arg(at).arg("2048").output();
    if made.is_ok_and(|made| made.status.success()) {
        return;
    }
    let mut other = Command::new("ssh-keygen");
    other.args(["-q", "-t", "rsa", "-b", "2048", "-m", "PEM", "-N", "", "-f"]).arg(at);
    assert!(other.status().expect("openssl or ssh-keygen runs").success());
}

/// An app signs a short statement with its key, and is given a token for one installation; that token is what is used.
#[rstest]
#[case::given(201, json!({"token": "ghs_0123456789planted0123456789abcdef", "expires_at": "2099-01-01T00:00:00Z", "permissions": {}}), 0)]
#[case::refused(404, json!({"message": "Integration not found"}), 2)]
fn an_app_asks_for_a_token(#[case] status: u16, #[case] answer: serde_json::Value, #[case] code: i32) {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let scratch = TempDir::new().expect("a directory");
    let path = scratch.path().join("key.pem");
    key(&path);
    let given = Fault::Answer { status, headers: Vec::new(), body: answer.to_string() };
    let faults = vec![("POST /app/installations/42/access_tokens".to_owned(), given)];
    let github = GitHub::with_faults(World { rules: strict_rules(), ..World::default() }, faults);
    let repository = support::well_kept();
    let output = Command::new(binary())
        .env_clear()
        .envs([("OSPS_APP_ID", "7"), ("OSPS_APP_INSTALLATION_ID", "42")])
        .env("OSPS_APP_KEY_FILE", &path)
        .arg("collect")
        .arg(repository.path())
        .args(["--no-cache", "--api-url", &github.url])
        .output()
        .expect("osps runs");
    let printed = expect(code, &output);
    let asked = github.requests();
    let first = asked.first().expect("a request");
    let statement = first.authorization.as_deref().and_then(|text| text.strip_prefix("Bearer ")).expect("a statement");
    let claims = statement.split('.').nth(1).expect("claims");
    let claims: serde_json::Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).expect("base64")).expect("JSON");
    assert_eq!(claims["iss"].to_string().trim_matches('"'), "7");
    let pem = std::fs::read_to_string(&path).expect("readable");
    let line = pem.lines().nth(2).expect("a line of the key");
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    for text in [&printed, &complaint] {
        assert!(!text.contains(line) && !text.contains(statement));
        shows_nothing("what was printed", text);
    }
    if code == 0 {
        let facts: serde_json::Value = serde_json::from_str(&printed).expect("JSON");
        assert_eq!(facts["collection"]["access"]["credential"], "installation_token");
        assert_eq!(facts["repo"]["archived"]["known"], false);
        let token = Some("Bearer ghs_0123456789planted0123456789abcdef");
        let api = github.api_requests();
        assert!(
            api.iter()
                .filter(|request| !request.path.starts_with("/app/"))
                .all(|request| request.authorization.as_deref() == token)
        );
    } else {
        assert_eq!(asked.len(), 1, "nothing else is asked without a token");
    }
}

#[test]
fn what_is_no_key_is_not_shown() {
    let scratch = TempDir::new().expect("a directory");
    let path = scratch.path().join("key.pem");
    std::fs::write(&path, "-----BEGIN PRIVATE KEY-----\nplanted\n-----END PRIVATE KEY-----\n").expect("a file");
    let output = Command::new(binary())
        .env_clear()
        .envs([("OSPS_APP_ID", "7"), ("OSPS_APP_INSTALLATION_ID", "42")])
        .env("OSPS_APP_KEY_FILE", &path)
        .args(["collect", ".", "--api-url", "http://127.0.0.1:9"])
        .output()
        .expect("osps runs");
    expect(2, &output);
    shows_nothing("the complaint", &String::from_utf8_lossy(&output.stderr));
}
