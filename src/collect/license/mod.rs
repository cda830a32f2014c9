//! Section `license`: licence texts, their places, and what manifests state.

mod expression;
mod files;
mod library;
mod manifests;
mod matching;
mod parts;
mod places;
mod rules;
mod words;

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use super::insights::Insights;
use super::releases::Tagged;
use super::scan::Scan;
use super::tree::Tree;
use crate::model::fact::{Fact, Reason};
use rules::{Approval, Rules};

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
    /// `manifest`, `reuse`, `header`, `readme`, `notice` (a licence file that names a licence instead of holding it), `insights`.
    pub kind: String,
    /// The expression as written.
    pub expression: String,
    /// What the expression comes to: `approved`, `not_approved`, `unknown`, or `unparsed` for what is no expression.
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

/// What the files of one tree say.
struct Found {
    files: Vec<LicenseFile>,
    manifest: Vec<LicenseStatement>,
    complete: bool,
}

pub(crate) fn collect(cx: &Context<'_>, scan: &Scan, tagged: &Tagged, insights: &Insights) -> License {
    let rules = match Rules::load(cx.policies) {
        Ok(rules) => rules,
        Err(error) => {
            return License {
                files: Fact::broken(Reason::ParseError, error.clone(), cx.src),
                manifest: Fact::broken(Reason::ParseError, error.clone(), cx.src),
                at_release: Fact::broken(Reason::ParseError, error, cx.src),
            };
        }
    };
    let mut found = read(cx.tree, &rules);
    found.manifest.extend(headers(scan, &rules));
    found.manifest.extend(claimed(insights, &rules));
    let at_release = at_release(cx, tagged, &rules);
    // An empty list says that there is no licence: that is known only where every file was listed.
    if found.files.is_empty() && !found.complete {
        let cut = "the tree was not listed to its end";
        return License {
            files: Fact::broken(Reason::Truncated, cut, cx.src),
            manifest: Fact::seen(found.manifest, false, cx.src),
            at_release,
        };
    }
    License {
        files: Fact::seen(found.files, found.complete, cx.src),
        manifest: Fact::seen(found.manifest, found.complete, cx.src),
        at_release,
    }
}

fn at_release(cx: &Context<'_>, tagged: &Tagged, rules: &Rules) -> Fact<LicenseAtRelease> {
    match (&tagged.latest, &tagged.tree) {
        (Some(tag), Some(tree)) => {
            let found = read(tree, rules);
            let at = LicenseAtRelease { tag: tag.name.clone(), files: found.files, manifest: found.manifest };
            Fact::seen(at, found.complete, cx.src)
        }
        (Some(tag), None) => {
            Fact::unknown(Reason::NotRequested, format!("the files at {}: a clone with that tag", tag.name), cx.src)
        }
        (None, _) => Fact::unknown(Reason::NotRequested, "a release, and a clone with its tag", cx.src),
    }
}

fn read(tree: &Tree, rules: &Rules) -> Found {
    let reader = tree.reader();
    let files = files::of(tree, &reader, rules);
    let mut manifest = manifests::statements(tree, &reader, rules);
    manifest.extend(files.statements);
    Found { files: files.files, manifest, complete: tree.complete() && files.complete }
}

/// A summary of the headers of source files.
fn headers(scan: &Scan, rules: &Rules) -> Vec<LicenseStatement> {
    let statement = |(expression, headers): (&String, &super::scan::Headers)| LicenseStatement {
        path: headers.path.clone(),
        line: Some(headers.line),
        kind: "header".to_owned(),
        expression: expression.clone(),
        approval: approval_name(expression::evaluate(rules, expression)),
        files: headers.files,
    };
    scan.headers.iter().map(statement).collect()
}

fn claimed(insights: &Insights, rules: &Rules) -> Option<LicenseStatement> {
    let expression = insights.license.value()?.clone()?;
    Some(LicenseStatement {
        path: insights.present.value().and_then(Option::as_ref).map(|file| file.path.clone()).unwrap_or_default(),
        line: None,
        kind: "insights".to_owned(),
        approval: approval_name(expression::evaluate(rules, &expression)),
        expression,
        files: 1,
    })
}

fn approval_name(approval: Option<Approval>) -> String {
    match approval {
        Some(Approval::Equivalent) => Approval::Approved.name().to_owned(),
        Some(approval) => approval.name().to_owned(),
        None => "unparsed".to_owned(),
    }
}
