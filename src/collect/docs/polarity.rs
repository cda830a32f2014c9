//! What a sentence asserts: its clauses, which words a negation covers, and whether it asks or announces instead of stating.
//!
//! A negation binds to the verb of its own clause. `Do not open public issues; mail a@b` denies no contact, `no vote is required before
//! granting access` denies the vote and not the granting, and `will not be merged without tests` asserts the tests.

use super::words::Break;

/// A word of a sentence, as far as polarity looks at it.
pub(crate) trait Spoken {
    fn norm(&self) -> &str;
    fn before(&self) -> Break;
    /// As written.
    fn raw(&self) -> &str;
}

/// The clauses of one sentence and the reach of its negations.
#[derive(Debug, Default)]
pub(crate) struct Grammar {
    /// The number of the clause that each word belongs to; gaps of phrases stay inside one.
    pub(crate) clause: Vec<u16>,
    scopes: Vec<Reach>,
    segments: Vec<(usize, usize)>,
}

/// The words that one negator negates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reach {
    negator: usize,
    /// The second word of a negator of two words, or the negator again.
    negator_end: usize,
    from: usize,
    to: usize,
    sort: Sort,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// `not`, `no`, `never`, `optional`: denies its clause.
    Clause,
    /// `without`, `instead of`: denies what follows.
    Without,
}

impl Grammar {
    pub(crate) fn of<W: Spoken>(words: &[W]) -> Self {
        let (clause, segments) = boundaries(words);
        let mut scopes = Vec::new();
        for &(from, to) in &segments {
            for at in from..to {
                scopes.extend(reach(words, from, to, at));
            }
        }
        let mut grammar = Self { clause, scopes, segments };
        grammar.cancel_double_negations(words);
        grammar
    }

    /// Whether a match on these words is denied. Negators among the words are part of the match.
    pub(crate) fn denies(&self, matched: &[u16]) -> bool {
        self.scopes.iter().any(|scope| {
            !matched.iter().any(|at| (scope.negator..=scope.negator_end).contains(&usize::from(*at)))
                && matched.iter().any(|at| (scope.from..scope.to).contains(&usize::from(*at)))
        })
    }

    /// The end of the segment that a word stands in.
    pub(crate) fn segment_end(&self, at: usize) -> usize {
        self.segments.iter().find(|(from, to)| (*from..*to).contains(&at)).map_or(at + 1, |(_, to)| *to)
    }

    /// Both halves of "not … without …", "no … unless …", "nobody … before …" assert.
    fn cancel_double_negations<W: Spoken>(&mut self, words: &[W]) {
        let mut dropped = Vec::new();
        for pair in self.segments.windows(2).chain(self.segments.windows(3)) {
            let (Some(&first), Some(&last)) = (pair.first(), pair.last()) else { continue };
            if words.get(last.0).is_some_and(|word| word.before() >= Break::Hard) {
                continue;
            }
            for (main, condition) in [(first, last), (last, first)] {
                let opens = words.get(condition.0).map_or("", Spoken::norm);
                let late = matches!(opens, "before" | "prior");
                if !(late || matches!(opens, "without" | "unless" | "until" | "till" | "except")) {
                    continue;
                }
                let denied = |scope: &Reach| scope.sort == Sort::Clause && (main.0..main.1).contains(&scope.negator);
                if !self.scopes.iter().any(denied)
                    || late && words[main.0..main.1].iter().any(|word| is_demand(word.norm()))
                {
                    continue;
                }
                let waived =
                    |scope: &Reach| scope.sort == Sort::Without && (condition.0..condition.1).contains(&scope.negator);
                dropped.extend(self.scopes.iter().filter(|scope| denied(scope) || waived(scope)).copied());
            }
        }
        // "Changes without tests are not merged" asserts the tests too.
        for &(from, to) in &self.segments {
            let inside = |scope: &&Reach, sort: Sort| scope.sort == sort && (from..to).contains(&scope.negator);
            let without = self.scopes.iter().find(|scope| inside(scope, Sort::Without));
            let denied = self.scopes.iter().find(|scope| inside(scope, Sort::Clause));
            if let (Some(without), Some(denied)) = (without, denied)
                && without.negator < denied.negator
            {
                dropped.extend([*without, *denied]);
            }
        }
        self.scopes.retain(|scope| !dropped.contains(scope));
    }
}

/// The clause of each word, and the finer segments that a negation does not leave.
fn boundaries<W: Spoken>(words: &[W]) -> (Vec<u16>, Vec<(usize, usize)>) {
    let mut clause = Vec::with_capacity(words.len());
    let mut segments = Vec::new();
    let (mut number, mut begun) = (0_u16, 0);
    let mut negator = None;
    for (at, word) in words.iter().enumerate() {
        let norm = word.norm();
        let next = words.get(at + 1).map_or("", Spoken::norm);
        let opener = words.get(begun).map_or("", Spoken::norm);
        let comma = word.before() == Break::Soft
            && (opens_after_comma(words, at, negator) || is_condition(opener) && at > begun + 1);
        let strong = at > 0 && (word.before() >= Break::Hard || is_strong_conjunction(norm, next) || comma);
        if strong {
            number = number.saturating_add(1);
        }
        clause.push(number);
        if at > begun && (strong || opens_segment(norm, next)) {
            segments.push((begun, at));
            begun = at;
            negator = None;
        }
        if is_negator(norm) {
            negator = Some(at);
        }
    }
    if begun < words.len() {
        segments.push((begun, words.len()));
    }
    (clause, segments)
}

/// Whether a new clause begins after a comma, and not only the next item of a list.
fn opens_after_comma<W: Spoken>(words: &[W], at: usize, negator: Option<usize>) -> bool {
    let norm = words[at].norm();
    let next = words.get(at + 1).map_or("", Spoken::norm);
    if is_negator(norm)
        || is_pronoun(norm)
        || matches!(norm, "please" | "then" | "instead" | "so" | "just" | "as" | "since")
    {
        return true;
    }
    if matches!(norm, "and" | "or") {
        return is_negator(next)
            || is_pronoun(next)
            || is_imperative(next) && negator.is_none_or(|negator| at > negator + 2);
    }
    // "Do not open issues, mail us" against "do not report, disclose or discuss".
    is_imperative(norm) && negator.is_none_or(|negator| at > negator + 2)
}

fn opens_segment(norm: &str, next: &str) -> bool {
    match norm {
        "until" | "till" | "before" | "after" | "when" | "once" | "since" | "which" | "who" | "whose" | "except"
        | "without" | "where" => true,
        "prior" => next == "to",
        "rather" => next == "than",
        "instead" => next == "of",
        "that" => is_auxiliary(next),
        "and" | "or" | "so" | "then" => {
            is_auxiliary(next) || is_negator(next) || is_pronoun(next) || matches!(next, "please" | "instead")
        }
        _ => false,
    }
}

/// Words that open a condition, which the next comma closes.
fn is_condition(norm: &str) -> bool {
    matches!(
        norm,
        "without"
            | "unless"
            | "until"
            | "before"
            | "after"
            | "when"
            | "once"
            | "if"
            | "while"
            | "because"
            | "instead"
            | "rather"
    )
}

fn is_strong_conjunction(norm: &str, next: &str) -> bool {
    match norm {
        "if" => next != "not" && next != "any" && next != "possible",
        _ => matches!(
            norm,
            "but" | "however" | "although" | "though" | "whereas" | "unless" | "because" | "otherwise" | "while"
        ),
    }
}

pub(crate) fn is_auxiliary(norm: &str) -> bool {
    matches!(
        norm,
        "must"
            | "should"
            | "will"
            | "shall"
            | "may"
            | "can"
            | "could"
            | "would"
            | "might"
            | "is"
            | "are"
            | "was"
            | "were"
            | "am"
            | "has"
            | "have"
            | "had"
            | "do"
            | "does"
            | "did"
    )
}

fn is_pronoun(norm: &str) -> bool {
    matches!(norm, "we" | "you" | "they" | "it" | "i" | "there")
}

fn is_negator(norm: &str) -> bool {
    matches!(
        norm,
        "not"
            | "never"
            | "no"
            | "nobody"
            | "none"
            | "neither"
            | "nothing"
            | "nor"
            | "nowhere"
            | "hardly"
            | "rarely"
            | "seldom"
    )
}

/// Verbs that begin an instruction.
fn is_imperative(norm: &str) -> bool {
    matches!(
        norm,
        "mail"
            | "email"
            | "contact"
            | "use"
            | "send"
            | "write"
            | "report"
            | "submit"
            | "open"
            | "create"
            | "see"
            | "follow"
            | "read"
            | "make"
            | "ask"
            | "reach"
            | "let"
            | "message"
            | "file"
            | "visit"
            | "refer"
            | "run"
            | "add"
            | "check"
    )
}

/// Words that say that something is demanded: their negation denies the demand.
fn is_demand(norm: &str) -> bool {
    matches!(
        norm,
        "required"
            | "needed"
            | "necessary"
            | "mandatory"
            | "require"
            | "requires"
            | "need"
            | "needs"
            | "obligatory"
            | "obliged"
    )
}

/// The words that the word at `at` negates, if it is a negator.
fn reach<W: Spoken>(words: &[W], from: usize, to: usize, at: usize) -> Option<Reach> {
    let norm = words[at].norm();
    let next = words.get(at + 1).filter(|_| at + 1 < to).map_or("", Spoken::norm);
    let whole = |negator_end: usize, from: usize, to: usize, sort: Sort| {
        Some(Reach { negator: at, negator_end, from, to, sort })
    };
    match norm {
        "not" | "never" | "hardly" | "rarely" | "seldom" => {
            if is_harmless(words, at, to) {
                return None;
            }
            whole(at, subject(words, from, at), predicate_end(words, at + 1, to), Sort::Clause)
        }
        "no" if next == "longer" => {
            whole(at + 1, subject(words, from, at).min(at), predicate_end(words, at + 2, to), Sort::Clause)
        }
        "no" if matches!(
            next,
            "later" | "more" | "less" | "fewer" | "matter" | "doubt" | "problem" | "longer" | "worries"
        ) =>
        {
            None
        }
        "no" | "nobody" | "none" | "neither" | "nothing" | "nor" | "nowhere" => {
            whole(at, at + 1, noun_end(words, from, at, to), Sort::Clause)
        }
        "without" | "lacking" | "lacks" => whole(at, at + 1, predicate_end(words, at + 1, to), Sort::Without),
        "rather" if next == "than" => whole(at + 1, at + 2, predicate_end(words, at + 2, to), Sort::Without),
        "instead" | "lack" | "absence" | "free" if next == "of" => {
            whole(at + 1, at + 2, predicate_end(words, at + 2, to), Sort::Without)
        }
        "refuse" | "refuses" | "decline" | "declines" | "refrain" | "avoid" | "avoids" | "unable" | "impossible"
        | "stopped" | "ceased" => whole(at, at + 1, predicate_end(words, at + 1, to), Sort::Clause),
        "optional" | "voluntary" | "unnecessary" | "discretionary" | "needless" => {
            let copula = words[from..at].iter().rev().take(3).any(|word| {
                is_auxiliary(word.norm())
                    || matches!(word.norm(), "be" | "remain" | "remains" | "considered" | "purely" | "entirely")
            });
            if copula { whole(at, subject(words, from, at), to, Sort::Clause) } else { None }
        }
        _ => None,
    }
}

/// `not only`, `do not hesitate`, `not later than`: no denial.
fn is_harmless<W: Spoken>(words: &[W], at: usize, to: usize) -> bool {
    let next = words.get(at + 1).filter(|_| at + 1 < to).map_or("", Spoken::norm);
    let after = words.get(at + 2).filter(|_| at + 2 < to).map_or("", Spoken::norm);
    let word = if matches!(next, "be" | "necessarily" | "ever") { after } else { next };
    let before = at.checked_sub(1).and_then(|at| words.get(at)).map_or("", Spoken::norm);
    matches!(
        word,
        "only"
            | "just"
            | "merely"
            | "simply"
            | "limited"
            | "hesitate"
            | "hesitates"
            | "forget"
            | "forgotten"
            | "afraid"
            | "worry"
            | "fail"
            | "skip"
            | "skipped"
            | "omit"
            | "omitted"
            | "neglect"
            | "neglected"
            | "shy"
            | "later"
            | "more"
            | "less"
            | "fewer"
            | "exceed"
    ) || matches!(before, "whether" | "or") && next.is_empty()
        || before == "if" && words.get(at + 1).is_none_or(|word| word.before() > Break::None)
}

/// Where the subject of a negated verb begins: after the last verb or conjunction before it; the negator itself where it has none.
fn subject<W: Spoken>(words: &[W], from: usize, at: usize) -> usize {
    let Some(verb) = (from..at)
        .rev()
        .take(3)
        .find(|i| is_auxiliary(words[*i].norm()) || matches!(words[*i].norm(), "be" | "remain" | "remains"))
    else {
        return at;
    };
    let before = words[from..verb]
        .iter()
        .rposition(|word| is_auxiliary(word.norm()) || matches!(word.norm(), "and" | "or" | "that"));
    before.map_or(from, |i| from + i + 1)
}

/// Where the negated verb group ends: before the next auxiliary that begins another one.
fn predicate_end<W: Spoken>(words: &[W], from: usize, to: usize) -> usize {
    let mut at = from;
    while at < to
        && (is_auxiliary(words[at].norm())
            || matches!(words[at].norm(), "be" | "been" | "to" | "yet" | "ever" | "necessarily"))
    {
        at += 1;
    }
    (at + 1..to).find(|i| is_auxiliary(words[*i].norm())).unwrap_or(to).min(to)
}

/// Where a negated noun ends: as a subject it takes its verb along, as an object it ends before the next verb.
fn noun_end<W: Spoken>(words: &[W], from: usize, at: usize, to: usize) -> usize {
    let object = words[from..at].iter().any(|word| is_auxiliary(word.norm()));
    match (at + 1..to).find(|i| is_auxiliary(words[*i].norm())) {
        Some(verb) if object => verb,
        Some(verb) => predicate_end(words, verb, to),
        None => to,
    }
}

/// Whether a sentence announces a document, section or feature that does not exist yet. `in_tree` says that it names or links a file of the
/// tree: what "will be documented in FILE" stands in FILE.
pub(crate) fn announces<W: Spoken>(words: &[W], in_tree: bool) -> bool {
    let norm = |at: usize| words.get(at).map_or("", Spoken::norm);
    let is_readers = |at: usize| (1..=2).any(|back| at.checked_sub(back).is_some_and(|before| norm(before) == "you"));
    let denied_yet = words.iter().any(|word| word.norm() == "yet") && words.iter().any(|word| is_negator(word.norm()));
    denied_yet
        || (0..words.len()).any(|at| match norm(at) {
            "tbd" | "tba" | "fixme" => true,
            "todo" => words.len() <= 4 || words[at].raw().chars().all(char::is_uppercase),
            "coming" => norm(at + 1) == "soon",
            "under" => norm(at + 1) == "construction",
            "work" => norm(at + 1) == "in" && norm(at + 2) == "progress" && words.len() <= 12,
            "to" => norm(at + 1) == "be" && is_making(norm(at + 2)) && !in_tree,
            "will" | "shall" | "going" => will_be_made(words, at, in_tree),
            // What the reader plans is no announcement.
            "plan" | "plans" | "planning" | "intend" | "intends" | "hope" | "hopes" if is_readers(at) => false,
            "plan" | "plans" | "planning" | "intend" | "intends" | "hope" | "hopes" => {
                norm(at + 1) == "to"
                    && (is_making(norm(at + 2)) || is_document(norm(at + 3)) || is_document(norm(at + 4)))
                    || norm(at + 1) == "on" && is_making(norm(at + 2))
            }
            "planned" => {
                let ends = words.get(at + 1).is_none_or(|word| {
                    word.before() > Break::None || matches!(word.norm(), "for" | "in" | "soon" | "but" | "and")
                });
                ends || at > 0 && matches!(norm(at - 1), "is" | "are" | "being" | "been")
            }
            "eventually" => words.iter().any(|word| matches!(word.norm(), "will" | "should")),
            // What is on the roadmap does not exist yet; who decides on the roadmap does.
            "roadmap" if at > 1 && norm(at - 2) == "on" => {
                at == 2 || matches!(norm(at - 3), "is" | "are" | "be" | "still" | "already" | "currently" | "also")
            }
            _ => false,
        })
}

/// `will be added`, `is going to write`: with a verb of making and, where the verb alone does not tell, a document as its subject.
fn will_be_made<W: Spoken>(words: &[W], at: usize, in_tree: bool) -> bool {
    let norm = |at: usize| words.get(at).map_or("", Spoken::norm);
    let mut verb = at + 1;
    while matches!(
        norm(verb),
        "be" | "to" | "also" | "soon" | "then" | "eventually" | "later" | "shortly" | "hopefully"
    ) {
        verb += 1;
    }
    let soon = words.iter().any(|word| matches!(word.norm(), "soon" | "later" | "shortly" | "eventually"))
        || words.windows(2).any(|pair| {
            matches!(
                (pair[0].norm(), pair[1].norm()),
                ("future", "release" | "version") | ("the", "future") | ("near", "future")
            )
        });
    match norm(verb) {
        "follow" => words[..at].iter().any(|word| is_document(word.norm())),
        "written" | "documented" | "drafted" | "write" | "draft" => !in_tree,
        "set" if norm(verb + 1) == "up" => true,
        word if is_making(word) => {
            !in_tree
                && (soon
                    || words[..at].iter().any(|word| is_document(word.norm()))
                    || (1..5).any(|more| is_document(norm(verb + more))) && norm(at + 1) != "be")
        }
        _ => false,
    }
}

/// Whether a question stands for a condition: "Found a bug?", "Did you find one?". Others ask what the text leaves open.
pub(crate) fn is_condition_asked<W: Spoken>(words: &[W]) -> bool {
    let norm = |at: usize| words.get(at).map_or("", Spoken::norm);
    let asks = matches!(
        norm(0),
        "how"
            | "what"
            | "why"
            | "when"
            | "where"
            | "who"
            | "which"
            | "whose"
            | "shall"
            | "should"
            | "will"
            | "would"
            | "could"
            | "does"
            | "is"
            | "can"
            | "may"
    ) || matches!(norm(0), "do" | "are" | "have" | "did") && norm(1) != "you"
        || norm(0) == "do"
            && !matches!(norm(2), "want" | "have" | "need" | "find" | "see" | "know" | "think" | "believe" | "wish");
    !asks
}

/// Verbs that say that something comes into being.
fn is_making(norm: &str) -> bool {
    matches!(
        norm,
        "added"
            | "written"
            | "published"
            | "documented"
            | "provided"
            | "introduced"
            | "created"
            | "drafted"
            | "decided"
            | "defined"
            | "determined"
            | "established"
            | "completed"
            | "finalized"
            | "finalised"
            | "developed"
            | "add"
            | "write"
            | "publish"
            | "document"
            | "provide"
            | "introduce"
            | "create"
            | "draft"
            | "define"
            | "establish"
            | "develop"
            | "adding"
            | "writing"
            | "publishing"
            | "documenting"
            | "introducing"
            | "creating"
            | "performed"
            | "conducted"
            | "confirmed"
            | "specified"
            | "done"
            | "filled"
            | "announced"
            | "discussed"
    )
}

/// Nouns for documents, their parts and features.
fn is_document(norm: &str) -> bool {
    matches!(
        norm,
        "policy"
            | "policies"
            | "process"
            | "processes"
            | "procedure"
            | "procedures"
            | "guide"
            | "guides"
            | "guideline"
            | "guidelines"
            | "doc"
            | "docs"
            | "document"
            | "documents"
            | "documentation"
            | "page"
            | "section"
            | "model"
            | "plan"
            | "list"
            | "roadmap"
            | "template"
            | "instructions"
            | "assessment"
            | "audit"
            | "feature"
            | "features"
            | "schedule"
            | "statement"
            | "manual"
            | "handbook"
            | "faq"
            | "checklist"
            | "strategy"
            | "wiki"
            | "website"
            | "readme"
            | "rotation"
            | "check"
    )
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::collect::docs::words::{Word, each_word};
    use rstest::rstest;

    pub(crate) struct Tested<'a>(Word<'a>, &'a str);

    impl Spoken for Tested<'_> {
        fn norm(&self) -> &str {
            &self.0.norm
        }
        fn before(&self) -> Break {
            self.0.before
        }
        fn raw(&self) -> &str {
            self.1
        }
    }

    fn spoken(text: &str) -> Vec<Tested<'_>> {
        let mut words = Vec::new();
        each_word(text, |word| {
            let raw = &text[word.start..word.end];
            words.push(Tested(word, raw));
        });
        words
    }

    /// Whether the words in `part`, as they stand in `text`, are denied.
    fn denied(text: &str, part: &str) -> bool {
        let words = spoken(text);
        let wanted: Vec<String> = crate::collect::docs::words::normal_words(part);
        let mut matched = Vec::new();
        let mut at = 0;
        for word in wanted {
            while words[at].norm() != word {
                at += 1;
            }
            matched.push(u16::try_from(at).expect("short"));
            at += 1;
        }
        Grammar::of(&words).denies(&matched)
    }

    #[rstest]
    #[case::plain("We do not accept reports", "accept reports")]
    #[case::contraction("We don't accept vulnerability reports", "accept reports")]
    #[case::cannot("We cannot offer support", "offer support")]
    #[case::never("Fixes are never backported", "fixes backported")]
    #[case::passive("Reports are not accepted", "reports accepted")]
    #[case::determiner("No vote is required before granting commit access", "vote required")]
    #[case::object("We offer no support for old versions", "offer support")]
    #[case::there_is("There is no security policy", "security policy")]
    #[case::nobody("Nobody reviews the requests", "reviews requests")]
    #[case::neither("Neither maintainers nor users review reports", "review reports")]
    #[case::without("Access is granted without a vote", "vote")]
    #[case::longer("We no longer accept reports", "accept reports")]
    #[case::optional("Review by a second maintainer is optional", "review")]
    #[case::not_required("Adding tests is not required", "adding tests")]
    #[case::list("Please do not report, disclose or discuss vulnerabilities in public", "discuss vulnerabilities")]
    #[case::through("Please do not report security vulnerabilities through public issues", "report vulnerabilities")]
    #[case::refuse("We refuse to review reports", "review reports")]
    #[case::instead("Ask here instead of opening an issue", "opening issue")]
    #[case::not_have_been("Findings that have not been reviewed are closed", "reviewed")]
    fn negated(#[case] text: &str, #[case] part: &str) {
        assert!(denied(text, part), "{text}");
    }

    #[rstest]
    #[case::other_clause("Do not open public issues; mail us at once", "mail us")]
    #[case::splice("Do not open public issues, email the team", "email team")]
    #[case::but("Do not open an issue, but write to the maintainers", "write maintainers")]
    #[case::until("Issues are not disclosed until a fix is released", "fix is released")]
    #[case::before("No vote is required before granting commit access", "granting commit access")]
    #[case::double("Changes will not be merged without tests", "merged tests")]
    #[case::unless("A pull request is not merged unless a maintainer approves it", "maintainer approves")]
    #[case::without_first("Without tests, your change will not be merged", "tests")]
    #[case::without_condition("We do not accept contributions without tests", "accept contributions")]
    #[case::no_release_before("No release is made before all findings are fixed", "release made")]
    #[case::nobody_before("Nobody gets write access before a vote of the maintainers", "write access")]
    #[case::not_only("We not only review but also test changes", "review")]
    #[case::hesitate("Do not hesitate to report a vulnerability", "report vulnerability")]
    #[case::forget("Don't forget to add tests", "add tests")]
    #[case::no_later("You get an answer no later than two days", "get answer")]
    #[case::other_sentence_part("If you do not hear from us, mail the list", "mail list")]
    #[case::and_not("Reports are acknowledged and not shared", "reports acknowledged")]
    #[case::relative("Vulnerabilities that are not exploitable must be fixed in 90 days", "must be fixed")]
    #[case::must_be("Findings not yet reviewed will be closed", "will be closed")]
    #[case::without_not("Pull requests without a sign-off on every commit will not be merged", "sign off")]
    #[case::future("Candidates will be voted on", "voted on")]
    #[case::optionally("You can optionally encrypt your report", "encrypt report")]
    fn not_negated(#[case] text: &str, #[case] part: &str) {
        assert!(!denied(text, part), "{text}");
    }

    #[rstest]
    #[case("TODO")]
    #[case("TBD.")]
    #[case("Documentation: coming soon")]
    #[case("The threat model will be published later this year")]
    #[case("A security policy will be added")]
    #[case("Key rotation is planned")]
    #[case("We plan to write a security policy")]
    #[case("We intend to publish a support policy")]
    #[case("Rotation procedures will be documented")]
    #[case("The process is to be decided")]
    #[case("There is no mailing list yet")]
    #[case("An audit is planned for next year")]
    #[case("A forum will be set up later")]
    #[case("This section is under construction")]
    fn announced(#[case] text: &str) {
        assert!(announces(&spoken(text), false), "{text}");
    }

    #[rstest]
    #[case("Candidates will be voted on by the maintainers")]
    #[case("Reports will be acknowledged within 3 days")]
    #[case("Security fixes will be provided for the last two versions")]
    #[case("Advisories will be published on the security page")]
    #[case("We aim to acknowledge reports within one day")]
    #[case("Open the todo application and add an item")]
    #[case("End of support will be given 30 days in advance")]
    #[case("New members are added by vote")]
    #[case("Your planned change should be discussed first")]
    fn not_announced(#[case] text: &str) {
        assert!(!announces(&spoken(text), false), "{text}");
    }

    #[test]
    fn what_stands_in_a_file_of_the_tree_is_there() {
        assert!(!announces(&spoken("End dates will be documented in CHANGELOG.md"), true));
        assert!(announces(&spoken("End dates will be documented in CHANGELOG.md"), false));
    }
}
