//! `ctdr rule`: what authors of rules do with them. Thin: files in, the workbench's answers out.

pub mod arguments;
mod backtest;
mod diff;
mod explain;
pub mod files;
mod import;
mod lint;
mod list;
mod logs;
mod new;
mod test;

use crate::exit::Failure;
use arguments::RuleCommand;
use serde::Serialize;
use std::io::Write as _;
use workbench::Finding;

/// Runs a command.
pub fn run(command: &RuleCommand) -> Result<(), Failure> {
    let bench = server::bench::load()?;
    match command {
        RuleCommand::Lint(arguments) => lint::run(&bench, arguments),
        RuleCommand::Test(arguments) => test::run(&bench, arguments),
        RuleCommand::New(arguments) => new::run(&bench, arguments),
        RuleCommand::List(arguments) => list::run(&bench, arguments),
        RuleCommand::Import(arguments) => import::run(&bench, arguments),
        RuleCommand::Explain(arguments) => explain::run(&bench, arguments),
        RuleCommand::Backtest(arguments) => backtest::run(&bench, arguments),
        RuleCommand::Diff(arguments) => diff::run(&bench, arguments),
    }
}

/// Writes a result to standard output. Whoever reads it may stop, as `head` does: that is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

pub fn print_json(result: &impl Serialize) -> Result<(), Failure> {
    print(&(serde_json::to_string_pretty(result)? + "\n"))
}

/// Says something to people, on standard error.
#[allow(clippy::print_stderr, reason = "this is what the commands say to people")]
pub fn tell(text: &str) {
    eprintln!("{text}");
}

/// Tells what does not load. The rest goes on without it.
fn tell_errors(errors: &[Finding]) {
    for error in errors {
        tell(&line(error));
    }
}

/// `file:line:column: severity: message; expected … [code]`.
fn line(finding: &Finding) -> String {
    format!(
        "{}:{}:{}: {}: {} [{}]",
        finding.file,
        finding.line,
        finding.column,
        finding.severity.as_str(),
        finding.text(),
        finding.code
    )
}

/// `1 rule`, `2 rules`.
pub fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}
