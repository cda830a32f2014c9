//! Sections `checks`, `changes` and `collab`: what the forge saw on changes, and who may write.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::fact::{Fact, Reason};

/// Status checks as they ran.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Checks {
    /// Checks seen on the head and on a sample of merged changes.
    pub observed: Fact<Vec<ObservedCheck>>,
}

/// A status check that ran.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ObservedCheck {
    /// Its name.
    pub name: String,
    /// The app that reported it.
    pub app: Option<String>,
    /// `check` or `status`.
    pub kind: String,
    /// `head` or `change_request`.
    pub on: String,
    /// Its conclusion, as the forge words it.
    pub conclusion: Option<String>,
    /// On how many of the sampled changes it was seen.
    pub changes: u64,
}

/// Recent changes.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Changes {
    /// The newest merged changes (window: 20).
    pub merged_sample: Fact<Vec<MergedChange>>,
}

/// A merged change request.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MergedChange {
    /// Its number.
    pub number: u64,
    /// `human` or `bot`.
    pub author_kind: String,
    /// Approvals by people other than the author.
    pub human_approvals: u64,
    /// Approvals by apps.
    pub bot_approvals: u64,
    /// Names of required checks that had failed when it was merged.
    pub failed_required_checks: Vec<String>,
    /// Names of the checks seen on it.
    pub checks: Vec<String>,
}

/// Who may write.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Collab {
    /// Accounts with write access or more.
    pub accounts: Fact<Vec<Account>>,
}

/// An account with access.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Account {
    /// Its name.
    pub login: String,
    /// `write`, `maintain` or `admin`.
    pub role: String,
    /// `human` or `bot`.
    pub kind: String,
}

/// Nobody asked the forge: every fact of this section is unknown, each with the access that would settle it.
pub(crate) fn offline() -> (Checks, Changes, Collab) {
    let read = "a read token";
    (
        Checks { observed: Fact::unknown(Reason::Offline, read, &["repository"]) },
        Changes { merged_sample: Fact::unknown(Reason::Offline, read, &["repository"]) },
        Collab { accounts: Fact::unknown(Reason::Offline, "a token with write access", &["collaborators"]) },
    )
}
