//! A version of the standard, as this project describes it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::id::{Level, RequirementId};

/// One published version of the OSPS Baseline. Summaries are in this project's own words; the official texts
/// are named by address and digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Catalog {
    /// Always `osps-baseline`.
    pub id: String,
    /// The date of the version, such as `2026-08-28`.
    pub version: String,
    /// The address of the official page of this version.
    pub url: String,
    /// The eight families in order.
    pub families: Vec<Family>,
    /// All controls, sorted by id.
    pub controls: Vec<Control>,
    /// All requirements with their retired ones, sorted by id.
    pub requirements: Vec<Requirement>,
}

/// A family of controls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Two letters, such as `AC`.
    pub id: String,
    /// Its name, such as `Access Control`.
    pub title: String,
}

/// A control: a group of requirements with one objective.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// Such as `OSPS-AC-01`.
    pub id: String,
    /// A short name in our own words.
    pub title: String,
}

/// Whether a requirement is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// In force.
    Active,
    /// Withdrawn; shown on request, never assessed.
    Retired,
}

/// What has to be read to decide a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The files and history of the repository.
    Tree,
    /// Settings of the repository on its forge.
    Platform,
    /// Settings of the organization.
    Org,
    /// A release and its assets.
    Release,
    /// A statement of the project.
    Claim,
    /// Several repositories of the project.
    Project,
}

/// One assessment requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Requirement {
    /// Its id.
    pub id: RequirementId,
    /// The levels exactly as the standard lists them; empty where it lists none.
    pub levels: Vec<Level>,
    /// Whether it is in force.
    pub state: State,
    /// One line in our own words.
    pub summary: String,
    /// The address of the official text.
    pub url: String,
    /// SHA-256 of the official text with white space collapsed, as 64 hexadecimal digits.
    pub text_sha256: String,
    /// What it applies to: a condition in our own words; none for every repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub applies_to: Option<String>,
    /// What has to be read to decide it.
    pub scopes: Vec<Scope>,
    /// How to meet it; none for retired requirements. A file that leaves it out for one in force takes it from the next version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remediation: Option<Remediation>,
    /// The policy file where this version means something else than the id alone says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// For a retired requirement: those that took its place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced_by: Vec<RequirementId>,
}

/// How to meet a requirement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Remediation {
    /// What to do, in one or two sentences.
    pub text: String,
    /// Who can do it.
    pub by: Doer,
    /// What to do, step by step: one to six short sentences.
    pub steps: Vec<String>,
    /// What the steps have somebody write.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snippet: Option<Snippet>,
    /// A command of the steps, with `O/R` for the repository and `ORG` for the organization.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The usual effort in minutes.
    pub minutes: u32,
    /// What osps says afterwards, where that is not `passed` at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub afterwards: Option<String>,
}

/// Who can do what meets a requirement, by the rights and the agreement that it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Doer {
    /// Anybody, with a change request.
    Contributor,
    /// An administrator of the repository.
    Admin,
    /// An owner of the organization.
    Owner,
    /// People have to agree on something first.
    Decision,
}

impl Doer {
    /// All of them, those with the fewest rights first.
    pub const ALL: [Self; 4] = [Self::Contributor, Self::Admin, Self::Owner, Self::Decision];

    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contributor => "contributor",
            Self::Admin => "admin",
            Self::Owner => "owner",
            Self::Decision => "decision",
        }
    }

    /// Who that is, for people.
    pub fn who(self) -> &'static str {
        match self {
            Self::Contributor => "Anybody, with a pull request",
            Self::Admin => "An administrator of the repository",
            Self::Owner => "An owner of the organization",
            Self::Decision => "People who agree first, then a pull request",
        }
    }
}

/// Something to write, with `O/R` for the repository and `[INSERT …]` for each blank.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Snippet {
    /// The file, or the place in one.
    pub place: String,
    /// What is written there.
    pub content: String,
}

impl Requirement {
    /// Whether it is in force.
    pub fn is_active(&self) -> bool {
        self.state == State::Active
    }

    /// The lowest level that lists it.
    pub fn lowest_level(&self) -> Option<Level> {
        self.levels.iter().min().copied()
    }
}

impl Catalog {
    /// The requirements in force, sorted by id.
    pub fn active(&self) -> impl Iterator<Item = &Requirement> {
        self.requirements.iter().filter(|requirement| requirement.is_active())
    }

    /// One requirement, retired ones too.
    pub fn requirement(&self, id: &RequirementId) -> Option<&Requirement> {
        self.requirements.iter().find(|requirement| requirement.id == *id)
    }
}
