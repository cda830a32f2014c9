//! Build files: which of them say something, and which targets they offer. Nothing is evaluated.

use std::sync::Arc;

use globset::{Glob, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use super::BuildFile;
use crate::bundle::Bundle;
use crate::collect::path::RepoPath;
use crate::collect::{Context, limits, tables};
use crate::yaml;

/// Targets kept per file.
const TARGETS: usize = 100;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    files: Vec<Row>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    kind: String,
}

/// The names of build files.
pub(super) struct Names {
    set: GlobSet,
    /// The kind of each pattern.
    kinds: Vec<String>,
}

impl Names {
    pub(super) fn load(policies: &Bundle) -> Result<Arc<Self>, String> {
        policies.prepared(Self::from_bundle)
    }

    fn from_bundle(policies: &Bundle) -> Result<Self, String> {
        let table: Table = tables::load(policies, "build_files")?;
        let mut builder = GlobSetBuilder::new();
        let mut kinds = Vec::new();
        for row in table.files {
            let fail = |error: globset::Error| format!("tables/build_files.yaml: {}: {error}", row.name);
            builder.add(Glob::new(&row.name).map_err(fail)?);
            kinds.push(row.kind);
        }
        let set = builder.build().map_err(|error| format!("tables/build_files.yaml: {error}"))?;
        Ok(Self { set, kinds })
    }

    fn kind(&self, path: &RepoPath) -> Option<&str> {
        let first = self.set.matches(path.name_lower()).into_iter().next()?;
        self.kinds.get(first).map(String::as_str)
    }
}

/// The build files of the product, and whether all of them are listed. Those nearest to the root come first when there are too many.
pub(super) fn find(cx: &Context<'_>, names: &Names) -> (Vec<BuildFile>, bool) {
    let own = |path: &RepoPath| !path.is_vendored() && !path.is_test();
    let mut entries: Vec<_> = cx
        .tree
        .entries()
        .iter()
        .filter(|entry| entry.mode.is_file() && own(&entry.path))
        .filter_map(|entry| names.kind(&entry.path).map(|kind| (entry, kind)))
        .collect();
    let complete = cx.tree.complete() && entries.len() <= limits::FINDINGS;
    entries.sort_by_key(|(entry, _)| entry.path.depth());
    entries.truncate(limits::FINDINGS);
    let reader = cx.tree.reader();
    let mut files: Vec<BuildFile> = entries
        .into_iter()
        .filter_map(|(entry, kind)| reader.text(entry).map(|text| read(entry.path.text(), kind, &text)))
        .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    (files, complete)
}

fn read(path: String, kind: &str, text: &str) -> BuildFile {
    let mut targets = targets(kind, text);
    targets.dedup();
    targets.truncate(TARGETS);
    BuildFile { path, kind: kind.to_owned(), targets, line: first_instruction(kind, text) }
}

/// The first line that is neither empty nor a comment.
fn first_instruction(kind: &str, text: &str) -> Option<u64> {
    if matches!(kind, "maven" | "ant") {
        return text.lines().position(|line| line.trim_start().starts_with("<project")).map(line_number);
    }
    let comments: &[&str] = match kind {
        "gradle" | "sbt" | "mage" | "zig" | "gulp" | "grunt" => &["//", "/*", "*"],
        "premake" | "xmake" => &["--"],
        "script" => &["#", "::", "rem ", "REM ", "@rem", "@REM"],
        "autotools" => &["#", "dnl"],
        _ => &["#"],
    };
    let says = |line: &str| {
        let line = line.trim();
        !line.is_empty() && !comments.iter().any(|mark| line.starts_with(mark))
    };
    text.lines().position(says).map(line_number)
}

fn line_number(index: usize) -> u64 {
    index as u64 + 1
}

fn targets(kind: &str, text: &str) -> Vec<String> {
    match kind {
        "make" | "earthly" => text.lines().flat_map(make_targets).collect(),
        "just" => text.lines().filter_map(just_recipe).collect(),
        "task" => yaml::parse(text)
            .ok()
            .flatten()
            .and_then(|root| root.get("tasks").cloned())
            .map(|tasks| tasks.entries().iter().filter_map(|(name, _)| name.as_str().map(str::to_owned)).collect())
            .unwrap_or_default(),
        "docker" => text.lines().filter_map(docker_stage).collect(),
        "cmake" => calls(text, &["add_executable", "add_library", "add_custom_target"]),
        "meson" => calls(text, &["executable", "library", "shared_library", "static_library", "run_target"]),
        "rake" => text.lines().filter_map(rake_task).collect(),
        _ => Vec::new(),
    }
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-./+".contains(c)) && !text.starts_with('.')
}

/// `a b: c`, but no assignment and no recipe.
fn make_targets(line: &str) -> Vec<String> {
    if line.starts_with(['\t', ' ', '#']) {
        return Vec::new();
    }
    let Some((left, right)) = line.split_once(':') else { return Vec::new() };
    if right.starts_with('=') || right.starts_with(":=") || left.contains('=') {
        return Vec::new();
    }
    left.split_whitespace().filter(|name| is_name(name)).map(str::to_owned).collect()
}

/// `name parameters: dependencies`.
fn just_recipe(line: &str) -> Option<String> {
    if line.starts_with(['\t', ' ', '#', '[']) {
        return None;
    }
    let (left, right) = line.split_once(':')?;
    let name = left.split_whitespace().next()?.trim_start_matches('@');
    let keyword = matches!(name, "set" | "alias" | "export" | "import" | "mod");
    (is_name(name) && !right.starts_with('=') && !keyword).then(|| name.to_owned())
}

/// `FROM image AS stage`.
fn docker_stage(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    words.next().filter(|word| word.eq_ignore_ascii_case("from"))?;
    words.find(|word| word.eq_ignore_ascii_case("as"))?;
    words.next().map(str::to_owned)
}

/// The first argument of calls at the start of a line.
fn calls(text: &str, functions: &[&str]) -> Vec<String> {
    let argument = |line: &str| {
        let line = line.trim_start();
        let line = line.split_once(" = ").map_or(line, |(_, right)| right);
        let (function, rest) = line.split_once('(')?;
        functions.contains(&function.trim().to_ascii_lowercase().as_str()).then_some(())?;
        let name = rest.trim_start().trim_start_matches(['\'', '"']);
        let end = name.find(|c: char| c.is_whitespace() || matches!(c, '\'' | '"' | ',' | ')')).unwrap_or(name.len());
        name.get(..end).filter(|name| is_name(name)).map(str::to_owned)
    };
    text.lines().filter_map(argument).collect()
}

/// `task :name` or `task "name" => …`.
fn rake_task(line: &str) -> Option<String> {
    let rest = line.trim_start().strip_prefix("task ")?.trim_start().trim_start_matches([':', '"', '\'', '(']);
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(rest.len());
    rest.get(..end).filter(|name| is_name(name)).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("make", "CC := gcc\nall: build test\nbuild:\n\tgo build\n.PHONY: all\nx=1:2\n", "all build", Some(1))]
    #[case("make", "# only\n\n# comments\n", "", None)]
    #[case(
        "just",
        "set shell := ['bash']\n# Builds.\nbuild target='all': deps\n  cargo build\nalias b := build\n",
        "build",
        Some(1)
    )]
    #[case("docker", "# x\nFROM rust:1 AS build\nRUN cargo build\nfrom scratch\n", "build", Some(2))]
    #[case("cmake", "add_library(foo STATIC a.c)\n  ADD_EXECUTABLE( bar\n  b.c)\n", "foo bar", Some(1))]
    #[case("task", "version: '3'\ntasks:\n  build:\n    cmds: [go build]\n", "build", Some(1))]
    #[case("rake", "task :default => :test\ntask 'lint' do\n", "default lint", Some(1))]
    #[case("script", "#!/bin/sh\n# nothing\n", "", None)]
    #[case("maven", "<?xml version='1.0'?>\n<project>\n</project>", "", Some(2))]
    fn reads_targets(#[case] kind: &str, #[case] text: &str, #[case] targets: &str, #[case] line: Option<u64>) {
        let file = read("x".to_owned(), kind, text);
        assert_eq!((file.targets.join(" ").as_str(), file.line), (targets, line));
    }

    #[test]
    fn the_table_is_ours_and_valid() {
        let names = Names::load(&Bundle::policies()).expect("the table");
        assert_eq!(names.kind(&RepoPath::new("docker/Dockerfile.alpine")), Some("docker"));
        assert_eq!(names.kind(&RepoPath::new("Makefile.am")), Some("autotools"));
    }
}
