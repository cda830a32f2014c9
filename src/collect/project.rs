//! Section `project`: what belongs to the project beyond this repository, and what its configuration claims.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::Context;
use super::ci::{Ci, Workflows};
use super::files::Files;
use super::insights::Insights;
use super::remote::{self, Remote};
use crate::model::fact::{Fact, Reason, SourceId};
use crate::model::project::ProjectStatements;
use crate::model::source::Source;
use crate::model::subject::Subject;

/// The source of statements that only the project's own file makes.
const CONFIG: &[SourceId] = &["config"];

/// What is known about the project around the repository.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Project {
    /// The repositories of the project.
    pub repositories: Fact<Vec<ProjectRepository>>,
    /// The verdicts of the other repositories of the project, from the same run: per repository the outcome of each requirement.
    pub results: Fact<std::collections::BTreeMap<String, std::collections::BTreeMap<String, String>>>,
    /// Statements only the project can make.
    pub claims: Claims,
}

/// One repository of the project.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ProjectRepository {
    /// Its address.
    pub url: String,
    /// `primary`, `subproject` or `other`.
    pub role: String,
    /// Whether it is part of the primary repository's releases; `null` where not stated.
    pub released_with_primary: Option<bool>,
    /// Where that is stated or seen: `insights`, `submodule`, `config`.
    #[serde(rename = "where")]
    pub place: String,
}

/// Statements only the project can make; each is unknown until somebody makes it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Claims {
    /// That the project consists of this repository alone.
    pub single_repository: Fact<bool>,
    /// That no vulnerability of the project has been discovered so far.
    pub no_vulnerabilities: Fact<bool>,
    /// That a security assessment was performed.
    pub security_assessed: Fact<bool>,
    /// That a threat model exists.
    pub threat_modeled: Fact<bool>,
    /// That no CI runs outside the definitions in the tree.
    pub no_external_ci: Fact<bool>,
}

pub(crate) fn collect(cx: &Context<'_>, stated: &ProjectStatements, insights: &Insights, files: &Files) -> Project {
    let claim = |said: Option<bool>| match said {
        Some(said) => Fact::known(said, CONFIG),
        None => Fact::unknown(Reason::NotRequested, "a statement in baseline.yaml", CONFIG),
    };
    Project {
        repositories: repositories(cx, stated, insights, files),
        results: Fact::unknown(Reason::NotRequested, "a run over the repositories of the project", CONFIG),
        claims: Claims {
            single_repository: claim(stated.single_repository),
            no_vulnerabilities: claim(stated.no_vulnerabilities),
            security_assessed: claim(stated.security_assessed),
            threat_modeled: claim(stated.threat_modeled),
            no_external_ci: claim(stated.no_external_ci),
        },
    }
}

/// Where nobody could look for pipelines elsewhere, the project may state that there are none. What was seen goes first.
pub(crate) fn claim_no_other_ci(stated: &ProjectStatements, ci: &mut Ci, workflows: &mut Workflows) {
    let Fact::Unknown { why, .. } = &ci.external_checks else { return };
    if stated.no_external_ci != Some(true) {
        return;
    }
    // The same obstacle kept the absence of pipelines in the tree from being one of pipelines at all.
    if matches!(&workflows.present, Fact::Unknown { why: other, .. } if other == why) {
        workflows.present = Fact::known(false, &["git", "config"]);
    }
    ci.external_checks = Fact::known(Vec::new(), CONFIG);
}

/// The source of the project's own statements, where it makes any.
pub(crate) fn source(stated: &ProjectStatements) -> Option<(String, Source)> {
    let (file, digest) = stated.file.clone()?;
    let source = Source { kind: "config".to_owned(), reference: file, digest: Some(digest), status: None };
    Some(("config".to_owned(), source))
}

/// What the configuration and the Security Insights file list, and submodules of the same owner.
fn repositories(
    cx: &Context<'_>,
    stated: &ProjectStatements,
    insights: &Insights,
    files: &Files,
) -> Fact<Vec<ProjectRepository>> {
    let (listed, submodules) = (insights.repositories.value(), files.submodules.value());
    if listed.is_none() && submodules.is_none() && stated.repositories.is_empty() {
        return Fact::unknown(Reason::Truncated, "the Security Insights file and the tree in full", cx.src);
    }
    let own = key(&own_address(cx.subject));
    let mut found: BTreeMap<String, ProjectRepository> = BTreeMap::new();
    for said in &stated.repositories {
        // This repository is the one that is judged, whatever it is called.
        let role = if key(&said.url) == own { "primary" } else { said.role.as_str() };
        let one = ProjectRepository {
            released_with_primary: said.released_with_primary,
            ..repository(&said.url, role, "config")
        };
        found.entry(key(&said.url)).or_insert(one);
    }
    for url in listed.into_iter().flatten() {
        let role = if key(url) == own { "primary" } else { "other" };
        found.entry(key(url)).or_insert_with(|| repository(url, role, "insights"));
    }
    let same_owner = submodules.into_iter().flatten().filter(|submodule| submodule.same_owner == Some(true));
    for url in same_owner.filter_map(|submodule| submodule.url.as_deref()) {
        let url = absolute(cx.subject, url);
        found.entry(key(&url)).or_insert_with(|| repository(&url, "subproject", "submodule"));
    }
    let complete = insights.repositories.is_complete() && files.submodules.is_complete();
    let src: Vec<SourceId> = match stated.repositories.is_empty() {
        true => cx.src.to_vec(),
        false => cx.src.iter().chain(CONFIG).copied().collect(),
    };
    Fact::seen(found.into_values().collect(), complete, &src)
}

fn repository(url: &str, role: &str, place: &str) -> ProjectRepository {
    ProjectRepository {
        url: url.to_owned(),
        role: role.to_owned(),
        released_with_primary: None,
        place: place.to_owned(),
    }
}

fn own_address(subject: &Subject) -> String {
    let host = subject.host.as_deref().unwrap_or_default();
    let owner = subject.owner.as_deref().unwrap_or_default();
    format!("https://{host}/{owner}/{}", subject.name)
}

/// An address of `.gitmodules` may be relative to the repository's own.
fn absolute(subject: &Subject, url: &str) -> String {
    let Some(mut rest) = url.strip_prefix("../") else { return url.to_owned() };
    let own = own_address(subject);
    let mut base = own.rsplit_once('/').map_or(own.as_str(), |(base, _)| base);
    while let Some(up) = rest.strip_prefix("../") {
        base = base.rsplit_once('/').map_or(base, |(base, _)| base);
        rest = up;
    }
    format!("{base}/{rest}")
}

/// What two spellings of one address have in common.
fn key(url: &str) -> String {
    match remote::read(url) {
        Remote::Address(address) => {
            format!("{}/{}/{}", address.host, address.owner.unwrap_or_default(), address.name).to_lowercase()
        }
        Remote::None | Remote::Local => url.to_lowercase(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::files::Submodule;
    use crate::collect::testing::with_context;
    use crate::collect::tree::Tree;
    use rstest::rstest;

    fn subject() -> Subject {
        Subject {
            host: Some("github.com".to_owned()),
            owner: Some("o".to_owned()),
            name: "r".to_owned(),
            ..Subject::default()
        }
    }

    #[rstest]
    #[case("https://github.com/O/R.git", "git@github.com:o/r", true)]
    #[case("https://github.com/o/r/", "https://github.com/o/r", true)]
    #[case("https://github.com/o/r", "https://github.com/o/s", false)]
    fn keys(#[case] one: &str, #[case] other: &str, #[case] same: bool) {
        assert_eq!(key(one) == key(other), same);
    }

    #[rstest]
    #[case("../s.git", "https://github.com/o/s.git")]
    #[case("../../p/s", "https://github.com/p/s")]
    #[case("https://x.sample.dev/s", "https://x.sample.dev/s")]
    fn relative_addresses(#[case] url: &str, #[case] expected: &str) {
        assert_eq!(absolute(&subject(), url), expected);
    }

    #[test]
    fn claims_and_submodules_make_one_list() {
        let text = "project: {repositories: [{name: r, url: 'https://github.com/o/r'}, {name: s, url: 'https://github.com/o/s'}]}";
        let tree = Tree::of(&[("security-insights.yml", text)]);
        let (subject, policies) = (subject(), crate::bundle::Bundle::policies());
        let submodule = |url: &str, same_owner| Submodule {
            path: "m".to_owned(),
            url: Some(url.to_owned()),
            line: None,
            same_owner,
        };
        let submodules =
            vec![submodule("../S", Some(true)), submodule("../t", Some(true)), submodule("https://x/y/z", Some(false))];
        let found = with_context(&tree, |cx| {
            let cx = Context { subject: &subject, policies: &policies, ..*cx };
            let insights = crate::collect::insights::collect(&cx);
            let files = Files { submodules: Fact::known(submodules, cx.src), ..crate::collect::files::collect(&cx) };
            collect(&cx, &ProjectStatements::default(), &insights, &files)
        });
        let all = found.repositories.value().expect("known");
        let roles: Vec<_> = all.iter().map(|one| (one.url.as_str(), one.role.as_str(), one.place.as_str())).collect();
        let expected = [
            ("https://github.com/o/r", "primary", "insights"),
            ("https://github.com/o/s", "other", "insights"),
            ("https://github.com/o/t", "subproject", "submodule"),
        ];
        assert_eq!(roles, expected);
        assert!(matches!(found.claims.single_repository, Fact::Unknown { .. }));
    }
}
