//! Archives, opened one level deep in memory: which kinds of programs lie in them. Nothing is written out, and what an
//! archive says about its own size is not believed.

use std::io::{Cursor, Read};

use super::magic::{Kind, Signatures, What};
use super::{extension, text};
use crate::collect::binaries::InnerFinding;
use crate::collect::limits;

/// What was seen inside an archive.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Opened {
    /// What the names of its members say it is; none for a plain archive.
    pub(crate) kind: Option<Kind>,
    /// `opened`, `encrypted`, `nested`, `too_large`, `unreadable`.
    pub(crate) state: &'static str,
    /// Programs among its members.
    pub(crate) inner: Vec<InnerFinding>,
}

/// Bytes at the start of a member by which its kind is told.
const HEAD: u64 = 64 * 1024;

/// Opens an archive of the given kind.
pub(super) fn open(signatures: &Signatures, magic: &str, bytes: &[u8], name: &str) -> Opened {
    let mut looked = Members { signatures, inner: Vec::new(), nested: false, read: 0, size: bytes.len() as u64 };
    let input = Cursor::new(bytes);
    let (kind, result) = match magic {
        "zip" => looked.zip(input, extension(name)),
        "tar" => (None, looked.tar(input)),
        "gzip" => (None, looked.stream(flate2::read::MultiGzDecoder::new(input), name)),
        "bzip2" => (None, looked.stream(bzip2::read::MultiBzDecoder::new(input), name)),
        "xz" => (None, looked.stream(lzma_rust2::XzReader::new(input, true), name)),
        "lzma" => (None, lzma(input).and_then(|decoder| looked.stream(decoder, name))),
        "zstd" => (None, zstd(input).and_then(|decoder| looked.stream(decoder, name))),
        "lz4" => (None, looked.stream(lz4_flex::frame::FrameDecoder::new(input), name)),
        "brotli" => (None, looked.stream(brotli_decompressor::Decompressor::new(input, 4096), name)),
        _ => (None, Err(Stop::Unreadable)),
    };
    let state = match result {
        Ok(()) if looked.nested => "nested",
        Ok(()) => "opened",
        Err(Stop::Encrypted) => "encrypted",
        Err(Stop::TooLarge) => "too_large",
        Err(Stop::Unreadable) => "unreadable",
    };
    Opened { kind, state, inner: looked.inner }
}

/// Why the rest of an archive was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    Encrypted,
    TooLarge,
    Unreadable,
}

fn lzma(input: Cursor<&[u8]>) -> Result<impl Read, Stop> {
    const MEMORY_KIB: u32 = 64 * 1024;
    lzma_rust2::LzmaReader::new_mem_limit(input, MEMORY_KIB, None).map_err(|_| Stop::Unreadable)
}

fn zstd(input: Cursor<&[u8]>) -> Result<impl Read, Stop> {
    ruzstd::decoding::StreamingDecoder::new(input).map_err(|_| Stop::Unreadable)
}

/// The members that were looked at.
struct Members<'a> {
    signatures: &'a Signatures,
    inner: Vec<InnerFinding>,
    /// Whether a member is an archive itself.
    nested: bool,
    /// Bytes unfolded so far.
    read: u64,
    /// Bytes of the archive.
    size: u64,
}

impl Members<'_> {
    fn zip(&mut self, input: Cursor<&[u8]>, extension: &str) -> (Option<Kind>, Result<(), Stop>) {
        let Ok(mut archive) = zip::ZipArchive::new(input) else { return (None, Err(Stop::Unreadable)) };
        let names: Vec<String> = archive.file_names().map_while(Result::ok).map(|name| name.into_owned()).collect();
        let kind = self.signatures.zip_kind(&names.iter().map(String::as_str).collect::<Vec<_>>(), extension);
        // A package is a finding whatever lies in it.
        if kind.as_ref().is_some_and(Kind::is_program) {
            return (kind, Ok(()));
        }
        let mut result = Ok(());
        for index in 0..archive.len() {
            if index >= limits::ARCHIVE_ENTRIES {
                result = Err(Stop::TooLarge);
                break;
            }
            match self.zip_member(&mut archive, index) {
                Err(Stop::TooLarge) => {
                    result = Err(Stop::TooLarge);
                    break;
                }
                Err(stop) => result = Err(stop),
                Ok(()) => {}
            }
        }
        (kind, result)
    }

    fn zip_member(&mut self, archive: &mut zip::ZipArchive<Cursor<&[u8]>>, index: usize) -> Result<(), Stop> {
        let member = match archive.by_index(index) {
            Ok(member) => member,
            Err(zip::result::ZipError::UnsupportedArchive(why)) if why.contains("assword") => {
                return Err(Stop::Encrypted);
            }
            Err(_) => return Err(Stop::Unreadable),
        };
        if member.is_dir() {
            return Ok(());
        }
        if member.encrypted() {
            return Err(Stop::Encrypted);
        }
        let Ok(name) = member.name().map(|name| name.into_owned()) else { return Err(Stop::Unreadable) };
        self.member(&name, member)
    }

    fn tar(&mut self, input: impl Read) -> Result<(), Stop> {
        let bounded = Bounded {
            input,
            left: limits::ARCHIVE_BYTES.min(self.size.saturating_mul(limits::ARCHIVE_RATIO)),
            hit: false,
        };
        let mut archive = tar::Archive::new(bounded);
        let mut result = Ok(());
        for (count, entry) in archive.entries().map_err(|_| Stop::Unreadable)?.enumerate() {
            if count >= limits::ARCHIVE_ENTRIES {
                result = Err(Stop::TooLarge);
                break;
            }
            let Ok(entry) = entry else {
                result = Err(Stop::Unreadable);
                break;
            };
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            if let Err(stop) = self.member(&name, entry) {
                result = Err(stop);
                break;
            }
        }
        if archive.into_inner().hit { Err(Stop::TooLarge) } else { result }
    }

    /// A single compressed stream: a tar file, or one member.
    fn stream(&mut self, mut input: impl Read, name: &str) -> Result<(), Stop> {
        let mut head = Vec::new();
        (&mut input).take(HEAD).read_to_end(&mut head).map_err(|_| Stop::Unreadable)?;
        if head.get(257..262) == Some(b"ustar") {
            return self.tar(Cursor::new(head).chain(input));
        }
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        self.member(stem, Cursor::new(head))
    }

    /// Looks at the start of one member.
    fn member(&mut self, name: &str, content: impl Read) -> Result<(), Stop> {
        let mut head = Vec::new();
        content.take(HEAD).read_to_end(&mut head).map_err(|_| Stop::Unreadable)?;
        self.read += head.len() as u64;
        if self.read > limits::ARCHIVE_BYTES || self.read > self.size.saturating_mul(limits::ARCHIVE_RATIO) {
            return Err(Stop::TooLarge);
        }
        if text::nature(&head) != text::Nature::Binary {
            return Ok(());
        }
        let lower = name.to_lowercase();
        let file = lower.rsplit('/').next().unwrap_or_default();
        let mut kind = self.signatures.kind(&head, extension(file));
        if kind.magic == "zip" {
            kind = self.signatures.zip_kind(&[], extension(file)).unwrap_or(kind);
        }
        match kind.what {
            What::Class(class) if super::magic::is_program(&class) && self.inner.len() < limits::INNER_FINDINGS => {
                self.inner.push(InnerFinding { name: printable(name), class });
            }
            What::Class(class) if class == "archive" => self.nested = true,
            _ => {}
        }
        Ok(())
    }
}

/// A member's name without control characters, cut.
fn printable(name: &str) -> String {
    name.chars().take(200).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

/// Ends with an error after a number of bytes.
struct Bounded<R> {
    input: R,
    left: u64,
    hit: bool,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 && !buffer.is_empty() {
            self.hit = true;
            return Err(std::io::Error::other("more than is looked at"));
        }
        let read = self.input.read(&mut buffer[..most])?;
        self.left -= read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use rstest::rstest;
    use std::io::Write as _;

    const ELF: &[u8] = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02\0\0\0";
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0";

    fn signatures() -> std::sync::Arc<Signatures> {
        Signatures::load(&Bundle::policies()).expect("the table")
    }

    pub(crate) fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in members {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("a member");
            writer.write_all(bytes).expect("its content");
        }
        writer.finish().expect("an archive").into_inner()
    }

    fn tar_of(members: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, bytes) in members {
            let mut header = tar::Header::new_ustar();
            header.set_size(bytes.len() as u64);
            header.set_cksum();
            builder.append_data(&mut header, name, *bytes).expect("a member");
        }
        builder.into_inner().expect("an archive")
    }

    fn gz(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("compressed");
        encoder.finish().expect("compressed")
    }

    #[rstest]
    #[case::text(&[("a.txt", b"hello".as_slice())], "opened", &[])]
    #[case::images(&[("a.png", PNG)], "opened", &[])]
    #[case::program(&[("a.txt", b"hello".as_slice()), ("bin/tool", ELF)], "opened", &["bin/tool"])]
    fn zip_and_tar(#[case] members: &[(&str, &[u8])], #[case] state: &str, #[case] inner: &[&str]) {
        for (magic, bytes) in [("zip", zip_of(members)), ("tar", tar_of(members)), ("gzip", gz(&tar_of(members)))] {
            let opened = open(&signatures(), magic, &bytes, "x.bin");
            assert_eq!(opened.state, state, "{magic}");
            assert_eq!(opened.inner.iter().map(|inner| inner.name.as_str()).collect::<Vec<_>>(), inner, "{magic}");
        }
    }

    #[test]
    fn a_single_stream_is_one_member() {
        assert_eq!(open(&signatures(), "gzip", &gz(ELF), "tool.gz").inner[0].name, "tool");
        assert_eq!(open(&signatures(), "gzip", &gz(b"hello"), "a.txt.gz").state, "opened");
    }

    #[test]
    fn archives_in_archives_are_not_opened() {
        let inner = zip_of(&[("tool", ELF)]);
        assert_eq!(open(&signatures(), "zip", &zip_of(&[("inner.zip", &inner)]), "x.zip").state, "nested");
        let package = open(&signatures(), "zip", &zip_of(&[("lib.jar", &inner)]), "x.zip");
        assert_eq!(package.inner[0].class, "package");
    }

    #[test]
    fn broken_and_large_ones_are_said_to_be() {
        let bytes = zip_of(&[("a.txt", b"hello")]);
        assert_eq!(open(&signatures(), "zip", &bytes[..20], "x.zip").state, "unreadable");
        let bomb = gz(&tar_of(&[("zeros", &vec![0; 20_000_000])]));
        assert_eq!(open(&signatures(), "gzip", &bomb, "x.gz").state, "too_large");
        let many: Vec<(String, &[u8])> = (0..250).map(|n| (format!("{n}.txt"), b"x".as_slice())).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
        assert_eq!(open(&signatures(), "zip", &zip_of(&many), "x.zip").state, "too_large");
    }

    #[rstest]
    #[case("zip")]
    #[case("tar")]
    #[case("gzip")]
    #[case("bzip2")]
    #[case("xz")]
    #[case("lzma")]
    #[case("zstd")]
    #[case("lz4")]
    #[case("brotli")]
    #[case("seven_zip")]
    fn noise_is_unreadable_and_harmless(#[case] magic: &str) {
        let noise: Vec<u8> = (0u32..5000).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let opened = open(&signatures(), magic, &noise, "x");
        assert_ne!(opened.state, "opened", "{magic}");
    }
}
