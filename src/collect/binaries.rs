//! Section `binaries`: every blob that is not text, by content.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::scan::{Found, Scan};
use super::tree::{Entry, Reader};
use super::{Context, limits, tables};
use crate::bundle::hex;
use crate::model::fact::{Fact, Reason};

/// What is known about files that are not text.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Binaries {
    /// Every finding, most serious first.
    pub findings: Fact<Vec<Binary>>,
    /// Whether the content of every file was looked at; while it was not, unknown with what is missing.
    pub examined: Fact<bool>,
    /// How many blobs of each reviewable kind there are (image, audio, video, font, document); a summary, not a list.
    pub reviewable: Fact<std::collections::BTreeMap<String, u64>>,
    /// Blobs that were too large to read, or not there.
    pub unread: Fact<Vec<Unread>>,
}

/// One file that is not text, or a script that was minified.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Binary {
    /// Its full path.
    pub path: String,
    /// What its first bytes say, such as `elf` or `zip`.
    pub magic: String,
    /// `executable`, `library`, `object`, `bytecode`, `wasm`, `package`, `archive`, `serialized`, `database`, `keystore`, `translation`, `macro_document`, `firmware`, `media_mismatch`, `lfs_pointer`, `minified_script`, `unknown_binary`.
    pub class: String,
    /// The mode in git's octal notation.
    pub mode: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 of the content.
    pub sha256: Option<String>,
    /// Whether it lies in a test path.
    pub test_path: bool,
    /// The build tool whose published wrapper has exactly this digest.
    pub known_wrapper: Option<String>,
    /// For an archive: `opened`, `encrypted`, `nested`, `too_large`, `unreadable`.
    pub archive: Option<String>,
    /// Classes found inside an archive, with the names of the members.
    pub inner: Vec<InnerFinding>,
}

/// A member of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InnerFinding {
    /// Its name in the archive.
    pub name: String,
    /// Its class.
    pub class: String,
}

/// A blob that was not read.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Unread {
    /// Its path.
    pub path: String,
    /// Bytes, where that is known.
    pub size: Option<u64>,
    /// `too_large`, `missing`, `unreadable`.
    pub why: String,
}

/// The table `wrappers`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrappers {
    wrappers: Vec<Wrapper>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wrapper {
    tool: String,
    versions: String,
    sha256: String,
}

/// Classes, the most serious first.
const SERIOUS: &[&str] = &[
    "executable",
    "library",
    "object",
    "bytecode",
    "wasm",
    "package",
    "archive",
    "firmware",
    "unknown_binary",
    "serialized",
    "database",
    "keystore",
    "macro_document",
    "translation",
    "lfs_pointer",
    "minified_script",
    "media_mismatch",
];

pub(crate) fn collect(cx: &Context<'_>, scan: &Scan) -> Binaries {
    let wrappers: Wrappers = match tables::load(cx.policies, "wrappers") {
        Ok(wrappers) if scan.broken_tables.is_empty() => wrappers,
        Ok(_) => return broken(cx, &scan.broken_tables.join("; ")),
        Err(error) => return broken(cx, &error),
    };
    let mut found: Vec<_> =
        scan.found.iter().filter_map(|found| Some((found, cx.tree.entries().get(found.entry)?))).collect();
    found.sort_by_key(|(found, entry)| (entry.path.is_test(), rank(found), found.entry));
    let complete = cx.tree.complete() && found.len() <= limits::FINDINGS;
    found.truncate(limits::FINDINGS);
    let reader = cx.tree.reader();
    let findings = found.into_iter().map(|(found, entry)| binary(&reader, &wrappers, found, entry)).collect();
    let unread: Vec<_> = scan.unread.iter().take(limits::FINDINGS).cloned().collect();
    let all_unread = unread.len() == scan.unread.len();
    Binaries {
        findings: Fact::seen(findings, complete, cx.src),
        examined: examined(cx, scan),
        reviewable: Fact::seen(scan.reviewable.clone(), cx.tree.complete(), cx.src),
        unread: Fact::seen(unread, cx.tree.complete() && all_unread, cx.src),
    }
}

fn broken(cx: &Context<'_>, detail: &str) -> Binaries {
    Binaries {
        findings: Fact::broken(Reason::ParseError, detail, cx.src),
        examined: Fact::broken(Reason::ParseError, detail, cx.src),
        reviewable: Fact::broken(Reason::ParseError, detail, cx.src),
        unread: Fact::broken(Reason::ParseError, detail, cx.src),
    }
}

fn examined(cx: &Context<'_>, scan: &Scan) -> Fact<bool> {
    let missing = scan.unread.iter().find(|unread| unread.why == "missing");
    match (missing.or(scan.unread.first()), cx.tree.complete()) {
        (Some(unread), _) if unread.why == "missing" => {
            Fact::unknown(Reason::NotRequested, format!("the content of {}: a full clone has it", unread.path), cx.src)
        }
        (Some(unread), _) => {
            Fact::broken(Reason::Truncated, format!("{} is {}", unread.path, unread.why.replace('_', " ")), cx.src)
        }
        (None, false) => Fact::broken(Reason::Truncated, "the tree was not listed to its end", cx.src),
        (None, true) => Fact::known(true, cx.src),
    }
}

/// Programs come first, wherever they lie in an archive.
fn rank(found: &Found) -> usize {
    let rank = |class: &str| SERIOUS.iter().position(|known| *known == class).unwrap_or(SERIOUS.len());
    found.inner.iter().map(|inner| rank(&inner.class)).chain([rank(&found.class)]).min().unwrap_or(SERIOUS.len())
}

fn binary(reader: &Reader<'_>, wrappers: &Wrappers, found: &Found, entry: &Entry) -> Binary {
    let content = reader.read(entry, limits::SCAN_BLOB_BYTES).ok();
    let sha256 = content.map(|blob| hex(&Sha256::digest(&blob.bytes)));
    let known_wrapper = wrappers
        .wrappers
        .iter()
        .find(|wrapper| found.class == "package" && sha256.as_ref() == Some(&wrapper.sha256))
        .map(|wrapper| format!("{} {}", wrapper.tool, wrapper.versions));
    Binary {
        path: entry.path.text(),
        magic: found.magic.clone(),
        class: found.class.clone(),
        mode: entry.mode.octal().to_owned(),
        size: found.size,
        sha256,
        test_path: entry.path.is_test(),
        known_wrapper,
        archive: found.archive.map(str::to_owned),
        inner: found.inner.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use crate::collect::tree::Tree;
    use crate::collect::{scan, testing};

    const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\0\0";

    fn binaries(files: &[(&str, &[u8])]) -> Binaries {
        testing::with_context(&Tree::of_bytes(files), |cx| collect(cx, &scan::scan(cx)))
    }

    #[test]
    fn findings_are_full_paths_with_mode_and_digest_wherever_they_lie() {
        let binaries =
            binaries(&[("a/b/c/d/tool.exe", ELF), ("bin/tool*", ELF), ("link@", b"bin/tool"), ("README", b"text")]);
        let findings = binaries.findings.value().expect("known");
        let listed: Vec<_> = findings.iter().map(|f| (f.path.as_str(), f.class.as_str(), f.mode.as_str())).collect();
        assert_eq!(listed, [("a/b/c/d/tool.exe", "executable", "100644"), ("bin/tool", "executable", "100755")]);
        assert_eq!(findings[0].sha256.as_deref().map(str::len), Some(64));
    }

    #[test]
    fn texts_are_no_findings_whatever_their_names_and_modes() {
        let svg = format!("<svg>{}</svg>", "x".repeat(20_000));
        let files = [
            ("run.sh*", "#!/bin/sh\n"),
            ("a.exe", "MZ!"),
            ("a.svg", svg.as_str()),
            ("x.js.map", svg.as_str()),
            ("empty.so", ""),
        ];
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_bytes())).collect();
        assert_eq!(binaries(&files).findings.value().map(Vec::len), Some(0));
    }

    #[test]
    fn minified_scripts_and_pointers_are_listed() {
        let long = format!("var a={};", "1+".repeat(4000));
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
        let binaries = binaries(&[("a.min.js", b"x"), ("b.js", long.as_bytes()), ("m.bin", pointer.as_bytes())]);
        let classes: Vec<_> = binaries.findings.value().expect("known").iter().map(|f| f.class.as_str()).collect();
        assert_eq!(classes, ["lfs_pointer", "minified_script", "minified_script"]);
    }

    #[test]
    fn product_programs_come_before_everything_in_test_paths() {
        let binaries = binaries(&[("a.bin", b"\x01\x00\x02"), ("tests/a.elf", ELF), ("z", ELF)]);
        let paths: Vec<_> = binaries.findings.value().expect("known").iter().map(|f| f.path.as_str()).collect();
        assert_eq!(paths, ["z", "a.bin", "tests/a.elf"]);
    }

    #[test]
    fn reviewable_kinds_are_counted() {
        let binaries = binaries(&[("a.png", b"\x89PNG\r\n\x1a\n\0"), ("b.pdf", b"%PDF-1.4\n\0")]);
        let counts = binaries.reviewable.value().expect("known");
        assert_eq!(counts.get("image"), Some(&1));
        assert_eq!(counts.get("document"), Some(&1));
    }

    #[test]
    fn a_broken_table_makes_the_facts_unknown() {
        let tree = Tree::of(&[("a", "x")]);
        let binaries = testing::with_policies(&tree, &Bundle::default(), |cx| collect(cx, &scan::scan(cx)));
        assert!(binaries.findings.value().is_none());
    }

    #[test]
    fn the_table_of_wrappers_holds_digests() {
        let table: Wrappers = tables::load(&Bundle::policies(), "wrappers").expect("the table");
        assert!(table.wrappers.iter().all(|wrapper| wrapper.sha256.len() == 64));
    }
}
