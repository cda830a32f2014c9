//! Section `links`: official addresses of the project, and the channels it distributes through.

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use super::deps::Deps;
use super::docs::model::Library;
use super::insights::Insights;
use crate::model::fact::{Fact, Reason};

/// Addresses that the project presents as its own.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Links {
    /// Channels of the project: website, repository, chat, lists, documentation, tracker.
    pub project: Fact<Vec<ProjectLink>>,
    /// Channels through which it distributes what it makes.
    pub distribution: Fact<Vec<DistributionLink>>,
}

/// One official address.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProjectLink {
    /// As written.
    pub url: String,
    /// Its scheme in lower case; empty for a host without one.
    pub scheme: String,
    /// `website`, `repo`, `chat`, `list`, `docs`, `tracker`, `forum`, `download`, `submodule`, `policy` or `own_domain` (an address on the project's own domain outside any official place).
    pub role: String,
    /// The file that gives it, or the setting's name.
    #[serde(rename = "where")]
    pub place: String,
    /// The line in that file.
    pub line: Option<u64>,
}

/// One channel of distribution.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DistributionLink {
    /// As written: an address, a package coordinate or a command.
    pub target: String,
    /// Its scheme in lower case; empty for a coordinate.
    pub scheme: String,
    /// `registry`, `asset`, `installer`, `image`, `package_repo`, `git`.
    pub kind: String,
    /// The file that gives it.
    #[serde(rename = "where")]
    pub place: String,
    /// The line in that file.
    pub line: Option<u64>,
    /// The option that switches verification off, if the instructions use one.
    pub insecure_flag: Option<String>,
    /// Whether the same instructions verify a signature of what is fetched.
    pub signature_checked: bool,
    /// Whether it is piped into an interpreter.
    pub piped_to_shell: bool,
    /// Whether its host is the project's own, its forge's or a registry's; false for a third party.
    pub own: bool,
}

pub(crate) fn collect(cx: &Context<'_>, _library: &Library, _insights: &Insights, _deps: &Deps) -> Links {
    Links {
        project: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        distribution: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
    }
}
