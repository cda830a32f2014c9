//! What `osps gate` and `osps diff` share: which changes weigh what, and where a comparison goes.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::exit::Usage;
use super::shared::{self, Terminal};
use crate::compare::Rules;
use crate::config::GateSettings;
use crate::model::assessment::Assessment;
use crate::model::comparison::{Class, Comparison, Severity};
use crate::report::comparison::{self, Format};
use crate::report::{Detail, View, findings};

/// Which changes weigh what, as options.
#[derive(Debug, ClapArgs)]
pub(super) struct Comparing {
    /// Kinds of changes that make the gate fail, such as weakened,new-waiver
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = class, help_heading = "Comparing")]
    fail_on: Vec<Class>,
    /// Kinds of changes that are shown as warnings
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = class, help_heading = "Comparing")]
    warn_on: Vec<Class>,
    /// Kinds of changes that are not shown
    #[arg(long, value_name = "KIND", value_delimiter = ',', value_parser = class, help_heading = "Comparing")]
    ignore: Vec<Class>,
}

/// Where comparisons go, as options.
#[derive(Debug, ClapArgs)]
pub(super) struct Outputs {
    /// A format, and where it goes (default: standard output); may be given several times: text, json, markdown,
    /// github, sarif, gitlab, junit
    #[arg(short, long, value_name = "FORMAT[=PATH]", help_heading = "Output")]
    output: Vec<String>,
    /// Show what did not get worse, too; twice: with all evidence
    #[arg(short, long, action = clap::ArgAction::Count, help_heading = "Output")]
    verbose: u8,
}

fn class(name: &str) -> Result<Class, String> {
    Class::named(name).filter(|class| *class != Class::Unchanged).ok_or_else(|| {
        let known: Vec<&str> =
            Class::ALL.into_iter().filter(|class| *class != Class::Unchanged).map(Class::name).collect();
        format!("expected one of {}", known.join(", "))
    })
}

impl Comparing {
    /// What is looked at and what it weighs: by options, else by the configuration.
    pub(super) fn rules(&self, settings: &GateSettings) -> Rules {
        let mut weights = settings.weights.clone();
        let lists =
            [(&self.ignore, Severity::Silent), (&self.warn_on, Severity::Warning), (&self.fail_on, Severity::Error)];
        for (classes, severity) in lists {
            weights.extend(classes.iter().map(|class| (*class, severity)));
        }
        Rules {
            level: settings.level,
            only: settings.only.clone(),
            except: settings.except.clone(),
            weights,
            ..Rules::default()
        }
    }
}

impl Outputs {
    /// Writes a comparison everywhere it was asked for. Formats that show findings need the state that they are findings of.
    pub(super) fn write(
        &self,
        comparison: &Comparison,
        after: Option<&Assessment>,
        terminal: &Terminal,
    ) -> anyhow::Result<()> {
        for (format, path) in self.outputs()? {
            let detail = match self.verbose {
                0 => Detail::Short,
                1 => Detail::Every,
                _ => Detail::Evidence,
            };
            let view = View { style: terminal.style(path.is_some()), detail, also: findings::Also::default() };
            let text = comparison::render(comparison, after, format, &view)?;
            shared::write(&text, path.as_deref())?;
        }
        Ok(())
    }

    fn outputs(&self) -> anyhow::Result<Vec<(Format, Option<PathBuf>)>> {
        if self.output.is_empty() {
            return Ok(vec![(Format::Text, None)]);
        }
        let read = |output: &String| {
            let (name, path) =
                output.split_once('=').map_or((output.as_str(), None), |(name, path)| (name, Some(path)));
            let format = Format::named(name).ok_or_else(|| {
                let known: Vec<&str> = Format::ALL.into_iter().map(Format::name).collect();
                Usage(format!("there is no format `{name}` of a comparison: expected one of {}", known.join(", ")))
            })?;
            Ok((format, path.map(PathBuf::from)))
        };
        self.output.iter().map(read).collect()
    }
}
