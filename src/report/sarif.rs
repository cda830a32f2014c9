//! SARIF 2.1.0 as code scanning reads it: failures, and what else is asked for, never anything that is met. GitHub takes notice of few
//! properties; `kind`, `baselineState` and `suppressions` are not among them, so each result there becomes an alert.

use std::collections::BTreeMap;

use serde::Serialize;

use super::findings::{self, Also, Finding, Findings, Weight};
use super::{escape, links, words};
use crate::model::assessment::{Assessment, Verdict};
use crate::model::ruling::Outcome;

/// The address of the official schema, which the format demands in each file.
const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// Bytes of all results; GitHub takes 10 MB of the compressed file, which even incompressible text of this size stays under.
const MOST_BYTES: usize = 9_000_000;
/// Characters of a rule's descriptions at most.
const DESCRIPTION: usize = 1_024;
/// Characters of a rule's name at most.
const NAME: usize = 255;
/// What stands for the root of the repository.
const ROOT: &str = "%SRCROOT%";
/// Lines beyond this are no lines to readers with 32 bits.
const LAST_LINE: u64 = 2_147_483_647;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool<'a>,
    invocations: [Invocation; 1],
    automation_details: AutomationDetails,
    original_uri_base_ids: BTreeMap<&'static str, BaseId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    version_control_provenance: Vec<Provenance>,
    column_kind: &'static str,
    results: Vec<ResultItem<'a>>,
    properties: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct Tool<'a> {
    driver: Driver<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver<'a> {
    name: &'a str,
    version: &'a str,
    semantic_version: &'a str,
    information_uri: &'a str,
    rules: Vec<Rule<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    name: String,
    short_description: Text,
    full_description: Text,
    default_configuration: Configuration,
    help_uri: &'a str,
    help: Help,
    properties: RuleProperties,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
struct Text {
    text: String,
}

#[derive(Serialize)]
struct Help {
    text: String,
    markdown: String,
}

#[derive(Serialize)]
struct RuleProperties {
    tags: Vec<String>,
    precision: &'static str,
    #[serde(rename = "problem.severity")]
    problem_severity: &'static str,
    #[serde(rename = "security-severity", skip_serializing_if = "Option::is_none")]
    security_severity: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tool_execution_notifications: Vec<Notification>,
}

#[derive(Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

#[derive(Serialize)]
struct AutomationDetails {
    id: &'static str,
}

#[derive(Serialize)]
struct BaseId {
    description: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Provenance {
    repository_uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    revision_id: Option<String>,
    mapped_to: MappedTo,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MappedTo {
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ResultItem<'a> {
    rule_id: &'a str,
    rule_index: usize,
    kind: &'static str,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    partial_fingerprints: Fingerprints,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Suppression>,
    properties: ResultProperties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    uri_base_id: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: u64,
    start_column: u64,
    end_line: u64,
    end_column: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Fingerprints {
    primary_location_line_hash: String,
}

#[derive(Serialize)]
struct Suppression {
    kind: &'static str,
    status: &'static str,
    justification: String,
}

#[derive(Serialize)]
struct ResultProperties<'a> {
    outcome: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<&'a str>,
}

/// The findings of an assessment.
pub(super) fn render(assessment: &Assessment, also: Also) -> String {
    of(assessment, &findings::of(assessment, also))
}

/// These findings of an assessment.
pub fn of(assessment: &Assessment, findings: &Findings<'_>) -> String {
    let verdicts: Vec<&Verdict> =
        assessment.requirements.iter().filter(|verdict| verdict.outcome != Outcome::NotRun).collect();
    let index: BTreeMap<&str, usize> =
        verdicts.iter().enumerate().map(|(at, verdict)| (verdict.id.as_str(), at)).collect();
    let (mut results, mut bytes) = (Vec::new(), 0_usize);
    for finding in &findings.told {
        let Some(at) = index.get(finding.verdict.id.as_str()) else { continue };
        let item = result(finding, *at);
        bytes += serde_json::to_string(&item).map_or(0, |text| text.len());
        if bytes > MOST_BYTES {
            break;
        }
        results.push(item);
    }
    let left_out = findings.left_out + findings.told.len() - results.len();
    let version = assessment.tool.split_whitespace().nth(1).unwrap_or("0.0.0");
    let log = Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: "osps",
                    version,
                    semantic_version: version,
                    information_uri: &assessment.catalog.url,
                    rules: verdicts.iter().map(|verdict| rule(assessment, verdict)).collect(),
                },
            },
            invocations: [invocation(left_out)],
            // Without the level: a project that aims higher would leave the alerts of the former category open for ever.
            automation_details: AutomationDetails { id: "osps-baseline/" },
            original_uri_base_ids: BTreeMap::from([(
                ROOT,
                BaseId { description: Text { text: "The root of the assessed repository.".to_owned() } },
            )]),
            version_control_provenance: provenance(assessment).into_iter().collect(),
            column_kind: "unicodeCodePoints",
            results,
            properties: properties(assessment),
        }],
    };
    // Plain data into memory cannot fail.
    let mut text = serde_json::to_string(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn rule<'a>(assessment: &Assessment, verdict: &'a Verdict) -> Rule<'a> {
    let levels: Vec<String> = verdict.levels.iter().map(ToString::to_string).collect();
    let control = assessment.catalog.controls.iter().find(|control| control.id == verdict.id.control());
    let title = control.map_or(verdict.id.control(), |control| control.title.as_str());
    let version = &assessment.catalog.version;
    let summary = escape::short(&verdict.summary, DESCRIPTION);
    let (id, levels_named) = (&verdict.id, levels.join(", "));
    let full = format!("{summary} ({title}: OSPS Baseline {version}, {id}, level {levels_named})");
    let lowest = verdict.levels.iter().min().map(|level| level.number());
    let mut tags = vec!["security".to_owned(), "osps-baseline".to_owned(), verdict.family.clone()];
    tags.extend(levels.iter().map(|level| format!("level-{level}")));
    // What is not decided is no weakness yet, and must not be listed as one of high severity.
    let open = matches!(verdict.outcome, Outcome::NeedsReview | Outcome::Unknown);
    Rule {
        id: verdict.id.as_str(),
        name: escape::short(&in_one_word(title), NAME),
        short_description: Text { text: summary },
        full_description: Text { text: escape::short(&full, DESCRIPTION) },
        default_configuration: Configuration { level: "error" },
        help_uri: &verdict.url,
        help: help(verdict),
        properties: RuleProperties {
            tags,
            precision: verdict.confidence.map_or("low", words::confidence),
            problem_severity: if open { "recommendation" } else { "error" },
            security_severity: (!open).then_some(match lowest {
                Some(1) => "8.0",
                Some(2) => "6.0",
                _ => "4.0",
            }),
        },
    }
}

/// `Handling of secrets` as `HandlingOfSecrets`.
fn in_one_word(title: &str) -> String {
    let words = title.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words
        .flat_map(|word| {
            let mut rest = word.chars();
            let first = rest.next().into_iter().flat_map(char::to_uppercase);
            first.chain(rest).collect::<Vec<char>>()
        })
        .collect()
}

fn help(verdict: &Verdict) -> Help {
    let (id, url) = (&verdict.id, &verdict.url);
    let (mut text, mut markdown) = (String::new(), String::new());
    if let Some(fix) = &verdict.remediation {
        let what = escape::one_line(&fix.text);
        text.push_str(&format!("How to meet it: {what}\n"));
        markdown.push_str(&format!("**How to meet it**: {what}\n\n"));
        for (at, step) in fix.steps.iter().enumerate() {
            let line = format!("{}. {}\n", at + 1, escape::one_line(step));
            text.push_str(&line);
            markdown.push_str(&line);
        }
        if let Some(command) = &fix.command {
            text.push_str(&format!("{command}\n"));
            markdown.push_str(&format!("\n```sh\n{command}\n```\n"));
        }
    }
    text.push_str(&format!("The official text of {id}: {url}\nMore: osps explain {id}"));
    markdown.push_str(&format!("\n[The official text of {id}]({url}). More: `osps explain {id}`"));
    Help { text, markdown }
}

fn result<'a>(finding: &Finding<'a>, rule_index: usize) -> ResultItem<'a> {
    let verdict = finding.verdict;
    // By the letter only a failure has a level. GitHub reads nothing but the level, and a note is the least it shows; who knows
    // kinds takes nothing open for a failure.
    let (kind, level) = match (finding.weight, verdict.outcome) {
        (Weight::Failure | Weight::Waived, _) => ("fail", "error"),
        (Weight::Open, Outcome::NeedsReview) => ("review", "note"),
        (Weight::Open, _) => ("open", "note"),
    };
    let line = finding.line.unwrap_or(1).clamp(1, LAST_LINE);
    ResultItem {
        rule_id: verdict.id.as_str(),
        rule_index,
        kind,
        level,
        message: Text { text: without_links(&finding.message) },
        locations: [Location {
            physical_location: PhysicalLocation {
                artifact_location: ArtifactLocation { uri: uri(&finding.path), uri_base_id: ROOT },
                // How long the line is, is not known; ends past the end of a file break readers.
                region: Region { start_line: line, start_column: 1, end_line: line, end_column: 1 },
            },
        }],
        partial_fingerprints: Fingerprints {
            primary_location_line_hash: format!("{}:{}", finding.fingerprint, finding.repeat),
        },
        suppressions: suppression(finding).into_iter().collect(),
        properties: ResultProperties {
            outcome: words::outcome(verdict.outcome),
            confidence: verdict.confidence.map(words::confidence),
            evidence: finding.stands_in.then_some("the project, no single file"),
        },
    }
}

fn suppression(finding: &Finding<'_>) -> Option<Suppression> {
    let laid = finding.verdict.declaration.as_ref().filter(|_| finding.weight == Weight::Waived)?;
    let (by, until) = (escape::one_line(&laid.said.by), laid.last_day);
    let statement = escape::short(&laid.said.statement, DESCRIPTION);
    Some(Suppression {
        kind: "external",
        status: "accepted",
        justification: format!("Waived by {by} until {until}: {statement}"),
    })
}

/// Messages may hold links, as `[text](address)`; strangers place none.
fn without_links(text: &str) -> String {
    text.replace("](", "] (")
}

/// A path as a relative address: whatever has a meaning in addresses, and a scheme in front, becomes a plain name.
fn uri(path: &str) -> String {
    path.split('/').map(links::encoded).collect::<Vec<_>>().join("/")
}

fn provenance(assessment: &Assessment) -> Option<Provenance> {
    let repository_uri = links::repository(&assessment.subject)?;
    let revision_id = assessment.subject.commit.clone();
    Some(Provenance { repository_uri, revision_id, mapped_to: MappedTo { uri_base_id: ROOT } })
}

fn invocation(left_out: usize) -> Invocation {
    let mut notifications = Vec::new();
    if left_out > 0 {
        let text = format!("{left_out} findings of the least importance are left out: no more are kept of one file.");
        notifications.push(Notification { level: "warning", message: Text { text } });
    }
    Invocation { execution_successful: true, tool_execution_notifications: notifications }
}

fn properties(assessment: &Assessment) -> BTreeMap<&'static str, String> {
    let reached = assessment.levels.reached.map_or_else(|| "none".to_owned(), |level| level.to_string());
    BTreeMap::from([
        ("catalog", assessment.catalog.version.clone()),
        ("catalogDigest", assessment.catalog.digest.clone()),
        ("policiesDigest", assessment.policies.digest.clone()),
        ("factsDigest", assessment.facts.digest.clone()),
        ("levelReached", reached),
    ])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rstest::rstest;
    use serde_json::Value as Json;

    use super::super::samples;
    use super::*;
    use crate::model::assessment::Standing;

    const ALL: Also = Also { open: true, waived: true };

    fn run(assessment: &Assessment, also: Also) -> Json {
        let log: Json = serde_json::from_str(&render(assessment, also)).expect("JSON");
        log["runs"][0].clone()
    }

    fn results(assessment: &Assessment, also: Also) -> Vec<Json> {
        run(assessment, also)["results"].as_array().expect("a list").clone()
    }

    #[test]
    fn the_mixed_sample() {
        let log: Json = serde_json::from_str(&render(&samples::mixed(), ALL)).expect("JSON");
        let mut run = log["runs"][0].clone();
        // 64 rules of one kind: three show it.
        let rules = run["tool"]["driver"]["rules"].as_array_mut().expect("a list");
        rules.retain(|rule| ["OSPS-AC-02.01", "OSPS-BR-01.01", "OSPS-QA-06.02"].iter().any(|id| rule["id"] == *id));
        run["results"].as_array_mut().expect("a list").retain(|result| result["kind"] != "open");
        insta::assert_snapshot!(format!("{run:#}"));
    }

    #[test]
    fn nothing_that_is_met_becomes_an_alert() {
        for (name, assessment) in samples::all() {
            let of = |standing: Standing| -> BTreeSet<&str> {
                let verdicts = assessment.requirements.iter().filter(|verdict| verdict.standing == standing);
                verdicts.map(|verdict| verdict.id.as_str()).collect()
            };
            let told = results(&assessment, Also::default());
            let ids: BTreeSet<&str> = told.iter().filter_map(|result| result["ruleId"].as_str()).collect();
            assert_eq!(ids, of(Standing::Unmet), "{name}");
            assert!(told.iter().all(|result| result["kind"] == "fail" && result["level"] == "error"), "{name}");
            let told = results(&assessment, ALL);
            let ids: BTreeSet<&str> = told.iter().filter_map(|result| result["ruleId"].as_str()).collect();
            assert!(ids.is_disjoint(&of(Standing::Met)), "{name}");
        }
    }

    #[test]
    fn what_is_waived_is_suppressed_and_only_on_request() {
        let assessment = samples::mixed();
        let waived = |also| -> Vec<Json> {
            results(&assessment, also).into_iter().filter(|result| result["ruleId"] == "OSPS-QA-05.01").collect()
        };
        assert!(waived(Also::default()).is_empty());
        let told = waived(Also { waived: true, open: false });
        assert_eq!(told[0]["suppressions"][0]["status"], "accepted");
        assert!(told[0]["suppressions"][0]["justification"].as_str().is_some_and(|text| text.contains("until")));
    }

    #[test]
    fn what_is_open_is_a_note_without_severity() {
        let run = run(&samples::mixed(), ALL);
        let rules = run["tool"]["driver"]["rules"].as_array().expect("a list");
        for result in run["results"].as_array().expect("a list") {
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().expect("a number")).expect("small")];
            assert_eq!(rule["id"], result["ruleId"]);
            let open = result["kind"] != "fail";
            assert_eq!(result["level"] == "note", open);
            assert_eq!(rule["properties"].get("security-severity").is_none(), open, "{}", rule["id"]);
        }
    }

    #[test]
    fn names_are_unique_and_survive_shifted_lines() {
        for (name, assessment) in samples::all() {
            let names = |assessment: &Assessment| -> Vec<String> {
                let hash = |result: &Json| result["partialFingerprints"]["primaryLocationLineHash"].to_string();
                results(assessment, ALL).iter().map(hash).collect()
            };
            let before = names(&assessment);
            assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), before.len(), "{name}");
            let mut shifted = assessment.clone();
            for seen in shifted.requirements.iter_mut().flat_map(|verdict| &mut verdict.evidence) {
                seen.line = seen.line.map(|line| line + 17);
            }
            assert_eq!(names(&shifted), before, "{name}");
        }
    }

    #[test]
    fn thousands_of_findings_stay_within_the_limits() {
        let assessment = samples::huge();
        let text = render(&assessment, ALL);
        assert!(text.len() < 10_000_000, "{}", text.len());
        let log: Json = serde_json::from_str(&text).expect("JSON");
        let run = &log["runs"][0];
        assert_eq!(run["results"].as_array().map(Vec::len), Some(findings::MOST));
        let said = run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"].as_str();
        assert!(said.is_some_and(|text| text.starts_with("1400 findings")), "{said:?}");
    }

    #[test]
    fn texts_beyond_all_measure_stay_within_the_limits() {
        let mut assessment = samples::huge();
        for verdict in &mut assessment.requirements {
            verdict.message = "\u{1f600}\"".repeat(10_000);
            verdict.summary = "x".repeat(10_000);
            verdict.evidence.truncate(40);
        }
        let text = render(&assessment, ALL);
        assert!(text.len() < 10_000_000, "{}", text.len());
        let log: Json = serde_json::from_str(&text).expect("JSON");
        for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("a list") {
            for (key, most) in [("shortDescription", DESCRIPTION), ("fullDescription", DESCRIPTION)] {
                assert!(rule[key]["text"].as_str().is_some_and(|text| text.chars().count() <= most));
            }
            assert!(rule["name"].as_str().is_some_and(|name| name.chars().count() <= NAME && !name.is_empty()));
            assert!(rule["properties"]["tags"].as_array().is_some_and(|tags| tags.len() <= 10));
        }
    }

    #[test]
    fn strangers_choose_no_address() {
        for result in results(&samples::hostile(), ALL) {
            let place = &result["locations"][0]["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().expect("an address");
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte);
            assert!(uri.bytes().all(plain) && !uri.starts_with('/'), "{uri}");
            let text = result["message"]["text"].as_str().expect("a text");
            assert!(!text.contains("](") && !text.contains(char::is_control), "{text}");
            for key in ["startLine", "startColumn", "endLine", "endColumn"] {
                assert!(place["region"][key].as_u64().is_some_and(|number| number >= 1), "{key}");
            }
        }
    }

    #[rstest]
    #[case("src/main.rs", "src/main.rs")]
    #[case("a b/#c?.rs", "a%20b/%23c%3F.rs")]
    #[case("javascript:alert(1)", "javascript%3Aalert%281%29")]
    #[case("%0A::error", "%250A%3A%3Aerror")]
    #[case("win\\path", "win%5Cpath")]
    #[case("ü\u{fffd}", "%C3%BC%EF%BF%BD")]
    fn addresses(#[case] path: &str, #[case] expected: &str) {
        assert_eq!(uri(path), expected);
    }

    #[rstest]
    #[case("Handling of secrets", "HandlingOfSecrets")]
    #[case("OSPS-AC-01", "OSPSAC01")]
    #[case("über-all <b>", "ÜberAllB")]
    fn names_of_rules(#[case] title: &str, #[case] expected: &str) {
        assert_eq!(in_one_word(title), expected);
    }
}
