//! The files attached to the newest release: what they are, what vouches for each of them, and what those say that are
//! inventories or statements on vulnerabilities. A file that is empty or does not parse is evidence of nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::kinds::{Kinds, version_in_name};
use super::signatures::{self, Content, Statement};
use super::{Asset, Attestation};
use crate::collect::forge::failure::{Answer, Failure};
use crate::collect::forge::{AssetSeen, Attested, ReleasePage};
use crate::collect::limits;
use crate::collect::security::{SbomDocument, VexDocument, sbom, vex};
use crate::model::fact::{Fact, Reason, SourceId};

const RELEASES: &[SourceId] = &["releases"];
const ATTESTATIONS: &[SourceId] = &["attestations"];
/// Kinds that vouch for others or are worth reading.
const READ: &[&str] = &["signature", "checksums", "provenance", "sbom", "vex"];
/// Kinds that vouch for others and need nobody to vouch for them.
const COMPANIONS: &[&str] = &["signature", "checksums", "provenance"];

/// The contents of assets by name.
pub(super) type Contents = BTreeMap<String, Answer<Vec<u8>>>;

/// What a release delivers.
#[derive(Debug)]
pub(super) struct Delivered {
    pub(super) assets: Fact<Vec<Asset>>,
    pub(super) attestations: Fact<Vec<Attestation>>,
    pub(super) sboms: Fact<Vec<SbomDocument>>,
    /// Statements on vulnerabilities among the assets, and whether all that may be some were read.
    pub(super) vex: (Vec<VexDocument>, bool),
}

/// Documents that a release delivers beside what it is about.
#[derive(Debug)]
pub(crate) struct Attached {
    pub(crate) sboms: Fact<Vec<SbomDocument>>,
    /// Statements on vulnerabilities, and whether all that may be some were read.
    pub(crate) vex: (Vec<VexDocument>, bool),
}

/// One release, with the names that its assets may carry.
pub(super) struct Shelf<'a> {
    pub(super) page: &'a ReleasePage,
    pub(super) kinds: &'a Kinds,
    pub(super) product: &'a str,
    pub(super) version: &'a str,
    pub(super) commit: &'a str,
}

impl Shelf<'_> {
    /// The assets whose content decides something, those that vouch for others first.
    pub(super) fn wanted(&self) -> Vec<&AssetSeen> {
        let rank = |asset: &AssetSeen| READ.iter().position(|kind| *kind == self.kinds.of(&asset.name));
        let readable = |asset: &&AssetSeen| asset.size > 0 && asset.size <= limits::ASSET_BYTES as u64;
        let mut wanted: Vec<&AssetSeen> =
            self.page.assets.iter().filter(|asset| rank(asset).is_some()).filter(readable).collect();
        wanted.sort_by_key(|asset| (rank(asset), asset.name.clone()));
        wanted.truncate(limits::ASSETS_READ);
        wanted
    }

    /// The digests for which it has to be asked whether an attestation exists: nothing else covers them yet.
    pub(super) fn unsettled(&self, contents: &Contents) -> Vec<String> {
        if self.page.immutable == Some(true) {
            return Vec::new();
        }
        let reading = self.read(contents);
        let open = |asset: &&AssetSeen| {
            !COMPANIONS.contains(&self.kinds.of(&asset.name)) && !is_covered(&reading.covers_of(asset))
        };
        let mut digests: Vec<String> =
            self.page.assets.iter().filter(open).filter_map(|asset| asset.digest.clone()).collect();
        digests.sort();
        digests.truncate(limits::ASSETS_READ);
        digests
    }

    /// Everything the release delivers.
    pub(super) fn deliver(&self, contents: &Contents, attested: Option<&Answer<(Vec<Attested>, bool)>>) -> Delivered {
        let reading = self.read(contents);
        let online: &[Attested] = match attested {
            Some(Ok((list, _))) => list,
            _ => &[],
        };
        let mut assets: Vec<Asset> = Vec::new();
        for seen in &self.page.assets {
            let mut covered_by = reading.covers_of(seen);
            let attested =
                online.iter().any(|one| seen.digest.as_deref() == Some(one.digest.as_str()) && !one.is_inventory());
            if attested {
                covered_by.insert("attestation");
            }
            if self.page.immutable == Some(true) {
                covered_by.insert("immutable_release");
            }
            assets.push(Asset {
                name: seen.name.clone(),
                size: seen.size,
                kind: self.kinds.of(&seen.name).to_owned(),
                digest: seen.digest.clone(),
                covered_by: covered_by.into_iter().map(str::to_owned).collect(),
                verified: false,
                parse: reading
                    .parse
                    .get(seen.name.as_str())
                    .map(|content| content.name().to_owned())
                    .or_else(|| (seen.size == 0).then(|| "empty".to_owned())),
                version_in_name: version_in_name(&seen.name, self.product, self.version, &self.page.tag, self.commit)
                    .to_owned(),
            });
        }
        assets.sort_by(|a, b| a.name.cmp(&b.name));
        Delivered {
            // A companion that could not be read may cover what nothing else covers.
            assets: match &reading.unread {
                Some(failure) if assets.iter().any(is_bare) => failure.fact(RELEASES),
                _ => Fact::known(assets, RELEASES),
            },
            attestations: attestations(&reading.statements, attested),
            sboms: self.sboms(contents),
            vex: self.vex(contents),
        }
    }

    fn read(&self, contents: &Contents) -> Reading {
        let mut reading = Reading::default();
        for asset in &self.page.assets {
            let kind = self.kinds.of(&asset.name);
            if !COMPANIONS.contains(&kind) {
                continue;
            }
            let bytes = match contents.get(&asset.name) {
                Some(Ok(bytes)) => bytes,
                Some(Err(failure)) => {
                    reading.unread = Some(failure.clone());
                    continue;
                }
                None if asset.size == 0 => continue,
                None => {
                    reading.unread =
                        Some(Failure::new(Reason::Truncated, "more signatures and lists of checksums than are read"));
                    continue;
                }
            };
            reading.companion(self.kinds, kind, asset, bytes);
        }
        reading.sign_lists();
        reading
    }

    fn sboms(&self, contents: &Contents) -> Fact<Vec<SbomDocument>> {
        let mut documents = Vec::new();
        let mut complete = true;
        let digests: BTreeMap<&str, &str> =
            self.page.assets.iter().filter_map(|asset| Some((asset.digest.as_deref()?, asset.name.as_str()))).collect();
        let others: Vec<&str> = self
            .page
            .assets
            .iter()
            .map(|asset| asset.name.as_str())
            .filter(|name| !READ.contains(&self.kinds.of(name)))
            .collect();
        for asset in self.page.assets.iter().filter(|asset| self.kinds.of(&asset.name) == "sbom") {
            match contents.get(&asset.name) {
                Some(Ok(bytes)) => match sbom::read(&asset.name, bytes, &digests, &others) {
                    Some(document) => documents.push(document),
                    // A form that cannot be read may hold anything.
                    None => complete = false,
                },
                None if asset.size == 0 => documents.push(sbom::empty(&asset.name)),
                Some(Err(_)) | None => complete = false,
            }
        }
        documents.sort_by(|a, b| a.name.cmp(&b.name));
        Fact::seen(documents, complete, RELEASES)
    }

    fn vex(&self, contents: &Contents) -> (Vec<VexDocument>, bool) {
        let mut found = Vec::new();
        let mut complete = true;
        for asset in self.page.assets.iter().filter(|asset| matches!(self.kinds.of(&asset.name), "vex" | "sbom")) {
            let named = self.kinds.of(&asset.name) == "vex";
            match contents.get(&asset.name) {
                Some(Ok(bytes)) => found.extend(vex::document(&asset.name, &String::from_utf8_lossy(bytes), named)),
                None if asset.size == 0 => found.extend(vex::document(&asset.name, "", named)),
                Some(Err(_)) | None => complete = false,
            }
        }
        found.sort_by(|a, b| a.path.cmp(&b.path));
        (found, complete)
    }
}

/// Whether something signed covers an asset.
fn is_covered(covers: &BTreeSet<&'static str>) -> bool {
    ["signature", "signed_checksums", "attestation", "immutable_release"].iter().any(|cover| covers.contains(cover))
}

fn is_bare(asset: &Asset) -> bool {
    let covers = ["signature", "signed_checksums", "attestation", "immutable_release"];
    !COMPANIONS.contains(&asset.kind.as_str()) && !asset.covered_by.iter().any(|cover| covers.contains(&cover.as_str()))
}

/// What the companions say.
#[derive(Debug, Default)]
struct Reading {
    /// What each of them is.
    parse: BTreeMap<String, Content>,
    /// Names of assets that a signature stands beside.
    signed: BTreeSet<String>,
    /// Lists of checksums: the list's name, then each line's file and digest.
    lists: Vec<(String, Vec<signatures::Checksum>)>,
    /// Names of lists that are signed themselves.
    signed_lists: BTreeSet<String>,
    statements: Vec<Statement>,
    /// Why a companion was not read.
    unread: Option<Failure>,
}

impl Reading {
    fn companion(&mut self, kinds: &Kinds, kind: &str, asset: &AssetSeen, bytes: &[u8]) {
        match kind {
            "checksums" => {
                let mut lines = signatures::checksums(bytes);
                // A bare digest is about the file that the list is named after.
                for line in lines.iter_mut().filter(|line| line.name.is_none()) {
                    line.name = kinds.companion_of("checksums", &asset.name).map(str::to_owned);
                }
                let content = match (lines.is_empty(), bytes.is_empty()) {
                    (false, _) => Content::Parsed,
                    (true, true) => Content::Empty,
                    (true, false) => Content::Unparsable,
                };
                self.parse.insert(asset.name.clone(), content);
                self.lists.push((asset.name.clone(), lines));
            }
            _ => {
                let content = signatures::signature(bytes);
                let statements = signatures::statements(bytes);
                let vouches = content == Content::Parsed && kind == "signature";
                if let Some(of) = kinds.companion_of("signature", &asset.name).filter(|_| vouches) {
                    // A bundle that says what it is about is believed over its own name.
                    if statements.is_empty() {
                        self.signed.insert(of.to_owned());
                    }
                }
                self.statements.extend(statements);
                self.parse.insert(asset.name.clone(), content);
            }
        }
    }

    fn sign_lists(&mut self) {
        let signed = self.lists.iter().map(|(name, _)| name).filter(|name| self.signed.contains(*name));
        self.signed_lists = signed.cloned().collect();
    }

    fn covers_of(&self, asset: &AssetSeen) -> BTreeSet<&'static str> {
        let mut covers = BTreeSet::new();
        if self.signed.contains(&asset.name) {
            covers.insert("signature");
        }
        let recorded = asset.digest.as_deref().and_then(|digest| digest.strip_prefix("sha256:"));
        for (list, lines) in &self.lists {
            let listed = lines.iter().any(|line| {
                // Where the host recorded a digest of the same kind, the list has to agree with it.
                let agrees = recorded.is_none_or(|recorded| line.digest.len() != 64 || line.digest == recorded);
                line.name.as_deref() == Some(asset.name.as_str()) && agrees
            });
            if listed {
                covers.insert(if self.signed_lists.contains(list) { "signed_checksums" } else { "checksums" });
            }
        }
        let about = |statement: &Statement| {
            !is_inventory(&statement.predicate_type)
                && statement.subjects.iter().any(|(name, digest)| match &asset.digest {
                    Some(recorded) => recorded == digest,
                    None => name.rsplit('/').next() == Some(asset.name.as_str()),
                })
        };
        if self.statements.iter().any(about) {
            covers.insert("attestation");
        }
        covers
    }
}

fn is_inventory(predicate: &str) -> bool {
    let predicate = predicate.to_lowercase();
    ["spdx", "cyclonedx", "vex"].iter().any(|word| predicate.contains(word))
}

impl Attested {
    fn is_inventory(&self) -> bool {
        is_inventory(&self.predicate_type)
    }
}

fn attestations(statements: &[Statement], attested: Option<&Answer<(Vec<Attested>, bool)>>) -> Fact<Vec<Attestation>> {
    let inside = statements.iter().flat_map(|statement| {
        statement.subjects.iter().map(|(_, digest)| (digest.clone(), statement.predicate_type.clone(), None))
    });
    let mut all: BTreeSet<(String, String, Option<String>)> = inside.collect();
    let complete = match attested {
        // Nothing was left that an attestation could settle.
        None => true,
        Some(Ok((list, complete))) => {
            all.extend(list.iter().map(|one| (one.digest.clone(), one.predicate_type.clone(), one.signer.clone())));
            *complete
        }
        Some(Err(failure)) if all.is_empty() => {
            return failure.clone().or_needs("a token with `attestations: read`").fact(ATTESTATIONS);
        }
        Some(Err(_)) => false,
    };
    let complete = complete && all.len() <= limits::FINDINGS;
    let list = all.into_iter().take(limits::FINDINGS).map(|(subject_digest, predicate_type, signer)| Attestation {
        subject_digest,
        predicate_type,
        signer,
        verified: false,
    });
    Fact::seen(list.collect(), complete, ATTESTATIONS)
}
