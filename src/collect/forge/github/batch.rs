//! The query about several repositories at once. It asks what the query about one asks, in two steps: first everything that
//! is cheap, then the costly lists of those repositories that have something to list, as long as they are. What is asked of
//! an owner is asked once. The answers are put together as the one query would have given them, so that nobody behind
//! can tell, and a repository for which that cannot be done asks for itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::client::Client;
use super::{query, talk};
use crate::collect::forge::Connection;
use crate::model::portfolio::RepositoryName;

/// Rulesets of the first step: each costs a list of those who may pass by it.
const RULESETS: u64 = 2;
/// What the query about one repository asks for at most.
const ALL_RULESETS: u64 = 50;
const HISTORY: u64 = 50;
const CHANGES: u64 = 20;
/// Errors that are part of what a credential is told.
const TELLING: &[&str] = &["FORBIDDEN", "NOT_FOUND", "INSUFFICIENT_SCOPES"];

/// A part of an answer, with the errors below it; their paths begin inside it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    data: Json,
    errors: Vec<Json>,
}

/// What was told about an owner.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnerTold {
    /// The members of an organization; nothing for a person.
    members: Told,
    /// The repository of its health files.
    fallback: Told,
}

/// What asking about several repositories brought.
#[derive(Debug, Default)]
pub(crate) struct Ahead {
    /// Answers as the query about one repository would have brought them. Who is missing has to ask alone.
    pub(crate) bodies: BTreeMap<RepositoryName, String>,
    /// Whether it was too much at once.
    pub(crate) too_much: bool,
    /// The time of the slowest query.
    pub(crate) slowest: Duration,
}

/// Asks about several repositories.
pub(crate) fn ask(connection: &Connection, names: &[RepositoryName], now: Timestamp) -> Ahead {
    let told = talk(connection, now, async |client| {
        let mut asking = Asking { client, connection, ahead: Ahead::default() };
        asking.hold(names).await;
        asking.ahead
    });
    told.unwrap_or_default()
}

/// One repository between the two steps.
struct Half {
    name: RepositoryName,
    told: Told,
    /// The first of each costly list that the second step asks for; nothing where there is nothing to list.
    changes: u64,
    rulesets: u64,
    /// The commits whose change requests are asked for, by their places in the history.
    landed: Vec<(usize, String)>,
    /// Whether classic protection is shown, so that those whom it allows more may be as well.
    classic: bool,
}

impl Half {
    /// Whether there is anything for the second step.
    fn lacks(&self) -> bool {
        self.classic || !self.landed.is_empty() || self.changes + self.rulesets > 0
    }
}

struct Asking<'a> {
    client: &'a Client<'a>,
    connection: &'a Connection,
    ahead: Ahead,
}

impl Asking<'_> {
    async fn hold(&mut self, names: &[RepositoryName]) {
        let mut halves = Vec::new();
        let mut open = vec![names.to_vec()];
        while let Some(some) = open.pop() {
            match self.first_step(&some).await {
                Some(found) => halves.extend(found),
                None => open.extend(halved(some)),
            }
        }
        let (more, done): (Vec<Half>, Vec<Half>) = halves.into_iter().partition(Half::lacks);
        for half in done {
            self.put_together(half, None);
        }
        let mut open = vec![more];
        while let Some(some) = open.pop().filter(|some| !some.is_empty()) {
            match self.second_step(&some).await {
                Some(mut found) => {
                    for half in some {
                        if let Some(more) = found.remove(&half.name) {
                            self.put_together(half, Some(more));
                        }
                    }
                }
                None => open.extend(halved(some)),
            }
        }
    }

    /// Sends a query and takes its answer apart by alias. None where it was too much, or is not there for another reason.
    async fn query(&mut self, text: &str, variables: &Map<String, Json>) -> Option<BTreeMap<String, Told>> {
        let began = Instant::now();
        let reply = self.client.graphql_once(text, &Json::Object(variables.clone())).await;
        self.ahead.slowest = self.ahead.slowest.max(began.elapsed());
        let reply = match reply {
            Ok(reply) => reply,
            Err(failure) => {
                // No status is no answer in time.
                self.ahead.too_much |= failure.status.is_none_or(|status| status >= 500);
                return None;
            }
        };
        let mut body: Json = reply.json().ok()?;
        let errors = body.get_mut("errors").and_then(Json::as_array_mut).map(std::mem::take).unwrap_or_default();
        let parts = body.get_mut("data").and_then(Json::as_object_mut).map(std::mem::take).unwrap_or_default();
        let mut told: BTreeMap<String, Told> =
            parts.into_iter().map(|(alias, data)| (alias, Told { data, errors: Vec::new() })).collect();
        for mut error in errors {
            let kind = error.get("type").and_then(Json::as_str).unwrap_or_default();
            if kind.contains("RESOURCE_LIMITS") || kind.contains("NODE_LIMIT") {
                self.ahead.too_much = true;
                return None;
            }
            let path = error.get_mut("path").and_then(Json::as_array_mut).map(std::mem::take).unwrap_or_default();
            // An error of no part is one of all.
            let alias = path.first().and_then(Json::as_str)?.to_owned();
            if let Some(fields) = error.as_object_mut() {
                fields.insert("path".to_owned(), path.into_iter().skip(1).collect());
                fields.remove("locations");
            }
            told.get_mut(&alias)?.errors.push(error);
        }
        Some(told)
    }

    async fn first_step(&mut self, names: &[RepositoryName]) -> Option<Vec<Half>> {
        let mut text = String::new();
        let mut variables = Map::new();
        for (number, name) in names.iter().enumerate() {
            let _ = writeln!(
                text,
                "r{number}: repository(owner: $o{number}, name: $n{number}) {{ ...Plain
                   owner {{ login }}
                   defaultBranchRef {{ target {{ ... on Commit {{ history(first: {HISTORY}) {{ nodes {{ ...Author }} }} }} }} }}
                   rulesets(first: {RULESETS}, includeParents: true) {{ totalCount nodes {{ ...Rules }} }} }}"
            );
            variables.insert(format!("o{number}"), json!(name.owner));
            variables.insert(format!("n{number}"), json!(name.name));
        }
        let shared = self.connection.errand.as_ref()?.shared.clone();
        let owners: BTreeSet<String> = names.iter().map(|name| name.owner.to_lowercase()).collect();
        let owners: Vec<String> = owners.into_iter().filter(|owner| shared.owner(owner).is_none()).collect();
        for (number, owner) in owners.iter().enumerate() {
            let _ = writeln!(
                text,
                "m{number}: repositoryOwner(login: $w{number}) {{ ...Members }}
                 f{number}: repository(owner: $w{number}, name: \".github\") {{ ...Health }}"
            );
            variables.insert(format!("w{number}"), json!(owner));
        }
        let of_owners: &[&str] = if owners.is_empty() { &[] } else { &["Members", "Health", "Files", "Text"] };
        let fragments = [&["Plain", "Check", "Rule", "Author", "Rules"], of_owners].concat();
        let mut told = self.query(&query_of(&text, &variables, &fragments), &variables).await?;
        for (number, owner) in owners.iter().enumerate() {
            let mut part = |letter: char| told.remove(&format!("{letter}{number}")).unwrap_or_default();
            let found = OwnerTold { members: part('m'), fallback: part('f') };
            if found.members.is_whole() && found.fallback.is_whole() {
                shared.keep_owner(owner, found);
            }
        }
        let half = |(number, name): (usize, &RepositoryName)| half(name, told.remove(&format!("r{number}"))?);
        Some(names.iter().enumerate().filter_map(half).collect())
    }

    async fn second_step(&mut self, halves: &[Half]) -> Option<BTreeMap<RepositoryName, Told>> {
        let mut text = String::new();
        let mut variables = Map::new();
        let mut fragments = BTreeSet::new();
        for (number, Half { name, changes, landed, rulesets, classic, .. }) in halves.iter().enumerate() {
            let _ = writeln!(text, "r{number}: repository(owner: $o{number}, name: $n{number}) {{ nameWithOwner");
            if *changes > 0 {
                fragments.extend(["Change", "Check"]);
                let _ = writeln!(
                    text,
                    "pullRequests(states: [MERGED], first: {changes}, orderBy: {{field: UPDATED_AT, direction: DESC}}) \
                     {{ nodes {{ ...Change }} }}"
                );
            }
            for (place, oid) in landed {
                fragments.insert("Arrived");
                let _ = writeln!(text, "c{place}: object(oid: \"{oid}\") {{ ... on Commit {{ ...Arrived }} }}");
            }
            if *classic {
                fragments.insert("Allowances");
                let _ = writeln!(text, "defaultBranchRef {{ branchProtectionRule {{ ...Allowances }} }}");
            }
            if *rulesets > 0 {
                fragments.insert("Rules");
                let _ = writeln!(
                    text,
                    "rulesets(first: {rulesets}, includeParents: true) {{ totalCount nodes {{ ...Rules }} }}"
                );
            }
            text.push_str("}\n");
            variables.insert(format!("o{number}"), json!(name.owner));
            variables.insert(format!("n{number}"), json!(name.name));
        }
        let fragments: Vec<&str> = fragments.into_iter().collect();
        let mut told = self.query(&query_of(&text, &variables, &fragments), &variables).await?;
        let part = |(number, half): (usize, &Half)| Some((half.name.clone(), told.remove(&format!("r{number}"))?));
        Some(halves.iter().enumerate().filter_map(part).collect())
    }

    /// Keeps the answer about one repository where all parts of it are there.
    fn put_together(&mut self, half: Half, more: Option<Told>) {
        let owner = self.connection.errand.as_ref().and_then(|errand| errand.shared.owner(&half.name.owner));
        let name = half.name.clone();
        if let Some(body) = owner.and_then(|owner| together(half, more.unwrap_or_default(), &owner)) {
            self.ahead.bodies.insert(name, body.to_string());
        }
    }
}

/// The answer as the query about one repository would have brought it. None where a part that was asked for did not come: an
/// empty list in its place would say that there is nothing.
fn together(half: Half, more: Told, owner: &OwnerTold) -> Option<Json> {
    if half.lacks() && !(more.is_whole() && more.data.is_object()) {
        return None;
    }
    let Half { told: Told { mut data, mut errors }, changes, landed, rulesets, classic, .. } = half;
    for error in &mut errors {
        prefix(error, &["repository"]);
    }
    if let Some(repository) = data.as_object_mut() {
        let none = json!({"nodes": []});
        if let Some(history) = data_at(repository, &["defaultBranchRef", "target", "history"]) {
            let nodes = history.get_mut("nodes").and_then(Json::as_array_mut);
            for (place, commit) in nodes.into_iter().flatten().enumerate() {
                let Some(commit) = commit.as_object_mut() else { continue };
                let changes = match landed.iter().any(|(asked, _)| *asked == place) {
                    true => more.data.get(format!("c{place}"))?.get("associatedPullRequests")?.clone(),
                    // Nothing is read of it: no change request was merged, or the commit is what a merge made.
                    false => none.clone(),
                };
                commit.insert("associatedPullRequests".to_owned(), changes);
            }
        }
        if classic {
            let allowances = more.data.pointer("/defaultBranchRef/branchProtectionRule")?.as_object()?.clone();
            let rule = data_at(repository, &["defaultBranchRef", "branchProtectionRule"])?;
            rule.as_object_mut()?.extend(allowances);
        }
        if rulesets > 0 {
            repository.insert("rulesets".to_owned(), more.data.get("rulesets")?.clone());
        }
        let merged = if changes > 0 { more.data.get("pullRequests")?.clone() } else { none };
        repository.insert("pullRequests".to_owned(), merged);
        for mut error in more.errors {
            place_in_history(&mut error);
            prefix(&mut error, &["repository"]);
            errors.push(error);
        }
        if let Some(members) = owner.members.data.get("membersWithRole") {
            let own = repository.get_mut("owner").and_then(Json::as_object_mut)?;
            own.insert("membersWithRole".to_owned(), members.clone());
            errors.extend(owner.members.errors.iter().cloned().map(|mut error| {
                prefix(&mut error, &["repository", "owner"]);
                error
            }));
        }
    }
    errors.extend(owner.fallback.errors.iter().cloned().map(|mut error| {
        prefix(&mut error, &["fallback"]);
        error
    }));
    let mut body = json!({"data": {"repository": data, "fallback": owner.fallback.data}});
    if !errors.is_empty() {
        body["errors"] = Json::Array(errors);
    }
    Some(body)
}

impl Told {
    /// Whether nothing is missing but what the credential may not see.
    fn is_whole(&self) -> bool {
        self.errors
            .iter()
            .all(|error| error.get("type").and_then(Json::as_str).is_some_and(|kind| TELLING.contains(&kind)))
    }
}

/// What the second step has to ask about a repository; none where it has to ask for itself.
fn half(name: &RepositoryName, told: Told) -> Option<Half> {
    if !told.is_whole() {
        return None;
    }
    let count = |path: &str| told.data.pointer(path).and_then(Json::as_u64);
    let (mut changes, mut landed, mut rulesets, mut classic) = (0, Vec::new(), 0, false);
    if told.data.is_object() {
        let login = told.data.pointer("/owner/login").and_then(Json::as_str)?;
        if !login.eq_ignore_ascii_case(&name.owner) {
            return None;
        }
        let merged = count("/merged/totalCount")?;
        let is_fork = told.data.get("isFork").and_then(Json::as_bool)?;
        changes = merged.min(CHANGES);
        let history = told.data.pointer("/defaultBranchRef/target/history/nodes").and_then(Json::as_array);
        // The commits of a fork may have come by changes of the repository it was made from.
        if merged > 0 || is_fork {
            let made = query::merge_commits(&told.data);
            for (place, commit) in history.into_iter().flatten().enumerate() {
                let oid = commit.get("oid").and_then(Json::as_str).filter(|oid| is_oid(oid))?;
                if !made.contains(oid) {
                    landed.push((place, oid.to_owned()));
                }
            }
        }
        rulesets =
            count("/rulesets/totalCount").filter(|total| *total > RULESETS).map_or(0, |all| all.min(ALL_RULESETS));
        classic = told.data.pointer("/defaultBranchRef/branchProtectionRule").is_some_and(Json::is_object);
    }
    Some(Half { name: name.clone(), told, changes, rulesets, landed, classic })
}

/// Two halves of what was too much at once; nothing of what cannot be less.
fn halved<T>(mut all: Vec<T>) -> Vec<Vec<T>> {
    if all.len() < 2 {
        return Vec::new();
    }
    let second = all.split_off(all.len() / 2);
    vec![all, second]
}

/// The text of a query with these parts.
fn query_of(parts: &str, variables: &Map<String, Json>, fragments: &[&str]) -> String {
    let variables: Vec<String> = variables.keys().map(|name| format!("${name}: String!")).collect();
    let mut text = format!(
        "query OspsRepositories({}) {{ rateLimit {{ cost limit remaining resetAt }}\n{parts}}}\n",
        variables.join(", ")
    );
    for fragment in query::QUERY.split("\nfragment ").skip(1) {
        if fragments.iter().any(|name| fragment.starts_with(&format!("{name} on "))) {
            let _ = write!(text, "\nfragment {}\n", fragment.trim_end());
        }
    }
    text
}

fn prefix(error: &mut Json, before: &[&str]) {
    let Some(path) = error.get_mut("path").and_then(Json::as_array_mut) else { return };
    path.splice(0..0, before.iter().map(|part| json!(part)));
}

/// Whether this can stand in a query as the name of an object.
fn is_oid(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// The path of an error below a commit that was asked for by its name, as it is below the history.
fn place_in_history(error: &mut Json) {
    let Some(path) = error.get_mut("path").and_then(Json::as_array_mut) else { return };
    let place = path.first().and_then(Json::as_str).and_then(|alias| alias.strip_prefix('c')?.parse::<usize>().ok());
    if let Some(place) = place {
        let whole = ["defaultBranchRef", "target", "history", "nodes"].map(|name| json!(name));
        path.splice(0..1, whole.into_iter().chain([json!(place)]));
    }
}

fn data_at<'a>(data: &'a mut Map<String, Json>, path: &[&str]) -> Option<&'a mut Json> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(data.get_mut(*first)?, |at, part| at.get_mut(*part)).filter(|found| found.is_object())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// A repository with a commit and a merged change, after the first step.
    fn after_the_first_step(merged: u64) -> Half {
        let data = json!({
            "owner": {"login": "Acme"}, "isFork": false, "merged": {"totalCount": merged, "nodes": [{"mergeCommit": {"oid": "c2"}}]},
            "rulesets": {"totalCount": 0, "nodes": []},
            "defaultBranchRef": {"target": {"history": {"nodes": [{"oid": "c1"}, {"oid": "c2"}]}}},
        });
        let name: RepositoryName = "acme/widget".parse().expect("a name");
        half(&name, Told { data, errors: Vec::new() }).expect("all is there")
    }

    #[test]
    fn who_has_no_changes_is_not_asked_about_them() {
        let half = after_the_first_step(0);
        assert!(!half.lacks());
        let body = together(half, Told::default(), &OwnerTold::default()).expect("an answer");
        assert_eq!(body.pointer("/data/repository/pullRequests"), Some(&json!({"nodes": []})));
        let commit = body.pointer("/data/repository/defaultBranchRef/target/history/nodes/0");
        assert_eq!(commit, Some(&json!({"oid": "c1", "associatedPullRequests": {"nodes": []}})));
    }

    #[test]
    fn both_steps_make_one_answer() {
        let arrived = json!({"nodes": [{"state": "MERGED"}]});
        let changes = json!({"nodes": [{"number": 1}]});
        let data = json!({"pullRequests": changes, "c0": {"associatedPullRequests": arrived}});
        let refused = json!({"type": "FORBIDDEN", "path": ["pullRequests", "nodes", 0, "author"]});
        let hidden = json!({"type": "FORBIDDEN", "path": ["c0", "associatedPullRequests", "nodes", 0, "state"]});
        let more = Told { data, errors: vec![refused, hidden] };
        let body = together(after_the_first_step(1), more, &OwnerTold::default()).expect("an answer");
        assert_eq!(body.pointer("/data/repository/pullRequests"), Some(&changes));
        let history = json!({"nodes": [
            {"oid": "c1", "associatedPullRequests": arrived},
            {"oid": "c2", "associatedPullRequests": {"nodes": []}},
        ]});
        assert_eq!(body.pointer("/data/repository/defaultBranchRef/target/history"), Some(&history));
        let history = ["repository", "defaultBranchRef", "target", "history", "nodes"].map(|name| json!(name));
        let path: Vec<Json> = history
            .into_iter()
            .chain([json!(0), json!("associatedPullRequests"), json!("nodes"), json!(0), json!("state")])
            .collect();
        assert_eq!(body.pointer("/errors/1/path"), Some(&json!(path)));
        let path = json!(["repository", "pullRequests", "nodes", 0, "author"]);
        assert_eq!(body.pointer("/errors/0/path"), Some(&path));
    }

    /// Who may push and who may pass is asked for where classic protection is shown at all, and makes no answer where it did
    /// not come.
    #[rstest]
    #[case::told(json!({"pushAllowances": {"totalCount": 0}, "bypassPullRequestAllowances": null}), true)]
    #[case::gone(Json::Null, false)]
    fn classic_protection_is_put_together(#[case] more: Json, #[case] whole: bool) {
        let data = json!({
            "owner": {"login": "acme"}, "isFork": false, "merged": {"totalCount": 0, "nodes": []},
            "defaultBranchRef": {"branchProtectionRule": {"isAdminEnforced": true}, "target": null},
        });
        let name: RepositoryName = "acme/widget".parse().expect("a name");
        let half = half(&name, Told { data, errors: Vec::new() }).expect("all is there");
        assert!(half.lacks());
        let more = Told { data: json!({"defaultBranchRef": {"branchProtectionRule": more}}), errors: Vec::new() };
        let body = together(half, more, &OwnerTold::default());
        let rule =
            json!({"isAdminEnforced": true, "pushAllowances": {"totalCount": 0}, "bypassPullRequestAllowances": null});
        let told =
            body.as_ref().and_then(|body| body.pointer("/data/repository/defaultBranchRef/branchProtectionRule"));
        assert_eq!(told, whole.then_some(&rule));
    }

    /// What did not come is asked for alone; it is never taken for an empty list.
    #[rstest]
    #[case::nothing(Json::Null, json!([]))]
    #[case::gone(Json::Null, json!([{"type": "NOT_FOUND", "path": []}]))]
    #[case::no_changes(json!({"c0": {"associatedPullRequests": {"nodes": []}}}), json!([]))]
    #[case::no_commit(json!({"pullRequests": {"nodes": []}, "c0": null}), json!([]))]
    #[case::hidden_commit(json!({"pullRequests": {"nodes": []}, "c0": null}), json!([{"type": "FORBIDDEN", "path": ["c0"]}]))]
    #[case::another_commit(json!({"pullRequests": {"nodes": []}, "c1": {"associatedPullRequests": {"nodes": []}}}), json!([]))]
    #[case::broken(json!({"pullRequests": {"nodes": []}, "c0": {"associatedPullRequests": {"nodes": []}}}), json!([{"message": "Something went wrong"}]))]
    fn a_part_that_is_missing_makes_no_answer(#[case] data: Json, #[case] errors: Json) {
        let more = Told { data, errors: errors.as_array().cloned().expect("a list") };
        assert_eq!(together(after_the_first_step(1), more, &OwnerTold::default()), None);
    }

    #[rstest]
    #[case::broken(json!({"owner": {"login": "acme"}}), json!([{"message": "Something went wrong"}]))]
    #[case::renamed(json!({"owner": {"login": "globex"}, "isFork": false, "merged": {"totalCount": 0}}), json!([]))]
    #[case::uncounted(json!({"owner": {"login": "acme"}, "isFork": false, "merged": null}), json!([]))]
    #[case::no_name(json!({"owner": {"login": "acme"}, "isFork": true, "merged": {"totalCount": 0}, "defaultBranchRef": {"target": {"history": {"nodes": [{"oid": "c\""}]}}}}), json!([]))]
    fn who_asks_for_itself(#[case] data: Json, #[case] errors: Json) {
        let name: RepositoryName = "acme/widget".parse().expect("a name");
        assert!(half(&name, Told { data, errors: errors.as_array().cloned().expect("a list") }).is_none());
    }
}
