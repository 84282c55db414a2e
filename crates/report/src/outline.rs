//! A report before it has a format: sections of a few kinds of blocks, so that Markdown and HTML say the same.

use model::Language;

/// A part of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A paragraph.
    Text(String),
    /// What someone wrote, with its line breaks.
    Quote(String),
    /// Names and values.
    Facts(Vec<(String, String)>),
    /// A list.
    List(Vec<String>),
    /// A heading below the section's.
    Heading(String),
    /// A table.
    Table {
        /// The columns.
        head: Vec<String>,
        /// As many cells each.
        rows: Vec<Vec<String>>,
    },
}

/// A section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its heading.
    pub title: String,
    /// What it says.
    pub blocks: Vec<Block>,
}

/// A report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its language.
    pub language: Language,
    /// Its heading.
    pub title: String,
    /// What it says.
    pub sections: Vec<Section>,
    /// What stands below everything.
    pub foot: String,
}
