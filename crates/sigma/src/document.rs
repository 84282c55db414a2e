//! One document of a rule file: what is said of it, and a detection, a correlation or a filter.

use crate::{
    correlation::Correlation,
    detection::{Detection, LogSource},
    error::Position,
    filter::Filtered,
    yaml::Entry,
};

/// One YAML document.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Where it starts.
    pub position: Position,
    /// What is said of it.
    pub metadata: Metadata,
    /// What it does.
    pub body: Body,
    /// The top-level key `ctdr`, unread: entities, titles and tests that Sigma has no words for.
    pub extension: Option<Entry>,
    /// Other top-level keys, which the specification lets anyone add.
    pub custom: Vec<Entry>,
}

/// What a document does.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Matches single events.
    Rule {
        /// Of these logs.
        logsource: LogSource,
        /// That look so.
        detection: Detection,
    },
    /// Counts the matches of other rules.
    Correlation(Correlation),
    /// Takes matches away from rules, see [`crate::filter`].
    Filter {
        /// Rules of these logs.
        logsource: LogSource,
        /// And of these names.
        rules: Filtered,
        /// Events that look so are no matches.
        detection: Detection,
    },
}

/// What is said of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Metadata {
    /// What it detects, in a few words.
    pub title: String,
    /// Its identity, usually a UUID.
    pub id: Option<String>,
    /// The name other documents refer to it by.
    pub name: Option<String>,
    /// How mature it is.
    pub status: Option<Status>,
    /// What it detects.
    pub description: Option<String>,
    /// Rules it has to do with.
    pub related: Vec<Related>,
    /// The licence it is under.
    pub license: Option<String>,
    /// Who wrote it.
    pub author: Option<String>,
    /// When it was written.
    pub date: Option<String>,
    /// When it was last changed.
    pub modified: Option<String>,
    /// Where to read more.
    pub references: Vec<String>,
    /// Tags, such as `attack.t1190`.
    pub tags: Vec<String>,
    /// Fields worth showing with a match.
    pub fields: Vec<String>,
    /// Where it is meant to be used.
    pub scope: Vec<String>,
    /// Whose field names it uses; Sigma's own if none is named.
    pub taxonomy: Option<String>,
    /// The version of the specification it is written for.
    pub sigma_version: Option<String>,
    /// Harmless things that look the same.
    pub falsepositives: Vec<String>,
    /// How bad it is.
    pub level: Option<Level>,
}

impl Metadata {
    /// Whether `reference` means this document.
    pub fn is_called(&self, reference: &str) -> bool {
        self.name.as_deref() == Some(reference) || self.id.as_deref() == Some(reference)
    }
}

/// A rule that another one has to do with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Its id.
    pub id: String,
    /// What it has to do with it.
    pub relation: Relation,
}

/// What two rules have to do with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Relation {
    /// This one was made from the other, which lives on.
    Derived,
    /// This one replaces the other.
    Obsolete,
    /// This one was merged from the other.
    Merged,
    /// This one was called that before.
    Renamed,
    /// They look for the same in different places, or in different ways.
    Similar,
}

impl Relation {
    /// The words of the specification.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("derived", Self::Derived),
        ("obsolete", Self::Obsolete),
        ("merged", Self::Merged),
        ("renamed", Self::Renamed),
        ("similar", Self::Similar),
    ];
}

/// How mature a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// No obvious false positives in several environments.
    Stable,
    /// No obvious false positives on a few test systems.
    Test,
    /// Not tried outside a laboratory.
    Experimental,
    /// Replaced or covered by another one.
    Deprecated,
    /// Cannot be used as it is.
    Unsupported,
}

impl Status {
    /// The words of the specification.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("stable", Self::Stable),
        ("test", Self::Test),
        ("experimental", Self::Experimental),
        ("deprecated", Self::Deprecated),
        ("unsupported", Self::Unsupported),
    ];
}

/// How bad a match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// To enrich; no alert on its own.
    Informational,
    /// Notable, rarely an incident.
    Low,
    /// To be reviewed.
    Medium,
    /// To be reviewed soon.
    High,
    /// An incident.
    Critical,
}

impl Level {
    /// The words of the specification.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("informational", Self::Informational),
        ("low", Self::Low),
        ("medium", Self::Medium),
        ("high", Self::High),
        ("critical", Self::Critical),
    ];
}
