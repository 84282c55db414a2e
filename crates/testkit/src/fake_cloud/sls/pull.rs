//! `PullLogs`: a page of log groups from a cursor, as protobuf, compressed the way the caller accepts.

use super::{
    message::LogGroupList,
    store::{Cursor, Shard},
};
use crate::fake_cloud::{call::Call, refusal::Refusal};
use axum::{
    http::{HeaderMap, HeaderValue, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use prost::Message;

/// A page holds no more than this before compression, but always one group.
const PAGE_BYTES: usize = 3 * 1024 * 1024;
/// Groups a caller may ask for.
const GROUPS: std::ops::RangeInclusive<usize> = 1..=1000;

/// How a body is compressed: the first of the caller's `Accept-Encoding` that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Compression {
    None,
    Lz4,
    Zstd,
}

impl Compression {
    fn accepted(header: &str) -> Self {
        header
            .split(',')
            .find_map(|name| match name.split(';').next().unwrap_or_default().trim() {
                "lz4" => Some(Self::Lz4),
                "zstd" => Some(Self::Zstd),
                _ => None,
            })
            .unwrap_or(Self::None)
    }

    fn name(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Lz4 => Some("lz4"),
            Self::Zstd => Some("zstd"),
        }
    }

    /// The `lz4` of this service is a bare block: its size is in a header, not before the data.
    fn compress(self, raw: Vec<u8>) -> Result<Vec<u8>, Refusal> {
        match self {
            Self::None => Ok(raw),
            Self::Lz4 => Ok(lz4_flex::block::compress(&raw)),
            Self::Zstd => zstd::bulk::compress(&raw, 1)
                .map_err(|error| Refusal::new(500, "InternalServerError", error.to_string())),
        }
    }
}

/// Answers a pull from this shard.
pub(super) fn pull(call: &Call, shard: &Shard, request_id: &str) -> Result<Response, Refusal> {
    let invalid = |message: &str| Refusal::new(400, "ParameterInvalid", message);
    let count: usize = call
        .query("count")
        .and_then(|count| count.parse().ok())
        .filter(|count| GROUPS.contains(count))
        .ok_or_else(|| invalid("parameter count must be in [1, 1000]"))?;
    let cursor = super::cursor_of(call, "cursor")?.ok_or_else(|| invalid("parameter cursor is missing"))?;
    let end = super::cursor_of(call, "end_cursor")?.unwrap_or_else(|| shard.end());
    let most = end.0.saturating_sub(cursor.0).min(count as u64) as usize;
    let available = shard.from(cursor).ok_or_else(super::invalid_cursor)?;

    let mut list = LogGroupList::default();
    let mut bytes = 0;
    for group in available.take(most) {
        bytes += group.encoded_len();
        if bytes > PAGE_BYTES && !list.groups.is_empty() {
            break;
        }
        list.groups.push(group.clone());
    }
    let next = Cursor(cursor.0 + list.groups.len() as u64);
    page(
        &list,
        next,
        Compression::accepted(call.header("accept-encoding")),
        request_id,
    )
}

fn page(
    list: &LogGroupList,
    next: Cursor,
    compression: Compression,
    request_id: &str,
) -> Result<Response, Refusal> {
    let raw = list.encode_to_vec();
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"));
    headers.insert("x-log-bodyrawsize", raw.len().into());
    headers.insert("x-log-count", list.groups.len().into());
    if let Some(name) = compression.name() {
        headers.insert("x-log-compresstype", HeaderValue::from_static(name));
    }
    for (name, value) in [
        ("x-log-cursor", next.encode().as_str()),
        ("x-log-requestid", request_id),
    ] {
        let value = HeaderValue::from_str(value)
            .map_err(|error| Refusal::new(500, "InternalServerError", error.to_string()))?;
        headers.insert(name, value);
    }
    Ok((headers, compression.compress(raw)?).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_encoding_wins() {
        let check = |header, expected| assert_eq!(Compression::accepted(header), expected, "{header}");
        check("lz4", Compression::Lz4);
        check("br, zstd;q=1, lz4", Compression::Zstd);
        check("", Compression::None);
        check("gzip", Compression::None);
    }
}
