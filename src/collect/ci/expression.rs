//! Expressions of the Actions family: finding `${{ … }}` in a text, and parsing what stands inside.
//!
//! It knows the grammar only. What a value means and who controls it is `values.rs`; whether a condition can hold is
//! `condition.rs`. Names are kept in lower case, because the language ignores it.

/// Characters of one expression; the forge itself accepts no more.
const MAX_LENGTH: usize = 21_000;
/// Nesting of one expression.
const MAX_DEPTH: usize = 40;
/// Openings in one text that are looked at.
const MAX_OPENINGS: usize = 3_000;
/// Openings in one text that may lead nowhere before the rest is given up.
const MAX_FAILURES: usize = 100;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    Text(String),
    Number(f64),
    Bool(bool),
    Null,
    /// A value of a context, such as `github.event.issue.title`; the first step is the context.
    Value(Vec<Step>),
    Call(String, Vec<Self>),
    /// A part of the result of a call.
    Part(Box<Self>, Vec<Step>),
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
    Compare(Comparison, Box<Self>, Box<Self>),
}

/// One step into a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Name(String),
    /// `.*` or `[*]`.
    Any,
    /// An index that is itself an expression.
    Dynamic(Box<Expression>),
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Ordered,
}

/// One `${{ … }}` of a text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fragment {
    /// Where it starts, in bytes.
    pub(super) start: usize,
    /// Where it ends, behind the braces.
    pub(super) end: usize,
    pub(super) expression: Expression,
}

/// The expressions of a text, and whether some opening led nowhere. An opening without an end never hides what follows it.
pub(super) fn fragments(text: &str) -> (Vec<Fragment>, bool) {
    let mut found = Vec::new();
    let mut at = 0;
    let mut failures = 0;
    for _ in 0..MAX_OPENINGS {
        let Some(start) = text.get(at..).and_then(|rest| rest.find("${{")).map(|offset| at + offset) else {
            return (found, failures > 0);
        };
        let inside = start + 3;
        let parsed = close(text, inside).and_then(|end| Some((end, parse(text.get(inside..end)?)?)));
        match parsed {
            Some((end, expression)) => {
                found.push(Fragment { start, end: end + 2, expression });
                at = end + 2;
            }
            None => {
                failures += 1;
                if failures > MAX_FAILURES {
                    break;
                }
                at = inside;
            }
        }
    }
    (found, true)
}

/// Where the `}}` of an opening stands; text in single quotes does not count.
fn close(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quoted = false;
    let mut at = from;
    let limit = bytes.len().min(from.saturating_add(MAX_LENGTH));
    while at < limit {
        match bytes.get(at)? {
            b'\'' => quoted = !quoted,
            b'}' if !quoted && bytes.get(at + 1) == Some(&b'}') => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// The expression of a condition, which may stand without braces. None for a text that is not one expression.
pub(super) fn condition(text: &str) -> Option<Expression> {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix("${{")
        && let Some(end) = close(inner, 0)
        && inner.get(end + 2..).is_some_and(|rest| rest.trim().is_empty())
    {
        return parse(inner.get(..end)?);
    }
    if text.contains("${{") { None } else { parse(text) }
}

/// An expression without its braces.
pub(super) fn parse(text: &str) -> Option<Expression> {
    if text.len() > MAX_LENGTH {
        return None;
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, at: 0, depth: 0 };
    let expression = parser.or()?;
    (parser.at == parser.tokens.len()).then_some(expression)
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Text(String),
    Number(f64),
    Name(String),
    Sign(&'static str),
}

const SIGNS: &[&str] = &["&&", "||", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ".", ",", "*"];

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if first == '\'' {
            let (value, length) = quoted(rest)?;
            tokens.push(Token::Text(value));
            length
        } else if let Some(length) = number(rest, tokens.last()) {
            let digits = rest.get(..length)?;
            let value = match digits.strip_prefix("0x") {
                Some(hex) => u32::from_str_radix(hex, 16).ok().map(f64::from)?,
                None => digits.parse().ok()?,
            };
            tokens.push(Token::Number(value));
            length
        } else if first.is_alphabetic() || first == '_' {
            let length = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-').unwrap_or(rest.len());
            tokens.push(Token::Name(rest.get(..length)?.to_lowercase()));
            length
        } else {
            let sign = SIGNS.iter().find(|sign| rest.starts_with(**sign))?;
            tokens.push(Token::Sign(sign));
            sign.len()
        };
        rest = rest.get(length..)?.trim_start();
    }
    Some(tokens)
}

/// The value of a text in single quotes and its length with them; two quotes stand for one.
fn quoted(text: &str) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = chars.next() {
        if c != '\'' {
            value.push(c);
        } else if chars.peek().is_some_and(|(_, next)| *next == '\'') {
            value.push('\'');
            chars.next();
        } else {
            return Some((value, at + 1));
        }
    }
    None
}

/// The length of a number at the start, if there is one. After a name or a bracket a dot is a step, not a decimal point.
fn number(text: &str, before: Option<&Token>) -> Option<usize> {
    let bytes = text.as_bytes();
    let after_value = matches!(before, Some(Token::Name(_) | Token::Sign(")" | "]" | "*")));
    let signed = usize::from(matches!(bytes.first(), Some(b'-' | b'+')));
    match bytes.get(signed)? {
        b'0'..=b'9' => {}
        b'.' if !after_value && bytes.get(signed + 1).is_some_and(u8::is_ascii_digit) => {}
        _ => return None,
    }
    let rest = bytes.get(signed..)?;
    let length = rest.iter().position(|b| !b.is_ascii_alphanumeric() && *b != b'.').unwrap_or(rest.len());
    Some(signed + length)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn sign(&mut self, sign: &str) -> bool {
        let found = matches!(self.tokens.get(self.at), Some(Token::Sign(next)) if *next == sign);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Option<Expression> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let mut parts = vec![self.and()?];
        while self.sign("||") {
            parts.push(self.and()?);
        }
        self.depth -= 1;
        Some(if parts.len() == 1 { parts.swap_remove(0) } else { Expression::Or(parts) })
    }

    fn and(&mut self) -> Option<Expression> {
        let mut parts = vec![self.comparison()?];
        while self.sign("&&") {
            parts.push(self.comparison()?);
        }
        Some(if parts.len() == 1 { parts.swap_remove(0) } else { Expression::And(parts) })
    }

    fn comparison(&mut self) -> Option<Expression> {
        let mut left = self.not()?;
        for _ in 0..MAX_DEPTH {
            let comparison = if self.sign("==") {
                Comparison::Equal
            } else if self.sign("!=") {
                Comparison::NotEqual
            } else if ["<=", ">=", "<", ">"].iter().any(|sign| self.sign(sign)) {
                Comparison::Ordered
            } else {
                return Some(left);
            };
            left = Expression::Compare(comparison, Box::new(left), Box::new(self.not()?));
        }
        None
    }

    fn not(&mut self) -> Option<Expression> {
        let mut negations = 0;
        while self.sign("!") {
            negations += 1;
        }
        let mut value = self.value()?;
        // Two negations make a boolean of the value, as one does: only the parity and the kind matter.
        for _ in 0..(if negations > 2 { 2 - negations % 2 } else { negations }) {
            value = Expression::Not(Box::new(value));
        }
        Some(value)
    }

    fn value(&mut self) -> Option<Expression> {
        let token = self.tokens.get(self.at)?.clone();
        self.at += 1;
        match token {
            Token::Text(text) => Some(Expression::Text(text)),
            Token::Number(number) => Some(Expression::Number(number)),
            Token::Sign("(") => {
                let inner = self.or()?;
                if !self.sign(")") {
                    return None;
                }
                let steps = self.steps()?;
                Some(match (inner, steps) {
                    (inner, steps) if steps.is_empty() => inner,
                    (inner, steps) => Expression::Part(Box::new(inner), steps),
                })
            }
            Token::Name(name) if self.sign("(") => {
                let arguments = self.arguments()?;
                let steps = self.steps()?;
                let call = Expression::Call(name, arguments);
                Some(if steps.is_empty() { call } else { Expression::Part(Box::new(call), steps) })
            }
            Token::Name(name) => {
                let rest = self.steps()?;
                match (name.as_str(), rest.is_empty()) {
                    ("true", true) => return Some(Expression::Bool(true)),
                    ("false", true) => return Some(Expression::Bool(false)),
                    ("null", true) => return Some(Expression::Null),
                    ("nan" | "infinity", true) => return Some(Expression::Number(f64::NAN)),
                    _ => {}
                }
                let mut steps = vec![Step::Name(name)];
                steps.extend(rest);
                Some(Expression::Value(steps))
            }
            Token::Sign(_) => None,
        }
    }

    fn arguments(&mut self) -> Option<Vec<Expression>> {
        let mut arguments = Vec::new();
        if self.sign(")") {
            return Some(arguments);
        }
        loop {
            arguments.push(self.or()?);
            if self.sign(")") {
                return Some(arguments);
            }
            if !self.sign(",") {
                return None;
            }
        }
    }

    fn steps(&mut self) -> Option<Vec<Step>> {
        let mut steps = Vec::new();
        loop {
            if self.sign(".") {
                if self.sign("*") {
                    steps.push(Step::Any);
                    continue;
                }
                match self.tokens.get(self.at) {
                    Some(Token::Name(name)) => steps.push(Step::Name(name.clone())),
                    _ => return None,
                }
                self.at += 1;
            } else if self.sign("[") {
                if self.sign("*") {
                    steps.push(Step::Any);
                } else {
                    steps.push(match self.or()? {
                        Expression::Text(name) => Step::Name(name.to_lowercase()),
                        Expression::Number(_) => Step::Any,
                        index => Step::Dynamic(Box::new(index)),
                    });
                }
                if !self.sign("]") {
                    return None;
                }
            } else {
                return Some(steps);
            }
        }
    }
}

/// The steps of a value as one dotted name, with `*` for what is not a fixed name.
pub(super) fn dotted(steps: &[Step]) -> String {
    let names: Vec<&str> = steps
        .iter()
        .map(|step| match step {
            Step::Name(name) => name.as_str(),
            Step::Any | Step::Dynamic(_) => "*",
        })
        .collect();
    names.join(".")
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn names(text: &str) -> Vec<String> {
        fn collect(expression: &Expression, out: &mut Vec<String>) {
            match expression {
                Expression::Value(steps) => out.push(dotted(steps)),
                Expression::Call(_, parts) | Expression::And(parts) | Expression::Or(parts) => {
                    parts.iter().for_each(|part| collect(part, out));
                }
                Expression::Part(inner, _) | Expression::Not(inner) => collect(inner, out),
                Expression::Compare(_, a, b) => {
                    collect(a, out);
                    collect(b, out);
                }
                _ => {}
            }
        }
        let mut out = Vec::new();
        fragments(text).0.iter().for_each(|fragment| collect(&fragment.expression, &mut out));
        out
    }

    #[rstest]
    #[case("${{ GitHub.Head_Ref }}", &["github.head_ref"])]
    #[case("${{github.event['issue']['Title']}}", &["github.event.issue.title"])]
    #[case("${{ github.event.commits[11].message }} ${{ a.*.b }}", &["github.event.commits.*.message", "a.*.b"])]
    #[case("${{ toJSON(github.event) }}", &["github.event"])]
    #[case("${{ format('a{0}}}', x.y || 'it''s }}') }}", &["x.y"])]
    #[case("${{ fromJSON(needs.a.outputs.m).b }}", &["needs.a.outputs.m"])]
    #[case("${{ env[github.event.key] }}", &["env.*"])]
    #[case("echo \"${{ a.b }}\"; echo '${{'", &["a.b"])]
    #[case("echo '${{'; echo ${{ a.b }}", &["a.b"])]
    #[case("echo \"${{\" ; echo \"${{ a.b }}\"", &["a.b"])]
    #[case("${{ a.b-c_d && !e.f == 1.5 }}", &["a.b-c_d", "e.f"])]
    #[case("no expression", &[])]
    fn finds(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(names(text), expected);
    }

    #[rstest]
    #[case("false", Some(Expression::Bool(false)))]
    #[case("${{ false }}", Some(Expression::Bool(false)))]
    #[case("${{ a }} && b", None)]
    #[case("(a", None)]
    #[case("a b", None)]
    fn conditions(#[case] text: &str, #[case] expected: Option<Expression>) {
        assert_eq!(condition(text), expected);
    }

    #[test]
    fn hostile_texts_end() {
        let deep = format!("${{{{ {}a{} }}}}", "(".repeat(5_000), ")".repeat(5_000));
        assert_eq!(fragments(&deep).0.len(), 0);
        assert!(fragments(&"${{".repeat(300_000)).1);
        assert!(condition(&"!".repeat(20_000)).is_none());
        assert!(condition(&format!("{}a", "!".repeat(20_000))).is_some());
        assert!(condition(&vec!["a"; 5_000].join("||")).is_some());
        assert!(condition(&vec!["a"; 5_000].join("==")).is_none());
    }
}
