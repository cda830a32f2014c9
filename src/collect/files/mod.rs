//! Section `files`: the tree as a whole.

mod build;
pub(crate) mod submodules;

use schemars::JsonSchema;
use serde::Serialize;

use super::tree::Mode;
use super::{Context, limits};
use crate::model::fact::{Fact, Reason};

/// What is known about the tree as a whole.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Files {
    /// Whether every entry of the tree was listed.
    pub complete: Fact<bool>,
    /// How many files it has.
    pub count: Fact<u64>,
    /// Repositories embedded as submodules.
    pub submodules: Fact<Vec<Submodule>>,
    /// Build files whose content says something: Makefile, Dockerfile, CMakeLists.txt and their like, with what was found in them.
    pub build_files: Fact<Vec<BuildFile>>,
}

/// A submodule.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Submodule {
    /// Where it is mounted.
    pub path: String,
    /// Its address as `.gitmodules` gives it; none when only the tree entry exists.
    pub url: Option<String>,
    /// The line in `.gitmodules`.
    pub line: Option<u64>,
    /// Whether its address lies under the same owner on the same host; none when that cannot be told.
    pub same_owner: Option<bool>,
}

/// A build file with content.
#[derive(Debug, Serialize, JsonSchema)]
pub struct BuildFile {
    /// Its path.
    pub path: String,
    /// `make`, `docker`, `cmake`, `just`, `task`, `meson`, `bazel`, `script`, …
    pub kind: String,
    /// Names of its targets, where it has any.
    pub targets: Vec<String>,
    /// The line of a comment-documented build target or of the first recipe; none when it holds nothing but comments.
    pub line: Option<u64>,
}

pub(crate) fn collect(cx: &Context<'_>) -> Files {
    let complete = cx.tree.complete();
    let count = cx.tree.entries().iter().filter(|entry| entry.mode != Mode::Gitlink).count();
    let mut submodules = submodules::find(cx);
    let all = complete && submodules.len() <= limits::SUBMODULES;
    submodules.truncate(limits::SUBMODULES);
    Files {
        complete: Fact::known(complete, cx.src),
        count: Fact::seen(count as u64, complete, cx.src),
        submodules: Fact::seen(submodules, all, cx.src),
        build_files: match build::Names::load(cx.policies) {
            Ok(names) => {
                let (files, all) = build::find(cx, &names);
                Fact::seen(files, all, cx.src)
            }
            Err(error) => Fact::broken(Reason::ParseError, error, cx.src),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use crate::collect::tree::Tree;
    use crate::model::subject::Subject;

    #[test]
    fn the_tree_as_a_whole() {
        let tree = Tree::of(&[
            (".gitmodules", "[submodule \"x\"]\npath = x\nurl = https://github.com/acme/x\n"),
            ("Makefile", "all:\n\ttrue\n"),
            ("third_party/z/Makefile", "all:\n"),
        ]);
        let policies = Bundle::policies();
        let subject = Subject::default();
        let now = "2026-11-01T00:00:00Z".parse().expect("a time");
        let cx = Context {
            tree: &tree,
            clone: None,
            forge: None,
            subject: &subject,
            now,
            policies: &policies,
            src: &["git"],
        };
        let files = collect(&cx);
        assert_eq!(files.count.value(), Some(&3));
        assert_eq!(files.submodules.value().map(Vec::len), Some(1));
        let build: Vec<&str> = files.build_files.value().into_iter().flatten().map(|file| file.path.as_str()).collect();
        assert_eq!(build, ["Makefile"]);
    }
}
