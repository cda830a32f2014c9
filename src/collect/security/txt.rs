//! The `security.txt` file (RFC 9116).

use jiff::Timestamp;

use super::SecurityTxt;
use crate::collect::Context;
use crate::model::fact::{Fact, Reason};

/// Directories that hold the file at the root of a site.
const DIRECTORIES: &[&str] = &[".well-known", "well-known"];

/// The file of the tree that is nearest to the root and names a contact; `null` when there is none.
pub(super) fn find(cx: &Context<'_>) -> Fact<Option<SecurityTxt>> {
    let reader = cx.tree.reader();
    let mut candidates: Vec<_> = cx
        .tree
        .entries()
        .iter()
        .filter(|entry| {
            entry.path.name_lower() == "security.txt" && !entry.path.is_test() && is_place(entry.path.parent())
        })
        .collect();
    candidates.sort_by_key(|entry| (entry.path.depth(), entry.path.clone()));
    let mut unread = false;
    for entry in candidates {
        let Some(text) = cx.tree.resolve(&reader, entry).and_then(|file| reader.text(file)) else {
            unread = true;
            continue;
        };
        if let Some(found) = parse(&text, &entry.path.text(), cx.now) {
            return Fact::known(Some(found), cx.src);
        }
    }
    match unread || !cx.tree.complete() {
        true => Fact::broken(Reason::Truncated, "the tree was not read in full", cx.src),
        false => Fact::known(None, cx.src),
    }
}

fn is_place(directory: &[u8]) -> bool {
    let directory = String::from_utf8_lossy(directory).to_lowercase();
    let last = directory.rsplit('/').next().unwrap_or_default();
    directory.is_empty() || DIRECTORIES.contains(&last) || matches!(last, "static" | "public")
}

fn parse(text: &str, path: &str, now: Timestamp) -> Option<SecurityTxt> {
    let mut found = SecurityTxt { path: path.to_owned(), contacts: Vec::new(), policy: None, expired: false };
    for line in text.lines().take(500) {
        let Some((field, value)) = line.split_once(':').filter(|_| !line.starts_with('#')) else { continue };
        let value = value.trim();
        match field.trim().to_lowercase().as_str() {
            _ if value.is_empty() => {}
            "contact" => found.contacts.push(value.to_owned()),
            "policy" => found.policy = found.policy.or_else(|| Some(value.to_owned())),
            "expires" => found.expired = value.parse::<Timestamp>().is_ok_and(|at| at < now),
            _ => {}
        }
    }
    (!found.contacts.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::testing::with_context;
    use crate::collect::tree::Tree;
    use rstest::rstest;

    const GOOD: &str = "# Our file\nContact: mailto:security@sample.dev\nContact: https://sample.dev/report\nExpires: 1969-01-01T00:00:00z\n\
        Policy: https://sample.dev/policy\n";

    #[rstest]
    #[case(&[(".well-known/security.txt", GOOD)], Some(".well-known/security.txt"))]
    #[case(&[("site/static/.well-known/security.txt", GOOD)], Some("site/static/.well-known/security.txt"))]
    #[case(&[("SECURITY.txt", GOOD)], Some("SECURITY.txt"))]
    #[case(&[("SECURITY.txt", "Mail us: the address is on the site.")], None)]
    #[case(&[("tests/.well-known/security.txt", GOOD)], None)]
    #[case(&[("src/security.txt", GOOD)], None)]
    #[case(&[(".well-known/security.txt", "")], None)]
    fn places(#[case] files: &[(&str, &str)], #[case] expected: Option<&str>) {
        let found = with_context(&Tree::of(files), find);
        assert_eq!(found.value().and_then(|txt| txt.as_ref()).map(|txt| txt.path.as_str()), expected);
    }

    #[test]
    fn fields() {
        let found = parse(GOOD, "x", Timestamp::UNIX_EPOCH).expect("a contact");
        assert_eq!((found.contacts.len(), found.expired), (2, true));
        assert_eq!(found.policy.as_deref(), Some("https://sample.dev/policy"));
    }
}
