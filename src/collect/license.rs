//! Section `license`: licence texts, their places, and what manifests state.

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use super::insights::Insights;
use super::releases::Tagged;
use super::scan::Scan;
use crate::model::fact::{Fact, Reason};

/// What is known about the project's licence.
#[derive(Debug, Serialize, JsonSchema)]
pub struct License {
    /// Files that hold, or by their name should hold, a licence.
    pub files: Fact<Vec<LicenseFile>>,
    /// Expressions stated by manifests, by REUSE data, and a summary of SPDX headers.
    pub manifest: Fact<Vec<LicenseStatement>>,
    /// The same at the tag of the newest release.
    pub at_release: Fact<LicenseAtRelease>,
}

/// A licence file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LicenseFile {
    /// Its path.
    pub path: String,
    /// Where it lies: `root`, `license_dir` (`LICENSE/` or `LICENSES/`), `readme`, `docs`, `vendored`, `elsewhere`.
    pub place: String,
    /// How its name is spelled: `license`, `copying`, `licence`, `unlicense`, `copyright`, `notice`, `licenses_dir`, `other`.
    pub name_kind: String,
    /// `ok`, `empty`, `pointer` (with `target`), `lfs_pointer`, `broken_link`, `unreadable`.
    pub state: String,
    /// The in-tree file that a pointer or symbolic link leads to.
    pub target: Option<String>,
    /// Words of text.
    pub words: u64,
    /// Whether it reads like a licence although no known text matches (≥ 20 words of licence wording).
    pub wording: bool,
    /// The licences found in it, part by part.
    pub parts: Vec<LicensePart>,
}

/// One licence text inside a file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LicensePart {
    /// SPDX id, or an id of the table of licences beyond SPDX; `null` for a text that matches none.
    pub spdx: Option<String>,
    /// Similarity, 0 to 100.
    pub score: u8,
    /// First line of the part.
    pub line: u64,
    /// What it covers: `code`, `docs`, `artwork`, `vendored`.
    pub scope: String,
    /// `approved` (on the OSI or FSF list), `equivalent` (on the table of equivalents), `not_approved`, `unknown`.
    pub approval: String,
    /// A rider that takes a right away (Commons Clause, non-commercial, …), or conditions added to a known text.
    pub added_conditions: Option<String>,
}

/// What one place states about the licence.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LicenseStatement {
    /// The file that states it.
    pub path: String,
    /// The line.
    pub line: Option<u64>,
    /// `manifest`, `reuse`, `header`, `readme`, `insights`.
    pub kind: String,
    /// The expression as written.
    pub expression: String,
    /// What the expression comes to: `approved`, `not_approved`, `unknown`.
    pub approval: String,
    /// How many files a summary of headers stands for.
    pub files: u64,
}

/// The licence at the tag of the newest release.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LicenseAtRelease {
    /// The tag.
    pub tag: String,
    /// Licence files there.
    pub files: Vec<LicenseFile>,
    /// Statements there.
    pub manifest: Vec<LicenseStatement>,
}

pub(crate) fn collect(cx: &Context<'_>, _scan: &Scan, _tagged: &Tagged, _insights: &Insights) -> License {
    License {
        files: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        manifest: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        at_release: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
    }
}
