//! Expert patterns as their authors work with them: read, lint, test. What a pattern means is in
//! [`correlate::pattern`]; here are files, places in them, and the rules whose alerts they are about.

mod place;
mod reach;
mod read;
mod rules;

/// A file of a pattern: its path, as the caller names it, and its text.
pub use normalise::ContentFile;
pub use rules::Rules;

use crate::{bench::Bench, finding::Severity, output::github};
use correlate::{Pattern, Patterns};
use serde::Serialize;

/// What is wrong with a pattern file, or likely to be, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PatternFinding {
    /// The file, as the caller named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// How much it weighs.
    pub severity: Severity,
    /// The name of the check.
    pub code: &'static str,
    /// What is wrong, and what was expected.
    pub message: String,
}

/// What came of a lint or of a run of the tests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PatternReport {
    /// The files, in the order given.
    pub files: Vec<String>,
    /// How many of them hold a sound pattern.
    pub patterns: usize,
    /// How many tests were run.
    pub tests: usize,
    /// What was found, by file and place.
    pub findings: Vec<PatternFinding>,
}

impl PatternReport {
    /// How many findings of this severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|f| f.severity == severity).count()
    }

    /// Whether nothing is an error.
    pub fn ok(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    /// As annotations of GitHub Actions.
    pub fn github(&self) -> String {
        let line = |finding: &PatternFinding| {
            let command = match finding.severity {
                Severity::Info => "notice",
                Severity::Warning => "warning",
                Severity::Error => "error",
            };
            let place = (finding.line, finding.column);
            github::line(command, &finding.file, place, finding.code, &finding.message)
        };
        self.findings.iter().map(line).collect()
    }
}

impl PatternFinding {
    /// `file:line:column: severity: message [code]`.
    pub fn text(&self) -> String {
        format!(
            "{}:{}:{}: {}: {} [{}]",
            self.file,
            self.line,
            self.column,
            self.severity.as_str(),
            self.message,
            self.code
        )
    }
}

/// Reads the patterns a product ships, in the order of their files. Any mistake refuses them all.
pub fn load(files: &[ContentFile]) -> Result<Patterns, Vec<PatternFinding>> {
    let (patterns, findings) = sound(files);
    if !findings.is_empty() {
        return Err(findings);
    }
    let patterns = patterns.into_iter().map(|(_, pattern)| pattern).collect();
    // Each is sound and no id is used twice: nothing is left to refuse.
    Patterns::new(patterns).map_err(|mistakes| {
        let told = mistakes.into_iter();
        told.map(|(id, mistake)| PatternFinding::new(&id, (1, 1), "does-not-load", mistake.to_string()))
            .collect()
    })
}

/// Looks for what is wrong with patterns, or likely to be: what does not load, tests that are missing, steps that the
/// alerts of no rule meet, and joins that tie none of them.
pub fn lint(bench: &Bench, files: &[ContentFile]) -> PatternReport {
    let (patterns, mut findings) = sound(files);
    let rules = Rules::of(bench);
    for (file, pattern) in &patterns {
        let mut warnings = missing_tests(pattern);
        warnings.extend(reach::check(pattern, &rules));
        findings.extend(warnings.into_iter().map(|(code, mistake)| PatternFinding {
            severity: Severity::Warning,
            ..PatternFinding::at(file, &mistake.0, code, mistake.1)
        }));
    }
    report(files, &patterns, 0, findings)
}

/// Runs the tests that patterns carry.
pub fn test(bench: &Bench, files: &[ContentFile]) -> PatternReport {
    let (patterns, mut findings) = sound(files);
    let rules = Rules::of(bench);
    for (file, pattern) in &patterns {
        let failures = pattern.run(&|name| rules.stencil(name));
        findings.extend(failures.into_iter().map(|failure| {
            let message = format!("{}: {}", failure.case, failure.message);
            PatternFinding::at(file, &failure.path, "test-failed", message)
        }));
    }
    let tests = patterns.iter().map(|(_, pattern)| pattern.tests.len()).sum();
    report(files, &patterns, tests, findings)
}

/// A path into a pattern, and what is wrong there.
type Told = (String, String);

/// The patterns that are sound by themselves, and what is wrong with the others.
fn sound(files: &[ContentFile]) -> (Vec<(&ContentFile, Pattern)>, Vec<PatternFinding>) {
    let (mut patterns, mut findings) = (Vec::<(&ContentFile, Pattern)>::new(), Vec::new());
    for file in files {
        let pattern = match read::read(file) {
            Ok(pattern) => pattern,
            Err(finding) => {
                findings.push(finding);
                continue;
            }
        };
        let mut mistakes: Vec<Told> = pattern
            .check()
            .into_iter()
            .map(|mistake| (mistake.path, mistake.message))
            .collect();
        if pattern.id != stem(&file.path) {
            let message = format!(
                "`{}` is in a file of another name: expected `{}`",
                pattern.id,
                stem(&file.path)
            );
            mistakes.push(("id".to_owned(), message));
        }
        if let Some((other, _)) = patterns.iter().find(|(_, known)| known.id == pattern.id) {
            let message = format!("the id `{}` is already used in {}", pattern.id, other.path);
            mistakes.push(("id".to_owned(), message));
        }
        if mistakes.is_empty() {
            patterns.push((file, pattern));
        }
        let found = mistakes.into_iter();
        findings
            .extend(found.map(|(path, message)| PatternFinding::at(file, &path, "does-not-load", message)));
    }
    (patterns, findings)
}

/// A pattern is shown by what completes it and by what does not.
fn missing_tests(pattern: &Pattern) -> Vec<(&'static str, Told)> {
    let has = |complete: bool| pattern.tests.iter().any(|case| case.complete == complete);
    let told = |message: &str| ("one-sided-tests", ("tests".to_owned(), message.to_owned()));
    match (has(true), has(false)) {
        (false, false) => vec![("no-tests", (String::new(), "the pattern has no tests".to_owned()))],
        (true, false) => vec![told("no test shows what does not complete the pattern")],
        (false, true) => vec![told("no test shows what completes the pattern")],
        (true, true) => Vec::new(),
    }
}

fn report(
    files: &[ContentFile],
    patterns: &[(&ContentFile, Pattern)],
    tests: usize,
    mut findings: Vec<PatternFinding>,
) -> PatternReport {
    findings.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    PatternReport {
        files: files.iter().map(|file| file.path.clone()).collect(),
        patterns: patterns.len(),
        tests,
        findings,
    }
}

/// The name of a file without folder and ending.
fn stem(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

impl PatternFinding {
    fn new(file: &str, (line, column): (usize, usize), code: &'static str, message: String) -> Self {
        Self {
            file: file.to_owned(),
            line,
            column,
            severity: Severity::Error,
            code,
            message,
        }
    }

    /// An error at a path such as `steps[1].when`.
    fn at(file: &ContentFile, path: &str, code: &'static str, message: String) -> Self {
        Self::new(&file.path, place::of(&file.text, path), code, message)
    }
}
