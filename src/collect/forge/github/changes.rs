//! Sections `checks` and `changes`: what ran on the newest commit and on a sample of merged change requests, and who
//! approved them.

use std::collections::{BTreeMap, BTreeSet};

use super::query::{Actor, Check, Page, PullRequest, Queried, Rollup};
use crate::collect::branch::RequiredCheck;
use crate::collect::checks::{Changes, Checks, MergedChange, ObservedCheck};
use crate::collect::forge::failure::{Answer, Failure};
use crate::model::fact::{Fact, Reason, SourceId};

const SRC: &[SourceId] = &["repository"];
const READ: &str = "a read token";

/// Conclusions of a check that did not pass.
const FAILED: &[&str] = &["FAILURE", "ERROR", "TIMED_OUT", "CANCELLED", "ACTION_REQUIRED", "STARTUP_FAILURE"];

/// A check by name, app and kind, in one place.
type Key = (String, Option<String>, &'static str, &'static str);

/// Reads both sections. `required` are the checks that had to pass.
pub(crate) fn read(queried: &Answer<Queried>, required: Option<&Vec<RequiredCheck>>) -> (Checks, Changes) {
    let queried = match queried {
        Ok(queried) => queried,
        Err(failure) => {
            let why = failure.clone().or_needs(READ);
            return (Checks { observed: why.fact(SRC) }, Changes { merged_sample: why.fact(SRC) });
        }
    };
    let Some(changes) = &queried.repository.pull_requests else {
        let why =
            queried.missing(&["repository", "pullRequests"], Failure::needing(Reason::Forbidden, READ)).or_needs(READ);
        return (Checks { observed: why.fact(SRC) }, Changes { merged_sample: why.fact(SRC) });
    };
    let branch = queried.repository.default_branch_ref.as_ref().and_then(|branch| branch.name.as_deref());
    let sample: Vec<&PullRequest> =
        changes.items().filter(|change| branch.is_none() || change.base_ref_name.as_deref() == branch).collect();
    let broken = queried.is_broken_below(&["repository", "pullRequests"]);
    let merged = sample.iter().map(|change| merged_change(change, required)).collect();
    (
        Checks { observed: observed(queried, &sample, broken) },
        Changes { merged_sample: Fact::seen(merged, !broken, SRC) },
    )
}

fn observed(queried: &Queried, sample: &[&PullRequest], broken: bool) -> Fact<Vec<ObservedCheck>> {
    let path = ["repository", "defaultBranchRef", "target", "statusCheckRollup"];
    let mut complete = !broken && !queried.is_broken_below(&path);
    let mut found: BTreeMap<Key, (Option<String>, u64)> = BTreeMap::new();
    let head = queried.repository.default_branch_ref.as_ref().and_then(|branch| branch.target.as_ref());
    if let Some(contexts) = head.and_then(|commit| contexts(commit.status_check_rollup.as_ref())) {
        complete &= contexts.is_complete();
        for check in contexts.items() {
            found.entry(key(check, "head")).or_insert((conclusion(check), 0));
        }
    }
    for change in sample {
        let Some(contexts) = checks_of(change) else { continue };
        complete &= contexts.is_complete();
        // One check may have run several times on a change: it counts once.
        let once: BTreeMap<Key, Option<String>> =
            contexts.items().map(|check| (key(check, "change_request"), conclusion(check))).collect();
        for (key, conclusion) in once {
            found.entry(key).or_insert((conclusion, 0)).1 += 1;
        }
    }
    if found.is_empty() && !complete {
        let why = queried.problem(&path).or_else(|| {
            queried.problem(&["repository", "pullRequests", "nodes", "commits", "nodes", "commit", "statusCheckRollup"])
        });
        return why
            .unwrap_or_else(|| Failure::needing(Reason::Forbidden, "a token with `checks: read`"))
            .or_needs("a token with `checks: read`")
            .fact(SRC);
    }
    let list = found.into_iter().filter(|((name, ..), _)| !name.is_empty());
    let list = list.map(|((name, app, kind, on), (conclusion, changes))| ObservedCheck {
        name,
        app,
        kind: kind.to_owned(),
        on: on.to_owned(),
        conclusion,
        changes,
    });
    Fact::seen(list.collect(), complete, SRC)
}

fn contexts(rollup: Option<&Rollup>) -> Option<&Page<Check>> {
    rollup?.contexts.as_ref()
}

fn checks_of(change: &PullRequest) -> Option<&Page<Check>> {
    contexts(change.commits.as_ref()?.items().last()?.commit.as_ref()?.status_check_rollup.as_ref())
}

fn key(check: &Check, on: &'static str) -> Key {
    let app = check.check_suite.as_ref().and_then(|suite| suite.app.as_ref()?.slug.clone());
    match (&check.name, &check.context) {
        (Some(name), _) => (name.clone(), app, "check", on),
        (None, context) => (context.clone().unwrap_or_default(), None, "status", on),
    }
}

fn conclusion(check: &Check) -> Option<String> {
    check.conclusion.clone().or_else(|| check.state.clone()).map(|word| word.to_lowercase())
}

fn merged_change(change: &PullRequest, required: Option<&Vec<RequiredCheck>>) -> MergedChange {
    let author = change.author.as_ref();
    let by_other = |actor: &Actor| actor.login != author.and_then(|author| author.login.clone());
    let approvals: Vec<&Actor> = change
        .latest_opinionated_reviews
        .iter()
        .flat_map(|page| page.items())
        .filter(|review| review.state.as_deref() == Some("APPROVED"))
        .filter_map(|review| review.author.as_ref())
        .filter(|actor| by_other(actor))
        .collect();
    let human = approvals.iter().filter(|actor| !actor.is_bot()).count();
    let mut checks = BTreeSet::new();
    let mut failed = BTreeSet::new();
    for check in checks_of(change).into_iter().flat_map(|page| page.items()) {
        let (name, ..) = key(check, "change_request");
        let word = check.conclusion.as_deref().or(check.state.as_deref()).unwrap_or_default();
        let had_to_pass = required.is_some_and(|required| required.iter().any(|required| required.context == name));
        if had_to_pass && FAILED.contains(&word) {
            failed.insert(name.clone());
        }
        checks.insert(name);
    }
    MergedChange {
        number: change.number,
        author_kind: if author.is_some_and(Actor::is_bot) { "bot" } else { "human" }.to_owned(),
        human_approvals: human as u64,
        bot_approvals: (approvals.len() - human) as u64,
        failed_required_checks: failed.into_iter().collect(),
        checks: checks.into_iter().collect(),
    }
}
