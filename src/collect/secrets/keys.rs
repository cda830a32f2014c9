//! Blocks of private keys: whether one is real, and whether it is encrypted.

use super::search::is_placeholder;

/// How every block begins.
pub(super) const BEGIN: &str = "-----BEGIN ";
/// Bytes of a block.
const LONGEST: usize = 32 * 1024;
/// Bytes of the smallest real key.
const SMALLEST: usize = 40;

/// Length, state and whether it is certain that this is a key; none for what is no private key.
pub(super) fn judge(text: &[u8], placeholders: &[String]) -> Option<(usize, &'static str, bool)> {
    let text = String::from_utf8_lossy(&text[..text.len().min(LONGEST)]);
    let rest = text.strip_prefix(BEGIN)?;
    let (label, rest) = rest.split_once("-----").filter(|(label, _)| label.len() <= 64)?;
    if !label.ends_with("PRIVATE KEY") && !label.ends_with("PRIVATE KEY BLOCK") {
        return None;
    }
    let (body, _) = rest.split_once("-----END ")?;
    let length = BEGIN.len() + label.len() + 5 + body.len();
    // In JSON and in strings of programs the lines end with the two characters `\n`.
    let body = body.replace("\\r", "").replace("\\n", "\n");
    if label.contains("ENCRYPTED") || body.contains("4,ENCRYPTED") {
        return Some((length, "encrypted", true));
    }
    let encoded: String = body
        .lines()
        .map(|line| line.trim().trim_matches(['"', '\'', '+', ',', ' ', '*', '#', '|']))
        .filter(|line| !line.contains(':') && !line.starts_with('='))
        .collect();
    if is_placeholder(encoded.as_bytes(), placeholders) {
        return None;
    }
    let bytes = base64(&encoded)?;
    if bytes.len() < SMALLEST {
        return None;
    }
    match label {
        "OPENSSH PRIVATE KEY" => openssh(&bytes).map(|state| (length, state, true)),
        // Whether such a block is encrypted stands deep inside its packets.
        _ if label.ends_with("BLOCK") => Some((length, "plain", false)),
        _ => is_der(&bytes).then_some((length, "plain", true)),
    }
}

/// `none` as the name of the cipher means that the key is not encrypted.
fn openssh(bytes: &[u8]) -> Option<&'static str> {
    let rest = bytes.strip_prefix(b"openssh-key-v1\0")?;
    let length = usize::try_from(u32::from_be_bytes(rest.get(..4)?.try_into().ok()?)).ok()?;
    let cipher = rest.get(4..)?.get(..length)?;
    Some(if cipher == b"none" { "plain" } else { "encrypted" })
}

/// A sequence of exactly the length that it states.
fn is_der(bytes: &[u8]) -> bool {
    let length = match bytes {
        [0x30, short, ..] if *short < 0x80 => 2 + usize::from(*short),
        [0x30, 0x81, one, ..] => 3 + usize::from(*one),
        [0x30, 0x82, high, low, ..] => 4 + usize::from(u16::from_be_bytes([*high, *low])),
        _ => return false,
    };
    length == bytes.len()
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0x00ff_ffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn encode(bytes: &[u8]) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut out = String::new();
        for chunk in bytes.chunks(3) {
            let mut padded = [0; 3];
            padded[..chunk.len()].copy_from_slice(chunk);
            let bits = u32::from_be_bytes([0, padded[0], padded[1], padded[2]]);
            for at in 0..=chunk.len() {
                out.push(char::from(DIGITS[(bits >> (18 - 6 * at) & 63) as usize]));
            }
        }
        out
    }

    fn block(label: &str, body: &str) -> String {
        format!("{BEGIN}{label}-----\n{body}\n-----END {label}-----\n")
    }

    fn der() -> Vec<u8> {
        let mut bytes = vec![0x30, 0x81, 120];
        bytes.extend((0..120u8).map(|n| n.wrapping_mul(37)));
        bytes
    }

    fn ssh(cipher: &str) -> Vec<u8> {
        let mut bytes = b"openssh-key-v1\0\0\0\0".to_vec();
        bytes.push(u8::try_from(cipher.len()).expect("short"));
        bytes.extend(cipher.as_bytes());
        bytes.extend(0..100u8);
        bytes
    }

    #[rstest]
    #[case::pkcs8(block("PRIVATE KEY", &encode(&der())), Some(("plain", true)))]
    #[case::in_json(block("RSA PRIVATE KEY", &encode(&der())).replace('\n', "\\n"), Some(("plain", true)))]
    #[case::encrypted(block("ENCRYPTED PRIVATE KEY", &encode(&der())), Some(("encrypted", true)))]
    #[case::cosign(block("ENCRYPTED COSIGN PRIVATE KEY", "eyJr"), Some(("encrypted", true)))]
    #[case::header(block("RSA PRIVATE KEY", &format!("Proc-Type: 4,ENCRYPTED\n\n{}", encode(&der()))), Some(("encrypted", true)))]
    #[case::ssh_plain(block("OPENSSH PRIVATE KEY", &encode(&ssh("none"))), Some(("plain", true)))]
    #[case::ssh_encrypted(block("OPENSSH PRIVATE KEY", &encode(&ssh("aes256-ctr"))), Some(("encrypted", true)))]
    #[case::pgp(block("PGP PRIVATE KEY BLOCK", &encode(&der())), Some(("plain", false)))]
    #[case::public(block("PUBLIC KEY", &encode(&der())), None)]
    #[case::certificate(block("CERTIFICATE", &encode(&der())), None)]
    #[case::repeated(block("PRIVATE KEY", &"A".repeat(200)), None)]
    #[case::worded(block("PRIVATE KEY", "your key goes here"), None)]
    #[case::dots(block("PRIVATE KEY", "..."), None)]
    #[case::short(block("PRIVATE KEY", "MIIB"), None)]
    #[case::cut(block("PRIVATE KEY", &encode(&der()[..90])), None)]
    #[case::open(format!("{BEGIN}PRIVATE KEY-----\n{}", encode(&der())), None)]
    fn blocks(#[case] text: String, #[case] expected: Option<(&str, bool)>) {
        let placeholders = vec!["your".to_owned()];
        let found = judge(text.as_bytes(), &placeholders).map(|(_, state, certain)| (state, certain));
        assert_eq!(found, expected);
    }
}
