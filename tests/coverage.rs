//! What git content alone can decide, on a well-kept repository and its spoiled copies: the table of decidability.

#![allow(clippy::expect_used, clippy::panic, reason = "a test ends where something is not as it must be")]

mod support;

use std::collections::{BTreeMap, BTreeSet};

use support::Repository;

/// Requirements that a clone alone can pass or find not applicable on a well-kept repository.
const DECIDED: &[&str] = &[
    "AC-04.01", "AC-04.02", "BR-01.01", "BR-01.03", "BR-01.04", "BR-02.01", "BR-03.02", "BR-04.01", "BR-05.01",
    "BR-07.01", "BR-07.02", "DO-01.01", "DO-02.01", "DO-03.01", "DO-03.02", "DO-04.01", "DO-05.01", "DO-06.01",
    "DO-07.01", "GV-01.01", "GV-01.02", "GV-02.01", "GV-03.01", "GV-03.02", "GV-04.01", "LE-01.01", "LE-02.01",
    "LE-03.01", "LE-03.02", "QA-02.01", "QA-04.01", "QA-05.01", "QA-05.02", "QA-06.01", "QA-06.02", "QA-06.03",
    "SA-01.01", "SA-02.01", "SA-03.01", "SA-03.02", "VM-01.01", "VM-02.01", "VM-03.01", "VM-04.01", "VM-05.01",
    "VM-05.02", "VM-06.01",
];
/// Requirements that a clone can decide only in special cases: only against the project, or only without code or components.
const SPECIAL: &[&str] = &["BR-03.01", "LE-02.02", "VM-04.02", "VM-05.03", "VM-06.02"];
/// Requirements that no clone can decide.
const NEVER: &[&str] = &[
    "AC-01.01", "AC-02.01", "AC-03.01", "AC-03.02", "BR-02.02", "BR-06.01", "QA-01.01", "QA-01.02", "QA-02.02",
    "QA-03.01", "QA-04.02", "QA-07.01",
];

fn outcomes(repository: &Repository) -> BTreeMap<String, String> {
    support::assess(repository.path())["requirements"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|verdict| {
            let id = verdict["id"].as_str().expect("a text").trim_start_matches("OSPS-").to_owned();
            (id, verdict["outcome"].as_str().expect("a text").to_owned())
        })
        .collect()
}

fn is_decided(outcome: &str) -> bool {
    matches!(outcome, "passed" | "failed" | "not_applicable")
}

#[test]
fn the_lists_are_the_catalog() {
    let all: BTreeSet<&str> = DECIDED.iter().chain(SPECIAL).chain(NEVER).copied().collect();
    assert_eq!((DECIDED.len(), SPECIAL.len(), NEVER.len(), all.len()), (47, 5, 12, 64));
}

#[test]
fn a_well_kept_repository_reaches_every_verdict_that_a_clone_allows() {
    let found = outcomes(&support::well_kept());
    let wrong: Vec<String> = found
        .iter()
        .filter(|(id, outcome)| {
            let met = matches!(outcome.as_str(), "passed" | "not_applicable");
            if DECIDED.contains(&id.as_str()) { !met } else { is_decided(outcome) }
        })
        .map(|(id, outcome)| format!("{id} is {outcome}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn special_cases_reach_the_rest() {
    let repository = Repository::with(&[
        (
            "README.md",
            "# Notes\n\nA collection of notes on machines, for everybody who repairs them. Each note names the sounds, the smells and the marks by which a fault is known, and the usual cause. See the [website](http://notes.acme-parts.net).\n",
        ),
        ("notes/pumps.md", "# Pumps\n\nA pump that hums without pumping has lost its prime.\n"),
    ]);
    let found = outcomes(&repository);
    assert_eq!(found["BR-03.01"], "failed");
    for id in ["VM-04.02", "VM-05.03", "VM-06.02"] {
        assert_eq!(found[id], "not_applicable", "{id}");
    }
    let closed = Repository::with(&[
        ("README.md", "# Widget\n"),
        ("Cargo.toml", "[package]\nname = \"widget\"\nversion = \"1.0.0\"\nlicense = \"BUSL-1.1\"\n"),
        ("src/main.rs", "fn main() {}\n"),
    ]);
    closed.git(["tag", "-a", "v1.0.0", "-m", "v1.0.0"]);
    assert_eq!(outcomes(&closed)["LE-02.02"], "failed");
}

#[test]
fn a_clone_never_decides_what_it_cannot_show() {
    let empty = Repository::with(&[("README.md", "# Nothing yet\n")]);
    empty.git(["tag", "v0.1.0"]);
    for repository in [support::well_kept(), empty] {
        let found = outcomes(&repository);
        for id in NEVER {
            assert!(!is_decided(&found[*id]), "{id} is {} in a clone", found[*id]);
        }
    }
}

/// What somebody writes into the blanks of the snippets of the catalog, in their order.
const FILLED: &[(&str, &[&str])] = &[
    ("OSPS-BR-04.01", &["1.0.0", "2026-05-01", "The parser no longer takes empty names."]),
    ("OSPS-BR-07.02", &["GitHub Actions secrets", "the maintainers", "12 months"]),
    ("OSPS-DO-03.01", &["widget-1.0.0.tar.gz"]),
    ("OSPS-DO-03.02", &["widget-1.0.0.tar.gz", "release.yml"]),
    ("OSPS-DO-04.01", &["The releases of the 1.x line", "2027-12-31"]),
    ("OSPS-DO-05.01", &["1.x", "2027-12-31", "0.x"]),
    ("OSPS-DO-06.01", &["two maintainers", "PyPI", "pip", "requirements.txt", "Dependabot"]),
    ("OSPS-DO-07.01", &["Python 3.11 or later and make", "make"]),
    ("OSPS-GV-01.01", &["Ana Lopez", "anal", "the repository, PyPI"]),
    ("OSPS-GV-01.02", &["answers security reports"]),
    ("OSPS-QA-04.01", &["the library", "cli", "cli", "the command line"]),
    ("OSPS-QA-06.01", &["pytest"]),
    ("OSPS-QA-06.02", &["pytest"]),
    (
        "OSPS-SA-02.01",
        &[
            "--output FILE",
            "writes the result to FILE instead of standard output",
            "widget.color",
            "switches colours on or off",
        ],
    ),
    (
        "OSPS-SA-03.02",
        &[
            "the archive that a user hands over, the configuration file in the working directory, and the environment of the process",
            "the parser, which reads hostile bytes",
            "the extractor, which writes to disk",
            "Path traversal by names in an archive",
            "every name is resolved before anything is written, and refused where it lies outside of the target directory",
            "Denial of service by archives that grow",
            "a limit on bytes and entries stops the extraction, and the tool says so",
            "Tampering with a release by somebody who took over an account of a maintainer",
            "releases are signed and attested by the workflow, and every account has a second factor",
        ],
    ),
    ("OSPS-VM-01.01", &["5"]),
    ("OSPS-VM-02.01", &["security@widget.dev"]),
    ("OSPS-VM-05.01", &["14"]),
    ("OSPS-VM-06.01", &["30"]),
    (
        "OSPS-DO-01.01",
        &[
            "Widget is on PyPI. Install it with\n\n```sh\npip install widget\n```\n\nIt runs on Linux, macOS and Windows with Python 3.11 or later. A package for Debian is in the archive, and the container image on the registry has it too, for those who want to try it without installing anything on their machine first.",
            "Give widget a file of records and it prints one line for each of them, sorted by name:\n\n```sh\nwidget names.csv\n```\n\nThe option `--output` writes the lines to a file. Widget reads the formats CSV and JSON; it tells them apart by their content and not by their name. To leave out records, write a file with one pattern a line and hand it over:\n\n```sh\nwidget --without patterns.txt names.csv\n```\n\nWidget ends with 0 when every record could be read, with 1 when some could not, and with 2 when the file is missing. What it could not read is told on standard error, with the number of the line. To see what it would do without doing it, run it with `--dry-run`; it then prints the lines with a sign in front.",
        ],
    ),
    (
        "OSPS-SA-01.01",
        &[
            "The command line tool is called by users and by scripts. It hands each file to the reader. The reader is a component of its own, which knows the formats and nothing else. The sorter receives the records of the reader and keeps them in memory. The writer receives sorted records and prints them. The configuration is a file in the home directory of the user, which the tool reads once when it starts. Maintainers release the tool through a workflow, and the workflow publishes it to the registry.",
            "The user calls the tool with the name of a file. The tool reads the configuration, opens the file and sends its bytes to the reader. The reader parses them, and returns records or an error with the number of a line. The tool sends the records to the sorter, which stores them and returns them in order. The writer writes them to standard output or to a file. The maintainer pushes a tag, the workflow builds the package, signs it and uploads it to the registry. Users download it from there with their package manager, which verifies its digest. Nobody else writes to the registry. Nothing in the tool opens a connection to the network, and nothing in it runs another program. When the reader meets a byte that no format allows, it tells the tool, which prints the place and goes on with the next record. The sorter never sees such a record, so that the writer cannot print it either.",
            "user -->|calls| tool\n  tool -->|sends bytes| reader\n  reader -->|returns records| sorter\n  sorter -->|sends| writer",
        ],
    ),
    (
        "OSPS-SA-03.01",
        &[
            "2026-05-01",
            "the library, its command line tool and the release workflow of version 1.0. It was made by two maintainers in the course of a week and read by a third one who had not worked on the code for a year. The web site and the packages of distributions are not part of it. We went through every place where bytes from outside are read, through the workflows with their permissions and secrets, and through the accounts that may publish",
            "Malicious archives",
            "high",
            "high",
            "An attacker could hand an archive with links to the parser and write outside of the target directory. The parser resolves every name before anything is written, and refuses what lies outside. Tests hold samples of every kind that was reported elsewhere.",
            "A stolen token of a maintainer",
            "low",
            "high",
            "An attacker could publish a release in the name of the project. The registry takes releases from the workflow only, which needs the approval of a second maintainer, and no person has a token that can publish. Every account has a second factor, and the list of accounts is looked through twice a year by all maintainers together.",
        ],
    ),
];
/// Snippets that meet a requirement only together with a setting of the forge, or with what others do.
const NOT_ALONE: &[&str] = &["OSPS-LE-01.01", "OSPS-VM-05.03"];

/// A repository as the steps of the catalog leave it, with the blanks filled in or not, and the requirements they are about.
fn as_the_steps_say(filled: bool) -> (Repository, Vec<&'static str>) {
    let mut files: BTreeMap<&str, String> = BTreeMap::new();
    files.insert("README.md", "# Widget\n\nWidget sorts the records of a file and prints them.\n".to_owned());
    files.insert("widget.py", "import requests\n\ndef main():\n    print(requests)\n".to_owned());
    let mut met = Vec::new();
    for requirement in support::catalogs().latest().active() {
        let snippet = requirement.remediation.as_ref().and_then(|remediation| remediation.snippet.as_ref());
        let Some(snippet) = snippet.filter(|it| !it.place.contains(' ') && it.place != "ruleset.json") else {
            continue;
        };
        let mut text = snippet.content.replace("O/R", "acme/widget").replace("ORG", "acme");
        let blanks = FILLED.iter().find(|(id, _)| *id == requirement.id.as_str()).map_or(&[][..], |(_, values)| values);
        assert_eq!(text.matches("[INSERT ").count(), blanks.len(), "the blanks of {}", requirement.id);
        // Another text with the same subject, and without a blank or with a contact, would answer for it.
        if !filled && (blanks.is_empty() || requirement.id.as_str() == "OSPS-VM-01.01") {
            continue;
        }
        for blank in blanks.iter().filter(|_| filled) {
            let at = text.find("[INSERT ").expect("counted");
            let end = text[at..].find(']').expect("closed");
            text.replace_range(at..=at + end, blank);
        }
        if !NOT_ALONE.contains(&requirement.id.as_str()) {
            met.push(requirement.id.as_str());
        }
        let file = files.entry(&snippet.place).or_default();
        *file = format!("{file}\n{text}");
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let repository = Repository::with(&files);
    repository.git(["tag", "v1.0.0"]);
    repository.git(["remote", "add", "origin", "https://github.com/acme/widget.git"]);
    (repository, met)
}

#[test]
fn the_steps_of_the_catalog_lead_to_a_pass_once_their_blanks_are_filled_in() {
    for filled in [true, false] {
        let (repository, ids) = as_the_steps_say(filled);
        let assessment = support::judge(&support::facts(repository.path()), false);
        let verdicts = assessment.requirements.iter().filter(|verdict| ids.contains(&verdict.id.as_str()));
        let wrong: Vec<String> = verdicts
            .filter(|verdict| (verdict.outcome == osps::model::ruling::Outcome::Passed) != filled)
            .map(|verdict| format!("{} is {:?}: {}", verdict.id, verdict.outcome, verdict.message))
            .collect();
        assert!(ids.len() >= 20 && wrong.is_empty(), "filled in: {filled}\n{}", wrong.join("\n"));
    }
}
