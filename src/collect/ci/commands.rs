//! Recognises what a command of a pipeline does, by the table of steps.
//!
//! It sees through wrappers (`sudo`, `npx`, `docker run …`, `bash -c "…"`) and asks `targets.rs` for what stands behind
//! the target of a build file. What it does not know it does not name.

use std::collections::BTreeMap;
use std::sync::Arc;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use super::shell::{self, Command, Dialect, Joint};
use crate::bundle::Bundle;
use crate::collect::Context;
use crate::yaml;

/// Wrappers inside wrappers.
const MAX_LAYERS: usize = 8;

/// What a command, action or template is known to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Known {
    pub(super) kind: String,
    pub(super) tool: String,
    pub(super) covers: Vec<String>,
}

/// A command after its wrappers were taken off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bare {
    pub(super) program: String,
    /// The program as it was written, with its directory.
    pub(super) path: String,
    pub(super) arguments: Vec<Argument>,
}

/// A word behind a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Argument {
    pub(super) text: String,
    pub(super) option: bool,
}

impl Bare {
    /// The words that are no options.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        self.arguments.iter().filter(|argument| !argument.option).map(|argument| argument.text.as_str())
    }

    /// The value of an option, written as `--name=value` or, after reading, joined to it.
    pub(super) fn option(&self, names: &[&str]) -> Option<&str> {
        self.arguments.iter().filter(|argument| argument.option).find_map(|argument| {
            let (name, value) = argument.text.split_once('=')?;
            names.contains(&name).then_some(value)
        })
    }
}

/// The table as it is written.
#[derive(Debug, Default, Deserialize)]
struct Source {
    #[serde(default)]
    options: Vec<OptionRule>,
    #[serde(default)]
    wrappers: Vec<WrapperRule>,
    #[serde(default)]
    commands: Vec<CommandRule>,
    #[serde(default)]
    token: Vec<CommandRule>,
    #[serde(default)]
    targets: Vec<TargetRule>,
    #[serde(default)]
    target_names: Vec<(String, Vec<String>)>,
    #[serde(default)]
    actions: Vec<ActionRule>,
    #[serde(default)]
    templates: Vec<TemplateRule>,
}

#[derive(Debug, Deserialize)]
struct OptionRule {
    program: Vec<String>,
    takes: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct WrapperRule {
    words: String,
    #[serde(default)]
    takes: Vec<String>,
    #[serde(default)]
    skip: usize,
    #[serde(default)]
    drop: Vec<String>,
    #[serde(default)]
    script: Vec<String>,
    #[serde(default)]
    only: Vec<String>,
    #[serde(default)]
    scripts_only: bool,
}

#[derive(Debug, Deserialize)]
struct CommandRule {
    words: String,
    kind: String,
    #[serde(default)]
    tool: Option<String>,
    #[serde(default)]
    covers: Vec<String>,
    #[serde(default)]
    has: Vec<String>,
    #[serde(default)]
    unless: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct TargetRule {
    program: Vec<String>,
    reader: String,
}

/// One entry about an action.
#[derive(Debug, Deserialize)]
pub(super) struct ActionRule {
    uses: Vec<String>,
    #[serde(default)]
    not_uses: Vec<String>,
    pub(super) kind: String,
    #[serde(default)]
    tool: Option<String>,
    #[serde(default)]
    covers: Vec<String>,
    #[serde(default)]
    inputs: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    unless_inputs: BTreeMap<String, Vec<String>>,
    /// Inputs whose value is a script.
    #[serde(default)]
    pub(super) command_input: Vec<String>,
    /// What stands before such a value.
    #[serde(default)]
    pub(super) prefix: Option<String>,
    /// The input that holds the arguments of the command.
    #[serde(default)]
    pub(super) arguments: Option<String>,
}

#[derive(Debug, Deserialize)]
struct TemplateRule {
    template: String,
    kind: String,
    tool: String,
    #[serde(default)]
    covers: Vec<String>,
}

/// The table, ready for use.
#[derive(Debug, Default)]
pub(super) struct Steps {
    takes: BTreeMap<String, Vec<String>>,
    wrappers: Vec<(Vec<Word>, WrapperRule)>,
    /// From a program to the wrappers of that name; `*` holds those whose name is a pattern.
    wrappers_by_program: BTreeMap<String, Vec<usize>>,
    commands: Rules,
    /// What commands need of the token.
    token: Rules,
    readers: BTreeMap<String, String>,
    target_names: Vec<(String, GlobSet)>,
    actions: Vec<ActionRule>,
    templates: Vec<TemplateRule>,
}

/// A word of a rule, taken apart once because it is asked about every command: alternatives between `|`, in each of which
/// `*` stands for any letters.
#[derive(Debug)]
struct Word {
    text: String,
    /// What stands between the stars of each alternative.
    alternatives: Vec<Vec<String>>,
}

impl Word {
    fn new(text: &str) -> Self {
        let parts = |alternative: &str| alternative.split('*').map(str::to_owned).collect();
        Self { text: text.to_owned(), alternatives: text.split('|').map(parts).collect() }
    }

    fn all(words: &str) -> Vec<Self> {
        words.split_whitespace().map(Self::new).collect()
    }

    fn fits(&self, text: &str) -> bool {
        self.alternatives.iter().any(|parts| fits(parts, text))
    }
}

/// Whether a text is these parts, with any letters between one and the next.
fn fits<S: AsRef<str>>(parts: &[S], text: &str) -> bool {
    match parts {
        [] => text.is_empty(),
        [whole] => whole.as_ref() == text,
        [first, middle @ .., last] => {
            let Some(mut rest) = text.strip_prefix(first.as_ref()) else { return false };
            for part in middle {
                let Some(at) = rest.find(part.as_ref()) else { return false };
                rest = &rest[at + part.as_ref().len()..];
            }
            rest.ends_with(last.as_ref())
        }
    }
}

/// Whether a text fits a pattern in which `*` stands for any letters.
pub(super) fn wildcard(pattern: &str, text: &str) -> bool {
    // Asked of every rule: most differ in their first letter.
    match pattern.split_once('*') {
        None => pattern == text,
        Some((first, _)) if !text.starts_with(first) => false,
        Some(_) => fits(&pattern.split('*').collect::<Vec<_>>(), text),
    }
}

/// Rules about commands.
#[derive(Debug, Default)]
struct Rules {
    list: Vec<(Vec<Word>, CommandRule)>,
    /// From a program to the rules about it; `*` holds those whose program is a pattern.
    by_program: BTreeMap<String, Vec<usize>>,
}

impl Rules {
    fn new(rules: Vec<CommandRule>) -> Self {
        let mut out = Self::default();
        for (index, rule) in rules.into_iter().enumerate() {
            let words = Word::all(&rule.words);
            for program in words.first().map(|word| word.text.as_str()).unwrap_or_default().split('|') {
                let program = program.rsplit('/').next().unwrap_or(program);
                let key = if program.contains('*') { "*" } else { program };
                out.by_program.entry(key.to_lowercase()).or_default().push(index);
            }
            out.list.push((words, rule));
        }
        out
    }

    /// The rules that a command fits, in the order of the table.
    fn fitting<'a>(&'a self, bare: &'a Bare) -> impl Iterator<Item = &'a CommandRule> {
        let mut indices: Vec<usize> = Vec::new();
        for key in [bare.program.as_str(), "*"] {
            indices.extend(self.by_program.get(key).into_iter().flatten());
        }
        indices.sort_unstable();
        let rules = indices.into_iter().filter_map(|index| self.list.get(index));
        rules.filter(|(words, rule)| matches(words, bare) && rule.admits(bare)).map(|(_, rule)| rule)
    }
}

impl CommandRule {
    /// Whether the arguments have what the rule asks for and nothing that it excludes.
    fn admits(&self, bare: &Bare) -> bool {
        let given = |patterns: &[String]| {
            patterns.iter().any(|pattern| bare.arguments.iter().any(|argument| wildcard(pattern, &argument.text)))
        };
        !given(&self.unless) && (self.has.is_empty() || given(&self.has))
    }
}

impl Steps {
    pub(super) fn load(cx: &Context<'_>) -> Arc<Self> {
        let read = |policies: &Bundle| Self::parse(policies.get("tables/steps.yaml").unwrap_or_default());
        cx.policies.prepared(read).unwrap_or_default()
    }

    fn parse(text: &str) -> Result<Self, yaml::Error> {
        let source: Source = yaml::from_str(text)?;
        let mut steps = Self { actions: source.actions, templates: source.templates, ..Self::default() };
        for rule in source.options {
            for program in rule.program {
                steps.takes.entry(program).or_default().extend(rule.takes.iter().cloned());
            }
        }
        for rule in source.targets {
            steps.readers.extend(rule.program.into_iter().map(|program| (program, rule.reader.clone())));
        }
        steps.target_names = source.target_names.into_iter().map(|(kind, patterns)| (kind, set(&patterns))).collect();
        steps.wrappers = source.wrappers.into_iter().map(|rule| (Word::all(&rule.words), rule)).collect();
        for (index, (words, _)) in steps.wrappers.iter().enumerate() {
            for program in words.first().map(|word| word.text.as_str()).unwrap_or_default().split('|') {
                let key = if program.contains('*') { "*" } else { program };
                steps.wrappers_by_program.entry(key.to_owned()).or_default().push(index);
            }
        }
        for uses in steps.actions.iter_mut().flat_map(|rule| rule.uses.iter_mut().chain(&mut rule.not_uses)) {
            uses.make_ascii_lowercase();
        }
        steps.commands = Rules::new(source.commands);
        steps.token = Rules::new(source.token);
        Ok(steps)
    }

    /// The reader of the file that holds a program's targets.
    pub(super) fn reader(&self, program: &str) -> Option<&str> {
        self.readers.get(program).map(String::as_str)
    }

    /// What the name of a target says: a kind, or `none`.
    pub(super) fn target_name(&self, name: &str) -> Option<&str> {
        let name = name.to_lowercase();
        let name = name.rsplit('/').next().unwrap_or(&name);
        self.target_names.iter().find(|(_, set)| set.is_match(name)).map(|(kind, _)| kind.as_str())
    }

    /// A command without its wrappers: usually one, several for a script handed to a shell.
    pub(super) fn unwrap(&self, command: &Command) -> Vec<Bare> {
        self.unwrap_words_of(command.words.iter().map(|word| word.text.clone()).collect())
    }

    /// As `unwrap`, for words that something was put into.
    pub(super) fn unwrap_words_of(&self, words: Vec<String>) -> Vec<Bare> {
        let mut out = Vec::new();
        self.unwrap_words(words, MAX_LAYERS, &mut out);
        out
    }

    fn unwrap_words(&self, words: Vec<String>, layers: usize, out: &mut Vec<Bare>) {
        let words = without_prefix(words);
        let Some(bare) = self.bare(&words) else { return };
        if layers > 0 {
            let mut indices: Vec<usize> = Vec::new();
            for key in [bare.program.as_str(), "*"] {
                indices.extend(self.wrappers_by_program.get(key).into_iter().flatten());
            }
            indices.sort_unstable();
            for (pattern, rule) in indices.into_iter().filter_map(|index| self.wrappers.get(index)) {
                if let Some(count) = leading(pattern, &bare, &words) {
                    match inner(rule, words.get(count..).unwrap_or_default()) {
                        Inner::Command(rest) => return self.unwrap_words(rest, layers - 1, out),
                        Inner::Script(text) => {
                            let script = shell::split(&text, Dialect::Posix);
                            for command in shell::flatten(&script.commands).into_iter().take(200) {
                                let words = command.words.iter().map(|word| word.text.clone()).collect();
                                self.unwrap_words(words, layers - 1, out);
                            }
                            return;
                        }
                        Inner::None => {}
                    }
                }
            }
        }
        out.push(bare);
    }

    fn bare(&self, words: &[String]) -> Option<Bare> {
        let path = words.first()?.clone();
        let name =
            Command { words: vec![shell::Word { text: path.clone(), ..shell::Word::default() }], ..Command::default() }
                .program();
        // `jest@29` is `jest`.
        let program = match name.find('@') {
            Some(at) if at > 0 => name.get(..at).unwrap_or_default().to_owned(),
            _ => name,
        };
        let takes = self.takes.get(&program);
        let mut arguments = Vec::new();
        let mut rest = words.iter().skip(1);
        while let Some(word) = rest.next() {
            let option = word.len() > 1 && word.starts_with(['-', '+']);
            let takes_next = option && takes.is_some_and(|takes| takes.contains(word));
            let text = match takes_next.then(|| rest.next()).flatten() {
                Some(value) => format!("{word}={value}"),
                None => word.clone(),
            };
            arguments.push(Argument { text, option });
        }
        Some(Bare { program, path, arguments })
    }

    /// Everything that the table says about a command.
    pub(super) fn recognise(&self, bare: &Bare) -> Vec<Known> {
        let mut known: Vec<Known> = Vec::new();
        for rule in self.commands.fitting(bare) {
            for kind in rule.kind.split_whitespace().filter(|kind| *kind != "none") {
                if !known.iter().any(|found| found.kind == kind) {
                    let tool = rule.tool.clone().unwrap_or_else(|| tool(bare));
                    known.push(Known { kind: kind.to_owned(), tool, covers: rule.covers.clone() });
                }
            }
        }
        known
    }

    /// The scopes that a command may need of the token; none for a command that is not known.
    pub(super) fn scopes(&self, bare: &Bare) -> Option<Vec<String>> {
        let rule = self.token.fitting(bare).next();
        rule.map(|rule| rule.kind.split_whitespace().filter(|scope| *scope != "none").map(str::to_owned).collect())
    }

    /// The entries about an action or reusable workflow, by its address without the reference.
    pub(super) fn action_rules<'a>(&'a self, address: &'a str) -> impl Iterator<Item = &'a ActionRule> {
        let address = address.to_lowercase();
        self.actions.iter().filter(move |rule| {
            rule.uses.iter().any(|uses| wildcard(uses, &address))
                && !rule.not_uses.iter().any(|uses| wildcard(uses, &address))
        })
    }

    /// What a GitLab template does.
    pub(super) fn template(&self, name: &str) -> Vec<Known> {
        self.templates
            .iter()
            .filter(|rule| wildcard(&rule.template, name))
            .map(|rule| Known { kind: rule.kind.clone(), tool: rule.tool.clone(), covers: rule.covers.clone() })
            .collect()
    }
}

impl ActionRule {
    /// Whether the entry holds for these inputs.
    pub(super) fn holds(&self, input: impl Fn(&str) -> Option<String>) -> bool {
        let given = |(name, patterns): (&String, &Vec<String>)| {
            input(name).is_some_and(|value| patterns.iter().any(|pattern| wildcard(pattern, value.trim())))
        };
        self.inputs.iter().all(given) && !self.unless_inputs.iter().any(given)
    }

    /// What the entry says the action does.
    pub(super) fn known(&self, address: &str) -> Vec<Known> {
        let tool = self.tool.clone().unwrap_or_else(|| address.to_owned());
        self.kind
            .split_whitespace()
            .filter(|kind| !matches!(*kind, "none" | "command"))
            .map(|kind| Known { kind: kind.to_owned(), tool: tool.clone(), covers: self.covers.clone() })
            .collect()
    }
}

/// How a script's commands bear on its success.
pub(super) struct Strictness {
    pipefail: bool,
    /// Places behind which failures are ignored (`set +e`), and noticed again.
    switches: Vec<(usize, bool)>,
    exits_by_status: bool,
}

impl Strictness {
    /// `pipefail`: whether the shell starts with it.
    pub(super) fn new(text: &str, commands: &[Command], pipefail: bool) -> Self {
        let mut switches = Vec::new();
        for command in commands.iter().filter(|command| command.word(0) == "set") {
            match command.word(1) {
                "+e" | "+ex" | "+xe" => switches.push((command.offset, false)),
                word if word.starts_with('-') && word.contains('e') => switches.push((command.offset, true)),
                _ => {}
            }
        }
        Self { pipefail: pipefail || text.contains("pipefail"), switches, exits_by_status: text.contains("exit $") }
    }

    /// Whether the failure of the command at `index` fails the script.
    pub(super) fn is_blocking(&self, commands: &[Command], index: usize) -> bool {
        let Some(command) = commands.get(index) else { return false };
        let switched_off = self.switches.iter().rev().find(|(at, _)| *at < command.offset).is_some_and(|(_, on)| !on);
        if command.condition || switched_off && !self.exits_by_status || command.joint == Joint::Background {
            return false;
        }
        if command.joint == Joint::Pipe && !self.pipefail {
            return false;
        }
        if command.joint == Joint::Or || command.group_joint == Joint::Or {
            // `test || exit 1`, `test || { cat log; exit 1; }`: still fails.
            return commands.iter().skip(index + 1).take(6).any(|next| {
                matches!(next.word(0), "exit" | "return") && !matches!(next.word(1), "0") || next.word(0) == "false"
            });
        }
        true
    }
}

enum Inner {
    Command(Vec<String>),
    Script(String),
    None,
}

/// What a wrapper runs, from the words behind its own.
fn inner(rule: &WrapperRule, words: &[String]) -> Inner {
    let mut skip = rule.skip;
    let mut at = 0;
    while let Some(word) = words.get(at) {
        if rule.script.contains(word) {
            return words.get(at + 1).map_or(Inner::None, |text| Inner::Script(text.clone()));
        }
        if !rule.only.is_empty() {
            if rule.only.contains(word) {
                return Inner::Command(words.get(at + 1..).unwrap_or_default().to_vec());
            }
            at += 1;
            continue;
        }
        if word == "-m" {
            let mut rest = vec!["python".to_owned()];
            rest.extend(words.get(at..).unwrap_or_default().iter().cloned());
            return Inner::Command(rest);
        }
        if word == "--" {
            at += 1;
            if skip == 0 {
                break;
            }
        } else if word.len() > 1 && word.starts_with('-') {
            at += 1 + usize::from(rule.takes.contains(word));
        } else if rule.drop.contains(word) || is_assignment(word) {
            at += 1;
        } else if skip > 0 {
            skip -= 1;
            at += 1;
        } else {
            break;
        }
    }
    match words.get(at..) {
        Some(rest) if !rest.is_empty() && !rule.scripts_only => Inner::Command(rest.to_vec()),
        _ => Inner::None,
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=')
        .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_'))
}

/// Without what only decorates a command: recipe signs, assignments, `python` for a script that is one.
fn without_prefix(mut words: Vec<String>) -> Vec<String> {
    let plain = words.iter().take_while(|word| is_assignment(word)).count();
    words.drain(..plain);
    if let Some(first) = words.first_mut() {
        let trimmed = first.trim_start_matches(['@', '-', '&']);
        if trimmed.len() != first.len() && !trimmed.is_empty() {
            *first = trimmed.to_owned();
        }
        if first.ends_with(".py") {
            words.insert(0, "python".to_owned());
        }
    }
    words
}

/// How many words a wrapper's own words take, if the command starts with them.
fn leading(pattern: &[Word], bare: &Bare, words: &[String]) -> Option<usize> {
    let (first, rest) = pattern.split_first()?;
    if !first.fits(&bare.program) {
        return None;
    }
    let mut at = 1;
    for part in rest {
        // Options may stand between the words of the wrapper.
        while words.get(at).is_some_and(|word| word.starts_with('-')) {
            at += 1;
        }
        if !part.fits(words.get(at)?) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

/// Whether a command fits the words of a rule.
fn matches(pattern: &[Word], bare: &Bare) -> bool {
    let Some((first, rest)) = pattern.split_first() else { return false };
    if !first.fits(&bare.program) && !first.fits(&bare.path) {
        return false;
    }
    let mut arguments = bare.arguments.iter();
    let mut anywhere = false;
    for (index, part) in rest.iter().enumerate() {
        if part.text == "..." {
            anywhere = true;
            // At the end it only says that something may follow.
            if index + 1 == rest.len() {
                return true;
            }
            continue;
        }
        let found = if part.text.starts_with('-') {
            arguments.by_ref().take_while(|argument| argument.option).any(|argument| argument.text == part.text)
        } else if anywhere {
            arguments.by_ref().any(|argument| !argument.option && part.fits(&argument.text))
        } else {
            arguments.by_ref().find(|argument| !argument.option).is_some_and(|argument| part.fits(&argument.text))
        };
        if !found {
            return false;
        }
        anywhere = false;
    }
    true
}

/// The program with its first word, as people name a tool.
fn tool(bare: &Bare) -> String {
    let second = bare.words().next().filter(|word| {
        word.len() <= 20 && word.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '_'))
    });
    match second {
        Some(second) => format!("{} {second}", bare.program),
        None => bare.program.clone(),
    }
}

fn set(patterns: &[String]) -> GlobSet {
    let mut builder = GlobSetBuilder::new();
    for pattern in patterns {
        if let Ok(glob) = GlobBuilder::new(pattern).literal_separator(false).build() {
            builder.add(glob);
        }
    }
    builder.build().unwrap_or_default()
}

#[cfg(test)]
pub(super) fn table() -> Steps {
    Steps::parse(crate::bundle::Bundle::policies().get("tables/steps.yaml").expect("the table")).expect("it parses")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn kinds(text: &str) -> Vec<String> {
        let steps = table();
        let script = shell::split(text, Dialect::Posix);
        shell::flatten(&script.commands)
            .iter()
            .flat_map(|command| steps.unwrap(command))
            .flat_map(|bare| steps.recognise(&bare))
            .map(|known| known.kind)
            .collect()
    }

    #[rstest]
    #[case("cargo test --all", &["test"])]
    #[case("cargo +nightly test", &["test"])]
    #[case("cargo --locked nextest run", &["test"])]
    #[case("cargo test --no-run", &["build"])]
    #[case("cargo hack test --each-feature", &["test"])]
    #[case("go test ./...", &["test"])]
    #[case("go -C sub test ./...", &["test"])]
    #[case("uv run --with x pytest -q", &["test"])]
    #[case("poetry run python -m pytest", &["test"])]
    #[case("python -W error -m unittest", &["test"])]
    #[case("sudo -E env A=b timeout 10m pytest", &["test"])]
    #[case("xvfb-run -a npx jest@29 --ci", &["test"])]
    #[case("npx --yes @biomejs/biome check", &["lint"])]
    #[case("bundle exec rspec", &["test"])]
    #[case("bash -c \"cd x && ctest -V\"", &["test"])]
    #[case("docker run --rm -v $PWD:/w image:1 go test ./...", &["test"])]
    #[case("docker compose run app pytest", &["test"])]
    #[case("nix develop -c cargo test", &["test"])]
    #[case("mvn -B verify", &["test", "build"])]
    #[case("mvn -B package -DskipTests", &["build"])]
    #[case("./gradlew build -x test", &["build"])]
    #[case("./gradlew :core:check", &["test"])]
    #[case("echo cargo test", &[])]
    #[case("# cargo test", &[])]
    #[case("cargo clippy -- -D warnings", &["lint"])]
    #[case("pip-audit -r requirements.txt", &["sca"])]
    #[case("npm audit signatures", &[])]
    #[case("govulncheck ./...", &["sca"])]
    #[case("semgrep ci", &["sast"])]
    #[case("curl -H \"Authorization: Bearer $TOKEN\" https://api.example.com", &[])]
    #[case("gitleaks detect --redact", &["secret_scan"])]
    #[case("cosign sign-blob --yes x", &["sign"])]
    #[case("cargo publish --dry-run", &[])]
    #[case("npm publish --provenance", &["publish"])]
    #[case("docker buildx build --push .", &["publish", "build"])]
    #[case("cmake --build build --target test", &["test", "build"])]
    #[case("meson test -C build", &["test", "build"])]
    #[case("coverage run -m pytest", &["test"])]
    #[case("R -e 'devtools::test()'", &["test"])]
    #[case("sbt \"clean; test\"", &["test"])]
    #[case("ls -la test", &[])]
    #[case("test -f x", &[])]
    fn recognises(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(kinds(text), expected, "{text}");
    }

    #[rstest]
    #[case("test", Some("test"))]
    #[case("test-unit", Some("test"))]
    #[case("unit_tests", Some("test"))]
    #[case("check", Some("test"))]
    #[case("check-format", Some("lint"))]
    #[case("test-deps", Some("none"))]
    #[case("e2e", Some("test"))]
    #[case("latest", Some("none"))]
    #[case("ci", None)]
    #[case("build", Some("build"))]
    fn names_of_targets(#[case] name: &str, #[case] expected: Option<&str>) {
        assert_eq!(table().target_name(name), expected);
    }

    #[rstest]
    #[case("a*c", "abbc", true)]
    #[case("*test*", "my-tests", true)]
    #[case("test", "tests", false)]
    #[case("a*b*c", "axbxd", false)]
    fn wildcards(#[case] pattern: &str, #[case] text: &str, #[case] expected: bool) {
        assert_eq!(wildcard(pattern, text), expected);
    }

    #[rstest]
    #[case("go test ./... || true", false)]
    #[case("go test ./... || exit 1", true)]
    #[case("go test ./... || (cat log && exit 1)", true)]
    #[case("go test ./... | tee log", false)]
    #[case("set -o pipefail\ngo test ./... | tee log", true)]
    #[case("set +e\ngo test ./...", false)]
    #[case("set +e\ngo test ./...\nx=$?\nexit $x", true)]
    #[case("if go test; then echo ok; fi", false)]
    #[case("for d in a b; do\n go test ./$d\ndone", true)]
    #[case("{ go test ./...; } || true", false)]
    #[case("go test ./... &", false)]
    fn blocks(#[case] text: &str, #[case] expected: bool) {
        let script = shell::split(text, Dialect::Posix);
        let index = script.commands.iter().position(|command| command.word(0) == "go").expect("the command");
        assert_eq!(Strictness::new(text, &script.commands, false).is_blocking(&script.commands, index), expected);
    }

    #[test]
    fn actions_match_by_address() {
        let steps = table();
        let kinds = |address: &str| -> Vec<String> {
            steps
                .action_rules(address)
                .filter(|rule| rule.holds(|_| None))
                .flat_map(|rule| rule.known(address))
                .map(|known| known.kind)
                .collect()
        };
        assert_eq!(kinds("github/codeql-action/analyze"), ["sast"]);
        assert!(kinds("github/codeql-action/upload-sarif").is_empty());
        assert!(kinds("acme/bearer-token").is_empty());
        assert_eq!(kinds("google/osv-scanner-action/.github/workflows/osv-scanner-reusable-pr.yml"), ["sca"]);
        assert_eq!(kinds("Actions/Dependency-Review-Action"), ["sca"]);
    }
}
