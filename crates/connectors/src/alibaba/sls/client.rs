//! The calls of the log service that reading needs.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::call::SlsCall;
use super::config::SlsConfig;
use super::decode::{Compression, MAX_RAW_BYTES, decode, decompress};
use super::proto::LogGroupList;
use crate::alibaba::clock::Stamp;
use crate::alibaba::{ApiError, CallError};
use crate::egress::{Egress, EgressResponse};

/// A position in a shard, as the service writes it. Kept as it is: the service may change the form.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// Wraps a cursor read from a checkpoint.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text to store.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number inside, for showing how far apart two cursors are; today's form is base64 of a decimal.
    pub fn position(&self) -> Option<u64> {
        let decoded = STANDARD.decode(&self.0).ok()?;
        std::str::from_utf8(&decoded).ok()?.parse().ok()
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where to start reading a shard that has no checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CursorFrom {
    /// The oldest log kept.
    Begin,
    /// What arrives from now on.
    End,
    /// What the service *received* from this time on, in Unix seconds (not the time in the log).
    Time(i64),
}

impl fmt::Display for CursorFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begin => f.write_str("begin"),
            Self::End => f.write_str("end"),
            Self::Time(seconds) => write!(f, "{seconds}"),
        }
    }
}

/// A log store, as far as a reader wants to know it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct LogStore {
    /// Its name.
    #[serde(rename = "logstoreName", default)]
    pub name: String,
    /// Days a log is kept.
    #[serde(default)]
    pub ttl: u32,
    /// Shards at the time of the call.
    #[serde(rename = "shardCount", default)]
    pub shard_count: u32,
}

/// A shard. One that was split or merged is `readonly` and still holds logs until they expire.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Shard {
    /// Number within the log store.
    #[serde(rename = "shardID")]
    pub id: u32,
    /// `readwrite` or `readonly`.
    pub status: String,
}

/// One pull, decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PulledBatch {
    /// The groups.
    pub groups: LogGroupList,
    /// Where the next pull starts; equal to the cursor asked for when there was nothing new.
    pub next_cursor: Cursor,
    /// Uncompressed size in bytes: what the throttle and the metering count.
    pub raw_size: usize,
}

#[derive(Deserialize)]
struct CursorAnswer {
    cursor: Cursor,
}

/// A reader of one log store.
#[derive(Debug, Clone)]
pub struct SlsClient {
    egress: Egress,
    config: SlsConfig,
}

impl SlsClient {
    /// A reader of the configured log store.
    pub fn new(egress: Egress, config: SlsConfig) -> Self {
        Self { egress, config }
    }

    /// What it reads.
    pub fn config(&self) -> &SlsConfig {
        &self.config
    }

    /// `GetLogStore`: whether it is there and may be read.
    pub async fn log_store(&self) -> Result<LogStore, CallError> {
        self.json("GetLogStore", SlsCall::get(self.path(""))).await
    }

    /// `ListShards`.
    pub async fn shards(&self) -> Result<Vec<Shard>, CallError> {
        self.json("ListShards", SlsCall::get(self.path("/shards"))).await
    }

    /// `GetCursor`.
    pub async fn cursor(&self, shard: u32, from: CursorFrom) -> Result<Cursor, CallError> {
        let call = SlsCall::get(self.path(&format!("/shards/{shard}")))
            .query("type", "cursor")
            .query("from", from)
            .header("content-type", "application/json");
        Ok(self.json::<CursorAnswer>("GetCursor", call).await?.cursor)
    }

    /// `PullLogs`: up to `count` log *groups* (1 to 1000) from `cursor` on.
    pub async fn pull(&self, shard: u32, cursor: &Cursor, count: u32) -> Result<PulledBatch, CallError> {
        let call = SlsCall::get(self.path(&format!("/shards/{shard}")))
            .query("type", "log")
            .query("cursor", cursor)
            .query("count", count.clamp(1, 1000))
            .header("accept", "application/x-protobuf")
            .header("accept-encoding", "lz4");
        let response = self.send(call).await?;
        read_pull(&response.headers, &response.body)
    }

    fn path(&self, rest: &str) -> String {
        format!("/logstores/{}{rest}", self.config.logstore())
    }

    async fn json<T: DeserializeOwned>(&self, action: &'static str, call: SlsCall) -> Result<T, CallError> {
        let response = self.send(call).await?;
        serde_json::from_slice(&response.body).map_err(|error| CallError::malformed(action, error))
    }

    async fn send(&self, call: SlsCall) -> Result<EgressResponse, CallError> {
        let response = self.egress.send(call.sign(&self.config, &Stamp::now())).await?;
        if response.status.is_success() {
            return Ok(response);
        }
        let request_id = header(&response.headers, "x-log-requestid");
        Err(ApiError::read(response.status.as_u16(), request_id, &response.body).into())
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Reads the answer of a pull.
fn read_pull(headers: &HeaderMap, body: &Bytes) -> Result<PulledBatch, CallError> {
    const ACTION: &str = "PullLogs";
    let next_cursor = header(headers, "x-log-cursor")
        .ok_or_else(|| CallError::malformed(ACTION, "header x-log-cursor is missing"))?;
    let announced = header(headers, "x-log-bodyrawsize").and_then(|size| size.parse().ok());
    let groups = Compression::from_header(header(headers, "x-log-compresstype"))
        .and_then(|compression| decompress(body, compression, announced, MAX_RAW_BYTES))
        .and_then(|raw| Ok((raw.len(), decode(&raw)?)));
    let (raw_size, groups) = groups.map_err(|error| CallError::malformed(ACTION, error))?;
    Ok(PulledBatch {
        groups,
        next_cursor: Cursor::new(next_cursor),
        raw_size,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use prost::Message;

    use super::*;
    use crate::alibaba::sls::{Log, LogGroup};

    fn headers(list: &[(&'static str, &str)]) -> HeaderMap {
        list.iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect()
    }

    #[test]
    fn reads_a_compressed_pull() {
        let group = LogGroup {
            logs: vec![Log {
                time: 1,
                ..Log::default()
            }],
            ..LogGroup::default()
        };
        let raw = LogGroupList {
            log_groups: vec![group],
        }
        .encode_to_vec();
        let body = Bytes::from(lz4_flex::block::compress(&raw));
        let size = raw.len().to_string();
        let all = [
            ("x-log-cursor", "MTI="),
            ("x-log-bodyrawsize", &size),
            ("x-log-compresstype", "lz4"),
        ];
        let pulled = read_pull(&headers(&all), &body).unwrap();
        assert_eq!((pulled.groups.log_groups.len(), pulled.raw_size), (1, raw.len()));
        assert_eq!(pulled.next_cursor.position(), Some(12));

        for missing in 0..all.len() {
            let mut some = all.to_vec();
            some.remove(missing);
            let error = read_pull(&headers(&some), &body).unwrap_err();
            assert!(
                matches!(
                    error,
                    CallError::Malformed {
                        action: "PullLogs",
                        ..
                    }
                ),
                "{error}"
            );
        }
    }

    #[test]
    fn an_empty_pull_is_no_error() {
        let headers = headers(&[
            ("x-log-cursor", "MTI="),
            ("x-log-bodyrawsize", "0"),
            ("x-log-compresstype", "lz4"),
        ]);
        let pulled = read_pull(&headers, &Bytes::new()).unwrap();
        assert_eq!((pulled.groups.log_groups.len(), pulled.raw_size), (0, 0));
    }

    #[test]
    fn answers_read_as_the_vendor_writes_them() {
        let shards = r#"[{"shardID":0,"status":"readwrite","inclusiveBeginKey":"00","createTime":1}]"#;
        let shards: Vec<Shard> = serde_json::from_str(shards).unwrap();
        assert_eq!(
            shards,
            [Shard {
                id: 0,
                status: "readwrite".to_owned()
            }]
        );
        let answer: CursorAnswer =
            serde_json::from_str(r#"{"cursor":"MTQ0NzI5OTYwNjg5NjYzMjM1Ng=="}"#).unwrap();
        assert_eq!(answer.cursor.position(), Some(1_447_299_606_896_632_356));
        let store: LogStore =
            serde_json::from_str(r#"{"logstoreName":"wafnew-logstore","ttl":180,"shardCount":2,"x":1}"#)
                .unwrap();
        assert_eq!(
            (store.name.as_str(), store.ttl, store.shard_count),
            ("wafnew-logstore", 180, 2)
        );
        assert_eq!(Cursor::new("not base64").position(), None);
    }
}
