//! Raw vendor log → [`model::LogRecord`] with OCSF field names, or a dead letter that says why not.
//!
//! What a product's log looks like is data: `content/sources/<provider>/<product>/source.yml`, read into
//! a [`Catalogue`]. The mapping language is small and closed (see `declaration.rs`); everything it cannot
//! name is kept and can be addressed as `unmapped.<path>`. Values borrow from the raw record and know
//! where in it they stand, so a match can be shown in place.
//!
//! Bytes that are not UTF-8 are never a reason to lose a record: attack payloads hold them.

mod catalogue;
mod combined;
mod compile;
mod content;
mod dead_letter;
mod declaration;
mod dictionary;
mod filled;
mod json;
mod leaves;
mod mapping;
mod percent;
mod plan;
mod repair;
mod syslog;
mod timestamp;
mod tree;

pub use catalogue::{Catalogue, LogInfo, Product, SourceContext};
pub use content::{ContentError, ContentFile};
pub use dead_letter::{DeadLetter, DeadLetterReason};
pub use dictionary::FieldInfo;
