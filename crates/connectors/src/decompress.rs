//! Reading gzip and zstd from strangers: as a stream, within an absolute size and a ratio, one layer deep. A bomb costs
//! the window of the decompressor (at most 8 MiB) and ends in an error that says which limit it hit.

use std::fmt;
use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// How a stream is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Not at all.
    Identity,
    /// One or more gzip members.
    Gzip,
    /// One or more zstd frames.
    Zstd,
}

impl Encoding {
    /// Reads a `Content-Encoding` header; more than one coding is refused, as it would be a second layer.
    pub fn from_header(value: Option<&str>) -> Result<Self, DecompressError> {
        match value.map(|value| value.trim().to_ascii_lowercase()).as_deref() {
            None | Some("" | "identity") => Ok(Self::Identity),
            Some("gzip" | "x-gzip") => Ok(Self::Gzip),
            Some("zstd") => Ok(Self::Zstd),
            Some(other) => Err(DecompressError::Unsupported(other.to_owned())),
        }
    }

    /// Recognises a compressed stream by its first four bytes.
    pub fn sniff(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, 8, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Self::Zstd,
            _ => Self::Identity,
        }
    }
}

/// What a stream may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Most bytes it may expand to.
    pub output: u64,
    /// Most bytes out for each byte in, once it is past [`Limits::FREE`].
    pub ratio: u64,
    /// Base-two logarithm of the largest zstd window.
    pub window_log: u32,
}

impl Limits {
    /// Output below which the ratio is not looked at: a short repetitive log compresses as well as a bomb.
    pub const FREE: u64 = 1024 * 1024;

    /// For files of the user's own: as large as they are.
    pub const NONE: Self = Self {
        output: u64::MAX,
        ratio: u64::MAX,
        window_log: 27,
    };

    /// For what comes over the network, expanding to at most `output` bytes. Logs reach ratios of about 100.
    pub const fn network(output: u64) -> Self {
        Self {
            output,
            ratio: 400,
            window_log: 23,
        }
    }
}

/// A stream that is not decompressed any further.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DecompressError {
    /// A coding that is not read.
    #[error("content encoding `{0}` is not supported, only gzip or zstd")]
    Unsupported(String),
    /// It expands to more than allowed.
    #[error("content expands to more than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// It expands more than any log does.
    #[error("content expands more than {limit} times")]
    Ratio {
        /// The limit.
        limit: u64,
    },
    /// What was inside is compressed too.
    #[error("content is compressed twice")]
    Nested,
    /// It is damaged or cut off.
    #[error("compressed content is damaged near byte {offset}: {reason}")]
    Damaged {
        /// Byte of the compressed stream.
        offset: u64,
        /// What the decompressor says.
        reason: String,
    },
}

impl DecompressError {
    /// The error of this module inside one of [`Bounded`]'s read errors.
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

/// Counts what is read through it.
#[derive(Debug)]
struct Counted<R> {
    inner: R,
    read: u64,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.read += read as u64;
        Ok(read)
    }
}

enum Decoder<R: Read> {
    Identity(Counted<R>),
    Gzip(Box<MultiGzDecoder<BufReader<Counted<R>>>>),
    Zstd(zstd::Decoder<'static, BufReader<Counted<R>>>),
}

impl<R: Read> Decoder<R> {
    fn consumed(&self) -> u64 {
        match self {
            Self::Identity(input) => input.read,
            Self::Gzip(decoder) => decoder.get_ref().get_ref().read,
            Self::Zstd(decoder) => decoder.get_ref().get_ref().read,
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Identity(input) => input.read(buffer),
            Self::Gzip(decoder) => decoder.read(buffer),
            Self::Zstd(decoder) => decoder.read(buffer),
        }
    }
}

/// A decompressed stream that ends in an error where it leaves its limits; [`DecompressError::of`] tells which.
pub struct Bounded<R: Read> {
    decoder: Decoder<R>,
    limits: Limits,
    produced: u64,
    head: Vec<u8>,
}

impl<R: Read> Bounded<R> {
    /// Reads `input` as `encoding`.
    pub fn new(encoding: Encoding, input: R, limits: Limits) -> io::Result<Self> {
        let input = Counted {
            inner: input,
            read: 0,
        };
        let decoder = match encoding {
            Encoding::Identity => Decoder::Identity(input),
            Encoding::Gzip => Decoder::Gzip(Box::new(MultiGzDecoder::new(BufReader::new(input)))),
            Encoding::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(BufReader::new(input))?;
                decoder.window_log_max(limits.window_log)?;
                Decoder::Zstd(decoder)
            }
        };
        Ok(Self {
            decoder,
            limits,
            produced: 0,
            head: Vec::with_capacity(4),
        })
    }

    /// Bytes of the compressed stream read so far, what is buffered included.
    pub fn consumed(&self) -> u64 {
        self.decoder.consumed()
    }

    fn check(&mut self, fresh: &[u8]) -> Result<(), DecompressError> {
        self.produced += fresh.len() as u64;
        if self.produced > self.limits.output {
            return Err(DecompressError::TooLarge {
                limit: self.limits.output,
            });
        }
        if matches!(self.decoder, Decoder::Identity(_)) {
            return Ok(());
        }
        let allowed = self.decoder.consumed().saturating_mul(self.limits.ratio);
        if self.produced > Limits::FREE && self.produced > allowed {
            return Err(DecompressError::Ratio {
                limit: self.limits.ratio,
            });
        }
        if self.head.len() < 4 {
            self.head.extend(fresh.iter().take(4 - self.head.len()));
            if Encoding::sniff(&self.head) != Encoding::Identity {
                return Err(DecompressError::Nested);
            }
        }
        Ok(())
    }
}

impl<R: Read> fmt::Debug for Bounded<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bounded")
            .field("consumed", &self.decoder.consumed())
            .field("produced", &self.produced)
            .finish_non_exhaustive()
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.decoder.read(buffer).map_err(|error| match &self.decoder {
            Decoder::Identity(_) => error,
            decoder => io::Error::other(DecompressError::Damaged {
                offset: decoder.consumed(),
                reason: error.to_string(),
            }),
        })?;
        self.check(&buffer[..read]).map_err(io::Error::other)?;
        Ok(read)
    }
}

/// Decompresses a whole body, for callers that need it in one piece.
pub fn decompress(encoding: Encoding, body: &[u8], limits: Limits) -> Result<Vec<u8>, DecompressError> {
    let damaged = |error: &io::Error| {
        let own = DecompressError::of(error).cloned();
        own.unwrap_or_else(|| DecompressError::Damaged {
            offset: 0,
            reason: error.to_string(),
        })
    };
    let mut output = Vec::new();
    let mut reader = Bounded::new(encoding, body, limits).map_err(|error| damaged(&error))?;
    reader.read_to_end(&mut output).map_err(|error| damaged(&error))?;
    Ok(output)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::io::Write;

    use proptest::prelude::*;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        ::zstd::encode_all(bytes, 3).unwrap()
    }

    const LIMITS: Limits = Limits::network(64 * 1024 * 1024);

    #[test]
    fn reads_what_was_compressed_and_what_was_not() {
        let text = b"{\"a\":1}\n{\"b\":\"\xff\"}\n";
        assert_eq!(decompress(Encoding::Identity, text, LIMITS).unwrap(), text);
        assert_eq!(decompress(Encoding::Gzip, &gzip(text), LIMITS).unwrap(), text);
        assert_eq!(decompress(Encoding::Zstd, &zstd(text), LIMITS).unwrap(), text);
        let twice = [gzip(text), gzip(text)].concat();
        assert_eq!(
            decompress(Encoding::Gzip, &twice, LIMITS).unwrap(),
            [&text[..], text].concat()
        );
    }

    /// Ten gigabytes in ten megabytes: one part of zeros, repeated as members or frames of one stream.
    #[test]
    fn a_bomb_is_stopped_by_ratio_and_by_size() {
        let zeros = vec![0; 64 << 20];
        for (encoding, part) in [(Encoding::Gzip, gzip(&zeros)), (Encoding::Zstd, zstd(&zeros))] {
            let bomb = part.repeat(160);
            let by_ratio = decompress(encoding, &bomb, Limits::network(u64::MAX));
            assert_eq!(
                by_ratio,
                Err(DecompressError::Ratio { limit: 400 }),
                "{encoding:?}"
            );

            let limits = Limits {
                ratio: u64::MAX,
                ..Limits::network(8 << 20)
            };
            let mut reader = Bounded::new(encoding, &bomb[..], limits).unwrap();
            let mut seen = 0;
            let mut buffer = [0; 8192];
            let error = loop {
                match reader.read(&mut buffer) {
                    Ok(read) => seen += read,
                    Err(error) => break error,
                }
            };
            assert_eq!(
                DecompressError::of(&error),
                Some(&DecompressError::TooLarge { limit: 8 << 20 })
            );
            assert!(seen <= 8 << 20, "{seen}");
        }
    }

    #[test]
    fn a_second_layer_is_refused() {
        let nested = Err(DecompressError::Nested);
        assert_eq!(decompress(Encoding::Gzip, &gzip(&gzip(b"x")), LIMITS), nested);
        assert_eq!(decompress(Encoding::Zstd, &zstd(&gzip(b"x")), LIMITS), nested);
        assert_eq!(decompress(Encoding::Gzip, &gzip(&zstd(b"x")), LIMITS), nested);
        assert!(matches!(
            Encoding::from_header(Some("gzip, gzip")),
            Err(DecompressError::Unsupported(_))
        ));
    }

    #[test]
    fn damage_is_told_with_its_place() {
        for (encoding, whole) in [
            (Encoding::Gzip, gzip(&[7; 5000])),
            (Encoding::Zstd, zstd(&[7; 5000])),
        ] {
            for cut in 1..whole.len() {
                let error = decompress(encoding, &whole[..cut], LIMITS).unwrap_err();
                assert!(
                    matches!(error, DecompressError::Damaged { .. }),
                    "{encoding:?} {cut} {error}"
                );
            }
        }
        let error = decompress(Encoding::Gzip, b"plain text", LIMITS).unwrap_err();
        assert!(
            error
                .to_string()
                .starts_with("compressed content is damaged near byte 10"),
            "{error}"
        );
    }

    #[test]
    fn headers_name_the_encoding() {
        assert_eq!(Encoding::from_header(None), Ok(Encoding::Identity));
        assert_eq!(Encoding::from_header(Some(" GZIP ")), Ok(Encoding::Gzip));
        assert_eq!(Encoding::from_header(Some("zstd")), Ok(Encoding::Zstd));
        assert_eq!(
            Encoding::from_header(Some("br")),
            Err(DecompressError::Unsupported("br".to_owned()))
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn arbitrary_bytes_never_panic(body in prop::collection::vec(any::<u8>(), 0..256)) {
            for encoding in [Encoding::Gzip, Encoding::Zstd] {
                let _ = decompress(encoding, &body, LIMITS);
            }
        }

        #[test]
        fn what_fits_comes_back(body in prop::collection::vec(any::<u8>(), 0..256)) {
            prop_assume!(Encoding::sniff(&body) == Encoding::Identity);
            prop_assert_eq!(decompress(Encoding::Zstd, &zstd(&body), LIMITS).unwrap(), body);
        }
    }
}
