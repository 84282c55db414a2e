//! What is wrong with a rule file, or likely to be, and where.

use crate::about::About;
use serde::Serialize;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Worth a look; the rule runs.
    Warning,
    /// The rule does not load, or must not.
    Error,
}

impl Severity {
    /// The word in files and the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that is wrong, or likely to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The file, as the caller named it.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How much it weighs.
    pub severity: Severity,
    /// The name of the check.
    pub code: &'static str,
    /// What is wrong, with the offending text in backticks.
    pub message: String,
    /// What would have been right, where that can be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The same without words. Files say it in words only.
    #[serde(skip)]
    pub about: About,
}

impl Finding {
    /// A finding at the place of an error.
    pub fn of(error: sigma::Error, severity: Severity, about: About) -> Self {
        Self {
            file: error.file,
            line: error.line,
            column: error.column,
            severity,
            code: about.code(),
            message: error.message,
            expected: error.expected,
            about,
        }
    }

    /// The message, and what was expected.
    pub fn text(&self) -> String {
        match &self.expected {
            Some(expected) => format!("{}; expected {expected}", self.message),
            None => self.message.clone(),
        }
    }
}

/// Everything found in some rule files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LintReport {
    /// The files, in the order given.
    pub files: Vec<String>,
    /// How many rules in them load and raise alerts.
    pub rules: usize,
    /// What was found, by file and place.
    pub findings: Vec<Finding>,
}

impl LintReport {
    /// How many findings of this severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|f| f.severity == severity).count()
    }

    /// Whether nothing is an error.
    pub fn ok(&self) -> bool {
        self.count(Severity::Error) == 0
    }
}
