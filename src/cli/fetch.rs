//! A repository that is not here: its history, its tags, the tree to be read and the tree of its newest release, fetched into
//! a directory of ours by the git program. Nothing is checked out, no configuration but ours is read, nobody is asked for
//! a password, and time and space end. The directory goes away however the run ends, unless clones are to be kept: one that
//! holds every reference as the server has it is then used again.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use tempfile::TempDir;

use super::exit::Usage;
use crate::bundle::Bundle;
use crate::collect;
use crate::collect::forge::Connection;

/// Larger blobs come in a second step.
const SMALL_BLOB: &str = "blob:limit=64k";
/// Blobs asked for at once.
const BATCH: usize = 500;
/// Bytes of what git prints that are read.
const OUTPUT: u64 = 64 * 1024 * 1024;
/// The file of a kept clone that says what it holds.
const HELD: &str = "osps-held";
/// How kept clones are fetched; those of another number are not used.
const KEPT: &str = "1";
/// Variables that git needs to reach a server from here.
const PASSED_ON: &[&str] =
    &["PATH", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"];

/// What has to go when a signal ends the run: the directories of fetches, each with the number of the git that works in it, which is that of the group of all it starts.
static SCRATCH: Mutex<BTreeMap<PathBuf, Option<u32>>> = Mutex::new(BTreeMap::new());

/// Whether a signal is ending the process: git fails then because it was ended, which is nothing to complain about.
static ENDING: AtomicBool = AtomicBool::new(false);
/// How long the end of the process may take.
const END: Duration = Duration::from_secs(5);

/// What a fetch may take, all its steps together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) time: Duration,
    /// Bytes on the disk.
    pub(super) space: u64,
}

/// What was not fetched.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// There is nothing in it.
    #[error("the repository {0} has no commit yet, so there is nothing to assess")]
    Empty(String),
    /// The server or git refused, or a bound was reached.
    #[error("{0}")]
    Failed(String),
}

impl FetchError {
    /// Whether trying again may help: not where there is nothing, where the server knows no such repository or lets nobody
    /// in, or where the repository is too large.
    pub(super) fn is_passing(&self) -> bool {
        const LASTING: [&str; 3] = ["not found", "could not read Username", "--fetch-size"];
        matches!(self, Self::Failed(why) if !LASTING.iter().any(|lasting| why.contains(lasting)))
    }
}

/// A repository on a server, as a person names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Remote {
    /// None for that of the forge that is asked.
    pub(super) host: Option<String>,
    pub(super) owner: String,
    pub(super) name: String,
}

impl Remote {
    /// Reads `owner/name`, a web address or the short form of ssh.
    pub(super) fn read(text: &str) -> Option<Self> {
        let (host, path) = if let Some((scheme, rest)) = text.split_once("://") {
            if !matches!(scheme, "https" | "http" | "ssh") {
                return None;
            }
            let (authority, path) = rest.split_once('/')?;
            // A credential in an address is refused by finding no such host.
            (Some(authority.strip_prefix("git@").unwrap_or(authority).to_lowercase()), path)
        } else if let Some(rest) = text.strip_prefix("git@") {
            let (host, path) = rest.split_once(':')?;
            (Some(host.to_lowercase()), path)
        } else {
            (None, text)
        };
        let path = path.split(['?', '#']).next()?.trim_end_matches('/');
        let (owner, name) = path.split_once('/')?;
        let name = name.strip_suffix(".git").unwrap_or(name);
        let plain = |text: &str| {
            let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            !text.is_empty() && !text.starts_with(['-', '.']) && text.chars().all(fine)
        };
        // Only the name may begin with a dot, as `.github` does.
        let named = plain(name.strip_prefix('.').unwrap_or(name));
        (plain(owner) && named).then(|| Self { host, owner: owner.to_owned(), name: name.to_owned() })
    }
}

/// A target as it may be repeated in a complaint: without what stands before the host, which may be a secret.
pub(super) fn shown(target: &str) -> String {
    let (scheme, rest) = target.split_once("://").map_or(("", target), |(scheme, rest)| (scheme, rest));
    let rest = match rest.split_once('/').unwrap_or((rest, "")).0.rfind('@') {
        Some(at) if !rest.starts_with("git@") => format!("…{}", rest.get(at..).unwrap_or_default()),
        _ => rest.to_owned(),
    };
    let whole = if scheme.is_empty() { rest } else { format!("{scheme}://{rest}") };
    collect::forge::redact(&whole)
}

/// A fetched repository; its directory goes away with it, unless it is kept.
pub(super) struct Fetched {
    path: PathBuf,
    /// None where it is kept.
    directory: Option<TempDir>,
    /// What keeps others from replacing a kept clone while it is read.
    lock: Option<File>,
    /// Whether nothing had to be fetched.
    pub(super) unchanged: bool,
}

impl Fetched {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Puts it in the place of the clone that was kept before. That it cannot be kept is no error: it is fetched again.
    fn keep(&mut self, keeper: Keeper, held: &str) {
        let moved = || {
            std::fs::write(self.path.join(HELD), held)?;
            match std::fs::remove_dir_all(&keeper.path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
                _ => std::fs::rename(&self.path, &keeper.path),
            }
        };
        if moved().is_ok() {
            passed(&self.path);
            let _ = self.directory.take().map(TempDir::keep);
            (self.path, self.lock) = (keeper.path, Some(keeper.lock));
        }
    }
}

impl Drop for Fetched {
    fn drop(&mut self) {
        passed(&self.path);
    }
}

/// Notes that a directory needs no care any longer.
fn passed(directory: &Path) {
    if let Ok(mut scratch) = SCRATCH.lock() {
        scratch.remove(directory);
    }
}

/// Notes which git is at work in a directory.
fn working(directory: &Path, git: Option<u32>) {
    if let Ok(mut scratch) = SCRATCH.lock() {
        scratch.insert(directory.to_path_buf(), git);
    }
}

/// Ends a program with everything that it started.
fn end(number: u32) {
    #[cfg(unix)]
    if let Some(group) = i32::try_from(number).ok().and_then(rustix::process::Pid::from_raw) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = number;
}

/// Ends git, removes the directory and ends the process when a signal asks for it.
#[expect(clippy::exit, reason = "a signal ends the process wherever it stands")]
fn clean_up_on_signals() {
    // A second handler is refused, which is no error: there is one already.
    let _ = ctrlc::set_handler(|| {
        ENDING.store(true, Ordering::SeqCst);
        if let Ok(scratch) = SCRATCH.lock() {
            scratch.values().flatten().for_each(|git| end(*git));
            // What git was about to write when it ended may still appear.
            for _ in 0..50 {
                let left: Vec<&PathBuf> = scratch.keys().filter(|path| path.exists()).collect();
                if left.is_empty() {
                    break;
                }
                for path in left {
                    let _ = std::fs::remove_dir_all(path);
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        }
        std::process::exit(i32::from(super::exit::INTERRUPTED.0));
    });
}

/// The place of one repository among the clones that are kept.
struct Keeper {
    path: PathBuf,
    lock: File,
}

impl Keeper {
    /// None where the clone is in use, or there is no place for it.
    fn of(clones: &Path, host: &str, remote: &Remote) -> Option<Self> {
        let owner = clones.join(host.replace(':', "_")).join(&remote.owner);
        std::fs::create_dir_all(&owner).ok()?;
        let lock = File::create(owner.join(format!("{}.lock", remote.name))).ok()?;
        lock.try_lock().ok()?;
        Some(Self { path: owner.join(format!("{}.git", remote.name)), lock })
    }

    /// Whether the kept clone holds what the server has. Which release is the newest may have changed without the server.
    fn holds(&self, listed: &str, bundle: &Bundle) -> bool {
        let held = std::fs::read_to_string(self.path.join(HELD)).unwrap_or_default();
        !held.is_empty() && held == held_by(listed, collect::newest_release(&self.path, bundle).as_deref())
    }
}

/// What is written into a clone that holds these references and the tree of this release.
fn held_by(listed: &str, newest: Option<&str>) -> String {
    format!("{KEPT} {}\n{listed}", newest.unwrap_or("-"))
}

/// Fetches what an assessment of a repository needs, unless a clone is kept that holds it.
pub(super) fn fetch(
    remote: &Remote,
    rev: Option<&str>,
    connection: &Connection,
    bundle: &Bundle,
    bounds: Bounds,
    clones: Option<&Path>,
) -> anyhow::Result<Fetched> {
    let web = connection.endpoint.web();
    let own_host = web.split_once("://").map_or(web, |(_, host)| host);
    if remote.host.as_deref().is_some_and(|host| host != own_host && host != format!("www.{own_host}")) {
        let host = remote.host.as_deref().unwrap_or_default().rsplit('@').next().unwrap_or_default();
        return Err(Usage(format!(
            "{host} is not asked without being named: give its interface as `--api-url https://{host}/api/v3`"
        ))
        .into());
    }
    let mut builder = tempfile::Builder::new();
    builder.prefix("osps-");
    // On the same disk, so that it can be kept by moving it.
    let directory = match clones {
        Some(clones) => std::fs::create_dir_all(clones).and_then(|()| builder.tempdir_in(clones)),
        None => builder.tempdir(),
    };
    let directory = directory.context("a directory for the repository")?;
    clean_up_on_signals();
    working(directory.path(), None);
    let path = directory.path().to_path_buf();
    let mut fetched = Fetched { path: path.clone(), directory: Some(directory), lock: None, unchanged: false };
    let url = format!("{web}/{}/{}.git", remote.owner, remote.name);
    let keeper = clones.and_then(|clones| Keeper::of(clones, own_host, remote));
    let git = Git { directory: &path, connection, bounds, until: Instant::now() + bounds.time };
    git.begin(&url)?;
    let listed = git.references(keeper.is_some())?;
    let branch =
        default_branch(&listed).ok_or_else(|| FetchError::Empty(format!("{}/{}", remote.owner, remote.name)))?;
    let keeper = match keeper {
        Some(keeper) if rev.is_none() && keeper.holds(&listed, bundle) => {
            let Keeper { path, lock } = keeper;
            return Ok(Fetched { path, directory: None, lock: Some(lock), unchanged: true });
        }
        keeper => keeper,
    };
    git.history(branch, rev.is_some())?;
    git.tree(rev.unwrap_or("HEAD"))?;
    let newest = collect::newest_release(fetched.path(), bundle);
    if let Some(commit) = &newest {
        git.tree(commit)?;
    }
    // What moved since it was listed is not known to be what is held.
    if let Some(keeper) = keeper.filter(|_| rev.is_none() && git.holds(&listed)) {
        fetched.keep(keeper, &held_by(&listed, newest.as_deref()));
    }
    Ok(fetched)
}

/// The default branch among listed references.
fn default_branch(listed: &str) -> Option<&str> {
    listed.lines().find_map(|line| line.strip_prefix("ref: refs/heads/"))?.split_whitespace().next()
}

/// Listed references, each as git lists its own: the branch under its name, and no tag as what it points to.
fn own_references(listed: &str) -> BTreeSet<String> {
    let branch = default_branch(listed).unwrap_or_default();
    let lines = listed.lines().filter(|line| !line.starts_with("ref: ") && !line.ends_with("^{}"));
    lines
        .map(|line| match line.strip_suffix("\tHEAD") {
            Some(oid) => format!("{oid}\trefs/heads/{branch}"),
            None => line.to_owned(),
        })
        .collect()
}

/// Git in one directory, with one way to the server.
struct Git<'a> {
    directory: &'a Path,
    connection: &'a Connection,
    bounds: Bounds,
    until: Instant,
}

impl Git<'_> {
    /// An empty repository that knows that objects may be missing, and where they are.
    fn begin(&self, url: &str) -> Result<(), FetchError> {
        self.run(["init", "--quiet", "--bare", "--template=", "."], "")?;
        let config = format!(
            "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tpartialClone = origin\n[remote \"origin\"]\n\
             \turl = {url}\n\tfetch = +refs/heads/*:refs/heads/*\n\ttagOpt = --tags\n\tpromisor = true\n\tpartialclonefilter = tree:0\n"
        );
        let failed = |error: std::io::Error| FetchError::Failed(format!("the repository could not be set up: {error}"));
        std::fs::write(self.directory.join("config"), config).map_err(failed)
    }

    /// The default branch as the server lists it, and where everything is to be known that is fetched, all other references.
    fn references(&self, all: bool) -> Result<String, FetchError> {
        let others: &[&str] = if all { &["refs/tags/*", "refs/gittuf/*"] } else { &[] };
        self.run(["ls-remote", "--symref", "origin", "HEAD"].iter().chain(others), "")
    }

    /// Whether what was fetched is what was listed.
    fn holds(&self, listed: &str) -> bool {
        let own = self.run(["for-each-ref", "--format=%(objectname)%09%(refname)"], "");
        own.is_ok_and(|own| own.lines().map(str::to_owned).collect::<BTreeSet<_>>() == own_references(listed))
    }

    /// All commits of the branch, or of every branch, and all tags, without a single tree.
    fn history(&self, branch: &str, every: bool) -> Result<(), FetchError> {
        let head = format!("+refs/heads/{branch}:refs/heads/{branch}");
        let heads = if every { "+refs/heads/*:refs/heads/*" } else { head.as_str() };
        let wanted = [heads, "+refs/tags/*:refs/tags/*", "+refs/gittuf/*:refs/gittuf/*"];
        let options = [
            "fetch",
            "--quiet",
            "--no-write-fetch-head",
            "--no-tags",
            "--no-recurse-submodules",
            "--filter=tree:0",
            "origin",
        ];
        self.run(options.into_iter().chain(wanted), "")?;
        self.run(["symbolic-ref", "HEAD", &format!("refs/heads/{branch}")], "").map(|_| ())
    }

    /// The tree of a commit with its small files, then the large ones.
    fn tree(&self, rev: &str) -> Result<(), FetchError> {
        // The end of options keeps a name that looks like one from being one.
        let tree = self.run(["log", "-1", "--format=%T", "--end-of-options", rev, "--"], "")?;
        let tree = tree.trim();
        self.objects(SMALL_BLOB, &format!("{tree}\n"))?;
        let listed = self.run(["rev-list", "--objects", "--missing=print", "--no-object-names", tree], "")?;
        let missing: Vec<&str> = listed.lines().filter_map(|line| line.strip_prefix('?')).collect();
        for batch in missing.chunks(BATCH) {
            self.objects("blob:none", &format!("{}\n", batch.join("\n")))?;
        }
        Ok(())
    }

    /// Objects by their names, in one request.
    fn objects(&self, filter: &str, names: &str) -> Result<(), FetchError> {
        let filter = format!("--filter={filter}");
        let options = [
            "-c",
            "fetch.negotiationAlgorithm=noop",
            "fetch",
            "--quiet",
            "--no-write-fetch-head",
            "--no-tags",
            "--no-recurse-submodules",
            filter.as_str(),
            "--stdin",
            "origin",
        ];
        self.run(options, names).map(|_| ())
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        // Its own group, so that what it starts ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.env_clear().current_dir(self.directory);
        for name in PASSED_ON {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        let web = self.connection.endpoint.web();
        let scheme = web.split_once("://").map_or("https", |(scheme, _)| scheme);
        command
            .env("HOME", self.directory)
            .env("LC_ALL", "C")
            .env("GIT_DIR", self.directory)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_ASKPASS", "true")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ALLOW_PROTOCOL", scheme)
            .args([
                "-c",
                "core.hooksPath=/dev/null",
                "-c",
                "protocol.version=2",
                "-c",
                "gc.auto=0",
                "-c",
                "maintenance.auto=false",
            ]);
        if let Some(header) = self.connection.git_header() {
            // By the environment, which only this user can read, and for this one host.
            command
                .env("GIT_CONFIG_COUNT", "1")
                .env("GIT_CONFIG_KEY_0", format!("http.{web}/.extraHeader"))
                .env("GIT_CONFIG_VALUE_0", header);
        }
        command
    }

    /// Runs git to its end, or to the end of time and space, and gives what it printed.
    fn run<I, S>(&self, args: I, input: &str) -> Result<String, FetchError>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let failed = |error: std::io::Error| FetchError::Failed(format!("git cannot be run: {error}"));
        let mut child = self
            .command()
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(failed)?;
        working(self.directory, Some(child.id()));
        let mut stdin = child.stdin.take();
        let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
        let (status, printed, complaint) = std::thread::scope(|scope| {
            scope.spawn(move || stdin.as_mut().map(|stdin| stdin.write_all(input.as_bytes())));
            let printed = scope.spawn(move || read(stdout.as_mut()));
            let complaint = scope.spawn(move || read(stderr.as_mut()));
            let status = self.watch(&mut child);
            working(self.directory, None);
            (status, printed.join().unwrap_or_default(), complaint.join().unwrap_or_default())
        });
        if status? {
            return Ok(printed);
        }
        let line = complaint.lines().find(|line| line.starts_with("fatal:") || line.starts_with("error:"));
        let line = line.or_else(|| complaint.lines().next()).unwrap_or("git failed without a word");
        let line: String = line.chars().filter(|c| !c.is_control()).take(300).collect();
        Err(FetchError::Failed(self.connection.redact(&line)))
    }

    /// Waits for git, and ends it where it takes too long or too much.
    fn watch(&self, child: &mut Child) -> Result<bool, FetchError> {
        let mut pause = Duration::from_millis(2);
        let why = loop {
            match child.try_wait() {
                Ok(Some(status)) if !status.success() => {
                    if ENDING.load(Ordering::SeqCst) {
                        std::thread::sleep(END);
                    }
                    return Ok(false);
                }
                // What came in the last moment counts too.
                Ok(Some(_)) if size(self.directory) <= self.bounds.space => return Ok(true),
                Ok(Some(_)) => break self.too_large(),
                Ok(None) => {}
                Err(error) => break format!("git cannot be waited for: {error}"),
            }
            if Instant::now() > self.until {
                break format!(
                    "the repository was not fetched within {} s (`--fetch-time`)",
                    self.bounds.time.as_secs()
                );
            }
            if size(self.directory) > self.bounds.space {
                break self.too_large();
            }
            std::thread::sleep(pause);
            pause = (pause * 2).min(Duration::from_millis(200));
        };
        end(child.id());
        let _ = child.kill();
        let _ = child.wait();
        Err(FetchError::Failed(why))
    }

    fn too_large(&self) -> String {
        format!("the repository takes more than {} MiB (`--fetch-size`)", self.bounds.space >> 20)
    }
}

fn read(stream: Option<&mut impl std::io::Read>) -> String {
    let mut bytes = Vec::new();
    if let Some(stream) = stream {
        let _ = stream.take(OUTPUT).read_to_end(&mut bytes);
        // What is beyond the bound is drained, so that git does not wait for a reader.
        let _ = std::io::copy(stream, &mut std::io::sink());
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Bytes below a directory.
fn size(directory: &Path) -> u64 {
    let entries = std::fs::read_dir(directory).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => size(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("acme/widget", None, "acme", "widget")]
    #[case("acme/.github", None, "acme", ".github")]
    #[case("https://github.com/acme/widget", Some("github.com"), "acme", "widget")]
    #[case("https://GitHub.com/acme/widget.git/", Some("github.com"), "acme", "widget")]
    #[case("git@github.com:acme/widget.git", Some("github.com"), "acme", "widget")]
    #[case("ssh://git@github.com/acme/widget", Some("github.com"), "acme", "widget")]
    fn remotes(#[case] text: &str, #[case] host: Option<&str>, #[case] owner: &str, #[case] name: &str) {
        let expected = Remote { host: host.map(str::to_owned), owner: owner.to_owned(), name: name.to_owned() };
        assert_eq!(Remote::read(text), Some(expected));
    }

    #[rstest]
    #[case("https://ada:secret@host/a/b", "https://…@host/a/b")]
    #[case("secret@host:a/b", "…@host:a/b")]
    #[case("git@host:a/b", "git@host:a/b")]
    #[case("a/b@c", "a/b@c")]
    fn repeated(#[case] target: &str, #[case] expected: &str) {
        assert_eq!(shown(target), expected);
    }

    #[rstest]
    #[case("widget")]
    #[case("-x/widget")]
    #[case("acme/-x")]
    #[case("acme/..")]
    #[case("acme/a/b")]
    #[case("ext::sh -c x/y")]
    #[case("file:///etc/passwd")]
    #[case("https://github.com/acme")]
    #[case("acme/wid get")]
    fn no_remotes(#[case] text: &str) {
        assert_eq!(Remote::read(text), None);
    }

    #[test]
    fn references_are_compared_under_their_own_names() {
        let listed = "ref: refs/heads/main\tHEAD\n1\tHEAD\n2\trefs/tags/v1\n1\trefs/tags/v1^{}\n";
        assert_eq!(default_branch(listed), Some("main"));
        assert_eq!(
            own_references(listed),
            BTreeSet::from(["1\trefs/heads/main".to_owned(), "2\trefs/tags/v1".to_owned()])
        );
        assert_eq!((default_branch(""), own_references("").len()), (None, 0));
    }

    #[rstest]
    #[case::same("1\tHEAD\n", None, true)]
    #[case::moved("2\tHEAD\n", None, false)]
    #[case::another_release("1\tHEAD\n", Some("3"), false)]
    fn what_a_clone_holds(#[case] listed: &str, #[case] newest: Option<&str>, #[case] same: bool) {
        assert_eq!(held_by(listed, newest) == held_by("1\tHEAD\n", None), same);
    }

    #[test]
    fn a_clone_in_use_is_not_replaced() {
        let clones = tempfile::tempdir().expect("a directory");
        let remote = Remote::read("acme/widget").expect("a name");
        let keeper = Keeper::of(clones.path(), "localhost:1", &remote).expect("a place");
        assert!(Keeper::of(clones.path(), "localhost:1", &remote).is_none());
        drop(keeper);
        assert!(Keeper::of(clones.path(), "localhost:1", &remote).is_some());
    }
}
