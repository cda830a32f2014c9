//! Releases and their assets as GitHub lists them.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::client::Client;
use super::encoded;
use crate::collect::forge::failure::{Answer, Failure};
use crate::collect::forge::{AssetSeen, Attested, ReleasePage};
use crate::collect::releases::signatures;
use crate::model::fact::Reason;

/// One release.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReleaseAnswer {
    tag_name: String,
    name: Option<String>,
    draft: bool,
    prerelease: bool,
    published_at: Option<String>,
    body: Option<String>,
    immutable: Option<bool>,
    assets: Vec<AssetAnswer>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AssetAnswer {
    id: u64,
    name: String,
    size: u64,
    digest: Option<String>,
    state: Option<String>,
}

impl ReleaseAnswer {
    pub(crate) fn page(self) -> ReleasePage {
        let uploaded =
            self.assets.into_iter().filter(|asset| asset.state.as_deref().is_none_or(|state| state == "uploaded"));
        ReleasePage {
            tag: self.tag_name,
            name: self.name.filter(|name| !name.trim().is_empty()),
            draft: self.draft,
            prerelease: self.prerelease,
            published_at: self.published_at,
            body: self.body,
            immutable: self.immutable,
            assets: uploaded
                .map(|asset| AssetSeen { id: asset.id, name: asset.name, size: asset.size, digest: asset.digest })
                .collect(),
        }
    }
}

/// A release whose files are read.
pub(crate) struct Place<'a> {
    pub(crate) owner: &'a str,
    pub(crate) name: &'a str,
    pub(crate) tag: &'a str,
    /// Whether anybody may read its files: then nobody in particular does.
    pub(crate) is_public: bool,
}

/// Reads the content of assets: those of public releases as anybody does, others by their number.
pub(super) async fn contents(
    client: &Client<'_>,
    place: &Place<'_>,
    wanted: &[&AssetSeen],
) -> BTreeMap<String, Answer<Vec<u8>>> {
    let (owner, name) = (encoded(place.owner), encoded(place.name));
    let mut contents = BTreeMap::new();
    for asset in wanted {
        let bytes = if place.is_public {
            let path = format!("/{owner}/{name}/releases/download/{}/{}", encoded(place.tag), encoded(&asset.name));
            client.download_as_anybody(&path, asset.size).await
        } else {
            client.download(&format!("/repos/{owner}/{name}/releases/assets/{}", asset.id), asset.size).await
        };
        contents.insert(asset.name.clone(), bytes);
    }
    contents
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct BulkAnswer {
    attestations_subject_digests: BTreeMap<String, Option<Vec<AttestationAnswer>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct AttestationAnswer {
    bundle: Option<Json>,
}

/// Asks for the attestations of all digests at once.
pub(super) async fn attested(
    client: &Client<'_>,
    owner: &str,
    owner_kind: Option<&str>,
    digests: &[String],
) -> Answer<(Vec<Attested>, bool)> {
    let family = match owner_kind {
        Some("org") => "orgs",
        Some(_) => "users",
        None => return Err(Failure::new(Reason::Error, "whether the owner is an organization is not known")),
    };
    let path = format!("/{family}/{}/attestations/bulk-list?per_page=100", encoded(owner));
    let answer: BulkAnswer = client.post(&path, &serde_json::json!({"subject_digests": digests})).await?.json()?;
    let mut complete = true;
    let mut found = Vec::new();
    for (digest, list) in answer.attestations_subject_digests {
        for attestation in list.into_iter().flatten() {
            // A large bundle is only linked to; what it says is then not known.
            let statement = attestation.bundle.as_ref().and_then(signatures::statement);
            match statement.filter(|statement| statement.subjects.iter().any(|(_, subject)| *subject == digest)) {
                Some(statement) => {
                    found.push(Attested {
                        digest: digest.clone(),
                        predicate_type: statement.predicate_type,
                        signer: None,
                    });
                }
                None => complete = false,
            }
        }
    }
    Ok((found, complete))
}
