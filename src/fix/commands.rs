//! Settings of the forge, as commands: those of the catalog with the names of the repository filled in, and one ruleset for
//! everything that rules of a branch decide. Nothing is run.

use serde_json::{Value as Json, json};

use super::documents::SCANNER;
use super::templates::is_plain;
use super::{Command, Draft};
use crate::model::assessment::Verdict;
use crate::model::id::RequirementId;
use crate::model::ruling::Outcome;

/// What a rule of the branch decides.
const RULED: &[&str] = &["OSPS-AC-03.01", "OSPS-AC-03.02", "OSPS-QA-01.02", "OSPS-QA-03.01", "OSPS-QA-07.01"];
/// What the command of a catalog that is not a setting is recognised by: an example that a person has to replace, or a step
/// that cannot be taken back.
const NOT_FOR_A_TOOL: &[&str] = &["example.org", "v1.2.3", "PATH", "--visibility", "ruleset.json"];
/// Names of checks that one rule asks for.
const MAX_CHECKS: usize = 20;

pub(super) fn propose(draft: &mut Draft<'_>) {
    let subject = &draft.ground.assessment.subject;
    if subject.forge.as_deref() != Some("github") {
        return;
    }
    let names = subject.owner.as_deref().filter(|owner| is_plain(owner)).filter(|_| is_plain(&subject.name));
    let host = subject.host.as_deref().unwrap_or("github.com");
    let Some(owner) = names.filter(|_| is_plain(host)) else { return };
    let target = Target { host: host.to_owned(), owner: owner.to_owned(), name: subject.name.clone() };
    rules(draft, &target);
    for verdict in &draft.ground.assessment.requirements {
        let Some(verdict) = draft.wanted(verdict.id.as_str()) else { continue };
        let command = verdict.remediation.as_ref().and_then(|remediation| remediation.command.as_deref());
        let Some(command) = command.and_then(|command| target.fill(command)) else { continue };
        let remarks = remarks(draft, &[verdict], &command);
        draft.fixes.commands.push(Command { requirements: vec![verdict.id.clone()], command, remarks });
    }
}

/// The repository that commands are about.
struct Target {
    host: String,
    owner: String,
    name: String,
}

impl Target {
    /// A command of the catalog with the names in it; none where it is no setting.
    fn fill(&self, command: &str) -> Option<String> {
        let is_setting = command.starts_with("gh api ") || command.starts_with("gh repo edit ");
        if !is_setting || NOT_FOR_A_TOOL.iter().any(|word| command.contains(word)) {
            return None;
        }
        let words = command.split_whitespace().map(|word| {
            let word =
                if word == "O/R" { self.of_host(&format!("{}/{}", self.owner, self.name)) } else { word.to_owned() };
            let word = word.replace("/repos/O/R", &format!("/repos/{}/{}", self.owner, self.name));
            word.replace("/orgs/ORG", &format!("/orgs/{}", self.owner))
        });
        let command = words.collect::<Vec<_>>().join(" ");
        Some(command.replacen("gh api ", &self.api(), 1))
    }

    fn api(&self) -> String {
        if self.host == "github.com" { "gh api ".to_owned() } else { format!("gh api --hostname {} ", self.host) }
    }

    fn of_host(&self, repository: &str) -> String {
        if self.host == "github.com" { repository.to_owned() } else { format!("{}/{repository}", self.host) }
    }
}

/// One ruleset for everything that rules of the branch decide.
fn rules(draft: &mut Draft<'_>, target: &Target) {
    let verdicts: Vec<&Verdict> = RULED.iter().filter_map(|id| draft.wanted(id)).collect();
    let asks = |id: &str| verdicts.iter().any(|verdict| verdict.id.as_str() == id);
    let mut rules = Vec::new();
    if asks("OSPS-AC-03.01") || asks("OSPS-QA-07.01") {
        let approvals = u8::from(asks("OSPS-QA-07.01"));
        rules.push(json!({"type": "pull_request", "parameters": {
            "required_approving_review_count": approvals, "dismiss_stale_reviews_on_push": false,
            "require_code_owner_review": false, "require_last_push_approval": approvals == 1,
            "required_review_thread_resolution": false,
        }}));
    }
    if asks("OSPS-AC-03.02") {
        rules.push(json!({"type": "deletion"}));
    }
    if asks("OSPS-QA-01.02") {
        rules.push(json!({"type": "non_fast_forward"}));
    }
    let checks = if asks("OSPS-QA-03.01") { checks(draft) } else { Vec::new() };
    if !checks.is_empty() {
        let required: Vec<Json> = checks.iter().map(|name| json!({"context": name})).collect();
        rules.push(json!({"type": "required_status_checks", "parameters": {
            "strict_required_status_checks_policy": false, "required_status_checks": required,
        }}));
    }
    if rules.is_empty() {
        return;
    }
    let left_out = |verdict: &&&Verdict| verdict.id.as_str() != "OSPS-QA-03.01" || !checks.is_empty();
    let decided: Vec<&Verdict> = verdicts.iter().filter(left_out).copied().collect();
    let ruleset = json!({
        "name": "OSPS Baseline", "target": "branch", "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}}, "rules": rules,
    });
    // Every line break in a name is escaped in JSON, so that none can end the here-document.
    let command = format!(
        "{}-X POST /repos/{}/{}/rulesets --input - <<'RULESET'\n{ruleset:#}\nRULESET",
        target.api(),
        target.owner,
        target.name
    );
    let mut remarks = remarks(draft, &decided, &command);
    if asks("OSPS-QA-07.01") {
        remarks
            .push("A project with a single maintainer cannot merge any more where an approval is required.".to_owned());
    }
    let requirements: Vec<RequirementId> = decided.iter().map(|verdict| verdict.id.clone()).collect();
    draft.fixes.commands.push(Command { requirements, command, remarks });
}

/// Names of checks that run on every change, as far as they are the same in each run.
fn checks(draft: &Draft<'_>) -> Vec<String> {
    let steps = draft.fact("ci.capabilities").and_then(Json::as_array).into_iter().flatten();
    let tests = steps.filter(|step| {
        let on_changes = step.get("triggers").and_then(Json::as_array);
        step.get("kind").is_some_and(|kind| kind == "test")
            && step.get("path_filtered").is_some_and(|filtered| filtered == "no")
            && step.get("condition").is_some_and(Json::is_null)
            && step.get("blocking") == Some(&Json::Bool(true))
            && step.get("disabled") == Some(&Json::Bool(false))
            && step.get("system").is_some_and(|system| system == "github_actions")
            && on_changes.is_some_and(|triggers| triggers.iter().any(|trigger| trigger == "change_request"))
    });
    let names = tests.filter_map(|step| step.get("check_name")?.as_str());
    let whole = |name: &&str| !name.contains('*') && !name.chars().any(char::is_control);
    let mut names: Vec<String> = names.filter(whole).map(str::to_owned).collect();
    names.sort_unstable();
    names.dedup();
    names.truncate(MAX_CHECKS);
    names
}

/// What to know before a command is run.
fn remarks(draft: &Draft<'_>, verdicts: &[&Verdict], command: &str) -> Vec<String> {
    let mut remarks: Vec<String> = verdicts.iter().map(|verdict| verdict.summary.clone()).collect();
    if verdicts.iter().any(|verdict| verdict.outcome == Outcome::Unknown) {
        remarks.push("How it is set now was not seen: look before you change it.".to_owned());
    }
    if command.contains("/default-setup") && draft.files.contains_key(SCANNER) {
        remarks.push(format!("Take this or {SCANNER}, not both."));
    }
    if command.contains("/orgs/") {
        let known = draft.fact("repo.owner_kind").and_then(Json::as_str);
        let whose = if known.is_some_and(|kind| kind.starts_with("org")) { "" } else { ", if the owner is one" };
        remarks.push(format!("It is a setting of the whole organization{whose}, and takes one of its owners."));
    } else {
        remarks.push("It takes an administrator of the repository.".to_owned());
    }
    remarks
}
