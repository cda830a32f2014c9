//! Commands: which a line runs, by the table of known ones.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use super::{Kind, Mark, Spoke};

/// Words of one command that are looked at.
const MAX_WORDS: usize = 40;
/// Lines of one code block that are looked at.
const MAX_LINES: usize = 2_000;
/// Languages of code blocks that hold commands.
const SHELLS: &[&str] = &[
    "sh",
    "bash",
    "shell",
    "console",
    "zsh",
    "fish",
    "powershell",
    "ps1",
    "pwsh",
    "bat",
    "cmd",
    "shell-session",
    "shellsession",
    "terminal",
    "sh-session",
    "bash-session",
];

/// `tables/commands.yaml`: by kind, commands as words. `word*` begins a word, `...` skips words, `$` ends the command apart from options.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CommandsFile {
    build: Vec<String>,
    test: Vec<String>,
    install: Vec<String>,
    verify: Vec<String>,
    /// Other programs whose lines are commands.
    other: Vec<String>,
}

/// The known commands by their first word.
#[derive(Debug, Default)]
pub(super) struct Commands {
    exact: HashMap<String, Vec<Known>>,
    prefixed: BTreeMap<String, Vec<Known>>,
}

#[derive(Debug, Clone)]
struct Known {
    kind: Kind,
    words: Vec<Part>,
    /// Words that are not options may not follow.
    whole: bool,
    /// How exactly it describes the command.
    weight: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Exact(String),
    Prefix(String),
    Any,
}

impl Commands {
    pub(super) fn new(file: CommandsFile) -> Result<Self, String> {
        let mut commands = Self::default();
        for (kind, written) in [
            (Kind::BuildCommand, file.build),
            (Kind::TestCommand, file.test),
            (Kind::InstallCommand, file.install),
            (Kind::VerifyCommand, file.verify),
            (Kind::Command, file.other),
        ] {
            for text in written {
                commands.add(kind, &text)?;
            }
        }
        Ok(commands)
    }

    fn add(&mut self, kind: Kind, text: &str) -> Result<(), String> {
        let whole = text.ends_with(" $");
        let words: Vec<Part> = text
            .trim_end_matches(" $")
            .split_whitespace()
            .map(|word| match word.strip_suffix('*') {
                _ if word == "..." => Part::Any,
                Some(start) => Part::Prefix(start.to_owned()),
                None => Part::Exact(word.to_owned()),
            })
            .collect();
        let exact = words.iter().filter(|word| **word != Part::Any).count() * 4 + usize::from(whole) * 2;
        let weight = exact + usize::from(kind != Kind::Command);
        let known = Known { kind, words, whole, weight };
        match known.words.first() {
            Some(Part::Exact(first)) => self.exact.entry(first.clone()).or_default().push(known),
            Some(Part::Prefix(first)) => self.prefixed.entry(first.clone()).or_default().push(known),
            _ => return Err(format!("tables/commands.yaml: `{text}` begins with no word")),
        }
        Ok(())
    }

    /// The kind of one command line, by the known command that describes it best.
    fn kind_of(&self, words: &[&str]) -> Option<Kind> {
        let first = words.first()?;
        let name = first.rsplit(['/', '\\']).next().unwrap_or(first);
        let name = name.strip_suffix(".exe").unwrap_or(name);
        let exact = [*first, name].into_iter().filter_map(|name| self.exact.get(name)).flatten();
        let prefixed =
            self.prefixed.iter().filter(|(start, _)| first.starts_with(start.as_str())).flat_map(|(_, known)| known);
        exact.chain(prefixed).filter(|known| known.fits(words)).max_by_key(|known| known.weight).map(|known| known.kind)
    }

    /// The kinds of commands that a code block holds.
    pub(super) fn in_code(&self, language: &str, text: &str, kinds: &mut Vec<Kind>) {
        let shell = SHELLS.contains(&language);
        if !shell && !matches!(language, "" | "text" | "txt" | "plain" | "plaintext" | "none" | "sh$" | "dockerfile") {
            return;
        }
        let joined = text.replace("\\\r\n", " ").replace("\\\n", " ");
        for line in joined.lines().take(MAX_LINES) {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let prompted = line.starts_with("$ ") || line.starts_with("> ") || line.starts_with("% ");
            for part in line.split("&&").flat_map(|part| part.split([';', '|'])) {
                let words = command_words(part);
                let found = self.kind_of(&words);
                if let Some(kind) = found {
                    kinds.push(kind);
                }
                if !words.is_empty()
                    && (found.is_some()
                        || prompted
                        || shell
                        || words.first().is_some_and(|word| word.starts_with("./")))
                {
                    kinds.push(Kind::Command);
                }
            }
        }
    }

    /// Commands inside a sentence. A command of one word that is a common word needs a verb such as `run` before it.
    pub(super) fn in_prose(&self, words: &[Spoke<'_>], whole: &str, marks: &mut Vec<Mark>) {
        for at in 0..words.len() {
            let Some(word) = words.get(at) else { continue };
            if word.lead || !(self.exact.contains_key(word.raw) || word.raw.starts_with("./")) {
                continue;
            }
            let written = run_of(whole.get(word.start..).unwrap_or_default());
            let Some((kind, length)) = self.longest(&written) else { continue };
            let before = at.checked_sub(1).and_then(|at| words.get(at)).map_or("", |word| word.norm);
            let called = matches!(
                before,
                "run"
                    | "running"
                    | "runs"
                    | "execute"
                    | "invoke"
                    | "type"
                    | "use"
                    | "using"
                    | "via"
                    | "call"
                    | "with"
                    | "by"
                    | "command"
                    | "tests"
                    | "and"
                    | "then"
            );
            if length > 1 || called && before != "and" && before != "then" || before == "then" && written.len() == 1 {
                let last = (at + length.max(1) - 1).min(words.len() - 1);
                marks.push(Mark { kind, first: at, last });
                marks.push(Mark { kind: Kind::Command, first: at, last });
            }
        }
    }

    /// The kind of the longest beginning of these words that is a known command, with its length in words.
    fn longest(&self, words: &[&str]) -> Option<(Kind, usize)> {
        let kind = (1..=words.len().min(4))
            .rev()
            .find_map(|length| self.kind_of(words.get(..length)?).map(|kind| (kind, length)))?;
        let described = self
            .exact
            .get(*words.first()?)?
            .iter()
            .filter(|known| known.kind == kind.0 && known.fits(words.get(..kind.1).unwrap_or_default()));
        described.map(|known| known.words.len()).max().map(|length| (kind.0, length))
    }
}

impl Known {
    fn fits(&self, words: &[&str]) -> bool {
        let mut rest = words.iter().skip(1).copied().peekable();
        let mut skipping = false;
        for part in self.words.iter().skip(1) {
            match part {
                Part::Any => skipping = true,
                wanted => {
                    let found = rest.by_ref().find_map(|word| {
                        let fits = match wanted {
                            Part::Exact(exact) => word == exact,
                            Part::Prefix(start) => word.starts_with(start.as_str()),
                            Part::Any => false,
                        };
                        if fits {
                            Some(true)
                        } else if skipping || word.starts_with('-') || word.starts_with('+') {
                            None
                        } else {
                            Some(false)
                        }
                    });
                    if found != Some(true) {
                        return false;
                    }
                    skipping = false;
                }
            }
        }
        !self.whole || rest.all(|word| word.starts_with('-') || word.starts_with('#') || word.contains('='))
    }
}

/// The words of one command without prompt, environment and wrappers.
fn command_words(line: &str) -> Vec<&str> {
    let mut words: Vec<&str> = line.split_whitespace().take(MAX_WORDS).collect();
    let opening = words
        .iter()
        .take_while(|word| {
            matches!(**word, "$" | ">" | "%" | "sudo" | "env" | "exec" | "time" | "then" | "do")
                || word.starts_with("PS>")
                || is_setting(word)
        })
        .count();
    words.drain(..opening);
    words
}

/// `NAME=value` before a command.
fn is_setting(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
    })
}

/// The words from a place on as they were written, up to the end of the sentence or a comma.
fn run_of(text: &str) -> Vec<&str> {
    let mut run = Vec::new();
    for word in text.split_whitespace().take(8) {
        let bare = word.trim_end_matches(['.', ',', ';', ':', ')', '`', '"', '\'', '!', '?', '|']);
        let ends = bare.len() < word.len() && bare != ".";
        run.push(if bare.is_empty() { word } else { bare });
        if ends {
            break;
        }
    }
    run
}
