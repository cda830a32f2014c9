//! Which entries of other frameworks a control relates to. The standard says of every pair only that the two relate,
//! never that one fulfils the other, and so does whatever shows them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::load::{CatalogError, MAPPINGS};
use crate::bundle::Bundle;
use crate::yaml;

/// What has to stand beside these references wherever they are shown.
pub const CAUTION: &str = "Related entries only: meeting a control neither fulfils nor proves them.";

/// Another framework.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Framework {
    /// Such as `CRA`.
    pub id: String,
    /// Its name.
    pub title: String,
    /// The edition that the ids belong to, where it has editions.
    #[serde(default)]
    pub version: Option<String>,
    /// Where it is published.
    pub url: String,
}

/// The references of all controls.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mappings {
    /// The frameworks, in the order in which they are shown.
    frameworks: Vec<Framework>,
    /// By control and framework, the ids of the related entries.
    controls: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

impl Mappings {
    /// The mappings of a bundle of catalogs; none where it has none.
    pub fn from_bundle(controls: &Bundle) -> Result<Self, CatalogError> {
        let Some(text) = controls.get(MAPPINGS) else { return Ok(Self::default()) };
        let mappings: Self = yaml::from_str(text).map_err(|error| CatalogError::from_yaml(MAPPINGS, error))?;
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
    fn ids_that_look_like_numbers_stay_texts() {
        let mappings = Mappings::from_bundle(&Bundle::controls()).expect("valid");
        let cra = mappings.of("OSPS-VM-02").find(|(framework, _)| framework.id == "CRA").expect("related").1;
        assert!(cra.contains(&"2.5".to_owned()), "{cra:?}");
        assert_eq!(mappings.of("OSPS-XX-99").count(), 0);
    }

    #[test]
    fn an_unlisted_framework_is_an_error_with_its_place() {
        let mut bundle = Bundle::default();
        bundle.insert(MAPPINGS.to_owned(), "frameworks: []\ncontrols:\n  OSPS-AC-01:\n    FW: [a]\n".to_owned());
        let error = Mappings::from_bundle(&bundle).expect_err("refused").to_string();
        assert!(error.starts_with("mappings.yaml:3:3: OSPS-AC-01 names the framework `FW`"), "{error}");
    }

    #[test]
    fn a_bundle_without_mappings_has_none() {
        assert_eq!(Mappings::from_bundle(&Bundle::default()).expect("none").frameworks(), []);
    }
}
