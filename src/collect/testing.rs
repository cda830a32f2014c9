//! What tests of the sections share: a context over files in memory.

use crate::bundle::Bundle;
use crate::collect::Context;
use crate::collect::tree::Tree;
use crate::model::subject::Subject;

/// Runs `f` over a tree with the policies' data of this binary.
pub(crate) fn with_context<T>(tree: &Tree, f: impl FnOnce(&Context<'_>) -> T) -> T {
    with_policies(tree, &Bundle::policies(), f)
}

/// Runs `f` over a tree with other data.
pub(crate) fn with_policies<T>(tree: &Tree, policies: &Bundle, f: impl FnOnce(&Context<'_>) -> T) -> T {
    let subject = Subject::default();
    let now = jiff::Timestamp::UNIX_EPOCH;
    f(&Context { tree, clone: None, forge: None, subject: &subject, now, policies, src: &["git"] })
}
