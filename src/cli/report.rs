//! `osps report`: saved assessments, in every format.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args as ClapArgs;

use super::exit::{self, Bug, Exit, Usage};
use super::shared::{self, Output, Results, Terminal};
use crate::bundle::Bundle;
use crate::catalog::mappings::Mappings;
use crate::model::assessment::Assessment;
use crate::model::id::Level;
use crate::model::mapping::Crosswalk;
use crate::report;

/// The options of `osps report`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Assessments that `osps assess -o json=PATH` saved; `-` for standard input
    #[arg(value_name = "ASSESSMENT", required = true)]
    assessments: Vec<PathBuf>,
    /// Show the standing by the entries of another framework that controls relate to, such as cra, ssdf, csf or slsa
    #[arg(long, value_name = "FRAMEWORK")]
    crosswalk: Option<String>,
    /// With `--crosswalk`: only of requirements that count at this level (default: 3)
    #[arg(long, value_name = "LEVEL", requires = "crosswalk")]
    level: Option<Level>,
    #[command(flatten)]
    results: Results,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let outputs = args.results.outputs()?;
    let crosswalk = args.crosswalk.as_deref().map(crosswalk).transpose()?;
    let level = args.level.unwrap_or(Level::ALL[2]);
    let several = args.assessments.len() > 1;
    for path in &args.assessments {
        let assessment = shared::saved(path)?;
        for output in &outputs {
            let view = args.results.view(terminal, output.path.is_some());
            let text = match &crosswalk {
                Some(crosswalk) => report::crosswalk::render(&assessment, crosswalk, level, output.format, &view)?,
                None => report::render(&assessment, output.format, &view)?,
            };
            match &output.path {
                Some(directory) if several => {
                    shared::write(&text, Some(&place(directory, output, path, &assessment)?))?
                }
                path => shared::write(&text, path.as_deref())?,
            }
        }
    }
    Ok(exit::DONE)
}

/// The references to a framework, named in any case.
fn crosswalk(framework: &str) -> anyhow::Result<Crosswalk> {
    let mappings = Mappings::from_bundle(&Bundle::controls()).map_err(|error| Bug(error.to_string()))?;
    mappings.crosswalk(framework).ok_or_else(|| {
        let known: Vec<&str> = mappings.frameworks().iter().map(|known| known.id.as_str()).collect();
        Usage(format!("no control relates to a framework `{framework}`: expected one of {}", known.join(", "))).into()
    })
}

/// Where one of several assessments goes: a file in a directory, named after the file it was read from, or else its subject.
fn place(directory: &Path, output: &Output, from: &Path, assessment: &Assessment) -> anyhow::Result<PathBuf> {
    if directory.exists() && !directory.is_dir() {
        let message = format!("{} is a file: several assessments go to a directory", directory.display());
        return Err(Usage(message).into());
    }
    std::fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let stem = from.file_stem().filter(|_| from.as_os_str() != "-");
    let stem = stem.map_or_else(|| assessment.subject.name.clone().into(), ToOwned::to_owned);
    let mut name = stem.to_string_lossy().replace(['/', '\\'], "-");
    name.push('.');
    name.push_str(output.format.extension());
    Ok(directory.join(name))
}
