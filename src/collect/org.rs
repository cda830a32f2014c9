//! Section `org`: settings of the organization that owns the repository.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::fact::{Fact, Reason};

/// What is known about the owning organization.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Org {
    /// Whether every member must use a second factor.
    pub two_factor_required: Fact<bool>,
    /// How many members and outside collaborators have none.
    pub members_without_2fa: Fact<u64>,
    /// The base permission of members: `none`, `read`, `write` or `admin`.
    pub default_permission: Fact<String>,
    /// The default permission of pipeline tokens: `read` or `write`.
    pub default_workflow_token: Fact<String>,
    /// Paths of community health files in the owner's fallback repository.
    pub health_files: Fact<Vec<String>>,
    /// The owner's public repositories.
    pub public_repos: Fact<Vec<OrgRepo>>,
}

/// One repository of the owner.
#[derive(Debug, Serialize, JsonSchema)]
pub struct OrgRepo {
    /// Its name.
    pub name: String,
    /// Whether it is a fork.
    pub fork: bool,
    /// Whether it is archived.
    pub archived: bool,
}

/// Nobody asked the forge: every fact of this section is unknown, each with the access that would settle it.
pub(crate) fn offline() -> Org {
    let owner = "an owner of the organization";
    Org {
        two_factor_required: Fact::unknown(Reason::Offline, owner, &["org"]),
        members_without_2fa: Fact::unknown(Reason::Offline, owner, &["org"]),
        default_permission: Fact::unknown(Reason::Offline, owner, &["org"]),
        default_workflow_token: Fact::unknown(Reason::Offline, owner, &["org"]),
        health_files: Fact::unknown(Reason::Offline, "the owner's fallback repository (`.github`)", &["fallback"]),
        public_repos: Fact::unknown(Reason::Offline, "a read token", &["org"]),
    }
}
