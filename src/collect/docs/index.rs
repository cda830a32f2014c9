//! The phrases of all topics in one index, so that each word of a text is looked up once, however many topics there are.

use std::collections::{BTreeMap, HashMap};

use super::phrase::{GAP, Phrase, Term};
use super::topic::Topic;
use super::words::Break;

/// What a phrase is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Purpose {
    Heading,
    Head,
    Deny,
    Refuse,
    Exclude,
    ExcludeHeading,
    Link,
    Slot(usize),
    /// Voids the slot.
    Not(usize),
}

/// A phrase of one topic.
#[derive(Debug)]
struct Entry {
    topic: usize,
    purpose: Purpose,
    elements: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    gap: bool,
    optional: bool,
    /// Runs of terms, sorted by their first.
    alternatives: Vec<Box<[u32]>>,
}

/// All phrases, found by their first words.
#[derive(Debug, Default)]
pub(crate) struct Index {
    exact: HashMap<String, u32>,
    prefix: HashMap<String, u32>,
    longest_prefix: usize,
    /// By term: the phrases that may begin with it.
    starts: Vec<Vec<usize>>,
    entries: Vec<Entry>,
}

/// A word of a text, with the terms of phrases that it matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WordId(u32);

/// The words of all texts, each looked up once.
#[derive(Debug, Default)]
pub(crate) struct Vocabulary {
    ids: HashMap<Box<str>, u32>,
    words: Vec<(Box<str>, Box<[u32]>)>,
}

/// A phrase found in a sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) topic: usize,
    pub(crate) purpose: Purpose,
    /// The words that the phrase names, in order, without those that its gaps skip.
    pub(crate) matched: Vec<u16>,
}

/// The words of one sentence as the index looks at them.
pub(crate) struct Sequence<'a> {
    pub(crate) words: &'a [WordId],
    pub(crate) before: &'a [Break],
    /// The clause of each word.
    pub(crate) clause: &'a [u16],
    /// How many of the words belong to the lead-in.
    pub(crate) lead: usize,
}

/// The term `#`.
const NUMBER: u32 = 0;

impl Index {
    pub(crate) fn new(topics: &BTreeMap<String, Topic>) -> Self {
        let mut index = Self { starts: vec![Vec::new()], ..Self::default() };
        for (number, topic) in topics.values().enumerate() {
            for (purpose, phrases) in [
                (Purpose::Heading, &topic.headings),
                (Purpose::Head, &topic.head),
                (Purpose::Deny, &topic.deny),
                (Purpose::Refuse, &topic.refuse),
                (Purpose::Exclude, &topic.exclude),
                (Purpose::ExcludeHeading, &topic.exclude_headings),
                (Purpose::Link, &topic.links),
            ] {
                index.add(number, purpose, phrases);
            }
            for (at, slot) in topic.slots.iter().enumerate() {
                index.add(number, Purpose::Slot(at), &slot.any);
                index.add(number, Purpose::Not(at), &slot.not);
            }
        }
        index
    }

    fn add(&mut self, topic: usize, purpose: Purpose, phrases: &[Phrase]) {
        for phrase in phrases {
            let elements: Vec<Step> = phrase
                .elements
                .iter()
                .map(|element| {
                    let runs = element.alternatives.iter().filter(|run| !run.is_empty());
                    let mut alternatives: Vec<Box<[u32]>> =
                        runs.map(|run| run.iter().map(|term| self.term(term)).collect()).collect();
                    alternatives.sort();
                    alternatives.dedup();
                    Step { gap: element.gap, optional: element.optional(), alternatives }
                })
                .collect();
            let number = self.entries.len();
            for step in &elements {
                for first in step.alternatives.iter().filter_map(|run| run.first()) {
                    if let Some(starts) = self.starts.get_mut(*first as usize)
                        && starts.last() != Some(&number)
                    {
                        starts.push(number);
                    }
                }
                if !step.optional {
                    break;
                }
            }
            self.entries.push(Entry { topic, purpose, elements });
        }
    }

    fn term(&mut self, term: &Term) -> u32 {
        let next = u32::try_from(self.starts.len()).unwrap_or(u32::MAX);
        let id = match term {
            Term::Number => NUMBER,
            Term::Exact(word) => *self.exact.entry(word.clone()).or_insert(next),
            Term::Prefix(word) => {
                self.longest_prefix = self.longest_prefix.max(word.len());
                *self.prefix.entry(word.clone()).or_insert(next)
            }
        };
        if id == next {
            self.starts.push(Vec::new());
        }
        id
    }

    /// The terms that a word matches.
    fn terms_of(&self, word: &str) -> Box<[u32]> {
        let mut terms: Vec<u32> = self.exact.get(word).copied().into_iter().collect();
        if word.starts_with(|c: char| c.is_numeric()) {
            terms.push(NUMBER);
        }
        let ends = word.char_indices().map(|(at, c)| at + c.len_utf8()).take_while(|end| *end <= self.longest_prefix);
        terms.extend(ends.filter_map(|end| self.prefix.get(word.get(..end)?)).copied());
        terms.into_boxed_slice()
    }

    /// Every phrase of some topics that stands in a sentence, once for each word it begins at.
    pub(crate) fn hits(
        &self,
        vocabulary: &Vocabulary,
        sequence: &Sequence<'_>,
        wanted: impl Fn(usize) -> bool,
    ) -> Vec<Hit> {
        let mut hits = Vec::new();
        let mut begun: Vec<usize> = Vec::new();
        let mut walk = Walk { steps: &[], vocabulary, sequence, matched: Vec::new(), dead: Vec::new() };
        for at in 0..sequence.words.len() {
            begun.clear();
            for term in vocabulary.terms(sequence.words[at]) {
                begun.extend(self.starts.get(*term as usize).into_iter().flatten());
            }
            begun.sort_unstable();
            begun.dedup();
            for entry in begun.iter().filter_map(|number| self.entries.get(*number)).filter(|entry| wanted(entry.topic))
            {
                walk.steps = &entry.elements;
                walk.matched.clear();
                walk.dead.clear();
                if walk.from(0, at, true) {
                    hits.push(Hit { topic: entry.topic, purpose: entry.purpose, matched: walk.matched.clone() });
                }
            }
        }
        hits
    }

    /// Whether a phrase of this purpose and topic stands in a short text: a heading, a label, a name.
    pub(crate) fn purposes_in(&self, vocabulary: &mut Vocabulary, text: &str) -> Vec<(usize, Purpose)> {
        let mut words = Vec::new();
        let mut before = Vec::new();
        super::words::each_word(text, |word| {
            if words.len() < MAX_HEADING_WORDS {
                words.push(vocabulary.id(self, &word.norm));
                before.push(word.before.min(Break::Soft));
            }
        });
        let clause = vec![0; words.len()];
        let sequence = Sequence { words: &words, before: &before, clause: &clause, lead: 0 };
        let mut found: Vec<_> =
            self.hits(vocabulary, &sequence, |_| true).into_iter().map(|hit| (hit.topic, hit.purpose)).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

/// Words of a heading that are looked at.
const MAX_HEADING_WORDS: usize = 40;

impl Vocabulary {
    pub(crate) fn id(&mut self, index: &Index, word: &str) -> WordId {
        if let Some(id) = self.ids.get(word) {
            return WordId(*id);
        }
        let id = u32::try_from(self.words.len()).unwrap_or(u32::MAX);
        self.ids.insert(word.into(), id);
        self.words.push((word.into(), index.terms_of(word)));
        WordId(id)
    }

    pub(crate) fn text(&self, word: WordId) -> &str {
        self.words.get(word.0 as usize).map_or("", |(text, _)| text)
    }

    fn terms(&self, word: WordId) -> &[u32] {
        self.words.get(word.0 as usize).map_or(&[], |(_, terms)| terms)
    }
}

/// One attempt to match a phrase from one word on. Every pair of step and word is tried once.
struct Walk<'a> {
    steps: &'a [Step],
    vocabulary: &'a Vocabulary,
    sequence: &'a Sequence<'a>,
    matched: Vec<u16>,
    dead: Vec<(usize, usize)>,
}

impl Walk<'_> {
    /// Matches the steps from `step` on with the words from `at` on.
    fn from(&mut self, step: usize, at: usize, first: bool) -> bool {
        let Some(current) = self.steps.get(step) else { return true };
        if self.dead.contains(&(step, at)) {
            return false;
        }
        let (from, to) = if current.gap && !first { self.reach(at) } else { (at, at + 1) };
        let lead = self.sequence.lead;
        let vocabulary = self.vocabulary;
        for start in (from..to).filter(|start| *start >= lead || *start <= at + GAP) {
            let Some(word) = self.sequence.words.get(start) else { break };
            for term in vocabulary.terms(*word) {
                let begin = current.alternatives.partition_point(|run| run.first() < Some(term));
                for run in current.alternatives.iter().skip(begin).take_while(|run| run.first() == Some(term)) {
                    if !self.stands(run, start, first || current.gap) {
                        continue;
                    }
                    let before = self.matched.len();
                    self.matched.extend((start..start + run.len()).filter_map(|at| u16::try_from(at).ok()));
                    if self.from(step + 1, start + run.len(), false) {
                        return true;
                    }
                    self.matched.truncate(before);
                }
            }
        }
        if current.optional && self.from(step + 1, at, first) {
            return true;
        }
        self.dead.push((step, at));
        false
    }

    /// The words that a gap before `at` may end at.
    fn reach(&self, at: usize) -> (usize, usize) {
        let sequence = self.sequence;
        let Some(previous) = at.checked_sub(1) else { return (at, at + 1) };
        let clause = sequence.clause.get(previous);
        let mut end = at;
        // A lead-in may be long; what it leads to begins right after it.
        let limit = if at <= sequence.lead { sequence.lead + GAP + 1 } else { at + GAP + 1 };
        while end < sequence.words.len() && end < limit {
            if sequence.clause.get(end) != clause && end != sequence.lead {
                // The word that opens the next clause may be named by the phrase itself: "merged … unless".
                let named = sequence.before.get(end).is_some_and(|before| *before < Break::Hard);
                return (at, if named { end + 1 } else { end });
            }
            end += 1;
        }
        (at, end)
    }

    /// Whether a run of words stands at `start`, with nothing but blanks between them.
    fn stands(&self, run: &[u32], start: usize, free: bool) -> bool {
        run.iter().enumerate().all(|(offset, term)| {
            let at = start + offset;
            let joined = (offset == 0 && free)
                || self.sequence.before.get(at).is_some_and(|before| matches!(before, Break::None | Break::Lead));
            joined && self.sequence.words.get(at).is_some_and(|word| self.vocabulary.terms(*word).contains(term))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::docs::topic;
    use crate::collect::docs::words::each_word;
    use rstest::rstest;

    fn found(phrase: &str, text: &str) -> Option<Vec<u16>> {
        let yaml = format!("topic: t\ntitle: T\nroles: [readme]\nslots: [{{name: s, any: [{phrase:?}]}}]\n");
        let topics = BTreeMap::from([("t".to_owned(), topic::parse("t.yaml", &yaml).expect("a topic"))]);
        let index = Index::new(&topics);
        let mut vocabulary = Vocabulary::default();
        let (mut words, mut before) = (Vec::new(), Vec::new());
        each_word(text, |word| {
            words.push(vocabulary.id(&index, &word.norm));
            before.push(word.before);
        });
        let clause: Vec<u16> = before
            .iter()
            .scan(0, |clause, before| {
                *clause += u16::from(*before >= Break::Hard);
                Some(*clause)
            })
            .collect();
        let sequence = Sequence { words: &words, before: &before, clause: &clause, lead: 0 };
        index.hits(&vocabulary, &sequence, |_| true).first().map(|hit| hit.matched.clone())
    }

    #[rstest]
    #[case("report* ... vulnerab*", "please report any new vulnerability", Some(vec![1, 4]))]
    #[case("report* ... vulnerab*", "reporting vulnerabilities", Some(vec![0, 1]))]
    #[case("report* ... vulnerab*", "report one two three four five six vulnerabilities", Some(vec![0, 7]))]
    #[case("report* ... vulnerab*", "report one two three four five six seven vulnerabilities", None)]
    #[case("report* ... vulnerab*", "report it; vulnerabilities are bad", None)]
    #[case("report* ... vulnerab*", "a reporter, and his vulnerability", Some(vec![1, 4]))]
    #[case("(email|mail|contact) us", "do contact us", Some(vec![1, 2]))]
    #[case("(email|mail|contact) us", "contact, us", None)]
    #[case("build", "team building", None)]
    #[case("the (next|) release", "until the release", Some(vec![1, 2]))]
    #[case("the (next|) release", "until the next release", Some(vec![1, 2, 3]))]
    #[case("within # days", "within 30 days", Some(vec![0, 1, 2]))]
    #[case("sign-off", "a sign off line", Some(vec![1, 2]))]
    #[case("(pull request|patch)* ... tests", "pull requests need tests", Some(vec![0, 1, 3]))]
    #[case("a ... b ... c", "a x a b x x c", Some(vec![0, 3, 6]))]
    fn matches(#[case] phrase: &str, #[case] text: &str, #[case] expected: Option<Vec<u16>>) {
        assert_eq!(found(phrase, text), expected);
    }
}
