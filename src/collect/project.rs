//! Section `project`: what belongs to the project beyond this repository, and what its configuration claims.

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use super::files::Files;
use super::insights::Insights;
use crate::model::fact::{Fact, Reason};

/// What is known about the project around the repository.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Project {
    /// The repositories of the project.
    pub repositories: Fact<Vec<ProjectRepository>>,
    /// The verdicts of the other repositories of the project, from the same run: per repository the outcome of each requirement.
    pub results: Fact<std::collections::BTreeMap<String, std::collections::BTreeMap<String, String>>>,
    /// Statements only the project can make.
    pub claims: Claims,
}

/// One repository of the project.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProjectRepository {
    /// Its address.
    pub url: String,
    /// `primary`, `subproject` or `other`.
    pub role: String,
    /// Whether it is part of the primary repository's releases; `null` where not stated.
    pub released_with_primary: Option<bool>,
    /// Where that is stated or seen: `insights`, `submodule`, `config`.
    #[serde(rename = "where")]
    pub place: String,
}

/// Statements only the project can make; each is unknown until somebody makes it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Claims {
    /// That the project consists of this repository alone.
    pub single_repository: Fact<bool>,
    /// That no vulnerability of the project has been discovered so far.
    pub no_vulnerabilities: Fact<bool>,
    /// That a security assessment was performed.
    pub security_assessed: Fact<bool>,
    /// That a threat model exists.
    pub threat_modeled: Fact<bool>,
    /// That no CI runs outside the definitions in the tree.
    pub no_external_ci: Fact<bool>,
}

pub(crate) fn collect(cx: &Context<'_>, _insights: &Insights, _files: &Files) -> Project {
    Project {
        repositories: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        results: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        claims: Claims {
        single_repository: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        no_vulnerabilities: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        security_assessed: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        threat_modeled: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        no_external_ci: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
    },
    }
}
