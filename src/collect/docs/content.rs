//! Whether a document has content: words of body text, its language, and whether it only points elsewhere.

use std::collections::BTreeMap;

use super::model::{Block, BlockKind, Document, Link, Section, State, Target};
use super::roles::Roles;

/// Words of the sample that the language is told from.
const SAMPLE: usize = 2_000;
/// Fewer words than this have no language.
const FEWEST: usize = 30;

/// Fills in the words, the language and the state of a document that was read.
pub(super) fn weigh(document: &mut Document, roles: &Roles) {
    let body = || body_blocks(&document.sections, roles);
    document.words = body().map(|block| words(&without_placeholders(&block.text))).sum();
    document.foreign = is_foreign(body().map(|block| block.text.as_str()), roles);
    if document.state != State::Ok {
        return;
    }
    let limits = roles.limits();
    let linked: u64 = body().flat_map(|block| &block.links).map(|link| words(&link.label)).sum();
    let is_prompt = document.roles.iter().any(|role| role.ends_with("_template") || role == "issue_chooser");
    let target = if is_prompt { None } else { pointed_to(&document.sections) };
    let least = if roles.is_contact(&document.roles) { limits.contact_minimum } else { limits.minimum };
    let (words, beside) = (document.words, document.words.saturating_sub(linked));
    let names_somebody = document.links().any(|(_, _, link)| link.to == Target::Mail) && words >= least;
    document.state = match target {
        Some(target) if beside <= limits.pointer && !names_somebody => {
            document.target = Some(target);
            State::Pointer
        }
        _ if words == 0 => State::Empty,
        _ if words < least && !document.has_role("codeowners") => State::Short,
        _ => State::Ok,
    };
}

/// The blocks that count as body text. Comments are kept in templates only, where they are the prompts.
fn body_blocks<'a>(sections: &'a [Section], roles: &'a Roles) -> impl Iterator<Item = &'a Block> {
    sections.iter().flat_map(|section| &section.blocks).filter(|block| {
        !matches!(block.kind, BlockKind::Code(_) | BlockKind::Image) && !is_boilerplate(&block.text, roles)
    })
}

fn is_boilerplate(text: &str, roles: &Roles) -> bool {
    let start: String = text.chars().take(60).flat_map(char::to_lowercase).collect();
    roles.boilerplate().iter().any(|known| start.starts_with(known.as_str()))
}

/// Where a document points: its first link into the tree, else its first link out of it.
fn pointed_to(sections: &[Section]) -> Option<Link> {
    let links = || {
        sections
            .iter()
            .flat_map(|section| &section.blocks)
            .filter(|block| block.kind != BlockKind::Image)
            .flat_map(|block| &block.links)
    };
    let tree = links().find(|link| matches!(link.to, Target::Tree(_)));
    tree.or_else(|| links().find(|link| link.to == Target::Outside)).cloned()
}

/// Words of a text: what stands between blanks and holds a letter or a digit. Scripts without blanks count two characters a word.
pub(super) fn words(text: &str) -> u64 {
    let mut count = 0;
    for token in text.split_whitespace() {
        let dense = token.chars().filter(|c| is_dense(*c)).count() as u64;
        count += if dense > 0 { dense.div_ceil(2) } else { u64::from(token.chars().any(char::is_alphanumeric)) };
    }
    count
}

/// A character of a script that is written without blanks.
fn is_dense(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{0e00}'..='\u{0e7f}')
}

/// Without what stands in a text for something still to be written.
fn without_placeholders(text: &str) -> String {
    let lower = text.to_lowercase();
    if lower.contains("lorem ipsum") {
        return String::new();
    }
    let mut out = text.to_owned();
    for (open, close) in [("[INSERT", "]"), ("[insert", "]"), ("{{", "}}"), ("<your", ">"), ("<YOUR", ">")] {
        out = without_spans(&out, open, close);
    }
    out
}

fn without_spans(text: &str, open: &str, close: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(open) {
        let Some((_, after)) = after.split_once(close) else { break };
        out.push_str(before);
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Whether most of a text is in another language than English: by its script, or because the frequent words of another
/// language clearly outnumber the English ones. A list of names or commands has no language.
fn is_foreign<'a>(blocks: impl Iterator<Item = &'a str>, roles: &Roles) -> bool {
    let (mut letters, mut other_script, mut seen) = (0_usize, 0_usize, 0_usize);
    let mut hits: BTreeMap<&str, usize> = BTreeMap::new();
    for token in blocks.flat_map(str::split_whitespace).take(SAMPLE) {
        let word = token.trim_matches(|c: char| !c.is_alphabetic()).to_lowercase();
        if word.is_empty() {
            continue;
        }
        seen += 1;
        for c in word.chars() {
            letters += 1;
            other_script += usize::from(c.is_alphabetic() && !is_latin(c));
        }
        for (language, frequent) in roles.languages() {
            if frequent.contains(&word) {
                *hits.entry(language).or_default() += 1;
            }
        }
    }
    if letters >= FEWEST && other_script * 10 > letters * 3 {
        return true;
    }
    let english = hits.remove("en").unwrap_or_default();
    let other = hits.values().copied().max().unwrap_or_default();
    seen >= FEWEST && other * 100 >= seen * 8 && other > english * 2
}

fn is_latin(c: char) -> bool {
    c.is_ascii() || matches!(c, '\u{00aa}'..='\u{024f}' | '\u{1e00}'..='\u{1eff}' | '\u{2000}'..='\u{2bff}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use rstest::rstest;

    #[rstest]
    #[case("one two - three", 3)]
    #[case("a — b", 2)]
    #[case("プロジェクト", 3)]
    #[case("", 0)]
    fn counts_words(#[case] text: &str, #[case] expected: u64) {
        assert_eq!(words(text), expected);
    }

    #[rstest]
    #[case("Write to [INSERT ADDRESS] now", "Write to  now")]
    #[case("Hi {{ name }} and {{", "Hi  and {{")]
    #[case("lorem ipsum dolor", "")]
    fn drops_placeholders(#[case] text: &str, #[case] expected: &str) {
        assert_eq!(without_placeholders(text), expected);
    }

    #[rstest]
    #[case::english(
        "Please report the problem to us with all of the details that you have and we will answer it as soon as possible. Do not open an issue for this, and give us time to fix it.",
        false
    )]
    #[case::german(
        "Bitte melden Sie Sicherheitslücken nicht über die öffentlichen Issues. Schreiben Sie eine Nachricht an die Adresse auf der Seite, und wir werden uns mit Ihnen in Verbindung setzen, wenn die Meldung bei uns eingegangen ist.",
        true
    )]
    #[case::chinese(
        "请不要在公开的问题跟踪器中报告安全漏洞。请发送电子邮件给我们的安全团队，我们会尽快答复您的报告。",
        true
    )]
    #[case::names(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi psi omega one two three four five six",
        false
    )]
    fn tells_languages(#[case] text: &str, #[case] expected: bool) {
        let roles = Roles::load(&Bundle::policies()).expect("the table parses");
        assert_eq!(is_foreign(std::iter::once(text), &roles), expected);
    }
}
