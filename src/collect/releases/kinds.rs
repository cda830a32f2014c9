//! What the files attached to a release are by their names, and how a name relates to the version of the release.

use serde::Deserialize;

use crate::bundle::Bundle;
use crate::collect::tables;

/// Kinds of assets (`policies/tables/assets.yaml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kinds {
    kinds: Vec<Kind>,
    platforms: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kind {
    kind: String,
    ends: Vec<String>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    holds: Vec<String>,
    #[serde(default)]
    with: Vec<String>,
}

impl Kinds {
    pub(super) fn load(policies: &Bundle) -> Result<Self, String> {
        tables::load(policies, "assets")
    }

    /// The kind of an asset of this name.
    pub(super) fn of(&self, name: &str) -> &str {
        let name = name.to_lowercase();
        if let Some(kind) = self.kinds.iter().find(|kind| kind.fits(&name)) {
            return &kind.kind;
        }
        let mut words = words(&name);
        if words.any(|word| self.platforms.iter().any(|platform| platform == word)) { "compiled" } else { "other" }
    }

    /// The ending by which an asset is a companion of another: what is left of its name is the other's.
    pub(super) fn companion_of<'n>(&self, kind: &str, name: &'n str) -> Option<&'n str> {
        let lower = name.to_lowercase();
        let ends = self.kinds.iter().filter(|entry| entry.kind == kind).flat_map(|entry| &entry.ends);
        let end = ends.filter(|end| lower.ends_with(end.as_str())).max_by_key(|end| end.len())?;
        name.get(..name.len().checked_sub(end.len())?).filter(|stem| !stem.is_empty())
    }
}

impl Kind {
    fn fits(&self, name: &str) -> bool {
        let ends = |end: &String| name.ends_with(end.as_str()) && name.len() > end.len();
        if self.names.iter().any(|known| known == name) || self.ends.iter().any(ends) {
            return true;
        }
        let has_ending = self.with.iter().any(|end| match end.as_str() {
            "" => !name.contains('.'),
            end => name.ends_with(end),
        });
        (self.with.is_empty() || has_ending) && words(name).any(|word| self.holds.iter().any(|known| known == word))
    }
}

/// The words of a name: runs of letters and digits; `_` inside `x86_64` belongs to it.
fn words(name: &str) -> impl Iterator<Item = &str> {
    let plain = name.split(|c: char| !c.is_ascii_alphanumeric());
    let platform = name.contains("x86_64").then_some("x86_64");
    plain.filter(|word| !word.is_empty()).chain(platform)
}

/// `same` where the name of an asset holds the version, the tag or the commit of its release, `other` where it holds
/// another version of the same thing, `none` else.
pub(super) fn version_in_name(asset: &str, product: &str, version: &str, tag: &str, commit: &str) -> &'static str {
    let asset = asset.to_lowercase();
    let short = commit.get(..7).unwrap_or_default();
    let version = version.to_lowercase();
    let dashed = version.replace('.', "_");
    let tag = tag.to_lowercase();
    let any = [version.as_str(), dashed.as_str(), tag.as_str(), short];
    if any.into_iter().any(|text| text.len() > 1 && holds(&asset, text)) {
        return "same";
    }
    // Other numbers are versions of platforms and tools. Only what stands directly behind the product's own name is its.
    let product = product.to_lowercase();
    let Some(rest) = asset.strip_prefix(product.as_str()).and_then(|rest| rest.strip_prefix(['-', '_'])) else {
        return "none";
    };
    let rest = rest.strip_prefix('v').unwrap_or(rest);
    let number: &str = rest.split(|c: char| !(c.is_ascii_digit() || c == '.')).next().unwrap_or_default();
    let numbers = number.trim_end_matches('.').split('.').filter(|part| !part.is_empty()).count();
    let own = version.split(['-', '+']).next().unwrap_or_default();
    if numbers == 3 && own.split('.').count() == 3 && number.trim_end_matches('.') != own { "other" } else { "none" }
}

/// Whether a text stands in a name and is not a part of a longer version or word.
fn holds(name: &str, text: &str) -> bool {
    let part_of_it = |c: char| c.is_ascii_alphanumeric();
    name.match_indices(text).any(|(at, _)| {
        let before = name.get(..at).unwrap_or_default();
        let after = name.get(at + text.len()..).unwrap_or_default();
        let starts = match before.strip_suffix('v').unwrap_or(before).chars().next_back() {
            Some('.') => !before.chars().rev().nth(1).is_some_and(|c| c.is_ascii_digit()),
            Some(c) => !part_of_it(c),
            None => true,
        };
        let mut rest = after.chars();
        let ends = match rest.next() {
            Some('.') => !rest.next().is_some_and(|c| c.is_ascii_digit()),
            Some(c) => !part_of_it(c),
            None => true,
        };
        starts && ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("tool_1.2.0_linux_amd64.tar.gz", "archive")]
    #[case("tool_1.2.0_linux_amd64.tar.gz.asc", "signature")]
    #[case("tool-linux-amd64", "compiled")]
    #[case("tool-x86_64-unknown-linux-musl", "compiled")]
    #[case("tool_1.2.0_checksums.txt", "checksums")]
    #[case("SHA256SUMS", "checksums")]
    #[case("SHASUMS256.txt", "checksums")]
    #[case("SHA256SUMS.asc", "signature")]
    #[case("multiple.intoto.jsonl", "provenance")]
    #[case("tool.spdx.json", "sbom")]
    #[case("sbom.json", "sbom")]
    #[case("tool-1.0-sbom.xml", "sbom")]
    #[case("bombastic.json", "text")]
    #[case("tool.vex.json", "vex")]
    #[case("LICENSE", "license")]
    #[case("tool-1.0.tar.gz", "archive")]
    #[case("tool-1.0-src.tar.gz", "source")]
    #[case("tool.jar", "package")]
    #[case("tool-sources.jar", "source")]
    #[case("install.sh", "text")]
    #[case("tool", "other")]
    fn kinds(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(Kinds::load(&Bundle::policies()).expect("the table").of(name), expected);
    }

    #[rstest]
    #[case("app_1.2.0_linux.zip", "same")]
    #[case("app-v1.2.0.zip", "same")]
    #[case("app_1_2_0.zip", "same")]
    #[case("app-1.2.0.1.zip", "none")]
    #[case("app-11.2.0.zip", "other")]
    #[case("app-1.1.0-linux.zip", "other")]
    #[case("app-linux-glibc2.17.zip", "none")]
    #[case("app-darwin20.6.0.zip", "none")]
    #[case("app-abcdef1.zip", "same")]
    #[case("install.sh", "none")]
    #[case("other-3.4.5.zip", "none")]
    fn versions(#[case] name: &str, #[case] expected: &str) {
        assert_eq!(version_in_name(name, "App", "1.2.0", "v1.2.0", "abcdef1234567890"), expected);
    }

    #[test]
    fn companions() {
        let kinds = Kinds::load(&Bundle::policies()).expect("the table");
        assert_eq!(kinds.companion_of("signature", "a.zip.sigstore.json"), Some("a.zip"));
        assert_eq!(kinds.companion_of("signature", "a.zip"), None);
        assert_eq!(kinds.companion_of("checksums", "a.zip.sha256"), Some("a.zip"));
    }
}
