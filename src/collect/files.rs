//! Section `files`: the tree as a whole.

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use crate::model::fact::{Fact, Reason};

/// What is known about the tree as a whole.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Files {
    /// Whether every entry of the tree was listed.
    pub complete: Fact<bool>,
    /// How many files it has.
    pub count: Fact<u64>,
    /// Repositories embedded as submodules.
    pub submodules: Fact<Vec<Submodule>>,
    /// Build files whose content says something: Makefile, Dockerfile, CMakeLists.txt and their like, with what was found in them.
    pub build_files: Fact<Vec<BuildFile>>,
}

/// A submodule.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Submodule {
    /// Where it is mounted.
    pub path: String,
    /// Its address as `.gitmodules` gives it; none when only the tree entry exists.
    pub url: Option<String>,
    /// The line in `.gitmodules`.
    pub line: Option<u64>,
    /// Whether its address lies under the same owner on the same host; none when that cannot be told.
    pub same_owner: Option<bool>,
}

/// A build file with content.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BuildFile {
    /// Its path.
    pub path: String,
    /// `make`, `docker`, `cmake`, `just`, `task`, `meson`, `bazel`, `script`, …
    pub kind: String,
    /// Names of its targets, where it has any.
    pub targets: Vec<String>,
    /// The line of a comment-documented build target or of the first recipe; none when it holds nothing but comments.
    pub line: Option<u64>,
}

pub(crate) fn collect(cx: &Context<'_>) -> Files {
    Files {
        complete: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        count: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        submodules: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        build_files: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
    }
}
