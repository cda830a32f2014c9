//! The shape of the answer to `repository.graphql`. Everything may be missing: what a credential may not see is null, and
//! the errors beside the data say why.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value as Json;

use super::client::Reply;
use crate::collect::forge::failure::{Answer, Failure};
use crate::model::fact::Reason;

/// The query.
pub(crate) const QUERY: &str = include_str!("repository.graphql");

/// A list as GitHub pages it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Page<T> {
    pub(crate) total_count: Option<u64>,
    pub(crate) nodes: Option<Vec<Option<T>>>,
}

impl<T> Page<T> {
    /// What the page holds.
    pub(crate) fn items(&self) -> impl Iterator<Item = &T> {
        self.nodes.iter().flatten().flatten()
    }

    /// Whether the page holds everything there is, as far as GitHub says.
    pub(crate) fn is_complete(&self) -> bool {
        let held = self.items().count();
        self.nodes.is_some() && self.total_count.is_none_or(|total| total <= held as u64)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Body {
    data: Option<Data>,
    errors: Option<Vec<Problem>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Data {
    repository: Option<Repository>,
    fallback: Option<Json>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Problem {
    #[serde(rename = "type")]
    kind: Option<String>,
    path: Option<Vec<Json>>,
    message: Option<String>,
}

/// The answer, with what went wrong beside it.
#[derive(Debug)]
pub(crate) struct Queried {
    pub(crate) repository: Repository,
    pub(crate) fallback: Option<Json>,
    problems: Vec<Problem>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Login {
    pub(crate) login: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Repository {
    pub(crate) name_with_owner: Option<String>,
    pub(crate) url: Option<String>,
    pub(crate) owner: Option<Owner>,
    pub(crate) visibility: Option<String>,
    pub(crate) is_archived: Option<bool>,
    pub(crate) is_fork: Option<bool>,
    pub(crate) is_mirror: Option<bool>,
    pub(crate) is_empty: Option<bool>,
    pub(crate) mirror_url: Option<String>,
    pub(crate) homepage_url: Option<String>,
    pub(crate) has_issues_enabled: Option<bool>,
    pub(crate) has_discussions_enabled: Option<bool>,
    pub(crate) is_security_policy_enabled: Option<bool>,
    pub(crate) security_policy_url: Option<String>,
    pub(crate) web_commit_signoff_required: Option<bool>,
    pub(crate) viewer_permission: Option<String>,
    pub(crate) viewer_can_administer: Option<bool>,
    pub(crate) license_info: Option<License>,
    pub(crate) collaborators: Option<Collaborators>,
    pub(crate) default_branch_ref: Option<Branch>,
    pub(crate) rulesets: Option<Page<Ruleset>>,
    pub(crate) releases: Option<Page<Json>>,
    pub(crate) pull_requests: Option<Page<PullRequest>>,
    pub(crate) merged: Option<Page<Merged>>,
}

/// A merged change request with what it brought onto the branch.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Merged {
    merge_commit: Option<Commit>,
}

impl Repository {
    /// The commits that merging a change request made, as far as the newest change requests tell.
    pub(crate) fn merge_commits(&self) -> BTreeSet<&str> {
        let merged = self.merged.iter().flat_map(|merged| merged.items());
        merged.filter_map(|merged| merged.merge_commit.as_ref()?.oid.as_deref()).collect()
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Owner {
    #[serde(rename = "__typename")]
    pub(crate) kind: Option<String>,
    pub(crate) login: Option<String>,
    pub(crate) requires_two_factor_authentication: Option<bool>,
    pub(crate) viewer_can_administer: Option<bool>,
    pub(crate) members_with_role: Option<Members>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Members {
    pub(crate) total_count: Option<u64>,
    pub(crate) edges: Option<Vec<Option<Member>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Member {
    pub(crate) has_two_factor_enabled: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct License {
    pub(crate) spdx_id: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Collaborators {
    pub(crate) total_count: Option<u64>,
    pub(crate) edges: Option<Vec<Option<Collaborator>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Collaborator {
    pub(crate) permission: Option<String>,
    pub(crate) node: Option<Actor>,
}

/// A person, a bot, a team or an app.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Actor {
    #[serde(rename = "__typename")]
    pub(crate) kind: Option<String>,
    pub(crate) login: Option<String>,
}

impl Actor {
    /// Whether it is a program.
    pub(crate) fn is_bot(&self) -> bool {
        let kind = self.kind.as_deref().unwrap_or_default();
        matches!(kind, "Bot" | "App") || self.login.as_deref().is_some_and(|login| login.ends_with("[bot]"))
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Branch {
    pub(crate) name: Option<String>,
    pub(crate) ref_update_rule: Option<RefUpdateRule>,
    pub(crate) branch_protection_rule: Option<Protection>,
    pub(crate) target: Option<Commit>,
    /// The rules of rulesets that hold for it.
    pub(crate) rules: Option<Page<BranchRule>>,
}

/// A rule that holds for a branch.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct BranchRule {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
    pub(crate) repository_ruleset: Option<Ruleset>,
    pub(crate) parameters: Option<RuleParameters>,
}

/// What rules on change requests and on checks demand; rules of other kinds have none of it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RuleParameters {
    pub(crate) required_approving_review_count: Option<u64>,
    pub(crate) require_last_push_approval: Option<bool>,
    pub(crate) require_code_owner_review: Option<bool>,
    pub(crate) required_status_checks: Option<Vec<CheckOfRule>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct CheckOfRule {
    pub(crate) context: String,
    pub(crate) integration_id: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct RefUpdateRule {
    pub(crate) allows_deletions: Option<bool>,
    pub(crate) allows_force_pushes: Option<bool>,
    pub(crate) required_approving_review_count: Option<u64>,
    pub(crate) required_status_check_contexts: Option<Vec<Option<String>>>,
    pub(crate) requires_code_owner_reviews: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Protection {
    pub(crate) is_admin_enforced: Option<bool>,
    pub(crate) allows_deletions: Option<bool>,
    pub(crate) allows_force_pushes: Option<bool>,
    pub(crate) lock_branch: Option<bool>,
    pub(crate) restricts_pushes: Option<bool>,
    pub(crate) push_allowances: Option<Page<Allowance>>,
    pub(crate) requires_approving_reviews: Option<bool>,
    pub(crate) required_approving_review_count: Option<u64>,
    pub(crate) require_last_push_approval: Option<bool>,
    pub(crate) requires_code_owner_reviews: Option<bool>,
    pub(crate) requires_status_checks: Option<bool>,
    pub(crate) required_status_checks: Option<Vec<RequiredCheck>>,
    pub(crate) bypass_pull_request_allowances: Option<Page<Allowance>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Allowance {
    pub(crate) actor: Option<Actor>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RequiredCheck {
    pub(crate) context: String,
    pub(crate) app: Option<App>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct App {
    pub(crate) slug: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Commit {
    pub(crate) oid: Option<String>,
    pub(crate) status_check_rollup: Option<Rollup>,
    pub(crate) history: Option<Page<Landed>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Rollup {
    pub(crate) contexts: Option<Page<Check>>,
}

/// A check run or a commit status.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Check {
    pub(crate) name: Option<String>,
    pub(crate) conclusion: Option<String>,
    pub(crate) check_suite: Option<Suite>,
    pub(crate) context: Option<String>,
    pub(crate) state: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Suite {
    pub(crate) app: Option<App>,
}

/// A commit on the branch.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Landed {
    pub(crate) oid: Option<String>,
    pub(crate) author: Option<Author>,
    pub(crate) associated_pull_requests: Option<Page<Change>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Author {
    pub(crate) name: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) user: Option<Login>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Change {
    pub(crate) state: Option<String>,
    pub(crate) base_ref_name: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Ruleset {
    pub(crate) database_id: Option<u64>,
    pub(crate) source: Option<RuleSource>,
    pub(crate) bypass_actors: Option<Page<BypassActor>>,
}

/// Who made a ruleset: an enterprise, an organization or the repository.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct RuleSource {
    #[serde(rename = "__typename")]
    pub(crate) kind: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct BypassActor {
    pub(crate) bypass_mode: Option<String>,
    pub(crate) deploy_key: Option<bool>,
    pub(crate) organization_admin: Option<bool>,
    pub(crate) repository_role_name: Option<String>,
    pub(crate) actor: Option<Actor>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PullRequest {
    pub(crate) number: u64,
    pub(crate) base_ref_name: Option<String>,
    pub(crate) author: Option<Actor>,
    pub(crate) latest_opinionated_reviews: Option<Page<Review>>,
    pub(crate) commits: Option<Page<PullRequestCommit>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Review {
    pub(crate) state: Option<String>,
    pub(crate) author: Option<Actor>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct PullRequestCommit {
    pub(crate) commit: Option<Commit>,
}

/// Reads the answer. Without a repository in it there is nothing to read, and the first error says why.
pub(crate) fn read(reply: &Reply) -> Answer<Queried> {
    let body: Body = reply.json()?;
    let data = body.data.unwrap_or_default();
    let problems = body.errors.unwrap_or_default();
    let Some(repository) = data.repository else {
        let at_repository = problems.iter().find(|problem| problem.is_at(&["repository"]));
        return Err(match at_repository.or(problems.first()) {
            Some(problem) => problem.failure(),
            None => Failure::new(Reason::ParseError, "the answer holds neither a repository nor an error"),
        });
    };
    Ok(Queried { repository, fallback: data.fallback, problems })
}

/// The digest of an answer without what changes from request to request, and without what is not read: of the change requests
/// that a commit belongs to it counts whether one of them was merged, and of a commit that a merge made not even that.
pub(crate) fn digest(reply: &Reply) -> String {
    let mut json: Json = serde_json::from_str(&reply.body).unwrap_or_default();
    if let Some(data) = json.get_mut("data").and_then(Json::as_object_mut) {
        data.remove("rateLimit");
    }
    if let Some(repository) = json.pointer_mut("/data/repository") {
        let made = merge_commits(repository);
        let history = repository.pointer_mut("/defaultBranchRef/target/history/nodes").and_then(Json::as_array_mut);
        for commit in history.into_iter().flatten().filter_map(Json::as_object_mut) {
            if commit.get("oid").and_then(Json::as_str).is_some_and(|oid| made.contains(oid)) {
                commit.remove("associatedPullRequests");
            } else if let Some(changes) = commit.get_mut("associatedPullRequests").filter(|told| told.is_object()) {
                let states = changes.get("nodes").and_then(Json::as_array).into_iter().flatten();
                *changes = states.map(|change| &change["state"]).any(|state| state == "MERGED").into();
            }
        }
    }
    // Where in the query something went wrong says nothing about the repository.
    for error in json.get_mut("errors").and_then(Json::as_array_mut).into_iter().flatten() {
        error.as_object_mut().map(|error| error.remove("locations"));
    }
    Reply { body: json.to_string(), ..reply.clone() }.digest()
}

/// What [`Repository::merge_commits`] gives, of an answer that was not read yet.
pub(crate) fn merge_commits(repository: &Json) -> BTreeSet<String> {
    let merged = repository.pointer("/merged/nodes").and_then(Json::as_array).into_iter().flatten();
    merged.filter_map(|merged| merged.pointer("/mergeCommit/oid")?.as_str().map(str::to_owned)).collect()
}

impl Queried {
    /// Why what stands at a path is null, as far as the answer says.
    pub(crate) fn problem(&self, path: &[&str]) -> Option<Failure> {
        self.problems.iter().find(|problem| problem.is_at(path)).map(Problem::failure)
    }

    /// Whether anything below a path is missing because of an error.
    pub(crate) fn is_broken_below(&self, path: &[&str]) -> bool {
        let below = |problem: &&Problem| {
            let own: Vec<&str> = problem.names().collect();
            own.len() >= path.len() && own.iter().zip(path).all(|(own, asked)| own == asked)
        };
        self.problems.iter().any(|problem| below(&problem))
    }

    /// The problem that keeps a value from being there, or what its absence means otherwise.
    pub(crate) fn missing(&self, path: &[&str], otherwise: Failure) -> Failure {
        self.problem(path).unwrap_or(otherwise)
    }
}

impl Problem {
    /// The names on the way to it, without the numbers of list items.
    fn names(&self) -> impl Iterator<Item = &str> {
        self.path.iter().flatten().filter_map(Json::as_str)
    }

    /// Whether the problem took the value at this path, or something that holds it. One without a path is about all.
    fn is_at(&self, path: &[&str]) -> bool {
        let own: Vec<&str> = self.names().collect();
        own.len() <= path.len() && own.iter().zip(path).all(|(own, asked)| own == asked)
    }

    fn failure(&self) -> Failure {
        let words: Vec<&str> = self.message.as_deref().unwrap_or_default().split_whitespace().collect();
        let message: String = words.join(" ").chars().take(200).collect();
        let message = crate::collect::forge::redact(&message);
        let reason = match self.kind.as_deref() {
            Some("FORBIDDEN" | "INSUFFICIENT_SCOPES" | "NOT_FOUND" | "SAML_FAILURE") => Reason::Forbidden,
            Some("RATE_LIMITED" | "RATE_LIMIT") => Reason::RateLimited,
            Some("RESOURCE_LIMITS_EXCEEDED" | "MAX_NODE_LIMIT_EXCEEDED") => Reason::Truncated,
            _ => Reason::Error,
        };
        Failure { status: Some(200), ..Failure::new(reason, message) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderMap;
    use rstest::rstest;
    use serde_json::json;

    fn reply(body: &str) -> Reply {
        Reply { status: 200, headers: HeaderMap::new(), body: body.to_owned() }
    }

    #[rstest]
    #[case::nothing("{}", Reason::ParseError)]
    #[case::html("<html></html>", Reason::ParseError)]
    #[case::hidden(r#"{"data": {"repository": null}, "errors": [{"type": "NOT_FOUND", "path": ["repository"], "message": "Could not resolve"}]}"#, Reason::Forbidden)]
    #[case::refused(r#"{"data": null, "errors": [{"type": "FORBIDDEN", "message": "SSO"}]}"#, Reason::Forbidden)]
    #[case::cut(r#"{"data": {"repository": {"name"#, Reason::ParseError)]
    #[case::internal(r#"{"errors": [{"message": "Something went wrong"}]}"#, Reason::Error)]
    #[case::other_type(r#"{"data": {"repository": {"isArchived": "yes"}}}"#, Reason::ParseError)]
    fn no_repository(#[case] body: &str, #[case] expected: Reason) {
        assert_eq!(read(&reply(body)).expect_err("a failure").reason, expected);
    }

    #[test]
    fn data_beside_errors() {
        let body = r#"{"data": {"repository": {"isArchived": false, "collaborators": null}},
            "errors": [{"type": "FORBIDDEN", "path": ["repository", "collaborators"], "message": "no"},
                       {"type": "FORBIDDEN", "path": ["repository", "pullRequests", "nodes", 3, "commits"], "message": "no"}]}"#;
        let queried = read(&reply(body)).expect("an answer");
        assert_eq!(queried.repository.is_archived, Some(false));
        let why = queried.problem(&["repository", "collaborators", "edges"]).expect("a problem");
        assert_eq!(why.reason, Reason::Forbidden);
        assert!(queried.problem(&["repository", "owner"]).is_none());
        assert!(queried.is_broken_below(&["repository", "pullRequests"]));
        assert!(!queried.is_broken_below(&["repository", "owner"]));
    }

    /// An answer about two commits: the second is what merging a change request made.
    fn of_history(first: Json, second: Json) -> String {
        let repository = json!({
            "merged": {"totalCount": 1, "nodes": [{"mergeCommit": {"oid": "c2"}}]},
            "defaultBranchRef": {"target": {"history": {"nodes": [
                {"oid": "c1", "associatedPullRequests": first},
                {"oid": "c2", "associatedPullRequests": second},
            ]}}},
        });
        let body = json!({"data": {"rateLimit": {"remaining": 1}, "repository": repository}});
        digest(&reply(&body.to_string()))
    }

    #[rstest]
    #[case::of_a_merge(json!({"nodes": []}), json!({"nodes": [{"state": "MERGED"}]}), true)]
    #[case::of_a_merge_unseen(json!({"nodes": []}), Json::Null, true)]
    #[case::not_merged(json!({"nodes": [{"state": "OPEN"}]}), json!({"nodes": []}), true)]
    #[case::merged(json!({"nodes": [{"state": "MERGED"}]}), json!({"nodes": []}), false)]
    #[case::unseen(Json::Null, json!({"nodes": []}), false)]
    fn what_is_not_read_changes_no_digest(#[case] first: Json, #[case] second: Json, #[case] same: bool) {
        let nothing = of_history(json!({"nodes": []}), json!({"nodes": []}));
        assert_eq!(of_history(first, second) == nothing, same);
    }

    #[test]
    fn pages() {
        let page: Page<Login> =
            serde_json::from_str(r#"{"totalCount": 3, "nodes": [{"login": "a"}, null]}"#).expect("a page");
        assert_eq!(page.items().count(), 1);
        assert!(!page.is_complete());
        let whole: Page<Login> =
            serde_json::from_str(r#"{"totalCount": 1, "nodes": [{"login": "a"}]}"#).expect("a page");
        assert!(whole.is_complete() && !Page::<Login>::default().is_complete());
    }
}
