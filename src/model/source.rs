//! Where facts come from, and with which access they were read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The access that collection had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Access {
    /// The kind of credential; `none` without one. Never the credential itself.
    pub credential: String,
    /// `read`, `write` or `admin`; `null` without a credential.
    pub permission: Option<String>,
    /// Whether the credential belongs to an owner of the organization; `null` where that is not known.
    pub org_owner: Option<bool>,
}

impl Default for Access {
    /// Nobody was asked with a credential.
    fn default() -> Self {
        Self { credential: "none".to_owned(), permission: None, org_owner: None }
    }
}

/// One source of facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Source {
    /// `git`, `worktree`, `config`, `rest`, `graphql`.
    pub kind: String,
    /// What exactly was read: a commit, a file, a request.
    #[serde(rename = "ref")]
    pub reference: String,
    /// The digest of what was read.
    pub digest: Option<String>,
    /// The status of the answer.
    pub status: Option<u16>,
}
