//! One JSON object a line: blocks of the file as it is, cut behind a line.

use super::{BLOCK, Filled, LARGEST, Source, open::Reader, too_large};
use std::io;

/// Reads lines.
pub(super) struct JsonLines {
    reader: Reader,
    /// What was read behind the last whole line.
    rest: Vec<u8>,
}

impl JsonLines {
    pub(super) const fn new(reader: Reader) -> Self {
        Self {
            reader,
            rest: Vec::new(),
        }
    }

    /// Reads more behind `text`; how much.
    fn read(&mut self, text: &mut Vec<u8>) -> io::Result<usize> {
        let known = text.len();
        text.resize(known + BLOCK, 0);
        loop {
            match self.reader.read(&mut text[known..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => {
                    text.truncate(known + read.as_ref().map_or(0, |read| *read));
                    return read;
                }
            }
        }
    }

    /// Passes over the rest of a line that is too large, and keeps what stands behind it.
    fn skip_line(&mut self, text: &mut Vec<u8>) -> io::Result<()> {
        loop {
            text.clear();
            if self.read(text)? == 0 {
                return Ok(());
            }
            if let Some(end) = memchr::memchr(b'\n', text) {
                self.rest.extend_from_slice(&text[end + 1..]);
                text.clear();
                return Ok(());
            }
        }
    }
}

impl Source for JsonLines {
    fn fill(&mut self, text: &mut Vec<u8>) -> io::Result<Filled> {
        text.append(&mut self.rest);
        // A line that was too large may have left several behind it.
        let mut whole = memchr::memrchr(b'\n', text).map_or(0, |end| end + 1);
        loop {
            let known = text.len();
            let read = self.read(text).inspect_err(|_| text.truncate(whole))?;
            if read == 0 {
                return Ok(Filled::End);
            }
            if let Some(end) = memchr::memrchr(b'\n', &text[known..]) {
                whole = known + end + 1;
            }
            // A short read is no reason for a short block.
            if whole > 0 && text.len() >= BLOCK {
                self.rest.extend_from_slice(&text[whole..]);
                text.truncate(whole);
                return Ok(Filled::Events);
            }
            if text.len() > LARGEST {
                self.skip_line(text)?;
                return Ok(Filled::Broken(too_large()));
            }
        }
    }
}
