//! Runs the tests that rules carry: raw logs → normalise → detect → number of alerts.

use crate::finding::Finding;
use serde::Serialize;

/// What came of the tests of some rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TestReport {
    /// How many rules load and raise alerts.
    pub rules: usize,
    /// What does not load, and so cannot be tested.
    pub errors: Vec<Finding>,
    /// The tests, in the order of the rules.
    pub tests: Vec<TestOutcome>,
}

/// What came of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestOutcome {
    /// The file of the rule.
    pub file: String,
    /// The test's line in it.
    pub line: usize,
    /// The rule's id.
    pub rule: String,
    /// The rule's title.
    pub title: String,
    /// What the test shows.
    pub name: String,
    /// Alerts the rule is to raise.
    pub expected: u64,
    /// Alerts it raised.
    pub got: u64,
    /// They are equal, and every log could be read.
    pub passed: bool,
    /// Logs that could not be read, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unread: Vec<UnreadLog>,
    /// Of a test that raised too few alerts: what of the rule did not hold.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub why: Vec<String>,
}

/// A log of a test that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnreadLog {
    /// Which one, from 1.
    pub log: usize,
    /// The code of the reason.
    pub reason: &'static str,
    /// The reason for people.
    pub detail: String,
}

impl TestReport {
    /// How many tests passed.
    pub fn passed(&self) -> usize {
        self.tests.iter().filter(|test| test.passed).count()
    }

    /// Whether everything loads and every test passed.
    pub fn ok(&self) -> bool {
        self.errors.is_empty() && self.tests.iter().all(|test| test.passed)
    }
}
