//! Floor 2: the pipeline for one subject, from facts to an assessment.

use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::assess::{self, Provenance, Selection};
use crate::bundle::hex;
use crate::collect;
use crate::model::assessment::{Assessment, CatalogRef, FactsRef, LevelMode};
use crate::model::catalog::Catalog;
use crate::model::subject::Subject;
use crate::policy::{Engine, Policies, PolicyError, Run};

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
        Ok(Self::new(json, facts.subject.clone(), facts.collection.collected_at.clone()))
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
        let collected_at = json["collection"]["collected_at"].as_str().unwrap_or_default().to_owned();
        Ok(Self::new(json, subject, collected_at))
    }

    fn new(json: Json, subject: Subject, collected_at: String) -> Self {
        let digest = digest(&json);
        Self { json, subject, facts: FactsRef { digest, collected_at } }
    }

    /// The document as it is.
    pub fn json(&self) -> &Json {
        &self.json
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

/// Judges one facts document.
pub fn evaluate(facts: &FactsDocument, settings: &Settings<'_>) -> Result<Assessment, PolicyError> {
    let run = Run { catalog: settings.catalog.version.clone(), strict_platform: settings.strict_platform };
    let mut engine = Engine::new(settings.policies, &run)?;
    let rulings = engine.evaluate(&facts.json.to_string())?;
    let provenance = Provenance {
        subject: facts.subject.clone(),
        catalog: settings.catalog_ref.clone(),
        policies_digest: settings.policies.digest().to_owned(),
        facts: facts.facts.clone(),
    };
    Ok(assess::assess(settings.catalog, provenance, rulings, settings.mode, &settings.selection))
}
