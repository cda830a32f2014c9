//! Evidence: what a verdict rests on, and how strong that is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the decisive observation came about, weakest last. The weakest decisive kind of a verdict is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// The required property itself was seen.
    Observed,
    /// Concluded from a close, content-checked proxy.
    Inferred,
    /// No configuration on the named host can make it untrue.
    PlatformStructural,
    /// A rule of the named host, with roll-outs and exceptions.
    PlatformPolicy,
    /// Stated in a file of the project.
    Declared,
    /// Stated by a person in a dated declaration.
    Attested,
}

/// How sure a verdict is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// Weak text evidence; such a verdict is `needs_review`.
    Low,
    /// Inferred, or declared with a checkable link.
    Medium,
    /// Observed.
    High,
}

/// One reference to what was seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The fact, by its path in the facts document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<String>,
    /// The sources of that fact, names of `collection.sources`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub src: Vec<String>,
    /// A path in the tree of the assessed commit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// A line in that file, counted from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// An address, for what is not in the tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// What was seen there: a short quotation or value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
