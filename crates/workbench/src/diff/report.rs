//! What a comparison of two sets of rules says.

use crate::{backtest::AlertSample, finding::Finding};
use model::Level;
use serde::Serialize;

/// Two sets of rules compared.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Diff {
    /// The rules themselves.
    pub rules: RuleDiff,
    /// What they make of the same logs, where there were some.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logs: Option<LogDiff>,
    /// What does not load in the old set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub old_errors: Vec<Finding>,
    /// What does not load in the new set.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub new_errors: Vec<Finding>,
}

impl Diff {
    /// Whether nothing differs, neither in rules nor in alerts, and nothing that loaded does not any more.
    pub fn is_empty(&self) -> bool {
        let quiet = |logs: &LogDiff| logs.rules.iter().all(|rule| rule.gained == 0 && rule.lost == 0);
        self.rules.is_empty() && self.same_errors() && self.logs.as_ref().is_none_or(quiet)
    }

    /// The sets stand in folders of their own, so it is not the files' names that count.
    fn same_errors(&self) -> bool {
        let told = |findings: &[Finding]| -> Vec<(usize, usize, String)> {
            let mut told: Vec<_> = findings
                .iter()
                .map(|finding| (finding.line, finding.column, finding.text()))
                .collect();
            told.sort();
            told
        };
        told(&self.old_errors) == told(&self.new_errors)
    }
}

/// How two sets of rules differ.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RuleDiff {
    /// Only in the new set.
    pub added: Vec<RuleLine>,
    /// Only in the old set.
    pub removed: Vec<RuleLine>,
    /// In both, and not the same.
    pub changed: Vec<RuleChange>,
    /// How many are the same.
    pub unchanged: usize,
}

impl RuleDiff {
    /// Whether the sets are the same.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }
}

/// A rule in a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleLine {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its level.
    pub level: Level,
    /// The file it is in.
    pub file: String,
}

/// A rule that is not what it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleChange {
    /// The rule as it is now.
    pub rule: RuleLine,
    /// What is different.
    pub changes: Vec<Change>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What: `level`, `condition`, `logsource`, `detection`, `tests`, `text` and so on.
    pub what: &'static str,
    /// As it was; empty if it was not there.
    pub before: String,
    /// As it is; empty if it is gone.
    pub after: String,
}

/// What two sets of rules make of the same logs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct LogDiff {
    /// Records read.
    pub records: u64,
    /// Records that could not be read.
    pub unread: u64,
    /// The rules whose alerts differ, the largest difference first.
    pub rules: Vec<RuleDelta>,
}

/// The alerts of a rule under two sets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RuleDelta {
    /// The rule.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Alerts under the old set.
    pub before: u64,
    /// Alerts under the new set.
    pub after: u64,
    /// Alerts that only the new set raises.
    pub gained: u64,
    /// Alerts that only the old set raises.
    pub lost: u64,
    /// Some of those gained.
    pub gained_samples: Vec<AlertSample>,
    /// Some of those lost.
    pub lost_samples: Vec<AlertSample>,
}
