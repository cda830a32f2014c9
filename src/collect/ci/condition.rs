//! Conditions of the Actions family: on which events they can hold, and which guards they are.
//!
//! Three-valued: what a condition asks of a context that is not known makes it neither true nor false.

use super::Guard;
use super::expression::{self, Comparison, Expression, Step, dotted};
use super::workflow::Text;

/// The answer of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    Yes,
    No,
    /// It depends on something that may differ between change requests, or that is not known.
    Depends,
}

/// A value as far as it is known.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Number(f64),
    Bool(bool),
    Null,
    /// It differs between the jobs of one run, or between runs in a way that skips no change: some job has it.
    Any,
    Unknown,
}

/// The run that a condition is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Situation<'a> {
    pub(super) event: &'a str,
    /// Whether an ordinary change is meant: by a person, not a draft, in the repository itself, with earlier jobs done.
    /// Otherwise any run that an outsider can bring about.
    pub(super) ordinary: bool,
    /// Whether pushes to any branch start the same workflow, so that a change request from inside is seen anyway.
    pub(super) also_pushes: bool,
}

impl<'a> Situation<'a> {
    /// Any run that this event can start.
    pub(super) fn possible(event: &'a str) -> Self {
        Self { event, ordinary: false, also_pushes: false }
    }
}

/// Whether a job or step runs on an event. Without a condition it does.
pub(super) fn answer(condition: Option<&Text>, situation: Situation<'_>) -> Answer {
    let Some(condition) = condition else { return Answer::Yes };
    match expression::condition(&condition.text) {
        Some(expression) => truth(&value(&expression, situation)),
        None => Answer::Depends,
    }
}

/// As `answer`, with these values taken as ones that are true in some run.
pub(super) fn answer_assuming(expression: &Expression, situation: Situation<'_>, known: &[String]) -> Answer {
    let assumed = assume(expression, known);
    truth(&value(&assumed, situation))
}

/// The expression with comparisons of known values made true.
fn assume(expression: &Expression, known: &[String]) -> Expression {
    let is_known = |side: &Expression| matches!(side, Expression::Value(steps) if known.contains(&dotted(steps)));
    match expression {
        Expression::Compare(_, left, right) if is_known(left) || is_known(right) => Expression::Bool(true),
        other if is_known(other) => Expression::Bool(true),
        Expression::And(parts) => Expression::And(parts.iter().map(|part| assume(part, known)).collect()),
        Expression::Or(parts) => Expression::Or(parts.iter().map(|part| assume(part, known)).collect()),
        Expression::Call(name, parts) if parts.iter().any(is_known) && name != "contains" => Expression::Bool(true),
        Expression::Not(inner) if is_known(inner) => Expression::Bool(true),
        other => other.clone(),
    }
}

/// Whether a condition is false whatever happens.
pub(super) fn is_never(condition: Option<&Text>) -> bool {
    fn never(expression: &Expression) -> bool {
        match expression {
            Expression::Bool(false) | Expression::Null => true,
            Expression::Number(number) => *number == 0.0,
            Expression::Text(text) => text.is_empty(),
            Expression::And(parts) => parts.iter().any(never),
            Expression::Or(parts) => parts.iter().all(never),
            Expression::Not(inner) => matches!(**inner, Expression::Bool(true)),
            _ => false,
        }
    }
    condition.and_then(|condition| expression::condition(&condition.text)).is_some_and(|expression| never(&expression))
}

fn truth(value: &Value) -> Answer {
    match value {
        Value::Bool(true) | Value::Any => Answer::Yes,
        Value::Bool(false) | Value::Null => Answer::No,
        Value::Text(text) => {
            if text.is_empty() {
                Answer::No
            } else {
                Answer::Yes
            }
        }
        Value::Number(number) => {
            if *number == 0.0 {
                Answer::No
            } else {
                Answer::Yes
            }
        }
        Value::Unknown => Answer::Depends,
    }
}

fn value(expression: &Expression, situation: Situation<'_>) -> Value {
    match expression {
        Expression::Text(text) => Value::Text(text.clone()),
        Expression::Number(number) => Value::Number(*number),
        Expression::Bool(bool) => Value::Bool(*bool),
        Expression::Null => Value::Null,
        Expression::Value(steps) => context(&dotted(steps), situation),
        Expression::Part(..) => Value::Unknown,
        Expression::Call(name, arguments) => call(name, arguments, situation),
        Expression::Not(inner) => match value(inner, situation) {
            Value::Any => Value::Any,
            known => match truth(&known) {
                Answer::Yes => Value::Bool(false),
                Answer::No => Value::Bool(true),
                Answer::Depends => Value::Unknown,
            },
        },
        Expression::And(parts) => fold(parts, situation, Answer::No),
        Expression::Or(parts) => fold(parts, situation, Answer::Yes),
        Expression::Compare(comparison, left, right) => compare(*comparison, left, right, situation),
    }
}

/// `&&` and `||`: the part with the deciding answer wins, wherever it stands.
fn fold(parts: &[Expression], situation: Situation<'_>, decisive: Answer) -> Value {
    let mut result = Value::Bool(decisive == Answer::No);
    let mut unknown = false;
    for part in parts {
        let value = value(part, situation);
        match truth(&value) {
            answer if answer == decisive => return value,
            Answer::Depends => unknown = true,
            _ => result = value,
        }
    }
    if unknown { Value::Unknown } else { result }
}

/// What a context holds in an ordinary run.
fn context(name: &str, situation: Situation<'_>) -> Value {
    let event = situation.event;
    let change = event.starts_with("pull_request");
    match name {
        "github.event_name" if event != "workflow_call" => Value::Text(event.to_owned()),
        // The caller's event reaches a called workflow; nothing is known about it here.
        _ if event == "workflow_call" => Value::Unknown,
        _ if !situation.ordinary
            && !name.starts_with("github.event.pull_request")
            && !name.starts_with("github.event.inputs") =>
        {
            Value::Unknown
        }
        _ if !situation.ordinary && change => Value::Unknown,
        // An ordinary run is one of the repository itself.
        "github.event.pull_request.draft" | "github.event.repository.fork" => Value::Bool(false),
        "github.event.pull_request.merged" => Value::Unknown,
        "github.event.pull_request" if change => Value::Bool(true),
        "github.head_ref" | "github.base_ref" if change => Value::Unknown,
        "github.head_ref" | "github.base_ref" => Value::Text(String::new()),
        _ if name.starts_with("github.event.pull_request") && !change => Value::Null,
        _ if name.starts_with("github.event.inputs") && event != "workflow_dispatch" => Value::Null,
        _ if name.starts_with("inputs.") && change => Value::Null,
        "github.ref_type" if change => Value::Text("branch".to_owned()),
        // Legs of a matrix, runners and earlier steps: some job goes on.
        _ if name.starts_with("matrix.") || name.starts_with("runner.") || name.starts_with("strategy.") => Value::Any,
        _ if name.ends_with(".outcome")
            || name.ends_with(".conclusion")
            || name.ends_with(".result")
            || name == "job.status" =>
        {
            Value::Text("success".to_owned())
        }
        _ if name.starts_with("steps.") && name.contains(".outputs.cache-hit") => Value::Any,
        _ => Value::Unknown,
    }
}

fn call(name: &str, arguments: &[Expression], situation: Situation<'_>) -> Value {
    let values: Vec<Value> = arguments.iter().map(|argument| value(argument, situation)).collect();
    match (name, values.as_slice()) {
        ("always", _) => Value::Bool(true),
        ("success", _) if situation.ordinary => Value::Bool(true),
        ("failure" | "cancelled", _) if situation.ordinary => Value::Bool(false),
        ("hashfiles", _) if situation.ordinary => Value::Any,
        (_, [Value::Any, ..]) => Value::Any,
        ("contains", [Value::Text(text), Value::Text(part)]) => {
            Value::Bool(text.to_lowercase().contains(&part.to_lowercase()))
        }
        ("startswith", [Value::Text(text), Value::Text(part)]) => {
            Value::Bool(text.to_lowercase().starts_with(&part.to_lowercase()))
        }
        ("endswith", [Value::Text(text), Value::Text(part)]) => {
            Value::Bool(text.to_lowercase().ends_with(&part.to_lowercase()))
        }
        ("contains", [_, Value::Text(part)]) => match arguments.first() {
            Some(list) => in_literal_list(list, part).map_or(Value::Unknown, Value::Bool),
            None => Value::Unknown,
        },
        // `contains(github.event.head_commit.message, '[skip ci]')`: an ordinary change does not ask to be skipped.
        _ => Value::Unknown,
    }
}

/// Whether a text is in `fromJSON('["a", "b"]')`.
fn in_literal_list(list: &Expression, text: &str) -> Option<bool> {
    Some(literal_list(list)?.iter().any(|item| item.eq_ignore_ascii_case(text)))
}

/// The texts of `fromJSON('["a", "b"]')`.
pub(super) fn literal_list(list: &Expression) -> Option<Vec<String>> {
    match list {
        Expression::Call(name, arguments) if name == "fromjson" => match arguments.first() {
            Some(Expression::Text(text)) => serde_json::from_str(text).ok(),
            _ => None,
        },
        _ => None,
    }
}

fn compare(comparison: Comparison, left: &Expression, right: &Expression, situation: Situation<'_>) -> Value {
    if let Some(answer) = usual(comparison, left, right, situation) {
        return answer;
    }
    let (left, right) = (value(left, situation), value(right, situation));
    let equal = match (&left, &right) {
        (Value::Unknown, _) | (_, Value::Unknown) => return Value::Unknown,
        (Value::Any, _) | (_, Value::Any) => return Value::Any,
        (Value::Text(a), Value::Text(b)) => a.to_lowercase() == b.to_lowercase(),
        (Value::Null, Value::Text(text)) | (Value::Text(text), Value::Null) => text.is_empty(),
        (Value::Null, Value::Bool(bool)) | (Value::Bool(bool), Value::Null) => !bool,
        (a, b) => a == b,
    };
    match comparison {
        Comparison::Equal => Value::Bool(equal),
        Comparison::NotEqual => Value::Bool(!equal),
        Comparison::Ordered => Value::Unknown,
    }
}

/// Comparisons whose answer is clear for an ordinary change: the repository is itself, the author is no bot, a change
/// request from a fork has another head repository.
fn usual(comparison: Comparison, left: &Expression, right: &Expression, situation: Situation<'_>) -> Option<Value> {
    if !situation.ordinary {
        return None;
    }
    let (name, other) = match (left, right) {
        (Expression::Value(steps), other) | (other, Expression::Value(steps)) => (dotted(steps), other),
        _ => return None,
    };
    let equal = comparison == Comparison::Equal;
    match (name.as_str(), other) {
        (
            "github.repository" | "github.repository_owner" | "github.event.repository.full_name",
            Expression::Text(_),
        ) => Some(Value::Bool(equal)),
        (
            "github.actor"
            | "github.triggering_actor"
            | "github.event.pull_request.user.login"
            | "github.event.sender.login",
            Expression::Text(who),
        ) => {
            let bot = who.contains("[bot]") || who.ends_with("-bot") || who == "renovate" || who == "dependabot";
            bot.then_some(Value::Bool(!equal))
        }
        ("github.event.pull_request.user.type" | "github.event.sender.type", Expression::Text(kind))
            if kind == "Bot" =>
        {
            Some(Value::Bool(!equal))
        }
        ("github.event.pull_request.head.repo.full_name" | "github.event.pull_request.head.repo.fork", other)
            if situation.also_pushes && situation.event.starts_with("pull_request") =>
        {
            // Change requests from inside are seen as pushes; those from forks must be seen here.
            let wants_fork = match other {
                Expression::Bool(fork) => *fork == equal,
                _ => !equal,
            };
            wants_fork.then_some(Value::Bool(true))
        }
        _ => None,
    }
}

/// The guards of a condition that hold on each of several events.
pub(super) fn guards_on_all<'e>(condition: Option<&Text>, events: impl IntoIterator<Item = &'e str>) -> Vec<Guard> {
    let mut sets = events.into_iter().map(|event| guards(condition, event));
    let mut common = sets.next().unwrap_or_default();
    sets.for_each(|set| common.retain(|guard| set.contains(guard)));
    common
}

/// The guards of a condition on an event: what must hold besides the event itself.
pub(super) fn guards(condition: Option<&Text>, event: &str) -> Vec<Guard> {
    let Some(condition) = condition else { return Vec::new() };
    let guard = |kind: &str| Guard { kind: kind.to_owned(), condition: shorten(&condition.text), line: condition.line };
    if is_never(Some(condition)) {
        return vec![guard("never")];
    }
    let Some(expression) = expression::condition(&condition.text) else { return Vec::new() };
    let situation = Situation::possible(event);
    let mut found: Vec<Guard> = kinds(&expression, situation).into_iter().map(guard).collect();
    found.dedup();
    found
}

/// The kinds of guards that an expression is: of `&&` any part, of `||` what all parts that the event leaves have.
fn kinds(expression: &Expression, situation: Situation<'_>) -> Vec<&'static str> {
    match expression {
        Expression::And(parts) => {
            let mut all: Vec<&'static str> = parts.iter().flat_map(|part| kinds(part, situation)).collect();
            all.sort_unstable();
            all.dedup();
            all
        }
        Expression::Or(parts) => {
            let open: Vec<&Expression> = parts.iter().filter(|part| !excluded(part, situation)).collect();
            let mut sets = open.iter().map(|part| kinds(part, situation));
            let Some(first) = sets.next() else { return Vec::new() };
            let rest: Vec<Vec<&'static str>> = sets.collect();
            let common: Vec<&'static str> =
                first.iter().copied().filter(|kind| rest.iter().all(|set| set.contains(kind))).collect();
            if !common.is_empty() || first.is_empty() || rest.iter().any(Vec::is_empty) {
                return common;
            }
            // Different guards, but a guard on every way: as good as the weakest of them.
            let rank = ["label", "actor", "environment", "association", "author", "permission_check", "same_repo"];
            let weakest = |set: &[&'static str]| rank.iter().rposition(|kind| set.contains(kind)).unwrap_or(0);
            let least = std::iter::once(&first).chain(&rest).map(|set| weakest(set)).min().unwrap_or(0);
            rank.get(least).copied().into_iter().collect()
        }
        other => single(other).into_iter().collect(),
    }
}

/// Whether a part of `||` cannot hold on this event.
fn excluded(expression: &Expression, situation: Situation<'_>) -> bool {
    fn asks_event(expression: &Expression) -> bool {
        match expression {
            Expression::Compare(_, left, right) => [left, right]
                .iter()
                .any(|side| matches!(&***side, Expression::Value(steps) if dotted(steps) == "github.event_name")),
            Expression::And(parts) => parts.iter().any(asks_event),
            Expression::Not(inner) => asks_event(inner),
            _ => false,
        }
    }
    asks_event(expression) && truth(&value(expression, situation)) == Answer::No
}

/// What a single comparison guards.
fn single(expression: &Expression) -> Option<&'static str> {
    match expression {
        Expression::Compare(comparison, left, right) => {
            let equal = *comparison == Comparison::Equal;
            let (name, other) = match (&**left, &**right) {
                (Expression::Value(steps), other) | (other, Expression::Value(steps)) => (dotted(steps), other),
                _ => return None,
            };
            guard_of(&name, other, equal)
        }
        Expression::Not(inner) => match &**inner {
            Expression::Value(steps) if dotted(steps).ends_with("head.repo.fork") => Some("same_repo"),
            Expression::Compare(Comparison::NotEqual, left, right) => {
                single(&Expression::Compare(Comparison::Equal, left.clone(), right.clone()))
            }
            _ => None,
        },
        Expression::Call(name, arguments) if name == "contains" => {
            let (list, item) = (arguments.first()?, arguments.get(1)?);
            match (list, item) {
                (Expression::Value(steps), _) if dotted(steps).contains(".labels") => Some("label"),
                (_, Expression::Value(steps)) if dotted(steps).ends_with("author_association") => {
                    let named = literal_list(list).or_else(|| match list {
                        Expression::Text(text) => Some(vec![text.clone()]),
                        _ => None,
                    })?;
                    let trusted = |name: &String| matches!(name.as_str(), "OWNER" | "MEMBER" | "COLLABORATOR");
                    named.iter().all(trusted).then_some("association")
                }
                (list, Expression::Value(steps)) if literal_list(list).is_some() => match dotted(steps).as_str() {
                    "github.actor" | "github.triggering_actor" | "github.event.sender.login" => Some("actor"),
                    name if name.ends_with(".user.login") || name.ends_with(".user.id") => Some("author"),
                    _ => None,
                },
                _ => None,
            }
        }
        _ => None,
    }
}

fn guard_of(name: &str, other: &Expression, equal: bool) -> Option<&'static str> {
    let literal = matches!(other, Expression::Text(_) | Expression::Number(_));
    match name {
        "github.actor"
        | "github.triggering_actor"
        | "github.actor_id"
        | "github.event.sender.login"
        | "github.event.sender.id" => (equal && literal).then_some("actor"),
        "github.event.label.name" => (equal && literal).then_some("label"),
        "github.event.workflow_run.event" => match other {
            Expression::Text(event)
                if equal
                    && !event.starts_with("pull_request")
                    && !matches!(event.as_str(), "issue_comment" | "issues") =>
            {
                Some("same_repo")
            }
            Expression::Text(event) if !equal && event == "pull_request" => Some("same_repo"),
            _ => None,
        },
        _ if name.ends_with("author_association") => match other {
            Expression::Text(kind) if equal && matches!(kind.as_str(), "OWNER" | "MEMBER" | "COLLABORATOR") => {
                Some("association")
            }
            _ => None,
        },
        _ if name.ends_with(".user.login") || name.ends_with(".user.id") => (equal && literal).then_some("author"),
        _ if name.ends_with("head.repo.full_name") || name.ends_with("head_repository.full_name") => {
            let own = matches!(other, Expression::Value(steps) if is_own(steps))
                || matches!(other, Expression::Text(text) if text.contains('/'));
            (equal && own).then_some("same_repo")
        }
        _ if name.ends_with("head.repo.owner.login")
            || name.ends_with("head_repository.owner.login")
            || name.ends_with("head.user.login") =>
        {
            let own = matches!(other, Expression::Value(steps) if dotted(steps) == "github.repository_owner");
            (equal && own).then_some("same_repo")
        }
        _ if name.ends_with("head.repo.fork") => match other {
            Expression::Bool(false) if equal => Some("same_repo"),
            Expression::Bool(true) if !equal => Some("same_repo"),
            _ => None,
        },
        "github.repository" => match other {
            Expression::Value(steps) if equal && dotted(steps).ends_with("head.repo.full_name") => Some("same_repo"),
            Expression::Value(steps) if equal && dotted(steps).ends_with("head_repository.full_name") => {
                Some("same_repo")
            }
            _ => None,
        },
        _ => None,
    }
}

fn is_own(steps: &[Step]) -> bool {
    matches!(
        dotted(steps).as_str(),
        "github.repository" | "github.event.repository.full_name" | "github.event.pull_request.base.repo.full_name"
    )
}

/// Values that a condition holds equal to a literal: they are what the workflow's author wrote.
pub(super) fn pinned_values(condition: Option<&Text>) -> Vec<String> {
    fn gather(expression: &Expression, out: &mut Vec<String>) {
        match expression {
            Expression::And(parts) => parts.iter().for_each(|part| gather(part, out)),
            // `x == 'a' || x == 'b'`: pinned when every way pins the same value.
            Expression::Or(parts) => {
                let sets: Vec<Vec<String>> = parts
                    .iter()
                    .map(|part| {
                        let mut set = Vec::new();
                        gather(part, &mut set);
                        set
                    })
                    .collect();
                if let Some((first, rest)) = sets.split_first() {
                    out.extend(first.iter().filter(|name| rest.iter().all(|set| set.contains(name))).cloned());
                }
            }
            Expression::Compare(Comparison::Equal, left, right) => match (&**left, &**right) {
                (Expression::Value(steps), Expression::Text(_)) | (Expression::Text(_), Expression::Value(steps)) => {
                    out.push(dotted(steps))
                }
                _ => {}
            },
            Expression::Call(name, arguments) if name == "contains" => {
                if let (Some(list), Some(Expression::Value(steps))) = (arguments.first(), arguments.get(1))
                    && literal_list(list).is_some()
                {
                    out.push(dotted(steps));
                }
            }
            _ => {}
        }
    }
    let mut out = Vec::new();
    if let Some(expression) = condition.and_then(|condition| expression::condition(&condition.text)) {
        gather(&expression, &mut out);
    }
    out
}

/// Whether a condition asks for the state of earlier jobs, so that a skipped one does not skip this one.
pub(super) fn runs_after_skips(condition: Option<&Text>) -> bool {
    condition.is_some_and(|condition| {
        let text = condition.text.to_lowercase();
        ["always(", "cancelled(", "failure("].iter().any(|function| text.contains(function))
    })
}

fn shorten(text: &str) -> String {
    let text = text.trim();
    let mut out: String = text.chars().take(160).collect();
    if out.len() < text.len() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn text(condition: &str) -> Text {
        Text { line: 1, text: condition.to_owned() }
    }

    #[rstest]
    #[case("github.event_name == 'push'", "pull_request", Answer::No)]
    #[case("github.event_name != 'push'", "pull_request", Answer::Yes)]
    #[case(
        "${{ github.event_name == 'pull_request' || github.ref == 'refs/heads/main' }}",
        "pull_request",
        Answer::Yes
    )]
    #[case("!github.event.pull_request.draft", "pull_request", Answer::Yes)]
    #[case("github.repository == 'a/b'", "pull_request", Answer::Yes)]
    #[case("github.actor != 'dependabot[bot]'", "pull_request", Answer::Yes)]
    #[case("contains(github.event.pull_request.labels.*.name, 'run')", "pull_request", Answer::Depends)]
    #[case("matrix.os == 'x' && success()", "pull_request", Answer::Yes)]
    #[case("needs.changes.outputs.src == 'true'", "pull_request", Answer::Depends)]
    #[case("false && github.x", "push", Answer::No)]
    #[case("startsWith(github.ref, 'refs/tags/')", "push", Answer::Depends)]
    #[case("contains(fromJSON('[\"push\", \"schedule\"]'), github.event_name)", "pull_request", Answer::No)]
    #[case("failure()", "push", Answer::No)]
    #[case("github.head_ref != ''", "push", Answer::No)]
    fn answers(#[case] condition: &str, #[case] event: &str, #[case] expected: Answer) {
        assert_eq!(answer(Some(&text(condition)), Situation { event, ordinary: true, also_pushes: false }), expected);
    }

    #[rstest]
    #[case("github.actor == 'dependabot[bot]'", Answer::Depends)]
    #[case("failure()", Answer::Depends)]
    #[case("github.event_name == 'push'", Answer::No)]
    #[case("github.event.pull_request.draft", Answer::Depends)]
    fn outsiders_may_bring_about_more(#[case] condition: &str, #[case] expected: Answer) {
        assert_eq!(answer(Some(&text(condition)), Situation::possible("pull_request_target")), expected);
    }

    #[test]
    fn change_requests_from_inside_may_be_left_to_pushes() {
        let condition =
            text("github.event_name == 'push' || github.event.pull_request.head.repo.full_name != github.repository");
        assert_eq!(
            answer(Some(&condition), Situation { event: "pull_request", ordinary: true, also_pushes: true }),
            Answer::Yes
        );
        assert_eq!(
            answer(Some(&condition), Situation { event: "pull_request", ordinary: true, also_pushes: false }),
            Answer::Depends
        );
    }

    #[rstest]
    #[case("false", true)]
    #[case("${{ false }}", true)]
    #[case("false && x.y", true)]
    #[case("github.event_name == 'x'", false)]
    #[case("always()", false)]
    fn never(#[case] condition: &str, #[case] expected: bool) {
        assert_eq!(is_never(Some(&text(condition))), expected);
    }

    #[rstest]
    #[case("github.event.pull_request.head.repo.full_name == github.repository", &["same_repo"])]
    #[case("!github.event.pull_request.head.repo.fork", &["same_repo"])]
    #[case("github.event_name == 'push' || github.event.pull_request.head.repo.fork == false", &["same_repo"])]
    #[case("github.event_name == 'pull_request_target' || github.event.pull_request.head.repo.fork == false", &[])]
    #[case("github.event.comment.author_association == 'OWNER' || github.event.comment.author_association == 'MEMBER'", &["association"])]
    #[case("contains(fromJSON('[\"OWNER\",\"CONTRIBUTOR\"]'), github.event.comment.author_association)", &[])]
    #[case("github.event.pull_request.user.login == 'dependabot[bot]' && x.y", &["author"])]
    #[case("github['actor'] == 'dependabot[bot]'", &["actor"])]
    #[case("contains(github.event.pull_request.labels.*.name, 'safe') || github.actor == 'x'", &["label"])]
    #[case("github.event.workflow_run.event == 'push'", &["same_repo"])]
    #[case("github.event.workflow_run.event == 'pull_request'", &[])]
    #[case("false", &["never"])]
    fn finds_guards(#[case] condition: &str, #[case] expected: &[&str]) {
        let found: Vec<String> =
            guards(Some(&text(condition)), "pull_request_target").into_iter().map(|guard| guard.kind).collect();
        assert_eq!(found, expected);
    }

    #[rstest]
    #[case("github.event.comment.body == '/go'", &["github.event.comment.body"])]
    #[case("x.y == 'a' || x.y == 'b'", &["x.y"])]
    #[case("x.y == 'a' || z.y == 'b'", &[])]
    #[case("x.y != 'a'", &[])]
    fn pins(#[case] condition: &str, #[case] expected: &[&str]) {
        assert_eq!(pinned_values(Some(&text(condition))), expected);
    }
}
