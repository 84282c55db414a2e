//! `ctdr`: the one binary. Parses the command line, runs a command, turns its error into an exit code.

mod cli;
mod exit;
mod hunt;
mod input;
mod logging;
mod pattern;
mod progress;
mod remote;
mod replay;
mod rule;
mod serve;
mod whitelist;

use clap::Parser as _;
use std::process::ExitCode;

/// Alerts, records and events are many small things that come and go on several threads.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    let result = match cli.command {
        cli::Command::Serve(arguments) => serve::run(&arguments),
        cli::Command::Replay(arguments) => replay::run(&arguments),
        cli::Command::Hunt(arguments) => hunt::run(&arguments),
        cli::Command::Rule(command) => rule::run(&command),
        cli::Command::Pattern(command) => pattern::run(&command),
        cli::Command::Whitelist(command) => whitelist::run(&command),
        cli::Command::Openapi => serve::print_openapi(),
    };
    exit::code(result)
}
