//! Section `secrets`: what looks like a credential, always redacted, and what the tree does to keep them out.

mod hooks;
mod keys;
mod pipelines;
mod search;

use schemars::JsonSchema;
use serde::Serialize;

use super::scan::Scan;
use super::{Context, limits};
use crate::model::fact::{Fact, Reason};
pub(crate) use search::Search;

/// What is known about credentials in the tree.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Secrets {
    /// What looks like a credential. Values are never kept.
    pub candidates: Fact<Vec<SecretCandidate>>,
    /// Patterns of the ignore file that keep usual credential files out.
    pub ignore_patterns: Fact<Vec<String>>,
    /// Hooks that look for credentials before a commit is made.
    pub hooks: Fact<Vec<SecretHook>>,
}

/// Something that looks like a credential.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SecretCandidate {
    /// The file.
    pub path: String,
    /// The line.
    pub line: u64,
    /// The rule that found it, such as `private-key` or `github-token`.
    pub rule: String,
    /// `high` (a key block, a token with a valid checksum or an unmistakable form) or `medium`.
    pub confidence: String,
    /// `plain` or `encrypted`. Placeholders are no candidates.
    pub state: String,
    /// Whether it lies in a test path, an example or documentation.
    pub test_path: bool,
}

/// A hook that looks for credentials.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SecretHook {
    /// The file that configures it.
    pub path: String,
    /// The line.
    pub line: u64,
    /// The tool.
    pub tool: String,
}

impl SecretCandidate {
    /// A finding of the search at its place.
    pub(super) fn of(path: &str, hit: search::Hit, test_path: bool) -> Self {
        Self {
            path: path.to_owned(),
            line: hit.line,
            rule: hit.rule,
            confidence: hit.confidence.to_owned(),
            state: hit.state.to_owned(),
            test_path,
        }
    }
}

pub(crate) fn collect(cx: &Context<'_>, scan: &Scan) -> Secrets {
    let search = match Search::load(cx.policies) {
        Ok(search) => search,
        Err(error) => {
            return Secrets {
                candidates: Fact::broken(Reason::ParseError, error.clone(), cx.src),
                ignore_patterns: Fact::broken(Reason::ParseError, error, cx.src),
                hooks: hooks::collect(cx),
            };
        }
    };
    let mut candidates = scan.candidates.clone();
    candidates.extend(pipelines::passwords(cx));
    // Those that weigh most stand first, so that a cut list keeps them.
    candidates.sort_by(|a, b| {
        let weight = |one: &SecretCandidate| (one.test_path, one.confidence != "high", one.state != "plain");
        weight(a).cmp(&weight(b)).then_with(|| (&a.path, a.line, &a.rule).cmp(&(&b.path, b.line, &b.rule)))
    });
    let whole = cx.tree.complete() && scan.unread.is_empty() && scan.searched && candidates.len() <= limits::FINDINGS;
    candidates.truncate(limits::FINDINGS);
    Secrets {
        candidates: Fact::seen(candidates, whole, cx.src),
        ignore_patterns: Fact::seen(ignored(cx, &search), cx.tree.complete(), cx.src),
        hooks: hooks::collect(cx),
    }
}

/// Lines of the root's ignore file that keep usual files of credentials out.
fn ignored(cx: &Context<'_>, search: &Search) -> Vec<String> {
    let text = cx.tree.find(".gitignore").and_then(|entry| cx.tree.reader().text(entry)).unwrap_or_default();
    let lines = text.lines().map(|line| line.trim().trim_start_matches("**/").trim_start_matches('/'));
    let mut found: Vec<String> =
        lines.filter(|line| search.ignored.iter().any(|known| known == line)).map(str::to_owned).collect();
    found.sort();
    found.dedup();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use crate::collect::tree::Tree;
    use crate::collect::{scan, testing};
    use rstest::rstest;

    fn secrets(files: &[(&str, &str)]) -> Secrets {
        testing::with_context(&Tree::of(files), |cx| collect(cx, &scan::scan(cx)))
    }

    #[test]
    fn candidates_name_their_place_and_keep_no_value() {
        let value = format!("glpat-{}", "aB3dE5gH7jK9mN1pQ3sT");
        let found = secrets(&[("deploy/a.env", &format!("x\nTOKEN={value}\n")), ("tests/b.env", &value)]);
        let list = found.candidates.value().expect("known");
        assert_eq!((list[0].path.as_str(), list[0].line, list[0].test_path), ("deploy/a.env", 2, false));
        assert!(list[1].test_path);
        assert!(!serde_json::to_string(&found).expect("a document").contains("aB3dE5"));
    }

    #[test]
    fn passwords_of_registries_in_pipelines() {
        let literal = "jobs:\n  a:\n    container:\n      image: x\n      credentials:\n        username: u\n        password: hunter22\n";
        let found = secrets(&[(".github/workflows/a.yml", literal)]);
        let list = found.candidates.value().expect("known");
        assert_eq!(
            (list[0].rule.as_str(), list[0].line, list[0].confidence.as_str()),
            ("registry-password", 7, "high")
        );
        let expression = literal.replace("hunter22", "${{ secrets.PASSWORD }}");
        assert_eq!(secrets(&[(".github/workflows/a.yml", &expression)]).candidates.value().map(Vec::len), Some(0));
    }

    #[rstest]
    #[case(".pre-commit-config.yaml", "repos:\n- repo: x\n  hooks:\n  - id: black\n  - id: gitleaks\n", Some(("gitleaks", 5)))]
    #[case(".pre-commit-config.yaml", "repos:\n- repo: x\n  hooks:\n  - id: black\n  # - id: gitleaks\n", None)]
    #[case(".husky/pre-commit", "#!/bin/sh\n# gitleaks\nnpx ggshield secret scan pre-commit\n", Some(("ggshield", 3)))]
    #[case("lefthook.yml", "pre-commit:\n  commands:\n    x:\n      run: gitleaks protect --staged\n", Some(("gitleaks", 4)))]
    #[case(".husky/pre-commit", "npm test\n", None)]
    fn hooks(#[case] path: &str, #[case] text: &str, #[case] expected: Option<(&str, u64)>) {
        let found = secrets(&[(path, text)]);
        let list = found.hooks.value().expect("known");
        assert_eq!(list.first().map(|hook| (hook.tool.as_str(), hook.line)), expected);
    }

    #[test]
    fn a_configuration_that_does_not_parse_is_not_absent() {
        assert!(secrets(&[(".pre-commit-config.yaml", "repos: [")]).hooks.value().is_none());
    }

    #[test]
    fn patterns_of_the_ignore_file() {
        let found = secrets(&[(".gitignore", "target\n.env\n/*.pem\n")]);
        assert_eq!(found.ignore_patterns.value().cloned(), Some(vec!["*.pem".to_owned(), ".env".to_owned()]));
        assert_eq!(secrets(&[(".gitignore", "target\n")]).ignore_patterns.value().map(Vec::len), Some(0));
    }

    #[test]
    fn without_its_table_nothing_is_known() {
        let tree = Tree::of(&[("a", "x")]);
        let found = testing::with_policies(&tree, &Bundle::default(), |cx| collect(cx, &scan::scan(cx)));
        assert!(found.candidates.value().is_none() && found.hooks.value().is_none());
    }
}
