//! The store: everything that is remembered, and all SQL there is.
//!
//! [`Store`] hides the database: no type of it appears in a signature, every function is named after its
//! resource (`event_list`, `lease_settle`), takes the tenant it works for, and is one transaction. SQLite is
//! what stands behind it now; PostgreSQL will come as a second inside of `Store`, behind the same functions.
//!
//! Rules that hold in every file:
//! - one writer: writes queue on a single connection, reads run beside them on their own;
//! - a transaction is held across nothing but SQL, and writes begin as `IMMEDIATE`, so none fails half-way on a lock;
//! - columns for what is filtered and sorted by, JSON for the rest;
//! - what a person changes takes an [`AuditEntry`] and appends it in the same transaction;
//! - what the pipeline writes goes through [`Store::pipeline_commit`], the only commit point of detection.

mod action;
mod activity;
mod alert;
mod alert_stream;
mod approval;
mod audit;
mod breaker;
mod client;
mod column;
mod connection;
mod continuation;
mod custom_rule;
mod database;
mod dead_letter;
mod deletion;
mod entity;
mod entity_page;
mod entity_tag;
mod error;
mod event;
mod event_list;
mod event_similar;
mod handling;
mod idempotency;
mod insert;
mod intel;
mod intel_match;
mod intel_tag;
mod lease;
mod link;
mod never_block;
mod page;
mod pattern;
mod pipeline;
mod playbook;
mod policy;
mod record;
mod response_rule;
mod rule;
mod rule_use;
mod run;
mod secret;
mod session;
mod setting;
mod setup;
mod source;
mod task;
mod trigger;
mod user;
mod whitelist;

pub use action::ActionResult;
pub use activity::{Activity, ActivityKind, ActivityRow};
pub use alert::{AlertFilter, AlertRow, AlertTab};
pub use alert_stream::{Between, StreamedAlert};
pub use approval::{Approval, Decision};
pub use audit::{AuditEntry, AuditFilter, AuditReport, AuditRow, Broken};
pub use client::{ClientCount, ClientDay};
pub use connection::Connection;
pub use custom_rule::CustomRule;
pub use database::Store;
pub use dead_letter::{DeadLetter, DeadLetterRow};
pub use entity::{EntityFilter, EntityRow, EntitySort};
pub use entity_page::{EntityAlerts, EntityDay, EntityReach, Prevalence, RelatedEntity};
pub use entity_tag::{EntityTag, EntityTagChange};
pub use error::{Error, Result};
pub use event::{EventEntity, EventFetch, EventMember, EventRow};
pub use event_list::{EventCounts, EventFilter, EventSort};
pub use event_similar::Candidates;
pub use idempotency::{Idempotency, IdempotencyKey, Response};
pub use intel::{IntelFeed, IntelFeedStatus, IntelRun};
pub use intel_match::{IntelMatch, IntelMatchRow};
pub use intel_tag::{IntelTag, IntelTagEnd};
pub use lease::LeaseFilter;
pub use link::{Mark, RelatedRow, Relation};
pub use never_block::NeverBlock;
pub use page::{Page, PageRequest, Total};
pub use pattern::{PatternAlert, PatternLink, PatternUse};
pub use pipeline::{
    ChangeKind, Committed, EventChange, KeptAlert, KeptEvent, PipelineCommit, Snapshot, Unlinked,
};
pub use playbook::PlaybookVersion;
pub use policy::PolicyFilter;
pub use response_rule::ResponseRule;
pub use rule::RuleState;
pub use rule_use::RuleUse;
pub use run::RunFilter;
pub use secret::{SecretBytes, SecretChange};
pub use session::Session;
pub use source::{Checkpoint, Source, SourceCount, SourceDay, SourceStatus};
pub use task::{TaskFilter, TaskRow};
pub use trigger::{Trigger, TriggerKind, TriggerOutcome, TriggerRow};
pub use user::{User, UserRole};
pub use whitelist::WhitelistRow;
