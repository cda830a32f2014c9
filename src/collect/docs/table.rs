//! The table of texts that the matcher is tested with: polarity, places and links, beside the samples in every topic file.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use rstest::rstest;

use super::matcher::Matcher;
use super::roles::Roles;
use super::samples::{self, document, fits, library, path_of};
use super::{TopicFinding, topic};
use crate::bundle::Bundle;

fn shown(finding: &TopicFinding) -> String {
    format!(
        "{} slots {:?} missing {:?} at {:?}",
        finding.class,
        finding.slots,
        finding.missing,
        finding.findings.first()
    )
}

#[test]
fn every_topic_reads_its_samples() {
    let (total, wrong) = samples::check(&Bundle::policies()).expect("the tables");
    let shown: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    assert!(wrong.is_empty(), "{} of {total} samples:\n{}", wrong.len(), shown.join("\n"));
}

#[test]
fn every_topic_tests_its_forms() {
    let topics = topic::load(&Bundle::policies());
    let lacking: BTreeMap<&str, usize> = topics
        .by_name
        .iter()
        .filter(|(_, topic)| topic.tests.len() < 4)
        .map(|(name, topic)| (name.as_str(), topic.tests.len()))
        .collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

/// The matcher with the shipped topics.
static SHIPPED: LazyLock<(Arc<Roles>, Arc<Matcher>)> = LazyLock::new(|| {
    let policies = Bundle::policies();
    (Roles::load(&policies).expect("the roles"), Matcher::load(&policies).expect("the tables"))
});

/// The class that one text alone has for a shipped topic.
fn class_of(topic: &str, role: &str, text: &str) -> String {
    let (roles, matcher) = &*SHIPPED;
    let found = matcher.read(&library(vec![document(&path_of(role), &[role], text, roles)]));
    found.get(topic).map(|finding| finding.class.clone()).unwrap_or_default()
}

#[rstest]
// Affirmative.
#[case(
    "cvd",
    "security",
    "# Security\n\nReport vulnerabilities to security@sample.dev. We acknowledge reports within 3 days and coordinate disclosure with you.",
    "stated"
)]
#[case(
    "cvd",
    "security",
    "# Security\n\nReport vulnerabilities to security@sample.dev. Reports will be acknowledged within two business days. We publish an advisory once a fix is released.",
    "stated"
)]
#[case("contact", "security", "Please mail security@sample.dev to report a vulnerability.", "stated")]
#[case("contact", "security", "# Security\n\nReport vulnerabilities to security at sample dot dev.", "stated")]
#[case(
    "contact",
    "security",
    "# Security\n\nTo report a vulnerability open https://github.com/sample/sample/security/advisories/new.",
    "stated"
)]
#[case("private_route", "security", "# Security\n\nMail vulnerabilities to security@sample.dev.", "stated")]
#[case(
    "vetting",
    "governance",
    "# Becoming a maintainer\n\nCandidates will be voted on by the maintainers before they get commit access.",
    "stated"
)]
#[case(
    "vetting",
    "governance",
    "# New maintainers\n\nNobody gets write access before a vote of the maintainers on the candidate.",
    "stated"
)]
#[case("test_policy", "contributing", "# Contributing\n\nNew features must come with tests.", "stated")]
#[case(
    "test_policy",
    "contributing",
    "# Contributing\n\nPull requests with new features will not be merged without tests.",
    "stated"
)]
#[case(
    "test_policy",
    "contributing",
    "# Contributing\n\nEvery change must:\n\n- be small\n- include tests for new features",
    "stated"
)]
#[case(
    "security_end",
    "security",
    "# Security\n\n## Supported Versions\n\n| Version | Supported |\n|---|---|\n| 2.x | ✅ |\n| 1.x | ❌ |",
    "stated"
)]
#[case(
    "verification",
    "readme",
    "## Verifying releases\n\n```sh\ngpg --verify sample.tar.gz.asc sample.tar.gz\n```",
    "stated"
)]
#[case("build", "contributing", "## Building from source\n\nYou need Rust 1.80.\n\n```sh\ncargo build\n```", "stated")]
#[case("testing", "contributing", "## Tests\n\nRun `cargo test` before you open a pull request.", "stated")]
#[case(
    "secrets_policy",
    "docs",
    "# Secrets policy\n\nThe project's secrets are stored in a vault. Only maintainers have access to them. They are rotated every 90 days.",
    "stated"
)]
#[case(
    "sca_policy",
    "security",
    "# Security\n\n## Dependency vulnerabilities\n\nCritical and high vulnerabilities in dependencies must be fixed within 14 days. Dependencies with an incompatible licence must be removed.",
    "stated"
)]
#[case(
    "sast_policy",
    "security",
    "# Security\n\n## Static analysis\n\nHigh and critical findings of static analysis must be fixed within 30 days.",
    "stated"
)]
#[case("sca_release", "release", "# Releasing\n\nAll SCA findings must be resolved before a release.", "stated")]
#[case("support", "support", "# Support\n\nEach minor version gets fixes for 12 months.", "stated")]
#[case("sign_off", "contributing", "## DCO\n\nEvery commit must be signed off.", "stated")]
#[case("discussion", "readme", "## Community\n\nJoin our [Discord](https://discord.gg/sample).", "stated")]
#[case(
    "contribution",
    "contributing",
    "# Contributing\n\nFork the repository, create a branch and open a pull request. A maintainer will review it and may ask for changes before it is merged.",
    "stated"
)]
#[case(
    "criteria",
    "contributing",
    "# Contributing\n\nContributions must pass the linter and must include tests.",
    "stated"
)]
#[case("members", "maintainers", "# Maintainers\n\n- Ana Lopez (@anal)\n- Bo Chen (@bochen)", "stated")]
#[case("roles", "governance", "# Roles\n\nMaintainers review and merge pull requests.", "stated")]
#[case("defect_guide", "readme", "## Bugs\n\nFound a bug? Please open an issue on GitHub.", "stated")]
// Negated.
#[case("contact", "security", "# Security\n\nWe do not accept reports. See https://example.com", "denied")]
#[case("contact", "security", "# Security\n\nWe don't accept security reports.", "denied")]
#[case("vetting", "governance", "# Maintainers\n\nNo vote is required before granting commit access.", "denied")]
#[case("test_policy", "contributing", "# Contributing\n\nTests are not required.", "denied")]
#[case("sign_off", "contributing", "We do not require a DCO.", "denied")]
#[case("defect_guide", "readme", "## Issues\n\nWe do not accept bug reports.", "denied")]
#[case("verification", "readme", "## Signatures\n\nThe releases are not signed.", "denied")]
#[case("advisories", "security", "# Security\n\nWe do not publish advisories.", "denied")]
// A negation of something else denies nothing.
#[case(
    "private_route",
    "security",
    "# Security\n\nDo not open public issues for vulnerabilities; mail security@sample.dev.",
    "stated"
)]
#[case(
    "private_route",
    "security",
    "# Security\n\nPlease do not report security vulnerabilities through public issues. Instead, send an email to security@sample.dev.",
    "stated"
)]
#[case(
    "contact",
    "security",
    "# Security\n\nIf you cannot use the form, mail security@sample.dev about the vulnerability.",
    "stated"
)]
#[case(
    "contact",
    "security",
    "# Security\n\nDo not hesitate to report a vulnerability to security@sample.dev.",
    "stated"
)]
#[case("sign_off", "contributing", "Commits without a Signed-off-by line will not be accepted.", "stated")]
// Announced.
#[case("threat_model", "readme", "A threat model will be published.", "deferred")]
#[case("cvd", "security", "# Security\n\nTODO", "deferred")]
#[case("verification", "readme", "## Verifying releases\n\nComing soon.", "deferred")]
#[case("build", "readme", "## Building\n\nBuild instructions will be added soon.", "deferred")]
#[case("secrets_policy", "docs", "# Secrets policy\n\nTBD", "deferred")]
#[case(
    "security_end",
    "security",
    "# Security Policy\n\n## Supported Versions\n\nThe table will be added later.",
    "deferred"
)]
#[case("testing", "testing", "# Testing\n\nTo be written.", "deferred")]
#[case("threat_model", "security", "# Security\n\nA threat model is on the roadmap.", "deferred")]
#[case("vetting", "governance", "# Becoming a maintainer\n\nThe process is to be decided.", "deferred")]
// Still to be filled in.
#[case("contact", "security", "# Security\n\nReport vulnerabilities to [INSERT EMAIL].", "placeholder")]
#[case(
    "contact",
    "security",
    "# Security Policy\n\n## Reporting a Vulnerability\n\nUse this section to tell people how to report a vulnerability.\n\nTell them where to go, how often they can expect to get an update.",
    "placeholder"
)]
#[case(
    "security_end",
    "security",
    "# Security Policy\n\n## Supported Versions\n\nUse this section to tell people about which versions are supported.\n\n| Version | Supported |\n| --- | --- |\n| 5.1.x | :white_check_mark: |\n| 5.0.x | :x: |\n| 4.0.x | :white_check_mark: |\n| < 4.0 | :x: |",
    "placeholder"
)]
#[case(
    "security_end",
    "security",
    "# Security Policy\n\n## Supported versions\n\n| Version | Security updates until |\n|---|---|\n| [INSERT VERSIONS] | [INSERT DATE] |\n| [INSERT VERSIONS] | ended, unsupported |",
    "placeholder"
)]
#[case(
    "verification",
    "readme",
    "## Verifying releases\n\n```sh\ngh attestation verify [INSERT FILE NAME] --repo sample-org/sample\n```",
    "mention"
)]
#[case("members", "maintainers", "# Maintainers\n\n- [your name] (@[your handle])", "placeholder")]
#[case("secrets_policy", "docs", "# Secrets policy\n\n{{ how secrets are stored }}", "placeholder")]
// Parts and passing mentions.
#[case(
    "cvd",
    "security",
    "# Security\n\nReport vulnerabilities to security@sample.dev. We fix them as soon as possible.",
    "partial"
)]
#[case(
    "cvd",
    "security",
    "# Security\n\nReport vulnerabilities to security@sample.dev. We ask for a 90 day embargo before disclosure.",
    "partial"
)]
#[case(
    "security_end",
    "security",
    "# Security Policy\n\n## Supported Versions\n\n| Version | Supported |\n|---|---|\n| 2.x | yes |",
    "mention"
)]
#[case("verification", "readme", "## Verifying releases\n\n```sh\nsha256sum -c SHA256SUMS\n```", "mention")]
#[case("build", "readme", "## Building\n\n```sh\ncargo build\n```", "partial")]
#[case("sign_off", "contributing", "See the Developer Certificate of Origin.", "mention")]
#[case("threat_model", "readme", "The threat model is kept elsewhere.", "mention")]
// Another subject.
#[case(
    "secrets_policy",
    "security",
    "# Security\n\nNever post secrets in issues. This is a HashiCorp Vault plugin.",
    "absent"
)]
#[case("build", "readme", "## Team building\n\nWe meet once a year.", "absent")]
#[case(
    "sast_policy",
    "readme",
    "# Disaster recovery\n\nHigh and critical disasters must be handled within 30 days.",
    "absent"
)]
#[case("cvd", "readme", "# Shop\n\nRefunds are handled within 14 days.", "absent")]
#[case(
    "sca_policy",
    "security",
    "# Security\n\n## Static analysis\n\nHigh findings of static analysis must be fixed within 30 days.",
    "absent"
)]
#[case("verification", "readme", "## Email verification\n\nThe service sends a link to verify the address.", "absent")]
#[case("discussion", "readme", "The library parses IRC logs and Slack exports.", "absent")]
// Another language.
#[case(
    "cvd",
    "security",
    "# Sicherheit\n\nWenn Sie eine Schwachstelle in diesem Projekt finden, dann schreiben Sie uns bitte eine Nachricht und geben Sie uns die Zeit, die wir brauchen, um den Fehler zu beheben. Wir werden Ihnen nach der Meldung so bald wie möglich antworten und mit Ihnen zusammen die Veröffentlichung planen.",
    "foreign"
)]
#[case(
    "cvd",
    "security",
    "# 安全\n\n如果您发现了安全漏洞，请不要公开，请通过邮件告诉我们，我们会在收到报告之后尽快回复并且修复这个问题，然后发布新的版本，谢谢您的帮助和支持。",
    "foreign"
)]
// Nothing at all.
#[case("cvd", "security", "", "absent")]
#[case("cvd", "security", "now is the time for all goodness", "absent")]
#[case("members", "maintainers", "# Maintainers\n", "absent")]
#[case("threat_model", "readme", "We have no threat model.", "denied")]
fn reads(#[case] topic: &str, #[case] role: &str, #[case] text: &str, #[case] expected: &str) {
    let class = class_of(topic, role, text);
    assert!(fits(expected, &class), "{topic} wants {expected} is {class}: {text}");
}

fn together(topic: &str, documents: &[(&str, &str, &str)]) -> TopicFinding {
    let (roles, matcher) = &*SHIPPED;
    let documents = documents.iter().map(|(path, role, text)| document(path, &[role], text, roles)).collect();
    matcher.read(&library(documents)).remove(topic).expect("the topic")
}

#[rstest]
#[case::linked(&[("CONTRIBUTING.md", "contributing", "## Tests\n\nThe tests run on every pull request. See [testing](TESTING.md)."), ("TESTING.md", "testing", "# Testing\n\nRun `cargo test`.")], "testing", "stated")]
#[case::not_linked(&[("CONTRIBUTING.md", "contributing", "## Tests\n\nThe tests run on every pull request."), ("TESTING.md", "testing", "# Testing\n\nRun `cargo test`.")], "testing", "partial")]
#[case::one_states(&[("README.md", "readme", "## Tests\n\nThe tests run nightly."), ("TESTING.md", "testing", "# Testing\n\nRun `cargo test` before you push.")], "testing", "stated")]
#[case::contradiction(&[("SECURITY.md", "security", "# Security\n\nWe do not accept vulnerability reports."), ("README.md", "readme", "## Security\n\nReport vulnerabilities to security@sample.dev.")], "contact", "contradicted")]
#[case::english_beside_translation(&[("README.md", "readme", "# Sample\n\nA library that does what samples do, with words enough to be a document of its own that somebody may read from its beginning to its end."), ("README.zh.md", "readme", "# 样本\n\n这是一个做样本的库，它有足够的文字成为一个独立的文件，任何人都可以从头到尾阅读它，谢谢您的帮助和支持。")], "user_guide", "absent")]
fn reads_together(#[case] documents: &[(&str, &str, &str)], #[case] topic: &str, #[case] expected: &str) {
    let finding = together(topic, documents);
    assert_eq!(finding.class, expected, "{}", shown(&finding));
}

#[rstest]
#[case::sends(
    "# Security\n\nReport security issues as described in [our policy](https://sample.dev/security-policy).",
    Some(true)
)]
#[case::bare("# Security\n\n[security policy](https://sample.dev/security-policy)", Some(false))]
#[case::denied("# Security\n\nDo not use the [security policy](https://sample.dev/security-policy).", Some(false))]
#[case::the_same_words_before(
    "# Security\n\nRead the security policy first. Do not use the [security policy](https://sample.dev/security-policy).",
    Some(false)
)]
#[case::unrelated("# Security\n\nSee [our shop](https://sample.dev/shop) for more.", None)]
fn links_for_a_topic(#[case] text: &str, #[case] affirmative: Option<bool>) {
    let finding = together("contact", &[("README.md", "readme", text)]);
    assert_eq!(finding.links.first().map(|link| link.affirmative), affirmative, "{:?}", finding.links);
}

#[test]
fn the_order_of_documents_changes_nothing() {
    let texts = [
        ("README.md", "readme", "## Tests\n\nThe tests run nightly."),
        ("docs/a.md", "docs", "# Testing\n\nRun `cargo test` before you push."),
    ];
    let (one, other) = (together("testing", &texts), together("testing", &[texts[1], texts[0]]));
    assert_eq!(serde_json::to_string(&one).expect("json"), serde_json::to_string(&other).expect("json"));
}
