//! As much of GraphQL as the queries of osps use: what is selected is taken out of a document that holds everything, so that
//! a field that is not asked for is not there.

#![allow(dead_code, reason = "each test crate uses a part of it")]

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

/// One selected field, or a fragment with a condition on the type.
#[derive(Debug, Clone)]
enum Part {
    Field { alias: String, name: String, arguments: BTreeMap<String, Argument>, parts: Vec<Self> },
    On { kind: String, parts: Vec<Self> },
    Spread(String),
}

#[derive(Debug, Clone)]
enum Argument {
    Variable(String),
    Number(u64),
    Text(String),
    Other,
}

/// A query with its fragments.
#[derive(Debug)]
pub(crate) struct Query {
    parts: Vec<Part>,
    fragments: BTreeMap<String, Part>,
}

struct Reader<'a> {
    tokens: Vec<&'a str>,
    at: usize,
}

fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '#' => rest.find('\n').unwrap_or(rest.len()),
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            '.' if rest.starts_with("...") => 3,
            c if c.is_alphanumeric() || c == '_' => {
                rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len())
            }
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        if !(first == '#' || first == ',' || first.is_whitespace()) {
            tokens.push(token);
        }
        rest = after;
    }
    tokens
}

impl<'a> Reader<'a> {
    fn peek(&self) -> &'a str {
        self.tokens.get(self.at).copied().unwrap_or_default()
    }

    fn next(&mut self) -> &'a str {
        self.at += 1;
        self.tokens.get(self.at - 1).copied().unwrap_or_default()
    }

    fn expect(&mut self, token: &str) {
        let found = self.next();
        assert_eq!(found, token, "in a query, near {:?}", self.tokens.get(self.at.saturating_sub(8)..self.at));
    }

    fn arguments(&mut self) -> BTreeMap<String, Argument> {
        let mut found = BTreeMap::new();
        if self.peek() != "(" {
            return found;
        }
        self.next();
        while self.peek() != ")" {
            let name = self.next().to_owned();
            self.expect(":");
            let value = match self.next() {
                "$" => Argument::Variable(self.next().to_owned()),
                open @ ("[" | "{") => {
                    let close = if open == "[" { "]" } else { "}" };
                    while self.next() != close {}
                    Argument::Other
                }
                text if text.starts_with('"') => Argument::Text(text.trim_matches('"').to_owned()),
                word => word.parse().map_or(Argument::Other, Argument::Number),
            };
            found.insert(name, value);
        }
        self.next();
        found
    }

    fn parts(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        if self.peek() != "{" {
            return parts;
        }
        self.next();
        while self.peek() != "}" {
            if self.peek() == "..." {
                self.next();
                match self.next() {
                    "on" => {
                        let kind = self.next().to_owned();
                        parts.push(Part::On { kind, parts: self.parts() });
                    }
                    name => parts.push(Part::Spread(name.to_owned())),
                }
                continue;
            }
            let alias = self.next().to_owned();
            let name = if self.peek() == ":" {
                self.next();
                self.next().to_owned()
            } else {
                alias.clone()
            };
            let arguments = self.arguments();
            parts.push(Part::Field { alias, name, arguments, parts: self.parts() });
        }
        self.next();
        parts
    }
}

impl Query {
    /// Reads a query. One with a fragment that nobody uses, or that is not there, is none.
    pub(crate) fn read(text: &str) -> Self {
        let mut reader = Reader { tokens: tokens(text), at: 0 };
        let mut query = Self { parts: Vec::new(), fragments: BTreeMap::new() };
        while reader.at < reader.tokens.len() {
            match reader.next() {
                "query" => {
                    while reader.peek() != "{" {
                        reader.next();
                    }
                    query.parts = reader.parts();
                }
                "fragment" => {
                    let name = reader.next().to_owned();
                    reader.expect("on");
                    let kind = reader.next().to_owned();
                    query.fragments.insert(name, Part::On { kind, parts: reader.parts() });
                }
                other => panic!("`{other}` is no part of a query"),
            }
        }
        for name in query.fragments.keys() {
            assert!(text.contains(&format!("...{name}")), "the fragment {name} is not used");
        }
        query
    }

    /// What the server would charge: the lists that are walked through, in hundreds.
    pub(crate) fn cost(&self) -> u64 {
        (self.lists(&self.parts, 1) as f64 / 100.0).round().max(1.0) as u64
    }

    fn lists(&self, parts: &[Part], times: u64) -> u64 {
        let of = |part: &Part| match part {
            Part::Field { arguments, parts, .. } => {
                let each = ["first", "last"].iter().find_map(|name| match arguments.get(*name) {
                    Some(Argument::Number(number)) => Some(*number),
                    _ => None,
                });
                each.map_or(0, |_| times) + self.lists(parts, times * each.unwrap_or(1))
            }
            Part::On { parts, .. } => self.lists(parts, times),
            Part::Spread(name) => self.lists(std::slice::from_ref(&self.fragments[name]), times),
        };
        parts.iter().map(of).sum()
    }

    /// The answer. `find` gives what stands at the top by its name and arguments, with the errors below it.
    pub(crate) fn answer(
        &self,
        variables: &Json,
        find: impl Fn(&str, &BTreeMap<String, String>) -> (Json, Vec<Json>),
    ) -> Json {
        let mut data = Map::new();
        let mut errors = Vec::new();
        for part in &self.parts {
            let Part::Field { alias, name, arguments, parts } = part else { panic!("a field at the top") };
            let arguments = arguments.iter().map(|(name, value)| {
                let value = match value {
                    Argument::Variable(variable) => variables[variable].as_str().expect("a variable").to_owned(),
                    Argument::Text(text) => text.clone(),
                    Argument::Number(number) => number.to_string(),
                    Argument::Other => String::new(),
                };
                (name.clone(), value)
            });
            let (found, below) = find(name, &arguments.collect());
            let found = self.select(&found, parts);
            for mut error in below {
                let path: Vec<&str> =
                    error["path"].as_array().expect("a path").iter().filter_map(Json::as_str).collect();
                let here = path.iter().try_fold(&found, |at, name| at.get(*name));
                if here.is_some_and(Json::is_null) {
                    let path: Vec<Json> =
                        std::iter::once(json!(alias)).chain(path.into_iter().map(|name| json!(name))).collect();
                    error["path"] = json!(path);
                    error["locations"] = json!([{"line": errors.len() + 1, "column": 3}]);
                    errors.push(error);
                }
            }
            data.insert(alias.clone(), found);
        }
        let mut body = json!({"data": data});
        if !errors.is_empty() {
            body["errors"] = json!(errors);
        }
        body
    }

    fn select(&self, from: &Json, parts: &[Part]) -> Json {
        match from {
            Json::Array(items) => Json::Array(items.iter().map(|item| self.select(item, parts)).collect()),
            Json::Object(_) if !parts.is_empty() => {
                let mut into = Map::new();
                self.select_into(from, parts, &mut into);
                Json::Object(into)
            }
            other => other.clone(),
        }
    }

    fn select_into(&self, from: &Json, parts: &[Part], into: &mut Map<String, Json>) {
        for part in parts {
            match part {
                Part::Spread(name) => {
                    self.select_into(from, std::slice::from_ref(&self.fragments[name]), into);
                }
                Part::On { kind, parts } => {
                    let concrete = matches!(kind.as_str(), "Organization" | "User" | "CheckRun" | "StatusContext");
                    if !concrete || from.get("__typename").is_none_or(|own| own == kind.as_str()) {
                        self.select_into(from, parts, into);
                    }
                }
                Part::Field { alias, name, arguments, parts } => {
                    let mut value = match arguments.get("oid") {
                        Some(Argument::Text(oid)) => commit(from, oid),
                        _ => from.get(alias).or_else(|| from.get(name)).cloned().unwrap_or_default(),
                    };
                    if value.is_object()
                        && value.get("totalCount").is_none()
                        && let Some(all) = value["nodes"].as_array().map(Vec::len)
                    {
                        value["totalCount"] = json!(all);
                    }
                    if let Some(Argument::Number(first)) = arguments.get("first") {
                        for list in ["nodes", "edges"] {
                            if let Some(items) = value.get_mut(list).and_then(Json::as_array_mut) {
                                items.truncate(*first as usize);
                            }
                        }
                    }
                    let value = self.select(&value, parts);
                    match into.get_mut(alias) {
                        Some(known) => merge(known, value),
                        None => drop(into.insert(alias.clone(), value)),
                    }
                }
            }
        }
    }
}

/// A commit of the history by its name.
fn commit(repository: &Json, oid: &str) -> Json {
    let history = repository.pointer("/defaultBranchRef/target/history/nodes").and_then(Json::as_array);
    let found = history.into_iter().flatten().find(|commit| commit["oid"] == oid);
    found.cloned().unwrap_or_default()
}

/// The same field selected twice is one field with both selections.
fn merge(into: &mut Json, other: Json) {
    match (into, other) {
        (Json::Object(into), Json::Object(other)) => {
            for (name, value) in other {
                match into.get_mut(&name) {
                    Some(known) => merge(known, value),
                    None => drop(into.insert(name, value)),
                }
            }
        }
        (Json::Array(into), Json::Array(other)) => into.iter_mut().zip(other).for_each(|(a, b)| merge(a, b)),
        _ => {}
    }
}
