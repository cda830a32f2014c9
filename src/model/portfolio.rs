//! A portfolio: the projects of a foundation, each with the repositories that belong to it.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::assessment::{Assessment, Basis, LevelMode, Standing, Verdict};
use super::declaration::Kind;
use super::id::{Level, RequirementId};
use super::ruling::Outcome;

/// The host of a repository that is named without one.
pub const USUAL_HOST: &str = "github.com";

/// What a portfolio consists of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// Whose portfolio it is.
    pub title: Option<String>,
    /// The groups, in the order in which they are shown.
    pub groups: Vec<Group>,
    /// The projects, sorted by id.
    pub projects: Vec<Project>,
}

/// Projects of one kind, such as the graduated ones.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// A short name.
    pub id: String,
    /// How it is shown.
    pub title: String,
}

/// One project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Project {
    /// A short name that no other project has.
    pub id: String,
    /// How it is shown.
    pub title: String,
    /// The group it belongs to.
    pub group: Option<String>,
    /// Who answers for it.
    pub owners: Vec<String>,
    /// The level it is expected to reach.
    pub target_level: Option<Level>,
    /// Its repositories, the one it is known by first.
    pub repositories: Vec<RepositoryName>,
}

/// A repository on a forge, by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct RepositoryName {
    /// The host, in lower case.
    pub host: String,
    /// The account or groups that own it, with `/` between groups.
    pub owner: String,
    /// Its name.
    pub name: String,
}

/// Why a text names no repository.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` names no repository: expected OWNER/NAME or its https address")]
pub struct NotARepository(pub String);

impl FromStr for RepositoryName {
    type Err = NotARepository;

    /// Reads `owner/name`, `host/owner/name` with a dot in the host, or a web address.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        // What stands before an `@` may be a secret.
        let shown = text.rsplit('@').next().unwrap_or_default();
        let wrong = || NotARepository(shown.chars().filter(|c| !c.is_control()).take(100).collect());
        let plain = |part: &str| {
            let fine = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            !part.is_empty() && part != "." && part != ".." && !part.starts_with('-') && part.chars().all(fine)
        };
        let rest = text.trim().strip_prefix("https://").or_else(|| text.trim().strip_prefix("http://"));
        let path = rest.unwrap_or(text.trim()).split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let mut parts: Vec<&str> = path.split('/').collect();
        let host = match parts.first() {
            Some(first) if rest.is_some() || (parts.len() > 2 && first.contains('.')) => parts.remove(0).to_lowercase(),
            _ => USUAL_HOST.to_owned(),
        };
        let name = parts.pop().ok_or_else(wrong)?;
        let name = name.strip_suffix(".git").unwrap_or(name);
        let fits = !parts.is_empty() && plain(name) && parts.iter().all(|part| plain(part));
        // Groups within groups are known on other forges only.
        let (name_of_host, port) = host.split_once(':').unwrap_or((&host, "0"));
        let fits = fits && plain(name_of_host) && port.bytes().all(|byte| byte.is_ascii_digit());
        let fits = fits && (parts.len() == 1 || host != USUAL_HOST);
        fits.then(|| Self { host, owner: parts.join("/"), name: name.to_owned() }).ok_or_else(wrong)
    }
}

impl TryFrom<String> for RepositoryName {
    type Error = NotARepository;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RepositoryName> for String {
    fn from(name: RepositoryName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for RepositoryName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.host, self.owner, self.name)
    }
}

/// One audit of a portfolio.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// Its name, made of the instant at which it began.
    pub id: String,
    /// The instant at which everything in it is judged, RFC 3339.
    pub started_at: String,
    /// When its last repository was done; none while it goes on.
    pub finished_at: Option<String>,
    /// The version of the standard.
    pub catalog: String,
    /// The ids of the requirements, in the order of the marks of its records.
    pub requirements: Vec<RequirementId>,
    /// The digest of the policies.
    pub policies: String,
    /// The version of osps.
    pub tool: String,
    /// How everything in it is judged, beyond the standard and the policies.
    pub conditions: Conditions,
    /// What the portfolio consisted of.
    pub inventory: Inventory,
}

/// How everything in a run is judged, as far as options say it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Conditions {
    /// How levels are read.
    pub levels: LevelMode,
    /// Only what counts at this level.
    pub level: Option<Level>,
    /// Only these families; all where there is none.
    pub families: Vec<String>,
    /// Only these requirements; all where there is none.
    pub requirements: Vec<RequirementId>,
    /// Whether what the host guarantees passes nothing.
    pub strict_platform: bool,
    /// The digest of the foundation's configuration.
    pub foundation: Option<String>,
}

impl fmt::Display for Conditions {
    /// In words; `everything` where nothing was asked for.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = Vec::new();
        said.extend(self.level.map(|level| format!("level {level} only")));
        said.extend(self.families.iter().map(|family| format!("{family} only")));
        said.extend(self.requirements.iter().map(|id| format!("{id} only")));
        if self.levels == LevelMode::Exact {
            said.push("levels read exactly".to_owned());
        }
        if self.strict_platform {
            said.push("no evidence of the platform".to_owned());
        }
        said.extend(self.foundation.iter().map(|digest| format!("the foundation's configuration {digest}")));
        f.write_str(if said.is_empty() { "everything" } else { "" })?;
        f.write_str(&said.join(", "))
    }
}

impl Run {
    /// The day that lies so many days after the one on which everything in the run is judged.
    pub fn day_after(&self, days: u16) -> Date {
        let day: Date = self.started_at.get(..10).and_then(|day| day.parse().ok()).unwrap_or(Date::ZERO);
        day.checked_add(jiff::Span::new().days(i64::from(days))).unwrap_or(Date::MAX)
    }
}

/// What came of one repository in one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The repository.
    pub repository: RepositoryName,
    /// What came of it.
    #[serde(flatten)]
    pub result: RepositoryResult,
}

/// How many repositories of a run stand where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Of those that were assessed, by the level that they reached.
    pub levels: BTreeMap<Option<Level>, u64>,
    /// Those that were not.
    pub not_assessed: u64,
}

impl Tally {
    /// Counts records.
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut tally = Self::default();
        for record in records {
            match &record.result {
                RepositoryResult::Assessed { level, .. } => *tally.levels.entry(*level).or_default() += 1,
                RepositoryResult::NotAssessed { .. } => tally.not_assessed += 1,
            }
        }
        tally
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = |wanted: u8| -> u64 {
            let of = self.levels.iter().filter(|(level, _)| level.map_or(0, Level::number) == wanted);
            of.map(|(_, number)| number).sum()
        };
        let all = self.levels.values().sum::<u64>() + self.not_assessed;
        write!(f, "{all} repositories: {} level 3, {} level 2, {} level 1, ", at(3), at(2), at(1))?;
        write!(f, "{} no level, {} not assessed", at(0), self.not_assessed)
    }
}

/// Whether a repository was assessed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum RepositoryResult {
    /// It was.
    Assessed {
        /// The commit.
        commit: Option<String>,
        /// The level reached.
        level: Option<Level>,
        /// One mark per requirement, in the order of the run's ids.
        marks: String,
        /// The digest of the assessment document without its times.
        assessment: String,
    },
    /// It was not, and nothing is said about its requirements.
    NotAssessed {
        /// Why, in a sentence.
        why: String,
        /// Whether trying again may help: the cause lay in the network, a limit or a credential.
        passing: bool,
    },
}

/// What came of one repository, with its assessment as it is kept: without its times, so that equal ones are kept once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// What is kept of it in every run.
    pub record: Record,
    /// The assessment.
    pub document: Option<String>,
}

/// How one requirement stands, as one character: what a store keeps of millions of verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mark(char);

impl Mark {
    /// The mark of a verdict: a declaration that counts goes before the outcome it was laid over.
    pub fn of(verdict: &Verdict) -> Self {
        Self(match (verdict.basis, verdict.outcome) {
            (Some(Basis::Attested), _) => 'A',
            (Some(Basis::Waived), _) => 'W',
            (_, Outcome::Passed) => 'P',
            (_, Outcome::Failed) => 'F',
            (_, Outcome::NeedsReview) => 'R',
            (_, Outcome::NotApplicable) => 'N',
            (_, Outcome::Unknown) => 'U',
            (_, Outcome::NotRun) => '-',
        })
    }

    /// Reads one; none for a character that is no mark.
    pub fn read(character: char) -> Option<Self> {
        "APFRNUW-".contains(character).then_some(Self(character))
    }

    /// The character.
    pub fn character(self) -> char {
        self.0
    }

    /// What it says in words.
    pub fn word(self) -> &'static str {
        match self.0 {
            'A' => "attested",
            'W' => "waived",
            'P' => "passed",
            'F' => "failed",
            'R' => "needs review",
            'N' => "not applicable",
            'U' => "unknown",
            _ => "not run",
        }
    }

    /// How it counts.
    pub fn standing(self) -> Standing {
        match self.0 {
            'A' | 'P' | 'N' => Standing::Met,
            'F' => Standing::Unmet,
            'W' => Standing::Waived,
            _ => Standing::Open,
        }
    }
}

/// A change of one requirement of one repository between two runs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Transition {
    /// The run in which it was seen.
    pub run: String,
    /// The repository.
    pub repository: RepositoryName,
    /// The requirement.
    pub requirement: String,
    /// How it stood before.
    pub from: Mark,
    /// How it stands since.
    pub to: Mark,
}

impl Transition {
    /// Whether it was met before, and is known not to be met now. What cannot be seen any more has not got worse.
    pub fn is_regression(&self) -> bool {
        self.from.standing() == Standing::Met && matches!(self.to.standing(), Standing::Unmet | Standing::Waived)
    }

    /// Whether it was known not to be met before, and is met now.
    pub fn is_progress(&self) -> bool {
        matches!(self.from.standing(), Standing::Unmet | Standing::Waived) && self.to.standing() == Standing::Met
    }
}

/// A declaration that counts, and ends soon.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiring {
    /// The last day on which it counts.
    pub last_day: Date,
    /// The repository it is about.
    pub repository: RepositoryName,
    /// The requirement.
    pub requirement: RequirementId,
    /// What is stated.
    pub kind: Kind,
    /// Who says so.
    pub by: String,
}

impl Expiring {
    /// The declarations of an assessment that count, and end on this day or before.
    pub fn of(assessment: &Assessment, repository: &RepositoryName, last: Date) -> impl Iterator<Item = Self> {
        let laid = assessment.requirements.iter().filter_map(|verdict| verdict.declaration.as_ref());
        laid.filter(move |laid| laid.effect.counts() && laid.last_day <= last).map(|laid| Self {
            last_day: laid.last_day,
            repository: repository.clone(),
            requirement: laid.said.requirement.clone(),
            kind: laid.said.kind,
            by: laid.said.by.clone(),
        })
    }
}

/// A run with what came of each of its repositories, sorted by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audit {
    /// The run.
    pub run: Run,
    /// What came of its repositories.
    pub records: Vec<Record>,
}

/// What a report on a portfolio is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// The run it is about.
    pub now: Audit,
    /// The finished runs before it, oldest first.
    pub past: Vec<Audit>,
    /// What the run saw changed, sorted.
    pub transitions: Vec<Transition>,
    /// Declarations that end within so many days of the run, sorted.
    pub expiring: Vec<Expiring>,
    /// How many days that are.
    pub within: u16,
    /// How the lists of levels were read.
    pub mode: LevelMode,
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::short("acme/widget", Some("github.com/acme/widget"))]
    #[case::address("https://GitHub.com/Acme/Widget.git/", Some("github.com/Acme/Widget"))]
    #[case::page("https://github.com/acme/widget?tab=readme#top", Some("github.com/acme/widget"))]
    #[case::groups("https://gitlab.com/a/b/c", Some("gitlab.com/a/b/c"))]
    #[case::host_without_scheme("gitlab.com/a/b", Some("gitlab.com/a/b"))]
    #[case::health("acme/.github", Some("github.com/acme/.github"))]
    #[case::owner_only("acme", None)]
    #[case::deeper("https://github.com/acme/widget/tree/main", None)]
    #[case::upwards("../widget", None)]
    #[case::an_option("acme/--upload-pack=x", None)]
    #[case::a_secret("https://user:secret@github.com/a/b", None)]
    #[case::blank("ac me/widget", None)]
    #[case::empty("", None)]
    fn names(#[case] text: &str, #[case] expected: Option<&str>) {
        let read = text.parse::<RepositoryName>();
        assert!(!format!("{read:?}").contains("secret"), "{read:?}");
        assert_eq!(read.ok().map(|name| name.to_string()).as_deref(), expected);
    }
}
