//! `osps explain`: one requirement, for people.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use serde_json::json;

use super::exit::{self, Bug, Exit, Usage};
use super::shared::{self, Terminal};
use crate::bundle::Bundle;
use crate::catalog::mappings::Mappings;
use crate::model::id::RequirementId;
use crate::model::mapping::CAUTION;
use crate::policy::Policy;
use crate::report::template;

/// The options of `osps explain`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// The requirement, such as OSPS-AC-01.01 or AC-01.01
    id: RequirementId,
    /// The version of the standard (default: the newest)
    #[arg(long, value_name = "VERSION")]
    catalog: Option<String>,
    /// Show the policy itself too
    #[arg(long)]
    policy: bool,
    /// Policies from this directory instead of the built-in ones
    #[arg(long, value_name = "DIR")]
    policies: Option<PathBuf>,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let catalogs = shared::catalogs()?;
    let catalog = shared::catalog(&catalogs, args.catalog.as_deref())?;
    let requirement = catalog
        .requirement(&args.id)
        .ok_or_else(|| Usage(format!("there is no {} in the catalog {}", args.id, catalog.version)))?;
    let control = catalog.controls.iter().find(|control| control.id == args.id.control());
    let family = catalog.families.iter().find(|family| family.id == args.id.family());
    let bundle = shared::bundle(args.policies.as_deref())?;
    let policy = Policy::find(&bundle, requirement.policy.as_deref().unwrap_or(args.id.as_str()))?;

    let mappings = Mappings::from_bundle(&Bundle::controls()).map_err(|error| Bug(error.to_string()))?;
    let related: Vec<_> = mappings
        .of(args.id.control())
        .map(|(framework, ids)| json!({"id": framework.id, "ids": ids.join(", ")}))
        .collect();

    let policy = policy.map(|policy| {
        let Policy { path, title, needs, text, limits, .. } = policy;
        json!({"path": path, "title": title, "needs": needs, "text": text, "limits": limits})
    });
    let values = json!({
        "catalog": catalog.version, "requirement": requirement, "control": control, "family": family, "policy": policy,
        "show_policy": args.policy, "related": related, "caution": CAUTION,
        "who": requirement.remediation.as_ref().map(|remediation| remediation.by.who()),
    });
    let text =
        template::text("explain.txt.j2", terminal.style(false), values).map_err(|error| Bug(error.to_string()))?;
    shared::write(&format!("{}\n", text.trim_end()), None)?;
    Ok(exit::DONE)
}
