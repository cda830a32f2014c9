//! Finding the configuration of an assessment: the repository's own, a foundation's under it, and what others claim.

use std::collections::BTreeSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args as ClapArgs;
use jiff::civil::Date;
use sha2::{Digest as _, Sha256};

use super::exit::Usage;
use crate::assess::Statements;
use crate::audit;
use crate::bundle::{Bundle, hex};
use crate::catalog::Catalogs;
use crate::claims;
use crate::collect::settings::Files;
use crate::config::{self, Configuration, Layer, Role};
use crate::model::assessment::FileRef;
use crate::model::declaration::Claim;

/// Where a repository's configuration may lie; two at once are an error.
pub(super) const PLACES: [&str; 2] = ["baseline.yaml", ".github/baseline.yaml"];
/// Where files of declarations may lie.
const DECLARATIONS: &str = ".osps";
/// Where a repository keeps its answers to the Best Practices Badge.
const BADGE_ANSWERS: &str = ".bestpractices.json";
/// Bytes of a file that is named on the command line.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// Which configuration holds, as options.
#[derive(Debug, Default, ClapArgs)]
pub(super) struct Configuring {
    /// The configuration (default: baseline.yaml at the root of the repository or in .github/)
    #[arg(long, value_name = "PATH", env = "OSPS_CONFIG", help_heading = "Configuration")]
    pub(super) config: Option<PathBuf>,
    /// Use no configuration of the repository
    #[arg(long, help_heading = "Configuration", conflicts_with = "config")]
    no_config: bool,
    /// The configuration of a foundation, layered under the repository's: it may forbid and cap declarations
    #[arg(long, value_name = "PATH", env = "OSPS_FOUNDATION", help_heading = "Configuration")]
    foundation: Option<PathBuf>,
    /// Judge declarations as on this day (default: the day the facts were collected)
    #[arg(long, value_name = "DATE", help_heading = "Configuration")]
    pub(super) as_of: Option<Date>,
    /// A file with claims of another tool or a questionnaire, shown beside the verdicts; may be given several times
    #[arg(long, value_name = "PATH", help_heading = "Configuration")]
    claims: Vec<PathBuf>,
}

/// A configuration with what is needed to use it.
#[derive(Debug, Default)]
pub(super) struct Loaded {
    pub(super) configuration: Configuration,
    /// The files it comes from.
    pub(super) files: Vec<FileRef>,
    pub(super) claims: Vec<Claim>,
    dead_links: BTreeSet<String>,
    as_of: Option<Date>,
}

impl Configuring {
    /// Each repository's own configuration, over that of a foundation.
    pub(super) fn of_foundation(foundation: Option<PathBuf>) -> Self {
        Self { foundation, ..Self::default() }
    }

    /// Reads the configuration that holds for a repository; for a facts document alone, what is named.
    pub(super) fn load(&self, files: Option<&Files>) -> anyhow::Result<Loaded> {
        let mut layers = Vec::new();
        if let Some(path) = &self.config {
            layers.push(layer(path, Role::Main)?);
        } else if let Some(files) = files.filter(|_| !self.no_config) {
            layers.extend(of_repository(files)?);
        }
        if let Some(path) = &self.foundation {
            layers.push(layer(path, Role::Foundation)?);
        }
        let mut configuration = config::read(&layers)?;
        let mut refs: Vec<FileRef> = layers.iter().map(|layer| file_ref(&layer.file, layer.text.as_bytes())).collect();
        configuration.project.file = layers
            .iter()
            .zip(&refs)
            .find(|(layer, _)| layer.role == Role::Main)
            .map(|(_, one)| (one.file.clone(), one.digest.clone().unwrap_or_default()));
        let dead_links = files.map(|files| dead_links(&configuration, files)).unwrap_or_default();
        let claims = self.claims(&configuration, files, &mut refs)?;
        Ok(Loaded { configuration, files: refs, claims, dead_links, as_of: self.as_of })
    }

    /// The claims of the files that are named, and of the badge's answers where they lie in the repository.
    fn claims(
        &self,
        configuration: &Configuration,
        files: Option<&Files>,
        refs: &mut Vec<FileRef>,
    ) -> anyhow::Result<Vec<Claim>> {
        let mut texts = Vec::new();
        for path in &self.claims {
            texts.push((path.display().to_string(), read(path)?));
        }
        if let Some(files) = files {
            for set in &configuration.claims {
                let at = format!("{}:{}: `{}`", set.origin.file, set.origin.line, set.value);
                let text = files.text(&set.value).map_err(Usage)?;
                texts.push((
                    set.value.clone(),
                    text.ok_or_else(|| Usage(format!("{at} is no file of the repository")))?,
                ));
            }
            let named = texts.iter().any(|(file, _)| file == BADGE_ANSWERS);
            if let Some(text) = files.text(BADGE_ANSWERS).map_err(Usage)?.filter(|_| !named) {
                // Nobody named it: what is wrong with it is a remark.
                match claims::read(BADGE_ANSWERS, &text) {
                    Ok(_) => texts.push((BADGE_ANSWERS.to_owned(), text)),
                    Err(why) => {
                        let remarks = vec![why.to_string()];
                        refs.push(FileRef { remarks, ..file_ref(BADGE_ANSWERS, text.as_bytes()) });
                    }
                }
            }
        }
        let mut all = Vec::new();
        for (file, text) in texts {
            let read = claims::read(&file, &text).with_context(|| file.clone())?;
            refs.push(FileRef { remarks: read.remarks, ..file_ref(&file, text.as_bytes()) });
            all.extend(read.claims);
        }
        Ok(all)
    }
}

impl Loaded {
    /// What is stated, for judging; declarations are bound to the texts they were made for.
    pub(super) fn statements(&self, catalogs: &Catalogs) -> Statements {
        let mut declarations = self.configuration.declarations.clone();
        audit::bind(&mut declarations, catalogs);
        Statements {
            as_of: self.as_of.unwrap_or(Date::ZERO),
            declarations,
            limits: self.configuration.limits.clone(),
            dead_links: self.dead_links.clone(),
            claims: self.claims.clone(),
            files: self.files.clone(),
            target_level: self.configuration.target_level.as_ref().map(|set| set.value),
            ..Statements::default()
        }
    }

    /// The policies of a run: those given, under those that the configuration names among the files of a repository.
    pub(super) fn bundle(&self, ours: &Bundle, files: Option<&Files>) -> anyhow::Result<Bundle> {
        let mut bundle = ours.clone();
        let Some(files) = files else { return Ok(bundle) };
        for set in &self.configuration.policies {
            let wrong = |why: &str| Usage(format!("{}:{}: `{}` {why}", set.origin.file, set.origin.line, set.value));
            let texts =
                files.below(&set.value).map_err(|why| Usage(format!("the policies of the repository: {why}")))?;
            if texts.is_empty() {
                return Err(wrong("holds no policies, topics or tables").into());
            }
            for (path, text) in texts {
                bundle.insert(path, text);
            }
        }
        Ok(bundle)
    }
}

/// The configuration that lies in a repository.
fn of_repository(files: &Files) -> anyhow::Result<Vec<Layer>> {
    let mut layers = Vec::new();
    for place in PLACES {
        if let Some(text) = files.text(place).map_err(Usage)? {
            layers.push(Layer { file: place.to_owned(), text, role: Role::Main });
        }
    }
    if let [one, other, ..] = layers.as_slice() {
        let message = format!("there are two configurations, {} and {}: keep one", one.file, other.file);
        return Err(Usage(message).into());
    }
    for path in files.list(DECLARATIONS, &[".yaml", ".yml"]) {
        if let Some(text) = files.text(&path).map_err(Usage)? {
            layers.push(Layer { file: path, text, role: Role::Declarations });
        }
    }
    Ok(layers)
}

fn layer(path: &Path, role: Role) -> anyhow::Result<Layer> {
    Ok(Layer { file: path.display().to_string(), text: read(path)?, role })
}

/// A text that is named on the command line.
pub(super) fn read(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let file = std::fs::File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let read = file.take(MAX_BYTES).read_to_string(&mut text);
    read.with_context(|| format!("cannot read {}", path.display()))?;
    Ok(text)
}

fn file_ref(file: &str, content: &[u8]) -> FileRef {
    let digest = format!("sha256:{}", hex(&Sha256::digest(content)));
    FileRef { file: file.to_owned(), digest: Some(digest), remarks: Vec::new() }
}

/// The paths named as evidence that are not in the repository. A foundation's paths are not the repository's.
fn dead_links(configuration: &Configuration, files: &Files) -> BTreeSet<String> {
    let own = configuration.declarations.iter().filter(|declaration| !declaration.origin.foundation);
    own.flat_map(|declaration| &declaration.evidence)
        .filter(|link| !link.contains("://") && !files.exists(link))
        .cloned()
        .collect()
}
