//! Rules as a list shows them.

use model::{Aggregation, Level, LocalText, LogSource, Origin};
use serde::Serialize;

/// A rule in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleRow {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: LocalText,
    /// Its level.
    pub level: Level,
    /// Who wrote it.
    pub origin: Origin,
    /// Its status, as Sigma calls it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<&'static str>,
    /// The category of the threat.
    pub category: String,
    /// How its alerts become events.
    pub aggregation: Aggregation,
    /// The logs it reads.
    pub logsources: Vec<LogSource>,
    /// The products that write such logs.
    pub products: Vec<String>,
    /// ATT&CK tactics.
    pub tactics: Vec<String>,
    /// ATT&CK techniques.
    pub techniques: Vec<String>,
    /// How many tests it carries.
    pub tests: usize,
    /// The file it is in.
    pub file: String,
}
