//! Section `branch`: the rules on the primary branch, as the union of rulesets and classic protection.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::fact::{Fact, Reason};

/// What is known about the primary branch.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Branch {
    /// Whether the listing of active rules could be read.
    pub rules_readable: Fact<bool>,
    /// Whether classic protection could be read, or the branch is proven to have none.
    pub classic_readable: Fact<bool>,
    /// Whether every change needs a change request.
    pub pr_required: Fact<bool>,
    /// Whether pushes are restricted, and to whom: `nobody`, `automation`, `people`; `null` when they are not.
    pub push_restricted: Fact<Option<String>>,
    /// Whether the branch is locked.
    pub locked: Fact<bool>,
    /// Whether deleting the branch is blocked.
    pub deletion_blocked: Fact<bool>,
    /// Whether rewriting the branch is blocked.
    pub force_push_blocked: Fact<bool>,
    /// Approvals needed before merging.
    pub required_approvals: Fact<u64>,
    /// Whether the last push needs an approval by somebody else.
    pub last_push_approval: Fact<bool>,
    /// Whether the review of a code owner is needed.
    pub codeowner_review: Fact<bool>,
    /// Status checks that must pass.
    pub required_checks: Fact<Vec<RequiredCheck>>,
    /// Who may pass by the rules.
    pub bypass: Fact<Vec<Bypass>>,
    /// Whether classic protection binds administrators.
    pub admins_bound: Fact<bool>,
    /// Recent commits on the branch that came without a merged change request (window: 50).
    pub direct_commits: Fact<Vec<DirectCommit>>,
    /// Whether references under `refs/gittuf/` guard the branch.
    pub gittuf: Fact<bool>,
}

/// A status check that must pass before merging.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RequiredCheck {
    /// Its name.
    pub context: String,
    /// The app that must report it, if the rule names one.
    pub app: Option<String>,
    /// `ruleset` or `classic`.
    pub source: String,
}

/// An actor that may pass by the rules.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Bypass {
    /// `role`, `team`, `user`, `admin`, `app` or `deploy_key`.
    pub actor_kind: String,
    /// `always` or `pull_request`.
    pub mode: String,
    /// What the rule lets pass: `ruleset` or `classic`.
    pub source: String,
}

/// A commit that was pushed directly.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DirectCommit {
    /// Its id.
    pub oid: String,
    /// Whether a bot wrote it.
    pub bot: bool,
}

/// Nobody asked the forge: every fact of this section is unknown, each with the access that would settle it.
pub(crate) fn offline(gittuf: Fact<bool>) -> Branch {
    let (read, admin) = ("a read token", "a token with `administration: read`");
    Branch {
        rules_readable: Fact::unknown(Reason::Offline, read, &["rules"]),
        classic_readable: Fact::unknown(Reason::Offline, admin, &["protection"]),
        pr_required: Fact::unknown(Reason::Offline, admin, &["rules", "protection"]),
        push_restricted: Fact::unknown(Reason::Offline, admin, &["rules", "protection"]),
        locked: Fact::unknown(Reason::Offline, admin, &["rules", "protection"]),
        deletion_blocked: Fact::unknown(Reason::Offline, admin, &["rules", "protection"]),
        force_push_blocked: Fact::unknown(Reason::Offline, admin, &["rules", "protection"]),
        required_approvals: Fact::unknown(Reason::Offline, admin, &["rules", "protection"]),
        last_push_approval: Fact::unknown(Reason::Offline, admin, &["rules", "protection"]),
        codeowner_review: Fact::unknown(Reason::Offline, admin, &["rules", "protection"]),
        required_checks: Fact::unknown(Reason::Offline, admin, &["rules", "protection"]),
        bypass: Fact::unknown(Reason::Offline, "a token with write access to rulesets", &["rules", "protection"]),
        admins_bound: Fact::unknown(Reason::Offline, admin, &["protection"]),
        direct_commits: Fact::unknown(Reason::Offline, read, &["repository"]),
        gittuf,
    }
}
