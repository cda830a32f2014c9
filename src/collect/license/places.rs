//! Where licence files lie and what they are called.

use super::rules::{FileNames, Rules};
use crate::collect::path::RepoPath;
use crate::collect::tree::{Entry, Mode, Tree};
use crate::collect::twins::ByName;

/// A file that by its name should hold a licence.
#[derive(Debug, Clone)]
pub(super) struct Candidate<'a> {
    pub(super) entry: &'a Entry,
    pub(super) named: Named,
}

/// What the name of such a file says.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// `root`, `license_dir`, `docs`, `vendored`, `elsewhere`.
    pub(super) place: &'static str,
    /// `license`, `copying`, `licence`, `unlicense`, `copyright`, `notice`, `licenses_dir`, `other`.
    pub(super) name_kind: String,
    /// What its name says it covers; none where it says nothing.
    pub(super) scope: Option<&'static str>,
}

/// All candidates of a tree, in its order.
pub(super) fn candidates<'a>(tree: &'a Tree, rules: &Rules) -> Vec<Candidate<'a>> {
    tree.by_name(&rules.files).map(|(entry, named)| Candidate { entry, named }).collect()
}

impl ByName for Named {
    type Table = FileNames;

    fn of(path: &RepoPath, mode: Mode, names: &FileNames) -> Option<Self> {
        if mode == Mode::Gitlink { None } else { named(path, names) }
    }
}

fn named(path: &RepoPath, names: &FileNames) -> Option<Named> {
    let lower = path.lower();
    let (above, name) = lower.rsplit_once('/').unwrap_or(("", lower));
    let top = above.split('/').next().unwrap_or_default();
    let in_directory = names.directories.iter().any(|directory| directory == top);
    let name_kind =
        if in_directory && may_be_text(name, names) { "licenses_dir".to_owned() } else { name_kind(name, names)? };
    let foreign = names.foreign.iter().any(|word| name.contains(word.as_str()));
    let place = match above {
        _ if foreign || path.is_vendored() || path.is_test() => "vendored",
        "" => "root",
        _ if in_directory => "license_dir",
        _ if names.docs.iter().any(|docs| docs == top) => "docs",
        _ => "elsewhere",
    };
    Some(Named { place, name_kind, scope: scope(path, name, names) })
}

/// A file without extension, or with none of programs or data.
fn may_be_text(name: &str, names: &FileNames) -> bool {
    match name.rsplit_once('.') {
        Some((_, extension)) => !names.never.contains(extension),
        None => true,
    }
}

fn name_kind(name: &str, names: &FileNames) -> Option<String> {
    let stem = match name.rsplit_once('.') {
        Some((stem, extension)) if names.text.contains(extension) => stem,
        // Any other end is a part of the name: `LICENSE.MIT`, `COPYING.LESSER`.
        _ if may_be_text(name, names) => name,
        _ => return None,
    };
    if names.not.iter().any(|word| stem.contains(word.as_str())) {
        return None;
    }
    for (start, kind) in &names.starts {
        if let Some(rest) = stem.strip_prefix(start.as_str())
            && (rest.is_empty() || rest.starts_with(['-', '_', '.', ' ', '(']))
        {
            return Some(kind.clone());
        }
    }
    let last = stem.rsplit(['-', '_', '.', ' ']).next().unwrap_or_default();
    names.ends.iter().any(|end| end == last).then(|| "other".to_owned())
}

/// What a name says about the scope: `LICENSE-docs`, `logo/LICENSE`.
fn scope(path: &RepoPath, name: &str, names: &FileNames) -> Option<&'static str> {
    let words: Vec<&str> = name.split(['-', '_', '.', ' ', '(', ')']).skip(1).collect();
    let lower = path.lower();
    let above: Vec<&str> = lower.rsplit_once('/').map_or(Vec::new(), |(above, _)| above.split('/').collect());
    let has = |list: &[String]| words.iter().chain(&above).any(|word| list.iter().any(|known| known == word));
    if has(&names.docs) {
        Some("docs")
    } else if has(&names.artwork) {
        Some("artwork")
    } else {
        (path.is_vendored() || path.is_test()).then_some("vendored")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
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
    #[case("THIRD-PARTY-LICENSE.txt", Some(("vendored", "other")))]
    #[case("license.go", None)]
    #[case("LICENSE.json", None)]
    #[case("license_header.txt", None)]
    #[case("licensed.md", None)]
    #[case("src/license/mod.rs", None)]
    #[case("README.md", None)]
    fn places(#[case] path: &str, #[case] expected: Option<(&str, &str)>) {
        let tree = Tree::of(&[(path, "x")]);
        let rules = Rules::load(&Bundle::policies()).expect("the table");
        let found = candidates(&tree, &rules);
        assert_eq!(found.first().map(|one| (one.named.place, one.named.name_kind.as_str())), expected);
    }

    #[rstest]
    #[case("LICENSE-docs", Some("docs"))]
    #[case("LICENSE", None)]
    #[case("logo/LICENSE", Some("artwork"))]
    #[case("LICENSE.fonts.txt", Some("artwork"))]
    #[case("LICENSE-MIT", None)]
    fn scopes(#[case] path: &str, #[case] expected: Option<&str>) {
        let tree = Tree::of(&[(path, "x")]);
        let rules = Rules::load(&Bundle::policies()).expect("the table");
        assert_eq!(candidates(&tree, &rules)[0].named.scope, expected);
    }
}
