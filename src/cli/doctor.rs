//! `osps doctor`: as whom the forge is asked, what that shows, and what would show more.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::collect::{Collected, Target};
use super::configuration::Configuring;
use super::exit::{self, Exit};
use super::shared::{self, Judging, Terminal};
use crate::collect::forge::{self, Connection};
use crate::model::ruling::Outcome;

/// The options of `osps doctor`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    /// Print only the table of permissions, as Markdown
    #[arg(long)]
    permissions: bool,
    /// Policies from this directory instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    if args.permissions {
        shared::write(&forge::permission_table(), None)?;
        return Ok(exit::DONE);
    }
    let progress = terminal.progress();
    let collected = args.target.collect(&Configuring::default(), args.policies.as_deref(), &progress)?;
    progress.step("judging");
    let assessment = Judging::default().judge(&collected)?;
    let Collected { facts, connection, .. } = collected;
    let mut out = credential(connection.as_ref());
    let collection = &facts.json()["collection"];
    let access = &collection["access"];
    if let Some(permission) = access["permission"].as_str() {
        out.push_str(&format!("Permission   {permission} on {}", assessment.subject.name));
        out.push_str(match access["org_owner"].as_bool() {
            Some(true) => ", and owner of its organization\n",
            Some(false) => ", not owner of its organization\n",
            None => "\n",
        });
    }
    let account = connection.as_ref().map(|connection| forge::account(connection, jiff::Timestamp::now()));
    drop(progress);
    let scopes = match &account {
        Some(Ok(account)) => {
            for (name, remaining, limit) in &account.budgets {
                out.push_str(&format!("Budget       {name}: {remaining} of {limit} requests left\n"));
            }
            account.scopes.as_slice()
        }
        Some(Err(why)) => {
            out.push_str(&format!("Budget       not known: {why}\n"));
            &[]
        }
        None => &[],
    };
    let broad: Vec<&str> = scopes.iter().map(String::as_str).filter(|scope| !scope.starts_with("read:")).collect();
    if !broad.is_empty() {
        out.push_str(&format!(
            "Warning      this token may do more than read: {}; a fine-grained token with the permissions below is enough\n",
            broad.join(", ")
        ));
    }
    out.push('\n');
    out.push_str(&unsettled(&assessment));
    out.push_str("\nPermissions that osps makes use of (it writes nothing with any of them):\n");
    for permission in forge::PERMISSIONS {
        let public = if permission.public { " (private repositories only)" } else { "" };
        out.push_str(&format!("  {} of the {}{public}: {}\n", permission.name, permission.of, permission.reads));
    }
    shared::write(&out, None)?;
    Ok(exit::DONE)
}

fn credential(connection: Option<&Connection>) -> String {
    match connection {
        Some(Connection { credential: Some(credential), endpoint, .. }) => {
            format!(
                "Credential   {} from {}, for {}\n",
                credential.kind().replace('_', " "),
                credential.origin,
                endpoint.web()
            )
        }
        Some(connection) => format!("Credential   none: {} is asked as anybody\n", connection.endpoint.web()),
        None => "Credential   none: nobody was asked. Put a token into OSPS_GITHUB_TOKEN, GITHUB_TOKEN or GH_TOKEN, \
                 or name a file with --token-file\n"
            .to_owned(),
    }
}

/// The requirements that stay unknown, by what would settle them.
fn unsettled(assessment: &crate::model::assessment::Assessment) -> String {
    let mut by_need: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for verdict in assessment.requirements.iter().filter(|verdict| verdict.outcome == Outcome::Unknown) {
        let id = verdict.id.to_string();
        let needs: Vec<String> = verdict.needs.iter().filter_map(|need| need.needs.clone()).collect();
        if needs.is_empty() {
            by_need.entry("something else than access".to_owned()).or_default().push(id.clone());
        }
        for need in needs {
            let ids = by_need.entry(need).or_default();
            if ids.last() != Some(&id) {
                ids.push(id.clone());
            }
        }
    }
    if by_need.is_empty() {
        return "Every requirement can be decided with this access.\n".to_owned();
    }
    let mut out = "Requirements that stay unknown, and what would settle them:\n".to_owned();
    for (need, ids) in by_need {
        out.push_str(&format!("  {need}\n      {}\n", ids.join(" ")));
    }
    out
}
