//! Inventories: what a portfolio consists of, from a file of ours (strict), a plain list, or a landscape of another tool
//! (lenient: what names no repository is told and left out).

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use super::{ConfigError, ConfigErrors, schema_of, strict};
use crate::model::id::Level;
use crate::model::portfolio::{Group, Inventory, Project, RepositoryName};
use crate::yaml::{self, Node};

/// Remarks that are kept.
const REMARKS: usize = 1_000;

/// An inventory file: the projects of a portfolio.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    /// The version of this format: 1.
    #[schemars(range(min = 1, max = 1))]
    #[expect(dead_code, reason = "the schema allows one value only")]
    version: u32,
    /// Whose portfolio it is.
    title: Option<String>,
    /// What holds for projects that do not say otherwise.
    defaults: Option<Defaults>,
    /// Groups of projects, in the order in which they are shown.
    #[serde(default)]
    groups: Vec<FileGroup>,
    /// The projects.
    projects: Vec<FileProject>,
}

/// What holds for projects that do not say otherwise.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Defaults {
    /// The level that projects are expected to reach: 1, 2 or 3.
    #[schemars(range(min = 1, max = 3))]
    target_level: Option<u8>,
    /// Who answers for projects.
    #[serde(default)]
    owners: Vec<String>,
}

/// A group of projects.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileGroup {
    /// A short name.
    id: String,
    /// How it is shown (default: the short name).
    title: Option<String>,
    /// The level that its projects are expected to reach: 1, 2 or 3.
    #[schemars(range(min = 1, max = 3))]
    target_level: Option<u8>,
}

/// A project.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct FileProject {
    /// A short name that no other project has.
    id: String,
    /// How it is shown (default: the short name).
    title: Option<String>,
    /// The group it belongs to, by its short name.
    group: Option<String>,
    /// Who answers for it.
    #[serde(default)]
    owners: Vec<String>,
    /// The level it is expected to reach: 1, 2 or 3.
    #[schemars(range(min = 1, max = 3))]
    target_level: Option<u8>,
    /// Its repositories as OWNER/NAME or https addresses, the one it is known by first.
    repositories: Vec<String>,
}

/// An inventory, and what in its source was left out, one remark each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Read {
    /// The inventory.
    pub inventory: Inventory,
    /// What was left out, and why.
    pub remarks: Vec<String>,
}

/// The JSON Schema of inventory files.
pub fn schema() -> Json {
    schema_of::<File>()
}

/// Reads an inventory: a file of ours where it says `projects`, a landscape or a list of CLOMonitor where it has their form,
/// else one repository per line.
///
/// # Errors
/// Everything that is wrong with a file of ours, or that the text holds no repository at all.
pub fn read(file: &str, text: &str) -> Result<Read, ConfigErrors> {
    let error =
        |line, column, message| ConfigErrors(vec![ConfigError { file: file.to_owned(), line, column, message }]);
    let node = match yaml::parse(text) {
        Ok(Some(node)) if node.is_mapping() || node.items().iter().any(Node::is_mapping) => node,
        Err(wrong) if text.lines().any(|line| line.trim_end().ends_with(':')) => {
            return Err(error(wrong.line, wrong.column, wrong.message));
        }
        // A plain list is one long text to YAML, or none at all.
        _ => return listed(file, text),
    };
    let read = match (node.get("landscape"), node.get("projects")) {
        (Some(landscape), _) => lenient(|found| categories(landscape, found)),
        (None, None) if !node.items().is_empty() => lenient(|found| entries(&node, found)),
        _ => return ours(file, &node),
    };
    match read.inventory.projects.is_empty() {
        true => Err(error(1, 1, "there is no repository in it".to_owned())),
        false => Ok(read),
    }
}

/// Every repository a project of its own.
pub fn of_repositories(title: Option<String>, names: impl IntoIterator<Item = RepositoryName>) -> Inventory {
    let names: BTreeSet<RepositoryName> = names.into_iter().collect();
    let projects = names.into_iter().map(|name| alone(&name)).collect();
    Inventory { title, groups: Vec::new(), projects }
}

fn alone(name: &RepositoryName) -> Project {
    let short = format!("{}/{}", name.owner, name.name);
    let usual = name.host == crate::model::portfolio::USUAL_HOST;
    Project {
        id: if usual { short.clone() } else { name.to_string() },
        title: short,
        group: None,
        owners: Vec::new(),
        target_level: None,
        repositories: vec![name.clone()],
    }
}

/// One repository per line; what follows `#` is a comment.
fn listed(file: &str, text: &str) -> Result<Read, ConfigErrors> {
    let mut names = BTreeSet::new();
    let mut errors = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.split('#').next().unwrap_or_default().trim();
        match line.parse::<RepositoryName>() {
            Ok(name) => drop(names.insert(name)),
            Err(_) if line.is_empty() => {}
            Err(wrong) => {
                errors.push(ConfigError { file: file.to_owned(), line: number, column: 1, message: wrong.to_string() });
            }
        }
    }
    if names.is_empty() && errors.is_empty() {
        errors.push(ConfigError {
            file: file.to_owned(),
            line: 1,
            column: 1,
            message: "there is no repository in it".to_owned(),
        });
    }
    if errors.is_empty() {
        return Ok(Read { inventory: of_repositories(None, names), remarks: Vec::new() });
    }
    Err(ConfigErrors(errors))
}

fn level(number: Option<u8>) -> Option<Level> {
    number.and_then(|number| Level::try_from(number).ok())
}

/// A file of ours: everything that is not understood is an error with its place.
fn ours(file: &str, node: &Node) -> Result<Read, ConfigErrors> {
    let mut errors = Vec::new();
    let json = strict::check(file, node, &schema(), &mut errors);
    if !errors.is_empty() {
        return Err(ConfigErrors(errors));
    }
    let stated: File = serde_json::from_value(json)
        .map_err(|error| ConfigErrors(vec![ConfigError::at(file, node, error.to_string())]))?;
    let defaults = stated.defaults.unwrap_or_default();
    let groups: BTreeMap<&str, &FileGroup> = stated.groups.iter().map(|group| (group.id.as_str(), group)).collect();
    let mut wrong = |path: &[&str], message: String| {
        let place = path.iter().fold(node, |node, part| {
            let item = part.parse::<usize>().ok().and_then(|index| node.items().get(index));
            item.or_else(|| node.get(part)).unwrap_or(node)
        });
        errors.push(ConfigError::at(file, place, message));
    };
    let mut projects: BTreeMap<String, Project> = BTreeMap::new();
    let mut owned: BTreeMap<RepositoryName, String> = BTreeMap::new();
    for (index, project) in stated.projects.into_iter().enumerate() {
        let at = index.to_string();
        let group = project.group.as_deref().and_then(|id| groups.get(id));
        if let Some(id) = project.group.as_deref().filter(|id| !groups.contains_key(id)) {
            let known: Vec<&str> = groups.keys().copied().collect();
            let near = strict::nearest(id, &known).map(|near| format!(": did you mean `{near}`?")).unwrap_or_default();
            wrong(&["projects", &at, "group"], format!("there is no group `{id}`{near}"));
        }
        if project.repositories.is_empty() {
            wrong(&["projects", &at, "repositories"], "a project needs at least one repository".to_owned());
        }
        let mut repositories: Vec<RepositoryName> = Vec::new();
        for (number, text) in project.repositories.iter().enumerate() {
            let path = ["projects", &at, "repositories", &number.to_string()];
            match text.parse::<RepositoryName>() {
                Err(error) => wrong(&path, error.to_string()),
                Ok(name) => match owned.insert(name.clone(), project.id.clone()) {
                    Some(other) => wrong(&path, format!("{name} belongs to the project `{other}` already")),
                    None => repositories.push(name),
                },
            }
        }
        let owners = if project.owners.is_empty() { defaults.owners.clone() } else { project.owners };
        let target = project.target_level.or(group.and_then(|group| group.target_level)).or(defaults.target_level);
        let read = Project {
            title: project.title.unwrap_or_else(|| project.id.clone()),
            group: project.group,
            owners,
            target_level: level(target),
            repositories,
            id: project.id.clone(),
        };
        if projects.insert(project.id.clone(), read).is_some() {
            wrong(&["projects", &at, "id"], format!("there is a project `{}` already", project.id));
        }
    }
    if !errors.is_empty() {
        errors.sort();
        return Err(ConfigErrors(errors));
    }
    let groups = stated
        .groups
        .iter()
        .map(|group| Group { id: group.id.clone(), title: group.title.clone().unwrap_or_else(|| group.id.clone()) });
    let inventory =
        Inventory { title: stated.title, groups: groups.collect(), projects: projects.into_values().collect() };
    Ok(Read { inventory, remarks: Vec::new() })
}

/// What is found in a file of another tool.
#[derive(Default)]
struct Found {
    projects: BTreeMap<String, Project>,
    groups: BTreeSet<String>,
    owned: BTreeSet<RepositoryName>,
    remarks: Vec<String>,
}

impl Found {
    fn add(&mut self, title: &str, group: Option<&str>, addresses: &[&str]) {
        let mut repositories = Vec::new();
        for address in addresses {
            match address.parse::<RepositoryName>() {
                Ok(name) if self.owned.insert(name.clone()) => repositories.push(name),
                Ok(name) => self.remark(format!("{name} stands there twice: it is kept where it came first")),
                Err(wrong) => self.remark(format!("{title}: {wrong}")),
            }
        }
        if repositories.is_empty() {
            return;
        }
        self.groups.extend(group.map(str::to_owned));
        let project = self.projects.entry(title.to_owned()).or_insert_with(|| Project {
            id: title.to_owned(),
            title: title.to_owned(),
            group: group.map(str::to_owned),
            owners: Vec::new(),
            target_level: None,
            repositories: Vec::new(),
        });
        project.repositories.extend(repositories);
    }

    fn remark(&mut self, text: String) {
        if self.remarks.len() < REMARKS {
            self.remarks.push(text);
        }
    }
}

fn lenient(fill: impl FnOnce(&mut Found)) -> Read {
    let mut found = Found::default();
    fill(&mut found);
    let groups = found.groups.into_iter().map(|id| Group { title: id.clone(), id }).collect();
    let inventory = Inventory { title: None, groups, projects: found.projects.into_values().collect() };
    Read { inventory, remarks: found.remarks }
}

/// A landscape: categories hold subcategories, those hold items; only items that name a maturity are the foundation's own.
fn categories(landscape: &Node, found: &mut Found) {
    for category in landscape.items() {
        for subcategory in category.get("subcategories").map(Node::items).unwrap_or_default() {
            for item in subcategory.get("items").map(Node::items).unwrap_or_default() {
                let Some(group) = item.get("project").and_then(Node::as_str) else { continue };
                let Some(title) = item.get("name").and_then(Node::as_str) else { continue };
                let more = item.get("additional_repos").map(Node::items).unwrap_or_default();
                let more = more.iter().filter_map(|one| one.get("repo_url"));
                let addresses: Vec<&str> =
                    item.get("repo_url").into_iter().chain(more).filter_map(Node::as_str).collect();
                found.add(title, Some(group), &addresses);
            }
        }
    }
}

/// The list of CLOMonitor: projects with repositories.
fn entries(list: &Node, found: &mut Found) {
    for entry in list.items() {
        let Some(title) = entry.get("name").and_then(Node::as_str) else { continue };
        let title = entry.get("display_name").and_then(Node::as_str).unwrap_or(title);
        let group = entry.get("maturity").and_then(Node::as_str);
        let repositories = entry.get("repositories").map(Node::items).unwrap_or_default();
        let addresses: Vec<&str> =
            repositories.iter().filter_map(|one| one.get("url").and_then(Node::as_str)).collect();
        found.add(title, group, &addresses);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    const FULL: &str = "\
version: 1
title: Example Foundation
defaults:
  target-level: 1
  owners: [board@sample.dev]
groups:
  - id: graduated
    title: Graduated
    target-level: 3
projects:
  - id: widget
    title: Widget
    group: graduated
    repositories: [acme/widget, https://gitlab.com/acme/parts/bolt]
  - id: gadget
    owners: [ada]
    target-level: 2
    repositories:
      - acme/gadget
";

    fn told(text: &str) -> String {
        read("portfolio.yaml", text).expect_err("refused").to_string()
    }

    #[test]
    fn a_file_of_ours_is_read_with_its_defaults() {
        let inventory = read("portfolio.yaml", FULL).expect("read").inventory;
        assert_eq!(inventory.title.as_deref(), Some("Example Foundation"));
        let of = |id: &str| inventory.projects.iter().find(|project| project.id == id).expect("a project");
        assert_eq!(of("widget").target_level.map(Level::number), Some(3), "its group's");
        assert_eq!(of("gadget").target_level.map(Level::number), Some(2), "its own");
        assert_eq!(
            (of("widget").owners.join(","), of("gadget").owners.join(",")),
            ("board@sample.dev".into(), "ada".into())
        );
        let names: Vec<String> = of("widget").repositories.iter().map(ToString::to_string).collect();
        assert_eq!(names, ["github.com/acme/widget", "gitlab.com/acme/parts/bolt"]);
        assert_eq!(inventory.projects[0].id, "gadget", "sorted by id");
    }

    #[rstest]
    #[case::unknown_key("version: 1\nproject:\n  - id: a\n", "portfolio.yaml:2:1")]
    #[case::unknown_group(
        "version: 1\ngroups: [{id: graduated}]\nprojects:\n  - id: a\n    group: gradated\n    repositories: [a/b]\n",
        "portfolio.yaml:5:12: there is no group `gradated`: did you mean `graduated`?"
    )]
    #[case::no_repository(
        "version: 1\nprojects:\n  - id: a\n    repositories: [a]\n",
        "portfolio.yaml:4:20: `a` names no repository"
    )]
    #[case::empty(
        "version: 1\nprojects:\n  - id: a\n    repositories: []\n",
        "a project needs at least one repository"
    )]
    #[case::twice(
        "version: 1\nprojects:\n  - id: a\n    repositories: [a/b]\n  - id: c\n    repositories: [a/b]\n",
        "portfolio.yaml:6:20: github.com/a/b belongs to the project `a` already"
    )]
    #[case::same_id(
        "version: 1\nprojects:\n  - id: a\n    repositories: [a/b]\n  - id: a\n    repositories: [a/c]\n",
        "portfolio.yaml:5:9: there is a project `a` already"
    )]
    #[case::level(
        "version: 1\nprojects:\n  - id: a\n    target-level: 4\n    repositories: [a/b]\n",
        "portfolio.yaml:4:19"
    )]
    #[case::broken("version: 1\nprojects:\n  - id: [a\n", "portfolio.yaml:")]
    #[case::nothing("\n# nothing\n", "there is no repository in it")]
    #[case::line("acme/widget\nnot a repository\n", "portfolio.yaml:2:1: `not a repository` names no repository")]
    fn what_is_wrong_is_told_with_its_place(#[case] text: &str, #[case] expected: &str) {
        let told = told(text);
        assert!(told.contains(expected), "{told}");
    }

    #[test]
    fn a_plain_list_makes_every_repository_a_project() {
        let text = "# ours\nacme/widget\n\nhttps://github.com/acme/gadget.git  # the other\nacme/widget\n";
        let inventory = read("-", text).expect("read").inventory;
        let ids: Vec<&str> = inventory.projects.iter().map(|project| project.id.as_str()).collect();
        assert_eq!(ids, ["acme/gadget", "acme/widget"]);
    }

    #[test]
    fn a_landscape_gives_the_foundations_own_projects() {
        let text = "\
landscape:
  - category:
    name: Runtime
    subcategories:
      - subcategory:
        name: Storage
        items:
          - item:
            name: Rook
            repo_url: https://github.com/rook/rook
            additional_repos:
              - repo_url: https://github.com/rook/helper
            project: graduated
          - item:
            name: Member product
            repo_url: https://github.com/member/product
          - item:
            name: Elsewhere
            repo_url: https://git.sample.dev/deep/er/path
            project: sandbox
          - item:
            name: Odd
            repo_url: https://github.com/odd
            project: sandbox
";
        let read = read("landscape.yml", text).expect("read");
        let titles: Vec<&str> = read.inventory.projects.iter().map(|project| project.title.as_str()).collect();
        assert_eq!(titles, ["Elsewhere", "Rook"]);
        assert_eq!(read.inventory.projects[1].repositories.len(), 2);
        assert_eq!(read.remarks.len(), 1, "{:?}", read.remarks);
    }

    #[test]
    fn a_list_of_clomonitor_is_read() {
        let text = "\
- name: rook
  display_name: Rook
  maturity: graduated
  repositories:
    - name: rook
      url: https://github.com/rook/rook
      check_sets: [code]
";
        let read = read("cncf.yaml", text).expect("read");
        assert_eq!(read.inventory.projects[0].group.as_deref(), Some("graduated"));
        assert_eq!(read.inventory.projects[0].title, "Rook");
    }
}
