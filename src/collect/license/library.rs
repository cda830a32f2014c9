//! The texts of the SPDX list, licences and exceptions, as words.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::words;

/// One text; ids that share it (`-only`, `-or-later`, deprecated names) are one entry.
#[derive(Debug)]
pub(super) struct Text {
    /// The id it is named by.
    pub(super) name: &'static str,
    /// Whether it adds a permission to a licence and is none itself.
    pub(super) exception: bool,
    pub(super) words: Vec<u32>,
    /// How many of them are its title, which copies often leave out.
    pub(super) title: usize,
}

/// Licences that most projects choose. Their texts are compared first, so that the whole list is read only where none
/// of them explains a file to the last word.
const COMMON: &[&str] = &[
    "MIT",
    "Apache-2.0",
    "BSD-3-Clause",
    "BSD-2-Clause",
    "ISC",
    "GPL-3.0-only",
    "GPL-2.0-only",
    "AGPL-3.0-only",
    "LGPL-3.0-only",
    "LGPL-2.1-only",
    "MPL-2.0",
    "Unlicense",
    "CC0-1.0",
    "0BSD",
    "EPL-2.0",
    "BSL-1.0",
    "Zlib",
];

/// Words that a text needs to be told from others.
const SHORTEST: usize = 15;

static FEW: LazyLock<Vec<Text>> = LazyLock::new(|| {
    let ids = COMMON.iter().filter_map(|id| spdx::license_id(id));
    ids.map(|id| text(id.name, id.text(), false)).collect()
});

static ALL: LazyLock<Vec<Text>> = LazyLock::new(|| {
    let sources = sources();
    let (first, second) = sources.split_at(sources.len() / 2);
    let read = |sources: &[Source]| -> Vec<Text> {
        sources.iter().map(|source| text(source.name, source.text, source.exception)).collect()
    };
    let mut texts = std::thread::scope(|scope| {
        let handle = scope.spawn(|| read(second));
        let mut texts = read(first);
        match handle.join() {
            Ok(rest) => texts.extend(rest),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        texts
    });
    texts.retain(|text| text.words.len() >= SHORTEST);
    texts
});

/// The texts that are compared first.
pub(super) fn few() -> &'static [Text] {
    &FEW
}

/// All texts, by name.
pub(super) fn all() -> &'static [Text] {
    &ALL
}

struct Source {
    name: &'static str,
    text: &'static str,
    deprecated: bool,
    exception: bool,
}

/// One source per text. Deprecated ids with an exception in their name hold no text of their own.
fn sources() -> Vec<Source> {
    let licenses = spdx::identifiers::LICENSES
        .iter()
        .filter_map(|license| spdx::license_id(license.name))
        .map(|id| Source { name: id.name, text: id.text(), deprecated: id.is_deprecated(), exception: false });
    let exceptions = spdx::identifiers::EXCEPTIONS
        .iter()
        .filter_map(|known| spdx::exception_id(known.name))
        .map(|id| Source { name: id.name, text: id.text(), deprecated: id.is_deprecated(), exception: true });
    let mut by_text: BTreeMap<&'static str, Source> = BTreeMap::new();
    for source in licenses.chain(exceptions).filter(|source| !(source.deprecated && source.name.contains("-with-"))) {
        match by_text.get(source.text) {
            Some(known) if known.deprecated <= source.deprecated => {}
            _ => {
                by_text.insert(source.text, source);
            }
        }
    }
    let mut sources: Vec<Source> = by_text.into_values().collect();
    sources.sort_by_key(|source| source.name);
    sources
}

fn text(name: &'static str, text: &str, exception: bool) -> Text {
    const LONGEST_TITLE: usize = 8;
    let first = text.trim_start().lines().next().map(|line| words::of(line).ids()).unwrap_or_default();
    let is_title = first.len() <= LONGEST_TITLE && first.contains(&words::id("license"));
    Text { name, exception, words: words::of(text).ids(), title: if is_title { first.len() } else { 0 } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_per_text() {
        let names: Vec<_> = all().iter().map(|text| text.name).collect();
        assert!(names.contains(&"GPL-3.0-only") && !names.contains(&"GPL-3.0-or-later") && !names.contains(&"GPL-3.0"));
        assert!(names.contains(&"LLVM-exception"));
        assert!(names.is_sorted());
        assert!(few().iter().all(|text| names.contains(&text.name)));
        assert_eq!(few().len(), COMMON.len());
    }
}
