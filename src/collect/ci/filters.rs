//! Filters of the Actions family: which branches, tags and files start a workflow.

use std::cell::OnceCell;

use regex::Regex;

use super::systems::NonCodeFiles;
use super::workflow::Trigger;
use crate::collect::tree::Tree;

/// Files of the tree that a path filter is tried on.
const MAX_FILES: usize = 20_000;
/// Patterns of one filter.
const MAX_PATTERNS: usize = 300;

/// A filter: patterns in order, of which one that starts with `!` takes back what an earlier one let in.
#[derive(Debug)]
pub(super) struct Filter {
    patterns: Vec<(bool, Pattern)>,
    /// Whether every pattern was understood.
    complete: bool,
}

/// One pattern; most are plain names, which need no regular expression.
#[derive(Debug)]
enum Pattern {
    Name(String),
    Form(Box<Regex>),
}

impl Pattern {
    fn new(text: &str) -> Option<Self> {
        if text.contains(['*', '?', '+', '[', ']', '\\']) {
            return regex(text).map(|regex| Self::Form(Box::new(regex)));
        }
        Some(Self::Name(text.to_owned()))
    }

    fn is_match(&self, text: &str) -> bool {
        match self {
            Self::Name(name) => name == text,
            Self::Form(regex) => regex.is_match(text),
        }
    }
}

impl Filter {
    pub(super) fn new(patterns: &[String]) -> Self {
        let mut filter = Self { patterns: Vec::new(), complete: patterns.len() <= MAX_PATTERNS };
        for pattern in patterns.iter().take(MAX_PATTERNS) {
            let (takes_back, text) = pattern.strip_prefix('!').map_or((false, pattern.as_str()), |rest| (true, rest));
            match Pattern::new(text) {
                Some(pattern) => filter.patterns.push((takes_back, pattern)),
                None => filter.complete = false,
            }
        }
        filter
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        self.patterns.iter().fold(
            false,
            |matched, (takes_back, pattern)| {
                if pattern.is_match(text) { !takes_back } else { matched }
            },
        )
    }
}

/// A pattern of the Actions family as a regular expression: `*` stays inside one part, `**` does not, `?` and `+` repeat
/// what stands before them, brackets are a class.
fn regex(pattern: &str) -> Option<Regex> {
    if pattern.len() > 1_000 {
        return None;
    }
    let mut out = String::from("^");
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '*' if chars.peek() == Some(&'*') => {
                chars.next();
                if chars.peek() == Some(&'/') && (out == "^" || out.ends_with('/')) {
                    chars.next();
                    out.push_str("(?:.*/)?");
                } else {
                    out.push_str(".*");
                }
            }
            '*' => out.push_str("[^/]*"),
            '?' | '+' => out.push(c),
            '[' => out.push('['),
            ']' => out.push(']'),
            '-' if out.rfind('[') > out.rfind(']') => out.push('-'),
            '\\' => out.push_str(&regex::escape(&chars.next()?.to_string())),
            c => out.push_str(&regex::escape(&c.to_string())),
        }
    }
    out.push('$');
    regex::RegexBuilder::new(&out).size_limit(1 << 20).build().ok()
}

/// Whether a tag or branch filter admits nothing but literals and classes of harmless letters, so that a name that passes
/// it cannot hold a sign of the shell.
pub(super) fn is_strict(patterns: &[String]) -> bool {
    !patterns.is_empty()
        && patterns.iter().filter(|pattern| !pattern.starts_with('!')).all(|pattern| {
            pattern
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '?' | '[' | ']' | '/'))
                && !pattern.contains("[^")
                && !pattern.contains("[!")
        })
}

/// Whether the trigger starts for the primary branch, as target of a change request or as pushed.
pub(super) fn covers_primary(trigger: &Trigger, primary: Option<&str>) -> bool {
    let names: Vec<&str> = primary.map_or_else(|| vec!["main", "master"], |name| vec![name]);
    if let Some(branches) = &trigger.branches {
        let filter = Filter::new(branches);
        return names.iter().any(|name| filter.matches(name));
    }
    if let Some(ignored) = &trigger.branches_ignore {
        let filter = Filter::new(ignored);
        return !names.iter().all(|name| filter.matches(name));
    }
    true
}

/// Tries path filters on the files of the tree.
pub(super) struct PathFilters<'a> {
    tree: &'a Tree,
    /// Paths with code, as they are; looked for where there is a filter to try.
    code: OnceCell<Vec<String>>,
    non_code: NonCodeFiles,
}

impl<'a> PathFilters<'a> {
    pub(super) fn new(tree: &'a Tree, non_code: NonCodeFiles) -> Self {
        Self { tree, code: OnceCell::new(), non_code }
    }

    fn code(&self) -> &[String] {
        self.code.get_or_init(|| {
            let code = self.tree.entries().iter().filter(|entry| !self.non_code.contains(entry.path.lower()));
            code.map(|entry| String::from_utf8_lossy(entry.path.as_bytes()).into_owned()).take(MAX_FILES).collect()
        })
    }

    /// `no`, `non_code` or `code`: what the trigger's filters leave out.
    pub(super) fn of_trigger(&self, trigger: &Trigger) -> &'static str {
        match (&trigger.paths, &trigger.paths_ignore) {
            (None, None) => "no",
            (Some(paths), _) => self.left_out(paths, false),
            (None, Some(ignored)) => self.left_out(ignored, true),
        }
    }

    /// What patterns leave out: files that they do not match, or, with `ignoring`, files that they match. The tree's own
    /// files decide; a tree without code says nothing, then the patterns themselves do.
    pub(super) fn left_out(&self, patterns: &[String], ignoring: bool) -> &'static str {
        let filter = Filter::new(patterns);
        let code = self.code();
        if !filter.complete || !self.tree.complete() || code.len() >= MAX_FILES {
            return "code";
        }
        let harmless = if !code.is_empty() {
            !code.iter().any(|path| filter.matches(path) == ignoring)
        } else if ignoring {
            patterns.iter().all(|pattern| self.names_non_code(pattern))
        } else {
            let everything = |pattern: &String| matches!(pattern.as_str(), "**" | "**/*" | "**/**" | "**.*" | "**/*.*");
            patterns.iter().any(everything)
                && patterns
                    .iter()
                    .filter_map(|pattern| pattern.strip_prefix('!'))
                    .all(|pattern| self.names_non_code(pattern))
        };
        if harmless { "non_code" } else { "code" }
    }

    /// Whether every path that a pattern matches is without code, as far as the pattern's own words say.
    fn names_non_code(&self, pattern: &str) -> bool {
        let example = pattern.trim_start_matches("./").trim_start_matches("**/").replace("**", "x").replace('*', "x");
        self.non_code.contains(&example.to_lowercase())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use crate::collect::ci::systems::Table;
    use rstest::rstest;

    #[rstest]
    #[case("main", "main", true)]
    #[case("*", "feature/x", false)]
    #[case("**", "feature/x", true)]
    #[case("releases/**", "releases/10/x", true)]
    #[case("**.js", "a/b.js", true)]
    #[case("*.js", "a/b.js", false)]
    #[case("docs/**", "docs/a/b.md", true)]
    #[case("**/*.md", "README.md", true)]
    #[case("[0-9]+.[0-9]+.[0-9]+", "1.20.3", true)]
    #[case("v[12].[0-9]+.[0-9]+", "v3.0.0", false)]
    #[case("**-post.md", "x/my-post.md", true)]
    fn patterns(#[case] pattern: &str, #[case] text: &str, #[case] expected: bool) {
        assert_eq!(Filter::new(&[pattern.to_owned()]).matches(text), expected);
    }

    #[rstest]
    #[case(&["[0-9]+.[0-9]+.[0-9]+"], true)]
    #[case(&["v*"], false)]
    #[case(&["v[0-9]+", "v*"], false)]
    #[case(&["v[!a]"], false)]
    #[case(&[], false)]
    fn strictness(#[case] patterns: &[&str], #[case] expected: bool) {
        let patterns: Vec<String> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        assert_eq!(is_strict(&patterns), expected);
    }

    #[rstest]
    #[case(Some(&["src/a/**"][..]), None, "code")]
    #[case(Some(&["**", "!docs/**"][..]), None, "non_code")]
    #[case(Some(&["**", "!src/**"][..]), None, "code")]
    #[case(None, Some(&["docs/**", "*.md", "**/*.rst"][..]), "non_code")]
    #[case(None, Some(&["src/b/**"][..]), "code")]
    fn without_code_the_patterns_decide(
        #[case] paths: Option<&[&str]>,
        #[case] ignored: Option<&[&str]>,
        #[case] expected: &str,
    ) {
        assert_eq!(left_out(&Tree::of(&[(".github/workflows/ci.yml", "")]), paths, ignored), expected);
    }

    fn left_out(tree: &Tree, paths: Option<&[&str]>, ignored: Option<&[&str]>) -> &'static str {
        let table: Table = crate::yaml::from_str(Bundle::policies().get("tables/ci_systems.yaml").expect("a table"))
            .expect("it parses");
        let list =
            |patterns: Option<&[&str]>| patterns.map(|patterns| patterns.iter().map(|p| (*p).to_owned()).collect());
        let trigger = Trigger { paths: list(paths), paths_ignore: list(ignored), ..Trigger::default() };
        PathFilters::new(tree, table.non_code()).of_trigger(&trigger)
    }

    #[rstest]
    #[case(None, Some(&["docs/**", "*.md"][..]), "non_code")]
    #[case(None, Some(&["src/b/**"][..]), "code")]
    #[case(None, Some(&["gone/**"][..]), "non_code")]
    #[case(Some(&["src/a/**"][..]), None, "code")]
    #[case(Some(&["**", "!**.md"][..]), None, "non_code")]
    #[case(Some(&["**.rs", "Cargo.toml"][..]), None, "non_code")]
    #[case(Some(&["**.rs"][..]), None, "code")]
    #[case(None, None, "no")]
    fn path_filters(#[case] paths: Option<&[&str]>, #[case] ignored: Option<&[&str]>, #[case] expected: &str) {
        let tree = Tree::of(&[
            ("src/a/x.rs", ""),
            ("src/b/y.rs", ""),
            ("Cargo.toml", ""),
            ("docs/a.md", ""),
            ("README.md", ""),
            ("LICENSE", ""),
        ]);
        assert_eq!(left_out(&tree, paths, ignored), expected);
    }
}
