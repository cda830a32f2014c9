//! The files of a repository that say how it wants to be assessed, as texts: as they lie in a working directory, or as a
//! commit has them. Nothing here understands them. Links are not followed, and every read is bounded.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::git::{Clone, OpenError};
use super::limits;
use super::tree::{Mode, Paths};

/// Where such files are read.
#[derive(Debug)]
pub struct Files(Source);

#[derive(Debug)]
enum Source {
    Lying(PathBuf),
    Committed(Paths),
}

/// What is looked for in a directory.
#[derive(Debug, Clone, Copy)]
enum Kind {
    File,
    Directory,
}

impl Files {
    /// The files around a path: of the working directory as they lie, so that what was just written counts; of the commit
    /// where one is named, and where there is no working directory.
    pub fn open(path: &Path, rev: Option<&str>, worktree: bool) -> Result<Self, OpenError> {
        let clone = match Clone::open(path, rev) {
            Ok(clone) => clone,
            Err(_) if worktree => return Ok(Self(Source::Lying(path.to_path_buf()))),
            Err(error) => return Err(error),
        };
        Ok(match clone.working_directory() {
            Some(directory) if rev.is_none() => Self(Source::Lying(directory)),
            _ => Self(Source::Committed(clone.paths())),
        })
    }

    /// The files that an assessment reads: of the commit, or as they lie where that was asked for.
    pub fn assessed(path: &Path, rev: Option<&str>, worktree: bool) -> Result<Self, OpenError> {
        if worktree {
            return Self::open(path, rev, worktree);
        }
        Ok(Self(Source::Committed(Clone::open(path, rev)?.paths())))
    }

    /// The working directory, where files are read as they lie.
    pub fn directory(&self) -> Option<&Path> {
        match &self.0 {
            Source::Lying(directory) => Some(directory),
            Source::Committed(_) => None,
        }
    }

    /// The text of a file; none where there is no such file.
    pub fn text(&self, path: &str) -> Result<Option<String>, String> {
        let Some(bytes) = self.bytes(path)? else { return Ok(None) };
        String::from_utf8(bytes).map(Some).map_err(|_| format!("{path}: it is not UTF-8"))
    }

    /// The content of a file; none where there is no such file.
    pub fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, String> {
        let bytes = match &self.0 {
            Source::Lying(directory) => {
                let Some(file) = inside(directory, path).filter(|file| file.is_file()) else { return Ok(None) };
                let mut bytes = Vec::new();
                let file = std::fs::File::open(file).map_err(|error| format!("{path}: {error}"))?;
                let read = file.take(limits::TEXT_BYTES + 1).read_to_end(&mut bytes);
                read.map_err(|error| format!("{path}: {error}"))?;
                bytes
            }
            Source::Committed(paths) => match paths.read(path, limits::TEXT_BYTES + 1) {
                Some(blob) => blob.map_err(|why| format!("{path}: {why:?}"))?.bytes,
                None => return Ok(None),
            },
        };
        if bytes.len() as u64 > limits::TEXT_BYTES {
            return Err(format!("{path}: larger than {} bytes", limits::TEXT_BYTES));
        }
        Ok(Some(bytes))
    }

    /// The paths of the files in one directory that end in one of these, sorted.
    pub fn list(&self, directory: &str, endings: &[&str]) -> Vec<String> {
        let mut paths = self.entries(directory, Kind::File);
        paths.retain(|path| endings.iter().any(|ending| path.ends_with(ending)));
        paths.sort();
        paths
    }

    /// The paths of what is of one kind in one directory. Links are neither.
    fn entries(&self, directory: &str, wanted: Kind) -> Vec<String> {
        let named = |name: &str| format!("{directory}/{name}");
        match &self.0 {
            Source::Lying(root) => inside(root, directory)
                .and_then(|path| std::fs::read_dir(path).ok())
                .into_iter()
                .flatten()
                .filter_map(Result::ok)
                .filter(|entry| {
                    entry.file_type().is_ok_and(|kind| match wanted {
                        Kind::File => kind.is_file(),
                        Kind::Directory => kind.is_dir(),
                    })
                })
                .filter_map(|entry| entry.file_name().to_str().map(named))
                .take(limits::SETTING_FILES)
                .collect(),
            Source::Committed(paths) => paths
                .inside(directory)
                .into_iter()
                .filter(|(_, mode)| match wanted {
                    Kind::File => mode.is_some_and(Mode::is_file),
                    Kind::Directory => mode.is_none(),
                })
                .map(|(name, _)| named(&name))
                .take(limits::SETTING_FILES)
                .collect(),
        }
    }

    /// Whether something is there: a file or a directory. Anchors and a slash at the end do not matter.
    pub fn exists(&self, path: &str) -> bool {
        let path = path.split(['#', '?']).next().unwrap_or_default().trim_start_matches("./").trim_end_matches('/');
        match &self.0 {
            Source::Lying(directory) => inside(directory, path).is_some_and(|path| path.exists()),
            Source::Committed(paths) => paths.has(path),
        }
    }

    /// Whether a file is gone, or holds nothing but headings. What cannot be read as text is there.
    pub fn is_gone(&self, path: &str) -> bool {
        let says_something =
            |line: &str| !line.trim_start().starts_with('#') && line.chars().any(char::is_alphanumeric);
        match self.text(path) {
            Ok(Some(text)) => !text.lines().any(says_something),
            _ => !self.exists(path),
        }
    }

    /// The texts of data files below a directory, by their paths in it.
    pub fn below(&self, directory: &str) -> Result<Vec<(String, String)>, String> {
        let mut open = vec![(directory.trim_end_matches('/').to_owned(), 0)];
        let mut found = Vec::new();
        while let Some((path, depth)) = open.pop() {
            for file in self.list(&path, &[".rego", ".yaml", ".yml", ".json"]) {
                let inner = file.strip_prefix(directory.trim_end_matches('/')).unwrap_or(&file);
                let inner = inner.trim_start_matches('/').to_owned();
                if let Some(text) = self.text(&file)? {
                    found.push((inner, text));
                }
                if found.len() > limits::SETTING_FILES {
                    return Err(format!("{directory}: more than {} files", limits::SETTING_FILES));
                }
            }
            if depth < 4 {
                open.extend(self.entries(&path, Kind::Directory).into_iter().map(|one| (one, depth + 1)));
            }
        }
        found.sort();
        Ok(found)
    }
}

/// A path below a directory, unless a link lies on the way or it leads out.
fn inside(directory: &Path, path: &str) -> Option<PathBuf> {
    let mut place = directory.to_path_buf();
    for part in path.split('/').filter(|part| !part.is_empty() && *part != ".") {
        if part == ".." {
            return None;
        }
        place.push(part);
        if std::fs::symlink_metadata(&place).ok()?.file_type().is_symlink() {
            return None;
        }
    }
    Some(place)
}
