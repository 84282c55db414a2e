//! `ctdr pattern`: expert patterns as their authors work with them. Thin: files in, the workbench's answers out.

use crate::{
    exit::Failure,
    rule::{count, files, print, print_json, tell},
};
use anyhow::anyhow;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use workbench::{
    Severity,
    pattern::{self, ContentFile, PatternFinding, PatternReport},
};

/// What to do with patterns.
#[derive(Subcommand)]
#[command(
    after_help = "An expert pattern says which alerts, in which order and tied by what, are one event: a web attack, then a web \
shell, then a reverse shell on the same host. One file each, with its tests in it:\n\n  \
id: guessed_then_in\n  title: {en: Guessed then in, zh: 爆破成功}\n  description: {en: …, zh: …}\n  within: 6h\n  join: [ip: attacker]\n  steps:\n    \
- name: {en: Guessing, zh: 爆破}\n      when: {conditions: [{left: technique, operator: in, right: [T1110.001]}]}\n    \
- name: {en: Login, zh: 登录}\n      when: {conditions: [{left: technique, operator: in, right: [T1078.003]}]}\n  tests:\n    \
- name: the same address\n      alerts:\n        \
- {at: 0s, rule: sshd/password_guessing, entities: [attacker ip 203.0.113.7, victim host i-1]}\n        \
- {at: 5m, rule: sshd/root_password_login, entities: [attacker ip 203.0.113.7, victim host i-1]}\n      complete: true\n\n\
All keys: docs/how-to-add-a-pattern.md."
)]
pub enum PatternCommand {
    /// Find what is wrong with patterns, or likely to be.
    Lint(LintArguments),
    /// Run the tests that patterns carry.
    Test(TestArguments),
}

/// How results are written.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// One JSON document.
    Json,
    /// Annotations of GitHub Actions.
    Github,
}

/// What to lint.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  ctdr pattern lint                       # those of the product\n  ctdr pattern lint patterns --strict\n  \
ctdr pattern lint patterns/guessed.yml --format github\n\nErrors are what does not load; they make the command exit with 3. \
Warnings are missing tests, steps that the alerts of no rule meet, and joins of entities that those alerts never share: such a \
pattern can never complete."
)]
pub struct LintArguments {
    /// Pattern files, or folders with pattern files [default: the patterns of the product].
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How findings are written.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
    /// Fail on warnings too.
    #[arg(long)]
    pub strict: bool,
}

/// What to test.
#[derive(Args)]
#[command(
    after_help = "Examples:\n  ctdr pattern test                       # those of the product\n  ctdr pattern test patterns\n\nA test is \
alerts in short lines, and whether they complete the pattern. A line names a rule by its file, such as \
`sshd/password_guessing`, and its alert has what that rule's alerts have: category, tactics, techniques, level. Naming an entity \
the rule does not give is a failure, too: such a test would prove nothing. Exits with 3 if a test fails, or a pattern does not \
load."
)]
pub struct TestArguments {
    /// Pattern files, or folders with pattern files [default: the patterns of the product].
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How results are written.
    #[arg(long, value_enum, default_value_t)]
    pub format: Format,
}

/// Runs a command.
pub fn run(command: &PatternCommand) -> Result<(), Failure> {
    let bench = server::bench::load()?;
    match command {
        PatternCommand::Lint(arguments) => {
            let report = pattern::lint(&bench, &files(&arguments.paths)?);
            write(
                &report,
                arguments.format,
                &format!("{}, {}", errors(&report), warnings(&report)),
            )?;
            if !report.ok() {
                return Err(Failure::check(anyhow!("patterns have errors")));
            }
            if arguments.strict && report.count(Severity::Warning) > 0 {
                return Err(Failure::check(anyhow!("patterns have warnings")));
            }
        }
        PatternCommand::Test(arguments) => {
            let report = pattern::test(&bench, &files(&arguments.paths)?);
            write(
                &report,
                arguments.format,
                &format!("{}, {}", count(report.tests, "test"), errors(&report)),
            )?;
            if !report.ok() {
                return Err(Failure::check(anyhow!("tests failed, or patterns do not load")));
            }
        }
    }
    Ok(())
}

fn files(paths: &[PathBuf]) -> Result<Vec<ContentFile>, Failure> {
    if paths.is_empty() {
        return Ok(server::bench::patterns());
    }
    let texts = files::texts(paths, "pattern")?.into_iter();
    Ok(texts.map(|(path, text)| ContentFile { path, text }).collect())
}

fn write(report: &PatternReport, format: Format, summary: &str) -> Result<(), Failure> {
    match format {
        Format::Json => print_json(report),
        Format::Github => print(&report.github()),
        Format::Text => {
            let line = |finding: &PatternFinding| finding.text() + "\n";
            print(&report.findings.iter().map(line).collect::<String>())?;
            tell(&format!("{}: {summary}", count(report.patterns, "pattern")));
            Ok(())
        }
    }
}

fn errors(report: &PatternReport) -> String {
    count(report.count(Severity::Error), "error")
}

fn warnings(report: &PatternReport) -> String {
    count(report.count(Severity::Warning), "warning")
}
