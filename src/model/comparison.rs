//! Two states of one project side by side: what changed, of which kind, and why.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assessment::{Basis, Standing};
use super::catalog::Remediation;
use super::evidence::{Confidence, Evidence};
use super::id::{Level, RequirementId};
use super::ruling::{Need, Outcome};
use super::subject::Subject;

/// The number of the comparison document's format.
pub const FORMAT: u32 = 1;

/// What a difference between two states is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// A level that was reached is no longer.
    LevelDrop,
    /// It was met, and now it is not.
    Regression,
    /// It failed before, and more is found now.
    MoreFindings,
    /// It was met, and what showed that is gone from the project.
    EvidenceLost,
    /// It was settled by a declaration whose last day has passed.
    Expired,
    /// It was met, and this time it could not be looked at as before.
    NotComparable,
    /// It was met, and now a person has to look; or it rests on less than before.
    Weakened,
    /// It did not apply and does now, or the other way round.
    ScopeChange,
    /// It is waived now, and was not before.
    NewWaiver,
    /// It was not decided before, and it fails.
    NewlySeen,
    /// The declaration that counts for it ends soon.
    ExpiresSoon,
    /// A declaration about it does nothing any longer.
    Stale,
    /// It was not met, and now it is.
    Improvement,
    /// Other policies judged it.
    PolicyChange,
    /// Another version of the standard asks for it.
    CatalogChange,
    /// The version of the standard did not ask for it before.
    NewRequirement,
    /// The version of the standard asks for it no longer.
    Retired,
    /// It was not met, and it still is not.
    Known,
    /// It is met as before.
    Unchanged,
}

impl Class {
    /// All classes, the gravest first.
    pub const ALL: [Self; 19] = [
        Self::LevelDrop,
        Self::Regression,
        Self::MoreFindings,
        Self::EvidenceLost,
        Self::Expired,
        Self::NotComparable,
        Self::Weakened,
        Self::ScopeChange,
        Self::NewWaiver,
        Self::NewlySeen,
        Self::ExpiresSoon,
        Self::Stale,
        Self::Improvement,
        Self::PolicyChange,
        Self::CatalogChange,
        Self::NewRequirement,
        Self::Retired,
        Self::Known,
        Self::Unchanged,
    ];

    /// Its name in settings and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::LevelDrop => "level-drop",
            Self::Regression => "regression",
            Self::MoreFindings => "more-findings",
            Self::EvidenceLost => "evidence-lost",
            Self::Expired => "expired",
            Self::NotComparable => "not-comparable",
            Self::Weakened => "weakened",
            Self::ScopeChange => "scope-change",
            Self::NewWaiver => "new-waiver",
            Self::NewlySeen => "newly-seen",
            Self::ExpiresSoon => "expires-soon",
            Self::Stale => "stale",
            Self::Improvement => "improvement",
            Self::PolicyChange => "policy-change",
            Self::CatalogChange => "catalog-change",
            Self::NewRequirement => "new-requirement",
            Self::Retired => "retired",
            Self::Known => "known",
            Self::Unchanged => "unchanged",
        }
    }

    /// The class of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }

    /// What it weighs where nobody says otherwise.
    pub fn usual_severity(self) -> Severity {
        match self {
            Self::LevelDrop | Self::Regression | Self::MoreFindings | Self::EvidenceLost | Self::Expired => {
                Severity::Error
            }
            Self::NotComparable => Severity::Incomplete,
            Self::Weakened
            | Self::ScopeChange
            | Self::NewWaiver
            | Self::NewlySeen
            | Self::ExpiresSoon
            | Self::Stale => Severity::Warning,
            Self::Improvement | Self::PolicyChange | Self::CatalogChange | Self::NewRequirement | Self::Retired => {
                Severity::Notice
            }
            Self::Known | Self::Unchanged => Severity::Silent,
        }
    }
}

/// What a change weighs, lightest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Counted, and not shown.
    Silent,
    /// Worth knowing.
    Notice,
    /// Somebody should look.
    Warning,
    /// It keeps the gate from holding without making it fail.
    Incomplete,
    /// It makes the gate fail.
    Error,
}

/// What brought a change about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The project: its files, its settings, its declarations.
    Project,
    /// The policies, or what a configuration allows.
    Policies,
    /// The version of the standard.
    Catalog,
    /// What the credential or the clone shows.
    Credential,
    /// The network, or a limit of the forge.
    Network,
    /// The day.
    Clock,
}

/// One side of a comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Side {
    /// How a person names it: a revision, a file.
    pub name: String,
    /// What was assessed; none for a snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// The version of the standard.
    pub catalog: String,
    /// The digest of that catalog.
    pub catalog_digest: String,
    /// The digest of the policies.
    pub policies: String,
    /// The digest of the facts; none for a snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<String>,
    /// The level that is reached.
    pub reached: Option<Level>,
}

/// One requirement in one state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct State {
    /// What was seen.
    pub outcome: Outcome,
    /// How it counts.
    pub standing: Standing,
    /// What that rests on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Basis>,
    /// How sure it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// The last day of the declaration that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub until: Option<Date>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The requirement.
    pub id: RequirementId,
    /// The levels as the catalog lists them.
    pub levels: Vec<Level>,
    /// What the requirement asks, in one line.
    pub summary: String,
    /// The address of the official text.
    pub url: String,
    /// What kind of change it is.
    pub class: Class,
    /// What brought it about.
    pub cause: Cause,
    /// What it weighs.
    pub severity: Severity,
    /// How it was; none where it was not asked for.
    pub before: Option<State>,
    /// How it is; none where it is asked for no longer.
    pub after: Option<State>,
    /// What is to be known about it, in one or two sentences.
    pub message: String,
    /// What is seen now and was not seen before.
    pub places: Vec<Evidence>,
    /// What it rested on before and does not any longer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub was: Vec<Evidence>,
    /// The unknown facts that would settle it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Need>,
    /// How to meet it; only where it is not met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediation: Option<Remediation>,
}

/// A change of the level that is reached, derived from the changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LevelChange {
    /// The level before; none where none was reached.
    pub before: Option<Level>,
    /// The level now.
    pub after: Option<Level>,
    /// What brought it about.
    pub cause: Cause,
    /// What it weighs.
    pub severity: Severity,
}

/// What a gate says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// Nothing got worse.
    Holds,
    /// Something got worse, or what is asked for is not reached.
    Fails,
    /// What it takes to answer could not be read.
    Incomplete,
}

/// A gate and its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// The answer.
    pub answer: Answer,
    /// What stands in the way beside the changes, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<String>,
    /// The level that has to be reached, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub require: Option<Level>,
    /// What classes weigh here, where that is not the usual.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<Class, Severity>,
}

/// Two states of a project side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Comparison {
    /// The format of this document.
    pub format: u32,
    /// Which version of osps compared.
    pub tool: String,
    /// The state that is compared with.
    pub before: Side,
    /// The state that is looked at.
    pub after: Side,
    /// The gate; none where states are only shown side by side.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<Gate>,
    /// How the level changed; none where it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<LevelChange>,
    /// The differences, the gravest first, then by requirement.
    pub changes: Vec<Change>,
    /// The number of requirements by class; what did not change is counted here only.
    pub counts: BTreeMap<Class, u32>,
    /// What else is to be known, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}
