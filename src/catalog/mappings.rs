//! Which entries of other frameworks a control relates to, read from the file of references.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::load::{CatalogError, MAPPINGS};
use crate::bundle::{Bundle, hex};
use crate::model::mapping::{Crosswalk, Entry, Framework};
use crate::yaml;

/// The references of all controls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mappings {
    /// The day whose references these are.
    version: String,
    /// Whether the standard calls its references a draft.
    #[serde(default)]
    draft: bool,
    /// The digest of the file.
    #[serde(skip)]
    digest: String,
    /// The frameworks, in the order in which they are shown.
    frameworks: Vec<Framework>,
    /// By control and framework, the ids of the related entries.
    controls: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Mappings {
    /// The mappings of a bundle of catalogs; none where it has none.
    pub fn from_bundle(controls: &Bundle) -> Result<Self, CatalogError> {
        let Some(text) = controls.get(MAPPINGS) else { return Ok(Self::default()) };
        let mut mappings: Self = yaml::from_str(text).map_err(|error| CatalogError::from_yaml(MAPPINGS, error))?;
        let known = |framework: &String| mappings.frameworks.iter().any(|known| known.id == *framework);
        let root = yaml::parse(text).ok().flatten();
        for (control, related) in &mappings.controls {
            if let Some(framework) = related.keys().find(|framework| !known(framework)) {
                let entries = root.as_ref().and_then(|root| root.get("controls")).map(yaml::Node::entries);
                let key = entries.unwrap_or_default().iter().find(|(key, _)| key.as_str() == Some(control));
                let (line, column) = key.map_or((1, 1), |(key, _)| (key.line, key.column));
                let message = format!("{control} names the framework `{framework}`, which is not listed");
                return Err(CatalogError::at(MAPPINGS, line, column, message));
            }
        }
        mappings.digest = format!("sha256:{}", hex(&Sha256::digest(text)));
        Ok(mappings)
    }

    /// The frameworks, in the order in which they are shown.
    pub fn frameworks(&self) -> &[Framework] {
        &self.frameworks
    }

    /// The related entries of a control such as `OSPS-AC-01`, by framework.
    pub fn of<'a>(&'a self, control: &str) -> impl Iterator<Item = (&'a Framework, &'a [String])> {
        let related = self.controls.get(control);
        self.frameworks.iter().filter_map(move |framework| Some((framework, related?.get(&framework.id)?.as_slice())))
    }

    /// The entries of a framework, named in any case, with the controls that relate to each.
    pub fn crosswalk(&self, framework: &str) -> Option<Crosswalk> {
        let framework = self.frameworks.iter().find(|known| known.id.eq_ignore_ascii_case(framework.trim()))?;
        let mut entries: Vec<Entry> =
            framework.entries.iter().map(|id| Entry { id: id.clone(), controls: Vec::new() }).collect();
        for (control, related) in &self.controls {
            for id in related.get(&framework.id).into_iter().flatten() {
                match entries.iter_mut().find(|entry| entry.id == *id) {
                    Some(entry) => entry.controls.push(control.clone()),
                    None => entries.push(Entry { id: id.clone(), controls: vec![control.clone()] }),
                }
            }
        }
        if framework.entries.is_empty() {
            entries.sort_by_cached_key(|entry| in_order(&entry.id));
        }
        Some(Crosswalk {
            framework: framework.clone(),
            version: self.version.clone(),
            draft: self.draft,
            digest: self.digest.clone(),
            entries,
        })
    }
}

/// An id as a key that sorts `AC-2` before `AC-17`.
fn in_order(id: &str) -> Vec<(String, u64)> {
    let mut parts = vec![(String::new(), 0_u64)];
    let mut in_number = false;
    for c in id.chars() {
        let digit = c.to_digit(10);
        if in_number && digit.is_none() {
            parts.push((String::new(), 0));
        }
        in_number = digit.is_some();
        if let Some((text, number)) = parts.last_mut() {
            match digit {
                Some(digit) => *number = number.saturating_mul(10).saturating_add(u64::from(digit)),
                None => text.push(c),
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalogs;

    #[test]
    fn the_shipped_mappings_concern_known_controls_and_repeat_nothing() {
        let bundle = Bundle::controls();
        let mappings = Mappings::from_bundle(&bundle).unwrap_or_else(|error| panic!("{error}"));
        let catalogs = Catalogs::from_bundle(&bundle).expect("valid");
        assert!(mappings.frameworks().iter().any(|framework| framework.id == "CRA"));
        for (control, related) in &mappings.controls {
            assert!(catalogs.latest().controls.iter().any(|known| known.id == *control), "{control}");
            for (framework, ids) in related {
                let mut once = ids.clone();
                once.sort();
                once.dedup();
                assert!(!ids.is_empty() && once.len() == ids.len(), "{control} {framework}");
            }
        }
    }

    #[test]
    fn a_framework_whose_entries_are_all_listed_names_no_other_and_shows_those_without_a_control() {
        let mappings = Mappings::from_bundle(&Bundle::controls()).expect("valid");
        for framework in mappings.frameworks().iter().filter(|framework| !framework.entries.is_empty()) {
            let crosswalk = mappings.crosswalk(&framework.id).expect("a crosswalk");
            let ids: Vec<&String> = crosswalk.entries.iter().map(|entry| &entry.id).collect();
            assert_eq!(ids, framework.entries.iter().collect::<Vec<_>>(), "{}", framework.id);
        }
        let cra = mappings.crosswalk("cra").expect("a crosswalk");
        let without: Vec<&str> =
            cra.entries.iter().filter(|entry| entry.controls.is_empty()).map(|entry| entry.id.as_str()).collect();
        assert_eq!(without, ["1.2g", "1.2m"]);
    }

    #[test]
    fn crosswalks_are_found_in_any_case_and_in_order() {
        let mappings = Mappings::from_bundle(&Bundle::controls()).expect("valid");
        assert_eq!(mappings.crosswalk("nothing"), None);
        let ids = |name: &str| -> Vec<String> {
            mappings.crosswalk(name).expect("a crosswalk").entries.into_iter().map(|entry| entry.id).collect()
        };
        assert!(ids("SAMM").len() > 20 && ids("slsa").len() == 5 && ids("Ssdf").len() == 31);
        let ids = ids("800-161");
        let place = |id: &str| ids.iter().position(|known| known == id);
        assert!(place("AC-2") < place("AC-17"), "{ids:?}");
        for framework in mappings.frameworks() {
            let crosswalk = mappings.crosswalk(&framework.id).expect("a crosswalk");
            assert!(crosswalk.digest.starts_with("sha256:") && crosswalk.version == "2026-07-07");
            assert!(crosswalk.entries.iter().any(|entry| !entry.controls.is_empty()), "{}", framework.id);
        }
    }

    #[test]
    fn ids_that_look_like_numbers_stay_texts() {
        let mappings = Mappings::from_bundle(&Bundle::controls()).expect("valid");
        let cra = mappings.of("OSPS-VM-02").find(|(framework, _)| framework.id == "CRA").expect("related").1;
        assert!(cra.contains(&"2.5".to_owned()), "{cra:?}");
        assert_eq!(mappings.of("OSPS-XX-99").count(), 0);
    }

    #[test]
    fn an_unlisted_framework_is_an_error_with_its_place() {
        let mut bundle = Bundle::default();
        bundle.insert(
            MAPPINGS.to_owned(),
            "version: x\nframeworks: []\ncontrols:\n  OSPS-AC-01:\n    FW: [a]\n".to_owned(),
        );
        let error = Mappings::from_bundle(&bundle).expect_err("refused").to_string();
        assert!(error.starts_with("mappings.yaml:4:3: OSPS-AC-01 names the framework `FW`"), "{error}");
    }

    #[test]
    fn a_bundle_without_mappings_has_none() {
        assert_eq!(Mappings::from_bundle(&Bundle::default()).expect("none").frameworks(), []);
    }
}
