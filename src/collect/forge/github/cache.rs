//! Answers kept on disk. They make requests conditional: GitHub is asked, and says that nothing changed. Only where the user
//! allows answers of some age is one of them used without asking. Kept are complete answers of status 200, under a key that
//! differs between credentials; nothing in a file tells the credential.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::bundle::hex;
use crate::collect::limits;

/// The number of the files' format; another one is not read.
const FORMAT: u32 = 2;

/// A directory of answers.
#[derive(Debug)]
pub(crate) struct Cache {
    directory: PathBuf,
    fingerprint: String,
    /// The time of this run, in seconds.
    now: i64,
    /// How old an answer may be, in seconds, to be used without asking.
    max_age: u64,
}

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    format: u32,
    /// The request, for people who look into the directory.
    pub(crate) request: String,
    /// When it was given, in seconds since 1970.
    at: i64,
    /// What makes a request conditional; empty for what knows no conditions.
    pub(crate) etag: String,
    /// The `link` header, which names the next page.
    pub(crate) link: Option<String>,
    pub(crate) body: String,
    /// Of the body: a file that was cut or changed is not used.
    digest: String,
}

impl Cache {
    /// A cache for one credential.
    pub(crate) fn new(directory: &Path, fingerprint: &str, now: i64, max_age: u64) -> Self {
        Self { directory: directory.to_path_buf(), fingerprint: fingerprint.to_owned(), now, max_age }
    }

    /// The answer to a request, if one is kept that is young enough to be used without asking.
    pub(crate) fn fresh(&self, request: &str) -> Option<Kept> {
        let young = |kept: &Kept| u64::try_from(self.now.saturating_sub(kept.at)).is_ok_and(|age| age < self.max_age);
        (self.max_age > 0).then(|| self.get(request)).flatten().filter(young)
    }

    fn path(&self, request: &str) -> PathBuf {
        let key = hex(&Sha256::digest(format!("{}\n{request}", self.fingerprint)));
        self.directory.join(format!("{key}.json"))
    }

    /// The answer to a request, if one is kept and whole.
    pub(crate) fn get(&self, request: &str) -> Option<Kept> {
        let path = self.path(request);
        let size = std::fs::metadata(&path).ok()?.len();
        if size > 2 * limits::API_BODY_BYTES as u64 {
            return None;
        }
        let kept: Kept = serde_json::from_slice(&std::fs::read(path).ok()?).ok()?;
        let whole = kept.format == FORMAT && kept.request == request && kept.digest == digest(&kept.body);
        whole.then_some(kept)
    }

    /// Keeps an answer. That it cannot be kept is no error: the next run asks again.
    pub(crate) fn put(&self, request: &str, etag: &str, link: Option<&str>, body: &str) {
        let kept = Kept {
            format: FORMAT,
            request: request.to_owned(),
            at: self.now,
            etag: etag.to_owned(),
            link: link.map(str::to_owned),
            body: body.to_owned(),
            digest: digest(body),
        };
        let _ = self.write(request, &kept);
    }

    /// Written beside its place and moved there, so that a reader sees the old file or the new one.
    fn write(&self, request: &str, kept: &Kept) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.directory)?;
        let mut file = tempfile::Builder::new().prefix(".new").tempfile_in(&self.directory)?;
        file.write_all(&serde_json::to_vec(kept)?)?;
        file.persist(self.path(request)).map_err(|error| error.error)?;
        Ok(())
    }
}

fn digest(body: &str) -> String {
    hex(&Sha256::digest(body.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[test]
    fn keeps_per_credential_and_whole_only() {
        let directory = tempfile::tempdir().expect("a directory");
        let mine = Cache::new(directory.path(), "a", 1_000, 0);
        mine.put("GET /x", "\"1\"", Some("<y>; rel=\"next\""), "{}");
        let kept = mine.get("GET /x").expect("kept");
        assert_eq!(
            (kept.etag.as_str(), kept.body.as_str(), kept.link.as_deref()),
            ("\"1\"", "{}", Some("<y>; rel=\"next\""))
        );
        assert_eq!(mine.get("GET /y"), None);
        assert_eq!(Cache::new(directory.path(), "b", 1_000, 0).get("GET /x"), None);

        let path = mine.path("GET /x");
        let text = std::fs::read_to_string(&path).expect("readable").replace("{}", "{\\\"a\\\": 1}");
        std::fs::write(&path, text).expect("written");
        assert_eq!(mine.get("GET /x"), None, "a changed body");
        std::fs::write(&path, "{").expect("written");
        assert_eq!(mine.get("GET /x"), None, "half a file");
    }

    #[rstest]
    #[case::never(1_000, 0, false)]
    #[case::young(1_059, 60, true)]
    #[case::old(1_060, 60, false)]
    #[case::of_a_later_day(999, 60, false)]
    fn answers_are_used_unasked_while_they_are_young(#[case] now: i64, #[case] max_age: u64, #[case] expected: bool) {
        let directory = tempfile::tempdir().expect("a directory");
        Cache::new(directory.path(), "a", 1_000, 0).put("POST /x", "", None, "{}");
        assert_eq!(Cache::new(directory.path(), "a", now, max_age).fresh("POST /x").is_some(), expected);
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_no_error() {
        let cache = Cache::new(Path::new("/dev/null/x"), "a", 0, 0);
        cache.put("GET /x", "\"1\"", None, "{}");
        assert_eq!(cache.get("GET /x"), None);
    }
}
