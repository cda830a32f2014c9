//! Exit codes, in one place; their meaning is the same for every command.

use std::process::ExitCode;

use super::fetch::FetchError;
use crate::collect::OpenError;
use crate::collect::base::BaseError;
use crate::store::StoreError;

/// An exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exit(pub(super) u8);

/// Done; no gate asked for, or it holds.
pub(super) const DONE: Exit = Exit(0);
/// The level asked for is not reached, or a check found something.
pub(super) const NOT_MET: Exit = Exit(1);
/// Usage or configuration error.
pub(super) const USAGE: Exit = Exit(2);
/// Nothing to assess.
pub(super) const NOTHING: Exit = Exit(3);
/// Evidence that the gate needs could not be collected.
pub(super) const INCOMPLETE: Exit = Exit(4);
/// Ended by a signal, with nothing left behind.
pub(super) const INTERRUPTED: Exit = Exit(130);
/// A bug in osps.
pub(super) const BUG: Exit = Exit(70);

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.0)
    }
}

/// An error of the person who asks: a wrong option, a file that does not parse.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Usage(pub(super) String);

/// An error of osps itself.
#[derive(Debug, thiserror::Error)]
#[error("{0}; this is a bug in osps, please report it")]
pub(super) struct Bug(pub(super) String);

/// The code of an error.
pub(super) fn of(error: &anyhow::Error) -> Exit {
    if let Some(open) = error.downcast_ref::<OpenError>() {
        return of_open(open);
    }
    if let Some(base) = error.downcast_ref::<BaseError>() {
        return match base {
            BaseError::Open(open) => of_open(open),
            BaseError::TooShallow(_) | BaseError::NotFetched(_) => INCOMPLETE,
        };
    }
    if let Some(StoreError::Database(_)) = error.downcast_ref() {
        return INCOMPLETE;
    }
    if let Some(fetch) = error.downcast_ref::<FetchError>() {
        return match fetch {
            FetchError::Empty(_) => NOTHING,
            FetchError::Failed(_) => INCOMPLETE,
        };
    }
    if error.downcast_ref::<Bug>().is_some() { BUG } else { USAGE }
}

fn of_open(error: &OpenError) -> Exit {
    match error {
        OpenError::NotARepository(_) | OpenError::Empty(_) | OpenError::NoDirectory { .. } => NOTHING,
        OpenError::NoSuchRevision { .. } => USAGE,
        OpenError::Unreadable { .. } => INCOMPLETE,
    }
}

/// Whether the reader of our output went away, which is no error of ours.
pub(super) fn is_closed_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}
