//! Reading by a schema: every key, type and form is checked where it stands in the file, and what is wrong is said with its
//! line, its column and the nearest thing that would be right.

use jiff::civil::Date;
use serde_json::{Map, Value as Json};

use super::ConfigError;
use crate::model::id::RequirementId;
use crate::yaml::{Node, Value};

/// How alike two words must be for one to be offered for the other.
const ALIKE: f64 = 0.75;

/// Checks a document against a schema and gives it as JSON; what is wrong is added to `errors`.
pub(super) fn check(file: &str, node: &Node, schema: &Json, errors: &mut Vec<ConfigError>) -> Json {
    Checker { file, root: schema, errors }.value(node, schema, "the file")
}

struct Checker<'a> {
    file: &'a str,
    root: &'a Json,
    errors: &'a mut Vec<ConfigError>,
}

impl<'a> Checker<'a> {
    fn value(&mut self, node: &Node, schema: &'a Json, name: &str) -> Json {
        let schema = self.resolved(schema, node);
        if let Some(words) = words(schema) {
            return self.word(node, &words, name);
        }
        match kind(schema) {
            "object" => self.mapping(node, schema, name),
            "array" => self.sequence(node, schema, name),
            "integer" => self.integer(node, schema, name),
            "boolean" => match node.as_bool() {
                Some(value) => Json::Bool(value),
                None => self.wrong(node, format!("{name} is {}: expected true or false", shown(node))),
            },
            _ => self.text(node, schema, name),
        }
    }

    /// Follows references, and of alternatives takes the one that has the form of the node.
    fn resolved(&self, schema: &'a Json, node: &Node) -> &'a Json {
        let mut schema = schema;
        for _ in 0..8 {
            if let Some(name) = schema["$ref"].as_str() {
                schema = &self.root["$defs"][name.trim_start_matches("#/$defs/")];
            } else if let Some(alternatives) = schema["anyOf"].as_array() {
                let real = alternatives.iter().filter(|one| one["type"] != "null");
                let fits = |one: &&Json| (kind(one) == "array") == matches!(node.value, Value::Sequence(_));
                schema = real.clone().find(fits).or_else(|| real.clone().next()).unwrap_or(&Json::Null);
            } else {
                break;
            }
        }
        schema
    }

    fn mapping(&mut self, node: &Node, schema: &'a Json, name: &str) -> Json {
        let Value::Mapping(entries) = &node.value else {
            return self.wrong(node, format!("{name} is {}: expected keys with values", shown(node)));
        };
        let Some(properties) = schema["properties"].as_object() else {
            return self.wrong(node, format!("nothing may stand in {name}"));
        };
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        let mut object = Map::new();
        for (key, value) in entries {
            let Some(text) = key.as_str() else {
                self.wrong(key, format!("a key of {name} is {}: expected a text", shown(key)));
                continue;
            };
            let Some(schema) = properties.get(text) else {
                self.unknown_key(key, text, properties);
                continue;
            };
            // A key that may be left out may also stand there with nothing.
            if value.is_null() && !required.contains(&text) {
                continue;
            }
            let value = self.value(value, schema, &format!("`{text}`"));
            object.insert(text.to_owned(), value);
        }
        for key in required {
            if !entries.iter().any(|(name, _)| name.as_str() == Some(key)) {
                self.wrong(node, format!("{name} lacks `{key}`"));
            }
        }
        Json::Object(object)
    }

    fn unknown_key(&mut self, node: &Node, key: &str, properties: &Map<String, Json>) {
        let known: Vec<&str> = properties.keys().map(String::as_str).collect();
        let advice = match nearest(key, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("expected one of {}", known.join(", ")),
        };
        self.wrong(node, format!("there is no key `{key}` here: {advice}"));
    }

    fn sequence(&mut self, node: &Node, schema: &'a Json, name: &str) -> Json {
        let Value::Sequence(items) = &node.value else {
            return self.wrong(node, format!("{name} is {}: expected a list", shown(node)));
        };
        let inner = if name.starts_with('`') { format!("an item of {name}") } else { name.to_owned() };
        Json::Array(items.iter().map(|item| self.value(item, &schema["items"], &inner)).collect())
    }

    fn integer(&mut self, node: &Node, schema: &Json, name: &str) -> Json {
        let (least, most) = (schema["minimum"].as_u64().unwrap_or_default(), schema["maximum"].as_u64());
        let most = most.unwrap_or(u64::MAX);
        let number = match &node.value {
            Value::Scalar { text, plain: true } => text.parse::<u64>().ok(),
            _ => None,
        };
        match number {
            Some(number) if (least..=most).contains(&number) => Json::from(number),
            _ if least == most => self.wrong(node, format!("{name} is {}: expected {least}", shown(node))),
            _ => self.wrong(node, format!("{name} is {}: expected a number from {least} to {most}", shown(node))),
        }
    }

    fn word(&mut self, node: &Node, words: &[&str], name: &str) -> Json {
        let text = node.as_str().unwrap_or_default();
        if words.contains(&text) {
            return Json::from(text);
        }
        let advice = match nearest(text, words) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("expected one of {}", words.join(", ")),
        };
        self.wrong(node, format!("{name} is {}: {advice}", shown(node)))
    }

    fn text(&mut self, node: &Node, schema: &Json, name: &str) -> Json {
        let Some(text) = node.as_str() else {
            return self.wrong(node, format!("{name} is {}: expected a text", shown(node)));
        };
        if schema["minLength"].as_u64().is_some_and(|least| least > 0) && text.trim().is_empty() {
            return self.wrong(node, format!("{name} is empty"));
        }
        if let Some(advice) = schema["format"].as_str().and_then(|format| misfit(text, format)) {
            return self.wrong(node, format!("{name} is {}: {advice}", shown(node)));
        }
        Json::from(text)
    }

    fn wrong(&mut self, node: &Node, message: String) -> Json {
        self.errors.push(ConfigError::at(self.file, node, message));
        Json::Null
    }
}

/// The type of a value; of an optional one, that of the value when it is there.
fn kind(schema: &Json) -> &str {
    match &schema["type"] {
        Json::String(name) => name,
        Json::Array(names) => names.iter().filter_map(Json::as_str).find(|name| *name != "null").unwrap_or_default(),
        _ => "string",
    }
}

/// The words that a value may be, if it is one of a few.
fn words(schema: &Json) -> Option<Vec<&str>> {
    if let Some(words) = schema["enum"].as_array() {
        return Some(words.iter().filter_map(Json::as_str).collect());
    }
    let alternatives = schema["oneOf"].as_array()?;
    let words: Vec<&str> = alternatives.iter().filter_map(|one| one["const"].as_str()).collect();
    (words.len() == alternatives.len()).then_some(words)
}

/// What a text should have been instead, if it has not the form it must have.
pub(super) fn misfit(text: &str, format: &str) -> Option<String> {
    match format {
        "date" => text.parse::<Date>().is_err().then(|| "expected a day as YYYY-MM-DD".to_owned()),
        "requirement-id" => match text.parse::<RequirementId>() {
            Ok(id) if id.as_str() == text => None,
            Ok(id) => Some(format!("did you mean `{id}`?")),
            Err(_) => Some("expected an id such as OSPS-AC-01.01".to_owned()),
        },
        "requirement-or-family" => match text.parse::<RequirementId>() {
            _ if text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase()) => None,
            Ok(id) if id.as_str() == text => None,
            Ok(id) => Some(format!("did you mean `{id}`?")),
            Err(_) => Some("expected an id such as OSPS-AC-01.01, or a family such as AC".to_owned()),
        },
        "against" => {
            let named = |prefix: &str| text.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty());
            let fits = named("ref:") || named("file:");
            (!fits).then(|| "expected ref:REV, or file:PATH".to_owned())
        }
        "sha256" => {
            let fits = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            (!fits).then(|| "expected 64 hexadecimal digits".to_owned())
        }
        "glob" => globset::Glob::new(text).err().map(|error| format!("it is no pattern: {}", error.kind())),
        "https" => (!is_https(text)).then(|| "expected an https address".to_owned()),
        "evidence" => {
            let fits = is_https(text) || (is_inside(text) && !text.contains("://") && !text.contains(' '));
            (!fits).then(|| "expected an https address, or a path in this repository".to_owned())
        }
        "directory" | "path" => (!is_inside(text)).then(|| "expected a path inside this repository".to_owned()),
        _ => None,
    }
}

fn is_https(text: &str) -> bool {
    text.strip_prefix("https://").is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace))
}

/// A relative path that does not lead out.
fn is_inside(text: &str) -> bool {
    !text.is_empty() && !text.starts_with('/') && !text.contains('\\') && text.split('/').all(|part| part != "..")
}

/// The most alike of some words, if one is alike enough.
pub(super) fn nearest<'a>(word: &str, words: &[&'a str]) -> Option<&'a str> {
    let alike = |other: &str| strsim::jaro_winkler(&word.to_lowercase(), other);
    let best = words.iter().max_by(|a, b| alike(a).total_cmp(&alike(b)))?;
    (alike(best) >= ALIKE).then_some(*best)
}

/// A value as messages show it.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::Scalar { .. } if node.is_null() => "empty".to_owned(),
        Value::Scalar { text, .. } => {
            let short: String = text.chars().take(60).filter(|c| !c.is_control()).collect();
            format!("`{short}`")
        }
        Value::Sequence(_) => "a list".to_owned(),
        Value::Mapping(_) => "a mapping".to_owned(),
    }
}
