//! Floor 2: the pipeline for many subjects. The unit is the project: its repositories are assessed one after the other, and
//! then what can only be said of all of them together. It knows neither where repositories come from nor where results go.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};

use crate::assess::Statements;
use crate::audit::{FactsDocument, Judge};
use crate::bundle::hex;
use crate::model::assessment::Assessment;
use crate::model::portfolio::{Done, Mark, Project, Record, RepositoryName, RepositoryResult, Run};
use crate::model::source::Source;

/// The source of what only the inventory says.
const INVENTORY: &str = "inventory";

/// What was collected of one repository.
#[derive(Debug)]
pub struct Collected {
    /// Its facts.
    pub facts: FactsDocument,
    /// What is stated about it.
    pub statements: Statements,
}

/// Why a repository was not assessed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCollected {
    /// In a sentence.
    pub why: String,
    /// Whether trying again may help.
    pub passing: bool,
}

/// Assesses the repositories of a project, and those of several together.
pub fn project(
    judge: &mut Judge<'_>,
    project: &Project,
    mut collect: impl FnMut(&RepositoryName) -> Result<Collected, NotCollected>,
) -> Vec<Done> {
    let mut seen: Vec<(RepositoryName, Result<Assessment, NotCollected>)> = Vec::new();
    let mut primary: Option<Collected> = None;
    for (number, name) in project.repositories.iter().enumerate() {
        let assessed = collect(name).and_then(|collected| {
            let assessment = judge
                .judge(&collected.facts, &collected.statements)
                .map_err(|error| NotCollected { why: format!("The policies gave up: {error}"), passing: false })?;
            if number == 0 && project.repositories.len() > 1 {
                primary = Some(collected);
            }
            Ok(assessment)
        });
        seen.push((name.clone(), assessed));
    }
    if let Some(collected) = primary {
        let facts = together(&collected.facts, project, &seen);
        if let (Ok(assessment), Some((_, first))) = (judge.judge(&facts, &collected.statements), seen.first_mut()) {
            *first = Ok(assessment);
        }
    }
    seen.into_iter().map(|(name, result)| done(name, result)).collect()
}

/// The facts of the primary repository, with what the other repositories of the project came to. What its own files could not
/// tell of its repositories stays untold: an inventory adds repositories, and does not say that there are no others.
fn together(
    facts: &FactsDocument,
    project: &Project,
    seen: &[(RepositoryName, Result<Assessment, NotCollected>)],
) -> FactsDocument {
    let own = facts.json().pointer("/project/repositories").cloned().unwrap_or_default();
    let listed = own["known"].as_array();
    let mut repositories: Vec<Json> = listed.cloned().unwrap_or_default();
    for (number, name) in project.repositories.iter().enumerate() {
        let url = format!("https://{name}");
        let same = |one: &Json| one["url"].as_str().is_some_and(|known| alike(known, &url));
        let role = if number == 0 { "primary" } else { "subproject" };
        match repositories.iter_mut().find(|one| same(one)) {
            // Results are found by the address, so there is one spelling of it.
            Some(known) => known["url"] = url.into(),
            None => {
                repositories.push(json!({"url": url, "role": role, "released_with_primary": null, "where": INVENTORY}))
            }
        }
    }
    let mut results: BTreeMap<String, BTreeMap<String, Json>> = BTreeMap::new();
    let access = seen.first().and_then(|(_, first)| first.as_ref().ok()).map(|first| &first.facts.access);
    for (name, assessed) in seen {
        // Who saw less of one repository than of the other compares sights, not repositories.
        let Some(assessment) = assessed.as_ref().ok().filter(|one| Some(&one.facts.access) == access) else { continue };
        let outcomes = assessment.requirements.iter().map(|verdict| (verdict.id.to_string(), json!(verdict.outcome)));
        results.insert(format!("https://{name}"), outcomes.collect());
    }
    let assessed = |one: &Json| one["url"].as_str().is_some_and(|url| results.contains_key(url));
    let all = repositories.iter().all(assessed);
    let mut results = json!({"known": results, "src": [INVENTORY]});
    if !all {
        results["complete"] = Json::Bool(false);
    }
    let digest = format!("sha256:{}", hex(&Sha256::digest(json!(project).to_string())));
    let source =
        Source { kind: INVENTORY.to_owned(), reference: project.id.clone(), digest: Some(digest), status: None };
    let facts = facts.with("project", "results", results, Some((INVENTORY, source)));
    if listed.is_none() {
        return facts;
    }
    let mut fact = own.clone();
    fact["known"] = repositories.into();
    if let Some(sources) = fact["src"].as_array_mut() {
        sources.push(INVENTORY.into());
    }
    facts.with("project", "repositories", fact, None)
}

/// Whether two addresses are those of one repository.
fn alike(one: &str, other: &str) -> bool {
    let plain = |url: &str| url.trim_end_matches('/').trim_end_matches(".git").to_lowercase();
    plain(one) == plain(other)
}

fn done(repository: RepositoryName, result: Result<Assessment, NotCollected>) -> Done {
    match result {
        Ok(assessment) => {
            let document = kept(&assessment);
            let digest = format!("sha256:{}", hex(&Sha256::digest(&document)));
            let result = RepositoryResult::Assessed {
                commit: assessment.subject.commit.clone(),
                level: assessment.levels.reached,
                marks: assessment.requirements.iter().map(|verdict| Mark::of(verdict).character()).collect(),
                assessment: digest,
            };
            Done { record: Record { repository, result }, document: Some(document) }
        }
        Err(NotCollected { why, passing }) => Done {
            record: Record { repository, result: RepositoryResult::NotAssessed { why, passing } },
            document: None,
        },
    }
}

/// An assessment as a store keeps it: its times are those of the run.
fn kept(assessment: &Assessment) -> String {
    let mut timeless = assessment.clone();
    timeless.facts.collected_at = String::new();
    timeless.declarations.as_of = Date::ZERO;
    // Through a value, so that keys are sorted.
    serde_json::to_value(&timeless).map(|value| value.to_string()).unwrap_or_default()
}

/// An assessment out of a store, with the times of its run.
///
/// # Errors
/// A text that is no assessment of this version.
pub fn unpacked(document: &str, run: &Run) -> Result<Assessment, serde_json::Error> {
    let mut assessment: Assessment = serde_json::from_str(document)?;
    assessment.facts.collected_at.clone_from(&run.started_at);
    let day = run.started_at.get(..10).and_then(|day| day.parse().ok());
    assessment.declarations.as_of = day.unwrap_or(Date::ZERO);
    Ok(assessment)
}

/// A part of the work: the projects whose ids fall into one of `of` classes of equal chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// The class, from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl Shard {
    /// Whether a project belongs to it. It does so on every machine, whatever else the portfolio holds.
    pub fn holds(self, project: &Project) -> bool {
        let digest = Sha256::digest(project.id.as_bytes());
        let number = digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        number % u64::from(self.of.max(1)) == u64::from(self.number.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// An inventory adds repositories; it makes nothing known that was not, and nothing complete.
    #[rstest]
    #[case::known(json!({"known": [], "src": ["git"]}), json!({"src": ["git", "inventory"]}), 2)]
    #[case::listed_already(json!({"known": [{"url": "https://github.com/Acme/R1.git", "role": "subproject"}], "src": ["git"]}), json!({"src": ["git", "inventory"]}), 2)]
    #[case::incomplete(json!({"known": [], "src": ["git"], "complete": false}), json!({"src": ["git", "inventory"], "complete": false}), 2)]
    #[case::unknown(json!({"unknown": {"reason": "truncated", "needs": "the tree"}, "src": ["git"]}), json!({"unknown": {"reason": "truncated", "needs": "the tree"}, "src": ["git"]}), 0)]
    fn what_is_not_known_of_repositories_stays_so(#[case] own: Json, #[case] rest: Json, #[case] number: usize) {
        let facts = FactsDocument::parse(include_str!("../tests/facts/sample.json")).expect("facts");
        let facts = facts.with("project", "repositories", own, None);
        let project = Project {
            id: "acme".to_owned(),
            title: "Acme".to_owned(),
            group: None,
            owners: Vec::new(),
            target_level: None,
            repositories: ["acme/r0", "acme/r1"].iter().map(|name| name.parse().expect("a name")).collect(),
        };
        let mut fact = together(&facts, &project, &[]).json()["project"]["repositories"].clone();
        let known = fact.as_object_mut().and_then(|fact| fact.remove("known"));
        assert_eq!(known.as_ref().and_then(Json::as_array).map_or(0, Vec::len), number);
        assert_eq!(fact, rest);
    }
}
