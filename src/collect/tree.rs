//! The files of a commit or a directory, and bounded reading of them. Nothing here follows a link out of the tree,
//! and nothing is executed.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::limits;
use super::path::RepoPath;
use super::twins::{ByName, Side, Twins};

/// What an entry is, after git's modes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    File,
    Executable,
    Link,
    /// A commit of another repository.
    Gitlink,
}

impl Mode {
    /// In git's octal notation.
    pub(crate) fn octal(self) -> &'static str {
        match self {
            Self::File => "100644",
            Self::Executable => "100755",
            Self::Link => "120000",
            Self::Gitlink => "160000",
        }
    }

    /// Whether it has content of its own.
    pub(crate) fn is_file(self) -> bool {
        matches!(self, Self::File | Self::Executable)
    }
}

/// One entry of a tree; directories are not entries.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) path: RepoPath,
    pub(crate) mode: Mode,
    id: Option<gix::ObjectId>,
}

impl Entry {
    /// The id of its content; none where it lies in a directory.
    pub(crate) fn id(&self) -> Option<gix::ObjectId> {
        self.id
    }
}

/// All entries of a commit's tree or of a directory.
#[derive(Debug)]
pub(crate) struct Tree {
    entries: Vec<Entry>,
    /// The places of the entries, sorted by their paths in lower case.
    by_lower: Vec<u32>,
    complete: bool,
    content: Content,
    /// Directories that are listed to their ends, by path: each with its id and the places of its entries.
    listed: Listed,
    /// Which of two trees this is, where there is another one.
    twin: Option<(Side, Arc<Twins>)>,
}

type Listed = BTreeMap<Vec<u8>, (gix::ObjectId, Range<usize>)>;

#[derive(Debug)]
enum Content {
    Git(Box<gix::ThreadSafeRepository>),
    Directory(PathBuf),
    Memory(BTreeMap<Vec<u8>, Vec<u8>>),
}

/// The content of one entry, up to a limit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Blob {
    pub(crate) bytes: Vec<u8>,
    /// The full size in bytes.
    pub(crate) size: u64,
    /// Whether there is more than was asked for.
    pub(crate) truncated: bool,
}

impl Blob {
    /// As text: UTF-8 or UTF-16 with a byte order mark; other bytes become replacement characters.
    pub(crate) fn text(&self) -> String {
        match self.bytes.as_slice() {
            [0xef, 0xbb, 0xbf, rest @ ..] => String::from_utf8_lossy(rest).into_owned(),
            [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
            [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
            bytes => String::from_utf8_lossy(bytes).into_owned(),
        }
    }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// Why an entry could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// Larger than any content that is looked at; the size in bytes.
    TooLarge(u64),
    /// The object is not in this clone.
    Missing,
    /// Anything else, in words.
    Broken(String),
}

impl Tree {
    /// The tree of `commit`. Subtrees that cannot be read make it incomplete.
    pub(crate) fn of_commit(repository: &gix::ThreadSafeRepository, tree: gix::ObjectId) -> Self {
        Self::of_commit_like(None, repository, tree)
    }

    /// The tree of `commit`; directories that are the same in a tree that is known are not listed again.
    pub(crate) fn of_commit_like(
        known: Option<&Self>,
        repository: &gix::ThreadSafeRepository,
        tree: gix::ObjectId,
    ) -> Self {
        let local = repository.to_thread_local();
        let mut walk = Walk { known, entries: Vec::new(), listed: Listed::new(), complete: true };
        walk.descend(&local, tree, &mut Vec::new(), 0);
        let Walk { entries, listed, complete, .. } = walk;
        // Trees that git itself made are in this order; of others no directory has its entries in one place.
        let listed = if entries.is_sorted_by_key(|entry| &entry.path) { listed } else { Listed::new() };
        Self { listed, ..Self::new(entries, complete, Content::Git(Box::new(repository.clone()))) }
    }

    /// The files below `directory` as they lie, without what its ignore files leave out.
    pub(crate) fn of_directory(directory: &Path) -> Self {
        let mut entries = Vec::new();
        let mut complete = true;
        let walk = ignore::WalkBuilder::new(directory)
            .hidden(false)
            .parents(false)
            .ignore(false)
            .git_global(false)
            .git_exclude(false)
            .require_git(false)
            .follow_links(false)
            .max_depth(Some(limits::TREE_DEPTH))
            .filter_entry(|entry| entry.file_name() != ".git")
            .build();
        for entry in walk {
            let Ok(entry) = entry else {
                complete = false;
                continue;
            };
            if entries.len() >= limits::TREE_ENTRIES || entry.depth() >= limits::TREE_DEPTH {
                complete = false;
                continue;
            }
            let Some(kind) = entry.file_type() else { continue };
            let Ok(relative) = entry.path().strip_prefix(directory) else { continue };
            let mode = if kind.is_symlink() {
                Mode::Link
            } else if kind.is_file() {
                if entry.metadata().is_ok_and(|metadata| is_executable(&metadata)) {
                    Mode::Executable
                } else {
                    Mode::File
                }
            } else {
                continue;
            };
            entries.push(Entry { path: RepoPath::new(bytes_of(relative)), mode, id: None });
        }
        Self::new(entries, complete, Content::Directory(directory.to_path_buf()))
    }

    /// A tree of texts that were read from elsewhere.
    pub(crate) fn of_texts<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut content = BTreeMap::new();
        let mut entries = Vec::new();
        for (path, text) in files {
            entries.push(Entry { path: RepoPath::new(path), mode: Mode::File, id: None });
            content.insert(path.as_bytes().to_vec(), text.as_bytes().to_vec());
        }
        Self::new(entries, true, Content::Memory(content))
    }

    /// A tree in memory.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        Self::of_bytes(&files.iter().map(|(path, text)| (*path, text.as_bytes())).collect::<Vec<_>>())
    }

    /// A tree in memory. A path that ends in `@` is a symbolic link, one that ends in `*` is executable.
    #[cfg(test)]
    pub(crate) fn of_bytes(files: &[(&str, &[u8])]) -> Self {
        let mut content = BTreeMap::new();
        let mut entries = Vec::new();
        for (path, bytes) in files {
            let (path, mode) = match (path.strip_suffix('@'), path.strip_suffix('*')) {
                (Some(path), _) => (path, Mode::Link),
                (None, Some(path)) => (path, Mode::Executable),
                (None, None) => (*path, Mode::File),
            };
            entries.push(Entry { path: RepoPath::new(path), mode, id: None });
            content.insert(path.as_bytes().to_vec(), bytes.to_vec());
        }
        Self::new(entries, true, Content::Memory(content))
    }

    fn new(mut entries: Vec<Entry>, complete: bool, content: Content) -> Self {
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        // Stable: of several spellings of one path the first stays first.
        let mut by_lower: Vec<u32> = (0..u32::try_from(entries.len()).unwrap_or(u32::MAX)).collect();
        by_lower.sort_by_key(|index| entries.get(*index as usize).map(|entry| entry.path.lower()));
        Self { entries, by_lower, complete, content, listed: Listed::new(), twin: None }
    }

    /// Lets two trees of one repository share what their entries have in common. Both must be asked under the same tables.
    pub(crate) fn pair(one: &mut Self, other: &mut Self) {
        let twins = Arc::new(Twins::of(&one.entries, &other.entries));
        one.twin = Some((Side::One, twins.clone()));
        other.twin = Some((Side::Other, twins));
    }

    /// Which of two trees this is, and what both have in common.
    pub(crate) fn twin(&self) -> Option<(Side, &Twins)> {
        self.twin.as_ref().map(|(side, twins)| (*side, twins.as_ref()))
    }

    /// The files that the other one of two trees has not, or has otherwise; none where nobody can tell.
    pub(crate) fn changed(&self) -> Option<BTreeSet<String>> {
        let (side, twins) = self.twin()?;
        let known = self.entries.iter().all(|entry| entry.id.is_some());
        let changed = self.entries.iter().enumerate().filter(|(place, _)| twins.same(side, *place).is_none());
        known.then(|| changed.map(|(_, entry)| entry.path.text()).collect())
    }

    /// The entries that say something by their paths and modes, with what they say.
    pub(crate) fn by_name<T: ByName>(&self, table: &T::Table) -> impl Iterator<Item = (&Entry, T)> {
        let fresh = |place: usize| {
            let entry = self.entries.get(place)?;
            Some((u32::try_from(place).ok()?, T::of(&entry.path, entry.mode, table)?))
        };
        let said: Vec<(u32, T)> = match self.twin() {
            Some((side, twins)) => twins.by_name(side, fresh),
            None => (0..self.entries.len()).filter_map(fresh).collect(),
        };
        said.into_iter().filter_map(|(place, said)| Some((self.entries.get(place as usize)?, said)))
    }

    /// The entries below a directory of this id.
    fn listed(&self, path: &[u8], id: gix::ObjectId) -> Option<&[Entry]> {
        let (known, places) = self.listed.get(path)?;
        (*known == id).then(|| self.entries.get(places.clone())).flatten()
    }

    /// All entries, sorted by the bytes of their paths.
    pub(crate) fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Whether every entry is listed.
    pub(crate) fn complete(&self) -> bool {
        self.complete
    }

    /// The entry at exactly this path.
    pub(crate) fn get(&self, path: &[u8]) -> Option<&Entry> {
        self.entries.binary_search_by(|entry| entry.path.as_bytes().cmp(path)).ok().map(|index| &self.entries[index])
    }

    /// The first entry whose path equals `path` in any case.
    pub(crate) fn find(&self, path: &str) -> Option<&Entry> {
        let path = path.to_lowercase();
        self.in_lower_case(&path).next().filter(|entry| entry.path.lower() == path)
    }

    /// The entries below `directory` (any case, no final `/`), at any depth.
    pub(crate) fn below(&self, directory: &str) -> impl Iterator<Item = &Entry> {
        let prefix = format!("{}/", directory.to_lowercase());
        self.in_lower_case(&prefix).take_while(move |entry| entry.path.lower().starts_with(&prefix))
    }

    /// The entries from this path on, in the order of their paths in lower case.
    fn in_lower_case<'a>(&'a self, from: &str) -> impl Iterator<Item = &'a Entry> + use<'a> {
        let start = self.by_lower.partition_point(|index| self.entries[*index as usize].path.lower() < from);
        self.by_lower[start..].iter().map(|index| &self.entries[*index as usize])
    }

    /// Whether any entry lies below this directory (any case).
    pub(crate) fn has_directory(&self, directory: &str) -> bool {
        self.below(directory).next().is_some()
    }

    /// A reader for one thread.
    pub(crate) fn reader(&self) -> Reader<'_> {
        let repository = match &self.content {
            Content::Git(repository) => Some(repository.to_thread_local()),
            _ => None,
        };
        Reader { tree: self, repository }
    }

    /// The file that a symbolic link leads to inside this tree, after at most five hops; the entry itself when it is a file.
    pub(crate) fn resolve<'a>(&'a self, reader: &Reader<'_>, entry: &'a Entry) -> Option<&'a Entry> {
        let mut entry = entry;
        for _ in 0..=limits::SYMLINK_HOPS {
            match entry.mode {
                Mode::File | Mode::Executable => return Some(entry),
                Mode::Gitlink => return None,
                Mode::Link => {
                    let target = reader.read(entry, 4096).ok()?;
                    if target.bytes.first() == Some(&b'/') {
                        return None;
                    }
                    entry = self.get(entry.path.join(&target.bytes)?.as_bytes())?;
                }
            }
        }
        None
    }
}

/// A commit's tree of which single paths are asked: nothing else of it is listed.
#[derive(Debug)]
pub(crate) struct Paths {
    repository: Box<gix::ThreadSafeRepository>,
    tree: gix::ObjectId,
}

impl Paths {
    pub(crate) fn new(repository: &gix::ThreadSafeRepository, tree: gix::ObjectId) -> Self {
        Self { repository: Box::new(repository.clone()), tree }
    }

    /// The first `limit` bytes of a file; none where there is no file.
    pub(crate) fn read(&self, path: &str, limit: u64) -> Option<Result<Blob, Unreadable>> {
        let repository = self.repository.to_thread_local();
        let (id, kind) = self.find(&repository, path)?;
        mode(kind).is_some_and(Mode::is_file).then(|| read_object(&repository, id, limit))
    }

    /// What lies in a directory, by name: files with their modes, directories with none. Names that are no text are left out.
    pub(crate) fn inside(&self, directory: &str) -> Vec<(String, Option<Mode>)> {
        let repository = self.repository.to_thread_local();
        let Some((id, gix::objs::tree::EntryKind::Tree)) = self.find(&repository, directory) else {
            return Vec::new();
        };
        let Ok(tree) = repository.find_tree(id) else { return Vec::new() };
        let named = |entry: gix::object::tree::EntryRef<'_, '_>| {
            Some((std::str::from_utf8(entry.filename()).ok()?.to_owned(), mode(entry.mode().kind())))
        };
        tree.iter().filter_map(Result::ok).filter_map(named).take(limits::TREE_ENTRIES).collect()
    }

    /// Whether a file or a directory lies there.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.find(&self.repository.to_thread_local(), path).is_some()
    }

    fn find(&self, repository: &gix::Repository, path: &str) -> Option<(gix::ObjectId, gix::objs::tree::EntryKind)> {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
        if parts.is_empty() {
            return Some((self.tree, gix::objs::tree::EntryKind::Tree));
        }
        let entry = repository.find_tree(self.tree).ok()?.lookup_entry(parts).ok()??;
        Some((entry.object_id(), entry.mode().kind()))
    }
}

/// The mode of an entry; none for a directory.
fn mode(kind: gix::objs::tree::EntryKind) -> Option<Mode> {
    match kind {
        gix::objs::tree::EntryKind::Tree => None,
        gix::objs::tree::EntryKind::Blob => Some(Mode::File),
        gix::objs::tree::EntryKind::BlobExecutable => Some(Mode::Executable),
        gix::objs::tree::EntryKind::Link => Some(Mode::Link),
        gix::objs::tree::EntryKind::Commit => Some(Mode::Gitlink),
    }
}

/// Reads entries on one thread.
pub(crate) struct Reader<'a> {
    tree: &'a Tree,
    repository: Option<gix::Repository>,
}

impl Reader<'_> {
    /// The first `limit` bytes of an entry; for a symbolic link its target text.
    pub(crate) fn read(&self, entry: &Entry, limit: u64) -> Result<Blob, Unreadable> {
        match (&self.tree.content, &self.repository) {
            (Content::Git(_), Some(repository)) => read_object(repository, entry.id.ok_or(Unreadable::Missing)?, limit),
            (Content::Directory(root), _) => read_file(root, entry, limit),
            (Content::Memory(files), _) => {
                let bytes = files.get(entry.path.as_bytes()).ok_or(Unreadable::Missing)?;
                Ok(cut(bytes.clone(), limit))
            }
            (Content::Git(_), None) => Err(Unreadable::Broken("no repository for this thread".to_owned())),
        }
    }

    /// A text file up to the limit for texts; none when it cannot be read.
    pub(crate) fn text(&self, entry: &Entry) -> Option<String> {
        self.read(entry, limits::TEXT_BYTES).ok().map(|blob| blob.text())
    }
}

fn cut(mut bytes: Vec<u8>, limit: u64) -> Blob {
    let size = bytes.len() as u64;
    let truncated = size > limit;
    if truncated {
        bytes.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    }
    Blob { bytes, size, truncated }
}

fn read_object(repository: &gix::Repository, id: gix::ObjectId, limit: u64) -> Result<Blob, Unreadable> {
    let header = repository
        .try_find_header(id)
        .map_err(|error| Unreadable::Broken(error.to_string()))?
        .ok_or(Unreadable::Missing)?;
    if header.size() > limits::SCAN_BLOB_BYTES {
        return Err(Unreadable::TooLarge(header.size()));
    }
    let mut object = repository.find_object(id).map_err(|error| Unreadable::Broken(error.to_string()))?;
    Ok(cut(std::mem::take(&mut object.data), limit))
}

fn read_file(root: &Path, entry: &Entry, limit: u64) -> Result<Blob, Unreadable> {
    let path = root.join(os_path(entry.path.as_bytes()));
    let broken = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Unreadable::Missing,
        _ => Unreadable::Broken(error.to_string()),
    };
    if entry.mode == Mode::Link {
        let target = fs::read_link(&path).map_err(broken)?;
        return Ok(cut(bytes_of(&target), limit));
    }
    // Opened without following: the entry was a plain file when it was listed, and must still be one.
    let metadata = fs::symlink_metadata(&path).map_err(broken)?;
    if !metadata.is_file() {
        return Err(Unreadable::Broken("no longer a plain file".to_owned()));
    }
    if metadata.len() > limits::SCAN_BLOB_BYTES {
        return Err(Unreadable::TooLarge(metadata.len()));
    }
    let mut bytes = Vec::new();
    fs::File::open(&path).map_err(broken)?.take(limits::SCAN_BLOB_BYTES).read_to_end(&mut bytes).map_err(broken)?;
    Ok(cut(bytes, limit))
}

struct Walk<'k> {
    known: Option<&'k Tree>,
    entries: Vec<Entry>,
    listed: Listed,
    complete: bool,
}

impl Walk<'_> {
    fn descend(&mut self, repository: &gix::Repository, id: gix::ObjectId, prefix: &mut Vec<u8>, depth: usize) {
        if let Some(same) = self.known.and_then(|known| known.listed(prefix, id))
            && self.entries.len() + same.len() <= limits::TREE_ENTRIES
        {
            self.entries.extend_from_slice(same);
            return;
        }
        let (start, complete) = (self.entries.len(), std::mem::replace(&mut self.complete, true));
        self.list(repository, id, prefix, depth);
        if self.complete {
            self.listed.insert(prefix.clone(), (id, start..self.entries.len()));
        }
        self.complete &= complete;
    }

    fn list(&mut self, repository: &gix::Repository, id: gix::ObjectId, prefix: &mut Vec<u8>, depth: usize) {
        if depth > limits::TREE_DEPTH {
            self.complete = false;
            return;
        }
        let Ok(tree) = repository.find_tree(id) else {
            self.complete = false;
            return;
        };
        for entry in tree.iter() {
            let Ok(entry) = entry else {
                self.complete = false;
                return;
            };
            if self.entries.len() >= limits::TREE_ENTRIES {
                self.complete = false;
                return;
            }
            let length = prefix.len();
            if !prefix.is_empty() {
                prefix.push(b'/');
            }
            prefix.extend_from_slice(entry.filename());
            let Some(mode) = mode(entry.mode().kind()) else {
                self.descend(repository, entry.object_id(), prefix, depth + 1);
                prefix.truncate(length);
                continue;
            };
            self.entries.push(Entry { path: RepoPath::new(prefix.clone()), mode, id: Some(entry.object_id()) });
            prefix.truncate(length);
        }
    }
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

#[cfg(unix)]
fn bytes_of(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
fn bytes_of(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}

#[cfg(unix)]
fn os_path(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn os_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_resolve_inside_the_tree_only() {
        let tree =
            Tree::of(&[("LICENSE@", "legal/LICENSE"), ("legal/LICENSE", "MIT"), ("out@", "../x"), ("loop@", "loop")]);
        let reader = tree.reader();
        let resolve =
            |path: &str| tree.resolve(&reader, tree.find(path).expect("an entry")).map(|entry| entry.path.text());
        assert_eq!(resolve("LICENSE").as_deref(), Some("legal/LICENSE"));
        assert_eq!(resolve("out"), None);
        assert_eq!(resolve("loop"), None);
    }

    #[test]
    fn looks_up_in_any_case() {
        let tree = Tree::of(&[("Docs/A.md", "x"), ("docs/b/c.md", "y"), ("docs2/x", "z")]);
        assert_eq!(tree.find("docs/a.MD").map(|entry| entry.path.text()).as_deref(), Some("Docs/A.md"));
        assert_eq!(tree.below("docs").count(), 2);
        assert!(!tree.has_directory("doc"));
    }
}
