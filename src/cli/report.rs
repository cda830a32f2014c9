//! `osps report`: saved assessments, in every format.

use std::collections::BTreeSet;
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
    let mut places = Places::of(&args.assessments);
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
                    let (name, extension) = (output.format.name(), output.format.extension());
                    shared::write(&text, Some(&places.place(directory, name, extension, path, &assessment)?))?
                }
                path => shared::write(&text, path.as_deref())?,
            }
        }
        for one in &templates {
            let text = one.template.render(&assessment).map_err(|error| Usage(error.to_string()))?;
            match &one.path {
                Some(directory) if several => shared::write(
                    &text,
                    Some(&places.place(directory, "template", &one.extension, path, &assessment)?),
                )?,
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

/// Where several assessments go: each to a file of its own in a directory.
struct Places {
    /// Names of files that more than one of them was read from.
    shared: BTreeSet<String>,
    /// In lower case, because some file systems know no other.
    taken: BTreeSet<String>,
}

impl Places {
    fn of(paths: &[PathBuf]) -> Self {
        let mut seen = BTreeSet::new();
        let names = paths.iter().filter_map(|path| Some(stem(path)?.to_lowercase()));
        Self { shared: names.filter(|name| !seen.insert(name.clone())).collect(), taken: BTreeSet::new() }
    }

    /// A file named after the one that the assessment was read from, or else after its subject. Where that is taken, the name
    /// of the format tells them apart, and at last a number.
    fn place(
        &mut self,
        directory: &Path,
        format: &str,
        extension: &str,
        from: &Path,
        assessment: &Assessment,
    ) -> anyhow::Result<PathBuf> {
        if directory.exists() && !directory.is_dir() {
            let message = format!("{} is a file: several assessments go to a directory", directory.display());
            return Err(Usage(message).into());
        }
        std::fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
        let stem = stem(from).filter(|stem| !self.shared.contains(&stem.to_lowercase()));
        let stem = stem.unwrap_or_else(|| {
            let subject = &assessment.subject;
            let whole = subject.owner.iter().chain([&subject.name]).map(String::as_str).collect::<Vec<_>>().join("-");
            plain(&whole)
        });
        let mut free = (1_usize..).flat_map(|number| {
            let stem = if number == 1 { stem.clone() } else { format!("{stem}-{number}") };
            let of_format = (format != extension).then(|| directory.join(format!("{stem}.{format}.{extension}")));
            std::iter::once(directory.join(format!("{stem}.{extension}"))).chain(of_format)
        });
        let free = free.find(|path| self.taken.insert(path.to_string_lossy().to_lowercase()));
        free.context("no name is left")
    }
}

/// The name of a file without its end; none for standard input.
fn stem(path: &Path) -> Option<String> {
    path.file_stem().filter(|_| path.as_os_str() != "-").map(|stem| plain(&stem.to_string_lossy()))
}

/// A text as the name of a file.
fn plain(text: &str) -> String {
    let name = text.replace(|c: char| matches!(c, '/' | '\\') || c.is_control(), "-");
    if matches!(name.as_str(), "" | "." | "..") { "assessment".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assessment(owner: &str) -> Assessment {
        let mut assessment: Assessment =
            serde_json::from_str(include_str!("../../tests/assessments/mixed.json")).expect("an assessment");
        assessment.subject.owner = Some(owner.to_owned());
        assessment
    }

    #[test]
    fn several_assessments_go_to_files_of_their_own() {
        let directory = tempfile::TempDir::new().expect("a directory");
        let paths = ["a/acme.json", "b/one.json", "c/One.json", "-"].map(PathBuf::from);
        let mut places = Places::of(&paths);
        let mut names = Vec::new();
        for (path, owner) in paths.iter().zip(["x", "y", "z/../q", "y"]) {
            for (format, extension) in [("json", "json"), ("gemara", "json"), ("html", "html")] {
                let place =
                    places.place(directory.path(), format, extension, path, &assessment(owner)).expect("a place");
                assert_eq!(place.parent(), Some(directory.path()));
                names.push(place.file_name().expect("a name").to_string_lossy().into_owned());
            }
        }
        let expected = [
            "acme.json",
            "acme.gemara.json",
            "acme.html",
            "y-widget.json",
            "y-widget.gemara.json",
            "y-widget.html",
            "z-..-q-widget.json",
            "z-..-q-widget.gemara.json",
            "z-..-q-widget.html",
            "y-widget-2.json",
            "y-widget-2.gemara.json",
            "y-widget-2.html",
        ];
        assert_eq!(names, expected);
    }
}
