//! Values that other systems hand to commands: who controls them, and where they become code.
//!
//! A system hands values over in two ways. Some it pastes into the text of a command, where they are code as they are;
//! others are variables of the environment, which are code only where a command makes them so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use crate::collect::Context;
use crate::collect::ci::Flow;
use crate::collect::ci::commands::wildcard;
use crate::collect::ci::rewrite;
use crate::collect::ci::shell::Dialect;
use crate::collect::ci::trace::{self, Before, Kind, Origin, join};
use crate::collect::ci::values::Control;
use crate::collect::ci::workflow::Text;
use crate::collect::tables;

/// Signs that begin a value, looked at in one script.
const MAX_SIGNS: usize = 5_000;

/// The table of variables.
#[derive(Debug, Default, Deserialize)]
pub(in crate::collect::ci) struct Variables {
    #[serde(default)]
    systems: Vec<System>,
    #[serde(default)]
    credentials: Vec<String>,
    #[serde(default)]
    deployments: Vec<String>,
    #[serde(default)]
    deployment_steps: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct System {
    system: String,
    #[serde(default)]
    variables: Vec<Group>,
    #[serde(default)]
    pasted: Vec<Pasted>,
}

#[derive(Debug, Deserialize)]
struct Group {
    control: String,
    names: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Pasted {
    name: String,
    control: String,
}

/// How a script is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shell {
    Posix,
    Pwsh,
    /// It pastes `%NAME%` into its commands.
    Cmd,
}

/// An input that whoever starts a pipeline fills.
#[derive(Debug, Clone)]
pub(super) struct Parameter {
    /// `string`, `boolean`, `choice`, `number`, `untyped`.
    pub(super) kind: &'static str,
    pub(super) line: u64,
}

/// A script with what surrounds it.
pub(super) struct Piece<'p> {
    pub(super) system: &'p str,
    pub(super) path: &'p str,
    pub(super) job: &'p str,
    /// Whether changes of outsiders start it.
    pub(super) changes: bool,
    pub(super) shell: Shell,
    pub(super) text: &'p Text,
    /// Variables with the text that the definition gives them.
    pub(super) variables: &'p BTreeMap<String, String>,
    /// Inputs of the pipeline, by the name that is pasted or the variable.
    pub(super) inputs: &'p BTreeMap<String, Parameter>,
}

/// A pasted value: where it stands, how it is written, and its name.
pub(in crate::collect::ci) struct Occurrence<'t> {
    pub(in crate::collect::ci) offset: usize,
    pub(in crate::collect::ci) written: &'t str,
    pub(in crate::collect::ci) name: &'t str,
}

impl Variables {
    pub(in crate::collect::ci) fn load(cx: &Context<'_>) -> Arc<Self> {
        cx.policies.prepared(|policies| tables::load(policies, "ci_variables")).unwrap_or_default()
    }

    /// Where values become code in a script, and whether it holds more than is looked at.
    pub(super) fn flows(&self, piece: &Piece<'_>) -> (Vec<Flow>, bool) {
        let mut cut = is_beyond(&piece.text.text);
        let variables = self.environment(piece);
        let mut flows = Vec::new();
        for place in occurrences(piece.system, piece.shell, &piece.text.text) {
            let origins = match self.pasted(piece, place.name) {
                found if found.is_empty() && piece.shell == Shell::Cmd => {
                    variables.get(place.name).cloned().unwrap_or_default()
                }
                found => found,
            };
            for origin in origins {
                flows.push(flow(piece, place.offset, place.written, "shell", &origin));
            }
        }
        if piece.shell == Shell::Cmd {
            return (flows, cut);
        }
        let dialect = if piece.shell == Shell::Posix { Dialect::Posix } else { Dialect::Windows };
        let before = Before { variables, expressions: BTreeMap::new(), foreign_files: false };
        let traced = trace::trace(&piece.text.text, dialect, &before);
        cut |= traced.cut;
        let mut worst: BTreeMap<&str, &trace::Use> = BTreeMap::new();
        for used in &traced.uses {
            let known = worst.entry(used.variable.as_str()).or_insert(used);
            if used.kind > known.kind {
                *known = used;
            }
        }
        for used in worst.into_values() {
            let sink = if used.kind == Kind::Nested { "nested_shell" } else { "shell" };
            for origin in &used.origins {
                if used.kind != Kind::Nested && origin.control == Control::Writer {
                    continue;
                }
                let sanitiser = match (origin.sanitiser, used.kind) {
                    ("none", Kind::Quoted) => "env_quoted",
                    (known, _) => known,
                };
                let origin = Origin { via: "variable", sanitiser, ..origin.clone() };
                flows.push(flow(piece, used.offset, &format!("${}", used.variable), sink, &origin));
            }
        }
        (flows, cut)
    }

    /// Pasted values in what is handed to something that nobody here can read.
    pub(super) fn handed_on(&self, piece: &Piece<'_>) -> Vec<Flow> {
        let places = occurrences(piece.system, piece.shell, &piece.text.text);
        let of = |place: Occurrence<'_>| -> Vec<Flow> {
            let origins = self.pasted(piece, place.name);
            origins.iter().map(|origin| flow(piece, place.offset, place.written, "opaque_input", origin)).collect()
        };
        places.into_iter().flat_map(of).collect()
    }

    /// Variables of the environment that hold values of interest.
    fn environment(&self, piece: &Piece<'_>) -> BTreeMap<String, Vec<Origin>> {
        let mut found: BTreeMap<String, Vec<Origin>> = BTreeMap::new();
        let system = self.systems.iter().find(|known| known.system == piece.system);
        for group in system.map(|system| system.variables.as_slice()).unwrap_or_default() {
            let control = match group.control.as_str() {
                "change" if piece.changes => Control::Untrusted,
                "change" => Control::Writer,
                word => Control::of(word),
            };
            for name in &group.names {
                found.insert(name.clone(), vec![Origin::new(name.as_str(), control)]);
            }
        }
        // Substitutions are pasted, and no variables.
        for (name, parameter) in piece.inputs.iter().filter(|_| piece.system != "cloud_build") {
            found.insert(name.clone(), vec![entered(name, parameter)]);
        }
        let known = found.clone();
        for (name, text) in piece.variables {
            let mut origins = Vec::new();
            for place in occurrences(piece.system, Shell::Pwsh, text) {
                join(&mut origins, self.pasted(piece, place.name));
            }
            for other in names(text).into_iter().filter(|other| other != name) {
                join(&mut origins, known.get(other).cloned().unwrap_or_default());
            }
            if !origins.is_empty() {
                found.insert(name.clone(), origins);
            } else if !piece.inputs.contains_key(name) {
                found.remove(name);
            }
        }
        found
    }

    /// What a pasted name holds.
    fn pasted(&self, piece: &Piece<'_>, name: &str) -> Vec<Origin> {
        if let Some(parameter) = piece.inputs.get(name) {
            return vec![entered(name, parameter)];
        }
        let system = self.systems.iter().find(|known| known.system == piece.system);
        let entry = system.and_then(|system| system.pasted.iter().find(|entry| wildcard(&entry.name, name)));
        match entry.map(|entry| Control::of(&entry.control)) {
            None | Some(Control::Safe) => Vec::new(),
            Some(control) => {
                let kind = (control == Control::Collaborator).then(|| "string".to_owned());
                vec![Origin { input_type: kind, ..Origin::new(name, control) }]
            }
        }
    }

    /// Names of the pasted values of a text that whoever starts the pipeline fills.
    pub(super) fn entered<'t>(&self, system: &str, text: &'t str) -> Vec<&'t str> {
        let known = self.systems.iter().find(|known| known.system == system);
        let filled = |name: &str| {
            let entry = known.and_then(|known| known.pasted.iter().find(|entry| wildcard(&entry.name, name)));
            entry.is_some_and(|entry| entry.control == "collaborator")
        };
        let places = occurrences(system, Shell::Posix, text);
        places.into_iter().map(|place| place.name).filter(|name| filled(name)).collect()
    }

    /// Names in a text that stand for credentials, given what the definition itself sets.
    pub(super) fn credentials<'t>(&self, text: &'t str, given: &BTreeMap<String, String>) -> Vec<&'t str> {
        let mut found = names(text);
        found.retain(|name| {
            let upper = name.to_ascii_uppercase();
            !given.contains_key(*name)
                && self.credentials.iter().any(|pattern| wildcard(pattern, &upper))
                && !is_set(text, name)
        });
        found
    }

    /// Whether a command brings something to where users get it.
    pub(super) fn is_deployment(&self, words: &[String]) -> bool {
        let line = words.join(" ");
        self.deployments.iter().any(|pattern| line == *pattern || wildcard(&format!("{pattern} *"), &line))
    }

    /// Whether a packaged step or job says by its name that it deploys.
    pub(super) fn is_deployment_step(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.deployment_steps.iter().any(|pattern| wildcard(pattern, &name))
    }
}

fn entered(name: &str, parameter: &Parameter) -> Origin {
    let sanitiser = if matches!(parameter.kind, "boolean" | "choice" | "number") { "typed" } else { "none" };
    Origin { input_type: Some(parameter.kind.to_owned()), sanitiser, ..Origin::new(name, Control::Collaborator) }
}

fn flow(piece: &Piece<'_>, offset: usize, written: &str, sink: &str, origin: &Origin) -> Flow {
    let pasted = origin.via != "variable";
    let fix = match (origin.sanitiser, pasted) {
        ("none", true) => Some(format!(
            "Give {written} to the command as a variable of the environment and put the variable in double quotes."
        )),
        ("none", false) => rewrite::otherwise(sink, written),
        _ => None,
    };
    let named = written.contains(&origin.name);
    Flow {
        path: piece.path.to_owned(),
        line: piece.text.line_at(offset),
        column: None,
        system: piece.system.to_owned(),
        job: piece.job.to_owned(),
        step: piece.job.to_owned(),
        expr: if named { written.to_owned() } else { format!("{written} from {}", origin.name) },
        source: origin.name.clone(),
        source_class: origin.control.name().to_owned(),
        input_type: origin.input_type.clone(),
        sink: sink.to_owned(),
        via: if pasted { "direct" } else { "variable" }.to_owned(),
        sanitiser: origin.sanitiser.to_owned(),
        guards: Vec::new(),
        fix,
    }
}

/// The pasted values of a text.
fn occurrences<'t>(system: &str, shell: Shell, text: &'t str) -> Vec<Occurrence<'t>> {
    match (system, shell) {
        ("gitlab_ci", _) => between(text, "$[[", "]]"),
        ("circleci", _) => between(text, "<<", ">>"),
        ("cloud_build", _) => substitutions(text),
        (_, Shell::Cmd) => percent(text),
        _ => Vec::new(),
    }
}

fn between<'t>(text: &'t str, open: &str, close: &str) -> Vec<Occurrence<'t>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find(open)).map(|start| at + start) {
        let inner = start + open.len();
        // A name stands in one line.
        let line = text.get(inner..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let Some(length) = line.find(close) else {
            at = inner;
            continue;
        };
        let end = inner + length + close.len();
        let name = line.get(..length).unwrap_or_default().split('|').next().unwrap_or_default().trim();
        if name.contains('.') && found.len() < MAX_SIGNS {
            found.push(Occurrence { offset: start, written: text.get(start..end).unwrap_or_default(), name });
        }
        at = end;
    }
    found
}

/// `$NAME` and `${NAME}`, but not `$$NAME`.
fn substitutions(text: &str) -> Vec<Occurrence<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('$')).map(|start| at + start) {
        if bytes.get(start + 1) == Some(&b'$') {
            at = start + 2;
            continue;
        }
        let braces = usize::from(bytes.get(start + 1) == Some(&b'{'));
        let name = word(text, start + 1 + braces);
        at = start + 1 + braces + name.len();
        let end = at + usize::from(braces == 1 && bytes.get(at) == Some(&b'}'));
        if !name.is_empty() && found.len() < MAX_SIGNS {
            found.push(Occurrence { offset: start, written: text.get(start..end).unwrap_or_default(), name });
        }
    }
    found
}

/// Whether a text holds more values than are looked at.
pub(in crate::collect::ci) fn is_beyond(text: &str) -> bool {
    text.matches(['$', '%', '<']).count() > MAX_SIGNS
}

/// `%NAME%`, with what may stand behind a colon.
pub(in crate::collect::ci) fn percent(text: &str) -> Vec<Occurrence<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find('%')).map(|start| at + start) {
        let name = word(text, start + 1);
        let behind = start + 1 + name.len();
        let rest = text.get(behind..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let end = if rest.starts_with(':') { rest.find('%') } else { rest.starts_with('%').then_some(0) };
        at = match end {
            Some(end) if !name.is_empty() => {
                let end = behind + end + 1;
                if found.len() < MAX_SIGNS {
                    found.push(Occurrence { offset: start, written: text.get(start..end).unwrap_or_default(), name });
                }
                end
            }
            _ => start + 1,
        };
    }
    found
}

/// Whether a text gives a variable a value of its own; handing it on under its own name does not.
fn is_set(text: &str, name: &str) -> bool {
    let assignment = format!("{name}=");
    let values = text.split(assignment.as_str()).skip(1);
    values.map(|value| value.trim_start_matches(['"', '\''])).any(|value| {
        let own = ["$", "${", "%", "$env:"].iter().find_map(|sign| value.strip_prefix(sign)?.strip_prefix(name));
        own.is_none_or(|rest| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
    })
}

/// The name that starts at a place.
fn word(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// Every variable that a text names: `$X`, `${X}`, `$env:X`, `%X%`.
fn names(text: &str) -> Vec<&str> {
    let mut found: BTreeSet<&str> = percent(text).into_iter().map(|place| place.name).collect();
    for (at, _) in text.match_indices('$').take(MAX_SIGNS) {
        let rest = text.get(at + 1..).unwrap_or_default();
        let skipped = ["{env:", "env:", "{", "$"].iter().find(|prefix| rest.starts_with(**prefix));
        let name = word(text, at + 1 + skipped.map_or(0, |prefix| prefix.len()));
        if !name.is_empty() {
            found.insert(name);
        }
    }
    found.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::yaml;
    use rstest::rstest;

    #[rstest]
    #[case("gitlab_ci", Shell::Posix, "a $[[ inputs.x | expand_vars ]] b", &["inputs.x"])]
    #[case("circleci", Shell::Posix, "cat <<E\n<< pipeline.git.tag >> <<pipeline.parameters.a>>\nE", &["pipeline.git.tag", "pipeline.parameters.a"])]
    #[case("cloud_build", Shell::Posix, "$_A ${_B} $$_C $((1)) $TAG_NAME", &["_A", "_B", "TAG_NAME"])]
    #[case("appveyor", Shell::Cmd, "echo %A% 100% %B:x=y% %", &["A", "B"])]
    #[case("appveyor", Shell::Pwsh, "echo %A%", &[])]
    fn pasted_values(#[case] system: &str, #[case] shell: Shell, #[case] text: &str, #[case] expected: &[&str]) {
        let found: Vec<&str> = occurrences(system, shell, text).iter().map(|place| place.name).collect();
        assert_eq!(found, expected);
    }

    #[rstest]
    #[case("curl -H \"$NPM_TOKEN\"", &["NPM_TOKEN"])]
    #[case("TOKEN=$(make-one); use $TOKEN", &[])]
    #[case("NPM_TOKEN=$NPM_TOKEN npm publish", &["NPM_TOKEN"])]
    #[case("docker run -e \"NPM_TOKEN=${NPM_TOKEN}\" x", &["NPM_TOKEN"])]
    #[case("NPM_TOKEN=$NPM_TOKEN_OF_TESTS; use $NPM_TOKEN", &["NPM_TOKEN_OF_TESTS"])]
    #[case("nuget push -ApiKey %NUGET_API_KEY%", &["NUGET_API_KEY"])]
    #[case("$env:SIGN_PASSWORD", &["SIGN_PASSWORD"])]
    #[case("echo $HOME $GIVEN_TOKEN", &[])]
    fn credentials(#[case] text: &str, #[case] expected: &[&str]) {
        let table = crate::bundle::Bundle::policies();
        let table: Variables = yaml::from_str(table.get("tables/ci_variables.yaml").expect("there")).expect("valid");
        let given = BTreeMap::from([("GIVEN_TOKEN".to_owned(), "x".to_owned())]);
        assert_eq!(table.credentials(text, &given), expected);
    }
}
