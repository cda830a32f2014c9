//! Section `repo`: the repository as its forge and its clone describe it.

use schemars::JsonSchema;
use serde::Serialize;

use std::collections::BTreeMap;
use std::path::Path;

use super::deps::Deps;
use super::git::{Clone, History};
use super::{Context, Source};
use crate::model::fact::{Fact, Reason};
use crate::model::subject::Subject;

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

pub(crate) fn collect(cx: &Context<'_>, _history: Option<&History>, _deps: &Deps) -> Repo {
    Repo {
        forge: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        host: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        owner_kind: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        visibility: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        archived: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        empty: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        anonymous_readable: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        moved_to: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        is_fork: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        mirror_of: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        default_branch: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        head: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        homepage: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        issues_enabled: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        discussions_enabled: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        web_signoff: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        spdx_hint: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        has_code: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        last_commit_age_days: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
    }
}

/// What is assessed, as far as the clone and its remote say.
pub(crate) fn subject(clone: Option<&Clone>, path: &Path) -> Subject {
    let _ = clone;
    Subject { name: path.display().to_string(), ..Subject::default() }
}

/// Whether references under `refs/gittuf/` guard the branch.
pub(crate) fn gittuf(cx: &Context<'_>) -> Fact<bool> {
    Fact::known(cx.clone.is_some_and(|clone| clone.has_references("refs/gittuf/")), cx.src)
}

/// The sources that facts of this run name.
pub(crate) fn sources(_cx: &Context<'_>) -> BTreeMap<String, Source> {
    BTreeMap::new()
}
