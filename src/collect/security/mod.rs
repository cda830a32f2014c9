//! Sections `security`, `sbom` and `vex`: security settings, advisories, inventories and exploitability statements. The tree
//! shows what is kept in it; the settings and releases of the forge stay unknown.

mod advisories;
mod ids;
mod ignores;
pub(crate) mod sbom;
mod txt;
pub(crate) mod vex;

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use super::docs::model::Library;
use super::releases::Attached;
use crate::model::fact::{Fact, Reason};

/// Security settings and advisories.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Security {
    /// `enabled` or `disabled`.
    pub secret_scanning: Fact<String>,
    /// `enabled` or `disabled`.
    pub push_protection: Fact<String>,
    /// Whether the host takes private reports.
    pub private_reporting: Fact<bool>,
    /// Published advisories on the forge.
    pub advisories: Fact<Vec<Advisory>>,
    /// Advisories kept in the tree, and change-log entries that name one of the project.
    pub advisories_in_tree: Fact<Vec<AdvisoryInTree>>,
    /// Where the forge says the security policy is; `null` when it knows none.
    pub policy_url: Fact<Option<String>>,
    /// The parsed `security.txt` of the tree; `null` when there is none.
    pub txt: Fact<Option<SecurityTxt>>,
    /// Known vulnerabilities of the current dependencies, from a supplied scan.
    pub known_vulns: Fact<Vec<KnownVulnerability>>,
}

/// A published advisory.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Advisory {
    /// Its id.
    pub id: String,
    /// When it was published, RFC 3339.
    pub published: Option<String>,
    /// Its severity.
    pub severity: Option<String>,
}

/// An advisory in the tree.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct AdvisoryInTree {
    /// Its id: CVE, GHSA or the project's own.
    pub id: String,
    /// The file.
    pub path: String,
    /// The line.
    pub line: u64,
    /// `advisory_dir`, `advisory_page` or `changelog`.
    pub kind: String,
    /// Whether the text is about a dependency rather than the project.
    pub about_dependency: bool,
}

/// A security.txt file (RFC 9116).
#[derive(Debug, Serialize, JsonSchema)]
pub struct SecurityTxt {
    /// Its path.
    pub path: String,
    /// Values of `Contact`.
    pub contacts: Vec<String>,
    /// Value of `Policy`.
    pub policy: Option<String>,
    /// Whether `Expires` lies in the past at the time of collection.
    pub expired: bool,
}

/// A known vulnerability of a dependency.
#[derive(Debug, Serialize, JsonSchema)]
pub struct KnownVulnerability {
    /// Its id.
    pub id: String,
    /// The package.
    pub package: String,
    /// Whether a fixed version exists.
    pub fixed_in: Option<String>,
    /// The ignore entry that suppresses it.
    pub suppressed_by: Option<String>,
}

/// Inventories of components.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Sbom {
    /// SPDX and CycloneDX documents delivered with the newest release.
    pub documents: Fact<Vec<SbomDocument>>,
}

/// One inventory.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SbomDocument {
    /// The asset or path.
    pub name: String,
    /// `spdx` or `cyclonedx`.
    pub format: String,
    /// `parsed`, `empty` or `unparsable`.
    pub parse: String,
    /// How many components it lists.
    pub components: u64,
    /// The asset it describes; none for a release-wide document.
    pub subject: Option<String>,
    /// Core elements that are missing.
    pub missing_core: Vec<String>,
    /// Further elements that are missing for some components.
    pub missing_extra: Vec<String>,
}

/// Statements on exploitability.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Vex {
    /// VEX documents of the tree, by their content wherever they lie; those of test data are left out.
    pub documents: Fact<Vec<VexDocument>>,
    /// Entries of scanner configurations that silence a finding.
    pub ignores: Fact<Vec<ScannerIgnore>>,
}

/// One VEX document.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VexDocument {
    /// Its path or asset.
    pub path: String,
    /// `openvex`, `csaf` or `cyclonedx`.
    pub format: String,
    /// `parsed`, `empty` or `unparsable`.
    pub parse: String,
    /// What it states.
    pub statements: Vec<VexStatement>,
}

/// One statement.
#[derive(Debug, Serialize, JsonSchema)]
pub struct VexStatement {
    /// The vulnerability.
    pub vuln: String,
    /// The products.
    pub products: Vec<String>,
    /// `not_affected`, `affected`, `fixed`, `under_investigation`.
    pub status: String,
    /// The justification for `not_affected`.
    pub justification: Option<String>,
}

/// One silenced finding.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ScannerIgnore {
    /// The configuration file.
    pub path: String,
    /// The line.
    pub line: u64,
    /// The scanner.
    pub tool: String,
    /// The vulnerability.
    pub vuln: String,
    /// The reason given.
    pub reason: Option<String>,
    /// Whether the reason says that the project is not affected.
    pub not_affected: bool,
}

pub(crate) fn collect(cx: &Context<'_>, library: &Library, attached: Option<Attached>) -> (Security, Sbom, Vex) {
    let (read, admin) = ("a read token", "a token with `administration: read`");
    let security = Security {
        secret_scanning: Fact::unknown(Reason::Offline, admin, &["settings"]),
        push_protection: Fact::unknown(Reason::Offline, admin, &["settings"]),
        private_reporting: Fact::unknown(Reason::Offline, read, &["settings"]),
        advisories: Fact::unknown(Reason::Offline, read, &["advisories"]),
        advisories_in_tree: advisories::in_tree(cx, library),
        policy_url: Fact::unknown(Reason::Offline, read, &["repository"]),
        txt: txt::find(cx),
        known_vulns: Fact::unknown(Reason::NotRequested, "the result of a scan of the dependencies", &["scan"]),
    };
    let (sboms, attached) = match attached {
        Some(attached) => (attached.sboms, Some(attached.vex)),
        None => (Fact::unknown(Reason::Offline, read, &["releases"]), None),
    };
    let sbom = Sbom { documents: sboms };
    let vex = Vex { documents: with_attached(vex::documents(cx), attached), ignores: ignores::find(cx) };
    (security, sbom, vex)
}

/// The statements of the tree together with those attached to the newest release.
fn with_attached(tree: Fact<Vec<VexDocument>>, attached: Option<(Vec<VexDocument>, bool)>) -> Fact<Vec<VexDocument>> {
    match (tree, attached) {
        (Fact::Known { mut value, complete, mut src }, Some((more, all))) => {
            value.extend(more);
            src.push("releases");
            Fact::Known { value, complete: complete && all, src }
        }
        (tree, _) => tree,
    }
}
