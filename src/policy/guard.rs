//! Checks on a policy's text before the engine sees it: deep nesting takes the engine's parser exponential time, and
//! recursion overflows its stack. Neither is covered by a limit of the engine.

/// Deepest nesting of brackets.
const MAX_NESTING: usize = 10;

/// The text with comments and the contents of strings blanked out, line by line as before.
pub(super) fn code_only(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    let mut quote: Option<char> = None;
    let mut comment = false;
    while let Some(c) = chars.next() {
        if c == '\n' {
            comment = false;
            if quote == Some('"') {
                quote = None;
            }
            out.push('\n');
            continue;
        }
        match quote {
            _ if comment => out.push(' '),
            None if c == '#' => {
                comment = true;
                out.push(' ');
            }
            None => {
                if c == '"' || c == '`' {
                    quote = Some(c);
                }
                out.push(c);
            }
            Some('"') if c == '\\' => {
                chars.next();
                out.push_str("  ");
            }
            Some(end) if c == end => {
                quote = None;
                out.push(c);
            }
            Some(_) => out.push(' '),
        }
    }
    out
}

/// What makes the text dangerous to parse or evaluate.
pub(super) fn danger(text: &str) -> Option<String> {
    let code = code_only(text);
    let mut depth = 0_usize;
    for (number, line) in code.lines().enumerate() {
        for c in line.chars() {
            match c {
                '(' | '[' | '{' => depth += 1,
                ')' | ']' | '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_NESTING {
                return Some(format!("line {}: brackets nested deeper than {MAX_NESTING}", number + 1));
            }
        }
    }
    recursion(&code).map(|name| format!("the function `{name}` calls itself"))
}

/// A function that calls itself, directly or through others of the same file.
fn recursion(code: &str) -> Option<String> {
    let mut calls: Vec<(String, Vec<String>)> = Vec::new();
    for line in code.lines() {
        let starts_rule = line.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
        let names = called_names(line);
        if starts_rule {
            let head: String = line.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            let rest = names.into_iter().skip(usize::from(line[head.len()..].starts_with('('))).collect();
            calls.push((head, rest));
        } else if let Some((_, body)) = calls.last_mut() {
            body.extend(names);
        }
    }
    let reaches = |from: &str, to: &str| {
        let mut open = vec![from.to_owned()];
        let mut seen = std::collections::BTreeSet::new();
        while let Some(name) = open.pop() {
            for (_, body) in calls.iter().filter(|(head, _)| *head == name) {
                for callee in body {
                    if callee == to {
                        return true;
                    }
                    if seen.insert(callee.clone()) {
                        open.push(callee.clone());
                    }
                }
            }
        }
        false
    };
    calls.iter().map(|(head, _)| head).find(|head| reaches(head, head)).cloned()
}

/// Names directly followed by `(`; dotted names with their dots.
fn called_names(line: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut name = String::new();
    for c in line.chars() {
        if c.is_ascii_alphanumeric() || c == '_' || c == '.' {
            name.push(c);
        } else {
            if c == '(' && !name.is_empty() {
                names.push(name.clone());
            }
            name.clear();
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("x := [[[1]]]", None)]
    #[case("x := [[[[[[[[[[[1]]]]]]]]]]]", Some("nested"))]
    #[case("# [[[[[[[[[[[[\nx := \"((((((((((((\"", None)]
    #[case("f(x) := f(x - 1)", Some("`f`"))]
    #[case("f(x) := g(x) if x\ng(x) := y if {\n\ty := f(x)\n}", Some("`f`"))]
    #[case("f(x) := count(x)\ng(x) := f(x)", None)]
    fn dangers(#[case] text: &str, #[case] expected: Option<&str>) {
        let found = danger(text);
        match expected {
            None => assert_eq!(found, None),
            Some(part) => assert!(found.as_deref().is_some_and(|found| found.contains(part)), "{found:?}"),
        }
    }
}
