//! What each permission of a GitHub credential buys. The table in the documentation is made from this one.

/// A permission that reads something.
#[derive(Debug, Clone, Copy)]
pub struct Permission {
    /// Its name, as GitHub lists it.
    pub name: &'static str,
    /// Where it is given: `repository`, `organization`, or `account` for what a person's role brings.
    pub of: &'static str,
    /// What is read with it.
    pub reads: &'static str,
    /// Whether public repositories show it to every credential.
    pub public: bool,
    /// The requirements that rest on it.
    pub requirements: &'static [&'static str],
}

/// All permissions that osps makes use of; it writes nothing with any of them.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        name: "Metadata: read",
        of: "repository",
        reads: "the repository's own settings, the rules on its branch, its releases, private reporting",
        public: true,
        requirements: &[
            "OSPS-AC-03.01",
            "OSPS-AC-03.02",
            "OSPS-BR-02.01",
            "OSPS-BR-02.02",
            "OSPS-BR-03.01",
            "OSPS-BR-04.01",
            "OSPS-GV-02.01",
            "OSPS-LE-02.02",
            "OSPS-LE-03.02",
            "OSPS-QA-01.01",
            "OSPS-QA-01.02",
            "OSPS-QA-02.02",
            "OSPS-VM-03.01",
        ],
    },
    Permission {
        name: "Contents: read",
        of: "repository",
        reads: "files, history, and the files of releases",
        public: true,
        requirements: &["OSPS-BR-06.01", "OSPS-QA-02.02"],
    },
    Permission {
        name: "Pull requests, Checks and Commit statuses: read",
        of: "repository",
        reads: "a sample of merged changes, their approvals and checks",
        public: true,
        requirements: &["OSPS-LE-01.01", "OSPS-QA-03.01", "OSPS-QA-06.01", "OSPS-QA-07.01"],
    },
    Permission {
        name: "Attestations: read",
        of: "repository",
        reads: "statements on where the files of a release come from",
        public: true,
        requirements: &["OSPS-BR-02.02", "OSPS-BR-06.01", "OSPS-QA-02.02"],
    },
    Permission {
        name: "Repository security advisories: read",
        of: "repository",
        reads: "published advisories",
        public: true,
        requirements: &["OSPS-VM-04.01"],
    },
    Permission {
        name: "Administration: read",
        of: "repository",
        reads: "classic branch protection, the default of pipeline tokens, security settings, code scanning setup",
        public: false,
        requirements: &[
            "OSPS-AC-03.01",
            "OSPS-AC-03.02",
            "OSPS-AC-04.01",
            "OSPS-BR-07.01",
            "OSPS-QA-03.01",
            "OSPS-QA-07.01",
            "OSPS-VM-05.03",
            "OSPS-VM-06.02",
        ],
    },
    Permission {
        name: "Administration: read",
        of: "organization",
        reads: "two-factor requirement, base permission of members, default of pipeline tokens (owners only)",
        public: false,
        requirements: &["OSPS-AC-01.01", "OSPS-AC-02.01", "OSPS-AC-04.01"],
    },
    Permission {
        name: "Members: read",
        of: "organization",
        reads: "members without a second factor (owners only)",
        public: false,
        requirements: &["OSPS-AC-01.01"],
    },
    Permission {
        name: "write access",
        of: "account",
        reads: "who else may write, and who may pass by rulesets",
        public: false,
        requirements: &["OSPS-AC-03.01", "OSPS-GV-01.01", "OSPS-QA-07.01"],
    },
];

/// The table as Markdown.
pub fn table() -> String {
    let mut out = String::from(
        "| Permission | Given for | Reads | Public repositories | Requirements |\n|---|---|---|---|---|\n",
    );
    for permission in PERMISSIONS {
        let ids: Vec<&str> = permission.requirements.iter().map(|id| id.trim_start_matches("OSPS-")).collect();
        let public = if permission.public { "any token" } else { "needed" };
        out.push_str(&format!(
            "| {} | {} | {} | {public} | {} |\n",
            permission.name,
            permission.of,
            permission.reads,
            ids.join(", ")
        ));
    }
    out
}
