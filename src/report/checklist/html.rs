//! The checklist as one page that needs nothing else: to read, to send to those who can do it, and to print.

use serde::Serialize;

use super::super::template::TemplateError;
use super::super::text::{capital, effort};
use super::super::{evidence, html, links};
use super::{About, Checklist, Group, PLACES, Task};
use crate::model::assessment::Assessment;
use crate::model::evidence::Evidence;
use crate::model::id::{Level, RequirementId};

#[derive(Serialize)]
struct Page<'a> {
    title: String,
    tool: &'a str,
    name: String,
    repository: Option<String>,
    commit: Option<&'a str>,
    commit_url: Option<String>,
    version: &'a str,
    day: String,
    level: Level,
    summary: String,
    caution: Option<&'a str>,
    reached: bool,
    groups: Vec<GroupView<'a>>,
}

#[derive(Serialize)]
struct GroupView<'a> {
    id: &'static str,
    title: &'static str,
    count: usize,
    /// The usual effort for all of it, where it is known.
    effort: Option<String>,
    tasks: Vec<TaskView<'a>>,
}

#[derive(Serialize)]
struct TaskView<'a> {
    /// The requirement, where it is about one.
    id: Option<&'a RequirementId>,
    /// A name for the heading.
    anchor: String,
    title: &'a str,
    remarks: String,
    why_label: &'static str,
    why: &'a str,
    places: Vec<Place<'a>>,
    more_places: usize,
    members: Vec<Member<'a>>,
    answer_label: &'static str,
    answer: Option<&'a str>,
    steps_label: Option<&'static str>,
    steps: &'a [String],
    snippet: Option<Snippet<'a>>,
    commands: Option<String>,
    verify: Option<Verify<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    text: String,
    url: Option<String>,
    detail: Option<&'a str>,
}

#[derive(Serialize)]
struct Member<'a> {
    id: &'a RequirementId,
    /// What it asks, and what else would settle it.
    text: String,
}

#[derive(Serialize)]
struct Snippet<'a> {
    place: String,
    /// Whether the place is a file, and not one in words.
    is_file: bool,
    content: &'a str,
}

#[derive(Serialize)]
struct Verify<'a> {
    commit: bool,
    command: &'a str,
    says: &'a str,
}

pub(super) fn render(checklist: &Checklist<'_>) -> Result<String, TemplateError> {
    html::page("checklist.html.j2", Page::of(checklist))
}

impl<'a> Page<'a> {
    fn of(checklist: &'a Checklist<'a>) -> Self {
        let Assessment { subject, catalog, tool, .. } = checklist.assessment;
        let name = match &subject.owner {
            Some(owner) => format!("{owner}/{}", subject.name),
            None => subject.name.clone(),
        };
        let reached = checklist.is_reached();
        let groups = Group::ALL.into_iter().map(|group| GroupView::of(checklist, group));
        Self {
            title: format!("{name}: to level {} of the OSPS Baseline", checklist.level),
            tool,
            name,
            repository: links::repository(subject),
            commit: subject.commit.as_deref(),
            commit_url: links::commit(subject),
            version: &catalog.version,
            day: evidence::day(checklist.assessment),
            level: checklist.level,
            summary: checklist.summary(),
            caution: checklist.caution.as_deref().filter(|_| !reached),
            reached,
            groups: groups.filter(|group| !group.tasks.is_empty()).collect(),
        }
    }
}

impl<'a> GroupView<'a> {
    fn of(checklist: &'a Checklist<'a>, group: Group) -> Self {
        let tasks = checklist.in_group(group);
        let minutes: u32 = tasks.clone().filter_map(|task| task.minutes).sum();
        Self {
            id: group.name(),
            title: group.title(),
            count: tasks.clone().map(Task::size).sum(),
            effort: (group <= Group::Decision && minutes > 0).then(|| effort(minutes)),
            tasks: tasks
                .enumerate()
                .map(|(at, task)| TaskView::of(checklist.assessment, task, format!("{}-{}", group.name(), at + 1)))
                .collect(),
        }
    }
}

impl<'a> TaskView<'a> {
    fn of(assessment: &Assessment, task: &'a Task<'a>, anchor: String) -> Self {
        let (id, members) = match &task.about {
            About::One(verdict) => (Some(&verdict.id), Vec::new()),
            About::Several(members) => {
                let member = |(verdict, more): &'a (&'a crate::model::assessment::Verdict, String)| Member {
                    id: &verdict.id,
                    text: format!("{}{more}", verdict.summary),
                };
                (None, members.iter().map(member).collect())
            }
        };
        let snippet = task.snippet.as_ref();
        Self {
            id,
            anchor,
            title: &task.title,
            remarks: if id.is_some() { task.remarks().join(", ") } else { String::new() },
            why_label: if task.group == Group::Review { "Look at" } else { "Why" },
            why: &task.why,
            places: task.places.iter().take(PLACES).filter_map(|one| Place::of(assessment, one)).collect(),
            more_places: task.places.len().saturating_sub(PLACES),
            members,
            answer_label: match task.group {
                Group::Review => "If it is met, record that",
                Group::Waived => "How to meet it",
                _ => "A person can state it instead",
            },
            answer: task.answer.as_deref(),
            steps_label: (task.group == Group::Review).then_some("If it is not"),
            steps: &task.steps,
            snippet: snippet.map(|snippet| Snippet {
                place: if snippet.place.contains(' ') { capital(&snippet.place) } else { snippet.place.clone() },
                is_file: !snippet.place.contains(' '),
                content: snippet.content.trim_end_matches('\n'),
            }),
            commands: (!task.commands.is_empty()).then(|| task.commands.join("\n")),
            verify: task.verify.as_ref().map(|verify| Verify {
                commit: verify.commit,
                command: &verify.command,
                says: &verify.says,
            }),
        }
    }
}

impl<'a> Place<'a> {
    fn of(assessment: &Assessment, evidence: &'a Evidence) -> Option<Self> {
        let text = match (&evidence.path, evidence.line, &evidence.url) {
            (Some(path), Some(line), _) => format!("{path}:{line}"),
            (Some(path), None, _) => path.clone(),
            (None, _, Some(url)) => url.clone(),
            (None, _, None) => evidence.fact.clone()?,
        };
        let url = links::permalink(assessment, evidence);
        Some(Self { text, url, detail: evidence.detail.as_deref() })
    }
}
