//! Lines of a stream as bytes, each of bounded length: logs hold lines that are no UTF-8, and now and then one of
//! several megabytes. Such a line is reported with its place and skipped; reading goes on.

use std::io::{self, BufRead, Read};

/// Most lines are no longer: reading one allocates once.
const TYPICAL: usize = 512;

/// One line of a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// The bytes of a line that fits, without its line end.
    Record(Vec<u8>),
    /// A line over the limit; its bytes were skipped.
    TooLong {
        /// Byte of the (decompressed) stream it starts at.
        offset: u64,
        /// Its length in bytes, line end included.
        length: u64,
    },
}

/// Iterates over the lines of a stream that are not empty; holds one line at a time. Ends after an error.
#[derive(Debug)]
pub struct LineReader<R> {
    inner: R,
    longest: usize,
    number: u64,
    offset: u64,
    failed: bool,
}

impl<R: BufRead> LineReader<R> {
    /// Reads lines of at most `longest` bytes, line end not counted.
    pub fn new(inner: R, longest: usize) -> Self {
        Self {
            inner,
            longest,
            number: 0,
            offset: 0,
            failed: false,
        }
    }

    /// The number of the line last returned, counted from 1, empty ones included; what went before an error.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The stream read from.
    pub fn get_ref(&self) -> &R {
        &self.inner
    }

    /// The next line, empty ones included; `None` at the end.
    fn read_line(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::with_capacity(TYPICAL);
        // Room for the line end, so that a line of exactly the limit passes.
        let room = self.longest as u64 + 2;
        let read = (&mut self.inner).take(room).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        let mut length = read as u64;
        if !bytes.ends_with(b"\n") && length == room {
            length += self.inner.skip_until(b'\n')? as u64;
        }
        let offset = self.offset;
        self.number += 1;
        self.offset += length;
        if bytes.ends_with(b"\n") {
            bytes.pop();
        }
        if bytes.ends_with(b"\r") {
            bytes.pop();
        }
        let fits = bytes.len() <= self.longest && length <= room;
        Ok(Some(if fits {
            Line::Record(bytes)
        } else {
            Line::TooLong { offset, length }
        }))
    }
}

impl<R: BufRead> Iterator for LineReader<R> {
    type Item = io::Result<Line>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.failed {
            match self.read_line() {
                Ok(Some(Line::Record(bytes))) if bytes.is_empty() => {}
                Ok(line) => return line.map(Ok),
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn record(bytes: &[u8]) -> Line {
        Line::Record(bytes.to_vec())
    }

    fn reader(input: &[u8], longest: usize) -> LineReader<impl BufRead> {
        // A tiny buffer, so that lines cross its boundary.
        LineReader::new(io::BufReader::with_capacity(3, input), longest)
    }

    fn read(input: &[u8], longest: usize) -> Vec<Line> {
        reader(input, longest).map(Result::unwrap).collect()
    }

    #[test]
    fn splits_at_line_ends_and_skips_empty_lines() {
        let check = |input: &[u8], expected: &[Line]| assert_eq!(read(input, 8), expected);
        check(b"", &[]);
        check(b"\n\r\n\n", &[]);
        check(b"a\nb", &[record(b"a"), record(b"b")]);
        check(b"a\r\n\n\xff\xfe\n", &[record(b"a"), record(b"\xff\xfe")]);
    }

    #[test]
    fn empty_lines_count() {
        let mut lines = reader(b"a\n\nb\n", 8);
        let numbers: Vec<_> = std::iter::from_fn(|| lines.next().map(|_| lines.number())).collect();
        assert_eq!(numbers, [1, 3]);
    }

    #[test]
    fn a_line_over_the_limit_is_reported_and_the_next_one_read() {
        let too_long = |length| Line::TooLong { offset: 2, length };
        assert_eq!(
            read(b"a\n12345678\r\nx\n", 8),
            [record(b"a"), record(b"12345678"), record(b"x")]
        );
        assert_eq!(
            read(b"a\n123456789\nx\n", 8),
            [record(b"a"), too_long(10), record(b"x")]
        );
        assert_eq!(
            read(b"a\n1234567890123\nx", 8),
            [record(b"a"), too_long(14), record(b"x")]
        );
        assert_eq!(read(b"a\n1234567890123", 8), [record(b"a"), too_long(13)]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Against the plain way to do it, which holds the whole input.
        #[test]
        fn agrees_with_splitting_the_whole(input in prop::collection::vec(prop::sample::select(b"ab\r\n".to_vec()), 0..80)) {
            let expected = input.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
            let expected: Vec<_> = expected.filter(|line| !line.is_empty()).collect();
            let read = read(&input, 4);
            prop_assert_eq!(read.len(), expected.len());
            for (read, expected) in read.iter().zip(expected) {
                match read {
                    Line::Record(bytes) => prop_assert_eq!(bytes, expected),
                    Line::TooLong { offset, .. } => {
                        prop_assert!(expected.len() > 4);
                        prop_assert!(input[*offset as usize..].starts_with(expected));
                    }
                }
            }
        }
    }
}
