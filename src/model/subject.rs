//! What is assessed.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The repository an assessment is about. Everything that offline reading cannot settle is a claim of the remote address.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Subject {
    /// The forge software, such as `github`, if it is known.
    pub forge: Option<String>,
    /// The host name of the forge.
    pub host: Option<String>,
    /// The account or group that owns the repository.
    pub owner: Option<String>,
    /// The name of the repository, or of the directory where there is no remote.
    pub name: String,
    /// The default branch, as far as the clone knows it.
    pub default_branch: Option<String>,
    /// The assessed commit, as 40 or 64 hexadecimal digits; none for a plain directory.
    pub commit: Option<String>,
}
