//! Floor 3: the commands; one file each. The only place that reads the environment, prints and chooses exit codes.

mod ask;
mod assess;
mod badge;
mod catalog;
mod checklist;
mod collect;
mod comparing;
mod configuration;
mod connect;
mod declare;
mod diff;
mod doctor;
mod evaluate;
mod exit;
mod explain;
mod extras;
mod fetch;
mod fix;
mod gate;
mod history;
mod init;
mod policy;
mod portfolio;
mod progress;
mod replacing;
mod report;
mod settings;
mod shared;

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser, Subcommand};

/// Which maturity level of the OSPS Baseline does a project stand at, and what stands between it and the next?
#[derive(Debug, Parser)]
#[command(name = "osps", version, about, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, 1 the level asked for is not reached or a check found something, 2 usage or \
configuration error, 3 nothing to assess, 4 incomplete evidence, 70 a bug in osps, 130 \
ended by a signal."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    terminal: shared::Terminal,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Collect facts, judge every requirement, print the standing.
    Assess(assess::Args),
    /// Collect facts only, as a JSON document.
    Collect(collect::Args),
    /// State that a requirement is met, or does not apply: dated, owned, with evidence; list, check and renew statements.
    Attest(declare::AttestArgs),
    /// State until when a requirement may stay unmet, and why; list, check and renew waivers.
    Waive(declare::WaiveArgs),
    /// Write a commented baseline.yaml from what is found, and a pipeline.
    Init(init::Args),
    /// What stands between here and the next level: who can do it, how, and how to see that it is done.
    Checklist(checklist::Args),
    /// The standing as a picture, for shields, or as proposals for the Best Practices Badge.
    Badge(badge::Args),
    /// The settings that hold, and where each comes from.
    Config(settings::Args),
    /// Fail when the project got worse, and only then: against a commit of the clone, or a snapshot.
    Gate(gate::Args),
    /// Two saved assessments side by side.
    Diff(diff::Args),
    /// Judge a facts document, offline and again and again with the same result.
    Evaluate(evaluate::Args),
    /// Render saved assessments in any format.
    Report(report::Args),
    /// What a tool can do about what is not met: a patch, and commands for settings.
    Fix(fix::Args),
    /// What a requirement asks, how it is decided, how to meet it.
    Explain(explain::Args),
    /// The versions of the standard: list, show, diff, verify.
    Catalog(catalog::Args),
    /// The policies: list, test, lint.
    Policy(policy::Args),
    /// Assess all repositories of a foundation, resumable, with history.
    Portfolio(portfolio::Args),
    /// What runs over a portfolio left behind: list, show, diff, regressed, trend, expiring, export, prune.
    History(history::Args),
    /// As whom the forge is asked, what that shows, and what would show more.
    Doctor(doctor::Args),
    /// The JSON Schema of a document.
    Schema(extras::SchemaArgs),
    /// A completion script for a shell.
    Completions(extras::CompletionsArgs),
    /// The manual page.
    Man,
}

/// Runs the command line of this process.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are no errors; clap prints each to its own stream and knows its own exit code.
            let _ = error.print();
            return if error.use_stderr() { exit::USAGE } else { exit::DONE }.into();
        }
    };
    let terminal = &cli.terminal;
    let result = match cli.command {
        Command::Assess(args) => assess::run(args, terminal),
        Command::Attest(args) => declare::attest(args, terminal),
        Command::Waive(args) => declare::waive(args, terminal),
        Command::Init(args) => init::run(args),
        Command::Checklist(args) => checklist::run(args, terminal),
        Command::Badge(args) => badge::run(args, terminal),
        Command::Config(args) => settings::run(args),
        Command::Collect(args) => collect::run(args, terminal),
        Command::Gate(args) => gate::run(args, terminal),
        Command::Diff(args) => diff::run(args, terminal),
        Command::Evaluate(args) => evaluate::run(args, terminal),
        Command::Report(args) => report::run(args, terminal),
        Command::Fix(args) => fix::run(args, terminal),
        Command::Explain(args) => explain::run(args, terminal),
        Command::Catalog(args) => catalog::run(args, terminal),
        Command::Policy(args) => policy::run(args),
        Command::Portfolio(args) => portfolio::run(args, terminal),
        Command::History(args) => history::run(args, terminal),
        Command::Doctor(args) => doctor::run(args, terminal),
        Command::Schema(args) => extras::schema(args),
        Command::Completions(args) => extras::completions(args, &mut Cli::command()),
        Command::Man => extras::man(Cli::command()),
    };
    match result {
        Ok(code) => code.into(),
        Err(error) if exit::is_closed_pipe(&error) => exit::DONE.into(),
        Err(error) => {
            terminal.complain(&error);
            exit::of(&error).into()
        }
    }
}
