//! Expert patterns: one to many ordered steps over rules and products whose alerts belong to one event.
//!
//! Nothing here depends on the rest of the crate. [`Pattern`] is what a file in `content/correlation` says,
//! [`Patterns`] is all of them ready to be asked, and [`find`] says what a pattern means: slowly, and so plainly that
//! the engine is tested against it.

mod anchor;
mod case;
mod check;
mod compiled;
mod find;
mod join;
mod span;

pub use case::{Case, CaseFailure, Line, Stencil};
pub use check::Mistake;
pub use compiled::{PatternIx, Patterns, StepIx};
pub use find::{Match, find};
pub use join::Join;
pub(crate) use join::{Tie, tie};

use model::{EntityKind, Level, LocalText, condition::Condition};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// A pattern, as its file says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pattern {
    /// Such as `web_attack_to_reverse_shell`; the name of its file.
    pub id: String,
    /// What happened if it completes.
    pub title: LocalText,
    /// What it looks for, and what to do about it.
    pub description: LocalText,
    /// The lowest level an event has in which it completed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// From the first alert to the last: at most this.
    #[serde(with = "span")]
    pub within: Duration,
    /// What ties an alert to an earlier one of the same match, most telling first; one of them is enough. Empty only
    /// where each step says its own, or where the pattern is one alert.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub join: Vec<Join>,
    /// The steps, in the order in which they happen.
    pub steps: Vec<Step>,
    /// Alerts, and whether they complete the pattern.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tests: Vec<Case>,
}

/// A step of a pattern.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What happens in it, in a few words.
    pub name: LocalText,
    /// Which alerts it takes; the names are those of [`model::whitelist::AlertFacts`].
    pub when: Condition,
    /// How many alerts it takes.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub at_least: u32,
    /// The longest silence before an alert of this step.
    #[serde(default, with = "span::option", skip_serializing_if = "Option::is_none")]
    pub gap: Option<Duration>,
    /// What ties its alerts to earlier ones, instead of what the pattern says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub join: Vec<Join>,
    /// It happens elsewhere: each of its alerts names an entity of this kind that no earlier alert of the match names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub another: Option<EntityKind>,
}

impl Pattern {
    /// What ties the alerts of this step to earlier ones.
    pub fn join_of(&self, step: usize) -> &[Join] {
        match self.steps.get(step) {
            Some(step) if !step.join.is_empty() => &step.join,
            _ => &self.join,
        }
    }
}

const fn one() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
const fn is_one(count: &u32) -> bool {
    *count == 1
}
