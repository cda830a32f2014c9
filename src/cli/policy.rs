//! `osps policy`: list, test and lint policies.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};

use super::exit::{self, Exit};
use super::shared;
use crate::audit;
use crate::bundle::Bundle;
use crate::collect::docs::samples;
use crate::policy::{self, FactsSchema, Policies, Run, TestOutcome};

/// The options of `osps policy`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
    /// Policies from this directory instead of the built-in ones
    #[arg(long, value_name = "DIR", global = true)]
    policies: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Every policy with its title.
    List,
    /// Run the tests beside the policies and read the texts in topics; exit with 1 if one fails.
    Test {
        /// Only tests whose file name contains one of these
        only: Vec<String>,
        /// The version of the standard that policies see
        #[arg(long, value_name = "VERSION")]
        catalog: Option<String>,
    },
    /// Check that policies keep their contract; exit with 1 if one does not.
    Lint,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let bundle = shared::bundle(args.policies.as_deref())?;
    let policies = Policies::load(&bundle)?;
    match args.command {
        Command::List => {
            let list: String = policies.iter().map(|policy| format!("{}  {}\n", policy.id, policy.title)).collect();
            shared::write(&list, None)?;
            Ok(exit::DONE)
        }
        Command::Test { only, catalog } => {
            let catalogs = shared::catalogs()?;
            let catalog = shared::catalog(&catalogs, catalog.as_deref())?;
            let run = Run { catalog: catalog.version.clone(), strict_platform: false };
            test(&bundle, &policies, &run, &only)
        }
        Command::Lint => lint(&policies),
    }
}

fn test(bundle: &Bundle, policies: &Policies, run: &Run, only: &[String]) -> anyhow::Result<Exit> {
    let results = policy::test(policies, run, only)?;
    let mut out = String::new();
    for result in results.iter().filter(|result| result.outcome != TestOutcome::Passed) {
        let _ = match &result.outcome {
            TestOutcome::Error(error) => writeln!(out, "ERROR {} {}\n{error}", result.path, result.name),
            _ => writeln!(out, "FAIL  {} {}", result.path, result.name),
        };
    }
    let passed = results.iter().filter(|result| result.outcome == TestOutcome::Passed).count();
    let _ = writeln!(out, "{passed} passed, {} failed", results.len() - passed);
    let mut right = passed == results.len();
    if only.is_empty() {
        let (total, wrong) = samples::check(bundle).map_err(anyhow::Error::msg)?;
        for sample in &wrong {
            let _ = writeln!(out, "TEXT  {sample}");
        }
        let _ = writeln!(out, "{} of {total} texts of topics read as they should be", total - wrong.len());
        right &= wrong.is_empty();
    }
    shared::write(&out, None)?;
    Ok(if right { exit::DONE } else { exit::NOT_MET })
}

fn lint(policies: &Policies) -> anyhow::Result<Exit> {
    let findings = policy::lint(policies, &FactsSchema::new(audit::facts_schema()));
    let mut out = String::new();
    for finding in &findings {
        let _ = writeln!(out, "{}:{}: {}", finding.path, finding.line, finding.message);
    }
    let _ = writeln!(out, "{} policies, {} findings", policies.iter().count(), findings.len());
    shared::write(&out, None)?;
    Ok(if findings.is_empty() { exit::DONE } else { exit::NOT_MET })
}
