//! Everything one does to the project beside writing it: `cargo xtask <command>`.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command-line program of ours, talking to its user"
)]

mod attack;
mod bench;
mod console;
mod demo;
mod dist;
mod fake_cloud;
mod new;
mod openapi;
mod root;
mod run;
mod soak;
mod test;
mod tidy;

use clap::{Parser, Subcommand};
use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

/// Builds, tests and shows OpenCTDR.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", arg_required_else_help = true)]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show the whole product on this machine: an attack becomes an event, and the attacker is blocked.
    Demo(demo::Arguments),
    /// Check everything: format, lints, layers, Rust and console tests, the real binary in a browser.
    Test(test::Arguments),
    /// Build the console and the release binary; rebuilds nothing that is up to date.
    Dist,
    /// Check the arrows between crates, file sizes and house rules.
    Tidy,
    /// The long versions of the tests: crash loops, property tests with many cases.
    Soak(soak::Arguments),
    /// Measure each stage against a floor in the same run.
    Bench(bench::Arguments),
    /// Run the fake Alibaba Cloud (log service, WAF, a web site behind it) alone.
    FakeCloud {
        /// The address to listen on.
        #[arg(long, default_value = "127.0.0.1:18900")]
        listen: SocketAddr,
    },
    /// Write the API's OpenAPI document, and the console's types from it; the tests compare both.
    Openapi,
    /// Write our ATT&CK files from a list of its tactics and techniques (JSON).
    Attack {
        /// The list.
        list: PathBuf,
    },
    /// Start a new source, rule or page from its smallest working form.
    New(new::Arguments),
}

fn main() -> ExitCode {
    let result = match Xtask::parse().command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
        Command::Dist => dist::run().map(|_| ()),
        Command::Tidy => tidy::run(),
        Command::Soak(arguments) => soak::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::FakeCloud { listen } => fake_cloud::run(listen),
        Command::Openapi => openapi::run(),
        Command::Attack { list } => attack::run(&list),
        Command::New(arguments) => new::run(&arguments),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
