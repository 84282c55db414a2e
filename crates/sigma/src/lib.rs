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
//! Rules, correlations and filters are read in full. A word this crate does not know is refused, never ignored:
//! a rule that is read means what it says. What can be read and is still likely a mistake, [`lint`] tells.

pub mod condition;
pub mod correlation;
pub mod detection;
pub mod document;
mod encoding;
pub mod error;
mod error_kind;
pub mod eval;
pub mod filter;
pub mod lint;
mod modifier;
pub mod number;
mod parse;
pub mod pattern;
mod placeholder;
pub mod reader;
mod scope;
mod selection;
pub mod time;
pub mod yaml;

pub use condition::Expression;
pub use correlation::{Alias, Correlation, CorrelationKind, Name, Window};
pub use detection::{Detection, FieldRef, Item, LogSource, Selection, Shape, Test};
pub use document::{Body, Document, Level, Metadata, Related, Relation, Status};
pub use error::{Error, Position, Report, nearest};
pub use error_kind::ErrorKind;
pub use eval::{Event, Value};
pub use filter::Filtered;
pub use number::{Comparison, Number};
pub use parse::{parse, parse_with};
pub use pattern::{Part, Pattern};
pub use placeholder::Placeholders;
pub use time::{Moment, TimePart};
