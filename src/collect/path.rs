//! Paths inside a repository: opaque bytes, never joined to a path of the file system.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt::Write as _;
use std::sync::Arc;

/// A path as git stores it: bytes with `/` between components. Two paths are the same where their bytes are. What dozens
/// of questions about every file of a repository begin with is worked out once, here; copies share it.
#[derive(Debug, Clone)]
pub(crate) struct RepoPath(Arc<Read>);

/// A path, and what it says about itself.
#[derive(Debug)]
struct Read {
    bytes: Box<[u8]>,
    lower: Box<str>,
    /// Where the last component begins in `lower`.
    name: usize,
    is_test: bool,
    is_vendored: bool,
}

impl PartialEq for RepoPath {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.bytes == other.0.bytes
    }
}

impl Eq for RepoPath {}

impl PartialOrd for RepoPath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RepoPath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.bytes.cmp(&other.0.bytes)
    }
}

impl RepoPath {
    pub(crate) fn new(bytes: impl Into<Vec<u8>>) -> Self {
        let bytes: Vec<u8> = bytes.into();
        let lower = match std::str::from_utf8(&bytes) {
            Ok(text) if text.is_ascii() => text.to_ascii_lowercase(),
            _ => String::from_utf8_lossy(&bytes).to_lowercase(),
        };
        let name = lower.rfind('/').map_or(0, |at| at + 1);
        let (above, last) = (lower[..name].trim_end_matches('/'), &lower[name..]);
        let (is_test, is_vendored) = (is_test(above, last), is_vendored(above));
        Self(Arc::new(Read { bytes: bytes.into(), lower: lower.into(), name, is_test, is_vendored }))
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0.bytes
    }

    /// For people and documents: UTF-8 as it is, everything that is no text or would move a cursor as `\xNN`.
    pub(crate) fn text(&self) -> String {
        let mut out = String::with_capacity(self.0.bytes.len());
        for chunk in self.0.bytes.utf8_chunks() {
            for c in chunk.valid().chars() {
                if c.is_control()
                    || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
                {
                    let mut buffer = [0; 4];
                    for byte in c.encode_utf8(&mut buffer).bytes() {
                        let _ = write!(out, "\\x{byte:02x}");
                    }
                } else {
                    out.push(c);
                }
            }
            for byte in chunk.invalid() {
                let _ = write!(out, "\\x{byte:02x}");
            }
        }
        out
    }

    /// In lower case, for comparing names; lossy, so never a key.
    pub(crate) fn lower(&self) -> &str {
        &self.0.lower
    }

    /// The last component in lower case.
    pub(crate) fn name_lower(&self) -> &str {
        &self.0.lower[self.0.name..]
    }

    /// What stands before the last `/` in lower case; empty at the root.
    pub(crate) fn parent_lower(&self) -> &str {
        self.0.lower[..self.0.name].trim_end_matches('/')
    }

    /// What stands before the last `/`; empty at the root.
    pub(crate) fn parent(&self) -> &[u8] {
        self.0.bytes.iter().rposition(|b| *b == b'/').map_or(&[], |at| &self.0.bytes[..at])
    }

    /// The components.
    pub(crate) fn parts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.0.bytes.split(|b| *b == b'/').map(String::from_utf8_lossy)
    }

    /// How many directories lie above it.
    pub(crate) fn depth(&self) -> usize {
        self.0.bytes.iter().filter(|b| **b == b'/').count()
    }

    /// Whether it lies where tests, fixtures and samples lie (requirements: `test_path`).
    pub(crate) fn is_test(&self) -> bool {
        self.0.is_test
    }

    /// Whether it lies where copies of other projects' sources lie.
    pub(crate) fn is_vendored(&self) -> bool {
        self.0.is_vendored
    }

    /// The path that `target` names when it is written in a file at `self`; none when it leaves the tree.
    pub(crate) fn join(&self, target: &[u8]) -> Option<Self> {
        let absolute = target.first() == Some(&b'/');
        let base = if absolute { &[][..] } else { self.parent() };
        let mut parts: Vec<&[u8]> = base.split(|b| *b == b'/').filter(|part| !part.is_empty()).collect();
        for part in target.split(|b| *b == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    parts.pop()?;
                }
                part => parts.push(part),
            }
        }
        Some(Self::new(parts.join(&b'/')))
    }
}

fn is_test(above: &str, name: &str) -> bool {
    const DIRS: &[&str] = &[
        "test",
        "tests",
        "testing",
        "testdata",
        "test-data",
        "test_fixtures",
        "fixtures",
        "samples",
        "corpus",
        "corpora",
        "fuzz",
        "__tests__",
    ];
    if above.split('/').any(|part| DIRS.contains(&part)) {
        return true;
    }
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    stem.ends_with("_test")
        || stem.ends_with("_spec") && extension == "rb"
        || stem.starts_with("test_") && extension == "py"
        || stem.ends_with(".test")
        || stem.ends_with(".spec")
        || stem.ends_with("test") && matches!(extension, "java" | "kt" | "cs") && stem.len() > 4
        || extension == "dict"
}

fn is_vendored(above: &str) -> bool {
    const DIRS: &[&str] = &[
        "vendor",
        "vendors",
        "vendored",
        "third_party",
        "third-party",
        "thirdparty",
        "3rdparty",
        "3rd_party",
        "3rd-party",
        "node_modules",
        "bower_components",
        "jspm_packages",
        "godeps",
        "pods",
        "carthage",
    ];
    // Deeper down these names are also given to modules of the project's own.
    const ROOTS: &[&str] = &["deps", "external", "externals", "extern"];
    above.split('/').any(|part| DIRS.contains(&part)) || above.split('/').next().is_some_and(|top| ROOTS.contains(&top))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(b"docs/a.md", "docs/a.md")]
    #[case(b"a\nb", "a\\x0ab")]
    #[case(b"caf\xe9", "caf\\xe9")]
    #[case("é/ü".as_bytes(), "é/ü")]
    fn texts(#[case] bytes: &[u8], #[case] text: &str) {
        assert_eq!(RepoPath::new(bytes).text(), text);
    }

    #[rstest]
    #[case("docs/a.md", "b.md", Some("docs/b.md"))]
    #[case("docs/a.md", "../b.md", Some("b.md"))]
    #[case("docs/a.md", "../../b.md", None)]
    #[case("docs/a.md", "/b.md", Some("b.md"))]
    #[case("a.md", "./x//y", Some("x/y"))]
    fn joins(#[case] from: &str, #[case] target: &str, #[case] expected: Option<&str>) {
        let joined = RepoPath::new(from).join(target.as_bytes());
        assert_eq!(joined.map(|path| path.text()).as_deref(), expected);
    }

    #[rstest]
    #[case("third_party/zlib/a.c", true)]
    #[case("src/Vendor/x.js", true)]
    #[case("src/vendor.rs", false)]
    #[case("deps/lua/lua.c", true)]
    #[case("src/deps/mod.rs", false)]
    #[case("src/dependencies/a.rs", false)]
    fn vendored_paths(#[case] path: &str, #[case] expected: bool) {
        assert_eq!(RepoPath::new(path).is_vendored(), expected);
    }

    #[rstest]
    #[case("src/tests/a.bin", true)]
    #[case("pkg/a_test.go", true)]
    #[case("src/FooTest.java", true)]
    #[case("src/latest/a.bin", false)]
    #[case("src/contest.py", false)]
    #[case("web/a.spec.ts", true)]
    fn test_paths(#[case] path: &str, #[case] expected: bool) {
        assert_eq!(RepoPath::new(path).is_test(), expected);
    }
}
