//! From the body of a pull to log groups: decompress within a limit, then parse, and say where it broke.

use std::io::Read;

use bytes::Bytes;
use prost::Message;

use super::proto::LogGroupList;

/// Largest uncompressed pull accepted; the service itself answers with at most 10 MB a pull.
pub const MAX_RAW_BYTES: usize = 64 * 1024 * 1024;

/// No LZ4 block expands by more than this (a match of 255 bytes costs one byte), so a size beyond it is a lie.
const LZ4_MAX_RATIO: usize = 255;

/// How the body of a pull is compressed, as `x-log-compresstype` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// One LZ4 block without a size in front; the size is in `x-log-bodyrawsize`.
    Lz4,
    /// Zstandard frames.
    Zstd,
}

/// A pull whose body cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// A compression this client did not ask for.
    #[error("compression `{0}` is not supported")]
    Compression(String),
    /// LZ4 blocks cannot be read without knowing their size.
    #[error("header x-log-bodyrawsize is missing or no number")]
    RawSize,
    /// The announced or actual size is over the limit; nothing of that size was allocated.
    #[error("uncompressed size `{size}` exceeds {limit} bytes")]
    TooLarge {
        /// Announced size, or the first size seen over the limit.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// The compressed data is damaged.
    #[error("compressed body of {length} bytes is damaged: {reason}")]
    Damaged {
        /// Bytes received.
        length: usize,
        /// What the decompressor says.
        reason: String,
    },
    /// The data decompresses to another size than announced.
    #[error("body has {actual} bytes uncompressed, announced were {announced}")]
    SizeMismatch {
        /// As in `x-log-bodyrawsize`.
        announced: usize,
        /// As found.
        actual: usize,
    },
    /// The protobuf message is truncated or malformed.
    #[error("log groups are malformed at byte {offset} of {length}: {reason}")]
    Protobuf {
        /// Byte of the uncompressed body where reading stopped.
        offset: usize,
        /// Size of the uncompressed body.
        length: usize,
        /// What is wrong, with the path of the field.
        reason: String,
    },
}

impl Compression {
    /// Reads `x-log-compresstype`; no header means no compression.
    pub fn from_header(value: Option<&str>) -> Result<Self, DecodeError> {
        match value.unwrap_or_default() {
            "" | "none" => Ok(Self::None),
            "lz4" => Ok(Self::Lz4),
            "zstd" => Ok(Self::Zstd),
            other => Err(DecodeError::Compression(other.to_owned())),
        }
    }
}

/// Decompresses a body to at most `limit` bytes. `announced` is `x-log-bodyrawsize`.
pub fn decompress(
    body: &Bytes,
    compression: Compression,
    announced: Option<usize>,
    limit: usize,
) -> Result<Bytes, DecodeError> {
    if let Some(size) = announced.filter(|size| *size > limit) {
        return Err(DecodeError::TooLarge { size, limit });
    }
    // An empty pull has an empty body, whatever the compression.
    if body.is_empty() && announced.unwrap_or(0) == 0 {
        return Ok(Bytes::new());
    }
    let raw = match compression {
        Compression::None => body.clone(),
        Compression::Lz4 => lz4(body, announced.ok_or(DecodeError::RawSize)?)?,
        Compression::Zstd => zstd(body, limit)?,
    };
    if raw.len() > limit {
        return Err(DecodeError::TooLarge {
            size: raw.len(),
            limit,
        });
    }
    match announced {
        Some(announced) if announced != raw.len() => Err(DecodeError::SizeMismatch {
            announced,
            actual: raw.len(),
        }),
        _ => Ok(raw),
    }
}

fn lz4(body: &[u8], announced: usize) -> Result<Bytes, DecodeError> {
    let damaged = |reason: String| DecodeError::Damaged {
        length: body.len(),
        reason,
    };
    if announced > body.len().saturating_mul(LZ4_MAX_RATIO) {
        return Err(damaged(format!("{announced} bytes cannot be in it")));
    }
    let raw = lz4_flex::block::decompress(body, announced).map_err(|error| damaged(error.to_string()))?;
    Ok(Bytes::from(raw))
}

fn zstd(body: &[u8], limit: usize) -> Result<Bytes, DecodeError> {
    let damaged = |error: std::io::Error| DecodeError::Damaged {
        length: body.len(),
        reason: error.to_string(),
    };
    let mut decoder = zstd::Decoder::with_buffer(body).map_err(damaged)?;
    // No window larger than the most there can be to look back at.
    decoder.window_log_max(MAX_RAW_BYTES.ilog2()).map_err(damaged)?;
    let mut raw = Vec::new();
    decoder
        .take(limit as u64 + 1)
        .read_to_end(&mut raw)
        .map_err(damaged)?;
    Ok(Bytes::from(raw))
}

/// Parses an uncompressed body.
pub fn decode(raw: &Bytes) -> Result<LogGroupList, DecodeError> {
    let mut rest = raw.clone();
    LogGroupList::decode(&mut rest).map_err(|error| DecodeError::Protobuf {
        offset: raw.len() - rest.len(),
        length: raw.len(),
        reason: error.to_string(),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// One group of two logs as the vendor's SDK wrote it, raw, as LZ4 block and as zstd frame.
    const RAW: &str = "0ab3020a7b0897f9dfc506121d0a0e7265616c5f636c69656e745f6970120b3230332e302e3131332e3712150a0c66\
        696e616c5f616374696f6e1205626c6f636b12130a0c66696e616c5f706c7567696e120377616612230a0c6d6174636865645f686f7374\
        12137777772e6578616d706c652e636f6d2d7761662515cd5b070a770897f9dfc506121e0a0e7265616c5f636c69656e745f6970120c31\
        39382e35312e3130302e3912100a0c66696e616c5f616374696f6e120012130a0c66696e616c5f706c7567696e120377616612230a0c6d\
        6174636865645f686f737412137777772e6578616d706c652e636f6d2d7761662515cd5b071a0e7761665f6163636573735f6c6f67220b\
        6c6f675f73657276696365321e0a105f5f726563656976655f74696d655f5f120a31373536383838323136";
    const LZ4: &str = "f4340ab3020a7b0897f9dfc506121d0a0e7265616c5f636c69656e745f6970120b3230332e302e3131332e3712150a0c\
        66696e616c5f616374696f6e1205626c6f636b12131700f328706c7567696e120377616612230a0c6d6174636865645f686f7374121377\
        77772e6578616d706c652e636f6d2d7761662515cd5b070a777d001d1e7d00fb000c3139382e35312e3130302e3912107e001f0079002c\
        f02e1a0e7761665f6163636573735f6c6f67220b6c6f675f73657276696365321e0a105f5f726563656976655f74696d655f5f120a3137\
        3536383838323136";
    const ZSTD: &str = "28b52ffd603600850600828c2e2f90391dffbbaffdf5fe57fda8c3a421799b2df74221c9de8434b9ef4ea09788936d\
        4707ad083bb9446477e0f185fa0315f6401054a158582af34f0df267dafb5bcc8f943cef2d63fdc5d2738d04e939beae776f8e3a3a0e00\
        1e7a59c761cb280b5d58238959d0701159883a324ccff75d35b5c46f8c11a2f07a187e788cc39e9a54d0a8a380524d8a70154421fc3987\
        01a55e83deec9a6a519311b5ec84b17576e23c0dad1a43ea9b7376fd96231194c0022383c26022032a320600e4434ac032a006a2c21407\
        300e067de719";

    pub(crate) fn bytes(hex_text: &str) -> Bytes {
        Bytes::from(hex::decode(hex_text).unwrap())
    }

    #[test]
    fn the_three_forms_of_the_vendors_vector_are_the_same() {
        let raw = bytes(RAW);
        for (compression, body) in [
            (Compression::None, RAW),
            (Compression::Lz4, LZ4),
            (Compression::Zstd, ZSTD),
        ] {
            assert_eq!(
                decompress(&bytes(body), compression, Some(310), MAX_RAW_BYTES),
                Ok(raw.clone())
            );
        }
        let list = decode(&raw).unwrap();
        let group = &list.log_groups[0];
        assert_eq!((list.log_groups.len(), group.logs.len()), (1, 2));
        assert_eq!(group.topic.as_deref(), Some(&b"waf_access_log"[..]));
        assert_eq!(group.logs[0].time_ns, Some(123_456_789));
        assert_eq!(group.logs[0].contents[0].value.as_ref(), b"203.0.113.7");
    }

    #[test]
    fn refuses_sizes_before_allocating_them() {
        let body = bytes(LZ4);
        let huge = decompress(&body, Compression::Lz4, Some(usize::MAX), MAX_RAW_BYTES);
        assert_eq!(
            huge,
            Err(DecodeError::TooLarge {
                size: usize::MAX,
                limit: MAX_RAW_BYTES
            })
        );
        let lie = decompress(&body, Compression::Lz4, Some(MAX_RAW_BYTES), MAX_RAW_BYTES);
        assert!(matches!(lie, Err(DecodeError::Damaged { .. })), "{lie:?}");
        assert_eq!(
            decompress(&body, Compression::Lz4, None, MAX_RAW_BYTES),
            Err(DecodeError::RawSize)
        );
        let bomb = Bytes::from(zstd::encode_all(&vec![0_u8; 1 << 20][..], 3).unwrap());
        let refused = decompress(&bomb, Compression::Zstd, None, 4096);
        assert_eq!(
            refused,
            Err(DecodeError::TooLarge {
                size: 4097,
                limit: 4096
            })
        );
    }

    #[test]
    fn says_when_size_or_compression_do_not_fit() {
        let short = decompress(&bytes(LZ4), Compression::Lz4, Some(311), MAX_RAW_BYTES);
        assert_eq!(
            short,
            Err(DecodeError::SizeMismatch {
                announced: 311,
                actual: 310
            })
        );
        assert_eq!(
            Compression::from_header(Some("deflate")),
            Err(DecodeError::Compression("deflate".to_owned()))
        );
        assert_eq!(Compression::from_header(None), Ok(Compression::None));
        assert_eq!(
            decompress(&Bytes::new(), Compression::Lz4, Some(0), 10),
            Ok(Bytes::new())
        );
    }

    #[test]
    fn a_truncated_message_says_where_it_ends() {
        let raw = bytes(RAW);
        // The first group announces 307 bytes at byte 0; cutting the message anywhere inside must be noticed.
        for cut in 1..raw.len() {
            let error = decode(&raw.slice(..cut)).unwrap_err();
            let DecodeError::Protobuf {
                offset,
                length,
                reason,
            } = error
            else {
                panic!("{cut}")
            };
            assert!(
                offset <= cut && length == cut && !reason.is_empty(),
                "{cut} {offset} {reason}"
            );
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..512), size in 0_usize..4096) {
            let body = Bytes::from(body);
            for compression in [Compression::None, Compression::Lz4, Compression::Zstd] {
                if let Ok(raw) = decompress(&body, compression, Some(size), 4096) {
                    prop_assert_eq!(raw.len(), size);
                }
            }
            let _ = decode(&body);
        }

        #[test]
        fn damage_is_an_error_or_another_message(at in 0_usize..310, value in any::<u8>()) {
            let mut raw = bytes(RAW).to_vec();
            raw[at] = value;
            let _ = decode(&Bytes::from(raw));
        }
    }
}
