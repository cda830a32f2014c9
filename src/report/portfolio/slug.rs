//! Names of files that are safe on every system, whatever a project is called, and different from each other.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest as _, Sha256};

use crate::bundle::hex;
use crate::model::portfolio::{Inventory, Project};

/// Characters of the readable part.
const LONGEST: usize = 80;
/// Names that Windows keeps for devices.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The names of the pages of a portfolio, without their ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slugs {
    /// One for each project, in the order of the inventory.
    pub projects: Vec<String>,
    /// One for each of its repositories. A project with one repository has one page only, under the same name.
    pub repositories: Vec<Vec<String>>,
}

impl Slugs {
    /// The names for an inventory; the same ones for the same projects.
    pub fn of(inventory: &Inventory) -> Self {
        let mut wishes: Vec<(String, String)> = Vec::new();
        for project in &inventory.projects {
            wishes.push((readable(&project.id), project.id.clone()));
            if project.repositories.len() > 1 {
                let of =
                    |name: &String| (readable(&format!("{}--{name}", project.id)), format!("{}\n{name}", project.id));
                wishes.extend(names(project).iter().map(of));
            }
        }
        let mut wanted: BTreeMap<String, usize> = BTreeMap::new();
        for (wish, _) in &wishes {
            *wanted.entry(wish.clone()).or_default() += 1;
        }
        let name = |(wish, key): (String, String)| {
            let device = wish.split('.').next().unwrap_or_default();
            let port = device.strip_prefix("com").or_else(|| device.strip_prefix("lpt"));
            let device = DEVICES.contains(&device) || port.is_some_and(|port| port.len() == 1);
            if wish.is_empty() || device || wanted.get(&wish).is_some_and(|times| *times > 1) {
                let digest = hex(&Sha256::digest(key));
                let before = if device { "project-" } else { "" };
                let name = format!("{before}{wish}-{}", digest.get(..16).unwrap_or_default());
                return name.trim_start_matches('-').to_owned();
            }
            wish
        };
        let mut taken = BTreeSet::new();
        let mut names = wishes.into_iter().map(name).map(|name| {
            let others = (2_u32..).map(|number| format!("{name}-{number}"));
            let free = std::iter::once(name.clone()).chain(others).find(|name| !taken.contains(name));
            let free = free.unwrap_or(name);
            taken.insert(free.clone());
            free
        });
        let mut slugs = Self { projects: Vec::new(), repositories: Vec::new() };
        for project in &inventory.projects {
            let own = names.next().unwrap_or_default();
            let repositories = match project.repositories.len() {
                0 | 1 => project.repositories.iter().map(|_| own.clone()).collect(),
                number => names.by_ref().take(number).collect(),
            };
            slugs.projects.push(own);
            slugs.repositories.push(repositories);
        }
        slugs
    }
}

fn names(project: &Project) -> Vec<String> {
    project.repositories.iter().map(|repository| format!("{}/{}", repository.owner, repository.name)).collect()
}

/// What of a text can be a name of a file: letters and digits of ASCII in lower case, with `-`, `_` and `.` between them.
fn readable(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(LONGEST) {
        match c.to_ascii_lowercase() {
            c if c.is_ascii_alphanumeric() => out.push(c),
            c @ ('-' | '_' | '.') if !out.is_empty() => out.push(c),
            _ if !out.is_empty() && !out.ends_with('-') => out.push('-'),
            _ => {}
        }
    }
    // Two dots lead upwards to those who do not look closely.
    let out = out.replace("..", ".");
    out.trim_end_matches(['-', '.', '_']).to_owned()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;
    use crate::model::portfolio::RepositoryName;

    fn inventory(ids: &[&str]) -> Inventory {
        let one = |id: &&str| Project {
            id: (*id).to_owned(),
            title: (*id).to_owned(),
            group: None,
            owners: Vec::new(),
            target_level: None,
            repositories: vec!["acme/widget".parse().expect("a name")],
        };
        Inventory { title: None, groups: Vec::new(), projects: ids.iter().map(one).collect() }
    }

    #[rstest]
    #[case("widget", "widget")]
    #[case("Acme/Widget.js", "acme-widget.js")]
    #[case("../../etc/passwd", "etc-passwd")]
    #[case("<img src=x onerror=alert(1)>", "img-src-x-onerror-alert-1")]
    #[case("=cmd|' /C calc'!A0", "cmd-c-calc-a0")]
    #[case("\u{202e}gnp.exe", "gnp.exe")]
    fn a_name_is_readable_and_leads_nowhere(#[case] id: &str, #[case] expected: &str) {
        assert_eq!(Slugs::of(&inventory(&[id])).projects, [expected]);
    }

    #[test]
    fn names_differ_also_where_systems_do_not_see_it() {
        let slugs = Slugs::of(&inventory(&[
            "Widget",
            "widget",
            "wid/get",
            "wid-get",
            "日本",
            "ラスト",
            "",
            "con",
            "aux.x",
            "components",
        ]));
        let mut seen: Vec<&String> = slugs.projects.iter().collect();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), 10, "{slugs:?}");
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        assert!(slugs.projects.iter().all(|slug| !slug.is_empty() && slug.chars().all(plain)), "{slugs:?}");
        assert!(!slugs.projects.iter().any(|slug| slug == "con" || slug.split('.').next() == Some("aux")), "{slugs:?}");
        assert_eq!(slugs.projects.last().map(String::as_str), Some("components"));
    }

    #[test]
    fn several_repositories_have_pages_of_their_own() {
        let mut inventory = inventory(&["widget"]);
        let other: RepositoryName = "acme/widget-docs".parse().expect("a name");
        inventory.projects[0].repositories.push(other);
        let slugs = Slugs::of(&inventory);
        assert_eq!(slugs.projects, ["widget"]);
        assert_eq!(slugs.repositories, [["widget--acme-widget", "widget--acme-widget-docs"]]);
    }
}
