//! A document as the matcher reads it: every block cut into sentences and words once, with what all topics find in them.

use super::index::{Hit, Index, Sequence, Vocabulary, WordId};
use super::model::{Block, BlockKind, Document, Link, Target};
use super::polarity::{Grammar, announces, is_condition_asked};
use super::recognise::{Kind, Mark, Recognisers, Spoke};
use super::template::{Templates, has_placeholder};
use super::words::{Break, WordKind, each_word};

/// Words of one sentence; a longer one is cut.
const MAX_SENTENCE: usize = 300;
/// Words of a lead-in that are read again with each of its bullets.
const MAX_LEAD: usize = 60;
/// Links of one block whose labels are looked for in its text.
const MAX_LINKS: usize = 300;

/// What a sentence does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mood {
    States,
    Asks,
    Announces,
    /// Holds a placeholder.
    Waits,
    /// Belongs to a host's stock text.
    Stock,
}

/// One sentence with everything that was found in it.
#[derive(Debug)]
pub(crate) struct Sentence {
    pub(crate) section: usize,
    pub(crate) block: usize,
    /// Its number in the block.
    pub(crate) number: usize,
    /// Where it stands in the text of the block.
    pub(crate) span: (usize, usize),
    pub(crate) line: u64,
    pub(crate) mood: Mood,
    pub(crate) is_code: bool,
    /// Words of its own, without the lead-in.
    pub(crate) words: u64,
    pub(crate) found: Vec<Found>,
    /// Links with whether the sentence denies the way they show.
    pub(crate) links: Vec<(usize, bool)>,
    /// Whether it sends its reader somewhere.
    pub(crate) sends: bool,
}

/// A phrase or mark in a sentence.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) what: What,
    pub(crate) denied: bool,
    /// Where a denial goes on with the condition, manner or place it holds in: "not … through issues".
    pub(crate) limited: Option<usize>,
    /// Whether all of it stands in the lead-in.
    pub(crate) in_lead: bool,
    /// The words it was found in, as a span of the text of the block; empty for the lead-in.
    pub(crate) span: (usize, usize),
    /// A number for the words, equal for equal words.
    pub(crate) words: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    Phrase(usize, super::index::Purpose),
    Mark(Kind),
}

/// What reading needs, once for all documents.
pub(crate) struct Reader<'a> {
    pub(crate) index: &'a Index,
    pub(crate) recognisers: &'a Recognisers,
    pub(crate) templates: &'a Templates,
    pub(crate) vocabulary: Vocabulary,
    /// Names of the documents of the tree in lower case.
    pub(crate) names: std::collections::BTreeSet<String>,
    /// By topic: whether the document that is read speaks for it.
    pub(crate) wanted: Vec<bool>,
}

#[derive(Debug, Clone, Copy)]
struct Token {
    word: WordId,
    kind: WordKind,
    start: usize,
    end: usize,
    before: Break,
    lead: bool,
}

impl Reader<'_> {
    /// All sentences of a document, in order.
    pub(crate) fn read(&mut self, document: &Document) -> Vec<Sentence> {
        let mut sentences = Vec::new();
        for (number, section) in document.sections.iter().enumerate() {
            let stock = self.stock_rows(&section.blocks);
            for (at, block) in section.blocks.iter().enumerate() {
                let first = sentences.len();
                self.read_block(number, at, block, section.heading(), &mut sentences);
                let is_row = block.kind == BlockKind::TableRow;
                if is_row && (stock || row_waits(block, section.blocks.get(at + 1))) {
                    let mood = if stock { Mood::Stock } else { Mood::Waits };
                    sentences[first..].iter_mut().for_each(|sentence| sentence.mood = mood);
                }
            }
            mark_lists(number, &section.blocks, &mut sentences);
        }
        sentences
    }

    /// Whether the table of a section is a host's.
    fn stock_rows(&self, blocks: &[Block]) -> bool {
        let rows = blocks.iter().filter(|block| block.kind == BlockKind::TableRow && !block.lead_in.is_empty());
        self.templates.owns_table(rows.filter_map(|row| row.cells.first()).map(String::as_str))
    }

    fn read_block(&mut self, section: usize, at: usize, block: &Block, heading: &str, sentences: &mut Vec<Sentence>) {
        let is_code = matches!(block.kind, BlockKind::Code(_));
        if matches!(block.kind, BlockKind::Quote | BlockKind::Image) {
            return;
        }
        let cut = self.cut(block, is_code);
        let mut links = LinkPlaces::of(block);
        let first = sentences.len();
        for (number, (tokens, ends)) in cut.iter().enumerate() {
            let from = tokens.iter().find(|token| !token.lead).map_or(0, |token| token.start);
            let next = cut.get(number + 1).and_then(|(tokens, _)| tokens.iter().find(|token| !token.lead));
            let to = next.map_or(block.text.len(), |token| token.start).max(from);
            // Brackets before the first word belong to the first sentence.
            let span = (if number == 0 { 0 } else { from }, to);
            let mut sentence = self.sentence(block, tokens, *ends, span, links.in_span(span), is_code);
            (sentence.section, sentence.block, sentence.number) = (section, at, number);
            sentences.push(sentence);
        }
        let kinds = self.recognisers.in_block(block, heading);
        if let Some(sentence) = sentences.get_mut(first) {
            sentence.found.extend(kinds.into_iter().map(|kind| Found::of_block(kind, block)));
        } else if !kinds.is_empty() || !block.links.is_empty() {
            sentences.push(Sentence::bare(section, at, block, kinds));
        }
    }

    /// The words of a block in sentences, each with the punctuation that ends it. The first takes the lead-in along.
    fn cut(&mut self, block: &Block, is_code: bool) -> Vec<(Vec<Token>, Break)> {
        let mut done: Vec<(Vec<Token>, Break)> = Vec::new();
        let mut open: Vec<Token> = Vec::new();
        let (index, vocabulary) = (self.index, &mut self.vocabulary);
        let mut ends = each_word(&block.lead_in, |word| {
            let token = Token {
                word: vocabulary.id(index, &word.norm),
                kind: word.kind,
                start: word.start,
                end: word.end,
                before: word.before,
                lead: true,
            };
            if word.before >= Break::Stop {
                open.clear();
            }
            if open.len() >= MAX_LEAD {
                open.remove(0);
            }
            open.push(token);
        });
        if ends >= Break::Stop {
            // What is said in full before a list is its own sentence, read where it stands.
            open.clear();
        }
        let mut joint = !open.is_empty();
        ends = each_word(&block.text, |word| {
            let line_end = is_code
                && block
                    .text
                    .get(..word.start)
                    .is_some_and(|before| before.trim_end_matches([' ', '\t']).ends_with('\n'));
            let stops = word.before >= Break::Stop || line_end;
            if (stops && !joint || open.len() >= MAX_SENTENCE) && !open.is_empty() {
                done.push((std::mem::take(&mut open), word.before));
            }
            let before = if joint { Break::Lead } else { word.before.min(Break::Hard) };
            joint = false;
            open.push(Token {
                word: vocabulary.id(index, &word.norm),
                kind: word.kind,
                start: word.start,
                end: word.end,
                before,
                lead: false,
            });
        });
        if open.iter().any(|token| !token.lead) {
            done.push((open, ends));
        }
        done
    }

    fn sentence(
        &self,
        block: &Block,
        tokens: &[Token],
        ends: Break,
        span: (usize, usize),
        links: Vec<(usize, usize, usize)>,
        is_code: bool,
    ) -> Sentence {
        let spokes: Vec<Spoke<'_>> = tokens
            .iter()
            .map(|token| Spoke {
                norm: self.vocabulary.text(token.word),
                raw: if token.lead { &block.lead_in } else { &block.text }
                    .get(token.start..token.end)
                    .unwrap_or_default(),
                kind: token.kind,
                before: token.before,
                start: token.start,
                end: token.end,
                lead: token.lead,
            })
            .collect();
        let grammar = Grammar::of(&spokes);
        let text = block.text.get(span.0..span.1).unwrap_or_default();
        let in_tree = self.names_a_file(&spokes)
            || links
                .iter()
                .any(|(link, _, _)| block.links.get(*link).is_some_and(|link| matches!(link.to, Target::Tree(_))));
        let mood = self.mood(&spokes, text, ends, in_tree, is_code);
        let words: Vec<WordId> = tokens.iter().map(|token| token.word).collect();
        let before: Vec<Break> = tokens.iter().map(|token| token.before).collect();
        let lead = tokens.iter().filter(|token| token.lead).count();
        let sequence = Sequence { words: &words, before: &before, clause: &grammar.clause, lead };
        let hits =
            self.index.hits(&self.vocabulary, &sequence, |topic| self.wanted.get(topic).copied().unwrap_or(false));
        let labelled = label_words(&links, &spokes);
        let with_links: Vec<(&Link, usize, usize)> =
            labelled.iter().filter_map(|(link, first, last)| Some((block.links.get(*link)?, *first, *last))).collect();
        let marks =
            if is_code { Vec::new() } else { self.recognisers.in_sentence(&spokes, &with_links, text, &block.text) };
        let mut found: Vec<Found> = hits.iter().map(|hit| of_hit(hit, &grammar, &spokes)).collect();
        found.extend(marks.iter().map(|mark| of_mark(*mark, &grammar, &spokes)));
        Sentence {
            section: 0,
            block: 0,
            number: 0,
            span,
            line: block.line,
            mood,
            is_code,
            words: spokes.iter().filter(|spoke| !spoke.lead).count() as u64,
            found,
            links: labelled.iter().map(|(link, first, last)| (*link, grammar.denies(&range(*first, *last)))).collect(),
            sends: mood == Mood::States && spokes.iter().any(|spoke| is_sending(spoke.norm)),
        }
    }

    fn mood(&self, spokes: &[Spoke<'_>], text: &str, ends: Break, in_tree: bool, is_code: bool) -> Mood {
        if is_code {
            return Mood::States;
        }
        if self.templates.owns_sentence(text) {
            Mood::Stock
        } else if has_placeholder(text) {
            Mood::Waits
        } else if announces(spokes, in_tree) {
            Mood::Announces
        } else if ends == Break::Question && !is_condition_asked(spokes) {
            Mood::Asks
        } else {
            Mood::States
        }
    }

    /// Whether a sentence names a document of the tree.
    fn names_a_file(&self, spokes: &[Spoke<'_>]) -> bool {
        spokes.iter().any(|spoke| spoke.norm.contains('.') && self.names.contains(spoke.norm))
    }
}

/// Whether a row of a table waits to be filled in. It speaks as a whole: one blank cell leaves open what the others are
/// about; and the header alone says nothing, where the first row is blank.
fn row_waits(row: &Block, next: Option<&Block>) -> bool {
    let blank = |row: &Block| row.cells.iter().any(|cell| has_placeholder(cell));
    let is_header = row.lead_in.is_empty();
    blank(row) || is_header && next.is_some_and(|next| next.kind == BlockKind::TableRow && blank(next))
}

impl Found {
    /// A mark of a whole block.
    fn of_block(kind: Kind, block: &Block) -> Self {
        Self {
            what: What::Mark(kind),
            denied: false,
            limited: None,
            in_lead: false,
            span: (0, block.text.len()),
            words: 0,
        }
    }
}

impl Sentence {
    /// A block without words that still holds something.
    fn bare(section: usize, at: usize, block: &Block, kinds: Vec<Kind>) -> Self {
        let found = kinds.into_iter().map(|kind| Found::of_block(kind, block)).collect();
        Self {
            section,
            block: at,
            number: 0,
            span: (0, block.text.len()),
            line: block.line,
            mood: Mood::States,
            is_code: matches!(block.kind, BlockKind::Code(_)),
            words: 0,
            found,
            links: (0..block.links.len().min(MAX_LINKS)).map(|link| (link, false)).collect(),
            sends: false,
        }
    }
}

/// Verbs and prepositions that send a reader to a place.
fn is_sending(norm: &str) -> bool {
    matches!(
        norm,
        "see"
            | "read"
            | "refer"
            | "report"
            | "reports"
            | "reported"
            | "reporting"
            | "follow"
            | "visit"
            | "use"
            | "using"
            | "described"
            | "documented"
            | "found"
            | "available"
            | "at"
            | "via"
            | "check"
            | "consult"
            | "go"
            | "contact"
            | "submit"
            | "submitted"
            | "open"
            | "moved"
            | "located"
            | "through"
            | "defined"
            | "outlined"
            | "explained"
            | "more"
            | "details"
            | "file"
            | "send"
            | "listed"
            | "published"
            | "please"
            | "lives"
            | "according"
            | "per"
            | "under"
            | "on"
            | "in"
            | "to"
            | "follows"
            | "adopts"
            | "here"
    )
}

fn range(first: usize, last: usize) -> Vec<u16> {
    (first..=last).filter_map(|at| u16::try_from(at).ok()).collect()
}

fn of_hit(hit: &Hit, grammar: &Grammar, spokes: &[Spoke<'_>]) -> Found {
    let denied = grammar.denies(&hit.matched);
    let last = hit.matched.last().copied().map_or(0, usize::from);
    Found {
        what: What::Phrase(hit.topic, hit.purpose),
        denied,
        limited: if denied { limit(spokes, last, grammar.segment_end(last)) } else { None },
        in_lead: hit.matched.iter().all(|at| spokes.get(usize::from(*at)).is_some_and(|spoke| spoke.lead)),
        span: span_of(hit.matched.iter().map(|at| usize::from(*at)), spokes),
        words: number_of(hit.matched.iter().map(|at| usize::from(*at)), spokes),
    }
}

fn of_mark(mark: Mark, grammar: &Grammar, spokes: &[Spoke<'_>]) -> Found {
    Found {
        what: What::Mark(mark.kind),
        denied: grammar.denies(&range(mark.first, mark.last)),
        limited: None,
        in_lead: spokes.get(mark.first..=mark.last).is_some_and(|run| run.iter().all(|spoke| spoke.lead)),
        span: span_of(mark.first..=mark.last, spokes),
        words: number_of(mark.first..=mark.last, spokes),
    }
}

/// A number for some words.
fn number_of(words: impl Iterator<Item = usize>, spokes: &[Spoke<'_>]) -> u64 {
    let norms = words.filter_map(|at| spokes.get(at)).flat_map(|spoke| spoke.norm.bytes().chain([b' ']));
    norms.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

fn span_of(words: impl Iterator<Item = usize>, spokes: &[Spoke<'_>]) -> (usize, usize) {
    let own: Vec<&Spoke<'_>> = words.filter_map(|at| spokes.get(at)).filter(|spoke| !spoke.lead).collect();
    match (own.first(), own.last()) {
        (Some(first), Some(last)) => (first.start, last.end),
        _ => (0, 0),
    }
}

/// Where a denial that ends at a word goes on with a manner, place or exception. What names the whole project limits nothing.
fn limit(spokes: &[Spoke<'_>], last: usize, end: usize) -> Option<usize> {
    let norm = |at: usize| spokes.get(at).map_or("", |spoke| spoke.norm);
    let condition = matches!(norm(end), "without" | "unless" | "until" | "except" | "which" | "that" | "if" | "when");
    let at = (last + 1..end.min(spokes.len())).find(|at| match norm(*at) {
        "for" | "of" | "in" | "on" | "to" | "about" | "regarding" => !names_everything(norm(at + 1), norm(at + 2)),
        word => matches!(
            word,
            "through"
                | "via"
                | "by"
                | "over"
                | "using"
                | "publicly"
                | "here"
                | "anonymously"
                | "outside"
                | "as"
                | "from"
                | "other"
                | "within"
        ),
    });
    let at =
        at.or_else(|| (condition && spokes.get(end).is_some_and(|spoke| spoke.before < Break::Hard)).then_some(end))?;
    spokes.get(at).map(|spoke| spoke.start)
}

fn names_everything(first: &str, second: &str) -> bool {
    let whole = |word: &str| {
        matches!(
            word,
            "project"
                | "software"
                | "repository"
                | "package"
                | "library"
                | "tool"
                | "code"
                | "crate"
                | "module"
                | "product"
                | "time"
                | "moment"
                | "contributions"
                | "contribution"
                | "releases"
                | "kind"
                | "any"
        )
    };
    matches!(first, "this" | "the" | "our" | "any" | "all") && (whole(second) || first == "any") || whole(first)
}

/// The words of the labels of links.
fn label_words(links: &[(usize, usize, usize)], spokes: &[Spoke<'_>]) -> Vec<(usize, usize, usize)> {
    links
        .iter()
        .map(|(link, from, to)| {
            let inside = |spoke: &&Spoke<'_>| !spoke.lead && spoke.start < *to && spoke.end > *from;
            let first = spokes.iter().position(|spoke| inside(&spoke));
            let last = spokes.iter().rposition(|spoke| inside(&spoke));
            let end = spokes.len().saturating_sub(1);
            (*link, first.unwrap_or(end), last.unwrap_or(end))
        })
        .collect()
}

/// Where the labels of the links of a block stand in its text.
struct LinkPlaces {
    places: Vec<(usize, usize, usize)>,
    next: usize,
}

impl LinkPlaces {
    fn of(block: &Block) -> Self {
        let mut places = Vec::new();
        let (mut at, mut misses) = (0, 0);
        for (number, link) in block.links.iter().enumerate().take(MAX_LINKS) {
            // Not every format tells where a label stands; then it is looked for.
            let told =
                link.start >= at && block.text.get(link.start..).is_some_and(|rest| rest.starts_with(&link.label));
            let found = if link.label.is_empty() {
                None
            } else if told {
                Some(link.start)
            } else if misses > 20 {
                None
            } else {
                block.text.get(at..).and_then(|rest| rest.find(&link.label)).map(|offset| at + offset)
            };
            match found {
                Some(start) => {
                    at = start + link.label.len();
                    places.push((number, start, at));
                }
                None => {
                    misses += 1;
                    places.push((number, at, at));
                }
            }
        }
        Self { places, next: 0 }
    }

    /// The links whose labels begin before the end of a sentence and were not given out yet.
    fn in_span(&mut self, (_, to): (usize, usize)) -> Vec<(usize, usize, usize)> {
        let from = self.next;
        while self.places.get(self.next).is_some_and(|(_, start, _)| *start < to || to == 0) {
            self.next += 1;
        }
        self.places.get(from..self.next).unwrap_or_default().to_vec()
    }
}

/// Marks of whole lists: three entries, or several repositories.
fn mark_lists(section: usize, blocks: &[Block], sentences: &mut [Sentence]) {
    let mut at = 0;
    while let Some(block) = blocks.get(at) {
        let listed = matches!(block.kind, BlockKind::Bullet | BlockKind::TableRow);
        let mut end = at + 1;
        while listed
            && blocks.get(end).is_some_and(|next| {
                next.kind == block.kind
                    || block.kind == BlockKind::Bullet && next.kind == BlockKind::Paragraph && !next.lead_in.is_empty()
            })
        {
            end += 1;
        }
        let run = blocks.get(at..end).unwrap_or_default();
        let entries: Vec<usize> = (at..end)
            .filter(|i| {
                blocks.get(*i).is_some_and(|b| {
                    b.kind == BlockKind::Bullet || b.kind == BlockKind::TableRow && !b.lead_in.is_empty()
                })
            })
            .collect();
        if let Some(third) = entries.get(2) {
            add_mark(section, *third, Kind::ListOf3, sentences);
        }
        let repositories: std::collections::BTreeSet<String> = run
            .iter()
            .flat_map(|block| &block.links)
            .filter_map(|link| super::recognise::repository_of(&link.target))
            .collect();
        if has_siblings(&repositories) {
            let last =
                (at..end).rev().find(|i| blocks.get(*i).is_some_and(|block| !block.links.is_empty())).unwrap_or(at);
            add_mark(section, last, Kind::RepositoryList, sentences);
        }
        at = end;
    }
}

/// Whether two repositories have the same owner: links to things of other people are no list of a project's own.
fn has_siblings(repositories: &std::collections::BTreeSet<String>) -> bool {
    let owners = repositories.iter().filter_map(|repository| Some(repository.rsplit_once('/')?.0));
    let mut seen = std::collections::BTreeSet::new();
    owners.into_iter().any(|owner| !seen.insert(owner))
}

fn add_mark(section: usize, block: usize, kind: Kind, sentences: &mut [Sentence]) {
    let place = sentences.partition_point(|sentence| (sentence.section, sentence.block) < (section, block));
    if let Some(sentence) =
        sentences.get_mut(place).filter(|sentence| sentence.section == section && sentence.block == block)
    {
        let span = sentence.span;
        sentence.found.push(Found {
            what: What::Mark(kind),
            denied: false,
            limited: None,
            in_lead: false,
            span,
            words: 0,
        });
    }
}
