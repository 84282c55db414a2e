//! Hunting: Sigma rules over files of events, without a server and without any mapping.
//!
//! Rules and events name their fields the same way here; what the rules know of a log is told by the caller, by
//! the events themselves, or ignored. Every thread reads a block of events, matches it and hands over its output;
//! the output has the order of the input whatever the threads. What correlations count is kept until all is read:
//! their windows are decided, and written, behind everything else.

mod correlation;
pub mod input;
mod output;
pub mod rules;
mod run;
pub mod time;
mod worker;

pub use correlation::Note;
pub use detect::matcher::Log;
pub use rules::{Loaded, RuleFile};
pub use run::{HuntError, LogMode, Summary, Told, hunt};
pub use sigma::{Error as RuleError, Placeholders};
