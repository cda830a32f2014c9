//! Which commit the state of a branch is compared with. States are compared, not what a branch changed: a commit that holds the
//! tip of the other branch, as the merge commit of a change request does, is compared with that tip, so that what two
//! branches make worse together shows. A branch that the other one has left behind is compared with where they parted: it is
//! not blamed for what the other one mended since.

use std::path::Path;

use super::git::{Clone, OpenError};

/// The commit to compare with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Its id.
    pub commit: String,
    /// What it is to the commit that is looked at.
    pub relation: Relation,
}

/// What the commit to compare with is to the one that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// The named commit itself, which the other one holds or is.
    Held,
    /// The commit where both parted, because the named one has gone on since.
    Parted,
    /// The named commit itself, with which the other one has nothing in common.
    Unrelated,
}

/// Why no base was found.
#[derive(Debug, thiserror::Error)]
pub enum BaseError {
    /// One of both cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The clone ends before both meet.
    #[error(
        "the clone is shallow and does not tell where `{0}` and the assessed commit parted; fetch more of the history \
         (`git fetch --unshallow`; `fetch-depth: 0` of actions/checkout; `GIT_DEPTH: 0` on GitLab), or name a parent of a \
         merge commit, as in `ref:HEAD^1`"
    )]
    TooShallow(String),
    /// The clone ends before it comes to what is named.
    #[error(
        "the clone is shallow and does not hold `{0}`, which it is to be compared with; fetch more of the history \
         (`git fetch --unshallow`; `fetch-depth: 0` of actions/checkout; `GIT_DEPTH: 0` on GitLab)"
    )]
    NotFetched(String),
}

/// Finds the commit to compare the state at `rev` (none for `HEAD`) with, where somebody names `against`.
pub fn base(path: &Path, rev: Option<&str>, against: &str) -> Result<Base, BaseError> {
    let head = Clone::open(path, rev)?;
    let named = Clone::open(path, Some(against)).map_err(|error| match error {
        OpenError::NoSuchRevision { .. } if head.is_shallow() => BaseError::NotFetched(against.to_owned()),
        error => error.into(),
    })?;
    let held = |commit: gix::ObjectId| Base { commit: commit.to_string(), relation: Relation::Held };
    if head.commit == named.commit || head.parents().contains(&named.commit) {
        return Ok(held(named.commit));
    }
    Ok(match head.parted_from(named.commit) {
        Some(commit) if commit == named.commit => held(commit),
        Some(commit) => Base { commit: commit.to_string(), relation: Relation::Parted },
        None if head.is_shallow() => return Err(BaseError::TooShallow(against.to_owned())),
        None => Base { commit: named.commit.to_string(), relation: Relation::Unrelated },
    })
}
