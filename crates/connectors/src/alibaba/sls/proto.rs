//! The wire form of pulled logs, written out instead of generated: three messages do not pay for a compiler.
//!
//! The vendor's schema says `string`; logs of attacks hold bytes that are no UTF-8, and those are the ones that
//! matter, so every text is `bytes` here. Field numbers are the schema's.

use prost::Message;
use prost::bytes::Bytes;

/// What one pull returns.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct LogGroupList {
    /// Groups in the order they were received.
    #[prost(message, repeated, tag = "1")]
    pub log_groups: Vec<LogGroup>,
}

/// Logs written together by one producer.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct LogGroup {
    /// The logs.
    #[prost(message, repeated, tag = "1")]
    pub logs: Vec<Log>,
    /// `__topic__`
    #[prost(bytes = "bytes", optional, tag = "3")]
    pub topic: Option<Bytes>,
    /// `__source__`
    #[prost(bytes = "bytes", optional, tag = "4")]
    pub source: Option<Bytes>,
    /// `__tag__:<key>`
    #[prost(message, repeated, tag = "6")]
    pub tags: Vec<LogTag>,
}

/// One log.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct Log {
    /// Unix seconds.
    #[prost(uint32, required, tag = "1")]
    pub time: u32,
    /// Fields.
    #[prost(message, repeated, tag = "2")]
    pub contents: Vec<LogContent>,
    /// The part of the time below a second, in nanoseconds.
    #[prost(fixed32, optional, tag = "4")]
    pub time_ns: Option<u32>,
}

/// One field of a log.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct LogContent {
    /// Name.
    #[prost(bytes = "bytes", required, tag = "1")]
    pub key: Bytes,
    /// Value.
    #[prost(bytes = "bytes", required, tag = "2")]
    pub value: Bytes,
}

/// One tag of a group.
#[derive(Clone, PartialEq, Eq, Message)]
pub struct LogTag {
    /// Name.
    #[prost(bytes = "bytes", required, tag = "1")]
    pub key: Bytes,
    /// Value.
    #[prost(bytes = "bytes", required, tag = "2")]
    pub value: Bytes,
}
