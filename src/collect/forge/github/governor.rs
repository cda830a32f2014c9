//! How fast GitHub is asked: what its answers say about limits, how long a retry waits, and when waiting is given up.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use http::HeaderMap;
use jiff::Timestamp;

use crate::collect::forge::Patience;

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
    remaining: u64,
    /// Seconds since 1970.
    reset: Option<i64>,
}

/// Keeps count of limits and of the time that waiting took.
#[derive(Debug)]
pub(crate) struct Governor {
    patience: Patience,
    started: Instant,
    /// The time at `started`, because nothing here may ask for the time.
    now: Timestamp,
    waited: Duration,
    budgets: BTreeMap<String, Budget>,
}

impl Governor {
    pub(crate) fn new(patience: Patience, now: Timestamp) -> Self {
        Self { patience, started: Instant::now(), now, waited: Duration::ZERO, budgets: BTreeMap::new() }
    }

    /// Takes note of what an answer says, and tells whether it refuses because of a limit.
    pub(crate) fn read(&mut self, status: u16, headers: &HeaderMap, message: &str) -> Pace {
        let number = |name: &str| {
            headers.get(name).and_then(|value| value.to_str().ok()).and_then(|v| v.trim().parse::<i64>().ok())
        };
        let remaining = number("x-ratelimit-remaining").and_then(|value| u64::try_from(value).ok());
        let reset = number("x-ratelimit-reset");
        if let Some(remaining) = remaining {
            let resource = headers.get("x-ratelimit-resource").and_then(|value| value.to_str().ok()).unwrap_or("core");
            self.budgets.insert(resource.to_owned(), Budget { remaining, reset });
        }
        let retry_after =
            number("retry-after").and_then(|seconds| u64::try_from(seconds).ok()).map(Duration::from_secs);
        let until_reset = || reset.map(|reset| self.until(reset));
        let speaks_of_limits = message.to_lowercase().contains("rate limit");
        match status {
            429 => Pace::Limited(retry_after.or_else(until_reset)),
            403 if retry_after.is_some() => Pace::Limited(retry_after),
            403 if remaining == Some(0) => Pace::Limited(until_reset()),
            403 if speaks_of_limits => Pace::Limited(Some(Duration::from_secs(60))),
            _ => Pace::Free,
        }
    }

    /// The refusal of a GraphQL answer that says in its body that a limit is reached.
    pub(crate) fn graphql_limit(&self) -> Pace {
        Pace::Limited(self.budgets.get("graphql").and_then(|budget| budget.reset).map(|reset| self.until(reset)))
    }

    /// How long a resource is used up; none while it may be asked.
    pub(crate) fn exhausted(&self, resource: &str) -> Option<Duration> {
        let budget = self.budgets.get(resource).filter(|budget| budget.remaining == 0)?;
        let left = budget.reset.map_or(Duration::ZERO, |reset| self.until(reset));
        (left > Duration::ZERO).then_some(left)
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
        let total = self.waited.saturating_add(wait);
        let fits = total <= self.patience.waits;
        if fits {
            self.waited = total;
        }
        fits
    }

    fn until(&self, reset: i64) -> Duration {
        let elapsed = i64::try_from(self.started.elapsed().as_secs()).unwrap_or(i64::MAX);
        let now = self.now.as_second().saturating_add(elapsed);
        Duration::from_secs(u64::try_from(reset.saturating_sub(now)).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn governor(waits: u64) -> Governor {
        let patience = Patience { waits: Duration::from_secs(waits), ..Patience::default() };
        Governor::new(patience, Timestamp::from_second(1_000).expect("a time"))
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
        assert_eq!(governor(60).read(status, &headers(pairs), message), expected);
    }

    #[test]
    fn a_used_up_resource_is_not_asked_again() {
        let mut governor = governor(60);
        let spent =
            headers(&[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1090"), ("x-ratelimit-resource", "core")]);
        governor.read(200, &spent, "");
        assert!(governor.exhausted("core").is_some_and(|left| left.as_secs() >= 80));
        assert_eq!(governor.exhausted("graphql"), None);
    }

    #[test]
    fn waiting_ends() {
        let mut governor = governor(10);
        assert_eq!(governor.before_retry(1, None), Some(Duration::from_secs(1)));
        assert_eq!(governor.before_retry(2, None), Some(Duration::from_secs(2)));
        assert_eq!(governor.before_retry(3, None), None, "three tries");
        assert_eq!(governor.before_retry(1, Some(Duration::from_secs(3_600))), None, "an hour is too long");
        assert_eq!(governor.before_retry(1, Some(Duration::from_secs(7))), Some(Duration::from_secs(7)));
        assert_eq!(governor.before_retry(1, None), None, "all patience is spent");
    }
}
