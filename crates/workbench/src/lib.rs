//! What authors of rules do with them: lint, test, explain, replay over old logs, compare, import, start anew.
//!
//! Pure: rules, logs and samples are handed in as texts, results are values that serialise. The command line and the
//! API say the same because both say what is in here.

mod about;
mod backtest;
mod bench;
mod compiled;
mod diff;
mod explain;
mod finding;
mod import;
mod lint;
mod list;
mod logs;
pub mod output;
pub mod pattern;
mod read;
pub mod replay;
mod skeleton;
mod test;

pub use about::{About, Side, WrittenLogs};
pub use backtest::{
    AlertSample, Backtest, BacktestReport, Budget, DayCount, EntityCount, EventSample, Merged, Origin,
    RawRecord, RecordCount, RuleCount, Verdict,
};
pub use bench::{Bench, Sample, custom, predefined};
pub use compiled::Compiled;
pub use detect::RuleSource;
pub use diff::{Change, Comparison, Diff, LogDiff, RuleChange, RuleDelta, RuleDiff, RuleLine};
pub use explain::{
    Asked, EventRead, ExplainError, Explained, Explanation, FieldRead, FilterOutcome, Input, ItemOutcome,
    Node, SelectionOutcome, WindowAsked, brief, explain,
};
pub use finding::{Finding, LintReport, Severity};
pub use import::{FieldUse, ImportReport, Imported, ids, import};
pub use lint::lint;
pub use list::{RuleFilter, RuleRow, list};
pub use read::Feed;
pub use skeleton::{SkeletonError, Wanted, skeleton};
pub use test::{TestOutcome, TestReport, UnreadLog, test};
