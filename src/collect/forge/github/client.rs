//! One GitHub server, asked carefully. octocrab carries the bytes and the credential; everything that decides whether an
//! answer can be trusted is here: bodies and lists end, waits end, nobody is sent elsewhere, a refusal keeps its reason.

use std::cell::RefCell;
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{ACCEPT, ETAG, IF_NONE_MATCH, LINK, LOCATION, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};
use http_body_util::{BodyExt as _, Limited};
use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::cache::{Cache, Kept};
use super::governor::{Governor, Meter, Pace};
use crate::bundle::hex;
use crate::collect::forge::failure::{Answer, Failure};
use crate::collect::forge::many::Trouble;
use crate::collect::forge::{Connection, Credential, Notice};
use crate::collect::limits;
use crate::model::fact::Reason;

const AGENT: &str = concat!("osps/", env!("CARGO_PKG_VERSION"));
/// GitHub's own kind of JSON; plain JSON where a server follows its OpenAPI description to the letter.
const MEDIA: &str = "application/vnd.github+json, application/json;q=0.9";
/// Characters of a message of the server that are kept.
const MESSAGE_CHARS: usize = 200;

/// A client of one server with one credential or none.
pub(crate) struct Client<'a> {
    crab: octocrab::Octocrab,
    connection: &'a Connection,
    cache: Option<Cache>,
    governor: RefCell<Governor>,
    meter: Arc<Meter>,
}

/// A complete answer of status 200 or 204.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Kept {
    /// As if it had just been given, with these headers.
    fn into_reply(self, mut headers: HeaderMap) -> Reply {
        if let Some(link) = self.link.as_deref().and_then(|link| HeaderValue::from_str(link).ok()) {
            headers.insert(LINK, link);
        }
        Reply { status: 200, headers, body: self.body }
    }
}

impl Reply {
    /// The digest of the body.
    pub(crate) fn digest(&self) -> String {
        format!("sha256:{}", hex(&Sha256::digest(self.body.as_bytes())))
    }

    /// The body as JSON of a known shape.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Answer<T> {
        serde_json::from_str(&self.body).map_err(|error| Failure {
            status: Some(self.status),
            ..Failure::new(Reason::ParseError, format!("the answer is not what it should be: {error}"))
        })
    }

    /// The address of the next page.
    fn next(&self) -> Option<String> {
        let link = self.headers.get(LINK)?.to_str().ok()?;
        link.split(',').find_map(|part| {
            let (address, rel) = part.split_once(';')?;
            rel.contains("rel=\"next\"").then(|| address.trim().trim_matches(['<', '>']).to_owned())
        })
    }
}

/// Whether an answer to a query is all that this credential is told: what it may not see is part of it, what went wrong
/// on the way is not.
fn is_whole(answer: &Json) -> bool {
    let errors = answer.get("errors").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    errors.iter().all(|error| {
        let kind = error.get("type").and_then(Json::as_str);
        matches!(kind, Some("FORBIDDEN" | "NOT_FOUND" | "INSUFFICIENT_SCOPES"))
    })
}

/// What came before it was judged.
struct Raw {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl<'a> Client<'a> {
    /// A client; it has to be made and used inside one runtime.
    pub(crate) fn new(connection: &'a Connection, now: Timestamp) -> Answer<Self> {
        let wrong = |error: &dyn std::fmt::Display| Failure::new(Reason::Error, error.to_string());
        let mut builder = octocrab::OctocrabBuilder::new()
            .base_uri(connection.endpoint.origin.as_str())
            .map_err(|error| wrong(&error))?
            .set_connect_timeout(Some(connection.patience.request.min(Duration::from_secs(10))))
            .add_header(USER_AGENT, AGENT.to_owned())
            .add_header(HeaderName::from_static("x-github-api-version"), "2022-11-28".to_owned());
        if let Some(credential) = &connection.credential {
            builder = builder.personal_token(credential.token());
        }
        let crab = builder.build().map_err(|error| wrong(&error))?;
        let meter = match &connection.errand {
            Some(errand) => Arc::clone(&errand.shared.meter),
            None => Arc::new(Meter::alone(now)),
        };
        let fingerprint = connection.credential.as_ref().map_or_else(String::new, Credential::fingerprint);
        Ok(Self {
            crab,
            connection,
            cache: connection
                .cache
                .as_deref()
                .map(|directory| Cache::new(directory, &fingerprint, now.as_second(), connection.max_age.as_secs())),
            governor: RefCell::new(Governor::new(connection.patience)),
            meter,
        })
    }

    /// Whether anybody may list the references of a clone: asked once, of the clone's own address, without a credential.
    pub(crate) async fn is_anonymously_readable(&self, owner: &str, name: &str) -> Answer<bool> {
        let path = format!("/{owner}/{name}.git/info/refs?service=git-upload-pack");
        let nobody = self.nobody(&self.connection.endpoint.web)?;
        let mut tried = 0;
        loop {
            tried += 1;
            let answer = self.ask_as_anybody(&nobody, &path).await;
            let passing = answer.as_ref().is_err_and(|failure| failure.status.is_none_or(|status| status >= 500));
            let wait = if passing { self.governor.borrow_mut().before_retry(tried, None) } else { None };
            match wait {
                Some(wait) => self.wait(wait).await,
                None => {
                    if passing {
                        self.trouble(Trouble::Broken);
                    }
                    return answer;
                }
            }
        }
    }

    async fn ask_as_anybody(&self, nobody: &octocrab::Octocrab, path: &str) -> Answer<bool> {
        let send = async {
            let response = nobody._get(path).await;
            let response = response.map_err(|error| Failure::new(Reason::Error, self.clean(&causes(&error))))?;
            let kind = response.headers().get(http::header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
            match (response.status().as_u16(), kind) {
                (200, Some("application/x-git-upload-pack-advertisement")) => Ok(true),
                (401 | 404, _) => Ok(false),
                (status, _) => Err(Failure {
                    status: Some(status),
                    ..Failure::new(
                        Reason::Error,
                        format!("the request without a credential was answered with status {status}"),
                    )
                }),
            }
        };
        match tokio::time::timeout(self.connection.patience.request, send).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::new(Reason::Error, "the request without a credential was not answered in time")),
        }
    }

    /// Remembers that this conversation did not bring everything that it could have.
    fn trouble(&self, trouble: Trouble) {
        if let Some(errand) = &self.connection.errand {
            errand.note(trouble);
        }
    }

    pub(crate) fn is_anonymous(&self) -> bool {
        self.connection.credential.is_none()
    }

    /// Asks for one resource; `path` stands behind the interface's own prefix.
    pub(crate) async fn get(&self, path: &str) -> Answer<Reply> {
        self.get_own(&format!("{}{path}", self.connection.endpoint.prefix)).await
    }

    /// Asks for a list, page by page within this server, and tells whether it came to its end.
    pub(crate) async fn list<T: DeserializeOwned>(&self, path: &str, pages: usize) -> Answer<(Vec<T>, bool, Reply)> {
        let mut seen = std::collections::BTreeSet::new();
        let mut at = format!("{}{path}", self.connection.endpoint.prefix);
        let mut all = Vec::new();
        let mut first = None;
        loop {
            seen.insert(at.clone());
            let reply = self.get_own(&at).await?;
            all.extend(reply.json::<Vec<T>>()?);
            let next = reply.next();
            let first = first.get_or_insert(reply).clone();
            let Some(next) = next else { return Ok((all, true, first)) };
            match self.connection.endpoint.own_path(&next) {
                Some(next) if !seen.contains(&next) && seen.len() < pages => at = next,
                _ => return Ok((all, false, first)),
            }
        }
    }

    /// The answer to the query about a repository, where it was asked for together with others.
    pub(crate) fn told(&self, owner: &str, name: &str) -> Option<Reply> {
        let body = self.connection.errand.as_ref()?.told(owner, name)?;
        Some(Reply { status: 200, headers: HeaderMap::new(), body: body.to_owned() })
    }

    /// Sends a query. The answer may hold data and errors side by side.
    pub(crate) async fn graphql(&self, query: &str, variables: &Json) -> Answer<Reply> {
        let body = serde_json::json!({"query": query, "variables": variables});
        let path = self.connection.endpoint.graphql.clone();
        self.posted("graphql", &path, &body).await
    }

    /// Sends a query once, whatever comes of it but a limit: a query that is too large is not sent again as it is.
    pub(crate) async fn graphql_once(&self, query: &str, variables: &Json) -> Answer<Reply> {
        let body = serde_json::json!({"query": query, "variables": variables});
        let path = self.connection.endpoint.graphql.clone();
        let raw = self.settled_within(1, "graphql", ("POST", &path), || self.send_query(&path, &body)).await?;
        self.judged(raw)
    }

    /// One resource that several repositories share: it is asked for once, as long as it is asked for in vain.
    pub(crate) async fn get_shared(&self, path: &str) -> Answer<Reply> {
        let Some(errand) = &self.connection.errand else { return self.get(path).await };
        let cell = errand.shared.answer(path);
        let asked = cell.get_or_try_init(|| async {
            match self.get(path).await {
                Err(failure) if !matches!(failure.status, Some(403 | 404)) => Err(failure),
                settled => Ok(settled),
            }
        });
        asked.await?.clone()
    }

    /// Sends a question that is too long for an address.
    pub(crate) async fn post(&self, path: &str, body: &Json) -> Answer<Reply> {
        let path = format!("{}{path}", self.connection.endpoint.prefix);
        self.posted("core", &path, body).await
    }

    /// Sends what knows no conditions; its answer is kept for runs that are content with a young one.
    async fn posted(&self, resource: &str, path: &str, body: &Json) -> Answer<Reply> {
        let request = format!("POST {}{path} {body}", self.connection.endpoint.origin);
        if let Some(kept) = self.cache.as_ref().and_then(|cache| cache.fresh(&request)) {
            return Ok(kept.into_reply(HeaderMap::new()));
        }
        let reply = self.settled(resource, ("POST", path), || self.send_query(path, body)).await?;
        let whole = reply.status == 200 && reply.json::<Json>().is_ok_and(|answer| is_whole(&answer));
        if !whole {
            self.trouble(Trouble::Broken);
        }
        if let (Some(cache), true) = (&self.cache, whole) {
            cache.put(&request, "", None, &reply.body);
        }
        Ok(reply)
    }

    /// Reads a file through the interface.
    pub(crate) async fn download(&self, path: &str, size: u64) -> Answer<Vec<u8>> {
        let path = format!("{}{path}", self.connection.endpoint.prefix);
        let raw = self.settled_raw("core", ("GET", &path), || self.send_download(&self.crab, &path, size)).await?;
        self.file(raw, size).await
    }

    /// Reads a public file from the pages of the server, without the credential.
    pub(crate) async fn download_as_anybody(&self, path: &str, size: u64) -> Answer<Vec<u8>> {
        let nobody = self.nobody(&self.connection.endpoint.web)?;
        let raw = self.settled_raw("files", ("GET", path), || self.send_download(&nobody, path, size)).await?;
        self.file(raw, size).await
    }

    /// The file of an answer, or the one at the place it leads to, if that is where this server keeps files. The credential
    /// is not sent there.
    async fn file(&self, mut raw: Raw, size: u64) -> Answer<Vec<u8>> {
        for _ in 0..limits::API_REDIRECTS {
            if !matches!(raw.status, 301 | 302 | 303 | 307 | 308) {
                break;
            }
            let location =
                raw.headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
            let Some((origin, path)) = self.connection.endpoint.place_of_files(&location) else {
                let why = Failure::new(Reason::Error, "it redirects to another server, which is not followed");
                return Err(Failure { status: Some(raw.status), ..why });
            };
            let nobody = self.nobody(&origin)?;
            // What stands behind the question mark there is a signed permission, and nobody's business.
            let shown = path.split('?').next().unwrap_or_default();
            raw = self.settled_raw("files", ("GET", shown), || self.send_download(&nobody, &path, size)).await?;
        }
        match raw.status {
            200 if raw.body.len() as u64 == size => Ok(raw.body),
            200 => Err(Failure::new(Reason::Error, "the file is not as long as the release says")),
            status => Err(self.refusal(status, &raw.headers, &message_of(&raw.body))),
        }
    }

    /// A client without a credential.
    fn nobody(&self, origin: &str) -> Answer<octocrab::Octocrab> {
        let build = octocrab::OctocrabBuilder::new()
            .base_uri(origin)
            .and_then(|builder| builder.add_header(USER_AGENT, AGENT.to_owned()).build());
        build.map_err(|error| Failure::new(Reason::Error, error.to_string()))
    }

    async fn send_download(&self, crab: &octocrab::Octocrab, at: &str, size: u64) -> Answer<Raw> {
        let limit = usize::try_from(size).unwrap_or(limits::ASSET_BYTES).min(limits::ASSET_BYTES);
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static("application/octet-stream"));
        let answer = crab._get_with_headers(at, Some(headers)).await;
        self.received(answer, limit.max(64 * 1024)).await
    }

    async fn get_own(&self, path: &str) -> Answer<Reply> {
        let request = format!("GET {}{path}", self.connection.endpoint.origin);
        if let Some(kept) = self.cache.as_ref().and_then(|cache| cache.fresh(&request)) {
            return Ok(kept.into_reply(HeaderMap::new()));
        }
        let kept = self.cache.as_ref().and_then(|cache| cache.get(&request));
        let etag = kept.as_ref().map(|kept| kept.etag.clone());
        let mut at = path.to_owned();
        for _ in 0..=limits::API_REDIRECTS {
            let raw = self.settled_raw("core", ("GET", &at), || self.send_get(&at, etag.as_deref())).await?;
            if let (304, Some(kept)) = (raw.status, &kept) {
                return Ok(kept.clone().into_reply(raw.headers));
            }
            if matches!(raw.status, 301 | 302 | 303 | 307 | 308) {
                let location = raw.headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
                let Some(own) = self.connection.endpoint.own_path(location) else {
                    return Err(Failure {
                        status: Some(raw.status),
                        ..Failure::new(Reason::Error, "it redirects to another server, which is not followed")
                    });
                };
                at = own;
                continue;
            }
            let reply = self.judged(raw)?;
            let etag = reply.headers.get(ETAG).and_then(|etag| etag.to_str().ok());
            if let (Some(cache), Some(etag), 200) = (&self.cache, etag, reply.status) {
                let link = reply.headers.get(LINK).and_then(|link| link.to_str().ok());
                cache.put(&request, etag, link, &reply.body);
            }
            return Ok(reply);
        }
        Err(Failure::new(Reason::Error, "it redirects without end"))
    }

    async fn settled<F: Future<Output = Answer<Raw>>>(
        &self,
        resource: &str,
        asked: (&'static str, &str),
        send: impl Fn() -> F,
    ) -> Answer<Reply> {
        let raw = self.settled_raw(resource, asked, send).await?;
        self.judged(raw)
    }

    async fn settled_raw<F: Future<Output = Answer<Raw>>>(
        &self,
        resource: &str,
        asked: (&'static str, &str),
        send: impl Fn() -> F,
    ) -> Answer<Raw> {
        self.settled_within(u32::MAX, resource, asked, send).await
    }

    /// Sends until there is an answer that will not change by asking again, or patience ends. What is broken is asked for
    /// `tries` times at most.
    async fn settled_within<F: Future<Output = Answer<Raw>>>(
        &self,
        tries: u32,
        resource: &str,
        (method, path): (&'static str, &str),
        send: impl Fn() -> F,
    ) -> Answer<Raw> {
        let path = self.connection.without_credential(path);
        let mut tried = 0;
        loop {
            let exhausted = self.meter.exhausted(resource);
            if let Some(left) = exhausted {
                if !self.governor.borrow_mut().spend(left) {
                    self.trouble(Trouble::Limited);
                    return Err(rate_limited(Some(left)));
                }
                self.wait(left).await;
            }
            tried += 1;
            let outcome = {
                let _place = self.meter.admit(resource).await;
                let began = Instant::now();
                let outcome = tokio::time::timeout(self.connection.patience.request, send()).await;
                let status = outcome.as_ref().ok().and_then(|answer| answer.as_ref().ok()).map(|raw| raw.status);
                let took = began.elapsed();
                self.connection.observer.notice(&Notice::Asked { method, path: &path, status, took });
                outcome
            };
            let (failure, asked) = match outcome {
                Ok(Ok(raw)) => {
                    let message = if raw.status >= 400 { message_of(&raw.body) } else { String::new() };
                    let mut pace = self.meter.read(resource, raw.status, &raw.headers, &message);
                    if resource == "graphql" && raw.status == 200 {
                        let body: Json = serde_json::from_slice(&raw.body).unwrap_or_default();
                        self.meter.cost(body.pointer("/data/rateLimit/cost").and_then(Json::as_u64).unwrap_or(0));
                        if says_rate_limited(&body) {
                            pace = self.meter.graphql_limit();
                        }
                    }
                    if raw.status == 401 && resource != "files" && !self.is_anonymous() {
                        self.trouble(Trouble::Refused);
                    }
                    match pace {
                        Pace::Limited(asked) => (rate_limited(asked), asked),
                        Pace::Free if matches!(raw.status, 500 | 502 | 503 | 504) => {
                            (self.refusal(raw.status, &raw.headers, &message), None)
                        }
                        Pace::Free => return Ok(raw),
                    }
                }
                Ok(Err(failure)) if failure.reason == Reason::Truncated => return Err(failure),
                Ok(Err(failure)) => (failure, None),
                Err(_) => {
                    let seconds = self.connection.patience.request.as_secs();
                    (Failure::new(Reason::Error, format!("no complete answer within {seconds} s")), None)
                }
            };
            let limited = failure.reason == Reason::RateLimited;
            let again = limited || tried < tries;
            let wait = if again { self.governor.borrow_mut().before_retry(tried, asked) } else { None };
            match wait {
                Some(wait) => self.wait(wait).await,
                None => {
                    self.trouble(if limited { Trouble::Limited } else { Trouble::Broken });
                    return Err(failure);
                }
            }
        }
    }

    async fn wait(&self, wait: Duration) {
        self.connection.observer.notice(&Notice::Waiting { wait });
        tokio::time::sleep(wait).await;
    }

    async fn send_get(&self, path: &str, etag: Option<&str>) -> Answer<Raw> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(MEDIA));
        if let Some(etag) = etag.and_then(|etag| HeaderValue::from_str(etag).ok()) {
            headers.insert(IF_NONE_MATCH, etag);
        }
        // octocrab completes a path by the origin it was built with.
        let answer = self.crab._get_with_headers(path, Some(headers)).await;
        self.received(answer, limits::API_BODY_BYTES).await
    }

    async fn send_query(&self, path: &str, body: &Json) -> Answer<Raw> {
        let answer = self.crab._post(path, Some(body)).await;
        self.received(answer, limits::API_BODY_BYTES).await
    }

    async fn received<B>(&self, answer: octocrab::Result<http::Response<B>>, limit: usize) -> Answer<Raw>
    where
        B: http_body::Body + Send,
        B::Error: std::error::Error + Send + Sync + 'static,
        B::Data: Send,
    {
        let broken = |what: &str, error: &dyn std::error::Error| {
            Failure::new(Reason::Error, self.clean(&format!("{what}: {}", causes(error))))
        };
        let response = answer.map_err(|error| broken("no answer", &error))?;
        let (parts, body) = response.into_parts();
        let body = Limited::new(body, limit).collect().await.map_err(|error| {
            if error.is::<http_body_util::LengthLimitError>() {
                return Failure {
                    status: Some(parts.status.as_u16()),
                    ..Failure::new(Reason::Truncated, format!("the answer is larger than {limit} bytes"))
                };
            }
            broken("the answer breaks off", error.as_ref())
        })?;
        Ok(Raw { status: parts.status.as_u16(), headers: parts.headers, body: body.to_bytes().to_vec() })
    }

    fn judged(&self, raw: Raw) -> Answer<Reply> {
        if !matches!(raw.status, 200 | 204) {
            return Err(self.refusal(raw.status, &raw.headers, &message_of(&raw.body)));
        }
        let body =
            String::from_utf8(raw.body).map_err(|_| Failure::new(Reason::ParseError, "the answer is not text"))?;
        // A server that repeats the credential gets it into no fact and into no kept answer.
        let body = self.connection.without_credential(&body).into_owned();
        let mut headers = raw.headers;
        for name in [ETAG, LINK] {
            let repeats = |value: &HeaderValue| value.to_str().is_ok_and(|text| self.connection.redact(text) != text);
            if headers.get(&name).is_some_and(repeats) {
                headers.remove(&name);
            }
        }
        Ok(Reply { status: raw.status, headers, body })
    }

    /// What a status says about access. A 404 may hide a missing permission: unless the asked-for thing is known to
    /// exist or to be missing, it is one.
    fn refusal(&self, status: u16, headers: &HeaderMap, message: &str) -> Failure {
        let said = self.clean(message);
        let detail = match said.is_empty() {
            true => format!("status {status}"),
            false => format!("status {status}: {said}"),
        };
        let (reason, needs) = match (status, self.is_anonymous()) {
            (401 | 403 | 404, true) => (Reason::Unauthenticated, None),
            (401, false) => (Reason::Unauthenticated, Some("a valid token".to_owned())),
            (403 | 404, false) => (Reason::Forbidden, accepted(headers)),
            _ => (Reason::Error, None),
        };
        Failure { reason, needs, detail: Some(detail), status: Some(status) }
    }

    /// A text of somebody else, fit to be shown: one line, short, without the credential.
    fn clean(&self, text: &str) -> String {
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = self.connection.redact(&text);
        text.chars().filter(|c| !c.is_control()).take(MESSAGE_CHARS).collect()
    }
}

/// The permission that GitHub says would have been enough.
fn accepted(headers: &HeaderMap) -> Option<String> {
    let value = headers.get("x-accepted-github-permissions")?.to_str().ok()?;
    // Words of letters only: a text that holds digits names no permission and may hold anything.
    let one = |part: &str| {
        let (name, level) = part.trim().split_once('=')?;
        let fine = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        (fine(name) && fine(level)).then(|| format!("`{}: {level}`", name.replace('_', " ")))
    };
    let sets: Vec<String> = value
        .split(';')
        .map(|set| set.split(',').filter_map(one).collect::<Vec<_>>().join(" and "))
        .filter(|set| !set.is_empty())
        .take(4)
        .collect();
    (!sets.is_empty()).then(|| format!("a token with {}", sets.join(" or ")))
}

fn rate_limited(asked: Option<Duration>) -> Failure {
    let detail = match asked {
        Some(wait) => format!("GitHub asks to come back in {} s", wait.as_secs()),
        None => "GitHub asks to come back later".to_owned(),
    };
    Failure {
        needs: Some("more patience (`--max-wait`), or a token with budget left".to_owned()),
        ..Failure::new(Reason::RateLimited, detail)
    }
}

/// The message of an error body; empty for anything that is not such a body.
fn message_of(body: &[u8]) -> String {
    serde_json::from_slice::<Json>(body)
        .ok()
        .and_then(|json| json.get("message")?.as_str().map(str::to_owned))
        .unwrap_or_default()
}

/// Whether the errors of a GraphQL answer are about its rate limit.
fn says_rate_limited(body: &Json) -> bool {
    let errors = body.get("errors").and_then(Json::as_array).into_iter().flatten();
    errors.filter_map(|error| error.get("type")?.as_str()).any(|kind| kind == "RATE_LIMITED" || kind == "RATE_LIMIT")
}

fn causes(error: &dyn std::error::Error) -> String {
    let mut texts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next.filter(|_| texts.len() < 6) {
        let text = error.to_string();
        let line = text.lines().next().unwrap_or_default().to_owned();
        if texts.last() != Some(&line) {
            texts.push(line);
        }
        next = error.source();
    }
    texts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("administration=read", Some("a token with `administration: read`"))]
    #[case(
        "contents=read,metadata=read; administration=read",
        Some("a token with `contents: read` and `metadata: read` or `administration: read`")
    )]
    #[case("", None)]
    #[case("<script>=x", None)]
    fn permissions(#[case] value: &str, #[case] expected: Option<&str>) {
        let mut headers = HeaderMap::new();
        headers.insert("x-accepted-github-permissions", value.parse().expect("a value"));
        assert_eq!(accepted(&headers).as_deref(), expected);
    }

    #[rstest]
    #[case(r#"{"errors": [{"type": "RATE_LIMITED"}]}"#, true)]
    #[case(r#"{"data": {}, "errors": [{"type": "FORBIDDEN"}]}"#, false)]
    #[case("<html>", false)]
    fn limits_in_bodies(#[case] body: &str, #[case] expected: bool) {
        assert_eq!(says_rate_limited(&serde_json::from_str(body).unwrap_or_default()), expected);
    }
}
