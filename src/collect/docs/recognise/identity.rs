//! Who must have signed a release: identities with their issuer, repositories, fingerprints, keys.

/// Options of commands that verify, whose value names who must have signed.
const OPTIONS: &[&str] = &[
    "--repo",
    "-R",
    "--owner",
    "--signer-workflow",
    "--signer-repo",
    "--source-uri",
    "--cert-identity",
    "--builder-id",
    "-source",
    "--source",
];

/// Whether a sentence names a key by its fingerprint.
pub(super) fn in_text(text: &str) -> bool {
    let lower_names = ["fingerprint", "key", "gpg", "pgp", "signed by", "signature"];
    text.len() >= 40 && {
        let lower = text.to_lowercase();
        lower_names.iter().any(|name| lower.contains(name)) && has_fingerprint(text)
            || lower.contains("certificate-identity") && with_issuer(text)
    }
}

/// Whether a code block names who must have signed.
pub(super) fn in_code(text: &str) -> bool {
    let lower = text.to_lowercase();
    let key = ["-----begin pgp public key", "-----begin public key", "minisign public key"]
        .iter()
        .any(|mark| lower.contains(mark));
    let named = ["fingerprint", "gpg", "pgp", "recv-key", "pub "].iter().any(|name| lower.contains(name));
    key || named && has_fingerprint(text)
        || with_issuer(text)
        || commands(text).any(|command| names_signer(&command))
        || has_signer_entry(text)
}

/// Commands of a block; a backslash at the end of a line continues it.
fn commands(text: &str) -> impl Iterator<Item = String> {
    let joined = text.replace("\\\r\n", " ").replace("\\\n", " ").replace("`\n", " ");
    joined.lines().map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// A certificate identity together with its issuer.
fn with_issuer(text: &str) -> bool {
    commands(text).any(|command| {
        let words: Vec<&str> = command.split_whitespace().collect();
        let value = |start: &str| value_of(&words, |option| option.starts_with(start));
        let identity = value("--certificate-identity");
        let issuer = value("--certificate-oidc-issuer");
        let names = |value: &str, marks: &[char]| is_concrete(value) && value.contains(marks);
        identity.is_some_and(|value| names(value, &['@', '/'])) && issuer.is_some_and(|value| names(value, &['.']))
    })
}

fn names_signer(command: &str) -> bool {
    let words: Vec<&str> = command.split_whitespace().collect();
    let verifies = words.iter().any(|word| word.starts_with("verif") || word.ends_with("-verifier"));
    let key = words
        .iter()
        .position(|word| *word == "-P")
        .and_then(|at| words.get(at + 1))
        .is_some_and(|key| key.len() == 56 && key.starts_with("RW"));
    key || verifies && OPTIONS.iter().any(|option| value_of(&words, |word| word == *option).is_some_and(is_concrete))
}

/// The value of an option, after `=` or a blank.
fn value_of<'a>(words: &[&'a str], is: impl Fn(&str) -> bool) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(at, word)| match word.split_once('=') {
        Some((option, value)) if is(option) => Some(value),
        _ if is(word) => words.get(at + 1).copied(),
        _ => None,
    })
}

/// A value that names somebody: no variable, no filler, no pattern that fits everybody. A version may be left open behind a repository.
fn is_concrete(value: &str) -> bool {
    let value = value.trim_matches(['"', '\'', '`', '^']);
    let open = value.find(['$', '<', '{']);
    let fixed = open.map_or(value, |at| value.get(..at).unwrap_or_default());
    let path = fixed.split_once("://").map_or(fixed, |(_, rest)| rest);
    if open.is_some()
        && path.split('/').filter(|part| !part.is_empty()).count() < 3
        && value.trim_end_matches('$').len() > fixed.len()
    {
        return false;
    }
    let lower = fixed.to_lowercase();
    let part = |word: &str| lower.split(['/', '@', ':']).any(|part| part == word);
    !matches!(fixed, ".*" | ".+" | "*" | "...")
        && fixed.trim_matches(['.', '*', '+', '/']).len() > 2
        && !["owner", "org", "repo", "your-org", "your-repo", "user", "username", "organization"]
            .iter()
            .any(|word| part(word))
        && !super::super::template::is_nobodys(fixed)
        && !lower.contains("example.com")
}

/// A line of an allowed-signers file: who, and which key.
fn has_signer_entry(text: &str) -> bool {
    text.lines().any(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        words.windows(2).any(|pair| {
            pair.first()
                .is_some_and(|kind| kind.starts_with("ssh-") || kind.starts_with("ecdsa-") || kind.starts_with("sk-"))
                && pair.get(1).is_some_and(|key| key.starts_with("AAAA") && key.len() > 40)
        })
    })
}

/// What stands before a digest.
const DIGESTS: &[&str] = &["sha256:", "sha256-", "sha512:", "sha1:"];

/// 40 or 64 hexadecimal digits that stand alone; blanks and colons may group them.
pub(super) fn has_fingerprint(text: &str) -> bool {
    let text = text.replace("0x", " ");
    // The digest of an image or a file names nobody.
    let text = DIGESTS.iter().fold(text, |text, name| text.replace(name, "_"));
    let (mut digits, mut group) = (0_usize, 0_usize);
    let mut clean = true;
    let mut previous = ' ';
    for c in text.chars().chain(['\u{0}']) {
        let glued = digits == 0 && (previous.is_alphanumeric() || matches!(previous, '@' | '-' | '_' | '/' | '.'));
        if c.is_ascii_hexdigit() && clean && !glued {
            digits += 1;
            group += 1;
        } else {
            if clean && matches!(digits, 40 | 64) && !c.is_alphanumeric() && c != '_' {
                return true;
            }
            let joins = matches!(c, ' ' | ':' | '\u{a0}' | '\n') && clean && digits > 0 && group <= 8;
            group = 0;
            if !joins {
                clean = !c.is_alphanumeric();
                digits = 0;
            }
        }
        previous = c;
    }
    false
}
