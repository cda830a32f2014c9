//! `osps schema`, `osps completions` and `osps man`.

use clap::{Args, ValueEnum};
use clap_complete::Shell;

use super::exit::{self, Exit};
use super::shared;
use crate::audit;

/// The documents that have a schema.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Document {
    /// What `osps collect` writes.
    Facts,
    /// What `osps assess -o json` writes.
    Assessment,
    /// What `osps gate -o json` and `osps diff -o json` write.
    Comparison,
    /// What `osps gate --init` writes.
    Snapshot,
    /// The files in controls/.
    Catalog,
    /// baseline.yaml.
    Baseline,
    /// What `osps fix -o json` writes.
    Fixes,
    /// What `osps checklist -o json` writes.
    Checklist,
}

/// The options of `osps schema`.
#[derive(Debug, Args)]
pub(super) struct SchemaArgs {
    /// The document
    document: Document,
}

/// The options of `osps completions`.
#[derive(Debug, Args)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

pub(super) fn schema(args: SchemaArgs) -> anyhow::Result<Exit> {
    let schema = match args.document {
        Document::Facts => audit::facts_schema(),
        Document::Assessment => audit::assessment_schema(),
        Document::Comparison => crate::compare::schema(),
        Document::Snapshot => crate::compare::snapshot_schema(),
        Document::Catalog => audit::catalog_schema(),
        Document::Baseline => crate::config::schema(),
        Document::Fixes => crate::fix::schema(),
        Document::Checklist => crate::report::checklist::schema(),
    };
    shared::write(&format!("{schema:#}\n"), None)?;
    Ok(exit::DONE)
}

pub(super) fn completions(args: CompletionsArgs, command: &mut clap::Command) -> anyhow::Result<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "osps", &mut script);
    shared::write(&String::from_utf8_lossy(&script), None)?;
    Ok(exit::DONE)
}

pub(super) fn man(command: clap::Command) -> anyhow::Result<Exit> {
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    shared::write(&String::from_utf8_lossy(&page), None)?;
    Ok(exit::DONE)
}
