//! Whether bytes are text.

/// What the bytes of a file are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// Text that may be read as UTF-8, or as UTF-16 by its byte order mark.
    Text,
    /// Text of an unnamed 8-bit or multi-byte encoding, or of UTF-32.
    OtherText,
    Binary,
}

/// Control bytes that any text may have: fewer than this, or fewer than one in a hundred.
const CONTROLS: usize = 32;

/// Text is UTF-8, UTF-16 or UTF-32 without a NUL character, or an 8-bit encoding without NUL that is mostly printable
/// ASCII; with few control bytes. A longer text without any control byte is text in whatever encoding: in compressed or
/// compiled data one of the 29 control bytes and NUL turns up within the first hundred bytes.
pub(super) fn nature(bytes: &[u8]) -> Nature {
    match bytes {
        [0xff, 0xfe, 0, 0, rest @ ..] => wide(rest, 4, u32_le),
        [0, 0, 0xfe, 0xff, rest @ ..] => wide(rest, 4, u32_be),
        [0xff, 0xfe, rest @ ..] => wide(rest, 2, u16_le),
        [0xfe, 0xff, rest @ ..] => wide(rest, 2, u16_be),
        _ => narrow(bytes),
    }
}

fn narrow(bytes: &[u8]) -> Nature {
    let controls = bytes.iter().map(|b| usize::from(is_control(*b))).sum::<usize>();
    if controls > 0 && bytes.contains(&0) || controls > CONTROLS.max(bytes.len() / 100) {
        return Nature::Binary;
    }
    if std::str::from_utf8(bytes).is_ok() {
        return Nature::Text;
    }
    let printable = bytes.iter().map(|b| usize::from(!is_control(*b) && *b < 0x7f)).sum::<usize>();
    let longer_without_control = bytes.len() >= 256 && controls == 0;
    if printable * 10 >= bytes.len() * 9 || longer_without_control { Nature::OtherText } else { Nature::Binary }
}

/// Control bytes other than tab, line ends, form feed and escape.
fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c | 0x1b)
}

fn wide(bytes: &[u8], width: usize, unit: fn(&[u8]) -> u32) -> Nature {
    let units = bytes.chunks_exact(width);
    if bytes.is_empty() || !units.remainder().is_empty() {
        return Nature::Binary;
    }
    let (mut controls, mut count, mut invalid) = (0usize, 0usize, 0usize);
    let mut high = false;
    for unit in units.map(unit) {
        count += 1;
        match unit {
            0 | 0xffff.. if width == 2 => return Nature::Binary,
            0 | 0x0011_0000.. => return Nature::Binary,
            1..0x20 => controls += usize::from(is_control(unit.try_into().unwrap_or(0))),
            0xd800..=0xdbff => {
                invalid += usize::from(high || width == 4);
                high = true;
                continue;
            }
            0xdc00..=0xdfff => invalid += usize::from(!high),
            _ => invalid += usize::from(high),
        }
        high = false;
    }
    let few = controls <= CONTROLS.max(count / 100);
    match (invalid == 0 && few, width) {
        (true, 2) => Nature::Text,
        (true, _) => Nature::OtherText,
        (false, _) => Nature::Binary,
    }
}

fn u16_le(bytes: &[u8]) -> u32 {
    bytes.try_into().map(u16::from_le_bytes).unwrap_or_default().into()
}

fn u16_be(bytes: &[u8]) -> u32 {
    bytes.try_into().map(u16::from_be_bytes).unwrap_or_default().into()
}

fn u32_le(bytes: &[u8]) -> u32 {
    bytes.try_into().map(u32::from_le_bytes).unwrap_or_default()
}

fn u32_be(bytes: &[u8]) -> u32 {
    bytes.try_into().map(u32::from_be_bytes).unwrap_or_default()
}

/// Whether any line is longer than `limit` bytes.
pub(super) fn has_line_over(bytes: &[u8], limit: usize) -> bool {
    let mut start = 0;
    // Looks at one byte per stretch of `limit` and walks back to a line end, so most bytes of a file of short lines
    // are never touched.
    while bytes.len() - start > limit {
        match bytes[start..=start + limit].iter().rposition(|b| *b == b'\n') {
            Some(at) => start += at + 1,
            None => return true,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::empty(b"", Nature::Text)]
    #[case::ascii(b"fn main() {}\r\n\t\x0c", Nature::Text)]
    #[case::utf8("größe".as_bytes(), Nature::Text)]
    #[case::latin1(b"The caf\xe9 is open from nine to five, ask for Ren\xe9.", Nature::OtherText)]
    #[case::one_nul(b"text with one\0 byte", Nature::Binary)]
    #[case::utf16(b"\xff\xfeh\0i\0", Nature::Text)]
    #[case::utf16_nul(b"\xff\xfeh\0\0\0", Nature::Binary)]
    #[case::utf16_odd(b"\xff\xfeh\0i", Nature::Binary)]
    #[case::utf16_half_pair(b"\xfe\xff\xd8\x00\x00a", Nature::Binary)]
    #[case::utf32(b"\xff\xfe\0\0h\0\0\0", Nature::OtherText)]
    #[case::high_bytes(&[0xc3, 0x28, 0xff, 0xfe, 0x90], Nature::Binary)]
    fn natures(#[case] bytes: &[u8], #[case] expected: Nature) {
        assert_eq!(nature(bytes), expected);
    }

    #[test]
    fn a_few_control_bytes_are_text_and_many_are_not() {
        let mut text = vec![b'a'; 1000];
        text[..32].fill(1);
        assert_eq!(nature(&text), Nature::Text);
        text[..40].fill(1);
        assert_eq!(nature(&text), Nature::Binary);
    }

    #[test]
    fn a_document_in_a_legacy_encoding_is_text() {
        let line: &[u8] = &[0xc4, 0xe3, 0xba, 0xc3, 0xa3, 0xac, b'\n'];
        assert_eq!(nature(&line.repeat(60)), Nature::OtherText);
    }

    #[rstest]
    #[case(b"", false)]
    #[case(b"12345", false)]
    #[case(b"123456", true)]
    #[case(b"123\n12345\n", false)]
    #[case(b"123\n12345\n123456", true)]
    fn long_lines(#[case] bytes: &[u8], #[case] expected: bool) {
        assert_eq!(has_line_over(bytes, 5), expected);
    }
}
