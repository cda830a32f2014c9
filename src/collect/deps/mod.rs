//! Section `deps`: manifests, lock files, and what is fetched besides them.

mod downloads;
pub(crate) mod ecosystems;
pub(crate) mod imports;
pub(crate) mod manifests;
mod own;
mod scripts;
mod searched;
mod survey;
mod updates;

use schemars::JsonSchema;
use serde::Serialize;

use self::ecosystems::Table;
use super::Context;
use super::ci::Ci;
use super::scan::Scan;
use crate::model::fact::{Fact, Reason};

/// What is known about dependencies.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Deps {
    /// One entry per ecosystem that the tree shows, by source files or manifests; vendored, test and example directories aside.
    pub ecosystems: Fact<Vec<Ecosystem>>,
    /// Downloads outside any package manager, in build scripts, pipelines and container files.
    pub adhoc: Fact<Vec<Download>>,
    /// Configuration of a tool that keeps dependencies current; `null` when there is none.
    pub update_config: Fact<Option<UpdateConfig>>,
}

/// One ecosystem.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Ecosystem {
    /// Such as `cargo`, `npm`, `python`, `go`, `maven`, `c`.
    pub ecosystem: String,
    /// Whether any package manager exists: `yes`, `optional` (C, C++, Fortran), `no` (shell, SQL, …).
    pub package_manager: String,
    /// Whether it serves any language (Bazel, Nix).
    pub general: bool,
    /// Manifests of the product.
    pub manifests: Vec<Manifest>,
    /// Manifests of side tools: documentation, tests, examples, CI.
    pub side_manifests: Vec<Manifest>,
    /// Paths of lock files.
    pub lockfiles: Vec<String>,
    /// Source files of the product in this language.
    pub source_files: u64,
    /// Source files among the developers' helpers, such as `scripts/`, where the product has others.
    pub helper_files: u64,
    /// Modules imported that are neither the language's own nor the project's: up to ten, with where.
    pub third_party_imports: Vec<Import>,
    /// Whether the imports of all its source files are read at all; if not, that none are listed means nothing.
    pub imports_read: bool,
    /// Libraries that the build only looks for on the system (CMake, Meson, Autoconf, pkg-config): up to ten, with where.
    pub searched: Vec<Import>,
    /// Directories with vendored sources.
    pub vendored: Vec<String>,
    /// Where pipelines and build files take dependencies in through its package manager: up to ten.
    pub installs: Vec<Install>,
}

/// One manifest.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Manifest {
    /// Its path.
    pub path: String,
    /// `parsed`, `empty`, `unparsable`, `dynamic` (computed by a program), `unread`.
    pub state: String,
    /// How many direct dependencies it lists.
    pub direct: u64,
    /// Whether it pins the version of the language's toolchain, and how.
    pub toolchain: Option<String>,
    /// Whether it takes over dependencies from another manifest, such as a parent POM.
    pub inherits: bool,
}

/// A command that takes dependencies in through a package manager.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Install {
    /// The file.
    pub path: String,
    /// The line.
    pub line: u64,
    /// The command or action.
    pub command: String,
    /// Whether it is a package manager of the system, such as `apt-get`.
    pub system: bool,
}

/// One import of a module from elsewhere.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Import {
    /// The module.
    pub name: String,
    /// The file.
    pub path: String,
    /// The line.
    pub line: u64,
}

/// One download outside a package manager.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Download {
    /// The file.
    pub path: String,
    /// The line.
    pub line: u64,
    /// `pipe_to_shell`, `download`, `clone`, `package_list`.
    pub form: String,
    /// What is fetched: `library`, `tool`, `source_for_test`, `unknown`.
    pub what: String,
    /// Whose it is: `own` or `third`.
    pub owner: String,
    /// How it is pinned: `digest`, `commit`, `tag`, `none`.
    pub pin: String,
    /// For what: `product` or `test`.
    #[serde(rename = "use")]
    pub used_for: String,
    /// Whether it comes over plain http.
    pub plain_http: bool,
    /// For a library: the ecosystem whose package manager would bring it.
    pub ecosystem: Option<String>,
    /// Whether a manifest of the product lists it.
    pub listed: bool,
    /// The command or address.
    pub target: String,
}

/// Configuration of a tool that keeps dependencies current.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UpdateConfig {
    /// `dependabot`, `renovate`, …
    pub tool: String,
    /// Its file.
    pub path: String,
    /// The ecosystems it covers; `*` for all.
    pub ecosystems: Vec<String>,
    /// Whether it covers one of the product's ecosystems.
    pub covers_product: bool,
}

pub(crate) fn collect(cx: &Context<'_>, scan: &Scan, ci: &Ci) -> Deps {
    let table = match Table::load(cx.policies) {
        Ok(table) => table,
        Err(error) => return broken(cx, &error),
    };
    let downloads = match downloads::Table::load(cx.policies) {
        Ok(downloads) => downloads,
        Err(error) => return broken(cx, &error),
    };
    let mut survey = survey::survey(cx, &table, scan);
    let (adhoc, complete) = downloads::find(cx, &downloads, &table, ci, &survey.listed, &mut survey.ecosystems);
    let update_config = updates::find(cx, &downloads, &survey.ecosystems);
    Deps {
        ecosystems: Fact::seen(survey.ecosystems, survey.complete, cx.src),
        adhoc: Fact::seen(adhoc, complete, cx.src),
        update_config: Fact::known(update_config, cx.src),
    }
}

fn broken(cx: &Context<'_>, error: &str) -> Deps {
    Deps {
        ecosystems: Fact::broken(Reason::ParseError, error, cx.src),
        adhoc: Fact::broken(Reason::ParseError, error, cx.src),
        update_config: Fact::broken(Reason::ParseError, error, cx.src),
    }
}

#[cfg(test)]
mod tests;
