//! Section `commits`: a bounded look at the history: who wrote it, and which commits carry their author's sign-off.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use super::Context;
use super::git::{CommitInfo, History};
use super::{limits, tables};
use crate::model::fact::{Fact, Reason, SourceId};

/// The source of the history, whatever the files were read from.
const CLONE: &[SourceId] = &["git"];
/// Ids of commits without a sign-off that are listed.
const EXAMPLES: usize = 5;

/// What is known about the history.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Commits {
    /// How many commits lead to the head.
    pub count: Fact<u64>,
    /// Whether the clone is shallow.
    pub shallow: Fact<bool>,
    /// What the newest commits show (window: 200).
    pub sample: Fact<CommitSample>,
    /// Sign-offs on the commits that people wrote, in the same window.
    pub signoff: Fact<Signoff>,
}

/// A summary of the newest commits.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CommitSample {
    /// How many were read.
    pub commits: u64,
    /// How many have no author name.
    pub without_author: u64,
    /// How many name a parent that is not there, in a history that is not shallow.
    pub without_parents: u64,
    /// How many were written by bots.
    pub bots: u64,
    /// The share of the most frequent author, 0 to 100.
    pub top_author_percent: u64,
    /// Whether that author is a bot or an export account.
    pub top_author_is_export: bool,
    /// How many are merges.
    pub merges: u64,
    /// How many carry the mark of a change request in their message.
    pub change_requests: u64,
}

/// Sign-offs on commits.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Signoff {
    /// Commits by people, without merges.
    pub total_human: u64,
    /// Signed off by their author.
    pub signed: u64,
    /// Signed off under another name and address.
    pub other_name: u64,
    /// Without any sign-off.
    pub missing: u64,
    /// Of those, commits that the host squashed.
    pub missing_squash: u64,
    /// The newest few without, by id.
    pub missing_examples: Vec<String>,
}

pub(crate) fn collect(cx: &Context<'_>, history: Option<&History>) -> Commits {
    let Some(history) = history else {
        let none = "a git clone";
        return Commits {
            count: Fact::unknown(Reason::Unsupported, none, CLONE),
            shallow: Fact::unknown(Reason::Unsupported, none, CLONE),
            sample: Fact::unknown(Reason::Unsupported, none, CLONE),
            signoff: Fact::unknown(Reason::Unsupported, none, CLONE),
        };
    };
    let accounts: Accounts = match tables::load(cx.policies, "accounts") {
        Ok(accounts) => accounts,
        Err(error) => {
            return Commits {
                count: Fact::seen(history.count, history.counted_all && !history.shallow, CLONE),
                shallow: Fact::known(history.shallow, CLONE),
                sample: Fact::broken(Reason::Error, error.as_str(), CLONE),
                signoff: Fact::broken(Reason::Error, error, CLONE),
            };
        }
    };
    let all = history.counted_all && !history.shallow;
    // The window is whole when it is full, or when it reaches the first commit.
    let whole = history.newest.len() >= limits::COMMITS || all;
    Commits {
        count: Fact::seen(history.count, all, CLONE),
        shallow: Fact::known(history.shallow, CLONE),
        sample: window(whole, sample(history, &accounts)),
        signoff: window(whole, signoff(&history.newest, &accounts)),
    }
}

/// What a window shows that was read as far as it reaches. A shallow clone is the collector's own doing and says nothing
/// about the project.
fn window<T>(whole: bool, value: T) -> Fact<T> {
    match whole {
        true => Fact::known(value, CLONE),
        false => Fact::unknown(Reason::Truncated, "a clone with its history", CLONE),
    }
}

/// Authors that are no people (`policies/tables/accounts.yaml`).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accounts {
    bots: Bots,
    updaters: Vec<String>,
    exports: Vec<String>,
    hosts: Vec<HostCommitter>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bots {
    words: Vec<String>,
    names: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HostCommitter {
    name: String,
    email: String,
}

impl Accounts {
    fn is_bot(&self, commit: &CommitInfo) -> bool {
        let name = commit.author_name.to_lowercase();
        let email = commit.author_email.to_lowercase();
        let local = login_of(email.split('@').next().unwrap_or_default());
        [name.as_str(), local].into_iter().any(|who| {
            let last = who.split(|c: char| !c.is_alphanumeric()).rfind(|word| !word.is_empty()).unwrap_or_default();
            let plain = who.strip_suffix("[bot]").unwrap_or(who).trim();
            who.ends_with("[bot]")
                || is_camel_bot(&commit.author_name)
                || self.bots.words.iter().any(|word| word == last)
                || self.bots.names.iter().any(|known| known == plain)
        })
    }

    fn is_export(&self, commit: &CommitInfo) -> bool {
        let name = commit.author_name.to_lowercase();
        let plain = name.strip_suffix("[bot]").unwrap_or(&name).trim();
        if self.updaters.iter().any(|known| known == plain) {
            return false;
        }
        let mut words = name.split(|c: char| !c.is_alphanumeric());
        self.is_bot(commit) || words.any(|word| self.exports.iter().any(|known| known == word))
    }

    /// Whether the host wrote this commit from a change request: it is the committer, and the subject ends with a number.
    fn is_squash(&self, commit: &CommitInfo) -> bool {
        let by_host = self.hosts.iter().any(|host| {
            commit.committer_name.eq_ignore_ascii_case(&host.name)
                && commit.committer_email.eq_ignore_ascii_case(&host.email)
        });
        by_host && has_number(subject(&commit.message))
    }
}

/// Whether a name is written like `ReleaseBot`.
fn is_camel_bot(name: &str) -> bool {
    let stem = name.strip_suffix("Bot").or_else(|| name.strip_suffix("Robot"));
    stem.is_some_and(|stem| stem.ends_with(|c: char| c.is_lowercase() || c.is_ascii_digit()))
}

fn sample(history: &History, accounts: &Accounts) -> CommitSample {
    let commits = &history.newest;
    let mut authors: BTreeMap<(&str, &str), (u64, &CommitInfo)> = BTreeMap::new();
    for commit in commits {
        authors.entry((&commit.author_name, &commit.author_email)).or_insert((0, commit)).0 += 1;
    }
    let top = authors.values().max_by_key(|(count, _)| *count);
    let total = commits.len() as u64;
    let count = |test: &dyn Fn(&CommitInfo) -> bool| commits.iter().filter(|commit| test(commit)).count() as u64;
    CommitSample {
        commits: total,
        without_author: count(&|commit| commit.author_name.is_empty()),
        without_parents: if history.shallow { 0 } else { count(&|commit| commit.parent_missing) },
        bots: count(&|commit| accounts.is_bot(commit)),
        top_author_percent: top.map_or(0, |(count, _)| count * 100 / total.max(1)),
        top_author_is_export: top.is_some_and(|(_, commit)| accounts.is_export(commit)),
        merges: count(&|commit| commit.parents > 1),
        change_requests: count(&|commit| is_change_request(&commit.message)),
    }
}

fn signoff(commits: &[CommitInfo], accounts: &Accounts) -> Signoff {
    let mut found = Signoff {
        total_human: 0,
        signed: 0,
        other_name: 0,
        missing: 0,
        missing_squash: 0,
        missing_examples: Vec::new(),
    };
    for commit in commits.iter().filter(|commit| commit.parents < 2 && !accounts.is_bot(commit)) {
        found.total_human += 1;
        let signers: Vec<Person> = trailers(&commit.message).map(Person::of).filter(Person::is_somebody).collect();
        let author = Person { name: fold(&commit.author_name), email: fold_email(&commit.author_email) };
        if signers.iter().any(|signer| signer.is(&author)) {
            found.signed += 1;
        } else if !signers.is_empty() {
            found.other_name += 1;
        } else {
            found.missing += 1;
            found.missing_squash += u64::from(accounts.is_squash(commit));
            if found.missing_examples.len() < EXAMPLES {
                found.missing_examples.push(commit.id.clone());
            }
        }
    }
    found
}

/// A name and an address, folded for comparing.
#[derive(Debug, PartialEq, Eq)]
struct Person {
    name: String,
    email: String,
}

impl Person {
    fn of(text: &str) -> Self {
        let (name, email) = match text.split_once('<') {
            Some((name, rest)) => (name, rest.split('>').next().unwrap_or_default()),
            None if text.contains('@') => ("", text),
            None => (text, ""),
        };
        Self { name: fold(name), email: fold_email(email) }
    }

    fn is_somebody(&self) -> bool {
        !self.name.is_empty() || !self.email.is_empty()
    }

    fn is(&self, other: &Self) -> bool {
        !self.name.is_empty() && self.name == other.name || !self.email.is_empty() && self.email == other.email
    }
}

/// What follows `Signed-off-by:` at the beginning of a line.
fn trailers(message: &str) -> impl Iterator<Item = &str> {
    const KEY: &str = "signed-off-by:";
    message.lines().filter_map(|line| {
        let key = line.get(..KEY.len())?;
        key.eq_ignore_ascii_case(KEY).then(|| line.get(KEY.len()..).unwrap_or_default().trim())
    })
}

/// Without case, accents, punctuation and spaces.
fn fold(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'ß' => out.push_str("ss"),
            'æ' => out.push_str("ae"),
            'œ' => out.push_str("oe"),
            'þ' => out.push_str("th"),
            'ø' => out.push('o'),
            'ł' => out.push('l'),
            'đ' | 'ð' => out.push('d'),
            'ı' => out.push('i'),
            // Lower-casing a dotted capital leaves a mark behind.
            c if c.is_alphanumeric() && !is_combining_mark(c) => out.push(c),
            _ => {}
        }
    }
    out
}

fn fold_email(text: &str) -> String {
    match text.trim().split_once('@') {
        Some((local, domain)) => {
            let domain = domain.trim().to_lowercase();
            let noreply = domain.contains("noreply");
            let local = if noreply { login_of(local) } else { local };
            format!("{}@{domain}", fold(local))
        }
        None => String::new(),
    }
}

/// The account name in a private address of the host: its number is left out.
fn login_of(local: &str) -> &str {
    match local.split_once('+') {
        Some((number, login)) if !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => login,
        _ => local,
    }
}

fn subject(message: &str) -> &str {
    message.lines().next().unwrap_or_default().trim_end()
}

/// Whether a subject ends with the number of a change request: `(#12)` or `(!12)`.
fn has_number(subject: &str) -> bool {
    let inner = subject.strip_suffix(')').and_then(|rest| rest.rsplit_once('(')).map_or("", |(_, inner)| inner);
    let number = inner.strip_prefix(['#', '!']).unwrap_or_default();
    !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit())
}

fn is_change_request(message: &str) -> bool {
    const LINES: &[&str] = &["reviewed-on:", "pr-url:", "pull-request:", "see merge request "];
    let first = subject(message);
    has_number(first)
        || first.starts_with("Merge pull request ")
        || first.starts_with("Merged in ")
        || message.lines().any(|line| {
            LINES.iter().any(|mark| line.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark)))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn commit(author: &str, email: &str, message: &str) -> CommitInfo {
        CommitInfo {
            id: "0".repeat(40),
            author_name: author.to_owned(),
            author_email: email.to_owned(),
            committer_name: author.to_owned(),
            committer_email: email.to_owned(),
            seconds: 0,
            message: message.to_owned(),
            parents: 1,
            parent_missing: false,
        }
    }

    fn accounts() -> Accounts {
        tables::load(&crate::bundle::Bundle::policies(), "accounts").expect("the table")
    }

    #[rstest]
    #[case::same("Jane Doe", "jane@x.org", "Fix\n\nSigned-off-by: Jane Doe <jane@x.org>\n", (1, 0, 0))]
    #[case::case_of_key("Jane Doe", "jane@x.org", "Fix\n\nsigned-off-by: JANE DOE <other@x.org>\n", (1, 0, 0))]
    #[case::accents("Jörg Ångström", "j@x.org", "Fix\n\nSigned-off-by: Jorg Angstrom <j2@x.org>\n", (1, 0, 0))]
    #[case::letters("Søren Łuk", "s@x.org", "Fix\n\nSigned-off-by: Soren Luk <s2@x.org>\n", (1, 0, 0))]
    #[case::punctuation("J. O'Neil-Smith", "j@x.org", "Fix\n\nSigned-off-by: J ONeil Smith <z@y.org>\n", (1, 0, 0))]
    #[case::address_only("JD", "Jane@X.org", "Fix\n\nSigned-off-by: Jane Doe <jane@x.org>\n", (1, 0, 0))]
    #[case::private_address(
        "jd", "123+jdoe@users.noreply.github.com",
        "Fix\n\nSigned-off-by: Jane <jdoe@users.noreply.github.com>\n", (1, 0, 0)
    )]
    #[case::one_of_two("Jane", "j@x.org", "F\n\nSigned-off-by: Bob <b@x.org>\nSigned-off-by: Jane <j@x.org>", (1, 0, 0))]
    #[case::other("Jane Doe", "jane@x.org", "Fix\n\nSigned-off-by: Bob <bob@x.org>\n", (0, 1, 0))]
    #[case::coauthor(
        "Jane Doe", "jane@x.org",
        "Fix\n\nCo-authored-by: Bob <bob@x.org>\nSigned-off-by: Bob <bob@x.org>\n", (0, 1, 0)
    )]
    #[case::coauthored_only("Jane", "j@x.org", "Fix\n\nCo-authored-by: Jane <j@x.org>\n", (0, 0, 1))]
    #[case::empty_trailer("Jane", "j@x.org", "Fix\n\nSigned-off-by:\n", (0, 0, 1))]
    #[case::nameless_pair("", "", "Fix\n\nSigned-off-by: <>\n", (0, 0, 1))]
    #[case::quoted("Jane", "j@x.org", "Fix\n\n> Signed-off-by: Jane <j@x.org>\n", (0, 0, 1))]
    #[case::no_boundary("Jane", "j@x.org", "Signed-off-bé: Jane <j@x.org>\n", (0, 0, 1))]
    #[case::none("Jane", "j@x.org", "Fix\n", (0, 0, 1))]
    fn signs(#[case] name: &str, #[case] email: &str, #[case] message: &str, #[case] expected: (u64, u64, u64)) {
        let found = signoff(&[commit(name, email, message)], &accounts());
        assert_eq!((found.signed, found.other_name, found.missing), expected);
        assert_eq!(found.total_human, 1);
    }

    #[rstest]
    #[case("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com", true)]
    #[case("renovate", "bot@renovateapp.com", true)]
    #[case("Release Bot", "release@x.org", true)]
    #[case("Kubernetes Prow Robot", "k8s-ci-robot@users.noreply.github.com", true)]
    #[case("Github Actions", "actions@github.com", true)]
    #[case("PrometheusBot", "team@x.org", true)]
    #[case("Jane Abbot", "abbot@x.org", false)]
    #[case("Botond Kis", "botond@x.org", false)]
    #[case("Robot Smithson", "rs@x.org", false)]
    fn bots(#[case] name: &str, #[case] email: &str, #[case] expected: bool) {
        assert_eq!(accounts().is_bot(&commit(name, email, "x")), expected);
    }

    #[test]
    fn bots_and_merges_are_no_contributions_and_squashes_are_counted() {
        let mut merge = commit("Jane", "j@x.org", "Merge branch 'x'");
        merge.parents = 2;
        let mut squash = commit("Jane", "j@x.org", "Add a thing (#12)\n\n* more");
        squash.committer_name = "GitHub".to_owned();
        squash.committer_email = "noreply@github.com".to_owned();
        let bot = commit("dependabot[bot]", "x@y.org", "Bump");
        let found = signoff(&[merge, squash, bot], &accounts());
        assert_eq!((found.total_human, found.missing, found.missing_squash), (1, 1, 1));
        assert_eq!(found.missing_examples.len(), 1);
    }

    #[rstest]
    #[case("Fix the thing (#12)", true)]
    #[case("Merge pull request #3 from a/b", true)]
    #[case("Fix\n\nReviewed-on: https://review.example/1", true)]
    #[case("Merge branch 'a' into 'b'\n\nSee merge request g/p!4", true)]
    #[case("Fix #12", false)]
    #[case("Fix (#12x)", false)]
    #[case("Fix ()", false)]
    fn change_requests(#[case] message: &str, #[case] expected: bool) {
        assert_eq!(is_change_request(message), expected);
    }

    #[test]
    fn an_export_account_is_seen() {
        let mut commits = vec![commit("Copybara Worker", "c@x.org", "Export"); 9];
        commits.push(commit("Jane", "j@x.org", "Fix"));
        let history = History { newest: commits, count: 10, counted_all: true, shallow: false };
        let sample = sample(&history, &accounts());
        assert_eq!((sample.commits, sample.top_author_percent, sample.top_author_is_export), (10, 90, true));
    }

    #[rstest]
    #[case("dependabot[bot]", false)]
    #[case("renovate", false)]
    #[case("Release Bot", true)]
    #[case("Jane", false)]
    fn updates_of_dependencies_are_no_export(#[case] name: &str, #[case] expected: bool) {
        assert_eq!(accounts().is_export(&commit(name, "x@y.org", "x")), expected);
    }
}
