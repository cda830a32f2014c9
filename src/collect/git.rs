//! A clone on disk: its commit, tags, history and remote. Only objects and references are read, with isolated
//! permissions, so that nothing the clone's configuration names is ever executed.

use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice as _;

use super::limits;
use super::tree::{Paths, Tree};

/// A clone, opened at one commit.
#[derive(Debug)]
pub(crate) struct Clone {
    pub(crate) repository: gix::ThreadSafeRepository,
    /// The commit that is read.
    pub(crate) commit: gix::ObjectId,
    tree: gix::ObjectId,
}

/// Why a target cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No git repository there.
    #[error("{0} is not inside a git repository; `--worktree` assesses the files of a plain directory")]
    NotARepository(PathBuf),
    /// The repository has no commit.
    #[error(
        "the repository at {0} has no commit yet, so there is nothing to assess; `--worktree` assesses its files as they lie"
    )]
    Empty(PathBuf),
    /// The revision does not name a commit.
    #[error("`{rev}` does not name a commit of the repository at {path}: {why}")]
    NoSuchRevision {
        /// As given.
        rev: String,
        /// The repository.
        path: PathBuf,
        /// What git says.
        why: String,
    },
    /// The commit or its tree cannot be read.
    #[error(
        "commit {commit} of the repository at {path} cannot be read: {why}; fetch the missing objects and try again"
    )]
    Unreadable {
        /// The commit.
        commit: String,
        /// The repository.
        path: PathBuf,
        /// What went wrong.
        why: String,
    },
    /// Not a directory.
    #[error("{path} cannot be read: {why}")]
    NoDirectory {
        /// As given.
        path: PathBuf,
        /// What the system says.
        why: String,
    },
}

/// One tag, with the commit it leads to.
#[derive(Debug, Clone)]
pub(crate) struct TagRef {
    pub(crate) name: String,
    pub(crate) commit: gix::ObjectId,
    /// Seconds since 1970 of the commit, or of the tag where it is annotated.
    pub(crate) seconds: i64,
    pub(crate) annotated: bool,
    pub(crate) signed: bool,
}

/// One commit of the history.
#[derive(Debug, Clone)]
pub(crate) struct CommitInfo {
    pub(crate) id: String,
    pub(crate) author_name: String,
    pub(crate) author_email: String,
    pub(crate) committer_name: String,
    pub(crate) committer_email: String,
    pub(crate) seconds: i64,
    pub(crate) message: String,
    pub(crate) parents: usize,
    /// Whether a parent it names is not in the clone.
    pub(crate) parent_missing: bool,
}

/// The history, as far as it was walked.
#[derive(Debug, Default)]
pub(crate) struct History {
    /// The newest commits.
    pub(crate) newest: Vec<CommitInfo>,
    pub(crate) count: u64,
    /// Whether the count reached the first commit.
    pub(crate) counted_all: bool,
    pub(crate) shallow: bool,
}

impl Clone {
    /// Opens the repository that contains `path` at `rev` (default `HEAD`).
    pub(crate) fn open(path: &Path, rev: Option<&str>) -> Result<Self, OpenError> {
        let absent = || OpenError::NotARepository(path.to_path_buf());
        if let Err(error) = std::fs::metadata(path) {
            return Err(OpenError::NoDirectory { path: path.to_path_buf(), why: error.to_string() });
        }
        let options = gix::open::Options::isolated;
        let repository = gix::ThreadSafeRepository::discover_opts(
            path,
            gix::discover::upwards::Options::default(),
            gix::sec::trust::Mapping { full: options(), reduced: options() },
        )
        .map_err(|_| absent())?;
        let local = repository.to_thread_local();
        let spec = rev.unwrap_or("HEAD");
        let commit = match local.rev_parse_single(format!("{spec}^{{commit}}").as_str()) {
            Ok(id) => id.detach(),
            Err(error) => {
                let why = one_line(&error.to_string());
                let has_reference = local.head_id().is_ok();
                return Err(match (rev, has_reference) {
                    (None, false) => OpenError::Empty(path.to_path_buf()),
                    (None, true) => OpenError::Unreadable { commit: "HEAD".to_owned(), path: path.to_path_buf(), why },
                    (Some(rev), _) => OpenError::NoSuchRevision { rev: rev.to_owned(), path: path.to_path_buf(), why },
                });
            }
        };
        let unreadable =
            |why: String| OpenError::Unreadable { commit: commit.to_string(), path: path.to_path_buf(), why };
        let tree = local
            .find_commit(commit)
            .and_then(|commit| commit.tree_id().map(gix::Id::detach))
            .map_err(|error| unreadable(one_line(&error.to_string())))?;
        if local.find_tree(tree).is_err() {
            return Err(unreadable("its tree is missing".to_owned()));
        }
        Ok(Self { repository, commit, tree })
    }

    /// The id of the commit's tree.
    pub(crate) fn tree_id(&self) -> gix::ObjectId {
        self.tree
    }

    /// The tree of the commit.
    pub(crate) fn tree(&self) -> Tree {
        Tree::of_commit(&self.repository, self.tree)
    }

    /// The tree of the commit; directories that are the same in a tree that is known are not listed again.
    pub(crate) fn tree_like(&self, known: &Tree) -> Tree {
        Tree::of_commit_like(Some(known), &self.repository, self.tree)
    }

    /// The tree of the commit, for who asks for single paths.
    pub(crate) fn paths(&self) -> Paths {
        Paths::new(&self.repository, self.tree)
    }

    /// The tree of another commit, which has much in common with a tree that is known; none when it is not in the clone.
    pub(crate) fn tree_of(&self, commit: gix::ObjectId, known: &Tree) -> Option<Tree> {
        let local = self.repository.to_thread_local();
        let tree = local.find_commit(commit).ok()?.tree_id().ok()?.detach();
        local.find_tree(tree).ok()?;
        Some(Tree::of_commit_like(Some(known), &self.repository, tree))
    }

    /// All tags that lead to a commit in the clone, sorted by name, and whether the list is complete.
    pub(crate) fn tags(&self) -> (Vec<TagRef>, bool) {
        let local = self.repository.to_thread_local();
        let mut tags = Vec::new();
        let mut complete = true;
        let Ok(platform) = local.references() else { return (tags, false) };
        let Ok(iter) = platform.tags() else { return (tags, false) };
        for reference in iter {
            if tags.len() >= limits::TAGS {
                complete = false;
                break;
            }
            let Ok(mut reference) = reference else {
                complete = false;
                continue;
            };
            let name = reference.name().shorten().to_str_lossy().into_owned();
            let Some(target) = reference.try_id().map(gix::Id::detach) else { continue };
            let (annotated, signed, tagged) = match local.find_tag(target) {
                Ok(tag) => {
                    let decoded = tag.decode().ok();
                    let signed = decoded.as_ref().is_some_and(|tag| tag.signature.is_some());
                    let time =
                        tag.tagger().ok().flatten().and_then(|tagger| tagger.time().ok()).map(|time| time.seconds);
                    (true, signed, time)
                }
                Err(_) => (false, false, None),
            };
            let Ok(commit) = reference.peel_to_id().map(gix::Id::detach) else {
                complete = false;
                continue;
            };
            let Ok(found) = local.find_commit(commit) else { continue };
            let seconds = tagged.or_else(|| found.time().ok().map(|time| time.seconds)).unwrap_or_default();
            tags.push(TagRef { name, commit, seconds, annotated, signed });
        }
        tags.sort_by(|a, b| a.name.cmp(&b.name));
        (tags, complete)
    }

    /// Whether the clone was made to hold every tag: it is not shallow, its remote's tags are not left out, and it
    /// fetches every branch, whose tags come with it.
    pub(crate) fn holds_all_tags(&self) -> bool {
        let local = self.repository.to_thread_local();
        let config = local.config_snapshot();
        let left_out = config.string("remote.origin.tagOpt").is_some_and(|option| option.as_slice() == b"--no-tags");
        let one_branch = config.string("remote.origin.fetch").is_some_and(|spec| !spec.contains(&b'*'));
        let partly =
            one_branch && config.string("remote.origin.tagOpt").is_none_or(|option| option.as_slice() != b"--tags");
        !local.is_shallow().unwrap_or(true) && !left_out && !partly
    }

    /// The parents that the commit names, whether or not the clone has them.
    pub(crate) fn parents(&self) -> Vec<gix::ObjectId> {
        let local = self.repository.to_thread_local();
        let Ok(commit) = local.find_commit(self.commit) else { return Vec::new() };
        commit.parent_ids().map(gix::Id::detach).collect()
    }

    /// The newest commit that leads to both the commit and another one; none where the clone has none.
    pub(crate) fn parted_from(&self, other: gix::ObjectId) -> Option<gix::ObjectId> {
        let local = self.repository.to_thread_local();
        local.merge_base(self.commit, other).ok().flatten().map(gix::Id::detach)
    }

    /// Whether the history ends where the clone does.
    pub(crate) fn is_shallow(&self) -> bool {
        self.repository.to_thread_local().is_shallow().unwrap_or(true)
    }

    /// The history that leads to the commit.
    pub(crate) fn history(&self) -> History {
        let local = self.repository.to_thread_local();
        let mut history = History { shallow: local.is_shallow().unwrap_or(false), ..History::default() };
        let sorting =
            gix::revision::walk::Sorting::ByCommitTime(gix::traverse::commit::simple::CommitTimeOrder::NewestFirst);
        let Ok(walk) = local.rev_walk([self.commit]).sorting(sorting).all() else { return history };
        history.counted_all = true;
        for info in walk {
            let Ok(info) = info else {
                history.counted_all = false;
                break;
            };
            history.count += 1;
            if history.newest.len() < limits::COMMITS
                && let Some(commit) = describe(&local, info.id)
            {
                history.newest.push(commit);
            }
            if history.count >= limits::COMMIT_COUNT as u64 {
                history.counted_all = false;
                break;
            }
        }
        history
    }

    /// The address of the remote `origin`, or of the only remote. Credentials in it are taken out.
    pub(crate) fn remote(&self) -> Option<String> {
        let local = self.repository.to_thread_local();
        let config = local.config_snapshot();
        let url = config.string("remote.origin.url").or_else(|| {
            let names = local.remote_names();
            let name = (names.len() == 1).then(|| names.iter().next()).flatten()?;
            config.string(format!("remote.{}.url", name.to_str_lossy()).as_str())
        })?;
        Some(without_credentials(&url.to_str_lossy()))
    }

    /// The default branch as the clone remembers it from its remote, else the checked-out branch.
    pub(crate) fn default_branch(&self) -> Option<String> {
        let local = self.repository.to_thread_local();
        let remembered = local.try_find_reference("refs/remotes/origin/HEAD").ok().flatten().and_then(|reference| {
            let target = reference.target().try_name()?.as_bstr().to_str_lossy().into_owned();
            target.strip_prefix("refs/remotes/origin/").map(str::to_owned)
        });
        remembered.or_else(|| {
            let name = local.head_name().ok().flatten()?;
            Some(name.shorten().to_str_lossy().into_owned())
        })
    }

    /// The working directory; none for a bare clone.
    pub(crate) fn working_directory(&self) -> Option<PathBuf> {
        self.repository.to_thread_local().workdir().map(Path::to_path_buf)
    }

    /// The directory of the repository's files, or of the bare repository.
    pub(crate) fn directory(&self) -> PathBuf {
        let local = self.repository.to_thread_local();
        local.workdir().unwrap_or_else(|| local.git_dir()).to_path_buf()
    }

    /// Whether there are references under `prefix`.
    pub(crate) fn has_references(&self, prefix: &str) -> bool {
        let local = self.repository.to_thread_local();
        let Ok(platform) = local.references() else { return false };
        let Ok(mut all) = platform.all() else { return false };
        all.any(|reference| reference.is_ok_and(|reference| reference.name().as_bstr().starts_with(prefix.as_bytes())))
    }
}

fn describe(repository: &gix::Repository, id: gix::ObjectId) -> Option<CommitInfo> {
    let commit = repository.find_commit(id).ok()?;
    let (author, committer) = (commit.author().ok()?, commit.committer().ok()?);
    let parents: Vec<_> = commit.parent_ids().collect();
    Some(CommitInfo {
        id: id.to_string(),
        author_name: author.name.trim().to_str_lossy().into_owned(),
        author_email: author.email.trim().to_str_lossy().into_owned(),
        committer_name: committer.name.trim().to_str_lossy().into_owned(),
        committer_email: committer.email.trim().to_str_lossy().into_owned(),
        seconds: committer.time().ok().map(|time| time.seconds).unwrap_or_default(),
        message: commit.message_raw_sloppy().to_str_lossy().into_owned(),
        parents: parents.len(),
        parent_missing: parents.iter().any(|parent| !repository.has_object(parent)),
    })
}

fn without_credentials(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
            format!("{scheme}://{host}/{path}")
        }
        None => url.to_owned(),
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
