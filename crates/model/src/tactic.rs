//! ATT&CK tactics by their short names; order and names come from data.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A tactic by its short name, such as `initial-access`.
///
/// Not an enum: ATT&CK adds and renames tactics, and the matrix is data (`content/attack/tactics.yml`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tactic(String);

impl Tactic {
    /// From a short name; Sigma tags write `_` where ATT&CK writes `-`.
    pub fn new(short: &str) -> Self {
        Self(short.to_lowercase().replace('_', "-"))
    }

    /// The short name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Tactic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
