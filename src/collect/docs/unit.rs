//! One stretch of a document that belongs to a topic, and what it says: which slots are filled, and which class that makes.

use std::collections::{BTreeMap, BTreeSet};

use super::index::Purpose;
use super::reading::{Found, Mood, Sentence, What};
use super::recognise::Kind;
use super::topic::{Scope, Slot, Topic, Wanted};

/// A stretch of a document.
#[derive(Debug, Default)]
pub(super) struct Unit {
    /// Numbers of its sentences.
    pub(super) sentences: Vec<usize>,
    /// Whether it stands under an own-topic heading or in an own document.
    pub(super) own: bool,
    /// Words that count for `min_words`.
    pub(super) words: u64,
    /// Slots that its headings fill.
    pub(super) headings: BTreeSet<usize>,
    /// Whether one of its headings holds a head phrase.
    pub(super) head: bool,
}

/// What fills a slot: the sentence, and the span of words in its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fill {
    pub(super) sentence: usize,
    pub(super) span: (usize, usize),
}

/// What a unit says.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) class: Option<&'static str>,
    /// By slot; none for a slot that a heading fills.
    pub(super) slots: BTreeMap<usize, Option<Fill>>,
    /// The sentence to quote.
    pub(super) at: Option<usize>,
}

/// The findings of one topic in the sentences of one document.
pub(super) struct Evidence<'a> {
    pub(super) number: usize,
    pub(super) topic: &'a Topic,
    pub(super) sentences: &'a [Sentence],
    /// By sentence: the slots it fills, with the words.
    pub(super) fills: BTreeMap<usize, Vec<(usize, Raw)>>,
}

/// One filling of a slot in one sentence.
#[derive(Debug, Clone, Copy)]
pub(super) struct Raw {
    span: (usize, usize),
    in_lead: bool,
    /// A number for the words, equal for equal words.
    words: u64,
    /// Whether it shows several things at once: a diagram, a list.
    whole: bool,
}

impl<'a> Evidence<'a> {
    /// Collects what fills slots, for a list of findings as pairs of sentence and place in it.
    pub(super) fn new(
        number: usize,
        topic: &'a Topic,
        sentences: &'a [Sentence],
        found: impl Iterator<Item = (usize, usize)>,
    ) -> Self {
        let mut evidence = Self { number, topic, sentences, fills: BTreeMap::new() };
        let mut voided: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (at, place) in found {
            let Some((sentence, found)) =
                sentences.get(at).and_then(|sentence| Some((sentence, sentence.found.get(place)?)))
            else {
                continue;
            };
            if let What::Phrase(topic, Purpose::Not(slot)) = found.what
                && topic == number
            {
                voided.insert((at, slot));
            }
            let whole = matches!(found.what, What::Mark(Kind::Diagram | Kind::ListOf3 | Kind::RepositoryList));
            for slot in evidence.slots_of(sentence, found) {
                evidence
                    .fills
                    .entry(at)
                    .or_default()
                    .push((slot, Raw { span: found.span, in_lead: found.in_lead, words: found.words, whole }));
            }
        }
        evidence.drop_void(&voided);
        evidence
    }

    fn slots_of(&self, sentence: &Sentence, found: &Found) -> Vec<usize> {
        let fits = |slot: &Slot| match slot.polarity {
            Wanted::Affirmative => !found.denied && sentence.mood == Mood::States,
            Wanted::Asked => !found.denied && matches!(sentence.mood, Mood::States | Mood::Asks),
            Wanted::Negative => found.denied && sentence.mood == Mood::States,
            Wanted::Any => matches!(sentence.mood, Mood::States | Mood::Asks),
        };
        let slots = self.topic.slots.iter().enumerate();
        match found.what {
            What::Phrase(topic, Purpose::Slot(at)) if topic == self.number => {
                let in_code = |slot: &Slot| !sentence.is_code || slot.code || self.topic.code;
                slots
                    .filter(|(number, slot)| *number == at && fits(slot) && in_code(slot))
                    .map(|(number, _)| number)
                    .collect()
            }
            What::Mark(kind) => {
                slots.filter(|(_, slot)| slot.kinds.contains(&kind) && fits(slot)).map(|(number, _)| number).collect()
            }
            What::Phrase(..) => Vec::new(),
        }
    }

    /// Takes out what `not` voids and what lacks its `with`.
    fn drop_void(&mut self, voided: &BTreeSet<(usize, usize)>) {
        let topic = self.topic;
        for (at, fills) in &mut self.fills {
            fills.retain(|(slot, _)| !voided.contains(&(*at, *slot)));
            let filled: BTreeSet<&str> =
                fills.iter().filter_map(|(slot, _)| topic.slots.get(*slot)).map(|slot| slot.name.as_str()).collect();
            let lacks = |slot: usize| {
                topic.slots.get(slot).and_then(|slot| slot.with.as_deref()).is_some_and(|with| !filled.contains(with))
            };
            let kept: Vec<bool> = fills.iter().map(|(slot, _)| !lacks(*slot)).collect();
            let mut kept = kept.into_iter();
            fills.retain(|_| kept.next().unwrap_or(true));
        }
        self.fills.retain(|_, fills| !fills.is_empty());
    }

    /// Judges one unit.
    pub(super) fn judge(&self, unit: &Unit) -> Said {
        let slots = match self.topic.scope {
            Scope::Block => self.best_block(unit),
            _ => self.slots_in(&unit.sentences, &unit.headings),
        };
        let by_text = slots.values().any(Option::is_some);
        let counts = slots
            .iter()
            .any(|(slot, fill)| fill.is_some() && self.topic.slots.get(*slot).is_some_and(|slot| slot.alone));
        let at = self.quoted(unit, &slots);
        let (stock, total) = self.weigh(unit);
        if total > 0 && stock * 10 >= total * 6 {
            return Said {
                class: Some("placeholder"),
                slots: BTreeMap::new(),
                at: self.first(unit, |mood| mood == Mood::Stock),
            };
        }
        if by_text && self.complete(&slots) && unit.words >= self.topic.min_words && (unit.own || !self.topic.own) {
            return Said { class: Some("stated"), slots, at };
        }
        if !unit.own {
            return Said { class: None, slots, at };
        }
        if counts {
            return Said { class: Some("partial"), slots, at };
        }
        let class = if let Some(at) = self.awaited(unit, |mood| mood == Mood::Announces) {
            return Said { class: Some("deferred"), slots, at: Some(at) };
        } else if let Some(at) = self.awaited(unit, |mood| matches!(mood, Mood::Waits | Mood::Stock)) {
            return Said { class: Some("placeholder"), slots, at: Some(at) };
        } else {
            (unit.head && total > 0).then_some("mention")
        };
        Said { class, slots, at: unit.sentences.first().copied() }
    }

    /// The sentence that fills most of these slots, with its own words before its lead-in; the first of them.
    fn quoted(&self, unit: &Unit, slots: &BTreeMap<usize, Option<Fill>>) -> Option<usize> {
        let by_text: BTreeSet<usize> = slots.iter().filter(|(_, fill)| fill.is_some()).map(|(slot, _)| *slot).collect();
        let filled = |at: usize| {
            let fills = self.fills.get(&at).into_iter().flatten();
            let (mut own, mut all) = (BTreeSet::new(), BTreeSet::new());
            for (slot, raw) in fills.filter(|(slot, _)| by_text.contains(slot)) {
                all.insert(*slot);
                if !raw.in_lead {
                    own.insert(*slot);
                }
            }
            (own.len(), all.len())
        };
        let sentences = unit.sentences.iter().map(|at| (filled(*at), std::cmp::Reverse(*at)));
        sentences.max().filter(|((_, all), _)| *all > 0).map(|(_, std::cmp::Reverse(at))| at)
    }

    fn first(&self, unit: &Unit, is: impl Fn(Mood) -> bool) -> Option<usize> {
        unit.sentences.iter().copied().find(|at| self.sentences.get(*at).is_some_and(|sentence| is(sentence.mood)))
    }

    /// The first sentence of a mood that stands for the unit as a whole, because little else is said there.
    fn awaited(&self, unit: &Unit, is: impl Fn(Mood) -> bool) -> Option<usize> {
        let stated =
            |at: &usize| self.sentences.get(*at).filter(|sentence| sentence.mood == Mood::States && !sentence.is_code);
        let words: u64 = unit.sentences.iter().filter_map(stated).map(|sentence| sentence.words).sum();
        if words < FEW_WORDS { self.first(unit, is) } else { None }
    }

    /// Words of a host's stock text, and all words.
    fn weigh(&self, unit: &Unit) -> (u64, u64) {
        unit.sentences.iter().filter_map(|at| self.sentences.get(*at)).fold((0, 0), |(stock, total), sentence| {
            let own = if sentence.mood == Mood::Stock { sentence.words } else { 0 };
            (stock + own, total + sentence.words)
        })
    }

    /// Whether enough slots are filled, and those that have to be.
    pub(super) fn complete(&self, slots: &BTreeMap<usize, Option<Fill>>) -> bool {
        is_complete(self.topic, &slots.keys().copied().collect())
    }

    /// The slots filled in a run of sentences.
    fn slots_in(&self, sentences: &[usize], headings: &BTreeSet<usize>) -> BTreeMap<usize, Option<Fill>> {
        let mut filled: BTreeMap<usize, Option<Fill>> = headings.iter().map(|slot| (*slot, None)).collect();
        let mut blocks: BTreeMap<usize, BTreeSet<(usize, usize)>> = BTreeMap::new();
        let mut words: BTreeMap<usize, BTreeSet<u64>> = BTreeMap::new();
        let mut whole: BTreeSet<usize> = BTreeSet::new();
        for at in sentences {
            let Some(sentence) = self.sentences.get(*at) else { continue };
            for (slot, raw) in self.fills.get(at).into_iter().flatten() {
                if self.topic.slots.get(*slot).is_some_and(|slot| slot.within.is_some()) {
                    continue;
                }
                if !raw.in_lead {
                    blocks.entry(*slot).or_default().insert((sentence.section, sentence.block));
                    words.entry(*slot).or_default().insert(raw.words);
                    if raw.whole {
                        whole.insert(*slot);
                    }
                }
                let fill = Fill { sentence: *at, span: raw.span };
                filled.entry(*slot).and_modify(|found| *found = found.or(Some(fill))).or_insert(Some(fill));
            }
        }
        let few = |slot: usize| {
            let least = self.topic.slots.get(slot).map_or(1, |slot| slot.least);
            let count = blocks.get(&slot).map_or(0, BTreeSet::len).max(words.get(&slot).map_or(0, BTreeSet::len));
            least > 1 && count < least && !whole.contains(&slot)
        };
        filled.retain(|slot, _| !few(*slot));
        filled.extend(self.best_window(sentences, headings));
        filled
    }

    /// The slots with `within` in the run of sentences of one section that fills most of them, beside those that headings fill.
    fn best_window(&self, sentences: &[usize], headings: &BTreeSet<usize>) -> BTreeMap<usize, Option<Fill>> {
        let wanted = |slot: usize| self.topic.slots.get(slot).and_then(|slot| slot.within);
        let widest = self.topic.slots.iter().filter_map(|slot| slot.within).max().unwrap_or(0).min(MAX_WINDOW);
        let mut best: BTreeMap<usize, Option<Fill>> = BTreeMap::new();
        let mut most = (0, 0);
        if widest == 0 {
            return best;
        }
        for (place, start) in sentences.iter().enumerate().filter(|(_, at)| self.fills.contains_key(at)) {
            let Some(section) = self.sentences.get(*start).map(|sentence| sentence.section) else { continue };
            let mut found: BTreeMap<usize, Option<Fill>> = BTreeMap::new();
            for (offset, at) in sentences.iter().skip(place).take(widest).enumerate() {
                if self.sentences.get(*at).is_none_or(|sentence| sentence.section != section) {
                    break;
                }
                for (slot, raw) in self.fills.get(at).into_iter().flatten() {
                    if wanted(*slot).is_some_and(|within| offset < within) {
                        found.entry(*slot).or_insert(Some(Fill { sentence: *at, span: raw.span }));
                    }
                }
            }
            let count = (found.keys().filter(|slot| !headings.contains(slot)).count(), found.len());
            if count > most {
                (best, most) = (found, count);
            }
        }
        best
    }

    /// The slots of the block that fills most of them.
    fn best_block(&self, unit: &Unit) -> BTreeMap<usize, Option<Fill>> {
        let mut best: BTreeMap<usize, Option<Fill>> = BTreeMap::new();
        for run in self.by_block(&unit.sentences) {
            let slots = self.slots_in(run, &unit.headings);
            let better = (self.complete(&slots), slots.len()) > (self.complete(&best), best.len());
            if better && slots.values().any(Option::is_some) {
                best = slots;
            }
        }
        best
    }

    /// Sentences in runs of one block each.
    pub(super) fn by_block<'s>(&self, sentences: &'s [usize]) -> impl Iterator<Item = &'s [usize]> {
        let place = |at: &usize| self.sentences.get(*at).map(|sentence| (sentence.section, sentence.block));
        sentences.chunk_by(move |a, b| place(a) == place(b))
    }

    /// The slots filled anywhere in some sentences, without any bound.
    pub(super) fn anywhere(&self, sentences: &[usize]) -> BTreeSet<usize> {
        sentences.iter().filter_map(|at| self.fills.get(at)).flatten().map(|(slot, _)| *slot).collect()
    }

    /// Whether a block fills a slot with other words than those of a head phrase.
    pub(super) fn fills_beside(&self, block: &[usize], head: (usize, (usize, usize))) -> bool {
        block.iter().any(|at| {
            self.fills.get(at).into_iter().flatten().any(|(_, raw)| {
                let apart = raw.span.1 <= head.1.0 || raw.span.0 >= head.1.1;
                !raw.in_lead && (*at != head.0 || apart)
            })
        })
    }
}

/// A unit that states fewer words says nothing beside what it announces.
const FEW_WORDS: u64 = 40;
/// Sentences of a window at most.
const MAX_WINDOW: usize = 20;

/// Whether these slots make a topic `stated`.
pub(super) fn is_complete(topic: &Topic, slots: &BTreeSet<usize>) -> bool {
    let name = |slot: &usize| topic.slots.get(*slot).map(|slot| slot.name.as_str());
    let needed = match topic.need {
        Some(need) => slots.len() >= need,
        None => topic.slots.iter().enumerate().all(|(number, slot)| slot.optional || slots.contains(&number)),
    };
    needed && topic.required.iter().all(|required| slots.iter().filter_map(name).any(|name| name == required))
}
