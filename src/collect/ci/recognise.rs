//! What a script does: its commands, and what stands behind the targets and scripts that it runs.

use std::collections::{BTreeMap, BTreeSet};

use super::commands::{Bare, Known, Steps, Strictness};
use super::expression::{self, Expression};
use super::shell::{self, Command, Dialect};
use super::targets::{self, Targets};
use super::workflow::{Matrix, Text};

/// Targets behind targets that are followed.
const MAX_DEPTH: usize = 4;
/// Targets followed for one command.
const MAX_TARGETS: usize = 60;
/// Ways to fill the values of a matrix into one script.
const MAX_VARIANTS: usize = 12;

/// One thing that a script does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) known: Known,
    /// `direct`, `target` or `opaque`.
    pub(super) resolved: &'static str,
    pub(super) blocking: bool,
    /// Where the command stands in the script, in bytes.
    pub(super) offset: usize,
}

/// Values that are the same in every run.
#[derive(Debug, Clone, Default)]
pub(super) struct Statics {
    /// `env.x`, `inputs.x` in lower case, to the value.
    pub(super) values: BTreeMap<String, String>,
    /// Environment variables by their own name.
    pub(super) variables: BTreeMap<String, String>,
}

/// How a script is run.
#[derive(Debug, Clone)]
pub(super) struct Setting {
    pub(super) directory: String,
    pub(super) dialect: Dialect,
    /// Whether a failure inside a pipe fails the script.
    pub(super) pipefail: bool,
}

/// Recognises scripts with the tables and the build files of one tree.
pub(super) struct Recogniser<'a> {
    pub(super) steps: &'a Steps,
    pub(super) targets: &'a Targets<'a>,
}

impl Recogniser<'_> {
    /// Everything that a script is known to do.
    pub(super) fn script(&self, text: &str, setting: &Setting, statics: &Statics) -> Vec<Found> {
        let script = shell::split(text, setting.dialect);
        let strictness = Strictness::new(text, &script.commands, setting.pipefail);
        let mut directory = Some(setting.directory.clone());
        let mut found: Vec<Found> = Vec::new();
        for (index, command) in script.commands.iter().enumerate() {
            if matches!(command.word(0), "cd" | "pushd" | "Set-Location") {
                directory = directory.and_then(|from| enter(&from, command.word(1)));
                continue;
            }
            let blocking = strictness.is_blocking(&script.commands, index);
            for inner in shell::flatten(std::slice::from_ref(command)) {
                let words = fill(inner, statics);
                for bare in self.steps.unwrap_words_of(words) {
                    let mut seen = BTreeSet::new();
                    for mut item in self.command(&bare, directory.as_deref(), MAX_DEPTH, &mut seen) {
                        item.blocking &= blocking;
                        item.offset = command.offset;
                        found.push(item);
                    }
                }
            }
        }
        found
    }

    /// What a command does; behind a target, what the target does.
    fn command(&self, bare: &Bare, directory: Option<&str>, depth: usize, seen: &mut BTreeSet<String>) -> Vec<Found> {
        let direct = self.steps.recognise(bare);
        if !direct.is_empty() {
            return direct
                .into_iter()
                .map(|known| Found { known, resolved: "direct", blocking: true, offset: 0 })
                .collect();
        }
        if let Some(reader) = self.steps.reader(&bare.program) {
            return self.targets_of(reader, bare, directory, depth, seen);
        }
        self.script_file(bare, directory, depth, seen)
    }

    fn targets_of(
        &self,
        reader: &str,
        bare: &Bare,
        directory: Option<&str>,
        depth: usize,
        seen: &mut BTreeSet<String>,
    ) -> Vec<Found> {
        let moved = bare.option(&[
            "-C",
            "--directory",
            "--prefix",
            "--cwd",
            "--dir",
            "-d",
            "--working-directory",
            "--working-dir",
        ]);
        let directory = match (directory, moved) {
            (Some(from), Some(to)) => enter(from, to),
            (from, _) => from.map(str::to_owned),
        };
        let file =
            if reader == "make" || reader == "just" { bare.option(&["-f", "--file", "--justfile"]) } else { None };
        let file = directory.as_deref().and_then(|directory| self.targets.file(reader, directory, file));
        let mut found = Vec::new();
        let names = targets::names(reader, bare);
        for name in names.iter().take(MAX_TARGETS) {
            match file.as_ref().and_then(|file| file.get(name)) {
                Some(_) => {
                    let place = directory.clone().unwrap_or_default();
                    found.extend(self.target(reader, &place, bare.option(&["-f", "--file"]), name, depth, seen));
                }
                // The file is there and has no such target: a program of a package, or a mistake.
                None if file.as_ref().is_some_and(|file| file.is_complete()) => {
                    found.extend(self.as_program(bare, name))
                }
                None => {
                    let program = self.as_program(bare, name);
                    found.extend(if program.is_empty() { self.by_name(reader, bare, name) } else { program });
                }
            }
        }
        found
    }

    /// `yarn jest`: the word is a program of an installed package.
    fn as_program(&self, bare: &Bare, name: &str) -> Vec<Found> {
        if !matches!(bare.program.as_str(), "yarn" | "pnpm" | "bun") || name.is_empty() {
            return Vec::new();
        }
        let words = bare
            .arguments
            .iter()
            .skip_while(|argument| argument.text != name)
            .map(|argument| argument.text.clone())
            .collect();
        let inner = self.steps.unwrap_words_of(words);
        let known = inner.iter().flat_map(|bare| self.steps.recognise(bare));
        known.map(|known| Found { known, resolved: "direct", blocking: true, offset: 0 }).collect()
    }

    /// A target that cannot be looked up: its name is all there is.
    fn by_name(&self, reader: &str, bare: &Bare, name: &str) -> Vec<Found> {
        let label = if name.is_empty() { bare.program.clone() } else { format!("{} {name}", bare.program) };
        let kind = match (reader, name) {
            // A bare `tox` or `nox` runs the tests; that is what they are for.
            ("tox" | "nox", "") => Some("test"),
            ("cargo", _) => None,
            (_, "") => Some("opaque"),
            _ => self.steps.target_name(name).or_else(|| hints_test(name).then_some("opaque")),
        };
        match kind {
            Some("none") | None => Vec::new(),
            Some("opaque") => vec![opaque(label)],
            Some(kind) => {
                let known = Known { kind: kind.to_owned(), tool: label, covers: Vec::new() };
                vec![Found { known, resolved: "direct", blocking: true, offset: 0 }]
            }
        }
    }

    fn target(
        &self,
        reader: &str,
        directory: &str,
        file: Option<&str>,
        name: &str,
        depth: usize,
        seen: &mut BTreeSet<String>,
    ) -> Vec<Found> {
        if depth == 0 || seen.len() >= MAX_TARGETS || !seen.insert(format!("{reader}\0{directory}\0{name}")) {
            return Vec::new();
        }
        let Some(target) = self.targets.file(reader, directory, file).and_then(|file| file.get(name).cloned()) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        for need in target.needs.iter().take(MAX_TARGETS) {
            found.extend(self.target(reader, directory, file, need, depth - 1, seen));
        }
        let (inner, substantial) = self.recipe(&target.script, directory, depth, seen);
        found.extend(inner);
        // A recipe that does something unknown under a telling name.
        if found.iter().all(|item| item.resolved == "opaque") && substantial {
            found.clear();
            match self.steps.target_name(name) {
                Some("none") | None => {
                    if hints_test(name) || name.is_empty() {
                        found.push(opaque(format!("{reader} {name}")));
                    }
                }
                Some(kind) => {
                    let known = Known { kind: kind.to_owned(), tool: format!("{reader} {name}"), covers: Vec::new() };
                    found.push(Found { known, resolved: "target", blocking: true, offset: 0 });
                }
            }
        }
        for item in &mut found {
            if item.resolved == "direct" {
                item.resolved = "target";
            }
        }
        found
    }

    /// What the commands of a recipe do, and whether they do anything beyond talking.
    fn recipe(&self, text: &str, directory: &str, depth: usize, seen: &mut BTreeSet<String>) -> (Vec<Found>, bool) {
        let script = shell::split(text, Dialect::Posix);
        let strictness = Strictness::new(text, &script.commands, false);
        let mut place = Some(directory.to_owned());
        let mut found = Vec::new();
        let mut substantial = false;
        for (index, command) in script.commands.iter().enumerate().take(500) {
            if command.word(0) == "cd" {
                place = place.and_then(|from| enter(&from, command.word(1)));
                continue;
            }
            let talk = ["echo", "printf", "true", ":", "exit", "@echo", "cd", "set", "mkdir", "rm", "false", "export"];
            substantial |= !command.words.is_empty() && !talk.contains(&command.word(0));
            let blocking = strictness.is_blocking(&script.commands, index);
            for inner in shell::flatten(std::slice::from_ref(command)) {
                for bare in self.steps.unwrap(inner) {
                    for mut item in self.command(&bare, place.as_deref(), depth - 1, seen) {
                        item.blocking &= blocking;
                        found.push(item);
                    }
                }
            }
        }
        (found, substantial)
    }

    /// A script of the tree, or one that cannot be read.
    fn script_file(
        &self,
        bare: &Bare,
        directory: Option<&str>,
        depth: usize,
        seen: &mut BTreeSet<String>,
    ) -> Vec<Found> {
        let shell = matches!(bare.program.as_str(), "bash" | "sh" | "zsh" | "dash" | "source" | ".");
        let path = if shell { bare.words().next().unwrap_or_default().to_owned() } else { bare.path.clone() };
        let named = shell || path.contains('/');
        if !named || path.is_empty() || path.contains(['$', '*']) || path.starts_with(['/', '~']) {
            return Vec::new();
        }
        let place = directory.unwrap_or_default();
        if let Some(text) = directory.and_then(|directory| self.targets.shell_script(directory, &path)) {
            if depth == 0 || !seen.insert(format!("script\0{place}\0{path}")) {
                return Vec::new();
            }
            let (mut found, substantial) = self.recipe(&text, place, depth, seen);
            for item in &mut found {
                if item.resolved == "direct" {
                    item.resolved = "target";
                }
            }
            if !found.iter().any(|item| item.known.kind == "test") && substantial && hints_test(&path) {
                found.push(opaque(path));
            }
            return found;
        }
        if hints_test(&path) { vec![opaque(path)] } else { Vec::new() }
    }
}

fn opaque(tool: String) -> Found {
    Found {
        known: Known { kind: "test".to_owned(), tool, covers: Vec::new() },
        resolved: "opaque",
        blocking: true,
        offset: 0,
    }
}

/// Whether a name hints at tests, without saying so.
pub(super) fn hints_test(name: &str) -> bool {
    let lower = name.to_lowercase();
    let last = lower.rsplit('/').next().unwrap_or(&lower);
    let parts: Vec<&str> = last.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    parts.iter().any(|part| {
        part.contains("test")
            || matches!(
                *part,
                "ci" | "check"
                    | "checks"
                    | "verify"
                    | "validate"
                    | "validation"
                    | "e2e"
                    | "all"
                    | "presubmit"
                    | "qa"
                    | "cibuild"
                    | "spec"
                    | "run"
                    | "build"
            )
    })
}

/// The directory that `cd` leads to; none when that is not known.
fn enter(from: &str, to: &str) -> Option<String> {
    if to.is_empty() || to.contains(['$', '`', '*']) || to.starts_with(['/', '~', '-']) {
        return None;
    }
    let base = crate::collect::path::RepoPath::new(format!("{from}/x"));
    String::from_utf8(base.join(to.as_bytes())?.as_bytes().to_vec()).ok()
}

/// The words of a command with variables that have a fixed value put in.
fn fill(command: &Command, statics: &Statics) -> Vec<String> {
    let mut words = Vec::new();
    for word in &command.words {
        let name = word
            .text
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'))
            .or_else(|| word.text.strip_prefix('$'));
        match name.and_then(|name| statics.variables.get(name)) {
            Some(value) if !word.quoted => words.extend(value.split_whitespace().map(str::to_owned)),
            Some(value) => words.push(value.clone()),
            None => words.push(word.text.clone()),
        }
    }
    words
}

/// A text with the values of contexts that are fixed, once for every leg of a matrix that changes it.
pub(super) fn variants(text: &str, matrix: &Matrix, statics: &Statics) -> Vec<String> {
    let (fragments, _) = expression::fragments(text);
    let choices: Vec<(usize, usize, Vec<&str>)> = fragments
        .iter()
        .filter_map(|fragment| {
            let Expression::Value(steps) = &fragment.expression else { return None };
            let name = expression::dotted(steps);
            let values: Vec<&str> = match name.strip_prefix("matrix.") {
                Some(key) => matrix.values.get(key)?.iter().map(|value: &Text| value.text.as_str()).collect(),
                None => vec![statics.values.get(&name)?.as_str()],
            };
            (!values.is_empty()).then_some((fragment.start, fragment.end, values))
        })
        .collect();
    let count = choices.iter().map(|(_, _, values)| values.len()).max().unwrap_or(1).min(MAX_VARIANTS);
    (0..count)
        .map(|index| {
            let mut out = String::new();
            let mut at = 0;
            for (start, end, values) in &choices {
                out.push_str(text.get(at..*start).unwrap_or_default());
                out.push_str(values.get(index % values.len()).copied().unwrap_or_default());
                at = *end;
            }
            out.push_str(text.get(at..).unwrap_or_default());
            out
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::ci::commands;
    use crate::collect::tree::Tree;
    use rstest::rstest;

    const FILES: &[(&str, &str)] = &[
        (
            "Makefile",
            "all: build\nbuild:\n\tcargo build\nci: lint unit\nlint:\n\tcargo clippy\nunit:\n\tpytest -q\ntest:\n\t@echo no tests\ntest-x:\n\t./run.sh\nsoft:\n\t-go test ./...\nloop: loop\n\tmake loop\n",
        ),
        (
            "package.json",
            r#"{"scripts": {"test": "echo \"Error: no test specified\" && exit 1", "unit": "jest", "all": "npm run lint && npm run unit", "lint": "eslint ."}}"#,
        ),
        ("web/package.json", r#"{"scripts": {"test": "vitest run"}}"#),
        ("ci/build.sh", "#!/bin/bash\nset -e\ncargo build\ngo test ./...\n"),
        ("tools/release.sh", "#!/bin/sh\ncargo publish\n"),
    ];

    fn run(text: &str) -> Vec<String> {
        let tree = Tree::of(FILES);
        let reader = tree.reader();
        let targets = Targets::new(&tree, &reader);
        let steps = commands::table();
        let recogniser = Recogniser { steps: &steps, targets: &targets };
        let setting = Setting { directory: String::new(), dialect: Dialect::Posix, pipefail: false };
        let statics = Statics {
            variables: BTreeMap::from([("CARGO".to_owned(), "cargo +nightly".to_owned())]),
            ..Statics::default()
        };
        let found = recogniser.script(text, &setting, &statics);
        found
            .iter()
            .map(|item| format!("{}:{}{}", item.known.kind, item.resolved, if item.blocking { "" } else { ":soft" }))
            .collect()
    }

    #[rstest]
    #[case("make ci", &["lint:target", "test:target"])]
    #[case("make", &["build:target"])]
    #[case("make test", &[])]
    #[case("make test-x", &["test:target"])]
    #[case("make test-gone", &[])]
    #[case("make -C nowhere test-unit", &["test:direct"])]
    #[case("make -C nowhere ci", &["test:opaque"])]
    #[case("make soft", &["test:target:soft"])]
    #[case("make loop", &[])]
    #[case("npm test", &[])]
    #[case("npm run all", &["lint:target", "test:target"])]
    #[case("cd web && npm test", &["test:target"])]
    #[case("npm --prefix web test", &["test:target"])]
    #[case("yarn jest --ci", &["test:direct"])]
    #[case("pnpm -r run unit", &["test:target"])]
    #[case("just test", &["test:direct"])]
    #[case("just ci", &["test:opaque"])]
    #[case("tox -e lint", &["lint:direct"])]
    #[case("tox", &["test:direct"])]
    #[case("bash ci/build.sh", &["build:target", "test:target"])]
    #[case("./ci/missing.sh", &[])]
    #[case("./ci.sh", &["test:opaque"])]
    #[case("./tools/release.sh", &["publish:target"])]
    #[case("$CARGO test || true", &["test:direct:soft"])]
    #[case("echo $(make ci)", &["lint:target", "test:target"])]
    #[case("echo 'make ci'", &[])]
    fn recognises(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(run(text), expected, "{text}");
    }

    #[test]
    fn matrix_values_are_filled_in() {
        let texts = |values: &[&str]| {
            values.iter().map(|value| Text { line: 1, text: (*value).to_owned() }).collect::<Vec<_>>()
        };
        let matrix =
            Matrix { values: BTreeMap::from([("cmd".to_owned(), texts(&["test", "clippy"]))]), ..Matrix::default() };
        let statics =
            Statics { values: BTreeMap::from([("env.tool".to_owned(), "cargo".to_owned())]), ..Statics::default() };
        assert_eq!(
            variants("${{ env.TOOL }} ${{ matrix.cmd }} ${{ x.y }}", &matrix, &statics),
            ["cargo test ${{ x.y }}", "cargo clippy ${{ x.y }}"]
        );
    }
}
