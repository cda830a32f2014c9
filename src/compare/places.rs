//! Where something was seen, in a form that stays the same when lines move and numbers change.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::bundle::hex;
use crate::model::evidence::Evidence;

/// Items of evidence that a policy lists; behind a full list there may be more.
const FULL: usize = 10;
/// Characters of the digest of what was seen.
const DIGITS: usize = 8;
/// Files beside others that are named at most.
const BESIDE: usize = 3;

/// Items of evidence that lie somewhere, not facts alone.
pub(super) fn located(evidence: &[Evidence]) -> impl Iterator<Item = &Evidence> {
    evidence.iter().filter(|item| item.path.is_some() || item.url.is_some())
}

/// The files of a change that lie in a folder with what a requirement rested on, where none of that changed itself: all
/// workflows state their permissions until another one comes. Files in the root have nothing to do with each other.
pub(super) fn beside(rested: &[Evidence], touched: &BTreeSet<String>) -> Vec<Evidence> {
    let folder = |path: &str| path.rsplit_once('/').map(|(folder, _)| folder.to_owned());
    let folders: BTreeSet<String> = rested.iter().filter_map(|item| folder(item.path.as_deref()?)).collect();
    let near = touched.iter().filter(|path| folder(path).is_some_and(|folder| folders.contains(&folder)));
    let changed = |path: &String| Evidence {
        path: Some(path.clone()),
        detail: Some("changed beside what it rested on".to_owned()),
        ..Evidence::default()
    };
    near.take(BESIDE).map(changed).collect()
}

/// The name of a place: its file or address, and what was seen there without its numbers.
pub(super) fn key(item: &Evidence) -> String {
    let place = item.path.as_deref().or(item.url.as_deref()).unwrap_or_default();
    let seen = format!(
        "{}\n{}",
        item.fact.as_deref().unwrap_or_default(),
        without_numbers(item.detail.as_deref().unwrap_or_default())
    );
    let digest: String = hex(&Sha256::digest(seen)).chars().take(DIGITS).collect();
    format!("{place} #{digest}")
}

/// The names of all places, in the order of the evidence.
pub(super) fn keys(evidence: &[Evidence]) -> Vec<String> {
    located(evidence).map(key).collect()
}

/// A text in which lines, sizes and digests do not tell apart what is the same.
fn without_numbers(text: &str) -> String {
    let is_digits = |word: &str| word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let mut out = String::new();
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let stem = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let rest = word.get(stem.len()..).unwrap_or_default();
        if is_digits(stem) {
            out.push('#');
        } else {
            out.extend(stem.chars().filter(|c| !c.is_ascii_digit()));
        }
        out.push_str(rest);
    }
    out
}

/// The items whose places were not there before; a place that was there once covers one item.
pub(super) fn new_ones<'e>(before: &[String], now: &'e [Evidence]) -> Vec<&'e Evidence> {
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for key in before {
        *left.entry(key).or_default() += 1;
    }
    let mut fresh = Vec::new();
    for item in located(now) {
        match left.get_mut(key(item).as_str()) {
            Some(count) if *count > 0 => *count -= 1,
            _ => fresh.push(item),
        }
    }
    fresh
}

/// Whether more is found than before. A finding that moved to another file, or was exchanged for another one, is not more.
pub(super) fn more(before: &[String], now: &[Evidence]) -> bool {
    if before.is_empty() {
        return false;
    }
    let fresh = new_ones(before, now).len();
    let all = located(now).count();
    if fresh == 0 || all == 0 {
        return false;
    }
    if all > before.len() {
        return true;
    }
    // Full lists: what is new pushed others off the end.
    let kept = all - fresh;
    let now: Vec<String> = keys(now);
    let is_kept = |key: &&String| now.contains(key);
    before.len() >= FULL
        && all >= FULL
        && kept > 0
        && before.iter().take(kept).all(|key| is_kept(&key))
        && !before.iter().skip(kept).any(|key| is_kept(&key))
}
