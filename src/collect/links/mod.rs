//! Section `links`: official addresses of the project, and the channels it distributes through.

mod address;
mod channels;
mod commands;
mod official;
mod table;

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Serialize;

use self::table::Table;
use super::deps::Deps;
use super::docs::model::Library;
use super::insights::Insights;
use super::{Context, limits};
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
#[derive(Debug, Clone, Serialize, JsonSchema)]
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
#[derive(Debug, Clone, Serialize, JsonSchema)]
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

/// The official addresses and the channels of distribution that tree and documents show.
pub(crate) fn collect(cx: &Context<'_>, library: &Library, insights: &Insights, deps: &Deps) -> Links {
    let table = match Table::load(cx.policies) {
        Ok(table) => table,
        Err(error) => {
            return Links {
                project: Fact::broken(Reason::ParseError, error.as_str(), cx.src),
                distribution: Fact::broken(Reason::ParseError, error, cx.src),
            };
        }
    };
    let mut project = official::find(cx, &table, library, insights, deps);
    let realms = official::own_realms(cx, &table, &project, library, insights);
    let other = official::own_domain(&table, library, &project, &realms);
    let titles = library
        .documents
        .iter()
        .filter(|document| official::is_front(document))
        .filter_map(|document| document.title.clone());
    let names: BTreeSet<String> = official::own_names(cx)
        .into_iter()
        .chain(titles)
        .map(|name| channels::letters(&name))
        .filter(|name| name.len() > 1)
        .collect();
    let whose = channels::Whose { cx, table: &table, realms: &realms, names: &names };
    let distribution = channels::find(&whose, library, insights);
    // A file to install is judged as a channel of distribution, not once more as a page.
    let files: BTreeSet<&str> =
        distribution.iter().filter(|link| link.kind != "registry").map(|link| link.target.as_str()).collect();
    project.extend(other);
    project.retain(|link| {
        !files.contains(link.url.as_str()) || !matches!(link.role.as_str(), "own_domain" | "download" | "docs")
    });
    project.sort_by(|a, b| (&a.place, a.line, &a.url).cmp(&(&b.place, b.line, &b.url)));
    // What the manifests and the Security Insights file say must have been readable.
    let read =
        library.complete && cx.tree.complete() && deps.ecosystems.value().is_some() && insights.urls.value().is_some();
    let complete = |count: usize| read && count < limits::LINKS;
    Links {
        project: Fact::seen(project.iter().take(limits::LINKS).cloned().collect(), complete(project.len()), cx.src),
        distribution: Fact::seen(
            distribution.iter().take(limits::LINKS).cloned().collect(),
            complete(distribution.len()),
            cx.src,
        ),
    }
}

#[cfg(test)]
mod tests;
