//! The rule language: [Sigma](https://sigmahq.io/sigma-specification/) 2.1 as a typed tree, with the place
//! of everything that is wrong, and a reference evaluator.
//!
//! ```
//! let rule = "
//! title: A shell that the web server started
//! logsource: {category: process_creation}
//! detection:
//!   selection:
//!     ParentImage|endswith: /nginx
//!     Image|endswith: [/sh, /bash]
//!   condition: selection
//! ";
//! let documents = sigma::parse(rule, "shell.yml").map_err(|errors| errors[0].to_string())?;
//! assert_eq!(documents[0].metadata.title, "A shell that the web server started");
//! # Ok::<(), String>(())
//! ```
//!
//! A word this crate does not implement is refused, never ignored: a rule that is read means what it says.

pub mod condition;
pub mod correlation;
pub mod detection;
pub mod document;
pub mod error;
pub mod eval;
mod modifier;
pub mod number;
mod parse;
pub mod pattern;
pub mod reader;
mod selection;
pub mod yaml;

pub use condition::Expression;
pub use correlation::{Correlation, CorrelationKind};
pub use detection::{Detection, Item, LogSource, Selection, Test};
pub use document::{Body, Document, Level, Metadata, Status};
pub use error::{Error, Position, Report, nearest};
pub use eval::{Event, Value};
pub use number::{Comparison, Number};
pub use parse::parse;
pub use pattern::{Part, Pattern};
