//! What one policy said about one requirement.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::evidence::{Confidence, Evidence, EvidenceKind};
use super::id::RequirementId;

/// The six results of a requirement, in the words of Gemara's evaluation log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The requirement is met, and the evidence shows it.
    Passed,
    /// The requirement is not met.
    Failed,
    /// A person has to look at the evidence.
    NeedsReview,
    /// A named precondition was seen not to hold.
    NotApplicable,
    /// What decides could not be seen.
    Unknown,
    /// Not assessed in this run.
    NotRun,
}

impl Outcome {
    /// All outcomes, in the order reports list them.
    pub const ALL: [Self; 6] =
        [Self::Passed, Self::Failed, Self::NeedsReview, Self::NotApplicable, Self::Unknown, Self::NotRun];

    /// Passed, failed or not applicable: what a verdict is.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Passed | Self::Failed | Self::NotApplicable)
    }
}

/// What one policy said about one requirement, checked by the host.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Ruling {
    /// The requirement.
    pub id: RequirementId,
    /// The result.
    pub outcome: Outcome,
    /// How sure it is; only decided outcomes and reviews have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// The weakest decisive kind of evidence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_kind: Option<EvidenceKind>,
    /// One sentence a maintainer can act on.
    pub message: String,
    /// Conditions of later classes that also hold, and remarks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What was seen.
    pub evidence: Vec<Evidence>,
    /// For an outcome of unknown: the facts that would settle it.
    pub needs: Vec<Need>,
    /// Whether a failure was concluded from absence in documents that were all read; a statement with evidence may settle it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_absence: bool,
    /// A defect of the policy itself: an error, a wrong shape, a hole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub defect: Option<String>,
}

/// A fact that a policy rests on and that is not known.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Need {
    /// The fact, by its path in the facts document.
    pub fact: String,
    /// Why it is not known: one of the reasons of the facts document.
    pub reason: String,
    /// What would settle it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<String>,
    /// What exactly went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Where it would have been seen, names of `facts.sources`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub src: Vec<String>,
}
