//! `osps report`: saved assessments, in every format.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args as ClapArgs;

use super::exit::{self, Exit, Usage};
use super::shared::{self, Output, Results, Terminal};
use crate::model::assessment::Assessment;
use crate::report;

/// The options of `osps report`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    /// Assessments that `osps assess -o json=PATH` saved; `-` for standard input
    #[arg(value_name = "ASSESSMENT", required = true)]
    assessments: Vec<PathBuf>,
    #[command(flatten)]
    results: Results,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let outputs = args.results.outputs()?;
    let several = args.assessments.len() > 1;
    for path in &args.assessments {
        let assessment = shared::saved(path)?;
        for output in &outputs {
            let text = report::render(&assessment, output.format, &args.results.view(terminal, output.path.is_some()))?;
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
