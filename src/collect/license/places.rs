//! Where licence files lie and what they are called.

use crate::collect::path::RepoPath;
use crate::collect::tree::{Entry, Tree};

/// A file that by its name should hold a licence.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'a> {
    pub(super) entry: &'a Entry,
    /// `root`, `license_dir`, `docs`, `vendored`, `elsewhere`.
    pub(super) place: &'static str,
    /// `license`, `copying`, `licence`, `unlicense`, `copyright`, `notice`, `licenses_dir`, `other`.
    pub(super) name_kind: &'static str,
    /// What its name says it covers; none where it says nothing.
    pub(super) scope: Option<&'static str>,
}

/// Extensions of files that hold text for people.
const TEXT: &[&str] =
    &["md", "markdown", "mdown", "mkd", "txt", "text", "rst", "adoc", "asciidoc", "org", "html", "htm", "tex", "rtf"];
/// Extensions of programs and data, which are no licence whatever their name.
const NOT_TEXT: &[&str] = &[
    "json",
    "yaml",
    "yml",
    "toml",
    "xml",
    "lock",
    "png",
    "svg",
    "jpg",
    "gif",
    "pdf",
    "tmpl",
    "template",
    "tpl",
    "j2",
    "in",
    "ini",
    "cfg",
    "conf",
    "csv",
    "map",
    "log",
    "snap",
    "css",
    "scss",
    "spdx",
    "rdf",
    "plist",
    "properties",
    "ipynb",
    "lic",
    "key",
    "pem",
    "docx",
    "doc",
    "odt",
    "zip",
    "gz",
    "sha256",
    "asc",
    "sig",
];

/// All candidates of a tree, in its order.
pub(super) fn candidates(tree: &Tree) -> Vec<Candidate<'_>> {
    tree.entries().iter().filter(|entry| entry.mode.octal() != "160000").filter_map(candidate).collect()
}

fn candidate(entry: &Entry) -> Option<Candidate<'_>> {
    let lower = entry.path.lower();
    let (above, name) = lower.rsplit_once('/').unwrap_or(("", lower.as_str()));
    let top = above.split('/').next().unwrap_or_default();
    let in_directory = matches!(top, "license" | "licenses" | "licence" | "licences");
    let name_kind = if in_directory && is_text_name(name) { "licenses_dir" } else { name_kind(name)? };
    let place = match above {
        "" => "root",
        _ if in_directory => "license_dir",
        _ if entry.path.is_vendored() || entry.path.is_test() => "vendored",
        _ if matches!(top, "doc" | "docs" | "documentation" | "site" | "website") => "docs",
        _ => "elsewhere",
    };
    Some(Candidate { entry, place, name_kind, scope: scope(&entry.path, name) })
}

/// A file without extension, or with one of a text.
fn is_text_name(name: &str) -> bool {
    match name.rsplit_once('.') {
        Some((_, extension)) => !NOT_TEXT.contains(&extension),
        None => !name.starts_with('.'),
    }
}

fn name_kind(name: &str) -> Option<&'static str> {
    const KINDS: &[(&str, &str)] = &[
        ("unlicense", "unlicense"),
        ("unlicence", "unlicense"),
        ("licenses", "license"),
        ("licences", "licence"),
        ("license", "license"),
        ("licence", "licence"),
        ("copying", "copying"),
        ("copyright", "copyright"),
        ("notice", "notice"),
    ];
    let stem_of = |name: &str| match name.rsplit_once('.') {
        Some((stem, extension)) if TEXT.contains(&extension) => Some(stem.to_owned()),
        // A suffix that is no extension of programs or data: `LICENSE.MIT`, `COPYING.LESSER`.
        Some((_, extension)) if NOT_TEXT.contains(&extension) || is_code(extension) => None,
        _ => Some(name.to_owned()),
    };
    let stem = stem_of(name)?;
    if stem.contains("header") || stem.contains("template") || stem.contains("check") || stem.contains("report") {
        return None;
    }
    for (start, kind) in KINDS {
        if let Some(rest) = stem.strip_prefix(start)
            && (rest.is_empty() || rest.starts_with(['-', '_', '.', ' ', '(']))
        {
            return Some(kind);
        }
    }
    let last = stem.rsplit(['-', '_', '.', ' ']).next().unwrap_or_default();
    matches!(last, "license" | "licence" | "copying" | "unlicense").then_some("other")
}

/// Extensions of source code that follow `license` in the names of programs.
fn is_code(extension: &str) -> bool {
    matches!(
        extension,
        "go" | "py"
            | "js"
            | "mjs"
            | "cjs"
            | "ts"
            | "tsx"
            | "jsx"
            | "rs"
            | "rb"
            | "java"
            | "kt"
            | "c"
            | "h"
            | "cc"
            | "cpp"
            | "hpp"
            | "cs"
            | "php"
            | "sh"
            | "bash"
            | "ps1"
            | "pl"
            | "pm"
            | "swift"
            | "scala"
            | "hs"
            | "ex"
            | "exs"
            | "lua"
            | "sql"
            | "vue"
            | "svelte"
            | "dart"
            | "r"
            | "jl"
            | "m"
            | "mm"
            | "proto"
            | "tf"
            | "bat"
            | "cmd"
            | "cmake"
            | "mk"
            | "nix"
            | "vb"
            | "fs"
            | "ml"
            | "clj"
            | "erl"
            | "groovy"
            | "gradle"
            | "properties"
            | "strings"
            | "resx"
    )
}

/// What a name says about the scope: `LICENSE-docs`, `logo/LICENSE`.
fn scope(path: &RepoPath, name: &str) -> Option<&'static str> {
    let docs = ["docs", "doc", "documentation", "content", "website", "manual", "guides"];
    let artwork = [
        "art", "artwork", "logo", "logos", "brand", "branding", "image", "images", "media", "icons", "icon", "font",
        "fonts", "data", "dataset", "sounds", "music", "textures", "assets",
    ];
    let words: Vec<&str> = name.split(['-', '_', '.', ' ', '(', ')']).skip(1).collect();
    let lower = path.lower();
    let parts: Vec<&str> = lower.rsplit_once('/').map_or(Vec::new(), |(above, _)| above.split('/').collect());
    let has = |list: &[&str]| words.iter().chain(&parts).any(|word| list.contains(word));
    if has(&docs) {
        Some("docs")
    } else if has(&artwork) {
        Some("artwork")
    } else {
        (path.is_vendored() || path.is_test()).then_some("vendored")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("LICENSE", Some(("root", "license")))]
    #[case("License.md", Some(("root", "license")))]
    #[case("LICENSE-MIT", Some(("root", "license")))]
    #[case("LICENSE_1_0.txt", Some(("root", "license")))]
    #[case("LICENSE.APACHE2", Some(("root", "license")))]
    #[case("LICENCE.rst", Some(("root", "licence")))]
    #[case("COPYING.LESSER", Some(("root", "copying")))]
    #[case("UNLICENSE", Some(("root", "unlicense")))]
    #[case("MIT-LICENSE.txt", Some(("root", "other")))]
    #[case("COPYRIGHT", Some(("root", "copyright")))]
    #[case("NOTICE.txt", Some(("root", "notice")))]
    #[case("LICENSE/MIT.txt", Some(("license_dir", "licenses_dir")))]
    #[case("LICENSES/Apache-2.0.txt", Some(("license_dir", "licenses_dir")))]
    #[case("docs/legal/LICENSE", Some(("docs", "license")))]
    #[case("third_party/x/LICENSE", Some(("vendored", "license")))]
    #[case("ee/LICENSE", Some(("elsewhere", "license")))]
    #[case("license.go", None)]
    #[case("LICENSE.json", None)]
    #[case("license_header.txt", None)]
    #[case("licensed.md", None)]
    #[case("src/license/mod.rs", None)]
    #[case("README.md", None)]
    fn places(#[case] path: &str, #[case] expected: Option<(&str, &str)>) {
        let tree = Tree::of(&[(path, "x")]);
        let found = candidates(&tree).first().map(|one| (one.place, one.name_kind));
        assert_eq!(found, expected);
    }

    #[rstest]
    #[case("LICENSE-docs", Some("docs"))]
    #[case("LICENSE", None)]
    #[case("logo/LICENSE", Some("artwork"))]
    #[case("LICENSE.fonts.txt", Some("artwork"))]
    #[case("LICENSE-MIT", None)]
    fn scopes(#[case] path: &str, #[case] expected: Option<&str>) {
        let tree = Tree::of(&[(path, "x")]);
        assert_eq!(candidates(&tree)[0].scope, expected);
    }
}
