//! A whole forge in this process: owners with many repositories, made up by their numbers, behind the limits, the delays and
//! the faults of a real one. Clones come from a few small repositories under many names.

#![allow(dead_code, reason = "each test crate uses a part of it")]

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use super::github::{
    Reply, Request, Sight, World, landed, merged, reader_rule, release, send, smart_http, strict_rules,
};
use super::graphql::Query;
use super::{Repository, bare};

/// What the forge is like.
#[derive(Debug, Clone)]
pub(crate) struct Size {
    pub repositories: usize,
    /// Requests and points in an hour, for each credential.
    pub limit: u64,
    /// How long the hour of a limit is.
    pub reset_after: Duration,
    /// How long an answer takes: at least this, and up to twice as long.
    pub delay: Duration,
    /// Of a hundred requests, those that go wrong the first time they are sent.
    pub faults: u64,
}

impl Default for Size {
    fn default() -> Self {
        Self {
            repositories: 60,
            limit: 5_000,
            reset_after: Duration::from_secs(3_600),
            delay: Duration::ZERO,
            faults: 0,
        }
    }
}

/// The owners; the last one is a person.
pub(crate) const OWNERS: [&str; 3] = ["acme", "globex", "ada"];

#[derive(Debug, Clone, Copy)]
struct Budget {
    left: u64,
    reset: u64,
}

#[derive(Default)]
struct State {
    log: Vec<Request>,
    budgets: BTreeMap<(String, &'static str), Budget>,
    failed: BTreeSet<String>,
    clones: BTreeMap<(usize, String, Vec<u8>), Vec<u8>>,
    points: u64,
}

struct Inside {
    size: Size,
    clones: Vec<PathBuf>,
    state: Mutex<State>,
}

/// The running forge.
pub(crate) struct Forge {
    pub url: String,
    inside: Arc<Inside>,
    _scratch: TempDir,
}

/// Numbers that look as if nobody had chosen them.
fn mixed(number: usize, about: u64) -> u64 {
    let mut x = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ about.wrapping_mul(0xD1B5_4A32_D192_ED03);
    x ^= x >> 31;
    x = x.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x ^ (x >> 29)
}

/// The owner of a repository, and its name.
pub(crate) fn name_of(number: usize) -> (&'static str, String) {
    let owner = match number % 10 {
        0..=6 => OWNERS[0],
        7 | 8 => OWNERS[1],
        _ => OWNERS[2],
    };
    (owner, format!("r{number:04}"))
}

fn still(text: String) -> &'static str {
    Box::leak(text.into_boxed_str())
}

/// The repository of a number.
pub(crate) fn world(number: usize) -> World {
    let (owner, name) = name_of(number);
    let of_ten = |about: u64| mixed(number, about) % 10;
    let changes = match of_ten(1) {
        0..=3 => 0,
        4..=7 => 1 + of_ten(2),
        _ => 30,
    };
    let history = if changes == 0 { 3 } else { (changes * 3).min(60) };
    let history: Vec<Json> =
        (0..history).map(|at| landed(at, changes > 0 && !mixed(number, at + 20).is_multiple_of(4))).collect();
    let arrived =
        |commit: &&Json| commit["associatedPullRequests"]["nodes"].as_array().is_some_and(|all| !all.is_empty());
    // Every change came by one commit; what else came by changes are the commits that they were made of.
    let mut made = history.iter().filter(arrived).map(|commit| commit["oid"].clone());
    let mut change = |at: u64| {
        let mut change = merged(at, "ada", if at.is_multiple_of(3) { &[] } else { &["grace"] }, &["test"]);
        change["mergeCommit"] = made.next().map_or(Json::Null, |oid| json!({"oid": oid}));
        change
    };
    let pull_requests = (1..=changes).map(&mut change).collect();
    World {
        sight: Sight::Reader,
        owner,
        name: still(name),
        organization: owner != "ada",
        visibility: if of_ten(3) == 0 { "PRIVATE" } else { "PUBLIC" },
        archived: of_ten(4) == 0,
        fork: of_ten(5) == 0,
        rules: if of_ten(6) < 4 { strict_rules() } else { Vec::new() },
        ruleset_of: if of_ten(7) == 0 { "Enterprise" } else { "Repository" },
        reader_rule: (of_ten(8) < 3).then(reader_rule),
        classic: (of_ten(8) < 3).then(|| json!({})),
        private_reporting: of_ten(9) < 5,
        advisories: Vec::new(),
        releases: if of_ten(10) < 4 { vec![release("v1.0.0", "Changes: many.", &[])] } else { Vec::new() },
        pull_requests,
        history,
        homepage: (of_ten(11) < 3).then_some("https://example.org"),
        issues: of_ten(12) < 8,
        fallback: (owner == "acme").then(|| {
            json!({"visibility": "PUBLIC", "root": {"entries": [{"name": "SECURITY.md", "type": "blob"}]}, "hidden": null, "docs": null,
                "security": {"text": "# Security\n\nWrite to security@example.org.\n", "isTruncated": false}})
        }),
        ..World::default()
    }
}

impl Forge {
    /// Serves a forge.
    pub(crate) fn serve(size: Size) -> Self {
        let scratch = TempDir::new().expect("a directory");
        let files: [&[(&str, &str)]; 4] = [
            &[("README.md", "# Widget\n\nReport bugs in the issue tracker.\n")],
            &[("README.md", "# Widget\n"), ("LICENSE", "no licence that anybody knows\n")],
            &[("README.md", "# Widget\n"), ("CONTRIBUTING.md", "# Contributing\n\nOpen a pull request.\n")],
            &[
                ("README.md", "# Widget\n"),
                ("SECURITY.md", "# Security\n\nWrite to security@example.net.\n"),
                (
                    ".github/workflows/ci.yml",
                    "on: push\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps: [{run: make test}]\n",
                ),
            ],
        ];
        let clone = |(number, files): (usize, &&[(&str, &str)])| {
            let place = scratch.path().join(number.to_string());
            std::fs::create_dir(&place).expect("a directory");
            let repository = Repository::with(files);
            repository.git(["tag", "v1.0.0"]);
            bare(&repository, &place)
        };
        let clones = files.iter().enumerate().map(clone).collect();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let inside = Arc::new(Inside { size, clones, state: Mutex::default() });
        let shared = Arc::clone(&inside);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || shared.answer(stream));
            }
        });
        Self { url, inside, _scratch: scratch }
    }

    /// Requests to the interface so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let log = self.inside.state.lock().expect("the state").log.clone();
        log.into_iter().filter(|request| !request.path.contains(".git/")).collect()
    }

    /// Points of queries so far.
    pub(crate) fn points(&self) -> u64 {
        self.inside.state.lock().expect("the state").points
    }

    /// Repositories that are listed and neither archived nor forks, by owner and name.
    pub(crate) fn usual(&self) -> Vec<String> {
        let usual = |number: &usize| !(world(*number).archived || world(*number).fork);
        let name = |number| {
            let (owner, name) = name_of(number);
            format!("{owner}/{name}")
        };
        (0..self.inside.size.repositories).filter(usual).map(name).collect()
    }
}

fn clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs()
}

impl Inside {
    fn number(&self, owner: &str, name: &str) -> Option<usize> {
        let number = name.strip_prefix('r')?.parse().ok()?;
        (number < self.size.repositories && name_of(number).0.eq_ignore_ascii_case(owner)).then_some(number)
    }

    fn answer(&self, mut stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut parts = line.split_whitespace();
        let (method, path) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim().split_once(':') else { break };
            headers.insert(name.to_lowercase(), value.trim().to_owned());
        }
        let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        if headers.get("transfer-encoding").is_some_and(|coding| coding == "chunked") {
            body = chunks(&mut reader)?;
        } else {
            reader.read_exact(&mut body).ok()?;
        }
        let authorization = headers.get("authorization").cloned();
        let etag = headers.get("if-none-match").cloned();
        let request = Request { method, path, authorization, etag, status: 0 };
        let delay = self.size.delay.as_millis() as u64;
        if delay > 0 {
            std::thread::sleep(Duration::from_millis(delay + mixed(length, clock()) % delay));
        }
        let at = {
            let mut state = self.state.lock().expect("the state");
            state.log.push(request.clone());
            state.log.len() - 1
        };
        if let Some(git) = self.git(&request, &headers, &body) {
            return stream.write_all(&git).ok();
        }
        let reply = self.limited(&request, &body);
        self.state.lock().expect("the state").log[at].status = reply.as_ref().map_or(0, |reply| reply.status);
        match reply {
            Some(reply) => send(&mut stream, reply).ok(),
            None => stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n{\"data\": {\"rep")
                .ok(),
        }
    }

    /// Whether a request goes wrong, which happens to it once.
    fn fault(&self, request: &Request, body: &[u8]) -> Option<u64> {
        let key = format!("{} {} {}", request.method, request.path, body.len());
        let drawn = key.bytes().fold(7, |all: usize, byte| all.wrapping_mul(131).wrapping_add(usize::from(byte)));
        let goes_wrong = mixed(drawn, 3) % 100 < self.size.faults;
        let first = goes_wrong && self.state.lock().expect("the state").failed.insert(key);
        first.then(|| mixed(drawn, 4) % 4)
    }

    /// Clones: one answer of git for all repositories that hold the same.
    fn git(&self, request: &Request, headers: &BTreeMap<String, String>, body: &[u8]) -> Option<Vec<u8>> {
        let (repository, inside) = request.path.trim_start_matches('/').split_once(".git/")?;
        let (owner, name) = repository.split_once('/')?;
        let none = |status: &str| {
            Some(format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").into_bytes())
        };
        let Some(number) = self.number(owner, name) else { return none("404") };
        if request.authorization.is_none() && world(number).visibility != "PUBLIC" {
            return none("401");
        }
        if self.fault(request, body).is_some() {
            return none("502");
        }
        if !headers.contains_key("git-protocol") {
            let kind = "content-type: application/x-git-upload-pack-advertisement";
            return Some(
                format!("HTTP/1.1 200 X\r\nconnection: close\r\n{kind}\r\ncontent-length: 4\r\n\r\n0000").into_bytes(),
            );
        }
        let kind = mixed(number, 13) as usize % self.clones.len();
        let key = (kind, inside.to_owned(), body.to_vec());
        if let Some(known) = self.state.lock().expect("the state").clones.get(&key) {
            return Some(known.clone());
        }
        let here = World { git: self.clones.get(kind).cloned(), ..World::default() };
        let answer = smart_http(&here, request, headers, body);
        self.state.lock().expect("the state").clones.insert(key, answer.clone());
        Some(answer)
    }

    /// The answer with the headers of limits, or the refusal of one who has nothing left; none for one that breaks off.
    fn limited(&self, request: &Request, body: &[u8]) -> Option<Reply> {
        let resource = if request.path == "/graphql" { "graphql" } else { "core" };
        let who = request.authorization.clone().unwrap_or_default();
        let query = (resource == "graphql").then(|| {
            let asked: Json = serde_json::from_slice(body).expect("JSON");
            (Query::read(asked["query"].as_str().expect("a query")), asked["variables"].clone())
        });
        let cost = query.as_ref().map_or(1, |(query, _)| query.cost());
        let free = request.path == "/rate_limit";
        let now = clock();
        let fresh = Budget { left: self.size.limit, reset: now + self.size.reset_after.as_secs() };
        let budget_of = |resource: &'static str| {
            let mut state = self.state.lock().expect("the state");
            let budget = state.budgets.entry((who.clone(), resource)).or_insert(fresh);
            if budget.reset <= now {
                *budget = fresh;
            }
            *budget
        };
        let mut budget = budget_of(resource);
        let message = |status: u16, text: &str| Reply {
            status,
            headers: Vec::new(),
            body: json!({"message": text}).to_string().into_bytes(),
        };
        let mut reply = if who.contains("refused") {
            message(401, "Bad credentials")
        } else if free {
            let of = |resource| {
                let budget = budget_of(resource);
                json!({"limit": self.size.limit, "remaining": budget.left, "reset": budget.reset})
            };
            let all = json!({"resources": {"core": of("core"), "graphql": of("graphql")}});
            Reply { status: 200, headers: Vec::new(), body: all.to_string().into_bytes() }
        } else if budget.left < cost {
            message(403, "API rate limit exceeded")
        } else {
            match self.fault(request, body) {
                Some(0) => message(502, "Server Error"),
                Some(1) => {
                    let mut reply = message(403, "You have exceeded a secondary rate limit");
                    reply.headers.push(("retry-after".to_owned(), "1".to_owned()));
                    reply
                }
                Some(2) => return None,
                Some(_) if resource == "graphql" => self.query(query.as_ref()?, true),
                Some(_) => message(500, "Server Error"),
                None => match &query {
                    Some(_) => self.query(query.as_ref()?, false),
                    None => self.resource(request, body),
                },
            }
        };
        if !free && reply.status != 304 && reply.status != 401 {
            budget.left = budget.left.saturating_sub(cost);
            let mut state = self.state.lock().expect("the state");
            if let Some(kept) = state.budgets.get_mut(&(who, resource)) {
                kept.left = kept.left.saturating_sub(cost);
                budget.left = kept.left;
            }
            state.points += if resource == "graphql" { cost } else { 0 };
        }
        reply.headers.retain(|(name, _)| !name.starts_with("x-ratelimit"));
        for (name, value) in [("limit", self.size.limit), ("remaining", budget.left), ("reset", budget.reset)] {
            reply.headers.push((format!("x-ratelimit-{name}"), value.to_string()));
        }
        reply.headers.push(("x-ratelimit-resource".to_owned(), resource.to_owned()));
        Some(reply)
    }

    fn query(&self, (query, variables): &(Query, Json), broken: bool) -> Reply {
        let not_found = |name: &str| {
            let error = json!({"type": "NOT_FOUND", "path": [], "message": format!("Could not resolve to a {name}")});
            (Json::Null, vec![error])
        };
        let first_of =
            |owner: &str| (0..self.size.repositories).find(|number| name_of(*number).0.eq_ignore_ascii_case(owner));
        let find = |field: &str, arguments: &BTreeMap<String, String>| {
            let text = |name: &str| arguments.get(name).cloned().unwrap_or_default();
            let whole = |number: usize| -> Json { serde_json::from_slice(&world(number).query().body).expect("JSON") };
            match field {
                "rateLimit" => (json!({"cost": query.cost(), "limit": self.size.limit}), Vec::new()),
                "repositoryOwner" => match first_of(&text("login")) {
                    Some(number) => (whole(number)["data"]["repository"]["owner"].clone(), Vec::new()),
                    None => not_found("RepositoryOwner"),
                },
                "repository" if text("name") == ".github" => {
                    let seen = first_of(&text("owner")).map(|number| whole(number)["data"]["fallback"].clone());
                    seen.filter(|seen| !seen.is_null())
                        .map_or_else(|| not_found("Repository"), |seen| (seen, Vec::new()))
                }
                _ => match self.number(&text("owner"), &text("name")) {
                    None => not_found("Repository"),
                    Some(number) => {
                        let whole = whole(number);
                        let errors = whole["errors"].as_array().cloned().unwrap_or_default();
                        let own =
                            errors.into_iter().filter(|error| error["path"][0] == "repository").map(|mut error| {
                                error["path"].as_array_mut().expect("a path").remove(0);
                                error
                            });
                        (whole["data"]["repository"].clone(), own.collect())
                    }
                },
            }
        };
        let mut body = query.answer(variables, find);
        if broken {
            let aliases = body["data"].as_object().expect("data").keys().cloned().collect::<Vec<_>>();
            let alias = aliases.iter().find(|alias| alias.starts_with('r') && *alias != "rateLimit");
            if let Some(alias) = alias {
                body["data"][alias]["defaultBranchRef"] = Json::Null;
                let error = json!({"path": [alias, "defaultBranchRef"], "message": "Something went wrong while executing your query."});
                let mut errors = body["errors"].as_array().cloned().unwrap_or_default();
                errors.push(error);
                body["errors"] = json!(errors);
            }
        }
        Reply { status: 200, headers: Vec::new(), body: body.to_string().into_bytes() }
    }

    fn resource(&self, request: &Request, body: &[u8]) -> Reply {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match parts.as_slice() {
            [family @ ("orgs" | "users"), owner, "repos"] => self.list(request, family, owner, query),
            ["repos", owner, name, ..] => match self.number(owner, name) {
                // A resource of a few repositories is not there, whoever asks and however often.
                Some(number)
                    if mixed(number, 14).is_multiple_of(50) && path.ends_with("private-vulnerability-reporting") =>
                {
                    missing()
                }
                Some(number) => world(number).reply(request, body),
                None => missing(),
            },
            ["orgs" | "users", owner, ..] => {
                let number = (0..self.size.repositories).find(|number| name_of(*number).0 == *owner);
                number.map_or_else(missing, |number| world(number).reply(request, body))
            }
            _ => missing(),
        }
    }

    fn list(&self, request: &Request, family: &str, owner: &str, query: &str) -> Reply {
        if (family == "orgs") == (owner == "ada") || !OWNERS.contains(&owner) {
            return missing();
        }
        let page = query.split('&').find_map(|part| part.strip_prefix("page=")?.parse::<usize>().ok()).unwrap_or(1);
        let own: Vec<usize> = (0..self.size.repositories).filter(|number| name_of(*number).0 == owner).collect();
        let shown = own.iter().skip((page - 1) * 100).take(100).map(|number| {
            let world = world(*number);
            json!({"full_name": format!("{owner}/{}", world.name), "archived": world.archived, "fork": world.fork})
        });
        let mut headers = Vec::new();
        if own.len() > page * 100 {
            let path = request.path.split('?').next().unwrap_or_default();
            headers.push(("link".to_owned(), format!("<{path}?per_page=100&page={}>; rel=\"next\"", page + 1)));
        }
        Reply { status: 200, headers, body: json!(shown.collect::<Vec<_>>()).to_string().into_bytes() }
    }
}

fn missing() -> Reply {
    Reply { status: 404, headers: Vec::new(), body: json!({"message": "Not Found"}).to_string().into_bytes() }
}

fn chunks(reader: &mut impl std::io::BufRead) -> Option<Vec<u8>> {
    let mut all = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let size = usize::from_str_radix(line.trim(), 16).ok()?;
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk).ok()?;
        if size == 0 {
            return Some(all);
        }
        all.extend(chunk.get(..size)?);
    }
}

/// A path that a program finds what it needs on.
pub(crate) fn scratch(forge: &Forge, name: &str) -> PathBuf {
    let path: &Path = forge._scratch.path();
    path.join(name)
}
