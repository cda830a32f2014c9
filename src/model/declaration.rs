//! What a person states about a requirement, dated and owned, and what others claim about it. Plain data: how it counts
//! is decided elsewhere.

use std::collections::BTreeSet;

use globset::{Glob, GlobSet, GlobSetBuilder};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::evidence::Evidence;
use super::id::RequirementId;
use super::ruling::Outcome;

/// The kinds of declarations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The requirement is met, and this is why.
    Attestation,
    /// The requirement is not met, and somebody answers for that until a day.
    Waiver,
    /// The requirement does not apply, and this is why.
    NotApplicable,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Attestation, Self::Waiver, Self::NotApplicable];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Attestation => "attestation",
            Self::Waiver => "waiver",
            Self::NotApplicable => "not_applicable",
        }
    }
}

/// One declaration as it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declaration {
    /// The requirement.
    pub requirement: RequirementId,
    /// What is stated about it.
    pub kind: Kind,
    /// The statement in words: the reason, for a waiver and for what does not apply.
    pub statement: String,
    /// Where that can be checked: https addresses, or paths in the repository.
    pub evidence: Vec<String>,
    /// Who says so.
    pub by: String,
    /// The day it was made.
    #[schemars(with = "String")]
    pub on: Date,
    /// The last day on which it counts.
    #[schemars(with = "String")]
    pub expires: Date,
    /// The version of the standard it was made for.
    pub catalog: Option<String>,
    /// SHA-256 of the requirement's official text it was made for, as 64 hexadecimal digits.
    pub text_sha256: Option<String>,
    /// For a waiver: it covers only what was found in files that one of these patterns matches.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
    /// For a waiver: it covers only findings that name one of these texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
    /// Where it stands.
    pub origin: Origin,
}

/// A place in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The file.
    pub file: String,
    /// The line, counted from 1.
    pub line: u64,
    /// Whether a foundation's configuration, not the repository's, holds it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub foundation: bool,
}

impl Declaration {
    /// Whether it covers only some findings.
    pub fn is_scoped(&self) -> bool {
        !self.paths.is_empty() || !self.findings.is_empty()
    }

    /// Whether it covers one finding: by its path, or by a text that it names. One that is not scoped names none.
    pub fn covers(&self, evidence: &Evidence) -> bool {
        let by_path = || evidence.path.as_deref().is_some_and(|path| patterns(&self.paths).is_match(path));
        let told = || [&evidence.detail, &evidence.url, &evidence.fact].into_iter().flatten();
        let by_text = || told().any(|text| self.findings.iter().any(|finding| text.contains(finding)));
        match (self.paths.is_empty(), self.findings.is_empty()) {
            (false, false) => by_path() && by_text(),
            (false, true) => by_path(),
            _ => by_text(),
        }
    }
}

/// The patterns that are patterns; the others match nothing, and the configuration refuses them.
fn patterns(paths: &[String]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for glob in paths.iter().filter_map(|path| Glob::new(path).ok()) {
        builder.add(glob);
    }
    builder.build().unwrap_or_default()
}

/// What comes of a declaration when it is laid over what was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It settles the requirement: met.
    Settles,
    /// It waives the requirement: not met, and known to be.
    Waives,
    /// The same was seen without it.
    Redundant,
    /// What was seen speaks against it, and goes first.
    Overruled,
    /// Its last day has passed.
    Expired,
    /// It is dated after the day of the assessment.
    NotYet,
    /// The text of the requirement is another one than it was made for.
    Stale,
    /// A configuration forbids it.
    Forbidden,
    /// The evidence it needs is missing, or not where it says.
    Unsupported,
    /// It covers only a part of what was found.
    Partial,
    /// No requirement of this version of the standard, or nothing that was found, matches it.
    Unmatched,
}

impl Effect {
    /// Whether the declaration changes the standing.
    pub fn counts(self) -> bool {
        matches!(self, Self::Settles | Self::Waives)
    }
}

/// A declaration laid over what was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Laid {
    /// The declaration.
    pub said: Declaration,
    /// What comes of it.
    pub effect: Effect,
    /// The last day on which it counts, after all limits.
    #[schemars(with = "String")]
    pub last_day: Date,
    /// What a person should know about it, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// What a configuration allows for one kind of declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindLimits {
    /// Whether it is allowed at all.
    pub allowed: bool,
    /// The days from its making to the last one on which it may count.
    pub max_days: u32,
    /// Whether it counts only with evidence.
    pub evidence_required: bool,
    /// Requirements for which it is not allowed.
    pub forbidden_for: BTreeSet<RequirementId>,
}

/// Twelve months with a leap day: no statement stands for longer.
pub const LONGEST_DAYS: u32 = 366;

impl Default for KindLimits {
    fn default() -> Self {
        Self { allowed: true, max_days: LONGEST_DAYS, evidence_required: false, forbidden_for: BTreeSet::new() }
    }
}

/// What configurations allow, per kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Limits {
    /// For attestations.
    pub attestation: KindLimits,
    /// For waivers.
    pub waiver: KindLimits,
    /// For statements that a requirement does not apply.
    pub not_applicable: KindLimits,
}

impl Limits {
    /// Those of one kind.
    pub fn of(&self, kind: Kind) -> &KindLimits {
        match kind {
            Kind::Attestation => &self.attestation,
            Kind::Waiver => &self.waiver,
            Kind::NotApplicable => &self.not_applicable,
        }
    }

    /// Those of one kind, to change them.
    pub fn of_mut(&mut self, kind: Kind) -> &mut KindLimits {
        match kind {
            Kind::Attestation => &mut self.attestation,
            Kind::Waiver => &mut self.waiver,
            Kind::NotApplicable => &mut self.not_applicable,
        }
    }
}

/// Whether a requirement can be said not to apply to this subject.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// The requirement has no precondition.
    #[default]
    Always,
    /// Its precondition was seen to hold.
    Holds,
    /// Whether its precondition holds was not seen.
    Open,
}

/// What a tool or a questionnaire elsewhere says about a requirement. It is shown beside the verdict and never counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The requirement.
    pub requirement: RequirementId,
    /// The outcome that is claimed; `not_run` is never a pass.
    pub outcome: Outcome,
    /// Who claims it: a tool with its version, or a questionnaire.
    pub claimant: String,
    /// The justification, in the claimant's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// When it was claimed, as far as that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<String>,
    /// The version of the standard it is about, as far as that is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
    /// The file it comes from.
    pub file: String,
    /// Whether it says otherwise than what was seen.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub conflict: bool,
}
