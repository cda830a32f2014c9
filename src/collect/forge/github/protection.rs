//! Section `branch`: what rulesets and classic protection together demand of the default branch. Each property is true
//! where either demands it, and false only where both were read.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::query::{
    Actor, Allowance, BranchRule, BypassActor, Page, Protection, Queried, RefUpdateRule, Repository, Ruleset,
};
use crate::collect::branch::{Branch, Bypass, DirectCommit, RequiredCheck};
use crate::collect::forge::failure::{Answer, Failure, either, fact};
use crate::model::fact::{Fact, Reason, SourceId};

pub(crate) const ADMIN: &str = "a token with `administration: read`";
const RULESET_WRITE: &str = "a token with write access to rulesets";
const BOTH: &[SourceId] = &["rules", "protection"];
/// The number of the app that reports the checks of pipelines.
const ACTIONS_APP: u64 = 15_368;
const AT_CLASSIC: &[&str] = &["repository", "defaultBranchRef", "branchProtectionRule"];

/// One active rule, as GitHub lists what holds for a branch.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Rule {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    pub(crate) ruleset_id: Option<u64>,
    pub(crate) parameters: Option<Json>,
}

/// What was read about the branch.
pub(crate) struct Sources<'a> {
    /// The rules that hold for it, and whether the list came to its end.
    pub(crate) rules: &'a Answer<(Vec<Rule>, bool)>,
    pub(crate) queried: &'a Answer<Queried>,
    /// Whether GitHub calls the branch protected, where that was asked.
    pub(crate) protected: Option<&'a Answer<bool>>,
}

/// Demands from one side; each may be unreadable on its own.
struct Side {
    pr_required: Answer<bool>,
    locked: Answer<bool>,
    deletion_blocked: Answer<bool>,
    force_push_blocked: Answer<bool>,
    approvals: Answer<u64>,
    last_push_approval: Answer<bool>,
    codeowner_review: Answer<bool>,
    checks: Answer<Vec<RequiredCheck>>,
    /// Who alone may push; nothing where everybody may who has write access.
    restricted: Answer<Option<&'static str>>,
    /// Who may pass, and whether these are all.
    bypass: Answer<(Vec<Bypass>, bool)>,
}

impl Side {
    fn unread(why: &Failure) -> Self {
        Self {
            pr_required: Err(why.clone()),
            locked: Err(why.clone()),
            deletion_blocked: Err(why.clone()),
            force_push_blocked: Err(why.clone()),
            approvals: Err(why.clone()),
            last_push_approval: Err(why.clone()),
            codeowner_review: Err(why.clone()),
            checks: Err(why.clone()),
            restricted: Err(why.clone()),
            bypass: Err(why.clone()),
        }
    }

    fn nothing() -> Self {
        Self {
            pr_required: Ok(false),
            locked: Ok(false),
            deletion_blocked: Ok(false),
            force_push_blocked: Ok(false),
            approvals: Ok(0),
            last_push_approval: Ok(false),
            codeowner_review: Ok(false),
            checks: Ok(Vec::new()),
            restricted: Ok(None),
            bypass: Ok((Vec::new(), true)),
        }
    }
}

impl Sources<'_> {
    /// The section. `gittuf` comes from the clone.
    pub(crate) fn branch(&self) -> Branch {
        let rules = self.rulesets();
        let (classic, classic_readable, admins_bound) = self.classic();
        Branch {
            rules_readable: match self.rules {
                Ok((_, true)) => Fact::known(true, &["rules"]),
                Ok((_, false)) => Fact::broken(Reason::Truncated, "more rules than are read", &["rules"]),
                Err(failure) => failure.fact(&["rules"]),
            },
            classic_readable: fact(classic_readable, &["protection"]),
            pr_required: fact(either(&rules.pr_required, &classic.pr_required), BOTH),
            push_restricted: fact(narrower(&rules.restricted, &classic.restricted), BOTH),
            locked: fact(either(&rules.locked, &classic.locked), BOTH),
            deletion_blocked: fact(either(&rules.deletion_blocked, &classic.deletion_blocked), BOTH),
            force_push_blocked: fact(either(&rules.force_push_blocked, &classic.force_push_blocked), BOTH),
            required_approvals: most(&rules.approvals, &classic.approvals),
            last_push_approval: fact(either(&rules.last_push_approval, &classic.last_push_approval), BOTH),
            codeowner_review: fact(either(&rules.codeowner_review, &classic.codeowner_review), BOTH),
            required_checks: checks(rules.checks, classic.checks),
            bypass: bypass(rules.bypass, classic.bypass),
            admins_bound: fact(admins_bound, &["protection"]),
            direct_commits: self.direct_commits(),
            gittuf: Fact::unknown(Reason::Unsupported, "a git clone", &["git"]),
        }
    }

    fn rulesets(&self) -> Side {
        let (rules, complete) = match self.rules {
            Ok((rules, complete)) => (rules, *complete),
            Err(failure) => return Side::unread(failure),
        };
        let cut = || Failure::new(Reason::Truncated, "more rules than are read");
        let absent = |found: bool| if found || complete { Ok(found) } else { Err(cut()) };
        let has = |kinds: &[&str]| absent(rules.iter().any(|rule| kinds.contains(&rule.kind.as_str())));
        let flag = |name: &str| {
            let is_set = |rule: &Rule| rule.parameters.as_ref().and_then(|p| p.get(name)?.as_bool()) == Some(true);
            absent(rules.iter().any(|rule| rule.kind == "pull_request" && is_set(rule)))
        };
        let approvals = rules
            .iter()
            .filter(|rule| rule.kind == "pull_request")
            .filter_map(|rule| rule.parameters.as_ref()?.get("required_approving_review_count")?.as_u64());
        let approvals = approvals.max().unwrap_or(0);
        let bypass = self.ruleset_bypass(rules);
        let restricting: Vec<&Rule> = rules.iter().filter(|rule| rule.kind == "update").collect();
        Side {
            // A merge queue takes change requests only.
            pr_required: has(&["pull_request", "merge_queue"]),
            locked: has(&["lock_branch"]),
            deletion_blocked: has(&["deletion"]),
            force_push_blocked: has(&["non_fast_forward"]),
            approvals: if complete || approvals > 0 { Ok(approvals) } else { Err(cut()) },
            last_push_approval: flag("require_last_push_approval"),
            codeowner_review: flag("require_code_owner_review"),
            checks: {
                let found: Vec<RequiredCheck> = rules.iter().flat_map(required_by).collect();
                if complete || !found.is_empty() { Ok(found) } else { Err(cut()) }
            },
            restricted: if restricting.is_empty() {
                absent(false).map(|_| None)
            } else {
                // Only those who may pass by an `update` rule may push at all.
                self.ruleset_bypass(restricting).and_then(|(actors, all)| match all {
                    true => Ok(Some(pushers(&actors))),
                    false => Err(Failure::needing(Reason::Forbidden, RULESET_WRITE)),
                })
            },
            bypass,
        }
    }

    /// Who may pass by rulesets that hold for the branch.
    fn ruleset_bypass<'r>(&self, rules: impl IntoIterator<Item = &'r Rule>) -> Answer<(Vec<Bypass>, bool)> {
        let ids: BTreeSet<u64> = rules.into_iter().filter_map(|rule| rule.ruleset_id).collect();
        if ids.is_empty() {
            return Ok((Vec::new(), true));
        }
        let queried = self.queried.as_ref().map_err(Clone::clone)?;
        let hidden = || {
            queried.missing(
                &["repository", "rulesets", "nodes", "bypassActors"],
                Failure::needing(Reason::Forbidden, RULESET_WRITE),
            )
        };
        let listed = queried.repository.rulesets.as_ref().ok_or_else(hidden)?;
        let shown: Vec<&Page<BypassActor>> = ids
            .iter()
            .filter_map(|id| listed.items().find(|set| set.database_id == Some(*id))?.bypass_actors.as_ref())
            .collect();
        if shown.is_empty() {
            return Err(hidden().or_needs(RULESET_WRITE));
        }
        let complete = shown.len() == ids.len() && shown.iter().all(|page| page.is_complete());
        Ok((shown.iter().flat_map(|page| page.items()).map(passes_ruleset).collect(), complete))
    }

    /// Classic protection, whether it could be read, and whether it binds administrators.
    fn classic(&self) -> (Side, Answer<bool>, Answer<bool>) {
        let unread = |why: Failure| (Side::unread(&why), Err(why.clone()), Err(why));
        // There is no classic rule whose administrators could be unbound.
        let none = || (Side::nothing(), Ok(true), Ok(true));
        if matches!(self.protected, Some(Ok(false))) {
            return none();
        }
        let queried = match self.queried {
            Ok(queried) => queried,
            Err(failure) => return unread(failure.clone().or_needs(ADMIN)),
        };
        let Some(branch) = &queried.repository.default_branch_ref else {
            let otherwise = Failure::needing(Reason::Unsupported, "a default branch");
            return unread(queried.missing(&["repository", "defaultBranchRef"], otherwise));
        };
        if let Some(rule) = &branch.branch_protection_rule {
            let bound = rule.is_admin_enforced.ok_or_else(|| Failure::needing(Reason::Forbidden, ADMIN));
            return (classic_in_full(rule), Ok(true), bound);
        }
        if let Some(problem) = queried.problem(AT_CLASSIC) {
            return unread(problem.or_needs(ADMIN));
        }
        if queried.repository.viewer_can_administer == Some(true) {
            return none();
        }
        let hidden = Failure::needing(Reason::Forbidden, ADMIN);
        let side =
            branch.ref_update_rule.as_ref().map_or_else(|| Side::unread(&hidden), |rule| seen_by_reader(rule, &hidden));
        (side, Err(hidden.clone()), Err(hidden))
    }

    fn direct_commits(&self) -> Fact<Vec<DirectCommit>> {
        const SRC: &[SourceId] = &["repository"];
        let queried = match self.queried {
            Ok(queried) => queried,
            Err(failure) => return failure.clone().or_needs("a read token").fact(SRC),
        };
        let target = queried.repository.default_branch_ref.as_ref().and_then(|branch| branch.target.as_ref());
        let Some(history) = target.and_then(|commit| commit.history.as_ref()) else {
            let path = ["repository", "defaultBranchRef", "target", "history"];
            let otherwise = Failure::needing(Reason::Unsupported, "a commit on the default branch");
            return queried.missing(&path, otherwise).fact(SRC);
        };
        let mut complete = true;
        let mut direct = Vec::new();
        let made = queried.repository.merge_commits();
        for commit in history.items() {
            // What merging a change request made came by it.
            if commit.oid.as_deref().is_some_and(|oid| made.contains(oid)) {
                continue;
            }
            let Some(changes) = &commit.associated_pull_requests else {
                complete = false;
                continue;
            };
            if changes.items().any(|change| change.state.as_deref() == Some("MERGED")) {
                continue;
            }
            let author = commit.author.as_ref();
            let words = [
                author.and_then(|author| author.name.as_deref()),
                author.and_then(|author| author.email.as_deref()),
                author.and_then(|author| author.user.as_ref()?.login.as_deref()),
            ];
            let bot = words.into_iter().flatten().any(|word| word.contains("[bot]"));
            direct.push(DirectCommit { oid: commit.oid.clone().unwrap_or_default(), bot });
        }
        Fact::seen(direct, complete, SRC)
    }
}

/// The rules that hold for the default branch, where the query tells all of them as the list of rules would. It knows rulesets
/// of the repository and of its organization: where an enterprise has one it says nothing, and neither where a rule demands
/// what it does not show.
pub(crate) fn rules_told(told: &Repository) -> Option<Vec<Rule>> {
    let of_enterprise = |set: &Ruleset| match set.source.as_ref().and_then(|source| source.kind.as_deref()) {
        Some(kind) => kind == "Enterprise",
        None => true,
    };
    let rulesets = told.rulesets.as_ref().filter(|rulesets| rulesets.is_complete())?;
    let rules = told.default_branch_ref.as_ref()?.rules.as_ref()?;
    if rulesets.items().any(of_enterprise) || rules.total_count.is_none() || !rules.is_complete() {
        return None;
    }
    rules.items().map(as_listed).collect()
}

/// A rule of the query as the list of rules shows it; none where the query does not show all of it that is read.
fn as_listed(rule: &BranchRule) -> Option<Rule> {
    let kind = rule.kind.as_deref()?.to_lowercase();
    let parameters = rule.parameters.as_ref();
    let parameters = match kind.as_str() {
        "pull_request" => {
            let told = parameters?;
            Some(json!({
                "required_approving_review_count": told.required_approving_review_count?,
                "require_last_push_approval": told.require_last_push_approval?,
                "require_code_owner_review": told.require_code_owner_review?,
            }))
        }
        "required_status_checks" => {
            let checks = parameters?.required_status_checks.as_ref()?.iter();
            let checks = checks.map(|check| json!({"context": check.context, "integration_id": check.integration_id}));
            Some(json!({"required_status_checks": checks.collect::<Vec<_>>()}))
        }
        "workflows" | "code_scanning" => return None,
        _ => None,
    };
    Some(Rule { kind, ruleset_id: Some(rule.repository_ruleset.as_ref()?.database_id?), parameters })
}

/// The checks that one rule demands.
fn required_by(rule: &Rule) -> Vec<RequiredCheck> {
    let list = |name: &str| rule.parameters.as_ref().and_then(|p| p.get(name)?.as_array()).into_iter().flatten();
    let text = |item: &Json, name: &str| item.get(name).and_then(Json::as_str).map(str::to_owned);
    let of = |context: String, app: Option<String>| RequiredCheck { context, app, source: "ruleset".to_owned() };
    match rule.kind.as_str() {
        "required_status_checks" => list("required_status_checks")
            .filter_map(|check| {
                let app = check.get("integration_id").and_then(Json::as_u64).map(app_of);
                Some(of(text(check, "context")?, app))
            })
            .collect(),
        "workflows" => {
            list("workflows").filter_map(|flow| Some(of(text(flow, "path")?, Some(app_of(ACTIONS_APP))))).collect()
        }
        "code_scanning" => list("code_scanning_tools").filter_map(|tool| Some(of(text(tool, "tool")?, None))).collect(),
        _ => Vec::new(),
    }
}

fn app_of(id: u64) -> String {
    if id == ACTIONS_APP { "github-actions".to_owned() } else { id.to_string() }
}

fn passes_ruleset(actor: &BypassActor) -> Bypass {
    let kind = match actor.actor.as_ref().and_then(|actor| actor.kind.as_deref()) {
        _ if actor.deploy_key == Some(true) => "deploy_key",
        _ if actor.organization_admin == Some(true) => "admin",
        _ if actor.repository_role_name.is_some() => "role",
        Some("App") => "app",
        Some("Team") => "team",
        Some("User") => "user",
        // An actor that cannot be named, such as the owners of an enterprise, may be anybody.
        _ => "role",
    };
    let mode = if actor.bypass_mode.as_deref() == Some("PULL_REQUEST") { "pull_request" } else { "always" };
    Bypass { actor_kind: kind.to_owned(), mode: mode.to_owned(), source: "ruleset".to_owned() }
}

fn pushers(actors: &[Bypass]) -> &'static str {
    let always = || actors.iter().filter(|actor| actor.mode == "always");
    if always().next().is_none() {
        "nobody"
    } else if always().all(|actor| matches!(actor.actor_kind.as_str(), "app" | "deploy_key")) {
        "automation"
    } else {
        "people"
    }
}

fn classic_in_full(rule: &Protection) -> Side {
    let hidden = || Failure::needing(Reason::Forbidden, ADMIN);
    let flag = |value: Option<bool>| value.ok_or_else(hidden);
    let reviews = flag(rule.requires_approving_reviews);
    let with_reviews = |value: Option<bool>| match &reviews {
        Ok(false) => Ok(false),
        _ => flag(value),
    };
    Side {
        pr_required: reviews.clone(),
        locked: flag(rule.lock_branch),
        deletion_blocked: flag(rule.allows_deletions).map(|allowed| !allowed),
        force_push_blocked: flag(rule.allows_force_pushes).map(|allowed| !allowed),
        approvals: match reviews {
            Ok(false) => Ok(0),
            _ => rule.required_approving_review_count.ok_or_else(hidden),
        },
        last_push_approval: with_reviews(rule.require_last_push_approval),
        codeowner_review: with_reviews(rule.requires_code_owner_reviews),
        checks: match flag(rule.requires_status_checks) {
            Ok(false) => Ok(Vec::new()),
            Ok(true) => rule.required_status_checks.as_ref().ok_or_else(hidden).map(|checks| {
                let app = |check: &super::query::RequiredCheck| check.app.as_ref().and_then(|app| app.slug.clone());
                let classic = || "classic".to_owned();
                let one = |check: &super::query::RequiredCheck| RequiredCheck {
                    context: check.context.clone(),
                    app: app(check),
                    source: classic(),
                };
                checks.iter().map(one).collect()
            }),
            Err(failure) => Err(failure),
        },
        restricted: match (rule.restricts_pushes, &rule.push_allowances) {
            (Some(false), _) => Ok(None),
            (Some(true), Some(allowed)) if allowed.is_complete() => Ok(Some(pushers(&allowances(allowed, "always")))),
            (Some(true), _) => Err(Failure::new(Reason::Truncated, "more accounts than are read may push")),
            (None, _) => Err(hidden()),
        },
        bypass: match &rule.bypass_pull_request_allowances {
            Some(allowed) => Ok((allowances(allowed, "always"), allowed.is_complete())),
            None => Err(hidden()),
        },
    }
}

fn allowances(allowed: &Page<Allowance>, mode: &str) -> Vec<Bypass> {
    let kind = |actor: Option<&Actor>| match actor.and_then(|actor| actor.kind.as_deref()) {
        Some("App") => "app",
        Some("User") => "user",
        _ => "team",
    };
    let one = |allowance: &Allowance| Bypass {
        actor_kind: kind(allowance.actor.as_ref()).to_owned(),
        mode: mode.to_owned(),
        source: "classic".to_owned(),
    };
    allowed.items().map(one).collect()
}

/// What classic protection shows to those who may not read it: what it demands of them. What it does not demand of them
/// it may still demand of others.
fn seen_by_reader(rule: &RefUpdateRule, hidden: &Failure) -> Side {
    let proven = |demanded: bool| if demanded { Ok(true) } else { Err(hidden.clone()) };
    let demanded = rule.required_approving_review_count.filter(|count| *count > 0);
    let contexts: Vec<RequiredCheck> = rule
        .required_status_check_contexts
        .iter()
        .flatten()
        .flatten()
        .map(|context| RequiredCheck { context: context.clone(), app: None, source: "classic".to_owned() })
        .collect();
    Side {
        pr_required: proven(demanded.is_some()),
        deletion_blocked: proven(rule.allows_deletions == Some(false)),
        force_push_blocked: proven(rule.allows_force_pushes == Some(false)),
        approvals: demanded.ok_or_else(|| hidden.clone()),
        codeowner_review: proven(rule.requires_code_owner_reviews == Some(true)),
        checks: if contexts.is_empty() { Err(hidden.clone()) } else { Ok(contexts) },
        ..Side::unread(hidden)
    }
}

/// The narrower of two restrictions of pushes.
fn narrower(one: &Answer<Option<&'static str>>, other: &Answer<Option<&'static str>>) -> Answer<Option<String>> {
    let found: Vec<&str> = [one, other].into_iter().filter_map(|side| side.as_ref().ok().copied().flatten()).collect();
    let narrow = ["nobody", "automation"].into_iter().find(|kind| found.contains(kind));
    if let Some(kind) = narrow {
        return Ok(Some(kind.to_owned()));
    }
    match (one, other) {
        (Ok(_), Ok(_)) => Ok(found.first().map(|kind| (*kind).to_owned())),
        (Err(failure), _) | (_, Err(failure)) => Err(failure.clone()),
    }
}

/// The larger of two numbers of approvals. A number that one side demands stands, although the other may demand more.
fn most(one: &Answer<u64>, other: &Answer<u64>) -> Fact<u64> {
    match (one, other) {
        (Ok(one), Ok(other)) => Fact::known(*one.max(other), BOTH),
        (Ok(number), Err(_)) | (Err(_), Ok(number)) if *number > 0 => Fact::partial(*number, BOTH),
        (Err(failure), _) | (_, Err(failure)) => failure.fact(BOTH),
    }
}

fn checks(one: Answer<Vec<RequiredCheck>>, other: Answer<Vec<RequiredCheck>>) -> Fact<Vec<RequiredCheck>> {
    let (list, failure) = joined(one, other);
    let mut list = list;
    list.sort_by(|a, b| (&a.context, &a.source, &a.app).cmp(&(&b.context, &b.source, &b.app)));
    list.dedup_by(|a, b| (&a.context, &a.source, &a.app) == (&b.context, &b.source, &b.app));
    match failure {
        Some(failure) if list.is_empty() => failure.fact(BOTH),
        failure => Fact::seen(list, failure.is_none(), BOTH),
    }
}

fn bypass(one: Answer<(Vec<Bypass>, bool)>, other: Answer<(Vec<Bypass>, bool)>) -> Fact<Vec<Bypass>> {
    let cut = |side: &Answer<(Vec<Bypass>, bool)>| matches!(side, Ok((_, false)));
    let complete = !cut(&one) && !cut(&other);
    let (mut list, failure) = joined(one.map(|(list, _)| list), other.map(|(list, _)| list));
    list.sort_by(|a, b| (&a.actor_kind, &a.mode, &a.source).cmp(&(&b.actor_kind, &b.mode, &b.source)));
    match failure {
        Some(failure) if list.is_empty() => failure.fact(BOTH),
        failure => Fact::seen(list, complete && failure.is_none(), BOTH),
    }
}

/// Both lists together, and why one of them is missing.
fn joined<T>(one: Answer<Vec<T>>, other: Answer<Vec<T>>) -> (Vec<T>, Option<Failure>) {
    let mut all = Vec::new();
    let mut failure = None;
    for side in [one, other] {
        match side {
            Ok(list) => all.extend(list),
            Err(why) => failure = failure.or(Some(why)),
        }
    }
    (all, failure)
}
