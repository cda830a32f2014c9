//! Questions to the person at the terminal. Without a terminal nothing is asked, and what is missing is an error.

use std::io::IsTerminal as _;

use dialoguer::Input;
use jiff::civil::Date;

use super::exit::Usage;

/// Whether there is a person to ask.
pub(super) fn somebody() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// A text that must not be empty.
pub(super) fn text(question: &str, default: Option<&str>) -> anyhow::Result<String> {
    let mut input = Input::<String>::new().with_prompt(question);
    if let Some(default) = default {
        input = input.default(default.to_owned());
    }
    Ok(input.interact_text()?.trim().to_owned())
}

/// Links, none or several, separated by blanks; each of a form that counts.
pub(super) fn links(question: &str) -> anyhow::Result<Vec<String>> {
    let check = |answer: &String| {
        let wrong = answer.split_whitespace().find(|link| !crate::config::is_evidence(link));
        wrong.map_or(Ok(()), |link| Err(format!("`{link}`: an https address, or a path in this repository")))
    };
    let answer = Input::<String>::new().with_prompt(question).allow_empty(true).validate_with(check).interact_text()?;
    Ok(answer.split_whitespace().map(str::to_owned).collect())
}

/// A day after another.
pub(super) fn day(question: &str, default: Date, after: Date) -> anyhow::Result<Date> {
    let check = |answer: &String| match answer.trim().parse::<Date>() {
        Ok(day) if day >= after => Ok(()),
        Ok(_) => Err(format!("not before {after}")),
        Err(_) => Err("a day as YYYY-MM-DD".to_owned()),
    };
    let input = Input::<String>::new().with_prompt(question).default(default.to_string()).validate_with(check);
    let answer = input.interact_text()?;
    answer.trim().parse().map_err(|_| Usage(format!("`{answer}` is no day")).into())
}

/// One of several words, by its first letter.
pub(super) fn one_of(question: &str, words: &[&'static str]) -> anyhow::Result<&'static str> {
    let find = |answer: &str| {
        let answer = answer.trim().to_lowercase();
        words.iter().copied().find(|word| !answer.is_empty() && word.starts_with(answer.as_str()))
    };
    let check = |answer: &String| match find(answer) {
        Some(_) => Ok(()),
        None => Err(format!("one of {}", words.join(", "))),
    };
    let prompt = format!("{question} ({})", words.join(", "));
    let answer = Input::<String>::new().with_prompt(prompt).validate_with(check).interact_text()?;
    find(&answer).ok_or_else(|| Usage(format!("`{answer}` is none of {}", words.join(", "))).into())
}
