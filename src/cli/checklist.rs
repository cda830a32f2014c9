//! `osps checklist`: what stands between here and the level to reach, as things to do.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::collect::Target;
use super::configuration::Configuring;
use super::exit::{self, Exit, Usage};
use super::shared::{self, Judging, Terminal};
use crate::report::checklist::{self, Format};

/// The options of `osps checklist`.
#[derive(Debug, ClapArgs)]
#[command(mut_arg("level", |arg| arg.help("The level to reach (default: target-level of the configuration, else the next one)")))]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    /// A saved assessment (`osps assess -o json=PATH`) instead of a new one; `-` for standard input
    #[arg(long, value_name = "PATH", help_heading = "Judging")]
    from: Option<PathBuf>,
    #[command(flatten)]
    configuring: Configuring,
    #[command(flatten)]
    judging: Judging,
    /// A format, and where it goes (default: standard output); may be given several times: text, markdown, html,
    /// json (default: text at a terminal, else markdown)
    #[arg(short, long, value_name = "FORMAT[=PATH]", help_heading = "Output")]
    output: Vec<String>,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let outputs = outputs(&args.output)?;
    let progress = terminal.progress();
    let assessment = match &args.from {
        Some(path) => shared::saved(path)?,
        None => {
            let collected = args.target.collect(&args.configuring, args.judging.policies.as_deref(), &progress)?;
            progress.step("judging");
            args.judging.judge(&collected)?
        }
    };
    drop(progress);
    for (format, path) in outputs {
        let style = terminal.style(path.is_some());
        shared::write(&checklist::render(&assessment, args.judging.level, format, &style)?, path.as_deref())?;
    }
    Ok(if args.from.is_some() { exit::DONE } else { args.judging.exit(&assessment) })
}

fn outputs(asked: &[String]) -> anyhow::Result<Vec<(Format, Option<PathBuf>)>> {
    if asked.is_empty() {
        let format = if std::io::stdout().is_terminal() { Format::Text } else { Format::Markdown };
        return Ok(vec![(format, None)]);
    }
    let read = |output: &String| {
        let (name, path) = output.split_once('=').map_or((output.as_str(), None), |(name, path)| (name, Some(path)));
        let format = Format::named(name).ok_or_else(|| {
            let known: Vec<&str> = Format::ALL.into_iter().map(Format::name).collect();
            Usage(format!("there is no format `{name}`: expected one of {}", known.join(", ")))
        })?;
        Ok((format, path.map(PathBuf::from)))
    };
    asked.iter().map(read).collect()
}
