//! Rules of others: whether they load here, and which of their fields our dictionary knows.

use crate::finding::Finding;
use serde::Serialize;

/// What became of files of rules of others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// Each file, in the order given.
    pub files: Vec<Imported>,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// The file.
    pub file: String,
    /// The titles of its rules.
    pub titles: Vec<String>,
    /// The ids of its rules.
    pub ids: Vec<String>,
    /// It loads here, some source provides its logs, and no rule here has its ids.
    pub accepted: bool,
    /// Why not.
    pub findings: Vec<Finding>,
    /// The fields it asks for.
    pub fields: Vec<FieldUse>,
    /// The logs here that it would read, as `provider/product log`.
    pub logs: Vec<String>,
    /// Its text as a custom rule, if it is accepted.
    #[serde(skip)]
    pub text: Option<String>,
}

/// A field a rule asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldUse {
    /// Its name in the rule.
    pub name: String,
    /// Its name in our dictionary; none if it is not there.
    pub mapped: Option<String>,
    /// Whether a log the rule would read ever fills it.
    pub filled: bool,
}
