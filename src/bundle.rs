//! Floor 0: the data files that osps works with (policies, topics, tables, catalogs, templates), built into the binary
//! or read from a directory, so that their authors never rebuild.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, OnceLock, PoisonError};

use include_dir::{Dir, include_dir};
use sha2::{Digest as _, Sha256};

static POLICIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/policies");
static CONTROLS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/controls");
static TEMPLATES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/templates");

/// Bytes of one data file.
const MAX_BYTES: u64 = 4 * 1024 * 1024;
/// Files of one bundle.
const MAX_FILES: usize = 5_000;

/// What was made of a bundle's files, one value of each type.
type Prepared = Mutex<BTreeMap<TypeId, Arc<OnceLock<Box<dyn Any + Send + Sync>>>>>;

/// A set of text files under relative paths with `/`. Copies share what was made of the files.
#[derive(Debug, Clone, Default)]
pub struct Bundle {
    files: Arc<BTreeMap<String, String>>,
    prepared: Arc<Prepared>,
}

impl PartialEq for Bundle {
    fn eq(&self, other: &Self) -> bool {
        self.files == other.files
    }
}

impl Eq for Bundle {}

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
        static BUNDLE: LazyLock<Bundle> = LazyLock::new(|| Bundle::of(&POLICIES, is_data));
        BUNDLE.clone()
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
        Self { files: Arc::new(files), prepared: Arc::default() }
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
        Ok(Self { files: Arc::new(files), prepared: Arc::default() })
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
        Arc::make_mut(&mut self.files).insert(path, text);
        self.prepared = Arc::default();
    }

    /// What `make` makes of the files, or why it cannot: made once for all copies of a bundle, however many repositories are
    /// read with it. There is one way to make each type.
    pub fn prepared<T, E>(&self, make: fn(&Self) -> Result<T, E>) -> Result<Arc<T>, E>
    where
        T: Send + Sync + 'static,
        E: Clone + Send + Sync + 'static,
    {
        let place = {
            let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(prepared.entry(TypeId::of::<Result<Arc<T>, E>>()).or_default())
        };
        // Who wants something else does not wait: the lock is not held any longer.
        let made = place.get_or_init(|| Box::new(make(self).map(Arc::new)));
        made.downcast_ref::<Result<Arc<T>, E>>().cloned().unwrap_or_else(|| make(self).map(Arc::new))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn copies_share_what_was_made_until_a_file_changes() {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        struct Files(usize);
        let make = |bundle: &Bundle| -> Result<Files, String> {
            MADE.fetch_add(1, Ordering::Relaxed);
            Ok(Files(bundle.files().count()))
        };
        let mut bundle = Bundle::default();
        bundle.insert("a.yaml".to_owned(), String::new());
        let copy = bundle.clone();
        let made = |bundle: &Bundle| bundle.prepared(make).map(|files| files.0).expect("made");
        assert_eq!((made(&bundle), made(&copy), MADE.load(Ordering::Relaxed)), (1, 1, 1));
        bundle.insert("b.yaml".to_owned(), String::new());
        assert_eq!((made(&bundle), made(&copy), MADE.load(Ordering::Relaxed)), (2, 1, 2));
        assert_ne!(bundle, copy);
    }

    #[test]
    fn what_cannot_be_made_is_told_to_everybody() {
        let make = |bundle: &Bundle| -> Result<u64, String> {
            bundle.get("numbers").ok_or("numbers is missing")?.parse().map_err(|_| "no number".to_owned())
        };
        let bundle = Bundle::default();
        let why = Some("numbers is missing".to_owned());
        assert_eq!((bundle.prepared(make).err(), bundle.clone().prepared(make).err()), (why.clone(), why));
    }
}
