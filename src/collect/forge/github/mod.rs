//! GitHub: one query, a few requests beside it, and the facts they make. What a credential is known not to see is not asked
//! for; what was asked for and refused keeps the reason of the refusal.

pub(crate) mod batch;
mod cache;
mod changes;
mod client;
mod governor;
mod permissions;
mod protection;
mod query;
mod releases;
mod repository;
mod settings;

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use secrecy::SecretString;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use self::client::Client;
pub(crate) use self::client::Reply;
pub use self::governor::Spent;
pub(crate) use self::governor::{Meter, Rate};
pub use self::permissions::{PERMISSIONS, Permission, table as permission_table};
use self::protection::{Rule, Sources};
use self::query::Queried;
pub(crate) use self::releases::Place;
use self::releases::ReleaseAnswer;
use self::repository::{Description, Organization, TokenDefault};
use self::settings::{ActionsPermissions, AdvisoryAnswer, DefaultSetup, PrivateReporting};
use super::endpoint::FilePlace;
use super::failure::{Answer, Failure};
use super::{Account, AssetSeen, Attested, Connection, Endpoint, Observed, Releases, Seen};
use crate::collect::limits;
use crate::model::fact::{Fact, Reason};
use crate::model::source::{Access, Source};

/// Rules that hold for one branch, per page; one page is read.
const RULES_PER_PAGE: usize = 100;

/// Asks GitHub about one repository.
pub(crate) fn observe(connection: &Connection, owner: &str, name: &str, now: Timestamp) -> Observed {
    let told = talk(connection, now, async |client| Conversation { client, owner, name }.hold().await);
    let answers = told.unwrap_or_else(Answers::none);
    answers.observed(connection, owner, name)
}

/// Runs a conversation to its end.
fn talk<T>(connection: &Connection, now: Timestamp, about: impl AsyncFnOnce(&Client<'_>) -> T) -> Answer<T> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::new(Reason::Error, error.to_string()))?;
    runtime.block_on(async {
        let client = Client::new(connection, now)?;
        Ok(about(&client).await)
    })
}

/// The content of release assets, by their names.
pub(crate) fn contents(
    connection: &Connection,
    place: &Place<'_>,
    wanted: &[&AssetSeen],
    now: Timestamp,
) -> BTreeMap<String, Answer<Vec<u8>>> {
    let told = talk(connection, now, async |client| releases::contents(client, place, wanted).await);
    told.unwrap_or_else(|failure| wanted.iter().map(|asset| (asset.name.clone(), Err(failure.clone()))).collect())
}

/// The attestations that GitHub keeps for digests.
pub(crate) fn attested(
    connection: &Connection,
    owner: &str,
    owner_kind: Option<&str>,
    digests: &[String],
    now: Timestamp,
) -> Answer<(Vec<Attested>, bool)> {
    talk(connection, now, async |client| releases::attested(client, owner, owner_kind, digests).await)?
}

/// The text of a file of any repository that the credential sees, within the size of a text.
pub(crate) fn file(connection: &Connection, place: &FilePlace, now: Timestamp) -> Answer<String> {
    talk(connection, now, async |client| {
        let (owner, name) = (encoded(&place.owner), encoded(&place.name));
        let path = format!("/repos/{owner}/{name}/contents/{}?ref={}", place.path, encoded(&place.revision));
        let content: FileAnswer = client.get(&path).await?.json()?;
        let broken = |why: &str| Failure::new(Reason::ParseError, why);
        if content.size.is_none_or(|size| size > limits::TEXT_BYTES) {
            return Err(Failure::new(Reason::Truncated, "the file is larger than texts that are read"));
        }
        let packed = content.content.filter(|_| content.encoding.as_deref() == Some("base64"));
        let packed: String = packed.unwrap_or_default().split_whitespace().collect();
        let bytes = STANDARD.decode(packed).map_err(|_| broken("the file is not packed as it should be"))?;
        String::from_utf8(bytes).map_err(|_| broken("the file is not text"))
    })?
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct FileAnswer {
    size: Option<u64>,
    encoding: Option<String>,
    content: Option<String>,
}

/// What GitHub says about a credential itself. The question costs nothing.
pub(crate) fn account(connection: &Connection, now: Timestamp) -> Answer<Account> {
    talk(connection, now, async |client| {
        let reply = client.get("/rate_limit").await?;
        let limits: RateLimits = reply.json()?;
        let scopes = reply.headers.get("x-oauth-scopes").and_then(|scopes| scopes.to_str().ok()).unwrap_or_default();
        let scopes = scopes.split(',').map(str::trim).filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
        let budgets = limits.resources.into_iter().filter(|(name, _)| matches!(name.as_str(), "core" | "graphql"));
        Ok(Account { scopes, budgets: budgets.map(|(name, budget)| (name, budget.remaining, budget.limit)).collect() })
    })?
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RateLimits {
    resources: BTreeMap<String, RateLimit>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct RateLimit {
    limit: u64,
    remaining: u64,
    reset: Option<i64>,
}

/// Asks what the credential has left, and keeps it in mind.
pub(crate) fn budgets(connection: &Connection, now: Timestamp) -> Answer<()> {
    talk(connection, now, async |client| {
        let limits: RateLimits = client.get("/rate_limit").await?.json()?;
        for (name, budget) in limits.resources {
            if let Some(errand) = &connection.errand {
                errand.shared.meter.told(&name, Some(budget.limit), budget.remaining, budget.reset);
            }
        }
        Ok(())
    })?
}

/// A repository as the list of its owner shows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Listed {
    /// Owner and name.
    pub full_name: String,
    /// Whether it is archived.
    #[serde(default)]
    pub archived: bool,
    /// Whether it is a fork.
    #[serde(default)]
    pub fork: bool,
}

/// The repositories of an owner: of an organization, or of a person where there is no such organization.
pub(crate) fn repositories_of(connection: &Connection, owner: &str, now: Timestamp) -> Answer<(Vec<Listed>, bool)> {
    talk(connection, now, async |client| {
        let owner = encoded(owner);
        let of = async |family: &str| {
            client.list(&format!("/{family}/{owner}/repos?per_page=100"), limits::OWNER_PAGES).await
        };
        let (list, complete, _) = match of("orgs").await {
            Err(failure) if failure.status == Some(404) => of("users").await?,
            answer => answer?,
        };
        Ok((list, complete))
    })?
}

/// A token for one installation of a GitHub App, good for an hour.
pub(crate) fn installation_token(
    endpoint: &Endpoint,
    app: u64,
    key: &[u8],
    installation: u64,
) -> Result<SecretString, String> {
    let base = format!("{}{}", endpoint.origin, endpoint.prefix);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| error.to_string())?;
    // What went wrong is told by its kind only: nothing of the key may stand in it.
    runtime.block_on(async {
        let app = octocrab::OctocrabBuilder::new()
            .base_uri(base)
            .and_then(|builder| builder.app_from_rsa_pem(app.into(), key))
            .and_then(|builder| builder.build())
            .map_err(|_| "the key of the app is not an RSA key in PEM".to_owned())?;
        let patience = super::Patience::default().request;
        match tokio::time::timeout(patience, app.installation_and_token(installation.into())).await {
            Ok(Ok((_, token))) => Ok(token),
            Ok(Err(_)) => Err("the server gave no token to this installation of the app".to_owned()),
            Err(_) => Err("the server did not answer in time".to_owned()),
        }
    })
}

/// The questions about one repository.
struct Conversation<'a> {
    client: &'a Client<'a>,
    owner: &'a str,
    name: &'a str,
}

/// All answers; those to questions that were not asked are missing.
struct Answers {
    queried: Answer<Queried>,
    described: Option<Answer<Description>>,
    rules: Answer<(Vec<Rule>, bool)>,
    protected: Option<Answer<bool>>,
    reporting: Option<Answer<PrivateReporting>>,
    advisories: Answer<(Vec<AdvisoryAnswer>, bool)>,
    releases: Answer<(Vec<ReleaseAnswer>, bool)>,
    organization: Option<Answer<Organization>>,
    org_token: Option<Answer<TokenDefault>>,
    token: Option<Answer<TokenDefault>>,
    actions: Option<Answer<ActionsPermissions>>,
    default_setup: Option<Answer<DefaultSetup>>,
    anonymous: Answer<bool>,
    sources: BTreeMap<String, Source>,
    seen: Seen,
}

impl Answers {
    fn none(failure: Failure) -> Self {
        Self {
            queried: Err(failure.clone()),
            described: None,
            rules: Err(failure.clone()),
            protected: None,
            reporting: None,
            advisories: Err(failure.clone()),
            releases: Err(failure.clone()),
            organization: None,
            org_token: None,
            token: None,
            actions: None,
            default_setup: None,
            anonymous: Err(failure),
            sources: BTreeMap::new(),
            seen: Seen::default(),
        }
    }
}

impl Conversation<'_> {
    async fn hold(&self) -> Answers {
        let mut sources = BTreeMap::new();
        let queried = self.query(&mut sources).await;
        // Without a credential there is no query, and the public description stands in for it.
        let mut described = None;
        if self.client.is_anonymous() {
            described = Some(self.ask(&mut sources, "repository", "", "").await);
        }
        let (owner, name) = self.present_name(&queried, described.as_ref());
        let here = Conversation { client: self.client, owner: &owner, name: &name };
        here.ask_the_rest(queried, described, sources).await
    }

    async fn query(&self, sources: &mut BTreeMap<String, Source>) -> Answer<Queried> {
        if self.client.is_anonymous() {
            return Err(Failure::new(Reason::Unauthenticated, "asked without a credential"));
        }
        let variables = serde_json::json!({"owner": self.owner, "name": self.name});
        let reply = match self.client.told(self.owner, self.name) {
            Some(told) => Ok(told),
            None => self.client.graphql(query::QUERY, &variables).await,
        };
        let status = reply.as_ref().map_or_else(|failure| failure.status, |reply| Some(reply.status));
        // The digest leaves out what changes with every request: how much of the budget is left.
        let digest = reply.as_ref().ok().map(query::digest);
        for id in ["repository", "protection", "collaborators", "fallback"] {
            let reference = "POST /graphql OspsRepository".to_owned();
            let source = Source { kind: "graphql".to_owned(), reference, digest: digest.clone(), status };
            sources.insert(id.to_owned(), source);
        }
        query::read(&reply?)
    }

    /// The name that the repository has now: it may have been renamed since.
    fn present_name(&self, queried: &Answer<Queried>, described: Option<&Answer<Description>>) -> (String, String) {
        let queried = queried.as_ref().ok().and_then(|queried| queried.repository.name_with_owner.as_deref());
        let described = described.and_then(|answer| answer.as_ref().ok()?.full_name.as_deref());
        let fine = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
        match queried.or(described).and_then(|name| name.split_once('/')) {
            Some((owner, name)) if fine(owner) && fine(name) => (owner.to_owned(), name.to_owned()),
            _ => (self.owner.to_owned(), self.name.to_owned()),
        }
    }

    async fn ask_the_rest(
        &self,
        queried: Answer<Queried>,
        described: Option<Answer<Description>>,
        mut sources: BTreeMap<String, Source>,
    ) -> Answers {
        let told = queried.as_ref().ok().map(|queried| &queried.repository);
        let described_as = described.as_ref().and_then(|answer| answer.as_ref().ok());
        let branch = told
            .and_then(|told| told.default_branch_ref.as_ref()?.name.clone())
            .or_else(|| described_as.and_then(|seen| seen.default_branch.clone()));
        let admin = repository::administers(&queried);
        let is_public = match (told, described_as) {
            (Some(told), _) => told.visibility.as_deref() == Some("PUBLIC"),
            (None, Some(seen)) => seen.visibility.as_deref() == Some("public") || seen.private == Some(false),
            (None, None) => false,
        };
        let owner_admin = told.and_then(|told| told.owner.as_ref()?.viewer_can_administer) == Some(true);
        let is_org = queried.as_ref().is_ok_and(repository::is_org);
        let no_releases = told.and_then(|told| told.releases.as_ref()?.total_count) == Some(0);
        let known = told.is_some() || described_as.is_some();
        // Without the repository nothing below it can be there; the first refusal is the reason for all.
        let lost = match (&queried, &described) {
            (_, Some(Err(failure))) => Some(failure.clone()),
            (Err(failure), None) => Some(failure.clone()),
            _ => None,
        };

        let mut rest =
            [BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new()];
        let [of_rules, of_reporting, of_advisories, of_releases, of_org, of_admin] = &mut rest;
        let of_query = sources.get("repository").cloned();
        let rules = async {
            let Some(branch) = branch.as_deref().filter(|_| known) else {
                let missing = || Failure::needing(Reason::Unsupported, "a default branch");
                return (Err(lost.clone().unwrap_or_else(missing)), None);
            };
            self.protection_of(of_rules, of_query, branch, told, admin).await
        };
        let reporting = async {
            match known && is_public {
                true => Some(
                    self.ask(
                        of_reporting,
                        "private_reporting",
                        "/private-vulnerability-reporting",
                        "/private-vulnerability-reporting",
                    )
                    .await,
                ),
                false => None,
            }
        };
        let advisories = async {
            if let Some(failure) = &lost {
                return Err(failure.clone());
            }
            self.list(
                of_advisories,
                "advisories",
                "/security-advisories?state=published&per_page=100",
                "/security-advisories?state=published",
            )
            .await
        };
        let releases = async {
            if let Some(failure) = &lost {
                return Err(failure.clone());
            }
            if no_releases {
                return Ok((Vec::new(), true));
            }
            self.list(of_releases, "releases", "/releases?per_page=50", "/releases").await
        };
        let organization = async {
            if !(is_org && owner_admin) {
                return None;
            }
            let path = format!("/orgs/{}", encoded(self.owner));
            Some(self.ask_of_owner(of_org, &path, "/orgs/{org}").await)
        };
        let for_admins = async {
            if !admin {
                return (None, None, None, None, None);
            }
            let described: Answer<Description> = self.ask(of_admin, "settings", "", "").await;
            let token: Answer<TokenDefault> =
                self.ask(of_admin, "actions", "/actions/permissions/workflow", "/actions/permissions/workflow").await;
            // One permission shows both settings of pipelines: whoever is refused one is not asked the other. What the
            // organization sets for all then stands for the first.
            let refused = token.as_ref().err().filter(|failure| matches!(failure.status, Some(403 | 404))).cloned();
            let actions: Answer<ActionsPermissions> = match &refused {
                Some(failure) => Err(failure.clone()),
                None => self.ask(of_admin, "actions_enabled", "/actions/permissions", "/actions/permissions").await,
            };
            let setup: Answer<DefaultSetup> = self
                .ask(of_admin, "code_scanning", "/code-scanning/default-setup", "/code-scanning/default-setup")
                .await;
            let org_token = match refused.is_some() && is_org && owner_admin {
                true => {
                    let path = format!("/orgs/{}/actions/permissions/workflow", encoded(self.owner));
                    Some(self.ask_of_owner(of_admin, &path, "/orgs/{org}/actions/permissions/workflow").await)
                }
                false => None,
            };
            (Some(described), Some(token), Some(actions), Some(setup), org_token)
        };
        let anonymous = self.client.is_anonymously_readable(self.owner, self.name);
        let (rules, reporting, advisories, releases, organization, for_admins, anonymous) =
            tokio::join!(rules, reporting, advisories, releases, organization, for_admins, anonymous);
        let (rules, protected) = rules;
        let (settings, token, actions, default_setup, org_token) = for_admins;
        for part in rest {
            sources.extend(part);
        }
        let source = Source {
            kind: "git".to_owned(),
            reference: "GET /{owner}/{repo}.git/info/refs without a credential".to_owned(),
            digest: None,
            status: anonymous.as_ref().ok().map(|readable| if *readable { 200 } else { 404 }),
        };
        sources.insert("anonymous".to_owned(), source);
        let seen = Seen { default_branch: branch };
        Answers {
            queried,
            described: described.or(settings),
            rules,
            protected,
            reporting,
            advisories,
            releases,
            organization,
            org_token,
            token,
            actions,
            default_setup,
            anonymous,
            sources,
            seen,
        }
    }

    /// The rules that hold for a branch, and whether GitHub calls it protected where that says more. One request at most is
    /// enough: a branch that GitHub does not call protected has no rules of either kind, and where rules hold, being called
    /// protected says nothing about the classic kind.
    async fn protection_of(
        &self,
        sources: &mut BTreeMap<String, Source>,
        of_query: Option<Source>,
        branch: &str,
        told: Option<&query::Repository>,
        admin: bool,
    ) -> (Answer<(Vec<Rule>, bool)>, Option<Answer<bool>>) {
        let path = encoded(branch);
        let head = told.and_then(|told| told.default_branch_ref.as_ref());
        let classic_is_told =
            admin || head.is_some_and(|head| head.ref_update_rule.is_some() || head.branch_protection_rule.is_some());
        // The query tells the rules of rulesets. Where it tells of none, the question whether the branch is protected at all
        // confirms it; where it tells of some, nothing is said to be missing, because what the classic kind demands is hidden.
        // Who is shown the classic kind as well is told what is missing, and that rests on nothing less than the list.
        let rules_told = told.filter(|_| !classic_is_told).and_then(protection::rules_told);
        let no_rules = rules_told.as_ref().is_some_and(Vec::is_empty);
        let rules = match rules_told {
            Some(rules) => {
                sources.extend(of_query.map(|query| ("rules".to_owned(), query)));
                Ok((rules, true))
            }
            None => {
                let path = format!("/rules/branches/{path}?per_page={RULES_PER_PAGE}");
                self.list(sources, "rules", &path, "/rules/branches/{branch}").await
            }
        };
        let anonymous_and_empty = told.is_none() && matches!(&rules, Ok((rules, true)) if rules.is_empty());
        if !no_rules && !anonymous_and_empty {
            return (rules, None);
        }
        let answer: Answer<settings::BranchSummary> =
            self.ask(sources, "protection", &format!("/branches/{path}"), "/branches/{branch}").await;
        (rules, Some(answer.and_then(|branch| branch.is_protected())))
    }

    /// One resource of the repository. `shown` is its address without names, for the list of sources.
    async fn ask<T: DeserializeOwned>(
        &self,
        sources: &mut BTreeMap<String, Source>,
        id: &str,
        path: &str,
        shown: &str,
    ) -> Answer<T> {
        let full = format!("/repos/{}/{}{path}", encoded(self.owner), encoded(self.name));
        self.ask_at(sources, id, &full, &format!("/repos/{{owner}}/{{repo}}{shown}")).await
    }

    /// What holds for everything that the owner has.
    async fn ask_of_owner<T: DeserializeOwned>(
        &self,
        sources: &mut BTreeMap<String, Source>,
        path: &str,
        shown: &str,
    ) -> Answer<T> {
        let reply = self.client.get_shared(path).await;
        note(sources, "org", shown, reply.as_ref());
        reply?.json()
    }

    async fn ask_at<T: DeserializeOwned>(
        &self,
        sources: &mut BTreeMap<String, Source>,
        id: &str,
        path: &str,
        shown: &str,
    ) -> Answer<T> {
        let reply = self.client.get(path).await;
        note(sources, id, shown, reply.as_ref());
        reply?.json()
    }

    async fn list<T: DeserializeOwned>(
        &self,
        sources: &mut BTreeMap<String, Source>,
        id: &str,
        path: &str,
        shown: &str,
    ) -> Answer<(Vec<T>, bool)> {
        let full = format!("/repos/{}/{}{path}", encoded(self.owner), encoded(self.name));
        let answer = self.client.list(&full, 1).await;
        note(sources, id, &format!("/repos/{{owner}}/{{repo}}{shown}"), answer.as_ref().map(|(_, _, reply)| reply));
        answer.map(|(list, complete, _)| (list, complete))
    }
}

fn note(sources: &mut BTreeMap<String, Source>, id: &str, shown: &str, reply: Result<&Reply, &Failure>) {
    let source = Source {
        kind: "rest".to_owned(),
        reference: format!("GET {shown}"),
        digest: reply.ok().map(Reply::digest),
        status: reply.map_or_else(|failure| failure.status, |reply| Some(reply.status)),
    };
    sources.insert(id.to_owned(), source);
}

/// A name as one part of a path.
fn encoded(name: &str) -> String {
    let mut out = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

impl Answers {
    fn observed(self, connection: &Connection, owner: &str, name: &str) -> Observed {
        let asked = format!("{owner}/{name}");
        // A refusal of everybody says something only where somebody is let in.
        let let_in = self.queried.is_ok() || matches!(self.described, Some(Ok(_)));
        let nobody_sees_it = || Failure::new(Reason::Error, "nobody was let in, so the refusal says nothing");
        let anonymous = match self.anonymous {
            Ok(false) if !let_in => Err(nobody_sees_it()),
            answer => answer,
        };
        let anonymous = super::failure::fact(anonymous, &["anonymous"]);
        let repo = match (&self.queried, &self.described) {
            (Err(_), Some(described)) => repository::from_description(described, &asked, anonymous),
            (queried, _) => repository::from_query(queried, &asked, anonymous),
        };
        let branch =
            Sources { rules: &self.rules, queried: &self.queried, protected: self.protected.as_ref() }.branch();
        let (checks, changes) = changes::read(&self.queried, branch.required_checks.value());
        let fallback = repository::fallback(&self.queried);
        let health_files = match &fallback {
            Ok(fallback) => Fact::known(fallback.files.clone(), &["fallback"]),
            Err(failure) => failure.fact(&["fallback"]),
        };
        let settings = settings::Sources {
            queried: &self.queried,
            described: self.described.as_ref(),
            token: self.token.as_ref(),
            actions: self.actions.as_ref(),
            default_setup: self.default_setup.as_ref(),
            reporting: self.reporting.as_ref(),
            advisories: self.advisories,
        };
        let told = self.queried.as_ref().ok().map(|queried| &queried.repository);
        let access = Access {
            credential: connection.credential.as_ref().map_or("none", super::Credential::kind).to_owned(),
            permission: told.and_then(|told| told.viewer_permission.as_deref()).map(str::to_lowercase),
            org_owner: told
                .and_then(|told| told.owner.as_ref())
                .filter(|owner| owner.kind.as_deref() == Some("Organization"))
                .and_then(|owner| owner.viewer_can_administer),
        };
        Observed {
            forge: "github",
            access,
            sources: self.sources,
            repo,
            org: repository::org(&self.queried, self.organization.as_ref(), self.org_token.as_ref(), health_files),
            branch,
            checks,
            changes,
            collab: repository::collab(&self.queried),
            settings: settings.read(),
            releases: Releases {
                list: self
                    .releases
                    .map(|(list, complete)| (list.into_iter().map(ReleaseAnswer::page).collect(), complete)),
            },
            fallback,
            seen: self.seen,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_part_of_a_path() {
        assert_eq!(encoded("feature/x y%"), "feature%2Fx%20y%25");
        assert_eq!(encoded("../.."), "..%2F..");
    }
}
