//! Splits a shell script into its simple commands: words, assignments, redirections and how commands are joined.
//!
//! One pass, no evaluation. It aims at what pipelines contain (POSIX shells, and PowerShell or cmd as far as their lines
//! look alike) and never fails: what it does not understand becomes a plain word.

/// Nesting of groups and substitutions; deeper ones are plain text.
const MAX_DEPTH: usize = 24;
/// Openings without an end before no more ends are looked for.
const MAX_MISSES: usize = 200;
/// Groups inside groups whose ends are still told to the commands inside.
const MAX_GROUPS: usize = 32;
/// Commands of one script; what follows is dropped and `complete` is false.
const MAX_COMMANDS: usize = 20_000;

/// A script as its commands, in the order of the text. Commands of substitutions stand inside their words.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) commands: Vec<Command>,
    pub(crate) complete: bool,
}

/// How a command is joined to what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Joint {
    #[default]
    End,
    And,
    Or,
    Pipe,
    Background,
}

/// A simple command.
#[derive(Debug, Clone, Default)]
pub(crate) struct Command {
    pub(crate) words: Vec<Word>,
    /// `NAME=value` before the words, or alone.
    pub(crate) assignments: Vec<(String, Word)>,
    pub(crate) redirects: Vec<Redirect>,
    /// Where it starts in the script, in bytes.
    pub(crate) offset: usize,
    pub(crate) joint: Joint,
    /// How the group around it is joined to what follows the group.
    pub(crate) group_joint: Joint,
    /// Whether it reads from a pipe.
    pub(crate) piped: bool,
    /// Whether it only decides a branch: the condition of `if`, `while` or `until`, or behind `!`.
    pub(crate) condition: bool,
    /// How many groups stand around it.
    pub(crate) depth: usize,
}

/// A word without its quotes. Variables stay in the text as they were written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Word {
    pub(crate) text: String,
    pub(crate) variables: Vec<Variable>,
    /// Commands of `$( … )` and backquotes inside.
    pub(crate) substitutions: Vec<Command>,
    /// Whether some part of it was quoted.
    pub(crate) quoted: bool,
    pub(crate) offset: usize,
}

/// A variable inside a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) quoted: bool,
    /// What follows the name inside braces, such as `//[^0-9]/`.
    pub(crate) operation: String,
}

/// Where input comes from or output goes.
#[derive(Debug, Clone)]
pub(crate) struct Redirect {
    pub(crate) kind: RedirectKind,
    pub(crate) word: Word,
}

/// The kinds of redirections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RedirectKind {
    Write,
    Read,
    /// `<<<`, or the body of a `<<` document.
    Text,
}

/// Which rules of quoting hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Posix,
    /// PowerShell and cmd: a backslash is a letter.
    Windows,
}

impl Command {
    /// The text of a word; empty when there is none.
    pub(crate) fn word(&self, index: usize) -> &str {
        self.words.get(index).map_or("", |word| word.text.as_str())
    }

    /// The program, without its directory and Windows extension, in lower case.
    pub(crate) fn program(&self) -> String {
        let name = self.word(0).rsplit(['/', '\\']).next().unwrap_or_default().to_lowercase();
        for extension in [".exe", ".cmd", ".bat"] {
            if let Some(stem) = name.strip_suffix(extension) {
                return stem.to_owned();
            }
        }
        name
    }

    /// All its words and what it is given otherwise.
    pub(crate) fn all_words(&self) -> impl Iterator<Item = &Word> {
        self.words
            .iter()
            .chain(self.assignments.iter().map(|(_, word)| word))
            .chain(self.redirects.iter().map(|redirect| &redirect.word))
    }
}

/// The commands of a script.
pub(crate) fn split(text: &str, dialect: Dialect) -> Script {
    let mut splitter =
        Splitter { text, bytes: text.as_bytes(), at: 0, dialect, count: 0, pending: Vec::new(), depth: 0, misses: 0 };
    let commands = splitter.list(None);
    Script { commands, complete: splitter.count < MAX_COMMANDS }
}

/// All commands, with those of substitutions behind the command that holds them.
pub(crate) fn flatten(commands: &[Command]) -> Vec<&Command> {
    let mut out = Vec::new();
    let mut open: Vec<&Command> = commands.iter().rev().collect();
    while let Some(command) = open.pop() {
        out.push(command);
        let inner: Vec<&Command> = command.all_words().flat_map(|word| &word.substitutions).collect();
        open.extend(inner.into_iter().rev());
    }
    out
}

struct Splitter<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    dialect: Dialect,
    count: usize,
    /// Documents (`<<`) whose body starts at the next line.
    pending: Vec<Pending>,
    depth: usize,
    misses: usize,
}

struct Pending {
    delimiter: String,
    quoted: bool,
    body: Option<Word>,
}

/// What stands open while a list of commands is read.
struct Open {
    keyword: &'static str,
    first: usize,
    piped: bool,
}

impl<'a> Splitter<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// The length up to and with `sign`, or `otherwise`. Looking in vain is bounded over the whole script.
    fn closing(&mut self, sign: &str, window: usize, otherwise: usize) -> usize {
        if self.misses > MAX_MISSES {
            return otherwise;
        }
        let rest = self.rest();
        let found = rest.get(..floor(rest, window)).and_then(|rest| rest.find(sign));
        self.misses += usize::from(found.is_none());
        found.map_or(otherwise, |end| end + sign.len())
    }

    fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\r') => self.at += 1,
                Some(b'\\') if self.continues(1) => self.at += self.line_end(1),
                Some(b'`' | b'^') if self.dialect == Dialect::Windows && self.continues(1) => {
                    self.at += self.line_end(1)
                }
                _ => return,
            }
        }
    }

    /// Whether the line ends `ahead` bytes from here.
    fn continues(&self, ahead: usize) -> bool {
        matches!(self.bytes.get(self.at + ahead..), Some([b'\n', ..] | [b'\r', b'\n', ..]))
    }

    fn line_end(&self, ahead: usize) -> usize {
        ahead + if self.bytes.get(self.at + ahead) == Some(&b'\r') { 2 } else { 1 }
    }

    /// Commands up to the end, or up to the byte that closes a substitution (which is taken).
    fn list(&mut self, until: Option<u8>) -> Vec<Command> {
        let mut commands: Vec<Command> = Vec::new();
        let mut open: Vec<Open> = Vec::new();
        let mut condition = false;
        let mut negated = false;
        let mut piped = false;
        let mut cases = 0_usize;
        let mut command = Command { offset: self.at, ..Command::default() };
        loop {
            self.blanks();
            let starting = command.words.is_empty() && command.assignments.is_empty() && command.redirects.is_empty();
            if starting {
                command.offset = self.at;
            }
            let Some(next) = self.peek() else {
                self.push(&mut commands, command, Joint::End, (condition || negated, piped, open.len()));
                return commands;
            };
            if Some(next) == until
                && (next != b')' || !open.iter().any(|group| group.keyword == "("))
                && !(cases > 0 && next == b')' && self.is_pattern(&open, &command))
            {
                self.at += 1;
                self.push(&mut commands, command, Joint::End, (condition || negated, piped, open.len()));
                return commands;
            }
            if let Some((joint, length)) = self.joint() {
                self.at += length;
                self.push(&mut commands, command, joint, (condition || negated, piped, open.len()));
                piped = joint == Joint::Pipe;
                negated = negated && joint == Joint::Pipe;
                command = Command { offset: self.at, ..Command::default() };
                if length == 1 && self.bytes.get(self.at - 1) == Some(&b'\n') {
                    self.bodies(&mut commands);
                }
                continue;
            }
            match next {
                b'#' => {
                    self.at += self.rest().find('\n').unwrap_or(self.rest().len());
                }
                b'(' if starting && self.rest().starts_with("((") => {
                    self.at += self.closing("))", 2_000, 2);
                }
                b'(' if starting => {
                    self.at += 1;
                    open.push(Open { keyword: "(", first: commands.len(), piped });
                    piped = false;
                }
                b'(' => {
                    // A function's name, or an array in a dialect that we do not know.
                    self.at += 1;
                    self.blanks();
                    if self.peek() == Some(b')') {
                        self.at += 1;
                        command = Command { offset: self.at, ..Command::default() };
                    }
                }
                b')' => {
                    self.at += 1;
                    if open.last().is_some_and(|group| group.keyword == "case") {
                        command = Command { offset: self.at, ..Command::default() };
                    } else {
                        self.push(
                            &mut commands,
                            std::mem::take(&mut command),
                            Joint::End,
                            (condition || negated, piped, open.len()),
                        );
                        self.leave(&mut commands, &mut open, "(");
                    }
                }
                b'<' | b'>' => self.redirect(&mut command),
                b'&' if matches!(self.bytes.get(self.at + 1), Some(b'>')) => {
                    self.at += 1;
                    self.redirect(&mut command);
                }
                b'0'..=b'9' if self.is_numbered_redirect() => {
                    while matches!(self.peek(), Some(b'0'..=b'9')) {
                        self.at += 1;
                    }
                    self.redirect(&mut command);
                }
                _ => {
                    let offset = self.at;
                    let word = self.word(until);
                    if self.at == offset {
                        self.at += next_char(self.text, offset); // never stands still
                        continue;
                    }
                    if !starting || word.quoted {
                        self.add(&mut command, word);
                        continue;
                    }
                    match word.text.as_str() {
                        "if" | "elif" | "while" | "until" => {
                            condition = true;
                            if word.text != "elif" {
                                open.push(Open { keyword: "block", first: commands.len(), piped });
                            }
                            piped = false;
                        }
                        "then" | "do" => condition = false,
                        "else" => condition = false,
                        "!" => negated = true,
                        "{" => {
                            open.push(Open { keyword: "block", first: commands.len(), piped });
                            piped = false;
                        }
                        "fi" | "done" | "}" => self.leave(&mut commands, &mut open, "block"),
                        "esac" => {
                            cases = cases.saturating_sub(1);
                            self.leave(&mut commands, &mut open, "case");
                        }
                        "case" => {
                            cases += 1;
                            self.subject_of_case(&mut commands, word, piped, open.len());
                            open.push(Open { keyword: "case", first: commands.len(), piped });
                        }
                        "for" | "select" => {
                            open.push(Open { keyword: "block", first: commands.len(), piped });
                            piped = false;
                            command.words.push(word);
                        }
                        "[[" => {
                            command.words.push(word);
                            self.test(&mut command);
                        }
                        _ => self.add(&mut command, word),
                    }
                }
            }
        }
    }

    /// Whether a `)` ends a pattern of `case` rather than a substitution.
    fn is_pattern(&self, open: &[Open], command: &Command) -> bool {
        open.last().is_some_and(|group| group.keyword == "case") && !command.words.is_empty()
    }

    fn push(
        &mut self,
        commands: &mut Vec<Command>,
        mut command: Command,
        joint: Joint,
        (condition, piped, depth): (bool, bool, usize),
    ) {
        if command.words.is_empty() && command.assignments.is_empty() && command.redirects.is_empty() {
            return;
        }
        self.count += 1;
        if self.count >= MAX_COMMANDS {
            self.at = self.bytes.len();
            return;
        }
        command.joint = joint;
        command.condition = condition;
        command.piped = piped;
        command.depth = depth;
        commands.push(command);
    }

    /// Closes a group: its redirections and its joint belong to every command inside.
    fn leave(&mut self, commands: &mut [Command], open: &mut Vec<Open>, keyword: &'static str) {
        let Some(group) = open.pop() else { return };
        let known = group.keyword == keyword && open.len() < MAX_GROUPS;
        let first = if known { group.first } else { commands.len() };
        let mut outer = Command::default();
        loop {
            self.blanks();
            match self.peek() {
                Some(b'<' | b'>') => self.redirect(&mut outer),
                Some(b'&') if self.bytes.get(self.at + 1) == Some(&b'>') => {
                    self.at += 1;
                    self.redirect(&mut outer);
                }
                Some(b'0'..=b'9') if self.is_numbered_redirect() => {
                    self.at += 1;
                    self.redirect(&mut outer);
                }
                _ => break,
            }
        }
        let joint = self.joint().map_or(Joint::End, |(joint, _)| joint);
        // `done < <(command)`: what the substitution prints is read inside.
        outer.redirects.retain(|redirect| !(redirect.word.text.is_empty() && redirect.word.substitutions.is_empty()));
        outer.redirects.extend(outer.words.drain(..).map(|word| Redirect { kind: RedirectKind::Read, word }));
        // Bounded: a group inside many groups takes the joint and the targets of the innermost ones only.
        for command in commands.get_mut(first..).unwrap_or_default() {
            if command.group_joint == Joint::End {
                command.group_joint = joint;
            }
            if command.redirects.len() < 4 {
                command.redirects.extend(outer.redirects.iter().cloned());
            }
            command.piped |= group.piped;
        }
    }

    fn joint(&self) -> Option<(Joint, usize)> {
        let rest = self.bytes.get(self.at..)?;
        Some(match rest {
            [b'\n', ..] => (Joint::End, 1),
            [b';', b';', ..] => (Joint::End, 2),
            [b';', ..] => (Joint::End, 1),
            [b'&', b'&', ..] => (Joint::And, 2),
            [b'|', b'|', ..] => (Joint::Or, 2),
            [b'|', b'&', ..] => (Joint::Pipe, 2),
            [b'|', ..] => (Joint::Pipe, 1),
            [b'&', b'>', ..] => return None,
            [b'&', ..] => (Joint::Background, 1),
            _ => return None,
        })
    }

    fn is_numbered_redirect(&self) -> bool {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let digits = rest.iter().take(3).take_while(|b| b.is_ascii_digit()).count();
        digits < 3 && matches!(rest.get(digits), Some(b'<' | b'>'))
    }

    fn add(&mut self, command: &mut Command, word: Word) {
        if command.words.is_empty()
            && let Some((name, value)) = assignment(&word)
        {
            command.assignments.push((name, value));
        } else {
            command.words.push(word);
        }
    }

    /// The words between `case` and `in`.
    fn subject_of_case(&mut self, commands: &mut Vec<Command>, first: Word, piped: bool, depth: usize) {
        let mut command = Command { offset: first.offset, words: vec![first], ..Command::default() };
        for _ in 0..8 {
            self.blanks();
            let before = self.at;
            let word = self.word(None);
            if self.at == before || word.text == "in" {
                break;
            }
            command.words.push(word);
        }
        self.push(commands, command, Joint::End, (true, piped, depth));
    }

    /// The words up to `]]`; signs mean nothing in between.
    fn test(&mut self, command: &mut Command) {
        while self.at < self.bytes.len() {
            self.blanks();
            let before = self.at;
            match self.peek() {
                Some(b'\n') => self.at += 1,
                Some(b'(' | b')' | b'<' | b'>' | b'&' | b'|' | b';') => {
                    let sign = self.text.get(self.at..self.at + 1).unwrap_or_default().to_owned();
                    command.words.push(Word { text: sign, offset: self.at, ..Word::default() });
                    self.at += 1;
                }
                _ => {
                    let word = self.word(None);
                    if self.at == before {
                        self.at += next_char(self.text, before);
                        continue;
                    }
                    let done = word.text == "]]";
                    command.words.push(word);
                    if done {
                        return;
                    }
                }
            }
        }
    }

    fn redirect(&mut self, command: &mut Command) {
        let rest = self.rest();
        let (kind, length) = match rest {
            _ if rest.starts_with("<<<") => (RedirectKind::Text, 3),
            _ if rest.starts_with("<<") => return self.document(command),
            _ if rest.starts_with("<(") || rest.starts_with(">(") => {
                self.at += 2;
                let offset = self.at;
                let substitutions = self.nested(b')');
                command.words.push(Word { substitutions, offset, ..Word::default() });
                return;
            }
            _ if rest.starts_with(">>") || rest.starts_with(">|") || rest.starts_with(">&") => (RedirectKind::Write, 2),
            _ if rest.starts_with('>') => (RedirectKind::Write, 1),
            _ => (RedirectKind::Read, 1),
        };
        self.at += length;
        self.blanks();
        let word = self.word(None);
        command.redirects.push(Redirect { kind, word });
    }

    /// `<<END`: the body starts at the next line.
    fn document(&mut self, command: &mut Command) {
        self.at += 2;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        self.blanks();
        let word = self.word(None);
        // The command is not in the list yet; its place is found again by this offset.
        command
            .redirects
            .push(Redirect { kind: RedirectKind::Text, word: Word { offset: word.offset, ..Word::default() } });
        self.pending.push(Pending { delimiter: word.text, quoted: word.quoted, body: None });
        if let Some(pending) = self.pending.last_mut() {
            pending.body = Some(Word { offset: word.offset, ..Word::default() });
        }
    }

    /// Reads the bodies of documents that were announced on the line before.
    fn bodies(&mut self, commands: &mut [Command]) {
        for pending in std::mem::take(&mut self.pending) {
            let start = self.at;
            let mut end = self.bytes.len();
            let mut after = end;
            let mut line_start = start;
            for line in self.rest().split_inclusive('\n') {
                if line.trim() == pending.delimiter {
                    end = line_start;
                    after = line_start + line.len();
                    break;
                }
                line_start += line.len();
            }
            let text = self.text.get(start..end).unwrap_or_default();
            let place = pending.body.map_or(0, |word| word.offset);
            let body = if pending.quoted {
                Word { text: text.to_owned(), quoted: true, offset: start, ..Word::default() }
            } else {
                Word {
                    text: text.to_owned(),
                    variables: variables(text),
                    quoted: true,
                    offset: start,
                    ..Word::default()
                }
            };
            self.at = after;
            let target =
                commands.iter_mut().rev().take(50).flat_map(|command| &mut command.redirects).find(|redirect| {
                    redirect.kind == RedirectKind::Text
                        && redirect.word.offset == place
                        && redirect.word.text.is_empty()
                });
            if let Some(redirect) = target {
                redirect.word = body;
            }
        }
    }

    fn nested(&mut self, close: u8) -> Vec<Command> {
        if self.depth >= MAX_DEPTH {
            return Vec::new();
        }
        self.depth += 1;
        let pending = std::mem::take(&mut self.pending);
        let commands = self.list(Some(close));
        self.pending = pending;
        self.depth -= 1;
        commands
    }

    /// One word. Stands still only on a sign that ends words.
    fn word(&mut self, until: Option<u8>) -> Word {
        let mut word = Word { offset: self.at, ..Word::default() };
        while let Some(next) = self.peek() {
            match next {
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'&' | b'|' | b'<' | b'>' | b'(' | b')' => {
                    // `name=( … )` is an array: its values belong to the assignment.
                    if next == b'(' && word.text.ends_with('=') && self.depth < MAX_DEPTH {
                        self.at += 1;
                        self.depth += 1;
                        self.array(&mut word);
                        self.depth -= 1;
                        continue;
                    }
                    break;
                }
                b'`' if until == Some(b'`') => break,
                b'\'' => {
                    word.quoted = true;
                    let rest = self.text.get(self.at + 1..).unwrap_or_default();
                    let length = rest.find('\'').unwrap_or(rest.len());
                    word.text.push_str(rest.get(..length).unwrap_or_default());
                    self.at = (self.at + length + 2).min(self.bytes.len());
                }
                b'"' => {
                    self.at += 1;
                    word.quoted = true;
                    self.double_quoted(&mut word, until);
                }
                b'\\' if self.dialect == Dialect::Posix => {
                    if self.continues(1) {
                        self.at += self.line_end(1);
                        continue;
                    }
                    self.at += 1;
                    self.letter(&mut word);
                }
                b'$' => self.dollar(&mut word, false),
                b'`' if self.dialect == Dialect::Posix => {
                    self.at += 1;
                    let inner = self.nested(b'`');
                    word.substitutions.extend(inner);
                }
                _ => self.letter(&mut word),
            }
        }
        word
    }

    fn array(&mut self, word: &mut Word) {
        while let Some(next) = self.peek() {
            match next {
                b')' => {
                    self.at += 1;
                    return;
                }
                b' ' | b'\t' | b'\n' | b'\r' => {
                    self.at += 1;
                    word.text.push(' ');
                }
                _ => {
                    let before = self.at;
                    let item = self.word(None);
                    if self.at == before {
                        self.at += next_char(self.text, before);
                    }
                    word.text.push_str(&item.text);
                    word.variables.extend(item.variables);
                    word.substitutions.extend(item.substitutions);
                }
            }
        }
    }

    fn letter(&mut self, word: &mut Word) {
        let length = next_char(self.text, self.at);
        word.text.push_str(self.text.get(self.at..self.at + length).unwrap_or_default());
        self.at += length.max(1);
    }

    fn double_quoted(&mut self, word: &mut Word, until: Option<u8>) {
        while let Some(next) = self.peek() {
            match next {
                b'"' => {
                    self.at += 1;
                    return;
                }
                b'\\' if self.dialect == Dialect::Posix => {
                    self.at += 1;
                    if !matches!(self.peek(), Some(b'"' | b'\\' | b'$' | b'`' | b'\n')) {
                        word.text.push('\\');
                    }
                    if self.peek() == Some(b'\n') {
                        self.at += 1;
                    } else {
                        self.letter(word);
                    }
                }
                b'$' => self.dollar(word, true),
                b'`' if self.dialect == Dialect::Posix && until != Some(b'`') => {
                    self.at += 1;
                    let inner = self.nested(b'`');
                    word.substitutions.extend(inner);
                }
                _ => self.letter(word),
            }
        }
    }

    /// `${{ … }}`, `$( … )`, `${ … }` or `$NAME`.
    fn dollar(&mut self, word: &mut Word, quoted: bool) {
        let rest = self.rest();
        if rest.starts_with("${{") {
            let length = self.closing("}}", 20_000, 3);
            word.text.push_str(rest.get(..length).unwrap_or_default());
            self.at += length;
        } else if rest.starts_with("$((") {
            let length = self.closing("))", 2_000, 3);
            word.text.push_str(rest.get(..length).unwrap_or_default());
            self.at += length;
        } else if rest.starts_with("$(") {
            self.at += 2;
            let inner = self.nested(b')');
            word.text.push_str("$()");
            word.substitutions.extend(inner);
        } else if let Some(braced) = rest.strip_prefix("${") {
            if self.misses > MAX_MISSES {
                return self.letter(word);
            }
            let (variable, length) = braced_variable(braced, quoted);
            self.misses += usize::from(length == 0);
            word.text.push_str(rest.get(..length + 2).unwrap_or_default());
            let nested = variables(&variable.operation);
            word.variables.push(variable);
            word.variables.extend(nested);
            self.at += length + 2;
        } else {
            let name = rest.get(1..).unwrap_or_default();
            let name = name.strip_prefix("env:").unwrap_or(name);
            let prefix = rest.len() - name.len();
            let length = name.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
            if length > 0 {
                let name = name.get(..length).unwrap_or_default().to_owned();
                word.variables.push(Variable { name, quoted, operation: String::new() });
            }
            let length = if length == 0 { 1 } else { prefix + length };
            word.text.push_str(rest.get(..length).unwrap_or_default());
            self.at += length;
        }
    }
}

/// `NAME=value` or `NAME+=value` or `NAME[x]=value`.
fn assignment(word: &Word) -> Option<(String, Word)> {
    let at = word.text.find('=')?;
    let name = word.text.get(..at)?.trim_end_matches('+');
    let name = name.split_once('[').map_or(name, |(name, _)| name);
    if name.is_empty()
        || name.starts_with(|c: char| c.is_ascii_digit())
        || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
    {
        return None;
    }
    let mut value = word.clone();
    value.text = word.text.get(at + 1..)?.to_owned();
    Some((name.to_owned(), value))
}

/// The variable behind `${`, and the length with the closing brace.
fn braced_variable(text: &str, quoted: bool) -> (Variable, usize) {
    let window = text.get(..floor(text, 2_000)).unwrap_or(text);
    let mut depth = 1;
    let mut end = None;
    for (at, byte) in window.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    end = Some(at);
                    break;
                }
            }
            b'\n' => break,
            _ => {}
        }
    }
    let end = end.unwrap_or(0);
    let inner = window.get(..end).unwrap_or_default();
    let start = usize::from(inner.starts_with(['#', '!']) && inner.len() > 1);
    let name = inner.get(start..).unwrap_or_default();
    let name = name.strip_prefix("env:").unwrap_or(name);
    let length = name.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
    let (name, operation) = name.split_at_checked(length).unwrap_or((name, ""));
    let operation = if inner.starts_with('#') { "#".to_owned() } else { operation.to_owned() };
    (Variable { name: name.to_owned(), quoted, operation }, if end == 0 { 0 } else { end + 1 })
}

/// The variables of a text in which quotes mean nothing.
fn variables(text: &str) -> Vec<Variable> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        rest = rest.get(at + 1..).unwrap_or_default();
        let braced = rest.strip_prefix('{').map(|rest| rest.trim_start_matches(['!', '#']));
        let name = braced.unwrap_or(rest);
        let length = name.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'_').count();
        if let Some(name) = name.get(..length)
            && length > 0
            && found.len() < 500
        {
            found.push(Variable { name: name.to_owned(), quoted: true, operation: String::new() });
        }
    }
    found
}

/// The largest place at or before `at` where a text may be cut.
fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn next_char(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn words(text: &str) -> Vec<Vec<String>> {
        let script = split(text, Dialect::Posix);
        flatten(&script.commands)
            .iter()
            .map(|command| command.words.iter().map(|word| word.text.clone()).collect::<Vec<_>>())
            .filter(|words| !words.is_empty())
            .collect()
    }

    #[rstest]
    #[case("cargo test --all # cargo bench", "cargo·test·--all")]
    #[case("a && b || c; d | e &", "a ; b ; c ; d ; e")]
    #[case("echo 'cargo test; x' \"a b\"", "echo·cargo test; x·a b")]
    #[case("x=$(git log -1)\nmake \\\n  test", "git·log·-1 ; make·test")]
    #[case("if ! cargo fmt; then\n  exit 1\nfi", "cargo·fmt ; exit·1")]
    #[case("for d in a b; do (cd $d && go test); done", "for·d·in·a·b ; cd·$d ; go·test")]
    #[case("case $x in\n a|b) one ;;\n *) two ;;\nesac\nthree", "case·$x ; a ; one ; two ; three")]
    #[case("cat <<EOF > f\nnpm test\nEOF\nls", "cat ; ls")]
    #[case("[[ $a =~ ^(x|y)$ && -n $b ]] || exit 1", "[[·$a·=~·^·(·x·|·y·)·$·&·&·-n·$b·]] ; exit·1")]
    #[case("f() {\n  cargo test\n}\nf", "cargo·test ; f")]
    #[case("echo ${{ a && b }} c", "echo·${{ a && b }}·c")]
    #[case("arr=(a \"$b\" c)\nrun `date`", "run· ; date")]
    #[case("x=$(case a in a) echo y;; esac); z", "case·a ; echo·y ; z")]
    fn splits(#[case] text: &str, #[case] expected: &str) {
        let words: Vec<String> = words(text).iter().map(|words| words.join("·")).collect();
        assert_eq!(words.join(" ; "), expected);
    }

    #[test]
    fn keeps_joints_redirections_and_variables() {
        let script = split(
            "{ echo \"a=$X\"; echo b; } >> \"$GITHUB_OUTPUT\" || true\ngo test | tee log\nY=1 z <<< ${Q%/}",
            Dialect::Posix,
        );
        let first = &script.commands[0];
        assert_eq!(first.redirects[0].word.variables[0].name, "GITHUB_OUTPUT");
        assert_eq!((first.group_joint, first.words[1].variables[0].quoted), (Joint::Or, true));
        assert_eq!(script.commands[2].word(0), "true");
        assert_eq!((script.commands[3].joint, script.commands[4].piped), (Joint::Pipe, true));
        let last = &script.commands[5];
        assert_eq!((last.assignments[0].0.as_str(), last.redirects[0].kind), ("Y", RedirectKind::Text));
        assert_eq!(last.redirects[0].word.variables[0].operation, "%/");
    }

    #[test]
    fn documents_belong_to_their_command() {
        let script = split("cat > f <<EOF\n$TITLE\nEOF\ncat <<'E' | sh\n$NO\nE\n", Dialect::Posix);
        let body = |index: usize| {
            script.commands[index]
                .redirects
                .iter()
                .find(|r| r.kind == RedirectKind::Text)
                .map(|r| r.word.clone())
                .expect("a body")
        };
        assert_eq!(body(0).variables[0].name, "TITLE");
        assert!(body(1).variables.is_empty());
        assert_eq!(script.commands[2].word(0), "sh");
    }

    #[test]
    fn windows_paths_stay() {
        let script = split(".\\gradlew.bat test `\n --info", Dialect::Windows);
        assert_eq!(script.commands[0].program(), "gradlew");
        assert_eq!(script.commands[0].words.len(), 3);
    }

    #[test]
    fn hostile_scripts_end() {
        for text in ["$(", "`", "\"", "((", "{ ", "<<E\n", "case x in ", "${", "${{", "[[ ", "a=(", ")", "é$("] {
            let script = split(&text.repeat(100_000), Dialect::Posix);
            assert!(script.commands.len() <= MAX_COMMANDS);
        }
    }
}
