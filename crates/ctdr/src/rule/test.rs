//! `ctdr rule test`.

use super::{
    arguments::{CheckFormat, TestArguments},
    count, files, print, print_json, tell, tell_errors,
};
use crate::exit::Failure;
use anyhow::anyhow;
use workbench::{Bench, TestOutcome, TestReport, output};

/// Runs the command.
pub fn run(bench: &Bench, arguments: &TestArguments) -> Result<(), Failure> {
    if arguments.format == CheckFormat::Sarif {
        return Err(Failure::usage(anyhow!(
            "tests are not findings: `--format sarif` is for `ctdr rule lint`; expected text, json, junit or github"
        )));
    }
    let sources = files::or_predefined(bench, &arguments.paths, arguments.predefined)?;
    let report = workbench::test(bench, &sources);
    match arguments.format {
        CheckFormat::Json => print_json(&report)?,
        CheckFormat::Junit => print(&output::junit_tests(&report))?,
        CheckFormat::Github => print(&output::github_tests(&report))?,
        CheckFormat::Text | CheckFormat::Sarif => text(&report, arguments.verbose)?,
    }
    if report.ok() {
        return Ok(());
    }
    let failed = report.tests.len() - report.passed();
    let mut wrong = Vec::new();
    if failed > 0 {
        wrong.push(format!("{} failed", count(failed, "test")));
    }
    if !report.errors.is_empty() {
        wrong.push(format!(
            "{}: rules do not load",
            count(report.errors.len(), "error")
        ));
    }
    Err(Failure::check(anyhow!("{}", wrong.join(", "))))
}

fn text(report: &TestReport, verbose: bool) -> Result<(), Failure> {
    tell_errors(&report.errors);
    let told = report.tests.iter().filter(|test| verbose || !test.passed);
    print(&told.map(outcome).collect::<String>())?;
    tell(&format!(
        "{}, {}: {} passed",
        count(report.rules, "rule"),
        count(report.tests.len(), "test"),
        report.passed()
    ));
    Ok(())
}

fn outcome(test: &TestOutcome) -> String {
    let head = format!("{}:{}: {}: {}", test.file, test.line, test.title, test.name);
    if test.passed {
        return format!("ok   {head}\n");
    }
    let why = test.why.iter().map(|line| format!("       {line}\n"));
    format!("FAIL {head}: {}\n{}", test.failure(), why.collect::<String>())
}
