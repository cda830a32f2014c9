//! Jenkins: the texts of shell steps in a Jenkinsfile. What starts it is settled on the server and unknown here.

use std::collections::BTreeMap;

use super::{Definitions, Reach, Task, When};
use crate::collect::ci::shell::Dialect;
use crate::collect::ci::workflow::Text;

/// A word or text of Groovy.
#[derive(Debug, PartialEq)]
enum Token<'a> {
    Word(&'a str),
    Text(&'a str),
    Sign(char),
}

pub(super) fn read(path: &str, source: &str) -> Definitions {
    let mut found = Definitions::default();
    let mut stage = "pipeline".to_owned();
    let (mut line, mut counted) = (1, 0);
    let tokens = tokens(source);
    for (index, (_, token)) in tokens.iter().enumerate() {
        let Token::Word(word) = token else { continue };
        let text = tokens.iter().skip(index + 1).take(8).find_map(|(offset, token)| match token {
            Token::Text(text) => Some(Some((*offset, *text))),
            Token::Sign('(' | ':') => None,
            Token::Word("script" | "label" | "returnStatus" | "returnStdout" | "true" | "false") | Token::Sign(',') => {
                None
            }
            _ => Some(None),
        });
        let Some(Some((offset, text))) = text else { continue };
        let dialect = match *word {
            "stage" => {
                text.clone_into(&mut stage);
                continue;
            }
            "sh" => Dialect::Posix,
            "bat" | "powershell" | "pwsh" => Dialect::Windows,
            _ => continue,
        };
        let passed = source.as_bytes().get(counted..offset).unwrap_or_default();
        line += passed.iter().filter(|byte| **byte == b'\n').count() as u64;
        counted = offset;
        found.push(Task {
            path: path.to_owned(),
            job: stage.clone(),
            line,
            when: When::on(["other"]),
            blocking: true,
            disabled: false,
            variables: BTreeMap::new(),
            directory: String::new(),
            dialect,
            scripts: vec![Text { line, text: text.to_owned() }],
            known: Vec::new(),
            opaque: None,
            needs: Vec::new(),
            reach: Reach::default(),
        });
    }
    found
}

/// Words, texts and signs, without comments; each with where it starts.
fn tokens(source: &str) -> Vec<(usize, Token<'_>)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(rest) = source.get(at..).filter(|rest| !rest.is_empty()) {
        let Some(first) = rest.chars().next() else { break };
        let quote = ["'''", "\"\"\"", "'", "\""].into_iter().find(|quote| rest.starts_with(quote));
        if rest.starts_with("//") || at == 0 && rest.starts_with("#!") {
            at += rest.find('\n').unwrap_or(rest.len());
        } else if rest.starts_with("/*") {
            at += rest.find("*/").map_or(rest.len(), |end| end + 2);
        } else if let Some(quote) = quote {
            let inner = rest.get(quote.len()..).unwrap_or_default();
            let end = closing(inner, quote);
            out.push((at + quote.len(), Token::Text(inner.get(..end).unwrap_or_default())));
            at += quote.len() + end + quote.len();
        } else if first.is_alphabetic() || first == '_' {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            out.push((at, Token::Word(rest.get(..end).unwrap_or_default())));
            at += end;
        } else {
            if !first.is_whitespace() {
                out.push((at, Token::Sign(first)));
            }
            at += first.len_utf8();
        }
    }
    out
}

/// Where a text ends: before the next such quote that no backslash stands before.
fn closing(text: &str, quote: &str) -> usize {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find(quote)).map(|at| from + at) {
        let slashes =
            text.as_bytes().get(..at).unwrap_or_default().iter().rev().take_while(|byte| **byte == b'\\').count();
        if slashes % 2 == 0 {
            return at;
        }
        from = at + quote.len();
    }
    text.len()
}
