//! Asking about many repositories in one run: which credential asks about which, how many are asked about at once, and what is
//! asked only once for all of them. A repository is asked about by one credential throughout, so that its facts are those
//! that this credential would bring for it alone.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::OnceCell;

use super::failure::Answer;
use super::github::batch::{self, OwnerTold};
use super::github::{Meter, Rate, Reply};
use super::{Connection, Notice, RENEWED_AFTER, Spent};
use crate::model::fact::Reason;
use crate::model::portfolio::RepositoryName;

/// Repositories of the first query.
const FIRST: usize = 10;
/// More of them after a quick answer.
const MORE: usize = 5;
/// Most repositories of one query.
const MOST: usize = 50;
/// What counts as a quick answer.
const QUICK: Duration = Duration::from_secs(3);

/// How fast many repositories are asked about.
#[derive(Debug, Clone, Copy)]
pub struct Speed {
    /// Requests in a second that one credential may begin.
    pub requests: u32,
    /// What is left untouched of every budget, in percent.
    pub reserve: u64,
}

impl Default for Speed {
    fn default() -> Self {
        Self { requests: 10, reserve: 10 }
    }
}

/// What kept a conversation from bringing all that it could have; the worse the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// Nothing.
    None,
    /// Something was broken, also when it was asked for again.
    Broken,
    /// The forge did not accept the credential.
    Refused,
    /// A limit was reached, and waiting was given up.
    Limited,
}

/// What all conversations with one credential share.
pub(crate) struct Shared {
    pub(crate) meter: Arc<Meter>,
    answers: Mutex<BTreeMap<String, Arc<OnceCell<Answer<Reply>>>>>,
    /// What was told about owners, by their names in lower case.
    owners: Mutex<BTreeMap<String, Arc<OwnerTold>>>,
}

impl Shared {
    /// The place of an answer that several repositories share.
    pub(crate) fn answer(&self, path: &str) -> Arc<OnceCell<Answer<Reply>>> {
        Arc::clone(lock(&self.answers).entry(path.to_owned()).or_default())
    }

    /// What was told about an owner.
    pub(crate) fn owner(&self, login: &str) -> Option<Arc<OwnerTold>> {
        lock(&self.owners).get(&login.to_lowercase()).cloned()
    }

    /// Keeps what was told about an owner.
    pub(crate) fn keep_owner(&self, login: &str, told: OwnerTold) {
        lock(&self.owners).insert(login.to_lowercase(), Arc::new(told));
    }
}

/// The asking about one repository of many.
pub struct Errand {
    pub(crate) shared: Arc<Shared>,
    /// The answer to the query about it, by its owner and name as they were asked for.
    told: Option<(String, String, String)>,
    trouble: AtomicU8,
}

impl std::fmt::Debug for Errand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Errand").field("told", &self.told.is_some()).finish_non_exhaustive()
    }
}

impl Errand {
    fn new(shared: &Arc<Shared>, told: Option<(String, String, String)>) -> Arc<Self> {
        Arc::new(Self { shared: Arc::clone(shared), told, trouble: AtomicU8::new(0) })
    }

    /// The answer to the query about a repository, where it was asked for beforehand.
    pub(crate) fn told(&self, owner: &str, name: &str) -> Option<&str> {
        let (known_owner, known_name, body) = self.told.as_ref()?;
        let same = known_owner.eq_ignore_ascii_case(owner) && known_name.eq_ignore_ascii_case(name);
        same.then_some(body)
    }

    pub(crate) fn note(&self, trouble: Trouble) {
        self.trouble.fetch_max(trouble as u8, Ordering::Relaxed);
    }

    /// The worst that happened since this was asked last.
    pub fn trouble(&self) -> Trouble {
        let all = [Trouble::Limited, Trouble::Refused, Trouble::Broken];
        let worst = self.trouble.swap(0, Ordering::Relaxed);
        all.into_iter().find(|trouble| *trouble as u8 == worst).unwrap_or(Trouble::None)
    }
}

/// One credential of several.
#[derive(Debug)]
pub struct Way {
    /// How it is asked with it.
    pub connection: Connection,
    /// The owner whose repositories alone it is for; none for all.
    pub owner: Option<String>,
}

/// Why a repository cannot be asked about now.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// No credential has anything left.
    #[error(
        "every budget is used up, the next one is full again in {0} s: more patience (`--max-wait`), or go on later (`--resume`)"
    )]
    Spent(u64),
    /// Every credential is for other owners.
    #[error("there is no credential for the repositories of {0}")]
    Nobody(String),
}

/// Many repositories, and the ways to ask about them.
pub struct Many {
    ways: Vec<Way>,
    line: Mutex<Line>,
    turned: Condvar,
    now: Timestamp,
}

/// The repositories that were not asked about yet, in the order of the work.
struct Line {
    waiting: VecDeque<RepositoryName>,
    asked: BTreeMap<RepositoryName, Asked>,
    size: usize,
}

enum Asked {
    /// Somebody is asking about it together with others.
    UnderWay,
    /// The way it was asked on, and the answer; none where it has to ask for itself.
    Told(usize, Option<String>),
}

/// The asking about some repositories. However it ends, those who wait for them go on.
struct Turn<'a> {
    many: &'a Many,
    way: usize,
    names: Vec<RepositoryName>,
    ahead: batch::Ahead,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut line = lock(&self.many.line);
        line.size = next_size(line.size, self.names.len(), self.ahead.too_much, self.ahead.slowest);
        for name in self.names.drain(..) {
            let body = self.ahead.bodies.remove(&name);
            line.asked.insert(name, Asked::Told(self.way, body));
        }
        drop(line);
        self.many.turned.notify_all();
    }
}

/// One budget of one credential, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// Where the credential was found.
    pub origin: String,
    /// `core` or `graphql`.
    pub resource: &'static str,
    /// What is left before the reserve.
    pub left: u64,
    /// What there is in an hour, without the reserve.
    pub limit: u64,
    /// Seconds until it is full again.
    pub full_in: u64,
}

impl Many {
    /// Ways to ask, and how fast.
    pub fn new(ways: Vec<Way>, speed: Speed, now: Timestamp) -> Self {
        let rate =
            Rate { pause: Duration::from_secs(1) / speed.requests.max(1), reserve: speed.reserve.min(90), holds: true };
        let ways = ways.into_iter().map(|mut way| {
            let shared =
                Shared { meter: Arc::new(Meter::new(now, rate)), answers: Mutex::default(), owners: Mutex::default() };
            way.connection.errand = Some(Errand::new(&Arc::new(shared), None));
            way
        });
        Self {
            ways: ways.collect(),
            line: Mutex::new(Line { waiting: VecDeque::new(), asked: BTreeMap::new(), size: FIRST }),
            turned: Condvar::new(),
            now,
        }
    }

    /// Repositories in the order in which they will be wanted.
    pub fn line_up(&self, repositories: impl IntoIterator<Item = RepositoryName>) {
        lock(&self.line).waiting = repositories.into_iter().collect();
    }

    /// Asks with every credential what it has left, which costs nothing. Gives those that are not accepted.
    pub fn look_at_budgets(&self) -> Vec<String> {
        let refused = self.ways.iter().filter(|way| {
            let answer = super::github::budgets(&way.connection, self.now);
            answer
                .is_err_and(|failure| failure.reason == Reason::Unauthenticated && way.connection.credential.is_some())
        });
        refused.map(origin).collect()
    }

    /// The way on which to list what belongs to an owner.
    pub fn way_to(&self, owner: &str) -> Result<&Connection, NotNow> {
        self.choose(owner).map(|number| self.open(number))
    }

    /// The connection on which one repository is asked about. Repositories that come after it are asked about with it, and
    /// what was told is handed out with theirs.
    pub fn connection(&self, name: &RepositoryName) -> Result<Connection, NotNow> {
        let mut line = lock(&self.line);
        loop {
            match line.asked.get(name) {
                Some(Asked::UnderWay) => {
                    line = self.turned.wait(line).unwrap_or_else(PoisonError::into_inner);
                }
                Some(Asked::Told(..)) => break,
                None => {
                    drop(line);
                    let way = self.choose(&name.owner)?;
                    if self.ways[way].connection.credential.is_none() {
                        return Ok(self.of(way, name, None));
                    }
                    self.ask_ahead(name, way);
                    line = lock(&self.line);
                }
            }
        }
        let told = line.asked.remove(name);
        drop(line);
        match told {
            Some(Asked::Told(way, body)) => Ok(self.of(way, name, body)),
            _ => Err(NotNow::Nobody(name.owner.clone())),
        }
    }

    /// A way, with a token that lasts for what comes next.
    fn open(&self, way: usize) -> &Connection {
        let connection = &self.ways[way].connection;
        if let Some(credential) = &connection.credential {
            credential.renew(RENEWED_AFTER);
        }
        connection
    }

    fn of(&self, way: usize, name: &RepositoryName, body: Option<String>) -> Connection {
        let mut connection = self.open(way).clone();
        let told = body.map(|body| (name.owner.clone(), name.name.clone(), body));
        connection.errand = connection.errand.map(|errand| Errand::new(&errand.shared, told));
        connection
    }

    /// The credential for an owner that has most left. Where none has anything, the first that is full again is waited for.
    fn choose(&self, owner: &str) -> Result<usize, NotNow> {
        let fits = |way: &Way| way.owner.as_ref().is_none_or(|only| only.eq_ignore_ascii_case(owner));
        // A credential for this owner alone comes before one for all.
        let special = self.ways.iter().any(|way| way.owner.is_some() && fits(way));
        let fits: Vec<usize> = (0..self.ways.len())
            .filter(|number| fits(&self.ways[*number]) && self.ways[*number].owner.is_some() == special)
            .collect();
        let mut waited = Duration::ZERO;
        loop {
            // Most left; the first of several that have the same.
            let most = fits.iter().copied().max_by_key(|number| (self.left(*number).0, std::cmp::Reverse(*number)));
            let Some(most) = most else { return Err(NotNow::Nobody(owner.to_owned())) };
            if self.left(most).0 > 0 {
                return Ok(most);
            }
            let next = fits.iter().map(|number| self.left(*number).1).min().unwrap_or_default();
            let wait = next.max(Duration::from_secs(1));
            if waited + wait > self.ways[most].connection.patience.waits {
                return Err(NotNow::Spent(next.as_secs()));
            }
            waited += wait;
            self.ways[most].connection.observer.notice(&Notice::Waiting { wait });
            std::thread::sleep(wait);
        }
    }

    /// How many repositories a credential can still ask about, roughly, and when it is full again.
    fn left(&self, way: usize) -> (u64, Duration) {
        let Some(errand) = &self.ways[way].connection.errand else { return (0, Duration::ZERO) };
        let of = |resource: &str, each: u64| match errand.shared.meter.left(resource) {
            Some((left, wait)) => (left / each, wait),
            None => (u64::MAX, Duration::ZERO),
        };
        let (core, graphql) = (of("core", 4), of("graphql", 1));
        (core.0.min(graphql.0), if core.0 <= graphql.0 { core.1 } else { graphql.1 })
    }

    /// Asks about a repository and those after it in one query.
    fn ask_ahead(&self, name: &RepositoryName, way: usize) {
        let mut names = vec![name.clone()];
        {
            let mut line = lock(&self.line);
            if line.asked.contains_key(name) {
                return;
            }
            let at = line.waiting.iter().position(|waiting| waiting == name);
            let at = at.inspect(|at| drop(line.waiting.remove(*at))).unwrap_or(line.waiting.len());
            let own = self.ways[way].owner.as_deref();
            let theirs = |owner: &str| {
                self.ways.iter().any(|way| way.owner.as_deref().is_some_and(|only| only.eq_ignore_ascii_case(owner)))
            };
            let mut number = at;
            while names.len() < line.size && number < line.waiting.len() {
                let next = &line.waiting[number];
                let fits = match own {
                    Some(own) => own.eq_ignore_ascii_case(&next.owner),
                    None => !theirs(&next.owner),
                };
                if fits && next.host == name.host {
                    names.extend(line.waiting.remove(number));
                } else {
                    number += 1;
                }
            }
            for name in &names {
                line.asked.insert(name.clone(), Asked::UnderWay);
            }
        }
        let mut turn = Turn { many: self, way, names, ahead: batch::Ahead::default() };
        turn.ahead = batch::ask(self.open(way), &turn.names, self.now);
    }

    /// What every credential has left.
    pub fn budgets(&self) -> Vec<Left> {
        let of = |way: &Way, resource: &'static str| {
            let meter = &way.connection.errand.as_ref()?.shared.meter;
            let (left, full_in) = meter.left(resource)?;
            Some(Left { origin: origin(way), resource, left, limit: meter.limit(resource), full_in: full_in.as_secs() })
        };
        self.ways
            .iter()
            .flat_map(|way| ["core", "graphql"].into_iter().filter_map(move |resource| of(way, resource)))
            .collect()
    }

    /// What was asked with all credentials together.
    pub fn spent(&self) -> Spent {
        let each = self.ways.iter().filter_map(|way| Some(way.connection.errand.as_ref()?.shared.meter.spent()));
        each.fold(Spent::default(), |all, one| Spent {
            requests: all.requests + one.requests,
            unchanged: all.unchanged + one.unchanged,
            points: all.points + one.points,
        })
    }
}

/// How many repositories the next query asks about: some more where one of full size was answered quickly, half of them where it was
/// too much.
fn next_size(size: usize, asked: usize, too_much: bool, slowest: Duration) -> usize {
    if too_much {
        (size / 2).max(1)
    } else if slowest < QUICK && asked >= size {
        (size + MORE).min(MOST)
    } else {
        size
    }
}

fn origin(way: &Way) -> String {
    way.connection.credential.as_ref().map_or_else(|| "nobody".to_owned(), |credential| credential.origin.clone())
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::collect::forge::{Credential, Endpoint, Observer, Patience};

    #[rstest]
    #[case::quick(10, 10, false, 0, 15)]
    #[case::quick_at_last(48, 48, false, 0, 50)]
    #[case::at_most(50, 50, false, 0, 50)]
    #[case::not_full(10, 4, false, 0, 10)]
    #[case::slow(10, 10, false, 3, 10)]
    #[case::too_much(15, 15, true, 0, 7)]
    #[case::too_much_of_few(20, 2, true, 9, 10)]
    #[case::too_much_of_one(1, 1, true, 9, 1)]
    fn the_size_of_a_query_follows_its_answers(
        #[case] size: usize,
        #[case] asked: usize,
        #[case] too_much: bool,
        #[case] seconds: u64,
        #[case] next: usize,
    ) {
        assert_eq!(next_size(size, asked, too_much, Duration::from_secs(seconds)), next);
    }

    const NOW: i64 = 1_000;

    /// A way for an owner or for all, without anything to wait with.
    fn way(owner: Option<&str>) -> Way {
        let connection = Connection {
            endpoint: Endpoint::github(),
            credential: Some(Credential::new("a-token", owner.unwrap_or("all"))),
            cache: None,
            max_age: Duration::ZERO,
            patience: Patience { waits: Duration::ZERO, ..Patience::default() },
            follow_parent: false,
            observer: Observer::default(),
            errand: None,
        };
        Way { connection, owner: owner.map(str::to_owned) }
    }

    /// Ways with what each has left of requests and of points out of a thousand, in an hour that ends in 90 seconds.
    fn many(ways: &[(Option<&str>, u64, u64)]) -> Many {
        let now = Timestamp::from_second(NOW).expect("a time");
        let all = Many::new(ways.iter().map(|(owner, ..)| way(*owner)).collect(), Speed::default(), now);
        for (way, (_, core, graphql)) in all.ways.iter().zip(ways) {
            let meter = &way.connection.errand.as_ref().expect("shared by all").shared.meter;
            meter.told("core", Some(1_000), *core, Some(NOW + 90));
            meter.told("graphql", Some(1_000), *graphql, Some(NOW + 90));
        }
        all
    }

    #[rstest]
    #[case::most_left(&[(None, 500, 900), (None, 600, 900)], Some(1))]
    #[case::the_first_of_equals(&[(None, 500, 900), (None, 500, 900)], Some(0))]
    #[case::points_count_too(&[(None, 900, 110), (None, 600, 900)], Some(1))]
    #[case::of_the_owner(&[(None, 900, 900), (Some("ACME"), 500, 500)], Some(1))]
    #[case::of_another_owner(&[(Some("globex"), 900, 900), (None, 500, 500)], Some(1))]
    #[case::reserve(&[(None, 100, 900)], None)]
    #[case::less_than_a_repository_takes(&[(None, 103, 900)], None)]
    #[case::just_one_more(&[(None, 104, 900)], Some(0))]
    #[case::reserve_of_points(&[(None, 900, 100)], None)]
    #[case::the_owner_spent(&[(None, 900, 900), (Some("acme"), 0, 0)], None)]
    fn who_has_most_left_is_asked_with(#[case] ways: &[(Option<&str>, u64, u64)], #[case] chosen: Option<usize>) {
        match (many(ways).choose("acme"), chosen) {
            (Ok(way), chosen) => assert_eq!(Some(way), chosen),
            (Err(NotNow::Spent(seconds)), None) => assert!((80..=90).contains(&seconds), "{seconds}"),
            (Err(other), chosen) => panic!("{other} in place of {chosen:?}"),
        }
    }

    #[test]
    fn a_repository_of_nobody() {
        let all = many(&[(Some("globex"), 900, 900)]);
        assert_eq!(all.choose("acme"), Err(NotNow::Nobody("acme".to_owned())));
    }

    #[test]
    fn who_was_never_asked_has_everything() {
        let now = Timestamp::from_second(NOW).expect("a time");
        let all = Many::new(vec![way(None)], Speed::default(), now);
        assert_eq!((all.choose("acme"), all.budgets()), (Ok(0), Vec::new()));
    }

    #[test]
    fn budgets_are_told_without_their_reserve() {
        let told = many(&[(None, 500, 900)]).budgets();
        let short: Vec<_> =
            told.iter().map(|left| (left.origin.as_str(), left.resource, left.left, left.limit)).collect();
        assert_eq!(short, [("all", "core", 400, 900), ("all", "graphql", 800, 900)]);
    }

    #[test]
    fn the_worst_trouble_is_told_once() {
        let all = many(&[(None, 500, 900)]);
        let errand = all.of(0, &"acme/widget".parse().expect("a name"), None).errand.expect("an errand");
        assert_eq!((errand.trouble(), errand.told("acme", "widget")), (Trouble::None, None));
        errand.note(Trouble::Broken);
        errand.note(Trouble::Limited);
        errand.note(Trouble::Refused);
        assert_eq!((errand.trouble(), errand.trouble()), (Trouble::Limited, Trouble::None));
    }

    #[rstest]
    #[case::same("acme", "widget", true)]
    #[case::in_other_letters("Acme", "Widget", true)]
    #[case::another("acme", "gadget", false)]
    #[case::of_another("globex", "widget", false)]
    fn an_answer_is_for_its_repository_alone(#[case] owner: &str, #[case] name: &str, #[case] told: bool) {
        let all = many(&[(None, 500, 900)]);
        let connection = all.of(0, &"acme/widget".parse().expect("a name"), Some("{}".to_owned()));
        assert_eq!(connection.errand.expect("an errand").told(owner, name).is_some(), told);
    }
}
