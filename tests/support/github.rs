//! A scripted GitHub in this process: a repository as it is, shown as far as a credential may see it. It counts what it is
//! asked, and single answers can be replaced by broken ones.

#![allow(dead_code, reason = "each test crate uses a part of it")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value as Json, json};

/// What the credential may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    /// No credential: only what is public.
    Nobody,
    /// Any account.
    Reader,
    /// An administrator of the repository who owns the organization.
    Admin,
}

/// A repository and its settings.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub sight: Sight,
    pub owner: &'static str,
    pub name: &'static str,
    /// The name it was asked for by, where it was renamed since.
    pub old_name: Option<&'static str>,
    pub organization: bool,
    pub visibility: &'static str,
    pub archived: bool,
    pub empty: bool,
    pub fork: bool,
    /// Active rules that hold for the branch, as the interface lists them.
    pub rules: Vec<Json>,
    /// Who made the ruleset they are in; what an enterprise made is not counted by the query.
    pub ruleset_of: &'static str,
    /// Who may pass by the rulesets; hidden from all but administrators.
    pub bypass: Vec<Json>,
    /// Classic protection, as the query tells it.
    pub classic: Option<Json>,
    /// Whether the query shows readers what classic protection demands of them.
    pub reader_rule: Option<Json>,
    pub two_factor: bool,
    pub base_permission: &'static str,
    /// The default of pipeline tokens; empty where it is refused even to administrators.
    pub token: &'static str,
    pub private_reporting: bool,
    pub push_protection: &'static str,
    pub advisories: Vec<Json>,
    pub releases: Vec<Json>,
    /// Files of releases by tag and name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// Attestations by digest.
    pub attestations: BTreeMap<String, Vec<Json>>,
    pub pull_requests: Vec<Json>,
    pub head_checks: Vec<Json>,
    pub history: Vec<Json>,
    pub homepage: Option<&'static str>,
    pub issues: bool,
    /// Health files of the owner.
    pub fallback: Option<Json>,
    /// The Security Insights file of the owner's `.github` repository.
    pub parent: Option<&'static str>,
    /// The directory of a bare repository that clones come from.
    pub git: Option<PathBuf>,
}

impl Default for World {
    fn default() -> Self {
        Self {
            sight: Sight::Reader,
            owner: "acme",
            name: "widget",
            old_name: None,
            organization: true,
            visibility: "PUBLIC",
            archived: false,
            empty: false,
            fork: false,
            rules: Vec::new(),
            ruleset_of: "Repository",
            bypass: Vec::new(),
            classic: None,
            reader_rule: None,
            two_factor: true,
            base_permission: "read",
            token: "read",
            private_reporting: true,
            push_protection: "enabled",
            advisories: Vec::new(),
            releases: Vec::new(),
            files: BTreeMap::new(),
            attestations: BTreeMap::new(),
            pull_requests: (1..=3).map(|number| merged(number, "ada", &["grace"], &["test"])).collect(),
            head_checks: vec![check("test", "github-actions", "SUCCESS")],
            history: (0..3).map(|number| landed(number, true)).collect(),
            homepage: None,
            issues: true,
            fallback: None,
            parent: None,
            git: None,
        }
    }
}

/// A merged change request.
pub(crate) fn merged(number: u64, author: &str, approvers: &[&str], checks: &[&str]) -> Json {
    let reviews: Vec<Json> = approvers
        .iter()
        .map(|login| json!({"state": "APPROVED", "author": {"__typename": if login.ends_with("[bot]") {"Bot"} else {"User"}, "login": login}}))
        .collect();
    let checks: Vec<Json> = checks.iter().map(|name| check(name, "github-actions", "SUCCESS")).collect();
    json!({
        "number": number, "baseRefName": "main", "author": {"__typename": "User", "login": author},
        "latestOpinionatedReviews": {"nodes": reviews},
        "commits": {"nodes": [{"commit": {"statusCheckRollup": {"contexts": {"totalCount": checks.len(), "nodes": checks}}}}]}
    })
}

/// A check run.
pub(crate) fn check(name: &str, app: &str, conclusion: &str) -> Json {
    json!({"__typename": "CheckRun", "name": name, "conclusion": conclusion, "checkSuite": {"app": {"slug": app}}})
}

/// A commit on the branch, with or without a change request.
pub(crate) fn landed(number: u64, with_change: bool) -> Json {
    let changes = if with_change { json!([{"state": "MERGED", "baseRefName": "main"}]) } else { json!([]) };
    json!({
        "oid": format!("{number:040x}"), "author": {"name": "Ada", "email": "ada@example.net", "user": {"login": "ada"}},
        "associatedPullRequests": {"nodes": changes}
    })
}

/// A rule of a ruleset.
pub(crate) fn rule(kind: &str, parameters: Json) -> Json {
    json!({"type": kind, "ruleset_id": 7, "ruleset_source_type": "Repository", "parameters": parameters})
}

/// The rules of a well-kept branch.
pub(crate) fn strict_rules() -> Vec<Json> {
    vec![
        rule("deletion", Json::Null),
        rule("non_fast_forward", Json::Null),
        rule("pull_request", json!({"required_approving_review_count": 1, "require_last_push_approval": true})),
        rule(
            "required_status_checks",
            json!({"required_status_checks": [{"context": "test", "integration_id": 15368}]}),
        ),
    ]
}

/// Classic protection of a well-kept branch.
pub(crate) fn strict_classic() -> Json {
    json!({
        "isAdminEnforced": true, "allowsDeletions": false, "allowsForcePushes": false, "lockBranch": false, "restrictsPushes": false,
        "pushAllowances": {"totalCount": 0, "nodes": []}, "requiresApprovingReviews": true, "requiredApprovingReviewCount": 1,
        "requireLastPushApproval": false, "requiresCodeOwnerReviews": false, "requiresStatusChecks": true,
        "requiredStatusChecks": [{"context": "test", "app": {"slug": "github-actions"}}],
        "bypassPullRequestAllowances": {"totalCount": 0, "nodes": []}
    })
}

/// What readers see of it.
pub(crate) fn reader_rule() -> Json {
    json!({"allowsDeletions": false, "allowsForcePushes": false, "requiredApprovingReviewCount": 1, "requiredStatusCheckContexts": ["test"], "requiresCodeOwnerReviews": false})
}

/// A release with assets of these names and sizes.
pub(crate) fn release(tag: &str, body: &str, assets: &[(&str, usize, Option<&str>)]) -> Json {
    let assets: Vec<Json> = assets
        .iter()
        .enumerate()
        .map(|(id, (name, size, digest))| json!({"id": id + 1, "name": name, "size": size, "digest": digest, "state": "uploaded"}))
        .collect();
    json!({"id": 1, "tag_name": tag, "name": "", "draft": false, "prerelease": false, "published_at": "2026-05-01T12:00:00Z",
           "body": body, "immutable": false, "assets": assets})
}

/// One request as it came in.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub method: String,
    pub path: String,
    pub authorization: Option<String>,
    pub etag: Option<String>,
    /// The status of the answer; 0 where the server never came to one.
    pub status: u16,
}

/// How an answer is broken, or what stands in its place.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// The connection ends in the middle of the body.
    CutOff,
    /// A body without end.
    Endless,
    /// Nothing is ever said.
    Stalled,
}

impl Fault {
    pub(crate) fn status(status: u16, message: &str) -> Self {
        Self::Answer { status, headers: Vec::new(), body: json!({"message": message}).to_string() }
    }

    pub(crate) fn with_headers(status: u16, headers: &[(&'static str, &str)], message: &str) -> Self {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self::Answer { status, headers, body: json!({"message": message}).to_string() }
    }

    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self::Answer { status, headers: Vec::new(), body: body.to_owned() }
    }
}

/// The running server.
pub(crate) struct GitHub {
    pub url: String,
    requests: Arc<Mutex<Vec<Request>>>,
}

type Faults = Vec<(String, Fault)>;

impl GitHub {
    /// Serves a repository.
    pub(crate) fn serve(world: World) -> Self {
        Self::with_faults(world, Vec::new())
    }

    /// Serves a repository; what begins with one of the given `METHOD path` is answered by a fault.
    pub(crate) fn with_faults(world: World, faults: Faults) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let requests = Arc::new(Mutex::new(Vec::new()));
        let (log, shared) = (Arc::clone(&requests), Arc::new((world, faults)));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, shared) = (Arc::clone(&log), Arc::clone(&shared));
                std::thread::spawn(move || {
                    let _ = answer(stream, &shared.0, &shared.1, &log);
                });
            }
        });
        Self { url, requests }
    }

    /// Everything that was asked so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().expect("the log").clone()
    }

    /// Requests to the interface: what counts against a budget.
    pub(crate) fn api_requests(&self) -> Vec<Request> {
        let is_page =
            |request: &Request| request.path.contains(".git/") || request.path.contains("/releases/download/");
        self.requests().into_iter().filter(|request| !is_page(request)).collect()
    }
}

/// What git's own server program answers.
pub(crate) fn smart_http(world: &World, request: &Request, headers: &BTreeMap<String, String>, body: &[u8]) -> Vec<u8> {
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let inside = path.split_once(".git/").map_or("", |(_, inside)| inside);
    let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", world.git.as_ref().expect("a repository"))
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("PATH_INFO", format!("/{inside}"))
        .env("QUERY_STRING", query)
        .env("REQUEST_METHOD", &request.method)
        .env("CONTENT_TYPE", header("content-type"))
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("git runs");
    child.stdin.take().expect("an input").write_all(body).expect("written");
    let output = child.wait_with_output().expect("an answer").stdout;
    let mut answer = b"HTTP/1.1 200 OK\r\nconnection: close\r\n".to_vec();
    answer.extend(output);
    answer
}

pub(crate) struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

fn answer(mut stream: TcpStream, world: &World, faults: &Faults, log: &Mutex<Vec<Request>>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut parts = line.split_whitespace();
    let (Some(method), Some(path)) = (parts.next(), parts.next()) else { return Ok(()) };
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let request = Request {
        method: method.to_owned(),
        path: path.to_owned(),
        authorization: headers.get("authorization").cloned(),
        etag: headers.get("if-none-match").cloned(),
        status: 0,
    };
    let number = {
        let mut log = log.lock().expect("the log");
        log.push(request.clone());
        log.len() - 1
    };
    let asked = format!("{method} {path}");
    let fault = faults.iter().find(|(prefix, _)| asked.starts_with(prefix.as_str())).map(|(_, fault)| fault);
    match fault {
        Some(Fault::Stalled) => {
            std::thread::sleep(Duration::from_secs(60));
            Ok(())
        }
        Some(Fault::CutOff) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n{\"data\": {\"rep")
        }
        Some(Fault::Endless) => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n[\"")?;
            let block = [b'x'; 64 * 1024];
            for _ in 0..1_600 {
                stream.write_all(&block)?;
            }
            Ok(())
        }
        Some(Fault::Answer { status, headers, body }) => {
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
            send(&mut stream, Reply { status: *status, headers, body: body.clone().into_bytes() })
        }
        None if world.git.is_some() && path.contains(".git/") && headers.contains_key("git-protocol") => {
            stream.write_all(&smart_http(world, &request, &headers, &body))
        }
        None => {
            let reply = world.reply(&request, &body);
            log.lock().expect("the log")[number].status = reply.status;
            send(&mut stream, reply)
        }
    }
}

pub(crate) fn send(stream: &mut TcpStream, reply: Reply) -> std::io::Result<()> {
    let mut head =
        format!("HTTP/1.1 {} X\r\nconnection: close\r\ncontent-length: {}\r\n", reply.status, reply.body.len());
    if !reply.headers.iter().any(|(name, _)| name == "content-type") {
        head.push_str("content-type: application/json; charset=utf-8\r\n");
    }
    for (name, value) in &reply.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(head.as_bytes())?;
    stream.write_all(b"\r\n")?;
    stream.write_all(&reply.body)?;
    stream.flush()
}

fn json_reply(body: &Json) -> Reply {
    Reply { status: 200, headers: Vec::new(), body: body.to_string().into_bytes() }
}

fn not_found() -> Reply {
    Reply { status: 404, headers: Vec::new(), body: json!({"message": "Not Found"}).to_string().into_bytes() }
}

fn forbidden(permission: &str) -> Reply {
    let body = json!({"message": "Resource not accessible by personal access token"});
    let headers = vec![("x-accepted-github-permissions".to_owned(), permission.to_owned())];
    Reply { status: 403, headers, body: body.to_string().into_bytes() }
}

impl World {
    fn is_admin(&self) -> bool {
        self.sight == Sight::Admin
    }

    pub(crate) fn reply(&self, request: &Request, body: &[u8]) -> Reply {
        let path = request.path.split('?').next().unwrap_or_default();
        if path.ends_with(".git/info/refs") {
            return match (self.visibility, &request.authorization) {
                ("PUBLIC", None) => Reply {
                    status: 200,
                    headers: vec![(
                        "content-type".to_owned(),
                        "application/x-git-upload-pack-advertisement".to_owned(),
                    )],
                    body: b"001e# service=git-upload-pack\n0000".to_vec(),
                },
                _ => Reply { status: 401, headers: Vec::new(), body: b"Authentication required".to_vec() },
            };
        }
        if let Some(file) = path.strip_prefix(&format!("/{}/{}/releases/download/", self.owner, self.name)) {
            return match (self.files.get(file), &request.authorization) {
                (Some(bytes), None) => Reply {
                    status: 200,
                    headers: vec![("content-type".to_owned(), "application/octet-stream".to_owned())],
                    body: bytes.clone(),
                },
                _ => not_found(),
            };
        }
        let allowed = match (&request.authorization, self.sight) {
            (None, Sight::Nobody) => true,
            (Some(_), Sight::Nobody) | (None, _) => false,
            (Some(_), _) => true,
        };
        if !allowed {
            return Reply {
                status: 401,
                headers: Vec::new(),
                body: json!({"message": "Bad credentials"}).to_string().into_bytes(),
            };
        }
        let mut reply = match (request.method.as_str(), path) {
            ("POST", "/graphql") => self.query(),
            ("POST", path) if path.ends_with("/attestations/bulk-list") => self.attestation_list(body),
            ("GET", path) => self.resource(path),
            _ => not_found(),
        };
        if reply.status == 200 && request.method == "GET" {
            let etag = format!(
                "\"{:x}\"",
                reply.body.iter().fold(7_u64, |all, byte| all.wrapping_mul(31).wrapping_add(u64::from(*byte)))
            );
            if request.etag.as_deref() == Some(&etag) {
                return Reply { status: 304, headers: vec![("etag".to_owned(), etag)], body: Vec::new() };
            }
            reply.headers.push(("etag".to_owned(), etag));
        }
        reply.headers.push(("x-ratelimit-remaining".to_owned(), "4000".to_owned()));
        reply.headers.push(("x-ratelimit-limit".to_owned(), "5000".to_owned()));
        reply.headers.push(("x-ratelimit-reset".to_owned(), "4000000000".to_owned()));
        reply
            .headers
            .push(("x-ratelimit-resource".to_owned(), if path == "/graphql" { "graphql" } else { "core" }.to_owned()));
        reply
    }

    fn resource(&self, path: &str) -> Reply {
        if path == "/rate_limit" {
            return json_reply(
                &json!({"resources": {"core": {"limit": 5000, "remaining": 4990}, "graphql": {"limit": 5000, "remaining": 4999}}}),
            );
        }
        if path == format!("/orgs/{}", self.owner) {
            return match self.is_admin() && self.organization {
                true => json_reply(
                    &json!({"login": self.owner, "two_factor_requirement_enabled": self.two_factor, "default_repository_permission": self.base_permission}),
                ),
                false => json_reply(&json!({"login": self.owner})),
            };
        }
        if path == format!("/orgs/{}/actions/permissions/workflow", self.owner) {
            return match self.is_admin() {
                true => json_reply(&json!({"default_workflow_permissions": "read"})),
                false => forbidden("organization_administration=read"),
            };
        }
        if path == format!("/repos/{}/.github/contents/security-insights.yml", self.owner)
            && let Some(text) = self.parent
        {
            let content = STANDARD.encode(text);
            return json_reply(&json!({"size": text.len(), "encoding": "base64", "content": content}));
        }
        if self.visibility != "PUBLIC" && self.sight == Sight::Nobody {
            return not_found();
        }
        if let Some(old) = self.old_name
            && let Some(rest) = path.strip_prefix(&format!("/repos/{}/{old}", self.owner))
        {
            let location = format!("/repos/{}/{}{rest}", self.owner, self.name);
            return Reply { status: 301, headers: vec![("location".to_owned(), location)], body: b"{}".to_vec() };
        }
        let Some(rest) = path.strip_prefix(&format!("/repos/{}/{}", self.owner, self.name)) else { return not_found() };
        let admin_only =
            |body: Json| if self.is_admin() { json_reply(&body) } else { forbidden("administration=read") };
        match rest {
            "" => json_reply(&self.description()),
            "/rules/branches/main" => json_reply(&json!(self.rules)),
            "/branches/main" => {
                json_reply(&json!({"name": "main", "protected": self.classic.is_some() || !self.rules.is_empty()}))
            }
            "/private-vulnerability-reporting" if self.visibility == "PUBLIC" => {
                json_reply(&json!({"enabled": self.private_reporting}))
            }
            "/security-advisories" => json_reply(&json!(self.advisories)),
            "/releases" => json_reply(&json!(self.releases)),
            "/actions/permissions" => admin_only(json!({"enabled": true, "allowed_actions": "all"})),
            "/actions/permissions/workflow" if self.token.is_empty() => forbidden("administration=read"),
            "/actions/permissions/workflow" => admin_only(
                json!({"default_workflow_permissions": self.token, "can_approve_pull_request_reviews": true}),
            ),
            "/code-scanning/default-setup" => admin_only(json!({"state": "configured", "languages": ["rust"]})),
            _ => not_found(),
        }
    }

    fn description(&self) -> Json {
        let mut all = json!({
            "full_name": format!("{}/{}", self.owner, self.name), "html_url": format!("https://github.com/{}/{}", self.owner, self.name),
            "owner": {"login": self.owner, "type": if self.organization { "Organization" } else { "User" }},
            "visibility": self.visibility.to_lowercase(), "private": self.visibility != "PUBLIC", "archived": self.archived, "fork": self.fork,
            "default_branch": "main", "homepage": self.homepage, "has_issues": self.issues, "has_discussions": false,
            "web_commit_signoff_required": false, "license": {"spdx_id": "Apache-2.0"}
        });
        if self.is_admin() {
            all["security_and_analysis"] = json!({"secret_scanning": {"status": "enabled"}, "secret_scanning_push_protection": {"status": self.push_protection}});
        }
        all
    }

    pub(crate) fn query(&self) -> Reply {
        let admin = self.is_admin();
        let mut errors = Vec::new();
        let mut owner =
            json!({"__typename": if self.organization { "Organization" } else { "User" }, "login": self.owner});
        if self.organization {
            owner["requiresTwoFactorAuthentication"] = if admin { json!(self.two_factor) } else { Json::Null };
            owner["viewerCanAdminister"] = json!(admin);
            owner["membersWithRole"] = json!({"totalCount": 1, "edges": [{"hasTwoFactorEnabled": if admin { json!(true) } else { Json::Null }}]});
        }
        let bypass = if admin { json!({"totalCount": self.bypass.len(), "nodes": self.bypass}) } else { Json::Null };
        let collaborators = match admin {
            true => {
                json!({"totalCount": 1, "edges": [{"permission": "ADMIN", "node": {"login": "ada", "__typename": "User"}}]})
            }
            false => {
                errors.push(json!({"type": "FORBIDDEN", "path": ["repository", "collaborators"], "message": "Must have push access to view repository collaborators."}));
                Json::Null
            }
        };
        let branch = json!({
            "name": "main", "rules": self.rules_of_the_query(),
            "refUpdateRule": if admin { Json::Null } else { self.reader_rule.clone().unwrap_or_default() },
            "branchProtectionRule": if admin { self.classic.clone().unwrap_or_default() } else { Json::Null },
            "target": {
                "oid": "a".repeat(40),
                "statusCheckRollup": {"contexts": {"totalCount": self.head_checks.len(), "nodes": self.head_checks}},
                "history": {"nodes": self.history}
            }
        });
        let repository = json!({
            "nameWithOwner": format!("{}/{}", self.owner, self.name), "url": format!("https://github.com/{}/{}", self.owner, self.name),
            "owner": owner, "visibility": self.visibility, "isArchived": self.archived, "isFork": self.fork, "isMirror": false,
            "isEmpty": self.empty, "mirrorUrl": null, "homepageUrl": self.homepage, "hasIssuesEnabled": self.issues, "hasDiscussionsEnabled": false,
            "isSecurityPolicyEnabled": false, "securityPolicyUrl": null, "webCommitSignoffRequired": false,
            "viewerPermission": if admin { "ADMIN" } else { "READ" }, "viewerCanAdminister": admin, "licenseInfo": {"spdxId": "Apache-2.0"},
            "collaborators": collaborators, "defaultBranchRef": if self.empty { Json::Null } else { branch },
            "rulesets": {"totalCount": 1, "nodes": [{"databaseId": 7, "source": {"__typename": self.ruleset_of}, "bypassActors": bypass}]},
            "releases": {"totalCount": self.releases.len()}, "pullRequests": {"nodes": self.pull_requests},
            "merged": {"totalCount": self.pull_requests.len(), "nodes": self.pull_requests}
        });
        if self.fallback.is_none() {
            errors.push(
                json!({"type": "NOT_FOUND", "path": ["fallback"], "message": "Could not resolve to a Repository."}),
            );
        }
        let mut body = json!({"data": {"rateLimit": {"cost": 1, "limit": 5000, "remaining": 4999}, "viewer": {"login": "ada"}, "repository": repository, "fallback": self.fallback}});
        if !errors.is_empty() {
            body["errors"] = json!(errors);
        }
        json_reply(&body)
    }

    /// The rules as the query tells them.
    fn rules_of_the_query(&self) -> Json {
        if self.ruleset_of == "Enterprise" {
            return json!({"totalCount": 0, "nodes": []});
        }
        let one = |rule: &Json| {
            let given = &rule["parameters"];
            let checks = given["required_status_checks"].as_array().map(|checks| {
                let one = |check: &Json| json!({"context": check["context"], "integrationId": check["integration_id"]});
                checks.iter().map(one).collect::<Vec<_>>()
            });
            let parameters = match rule["type"].as_str() {
                Some("pull_request") => json!({
                    "requiredApprovingReviewCount": given["required_approving_review_count"].as_u64().unwrap_or(0),
                    "requireLastPushApproval": given["require_last_push_approval"] == true,
                    "requireCodeOwnerReview": given["require_code_owner_review"] == true,
                }),
                Some("required_status_checks") => json!({"requiredStatusChecks": checks}),
                // Parameters that the query does not ask for.
                _ if given.is_object() => json!({}),
                _ => Json::Null,
            };
            let kind = rule["type"].as_str().expect("a type").to_uppercase();
            json!({"type": kind, "repositoryRuleset": {"databaseId": rule["ruleset_id"]}, "parameters": parameters})
        };
        json!({"totalCount": self.rules.len(), "nodes": self.rules.iter().map(one).collect::<Vec<_>>()})
    }

    fn attestation_list(&self, body: &[u8]) -> Reply {
        let asked: Json = serde_json::from_slice(body).unwrap_or_default();
        let digests = asked["subject_digests"].as_array().cloned().unwrap_or_default();
        let found: BTreeMap<String, Json> = digests
            .iter()
            .filter_map(|digest| {
                let digest = digest.as_str()?;
                Some((digest.to_owned(), self.attestations.get(digest).map_or(Json::Null, |list| json!(list))))
            })
            .collect();
        json_reply(&json!({"attestations_subject_digests": found}))
    }
}
