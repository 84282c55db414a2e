//! What authors of rules do with them: lint, test, explain, replay over old logs, compare, import, start anew.
//!
//! Pure: rules, logs and samples are handed in as texts, results are values that serialise. The command line and the
//! API say the same because both say what is in here.

mod backtest;
mod bench;
mod diff;
mod explain;
mod finding;
mod import;
mod list;
pub mod output;
mod test;

pub use backtest::{
    AlertSample, BacktestReport, Budget, DayCount, EntityCount, EventSample, RecordCount, RuleCount, Verdict,
};
pub use bench::{Bench, Sample, custom, predefined};
pub use diff::{Change, Diff, LogDiff, RuleChange, RuleDelta, RuleDiff, RuleLine};
pub use explain::{
    Asked, EventRead, Explanation, FieldRead, FilterOutcome, ItemOutcome, Node, SelectionOutcome, WindowAsked,
};
pub use finding::{Finding, LintReport, Severity};
pub use import::{FieldUse, ImportReport, Imported};
pub use list::RuleRow;
pub use test::{TestOutcome, TestReport, UnreadLog};
