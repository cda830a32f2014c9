//! What a licence file says, part by part: the known texts in it, what was added to them, and what is left.

use std::collections::BTreeSet;
use std::ops::Range;

use super::LicensePart;
use super::matching::{self, Match, PARAGRAPH};
use super::rules::{Approval, Rules};
use super::words::{self, Word, Words};
use crate::collect::limits;

/// Share of a text's words that makes a copy of it.
const COPY: f32 = 0.9;
/// Share of a text's words below which a likeness says nothing.
const LIKENESS: f32 = 0.75;
/// Words from which on a stretch without a known text may be a licence of its own.
const OWN_TEXT: usize = 20;
/// Different words of licences that make a stretch read like one.
const LICENSE_WORDS: usize = 4;
/// Words of a text below which one missing word may take a right away.
const SHORT_TEXT: usize = 700;
/// Words before a text in which its scope is said.
const LEAD: usize = 60;

/// What a file says.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    pub(super) words: u64,
    /// Whether it reads like a licence.
    pub(super) wording: bool,
    pub(super) parts: Vec<LicensePart>,
}

/// Reads a licence file.
pub(super) fn of(text: &str, rules: &Rules) -> Content {
    let words = words::of(text);
    let ids = words.ids();
    let reading = Reading { text, words: &words, ids: &ids, rules };
    let found: Vec<Match> = matching::find(&ids, rules)
        .into_iter()
        .filter(|one| one.score >= LIKENESS && reading.is_telling(one))
        .collect();
    let mut parts = reading.known(&found);
    reading.rest(&found, &mut parts);
    if parts.is_empty() {
        parts.extend(reading.reservation());
    }
    parts.sort_by_key(|part| part.line);
    // A file whose every text is said to cover something else covers the code with the first of them.
    if let Some(first) = parts.first_mut().filter(|first| first.scope == "vendored")
        && !found.is_empty()
        && reading.before(found[0].range.start).len() < LEAD
    {
        first.scope = "code".to_owned();
    }
    Content { words: ids.len() as u64, wording: reading.reads_like_a_license(0..ids.len()), parts }
}

/// Whether a short text uses several of the words that licences use.
pub(super) fn speaks_of_terms(text: &str, rules: &Rules) -> bool {
    words::of(text).ids().into_iter().filter(|word| rules.license.contains(word)).collect::<BTreeSet<_>>().len()
        >= LICENSE_WORDS
}

struct Reading<'a> {
    text: &'a str,
    words: &'a Words,
    ids: &'a [u32],
    rules: &'a Rules,
}

impl Reading<'_> {
    /// A half copy counts only where it is a text of some length, not an idiom that many licences share.
    fn is_telling(&self, one: &Match) -> bool {
        one.score >= COPY || one.range.len() >= OWN_TEXT
    }

    /// The known texts as parts. Exceptions only add permissions and are no parts.
    fn known(&self, found: &[Match]) -> Vec<LicensePart> {
        let mut end = 0;
        let mut parts = Vec::new();
        for one in found {
            let lead = end..one.range.start;
            end = one.range.end;
            if one.exception {
                continue;
            }
            let copy = one.score >= COPY;
            let approval = match self.rules.approval(one.name) {
                Approval::NotApproved => Approval::NotApproved,
                approval if copy => approval,
                _ => Approval::Unknown,
            };
            parts.push(LicensePart {
                spdx: Some(one.name.to_owned()),
                score: percent(one.score),
                line: self.line(one.range.start),
                scope: self.scope(lead),
                approval: approval.name().to_owned(),
                added_conditions: self.changed(one),
            });
        }
        parts
    }

    /// Stretches outside the known texts: riders, other texts told by a phrase, texts of their own.
    fn rest(&self, found: &[Match], parts: &mut Vec<LicensePart>) {
        let anything_known = !parts.is_empty();
        let mut start = 0;
        let stretches =
            found.iter().map(|one| (one.range.start, one.range.end)).chain([(self.ids.len(), self.ids.len())]);
        for (until, next) in stretches {
            let stretch = start..until;
            start = next;
            if let Some((name, _)) = self.told_by(stretch.clone(), &self.rules.riders) {
                self.ride(parts, stretch, name);
            } else if let Some((id, at)) = self.told_by(stretch.clone(), &self.rules.texts) {
                parts.push(self.part(Some(id), at, self.scope(stretch.start..at), Approval::NotApproved));
            } else if stretch.len() >= OWN_TEXT
                && self.obliges(stretch.clone())
                && self.reads_like_a_license(stretch.clone())
            {
                let scope = if anything_known {
                    self.scope(stretch.start..(stretch.start + LEAD).min(stretch.end))
                } else {
                    "code".to_owned()
                };
                parts.push(self.part(None, stretch.start, scope, Approval::Unknown));
            }
        }
    }

    /// Attaches a rider to the nearest text; alone it is a text of its own.
    fn ride(&self, parts: &mut Vec<LicensePart>, stretch: Range<usize>, name: &str) {
        let line = self.line(stretch.start);
        let nearest = parts.iter_mut().filter(|part| part.spdx.is_some()).min_by_key(|part| part.line.abs_diff(line));
        match nearest {
            Some(part) => {
                part.approval = Approval::NotApproved.name().to_owned();
                part.added_conditions = Some(name.to_owned());
            }
            None => {
                let mut part = self.part(None, stretch.start, "code".to_owned(), Approval::NotApproved);
                part.added_conditions = Some(name.to_owned());
                parts.push(part);
            }
        }
    }

    /// «All rights reserved» or a copyright line as all there is.
    fn reservation(&self) -> Option<LicensePart> {
        let line = self.words.all_rights_reserved?;
        let granting = ["license", "licensed", "permission", "granted", "grant", "free", "public", "domain"];
        let grants = granting.iter().any(|word| self.ids.contains(&words::id(word)));
        (!grants && self.ids.len() < LEAD).then(|| LicensePart {
            spdx: None,
            score: 0,
            line: u64::from(line),
            scope: "code".to_owned(),
            approval: Approval::NotApproved.name().to_owned(),
            added_conditions: Some("all rights reserved".to_owned()),
        })
    }

    fn part(&self, id: Option<&str>, at: usize, scope: String, approval: Approval) -> LicensePart {
        LicensePart {
            spdx: id.map(str::to_owned),
            score: if id.is_some() { 100 } else { 0 },
            line: self.line(at),
            scope,
            approval: approval.name().to_owned(),
            added_conditions: None,
        }
    }

    /// The first phrase of a table in a stretch: what it tells, and where it stands.
    fn told_by<'r>(&self, stretch: Range<usize>, phrases: &'r [(String, Vec<u32>)]) -> Option<(&'r str, usize)> {
        let words = self.ids.get(stretch.clone())?;
        let found = phrases.iter().filter_map(|(what, phrase)| Some((what.as_str(), words::find(words, phrase, 0)?)));
        found.min_by_key(|(_, at)| *at).map(|(what, at)| (what, stretch.start + at))
    }

    /// What was added to a copy, or taken out of it, that may change its meaning: a quotation.
    fn changed(&self, one: &Match) -> Option<String> {
        let paragraph = one.edits.iter().filter(|edit| edit.file.len() >= PARAGRAPH).find_map(|edit| {
            if let Some((name, _)) = self.told_by(edit.file.clone(), &self.rules.riders) {
                return Some(name.to_owned());
            }
            self.obliges(edit.file.clone()).then(|| self.quote(edit.file.clone()))
        });
        paragraph.or_else(|| {
            let short = one.range.len() < SHORT_TEXT;
            one.edits.iter().filter(|edit| edit.file.len() < PARAGRAPH && !edit.disclaimer).find_map(|edit| {
                let added = &self.ids[edit.file.clone()];
                let limit = added.iter().any(|word| self.limits(*word, short) && !edit.missing.contains(word));
                let lost = edit
                    .missing
                    .iter()
                    .filter(|word| self.rules.grants.contains(word) && !added.contains(word))
                    .count();
                let lost = lost >= if short { 1 } else { 5 };
                match (limit, lost) {
                    (true, _) => Some(self.quote(edit.file.clone())),
                    (false, true) => {
                        Some(format!("words are missing before «{}»", self.quote(self.next_words(edit.file.end))))
                    }
                    (false, false) => None,
                }
            })
        })
    }

    /// Whether a word may turn a sentence into its opposite or narrow it. In a long text only the plain ones count:
    /// its copies differ in more places.
    fn limits(&self, word: u32, short: bool) -> bool {
        const PLAIN: &[&str] =
            &["not", "non", "noncommercial", "commercial", "prohibited", "forbidden", "must", "solely"];
        if short { self.rules.limits.contains(&word) } else { PLAIN.iter().any(|plain| words::id(plain) == word) }
    }

    fn obliges(&self, stretch: Range<usize>) -> bool {
        self.ids
            .get(stretch)
            .is_some_and(|words| self.rules.obliges.iter().any(|phrase| words::find(words, phrase, 0).is_some()))
    }

    fn reads_like_a_license(&self, stretch: Range<usize>) -> bool {
        self.ids.get(stretch).is_some_and(|words| {
            let different: BTreeSet<_> = words.iter().filter(|word| self.rules.license.contains(word)).collect();
            words.len() >= OWN_TEXT && different.len() >= LICENSE_WORDS
        })
    }

    /// What the words before a text say that it covers.
    fn scope(&self, lead: Range<usize>) -> String {
        let near = lead.start.max(lead.end.saturating_sub(LEAD))..lead.end;
        self.told_by(near, &self.rules.scopes).map_or("code", |(scope, _)| scope).to_owned()
    }

    fn before(&self, at: usize) -> &[u32] {
        &self.ids[..at.min(self.ids.len())]
    }

    fn line(&self, at: usize) -> u64 {
        self.words.words.get(at).or(self.words.words.last()).map_or(1, |word| u64::from(word.line))
    }

    fn next_words(&self, at: usize) -> Range<usize> {
        at..(at + 6).min(self.ids.len())
    }

    /// The text of some words, on one line and cut.
    fn quote(&self, stretch: Range<usize>) -> String {
        let words: &[Word] = self.words.words.get(stretch).unwrap_or_default();
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return String::new() };
        let text = self.text.get(first.start as usize..last.end as usize).unwrap_or_default();
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        line.chars().filter(|c| !c.is_control()).take(limits::QUOTE_CHARS).collect()
    }
}

fn percent(score: f32) -> u8 {
    // Only a perfect copy is called perfect.
    if score >= 1.0 { 100 } else { (score * 100.0).clamp(0.0, 99.0) as u8 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use rstest::rstest;

    fn rules() -> std::sync::Arc<Rules> {
        Rules::load(&Bundle::policies()).expect("the table")
    }

    fn text(id: &str) -> String {
        crate::collect::license::library::original(id).to_owned()
    }

    /// `id scope approval` of each part, and `+` where something was added.
    fn summary(text: &str) -> Vec<String> {
        let parts = of(text, &rules()).parts;
        let id = |part: &LicensePart| part.spdx.clone().unwrap_or_else(|| "?".to_owned());
        let added = |part: &LicensePart| if part.added_conditions.is_some() { " +" } else { "" };
        parts.iter().map(|part| format!("{} {} {}{}", id(part), part.scope, part.approval, added(part))).collect()
    }

    #[rstest]
    #[case("MIT")]
    #[case("Apache-2.0")]
    #[case("BSD-2-Clause")]
    #[case("BSD-3-Clause")]
    #[case("ISC")]
    #[case("GPL-2.0-only")]
    #[case("GPL-3.0-only")]
    #[case("LGPL-3.0-only")]
    #[case("AGPL-3.0-only")]
    #[case("MPL-2.0")]
    #[case("EUPL-1.2")]
    #[case("Artistic-2.0")]
    #[case("CC0-1.0")]
    #[case("0BSD")]
    #[case("MIT-0")]
    #[case("Unlicense")]
    #[case("OFL-1.1")]
    #[case("PostgreSQL")]
    #[case("Python-2.0")]
    fn each_text_is_itself(#[case] id: &str) {
        assert_eq!(summary(&text(id)), [format!("{id} code approved")]);
        let commented = text(id).lines().map(|line| format!(" * {line}\n")).collect::<String>();
        assert_eq!(summary(&format!("/*\n{commented} */")), [format!("{id} code approved")]);
        for width in [60, 72] {
            let options = textwrap::Options::new(width).initial_indent("   ").subsequent_indent("      ");
            let wrapped = text(id).lines().map(|line| textwrap::fill(line, &options) + "\n").collect::<String>();
            assert_eq!(summary(&wrapped), [format!("{id} code approved")], "{width} columns:\n{wrapped}");
        }
    }

    #[rstest]
    #[case("BUSL-1.1")]
    #[case("SSPL-1.0")]
    #[case("Elastic-2.0")]
    #[case("CC-BY-NC-4.0")]
    #[case("CC-BY-NC-SA-4.0")]
    #[case("JSON")]
    #[case("PolyForm-Noncommercial-1.0.0")]
    fn withheld_freedoms_are_not_approved(#[case] id: &str) {
        let parts = summary(&text(id));
        assert!(parts.iter().any(|part| part.starts_with(&format!("{id} code not_approved"))), "{parts:?}");
        assert!(!parts.iter().any(|part| part.ends_with(" approved")), "{parts:?}");
    }

    #[test]
    fn tails_may_be_left_out() {
        let apache = text("Apache-2.0");
        let (body, _) = apache.split_once("APPENDIX").expect("an appendix");
        assert_eq!(summary(body), ["Apache-2.0 code approved"]);
        let gpl = text("GPL-3.0-only");
        let (body, _) = gpl.split_once("How to Apply").expect("instructions");
        assert_eq!(summary(body), ["GPL-3.0-only code approved"]);
    }

    #[test]
    fn two_licences_in_one_file() {
        let both = format!("Choose one.\n\n{}\n\n-----\n\n{}", text("MIT"), text("Apache-2.0"));
        assert_eq!(summary(&both), ["MIT code approved", "Apache-2.0 code approved"]);
    }

    #[test]
    fn parts_know_their_scope() {
        let file = format!(
            "{}\n\nThis project bundles third party code:\n\n{}\n\nThe documentation is licensed as follows.\n\n{}",
            text("GPL-2.0-only"),
            text("BSD-3-Clause"),
            text("CC-BY-ND-4.0")
        );
        assert_eq!(
            summary(&file),
            ["GPL-2.0-only code approved", "BSD-3-Clause vendored approved", "CC-BY-ND-4.0 docs not_approved"]
        );
    }

    #[test]
    fn a_rider_takes_the_approval_away() {
        let rider = "\"Commons Clause\" License Condition v1.0\n\nThe Software is provided to you by the Licensor under the License, \
                     as defined below, subject to the following condition. Without limiting other conditions in the License, the \
                     grant of rights under the License will not include, and the License does not grant to you, the right to Sell \
                     the Software.\n\n";
        assert_eq!(summary(&format!("{rider}{}", text("Apache-2.0"))), ["Apache-2.0 code not_approved +"]);
        assert_eq!(summary(&format!("{}{rider}", text("MIT"))), ["MIT code not_approved +"]);
    }

    #[test]
    fn added_conditions_are_quoted() {
        let clause = "(e) If the Derivative Work includes substantial changes to features of the Work, then you must remove the \
                      name of the Work from all copies that you distribute, except as required in notices.\n\n5. Submission";
        let changed = text("Apache-2.0").replacen("5. Submission", clause, 1);
        let parts = of(&changed, &rules()).parts;
        assert_eq!(parts.len(), 1);
        assert!(parts[0].added_conditions.as_deref().is_some_and(|quote| quote.contains("must remove")), "{parts:?}");
    }

    #[rstest]
    #[case::negated("is hereby granted", "is not granted")]
    #[case::narrowed("to any person obtaining", "to any non-commercial person obtaining")]
    #[case::lost("sublicense, and/or sell", "sublicense")]
    #[case::added("the following conditions:", "the following conditions: you must notify the author,")]
    fn small_changes_of_a_short_text_are_seen(#[case] from: &str, #[case] to: &str) {
        let changed = text("MIT").replace('\n', " ").replacen(from, to, 1);
        assert!(!summary(&changed).contains(&"MIT code approved".to_owned()), "{:?}", summary(&changed));
    }

    #[rstest]
    #[case("Copyright 2020 X. All rights reserved.\n", &["? code not_approved +"])]
    #[case("This file is proprietary and confidential. Unauthorized copying of this file is strictly prohibited.\n", &["LicenseRef-Proprietary code not_approved"])]
    #[case("Confluent Community License Agreement Version 1.0\n", &["LicenseRef-Confluent-Community code not_approved"])]
    #[case("MIT\n", &[])]
    #[case("This work is in the public domain. Do with it as you like.\n", &[])]
    fn other_texts(#[case] text: &str, #[case] expected: &[&str]) {
        assert_eq!(summary(text), expected);
    }

    #[test]
    fn an_unknown_text_with_conditions_is_a_part() {
        let text = "Permission to use and copy this software is granted to members of the club, provided that every copy carries \
                    this notice and that the terms of the licence are shown. Redistribution to others requires written consent. \
                    There is no warranty and no liability.";
        assert_eq!(summary(text), ["? code unknown"]);
    }

    #[test]
    fn exceptions_add_permissions() {
        let exception = crate::collect::license::library::original("LLVM-exception");
        assert_eq!(summary(&format!("{}\n{exception}", text("Apache-2.0"))), ["Apache-2.0 code approved"]);
    }
}
