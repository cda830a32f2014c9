//! What a project states about itself in its configuration, beyond declarations for single requirements.

/// Statements on the project; none of them is a verdict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectStatements {
    /// The file that makes them, and its digest; none where there is none.
    pub file: Option<(String, String)>,
    /// The repositories of the project.
    pub repositories: Vec<StatedRepository>,
    /// That the project consists of this repository alone.
    pub single_repository: Option<bool>,
    /// That no vulnerability of the project has been discovered so far.
    pub no_vulnerabilities: Option<bool>,
    /// That a security assessment was performed.
    pub security_assessed: Option<bool>,
    /// That a threat model exists.
    pub threat_modeled: Option<bool>,
    /// That no CI runs outside the definitions in the tree.
    pub no_external_ci: Option<bool>,
}

/// A repository of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedRepository {
    /// Its address.
    pub url: String,
    /// `primary`, `subproject` or `other`.
    pub role: String,
    /// Whether it is part of the primary repository's releases.
    pub released_with_primary: Option<bool>,
}
