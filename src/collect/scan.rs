//! One pass over the content of every blob, shared by the sections that need it: what is not text, what looks like a
//! credential, which modules a source file imports, which licence its header names.

use super::Context;

/// What the pass found.
#[derive(Debug, Default)]
pub(crate) struct Scan {}

/// Reads every blob once.
pub(crate) fn scan(_cx: &Context<'_>) -> Scan {
    Scan {}
}
