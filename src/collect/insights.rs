//! Section `insights`: the project's Security Insights file, read leniently and kept apart as claims.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use crate::model::fact::{Fact, Reason};

/// What the Security Insights file claims. All facts are `null` or empty where there is no file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Insights {
    /// The file; `null` when there is none.
    pub present: Fact<Option<InsightsFile>>,
    /// Days since the last review, else the last update; `null` where the file states neither.
    pub age_days: Fact<Option<i64>>,
    /// Whether a stated expiration date has passed, or the last review is more than 365 days old.
    pub stale: Fact<bool>,
    /// The status of the project in lower case; `null` where none is stated.
    pub status: Fact<Option<String>>,
    /// Typed links by field: `governance`, `contributing`, `review_policy`, `security_policy`, `vulnerability_policy`, `detailed_guide`, `quickstart`, `design`, `support_policy`, `signature_verification`, `dependency_policy`, `changelog`, `release_process`, `code_of_conduct`. Every field is present; `null` where the file has none.
    pub links: Fact<BTreeMap<String, Option<InsightsLink>>>,
    /// Contacts for vulnerability reports.
    pub contacts: Fact<Vec<Contact>>,
    /// Members of the core team.
    pub core_team: Fact<Vec<String>>,
    /// Administrators of the project.
    pub administrators: Fact<Vec<String>>,
    /// Repositories of the project.
    pub repositories: Fact<Vec<String>>,
    /// Security tools.
    pub tools: Fact<Vec<InsightsTool>>,
    /// Security assessments.
    pub assessments: Fact<Vec<InsightsAssessment>>,
    /// Where attestations of releases are.
    pub attestations: Fact<Vec<InsightsAttestation>>,
    /// Whether vulnerability reports are accepted; `null` where not stated.
    pub reports_accepted: Fact<Option<bool>>,
    /// Whether change requests are accepted; `null` where not stated.
    pub accepts_changes: Fact<Option<bool>>,
    /// Whether it declares that there are no third-party packages; `null` where not stated.
    pub no_third_party: Fact<Option<bool>>,
    /// The declared licence expression; `null` where not stated.
    pub license: Fact<Option<String>>,
    /// Addresses in the file, for the check of schemes: field and address.
    pub urls: Fact<Vec<InsightsUrl>>,
}

/// The file itself.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InsightsFile {
    /// Its path.
    pub path: String,
    /// The schema version as stated, such as `2.0.0`.
    pub schema: Option<String>,
    /// Keys that neither version of the format knows; warnings, not errors.
    pub unknown_keys: Vec<String>,
    /// The parent file it names; it is read only if it lies in this tree.
    pub parent: Option<String>,
}

/// A typed link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InsightsLink {
    /// As written.
    pub url: String,
    /// The line in the file.
    pub line: Option<u64>,
    /// `tree` (an existing file of this tree), `dead` (a file of this tree that does not exist), `https` (outside, not fetched), `other` (another scheme).
    pub kind: String,
    /// The file of this tree it leads to.
    pub target: Option<String>,
}

/// A contact.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Contact {
    /// `email`, `url` or `name`.
    pub kind: String,
    /// The address or name.
    pub value: String,
    /// The line in the file.
    pub line: Option<u64>,
}

/// A security tool.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InsightsTool {
    /// Its name.
    pub name: String,
    /// Its type in lower case: `sca`, `sast`, `secret`, `fuzzing`, `container`, `other`.
    #[serde(rename = "type")]
    pub tool_type: String,
    /// Whether it is said to run in CI.
    pub in_ci: bool,
    /// Whether it is said to run at release.
    pub in_release: bool,
}

/// A security assessment.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InsightsAssessment {
    /// `self` or `third_party`.
    pub kind: String,
    /// The comment.
    pub comment: Option<String>,
    /// The evidence link.
    pub evidence: Option<InsightsLink>,
    /// The date as stated.
    pub date: Option<String>,
    /// Its age in days at the time of collection.
    pub age_days: Option<i64>,
    /// Whether it names a threat model.
    pub threat_model: bool,
}

/// Where an attestation is.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InsightsAttestation {
    /// Its name.
    pub name: String,
    /// Its location.
    pub location: Option<String>,
    /// Its predicate type.
    pub predicate: Option<String>,
}

/// One address in the file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InsightsUrl {
    /// The dotted name of the field.
    pub field: String,
    /// The address.
    pub url: String,
    /// The line in the file.
    pub line: Option<u64>,
}

pub(crate) fn collect(cx: &Context<'_>) -> Insights {
    Insights {
        present: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        age_days: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        stale: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        status: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        links: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        contacts: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        core_team: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        administrators: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        repositories: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        tools: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        assessments: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        attestations: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        reports_accepted: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        accepts_changes: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        no_third_party: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        license: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        urls: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
    }
}
