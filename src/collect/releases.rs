//! Section `releases`: tags, releases and what they carry.

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use super::ci::Ci;
use super::deps::Deps;
use super::docs::Docs;
use super::tree::Tree;
use crate::model::fact::{Fact, Reason};

/// What is known about releases.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Releases {
    /// Whether the project ever made one.
    pub has_release: Fact<bool>,
    /// All tags that look like versions, newest first, and how many others there are.
    pub tags: Fact<Tags>,
    /// All releases of the forge, newest first.
    pub list: Fact<Vec<Release>>,
    /// The newest release.
    pub latest: Latest,
    /// Attestations found for assets.
    pub attestations: Fact<Vec<Attestation>>,
    /// Packages that manifests or publishing steps declare.
    pub registry: Fact<Vec<RegistryPackage>>,
    /// Release tags seen to point elsewhere than before.
    pub tag_moved: Fact<Vec<String>>,
}

/// The tags of the repository.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Tags {
    /// Those that look like versions, newest first.
    pub versions: Vec<Tag>,
    /// The names of up to 20 others.
    pub others: Vec<String>,
}

/// One tag.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// The version without prefix.
    pub version: String,
    /// The package of a monorepo tag; none for the root package.
    pub package: Option<String>,
    /// The commit it leads to.
    pub commit: String,
    /// The date of that commit, or of the tag, RFC 3339.
    pub date: String,
    /// Whether it is an annotated tag.
    pub annotated: bool,
    /// Whether it carries a signature (not verified).
    pub signed: bool,
    /// Whether its version is a pre-release.
    pub prerelease: bool,
}

/// The newest release of the root package.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Latest {
    /// Its tag; `null` when there is no release.
    pub tag: Fact<Option<Tag>>,
    /// Its text.
    pub body: Fact<Option<String>>,
    /// Its assets, without the host's own source archives.
    pub assets: Fact<Vec<Asset>>,
    /// Whether the host keeps it from being changed.
    pub immutable: Fact<bool>,
}

/// One release of the forge.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Release {
    /// Its tag.
    pub tag: String,
    /// Its title.
    pub name: Option<String>,
    /// Whether it is a draft.
    pub draft: bool,
    /// Whether it is a pre-release.
    pub prerelease: bool,
    /// When it was published, RFC 3339.
    pub published_at: Option<String>,
    /// Whether the tag looks like a version.
    pub version_like: bool,
}

/// One asset.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Asset {
    /// Its file name.
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// `compiled`, `archive`, `package`, `source`, `signature`, `checksums`, `provenance`, `sbom`, `vex`, `license`, `text`, `other`.
    pub kind: String,
    /// The digest that the host recorded.
    pub digest: Option<String>,
    /// What covers it: `signature`, `signed_checksums`, `checksums`, `attestation`, `immutable_release`.
    pub covered_by: Vec<String>,
    /// Whether the cover was verified cryptographically.
    pub verified: bool,
    /// `parsed`, `empty`, `unparsable`; none where nothing was parsed.
    pub parse: Option<String>,
    /// How its name relates to the version of the release: `same`, `other`, `none`.
    pub version_in_name: String,
}

/// A statement about an artefact.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Attestation {
    /// The digest of its subject.
    pub subject_digest: String,
    /// Its predicate type.
    pub predicate_type: String,
    /// Who signed it.
    pub signer: Option<String>,
    /// Whether the signature was verified.
    pub verified: bool,
}

/// A package in a registry.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RegistryPackage {
    /// The ecosystem, such as `cargo` or `npm`.
    pub ecosystem: String,
    /// The name.
    pub name: String,
    /// The version the manifest states.
    pub version: Option<String>,
    /// Where it is declared.
    pub path: String,
    /// Whether a pipeline publishes it, or only a manifest names it.
    pub published_by: Option<String>,
}

pub(crate) fn collect(cx: &Context<'_>, _tagged: &Tagged, _ci: &Ci, _deps: &Deps, _docs: &Docs) -> Releases {
    Releases {
        has_release: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        tags: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        list: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        latest: Latest {
        tag: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        body: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        assets: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        immutable: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
    },
        attestations: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        registry: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        tag_moved: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
    }
}

/// What the tags say about releases, before anything else is read.
#[derive(Debug, Default)]
pub(crate) struct Tagged {
    /// Tags that look like versions, newest first.
    pub(crate) versions: Vec<Tag>,
    /// Names of the others.
    pub(crate) others: Vec<String>,
    /// Whether every tag was listed.
    pub(crate) complete: bool,
    /// The newest release of the root package.
    pub(crate) latest: Option<Tag>,
    /// The tree at its tag; none when it is not in the clone.
    pub(crate) tree: Option<Tree>,
}

/// Reads the tags and chooses the newest release.
pub(crate) fn tagged(_cx: &Context<'_>) -> Tagged {
    Tagged::default()
}
