//! Section `binaries`: every blob that is not text, by content.

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use super::scan::Scan;
use crate::model::fact::{Fact, Reason};

/// What is known about files that are not text.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Binaries {
    /// Every finding, most serious first.
    pub findings: Fact<Vec<Binary>>,
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
    /// `executable`, `library`, `object`, `bytecode`, `wasm`, `package`, `archive`, `serialized`, `database`, `keystore`, `translation`, `macro_document`, `media_mismatch`, `lfs_pointer`, `minified_script`, `unknown_binary`.
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
#[derive(Debug, Clone, Serialize, JsonSchema)]
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

pub(crate) fn collect(cx: &Context<'_>, _scan: &Scan) -> Binaries {
    Binaries {
        findings: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        reviewable: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
        unread: Fact::unknown(Reason::NotRequested, "not collected yet", cx.src),
    }
}
