//! Section `insights`: the project's Security Insights file, read leniently and kept apart as claims. A key that no version
//! of the format knows is a remark; only a file that is no YAML loses its claims.

mod claims;
mod place;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::claims::{Claims, Parent};
use self::place::Places;
use super::Context;
use super::forge;
use super::limits;
use super::path::RepoPath;
use super::tables;
use super::tree::{Entry, Reader};
use crate::model::fact::{Fact, Reason};
use crate::yaml::{self, Node};

/// What the Security Insights file claims. All facts are `null` or empty where there is no file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Insights {
    /// The file; `null` when there is none.
    pub present: Fact<Option<InsightsFile>>,
    /// Days since the last review, else the last update; `null` where the file states neither.
    pub age_days: Fact<Option<i64>>,
    /// Whether a stated expiration date has passed, or the last review is more than 365 days old.
    pub stale: Fact<bool>,
    /// The status of the project in lower case; `null` where none is stated.
    pub status: Fact<Option<String>>,
    /// Typed links by field: `governance`, `contributing`, `review_policy`, `security_policy`, `vulnerability_policy`, `detailed_guide`, `quickstart`, `design`, `support_policy`, `signature_verification`, `dependency_policy`, `changelog`, `release_process`, `code_of_conduct`. Every field is present; `null` where the file has none.
    pub links: Fact<BTreeMap<String, Option<InsightsLink>>>,
    /// Contacts for vulnerability reports.
    pub contacts: Fact<Vec<Contact>>,
    /// Members of the core team.
    pub core_team: Fact<Vec<String>>,
    /// Administrators of the project.
    pub administrators: Fact<Vec<String>>,
    /// Repositories of the project.
    pub repositories: Fact<Vec<String>>,
    /// Security tools.
    pub tools: Fact<Vec<InsightsTool>>,
    /// Security assessments.
    pub assessments: Fact<Vec<InsightsAssessment>>,
    /// Where attestations of releases are.
    pub attestations: Fact<Vec<InsightsAttestation>>,
    /// Whether vulnerability reports are accepted; `null` where not stated.
    pub reports_accepted: Fact<Option<bool>>,
    /// Whether change requests are accepted; `null` where not stated.
    pub accepts_changes: Fact<Option<bool>>,
    /// Whether it declares that there are no third-party packages; `null` where not stated.
    pub no_third_party: Fact<Option<bool>>,
    /// The declared licence expression; `null` where not stated.
    pub license: Fact<Option<String>>,
    /// Addresses in the file, for the check of schemes: field and address.
    pub urls: Fact<Vec<InsightsUrl>>,
}

/// The file itself.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InsightsFile {
    /// Its path.
    pub path: String,
    /// The schema version as stated, such as `2.0.0`.
    pub schema: Option<String>,
    /// Keys that neither version of the format knows; warnings, not errors.
    pub unknown_keys: Vec<String>,
    /// The parent file it names; it is read if it lies in this tree, or on the same forge where that was asked for.
    pub parent: Option<String>,
}

/// A typed link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct InsightsLink {
    /// As written.
    pub url: String,
    /// The line in the file.
    pub line: Option<u64>,
    /// `tree` (an existing file of this tree), `dead` (a file of this tree that does not exist), `https` (outside, not fetched), `placeholder` (an address
    /// of a template, such as `example.com`), `other` (another scheme).
    pub kind: String,
    /// The file of this tree it leads to.
    pub target: Option<String>,
}

/// A contact.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Contact {
    /// `email`, `url` or `name`.
    pub kind: String,
    /// The address or name.
    pub value: String,
    /// The line in the file.
    pub line: Option<u64>,
}

/// A security tool.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InsightsTool {
    /// Its name.
    pub name: String,
    /// Its type in lower case: `sca`, `sast`, `secret`, `fuzzing`, `container`, `other`.
    #[serde(rename = "type")]
    pub tool_type: String,
    /// Whether it is said to run in CI.
    pub in_ci: bool,
    /// Whether it is said to run at release.
    pub in_release: bool,
}

/// A security assessment.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InsightsAssessment {
    /// `self` or `third_party`.
    pub kind: String,
    /// The comment.
    pub comment: Option<String>,
    /// The evidence link.
    pub evidence: Option<InsightsLink>,
    /// The date as stated.
    pub date: Option<String>,
    /// Its age in days at the time of collection.
    pub age_days: Option<i64>,
    /// Whether it names a threat model.
    pub threat_model: bool,
}

/// Where an attestation is.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InsightsAttestation {
    /// Its name.
    pub name: String,
    /// Its location.
    pub location: Option<String>,
    /// Its predicate type.
    pub predicate: Option<String>,
}

/// One address in the file.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct InsightsUrl {
    /// The dotted name of the field.
    pub field: String,
    /// The address.
    pub url: String,
    /// The line in the file.
    pub line: Option<u64>,
}

/// Where the file lies and where its fields are (`policies/tables/security_insights.yaml`).
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Format {
    names: Vec<String>,
    directories: Vec<String>,
    placeholders: Placeholders,
    links: BTreeMap<String, Vec<String>>,
    keys: Vec<String>,
}

/// Addresses that a template left behind.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Placeholders {
    hosts: Vec<String>,
    words: Vec<String>,
}

pub(crate) fn collect(cx: &Context<'_>) -> Insights {
    let format: Format = match tables::load(cx.policies, "security_insights") {
        Ok(format) => format,
        Err(error) => return all(cx, &(Reason::Error, error)),
    };
    let reader = cx.tree.reader();
    let Some(entry) = find(cx, &format) else { return without_file(cx, &format) };
    let path = entry.path.text();
    let document = match read(cx, &reader, entry) {
        Ok(document) => document,
        Err((reason, detail)) => {
            let file = InsightsFile { path: path.clone(), schema: None, unknown_keys: Vec::new(), parent: None };
            let broken = all(cx, &(reason, format!("{path}: {detail}")));
            return Insights { present: Fact::known(Some(file), cx.src), ..broken };
        }
    };
    let places = Places::new(cx, &format, entry.path.clone());
    let parent = parent(cx, &reader, &places, &document);
    Claims { cx, format: &format, path, document, parent, places }.insights()
}

/// The file: the root before the directories of forges, the exact name before other spellings of it.
fn find<'a>(cx: &Context<'a>, format: &Format) -> Option<&'a Entry> {
    let paths = format.directories.iter().flat_map(|directory| {
        format.names.iter().map(move |name| match directory.is_empty() {
            true => name.clone(),
            false => format!("{directory}/{name}"),
        })
    });
    let paths: Vec<String> = paths.collect();
    // One place after the other; within one, the exact spelling of any name first.
    paths.chunks(format.names.len().max(1)).find_map(|names| {
        let exact = names.iter().find_map(|path| cx.tree.get(path.as_bytes()));
        exact.or_else(|| names.iter().find_map(|path| cx.tree.find(path)))
    })
}

fn read(cx: &Context<'_>, reader: &Reader<'_>, entry: &Entry) -> Result<Node, (Reason, String)> {
    let file =
        cx.tree.resolve(reader, entry).ok_or((Reason::Error, "a link that leads nowhere in this tree".to_owned()))?;
    let blob = reader.read(file, limits::TEXT_BYTES).map_err(|why| (Reason::Error, format!("{why:?}")))?;
    if blob.truncated {
        return Err((Reason::Truncated, format!("larger than {} bytes", limits::TEXT_BYTES)));
    }
    let document = yaml::parse(&blob.text()).map_err(|error| (Reason::ParseError, error.to_string()))?;
    Ok(document.unwrap_or_else(nothing))
}

fn nothing() -> Node {
    Node { line: 1, column: 1, value: yaml::Value::Mapping(Vec::new()) }
}

/// The file that holds the project's part: one of this tree, or, where that was asked for, one on the same forge.
fn parent(cx: &Context<'_>, reader: &Reader<'_>, places: &Places<'_>, document: &Node) -> Parent {
    let stated = document.at("header.project-si-source").or_else(|| document.at("header.parent-security-yaml"));
    let Some(address) = stated.and_then(Node::as_str) else { return Parent::None };
    let found = places.target(address).and_then(|path| cx.tree.get(path.as_bytes()));
    if let Some(node) = found.and_then(|entry| read(cx, reader, entry).ok()) {
        return Parent::Read(node);
    }
    match cx.forge.and_then(|asked| forge::parent_file(asked, address, cx.now)) {
        Some(Ok(text)) => match yaml::parse(&text) {
            Ok(document) => Parent::Fetched(document.unwrap_or_else(nothing)),
            Err(_) => Parent::Unread(address.to_owned()),
        },
        Some(Err(_)) | None => Parent::Unread(address.to_owned()),
    }
}

fn without_file(cx: &Context<'_>, format: &Format) -> Insights {
    if !cx.tree.complete() {
        let broken = all(cx, &(Reason::Truncated, "the tree was not listed in full".to_owned()));
        return Insights {
            present: Fact::broken(Reason::Truncated, "the tree was not listed in full", cx.src),
            ..broken
        };
    }
    let none = Claims {
        cx,
        format,
        path: String::new(),
        document: nothing(),
        parent: Parent::None,
        places: Places::new(cx, format, RepoPath::new(Vec::new())),
    };
    Insights { present: Fact::known(None, cx.src), ..none.insights() }
}

/// Why no claim could be read.
type Obstacle = (Reason, String);

/// Every claim with the same obstacle.
fn all(cx: &Context<'_>, why: &Obstacle) -> Insights {
    fn fact<T>(cx: &Context<'_>, why: &Obstacle) -> Fact<T> {
        Fact::broken(why.0, why.1.clone(), cx.src)
    }
    Insights {
        present: fact(cx, why),
        age_days: fact(cx, why),
        stale: fact(cx, why),
        status: fact(cx, why),
        links: fact(cx, why),
        contacts: fact(cx, why),
        core_team: fact(cx, why),
        administrators: fact(cx, why),
        repositories: fact(cx, why),
        tools: fact(cx, why),
        assessments: fact(cx, why),
        attestations: fact(cx, why),
        reports_accepted: fact(cx, why),
        accepts_changes: fact(cx, why),
        no_third_party: fact(cx, why),
        license: fact(cx, why),
        urls: fact(cx, why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use crate::collect::tree::Tree;
    use crate::model::subject::Subject;
    use rstest::rstest;

    fn insights(files: &[(&str, &str)]) -> Insights {
        let tree = Tree::of(files);
        let subject = Subject {
            forge: Some("github".to_owned()),
            host: Some("github.com".to_owned()),
            owner: Some("o".to_owned()),
            name: "r".to_owned(),
            default_branch: Some("main".to_owned()),
            commit: None,
        };
        let policies = Bundle::policies();
        let now = "2026-06-30T12:00:00Z".parse().expect("a time");
        collect(&Context {
            tree: &tree,
            clone: None,
            forge: None,
            subject: &subject,
            now,
            policies: &policies,
            src: &["git"],
        })
    }

    fn known<T: Clone + std::fmt::Debug>(fact: &Fact<T>) -> T {
        fact.value().cloned().unwrap_or_else(|| panic!("{fact:?} is known"))
    }

    #[test]
    fn the_table_parses() {
        let format: Format = tables::load(&Bundle::policies(), "security_insights").expect("the table");
        assert_eq!(format.links.len(), 14);
    }

    #[test]
    fn no_file_is_knowledge() {
        let found = insights(&[("README.md", "x")]);
        assert!(known(&found.present).is_none());
        assert!(known(&found.links).values().all(Option::is_none));
        assert_eq!(known(&found.links).len(), 14);
        assert!(!known(&found.stale) && known(&found.repositories).is_empty());
        assert_eq!(known(&found.age_days), None);
    }

    #[rstest]
    #[case(&[".github/security-insights.yml", "security-insights.yml"], "security-insights.yml")]
    #[case(&["SECURITY-INSIGHTS.yml", "security-insights.yml"], "security-insights.yml")]
    #[case(&["SECURITY-INSIGHTS.yml"], "SECURITY-INSIGHTS.yml")]
    #[case(&["Security-Insights.YAML", ".github/security-insights.yml"], "Security-Insights.YAML")]
    #[case(&[".gitlab/security-insights.yaml"], ".gitlab/security-insights.yaml")]
    fn places(#[case] paths: &[&str], #[case] expected: &str) {
        let files: Vec<_> = paths.iter().map(|path| (*path, "header: {schema-version: 2.0.0}")).collect();
        assert_eq!(known(&insights(&files).present).map(|file| file.path).as_deref(), Some(expected));
    }

    const SECOND: &str = "\
header:
  schema-version: 2.2.0
  last-reviewed: '2026-06-01'
  last-updated: '2020-01-01'
  flavour: plain
project:
  administrators:
    - {name: Ann, primary: true}
  documentation:
    detailed-guide: https://github.com/o/r/blob/main/docs/guide.md#start
    quickstart-guide: https://guide.sample.dev/start
    design: http://guide.sample.dev/design
    support-policy: https://example.com/support
    signature-verification: https://github.com/o/r/blob/main/GONE.md
  repositories:
    - {name: r, url: 'https://github.com/o/r', comment: x}
    - {name: s, url: 'https://github.com/o/s', comment: x}
  vulnerability-reporting:
    reports-accepted: true
    contact: {name: Team, email: security@sample.dev, primary: true}
repository:
  status: Active
  accepts-change-request: false
  core-team: [{name: Bob}, {name: Cay}]
  license: {expression: MIT}
  documentation:
    governance: ./GOVERNANCE.md
  security:
    assessments:
      self: {comment: No threat model exists yet. We looked around.}
      third-party:
        - {name: Threat model by X, evidence: 'https://x.sample.dev/r.pdf', date: '2026-06-20', comment: c}
    tools:
      - {name: CodeQL, type: SAST, integration: {ci: true, release: false}}
      - {name: Scan, type: secret-scanning, integration: {ci: false}}
";

    #[test]
    fn second_version() {
        let files = [(".github/security-insights.yml", SECOND), ("docs/guide.md", "x"), ("GOVERNANCE.md", "x")];
        let found = insights(&files);
        let file = known(&found.present).expect("a file");
        assert_eq!((file.schema.as_deref(), file.unknown_keys), (Some("2.2.0"), vec!["header.flavour".to_owned()]));
        assert_eq!((known(&found.age_days), known(&found.stale)), (Some(29), false));
        let links = known(&found.links);
        let kind = |field: &str| links[field].as_ref().map(|link| (link.kind.as_str(), link.target.as_deref()));
        assert_eq!(kind("detailed_guide"), Some(("tree", Some("docs/guide.md"))));
        assert_eq!(kind("quickstart"), Some(("https", None)));
        assert_eq!(kind("design"), Some(("other", None)));
        assert_eq!(kind("support_policy"), Some(("placeholder", None)));
        assert_eq!(kind("signature_verification"), Some(("dead", None)));
        assert_eq!(kind("governance"), Some(("tree", Some("GOVERNANCE.md"))));
        assert_eq!(kind("changelog"), None);
        assert_eq!(links["detailed_guide"].as_ref().and_then(|link| link.line), Some(10));
        assert_eq!(known(&found.repositories), ["https://github.com/o/r", "https://github.com/o/s"]);
        assert_eq!(known(&found.core_team), ["Bob", "Cay"]);
        assert_eq!(known(&found.administrators), ["Ann"]);
        assert_eq!((known(&found.status).as_deref(), known(&found.license).as_deref()), (Some("active"), Some("MIT")));
        assert_eq!((known(&found.reports_accepted), known(&found.accepts_changes)), (Some(true), Some(false)));
        let contacts = known(&found.contacts);
        assert_eq!((contacts.len(), contacts[0].kind.as_str(), contacts[0].line), (1, "email", Some(20)));
        let tools: Vec<_> = known(&found.tools).into_iter().map(|tool| (tool.tool_type, tool.in_ci)).collect();
        assert_eq!(tools, [("sast".to_owned(), true), ("secret".to_owned(), false)]);
        let assessments = known(&found.assessments);
        assert!(!assessments[0].threat_model && assessments[0].evidence.is_none());
        assert!(assessments[1].threat_model);
        assert_eq!((assessments[1].kind.as_str(), assessments[1].age_days), ("third_party", Some(10)));
        assert!(known(&found.urls).iter().any(|url| url.field == "project.repositories.url" && url.line == Some(16)));
    }

    #[test]
    fn first_version() {
        let text = "\
header:
  schema-version: 1.0.0
  expiration-date: '2026-06-01T01:00:00.000Z'
  last-updated: '2026-05-01'
project-lifecycle: {status: active, core-maintainers: ['github:ann'], release-process: 'We tag, then we build.'}
contribution-policy: {accepts-pull-requests: true, contributing-policy: 'https://c.sample.dev/'}
documentation: ['https://d.sample.dev']
security-artifacts:
  threat-model: {threat-model-created: true, evidence-url: ['https://t.sample.dev']}
  self-assessment: {self-assessment-created: false}
security-testing: [{tool-type: sca, tool-name: Dependabot, integration: {ad-hoc: false, ci: true, before-release: true}}]
security-contacts: [{type: email, value: a@sample.dev}, {type: website, value: 'https://w.sample.dev'}]
vulnerability-reporting: {accepts-vulnerability-reports: true, email-contact: a@sample.dev}
dependencies: {third-party-packages: false, sbom: [{sbom-file: 'https://s.sample.dev/x', sbom-format: CycloneDX}]}
";
        let found = insights(&[("SECURITY-INSIGHTS.yml", text)]);
        assert!(known(&found.stale), "it has expired");
        assert!(known(&found.present).is_some_and(|file| file.unknown_keys.is_empty()));
        let links = known(&found.links);
        assert!(links["contributing"].is_some() && links["release_process"].is_none());
        assert_eq!(
            known(&found.contacts).iter().map(|contact| contact.kind.as_str()).collect::<Vec<_>>(),
            ["email", "url"]
        );
        assert_eq!(known(&found.core_team), ["github:ann"]);
        assert_eq!(known(&found.no_third_party), Some(true));
        let assessments = known(&found.assessments);
        assert_eq!((assessments.len(), assessments[0].threat_model), (1, true));
        assert!(known(&found.tools)[0].in_release);
        assert_eq!(known(&found.attestations)[0].predicate.as_deref(), Some("cyclonedx"));
    }

    #[rstest]
    #[case("header: [")]
    #[case("a: 1\na: 2\n")]
    fn a_broken_file_is_present_and_says_nothing(#[case] text: &str) {
        let found = insights(&[("security-insights.yml", text)]);
        assert!(known(&found.present).is_some());
        assert!(matches!(&found.links, Fact::Unknown { why, .. } if why.reason == Reason::ParseError));
        assert!(matches!(&found.stale, Fact::Unknown { .. }));
    }

    #[rstest]
    #[case("")]
    #[case("- 1\n- 2\n")]
    #[case("just text")]
    #[case("header: text\nproject: [1, 2]\nrepository: {core-team: 7, license: MIT}\n")]
    fn odd_files_claim_nothing(#[case] text: &str) {
        let found = insights(&[("security-insights.yml", text)]);
        assert!(known(&found.present).is_some());
        assert!(known(&found.links).values().all(Option::is_none));
        assert_eq!(known(&found.license), None);
    }

    #[test]
    fn an_outside_parent_is_named_and_an_inside_one_is_read() {
        let child =
            |parent: &str| format!("header: {{project-si-source: '{parent}'}}\nrepository: {{status: active}}\n");
        let outside = child("https://parent.sample.dev/si.yml");
        let found = insights(&[("security-insights.yml", &outside)]);
        assert!(matches!(&found.repositories, Fact::Unknown { .. }));
        assert!(!found.contacts.is_complete() && !found.links.is_complete());
        assert_eq!(known(&found.status).as_deref(), Some("active"));

        let inside = child("https://raw.githubusercontent.com/o/r/main/.github/parent.yml");
        let found = insights(&[("security-insights.yml", &inside), (".github/parent.yml", SECOND)]);
        assert_eq!(known(&found.repositories).len(), 2);
        assert_eq!(known(&found.links)["quickstart"].as_ref().map(|link| link.line), Some(None));
    }
}
