//! Floor 1: the only module that reads repositories or the network. It collects facts and never judges them.
//!
//! One file per section of facts; a section is added by a new file here, one field of [`Facts`] and one line in
//! [`collect`].

pub mod base;
pub mod binaries;
pub mod branch;
pub mod checks;
pub mod ci;
pub mod commits;
pub mod deps;
pub mod docs;
pub mod files;
pub mod forge;
pub(crate) mod git;
pub mod insights;
pub mod license;
pub(crate) mod limits;
pub mod links;
pub mod org;
pub(crate) mod path;
pub mod project;
pub mod releases;
pub(crate) mod remote;
pub mod repo;
pub(crate) mod scan;
pub mod secrets;
pub mod security;
pub mod settings;
pub(crate) mod tables;
#[cfg(test)]
pub(crate) mod testing;
pub(crate) mod tree;
pub(crate) mod twins;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

pub use self::git::OpenError;
use self::tree::Tree;
use crate::bundle::Bundle;
use crate::model::fact::Fact;
use crate::model::project::ProjectStatements;
use crate::model::source::{Access, Source};
use crate::model::subject::Subject;

/// The number of the facts document's format.
pub const FORMAT: u32 = 1;
/// This version of osps, as documents name it.
pub const TOOL: &str = concat!("osps ", env!("CARGO_PKG_VERSION"));

/// Everything observed about one subject. Its JSON form is `facts.json`; the paths in it are the names that policies use.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Facts {
    /// The format of this document.
    pub format: u32,
    /// What was read.
    pub subject: Subject,
    /// How it was read.
    pub collection: Collection,
    /// The repository itself.
    pub repo: repo::Repo,
    /// The owning organization.
    pub org: org::Org,
    /// Rules on the primary branch.
    pub branch: branch::Branch,
    /// Pipelines.
    pub ci: ci::Ci,
    /// The deep analysis of workflows.
    pub workflows: ci::Workflows,
    /// Status checks that ran.
    pub checks: checks::Checks,
    /// Recent changes.
    pub changes: checks::Changes,
    /// Who may write.
    pub collab: checks::Collab,
    /// The tree as a whole.
    pub files: files::Files,
    /// Documents.
    pub docs: docs::Docs,
    /// Official addresses.
    pub links: links::Links,
    /// Licences.
    pub license: license::License,
    /// The history.
    pub commits: commits::Commits,
    /// Tags and releases.
    pub releases: releases::Releases,
    /// Dependencies.
    pub deps: deps::Deps,
    /// Files that are not text.
    pub binaries: binaries::Binaries,
    /// What looks like a credential.
    pub secrets: secrets::Secrets,
    /// Security settings and advisories.
    pub security: security::Security,
    /// Inventories of components.
    pub sbom: security::Sbom,
    /// Statements on exploitability.
    pub vex: security::Vex,
    /// Claims of the Security Insights file.
    pub insights: insights::Insights,
    /// The project around the repository.
    pub project: project::Project,
}

/// How the facts were collected.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub struct Collection {
    /// When, RFC 3339. Not part of the digest.
    pub collected_at: String,
    /// By which version of osps.
    pub tool: String,
    /// With which access.
    pub access: Access,
    /// The sources that facts name.
    pub sources: BTreeMap<String, Source>,
}

/// What to collect from, and when.
#[derive(Debug, Clone)]
pub struct Options<'a> {
    /// A directory inside a clone, or any directory with `worktree`.
    pub path: PathBuf,
    /// The revision to read; none for `HEAD`.
    pub rev: Option<String>,
    /// Whether to read the files as they lie instead of the objects of a commit.
    pub worktree: bool,
    /// The time of collection; ages and expiries are judged at it.
    pub now: Timestamp,
    /// The policies' data: topics of prose and tables of what the world contains.
    pub policies: &'a Bundle,
    /// How to ask the forge; nobody is asked without.
    pub forge: Option<&'a forge::Connection>,
    /// What the project states about itself in its configuration.
    pub project: &'a ProjectStatements,
}

/// What the sections are collected from.
pub(crate) struct Context<'a> {
    pub(crate) tree: &'a Tree,
    /// The clone; none for a plain directory.
    pub(crate) clone: Option<&'a git::Clone>,
    pub(crate) subject: &'a Subject,
    pub(crate) now: Timestamp,
    pub(crate) policies: &'a Bundle,
    /// The forge, if it was asked.
    pub(crate) forge: Option<&'a forge::Asked<'a>>,
    /// The source of everything that was read from the tree: `git` or `worktree`.
    pub(crate) src: &'static [&'static str],
}

/// The commit of the newest release as the tags of a clone show it, so that its tree can be fetched before facts are
/// collected; none where there is no release or a newer one may be missing.
pub fn newest_release(path: &std::path::Path, policies: &Bundle) -> Option<String> {
    let clone = git::Clone::open(path, None).ok()?;
    let tree = clone.tree();
    let subject = repo::subject(Some(&clone), path, policies);
    let now = Timestamp::UNIX_EPOCH;
    let cx = Context { tree: &tree, clone: Some(&clone), subject: &subject, now, policies, forge: None, src: &["git"] };
    releases::tagged(&cx).latest?.commit
}

/// Collects all facts that the tree and history of one subject show, and those that its forge tells where it may be asked.
pub fn collect(options: &Options<'_>) -> Result<Facts, git::OpenError> {
    Ok(gather(options, &Opened::new(options, None)?))
}

/// The facts of two states of one repository.
#[derive(Debug)]
pub struct Both {
    /// Those of the first.
    pub one: Result<Facts, OpenError>,
    /// Those of the second.
    pub other: Result<Facts, OpenError>,
    /// The files of the second that the first has not, or has otherwise; none where nobody can tell.
    pub touched: Option<BTreeSet<String>>,
}

/// Collects the facts of two states of one repository, each as [`collect`] does. What is the same in both is looked at once.
pub fn collect_both(one: &Options<'_>, other: &Options<'_>) -> Both {
    let (mut first, mut second) = match Opened::new(one, None) {
        Ok(first) => match Opened::new(other, Some(&first.tree)) {
            Ok(second) => (first, second),
            Err(error) => return Both { one: Ok(gather(one, &first)), other: Err(error), touched: None },
        },
        Err(error) => return Both { one: Err(error), other: collect(other), touched: None },
    };
    // The same tables lie at the same place.
    if std::ptr::eq(one.policies, other.policies) {
        Tree::pair(&mut first.tree, &mut second.tree);
    }
    let (one, other) = beside(|| gather(one, &first), || gather(other, &second));
    Both { one: Ok(one), other: Ok(other), touched: second.tree.changed() }
}

/// One state of a repository, before anything of it is looked at.
struct Opened {
    /// None for a plain directory.
    clone: Option<git::Clone>,
    tree: Tree,
}

impl Opened {
    /// Opens what is asked for; `known` is the tree of another state of the same repository.
    fn new(options: &Options<'_>, known: Option<&Tree>) -> Result<Self, OpenError> {
        let clone = match git::Clone::open(&options.path, options.rev.as_deref()) {
            Ok(clone) => Some(clone),
            Err(_) if options.worktree => None,
            Err(error) => return Err(error),
        };
        let tree = match &clone {
            Some(clone) if options.worktree => Tree::of_directory(&clone.directory()),
            Some(clone) => known.map_or_else(|| clone.tree(), |known| clone.tree_like(known)),
            None => Tree::of_directory(&options.path),
        };
        Ok(Self { clone, tree })
    }
}

fn gather(options: &Options<'_>, opened: &Opened) -> Facts {
    let Opened { clone, tree } = opened;
    let mut subject = repo::subject(clone.as_ref(), &options.path, options.policies);
    let asked = options.forge.and_then(|connection| forge::observe(connection, &subject, options.now));
    if let Some(branch) = asked.as_ref().and_then(|asked| asked.seen.seen.default_branch.clone()) {
        subject.default_branch = Some(branch);
    }
    let src: &'static [&'static str] = if options.worktree { &["worktree"] } else { &["git"] };
    let cx = Context {
        tree,
        clone: clone.as_ref(),
        subject: &subject,
        now: options.now,
        policies: options.policies,
        forge: asked.as_ref(),
        src,
    };

    let history = clone.as_ref().map(git::Clone::history);
    let ((scan, insights, tagged), (mut ci, mut workflows)) = beside(
        || {
            let scan = scan::scan(&cx);
            (scan, insights::collect(&cx), releases::tagged(&cx))
        },
        || ci::collect(&cx),
    );
    project::claim_no_other_ci(options.project, &mut ci, &mut workflows);
    let ((library, license, binaries, secrets), (deps, files)) = beside(
        || {
            let library = docs::library(&cx, &insights, &tagged);
            let license = license::collect(&cx, &scan, &tagged, &insights);
            (library, license, binaries::collect(&cx, &scan), secrets::collect(&cx, &scan))
        },
        || (deps::collect(&cx, &scan, &ci), files::collect(&cx)),
    );
    let ((docs, links), commits) = beside(
        || {
            let docs = docs::collect(&cx, &library, &insights, &deps, &tagged);
            (docs, links::collect(&cx, &library, &insights, &deps))
        },
        || commits::collect(&cx, history.as_ref()),
    );
    let (releases, attached) = releases::collect(&cx, &tagged, &ci, &deps, &docs, &links);
    let (security, sbom, vex) = security::collect(&cx, &library, attached);
    let project = project::collect(&cx, options.project, &insights, &files);
    let repo = repo::collect(&cx, history.as_ref(), &deps, &files);
    let branch = branch::offline(repo::gittuf(&cx));
    let (checks, changes, collab) = checks::offline();
    let mut sources = repo::sources(&cx);
    sources.extend(project::source(options.project));
    let mut facts = Facts {
        format: FORMAT,
        collection: Collection {
            collected_at: options.now.to_string(),
            tool: TOOL.to_owned(),
            access: Access::default(),
            sources,
        },
        subject: subject.clone(),
        repo,
        org: org::offline(),
        branch,
        ci,
        workflows,
        checks,
        changes,
        collab,
        files,
        docs,
        links,
        license,
        commits,
        releases,
        deps,
        binaries,
        secrets,
        security,
        sbom,
        vex,
        insights,
        project,
    };
    if matches!(&facts.insights.repositories, Fact::Known { src, .. } if src.contains(&"insights_parent")) {
        let reference = "GET /repos/{owner}/{repo}/contents/{path}".to_owned();
        let source = Source { kind: "rest".to_owned(), reference, digest: None, status: Some(200) };
        facts.collection.sources.insert("insights_parent".to_owned(), source);
    }
    if let Some(asked) = asked {
        asked.seen.lay_over(&mut facts);
    }
    facts
}

/// Two parts of the work at once. Each is a function of what was read, so that the facts do not depend on which of them
/// is done first.
fn beside<A, B: Send>(one: impl FnOnce() -> A, other: impl Fn() -> B + Sync) -> (A, B) {
    /// As much as the main thread of a program usually has.
    const STACK_BYTES: usize = 8 * 1024 * 1024;
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, &other);
        let one = one();
        match thread.map(std::thread::ScopedJoinHandle::join) {
            Ok(Ok(other)) => (one, other),
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            // The system gives no more threads: one after the other, then.
            Err(_) => (one, other()),
        }
    })
}
