//! Two trees of one repository: what the same files say by their names or their content is worked out once for both, by the
//! one that needs it first. It refuses to know what is worked out.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::path::RepoPath;
use super::tree::{Entry, Mode};

/// Something that the path and the mode of an entry say by themselves, under one table.
pub(crate) trait ByName: Clone + Send + Sync + 'static {
    /// What says which names mean something.
    type Table;

    /// What an entry says; none for most.
    fn of(path: &RepoPath, mode: Mode, table: &Self::Table) -> Option<Self>;
}

/// One of two trees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    One,
    Other,
}

/// What two trees have in common.
pub(crate) struct Twins {
    /// For every entry of each tree the one of the other tree with the same path and mode.
    twins: [Vec<Option<Twin>>; 2],
    kept: Mutex<HashMap<TypeId, Place>>,
}

/// Where an answer is kept, with the side that worked it out.
type Place = Arc<OnceLock<(Side, Arc<dyn Any + Send + Sync>)>>;

/// The entry of the other tree with the same path and mode.
#[derive(Debug, Clone, Copy)]
struct Twin {
    place: u32,
    /// Whether it is known to have the same content.
    same: bool,
}

impl std::fmt::Debug for Twins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Twins").finish_non_exhaustive()
    }
}

impl Side {
    fn index(self) -> usize {
        match self {
            Self::One => 0,
            Self::Other => 1,
        }
    }

    fn other(self) -> Self {
        match self {
            Self::One => Self::Other,
            Self::Other => Self::One,
        }
    }
}

impl Twins {
    /// Both lists are sorted by path.
    pub(super) fn of(one: &[Entry], other: &[Entry]) -> Self {
        let mut twins = [vec![None; one.len()], vec![None; other.len()]];
        let (mut left, mut right) = (0, 0);
        while let (Some(a), Some(b)) = (one.get(left), other.get(right)) {
            if a.path == b.path {
                let same = a.id().is_some() && a.id() == b.id();
                let twin = |place: usize| Some(Twin { place: u32::try_from(place).ok()?, same });
                if a.mode == b.mode {
                    (twins[0][left], twins[1][right]) = (twin(right), twin(left));
                }
                (left, right) = (left + 1, right + 1);
            } else if a.path < b.path {
                left += 1;
            } else {
                right += 1;
            }
        }
        Self { twins, kept: Mutex::default() }
    }

    /// The place in the other tree of an entry with the same path, mode and content.
    pub(crate) fn same(&self, side: Side, place: usize) -> Option<usize> {
        self.twin(side, place).filter(|twin| twin.same).map(|twin| twin.place as usize)
    }

    fn twin(&self, side: Side, place: usize) -> Option<Twin> {
        self.twins[side.index()].get(place).copied().flatten()
    }

    /// What one of both has worked out, and whether it was this one. Whoever comes first does, and the other one waits: so
    /// working something out must not ask for anything else that is kept here.
    pub(crate) fn kept<T: Send + Sync + 'static>(&self, side: Side, work_out: impl Fn() -> T) -> (bool, Arc<T>) {
        let place = {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.entry(TypeId::of::<T>()).or_default().clone()
        };
        let (of, kept) = place.get_or_init(|| (side, Arc::new(work_out())));
        match kept.clone().downcast() {
            Ok(kept) => (*of == side, kept),
            Err(_) => (true, Arc::new(work_out())),
        }
    }

    /// What the entries of one side say, each with its place; `say` answers for the entry at a place.
    pub(super) fn by_name<T: ByName>(&self, side: Side, say: impl Fn(usize) -> Option<(u32, T)>) -> Vec<(u32, T)> {
        let places = 0..self.twins[side.index()].len();
        let (mine, said) = self.kept(side, || places.clone().filter_map(&say).collect::<Vec<_>>());
        if mine {
            return said.to_vec();
        }
        let here = |(place, said): &(u32, T)| Some((self.twin(side.other(), *place as usize)?.place, said.clone()));
        let mut all: Vec<(u32, T)> = said.iter().filter_map(here).collect();
        all.extend(places.filter(|place| self.twin(side, *place).is_none()).filter_map(say));
        all.sort_by_key(|(place, _)| *place);
        all
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::collect::tree::Tree;
    use rstest::rstest;

    /// How long a path is, for those that hold an `a`; the table counts how often that was asked.
    #[derive(Debug, Clone, PartialEq)]
    struct Length(usize, Mode);

    impl ByName for Length {
        type Table = AtomicUsize;

        fn of(path: &RepoPath, mode: Mode, asked: &AtomicUsize) -> Option<Self> {
            asked.fetch_add(1, Ordering::Relaxed);
            path.lower().contains('a').then(|| Self(path.as_bytes().len(), mode))
        }
    }

    fn said(tree: &Tree, asked: &AtomicUsize) -> Vec<(String, Length)> {
        tree.by_name(asked).map(|(entry, length)| (entry.path.text(), length)).collect()
    }

    #[rstest]
    #[case::the_same(&["a", "b", "ca"], &["a", "b", "ca"], 3)]
    #[case::new_ones(&["a", "b"], &["0a", "a", "aa", "b", "za"], 5)]
    #[case::gone(&["0a", "a", "aa", "b", "za"], &["a", "b"], 5)]
    #[case::another_mode(&["a", "ba*"], &["a*", "ba"], 4)]
    #[case::nothing(&[], &["a"], 1)]
    fn what_is_said_does_not_depend_on_the_other_tree(
        #[case] one: &[&str],
        #[case] other: &[&str],
        #[case] questions: usize,
    ) {
        let tree = |paths: &[&str]| Tree::of(&paths.iter().map(|path| (*path, "")).collect::<Vec<_>>());
        let (mut one, mut other, asked) = (tree(one), tree(other), AtomicUsize::new(0));
        let alone = (said(&one, &asked), said(&other, &asked));
        asked.store(0, Ordering::Relaxed);
        Tree::pair(&mut one, &mut other);
        assert_eq!((said(&one, &asked), said(&other, &asked)), alone);
        assert_eq!(asked.load(Ordering::Relaxed), questions);
    }
}
