//! What lies beside released files to vouch for them, read for what it says: signatures, lists of checksums, statements on
//! where an artefact comes from. Nothing is verified; that something holds nothing or cannot be read is told.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value as Json;

/// What the content of a companion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// It has the form of what its name says.
    Parsed,
    /// Nothing is in it.
    Empty,
    /// It has no form that is known.
    Unparsable,
    /// A certificate or key: it vouches for nothing by itself.
    Certificate,
}

impl Content {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Parsed | Self::Certificate => "parsed",
            Self::Empty => "empty",
            Self::Unparsable => "unparsable",
        }
    }
}

/// Statements of one provenance file are looked at up to here.
const STATEMENTS: usize = 200;

/// Whether bytes have the form of a signature.
pub(super) fn signature(bytes: &[u8]) -> Content {
    if bytes.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) {
        return Content::Empty;
    }
    let Ok(text) = std::str::from_utf8(bytes) else {
        return if is_binary_signature(bytes) { Content::Parsed } else { Content::Unparsable };
    };
    let text = text.trim();
    const ARMOURS: &[&str] = &["PGP SIGNATURE", "SSH SIGNATURE", "PKCS7", "CMS", "SIGNATURE"];
    let armoured = |name: &str| {
        text.contains(&format!("-----BEGIN {name}-----")) && text.contains(&format!("-----END {name}-----"))
    };
    if ARMOURS.iter().any(|name| armoured(name)) {
        return Content::Parsed;
    }
    if ["CERTIFICATE", "PUBLIC KEY", "PGP PUBLIC KEY BLOCK"].iter().any(|name| armoured(name)) {
        return Content::Certificate;
    }
    if text.starts_with("untrusted comment:") {
        let line = text.lines().nth(1).unwrap_or_default();
        return if is_base64(line, 64) { Content::Parsed } else { Content::Unparsable };
    }
    if text.starts_with('{') {
        return if bundles(text).next().is_some() { Content::Parsed } else { Content::Unparsable };
    }
    // A bare signature in base64 is at least as long as an elliptic one. A certificate in base64 is no signature.
    match text {
        text if text.starts_with("LS0tLS1CRUdJTi") => Content::Certificate,
        text if is_base64(text, 64) => Content::Parsed,
        _ if is_binary_signature(bytes) => Content::Parsed,
        _ => Content::Unparsable,
    }
}

/// An OpenPGP signature packet, a DER sequence, or a raw signature of an elliptic curve.
fn is_binary_signature(bytes: &[u8]) -> bool {
    let packet = |first: u8| matches!(first, 0x88..=0x8b | 0xc2);
    let der = bytes.len() > 8 && bytes.first() == Some(&0x30) && bytes.get(1).is_some_and(|length| *length >= 0x06);
    (bytes.len() > 40 && bytes.first().copied().is_some_and(packet)) || der || bytes.len() == 64
}

fn is_base64(text: &str, least: usize) -> bool {
    let compact: String = text.split_whitespace().collect();
    let body = compact.trim_end_matches('=');
    body.len() >= least
        && body.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'))
}

/// The JSON documents of a text, one or one per line, that hold a signature.
fn bundles(text: &str) -> impl Iterator<Item = Json> {
    let whole: Option<Json> = serde_json::from_str(text).ok();
    let lines: Vec<Json> = match whole {
        Some(one) => vec![one],
        None => text.lines().take(STATEMENTS).filter_map(|line| serde_json::from_str(line).ok()).collect(),
    };
    lines.into_iter().filter(|json| {
        let envelope = json.get("dsseEnvelope").unwrap_or(json);
        let signatures = envelope.get("signatures").and_then(Json::as_array).is_some_and(|list| !list.is_empty());
        let message = json.get("messageSignature").and_then(|m| m.get("signature")).and_then(Json::as_str);
        let legacy = json.get("base64Signature").and_then(Json::as_str);
        signatures || message.or(legacy).is_some_and(|text| !text.is_empty())
    })
}

/// What a signed statement says: which files it is about, and what it says of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// Names with their digests, as `sha256:…`.
    pub(crate) subjects: Vec<(String, String)>,
    pub(crate) predicate_type: String,
}

/// The statements of a provenance file or of a bundle.
pub(super) fn statements(bytes: &[u8]) -> Vec<Statement> {
    let Ok(text) = std::str::from_utf8(bytes) else { return Vec::new() };
    bundles(text).filter_map(|bundle| statement(&bundle)).take(STATEMENTS).collect()
}

/// The statement inside a signed envelope.
pub(crate) fn statement(bundle: &Json) -> Option<Statement> {
    let envelope = bundle.get("dsseEnvelope").unwrap_or(bundle);
    let payload = decode(envelope.get("payload")?.as_str()?)?;
    let statement: Json = serde_json::from_slice(&payload).ok()?;
    let subjects = statement.get("subject")?.as_array()?.iter().filter_map(|subject| {
        let digest = subject.get("digest")?.get("sha256")?.as_str()?.to_lowercase();
        let name = subject.get("name").and_then(Json::as_str).unwrap_or_default().to_owned();
        is_digest(&digest).then(|| (name, format!("sha256:{digest}")))
    });
    let predicate_type = statement.get("predicateType")?.as_str()?.to_owned();
    Some(Statement { subjects: subjects.take(1_000).collect(), predicate_type })
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Base64 of either alphabet, with or without its padding.
fn decode(text: &str) -> Option<Vec<u8>> {
    let compact: String = text.chars().filter(|c| !c.is_ascii_whitespace() && *c != '=').collect();
    STANDARD_NO_PAD.decode(&compact).or_else(|_| URL_SAFE_NO_PAD.decode(&compact)).ok()
}

/// One line of a list of checksums.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Checksum {
    pub(super) digest: String,
    /// The file; none where the list is one bare digest.
    pub(super) name: Option<String>,
}

/// The lines of a list of checksums, in the form of `sha256sum` or of BSD.
pub(super) fn checksums(bytes: &[u8]) -> Vec<Checksum> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().take(10_000).filter_map(checksum).collect()
}

fn checksum(line: &str) -> Option<Checksum> {
    let line = line.trim().trim_start_matches('\\');
    let is_sum =
        |text: &str| matches!(text.len(), 32 | 40 | 64 | 96 | 128) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let file = |name: &str| {
        let name = name.trim().trim_start_matches('*').trim_start_matches("./");
        let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
        (!last.is_empty()).then(|| last.to_owned())
    };
    // `SHA256 (file) = digest`
    if let Some((before, digest)) = line.rsplit_once(") = ")
        && let Some((_, name)) = before.split_once(" (")
        && is_sum(digest)
    {
        return Some(Checksum { digest: digest.to_lowercase(), name: file(name) });
    }
    let (first, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    is_sum(first).then(|| Checksum { digest: first.to_lowercase(), name: file(rest) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const BASE64: &str = "MEUCIQDabcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklm";

    #[rstest]
    #[case::nothing(b"", Content::Empty)]
    #[case::blank(b" \n", Content::Empty)]
    #[case::pgp(b"-----BEGIN PGP SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n", Content::Parsed)]
    #[case::cut(b"-----BEGIN PGP SIGNATURE-----\n\nabc\n", Content::Unparsable)]
    #[case::ssh(b"-----BEGIN SSH SIGNATURE-----\nabc\n-----END SSH SIGNATURE-----", Content::Parsed)]
    #[case::certificate(b"-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----", Content::Certificate)]
    #[case::base64(BASE64.as_bytes(), Content::Parsed)]
    #[case::prose(b"not a signature at all", Content::Unparsable)]
    #[case::page(b"<html>Not Found</html>", Content::Unparsable)]
    #[case::bundle(br#"{"mediaType": "x", "messageSignature": {"signature": "abc"}}"#, Content::Parsed)]
    #[case::braces(b"{}", Content::Unparsable)]
    #[case::unsigned(br#"{"dsseEnvelope": {"payload": "e30=", "signatures": []}}"#, Content::Unparsable)]
    fn signatures(#[case] bytes: &[u8], #[case] expected: Content) {
        assert_eq!(signature(bytes), expected);
    }

    #[test]
    fn lists_of_checksums() {
        let sum = "a".repeat(64);
        let text = format!(
            "# made by hand\n{sum}  dist/tool.zip\n{sum} *other.zip\nSHA256 (third.zip) = {sum}\n{sum}\nnonsense line\n"
        );
        let names: Vec<Option<String>> = checksums(text.as_bytes()).into_iter().map(|line| line.name).collect();
        assert_eq!(
            names,
            [Some("tool.zip".to_owned()), Some("other.zip".to_owned()), Some("third.zip".to_owned()), None]
        );
    }

    #[test]
    fn statements_inside_envelopes() {
        // {"subject":[{"name":"a","digest":{"sha256":"aa…"}}],"predicateType":"https://slsa.dev/provenance/v1"}
        let inner = format!(
            r#"{{"subject":[{{"name":"a","digest":{{"sha256":"{}"}}}}],"predicateType":"https://slsa.dev/provenance/v1"}}"#,
            "a".repeat(64)
        );
        let line = format!(r#"{{"payload":"{}","signatures":[{{"sig":"x"}}]}}"#, STANDARD_NO_PAD.encode(&inner));
        let found = statements(line.as_bytes());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].subjects, [("a".to_owned(), format!("sha256:{}", "a".repeat(64)))]);
        assert!(statements(b"{\"payload\": 1}").is_empty());
    }
}
