//! An event as a document: for readers (Markdown, HTML) and for other tools (STIX 2.1, Attack Flow).
//!
//! Pure: [`Story`] holds everything that is known, [`write`] turns it into text. The same story gives the same bytes.
//! Apart from `correlate`, because documents need the actions taken and the comments, which events know nothing of.
//!
//! What a log says is the attacker's to choose. Every value is escaped for the format it is written in, and
//! characters that hide or reorder text are shown as what they are ([`visible`]).

#![allow(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "a document is a few hundred pieces of text: that one sees what is written counts for more"
)]

mod html;
mod markdown;
mod outline;
mod sections;
mod stix;
mod story;
mod visible;
mod words;

pub use story::{Action, ActionTask, Matrix, Neighbour, Note, Story, TacticName, Technique};

use model::Language;
use serde::Deserialize;

/// What an event can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// A STIX 2.1 bundle.
    Stix,
    /// A STIX 2.1 bundle with the Attack Flow extension.
    AttackFlow,
    /// A report in Markdown.
    Markdown,
    /// A report in HTML that needs nothing else and prints well.
    Html,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Stix, Self::AttackFlow, Self::Markdown, Self::Html];

    /// The name it is deserialised by.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stix => "stix",
            Self::AttackFlow => "attack_flow",
            Self::Markdown => "markdown",
            Self::Html => "html",
        }
    }

    /// The media type of what is written.
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Stix | Self::AttackFlow => "application/stix+json;version=2.1",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
        }
    }

    /// The end of a file's name.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Stix => "stix.json",
            Self::AttackFlow => "attack-flow.json",
            Self::Markdown => "md",
            Self::Html => "html",
        }
    }
}

/// Writes an event.
pub fn write(story: &Story<'_>, format: Format, language: Language) -> String {
    match format {
        Format::Stix => stix::incident(story, language),
        Format::AttackFlow => stix::attack_flow(story, language),
        Format::Markdown => markdown::render(&sections::document(story, language)),
        Format::Html => html::render(&sections::document(story, language)),
    }
}
