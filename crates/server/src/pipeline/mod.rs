//! The order of the stages: normalise → detect → correlate, and how their results become durable.
//!
//! Only this module knows that order. [`engine`] is the order itself, without I/O: `ctdr replay` runs it over
//! files, [`worker`] runs it over the journal and commits each batch in one transaction.

mod action;
mod commit;
mod engine;
mod flight;
mod judge;
mod outcome;
mod recover;
mod regroup;
mod sources;
mod verdicts;
mod worker;

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by it")]
mod crash_tests;

pub use action::{Action, RuleSelection};
pub use engine::{Engine, EngineSettings, RawRecord, SourceInfo};
pub use judge::Judge;
pub use outcome::{ClientCount, DeadLetterRow, Outcome, SourceCount};
pub use regroup::Answer;
pub use sources::Sources;
pub use worker::{Environment, KnownRules, Pipeline, PipelineError};
