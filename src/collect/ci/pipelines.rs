//! All workflows of the Actions family with what they reach in the tree: local actions and local reusable workflows.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::workflow::{self, Job, LocalAction, Trigger, Workflow};
use crate::collect::limits;
use crate::collect::path::RepoPath;
use crate::collect::tree::{Reader, Tree};

/// Workflows inside workflows, and actions inside actions.
pub(super) const MAX_NESTING: usize = 10;
/// Steps of local actions walked, counting one again for every way that leads to it.
const MAX_INNER_STEPS: usize = 60_000;
/// Jobs looked at, counting one again for every way that leads to it.
const MAX_RUNS: usize = 5_000;

/// What a `uses:` of the repository itself leads to.
#[derive(Debug, Clone)]
pub(super) enum LocalUse {
    Action(Rc<LocalAction>),
    /// Nothing of this name is in the tree, or it does not parse.
    Missing,
}

/// All workflows of the tree.
pub(super) struct Pipelines<'a> {
    pub(super) workflows: Vec<Workflow>,
    tree: &'a Tree,
    reader: &'a Reader<'a>,
    actions: RefCell<BTreeMap<String, LocalUse>>,
    /// How many more steps of local actions are walked.
    left: Cell<usize>,
}

/// One job on one of the ways that lead to it.
#[derive(Debug, Clone)]
pub(super) struct Run<'a> {
    /// From the workflow that an event starts to the one that holds the job, each with the job on the way.
    pub(super) chain: Vec<(&'a Workflow, &'a Job)>,
    /// The events that start the first workflow.
    pub(super) triggers: &'a [Trigger],
}

impl<'a> Run<'a> {
    pub(super) fn workflow(&self) -> Option<&'a Workflow> {
        self.chain.last().map(|(workflow, _)| *workflow)
    }

    pub(super) fn job(&self) -> Option<&'a Job> {
        self.chain.last().map(|(_, job)| *job)
    }
}

impl<'a> Pipelines<'a> {
    pub(super) fn new(workflows: Vec<Workflow>, tree: &'a Tree, reader: &'a Reader<'a>) -> Self {
        Self { workflows, tree, reader, actions: RefCell::new(BTreeMap::new()), left: Cell::new(MAX_INNER_STEPS) }
    }

    /// The workflow that a local `uses:` names.
    pub(super) fn local_workflow(&self, uses: &str) -> Option<&Workflow> {
        let path = local_path(uses)?;
        self.workflows.iter().find(|workflow| workflow.path == path)
    }

    /// The action that a local `uses:` names.
    pub(super) fn local_action(&self, uses: &str) -> LocalUse {
        let Some(path) = local_path(uses) else { return LocalUse::Missing };
        if let Some(known) = self.actions.borrow().get(&path) {
            return known.clone();
        }
        let found =
            if self.actions.borrow().len() < limits::CI_FILES { self.read_action(&path) } else { LocalUse::Missing };
        self.actions.borrow_mut().insert(path, found.clone());
        found
    }

    fn read_action(&self, directory: &str) -> LocalUse {
        let names: &[&str] = &["action.yml", "action.yaml"];
        for name in names {
            let path = if directory.is_empty() { (*name).to_owned() } else { format!("{directory}/{name}") };
            let Some(entry) = self.tree.get(path.as_bytes()) else { continue };
            let action = self
                .tree
                .resolve(self.reader, entry)
                .and_then(|target| self.reader.read(target, limits::TEXT_BYTES).ok())
                .filter(|blob| !blob.truncated)
                .and_then(|blob| workflow::read_action(&path, &blob.text()).ok())
                .filter(|action| action.problems.is_empty());
            return action.map_or(LocalUse::Missing, |action| LocalUse::Action(Rc::new(action)));
        }
        LocalUse::Missing
    }

    /// Whether there is room to walk the steps of an action once more. Actions that use each other would never end.
    pub(super) fn enter(&self, action: &LocalAction) -> bool {
        let left = self.left.get().saturating_sub(action.steps.len() + 1);
        self.left.set(left);
        left > 0
    }

    /// Whether some action was not walked for want of room.
    pub(super) fn is_exhausted(&self) -> bool {
        self.left.get() == 0
    }

    /// Workflows that some job of the tree calls.
    pub(super) fn called(&self) -> BTreeSet<&str> {
        let uses = self.workflows.iter().flat_map(|workflow| &workflow.jobs).filter_map(|job| job.uses.as_ref());
        uses.filter_map(|uses| self.local_workflow(&uses.text)).map(|workflow| workflow.path.as_str()).collect()
    }

    /// Every job on every way that leads to it, and whether all of them are listed.
    pub(super) fn runs(&self) -> (Vec<Run<'_>>, bool) {
        let called = self.called();
        let mut runs = Vec::new();
        let mut complete = true;
        for workflow in &self.workflows {
            let only_called = workflow.triggers.iter().all(|trigger| trigger.event == "workflow_call");
            if only_called && called.contains(workflow.path.as_str()) {
                continue;
            }
            for job in &workflow.jobs {
                let run = Run { chain: vec![(workflow, job)], triggers: &workflow.triggers };
                complete &= self.extend(run, &mut runs);
            }
        }
        (runs, complete)
    }

    fn extend<'b>(&'b self, run: Run<'b>, runs: &mut Vec<Run<'b>>) -> bool {
        if runs.len() >= MAX_RUNS {
            return false;
        }
        let callee = run.job().and_then(|job| job.uses.as_ref()).and_then(|uses| self.local_workflow(&uses.text));
        let mut complete = true;
        if let Some(callee) = callee {
            if run.chain.len() >= MAX_NESTING {
                return false;
            }
            for job in &callee.jobs {
                let mut inner = run.clone();
                inner.chain.push((callee, job));
                complete &= self.extend(inner, runs);
            }
        }
        runs.push(run);
        complete
    }
}

/// The path in the tree that a local `uses:` names; empty for the root.
pub(super) fn local_path(uses: &str) -> Option<String> {
    let uses = uses.trim();
    if !is_local(uses) {
        return None;
    }
    // The tree's own paths need no reference; some write one all the same.
    let path = RepoPath::new("x").join(uses.trim_end_matches('/').as_bytes())?;
    String::from_utf8(path.as_bytes().to_vec()).ok()
}

/// Whether a `uses:` names something in the workspace.
pub(super) fn is_local(uses: &str) -> bool {
    uses.trim() == "." || uses.trim().starts_with("./") || uses.trim().starts_with("../")
}

/// The address of a remote action or workflow and the reference behind `@`.
pub(super) fn remote(uses: &str) -> (&str, &str) {
    uses.trim().split_once('@').unwrap_or((uses.trim(), ""))
}

/// Whether a reference is a full commit id or digest.
pub(super) fn is_pinned(reference: &str) -> bool {
    let digest = reference.strip_prefix("sha256:").unwrap_or(reference);
    matches!(digest.len(), 40 | 64) && digest.bytes().all(|b| b.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("./", Some(""))]
    #[case("./.github/actions/x/", Some(".github/actions/x"))]
    #[case("./a/../b", Some("b"))]
    #[case("../x", None)]
    #[case("actions/checkout@v4", None)]
    fn local_paths(#[case] uses: &str, #[case] expected: Option<&str>) {
        assert_eq!(local_path(uses).as_deref(), expected);
    }

    #[rstest]
    #[case("11bd71901bbe5b1630ceea73d27597364c9af683", true)]
    #[case("v4", false)]
    fn pins(#[case] reference: &str, #[case] expected: bool) {
        assert_eq!(is_pinned(reference), expected);
    }

    #[test]
    fn called_workflows_run_for_their_callers() {
        let read =
            |path: &str, text: &str| workflow::read("github_actions", path, text).expect("valid").expect("a workflow");
        let caller = read(".github/workflows/a.yml", "on: push\njobs:\n  x: {uses: ./.github/workflows/b.yml}\n");
        let callee = read(
            ".github/workflows/b.yml",
            "on: workflow_call\njobs:\n  y: {steps: []}\n  z: {uses: ./.github/workflows/b.yml}\n",
        );
        let tree = Tree::of(&[]);
        let reader = tree.reader();
        let pipelines = Pipelines::new(vec![caller, callee], &tree, &reader);
        let (runs, complete) = pipelines.runs();
        assert!(!complete, "a workflow that calls itself never ends");
        assert!(runs.iter().all(|run| run.triggers[0].event == "push"));
        assert_eq!(runs.iter().filter(|run| run.chain.len() == 2).count(), 2);
    }
}
