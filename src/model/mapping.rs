//! How entries of other frameworks relate to controls. The standard says of every pair only that the two relate, never that one
//! fulfils the other, and so does whatever shows them.

use serde::{Deserialize, Serialize};

/// What has to stand beside these references wherever they are shown.
pub const CAUTION: &str = "Related entries only: meeting a control neither fulfils nor proves them.";

/// Another framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Such as `CRA`.
    pub id: String,
    /// Its name.
    pub title: String,
    /// The edition that the ids belong to, where it has editions.
    #[serde(default)]
    pub version: Option<String>,
    /// Where it is published.
    pub url: String,
    /// All its entries in order, where they are listed; else only those are known that a control relates to.
    #[serde(default, skip_serializing)]
    pub entries: Vec<String>,
}

/// All entries of a framework with the controls that relate to each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crosswalk {
    /// The framework.
    pub framework: Framework,
    /// The day whose references these are.
    pub version: String,
    /// Whether the standard calls its references a draft.
    pub draft: bool,
    /// `sha256:` and 64 hexadecimal digits of the file of references.
    pub digest: String,
    /// The entries in order.
    pub entries: Vec<Entry>,
}

/// An entry of a framework.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its id.
    pub id: String,
    /// The controls that relate to it, sorted; none where no control does.
    pub controls: Vec<String>,
}
