//! Files from templates: documents that a project is asked for, forms, pipelines of scanners. What osps saw is filled in, and
//! what only a person can say is a marked blank, so that no draft meets a requirement by itself.

use super::templates::Values;
use super::{BLANK, Draft};

/// A file that can be drafted.
struct Document {
    path: &'static str,
    /// Below `templates/fix/`.
    template: &'static str,
    /// What it is for; it is drafted where one of these is not met.
    requirements: &'static [&'static str],
    /// The role of documents of which one is enough.
    role: Option<&'static str>,
    /// Whether it makes sense here.
    when: fn(&Draft<'_>, &Values) -> bool,
    remark: &'static str,
}

/// Every file that can be drafted; those that others link stand before them.
const DOCUMENTS: &[Document] = &[
    Document {
        path: ".github/dependabot.yml",
        template: "dependabot.yml.j2",
        requirements: &["OSPS-DO-06.01"],
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
        role: Some("contributing"),
        when: |_, _| true,
        remark: "leads from an idea to a merged change",
    },
    Document {
        path: "SUPPORT.md",
        template: "SUPPORT.md.j2",
        requirements: &["OSPS-DO-04.01", "OSPS-DO-05.01"],
        role: Some("support"),
        when: |_, _| true,
        remark: "says what is supported, and for how long",
    },
    Document {
        path: "GOVERNANCE.md",
        template: "GOVERNANCE.md.j2",
        requirements: &["OSPS-GV-01.01", "OSPS-GV-01.02", "OSPS-GV-04.01"],
        role: Some("governance"),
        when: |_, _| true,
        remark: "lists roles, people and how access is given",
    },
    Document {
        path: "docs/dependencies.md",
        template: "dependencies.md.j2",
        requirements: &["OSPS-DO-06.01"],
        role: None,
        when: |_, _| true,
        remark: "says how dependencies are chosen, fetched and kept track of",
    },
    Document {
        path: "docs/findings.md",
        template: "findings.md.j2",
        requirements: &["OSPS-VM-05.01", "OSPS-VM-05.02", "OSPS-VM-06.01"],
        role: None,
        when: |_, _| true,
        remark: "says from which severity findings of scanners must be fixed",
    },
    Document {
        path: "docs/secrets-policy.md",
        template: "secrets-policy.md.j2",
        requirements: &["OSPS-BR-07.02"],
        role: None,
        when: |_, _| true,
        remark: "says how the project's own secrets are kept",
    },
    Document {
        path: ".github/ISSUE_TEMPLATE/bug.yml",
        template: "bug.yml.j2",
        requirements: &["OSPS-DO-02.01"],
        role: Some("issue_template"),
        when: |_, values| values.on_github(),
        remark: "asks what a report of a defect has to say",
    },
    Document {
        path: ".github/workflows/codeql.yml",
        template: "codeql.yml.j2",
        requirements: &["OSPS-VM-06.02"],
        role: None,
        when: |draft, values| values.on_github() && values.has_scans() && !runs(draft, "sast"),
        remark: "analyses every change; where the default setup of code scanning is on, take that or this, not both",
    },
    Document {
        path: ".github/workflows/dependency-review.yml",
        template: "dependency-review.yml.j2",
        requirements: &["OSPS-VM-05.03"],
        role: None,
        when: |draft, values| values.on_github() && values.has_updates() && !runs(draft, "sca"),
        remark: "stops changes that bring in vulnerable dependencies, once its check is required",
    },
    Document {
        path: "security-insights.yml",
        template: "security-insights.yml.j2",
        requirements: &["OSPS-GV-01.01", "OSPS-QA-04.01", "OSPS-VM-02.01"],
        role: None,
        when: |draft, values| {
            values.has_address() && draft.fact("insights.present").is_some_and(|found| found.is_null())
        },
        remark: "claims in one file what other tools ask about",
    },
];

pub(super) fn propose(draft: &mut Draft<'_>) {
    let values = Values::of(draft);
    for document in DOCUMENTS {
        let wanted = draft.wanted_of(document.requirements);
        if wanted.is_empty() || !(document.when)(draft, &values) {
            continue;
        }
        if let Some(there) = there(draft, document) {
            for id in &wanted {
                let verdict = draft.wanted(id.as_str());
                let Some(remediation) = verdict.and_then(|verdict| verdict.remediation.as_ref()) else { continue };
                draft.leave(
                    std::slice::from_ref(id),
                    Some(&there),
                    None,
                    format!("It is there already. {}", remediation.text),
                );
            }
            continue;
        }
        match values.render(document.template) {
            Ok(text) => {
                let blanks =
                    text.lines().filter(|line| !line.contains(NOTICE)).map(|line| line.matches(BLANK).count()).sum();
                draft.write(document.path, text);
                draft.propose(wanted, document.path, format!("A new file {}", document.remark), blanks);
            }
            Err(why) => draft.leave(&wanted, Some(document.path), None, format!("It could not be drafted: {why}.")),
        }
    }
}

/// What the notice at the top of a draft says about blanks.
const NOTICE: &str = "Fill in every";

/// The file that is there already for the same purpose.
fn there(draft: &Draft<'_>, document: &Document) -> Option<String> {
    let of_role = document.role.and_then(|role| {
        let documents = draft.fact("docs.documents")?.as_array()?;
        let holds =
            |roles: &serde_json::Value| roles.as_array().is_some_and(|roles| roles.iter().any(|known| known == role));
        let found = documents.iter().find(|found| found.get("roles").is_some_and(holds))?;
        Some(found.get("path")?.as_str()?.to_owned())
    });
    of_role.or_else(|| draft.exists(document.path).then(|| document.path.to_owned()))
}

/// Whether a pipeline does something of a kind already.
fn runs(draft: &Draft<'_>, kind: &str) -> bool {
    let found = draft.fact("ci.capabilities").and_then(serde_json::Value::as_array);
    found.is_some_and(|found| found.iter().any(|one| one.get("kind").is_some_and(|known| known == kind)))
}
