//! Floor 2: the pipeline for one subject, from facts to an assessment.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize as _;
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::assess::{self, Provenance, Selection, Statements};
use crate::bundle::hex;
use crate::catalog::Catalogs;
use crate::collect::{self, Collection};
use crate::model::assessment::{Assessment, CatalogRef, Check, FactsRef, FileRef, LevelMode, PoliciesRef};
use crate::model::catalog::Catalog;
use crate::model::declaration::{Condition, Declaration};
use crate::model::id::RequirementId;
use crate::model::source::Source;
use crate::model::subject::Subject;
use crate::policy::{Engine, Policies, Policy, PolicyError, Run};

/// A facts document, ready to be judged.
#[derive(Debug, Clone)]
pub struct FactsDocument {
    json: Json,
    subject: Subject,
    facts: FactsRef,
}

/// Why a text is not accepted as a facts document.
#[derive(Debug, thiserror::Error)]
pub enum FactsError {
    /// Not JSON.
    #[error("it is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// JSON of another shape.
    #[error("it does not follow the schema of facts: at `{at}`: {why}")]
    Schema {
        /// Where, as a JSON pointer.
        at: String,
        /// What was expected.
        why: String,
    },
    /// The schema itself is broken.
    #[error("the schema of facts is broken: {0}")]
    BrokenSchema(String),
}

/// How facts are judged.
#[derive(Debug)]
pub struct Settings<'a> {
    /// The version of the standard.
    pub catalog: &'a Catalog,
    /// Its name and digest.
    pub catalog_ref: CatalogRef,
    /// The policies.
    pub policies: &'a Policies,
    /// How levels are read.
    pub mode: LevelMode,
    /// Which requirements are assessed.
    pub selection: Selection,
    /// Whether rules and properties of the host may pass a requirement.
    pub strict_platform: bool,
    /// What people and other tools state; without a day, declarations are judged on that of the collection.
    pub statements: Statements,
}

/// The JSON Schema of the facts document.
pub fn facts_schema() -> Json {
    schemars::schema_for!(collect::Facts).to_value()
}

/// The JSON Schema of the assessment document.
pub fn assessment_schema() -> Json {
    schemars::schema_for!(Assessment).to_value()
}

/// The JSON Schema of a catalog file.
pub fn catalog_schema() -> Json {
    schemars::schema_for!(Catalog).to_value()
}

impl FactsDocument {
    /// Facts that were just collected.
    pub fn collected(facts: &collect::Facts) -> Result<Self, FactsError> {
        let json = serde_json::to_value(facts)?;
        Self::new(json, facts.subject.clone())
    }

    /// Facts from a file; they are checked against the schema.
    pub fn parse(text: &str) -> Result<Self, FactsError> {
        let json: Json = serde_json::from_str(text)?;
        let schema =
            jsonschema::validator_for(&facts_schema()).map_err(|error| FactsError::BrokenSchema(error.to_string()))?;
        if let Some(error) = schema.iter_errors(&json).next() {
            let why: String = error.to_string().chars().take(300).collect();
            return Err(FactsError::Schema { at: error.instance_path().to_string(), why });
        }
        let subject = serde_json::from_value(json["subject"].clone())?;
        Self::new(json, subject)
    }

    fn new(json: Json, subject: Subject) -> Result<Self, FactsError> {
        let collection = Collection::deserialize(&json["collection"])?;
        let facts = FactsRef {
            digest: digest(&json),
            collected_at: collection.collected_at,
            tool: collection.tool,
            access: collection.access,
            sources: collection.sources,
            unknown: BTreeMap::new(),
        };
        Ok(Self { json, subject, facts })
    }

    /// The document as it is.
    pub fn json(&self) -> &Json {
        &self.json
    }

    /// The day on which the facts were collected.
    pub fn day(&self) -> Date {
        let at = self.facts.collected_at.parse::<Timestamp>();
        at.map(|at| at.to_zoned(TimeZone::UTC).date()).unwrap_or(Date::ZERO)
    }

    /// The same facts with one of them replaced, and with the source that told it.
    pub(crate) fn with(&self, section: &str, fact: &str, value: Json, source: Option<(&str, Source)>) -> Self {
        let mut changed = self.clone();
        if let Some(place) = changed.json.get_mut(section).and_then(|section| section.get_mut(fact)) {
            *place = value;
        }
        if let Some((id, source)) = source {
            if let Ok(json) = serde_json::to_value(&source) {
                changed.json["collection"]["sources"][id] = json;
            }
            changed.facts.sources.insert(id.to_owned(), source);
        }
        changed.facts.digest = digest(&changed.json);
        changed
    }

    /// The document, with sorted keys.
    pub fn to_json(&self) -> String {
        let mut text = format!("{:#}", self.json);
        text.push('\n');
        text
    }
}

/// The digest of everything but the time of collection: keys are sorted, so equal facts give equal bytes.
fn digest(facts: &Json) -> String {
    let mut facts = facts.clone();
    if let Some(collection) = facts.get_mut("collection").and_then(Json::as_object_mut) {
        collection.remove("collected_at");
    }
    format!("sha256:{}", hex(&Sha256::digest(facts.to_string())))
}

/// The policies and a catalog, ready to judge one facts document after another. One per thread.
#[derive(Debug)]
pub struct Judge<'a> {
    settings: &'a Settings<'a>,
    engine: Engine,
    checks: BTreeMap<String, Check>,
}

impl<'a> Judge<'a> {
    /// Prepares the policies.
    ///
    /// # Errors
    /// A policy that the engine does not take.
    pub fn new(settings: &'a Settings<'a>) -> Result<Self, PolicyError> {
        let run = Run { catalog: settings.catalog.version.clone(), strict_platform: settings.strict_platform };
        let engine = Engine::new(settings.policies, &run)?;
        let checks = settings.policies.iter().map(|policy| (policy.id.clone(), check(policy))).collect();
        Ok(Self { settings, engine, checks })
    }

    /// Judges one facts document, under what is stated about its subject.
    ///
    /// # Errors
    /// The engine gave up.
    pub fn judge(&mut self, facts: &FactsDocument, statements: &Statements) -> Result<Assessment, PolicyError> {
        let settings = self.settings;
        let rulings = self.engine.evaluate(&facts.json.to_string())?;
        let provenance = Provenance {
            subject: facts.subject.clone(),
            catalog: settings.catalog_ref.clone(),
            policies: PoliciesRef {
                digest: settings.policies.digest().to_owned(),
                changed: settings.policies.changed().to_vec(),
                strict_platform: settings.strict_platform,
            },
            facts: FactsRef { unknown: unknown(settings.policies, &facts.json), ..facts.facts.clone() },
            tool: collect::TOOL.to_owned(),
            checks: self.checks.clone(),
        };
        let mut statements = statements.clone();
        if statements.as_of == Date::ZERO {
            statements.as_of = facts.day();
        }
        statements.conditions = conditions(settings.policies, &facts.json);
        statements.files.extend(unused_insights(&facts.json));
        Ok(assess::assess(settings.catalog, provenance, rulings, settings.mode, &settings.selection, &statements))
    }
}

/// Judges one facts document.
pub fn evaluate(facts: &FactsDocument, settings: &Settings<'_>) -> Result<Assessment, PolicyError> {
    Judge::new(settings)?.judge(facts, &settings.statements)
}

/// The facts that policies ask for and that are not known, with the reasons.
fn unknown(policies: &Policies, facts: &Json) -> BTreeMap<String, String> {
    let reason = |name: &String| {
        let fact = name.split('.').try_fold(facts, |place, part| place.get(part))?;
        Some((name.clone(), fact.pointer("/unknown/reason")?.as_str()?.to_owned()))
    };
    policies.iter().flat_map(|policy| &policy.needs).filter_map(reason).collect()
}

fn check(policy: &Policy) -> Check {
    Check { policy: policy.path.clone(), facts: policy.needs.clone(), limits: policy.limits.clone() }
}

/// Binds declarations that name a version of the standard, or none, to the text they were made for. One that names none was
/// made for the version that was current on its day.
pub fn bind(declarations: &mut [Declaration], catalogs: &Catalogs) {
    for declaration in declarations.iter_mut().filter(|declaration| declaration.text_sha256.is_none()) {
        let day = declaration.on.to_string();
        let catalog = match &declaration.catalog {
            Some(version) => catalogs.get(version).ok(),
            None => catalogs.all().rfind(|catalog| catalog.version <= day),
        };
        let Some(catalog) = catalog else { continue };
        declaration.catalog.get_or_insert_with(|| catalog.version.clone());
        declaration.text_sha256 =
            catalog.requirement(&declaration.requirement).map(|requirement| requirement.text_sha256.clone());
    }
}

/// The Security Insights file, where it holds keys that no version of its format knows.
fn unused_insights(facts: &Json) -> Option<FileRef> {
    let file = facts.pointer("/insights/present/known")?;
    let keys = file.get("unknown_keys")?.as_array()?;
    let remarks: Vec<String> = keys
        .iter()
        .filter_map(Json::as_str)
        .map(|key| format!("`{key}` is in no version of Security Insights"))
        .collect();
    let file = file.get("path")?.as_str()?.to_owned();
    (!remarks.is_empty()).then_some(FileRef { file, digest: None, remarks })
}

/// What has to hold for a requirement to apply (`policies/tables/preconditions.yaml`).
#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Precondition {
    requirements: Vec<RequirementId>,
    /// Facts of which each alone shows that it applies.
    shown_by: Vec<ShownBy>,
}

#[derive(Debug, serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct ShownBy {
    fact: String,
    /// The value that shows it; without one, any list that is not empty.
    is: Option<Json>,
}

/// Which requirements may not apply, and of which of them it was seen that they do.
fn conditions(policies: &Policies, facts: &Json) -> BTreeMap<RequirementId, Condition> {
    let table = policies.table("preconditions").cloned().unwrap_or_default();
    let table: Vec<Precondition> = serde_json::from_value(table).unwrap_or_default();
    let shows = |shown: &ShownBy| {
        let known = shown.fact.split('.').try_fold(facts, |place, part| place.get(part)).and_then(|f| f.get("known"));
        match (known, &shown.is) {
            (Some(known), Some(value)) => known == value,
            (Some(known), None) => known.as_array().is_some_and(|items| !items.is_empty()),
            (None, _) => false,
        }
    };
    let mut conditions = BTreeMap::new();
    for entry in &table {
        let held = if entry.shown_by.iter().any(shows) { Condition::Holds } else { Condition::Open };
        conditions.extend(entry.requirements.iter().map(|id| (id.clone(), held)));
    }
    conditions
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use rstest::rstest;

    fn policies() -> Policies {
        Policies::load(&Bundle::policies()).expect("our policies")
    }

    #[test]
    fn the_table_of_preconditions_is_read_and_names_requirements_and_facts_that_exist() {
        let (policies, catalogs) = (policies(), Catalogs::from_bundle(&Bundle::controls()).expect("our catalogs"));
        let table = policies.table("preconditions").cloned().expect("a table");
        let table: Vec<Precondition> = serde_json::from_value(table).expect("a table of preconditions");
        let schema = facts_schema().to_string();
        for entry in &table {
            for id in &entry.requirements {
                assert!(catalogs.latest().requirement(id).is_some(), "{id}");
            }
            for shown in &entry.shown_by {
                let name = shown.fact.rsplit('.').next().expect("a name");
                assert!(schema.contains(&format!("\"{name}\":")), "{name}");
            }
        }
        let ids: Vec<&RequirementId> = table.iter().flat_map(|entry| &entry.requirements).collect();
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len(), "none stands twice");
    }

    #[rstest]
    #[case::seen(serde_json::json!({"releases": {"has_release": {"known": true}}}), Condition::Holds)]
    #[case::seen_not(serde_json::json!({"releases": {"has_release": {"known": false}}}), Condition::Open)]
    #[case::not_seen(serde_json::json!({"releases": {"has_release": {"unknown": {"reason": "offline"}}}}), Condition::Open)]
    fn preconditions(#[case] facts: Json, #[case] expected: Condition) {
        let conditions = conditions(&policies(), &facts);
        assert_eq!(conditions.get(&"OSPS-DO-01.01".parse().expect("an id")), Some(&expected));
        assert_eq!(conditions.get(&"OSPS-AC-01.01".parse().expect("an id")), None);
    }
}
