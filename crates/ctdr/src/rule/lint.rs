//! `ctdr rule lint`.

use super::{
    arguments::{CheckFormat, LintArguments},
    count, files, line, print, print_json, tell,
};
use crate::exit::Failure;
use anyhow::anyhow;
use workbench::{Bench, LintReport, Severity, output};

/// Runs the command.
pub fn run(bench: &Bench, arguments: &LintArguments) -> Result<(), Failure> {
    let sources = files::or_predefined(bench, &arguments.paths, arguments.predefined)?;
    let report = workbench::lint(bench, &sources);
    match arguments.format {
        CheckFormat::Text => {
            let lines = report.findings.iter().map(|finding| line(finding) + "\n");
            print(&lines.collect::<String>())?;
            tell(&summary(&report));
        }
        CheckFormat::Json => print_json(&report)?,
        CheckFormat::Sarif => print_json(&output::sarif(&report, env!("CARGO_PKG_VERSION")))?,
        CheckFormat::Junit => print(&output::junit_findings(&report))?,
        CheckFormat::Github => print(&output::github_findings(&report))?,
    }
    if !report.ok() {
        return Err(Failure::check(anyhow!("rules have errors")));
    }
    if arguments.strict && report.count(Severity::Warning) > 0 {
        return Err(Failure::check(anyhow!("rules have warnings")));
    }
    Ok(())
}

fn summary(report: &LintReport) -> String {
    format!(
        "{}, {}: {}, {}, {}",
        count(report.files.len(), "file"),
        count(report.rules, "rule"),
        count(report.count(Severity::Error), "error"),
        count(report.count(Severity::Warning), "warning"),
        count(report.count(Severity::Info), "note"),
    )
}
