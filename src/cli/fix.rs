//! `osps fix`: what a tool can do about what is not met. It prints a patch and commands; only `--apply` writes, and it runs
//! nothing.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args as ClapArgs, ValueEnum};

use super::collect::Target;
use super::configuration::Configuring;
use super::exit::{self, Exit, Usage};
use super::replacing;
use super::shared::{self, Judging, Terminal};
use crate::fix::{self, Change, Fixes, Ground, names};
use crate::report::{self, style::Style};

/// The options of `osps fix`.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    configuring: Configuring,
    #[command(flatten)]
    judging: Judging,
    /// Write the changes into the working directory; a file that is not as it was assessed is left alone
    #[arg(long)]
    apply: bool,
    /// Print only the commands for settings, as a script to read and to run
    #[arg(long, conflicts_with = "apply")]
    commands: bool,
    /// Take steps that osps does not know for ones that only read, and narrow the permissions of their jobs too
    #[arg(long)]
    assume_read: bool,
    /// What is printed
    #[arg(short, long, value_enum, value_name = "FORMAT", default_value_t, help_heading = "Output")]
    output: Format,
}

/// What is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A patch for `git apply`; what it does goes to standard error.
    #[default]
    Patch,
    /// Everything, with what was left to a person.
    Json,
}

pub(super) fn run(args: Args, terminal: &Terminal) -> anyhow::Result<Exit> {
    let root = if args.apply { Some(args.target.writable()?) } else { None };
    let progress = terminal.progress();
    let collected = args.target.collect(&args.configuring, args.judging.policies.as_deref(), &progress)?;
    progress.step("judging");
    let assessment = args.judging.judge(&collected)?;
    drop(progress);
    let read = |path: &str| collected.read.as_ref().map_or(Ok(None), |read| read.files.bytes(path));
    // What is drafted goes to files, whatever the terminal can show.
    let style = Style { color: false, unicode: true, width: 100 };
    let render = |name: &str, values: &serde_json::Value| {
        report::template::text(name, style, values).map_err(|error| error.to_string())
    };
    let fixes = fix::fixes(&Ground {
        assessment: &assessment,
        facts: collected.facts.json(),
        read: &read,
        render: &render,
        tables: &collected.bundle,
        assume_read: args.assume_read,
    });
    if let Some(root) = &root {
        write_all(root, &fixes.files)?;
    }
    match args.output {
        Format::Json => {
            let text = format!("{:#}\n", serde_json::to_value(&fixes)?);
            shared::write(&text, None)?;
        }
        Format::Patch if args.commands => shared::write(&fixes.script(), None)?,
        Format::Patch => {
            if root.is_none() {
                shared::write(&fixes.patch(), None)?;
            }
            let text = explained(&fixes, root.is_some(), terminal.style(false));
            let _ = std::io::stderr().lock().write_all(text.as_bytes());
        }
    }
    Ok(exit::DONE)
}

/// What was done, what has to be run, and what was left, for people.
fn explained(fixes: &Fixes, applied: bool, style: Style) -> String {
    let mut text = String::new();
    let heading = |text: &mut String, title: &str| {
        let gap = if text.is_empty() { "" } else { "\n" };
        text.push_str(&format!("{gap}{title}\n"));
    };
    if fixes.files.is_empty() && fixes.commands.is_empty() && fixes.left.is_empty() {
        return "Nothing here is left that a tool could mend.\n".to_owned();
    }
    if !fixes.proposals.is_empty() {
        heading(&mut text, if applied { "Written:" } else { "The patch:" });
    }
    let mut by_path: BTreeMap<&str, Vec<&fix::Proposal>> = BTreeMap::new();
    for proposal in &fixes.proposals {
        by_path.entry(&proposal.path).or_default().push(proposal);
    }
    for (path, proposals) in by_path {
        text.push_str(&format!("  {}\n", style.plain(path)));
        for proposal in proposals {
            let blanks = match proposal.blanks {
                0 => String::new(),
                1 => " One blank waits to be filled in.".to_owned(),
                many => format!(" {many} blanks wait to be filled in."),
            };
            let line = format!("{}: {}.{blanks}", names(&proposal.requirements), proposal.what);
            text.push_str(&format!("{}\n", style.wrap(&line, 4)));
        }
    }
    if !fixes.commands.is_empty() {
        heading(&mut text, "Settings, as commands (`osps fix --commands` prints them in full):");
    }
    for command in &fixes.commands {
        let first = command.command.lines().next().unwrap_or_default();
        text.push_str(&format!("  {}\n    {}\n", names(&command.requirements), style.plain(first)));
    }
    if !fixes.left.is_empty() {
        heading(&mut text, "Left to a person:");
    }
    for left in &fixes.left {
        let place = match (&left.path, left.line) {
            (Some(path), Some(line)) => format!(" {path}:{line}"),
            (Some(path), None) => format!(" {path}"),
            (None, _) => String::new(),
        };
        text.push_str(&format!("  {}{}\n", names(&left.requirements), style.plain(&place)));
        text.push_str(&format!("{}\n", style.wrap(&left.why, 4)));
    }
    text
}

/// Writes all changes, or none where one of the files is not as it was assessed.
fn write_all(root: &Path, changes: &[Change]) -> anyhow::Result<()> {
    let mut places = Vec::new();
    for change in changes {
        places.push((place(root, change)?, change));
    }
    for (place, change) in places {
        let directory = place.parent().unwrap_or(root);
        std::fs::create_dir_all(directory).with_context(|| format!("cannot make {}", directory.display()))?;
        let mut file = tempfile::Builder::new().prefix(".osps-").tempfile_in(directory)?;
        file.write_all(change.after.as_bytes())?;
        replacing::permit(file.as_file(), &place)?;
        let written = if change.before.is_some() { file.persist(&place) } else { file.persist_noclobber(&place) };
        written.with_context(|| format!("cannot write {}", change.path))?;
    }
    Ok(())
}

/// Where a change goes: below the root, over no link, and only where the file is what was assessed.
fn place(root: &Path, change: &Change) -> anyhow::Result<PathBuf> {
    let refuse = |why: &str| Usage(format!("{}: {why}; nothing was written", change.path));
    let mut place = root.to_path_buf();
    for part in change.path.split('/') {
        if part.is_empty() || part == "." || part == ".." || part.eq_ignore_ascii_case(".git") || part.contains('\\') {
            return Err(refuse("this is no place in the repository").into());
        }
        place.push(part);
        match std::fs::symlink_metadata(&place) {
            Ok(found) if found.file_type().is_symlink() => return Err(refuse("a link lies on the way").into()),
            _ => {}
        }
    }
    let there = std::fs::read(&place);
    match (&change.before, there) {
        (Some(before), Ok(there)) if there == before.as_bytes() => Ok(place),
        (None, Err(error)) if error.kind() == std::io::ErrorKind::NotFound => Ok(place),
        (None, Ok(_)) => Err(refuse("it is there already, and was not assessed").into()),
        _ => Err(refuse("it is not as it was assessed: commit it first, or use `--worktree`").into()),
    }
}
