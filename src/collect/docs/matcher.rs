//! What all documents together say about each topic: the classes of R7, their places, and the links that lead out of the tree.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::index::{Index, Purpose, Vocabulary};
use super::model::{Document, Library, Link, Section, State, Target};
use super::reading::{Mood, Reader, Sentence, What};
use super::recognise::Recognisers;
use super::template::Templates;
use super::topic::{self, CLASSES, Scope, Topic, Topics};
use super::unit::{Evidence, Said, Unit, is_complete};
use super::{TopicFinding, TopicLink, TopicPlace};
use crate::bundle::Bundle;
use crate::collect::limits;

/// Documents whose halves of a topic are put together.
const MAX_HALVES: usize = 40;

/// The tables and topics that matching works with.
pub(crate) struct Matcher {
    topics: Arc<Topics>,
    index: Index,
    recognisers: Arc<Recognisers>,
    templates: Arc<Templates>,
}

impl Matcher {
    /// Reads topics and tables; the error names a table that is missing or malformed. Malformed topics are left out.
    pub(crate) fn load(policies: &Bundle) -> Result<Arc<Self>, String> {
        policies.prepared(Self::from_bundle)
    }

    fn from_bundle(policies: &Bundle) -> Result<Self, String> {
        let topics = topic::load(policies);
        Ok(Self {
            index: Index::new(&topics.by_name),
            recognisers: Recognisers::load(policies)?,
            templates: Templates::load(policies)?,
            topics,
        })
    }

    /// What a library says about every topic.
    pub(crate) fn read(&self, library: &Library) -> BTreeMap<String, TopicFinding> {
        let name = |document: &Document| document.path.rsplit('/').next().unwrap_or(&document.path).to_lowercase();
        let mut reader = Reader {
            index: &self.index,
            recognisers: &self.recognisers,
            templates: &self.templates,
            vocabulary: Vocabulary::default(),
            names: library.documents.iter().map(name).collect(),
            wanted: Vec::new(),
        };
        let mut headings = Headings { index: &self.index, known: HashMap::new() };
        let mut gathered: Vec<Gathered<'_>> = self.topics.by_name.values().map(Gathered::new).collect();
        for document in library.documents.iter().chain(&library.release) {
            reader.wanted = self.topics.by_name.values().map(|topic| role_of(topic, document).is_some()).collect();
            if !reader.wanted.contains(&true) {
                continue;
            }
            let sentences = reader.read(document);
            let page = Page::new(document, &sentences, &mut headings, &mut reader, self.topics.by_name.len());
            for (number, gathered) in gathered.iter_mut().enumerate() {
                page.gather(number, gathered);
            }
        }
        self.topics.by_name.keys().cloned().zip(gathered.into_iter().map(Gathered::finding)).collect()
    }
}

/// What headings say for topics, each looked at once.
struct Headings<'a> {
    index: &'a Index,
    known: HashMap<String, Purposes>,
}

impl Headings<'_> {
    fn purposes(&mut self, vocabulary: &mut Vocabulary, text: &str) -> &[(usize, Purpose)] {
        if !self.known.contains_key(text) {
            let purposes = self.index.purposes_in(vocabulary, text);
            self.known.insert(text.to_owned(), purposes);
        }
        self.known.get(text).map_or(&[], Vec::as_slice)
    }
}

/// The role in which a document speaks about a topic, and whether it is wholly about it.
fn role_of<'d>(topic: &Topic, document: &'d Document) -> Option<(&'d str, bool)> {
    let first = |roles: &BTreeSet<String>| document.roles.iter().find(|role| roles.contains(*role)).map(String::as_str);
    first(&topic.roles).map(|role| (role, true)).or_else(|| first(&topic.also).map(|role| (role, false)))
}

/// What one text says for topics, by their numbers.
type Purposes = Vec<(usize, Purpose)>;

/// One document with everything found in it, sorted by topic.
struct Page<'d, 's> {
    document: &'d Document,
    sentences: &'s [Sentence],
    /// By topic: phrases as pairs of sentence and place in it.
    phrases: Vec<Vec<(usize, usize)>>,
    marks: Vec<(usize, usize)>,
    /// By section: what each of its headings says for topics.
    headings: Vec<Vec<Purposes>>,
    /// What the name of the file says for topics.
    name: Purposes,
    /// Whether the first heading stands above others.
    has_title: bool,
    /// By link: what its label and target say for topics.
    links: Vec<(usize, &'d Link, Purposes)>,
    /// Whether a marked blank in it waits for somebody: then it states nothing yet.
    draft: bool,
}

impl<'d, 's> Page<'d, 's> {
    fn new(
        document: &'d Document,
        sentences: &'s [Sentence],
        headings: &mut Headings<'_>,
        reader: &mut Reader<'_>,
        topics: usize,
    ) -> Self {
        let recognisers = reader.recognisers;
        let vocabulary = &mut reader.vocabulary;
        let mut phrases = vec![Vec::new(); topics];
        let mut marks = Vec::new();
        for (at, sentence) in sentences.iter().enumerate() {
            for (place, found) in sentence.found.iter().enumerate() {
                match found.what {
                    What::Phrase(topic, _) => {
                        if let Some(phrases) = phrases.get_mut(topic) {
                            phrases.push((at, place));
                        }
                    }
                    What::Mark(_) => marks.push((at, place)),
                }
            }
        }
        let said = document
            .sections
            .iter()
            .map(|section| {
                section.headings.iter().map(|heading| headings.purposes(vocabulary, heading).to_vec()).collect()
            })
            .collect();
        let title = document.title.as_deref();
        let has_title = document
            .sections
            .iter()
            .any(|section| section.headings.len() > 1 && section.headings.first().map(String::as_str) == title);
        let name = if document.has_role("readme") {
            Vec::new()
        } else {
            headings.purposes(vocabulary, &stem(&document.path)).to_vec()
        };
        let mut links = Vec::new();
        for (at, sentence) in sentences.iter().enumerate() {
            let block = document.sections.get(sentence.section).and_then(|section| section.blocks.get(sentence.block));
            for (link, _) in &sentence.links {
                let Some(link) = block.and_then(|block| block.links.get(*link)) else { continue };
                if link.to == Target::Outside && !recognisers.is_general(&link.target) {
                    let text = format!("{} . {}", link.label, path_words(&link.target));
                    links.push((at, link, headings.purposes(vocabulary, &text).to_vec()));
                }
            }
        }
        let draft = reader.templates.is_draft(document);
        Self { document, sentences, phrases, marks, headings: said, name, has_title, links, draft }
    }

    /// Adds what this document says about one topic.
    fn gather(&self, number: usize, gathered: &mut Gathered<'d>) {
        let topic = gathered.topic;
        let Some((role, wholly)) = role_of(topic, self.document) else { return };
        gathered.fits(self.document, wholly);
        let phrases = self.phrases.get(number).map_or(&[][..], Vec::as_slice);
        let found = phrases.iter().copied().chain(self.marks.iter().copied());
        let evidence = Evidence::new(number, topic, self.sentences, found);
        let stretch = self.stretch(number, topic, wholly);
        let units = self.units(number, topic, wholly, &stretch);
        let place = |class: &'static str, said: &Said| self.place(topic, role, class, said);

        let fitting: Vec<usize> =
            (0..self.sentences.len()).filter(|at| stretch.sentence(*at) != Belongs::Not).collect();
        gathered.anywhere.extend(evidence.anywhere(&fitting));
        for unit in &units {
            let said = evidence.judge(unit);
            if self.draft && unit.own && said.class.is_some() {
                // What a draft is about, its headings say before its sentences do.
                gathered.anywhere.extend(said.slots.keys().copied());
            }
            if let Some(class) = said.class {
                gathered.add(place(class, &said), unit.words, wholly && !self.draft && class == "placeholder");
            }
            if topic.scope == Scope::Linked && !self.draft && unit.own && !said.slots.is_empty() {
                gathered.halves.push(Half {
                    page: self.document,
                    slots: said.slots.keys().copied().collect(),
                    place: place("stated", &said),
                    words: unit.words,
                });
            }
        }
        self.heads(number, topic, &evidence, &stretch, &mut |class, said| {
            gathered.add(self.place(topic, role, class, said), 0, false);
        });
        for at in self.denials(number, phrases, &stretch) {
            let said = Said { class: Some("denied"), slots: BTreeMap::new(), at: Some(at) };
            gathered.add(place("denied", &said), 0, false);
        }
        self.gather_links(number, wholly, gathered);
    }

    /// Which sections and blocks belong to a topic.
    fn stretch(&self, number: usize, topic: &Topic, wholly: bool) -> Stretch<'_> {
        let is_readme = self.document.has_role("readme");
        let named = self.name.contains(&(number, Purpose::Heading))
            && (self.document.has_role("docs") || stem(&self.document.path).contains(' '));
        let mut roots = Vec::with_capacity(self.headings.len());
        for said in &self.headings {
            let title = |at: usize| at == 0 && self.has_title;
            let says = |said: &[(usize, Purpose)], purpose| said.contains(&(number, purpose));
            let excludes = |said: &[(usize, Purpose)]| {
                says(said, Purpose::Exclude) || says(said, Purpose::ExcludeHeading) && !says(said, Purpose::Head)
            };
            // A title speaks for what has no heading of its own on the topic.
            let led = said.iter().skip(1).any(|said| says(said, Purpose::Heading));
            let excluded = said.iter().enumerate().any(|(at, said)| {
                let spared = is_readme || led || wholly && says(said, Purpose::Heading);
                !(title(at) && spared) && excludes(said)
            });
            let root = said
                .iter()
                .enumerate()
                .position(|(at, said)| !(title(at) && is_readme) && said.contains(&(number, Purpose::Heading)));
            roots.push(match (excluded, root) {
                (true, _) => Root::Excluded,
                _ if wholly || named => Root::Document,
                (_, Some(depth)) => Root::Heading(depth),
                _ => Root::None,
            });
        }
        let mut blocks = BTreeSet::new();
        for (at, place) in self.phrases.get(number).into_iter().flatten() {
            let Some(sentence) = self.sentences.get(*at) else { continue };
            let excludes = sentence
                .found
                .get(*place)
                .is_some_and(|found| found.what == What::Phrase(number, Purpose::Exclude) && !found.in_lead);
            if !excludes || sentence.is_code && !topic.code {
                continue;
            }
            blocks.insert((sentence.section, sentence.block));
        }
        Stretch { sentences: self.sentences, roots, blocks }
    }

    /// The stretches that are judged as one.
    fn units(&self, number: usize, topic: &Topic, wholly: bool, stretch: &Stretch<'_>) -> Vec<Unit> {
        let mut units: Vec<Unit> = Vec::new();
        let mut open: Option<(usize, usize)> = None;
        let mut of_section: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for at in (0..self.sentences.len()).filter(|at| stretch.sentence(*at) != Belongs::Not) {
            if let Some(sentence) = self.sentences.get(at) {
                of_section.entry(sentence.section).or_default().push(at);
            }
        }
        let together = wholly || matches!(topic.scope, Scope::Document | Scope::Linked);
        for (section, root) in stretch.roots.iter().enumerate() {
            let sentences = of_section.remove(&section).unwrap_or_default();
            let (begins, own) = match root {
                Root::Excluded => continue,
                Root::Document => (units.is_empty(), true),
                Root::Heading(depth) => {
                    let same = open
                        .is_some_and(|(first, at)| at == *depth && self.prefix(first, at) == self.prefix(section, at));
                    if !same {
                        open = Some((section, *depth));
                    }
                    (!(same || together && units.iter().any(|unit| unit.own)), true)
                }
                Root::None => {
                    open = None;
                    if topic.own {
                        continue;
                    }
                    (true, false)
                }
            };
            if begins || units.last().is_none_or(|unit| unit.own != own) {
                units.push(Unit { own, ..Unit::default() });
            }
            let unit = if together && own { units.iter_mut().find(|unit| unit.own) } else { units.last_mut() };
            if let Some(unit) = unit {
                unit.words += sentences
                    .iter()
                    .filter_map(|at| self.sentences.get(*at))
                    .filter(|sentence| !sentence.is_code)
                    .map(|sentence| sentence.words)
                    .sum::<u64>();
                unit.sentences.extend(sentences);
                self.heading_slots(number, topic, section, unit);
            }
        }
        if wholly && let Some(unit) = units.first_mut() {
            unit.words = unit.words.max(self.document.words);
        }
        units
    }

    fn prefix(&self, section: usize, depth: usize) -> Option<&[String]> {
        self.document.sections.get(section).and_then(|section| section.headings.get(..=depth))
    }

    fn heading_slots(&self, number: usize, topic: &Topic, section: usize, unit: &mut Unit) {
        let is_readme = self.document.has_role("readme");
        for (at, said) in self.headings.get(section).into_iter().flatten().enumerate() {
            if at == 0 && self.has_title && is_readme {
                continue;
            }
            for (_, purpose) in said.iter().filter(|(topic, _)| *topic == number) {
                match purpose {
                    Purpose::Slot(slot) if topic.slots.get(*slot).is_some_and(|slot| slot.heading) => {
                        unit.headings.insert(*slot);
                    }
                    Purpose::Head => unit.head = true,
                    _ => {}
                }
            }
        }
    }

    /// Head phrases: in sections that are not the topic's own, and in own ones that say nothing more.
    fn heads(
        &self,
        number: usize,
        topic: &Topic,
        evidence: &Evidence<'_>,
        stretch: &Stretch<'_>,
        add: &mut dyn FnMut(&'static str, &Said),
    ) {
        let mut left = MAX_HEADS;
        for (at, place) in self.phrases.get(number).into_iter().flatten() {
            let Some(sentence) = self.sentences.get(*at) else { continue };
            let Some(found) = sentence.found.get(*place) else { continue };
            let counts = found.what == What::Phrase(number, Purpose::Head)
                && !found.denied
                && !found.in_lead
                && (!sentence.is_code || topic.code);
            if !counts || stretch.sentence(*at) == Belongs::Not {
                continue;
            }
            left -= 1;
            if left == 0 {
                break;
            }
            let class = match sentence.mood {
                Mood::States => {
                    let block = block_of(self.sentences, *at);
                    if evidence.fills_beside(&block, (*at, found.span)) { "partial" } else { "mention" }
                }
                Mood::Asks => "mention",
                Mood::Announces => "deferred",
                // What a draft is about, its own sections say.
                Mood::Waits if self.draft => continue,
                Mood::Waits | Mood::Stock => "placeholder",
            };
            let slots = if class == "partial" {
                evidence.judge(&Unit { sentences: block_of(self.sentences, *at), own: true, ..Unit::default() }).slots
            } else {
                BTreeMap::new()
            };
            add(class, &Said { class: Some(class), slots, at: Some(*at) });
        }
    }

    /// Sentences that deny the topic without any condition.
    fn denials(&self, number: usize, phrases: &[(usize, usize)], stretch: &Stretch<'_>) -> Vec<usize> {
        let mut denials: Vec<usize> = phrases
            .iter()
            .filter(|(at, place)| {
                self.sentences.get(*at).is_some_and(|sentence| {
                    sentence.mood == Mood::States
                        && !sentence.is_code
                        && sentence.found.get(*place).is_some_and(|found| {
                            let denies = found.what == What::Phrase(number, Purpose::Deny) && found.denied
                                || found.what == What::Phrase(number, Purpose::Refuse) && !found.denied;
                            denies && !found.in_lead && !self.is_limited(number, sentence, found.limited)
                        })
                }) && stretch.sentence(*at) != Belongs::Not
            })
            .map(|(at, _)| *at)
            .take(MAX_HEADS)
            .collect();
        denials.dedup();
        denials
    }

    /// Whether a denial is limited to a part: by something else than what the topic is about anyway.
    fn is_limited(&self, number: usize, sentence: &Sentence, limit: Option<usize>) -> bool {
        limit.is_some_and(|limit| {
            !sentence.found.iter().any(|found| {
                matches!(found.what, What::Phrase(topic, Purpose::Slot(_)) if topic == number)
                    && (limit..limit + NEAR_BYTES).contains(&found.span.0)
            })
        })
    }

    fn gather_links(&self, number: usize, wholly: bool, gathered: &mut Gathered<'_>) {
        let pointer = wholly && self.document.state == State::Pointer;
        for (at, link, said) in &self.links {
            let Some(sentence) = self.sentences.get(*at) else { continue };
            let phrase = |found: &super::reading::Found| found.what == What::Phrase(number, Purpose::Link);
            if !(pointer || said.contains(&(number, Purpose::Link)) || sentence.found.iter().any(phrase)) {
                continue;
            }
            let denied = sentence.links.iter().any(|(place, denied)| {
                *denied
                    && self
                        .document
                        .sections
                        .get(sentence.section)
                        .and_then(|section| section.blocks.get(sentence.block))
                        .and_then(|block| block.links.get(*place))
                        == Some(*link)
            });
            gathered.links.insert(TopicLink {
                url: link.target.clone(),
                label: link.label.clone(),
                path: self.document.path.clone(),
                line: link.line,
                affirmative: sentence.sends && !denied,
            });
        }
    }

    fn place(&self, topic: &Topic, role: &str, class: &'static str, said: &Said) -> TopicPlace {
        let sentence = said.at.and_then(|at| self.sentences.get(at));
        let section = sentence.and_then(|sentence| self.document.sections.get(sentence.section));
        let text = |sentence: &Sentence, (from, to): (usize, usize)| {
            let block =
                self.document.sections.get(sentence.section).and_then(|section| section.blocks.get(sentence.block));
            short(block.and_then(|block| block.text.get(from..to)).unwrap_or_default())
        };
        let slots = said.slots.iter().filter_map(|(slot, fill)| {
            let name = topic.slots.get(*slot)?.name.clone();
            let words =
                fill.and_then(|fill| Some(text(self.sentences.get(fill.sentence)?, fill.span))).unwrap_or_default();
            Some((name, words))
        });
        let class = if self.draft && matches!(class, "stated" | "placeholder") { "partial" } else { class };
        TopicPlace {
            class: class.to_owned(),
            path: self.document.path.clone(),
            role: role.to_owned(),
            heading: section.map_or_else(String::new, |section: &Section| section.headings.join(" › ")),
            line: sentence.map_or(1, |sentence| sentence.line),
            slots: slots.collect(),
            quote: sentence.map_or_else(String::new, |sentence| text(sentence, sentence.span)),
        }
    }
}

/// The sentences of the block that a sentence stands in.
fn block_of(sentences: &[Sentence], at: usize) -> Vec<usize> {
    let Some(here) = sentences.get(at) else { return Vec::new() };
    let same = |sentence: &Sentence| (sentence.section, sentence.block) == (here.section, here.block);
    let first =
        (0..at).rev().take(MAX_BLOCK).take_while(|at| sentences.get(*at).is_some_and(same)).last().unwrap_or(at);
    (first..sentences.len()).take_while(|at| sentences.get(*at).is_some_and(same)).take(MAX_BLOCK).collect()
}

/// Bytes after a preposition in which its noun begins.
const NEAR_BYTES: usize = 24;

/// Head phrases and denials of one document that are looked at.
const MAX_HEADS: usize = 200;

/// Sentences of one block that are looked at around a head phrase.
const MAX_BLOCK: usize = 60;

/// A quotation: white space collapsed, and cut.
fn short(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    if text.chars().count() <= limits::QUOTE_CHARS {
        return text;
    }
    let mut cut: String = text.chars().take(limits::QUOTE_CHARS - 1).collect();
    cut.push('…');
    cut
}

/// The name of a file as words.
fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.replace(['-', '_', '.'], " ")
}

/// The path of an address as words.
fn path_words(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = rest.split_once('/').map_or("", |(_, path)| path);
    path.split(['/', '#', '?', '&', '=', '-', '_', '.']).collect::<Vec<_>>().join(" ")
}

/// How a section belongs to a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    /// The whole document is the topic's own.
    Document,
    /// The heading at this depth is the topic's own.
    Heading(usize),
    None,
    Excluded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Belongs {
    Own,
    Fitting,
    Not,
}

/// Which parts of a document belong to a topic.
struct Stretch<'a> {
    sentences: &'a [Sentence],
    roots: Vec<Root>,
    /// Blocks that speak of another subject.
    blocks: BTreeSet<(usize, usize)>,
}

impl Stretch<'_> {
    fn sentence(&self, at: usize) -> Belongs {
        let Some(sentence) = self.sentences.get(at) else { return Belongs::Not };
        match self.roots.get(sentence.section) {
            _ if self.blocks.contains(&(sentence.section, sentence.block)) => Belongs::Not,
            Some(Root::Excluded) | None => Belongs::Not,
            Some(Root::None) => Belongs::Fitting,
            Some(_) => Belongs::Own,
        }
    }
}

/// One document's part of a topic whose slots may meet across two.
struct Half<'a> {
    page: &'a Document,
    slots: BTreeSet<usize>,
    place: TopicPlace,
    words: u64,
}

/// What was gathered about one topic so far.
struct Gathered<'a> {
    topic: &'a Topic,
    places: Vec<(TopicPlace, u64)>,
    anywhere: BTreeSet<usize>,
    links: BTreeSet<TopicLink>,
    halves: Vec<Half<'a>>,
    /// Documents of the topic's own role: how good their state is, and the path.
    documents: Vec<(usize, String)>,
    /// Fitting documents in other languages, and the roles of the English ones.
    foreign: Vec<(String, BTreeSet<String>)>,
    english: BTreeSet<String>,
}

/// The states of a document of the topic's own role, best first.
const STATES: &[&str] = &["ok", "pointer", "short", "placeholder", "empty", "none"];

impl<'a> Gathered<'a> {
    fn new(topic: &'a Topic) -> Self {
        Self {
            topic,
            places: Vec::new(),
            anywhere: BTreeSet::new(),
            links: BTreeSet::new(),
            halves: Vec::new(),
            documents: Vec::new(),
            foreign: Vec::new(),
            english: BTreeSet::new(),
        }
    }

    /// Notes a fitting document and its state.
    fn fits(&mut self, document: &Document, wholly: bool) {
        let health =
            self.topic.roles.is_empty() && self.topic.health.first().is_some_and(|role| document.has_role(role));
        if wholly || health {
            let state = match document.state {
                State::Ok | State::Truncated => "ok",
                State::Pointer => "pointer",
                State::Short => "short",
                State::Empty | State::LfsPointer | State::BrokenLink => "empty",
                State::Unreadable => "none",
            };
            self.documents
                .push((STATES.iter().position(|known| *known == state).unwrap_or(STATES.len()), document.path.clone()));
        }
        let roles: BTreeSet<String> = document
            .roles
            .iter()
            .filter(|role| {
                self.topic.roles.contains(*role)
                    || self.topic.health.contains(role)
                    || role.as_str() == "readme" && self.topic.also.contains(*role)
            })
            .cloned()
            .collect();
        if document.foreign && !roles.is_empty() {
            self.foreign.push((document.path.clone(), roles));
        } else if document.state == State::Ok {
            self.english.extend(roles);
        }
    }

    fn add(&mut self, place: TopicPlace, words: u64, is_template: bool) {
        if is_template && let Some(document) = self.documents.iter_mut().find(|(_, path)| *path == place.path) {
            document.0 = 3;
        }
        self.places.push((place, words));
    }

    /// Two linked documents that together fill all slots.
    fn join_halves(&mut self) {
        if self.places.iter().any(|(place, _)| place.class == "stated") {
            return;
        }
        let halves: Vec<&Half<'_>> = self.halves.iter().take(MAX_HALVES).collect();
        let joined = halves.iter().enumerate().find_map(|(at, one)| {
            halves.iter().skip(at + 1).find_map(|other| {
                let slots: BTreeSet<usize> = one.slots.union(&other.slots).copied().collect();
                (is_complete(self.topic, &slots) && are_linked(one.page, other.page)).then_some([*one, *other])
            })
        });
        if let Some(pair) = joined {
            let places: Vec<_> = pair.iter().map(|half| (half.place.clone(), half.words)).collect();
            self.places.extend(places);
        }
    }

    fn finding(mut self) -> TopicFinding {
        self.join_halves();
        let english = std::mem::take(&mut self.english);
        for (path, roles) in std::mem::take(&mut self.foreign) {
            if roles.is_disjoint(&english) {
                let role = roles.iter().next().cloned().unwrap_or_default();
                let place = TopicPlace {
                    class: "foreign".to_owned(),
                    path,
                    role,
                    heading: String::new(),
                    line: 1,
                    slots: BTreeMap::new(),
                    quote: String::new(),
                };
                self.places.push((place, 0));
            }
        }
        let topic = self.topic;
        let rank = |class: &str| CLASSES.iter().position(|known| *known == class).unwrap_or(CLASSES.len());
        self.places.sort_by(|(a, _), (b, _)| {
            let key = |place: &TopicPlace| {
                (
                    rank(&place.class),
                    std::cmp::Reverse(place.slots.len()),
                    !topic.roles.contains(&place.role),
                    place.path.clone(),
                    place.line,
                )
            };
            key(a).cmp(&key(b)).then_with(|| a.heading.cmp(&b.heading)).then_with(|| a.quote.cmp(&b.quote))
        });
        self.places.dedup_by(|(a, _), (b, _)| a.path == b.path && a.line == b.line && a.class == b.class);
        let has = |class: &str| self.places.iter().any(|(place, _)| place.class == class);
        let class = if has("stated") && has("denied") {
            "contradicted"
        } else {
            self.places.first().map_or("absent", |(place, _)| place.class.as_str())
        }
        .to_owned();
        let name = |slot: &usize| topic.slots.get(*slot).map(|slot| slot.name.clone());
        let slots: BTreeSet<String> = match class.as_str() {
            "stated" | "contradicted" => self
                .places
                .iter()
                .take_while(|(place, _)| place.class == "stated")
                .take(2)
                .flat_map(|(place, _)| place.slots.keys().cloned())
                .collect(),
            _ => self.places.first().map(|(place, _)| place.slots.keys().cloned().collect()).unwrap_or_default(),
        };
        let missing = topic
            .slots
            .iter()
            .filter(|slot| !slot.optional && !slots.contains(&slot.name))
            .map(|slot| slot.name.clone())
            .collect();
        let own = self.documents.iter().min().cloned();
        TopicFinding {
            class,
            missing,
            slots: slots.into_iter().collect(),
            slots_anywhere: self.anywhere.iter().filter_map(name).collect::<BTreeSet<_>>().into_iter().collect(),
            words: self.places.first().map_or(0, |(_, words)| *words),
            findings: self.places.into_iter().map(|(place, _)| place).take(limits::TOPIC_FINDINGS).collect(),
            links: self.links.into_iter().take(limits::FINDINGS).collect(),
            document: own.as_ref().and_then(|(state, _)| STATES.get(*state)).copied().unwrap_or("none").to_owned(),
            document_path: own.map(|(_, path)| path),
        }
    }
}

/// Whether one of two documents links the other, or both lie in one directory of documentation.
fn are_linked(one: &Document, other: &Document) -> bool {
    let links = |from: &Document, to: &Document| {
        from.links().any(|(_, _, link)| matches!(&link.to, Target::Tree(path) if path.text() == to.path))
    };
    let parent = |document: &Document| document.path.rsplit_once('/').map(|(parent, _)| parent.to_owned());
    let beside =
        one.has_role("docs") && other.has_role("docs") && parent(one).is_some() && parent(one) == parent(other);
    beside || links(one, other) || links(other, one)
}
