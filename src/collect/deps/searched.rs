//! Libraries that build descriptions of C, C++ and Fortran look for on the system: CMake, Meson, Autoconf, pkg-config.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

use super::Import;
use super::ecosystems::{Part, Table};
use crate::collect::{Context, limits};

/// One pattern per way of looking; the last group names the library or libraries.
static PATTERNS: LazyLock<Vec<Regex>> = LazyLock::new(|| {
    [
        r"(?i)\bfind_(?:package|dependency)\s*\(\s*([\w.+-]+)",
        r"(?i)\bpkg_(?:check_modules|search_module)\s*\(\s*\w+((?:\s+[^\s)]+)+)",
        r"\bPKG_CHECK_MODULES(?:_STATIC)?\s*\(\s*\[?\w+\]?\s*,\s*\[?([^\],)]+)",
        r"\b(?:AC_CHECK_LIB|AC_SEARCH_LIBS)\s*\(\s*(?:\[?\w+\]?\s*,\s*)?\[?([\w.+-]+)",
        r"(?:^|[\s=(,\[])dependency\s*\(\s*'([\w.+-]+)'",
        r"\bpkg-config(?:\s+--[\w=-]+)+\s+([\w.+-]+)",
        r"(?:^|\s)-l([a-z][\w+-]+)",
    ]
    .iter()
    .filter_map(|pattern| Regex::new(pattern).ok())
    .collect()
});

/// Words between the names in such calls.
const WORDS: &[&str] =
    &["required", "quiet", "imported_target", "global", "no_cmake_path", "static", "optional", "exact", "config"];

/// The libraries looked for, each with the first place, sorted by name.
pub(super) fn find(cx: &Context<'_>, table: &Table) -> Vec<Import> {
    let reader = cx.tree.reader();
    let mut found: BTreeMap<String, Import> = BTreeMap::new();
    let files = cx.tree.entries().iter().filter(|entry| {
        entry.mode.is_file()
            && is_description(entry.path.name_lower())
            && matches!(table.part(&entry.path), Part::Product | Part::Helper)
    });
    for entry in files.take(limits::BUILD_DESCRIPTIONS) {
        let Some(text) = reader.text(entry) else { continue };
        for (number, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or_default();
            if line.len() > limits::LINE_BYTES || line.trim_start().starts_with("dnl") {
                continue;
            }
            for name in PATTERNS
                .iter()
                .filter_map(|pattern| pattern.captures(line)?.get(1))
                .flat_map(|names| names.as_str().split_whitespace())
            {
                let name = name.trim_matches(|c: char| !c.is_alphanumeric() && c != '+');
                let name = name.split(['>', '<', '=']).next().unwrap_or_default();
                let plain = name.chars().any(char::is_alphabetic)
                    && !name.contains('$')
                    && !WORDS.contains(&name.to_lowercase().as_str());
                if plain && table.is_searched(name) && found.len() < limits::FINDINGS {
                    found.entry(name.to_lowercase()).or_insert_with(|| Import {
                        name: name.to_owned(),
                        path: entry.path.text(),
                        line: number as u64 + 1,
                    });
                }
            }
        }
    }
    found.into_values().collect()
}

fn is_description(name: &str) -> bool {
    matches!(name, "cmakelists.txt" | "meson.build" | "configure.ac" | "configure.in" | "makefile" | "gnumakefile")
        || name.ends_with(".cmake")
        || name.ends_with(".m4")
        || name.ends_with(".mk")
}
