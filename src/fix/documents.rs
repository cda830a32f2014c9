//! Files from templates: documents that a project is asked for, forms, pipelines of scanners. What osps saw is filled in, and
//! what only a person can say is a marked blank, so that no draft meets a requirement by itself.

use std::collections::{BTreeMap, BTreeSet};

use super::templates::{UPDATES, Values};
use super::{BLANK, Draft};
use crate::model::id::RequirementId;

/// A file that can be drafted.
struct Document {
    path: &'static str,
    /// Below `templates/fix/`.
    template: &'static str,
    /// What it is for; it is drafted where one of these is not met.
    requirements: &'static [&'static str],
    /// What else it holds where it is new: it takes the place of the owner's document of that name, which may say this too.
    /// A template, and what that is for.
    with: &'static [(&'static str, &'static [&'static str])],
    /// The role of documents of which one is enough.
    role: Option<&'static str>,
    /// Whether it makes sense here.
    when: fn(&Draft<'_>, &Values) -> bool,
    remark: &'static str,
}

/// The pipeline that analyses the code.
pub(super) const SCANNER: &str = ".github/workflows/codeql.yml";
const DEPENDENCIES: (&str, &[&str]) = ("dependencies.md.j2", &["OSPS-DO-06.01"]);
const FINDINGS: (&str, &[&str]) = ("findings.md.j2", &["OSPS-VM-05.01", "OSPS-VM-05.02", "OSPS-VM-06.01"]);
const SECRETS: (&str, &[&str]) = ("secrets-policy.md.j2", &["OSPS-BR-07.02"]);

/// Every file that can be drafted; those that others link stand before them.
const DOCUMENTS: &[Document] = &[
    Document {
        path: UPDATES,
        template: "dependabot.yml.j2",
        requirements: &["OSPS-DO-06.01"],
        with: &[],
        role: None,
        when: |draft, values| {
            values.on_github()
                && values.has_updates()
                && draft.fact("deps.update_config").is_some_and(|found| found.is_null())
        },
        remark: "has updates of dependencies proposed every week",
    },
    Document {
        path: "SECURITY.md",
        template: "SECURITY.md.j2",
        requirements: &["OSPS-VM-01.01", "OSPS-VM-02.01", "OSPS-VM-03.01", "OSPS-VM-04.01", "OSPS-DO-05.01"],
        with: &[FINDINGS, SECRETS],
        role: Some("security"),
        when: |_, _| true,
        remark: "says how a vulnerability is reported and answered",
    },
    Document {
        path: "CONTRIBUTING.md",
        template: "CONTRIBUTING.md.j2",
        requirements: &[
            "OSPS-GV-03.01",
            "OSPS-GV-03.02",
            "OSPS-DO-07.01",
            "OSPS-QA-06.02",
            "OSPS-QA-06.03",
            "OSPS-LE-01.01",
        ],
        with: &[DEPENDENCIES],
        role: Some("contributing"),
        when: |_, _| true,
        remark: "leads from an idea to a merged change",
    },
    Document {
        path: "SUPPORT.md",
        template: "SUPPORT.md.j2",
        requirements: &["OSPS-DO-04.01", "OSPS-DO-05.01", "OSPS-GV-02.01"],
        with: &[],
        role: Some("support"),
        when: |_, _| true,
        remark: "says what is supported, and for how long",
    },
    Document {
        path: "GOVERNANCE.md",
        template: "GOVERNANCE.md.j2",
        requirements: &["OSPS-GV-01.01", "OSPS-GV-01.02", "OSPS-GV-04.01"],
        with: &[],
        role: Some("governance"),
        when: |_, _| true,
        remark: "lists roles, people and how access is given",
    },
    Document {
        path: "docs/dependencies.md",
        template: DEPENDENCIES.0,
        requirements: DEPENDENCIES.1,
        with: &[],
        role: None,
        when: |_, _| true,
        remark: "says how dependencies are chosen, fetched and kept track of",
    },
    Document {
        path: "docs/findings.md",
        template: FINDINGS.0,
        requirements: FINDINGS.1,
        with: &[],
        role: None,
        when: |_, _| true,
        remark: "says from which severity findings of scanners must be fixed",
    },
    Document {
        path: "docs/secrets-policy.md",
        template: SECRETS.0,
        requirements: SECRETS.1,
        with: &[],
        role: None,
        when: |_, _| true,
        remark: "says how the project's own secrets are kept",
    },
    Document {
        path: ".github/ISSUE_TEMPLATE/bug.yml",
        template: "bug.yml.j2",
        requirements: &["OSPS-DO-02.01"],
        with: &[],
        role: Some("issue_template"),
        when: |_, values| values.on_github(),
        remark: "asks what a report of a defect has to say",
    },
    Document {
        path: SCANNER,
        template: "codeql.yml.j2",
        requirements: &["OSPS-VM-06.02"],
        with: &[],
        role: None,
        when: |draft, values| values.on_github() && values.has_scans() && !runs(draft, "sast"),
        remark: "analyses every change; where the default setup of code scanning is on, take that or this, not both",
    },
    Document {
        path: ".github/workflows/dependency-review.yml",
        template: "dependency-review.yml.j2",
        requirements: &["OSPS-VM-05.03"],
        with: &[],
        role: None,
        when: |draft, values| values.on_github() && values.has_updates() && !runs(draft, "sca"),
        remark: "stops changes that bring in vulnerable dependencies, once its check is required",
    },
    Document {
        path: "security-insights.yml",
        template: "security-insights.yml.j2",
        requirements: &["OSPS-GV-01.01", "OSPS-QA-04.01", "OSPS-VM-02.01"],
        with: &[],
        role: None,
        when: |draft, values| {
            values.has_address() && draft.fact("insights.present").is_some_and(|found| found.is_null())
        },
        remark: "claims in one file what other tools ask about",
    },
];

pub(super) fn propose(draft: &mut Draft<'_>) {
    let values = Values::of(draft);
    let mut said: Vec<&str> = Vec::new();
    let mut done: BTreeSet<RequirementId> = BTreeSet::new();
    let mut short: BTreeMap<String, Vec<RequirementId>> = BTreeMap::new();
    for document in DOCUMENTS {
        let mut wanted = draft.wanted_of(document.requirements);
        let there = there(draft, document);
        if let Some(path) = &there {
            said.extend(drafted(draft, &values, document, path));
        } else {
            wanted.extend(document.with.iter().flat_map(|(_, ids)| draft.wanted_of(ids)));
        }
        if said.contains(&document.template) || wanted.is_empty() || !(document.when)(draft, &values) {
            continue;
        }
        if let Some(path) = there {
            short.entry(path).or_default().extend(wanted);
            continue;
        }
        match whole(draft, &values, document) {
            Ok(text) => {
                said.extend(document.with.iter().map(|(template, _)| *template));
                done.extend(wanted.iter().cloned());
                draft.write(document.path, text.clone());
                draft.propose(wanted, document.path, format!("A new file {}", document.remark), blanks(&text));
            }
            Err(why) => draft.leave(&wanted, Some(document.path), None, format!("It could not be drafted: {why}.")),
        }
    }
    for (path, mut ids) in short {
        ids.retain(|id| !done.contains(id));
        let blanks = draft.text(&path).ok().flatten().map_or(0, |text| blanks(&text));
        let why = match blanks {
            0 => "It is there already, and says too little: `osps explain ID` tells what each asks.".to_owned(),
            1 => "It is a draft: one blank waits to be filled in.".to_owned(),
            many => format!("It is a draft: {many} blanks wait to be filled in."),
        };
        if !ids.is_empty() {
            draft.leave(&ids, Some(&path), None, why);
        }
    }
}

/// The blanks of a text.
fn blanks(text: &str) -> usize {
    text.lines().filter(|line| !line.contains(NOTICE)).map(|line| line.matches(BLANK).count()).sum()
}

/// What a draft that is there already holds besides, by its templates: as long as it has blanks.
fn drafted(draft: &Draft<'_>, values: &Values, document: &Document, path: &str) -> Vec<&'static str> {
    let Some(text) = draft.text(path).ok().flatten().filter(|text| blanks(text) > 0) else { return Vec::new() };
    let holds = |template: &str| {
        let section = values.render(draft, template, 2).unwrap_or_default();
        section.lines().next().is_some_and(|title| text.lines().any(|line| line == title))
    };
    document.with.iter().map(|(template, _)| *template).filter(|template| holds(template)).collect()
}

/// A document with everything that belongs into it.
fn whole(draft: &Draft<'_>, values: &Values, document: &Document) -> Result<String, String> {
    let mut text = values.render(draft, document.template, 1)?;
    for (template, _) in document.with.iter().filter(|(_, ids)| values.is_open(ids)) {
        text.push_str(&format!("\n{}", values.render(draft, template, 2)?));
    }
    Ok(text)
}

/// What the notice at the top of a draft says about blanks.
const NOTICE: &str = "Fill in every";

/// The file that is there already for the same purpose.
fn there(draft: &Draft<'_>, document: &Document) -> Option<String> {
    let stem = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        name.split('.').next().unwrap_or_default().to_owned()
    };
    let of_role = document.role.and_then(|role| {
        let documents = draft.fact("docs.documents")?.as_array()?;
        let mut paths = documents.iter().filter_map(|found| {
            let roles = found.get("roles")?.as_array()?;
            let path = found.get("path")?.as_str()?;
            // A directory of that name stands for the file.
            let named = path.split('/').take(2).any(|part| stem(part) == stem(document.path));
            (roles.iter().any(|known| known == role) && (named || role == "issue_template")).then_some(path)
        });
        paths.next().map(str::to_owned)
    });
    of_role.or_else(|| draft.exists(document.path).then(|| document.path.to_owned()))
}

/// Whether a pipeline does something of a kind already.
fn runs(draft: &Draft<'_>, kind: &str) -> bool {
    let found = draft.fact("ci.capabilities").and_then(serde_json::Value::as_array);
    found.is_some_and(|found| found.iter().any(|one| one.get("kind").is_some_and(|known| known == kind)))
}
