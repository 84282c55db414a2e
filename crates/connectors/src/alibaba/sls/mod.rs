//! The log service (SLS) as a source: native pull by shard and cursor.
//!
//! One step is [`ShardPuller::pull_once`]: cursor in, raw records and next cursor out. The loop around it, which
//! saves the cursor only after the journal has the records, belongs to the server.

mod call;
mod client;
mod config;
mod decode;
mod proto;
mod puller;
mod record;

pub use client::{Cursor, CursorFrom, LogStore, PulledBatch, Shard, SlsClient};
pub use config::{SignatureVersion, SlsConfig, SlsConfigError};
pub use decode::{Compression, DecodeError, MAX_RAW_BYTES, decode, decompress};
pub use proto::{Log, LogContent, LogGroup, LogGroupList, LogTag};
pub use puller::{PullOutcome, PulledRecord, ShardPuller, pause_after};
pub use record::json_line;
