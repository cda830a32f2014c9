//! Section `repo`: the repository as its forge and its clone describe it. Offline the remote address is the only
//! witness of the forge, so whatever only the forge can tell stays unknown.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use super::deps::{Deps, Ecosystem};
use super::files::Files;
use super::git::{Clone, History};
use super::remote::{self, Remote};
use crate::bundle::Bundle;
use crate::model::fact::{Fact, Reason, SourceId};
use crate::model::source::Source;
use crate::model::subject::Subject;

/// The source of facts that come from the clone itself, whatever the files were read from.
const CLONE: &[SourceId] = &["git"];
/// The source that nobody asked.
const FORGE: &[SourceId] = &["repository"];
const READ: &str = "a read token";
/// Bytes of a file that holds no more than a title.
const STUB_BYTES: u64 = 200;
const SECONDS_PER_DAY: i64 = 86_400;

/// What is known about the repository itself.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Repo {
    /// The forge software: `github`, `gitlab`, `forgejo`, `gitea`, `bitbucket`; `null` for a repository without a remote. Claimed by the remote address.
    pub forge: Fact<Option<String>>,
    /// The host name of the forge, in lower case; `null` without a remote. Claimed by the remote address.
    pub host: Fact<Option<String>>,
    /// `org`, `user`, `group` or `none`.
    pub owner_kind: Fact<String>,
    /// `public`, `internal` or `private`.
    pub visibility: Fact<String>,
    /// Whether the forge made it read-only.
    pub archived: Fact<bool>,
    /// Whether it has no commit.
    pub empty: Fact<bool>,
    /// Whether one request without a credential lists its references.
    pub anonymous_readable: Fact<bool>,
    /// Where its address redirects to; `null` when it does not.
    pub moved_to: Fact<Option<String>>,
    /// Whether it is a fork.
    pub is_fork: Fact<bool>,
    /// What it mirrors; `null` when it is no mirror.
    pub mirror_of: Fact<Option<String>>,
    /// The branch that the forge calls its default.
    pub default_branch: Fact<String>,
    /// The commit that was read; `null` in an empty repository or a plain directory.
    pub head: Fact<Option<String>>,
    /// The homepage field; `null` when it is empty or the forge has none.
    pub homepage: Fact<Option<String>>,
    /// Whether the issue tracker is switched on.
    pub issues_enabled: Fact<bool>,
    /// Whether discussions are switched on.
    pub discussions_enabled: Fact<bool>,
    /// Whether commits made on the web must carry a sign-off.
    pub web_signoff: Fact<bool>,
    /// The licence id the forge guesses; a cross-check, never decisive.
    pub spdx_hint: Fact<Option<String>>,
    /// Whether the tree holds source or build files.
    pub has_code: Fact<bool>,
    /// Age of the newest commit in days at the time of collection.
    pub last_commit_age_days: Fact<u64>,
}

pub(crate) fn collect(cx: &Context<'_>, history: Option<&History>, deps: &Deps, files: &Files) -> Repo {
    let remote = remote_of(cx.clone);
    let published = "the address where the repository is published";
    let (reason, needs) = match remote {
        Remote::None => (Reason::Unsupported, published),
        Remote::Local | Remote::Address(_) => (Reason::Offline, READ),
    };
    Repo {
        forge: software(cx, &remote),
        host: match &remote {
            Remote::None => Fact::known(None, CLONE),
            Remote::Local => Fact::unknown(Reason::Unsupported, published, CLONE),
            Remote::Address(_) => Fact::known(cx.subject.host.clone(), CLONE),
        },
        owner_kind: without_forge(&remote, "none".to_owned()),
        visibility: Fact::unknown(reason, needs, FORGE),
        archived: Fact::unknown(reason, needs, FORGE),
        empty: match cx.clone {
            Some(_) => Fact::known(false, CLONE),
            None => Fact::unknown(Reason::Unsupported, "a git clone", CLONE),
        },
        anonymous_readable: Fact::unknown(reason, "a request without credentials", &["anonymous"]),
        moved_to: without_forge(&remote, None),
        is_fork: without_forge(&remote, false),
        mirror_of: without_forge(&remote, None),
        default_branch: Fact::unknown(reason, needs, FORGE),
        head: Fact::known(cx.clone.map(|clone| clone.commit.to_string()), CLONE),
        homepage: without_forge(&remote, None),
        issues_enabled: Fact::unknown(reason, needs, FORGE),
        discussions_enabled: Fact::unknown(reason, needs, FORGE),
        web_signoff: without_forge(&remote, false),
        spdx_hint: without_forge(&remote, None),
        has_code: has_code(cx, deps, files),
        last_commit_age_days: last_commit_age(cx, history),
    }
}

/// What a repository without any remote certainly lacks; unknown for every other, because nobody asked.
fn without_forge<T>(remote: &Remote, value: T) -> Fact<T> {
    match remote {
        Remote::None => Fact::known(value, CLONE),
        Remote::Local | Remote::Address(_) => Fact::unknown(Reason::Offline, READ, FORGE),
    }
}

fn software(cx: &Context<'_>, remote: &Remote) -> Fact<Option<String>> {
    match (remote, &cx.subject.forge) {
        (Remote::None, _) => Fact::known(None, CLONE),
        (Remote::Address(_), Some(forge)) => Fact::known(Some(forge.clone()), CLONE),
        (Remote::Address(_), None) => Fact::unknown(Reason::Offline, "a request to the host", FORGE),
        (Remote::Local, _) => {
            Fact::unknown(Reason::Unsupported, "the address where the repository is published", CLONE)
        }
    }
}

fn has_code(cx: &Context<'_>, deps: &Deps, files: &Files) -> Fact<bool> {
    let builds = files.build_files.value().is_some_and(|found| !found.is_empty());
    let ecosystems = deps.ecosystems.value();
    let is_product = |found: &Ecosystem| found.source_files > 0 || !found.manifests.is_empty();
    if builds || ecosystems.is_some_and(|found| found.iter().any(is_product)) {
        return Fact::known(true, cx.src);
    }
    let seen_all = cx.tree.complete() && deps.ecosystems.is_complete() && files.build_files.is_complete();
    if !seen_all {
        Fact::unknown(Reason::Truncated, "a complete tree", cx.src)
    } else if holds_anything(cx) {
        Fact::known(false, cx.src)
    } else {
        Fact::unknown(Reason::Unsupported, "a repository that holds more than its own licence and title", cx.src)
    }
}

/// Whether any file but a licence is more than a stub: a repository that was only just set up does not show yet what it is
/// going to hold.
fn holds_anything(cx: &Context<'_>) -> bool {
    let reader = cx.tree.reader();
    cx.tree.entries().iter().filter(|entry| entry.mode.is_file()).any(|entry| {
        let name = entry.path.name_lower();
        let licence = ["license", "licence", "copying", "unlicense"].iter().any(|stem| name.starts_with(stem));
        !licence && reader.read(entry, STUB_BYTES + 1).map_or(true, |blob| blob.size > STUB_BYTES)
    })
}

fn last_commit_age(cx: &Context<'_>, history: Option<&History>) -> Fact<u64> {
    let newest = history.and_then(|history| history.newest.iter().map(|commit| commit.seconds).max());
    match newest {
        Some(seconds) => {
            let days = cx.now.as_second().saturating_sub(seconds) / SECONDS_PER_DAY;
            Fact::known(u64::try_from(days).unwrap_or(0), CLONE)
        }
        None => Fact::unknown(Reason::Unsupported, "a git clone", CLONE),
    }
}

/// What is assessed, as far as the clone and its remote say.
pub(crate) fn subject(clone: Option<&Clone>, path: &Path, policies: &Bundle) -> Subject {
    let commit = clone.map(|clone| clone.commit.to_string());
    let default_branch = clone.and_then(Clone::default_branch);
    let here = || directory_name(clone.map(Clone::directory).as_deref().unwrap_or(path));
    match remote_of(clone) {
        Remote::Address(address) => Subject {
            forge: remote::software_of(&address.host, policies),
            host: Some(remote::canonical_host(&address.host, policies)),
            owner: address.owner,
            name: address.name,
            default_branch,
            commit,
        },
        Remote::None | Remote::Local => Subject { name: here(), default_branch, commit, ..Subject::default() },
    }
}

fn remote_of(clone: Option<&Clone>) -> Remote {
    clone.and_then(Clone::remote).map_or(Remote::None, |url| remote::read(&url))
}

fn directory_name(directory: &Path) -> String {
    let full = std::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_path_buf());
    let name = full.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let name: String = name.chars().filter(|c| !c.is_control()).collect();
    match name.strip_suffix(".git") {
        Some(stem) if !stem.is_empty() => stem.to_owned(),
        _ if name.is_empty() => "repository".to_owned(),
        _ => name,
    }
}

/// Whether references under `refs/gittuf/` guard the branch.
pub(crate) fn gittuf(cx: &Context<'_>) -> Fact<bool> {
    match cx.clone {
        Some(clone) => Fact::known(clone.has_references("refs/gittuf/"), CLONE),
        None => Fact::unknown(Reason::Unsupported, "a git clone", CLONE),
    }
}

/// The sources that were read in this run.
pub(crate) fn sources(cx: &Context<'_>) -> BTreeMap<String, Source> {
    let mut sources = BTreeMap::new();
    if let Some(clone) = cx.clone {
        sources.insert(
            "git".to_owned(),
            Source {
                kind: "git".to_owned(),
                reference: clone.commit.to_string(),
                digest: Some(format!("git:{}", clone.tree_id())),
                status: None,
            },
        );
        // What a shallow clone, or one without tags, cannot show is no fault of the project.
        let whole = [("history", !clone.is_shallow()), ("tags", clone.holds_all_tags())];
        for (id, _) in whole.into_iter().filter(|(_, there)| *there) {
            let source = Source { kind: "git".to_owned(), reference: id.to_owned(), digest: None, status: None };
            sources.insert(id.to_owned(), source);
        }
    }
    if cx.src == ["worktree"] {
        let source = Source { kind: "worktree".to_owned(), reference: ".".to_owned(), digest: None, status: None };
        sources.insert("worktree".to_owned(), source);
    }
    sources
}
