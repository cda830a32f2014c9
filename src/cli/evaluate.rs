//! `osps evaluate`: judge a facts document.

use std::io::Read as _;
use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args as ClapArgs;

use super::collect::Collected;
use super::configuration::Configuring;
use super::exit::Exit;
use super::shared::{self, Judging, Results, Terminal};
use crate::audit::FactsDocument;

/// Bytes of a facts document.
const MAX_FACTS: u64 = 256 * 1024 * 1024;

/// The options of `osps evaluate`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// A facts document written by `osps collect` or `--save`; `-` for standard input
    #[arg(value_name = "FACTS")]
    facts: PathBuf,
    #[command(flatten)]
    configuring: Configuring,
    #[command(flatten)]
    judging: Judging,
    #[command(flatten)]
    results: Results,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let name = args.facts.display();
    let mut text = String::new();
    let read = if args.facts.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX_FACTS).read_to_string(&mut text)
    } else {
        std::fs::File::open(&args.facts).and_then(|file| file.take(MAX_FACTS).read_to_string(&mut text))
    };
    read.with_context(|| format!("cannot read {name}"))?;
    let facts = FactsDocument::parse(&text).with_context(|| format!("{name} is no facts document"))?;
    let loaded = args.configuring.load(None)?;
    let bundle = shared::bundle(args.judging.policies.as_deref())?;
    let assessment = args.judging.judge(&Collected { facts, connection: None, loaded, bundle, read: None })?;
    args.results.write(&assessment, terminal)?;
    Ok(args.judging.exit(&assessment))
}
