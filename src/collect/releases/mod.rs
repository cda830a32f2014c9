//! Section `releases`: tags, releases and what they carry. Offline the tags are the only releases that are seen; what
//! the forge attached to them stays unknown, and a clone that may lack tags proves nothing by lacking them.

mod assets;
mod kinds;
mod published;
mod registry;
pub(crate) mod signatures;
mod version;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

pub(crate) use self::assets::Attached;
use self::published::Published;
use self::registry::Publishers;
use self::version::{Version, Words};
use super::Context;
use super::ci::{Capability, Ci};
use super::deps::Deps;
use super::docs::Docs;
use super::git::TagRef;
use super::limits;
use super::links::Links;
use super::path::RepoPath;
use super::tree::Tree;
use crate::model::fact::{Fact, Reason, SourceId};

/// The source of tags, whatever the files were read from.
const CLONE: &[SourceId] = &["git"];
/// The source that nobody asked.
const FORGE: &[SourceId] = &["releases"];
/// A release older than the newest one by more than this is not the latest, however high its version.
const WINDOW_SECONDS: i64 = 731 * 86_400;
/// Names of other tags that are kept.
const OTHERS: usize = 20;

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
    /// The commit it leads to; `null` where the clone does not hold the tag and only the forge tells of it.
    pub commit: Option<String>,
    /// The date of that commit, or of the tag, RFC 3339; of the release where only the forge tells of it.
    pub date: String,
    /// Whether it is an annotated tag; `null` like `commit`.
    pub annotated: Option<bool>,
    /// Whether it carries a signature (not verified); `null` like `commit`.
    pub signed: Option<bool>,
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

/// The section, and what the newest release delivers where a forge could be asked for it.
pub(crate) fn collect(
    cx: &Context<'_>,
    tagged: &Tagged,
    ci: &Ci,
    deps: &Deps,
    docs: &Docs,
    links: &Links,
) -> (Releases, Option<Attached>) {
    let published = cx.forge.map(|forge| Published::new(cx, forge, tagged));
    let has_release = match published.as_ref().and_then(Published::any) {
        Some(true) => Fact::known(true, FORGE),
        _ => has_release(cx, tagged, ci, docs, links),
    };
    let never = has_release.value() == Some(&false);
    let on_forge = cx.subject.host.is_some();
    let (reason, needs) = match on_forge {
        true => (Reason::Offline, "a read token"),
        false => (Reason::Unsupported, "the place where releases are published"),
    };
    let mut releases = Releases {
        tags: match cx.clone {
            Some(_) => {
                Fact::seen(listed(tagged), tagged.complete && tagged.versions.len() <= limits::TAGS_LISTED, CLONE)
            }
            None => Fact::unknown(Reason::Unsupported, "a git clone", CLONE),
        },
        // A repository that is on no forge has no releases there.
        list: match on_forge || !on_no_forge(cx) {
            true => Fact::unknown(Reason::Offline, "a read token", FORGE),
            false => Fact::known(Vec::new(), CLONE),
        },
        latest: Latest {
            tag: latest_tag(cx, tagged, never),
            body: if never { Fact::known(None, CLONE) } else { Fact::unknown(reason, needs, FORGE) },
            assets: if never { Fact::known(Vec::new(), CLONE) } else { Fact::unknown(reason, needs, FORGE) },
            immutable: if never { Fact::known(false, CLONE) } else { Fact::unknown(reason, needs, FORGE) },
        },
        attestations: if never {
            Fact::known(Vec::new(), CLONE)
        } else {
            Fact::unknown(reason, needs, &["attestations"])
        },
        registry: registry_packages(cx, ci, deps),
        tag_moved: Fact::unknown(Reason::NotRequested, "the tags of an earlier run", CLONE),
        has_release,
    };
    let attached = published.map(|published| {
        let delivered = published.lay_over(&mut releases, never);
        releases.latest.assets = delivered.assets;
        releases.attestations = delivered.attestations;
        Attached { sboms: delivered.sboms, vex: delivered.vex }
    });
    (releases, attached)
}

/// Whether the clone was read and names no remote at all.
fn on_no_forge(cx: &Context<'_>) -> bool {
    cx.clone.is_some_and(|clone| clone.remote().is_none())
}

fn listed(tagged: &Tagged) -> Tags {
    Tags {
        versions: tagged.versions.iter().take(limits::TAGS_LISTED).cloned().collect(),
        others: tagged.others.iter().take(OTHERS).cloned().collect(),
    }
}

fn has_release(cx: &Context<'_>, tagged: &Tagged, ci: &Ci, docs: &Docs, links: &Links) -> Fact<bool> {
    if !tagged.versions.is_empty() {
        return Fact::known(true, CLONE);
    }
    if cx.clone.is_none() {
        return Fact::unknown(Reason::Unsupported, "a git clone with all tags", CLONE);
    }
    if !tagged.complete {
        return Fact::unknown(Reason::Truncated, "a full clone with all tags", CLONE);
    }
    match cx.forge.map(|forge| &forge.seen.releases.list) {
        // The tags are complete and show none, and neither does the forge.
        Some(Ok((_, true))) => {}
        Some(Ok((_, false))) => return Fact::unknown(Reason::Truncated, "the whole list of releases", FORGE),
        Some(Err(failure)) => return failure.clone().or_needs("a read token").fact(FORGE),
        None if !on_no_forge(cx) => return Fact::unknown(Reason::Offline, "a read token", FORGE),
        None => {}
    }
    match publishes(ci, docs, links) {
        Some(false) => Fact::known(false, CLONE),
        Some(true) => Fact::unknown(Reason::Unsupported, "the registry that packages are published to", &["registry"]),
        None => Fact::unknown(Reason::Truncated, "pipelines, documents and links in full", cx.src),
    }
}

/// Whether anything in the tree shows that packages are published; none when not everything was read.
fn publishes(ci: &Ci, docs: &Docs, links: &Links) -> Option<bool> {
    let steps = ci.capabilities.value().map(|steps| steps.iter().any(is_publishing));
    let log = docs.changelog.value().map(|sections| sections.iter().any(|section| !section.version.is_empty()));
    let channels = links.distribution.value().map(|all| {
        all.iter().any(|link| matches!(link.kind.as_str(), "registry" | "image" | "package_repo" | "installer"))
    });
    if [steps, log, channels].contains(&Some(true)) {
        return Some(true);
    }
    let all = ci.capabilities.is_complete() && docs.changelog.is_complete() && links.distribution.is_complete();
    all.then_some(false)
}

fn is_publishing(step: &Capability) -> bool {
    step.kind == "publish" && !step.disabled
}

fn latest_tag(cx: &Context<'_>, tagged: &Tagged, never: bool) -> Fact<Option<Tag>> {
    if never {
        return Fact::known(None, CLONE);
    }
    if cx.clone.is_none() {
        return Fact::unknown(Reason::Unsupported, "a git clone with all tags", CLONE);
    }
    if !tagged.complete {
        return Fact::unknown(Reason::Truncated, "a full clone with all tags", CLONE);
    }
    match &tagged.latest {
        Some(tag) => Fact::known(Some(tag.clone()), CLONE),
        None if cx.forge.is_some() => Fact::unknown(Reason::Unsupported, "a tag that names a release", CLONE),
        None => Fact::unknown(Reason::Offline, "a read token", FORGE),
    }
}

/// Packages that product manifests name, and publishing steps that no manifest explains.
fn registry_packages(cx: &Context<'_>, ci: &Ci, deps: &Deps) -> Fact<Vec<RegistryPackage>> {
    let (Some(ecosystems), Some(capabilities)) = (deps.ecosystems.value(), ci.capabilities.value()) else {
        return Fact::unknown(Reason::Truncated, "manifests and pipelines in full", cx.src);
    };
    let publishers = match Publishers::load(cx.policies) {
        Ok(publishers) => publishers,
        Err(error) => return Fact::broken(Reason::Error, error, cx.src),
    };
    let mut steps: Vec<(&str, String)> = capabilities
        .iter()
        .filter(|step| is_publishing(step))
        .filter_map(|step| Some((publishers.ecosystem(step)?, format!("{}:{} {}", step.path, step.line, step.tool))))
        .collect();
    steps.sort();
    let reader = cx.tree.reader();
    let mut packages = Vec::new();
    for manifest in ecosystems.iter().flat_map(|ecosystem| &ecosystem.manifests) {
        let Some(named) = registry::read(cx.tree, &reader, &RepoPath::new(manifest.path.as_bytes())) else { continue };
        if named.private {
            continue;
        }
        let step = steps.iter().find(|(ecosystem, _)| *ecosystem == named.ecosystem).map(|(_, step)| step.clone());
        packages.push(named.at(&manifest.path, step));
    }
    for (ecosystem, step) in &steps {
        if !packages.iter().any(|package: &RegistryPackage| package.ecosystem == *ecosystem) {
            packages.push(RegistryPackage {
                ecosystem: (*ecosystem).to_owned(),
                name: cx.subject.name.clone(),
                version: None,
                path: step.split(':').next().unwrap_or_default().to_owned(),
                published_by: Some(step.clone()),
            });
        }
    }
    packages.sort_by(|a, b| (&a.path, &a.ecosystem, &a.name).cmp(&(&b.path, &b.ecosystem, &b.name)));
    let complete = packages.len() <= limits::FINDINGS && deps.ecosystems.is_complete() && ci.capabilities.is_complete();
    packages.truncate(limits::FINDINGS);
    Fact::seen(packages, complete, cx.src)
}

/// What the tags say about releases, before anything else is read.
#[derive(Debug, Default)]
pub(crate) struct Tagged {
    /// Tags that look like versions, newest first.
    pub(crate) versions: Vec<Tag>,
    /// Names of the others.
    pub(crate) others: Vec<String>,
    /// The others, as tags.
    pub(crate) other_tags: Vec<Tag>,
    /// Whether every tag was listed, in a clone that holds all of them.
    pub(crate) complete: bool,
    /// The newest release of the root package; none when there is none or a newer one may be missing here.
    pub(crate) latest: Option<Tag>,
    /// The tree at its tag; none when it is not in the clone.
    pub(crate) tree: Option<Tree>,
}

/// What the newest release says of itself on the forge, with its tag; none where it says nothing or there is none.
pub(crate) fn newest_text<'a>(
    cx: &'a Context<'a>,
    tagged: &'a Tagged,
) -> Result<Option<(&'a str, &'a str)>, super::forge::failure::Failure> {
    let offline = || super::forge::failure::Failure::needing(Reason::Offline, "a read token");
    let forge = cx.forge.ok_or_else(offline)?;
    Published::new(cx, forge, tagged).newest_text()
}

/// Reads the tags and chooses the newest release.
pub(crate) fn tagged(cx: &Context<'_>) -> Tagged {
    let Some(clone) = cx.clone else { return Tagged::default() };
    let (tags, listed_all) = clone.tags();
    // Without the table nothing is known about any tag: as if none had been listed.
    let Ok(words) = Words::load(cx.policies) else { return Tagged::default() };
    let mut roots = registry::root_names(cx.tree);
    roots.push(cx.subject.name.clone());
    let mut others = Vec::new();
    let mut other_tags = Vec::new();
    let mut versions = Vec::new();
    for tag in tags {
        match words.read(&tag.name) {
            Some(version) => versions.push(Versioned::of(tag, version, &roots)),
            None => {
                other_tags.push(unversioned(&tag));
                others.push(tag.name);
            }
        }
    }
    versions.sort_by(|a, b| b.age_key().cmp(&a.age_key()));
    let complete = listed_all && clone.holds_all_tags();
    let latest = latest(&versions).filter(|_| complete);
    let tree = latest.and_then(|latest| clone.tree_of(latest.reference.commit, cx.tree));
    Tagged {
        latest: latest.map(Versioned::tag),
        versions: versions.iter().map(Versioned::tag).collect(),
        others,
        other_tags,
        complete,
        tree,
    }
}

impl Tag {
    /// As a forge tells of it that shows the release and not the tag.
    fn told(self) -> Self {
        Self { commit: None, annotated: None, signed: None, ..self }
    }
}

/// A tag that names no version: its own name stands for it.
fn unversioned(tag: &TagRef) -> Tag {
    Tag {
        name: tag.name.clone(),
        version: tag.name.clone(),
        package: None,
        commit: Some(tag.commit.to_string()),
        date: Timestamp::from_second(tag.seconds).map(|time| time.to_string()).unwrap_or_default(),
        annotated: Some(tag.annotated),
        signed: Some(tag.signed),
        prerelease: false,
    }
}

/// A tag with its version.
#[derive(Debug)]
struct Versioned {
    reference: TagRef,
    version: Version,
}

impl Versioned {
    fn of(reference: TagRef, mut version: Version, roots: &[String]) -> Self {
        version.package = version.package.filter(|package| !roots.iter().any(|root| is_same_package(package, root)));
        Self { reference, version }
    }

    fn age_key(&self) -> (i64, &version::Rank, &str) {
        (self.reference.seconds, &self.version.rank, &self.reference.name)
    }

    fn tag(&self) -> Tag {
        Tag {
            name: self.reference.name.clone(),
            version: self.version.text.clone(),
            package: self.version.package.clone(),
            commit: Some(self.reference.commit.to_string()),
            date: Timestamp::from_second(self.reference.seconds).map(|time| time.to_string()).unwrap_or_default(),
            annotated: Some(self.reference.annotated),
            signed: Some(self.reference.signed),
            prerelease: self.version.prerelease,
        }
    }
}

/// Whether the prefix of a tag is the name of the root package, with or without its scope.
fn is_same_package(prefix: &str, root: &str) -> bool {
    let fold =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    let last = |text: &str| fold(text.rsplit(['/', ':']).next().unwrap_or_default());
    let prefix = fold(prefix);
    !prefix.is_empty() && (prefix == fold(root) || prefix == last(root))
}

/// The highest version among the releases of the root package that are not long superseded. Without any release of a
/// root package: the newest of all. Pre-releases only where there is nothing else.
fn latest(versions: &[Versioned]) -> Option<&Versioned> {
    let root: Vec<&Versioned> = versions.iter().filter(|tag| tag.version.package.is_none()).collect();
    let has_root = !root.is_empty();
    let line = if has_root { root } else { versions.iter().collect() };
    let stable: Vec<&Versioned> = line.iter().copied().filter(|tag| !tag.version.prerelease).collect();
    let line = if stable.is_empty() { line } else { stable };
    let newest = line.iter().copied().max_by_key(|tag| tag.age_key())?;
    if !has_root {
        return Some(newest);
    }
    let from = newest.reference.seconds.saturating_sub(WINDOW_SECONDS);
    let recent = line.into_iter().filter(|tag| tag.reference.seconds >= from);
    recent.max_by_key(|tag| (&tag.version.rank, tag.reference.seconds, &tag.reference.name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use rstest::rstest;

    const DAY: i64 = 86_400;

    fn versions(tags: &[(&str, i64)], roots: &[&str]) -> Vec<Versioned> {
        let words = Words::load(&Bundle::policies()).expect("the table");
        let roots: Vec<String> = roots.iter().map(|root| (*root).to_owned()).collect();
        let of = |(name, day): &(&str, i64)| {
            let commit = gix::ObjectId::null(gix::hash::Kind::Sha1);
            let reference =
                TagRef { name: (*name).to_owned(), commit, seconds: day * DAY, annotated: false, signed: false };
            Versioned::of(reference, words.read(name).expect("a version"), &roots)
        };
        tags.iter().map(of).collect()
    }

    #[rstest]
    #[case::highest(&[("v1.0.0", 1), ("v1.10.0", 2), ("v1.9.0", 3)], "v1.10.0")]
    #[case::maintenance(&[("v2.0.0", 100), ("v1.9.9", 300)], "v2.0.0")]
    #[case::long_superseded(&[("v9.0.0", 1), ("v1.0.0", 2000)], "v1.0.0")]
    #[case::old_scheme(&[("20140101", 1), ("v1.2.3", 3000)], "v1.2.3")]
    #[case::prerelease(&[("v2.0.0-rc.1", 9), ("v1.0.0", 1)], "v1.0.0")]
    #[case::only_prereleases(&[("v0.1.0-alpha.1", 1), ("v0.1.0-alpha.2", 2)], "v0.1.0-alpha.2")]
    #[case::root_words(&[("release-1.1.0", 1), ("v1.0.0", 9)], "release-1.1.0")]
    #[case::members(&[("thing@1.0.0", 1), ("other@7.0.0", 9)], "thing@1.0.0")]
    #[case::scoped(&[("@scope/thing@1.0.0", 1), ("@scope/other@7.0.0", 9)], "@scope/thing@1.0.0")]
    #[case::no_root_line(&[("a@9.0.0", 1), ("b@1.0.0", 9)], "b@1.0.0")]
    #[case::floating_major(&[("v4", 9), ("v4.2.1", 9)], "v4.2.1")]
    fn chooses(#[case] tags: &[(&str, i64)], #[case] expected: &str) {
        let versions = versions(tags, &["Thing", "@scope/thing"]);
        assert_eq!(latest(&versions).map(|tag| tag.reference.name.as_str()), Some(expected));
    }

    #[rstest]
    #[case("curl", "curl", true)]
    #[case("my_tool", "my-tool", true)]
    #[case("tool", "@scope/tool", true)]
    #[case("tool", "group:tool", true)]
    #[case("tool", "toolbox", false)]
    #[case("", "", false)]
    fn packages(#[case] prefix: &str, #[case] root: &str, #[case] expected: bool) {
        assert_eq!(is_same_package(prefix, root), expected);
    }
}
