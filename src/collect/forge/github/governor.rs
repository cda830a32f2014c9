//! How fast GitHub is asked: what its answers say about limits, how long a retry waits, and when waiting is given up. Limits hold
//! for a credential, whoever uses it; patience is that of one conversation.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::HeaderMap;
use jiff::Timestamp;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::collect::forge::Patience;
use crate::collect::limits;

/// Tries of one request, the first included.
const TRIES: u32 = 3;

/// What an answer says about the rate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pace {
    /// Go on.
    Free,
    /// Too fast or too much: come back after this long, as far as the answer says.
    Limited(Option<Duration>),
}

/// The budget of one resource as the last answer told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Budget {
    limit: Option<u64>,
    remaining: u64,
    /// Seconds since 1970.
    reset: Option<i64>,
}

/// How much may be asked at once and in a second.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rate {
    /// The time between the beginnings of two requests.
    pub(crate) pause: Duration,
    /// What is left untouched of every budget, in percent.
    pub(crate) reserve: u64,
    /// Whether everybody waits when one is told to come back later.
    pub(crate) holds: bool,
}

/// What one credential has left, as its answers tell it. All conversations that use the credential share it.
#[derive(Debug)]
pub(crate) struct Meter {
    started: Instant,
    /// The time at `started`, because nothing here may ask for the time.
    now: Timestamp,
    rate: Rate,
    budgets: Mutex<BTreeMap<String, Budget>>,
    /// Nobody asks before this instant: GitHub told somebody to come back later.
    held: Mutex<Option<Instant>>,
    /// When the next request may begin.
    turn: Mutex<Option<Instant>>,
    requests: Semaphore,
    queries: Semaphore,
    asked: AtomicU64,
    unchanged: AtomicU64,
    points: AtomicU64,
}

/// What was asked with a credential.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Requests to the REST interface.
    pub requests: u64,
    /// Those among them whose answers had not changed, which cost nothing.
    pub unchanged: u64,
    /// Points of queries.
    pub points: u64,
}

impl Meter {
    /// For one conversation alone.
    pub(crate) fn alone(now: Timestamp) -> Self {
        Self::new(now, Rate { pause: Duration::ZERO, reserve: 0, holds: false })
    }

    pub(crate) fn new(now: Timestamp, rate: Rate) -> Self {
        Self {
            started: Instant::now(),
            now,
            rate,
            budgets: Mutex::default(),
            held: Mutex::default(),
            turn: Mutex::default(),
            requests: Semaphore::new(limits::API_REQUESTS_AT_ONCE),
            queries: Semaphore::new(limits::API_QUERIES_AT_ONCE),
            asked: AtomicU64::new(0),
            unchanged: AtomicU64::new(0),
            points: AtomicU64::new(0),
        }
    }

    /// A place among the requests that are under way, when it is this one's turn.
    pub(crate) async fn admit(&self, resource: &str) -> Option<SemaphorePermit<'_>> {
        let places = if resource == "graphql" { &self.queries } else { &self.requests };
        let place = places.acquire().await.ok();
        if resource == "core" && !self.rate.pause.is_zero() {
            let turn = {
                let mut turn = lock(&self.turn);
                let mine = turn.map_or_else(Instant::now, |turn| turn.max(Instant::now()));
                *turn = Some(mine + self.rate.pause);
                mine
            };
            tokio::time::sleep(turn.saturating_duration_since(Instant::now())).await;
        }
        place
    }

    /// Takes note of what an answer says, and tells whether it refuses because of a limit.
    pub(crate) fn read(&self, resource: &str, status: u16, headers: &HeaderMap, message: &str) -> Pace {
        let number = |name: &str| {
            headers.get(name).and_then(|value| value.to_str().ok()).and_then(|v| v.trim().parse::<i64>().ok())
        };
        let count = |name: &str| number(name).and_then(|value| u64::try_from(value).ok());
        let remaining = count("x-ratelimit-remaining");
        let reset = number("x-ratelimit-reset");
        if resource == "core" {
            self.asked.fetch_add(1, Ordering::Relaxed);
            self.unchanged.fetch_add(u64::from(status == 304), Ordering::Relaxed);
        }
        if let Some(remaining) = remaining {
            let resource = headers.get("x-ratelimit-resource").and_then(|value| value.to_str().ok()).unwrap_or("core");
            self.told(resource, count("x-ratelimit-limit"), remaining, reset);
        }
        let retry_after = count("retry-after").map(Duration::from_secs);
        let until_reset = || reset.map(|reset| self.until(reset));
        let speaks_of_limits = message.to_lowercase().contains("rate limit");
        let pace = match status {
            429 => Pace::Limited(retry_after.or_else(until_reset)),
            403 if retry_after.is_some() => Pace::Limited(retry_after),
            403 if remaining == Some(0) => Pace::Limited(until_reset()),
            403 if speaks_of_limits => Pace::Limited(Some(Duration::from_secs(60))),
            _ => Pace::Free,
        };
        if let (Pace::Limited(Some(wait)), true) = (&pace, self.rate.holds && remaining != Some(0)) {
            *lock(&self.held) = Some(Instant::now() + *wait);
        }
        pace
    }

    /// Takes note of a budget.
    pub(crate) fn told(&self, resource: &str, limit: Option<u64>, remaining: u64, reset: Option<i64>) {
        let mut budgets = lock(&self.budgets);
        // Answers come in another order than they were given: within one hour a budget only shrinks.
        let kept = budgets.get(resource).filter(|kept| kept.reset == reset).map(|kept| kept.remaining);
        let remaining = kept.map_or(remaining, |kept| kept.min(remaining));
        budgets.insert(resource.to_owned(), Budget { limit, remaining, reset });
    }

    /// Takes note of what a query cost.
    pub(crate) fn cost(&self, points: u64) {
        self.points.fetch_add(points, Ordering::Relaxed);
    }

    /// What was asked so far.
    pub(crate) fn spent(&self) -> Spent {
        Spent {
            requests: self.asked.load(Ordering::Relaxed),
            unchanged: self.unchanged.load(Ordering::Relaxed),
            points: self.points.load(Ordering::Relaxed),
        }
    }

    /// What may still be asked of a resource before its reserve is reached, and in how many seconds it is full again; none
    /// where nobody knows.
    pub(crate) fn left(&self, resource: &str) -> Option<(u64, Duration)> {
        let budget = *lock(&self.budgets).get(resource)?;
        let wait = budget.reset.map_or(Duration::ZERO, |reset| self.until(reset));
        let reserve = self.reserve(budget);
        let left = match wait.is_zero() {
            true => budget.limit.unwrap_or(budget.remaining),
            false => budget.remaining,
        };
        Some((left.saturating_sub(reserve), wait))
    }

    /// What there is of a resource in an hour, without its reserve.
    pub(crate) fn limit(&self, resource: &str) -> u64 {
        let budget = lock(&self.budgets).get(resource).copied();
        budget.map_or(0, |budget| budget.limit.unwrap_or(0).saturating_sub(self.reserve(budget)))
    }

    fn reserve(&self, budget: Budget) -> u64 {
        budget.limit.unwrap_or(0).saturating_mul(self.rate.reserve) / 100
    }

    /// The refusal of a GraphQL answer that says in its body that a limit is reached.
    pub(crate) fn graphql_limit(&self) -> Pace {
        let reset = lock(&self.budgets).get("graphql").and_then(|budget| budget.reset);
        Pace::Limited(reset.map(|reset| self.until(reset)))
    }

    /// How long a resource is used up; none while it may be asked.
    pub(crate) fn exhausted(&self, resource: &str) -> Option<Duration> {
        let held = lock(&self.held).map(|until| until.saturating_duration_since(Instant::now()));
        let budget = lock(&self.budgets).get(resource).copied();
        let spent = budget.filter(|budget| budget.remaining <= self.reserve(*budget));
        let spent = spent.map(|budget| budget.reset.map_or(Duration::ZERO, |reset| self.until(reset)));
        held.max(spent).filter(|left| !left.is_zero())
    }

    fn until(&self, reset: i64) -> Duration {
        let elapsed = i64::try_from(self.started.elapsed().as_secs()).unwrap_or(i64::MAX);
        let now = self.now.as_second().saturating_add(elapsed);
        Duration::from_secs(u64::try_from(reset.saturating_sub(now)).unwrap_or(0))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps count of the time that the waits of one conversation took.
#[derive(Debug)]
pub(crate) struct Governor {
    patience: Patience,
    waited: Duration,
    /// The end of the longest wait so far: waits of several requests at once pass together.
    until: Option<Instant>,
}

impl Governor {
    pub(crate) fn new(patience: Patience) -> Self {
        Self { patience, waited: Duration::ZERO, until: None }
    }

    /// How long to wait before the given try, if another one is worth it. Without a word from GitHub the wait doubles.
    pub(crate) fn before_retry(&mut self, tried: u32, asked: Option<Duration>) -> Option<Duration> {
        if tried >= TRIES {
            return None;
        }
        let own = self.patience.retry.saturating_mul(1 << tried.saturating_sub(1).min(8));
        let wait = asked.unwrap_or(own).max(own.min(Duration::from_secs(1)));
        self.spend(wait).then_some(wait)
    }

    /// Takes a wait out of the time that is left for waiting.
    pub(crate) fn spend(&mut self, wait: Duration) -> bool {
        let now = Instant::now();
        let Some(end) = now.checked_add(wait) else { return false };
        let begin = self.until.map_or(now, |until| until.max(now));
        let total = self.waited.saturating_add(end.saturating_duration_since(begin));
        let fits = total <= self.patience.waits;
        if fits {
            self.waited = total;
            self.until = Some(end.max(begin));
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn meter(reserve: u64) -> Meter {
        let rate = Rate { pause: Duration::ZERO, reserve, holds: true };
        Meter::new(Timestamp::from_second(1_000).expect("a time"), rate)
    }

    fn governor(waits: u64) -> Governor {
        let patience = Patience { waits: Duration::from_secs(waits), ..Patience::default() };
        Governor::new(patience)
    }

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (http::HeaderName::from_static(name), value.parse().expect("a value")))
            .collect()
    }

    #[rstest]
    #[case::permission(403, &[], "Resource not accessible", Pace::Free)]
    #[case::permission_with_budget(403, &[("x-ratelimit-remaining", "10")], "", Pace::Free)]
    #[case::primary(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1030")], "", Pace::Limited(Some(Duration::from_secs(30))))]
    #[case::secondary(403, &[("retry-after", "7")], "", Pace::Limited(Some(Duration::from_secs(7))))]
    #[case::secondary_in_words(403, &[], "You have exceeded a secondary rate limit", Pace::Limited(Some(Duration::from_secs(60))))]
    #[case::too_many(429, &[("retry-after", "3")], "", Pace::Limited(Some(Duration::from_secs(3))))]
    #[case::too_many_bare(429, &[], "", Pace::Limited(None))]
    #[case::last_one(200, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1030")], "", Pace::Free)]
    #[case::reset_long_ago(429, &[("x-ratelimit-reset", "1")], "", Pace::Limited(Some(Duration::ZERO)))]
    #[case::nonsense(429, &[("retry-after", "soon")], "", Pace::Limited(None))]
    fn reads(
        #[case] status: u16,
        #[case] pairs: &[(&'static str, &str)],
        #[case] message: &str,
        #[case] expected: Pace,
    ) {
        assert_eq!(meter(0).read("core", status, &headers(pairs), message), expected);
    }

    #[test]
    fn a_used_up_resource_is_not_asked_again() {
        let meter = meter(0);
        let spent =
            headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1090"), ("x-ratelimit-resource", "core")]);
        meter.read("core", 200, &spent, "");
        assert!(meter.exhausted("core").is_some_and(|left| left.as_secs() >= 80));
        assert_eq!(meter.exhausted("graphql"), None);
    }

    #[rstest]
    #[case::plenty(600, 1090, Some(500), false)]
    #[case::reserve_reached(100, 1090, Some(0), true)]
    #[case::full_again(0, 900, Some(900), false)]
    fn a_tenth_is_left_to_others(
        #[case] remaining: u64,
        #[case] reset: i64,
        #[case] left: Option<u64>,
        #[case] exhausted: bool,
    ) {
        let meter = meter(10);
        assert_eq!(meter.left("core"), None, "nobody knows yet");
        meter.told("core", Some(1_000), remaining, Some(reset));
        assert_eq!(meter.left("core").map(|(left, _)| left), left);
        assert_eq!(meter.exhausted("core").is_some(), exhausted);
    }

    #[test]
    fn answers_out_of_order_give_nothing_back() {
        let meter = meter(0);
        meter.told("core", Some(1_000), 7, Some(1_090));
        meter.told("core", Some(1_000), 9, Some(1_090));
        assert_eq!(meter.left("core").map(|(left, _)| left), Some(7));
        meter.told("core", Some(1_000), 999, Some(4_690));
        assert_eq!(meter.left("core").map(|(left, _)| left), Some(999), "the next hour");
    }

    #[test]
    fn who_is_told_to_come_back_later_holds_everybody() {
        let meter = meter(0);
        meter.read("core", 403, &headers(&[("retry-after", "7")]), "");
        assert!(meter.exhausted("graphql").is_some_and(|left| left.as_secs() >= 6));
    }

    #[test]
    fn waiting_ends() {
        let mut governor = governor(10);
        assert_eq!(governor.before_retry(1, None), Some(Duration::from_secs(1)));
        assert_eq!(governor.before_retry(2, None), Some(Duration::from_secs(2)));
        assert_eq!(governor.before_retry(3, None), None, "three tries");
        assert_eq!(governor.before_retry(1, Some(Duration::from_secs(3_600))), None, "an hour is too long");
        assert_eq!(governor.before_retry(1, Some(Duration::from_secs(7))), Some(Duration::from_secs(7)));
        assert_eq!(governor.before_retry(1, None), Some(Duration::from_secs(1)), "that passes with the wait before");
        assert_eq!(governor.before_retry(1, Some(Duration::from_secs(12))), None, "all patience is spent");
    }
}
