//! Floor 1: what a tool can do about what is not met: edits of files, files from templates, commands for settings. Pure: it
//! is given an assessment, its facts and the texts of files, and gives drafts; it writes nothing and runs nothing.
//!
//! One file per kind of fix; one is added by a new file here and one line in [`FIXES`].

mod commands;
mod diff;
mod documents;
mod edit;
mod injection;
mod permissions;
mod scripts;
mod templates;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use crate::bundle::Bundle;
use crate::model::assessment::{Assessment, Standing, Verdict};
use crate::model::id::RequirementId;
use crate::model::ruling::Outcome;

/// What marks a place that a person has to fill in. Whoever reads prose or claims knows it as a placeholder.
pub const BLANK: &str = "[FILL IN";

/// Every kind of fix. What changes lines of a file stands before what adds some.
const FIXES: &[fn(&mut Draft<'_>)] = &[injection::propose, permissions::propose, documents::propose, commands::propose];

/// Gives the content of a file as it was assessed; none where there is none.
pub type Read<'a> = dyn Fn(&str) -> Result<Option<Vec<u8>>, String> + 'a;

/// What fixes are made from.
pub struct Ground<'a> {
    /// What is not met.
    pub assessment: &'a Assessment,
    /// The facts that were judged.
    pub facts: &'a Json,
    /// The files that were assessed.
    pub read: &'a Read<'a>,
    /// A template, by its path below `templates/`, filled with values.
    pub render: &'a dyn Fn(&str, &Json) -> Result<String, String>,
    /// Tables about the world.
    pub tables: &'a Bundle,
    /// Whether steps that osps does not know are taken for ones that only read.
    pub assume_read: bool,
}

/// Everything that can be done.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct Fixes {
    /// The format of this document.
    pub format: u32,
    /// What is done in files.
    pub proposals: Vec<Proposal>,
    /// The files that change, sorted by path.
    pub files: Vec<Change>,
    /// What is done with commands, because no file holds it.
    pub commands: Vec<Command>,
    /// What was looked at and left to a person, and why.
    pub left: Vec<Left>,
}

/// One thing that is done in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Proposal {
    /// What it is for.
    pub requirements: Vec<RequirementId>,
    /// The file.
    pub path: String,
    /// What is done, in one sentence.
    pub what: String,
    /// Places that a person has to fill in; while there is one, the file meets no requirement that hangs on it.
    pub blanks: usize,
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// The file.
    pub path: String,
    /// Its content so far; none where it is new.
    pub before: Option<String>,
    /// Its content afterwards.
    pub after: String,
}

/// A command for a setting of the forge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Command {
    /// What it is for.
    pub requirements: Vec<RequirementId>,
    /// The command, for a POSIX shell.
    pub command: String,
    /// What to know before it is run, one remark each.
    pub remarks: Vec<String>,
}

/// Something that is left to a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Left {
    /// What it is for.
    pub requirements: Vec<RequirementId>,
    /// The file, if it is about one.
    pub path: Option<String>,
    /// The line, counted from 1.
    pub line: Option<u64>,
    /// Why, and what to do.
    pub why: String,
}

/// Everything that can be done about what is not met.
pub fn fixes(ground: &Ground<'_>) -> Fixes {
    let mut draft = Draft::new(ground);
    for propose in FIXES {
        propose(&mut draft);
    }
    draft.finish()
}

/// The JSON Schema of the document.
pub fn schema() -> Json {
    schemars::schema_for!(Fixes).to_value()
}

impl Fixes {
    /// All changes as one patch, as git reads it.
    pub fn patch(&self) -> String {
        self.files.iter().map(diff::unified).collect()
    }

    /// All commands as a script, each below what it is for.
    pub fn script(&self) -> String {
        let comment = |text: &str| {
            let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            format!("# {plain}\n")
        };
        let one = |command: &Command| {
            let remarks: String = command.remarks.iter().map(|remark| comment(remark)).collect();
            format!("{}{remarks}{}\n", comment(&names(&command.requirements)), command.command)
        };
        self.commands.iter().map(one).collect::<Vec<_>>().join("\n")
    }
}

/// The names of requirements in one line.
pub fn names(requirements: &[RequirementId]) -> String {
    requirements.iter().map(RequirementId::as_str).collect::<Vec<_>>().join(", ")
}

/// Fixes in the making.
struct Draft<'a> {
    ground: &'a Ground<'a>,
    files: BTreeMap<String, Change>,
    fixes: Fixes,
    left: BTreeSet<Left>,
}

impl<'a> Draft<'a> {
    fn new(ground: &'a Ground<'a>) -> Self {
        let fixes = Fixes { format: 1, ..Fixes::default() };
        Self { ground, files: BTreeMap::new(), fixes, left: BTreeSet::new() }
    }

    fn finish(self) -> Fixes {
        let files = self.files.into_values().filter(|file| file.before.as_ref() != Some(&file.after)).collect();
        Fixes { files, left: self.left.into_iter().collect(), ..self.fixes }
    }

    /// The verdict on a requirement, where something is to be done about it.
    fn wanted(&self, id: &str) -> Option<&'a Verdict> {
        let verdict = self.ground.assessment.requirements.iter().find(|verdict| verdict.id.as_str() == id)?;
        let open = matches!(verdict.standing, Standing::Unmet | Standing::Open);
        (open && verdict.outcome != Outcome::NotRun).then_some(verdict)
    }

    /// Those of these requirements about which something is to be done.
    fn wanted_of(&self, ids: &[&str]) -> Vec<RequirementId> {
        ids.iter().filter_map(|id| self.wanted(id)).map(|verdict| verdict.id.clone()).collect()
    }

    /// What is known of a fact, by its dotted path.
    fn fact(&self, path: &str) -> Option<&'a Json> {
        path.split('.').try_fold(self.ground.facts, |place, part| place.get(part))?.get("known")
    }

    /// A fact in the shape that a fix reads.
    fn facts<T: DeserializeOwned>(&self, path: &str) -> Vec<T> {
        let items = self.fact(path).and_then(Json::as_array).into_iter().flatten();
        items.filter_map(|item| T::deserialize(item).ok()).collect()
    }

    /// A table about the world.
    fn table<T: DeserializeOwned>(&self, path: &str) -> Option<T> {
        crate::yaml::from_str(self.ground.tables.get(path)?).ok()
    }

    /// The text of a file, with what is already drafted for it.
    fn text(&self, path: &str) -> Result<Option<String>, String> {
        if let Some(file) = self.files.get(path) {
            return Ok(Some(file.after.clone()));
        }
        match (self.ground.read)(path)? {
            None => Ok(None),
            Some(bytes) => String::from_utf8(bytes).map(Some).map_err(|_| "it is not UTF-8".to_owned()),
        }
    }

    /// Whether there is a file, or one is drafted.
    fn exists(&self, path: &str) -> bool {
        self.files.contains_key(path) || !matches!((self.ground.read)(path), Ok(None))
    }

    /// Drafts a new content for a file.
    fn write(&mut self, path: &str, after: String) {
        if let Some(file) = self.files.get_mut(path) {
            file.after = after;
            return;
        }
        let before = self.text(path).ok().flatten();
        self.files.insert(path.to_owned(), Change { path: path.to_owned(), before, after });
    }

    fn propose(&mut self, requirements: Vec<RequirementId>, path: &str, what: String, blanks: usize) {
        self.fixes.proposals.push(Proposal { requirements, path: path.to_owned(), what, blanks });
    }

    fn leave(&mut self, requirements: &[RequirementId], path: Option<&str>, line: Option<u64>, why: String) {
        let path = path.map(str::to_owned);
        self.left.insert(Left { requirements: requirements.to_vec(), path, line, why });
    }
}
