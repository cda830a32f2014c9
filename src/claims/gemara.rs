//! Evaluation logs: Gemara's own, the wrapper with suites that pvtr writes, and their older forms. All of them hold, at some
//! depth, entries with a requirement and a result; a control's own result is not one of a requirement.

use super::{Read, get, is_list, requirement, statement, text};
use crate::model::declaration::Claim;
use crate::model::ruling::Outcome;
use crate::yaml::{Node, Value};

/// Under which keys results of requirements stand, in newer and older forms.
const LOGS: &[&str] = &["assessment-logs", "assessments"];

/// Who says it, and about which catalog, as far as a level of the document tells.
#[derive(Clone, Default)]
struct Around {
    claimant: Option<String>,
    catalog: Option<String>,
    on: Option<String>,
}

/// The claims of a document; none where it holds no results of requirements at all.
pub(super) fn read(file: &str, node: &Node) -> Option<Read> {
    let mut reading = Reading { file, read: Read::default(), logs: 0 };
    reading.walk(node, &Around::default());
    (reading.logs > 0).then_some(reading.read)
}

struct Reading<'a> {
    file: &'a str,
    read: Read,
    logs: usize,
}

impl Reading<'_> {
    fn walk(&mut self, node: &Node, around: &Around) {
        match &node.value {
            Value::Sequence(items) => items.iter().for_each(|item| self.walk(item, around)),
            Value::Mapping(entries) => {
                let around = around.with(node);
                for (key, value) in entries {
                    let key = key.as_str().unwrap_or_default().to_lowercase().replace('_', "-");
                    if LOGS.contains(&key.as_str()) && is_list(value) {
                        self.logs += 1;
                        value.items().iter().for_each(|item| self.entry(item, node, &around));
                    } else {
                        self.walk(value, &around);
                    }
                }
            }
            Value::Scalar { .. } => {}
        }
    }

    fn entry(&mut self, entry: &Node, control: &Node, around: &Around) {
        let line = entry.line;
        let named = get(entry, "requirement").map_or_else(
            || text(entry, "requirement-id"),
            |requirement| requirement.as_str().or_else(|| text(requirement, "entry-id")),
        );
        let Some(id) = named.and_then(requirement) else {
            let named = named.unwrap_or("nothing");
            self.read
                .remarks
                .push(format!("line {line}: a result for {named}, which is no requirement of the Baseline"));
            return;
        };
        let said = text(entry, "result").unwrap_or_default();
        let Some(outcome) = outcome(said) else {
            self.read.remarks.push(format!("line {line}: the result `{said}` of {id} is not known"));
            return;
        };
        let around = around.with(control);
        self.read.claims.push(Claim {
            requirement: id,
            outcome,
            claimant: around.claimant.unwrap_or_else(|| "a Gemara evaluation log".to_owned()),
            statement: statement(text(entry, "message")),
            on: text(entry, "end").or_else(|| text(entry, "start")).map(str::to_owned).or(around.on),
            catalog: around.catalog,
            file: self.file.to_owned(),
            conflict: false,
        });
    }
}

impl Around {
    fn with(&self, node: &Node) -> Self {
        let metadata = get(node, "metadata");
        let author = metadata.and_then(|metadata| get(metadata, "author"));
        let claimant = author.and_then(|author| {
            let name = text(author, "name").or_else(|| text(author, "id"))?;
            Some(text(author, "version").map_or_else(|| name.to_owned(), |version| format!("{name} {version}")))
        });
        let plugin = || text(node, "plugin-name").or_else(|| text(node, "plugin")).map(str::to_owned);
        let catalog =
            text(node, "catalog-id").or_else(|| get(node, "control").and_then(|one| text(one, "reference-id")));
        Self {
            claimant: claimant.or_else(plugin).or_else(|| self.claimant.clone()),
            catalog: catalog.map(str::to_owned).or_else(|| self.catalog.clone()),
            on: metadata.and_then(|metadata| text(metadata, "date")).map(str::to_owned).or_else(|| self.on.clone()),
        }
    }
}

/// Not run is what it says, and never a pass.
fn outcome(said: &str) -> Option<Outcome> {
    Some(match said.to_lowercase().replace(['_', '-', ' '], "").as_str() {
        "passed" => Outcome::Passed,
        "failed" => Outcome::Failed,
        "needsreview" => Outcome::NeedsReview,
        "notapplicable" => Outcome::NotApplicable,
        "unknown" => Outcome::Unknown,
        "notrun" => Outcome::NotRun,
        _ => return None,
    })
}
