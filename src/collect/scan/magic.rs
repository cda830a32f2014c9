//! What kind of file bytes are, by the table of signatures.

use std::sync::Arc;

use serde::Deserialize;

/// The table `magic`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    signatures: Vec<Row>,
    zip: Vec<ZipRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    magic: String,
    class: Option<String>,
    kind: Option<String>,
    #[serde(default)]
    at: usize,
    hex: Option<String>,
    #[serde(default)]
    and: Vec<Place>,
    #[serde(default)]
    extensions: Vec<String>,
    #[serde(default)]
    only: Vec<String>,
    check: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Place {
    at: usize,
    hex: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ZipRow {
    magic: String,
    class: Option<String>,
    kind: Option<String>,
    members: Vec<String>,
    #[serde(default)]
    macros: Vec<String>,
    extensions: Vec<String>,
}

/// What the bytes of a file are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The name of the kind.
    pub(crate) magic: String,
    pub(crate) what: What,
}

/// A class of findings, or a kind that people can review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    Class(String),
    Reviewable(String),
}

impl Kind {
    fn class(magic: &str, class: &str) -> Self {
        Self { magic: magic.to_owned(), what: What::Class(class.to_owned()) }
    }

    /// Whether it is a class of programs and parts of programs.
    pub(crate) fn is_program(&self) -> bool {
        matches!(&self.what, What::Class(class) if is_program(class))
    }
}

/// The classes that contain generated programs.
pub(crate) fn is_program(class: &str) -> bool {
    matches!(class, "executable" | "library" | "object" | "bytecode" | "wasm" | "package")
}

/// The signatures, ready to be compared.
#[derive(Debug, Default)]
pub(crate) struct Signatures {
    rows: Vec<Signature>,
    zip: Vec<ZipRow>,
}

#[derive(Debug)]
struct Signature {
    kind: Kind,
    places: Vec<(usize, Vec<Option<u8>>)>,
    extensions: Vec<String>,
    only: Vec<String>,
    check: Option<Check>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Check {
    Any,
    Dmg,
    Elf,
    MachoFat,
    Maxmind,
    OpenPgp,
    Pe,
    Pickle,
    Pyc,
    Safetensors,
    Tga,
    Zip,
}

impl Signatures {
    /// Reads the table.
    pub(crate) fn load(policies: &crate::bundle::Bundle) -> Result<Arc<Self>, String> {
        policies.prepared(Self::from_bundle)
    }

    fn from_bundle(policies: &crate::bundle::Bundle) -> Result<Self, String> {
        let table: Table = crate::collect::tables::load(policies, "magic")?;
        let rows = table.signatures.into_iter().map(signature).collect::<Result<_, _>>()?;
        if let Some(row) = table.zip.iter().find(|row| row.class.is_some() == row.kind.is_some()) {
            return Err(format!("tables/magic.yaml: `{}` needs a class or a kind", row.magic));
        }
        Ok(Self { rows, zip: table.zip })
    }

    /// What `bytes` are, in a file of this extension (lower case).
    pub(crate) fn kind(&self, bytes: &[u8], extension: &str) -> Kind {
        let Some(row) = self.rows.iter().find(|row| row.fits(bytes, extension)) else {
            return Kind::class("data", "unknown_binary");
        };
        match (row.check, &row.kind.what) {
            (Some(Check::Elf), _) => Kind::class("elf", elf_class(bytes)),
            (Some(Check::Pe), _) => Kind::class("pe", pe_class(bytes)),
            (_, What::Reviewable(_)) if self.mismatch(row, extension) => Kind::class(&row.kind.magic, "media_mismatch"),
            (_, What::Reviewable(_)) if row.kind.magic == "ole_document" && has_macros(bytes) => {
                Kind::class(&row.kind.magic, "macro_document")
            }
            _ => row.kind.clone(),
        }
    }

    /// What a zip file is by the names of its members; none for a plain archive.
    pub(crate) fn zip_kind(&self, members: &[&str], extension: &str) -> Option<Kind> {
        let has = |patterns: &[String]| {
            patterns.iter().any(|pattern| members.iter().any(|member| member_matches(pattern, member)))
        };
        self.zip.iter().find_map(|row| {
            let named = row.extensions.iter().any(|known| known == extension);
            match (&row.class, &row.kind) {
                (Some(class), _) if named || has(&row.members) => Some(Kind::class(&row.magic, class)),
                (None, Some(_)) if named && has(&row.macros) => Some(Kind::class(&row.magic, "macro_document")),
                (None, Some(kind)) if named && has(&row.members) => {
                    Some(Kind { magic: row.magic.clone(), what: What::Reviewable(kind.clone()) })
                }
                _ => None,
            }
        })
    }

    /// Whether the extension promises another kind of media: a sound named as an image. One image format under the
    /// extension of another is an image all the same.
    fn mismatch(&self, row: &Signature, extension: &str) -> bool {
        let mut usual = self.rows.iter().filter(|other| {
            matches!(other.kind.what, What::Reviewable(_)) && other.extensions.iter().any(|known| known == extension)
        });
        usual.clone().next().is_some() && !usual.any(|other| other.kind.what == row.kind.what)
    }
}

fn member_matches(pattern: &str, member: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => member.ends_with(end),
        None if pattern.ends_with('/') => member.starts_with(pattern),
        None => member == pattern,
    }
}

fn signature(row: Row) -> Result<Signature, String> {
    let fail = |why: &str| format!("tables/magic.yaml: `{}`: {why}", row.magic);
    let what = match (&row.class, &row.kind) {
        (Some(class), None) => What::Class(class.clone()),
        (None, Some(kind)) => What::Reviewable(kind.clone()),
        _ => return Err(fail("needs a class or a kind")),
    };
    let mut places = Vec::new();
    if let Some(hex) = &row.hex {
        places.push((row.at, pattern(hex).ok_or_else(|| fail("its bytes are not pairs of hexadecimal digits"))?));
    }
    for place in &row.and {
        places.push((
            place.at,
            pattern(&place.hex).ok_or_else(|| fail("its bytes are not pairs of hexadecimal digits"))?,
        ));
    }
    let check = match row.check.as_deref() {
        None => None,
        Some(name) => Some(check(name).ok_or_else(|| fail("names no known check"))?),
    };
    if places.is_empty() && check.is_none() || check == Some(Check::Any) && row.only.is_empty() {
        return Err(fail("would fit every file"));
    }
    Ok(Signature { kind: Kind { magic: row.magic, what }, places, extensions: row.extensions, only: row.only, check })
}

fn check(name: &str) -> Option<Check> {
    Some(match name {
        "any" => Check::Any,
        "dmg" => Check::Dmg,
        "elf" => Check::Elf,
        "macho_fat" => Check::MachoFat,
        "maxmind" => Check::Maxmind,
        "openpgp" => Check::OpenPgp,
        "pe" => Check::Pe,
        "pickle" => Check::Pickle,
        "pyc" => Check::Pyc,
        "safetensors" => Check::Safetensors,
        "tga" => Check::Tga,
        "zip" => Check::Zip,
        _ => return None,
    })
}

fn pattern(hex: &str) -> Option<Vec<Option<u8>>> {
    let digits = hex.as_bytes();
    if digits.is_empty() || !digits.len().is_multiple_of(2) {
        return None;
    }
    digits
        .chunks_exact(2)
        .map(|pair| match pair {
            b".." => Some(None),
            pair => u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok().map(Some),
        })
        .collect()
}

impl Signature {
    fn fits(&self, bytes: &[u8], extension: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|known| known == extension))
            && self.places.iter().all(|(at, pattern)| {
                let found = bytes.get(*at..).and_then(|rest| rest.get(..pattern.len()));
                found.is_some_and(|found| {
                    found.iter().zip(pattern).all(|(byte, expected)| expected.is_none_or(|expected| expected == *byte))
                })
            })
            && self.check.is_none_or(|check| check.holds(bytes, extension))
    }
}

impl Check {
    fn holds(self, bytes: &[u8], extension: &str) -> bool {
        match self {
            Self::Any | Self::Elf | Self::Zip => true,
            Self::Dmg => bytes.len() >= 512 && bytes[bytes.len() - 512..].starts_with(b"koly"),
            // A class file has its version where a fat binary counts its parts; no class file is older than version 43.
            Self::MachoFat => u32_be(bytes, 4).is_some_and(|parts| (1..=30).contains(&parts)),
            Self::Maxmind => {
                let tail = &bytes[bytes.len().saturating_sub(128 * 1024)..];
                tail.windows(14).any(|window| window == b"\xab\xcd\xefMaxMind.com")
            }
            Self::OpenPgp => bytes.first().is_some_and(|byte| byte & 0x80 != 0) || bytes.get(8..12) == Some(b"KBXf"),
            Self::Pe => pe_header(bytes).is_some(),
            Self::Pickle => is_pickle(bytes),
            // Its first two bytes are a number that has grown with every version since 2.0; only the years matter here.
            Self::Pyc => {
                extension == "pyc"
                    || extension == "pyo"
                    || bytes.get(1).is_some_and(|high| matches!(high, 0x0c..=0x0e | 0xc0..=0xf3))
            }
            Self::Safetensors => {
                let length = bytes.get(..8).and_then(|head| head.try_into().ok()).map(u64::from_le_bytes);
                bytes.get(8) == Some(&b'{') && length.is_some_and(|length| length >= 2 && length < bytes.len() as u64)
            }
            Self::Tga => is_tga(bytes, extension),
        }
    }
}

fn elf_class(bytes: &[u8]) -> &'static str {
    let little = bytes.get(5) != Some(&2);
    let kind = bytes.get(16..18).and_then(|kind| <[u8; 2]>::try_from(kind).ok());
    match kind.map(if little { u16::from_le_bytes } else { u16::from_be_bytes }) {
        Some(1) => "object",
        // A shared object is also what most programs are today; one with an interpreter is a program.
        Some(3) if !bytes.windows(4).take(64 * 1024).any(|window| window == b"/ld-" || window == b"ld64") => "library",
        _ => "executable",
    }
}

fn pe_header(bytes: &[u8]) -> Option<usize> {
    let at = usize::try_from(u32_le(bytes, 0x3c)?).ok()?;
    (bytes.get(at..)?.starts_with(b"PE\0\0")).then_some(at)
}

fn pe_class(bytes: &[u8]) -> &'static str {
    let flags = pe_header(bytes).and_then(|at| bytes.get(at + 22..at + 24)).and_then(|flags| flags.try_into().ok());
    if flags.map(u16::from_le_bytes).is_some_and(|flags| flags & 0x2000 != 0) { "library" } else { "executable" }
}

/// A pickle of protocol 2 or newer names its protocol first and ends with STOP.
fn is_pickle(bytes: &[u8]) -> bool {
    bytes.get(1).is_some_and(|protocol| (2..=5).contains(protocol)) && bytes.last() == Some(&b'.')
}

fn is_tga(bytes: &[u8], extension: &str) -> bool {
    if bytes.len() > 26 && bytes[bytes.len() - 18..].starts_with(b"TRUEVISION-XFILE.") {
        return true;
    }
    extension == "tga"
        && bytes.get(1).is_some_and(|map| *map <= 1)
        && bytes.get(2).is_some_and(|kind| matches!(kind, 1 | 2 | 3 | 9 | 10 | 11))
        && bytes.get(16).is_some_and(|depth| matches!(depth, 8 | 15 | 16 | 24 | 32))
}

/// Whether a compound document has a stream directory for macros: its name in UTF-16.
fn has_macros(bytes: &[u8]) -> bool {
    const NAME: &[u8] = b"_\0V\0B\0A\0_\0P\0R\0O\0J\0E\0C\0T\0";
    bytes.windows(NAME.len()).any(|window| window == NAME)
}

fn u32_le(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_le_bytes)
}

fn u32_be(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use rstest::rstest;

    fn pe() -> Vec<u8> {
        let mut bytes = vec![0; 0x80 + 24];
        bytes[..2].copy_from_slice(b"MZ");
        bytes[0x3c] = 0x80;
        bytes[0x80..0x84].copy_from_slice(b"PE\0\0");
        bytes
    }

    #[rstest]
    #[case::elf(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0", "", "elf", "executable")]
    #[case::elf_object(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x01\0", "o", "elf", "object")]
    #[case::elf_shared(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0", "so", "elf", "library")]
    #[case::elf_named_pdf(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0", "pdf", "elf", "executable")]
    #[case::class(b"\xca\xfe\xba\xbe\0\0\0\x34", "class", "java_class", "bytecode")]
    #[case::fat(b"\xca\xfe\xba\xbe\0\0\0\x02", "", "macho_fat", "executable")]
    #[case::macho(b"\xcf\xfa\xed\xfe\x07\0\0\x01", "", "macho", "executable")]
    #[case::wasm(b"\0asm\x01\0\0\0", "wasm", "wasm", "wasm")]
    #[case::pyc(b"\xa7\x0d\x0d\x0a\0\0\0\0", "pyc", "python_bytecode", "bytecode")]
    #[case::archive(b"!<arch>\nfoo.o/  ", "a", "static_library", "object")]
    #[case::deb(b"!<arch>\ndebian-binary", "deb", "debian_package", "package")]
    #[case::sqlite(b"SQLite format 3\0\x10", "db", "sqlite", "database")]
    #[case::pickle(b"\x80\x04\x95\0.", "pkl", "pickle", "serialized")]
    #[case::mo(b"\xde\x12\x04\x95\0", "mo", "gettext", "translation")]
    #[case::unknown(b"\x01\x02\x03\x00", "bin", "data", "unknown_binary")]
    #[case::png_named_mp3(b"\x89PNG\r\n\x1a\n\0", "mp3", "png", "media_mismatch")]
    fn classes(#[case] bytes: &[u8], #[case] extension: &str, #[case] magic: &str, #[case] class: &str) {
        let signatures = Signatures::load(&Bundle::policies()).expect("the table");
        assert_eq!(signatures.kind(bytes, extension), Kind::class(magic, class));
    }

    #[rstest]
    #[case(b"\x89PNG\r\n\x1a\n\0", "png", "image")]
    #[case(b"\x89PNG\r\n\x1a\n\0", "", "image")]
    #[case(b"\x89PNG\r\n\x1a\n\0", "ico", "image")]
    #[case(b"%PDF-1.7\0", "ai", "document")]
    #[case(b"\0\x01\0\0\0\x0f", "ttf", "font")]
    #[case(b"\0\0\0\x20ftypisom", "mp4", "video")]
    #[case(b"8BPS\0\x01", "psd", "artwork")]
    fn reviewable(#[case] bytes: &[u8], #[case] extension: &str, #[case] kind: &str) {
        let signatures = Signatures::load(&Bundle::policies()).expect("the table");
        assert_eq!(signatures.kind(bytes, extension).what, What::Reviewable(kind.to_owned()));
    }

    #[test]
    fn programs_for_windows() {
        let signatures = Signatures::load(&Bundle::policies()).expect("the table");
        let mut bytes = pe();
        assert_eq!(signatures.kind(&bytes, "exe"), Kind::class("pe", "executable"));
        bytes[0x80 + 23] = 0x20;
        assert_eq!(signatures.kind(&bytes, "bin"), Kind::class("pe", "library"));
        assert_eq!(signatures.kind(b"MZ\0\0", "dat"), Kind::class("data", "unknown_binary"));
    }

    #[rstest]
    #[case(&["META-INF/MANIFEST.MF", "a/B.class"], "jar", Some(Kind::class("java_archive", "package")))]
    #[case(&["a/B.class"], "zip", Some(Kind::class("java_archive", "package")))]
    #[case(&["x-1.0.dist-info/WHEEL"], "whl", Some(Kind::class("python_wheel", "package")))]
    #[case(&["word/document.xml", "word/vbaProject.bin"], "docm", Some(Kind::class("office", "macro_document")))]
    #[case(&["word/document.xml"], "docx", Some(Kind { magic: "office".to_owned(), what: What::Reviewable("document".to_owned()) }))]
    #[case(&["word/document.xml"], "zip", None)]
    #[case(&["a.png"], "zip", None)]
    fn zips(#[case] members: &[&str], #[case] extension: &str, #[case] expected: Option<Kind>) {
        let signatures = Signatures::load(&Bundle::policies()).expect("the table");
        assert_eq!(signatures.zip_kind(members, extension), expected);
    }

    #[test]
    fn a_broken_table_is_an_error() {
        let mut bundle = Bundle::default();
        bundle.insert("tables/magic.yaml".to_owned(), "signatures: [{magic: x, class: y}]\nzip: []\n".to_owned());
        assert!(Signatures::load(&bundle).expect_err("refused").contains("every file"));
        assert!(Signatures::load(&Bundle::default()).expect_err("refused").contains("missing"));
    }
}
