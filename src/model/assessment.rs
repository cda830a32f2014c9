//! All verdicts for one subject against one catalog version, and the level standing that follows.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::catalog::{Control, Family, Remediation, Scope};
use super::declaration::{Claim, Laid};
use super::evidence::{Confidence, Evidence, EvidenceKind};
use super::id::{Level, RequirementId};
use super::ruling::{Need, Outcome};
use super::source::{Access, Source};
use super::subject::Subject;

/// The number of the assessment document's format.
pub const FORMAT: u32 = 1;

/// How a requirement counts towards a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Passed, not applicable, or attested.
    Met,
    /// Failed.
    Unmet,
    /// Needs review, unknown, or not run.
    Open,
    /// Not met, and a dated waiver stands beside it; it never counts as met.
    Waived,
}

/// What a standing rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// What was seen in the repository or told by its forge.
    Observed,
    /// What a file of the project claims.
    Claimed,
    /// What a person states in a dated declaration.
    Attested,
    /// A dated waiver.
    Waived,
}

/// How the lists of levels are read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LevelMode {
    /// Level 2 asks for everything of level 1 too: a requirement counts from its lowest level upwards.
    #[default]
    Cumulative,
    /// A level asks for exactly what the catalog lists at it.
    Exact,
}

impl LevelMode {
    /// Whether a requirement that the catalog lists at `levels` counts at `level`.
    pub fn counts(self, levels: &[Level], level: Level) -> bool {
        match self {
            Self::Cumulative => levels.iter().min().is_some_and(|lowest| *lowest <= level),
            Self::Exact => levels.contains(&level),
        }
    }
}

/// A verdict on every active requirement of one catalog version for one subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// The format of this document.
    pub format: u32,
    /// Which version of osps judged, such as `osps 1.2.0`.
    pub tool: String,
    /// What was assessed.
    pub subject: Subject,
    /// Against which version of the standard.
    pub catalog: CatalogRef,
    /// By which policies.
    pub policies: PoliciesRef,
    /// From which facts.
    pub facts: FactsRef,
    /// The standing at each level.
    pub levels: Levels,
    /// The number of requirements by outcome; all six keys are present, and they add up to the active requirements.
    pub outcomes: BTreeMap<Outcome, u32>,
    /// What was declared, and when that was judged.
    pub declarations: Declared,
    /// One verdict per active requirement, sorted by id.
    pub requirements: Vec<Verdict>,
}

/// Names a catalog.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogRef {
    /// Such as `osps-baseline`.
    pub id: String,
    /// Such as `2026-08-28`.
    pub version: String,
    /// The address of the official page of this version.
    pub url: String,
    /// `sha256:` and 64 hexadecimal digits of the catalog file.
    pub digest: String,
    /// Its families in order.
    pub families: Vec<Family>,
    /// Its controls, sorted by id.
    pub controls: Vec<Control>,
}

/// What was declared about the subject beyond single verdicts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// The day on which declarations were judged.
    #[schemars(with = "String")]
    pub as_of: Date,
    /// The files they come from, and the files of claims.
    pub files: Vec<FileRef>,
    /// Declarations for what this version of the standard does not ask.
    pub unmatched: Vec<Laid>,
    /// Claims about what this version of the standard does not ask.
    pub unmatched_claims: Vec<Claim>,
}

/// Names a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileRef {
    /// The file.
    pub file: String,
    /// `sha256:` and 64 hexadecimal digits; none where the file is one that the facts name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// What was found in it and not used, one remark each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// Names the policies by their digest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PoliciesRef {
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// Policies, topics and tables that are not those of osps: the repository's own, or from a directory that was named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed: Vec<String>,
    /// Whether rules and properties of the host were kept from passing a requirement (`--platform-evidence strict`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub strict_platform: bool,
}

/// Names a facts document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FactsRef {
    /// `sha256:` and 64 hexadecimal digits of the canonical JSON of the document without its times.
    pub digest: String,
    /// When the facts were collected, RFC 3339.
    pub collected_at: String,
    /// Which version of osps collected them.
    pub tool: String,
    /// With which access.
    pub access: Access,
    /// The sources that evidence names.
    pub sources: BTreeMap<String, Source>,
    /// The facts that policies ask for and that are not known, each with the reason.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unknown: BTreeMap<String, String>,
}

/// How a requirement is checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// The policy, by its path below `policies/`.
    pub policy: String,
    /// The facts that it reads, by their paths in the facts document.
    pub facts: Vec<String>,
    /// What the check cannot see, in one or two sentences; none where the policy does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limits: Option<String>,
}

/// The standing at each level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Levels {
    /// How the lists of levels were read.
    pub mode: LevelMode,
    /// The highest level of which every counting requirement is met, with all levels below it; none when level 1 is not reached.
    pub reached: Option<Level>,
    /// The level that the project's configuration says it wants to reach.
    pub target: Option<Level>,
    /// Requirements whose list of levels is not upward closed, so that the two modes differ for them.
    pub mode_matters_for: Vec<RequirementId>,
    /// One entry per level, lowest first.
    pub standings: Vec<LevelStanding>,
}

/// The standing at one level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelStanding {
    /// The level.
    pub level: Level,
    /// Whether every requirement that counts at it is met.
    pub reached: bool,
    /// How many count at it.
    pub total: u32,
    /// How many of them are met.
    pub met: u32,
    /// How many failed.
    pub unmet: u32,
    /// How many are not decided.
    pub open: u32,
    /// How many are waived.
    pub waived: u32,
}

/// The verdict on one requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The requirement.
    pub id: RequirementId,
    /// Its family, such as `AC`.
    pub family: String,
    /// The levels as the catalog lists them.
    pub levels: Vec<Level>,
    /// What the requirement asks, in one line.
    pub summary: String,
    /// The address of the official text.
    pub url: String,
    /// SHA-256 of the official text with white space collapsed, as 64 hexadecimal digits.
    pub text_sha256: String,
    /// What has to be read to decide it.
    pub scopes: Vec<Scope>,
    /// How it is checked; none where no policy decides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
    /// The result.
    pub outcome: Outcome,
    /// How sure it is; none where nothing was decided.
    pub confidence: Option<Confidence>,
    /// The weakest decisive kind of evidence; none where nothing was decided.
    pub evidence_kind: Option<EvidenceKind>,
    /// How it counts.
    pub standing: Standing,
    /// What that standing rests on; none where it is open.
    pub basis: Option<Basis>,
    /// One sentence a maintainer can act on.
    pub message: String,
    /// Remarks, and conditions of later classes that also hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// The unknown facts that would settle it.
    pub needs: Vec<Need>,
    /// What was seen.
    pub evidence: Vec<Evidence>,
    /// The declaration that is laid over it, if any; the outcome above stays what was seen.
    pub declaration: Option<Laid>,
    /// What others claim about it; it never counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Claim>,
    /// How to meet it.
    pub remediation: Option<Remediation>,
    /// A defect of the policy itself; such a verdict is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub defect: Option<String>,
}
