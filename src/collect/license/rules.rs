//! The table `licenses`, and what a licence id comes to by it.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Deserialize;

use super::words;
use crate::bundle::Bundle;
use crate::collect::tables;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    equivalents: Vec<Equivalent>,
    not_approved: Vec<NotApproved>,
    texts: Vec<KnownText>,
    riders: Vec<RiderRow>,
    heads: Vec<String>,
    tails: Vec<String>,
    wording: WordingRow,
    scopes: Vec<ScopeRow>,
    names: Vec<Name>,
    manifests: Vec<Manifest>,
    pointers: Vec<String>,
    refusals: Vec<String>,
    files: FileNames,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Equivalent {
    id: String,
    equals: String,
    #[expect(dead_code, reason = "for the readers of the table")]
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NotApproved {
    id: String,
    #[expect(dead_code, reason = "for the readers of the table")]
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct KnownText {
    id: String,
    #[expect(dead_code, reason = "for the readers of the table")]
    why: String,
    phrases: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RiderRow {
    name: String,
    phrases: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WordingRow {
    license: Vec<String>,
    grants: Vec<String>,
    limits: Vec<String>,
    obliges: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeRow {
    scope: String,
    phrases: Vec<String>,
}

/// A name that people give to a licence.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Name {
    /// In lower case.
    pub(super) name: String,
    pub(super) expression: String,
}

/// A manifest that states a licence.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// The name of the file in lower case; one `*` stands for anything.
    pub(super) file: String,
    /// `json`, `toml`, `yaml`, `xml`, `lines`.
    pub(super) format: String,
    /// Where in the document.
    pub(super) at: Vec<String>,
    /// Where its classifiers stand.
    #[serde(default)]
    pub(super) classifiers: Vec<String>,
    /// `reuse`, or nothing for a manifest.
    pub(super) kind: Option<String>,
}

impl Manifest {
    fn in_lower_case(self) -> Self {
        Self { file: self.file.to_lowercase(), ..self }
    }
}

/// How licence files are called.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FileNames {
    /// Starts of names and the spelling they count as; the longer ones first.
    pub(super) starts: Vec<(String, String)>,
    /// Last words of names.
    pub(super) ends: Vec<String>,
    /// Words in names of other things.
    pub(super) not: Vec<String>,
    /// Words in names of files on licences of other projects.
    pub(super) foreign: Vec<String>,
    /// Directories of licences at the root.
    pub(super) directories: Vec<String>,
    /// Directories and last words of names that stand for documentation.
    pub(super) docs: Vec<String>,
    /// The same for artwork, fonts and data.
    pub(super) artwork: Vec<String>,
    /// Extensions of texts for people.
    pub(super) text: BTreeSet<String>,
    /// Extensions of programs and data, which are no licence whatever their name.
    pub(super) never: BTreeSet<String>,
}

/// What a licence, or an expression, comes to. A better one may be chosen among alternatives, the worst counts where all
/// apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Approval {
    NotApproved,
    Unknown,
    Equivalent,
    Approved,
}

impl Approval {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::NotApproved => "not_approved",
            Self::Unknown => "unknown",
            Self::Equivalent => "equivalent",
            Self::Approved => "approved",
        }
    }
}

/// A phrase as words, and what it tells.
pub(super) type Telling = (String, Vec<u32>);

/// The table, ready to be used.
#[derive(Debug)]
pub(super) struct Rules {
    equivalents: BTreeSet<String>,
    not_approved: Vec<String>,
    /// Phrases that tell a text: the id and the words.
    pub(super) texts: Vec<Telling>,
    /// Phrases that tell a rider: its name and the words.
    pub(super) riders: Vec<Telling>,
    pub(super) heads: Vec<Vec<u32>>,
    pub(super) tails: Vec<Vec<u32>>,
    /// Words of licences.
    pub(super) license: BTreeSet<u32>,
    pub(super) grants: BTreeSet<u32>,
    pub(super) limits: BTreeSet<u32>,
    pub(super) obliges: Vec<Vec<u32>>,
    /// Phrases that say what a text covers: the scope and the words.
    pub(super) scopes: Vec<Telling>,
    /// Longest first.
    pub(super) names: Vec<Name>,
    pub(super) manifests: Vec<Manifest>,
    pub(super) pointers: BTreeSet<String>,
    pub(super) refusals: BTreeSet<String>,
    pub(super) files: FileNames,
}

impl Rules {
    pub(super) fn load(policies: &Bundle) -> Result<Arc<Self>, String> {
        policies.prepared(Self::from_bundle)
    }

    fn from_bundle(policies: &Bundle) -> Result<Self, String> {
        let table: Table = tables::load(policies, "licenses")?;
        if let Some(row) = table.equivalents.iter().find(|row| !listed(&row.equals)) {
            return Err(format!("tables/licenses.yaml: `{}` equals `{}`, which is on no list", row.id, row.equals));
        }
        let telling = |rows: Vec<(String, Vec<String>)>| -> Vec<Telling> {
            rows.into_iter()
                .flat_map(|(what, phrases)| {
                    phrases.into_iter().map(move |phrase| (what.clone(), words::phrase(&phrase)))
                })
                .filter(|(_, words)| !words.is_empty())
                .collect()
        };
        let set = |words: &[String]| words.iter().map(|word| words::id(word)).collect::<BTreeSet<u32>>();
        let phrases = |texts: &[String]| texts.iter().map(|text| words::phrase(text)).collect::<Vec<_>>();
        let mut names = table.names;
        names.sort_by(|a, b| b.name.len().cmp(&a.name.len()).then_with(|| a.name.cmp(&b.name)));
        Ok(Self {
            equivalents: table.equivalents.into_iter().map(|row| row.id).collect(),
            not_approved: table.not_approved.into_iter().map(|row| row.id).collect(),
            texts: telling(table.texts.into_iter().map(|row| (row.id, row.phrases)).collect()),
            riders: telling(table.riders.into_iter().map(|row| (row.name, row.phrases)).collect()),
            heads: phrases(&table.heads),
            tails: phrases(&table.tails),
            license: set(&table.wording.license),
            grants: set(&table.wording.grants),
            limits: set(&table.wording.limits),
            obliges: phrases(&table.wording.obliges),
            scopes: telling(table.scopes.into_iter().map(|row| (row.scope, row.phrases)).collect()),
            names,
            manifests: table.manifests.into_iter().map(Manifest::in_lower_case).collect(),
            pointers: table.pointers.into_iter().collect(),
            refusals: table.refusals.into_iter().collect(),
            files: table.files,
        })
    }

    /// What a licence of the SPDX list, or of the table of texts, comes to.
    pub(super) fn approval(&self, id: &str) -> Approval {
        let withheld = |pattern: &String| match pattern.strip_suffix('*') {
            Some(start) => id.starts_with(start),
            None => id == pattern,
        };
        if self.not_approved.iter().any(withheld) || self.texts.iter().any(|(known, _)| known == id) {
            Approval::NotApproved
        } else if listed(id) || spdx::exception_id(id).is_some() {
            Approval::Approved
        } else if self.equivalents.contains(id) {
            Approval::Equivalent
        } else {
            Approval::Unknown
        }
    }
}

/// Whether the Open Source Initiative approved it, or the Free Software Foundation calls it free.
fn listed(id: &str) -> bool {
    spdx::license_id(id).is_some_and(|id| id.is_osi_approved() || id.is_fsf_free_libre())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("MIT", Approval::Approved)]
    #[case("CC0-1.0", Approval::Approved)]
    #[case("GPL-1.0-or-later", Approval::Equivalent)]
    #[case("MIT-CMU", Approval::Equivalent)]
    #[case("BUSL-1.1", Approval::NotApproved)]
    #[case("CC-BY-NC-SA-4.0", Approval::NotApproved)]
    #[case("JSON", Approval::NotApproved)]
    #[case("LicenseRef-Confluent-Community", Approval::NotApproved)]
    #[case("LicenseRef-Foo", Approval::Unknown)]
    #[case("blessing", Approval::Unknown)]
    #[case("LLVM-exception", Approval::Approved)]
    fn approvals(#[case] id: &str, #[case] expected: Approval) {
        assert_eq!(Rules::load(&Bundle::policies()).expect("the table").approval(id), expected);
    }

    #[test]
    fn the_table_names_spdx_ids() {
        let rules = Rules::load(&Bundle::policies()).expect("the table");
        let ids = rules.equivalents.iter().chain(rules.not_approved.iter().filter(|id| !id.ends_with('*')));
        let unknown: Vec<_> = ids.filter(|id| spdx::license_id(id).is_none()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        assert!(rules.equivalents.iter().all(|id| !listed(id)));
    }
}
