//! Releases and their assets as GitHub lists them.

use serde::Deserialize;

use crate::collect::forge::observed::AssetSeen;
use crate::collect::forge::ReleasePage;

/// One release.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct ReleaseAnswer {
    id: u64,
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
        let uploaded = self.assets.into_iter().filter(|asset| asset.state.as_deref().is_none_or(|state| state == "uploaded"));
        ReleasePage {
            id: self.id,
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
