//! Section `secrets`: what looks like a credential, always redacted, and what the tree does to keep them out.

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use super::scan::Scan;
use crate::model::fact::{Fact, Reason};

/// What is known about credentials in the tree.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Secrets {
    /// What looks like a credential. Values are never kept.
    pub candidates: Fact<Vec<SecretCandidate>>,
    /// Patterns of the ignore file that keep usual credential files out.
    pub ignore_patterns: Fact<Vec<String>>,
    /// Hooks that look for credentials before a commit is made.
    pub hooks: Fact<Vec<SecretHook>>,
}

/// Something that looks like a credential.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SecretCandidate {
    /// The file.
    pub path: String,
    /// The line.
    pub line: u64,
    /// The rule that found it, such as `private-key` or `github-token`.
    pub rule: String,
    /// `high` (a key block, a token with a valid checksum or an unmistakable form) or `medium`.
    pub confidence: String,
    /// `plain`, `encrypted` or `placeholder`.
    pub state: String,
    /// Whether it lies in a test path, an example or documentation.
    pub test_path: bool,
}

/// A hook that looks for credentials.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SecretHook {
    /// The file that configures it.
    pub path: String,
    /// The line.
    pub line: u64,
    /// The tool.
    pub tool: String,
}

pub(crate) fn collect(cx: &Context<'_>, _scan: &Scan) -> Secrets {
    Secrets {
        candidates: Fact::unknown(Reason::Unsupported, "a secret scanner", cx.src),
        ignore_patterns: Fact::unknown(Reason::Unsupported, "a secret scanner", cx.src),
        hooks: Fact::unknown(Reason::Unsupported, "a secret scanner", cx.src),
    }
}
