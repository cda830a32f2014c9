//! One pass over the content of every blob, shared by the sections that need it: what is not text, what looks like a
//! credential, which modules a source file imports, which licence its header names. All processors take part; the result
//! does not depend on how many there are.

mod archive;
pub(crate) mod magic;
mod sources;
mod text;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::binaries::{InnerFinding, Unread};
use super::secrets::{self, SecretCandidate};
use super::tree::{Blob, Entry, Reader, Unreadable};
use super::{Context, limits};
use magic::{Signatures, What};
use sources::Languages;
pub(crate) use sources::SourceFile;
use text::Nature;

/// What the pass found. All lists are sorted by path.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Blobs that are not text and not reviewable, minified scripts and pointers to large files.
    pub(crate) found: Vec<Found>,
    /// How many blobs of each reviewable kind there are.
    pub(crate) reviewable: BTreeMap<String, u64>,
    /// Blobs that could not be read.
    pub(crate) unread: Vec<Unread>,
    /// Source files, with the modules that those of the product import; each with its place in the tree's list of entries.
    pub(crate) sources: Vec<(usize, Arc<SourceFile>)>,
    /// Licence headers, from the expression to where it stands.
    pub(crate) headers: BTreeMap<String, Headers>,
    /// What looks like a credential.
    pub(crate) candidates: Vec<SecretCandidate>,
    /// Whether every text was searched for credentials to its end.
    pub(crate) searched: bool,
    /// The table that is missing or broken; nothing was looked for that it describes.
    pub(crate) broken_tables: Vec<String>,
}

/// A blob that is a finding by its content.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Its place in the tree's list of entries.
    pub(crate) entry: usize,
    pub(crate) magic: String,
    pub(crate) class: String,
    pub(crate) size: u64,
    /// How far an archive could be opened, and the programs in it.
    pub(crate) archive: Option<&'static str>,
    pub(crate) inner: Vec<InnerFinding>,
}

/// The files whose header states one expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Headers {
    pub(crate) files: u64,
    /// The first of them.
    pub(crate) path: String,
    pub(crate) line: u64,
}

/// What the pass looks for.
struct Search {
    signatures: Arc<Signatures>,
    languages: Arc<Languages>,
    secrets: Arc<secrets::Search>,
}

/// What one thread found; the first of each pair is the place in the tree's list of entries.
#[derive(Debug, Clone, Default)]
struct Part {
    found: Vec<Found>,
    reviewable: Vec<(usize, String)>,
    unread: Vec<(usize, Unread)>,
    sources: Vec<(usize, Arc<SourceFile>)>,
    headers: Vec<(usize, String, u64)>,
    candidates: Vec<(usize, SecretCandidate)>,
    /// Texts that were not searched for credentials to their ends.
    cut: Vec<usize>,
}

/// Entries that a thread takes at a time.
const BATCH: usize = 64;

/// Reads every blob once, in two trees of one repository too: what is found in a blob depends on its path, its mode and its
/// content alone.
pub(crate) fn scan(cx: &Context<'_>) -> Scan {
    let mut broken_tables = Vec::new();
    let search = Search {
        signatures: Signatures::load(cx.policies).unwrap_or_else(|error| note(&mut broken_tables, error)),
        languages: Languages::load(cx.policies).unwrap_or_else(|error| note(&mut broken_tables, error)),
        // The section `secrets` reads the same table and says what is wrong with it.
        secrets: secrets::Search::load(cx.policies).unwrap_or_default(),
    };
    let read = || pass(cx, &search, None, |_| None);
    let whole = match cx.tree.twin() {
        Some((side, twins)) => match twins.kept(side, read) {
            (true, part) => Part::clone(&part),
            (false, known) => pass(cx, &search, Some(&known), |place| twins.same(side, place)),
        },
        None => read(),
    };
    merge(cx, whole, broken_tables)
}

/// Visits every blob of which nothing is known; `same` gives the place at which one is known.
fn pass(cx: &Context<'_>, search: &Search, known: Option<&Part>, same: impl Fn(usize) -> Option<usize> + Sync) -> Part {
    let entries = cx.tree.entries();
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(entries.len() / BATCH + 1);
    let parts = std::thread::scope(|scope| {
        let run = || {
            let reader = cx.tree.reader();
            let mut part = Part::default();
            loop {
                let start = next.fetch_add(BATCH, Ordering::Relaxed);
                let Some(batch) =
                    entries.get(start..entries.len().min(start + BATCH)).filter(|batch| !batch.is_empty())
                else {
                    return part;
                };
                for (offset, entry) in batch.iter().enumerate() {
                    let index = start + offset;
                    match known.zip(same(index)) {
                        Some((known, old)) => part.take_over(known, old, index),
                        None => part.visit(search, &reader, index, entry),
                    }
                }
            }
        };
        let handles: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mut parts = vec![run()];
        for handle in handles {
            match handle.join() {
                Ok(part) => parts.push(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        parts
    });
    joined(parts)
}

fn note<T: Default>(broken: &mut Vec<String>, error: String) -> T {
    broken.push(error);
    T::default()
}

/// What all threads found, in the order of the entries.
fn joined(parts: Vec<Part>) -> Part {
    let mut whole = Part::default();
    for part in parts {
        whole.found.extend(part.found);
        whole.unread.extend(part.unread);
        whole.sources.extend(part.sources);
        whole.headers.extend(part.headers);
        whole.candidates.extend(part.candidates);
        whole.cut.extend(part.cut);
        whole.reviewable.extend(part.reviewable);
    }
    whole.found.sort_by_key(|found| found.entry);
    whole.unread.sort_by_key(|(index, _)| *index);
    whole.sources.sort_by_key(|(index, _)| *index);
    whole.headers.sort_by_key(|(index, ..)| *index);
    whole.candidates.sort_by_key(|(index, candidate)| (*index, candidate.line));
    whole.cut.sort_unstable();
    whole.reviewable.sort();
    whole
}

fn merge(cx: &Context<'_>, whole: Part, broken_tables: Vec<String>) -> Scan {
    let mut reviewable: BTreeMap<String, u64> = BTreeMap::new();
    for (_, kind) in whole.reviewable {
        *reviewable.entry(kind).or_default() += 1;
    }
    let mut headers: BTreeMap<String, Headers> = BTreeMap::new();
    for (index, expression, line) in whole.headers {
        if let Some(known) = headers.get_mut(&expression) {
            known.files += 1;
        } else if headers.len() < limits::FINDINGS {
            let path = cx.tree.entries().get(index).map(|entry| entry.path.text()).unwrap_or_default();
            headers.insert(expression, Headers { files: 1, path, line });
        }
    }
    Scan {
        found: whole.found,
        reviewable,
        unread: whole.unread.into_iter().map(|(_, unread)| unread).collect(),
        sources: whole.sources,
        headers,
        candidates: whole.candidates.into_iter().map(|(_, candidate)| candidate).collect(),
        searched: whole.cut.is_empty(),
        broken_tables,
    }
}

impl Part {
    /// Takes over what was found in the same blob before.
    fn take_over(&mut self, whole: &Self, old: usize, index: usize) {
        self.found.extend(of(&whole.found, old, |one| one.entry).map(|one| Found { entry: index, ..one.clone() }));
        self.reviewable.extend(of(&whole.reviewable, old, |one| one.0).map(|one| (index, one.1.clone())));
        self.unread.extend(of(&whole.unread, old, |one| one.0).map(|one| (index, one.1.clone())));
        self.sources.extend(of(&whole.sources, old, |one| one.0).map(|one| (index, one.1.clone())));
        self.headers.extend(of(&whole.headers, old, |one| one.0).map(|one| (index, one.1.clone(), one.2)));
        self.candidates.extend(of(&whole.candidates, old, |one| one.0).map(|one| (index, one.1.clone())));
        self.cut.extend(of(&whole.cut, old, |one| *one).map(|_| index));
    }

    fn search(&mut self, search: &Search, index: usize, entry: &Entry, text: &[u8]) {
        let (hits, whole) = search.secrets.find(text);
        if !whole {
            self.cut.push(index);
        }
        if hits.is_empty() {
            return;
        }
        let test_path = search.secrets.is_example(&entry.path);
        let path = entry.path.text();
        self.candidates.extend(hits.into_iter().map(|hit| (index, SecretCandidate::of(&path, hit, test_path))));
    }

    fn binary(&mut self, search: &Search, index: usize, blob: &Blob, name: &str) {
        let mut kind = search.signatures.kind(&blob.bytes, extension(name));
        let opened = match &kind.what {
            What::Class(class) if class == "archive" => {
                Some(archive::open(&search.signatures, &kind.magic, &blob.bytes, name))
            }
            _ => None,
        };
        let (mut state, mut inner) = (None, Vec::new());
        if let Some(opened) = opened {
            // A document in which programs lie is no document.
            kind = opened.kind.filter(|_| opened.inner.is_empty()).unwrap_or(kind);
            (state, inner) = (Some(opened.state), opened.inner);
        }
        match kind.what {
            What::Class(class) => {
                let found = found(index, &kind.magic, &class, blob.size);
                self.found.push(Found { archive: state, inner, ..found });
            }
            What::Reviewable(kind) => self.reviewable.push((index, kind)),
        }
    }

    fn visit(&mut self, search: &Search, reader: &Reader<'_>, index: usize, entry: &Entry) {
        if !entry.mode.is_file() {
            return;
        }
        let blob = match reader.read(entry, limits::SCAN_BLOB_BYTES) {
            Ok(blob) => blob,
            Err(why) => {
                self.unread.push((index, unread(entry, why)));
                return;
            }
        };
        let name = entry.path.name_lower();
        let extension = extension(name);
        let nature = text::nature(&blob.bytes);
        if nature == Nature::Binary {
            self.binary(search, index, &blob, name);
            return;
        }
        if let Some((magic, class)) = text_finding(&blob.bytes, name, extension) {
            self.found.push(found(index, magic, class, blob.size));
        }
        self.search(search, index, entry, &blob.bytes);
        let own = !entry.path.is_vendored() && !entry.path.is_test();
        if let Some(source) = search.languages.source(extension, &blob.bytes, own) {
            self.sources.push((index, Arc::new(source)));
        }
        if own && let Some((expression, line)) = sources::header(&blob.bytes) {
            self.headers.push((index, expression, line));
        }
    }
}

/// The items of one entry in a list that is sorted by entries.
fn of<T>(list: &[T], entry: usize, key: impl Fn(&T) -> usize) -> impl Iterator<Item = &T> {
    let start = list.partition_point(|one| key(one) < entry);
    let rest = list.get(start..).unwrap_or_default();
    rest.iter().take_while(move |one| key(one) == entry)
}

fn found(entry: usize, magic: &str, class: &str, size: u64) -> Found {
    Found { entry, magic: magic.to_owned(), class: class.to_owned(), size, archive: None, inner: Vec::new() }
}

fn unread(entry: &Entry, why: Unreadable) -> Unread {
    let (size, why) = match why {
        Unreadable::TooLarge(size) => (Some(size), "too_large"),
        Unreadable::Missing => (None, "missing"),
        Unreadable::Broken(_) => (None, "unreadable"),
    };
    Unread { path: entry.path.text(), size, why: why.to_owned() }
}

/// The extension of a name in lower case; empty without one.
fn extension(name: &str) -> &str {
    name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty()).map_or("", |(_, extension)| extension)
}

/// Findings among texts: pointers to files that are kept elsewhere, and scripts that were minified or bundled.
fn text_finding(bytes: &[u8], name: &str, extension: &str) -> Option<(&'static str, &'static str)> {
    if bytes.starts_with(b"version https://git-lfs.github.com/spec/v") && bytes.len() < 1024 {
        return Some(("git_lfs", "lfs_pointer"));
    }
    let script = matches!(extension, "js" | "mjs" | "cjs" | "css");
    let minified = script && (name.contains(".min.") || text::has_line_over(bytes, limits::SCRIPT_LINE_BYTES));
    minified.then_some(("script", "minified_script"))
}
