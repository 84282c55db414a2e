//! Detection: records in, alerts out, by Sigma rules.
//!
//! [`RuleSet::compile`] turns rule files into a set for one dictionary of fields: fields become slots and
//! patterns become matchers, once. A [`Detector`] runs records through the set. It sees records only through
//! [`model::RecordView`], remembers only what counting rules need, and gives the same alerts for the same
//! records whatever the batches.
//!
//! A rule file is plain Sigma; what Sigma has no words for stands in its one key `ctdr`, see `extension.rs`.

mod alert;
mod correlation;
pub mod counting;
mod detector;
mod entities;
mod evidence;
mod extension;
mod field;
mod filters;
mod keys;
pub mod matcher;
mod metrics;
mod names;
mod parsed;
mod resolve;
mod rule;
mod rule_test;
mod ruleset;
mod state;
mod suppress;
mod template;
mod text;
mod unit;

pub use detector::{Detector, SnapshotError};
pub use extension::CATEGORIES;
pub use metrics::{Budget, RuleMetrics};
pub use parsed::Parsed;
pub use rule::{RuleInfo, RuleSource, title};
pub use rule_test::{RuleTest, TestLog};
pub use ruleset::{RuleError, RuleSet};
pub use sigma::Status;
pub use state::Counters;
