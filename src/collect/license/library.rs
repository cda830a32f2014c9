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

/// Bytes up to which a text is short. The others have more than [`SHORT_WORDS`] words that every copy holds.
const SHORT_BYTES: usize = 1200;
/// Words of a short text at most, as far as every copy holds them.
pub(super) const SHORT_WORDS: usize = 150;

static FEW: LazyLock<Vec<Text>> = LazyLock::new(|| {
    let common = spdx::text::LICENSE_TEXTS.iter().filter(|(name, _)| COMMON.contains(name));
    common.map(|(name, content)| text(name, content, false)).collect()
});

static SHORT: LazyLock<Vec<Text>> = LazyLock::new(|| {
    let mut sources = sources();
    sources.retain(|source| source.text.len() <= SHORT_BYTES);
    read(&sources)
});

static ALL: LazyLock<Vec<Text>> = LazyLock::new(|| {
    let sources = sources();
    let (first, second) = sources.split_at(sources.len() / 2);
    std::thread::scope(|scope| {
        let handle = scope.spawn(|| read(second));
        let mut texts = read(first);
        match handle.join() {
            Ok(rest) => texts.extend(rest),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        texts
    })
});

/// The texts that are compared first.
pub(super) fn few() -> &'static [Text] {
    &FEW
}

/// The short texts, by name.
pub(super) fn short() -> &'static [Text] {
    &SHORT
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

/// One source per text. Deprecated ids with an exception or a plus in their name hold no text of their own.
fn sources() -> Vec<Source> {
    // By name: the crate's own way from an id to its text goes by position, and the two lists differ in their order.
    let licenses = spdx::text::LICENSE_TEXTS.iter().map(|(name, text)| {
        let deprecated = spdx::license_id(name).is_none_or(spdx::LicenseId::is_deprecated);
        Source { name, text, deprecated, exception: false }
    });
    let exceptions = spdx::text::EXCEPTION_TEXTS.iter().map(|(name, text)| {
        let deprecated = spdx::exception_id(name).is_none_or(spdx::ExceptionId::is_deprecated);
        Source { name, text, deprecated, exception: true }
    });
    let mut by_text: BTreeMap<&'static str, Source> = BTreeMap::new();
    for source in licenses
        .chain(exceptions)
        .filter(|source| !(source.deprecated && (source.name.contains("-with-") || source.name.ends_with('+'))))
    {
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

fn read(sources: &[Source]) -> Vec<Text> {
    let texts = sources.iter().map(|source| text(source.name, source.text, source.exception));
    texts.filter(|text| text.words.len() >= SHORTEST).collect()
}

fn text(name: &'static str, text: &str, exception: bool) -> Text {
    const LONGEST_TITLE: usize = 8;
    let first = text.trim_start().lines().next().map(|line| words::of(line).ids()).unwrap_or_default();
    let is_title = first.len() <= LONGEST_TITLE && first.contains(&words::id("license"));
    Text { name, exception, words: words::of(text).ids(), title: if is_title { first.len() } else { 0 } }
}

/// The text of the list under a name.
#[cfg(test)]
pub(super) fn original(name: &str) -> &'static str {
    let mut all = spdx::text::LICENSE_TEXTS.iter().chain(spdx::text::EXCEPTION_TEXTS);
    all.find(|(known, _)| *known == name).map(|(_, text)| *text).expect("a name of the list")
}

#[cfg(test)]
mod tests {
    use super::super::matching::obligatory;
    use super::super::rules::Rules;
    use super::*;
    use crate::bundle::Bundle;

    #[test]
    fn one_name_per_text() {
        let names: Vec<_> = all().iter().map(|text| text.name).collect();
        assert!(names.contains(&"GPL-3.0-only") && !names.contains(&"GPL-3.0-or-later") && !names.contains(&"GPL-3.0"));
        assert!(names.contains(&"LLVM-exception"));
        assert!(names.is_sorted());
        assert!(few().iter().all(|text| names.contains(&text.name)));
        assert_eq!(few().len(), COMMON.len());
    }

    #[test]
    fn texts_that_are_not_short_have_many_words() {
        let rules = Rules::load(&Bundle::policies()).expect("the table");
        let short: Vec<_> = short().iter().map(|text| text.name).collect();
        assert!(short.contains(&"MIT-0") && !short.contains(&"MPL-2.0"), "{short:?}");
        for text in all().iter().filter(|text| !short.contains(&text.name)) {
            assert!(obligatory(text, &rules).len() > SHORT_WORDS, "{}", text.name);
        }
    }
}
