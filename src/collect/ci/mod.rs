//! Sections `ci` and `workflows`: pipelines, what they run on which event, and how untrusted values flow through them.

mod actions;
mod capabilities;
mod checkouts;
mod commands;
mod condition;
mod elsewhere;
mod expression;
mod filters;
mod findings;
mod flows;
mod gates;
mod pipelines;
mod places;
mod privilege;
mod recognise;
mod rewrite;
mod scope;
pub(crate) mod shell;
mod systems;
mod targets;
mod trace;
mod values;
mod workflow;

#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::checks::ObservedCheck;
use super::tree::Reader;
use super::{Context, limits};
use crate::model::fact::{Fact, Reason};

/// Pipelines of all systems, and what they do.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Ci {
    /// Every CI system that has a definition in the tree.
    pub systems: Fact<Vec<CiSystem>>,
    /// Names of apps and checks that no definition in the tree explains.
    pub external_checks: Fact<Vec<String>>,
    /// The default permission of the token that a task gets: `read` or `write`.
    pub default_token: Fact<String>,
    /// Whether pipelines are switched on.
    pub enabled: Fact<bool>,
    /// What the forge lets a project's job token reach.
    pub project_token_scope: Fact<String>,
    /// What the pipelines do: tests, scans, publishing, by step.
    pub capabilities: Fact<Vec<Capability>>,
    /// Scanners that the platform runs without a pipeline.
    pub platform_scanners: Fact<Vec<PlatformScanner>>,
}

/// One CI system.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CiSystem {
    /// `github_actions`, `gitlab_ci`, `forgejo_actions`, `gitea_actions`, `circleci`, `appveyor`, `cloud_build`, `travis`, `jenkins`, `azure_pipelines`, `buildkite`, `cirrus`, `drone`, `woodpecker`, `tekton`, `bitbucket`, `earthly`, …
    pub system: String,
    /// The file.
    pub path: String,
    /// How deeply it was analysed: `full`, `minimal` or `detected`.
    pub analysed: String,
    /// `ok`, `parse_error`, `unread`, or `unresolved` (it includes something local that is not there).
    pub parsed: String,
    /// Where and how it does not parse.
    pub error: Option<String>,
    /// Whether the system issues a repository token for every task (the Actions family, GitLab).
    pub issues_token: bool,
    /// Names of credentials it uses.
    pub credentials: Vec<String>,
    /// Whether it runs at all: `null` where only the forge could tell.
    pub active: Option<bool>,
}

/// One thing a pipeline does.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Capability {
    /// `test`, `sca`, `sast`, `secret_scan`, `sbom`, `sign`, `publish`, `build`, `lint`.
    pub kind: String,
    /// The tool or command.
    pub tool: String,
    /// What the tool covers: `vulnerabilities`, `malicious`, `licenses`, `secrets`, languages …
    pub covers: Vec<String>,
    /// The system, as in `ci.systems`.
    pub system: String,
    /// The file.
    pub path: String,
    /// The job.
    pub job: String,
    /// The line of the step.
    pub line: u64,
    /// When it runs: `change_request`, `merge_queue`, `push_primary`, `push`, `tag`, `release`, `schedule`, `manual`, `other`.
    pub triggers: Vec<String>,
    /// Filters by path: `no`, `non_code` (they leave out documentation only), `code`.
    pub path_filtered: String,
    /// A condition that leaves it out on some change requests; none when it runs on all that its triggers and filters admit.
    pub condition: Option<String>,
    /// How the step was recognised: `direct`, `target` (through a target of a build file), `opaque` (a script or workflow that was not read).
    pub resolved: String,
    /// Whether its failure stops the job: no `continue-on-error`, no `|| true`.
    pub blocking: bool,
    /// Whether a condition switches it off for good, such as `if: false`.
    pub disabled: bool,
    /// The name of the status check it makes; with `*` where a matrix value stands.
    pub check_name: Option<String>,
    /// Jobs it waits for, directly or not.
    pub needs: Vec<String>,
}

/// A scanner of the platform.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PlatformScanner {
    /// `sast`, `sca` or `secret_scan`.
    pub kind: String,
    /// The product.
    pub product: String,
    /// `configured` or `off`.
    pub state: String,
    /// Languages it covers.
    pub languages: Vec<String>,
}

/// The deep analysis of workflows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Workflows {
    /// Whether any CI definition exists.
    pub present: Fact<bool>,
    /// Whether every definition was read and understood to the depth that its system allows; `false` names none: see `ci.systems`.
    pub complete: Fact<bool>,
    /// Every job.
    pub jobs: Fact<Vec<Job>>,
    /// Every declared input.
    pub inputs: Fact<Vec<Input>>,
    /// Values from outside and from collaborators that reach a place of interest.
    pub flows: Fact<Vec<Flow>>,
    /// Actions and workflows of other repositories, with what they are given.
    pub remote: Fact<Vec<Remote>>,
    /// Places where code of a change request is obtained.
    pub checkouts: Fact<Vec<Checkout>>,
    /// Jobs of systems other than the Actions family that name credentials or deploy, where changes of outsiders reach them;
    /// unknown if there are any, as a setting of the system decides what they get.
    pub fork_credentials: Fact<Vec<String>>,
    /// Write permissions that no step is known to need.
    pub excess: Fact<Vec<Excess>>,
}

/// One job.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Job {
    /// The system, as in `ci.systems`.
    pub system: String,
    /// The file.
    pub path: String,
    /// The job.
    pub job: String,
    /// Its line.
    pub line: u64,
    /// The events that start it.
    pub triggers: Vec<String>,
    /// Effective permissions: scope to `read`, `write` or `none`; empty when none are stated or all are taken away.
    pub permissions: BTreeMap<String, String>,
    /// Where they are stated: `job`, `workflow`, `caller`, `outside` (only workflows of other repositories call it) or
    /// `default` (nowhere).
    pub permission_source: String,
    /// `write_all` or `read_all` where the short form is in force.
    pub permission_all: Option<String>,
    /// Names of secrets it uses.
    pub secrets_used: Vec<String>,
    /// Its environment.
    pub environment: Option<String>,
    /// `hosted`, `self_hosted` or `unknown`.
    pub runner: String,
    /// Whether it calls a reusable workflow: `local`, `remote`, or none.
    pub calls: Option<String>,
    /// Steps of which nobody can say what they need of the token.
    pub unknown_steps: Vec<String>,
    /// What its steps, and those of a workflow of this repository that it calls, are known to use of the token: scope to `read`
    /// or `write`. What only reads the code is not listed.
    pub needed: BTreeMap<String, String>,
    /// Those unknown steps that may write something: a step that also runs for change requests from forks, where the token only
    /// reads, and is not handed the token, is none of them.
    pub opaque_steps: Vec<String>,
    /// Conditions that stand before it.
    pub guards: Vec<Guard>,
}

/// A condition before a job or step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Guard {
    /// `author`, `actor`, `association`, `label`, `environment`, `same_repo`, `permission_check`, `writer` (provably only
    /// accounts that may write), `paths`, `never` (always false).
    pub kind: String,
    /// The condition as written, or the job that checks.
    pub condition: String,
    /// The line.
    pub line: u64,
}

/// One declared input.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Input {
    /// The system.
    pub system: String,
    /// The file.
    pub path: String,
    /// The line.
    pub line: u64,
    /// `workflow_dispatch`, `workflow_call`, `repository_dispatch`, `pipeline_parameter`, `substitution`.
    pub trigger: String,
    /// The name.
    pub name: String,
    /// `string`, `boolean`, `choice`, `number`, `environment`, `untyped`.
    #[serde(rename = "type")]
    pub input_type: String,
}

/// A value on its way to a place of interest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct Flow {
    /// The file where it arrives.
    pub path: String,
    /// The line, counted from 1.
    pub line: u64,
    /// The column of the expression, counted from 1, where it stands in the file as it is.
    pub column: Option<u64>,
    /// The system.
    pub system: String,
    /// The job.
    pub job: String,
    /// The name or number of the step.
    pub step: String,
    /// The expression.
    pub expr: String,
    /// The value behind it, by its name in the language of the system, or the command that fetches it.
    pub source: String,
    /// Who controls the value: `untrusted` (anybody), `writer` (who may push), `collaborator` (who may start the pipeline),
    /// `unclear` (nobody here knows).
    pub source_class: String,
    /// The type of the input it comes from, where it comes from one.
    pub input_type: Option<String>,
    /// Where it arrives: `shell`, `script`, `action_code`, `env_file`, `nested_shell` (`eval` and its like), `opaque_input`.
    pub sink: String,
    /// How it gets there: `direct`, `env_expr`, `output`, `input`, `matrix`, `variable`.
    pub via: String,
    /// What makes it harmless: `none`, `env_quoted`, `allowlist`, `ref_filter`, `boolean`, `typed`, `data_input`.
    pub sanitiser: String,
    /// Conditions before it.
    pub guards: Vec<String>,
    /// How to rewrite it.
    pub fix: Option<String>,
}

/// Something of another repository that a pipeline uses.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Remote {
    /// The file.
    pub path: String,
    /// The line.
    pub line: u64,
    /// The job.
    pub job: String,
    /// Such as `actions/checkout`.
    pub uses: String,
    /// The reference after `@`.
    #[serde(rename = "ref")]
    pub reference: String,
    /// `action`, `workflow`, `orb`, `image`.
    pub kind: String,
    /// Whether the reference is a full commit id or digest.
    pub pinned: bool,
    /// Whether the table of actions knows it.
    pub known: bool,
    /// Secrets it is given: `inherit`, `named`, `none`.
    pub secrets: String,
}

/// A place where code of a change request is obtained.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Checkout {
    /// The file.
    pub path: String,
    /// The job.
    pub job: String,
    /// The line.
    pub line: u64,
    /// The privileged events that start the job.
    pub triggers: Vec<String>,
    /// `head`, `merge`, `dynamic` (a number or reference from outside), `artifact`, `base`, `unclear` (what a step yields).
    pub ref_class: String,
    /// `checkout`, `gh_pr_checkout`, `git`, `archive`, `artifact`, `opaque`, `run_approval` (it lets held runs go),
    /// `fork_pipeline` (a member starts a pipeline of the project for it).
    pub via: String,
    /// Whether the code is visibly executed afterwards in that job.
    pub executed_after: bool,
    /// The line of that execution.
    pub executed_line: Option<u64>,
    /// Whether a file of an artifact is itself started as a program.
    pub runs_file: bool,
    /// What is in reach of it: `write_token`, `secrets`, `self_hosted`, `default_token` (its size is not stated), `none`.
    pub credentials: Vec<String>,
    /// Conditions before it.
    pub guards: Vec<Guard>,
}

/// A write permission that no step is known to need.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Excess {
    /// The file.
    pub path: String,
    /// The job.
    pub job: String,
    /// The line of the permission, or of the job.
    pub line: u64,
    /// The scope, such as `contents`; `*` for `write-all`.
    pub scope: String,
    /// What is granted: `write`, `write_all`, `read_all`.
    pub granted: String,
    /// `table` (every step is known and none needs it), `switched_off` (an input takes the need away) or `unknown_step`.
    pub basis: String,
}

/// Reads all pipelines of the tree.
pub(crate) fn collect(cx: &Context<'_>) -> (Ci, Workflows) {
    let table = systems::Table::load(cx);
    let steps = commands::Steps::load(cx);
    let reader = cx.tree.reader();
    let mut definitions = systems::find(cx.tree, &reader, &table);
    let mut truncated = definitions.truncated;

    let workflows = read_workflows(&mut definitions);
    let pipelines = pipelines::Pipelines::new(workflows, cx.tree, &reader);
    let targets = targets::Targets::new(cx.tree, &reader);
    let recogniser = recognise::Recogniser { steps: &steps, targets: &targets };
    let filters = filters::PathFilters::new(cx.tree, table.non_code());
    let primary = cx.subject.default_branch.as_deref();
    let sources = capabilities::Sources { pipelines: &pipelines, recogniser: &recogniser, filters: &filters, primary };
    let (mut capabilities, complete) = capabilities::collect(&sources);
    truncated |= !complete;
    let variables = elsewhere::Variables::load(cx);
    let elsewhere = elsewhere::Elsewhere {
        tree: cx.tree,
        reader: &reader,
        table: &table,
        recogniser: &recogniser,
        filters: &filters,
        primary,
        variables: &variables,
        memory: elsewhere::Memory::default(),
    };
    let others = elsewhere.collect(&mut definitions.list);
    capabilities.extend(others.capabilities);
    capabilities::in_order(&mut capabilities);

    let actions = actions::Actions::load(cx);
    let sources = privilege::Sources { pipelines: &pipelines, actions: &actions, steps: &steps, table: &table };
    let privileges = sources.collect();

    let values = values::Values::load(cx);
    let walk = flows::Sources {
        pipelines: &pipelines,
        actions: &actions,
        values: &values,
        steps: &steps,
        privileges: &sources,
    };
    let walked = walk.collect();
    truncated |= !walked.complete || pipelines.is_exhausted();
    for (path, problem) in &walked.unresolved {
        for definition in definitions.list.iter_mut().filter(|definition| definition.system.path == *path) {
            definition.problem("unresolved", problem.clone());
        }
    }
    let mut findings = walked.flows;
    others.flows.into_iter().for_each(|flow| findings.add(flow));
    let mut flows = findings.finish();
    let texts = sources_of(cx, &reader, &definitions, &flows.0);
    places::locate(&mut flows.0, &texts);
    flows.0.sort();

    // Where values are not followed, no verdict may rest on what was not found.
    for definition in &mut definitions.list {
        if definition.dialect.as_deref() != Some("actions") && !others.followed.contains(&definition.system.path) {
            definition.system.analysed = "detected".to_owned();
        }
    }
    let systems: Vec<CiSystem> = definitions.list.iter().map(|definition| definition.system.clone()).collect();
    let offline = |needs: &'static str| (Reason::Offline, needs);
    let (reason, needs) = offline("a token with `administration: read`");
    let ci = Ci {
        external_checks: external(cx, &systems),
        default_token: Fact::unknown(reason, needs, &["actions"]),
        enabled: Fact::unknown(reason, needs, &["actions"]),
        project_token_scope: Fact::unknown(reason, needs, &["actions"]),
        capabilities: Fact::seen(capabilities, !truncated, cx.src),
        platform_scanners: Fact::unknown(reason, needs, &["code_scanning"]),
        systems: Fact::seen(systems.clone(), !definitions.truncated, cx.src),
    };
    let mut inputs = sources.inputs();
    inputs.extend(others.inputs);
    let mut checkouts = walked.checkouts;
    checkouts.extend(others.checkouts);
    let workflows = Workflows {
        present: present(cx, &systems),
        complete: understood(cx, &systems, truncated),
        jobs: Fact::seen(privileges.jobs, !truncated, cx.src),
        inputs: Fact::seen(inputs, !truncated, cx.src),
        flows: Fact::seen(flows.0, flows.1 && !truncated, cx.src),
        remote: Fact::seen(sources.remotes(), !truncated, cx.src),
        checkouts: Fact::seen(checkouts, !truncated, cx.src),
        fork_credentials: fork_credentials(cx, &others.fork_credentials),
        excess: Fact::seen(privileges.excess, !truncated, cx.src),
    };
    (ci, workflows)
}

/// The texts of the files that flows stand in: definitions, and actions of the tree.
fn sources_of(
    cx: &Context<'_>,
    reader: &Reader<'_>,
    definitions: &systems::Definitions,
    flows: &[Flow],
) -> BTreeMap<String, String> {
    let paths: BTreeSet<&str> = flows.iter().map(|flow| flow.path.as_str()).collect();
    let read = |path: &str| {
        if let Some(definition) = definitions.list.iter().find(|definition| definition.system.path == path) {
            return Some(definition.source.clone());
        }
        let entry = cx.tree.get(path.as_bytes())?;
        let target = cx.tree.resolve(reader, entry)?;
        reader.read(target, limits::TEXT_BYTES).ok().map(|blob| blob.text())
    };
    paths.into_iter().filter_map(|path| Some((path.to_owned(), read(path)?))).collect()
}

/// Whether any CI definition exists. That there is none at all can only be said by somebody who sees the checks of other
/// systems.
fn present(cx: &Context<'_>, systems: &[CiSystem]) -> Fact<bool> {
    if !systems.is_empty() {
        return Fact::known(true, cx.src);
    }
    if !cx.tree.complete() {
        return Fact::unknown(Reason::Truncated, "a complete listing of the tree", cx.src);
    }
    match external(cx, systems) {
        Fact::Known { value, complete: true, .. } => Fact::known(!value.is_empty(), &["git", "repository"]),
        Fact::Known { .. } => Fact::unknown(Reason::Truncated, "all checks of the sampled changes", &["repository"]),
        Fact::Unknown { why, src } => Fact::Unknown { why, src },
    }
}

/// Apps and checks that were seen on changes and that no definition in the tree explains.
fn external(cx: &Context<'_>, systems: &[CiSystem]) -> Fact<Vec<String>> {
    let Some(asked) = cx.forge else {
        let needs = "a read token, or the claim that no CI runs elsewhere";
        return Fact::unknown(Reason::Offline, needs, &["repository"]);
    };
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    let known: Vec<String> = systems.iter().map(|system| plain(&system.system)).collect();
    let explained = |check: &ObservedCheck| {
        let reporter = plain(check.app.as_deref().unwrap_or(&check.name));
        known.iter().any(|system| reporter.contains(system.as_str()))
    };
    asked.seen.checks.observed.clone().map(|observed| {
        let names: BTreeSet<String> =
            observed.iter().filter(|check| !explained(check)).map(|check| check.name.clone()).collect();
        names.into_iter().collect()
    })
}

/// What systems other than the Actions family give to builds of change requests is a setting of theirs.
fn fork_credentials(cx: &Context<'_>, found: &[String]) -> Fact<Vec<String>> {
    if found.is_empty() {
        return Fact::known(Vec::new(), cx.src);
    }
    let listed: Vec<&str> = found.iter().take(10).map(String::as_str).collect();
    let needs = format!("whether builds of forks get credentials: {}", listed.join(", "));
    Fact::broken(Reason::Unsupported, needs, cx.src)
}

/// Whether every definition was read and understood; if not, which ones were not and why.
fn understood(cx: &Context<'_>, systems: &[CiSystem], truncated: bool) -> Fact<bool> {
    let listed = |filter: &dyn Fn(&CiSystem) -> bool| -> Vec<String> {
        let describe = |system: &CiSystem| match &system.error {
            Some(error) => format!("{}: {error}", system.path),
            None => format!("{} ({})", system.path, system.system),
        };
        systems.iter().filter(|system| filter(system)).map(describe).take(10).collect()
    };
    let broken = listed(&|system| system.parsed != "ok");
    let detected = listed(&|system| system.parsed == "ok" && system.analysed == "detected");
    if !broken.is_empty() {
        return Fact::broken(Reason::ParseError, broken.join("; "), cx.src);
    }
    if !detected.is_empty() {
        return Fact::broken(Reason::Unsupported, format!("not analysed: {}", detected.join(", ")), cx.src);
    }
    if truncated {
        return Fact::broken(Reason::Truncated, "more pipelines than are looked at", cx.src);
    }
    Fact::known(true, cx.src)
}

/// Workflows of the Actions family. What does not parse is noted at its definition.
fn read_workflows(definitions: &mut systems::Definitions) -> Vec<workflow::Workflow> {
    let mut workflows = Vec::new();
    let family = definitions.list.iter_mut().filter(|definition| definition.dialect.as_deref() == Some("actions"));
    for definition in family.filter(|definition| definition.system.parsed == "ok") {
        match workflow::read(&definition.system.system, &definition.system.path, &definition.source) {
            Ok(Some(workflow)) => {
                if let Some(problem) = workflow.problems.first() {
                    definition.problem("parse_error", problem.clone());
                }
                workflows.push(workflow);
            }
            Ok(None) => {}
            Err(error) => definition.problem("parse_error", error.to_string()),
        }
    }
    workflows
}
