//! `osps report`: saved assessments, in every format.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args as ClapArgs;

use super::exit::{self, Bug, Exit, Usage};
use super::shared::{self, Results, Terminal};
use crate::bundle::Bundle;
use crate::catalog::mappings::Mappings;
use crate::model::assessment::Assessment;
use crate::model::id::Level;
use crate::model::mapping::Crosswalk;
use crate::report;
use crate::report::template::UserTemplate;

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
    /// A template of your own, and where its text goes (default: standard output); docs/templates.md says what it may use
    #[arg(long, value_name = "FILE[=PATH]", help_heading = "Output")]
    template: Vec<String>,
    #[command(flatten)]
    results: Results,
}

/// Bytes that are read of a template; longer ones are refused.
const MAX_TEMPLATE: u64 = 2 * 1024 * 1024;
/// Bytes of memory that this program may hold while a template of a user runs.
#[cfg(unix)]
const MAX_MEMORY: u64 = 2 * 1024 * 1024 * 1024;

/// A template, and the file or directory its text goes to.
struct Templated {
    template: UserTemplate,
    extension: String,
    path: Option<PathBuf>,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let templates = args.template.iter().map(|given| templated(given)).collect::<anyhow::Result<Vec<_>>>()?;
    let outputs =
        if templates.is_empty() || args.results.names_formats() { args.results.outputs()? } else { Vec::new() };
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
                    let place = place(directory, output.format.extension(), path, &assessment)?;
                    shared::write(&text, Some(&place))?
                }
                path => shared::write(&text, path.as_deref())?,
            }
        }
        for one in &templates {
            let text = one.template.render(&assessment).map_err(|error| Usage(error.to_string()))?;
            match &one.path {
                Some(directory) if several => {
                    shared::write(&text, Some(&place(directory, &one.extension, path, &assessment)?))?
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

/// Reads a template, and bounds the memory of what follows: a text that doubles itself is found out by nothing else.
fn templated(given: &str) -> anyhow::Result<Templated> {
    let (file, path) = given.split_once('=').map_or((given, None), |(file, path)| (file, Some(PathBuf::from(path))));
    let mut text = String::new();
    std::fs::File::open(file)
        .and_then(|open| open.take(MAX_TEMPLATE).read_to_string(&mut text))
        .with_context(|| format!("cannot read {file}"))?;
    let template = UserTemplate::parse(file, text).map_err(|error| Usage(error.to_string()))?;
    let name = file.strip_suffix(".j2").unwrap_or(file);
    let extension = Path::new(name).extension().map_or_else(|| "txt".into(), |end| end.to_string_lossy().into_owned());
    bound_memory();
    Ok(Templated { template, extension, path })
}

#[cfg(unix)]
fn bound_memory() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Rlimit { current, maximum } = getrlimit(Resource::Data);
    let bound = current.unwrap_or(MAX_MEMORY).min(MAX_MEMORY);
    // Where the system does not have it, the other bounds still hold.
    let _ = setrlimit(Resource::Data, Rlimit { current: Some(bound), maximum });
}

#[cfg(not(unix))]
fn bound_memory() {}

/// Where one of several assessments goes: a file in a directory, named after the file it was read from, or else its subject.
fn place(directory: &Path, extension: &str, from: &Path, assessment: &Assessment) -> anyhow::Result<PathBuf> {
    if directory.exists() && !directory.is_dir() {
        let message = format!("{} is a file: several assessments go to a directory", directory.display());
        return Err(Usage(message).into());
    }
    std::fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
    let stem = from.file_stem().filter(|_| from.as_os_str() != "-");
    let stem = stem.map_or_else(|| assessment.subject.name.clone().into(), ToOwned::to_owned);
    let mut name = stem.to_string_lossy().replace(['/', '\\'], "-");
    name.push('.');
    name.push_str(extension);
    Ok(directory.join(name))
}
