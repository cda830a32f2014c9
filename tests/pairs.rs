//! Requirements that must not share one proxy: for each pair, a change to a well-kept repository (or to the facts of its
//! forge) after which one of the two still passes and the other does not.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use osps::model::ruling::Outcome;
use rstest::rstest;
use serde_json::{Value as Json, json};
use support::{Repository, lay_over, outcome_of};

/// What is done to the well-kept repository.
enum Change {
    /// Facts that differ: `{"section": {"fact": value}}`.
    Facts(Json),
    /// Files in which a text is replaced; an empty text to be replaced stands for the whole file, `-` removes it.
    Files(&'static [(&'static str, &'static str, &'static str)]),
}
use Change::{Facts, Files};

fn edit(repository: &Repository, edits: &[(&str, &str, &str)]) {
    for (path, from, to) in edits {
        let full = repository.path().join(path);
        if *to == "-" {
            std::fs::remove_file(full).expect("removed");
        } else if from.is_empty() {
            repository.write(path, to.as_bytes());
        } else {
            let text = std::fs::read_to_string(&full).expect("readable");
            assert!(text.contains(from), "{path} does not hold {from:?}");
            repository.write(path, text.replace(from, to).as_bytes());
        }
    }
    repository.commit("Change\n\nSigned-off-by: Ada <ada@example.net>");
}

fn facts(change: &Change) -> Json {
    let repository = support::well_kept();
    if let Files(edits) = change {
        edit(&repository, edits);
    }
    let mut facts = support::facts(repository.path());
    let overlay = std::fs::read_to_string("tests/facts/hardened.overlay.json").expect("readable");
    lay_over(&mut facts, &serde_json::from_str(&overlay).expect("JSON"));
    if let Facts(overlay) = change {
        lay_over(&mut facts, overlay);
    }
    facts
}

const DISPATCH: &str = "on:\n  workflow_dispatch:\n    inputs:\n      target:\n        type: string\npermissions:\n  contents: read\n\
jobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n      - run: ./deploy ${{ inputs.target }}\n";
const TARGET: &str = concat!(
    "on: pull_request_target\npermissions:\n  contents: write\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n",
    "      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683\n",
    "        with:\n          ref: ${{ github.event.pull_request.head.sha }}\n",
    "      - run: make test\n",
);
const DOWNLOAD: &str = "on: push\npermissions:\n  contents: read\njobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n\
      - run: curl -LO http://downloads.example.net/libpart-1.0.tar.gz && tar xzf libpart-1.0.tar.gz && cargo build --release\n";
const BUSINESS: &str = "Business Source License 1.1\n\nLicensor: Acme. The Licensed Work is widget.\nChange Date: 2030-01-01\nChange License: MIT\n\n\
The Licensor hereby grants you the right to copy, modify, create derivative works, redistribute, and make non-production use of the \
Licensed Work. The Licensor may make an Additional Use Grant, above, permitting limited production use.\n";

#[rstest]
#[case("AC-01.01", "AC-02.01", Facts(json!({"org": {"default_permission": "write"}})))]
#[case("AC-02.01", "AC-01.01", Facts(json!({"org": {"two_factor_required": false, "members_without_2fa": 2}})))]
#[case("AC-03.01", "AC-03.02", Facts(json!({"repo": {"host": "git.acme-parts.net"}, "branch": {"deletion_blocked": false}})))]
#[case("AC-03.02", "AC-03.01", Facts(json!({"branch": {"pr_required": false}})))]
#[case("AC-03.01", "QA-07.01", Facts(json!({"branch": {"required_approvals": 0}})))]
#[case("AC-03.01", "QA-03.01", Facts(json!({"branch": {"required_checks": []}})))]
#[case("AC-04.01", "AC-04.02", Files(&[(".github/workflows/ci.yml", "  contents: read", "  contents: write")]))]
#[case("BR-01.01", "BR-01.04", Files(&[(".github/workflows/deploy.yml", "", DISPATCH)]))]
#[case("BR-01.01", "BR-01.03", Files(&[(".github/workflows/target.yml", "", TARGET)]))]
#[case("BR-02.01", "BR-02.02", Facts(json!({"releases": {"latest": {"assets": [
    {"name": "widget-1.1.0", "size": 9, "kind": "compiled", "digest": "sha256:11", "covered_by": [], "verified": false, "parse": null, "version_in_name": "other"}
]}}})))]
#[case("BR-03.02", "BR-03.01", Files(&[("Cargo.toml", "repository = \"https", "homepage = \"http://widget.acme-parts.net\"\nrepository = \"https")]))]
#[case("BR-03.01", "BR-03.02", Files(&[("README.md", "cargo install --git", "curl -k -O https://github.com/acme/widget/releases/latest/download/widget.tar.gz\ncargo install --git")]))]
#[case("BR-04.01", "DO-05.01", Files(&[
    ("SECURITY.md", "| 1.1.x | until 2027-01-31 |\n| 1.0.x | no, ended on 2026-01-31 |\n", ""),
    ("README.md", " and security fixes until the next minor version is released; the one before it gets\nsecurity fixes for a further six months. There is no support for older versions.", "."),
]))]
#[case("QA-02.01", "BR-05.01", Files(&[(".github/workflows/release.yml", "", DOWNLOAD)]))]
#[case("DO-03.01", "BR-06.01", Facts(json!({"releases": {"attestations": [], "latest": {"immutable": false, "assets": [
    {"name": "widget-1.2.0", "size": 9, "kind": "compiled", "digest": null, "covered_by": [], "verified": false, "parse": null, "version_in_name": "same"}
]}}})))]
#[case("BR-06.01", "DO-03.01", Files(&[("SECURITY.md", "## Verifying releases", "## Archives"), ("SECURITY.md", "cosign verify-blob", "tar -xf")]))]
#[case("BR-06.01", "QA-02.02", Facts(json!({"sbom": {"documents": []}})))]
#[case("BR-07.01", "BR-07.02", Files(&[("SECURITY.md", "## Secrets and credentials", "## Robots"), ("SECURITY.md", "The secrets of this project are", "There is"), ("SECURITY.md", "Secrets are stored only in the encrypted\nsecret store of the forge, never in the repository. Access to them is limited to the two release managers. Every credential is rotated\nonce a year, and revoked at once when a maintainer leaves or a leak is suspected.", "It is ours.")]))]
#[case("BR-07.02", "BR-07.01", Facts(json!({"security": {"secret_scanning": "disabled", "push_protection": "disabled"}, "ci": {"capabilities": []}})))]
#[case("DO-01.01", "SA-02.01", Files(&[("docs/cli.md", "", "-"), ("docs/library.md", "", "-")]))]
#[case("DO-01.01", "DO-07.01", Files(&[("CONTRIBUTING.md", "## Building from source\n\nYou need Rust 1.85 or newer and a C compiler for the linker. Build the program with:\n\n```sh\ncargo build --release\n```\n", "")]))]
#[case("GV-02.01", "DO-02.01", Files(&[(".github/ISSUE_TEMPLATE/bug.yml", "", "-"), ("README.md", " Please report bugs in the\n[issue tracker](https://github.com/acme/widget/issues) and say which version you use and what you expected.", "")]))]
#[case("DO-02.01", "VM-02.01", Files(&[("SECURITY.md", "", "-")]))]
#[case("VM-02.01", "VM-01.01", Files(&[("SECURITY.md", "We acknowledge every report within 3 working days, and fix confirmed vulnerabilities within 60 days.", "We answer promptly.")]))]
#[case("DO-03.01", "DO-03.02", Files(&[("SECURITY.md", "  --certificate-identity https://github.com/acme/widget/.github/workflows/release.yml@refs/tags/v1.2.0 \\\n  --certificate-oidc-issuer https://token.actions.githubusercontent.com\n", "  --certificate-identity-regexp '.*' --certificate-oidc-issuer-regexp '.*'\n")]))]
#[case("DO-06.01", "VM-05.01", Files(&[("SECURITY.md", "Findings of critical or high\nseverity must be remediated within 30 days, those of medium severity within 90 days. A dependency whose licence is not on our allow list\nmust be replaced before it is merged; no licence violation is accepted.", "")]))]
#[case("VM-05.01", "VM-06.01", Files(&[("SECURITY.md", "## Findings of static analysis\n\nStatic analysis (SAST) runs on every pull request. Findings of critical or high severity must be fixed before the change is merged; findings\nof medium severity must be fixed within 90 days.\n", "")]))]
#[case("VM-06.01", "VM-05.01", Files(&[("SECURITY.md", "## Findings of software composition analysis\n\nEvery pull request is scanned for known vulnerabilities and for incompatible licences in dependencies (SCA). Findings of critical or high\nseverity must be remediated within 30 days, those of medium severity within 90 days. A dependency whose licence is not on our allow list\nmust be replaced before it is merged; no licence violation is accepted.\n", "")]))]
#[case("VM-05.01", "VM-05.02", Files(&[("SECURITY.md", "All violations found by the dependency scan must be resolved or waived with a written reason before any release is made.\n", "")]))]
#[case("GV-01.01", "GV-01.02", Files(&[("GOVERNANCE.md", "", "# Governance\n\nThe project is run by the people named in MAINTAINERS.md. They meet every month on a call and write down what they agreed on.\n")]))]
#[case("GV-01.02", "GV-04.01", Files(&[("GOVERNANCE.md", "## Becoming a maintainer\n\nA contributor is nominated by a maintainer after sustained contributions. Before write access is granted, all maintainers review the candidate's\nwork and vote; a majority must approve.\n", "")]))]
#[case("GV-03.01", "GV-03.02", Files(&[("CONTRIBUTING.md", "", "# Contributing\n\nFork the repository, create a branch, and open a pull request against `main`. A maintainer reviews every pull request within a week and\ndiscusses it with you until it can be merged.\n")]))]
#[case("GV-03.02", "QA-06.03", Files(&[("CONTRIBUTING.md", "## Tests for changes\n\nEvery new feature and every bug fix must come with tests that cover it; pull requests without tests will not be merged.\n", ""), ("CONTRIBUTING.md", "- Every change must be covered by tests and pass all of them.\n", "")]))]
#[case("LE-02.01", "LE-01.01", Facts(json!({"repo": {"host": "git.acme-parts.net"}, "branch": {"required_checks": []}, "commits": {"signoff": {"total_human": 20, "signed": 3, "other_name": 0, "missing": 17, "missing_squash": 0, "missing_examples": []}}})))]
#[case("LE-02.02", "LE-02.01", Files(&[("LICENSE", "", BUSINESS), ("Cargo.toml", "license = \"MIT\"", "license = \"BUSL-1.1\"")]))]
#[case("LE-03.01", "LE-02.01", Files(&[("LICENSE", "", BUSINESS), ("Cargo.toml", "license = \"MIT\"", "license = \"BUSL-1.1\"")]))]
#[case("LE-03.02", "LE-03.01", Files(&[("LICENSE", "", "-")]))]
#[case("QA-01.01", "QA-01.02", Facts(json!({"commits": {"sample": {"commits": 20, "without_author": 0, "without_parents": 0, "bots": 20, "top_author_percent": 100, "top_author_is_export": true, "merges": 0, "change_requests": 0}}})))]
#[case("QA-02.01", "QA-02.02", Facts(json!({"sbom": {"documents": []}})))]
#[case("QA-06.01", "QA-03.01", Facts(json!({"branch": {"required_checks": []}})))]
#[case("QA-03.01", "QA-06.01", Files(&[(".github/workflows/ci.yml", "      - run: cargo test\n", "      - run: cargo build\n")]))]
#[case("QA-04.01", "QA-04.02", Facts(json!({"project": {"claims": {"single_repository": false}}})))]
#[case("QA-05.01", "QA-05.02", Files(&[("data/parts.sqlite", "", "SQLite format 3\u{0}\u{10}\u{0}\u{1}\u{1}\u{0}@  \u{0}\u{0}\u{0}\u{1}")]))]
#[case("QA-06.01", "QA-06.02", Files(&[("CONTRIBUTING.md", "## Running the tests\n\nRun the tests before you submit a pull request:\n\n```sh\ncargo test\n```\n\nCI runs the same tests on every pull request and on every push to `main`.\n", "")]))]
#[case("QA-06.02", "QA-06.03", Files(&[("CONTRIBUTING.md", "## Tests for changes\n\nEvery new feature and every bug fix must come with tests that cover it; pull requests without tests will not be merged.\n", ""), ("CONTRIBUTING.md", "- Every change must be covered by tests and pass all of them.\n", "")]))]
#[case("SA-01.01", "SA-03.02", Files(&[("docs/threat-model.md", "", "-")]))]
#[case("SA-03.01", "SA-03.02", Files(&[("docs/threat-model.md", "", "-")]))]
#[case("SA-03.02", "SA-01.01", Files(&[("docs/architecture.md", "", "-")]))]
#[case("VM-04.01", "VM-04.02", Facts(json!({"security": {"known_vulns": [{"id": "CVE-2026-1", "package": "csv", "fixed_in": null, "suppressed_by": null}]}, "vex": {"documents": []}})))]
#[case("VM-05.01", "VM-05.03", Facts(json!({"branch": {"required_checks": []}})))]
#[case("VM-06.01", "VM-06.02", Facts(json!({"branch": {"required_checks": []}, "ci": {"platform_scanners": [], "capabilities": []}})))]
fn one_passes_and_its_neighbour_does_not(#[case] passes: &str, #[case] neighbour: &str, #[case] change: Change) {
    let facts = facts(&change);
    let (outcome, message) = outcome_of(&facts, &format!("OSPS-{passes}"));
    assert_eq!(outcome, Outcome::Passed, "{passes}: {message}");
    let (outcome, message) = outcome_of(&facts, &format!("OSPS-{neighbour}"));
    assert!(!matches!(outcome, Outcome::Passed | Outcome::NotApplicable), "{neighbour} is {outcome:?}: {message}");
}
