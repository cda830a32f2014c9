//! Checks of permission that stand before a job: who asks, and whether a failed check provably stops what follows.

use super::Guard;
use super::actions::Actions;
use super::capabilities::closure;
use super::condition;
use super::expression::{self, Comparison, Expression, dotted};
use super::pipelines;
use super::shell::{self, Dialect};
use super::workflow::{Flag, Job, Step, Trigger, Workflow};

/// Types of the event at which the account is the one whose code it is. With `labeled` it is the one who labels.
const BY_AUTHOR: &[&str] = &["opened", "synchronize", "reopened", "ready_for_review"];

/// Names of the account that brought the event about, as the check may be given them.
const ACCOUNTS: &[&str] =
    &["github.actor", "github.triggering_actor", "github.event.sender.login", "github.event.pull_request.user.login"];

/// Checks of permission in the jobs that a job waits for.
pub(super) fn before(actions: &Actions, workflow: &Workflow, job: &Job, triggers: &[&Trigger]) -> Vec<Guard> {
    let needed = closure(workflow, job);
    let on_the_way = || workflow.jobs.iter().filter(|other| needed.contains(&other.id));
    // A job that runs after a failed one is not stopped by it.
    if std::iter::once(job).chain(on_the_way()).any(|job| condition::runs_after_skips(job.condition.as_ref())) {
        return Vec::new();
    }
    let by_author = triggers.iter().all(|trigger| {
        trigger.event == "pull_request_target" && trigger.types.iter().all(|kind| BY_AUTHOR.contains(&kind.as_str()))
    });
    let mut found = Vec::new();
    for other in on_the_way() {
        if by_author {
            found.extend(proven(actions, other));
        }
        found.extend(other.steps.iter().filter_map(|step| check(actions, step, other.line)));
    }
    found
}

/// A step that asks whether the account may write. Whether anything follows from the answer is not asked here.
pub(super) fn check(actions: &Actions, step: &Step, line: u64) -> Option<Guard> {
    let guard = |condition: &str| Guard { kind: "permission_check".to_owned(), condition: condition.to_owned(), line };
    if asks_association(step) {
        let condition = "a script that asks for the author's association".to_owned();
        return Some(Guard { kind: "association".to_owned(), condition, line });
    }
    if let Some(uses) = &step.uses {
        let (address, _) = pipelines::remote(&uses.text);
        if actions.get(address).is_some_and(|action| action.guard) {
            return Some(guard(address));
        }
    }
    let script = step.run.iter().chain(step.input("script")).find(|text| is_permission_check(&text.text));
    script.map(|_| guard("a script that asks for the permission of the account"))
}

/// Whether a script looks at the association of an author and can fail.
fn asks_association(step: &Step) -> bool {
    let Some(script) = step.run.as_ref().or_else(|| step.input("script")) else { return false };
    let asks = |text: &str| {
        let lower = text.to_lowercase();
        lower.contains("author_association") || lower.contains("authorassociation")
    };
    let lower = script.text.to_lowercase();
    let fails = ["setfailed", "throw ", "process.exit(1", "exit 1"].iter().any(|end| lower.contains(end));
    fails && (asks(&script.text) || step.env.iter().any(|binding| asks(&binding.value.text)))
}

/// Whether a script asks the forge for the permission or membership of an account.
pub(super) fn is_permission_check(text: &str) -> bool {
    let lower = text.to_lowercase();
    [
        "getcollaboratorpermissionlevel",
        "checkcollaborator",
        "getmembershipforuser",
        "checkmembershipforuser",
        "/permission",
        "/memberships/",
    ]
    .iter()
    .any(|call| lower.contains(call))
        && (lower.contains("collaborator") || lower.contains("member"))
}

/// A job that fails unless the account may write: a known action asks, and a later step ends the job when it says no.
fn proven(actions: &Actions, job: &Job) -> Option<Guard> {
    if job.continue_on_error != Flag::No {
        return None;
    }
    job.steps.iter().enumerate().find_map(|(index, step)| {
        let (address, _) = pipelines::remote(&step.uses.as_ref()?.text);
        let output = actions.get(address)?.tells.clone()?;
        let asks = step.condition.is_none() && step.continue_on_error == Flag::No;
        let writes = matches!(step.input("require")?.text.trim(), "write" | "maintain" | "admin");
        let name = format!("steps.{}.outputs.{output}", step.id.as_ref()?.to_lowercase());
        let stops = job.steps.iter().skip(index + 1).any(|later| stops_unless(later, &name));
        (asks && writes && names_account(step) && stops).then(|| Guard {
            kind: "writer".to_owned(),
            condition: format!("the job {} fails when {address} finds that the account may not write", job.id),
            line: step.line,
        })
    })
}

/// Whether the check is about the account of the event.
fn names_account(step: &Step) -> bool {
    let Some(name) = step.input("username") else { return true };
    let (fragments, _) = expression::fragments(&name.text);
    match fragments.as_slice() {
        [fragment] => {
            matches!(&fragment.expression, Expression::Value(steps) if ACCOUNTS.contains(&dotted(steps).as_str()))
        }
        _ => false,
    }
}

/// Whether a step fails the job when an output says no.
fn stops_unless(step: &Step, output: &str) -> bool {
    let asked = step.condition.as_ref().and_then(|condition| expression::condition(&condition.text));
    let Some(Expression::Compare(comparison, left, right)) = asked else { return false };
    let of_output = matches!(&*left, Expression::Value(steps) if dotted(steps) == output);
    let negative = match (comparison, &*right) {
        (Comparison::Equal, Expression::Text(text)) => text == "false",
        (Comparison::NotEqual, Expression::Text(text)) => text == "true",
        _ => false,
    };
    let Some(run) = &step.run else { return false };
    let script = shell::split(&run.text, Dialect::Posix);
    let ends = script.commands.iter().any(|command| {
        command.depth == 0 && command.word(0) == "exit" && command.word(1).parse::<u8>().is_ok_and(|code| code > 0)
    });
    let branches = script.commands.iter().any(|command| {
        command.condition
            || command.joint != shell::Joint::End
            || matches!(command.word(0), "exit") && command.word(1) == "0"
    });
    of_output && negative && step.continue_on_error == Flag::No && ends && !branches
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::Bundle;
    use crate::collect::ci::workflow;
    use rstest::rstest;

    const ASKS: &str = "      - id: ask\n        uses: actions-cool/check-user-permission@v2\n        with: {require: write, username: '${{ github.actor }}'}\n";
    const STOPS: &str = "      - if: steps.ask.outputs.require-result == 'false'\n        run: |\n          echo no\n          exit 1\n";

    fn kinds(on: &str, check: &str, job: &str) -> Vec<String> {
        let text = format!("on: {on}\njobs:\n  who:\n    steps:\n{check}  build:\n{job}    steps: []\n");
        let workflow = workflow::read("github_actions", "w.yml", &text).expect("valid").expect("a workflow");
        let actions: Actions = crate::yaml::from_str(Bundle::policies().get("tables/actions.yaml").expect("the table"))
            .expect("it parses");
        let triggers: Vec<&Trigger> = workflow.triggers.iter().collect();
        let job = workflow.jobs.last().expect("a job");
        before(&actions, &workflow, job, &triggers).into_iter().map(|guard| guard.kind).collect()
    }

    #[rstest]
    #[case("      - uses: actions/github-script@v7\n        with: {script: \"if (context.payload.comment.author_association !== 'OWNER') core.setFailed('no')\"}\n", &["association"])]
    #[case("      - env: {WHO: '${{ github.event.comment.author_association }}'}\n        run: '[ $WHO = OWNER ] || exit 1'\n", &["association"])]
    #[case("      - run: echo ${{ github.event.comment.author_association }}\n", &[])]
    fn associations(#[case] step: &str, #[case] expected: &[&str]) {
        assert_eq!(kinds("issue_comment", step, "    needs: who\n"), expected);
    }

    #[rstest]
    #[case::stops("pull_request_target", STOPS, "    needs: who\n", &["writer", "permission_check"])]
    #[case::only_told("pull_request_target", "", "    needs: who\n", &["permission_check"])]
    #[case::maybe("pull_request_target", "      - if: steps.ask.outputs.require-result == 'false'\n        run: test -f x && exit 1\n", "    needs: who\n", &["permission_check"])]
    #[case::who_labels("{pull_request_target: {types: [labeled]}}", STOPS, "    needs: who\n", &["permission_check"])]
    #[case::runs_anyway("pull_request_target", STOPS, "    needs: who\n    if: always()\n", &[])]
    #[case::elsewhere("pull_request_target", STOPS, "", &[])]
    fn checks_before_a_job(#[case] on: &str, #[case] stop: &str, #[case] job: &str, #[case] expected: &[&str]) {
        assert_eq!(kinds(on, &format!("{ASKS}{stop}"), job), expected);
    }
}
