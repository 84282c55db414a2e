//! Why a rule holds for an event, or does not. The reference evaluator of the language decides, item by item: what is
//! told here is what a rule means, and not what an engine makes of it.

mod brief;
mod correlation;
mod event;
mod library;
mod outcome;
mod outline;
mod rule;
mod text;
mod words;

pub use brief::brief;
pub use outcome::{
    Asked, EventRead, Explanation, FieldRead, FilterOutcome, ItemOutcome, Node, SelectionOutcome, WindowAsked,
};

use crate::{
    bench::Bench,
    compiled::does_not_load,
    finding::Finding,
    read::{self, Feed},
};
use detect::RuleSource;
use event::Subject;
use library::{Library, Page};
use model::{ProductId, Time};
use serde::Serialize;
use sigma::Body;

/// What is to be explained.
#[derive(Clone, Copy, Debug)]
pub enum Input<'i> {
    /// A raw record of a product.
    Raw {
        /// The product that writes it.
        product: &'i ProductId,
        /// The record.
        raw: &'i [u8],
        /// When it was received: what times without a year are read by.
        received: Time,
    },
    /// An event in the rule's own field names: a JSON object.
    Event(&'i str),
}

/// What rules made of an event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Explained {
    /// The event, as it was read.
    pub event: EventRead,
    /// The rules: each that is not just counted by another one.
    pub rules: Vec<Explanation>,
}

/// Why nothing can be explained.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ExplainError {
    /// The rules cannot be read.
    #[error("the rules cannot be read: {}", .0.first().map_or_else(String::new, Finding::text))]
    Rules(Vec<Finding>),
    /// No rule is called that.
    #[error("no rule has the id, name or title `{0}`")]
    NoRule(String),
    /// The record cannot be read.
    #[error("the log cannot be read as `{product}`: {detail}")]
    Unread {
        /// The product.
        product: ProductId,
        /// Why, as a code.
        reason: &'static str,
        /// Why, for people.
        detail: String,
    },
    /// The event is no JSON object.
    #[error("the event is no JSON object: {0}")]
    NoEvent(String),
}

/// Explains what the rules in `sources` make of an event: all of them, or the one whose id, name or title is `wanted`.
pub fn explain(
    bench: &Bench,
    sources: &[RuleSource],
    wanted: Option<&str>,
    input: &Input<'_>,
) -> Result<Explained, ExplainError> {
    let own = sources.len();
    let (library, errors) = Library::new(&bench.with_predefined(sources));
    if !errors.is_empty() {
        let errors = errors.into_iter().map(does_not_load);
        return Err(ExplainError::Rules(errors.collect()));
    }
    let files: Vec<&str> = sources[..own].iter().map(|source| source.file.as_str()).collect();
    let chosen: Vec<&Page> = match wanted {
        Some(name) => {
            vec![find(&library, &files, name).ok_or_else(|| ExplainError::NoRule(name.to_owned()))?]
        }
        None => top(&library, &files),
    };
    match *input {
        Input::Event(text) => {
            let subject = Subject::event(text).map_err(|error| ExplainError::NoEvent(error.to_string()))?;
            Ok(explained(&library, &chosen, &subject))
        }
        Input::Raw {
            product,
            raw,
            received,
        } => {
            let record = read::record(
                &bench.catalogue,
                &Feed::of(product.clone()),
                received,
                b"explain",
                raw,
            )
            .map_err(|dead| ExplainError::Unread {
                product: product.clone(),
                reason: dead.reason.as_str(),
                detail: dead.detail,
            })?;
            let subject = Subject::Record(&record, bench.catalogue.schema());
            Ok(explained(&library, &chosen, &subject))
        }
    }
}

fn explained(library: &Library, chosen: &[&Page], subject: &Subject<'_>) -> Explained {
    Explained {
        event: subject.read(),
        rules: chosen
            .iter()
            .map(|page| correlation::page(library, page, subject, 0))
            .collect(),
    }
}

/// The rules of the files, but for filters and those that another one of the files counts.
fn top<'l>(library: &'l Library, files: &[&str]) -> Vec<&'l Page> {
    let own = || {
        library
            .0
            .iter()
            .filter(|page| files.contains(&page.file.as_str()))
    };
    let counted = |page: &Page| {
        own().any(|other| match &other.document.body {
            Body::Correlation(c) => c
                .rules
                .iter()
                .any(|name| page.document.metadata.is_called(&name.text)),
            _ => false,
        })
    };
    own()
        .filter(|page| !matches!(page.document.body, Body::Filter { .. }) && !counted(page))
        .collect()
}

/// A rule by id, name or title; of the files given before those of the product.
fn find<'l>(library: &'l Library, files: &[&str], name: &str) -> Option<&'l Page> {
    let called = || {
        library.0.iter().filter(|page| {
            let about = &page.document.metadata;
            let rule = !matches!(page.document.body, Body::Filter { .. });
            rule && (about.is_called(name) || about.title.eq_ignore_ascii_case(name))
        })
    };
    let own = called().find(|page| files.contains(&page.file.as_str()));
    own.or_else(|| called().next())
}
