//! Section `repo`, `org` and `collab` as GitHub tells them: from the query, or, without a credential, from the public
//! description of the repository.

use serde::Deserialize;
use serde_json::Value as Json;

use super::protection::ADMIN;
use super::query::{Owner, Queried, Repository};
use crate::collect::checks::{Account, Collab};
use crate::collect::forge::failure::{Answer, Failure, fact};
use crate::collect::forge::{Fallback, HealthFile, RepoSeen};
use crate::collect::limits;
use crate::collect::org::Org;
use crate::model::fact::{Fact, Reason, SourceId};

const SRC: &[SourceId] = &["repository"];
const ORG: &[SourceId] = &["org"];
const READ: &str = "a read token";
const OWNER: &str = "an owner of the organization";

/// The public description of a repository, with the settings that administrators see.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Description {
    pub(crate) full_name: Option<String>,
    pub(crate) html_url: Option<String>,
    pub(crate) owner: Option<Account0>,
    pub(crate) visibility: Option<String>,
    pub(crate) private: Option<bool>,
    pub(crate) archived: Option<bool>,
    pub(crate) fork: Option<bool>,
    pub(crate) mirror_url: Option<String>,
    pub(crate) default_branch: Option<String>,
    pub(crate) homepage: Option<String>,
    pub(crate) has_issues: Option<bool>,
    pub(crate) has_discussions: Option<bool>,
    pub(crate) web_commit_signoff_required: Option<bool>,
    pub(crate) license: Option<LicenseName>,
    pub(crate) security_and_analysis: Option<Json>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Account0 {
    #[serde(rename = "type")]
    pub(crate) kind: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct LicenseName {
    pub(crate) spdx_id: Option<String>,
}

/// The settings of an organization, as far as they are shown.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Organization {
    two_factor_requirement_enabled: Option<bool>,
    default_repository_permission: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct TokenDefault {
    pub(crate) default_workflow_permissions: Option<String>,
}

/// The repository as the query tells it. `asked` is the name that was asked for.
pub(crate) fn from_query(queried: &Answer<Queried>, asked: &str, anonymous: Fact<bool>) -> RepoSeen {
    let queried = match queried {
        Ok(queried) => queried,
        Err(failure) => return unread(&failure.clone().or_needs(READ), anonymous),
    };
    let seen = &queried.repository;
    let part = |name: &str| queried.missing(&["repository", name], Failure::needing(Reason::Forbidden, READ));
    let flag = |name: &str, value: Option<bool>| fact(value.ok_or_else(|| part(name)), SRC);
    RepoSeen {
        owner_kind: fact(owner_kind(seen.owner.as_ref()).ok_or_else(|| part("owner")), SRC),
        visibility: fact(seen.visibility.as_deref().map(str::to_lowercase).ok_or_else(|| part("visibility")), SRC),
        archived: flag("isArchived", seen.is_archived),
        anonymous_readable: anonymous,
        moved_to: fact(moved(asked, seen).ok_or_else(|| part("nameWithOwner")), SRC),
        is_fork: flag("isFork", seen.is_fork),
        mirror_of: match seen.is_mirror {
            Some(_) => Fact::known(filled(seen.mirror_url.as_deref()), SRC),
            None => part("isMirror").fact(SRC),
        },
        default_branch: match seen.default_branch_ref.as_ref().and_then(|branch| branch.name.clone()) {
            Some(name) => Fact::known(name, SRC),
            None if seen.is_empty == Some(true) => Failure::needing(Reason::Unsupported, "a first commit").fact(SRC),
            None => part("defaultBranchRef").fact(SRC),
        },
        homepage: nullable(queried, "homepageUrl", filled(seen.homepage_url.as_deref())),
        issues_enabled: flag("hasIssuesEnabled", seen.has_issues_enabled),
        discussions_enabled: flag("hasDiscussionsEnabled", seen.has_discussions_enabled),
        web_signoff: flag("webCommitSignoffRequired", seen.web_commit_signoff_required),
        spdx_hint: nullable(
            queried,
            "licenseInfo",
            seen.license_info.as_ref().and_then(|license| license.spdx_id.clone()),
        ),
        policy_url: match seen.is_security_policy_enabled {
            Some(true) => Fact::known(filled(seen.security_policy_url.as_deref()), SRC),
            Some(false) => Fact::known(None, SRC),
            None => part("isSecurityPolicyEnabled").fact(SRC),
        },
    }
}

/// A field whose null means that there is none, unless an error says otherwise.
fn nullable(queried: &Queried, name: &str, value: Option<String>) -> Fact<Option<String>> {
    match queried.problem(&["repository", name]) {
        Some(problem) if value.is_none() => problem.fact(SRC),
        _ => Fact::known(value, SRC),
    }
}

fn owner_kind(owner: Option<&Owner>) -> Option<String> {
    match owner?.kind.as_deref()? {
        "Organization" => Some("org".to_owned()),
        "User" => Some("user".to_owned()),
        _ => None,
    }
}

fn moved(asked: &str, seen: &Repository) -> Option<Option<String>> {
    let name = seen.name_with_owner.as_deref()?;
    let url = || seen.url.clone().unwrap_or_else(|| name.to_owned());
    Some((!name.eq_ignore_ascii_case(asked)).then(url))
}

fn filled(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The repository as its public description tells it.
pub(crate) fn from_description(described: &Answer<Description>, asked: &str, anonymous: Fact<bool>) -> RepoSeen {
    let seen = match described {
        Ok(seen) => seen,
        Err(failure) => return unread(&failure.clone().or_needs(READ), anonymous),
    };
    let gap = || Failure::needing(Reason::Unauthenticated, READ);
    let flag = |value: Option<bool>| fact(value.ok_or_else(gap), SRC);
    let visibility = seen
        .visibility
        .clone()
        .or_else(|| seen.private.map(|private| if private { "private" } else { "public" }.to_owned()));
    let moved = seen.full_name.as_deref().map(|name| {
        let url = || seen.html_url.clone().unwrap_or_else(|| name.to_owned());
        (!name.eq_ignore_ascii_case(asked)).then(url)
    });
    let kind = seen.owner.as_ref().and_then(|owner| owner.kind.as_deref()).and_then(|kind| match kind {
        "Organization" => Some("org"),
        "User" => Some("user"),
        _ => None,
    });
    RepoSeen {
        owner_kind: fact(kind.map(str::to_owned).ok_or_else(gap), SRC),
        visibility: fact(visibility.ok_or_else(gap), SRC),
        archived: flag(seen.archived),
        anonymous_readable: anonymous,
        moved_to: fact(moved.ok_or_else(gap), SRC),
        is_fork: flag(seen.fork),
        mirror_of: Fact::known(filled(seen.mirror_url.as_deref()), SRC),
        default_branch: fact(seen.default_branch.clone().ok_or_else(gap), SRC),
        homepage: Fact::known(filled(seen.homepage.as_deref()), SRC),
        issues_enabled: flag(seen.has_issues),
        discussions_enabled: flag(seen.has_discussions),
        web_signoff: flag(seen.web_commit_signoff_required),
        spdx_hint: Fact::known(seen.license.as_ref().and_then(|license| license.spdx_id.clone()), SRC),
        policy_url: gap().fact(SRC),
    }
}

fn unread(why: &Failure, anonymous: Fact<bool>) -> RepoSeen {
    RepoSeen {
        owner_kind: why.fact(SRC),
        visibility: why.fact(SRC),
        archived: why.fact(SRC),
        anonymous_readable: anonymous,
        moved_to: why.fact(SRC),
        is_fork: why.fact(SRC),
        mirror_of: why.fact(SRC),
        default_branch: why.fact(SRC),
        homepage: why.fact(SRC),
        issues_enabled: why.fact(SRC),
        discussions_enabled: why.fact(SRC),
        web_signoff: why.fact(SRC),
        spdx_hint: why.fact(SRC),
        policy_url: why.fact(SRC),
    }
}

/// The organization. A setting that is off counts as seen only by those whose right to see it is proven: to everybody
/// else GitHub may answer the same.
pub(crate) fn org(
    queried: &Answer<Queried>,
    organization: Option<&Answer<Organization>>,
    token_default: Option<&Answer<TokenDefault>>,
    health_files: Fact<Vec<String>>,
) -> Org {
    let why = match queried {
        Err(failure) => failure.clone().or_needs(OWNER),
        Ok(queried) if is_org(queried) => Failure::needing(Reason::Forbidden, OWNER),
        Ok(_) => Failure::needing(Reason::Unsupported, "an organization: the repository belongs to a person"),
    };
    let settings = organization.and_then(|answer| answer.as_ref().ok());
    let refused = organization.and_then(|answer| answer.as_ref().err());
    let why = refused.map_or(why, |failure| failure.clone().or_needs(OWNER));
    let owner = queried.as_ref().ok().and_then(|queried| queried.repository.owner.as_ref());
    let sees_all = owner.and_then(|owner| owner.viewer_can_administer) == Some(true);
    let from_query = owner.and_then(|owner| owner.requires_two_factor_authentication).filter(|on| *on || sees_all);
    let two_factor = settings.and_then(|settings| settings.two_factor_requirement_enabled).or(from_query);
    let permission = settings.and_then(|settings| settings.default_repository_permission.clone());
    Org {
        two_factor_required: fact(two_factor.ok_or_else(|| why.clone()), ORG),
        members_without_2fa: without_second_factor(owner, &why),
        default_permission: fact(permission.ok_or_else(|| why.clone()), ORG),
        default_workflow_token: match token_default {
            Some(Ok(default)) => fact(default.default_workflow_permissions.clone().ok_or_else(|| why.clone()), ORG),
            Some(Err(failure)) => {
                failure.clone().or_needs("a token with `organization administration: read`").fact(ORG)
            }
            None => why.fact(ORG),
        },
        health_files,
        public_repos: Fact::unknown(Reason::NotRequested, "a run over the repositories of the owner", ORG),
    }
}

pub(crate) fn is_org(queried: &Queried) -> bool {
    queried.repository.owner.as_ref().and_then(|owner| owner.kind.as_deref()) == Some("Organization")
}

/// Members without a second factor. Outside collaborators are not in the list, so none found proves nothing.
fn without_second_factor(owner: Option<&Owner>, why: &Failure) -> Fact<u64> {
    let edges = owner.and_then(|owner| owner.members_with_role.as_ref()?.edges.as_ref());
    let without =
        edges.into_iter().flatten().flatten().filter(|member| member.has_two_factor_enabled == Some(false)).count();
    match u64::try_from(without) {
        Ok(count) if count > 0 => Fact::partial(count, ORG),
        _ => why.fact(ORG),
    }
}

/// Who may write.
pub(crate) fn collab(queried: &Answer<Queried>) -> Collab {
    const SRC: &[SourceId] = &["collaborators"];
    const WRITE: &str = "a token with write access";
    let accounts = match queried {
        Err(failure) => failure.clone().or_needs(WRITE).fact(SRC),
        Ok(queried) => match queried.repository.collaborators.as_ref().and_then(|all| Some((all, all.edges.as_ref()?)))
        {
            None => {
                let otherwise = Failure::needing(Reason::Forbidden, WRITE);
                queried.missing(&["repository", "collaborators"], otherwise).or_needs(WRITE).fact(SRC)
            }
            Some((all, edges)) => {
                let complete = all.total_count.is_none_or(|total| total <= edges.len() as u64);
                let mut accounts: Vec<Account> = edges.iter().flatten().filter_map(account).collect();
                accounts.sort_by(|a, b| a.login.cmp(&b.login));
                Fact::seen(accounts, complete, SRC)
            }
        },
    };
    Collab { accounts }
}

fn account(edge: &super::query::Collaborator) -> Option<Account> {
    let role = match edge.permission.as_deref()? {
        "ADMIN" => "admin",
        "MAINTAIN" => "maintain",
        "WRITE" => "write",
        _ => return None,
    };
    let person = edge.node.as_ref()?;
    let kind = if person.is_bot() { "bot" } else { "human" };
    Some(Account { login: person.login.clone()?, role: role.to_owned(), kind: kind.to_owned() })
}

/// The owner's health files.
pub(crate) fn fallback(queried: &Answer<Queried>) -> Answer<Fallback> {
    let queried =
        queried.as_ref().map_err(|failure| failure.clone().or_needs("the owner's fallback repository (`.github`)"))?;
    let Some(seen) = queried.fallback.as_ref().filter(|seen| seen.is_object()) else {
        // A repository that this credential cannot see is not public, and only a public one lends its files.
        return match queried.problem(&["fallback"]) {
            Some(problem) if problem.reason != Reason::Forbidden => Err(problem),
            _ => Ok(Fallback::default()),
        };
    };
    if seen.get("visibility").and_then(Json::as_str) != Some("PUBLIC") {
        return Ok(Fallback::default());
    }
    if queried.is_broken_below(&["fallback"]) {
        return Err(queried
            .missing(&["fallback"], Failure::new(Reason::Error, "the owner's `.github` repository was read in part")));
    }
    let mut fallback = Fallback { present: true, ..Fallback::default() };
    for (alias, directory) in [("root", ""), ("hidden", ".github/"), ("docs", "docs/")] {
        let entries = seen.get(alias).and_then(|tree| tree.get("entries")?.as_array()).into_iter().flatten();
        let files = entries.filter(|entry| entry.get("type").and_then(Json::as_str) == Some("blob"));
        fallback.files.extend(files.filter_map(|entry| Some(format!("{directory}{}", entry.get("name")?.as_str()?))));
        for name in ["SECURITY", "CONTRIBUTING", "SUPPORT", "GOVERNANCE"] {
            let lower = name.to_lowercase();
            let capital = format!("{}{}", name.get(..1).unwrap_or_default(), lower.get(1..).unwrap_or_default());
            let key = if directory.is_empty() { lower } else { format!("{alias}{capital}") };
            let Some(blob) =
                seen.get(&key).filter(|blob| blob.get("isTruncated").and_then(Json::as_bool) != Some(true))
            else {
                continue;
            };
            let Some(text) = blob.get("text").and_then(Json::as_str) else { continue };
            fallback.texts.push(HealthFile { path: format!("{directory}{name}.md"), text: text.to_owned() });
        }
    }
    fallback.files.sort();
    fallback.texts.truncate(limits::FALLBACK_FILES);
    Ok(fallback)
}

/// Whether the credential administers the repository.
pub(crate) fn administers(queried: &Answer<Queried>) -> bool {
    queried.as_ref().is_ok_and(|queried| queried.repository.viewer_can_administer == Some(true))
}

/// The failure of what only administrators may ask, where the credential is none of theirs.
pub(crate) fn not_asked(queried: &Answer<Queried>) -> Failure {
    match queried {
        Err(failure) => failure.clone().or_needs(ADMIN),
        Ok(_) => Failure::needing(Reason::Forbidden, ADMIN),
    }
}
