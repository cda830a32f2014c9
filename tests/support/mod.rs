//! What the integration tests share: throw-away git repositories and the real binary in a clean environment.

#![allow(dead_code, reason = "each test crate uses a part of it")]

pub(crate) mod forge;
pub(crate) mod github;
pub(crate) mod graphql;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::Duration;

use osps::assess::Selection;
use osps::audit::{self, FactsDocument, Settings};
use osps::bundle::Bundle;
use osps::catalog::Catalogs;
use osps::collect::forge::{Connection, Credential, Endpoint, Observer, Patience};
use osps::model::assessment::{Assessment, LevelMode};
use osps::model::ruling::Outcome;
use osps::policy::Policies;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

/// A git repository in a temporary directory.
pub(crate) struct Repository {
    pub directory: TempDir,
}

impl Repository {
    /// An empty repository without a commit.
    pub(crate) fn empty() -> Self {
        let repository = Self { directory: TempDir::new().expect("a temporary directory") };
        repository.git(["init", "-q", "-b", "main"]);
        repository
    }

    /// A repository with one commit that holds these files.
    pub(crate) fn with(files: &[(&str, &str)]) -> Self {
        let repository = Self::empty();
        for (path, text) in files {
            repository.write(path, text.as_bytes());
        }
        repository.commit("Begin");
        repository
    }

    /// The directory of its files.
    pub(crate) fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Writes a file, with its directories.
    pub(crate) fn write(&self, path: &str, content: &[u8]) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        std::fs::write(path, content).expect("a file");
    }

    /// Commits everything that lies there.
    pub(crate) fn commit(&self, message: &str) {
        self.git(["add", "-A", "-f"]);
        self.git(["commit", "-q", "--allow-empty", "-m", message]);
    }

    /// Runs git and gives what it printed.
    pub(crate) fn git<I, S>(&self, args: I) -> String
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let output = self.git_command().args(args).output().expect("git runs");
        assert!(output.status.success(), "git: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// A git command in this repository with a fixed author and time, and no configuration but the repository's own.
    pub(crate) fn git_command(&self) -> Command {
        let mut command = Command::new("git");
        command
            .current_dir(self.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_AUTHOR_NAME", "Ada")
            .env("GIT_AUTHOR_EMAIL", "ada@example.net")
            .env("GIT_COMMITTER_NAME", "Ada")
            .env("GIT_COMMITTER_EMAIL", "ada@example.net")
            .env("GIT_AUTHOR_DATE", "2026-05-01T12:00:00Z")
            .env("GIT_COMMITTER_DATE", "2026-05-01T12:00:00Z");
        command
    }
}

/// The real binary in an environment without anything that could change its output.
pub(crate) fn osps<I, S>(args: I) -> Output
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let mut command = Command::new(binary());
    command.env_clear().env("LANG", "C.UTF-8").args(args);
    if let Some(path) = std::env::var_os("PATH") {
        command.env("PATH", path);
    }
    command.output().expect("osps runs")
}

/// The path of the binary under test.
pub(crate) fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_osps"))
}

/// Standard output of a run that ends with this code.
pub(crate) fn expect(code: i32, output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "standard error: {stderr}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The assessment of a directory as JSON.
pub(crate) fn assess(path: &Path) -> serde_json::Value {
    let output = osps([OsStr::new("assess"), path.as_os_str(), OsStr::new("-o"), OsStr::new("json")]);
    serde_json::from_str(&expect(0, &output)).expect("JSON")
}

/// The outcome of one requirement in an assessment.
pub(crate) fn outcome<'a>(assessment: &'a serde_json::Value, id: &str) -> &'a str {
    assessment["requirements"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|verdict| verdict["id"] == id)
        .unwrap_or_else(|| panic!("no {id}"))["outcome"]
        .as_str()
        .expect("a text")
}

/// The well-kept repository of tests/fixtures/well-kept: a dozen signed-off commits, version tags, a remote on a forge,
/// and a Security Insights file nowhere. Its commit ids are the same on every machine.
pub(crate) fn well_kept() -> Repository {
    let repository = Repository::empty();
    copy(Path::new("tests/fixtures/well-kept"), repository.path());
    let sign_off = "Signed-off-by: Ada <ada@example.net>";
    repository.git(["add", "-A", "-f"]);
    repository.git(["commit", "-q", "-m", &format!("Begin\n\n{sign_off}")]);
    repository.git(["tag", "-a", "v1.0.0", "-m", "v1.0.0"]);
    for number in 1..=12 {
        let message = format!("Describe part {number}\n\n{sign_off}");
        repository.git(["commit", "-q", "--allow-empty", "-m", &message]);
    }
    repository.git(["tag", "-a", "v1.2.0", "-m", "v1.2.0"]);
    repository.git(["remote", "add", "origin", "https://github.com/acme/widget.git"]);
    repository
}

/// Copies a directory with everything below it.
pub(crate) fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a directory");
    for entry in std::fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("copied");
        }
    }
}

/// The facts of a directory, collected at a fixed time.
pub(crate) fn facts(path: &Path) -> serde_json::Value {
    collected(path, None)
}

fn collected(path: &Path, forge: Option<&Connection>) -> serde_json::Value {
    let policies = osps::bundle::Bundle::policies();
    let facts = osps::collect::collect(&osps::collect::Options {
        path: path.to_path_buf(),
        rev: None,
        worktree: false,
        now: "2026-06-01T00:00:00Z".parse().expect("a time"),
        policies: &policies,
        forge,
        project: &osps::model::project::ProjectStatements::default(),
    });
    serde_json::to_value(facts.expect("facts")).expect("JSON")
}

/// The facts of a directory and of a forge that is asked about it, with a token or, where the world shows itself to nobody,
/// without one.
pub(crate) fn facts_beside(path: &Path, world: github::World) -> serde_json::Value {
    facts_beside_with(path, world, Vec::new())
}

/// The same where single answers of the forge are broken.
pub(crate) fn facts_beside_with(
    path: &Path,
    world: github::World,
    faults: Vec<(String, github::Fault)>,
) -> serde_json::Value {
    let credential = (world.sight != github::Sight::Nobody).then(|| Credential::new("github_pat_of_a_test", "a test"));
    let server = github::GitHub::with_faults(world, faults);
    let connection = Connection {
        endpoint: Endpoint::at(&server.url).expect("an endpoint"),
        credential,
        cache: None,
        max_age: Duration::ZERO,
        patience: Patience { waits: Duration::ZERO, ..Patience::default() },
        follow_parent: true,
        observer: Observer::default(),
        errand: None,
    };
    collected(path, Some(&connection))
}

/// Puts facts over those of a document: `{"section": {"fact": value}}`.
pub(crate) fn lay_over(document: &mut Json, overlay: &Json) {
    for (key, value) in overlay.as_object().expect("a map") {
        let place = &mut document[key.as_str()];
        if place.get("src").is_some() {
            *place = json!({"known": value, "src": ["forge"]});
        } else {
            assert!(place.is_object(), "the facts have no `{key}`");
            lay_over(place, value);
        }
    }
}

/// The catalogs of this repository.
pub(crate) fn catalogs() -> &'static Catalogs {
    static CATALOGS: OnceLock<Catalogs> = OnceLock::new();
    CATALOGS.get_or_init(|| Catalogs::from_bundle(&Bundle::controls()).expect("our catalogs"))
}

/// The policies of this repository. Loading them takes longer than judging.
pub(crate) fn policies() -> &'static Policies {
    static POLICIES: OnceLock<Policies> = OnceLock::new();
    POLICIES.get_or_init(|| Policies::load(&Bundle::policies()).expect("our policies"))
}

/// What the newest catalog says about a facts document.
pub(crate) fn judge(facts: &Json, strict_platform: bool) -> Assessment {
    let catalog = catalogs().latest();
    let settings = Settings {
        catalog,
        catalog_ref: catalogs().reference(catalog),
        policies: policies(),
        mode: LevelMode::Cumulative,
        selection: Selection::default(),
        strict_platform,
        statements: osps::assess::Statements::default(),
    };
    let facts = FactsDocument::parse(&facts.to_string()).expect("a facts document");
    audit::evaluate(&facts, &settings).expect("an assessment")
}

/// The outcome and message of one requirement for a facts document.
pub(crate) fn outcome_of(facts: &Json, id: &str) -> (Outcome, String) {
    let verdicts = judge(facts, false).requirements;
    let verdict = verdicts.into_iter().find(|verdict| verdict.id.as_str() == id).expect("an active id");
    (verdict.outcome, verdict.message)
}

/// A bare repository to clone from, with the history of another one.
pub(crate) fn bare(of: &Repository, at: &Path) -> PathBuf {
    let path = at.join("widget.git");
    of.git(["clone", "-q", "--bare", ".", path.to_str().expect("a text")]);
    for (key, value) in [("uploadpack.allowFilter", "true"), ("uploadpack.allowAnySHA1InWant", "true")] {
        of.git(["-C", path.to_str().expect("a text"), "config", key, value]);
    }
    path
}

/// Everything below a directory, as text.
pub(crate) fn everything_in(directory: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        all.push_str(&path.display().to_string());
        all.push_str(&if path.is_dir() {
            everything_in(&path)
        } else {
            String::from_utf8_lossy(&std::fs::read(&path).expect("readable")).into_owned()
        });
    }
    all
}
