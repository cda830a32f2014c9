//! Our own catalogs: one file per version, checked beyond its types, so that a slip in a data file is an error that
//! names its line and never a wrong verdict.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use super::version::{self, UnknownVersion};
use crate::bundle::{Bundle, hex};
use crate::model::assessment::CatalogRef;
use crate::model::catalog::{Catalog, Remediation, Requirement};
use crate::yaml;

/// The id of every catalog of ours.
const ID: &str = "osps-baseline";
/// Characters of a summary: one line of a report.
const SUMMARY_MAX: usize = 90;
/// Steps of a remediation, and characters of one.
const STEPS_MAX: usize = 6;
const STEP_MAX: usize = 160;
/// The other data file of the directory.
pub(super) const MAPPINGS: &str = "mappings.yaml";

/// Why a catalog is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct CatalogError {
    /// The file, by its path in the bundle or on disk.
    pub file: String,
    /// Counted from 1.
    pub line: u64,
    /// Counted from 1.
    pub column: u64,
    /// What is wrong.
    pub message: String,
}

impl CatalogError {
    /// An error of the parser in a file.
    pub(super) fn from_yaml(file: &str, error: yaml::Error) -> Self {
        Self { file: file.to_owned(), line: error.line, column: error.column, message: error.message }
    }

    /// An error at a place of a file.
    pub(super) fn at(file: &str, line: u64, column: u64, message: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, column, message: message.into() }
    }
}

/// Every version of the standard that is described, with the digest of its file.
#[derive(Debug, Clone)]
pub struct Catalogs {
    newest: Described,
    /// All before the newest, oldest first.
    earlier: Vec<Described>,
}

#[derive(Debug, Clone)]
struct Described {
    catalog: Catalog,
    digest: String,
}

impl Catalogs {
    /// The catalogs of a bundle: every file but the mappings, each named after its version.
    pub fn from_bundle(controls: &Bundle) -> Result<Self, CatalogError> {
        let mut all: BTreeMap<String, Described> = BTreeMap::new();
        let files: BTreeMap<&str, &str> = controls.files().filter(|(path, _)| *path != MAPPINGS).collect();
        // The newest first: it says how to meet what the earlier ones ask in the same way.
        for (path, text) in files.into_iter().rev() {
            let mut catalog: Catalog = yaml::from_str(text).map_err(|error| CatalogError::from_yaml(path, error))?;
            inherit(&mut catalog, &all);
            check(path, text, &catalog)?;
            let digest = format!("sha256:{}", hex(&Sha256::digest(text.as_bytes())));
            all.insert(catalog.version.clone(), Described { catalog, digest });
        }
        let (_, newest) =
            all.pop_last().ok_or_else(|| CatalogError::at("controls", 1, 1, "holds no catalog of any version"))?;
        Ok(Self { newest, earlier: all.into_values().collect() })
    }

    /// The newest version.
    pub fn latest(&self) -> &Catalog {
        &self.newest.catalog
    }

    /// The version that a spelling names, such as `2026-02-19`, `v2026.02.19` or `2026-02`.
    pub fn get(&self, spelling: &str) -> Result<&Catalog, UnknownVersion> {
        version::resolve(spelling, self.versions())
            .and_then(|version| self.all().find(|catalog| catalog.version == version))
            .ok_or_else(|| UnknownVersion {
                spelling: spelling.to_owned(),
                known: self.versions().map(str::to_owned).collect(),
            })
    }

    /// All versions, oldest first.
    pub fn all(&self) -> impl DoubleEndedIterator<Item = &Catalog> + Clone {
        self.described().map(|described| &described.catalog)
    }

    /// The names of all versions, oldest first.
    pub fn versions(&self) -> impl DoubleEndedIterator<Item = &str> + Clone {
        self.all().map(|catalog| catalog.version.as_str())
    }

    /// `sha256:` and the digest of the file of a version, in its dashed form.
    pub fn digest(&self, version: &str) -> Option<&str> {
        self.described()
            .find(|described| described.catalog.version == version)
            .map(|described| described.digest.as_str())
    }

    /// How an assessment names one of these catalogs.
    pub fn reference(&self, catalog: &Catalog) -> CatalogRef {
        CatalogRef {
            id: catalog.id.clone(),
            version: catalog.version.clone(),
            url: catalog.url.clone(),
            digest: self.digest(&catalog.version).unwrap_or_default().to_owned(),
            families: catalog.families.clone(),
            controls: catalog.controls.clone(),
        }
    }

    fn described(&self) -> impl DoubleEndedIterator<Item = &Described> + Clone {
        self.earlier.iter().chain(std::iter::once(&self.newest))
    }
}

/// Takes over how to meet what the catalog does not say itself from the next version that has the requirement in force.
fn inherit(catalog: &mut Catalog, later: &BTreeMap<String, Described>) {
    for requirement in catalog.requirements.iter_mut().filter(|it| it.is_active() && it.remediation.is_none()) {
        let mut same = later.values().filter_map(|described| described.catalog.requirement(&requirement.id));
        requirement.remediation = same.find_map(|requirement| requirement.remediation.clone());
    }
}

/// A slip: the list and the index in it that it concerns, if any, and what is wrong.
struct Slip(Option<(&'static str, usize)>, String);

/// What the types cannot say about a catalog file.
fn check(path: &str, text: &str, catalog: &Catalog) -> Result<(), CatalogError> {
    let result =
        check_head(path, catalog).and_then(|()| check_groups(catalog)).and_then(|()| check_requirements(catalog));
    result.map_err(|Slip(place, message)| {
        let root = yaml::parse(text).ok().flatten();
        let node = place.and_then(|(list, index)| root.as_ref()?.get(list)?.items().get(index));
        let (line, column) = node.map_or((1, 1), |node| (node.line, node.column));
        CatalogError::at(path, line, column, message)
    })
}

fn check_head(path: &str, catalog: &Catalog) -> Result<(), Slip> {
    let version = catalog.version.as_str();
    if catalog.id != ID {
        return Err(Slip(None, format!("the catalog id is `{}`: expected `{ID}`", catalog.id)));
    }
    if version::resolve(version, [version]).is_none()
        || version.len() != "2026-08-28".len()
        || version.contains(['.', '_'])
    {
        return Err(Slip(None, format!("the version `{version}` is not a date such as 2026-08-28")));
    }
    if path != format!("{version}.yaml") {
        return Err(Slip(None, format!("version {version} belongs into a file named {version}.yaml")));
    }
    if !catalog.url.starts_with("https://") {
        return Err(Slip(None, format!("the url `{}` is not an https address", catalog.url)));
    }
    Ok(())
}

fn check_groups(catalog: &Catalog) -> Result<(), Slip> {
    let unsorted =
        |list, index: usize, id: &str| Slip(Some((list, index)), format!("`{id}` is out of order, or stands twice"));
    if let Some((index, id)) = first_unsorted(catalog.families.iter().map(|family| family.id.as_str())) {
        return Err(unsorted("families", index, id));
    }
    if let Some((index, id)) = first_unsorted(catalog.controls.iter().map(|control| control.id.as_str())) {
        return Err(unsorted("controls", index, id));
    }
    let families: BTreeSet<&str> = catalog.families.iter().map(|family| family.id.as_str()).collect();
    let used: BTreeSet<&str> = catalog.requirements.iter().map(|requirement| requirement.id.control()).collect();
    for (index, control) in catalog.controls.iter().enumerate() {
        let family = control.id.strip_prefix("OSPS-").and_then(|rest| rest.split('-').next());
        if !family.is_some_and(|family| families.contains(family)) {
            return Err(Slip(
                Some(("controls", index)),
                format!("`{}` belongs to no family of this catalog", control.id),
            ));
        }
        if !used.contains(control.id.as_str()) {
            return Err(Slip(Some(("controls", index)), format!("`{}` has no requirement", control.id)));
        }
    }
    Ok(())
}

fn check_requirements(catalog: &Catalog) -> Result<(), Slip> {
    let at = |index: usize, message: String| Slip(Some(("requirements", index)), message);
    if let Some((index, id)) = first_unsorted(catalog.requirements.iter().map(|requirement| requirement.id.as_str())) {
        return Err(at(index, format!("`{}` is out of order, or stands twice", id)));
    }
    let controls: BTreeSet<&str> = catalog.controls.iter().map(|control| control.id.as_str()).collect();
    for (index, requirement) in catalog.requirements.iter().enumerate() {
        let slip = if !controls.contains(requirement.id.control()) {
            Some(format!("its control {} is not listed", requirement.id.control()))
        } else if let Some(other) = requirement.replaced_by.iter().find(|id| catalog.requirement(id).is_none()) {
            Some(format!("it is replaced by {other}, which this catalog lacks"))
        } else {
            slip_of(requirement, &catalog.url).map(str::to_owned)
        };
        if let Some(slip) = slip {
            return Err(at(index, format!("{}: {slip}", requirement.id)));
        }
    }
    Ok(())
}

/// What is wrong with one requirement by itself.
fn slip_of(requirement: &Requirement, catalog_url: &str) -> Option<&'static str> {
    let levels = &requirement.levels;
    let digits = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let anchored =
        requirement.url.strip_prefix(catalog_url).is_some_and(|rest| rest.starts_with('#') && rest.len() > 1);
    let policy = requirement.policy.as_deref();
    if !levels.iter().zip(levels.iter().skip(1)).all(|(lower, higher)| lower < higher) {
        Some("its levels are not in ascending order")
    } else if requirement.text_sha256.len() != 64 || !digits(&requirement.text_sha256) {
        Some("its text-sha256 is not made of 64 lower-case hexadecimal digits")
    } else if !anchored {
        Some("its url is not a place on the page of this version")
    } else if requirement.summary.trim().is_empty() || requirement.summary.contains('\n') {
        Some("its summary is not one line")
    } else if requirement.summary.chars().count() > SUMMARY_MAX {
        Some("its summary is longer than 90 characters")
    } else if requirement.scopes.is_empty() {
        Some("it has no scope")
    } else if requirement.is_active() != requirement.remediation.is_some() {
        Some("a requirement in force has a remediation, and a retired one has none")
    } else if let Some(slip) = requirement.remediation.as_ref().and_then(slip_of_remediation) {
        Some(slip)
    } else if requirement.is_active() && !requirement.replaced_by.is_empty() {
        Some("it is in force, so nothing replaces it")
    } else if !requirement.is_active() && !levels.is_empty() {
        Some("it is retired, so it counts at no level")
    } else if policy.is_some_and(|path| !path.ends_with(".rego") || path.starts_with('/') || path.contains("..")) {
        Some("its policy is not a path to a .rego file below the policies")
    } else {
        None
    }
}

/// What is wrong with the way to meet a requirement.
fn slip_of_remediation(remediation: &Remediation) -> Option<&'static str> {
    let steps = &remediation.steps;
    // An address ends a sentence as it is: a full stop would become a part of it.
    let ends =
        |step: &String| step.ends_with('.') || step.rsplit(' ').next().is_some_and(|it| it.starts_with("https://"));
    let sentence = |step: &String| step.starts_with(char::is_uppercase) && ends(step) && !step.contains('\n');
    if !(1..=STEPS_MAX).contains(&steps.len()) {
        Some("its remediation has no step, or more than six")
    } else if steps.iter().any(|step| step.chars().count() > STEP_MAX) {
        Some("a step of its remediation is longer than 160 characters")
    } else if !steps.iter().all(sentence) {
        Some("a step of its remediation is no sentence")
    } else if remediation.snippet.as_ref().is_some_and(|it| it.place.is_empty() || !it.content.ends_with('\n')) {
        Some("the snippet of its remediation has no place, or does not end with a line")
    } else {
        None
    }
}

/// The first item that does not come after the one before it, with its index.
fn first_unsorted<'a>(items: impl Iterator<Item = &'a str> + Clone) -> Option<(usize, &'a str)> {
    let mut pairs = items.clone().zip(items.skip(1)).enumerate();
    pairs.find(|(_, (before, after))| before >= after).map(|(index, (_, after))| (index + 1, after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::assessment::LevelMode;
    use crate::model::id::Level;
    use rstest::rstest;

    fn shipped() -> Catalogs {
        Catalogs::from_bundle(&Bundle::controls()).unwrap_or_else(|error| panic!("{error}"))
    }

    /// Requirements that count at a level, in either reading of the lists.
    fn counting(catalog: &Catalog, level: Level, mode: LevelMode) -> usize {
        let counts = |requirement: &&Requirement| match mode {
            LevelMode::Exact => requirement.levels.contains(&level),
            LevelMode::Cumulative => requirement.lowest_level().is_some_and(|lowest| lowest <= level),
        };
        catalog.active().filter(counts).count()
    }

    #[rstest]
    #[case("2025-02-25", 39, 59, 0, [20, 35, 53], [20, 38, 56])]
    #[case("2025-10-10", 40, 62, 0, [24, 40, 60], [24, 42, 62])]
    #[case("2026-02-19", 41, 64, 1, [24, 41, 62], [24, 43, 64])]
    #[case("2026-08-28", 41, 64, 1, [24, 41, 62], [24, 43, 64])]
    fn has_as_many_requirements_as_the_standard(
        #[case] version: &str,
        #[case] controls: usize,
        #[case] active: usize,
        #[case] retired: usize,
        #[case] exact: [usize; 3],
        #[case] cumulative: [usize; 3],
    ) {
        let catalogs = shipped();
        let catalog = catalogs.get(version).expect("known");
        assert_eq!(catalog.controls.len(), controls);
        assert_eq!(catalog.active().count(), active);
        assert_eq!(catalog.requirements.len() - active, retired);
        assert_eq!(Level::ALL.map(|level| counting(catalog, level, LevelMode::Exact)), exact);
        assert_eq!(Level::ALL.map(|level| counting(catalog, level, LevelMode::Cumulative)), cumulative);
    }

    #[rstest]
    #[case("2025-02-25", &["OSPS-GV-03.01", "OSPS-QA-04.01", "OSPS-VM-02.01"], &["OSPS-BR-01.02", "OSPS-BR-03.02", "OSPS-DO-03.02"])]
    #[case("2025-10-10", &["OSPS-BR-07.01", "OSPS-VM-02.01"], &[])]
    #[case("2026-02-19", &["OSPS-BR-07.01", "OSPS-VM-02.01"], &[])]
    #[case("2026-08-28", &["OSPS-BR-07.01", "OSPS-VM-02.01"], &[])]
    fn keeps_the_oddities_of_the_lists(#[case] version: &str, #[case] first_only: &[&str], #[case] none: &[&str]) {
        let catalogs = shipped();
        let catalog = catalogs.get(version).expect("known");
        let with = |levels: &[u8]| -> Vec<&str> {
            let same = |requirement: &&Requirement| {
                requirement.levels.iter().map(|level| level.number()).eq(levels.iter().copied())
            };
            catalog.active().filter(same).map(|requirement| requirement.id.as_str()).collect()
        };
        assert_eq!(with(&[1]), first_only);
        assert_eq!(with(&[]), none);
    }

    #[test]
    fn knows_what_took_the_place_of_a_retired_requirement() {
        let catalogs = shipped();
        let id = "OSPS-BR-01.02".parse().expect("an id");
        let retired = catalogs.latest().requirement(&id).expect("listed");
        assert!(!retired.is_active() && retired.replaced_by.len() == 3);
        assert!(catalogs.get("2025-10").expect("known").requirement(&id).is_some_and(Requirement::is_active));
    }

    #[test]
    fn finds_versions_and_names_the_known_ones() {
        let catalogs = shipped();
        assert_eq!(catalogs.latest().version, "2026-08-28");
        assert_eq!(catalogs.get("v2026.02.19").expect("known").version, "2026-02-19");
        let error = catalogs.get("2024-01-01").expect_err("unknown").to_string();
        assert!(error.contains("2025-02-25, 2025-10-10, 2026-02-19, 2026-08-28"), "{error}");
        assert!(catalogs.reference(catalogs.latest()).digest.starts_with("sha256:"));
        assert_eq!(catalogs.digest("2024-01-01"), None);
    }

    #[test]
    fn texts_changed_only_where_the_standard_says_so() {
        let catalogs = shipped();
        let changed = |from: &str, to: &str| {
            let (from, to) = (catalogs.get(from).expect("known"), catalogs.get(to).expect("known"));
            to.requirements
                .iter()
                .filter(|new| from.requirement(&new.id).is_some_and(|old| old.text_sha256 != new.text_sha256))
                .map(|new| new.id.as_str())
                .collect::<Vec<_>>()
        };
        let first = ["AC-01.01", "AC-04.01", "GV-04.01", "QA-04.01", "QA-07.01", "VM-01.01", "VM-03.01"];
        assert_eq!(changed("2025-02-25", "2025-10-10"), first.map(|id| format!("OSPS-{id}")));
        let second = ["BR-01.01", "BR-01.02", "BR-03.02", "QA-04.01"];
        assert_eq!(changed("2025-10-10", "2026-02-19"), second.map(|id| format!("OSPS-{id}")));
        assert_eq!(changed("2026-02-19", "2026-08-28").len(), 26);
    }

    /// A small valid catalog that the cases below spoil.
    const SMALL: &str = "\
id: osps-baseline
version: \"2030-01-01\"
url: https://example.org/2030-01-01
families:
  - id: AC
    title: Access
controls:
  - id: OSPS-AC-01
    title: Something
requirements:
  - id: OSPS-AC-01.01
    levels: [1, 2]
    state: active
    summary: Do it.
    url: https://example.org/2030-01-01#a
    text-sha256: 0000000000000000000000000000000000000000000000000000000000000000
    scopes: [tree]
    remediation:
      text: Do it.
      by: contributor
      steps: [Do it.]
      minutes: 1
";

    fn load(name: &str, text: String) -> Result<Catalogs, CatalogError> {
        let mut bundle = Bundle::default();
        bundle.insert(name.to_owned(), text);
        Catalogs::from_bundle(&bundle)
    }

    #[test]
    fn accepts_the_small_catalog() {
        assert!(load("2030-01-01.yaml", SMALL.to_owned()).is_ok());
    }

    #[rstest]
    #[case::other_id("id: osps-baseline", "id: other", "2030-01-01.yaml:1:1: the catalog id")]
    #[case::no_date("\"2030-01-01\"", "\"2030.01.01\"", "is not a date")]
    #[case::unknown_key("    title: Access", "    titel: Access", "2030-01-01.yaml:6:5: ")]
    #[case::no_family("- id: AC", "- id: AD", "2030-01-01.yaml:8:5: `OSPS-AC-01` belongs to no family")]
    #[case::no_control("OSPS-AC-01.01", "OSPS-AC-02.01", "2030-01-01.yaml:8:5: `OSPS-AC-01` has no requirement")]
    #[case::levels("[1, 2]", "[2, 1]", "2030-01-01.yaml:11:5: OSPS-AC-01.01: its levels")]
    #[case::level("[1, 2]", "[4]", "is not a maturity level")]
    #[case::short_hash("0000", "00", "hexadecimal")]
    #[case::address("2030-01-01#a", "2029-01-01#a", "url")]
    #[case::long(
        "summary: Do it.",
        "summary: Do it, and then do it again, and again, and again, and again, until this line is far too long.",
        "longer than 90"
    )]
    #[case::replaced(
        "    scopes: [tree]",
        "    scopes: [tree]\n    replaced-by: [OSPS-AC-01.01]",
        "nothing replaces it"
    )]
    #[case::replaced_by_nothing(
        "    scopes: [tree]",
        "    scopes: [tree]\n    replaced-by: [OSPS-AC-01.09]",
        "which this catalog lacks"
    )]
    #[case::retired("state: active", "state: retired", "a retired one has none")]
    #[case::step_less(
        "steps: [Do it.]",
        "steps: []",
        "2030-01-01.yaml:11:5: OSPS-AC-01.01: its remediation has no step"
    )]
    #[case::by_nobody("by: contributor", "by: nobody", "unknown variant `nobody`")]
    #[case::no_sentence("steps: [Do it.]", "steps: [do it]", "is no sentence")]
    #[case::many_steps("steps: [Do it.]", "steps: [A., B., C., D., E., F., G.]", "more than six")]
    #[case::snippet(
        "      minutes",
        "      snippet: {place: a, content: b}\n      minutes",
        "does not end with a line"
    )]
    #[case::policy("    scopes: [tree]", "    scopes: [tree]\n    policy: ../x.rego", "its policy is not a path")]
    fn refuses(#[case] from: &str, #[case] to: &str, #[case] message: &str) {
        assert!(SMALL.contains(from));
        let error = load("2030-01-01.yaml", SMALL.replacen(from, to, 1)).expect_err("refused").to_string();
        assert!(error.contains(message), "{error}");
    }

    #[test]
    fn takes_over_from_the_next_version_how_to_meet_what_stays_the_same() {
        let remediation =
            "    remediation:\n      text: Do it.\n      by: contributor\n      steps: [Do it.]\n      minutes: 1\n";
        let silent = SMALL.replace(remediation, "");
        let mut bundle = Bundle::default();
        bundle.insert("2030-01-01.yaml".to_owned(), silent.clone());
        bundle.insert("2031-01-01.yaml".to_owned(), SMALL.replace("2030-01-01", "2031-01-01"));
        let catalogs = Catalogs::from_bundle(&bundle).unwrap_or_else(|error| panic!("{error}"));
        let texts =
            catalogs.all().flat_map(Catalog::active).map(|it| it.remediation.as_ref().map(|it| it.text.as_str()));
        assert_eq!(texts.collect::<Vec<_>>(), [Some("Do it."), Some("Do it.")]);
        let error = load("2030-01-01.yaml", silent).expect_err("refused").to_string();
        assert!(error.contains("a requirement in force has a remediation"), "{error}");
    }

    #[test]
    fn refuses_a_misnamed_file_and_an_empty_bundle() {
        assert!(load("2031-01-01.yaml", SMALL.to_owned()).is_err());
        assert!(Catalogs::from_bundle(&Bundle::default()).is_err());
    }
}
