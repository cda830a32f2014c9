//! The directories that generators of documentation sites read their pages from.

use std::collections::BTreeSet;

use super::roles::Roles;
use crate::collect::path::RepoPath;
use crate::collect::tree::{Mode, Tree};
use crate::collect::twins::ByName;

/// Directories above a configuration that is still looked at.
const DEPTH: usize = 5;
/// Configurations that are read.
const CONFIGURATIONS: usize = 200;

/// The source directories, sorted; the root of the tree is never one of them.
pub(super) fn find(tree: &Tree, roles: &Roles) -> Vec<String> {
    let reader = tree.reader();
    let mut found = BTreeSet::new();
    for (entry, Configuration(place)) in tree.by_name(roles).take(CONFIGURATIONS) {
        let Some(generator) = roles.generators().get(place) else { continue };
        let text = reader.text(entry).unwrap_or_default();
        if !generator.holds.is_empty() && !generator.holds.iter().any(|word| text.contains(word.as_str())) {
            continue;
        }
        let named = generator.key.as_ref().and_then(|key| value_of(&text, key));
        let sources = named.map_or_else(|| generator.sources.clone(), |named| vec![named]);
        for source in sources {
            if let Some(directory) = entry.path.join(source.as_bytes()).map(|path| path.text())
                && !directory.is_empty()
                && tree.has_directory(&directory)
            {
                found.insert(directory);
            }
        }
    }
    found.into_iter().collect()
}

/// A file that configures a generator, by the generator's place in the table.
#[derive(Debug, Clone)]
struct Configuration(usize);

impl ByName for Configuration {
    type Table = Roles;

    fn of(path: &RepoPath, mode: Mode, roles: &Roles) -> Option<Self> {
        if !mode.is_file() || path.depth() > DEPTH {
            return None;
        }
        let name = path.name_lower();
        let generator = roles.generators().iter().position(|generator| {
            generator.files.iter().any(|file| match file.rsplit_once('/') {
                Some((directory, file)) => file == name && is_last(path, directory),
                None => *file == name,
            })
        })?;
        let is_sample = |part: &str| roles.is_sample(part) || roles.skips_directory(part);
        let above = path.parts().take(path.depth()).any(|part| is_sample(&part));
        (!above && !path.is_test()).then_some(Self(generator))
    }
}

/// Whether a path's last directory has this name.
fn is_last(path: &RepoPath, directory: &str) -> bool {
    let parent = String::from_utf8_lossy(path.parent()).to_lowercase();
    parent == directory || parent.strip_suffix(directory).is_some_and(|rest| rest.ends_with('/'))
}

/// The text of `key: value` or `key = "value"` on a line of its own.
fn value_of(text: &str, key: &str) -> Option<String> {
    text.lines().find_map(|line| {
        let rest = line.trim().trim_start_matches('"').strip_prefix(key)?.trim_start_matches('"').trim_start();
        let value = rest.strip_prefix([':', '='])?.split('#').next().unwrap_or_default();
        let value = value.trim().trim_end_matches(',').trim_matches(['"', '\'', ' ']);
        (!value.is_empty()).then(|| value.to_owned())
    })
}

/// The longest of the roots that a path lies below.
pub(super) fn of<'r>(path: &RepoPath, roots: &'r [String]) -> Option<&'r str> {
    let below = |root: &&String| {
        let rest = path.as_bytes().strip_prefix(root.as_bytes());
        rest.is_some_and(|rest| rest.first() == Some(&b'/'))
    };
    roots.iter().filter(below).max_by_key(|root| root.len()).map(String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use rstest::rstest;

    #[rstest]
    #[case::mdbook(&[("guide/book.toml", "[book]\nsrc = \"pages\"\n"), ("guide/pages/a.md", "")], &["guide/pages"])]
    #[case::mdbook_default(&[("guide/book.toml", "[book]\n"), ("guide/src/a.md", "")], &["guide/src"])]
    #[case::sphinx(&[("manual/conf.py", "import os\nextensions = []\n"), ("manual/a.rst", "")], &["manual"])]
    #[case::not_sphinx(&[("tool/conf.py", "x = 1\n"), ("tool/a.rst", "")], &[])]
    #[case::mkdocs(&[("mkdocs.yml", "site_name: x\ndocs_dir: 'pages' # here\n"), ("pages/a.md", "")], &["pages"])]
    #[case::vitepress(&[("web/.vitepress/config.ts", ""), ("web/a.md", "")], &["web"])]
    #[case::samples(&[("examples/x/mkdocs.yml", "site_name: x\n"), ("examples/x/docs/a.md", "")], &[])]
    #[case::root(&[("conf.py", "extensions = []\n"), ("a.rst", "")], &[])]
    #[case::outside(&[("mkdocs.yml", "docs_dir: ../../x\n")], &[])]
    fn roots(#[case] files: &[(&str, &str)], #[case] expected: &[&str]) {
        let roles = Roles::load(&Bundle::policies()).expect("the table parses");
        assert_eq!(find(&Tree::of(files), &roles), expected);
    }

    #[test]
    fn the_longest_root_counts() {
        let roots = ["web".to_owned(), "web/docs".to_owned()];
        assert_eq!(of(&RepoPath::new("web/docs/a.md"), &roots), Some("web/docs"));
        assert_eq!(of(&RepoPath::new("webx/a.md"), &roots), None);
    }
}
