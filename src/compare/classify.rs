//! The rules of the comparison, in one place: what a difference of one requirement is, and what brought it about.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::knowledge::{Knowledge, lost};
use super::{WAS_SHOWN, Was, days_until, met, places, state};
use crate::model::assessment::{Basis, Standing, Verdict};
use crate::model::comparison::{Cause, Change, Class, Severity};
use crate::model::declaration::{Effect, Kind, Laid};
use crate::model::evidence::{Confidence, Evidence};
use crate::model::ruling::Outcome;

/// Days before the last one on which a warning is given.
const WARNING_DAYS: i32 = 30;

/// How both states were judged, and what each could see.
pub(super) struct Judged<'a> {
    pub(super) same_catalog: bool,
    pub(super) same_policies: bool,
    /// Whether both looked at the same files.
    pub(super) same_tree: bool,
    pub(super) before: &'a Knowledge,
    pub(super) now: &'a Knowledge,
    pub(super) as_of: Date,
    pub(super) touched: Option<&'a BTreeSet<String>>,
    pub(super) gone: &'a BTreeSet<String>,
    pub(super) change_only: bool,
}

impl Judged<'_> {
    /// Everything there is to say about one requirement: what it is now, then what else is to be known.
    pub(super) fn changes(&self, was: Option<&Was>, now: &Verdict) -> Vec<Change> {
        // Nobody asked in this run, and that says nothing.
        if now.outcome == Outcome::NotRun {
            return Vec::new();
        }
        let Some(was) = was else {
            return vec![self.change(None, now, Class::NewRequirement, Cause::Catalog)];
        };
        let (class, cause) = self.same_judge(was, now, self.natural(was, now));
        let mut changes = vec![self.change(Some(was), now, class, cause)];
        // What a declaration came to is not said twice.
        if !matches!(class, Class::Expired | Class::CatalogChange | Class::PolicyChange) {
            changes.extend(self.beside(was, now).map(|(class, cause)| self.change(Some(was), now, class, cause)));
        }
        changes
    }

    /// What other policies or another catalog say otherwise is their doing. What a person declared, the clock and the
    /// network are the same whoever judges.
    fn same_judge(&self, was: &Was, now: &Verdict, natural: (Class, Cause)) -> (Class, Cause) {
        let by_judge = matches!(
            natural.0,
            Class::Regression
                | Class::MoreFindings
                | Class::EvidenceLost
                | Class::Weakened
                | Class::ScopeChange
                | Class::NewlySeen
                | Class::Improvement
        );
        let differs = by_judge || (natural.0 == Class::Known && was.state.outcome != now.outcome);
        match (differs, self.same_catalog, self.same_policies) {
            (true, false, _) => (Class::CatalogChange, Cause::Catalog),
            (true, true, false) => (Class::PolicyChange, Cause::Policies),
            _ => natural,
        }
    }

    /// What the difference is where both states were judged alike.
    fn natural(&self, was: &Was, now: &Verdict) -> (Class, Cause) {
        let before = was.state.standing;
        match (before, now.standing) {
            (Standing::Waived, Standing::Waived) => (Class::Known, Cause::Project),
            (_, Standing::Waived) => (Class::NewWaiver, Cause::Project),
            (Standing::Met, Standing::Met) => self.still_met(was, now),
            (_, Standing::Met) => (Class::Improvement, self.wider_or_project()),
            (Standing::Met, _) if was.state.basis == Some(Basis::Attested) => {
                ended(now).unwrap_or_else(|| self.no_longer_met(was, now))
            }
            (Standing::Met, _) => self.no_longer_met(was, now),
            (Standing::Waived, Standing::Unmet) => waiver_gone(now),
            (Standing::Unmet, Standing::Unmet) if places::more(&was.keys, &now.evidence) => {
                (Class::MoreFindings, Cause::Project)
            }
            (Standing::Open, Standing::Unmet) => self.decided(was, now),
            _ => (Class::Known, Cause::Project),
        }
    }

    fn still_met(&self, was: &Was, now: &Verdict) -> (Class, Cause) {
        let applied_no_more = was.state.outcome == Outcome::Passed && now.outcome == Outcome::NotApplicable;
        let stated = |basis: Option<Basis>| matches!(basis, Some(Basis::Attested | Basis::Claimed));
        let states_only = stated(now.basis) && !stated(was.state.basis);
        let less_sure = now.confidence == Some(Confidence::Low)
            && was.state.confidence > Some(Confidence::Low)
            && was.state.outcome == Outcome::Passed;
        if applied_no_more {
            (Class::ScopeChange, Cause::Project)
        } else if states_only || less_sure {
            (Class::Weakened, lost(&now.needs, self.before, self.now).unwrap_or(Cause::Project))
        } else {
            (Class::Unchanged, Cause::Project)
        }
    }

    fn no_longer_met(&self, was: &Was, now: &Verdict) -> (Class, Cause) {
        if now.standing == Standing::Unmet {
            return (Class::Regression, self.clock_or_project());
        }
        if now.defect.is_some() {
            return (Class::NotComparable, Cause::Policies);
        }
        if let Some(cause) = lost(&now.needs, self.before, self.now) {
            return (Class::NotComparable, cause);
        }
        if was.state.outcome == Outcome::NotApplicable {
            return (Class::ScopeChange, Cause::Project);
        }
        match now.outcome {
            // Who takes away what showed it leaves the others more than a question of words.
            Outcome::NeedsReview if self.rested_on_what_is_gone(was) => (Class::EvidenceLost, Cause::Project),
            Outcome::NeedsReview => (Class::Weakened, self.clock_or_project()),
            _ => (Class::EvidenceLost, Cause::Project),
        }
    }

    fn rested_on_what_is_gone(&self, was: &Was) -> bool {
        was.places.iter().filter_map(|place| place.path.as_ref()).any(|path| self.gone.contains(path))
    }

    /// What it rested on, and first of that what is not as it was.
    fn rested(&self, was: &Was) -> Vec<Evidence> {
        let (changed, same): (Vec<&Evidence>, Vec<&Evidence>) = was.places.iter().partition(|item| self.changed(item));
        changed.into_iter().chain(same).take(WAS_SHOWN).cloned().collect()
    }

    fn changed(&self, item: &Evidence) -> bool {
        let is_in = |paths: &BTreeSet<String>| item.path.as_ref().is_some_and(|path| paths.contains(path));
        self.touched.is_some_and(is_in) || is_in(self.gone)
    }

    /// It was not decided, and it fails. Where the change itself put the reason there, that is no discovery: the file could be
    /// read before, and nothing was found in it.
    fn decided(&self, was: &Was, now: &Verdict) -> (Class, Cause) {
        let unread =
            |path: &str| was.needs.iter().filter_map(|need| need.detail.as_deref()).any(|why| why.contains(path));
        let brought = |item: &Evidence| {
            let path = item.path.as_deref().filter(|path| !unread(path));
            path.is_some_and(|path| self.touched.is_some_and(|touched| touched.contains(path)))
        };
        let open = matches!(was.state.outcome, Outcome::Unknown | Outcome::NeedsReview);
        let observed = now.confidence == Some(Confidence::High) && open;
        if observed && places::new_ones(&was.keys, &now.evidence).into_iter().any(brought) {
            return (Class::Regression, Cause::Project);
        }
        (Class::NewlySeen, self.wider_or_project())
    }

    fn wider_or_project(&self) -> Cause {
        if self.now.is_wider_than(self.before) { Cause::Credential } else { Cause::Project }
    }

    /// Where files, access and judges are the same and nobody told of settings, only the day is another one.
    fn clock_or_project(&self) -> Cause {
        let alike =
            self.same_tree && self.before == self.now && self.now.capabilities.iter().all(|name| is_clone(name));
        if alike { Cause::Clock } else { Cause::Project }
    }

    /// What is to be known about the declaration that is laid over it.
    fn beside(&self, was: &Was, now: &Verdict) -> Option<(Class, Cause)> {
        let laid = now.declaration.as_ref()?;
        let seen_before = was.declared == Some((laid.said.kind, laid.effect));
        if laid.effect.counts() {
            let soon = (0..=WARNING_DAYS).contains(&days_until(self.as_of, laid.last_day));
            return (soon && !(self.change_only && seen_before)).then_some((Class::ExpiresSoon, Cause::Clock));
        }
        if seen_before {
            return None;
        }
        match laid.effect {
            Effect::Stale => Some((Class::Stale, Cause::Catalog)),
            Effect::Redundant | Effect::Unmatched => Some((Class::Stale, Cause::Project)),
            _ => None,
        }
    }

    fn change(&self, was: Option<&Was>, now: &Verdict, class: Class, cause: Cause) -> Change {
        let before: &[String] = was.map_or(&[], |was| &was.keys);
        let failed = was.is_some_and(|was| was.state.outcome == Outcome::Failed);
        // Where it was met, everything that speaks against it is new.
        let mut new: Vec<Evidence> = match failed && now.outcome == Outcome::Failed {
            true => places::new_ones(before, &now.evidence).into_iter().cloned().collect(),
            false => places::located(&now.evidence).cloned().collect(),
        };
        let worse = was.is_some_and(|was| met(was.state.standing)) && !met(now.standing);
        let gone = matches!(class, Class::EvidenceLost | Class::Weakened) || (worse && new.is_empty());
        let rested: Vec<Evidence> = was.filter(|_| gone).map(|was| self.rested(was)).unwrap_or_default();
        if let Some(touched) = self.touched.filter(|_| gone) {
            // What is left of it stood there before: the change did nothing to it.
            new.retain(|item| item.path.as_ref().is_some_and(|path| touched.contains(path)));
            let nowhere = new.is_empty() && !rested.iter().any(|item| self.changed(item));
            if nowhere && now.outcome == Outcome::Unknown {
                new = places::beside(&rested, touched);
            }
        }
        Change {
            id: now.id.clone(),
            levels: now.levels.clone(),
            summary: now.summary.clone(),
            url: now.url.clone(),
            class,
            cause,
            severity: Severity::Silent,
            before: was.map(|was| was.state.clone()),
            after: Some(state(now)),
            message: message(class, now),
            places: new,
            was: rested,
            needs: if met(now.standing) { Vec::new() } else { now.needs.clone() },
            remediation: now.remediation.clone().filter(|_| !met(now.standing)),
        }
    }
}

fn is_clone(capability: &str) -> bool {
    matches!(capability, "history" | "tags")
}

/// How a declaration that settled a requirement came to settle it no longer, where the project is not what changed.
fn ended(now: &Verdict) -> Option<(Class, Cause)> {
    match now.declaration.as_ref()?.effect {
        Effect::Expired => Some((Class::Expired, Cause::Clock)),
        Effect::Stale => Some((Class::CatalogChange, Cause::Catalog)),
        Effect::Forbidden => Some((Class::PolicyChange, Cause::Policies)),
        _ => None,
    }
}

/// A waiver counted, and it does not any longer: it ended, it does not cover what is found now, or it was taken back, which
/// makes nothing worse.
fn waiver_gone(now: &Verdict) -> (Class, Cause) {
    let effect = now.declaration.as_ref().filter(|laid| laid.said.kind == Kind::Waiver).map(|laid| laid.effect);
    match effect {
        Some(Effect::Partial | Effect::Unmatched) => (Class::Regression, Cause::Project),
        _ => ended(now).unwrap_or((Class::Known, Cause::Project)),
    }
}

fn message(class: Class, now: &Verdict) -> String {
    let laid = now.declaration.as_ref();
    let by = |laid: &Laid| match laid.said.kind {
        Kind::Waiver => format!("the waiver of {}", laid.said.by),
        _ => format!("the statement of {}", laid.said.by),
    };
    match (class, laid) {
        (Class::Expired, Some(laid)) => {
            let name = by(laid);
            format!("{} ended on {}.", capital(&name), laid.last_day)
        }
        (Class::ExpiresSoon, Some(laid)) => {
            let name = by(laid);
            format!("{} ends on {}.", capital(&name), laid.last_day)
        }
        (Class::NewWaiver, Some(laid)) => {
            format!("{} Waived by {} until {}: {}", now.message, laid.said.by, laid.last_day, laid.said.statement)
        }
        (Class::Stale, Some(laid)) => {
            let name = by(laid);
            format!("{} does nothing: {}", capital(&name), laid.remarks.join(" "))
        }
        (Class::EvidenceLost, _) => format!("What showed that it is met is gone. {}", now.message),
        _ => now.message.clone(),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}
