//! The form of the files: what may stand in them. Their schema is made from these types, and they are read by that schema.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::model::comparison::Class;
use crate::model::declaration::Kind;

/// baseline.yaml: what a project states about itself, and how it wants to be assessed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    #[expect(dead_code, reason = "the schema allows one value only")]
    pub(super) version: u32,
    /// The version of the standard to assess against, such as 2026-08-28 (default: the newest).
    pub(super) catalog: Option<String>,
    /// The level the project wants to reach: 1, 2 or 3.
    #[schemars(range(min = 1, max = 3))]
    pub(super) target_level: Option<u8>,
    /// The project that the repository belongs to.
    pub(super) project: Option<Project>,
    /// What people state about single requirements.
    #[serde(default)]
    pub(super) declarations: Vec<Declaration>,
    /// What `osps gate` compares with, and what makes it fail.
    pub(super) gate: Option<Gate>,
    /// Directories of policies, topics and tables, laid over the built-in ones file by file.
    #[serde(default)]
    #[schemars(extend("items" = {"type": "string", "format": "directory"}))]
    pub(super) policies: Vec<String>,
    /// Files with claims of other tools or questionnaires, shown beside the verdicts.
    #[serde(default)]
    #[schemars(extend("items" = {"type": "string", "format": "path"}))]
    pub(super) claims: Vec<String>,
    /// What declarations are allowed.
    pub(super) limits: Option<Limits>,
}

/// A file in .osps/: declarations only.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Declarations {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    #[expect(dead_code, reason = "the schema allows one value only")]
    pub(super) version: u32,
    /// What people state about single requirements.
    #[serde(default)]
    pub(super) declarations: Vec<Declaration>,
}

/// The project that the repository belongs to.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Project {
    /// The repositories of the project, this one among them.
    #[serde(default)]
    pub(super) repositories: Vec<Repository>,
    /// The project consists of this repository alone.
    pub(super) single_repository: Option<bool>,
    /// No vulnerability of the project has been discovered so far.
    pub(super) no_vulnerabilities: Option<bool>,
    /// A security assessment was performed.
    pub(super) security_assessed: Option<bool>,
    /// A threat model exists.
    pub(super) threat_modeled: Option<bool>,
    /// No CI runs outside the definitions in the repository.
    pub(super) no_external_ci: Option<bool>,
}

/// A repository of the project.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Repository {
    /// Its https address.
    #[schemars(extend("format" = "https"))]
    pub(super) url: String,
    /// What it is to the project.
    #[serde(default)]
    pub(super) role: Role,
    /// Whether it is part of the primary repository's releases.
    pub(super) released_with_primary: Option<bool>,
}

/// What a repository is to its project.
#[derive(Debug, Default, Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Role {
    /// The one that the project is known by.
    Primary,
    /// One that the project releases or runs too.
    #[default]
    Subproject,
    /// One that belongs to it and is no codebase of it.
    Other,
}

impl Role {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Subproject => "subproject",
            Self::Other => "other",
        }
    }
}

/// What a person states about a requirement.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Declaration {
    /// The requirement, such as OSPS-GV-04.01.
    #[schemars(extend("format" = "requirement-id"))]
    pub(super) requirement: String,
    /// What is stated: that it is met, that it is waived, or that it does not apply.
    pub(super) kind: Kind,
    /// The statement in words; for a waiver and for what does not apply, the reason.
    #[schemars(length(min = 1))]
    pub(super) statement: String,
    /// Where that can be checked: https addresses, or paths in this repository.
    #[serde(default)]
    #[schemars(schema_with = "links")]
    pub(super) evidence: Option<Evidence>,
    /// Who says so: a name, an account or an address.
    #[schemars(length(min = 1))]
    pub(super) by: String,
    /// The day it was made.
    #[schemars(extend("format" = "date"))]
    pub(super) on: String,
    /// The last day on which it counts; waivers must name one, others last for twelve months.
    #[schemars(extend("format" = "date"))]
    pub(super) expires: Option<String>,
    /// The version of the standard it was made for (default: the one current on its day).
    pub(super) catalog: Option<String>,
    /// The digest of the requirement's official text it was made for.
    #[schemars(extend("format" = "sha256"))]
    pub(super) text_sha256: Option<String>,
    /// For a waiver: it covers only what was found in files that these patterns match.
    #[serde(default)]
    #[schemars(extend("items" = {"type": "string", "format": "glob"}))]
    pub(super) paths: Vec<String>,
    /// For a waiver: it covers only findings that name one of these texts.
    #[serde(default)]
    #[schemars(inner(length(min = 1)))]
    pub(super) findings: Vec<String>,
}

/// One link or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum Evidence {
    /// One link.
    One(String),
    /// Several links.
    Several(Vec<String>),
}

fn links(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "anyOf": [
            {"type": "string", "format": "evidence"},
            {"type": "array", "items": {"type": "string", "format": "evidence"}}
        ]
    })
}

/// What `osps gate` compares with, and what makes it fail.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Gate {
    /// What to compare with: ref:REV, or file:PATH for a snapshot.
    #[schemars(extend("format" = "against"))]
    pub(super) against: Option<String>,
    /// The level that must be reached, where everything is looked at.
    #[schemars(range(min = 1, max = 3))]
    pub(super) require: Option<u8>,
    /// Look only at requirements that count at this level.
    #[schemars(range(min = 1, max = 3))]
    pub(super) level: Option<u8>,
    /// Look only at these requirements and families.
    #[serde(default)]
    #[schemars(extend("items" = {"type": "string", "format": "requirement-or-family"}))]
    pub(super) only: Vec<String>,
    /// Look not at these requirements and families.
    #[serde(default)]
    #[schemars(extend("items" = {"type": "string", "format": "requirement-or-family"}))]
    pub(super) except: Vec<String>,
    /// Kinds of changes that make the gate fail, besides those that always do.
    #[serde(default)]
    #[schemars(schema_with = "classes")]
    pub(super) fail_on: Vec<String>,
    /// Kinds of changes that are shown as warnings.
    #[serde(default)]
    #[schemars(schema_with = "classes")]
    pub(super) warn_on: Vec<String>,
    /// Kinds of changes that are not shown.
    #[serde(default)]
    #[schemars(schema_with = "classes")]
    pub(super) ignore: Vec<String>,
}

/// The kinds of changes that can be weighed.
fn classes(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<&str> = Class::ALL.into_iter().filter(|class| *class != Class::Unchanged).map(Class::name).collect();
    json_schema!({"type": "array", "items": {"enum": names}})
}

/// What declarations are allowed, per kind.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Limits {
    /// For attestations.
    pub(super) attestation: Option<KindLimits>,
    /// For waivers.
    pub(super) waiver: Option<KindLimits>,
    /// For statements that a requirement does not apply.
    #[serde(rename = "not_applicable")]
    pub(super) not_applicable: Option<KindLimits>,
}

/// What one kind of declaration is allowed.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct KindLimits {
    /// Whether it counts at all (default: true).
    pub(super) allowed: Option<bool>,
    /// For how many days it may count (default and most: 366).
    #[schemars(range(min = 1, max = 366))]
    pub(super) max_days: Option<u32>,
    /// For how many days a new one is made where nobody says (default: 365, waivers 90).
    #[schemars(range(min = 1, max = 366))]
    pub(super) default_days: Option<u32>,
    /// Whether it counts only with evidence (default: false).
    pub(super) evidence_required: Option<bool>,
    /// Requirements for which it does not count.
    #[serde(default)]
    #[schemars(extend("items" = {"type": "string", "format": "requirement-id"}))]
    pub(super) forbidden_for: Vec<String>,
}
