//! `JUnit` XML: the form of test results that everything reads. There is no standard; this is what its readers share.

use crate::{
    finding::{Finding, LintReport, Severity},
    test::{TestOutcome, TestReport},
};
use std::fmt::Write as _;

/// One test case of the result.
struct Case<'c> {
    suite: &'c str,
    name: String,
    /// Message and details of a failure.
    failure: Option<(String, String)>,
}

/// The findings of a lint: a case for each file, which fails by errors.
pub fn junit_findings(report: &LintReport) -> String {
    let cases = report.files.iter().map(|file| {
        let own = report.findings.iter().filter(|finding| finding.file == *file);
        let errors: Vec<&Finding> = own
            .filter(|finding| finding.severity == Severity::Error)
            .collect();
        Case {
            suite: file,
            name: "lint".to_owned(),
            failure: errors.first().map(|first| {
                let details: Vec<String> = errors.iter().map(|error| place(error)).collect();
                (first.text(), details.join("\n"))
            }),
        }
    });
    write("ctdr rule lint", &cases.collect::<Vec<_>>())
}

/// The tests of rules: a case for each, and one for each file that does not load.
pub fn junit_tests(report: &TestReport) -> String {
    let errors = report.errors.iter().map(|error| Case {
        suite: &error.file,
        name: "loads".to_owned(),
        failure: Some((error.text(), place(error))),
    });
    let tests = report.tests.iter().map(|test| Case {
        suite: &test.file,
        name: format!("{}: {}", test.title, test.name),
        failure: (!test.passed).then(|| (test.failure(), details(test))),
    });
    write("ctdr rule test", &errors.chain(tests).collect::<Vec<_>>())
}

fn place(finding: &Finding) -> String {
    format!(
        "{}:{}:{}: {} [{}]",
        finding.file,
        finding.line,
        finding.column,
        finding.text(),
        finding.code
    )
}

fn details(test: &TestOutcome) -> String {
    let mut lines = vec![format!("{}:{}: {}", test.file, test.line, test.failure())];
    lines.extend(test.why.iter().cloned());
    lines.join("\n")
}

fn write(name: &str, cases: &[Case<'_>]) -> String {
    let failed = |cases: &[Case<'_>]| cases.iter().filter(|case| case.failure.is_some()).count();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"{}\" tests=\"{}\" failures=\"{}\">\n",
        escaped(name),
        cases.len(),
        failed(cases)
    );
    for cases in cases.chunk_by(|a, b| a.suite == b.suite) {
        let suite = escaped(cases[0].suite);
        let _ = writeln!(
            text,
            "  <testsuite name=\"{suite}\" tests=\"{}\" failures=\"{}\">",
            cases.len(),
            failed(cases)
        );
        for case in cases {
            let head = format!(
                "    <testcase classname=\"{suite}\" name=\"{}\"",
                escaped(&case.name)
            );
            let _ = match &case.failure {
                None => writeln!(text, "{head}/>"),
                Some((message, details)) => writeln!(
                    text,
                    "{head}>\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
                    escaped(message),
                    escaped(details)
                ),
            };
        }
        text.push_str("  </testsuite>\n");
    }
    text.push_str("</testsuites>\n");
    text
}

/// Text as XML holds it; characters XML has no way to write are shown as `?`.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('?'),
            c => out.push(c),
        }
    }
    out
}
