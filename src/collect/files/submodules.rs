//! Submodules: what `.gitmodules` says, joined with the commits of other repositories that the tree holds.

use std::collections::BTreeMap;

use super::Submodule;
use crate::collect::Context;
use crate::collect::remote::{self, Remote};
use crate::collect::tree::Mode;
use crate::model::subject::Subject;

/// One section of `.gitmodules`.
#[derive(Debug, Default, PartialEq, Eq)]
struct Section {
    path: Option<String>,
    url: Option<(String, u64)>,
}

/// All submodules, sorted by path.
pub(crate) fn find(cx: &Context<'_>) -> Vec<Submodule> {
    let mut found: BTreeMap<String, Submodule> = BTreeMap::new();
    let text =
        cx.tree.get(b".gitmodules").filter(|entry| entry.mode.is_file()).and_then(|entry| cx.tree.reader().text(entry));
    for section in sections(text.as_deref().unwrap_or_default()) {
        let Some(path) = section.path else { continue };
        let same_owner = section.url.as_ref().and_then(|(url, _)| same_owner(cx.subject, url));
        let (url, line) = section.url.unzip();
        found.insert(path.clone(), Submodule { path, url, line, same_owner });
    }
    for entry in cx.tree.entries().iter().filter(|entry| entry.mode == Mode::Gitlink) {
        let path = entry.path.text();
        found.entry(path.clone()).or_insert(Submodule { path, url: None, line: None, same_owner: None });
    }
    found.into_values().collect()
}

/// The sections of a file in git's configuration format, read leniently.
fn sections(text: &str) -> Vec<Section> {
    let mut sections = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.starts_with('[') {
            sections.push(Section::default());
            continue;
        }
        let (Some((key, value)), Some(section)) = (line.split_once('='), sections.last_mut()) else { continue };
        let value = value.split(" #").next().unwrap_or_default().trim().trim_matches('"').to_owned();
        match key.trim().to_ascii_lowercase().as_str() {
            _ if value.is_empty() => {}
            "path" => section.path = Some(value.trim_end_matches('/').to_owned()),
            "url" => section.url = Some((value, number as u64 + 1)),
            _ => {}
        }
    }
    sections
}

/// Whether an address lies under the subject's owner; none when the subject's owner is not known.
pub(crate) fn same_owner(subject: &Subject, url: &str) -> Option<bool> {
    let (host, owner) = (subject.host.as_ref()?, subject.owner.as_ref()?);
    if url.starts_with("./") {
        return Some(true);
    }
    if url.starts_with("../") {
        // Relative to the own address: one step up is its owner.
        return Some(!url.starts_with("../../"));
    }
    match remote::read(url) {
        Remote::Address(address) => {
            let same_host = address.host.eq_ignore_ascii_case(host);
            Some(same_host && address.owner.is_some_and(|other| other.eq_ignore_ascii_case(owner)))
        }
        Remote::None | Remote::Local => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn reads_sections_leniently() {
        let text = "[submodule \"a\"]\n\tpath = libs/a/\n\turl = \"../a.git\"\n\tbranch = x\n[submodule \"b\"]\nurl=git://x/b\npath=b\nnonsense\n";
        let found = sections(text);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0], Section { path: Some("libs/a".to_owned()), url: Some(("../a.git".to_owned(), 3)) });
        assert_eq!(found[1].url, Some(("git://x/b".to_owned(), 6)));
    }

    #[rstest]
    #[case("https://github.com/Acme/other.git", Some(true))]
    #[case("git@github.com:acme/other.git", Some(true))]
    #[case("../other.git", Some(true))]
    #[case("../../zlib/zlib.git", Some(false))]
    #[case("https://github.com/madler/zlib", Some(false))]
    #[case("https://gitlab.com/acme/other", Some(false))]
    fn owners(#[case] url: &str, #[case] expected: Option<bool>) {
        let subject =
            Subject { host: Some("github.com".to_owned()), owner: Some("acme".to_owned()), ..Subject::default() };
        assert_eq!(same_owner(&subject, url), expected);
        assert_eq!(same_owner(&Subject::default(), url), None);
    }
}
