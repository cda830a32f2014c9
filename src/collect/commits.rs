//! Section `commits`: a bounded look at the history.

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use super::git::History;
use crate::model::fact::{Fact, Reason};

/// What is known about the history.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Commits {
    /// How many commits lead to the head.
    pub count: Fact<u64>,
    /// Whether the clone is shallow.
    pub shallow: Fact<bool>,
    /// What the newest commits show (window: 200).
    pub sample: Fact<CommitSample>,
    /// Sign-offs on the commits that people wrote, in the same window.
    pub signoff: Fact<Signoff>,
}

/// A summary of the newest commits.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CommitSample {
    /// How many were read.
    pub commits: u64,
    /// How many have no author name.
    pub without_author: u64,
    /// How many name a parent that is not there, in a history that is not shallow.
    pub without_parents: u64,
    /// How many were written by bots.
    pub bots: u64,
    /// The share of the most frequent author, 0 to 100.
    pub top_author_percent: u64,
    /// Whether that author is a bot or an export account.
    pub top_author_is_export: bool,
    /// How many are merges.
    pub merges: u64,
    /// How many carry the mark of a change request in their message.
    pub change_requests: u64,
}

/// Sign-offs on commits.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Signoff {
    /// Commits by people, without merges.
    pub total_human: u64,
    /// Signed off by their author.
    pub signed: u64,
    /// Signed off under another name and address.
    pub other_name: u64,
    /// Without any sign-off.
    pub missing: u64,
    /// Of those, commits that the host squashed.
    pub missing_squash: u64,
    /// The newest few without, by id.
    pub missing_examples: Vec<String>,
}

pub(crate) fn collect(cx: &Context<'_>, _history: Option<&History>) -> Commits {
    Commits {
        count: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        shallow: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        sample: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        signoff: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
    }
}
