//! What a pass over one tree leaves for the next: two trees of one repository differ in few blobs, and nobody reads the others
//! twice.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::Part;
use crate::bundle::Bundle;
use crate::collect::Context;
use crate::collect::tree::{Entry, Tree};

/// Where one of two passes leaves what it found, and the other one looks.
#[derive(Debug)]
pub(crate) enum Shared<'s> {
    /// This pass is the first one.
    Leave(&'s OnceLock<Kept>),
    /// This pass waits for the first one, and leaves the paths of the blobs that are not the same.
    Take(&'s OnceLock<Kept>, &'s OnceLock<BTreeSet<String>>),
}

impl Drop for Shared<'_> {
    /// However the first pass ends: whoever waits for it goes on alone.
    fn drop(&mut self) {
        if let Self::Leave(place) = self {
            let _ = place.set(Kept::default());
        }
    }
}

/// What a pass found, with the tree it found it in.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    whole: Part,
    /// Path, mode and content of every entry, by their order.
    blobs: Vec<Blob>,
    /// The tables that said what to look for.
    tables: usize,
}

type Blob = (Vec<u8>, &'static str, Option<gix::ObjectId>);

/// For each entry of a tree the entry of the other one that is the same blob at the same path.
#[derive(Default)]
pub(super) struct Twins<'k> {
    kept: Option<&'k Kept>,
    of: Vec<Option<usize>>,
}

impl Shared<'_> {
    pub(super) fn keep(&self, cx: &Context<'_>, whole: &Part) {
        if let Self::Leave(place) = self {
            let kept = Kept { whole: whole.clone(), blobs: blobs(cx.tree), tables: address(cx.policies) };
            let _ = place.set(kept);
        }
    }

    pub(super) fn twins(&self, cx: &Context<'_>) -> Twins<'_> {
        let Self::Take(place, touched) = self else { return Twins::default() };
        let kept = place.wait();
        if kept.tables != address(cx.policies) {
            return Twins::default();
        }
        let mut others = kept.blobs.iter().enumerate().peekable();
        let twin = |blob: &Blob| {
            while others.next_if(|(_, other)| other.0 < blob.0).is_some() {}
            let (index, other) = others.peek()?;
            // Without an id nobody knows whether it is the same.
            (*other == blob && blob.2.is_some()).then_some(*index)
        };
        let blobs = blobs(cx.tree);
        let of: Vec<Option<usize>> = blobs.iter().map(twin).collect();
        if blobs.iter().all(|blob| blob.2.is_some()) {
            let pairs = cx.tree.entries().iter().zip(&of).filter(|(_, twin)| twin.is_none());
            let _ = touched.set(pairs.map(|(entry, _)| entry.path.text()).collect());
        }
        Twins { kept: Some(kept), of }
    }
}

/// The same tables lie at the same place.
fn address(tables: &Bundle) -> usize {
    std::ptr::from_ref(tables).addr()
}

fn blobs(tree: &Tree) -> Vec<Blob> {
    let blob = |entry: &Entry| (entry.path.as_bytes().to_vec(), entry.mode.octal(), entry.id());
    tree.entries().iter().map(blob).collect()
}

impl Part {
    /// Takes over what was found in the same blob before; `false` where nobody has read it.
    pub(super) fn take_over(&mut self, twins: &Twins<'_>, index: usize) -> bool {
        let Some((kept, old)) = twins.kept.zip(twins.of.get(index).copied().flatten()) else { return false };
        let whole = &kept.whole;
        self.found
            .extend(of(&whole.found, old, |one| one.entry).map(|one| super::Found { entry: index, ..one.clone() }));
        self.reviewable.extend(of(&whole.reviewable, old, |one| one.0).map(|one| (index, one.1.clone())));
        self.unread.extend(of(&whole.unread, old, |one| one.0).map(|one| (index, one.1.clone())));
        self.sources.extend(of(&whole.sources, old, |one| one.0).map(|one| (index, one.1.clone())));
        self.headers.extend(of(&whole.headers, old, |one| one.0).map(|one| (index, one.1.clone(), one.2)));
        self.candidates.extend(of(&whole.candidates, old, |one| one.0).map(|one| (index, one.1.clone())));
        self.cut.extend(of(&whole.cut, old, |one| *one).map(|_| index));
        true
    }
}

/// The items of one entry in a list that is sorted by entries.
fn of<T>(list: &[T], entry: usize, key: impl Fn(&T) -> usize) -> impl Iterator<Item = &T> {
    let start = list.partition_point(|one| key(one) < entry);
    let rest = list.get(start..).unwrap_or_default();
    rest.iter().take_while(move |one| key(one) == entry)
}
