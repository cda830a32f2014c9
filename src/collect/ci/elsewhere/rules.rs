//! Conditions of GitLab: what `rules`, `only`, `except` and `workflow` say about each way in which a pipeline starts.

use std::collections::BTreeMap;

use regex::Regex;

use super::{Elsewhere, When, owned, shorten};
use crate::yaml::Node;

/// Characters of one condition.
const MAX_LENGTH: usize = 4_000;
/// Parentheses inside parentheses.
const MAX_DEPTH: usize = 30;

/// A way in which a pipeline starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Situation {
    MergeRequest,
    /// A push to a branch that a change request is made of.
    Branch,
    Primary,
    Tag,
    Schedule,
    Manual,
}

/// All of them, with our words for what they cover.
pub(super) const SITUATIONS: [(Situation, &[&str]); 6] = [
    (Situation::MergeRequest, &["change_request"]),
    (Situation::Branch, &["change_request", "push"]),
    (Situation::Primary, &["push_primary"]),
    (Situation::Tag, &["tag"]),
    (Situation::Schedule, &["schedule"]),
    (Situation::Manual, &["manual"]),
];

/// Whether something happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Answer {
    No,
    Depends,
    Yes,
}

/// What rules decide in one situation.
#[derive(Debug, Clone)]
pub(super) struct Decision {
    pub(super) runs: Answer,
    pub(super) filtered: &'static str,
    pub(super) tolerated: bool,
    pub(super) condition: Option<String>,
}

/// Decides `rules` and `only` in the light of a file's variables.
pub(super) struct Judge<'a> {
    pub(super) cx: &'a Elsewhere<'a>,
    pub(super) variables: &'a BTreeMap<String, String>,
}

/// What `workflow: rules` decide, for each situation in the order of `SITUATIONS`.
pub(super) type Admission = Option<Vec<Decision>>;

impl Judge<'_> {
    /// When a job runs that has these rules, within pipelines that `workflow` admits.
    pub(super) fn when(&self, job: &dyn Fn(&str) -> Option<Node>, admission: &Admission) -> (When, bool) {
        let mut when = When::on([]);
        let mut tolerated = false;
        let mut certain = false;
        let mut condition = None;
        for (index, (situation, names)) in SITUATIONS.into_iter().enumerate() {
            let admitted = admission.as_ref().and_then(|decisions| decisions.get(index));
            let admits = admitted.map_or(Answer::Yes, |decision| decision.runs);
            let decision = self.job(job, situation);
            let runs = decision.runs.min(admits);
            if runs == Answer::No {
                continue;
            }
            when.triggers.extend(names.iter().copied());
            when.changes |= situation == Situation::MergeRequest;
            if names.contains(&"change_request") {
                certain |= runs == Answer::Yes;
                condition =
                    condition.or(decision.condition).or(admitted.and_then(|decision| decision.condition.clone()));
                when.filtered = worse(when.filtered, decision.filtered);
                tolerated |= decision.tolerated;
            }
        }
        when.condition = if certain { None } else { condition };
        (when, tolerated)
    }

    /// What the rules of whole pipelines decide.
    pub(super) fn admission(&self, workflow: Option<&Node>) -> Admission {
        workflow.map(|rules| SITUATIONS.iter().map(|(situation, _)| self.rules(rules, *situation)).collect())
    }

    fn job(&self, job: &dyn Fn(&str) -> Option<Node>, situation: Situation) -> Decision {
        if let Some(rules) = job("rules") {
            return self.rules(&rules, situation);
        }
        let (only, except) = (job("only"), job("except"));
        let manual = job("when").as_ref().and_then(Node::as_str) == Some("manual");
        let mut decision = Decision { runs: Answer::Yes, filtered: "no", tolerated: manual, condition: None };
        if only.is_none() && situation == Situation::MergeRequest {
            // Without a word on it, jobs run for branches and tags.
            decision.runs = Answer::No;
        }
        if let Some(only) = &only {
            decision.runs = self.refs(only, situation, situation != Situation::MergeRequest);
            if let Some(changes) = only.get("changes") {
                decision.filtered = self.cx.left_out(owned(&changes.strings()), false);
            }
            if only.get("variables").is_some() {
                decision.runs = decision.runs.min(Answer::Depends);
                decision.condition = Some("only: variables".to_owned());
            }
        }
        if let Some(except) = &except {
            if self.refs(except, situation, false) == Answer::Yes {
                decision.runs = Answer::No;
            }
            if let Some(changes) = except.get("changes") {
                decision.filtered = self.cx.left_out(owned(&changes.strings()), true);
            }
        }
        if manual && situation != Situation::Manual {
            decision.runs = Answer::No;
        }
        decision
    }

    /// Whether a list of references and sources holds for a situation; `unsaid` where it has none.
    fn refs(&self, node: &Node, situation: Situation, unsaid: bool) -> Answer {
        let list = node.get("refs").map_or_else(|| node.strings(), Node::strings);
        if list.is_empty() {
            return if unsaid { Answer::Yes } else { Answer::No };
        }
        let primary = self.cx.primary();
        let holds = |name: &str| {
            use Situation as S;
            let name = name.split('@').next().unwrap_or(name);
            match name {
                "merge_requests" | "external_pull_requests" => situation == S::MergeRequest,
                "branches" => !matches!(situation, S::MergeRequest | S::Tag),
                "tags" => situation == S::Tag,
                "pushes" => matches!(situation, S::Branch | S::Primary | S::Tag),
                "schedules" => situation == S::Schedule,
                "web" | "api" | "triggers" | "pipelines" | "chat" => situation == S::Manual,
                "$CI_DEFAULT_BRANCH" => matches!(situation, S::Primary | S::Schedule | S::Manual),
                name if name.starts_with('/') => match (self.pattern(name), situation) {
                    (Some(regex), S::Primary | S::Schedule) => regex.is_match(primary),
                    (Some(regex), S::Branch) => regex.as_str() == ".*" || regex.as_str() == "^.*$",
                    (Some(_), S::Tag) => true,
                    _ => false,
                },
                name => name == primary && matches!(situation, S::Primary | S::Schedule | S::Manual),
            }
        };
        if list.iter().any(|name| holds(name)) { Answer::Yes } else { Answer::No }
    }

    /// The first rule that holds decides.
    fn rules(&self, rules: &Node, situation: Situation) -> Decision {
        let mut none = Decision { runs: Answer::No, filtered: "no", tolerated: false, condition: None };
        let mut maybe: Vec<(bool, String)> = Vec::new();
        let mut filtered = "no";
        for rule in flat(rules) {
            let text = rule.get("if").and_then(Node::as_str);
            let answer = text.map_or(Answer::Yes, |text| self.condition(text, situation));
            if answer == Answer::No {
                continue;
            }
            let word = rule.get("when").and_then(Node::as_str).unwrap_or("on_success");
            let runs = !matches!(word, "never") && (word != "manual" || situation == Situation::Manual);
            let changes = rule.get("changes").map(|node| owned(&node.get("paths").unwrap_or(node).strings()));
            let shown = text.map(shorten).unwrap_or_else(|| "rules".to_owned());
            if answer == Answer::Depends {
                maybe.push((runs, shown));
                continue;
            }
            if let Some(changes) = &changes {
                // Where no file of these changed, a later rule may still let it run.
                if runs {
                    filtered = worse(filtered, self.cx.left_out(changes.clone(), false));
                    none.runs = Answer::Yes;
                    continue;
                }
                let left = self.cx.left_out(changes.clone(), true);
                filtered = worse(filtered, left);
                continue;
            }
            if none.runs == Answer::Yes && runs {
                // It runs whatever changed.
                filtered = "no";
            }
            let settled = if none.runs == Answer::Yes { true } else { runs };
            let doubted = maybe.iter().find(|(other, _)| *other != settled);
            return Decision {
                runs: match (settled, doubted) {
                    (_, Some(_)) => Answer::Depends,
                    (true, None) => Answer::Yes,
                    (false, None) => Answer::No,
                },
                filtered,
                tolerated: rule.get("allow_failure").and_then(Node::as_bool) == Some(true),
                condition: doubted.map(|(_, shown)| shown.clone()),
            };
        }
        if none.runs == Answer::No
            && let Some((_, shown)) = maybe.iter().find(|(runs, _)| *runs)
        {
            none.runs = Answer::Depends;
            none.condition = Some(shown.clone());
        }
        none.filtered = filtered;
        none
    }

    /// Whether a condition holds in a situation.
    pub(super) fn condition(&self, text: &str, situation: Situation) -> Answer {
        let tokens = tokens(text);
        let mut parser = Parser { tokens: &tokens, at: 0, judge: self, situation };
        match parser.or(0) {
            Some(answer) if parser.at == tokens.len() => answer,
            _ => Answer::Depends,
        }
    }

    /// A pattern between slashes.
    fn pattern(&self, text: &str) -> Option<Regex> {
        let inner = text.strip_prefix('/')?;
        let end = inner.rfind('/')?;
        let (body, flags) = (inner.get(..end)?, inner.get(end + 1..)?);
        if flags.contains('i') { self.cx.regex(&format!("(?i){body}")) } else { self.cx.regex(body) }
    }

    fn variable(&self, name: &str, situation: Situation) -> Value {
        use Situation as S;
        let text = |text: &str| Value::Text(text.to_owned());
        match name {
            "CI" | "GITLAB_CI" => text("true"),
            "CI_DEFAULT_BRANCH" => text(self.cx.primary()),
            "CI_PIPELINE_SOURCE" => text(match situation {
                S::MergeRequest => "merge_request_event",
                S::Branch | S::Primary | S::Tag => "push",
                S::Schedule => "schedule",
                S::Manual => "web",
            }),
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME" if situation == S::MergeRequest => text(self.cx.primary()),
            "CI_MERGE_REQUEST_ID" | "CI_MERGE_REQUEST_IID" if situation == S::MergeRequest => Value::Some,
            name if name.starts_with("CI_MERGE_REQUEST_") && situation != S::MergeRequest => Value::Null,
            "CI_COMMIT_BRANCH" => match situation {
                S::MergeRequest | S::Tag => Value::Null,
                S::Branch => Value::Some,
                _ => text(self.cx.primary()),
            },
            "CI_COMMIT_TAG" => {
                if situation == S::Tag {
                    Value::Some
                } else {
                    Value::Null
                }
            }
            "CI_COMMIT_REF_NAME" | "CI_COMMIT_REF_SLUG" => match situation {
                S::Primary | S::Schedule | S::Manual => text(self.cx.primary()),
                _ => Value::Some,
            },
            "CI_OPEN_MERGE_REQUESTS" => match situation {
                S::Branch => Value::Some,
                S::Primary | S::Tag => Value::Null,
                _ => Value::Unknown,
            },
            name => self.variables.get(name).map_or(Value::Unknown, |value| text(value)),
        }
    }
}

/// The rules of a list, also those of lists in it.
fn flat(node: &Node) -> Vec<&Node> {
    let mut out = Vec::new();
    for item in node.items() {
        if item.is_mapping() {
            out.push(item)
        } else {
            out.extend(item.items().iter().filter(|item| item.is_mapping()))
        }
    }
    out
}

fn worse(a: &'static str, b: &'static str) -> &'static str {
    let rank = |class: &str| ["no", "non_code", "code"].iter().position(|known| *known == class).unwrap_or(2);
    if rank(a) >= rank(b) { a } else { b }
}

/// What a variable or literal is.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    /// Some text that no literal is meant to equal.
    Some,
    Null,
    Unknown,
}

impl Value {
    fn truth(&self) -> Answer {
        match self {
            Self::Text(text) => {
                if text.is_empty() {
                    Answer::No
                } else {
                    Answer::Yes
                }
            }
            Self::Some => Answer::Yes,
            Self::Null => Answer::No,
            Self::Unknown => Answer::Depends,
        }
    }

    fn equals(&self, other: &Self) -> Answer {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) | (Self::Some, Self::Some) => Answer::Depends,
            (Self::Text(a), Self::Text(b)) if a == b => Answer::Yes,
            (Self::Null, Self::Null) => Answer::Yes,
            _ => Answer::No,
        }
    }

    fn fits(&self, regex: Option<Regex>) -> Answer {
        match (self, regex) {
            (Self::Text(text), Some(regex)) => {
                if regex.is_match(text) {
                    Answer::Yes
                } else {
                    Answer::No
                }
            }
            (Self::Null, Some(_)) => Answer::No,
            _ => Answer::Depends,
        }
    }
}

fn not(answer: Answer) -> Answer {
    match answer {
        Answer::Yes => Answer::No,
        Answer::No => Answer::Yes,
        Answer::Depends => Answer::Depends,
    }
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Variable(String),
    Text(String),
    Regex(String),
    Null,
    Sign(&'static str),
    /// Something this does not know.
    Other,
}

fn tokens(text: &str) -> Vec<Token> {
    const SIGNS: [&str; 8] = ["&&", "||", "==", "!=", "=~", "!~", "(", ")"];
    let text: String = text.chars().take(MAX_LENGTH).collect();
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign));
        let taken = if let Some(sign) = sign {
            out.push(Token::Sign(sign));
            sign.len()
        } else if first == '$' {
            let name: String = rest
                .chars()
                .skip(1)
                .filter(|c| !matches!(c, '{'))
                .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
                .collect();
            let braces = if rest.starts_with("${") { 2 } else { 0 };
            let taken = 1 + name.len() + braces;
            out.push(if name.is_empty() { Token::Other } else { Token::Variable(name) });
            taken
        } else if matches!(first, '"' | '\'') {
            let inner = rest.get(1..).unwrap_or_default();
            let end = inner.find(first).unwrap_or(inner.len());
            out.push(Token::Text(inner.get(..end).unwrap_or_default().to_owned()));
            end + 2
        } else if first == '/' {
            let end = regex_end(rest);
            out.push(Token::Regex(rest.get(..end).unwrap_or_default().to_owned()));
            end
        } else if rest.starts_with("null") {
            out.push(Token::Null);
            4
        } else {
            out.push(Token::Other);
            first.len_utf8()
        };
        rest = rest.get(taken.max(1)..).unwrap_or_default().trim_start();
    }
    out
}

/// Where a pattern between slashes ends, with its flags.
fn regex_end(text: &str) -> usize {
    let mut escaped = false;
    let mut end = text.len();
    for (at, c) in text.char_indices().skip(1) {
        match c {
            '\\' => escaped = !escaped,
            '/' if !escaped => {
                end = at + 1;
                break;
            }
            _ => escaped = false,
        }
    }
    let flags = text.get(end..).unwrap_or_default().chars().take_while(char::is_ascii_alphabetic).count();
    end + flags
}

struct Parser<'a> {
    tokens: &'a [Token],
    at: usize,
    judge: &'a Judge<'a>,
    situation: Situation,
}

impl Parser<'_> {
    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Sign(known)) if *known == sign);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self, depth: usize) -> Option<Answer> {
        let mut answer = self.and(depth)?;
        while self.sign("||") {
            answer = answer.max(self.and(depth)?);
        }
        Some(answer)
    }

    fn and(&mut self, depth: usize) -> Option<Answer> {
        let mut answer = self.comparison(depth)?;
        while self.sign("&&") {
            answer = answer.min(self.comparison(depth)?);
        }
        Some(answer)
    }

    fn comparison(&mut self, depth: usize) -> Option<Answer> {
        if depth < MAX_DEPTH && self.sign("(") {
            let inner = self.or(depth + 1)?;
            return self.sign(")").then_some(inner);
        }
        let left = self.value()?;
        if self.sign("==") {
            return Some(left.equals(&self.value()?));
        }
        if self.sign("!=") {
            return Some(not(left.equals(&self.value()?)));
        }
        for (sign, wanted) in [("=~", true), ("!~", false)] {
            if self.sign(sign) {
                let answer = match self.tokens.get(self.at) {
                    Some(Token::Regex(regex)) => left.fits(self.judge.pattern(regex)),
                    Some(Token::Variable(_) | Token::Text(_)) => Answer::Depends,
                    _ => return None,
                };
                self.at += 1;
                return Some(if wanted { answer } else { not(answer) });
            }
        }
        Some(left.truth())
    }

    fn value(&mut self) -> Option<Value> {
        let value = match self.tokens.get(self.at)? {
            Token::Variable(name) => self.judge.variable(name, self.situation),
            Token::Text(text) => Value::Text(text.clone()),
            Token::Null => Value::Null,
            _ => return None,
        };
        self.at += 1;
        Some(value)
    }
}
