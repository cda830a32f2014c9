//! What the machinery of a repository fetches outside of package managers, and where it uses them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Deserialize;

use super::ecosystems::Table as Ecosystems;
use super::scripts::{self, Machinery, Script};
use super::{Download, Ecosystem, Install};
use crate::bundle::Bundle;
use crate::collect::ci::Ci;
use crate::collect::ci::shell::{Command, Joint};
use crate::collect::files::submodules;
use crate::collect::path::RepoPath;
use crate::collect::{Context, limits, tables};
use crate::model::subject::Subject;

/// Commands that take dependencies in, listed per ecosystem.
const INSTALLS: usize = 10;
const SHELLS: &[&str] = &[
    "sh",
    "bash",
    "zsh",
    "dash",
    "ksh",
    "ash",
    "python",
    "python3",
    "perl",
    "ruby",
    "node",
    "php",
    "iex",
    "pwsh",
    "powershell",
];
const FETCHERS: &[&str] =
    &["curl", "wget", "aria2c", "fetch", "iwr", "irm", "invoke-webrequest", "invoke-restmethod", "start-bitstransfer"];
/// Words before the program that only say how it runs.
const PREFIXES: &[&str] = &[
    "sudo",
    "env",
    "time",
    "exec",
    "command",
    "nohup",
    "then",
    "do",
    "else",
    "!",
    "retry",
    "travis_retry",
    "&",
    "eatmydata",
    "xvfb-run",
];

/// The table of downloads (`policies/tables/downloads.yaml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Table {
    pub(super) script_keys: BTreeSet<String>,
    test_words: BTreeSet<String>,
    product_words: BTreeSet<String>,
    data_files: Vec<String>,
    library_files: Vec<LibraryFile>,
    archives: Vec<String>,
    builders: Vec<Builder>,
    tool_signs: Vec<String>,
    tool_repositories: BTreeSet<String>,
    checks: Vec<String>,
    python_tools: Vec<String>,
    pub(super) update_configs: Vec<UpdateFiles>,
    pub(super) update_names: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LibraryFile {
    end: String,
    ecosystem: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Builder {
    words: String,
    ecosystem: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UpdateFiles {
    pub(super) tool: String,
    pub(super) paths: Vec<String>,
}

impl Table {
    pub(super) fn load(policies: &Bundle) -> Result<Arc<Self>, String> {
        policies.prepared(Self::from_bundle)
    }

    fn from_bundle(policies: &Bundle) -> Result<Self, String> {
        tables::load(policies, "downloads")
    }
}

/// All downloads, and whether everything that is run was read. Adds to each ecosystem where its package manager is used.
pub(super) fn find(
    cx: &Context<'_>,
    table: &Table,
    ecosystems: &Ecosystems,
    ci: &Ci,
    listed: &BTreeSet<String>,
    known: &mut [Ecosystem],
) -> (Vec<Download>, bool) {
    let machinery = scripts::gather(cx, ecosystems, ci, &table.script_keys);
    add_installs(ecosystems, &machinery, known);
    let mut found = Vec::new();
    for script in &machinery.scripts {
        let reading = Reading { table, subject: cx.subject, listed, script, side: is_beside(&script.path) };
        reading.downloads(&mut found);
    }
    for added in &machinery.added {
        let reading = Reading { table, subject: cx.subject, listed, script: added, side: is_beside(&added.path) };
        reading.added(&mut found);
    }
    found.sort_by(|a, b| (&a.path, a.line, &a.target).cmp(&(&b.path, b.line, &b.target)));
    found.dedup_by(|a, b| a.path == b.path && a.line == b.line && a.target == b.target);
    let complete = machinery.complete && found.len() <= limits::FINDINGS;
    found.truncate(limits::FINDINGS);
    (found, complete)
}

/// A command as lower-case words without what only says how it runs; variables of make stand for the program they name.
fn plain_words(command: &Command) -> Vec<String> {
    let words = command.words.iter().map(|word| word.text.to_lowercase());
    let words = words.map(|word| {
        let named =
            word.strip_prefix("$(").or_else(|| word.strip_prefix("${")).and_then(|rest| rest.strip_suffix([')', '}']));
        named.map_or(word.clone(), |name| name.trim_end_matches("_bin").to_owned())
    });
    let words =
        words.skip_while(|word| PREFIXES.contains(&word.as_str()) || word.starts_with('-') || word.contains('='));
    words.filter(|word| !(word.starts_with('+') && word.len() > 1)).collect()
}

fn add_installs(table: &Ecosystems, machinery: &Machinery, known: &mut [Ecosystem]) {
    let mut found: BTreeMap<&str, BTreeSet<Install>> = BTreeMap::new();
    for script in &machinery.scripts {
        for command in script.commands() {
            let mut words = plain_words(command);
            if let Some(first) = words.first_mut() {
                *first = first.rsplit('/').next().unwrap_or_default().trim_end_matches(".exe").to_owned();
            }
            let line = words.join(" ");
            for row in table.ecosystems() {
                let begins = |start: &String| {
                    let start = start.trim_start_matches("./");
                    line.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
                };
                let own = row.install.iter().any(begins);
                let system = !own && row.system_install.iter().any(begins);
                if !own && !system {
                    continue;
                }
                let installs = found.entry(&row.name).or_default();
                if installs.len() < limits::FINDINGS {
                    installs.insert(Install {
                        path: script.path.clone(),
                        line: line_at(script, command.offset),
                        command: line.chars().take(limits::QUOTE_CHARS).collect(),
                        system,
                    });
                }
            }
        }
    }
    for used in &machinery.uses {
        for row in table.ecosystems() {
            let name = used.name.split('@').next().unwrap_or_default();
            if row.actions.iter().any(|action| {
                name == action || name.strip_prefix(action.as_str()).is_some_and(|rest| rest.starts_with('/'))
            }) {
                found.entry(&row.name).or_default().insert(Install {
                    path: used.path.clone(),
                    line: used.line,
                    command: used.name.clone(),
                    system: false,
                });
            }
        }
    }
    for ecosystem in known {
        if let Some(installs) = found.remove(ecosystem.ecosystem.as_str()) {
            // The tool of the language first, so that cutting never leaves only the system's.
            let (own, system): (Vec<_>, Vec<_>) = installs.into_iter().partition(|install| !install.system);
            ecosystem.installs = own.into_iter().chain(system).take(INSTALLS).collect();
        }
    }
}

fn line_at(script: &Script, offset: usize) -> u64 {
    script.line + script.text.bytes().take(offset).filter(|b| *b == b'\n').count() as u64
}

/// One script while it is read.
struct Reading<'a> {
    table: &'a Table,
    subject: &'a Subject,
    listed: &'a BTreeSet<String>,
    script: &'a Script,
    /// Whether it lies among tests, documentation or examples.
    side: bool,
}

impl Reading<'_> {
    fn downloads(&self, found: &mut Vec<Download>) {
        let commands = self.script.commands();
        for (index, command) in commands.iter().enumerate() {
            if found.len() > limits::FINDINGS {
                return;
            }
            let words = plain_words(command);
            let program = words
                .first()
                .map(|word| word.rsplit('/').next().unwrap_or(word).trim_end_matches(".exe").to_owned())
                .unwrap_or_default();
            let rest = commands.get(index + 1..).unwrap_or_default();
            if FETCHERS.contains(&program.as_str()) {
                self.fetch(command, &words, rest, found);
            } else if program == "git" && words.iter().any(|word| word == "clone") {
                self.clone(command, &words, found);
            } else if SHELLS.contains(&program.as_str()) || matches!(program.as_str(), "source" | "." | "eval") {
                self.interpreted(command, found);
            } else if let Some(packages) = pip_arguments(&words) {
                self.pip(command, packages, found);
            }
        }
    }

    /// `ADD https://…` of a container file.
    fn added(&self, found: &mut Vec<Download>) {
        for word in self.script.text.split_whitespace() {
            if is_remote(word) && !self.ends(&self.table.data_files, &path_of(word)) {
                let (what, ecosystem) = self.what(word, "");
                found.push(self.download(self.script.line, "download", what, ecosystem, word));
            }
        }
    }

    fn fetch(&self, command: &Command, words: &[String], rest: &[&Command], found: &mut Vec<Download>) {
        let sends = |word: &String| {
            matches!(
                word.as_str(),
                "-d" | "--data"
                    | "-t"
                    | "--upload-file"
                    | "-f"
                    | "--form"
                    | "--data-binary"
                    | "--data-raw"
                    | "--data-urlencode"
                    | "-i"
                    | "--head"
            ) && !(words.first().is_some_and(|program| program != "curl") || word == "-f" || word == "-i")
        };
        let uploads = command.words.iter().any(|word| matches!(word.text.as_str(), "-F" | "-T" | "-I"))
            && words.first().is_some_and(|program| program == "curl");
        let method = words.windows(2).any(|pair| matches!(pair, [option, method] if option == "-x" && method != "get"));
        if words.iter().any(sends) || uploads || method {
            return;
        }
        let in_shell = self.is_interpreted_here(command);
        let next = rest
            .first()
            .filter(|_| command.joint == Joint::Pipe)
            .map(|next| plain_words(next).first().cloned().unwrap_or_default());
        let next = next.map(|next| next.rsplit('/').next().unwrap_or_default().to_owned());
        let piped = in_shell || next.as_deref().is_some_and(|next| SHELLS.contains(&next));
        let unpacked = next.as_deref().is_some_and(|next| {
            matches!(
                next,
                "tar"
                    | "bsdtar"
                    | "unzip"
                    | "gunzip"
                    | "gzip"
                    | "xz"
                    | "zcat"
                    | "cpio"
                    | "dpkg"
                    | "bzip2"
                    | "install"
                    | "docker"
            )
        });
        if !piped && !unpacked && next.is_some() {
            return;
        }
        let saved = !command.redirects.is_empty()
            || command.words.iter().any(|word| {
                let text = word.text.as_str();
                matches!(text, "-o" | "-O" | "--output" | "--remote-name" | "-P" | "-OutFile" | "-J")
                    || text.starts_with("--output=")
                    || text.starts_with("-o/")
                    || text.starts_with("--output-document")
                    || (text.starts_with('-')
                        && !text.starts_with("--")
                        && text.len() < 8
                        && (text.contains('O') || text.ends_with('o')))
            })
            || words.first().is_some_and(|program| program == "wget" || program == "aria2c");
        if !piped && !unpacked && !saved {
            return;
        }
        let to_stdout = !piped
            && !unpacked
            && command.words.iter().any(|word| matches!(word.text.as_str(), "-O-" | "-qO-" | "/dev/null"));
        for word in command.words.iter().filter(|word| is_remote(&word.text)) {
            let path = path_of(&word.text);
            if to_stdout || (!piped && self.ends(&self.table.data_files, &path)) {
                continue;
            }
            let (what, ecosystem) =
                if piped { ("tool", None) } else { self.what(&word.text, &self.after(command.offset)) };
            let form = if piped { "pipe_to_shell" } else { "download" };
            found.push(self.download(line_at(self.script, command.offset), form, what, ecosystem, &word.text));
        }
    }

    /// Whether the fetching command stands inside the words of an interpreter: `bash <(curl …)`, `eval "$(curl …)"`.
    fn is_interpreted_here(&self, command: &Command) -> bool {
        let before = self.script.text.get(..command.offset).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default().trim_end();
        let Some(outer) =
            line.strip_suffix("<(").or_else(|| line.strip_suffix("$(")).or_else(|| line.strip_suffix('`'))
        else {
            return false;
        };
        let outer = outer.trim_end_matches(['"', '\'', ' ']);
        let word = outer.split([';', '|', '&', '(']).next_back().unwrap_or_default();
        let mut words = word.split_whitespace().filter(|word| !PREFIXES.contains(word));
        words.next().is_some_and(|program| {
            let program = program.rsplit('/').next().unwrap_or(program).to_lowercase();
            SHELLS.contains(&program.as_str()) || matches!(program.as_str(), "source" | "." | "eval")
        })
    }

    /// A script given to an interpreter as one word: `bash -c "curl … | sh"`.
    fn interpreted(&self, command: &Command, found: &mut Vec<Download>) {
        for word in command
            .words
            .iter()
            .skip(1)
            .filter(|word| word.quoted && word.text.contains(' ') && word.substitutions.is_empty())
        {
            let line = line_at(self.script, word.offset);
            let inner = Script::new(self.script.path.clone(), line, word.text.clone(), self.script.context.clone());
            // One level: what is quoted inside a quoted script is text.
            if self.script.text.len() > inner.text.len() {
                Reading {
                    table: self.table,
                    subject: self.subject,
                    listed: self.listed,
                    script: &inner,
                    side: self.side,
                }
                .downloads(found);
            }
        }
    }

    fn clone(&self, command: &Command, words: &[String], found: &mut Vec<Download>) {
        let target =
            command.words.iter().map(|word| word.text.as_str()).find(|word| is_remote(word) || is_short_git(word));
        let Some(target) = target else { return };
        let name = last_part(target);
        let after = self.after(command.offset).to_lowercase();
        let (what, ecosystem) = if self.table.tool_repositories.contains(&name) {
            ("tool", None)
        } else if self.is_test() {
            ("source_for_test", None)
        } else {
            self.built(&after).map_or(("unknown", None), |ecosystem| ("library", Some(ecosystem)))
        };
        let mut download = self.download(line_at(self.script, command.offset), "clone", what, ecosystem, target);
        let reference = words.windows(2).find_map(|pair| match pair {
            [option, value] if matches!(option.as_str(), "-b" | "--branch" | "--revision") => Some(value.clone()),
            _ => None,
        });
        let later = after.lines().find_map(|line| {
            let at = ["git checkout ", "git reset --hard ", "git switch --detach ", "checkout "]
                .iter()
                .find_map(|word| line.find(word).map(|at| at + word.len()))?;
            line.get(at..)?.split_whitespace().find(|word| !word.starts_with('-')).map(str::to_owned)
        });
        let pins: Vec<String> = reference.into_iter().chain(later).collect();
        download.pin = if pins.iter().any(|pin| has_commit(pin)) {
            "commit"
        } else if pins.iter().any(|pin| has_version(pin) || pin.contains('$')) {
            "tag"
        } else {
            "none"
        }
        .to_owned();
        found.push(download);
    }

    fn pip(&self, command: &Command, packages: Vec<&str>, found: &mut Vec<Download>) {
        let line = line_at(self.script, command.offset);
        let addresses: Vec<&str> = command
            .words
            .iter()
            .map(|word| word.text.as_str())
            .filter(|word| word.contains("://") && !word.starts_with('-'))
            .collect();
        for address in &addresses {
            let address = address
                .split_once('@')
                .filter(|(name, rest)| {
                    name.trim().chars().all(|c| c.is_alphanumeric() || "_.-[] ".contains(c)) && rest.contains("://")
                })
                .map_or(*address, |(_, rest)| rest.trim());
            let form = if address.contains("git+") { "clone" } else { "download" };
            let index = command.words.windows(2).any(
                |pair| matches!(pair, [option, value] if option.text.starts_with('-') && value.text.ends_with(address)),
            );
            if !index && is_remote(address.trim_start_matches("git+")) {
                found.push(self.download(
                    line,
                    form,
                    if self.is_test() { "source_for_test" } else { "library" },
                    Some("python".to_owned()),
                    address,
                ));
            }
        }
        let libraries: Vec<&str> = packages.into_iter().filter(|name| !self.is_python_tool(name)).collect();
        if !libraries.is_empty() && addresses.is_empty() {
            let mut download =
                self.download(line, "package_list", "library", Some("python".to_owned()), &libraries.join(" "));
            download.listed = libraries.iter().all(|name| self.listed.contains(*name));
            download.pin = if libraries.iter().all(|name| name.contains("==")) { "tag" } else { "none" }.to_owned();
            download.plain_http = false;
            found.push(download);
        }
    }

    fn is_python_tool(&self, name: &str) -> bool {
        let name = name.split(['=', '<', '>', '~', '!', '[', ';']).next().unwrap_or(name).replace('_', "-");
        self.table.python_tools.iter().any(|tool| match tool.strip_suffix('*') {
            Some(stem) => name.starts_with(stem),
            None => tool.replace('_', "-") == name,
        })
    }

    fn download(&self, line: u64, form: &str, what: &str, ecosystem: Option<String>, target: &str) -> Download {
        let lower = target.to_lowercase();
        let scheme = lower.trim_start_matches("git+").split_once("://").map_or("", |(scheme, _)| scheme).to_owned();
        let checked = self.table.checks.iter().any(|check| self.script.text.to_lowercase().contains(check.as_str()));
        let pin = if checked {
            "digest"
        } else if has_commit(&lower) {
            "commit"
        } else if has_version(&path_of(&lower)) || path_of(&lower).contains('$') {
            "tag"
        } else {
            "none"
        };
        let name = name_of(target);
        Download {
            path: self.script.path.clone(),
            line,
            form: form.to_owned(),
            what: what.to_owned(),
            owner: if is_own(self.subject, target) { "own" } else { "third" }.to_owned(),
            pin: pin.to_owned(),
            used_for: if self.is_test() { "test" } else { "product" }.to_owned(),
            plain_http: matches!(scheme.as_str(), "http" | "ftp" | "git"),
            ecosystem,
            listed: name.len() > 2
                && self.listed.iter().any(|listed| listed.rsplit([':', '/']).next() == Some(name.as_str())),
            target: target.chars().take(limits::QUOTE_CHARS).collect(),
        }
    }

    /// What a file is that is fetched to be kept.
    fn what(&self, target: &str, after: &str) -> (&'static str, Option<String>) {
        let path = path_of(target);
        let after = after.to_lowercase();
        let signs = |text: &str| self.table.tool_signs.iter().any(|sign| text.contains(sign.as_str()));
        if let Some(file) = self.table.library_files.iter().find(|file| path.ends_with(file.end.as_str())) {
            if path.ends_with(".jar") && after.contains("java -jar") || signs(&path) && !path.ends_with(".whl") {
                return ("tool", None);
            }
            return (if self.is_test() { "source_for_test" } else { "library" }, Some(file.ecosystem.clone()));
        }
        if signs(&path) {
            return ("tool", None);
        }
        if self.ends(&self.table.archives, &path)
            || path.contains("/archive/")
            || path.contains("/tarball/")
            || path.contains("/zipball/")
        {
            if let Some(ecosystem) = self.built(&after) {
                return if self.is_test() { ("source_for_test", None) } else { ("library", Some(ecosystem)) };
            }
            return (if signs(&after) { "tool" } else { "unknown" }, None);
        }
        (if signs(&after) { "tool" } else { "unknown" }, None)
    }

    /// The ecosystem in which what was fetched is built afterwards.
    fn built(&self, after: &str) -> Option<String> {
        let unpacked =
            ["tar ", "unzip", "cd ", "pushd", "-c ", "bsdtar", "dir", "make -c", "cmake -s", "pip install ./", "clone"]
                .iter()
                .any(|word| after.contains(word));
        let builder = self
            .table
            .builders
            .iter()
            .filter(|builder| after.contains(builder.words.as_str()))
            .min_by_key(|builder| after.find(builder.words.as_str()));
        builder.filter(|_| unpacked).map(|builder| builder.ecosystem.clone())
    }

    /// The script from a place on.
    fn after(&self, offset: usize) -> String {
        self.script.text.get(offset..).unwrap_or_default().to_owned()
    }

    fn ends(&self, list: &[String], path: &str) -> bool {
        list.iter().any(|end| path.ends_with(end.as_str()))
    }

    fn is_test(&self) -> bool {
        let words: BTreeSet<&str> = self.script.context.split(|c: char| !c.is_alphanumeric()).collect();
        let about = |list: &BTreeSet<String>| list.iter().any(|word| words.contains(word.as_str()));
        self.side || (about(&self.table.test_words) && !about(&self.table.product_words))
    }
}

/// What `pip install` is given by name; none for other commands.
fn pip_arguments(words: &[String]) -> Option<Vec<&str>> {
    let at = words.iter().position(|word| word == "install")?;
    let before = words.get(..at)?;
    let pip = |word: &String| {
        let name = word.rsplit('/').next().unwrap_or(word);
        name == "pip"
            || (name.starts_with("pip")
                && name.trim_start_matches("pip").chars().all(|c| c.is_ascii_digit() || c == '.'))
    };
    if !before.iter().any(pip) || before.first().is_some_and(|word| word == "pipx") {
        return None;
    }
    let mut names = Vec::new();
    let mut rest = words.get(at + 1..)?.iter();
    while let Some(word) = rest.next() {
        if matches!(
            word.as_str(),
            "-r" | "--requirement"
                | "-c"
                | "--constraint"
                | "-e"
                | "--editable"
                | "-i"
                | "--index-url"
                | "--extra-index-url"
                | "--find-links"
                | "-f"
                | "-t"
                | "--target"
                | "--prefix"
                | "--root"
                | "--trusted-host"
                | "--python"
                | "--platform"
                | "--group"
                | "--only-binary"
                | "--no-binary"
                | "--progress-bar"
                | "--retries"
                | "--timeout"
                | "--cache-dir"
                | "--log"
                | "--proxy"
                | "--cert"
                | "--root-user-action"
                | "--use-feature"
                | "--upgrade-strategy"
                | "--src"
                | "--report"
                | "--abi"
                | "--implementation"
                | "--python-version"
        ) {
            rest.next();
        } else if !word.starts_with('-')
            && !word.starts_with(['.', '/', '$', '"', '{', '*'])
            && !word.contains("://")
            && !word.ends_with(".whl")
            && !word.contains('/')
            && !word.contains('$')
        {
            names.push(word.as_str());
        }
    }
    Some(names)
}

fn is_remote(word: &str) -> bool {
    let lower = word.to_lowercase();
    let Some((scheme, rest)) = lower.split_once("://") else { return false };
    let host = rest.split(['/', ':', '?']).next().unwrap_or_default();
    let local = host.is_empty()
        || matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "[" | "host.docker.internal")
        || host.ends_with(".local")
        || host.ends_with(".internal")
        || host.starts_with("169.254.");
    matches!(scheme, "http" | "https" | "ftp" | "git" | "ssh") && !local
}

fn is_short_git(word: &str) -> bool {
    word.split_once(':').is_some_and(|(before, path)| before.contains('@') && !before.contains('/') && !path.is_empty())
}

/// The path of an address in lower case, without query and fragment.
fn path_of(target: &str) -> String {
    let lower = target.to_lowercase();
    let rest = lower.split_once("://").map_or(lower.as_str(), |(_, rest)| rest);
    rest.split(['?', '#'])
        .next()
        .unwrap_or_default()
        .split_once('/')
        .map_or(String::new(), |(_, path)| format!("/{path}"))
}

fn last_part(target: &str) -> String {
    let lower = target.to_lowercase();
    lower.trim_end_matches('/').trim_end_matches(".git").rsplit(['/', ':']).next().unwrap_or_default().to_owned()
}

/// The name of what an address leads to, without version and ending: that of the repository for archives of a forge.
fn name_of(target: &str) -> String {
    let path = path_of(target);
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    if let Some(at) =
        parts.iter().position(|part| matches!(*part, "archive" | "releases" | "tarball" | "zipball" | "raw"))
        && let Some(name) = at.checked_sub(1).and_then(|at| parts.get(at))
    {
        return (*name).to_owned();
    }
    let last = last_part(target);
    let stem = last
        .find(|c: char| c.is_ascii_digit())
        .and_then(|at| last.get(..at))
        .filter(|stem| stem.len() > 1)
        .unwrap_or(&last);
    stem.trim_end_matches(['-', '_', '.', 'v']).split('.').next().unwrap_or_default().to_owned()
}

fn has_commit(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_hexdigit()).any(|part| part.len() == 40 || part.len() == 64)
}

/// Whether a text has something like `1.2`, `v3` or `3_4`.
fn has_version(text: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || c == '.' || c == '_')).any(|part| {
        let digits = part.trim_start_matches(|c: char| c.is_alphabetic());
        let numbers = digits
            .split(['.', '_'])
            .take_while(|number| number.chars().next().is_some_and(|c| c.is_ascii_digit()))
            .count();
        numbers >= 2 || (part.starts_with('v') && numbers == 1 && part.len() < 6)
    })
}

fn is_own(subject: &Subject, target: &str) -> bool {
    let lower = target.trim_start_matches("git+").to_lowercase();
    let variables = [
        "${{ github.repository",
        "$github_repository",
        "${github_repository",
        "$ci_project_url",
        "${ci_project_url",
        "${{ github.server_url",
    ];
    if variables.iter().any(|name| lower.contains(name)) {
        return true;
    }
    let Some((_, rest)) = lower.split_once("://") else { return submodules::same_owner(subject, target) == Some(true) };
    let (Some(host), Some(owner)) = (&subject.host, &subject.owner) else { return false };
    let Some((authority, path)) = rest.split_once('/') else { return false };
    let authority = authority.rsplit('@').next().unwrap_or(authority);
    let of_github = matches!(authority, "raw.githubusercontent.com" | "codeload.github.com") && host == "github.com";
    (authority == host || of_github)
        && path.strip_prefix(&owner.to_lowercase()).is_some_and(|rest| rest.starts_with('/'))
}

/// Whether a path lies where tests, documentation and examples lie.
fn is_beside(path: &str) -> bool {
    const DIRECTORIES: &[&str] = &[
        "docs",
        "doc",
        "documentation",
        "examples",
        "example",
        "samples",
        "sample",
        "demo",
        "demos",
        "website",
        "site",
    ];
    let lower = path.to_lowercase();
    RepoPath::new(path.as_bytes()).is_test()
        || lower.rsplit_once('/').is_some_and(|(above, _)| above.split('/').any(|part| DIRECTORIES.contains(&part)))
}
