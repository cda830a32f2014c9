//! Comparing catalogs: an official one with our description of it, and two versions with each other. Pure.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::load::Catalogs;
use super::official::{Official, OfficialRequirement, OfficialState};
use super::version;
use crate::model::catalog::{Catalog, Requirement, State};
use crate::model::id::{Level, RequirementId};

/// How the version of an official catalog was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FoundBy {
    /// It was named by the caller.
    Given,
    /// The metadata states it.
    Metadata,
    /// It stands in this part of the path.
    Path(String),
}

/// The version that an official catalog describes: what its metadata states, else what its file or directory is named
/// after. A date in the metadata that is no known version is not overruled by a name.
pub fn version_of<'a>(official: &Official, path: &Path, catalogs: &'a Catalogs) -> Option<(&'a Catalog, FoundBy)> {
    for stated in [&official.version, &official.id].into_iter().flatten() {
        match catalogs.get(stated) {
            Ok(catalog) => return Some((catalog, FoundBy::Metadata)),
            Err(_) if version::is_date(stated) => return None,
            Err(_) => {}
        }
    }
    // The file and its directory, or the directory and the one around it.
    path.components().rev().take(2).find_map(|component| {
        let name = component.as_os_str().to_string_lossy();
        let version = version::within(&name, catalogs.versions())?;
        Some((catalogs.get(version).ok()?, FoundBy::Path(name.into_owned())))
    })
}

/// What differs between an official catalog and our description.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Ours has it, the official one lacks it.
    Missing,
    /// The official one has it, ours lacks it.
    Unknown,
    /// It stands there twice.
    Duplicate,
    /// The state differs.
    State,
    /// The lists of levels differ.
    Levels,
    /// The text has another digest.
    Text,
    /// Something there cannot be understood.
    Malformed,
}

/// One difference between an official catalog and our description.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The requirement; none where something without a usable id is malformed.
    pub requirement: Option<RequirementId>,
    /// What differs.
    pub kind: Kind,
    /// What our description says.
    pub expected: Option<String>,
    /// What the official catalog says.
    pub found: Option<String>,
    /// The versions that do have the text found: an old text under a new label is the usual slip.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub text_of: Vec<String>,
    /// Where it stands there, as `file:line:column`.
    pub place: Option<String>,
}

/// Every difference between an official catalog and our description of a version, sorted by requirement. A retired
/// requirement that is left out is none: several publishers drop them, and nobody assesses them.
pub fn verify(official: &Official, catalog: &Catalog, catalogs: &Catalogs) -> Vec<Difference> {
    let mut found: BTreeMap<&RequirementId, Vec<&OfficialRequirement>> = BTreeMap::new();
    for requirement in &official.requirements {
        found.entry(&requirement.id).or_default().push(requirement);
    }
    let mut differences: Vec<Difference> = Vec::new();
    for ours in &catalog.requirements {
        match found.get(&ours.id).map(Vec::as_slice) {
            None | Some([]) if !ours.is_active() => {}
            None | Some([]) => differences.push(Difference {
                requirement: Some(ours.id.clone()),
                kind: Kind::Missing,
                expected: Some(ours.summary.clone()),
                found: None,
                text_of: Vec::new(),
                place: None,
            }),
            Some([first, more @ ..]) => {
                compare(ours, first, catalogs, &mut differences);
                differences.extend(more.iter().map(|again| difference(again, Kind::Duplicate, None, None)));
            }
        }
    }
    let unknown = official.requirements.iter().filter(|requirement| catalog.requirement(&requirement.id).is_none());
    differences.extend(unknown.map(|extra| Difference {
        text_of: versions_with_text(extra, catalogs),
        ..difference(extra, Kind::Unknown, None, None)
    }));
    differences.sort_by(|a, b| (&a.requirement, a.kind).cmp(&(&b.requirement, b.kind)));
    differences.extend(official.problems.iter().map(|problem| Difference {
        requirement: None,
        kind: Kind::Malformed,
        expected: None,
        found: Some(problem.message.clone()),
        text_of: Vec::new(),
        place: Some(format!("{}:{}:{}", problem.file, problem.line, problem.column)),
    }));
    differences
}

/// Compares one requirement with our description of it.
fn compare(ours: &Requirement, theirs: &OfficialRequirement, catalogs: &Catalogs, into: &mut Vec<Difference>) {
    let same_state = match ours.state {
        State::Active => theirs.state == OfficialState::Active,
        State::Retired => theirs.state == OfficialState::Retired,
    };
    if !same_state {
        let expected = if ours.is_active() { "active" } else { "retired" };
        let found = theirs.state.name().to_owned();
        into.push(difference(theirs, Kind::State, Some(expected.to_owned()), Some(found)));
    }
    if ours.levels != theirs.levels {
        let (expected, found) = (level_list(&ours.levels), level_list(&theirs.levels));
        into.push(difference(theirs, Kind::Levels, Some(expected), Some(found)));
    }
    let digest = theirs.text_sha256();
    if ours.text_sha256 != digest {
        into.push(Difference {
            text_of: versions_with_text(theirs, catalogs),
            ..difference(theirs, Kind::Text, Some(ours.text_sha256.clone()), Some(digest))
        });
    }
}

fn difference(theirs: &OfficialRequirement, kind: Kind, expected: Option<String>, found: Option<String>) -> Difference {
    let place = Some(format!("{}:{}:{}", theirs.file, theirs.line, theirs.column));
    Difference { requirement: Some(theirs.id.clone()), kind, expected, found, text_of: Vec::new(), place }
}

/// The versions in which a requirement has this very text.
fn versions_with_text(theirs: &OfficialRequirement, catalogs: &Catalogs) -> Vec<String> {
    let digest = theirs.text_sha256();
    catalogs
        .all()
        .filter(|catalog| catalog.requirement(&theirs.id).is_some_and(|ours| ours.text_sha256 == digest))
        .map(|catalog| catalog.version.clone())
        .collect()
}

/// Levels as a person reads them.
pub fn level_list(levels: &[Level]) -> String {
    if levels.is_empty() {
        return "none".to_owned();
    }
    levels.iter().map(Level::to_string).collect::<Vec<_>>().join(" ")
}

/// What a newer version says differently about a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// It is new.
    Added,
    /// It is not listed any more.
    Removed,
    /// Its state.
    State,
    /// Its levels.
    Levels,
    /// Its text, by digest; the meaning may be the same.
    Text,
    /// What we say it means.
    Summary,
    /// What it applies to.
    AppliesTo,
}

/// One requirement that two versions treat differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change<'a> {
    /// Its id.
    pub requirement: &'a RequirementId,
    /// What differs.
    pub aspects: Vec<Aspect>,
    /// As the first version has it.
    pub before: Option<&'a Requirement>,
    /// As the second version has it.
    pub after: Option<&'a Requirement>,
}

/// The requirements that two versions treat differently, sorted by id.
pub fn diff<'a>(before: &'a Catalog, after: &'a Catalog) -> Vec<Change<'a>> {
    let mut pairs: BTreeMap<&RequirementId, (Option<&Requirement>, Option<&Requirement>)> = BTreeMap::new();
    for requirement in &before.requirements {
        pairs.entry(&requirement.id).or_default().0 = Some(requirement);
    }
    for requirement in &after.requirements {
        pairs.entry(&requirement.id).or_default().1 = Some(requirement);
    }
    let changes = pairs.into_iter().map(|(requirement, (before, after))| {
        let aspects = match (before, after) {
            (Some(before), Some(after)) => changed_aspects(before, after),
            (None, _) => vec![Aspect::Added],
            (_, None) => vec![Aspect::Removed],
        };
        Change { requirement, aspects, before, after }
    });
    changes.filter(|change| !change.aspects.is_empty()).collect()
}

fn changed_aspects(before: &Requirement, after: &Requirement) -> Vec<Aspect> {
    let aspects = [
        (Aspect::State, before.state != after.state),
        (Aspect::Levels, before.levels != after.levels),
        (Aspect::Text, before.text_sha256 != after.text_sha256),
        (Aspect::Summary, before.summary != after.summary),
        (Aspect::AppliesTo, before.applies_to != after.applies_to),
    ];
    aspects.into_iter().filter(|(_, differs)| *differs).map(|(aspect, _)| aspect).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::{Bundle, hex};
    use crate::catalog::official;
    use rstest::rstest;
    use sha2::{Digest as _, Sha256};
    use std::path::PathBuf;

    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/catalogs").join(name)
    }

    /// A version and its requirements, each as id, levels, text; one without levels is retired.
    type Version<'a> = (&'a str, &'a [(&'a str, &'a str, &'a str)]);

    fn catalogs(versions: &[Version<'_>]) -> Catalogs {
        let mut bundle = Bundle::default();
        for (version, requirements) in versions {
            let url = format!("https://example.org/{version}");
            let mut text = format!(
                "id: osps-baseline\nversion: \"{version}\"\nurl: {url}\nfamilies: [{{id: AC, title: Access}}]\n\
                 controls: [{{id: OSPS-AC-01, title: A control}}]\nrequirements:\n"
            );
            for (id, levels, official) in *requirements {
                let digest = hex(&Sha256::digest(official.as_bytes()));
                let rest = match *levels {
                    "retired" => "levels: [], state: retired".to_owned(),
                    levels => format!(
                        "levels: [{levels}], state: active, remediation: {{text: Do it., by: admin, steps: [Do it.], minutes: 1}}"
                    ),
                };
                text.push_str(&format!(
                    "  - {{id: OSPS-AC-01.{id}, summary: Do it., url: \"{url}#a\", text-sha256: \"{digest}\", scopes: [tree], {rest}}}\n"
                ));
            }
            bundle.insert(format!("{version}.yaml"), text);
        }
        Catalogs::from_bundle(&bundle).unwrap_or_else(|error| panic!("{error}"))
    }

    const FAITHFUL: &[(&str, &str, &str)] =
        &[("01", "1, 2, 3", "The first text."), ("02", "3", "The second text."), ("03", "retired", "Withdrawn.")];

    fn differences(
        name: &str,
        requirements: &[(&str, &str, &str)],
    ) -> Vec<(String, Kind, Option<String>, Option<String>)> {
        let catalogs = catalogs(&[("2030-01-01", requirements)]);
        let official = official::read(&fixture(name)).expect("read");
        verify(&official, catalogs.latest(), &catalogs)
            .into_iter()
            .map(|d| (d.requirement.map(|id| id.to_string()).unwrap_or_default(), d.kind, d.expected, d.found))
            .collect()
    }

    #[rstest]
    fn a_faithful_catalog_has_no_difference(#[values("a", "b", "c.yaml", "d.yaml", "e")] name: &str) {
        assert_eq!(differences(name, FAITHFUL), []);
    }

    #[rstest]
    #[case::levels(&[FAITHFUL[0], ("02", "2, 3", "The second text."), FAITHFUL[2]], "OSPS-AC-01.02", Kind::Levels, Some("2 3"), Some("3"))]
    #[case::missing(&[FAITHFUL[0], FAITHFUL[1], FAITHFUL[2], ("04", "1", "x")], "OSPS-AC-01.04", Kind::Missing, Some("Do it."), None)]
    #[case::unknown(&[FAITHFUL[1], FAITHFUL[2]], "OSPS-AC-01.01", Kind::Unknown, None, None)]
    fn names_each_difference(
        #[case] ours: &[(&str, &str, &str)],
        #[case] id: &str,
        #[case] kind: Kind,
        #[case] expected: Option<&str>,
        #[case] found: Option<&str>,
    ) {
        let wanted = (id.to_owned(), kind, expected.map(str::to_owned), found.map(str::to_owned));
        assert_eq!(differences("d.yaml", ours), [wanted]);
    }

    #[test]
    fn names_the_version_that_an_old_text_belongs_to() {
        let ours: &[_] = &[FAITHFUL[0], ("02", "3", "A newer text."), FAITHFUL[2]];
        let catalogs = catalogs(&[("2020-01-01", FAITHFUL), ("2030-01-01", ours)]);
        let official = official::read(&fixture("d.yaml")).expect("read");
        let found = verify(&official, catalogs.latest(), &catalogs);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].kind, found[0].text_of.as_slice()), (Kind::Text, &["2020-01-01".to_owned()][..]));
        assert!(found[0].place.as_deref().is_some_and(|place| place.ends_with("d.yaml:14:13")), "{:?}", found[0].place);
    }

    #[test]
    fn a_requirement_still_in_force_here_and_retired_there_differs_in_state_and_levels() {
        let found = differences("e", &[FAITHFUL[0], FAITHFUL[1], ("03", "1", "Withdrawn.")]);
        let kinds: Vec<Kind> = found.iter().map(|(_, kind, ..)| *kind).collect();
        assert_eq!(kinds, [Kind::State, Kind::Levels]);
    }

    #[rstest]
    #[case::metadata("d.yaml", Some(("2026-02-19", FoundBy::Metadata)))]
    #[case::exact_metadata("c.yaml", Some(("2026-02-19", FoundBy::Metadata)))]
    #[case::none("b", None)]
    fn finds_the_version(#[case] name: &str, #[case] expected: Option<(&str, FoundBy)>) {
        let catalogs = Catalogs::from_bundle(&Bundle::controls()).expect("valid");
        let official = official::read(&fixture(name)).expect("read");
        let found =
            version_of(&official, Path::new(name), &catalogs).map(|(catalog, by)| (catalog.version.as_str(), by));
        assert_eq!(found, expected);
    }

    #[rstest]
    #[case(None, "x/2025-10-10", Some("2025-10-10"))]
    #[case(None, "security-baseline-2026.02.19/baseline", Some("2026-02-19"))]
    #[case(None, "2026-02-19/a/b", None)]
    #[case(None, "main-2026-07-07", None)]
    #[case(Some("devel"), "2025-10-10", Some("2025-10-10"))]
    #[case(Some("v2025.10.10"), "2026-02-19", Some("2025-10-10"))]
    #[case(Some("2031-01-01"), "2026-02-19", None)]
    fn metadata_goes_before_names(#[case] stated: Option<&str>, #[case] path: &str, #[case] expected: Option<&str>) {
        let catalogs = Catalogs::from_bundle(&Bundle::controls()).expect("valid");
        let official = Official { version: stated.map(str::to_owned), ..Official::default() };
        let found = version_of(&official, Path::new(path), &catalogs).map(|(catalog, _)| catalog.version.as_str());
        assert_eq!(found, expected);
    }

    #[test]
    fn two_versions_differ_where_the_standard_changed() {
        let catalogs = Catalogs::from_bundle(&Bundle::controls()).expect("valid");
        let aspects = |from: &str, to: &str, id: &str| {
            let (from, to) = (catalogs.get(from).expect("known"), catalogs.get(to).expect("known"));
            let id: RequirementId = id.parse().expect("an id");
            diff(from, to).into_iter().find(|change| *change.requirement == id).map(|change| change.aspects)
        };
        assert_eq!(aspects("2025-10-10", "2026-02-19", "DO-07.01"), Some(vec![Aspect::Added]));
        assert_eq!(aspects("2026-02-19", "2025-10-10", "DO-07.01"), Some(vec![Aspect::Removed]));
        let retired = aspects("2025-10-10", "2026-02-19", "BR-01.02").expect("changed");
        assert!(retired.starts_with(&[Aspect::State, Aspect::Levels, Aspect::Text]), "{retired:?}");
        assert_eq!(aspects("2026-02-19", "2026-08-28", "QA-01.01"), Some(vec![Aspect::Text, Aspect::AppliesTo]));
        assert_eq!(aspects("2026-02-19", "2026-08-28", "AC-01.01"), None);
        assert_eq!(aspects("2025-02-25", "2025-10-10", "GV-03.01"), Some(vec![Aspect::Levels]));
    }
}
