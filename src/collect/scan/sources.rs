//! Source files: their language, what they import, and the licence that their header names.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;

use crate::bundle::Bundle;
use crate::collect::{deps, limits, tables};

/// A file in a programming language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceFile {
    /// A name of the table `languages`.
    pub(crate) language: String,
    /// Modules that it imports, each with its line; looked for in files of the product only.
    pub(crate) imports: Vec<(String, u64)>,
    /// Names of modules that it declares for others to import.
    pub(crate) declared: Vec<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    languages: Vec<Language>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Language {
    name: String,
    extensions: Vec<String>,
    #[serde(default = "yes")]
    code: bool,
}

fn yes() -> bool {
    true
}

/// Languages by extension.
#[derive(Debug, Default)]
pub(super) struct Languages(BTreeMap<String, String>);

impl Languages {
    pub(super) fn load(policies: &Bundle) -> Result<Arc<Self>, String> {
        policies.prepared(Self::from_bundle)
    }

    fn from_bundle(policies: &Bundle) -> Result<Self, String> {
        let table: Table = tables::load(policies, "languages")?;
        let code = table.languages.into_iter().filter(|language| language.code);
        Ok(Self(
            code.flat_map(|language| {
                language.extensions.into_iter().map(move |extension| (extension, language.name.clone()))
            })
            .collect(),
        ))
    }

    /// The source file at `entry`; none for other files.
    pub(super) fn source(&self, extension: &str, bytes: &[u8], own: bool) -> Option<SourceFile> {
        let language = self.0.get(extension)?;
        let found = if own {
            let head = &bytes[..bytes.len().min(limits::SOURCE_BYTES)];
            deps::imports::read(language, &String::from_utf8_lossy(head))
        } else {
            deps::imports::Found::default()
        };
        Some(SourceFile { language: language.clone(), imports: found.imports, declared: found.declared })
    }
}

/// The licence expression of a file's header and its line.
pub(super) fn header(bytes: &[u8]) -> Option<(String, u64)> {
    const MARK: &[u8] = b"SPDX-License-Identifier:";
    let head = &bytes[..bytes.len().min(limits::HEADER_BYTES)];
    // The mark is rare and long: looking at its capital `X-L` first would gain nothing over this.
    let at = head.windows(MARK.len()).position(|window| window == MARK)?;
    let rest = &head[at + MARK.len()..];
    let line = rest.split(|b| *b == b'\n').next().unwrap_or_default();
    let text = String::from_utf8_lossy(line);
    let closed = ["*/", "-->", "*)", "#}", "-}", "|#", "\"\"\"", "'''", "%>", "?>", "\\n"]
        .iter()
        .fold(text.as_ref(), |text, end| text.split(end).next().unwrap_or_default());
    let expression = closed.trim().trim_matches(['"', '\'', '`', ',', ';', '*', '#', ' ', '.']).trim();
    let plausible = !expression.is_empty()
        && expression.len() <= 200
        && expression
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'-' | b'.' | b'+' | b'(' | b')' | b':' | b'/'));
    let line = head[..at].iter().filter(|b| **b == b'\n').count() as u64 + 1;
    plausible.then(|| (expression.to_owned(), line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("// SPDX-License-Identifier: MIT\n", Some(("MIT", 1)))]
    #[case("#!/bin/sh\n# SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT\n", Some(("(GPL-2.0 WITH Linux-syscall-note) OR MIT", 2)))]
    #[case("/* SPDX-License-Identifier: Apache-2.0 */", Some(("Apache-2.0", 1)))]
    #[case("<!-- SPDX-License-Identifier: CC-BY-4.0 -->", Some(("CC-BY-4.0", 1)))]
    #[case("grep 'SPDX-License-Identifier: $id'", None)]
    #[case("no header", None)]
    fn headers(#[case] text: &str, #[case] expected: Option<(&str, u64)>) {
        let found = header(text.as_bytes());
        assert_eq!(found.as_ref().map(|(expression, line)| (expression.as_str(), *line)), expected);
    }

    #[test]
    fn the_table_names_every_extension_once() {
        let table: Table = tables::load(&Bundle::policies(), "languages").expect("the table");
        let all: Vec<_> = table.languages.iter().flat_map(|language| &language.extensions).collect();
        let distinct: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(all.len(), distinct.len());
    }
}
