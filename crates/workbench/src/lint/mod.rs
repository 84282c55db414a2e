//! Everything that is wrong with rule files, or likely to be: what does not load, what the linter of the language says,
//! and what only shows against the sources there are.

mod ids;
mod logs;
mod tests;

use crate::{
    about::About,
    bench::Bench,
    compiled::Compiled,
    finding::{Finding, LintReport, Severity},
};
use detect::RuleSource;
use sigma::{Document, Position};

/// A rule file, read.
struct File<'s> {
    source: &'s RuleSource,
    /// Its documents; none if it cannot be read.
    documents: Vec<Document>,
}

/// Lints rule files together: references, filters and ids count across them, and across the rules of the product.
pub fn lint(bench: &Bench, sources: &[RuleSource]) -> LintReport {
    let files: Vec<File<'_>> = sources
        .iter()
        .map(|source| File {
            source,
            documents: sigma::parse(&source.text, &source.file).unwrap_or_default(),
        })
        .collect();
    let compiled = Compiled::new(bench, sources);
    let mut findings = compiled.errors.clone();
    for file in &files {
        findings.extend(language(file));
    }
    ids::check(bench, &files, &mut findings);
    logs::check(bench, &files, &mut findings);
    tests::check(bench, &files, &compiled, &mut findings);
    let order = |finding: &Finding| sources.iter().position(|source| source.file == finding.file);
    findings.sort_by_cached_key(|f| (order(f), f.line, f.column, f.code, f.message.clone()));
    findings.dedup();
    LintReport {
        files: sources.iter().map(|source| source.file.clone()).collect(),
        rules: compiled.own().count(),
        findings,
    }
}

/// What the linter of the language says. Characters nobody sees are looked for in files that cannot be read, too.
fn language(file: &File<'_>) -> impl Iterator<Item = Finding> {
    let warnings = sigma::lint::lint(&file.source.text, &file.source.file, &file.documents);
    warnings.into_iter().map(|warning| {
        let severity = match warning.severity {
            sigma::lint::Severity::Warning => Severity::Warning,
            sigma::lint::Severity::Error => Severity::Error,
        };
        Finding::of(warning.error, severity, About::Language(warning.check))
    })
}

/// A finding of a check of ours.
fn finding(
    file: &File<'_>,
    at: Position,
    (severity, about): (Severity, About),
    message: String,
    expected: impl Into<Option<String>>,
) -> Finding {
    Finding {
        file: file.source.file.clone(),
        line: at.line,
        column: at.column,
        severity,
        code: about.code(),
        message,
        expected: expected.into(),
        about,
    }
}
