//! The schema of the facts document, as far as the linter asks it: which paths exist, and which of them are facts.

use serde_json::Value as Json;

/// The schema of the facts document.
#[derive(Debug, Clone)]
pub struct FactsSchema {
    root: Json,
}

/// Where a reference leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// To this fact, or below it.
    Fact(String),
    /// To a section above any fact.
    Section,
    /// Nowhere; the part that does not exist.
    Nowhere(String),
}

impl FactsSchema {
    /// From the JSON Schema of the facts document.
    pub fn new(root: Json) -> Self {
        Self { root }
    }

    /// Follows a dotted path. Literal parts below a fact are followed as far as the schema describes them.
    pub(super) fn place(&self, path: &str) -> Place {
        let mut schemas = vec![&self.root];
        let mut fact: Option<String> = None;
        let mut walked: Vec<&str> = Vec::new();
        for part in path.split('.') {
            if fact.is_none() && schemas.iter().any(|schema| self.is_fact(schema)) {
                fact = Some(walked.join("."));
            }
            let next: Vec<&Json> = schemas.iter().flat_map(|schema| self.step(schema, part)).collect();
            walked.push(part);
            if next.is_empty() {
                return Place::Nowhere(walked.join("."));
            }
            schemas = next;
        }
        match fact {
            Some(fact) => Place::Fact(fact),
            None if schemas.iter().any(|schema| self.is_fact(schema)) => Place::Fact(path.to_owned()),
            None => Place::Section,
        }
    }

    fn is_fact(&self, schema: &Json) -> bool {
        self.resolved(schema).get("oneOf").and_then(Json::as_array).is_some_and(|variants| {
            variants.iter().any(|variant| variant.pointer("/properties/known").is_some())
                && variants.iter().any(|variant| variant.pointer("/properties/unknown").is_some())
        })
    }

    fn resolved<'a>(&'a self, schema: &'a Json) -> &'a Json {
        schema
            .get("$ref")
            .and_then(Json::as_str)
            .and_then(|reference| self.root.pointer(reference.strip_prefix('#')?))
            .unwrap_or(schema)
    }

    /// The schemas of one property, through references and alternatives.
    fn step<'a>(&'a self, schema: &'a Json, part: &str) -> Vec<&'a Json> {
        let schema = self.resolved(schema);
        let mut found = Vec::new();
        if let Some(property) = schema.get("properties").and_then(|properties| properties.get(part)) {
            found.push(property);
        } else if let Some(additional) = schema.get("additionalProperties").filter(|value| value.is_object()) {
            found.push(additional);
        } else if part.bytes().all(|b| b.is_ascii_digit())
            && let Some(items) = schema.get("items")
        {
            found.push(items);
        }
        for key in ["oneOf", "anyOf", "allOf"] {
            for variant in schema.get(key).and_then(Json::as_array).into_iter().flatten() {
                found.extend(self.step(variant, part));
            }
        }
        found
    }
}
