//! Log files from disk, for `ctdr replay`: plain, gzip or zstd, told apart by their first bytes rather than their names,
//! read line by line in constant memory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Chain, Cursor, Read};
use std::path::Path;

use crate::decompress::{Bounded, Encoding, Limits};
pub use crate::lines::Line;
use crate::lines::LineReader;

/// Longest line read from a file unless told otherwise.
pub const LONGEST_LINE: usize = 1024 * 1024;

type Input = Chain<Cursor<Vec<u8>>, File>;

/// The lines of a log file that are not empty. Damaged compression is an [`io::Error`] with a
/// [`crate::decompress::DecompressError`] inside; it ends the file.
#[derive(Debug)]
pub struct Lines {
    encoding: Encoding,
    lines: LineReader<BufReader<Bounded<Input>>>,
}

impl Lines {
    /// Opens a file whose lines are at most [`LONGEST_LINE`] bytes long; longer ones are reported and skipped.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::open_bounded(path, LONGEST_LINE)
    }

    /// Opens a file whose lines are at most `longest` bytes long.
    pub fn open_bounded(path: impl AsRef<Path>, longest: usize) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut head = Vec::with_capacity(4);
        (&mut file).take(4).read_to_end(&mut head)?;
        let encoding = Encoding::sniff(&head);
        let input = Cursor::new(head).chain(file);
        let bounded = Bounded::new(encoding, input, Limits::NONE)?;
        let mut reader = BufReader::with_capacity(64 * 1024, bounded);
        // A file that is damaged from its start fails here, and not at its first line.
        reader.fill_buf()?;
        Ok(Self {
            encoding,
            lines: LineReader::new(reader, longest),
        })
    }

    /// How the file turned out to be compressed.
    pub fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// The number of the line last returned, counted from 1, empty ones included.
    pub fn number(&self) -> u64 {
        self.lines.number()
    }

    /// Bytes of the file consumed so far, to be shown against its size; a little ahead of the lines.
    pub fn bytes_read(&self) -> u64 {
        self.lines.get_ref().get_ref().consumed()
    }
}

impl Iterator for Lines {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        self.lines.next()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::fmt::Write as _;
    use std::io::Write as _;

    use super::*;
    use crate::decompress::DecompressError;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn reads_the_same_lines_however_compressed() {
        let text = b"one\n\xfftwo\n0123456789abcdefg\nend";
        let expected = [
            Line::Record(b"one".to_vec()),
            Line::Record(b"\xfftwo".to_vec()),
            Line::TooLong {
                offset: 9,
                length: 18,
            },
            Line::Record(b"end".to_vec()),
        ];
        let check = |bytes: &[u8], encoding, expected: &[Line]| {
            let file = file(bytes);
            let mut lines = Lines::open_bounded(file.path(), 16).unwrap();
            assert_eq!(lines.encoding(), encoding);
            assert_eq!(lines.by_ref().map(Result::unwrap).collect::<Vec<_>>(), expected);
            assert_eq!(lines.bytes_read(), bytes.len() as u64);
        };
        check(text, Encoding::Identity, &expected);
        check(&gzip(text), Encoding::Gzip, &expected);
        check(
            &zstd::encode_all(&text[..], 3).unwrap(),
            Encoding::Zstd,
            &expected,
        );
        check(b"", Encoding::Identity, &[]);
    }

    #[test]
    fn damage_in_the_middle_ends_the_file_with_its_place() {
        // Random enough not to compress, so that the cut falls behind the first lines.
        let text = (0_u64..50_000).fold(String::new(), |mut text, number| {
            writeln!(text, "{:016x}", number.wrapping_mul(0x9e37_79b9_7f4a_7c15)).unwrap();
            text
        });
        let whole = gzip(text.as_bytes());
        let cut = file(&whole[..whole.len() / 2]);
        let mut lines = Lines::open(cut.path()).unwrap();
        let error = lines.by_ref().find_map(Result::err).unwrap();
        assert!(lines.number() > 1000, "{}", lines.number());
        let Some(DecompressError::Damaged { offset, .. }) = DecompressError::of(&error) else {
            panic!("{error}")
        };
        assert_eq!(*offset, whole.len() as u64 / 2);
        assert!(lines.next().is_none());
    }
}
