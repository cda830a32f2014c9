//! Follows values through one shell script: into variables, outputs, the environment of later steps, and nested shells.
//!
//! It over-approximates: whatever is computed from a value is as untrusted as the value, unless a filter leaves nothing
//! but harmless letters. The order of commands is the order of the text.

use std::collections::BTreeMap;

use super::commands::wildcard;
use super::shell::{Command, Dialect, Joint, RedirectKind, Script, Word, flatten, split};
use super::values::{Code, Control};

/// Values kept per variable.
const MAX_ORIGINS: usize = 24;
/// Variables and outputs of one script.
const MAX_NAMES: usize = 2_000;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Origin {
    /// The name in the expression language, or what was run to get it.
    pub(super) name: String,
    pub(super) control: Control,
    pub(super) input_type: Option<String>,
    pub(super) code: Code,
    /// `direct`, `env_expr`, `output`, `input`, `matrix`, `variable`.
    pub(super) via: &'static str,
    /// `none`, `allowlist`, `ref_filter`, `boolean`, `typed`.
    pub(super) sanitiser: &'static str,
}

impl Origin {
    pub(super) fn new(name: impl Into<String>, control: Control) -> Self {
        Self { name: name.into(), control, input_type: None, code: None, via: "direct", sanitiser: "none" }
    }
}

/// Adds values, each once.
pub(super) fn join(into: &mut Vec<Origin>, more: impl IntoIterator<Item = Origin>) {
    for origin in more {
        if into.len() < MAX_ORIGINS && !into.contains(&origin) {
            into.push(origin);
        }
    }
}

/// The same values on another way.
pub(super) fn via(origins: &[Origin], way: &'static str) -> Vec<Origin> {
    origins.iter().cloned().map(|origin| Origin { via: way, ..origin }).collect()
}

/// What a step leaves for later ones.
#[derive(Debug, Clone, Default)]
pub(super) struct Outputs {
    pub(super) named: BTreeMap<String, Vec<Origin>>,
    /// Under names that are not known.
    pub(super) rest: Vec<Origin>,
    /// Under names that fit a pattern, for those that are not named.
    pub(super) patterns: Vec<(String, Vec<Origin>)>,
    /// Whether nothing is known about how they are made.
    pub(super) opaque: bool,
}

impl Outputs {
    /// The values of an output, by its name in lower case.
    pub(super) fn get(&self, name: &str) -> Vec<Origin> {
        let fitting = self
            .patterns
            .iter()
            .filter(|(pattern, _)| wildcard(pattern, name))
            .max_by_key(|(pattern, _)| pattern.len());
        let mut found = self.named.get(name).or(fitting.map(|(_, origins)| origins)).cloned().unwrap_or_default();
        join(&mut found, self.rest.iter().cloned());
        found
    }

    /// The values of all outputs together.
    pub(super) fn all(&self) -> Vec<Origin> {
        let mut found = self.rest.clone();
        let patterns = self.patterns.iter().map(|(_, origins)| origins);
        self.named.values().chain(patterns).for_each(|origins| join(&mut found, origins.iter().cloned()));
        found
    }

    fn add(&mut self, name: Option<String>, origins: Vec<Origin>) {
        match name {
            Some(name) if self.named.len() < MAX_NAMES => {
                join(self.named.entry(name.to_lowercase()).or_default(), origins)
            }
            _ => join(&mut self.rest, origins),
        }
    }
}

/// How a variable is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Quoted,
    Unquoted,
    /// As code of another shell or interpreter.
    Nested,
}

/// A use of a variable that holds values of interest.
#[derive(Debug, Clone)]
pub(super) struct Use {
    pub(super) offset: usize,
    pub(super) variable: String,
    pub(super) origins: Vec<Origin>,
    pub(super) kind: Kind,
}

/// What happens to values in a script.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) outputs: Outputs,
    /// Variables set for later steps.
    pub(super) environment: Outputs,
    /// Writes to the environment file or the search path that hold values of interest.
    pub(super) file_writes: Vec<(usize, Vec<Origin>)>,
    pub(super) uses: Vec<Use>,
    /// Whether the script holds more commands than are looked at.
    pub(super) cut: bool,
}

/// What is known before the script runs.
#[derive(Debug, Default)]
pub(super) struct Before {
    /// Values of environment variables.
    pub(super) variables: BTreeMap<String, Vec<Origin>>,
    /// Values of expressions, by their text with the braces.
    pub(super) expressions: BTreeMap<String, Vec<Origin>>,
    /// Whether files of the workspace may come from outsiders.
    pub(super) foreign_files: bool,
}

/// Follows values through a script.
pub(super) fn trace(text: &str, dialect: Dialect, before: &Before) -> Trace {
    let script = split(text, dialect);
    let mut tracer = Tracer {
        variables: before.variables.clone(),
        expressions: &before.expressions,
        foreign_files: before.foreign_files,
        constants: BTreeMap::new(),
        pipe: Vec::new(),
        block: None,
        exits: text.contains("exit") || text.contains("return") || text.contains("else"),
        text,
        dialect,
        out: Trace::default(),
    };
    tracer.out.cut = !script.complete;
    tracer.script(&script);
    tracer.out
}

/// Where a command writes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Output,
    Environment,
    Path,
}

struct Tracer<'a> {
    variables: BTreeMap<String, Vec<Origin>>,
    expressions: &'a BTreeMap<String, Vec<Origin>>,
    foreign_files: bool,
    /// Variables with a fixed text.
    constants: BTreeMap<String, String>,
    /// What the command before the last `|` passed on.
    pipe: Vec<Origin>,
    /// A value over several lines that is being written: its name and the text that ends it.
    block: Option<(String, String)>,
    exits: bool,
    text: &'a str,
    dialect: Dialect,
    out: Trace,
}

const OUTPUT_FILES: &[(&str, Target)] = &[
    ("GITHUB_OUTPUT", Target::Output),
    ("GITHUB_ENV", Target::Environment),
    ("GITHUB_PATH", Target::Path),
    ("FORGEJO_OUTPUT", Target::Output),
    ("FORGEJO_ENV", Target::Environment),
    ("GITEA_OUTPUT", Target::Output),
    ("GITEA_ENV", Target::Environment),
];

const SHELLS: &[&str] = &["sh", "bash", "zsh", "dash", "ksh", "pwsh", "powershell"];
const INTERPRETERS: &[&str] = &["python", "python3", "node", "perl", "ruby", "php", "osascript", "deno", "bun", "lua"];

impl Tracer<'_> {
    fn script(&mut self, script: &Script) {
        for command in &script.commands {
            self.uses(command);
            let passed = self.command(command);
            self.pipe = if command.joint == Joint::Pipe { passed } else { Vec::new() };
        }
    }

    /// What a command takes in and passes on; sets variables and outputs on the way.
    fn command(&mut self, command: &Command) -> Vec<Origin> {
        for (name, value) in &command.assignments {
            let origins = self.word(value);
            self.assign(name, origins, command.depth > 0 || command.condition, value);
        }
        let mut taken: Vec<Origin> = Vec::new();
        for word in &command.words {
            let origins = self.word(word);
            join(&mut taken, origins);
        }
        for redirect in command.redirects.iter().filter(|redirect| redirect.kind != RedirectKind::Write) {
            let origins = self.word(&redirect.word);
            join(&mut taken, origins);
            if self.foreign_files && redirect.kind == RedirectKind::Read && !redirect.word.text.is_empty() {
                join(&mut taken, [Origin::new("a file of the workspace", Control::Unclear)]);
            }
        }
        if command.piped || !self.pipe.is_empty() {
            join(&mut taken, self.pipe.iter().cloned());
        }
        join(&mut taken, self.source(command));
        let program = command.program();
        match program.as_str() {
            "export" | "declare" | "local" | "readonly" | "typeset" | "set" => self.declare(command),
            "read" | "mapfile" | "readarray" => {
                for word in
                    command.words.iter().skip(1).filter(|word| !word.text.starts_with('-') && !word.text.is_empty())
                {
                    self.assign(&word.text, taken.clone(), false, word);
                }
            }
            "for" | "select" => self.assign(command.word(1), taken.clone(), false, &Word::default()),
            "printf" if command.word(1) == "-v" => self.assign(command.word(2), taken.clone(), false, &Word::default()),
            "[[" => self.test(command),
            "case" => self.branches(command),
            "grep" | "egrep" | "rg" => self.check(command, &taken),
            _ => {
                // PowerShell: `$name = value`.
                if let Some(name) = command.word(0).strip_prefix('$').filter(|_| command.word(1) == "=") {
                    self.assign(name.trim_start_matches("env:"), taken.clone(), false, &Word::default());
                }
            }
        }
        let passed = if is_filter(command) { Vec::new() } else { taken };
        self.writes(command, &passed);
        passed
    }

    fn assign(&mut self, name: &str, origins: Vec<Origin>, maybe: bool, value: &Word) {
        if self.variables.len() >= MAX_NAMES {
            return;
        }
        if value.variables.is_empty() && value.substitutions.is_empty() && value.text.len() < 200 {
            self.constants.insert(name.to_owned(), value.text.clone());
        }
        let own = value.variables.iter().any(|variable| variable.name == name);
        let known = self.variables.entry(name.to_owned()).or_default();
        if !maybe && !own {
            known.clear();
        }
        join(known, origins);
    }

    fn declare(&mut self, command: &Command) {
        for word in command.words.iter().skip(1) {
            if let Some((name, _)) = word.text.split_once('=') {
                let origins = self.word(word);
                let name = name.to_owned();
                self.assign(&name, origins, command.depth > 0, word);
            }
        }
    }

    /// What a word holds.
    fn word(&mut self, word: &Word) -> Vec<Origin> {
        let mut found = Vec::new();
        for variable in &word.variables {
            if is_cleaning(&variable.operation) {
                continue;
            }
            if let Some(origins) = self.variables.get(&variable.name) {
                join(&mut found, via(origins, "variable"));
            }
        }
        if word.text.contains("${{") {
            for (expression, origins) in
                self.expressions.iter().filter(|(expression, _)| word.text.contains(expression.as_str()))
            {
                let _ = expression;
                join(&mut found, origins.iter().cloned());
            }
        }
        if !word.substitutions.is_empty() {
            let outer = std::mem::take(&mut self.pipe);
            let mut last = Vec::new();
            for command in &word.substitutions {
                let passed = self.command(command);
                if command.joint == Joint::Pipe {
                    self.pipe = passed;
                } else {
                    self.pipe.clear();
                    join(&mut last, passed);
                }
            }
            self.pipe = outer;
            join(&mut found, last);
        }
        found
    }

    /// Text of outsiders that a command itself fetches.
    fn source(&self, command: &Command) -> Vec<Origin> {
        let program = command.program();
        let words: Vec<&str> = command.words.iter().skip(1).map(|word| word.text.as_str()).collect();
        let has = |part: &str| words.iter().any(|word| word.contains(part));
        let named =
            |control| vec![Origin::new(format!("{program} {}", words.first().copied().unwrap_or_default()), control)];
        match (program.as_str(), words.first().copied().unwrap_or_default()) {
            ("git", "diff" | "diff-tree" | "show" | "log" | "whatchanged")
                if has("--name-only") || has("--name-status") =>
            {
                named(Control::Untrusted)
            }
            ("git", "log" | "show")
                if ["%s", "%b", "%B", "%an", "%ae", "%cn", "%ce", "--oneline"].iter().any(|format| has(format)) =>
            {
                named(Control::Unclear)
            }
            ("gh", "pr") if has("--name-only") => named(Control::Untrusted),
            ("gh", "pr" | "issue") if words.get(1) == Some(&"view") && has("--json") => {
                let free =
                    ["title", "body", "headRefName", "files", "commits", "comments", "author", "labels", "reviews"];
                if free.iter().any(|field| has(field)) { named(Control::Untrusted) } else { Vec::new() }
            }
            ("gh" | "curl" | "hub", _) if has("/files") && (has("/pulls/") || has("/pull/")) => {
                named(Control::Untrusted)
            }
            ("cat" | "head" | "tail" | "jq" | "yq" | "sed" | "awk" | "grep" | "cut" | "source" | ".", _)
                if self.foreign_files && !command.piped =>
            {
                vec![Origin::new("a file of the workspace", Control::Unclear)]
            }
            ("cat" | "jq", _) if has("GITHUB_EVENT_PATH") => named(Control::Unclear),
            _ => Vec::new(),
        }
    }

    /// `[[ $X =~ ^[0-9]+$ ]]` in a script that leaves otherwise: what passes is harmless.
    fn test(&mut self, command: &Command) {
        let Some(at) = command.words.iter().position(|word| word.text == "=~") else { return };
        let Some(left) = at.checked_sub(1).and_then(|at| command.words.get(at)) else { return };
        let pattern: String = command
            .words
            .iter()
            .skip(at + 1)
            .take_while(|word| !matches!(word.text.as_str(), "&" | "]]"))
            .map(|word| word.text.as_str())
            .collect();
        let name =
            pattern.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).or_else(|| pattern.strip_prefix('$'));
        let pattern = name.and_then(|name| self.constants.get(name)).cloned().unwrap_or(pattern);
        if self.exits && is_strict_pattern(&pattern, true) {
            self.clean(left);
        }
    }

    /// `case "$X" in a|b) ;; *) exit 1 ;; esac`.
    fn branches(&mut self, command: &Command) {
        let rest = self.text.get(command.offset..).unwrap_or_default();
        let body = rest.split("esac").next().unwrap_or_default();
        let otherwise = body.split("*)").nth(1).unwrap_or_default();
        let leaves =
            otherwise.split(";;").next().is_some_and(|branch| branch.contains("exit ") || branch.contains("return "));
        if leaves && let Some(word) = command.words.get(1) {
            self.clean(word);
        }
    }

    /// `grep -Eq '^[0-9]+$' <<< "$X" || exit 1`.
    fn check(&mut self, command: &Command, taken: &[Origin]) {
        let quiet = command.words.iter().any(|word| {
            word.text.starts_with('-') && !word.text.starts_with("--") && word.text.contains('q')
                || word.text == "--quiet"
        });
        let strict = command.words.iter().skip(1).any(|word| is_strict_pattern(&word.text, true));
        if quiet && strict && self.exits && command.joint != Joint::And && !taken.is_empty() {
            let inputs: Vec<Word> = command.redirects.iter().map(|redirect| redirect.word.clone()).collect();
            inputs.iter().for_each(|word| self.clean(word));
            for origins in self.variables.values_mut() {
                if origins.iter().all(|origin| taken.iter().any(|other| other.name == origin.name)) && command.piped {
                    origins.iter_mut().for_each(|origin| origin.sanitiser = "allowlist");
                }
            }
        }
    }

    fn clean(&mut self, word: &Word) {
        for variable in &word.variables {
            if let Some(origins) = self.variables.get_mut(&variable.name) {
                origins.iter_mut().for_each(|origin| origin.sanitiser = "allowlist");
            }
        }
    }

    /// Notes what a command writes for later steps.
    fn writes(&mut self, command: &Command, passed: &[Origin]) {
        let mut targets: Vec<Target> = command
            .redirects
            .iter()
            .filter(|redirect| redirect.kind == RedirectKind::Write)
            .filter_map(|redirect| target(&redirect.word))
            .collect();
        if matches!(command.program().as_str(), "tee" | "out-file" | "add-content" | "set-content") {
            targets.extend(command.words.iter().skip(1).filter_map(target));
        }
        let old = command.words.iter().find_map(|word| {
            let rest = word.text.split_once("::set-output ").map(|(_, rest)| (Target::Output, rest));
            rest.or_else(|| word.text.split_once("::set-env ").map(|(_, rest)| (Target::Environment, rest)))
        });
        if let Some((target, rest)) = old {
            let name = rest.split_once("name=").map(|(_, rest)| rest.split("::").next().unwrap_or_default().to_owned());
            return self.write(target, name, passed.to_vec(), command.offset);
        }
        targets.dedup();
        for target in targets {
            let text = written_text(command);
            let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
            if let Some((name, end)) = self.block.clone() {
                if lines.iter().any(|line| line.trim() == end) {
                    self.block = None;
                } else {
                    self.write(target, Some(name), passed.to_vec(), command.offset);
                }
                continue;
            }
            if let Some((name, end)) = lines.first().and_then(|line| line.split_once("<<")) {
                self.block = (lines.len() == 1).then(|| (name.trim().to_owned(), end.trim().to_owned()));
                self.write(target, Some(name.trim().to_owned()), passed.to_vec(), command.offset);
                continue;
            }
            let names: Vec<Option<String>> = lines.iter().map(|line| output_name(line)).collect();
            match names.as_slice() {
                [] => self.write(target, None, passed.to_vec(), command.offset),
                names => {
                    names.iter().cloned().for_each(|name| self.write(target, name, passed.to_vec(), command.offset))
                }
            }
        }
    }

    fn write(&mut self, target: Target, name: Option<String>, origins: Vec<Origin>, offset: usize) {
        let origins = via(&origins, "output");
        match target {
            Target::Output => self.out.outputs.add(name, origins),
            Target::Environment | Target::Path => {
                if origins.iter().any(|origin| origin.control != Control::Safe && origin.sanitiser == "none") {
                    self.out.file_writes.push((offset, origins.clone()));
                }
                if target == Target::Environment {
                    // Names of variables keep their case; the expression language does not care.
                    self.out.environment.add(name, origins);
                }
            }
        }
    }

    /// Notes how a command uses variables of interest.
    fn uses(&mut self, command: &Command) {
        for command in flatten(std::slice::from_ref(command)) {
            let program = command.program();
            let harmless = matches!(
                program.as_str(),
                "[[" | "case" | "for" | "((" | "select" | "export" | "local" | "declare" | "readonly"
            );
            let stdin_code = command.words.len() == 1
                && (SHELLS.contains(&program.as_str()) || INTERPRETERS.contains(&program.as_str()));
            for (index, word) in command.words.iter().enumerate() {
                let nested = is_code_position(command, index);
                for variable in word.variables.iter().filter(|variable| !is_cleaning(&variable.operation)) {
                    // PowerShell never splits a value or reads it again.
                    let whole = variable.quoted || harmless || self.dialect == Dialect::Windows;
                    let kind = match (nested, whole) {
                        (true, _) => Kind::Nested,
                        (false, true) => Kind::Quoted,
                        (false, false) => Kind::Unquoted,
                    };
                    self.note(command, &variable.name, kind);
                }
                if nested && !word.substitutions.is_empty() {
                    let origins = self.word(word);
                    self.note_origins(command, "$( )", origins);
                }
            }
            for redirect in command.redirects.iter().filter(|redirect| redirect.kind == RedirectKind::Text) {
                for variable in &redirect.word.variables {
                    self.note(
                        command,
                        &variable.name,
                        if stdin_code || program == "ssh" { Kind::Nested } else { Kind::Quoted },
                    );
                }
            }
            for (_, value) in &command.assignments {
                value.variables.iter().for_each(|variable| self.note(command, &variable.name, Kind::Quoted));
            }
            let xargs = matches!(program.as_str(), "xargs" | "parallel")
                && command.words.iter().any(|word| SHELLS.contains(&word.text.as_str()));
            if (stdin_code || xargs) && !self.pipe.is_empty() {
                let pipe = self.pipe.clone();
                self.note_origins(command, "|", pipe);
            }
        }
    }

    fn note(&mut self, command: &Command, variable: &str, kind: Kind) {
        let Some(origins) = self.variables.get(variable) else { return };
        let origins: Vec<Origin> =
            origins.iter().filter(|origin| origin.control != Control::Safe || origin.code.is_some()).cloned().collect();
        if !origins.is_empty() && self.out.uses.len() < MAX_NAMES {
            self.out.uses.push(Use { offset: command.offset, variable: variable.to_owned(), origins, kind });
        }
    }

    fn note_origins(&mut self, command: &Command, name: &str, origins: Vec<Origin>) {
        let origins: Vec<Origin> = origins.into_iter().filter(|origin| origin.control != Control::Safe).collect();
        if !origins.is_empty() && self.out.uses.len() < MAX_NAMES {
            self.out.uses.push(Use { offset: command.offset, variable: name.to_owned(), origins, kind: Kind::Nested });
        }
    }
}

/// Whether the word at a place of a command is run as code.
fn is_code_position(command: &Command, index: usize) -> bool {
    if index == 0 {
        return false;
    }
    match command.program().as_str() {
        "eval" | "iex" | "invoke-expression" => return true,
        "cmd" => return index > 1 && command.words.iter().take(index).any(|word| word.text.eq_ignore_ascii_case("/c")),
        "ssh" => return index > 1 && !command.word(index).starts_with('-'),
        "awk" | "gawk" => return index == 1,
        _ => {}
    }
    let before = command.word(index - 1);
    let option = matches!(
        before,
        "-c" | "-lc"
            | "-ec"
            | "-xc"
            | "-exc"
            | "-euc"
            | "-euxc"
            | "-ic"
            | "-Command"
            | "-command"
            | "-e"
            | "--eval"
            | "-r"
            | "--command"
            | "--run"
    );
    option
        && command.words.iter().take(index).any(|word| {
            let name = word.text.rsplit('/').next().unwrap_or_default();
            let name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
            SHELLS.contains(&name)
                || INTERPRETERS.contains(&name)
                || matches!(name, "su" | "nix-shell" | "script" | "tmux" | "vagrant")
        })
}

fn target(word: &Word) -> Option<Target> {
    OUTPUT_FILES.iter().find(|(name, _)| word.text.contains(name)).map(|(_, target)| *target)
}

/// The text that a command writes, as far as it stands there.
fn written_text(command: &Command) -> String {
    if let Some(body) =
        command.redirects.iter().find(|redirect| redirect.kind == RedirectKind::Text && !redirect.word.text.is_empty())
    {
        return body.word.text.clone();
    }
    let words = command
        .words
        .iter()
        .skip(usize::from(!command.word(0).contains('=')))
        .filter(|word| !word.text.starts_with('-') && target(word).is_none());
    words.map(|word| word.text.as_str()).collect::<Vec<_>>().join(" ")
}

/// The name in `name=value`.
fn output_name(line: &str) -> Option<String> {
    let (name, _) = line.trim().split_once('=')?;
    let plain = !name.is_empty()
        && name.len() < 100
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'));
    plain.then(|| name.to_owned())
}

/// Whether what a command passes on is harmless whatever it reads.
fn is_filter(command: &Command) -> bool {
    let words = || command.words.iter().skip(1).map(|word| word.text.as_str());
    match command.program().as_str() {
        "wc" | "sha256sum" | "sha1sum" | "sha512sum" | "shasum" | "md5sum" | "cksum" | "base32" | "test" | "["
        | "[[" | "true" | "false" | "git-hash" => true,
        "tr" => {
            words().any(|word| matches!(word, "-cd" | "-dc" | "-cs" | "-c" | "-C"))
                && words().filter(|word| !word.starts_with('-')).all(is_harmless_set)
        }
        "grep" | "egrep" | "rg" => {
            let only = words().any(|word| {
                word.starts_with('-') && !word.starts_with("--") && word.contains('o') || word == "--only-matching"
            });
            let patterns: Vec<&str> = words().filter(|word| !word.starts_with('-')).collect();
            only && patterns.first().is_some_and(|pattern| is_strict_pattern(pattern, false))
                || words().any(|word| word == "-c" || word == "--count")
        }
        "sed" => words().any(|word| {
            let body =
                word.strip_prefix("s/[^").or_else(|| word.strip_prefix("s|[^")).or_else(|| word.strip_prefix("s,[^"));
            body.and_then(|body| body.split_once(']'))
                .is_some_and(|(set, rest)| is_harmless_set(set) && rest.ends_with('g'))
        }),
        "jq" => words().any(|word| matches!(word, "length" | ".number" | ".id")),
        _ => false,
    }
}

/// Whether a set of letters, as `tr` and brackets write it, holds no sign of the shell.
fn is_harmless_set(set: &str) -> bool {
    let plain = ["[:alnum:]", "[:alpha:]", "[:digit:]", "[:lower:]", "[:upper:]", "\\n", "\\-", "\\.", "\\_"]
        .iter()
        .fold(set.to_owned(), |set, class| set.replace(class, ""));
    plain.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '/' | '+' | ',' | '@'))
}

/// Whether a regular expression admits harmless letters only; `whole`: from the start of the text to its end.
fn is_strict_pattern(pattern: &str, whole: bool) -> bool {
    if whole && !(pattern.starts_with('^') && pattern.ends_with('$')) || pattern.len() > 500 {
        return false;
    }
    let mut rest = pattern.trim_start_matches('^').trim_end_matches('$').chars().peekable();
    let mut letters = 0;
    while let Some(c) = rest.next() {
        match c {
            '[' => {
                let mut set = String::new();
                let mut depth = 1;
                for c in rest.by_ref() {
                    match c {
                        '[' => depth += 1,
                        ']' => depth -= 1,
                        _ => {}
                    }
                    if depth == 0 {
                        break;
                    }
                    set.push(c);
                }
                if set.starts_with('^') || !is_harmless_set(&set) {
                    return false;
                }
                letters += 1;
            }
            '\\' => match rest.next() {
                Some('d' | '.' | '-' | '/' | 'w' | '+') => letters += 1,
                _ => return false,
            },
            '+' | '*' | '?' | '{' | '}' | ',' | '(' | ')' | '|' => {}
            c if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '/' | ':' | '@') => letters += 1,
            _ => return false,
        }
    }
    letters > 0
}

/// Whether an operation on a variable leaves nothing harmful: its length, or harmless letters only.
fn is_cleaning(operation: &str) -> bool {
    operation == "#"
        || operation
            .strip_prefix("//[^")
            .and_then(|rest| rest.split_once(']'))
            .is_some_and(|(set, _)| is_harmless_set(set))
        || operation == "@Q"
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn run(text: &str) -> Trace {
        let title = vec![Origin::new("github.event.issue.title", Control::Untrusted)];
        let before = Before {
            variables: BTreeMap::from([("TITLE".to_owned(), title.clone())]),
            expressions: BTreeMap::from([("${{ github.event.issue.title }}".to_owned(), title)]),
            foreign_files: false,
        };
        trace(text, Dialect::Posix, &before)
    }

    #[rstest]
    #[case::direct("echo \"a=$TITLE\" >> $GITHUB_OUTPUT", "a", true)]
    #[case::constant("if [[ $TITLE == x ]]; then echo \"a=true\" >> \"$GITHUB_OUTPUT\"; fi", "a", false)]
    #[case::other_name("echo \"a=$TITLE\" >> $GITHUB_OUTPUT", "b", false)]
    #[case::through_variables(
        "x=$(echo \"$TITLE\" | awk '{print $2}')\ny=\"pre-$x\"\necho \"a=$y\" >> $GITHUB_OUTPUT",
        "a",
        true
    )]
    #[case::overwritten("x=$TITLE\nx=1\necho \"a=$x\" >> $GITHUB_OUTPUT", "a", false)]
    #[case::maybe_overwritten("x=$TITLE\nif true; then x=1; fi\necho \"a=$x\" >> $GITHUB_OUTPUT", "a", true)]
    #[case::expression("echo \"a=${{ github.event.issue.title }}\" >> $GITHUB_OUTPUT", "a", true)]
    #[case::old_form("echo \"::set-output name=a::$TITLE\"", "a", true)]
    #[case::several_lines(
        "echo 'a<<E' >> $GITHUB_OUTPUT\necho \"$TITLE\" >> $GITHUB_OUTPUT\necho E >> $GITHUB_OUTPUT",
        "a",
        true
    )]
    #[case::grouped("{\n echo 'a<<E'\n echo \"$TITLE\"\n echo E\n} >> $GITHUB_OUTPUT", "a", true)]
    #[case::tee("echo \"a=$TITLE\" | tee -a $GITHUB_OUTPUT", "a", true)]
    #[case::unknown_name("echo \"$N=$TITLE\" >> $GITHUB_OUTPUT", "anything", true)]
    #[case::filtered("x=$(grep -oE '[0-9]+' <<< \"$TITLE\")\necho \"a=$x\" >> $GITHUB_OUTPUT", "a", false)]
    #[case::loosely_filtered("x=$(grep -o '.*' <<< \"$TITLE\")\necho \"a=$x\" >> $GITHUB_OUTPUT", "a", true)]
    #[case::letters("x=$(echo \"$TITLE\" | tr -cd '[:alnum:]-')\necho \"a=$x\" >> $GITHUB_OUTPUT", "a", false)]
    #[case::sed("x=$(echo \"$TITLE\" | sed 's/[^a-z0-9]/-/g')\necho \"a=$x\" >> $GITHUB_OUTPUT", "a", false)]
    #[case::cleaned("echo \"a=${TITLE//[^a-z0-9]/}\" >> $GITHUB_OUTPUT", "a", false)]
    #[case::changed_files("echo \"a=$(git diff --name-only HEAD^)\" >> $GITHUB_OUTPUT", "a", true)]
    #[case::changed_files_in_loop(
        "git diff --name-only | while read f; do\n echo \"a=$f\" >> $GITHUB_OUTPUT\ndone",
        "a",
        true
    )]
    #[case::read("read -r x y <<< \"$TITLE\"\necho \"a=$y\" >> $GITHUB_OUTPUT", "a", true)]
    #[case::mapfile(
        "mapfile -t v < <(grep -Eo '[0-9]+\\.[0-9]+' <<< \"$TITLE\")\necho \"a=${v[0]}\" >> $GITHUB_OUTPUT",
        "a",
        false
    )]
    #[case::mapfile_open("mapfile -t v < <(cat <<< \"$TITLE\")\necho \"a=${v[0]}\" >> $GITHUB_OUTPUT", "a", true)]
    fn outputs(#[case] text: &str, #[case] name: &str, #[case] tainted: bool) {
        let found = run(text).outputs.get(name);
        assert_eq!(
            found.iter().any(|origin| origin.control == Control::Untrusted && origin.sanitiser == "none"),
            tainted,
            "{found:?}"
        );
    }

    #[rstest]
    #[case("if ! [[ $TITLE =~ ^[0-9]+$ ]]; then exit 1; fi\necho \"a=$TITLE\" >> $GITHUB_OUTPUT", "allowlist")]
    #[case("re='^[0-9]+$'\n[[ $TITLE =~ $re ]] || exit 1\necho \"a=$TITLE\" >> $GITHUB_OUTPUT", "allowlist")]
    #[case("[[ $TITLE =~ ^.*$ ]] || exit 1\necho \"a=$TITLE\" >> $GITHUB_OUTPUT", "none")]
    #[case("case \"$TITLE\" in\n a|b) ;;\n *) exit 1 ;;\nesac\necho \"a=$TITLE\" >> $GITHUB_OUTPUT", "allowlist")]
    #[case("grep -Eq '^[a-z]+$' <<< \"$TITLE\" || exit 1\necho \"a=$TITLE\" >> $GITHUB_OUTPUT", "allowlist")]
    fn checks(#[case] text: &str, #[case] sanitiser: &str) {
        assert_eq!(run(text).outputs.get("a")[0].sanitiser, sanitiser);
    }

    #[rstest]
    #[case("echo \"$TITLE\"", Some(Kind::Quoted))]
    #[case("echo $TITLE", Some(Kind::Unquoted))]
    #[case("x=$TITLE", Some(Kind::Quoted))]
    #[case("[[ $TITLE == a ]]", Some(Kind::Quoted))]
    #[case("eval \"$TITLE\"", Some(Kind::Nested))]
    #[case("bash -c \"echo $TITLE\"", Some(Kind::Nested))]
    #[case("bash -c 'echo \"$TITLE\"'", None)]
    #[case("docker run x sh -c \"echo $TITLE\"", Some(Kind::Nested))]
    #[case("echo \"$TITLE\" | bash", Some(Kind::Nested))]
    #[case("echo \"$TITLE\" | xargs sh -c 'x'", Some(Kind::Nested))]
    #[case("ssh host \"run $TITLE\"", Some(Kind::Nested))]
    #[case("python3 -c \"print('$TITLE')\"", Some(Kind::Nested))]
    #[case("bash <<E\necho $TITLE\nE\n", Some(Kind::Nested))]
    #[case("cat <<E\necho $TITLE\nE\n", Some(Kind::Quoted))]
    #[case("echo ${#TITLE}", None)]
    fn kinds_of_use(#[case] text: &str, #[case] expected: Option<Kind>) {
        assert_eq!(run(text).uses.iter().map(|found| found.kind).max(), expected);
    }

    #[test]
    fn environment_files_are_noted() {
        let found = run(
            "message=$(echo \"$TITLE\" | sed 's/x//')\necho \"$message\" >> $GITHUB_PATH\necho \"V=$TITLE\" >> $GITHUB_ENV",
        );
        assert_eq!(found.file_writes.len(), 2);
        assert_eq!(found.environment.get("v").len(), 1);
    }
}
