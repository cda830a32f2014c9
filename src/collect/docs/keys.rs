//! Files that hold public keys for verifying releases.

use crate::collect::limits;
use crate::collect::tree::Tree;

/// What a public key file begins with, or holds in its first lines.
const MARKS: &[&str] = &[
    "-----BEGIN PGP PUBLIC KEY BLOCK-----",
    "-----BEGIN PUBLIC KEY-----",
    "untrusted comment: minisign public key",
    "untrusted comment: signify public key",
    "ssh-ed25519 ",
    "ssh-rsa ",
    "ecdsa-sha2-",
];

/// The paths of key files, by name and content.
pub(super) fn collect(tree: &Tree) -> Vec<String> {
    let reader = tree.reader();
    tree.entries()
        .iter()
        .filter(|entry| entry.mode.is_file() && !entry.path.is_test())
        .filter(|entry| {
            let name = entry.path.name_lower();
            matches!(name, "keys" | "keys.txt" | "allowed_signers" | "cosign.pub")
                || name.ends_with(".asc")
                || name.ends_with(".pub")
                || name.ends_with(".gpg.key")
        })
        .filter(|entry| reader.text(entry).is_some_and(|text| MARKS.iter().any(|mark| text.contains(mark))))
        .map(|entry| entry.path.text())
        .take(limits::FINDINGS)
        .collect()
}
