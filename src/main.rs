//! The binary: parse, run, exit code.

fn main() -> std::process::ExitCode {
    osps::cli::run()
}
