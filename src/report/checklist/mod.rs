//! What stands between a project and a level, as things to do: each with who can do it, why, how, and how to see that it is
//! done. It is made from the assessment alone; the least effort comes first.

mod fill;
mod html;
mod markdown;
mod text;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value as Json;

use self::fill::Names;
use super::NotRendered;
use super::settling::{self, Means};
use super::style::Style;
use crate::model::assessment::{Assessment, Standing, Verdict};
use crate::model::catalog::{Doer, Remediation, Snippet};
use crate::model::evidence::Evidence;
use crate::model::id::{Level, RequirementId};
use crate::model::ruling::Outcome;
use crate::model::subject::Subject;

/// The number of the checklist document's format.
const FORMAT: u32 = 1;
/// Places of evidence that are shown of one requirement.
const PLACES: usize = 10;

/// The formats of a checklist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people at a terminal.
    Text,
    /// A task list for an issue.
    Markdown,
    /// One page that needs nothing else, to read, to send and to print.
    Html,
    /// One object for each thing to do, for filing issues.
    Json,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 4] = [Self::Text, Self::Markdown, Self::Html, Self::Json];

    /// The format of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Json => "json",
        }
    }
}

/// Renders what is left to do up to a level; without one, up to the level that the project wants to reach, else the next.
///
/// # Errors
/// A defect of a template.
pub fn render(
    assessment: &Assessment,
    level: Option<Level>,
    format: Format,
    style: &Style,
) -> Result<String, NotRendered> {
    let checklist = Checklist::of(assessment, level);
    Ok(match format {
        Format::Text => text::render(&checklist, style),
        Format::Markdown => markdown::render(&checklist),
        Format::Html => {
            html::render(&checklist).map_err(|error| NotRendered { format: format.name(), why: error.to_string() })?
        }
        Format::Json => json(&checklist),
    })
}

/// The JSON Schema of the checklist document.
pub fn schema() -> Json {
    schemars::schema_for!(Document).to_value()
}

/// What kind of thing there is to do, or who can do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Anybody can do it, with a change request.
    Contributor,
    /// It takes an administrator of the repository.
    Admin,
    /// It takes an owner of the organization.
    Owner,
    /// People have to agree on something first.
    Decision,
    /// A person has to look at something and to record the answer.
    Review,
    /// It is not decided, and something would settle it.
    Undecided,
    /// It is waived until a day, and still to be done.
    Waived,
}

impl Group {
    const ALL: [Self; 7] =
        [Self::Contributor, Self::Admin, Self::Owner, Self::Decision, Self::Review, Self::Undecided, Self::Waived];

    fn title(self) -> &'static str {
        match self {
            Self::Contributor => Doer::Contributor.who(),
            Self::Admin => Doer::Admin.who(),
            Self::Owner => Doer::Owner.who(),
            Self::Decision => Doer::Decision.who(),
            Self::Review => "To look at, and to record what was seen",
            Self::Undecided => "Not decided yet",
            Self::Waived => "Waived, and still to be done",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Contributor => Doer::Contributor.name(),
            Self::Admin => Doer::Admin.name(),
            Self::Owner => Doer::Owner.name(),
            Self::Decision => Doer::Decision.name(),
            Self::Review => "review",
            Self::Undecided => "undecided",
            Self::Waived => "waived",
        }
    }
}

impl From<Doer> for Group {
    fn from(doer: Doer) -> Self {
        match doer {
            Doer::Contributor => Self::Contributor,
            Doer::Admin => Self::Admin,
            Doer::Owner => Self::Owner,
            Doer::Decision => Self::Decision,
        }
    }
}

/// Everything that is left to do up to a level.
struct Checklist<'a> {
    assessment: &'a Assessment,
    level: Level,
    /// By group, and in each the least effort first.
    tasks: Vec<Task<'a>>,
    /// Why commands and addresses may not fit.
    caution: Option<String>,
}

/// One thing to do.
struct Task<'a> {
    group: Group,
    about: About<'a>,
    /// What the requirement asks, or what would settle several.
    title: String,
    /// What was seen.
    why: String,
    places: Vec<&'a Evidence>,
    /// How a person records an answer, as a command.
    answer: Option<String>,
    steps: Vec<String>,
    snippet: Option<Snippet>,
    commands: Vec<String>,
    minutes: Option<u32>,
    verify: Option<Verification>,
}

enum About<'a> {
    /// One requirement.
    One(&'a Verdict),
    /// Those that the same thing settles, each with what else it may take.
    Several(Vec<(&'a Verdict, String)>),
}

/// How to see that something is done.
struct Verification {
    /// Whether a change has to be committed before osps sees it.
    commit: bool,
    command: String,
    /// What osps says then.
    says: String,
}

impl<'a> Checklist<'a> {
    fn of(assessment: &'a Assessment, wanted: Option<Level>) -> Self {
        let level = goal(assessment, wanted);
        let names = Names::of(&assessment.subject);
        let left: Vec<&Verdict> = assessment.requirements.iter().filter(|it| is_left(assessment, it, level)).collect();
        let is_undecided = |it: &&&Verdict| matches!(it.outcome, Outcome::Unknown | Outcome::NotRun);
        let (waived, open): (Vec<&Verdict>, Vec<&Verdict>) =
            left.into_iter().partition(|verdict| verdict.standing == Standing::Waived);
        let mut tasks: Vec<Task<'_>> = waived.into_iter().map(Task::waived).collect();
        for verdict in open.iter().filter(|it| !is_undecided(it)) {
            let review = verdict.outcome == Outcome::NeedsReview;
            tasks.push(if review { Task::review(verdict, &names) } else { Task::to_do(verdict, &names) });
        }
        let undecided = open.iter().filter(is_undecided).copied();
        tasks.extend(settling::groups(undecided).into_iter().map(|group| Task::undecided(group, level, &names)));
        tasks.sort_by_key(|task| (task.group, task.minutes, task.position()));
        Self { assessment, level, tasks, caution: names.caution() }
    }

    fn in_group(&self, group: Group) -> impl Iterator<Item = &Task<'a>> + Clone {
        self.tasks.iter().filter(move |task| task.group == group)
    }

    /// Whether the level, and all below it, are reached.
    fn is_reached(&self) -> bool {
        self.tasks.is_empty()
    }

    /// How much there is to do, in one sentence.
    fn summary(&self) -> String {
        if self.is_reached() {
            return format!("Level {} is reached: nothing is left to do.", self.level);
        }
        let to_do = self.tasks.iter().filter(|task| task.group <= Group::Decision);
        let minutes: u32 = to_do.clone().filter_map(|task| task.minutes).sum();
        let undecided: usize = self.in_group(Group::Undecided).map(Task::size).sum();
        let mut parts = Vec::new();
        match to_do.count() {
            0 => {}
            count => parts.push(format!("{count} to do (about {})", super::text::effort(minutes))),
        }
        for (count, what) in [
            (self.in_group(Group::Review).count(), "to look at"),
            (undecided, "not decided yet"),
            (self.in_group(Group::Waived).count(), "waived"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        format!("To reach level {}: {}.", self.level, parts.join(", "))
    }
}

/// The level that is aimed at: the one that is asked for, else the one that the project wants to reach, else the next.
fn goal(assessment: &Assessment, wanted: Option<Level>) -> Level {
    let standings = &assessment.levels.standings;
    let next = standings.iter().find(|standing| !standing.reached).or_else(|| standings.last());
    let [lowest, ..] = Level::ALL;
    wanted.or(assessment.levels.target).or_else(|| next.map(|standing| standing.level)).unwrap_or(lowest)
}

/// Whether a requirement stands between the project and a level. Whoever reaches a level has reached those below it.
fn is_left(assessment: &Assessment, verdict: &Verdict, level: Level) -> bool {
    let mut levels = Level::ALL.into_iter().filter(|below| *below <= level);
    verdict.standing != Standing::Met && levels.any(|level| assessment.levels.mode.counts(&verdict.levels, level))
}

impl<'a> Task<'a> {
    /// A requirement that is not met.
    fn to_do(verdict: &'a Verdict, names: &Names) -> Self {
        let mut task = Self::about(verdict, Group::Contributor);
        task.mend(verdict, names);
        if let Some(remediation) = &verdict.remediation {
            task.group = remediation.by.into();
        }
        task
    }

    /// A requirement that a person has to judge.
    fn review(verdict: &'a Verdict, names: &Names) -> Self {
        let mut task = Self::about(verdict, Group::Review);
        task.mend(verdict, names);
        task.answer = Some(attest(&verdict.id));
        task
    }

    fn waived(verdict: &'a Verdict) -> Self {
        let mut task = Self::about(verdict, Group::Waived);
        if let Some(laid) = &verdict.declaration {
            task.why =
                format!("{} Waived by {} until {}: {}", task.why, laid.said.by, laid.last_day, laid.said.statement);
        }
        task.answer = Some(format!("osps explain {}", verdict.id));
        task
    }

    fn about(verdict: &'a Verdict, group: Group) -> Self {
        Self {
            group,
            about: About::One(verdict),
            title: verdict.summary.clone(),
            why: verdict.message.clone(),
            places: verdict.evidence.iter().collect(),
            answer: None,
            steps: Vec::new(),
            snippet: None,
            commands: Vec::new(),
            minutes: None,
            verify: None,
        }
    }

    /// How to meet the requirement.
    fn mend(&mut self, verdict: &Verdict, names: &Names) {
        let Some(remediation) = &verdict.remediation else { return };
        let Remediation { by, steps, snippet, command, minutes, afterwards, .. } = remediation;
        self.steps = steps.iter().map(|step| names.fill(step)).collect();
        self.snippet = snippet
            .as_ref()
            .map(|snippet| Snippet { place: names.fill(&snippet.place), content: names.fill(&snippet.content) });
        let paths = verdict.evidence.iter().filter_map(|evidence| evidence.path.as_deref());
        self.commands = command.as_ref().map(|command| names.commands(command, paths)).unwrap_or_default();
        self.minutes = Some(*minutes);
        // What a change request brings is seen in the checkout, before anybody else sees it.
        let commit = !matches!(by, Doer::Admin | Doer::Owner);
        let target = if commit { String::new() } else { names.target() };
        let command = format!("osps assess{target} --requirement {}", verdict.id);
        let says = afterwards.clone().unwrap_or_else(|| "passed".to_owned());
        self.verify = Some(Verification { commit, command, says });
    }

    /// Requirements that are not decided, by what settles them.
    fn undecided(group: settling::Group<'a>, level: Level, names: &Names) -> Self {
        let target = names.target();
        let again = format!("osps assess{target} --level {level}");
        let mut steps: Vec<String> = Vec::new();
        match &group.means {
            Means::Read => {
                steps.push(
                    "Put a token that can read the repository into GH_TOKEN, or call osps with `--use-gh`.".into(),
                );
                steps.push(format!("See with `osps doctor{target}` what it shows, and what would show more."));
            }
            Means::Token(need) | Means::Write(need) | Means::Admin(need) => {
                steps.push(format!("Make {need}, or ask somebody who has one to assess the repository."));
                steps.push(format!("See with `osps doctor{target}` what it shows, and what would show more."));
            }
            Means::Owner(_) => steps.push("Ask an owner of the organization to assess the repository.".into()),
            Means::Statement(_) => {
                steps.push("Write the statement below `project:` in baseline.yaml; `osps init` writes a file with all of them.".into());
            }
            Means::Other(need) => steps.push(format!("It takes {need}.")),
            Means::Run => steps.push("Assess without `--family`, `--requirement` and a lower `--level`.".into()),
            Means::Policy(_) => steps.push("Mend the policy, or report it to those who wrote it.".into()),
            Means::Nothing(_) => {}
        }
        if !matches!(group.means, Means::Run | Means::Policy(_)) {
            steps.push("Or meet what is asked, whatever there is: `osps explain ID` says how.".into());
        }
        let answer = match group.means {
            Means::Run | Means::Policy(_) => None,
            _ => Some(format!(
                "osps attest {} --statement WHY --evidence LINK",
                if group.members.len() == 1 { group.members[0].0.id.as_str() } else { "ID" }
            )),
        };
        let mut title = group.sentence();
        title.push('.');
        let members = group.members.iter().map(|(verdict, more)| (*verdict, settling::otherwise(more))).collect();
        Self {
            group: Group::Undecided,
            about: About::Several(members),
            title,
            why: String::new(),
            places: Vec::new(),
            answer,
            steps,
            snippet: None,
            commands: Vec::new(),
            minutes: None,
            verify: Some(Verification {
                commit: false,
                command: again,
                says: "something else than unknown".to_owned(),
            }),
        }
    }

    fn verdicts(&self) -> Vec<&'a Verdict> {
        match &self.about {
            About::One(verdict) => vec![verdict],
            About::Several(members) => members.iter().map(|(verdict, _)| *verdict).collect(),
        }
    }

    /// How many requirements it is about.
    fn size(&self) -> usize {
        match &self.about {
            About::One(_) => 1,
            About::Several(members) => members.len(),
        }
    }

    /// What keeps tasks of equal effort in order: the requirement, or else the order in which they were made.
    fn position(&self) -> Option<&'a RequirementId> {
        match &self.about {
            About::One(verdict) => Some(&verdict.id),
            About::Several(_) => None,
        }
    }

    /// What to know of it in a line: the level that waits for it, and the usual effort.
    fn remarks(&self) -> Vec<String> {
        let level = self.level().map(|level| format!("level {level}"));
        level.into_iter().chain(self.minutes.map(|minutes| format!("about {}", super::text::effort(minutes)))).collect()
    }

    /// The lowest level that waits for it.
    fn level(&self) -> Option<Level> {
        self.verdicts().into_iter().filter_map(|verdict| verdict.levels.iter().min().copied()).min()
    }
}

/// The command that records what a person saw.
fn attest(id: &RequirementId) -> String {
    format!("osps attest {id} --statement WHY --evidence LINK")
}

/// The checklist document: what is left to do, one object for each issue to file.
#[derive(Debug, Serialize, JsonSchema)]
struct Document<'a> {
    /// The format of this document.
    format: u32,
    /// What was assessed.
    subject: &'a Subject,
    /// Against which version of the standard.
    catalog: &'a str,
    /// The level to reach.
    level: Level,
    /// Whether it is reached: then nothing is left to do.
    reached: bool,
    /// How much there is to do, in one sentence.
    summary: String,
    /// What is left to do, by group and the least effort first.
    items: Vec<Item<'a>>,
}

/// One thing to do.
#[derive(Debug, Serialize, JsonSchema)]
struct Item<'a> {
    /// The requirements it is about: one, but for what settles several.
    requirements: Vec<&'a RequirementId>,
    /// Who can do it, or what kind of thing it is.
    group: Group,
    /// The lowest level that waits for it.
    level: Option<Level>,
    /// The usual effort in minutes, where it is known.
    minutes: Option<u32>,
    /// A title for an issue, on one line.
    title: String,
    /// The text of an issue, in Markdown.
    body: String,
    /// Labels for an issue.
    labels: Vec<String>,
}

fn json(checklist: &Checklist<'_>) -> String {
    let item = |task: &Task<'_>| -> Json {
        let level = task.level();
        let mut labels = vec!["osps-baseline".to_owned(), format!("osps-{}", task.group.name())];
        labels.extend(level.map(|level| format!("osps-level-{level}")));
        let item = Item {
            requirements: task.verdicts().into_iter().map(|verdict| &verdict.id).collect(),
            group: task.group,
            level,
            minutes: task.minutes,
            title: markdown::issue_title(task),
            body: markdown::body(task, checklist.caution.as_deref()),
            labels,
        };
        serde_json::to_value(item).unwrap_or_default()
    };
    let assessment = checklist.assessment;
    let document = Document {
        format: FORMAT,
        subject: &assessment.subject,
        catalog: &assessment.catalog.version,
        level: checklist.level,
        reached: checklist.is_reached(),
        summary: checklist.summary(),
        items: Vec::new(),
    };
    // Through a value, so that keys are sorted; serialising plain data into memory cannot fail.
    let mut value = serde_json::to_value(document).unwrap_or_default();
    value["items"] = checklist.tasks.iter().map(item).collect();
    format!("{value:#}\n")
}

#[cfg(test)]
mod tests;
