//! Floor 0: the data files that osps works with (policies, topics, tables, catalogs, templates), built into the binary
//! or read from a directory, so that their authors never rebuild.

use std::collections::BTreeMap;
use std::path::Path;

use include_dir::{Dir, include_dir};
use sha2::{Digest as _, Sha256};

static POLICIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/policies");
static CONTROLS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/controls");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Bytes of one data file.
const MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Files of one bundle.
const MAX_FILES: usize = 5_000;

/// A set of text files under relative paths with `/`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bundle {
    files: BTreeMap<String, String>,
}

/// Why a directory is not accepted as a bundle.
#[derive(Debug, thiserror::Error)]
#[error("{path}: {why}")]
pub struct BundleError {
    /// The file or directory.
    pub path: String,
    /// What is wrong with it.
    pub why: String,
}

impl Bundle {
    /// The policies, topics and tables built into this binary.
    pub fn policies() -> Self {
        Self::of(&POLICIES, is_data)
    }

    /// The catalogs built into this binary.
    pub fn controls() -> Self {
        Self::of(&CONTROLS, is_data)
    }

    /// The templates built into this binary, with the scripts that they put into pages.
    pub fn templates() -> Self {
        Self::of(&TEMPLATES, |path| is_data(path) || path.extension().is_some_and(|extension| extension == "js"))
    }

    fn of(dir: &Dir<'_>, holds: fn(&Path) -> bool) -> Self {
        let mut files = BTreeMap::new();
        let mut open = vec![dir];
        while let Some(dir) = open.pop() {
            open.extend(dir.dirs());
            for file in dir.files() {
                if !holds(file.path()) {
                    continue;
                }
                if let (Some(path), Some(text)) = (file.path().to_str(), file.contents_utf8()) {
                    files.insert(path.replace('\\', "/"), text.to_owned());
                }
            }
        }
        Self { files }
    }

    /// The text files below a directory. Links are not followed.
    pub fn from_directory(root: &Path) -> Result<Self, BundleError> {
        let mut files = BTreeMap::new();
        let mut open = vec![root.to_path_buf()];
        while let Some(dir) = open.pop() {
            let fail = |why: String| BundleError { path: dir.display().to_string(), why };
            for entry in std::fs::read_dir(&dir).map_err(|error| fail(error.to_string()))? {
                let entry = entry.map_err(|error| fail(error.to_string()))?;
                let kind = entry.file_type().map_err(|error| fail(error.to_string()))?;
                let path = entry.path();
                if kind.is_dir() {
                    open.push(path);
                    continue;
                }
                if !kind.is_file() || !is_data(&path) {
                    continue;
                }
                let fail = |why: String| BundleError { path: path.display().to_string(), why };
                let size = entry.metadata().map_err(|error| fail(error.to_string()))?.len();
                if size > MAX_BYTES || files.len() >= MAX_FILES {
                    return Err(fail(format!("more than {MAX_BYTES} bytes, or more than {MAX_FILES} files")));
                }
                let text = std::fs::read_to_string(&path).map_err(|error| fail(error.to_string()))?;
                let relative = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
                files.insert(relative, text);
            }
        }
        Ok(Self { files })
    }

    /// One file.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.files.get(path).map(String::as_str)
    }

    /// All files, sorted by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files of one directory, at any depth, by their paths from the root.
    pub fn under<'a>(&'a self, directory: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files().filter(move |(path, _)| path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/')))
    }

    /// Adds or replaces a file.
    pub fn insert(&mut self, path: String, text: String) {
        self.files.insert(path, text);
    }

    /// The files that are not what is built into this binary as policies, topics and tables, without the tests beside them.
    pub fn changed(&self) -> Vec<String> {
        let built_in = |path: &str| POLICIES.get_file(path).and_then(include_dir::File::contents_utf8);
        let files = self.files().filter(|(path, _)| !path.ends_with("_test.rego"));
        files.filter(|(path, text)| built_in(path) != Some(text)).map(|(path, _)| path.to_owned()).collect()
    }

    /// `sha256:` and the digest over all paths and contents, without the tests beside policies.
    pub fn digest(&self) -> String {
        let mut hasher = Sha256::new();
        for (path, text) in self.files().filter(|(path, _)| !path.ends_with("_test.rego")) {
            hasher.update((path.len() as u64).to_be_bytes());
            hasher.update(path);
            hasher.update((text.len() as u64).to_be_bytes());
            hasher.update(text);
        }
        format!("sha256:{}", hex(&hasher.finalize()))
    }
}

/// Whether a file is one that a bundle holds, so that the built-in bundle and its directory have the same digest.
fn is_data(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("rego" | "yaml" | "yml" | "json" | "j2"))
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}
