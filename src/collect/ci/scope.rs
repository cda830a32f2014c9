//! The values that are in reach of one place of a workflow, and what an expression yields there.

use std::collections::BTreeMap;

use super::condition;
use super::expression::{self, Expression, dotted};
use super::trace::{Origin, Outputs, join, via};
use super::values::{Control, Meaning, Values, reference_control};
use super::workflow::{Binding, DeclaredInput, Matrix, Text, Trigger};

/// Names of outputs that speak of text by outsiders, where the action that makes them is not known.
const TELLING: &[&str] =
    &["title", "body", "comment", "message", "head_ref", "head-ref", "headref", "head_branch", "files", "changed"];

/// What is in reach.
#[derive(Debug, Clone)]
pub(super) struct Scope<'a> {
    pub(super) values: &'a Values,
    /// The events that lead here.
    pub(super) triggers: Vec<&'a Trigger>,
    pub(super) env: BTreeMap<String, Vec<Origin>>,
    pub(super) inputs: BTreeMap<String, Vec<Origin>>,
    /// Inputs of a manual start, whatever a caller gives.
    pub(super) dispatch: BTreeMap<String, Vec<Origin>>,
    pub(super) matrix: BTreeMap<String, Vec<Origin>>,
    /// Values that any name of the matrix may have.
    pub(super) whole_matrix: Vec<Origin>,
    pub(super) needs: BTreeMap<String, Outputs>,
    pub(super) steps: BTreeMap<String, Outputs>,
    /// Names that a condition holds equal to a literal.
    pub(super) pinned: Vec<String>,
}

/// One expression of a text and what it yields.
#[derive(Debug, Clone)]
pub(super) struct Yield {
    pub(super) start: usize,
    /// The expression with its braces.
    pub(super) text: String,
    pub(super) origins: Vec<Origin>,
    /// Values that only decide a boolean.
    pub(super) decided: Vec<Origin>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(values: &'a Values, triggers: Vec<&'a Trigger>) -> Self {
        Self {
            values,
            triggers,
            env: BTreeMap::new(),
            inputs: BTreeMap::new(),
            dispatch: BTreeMap::new(),
            matrix: BTreeMap::new(),
            whole_matrix: Vec::new(),
            needs: BTreeMap::new(),
            steps: BTreeMap::new(),
            pinned: Vec::new(),
        }
    }

    /// Every expression of a text.
    pub(super) fn yields(&self, text: &Text) -> Vec<Yield> {
        if !text.text.contains("${{") {
            return Vec::new();
        }
        let (fragments, _) = expression::fragments(&text.text);
        fragments
            .into_iter()
            .map(|fragment| {
                let origins = self.origins(&fragment.expression);
                let mut decided = Vec::new();
                self.mentions(&fragment.expression, &mut decided);
                decided.retain(|origin| !origins.iter().any(|other| other.name == origin.name));
                let text = text.text.get(fragment.start..fragment.end).unwrap_or_default().to_owned();
                Yield { start: fragment.start, text, origins, decided }
            })
            .collect()
    }

    /// What all expressions of a text yield together.
    pub(super) fn text(&self, text: &Text) -> Vec<Origin> {
        let mut found = Vec::new();
        for part in self.yields(text) {
            join(&mut found, part.origins);
        }
        found
    }

    /// What an expression yields: of `a && b` the last, of `a || b` any, of a comparison nothing but a boolean.
    pub(super) fn origins(&self, expression: &Expression) -> Vec<Origin> {
        match expression {
            Expression::Value(steps) => self.value(&dotted(steps)),
            Expression::Call(name, arguments) => match name.as_str() {
                "contains" | "startswith" | "endswith" | "success" | "failure" | "always" | "cancelled"
                | "hashfiles" => Vec::new(),
                _ => self.any(arguments),
            },
            Expression::Part(inner, _) => self.origins(inner),
            Expression::And(parts) => parts.last().map(|last| self.origins(last)).unwrap_or_default(),
            Expression::Or(parts) => self.any(parts),
            _ => Vec::new(),
        }
    }

    fn any(&self, parts: &[Expression]) -> Vec<Origin> {
        let mut found = Vec::new();
        parts.iter().for_each(|part| join(&mut found, self.origins(part)));
        found
    }

    /// Every value that an expression reads, also where it only decides something.
    fn mentions(&self, expression: &Expression, out: &mut Vec<Origin>) {
        match expression {
            Expression::Value(steps) => join(out, self.value(&dotted(steps))),
            Expression::Call(_, parts) | Expression::And(parts) | Expression::Or(parts) => {
                parts.iter().for_each(|part| self.mentions(part, out))
            }
            Expression::Not(inner) | Expression::Part(inner, _) => self.mentions(inner, out),
            Expression::Compare(_, left, right) => {
                self.mentions(left, out);
                self.mentions(right, out);
            }
            _ => {}
        }
    }

    fn value(&self, name: &str) -> Vec<Origin> {
        let parts: Vec<&str> = name.split('.').collect();
        let mut found = match parts.as_slice() {
            ["env"] | ["env", "*", ..] => via(&all(&self.env), "env_expr"),
            ["env", key, ..] => {
                let value = self.env.get(*key).or_else(|| self.env.get("*"));
                value.map(|origins| via(origins, "env_expr")).unwrap_or_default()
            }
            ["steps", rest @ ..] => via(&outputs(&self.steps, rest), "output"),
            ["needs" | "jobs", rest @ ..] => via(&outputs(&self.needs, rest), "output"),
            ["matrix"] | ["matrix", "*", ..] => {
                let mut found = all(&self.matrix);
                join(&mut found, self.whole_matrix.iter().cloned());
                via(&found, "matrix")
            }
            ["matrix", key, ..] => {
                let mut found = self.matrix.get(*key).cloned().unwrap_or_default();
                join(&mut found, self.whole_matrix.iter().cloned());
                via(&found, "matrix")
            }
            ["inputs"] | ["inputs", "*", ..] => all(&self.inputs),
            ["inputs", key, ..] => self.inputs.get(*key).cloned().unwrap_or_default(),
            _ => self.context(name, &parts),
        };
        if self.pinned.iter().any(|pinned| pinned == name || is_reference(pinned) && is_reference(name)) {
            found.iter_mut().for_each(|origin| origin.sanitiser = "allowlist");
        }
        found
    }

    fn context(&self, name: &str, parts: &[&str]) -> Vec<Origin> {
        let (meaning, code) = self.values.meaning(name);
        match meaning {
            Meaning::Controlled(control) => vec![Origin { code, ..Origin::new(name, control) }],
            Meaning::Input => match parts.get(3) {
                Some(key) if *key != "*" => {
                    self.dispatch.get(*key).cloned().unwrap_or_else(|| vec![Origin::new(name, Control::Collaborator)])
                }
                _ => {
                    let found = all(&self.dispatch);
                    if found.is_empty() { vec![Origin::new(name, Control::Collaborator)] } else { found }
                }
            },
            Meaning::Reference => {
                let controls: Vec<(Control, bool)> =
                    self.triggers.iter().map(|trigger| reference_control(trigger)).collect();
                let control = controls.iter().map(|(control, _)| *control).max().unwrap_or(Control::Writer);
                let strict = controls.iter().all(|(control, strict)| *control == Control::Safe || *strict);
                let sanitiser = if control != Control::Safe && strict { "ref_filter" } else { "none" };
                vec![Origin { code: Some("base".to_owned()), sanitiser, ..Origin::new(name, control) }]
            }
        }
    }

    /// Adds environment variables; they see those that are there already.
    pub(super) fn bind_env(&mut self, bindings: &[Binding]) {
        let found: Vec<(String, Vec<Origin>)> =
            bindings.iter().map(|binding| (binding.name.to_lowercase(), self.text(&binding.value))).collect();
        self.env.extend(found);
    }

    pub(super) fn bind_matrix(&mut self, matrix: &Matrix) {
        for (name, values) in &matrix.values {
            let mut found = Vec::new();
            values.iter().for_each(|value| join(&mut found, self.text(value)));
            self.matrix.insert(name.clone(), found);
        }
        for text in &matrix.dynamic {
            let found = self.text(text);
            join(&mut self.whole_matrix, found);
        }
    }

    /// Adds declared inputs: whoever starts or calls the workflow fills them.
    pub(super) fn declare(&mut self, inputs: &[DeclaredInput]) {
        for input in inputs {
            let name = input.name.to_lowercase();
            let sanitiser = if matches!(input.kind.as_str(), "boolean" | "choice") { "typed" } else { "none" };
            let origin = Origin {
                input_type: Some(input.kind.clone()),
                sanitiser,
                ..Origin::new(format!("inputs.{name}"), Control::Collaborator)
            };
            join(self.inputs.entry(name.clone()).or_default(), [origin.clone()]);
            if input.event == "workflow_dispatch" {
                join(self.dispatch.entry(name).or_default(), [origin]);
            }
        }
    }

    pub(super) fn pin(&mut self, condition: Option<&Text>) {
        self.pinned.extend(condition::pinned_values(condition));
    }
}

fn all(map: &BTreeMap<String, Vec<Origin>>) -> Vec<Origin> {
    let mut found = Vec::new();
    map.values().for_each(|origins| join(&mut found, origins.iter().cloned()));
    found
}

/// Outputs behind `steps` or `needs`.
fn outputs(map: &BTreeMap<String, Outputs>, rest: &[&str]) -> Vec<Origin> {
    match rest {
        [_, "outcome" | "conclusion" | "result"] => Vec::new(),
        [id, "outputs", name, ..] if *id != "*" && *name != "*" => {
            map.get(*id).map(|outputs| named(outputs, name)).unwrap_or_default()
        }
        [id, "outputs", ..] | [id] if *id != "*" => map.get(*id).map(Outputs::all).unwrap_or_default(),
        _ => {
            let mut found = Vec::new();
            map.values().for_each(|outputs| join(&mut found, outputs.all()));
            found
        }
    }
}

fn named(outputs: &Outputs, name: &str) -> Vec<Origin> {
    let mut found = outputs.get(name);
    if outputs.opaque && found.is_empty() && TELLING.iter().any(|word| name.contains(word)) {
        found.push(Origin::new(format!("outputs.{name}"), Control::Unclear));
    }
    found
}

fn is_reference(name: &str) -> bool {
    matches!(name, "github.ref" | "github.ref_name" | "github.event.ref")
}
