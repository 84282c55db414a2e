//! What is likely a mistake in a rule that can be read: for authors, and for reviewers of rules from strangers.
//!
//! A finding never stops a rule. The one check that says `Error` is for characters nobody sees: they can make a
//! rule look like another one, so a reviewer should not let them in.

mod check;
mod checks;
mod hidden;

pub use check::{Check, Hidden, Missing};

use crate::{
    document::{Body, Document},
    error::{Error, Position},
    error_kind::ErrorKind,
};
use std::fmt;

/// Something that is likely a mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The check, and what it is about.
    pub check: Check,
    /// How sure it is.
    pub severity: Severity,
    /// What and where.
    pub error: Error,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}]", self.error, self.check.name())
    }
}

/// How sure a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth a look.
    Warning,
    /// Wrong.
    Error,
}

/// Everything that is likely a mistake in the text of `file`, and in the documents it was read as.
pub fn lint(text: &str, file: &str, documents: &[Document]) -> Vec<Warning> {
    let mut findings = Findings {
        file,
        warnings: Vec::new(),
    };
    hidden::check(text, &mut findings);
    let counted = |document: &Document| {
        documents.iter().any(|other| match &other.body {
            Body::Correlation(c) => c.rules.iter().any(|r| document.metadata.is_called(&r.text)),
            _ => false,
        })
    };
    for document in documents {
        checks::document(document, counted(document), &mut findings);
    }
    findings.warnings.sort_by_key(|w| (w.error.line, w.error.column));
    findings.warnings
}

/// Collects what is found.
struct Findings<'f> {
    file: &'f str,
    warnings: Vec<Warning>,
}

impl Findings<'_> {
    fn warn(&mut self, check: Check, at: Position, message: impl Into<String>, expected: &str) {
        self.push(check, Severity::Warning, at, message.into(), expected);
    }

    fn push(&mut self, check: Check, severity: Severity, at: Position, message: String, expected: &str) {
        self.warnings.push(Warning {
            check,
            severity,
            error: Error {
                file: self.file.to_owned(),
                line: at.line,
                column: at.column,
                message,
                expected: Some(expected.to_owned()),
                kind: ErrorKind::Other,
            },
        });
    }
}
