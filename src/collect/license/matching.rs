//! Known texts inside a file: where each begins and ends, and word by word what was added or left out.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::library::{self, Text};
use super::rules::Rules;
use super::words;

/// Words of a shingle.
const SHINGLE: usize = 4;
/// Share of a text's shingles that a file must hold for the text to be compared.
const LIKELY: f32 = 0.4;
/// Texts compared word by word.
const CANDIDATES: usize = 48;
/// Matches found in one file.
const MATCHES: usize = 200;
/// Words put into a text, from which on they are a paragraph of their own and no variant of a sentence.
pub(super) const PARAGRAPH: usize = 12;
/// Places of one shingle in a text that are remembered.
const REPEATS: usize = 64;
/// Shingles in a row that show that a text begins once more.
const RESTART: usize = 8;
/// Cells of the table that compares two short stretches.
const CELLS: usize = 250_000;

/// One known text in a file.
#[derive(Debug, Clone)]
pub(super) struct Match {
    /// The SPDX id.
    pub(super) name: &'static str,
    /// Whether it adds a permission to a licence and is none itself.
    pub(super) exception: bool,
    /// Words of the file.
    pub(super) range: Range<usize>,
    /// Share of the text's obligatory words that stand there in order, less the words put between, 0 to 1.
    pub(super) score: f32,
    /// What differs.
    pub(super) edits: Vec<Edit>,
    /// Words in common, less what differs; the better explanation has more.
    value: i64,
}

/// Words of the file that stand in place of words of the text; either may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Edit {
    pub(super) file: Range<usize>,
    /// The words of the text that are missing.
    pub(super) missing: Vec<u32>,
    /// How far into the text it is, 0 to 1000.
    pub(super) at: usize,
    /// Whether it comes after the words «as is»: in the disclaimer of a short licence.
    pub(super) disclaimer: bool,
}

/// The known texts in a file, in its order; none of them overlap.
pub(super) fn find(file: &[u32], rules: &Rules) -> Vec<Match> {
    // Such a file, a section of a README for one, holds too little of any other text: the long ones need not be read.
    if (file.len() as f32) < library::SHORT_WORDS as f32 * LIKELY {
        return choose(occurrences(file, library::short(), rules));
    }
    let few = choose(occurrences(file, library::few(), rules));
    // One common text, word for word, and next to nothing beside it: no other text explains the file better.
    if let [only] = few.as_slice()
        && only.edits.is_empty()
        && file.len() - only.range.len() < PARAGRAPH
    {
        return few;
    }
    choose(occurrences(file, library::all(), rules))
}

/// Whether a text of the list, or half of one, stands somewhere among these words.
fn occurrences(file: &[u32], texts: &'static [Text], rules: &Rules) -> Vec<Match> {
    let shingles: HashSet<u64> = shingles(file).collect();
    let mut likely: Vec<(f32, &'static Text)> = texts
        .iter()
        .filter_map(|text| {
            let obligatory = obligatory(text, rules);
            let words = &text.words[obligatory];
            let found = self::shingles(words).filter(|shingle| shingles.contains(shingle)).count();
            let share = found as f32 / words.len().saturating_sub(SHINGLE - 1).max(1) as f32;
            (share >= LIKELY).then_some((share, text))
        })
        .collect();
    likely.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.name.cmp(b.1.name)));
    likely.truncate(CANDIDATES);
    likely.into_iter().flat_map(|(_, text)| Comparison::new(file, text, rules).matches()).collect()
}

/// The words of a text that every copy has: not the instructions around it.
pub(super) fn obligatory(text: &Text, rules: &Rules) -> Range<usize> {
    let length = text.words.len();
    let head =
        rules.heads.iter().filter_map(|head| words::find(&text.words, head, 0)).filter(|at| at * 2 < length).max();
    let tail = rules.tails.iter().filter_map(|tail| words::find(&text.words, tail, length / 10)).min();
    let start = head.unwrap_or(text.title);
    start..tail.unwrap_or(length).max(start)
}

fn shingles(words: &[u32]) -> impl Iterator<Item = u64> + '_ {
    words.windows(SHINGLE).map(|window| {
        window
            .iter()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, word| (hash ^ u64::from(*word)).wrapping_mul(0x0000_0100_0000_01b3))
    })
}

/// The matches that together explain most of the file.
fn choose(mut found: Vec<Match>) -> Vec<Match> {
    found.retain(|one| one.value > 0);
    found.sort_by(|a, b| b.value.cmp(&a.value).then_with(|| (a.range.start, a.name).cmp(&(b.range.start, b.name))));
    let mut chosen: Vec<Match> = Vec::new();
    for one in found {
        let overlaps = |other: &Match| {
            let shared = one.range.end.min(other.range.end).saturating_sub(one.range.start.max(other.range.start));
            shared * 10 > one.range.len().min(other.range.len())
        };
        if chosen.len() < MATCHES && !chosen.iter().any(overlaps) {
            chosen.push(one);
        }
    }
    chosen.sort_by_key(|one| one.range.start);
    chosen
}

/// One text compared with one file.
struct Comparison<'a> {
    file: &'a [u32],
    known: &'static Text,
    text: &'a [u32],
    obligatory: Range<usize>,
    /// From a shingle of the text to where it stands there.
    places: HashMap<u64, Vec<usize>>,
}

impl<'a> Comparison<'a> {
    fn new(file: &'a [u32], text: &'static Text, rules: &Rules) -> Self {
        let mut places: HashMap<u64, Vec<usize>> = HashMap::new();
        for (at, shingle) in shingles(&text.words).enumerate() {
            let places = places.entry(shingle).or_default();
            if places.len() < REPEATS {
                places.push(at);
            }
        }
        Self { file, known: text, text: &text.words, obligatory: obligatory(text, rules), places }
    }

    fn matches(&self) -> Vec<Match> {
        self.chains().into_iter().filter_map(|chain| self.compare(&chain)).collect()
    }

    /// Shingles in common that follow each other in both, one list per copy of the text.
    fn chains(&self) -> Vec<Vec<(usize, usize)>> {
        let gap = (self.text.len() / 3).max(200);
        let mut chains: Vec<Vec<(usize, usize)>> = Vec::new();
        let mut chain: Vec<(usize, usize)> = Vec::new();
        // Shingles that only fit another copy of the text, beginning after this one.
        let mut restart: Vec<(usize, usize)> = Vec::new();
        for (at, shingle) in shingles(self.file).enumerate() {
            let Some(places) = self.places.get(&shingle) else { continue };
            let Some((last, place)) = chain.last().copied() else {
                chain.push((at, places[0]));
                continue;
            };
            if at - last > gap {
                chains.push(std::mem::replace(&mut chain, vec![(at, places[0])]));
                restart.clear();
                continue;
            }
            // The nearest place after the last one; a step far ahead is more likely an idiom said twice.
            let next = places.iter().copied().find(|next| *next > place && next - place <= gap + (at - last));
            if let Some(next) = next {
                chain.push((at, next));
                continue;
            }
            match restart.last() {
                Some((before, from)) if places.contains(&(from + at - before)) => {
                    restart.push((at, from + at - before))
                }
                _ => restart = vec![(at, places[0])],
            }
            if restart.len() >= RESTART {
                chains.push(std::mem::replace(&mut chain, std::mem::take(&mut restart)));
            }
        }
        chains.push(chain);
        let least = (self.obligatory.len() as f32 * LIKELY) as usize;
        chains.retain(|chain| chain.len() >= least.max(1));
        chains
    }

    /// Word by word, from the first to the last word in common.
    fn compare(&self, chain: &[(usize, usize)]) -> Option<Match> {
        let blocks = blocks(chain);
        let (first, last) = (*blocks.first()?, *blocks.last()?);
        let mut edits = Vec::new();
        let mut common = 0usize;
        // What the text has before the first block, if the file has it too.
        let before = first.0.saturating_sub(first.1 + PARAGRAPH)..first.0;
        let (start, found) = self.front(before, 0..first.1, &mut edits);
        common += found;
        let (mut file_at, mut text_at) = (first.0, first.1);
        for (file, text, length) in &blocks {
            common += self.between(file_at..*file, text_at..*text, &mut edits) + length;
            (file_at, text_at) = (file + length, text + length);
        }
        let after = file_at..(file_at + (self.text.len() - text_at) + PARAGRAPH).min(self.file.len());
        let (end, found) = self.back(after, text_at..self.text.len(), &mut edits);
        common += found;
        debug_assert!(last.0 <= end);
        Some(self.judged(start..end, common, edits))
    }

    fn judged(&self, range: Range<usize>, common: usize, edits: Vec<Edit>) -> Match {
        let short = |edit: &&Edit| edit.file.len() < PARAGRAPH;
        let added: usize = edits.iter().filter(short).map(|edit| edit.file.len()).sum();
        let paragraphs: usize = edits.iter().map(|edit| edit.file.len()).sum::<usize>() - added;
        let missing: usize = edits.iter().map(|edit| edit.missing.len()).sum();
        let whole = (common + missing + added).max(1);
        Match {
            name: self.known.name,
            exception: self.known.exception,
            range,
            score: common as f32 / whole as f32,
            value: common as i64 - (missing + added) as i64 - paragraphs as i64 / 2,
            edits,
        }
    }

    /// Compares what lies between two blocks; returns the words in common.
    fn between(&self, file: Range<usize>, text: Range<usize>, edits: &mut Vec<Edit>) -> usize {
        let pairs = common_words(&self.file[file.clone()], &self.text[text.clone()]);
        let (mut file_at, mut text_at) = (file.start, text.start);
        let common = pairs.len();
        for (i, j) in pairs.into_iter().map(|(i, j)| (file.start + i, text.start + j)).chain([(file.end, text.end)]) {
            self.edit(file_at..i, text_at..j, edits);
            (file_at, text_at) = (i + 1, j + 1);
        }
        common
    }

    /// Compares what lies before the first block, and says where the copy begins.
    fn front(&self, file: Range<usize>, text: Range<usize>, edits: &mut Vec<Edit>) -> (usize, usize) {
        let pairs = common_words(&self.file[file.clone()], &self.text[text.clone()]);
        // Words far from the block belong to something else.
        let kept: Vec<_> = dense_end(&pairs, file.len()).to_vec();
        let Some((i, j)) = kept.first().copied() else {
            self.edit(file.end..file.end, text, edits);
            return (file.end, 0);
        };
        self.edit(file.start + i..file.start + i, text.start..text.start + j, edits);
        let common = self.between(file.start + i..file.end, text.start + j..text.end, edits);
        (file.start + i, common)
    }

    /// Compares what lies after the last block, and says where the copy ends.
    fn back(&self, file: Range<usize>, text: Range<usize>, edits: &mut Vec<Edit>) -> (usize, usize) {
        let pairs = common_words(&self.file[file.clone()], &self.text[text.clone()]);
        let kept: Vec<_> = dense_start(&pairs).to_vec();
        let Some((i, j)) = kept.last().copied() else {
            self.edit(file.start..file.start, text, edits);
            return (file.start, 0);
        };
        let common = self.between(file.start..file.start + i + 1, text.start..text.start + j + 1, edits);
        self.edit(file.start + i + 1..file.start + i + 1, text.start + j + 1..text.end, edits);
        (file.start + i + 1, common)
    }

    fn edit(&self, file: Range<usize>, text: Range<usize>, edits: &mut Vec<Edit>) {
        let kept = text.start.max(self.obligatory.start)..text.end.min(self.obligatory.end);
        let missing = if kept.is_empty() { Vec::new() } else { self.text[kept].to_vec() };
        if file.is_empty() && missing.is_empty() {
            return;
        }
        let short = self.text.len() < 700;
        let as_is = words::find(self.text, &[words::id("as"), words::id("is")], 0);
        edits.push(Edit {
            file,
            missing,
            at: text.start * 1000 / self.text.len().max(1),
            disclaimer: short && as_is.is_some_and(|at| text.start >= at),
        });
    }
}

/// Pairs of a chain joined to blocks of words: start in the file, start in the text, length.
fn blocks(chain: &[(usize, usize)]) -> Vec<(usize, usize, usize)> {
    let mut blocks: Vec<(usize, usize, usize)> = Vec::new();
    for (file, text) in chain {
        match blocks.last_mut() {
            Some((start, place, length)) if file - *start == text - *place && *file <= *start + *length => {
                *length = file - *start + SHINGLE;
            }
            // A block that would overlap the last one in either text adds nothing certain.
            Some((start, place, length)) if *file < *start + *length || *text < *place + *length => {}
            _ => blocks.push((*file, *text, SHINGLE)),
        }
    }
    blocks
}

/// A longest common subsequence of two short stretches; empty where they are too long to compare.
fn common_words(a: &[u32], b: &[u32]) -> Vec<(usize, usize)> {
    if a.is_empty() || b.is_empty() || a.len().saturating_mul(b.len()) > CELLS {
        return Vec::new();
    }
    let width = b.len() + 1;
    let mut table = vec![0u16; (a.len() + 1) * width];
    for i in (0..a.len()).rev() {
        for j in (0..b.len()).rev() {
            table[i * width + j] = if a[i] == b[j] {
                table[(i + 1) * width + j + 1] + 1
            } else {
                table[(i + 1) * width + j].max(table[i * width + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let mut pairs = Vec::new();
    while i < a.len() && j < b.len() {
        if a[i] == b[j] {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if table[(i + 1) * width + j] >= table[i * width + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}

/// The pairs at the end that leave no large hole in the file.
fn dense_end(pairs: &[(usize, usize)], length: usize) -> &[(usize, usize)] {
    let mut next = length;
    let kept = pairs.iter().rev().take_while(|(i, _)| {
        let near = next - i <= PARAGRAPH / 2;
        next = *i;
        near
    });
    &pairs[pairs.len() - kept.count()..]
}

/// The pairs at the start that leave no large hole in the file.
fn dense_start(pairs: &[(usize, usize)]) -> &[(usize, usize)] {
    let mut last = 0;
    let kept = pairs.iter().take_while(|(i, _)| {
        let near = i - last <= PARAGRAPH / 2;
        last = *i;
        near
    });
    &pairs[..kept.count()]
}
