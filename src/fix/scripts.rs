//! Where in a script an expression stands, and how a variable is written there so that the script means the same and the
//! value is data. What cannot be said for sure is refused, with the reason.

use std::ops::Range;

/// The shells that are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shell {
    /// bash, sh and their like.
    Posix,
    /// PowerShell.
    Power,
}

/// An expression of the platform in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fragment {
    /// From `${{` to `}}`.
    pub(super) range: Range<usize>,
}

/// What a variable is written as, or why it cannot be.
pub(super) type Written = Result<String, &'static str>;

/// The expressions of a text, in order. One that does not end is none.
pub(super) fn fragments(text: &str) -> Vec<Fragment> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("${{")).map(|from| at + from) {
        let Some(end) = expression_end(text, start + 3) else { break };
        found.push(Fragment { range: start..end });
        at = end;
    }
    found
}

/// Behind the `}}` of an expression; texts in it may hold one too.
fn expression_end(text: &str, from: usize) -> Option<usize> {
    let mut quoted = false;
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes.get(at)? {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && bytes.get(at + 1) == Some(&b'}') => return Some(at + 2),
            _ => {}
        }
        at += 1;
    }
    None
}

/// How the variable `name` is written in place of one of the expressions. `one_word`: the value is one word wherever it is
/// used, so that quotes change nothing.
pub(super) fn written(
    shell: Shell,
    script: &str,
    fragments: &[Fragment],
    target: usize,
    name: &str,
    one_word: bool,
) -> Written {
    match shell {
        Shell::Posix => posix(script, fragments, target, name, one_word),
        Shell::Power => power(script, fragments, target, name),
    }
}

/// Programs that take one of their arguments for code of their own.
const TAKES_CODE: &[&str] = &[
    "eval",
    "ssh",
    "awk",
    "gawk",
    "mawk",
    "nawk",
    "sed",
    "gsed",
    "jq",
    "yq",
    "trap",
    "psql",
    "mysql",
    "sqlite3",
    "xargs",
    "parallel",
    "watch",
    "su",
    "expect",
    "bc",
    "dc",
    "xmlstarlet",
    "alias",
];
/// Programs that take code where an option says so.
const INTERPRETERS: &[&str] = &[
    "bash",
    "sh",
    "zsh",
    "dash",
    "ksh",
    "fish",
    "python",
    "python2",
    "python3",
    "perl",
    "ruby",
    "node",
    "deno",
    "bun",
    "php",
    "pwsh",
    "powershell",
    "lua",
    "rscript",
    "elixir",
    "osascript",
    "cmd",
    "nix",
    "nix-shell",
];
/// The options that say so.
const CODE_OPTIONS: &[&str] = &[
    "-c",
    "-ec",
    "-lc",
    "-euc",
    "-xc",
    "-exc",
    "-euxc",
    "-e",
    "-E",
    "-r",
    "-p",
    "--eval",
    "-Command",
    "--run",
    "--command",
];
/// Files that are code, by their endings.
const CODE_FILES: &[&str] =
    &[".sh", ".bash", ".py", ".rb", ".pl", ".js", ".mjs", ".cjs", ".ts", ".ps1", ".bat", ".cmd"];

const NESTED: &str = "it becomes part of code that another program reads";
const LIST: &str = "without quotes it may stand for several words";
const COMMAND: &str = "it stands where a command is expected";

/// What is open at a place of the script.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Open {
    /// Commands: the script itself, a subshell, `$(…)`. The character that closes it.
    Commands(Option<char>, Words),
    /// The words of a list: `x=( … )`.
    List,
    /// `"…"`.
    Double,
    /// `'…'`.
    Single,
    /// From `#` to the end of the line.
    Comment,
    /// Something that is not looked into, until this text.
    Closed(&'static str),
}

/// A simple command, up to a place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Words {
    done: Vec<String>,
    /// The word at the place, if one has begun.
    word: Option<String>,
    /// How many words are assignments or reserved words before the command.
    before: usize,
}

impl Words {
    fn push(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        if self.done.len() == self.before && (is_assignment(&word) || is_reserved(&word)) {
            self.before += 1;
        }
        self.done.push(word);
    }

    fn end(&mut self) {
        *self = Self::default();
    }

    /// The command and its arguments so far.
    fn command(&self) -> &[String] {
        self.done.get(self.before..).unwrap_or_default()
    }

    /// Whether something in the command takes arguments for code.
    fn takes_code(&self) -> bool {
        let words = self.command();
        let name = |word: &String| word.rsplit('/').next().unwrap_or_default().to_lowercase();
        words.iter().any(|word| TAKES_CODE.contains(&name(word).as_str()))
            || words.iter().enumerate().any(|(at, word)| {
                INTERPRETERS.contains(&name(word).as_str())
                    && words.iter().skip(at + 1).any(|option| CODE_OPTIONS.contains(&option.as_str()))
            })
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        let name = name.strip_suffix('+').unwrap_or(name);
        !name.is_empty()
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "if" | "then"
            | "else"
            | "elif"
            | "do"
            | "while"
            | "until"
            | "!"
            | "{"
            | "time"
            | "exec"
            | "command"
            | "export"
            | "local"
            | "readonly"
            | "declare"
    )
}

/// A here-document that begins on the next line.
struct Document {
    delimiter: String,
    quoted: bool,
    indented: bool,
    reader: Words,
}

struct Scanner<'t> {
    script: &'t str,
    fragments: &'t [Fragment],
    at: usize,
    open: Vec<Open>,
    documents: Vec<Document>,
}

fn posix(script: &str, fragments: &[Fragment], target: usize, name: &str, one_word: bool) -> Written {
    let Some(wanted) = fragments.get(target).map(|fragment| fragment.range.clone()) else { return Err(NESTED) };
    let mut scanner =
        Scanner { script, fragments, at: 0, open: vec![Open::Commands(None, Words::default())], documents: Vec::new() };
    while scanner.at < script.len() {
        if scanner.at == wanted.start {
            return scanner.spot(&wanted, name, one_word);
        }
        if let Some(document) = scanner.step() {
            // The body of a here-document was passed.
            let (from, to, document) = document;
            if (from..to).contains(&wanted.start) {
                return in_document(script, from, &wanted, &document, name);
            }
        }
    }
    Err("the script is not understood")
}

impl Scanner<'_> {
    fn rest(&self) -> &str {
        self.script.get(self.at..).unwrap_or_default()
    }

    /// The variable at the place of the scanner.
    fn spot(&self, wanted: &Range<usize>, name: &str, one_word: bool) -> Written {
        let behind = self.script.get(wanted.end..).unwrap_or_default();
        let before = self.script.get(..wanted.start).unwrap_or_default();
        if before.ends_with(['\\', '$']) {
            return Err("a sign before it changes what it means");
        }
        if self.open.iter().any(|open| matches!(open, Open::Closed(_))) {
            return Err("it stands inside another expansion");
        }
        if self.is_code(behind) {
            return Err(NESTED);
        }
        let bare = format!("\"${{{name}}}\"");
        match self.open.last() {
            Some(Open::Comment) => Ok(format!("${{{name}}}")),
            Some(Open::Double) => Ok(format!("${{{name}}}")),
            Some(Open::Single) => Ok(format!("'{bare}'")),
            Some(Open::List) => {
                if one_word {
                    Ok(bare)
                } else {
                    Err(LIST)
                }
            }
            Some(Open::Commands(_, words)) => {
                let glued = words.word.as_deref().is_some_and(|word| !word.is_empty())
                    || behind
                        .starts_with(|c: char| !c.is_whitespace() && !matches!(c, ';' | '&' | '|' | ')' | '<' | '>'));
                let assigned = words.word.as_deref().is_some_and(is_assignment);
                let pattern = words.command().first().is_some_and(|word| word == "[[")
                    && words.done.last().is_some_and(|word| matches!(word.as_str(), "=" | "==" | "!=" | "=~"));
                if pattern {
                    Err("it stands where a pattern is expected")
                } else if words.command().is_empty() && words.word.is_none() {
                    Err(COMMAND)
                } else if one_word
                    || glued
                    || assigned
                    || words.command().first().is_some_and(|word| matches!(word.as_str(), "[[" | "[" | "test"))
                {
                    Ok(bare)
                } else {
                    Err(LIST)
                }
            }
            _ => Err(NESTED),
        }
    }

    /// Whether what stands here becomes code of another program.
    fn is_code(&self, behind: &str) -> bool {
        let commands = self.open.iter().any(|open| matches!(open, Open::Commands(_, words) if words.takes_code()));
        let line = behind.split('\n').next().unwrap_or_default();
        let piped = line.split('|').skip(1).filter_map(|command| command.split_whitespace().next()).any(|program| {
            let program = program.rsplit('/').next().unwrap_or_default();
            INTERPRETERS.contains(&program) || matches!(program, "xargs" | "parallel" | "ssh")
        });
        commands || piped
    }

    /// Goes on by one character or expression; gives the body of a here-document where it passed one.
    fn step(&mut self) -> Option<(usize, usize, Document)> {
        if let Ok(index) = self.fragments.binary_search_by_key(&self.at, |fragment| fragment.range.start) {
            let end = self.fragments.get(index).map_or(self.at + 1, |fragment| fragment.range.end);
            if let Some(Open::Commands(_, words)) = self.open.last_mut() {
                words.push("$");
            }
            self.at = end;
            return None;
        }
        let c = self.rest().chars().next()?;
        match self.open.last()? {
            Open::Comment if c == '\n' => {
                self.open.pop();
            }
            Open::Comment => self.at += c.len_utf8(),
            Open::Single => {
                if c == '\'' {
                    self.open.pop();
                }
                self.at += c.len_utf8();
            }
            Open::Closed(end) => {
                let end = *end;
                if c == '\\' {
                    self.skip(2);
                } else if self.rest().starts_with(end) {
                    self.at += end.len();
                    self.open.pop();
                } else {
                    if end == "}" && c == '{' {
                        self.open.push(Open::Closed("}"));
                    }
                    self.at += c.len_utf8();
                }
            }
            Open::Double => match c {
                '"' => {
                    self.open.pop();
                    self.at += 1;
                }
                '\\' => self.skip(2),
                '$' | '`' => self.expansion(),
                _ => self.at += c.len_utf8(),
            },
            Open::List | Open::Commands(..) => return self.in_commands(c),
        }
        None
    }

    fn skip(&mut self, characters: usize) {
        self.at += self.rest().chars().take(characters).map(char::len_utf8).sum::<usize>();
    }

    /// `$(`, `$((`, `${`, a backtick, `$'`.
    fn expansion(&mut self) {
        let rest = self.rest();
        let inside_double = self.open.last() == Some(&Open::Double);
        let (length, opened) = if rest.starts_with("$((") {
            (3, Some(Open::Closed("))")))
        } else if rest.starts_with("$(") {
            (2, Some(Open::Commands(Some(')'), Words::default())))
        } else if rest.starts_with("${") {
            (2, Some(Open::Closed("}")))
        } else if rest.starts_with('`') {
            (1, Some(Open::Closed("`")))
        } else if rest.starts_with("$'") && !inside_double {
            (2, Some(Open::Closed("'")))
        } else {
            (1, None)
        };
        self.at += length;
        self.open.extend(opened);
    }

    fn in_commands(&mut self, c: char) -> Option<(usize, usize, Document)> {
        let rest = self.script.get(self.at..).unwrap_or_default();
        let starts_word = match self.open.last() {
            Some(Open::Commands(_, words)) => words.word.is_none(),
            _ => true,
        };
        if c == '#' && (starts_word || matches!(self.open.last(), Some(Open::List))) {
            self.open.push(Open::Comment);
            return None;
        }
        if let Some(Open::Commands(_, words)) = self.open.last_mut() {
            match c {
                '\\' => {
                    if !rest.starts_with("\\\n") && !rest.starts_with("\\\r\n") {
                        words.push(
                            rest.get(1..)
                                .and_then(|rest| rest.chars().next())
                                .map(String::from)
                                .unwrap_or_default()
                                .as_str(),
                        );
                    }
                    self.skip(2);
                    return None;
                }
                '\'' => {
                    words.push("");
                    self.open.push(Open::Single);
                    self.at += 1;
                    return None;
                }
                '"' => {
                    words.push("");
                    self.open.push(Open::Double);
                    self.at += 1;
                    return None;
                }
                '$' | '`' => {
                    words.push("$");
                    self.expansion();
                    return None;
                }
                '\n' => {
                    words.end();
                    self.at += 1;
                    return self.body();
                }
                ';' | '&' | '|' => {
                    // `>&` and `&>` are redirections.
                    let redirects = c == '&'
                        && (rest.starts_with("&>")
                            || self.script.get(..self.at).is_some_and(|before| before.ends_with(['>', '<'])));
                    if redirects {
                        words.end_word()
                    } else {
                        words.end()
                    }
                    self.at += 1;
                    return None;
                }
                '<' if rest.starts_with("<<") && !rest.starts_with("<<<") => {
                    words.end_word();
                    self.begin_document();
                    return None;
                }
                '<' | '>' => {
                    words.end_word();
                    self.at += if rest.starts_with("<<<") { 3 } else { 1 };
                    return None;
                }
                '(' => {
                    let list = words.word.as_deref().is_some_and(|word| word.ends_with('='));
                    let arithmetic = words.word.is_none() && rest.starts_with("((");
                    if list {
                        words.end_word();
                        self.open.push(Open::List);
                        self.at += 1;
                    } else if arithmetic {
                        self.open.push(Open::Closed("))"));
                        self.at += 2;
                    } else {
                        words.end();
                        self.open.push(Open::Commands(Some(')'), Words::default()));
                        self.at += 1;
                    }
                    return None;
                }
                ')' => {
                    words.end();
                    // The `)` behind a pattern of `case` closes nothing.
                    if self.open.len() > 1 && matches!(self.open.last(), Some(Open::Commands(Some(')'), _))) {
                        self.open.pop();
                    }
                    self.at += 1;
                    return None;
                }
                c if c.is_whitespace() => words.end_word(),
                c => words.push(c.encode_utf8(&mut [0; 4])),
            }
            self.at += c.len_utf8();
            return None;
        }
        // The words of a list.
        match c {
            ')' => {
                self.open.pop();
                self.at += 1;
            }
            '\'' => {
                self.open.push(Open::Single);
                self.at += 1;
            }
            '"' => {
                self.open.push(Open::Double);
                self.at += 1;
            }
            '\\' => self.skip(2),
            '$' | '`' => self.expansion(),
            c => self.at += c.len_utf8(),
        }
        None
    }

    fn begin_document(&mut self) {
        let rest = self.rest();
        let indented = rest.starts_with("<<-");
        let skipped = if indented { 3 } else { 2 };
        let after = rest.get(skipped..).unwrap_or_default();
        let spaces = after.len() - after.trim_start_matches([' ', '\t']).len();
        let word: String = after
            .trim_start_matches([' ', '\t'])
            .chars()
            .take_while(|c| !c.is_whitespace() && !matches!(c, ';' | '&' | '|' | '<' | '>' | ')' | '('))
            .collect();
        self.at += skipped + spaces + word.len();
        let quoted = word.contains(['\'', '"', '\\']);
        let delimiter = word.replace(['\'', '"', '\\'], "");
        if !delimiter.is_empty() {
            self.documents.push(Document { delimiter, quoted, indented, reader: Words::default() });
        }
    }

    /// Passes the bodies of the here-documents that begin on this line; gives the last one.
    fn body(&mut self) -> Option<(usize, usize, Document)> {
        let mut document = if self.documents.is_empty() { return None } else { self.documents.remove(0) };
        let from = self.at;
        let line_before = self.script.get(..from.saturating_sub(1)).and_then(|text| text.rsplit('\n').next());
        for word in line_before.unwrap_or_default().split_whitespace() {
            document.reader.done.push(word.trim_matches(['"', '\'', '(']).to_owned());
        }
        loop {
            let rest = self.script.get(self.at..).unwrap_or_default();
            let line = rest.split_inclusive('\n').next().unwrap_or_default();
            if line.is_empty() {
                break;
            }
            let content = line.trim_end_matches(['\n', '\r']);
            let content = if document.indented { content.trim_start_matches('\t') } else { content };
            self.at += line.len();
            if content == document.delimiter {
                break;
            }
        }
        Some((from, self.at, document))
    }
}

fn in_document(script: &str, from: usize, wanted: &Range<usize>, document: &Document, name: &str) -> Written {
    if document.quoted {
        return Err("it stands in a here-document in which no variable is replaced");
    }
    let words = &document.reader.done;
    let reader = words.iter().position(|word| matches!(word.rsplit('/').next(), Some("cat" | "tee")));
    let code = words.iter().any(|word| {
        let program = word.rsplit('/').next().unwrap_or_default();
        INTERPRETERS.contains(&program)
            || TAKES_CODE.contains(&program)
            || CODE_FILES.iter().any(|ending| word.ends_with(ending))
    });
    if reader.is_none() || code {
        return Err(NESTED);
    }
    let before = script.get(from..wanted.start).unwrap_or_default();
    if before.ends_with(['\\', '$'])
        || before.contains("$(")
        || before.contains('`')
        || before.contains("${") && !before.contains("${{")
    {
        return Err("it stands inside another expansion");
    }
    Ok(format!("${{{name}}}"))
}

fn power(script: &str, fragments: &[Fragment], target: usize, name: &str) -> Written {
    let Some(wanted) = fragments.get(target).map(|fragment| fragment.range.clone()) else { return Err(NESTED) };
    if script.contains("@\"") || script.contains("@'") {
        return Err("the script holds a here-string");
    }
    let begin = script.get(..wanted.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let line = script.get(begin..).and_then(|rest| rest.split('\n').next()).unwrap_or_default().to_lowercase();
    if ["invoke-expression", "iex ", "-command", " -c ", "[scriptblock]", "add-type", "cmd /c"]
        .iter()
        .any(|sign| line.contains(sign))
    {
        return Err(NESTED);
    }
    let mut open: Option<char> = None;
    let mut depth = 0_usize;
    let mut at = 0;
    while at < wanted.start {
        if let Some(fragment) = fragments.iter().find(|fragment| fragment.range.start == at) {
            at = fragment.range.end;
            continue;
        }
        let Some(c) = script.get(at..).and_then(|rest| rest.chars().next()) else { break };
        match (open, c) {
            (None | Some('"'), '`') => {
                at += script.get(at + 1..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
            }
            (Some('"'), '$') if script.get(at + 1..).is_some_and(|rest| rest.starts_with('(')) => depth += 1,
            (None, '"' | '\'') => open = Some(c),
            (Some(quote), c) if quote == c => open = None,
            (None, '#') => {
                at += script
                    .get(at..)
                    .and_then(|rest| rest.find('\n'))
                    .unwrap_or_default()
                    .saturating_sub(1)
                    .min(wanted.start - at)
            }
            _ => {}
        }
        at += c.len_utf8();
    }
    match open {
        _ if depth > 0 => Err("it stands inside another expansion"),
        Some('"') if !script.get(..wanted.start).is_some_and(|before| before.ends_with(['`', '$'])) => {
            Ok(format!("${{env:{name}}}"))
        }
        Some('\'') => Err("it stands in single quotes, in which no variable is replaced"),
        _ => Err("without quotes PowerShell may take it for something else than a text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn at(shell: Shell, script: &str, one_word: bool) -> Result<String, &'static str> {
        let fragments = fragments(script);
        let target = fragments.iter().position(|fragment| &script[fragment.range.clone()] == "${{ x }}").expect("an x");
        let put = written(shell, script, &fragments, target, "X", one_word)?;
        let range = fragments[target].range.clone();
        Ok(format!("{}{put}{}", &script[..range.start], &script[range.end..]))
    }

    #[rstest]
    #[case::double("echo \"a ${{ x }}b\"", "echo \"a ${X}b\"")]
    #[case::bare("echo ${{ x }}", "echo \"${X}\"")]
    #[case::assigned("V=${{ x }}", "V=\"${X}\"")]
    #[case::exported("export V=${{ x }}", "export V=\"${X}\"")]
    #[case::glued("tar --tag=${{ x }}/y", "tar --tag=\"${X}\"/y")]
    #[case::single("curl -d '{\"t\": \"${{ x }}\"}' u", "curl -d '{\"t\": \"'\"${X}\"'\"}' u")]
    #[case::substituted("v=$(echo \"${{ x }}\" | tr a b)", "v=$(echo \"${X}\" | tr a b)")]
    #[case::nested_quotes("echo \"$(basename ${{ x }})\"", "echo \"$(basename \"${X}\")\"")]
    #[case::compared("if [ ${{ x }} = y ]; then", "if [ \"${X}\" = y ]; then")]
    #[case::condition("if [[ \"${{ x }}\" == *-rc* ]]; then", "if [[ \"${X}\" == *-rc* ]]; then")]
    #[case::case_("case ${{ x }} in a) echo b;; esac", "case \"${X}\" in a) echo b;; esac")]
    #[case::after_case("case $a in\n b) c ;;\nesac\necho '${{ x }}'", "case $a in\n b) c ;;\nesac\necho ''\"${X}\"''")]
    #[case::document("cat <<EOF > notes.md\nv ${{ x }}\nEOF\n", "cat <<EOF > notes.md\nv ${X}\nEOF\n")]
    #[case::behind_a_document("cat <<'E'\n\"\nE\necho \"${{ x }}\"", "cat <<'E'\n\"\nE\necho \"${X}\"")]
    #[case::other_expressions("echo '${{ y('it''s') }}' \"${{ x }}\"", "echo '${{ y('it''s') }}' \"${X}\"")]
    #[case::continued(
        "gh release create \\\n  --title \"${{ x }}\" \\\n  y",
        "gh release create \\\n  --title \"${X}\" \\\n  y"
    )]
    #[case::comment_above("# don't\necho \"${{ x }}\"", "# don't\necho \"${X}\"")]
    #[case::comment("echo a # ${{ x }}\nb", "echo a # ${X}\nb")]
    #[case::script("bash ci/notes.sh ${{ x }} > out", "bash ci/notes.sh \"${X}\" > out")]
    #[case::here_string("grep a <<< ${{ x }}", "grep a <<< \"${X}\"")]
    fn rewrites(#[case] script: &str, #[case] expected: &str) {
        assert_eq!(at(Shell::Posix, script, true).as_deref(), Ok(expected));
    }

    #[rstest]
    #[case::command("${{ x }} --help")]
    #[case::later_command("set -e; ${{ x }}")]
    #[case::evaluated("eval \"${{ x }}\"")]
    #[case::nested_shell("bash -c \"echo ${{ x }}\"")]
    #[case::nested_in_single("sh -c 'echo ${{ x }}'")]
    #[case::python("python3 -c \"print('${{ x }}')\"")]
    #[case::remote("ssh host \"deploy ${{ x }}\"")]
    #[case::edited("sed -i \"s/a/${{ x }}/\" f")]
    #[case::piped("echo \"${{ x }}\" | bash")]
    #[case::quoted_document("cat <<'EOF'\n${{ x }}\nEOF\n")]
    #[case::code_document("python3 <<EOF\nprint('${{ x }}')\nEOF\n")]
    #[case::written_code("cat <<EOF > run.sh\necho ${{ x }}\nEOF\n")]
    #[case::backticks("v=`echo ${{ x }}`")]
    #[case::arithmetic("v=$(( ${{ x }} + 1 ))")]
    #[case::parameter("v=${y:-${{ x }}}")]
    #[case::pattern("[[ $a == ${{ x }} ]]")]
    #[case::escaped("echo \\${{ x }}")]
    #[case::dollar("echo $${{ x }}")]
    fn refuses(#[case] script: &str) {
        assert!(at(Shell::Posix, script, true).is_err(), "{:?}", at(Shell::Posix, script, true));
    }

    #[rstest]
    #[case::argument("make ${{ x }}", false)]
    #[case::list("a=(${{ x }})", false)]
    #[case::loop_("for f in ${{ x }}; do echo \"$f\"; done", false)]
    #[case::glued("make V=${{ x }}", true)]
    #[case::quoted("make \"${{ x }}\"", true)]
    fn what_may_be_several_words(#[case] script: &str, #[case] taken: bool) {
        assert_eq!(at(Shell::Posix, script, false).is_ok(), taken, "{script}");
    }

    #[rstest]
    #[case("Write-Host \"a ${{ x }}b\"", Some("Write-Host \"a ${env:X}b\""))]
    #[case("$v = \"${{ x }}\"", Some("$v = \"${env:X}\""))]
    #[case("Write-Host 'it' \"${{ x }}\"", Some("Write-Host 'it' \"${env:X}\""))]
    #[case("$v = ${{ x }}", None)]
    #[case("Write-Host '${{ x }}'", None)]
    #[case("Invoke-Expression \"${{ x }}\"", None)]
    #[case("$t = @\"\n${{ x }}\n\"@", None)]
    #[case("Write-Host \"$(Get-Item ${{ x }})\"", None)]
    fn power_shell(#[case] script: &str, #[case] expected: Option<&str>) {
        assert_eq!(at(Shell::Power, script, true).ok().as_deref(), expected);
    }

    #[test]
    fn an_expression_may_hold_braces_in_a_text() {
        let text = "${{ format('}}') }} ${{ open";
        assert_eq!(fragments(text), [Fragment { range: 0..19 }]);
    }
}
