//! `osps explain`: one requirement, for people.

use std::path::PathBuf;

use clap::Args as ClapArgs;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;

use super::exit::{self, Bug, Exit, Usage};
use super::shared::{self, Terminal};
use crate::bundle::Bundle;
use crate::catalog::mappings::{CAUTION, Mappings};
use crate::model::id::RequirementId;
use crate::policy::Policy;

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
        .map(|(framework, ids)| minijinja::context! { id => framework.id.clone(), ids => ids.join(", ") })
        .collect();

    let style = terminal.style(false);
    let bug = |error: minijinja::Error| Bug(format!("the template explain.txt.j2: {error:#}"));
    let templates = Bundle::templates();
    let source =
        templates.get("explain.txt.j2").ok_or_else(|| Bug("the template explain.txt.j2 is missing".to_owned()))?;
    let mut environment = minijinja::Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(bug)?);
    environment.add_filter("wrap", move |text: String, indent: usize| style.wrap(&text, indent));
    environment.add_filter("bold", move |text: String| style.bold(&style.plain(&text)));
    environment.add_filter("plain", move |text: String| style.plain(&text));
    let text = environment
        .render_str(
            source,
            minijinja::context! {
                catalog => &catalog.version,
                requirement => Serde(requirement),
                control => Serde(control),
                family => Serde(family),
                policy => policy.map(|policy| minijinja::context! {
                    path => &policy.path, title => &policy.title, needs => Serde(&policy.needs), text => &policy.text,
                }),
                show_policy => args.policy,
                related => related,
                caution => CAUTION,
            },
        )
        .map_err(bug)?;
    shared::write(&format!("{}\n", text.trim_end()), None)?;
    Ok(exit::DONE)
}
