//! Tables: a line with the names of the fields, then one event a line. Every value is a text, and a field that
//! is empty is one the event does not have.

use super::{BLOCK, Filled, LARGEST, Source, invalid, open::Reader};
use csv::{ByteRecord, ReaderBuilder};
use std::{
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Reads a table.
pub(super) struct Table {
    rows: csv::Reader<Bounded>,
    /// The names, as JSON writes them.
    names: Vec<String>,
    row: ByteRecord,
    /// Bytes read since the last row.
    since: Arc<AtomicUsize>,
}

/// A reader that fails where one row takes too much: a quote that is never closed would take all there is.
struct Bounded {
    reader: Reader,
    since: Arc<AtomicUsize>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        if self.since.fetch_add(read, Ordering::Relaxed) > LARGEST {
            return Err(invalid(format!(
                "a row is larger than {LARGEST} bytes; expected a closing quote before"
            )));
        }
        Ok(read)
    }
}

impl Table {
    pub(super) fn new(reader: Reader, delimiter: u8) -> io::Result<Self> {
        let since = Arc::new(AtomicUsize::new(0));
        let bounded = Bounded {
            reader,
            since: Arc::clone(&since),
        };
        let mut rows = ReaderBuilder::new()
            .delimiter(delimiter)
            .flexible(true)
            .from_reader(bounded);
        let names = rows.byte_headers().map_err(io::Error::from)?.iter();
        let names = names.map(|name| quoted(name.trim_ascii())).collect();
        Ok(Self {
            rows,
            names,
            row: ByteRecord::new(),
            since,
        })
    }

    fn write(&self, text: &mut Vec<u8>) {
        let fields = self.names.iter().zip(&self.row);
        text.push(b'{');
        for (at, (name, value)) in fields.filter(|(_, value)| !value.is_empty()).enumerate() {
            if at > 0 {
                text.push(b',');
            }
            text.extend_from_slice(name.as_bytes());
            text.push(b':');
            text.extend_from_slice(quoted(value).as_bytes());
        }
        text.extend_from_slice(b"}\n");
    }
}

/// A text as JSON writes it.
fn quoted(text: &[u8]) -> String {
    serde_json::Value::from(String::from_utf8_lossy(text).as_ref()).to_string()
}

impl Source for Table {
    fn fill(&mut self, text: &mut Vec<u8>) -> io::Result<Filled> {
        while text.len() < BLOCK {
            if !self
                .rows
                .read_byte_record(&mut self.row)
                .map_err(io::Error::from)?
            {
                return Ok(Filled::End);
            }
            self.since.store(0, Ordering::Relaxed);
            let (found, expected) = (self.row.len(), self.names.len());
            if found != expected {
                return Ok(Filled::Broken(format!(
                    "{found} fields; expected {expected}, as in the first line"
                )));
            }
            self.write(text);
        }
        Ok(Filled::Events)
    }
}
