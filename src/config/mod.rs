//! Floor 1: baseline.yaml, and what is layered under it. Strict: whatever is not understood is an error with its place. It
//! reads texts and gives a configuration; it never looks for files and never judges.

pub mod edit;
mod file;
pub mod inventory;
mod strict;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::ToSpan as _;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde_json::Value as Json;

use crate::model::comparison::{Class, Severity};
use crate::model::declaration::{Declaration, Kind, Limits, Origin};
use crate::model::id::Level;
use crate::model::project::{ProjectStatements, StatedRepository};
use crate::yaml::{self, Node};

/// Days that a new waiver lasts where nobody says.
const WAIVER_DAYS: u32 = 90;
/// Days that another new declaration lasts where nobody says.
const STATEMENT_DAYS: u32 = 365;

/// Errors that are shown at once.
const SHOWN_ERRORS: usize = 50;

/// What a text is to the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The repository's baseline.yaml.
    Main,
    /// A file of declarations in .osps/.
    Declarations,
    /// The configuration of a foundation, layered under the repository's.
    Foundation,
}

/// A text of the configuration.
#[derive(Debug, Clone)]
pub struct Layer {
    /// Its name in messages.
    pub file: String,
    /// Its content.
    pub text: String,
    /// What it is.
    pub role: Role,
}

/// One thing that is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct ConfigError {
    /// The file.
    pub file: String,
    /// Counted from 1.
    pub line: u64,
    /// Counted from 1.
    pub column: u64,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl ConfigError {
    fn at(file: &str, node: &Node, message: String) -> Self {
        Self { file: file.to_owned(), line: node.line, column: node.column, message }
    }
}

/// Everything that is wrong with a configuration, in the order of its files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().take(SHOWN_ERRORS).map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))?;
        match self.0.len().saturating_sub(SHOWN_ERRORS) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

/// A value with the place that set it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set<T> {
    /// The value.
    pub value: T,
    /// The place.
    pub origin: Origin,
}

/// A setting for people: its key, its value and where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// The dotted key.
    pub key: String,
    /// The value, as it would be written.
    pub value: String,
    /// The place that set it; none for what holds where nothing is set.
    pub origin: Option<Origin>,
}

/// The configuration of an assessment, with all layers in place.
#[derive(Debug, Clone, Default)]
pub struct Configuration {
    /// The version of the standard.
    pub catalog: Option<Set<String>>,
    /// The level that the project wants to reach.
    pub target_level: Option<Set<Level>>,
    /// Directories of policies laid over the built-in ones, relative to the root of the repository.
    pub policies: Vec<Set<String>>,
    /// Files with claims of others, relative to the root of the repository.
    pub claims: Vec<Set<String>>,
    /// What the project states about itself.
    pub project: ProjectStatements,
    /// Declarations: the repository's before the foundation's.
    pub declarations: Vec<Declaration>,
    /// What declarations are allowed, the strictest of all layers.
    pub limits: Limits,
    /// What a gate compares with, and what makes it fail.
    pub gate: GateSettings,
    /// Days that a new declaration lasts where nobody says.
    default_days: BTreeMap<Kind, u32>,
    settings: Vec<Setting>,
}

/// What a gate compares with, and what makes it fail.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GateSettings {
    /// What to compare with.
    pub against: Option<Set<String>>,
    /// The level that must be reached.
    pub require: Option<Level>,
    /// Only requirements that count at this level.
    pub level: Option<Level>,
    /// Only these requirements and families.
    pub only: BTreeSet<String>,
    /// Not these requirements and families.
    pub except: BTreeSet<String>,
    /// What kinds of changes weigh, where that is not the usual.
    pub weights: BTreeMap<Class, Severity>,
}

/// The JSON Schema of baseline.yaml.
pub fn schema() -> Json {
    schema_of::<file::File>()
}

fn schema_of<T: JsonSchema>() -> Json {
    schemars::schema_for!(T).to_value()
}

/// Whether a text can be named as evidence: an https address, or a path in the repository.
pub fn is_evidence(link: &str) -> bool {
    strict::misfit(link, "evidence").is_none()
}

/// Reads all layers of a configuration. Everything that is wrong in any of them is told at once.
pub fn read(layers: &[Layer]) -> Result<Configuration, ConfigErrors> {
    let mut reading = Reading::default();
    // What the repository says goes before what is layered under it.
    for role in [Role::Main, Role::Declarations, Role::Foundation] {
        for layer in layers.iter().filter(|layer| layer.role == role) {
            reading.layer(layer);
        }
    }
    reading.refuse_duplicates();
    if reading.errors.is_empty() {
        return Ok(reading.done);
    }
    reading.errors.sort();
    reading.errors.dedup();
    Err(ConfigErrors(reading.errors))
}

impl Configuration {
    /// Days that a new declaration of a kind lasts where nobody says.
    pub fn default_days(&self, kind: Kind) -> u32 {
        let usual = if kind == Kind::Waiver { WAIVER_DAYS } else { STATEMENT_DAYS };
        self.default_days.get(&kind).copied().unwrap_or(usual).min(self.limits.of(kind).max_days)
    }

    /// Every setting with its origin, sorted by key; those that nobody set too.
    pub fn settings(&self) -> Vec<Setting> {
        let mut settings = self.settings.clone();
        let mut default = |key: &str, value: String| {
            if !settings.iter().any(|setting| setting.key == key) {
                settings.push(Setting { key: key.to_owned(), value, origin: None });
            }
        };
        default("catalog", "newest".to_owned());
        default("target-level", "none".to_owned());
        for kind in Kind::ALL {
            let limits = self.limits.of(kind);
            default(&format!("limits.{}.allowed", kind.name()), limits.allowed.to_string());
            default(&format!("limits.{}.max-days", kind.name()), limits.max_days.to_string());
            default(&format!("limits.{}.default-days", kind.name()), self.default_days(kind).to_string());
            default(&format!("limits.{}.evidence-required", kind.name()), limits.evidence_required.to_string());
        }
        settings.sort_by(|a, b| (&a.key, &a.origin).cmp(&(&b.key, &b.origin)));
        settings
    }
}

#[derive(Default)]
struct Reading {
    done: Configuration,
    /// The columns at which declarations begin, in their order.
    columns: Vec<u64>,
    errors: Vec<ConfigError>,
}

/// A file on its way into the configuration.
struct Place<'a> {
    file: &'a str,
    node: &'a Node,
    foundation: bool,
}

impl Place<'_> {
    /// Where the value under a dotted path stands; items of lists by their number.
    fn at(&self, path: &[&str]) -> &Node {
        path.iter().fold(self.node, |node, part| {
            let item = part.parse::<usize>().ok().and_then(|index| node.items().get(index));
            item.or_else(|| node.get(part)).unwrap_or(node)
        })
    }

    fn origin(&self, path: &[&str]) -> Origin {
        Origin { file: self.file.to_owned(), line: self.at(path).line, foundation: self.foundation }
    }
}

impl Reading {
    fn layer(&mut self, layer: &Layer) {
        let error = |line, column, message| ConfigError { file: layer.file.clone(), line, column, message };
        let node = match yaml::parse_all(&layer.text) {
            Ok(documents) if documents.len() > 1 => {
                let second = documents.get(1).map_or(1, |node| node.line);
                self.errors.push(error(second, 1, "a second document begins here: expected one".to_owned()));
                return;
            }
            Ok(mut documents) => documents.pop(),
            Err(wrong) => {
                self.errors.push(error(wrong.line, wrong.column, wrong.message));
                return;
            }
        };
        // Nothing but comments states nothing, and that is no error.
        let Some(node) = node.filter(|node| !node.is_null()) else { return };
        let place = Place { file: &layer.file, node: &node, foundation: layer.role == Role::Foundation };
        let before = self.errors.len();
        if layer.role == Role::Declarations {
            let json = strict::check(&layer.file, &node, &schema_of::<file::Declarations>(), &mut self.errors);
            if let Some(file) = self.typed::<file::Declarations>(json, before, &place) {
                self.declarations(file.declarations, &place);
            }
            return;
        }
        let json = strict::check(&layer.file, &node, &schema(), &mut self.errors);
        if let Some(file) = self.typed::<file::File>(json, before, &place) {
            self.file(file, &place);
        }
    }

    fn typed<T: serde::de::DeserializeOwned>(&mut self, json: Json, before: usize, place: &Place<'_>) -> Option<T> {
        if self.errors.len() > before {
            return None;
        }
        serde_json::from_value(json)
            .map_err(|error| self.errors.push(ConfigError::at(place.file, place.node, error.to_string())))
            .ok()
    }

    fn file(&mut self, file: file::File, place: &Place<'_>) {
        if let Some(catalog) = file.catalog {
            self.set("catalog", &catalog, place.origin(&["catalog"]));
            self.done.catalog.get_or_insert(Set { value: catalog, origin: place.origin(&["catalog"]) });
        }
        if let Some(level) = file.target_level.and_then(|level| Level::try_from(level).ok()) {
            self.set("target-level", &level, place.origin(&["target-level"]));
            self.done.target_level.get_or_insert(Set { value: level, origin: place.origin(&["target-level"]) });
        }
        if let Some(project) = file.project {
            self.project(project, place);
        }
        self.gate(file.gate.unwrap_or_default(), place);
        self.limits(file.limits.unwrap_or_default(), place);
        for (index, value) in file.policies.into_iter().enumerate() {
            let origin = place.origin(&["policies", &index.to_string()]);
            self.list("policies", &value, origin.clone());
            self.done.policies.push(Set { value, origin });
        }
        for (index, value) in file.claims.into_iter().enumerate() {
            let origin = place.origin(&["claims", &index.to_string()]);
            self.list("claims", &value, origin.clone());
            self.done.claims.push(Set { value, origin });
        }
        self.declarations(file.declarations, place);
    }

    fn project(&mut self, project: file::Project, place: &Place<'_>) {
        if place.foundation {
            let message =
                "a foundation's configuration does not say what a project is: `project` belongs in the repository";
            self.errors.push(ConfigError::at(place.file, place.at(&["project"]), message.to_owned()));
            return;
        }
        let several = project.repositories.len() > 1;
        if project.single_repository == Some(true) && several {
            let message = "`single-repository` is true, and `repositories` lists several: one of them is wrong";
            let node = place.at(&["project", "single-repository"]);
            self.errors.push(ConfigError::at(place.file, node, message.to_owned()));
        }
        let flags = [
            ("single-repository", project.single_repository),
            ("no-vulnerabilities", project.no_vulnerabilities),
            ("security-assessed", project.security_assessed),
            ("threat-modeled", project.threat_modeled),
            ("no-external-ci", project.no_external_ci),
        ];
        for (key, value) in flags {
            if let Some(value) = value {
                self.set(&format!("project.{key}"), &value, place.origin(&["project", key]));
            }
        }
        let stated = &mut self.done.project;
        // A list of several says that there are several.
        stated.single_repository = project.single_repository.or_else(|| several.then_some(false));
        stated.no_vulnerabilities = project.no_vulnerabilities;
        stated.security_assessed = project.security_assessed;
        stated.threat_modeled = project.threat_modeled;
        stated.no_external_ci = project.no_external_ci;
        for (index, repository) in project.repositories.into_iter().enumerate() {
            let origin = place.origin(&["project", "repositories", &index.to_string()]);
            let role = repository.role.name().to_owned();
            self.list("project.repositories", &format!("{} ({role})", repository.url), origin);
            self.done.project.repositories.push(StatedRepository {
                url: repository.url,
                role,
                released_with_primary: repository.released_with_primary,
            });
        }
    }

    fn gate(&mut self, gate: file::Gate, place: &Place<'_>) {
        let origin = |key: &str| place.origin(&["gate", key]);
        let level = |number: Option<u8>| number.and_then(|number| Level::try_from(number).ok());
        if let Some(value) = gate.against {
            self.set("gate.against", &value, origin("against"));
            self.done.gate.against.get_or_insert(Set { value, origin: origin("against") });
        }
        if let Some(value) = level(gate.require) {
            self.set("gate.require", &value, origin("require"));
            // Of several layers the highest counts.
            self.done.gate.require = self.done.gate.require.max(Some(value));
        }
        if let Some(value) = level(gate.level) {
            self.set("gate.level", &value, origin("level"));
            self.done.gate.level.get_or_insert(value);
        }
        let lists = [("only", gate.only), ("except", gate.except)];
        for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            self.set(&format!("gate.{key}"), &list.join(", "), origin(key));
            let settings = &mut self.done.gate;
            let target = if key == "only" { &mut settings.only } else { &mut settings.except };
            target.extend(list);
        }
        self.weights(
            [
                ("fail-on", gate.fail_on, Severity::Error),
                ("warn-on", gate.warn_on, Severity::Warning),
                ("ignore", gate.ignore, Severity::Silent),
            ],
            place,
        );
    }

    /// What kinds of changes weigh. The repository's own words go first, but for what a foundation fails on.
    fn weights(&mut self, lists: [(&str, Vec<String>, Severity); 3], place: &Place<'_>) {
        let mut here: BTreeMap<Class, &str> = BTreeMap::new();
        for (key, list, severity) in lists {
            if list.is_empty() {
                continue;
            }
            self.set(&format!("gate.{key}"), &list.join(", "), place.origin(&["gate", key]));
            for (index, class) in list.iter().enumerate().filter_map(|(at, name)| Some((at, Class::named(name)?))) {
                if let Some(other) = here.insert(class, key).filter(|other| *other != key) {
                    let node = place.at(&["gate", key, &index.to_string()]);
                    let message = format!("`{}` stands in `{other}` too: keep one", class.name());
                    self.errors.push(ConfigError::at(place.file, node, message));
                }
                let weights = &mut self.done.gate.weights;
                if place.foundation && severity == Severity::Error {
                    weights.insert(class, severity);
                } else {
                    weights.entry(class).or_insert(severity);
                }
            }
        }
    }

    /// Limits of several layers add up to the strictest.
    fn limits(&mut self, limits: file::Limits, place: &Place<'_>) {
        let kinds = [
            (Kind::Attestation, limits.attestation),
            (Kind::Waiver, limits.waiver),
            (Kind::NotApplicable, limits.not_applicable),
        ];
        for (kind, stated) in kinds {
            let Some(stated) = stated else { continue };
            let origin = |key| place.origin(&["limits", kind.name(), key]);
            let key = |key: &str| format!("limits.{}.{key}", kind.name());
            let limits = self.done.limits.of_mut(kind);
            let mut settings: Vec<(String, String, Origin)> = Vec::new();
            if let Some(allowed) = stated.allowed {
                limits.allowed &= allowed;
                settings.push((key("allowed"), allowed.to_string(), origin("allowed")));
            }
            if let Some(days) = stated.max_days {
                limits.max_days = limits.max_days.min(days);
                settings.push((key("max-days"), days.to_string(), origin("max-days")));
            }
            if let Some(required) = stated.evidence_required {
                limits.evidence_required |= required;
                settings.push((key("evidence-required"), required.to_string(), origin("evidence-required")));
            }
            if !stated.forbidden_for.is_empty() {
                settings.push((key("forbidden-for"), stated.forbidden_for.join(", "), origin("forbidden-for")));
                limits.forbidden_for.extend(stated.forbidden_for.iter().filter_map(|id| id.parse().ok()));
            }
            if let Some(days) = stated.default_days {
                self.done.default_days.entry(kind).or_insert(days);
                settings.push((key("default-days"), days.to_string(), origin("default-days")));
            }
            for (key, value, origin) in settings {
                self.list(&key, &value, origin);
            }
        }
    }

    fn declarations(&mut self, declarations: Vec<file::Declaration>, place: &Place<'_>) {
        for (index, stated) in declarations.into_iter().enumerate() {
            let index = index.to_string();
            if let Some(declaration) = self.declaration(stated, &index, place) {
                let value = format!("{} until {}", declaration.kind.name(), declaration.expires);
                self.list(&format!("declarations.{}", declaration.requirement), &value, declaration.origin.clone());
                self.columns.push(place.at(&["declarations", &index]).column);
                self.done.declarations.push(declaration);
            }
        }
    }

    /// One declaration, once what the schema cannot say of it holds.
    fn declaration(&mut self, stated: file::Declaration, index: &str, place: &Place<'_>) -> Option<Declaration> {
        let wrong =
            |key: &str, message: String| ConfigError::at(place.file, place.at(&["declarations", index, key]), message);
        let kind = stated.kind;
        if kind != Kind::Waiver && !(stated.paths.is_empty() && stated.findings.is_empty()) {
            let key = if stated.paths.is_empty() { "findings" } else { "paths" };
            self.errors
                .push(wrong(key, format!("only a waiver may name `{key}`, and this is of kind `{}`", kind.name())));
            return None;
        }
        if kind == Kind::Waiver && stated.expires.is_none() {
            self.errors
                .push(wrong("requirement", "a waiver needs `expires`, the last day on which it counts".to_owned()));
            return None;
        }
        let on: Date = stated.on.parse().ok()?;
        let twelve_months = on.checked_add(1.year()).unwrap_or(Date::MAX);
        let expires = stated.expires.as_deref().map_or(Some(twelve_months), |day| day.parse().ok())?;
        if expires < on {
            self.errors.push(wrong("expires", format!("it expires on {expires}, before it was made on {on}")));
            return None;
        }
        let requirement = stated.requirement.parse().ok()?;
        let evidence = match stated.evidence {
            None => Vec::new(),
            Some(file::Evidence::One(link)) => vec![link],
            Some(file::Evidence::Several(links)) => links,
        };
        Some(Declaration {
            requirement,
            kind,
            statement: stated.statement.trim().to_owned(),
            evidence,
            by: stated.by,
            on,
            expires,
            catalog: stated.catalog,
            text_sha256: stated.text_sha256,
            paths: stated.paths,
            findings: stated.findings,
            origin: place.origin(&["declarations", index]),
        })
    }

    /// Two declarations for one requirement in one layer contradict each other, whatever they say.
    fn refuse_duplicates(&mut self) {
        let mut first: BTreeMap<(bool, String), Origin> = BTreeMap::new();
        for (declaration, column) in self.done.declarations.iter().zip(&self.columns) {
            let (id, origin) = (declaration.requirement.to_string(), &declaration.origin);
            let Some(other) = first.get(&(origin.foundation, id.clone())) else {
                first.insert((origin.foundation, id), origin.clone());
                continue;
            };
            self.errors.push(ConfigError {
                file: origin.file.clone(),
                line: origin.line,
                column: *column,
                message: format!("a second declaration for {id}: the first stands in {}:{}", other.file, other.line),
            });
        }
    }

    /// A setting of which the first layer that has it decides.
    fn set(&mut self, key: &str, value: &dyn fmt::Display, origin: Origin) {
        if !self.done.settings.iter().any(|setting| setting.key == key) {
            self.list(key, value, origin);
        }
    }

    fn list(&mut self, key: &str, value: &dyn fmt::Display, origin: Origin) {
        self.done.settings.push(Setting { key: key.to_owned(), value: value.to_string(), origin: Some(origin) });
    }
}

#[cfg(test)]
mod tests;
