//! The vocabulary of OpenCTDR: typed ids, levels, entities, records, alerts, events, policies and leases.
//!
//! Every stage speaks in these types and in nothing else, so this crate has no behaviour beyond what
//! the words themselves mean: parsing, printing, ordering, and the small closed tables (which status
//! accepts new alerts, which entity kind is an asset). It does no I/O and reads no clock.

pub mod alert;
pub mod capability;
pub mod condition;
pub mod correlation;
pub mod entity;
pub mod entity_parts;
pub mod entity_tag;
pub mod event;
pub mod id;
pub mod lease;
pub mod level;
pub mod limits;
pub mod playbook;
pub mod policy;
pub mod record;
pub mod schema;
pub mod source;
pub mod tactic;
pub mod text;
pub mod time;
pub mod whitelist;

pub use alert::{
    Aggregation, Alert, Evidence, MatchedField, NoEventReason, Origin, RuleCount, RuleRef, Threshold,
};
pub use capability::{Capabilities, Capability};
pub use condition::{Condition, Formula, Predicate};
pub use correlation::{CorrelationSettings, Infrastructure};
pub use entity::{Entity, EntityKey, EntityKind, Role};
pub use entity_tag::TagSource;
pub use event::{Apart, EventStatus, LinkReason, Membership, Related, SecurityEvent, SharedEntity};
pub use id::{AlertId, EventId, LeaseId, PlaybookId, PolicyId, RecordId, RunId, SourceId, TaskId, TenantId};
pub use level::Level;
pub use record::{Field, Fields, LogRecord, RecordMeta, RecordView, Span, Value};
pub use schema::{Schema, Slot};
pub use source::{LogSource, ProductId, Provider, Side};
pub use tactic::Tactic;
pub use text::{Language, LocalText};
pub use time::Time;
