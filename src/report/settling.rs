//! What would settle requirements that are not decided: they are grouped by the least that may do it, so that the list reads
//! short and says what one token is worth.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::assessment::Verdict;
use crate::model::ruling::Outcome;

/// What may settle a requirement, the least first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Means {
    /// Anything that lets the forge be asked.
    Read,
    /// A token with one permission to read more.
    Token(String),
    /// A token that may write.
    Write(String),
    /// A token of an administrator.
    Admin(String),
    /// Somebody who owns the organization.
    Owner(String),
    /// A statement of the project about itself.
    Statement(String),
    /// Something else, such as a clone with its tags.
    Other(String),
    /// An assessment that leaves nothing out.
    Run,
    /// Nothing but mending the policy.
    Policy(String),
    /// Nothing is known to: it went wrong in this way.
    Nothing(String),
}

impl Means {
    fn of(need: &str) -> Self {
        let text = need.to_owned();
        if ["a read token", "a request without credentials", "a request to the host"].contains(&need)
            || need.starts_with("the owner's fallback repository")
        {
            Self::Read
        } else if need.contains("owner of the organization") || need.contains("organization administration") {
            Self::Owner(text)
        } else if need.contains("administration: read") {
            Self::Admin(text)
        } else if need.contains("write access") {
            Self::Write(text)
        } else if need.starts_with("a token with") {
            Self::Token(text)
        } else if need.starts_with("a statement") {
            Self::Statement(text)
        } else {
            Self::Other(text)
        }
    }

    /// What it is, in words that fit behind "it takes".
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Read => "a read token",
            Self::Run => "an assessment that leaves nothing out",
            Self::Token(text)
            | Self::Write(text)
            | Self::Admin(text)
            | Self::Owner(text)
            | Self::Statement(text)
            | Self::Other(text)
            | Self::Policy(text)
            | Self::Nothing(text) => text,
        }
    }
}

/// Requirements that the same thing may settle.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// The least that may settle them.
    pub(super) means: Means,
    /// Those first that it settles, then those that may take more, each with what that is.
    pub(super) members: Vec<(&'a Verdict, Vec<Means>)>,
}

impl Group<'_> {
    /// How many of them it settles.
    pub(super) fn settled(&self) -> usize {
        self.members.iter().filter(|(_, more)| more.is_empty()).count()
    }

    /// What it is worth, as one sentence.
    pub(super) fn sentence(&self) -> String {
        let (all, settled, means) = (self.members.len(), self.settled(), self.means.words());
        match &self.means {
            Means::Run => format!("{all} not assessed in this run"),
            Means::Policy(why) => format!("{all} not decided, for the policy is defective: {why}"),
            Means::Nothing(message) => format!("{all} not decided: {message}"),
            _ if settled == all && all == 1 => format!("1 not decided: {means} would settle it"),
            _ if settled == all => format!("{all} not decided: {means} would settle them"),
            _ if all == 1 => format!("1 not decided: {means} may settle it"),
            _ if settled == 0 => format!("{all} not decided: {means} may settle them"),
            _ => format!("{all} not decided: {means} would settle {settled} of these, and perhaps the others"),
        }
    }
}

/// What else it may take, in parentheses; nothing where nothing more is named.
pub(super) fn otherwise(more: &[Means]) -> String {
    let words: Vec<&str> = more.iter().map(Means::words).collect();
    if words.is_empty() { String::new() } else { format!(" (else {})", words.join(", or ")) }
}

/// The requirements among these that are not decided, those first that take least.
pub(super) fn groups<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>) -> Vec<Group<'a>> {
    let mut groups: BTreeMap<Means, Vec<(&Verdict, Vec<Means>)>> = BTreeMap::new();
    for verdict in verdicts {
        let mut means = all_means(verdict).into_iter();
        if let Some(least) = means.next() {
            groups.entry(least).or_default().push((verdict, means.collect()));
        }
    }
    let sorted = groups.into_iter().map(|(means, mut members)| {
        members.sort_by_key(|(verdict, more)| (!more.is_empty(), verdict.id.clone()));
        Group { means, members }
    });
    sorted.collect()
}

fn all_means(verdict: &Verdict) -> BTreeSet<Means> {
    if verdict.outcome == Outcome::NotRun {
        return BTreeSet::from([Means::Run]);
    }
    if verdict.outcome != Outcome::Unknown {
        return BTreeSet::new();
    }
    if let Some(defect) = &verdict.defect {
        return BTreeSet::from([Means::Policy(defect.clone())]);
    }
    let means: BTreeSet<Means> = verdict.needs.iter().filter_map(|need| need.needs.as_deref()).map(Means::of).collect();
    if means.is_empty() { BTreeSet::from([Means::Nothing(verdict.message.clone())]) } else { means }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::model::ruling::Need;
    use crate::report::samples;

    #[rstest]
    #[case("a read token", Means::Read)]
    #[case("a request without credentials", Means::Read)]
    #[case("the owner's fallback repository (`.github`)", Means::Read)]
    #[case("a token with `checks: read`", Means::Token("a token with `checks: read`".to_owned()))]
    #[case("a token with write access to rulesets", Means::Write("a token with write access to rulesets".to_owned()))]
    #[case("a token with `administration: read`", Means::Admin("a token with `administration: read`".to_owned()))]
    #[case("an owner of the organization", Means::Owner("an owner of the organization".to_owned()))]
    #[case("a token with `organization administration: read`", Means::Owner("a token with `organization administration: read`".to_owned()))]
    #[case("a statement in baseline.yaml", Means::Statement("a statement in baseline.yaml".to_owned()))]
    #[case("a full clone with all tags", Means::Other("a full clone with all tags".to_owned()))]
    fn needs_are_means(#[case] need: &str, #[case] expected: Means) {
        assert_eq!(Means::of(need), expected);
    }

    fn unknown(needs: &str) -> Verdict {
        let mut verdict = samples::all_of(Outcome::Unknown).requirements.remove(0);
        let need = |text: &str| Need {
            fact: "a.b".to_owned(),
            reason: "offline".to_owned(),
            needs: Some(text.to_owned()),
            detail: None,
            src: Vec::new(),
        };
        verdict.needs = needs.split(';').filter(|need| !need.is_empty()).map(need).collect();
        verdict
    }

    /// One text for each requirement, its needs apart by `;`.
    #[rstest]
    #[case::one(&["a read token"], &["1 not decided: a read token would settle it"])]
    #[case::alike(
        &["a read token", "a request without credentials;a read token"],
        &["2 not decided: a read token would settle them"]
    )]
    #[case::perhaps(
        &["a read token;an owner of the organization", "a read token", "a read token"],
        &["3 not decided: a read token would settle 2 of these, and perhaps the others"]
    )]
    #[case::more(&["a read token;a statement in baseline.yaml"], &["1 not decided: a read token may settle it"])]
    #[case::apart(
        &["an owner of the organization", "a token with `administration: read`", "a clone with its history"],
        &[
            "1 not decided: a token with `administration: read` would settle it",
            "1 not decided: an owner of the organization would settle it",
            "1 not decided: a clone with its history would settle it",
        ]
    )]
    #[case::no_need(&[""], &["1 not decided: What was seen of OSPS-AC-01.01 in words."])]
    fn grouped_by_the_least(#[case] needs: &[&str], #[case] expected: &[&str]) {
        let verdicts: Vec<Verdict> = needs.iter().map(|needs| unknown(needs)).collect();
        let sentences: Vec<String> = groups(&verdicts).iter().map(Group::sentence).collect();
        assert_eq!(sentences, expected);
    }

    #[test]
    fn what_more_it_may_take_stands_behind() {
        let verdict = unknown("a read token;an owner of the organization;a statement in baseline.yaml");
        let found = groups([&verdict]);
        let (_, more) = &found[0].members[0];
        assert_eq!(otherwise(more), " (else an owner of the organization, or a statement in baseline.yaml)");
    }

    #[test]
    fn a_defective_policy_and_what_was_not_run_stand_apart() {
        let (mut defective, mut left_out) = (unknown("a read token"), unknown(""));
        defective.defect = Some("it is broken".to_owned());
        left_out.outcome = Outcome::NotRun;
        let verdicts = [defective, left_out];
        let sentences: Vec<String> = groups(&verdicts).iter().map(Group::sentence).collect();
        let expected = ["1 not assessed in this run", "1 not decided, for the policy is defective: it is broken"];
        assert_eq!(sentences, expected);
    }
}
