//! What a forge said about one subject, as facts, whichever forge it was.

use std::collections::BTreeMap;

use crate::collect::Facts;
use crate::collect::branch::Branch;
use crate::collect::checks::{Changes, Checks, Collab};
use crate::collect::ci::PlatformScanner;
use crate::collect::forge::failure::Answer;
use crate::collect::org::Org;
use crate::collect::security::Advisory;
use crate::model::fact::Fact;
use crate::model::source::{Access, Source};

/// Everything a forge said.
#[derive(Debug)]
pub(crate) struct Observed {
    /// The software that answered.
    pub(crate) forge: &'static str,
    pub(crate) access: Access,
    pub(crate) sources: BTreeMap<String, Source>,
    pub(crate) repo: RepoSeen,
    pub(crate) org: Org,
    pub(crate) branch: Branch,
    pub(crate) checks: Checks,
    pub(crate) changes: Changes,
    pub(crate) collab: Collab,
    pub(crate) settings: Settings,
    pub(crate) releases: Releases,
    pub(crate) fallback: Answer<Fallback>,
    pub(crate) seen: Seen,
}

impl Observed {
    /// Puts what the forge said in place of what was not known without it. Releases and documents took their part before.
    pub(crate) fn lay_over(self, facts: &mut Facts) {
        facts.collection.access = self.access;
        facts.collection.sources.extend(self.sources);
        let (repo, seen) = (&mut facts.repo, self.repo);
        if seen.visibility.value().is_some() {
            repo.forge = Fact::known(Some(self.forge.to_owned()), &["repository"]);
        }
        repo.owner_kind = seen.owner_kind;
        repo.visibility = seen.visibility;
        repo.archived = seen.archived;
        repo.anonymous_readable = seen.anonymous_readable;
        repo.moved_to = seen.moved_to;
        repo.is_fork = seen.is_fork;
        repo.mirror_of = seen.mirror_of;
        repo.default_branch = seen.default_branch;
        repo.homepage = seen.homepage;
        repo.issues_enabled = seen.issues_enabled;
        repo.discussions_enabled = seen.discussions_enabled;
        repo.web_signoff = seen.web_signoff;
        repo.spdx_hint = seen.spdx_hint;
        facts.org = self.org;
        let gittuf = facts.branch.gittuf.clone();
        facts.branch = Branch { gittuf, ..self.branch };
        facts.checks = self.checks;
        facts.changes = self.changes;
        facts.collab = self.collab;
        let settings = self.settings;
        facts.ci.default_token = settings.default_token;
        facts.ci.enabled = settings.pipelines_enabled;
        facts.ci.platform_scanners = settings.platform_scanners;
        let security = &mut facts.security;
        security.secret_scanning = settings.secret_scanning;
        security.push_protection = settings.push_protection;
        security.private_reporting = settings.private_reporting;
        security.advisories = settings.advisories;
        security.policy_url = seen.policy_url;
    }
}

/// The repository's own settings.
#[derive(Debug)]
pub(crate) struct RepoSeen {
    pub(crate) owner_kind: Fact<String>,
    pub(crate) visibility: Fact<String>,
    pub(crate) archived: Fact<bool>,
    pub(crate) anonymous_readable: Fact<bool>,
    pub(crate) moved_to: Fact<Option<String>>,
    pub(crate) is_fork: Fact<bool>,
    pub(crate) mirror_of: Fact<Option<String>>,
    pub(crate) default_branch: Fact<String>,
    pub(crate) homepage: Fact<Option<String>>,
    pub(crate) issues_enabled: Fact<bool>,
    pub(crate) discussions_enabled: Fact<bool>,
    pub(crate) web_signoff: Fact<bool>,
    pub(crate) spdx_hint: Fact<Option<String>>,
    pub(crate) policy_url: Fact<Option<String>>,
}

/// Settings of pipelines and of security.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) default_token: Fact<String>,
    pub(crate) pipelines_enabled: Fact<bool>,
    pub(crate) platform_scanners: Fact<Vec<PlatformScanner>>,
    pub(crate) secret_scanning: Fact<String>,
    pub(crate) push_protection: Fact<String>,
    pub(crate) private_reporting: Fact<bool>,
    pub(crate) advisories: Fact<Vec<Advisory>>,
}

/// The releases of the forge, newest first as the forge lists them, and whether these are all.
#[derive(Debug)]
pub(crate) struct Releases {
    pub(crate) list: Answer<(Vec<ReleasePage>, bool)>,
}

/// One release with what is attached to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct ReleasePage {
    pub(crate) tag: String,
    pub(crate) name: Option<String>,
    pub(crate) draft: bool,
    pub(crate) prerelease: bool,
    pub(crate) published_at: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) immutable: Option<bool>,
    pub(crate) assets: Vec<AssetSeen>,
}

/// An asset as the forge lists it.
#[derive(Debug, Clone, Default)]
pub(crate) struct AssetSeen {
    pub(crate) id: u64,
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) digest: Option<String>,
}

/// An attestation as the forge keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Attested {
    /// The digest of its subject, as `sha256:…`.
    pub(crate) digest: String,
    pub(crate) predicate_type: String,
    pub(crate) signer: Option<String>,
}

/// Health files of the owner, which hold for repositories that have none of their own.
#[derive(Debug, Default)]
pub(crate) struct Fallback {
    /// Whether the owner has a public repository for them.
    pub(crate) present: bool,
    /// Paths of all files where health files may lie.
    pub(crate) files: Vec<String>,
    /// Those that were read.
    pub(crate) texts: Vec<HealthFile>,
}

/// One health file of the owner.
#[derive(Debug, Clone)]
pub(crate) struct HealthFile {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// What asking itself brought to light.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// The name of the default branch.
    pub(crate) default_branch: Option<String>,
}
