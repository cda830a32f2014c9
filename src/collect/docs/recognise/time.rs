//! Lengths of time, dates, and what they are bound to.

use super::{Kind, Mark, Spoke};
use crate::collect::docs::polarity::is_auxiliary;
use crate::collect::docs::words::{Break, WordKind};

/// Words between a length of time and the act it is bound to.
const NEAR: usize = 14;

pub(super) fn recognise(words: &[Spoke<'_>], marks: &mut Vec<Mark>) {
    for at in 0..words.len() {
        if let Some(length) = length_at(words, at) {
            if is_response(words, &length) {
                marks.push(Mark { kind: Kind::ResponseTime, first: length.first, last: length.last });
            }
            if length.days {
                marks.push(Mark { kind: Kind::Period, first: length.first, last: length.last });
            }
        }
        if let Some(last) = date_at(words, at) {
            marks.push(Mark { kind: Kind::Date, first: at, last });
            marks.push(Mark { kind: Kind::Period, first: at, last });
        }
        if let Some(last) = event_at(words, at) {
            marks.push(Mark { kind: Kind::Period, first: at, last });
        }
    }
}

/// A number with a unit of time.
struct Length {
    first: usize,
    last: usize,
    /// Whether the unit is days or longer.
    days: bool,
}

fn norm<'a>(words: &[Spoke<'a>], at: usize) -> &'a str {
    words.get(at).map_or("", |word| word.norm)
}

fn length_at(words: &[Spoke<'_>], at: usize) -> Option<Length> {
    let word = words.get(at)?;
    if word.kind == WordKind::Number {
        // `48h`, `30d`
        let digits = word.norm.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let unit = &word.norm[digits.len()..];
        if !unit.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()) {
            return is_unit(unit).map(|days| Length { first: at, last: at, days });
        }
    }
    let article = |at: usize| matches!(norm(words, at), "a" | "an");
    if !is_count(words, at) || article(at) && is_count(words, at + 1) {
        return None;
    }
    let mut next = at + 1;
    // `7-14 days`, `two (2) days`, `twenty four hours`, `one or two days`
    while is_count(words, next) && next < at + 4
        || matches!(norm(words, next), "to" | "or") && is_count(words, next + 1) && next < at + 3
    {
        next += 1;
    }
    while matches!(norm(words, next), "business" | "working" | "work" | "calendar" | "full" | "consecutive") {
        next += 1;
    }
    let days = is_unit(norm(words, next))?;
    // In a range only the last number opens the length.
    let starts = at.checked_sub(1).is_none_or(|before| {
        !is_count(words, before) || article(before) || words.get(at).is_some_and(|word| word.before >= Break::Soft)
    });
    starts.then_some(Length { first: at, last: next, days })
}

fn is_count(words: &[Spoke<'_>], at: usize) -> bool {
    words.get(at).is_some_and(|word| match word.kind {
        WordKind::Number => word.norm.bytes().all(|b| b.is_ascii_digit() || b == b'+') && word.norm.len() < 5,
        WordKind::Plain => matches!(
            word.norm,
            "a" | "an"
                | "one"
                | "two"
                | "three"
                | "four"
                | "five"
                | "six"
                | "seven"
                | "eight"
                | "nine"
                | "ten"
                | "eleven"
                | "twelve"
                | "fourteen"
                | "fifteen"
                | "twenty"
                | "thirty"
                | "forty"
                | "sixty"
                | "ninety"
                | "hundred"
                | "next"
                | "couple"
                | "single"
        ),
        _ => false,
    })
}

fn is_unit(norm: &str) -> Option<bool> {
    match norm {
        "h" | "hr" | "hrs" | "hour" | "hours" => Some(false),
        "d" | "day" | "days" | "week" | "weeks" | "wk" | "wks" | "month" | "months" | "year" | "years"
        | "fortnight" | "workday" | "workdays" => Some(true),
        _ => None,
    }
}

/// Whether a length of time says when an answer or a repair comes: the nearest act around it is one of those, not disclosure or waiting.
fn is_response(words: &[Spoke<'_>], length: &Length) -> bool {
    let before = length.first.checked_sub(1).map_or("", |at| norm(words, at));
    if matches!(before, "last" | "past" | "previous" | "for" | "every" | "older" | "minimum")
        || words.iter().any(|word| is_commerce(word.norm))
    {
        return false;
    }
    if norm(words, length.first) == "a" && !matches!(before, "within" | "in" | "under" | "than") {
        return false;
    }
    let from = length.first.saturating_sub(NEAR);
    let to = (length.last + NEAR + 1).min(words.len());
    let nearest = (from..to)
        .filter(|at| *at < length.first || *at > length.last)
        .filter_map(|at| Some((distance(words, length, at), act(words, at)?)))
        .min_by_key(|(distance, act)| (*distance, *act));
    matches!(nearest, Some((_, Act::Response)))
}

/// Words between a word and the length; a border of a clause counts for several.
fn distance(words: &[Spoke<'_>], length: &Length, at: usize) -> usize {
    let (from, to) = if at < length.first { (at + 1, length.first) } else { (length.last + 1, at) };
    let borders = (from..=to).filter(|at| words.get(*at).is_some_and(|word| word.before >= Break::Hard)).count();
    to - from + 4 * borders
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Act {
    Other,
    Response,
}

fn act(words: &[Spoke<'_>], at: usize) -> Option<Act> {
    let word = norm(words, at);
    let next = norm(words, at + 1);
    const RESPONSES: &[&str] = &[
        "acknowledg",
        "respon",
        "repl",
        "answer",
        "triag",
        "confirm",
        "fix",
        "patch",
        "resol",
        "remediat",
        "mitigat",
        "investigat",
        "assess",
        "evaluat",
        "review",
        "handle",
        "address",
        "update",
        "follow",
        "react",
        "process",
        "validat",
        "hear",
        "feedback",
        "treat",
    ];
    const OTHERS: &[&str] = &[
        "disclos",
        "embargo",
        "publish",
        "publication",
        "announc",
        "wait",
        "support",
        "releas",
        "expir",
        "retain",
        "keep",
        "kept",
        "public",
    ];
    if matches!(word, "mail" | "released" | "addresses") {
        return None;
    }
    if OTHERS.iter().any(|start| word.starts_with(start)) {
        return Some(Act::Other);
    }
    let back = matches!(word, "get" | "come" | "be" | "gets") && matches!(next, "back" | "in");
    let contact = matches!(word, "contact" | "notify" | "contacted" | "reach")
        && !matches!(next, "us" | "the" | "security")
        || word == "contacted";
    let starts = RESPONSES.iter().any(|start| word.starts_with(start)) && !is_auxiliary(word);
    (starts || back || contact).then_some(Act::Response)
}

fn is_commerce(norm: &str) -> bool {
    matches!(norm, "refund" | "refunds" | "purchase" | "trial" | "invoice" | "payment" | "subscription" | "warranty")
}

const MONTHS: &[&str] = &[
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

fn is_month(word: &Spoke<'_>) -> bool {
    let abbreviated = word.norm.len() == 3 || word.norm == "sept";
    let known = MONTHS.iter().any(|month| word.norm == *month || abbreviated && month.starts_with(word.norm));
    known && word.raw.starts_with(char::is_uppercase)
}

fn is_year(norm: &str) -> bool {
    norm.len() == 4 && (norm.starts_with("19") || norm.starts_with("20")) && norm.bytes().all(|b| b.is_ascii_digit())
}

fn small(norm: &str, most: u32) -> bool {
    norm.trim_end_matches("st")
        .trim_end_matches("nd")
        .trim_end_matches("rd")
        .trim_end_matches("th")
        .parse::<u32>()
        .is_ok_and(|n| (1..=most).contains(&n))
}

/// A calendar date that begins at a word; gives its last word.
fn date_at(words: &[Spoke<'_>], at: usize) -> Option<usize> {
    let word = words.get(at)?;
    let glued = |at: usize| {
        words.get(at).zip(words.get(at + 1)).is_some_and(|(a, b)| a.end + 1 == b.start && b.before == Break::None)
    };
    if is_year(word.norm) && glued(at) && small(norm(words, at + 1), 12) {
        return Some(if glued(at + 1) && small(norm(words, at + 2), 31) { at + 2 } else { at + 1 });
    }
    // 15.01.2026, 15/01/2026
    let dotted: Vec<&str> = word.norm.split('.').collect();
    if matches!(dotted.as_slice(), [day, month, year] if small(day, 31) && small(month, 12) && is_year(year)) {
        return Some(at);
    }
    if small(word.norm, 31)
        && word.kind == WordKind::Number
        && glued(at)
        && small(norm(words, at + 1), 31)
        && glued(at + 1)
        && is_year(norm(words, at + 2))
    {
        return Some(at + 2);
    }
    if is_month(word) {
        let day = small(norm(words, at + 1), 31);
        let year = if day { at + 2 } else { at + 1 };
        return is_year(norm(words, year)).then_some(year);
    }
    let quarter = word.norm.strip_prefix(['q', 'h']).is_some_and(|n| small(n, 4));
    (quarter && is_year(norm(words, at + 1))).then_some(at + 1)
}

/// An event that ends a period: `until the next minor`, `only the latest release`, `end of life`.
fn event_at(words: &[Spoke<'_>], at: usize) -> Option<usize> {
    let until = |from: usize, to: usize, ends: &dyn Fn(&str) -> bool| {
        (from..to.min(words.len())).find(|at| ends(norm(words, *at)))
    };
    match norm(words, at) {
        "until" | "till" | "through" => {
            if is_year(norm(words, at + 1)) {
                return Some(at + 1);
            }
            until(at + 1, at + 8, &|word| {
                is_release(word) || matches!(word, "eol" | "life" | "successor" | "replaced" | "superseded")
            })
        }
        "latest" | "newest" | "current" | "last" | "recent" => {
            let release = until(at + 1, at + 5, &is_release)?;
            let near = words.get(at.saturating_sub(8)..(release + 8).min(words.len()))?;
            let bound = near.iter().any(|word| {
                matches!(word.norm, "only" | "solely" | "exclusively" | "supported" | "maintained" | "support")
            });
            bound.then_some(release)
        }
        "end" if norm(words, at + 1) == "of" && matches!(norm(words, at + 2), "life" | "support" | "maintenance") => {
            Some(at + 2)
        }
        "as" if norm(words, at + 1) == "long" && norm(words, at + 2) == "as" => Some(at + 2),
        _ => None,
    }
}

fn is_release(norm: &str) -> bool {
    matches!(norm, "release" | "releases" | "version" | "versions" | "minor" | "major" | "branch" | "series" | "patch")
}
